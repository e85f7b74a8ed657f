//! Runs checks on templates and policies written in tests.
#![allow(clippy::panic)]

use super::{DocumentKind, Statement, Statements, statements};
use crate::eval::inputs::Inputs;
use crate::eval::{Memory, Run, explore};
use crate::expand::{Block, Model};
use crate::source::{Source, SourceId};
use crate::template::Template;

/// The results of `check` in each scenario of a template in YAML or JSON.
pub(super) fn in_template<R>(
    text: &str,
    check: impl for<'m, 't> Fn(&mut Run<'m, 't>, &Model<'m, 't>, &Source) -> R,
) -> Vec<R> {
    let source = Source::new(SourceId(0), "template.yaml", text);
    let document =
        crate::syntax::parse(source.text(), source.id).unwrap_or_else(|error| panic!("{}: {text}", error.message));
    let template = Template::new(&document.root);
    let (inputs, memory) = (Inputs::default(), Memory::default());
    let model = Model::new(&template, &inputs, &memory);
    let exploration = explore(&model.evaluator, |run| check(run, &model, &source));
    exploration.leaves.into_iter().map(|(_, result)| result).collect()
}

/// The resource of this logical id.
pub(super) fn resource<'a, 't>(model: &'a Model<'_, 't>, id: &str) -> &'a Block<'t> {
    model.resource(id).unwrap_or_else(|| panic!("no resource {id}"))
}

/// The results of `check` in each scenario for the first statement of the policy of a bucket, `Policy`, in a template that
/// also has the bucket `Bucket`, other buckets, a role, mappings and parameters. `statement` is a map in JSON (flow style).
pub(super) fn with_statement<R>(
    statement: &str,
    check: impl for<'m, 't> Fn(&mut Run<'m, 't>, &Statement<'m, 't>) -> R,
) -> Vec<R> {
    in_template(&template(&format!("[{statement}]")), |run, model, _| {
        let found = bucket_statements(run, model);
        let statement = found.found.first().unwrap_or_else(|| panic!("no statement"));
        check(run, statement)
    })
}

/// The statements of the template that [`template`] writes.
pub(super) fn bucket_statements<'m, 't>(run: &mut Run<'m, 't>, model: &Model<'m, 't>) -> Statements<'m, 't> {
    statements(run, resource(model, "Policy"), DocumentKind::Resource)
}

/// A template with a bucket policy of these statements.
pub(super) fn template(statements: &str) -> String {
    format!(
        "{{
        Parameters: {{
            Open: {{Type: String}},
            Known: {{Type: String, Default: '210987654321'}},
            Choice: {{Type: String, Default: 'o-1', AllowedValues: ['o-1', '*']}},
            BucketName: {{Type: String}},
            Env: {{Type: String, AllowedValues: [dev, prod]}}
        }},
        Mappings: {{
            Logs: {{us-east-1: {{Id: '127311923021'}}, us-east-2: {{Id: '033677994240'}}}},
            Partners: {{us-east-1: {{Id: '123456789012'}}, us-east-2: {{Id: '210987654321'}}}},
            Mixed: {{us-east-1: {{Id: '127311923021'}}, us-east-2: {{Id: '123456789012'}}}}
        }},
        Resources: {{
            Bucket: {{Type: AWS::S3::Bucket}},
            Other: {{Type: AWS::S3::Bucket}},
            Named: {{Type: AWS::S3::Bucket, Properties: {{BucketName: phi-records}}}},
            ByParameter: {{Type: AWS::S3::Bucket, Properties: {{BucketName: {{Ref: BucketName}}}}}},
            ByEnvironment: {{Type: AWS::S3::Bucket, Properties: {{BucketName: {{'Fn::Sub': 'phi-${{Env}}'}}}}}},
            ByMaker: {{Type: AWS::S3::Bucket, Properties: {{BucketName: {{Ref: Maker}}}}}},
            Maker: {{Type: 'Custom::BucketName'}},
            Role: {{Type: AWS::IAM::Role}},
            Nested: {{Type: AWS::CloudFormation::Stack}},
            Policy: {{
                Type: AWS::S3::BucketPolicy,
                Properties: {{Bucket: {{Ref: Bucket}}, PolicyDocument: {{Statement: {statements}}}}}
            }}
        }}
        }}"
    )
}
