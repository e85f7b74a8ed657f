//! Policy documents that are in a template as JSON text.
//!
//! Some types take no other form, and with `Fn::Sub` the text has unsettled parts; they come out as parts of the strings
//! that they are in.

use crate::eval::text::{CLOSE, OPEN};
use crate::eval::value::{Content, Field, Kind, Origin, Part, Value};
use crate::source::Span;
use crate::syntax::Number;
use std::borrow::Cow;

/// The document in a text, every value of it with the text's span; nothing where the text is not JSON, or where an
/// unsettled part stands elsewhere than in a string value.
///
/// An unsettled part is taken to be characters of the string around it: a value with quotes in it, which would end the
/// string, is an error in deployment at best.
pub fn parse<'t>(value: &Value<'t>) -> Option<Value<'t>> {
    let mut text = String::new();
    let unsettled: Vec<&Part<'t>> = value.parts().iter().filter(|part| !part.content.is_known()).collect();
    match &value.kind {
        Kind::String(literal) => text.push_str(literal),
        Kind::Text(parts) => {
            let mut index = 0_usize;
            for part in parts {
                if let Content::Known(known) = &part.content {
                    text.push_str(known);
                } else {
                    text.push_str(&format!("{OPEN}{index}{CLOSE}"));
                    index += 1;
                }
            }
        }
        _ => return None,
    }
    // serde_json refuses nesting past 128 levels, which bounds the recursion below.
    let json: serde_json::Value = serde_json::from_str(&text).ok()?;
    JsonTextReader { span: value.span, unsettled }.value(json)
}

struct JsonTextReader<'v, 't> {
    span: Span,
    /// By the number that is in the text between [`OPEN`] and [`CLOSE`].
    unsettled: Vec<&'v Part<'t>>,
}

impl<'t> JsonTextReader<'_, 't> {
    fn value(&self, json: serde_json::Value) -> Option<Value<'t>> {
        let kind = match json {
            serde_json::Value::Null => Kind::Null,
            serde_json::Value::Bool(value) => Kind::Bool(value),
            serde_json::Value::Number(number) => {
                Kind::Number(Number { text: Cow::Owned(number.to_string()), value: number.as_f64()? })
            }
            serde_json::Value::String(text) => return Some(self.string(text)),
            serde_json::Value::Array(items) => {
                Kind::List(items.into_iter().map(|item| self.value(item)).collect::<Option<_>>()?)
            }
            serde_json::Value::Object(entries) => {
                Kind::Map(entries.into_iter().map(|(key, value)| self.field(key, value)).collect::<Option<_>>()?)
            }
        };
        Some(Value { span: self.span, kind })
    }

    fn field(&self, key: String, value: serde_json::Value) -> Option<Field<'t>> {
        // Which element or condition key it is decides everything, so an unsettled one leaves the document unread.
        let settled = !key.contains(OPEN);
        Some(Field { key: settled.then_some(Cow::Owned(key))?, key_span: self.span, value: self.value(value)? })
    }

    fn string(&self, text: String) -> Value<'t> {
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
