//! JSON, for programs.

use super::{Cycle, Drawing, Edge, Node, Picture, Relation};
use crate::graph::phi::Holds;
use serde_json::{Map, Value, json};
use std::io::{self, Write};

impl Picture {
    /// Writes it as one JSON document: of one template `file`, `nodes`, `edges`, `cycles`; of an assembly `templates` with these,
    /// `imports` and `deployments`. What does not apply is left out.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let document = match self.drawings.as_slice() {
            [drawing] if !self.is_assembly => self.template(drawing),
            _ => {
                let mut fields = Map::new();
                fields.insert("folder".to_owned(), self.name.as_str().into());
                optional(&mut fields, "findingsOf", self.findings_of.as_deref());
                let templates: Vec<Value> = self.drawings.iter().map(|drawing| self.template(drawing)).collect();
                fields.insert("templates".to_owned(), templates.into());
                let resource = |(template, resource): (usize, usize)| {
                    let drawing = self.drawings.get(template)?;
                    Some(json!({"file": drawing.file, "id": drawing.id(resource)}))
                };
                let imports = self.imports.iter().filter_map(|import| {
                    Some(json!({"from": resource(import.from)?, "to": resource(import.to)?, "kind": import.kind}))
                });
                fields.insert("imports".to_owned(), imports.collect::<Vec<_>>().into());
                let deployments = self.deployments.iter().filter_map(|deployment| {
                    let template = self.drawings.get(deployment.template)?;
                    let from = resource((deployment.parent, deployment.resource))?;
                    Some(json!({"from": from, "to": template.file}))
                });
                fields.insert("deployments".to_owned(), deployments.collect::<Vec<_>>().into());
                Value::Object(fields)
            }
        };
        serde_json::to_writer_pretty(&mut *out, &document)?;
        writeln!(out)
    }

    fn template(&self, drawing: &Drawing) -> Value {
        let mut fields = Map::new();
        fields.insert("file".to_owned(), drawing.file.as_str().into());
        optional(&mut fields, "stack", drawing.stack.as_deref());
        if !self.is_assembly {
            optional(&mut fields, "findingsOf", self.findings_of.as_deref());
        }
        fields.insert("nodes".to_owned(), drawing.nodes.iter().map(node).collect::<Vec<_>>().into());
        fields
            .insert("edges".to_owned(), drawing.edges.iter().map(|one| edge(drawing, one)).collect::<Vec<_>>().into());
        fields.insert("cycles".to_owned(), drawing.cycles.iter().map(cycle).collect::<Vec<_>>().into());
        Value::Object(fields)
    }
}

fn edge(drawing: &Drawing, edge: &Edge) -> Value {
    json!({
        "from": drawing.id(edge.from),
        "to": drawing.id(edge.to),
        "derived": edge.is_derived(),
        "inCycle": edge.is_in_cycle(),
        "relations": edge.relations.iter().map(relation).collect::<Vec<_>>(),
    })
}

fn relation(relation: &Relation) -> Value {
    let mut fields = Map::new();
    fields.insert("kind".to_owned(), relation.kind.into());
    fields.insert("derived".to_owned(), relation.derived.into());
    optional(&mut fields, "attribute", relation.attribute.as_deref());
    optional(&mut fields, "path", Some(relation.path.as_str()).filter(|path| !path.is_empty()));
    fields.insert("line".to_owned(), relation.line.into());
    optional(&mut fields, "when", relation.when.text().as_deref());
    fields.insert("inCycle".to_owned(), relation.in_cycle.into());
    Value::Object(fields)
}

fn node(node: &Node) -> Value {
    let mut fields = Map::new();
    fields.insert("id".to_owned(), node.id.as_str().into());
    fields.insert("type".to_owned(), node.kind.as_str().into());
    fields.insert("line".to_owned(), node.line.into());
    optional(&mut fields, "construct", node.construct.as_deref());
    if let Some(origin) = &node.origin {
        fields.insert("origin".to_owned(), json!(**origin));
    }
    optional(&mut fields, "when", node.when.text().as_deref());
    let phi = match &node.phi {
        Some(Holds::Tagged(key, value)) => Some(json!({"by": "tag", "key": key, "value": value})),
        Some(Holds::Stateful) => Some(json!({"by": "type"})),
        None => None,
    };
    if let Some(phi) = phi {
        fields.insert("phi".to_owned(), phi);
    }
    if !node.marks.is_empty() {
        let findings = node.marks.iter().map(|mark| json!({"rule": *mark.rule, "level": mark.level}));
        fields.insert("findings".to_owned(), findings.collect::<Vec<_>>().into());
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
