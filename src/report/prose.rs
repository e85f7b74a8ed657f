//! The Markdown of rules and messages, taken apart or as plain text. Knows the little that rule prose uses: code, emphasis, links, headings, lists.

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
            lines.push(plain_line(line.trim_start_matches('#').trim_end()));
        }
    }
    lines.join("\n").trim().to_owned()
}

/// A part of a text that is laid out on its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Block {
    /// A paragraph or heading, on one line, with its marks (see [`pieces`]).
    Paragraph(String),
    /// An item of a list, on one line, with its marks.
    Item(String),
    /// The lines of a fenced block, as they are.
    Code(Vec<String>),
}

/// The text in blocks, for callers that wrap it.
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
    blocks
}

/// The first sentence of the first paragraph, and the second where both are short. Code keeps its marks, as in messages.
pub(crate) fn lead(markdown: &str) -> String {
    const SHORT: usize = 160;
    let paragraph: Vec<&str> = markdown
        .trim()
        .lines()
        .map(str::trim)
        .take_while(|line| !line.is_empty() && !line.starts_with("```"))
        .collect();
    let text = coded_line(&paragraph.join(" "));
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
    let ends_here = |at: usize| {
        let rest = text.get(at + 1..)?;
        let next = rest.trim_start();
        let over = next.is_empty() || (next.len() < rest.len() && !next.starts_with(char::is_lowercase));
        over.then_some(at + 1)
    };
    memchr::memchr3_iter(b'.', b'!', b'?', text.as_bytes()).filter_map(ends_here)
}

/// One line without code marks, emphasis and the addresses of links.
pub(crate) fn plain_line(line: &str) -> String {
    read_line(line, false)
}

/// The same with code marks.
pub(crate) fn coded_line(line: &str) -> String {
    read_line(line, true)
}

fn read_line(line: &str, marks_code: bool) -> String {
    let mut text = String::with_capacity(line.len());
    for piece in pieces(line) {
        match piece {
            Piece::Code(part) if marks_code => text.extend(["`", part, "`"]),
            Piece::Text(part) | Piece::Code(part) | Piece::Emphasis(part) => text.push_str(part),
            Piece::Strong(part) => text.push_str(&read_line(part, marks_code)),
            Piece::Link { label, .. } => text.push_str(&read_line(label, marks_code)),
        }
    }
    text
}

/// A piece of a line, by what its marks make of it.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'t> {
    /// Nothing but itself.
    Text(&'t str),
    /// The text between backticks.
    Code(&'t str),
    /// The text between asterisks.
    Emphasis(&'t str),
    /// The text between two asterisks each; may contain further marks.
    Strong(&'t str),
    /// A link; the label may contain further marks.
    Link {
        /// The text of the link.
        label: &'t str,
        /// Its target.
        address: &'t str,
    },
}

impl<'t> Piece<'t> {
    /// The text that is read, with the marks inside.
    pub(crate) fn text(self) -> &'t str {
        match self {
            Self::Text(text) | Self::Code(text) | Self::Emphasis(text) | Self::Strong(text) => text,
            Self::Link { label, .. } => label,
        }
    }
}

/// The pieces of a message, in which nothing but `code` is marked: it quotes templates, which may hold any other mark.
pub(crate) fn code_pieces(message: &str) -> impl Iterator<Item = Piece<'_>> {
    let closed = message.matches('`').count() / 2 * 2;
    message
        .splitn(closed + 1, '`')
        .enumerate()
        .filter(|(_, text)| !text.is_empty())
        .map(|(index, text)| if index % 2 == 1 { Piece::Code(text) } else { Piece::Text(text) })
}

/// The pieces of a line, in order.
pub(crate) fn pieces(line: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = line;
    std::iter::from_fn(move || {
        let at = memchr::memchr3(b'`', b'*', b'[', rest.as_bytes()).unwrap_or(rest.len());
        if at > 0 {
            let (before, marked) = rest.split_at(at);
            rest = marked;
            return Some(Piece::Text(before));
        }
        let (piece, taken) = marked_piece(rest)?;
        rest = rest.get(taken..).unwrap_or_default();
        Some(piece)
    })
}

/// The piece that a text starts with that starts with a mark, and how many bytes of it that takes.
fn marked_piece(marked: &str) -> Option<(Piece<'_>, usize)> {
    if let Some((code, _)) = marked.strip_prefix('`').and_then(|code| code.split_once('`')) {
        return Some((Piece::Code(code), code.len() + 2));
    }
    if let Some(rest) = marked.strip_prefix("**") {
        return Some(match rest.split_once("**") {
            Some((strong, _)) => (Piece::Strong(strong), strong.len() + 4),
            None => (Piece::Text(""), 2),
        });
    }
    // `*` is emphasis where it touches a word on one side only: `s3:*` and `* item` stay.
    if let Some((word, _)) = marked.strip_prefix('*').and_then(|rest| rest.split_once('*')) {
        let touches = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        if touches(word.chars().next()) && touches(word.chars().last()) {
            return Some((Piece::Emphasis(word), word.len() + 2));
        }
    }
    if let Some((label, tail)) = marked.strip_prefix('[').and_then(|rest| rest.split_once("]("))
        && let Some((address, _)) = tail.split_once(')')
        && !label.contains(['[', ']'])
    {
        return Some((Piece::Link { label, address }, label.len() + address.len() + 4));
    }
    let first = marked.chars().next()?.len_utf8();
    Some((Piece::Text(marked.get(..first)?), first))
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
            [
                paragraph("Head"),
                paragraph("One `two three`."),
                item("four five"),
                item("six"),
                paragraph("Seven"),
                code
            ]
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
    fn code_in_messages() {
        let pieces = |message| code_pieces(message).collect::<Vec<_>>();
        use Piece::{Code, Text};
        assert_eq!(pieces("Bucket `A` is *open*"), [Text("Bucket "), Code("A"), Text(" is *open*")]);
        assert_eq!(pieces("`a` `b` ` c"), [Code("a"), Text(" "), Code("b"), Text(" ` c")]);
        assert_eq!(pieces(""), []);
    }

    #[test]
    fn lead_is_one_or_two_short_sentences() {
        assert_eq!(lead("Set A. Then\nset `B`. And C.\n\nMore."), "Set A. Then set `B`.");
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
