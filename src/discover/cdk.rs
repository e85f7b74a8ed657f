//! The output of `cdk synth`: a *cloud assembly*, a folder (`cdk.out`) whose `manifest.json` names the template of each stack, its
//! name and its environment. All other files in it are assets: code, and copies of templates.
//!
//! Source: "AWS CDK cloud assembly schema" (`aws-cdk-lib/cloud-assembly-schema`), artifacts of type `aws:cloudformation:stack`.

mod metadata;

pub(super) use metadata::acknowledgements;

use crate::code::Code;
use crate::constructs::Constructs;
use crate::files::{Files, MAX_NAMED, Reach, why};
use crate::finding::Diagnostic;
use metadata::Metadata;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Component, Path};
use std::sync::Arc;

/// The manifest's name.
const MANIFEST: &str = "manifest.json";
/// The name of the file that marks an assembly.
const MARK: &str = "cdk.out";
/// The types of artifacts that are stacks, and the assets of stacks.
const STACK: &str = "aws:cloudformation:stack";
const ASSET_MANIFEST: &str = "cdk:asset-manifest";
/// Larger manifests are not read: they list stacks and constructs, not resources.
const MAX_BYTES: u64 = MAX_NAMED;

/// A stack of an assembly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stack {
    /// The name of its template in the folder.
    pub(super) template: String,
    /// Its pseudo parameters, as far as the manifest declares them.
    pub(super) pinned: BTreeMap<String, String>,
    /// Its constructs.
    pub(super) constructs: Arc<Constructs>,
}

#[derive(Deserialize)]
struct Manifest {
    version: String,
    artifacts: BTreeMap<String, Artifact>,
}

#[derive(Deserialize)]
struct Artifact {
    r#type: String,
    /// `aws://123456789012/eu-central-1`, either part `unknown-…` if it depends on the deployment.
    environment: Option<String>,
    #[serde(default)]
    properties: serde_json::Value,
    #[serde(default)]
    dependencies: Vec<String>,
    /// What is said of its constructs, by their paths.
    #[serde(default)]
    metadata: Metadata,
    /// The file that says it instead.
    #[serde(rename = "additionalMetadataFile")]
    metadata_file: Option<String>,
}

/// The stacks of a folder, sorted by the names of their templates; `None` if it is not an assembly. Adds a problem for each file of an
/// assembly that is there and cannot be read: without it, stacks, their Regions or their exceptions would be missing silently.
pub(super) fn stacks(folder: &Path, files: &Files, problems: &mut Vec<Diagnostic>) -> Option<Vec<Stack>> {
    let path = folder.join(MANIFEST);
    // Most folders have none.
    files.own_metadata(&path).ok()?;
    let mut manifest = match manifest(folder, &path, files) {
        Ok(manifest) => manifest?,
        Err(reason) => {
            problems.push(broken(&path, &reason, files));
            return None;
        }
    };
    // Other manifests have a version, too; only this one has artifacts of the CDK.
    let is_assembly = |artifact: &Artifact| artifact.r#type.starts_with("aws:") || artifact.r#type.starts_with("cdk:");
    if manifest.version.is_empty() || !manifest.artifacts.values().any(is_assembly) {
        return None;
    }
    let assets: BTreeMap<String, String> = manifest
        .artifacts
        .iter()
        .filter(|(_, artifact)| artifact.r#type == ASSET_MANIFEST)
        .filter_map(|(id, artifact)| Some((id.clone(), artifact.property("file")?.to_owned())))
        .collect();
    let mut stacks: Vec<Stack> = manifest
        .artifacts
        .iter_mut()
        .filter(|(_, artifact)| artifact.r#type == STACK)
        .filter_map(|(id, artifact)| stack(folder, id, artifact, &assets, (files, &mut *problems)))
        .collect();
    stacks.sort_by(|one, other| one.template.cmp(&other.template));
    stacks.dedup_by(|one, other| one.template == other.template);
    Some(stacks)
}

/// Whether `cdk synth` wrote a folder, as far as what is left of it shows.
pub(super) fn is_marked(folder: &Path, files: &Files) -> bool {
    let mut problems = Vec::new();
    files.has_file(&folder.join(MARK)) || stacks(folder, files, &mut problems).is_some() || !problems.is_empty()
}

/// The manifest of a folder; none if the file is that of another program, as far as that can be seen.
///
/// # Errors
/// Why the manifest of an assembly cannot be read, as a clause.
fn manifest(folder: &Path, path: &Path, files: &Files) -> Result<Option<Manifest>, String> {
    // The CDK writes a file of this name into each assembly.
    let is_marked = || files.has_file(&folder.join(MARK));
    let text = match Reach::of_project(folder, files).read(path, MAX_BYTES, files) {
        Ok(text) => text,
        Err(error) if is_marked() => return Err(why(&error)),
        Err(_) => return Ok(None),
    };
    match serde_json::from_slice(&text) {
        Ok(manifest) => Ok(Some(manifest)),
        Err(error) if names_stacks(&text) || is_marked() => Err(error.to_string()),
        Err(_) => Ok(None),
    }
}

/// Whether a text names what only manifests of the CDK have.
fn names_stacks(text: &[u8]) -> bool {
    [STACK, ASSET_MANIFEST].iter().any(|kind| memchr::memmem::find(text, kind.as_bytes()).is_some())
}

/// What to do about an assembly that is not whole.
const AGAIN: &str = "Write the assembly again with `cdk synth`.";

/// The problem with a file of an assembly that cannot be read.
fn broken(path: &Path, reason: &str, files: &Files) -> Diagnostic {
    let message = format!("the file is a part of a cloud assembly of the AWS CDK and cannot be read: {reason}");
    Diagnostic::error(Code::FileUnreadable, message).in_file(files.name(path)).with_help(AGAIN)
}

/// The problem with a stack whose template is not in the assembly.
fn outside(path: &Path, template: &str, files: &Files) -> Diagnostic {
    let message = format!("the template of a stack, `{template}`, leads out of the cloud assembly, so it is not read");
    Diagnostic::error(Code::FileUnreadable, message).in_file(files.name(path)).with_help(AGAIN)
}

/// The problem with the template of a stack that is not there.
pub(super) fn missing(path: &Path, files: &Files) -> Diagnostic {
    let message = format!(
        "there is no such file, although `{MANIFEST}` of the cloud assembly names it as the template of a stack"
    );
    Diagnostic::error(Code::FileUnreadable, message).in_file(files.name(path)).with_help(AGAIN)
}

impl Artifact {
    fn property(&self, name: &str) -> Option<&str> {
        self.properties.get(name).and_then(serde_json::Value::as_str)
    }
}

/// Whether a name is one of a file in the folder, and not a path out of it.
fn is_inner(name: &str) -> bool {
    !name.is_empty() && Path::new(name).components().all(|component| matches!(component, Component::Normal(_)))
}

fn stack(
    folder: &Path,
    id: &str,
    artifact: &mut Artifact,
    assets: &BTreeMap<String, String>,
    (files, problems): (&Files, &mut Vec<Diagnostic>),
) -> Option<Stack> {
    let template = artifact.property("templateFile")?.to_owned();
    if !is_inner(&template) {
        problems.push(outside(&folder.join(MANIFEST), &template, files));
        return None;
    }
    let mut pinned = BTreeMap::new();
    pinned.insert("AWS::StackName".to_owned(), artifact.property("stackName").unwrap_or(id).to_owned());
    let environment = artifact.environment.as_deref().and_then(|environment| environment.strip_prefix("aws://"));
    if let Some((account, region)) = environment.and_then(|environment| environment.split_once('/')) {
        for (name, value) in [("AWS::AccountId", account), ("AWS::Region", region)] {
            if !value.is_empty() && !value.starts_with("unknown-") {
                pinned.insert(name.to_owned(), value.to_owned());
            }
        }
    }
    let inline = std::mem::take(&mut artifact.metadata);
    let own: Vec<&str> = artifact.dependencies.iter().filter_map(|id| assets.get(id)).map(String::as_str).collect();
    let constructs = metadata::read(folder, artifact.metadata_file.as_deref(), inline, &own, (files, problems));
    let constructs = Arc::new(Constructs { stack: Arc::new(constructs), template: template.clone() });
    Some(Stack { template, pinned, constructs })
}
