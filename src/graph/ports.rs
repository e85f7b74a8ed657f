//! The port that a template refers to: the attribute of a database or cache that listens on it, and a parameter with limits.

use super::property;
use crate::eval::Run;
use crate::eval::value::{Origin, Value};
use crate::expand::{Block, Model};
use crate::syntax::Node;
use std::ops::RangeInclusive;

/// The ports that a value can be, of which it is one. None if it is not a reference of which that is known.
pub fn limits<'m, 't>(
    run: &mut Run<'m, 't>,
    model: &'m Model<'m, 't>,
    value: &Value<'t>,
) -> Option<RangeInclusive<i64>> {
    if !value.is_opaque() {
        return None;
    }
    match value.as_reference()? {
        Origin::Parameter(name) => {
            let parameter = run.evaluator.template.parameter(name)?;
            let limit = |key| parameter.node.get(key).and_then(Node::scalar_text)?.parse::<f64>().ok();
            let (least, greatest) = (limit("MinValue"), limit("MaxValue"));
            (parameter.kind == "Number" && (least.is_some() || greatest.is_some())).then(|| {
                least.map_or(0, |least| least.ceil() as i64)
                    ..=greatest.map_or(65535, |greatest| greatest.floor() as i64)
            })
        }
        Origin::Resource { id, attribute: Some(attribute) } if attribute.ends_with("Port") => {
            let resource = model.resource(id)?;
            let port = listens_on(run, resource)?;
            Some(port..=port)
        }
        _ => None,
    }
}

/// The port of a database or cache, by its own property or by default.
///
/// Sources: Amazon RDS API reference, `CreateDBInstance`, `CreateDBCluster`; Amazon Redshift, DocumentDB, Neptune, ElastiCache and MemoryDB
/// API references, `CreateCluster` and its like, "Port" (2026-11).
fn listens_on<'m, 't>(run: &mut Run<'m, 't>, resource: &Block<'t>) -> Option<i64> {
    for name in ["Port", "DBPort"] {
        if let Some(port) = property(run, resource, &[name]) {
            return run.settled_text(port)?.trim().parse().ok();
        }
    }
    let engine = property(run, resource, &["Engine"])
        .and_then(|engine| run.settled_text(engine))
        .map(|engine| engine.to_lowercase());
    match (resource.kind, engine.as_deref()) {
        ("AWS::RDS::DBInstance" | "AWS::RDS::DBCluster", Some(engine)) => {
            RDS_PORTS.iter().find(|(beginning, _)| engine.starts_with(beginning)).map(|(_, port)| *port)
        }
        ("AWS::Redshift::Cluster" | "AWS::RedshiftServerless::Workgroup", _) => Some(5439),
        ("AWS::DocDB::DBCluster" | "AWS::DocDB::DBInstance", _) => Some(27017),
        ("AWS::Neptune::DBCluster" | "AWS::Neptune::DBInstance", _) => Some(8182),
        ("AWS::ElastiCache::CacheCluster", Some("memcached")) => Some(11211),
        ("AWS::ElastiCache::CacheCluster" | "AWS::ElastiCache::ReplicationGroup" | "AWS::MemoryDB::Cluster", _) => {
            Some(6379)
        }
        _ => None,
    }
}

/// The beginnings of engines with their default ports.
const RDS_PORTS: [(&str, i64); 10] = [
    ("aurora-mysql", 3306),
    ("aurora-postgresql", 5432),
    ("custom-oracle", 1521),
    ("custom-sqlserver", 1433),
    ("db2", 50000),
    ("mariadb", 3306),
    ("mysql", 3306),
    ("oracle", 1521),
    ("postgres", 5432),
    ("sqlserver", 1433),
];
