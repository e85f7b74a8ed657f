//! Runs one check on one block in one scenario: the assertion language's meaning.

mod count;

use super::assertion::{Assertion, Form, Quantified, Quantifier, Related, Selector};
use super::named::{self, Named};
use super::operand::Settings;
use super::path::Path;
use super::predicate::{Predicate, Surroundings, Test};
use crate::eval::text;
use crate::eval::value::{Content, Kind, Origin, Value};
use crate::eval::{Descent, Run};
use crate::expand::{self, Block, Model, Section, written};
use crate::finding::Related as RelatedPlace;
use crate::graph::{self, names};
use crate::policy;
use crate::source::Span;
use crate::truth::Truth;

/// The state of what is missing.
pub const NOT_SET: &str = "is not set";

/// A place that explains an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The most exact span.
    pub span: Span,
    /// From the template's root, `/` between steps.
    pub path: String,
    /// The property's own name: the last step, or the first missing one.
    pub name: String,
    /// `is "Suspended"`, `is not set`.
    pub state: String,
    /// The offending value as people write it; empty where there is none.
    pub value: String,
    /// The message of the innermost assertion that has one.
    pub message: Option<String>,
    /// Further words for the message, by placeholder.
    pub words: Vec<(&'static str, String)>,
    /// Places that explain it.
    pub related: Vec<RelatedPlace>,
}

/// An answer and, where explanations were asked for, the places that make it so.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// The answer.
    pub truth: Truth,
    /// Empty unless the checker explains.
    pub places: Vec<Place>,
}

impl Judgement {
    /// An answer without places.
    pub fn bare(truth: Truth) -> Self {
        Self { truth, places: Vec::new() }
    }
}

impl From<Truth> for Judgement {
    fn from(truth: Truth) -> Self {
        Self::bare(truth)
    }
}

/// What an assertion is about.
#[derive(Clone, Debug)]
pub enum Item<'m, 't> {
    /// A block of the template.
    Block(&'m Block<'t>),
    /// A value inside one.
    Value {
        /// The value.
        value: &'m Value<'t>,
        /// The key it stands under, or its index; empty where unknown.
        name: String,
        /// From the template's root. Only kept when explaining.
        path: String,
        /// The block that it belongs to.
        owner: &'m Block<'t>,
    },
}

impl<'m, 't> Item<'m, 't> {
    /// The block that it is, or lies in.
    pub fn owner(&self) -> &'m Block<'t> {
        match self {
            Self::Block(block) => block,
            Self::Value { owner, .. } => owner,
        }
    }

    /// The place of the item itself.
    pub fn place(&self) -> Place {
        match self {
            Self::Block(block) => block_place(block),
            Self::Value { value, name, path, owner: _ } => value_place(value, name, path),
        }
    }
}

/// The place of a block: its name.
pub fn block_place(block: &Block<'_>) -> Place {
    Place {
        span: block.key_span,
        path: block.path(),
        name: block.written_name().to_owned(),
        state: String::new(),
        value: String::new(),
        message: None,
        words: Vec::new(),
        related: Vec::new(),
    }
}

/// The place of a value.
pub fn value_place(value: &Value<'_>, name: &str, path: &str) -> Place {
    let display = value.display();
    Place {
        span: value.span,
        path: path.to_owned(),
        name: name.to_owned(),
        state: format!("is {display}"),
        value: display,
        message: None,
        words: Vec::new(),
        related: Vec::new(),
    }
}

/// What a path selects.
pub struct Selection<'m, 't> {
    /// The elements, in order.
    pub items: Vec<Item<'m, 't>>,
    /// The deepest block that exists on the way, for when there are none.
    pub nearest: Place,
    /// Whether something that is not known may hold further elements.
    pub unknown: bool,
}

/// Evaluates assertions about one block in one scenario.
pub struct Checker<'c, 'm, 't> {
    /// The scenario.
    pub run: &'c mut Run<'m, 't>,
    /// The template.
    pub model: &'m Model<'m, 't>,
    /// The rule's parameters.
    pub settings: &'c Settings,
    /// The block that the rule looks at.
    pub this: &'m Block<'t>,
    /// Whether places are wanted.
    pub explain: bool,
}

impl<'m, 't> Checker<'_, 'm, 't> {
    /// Answers an assertion about an item.
    pub fn judge(&mut self, assertion: &Assertion, item: &Item<'m, 't>) -> Judgement {
        let mut judgement = match &assertion.form {
            Form::All(assertions) => self.all(assertions, item),
            Form::Any(assertions) => self.any(assertions, item),
            Form::Not(inner) => {
                let inner = self.judge(inner, item);
                Judgement { truth: !inner.truth, places: inner.places }
            }
            Form::Value { path, is, or_absent } => self.value_form(path, is, *or_absent, item),
            Form::Quantified(quantifier, quantified) => self.quantified(*quantifier, quantified, item),
            Form::Count(bounds, quantified) => self.count(*bounds, quantified, item),
            Form::Analysis(analysis) => analysis.judge(self, item),
            Form::Setting { parameter, is } => {
                let texts = parameter.texts(self.settings);
                let values =
                    texts.iter().map(|text| Value { span: item.place().span, kind: Kind::String(text.clone().into()) });
                Truth::all(values.collect::<Vec<_>>().iter().map(|value| self.test(is, value))).into()
            }
            Form::Undecided(reason) => {
                self.run.note_reason(reason.as_str());
                Judgement::bare(Truth::Unknown)
            }
        };
        if let Some(message) = &assertion.message {
            for place in judgement.places.iter_mut().filter(|place| place.message.is_none()) {
                place.message = Some(message.clone());
            }
        }
        judgement
    }

    fn all(&mut self, assertions: &[Assertion], item: &Item<'m, 't>) -> Judgement {
        let mut truth = Truth::True;
        let mut places = Vec::new();
        for assertion in assertions {
            let judgement = self.judge(assertion, item);
            if self.explain {
                // All that fail are named; what holds only explains an answer that holds.
                if judgement.truth.is_false() && !truth.is_false() {
                    places.clear();
                }
                if judgement.truth.is_false() || !truth.is_false() {
                    places.extend(judgement.places);
                }
            }
            truth = truth.and(judgement.truth);
            if truth.is_false() && !self.explain {
                break;
            }
        }
        Judgement { truth, places }
    }

    fn any(&mut self, assertions: &[Assertion], item: &Item<'m, 't>) -> Judgement {
        let mut truth = Truth::False;
        let mut places = Vec::new();
        for assertion in assertions {
            let judgement = self.judge(assertion, item);
            truth = truth.or(judgement.truth);
            if truth.is_true() {
                return Judgement { truth, places: judgement.places };
            }
            // None holds: the first alternative is the one that rules put first, the plain way to do it.
            if places.is_empty() {
                places = judgement.places;
            }
        }
        Judgement { truth, places }
    }

    fn value_form(&mut self, path: &Path, is: &Predicate, or_absent: bool, item: &Item<'m, 't>) -> Judgement {
        let selection = self.select(path, item);
        if let Some(wanted) = is.as_presence() {
            return self.presence(&selection, wanted);
        }
        if selection.items.is_empty() {
            let truth = if selection.unknown { Truth::Unknown } else { or_absent.into() };
            return self.at(truth, || selection.nearest);
        }
        let mut truth = if selection.unknown { Truth::Unknown } else { Truth::True };
        let mut places = Vec::new();
        for found in &selection.items {
            let Item::Value { value, .. } = found else { continue };
            let answer = self.test(is, value);
            if self.explain && (answer.is_false() || !truth.is_false()) {
                if answer.is_false() && !truth.is_false() {
                    places.clear();
                }
                places.push(self.explained(found));
            }
            truth = truth.and(answer);
        }
        Judgement { truth, places }
    }

    /// The place of a value, with the parameter's default beside it where that is what the value is.
    pub fn explained(&self, item: &Item<'m, 't>) -> Place {
        let mut place = item.place();
        if let Item::Value { value, .. } = item {
            for part in value.parts() {
                if let (Content::Known(_), Origin::Parameter(name)) = (&part.content, &part.origin)
                    && let Some(default) =
                        self.model.evaluator.template.parameter(name).and_then(|parameter| parameter.default)
                {
                    place.related.push(RelatedPlace {
                        span: default.span,
                        message: format!("the default of parameter `{name}`"),
                    });
                }
            }
        }
        place
    }

    fn presence(&mut self, selection: &Selection<'m, 't>, wanted: bool) -> Judgement {
        let present = if selection.items.is_empty() {
            if selection.unknown { Truth::Unknown } else { Truth::False }
        } else {
            Truth::True
        };
        let truth = if wanted { present } else { !present };
        let places = match (self.explain, selection.items.is_empty()) {
            (false, _) => Vec::new(),
            (true, true) => vec![selection.nearest.clone()],
            (true, false) => selection.items.iter().map(|item| self.explained(item)).collect(),
        };
        Judgement { truth, places }
    }

    /// An answer with one place.
    pub fn at(&self, truth: Truth, place: impl FnOnce() -> Place) -> Judgement {
        Judgement { truth, places: if self.explain { vec![place()] } else { Vec::new() } }
    }

    fn test(&mut self, is: &Predicate, value: &Value<'t>) -> Truth {
        if value.is_inside_unknown() {
            return Truth::Unknown;
        }
        let model = self.model;
        let mut truth = Truth::True;
        for test in &is.tests {
            let answer = match test {
                Test::RefersToThis(wanted) => {
                    let refers = graph::refers_to(self.run, value, self.this);
                    if *wanted { refers } else { !refers }
                }
                _ => {
                    let around = Surroundings {
                        settings: self.settings,
                        is_no_echo: &|name| model.is_no_echo(name),
                        type_of: &|id| model.resource(id).map(|resource| resource.kind.to_owned()),
                    };
                    test.holds(self.run, value, &around)
                }
            };
            truth = truth.and(answer);
            if truth.is_false() {
                break;
            }
        }
        truth
    }

    fn quantified(&mut self, quantifier: Quantifier, quantified: &Quantified, item: &Item<'m, 't>) -> Judgement {
        let elements = self.elements(quantified, item);
        let mut every = Truth::True;
        let mut some = Truth::False;
        if elements.unknown {
            every = Truth::Unknown;
            some = Truth::Unknown;
        }
        let mut failing = Vec::new();
        let mut passing = Vec::new();
        for (element, membership) in elements.items {
            let counts = match &quantified.filter {
                Some(filter) if !membership.is_false() => membership.and(self.judge(filter, &element).truth),
                _ => membership,
            };
            if counts.is_false() {
                continue;
            }
            let judgement = match &quantified.test {
                Some(test) => self.judge(test, &element),
                None => Judgement::bare(Truth::True),
            };
            let passes = counts.and(judgement.truth);
            let holds = (!counts).or(judgement.truth);
            every = every.and(holds);
            some = some.or(passes);
            if self.explain {
                let places =
                    if judgement.places.is_empty() { vec![self.explained(&element)] } else { judgement.places };
                if holds.is_false() {
                    failing.extend(places);
                } else if passes.is_true() {
                    passing.extend(places);
                }
            } else if (quantifier == Quantifier::Every && every.is_false())
                || (quantifier != Quantifier::Every && some.is_true())
            {
                break;
            }
        }
        match quantifier {
            Quantifier::Every => Judgement { truth: every, places: if every.is_false() { failing } else { passing } },
            Quantifier::Some if some.is_true() => Judgement { truth: some, places: passing },
            Quantifier::Some => self.at(some, || elements.nearest),
            Quantifier::None => Judgement { truth: !some, places: if some.is_true() { passing } else { Vec::new() } },
        }
    }

    fn elements(&mut self, quantified: &Quantified, item: &Item<'m, 't>) -> Elements<'m, 't> {
        match &quantified.selector {
            Selector::Path(path) => Elements::from(self.select(path, item)),
            Selector::Items(path) => {
                let selection = self.select(path, item);
                let mut items = Vec::new();
                for found in selection.items {
                    match &found {
                        Item::Value { value, name, path, owner } if matches!(value.kind, Kind::List(_)) => {
                            for (index, inner) in value.items().iter().enumerate() {
                                let path = if self.explain { format!("{path}/{index}") } else { String::new() };
                                items.push(Item::Value { value: inner, name: name.clone(), path, owner });
                            }
                        }
                        _ => items.push(found),
                    }
                }
                Elements::from(Selection { items, ..selection })
            }
            Selector::Statements(kind) => {
                let owner = item.owner();
                let statements = policy::statements(self.run, owner, *kind);
                let nearest = self.around_statements(&statements, item);
                let base = if self.explain { owner.path() } else { String::new() };
                let items = statements
                    .found
                    .into_iter()
                    .map(|statement| {
                        let path = if base.is_empty() { base.clone() } else { format!("{base}/{}", statement.path) };
                        (Item::Value { value: statement.value, name: String::new(), path, owner }, Truth::True)
                    })
                    .collect();
                Elements { items, nearest, unknown: statements.unknown }
            }
            Selector::Resources(types) => Elements {
                items: self.blocks(types).into_iter().map(|block| (Item::Block(block), Truth::True)).collect(),
                nearest: self.section_of_resources(types, item),
                unknown: self.may_hide(types),
            },
            Selector::Related(related) => self.related(related, item),
            Selector::Referenced(related) => self.referenced(related, quantified.asks_for_existence(), item),
        }
    }

    /// Where a resource of one of these types should be: for the template as a whole, its section.
    fn section_of_resources(&self, types: &[String], item: &Item<'m, 't>) -> Place {
        let section = Section::Resources.name();
        match item {
            Item::Block(block) if block.section == Section::Template => match block.node.entry(section) {
                Some(entry) => Place {
                    state: "is not declared".to_owned(),
                    ..self.absent(entry.key_span, section.to_owned(), &types.join("` or `"))
                },
                None => self.own_place(item),
            },
            _ => self.own_place(item),
        }
    }

    /// The deepest block that holds all of a resource's statements.
    fn around_statements(&self, statements: &policy::Statements<'m, 't>, item: &Item<'m, 't>) -> Place {
        if !self.explain {
            return Place::default();
        }
        let owner = item.owner();
        let lists = statements.found.iter().map(|statement| {
            let steps: Vec<&str> = statement.path.split('/').collect();
            match steps.as_slice() {
                [list @ .., index] if index.parse::<usize>().is_ok() => list.to_vec(),
                _ => steps,
            }
        });
        let common = lists.reduce(|one, other| {
            one.iter().zip(&other).take_while(|(one, other)| one == other).map(|(step, _)| *step).collect()
        });
        let path = common.unwrap_or_default().join("/");
        match written::key_at(owner.node, &path) {
            Some(span) => self.absent(span, format!("{}/{path}", owner.path()), ""),
            _ => self.own_place(item),
        }
    }

    /// The resources of these types that exist in this scenario, in the order of the template.
    fn blocks(&mut self, types: &[String]) -> Vec<&'m Block<'t>> {
        let mut blocks = self.candidates(types);
        blocks.retain(|block| expand::exists(self.run, block));
        blocks
    }

    /// The resources of these types, in which `*` stands for any characters, in the order of the template.
    ///
    /// Who looks for those that are tied to another resource asks last whether one exists: the conditions of strangers
    /// are no choices of this check.
    pub fn candidates(&self, types: &[String]) -> Vec<&'m Block<'t>> {
        let model = self.model;
        let mut blocks: Vec<&'m Block<'t>> = Vec::new();
        for kind in types {
            if kind.contains('*') {
                // Templates have few types and many resources.
                for found in model.types().filter(|found| text::pattern_covers(kind, found)) {
                    blocks.extend(model.of_type(found));
                }
            } else {
                blocks.extend(model.of_type(kind));
            }
        }
        if types.len() > 1 || types.iter().any(|kind| kind.contains('*')) {
            // All turns of a loop have the same key.
            blocks.sort_by_key(|block| (block.key_span, block.name));
            blocks.dedup_by(|one, other| one.is(other));
        }
        blocks
    }

    /// Whether there may be resources of these types besides those that are declared; then it says so.
    pub fn may_hide(&mut self, types: &[String]) -> bool {
        let hides = types.iter().any(|kind| self.model.may_hide(kind));
        if hides {
            self.run.note_reason(expand::HIDDEN);
        }
        hides
    }

    fn related(&mut self, related: &Related, item: &Item<'m, 't>) -> Elements<'m, 't> {
        let target = item.owner();
        let mut items = Vec::new();
        let name = match &related.named {
            Some(named) => match self.name(named, item) {
                Ok(pieces) => Some(pieces),
                // What the name is made of is absent, or not known.
                Err(unknown) => return Elements { items, nearest: self.own_place(item), unknown },
            },
            None => None,
        };
        for block in self.candidates(&related.types) {
            if block.is(target) || !may_be_named(block, &related.via, name.as_deref()) {
                continue;
            }
            let selection = self.select(&related.via, &Item::Block(block));
            let mut membership = if selection.unknown { Truth::Unknown } else { Truth::False };
            for found in &selection.items {
                let Item::Value { value, .. } = found else { continue };
                for value in value.items() {
                    let refers = match &name {
                        Some(pieces) => graph::names::is_named(self.run, value, pieces, target),
                        None => graph::refers_to(self.run, value, target),
                    };
                    membership = membership.or(refers);
                }
            }
            if !membership.is_false() && expand::exists(self.run, block) {
                items.push((Item::Block(block), membership));
            }
        }
        Elements { items, nearest: self.own_place(item), unknown: self.may_hide(&related.types) }
    }

    /// The pieces of a name, with the values at its paths. Where one is missing: whether it may be there all the same.
    fn name<'n>(&mut self, named: &'n Named, item: &Item<'m, 't>) -> Result<Vec<names::Piece<'n, 'm, 't>>, bool> {
        let mut pieces = Vec::new();
        for piece in &named.pieces {
            pieces.push(match piece {
                named::Piece::Text(text) => names::Piece::Text(text),
                named::Piece::Name => names::Piece::Name,
                named::Piece::Path(path) => {
                    let selection = self.select(path, item);
                    match selection.items.as_slice() {
                        [Item::Value { value, .. }] => names::Piece::Value(value),
                        _ => return Err(selection.unknown),
                    }
                }
            });
        }
        Ok(pieces)
    }

    fn referenced(&mut self, related: &Related, existence: bool, item: &Item<'m, 't>) -> Elements<'m, 't> {
        let selection = self.select(&related.via, item);
        let blocks = self.candidates(&related.types);
        let mut items = Vec::new();
        let mut unknown = selection.unknown;
        for found in &selection.items {
            let Item::Value { value, .. } = found else { continue };
            for value in value.items() {
                let mut met = Truth::False;
                for block in &blocks {
                    let refers = graph::refers_to(self.run, value, block);
                    if !refers.is_false() && expand::exists(self.run, block) {
                        met = met.or(refers);
                        items.push((Item::Block(block), refers));
                    }
                }
                // A name from outside the template: what it names cannot be looked at, but it is not here.
                if met.is_false() && value.text().is_none() && !existence {
                    if let Some(part) = value.unsettled() {
                        self.run.note_reason(part.origin.reason());
                    }
                    unknown = true;
                }
            }
        }
        Elements { items, nearest: selection.nearest, unknown }
    }

    /// Selects with a path from an item.
    pub fn select(&mut self, path: &Path, item: &Item<'m, 't>) -> Selection<'m, 't> {
        let (start, walked, mut place) = match item {
            Item::Block(block) => match self.run.descend(block.node, block.key_span, &path.names) {
                Descent::Value(value, walked) => (value, walked, Vec::new()),
                Descent::Absent(span, index) => {
                    return Selection {
                        items: Vec::new(),
                        nearest: self.nearest(block, path, span, index),
                        unknown: false,
                    };
                }
                Descent::Unknown(index) => {
                    self.run.note_reason("a macro writes it when the stack is deployed");
                    let nearest = self.nearest(block, path, block.key_span, index);
                    return Selection { items: Vec::new(), nearest, unknown: true };
                }
            },
            Item::Value { value, .. } => (*value, 0, Vec::new()),
        };
        let owner = item.owner();
        let mut value = start;
        let mut span = start.span;
        let mut name: &str = match item {
            Item::Value { name, .. } => name,
            Item::Block(_) => "",
        };
        for step in path.names.iter().take(walked) {
            place.push(step.as_str());
            name = step;
        }
        for step in path.names.iter().skip(walked) {
            if value.is_opaque() {
                return self.behind_unknown(value, self.base(item, &place));
            }
            let Some(field) = value.field(step) else {
                let nearest = self.absent(span, self.base(item, &place), &missing(&path.names, place.len()));
                return Selection { items: Vec::new(), nearest, unknown: false };
            };
            value = &field.value;
            span = field.key_span;
            place.push(step);
            name = step;
        }
        let base = if self.explain { self.base(item, &place) } else { String::new() };
        if path.rest.is_none() {
            let only = Item::Value { value, name: name.to_owned(), path: base.clone(), owner };
            return Selection { items: vec![only], nearest: self.absent(span, base, name), unknown: false };
        }
        if value.is_opaque() {
            return self.behind_unknown(value, base);
        }
        let mut unknown = false;
        let mut items = Vec::new();
        for (found, steps) in path.select_rest(value, self.explain) {
            if found.is_inside_unknown() {
                unknown = true;
                continue;
            }
            let name = steps.rsplit('/').next().unwrap_or(name).to_owned();
            let path = if steps.is_empty() { base.clone() } else { format!("{base}/{steps}") };
            items.push(Item::Value { value: found, name, path, owner });
        }
        if unknown {
            self.note_unknown(value);
        }
        let nearest = self.absent(span, base, path.text.rsplit(['.', ']']).find(|s| !s.is_empty()).unwrap_or(name));
        Selection { items, nearest, unknown }
    }

    fn base(&self, item: &Item<'m, 't>, names: &[&str]) -> String {
        if !self.explain {
            return String::new();
        }
        let mut base = match item {
            Item::Block(block) => block.path(),
            Item::Value { path, .. } => path.clone(),
        };
        for name in names {
            if !base.is_empty() {
                base.push('/');
            }
            base.push_str(name);
        }
        base
    }

    /// The first value inside `value` that is not known is why a query could not look further.
    fn note_unknown(&mut self, value: &Value<'t>) {
        fn first<'a, 't>(value: &'a Value<'t>) -> Option<&'a Value<'t>> {
            if value.is_opaque() {
                return Some(value);
            }
            let items = match &value.kind {
                Kind::List(items) => items.as_slice(),
                _ => &[],
            };
            items.iter().chain(value.fields().iter().map(|field| &field.value)).find_map(first)
        }
        if let Some(part) = first(value).and_then(Value::unsettled) {
            self.run.note_reason(part.origin.reason());
        }
    }

    fn behind_unknown(&mut self, value: &'m Value<'t>, base: String) -> Selection<'m, 't> {
        if let Some(part) = value.unsettled() {
            self.run.note_reason(part.origin.reason());
        }
        let nearest = self.absent(value.span, base, "");
        Selection { items: Vec::new(), nearest, unknown: true }
    }

    fn nearest(&self, block: &Block<'t>, path: &Path, span: Span, index: usize) -> Place {
        if !self.explain {
            return Place { span, ..Place::default() };
        }
        let names: Vec<&str> = path.names.iter().take(index).map(String::as_str).collect();
        let base = self.base(&Item::Block(self.block_ref(block)), &names);
        self.absent(span, base, &missing(&path.names, index))
    }

    /// The place of an item itself; nowhere in particular unless places are wanted.
    fn own_place(&self, item: &Item<'m, 't>) -> Place {
        if self.explain { item.place() } else { Place::default() }
    }

    /// A block with the model's lifetime.
    fn block_ref(&self, block: &Block<'t>) -> &'m Block<'t> {
        self.model.resource(block.name).filter(|found| found.is(block)).unwrap_or(self.this)
    }

    fn absent(&self, span: Span, path: String, name: &str) -> Place {
        if !self.explain {
            return Place { span, ..Place::default() };
        }
        Place {
            span,
            path,
            name: name.to_owned(),
            state: NOT_SET.to_owned(),
            value: String::new(),
            message: None,
            words: Vec::new(),
            related: Vec::new(),
        }
    }
}

/// Whether a property as written may be a name that begins with text: see [`names::may_begin_with`].
fn may_be_named(block: &Block<'_>, via: &Path, name: Option<&[names::Piece<'_, '_, '_>]>) -> bool {
    let Some([names::Piece::Text(start), ..]) = name else { return true };
    let written = via.names.iter().try_fold(block.node, |node, name| node.get(name));
    via.rest.is_some() || written.is_none_or(|node| names::may_begin_with(node, start))
}

/// What a person would have to add: the names from the first missing one on, `Properties` aside.
fn missing(names: &[String], index: usize) -> String {
    let names = names.get(index..).unwrap_or_default();
    match names {
        [first, rest @ ..] if first == "Properties" && !rest.is_empty() => rest.join("."),
        _ => names.join("."),
    }
}

/// Elements with the truth of their belonging.
struct Elements<'m, 't> {
    items: Vec<(Item<'m, 't>, Truth)>,
    nearest: Place,
    unknown: bool,
}

impl<'m, 't> From<Selection<'m, 't>> for Elements<'m, 't> {
    fn from(selection: Selection<'m, 't>) -> Self {
        Self {
            items: selection.items.into_iter().map(|item| (item, Truth::True)).collect(),
            nearest: selection.nearest,
            unknown: selection.unknown,
        }
    }
}
