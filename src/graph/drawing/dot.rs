//! Graphviz's DOT language.
//! Source: "DOT Language" and "escString", graphviz.org.

use super::sign::Sign;
use super::{Drawing, Picture, label};
use crate::finding::Level;
use std::io::{self, Write};

/// What is part of a cycle, and what follows from references.
const CYCLE: &str = "#b3261e";
const DERIVED: &str = "#2a5db0";

impl Picture {
    /// Writes it in DOT. Nodes are numbered, since not every logical id is an identifier. Each template of several is a cluster.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_dot(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "digraph {} {{", quoted(&[self.name.as_str()]))?;
        writeln!(out, "  rankdir=LR;")?;
        if self.is_assembly {
            writeln!(out, "  compound=true;")?;
        }
        writeln!(out, "  node [shape=box, style=\"rounded,filled\", fillcolor=white, fontname=\"sans-serif\"];")?;
        writeln!(out, "  edge [fontname=\"sans-serif\", fontsize=10];")?;
        for (number, (first, drawing)) in self.numbered().enumerate() {
            if self.is_assembly {
                writeln!(out, "  subgraph cluster_{number} {{")?;
                writeln!(
                    out,
                    "    label={}; fontname=\"sans-serif\";",
                    quoted(&label::of_template(drawing, &self.name))
                )?;
                nodes(drawing, first, "    ", out)?;
                writeln!(out, "  }}")?;
            } else {
                nodes(drawing, first, "  ", out)?;
            }
        }
        for (first, drawing) in self.numbered() {
            edges(drawing, first, out)?;
        }
        for (resource, template, first) in self.deployed() {
            writeln!(out, "  n{resource} -> n{first} [label=\"deploys\", lhead=cluster_{template}, style=dotted];")?;
        }
        for (from, to, kind) in self.imported() {
            writeln!(out, "  n{from} -> n{to} [label=\"{kind}\"];")?;
        }
        self.dot_legend(out)?;
        writeln!(out, "}}")
    }

    fn dot_legend(&self, out: &mut dyn Write) -> io::Result<()> {
        let signs = self.signs();
        if signs.is_empty() {
            return Ok(());
        }
        writeln!(out, "  subgraph cluster_legend {{")?;
        writeln!(out, "    label=\"Legend\"; fontname=\"sans-serif\"; color=\"#999999\";")?;
        for (number, sign) in signs.iter().enumerate() {
            let mut attributes = vec![format!("label={}", quoted(&[sign.meaning(self.findings_of.as_deref())]))];
            attributes.push(look(*sign).to_owned());
            writeln!(out, "    legend{number} [{}];", attributes.join(", "))?;
        }
        writeln!(out, "  }}")
    }
}

/// The attributes of a node with a sign. Each has a shape or a fill of its own, so that they can be told apart without colors.
fn look(sign: Sign) -> &'static str {
    match sign {
        Sign::Tagged => "fillcolor=\"#f6c6c6\"",
        Sign::Stores => "fillcolor=\"#fbeecb\"",
        Sign::Findings(Level::Error) => "shape=octagon, style=filled, color=\"#b3261e\", penwidth=2",
        Sign::Findings(Level::Warning) => "shape=hexagon, style=filled, color=\"#b26a00\", penwidth=2",
        Sign::Findings(Level::Note) => "shape=note, style=filled, color=\"#2a5db0\", penwidth=2",
        Sign::Cycle => "peripheries=2",
        Sign::Derived => "shape=plaintext, style=\"\"",
    }
}

fn nodes(drawing: &Drawing, first: usize, indent: &str, out: &mut dyn Write) -> io::Result<()> {
    for (index, node) in drawing.nodes.iter().enumerate() {
        let mut attributes = vec![format!("label={}", quoted(&label::of_node(node)))];
        attributes.extend(node.signs().into_iter().map(look).map(str::to_owned));
        writeln!(out, "{indent}n{} [{}];", first + index, attributes.join(", "))?;
    }
    Ok(())
}

fn edges(drawing: &Drawing, first: usize, out: &mut dyn Write) -> io::Result<()> {
    for edge in &drawing.edges {
        let mut attributes = vec![format!("label={}", quoted(&label::of_edge(edge)))];
        if edge.is_derived() {
            attributes.push(format!("color=\"{DERIVED}\", style=dashed, constraint=false"));
        }
        if edge.is_in_cycle() {
            attributes.push(format!("color=\"{CYCLE}\", penwidth=2"));
        }
        writeln!(out, "  n{} -> n{} [{}];", first + edge.from, first + edge.to, attributes.join(", "))?;
    }
    Ok(())
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
