//! Colour: only where it is wanted.

use crate::support::{BAD, Folder, ran};

const ESCAPE: char = '\u{1b}';

#[test]
fn a_pipe_gets_no_colour() {
    let folder = Folder::with(&[("bad.yaml", BAD)]);
    let coloured = |arguments: &[&str], environment: &[(&str, &str)]| {
        let mut command = folder.command(&[&["bad.yaml"], arguments].concat());
        ran(command.envs(environment.iter().copied())).stdout.contains(ESCAPE)
    };
    assert!(!coloured(&[], &[]));
    assert!(!coloured(&["--color", "auto"], &[]));
    assert!(!coloured(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
    assert!(coloured(&["--color", "always"], &[]));
    assert!(coloured(&["--color", "always"], &[("NO_COLOR", "1")]), "what is typed wins");
    assert!(coloured(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&[], &[("CLICOLOR_FORCE", "0")]));
    assert!(!coloured(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(coloured(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "")]));
}

#[test]
fn programs_and_files_get_no_colour() {
    let folder = Folder::with(&[("bad.yaml", BAD)]);
    for format in ["json", "sarif"] {
        assert!(!folder.run(&["bad.yaml", "--color", "always", "--format", format]).stdout.contains(ESCAPE));
    }
    folder.run(&["bad.yaml", "--color", "always", "--output", "report.txt"]);
    assert!(!folder.read("report.txt").contains(ESCAPE));
}

#[test]
fn commands_obey_too() {
    let folder = Folder::new();
    for command in [&["rules"][..], &["controls"], &["explain", "s3-bucket-versioning"]] {
        assert!(!folder.run(command).stdout.contains(ESCAPE));
        assert!(folder.run(&[command, &["--color", "always"]].concat()).stdout.contains(ESCAPE));
    }
}
