//! Files around a template are hostile, too: whatever names a file, and whatever is there.
#![cfg(unix)]

use super::support::{BAD, Folder, GOOD, Ran, VERSIONING};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

/// What no report may show.
const SECRET: &str = "s3cr3t-of-the-neighbor";

/// What is at a name.
const THINGS: [&str; 7] =
    ["pipe", "device", "link", "link to a device", "huge", "outside", "outside that does not exist"];

fn pipe(folder: &Folder, name: &str) {
    assert!(Command::new("mkfifo").arg(folder.path(name)).status().unwrap().success());
}

/// A repository in a folder with a secret, and a name in it that leads to a thing. Returns the name, as seen from the repository.
fn put(folder: &Folder, thing: &str, ending: &str) -> String {
    let name = format!("thing.{ending}");
    let inner = format!("repository/{name}");
    folder.file(&format!("secret.{ending}"), format!("{{\"{SECRET}\": [\"{SECRET}\"\n"));
    match thing {
        "pipe" => pipe(folder, &inner),
        "device" => return "/dev/zero".to_owned(),
        "link" => symlink(format!("../secret.{ending}"), folder.path(&inner)).unwrap(),
        "link to a device" => symlink("/dev/zero", folder.path(&inner)).unwrap(),
        "huge" => {
            folder.file(&inner, format!("{{\"{SECRET}\": [\"{SECRET}\"\n"));
            fs::OpenOptions::new().write(true).open(folder.path(&inner)).unwrap().set_len((16 << 20) + 1).unwrap();
        }
        "outside" => return format!("../secret.{ending}"),
        "outside that does not exist" => return format!("../nothing.{ending}"),
        other => panic!("{other}"),
    }
    name
}

fn repository() -> Folder {
    let folder = Folder::with(&[("repository/.git/HEAD", "")]);
    folder.file("repository/good.yaml", GOOD);
    folder
}

/// Runs in the repository, for at most a few seconds and with little memory.
fn run(folder: &Folder, arguments: &[&str]) -> Ran {
    let arguments: Vec<&OsStr> = arguments.iter().map(OsStr::new).collect();
    run_os(folder, &arguments)
}

fn run_os(folder: &Folder, arguments: &[&OsStr]) -> Ran {
    let mut command = folder.command(&[]);
    command.current_dir(folder.path("repository")).args(arguments);
    // A pipe would hold no long report.
    let [stdout, stderr] = [(); 2].map(|()| tempfile::NamedTempFile::new().unwrap());
    command.stdin(Stdio::null()).stdout(stdout.reopen().unwrap()).stderr(stderr.reopen().unwrap());
    let mut child = command.spawn().unwrap();
    let start = Instant::now();
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None if start.elapsed() > Duration::from_secs(60) => {
                child.kill().unwrap();
                panic!("it waits indefinitely: {arguments:?}");
            }
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    };
    let [stdout, stderr] = [stdout, stderr].map(|file| fs::read_to_string(file.path()).unwrap());
    Ran { code: status.code().unwrap(), stdout, stderr }
}

/// Each place that names a file: its name, the ending of the file, and how it names it.
type Names = fn(&Folder, &str) -> Vec<String>;

fn written(folder: &Folder, name: &str, text: String) -> Vec<String> {
    folder.file(&format!("repository/{name}"), text);
    vec![".".to_owned()]
}

/// What a repository names. An error where it is the configuration, and otherwise a note.
const IN_REPOSITORY: [(&str, &str, bool, Names); 6] = [
    ("baseline", "json", true, |folder, thing| written(folder, "hipaalint.yaml", format!("baseline: {thing}\n"))),
    ("configuration", "yaml", true, |folder, thing| {
        symlink(thing, folder.path("repository/hipaalint.yaml")).unwrap();
        vec!["good.yaml".to_owned()]
    }),
    ("rule folder", "yaml", true, |folder, thing| {
        written(folder, "hipaalint.yaml", format!("rule-folders: [{thing}]\n"))
    }),
    ("include", "json", false, |folder, thing| {
        let include = format!("{{'Fn::Transform': {{Name: AWS::Include, Parameters: {{Location: '{thing}'}}}}}}");
        written(folder, "a.yaml", format!("{GOOD}  More:\n    Type: AWS::S3::Bucket\n    Properties: {include}\n"))
    }),
    ("nested stack", "yaml", false, |folder, thing| {
        let stack = "Type: AWS::CloudFormation::Stack";
        written(
            folder,
            "a.yaml",
            format!("Resources:\n  A:\n    {stack}\n    Properties: {{TemplateURL: '{thing}'}}\n"),
        )
    }),
    ("template of a manifest", "json", true, |folder, thing| {
        let artifact =
            |file: &str| format!(r#"{{"type":"aws:cloudformation:stack","properties":{{"templateFile":"{file}"}}}}"#);
        written(folder, "manifest.json", format!(r#"{{"version":"55.0.0","artifacts":{{"A":{}}}}}"#, artifact(thing)))
    }),
];

#[test]
fn what_a_repository_names_is_a_regular_file_in_it() {
    for (place, ending, is_error, names) in IN_REPOSITORY {
        for thing in THINGS {
            let is_about_folder = place == "rule folder" && matches!(thing, "huge" | "pipe");
            let folder = repository();
            let name = put(&folder, thing, ending);
            let mut arguments = names(&folder, &name);
            arguments.extend(VERSIONING.map(str::to_owned));
            for format in ["human", "json", "sarif"] {
                let mut arguments = arguments.clone();
                arguments.extend(["--format".to_owned(), format.to_owned()]);
                let ran = run(&folder, &arguments.iter().map(String::as_str).collect::<Vec<_>>());
                let case = format!("{place}: {thing}\n{}", ran.all());
                assert!(!ran.all().contains(SECRET), "{case}");
                assert_eq!(ran.code, if is_error { 2 } else { 0 }, "{case}");
                // A link to nothing is a file that does not exist.
                let is_broken_link = place == "configuration" && thing == "outside that does not exist";
                if format == "json" && !is_about_folder && !is_broken_link {
                    let report = ran.json();
                    let said = report["diagnostics"].to_string();
                    let reasons = [
                        "leads out of the",
                        "not a local file",
                        "not a file of the project",
                        "not a regular file",
                        "larger than 16 MiB",
                    ];
                    assert!(reasons.iter().any(|reason| said.contains(reason)), "{case}");
                    // An absolute path of a nested stack is an address, which no file is read for.
                    let is_address = place == "nested stack" && thing == "device";
                    let shown = if place == "configuration" { "hipaalint.yaml" } else { &name };
                    assert!(is_address || said.contains(shown), "{case}");
                }
            }
        }
    }
}

#[test]
fn what_a_person_names_may_be_anywhere() {
    let folder = repository();
    folder.file("outside/baseline.json", "{\"hipaalint-baseline\": 1, \"findings\": []}");
    folder.file("outside/own.yaml", "baseline: baseline.json\n").file("outside/bad.yaml", BAD);
    symlink("../outside/bad.yaml", folder.path("repository/link.yaml")).unwrap();
    for arguments in [&["../outside/bad.yaml"][..], &["link.yaml"], &["link.yaml", "--config", "../outside/own.yaml"]] {
        let ran = run(&folder, &[&VERSIONING[..], arguments].concat());
        assert_eq!(ran.code, 1, "{}", ran.all());
    }
    let ran = run(&folder, &[&VERSIONING[..], &["link.yaml", "--baseline", "../outside/baseline.json"]].concat());
    assert_eq!(ran.code, 1, "{}", ran.all());
}

#[test]
fn what_a_person_names_is_no_device_or_pipe() {
    for thing in ["/dev/zero", "pipe"] {
        for option in [
            None,
            Some("--config"),
            Some("--baseline"),
            Some("--write-baseline"),
            Some("--parameters"),
            Some("--output"),
        ] {
            let folder = repository();
            pipe(&folder, "repository/pipe");
            let human = format!("human={thing}");
            let ran = match option {
                None => run(&folder, &[thing]),
                Some("--output") => run(&folder, &["good.yaml", "--output", &human]),
                Some(option) => run(&folder, &["good.yaml", option, thing]),
            };
            assert_eq!(ran.code, 2, "{option:?} {thing}\n{}", ran.all());
            assert!(
                ran.all().contains("not a regular file") || ran.all().contains("not a\n"),
                "{option:?} {thing}\n{}",
                ran.all()
            );
        }
    }
}

#[test]
fn what_a_shell_opens_is_read() {
    let folder = Folder::with(&[("bad.yaml", BAD), ("own.yaml", "fail-on: never\n")]);
    let shell = |line: &str| {
        let line = line.replace("hipaalint", env!("CARGO_BIN_EXE_hipaalint"));
        Command::new("bash").current_dir(folder.path("")).args(["-c", &line]).output().unwrap()
    };
    for (line, code) in [
        ("hipaalint <(cat bad.yaml) --rule s3-bucket-versioning", 1),
        ("cat bad.yaml | hipaalint - --rule s3-bucket-versioning", 1),
        ("cat bad.yaml | hipaalint /dev/stdin --rule s3-bucket-versioning", 1),
        ("hipaalint bad.yaml --rule s3-bucket-versioning --config <(cat own.yaml)", 0),
        ("hipaalint bad.yaml --rule s3-bucket-versioning --output json=/dev/null", 1),
    ] {
        let ran = shell(line);
        assert_eq!(ran.status.code(), Some(code), "{line}: {}", String::from_utf8_lossy(&ran.stdout));
    }
    let ran =
        shell("hipaalint bad.yaml -q --rule s3-bucket-versioning --output json=/dev/stdout | grep -c '\"findings\"'");
    assert_eq!(String::from_utf8_lossy(&ran.stdout).trim(), "1");
    // The configuration of the folder where people are, as for standard input.
    folder.file("hipaalint.yaml", "fail-on: never\n");
    for line in ["hipaalint <(cat bad.yaml)", "hipaalint - < bad.yaml", "cat bad.yaml | hipaalint /dev/stdin"] {
        assert_eq!(shell(line).status.code(), Some(0), "{line}");
    }
}

#[test]
fn a_report_does_not_overwrite_what_a_template_includes() {
    let template = "Resources:\n  Records:\n    Type: AWS::S3::Bucket\n    Properties:\n      Fn::Transform:\n        Name: AWS::Include\n        Parameters: {Location: ./common.yaml}\n";
    let fragment = "VersioningConfiguration: {Status: Suspended}\n";
    let folder = Folder::with(&[("app.yaml", template), ("common.yaml", fragment)]);
    let ran = folder.versioning(&["app.yaml", "--output", "json=common.yaml"]);
    assert!(ran.code == 2 && ran.stderr.contains("a report never overwrites"), "{}", ran.all());
    assert_eq!(folder.read("common.yaml"), fragment);
}

#[test]
fn a_run_overwrites_only_its_own_files() {
    let own = "profile: core\n";
    let folder = Folder::with(&[("bad.yaml", BAD), ("other.json", "{\"Resources\": {}}"), ("hipaalint.yaml", own)]);
    folder.file("p.json", "{}").file("old.json", "{\"findings\": []}");
    symlink("bad.yaml", folder.path("link.yaml")).unwrap();
    for name in ["bad.yaml", "other.json", "hipaalint.yaml", "link.yaml", "p.json", "sub/hipaalint.yaml"] {
        folder.file("sub/x", "");
        let before = fs::read(folder.path(name)).ok();
        let ran = folder.versioning(&["bad.yaml", "--parameters", "p.json", "--output", &format!("json={name}")]);
        assert_eq!(ran.code, 2, "{name}: {}", ran.all());
        assert!(ran.stderr.contains("a report never overwrites"), "{name}: {}", ran.all());
        assert_eq!(fs::read(folder.path(name)).ok(), before, "{name}");
        let ran = folder.versioning(&["bad.yaml", "--write-baseline", name]);
        if name != "p.json" {
            assert_eq!(ran.code, 2, "{name}: {}", ran.all());
        }
        assert_eq!(fs::read(folder.path(name)).ok(), before, "{name}");
    }
    for clash in [
        ["--output", "a.json", "--output", "./a.json"],
        ["--output", "a.json", "--output", "sub/../a.json"],
        ["--output", "a.json", "--write-baseline", "./a.json"],
    ] {
        let ran = folder.versioning(&[&["bad.yaml"][..], &clash].concat());
        assert!(ran.code == 2 && ran.stderr.contains("the same file"), "{}", ran.all());
    }
    let ran = folder.versioning(&["bad.yaml", "--output", "old.json", "--write-baseline", "known.json"]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    assert!(folder.read("old.json").contains("s3-bucket-versioning"));
    let mut names: Vec<_> = fs::read_dir(folder.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(
        names,
        ["bad.yaml", "hipaalint.yaml", "known.json", "link.yaml", "old.json", "other.json", "p.json", "sub"]
    );
}

#[test]
fn a_second_run_loses_nothing_of_a_baseline() {
    let folder = Folder::new();
    let names: Vec<String> = (0..6).map(|number| format!("t{number}.yaml")).collect();
    for name in &names {
        folder.file(name, BAD);
    }
    let runs = names.iter().map(|name| {
        let mut command = folder.command(&VERSIONING);
        command.args([name.as_str(), "--write-baseline", "known.json"]).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().unwrap()
    });
    for mut run in runs.collect::<Vec<_>>() {
        assert_eq!(run.wait().unwrap().code(), Some(0));
    }
    let text = folder.read("known.json");
    names.iter().for_each(|name| assert!(text.contains(name.as_str()), "{name}\n{text}"));
    assert!(!folder.path(".known.json.lock").exists());
}

/// As a repository may have it: an old folder where the lock would be.
#[test]
fn what_is_no_lock_is_named() {
    let folder = Folder::with(&[("bad.yaml", BAD)]);
    fs::create_dir(folder.path(".known.json.lock")).unwrap();
    let old = SystemTime::now() - Duration::from_secs(3600);
    fs::File::open(folder.path(".known.json.lock")).unwrap().set_modified(old).unwrap();
    let ran = folder.versioning(&["bad.yaml", "--write-baseline", "known.json"]);
    assert!(ran.code == 2 && ran.stderr.contains(".known.json.lock is not a file"), "{}", ran.all());
    // A run that was killed leaves one behind.
    fs::remove_dir(folder.path(".known.json.lock")).unwrap();
    folder.file(".known.json.lock", "");
    fs::File::options().write(true).open(folder.path(".known.json.lock")).unwrap().set_modified(old).unwrap();
    let ran = folder.versioning(&["bad.yaml", "--write-baseline", "known.json"]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    let mut names: Vec<_> = fs::read_dir(folder.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["bad.yaml", "known.json"]);
}

#[test]
fn templates_are_known_in_every_spelling() {
    let folder = Folder::with(&[("bad.yaml", BAD)]);
    let bucket = "Resources:\n  A: {Type: AWS::S3::Bucket}\n";
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    for (number, text) in [
        "{Resources: {A: {Type: AWS::S3::Bucket}}}".as_bytes().to_vec(),
        b"--- {\"Resources\": {}}".to_vec(),
        b"# generated\n{\"Resources\": {}}".to_vec(),
        [b"\xef\xbb\xbf", bucket.as_bytes()].concat(),
        b"  Resources:\n    A: {Type: AWS::S3::Bucket}\n".to_vec(),
        b"? Resources\n: {A: {Type: AWS::S3::Bucket}}\n".to_vec(),
        b"{\"\\u0052esources\": {}}".to_vec(),
        bucket.replace('\n', "\r").into_bytes(),
        wide(bucket),
        wide(&format!("\u{feff}{bucket}")),
        format!("Description: {}\n{bucket}", "long ".repeat(4 << 20)).into_bytes(),
    ]
    .into_iter()
    .enumerate()
    {
        fs::write(folder.path("other.txt"), &text).unwrap();
        let ran = folder.versioning(&["bad.yaml", "--output", "json=other.txt"]);
        assert!(
            ran.code == 2 && ran.stderr.contains("a report never overwrites a template"),
            "{number}: {}",
            ran.all()
        );
        assert_eq!(fs::read(folder.path("other.txt")).unwrap(), text, "{number}");
    }
    folder.file("hipaalint.yml", "profile: core\n").file("out/cdk.out", "").file("out/App.json", "{\"Resources\": {}}");
    let stack = r#"{"type":"aws:cloudformation:stack","properties":{"templateFile":"App.json"}}"#;
    folder.file("out/manifest.json", format!(r#"{{"version":"55.0.0","artifacts":{{"A":{stack}}}}}"#));
    for name in ["hipaalint.yml", "out/manifest.json"] {
        let before = folder.read(name);
        let ran = folder.versioning(&["bad.yaml", "--output", &format!("json={name}")]);
        assert!(ran.code == 2 && ran.stderr.contains("a report never overwrites"), "{name}: {}", ran.all());
        assert_eq!(folder.read(name), before);
    }
    // A report may be beside the files of an assembly.
    fs::remove_file(folder.path("hipaalint.yml")).unwrap();
    for _ in 0..2 {
        let ran = folder.versioning(&["bad.yaml", "--output", "out/report.json"]);
        assert!(ran.code != 2 && folder.read("out/report.json").contains("findings"), "{}", ran.all());
    }
    // A report that names resources is no template, however often it is written.
    let folder = Folder::with(&[("bad.yaml", BAD)]);
    for format in ["json", "sarif", "markdown", "html", "junit", "oscal", "human"] {
        for _ in 0..2 {
            let ran =
                folder.versioning(&["bad.yaml", "--output", &format!("{format}=again.txt"), "--today", "2026-12-31"]);
            assert_ne!(ran.code, 2, "{format}: {}", ran.all());
        }
    }
    symlink("later.json", folder.path("dangling.json")).unwrap();
    let ran = folder.versioning(&["bad.yaml", "--output", "dangling.json", "--output", "later.json"]);
    assert!(ran.code == 2 && ran.stderr.contains("the same file"), "{}", ran.all());
    let ran = folder.versioning(&["bad.yaml", "--output", "dangling.json"]);
    assert!(ran.code != 2 && folder.read("later.json").contains("findings"), "{}", ran.all());
    assert!(fs::symlink_metadata(folder.path("dangling.json")).unwrap().is_symlink());
}

#[test]
fn an_unknown_ending_needs_a_format() {
    let folder = Folder::with(&[("good.yaml", GOOD)]);
    for (output, code) in [("a.pdf", 2), ("a.csv", 2), ("sarif=x.bin", 0), ("a.txt", 0), ("a", 0), ("a.JSON", 0)] {
        let ran = folder.versioning(&["good.yaml", "--output", output]);
        assert_eq!(ran.code, code, "{output}: {}", ran.all());
    }
    assert!(!folder.path("a.pdf").exists() && folder.read("x.bin").contains("sarif"));
}

#[test]
fn names_that_are_not_utf_8_work() {
    let folder = repository();
    let name = |text: &[u8]| OsStr::from_bytes(text).to_owned();
    let (template, report) = (name(b"b\xffd.yaml"), name(b"json=r\xfe.out"));
    let root = folder.path("repository");
    fs::write(root.join(&template), BAD).unwrap();
    fs::write(root.join(name(b"b\xfed.yaml")), BAD).unwrap();
    fs::write(root.join(name(b"c\xff.yaml")), "fail-on: never\n").unwrap();
    let rule = ["--rule", "s3-bucket-versioning"].map(OsStr::new);
    let ran = run_os(&folder, &[&rule[..], &[&template, OsStr::new("--output"), &report]].concat());
    assert_eq!(ran.code, 1, "{}", ran.all());
    assert!(ran.stdout.contains("b%FFd.yaml"), "{}", ran.all());
    assert!(fs::read_to_string(root.join(name(b"r\xfe.out"))).unwrap().contains("s3-bucket-versioning"));
    let configuration = name(b"c\xff.yaml");
    let ran = run_os(&folder, &[&rule[..], &[&template, OsStr::new("--config"), &configuration]].concat());
    assert_eq!(ran.code, 0, "{}", ran.all());
    // Both files of the folder, though their names look alike.
    let ran = run(&folder, &[&VERSIONING[..], &[".", "--format", "json"]].concat());
    let report = ran.json();
    let files: Vec<&str> =
        report["findings"].as_array().unwrap().iter().map(|one| one["file"].as_str().unwrap()).collect();
    assert_eq!(files, ["b%FEd.yaml", "b%FFd.yaml"], "{}", ran.all());
    let baseline = name(b"k\xff.json");
    for _ in 0..2 {
        let ran = run_os(&folder, &[&rule[..], &[OsStr::new("."), OsStr::new("--write-baseline"), &baseline]].concat());
        assert_eq!(ran.code, 0, "{}", ran.all());
    }
    // A run of another file keeps the entries of these.
    let ran =
        run_os(&folder, &[&rule[..], &[OsStr::new("good.yaml"), OsStr::new("--write-baseline"), &baseline]].concat());
    assert_eq!(ran.code, 0, "{}", ran.all());
    let known = fs::read_to_string(root.join(&baseline)).unwrap();
    assert!(known.contains("\"b%FEd.yaml\"") && known.contains("\"b%FFd.yaml\""), "{known}");
    // One that is known does not cover another one.
    fs::write(root.join(name(b"b\xfdd.yaml")), BAD).unwrap();
    let ran = run_os(&folder, &[&rule[..], &[OsStr::new("."), OsStr::new("--baseline"), &baseline]].concat());
    assert!(ran.code == 1 && ran.stdout.contains("b%FDd.yaml") && !ran.stdout.contains("%FF"), "{}", ran.all());
    // One that is gone leaves the baseline.
    for file in [b"b\xfdd.yaml", b"b\xfed.yaml"] {
        fs::remove_file(root.join(name(file))).unwrap();
    }
    let ran =
        run_os(&folder, &[&rule[..], &[OsStr::new("good.yaml"), OsStr::new("--write-baseline"), &baseline]].concat());
    let known = fs::read_to_string(root.join(&baseline)).unwrap();
    assert!(!known.contains("%FE") && known.contains("%FF"), "{known} {}", ran.all());
}

#[test]
fn commands_of_github_end_where_they_should() {
    let folder = Folder::new();
    let name = "a%0A,b:c\n::error::x.yaml";
    folder.file(name, BAD);
    let ran = folder.versioning(&[name, "--format", "github"]);
    let first = ran.stdout.lines().next().unwrap();
    assert!(first.starts_with("::error file=a%250A%2Cb%3Ac%0A%3A%3Aerror%3A%3Ax.yaml,line="), "{}", ran.all());
    assert_eq!(ran.stdout.lines().filter(|line| line.starts_with("::error")).count(), 1, "{}", ran.all());
}

#[test]
fn markdown_links_only_to_the_rules() {
    let reason = "see http://evil.example and GH-12 www.evil.example a@evil.example @org #1";
    let exception = format!("{{rule: s3-bucket-versioning, reason: '{reason}'}}");
    let text = format!("{BAD}    Metadata: {{hipaalint: {{exceptions: [{exception}]}}}}\n");
    let folder = Folder::with(&[("a.yaml", &text)]);
    for format in ["markdown", "exceptions"] {
        let ran = folder.versioning(&["a.yaml", "--format", format, "--show", "suppressed"]);
        for linked in ["http://evil", "GH-12", "www.evil", "@evil", "@org", "#1"] {
            assert!(!ran.stdout.contains(linked), "{format}: {linked}\n{}", ran.all());
        }
    }
}
