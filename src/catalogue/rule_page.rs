//! One rule in full, as Markdown.

use super::remedy::Remedy;
use super::wrap::wrapped;
use super::{capitalized, cell};
use crate::rules::load::{RuleEntry, controls, unmark};
use crate::rules::meta::{Control, FalseAlarms, RuleKind, RuleProse};
use crate::rules::rule::Example;

/// The page of a rule for a reader who has neither its file nor the other pages, which are below an address.
pub fn rule_page_alone(entry: &RuleEntry, documents: &str) -> String {
    let page = rule_page(entry);
    let text = page.split_once("-->\n").map_or(page.as_str(), |(_, text)| text);
    text.replace("](../", &format!("]({documents}/"))
}

/// The page of a rule in the folder of such pages.
pub fn rule_page(entry: &RuleEntry) -> String {
    let meta = &entry.meta;
    let prose = entry.prose();
    let targets: Vec<String> = entry.targets.iter().map(|target| format!("`{}`", target.name())).collect();
    let kind = match meta.kind {
        RuleKind::Safeguard => "",
        RuleKind::Supporting => {
            "| Kind | [supporting](../rule-language.md): a check that passes does not show a safeguard |\n"
        }
    };
    let judgments = judgments(&prose);
    let mut page = format!(
        "<!-- Generated from the rule's file in rules/. Edit that file. -->\n# {}\n\n`{}`\n\n| | |\n| --- | --- |\n\
         | Level | {} |\n| Severity | {} |\n{judgments}{kind}| Profiles | {} |\n| Checks | {} |\n",
        meta.title,
        meta.id,
        meta.level.name(),
        meta.severity.name(),
        if meta.profiles.is_empty() { "all".to_owned() } else { meta.profiles.join(", ") },
        targets.join(", ")
    );
    for (heading, text) in [("Why", &prose.why), ("How to fix it", &prose.remediation)] {
        if !text.trim().is_empty() {
            page.push_str(&format!("\n## {heading}\n\n{}\n", text.trim()));
        }
    }
    let cited: Vec<&Control> =
        meta.controls.iter().filter_map(|id| controls().iter().find(|control| control.id == *id)).collect();
    if !cited.is_empty() {
        page.push_str("\n## HIPAA Security Rule, 45 CFR Part 164\n\n| citation | safeguard | |\n| --- | --- | --- |\n");
    }
    for Control { id, title, requirement, .. } in cited {
        page.push_str(&format!("| {id} | {} | {} |\n", cell(title), requirement.name()));
    }
    page.push_str(&parameters(entry));
    let examples = entry.examples();
    let remedy = Remedy::of(entry);
    let fixed = remedy.as_ref().and_then(|remedy| examples.fail.get(remedy.example));
    // An example with its fix or patch shows most.
    let patched = || examples.fail.iter().find(|example| example.patch.is_some());
    if let Some(example) = fixed.or_else(patched).or(examples.fail.first()) {
        page.push_str(&format!("\n## Example that fails\n\n{}:\n\n{}", capitalized(&example.name), template(example)));
        match &remedy {
            Some(remedy) => page.push_str(&fix(remedy)),
            None => page.push_str("\n`hipaalint --fix` has no fix for this rule: make the change by hand.\n"),
        }
        if remedy.is_none()
            && let Some(patch) = example.patch.as_ref().and_then(|patch| serde_yaml::to_string(patch).ok())
        {
            page.push_str(&format!(
                "\nThis merge patch fixes it (`null` removes a key):\n\n```yaml\n{}\n```\n",
                patch.trim_end()
            ));
        }
    }
    if let Some(example) = examples.pass.first() {
        page.push_str(&format!("\n## Example that passes\n\n{}:\n\n{}", capitalized(&example.name), template(example)));
    }
    if !meta.aliases.is_empty() {
        page.push_str("\n## Names in other tools\n\n| tool | names |\n| --- | --- |\n");
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
    wrapped(&page)
}

/// The fix of the example.
fn fix(remedy: &Remedy) -> String {
    let mut text = "\n`hipaalint --fix` fixes it:\n\n".to_owned();
    for (applicability, description) in &remedy.fixes {
        text.push_str(&format!("- {}: {}\n", applicability.name(), description.replace('\n', " ")));
    }
    if !remedy.diff.is_empty() {
        let lines: String = remedy.diff.iter().map(|line| line.text() + "\n").collect();
        text.push_str(&format!("\n```diff\n{lines}```\n"));
    }
    text
}

/// The judgments that decide the rule's profiles, as far as its file states them.
fn judgments(prose: &RuleProse) -> String {
    let harm = Some(prose.harm.as_str()).filter(|harm| !harm.is_empty());
    let alarms = prose.false_alarms.map(FalseAlarms::name);
    let gate = prose.gate.map(|gate| if gate { "can demand the fix" } else { "cannot demand the fix" });
    let rows = [("Harm", harm), ("[False alarms](../core.md)", alarms), ("[Gate](../core.md)", gate)];
    let rows = rows.into_iter().filter_map(|(name, text)| Some(format!("| {name} | {} |\n", cell(text?))));
    rows.collect()
}

/// The rule's parameters, if it has any.
fn parameters(entry: &RuleEntry) -> String {
    let Ok(rule) = entry.rule() else { return String::new() };
    if rule.settings.is_empty() {
        return String::new();
    }
    let mut table = "\n## Parameters\n\n| name | description | default |\n| --- | --- | --- |\n".to_owned();
    for (name, values) in &rule.settings {
        let description = rule.descriptions.get(name).map_or("", String::as_str);
        table.push_str(&format!("| `{name}` | {} | {} |\n", cell(description), cell(&values.join(", "))));
    }
    table
}

/// A template as a block of code, with arrows for its marks.
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
            block.push_str(&format!("  {mark} ← finding"));
        }
        block.push('\n');
    }
    block.push_str("```\n");
    block
}
