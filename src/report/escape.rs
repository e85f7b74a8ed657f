//! Text from templates and rules made fit for markup: nothing in it is taken for an element, a mark or a link. Anyone
//! may have written a template; its text is shown, never obeyed.

use super::prose::{Piece, code_pieces};
use super::text::{is_unprintable, visible};
use std::borrow::Cow;
use std::fmt::{self, Write};

/// A text of characters that XML can write (2.2): others, and those that reorder or hide what is read, become visible.
pub(crate) fn allowed(text: &str) -> Cow<'_, str> {
    let is_odd = |c: char| matches!(c, '\u{fffe}' | '\u{ffff}') || is_unprintable(c) && !matches!(c, '\n' | '\t');
    if !text.contains(is_odd) {
        return Cow::Borrowed(text);
    }
    let seen = |c| match c {
        '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
        c if is_odd(c) => visible(c, true),
        c => c,
    };
    Cow::Owned(text.chars().map(seen).collect())
}

/// A text as HTML, between elements or between quotes.
pub(crate) struct Markup<'t>(pub(crate) &'t str);

impl fmt::Display for Markup<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in allowed(self.0).chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

/// A line with `code` in it, as HTML.
pub(crate) struct CodeMarkup<'t>(pub(crate) &'t str);

impl fmt::Display for CodeMarkup<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for piece in code_pieces(self.0) {
            match piece {
                Piece::Code(code) => write!(f, "<code>{}</code>", Markup(code))?,
                other => write!(f, "{}", Markup(other.text()))?,
            }
        }
        Ok(())
    }
}

/// A line with `code` in it, as GitHub Flavored Markdown: outside of code every mark is escaped, and nobody is mentioned.
/// Fit for the cell of a table.
pub(crate) struct Markdown<'t>(pub(crate) &'t str);

impl fmt::Display for Markdown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for piece in code_pieces(self.0) {
            match piece {
                Piece::Code(code) => write!(f, "{}", MarkdownCode(code))?,
                other => write_markdown(f, other.text())?,
            }
        }
        Ok(())
    }
}

fn write_markdown(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    let mut last = [' '; 3];
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let after = chars.peek().copied().unwrap_or(' ');
        match c {
            '\n' | '\r' | '\t' => f.write_char(' ')?,
            // GitHub looks for mentions and references after it has read the Markdown, so a backslash does not help.
            // It also links addresses: of pages by `://` and `www.`, of mail by `@`.
            '@' => f.write_str("@\u{200b}")?,
            ':' if after == '/' => f.write_str(":\u{200b}")?,
            '.' if is_word(&last, "www") => f.write_str("\u{200b}.")?,
            '-' if last.get(1..).is_some_and(|last| is_word(last, "gh")) && after.is_ascii_digit() => {
                f.write_str("-\u{200b}")?
            }
            '#' if after.is_ascii_digit() => f.write_str("#\u{200b}")?,
            // Entities, which are also what ends a `<details>` too early.
            '&' => f.write_str("&amp;")?,
            '<' => f.write_str("&lt;")?,
            '>' => f.write_str("&gt;")?,
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' => write!(f, "\\{c}")?,
            c if is_unprintable(c) => f.write_char(visible(c, true))?,
            c => f.write_char(c)?,
        }
        last = [last[1], last[2], c];
    }
    Ok(())
}

/// Whether characters are those of a word, in upper or lower case.
fn is_word(chars: &[char], word: &str) -> bool {
    chars.iter().map(char::to_ascii_lowercase).eq(word.chars())
}

/// A text as a code span of GitHub Flavored Markdown, fit for the cell of a table.
pub(crate) struct MarkdownCode<'t>(pub(crate) &'t str);

impl fmt::Display for MarkdownCode<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The fence is longer than any run of backticks inside (CommonMark 6.1).
        let longest = self.0.split(|c| c != '`').map(str::len).max().unwrap_or(0);
        let fence = "`".repeat(longest + 1);
        // One space at each end is taken off, so that backticks there stay apart from the fence.
        let pad = if self.0.starts_with('`') || self.0.ends_with('`') || self.0.trim().is_empty() { " " } else { "" };
        write!(f, "{fence}{pad}")?;
        for c in self.0.chars() {
            match c {
                // Cells are taken apart before code is looked for (GFM 4.10).
                '|' => f.write_str("\\|")?,
                '\n' | '\r' | '\t' => f.write_char(' ')?,
                c if is_unprintable(c) => f.write_char(visible(c, true))?,
                c => f.write_char(c)?,
            }
        }
        write!(f, "{pad}{fence}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_text() {
        let hostile = "</script><script>alert('\"')&amp;\u{0}\u{1b}\u{202e}\u{ffff}";
        assert_eq!(
            Markup(hostile).to_string(),
            "&lt;/script&gt;&lt;script&gt;alert(&#39;&quot;&#39;)&amp;amp;␀␛\u{fffd}\u{fffd}"
        );
        assert_eq!(CodeMarkup("a `<b>` c ` d").to_string(), "a <code>&lt;b&gt;</code> c ` d");
    }

    #[test]
    fn markdown_is_text() {
        let cases = [
            ("a | b\nc", "a \\| b c"),
            ("</details> <!-- x", "&lt;/details&gt; &lt;!-- x"),
            ("[a](b) **c** _d_", "\\[a\\](b) \\*\\*c\\*\\* \\_d\\_"),
            ("@org/team #12", "@\u{200b}org/team #\u{200b}12"),
            ("a@b.example, C# and #", "a@\u{200b}b.example, C# and #"),
            ("see https://a.example", "see https:\u{200b}//a.example"),
            ("WWW.a.example www. w.", "WWW\u{200b}.a.example www\u{200b}. w."),
            ("GH-12 gh-x AGH-1", "GH-\u{200b}12 gh-x AGH-\u{200b}1"),
            ("see `a|b` now", "see `a\\|b` now"),
            ("odd ` one", "odd \\` one"),
        ];
        for (text, markdown) in cases {
            assert_eq!(Markdown(text).to_string(), markdown);
        }
    }

    #[test]
    fn code_keeps_its_backticks() {
        let cases = [("a", "`a`"), ("a`b", "``a`b``"), ("``", "``` `` ```"), ("`", "`` ` ``"), ("", "`  `")];
        for (text, code) in cases {
            assert_eq!(MarkdownCode(text).to_string(), code);
        }
    }
}
