//! Colors and drawing characters: what the terminal can show, decided in one place.

use super::Style;
use crate::finding::Level;
use miette::{GraphicalTheme, Severity, ThemeCharacters, ThemeStyles};

/// How a piece of text is set off.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    Bold,
    Dim,
    Error,
    Warning,
    Note,
    Good,
}

impl Ink {
    /// The color of a level.
    pub(crate) fn of(level: Level) -> Self {
        match level {
            Level::Error => Self::Error,
            Level::Warning => Self::Warning,
            Level::Note => Self::Note,
        }
    }

    /// Parameters of the escape sequence Select Graphic Rendition (ECMA-48, 8.3.117).
    fn parameters(self) -> &'static str {
        match self {
            Self::Bold => "1",
            Self::Dim => "2",
            Self::Error => "1;31",
            Self::Warning => "1;33",
            Self::Note => "1;34",
            Self::Good => "1;32",
        }
    }
}

impl Style {
    /// The text in this ink, or as it is where colors are off. The text must be clean already.
    pub(crate) fn paint(&self, ink: Ink, text: &str) -> String {
        if self.color { format!("\u{1b}[{}m{text}\u{1b}[0m", ink.parameters()) } else { text.to_owned() }
    }

    /// The text of a heading of a diff.
    pub(crate) fn bold(&self, text: &str) -> String {
        self.paint(Ink::Bold, text)
    }

    /// A label.
    pub(crate) fn dim(&self, text: &str) -> String {
        self.paint(Ink::Dim, text)
    }

    /// A part of a diff, in the colors that diffs have everywhere: what is new.
    pub(crate) fn green(&self, text: &str) -> String {
        self.colored("32", text)
    }

    /// What is gone.
    pub(crate) fn red(&self, text: &str) -> String {
        self.colored("31", text)
    }

    /// Where it is.
    pub(crate) fn cyan(&self, text: &str) -> String {
        self.colored("36", text)
    }

    fn colored(&self, parameters: &str, text: &str) -> String {
        if self.color { format!("\u{1b}[{parameters}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// The text as a link (OSC 8), where the terminal knows links.
    pub(crate) fn link(&self, address: &str, text: &str) -> String {
        if self.hyperlinks { format!("\u{1b}]8;;{address}\u{1b}\\{text}\u{1b}]8;;\u{1b}\\") } else { text.to_owned() }
    }

    /// One of two spellings, by what the terminal can draw.
    pub(crate) fn glyph(&self, unicode: &'static str, ascii: &'static str) -> &'static str {
        if self.unicode { unicode } else { ascii }
    }

    /// miette's drawing for one finding. `primary` says for each label, in drawing order, whether it is the finding's own.
    pub(super) fn theme(&self, level: Level, primary: impl Iterator<Item = bool>) -> GraphicalTheme {
        let mut styles = if self.color { ThemeStyles::ansi() } else { ThemeStyles::none() };
        if self.color {
            styles.advice = styles.advice.blue();
            styles.link = styles.linum;
            let own = match level {
                Level::Error => styles.error,
                Level::Warning => styles.warning,
                Level::Note => styles.advice,
            };
            let related = styles.help;
            styles.highlights = primary.map(|own_label| if own_label { own.bold() } else { related }).collect();
        }
        if styles.highlights.is_empty() {
            styles.highlights = vec![styles.error];
        }
        let mut characters = if self.unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() };
        characters.advice = self.glyph("•", "*").to_owned();
        GraphicalTheme { characters, styles }
    }
}

/// The level in miette's words.
pub(super) fn severity(level: Level) -> Severity {
    match level {
        Level::Error => Severity::Error,
        Level::Warning => Severity::Warning,
        Level::Note => Severity::Advice,
    }
}
