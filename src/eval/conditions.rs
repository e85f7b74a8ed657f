//! Conditions: `Fn::Equals`, `Fn::And`, `Fn::Or`, `Fn::Not` and references to other conditions.

use super::Run;
use super::scenario::AtomText;
use super::text::{self, canonical};
use super::value::{Kind, Value};
use crate::syntax::{Entry, Node};
use crate::truth::Truth;

impl<'t> Run<'_, 't> {
    /// Whether a named condition holds in this scenario. A condition that the template lacks, or that refers to itself,
    /// is a free question of its own.
    pub fn condition(&mut self, name: &'t str) -> bool {
        if self.is_exhausted() {
            return false;
        }
        let template = self.evaluator.template;
        let node = template.condition(name).filter(|_| {
            // A chain of conditions is as deep as a template makes it; past the bound nothing is known.
            !self.visiting.contains(&name) && self.visiting.len() < crate::syntax::MAX_DEPTH
        });
        let Some(node) = node else { return self.free_condition(name) };
        let kept = self.remembered(node, "condition", |run| {
            run.visiting.push(name);
            let holds = run.test(node);
            run.visiting.pop();
            Some(Value { span: node.span, kind: Kind::Bool(holds) })
        });
        kept.is_some_and(|value| value.kind == Kind::Bool(true))
    }

    fn free_condition(&mut self, name: &str) -> bool {
        self.fork_atom(format!("condition {name}"), || AtomText {
            holds: format!("condition {name} holds"),
            fails: format!("condition {name} does not hold"),
        })
    }

    fn test(&mut self, node: &'t Node<'t>) -> bool {
        if let Some([Entry { key, value, .. }]) = node.as_mapping() {
            match (key.as_ref(), value.as_sequence()) {
                ("Fn::And", Some(items)) => return items.iter().all(|item| self.test(item)),
                ("Fn::Or", Some(items)) => return items.iter().any(|item| self.test(item)),
                ("Fn::Not", Some([item])) => return !self.test(item),
                ("Fn::Equals", Some([left, right])) => return self.equals(left, right),
                ("Condition", None) => {
                    if let Some(name) = value.as_str() {
                        return self.condition(name);
                    }
                }
                _ => {}
            }
        }
        if let Some(text) = node.scalar_text() {
            if text.eq_ignore_ascii_case("true") {
                return true;
            }
            if text.eq_ignore_ascii_case("false") {
                return false;
            }
        }
        let (start, end) = (node.span.start, node.span.end);
        self.fork_atom(format!("odd {start} {end}"), || AtomText {
            holds: "a condition that cannot be read holds".to_owned(),
            fails: "a condition that cannot be read does not hold".to_owned(),
        })
    }

    fn equals(&mut self, left: &'t Node<'t>, right: &'t Node<'t>) -> bool {
        let (Some(left), Some(right)) = (self.value(left), self.value(right)) else {
            // `AWS::NoValue` is no argument that CloudFormation takes.
            return false;
        };
        // Lists and maps are compared as a whole.
        if !left.is_scalar() || !right.is_scalar() {
            if let (Some(left), Some(right)) = (plain(left), plain(right)) {
                return left == right;
            }
        } else {
            let answer = self.decide_quietly(&[left, right], &|values| match values {
                [left, right] => text::equal(left, right),
                _ => Truth::Unknown,
            });
            match answer {
                Truth::True => return true,
                Truth::False => return false,
                Truth::Unknown => {}
            }
        }
        let (one, other) = (canonical(left), canonical(right));
        let key = if one <= other { format!("{one}\u{0}{other}") } else { format!("{other}\u{0}{one}") };
        self.fork_atom(key, || AtomText {
            holds: format!("{} equals {}", left.display(), right.display()),
            fails: format!("{} does not equal {}", left.display(), right.display()),
        })
    }

    /// [`decide`](Run::decide) without remembering reasons: an unknown comparison becomes a choice of its own.
    fn decide_quietly(&mut self, values: &[&Value<'t>], question: &dyn Fn(&[&Value<'t>]) -> Truth) -> Truth {
        let before = self.reasons.len();
        let answer = self.decide(values, question);
        self.reasons.truncate(before);
        answer
    }
}

/// A canonical spelling of a wholly known value.
fn plain(value: &Value<'_>) -> Option<String> {
    match &value.kind {
        Kind::List(items) => {
            let items: Option<Vec<String>> = items.iter().map(plain).collect();
            Some(format!("[{}]", items?.join("\u{1}")))
        }
        Kind::Map(fields) => {
            let fields: Option<Vec<String>> =
                fields.iter().map(|field| Some(format!("{}\u{2}{}", field.key, plain(&field.value)?))).collect();
            let mut fields = fields?;
            fields.sort();
            Some(format!("{{{}}}", fields.join("\u{1}")))
        }
        Kind::Null => Some("null".to_owned()),
        _ => value.text().map(std::borrow::Cow::into_owned),
    }
}
