//! The Markdown of rules as plain text. Knows the little that rule prose uses: code, emphasis, links, headings, lists.

/// The whole text without its marks; blocks keep their line breaks.
pub(crate) fn plain(markdown: &str) -> String {
    let mut fenced = false;
    let mut lines = Vec::new();
    for line in markdown.trim().lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if fenced {
            lines.push(line.to_owned());
        } else {
            lines.push(inline(line.trim_start_matches('#').trim_end()));
        }
    }
    lines.join("\n").trim().to_owned()
}

/// A part of a text that is laid out on its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Block {
    /// A paragraph or heading, on one line, without marks.
    Paragraph(String),
    /// An item of a list, on one line, without marks.
    Item(String),
    /// The lines of a fenced block, as they are.
    Code(Vec<String>),
}

/// The text in blocks, for whoever wraps it.
pub(crate) fn blocks(markdown: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut fenced = false;
    // Whether a line goes on with the block before it.
    let mut open = false;
    for line in markdown.trim().lines() {
        let trimmed = line.trim();
        if trimmed.starts_with("```") {
            fenced = !fenced;
            open = false;
            if fenced {
                blocks.push(Block::Code(Vec::new()));
            }
            continue;
        }
        match blocks.last_mut() {
            Some(Block::Code(lines)) if fenced => lines.push(line.trim_end().to_owned()),
            _ if trimmed.is_empty() => open = false,
            last => {
                let item = trimmed.strip_prefix("- ").or_else(|| trimmed.strip_prefix("* "));
                match (last, item) {
                    (_, Some(item)) => blocks.push(Block::Item(item.to_owned())),
                    (Some(Block::Paragraph(text) | Block::Item(text)), None) if open => {
                        text.push(' ');
                        text.push_str(trimmed);
                    }
                    _ => blocks.push(Block::Paragraph(trimmed.trim_start_matches('#').trim_start().to_owned())),
                }
                open = !trimmed.starts_with('#');
            }
        }
    }
    for block in &mut blocks {
        // Marks may begin on one line and end on the next, so they go last.
        if let Block::Paragraph(text) | Block::Item(text) = block {
            *text = inline(text);
        }
    }
    blocks
}

/// The first sentence of the first paragraph, and the second where both are short.
pub(crate) fn lead(markdown: &str) -> String {
    const SHORT: usize = 160;
    let paragraph: Vec<&str> = markdown
        .trim()
        .lines()
        .map(str::trim)
        .take_while(|line| !line.is_empty() && !line.starts_with("```"))
        .collect();
    let text = inline(&paragraph.join(" "));
    let mut ends = sentence_ends(&text);
    let first = ends.next().unwrap_or(text.len());
    let end = ends.next().filter(|second| *second <= SHORT).unwrap_or(first);
    text.get(..end).unwrap_or(&text).trim_end().to_owned()
}

/// At most `limit` bytes of whole sentences; at least the first one, cut at a character where even that is too long.
pub(crate) fn sentences(text: &str, limit: usize) -> &str {
    let end = if text.len() <= limit {
        text.len()
    } else {
        sentence_ends(text).take_while(|end| *end <= limit).last().unwrap_or(limit)
    };
    let end = (0..=end).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text.get(..end).unwrap_or(text).trim_end()
}

/// Byte offsets just past each sentence. A sentence ends with a mark, white space and no lower-case letter after it
/// (`e.g. this` goes on).
fn sentence_ends(text: &str) -> impl Iterator<Item = usize> + '_ {
    let ends_here = |(at, c): (usize, char)| {
        let rest = text.get(at + c.len_utf8()..)?;
        let next = rest.trim_start();
        let over = matches!(c, '.' | '!' | '?')
            && (next.is_empty() || (next.len() < rest.len() && !next.starts_with(char::is_lowercase)));
        over.then_some(at + c.len_utf8())
    };
    text.char_indices().filter_map(ends_here)
}

/// One line without code marks, emphasis and the addresses of links.
fn inline(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find(['`', '*', '[']) {
        let (before, marked) = rest.split_at(at);
        text.push_str(before);
        let (shown, taken) = unmark(marked);
        text.push_str(shown);
        rest = marked.get(taken..).unwrap_or_default();
    }
    text.push_str(rest);
    text
}

/// What to show of the mark that a text starts with, and how many bytes that takes of it.
fn unmark(marked: &str) -> (&str, usize) {
    if let Some(code) = marked.strip_prefix('`').and_then(|code| code.split_once('`')) {
        return (code.0, code.0.len() + 2);
    }
    if marked.starts_with("**") {
        return ("", 2);
    }
    // `*` is emphasis where it touches a word on one side only: `s3:*` and `* item` stay.
    if let Some((word, _)) = marked.strip_prefix('*').and_then(|rest| rest.split_once('*')) {
        let touches = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        if touches(word.chars().next()) && touches(word.chars().last()) {
            return (word, word.len() + 2);
        }
    }
    if let Some((label, tail)) = marked.strip_prefix('[').and_then(|rest| rest.split_once("]("))
        && let Some((address, _)) = tail.split_once(')')
        && !label.contains(['[', ']'])
    {
        return (label, label.len() + address.len() + 4);
    }
    let first = marked.chars().next().map_or(0, char::len_utf8);
    (marked.get(..first).unwrap_or_default(), first)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn marks_go_and_words_stay() {
        let text = "# Head\nSet `Status: *` to **on**, *now*, see [the guide](https://x.test/a) and `s3:*`.\n\n```yaml\nA: `b`\n```\n";
        assert_eq!(
            plain(text),
            "Head\nSet Status: * to on, now, see the guide and s3:*.\n\nA: `b`".replace("Head", " Head").trim()
        );
    }

    #[test]
    fn blocks_are_lines_to_wrap() {
        let text = "# Head\nOne `two\nthree`.\n\n- four\n  five\n- six\n\nSeven\n```yaml\nA:\n  B: `c`\n```\n";
        let [paragraph, item] = [Block::Paragraph, Block::Item].map(|kind| move |text: &str| kind(text.to_owned()));
        let code = Block::Code(vec!["A:".to_owned(), "  B: `c`".to_owned()]);
        assert_eq!(
            blocks(text),
            [paragraph("Head"), paragraph("One two three."), item("four five"), item("six"), paragraph("Seven"), code]
        );
        assert_eq!(blocks(" \n"), []);
    }

    #[test]
    fn odd_marks_stay_as_they_are() {
        for odd in ["a ` b", "s3:* and kms:*", "[x] y", "a [b](c", "*", "list[0]"] {
            assert_eq!(plain(odd), odd);
        }
    }

    #[test]
    fn lead_is_one_or_two_short_sentences() {
        assert_eq!(lead("Set A. Then\nset `B`. And C.\n\nMore."), "Set A. Then set B.");
        assert_eq!(lead("Use a key, e.g. your own. Then rotate."), "Use a key, e.g. your own. Then rotate.");
        let long = format!("First. Then {} end.", "word ".repeat(50));
        assert_eq!(lead(&long), "First.");
        assert_eq!(lead("Version 1.2 of TLS"), "Version 1.2 of TLS");
        assert_eq!(lead(""), "");
    }

    #[test]
    fn sentences_fit_their_limit() {
        assert_eq!(sentences("One. Two. Three.", 10), "One. Two.");
        assert_eq!(sentences("ééé", 3), "é");
    }
}
