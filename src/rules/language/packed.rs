//! The form in which the binary carries its rules, as the build packs them: values one after the other, each with a letter for what it
//! is, texts and lists after their length. Reading it takes a fifth of the instructions of JSON, and texts are not copied.

use serde::de::value::{Error, StrDeserializer};
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error as _, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};
use serde::forward_to_deserialize_any;

/// Reads a packed value.
///
/// # Errors
/// What is wrong with it. The build packed it, so only a rule that its type does not take is wrong.
pub(super) fn read<'de, T: Deserialize<'de>>(packed: &'de str) -> Result<T, Error> {
    T::deserialize(&mut Reader { packed, at: 0 })
}

/// Reads a value after the other. Everything but texts is ASCII, so only texts are looked at as such.
struct Reader<'de> {
    packed: &'de str,
    at: usize,
}

impl<'de> Reader<'de> {
    fn peek(&self) -> Option<u8> {
        self.packed.as_bytes().get(self.at).copied()
    }

    /// What the next value is.
    fn letter(&mut self) -> Option<u8> {
        let letter = self.peek();
        self.at += 1;
        letter
    }

    /// A number of 14 bits in two characters.
    fn number(&mut self) -> Result<usize, Error> {
        let rest = self.packed.as_bytes().get(self.at..).unwrap_or_default();
        let [high, low] = rest.first_chunk().ok_or_else(cut_off)?;
        self.at += 2;
        Ok(usize::from(*high) << 7 | usize::from(*low))
    }

    fn text(&mut self) -> Result<&'de str, Error> {
        let length = self.number()?;
        let end = self.at + length;
        let text = self.packed.get(self.at..end).ok_or_else(cut_off)?;
        self.at = end;
        Ok(text)
    }
}

#[cold]
fn cut_off() -> Error {
    Error::custom("the pack is cut off")
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.letter() {
            Some(b's') => visitor.visit_borrowed_str(self.text()?),
            Some(b'm') => {
                let left = self.number()?;
                visitor.visit_map(Items { reader: self, left })
            }
            Some(b'l') => {
                let left = self.number()?;
                visitor.visit_seq(Items { reader: self, left })
            }
            Some(b't') => visitor.visit_bool(true),
            Some(b'f') => visitor.visit_bool(false),
            Some(b'n') => {
                let text = self.text()?;
                match (text.parse::<u64>(), text.parse::<i64>(), text.parse::<f64>()) {
                    (Ok(number), ..) => visitor.visit_u64(number),
                    (_, Ok(number), _) => visitor.visit_i64(number),
                    (.., Ok(number)) => visitor.visit_f64(number),
                    _ => Err(Error::custom("the pack has a number that cannot be read")),
                }
            }
            Some(b'0') => visitor.visit_unit(),
            _ => Err(Error::custom("the pack has a value of an unknown kind")),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.peek() == Some(b'0') {
            self.at += 1;
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    /// Variants without content alone: others are maps, which [`Entries`](super::entries::Entries) reads.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let name: &str = Deserialize::deserialize(self)?;
        visitor.visit_enum(IntoDeserializer::<Error>::into_deserializer(name))
    }

    /// No: what it holds was checked when it was packed.
    fn is_human_readable(&self) -> bool {
        false
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map
        struct identifier ignored_any
    }
}

/// What is left of a list or a map.
struct Items<'r, 'de> {
    reader: &'r mut Reader<'de>,
    left: usize,
}

impl Items<'_, '_> {
    fn next(&mut self) -> bool {
        let is_left = self.left > 0;
        self.left = self.left.saturating_sub(1);
        is_left
    }
}

impl<'de> SeqAccess<'de> for Items<'_, 'de> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        if self.next() { seed.deserialize(&mut *self.reader).map(Some) } else { Ok(None) }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

impl<'de> MapAccess<'de> for Items<'_, 'de> {
    type Error = Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        if !self.next() {
            return Ok(None);
        }
        seed.deserialize(StrDeserializer::new(self.reader.text()?)).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        seed.deserialize(&mut *self.reader)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}
