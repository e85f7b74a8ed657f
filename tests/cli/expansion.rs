//! Loops and includes, as a user meets them.

use crate::support::{Folder, findings, problems};

const LOOP: &str = "\
Transform: AWS::LanguageExtensions
Resources:
  Fn::ForEach::Buckets:
    - Name
    - [Alpha, Beta]
    - Bucket${Name}:
        Type: AWS::S3::Bucket
";

fn including(location: &str) -> String {
    format!("Resources:\n  Fn::Transform:\n    Name: AWS::Include\n    Parameters: {{ Location: {location} }}\n")
}

const PART: &str = "Records:\n  Type: AWS::S3::Bucket\n";

#[test]
fn turns_of_a_loop_are_one_finding_that_names_them() {
    let folder = Folder::with(&[("loop.yaml", LOOP)]);
    let ran = folder.versioning(&["loop.yaml"]);
    assert_eq!(ran.code, 1, "{}", ran.all());
    for words in ["BucketAlpha and 1 more (AWS::S3::Bucket)", "Name = Alpha or Beta", "loop.yaml:6:7"] {
        assert!(ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ").contains(words), "{words}: {}", ran.all());
    }
    let sarif = folder.versioning(&["loop.yaml", "--format", "sarif"]).json();
    let [result] = sarif["runs"][0]["results"].as_array().unwrap().as_slice() else { panic!("{sarif}") };
    let names: Vec<_> = result["locations"][0]["logicalLocations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|location| location["fullyQualifiedName"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["Resources/BucketAlpha", "Resources/BucketBeta"]);
    assert_eq!(result["locations"][0]["physicalLocation"]["region"]["startLine"], 6);
    let json = folder.versioning(&["loop.yaml", "--format", "json"]).json();
    assert_eq!(json["findings"][0]["alike"][0]["name"], "BucketBeta");
    assert_eq!(json["findings"][0]["when"], "for Name = Alpha or Beta");
}

#[test]
fn a_pinned_parameter_makes_a_loop_known() {
    let open = LOOP.replace("[Alpha, Beta]", "!Ref Names") + "Parameters:\n  Names: { Type: CommaDelimitedList }\n";
    let folder = Folder::with(&[("loop.yaml", &open)]);
    let ran = folder.versioning(&["--format", "json"]);
    assert_eq!((ran.code, problems(&ran.json())), (0, vec![("loop-unknown".to_owned(), "loop.yaml".to_owned())]));
    let ran = folder.versioning(&["--format", "json", "--parameter", "Names=Gamma"]);
    assert_eq!((ran.code, problems(&ran.json())), (1, Vec::new()));
    assert_eq!(ran.json()["findings"][0]["subject"]["name"], "BucketGamma");
}

#[test]
fn findings_point_into_included_files_beside_their_template() {
    let folder = Folder::with(&[
        ("a/one.yaml", &including("parts/records.yaml")),
        ("a/two.yaml", &including("./parts/../parts/records.yaml")),
        ("a/parts/records.yaml", PART),
    ]);
    let ran = folder.versioning(&["--format", "json"]);
    assert_eq!(ran.code, 1, "{}", ran.all());
    let expected = ("a/parts/records.yaml".to_owned(), "s3-bucket-versioning".to_owned());
    assert_eq!(findings(&ran.json()), [expected.clone(), expected]);
    let human = folder.versioning(&["a/one.yaml"]);
    assert!(human.stdout.contains("a/parts/records.yaml:1:1"), "{}", human.all());
    // The number of threads changes nothing.
    assert_eq!(folder.versioning(&["--format", "json", "--threads", "1"]).stdout, ran.stdout);
}

#[test]
fn nothing_outside_of_the_templates_folder_is_read() {
    let folder = Folder::with(&[("secret.yaml", PART), ("a/inside.yaml", PART)]);
    let absolute = folder.path("secret.yaml");
    let mut locations = vec!["../secret.yaml", "inside/../../secret.yaml", ".", absolute.to_str().unwrap()];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("../secret.yaml", folder.path("a/link.yaml")).unwrap();
        locations.push("link.yaml");
    }
    for location in locations {
        folder.file("a/template.yaml", including(&format!("'{location}'")));
        let ran = folder.versioning(&["--format", "json", "a/template.yaml"]);
        assert_eq!(problems(&ran.json()), [("include-unknown".to_owned(), "a/template.yaml".to_owned())], "{location}");
        assert_eq!((ran.code, findings(&ran.json())), (0, Vec::new()), "{location}");
    }
    let ran = folder.run_on(including("secret.yaml").as_bytes(), &["--format", "json", "-"]);
    assert_eq!(problems(&ran.json())[0].0, "include-unknown");
}

#[test]
fn an_included_file_that_cannot_be_parsed_is_trouble() {
    let folder = Folder::with(&[("t.yaml", &including("part.yaml")), ("part.yaml", "Records: [\n")]);
    let ran = folder.versioning(&["--format", "json", "t.yaml"]);
    assert_eq!(ran.code, 2, "{}", ran.all());
    let expected = [("syntax-error", "part.yaml"), ("include-unknown", "t.yaml")];
    assert_eq!(problems(&ran.json()), expected.map(|(code, file)| (code.to_owned(), file.to_owned())));
    assert!(ran.json()["diagnostics"][0]["start"]["line"].is_u64(), "{}", ran.all());
}
