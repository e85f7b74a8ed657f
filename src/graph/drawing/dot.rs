//! Graphviz's DOT language.
//! Source: "DOT Language" and "escString", graphviz.org.

use super::{Drawing, label};
use std::io::{self, Write};

/// Fill of resources that a tag marks as PHI, and of those whose type stores data.
const PHI: &str = "#f6c6c6";
const DATA: &str = "#fbeecb";
/// What is part of a cycle, and what follows from references.
const CYCLE: &str = "#b3261e";
const DERIVED: &str = "#2a5db0";

impl Drawing {
    /// Writes it in DOT. Nodes are numbered, since not every logical id is an identifier.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_dot(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "digraph {} {{", quoted(&[self.file.as_str()]))?;
        writeln!(out, "  rankdir=LR;")?;
        writeln!(out, "  node [shape=box, style=\"rounded,filled\", fillcolor=white, fontname=\"sans-serif\"];")?;
        writeln!(out, "  edge [fontname=\"sans-serif\", fontsize=10];")?;
        for (index, node) in self.nodes.iter().enumerate() {
            let mut attributes = vec![format!("label={}", quoted(&label::of_node(node)))];
            match &node.phi {
                Some(crate::graph::phi::Holds::Tagged(..)) => attributes.push(format!("fillcolor=\"{PHI}\"")),
                Some(crate::graph::phi::Holds::Stateful) => attributes.push(format!("fillcolor=\"{DATA}\"")),
                None => {}
            }
            if node.in_cycle {
                attributes.push(format!("color=\"{CYCLE}\", penwidth=2"));
            }
            writeln!(out, "  n{index} [{}];", attributes.join(", "))?;
        }
        for edge in &self.edges {
            let mut attributes = vec![format!("label={}", quoted(&label::of_edge(edge)))];
            if edge.derived {
                attributes.push(format!("color=\"{DERIVED}\", style=dashed, constraint=false"));
            }
            if edge.in_cycle {
                attributes.push(format!("color=\"{CYCLE}\", penwidth=2"));
            }
            writeln!(out, "  n{} -> n{} [{}];", edge.from, edge.to, attributes.join(", "))?;
        }
        writeln!(out, "}}")
    }
}

/// A quoted string. In one, only `"` needs a backslash, but labels read `\N` and its like as escapes and `&amp;` as a character.
fn quoted(lines: &[impl AsRef<str>]) -> String {
    let mut text = String::from("\"");
    for (index, line) in lines.iter().enumerate() {
        if index > 0 {
            text.push_str("\\n");
        }
        for c in line.as_ref().chars() {
            match (c, label::printable(c)) {
                (_, Some(number)) => text.push_str(&number),
                ('"', _) => text.push_str("\\\""),
                ('\\', _) => text.push_str("\\\\"),
                ('&', _) => text.push_str("&amp;"),
                _ => text.push(c),
            }
        }
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn nothing_in_a_text_is_an_escape() {
        assert_eq!(quoted(&["a\"b\\", "\\N &lt; <b>"]), r#""a\"b\\\n\\N &amp;lt; <b>""#);
        assert_eq!(quoted(&["a\nb\u{1b}[0m"]), r#""a(U+000A)b(U+001B)[0m""#);
    }
}
