//! Values as indented JSON, byte for byte as serde_json writes it, which looks at each byte of each text: reports are mostly texts.

use serde::ser::{self, Serialize, Serializer};
use serde_json::Error;
use std::fmt::Display;
use std::io::{self, Write};

/// Adds a value for a place so many steps deep.
pub(super) fn append(out: &mut Vec<u8>, value: &impl Serialize, depth: usize) -> io::Result<()> {
    value.serialize(&mut Pretty { out, sink: None, refused: None, depth }).map_err(io::Error::from)
}

/// Writes a value of any size for a place so many steps deep.
pub(super) fn write(mut out: &mut (impl Write + ?Sized), value: &impl Serialize, depth: usize) -> io::Result<()> {
    let mut bytes = Vec::with_capacity(ELEMENT);
    let mut pretty = Pretty { out: &mut bytes, sink: Some(&mut out), refused: None, depth };
    let result = value.serialize(&mut pretty);
    match (pretty.refused, result) {
        (Some(refused), _) => Err(refused),
        (None, Err(error)) => Err(error.into()),
        (None, Ok(())) => out.write_all(&bytes),
    }
}

/// Bytes that most elements of reports take.
pub(super) const ELEMENT: usize = 2048;
/// Bytes past which they are written before there are more.
const MOST_KEPT: usize = 1 << 16;

/// The depth that nearly all elements have at most.
const USUAL: usize = 15;

/// Begins the line of an element, or that of the end of a list or map.
#[inline]
pub(super) fn start_line(out: &mut Vec<u8>, depth: usize, is_first: bool) {
    if !is_first {
        out.push(b',');
    }
    // So many bytes at once are cheaper than the right number of them.
    let end = out.len() + 1 + 2 * depth;
    out.extend_from_slice(b"\n                               ");
    if depth <= USUAL { out.truncate(end) } else { out.resize(end, b' ') }
}

/// Adds a text in quotes.
pub(super) fn text(out: &mut Vec<u8>, text: &str) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    let mut rest = text.as_bytes();
    while let Some((plain, byte, after)) = special(rest) {
        out.extend_from_slice(plain);
        let short = match byte {
            b'"' | b'\\' => byte,
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            0x08 => b'b',
            0x0c => b'f',
            _ => b'u',
        };
        out.extend_from_slice(&[b'\\', short]);
        if short == b'u' {
            out.extend_from_slice(format!("{byte:04x}").as_bytes());
        }
        rest = after;
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

/// The first byte that is not written as it is, with what is before and behind it. Looks at many bytes at a time.
fn special(bytes: &[u8]) -> Option<(&[u8], u8, &[u8])> {
    let (blocks, tail) = bytes.as_chunks::<BLOCK>();
    let start = match blocks.iter().position(|block| !is_plain(block)) {
        Some(block) => block * BLOCK,
        // Some of these are looked at again.
        None if bytes.last_chunk::<BLOCK>().is_some_and(is_plain) => return None,
        None => bytes.len() - tail.len(),
    };
    let rest = bytes.get(start..)?;
    if let (Some(first), Some(last)) = (rest.first_chunk::<HALF>(), rest.last_chunk::<HALF>())
        && rest.len() < BLOCK
        && is_plain(first)
        && is_plain(last)
    {
        return None;
    }
    let at = start + rest.iter().position(is_special)?;
    let (plain, rest) = bytes.split_at_checked(at)?;
    let (byte, after) = rest.split_first()?;
    Some((plain, *byte, after))
}

/// Bytes that are looked at together.
const BLOCK: usize = 16;
const HALF: usize = BLOCK / 2;

fn is_special(byte: &u8) -> bool {
    *byte < 0x20 || *byte == b'"' || *byte == b'\\'
}

/// Whether all bytes are written as they are. Without branches, so that they are compared at once.
fn is_plain<const N: usize>(block: &[u8; N]) -> bool {
    !block.iter().fold(false, |found, byte| found | (*byte < 0x20) | (*byte == b'"') | (*byte == b'\\'))
}

/// Writes a value at the end of some bytes.
struct Pretty<'o> {
    out: &'o mut Vec<u8>,
    /// What takes the bytes if they become many.
    sink: Option<&'o mut dyn Write>,
    /// Why that refused them.
    refused: Option<io::Error>,
    depth: usize,
}

impl<'o> Pretty<'o> {
    /// A number, as serde_json writes it.
    fn number(&mut self, number: &impl Serialize) -> Result<(), Error> {
        serde_json::to_writer(&mut *self.out, number)
    }

    /// Begins a list or a map.
    fn begin(&mut self, brackets: &'static [u8; 2]) -> Inside<'_, 'o> {
        self.depth += 1;
        self.out.push(brackets[0]);
        Inside { pretty: self, close: brackets[1], is_empty: true, is_variant: false }
    }

    /// Begins a list or a map that is the value of a variant.
    fn begin_variant(&mut self, name: &str, brackets: &'static [u8; 2]) -> Result<Inside<'_, 'o>, Error> {
        let mut outer = self.begin(b"{}");
        outer.key(name)?;
        let pretty = outer.pretty;
        Ok(Inside { is_variant: true, ..pretty.begin(brackets) })
    }
}

/// A list or a map that is being written.
struct Inside<'p, 'o> {
    pretty: &'p mut Pretty<'o>,
    close: u8,
    is_empty: bool,
    /// Whether a map around it ends with it.
    is_variant: bool,
}

impl Inside<'_, '_> {
    fn line(&mut self) -> Result<(), Error> {
        let Pretty { out, sink, refused, depth } = &mut *self.pretty;
        if out.len() > MOST_KEPT
            && let Some(sink) = sink
        {
            if let Err(error) = sink.write_all(out) {
                *refused = Some(error);
                return Err(ser::Error::custom("the bytes are refused"));
            }
            out.clear();
        }
        start_line(out, *depth, std::mem::take(&mut self.is_empty));
        Ok(())
    }

    fn key(&mut self, key: &str) -> Result<(), Error> {
        self.line()?;
        text(self.pretty.out, key);
        self.pretty.out.extend_from_slice(b": ");
        Ok(())
    }

    fn item(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), Error> {
        self.line()?;
        value.serialize(&mut *self.pretty)
    }

    /// A field with a name of ours, in which nothing is special.
    fn field(&mut self, key: &'static str, value: &(impl Serialize + ?Sized)) -> Result<(), Error> {
        debug_assert!(special(key.as_bytes()).is_none());
        self.line()?;
        let out = &mut *self.pretty.out;
        out.push(b'"');
        out.extend_from_slice(key.as_bytes());
        out.extend_from_slice(b"\": ");
        value.serialize(&mut *self.pretty)
    }

    fn close(&mut self, is_empty: bool, close: u8) {
        self.pretty.depth = self.pretty.depth.saturating_sub(1);
        if !is_empty {
            start_line(self.pretty.out, self.pretty.depth, true);
        }
        self.pretty.out.push(close);
    }

    fn finish(mut self) -> Result<(), Error> {
        self.close(self.is_empty, self.close);
        if self.is_variant {
            self.close(false, b'}');
        }
        Ok(())
    }
}

/// The methods for numbers.
macro_rules! numbers {
    ($($name:ident: $number:ty,)*) => {
        $(fn $name(self, value: $number) -> Result<(), Error> {
            self.number(&value)
        })*
    };
}

impl<'p, 'o> Serializer for &'p mut Pretty<'o> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Inside<'p, 'o>;
    type SerializeTuple = Inside<'p, 'o>;
    type SerializeTupleStruct = Inside<'p, 'o>;
    type SerializeTupleVariant = Inside<'p, 'o>;
    type SerializeMap = Inside<'p, 'o>;
    type SerializeStruct = Inside<'p, 'o>;
    type SerializeStructVariant = Inside<'p, 'o>;

    numbers! {
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_i128: i128,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_u128: u128,
        serialize_f32: f32, serialize_f64: f64,
    }

    fn serialize_bool(self, value: bool) -> Result<(), Error> {
        self.out.extend_from_slice(if value { b"true" } else { b"false" });
        Ok(())
    }

    fn serialize_char(self, value: char) -> Result<(), Error> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), Error> {
        text(self.out, value);
        Ok(())
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<(), Error> {
        self.serialize_str(&value.to_string())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Error> {
        self.collect_seq(value)
    }

    fn serialize_none(self) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Error> {
        self.out.extend_from_slice(b"null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Error> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        let mut map = self.begin(b"{}");
        map.field(variant, value)?;
        map.finish()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, Error> {
        Ok(self.begin(b"[]"))
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Error> {
        Ok(self.begin(b"[]"))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeTupleStruct, Error> {
        Ok(self.begin(b"[]"))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Error> {
        self.begin_variant(variant, b"[]")
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Error> {
        Ok(self.begin(b"{}"))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeStruct, Error> {
        Ok(self.begin(b"{}"))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Error> {
        self.begin_variant(variant, b"{}")
    }
}

/// The traits of lists.
macro_rules! lists {
    ($($name:ident $method:ident,)*) => {
        $(impl ser::$name for Inside<'_, '_> {
            type Ok = ();
            type Error = Error;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
                self.item(value)
            }

            fn end(self) -> Result<(), Error> {
                self.finish()
            }
        })*
    };
}

lists! {
    SerializeSeq serialize_element,
    SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field,
    SerializeTupleVariant serialize_field,
}

/// The traits of maps with names that are known.
macro_rules! structs {
    ($($name:ident,)*) => {
        $(impl ser::$name for Inside<'_, '_> {
            type Ok = ();
            type Error = Error;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Error> {
                self.field(key, value)
            }

            fn end(self) -> Result<(), Error> {
                self.finish()
            }
        })*
    };
}

structs! { SerializeStruct, SerializeStructVariant, }

impl ser::SerializeMap for Inside<'_, '_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.line()?;
        let start = self.pretty.out.len();
        key.serialize(&mut *self.pretty)?;
        // Numbers are texts here.
        if self.pretty.out.get(start) != Some(&b'"') {
            self.pretty.out.insert(start, b'"');
            self.pretty.out.push(b'"');
        }
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.pretty.out.extend_from_slice(b": ");
        value.serialize(&mut *self.pretty)
    }

    fn end(self) -> Result<(), Error> {
        self.finish()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use serde::Serialize;
    use serde_json::{Value, json};
    use std::collections::BTreeMap;

    fn same(value: &impl Serialize) {
        let mut bytes = Vec::new();
        append(&mut bytes, value, 0).unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap(), serde_json::to_string_pretty(value).unwrap());
    }

    #[derive(Serialize)]
    enum Shape {
        Unit,
        New(u8),
        Tuple(u8, Option<bool>),
        Struct { a: f64, b: [(); 0] },
        Empty {},
    }

    #[test]
    fn every_shape_is_written_as_serde_json_does() {
        let deep = (0..40).fold(json!([{}, []]), |inner, _| json!({ "a": [1, inner, {}], "b\n": "c\n" }));
        same(&deep);
        same(&[Shape::Unit, Shape::New(1), Shape::Tuple(2, None), Shape::Struct { a: 0.1, b: [] }, Shape::Empty {}]);
        same(&BTreeMap::from([(1, vec!['x', '"']), (2, vec![])]));
        same(&(1u128, -1i64, "x", Some(()), Value::Null));
    }

    #[test]
    fn long_values_leave_in_parts() {
        let deep = json!({ "a": vec![json!({ "b": "c".repeat(300), "d": ["e\n"] }); 1000] });
        let mut bytes = Vec::new();
        write(&mut bytes, &deep, 0).unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap(), serde_json::to_string_pretty(&deep).unwrap());
    }

    #[test]
    fn every_text_is_written_as_serde_json_does() {
        for byte in 0..=0xffu8 {
            let character = char::from(byte);
            for before in 0..20 {
                same(&format!("{}{character}{character} é", "x".repeat(before)));
            }
        }
        same(&"\u{1f3e5}\u{80}\u{7f}é\"".repeat(40));
    }
}
