//! What the HTML and Markdown pages name and count: title, date, commit, and checks by citation.

use crate::support::{BAD, Folder, GOOD, OWN_RULE};

const ONE: &str = "0123456789abcdef0123456789abcdef01234567";
const TWO: &str = "fedcba9876543210fedcba9876543210fedcba98";
const PAGES: [&str; 2] = ["html", "markdown"];

fn page(folder: &Folder, format: &str, arguments: &[&str]) -> String {
    let ran = folder.versioning(&[&["templates", "--format", format], arguments].concat());
    assert_eq!(ran.stderr, "", "{}", ran.all());
    ran.stdout
}

#[test]
fn pages_name_the_commit_that_is_checked_out() {
    let folder = Folder::with(&[
        ("templates/good.yaml", GOOD),
        (".git/HEAD", "ref: refs/heads/main\n"),
        (".git/packed-refs", &format!("# pack-refs with: peeled fully-peeled sorted\n{ONE} refs/heads/main\n")),
    ]);
    for format in PAGES {
        assert!(page(&folder, format, &[]).contains(ONE), "{format}");
        assert_eq!(page(&folder, format, &[]), page(&folder, format, &[]));
    }
    assert!(page(&folder, "html", &[]).contains(&format!("<p class=\"run\">Commit <code>{ONE}</code></p>")));
    assert!(page(&folder, "markdown", &["--today", "2031-03-31"]).contains(&format!(", 2031-03-31, commit `{ONE}`\n")));
    // What is loose is newer.
    folder.file(".git/refs/heads/main", TWO);
    for format in PAGES {
        let page = page(&folder, format, &[]);
        assert!(page.contains(TWO) && !page.contains(ONE), "{format}: {page}");
    }
}

#[test]
fn pages_name_the_revision_that_is_given() {
    let folder = Folder::with(&[("templates/good.yaml", GOOD), (".git/HEAD", ONE)]);
    let given = ["--revision", "release <7> \u{1b}[31m\nof | May", "--title", "Acme & <b>Sons</b>\n# x"];
    let html = page(&folder, "html", &given);
    assert!(html.contains("Revision release &lt;7&gt; ␛[31m of | May</p>"), "{html}");
    assert!(html.contains("<h1>Acme &amp; &lt;b&gt;Sons&lt;/b&gt; # x</h1>"), "{html}");
    assert!(html.contains(" – Acme &amp; &lt;b&gt;Sons&lt;/b&gt; # x</title>"), "{html}");
    let markdown = page(&folder, "markdown", &given);
    assert!(markdown.contains("revision release &lt;7&gt; ␛\\[31m of \\| May\n"), "{markdown}");
    assert!(markdown.contains("\n## Acme &amp; &lt;b&gt;Sons&lt;/b&gt; # x\n"), "{markdown}");
    assert!(!html.contains(ONE) && !markdown.contains(ONE));
    // A variable of a workflow that is empty is no revision and no title.
    let empty = page(&folder, "html", &["--revision", "", "--title", " "]);
    assert!(empty.contains(ONE) && empty.contains("<h1>HIPAA Security Rule report</h1>"), "{empty}");
}

#[test]
fn pages_admit_that_the_commit_is_unknown() {
    let files: [&[(&str, &str)]; 6] = [
        &[],
        &[(".git", "gitdir: /\n")],
        &[(".git/HEAD", "<script>alert(1)</script>\n")],
        &[(".git/HEAD", "ref: refs/../../secret"), ("secret", ONE)],
        &[(".git/HEAD", "ref: refs/heads/main")],
        &[(".git/HEAD", &"0".repeat(1 << 20))],
    ];
    for files in files {
        let folder = Folder::with(&[&[("templates/good.yaml", GOOD)], files].concat());
        let html = page(&folder, "html", &[]);
        assert!(html.contains("<p class=\"run\">Commit unknown</p>") && !html.contains("alert"), "{files:?}");
        assert!(page(&folder, "markdown", &[]).ends_with(", commit unknown\n"), "{files:?}");
    }
    // Two repositories have no commit in common, and standard input is in none.
    let folder = Folder::with(&[
        ("templates/a/good.yaml", GOOD),
        ("templates/a/.git/HEAD", ONE),
        ("templates/b/good.yaml", GOOD),
        ("templates/b/.git/HEAD", ONE),
    ]);
    assert!(page(&folder, "html", &[]).contains("Commit unknown"));
    let input = folder.run_on(GOOD.as_bytes(), &["-", "--format", "html"]).stdout;
    assert!(input.contains("Commit unknown"), "{input}");
}

/// The cells of a citation in the table of the page.
fn row<'p>(page: &'p str, citation: &str) -> &'p str {
    let (_, row) = page.split_once(&format!("role=\"rowheader\">{citation}<br>")).unwrap();
    row.split_once("</tr>").unwrap().0
}

/// A note is no reason for alarm: it colors nothing red.
#[test]
fn colors_are_those_of_the_levels() {
    for (level, class, mark) in [("error", "failed", "×"), ("warning", "warned", "!"), ("note", "noted", "i")] {
        let rule = OWN_RULE.replace("level: error", &format!("level: {level}"));
        let folder = Folder::with(&[("own/rule.yaml", &rule), ("bad.yaml", BAD)]);
        let arguments =
            ["bad.yaml", "--rules", "own", "--rule", "own-bucket-versions", "--fail-on", "never", "--format"];
        let html = folder.run(&[&arguments[..], &["html"]].concat()).stdout;
        let badge =
            format!("<span class=\"badge {class}\"><span aria-hidden=\"true\">{mark}</span> 1 check failed</span>");
        assert!(row(&html, "164.312(c)(1)").contains(&badge), "{level}: {}", row(&html, "164.312(c)(1)"));
        assert!(html.contains(&format!("<p class=\"headline {class}\">")), "{level}");
        let (_, body) = html.split_once("</style>").unwrap();
        assert_eq!(body.contains("failed\""), level == "error", "{level}");
        let markdown = folder.run(&[&arguments[..], &["markdown"]].concat()).stdout;
        assert!(
            markdown.contains("| 164.312(c)(1) Integrity | ") && markdown.contains("\u{a0}1 check failed |"),
            "{markdown}"
        );
        assert_eq!(markdown.contains("❌"), level == "error", "{markdown}");
    }
}

/// Tags and texts are in any template: to check them shows no safeguard.
#[test]
fn supporting_checks_alone_give_no_green_mark() {
    let topic = "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Properties: { TopicName: x }\n";
    let secret = "Parameters:\n  Password: { Type: String, NoEcho: true }\n";
    let folder = Folder::with(&[("topic.yaml", topic), ("secret.yaml", &format!("{secret}{topic}"))]);
    let rules = ["--rule", "literal-secret", "--rule", "parameter-secret-no-echo"];
    let run = |file: &str, format: &str| folder.run(&[&[file, "--format", format], &rules[..]].concat()).stdout;
    // Password management.
    let citation = "164.308(a)(5)(ii)(D)";
    let alone = run("topic.yaml", "html");
    assert!(
        row(&alone, citation).contains("</span> Only 2 supporting checks passed</span>"),
        "{}",
        row(&alone, citation)
    );
    assert!(!alone.split_once("</style>").unwrap().1.contains(" passed\">"), "{alone}");
    let text = "No findings: both checks passed, but no check of a safeguard applied";
    assert!(alone.contains(text) && run("topic.yaml", "human").starts_with("──"), "{alone}");
    assert!(
        run("topic.yaml", "human").contains(&format!("\n{text}\n")) && !run("topic.yaml", "markdown").contains("✅")
    );
    let together = run("secret.yaml", "html");
    let badge = "<span class=\"badge passed\"><span aria-hidden=\"true\">✓</span> 4 of 4 checks passed</span>";
    assert!(row(&together, citation).contains(badge), "{}", row(&together, citation));
    assert!(row(&together, citation).contains("3 of them supporting"));
    assert!(run("secret.yaml", "markdown").contains("✅"));
}

/// What does not count is counted all the same, apart.
#[test]
fn suppressed_and_known_checks_are_stated() {
    let text = "Resources:\n  # hipaalint: except s3-bucket-versioning because objects are written once\n  \
                Records: { Type: AWS::S3::Bucket }\n  Scans: { Type: AWS::S3::Bucket }\n";
    let folder = Folder::with(&[("templates/a.yaml", text)]);
    folder.versioning(&["templates", "--write-baseline", "baseline.json"]);
    let html = page(&folder, "html", &["--baseline", "baseline.json"]);
    let integrity = row(&html, "164.312(c)(1)");
    assert!(
        integrity.contains("<span class=\"badge baseline\"><span aria-hidden=\"true\">•</span> 1 of 2 checks in the")
    );
    assert!(integrity.contains("<span class=\"numbers\">1 suppressed</span>"), "{integrity}");
    let markdown = page(&folder, "markdown", &["--baseline", "baseline.json"]);
    assert!(markdown.contains("1 of 2 checks in the baseline; 1 suppressed |"), "{markdown}");
    assert!(
        markdown.contains("Not counted: 1 finding suppressed by exceptions, 1 finding in the baseline."),
        "{markdown}"
    );
}

/// Judgments about the law are for counsel: pages count.
#[test]
fn pages_pass_no_judgment() {
    let folder = Folder::with(&[("templates/bad.yaml", BAD), ("templates/good.yaml", GOOD)]);
    for format in PAGES {
        let page = page(&folder, format, &["--show", "passed,undecided,suppressed"]).to_lowercase();
        let body = page.split_once("</style>").map_or(page.as_str(), |(_, body)| body);
        for word in ["violated", "satisfied", "compliant", "complies", "verdict"] {
            assert!(!body.contains(word), "{format}: {word}");
        }
        assert!(body.contains("1 of 2 checks failed"), "{format}: {body}");
    }
}

/// A rule of one's own may cite nothing: then there is no heading for citations.
#[test]
fn rules_without_citations_have_no_heading_for_them() {
    let rule = OWN_RULE.replace("controls: [\"164.312(c)(1)\", \"164.308(a)(7)(ii)(A)\"]\n", "");
    assert_ne!(rule, OWN_RULE);
    let folder = Folder::with(&[("own/rule.yaml", &rule), ("bad.yaml", BAD)]);
    let run = |format: &str| {
        folder.run(&["bad.yaml", "--rules", "own", "--rule", "own-bucket-versions", "--format", format]).stdout
    };
    assert!(!run("human").contains("HIPAA") && run("human").contains("    Fix    Set `VersioningConfiguration`."));
    for format in ["github", "junit", "gitlab"] {
        assert!(!run(format).contains("HIPAA") && !run(format).contains("CFR"), "{format}: {}", run(format));
    }
    assert!(!run("html").contains("class=\"citations\""));
    let markdown = run("markdown");
    assert!(!markdown.contains("45 CFR") && markdown.contains("<summary>How to fix (1 rule)</summary>"), "{markdown}");
    let sarif: serde_json::Value = serde_json::from_str(&run("sarif")).unwrap();
    let help = &sarif["runs"][0]["tool"]["driver"]["rules"][0]["help"];
    for text in ["text", "markdown"].map(|key| help[key].as_str().unwrap()) {
        assert!(!text.contains("HIPAA") && text.contains("References"), "{text}");
    }
}
