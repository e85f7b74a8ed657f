//! From changes of a document to edits of its text. What no edit covers stays as it is, byte for byte.
//!
//! All changes of a document are planned together ([`edits`]): two below a map that is absent make it once, two at the end of one list
//! stand one after another. What is written follows its neighbors: block or flow style, indentation, quotes, short tags, line ends. A
//! comment stays with what it describes: directly above an entry and in its column, or behind it in its line, it goes where the entry
//! goes; everything else stays.
//!
//! Nothing is guessed. A change at or below an anchor with aliases, an alias or a merge is refused, and so is one whose text is written
//! in a way that is not understood here. The edited text is read again, and only if it is the old document with the changes in it,
//! with the same comments, are there edits.

mod block;
mod draft;
mod flow;
mod habits;
mod moved;
mod page;
mod plan;
mod proof;
mod region;
mod scalar;
mod write;
mod writer;

use super::yaml::Shared;
use super::{Document, Kind, Language, Node};
use crate::change::{Change, Edit};
use crate::source::{Source, Span};
use foldhash::HashSet;
use habits::Habits;
use moved::Moves;
use page::Page;
use plan::{Indexes, Plan};
use std::cell::Cell;
use writer::{Piece, Place, Writer};

/// Attempts to find the changes that cannot be made. After them, what is left waits.
const MAX_ATTEMPTS: usize = 64;

/// Edits of a text for changes of its document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edited {
    /// In the order of the text, without overlaps.
    pub edits: Vec<Edit>,
    /// The changes that the edits do not make, by their numbers, in order.
    pub refused: Vec<(usize, Refused)>,
}

/// Why a change is not made.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refused {
    /// It contradicts a change before it, or both at once are too much: it may be possible once that one is made.
    Conflict,
    /// It is in an anchored value with aliases, so it would change other places, too; or such a value would go.
    Anchor,
    /// The value is an alias.
    Alias,
    /// The entry is merged from another map (`<<`), or would then be.
    Merge,
    /// The key is used more than once in its map.
    Repeated,
    /// The value has one of YAML's own tags (`!!str`).
    Tag,
    /// Nothing is there.
    NotThere,
    /// A key of something that is not a map, or of a function.
    NotAMap,
    /// An item of something that is not a list, or of a function that may result in one.
    NotAList,
    /// The whole document.
    Root,
    /// The nesting would be too deep.
    TooDeep,
    /// The text is written in a way that is not edited: parts of `!GetAtt A.B`, keys with `?`, old line ends.
    Unusual,
}

impl Refused {
    /// The reason, as a sentence.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Conflict => "Another fix changes the same place.",
            Self::Anchor => "The value has a YAML anchor, and aliases elsewhere refer to it.",
            Self::Alias => "The value is a YAML alias.",
            Self::Merge => "The map is merged from another map with `<<`.",
            Self::Repeated => "The key is used more than once in its map.",
            Self::Tag => "The value has a YAML tag.",
            Self::NotThere => "The template does not have the place.",
            Self::NotAMap => "The value is not a map.",
            Self::NotAList => "The value is not a list, or a function computes it.",
            Self::Root => "The change is of the whole template.",
            Self::TooDeep => "The nesting is too deep.",
            Self::Unusual => "hipaalint does not edit text of this form.",
        }
    }
}

/// The edits of `text` that make `changes` in the document that was read from it, all of them together. A change that cannot be made,
/// alone or after those before it, is refused. For texts that are written: the whole edited text is read and compared.
pub fn edits(text: &str, document: &Document<'_>, changes: &[Change]) -> Edited {
    Text { text, document, editor: Editor::new(text, document, None, true) }.edits(changes)
}

/// A text with the document that was read from it, for several sets of changes, each of which is made alone.
pub struct Text<'d> {
    text: &'d str,
    document: &'d Document<'d>,
    /// None if it is written in a way that is not edited.
    editor: Option<Editor<'d>>,
}

impl<'d> Text<'d> {
    /// What does not depend on the changes is looked at here.
    pub fn new(text: &'d str, document: &'d Document<'d>) -> Self {
        Self { text, document, editor: Editor::new(text, document, None, false) }
    }

    /// Of a source, which finds its lines for reports, too.
    pub fn of(source: &'d Source, document: &'d Document<'d>) -> Self {
        let text = source.text();
        Self { text, document, editor: Editor::new(text, document, Some(source), false) }
    }

    /// The bytes that were read so far to prove edits.
    pub fn bytes_read(&self) -> usize {
        self.editor.as_ref().map_or(0, |editor| editor.read.get())
    }

    /// How many times the whole text was read to prove edits.
    pub fn whole_proofs(&self) -> usize {
        self.editor.as_ref().map_or(0, |editor| editor.wholes.get())
    }

    /// The edits that make some changes, as [`edits`] does. For reports: only the entry that changes is read again, where that is enough.
    pub fn edits(&self, changes: &[Change]) -> Edited {
        let mut session = Session::new(self.text, self.document, changes);
        if let Some(editor) = &self.editor {
            let numbers: Vec<usize> = (0..changes.len()).collect();
            session.settle(editor, &numbers);
        } else {
            session.refused.extend((0..changes.len()).map(|number| (number, Refused::Unusual)));
        }
        session.refused.sort_unstable();
        let source = self.document.root.span.source;
        let edit = |piece: Piece| Edit { span: Span::new(source, piece.start, piece.end), text: piece.text };
        Edited { edits: session.pieces.into_iter().map(edit).collect(), refused: session.refused }
    }
}

/// The text after its edits, which are in its order and do not overlap. Edits that are not parts of the text are left out.
pub fn apply(text: &str, edits: &[Edit]) -> String {
    let mut edited = String::with_capacity(text.len() + edits.iter().map(|edit| edit.text.len()).sum::<usize>());
    let mut at = 0;
    for Edit { span, text: new } in edits {
        let (start, end) = (span.start as usize, span.end as usize);
        if let Some(kept) = text.get(at..start)
            && text.get(start..end).is_some()
        {
            edited.push_str(kept);
            edited.push_str(new);
            at = end;
        }
    }
    edited.push_str(text.get(at..).unwrap_or(""));
    edited
}

/// Which of the changes are made so far.
struct Session<'d> {
    text: &'d str,
    document: &'d Document<'d>,
    changes: &'d [Change],
    kept: Vec<usize>,
    pieces: Vec<Piece>,
    refused: Vec<(usize, Refused)>,
    attempts: usize,
}

impl<'d> Session<'d> {
    fn new(text: &'d str, document: &'d Document<'d>, changes: &'d [Change]) -> Self {
        Self { text, document, changes, kept: Vec::new(), pieces: Vec::new(), refused: Vec::new(), attempts: 0 }
    }

    /// Makes these changes with those that are kept, or as many of them as possible.
    fn settle(&mut self, editor: &Editor<'d>, numbers: &[usize]) {
        if numbers.is_empty() {
            return;
        }
        if self.attempts >= MAX_ATTEMPTS {
            self.refused.extend(numbers.iter().map(|number| (*number, Refused::Conflict)));
            return;
        }
        self.attempts += 1;
        match self.attempt(editor, numbers) {
            Ok(attempt) => {
                let refused = attempt.refused.iter().filter(|(number, _)| numbers.contains(number));
                self.refused.extend(refused);
                self.kept = attempt.kept;
                self.pieces = attempt.pieces;
            }
            Err(reason) => match numbers {
                [only] => self.refused.push((*only, reason)),
                _ => {
                    let (first, second) = numbers.split_at(numbers.len() / 2);
                    self.settle(editor, first);
                    self.settle(editor, second);
                }
            },
        }
    }

    fn attempt(&self, editor: &Editor<'d>, numbers: &[usize]) -> Result<Attempt, Refused> {
        let mut plan = Plan::new(self.document, &editor.shared, &editor.indexes, &editor.repeated);
        let mut attempt = Attempt::default();
        let mut writer = Writer::new(&editor.page, &editor.habits);
        let all = || self.kept.iter().chain(numbers).filter_map(|number| Some((*number, self.changes.get(*number)?)));
        let own: Vec<Change>;
        let mut moved = Moves::default();
        let changes: Vec<(usize, &Change)> = if moved::any(self.changes) {
            let mut changes: Vec<Change> = all().map(|(_, change)| change.clone()).collect();
            moved = writer.moved(self.document, &mut changes)?;
            own = changes;
            all().map(|(number, _)| number).zip(&own).collect()
        } else {
            all().collect()
        };
        for (number, change) in changes {
            match plan.add(change) {
                Ok(()) => attempt.kept.push(number),
                Err(reason) => attempt.refused.push((number, reason)),
            }
        }
        writer.visit(&self.document.root, &plan.root, Place::Root)?;
        attempt.pieces = writer.finish().ok_or(Refused::Unusual)?;
        attempt.pieces.retain(|piece| piece.start != piece.end || !piece.text.is_empty());
        if !attempt.pieces.is_empty() && !editor.proves(self, &plan, &attempt.pieces, &moved) {
            return Err(Refused::Unusual);
        }
        Ok(attempt)
    }
}

/// The values of a tree. The parsers bound its depth.
fn count(node: &Node<'_>) -> usize {
    let below: usize = match &node.kind {
        Kind::Mapping(entries) => entries.iter().map(|entry| count(&entry.value)).sum(),
        Kind::Sequence(items) => items.iter().map(count).sum(),
        _ => 0,
    };
    below + 1
}

/// What an attempt led to.
#[derive(Default)]
struct Attempt {
    kept: Vec<usize>,
    pieces: Vec<Piece>,
    refused: Vec<(usize, Refused)>,
}

/// What is known of the text before any change.
struct Editor<'d> {
    page: Page<'d>,
    habits: Habits<'d>,
    shared: Shared,
    indexes: Indexes,
    /// Where the later entries of repeated keys start.
    repeated: HashSet<u32>,
    /// What reading the whole text counts: its bytes, or more where aliases stand for many values.
    weight: usize,
    /// The bytes that were read to prove edits.
    read: Cell<usize>,
    /// How many times that was the whole text.
    wholes: Cell<usize>,
    /// Whether the whole text is read, and not only the entry that changes.
    reads_whole: bool,
}

impl<'d> Editor<'d> {
    fn new(text: &'d str, document: &'d Document<'d>, source: Option<&'d Source>, reads_whole: bool) -> Option<Self> {
        let is_yaml = document.language == Language::Yaml;
        let page = Page::new(text, is_yaml, source)?;
        let shared = if document.may_share { Shared::of(text)? } else { Shared::default() };
        let habits = Habits::of(&page, document);
        // Most values take fewer bytes.
        const BYTES_OF_VALUE: usize = 64;
        let values = if shared.is_empty() { 0 } else { count(&document.root) };
        Some(Self {
            page,
            habits,
            weight: text.len().max(values.saturating_mul(BYTES_OF_VALUE)),
            shared,
            indexes: Indexes::default(),
            repeated: plan::repeated(document),
            read: Cell::new(0),
            wholes: Cell::new(0),
            reads_whole,
        })
    }

    /// Reads the edited text, and compares it with the old one and the plan.
    fn proves(&self, session: &Session<'_>, plan: &Plan<'_>, pieces: &[Piece], moved: &Moves) -> bool {
        let source = session.document.root.span.source;
        if self.shared.is_empty() && !self.reads_whole && moved.starts.is_empty() {
            let mut read = 0;
            let holds = region::holds(&self.page, session.document, &plan.root, pieces, &mut read);
            self.read.set(self.read.get().saturating_add(read));
            if holds.is_some() {
                return true;
            }
        }
        self.read.set(self.read.get().saturating_add(self.weight));
        self.wholes.set(self.wholes.get().saturating_add(1));
        let edit = |piece: &Piece| Edit { span: Span::new(source, piece.start, piece.end), text: piece.text.clone() };
        let text = apply(session.text, &pieces.iter().map(edit).collect::<Vec<_>>());
        let Ok(new) = super::read(&text, source) else { return false };
        proof::holds(session.document, &plan.root, &new)
            && proof::keeps_comments(&session.document.comments, pieces, moved, &new)
    }
}
