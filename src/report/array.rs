//! JSON that is written piece by piece, indented as a whole document would be.

use memchr::memchr;
use serde::Serialize;
use std::io::{self, Write};

/// Writes a value, indented, for a place so many steps deep.
pub(crate) fn write_pretty(out: &mut (impl Write + ?Sized), value: &impl Serialize, depth: usize) -> io::Result<()> {
    serde_json::to_writer_pretty(Indented { out, depth }, value).map_err(io::Error::from)
}

/// Moves the lines after the first to the right.
struct Indented<'o, W: ?Sized> {
    out: &'o mut W,
    depth: usize,
}

impl<W: Write + ?Sized> Write for Indented<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Nearly all writes are one token.
        if memchr(b'\n', bytes).is_none() {
            self.out.write_all(bytes)?;
            return Ok(bytes.len());
        }
        let mut indented = Vec::with_capacity(bytes.len() + 2 * self.depth);
        indent(bytes, self.depth, &mut indented);
        self.out.write_all(&indented)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Adds a text whose later lines are moved to the right. A JSON text has line breaks between tokens only.
pub(crate) fn indent(text: &[u8], depth: usize, to: &mut Vec<u8>) {
    let mut rest = text;
    while let Some((line, after)) = memchr(b'\n', rest).and_then(|end| Some((rest.get(..end)?, rest.get(end + 1..)?))) {
        to.extend_from_slice(line);
        start_line(depth, to);
        rest = after;
    }
    to.extend_from_slice(rest);
}

fn start_line(depth: usize, to: &mut Vec<u8>) {
    to.push(b'\n');
    to.extend(std::iter::repeat_n(b' ', 2 * depth));
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

    /// The bytes of an element, with what separates it from the one before.
    pub(crate) fn element(&mut self, value: &impl Serialize) -> io::Result<Vec<u8>> {
        Ok(self.text(&serde_json::to_vec_pretty(value)?))
    }

    /// As [`element`](Self::element), of a text that begins without indentation.
    pub(crate) fn text(&mut self, element: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(element.len() + element.len() / 4);
        if self.has_elements {
            bytes.push(b',');
        }
        self.has_elements = true;
        start_line(self.depth, &mut bytes);
        indent(element, self.depth, &mut bytes);
        bytes
    }

    /// Ends the array.
    pub(crate) fn end(self, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
        let mut bytes = Vec::new();
        if self.has_elements {
            start_line(self.depth.saturating_sub(1), &mut bytes);
        }
        bytes.push(b']');
        out.write_all(&bytes)
    }
}
