//! What configurations changed about a run, as data and in words: rules that they turn off, and other levels and parameters of rules.
//! A report that does not state this shows a profile that did not run.

use super::text::{count, one_line};
use super::{Pin, Summary};
use crate::finding::Level;
use serde::Serialize;
use std::collections::BTreeSet;

/// A configuration, what it governs, and what it changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Governed {
    /// Its file; none where templates are governed by no configuration.
    pub configuration: Option<String>,
    /// Its profile; none where rules were named one by one.
    pub profile: Option<String>,
    /// How many templates it governs.
    pub templates: usize,
    /// The rules that would run, and that it turns off, sorted by id.
    pub off: Vec<OffRule>,
    /// The rules that run with another level or other parameters than their own, sorted by id.
    pub changed: Vec<ChangedRule>,
    /// Rules that it lacks, and that ran for templates of other configurations.
    #[serde(skip)]
    pub not_run: Vec<String>,
}

/// A rule that a configuration turns off.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OffRule {
    /// Its id.
    pub rule: String,
    /// The templates of the configuration with something that the rule looks at.
    pub templates: usize,
    /// The citations that it serves.
    #[serde(skip)]
    pub controls: Vec<String>,
}

/// What a configuration changes about a rule that runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChangedRule {
    /// Its id.
    pub rule: String,
    /// Its level; none if that is its own.
    pub level: Option<Changed<Level>>,
    /// Its parameters with other values than their own.
    pub parameters: Vec<ChangedParameter>,
}

/// A parameter of a rule with another value than its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChangedParameter {
    /// Its name.
    pub name: String,
    /// Its values.
    #[serde(flatten)]
    pub values: Changed<Vec<String>>,
}

/// A value, and the one that it replaces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Changed<T> {
    /// The value without the configuration.
    pub default: T,
    /// The value of the run.
    pub value: T,
}

impl ChangedRule {
    /// The changes in words, one by one: `allowed-ports: 22, 443 (default 80, 443)`, `level note (default error)`.
    fn parts(&self) -> Vec<String> {
        let list = |values: &[String]| if values.is_empty() { "none".to_owned() } else { values.join(", ") };
        let level = self
            .level
            .as_ref()
            .map(|Changed { default, value }| format!("level {} (default {})", value.name(), default.name()));
        let parameter = |ChangedParameter { name, values: Changed { default, value } }: &ChangedParameter| {
            format!("{name} {} (default {})", list(value), list(default))
        };
        level.into_iter().chain(self.parameters.iter().map(parameter)).collect()
    }

    /// `s3-bucket-tls-only: level note (default error)`.
    pub(crate) fn text(&self) -> String {
        one_line(&format!("{}: {}", self.rule, self.parts().join(", ")), true).into_owned()
    }
}

impl Governed {
    /// The file, or what there is instead.
    pub(crate) fn name(&self) -> &str {
        self.configuration.as_deref().unwrap_or("no configuration")
    }
}

/// So many of some names, and the number of the rest.
fn listed(names: impl ExactSizeIterator<Item = String>, most: usize) -> String {
    let more = names.len().saturating_sub(most);
    let mut shown: Vec<String> = names.take(most).collect();
    if more > 0 {
        shown.push(format!("{more} more"));
    }
    shown.join(", ")
}

/// The rules that are turned off, a clause for each configuration, without a full stop. Names so many rules.
pub(crate) fn turned_off(summary: &Summary, most: usize) -> Vec<String> {
    let clause = |governed: &Governed| {
        let names = governed.off.iter().map(|off| off.rule.clone());
        format!("{} turned off in {}: {}", count(names.len(), "rule"), governed.name(), listed(names, most))
    };
    summary.governed.iter().filter(|governed| !governed.off.is_empty()).map(clause).collect()
}

/// The rules with another level or other parameters, a clause for each configuration. Names so many rules.
pub(crate) fn changed(summary: &Summary, most: usize) -> Vec<String> {
    let clause = |governed: &Governed| {
        let rules = governed.changed.iter().map(ChangedRule::text);
        let separated: Vec<String> = rules.clone().take(most).collect();
        let more = rules.len().saturating_sub(most);
        let more = if more > 0 { format!("; {}", count(more, "more rule")) } else { String::new() };
        format!("{} changed in {}: {}{more}", count(rules.len(), "rule"), governed.name(), separated.join("; "))
    };
    summary.governed.iter().filter(|governed| !governed.changed.is_empty()).map(clause).collect()
}

/// The template parameters with a value from the run; none if there are none. Names so many.
pub(crate) fn pinned(summary: &Summary, most: usize) -> Option<String> {
    let pin = |Pin { name, value }: &Pin| match value {
        Some(value) => one_line(&format!("{name}={value}"), true).into_owned(),
        None => format!("{} (secret)", one_line(name, true)),
    };
    let pins = summary.pinned.iter().map(pin);
    (pins.len() > 0).then(|| listed(pins, most))
}

/// The rules that were turned off for templates with something that they look at, each once, with the citations that they serve.
pub(crate) fn missed(summary: &Summary) -> impl Iterator<Item = &OffRule> {
    let mut known = BTreeSet::new();
    let off = summary.governed.iter().flat_map(|governed| &governed.off);
    off.filter(move |off| off.templates > 0 && known.insert(off.rule.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn off(rule: &str, templates: usize) -> OffRule {
        OffRule { rule: rule.to_owned(), templates, controls: Vec::new() }
    }

    #[test]
    fn what_a_configuration_changes_is_stated_in_words() {
        let changed_rule = ChangedRule {
            rule: "c".to_owned(),
            level: Some(Changed { default: Level::Error, value: Level::Note }),
            parameters: vec![ChangedParameter {
                name: "ports".to_owned(),
                values: Changed { default: vec!["80".to_owned(), "443".to_owned()], value: Vec::new() },
            }],
        };
        let governed = Governed {
            configuration: Some("x/hipaalint.yaml".to_owned()),
            off: vec![off("a", 0), off("b", 2), off("d", 1)],
            changed: vec![changed_rule],
            ..Governed::default()
        };
        let pins = [
            Pin { name: "Env".to_owned(), value: Some("prod".to_owned()) },
            Pin { name: "Key".to_owned(), value: None },
        ];
        let summary =
            Summary { governed: vec![Governed::default(), governed], pinned: pins.to_vec(), ..Summary::default() };
        assert_eq!(turned_off(&summary, 3), ["3 rules turned off in x/hipaalint.yaml: a, b, d"]);
        assert_eq!(turned_off(&summary, 1), ["3 rules turned off in x/hipaalint.yaml: a, 2 more"]);
        assert_eq!(
            changed(&summary, 3),
            ["1 rule changed in x/hipaalint.yaml: c: level note (default error), ports none (default 80, 443)"]
        );
        assert_eq!(pinned(&summary, 3).as_deref(), Some("Env=prod, Key (secret)"));
        assert_eq!(missed(&summary).map(|off| off.rule.as_str()).collect::<Vec<_>>(), ["b", "d"]);
        assert_eq!(pinned(&Summary::default(), 3), None);
    }
}
