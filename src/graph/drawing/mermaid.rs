//! Mermaid's flowcharts.
//! Source: "Flowcharts - Basic Syntax", "Special characters that break syntax" and "Entity codes to escape characters", mermaid.js.org.

use super::sign::Sign;
use super::{Drawing, Node, Picture, label};
use crate::finding::Level;
use std::io::{self, Write};

impl Picture {
    /// Writes it as a Mermaid flowchart. Nodes are numbered, since not every logical id is an identifier there. Each template of
    /// several is a subgraph.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_mermaid(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "flowchart LR")?;
        for (number, (first, drawing)) in self.numbered().enumerate() {
            if self.is_assembly {
                writeln!(out, "  subgraph s{number}[{}]", quoted(&label::of_template(drawing, &self.name)))?;
                nodes(drawing, first, "    ", out)?;
                writeln!(out, "  end")?;
            } else {
                nodes(drawing, first, "  ", out)?;
            }
        }
        for (first, drawing) in self.numbered() {
            for edge in &drawing.edges {
                let arrow = match (edge.is_in_cycle(), edge.is_derived()) {
                    (true, _) => "==>",
                    (false, true) => "-.->",
                    (false, false) => "-->",
                };
                let label = quoted(&label::of_edge(edge));
                writeln!(out, "  n{} {arrow}|{label}| n{}", first + edge.from, first + edge.to)?;
            }
        }
        for (resource, template, _) in self.deployed() {
            writeln!(out, "  n{resource} -.->|\"deploys\"| s{template}")?;
        }
        for (from, to, kind) in self.imported() {
            writeln!(out, "  n{from} -->|{}| n{to}", quoted(&[kind.to_owned()]))?;
        }
        let signs = self.signs();
        if !signs.is_empty() {
            writeln!(out, "  subgraph legend[\"Legend\"]")?;
            for (number, sign) in signs.iter().enumerate() {
                let (open, close) = shape(&[*sign]);
                let label = quoted(&[sign.meaning(self.findings_of.as_deref())]);
                writeln!(out, "    legend{number}{open}{label}{close}")?;
            }
            writeln!(out, "  end")?;
        }
        for (number, sign) in signs.iter().enumerate() {
            let Some((name, look)) = class(*sign) else { continue };
            let of_drawing = |(first, drawing): (usize, &Drawing)| {
                let has = |node: &Node| node.signs().contains(sign);
                let nodes = drawing.nodes.iter().enumerate().filter(|(_, node)| has(node));
                nodes.map(|(index, _)| format!("n{}", first + index)).collect::<Vec<_>>()
            };
            let legend = format!("legend{number}");
            let names: Vec<String> = self.numbered().flat_map(of_drawing).chain([legend]).collect();
            writeln!(out, "  classDef {name} {look}")?;
            writeln!(out, "  class {} {name}", names.join(","))?;
        }
        Ok(())
    }
}

fn nodes(drawing: &Drawing, first: usize, indent: &str, out: &mut dyn Write) -> io::Result<()> {
    for (index, node) in drawing.nodes.iter().enumerate() {
        let (open, close) = shape(&node.signs());
        writeln!(out, "{indent}n{}{open}{}{close}", first + index, quoted(&label::of_node(node)))?;
    }
    Ok(())
}

/// The brackets around a label: a hexagon for errors, a stadium for warnings.
fn shape(signs: &[Sign]) -> (&'static str, &'static str) {
    if signs.contains(&Sign::Findings(Level::Error)) {
        ("{{", "}}")
    } else if signs.contains(&Sign::Findings(Level::Warning)) {
        ("([", "])")
    } else {
        ("[", "]")
    }
}

/// The class of nodes with a sign: its name and its look.
fn class(sign: Sign) -> Option<(&'static str, &'static str)> {
    Some(match sign {
        Sign::Tagged => ("phi", "fill:#f6c6c6"),
        Sign::Stores => ("data", "fill:#fbeecb"),
        Sign::Findings(Level::Error) => ("error", "stroke:#b3261e,stroke-width:3px"),
        Sign::Findings(Level::Warning) => ("warning", "stroke:#b26a00,stroke-width:3px"),
        Sign::Findings(Level::Note) => ("note", "stroke:#2a5db0,stroke-width:3px"),
        Sign::Cycle => ("cycle", "stroke-dasharray:6 3"),
        Sign::Derived => return None,
    })
}

/// A quoted text. Everything that may mean something there becomes an entity code; `:` among it, since Mermaid looks for colours behind
/// a colon before it reads codes, but only in texts that have codes at all.
fn quoted(lines: &[String]) -> String {
    let plain = |c: char| c.is_alphanumeric() || " _-.,:/()+=".contains(c);
    let is_plain = lines.iter().flat_map(|line| line.chars()).all(plain);
    let lines: Vec<String> = lines.iter().map(|line| escaped(line, |c| plain(c) && (is_plain || c != ':'))).collect();
    format!("\"{}\"", lines.join("<br/>"))
}

fn escaped(line: &str, plain: impl Fn(char) -> bool) -> String {
    let mut text = String::with_capacity(line.len());
    for c in line.chars() {
        match label::printable(c) {
            Some(number) => text.push_str(&number),
            None if plain(c) => text.push(c),
            None => text.push_str(&format!("#{};", u32::from(c))),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn whatever_means_something_becomes_a_code() {
        assert_eq!(quoted(&["Bucket".to_owned(), "AWS::S3::Bucket".to_owned()]), "\"Bucket<br/>AWS::S3::Bucket\"");
        let odd = ["a\"]b".to_owned(), "`x` #quot; %%{init}%% <b> ; & style:y".to_owned(), "é\n".to_owned()];
        assert_eq!(
            quoted(&odd),
            "\"a#34;#93;b<br/>#96;x#96; #35;quot#59; #37;#37;#123;init#125;#37;#37; #60;b#62; #59; #38; style#58;y<br/>é(U+000A)\""
        );
    }
}
