//! Values as text, in the style of what is around them.

use super::scalar::{self, Quotes};
use crate::change::{MovedText, Value};
use crate::syntax::functions::{is_call, short_form};

/// Functions with a list of arguments are on one line up to this many bytes.
const ONE_LINE: usize = 100;

/// The indentation of most lines.
const BLANKS: &str = "                                                                ";

/// How a value is written at one place.
#[derive(Clone, Debug)]
pub(super) struct Style<'t> {
    pub(super) json: bool,
    pub(super) short: bool,
    pub(super) quotes: Quotes,
    /// Whether texts have quotes that do not need them, and which.
    pub(super) always: Option<Quotes>,
    /// The same for keys.
    pub(super) keys: Option<Quotes>,
    pub(super) step: usize,
    pub(super) list: usize,
    pub(super) unit: &'t str,
    /// What is between a key and its value, in flow style.
    pub(super) colon: &'t str,
    /// What is between two items on one line.
    pub(super) comma: &'static str,
    pub(super) eol: &'static str,
    /// In JSON on several lines: whether functions are on one line, and lists of scalars.
    pub(super) functions: bool,
    pub(super) scalars: bool,
}

/// A value as lines: what stands behind the colon or dash, and the lines below, each with the line break before it.
pub(super) struct Written {
    pub(super) head: String,
    pub(super) tail: String,
}

/// A function with a short tag, and its argument.
fn tagged(value: &Value) -> Option<(&'static str, &Value)> {
    let Value::Map(entries) = value else { return None };
    let [(key, argument)] = entries.as_slice() else { return None };
    // Behind a tag, every scalar is text.
    let reads_back = matches!(argument, Value::String(_) | Value::List(_) | Value::Map(_));
    Some((short_form(key)?, argument)).filter(|_| is_call(value) && reads_back)
}

impl Style<'_> {
    fn write_text(&self, own: &str, flow: bool, text: &mut String) {
        if self.json {
            return scalar::double(own, text);
        }
        scalar::yaml(own, flow, self.always.unwrap_or(self.quotes), self.always.is_some(), text);
    }

    fn write_key(&self, key: &str, flow: bool, text: &mut String) {
        if self.json {
            return scalar::double(key, text);
        }
        scalar::yaml(key, flow, self.keys.unwrap_or(self.quotes), self.keys.is_some(), text);
    }

    /// Writes a value that has no parts. Returns whether it is one.
    fn write_scalar(&self, value: &Value, flow: bool, text: &mut String) -> bool {
        match value {
            Value::Null => text.push_str("null"),
            Value::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
            Value::Number(number) => text.push_str(number),
            Value::String(own) => self.write_text(own, flow, text),
            Value::List(items) if items.is_empty() => text.push_str("[]"),
            Value::Map(entries) if entries.is_empty() => text.push_str("{}"),
            _ => return false,
        }
        true
    }

    /// A value on one line, in flow style. `bare`: a tag is before it, so it may not have one of its own.
    pub(super) fn line(&self, value: &Value, bare: bool) -> String {
        let mut text = String::new();
        self.write_line(value, bare, &mut text);
        text
    }

    fn write_line(&self, value: &Value, bare: bool, text: &mut String) {
        let value = value.plain();
        if self.write_scalar(value, true, text) {
            return;
        }
        if self.short
            && !bare
            && let Some((name, argument)) = tagged(value)
        {
            write_tag(name, text);
            text.push(' ');
            return match attribute(name, argument) {
                Some(own) => self.write_text(&own, true, text),
                None => self.write_line(argument, true, text),
            };
        }
        let comma = |index: usize, text: &mut String| text.push_str(if index > 0 { self.comma } else { "" });
        match value {
            Value::List(items) => {
                text.push('[');
                for (index, item) in items.iter().enumerate() {
                    comma(index, text);
                    self.write_line(item, false, text);
                }
                text.push(']');
            }
            Value::Map(entries) => {
                text.push('{');
                for (index, (key, value)) in entries.iter().enumerate() {
                    comma(index, text);
                    self.write_key(key, true, text);
                    text.push_str(self.colon);
                    self.write_line(value, false, text);
                }
                text.push('}');
            }
            _ => {}
        }
    }

    /// A value in flow style, on as many lines as JSON usually has, if `base` is the indentation of its first line.
    pub(super) fn flow(&self, value: &Value, base: Option<&str>) -> String {
        let mut text = String::new();
        self.write(value, base, &mut text);
        text
    }

    /// The same of an entry of a map.
    pub(super) fn flow_entry(&self, key: &str, value: &Value, base: Option<&str>) -> String {
        let mut text = String::new();
        self.write_key(key, true, &mut text);
        text.push_str(self.colon);
        self.write(value, base, &mut text);
        text
    }

    fn write(&self, value: &Value, base: Option<&str>, text: &mut String) {
        match base {
            Some(base) => self.write_flow(value, &mut base.to_owned(), text),
            None => self.write_line(value, false, text),
        }
    }

    /// Writes a value in flow style on several lines. `base` is what it was afterwards.
    fn write_flow(&self, value: &Value, base: &mut String, text: &mut String) {
        let value = value.plain();
        if self.write_short(value, text) {
            return;
        }
        let outer = base.len();
        base.push_str(self.unit);
        let begin = |base: &str, text: &mut String, index: usize| {
            text.push_str(if index > 0 { "," } else { "" });
            text.push_str(self.eol);
            text.push_str(base);
        };
        let close = match value {
            Value::List(items) => {
                text.push('[');
                for (index, item) in items.iter().enumerate() {
                    begin(base, text, index);
                    self.write_flow(item, base, text);
                }
                ']'
            }
            Value::Map(entries) => {
                text.push('{');
                for (index, (key, value)) in entries.iter().enumerate() {
                    begin(base, text, index);
                    self.write_key(key, true, text);
                    text.push_str(self.colon);
                    self.write_flow(value, base, text);
                }
                '}'
            }
            // Others are short.
            _ => return,
        };
        base.truncate(outer);
        text.push_str(self.eol);
        text.push_str(base);
        text.push(close);
    }

    /// Writes a value that is on one line even if others are not: scalars, and functions of scalars. Returns whether it is one.
    fn write_short(&self, value: &Value, text: &mut String) -> bool {
        if self.write_scalar(value, true, text) {
            return true;
        }
        let fits = match value {
            Value::List(items) => self.scalars && items.iter().all(is_scalar),
            Value::Map(_) => self.functions && is_call(value) && is_plain(value),
            _ => true,
        };
        fits && write_if_short(text, |text| self.write_line(value, false, text))
    }

    /// A value behind the colon of a key in this column, in block style.
    pub(super) fn below(&self, value: &Value, column: usize) -> Written {
        let mut text = String::new();
        self.write_below(value, column, &mut text);
        self.split(&text)
    }

    fn write_below(&self, value: &Value, column: usize, text: &mut String) {
        if let Some(MovedText { lines, column: old, .. }) = moved(value)
            && let [head, tail @ ..] = lines.as_slice()
        {
            text.push_str(head);
            for line in tail {
                text.push_str(self.eol);
                text.push_str(&shifted(line, *old, column));
            }
            return;
        }
        let value = value.plain();
        let before = text.len();
        text.push(' ');
        if self.write_one_line(value, text) {
            return;
        }
        text.truncate(before);
        if let Some((name, argument)) = self.tag(value) {
            text.push(' ');
            write_tag(name, text);
            self.write_lines(argument, column, text);
        } else {
            self.write_lines(value, column, text);
        }
    }

    /// A value behind the dash of an item in this column, in block style: its first line is the dash's.
    pub(super) fn behind(&self, value: &Value, column: usize) -> Written {
        let mut text = String::new();
        self.write_behind(value, column, &mut text);
        self.split(&text)
    }

    fn write_behind(&self, value: &Value, column: usize, text: &mut String) {
        let value = value.plain();
        text.push(' ');
        if self.write_one_line(value, text) {
            return;
        }
        let inner = column + 2;
        if let Some((name, argument)) = self.tag(value) {
            write_tag(name, text);
            self.write_block(argument, inner, text);
            return;
        }
        let start = text.len();
        self.write_block(value, inner, text);
        // The line break and the indentation of the first line.
        let end = (start + self.eol.len() + inner).min(text.len());
        if text.is_char_boundary(end) {
            text.replace_range(start..end, "");
        }
    }

    /// The first line, and those below, each with the line break before it.
    fn split(&self, text: &str) -> Written {
        let (head, tail) = text.split_at(text.find(self.eol).unwrap_or(text.len()));
        Written { head: head.to_owned(), tail: tail.to_owned() }
    }

    /// A function whose tag stands alone, with its argument in the lines below.
    fn tag<'v>(&self, value: &'v Value) -> Option<(&'static str, &'v Value)> {
        let is_long = |argument: &Value| matches!(argument, Value::List(_) | Value::Map(_)) && !is_call(argument);
        tagged(value).filter(|(_, argument)| self.short && is_long(argument))
    }

    /// Writes a value that is on one line in block style, too. Returns whether it is one.
    fn write_one_line(&self, value: &Value, text: &mut String) -> bool {
        if self.write_scalar(value, false, text) {
            return true;
        }
        let Some((name, argument)) = tagged(value).filter(|_| self.short) else { return false };
        let start = |text: &mut String| {
            write_tag(name, text);
            text.push(' ');
        };
        if let Some(own) = attribute(name, argument) {
            start(text);
            self.write_text(&own, false, text);
            return true;
        }
        match argument {
            _ if is_call(argument) => false,
            Value::List(_) | Value::Map(_) if !argument.is_empty() => {
                is_plain(value)
                    && write_if_short(text, |text| {
                        start(text);
                        self.write_line(argument, true, text);
                    })
            }
            _ => {
                start(text);
                self.write_scalar(argument, false, text)
            }
        }
    }

    /// Writes the lines of a map or list below a key in this column.
    fn write_lines(&self, value: &Value, column: usize, text: &mut String) {
        self.write_block(value, column + if matches!(value, Value::List(_)) { self.list } else { self.step }, text);
    }

    /// Writes the lines of a map or list in this column.
    fn write_block(&self, value: &Value, column: usize, text: &mut String) {
        match value.plain() {
            Value::List(items) => items.iter().for_each(|item| self.write_item(item, column, text)),
            Value::Map(entries) => {
                entries.iter().for_each(|(key, value)| self.write_entry(key, value, column, text));
            }
            _ => {}
        }
    }

    fn start_line(&self, column: usize, text: &mut String) {
        text.push_str(self.eol);
        match BLANKS.get(..column) {
            Some(blanks) => text.push_str(blanks),
            None => text.push_str(&" ".repeat(column)),
        }
    }

    /// Writes the lines of an entry of a map in this column.
    pub(super) fn write_entry(&self, key: &str, value: &Value, column: usize, text: &mut String) {
        for comment in moved(value).map(|text| text.above.as_slice()).unwrap_or_default() {
            self.start_line(column, text);
            text.push_str(comment);
        }
        self.start_line(column, text);
        self.write_key(key, false, text);
        text.push(':');
        self.write_below(value, column, text);
    }

    /// An item of a list that is a map in flow style, with blanks inside of its braces; none if it is not one or too long.
    pub(super) fn item_in_line(&self, value: &Value, column: usize, blank: &str) -> Option<String> {
        let is_map = matches!(value, Value::Map(entries) if !entries.is_empty()) && !is_call(value);
        let line = self.line(value, false);
        let inner = line.strip_prefix('{')?.strip_suffix('}')?;
        (is_map && line.len() <= ONE_LINE)
            .then(|| format!("{}{}- {{{blank}{inner}{blank}}}", self.eol, " ".repeat(column)))
    }

    /// Writes the lines of an item of a list in this column.
    pub(super) fn write_item(&self, value: &Value, column: usize, text: &mut String) {
        self.start_line(column, text);
        text.push('-');
        self.write_behind(value, column, text);
    }
}

fn write_tag(name: &str, text: &mut String) {
    text.push('!');
    text.push_str(name);
}

/// Writes what fits on one line. Returns whether it does; otherwise nothing is written.
fn write_if_short(text: &mut String, write: impl FnOnce(&mut String)) -> bool {
    let before = text.len();
    write(text);
    let fits = text.len() - before <= ONE_LINE;
    if !fits {
        text.truncate(before);
    }
    fits
}

/// The text of a value that moves.
fn moved(value: &Value) -> Option<&MovedText> {
    match value {
        Value::Moved(moved) => moved.text.as_ref(),
        _ => None,
    }
}

/// A line below a key that moves to another column.
fn shifted(line: &str, from: usize, to: usize) -> String {
    if line.is_empty() {
        return String::new();
    }
    match to.checked_sub(from) {
        Some(more) => format!("{}{line}", " ".repeat(more)),
        None => {
            let blanks = line.bytes().take_while(|byte| *byte == b' ').count();
            line.get(blanks.min(from.saturating_sub(to))..).unwrap_or_default().to_owned()
        }
    }
}

impl Value {
    fn is_empty(&self) -> bool {
        match self {
            Self::List(items) => items.is_empty(),
            Self::Map(entries) => entries.is_empty(),
            _ => false,
        }
    }
}

/// Whether a value is nothing that has parts.
fn is_scalar(value: &Value) -> bool {
    !matches!(value.plain(), Value::List(_) | Value::Map(_)) || value.plain().is_empty()
}

/// The short argument of `!GetAtt`.
fn attribute(name: &str, argument: &Value) -> Option<String> {
    if name != "GetAtt" {
        return None;
    }
    let Value::List(parts) = argument else { return None };
    match parts.as_slice() {
        [Value::String(resource), Value::String(attribute)] if !resource.contains('.') => {
            Some(format!("{resource}.{attribute}"))
        }
        _ => None,
    }
}

/// Whether there are only scalars, functions, and lists in functions.
fn is_plain(value: &Value) -> bool {
    match value.plain() {
        Value::List(items) => items.iter().all(is_plain),
        Value::Map(entries) => {
            entries.is_empty() || (is_call(value) && entries.iter().all(|(_, argument)| is_plain(argument)))
        }
        _ => true,
    }
}
