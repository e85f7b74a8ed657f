//! Markdown with lines of a bounded length, so that a change of one word is a change of few lines.

/// Columns of a line of a generated page, except in tables and code, and where one word is longer.
const COLUMNS: usize = 100;

/// The text with its paragraphs and list items wrapped; code, tables and headings stay as they are.
pub(super) fn wrapped(markdown: &str) -> String {
    let mut page = String::with_capacity(markdown.len() + markdown.len() / 16);
    let mut open: Option<Block> = None;
    let mut is_fenced = false;
    for line in markdown.lines() {
        let text = line.trim_start();
        let is_fence = text.starts_with("```");
        if is_fence || is_fenced || text.is_empty() || text.starts_with(['#', '|', '<']) {
            open.take().into_iter().for_each(|block| block.write(&mut page));
            is_fenced ^= is_fence;
            page.push_str(line);
            page.push('\n');
            continue;
        }
        match (&mut open, Block::of_item(line)) {
            (_, Some(item)) => open.replace(item).into_iter().for_each(|block| block.write(&mut page)),
            (Some(block), None) => {
                block.text.push(' ');
                block.text.push_str(text.trim_end());
            }
            (None, None) => {
                let first = line.len() - text.len();
                open = Some(Block { first: " ".repeat(first), indent: first, text: text.trim_end().to_owned() });
            }
        }
    }
    open.into_iter().for_each(|block| block.write(&mut page));
    page
}

/// A paragraph or an item of a list.
struct Block {
    /// What its first line begins with: the indent and the mark of an item.
    first: String,
    /// Columns that the other lines are indented by.
    indent: usize,
    text: String,
}

impl Block {
    /// The item that a line begins, if it begins one.
    fn of_item(line: &str) -> Option<Self> {
        let text = line.trim_start();
        let (mark, rest) = text.split_once(' ')?;
        let columns = line.len() - text.len() + mark.len() + 1;
        is_mark(mark).then(|| Self {
            first: line.get(..columns).unwrap_or_default().to_owned(),
            indent: columns,
            text: rest.trim().to_owned(),
        })
    }

    fn write(self, page: &mut String) {
        let indent = " ".repeat(self.indent);
        let (mut line, mut is_empty) = (self.first, true);
        for word in words(&self.text) {
            let is_full = line.chars().count() + usize::from(!is_empty) + word.chars().count() > COLUMNS;
            if is_full && !is_empty {
                page.push_str(&line);
                page.push('\n');
                line.clone_from(&indent);
            } else if !is_empty {
                line.push(' ');
            }
            line.push_str(&word);
            is_empty = false;
        }
        page.push_str(&line);
        page.push('\n');
    }
}

/// Whether a word at the beginning of a line makes it an item of a list.
fn is_mark(word: &str) -> bool {
    let number = word.strip_suffix(['.', ')']).unwrap_or_default();
    matches!(word, "-" | "*" | "+") || (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The pieces of a text that lines may be broken between. Code stays whole, and no line begins with a word that would make it
/// something else than text.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let end = match word_end(rest) {
            // Code that no line has room for is broken after all; a line break in it reads as a space.
            end if rest.get(..end).is_some_and(|word| word.chars().count() > COLUMNS) => {
                rest.find(' ').map_or(end, |space| space.min(end))
            }
            end => end,
        };
        let (word, after) = rest.split_at(end);
        let begins_a_block = is_mark(word) || word.starts_with(['#', '>', '|', '=', '<']);
        match words.last_mut() {
            Some(before) if begins_a_block => {
                before.push(' ');
                before.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
        rest = after.trim_start();
    }
    words
}

/// Where the first word of a text ends: at a space outside of code.
fn word_end(text: &str) -> usize {
    let mut at = 0;
    while let Some(rest) = text.get(at..) {
        let Some(next) = rest.find([' ', '`']) else { break };
        at += next;
        if text.as_bytes().get(at) == Some(&b' ') {
            return at;
        }
        // A backtick: on to the one that closes it, if there is one.
        at += 1;
        at += text.get(at..).and_then(|code| code.find('`')).map_or(0, |length| length + 1);
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_and_items_are_wrapped() {
        let word = "word ".repeat(30);
        let text = format!("# Head {word}\n\n{word}\nmore\n\n- {word}\n  end\n- two\n1. {word}\n\n| {word} |\n");
        let page = wrapped(&text);
        let long = |line: &&str| line.chars().count() > COLUMNS;
        let kept: Vec<&str> = page.lines().filter(long).collect();
        assert!(kept.iter().all(|line| line.starts_with(['#', '|'])) && kept.len() == 2, "{page}");
        let whole = ["word"; 19].join(" ");
        assert!(
            page.contains(&format!("\n- {whole}\n  word word")) && page.contains(" word end\n- two\n1. word"),
            "{page}"
        );
        assert_eq!(wrapped(&page), page);
    }

    #[test]
    fn code_stays_whole_and_lines_stay_text() {
        let filler = "x".repeat(98);
        assert_eq!(wrapped(&format!("{filler} `a b` c")), format!("{filler}\n`a b` c\n"));
        assert_eq!(wrapped(&format!("{filler} a - b")), format!("{filler}\na - b\n"));
        assert_eq!(wrapped(&format!("{filler} a 12. b")), format!("{filler}\na 12. b\n"));
        assert_eq!(wrapped(&format!("{filler} odd ` one")), format!("{filler}\nodd ` one\n"));
        let long = format!("`{filler} {filler}`");
        assert_eq!(wrapped(&long), format!("`{filler}\n{filler}`\n"));
        let code = format!("```yaml\n{filler}: {filler}\n\n  - a\n```\n");
        assert_eq!(wrapped(&code), code);
    }
}
