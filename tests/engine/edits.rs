//! Changes of templates as edits of their texts: each kind, in each style, and many at random.

use crate::fuzzed;
use hipaalint::change::{Action, Change, Moved, Step, Value};
use hipaalint::source::SourceId;
use hipaalint::syntax;
use hipaalint::syntax::edit::{Refused, Text, apply, edits};

/// A path as people write it: `Resources/Records/Tags/0`.
fn path(text: &str) -> Vec<Step> {
    let step = |step: &str| step.parse().map_or_else(|_| Step::Key(step.to_owned()), Step::Index);
    text.split('/').filter(|step| !step.is_empty()).map(step).collect()
}

/// A value, written in JSON.
fn value(text: &str) -> Value {
    fn of(json: serde_json::Value) -> Value {
        match json {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(value) => Value::Bool(value),
            serde_json::Value::Number(number) => Value::Number(number.to_string()),
            serde_json::Value::String(text) => Value::String(text),
            serde_json::Value::Array(items) => Value::List(items.into_iter().map(of).collect()),
            serde_json::Value::Object(entries) => {
                Value::Map(entries.into_iter().map(|(key, value)| (key, of(value))).collect())
            }
        }
    }
    of(serde_json::from_str(text).unwrap_or_else(|_| text.into()))
}

fn set(at: &str, to: &str) -> Change {
    Change { path: path(at), action: Action::Set(value(to)) }
}

fn append(at: &str, item: &str) -> Change {
    Change { path: path(at), action: Action::Append(value(item)) }
}

fn rename(at: &str, to: &str) -> Change {
    Change { path: path(at), action: Action::Rename(to.to_owned()) }
}

fn remove(at: &str) -> Change {
    Change { path: path(at), action: Action::Remove }
}

/// The text after the changes, and what is refused.
fn changed(text: &str, changes: &[Change]) -> (String, Vec<(usize, Refused)>) {
    let document = syntax::read(text, SourceId(7)).expect("a template");
    let edited = edits(text, &document, changes);
    (apply(text, &edited.edits), edited.refused)
}

#[track_caller]
fn check(text: &str, changes: &[Change], expected: &str) {
    let (edited, refused) = changed(text, changes);
    assert_eq!(refused, [], "{edited}");
    assert_eq!(edited, expected, "\n{edited}");
    // The same in a file of Windows.
    if text.contains('\n') && !text.contains('\r') {
        let (edited, refused) = changed(&text.replace('\n', "\r\n"), changes);
        assert_eq!(refused, [], "{edited}");
        assert_eq!(edited, expected.replace('\n', "\r\n"));
    }
}

#[track_caller]
fn refused(text: &str, change: Change, reason: Refused) {
    assert_eq!(changed(text, &[change]), (text.to_owned(), vec![(0, reason)]));
}

#[test]
fn a_key_gets_another_name_in_its_place() {
    let text = "A: # first\n  B: 1 # kept\n  'C': {D: x, \"E\": y}\n";
    check(text, &[rename("A/B", "New")], "A: # first\n  New: 1 # kept\n  'C': {D: x, \"E\": y}\n");
    check(text, &[rename("A/C", "New")], "A: # first\n  B: 1 # kept\n  'New': {D: x, \"E\": y}\n");
    let both = [rename("A", "Z"), rename("A/C/E", "a: b"), set("A/B", "2"), set("A/C/F", "3")];
    check(text, &both, "Z: # first\n  B: 2 # kept\n  'C': {D: x, \"a: b\": y, F: 3}\n");
    check("{\n  \"A\": {\"B\": 1}\n}", &[rename("A", "Z")], "{\n  \"Z\": {\"B\": 1}\n}");
    refused(text, rename("A/B", "C"), Refused::Conflict);
    refused(text, rename("A/X", "Y"), Refused::NotThere);
    refused("A: &a 1\nB: *a\n", rename("B", "C"), Refused::Alias);
    refused("A: !Ref B\n", rename("A/Ref", "C"), Refused::NotAMap);
}

#[test]
fn in_flow_style_new_entries_take_the_places_of_removed_ones() {
    check("{A: 1, B: 2, C: 3}\n", &[remove("B"), set("D", "4")], "{A: 1, D: 4, C: 3}\n");
    check("{A: 1, B: 2, C: 3}\n", &[remove("A"), remove("C"), set("D", "4")], "{B: 2, D: 4}\n");
    let json = "{\n  \"A\": 1,\n  \"B\": {\"x\": 1},\n  \"C\": 3\n}\n";
    check(json, &[remove("A"), remove("B"), set("D", "[4]")], "{\n  \"D\": [\n    4\n  ],\n  \"C\": 3\n}\n");
}

#[test]
fn a_key_is_added_behind_the_last_one() {
    check(
        "Resources:\n  A:\n    Type: T # why\n    # of A\n  # of B\n  B: {}\n",
        &[set("Resources/A/Properties/V/Status", "Enabled")],
        "Resources:\n  A:\n    Type: T # why\n    # of A\n    Properties:\n      V:\n        Status: Enabled\n  # of B\n  B: {}\n",
    );
    check("A: 1", &[set("B", "2")], "A: 1\nB: 2");
    check("\u{feff}---\nA: 1\n", &[set("B", "yes")], "\u{feff}---\nA: 1\nB: 'yes'\n");
    check("A:\n  B: |\n    x\n\n\nC: 1\n", &[set("A/D", "1")], "A:\n  B: |\n    x\n  D: 1\n\n\nC: 1\n");
    check("A:\n  B: |+\n    x\n\nC: 1\n", &[set("A/D", "1")], "A:\n  B: |+\n    x\n\n  D: 1\nC: 1\n");
    check("A:\n- B: 1\n- C: 2\n", &[set("A/0/X", "1"), set("A/1/X", "1")], "A:\n- B: 1\n  X: 1\n- C: 2\n  X: 1\n");
    check("A:\n  B: 1\n\n  C: 2\nD: 3\n", &[set("A/X", "1")], "A:\n  B: 1\n\n  C: 2\n\n  X: 1\nD: 3\n");
}

#[test]
fn maps_that_are_empty_or_absent_are_filled() {
    for nothing in ["Properties:", "Properties: {}", "Properties: !Ref AWS::NoValue", "Properties: ~"] {
        check(
            &format!("R:\n  {nothing} # c\n  Z: 1\n"),
            &[
                set("R/Properties/A/B", "x"),
                set("R/Properties/A/C", "w"),
                append("R/Properties/L", "1"),
                append("R/Properties/L", "2"),
            ],
            "R:\n  Properties: # c\n    A:\n      B: x\n      C: w\n    L:\n      - 1\n      - 2\n  Z: 1\n",
        );
    }
    check("R:\n  P:\n    # only\n  Z: 1\n", &[set("R/P/A", "1")], "R:\n  P:\n    # only\n    A: 1\n  Z: 1\n");
    check("R:\n  P:\n", &[append("R/P", "a")], "R:\n  P:\n    - a\n");
}

#[test]
fn values_are_replaced() {
    check("A: 'x' # c\n", &[set("A", "w")], "A: w # c\n");
    check("A: x # c\nB: 1\n", &[set("A", r#"{"K": ["a", {"b": "c"}]}"#)], "A: # c\n  K:\n    - a\n    - b: c\nB: 1\n");
    check("A:\n  # in\n  B: 1 # in\nC: 2\n", &[set("A", "x")], "A: x\nC: 2\n");
    check("A: | # head\n  x\n  y\nC: 2\n", &[set("A", "x")], "A: x # head\nC: 2\n");
    check("A: [1, 2] # c\nC: 2\n", &[set("A/1", "3")], "A: [1, 3] # c\nC: 2\n");
    check(
        "A: !If [X, false, !Ref AWS::NoValue]\n",
        &[set("A/Fn::If/1", "true"), set("A/Fn::If/2/B", "c")],
        "A: !If [X, true, {B: c}]\n",
    );
    check(
        "A: !If\n  - X\n  - !Ref AWS::NoValue # no\n  - B: 1\n",
        &[set("A/Fn::If/1", "true"), set("A/Fn::If/2/C", "c")],
        "A: !If\n  - X\n  - true # no\n  - B: 1\n    C: c\n",
    );
    check("A: x\nB: !Ref Y\n", &[set("A", r#"{"Fn::GetAtt": ["K", "Arn"]}"#)], "A: !GetAtt K.Arn\nB: !Ref Y\n");
    check("A: x\nB:\n  Ref: Y\n", &[set("A", r#"{"Ref": "K"}"#)], "A:\n  Ref: K\nB:\n  Ref: Y\n");
    check("A: x\n", &[set("A", r#"{"Fn::Base64": {"Fn::Sub": "a: ${B}"}}"#)], "A:\n  Fn::Base64: !Sub 'a: ${B}'\n");
    check("- A: 1\n  B: 2\n- C\n", &[set("0", "x"), set("1", r#"{"D": 1, "E": 2}"#)], "- x\n- D: 1\n  E: 2\n");
}

#[test]
fn items_are_appended() {
    check("A:\n- x\n# of B\nB: 1\n", &[append("A", "w")], "A:\n- x\n- w\n# of B\nB: 1\n");
    check(
        "A:\n  - x # c\n",
        &[append("A", "w"), append("A", r#"{"k": "v", "w": 1}"#)],
        "A:\n  - x # c\n  - w\n  - k: v\n    w: 1\n",
    );
    check("A: ['x', 'y'] # c\n", &[append("A", "z")], "A: ['x', 'y', 'z'] # c\n");
    check("A: [\n  x, # of x\n  y # of y\n]\n", &[append("A", "z")], "A: [\n  x, # of x\n  y, # of y\n  z\n]\n");
    check("A: [x,]\n", &[append("A", "z")], "A: [x, z,]\n");
    check("A: [] # c\n", &[append("A", "z")], "A: # c\n  - z\n");
    check("A: x # c\nB: 1\n", &[append("A", "z")], "A:\n  - x # c\n  - z\nB: 1\n");
    check(
        "S:\n  Effect: Allow # c\n  # d\n  Action:\n    - x\nB: 1\n",
        &[append("S", r#"{"Effect": "Deny"}"#)],
        "S:\n  - Effect: Allow # c\n    # d\n    Action:\n      - x\n  - Effect: Deny\nB: 1\n",
    );
    check("{\"A\": \"x\"}", &[append("A", "z")], "{\"A\": [\"x\", \"z\"]}");
}

#[test]
fn entries_and_items_are_removed_with_what_describes_them() {
    check(
        "A:\n  # all\n\n  # of B\n  B: 1 # c\n  # of C\n  C: 2\n",
        &[remove("A/B")],
        "A:\n  # all\n\n  # of C\n  C: 2\n",
    );
    check("A:\n  B: 1\nC: 2\n", &[remove("A/B")], "A: {}\nC: 2\n");
    check("A: 1\nB: 2", &[remove("B")], "A: 1");
    check("A: 1\nB: 2\n", &[remove("A")], "B: 2\n");
    check("- A: 1 # c\n  # of B\n  B: 2\n", &[remove("0/A")], "- # of B\n  B: 2\n");
    check("A:\n- x\n- y\n- z\n", &[remove("A/0"), remove("A/1")], "A:\n- z\n");
    check("A: {x: 1, y: 2, z: 3}\n", &[remove("A/y")], "A: {x: 1, z: 3}\n");
    check("A: {x: 1, y: 2, z: 3}\n", &[remove("A/z")], "A: {x: 1, y: 2}\n");
    check("A: {x: 1, y: 2, z: 3}\n", &[remove("A/x")], "A: {y: 2, z: 3}\n");
    check("A:\n  B: 1\n\n  C: 2\n\n  D: 3\n", &[remove("A/C")], "A:\n  B: 1\n\n  D: 3\n");
    check("{\n  \"A\": 1,\n  \"B\": 2\n}\n", &[remove("B")], "{\n  \"A\": 1\n}\n");
    check("{\n  \"A\": 1,\n  \"B\": 2\n}\n", &[remove("A")], "{\n  \"B\": 2\n}\n");
    check("{\"A\": 1}", &[remove("A")], "{}");
    check("A: 1\n", &[remove("A")], "{}\n");
}

#[test]
fn json_keeps_its_layout() {
    check(
        "{\n\t\"R\": {\n\t\t\"A\": {\n\t\t\t\"Type\": \"T\"\n\t\t}\n\t}\n}\n",
        &[set("R/A/Properties", r#"{"B": true, "C": [1, {"Ref": "X"}]}"#)],
        "{\n\t\"R\": {\n\t\t\"A\": {\n\t\t\t\"Type\": \"T\",\n\t\t\t\"Properties\": {\n\t\t\t\t\"B\": true,\n\t\t\t\t\"C\": [\n\t\t\t\t\t1,\n\
         \t\t\t\t\t{\"Ref\": \"X\"}\n\t\t\t\t]\n\t\t\t}\n\t\t}\n\t}\n}\n",
    );
    check("{\"A\":{\"B\":1}}", &[set("A/C", r#"{"D":2,"E":[1,2]}"#)], "{\"A\":{\"B\":1,\"C\":{\"D\":2,\"E\":[1,2]}}}");
    check("{\n  \"A\" : {}\n}", &[set("A/C", "x")], "{\n  \"A\" : {\n    \"C\" : \"x\"\n  }\n}");
    check(
        "{\n  \"A\": 1, // no\n}".replace("// no", "# c").as_str(),
        &[set("B", "2")],
        "{\n  \"A\": 1, # c\n  \"B\": 2,\n}",
    );
}

#[test]
fn shared_parts_are_never_edited() {
    let text = "X: &x\n  K: 1\nY: *x\nZ:\n  <<: *x\n  L: 2\nW: &w 1\n";
    refused(text, set("X/K", "2"), Refused::Anchor);
    refused(text, set("X/M", "2"), Refused::Anchor);
    refused(text, remove("X"), Refused::Anchor);
    refused(text, set("Y/K", "2"), Refused::Alias);
    refused(text, set("Z/K", "2"), Refused::Merge);
    refused(text, remove("Z/L"), Refused::Merge);
    refused(text, set("W", "2"), Refused::Anchor);
    check(text, &[set("Z/L", "3"), set("Z/O", "4")], "X: &x\n  K: 1\nY: *x\nZ:\n  <<: *x\n  L: 3\n  O: 4\nW: &w 1\n");
    check("A: [&a x, *a, y]\n", &[set("A/2", "z")], "A: [&a x, *a, z]\n");
    refused("A: [&a x, &b y, *a, *b]\n", set("A/3", "z"), Refused::Anchor);
}

#[test]
fn contradictions_wait() {
    let text = "A:\n  B: 1\n";
    let (edited, refused) = changed(
        text,
        &[set("A/B", "2"), set("A/B", "3"), remove("A"), set("A/C/D", "1"), set("A/C", "x"), set("A/B", "2")],
    );
    assert_eq!(edited, "A:\n  B: 2\n  C:\n    D: 1\n");
    assert_eq!(refused, [(1, Refused::Conflict), (2, Refused::Conflict), (4, Refused::Conflict)]);
}

/// The templates of the project.
fn templates() -> Vec<(String, String)> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut templates = Vec::new();
    for folder in ["fixtures", "examples", "tests/sam", "tests/engine/syntax/templates"] {
        for entry in walkdir::WalkDir::new(root.join(folder)).sort_by_file_name().into_iter().flatten() {
            let is_template =
                entry.path().extension().is_some_and(|end| ["json", "yaml", "yml"].iter().any(|known| end == *known));
            if let Ok(text) = std::fs::read_to_string(entry.path())
                && is_template
            {
                templates.push((entry.path().display().to_string(), text));
            }
        }
    }
    templates
}

/// Numbers that look random, from a seed.
fn choices(mut state: u64) -> impl FnMut(usize) -> usize {
    // SplitMix64.
    move |below| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % below.max(1) as u64) as usize
    }
}

#[test]
fn templates_are_edited_as_asked() {
    let (mut asked, mut unusual) = (0, 0);
    for (number, (name, text)) in templates().into_iter().enumerate().filter(|(_, (_, text))| text.len() < 50_000) {
        for seed in 0..8 {
            println!("{name} {seed}");
            let Some((changes, edited)) = fuzzed::edit::random(&text, &mut choices((number as u64) << 32 | seed << 20))
            else {
                break;
            };
            asked += changes.len();
            for (number, reason) in &edited.refused {
                // For example, a part of `!GetAtt A.B`.
                if *reason == Refused::Unusual {
                    println!("{:?}", changes[*number]);
                    unusual += 1;
                }
            }
        }
    }
    assert!(unusual * 100 < asked, "{unusual} of {asked}");
}

/// What it takes is in `benches/parse.rs`.
#[test]
fn many_changes_are_made_together() {
    let count = 4000;
    let line = |number: usize| format!("  R{number}:\n    Properties:\n      A: 1\n");
    let text = format!("Resources:\n{}", (0..count).map(line).collect::<String>());
    let mut changes: Vec<Change> =
        (0..count).map(|number| set(&format!("Resources/R{number}/Properties/B/C"), "x")).collect();
    changes.extend((0..count).map(|number| set(&format!("Resources/N{number}/Type"), "T")));
    changes.extend((0..count).map(|number| append("Resources/R0/Properties/L", &format!("i{number}"))));
    let (after, refused) = changed(&text, &changes);
    assert_eq!(refused, []);
    assert_eq!(after.matches("C: x").count(), count);
}

#[test]
fn the_last_member_goes_while_another_is_added() {
    check(
        "{\n  \"R\": {\n    \"A\": 1,\n    \"B\": true\n  }\n}\n",
        &[remove("R/B"), set("R/C", "[1]")],
        "{\n  \"R\": {\n    \"A\": 1,\n    \"C\": [\n      1\n    ]\n  }\n}\n",
    );
    check("{\"R\": {\"A\": 1, \"B\": true}}", &[remove("R/B"), set("R/C", "2")], "{\"R\": {\"A\": 1, \"C\": 2}}");
    check("{\"R\": {\"A\": 1, \"B\": true}}", &[remove("R/A"), set("R/C", "2")], "{\"R\": {\"C\": 2, \"B\": true}}");
    check(
        "R: {A: 1, B: 2, C: 3, D: 4}\n",
        &[remove("R/A"), remove("R/C"), remove("R/D"), set("R/E", "5"), set("R/F", "6")],
        "R: {B: 2, E: 5, F: 6}\n",
    );
    check("R: [1, 2, 3]\n", &[remove("R/2"), append("R", "4")], "R: [1, 2, 4]\n");
}

/// What proves edits in a report reads the entries that change, in however many sections, and nothing else.
#[test]
fn edits_in_reports_are_proven_by_what_changes() {
    let long = "x".repeat(5000);
    let yaml = format!(
        "Parameters:\n  P:\n    Type: String\nResources:\n  A:\n    Type: T\n    Properties:\n      Long: {long}\n      Name: a\n\
         \x20     Inner:\n        B: 1 # one\n        C: 2\n  D:\n    Properties:\n      Long: {long}\n      Name: d\nOutputs: {{}}\n"
    );
    let json = syntax::read(&yaml, SourceId(0)).unwrap().root.to_json();
    let json = serde_json::to_string_pretty(&json).unwrap();
    let changes = [
        set("Parameters/Q/Type", "String"),
        set("Resources/A/Properties/Name", "a2"),
        set("Resources/A/Properties/Inner/B", "3"),
        set("Resources/D/Properties/Name", "d2"),
        set("Resources/D/Properties/More", "1"),
    ];
    for text in [&yaml, &json] {
        let document = syntax::read(text, SourceId(0)).unwrap();
        let shown = Text::new(text, &document);
        let edited = shown.edits(&changes);
        assert_eq!(edited, edits(text, &document, &changes));
        assert_eq!((edited.refused.len(), shown.whole_proofs()), (0, 0), "{text}");
        assert!(shown.bytes_read() < 500, "{}", shown.bytes_read());
        // A new section and changes far from it.
        let edited = shown.edits(&[set("Conditions/X", "1"), set("Resources/A/Properties/Name", "a3")]);
        assert_eq!((edited.refused.len(), shown.whole_proofs()), (0, 0), "{text}");
    }
}

/// A value moves into a new section, and what is around it goes.
fn moving(from: &str, with: &str, is: &str) -> [Change; 2] {
    let moved = Moved { from: path(from), with: path(with), value: value(is), text: None };
    [Change { path: path("New/Here"), action: Action::Set(Value::Moved(Box::new(moved))) }, remove(with)]
}

#[test]
fn a_comment_moves_with_a_value_once_or_the_value_stays() {
    check("A:\n  B: x # 1\n  C: y\n", &moving("A/B", "A/B", "x"), "A:\n  C: y\nNew:\n  Here: x # 1\n");
    // A comment below the only entry stays where the entry was, so the value does not move: what is refused is not made.
    let (edited, refused) = changed("K:\n K: ''\n  # 1\nL: x\n", &moving("K/K", "K/K", "\"\""));
    assert_eq!((edited.as_str(), refused), ("K: {}\n  # 1\nL: x\n", vec![(0, Refused::Unusual)]));
}
