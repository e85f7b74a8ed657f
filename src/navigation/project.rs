//! Definitions and references across the templates of a project: nested stacks, exports and imports, included files.

use super::index::Index;
use super::symbol::{NestedPart, Occurrence, Role, Symbol, SymbolId};
use crate::discover::{self, Candidate, Input, Reading};
use crate::files::Files;
use crate::linter::MAX_INCLUDES;
use crate::project::load_beside;
use crate::source::{Source, SourceId, Span};
use foldhash::HashMap;
use std::cell::{OnceCell, RefCell};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

/// Templates that are looked at for what refers to another template.
pub const MAX_TEMPLATES: usize = 5_000;

/// The templates of a project, as navigation reads them: each once.
pub struct Project<'f> {
    files: &'f Files,
    /// Lists the templates that may refer to others.
    list: &'f dyn Fn() -> Vec<PathBuf>,
    listed: OnceCell<Vec<PathBuf>>,
    indices: RefCell<HashMap<PathBuf, Option<Rc<Index>>>>,
    texts: RefCell<HashMap<PathBuf, Option<Arc<String>>>>,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file.
    pub path: PathBuf,
    /// The bytes.
    pub span: Span,
    /// Whether it is a definition or a reference.
    pub role: Role,
}

/// A name at a place.
#[derive(Clone, Debug)]
pub struct Name {
    /// The template that it is a name of.
    pub root: PathBuf,
    /// Its names.
    pub index: Rc<Index>,
    /// The place.
    pub occurrence: Occurrence,
}

impl Name {
    /// What it names.
    pub fn symbol(&self) -> Option<&Symbol> {
        self.index.symbol(self.occurrence.symbol)
    }
}

impl<'f> Project<'f> {
    /// Open buffers are in `files`. `list` lists the templates that may refer to others; it is asked once, if a name may be used in
    /// other templates.
    pub fn new(files: &'f Files, list: &'f dyn Fn() -> Vec<PathBuf>) -> Self {
        Self { files, list, listed: OnceCell::new(), indices: RefCell::default(), texts: RefCell::default() }
    }

    /// The files.
    pub fn files(&self) -> &Files {
        self.files
    }

    /// The text of a file that places are in, with the path that identifies it.
    pub fn source(&self, path: &Path) -> Option<Source> {
        let text = self.text(path)?;
        Some(Source::shared(SourceId(0), self.files.name(path), text).in_file(Some(path.to_owned())))
    }

    /// The names of a template. None if it cannot be read, or is not a template.
    pub fn index(&self, path: &Path) -> Option<Rc<Index>> {
        let path = self.identity(path);
        if let Some(known) = self.indices.borrow().get(&path) {
            return known.clone();
        }
        let index = self.text(&path).and_then(|text| {
            let candidate = self.candidate(&path);
            let source = Source::shared(SourceId(0), self.files.name(&path), text).in_file(Some(path.clone()));
            Index::new(source, &|location| load_beside(&candidate, location, self.files)).map(Rc::new)
        });
        self.indices.borrow_mut().insert(path, index.clone());
        index
    }

    /// The text of a file.
    fn text(&self, path: &Path) -> Option<Arc<String>> {
        if let Some(known) = self.texts.borrow().get(path) {
            return known.clone();
        }
        let text = match discover::read(&self.candidate(path), self.files) {
            Reading::Text(text) => Some(text),
            Reading::NoTemplate(_) | Reading::Unreadable(_) => None,
        };
        self.texts.borrow_mut().insert(path.to_owned(), text.clone());
        text
    }

    fn candidate(&self, path: &Path) -> Candidate {
        Candidate::new(self.files.name(path), Input::File(path.to_owned()))
    }

    /// One path for all paths of a file.
    fn identity(&self, path: &Path) -> PathBuf {
        self.files.real(path).unwrap_or_else(|_| self.files.base().normal(path))
    }

    /// The names that a byte of a file is in: one if the file is a template, and one for each template that includes it.
    pub fn names_at(&self, path: &Path, offset: usize) -> Vec<Name> {
        let path = self.identity(path);
        let own = self.index(&path);
        let roots = match &own {
            Some(_) => vec![path.clone()],
            None => self.including(&path),
        };
        let name = |root: PathBuf| {
            let index = self.index(&root)?;
            let is_own = |source: &&Source| match own.is_some() {
                true => source.id == SourceId(0),
                false => source.path().is_some_and(|other| self.identity(other) == path),
            };
            let source = index.sources().iter().find(is_own)?.id;
            let occurrence = *index.at(source, offset)?;
            Some(Name { root, index, occurrence })
        };
        roots.into_iter().filter_map(name).collect()
    }

    /// Where the name at a byte of a file is defined, sorted. A name at its definition is defined there.
    pub fn definitions(&self, path: &Path, offset: usize) -> Vec<Place> {
        let mut found = BTreeSet::new();
        for name in self.names_at(path, offset) {
            self.definitions_of(&name, &mut found);
        }
        found.into_iter().collect()
    }

    fn definitions_of(&self, name: &Name, found: &mut BTreeSet<Place>) {
        let Name { root, index, occurrence } = name;
        let place = |span| self.place(root, index, span, Role::Definition);
        match index.symbol(occurrence.symbol) {
            Some(Symbol::Nested { stack, part, name }) => {
                let Some((path, child)) = self.nested(root, index, *stack) else { return };
                let symbol = child.find(&part.symbol(name));
                let spans = symbol.into_iter().flat_map(|symbol| child.definitions(symbol).collect::<Vec<_>>());
                found.extend(spans.filter_map(|span| self.place(&path, &child, span, Role::Definition)));
            }
            Some(Symbol::Template { stack }) => {
                found.extend(self.nested(root, index, *stack).map(|(path, _)| beginning(path)));
            }
            Some(Symbol::Include { location }) => {
                let included = load_beside(&self.candidate(root), location, self.files).ok();
                found.extend(included.and_then(|included| included.path).map(|path| beginning(self.identity(&path))));
            }
            Some(Symbol::Export(_)) => {
                let places = self.everywhere(name).into_iter();
                found.extend(places.filter(|place| place.role == Role::Definition));
            }
            Some(_) => match occurrence.exact.and_then(place) {
                Some(exact) => drop(found.insert(exact)),
                None => found.extend(index.definitions(occurrence.symbol).filter_map(place)),
            },
            None => {}
        }
    }

    /// Where the name at a byte of a file is defined and used, sorted.
    pub fn references(&self, path: &Path, offset: usize) -> Vec<Place> {
        let mut found = BTreeSet::new();
        for name in self.names_at(path, offset) {
            found.extend(self.everywhere(&name));
        }
        found.into_iter().collect()
    }

    /// Where the name at a byte of a file occurs in this file, in order.
    pub fn occurrences(&self, path: &Path, offset: usize) -> Vec<(Span, Role)> {
        let mut found = BTreeSet::new();
        for Name { index, occurrence, .. } in self.names_at(path, offset) {
            let places = index.places(occurrence.symbol).filter(|place| place.span.source == occurrence.span.source);
            found.extend(places.map(|place| (Span { source: SourceId(0), ..place.span }, place.role)));
        }
        found.into_iter().collect()
    }

    /// All places of what a name names.
    fn everywhere(&self, name: &Name) -> Vec<Place> {
        let Name { root, index, occurrence } = name;
        let mut places = Vec::new();
        match index.symbol(occurrence.symbol) {
            Some(Symbol::Nested { stack, part, name }) => match self.nested(root, index, *stack) {
                Some((path, child)) => {
                    if let Some(symbol) = child.find(&part.symbol(name)) {
                        self.add(&path, &child, symbol, &mut places);
                    }
                    self.add_parents(&path, *part, name, &mut places);
                    // The parent may not be among the templates.
                    self.add(root, index, occurrence.symbol, &mut places);
                }
                None => self.add(root, index, occurrence.symbol, &mut places),
            },
            Some(Symbol::Export(shape)) => {
                let symbol = Symbol::Export(shape.clone());
                let texts =
                    |text: &str| text.contains("ImportValue") || text.contains("Export") || text.contains("\\u");
                for path in self.mentioning(&texts).into_iter().filter(|path| path != root) {
                    if let Some(other) = self.index(&path)
                        && let Some(symbol) = other.find(&symbol)
                    {
                        self.add(&path, &other, symbol, &mut places);
                    }
                }
                self.add(root, index, occurrence.symbol, &mut places);
            }
            Some(symbol) => {
                self.add(root, index, occurrence.symbol, &mut places);
                let part = match symbol {
                    Symbol::Parameter(_) => Some(NestedPart::Parameter),
                    Symbol::Output(_) => Some(NestedPart::Output),
                    _ => None,
                };
                if let Some(part) = part {
                    self.add_parents(root, part, symbol.name(), &mut places);
                }
            }
            None => {}
        }
        places.sort();
        places.dedup();
        places
    }

    /// Adds the places of a symbol in a template.
    fn add(&self, root: &Path, index: &Index, symbol: SymbolId, places: &mut Vec<Place>) {
        let of_symbol = index.places(symbol);
        places.extend(of_symbol.filter_map(|occurrence| self.place(root, index, occurrence.span, occurrence.role)));
    }

    /// Adds the places in templates that nest this one, where they name a parameter or an output of it.
    fn add_parents(&self, child: &Path, part: NestedPart, name: &str, places: &mut Vec<Place>) {
        for (path, parent) in self.naming(child) {
            for (number, symbol) in parent.symbols().iter().enumerate() {
                let Symbol::Nested { stack, part: other, name: named } = symbol else { continue };
                if *other == part && named == name && self.nested_path(&path, &parent, *stack).as_deref() == Some(child)
                {
                    self.add(&path, &parent, SymbolId(number), places);
                }
            }
        }
    }

    /// The template of a nested stack.
    fn nested(&self, root: &Path, index: &Index, stack: SymbolId) -> Option<(PathBuf, Rc<Index>)> {
        let path = self.nested_path(root, index, stack)?;
        let child = self.index(&path)?;
        Some((path, child))
    }

    fn nested_path(&self, root: &Path, index: &Index, stack: SymbolId) -> Option<PathBuf> {
        let child = discover::nested(&self.candidate(root), index.location(stack)?, self.files).ok()?;
        match child.input {
            Input::File(path) => Some(self.identity(&path)),
            Input::StandardInput => None,
        }
    }

    /// The templates that include a file.
    fn including(&self, path: &Path) -> Vec<PathBuf> {
        let includes = |index: &Index| {
            let sources = index.sources().iter().skip(1).take(MAX_INCLUDES);
            sources.filter_map(Source::path).any(|included| self.identity(included) == path)
        };
        self.naming(path).into_iter().filter(|(_, index)| includes(index)).map(|(path, _)| path).collect()
    }

    /// The templates whose text has the name of a file.
    fn naming(&self, path: &Path) -> Vec<(PathBuf, Rc<Index>)> {
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return Vec::new() };
        let paths = self.mentioning(&|text: &str| text.contains(name) || text.contains("\\u"));
        paths.into_iter().filter_map(|path| Some((path.clone(), self.index(&path)?))).collect()
    }

    /// The templates whose text passes a test.
    fn mentioning(&self, test: &dyn Fn(&str) -> bool) -> BTreeSet<PathBuf> {
        let listed = self.listed.get_or_init(|| (self.list)());
        let paths = listed.iter().take(MAX_TEMPLATES).map(|path| self.identity(path));
        paths.filter(|path| self.text(path).is_some_and(|text| test(&text))).collect()
    }

    fn place(&self, root: &Path, index: &Index, span: Span, role: Role) -> Option<Place> {
        let path = match span.source {
            SourceId(0) => root.to_owned(),
            id => self.identity(index.source(id)?.path()?),
        };
        Some(Place { path, span: Span { source: SourceId(0), ..span }, role })
    }
}

/// The beginning of a file.
fn beginning(path: PathBuf) -> Place {
    Place { path, span: Span::new(SourceId(0), 0, 0), role: Role::Definition }
}

impl NestedPart {
    /// What it is in the template of the nested stack.
    fn symbol(self, name: &str) -> Symbol {
        match self {
            Self::Parameter => Symbol::Parameter(name.to_owned()),
            Self::Output => Symbol::Output(name.to_owned()),
        }
    }
}
