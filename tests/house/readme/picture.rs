//! A terminal's text as a picture (SVG), for readers of the README: the colors that the report has in a terminal.

use std::fmt::Write as _;

/// Pixels from one character to the next, from one line to the next, and around the text.
const COLUMN: f32 = 8.0;
const LINE: usize = 18;
const MARGIN: usize = 16;

/// How the text that follows is drawn, by the escape sequences (SGR) that the report uses.
#[derive(Clone, Copy, Default, PartialEq)]
struct Style {
    bold: bool,
    dim: bool,
    color: Option<&'static str>,
}

impl Style {
    fn set(&mut self, code: &str) {
        match code {
            "" | "0" => *self = Self::default(),
            "1" => self.bold = true,
            "2" => self.dim = true,
            "31" => self.color = Some("#ff7b72"),
            "33" => self.color = Some("#e3b341"),
            "36" => self.color = Some("#76e3ea"),
            other => panic!("the report uses a style that the picture does not know: {other}"),
        }
    }

    fn attributes(self) -> String {
        let mut attributes = String::new();
        if let Some(color) = self.color {
            write!(attributes, " fill=\"{color}\"").unwrap();
        } else if self.dim {
            attributes.push_str(" fill=\"#8b949e\"");
        }
        if self.bold {
            attributes.push_str(" font-weight=\"bold\"");
        }
        attributes
    }
}

/// The runs of one style in a line: `(style, column, text)`.
fn runs(line: &str, style: &mut Style) -> Vec<(Style, usize, String)> {
    let mut runs: Vec<(Style, usize, String)> = Vec::new();
    let mut column = 0;
    for (at, piece) in line.split('\u{1b}').enumerate() {
        let text = if at == 0 {
            piece
        } else {
            let (codes, text) = piece.strip_prefix('[').and_then(|rest| rest.split_once('m')).unwrap();
            codes.split(';').for_each(|code| style.set(code));
            text
        };
        if !text.trim().is_empty() {
            let indent = text.len() - text.trim_start().len();
            runs.push((*style, column + indent, text.trim().to_owned()));
        }
        column += text.chars().count();
    }
    runs
}

/// The picture of a text with escape sequences.
pub fn svg(text: &str) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    let (width, height) = (100 * COLUMN as usize + 2 * MARGIN, lines.len() * LINE + 2 * MARGIN);
    let mut picture = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">\n\
         <desc>The report of hipaalint on examples/patient-records.yaml, written by tests/readme</desc>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#0d1117\"/>\n\
         <g font-family=\"ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace\" font-size=\"13\" fill=\"#e6edf3\">\n"
    );
    let mut style = Style::default();
    for (at, line) in lines.iter().enumerate() {
        for (style, column, text) in runs(line, &mut style) {
            let x = MARGIN as f32 + column as f32 * COLUMN;
            let y = MARGIN + at * LINE + 13;
            let length = text.chars().count() as f32 * COLUMN;
            let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            // The length holds the columns together whichever font a reader has.
            writeln!(
                picture,
                "<text x=\"{x}\" y=\"{y}\" textLength=\"{length}\" lengthAdjust=\"spacingAndGlyphs\" xml:space=\"preserve\"{}>{text}</text>",
                style.attributes()
            )
            .unwrap();
        }
    }
    picture + "</g>\n</svg>\n"
}
