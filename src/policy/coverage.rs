//! Whether statements together deny a set of requests by any principal.

use super::cells::{Cells, Subject};
use super::condition::{RequestValue, all_hold};
use super::normal::{self, element};
use super::pattern::{Pattern, Side, begin_apart};
use super::principal::{effect_is, is_everybody};
use super::statement::Statement;
use crate::eval::Run;
use crate::eval::value::{Kind, Value};
use crate::truth::Truth;

/// The requests that statements are asked to deny: each of the actions on each of the resources.
#[derive(Clone, Debug)]
pub struct Request<'a, 't> {
    /// Patterns such as `s3:*`; every action that one matches is meant.
    pub actions: &'a [&'a str],
    /// What the requests are made on.
    pub subject: Subject<'a, 't>,
    /// What they have in common: context keys, in any case, with their value, or none where the key is missing.
    pub context: &'a [(&'a str, Option<&'a str>)],
}

/// Keys by which a policy commonly spares requests that AWS services make among themselves, and what they are taken to be.
///
/// Such a request carries no network of the caller's: the S3 user guide states that `aws:SecureTransport`, `s3:TlsVersion` and
/// `aws:SourceIp` are redacted from it, and recommends `"aws:PrincipalIsAWSService": "false"` beside
/// `"aws:SecureTransport": "false"` under one `Bool` ("Bucket policy examples using condition keys", "Requiring a minimum
/// TLS version"). Statements that follow it deny all that clients send, and are taken as complete. That also holds for
/// anonymous requests, from which `aws:PrincipalIsAWSService` is missing so that `Bool` would let them pass: AWS's own
/// example has no other form. `aws:ViaAWSService` is the same for requests in a principal's name.
const SERVICE_KEYS: [&str; 2] = ["aws:principalisawsservice", "aws:viaawsservice"];

/// Whether the statements together deny every request: each action on each target, for every principal.
///
/// A statement counts if it is a `Deny` for everyone without exception (a `Deny` with `NotPrincipal` leaves somebody out), and all
/// its conditions hold in the context. A condition on a key that the context does not fix leaves requests out, so it does not
/// count. Statements add up: what one of them excepts in `NotAction` or `NotResource` another one may deny.
pub fn denies<'m, 't>(run: &mut Run<'m, 't>, statements: &[Statement<'m, 't>], request: &Request<'_, 't>) -> Truth {
    let request_value = |key: &str| request_value(request.context, key);
    let (mut denying, mut applying) = (Vec::new(), Vec::new());
    for statement in statements {
        let value = statement.value;
        let mut applies = effect_is(run, value, "Deny");
        if !applies.is_false() {
            applies = applies.and(is_everybody(run, value));
        }
        if !applies.is_false() {
            applies = applies.and(all_hold(run, value, &request_value));
        }
        if !applies.is_false() {
            denying.push(value);
            applying.push(applies);
        }
    }
    if denying.is_empty() {
        return Truth::False;
    }
    let span = crate::source::Span::default();
    let actions = request.actions.iter().map(|action| normal::string((*action).to_owned(), span));
    let actions = Value { span, kind: Kind::List(actions.collect()) };
    let all = run.keep(normal::map(span, vec![(element::ACTIONS, span, actions)]));
    match Cells::of(run, all, &denying, &request.subject) {
        Some(cells) => cells.all_denied(&applying),
        None => Truth::Unknown,
    }
}

/// The statements that certainly deny every one of the actions, for every principal and with these context keys, on whatever
/// resources they name.
pub fn denying<'m, 't>(
    run: &mut Run<'m, 't>,
    statements: &[Statement<'m, 't>],
    request: &Request<'_, 't>,
) -> Vec<Statement<'m, 't>> {
    let request_value = |key: &str| request_value(request.context, key);
    let mut denying = statements.to_vec();
    denying.retain(|statement| {
        let value = statement.value;
        effect_is(run, value, "Deny").is_true()
            && is_everybody(run, value).is_true()
            && all_hold(run, value, &request_value).is_true()
            && request.actions.iter().all(|action| covers_action(run, value, action).is_true())
    });
    denying
}

fn request_value<'a>(context: &'a [(&'a str, Option<&'a str>)], key: &str) -> RequestValue<'a> {
    match context.iter().find(|(known, _)| known.eq_ignore_ascii_case(key)) {
        Some((_, Some(value))) => RequestValue::Is(value),
        Some((_, None)) => RequestValue::Absent,
        None if SERVICE_KEYS.contains(&key) => RequestValue::Is("false"),
        None => RequestValue::Anything,
    }
}

/// Whether a statement's `Actions`, or all but its `NotActions`, have every action that a pattern matches. Actions are not
/// case-sensitive (IAM User Guide, "IAM JSON policy elements: Action").
pub(super) fn covers_action<'t>(run: &mut Run<'_, 't>, statement: &Value<'t>, action: &str) -> Truth {
    let ask = |run: &mut Run<'_, 't>, value: &Value<'t>, apart: Truth, question: fn(&Pattern, &Pattern) -> Truth| {
        run.decide(&[value], &|values| {
            let value = values.first();
            if value.and_then(|value| value.text()).is_some_and(|text| begin_apart(&text, action)) {
                return apart;
            }
            let pattern = value.and_then(|value| Pattern::of(value, Side::Outer)).unwrap_or_default();
            question(&pattern.into_actions(), &Pattern::actions(action))
        })
    };
    match (statement.get(element::ACTIONS), statement.get(element::NOT_ACTIONS)) {
        (Some(actions), _) => {
            Truth::any(actions.items().iter().map(|value| ask(run, value, Truth::False, Pattern::covers)))
        }
        (None, Some(excepted)) => {
            Truth::all(excepted.items().iter().map(|value| ask(run, value, Truth::True, Pattern::is_disjoint_from)))
        }
        (None, None) => Truth::False,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::super::target::bucket_targets;
    use super::super::testing::{bucket_statements, in_template, resource, template};
    use super::*;
    use Truth::{False, True, Unknown};

    /// Whether a policy of these statements denies every plain HTTP request on the bucket and its objects.
    fn ask(statements: &str) -> Vec<Truth> {
        in_template(&template(statements), |run, model, _| {
            let found = bucket_statements(run, model).found;
            let targets = bucket_targets(run, resource(model, "Bucket"));
            let context = [("aws:SecureTransport", Some("false"))];
            denies(run, &found, &Request { actions: &["s3:*"], subject: Subject::Bucket(&targets), context: &context })
        })
    }

    /// A statement that denies all of it, with one element written otherwise.
    fn with(element: &str, text: &str) -> String {
        let elements = [
            ("Effect", "Effect: Deny"),
            ("Principal", "Principal: '*'"),
            ("Action", "Action: 's3:*'"),
            ("Resource", "Resource: [{'Fn::GetAtt': [Bucket, Arn]}, {'Fn::Sub': '${Bucket.Arn}/*'}]"),
            ("Condition", "Condition: {Bool: {'aws:SecureTransport': 'false'}}"),
        ];
        let elements = elements.map(|(name, usual)| if name == element { text } else { usual });
        format!("{{{}}}", elements.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", "))
    }

    #[test]
    fn a_statement_that_denies_everything_in_any_spelling() {
        for (element, text) in [
            ("", ""),
            ("Principal", "Principal: {AWS: '*'}"),
            ("Principal", "Principal: {AWS: ['arn:aws:iam::123456789012:root', '*']}"),
            ("Action", "Action: '*'"),
            ("Action", "Action: ['S3:Get*', 'S3:*']"),
            ("Action", "Action: 's3:?*'"),
            ("Action", "Action: 'S3:*?'"),
            ("Action", "Action: 's3:**'"),
            ("Resource", "Resource: [{'Fn::GetAtt': [Bucket, Arn]}, {'Fn::Sub': '${Bucket.Arn}/?*'}]"),
            ("Resource", "Resource: [{'Fn::GetAtt': [Bucket, Arn]}, {'Fn::Sub': '${Bucket.Arn}/*?'}]"),
            ("Resource", "Resource: [{'Fn::GetAtt': [Bucket, Arn]}, {'Fn::Sub': 'arn:aws:s3:::${Bucket}/**'}]"),
            ("Action", "NotAction: 'ec2:*'"),
            ("Resource", "Resource: '*'"),
            ("Resource", "Resource: {'Fn::Sub': 'arn:${AWS::Partition}:s3:::${Bucket}*'}"),
            ("Resource", "NotResource: {'Fn::Sub': '${Other.Arn}/*'}"),
            ("Condition", ""),
            ("Condition", "Condition: {Bool: {'AWS:securetransport': false}}"),
            ("Condition", "Condition: {BoolIfExists: {'aws:SecureTransport': [false]}}"),
            ("Condition", "Condition: {StringEquals: {'aws:SecureTransport': 'false'}}"),
            ("Condition", "Condition: {StringNotEquals: {'aws:SecureTransport': 'true'}}"),
            ("Condition", "Condition: {'Null': {'aws:SecureTransport': false}}"),
            ("Condition", "Condition: {Bool: {'aws:SecureTransport': 'false', 'aws:PrincipalIsAWSService': 'false'}}"),
            (
                "Condition",
                "Condition: {Bool: {'aws:SecureTransport': false}, BoolIfExists: {'aws:ViaAWSService': false}}",
            ),
            (
                "Condition",
                "Condition: {Bool: {'aws:SecureTransport': false}, StringNotEquals: \
                           {'aws:PrincipalIsAWSService': true}}",
            ),
        ] {
            assert_eq!(ask(&format!("[{}]", with(element, text))), [True], "{text}");
            assert_eq!(ask(&with(element, text)), [True], "a statement alone: {text}");
        }
    }

    #[test]
    fn a_statement_that_leaves_something_out() {
        for (element, text) in [
            ("Effect", "Effect: Allow"),
            ("Effect", "Effect: deny"),
            ("Effect", ""),
            ("Principal", "Principal: {AWS: '123456789012'}"),
            ("Principal", "Principal: {Service: '*'}"),
            ("Principal", "NotPrincipal: {AWS: '123456789012'}"),
            ("Principal", ""),
            ("Action", "Action: 's3:GetObject'"),
            ("Action", "Action: ['s3:Get*', 's3:Put*']"),
            ("Action", "NotAction: 's3:GetBucketLocation'"),
            ("Action", ""),
            ("Resource", "Resource: {'Fn::GetAtt': [Bucket, Arn]}"),
            ("Resource", "Resource: {'Fn::Sub': '${Bucket.Arn}/*'}"),
            ("Resource", "Resource: [{'Fn::GetAtt': [Bucket, Arn]}, {'Fn::Sub': '${Bucket.Arn}/phi/*'}]"),
            ("Resource", "Resource: [{'Fn::GetAtt': [Bucket, Arn]}, {'Fn::Sub': '${Bucket.Arn}/??*'}]"),
            ("Action", "Action: 's3:Get?*'"),
            ("Resource", "Resource: [{'Fn::GetAtt': [Other, Arn]}, {'Fn::Sub': '${Other.Arn}/*'}]"),
            ("Resource", "NotResource: {'Fn::Sub': '${Bucket.Arn}/public/*'}"),
            ("Resource", ""),
            ("Condition", "Condition: {Bool: {'aws:SecureTransport': true}}"),
            ("Condition", "Condition: {'Null': {'aws:SecureTransport': true}}"),
            ("Condition", "Condition: {StringNotEquals: {'aws:SecureTransport': 'false'}}"),
            ("Condition", "Condition: {Bool: {'aws:SecureTransport': false}, IpAddress: {'aws:SourceIp': 10.0.0.0/8}}"),
            ("Condition", "Condition: {Bool: {'aws:SecureTransport': false}, ArnNotLike: {'aws:PrincipalArn': 'a'}}"),
            ("Condition", "Condition: {NumericLessThan: {'s3:TlsVersion': 1.2}}"),
            ("Condition", "Condition: {Bool: {'aws:SecureTransport': false, 'aws:PrincipalIsAWSService': true}}"),
        ] {
            assert_eq!(ask(&format!("[{}]", with(element, text))), [False], "{text}");
        }
        assert_eq!(ask("[]"), [False]);
    }

    #[test]
    fn statements_cover_together() {
        let bucket = with("Resource", "Resource: {'Fn::GetAtt': [Bucket, Arn]}");
        let objects = with("Resource", "Resource: {'Fn::Sub': '${Bucket.Arn}/*'}");
        let allow = with("Effect", "Effect: Allow");
        assert_eq!(ask(&format!("[{bucket}, {allow}, {objects}]")), [True]);
        let (get, rest) = (with("Action", "Action: 's3:GetObject'"), with("Action", "NotAction: 's3:GetObject'"));
        assert_eq!(ask(&format!("[{get}, {rest}]")), [True]);
        assert_eq!(ask(&format!("[{rest}]")), [False]);
        let phi = with("Resource", "Resource: {'Fn::Sub': '${Bucket.Arn}/phi/*'}");
        let others = with("Resource", "NotResource: {'Fn::Sub': 'arn:aws:s3:::${Bucket}/phi/*'}");
        assert_eq!(ask(&format!("[{phi}, {others}]")), [True]);
        assert_eq!(ask(&format!("[{others}]")), [False]);
        assert_eq!(ask(&format!("[{bucket}, {allow}]")), [False]);
        assert_eq!(ask(&format!("[{allow}, {bucket}, {bucket}]")), [False]);
    }

    #[test]
    fn what_the_template_leaves_open_is_unknown() {
        for (element, text, expected) in [
            ("Effect", "Effect: {Ref: Open}", &[Unknown][..]),
            ("Principal", "Principal: {Ref: Open}", &[Unknown]),
            ("Principal", "Principal: {'Fn::ImportValue': x}", &[Unknown]),
            ("Action", "Action: {Ref: Open}", &[Unknown]),
            ("Action", "Action: {'Fn::Sub': 's3:${Open}'}", &[Unknown]),
            ("Action", "Action: {'Fn::Sub': 'ec2:${Open}'}", &[False]),
            ("Action", "NotAction: {Ref: Open}", &[Unknown]),
            ("Resource", "Resource: {'Fn::Sub': 'arn:aws:s3:::${BucketName}*'}", &[Unknown]),
            ("Resource", "NotResource: {'Fn::Sub': 'arn:aws:s3:::${BucketName}/*'}", &[Unknown]),
            ("Condition", "Condition: {Bool: {'aws:SecureTransport': {Ref: Open}}}", &[Unknown]),
            ("Condition", "Condition: {'Fn::ImportValue': x}", &[Unknown]),
            ("Principal", "Principal: {AWS: {Ref: Choice}}", &[False, True]),
        ] {
            assert_eq!(ask(&format!("[{}]", with(element, text))), expected, "{text}");
        }
        // An unknown statement beside one that denies everything takes nothing away.
        let open = with("Effect", "Effect: {Ref: Open}");
        assert_eq!(ask(&format!("[{open}, {}]", with("", ""))), [True]);
    }

    #[test]
    fn the_context_is_compared_without_regard_to_case_and_may_lack_a_key() {
        let ask = |condition: &str, context: &[(&str, Option<&str>)]| {
            in_template(&template(&format!("[{}]", with("Condition", condition))), |run, model, _| {
                let found = bucket_statements(run, model).found;
                let targets = bucket_targets(run, resource(model, "Bucket"));
                denies(
                    run,
                    &found,
                    &Request { actions: &["s3:PutObject"], subject: Subject::Bucket(&targets), context },
                )
            })
        };
        let unencrypted = "Condition: {'Null': {'s3:x-amz-server-side-encryption': true}}";
        assert_eq!(ask(unencrypted, &[("S3:X-AMZ-Server-Side-Encryption", None)]), [True]);
        assert_eq!(ask(unencrypted, &[("s3:x-amz-server-side-encryption", Some("AES256"))]), [False]);
        assert_eq!(ask(unencrypted, &[]), [False]);
    }
}
