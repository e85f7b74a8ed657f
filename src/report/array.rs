//! JSON that is written piece by piece, indented as a whole document would be.

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;
use std::io::{self, Write};

/// Writes a value, indented, for a place so many steps deep.
pub(crate) fn write_pretty(out: &mut (impl Write + ?Sized), value: &impl Serialize, depth: usize) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(out, Indented { depth, is_empty: true })).map_err(io::Error::from)
}

/// As serde_json's own pretty form, which always begins at the left.
struct Indented {
    depth: usize,
    /// Whether the list or map that was written last is empty.
    is_empty: bool,
}

/// What separates elements, up to the depth that nearly all have.
const BREAK: &[u8] = b",\n                                ";

/// Begins the line of an element, or that of the end of a list or map.
fn start_line(out: &mut (impl Write + ?Sized), depth: usize, is_first: bool) -> io::Result<()> {
    let start = usize::from(is_first);
    if let Some(text) = BREAK.get(start..2 + 2 * depth) {
        return out.write_all(text);
    }
    out.write_all(BREAK.get(start..2).unwrap_or_default())?;
    (0..depth).try_for_each(|_| out.write_all(b"  "))
}

impl Indented {
    fn begin(&mut self, out: &mut (impl Write + ?Sized), bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.is_empty = true;
        out.write_all(bracket)
    }

    fn end(&mut self, out: &mut (impl Write + ?Sized), bracket: &[u8]) -> io::Result<()> {
        self.depth = self.depth.saturating_sub(1);
        if !self.is_empty {
            start_line(out, self.depth, true)?;
        }
        out.write_all(bracket)
    }
}

impl Formatter for Indented {
    fn begin_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.begin(out, b"[")
    }

    fn end_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.end(out, b"]")
    }

    fn begin_array_value<W: Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        start_line(out, self.depth, first)
    }

    fn end_array_value<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        self.is_empty = false;
        Ok(())
    }

    fn begin_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.begin(out, b"{")
    }

    fn end_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.end(out, b"}")
    }

    fn begin_object_key<W: Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        start_line(out, self.depth, first)
    }

    fn begin_object_value<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }

    fn end_object_value<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        self.is_empty = false;
        Ok(())
    }
}

/// An array whose elements come one by one.
#[derive(Copy, Clone, Debug, Default)]
pub(crate) struct Array {
    /// The depth of its elements.
    depth: usize,
    has_elements: bool,
}

impl Array {
    pub(crate) fn new(depth: usize) -> Self {
        Self { depth, has_elements: false }
    }

    /// Whether it has elements so far.
    pub(crate) fn has_elements(&self) -> bool {
        self.has_elements
    }

    /// Writes what comes before an element.
    pub(crate) fn begin(&mut self, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
        let is_first = !std::mem::replace(&mut self.has_elements, true);
        start_line(out, self.depth, is_first)
    }

    /// The bytes of an element, with what separates it from the one before.
    pub(crate) fn element(&mut self, value: &impl Serialize) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(ELEMENT);
        self.begin(&mut bytes)?;
        write_pretty(&mut bytes, value, self.depth)?;
        Ok(bytes)
    }

    /// Ends the array.
    pub(crate) fn end(self, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
        if self.has_elements {
            start_line(out, self.depth.saturating_sub(1), true)?;
        }
        out.write_all(b"]")
    }
}

/// Bytes that most elements take.
const ELEMENT: usize = 2048;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn indented_as_serde_json_does() {
        let deep = (0..40).fold(json!([{}, []]), |inner, _| json!({ "a": [1, inner, {}], "b\n": "c\n" }));
        let mut bytes = Vec::new();
        write_pretty(&mut bytes, &deep, 0).unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap(), serde_json::to_string_pretty(&deep).unwrap());
    }

    #[test]
    fn arrays_are_what_they_would_be_in_the_whole() {
        for elements in [vec![], vec![json!(1)], vec![json!({ "b": [true] }), json!([]), json!("c")]] {
            let whole = json!({ "a": { "list": elements } });
            let mut bytes = b"{\n  \"a\": {\n    \"list\": [".to_vec();
            let mut array = Array::new(3);
            elements.iter().for_each(|element: &Value| bytes.extend(array.element(element).unwrap()));
            array.end(&mut bytes).unwrap();
            bytes.extend_from_slice(b"\n  }\n}");
            assert_eq!(String::from_utf8(bytes).unwrap(), serde_json::to_string_pretty(&whole).unwrap());
        }
    }
}
