//! One rule in full, as Markdown.

use super::cell;
use crate::rules::load::{RuleEntry, controls, unmark};
use crate::rules::rule::Example;

/// The page of a rule.
pub fn rule_page(entry: &RuleEntry) -> String {
    let meta = &entry.meta;
    let prose = entry.prose();
    let targets: Vec<String> = entry.targets.iter().map(|target| format!("`{}`", target.name())).collect();
    let mut page = format!(
        "<!-- Written from the rule's file in rules/: change that. -->\n# {}\n\n`{}`\n\n| | |\n| --- | --- |\n\
         | Level | {} |\n| Profiles | {} |\n| Looks at | {} |\n",
        meta.title,
        meta.id,
        meta.level.name(),
        meta.profiles.join(", "),
        targets.join(", ")
    );
    page.push_str(&format!("\n## Why\n\n{}\n\n## How to mend it\n\n{}\n", prose.why.trim(), prose.remediation.trim()));
    page.push_str("\n## HIPAA Security Rule, 45 CFR Part 164\n\n| citation | | |\n| --- | --- | --- |\n");
    for id in &meta.controls {
        if let Some(control) = controls().iter().find(|control| control.id == *id) {
            page.push_str(&format!("| {id} | {} | {} |\n", cell(&control.title), control.requirement.name()));
        }
    }
    page.push_str(&parameters(entry));
    let examples = entry.examples();
    // An example with its mend shows most.
    let failing = examples.fail.iter().find(|example| example.patch.is_some()).or(examples.fail.first());
    if let Some(example) = failing {
        page.push_str(&format!("\n## Fails: {}\n\n{}", example.name, template(example)));
        if let Some(mend) = example.patch.as_ref().and_then(|mend| serde_yaml::to_string(mend).ok()) {
            page.push_str(&format!("\nMended by merging (`null` takes away):\n\n```yaml\n{}\n```\n", mend.trim_end()));
        }
    }
    if let Some(example) = examples.pass.first() {
        page.push_str(&format!("\n## Passes: {}\n\n{}", example.name, template(example)));
    }
    if !meta.aliases.is_empty() {
        page.push_str("\n## In other tools\n\n| tool | names |\n| --- | --- |\n");
        for (tool, names) in &meta.aliases {
            page.push_str(&format!("| {tool} | `{}` |\n", names.join("`, `")));
        }
    }
    if !prose.references.is_empty() {
        page.push_str("\n## References\n\n");
        for address in &prose.references {
            page.push_str(&format!("- <{address}>\n"));
        }
    }
    page
}

/// The rule's parameters, if it has any.
fn parameters(entry: &RuleEntry) -> String {
    let Ok(rule) = entry.rule() else { return String::new() };
    if rule.settings.is_empty() {
        return String::new();
    }
    let mut table = "\n## Parameters\n\n| name | what it is for | default |\n| --- | --- | --- |\n".to_owned();
    for (name, values) in &rule.settings {
        let description = rule.descriptions.get(name).map_or("", String::as_str);
        table.push_str(&format!("| `{name}` | {} | {} |\n", cell(description), cell(&values.join(", "))));
    }
    table
}

/// A template as a block of code, with what stands for its marks.
fn template(example: &Example) -> String {
    let (text, marks) = unmark(example);
    let (language, mark) = if text.trim_start().starts_with('{') { ("jsonc", "//") } else { ("yaml", "#") };
    let mut block = String::new();
    for (name, value) in &example.parameters {
        block.push_str(&format!("With parameter `{name}` = `{value}`:\n\n"));
    }
    block.push_str(&format!("```{language}\n"));
    for (line, number) in text.lines().zip(1..) {
        block.push_str(line);
        if marks.iter().any(|mark| mark.line == number) {
            block.push_str(&format!("  {mark} ← here"));
        }
        block.push('\n');
    }
    block.push_str("```\n");
    block
}
