//! Every property that a rule asks for exists in the CloudFormation schemas of the types that it looks at, and what it
//! compares the property with is something that the property can be. A rule that asks for a property that a type does not
//! have is silent on that type for ever, or fires on all of it; so is one that waits for a value that never comes.

use super::files::pack;
use super::schemas::{self, Kind};
use hipaalint::eval::text::pattern_covers;
use hipaalint::rules::assertion::{Assertion, Form, Quantified, Related, Selector};
use hipaalint::rules::load::RuleSet;
use hipaalint::rules::named::Piece;
use hipaalint::rules::operand::Settings;
use hipaalint::rules::path::Path;
use hipaalint::rules::predicate::{Predicate, Test};
use hipaalint::rules::rule::{Rule, TargetName};

/// What an assertion is about: a resource of one of these types, or a value below `Properties` of it.
#[derive(Clone)]
struct Context {
    /// Those that have a schema: no patterns, no custom resources.
    types: Vec<String>,
    /// From `Properties` on; none for the resource itself.
    value: Option<String>,
}

impl Context {
    /// What is in no schema, such as a normalised statement.
    const NOWHERE: Self = Self { types: Vec::new(), value: None };
}

/// A type that does not have a property that other types of the same check have.
struct Lack {
    kind: String,
    why: String,
}

struct Walk<'r> {
    rule: &'r str,
    settings: &'r Settings,
    asked: usize,
    compared: usize,
    complaints: Vec<String>,
}

impl Walk<'_> {
    fn complain(&mut self, why: &str) {
        self.complaints.push(format!("{}: {why}", self.rule));
    }

    fn rule(&mut self, rule: &Rule) {
        for check in &rule.checks {
            let types = check.targets.iter().filter_map(|target| match target {
                TargetName::Type(kind) => Some(kind.clone()),
                _ => None,
            });
            let context = Context { types: self.exact(&types.collect::<Vec<_>>()), value: None };
            for assertion in check.when.iter().chain([&check.assert]) {
                let lacks = self.assertion(assertion, &context);
                self.settle(&lacks);
            }
        }
    }

    /// Those of these types that have a schema of their own. What is neither one, nor a pattern of some, nor a custom
    /// resource, is a slip.
    fn exact(&mut self, types: &[String]) -> Vec<String> {
        let known: Vec<&str> = schemas::resource_types().collect();
        for kind in types {
            let exists = kind.starts_with("Custom::") || known.iter().any(|known| pattern_covers(kind, known));
            if !exists {
                self.complain(&format!("there is no type `{kind}`"));
            }
        }
        types.iter().filter(|kind| known.contains(&kind.as_str())).cloned().collect()
    }

    fn settle(&mut self, lacks: &[Lack]) {
        for lack in lacks {
            self.complain(&format!("{}; give {} a check of its own, or the path `or-absent`", lack.why, lack.kind));
        }
    }

    /// The property paths that a path means here, more than one where it names several: `['a','b']`; none for one that is
    /// not about a property of a known type.
    fn properties(path: &Path, context: &Context) -> Vec<String> {
        // What may lie at any depth has no one place in a schema.
        let text = path.text.strip_prefix('$').filter(|text| !context.types.is_empty() && !text.contains(".."));
        let joined = text.and_then(|text| match &context.value {
            Some(value) => Some(format!("{value}{text}")),
            None => text.strip_prefix(".Properties.").map(str::to_owned),
        });
        joined.map_or_else(Vec::new, |joined| alternatives(&joined))
    }

    /// The value at a path, of those types that have it, and those that lack it. Of several paths it is the first one's,
    /// as they are asked the same.
    fn locate(&mut self, path: &Path, context: &Context) -> (Context, Vec<Lack>) {
        let mut all = Vec::new();
        let mut first = None;
        for property in Self::properties(path, context) {
            let (value, lacks) = self.locate_one(property, context);
            all.extend(lacks);
            first.get_or_insert(value);
        }
        (first.unwrap_or(Context::NOWHERE), all)
    }

    fn locate_one(&mut self, property: String, context: &Context) -> (Context, Vec<Lack>) {
        self.asked += 1;
        let mut types = Vec::new();
        let mut lacks = Vec::new();
        for kind in &context.types {
            match schemas::property(kind, &property) {
                Ok(found) if found.read_only => {
                    lacks.push(Lack { kind: kind.clone(), why: format!("{kind}: no template can set {property}") });
                }
                Ok(_) => types.push(kind.clone()),
                Err(why) => lacks.push(Lack { kind: kind.clone(), why }),
            }
        }
        if types.is_empty() {
            lacks.iter().for_each(|lack| self.complain(&lack.why));
            return (Context::NOWHERE, Vec::new());
        }
        (Context { types, value: Some(property) }, lacks)
    }

    /// Walks through an assertion; returns the types on which it cannot be answered.
    fn assertion(&mut self, assertion: &Assertion, context: &Context) -> Vec<Lack> {
        match &assertion.form {
            Form::All(items) => items.iter().flat_map(|item| self.assertion(item, context)).collect(),
            Form::Any(items) => self.any(items, context),
            Form::Not(inner) => self.assertion(inner, context),
            Form::Value { path, is, or_absent } => {
                // Inside a resource's properties, `Type` is one of them.
                if path.text == "$.Type" && context.value.is_none() {
                    self.type_names(is);
                }
                let (value, lacks) = self.locate(path, context);
                self.predicate(is, &value);
                // Here the rule says itself that the property need not be there.
                if *or_absent || is.as_presence() == Some(false) { Vec::new() } else { lacks }
            }
            Form::Quantified(_, quantified) | Form::Count(_, quantified) => self.quantified(quantified, context),
            Form::Analysis(analysis) => {
                analysis.paths().into_iter().flat_map(|path| self.locate(path, context).1).collect()
            }
            Form::Setting { .. } | Form::Configured(_) | Form::Profile(_) | Form::Undecided(_) => Vec::new(),
        }
    }

    /// An alternative may be for some of the types, as long as each type has one. One that is never known is none.
    fn any(&mut self, items: &[Assertion], context: &Context) -> Vec<Lack> {
        let decided = items.iter().filter(|item| !matches!(item.form, Form::Undecided(_)));
        let alternatives: Vec<Vec<Lack>> = decided.map(|item| self.assertion(item, context)).collect();
        let has = |alternative: &[Lack], kind: &str| alternative.iter().all(|lack| lack.kind != kind);
        let everywhere = |lack: &Lack| !alternatives.iter().any(|alternative| has(alternative, &lack.kind));
        let kinds: Vec<bool> = alternatives.iter().flatten().map(everywhere).collect();
        alternatives.into_iter().flatten().zip(kinds).filter_map(|(lack, lacking)| lacking.then_some(lack)).collect()
    }

    fn quantified(&mut self, quantified: &Quantified, context: &Context) -> Vec<Lack> {
        let (inner, mut lacks) = match &quantified.selector {
            Selector::Path(path) => self.locate(path, context),
            Selector::Items(path) => {
                let (value, lacks) = self.locate(path, context);
                (Self::elements(value), lacks)
            }
            // What a text holds is in no schema.
            Selector::Json(path) => (Context::NOWHERE, self.locate(path, context).1),
            // Normalised statements have a shape of their own.
            Selector::Statements(_) => (Context::NOWHERE, Vec::new()),
            Selector::Related(related) => {
                let there = Context { types: self.exact(&related.types), value: None };
                let (_, lacks) = self.locate(&related.via, &there);
                self.settle(&lacks);
                (there, self.names(related, context))
            }
            Selector::Referenced(related) => {
                let (_, lacks) = self.locate(&related.via, context);
                (Context { types: self.exact(&related.types), value: None }, lacks)
            }
            Selector::Resources(types) => (Context { types: self.exact(types), value: None }, Vec::new()),
        };
        let inside = |lacks: &mut Vec<Lack>, found: Vec<Lack>, walk: &mut Self| {
            if inner.value.is_some() { lacks.extend(found) } else { walk.settle(&found) }
        };
        for assertion in quantified.filter.iter().chain(&quantified.test) {
            let found = self.assertion(assertion, &inner);
            inside(&mut lacks, found, self);
        }
        lacks
    }

    /// The elements of a list; a value that is none stands for itself.
    fn elements(value: Context) -> Context {
        let Some(path) = &value.value else { return value };
        let is_list = |kind: &String| schemas::property(kind, path).is_ok_and(|found| found.kind == Kind::Array);
        let path = if value.types.iter().any(is_list) { format!("{path}[*]") } else { path.clone() };
        Context { value: Some(path), ..value }
    }

    fn names(&mut self, related: &Related, context: &Context) -> Vec<Lack> {
        let pieces = related.named.iter().flat_map(|named| &named.pieces);
        let paths = pieces.filter_map(|piece| match piece {
            Piece::Path(path) => Some(path),
            _ => None,
        });
        paths.flat_map(|path| self.locate(path, context).1).collect()
    }

    /// `$.Type` is compared with types that exist.
    fn type_names(&mut self, is: &Predicate) {
        for test in &is.tests {
            if let Test::In(operand, _) | Test::Like(operand, _) = test {
                let names = operand.texts(self.settings).into_owned();
                self.exact(&names);
            }
        }
    }

    /// What the value is compared with is something that it can be.
    fn predicate(&mut self, is: &Predicate, value: &Context) {
        let Some(path) = &value.value else { return };
        let kinds: Vec<Kind> = value.types.iter().map(|kind| schemas::property(kind, path).unwrap().kind).collect();
        for test in &is.tests {
            if let Test::RefersTo(types, _) | Test::FromResource(types, _) = test {
                self.exact(types);
            }
            if let Test::Among(path) = test {
                let whole = Context { types: value.types.clone(), value: None };
                let (_, lacks) = self.locate(path, &whole);
                self.settle(&lacks);
            }
            for (name, kind) in value.types.iter().zip(&kinds) {
                self.compared += usize::from(matches!(test, Test::In(..)));
                if let Some(why) = self.never(test, kind, &kinds) {
                    self.complain(&format!("{name}: {path} {why} ({kind:?})"));
                }
            }
        }
    }

    /// Why a property of this kind never answers a test, beside those of other types.
    fn never(&self, test: &Test, kind: &Kind, kinds: &[Kind]) -> Option<String> {
        let values = match kind {
            Kind::Enum(values) | Kind::EnumInAnyCase(values) => values.as_slice(),
            _ => &[],
        };
        match test {
            Test::In(..) | Test::Like(..) if matches!(kind, Kind::EnumInAnyCase(_)) => {
                Some("is written in any case: ask `matches: \"(?i)^(…)$\"`".to_owned())
            }
            Test::In(operand, _) => {
                let operands = operand.texts(self.settings);
                // What is for another of the types is no slip here; but something must be for this one.
                let nowhere = |text: &String| !kinds.iter().any(|other| may_be(other, text));
                let for_none: Vec<_> = operands.iter().filter(|text| nowhere(text)).collect();
                let for_this = operands.iter().any(|text| may_be(kind, text));
                match (for_none.as_slice(), for_this) {
                    ([], true) => None,
                    ([], false) => Some(format!("is never {operands:?}")),
                    _ => Some(format!("is never {for_none:?}")),
                }
            }
            Test::Like(operand, _) => {
                let patterns = operand.texts(self.settings);
                let covered = |value: &String| patterns.iter().any(|pattern| pattern_covers(pattern, value));
                let never = !values.is_empty() && !values.iter().any(covered);
                never.then(|| format!("is never like {patterns:?}"))
            }
            Test::Matches(expression, _) => {
                let matched = |value: &String| expression.is_match(value) == Some(true);
                let never = !values.is_empty() && !values.iter().any(matched);
                never.then(|| "never matches".to_owned())
            }
            _ => None,
        }
    }
}

/// The paths that a path with names in brackets stands for: `a['b','c']` is `a.b` and `a.c`.
fn alternatives(path: &str) -> Vec<String> {
    let Some((before, rest)) = path.split_once("['") else { return vec![path.trim_start_matches('.').to_owned()] };
    let (names, after) = rest.split_once("']").expect("brackets are closed");
    names.split("','").flat_map(|name| alternatives(&format!("{before}.{name}{after}"))).collect()
}

/// Whether a property of this kind can be this text, as far as its kind says: booleans in any case, numbers by value.
fn may_be(kind: &Kind, text: &str) -> bool {
    let number = |text: &str| text.parse::<f64>().ok();
    match kind {
        Kind::Enum(values) => values.iter().any(|value| {
            value == text
                || (number(text).is_some() && number(value) == number(text))
                || (["true", "false"].contains(&text) && value.eq_ignore_ascii_case(text))
        }),
        Kind::EnumInAnyCase(values) => values.iter().any(|value| value.eq_ignore_ascii_case(text)),
        Kind::Boolean => ["true", "false"].contains(&text),
        Kind::Integer | Kind::Number => number(text).is_some(),
        _ => true,
    }
}

/// What is wrong with the paths of a rule.
fn slips(rule: &Rule, asked: &mut usize, compared: &mut usize) -> Vec<String> {
    let settings = &rule.settings;
    let mut walk = Walk { rule: &rule.meta.id, settings, asked: 0, compared: 0, complaints: Vec::new() };
    walk.rule(rule);
    *asked += walk.asked;
    *compared += walk.compared;
    walk.complaints
}

#[test]
fn properties_are_in_the_schemas() {
    let only = std::env::var("RULE").unwrap_or_default();
    let (mut asked, mut compared) = (0, 0);
    let rules = pack();
    let entries = rules.entries().iter().filter(|entry| entry.meta.id.contains(&only));
    let complaints: Vec<String> =
        entries.flat_map(|entry| slips(entry.rule().unwrap(), &mut asked, &mut compared)).collect();
    assert!(!only.is_empty() || (asked > 200 && compared > 50), "only {asked} paths were asked, {compared} compared");
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn slips_are_found() {
    const BOTH: &str = "[AWS::RDS::DBInstance, AWS::RDS::DBCluster]";
    for (resources, assert, expected) in [
        ("[AWS::S3::Bucket]", "{ path: $.Properties.Versioning, is: { present: true } }", "no property"),
        ("[AWS::S3::Buckets]", "{ path: $.Properties.BucketName, is: { present: true } }", "there is no type"),
        ("[AWS::S3::Bucket]", "{ path: $.Properties.Arn, is: { present: true } }", "no template can set"),
        // `MultiAZ` is the instance's alone.
        (BOTH, "{ path: $.Properties.MultiAZ, is: { equals: true } }", "give AWS::RDS::DBCluster a check of its own"),
        (BOTH, "{ path: $.Properties.MultiAZ, is: { equals: true }, or-absent: true }", ""),
        (BOTH, "{ path: $.Properties.MultiAZ, is: { present: false } }", ""),
        (
            BOTH,
            "{ any: [{ path: $.Properties.MultiAZ, is: { equals: true } }, { path: $.Properties.Engine, is: { equals: x } }] }",
            "",
        ),
        (BOTH, "{ any: [{ path: $.Properties.MultiAZ, is: { equals: true } }, { undecided: why }] }", "of its own"),
        (
            "[AWS::S3::Bucket]",
            "{ some: { related: { types: [AWS::S3::BucketPolicy], via: $.Properties.Buckets } } }",
            "no property",
        ),
        (
            "[AWS::RDS::DBInstance]",
            "{ some: { referenced: { types: [AWS::RDS::DBCluster], via: $.Properties.DBClusterIdentifier }, assert: { path: $.Properties.MultiAZ, is: { equals: true } } } }",
            "no property",
        ),
        ("[AWS::S3::Bucket]", "{ path: $.Properties.AccessControl, is: { equals: private } }", r#"never ["private"]"#),
        (
            "[AWS::S3::Bucket]",
            "{ path: $.Properties.AccessControl, is: { not-in: [Private, Public] } }",
            r#"never ["Public"]"#,
        ),
        ("[AWS::S3::Bucket]", "{ path: $.Properties.AccessControl, is: { like: 'Publ?c' } }", "never like"),
        ("[AWS::S3::Bucket]", "{ path: $.Properties.AccessControl, is: { matches: ^public } }", "never matches"),
        ("[AWS::RDS::DBInstance]", "{ path: $.Properties.MultiAZ, is: { equals: 'yes' } }", r#"never ["yes"]"#),
        ("[AWS::RDS::DBInstance]", "{ path: $.Properties.MultiAZ, is: { equals: 'true' } }", ""),
        ("[AWS::EC2::Volume]", "{ path: $.Properties.VolumeType, is: { equals: gp3 } }", "in any case"),
        (
            "[AWS::Logs::LogGroup]",
            "{ path: $.Properties.RetentionInDays, is: { in: ['365', 366] } }",
            r#"never ["366"]"#,
        ),
        (
            "[AWS::Logs::LogGroup]",
            "{ some: { items: $.Properties.Tags, assert: { path: $.key, is: { present: true } } } }",
            "no property",
        ),
        ("[any]", "{ path: $.Type, is: { equals: 'AWS::S3::Buckets' } }", "there is no type"),
        (
            "[AWS::CodeBuild::Project]",
            "{ every: { path: '$.Properties.Environment.EnvironmentVariables[*]', assert: { path: $.Type, is: { equals: PLAINTEXT } } } }",
            "",
        ),
    ] {
        let text =
            format!("{{ id: slip, title: t, level: note, message: m, resources: {resources}, assert: {assert} }}");
        let mut rules = RuleSet::default();
        rules.add_text("slip.yaml".as_ref(), &text).unwrap();
        let slips = slips(rules.entries()[0].rule().unwrap(), &mut 0, &mut 0).join("\n");
        assert_eq!(slips.is_empty(), expected.is_empty(), "{assert}: {slips}");
        assert!(slips.contains(expected), "{assert}: {slips}");
    }
}
