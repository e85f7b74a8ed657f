//! JSON, for programs.

use super::{Cycle, Drawing, Edge, Node};
use crate::graph::phi::Holds;
use serde_json::{Map, Value, json};
use std::io::{self, Write};

impl Drawing {
    /// Writes it as one JSON document: `file`, `nodes`, `edges`, `cycles`. What does not apply is left out.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let document = json!({
            "file": self.file,
            "nodes": self.nodes.iter().map(node).collect::<Vec<_>>(),
            "edges": self.edges.iter().map(|edge| self.edge(edge)).collect::<Vec<_>>(),
            "cycles": self.cycles.iter().map(cycle).collect::<Vec<_>>(),
        });
        serde_json::to_writer_pretty(&mut *out, &document)?;
        writeln!(out)
    }

    fn edge(&self, edge: &Edge) -> Value {
        let mut fields = Map::new();
        fields.insert("from".to_owned(), self.id(edge.from).into());
        fields.insert("to".to_owned(), self.id(edge.to).into());
        fields.insert("kind".to_owned(), edge.kind.into());
        fields.insert("derived".to_owned(), edge.derived.into());
        optional(&mut fields, "attribute", edge.attribute.as_deref());
        optional(&mut fields, "path", Some(edge.path.as_str()).filter(|path| !path.is_empty()));
        fields.insert("line".to_owned(), edge.line.into());
        optional(&mut fields, "when", edge.when.text().as_deref());
        fields.insert("inCycle".to_owned(), edge.in_cycle.into());
        Value::Object(fields)
    }
}

fn node(node: &Node) -> Value {
    let mut fields = Map::new();
    fields.insert("id".to_owned(), node.id.as_str().into());
    fields.insert("type".to_owned(), node.kind.as_str().into());
    fields.insert("line".to_owned(), node.line.into());
    optional(&mut fields, "when", node.when.text().as_deref());
    let phi = match &node.phi {
        Some(Holds::Tagged(key, value)) => Some(json!({"by": "tag", "key": key, "value": value})),
        Some(Holds::Stateful) => Some(json!({"by": "type"})),
        None => None,
    };
    if let Some(phi) = phi {
        fields.insert("phi".to_owned(), phi);
    }
    fields.insert("inCycle".to_owned(), node.in_cycle.into());
    Value::Object(fields)
}

fn cycle(cycle: &Cycle) -> Value {
    let mut fields = Map::new();
    fields.insert("path".to_owned(), json!(cycle.path));
    optional(&mut fields, "when", cycle.when.text().as_deref());
    Value::Object(fields)
}

fn optional(fields: &mut Map<String, Value>, name: &str, text: Option<&str>) {
    if let Some(text) = text {
        fields.insert(name.to_owned(), text.into());
    }
}
