//! Policy documents that are in a template as JSON text.
//!
//! Some types take no other form, and with `Fn::Sub` the text has unsettled parts; they come out as parts of the strings
//! that they are in.

use super::token::is_claim;
use crate::eval::Run;
use crate::eval::text::{CLOSE, OPEN, canonical};
use crate::eval::value::{Content, Field, Kind, Origin, Part, Value};
use crate::source::Span;
use crate::syntax::Number;
use std::borrow::Cow;

/// The document in a text, every value of it with the text's span; nothing if the text is not JSON.
///
/// An unsettled part inside a string is taken to be characters of it: a value with quotes in it, which would end the string, is an
/// error in deployment at best. One elsewhere may be any value, or several; a choice there is made first, since it decides the
/// structure. A map with an unsettled key is unknown as a whole, since the key may be any; but the key of a token's
/// claim is kept if the claim is known (`${Issuer}:sub`).
pub fn parse<'t>(run: &mut Run<'_, 't>, value: &Value<'t>) -> Option<Value<'t>> {
    if !is_json(value) {
        return None;
    }
    let settled = run.settled_at(value.clone(), &outside_of_strings);
    let mut text = String::new();
    let unsettled: Vec<&Part<'t>> = settled.parts().iter().filter(|part| !part.content.is_known()).collect();
    match &settled.kind {
        Kind::String(literal) => text.push_str(literal),
        Kind::Text(parts) => {
            let mut index = 0_usize;
            let mut scan = Scan::default();
            for part in parts {
                if let Content::Known(known) = &part.content {
                    scan.read(known);
                    text.push_str(known);
                } else {
                    let quote = if scan.in_string { "" } else { "\"" };
                    text.push_str(&format!("{quote}{OPEN}{index}{CLOSE}{quote}"));
                    index += 1;
                }
            }
        }
        _ => return None,
    }
    // serde_json refuses nesting past 128 levels, which bounds the recursion below.
    let json: serde_json::Value = serde_json::from_str(&text).ok()?;
    let whole = Whole::of(&settled);
    Some(Reader { span: value.span, unsettled, whole }.value(json))
}

/// Whether a scalar can be the text of a list or map: it begins with a bracket.
pub fn is_json(value: &Value<'_>) -> bool {
    let first = match &value.kind {
        Kind::String(text) => text.as_ref(),
        Kind::Text(parts) => match parts.first().map(|part| &part.content) {
            Some(Content::Known(text)) => text,
            _ => return false,
        },
        _ => return false,
    };
    // White space may be a part of its own.
    first.trim_start().is_empty() || first.trim_start().starts_with(['{', '['])
}

/// Whether the end of a JSON text so far is inside a string.
#[derive(Default)]
struct Scan {
    in_string: bool,
    is_escaped: bool,
}

impl Scan {
    fn read(&mut self, text: &str) {
        for byte in text.bytes() {
            match byte {
                _ if self.is_escaped => self.is_escaped = false,
                b'\\' if self.in_string => self.is_escaped = true,
                b'"' => self.in_string = !self.in_string,
                _ => {}
            }
        }
    }
}

/// The first part of a JSON text that is a choice outside of its strings.
fn outside_of_strings(value: &Value<'_>) -> Option<usize> {
    let mut scan = Scan::default();
    value.parts().iter().position(|part| match &part.content {
        Content::Known(known) => {
            scan.read(known);
            false
        }
        content => content.is_choice() && !scan.in_string,
    })
}

/// The parts that are not inside strings, by their numbers.
struct Whole(Vec<usize>);

impl Whole {
    fn of(value: &Value<'_>) -> Self {
        let mut scan = Scan::default();
        let mut numbers = Vec::new();
        let mut number = 0;
        for part in value.parts() {
            if let Content::Known(known) = &part.content {
                scan.read(known);
                continue;
            }
            if !scan.in_string {
                numbers.push(number);
            }
            number += 1;
        }
        Self(numbers)
    }
}

struct Reader<'v, 't> {
    span: Span,
    /// By the number that is in the text between [`OPEN`] and [`CLOSE`].
    unsettled: Vec<&'v Part<'t>>,
    whole: Whole,
}

impl<'t> Reader<'_, 't> {
    fn value(&self, json: serde_json::Value) -> Value<'t> {
        let kind = match json {
            serde_json::Value::Null => Kind::Null,
            serde_json::Value::Bool(value) => Kind::Bool(value),
            serde_json::Value::Number(number) => Kind::Number(Number {
                text: Cow::Owned(number.to_string()),
                value: number.as_f64().unwrap_or(f64::MAX),
            }),
            serde_json::Value::String(text) => return self.string(text),
            serde_json::Value::Array(items) => Kind::List(items.into_iter().map(|item| self.value(item)).collect()),
            serde_json::Value::Object(entries) => {
                let field = |(key, value): (String, serde_json::Value)| {
                    let key = if key.contains(OPEN) { self.key_of_claim(&key)? } else { key };
                    Some(Field { key: Cow::Owned(key), key_span: self.span, value: self.value(value) })
                };
                match entries.into_iter().map(field).collect::<Option<Vec<_>>>() {
                    Some(fields) => Kind::Map(fields),
                    None => return self.anything(),
                }
            }
        };
        Value { span: self.span, kind }
    }

    /// A condition key with an issuer that is not known and a claim that is: `${Issuer}:sub`. What the key of such a claim means does not
    /// depend on the issuer, and no other element of a policy ends so.
    fn key_of_claim(&self, key: &str) -> Option<String> {
        let (_, claim) = key.rsplit_once(':').filter(|(_, claim)| is_claim(claim))?;
        let issuer = self.string(key.to_owned());
        issuer.parts().iter().any(|part| !part.content.is_known()).then_some(())?;
        let issuer = canonical(&issuer).replace([OPEN, CLOSE], "");
        issuer.ends_with(claim).then_some(issuer)
    }

    /// A value that may be a list or map as well.
    fn anything(&self) -> Value<'t> {
        Value::unknown(Origin::function("Fn::Sub"), self.span)
    }

    fn string(&self, text: String) -> Value<'t> {
        let only = text.strip_prefix(OPEN).and_then(|text| text.strip_suffix(CLOSE)).and_then(|text| text.parse().ok());
        if only.is_some_and(|number| self.whole.0.contains(&number)) {
            return self.anything();
        }
        let literal =
            |text: &str| Part { content: Content::Known(Cow::Owned(text.to_owned())), origin: Origin::Literal };
        let mut parts = Vec::new();
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once(OPEN) {
            let Some((index, after)) = after.split_once(CLOSE) else { break };
            if !before.is_empty() {
                parts.push(literal(before));
            }
            if let Some(part) = index.parse::<usize>().ok().and_then(|index| self.unsettled.get(index)) {
                parts.push((*part).clone());
            }
            rest = after;
        }
        if parts.is_empty() {
            return Value { span: self.span, kind: Kind::String(Cow::Owned(text)) };
        }
        if !rest.is_empty() {
            parts.push(literal(rest));
        }
        Value::from_parts(parts, self.span)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{bucket_statements, in_template};
    use crate::eval::value::Value;

    /// The actions and resources of the statements of a bucket policy; whether there may be more.
    fn read(document: &str) -> Vec<(Vec<String>, bool)> {
        let text = format!(
            "{{Transform: 'AWS::LanguageExtensions', Parameters: {{Open: {{Type: String}}}}, Resources: {{
                Bucket: {{Type: AWS::S3::Bucket}},
                Policy: {{Type: AWS::S3::BucketPolicy, Properties: {{Bucket: {{Ref: Bucket}}, PolicyDocument: {document}}}}}
            }}}}"
        );
        in_template(&text, |run, model, _| {
            let statements = bucket_statements(run, model);
            let words = statements.found.iter().flat_map(|statement| {
                ["Actions", "Resources"].into_iter().flat_map(|element| {
                    statement.value.get(element).map(Value::items).unwrap_or_default().iter().map(Value::display)
                })
            });
            (words.collect(), statements.unknown)
        })
    }

    #[test]
    fn a_document_that_a_function_wrote_as_json_is_read() {
        let statement = "{Effect: Allow, Principal: '*', Action: [s3:Get*, 's3:\"x'], Resource: [{'Fn::GetAtt': \
                         [Bucket, Arn]}, {'Fn::Sub': '${Open}/*'}]}";
        let document = format!("{{Version: '2012-10-17', Statement: [{statement}]}}");
        let expected = ["\"s3:Get*\"", "\"s3:\"x\"", "\"${Bucket.Arn}\"", "\"${Open}/*\""].map(str::to_owned).to_vec();
        assert_eq!(read(&document), [(expected.clone(), false)]);
        assert_eq!(read(&format!("{{'Fn::ToJsonString': {document}}}")), [(expected, false)]);
        // A list of which only the deployment knows the length.
        let zones = "{'Fn::ToJsonString': {Statement: [{Resource: {'Fn::GetAZs': ''}}]}}";
        assert_eq!(read(zones), [(Vec::new(), true)]);
    }
}
