//! Every name that a block of a template uses: as written, in every branch of every condition.

use crate::eval::begins_as_function;
use crate::source::Span;
use crate::syntax::{Entry, Kind, Node};
use foldhash::HashSet;
use memchr::memchr;

/// What uses a name.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Use {
    /// `Ref`.
    Ref,
    /// `Fn::GetAtt`.
    GetAtt,
    /// `${Name}` or `${Name.Attribute}` in `Fn::Sub`.
    Sub,
    /// `DependsOn`.
    DependsOn,
    /// The `Condition` of a block, the first argument of `Fn::If`, `Condition` within a condition.
    Condition,
    /// The first argument of `Fn::FindInMap`.
    Mapping,
}

/// A branch of an `Fn::If`: its condition, and whether it is taken where the condition holds.
pub type Branch<'t> = (&'t str, bool);

/// One use of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference<'t> {
    /// The name, without an attribute.
    pub name: &'t str,
    /// The attribute, of `Fn::GetAtt` and `${Name.Attribute}`.
    pub attribute: Option<&'t str>,
    /// What uses it.
    pub by: Use,
    /// The property that holds the reference, from the block on: `Properties/Role`. Functions are not steps.
    pub path: String,
    /// The whole reference: the function, or the text of `Fn::Sub`.
    pub span: Span,
    /// The name itself, as exactly as the text shows it.
    pub name_span: Span,
    /// The branches of `Fn::If` that lead to it, from the outermost.
    pub branches: Vec<Branch<'t>>,
    /// Whether a macro or a loop rewrites this part of the template, so that the name may not be what is written.
    pub in_macro: bool,
}

/// One use of a name as the walk meets it: names are many, and callers keep few.
pub struct Met<'w, 't> {
    /// The name, without an attribute.
    pub name: &'t str,
    /// The attribute, of `Fn::GetAtt` and `${Name.Attribute}`.
    pub attribute: Option<&'t str>,
    /// What uses it.
    pub by: Use,
    /// Whether a macro or a loop rewrites this part of the template, so that the name may not be what is written.
    pub in_macro: bool,
    span: Span,
    /// The scalar that holds the name, with its text.
    holder: (&'t Node<'t>, &'t str),
    path: &'w [Step<'t>],
    branches: &'w [Branch<'t>],
}

/// A step of the path to a reference.
enum Step<'t> {
    Key(&'t str),
    Index(usize),
}

impl<'t> Met<'_, 't> {
    /// The reference with its place, to keep.
    pub fn reference(&self) -> Reference<'t> {
        let (node, text) = self.holder;
        Reference {
            name: self.name,
            attribute: self.attribute,
            by: self.by,
            path: self.path(),
            span: self.span,
            name_span: within(node, text, self.name),
            branches: self.branches.to_vec(),
            in_macro: self.in_macro,
        }
    }

    /// Whether it is only there in a branch of an `Fn::If`.
    pub fn is_in_branch(&self) -> bool {
        !self.branches.is_empty()
    }

    /// Whether it is below the block's `Metadata`.
    pub fn is_in_metadata(&self) -> bool {
        match self.path {
            [Step::Key(first), rest @ ..] => first.strip_prefix("Metadata").is_some_and(|behind| match behind {
                "" => !rest.is_empty(),
                behind => behind.starts_with('/'),
            }),
            _ => false,
        }
    }

    /// The last step of the path that is no index; empty where there is none.
    pub fn last_name(&self) -> &'t str {
        let of_step = |step: &Step<'t>| match step {
            Step::Key(key) => last_name(key),
            Step::Index(_) => None,
        };
        self.path.iter().rev().find_map(of_step).unwrap_or_default()
    }

    /// Whether the reference is the value of a property of this name, in any case, or inside of it.
    pub fn is_below(&self, name: &str) -> bool {
        self.path.iter().any(|step| matches!(step, Step::Key(key) if key.eq_ignore_ascii_case(name)))
    }

    fn path(&self) -> String {
        let mut path = String::new();
        for (index, step) in self.path.iter().enumerate() {
            if index > 0 {
                path.push('/');
            }
            match step {
                Step::Key(key) => path.push_str(key),
                Step::Index(index) => path.push_str(&index.to_string()),
            }
        }
        path
    }
}

/// Visits the uses of names in a resource: `DependsOn` and `Condition` too.
pub fn of_resource<'t>(node: &'t Node<'t>, visit: &mut dyn FnMut(&Met<'_, 't>)) {
    let mut walk = Walk::new(visit);
    for entry in node.as_mapping().unwrap_or_default() {
        match entry.key.as_ref() {
            "DependsOn" => {
                let items = entry.value.as_sequence().unwrap_or(std::slice::from_ref(&entry.value));
                walk.path.push(Step::Key("DependsOn"));
                for item in items {
                    walk.whole(item, item.span, Use::DependsOn);
                }
                walk.path.pop();
            }
            "Condition" => walk.own_condition(entry),
            key => walk.step(Step::Key(key), &entry.value),
        }
    }
}

/// Visits the uses of names in an output.
pub fn of_output<'t>(node: &'t Node<'t>, visit: &mut dyn FnMut(&Met<'_, 't>)) {
    let mut walk = Walk::new(visit);
    for entry in node.as_mapping().unwrap_or_default() {
        match entry.key.as_ref() {
            "Condition" => walk.own_condition(entry),
            key => walk.step(Step::Key(key), &entry.value),
        }
    }
}

/// Visits the uses of names in a condition.
pub fn of_condition<'t>(node: &'t Node<'t>, visit: &mut dyn FnMut(&Met<'_, 't>)) {
    Walk { in_condition: true, ..Walk::new(visit) }.node(node);
}

struct Walk<'v, 't> {
    path: Vec<Step<'t>>,
    branches: Vec<Branch<'t>>,
    in_macro: bool,
    /// Among conditions, `{Condition: Name}` is a reference; elsewhere a key of some property.
    in_condition: bool,
    visit: &'v mut dyn FnMut(&Met<'_, 't>),
}

impl<'v, 't> Walk<'v, 't> {
    fn new(visit: &'v mut dyn FnMut(&Met<'_, 't>)) -> Self {
        Self { path: Vec::new(), branches: Vec::new(), in_macro: false, in_condition: false, visit }
    }

    fn own_condition(&mut self, entry: &'t Entry<'t>) {
        self.path.push(Step::Key("Condition"));
        self.whole(&entry.value, entry.value.span, Use::Condition);
        self.path.pop();
    }

    fn step(&mut self, step: Step<'t>, node: &'t Node<'t>) {
        // A scalar that no function takes names nothing.
        if matches!(node.kind, Kind::Mapping(_) | Kind::Sequence(_)) {
            self.path.push(step);
            self.node(node);
            self.path.pop();
        }
    }

    fn node(&mut self, node: &'t Node<'t>) {
        match &node.kind {
            Kind::Mapping(entries) => match entries.as_slice() {
                [only] if only.key == "Ref" || begins_as_function(&only.key) => self.function(only, node.span),
                [only] if self.in_condition && only.key == "Condition" => {
                    self.whole(&only.value, node.span, Use::Condition);
                }
                entries => {
                    for entry in entries {
                        self.below_macro(&entry.key, |walk| walk.step(Step::Key(&entry.key), &entry.value));
                    }
                }
            },
            Kind::Sequence(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.step(Step::Index(index), item);
                }
            }
            _ => {}
        }
    }

    /// What is under `Fn::Transform` and `Fn::ForEach::…` is written anew before CloudFormation looks at it.
    fn below_macro(&mut self, key: &str, go: impl FnOnce(&mut Self)) {
        let before = self.in_macro;
        self.in_macro |= begins_as_function(key) && (key == "Fn::Transform" || key.starts_with("Fn::ForEach"));
        go(self);
        self.in_macro = before;
    }

    fn function(&mut self, call: &'t Entry<'t>, span: Span) {
        let argument = &call.value;
        match call.key.as_ref() {
            "Ref" => self.whole(argument, span, Use::Ref),
            "Fn::GetAtt" => self.attribute(argument, span),
            "Fn::Sub" => self.substitution(argument),
            "Fn::If" => match argument.as_sequence() {
                Some([condition, then, otherwise]) => {
                    self.whole(condition, condition.span, Use::Condition);
                    for (branch, taken) in [(then, true), (otherwise, false)] {
                        let pushed = condition.as_str().map(|name| self.branches.push((name, taken))).is_some();
                        self.argument(branch);
                        if pushed {
                            self.branches.pop();
                        }
                    }
                }
                _ => self.argument(argument),
            },
            "Fn::FindInMap" => {
                if let Some([mapping, ..]) = argument.as_sequence() {
                    self.whole(mapping, mapping.span, Use::Mapping);
                }
                self.argument(argument);
            }
            key => self.below_macro(key, |walk| walk.argument(argument)),
        }
    }

    /// A function and its lists are not steps of the path: the property is what links.
    fn argument(&mut self, node: &'t Node<'t>) {
        match &node.kind {
            Kind::Sequence(items) => items.iter().for_each(|item| self.argument(item)),
            _ => self.node(node),
        }
    }

    fn attribute(&mut self, argument: &'t Node<'t>, span: Span) {
        match (argument.as_str(), argument.as_sequence()) {
            (Some(text), _) => {
                if let Some((name, attribute)) = text.split_once('.') {
                    self.meet(name, Some(attribute), Use::GetAtt, span, (argument, text));
                }
            }
            (None, Some([name, rest @ ..])) => {
                if let Some(text) = name.as_str() {
                    let attribute = rest.first().and_then(Node::as_str);
                    self.meet(text, attribute, Use::GetAtt, span, (name, text));
                }
                rest.iter().for_each(|node| self.argument(node));
            }
            _ => {}
        }
    }

    fn substitution(&mut self, argument: &'t Node<'t>) {
        let (text, own) = match argument.as_sequence() {
            Some([text, variables, ..]) => (text, variables.as_mapping().unwrap_or_default()),
            Some([text]) => (text, [].as_slice()),
            _ => (argument, [].as_slice()),
        };
        let whole = text.as_str().unwrap_or_default();
        // Most texts have no variables of their own.
        let names: Option<HashSet<&str>> =
            (!own.is_empty()).then(|| own.iter().map(|entry| entry.key.as_ref()).collect());
        let is_own = |name: &&str| names.as_ref().is_some_and(|names| names.contains(name));
        for name in placeholders(whole).filter(|name| !is_own(name)) {
            let (name, attribute) = match name.split_once('.') {
                Some((name, attribute)) => (name, Some(attribute)),
                None => (name, None),
            };
            self.meet(name, attribute, Use::Sub, text.span, (text, whole));
        }
        own.iter().for_each(|entry| self.node(&entry.value));
    }

    /// A node that is a name and nothing else.
    fn whole(&mut self, node: &'t Node<'t>, span: Span, by: Use) {
        if let Some(name) = node.as_str() {
            self.meet(name, None, by, span, (node, name));
        }
    }

    fn meet(
        &mut self,
        name: &'t str,
        attribute: Option<&'t str>,
        by: Use,
        span: Span,
        holder: (&'t Node<'t>, &'t str),
    ) {
        let Self { path, branches, in_macro, .. } = self;
        (self.visit)(&Met { name, attribute, by, in_macro: *in_macro, span, holder, path, branches });
    }
}

/// The last step of a path that is no index.
pub fn last_name(path: &str) -> Option<&str> {
    path.rsplit('/').find(|step| step.parse::<usize>().is_err())
}

/// The names in the `${…}` of a `Fn::Sub` text; `${!Literal}` has none.
fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    in_braces(text).filter(|name| !name.starts_with('!')).map(str::trim)
}

/// What stands between `${` and the next `}` in a text. Asked of every text that may name something.
pub fn in_braces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let at = memchr(b'$', rest.as_bytes())?;
            rest = rest.get(at + 1..)?;
            let Some(inner) = rest.strip_prefix('{') else { continue };
            rest = inner;
            let end = memchr(b'}', inner.as_bytes())?;
            rest = inner.get(end + 1..)?;
            let name = inner.get(..end)?;
            // Another one may begin before this one ends.
            let may_begin = memchr(b'$', name.as_bytes()).is_some();
            return if may_begin { name.rsplit("${").next() } else { Some(name) };
        }
    })
}

/// The place of a part of a scalar's text. The whole scalar where the text is not written as it reads: with escapes, or in a block
/// scalar. (Plain ASCII of the same length, quotes aside, can only be itself.)
fn within(node: &Node<'_>, text: &str, part: &str) -> Span {
    let quotes = node.span.len().checked_sub(text.len());
    let offset = (part.as_ptr() as usize).checked_sub(text.as_ptr() as usize);
    match (quotes, offset) {
        (Some(quotes @ (0 | 2)), Some(offset)) if text.is_ascii() && offset + part.len() <= text.len() => {
            let start = node.span.start as usize + quotes / 2 + offset;
            Span::new(node.span.source, start, start + part.len())
        }
        _ => node.span,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::source::{Source, SourceId};

    fn shown(text: &str, read: impl for<'t> Fn(&'t Node<'t>, &mut dyn FnMut(&Met<'_, 't>))) -> Vec<String> {
        let source = Source::new(SourceId(0), "t", text);
        let document = crate::syntax::parse(text, SourceId(0)).unwrap();
        let mut references = Vec::new();
        read(&document.root, &mut |met| references.push(met.reference()));
        references
            .iter()
            .map(|found| {
                let attribute = found.attribute.map(|name| format!(".{name}")).unwrap_or_default();
                let branches: String =
                    found.branches.iter().map(|(name, taken)| format!(" if {name}={taken}")).collect();
                let place = source.slice(found.name_span);
                let macros = if found.in_macro { " in a macro" } else { "" };
                format!("{:?} {}{attribute} «{place}» at {}{branches}{macros}", found.by, found.name, found.path)
            })
            .collect()
    }

    #[test]
    fn names_have_their_exact_place() {
        let text = r#"
DependsOn: [Key, 'Other']
Condition: IsProd
Properties:
  Name: !Sub "${Env}-${Key}-${!Key}-${ Bucket.Arn }"
  Plain: !Sub ${Key}
  Block: !Sub |
    echo ${Key}
  Escaped: !Sub "\t${Key}"
  Accents: !Sub "é${Key}"
  Role: !GetAtt Role.Arn
  Nested: {"Fn::GetAtt": ["Stack", "Outputs.Url"]}
  Own: !Sub ["${Mine}${Key}", {Mine: !Ref Env}]
"#;
        assert_eq!(
            shown(text, of_resource),
            [
                "DependsOn Key «Key» at DependsOn",
                "DependsOn Other «Other» at DependsOn",
                "Condition IsProd «IsProd» at Condition",
                "Sub Env «Env» at Properties/Name",
                "Sub Key «Key» at Properties/Name",
                "Sub Bucket.Arn «Bucket» at Properties/Name",
                "Sub Key «Key» at Properties/Plain",
                "Sub Key «|\n    echo ${Key}» at Properties/Block",
                "Sub Key «\"\\t${Key}\"» at Properties/Escaped",
                "Sub Key «\"é${Key}\"» at Properties/Accents",
                "GetAtt Role.Arn «Role» at Properties/Role",
                "GetAtt Stack.Outputs.Url «Stack» at Properties/Nested",
                "Sub Key «Key» at Properties/Own",
                "Ref Env «Env» at Properties/Own",
            ]
        );
    }

    #[test]
    fn branches_conditions_mappings_and_macros() {
        let text = r#"
Properties:
  Condition: NoReference
  Key: !If [IsProd, !Ref Key, !If [IsTest, !Ref Test, !Ref AWS::NoValue]]
  Size: !FindInMap [Sizes, !Ref Env, Large]
  Tags: {Fn::Transform: {Name: Tagger, Parameters: {Of: !Ref Key}}}
  Fn::ForEach::Each: [Name, [A, B], {"${Name}": !Ref Name}]
"#;
        assert_eq!(
            shown(text, of_resource),
            [
                "Condition IsProd «IsProd» at Properties/Key",
                "Ref Key «Key» at Properties/Key if IsProd=true",
                "Condition IsTest «IsTest» at Properties/Key if IsProd=false",
                "Ref Test «Test» at Properties/Key if IsProd=false if IsTest=true",
                "Ref AWS::NoValue «AWS::NoValue» at Properties/Key if IsProd=false if IsTest=false",
                "Mapping Sizes «Sizes» at Properties/Size",
                "Ref Env «Env» at Properties/Size",
                "Ref Key «Key» at Properties/Tags/Parameters/Of in a macro",
                "Ref Name «Name» at Properties/Fn::ForEach::Each/2/${Name} in a macro",
            ]
        );
        let condition = r#"{"Fn::And": [{"Condition": "IsProd"}, {"Fn::Equals": [{"Ref": "Env"}, "x"]}]}"#;
        assert_eq!(shown(condition, of_condition), ["Condition IsProd «IsProd» at ", "Ref Env «Env» at "]);
        assert_eq!(
            shown("{Condition: C, Value: !Ref A}", of_output),
            ["Condition C «C» at Condition", "Ref A «A» at Value"]
        );
    }
}
