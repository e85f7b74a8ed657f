//! What people see.

use crate::report::runs::{APP, ASCII, PLAIN, Run, WIDE, everything, hostile, many, one_long_line};
use hipaalint::finding::{Level, Related};
use hipaalint::report::Summary;
use hipaalint::report::human::Style;

#[test]
fn people_see_everything_in_80_columns() {
    insta::assert_snapshot!(everything().human(PLAIN));
}

#[test]
fn people_see_everything_in_120_columns() {
    insta::assert_snapshot!(everything().human(WIDE));
}

#[test]
fn people_see_everything_in_ascii() {
    let text = everything().human(ASCII);
    assert!(text.is_ascii());
    insta::assert_snapshot!(text);
}

#[test]
fn people_see_colors_and_links() {
    let text = everything().human(Style { color: true, hyperlinks: true, ..PLAIN });
    insta::assert_snapshot!(text.replace('\u{1b}', "␛"));
    // Without its escape sequences it is the plain report.
    let links = regex::Regex::new("\u{1b}]8;;[^\u{1b}]*\u{1b}\\\\").unwrap();
    let colors = regex::Regex::new("\u{1b}\\[[0-9;]*m").unwrap();
    assert_eq!(colors.replace_all(&links.replace_all(&text, ""), ""), everything().human(PLAIN));
}

#[test]
fn people_see_one_finding() {
    let mut run = everything();
    run.findings.truncate(1);
    run.diagnostics.clear();
    run.sources.truncate(1);
    run.summary = Summary::default();
    insta::assert_snapshot!(run.counted().human(PLAIN));
}

#[test]
fn people_are_told_that_all_is_well() {
    let mut run = Run::default();
    run.source("app.yaml", APP);
    insta::assert_snapshot!(run.counted().human(PLAIN));
}

#[test]
fn people_are_told_that_nothing_was_checked() {
    let run = Run {
        summary: Summary { selection: "rules: a, b".into(), rules: 2, templates: 1, ..Summary::default() },
        ..Run::default()
    };
    insta::assert_snapshot!(run.human(PLAIN));
}

#[test]
fn people_see_what_needs_a_value() {
    let mut run = Run::default();
    run.source("app.yaml", APP);
    let mut run = run.counted();
    run.summary.undecided = 4;
    insta::assert_snapshot!(run.human(PLAIN));
}

#[test]
fn nothing_in_a_template_reaches_the_terminal_as_a_control() {
    for style in [PLAIN, ASCII] {
        let text = hostile().human(style);
        let odd: Vec<char> = text.chars().filter(|c| c.is_control() && *c != '\n').collect();
        assert!(odd.is_empty(), "{odd:?}");
        assert!(!text.contains(['\u{202e}', '\u{200b}']));
    }
    insta::assert_snapshot!(hostile().human(PLAIN));
}

#[test]
fn a_line_of_a_megabyte_is_cropped() {
    let text = one_long_line().human(PLAIN);
    assert!(text.len() < 5_000, "{}", text.len());
    insta::assert_snapshot!(text);
}

#[test]
fn two_thousand_findings_end_with_what_fires_most() {
    let text = many().human(PLAIN);
    assert_eq!(text.matches("[s3-bucket-versioning]").count(), 667);
    let summary = text.rsplit_once("────────\n").unwrap().1;
    insta::assert_snapshot!(summary);
}

/// Terminals wrap what is too wide, and the marks under it no longer fit.
#[test]
fn no_line_is_wider_than_the_terminal() {
    for run in [everything(), one_long_line(), many()] {
        for width in [50, 80, 120, 300] {
            let text = run.human(Style { width, ..PLAIN });
            // Paths above an excerpt are left whole, so that terminals can open them.
            let wide = text.lines().find(|line| !line.contains("─[") && line.chars().count() > width);
            assert_eq!(wide, None, "at {width}");
        }
    }
}

/// A mark at the far end of a line: its words would not fit to the right of it.
#[test]
fn lines_move_left_to_make_room_for_words() {
    let mut run = Run::default();
    let id = run
        .source("a.yaml", "A: {Key: value}\n\n\n\nDescription: all of this line can be seen at once, up to its end\n");
    let (own, end) = (run.span(id, "Key", "value"), run.span(id, "its", "end"));
    run.fail("s3-bucket-tls-only", Level::Error, own, "A", "B", "C").related =
        vec![Related { span: end, message: "these words need room".into() }];
    let text = run.human(Style { width: 72, ..PLAIN });
    assert!(text.contains("…") && text.contains("╰── these words need room"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 72), "{text}");
}

#[test]
fn a_byte_order_mark_is_not_shown() {
    let mut run = Run::default();
    let id = run.source("a.yaml", "\u{feff}Key: value\n");
    let span = run.span(id, "", "Key");
    run.fail("s3-bucket-tls-only", Level::Error, span, "A", "B", "C");
    let text = run.human(PLAIN);
    assert!(text.contains("[a.yaml:1:1]") && text.contains(" 1 │ Key: value\n   · ───\n"), "{text}");
}

/// Citations and remediation are the rule's: a file with twenty findings of one rule shows them once.
#[test]
fn what_a_rule_shows_is_not_repeated() {
    let text = many().human(PLAIN);
    for (rule, fix) in
        [("s3-bucket-tls-only", "Fix    Attach a bucket policy"), ("s3-bucket-versioning", "Fix    Set `Ver")]
    {
        let findings = text.matches(&format!("[{rule}]")).count();
        assert!(findings > 600, "{findings}");
        assert_eq!(text.matches(fix).count(), 1, "{rule}");
    }
    // Three are drawn; those after them show at least their place.
    assert_eq!(text.matches("Fix    See line ").count(), 3 * 2);
    assert_eq!(text.matches("    At     ").count(), 2_000 - 3 * 3);
}

#[test]
fn a_long_path_keeps_its_file_name() {
    let mut run = Run::default();
    let id = run.source(&format!("{}/records.yaml", "stacks".repeat(20)), "Key: value\n");
    let span = run.span(id, "", "Key");
    run.fail("s3-bucket-tls-only", Level::Error, span, "A", "B", "C");
    let text = run.human(PLAIN);
    assert!(text.starts_with("── …") && text.contains("stacks/records.yaml ── 1 error ─"), "{text}");
}

#[test]
fn a_message_without_end_is_cut() {
    let mut run = Run::default();
    let id = run.source("a.yaml", "Key: value\n");
    let span = run.span(id, "", "Key");
    run.fail("s3-bucket-tls-only", Level::Error, span, "A", "B", &"[".repeat(50_000));
    let text = run.human(PLAIN);
    assert!(text.len() < 5_000 && text.contains("[[…"), "{}", text.len());
}

/// The rule's remediation names CloudFormation's properties; where SAM made the resource, its own are named, too.
#[test]
fn what_to_set_in_sam_is_in_every_format() {
    let mut run = Run::default();
    let id = run.source("sam.yaml", "Resources: {}\n");
    let span = run.span(id, "", "Resources");
    let kind = "AWS::Serverless::Function";
    let finding = run.fail("s3-bucket-versioning", Level::Error, span, "Intake", kind, "`Status` is not set");
    finding.when = Some("when Env is dev".to_owned());
    finding.advice = Some("Set `Versioned: true`".to_owned());
    let run = run.counted();
    let text = run.human(PLAIN);
    assert!(text.contains("`Status` is not set, when Env is dev.\n"), "{text}");
    assert!(text.contains("    SAM    Set `Versioned: true`\n"), "{text}");
    assert!(run.json().contains(r#""advice": "Set `Versioned: true`""#), "{}", run.json());
    let words = "`Status` is not set, when Env is dev. Set `Versioned: true`.";
    assert!(run.sarif().contains(words), "{}", run.sarif());
}
