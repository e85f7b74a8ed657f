//! Mermaid's flowcharts.
//! Source: "Flowcharts - Basic Syntax", "Special characters that break syntax" and "Entity codes to escape characters", mermaid.js.org.

use super::{Drawing, Node, label};
use crate::graph::phi::Holds;
use std::io::{self, Write};

impl Drawing {
    /// Writes it as a Mermaid flowchart. Nodes are numbered, since not every logical id is an identifier there.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_mermaid(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "flowchart LR")?;
        for (index, node) in self.nodes.iter().enumerate() {
            writeln!(out, "  n{index}[{}]", quoted(&label::of_node(node)))?;
        }
        for edge in &self.edges {
            let arrow = match (edge.in_cycle, edge.derived) {
                (true, _) => "==>",
                (false, true) => "-.->",
                (false, false) => "-->",
            };
            writeln!(out, "  n{} {arrow}|{}| n{}", edge.from, quoted(&label::of_edge(edge)), edge.to)?;
        }
        self.class(out, "phi", "fill:#f6c6c6", |node| matches!(node.phi, Some(Holds::Tagged(..))))?;
        self.class(out, "data", "fill:#fbeecb", |node| matches!(node.phi, Some(Holds::Stateful)))?;
        self.class(out, "cycle", "stroke:#b3261e,stroke-width:3px", |node| node.in_cycle)
    }

    /// Gives some nodes a look.
    fn class(&self, out: &mut dyn Write, name: &str, look: &str, has: impl Fn(&Node) -> bool) -> io::Result<()> {
        let nodes = self.nodes.iter().enumerate().filter(|(_, node)| has(node));
        let names: Vec<String> = nodes.map(|(index, _)| format!("n{index}")).collect();
        if !names.is_empty() {
            writeln!(out, "  classDef {name} {look}")?;
            writeln!(out, "  class {} {name}", names.join(","))?;
        }
        Ok(())
    }
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
