//! Calls the command line and turns its answer into an exit code.
use hipaalint::{linter::*, report::*, rules::load::*, source::*};
fn main() {
    let rules = RuleSet::embedded();
    let linter = Linter::new(
        rules,
        |e| e.meta.profiles.iter().any(|p| p == "core"),
        &Default::default(),
        Default::default(),
        Keep { undecided: true, passed: false },
    )
    .unwrap();
    for path in std::env::args().skip(1) {
        let source = Source::new(SourceId(0), path.clone(), std::fs::read_to_string(&path).unwrap());
        let report = linter.lint(&source);
        for d in &report.diagnostics {
            println!("{path} {d:?}");
        }
        for f in &report.findings {
            let p = source.position(f.span.start);
            println!(
                "{}:{}:{} {:?} {:?} {} [{}] {} {:?}",
                path, p.line, p.column, f.outcome, f.level, f.rule, f.path, f.message, f.when
            );
        }
        println!("{path} {:?}", report.counts);
    }
}
