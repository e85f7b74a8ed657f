//! JSON that is written piece by piece, indented as a whole document would be.

use super::pretty::{self, ELEMENT, start_line};
use serde::Serialize;
use std::io::{self, Write};

/// Writes a value, indented, for a place so many steps deep.
pub(crate) fn write_pretty(out: &mut (impl Write + ?Sized), value: &impl Serialize, depth: usize) -> io::Result<()> {
    pretty::write(out, value, depth)
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
        let mut bytes = Vec::new();
        self.begin_in(&mut bytes);
        out.write_all(&bytes)
    }

    /// The same, for bytes.
    pub(crate) fn begin_in(&mut self, bytes: &mut Vec<u8>) {
        let is_first = !std::mem::replace(&mut self.has_elements, true);
        start_line(bytes, self.depth, is_first);
    }

    /// The bytes of an element, with what separates it from the one before.
    pub(crate) fn element(&mut self, value: &impl Serialize) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(ELEMENT);
        self.begin_in(&mut bytes);
        pretty::append(&mut bytes, value, self.depth)?;
        Ok(bytes)
    }

    /// Ends the array.
    pub(crate) fn end(self, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
        let mut bytes = Vec::new();
        if self.has_elements {
            start_line(&mut bytes, self.depth.saturating_sub(1), true);
        }
        bytes.push(b']');
        out.write_all(&bytes)
    }
}

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
