//! Files that are not templates: none that was meant as one, that was named, or that has resources passes in silence.

use crate::support::{BAD, Folder, GOOD, problems};

/// Code, severity, file, message and help of each diagnostic.
fn said(folder: &Folder, arguments: &[&str]) -> (i32, Vec<String>) {
    let ran = folder.versioning(&[arguments, &["--format", "json"]].concat());
    let report = ran.json();
    let diagnostics = report["diagnostics"].as_array().unwrap().iter();
    let text = |one: &serde_json::Value, key: &str| one[key].as_str().unwrap().to_owned();
    let said = diagnostics.map(|one| {
        assert_eq!(one["code"], "not-a-template", "{}", ran.all());
        format!("{} {}: {} | {}", text(one, "severity"), text(one, "file"), text(one, "message"), text(one, "help"))
    });
    (ran.code, said.collect())
}

#[test]
fn what_is_meant_as_a_template_is_an_error() {
    let folder = Folder::with(&[
        ("good.yaml", GOOD),
        ("a.yaml", "Resource:\n  Records: { Type: AWS::S3::Bucket }\n"),
        ("b.json", "{\"resources\": {\"Records\": {\"Type\": \"AWS::S3::Bucket\"}}}"),
        ("c.yaml", "AWSTemplateFormatVersion: '2010-09-09'\nRessources: {}\n"),
        ("d.yaml", "AWSTemplateFormatVersion: '2010-09-09'\nOutputs: {}\n"),
        ("e.json", "{\"Transform\": [\"AWS::Serverless-2016-10-31\"], \"Globals\": {}}"),
        ("f.yaml", "Transform: { Name: AWS::Include, Parameters: { Location: 's3://bucket/all.yaml' } }\n"),
        ("g.json", "{\"TemplateBody\": {\"Resources\": {}}, \"StagesAvailable\": [\"Original\"]}"),
        ("h.json", "{\"StagesAvailable\": [\"Original\"], \"TemplateBody\": \"Resources: {}\"}"),
        // Others have such keys, too.
        ("body.json", "{\"TemplateBody\": {}}"),
        ("kustomization.yaml", "resources: [a.yaml]\n"),
        ("transform.json", "{\"Transform\": {\"x\": 1}, \"AWS::X\": 2}"),
        ("transform.yaml", "Transform: upper\nInput: x\n"),
        ("pod.yaml", "apiVersion: v1\nkind: Pod\nspec: { resources: { limits: {} } }\n"),
        ("dangling.yaml", "Source: { Type: AWS::EC2::VPC::Id }\n"),
    ]);
    let (code, said) = said(&folder, &["."]);
    insta::assert_snapshot!(said.join("\n"), @"
    error a.yaml: `Resource` is not a section of a CloudFormation template, so nothing in the file is checked | Did you mean `Resources`?
    error b.json: `resources` is not a section of a CloudFormation template, so nothing in the file is checked | Did you mean `Resources`?
    error c.yaml: `Ressources` is not a section of a CloudFormation template, so nothing in the file is checked | Did you mean `Resources`?
    error d.yaml: the file has `AWSTemplateFormatVersion` but no `Resources`, so it is not a CloudFormation template | Add `Resources` with the resources of the template. CloudFormation requires at least one.
    error e.json: the file has `Transform` but no `Resources`, so it is not a CloudFormation template | Add `Resources` with the resources of the template. CloudFormation requires at least one.
    error f.yaml: the file has `Transform` but no `Resources`, so it is not a CloudFormation template | Add `Resources` with the resources of the template. CloudFormation requires at least one.
    error g.json: the file is the output of `aws cloudformation get-template`, and the template is inside it, so nothing in the file is checked | Add `--query TemplateBody --output json` to the command to get the template alone.
    error h.json: the file is the output of `aws cloudformation get-template`, and the template is inside it, so nothing in the file is checked | Add `--query TemplateBody --output text` to the command to get the template alone.
    ");
    assert_eq!(code, 2);
    // Also where files that are not templates are skipped.
    assert_eq!(problems(&folder.versioning(&["--force-skip", "a.yaml", "--format", "json"]).json()).len(), 1);
}

#[test]
fn broken_texts_are_recognized_alike() {
    let folder = Folder::with(&[
        ("good.yaml", GOOD),
        ("a.yaml", "Resource:\n  Records: { Type: AWS::S3::Bucket\n"),
        ("b.yaml", "resources:\n  limits: {{ .Values.x }}\n"),
    ]);
    let ran = folder.versioning(&[".", "--format", "json"]);
    assert_eq!(problems(&ran.json()), [("syntax-error".into(), "a.yaml".into())]);
}

#[test]
fn a_named_file_must_be_a_template() {
    let folder = Folder::with(&[
        ("good.yaml", GOOD),
        ("bad.yaml", BAD),
        ("compose.yaml", "services: {}\n"),
        ("list.json", "[1]"),
        ("broken.yaml", "a: [\n"),
        ("serverless.yml", "service: app\nprovider: { name: aws }\nresources:\n  Resources: {}\n"),
        ("chart/templates/a.yaml", "{{- if .Values.a }}\nkind: Service\n{{- end }}\n"),
        ("pod.yaml", "apiVersion: v1\nkind: Pod\n"),
        ("main.tf.json", "{\"resource\": {\"aws_s3_bucket\": {\"b\": {}}}}"),
        ("main.tf", "resource \"aws_s3_bucket\" \"b\" {}\n"),
        ("module.yaml", "Modules: !Rain::Include a.yaml\n"),
    ]);
    let others = [
        "compose.yaml",
        "list.json",
        "serverless.yml",
        "chart/templates/a.yaml",
        "pod.yaml",
        "main.tf.json",
        "main.tf",
        "module.yaml",
    ];
    let (code, found) = said(&folder, &others);
    insta::assert_snapshot!(found.join("\n"), @"
    error chart/templates/a.yaml: the file is part of a Helm chart, not a CloudFormation template | hipaalint checks CloudFormation templates only. Name a template.
    error compose.yaml: the file is not a CloudFormation template: it has no `Resources` | Name a template. With --force-skip, hipaalint skips files that are not templates.
    error list.json: the file is not a CloudFormation template: it has no `Resources` | Name a template. With --force-skip, hipaalint skips files that are not templates.
    error main.tf: the file is a Terraform file, not a CloudFormation template | hipaalint checks CloudFormation templates only. It does not read Terraform files.
    error main.tf.json: the file is a Terraform file, not a CloudFormation template | hipaalint checks CloudFormation templates only. It does not read Terraform files.
    error module.yaml: the file is input for Rain, not a CloudFormation template | Rain expands the directives. Run `rain pkg` on the template that uses the file, and lint the output.
    error pod.yaml: the file is a Kubernetes manifest, not a CloudFormation template | hipaalint checks CloudFormation templates only. Name a template.
    error serverless.yml: the file is a Serverless Framework configuration, not a CloudFormation template | Run `serverless package`, and lint `.serverless/cloudformation-template-update-stack.json`.
    ");
    assert_eq!(code, 2);
    // Everything else is still linted.
    let ran = folder.versioning(&["good.yaml", "compose.yaml", "bad.yaml", "--format", "json"]);
    let summary = &ran.json()["summary"];
    assert_eq!((ran.code, &summary["templates"], &summary["unreadable"]), (2, &2.into(), &1.into()));
    // A program that names files may skip them, whatever is in them.
    folder.file("empty.yaml", "").file("latin.yaml", b"name: caf\xe9\n");
    let named = ["--force-skip", "good.yaml", "broken.yaml", "empty.yaml", "latin.yaml"];
    let ran = folder.versioning(&[&named[..], &others, &["--format", "json"]].concat());
    let report = ran.json();
    assert_eq!((ran.code, problems(&report)), (0, vec![]), "{}", ran.all());
    assert_eq!((&report["summary"]["templates"], &report["summary"]["skipped"]), (&1.into(), &11.into()));
    // Standard input, too.
    let ran = folder.run_on(b"a: 1\n", &["-", "--format", "json"]);
    assert_eq!((ran.code, problems(&ran.json())), (2, vec![("not-a-template".into(), "<stdin>".into())]));
}

#[test]
fn people_read_what_a_named_file_is() {
    let folder = Folder::with(&[("serverless.yml", "service: app\nprovider: { name: aws }\n")]);
    let ran = folder.versioning(&["serverless.yml"]);
    insta::assert_snapshot!(ran.stdout, @"
    ── serverless.yml ── 1 problem ─────────────────────────────────────────────────────────────────────

      × error[not-a-template]
      │ The file is a Serverless Framework configuration, not a CloudFormation template.
        Help   Run `serverless package`, and lint
               `.serverless/cloudformation-template-update-stack.json`.

    ────────────────────────────────────────────────────────────────────────────────────────────────────
    × 1 file could not be linted
    No template was linted
      Checked      1 rule (s3-bucket-versioning) on 0 resources in 0 templates
    ");
    assert_eq!(ran.code, 2);
}

#[test]
fn resources_that_other_programs_deploy_are_noted_in_folders() {
    let folder = Folder::with(&[
        ("good.yaml", GOOD),
        ("app/serverless.yml", "service: app\nprovider: { name: aws }\nfunctions: {}\n"),
        ("infra/main.tf.json", "{\"resource\": {\"aws_s3_bucket\": {\"b\": {}}}}"),
        ("chart/templates/a.yaml", "a: {{ .Values.a }}\n"),
        ("pod.yaml", "apiVersion: v1\nkind: Pod\n"),
        ("package.json", "{\"name\": \"app\", \"resource\": 1, \"data\": {}}"),
    ]);
    let (code, found) = said(&folder, &["."]);
    insta::assert_snapshot!(found.join("\n"), @"
    note app/serverless.yml: the file is a Serverless Framework configuration, not a CloudFormation template, so its resources are not checked | Run `serverless package`, and lint `.serverless/cloudformation-template-update-stack.json`.
    note infra/main.tf.json: the file is a Terraform file, not a CloudFormation template, so its resources are not checked | hipaalint checks CloudFormation templates only. It does not read Terraform files.
    ");
    assert_eq!(code, 0);
}

#[test]
fn resources_that_no_template_includes_are_counted() {
    let part = "Records: { Type: AWS::S3::Bucket }\nQueue: { Type: AWS::SQS::Queue }\n";
    let folder = Folder::with(&[
        ("good.yaml", GOOD),
        ("parts/two.yaml", part),
        ("parts/one.json", "{\"Type\": \"AWS::S3::Bucket\", \"Properties\": {}}"),
        ("used/part.yaml", part),
        (
            "used/template.yaml",
            "Resources:\n  Own: { Type: AWS::SNS::Topic }\n  Fn::Transform: { Name: AWS::Include, Parameters: { Location: part.yaml } }\n",
        ),
    ]);
    let (code, found) = said(&folder, &["."]);
    insta::assert_snapshot!(found.join("\n"), @"
    note parts/one.json: the file has 1 resource but is not a template, and no template of this run includes it, so it is not checked | Lint the template that includes the file, or move the resources below `Resources` in a template.
    note parts/two.yaml: the file has 2 resources but is not a template, and no template of this run includes it, so they are not checked | Lint the template that includes the file, or move the resources below `Resources` in a template.
    ");
    // The bucket of the part that is included.
    assert_eq!(code, 1);
    // A named file must be a template, or part of one.
    let (code, found) = said(&folder, &["parts/two.yaml"]);
    assert_eq!(code, 2);
    assert!(found[0].starts_with("error parts/two.yaml: the file has 2 resources"), "{found:?}");
    assert_eq!(said(&folder, &["used/part.yaml", "used/template.yaml"]), (1, vec![]));
    let (code, found) = said(&folder, &["--force-skip", "parts/two.yaml"]);
    assert_eq!(code, 0);
    assert!(found[0].starts_with("note parts/two.yaml: the file has 2 resources"), "{found:?}");
}

#[test]
fn a_graph_of_what_is_not_a_template_is_refused() {
    let folder = Folder::with(&[("a.yaml", "Resource:\n  Records: { Type: AWS::S3::Bucket }\n"), ("b.yaml", "a: 1\n")]);
    let ran = folder.run(&["graph", "a.yaml"]);
    assert_eq!(ran.code, 2);
    assert!(ran.all().contains("Did you mean `Resources`?"), "{}", ran.all());
    assert_eq!(folder.run(&["graph", "b.yaml"]).code, 2);
}

#[test]
fn comments_in_json_do_not_hide_a_template() {
    let resources = "\"Resources\": {\"Records\": {\"Type\": \"AWS::S3::Bucket\"}}}";
    let folder = Folder::with(&[("good.yaml", GOOD)]);
    let texts = [
        format!("{{\"Description\": \"x\", // it's storage {{\n {resources}"),
        format!("{{ /* storage */ {resources}"),
        format!("// storage\n{{{resources}"),
        format!("/* {{ \" */\n// more\n{{{resources}"),
        format!("{{\"Parameters\": {{\"Env\": {{\"Type\": \"String\"}}}}, // \"a\n{resources}"),
        resources.replace(": {\"Records", " /* : */ : {\"Records").replace("\"Resources", "{\"Resources"),
    ];
    for text in &texts {
        for name in ["in/app.json", "in/app.template"] {
            folder.file(name, text);
            for arguments in [&["good.yaml", "in"][..], &["good.yaml", name], &["good.yaml", name, "--force-skip"]] {
                let ran = folder.versioning(&[arguments, &["--format", "json"]].concat());
                let report = ran.json();
                assert_eq!(problems(&report), [("syntax-error".into(), name.into())], "{text}: {}", ran.all());
                assert_eq!(report["diagnostics"][0]["message"], "JSON does not support comments", "{text}");
                assert_eq!((ran.code, &report["summary"]["unreadable"]), (2, &1.into()), "{text}");
            }
            std::fs::remove_file(folder.path(name)).unwrap();
        }
    }
    // Other files with comments stay silent in a folder.
    for text in ["// settings\n{\"compilerOptions\": {\"a\": 1}}", "{\"a\": 1, // \"Resources\": {}\n\"b\": 2}"] {
        folder.file("in/app.json", text);
        assert_eq!(folder.versioning(&["good.yaml", "in"]).code, 2, "{text}");
        let report = folder.versioning(&[".", "--format", "json"]).json();
        assert_eq!(problems(&report), [], "{text}");
    }
}

#[test]
fn comments_in_json_do_not_hide_what_follows_them() {
    let open = "{\"Resources\": {\"Sg\": {\"Type\": \"AWS::EC2::SecurityGroup\", \"Properties\": {\"GroupDescription\": \"x\", \
                \"SecurityGroupIngress\": [{\"IpProtocol\": \"tcp\", \"FromPort\": 22, \"ToPort\": 22, \"CidrIp\": \"0.0.0.0/0\"}]}}}}";
    let comments = ["// for the administrators\n", "/* for the administrators */ "];
    let before = [
        "\"Type",
        "\"Properties",
        "\"GroupDescription",
        "\"SecurityGroupIngress",
        "\"CidrIp",
        "\"IpProtocol",
        "{\"Resources",
        "22, \"CidrIp",
    ];
    for (comment, before) in comments.iter().flat_map(|comment| before.map(|before| (comment, before))) {
        for compact in [false, true] {
            let text = open.replacen(before, &format!("{comment}{before}"), 1);
            let text = if compact { text.replace("\": ", "\":") } else { text };
            let folder = Folder::with(&[("in/app.json", &text), ("good.yaml", GOOD)]);
            let report = folder.run(&[".", "--format", "json"]).json();
            assert_eq!(problems(&report), [("syntax-error".into(), "in/app.json".into())], "{text}");
            assert_eq!(report["diagnostics"][0]["message"], "JSON does not support comments", "{text}");
        }
    }
    // Of a value, too; also after another mistake that YAML accepts.
    for (old, new) in
        [("22, \"ToPort", "22 // SSH\n, \"ToPort"), ("}]}}}}", "},]}}} /* end */ }"), ("tcp\"", "tcp\", // SSH\n")]
    {
        let text = open.replacen(old, new, 1);
        let report = Folder::with(&[("app.json", &text)]).run(&["app.json", "--format", "json"]).json();
        assert_eq!(report["diagnostics"][0]["code"], "syntax-error", "{text}: {report}");
    }
    // What looks like one, and comments of YAML.
    let text = open.replace("\"x\"", "\"x // y\", \"//\": \"/* z */\" # comment\n").replace("}]}}}}", "},]}}}}");
    let report = Folder::with(&[("app.json", &text)]).run(&["app.json", "--format", "json"]).json();
    assert_eq!(report["diagnostics"][0]["code"], "json-as-yaml", "{report}");
}
