//! A value that is still put together: several changes may add to a map or list that the text does not have.

use super::Refused;
use crate::change::{Action, Step, Value};
use crate::syntax::functions::is_call;
use foldhash::HashMap;
use std::borrow::Cow;

/// Maps with more entries than this are searched by an index.
const SEARCHED: usize = 16;

/// A value to write.
#[derive(Debug)]
pub(super) enum Draft {
    /// A scalar, a list or a function, as a change sets it.
    Set(Value),
    /// A list of what changes append.
    List(Vec<Value>),
    /// A map that may still grow.
    Map(Entries),
}

/// The entries of a map that may still grow.
#[derive(Debug, Default)]
pub(super) struct Entries {
    entries: Vec<(String, Draft)>,
    /// The entries by their keys, if there are many.
    index: Option<Box<HashMap<String, usize>>>,
}

impl Entries {
    /// Whether there is an entry with this key.
    pub(super) fn has(&self, key: &str) -> bool {
        self.at(key).is_some()
    }

    /// The number of the entry with this key.
    fn at(&self, key: &str) -> Option<usize> {
        match &self.index {
            Some(index) => index.get(key).copied(),
            None => self.entries.iter().position(|(own, _)| own == key),
        }
    }

    /// The entry with this key.
    pub(super) fn get(&self, key: &str) -> Option<&Draft> {
        self.entries.get(self.at(key)?).map(|(_, draft)| draft)
    }

    fn get_mut(&mut self, key: &str) -> Option<&mut Draft> {
        let at = self.at(key)?;
        self.entries.get_mut(at).map(|(_, draft)| draft)
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// All of them, in the order in which they are to be written.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Draft)> {
        self.entries.iter().map(|(key, draft)| (key.as_str(), draft))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Makes a change at the path `first`, `rest` below the map.
    pub(super) fn change(&mut self, first: &Step, rest: &[Step], action: &Action) -> Result<(), Refused> {
        let Step::Key(key) = first else { return Err(Refused::NotThere) };
        match self.get_mut(key) {
            Some(draft) => draft.change(rest, action),
            None => {
                let draft = Draft::new(rest, action)?;
                self.push(key.clone(), draft);
                Ok(())
            }
        }
    }

    fn push(&mut self, key: String, draft: Draft) {
        if let Some(index) = &mut self.index {
            index.insert(key.clone(), self.entries.len());
        }
        self.entries.push((key, draft));
        if self.index.is_none() && self.entries.len() > SEARCHED {
            let keys = self.entries.iter().enumerate();
            self.index = Some(Box::new(keys.map(|(at, (key, _))| (key.clone(), at)).collect()));
        }
    }

    /// The keys and their values.
    pub(super) fn values(&self) -> impl Iterator<Item = (&str, Cow<'_, Value>)> {
        self.iter().map(|(key, draft)| (key, draft.value()))
    }

    /// The map.
    pub(super) fn value(&self) -> Value {
        Value::Map(self.values().map(|(key, value)| (key.to_owned(), value.into_owned())).collect())
    }
}

impl Draft {
    /// What has to be there so that the change at this path is made.
    pub(super) fn new(path: &[Step], action: &Action) -> Result<Self, Refused> {
        match path.split_first() {
            Some((first, rest)) => {
                let mut entries = Entries::default();
                entries.change(first, rest, action)?;
                Ok(Self::Map(entries))
            }
            None => match action {
                Action::Set(value) => Self::of(value),
                Action::Append(value) => Ok(Self::List(vec![value.clone()])),
                Action::Remove | Action::Rename(_) => Err(Refused::NotThere),
            },
        }
    }

    fn of(value: &Value) -> Result<Self, Refused> {
        match value {
            Value::Map(map) if !map.is_empty() && !is_call(value) => {
                let mut entries = Entries::default();
                for (key, value) in map {
                    if entries.has(key) {
                        return Err(Refused::Conflict);
                    }
                    entries.push(key.clone(), Self::of(value)?);
                }
                Ok(Self::Map(entries))
            }
            _ => Ok(Self::Set(value.clone())),
        }
    }

    /// Makes a change at this path below. Nothing changes if it is refused.
    pub(super) fn change(&mut self, path: &[Step], action: &Action) -> Result<(), Refused> {
        match (path.split_first(), &mut *self, action) {
            (Some((first, rest)), Self::Map(entries), _) => entries.change(first, rest, action),
            (None, _, Action::Set(value)) => {
                let new = Self::of(value)?;
                if !self.agrees(&new) {
                    return Err(Refused::Conflict);
                }
                self.merge(new);
                Ok(())
            }
            (None, Self::List(items) | Self::Set(Value::List(items)), Action::Append(value)) => {
                items.push(value.clone());
                Ok(())
            }
            _ => Err(Refused::Conflict),
        }
    }

    /// Whether both can be at the same place: maps whose common entries agree, or the same value.
    fn agrees(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Map(one), Self::Map(other)) => {
                other.iter().all(|(key, draft)| one.get(key).is_none_or(|known| known.agrees(draft)))
            }
            (Self::Set(one), Self::Set(other)) => one == other,
            _ => false,
        }
    }

    fn merge(&mut self, other: Self) {
        let (Self::Map(one), Self::Map(other)) = (self, other) else { return };
        for (key, draft) in other.entries {
            match one.get_mut(&key) {
                Some(known) => known.merge(draft),
                None => one.push(key, draft),
            }
        }
    }

    pub(super) fn value(&self) -> Cow<'_, Value> {
        match self {
            Self::Set(value) => Cow::Borrowed(value),
            Self::List(items) => Cow::Owned(Value::List(items.clone())),
            Self::Map(entries) => Cow::Owned(entries.value()),
        }
    }
}
