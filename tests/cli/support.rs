//! A folder with files in it, and the binary run there.

use serde_json::Value;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// A bucket that keeps versions.
pub const GOOD: &str = "\
Resources:
  Records:
    Type: AWS::S3::Bucket
    Properties:
      VersioningConfiguration: { Status: Enabled }
";

/// A bucket that keeps none.
pub const BAD: &str = "\
Resources:
  Records:
    Type: AWS::S3::Bucket
";

/// A bucket that keeps versions in production only, whose parameter has a default.
pub const CHOOSES: &str = "\
Parameters:
  Env: { Type: String, Default: prod, AllowedValues: [dev, prod] }
Conditions:
  IsProd: !Equals [!Ref Env, prod]
Resources:
  Records:
    Type: AWS::S3::Bucket
    Properties:
      VersioningConfiguration: { Status: !If [IsProd, Enabled, Suspended] }
";

/// A bucket that may or may not.
pub const OPEN: &str = "\
Parameters:
  Versions: { Type: String }
Resources:
  Records:
    Type: AWS::S3::Bucket
    Properties:
      VersioningConfiguration: { Status: !Ref Versions }
";

/// A custom rule, so that its output does not change with the built-in pack.
pub const OWN_RULE: &str = r#"id: own-bucket-versions
title: Bucket keeps no versions
level: error
controls: ["164.312(c)(1)", "164.308(a)(7)(ii)(A)"]
aliases: { our-wiki: [STORAGE-7] }
parameters:
  status: { description: The status that is wanted, default: Enabled }
resources: [AWS::S3::Bucket]
assert: { path: $.Properties.VersioningConfiguration.Status, is: { equals: { parameter: status } } }
message: "Bucket `{resource}` keeps no versions: `{name}` {state}"
why: |
  Without versions an overwrite is final. What was lost,
  stays lost:

  - by mistake
  - by malice
remediation: |
  Set `VersioningConfiguration`.

  ```yaml
  VersioningConfiguration: { Status: Enabled }
  ```
references: [https://example.com/wiki/storage-7]
examples:
  pass:
    - name: enabled
      template: |
        Resources:
          Records:
            Type: AWS::S3::Bucket
            Properties:
              VersioningConfiguration: { Status: Enabled }
  fail:
    - name: not declared
      template: |
        Resources:
          Records: # finding
            Type: AWS::S3::Bucket
"#;

/// The only rule of most tests: the pack grows, the results of this rule do not change.
pub const VERSIONING: [&str; 2] = ["--rule", "s3-bucket-versioning"];

/// A temporary folder to run in.
pub struct Folder(TempDir);

/// How a run ended.
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A folder with these files.
    pub fn with(files: &[(&str, &str)]) -> Self {
        let folder = Self::new();
        for (name, text) in files {
            folder.file(name, text);
        }
        folder
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> &Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        self
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// The binary, in this folder, without the environment of the person who runs the tests.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = binary(self.0.path());
        command.args(arguments);
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        ran(&mut self.command(arguments))
    }

    /// Runs [`VERSIONING`] alone.
    pub fn versioning(&self, arguments: &[&str]) -> Ran {
        self.run(&[&VERSIONING, arguments].concat())
    }

    /// Runs with a text on standard input.
    pub fn run_on(&self, input: &[u8], arguments: &[&str]) -> Ran {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        Ran::from(child.wait_with_output().unwrap())
    }
}

/// Runs a command to its end.
pub fn ran(command: &mut Command) -> Ran {
    Ran::from(command.stdin(Stdio::null()).output().unwrap())
}

fn binary(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hipaalint"));
    command.current_dir(folder);
    for name in
        ["NO_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "FORCE_COLOR", "HIPAALINT_THREADS", "COLUMNS", "SOURCE_DATE_EPOCH"]
    {
        command.env_remove(name);
    }
    command
}

impl From<std::process::Output> for Ran {
    fn from(output: std::process::Output) -> Self {
        Self {
            code: output.status.code().expect("ended by a signal"),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    /// Standard output as JSON: one whole document.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}\n{}\n{}", self.stdout, self.stderr))
    }

    /// All output, for failing assertions.
    pub fn all(&self) -> String {
        format!("exit code {}\n{}\n{}", self.code, self.stdout, self.stderr)
    }
}

/// The codes of a JSON report's diagnostics with their files.
pub fn problems(report: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    report["diagnostics"].as_array().unwrap().iter().map(|one| (text(&one["code"]), text(&one["file"]))).collect()
}

/// The files and rules of a JSON report's findings.
pub fn findings(report: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    report["findings"].as_array().unwrap().iter().map(|one| (text(&one["file"]), text(&one["rule"]))).collect()
}
