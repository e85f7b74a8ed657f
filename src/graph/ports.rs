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
            let is_limited = parameter.kind == "Number" && (least.is_some() || greatest.is_some());
            is_limited.then(|| {
                let least = least.map_or(0, |least| least.ceil() as i64);
                let greatest = greatest.map_or(65535, |greatest| greatest.floor() as i64);
                least.clamp(0, 65535)..=greatest.clamp(0, 65535)
            })
        }
        Origin::Resource { id, attribute: Some(attribute) } if attribute.ends_with("Port") => {
            listens_on(run, model.resource(id)?)
        }
        _ => None,
    }
}

/// The valid ports of databases of Amazon RDS (API reference, `CreateDBInstance`, "Port").
const RDS_PORTS: RangeInclusive<i64> = 1150..=65535;

/// The beginnings of engines with their default ports (Amazon RDS API reference, `CreateDBInstance` and `CreateDBCluster`, "Port", 2026-11).
const RDS_DEFAULTS: [(&str, i64); 10] = [
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

/// What a database is restored or copied from, whose port it keeps.
const ORIGINALS: [&str; 6] = [
    "DBSnapshotIdentifier",
    "DBClusterSnapshotIdentifier",
    "SnapshotIdentifier",
    "SourceDBClusterIdentifier",
    "SourceDBInstanceIdentifier",
    "SourceDbiResourceId",
];

/// The port of a database or cache, by its own property or by default.
///
/// Sources of defaults, beside those of RDS: Amazon Redshift API reference, `CreateCluster`; Amazon Redshift Serverless API reference,
/// `CreateWorkgroup`; Amazon Neptune API reference, `CreateDBCluster` (2026-11). The references of DocumentDB, ElastiCache and MemoryDB state
/// none.
fn listens_on<'m, 't>(run: &mut Run<'m, 't>, resource: &Block<'t>) -> Option<RangeInclusive<i64>> {
    let (name, default) = match resource.kind {
        "AWS::RDS::DBInstance" | "AWS::RDS::DBCluster" => ("Port", Some(rds_default(run, resource))),
        "AWS::Redshift::Cluster" | "AWS::RedshiftServerless::Workgroup" => ("Port", Some(5439..=5439)),
        "AWS::Neptune::DBCluster" => ("DBPort", Some(8182..=8182)),
        "AWS::DocDB::DBCluster"
        | "AWS::ElastiCache::CacheCluster"
        | "AWS::ElastiCache::ReplicationGroup"
        | "AWS::MemoryDB::Cluster" => ("Port", None),
        _ => return None,
    };
    match property(run, resource, &[name]) {
        Some(port) => {
            let port = run.settled_text(port)?.trim().parse::<i64>().ok()?;
            (0..=65535).contains(&port).then_some(port..=port)
        }
        None => default,
    }
}

/// The ports that a database may have by default. One of an Aurora cluster has the port of its cluster.
fn rds_default<'m, 't>(run: &mut Run<'m, 't>, resource: &Block<'t>) -> RangeInclusive<i64> {
    let keeps = ORIGINALS.iter().any(|name| property(run, resource, &[name]).is_some());
    let engine = property(run, resource, &["Engine"]).and_then(|engine| run.settled_text(engine));
    let engine = engine.map(|engine| engine.to_lowercase()).unwrap_or_default();
    let is_of_cluster = resource.kind == "AWS::RDS::DBInstance" && engine.starts_with("aurora");
    match RDS_DEFAULTS.iter().find(|(beginning, _)| engine.starts_with(beginning)) {
        Some((_, port)) if !keeps && !is_of_cluster => *port..=*port,
        _ => RDS_PORTS,
    }
}
