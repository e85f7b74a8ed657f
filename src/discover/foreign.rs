//! Files of other programs that people take for templates, or that have AWS resources which those programs deploy.

use super::look::has_root_key;
use std::path::Path;

/// The program that a file is for.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// A chart of Helm, or a file in one.
    Helm,
    /// A manifest of Kubernetes.
    Kubernetes,
    /// A file with directives of Rain.
    Rain,
    /// A configuration of the Serverless Framework.
    Serverless,
    /// A configuration, plan or state of Terraform.
    Terraform,
}

impl Foreign {
    /// The program that a text is for, which is not a template.
    pub fn of(name: &str, text: &str) -> Option<Self> {
        let file = Path::new(name).file_name().and_then(|file| file.to_str()).unwrap_or(name).to_ascii_lowercase();
        let has = |key: &str| has_root_key(text, |found| found == key);
        let calls = [".Values", ".Release.", ".Chart.", "include \""];
        let calls_helm = || text.contains("{{") && calls.iter().any(|part| text.contains(part));
        if has("provider") && (is_of_serverless(&file) || has("service")) {
            Some(Self::Serverless)
        } else if is_of_terraform(&file) || is_terraform(text, has) {
            Some(Self::Terraform)
        } else if calls_helm() || file == "chart.yaml" && has("apiVersion") && has("name") {
            Some(Self::Helm)
        } else if has("apiVersion") && has("kind") {
            Some(Self::Kubernetes)
        } else if text.contains("!Rain::") || text.contains("\"Rain::") || has("Rain") {
            Some(Self::Rain)
        } else {
            None
        }
    }

    /// The program that deploys the AWS resources of a file, which nobody named. Asked of every file in a folder, so only few texts
    /// are looked through.
    pub fn with_resources(name: &str, text: &str) -> Option<Self> {
        let may_be = text.contains("provider") || text.contains("terraform") || text.contains("resource");
        let foreign = may_be.then(|| Self::of(name, text)).flatten()?;
        matches!(foreign, Self::Serverless | Self::Terraform).then_some(foreign)
    }

    /// What the file is, in a sentence: "part of a Helm chart".
    pub fn describe(self) -> &'static str {
        match self {
            Self::Helm => "part of a Helm chart",
            Self::Kubernetes => "a Kubernetes manifest",
            Self::Rain => "input for Rain",
            Self::Serverless => "a Serverless Framework configuration",
            Self::Terraform => "a Terraform file",
        }
    }

    /// What to do, in one or two sentences.
    pub fn help(self) -> &'static str {
        match self {
            Self::Helm | Self::Kubernetes => "hipaalint checks CloudFormation templates only. Name a template.",
            Self::Rain => {
                "Rain expands the directives. Run `rain pkg` on the template that uses the file, and lint the output."
            }
            // Source: "Packaging" in the documentation of the Serverless Framework, and the files that it writes (2026-11).
            Self::Serverless => {
                "Run `serverless package`, and lint `.serverless/cloudformation-template-update-stack.json`."
            }
            Self::Terraform => "hipaalint checks CloudFormation templates only. It does not read Terraform files.",
        }
    }
}

fn is_of_terraform(file: &str) -> bool {
    [".tf", ".tf.json", ".tfvars", ".tfvars.json", ".tfstate", ".tfplan.json", ".tofu", ".tofu.json"]
        .iter()
        .any(|ending| file.ends_with(ending))
}

/// Whether a text in JSON is a configuration, plan or state of Terraform.
///
/// Source: "JSON Configuration Syntax" and "JSON Output Format", Terraform documentation (2026-11).
fn is_terraform(text: &str, has: impl Fn(&str) -> bool) -> bool {
    let is_json = text.trim_start_matches('\u{feff}').trim_start().starts_with('{');
    let is_configuration =
        || ["resource", "data", "module", "provider"].into_iter().any(&has) && text.contains("\"aws");
    is_json && text.contains('"') && (has("terraform") || has("terraform_version") || is_configuration())
}

fn is_of_serverless(file: &str) -> bool {
    ["serverless.yml", "serverless.yaml", "serverless.json"].contains(&file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_other_programs_are_recognized() {
        for (name, text, foreign) in [
            ("infra/main.tf.json", "{}", Foreign::Terraform),
            ("main.tf", "resource \"aws_s3_bucket\" \"b\" {}", Foreign::Terraform),
            ("x.json", "{\"resource\": {\"aws_s3_bucket\": {\"b\": {}}}}", Foreign::Terraform),
            ("plan.json", "{\"format_version\": \"1.2\", \"terraform_version\": \"1.9.0\"}", Foreign::Terraform),
            ("app/serverless.yml", "service: app\nprovider:\n  name: aws\n", Foreign::Serverless),
            ("app/serverless.yml", "provider: aws\nfunctions: {}\n", Foreign::Serverless),
            ("sls.json", "{\"service\": \"a\", \"provider\": {\"name\": \"aws\"}}", Foreign::Serverless),
            ("templates/a.yaml", "a: {{ .Values.b }}\n", Foreign::Helm),
            ("templates/a.yaml", "{{- include \"labels\" . }}\nkind: Service\n", Foreign::Helm),
            ("Chart.yaml", "apiVersion: v2\nname: app\n", Foreign::Helm),
            ("deployment.yaml", "apiVersion: apps/v1\nkind: Deployment\n", Foreign::Kubernetes),
            ("m.yaml", "Modules: !Rain::Include a.yaml\n", Foreign::Rain),
            ("m.json", "{\"A\": {\"Rain::Embed\": \"a\"}}", Foreign::Rain),
        ] {
            assert_eq!(Foreign::of(name, text), Some(foreign), "{name}: {text}");
        }
        for (name, text) in [
            ("a.yaml", "a: 1\n"),
            ("package.json", "{\"name\": \"app\", \"data\": {}}"),
            ("a.yaml", "provider: aws\n"),
            ("a.yaml", "a: '{{resolve:ssm:x}}'\n"),
            ("values.yaml", "image: x\n"),
        ] {
            assert_eq!(Foreign::of(name, text), None, "{name}: {text}");
        }
    }
}
