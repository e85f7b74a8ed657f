//! Every alias is what another tool really calls a check of its own: templates waive our rules by these names.

use super::files::pack;
use std::collections::BTreeSet;

/// The tools whose checks are written down, with their ids: those of `tests/data/peers.csv`, and of the inventory.
fn known() -> BTreeSet<(&'static str, &'static str)> {
    const PEERS: &str = include_str!("../data/peers.csv");
    const INVENTORY: &str = include_str!("../data/inventory.csv");
    let peers = PEERS.lines().filter(|line| !line.starts_with('#')).skip(1).map(|line| {
        let mut cells = line.splitn(3, ',');
        let (tool, id, what) = (cells.next().unwrap(), cells.next().unwrap(), cells.next().unwrap());
        assert!(!what.is_empty(), "{line}: says not what is checked");
        (tool, id)
    });
    let inventory = INVENTORY.lines().skip(1).flat_map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        [("aws-config", cells[0]), ("cfn-guard", cells[2]), ("cdk-nag", cells[3]), ("cfn-nag", cells[4])]
    });
    let inventory = inventory.flat_map(|(tool, ids)| ids.split(';').map(move |id| (tool, id.trim())));
    peers.chain(inventory).collect()
}

#[test]
fn every_alias_exists() {
    let known = known();
    let tools: BTreeSet<&str> = known.iter().map(|(tool, _)| *tool).collect();
    assert_eq!(tools, ["aws-config", "cdk-nag", "cfn-guard", "cfn-lint", "cfn-nag", "checkov", "trivy"].into());
    let rules = pack();
    let mut asked = 0;
    let mut complaints = Vec::new();
    for entry in rules.entries() {
        for (tool, ids) in &entry.meta.aliases {
            for (index, id) in ids.iter().enumerate() {
                asked += 1;
                if !known.contains(&(tool.as_str(), id.as_str())) {
                    complaints.push(format!("{}: {tool} has no check {id}", entry.meta.id));
                }
                if ids[..index].contains(id) {
                    complaints.push(format!("{}: {tool}'s {id} is named twice", entry.meta.id));
                }
            }
        }
    }
    assert!(asked > 500, "only {asked} aliases were asked");
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}
