//! Texts that are made to hurt: they end soon, on a small stack, with a clear error or a value.

use hipaalint::source::SourceId;
use hipaalint::syntax::{self, Document, MAX_ALIAS_NODES, MAX_DEPTH, SyntaxError, max_alias_nodes};
use std::time::{Duration, Instant};

/// The stack of rayon's workers. Tests run unoptimised, where frames are largest.
const STACK: usize = 2 << 20;
/// Far more than any of these needs, even unoptimised and beside other work; quadratic time would need hours.
const PATIENCE: Duration = Duration::from_secs(60);

type Reader = for<'t> fn(&'t str, SourceId) -> Result<Document<'t>, SyntaxError>;
const READERS: [(&str, Reader); 3] =
    [("json", syntax::json::parse), ("yaml", syntax::yaml::parse), ("either", syntax::parse)];

/// What became of a text: nothing, or the message.
fn outcome(name: &str, reader: Reader, text: &str) -> Result<(), String> {
    let started = Instant::now();
    let outcome = reader(text, SourceId(0)).map(drop);
    assert!(started.elapsed() < PATIENCE, "{name}: {:?}", started.elapsed());
    outcome.map_err(|error| {
        assert!(error.span.start <= error.span.end && error.span.end as usize <= text.len(), "{name}: {error:?}");
        assert!(error.message.len() < 500 && error.help.len() < 500, "{name}: a short message");
        error.message
    })
}

fn on_a_small_stack(test: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(test).expect("a thread");
    thread.join().expect("neither a panic nor an overflow");
}

#[test]
fn endless_nesting_is_an_error() {
    on_a_small_stack(|| {
        let too_deep = Err(format!("lists and maps are nested more than {MAX_DEPTH} levels deep"));
        for (unit, bytes) in [("[", 50 << 20), ("{\"a\":", 5 << 20), ("[{\"a\":[", 5 << 20)] {
            let text = unit.repeat(bytes / unit.len());
            for (name, reader) in READERS {
                assert_eq!(outcome(name, reader, &text), too_deep, "{name}: {unit}");
            }
        }
        for unit in ["- ", "- - ", "!Not [", "{a: ", "[? "] {
            let text = unit.repeat(1_000_000);
            assert_eq!(outcome("yaml", syntax::yaml::parse, &text), too_deep, "{unit}");
        }
        let staircase: String = (0..2000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
        assert_eq!(outcome("yaml", syntax::yaml::parse, &staircase), too_deep);
    });
}

#[test]
fn the_deepest_tree_that_is_allowed_can_be_used() {
    on_a_small_stack(|| {
        let half = MAX_DEPTH / 2;
        for text in [
            format!("{}1{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH)),
            format!("{}1{}", "[{\"a\":".repeat(half), "}]".repeat(half)),
            format!("{}1{}", "!Not [".repeat(half), "]".repeat(half)),
        ] {
            let document = syntax::parse(&text, SourceId(0)).expect("deep, but allowed");
            let copy = document.root.clone();
            assert_eq!(copy, document.root);
            assert!(format!("{copy:?}").len() > MAX_DEPTH);
        }
    });
}

#[test]
fn a_billion_laughs_are_refused() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for n in 1..12 {
        text += &format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 9].join(", "));
    }
    let too_much = |text: &str| Err(format!("the aliases expand to more than {} values", max_alias_nodes(text.len())));
    assert_eq!(outcome("laughs", syntax::yaml::parse, &text), too_much(&text));

    // One large text, many times: few nodes, but many bytes. Folded lines cannot be borrowed.
    let lines = "  word\n".repeat(100_000);
    let text = format!("a: &a >\n{lines}b: [{}]\n", vec!["*a"; 10_000].join(", "));
    assert_eq!(outcome("text", syntax::yaml::parse, &text), too_much(&text));

    // Merges copy too.
    let entries: String = (0..1000).map(|n| format!("  k{n}: {n}\n")).collect();
    let merges: String = (0..1000).map(|n| format!("m{n}: {{<<: *a}}\n")).collect();
    let text = format!("a: &a\n{entries}{merges}");
    assert_eq!(outcome("merges", syntax::yaml::parse, &text), too_much(&text));

    // What is added follows from the length of the text.
    assert!(max_alias_nodes(0) < MAX_ALIAS_NODES);
    for (merges, fits) in [(100, true), (200, false), (1000, false)] {
        let entries: String = (0..merges).map(|n| format!("k{n}: 1, ")).collect();
        let text: String = (0..merges).map(|n| format!("m{n}: {{<<: *a}}\n")).collect();
        let text = format!("a: &a {{{entries}}}\n{text}");
        let expected = if fits { Ok(()) } else { too_much(&text) };
        assert_eq!(outcome("merges", syntax::yaml::parse, &text), expected, "{merges}");
    }

    // A large anchored value that nobody refers to is no bomb.
    let items = "- [1, 2, 3]\n".repeat(100_000);
    assert_eq!(outcome("unused", syntax::yaml::parse, &format!("&all\n{items}")), Ok(()));
}

#[test]
fn much_of_anything_takes_linear_time() {
    const BYTES: usize = 1 << 18;
    for (start, unit, end) in [
        ("\"", "a", "\""),
        ("\"", "\\n", "\""),
        ("\"", "a", ""),
        ("", "\"", ""),
        ("'", "''", "'"),
        ("[", "1,", "1]"),
        ("[", "1", "]"),
        ("[", "{},", "1]"),
        ("{", "\"k\":1,", "\"k\":2}"),
        ("", " ", ""),
        ("", "\n", ""),
        ("", "\t", ""),
        ("", "#\n", ""),
        ("a:\n", "#\n", "  b: 1\n"),
        ("a: |\n", "  x\n", ""),
        ("a: >\n", "  x\n\n", ""),
        ("a: x\n", "  y\n", ""),
        ("", "- a\n", ""),
        ("", "-\n", ""),
        ("", "- |\n", ""),
        ("a:\n", "-\n", ""),
        ("", "- 010\n", ""),
        ("", "- !a x\n", ""),
        ("", "- &a x\n", ""),
        ("- !", "a", " x"),
        ("- 0", "7", ""),
        ("- ", "1_", ""),
        ("[", "a: ", "]"),
        ("{", "a, ", "}"),
        ("", "---\n", ""),
        ("", "? ", ""),
        ("", ": ", ""),
        ("", "é", ""),
        ("a: ", "'x\ny'\nb: ", ""),
        ("a: ", "'x\nb: ", ""),
        ("[", "-,", "]"),
        ("[", "'x\n\ty',", "]"),
        ("[", "'x',#\n", "]"),
        ("- ", "'x'#\n- ", ""),
    ] {
        let text = format!("{start}{}{end}", unit.repeat(BYTES / unit.len()));
        for (name, reader) in READERS {
            let _ = outcome(&format!("{name} {start:?} {unit:?}"), reader, &text);
        }
    }
    let keys: String = (0..50_000).map(|n| format!("k{n}: &a{n} {{x: 1}}\n")).collect();
    assert_eq!(outcome("keys", syntax::yaml::parse, &keys), Ok(()));
    let keys: Vec<String> = (0..100_000).map(|n| format!("\"k{n}\":1")).collect();
    assert_eq!(outcome("keys", syntax::json::parse, &format!("{{{}}}", keys.join(","))), Ok(()));
}

#[test]
fn notes_are_bounded() {
    let document = syntax::yaml::parse(&"- 010\n".repeat(10_000), SourceId(0)).map(|document| document.notes.len());
    assert_eq!(document, Ok(100));
}
