//! The pieces that sections are made of: prose, places and lines of source.

use crate::finding::{Finding, Level, Related};
use crate::report::escape::{CodeMarkup, Markup};
use crate::report::ledger::Standing;
use crate::report::lines::{Canvas, MAX_COLUMNS, Mark, Placed, with_context};
use crate::report::prose::{Block, Piece, blocks, pieces};
use crate::report::text::{count, message, one_line};
use crate::report::{Report, rule_address};
use crate::source::Span;
use std::fmt::Write;

/// Related places shown for one finding; further ones are counted.
const MAX_RELATED: usize = 4;

/// Rule prose: paragraphs, lists, code.
pub(super) fn prose(markdown: &str) -> String {
    let mut html = String::new();
    let mut in_list = false;
    for block in blocks(markdown) {
        let is_item = matches!(block, Block::Item(_));
        if is_item != in_list {
            html.push_str(if is_item { "<ul>\n" } else { "</ul>\n" });
            in_list = is_item;
        }
        match block {
            Block::Paragraph(text) => html.push_str(&format!("<p>{}</p>\n", inline(&text))),
            Block::Item(text) => html.push_str(&format!("<li>{}</li>\n", inline(&text))),
            Block::Code(lines) => {
                html.push_str(&format!("<pre class=\"example\">{}</pre>\n", Markup(&lines.join("\n"))))
            }
        }
    }
    if in_list {
        html.push_str("</ul>\n");
    }
    html
}

fn inline(line: &str) -> String {
    let mut html = String::new();
    for piece in pieces(line) {
        match piece {
            Piece::Text(text) => html.push_str(&Markup(text).to_string()),
            Piece::Code(code) => html.push_str(&format!("<code>{}</code>", Markup(code))),
            Piece::Emphasis(text) => html.push_str(&format!("<em>{}</em>", Markup(text))),
            Piece::Strong(text) => html.push_str(&format!("<strong>{}</strong>", inline(text))),
            Piece::Link { label, address } => html.push_str(&link(address, &inline(label))),
        }
    }
    html
}

/// A link to the web, or only its label where the address is something else.
fn link(address: &str, html: &str) -> String {
    if address.starts_with("https://") || address.starts_with("http://") {
        format!("<a href=\"{}\">{html}</a>", Markup(address))
    } else {
        html.to_owned()
    }
}

/// The addresses of a rule's documentation.
pub(super) fn references(addresses: &[String]) -> String {
    addresses.iter().map(|address| format!("<li>{}</li>\n", link(address, &Markup(address).to_string()))).collect()
}

/// A rule's id, which leads to its documentation.
pub(super) fn rule_id(id: &str) -> String {
    format!("<a href=\"{}\"><code>{}</code></a>", Markup(&rule_address(id)), Markup(id))
}

/// The level of a finding, as a badge.
pub(super) fn level(level: Level) -> String {
    let standing = Standing::Failed(level);
    badge(class(standing), mark(standing), level.name())
}

/// The class of everything that shows checks or citations with this standing. Errors are red, warnings amber; notes are
/// neutral, since they are no reason for alarm.
pub(super) fn class(standing: Standing) -> &'static str {
    match standing {
        Standing::Failed(Level::Error) => "failed",
        Standing::Failed(Level::Warning) => "warned",
        Standing::Failed(Level::Note) => "noted",
        Standing::InBaseline => "baseline",
        Standing::Suppressed => "suppressed",
        Standing::Undecided => "undecided",
        Standing::Passed => "passed",
        Standing::TurnedOff | Standing::Supporting | Standing::Idle | Standing::NoRule => "none",
    }
}

/// A mark for it, so that nobody depends on colors.
pub(super) fn mark(standing: Standing) -> &'static str {
    match standing {
        Standing::Failed(Level::Error) => "×",
        Standing::Failed(Level::Warning) => "!",
        Standing::Failed(Level::Note) => "i",
        Standing::InBaseline => "•",
        Standing::Suppressed => "○",
        Standing::Undecided => "?",
        Standing::Passed => "✓",
        Standing::TurnedOff => "−",
        Standing::Supporting => "+",
        Standing::Idle => "–",
        Standing::NoRule => "",
    }
}

/// A word with its mark; the mark is for sighted readers.
pub(super) fn badge(class: &str, mark: &str, word: &str) -> String {
    format!("<span class=\"badge {class}\"><span aria-hidden=\"true\">{mark}</span> {word}</span>")
}

/// A name that is fit for an `id` and after `#`.
pub(super) fn anchor(prefix: &str, name: &str) -> String {
    let mut anchor = prefix.to_owned();
    for c in name.chars() {
        anchor.push(if c.is_ascii_alphanumeric() { c } else { '-' });
    }
    anchor.trim_end_matches('-').to_owned()
}

/// `Records` and its type.
pub(super) fn subject(finding: &Finding) -> String {
    let subject = &finding.subject;
    let alike = match finding.alike.len() {
        0 => String::new(),
        more => format!(" and {}", count(more, "other")),
    };
    match &subject.resource_type {
        Some(kind) => {
            let (name, kind) = (one_line(&subject.name, true), one_line(kind, true));
            format!("<strong>{}</strong>{alike} <span class=\"type\">{}</span>", Markup(&name), Markup(&kind))
        }
        None => format!("<strong>{}</strong>{alike}", Markup(&one_line(&subject.qualified_name(), true))),
    }
}

/// `stacks/app.yaml:19:3`; empty where the source is not part of the report.
pub(super) fn place(span: Span, report: &Report) -> String {
    let Some(source) = report.source(span.source) else { return String::new() };
    let at = source.position(span.start);
    let name = one_line(&source.name, true);
    format!("<span class=\"place\">{}:{}:{}</span>", Markup(&name), at.line, at.column)
}

/// The message of a finding.
pub(super) fn sentence(finding: &Finding) -> String {
    CodeMarkup(&message(finding)).to_string()
}

/// The lines around a finding's own place, then those of the places that explain it.
pub(super) fn excerpts(span: Span, related: &[Related], report: &Report) -> String {
    let mut html = excerpt(span, 1, report);
    for place in related.iter().take(MAX_RELATED) {
        let words = one_line(&place.message, true);
        let _ = write!(
            html,
            "<p class=\"related\">{} {}</p>\n{}",
            CodeMarkup(&words),
            self::place(place.span, report),
            excerpt(place.span, 0, report)
        );
    }
    let hidden = related.len().saturating_sub(MAX_RELATED);
    if hidden > 0 {
        let _ = writeln!(html, "<p class=\"related\">And {} elsewhere.</p>", count(hidden, "related place"));
    }
    html
}

/// The line of a place, marked, with `context` lines around it; nothing where the source is not part of the report.
fn excerpt(span: Span, context: usize, report: &Report) -> String {
    let Some(source) = report.source(span.source) else { return String::new() };
    let mark = Mark { source, span, label: None };
    let placed = Placed::new(&mark);
    let canvas = Canvas { columns: MAX_COLUMNS, unicode: true };
    let mut html = String::from("<pre class=\"source\">");
    for line in with_context(source, placed.line, placed.line, context) {
        let marks: &[&Placed] = if line == placed.line { &[&placed] } else { &[] };
        let mut text = String::new();
        let ranges = canvas.write_line(&mut text, source, line, marks);
        let text = text.trim_end_matches('\n');
        let (start, end) = ranges.first().copied().unwrap_or((text.len(), text.len()));
        let part = |range: std::ops::Range<usize>| Markup(text.get(range).unwrap_or_default());
        let class = if marks.is_empty() { "" } else { " class=\"at\"" };
        let _ = write!(html, "<span{class}><span class=\"line\">{line}</span>{}", part(0..start));
        if start < end {
            let _ = write!(html, "<mark>{}</mark>", part(start..end));
        }
        // The line break is for people who copy the lines.
        let _ = write!(html, "{}\n</span>", part(end..text.len()));
    }
    html.push_str("</pre>\n");
    html
}
