//! Maps of rule files whose keys are each a form of their own, such as the predicates of `is:`.
//!
//! There are dozens of such keys, and a map has one or two. So a type for such a map is no structure with dozens of absent fields, but
//! an enum with a variant for each key, read as the entries that are there. Errors are those of a structure.

use serde::de::value::U64Deserializer;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, EnumAccess, Error, IntoDeserializer, MapAccess, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use smallvec::SmallVec;
use std::fmt;
use std::marker::PhantomData;

/// The entries of a map, in the order of the variants of `E`. One that is null is left out, as an absent one.
#[derive(Debug)]
pub(super) struct Entries<E>(pub(super) Vec<E>);

impl<'de, E: Deserialize<'de>> Deserialize<'de> for Entries<E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match E::deserialize(Shape) {
            Err(Known { name, keys }) => {
                deserializer.deserialize_struct(name, keys, EntriesVisitor { name, keys, entries: PhantomData })
            }
            Ok(_) => Err(D::Error::custom("not an enum")),
        }
    }
}

/// Asks a type for its variants.
struct Shape;

/// The name of a type and those of its variants, as an error: what asks for them gives no value.
#[derive(Debug)]
struct Known {
    name: &'static str,
    keys: &'static [&'static str],
}

impl fmt::Display for Known {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

impl std::error::Error for Known {}

impl Error for Known {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self { name: "", keys: &[] }
    }
}

impl<'de> Deserializer<'de> for Shape {
    type Error = Known;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Known> {
        Err(Known::custom(""))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        keys: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Known> {
        Err(Known { name, keys })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

struct EntriesVisitor<E> {
    name: &'static str,
    keys: &'static [&'static str],
    entries: PhantomData<E>,
}

impl<'de, E: Deserialize<'de>> Visitor<'de> for EntriesVisitor<E> {
    type Value = Entries<E>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "struct {}", self.name)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<E>, A::Error> {
        let mut entries: Vec<E> = Vec::with_capacity(map.size_hint().unwrap_or_default().min(self.keys.len()));
        let mut indices: SmallVec<[usize; 4]> = SmallVec::new();
        let mut seen = 0_u128;
        while let Some(index) = map.next_key_seed(Key { keys: self.keys })? {
            let bit = 1_u128 << (index % 128);
            if seen & bit != 0 {
                return Err(A::Error::duplicate_field(self.keys.get(index).unwrap_or(&"")));
            }
            seen |= bit;
            let mut is_null = false;
            match E::deserialize(Entry { index, map: &mut map, is_null: &mut is_null }) {
                Ok(entry) => {
                    entries.push(entry);
                    indices.push(index);
                }
                Err(_) if is_null => {}
                Err(error) => return Err(error),
            }
        }
        if !indices.is_sorted() {
            let mut sorted: Vec<(usize, E)> = indices.into_iter().zip(entries).collect();
            sorted.sort_by_key(|(index, _)| *index);
            entries = sorted.into_iter().map(|(_, entry)| entry).collect();
        }
        Ok(Entries(entries))
    }
}

/// Reads a key as its place among those that there are.
struct Key {
    keys: &'static [&'static str],
}

impl<'de> DeserializeSeed<'de> for Key {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Key {
    type Value = usize;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("field identifier")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<usize, E> {
        // The first letter distinguishes most.
        let is_own = |key: &&str| key.as_bytes().first() == name.as_bytes().first() && *key == name;
        self.keys.iter().position(is_own).ok_or_else(|| E::unknown_field(name, self.keys))
    }
}

/// One entry of a map as a variant.
struct Entry<'m, A> {
    index: usize,
    map: &'m mut A,
    /// Set where its value is null.
    is_null: &'m mut bool,
}

impl<'de, A: MapAccess<'de>> Deserializer<'de> for Entry<'_, A> {
    type Error = A::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, A::Error> {
        visitor.visit_enum(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct seq tuple
        tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de, A: MapAccess<'de>> EnumAccess<'de> for Entry<'_, A> {
    type Error = A::Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), A::Error> {
        let index: U64Deserializer<A::Error> = u64::try_from(self.index).unwrap_or(u64::MAX).into_deserializer();
        Ok((seed.deserialize(index)?, self))
    }
}

impl<'de, A: MapAccess<'de>> VariantAccess<'de> for Entry<'_, A> {
    type Error = A::Error;

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, A::Error> {
        match self.map.next_value_seed(Present(seed))? {
            Some(value) => Ok(value),
            None => {
                *self.is_null = true;
                Err(A::Error::custom("null"))
            }
        }
    }

    fn unit_variant(self) -> Result<(), A::Error> {
        Err(A::Error::custom("a key has a value"))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, A::Error> {
        Err(A::Error::custom("a key has one value"))
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], _: V) -> Result<V::Value, A::Error> {
        Err(A::Error::custom("a key has one value"))
    }
}

/// Reads a value that may be null.
struct Present<T>(T);

impl<'de, T: DeserializeSeed<'de>> DeserializeSeed<'de> for Present<T> {
    type Value = Option<T::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de, T: DeserializeSeed<'de>> Visitor<'de> for Present<T> {
    type Value = Option<T::Value>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("option")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        self.0.deserialize(deserializer).map(Some)
    }
}
