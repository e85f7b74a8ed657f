//! The page for auditors: complete, accessible, with nothing in it that runs or is fetched.

use crate::report::markup::{Element, parse};
use crate::report::runs::{Run, everything, injecting, many, one_long_line, whole, without_version};
use hipaalint::report::html;
use std::collections::{BTreeMap, BTreeSet};

const STYLE: &str = include_str!("../../../src/report/html/style.css");

fn page(run: &Run) -> String {
    run.text(html::write)
}

#[test]
fn auditors_see_everything() {
    let page = page(&whole());
    let (_, body) = page.split_once("</style>").unwrap();
    insta::assert_snapshot!(without_version(body));
}

#[test]
fn auditors_see_that_nothing_was_found() {
    let mut run = Run::default();
    run.source("a.yaml", "Resources:\n");
    let page = parse(&page(&run.counted()));
    let text = page.whole_text();
    assert!(text.contains("No findings: all 20 checks passed"), "{text}");
    let sections: Vec<_> = page.named("section").iter().filter_map(|section| section.attribute("id")).collect();
    assert_eq!(sections, ["overview", "safeguards", "scope"]);
}

fn runs() -> [Run; 6] {
    [whole(), everything(), injecting(), one_long_line(), many(), Run::default()]
}

/// Nothing runs, nothing is fetched, nothing is sent.
#[test]
fn a_page_stands_alone() {
    for run in runs() {
        let root = parse(&page(&run));
        for element in root.all() {
            assert!(
                !["script", "link", "img", "iframe", "object", "embed", "base", "form", "video", "audio", "use"]
                    .contains(&element.name.as_str()),
                "{}",
                element.name
            );
            for (name, value) in &element.attributes {
                assert!(
                    !name.starts_with("on") && !["src", "style", "srcdoc", "data"].contains(&name.as_str()),
                    "{name}"
                );
                let is_local = value.starts_with('#') && !value[1..].contains(' ');
                assert!(name != "href" || is_local || value.starts_with("https://"), "{value}");
            }
        }
    }
    for fetches in ["url(", "@import", "expression(", "</"] {
        assert!(!STYLE.contains(fetches), "{fetches}");
    }
}

#[test]
fn what_templates_say_is_text() {
    let run = injecting();
    let root = parse(&page(&run));
    let text = root.whole_text();
    let name = "<script>alert('1')</script>]]>&amp;|`**b**` [x](javascript:1) @everyone #1␀\u{fffd}\u{fffd}";
    // In the source, the head, the subject, the parameters: as it is written.
    assert!(text.matches(name).count() >= 6, "{text}");
    assert!(text.contains("</pre>,:%<b>.yaml:2:3"));
}

/// What screen readers and keyboards need.
#[test]
fn a_page_is_accessible() {
    for run in runs() {
        let root = parse(&page(&run));
        assert_eq!(root.attribute("lang"), Some("en"));
        let all = root.all();
        let ids: Vec<&str> = all.iter().filter_map(|element| element.attribute("id")).collect();
        let known: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), known.len(), "an id twice");
        for element in &all {
            let targets =
                ["aria-labelledby", "aria-describedby"].into_iter().filter_map(|name| element.attribute(name));
            let links = element.attribute("href").and_then(|href| href.strip_prefix('#'));
            for target in targets.chain(links) {
                assert!(known.contains(target), "#{target} is nowhere");
            }
            let is_named = ["aria-label", "aria-labelledby"].iter().any(|name| element.attribute(name).is_some());
            match element.name.as_str() {
                "svg" => assert!(element.attribute("role") == Some("img") && is_named),
                "nav" | "section" => assert!(is_named, "a landmark without a name"),
                "table" => assert_table(element),
                "a" | "summary" | "th" | "h2" | "h3" | "h4" => assert!(!element.whole_text().trim().is_empty()),
                _ => {}
            }
        }
        for landmark in ["h1", "main", "nav", "header", "footer", "title"] {
            let number = all.iter().filter(|element| element.name == landmark).count();
            // Squares of the chart have titles, too.
            assert!(number == 1 || (landmark == "title" && number > 1), "{number} {landmark}");
        }
        let mut level = 0;
        for heading in all.iter().filter(|element| ["h1", "h2", "h3", "h4"].contains(&element.name.as_str())) {
            let own: usize = heading.name[1..].parse().unwrap();
            assert!(own <= level + 1, "{} after h{level}", heading.name);
            level = own;
        }
    }
}

/// Every row has a cell for each head.
fn assert_table(table: &Element) {
    let rows = table.named("tr");
    let heads = rows[0].named("th");
    assert!(heads.iter().all(|head| head.attribute("scope") == Some("col")));
    for row in &rows[1..] {
        let cells: Vec<_> = row.children.iter().filter(|cell| ["td", "th"].contains(&cell.name.as_str())).collect();
        assert_eq!(cells.len(), heads.len());
        assert!(cells.iter().all(|cell| cell.name == "td" || cell.attribute("scope") == Some("row")));
    }
}

/// The numbers of the overview add up to those of the sections.
#[test]
fn numbers_agree() {
    let root = parse(&page(&whole()));
    let of = |id: &str| {
        let section = root.all().into_iter().find(|element| element.attribute("id") == Some(id)).unwrap();
        (
            section.named("tr").len(),
            section
                .named("li")
                .iter()
                .filter(|item| item.attribute("class").is_some_and(|class| class.starts_with("finding ")))
                .count(),
        )
    };
    // Four findings; one suppressed and one in the baseline; one undecided; with a head for each table.
    assert_eq!((of("findings").1, of("suppressed").0, of("baseline").0, of("undecided").0), (4, 2, 2, 2));
    let bar = root.named("svg")[0];
    let label = "1,214 checks: 2 failed (error), 1 failed (warning), 1 failed (note), 1 in the baseline, 1 suppressed, \
                 1 undecided, 1,207 passed";
    assert_eq!(bar.attribute("aria-label"), Some(label));
    let widths: usize =
        bar.named("rect").iter().map(|part| part.attribute("width").unwrap().parse::<usize>().unwrap()).sum();
    assert_eq!(widths, 1_000);
}

/// The colors of a part of the style sheet, by name.
fn palette(part: &str) -> BTreeMap<&str, [f64; 3]> {
    let colors = part.lines().filter_map(|line| line.trim().strip_prefix("--")?.strip_suffix(';')?.split_once(": #"));
    let channel = |hex: &str, at: usize| f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
    colors.map(|(name, hex)| (name, [0, 2, 4].map(|at| channel(hex, at)))).collect()
}

/// The contrast of two colors (WCAG 2.2, contrast ratio and relative luminance).
fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
    let linear = |c: f64| if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) };
    let luminance = |[r, g, b]: [f64; 3]| 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn contrast_is_that_of_the_guidelines() {
    assert!((contrast([0.0; 3], [1.0; 3]) - 21.0).abs() < 0.001);
    let mut palettes = 0;
    for part in STYLE.split(":root {").skip(1) {
        let (part, _) = part.split_once('}').unwrap();
        let colors = palette(part);
        let least = |least: f64, on: &[&str], names: &[&str]| {
            for (ground, name) in on.iter().flat_map(|ground| names.iter().map(move |name| (ground, name))) {
                let ratio = contrast(colors[name], colors[ground]);
                assert!(ratio >= least, "{name} on {ground} has {ratio:.2}");
            }
        };
        // Text; text in the color of the ground, on marks; borders of what is not to be overlooked.
        least(4.5, &["page", "surface", "sunken"], &["text", "muted", "link"]);
        least(
            4.5,
            &["page", "surface"],
            &["failed", "warned", "noted", "passed", "suppressed", "baseline", "undecided"],
        );
        least(4.5, &["marked"], &["text"]);
        least(3.0, &["surface"], &["none"]);
        least(3.0, &["sunken"], &["failed", "warned", "noted"]);
        palettes += 1;
    }
    assert_eq!(palettes, 3, "light, dark and printed");
}
