//! Every check of AWS Config that AWS, cfn-guard's registry or cdk-nag count under HIPAA is answered: by a rule that names it
//! among its aliases, with its names in the other tools, or by the list of what only a running account can answer.

use super::files::pack;
use hipaalint::rules::load::runtime_checks;

/// A row of `tests/data/inventory.csv`: AWS Config's name, `yes`, `partly` or `runtime`, names in cfn-guard, cdk-nag, cfn_nag.
struct Row<'a> {
    config: &'a str,
    answer: &'a str,
    names: Vec<(&'static str, &'a str)>,
}

fn rows() -> Vec<Row<'static>> {
    const INVENTORY: &str = include_str!("../data/inventory.csv");
    let row = |line: &'static str| {
        let cells: Vec<&str> = line.split(',').collect();
        let tools = ["cfn-guard", "cdk-nag", "cfn-nag"].into_iter().zip(&cells[2..]);
        let names = tools.flat_map(|(tool, names)| names.split(';').map(move |name| (tool, name.trim())));
        Row { config: cells[0], answer: cells[1], names: names.filter(|(_, name)| !name.is_empty()).collect() }
    };
    INVENTORY.lines().skip(1).map(row).collect()
}

#[test]
fn every_row_is_answered() {
    let rules = pack();
    let mut complaints = Vec::new();
    let rows = rows();
    assert!(rows.len() > 150, "only {} rows were read", rows.len());
    for Row { config, answer, names } in &rows {
        let has = |tool: &str, name: &str| {
            rules
                .entries()
                .iter()
                .any(|entry| entry.meta.aliases.get(tool).is_some_and(|own| own.iter().any(|own| own == name)))
        };
        let is_listed = runtime_checks().iter().any(|check| check.id == *config);
        match (*answer == "runtime", has("aws-config", config), is_listed) {
            (true, false, false) => complaints.push(format!("{config} is not in rules/runtime.yaml")),
            (true, true, true) => complaints.push(format!("{config} is both a rule's alias and in rules/runtime.yaml")),
            (false, false, _) => complaints.push(format!("{config} is no rule's alias")),
            (false, true, true) => {
                complaints.push(format!("{config} has a rule and is in rules/runtime.yaml all the same"))
            }
            _ => {}
        }
        if *answer != "runtime" {
            complaints.extend(
                names
                    .iter()
                    .filter(|(tool, name)| !has(tool, name))
                    .map(|(tool, name)| format!("{tool}'s {name} is no rule's alias")),
            );
        }
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}
