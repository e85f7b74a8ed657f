//! The abilities of standard output. Only this file reads them from the terminal and the environment.

use super::args::Color;
use crate::report::human::Style;
use std::env;
use std::io::{IsTerminal, stderr, stdout};

/// Columns without a terminal.
const DEFAULT_WIDTH: usize = 100;
/// Wider lines are hard to read.
const MAX_WIDTH: usize = 120;

/// The style of a file, for any reader.
pub(super) const FILE: Style = Style { color: false, width: DEFAULT_WIDTH, unicode: true, hyperlinks: false };

/// The style of standard output.
pub(super) fn style(color: Color) -> Style {
    let terminal = stdout().is_terminal();
    let color = is_colored(color, terminal);
    let columns = if terminal { terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)) } else { None };
    Style {
        color,
        width: columns.unwrap_or(DEFAULT_WIDTH).min(MAX_WIDTH),
        unicode: supports_unicode::on(supports_unicode::Stream::Stdout),
        // Links are escape sequences, too: without color, there are none.
        hyperlinks: color && terminal && supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout),
    }
}

/// The style of standard error.
pub(super) fn error_style(color: Color) -> Style {
    let terminal = stderr().is_terminal();
    // The size is that of the first stream that is a terminal.
    let columns = if terminal { terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)) } else { None };
    Style {
        color: is_colored(color, terminal),
        width: columns.unwrap_or(DEFAULT_WIDTH).min(MAX_WIDTH),
        unicode: supports_unicode::on(supports_unicode::Stream::Stderr),
        hyperlinks: false,
    }
}

fn is_colored(color: Color, terminal: bool) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => wants_color(terminal),
    }
}

/// The style of a list. Without a terminal, an entry is one line, for tools such as `grep`.
pub(super) fn list_style(color: Color) -> Style {
    let style = style(color);
    if stdout().is_terminal() { style } else { Style { width: usize::MAX, ..style } }
}

/// As no-color.org and bixense.com/clicolors specify: `NO_COLOR` first, then `CLICOLOR_FORCE`, then the terminal itself.
fn wants_color(terminal: bool) -> bool {
    let set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    if set("NO_COLOR") {
        return false;
    }
    let forced = env::var_os("CLICOLOR_FORCE").is_some_and(|value| !value.is_empty() && value != "0");
    let dumb = env::var_os("TERM").is_some_and(|value| value == "dumb");
    forced || (terminal && !dumb)
}
