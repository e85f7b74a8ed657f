//! The names of one template with their places, in its own text and in the files that it includes.

use super::declare::{Declared, Keys};
use super::serverless::definition_file;
use super::symbol::{Occurrence, Role, Symbol, SymbolId};
use super::texts::Texts;
use super::walk::Walk;
use crate::eval::inputs::Inputs;
use crate::expand::includes::{Included, locations};
use crate::expand::{self, Macros};
use crate::linter::{Linter, Loaded, Loader};
use crate::source::{Source, SourceId, Span};
use crate::syntax::{self, Document, Node};
use crate::template;
use foldhash::HashMap;

/// Words of which a text has one if it may deploy other templates.
const DEPLOYS: [&str; 4] = ["AWS::CloudFormation::Stack", "AWS::Serverless::Application", "AWS::Include", "\\u"];

/// The names of one template.
#[derive(Debug)]
pub struct Index {
    /// The template's text, and those of the files that it includes.
    sources: Vec<Source>,
    symbols: Vec<Symbol>,
    /// By source and start; of those that begin together the longest first.
    occurrences: Vec<Occurrence>,
    /// Where the templates of nested stacks are.
    locations: HashMap<SymbolId, String>,
}

impl Index {
    /// The names of a text. None if it cannot be parsed, or is not a template.
    pub fn new(source: Source, load: &Loader<'_>) -> Option<Self> {
        let mut sources = vec![source];
        let locations = included(&sources, load);
        sources.extend(locations.iter().filter_map(|(_, source)| source.clone()));
        let definitions = definitions(&sources, load);
        sources.extend(definitions.iter().map(|(_, source)| source.clone()));
        let found = Found::of(&sources, &locations, &definitions)?;
        let Found { symbols, mut occurrences, keys } = found;
        occurrences.sort_by_key(|occurrence| {
            let Occurrence { span, symbol, role, .. } = occurrence;
            (span.source, span.start, u32::MAX - span.end, *symbol, *role)
        });
        // What an alias of YAML stands for is in the tree more than once.
        occurrences.dedup_by_key(|occurrence| (occurrence.span, occurrence.symbol, occurrence.role));
        let own = sources.first()?;
        let deploys = !keys.is_empty() && DEPLOYS.iter().any(|word| own.text().contains(word));
        let nested = if deploys { Linter::default().lint_with(own, load).nested } else { Vec::new() };
        let key_of: HashMap<Span, SymbolId> = keys.into_iter().collect();
        let locations =
            nested.into_iter().filter_map(|nested| Some((*key_of.get(&nested.span)?, nested.location))).collect();
        Some(Self { sources, symbols, occurrences, locations })
    }

    /// The template's text, and those of the files that it includes.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// The text of a span.
    pub fn source(&self, id: SourceId) -> Option<&Source> {
        self.sources.iter().find(|source| source.id == id)
    }

    /// What a symbol is.
    pub fn symbol(&self, id: SymbolId) -> Option<&Symbol> {
        self.symbols.get(id.0)
    }

    /// All symbols, in the order of their ids.
    pub fn symbols(&self) -> &[Symbol] {
        &self.symbols
    }

    /// A symbol by what it is.
    pub fn find(&self, symbol: &Symbol) -> Option<SymbolId> {
        self.symbols.iter().position(|known| known == symbol).map(SymbolId)
    }

    /// All places, in the order of the texts.
    pub fn occurrences(&self) -> &[Occurrence] {
        &self.occurrences
    }

    /// The shortest name that a byte is in, or that ends before it.
    pub fn at(&self, source: SourceId, offset: usize) -> Option<&Occurrence> {
        let in_source = |occurrence: &&Occurrence| occurrence.span.source == source;
        let covers = |occurrence: &&Occurrence| {
            let span = occurrence.span;
            span.start as usize <= offset && offset <= span.end as usize
        };
        self.occurrences
            .iter()
            .filter(in_source)
            .filter(covers)
            .min_by_key(|occurrence| (occurrence.span.end as usize == offset, occurrence.span.len()))
    }

    /// The places of a symbol.
    pub fn places(&self, symbol: SymbolId) -> impl Iterator<Item = &Occurrence> {
        self.occurrences.iter().filter(move |occurrence| occurrence.symbol == symbol)
    }

    /// Where a symbol is defined.
    pub fn definitions(&self, symbol: SymbolId) -> impl Iterator<Item = Span> {
        self.places(symbol).filter(|occurrence| occurrence.role == Role::Definition).map(|occurrence| occurrence.span)
    }

    /// Where the template of a nested stack is, relative to this one.
    pub fn location(&self, stack: SymbolId) -> Option<&str> {
        self.locations.get(&stack).map(String::as_str)
    }
}

/// The names of a template, before they are sorted.
struct Found {
    symbols: Vec<Symbol>,
    occurrences: Vec<Occurrence>,
    keys: Vec<(Span, SymbolId)>,
}

/// The files that a template includes, by location; those that cannot be read have no text.
fn included(sources: &[Source], load: &Loader<'_>) -> Vec<(String, Option<Source>)> {
    let Some(own) = sources.first() else { return Vec::new() };
    let Ok(document) = syntax::read(own.text(), own.id) else { return Vec::new() };
    if !Macros::of(&document).are_called() {
        return Vec::new();
    }
    let ids = (1..).map(|number| SourceId(own.id.0.saturating_add(number)));
    let read = |(location, id): (String, SourceId)| {
        let loaded = load(&location).ok();
        let source = loaded.map(|Loaded { name, path, text }| Source::new(id, name, text).in_file(path));
        (location, source)
    };
    locations(&document.root).into_iter().zip(ids).map(read).collect()
}

/// Definitions of state machines that are read for one template.
const MAX_DEFINITIONS: usize = 32;

/// The files with definitions of state machines that a template names, by location, as far as they can be read.
fn definitions(sources: &[Source], load: &Loader<'_>) -> Vec<(String, Source)> {
    let Some(own) = sources.first().filter(|own| own.text().contains("DefinitionUri")) else { return Vec::new() };
    let Ok(document) = syntax::read(own.text(), own.id) else { return Vec::new() };
    let mut locations: Vec<String> = Vec::new();
    let resources = document.root.get("Resources").and_then(Node::as_mapping).unwrap_or_default();
    Keys::each(resources, &mut |entry| {
        let kind = entry.value.get("Type").and_then(Node::as_str).unwrap_or_default();
        let file = entry.value.get("Properties").and_then(|properties| definition_file(kind, properties));
        let is_new = |location: &&str| !locations.iter().any(|known| known == location);
        if let Some(location) = file.map(|(_, location)| location).filter(is_new) {
            locations.push(location.to_owned());
        }
    });
    let next = sources.iter().map(|source| source.id.0).max().unwrap_or(own.id.0).saturating_add(1);
    let ids = (next..).map(SourceId);
    let read = |(location, id): (String, SourceId)| {
        let Loaded { name, path, text } = load(&location).ok()?;
        Some((location, Source::new(id, name, text).in_file(path)))
    };
    locations.into_iter().take(MAX_DEFINITIONS).zip(ids).filter_map(read).collect()
}

impl Found {
    fn of(
        sources: &[Source],
        locations: &[(String, Option<Source>)],
        definitions: &[(String, Source)],
    ) -> Option<Self> {
        let own = sources.first()?;
        let document = syntax::read(own.text(), own.id).ok()?;
        let macros = Macros::of(&document);
        let parsed: Vec<(&str, Option<Document<'_>>)> = locations
            .iter()
            .map(|(location, source)| {
                let document = source.as_ref().and_then(|source| syntax::read(source.text(), source.id).ok());
                (location.as_str(), document)
            })
            .collect();
        let trees: Vec<Included<'_>> = parsed
            .iter()
            .map(|(location, document)| Included {
                location: (*location).to_owned(),
                root: document.as_ref().map(|document| &document.root).ok_or_else(String::new),
            })
            .collect();
        // What people write: files included, loops and resources of SAM as they are.
        let written = expand::with_included(&document.root, macros, &trees);
        let inputs = Inputs::default();
        let expansion = expand::expand(&document.root, macros, &trees, &inputs);
        if !template::is_template(&expansion.root) {
            return None;
        }
        let mut declared = Declared::new(&written);
        declared.add_made(&expansion);
        let texts = Texts::new(sources);
        let read = definitions.iter().map(|(location, source)| (location, syntax::read(source.text(), source.id)));
        let defined: Vec<(&String, Document<'_>)> =
            read.filter_map(|(location, document)| Some((location, document.ok()?))).collect();
        let defined: Vec<(&str, &Node<'_>)> =
            defined.iter().map(|(location, document)| (location.as_str(), &document.root)).collect();
        let mut walk = Walk::new(&texts, declared, &defined);
        walk.includes(&document.root);
        let (declared, occurrences) = walk.template(&written);
        let (symbols, keys) = declared.into_parts();
        Some(Self { symbols, occurrences, keys })
    }
}
