//! A page of a few sections, as Markdown and as plain text.

use crate::report::escape::Markdown;
use crate::report::prose::{self, Piece, code_pieces, pieces};
use crate::report::text::one_line;
use crate::source::Span;
use std::fmt::Write;

/// Characters of one code span.
const MAX_CODE: usize = 300;

/// What there is to say about a place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The place that it is about, if that is more exact than the question.
    pub span: Option<Span>,
    /// What there is to say.
    pub sections: Vec<Section>,
}

/// One thing that there is to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// The first line, which stands out.
    pub head: Vec<Inline>,
    /// The rest.
    pub blocks: Vec<Block>,
}

/// A part of a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A paragraph.
    Paragraph(Vec<Inline>),
    /// An item of a list.
    Item(Vec<Inline>),
    /// Lines as they are.
    Code(Vec<String>),
}

/// A part of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inline {
    /// Words.
    Text(String),
    /// Words that stand out.
    Strong(String),
    /// A name or value.
    Code(String),
    /// A link to a page.
    Link {
        /// What is shown.
        label: String,
        /// The address.
        address: String,
    },
}

impl Inline {
    /// Words.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A name or value; a long one is cut.
    pub fn code(text: impl Into<String>) -> Self {
        let text = text.into();
        Self::Code(match text.char_indices().nth(MAX_CODE) {
            Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
            None => text,
        })
    }

    /// A message, in which names and values are between backticks.
    pub fn message(text: &str) -> Vec<Self> {
        code_pieces(text)
            .map(|piece| match piece {
                Piece::Code(code) => Self::code(code),
                other => Self::text(other.text()),
            })
            .collect()
    }

    /// Names or values with commas between them; of many, the first `most`.
    pub fn listed(names: impl IntoIterator<Item = String>, most: usize) -> Vec<Self> {
        let names: Vec<String> = names.into_iter().collect();
        let mut line = Vec::new();
        for (index, name) in names.iter().take(most).enumerate() {
            if index > 0 {
                line.push(Self::text(", "));
            }
            line.push(Self::code(name.as_str()));
        }
        if let Some(more) = names.len().checked_sub(most).filter(|more| *more > 0) {
            line.push(Self::text(format!(" and {more} more")));
        }
        line
    }
}

impl Section {
    /// A section with a first line.
    pub fn new(head: Vec<Inline>) -> Self {
        Self { head, blocks: Vec::new() }
    }

    /// Adds a paragraph.
    pub fn paragraph(&mut self, line: Vec<Inline>) {
        self.blocks.push(Block::Paragraph(line));
    }

    /// Adds an item of a list.
    pub fn item(&mut self, line: Vec<Inline>) {
        self.blocks.push(Block::Item(line));
    }

    /// Adds a paragraph that begins with a word that stands out.
    pub fn labeled(&mut self, label: &str, line: impl IntoIterator<Item = Inline>) {
        let label = [Inline::Strong(format!("{label}:")), Inline::text(" ")];
        self.paragraph(label.into_iter().chain(line).collect());
    }

    /// Adds the prose of a rule, behind a label.
    pub fn prose(&mut self, label: &str, text: &str) {
        let mut label = Some(label);
        for block in prose::blocks(text) {
            match (block, label.take()) {
                (prose::Block::Paragraph(line), Some(label)) => self.labeled(label, marked(&line)),
                (block, first) => {
                    if let Some(first) = first {
                        self.paragraph(vec![Inline::Strong(format!("{first}:"))]);
                    }
                    self.blocks.push(match block {
                        prose::Block::Paragraph(line) => Block::Paragraph(marked(&line)),
                        prose::Block::Item(line) => Block::Item(marked(&line)),
                        prose::Block::Code(lines) => Block::Code(lines),
                    });
                }
            }
        }
    }
}

/// A line of prose. Marks in marks are words.
fn marked(line: &str) -> Vec<Inline> {
    pieces(line)
        .map(|piece| match piece {
            Piece::Code(code) => Inline::code(code),
            Piece::Strong(text) => Inline::Strong(prose::plain_line(text)),
            Piece::Link { label, address } if is_address(address) => {
                Inline::Link { label: prose::plain_line(label), address: address.to_owned() }
            }
            other => Inline::text(prose::plain_line(other.text())),
        })
        .collect()
}

/// Whether a text is the address of a page, and nothing that could end the link.
fn is_address(text: &str) -> bool {
    text.starts_with("https://") && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>()[]\\`\"".contains(&byte))
}

impl Page {
    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.sections.is_empty()
    }

    /// Adds a section of one line.
    pub fn begin(&mut self, head: Vec<Inline>) {
        self.add(Section::new(head));
    }

    /// Adds a section.
    pub fn add(&mut self, section: Section) {
        self.sections.push(section);
    }

    /// Notes the place of what was added; the shortest one counts.
    pub fn narrow(&mut self, span: Span) {
        if self.span.is_none_or(|known| span.len() < known.len()) {
            self.span = Some(span);
        }
    }

    /// The page as Markdown.
    pub fn markdown(&self) -> String {
        let mut out = String::new();
        for (index, section) in self.sections.iter().enumerate() {
            if index > 0 {
                out.push_str("\n\n---\n\n");
            }
            out.push_str(&markdown_line(&section.head));
            let mut in_list = false;
            for block in &section.blocks {
                let is_item = matches!(block, Block::Item(_));
                out.push_str(if is_item && in_list { "\n" } else { "\n\n" });
                in_list = is_item;
                match block {
                    Block::Paragraph(line) => out.push_str(&markdown_line(line)),
                    Block::Item(line) => {
                        out.push_str("- ");
                        out.push_str(&markdown_line(line));
                    }
                    Block::Code(lines) => {
                        let fence = "`".repeat(longest(lines.iter().map(String::as_str)).max(2) + 1);
                        let _ = writeln!(out, "{fence}yaml");
                        for line in lines {
                            let _ = writeln!(out, "{}", one_line(line, true));
                        }
                        out.push_str(&fence);
                    }
                }
            }
        }
        out
    }

    /// The page as plain text.
    pub fn plain(&self) -> String {
        let mut out = String::new();
        for (index, section) in self.sections.iter().enumerate() {
            if index > 0 {
                out.push_str("\n\n");
            }
            out.push_str(&plain_line(&section.head));
            for block in &section.blocks {
                match block {
                    Block::Paragraph(line) => {
                        out.push('\n');
                        out.push_str(&plain_line(line));
                    }
                    Block::Item(line) => {
                        out.push_str("\n- ");
                        out.push_str(&plain_line(line));
                    }
                    Block::Code(lines) => {
                        for line in lines {
                            let _ = write!(out, "\n    {}", one_line(line, true));
                        }
                    }
                }
            }
        }
        out
    }
}

/// The longest run of backticks.
fn longest<'l>(lines: impl Iterator<Item = &'l str>) -> usize {
    lines.flat_map(|line| line.split(|c| c != '`')).map(str::len).max().unwrap_or(0)
}

fn markdown_line(line: &[Inline]) -> String {
    let mut out = String::new();
    for part in line {
        match part {
            // The escapes know code between backticks; here it is a part of its own.
            Inline::Text(text) => out.push_str(&markdown_text(text, out.is_empty())),
            Inline::Strong(text) => {
                let _ = write!(out, "**{}**", markdown_text(text, false).trim());
            }
            Inline::Code(text) => out.push_str(&markdown_code(text)),
            Inline::Link { label, address } => {
                let _ = write!(out, "[{}]({address})", markdown_text(label, false));
            }
        }
    }
    out
}

/// Words, without a mark in them. At the beginning of a line more characters are marks.
fn markdown_text(text: &str, is_first: bool) -> String {
    let text = Markdown(&text.replace('`', "'")).to_string().replace('!', "\\!");
    let starts_block = |text: &str| {
        let digits = text.trim_start_matches(|c: char| c.is_ascii_digit());
        text.starts_with(['#', '+', '-', '=']) || digits.len() < text.len() && digits.starts_with(['.', ')'])
    };
    match is_first && starts_block(text.trim_start()) {
        true => format!("\u{200b}{}", text.trim_start()),
        false => text,
    }
}

/// A code span on one line, whose fence is longer than any run of backticks in it (CommonMark 6.1).
fn markdown_code(text: &str) -> String {
    let text = one_line(text, true);
    let fence = "`".repeat(longest(std::iter::once(&*text)) + 1);
    let is_odd = text.trim().is_empty() || text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']);
    let pad = if is_odd { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

fn plain_line(line: &[Inline]) -> String {
    line.iter()
        .map(|part| match part {
            Inline::Text(text) | Inline::Strong(text) => one_line(text, true).into_owned(),
            Inline::Code(text) => format!("`{}`", one_line(text, true)),
            Inline::Link { label, address } if label == address => address.clone(),
            Inline::Link { label, address } => format!("{} ({address})", one_line(label, true)),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn hostile_texts_mean_nothing() {
        let mut section = Section::new(vec![Inline::text("# <b>x</b> ![a](http://b.example) `c")]);
        section.paragraph(vec![Inline::code("a`` b\n# c\u{202e}")]);
        section.item(vec![Inline::text("1. "), Inline::code(" ")]);
        section.blocks.push(Block::Code(vec!["```".to_owned(), "a\u{1b}".to_owned()]));
        let page = Page { span: None, sections: vec![section] };
        assert_eq!(
            page.markdown(),
            "\u{200b}# &lt;b&gt;x&lt;/b&gt; \\!\\[a\\](http:\u{200b}//b.example) 'c\n\n```a`` b # c\u{fffd}```\n\n- \
             \u{200b}1. `   `\n\n````yaml\n```\na␛\n````"
        );
        assert!(!page.plain().contains(['\u{1b}', '\u{202e}']));
    }

    #[test]
    fn prose_keeps_its_marks() {
        let mut section = Section::new(vec![Inline::Strong("Head".to_owned())]);
        section.prose("Why", "Use `a` and [b](https://c.example/d), not [e](javascript:f).\n\n- one\n- **two**\n");
        let page = Page { span: None, sections: vec![section] };
        assert_eq!(
            page.markdown(),
            "**Head**\n\n**Why:** Use `a` and [b](https://c.example/d), not e.\n\n- one\n- **two**"
        );
        assert_eq!(page.plain(), "Head\nWhy: Use `a` and b (https://c.example/d), not e.\n- one\n- two");
    }
}
