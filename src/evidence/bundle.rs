//! Writes a bundle: feeds all its reports at once, and packs them at the end.

use super::archive::{Counted, Packed, Writer};
use super::manifest::{Checks, Configuration, File, Included, Manifest, Pinned, SHAPE, Template, Tool};
use super::{MANIFEST, RESULTS, TEMPLATES};
use crate::digest::Hasher;
use crate::oscal::{self, CATALOG_FILE, COMPONENT_FILE};
use crate::report::exceptions::{Csv, Register};
use crate::report::html::Page;
use crate::report::jsonl::JsonLines;
use crate::report::oscal::Oscal;
use crate::report::sarif::Sarif;
use crate::report::spill::Spill;
use crate::report::{self, Governed, Report, Reporter, Revision};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

/// The files of a bundle, in their order: the name, and the contents for people.
const FILES: [(&str, &str); 9] = [
    ("report.html", "The report, to read in a browser"),
    ("exceptions.md", "The register of exceptions, to read"),
    ("exceptions.csv", "The register of exceptions, for spreadsheets"),
    ("oscal-assessment-results.json", "The results in OSCAL"),
    (CATALOG_FILE, "The catalog that the results refer to, in OSCAL"),
    (COMPONENT_FILE, "What hipaalint can show of each citation, in OSCAL"),
    ("report.sarif", "The results in SARIF"),
    (RESULTS, "All findings, exceptions and problems, a record on each line"),
    (TEMPLATES, "The templates with their digests and checks, a record on each line"),
];
/// The numbers of the files that no reporter writes.
const CATALOG: usize = 4;
const COMPONENT: usize = 5;
const TEMPLATE_LINES: usize = 8;

/// The streams of the files, which wait for the end.
type Streams = Rc<RefCell<Spill>>;

/// One stream.
struct Stream {
    all: Streams,
    number: usize,
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.all.borrow_mut().write(self.number, bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes a bundle at the end of a run.
pub struct Bundle<W> {
    out: W,
    streams: Streams,
    reporters: Vec<Box<dyn Reporter>>,
}

impl<W: Write> Bundle<W> {
    /// Starts a bundle. `time` is that of its OSCAL results.
    pub fn new(out: W, time: &str) -> Self {
        let streams = Streams::default();
        let stream = |number| Stream { all: Rc::clone(&streams), number };
        let reporters: Vec<Box<dyn Reporter>> = vec![
            Box::new(Page::new(stream(0))),
            Box::new(Register::new(stream(1))),
            Box::new(Csv::new(stream(2))),
            Box::new(Oscal::new(stream(3), time)),
            Box::new(Sarif::new(stream(6))),
            Box::new(JsonLines::with_undecided(stream(7))),
        ];
        Self { out, streams, reporters }
    }

    fn write(&self, number: usize, bytes: &[u8]) {
        self.streams.borrow_mut().write(number, bytes);
    }

    /// Compresses a file into the stream with its number. Returns what the archive and the manifest need to know.
    fn pack(&self, number: usize, into: &Streams) -> io::Result<(File, u32, u64)> {
        let (name, contents) = FILES.get(number).copied().unwrap_or((MANIFEST, ""));
        let packed = Counted::new(Stream { all: Rc::clone(into), number });
        let mut file =
            Counted::new(Hashed { out: DeflateEncoder::new(packed, Compression::new(6)), digest: Hasher::default() });
        self.streams.borrow().copy(number, &mut file)?;
        let (crc, bytes) = (file.crc.sum(), file.bytes);
        let packed = file.out.out.finish()?;
        let sha256 = file.out.digest.finish().to_string();
        Ok((File { name: name.to_owned(), contents: contents.to_owned(), bytes, sha256 }, crc, packed.bytes))
    }
}

/// Bytes on their route to a writer: hashes them.
struct Hashed<W> {
    out: W,
    digest: Hasher,
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.digest.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl<W: Write> Reporter for Bundle<W> {
    fn file(&mut self, part: &Report<'_>) -> io::Result<()> {
        for template in &part.provenance.templates {
            let Some(evidence) = &template.evidence else { continue };
            let included = evidence.included.iter();
            let included = included.map(|(file, sha256)| Included { file: file.clone(), sha256: sha256.to_string() });
            let checks = evidence.by_rule.iter().map(|(rule, counts)| Checks {
                rule: rule.to_string(),
                passed: counts.passed,
                failed: counts.failed,
                undecided: counts.undecided,
            });
            let line = Template {
                file: template.name.clone(),
                sha256: evidence.sha256.to_string(),
                resources: template.resources,
                configuration: evidence.configuration.clone(),
                included: included.collect(),
                checks: checks.collect(),
            };
            let mut line = serde_json::to_vec(&line)?;
            line.push(b'\n');
            self.write(TEMPLATE_LINES, &line);
        }
        self.reporters.iter_mut().try_for_each(|reporter| reporter.file(part))
    }

    fn end(&mut self, rest: &Report<'_>, exit_code: Option<u8>) -> io::Result<()> {
        self.reporters.iter_mut().try_for_each(|reporter| reporter.end(rest, exit_code))?;
        self.write(CATALOG, oscal::catalog().as_bytes());
        self.write(COMPONENT, oscal::component_definition().as_bytes());
        let compressed = Streams::default();
        let packed: Vec<(File, u32, u64)> =
            (0..FILES.len()).map(|number| self.pack(number, &compressed)).collect::<io::Result<_>>()?;
        let manifest = manifest(rest, exit_code, packed.iter().map(|(file, ..)| file.clone()).collect());
        let mut text = serde_json::to_vec_pretty(&manifest)?;
        text.push(b'\n');
        self.write(FILES.len(), &text);
        let own = self.pack(FILES.len(), &compressed)?;
        let mut archive = Writer::new(&mut self.out);
        // The manifest is first, so that people see it.
        let numbered = std::iter::once((FILES.len(), &own)).chain(packed.iter().enumerate());
        for (number, (file, crc, packed_bytes)) in numbered {
            let entry = Packed { name: &file.name, crc: *crc, bytes: file.bytes, packed_bytes: *packed_bytes };
            archive.add(&entry, |out| compressed.borrow().copy(number, out))?;
        }
        archive.finish()?;
        Ok(())
    }
}

/// The configurations of a run.
fn configurations(rest: &Report<'_>) -> Vec<Configuration> {
    let configuration = |governed: &Governed| Configuration {
        configuration: governed.configuration.clone(),
        profile: governed.profile.clone(),
        templates: governed.templates,
        off: governed.off.iter().map(|off| off.rule.clone()).collect(),
        changed: governed.changed.iter().filter_map(|rule| serde_json::to_value(rule).ok()).collect(),
        not_run: governed.not_run.clone(),
    };
    rest.summary.governed.iter().map(configuration).collect()
}

fn manifest(rest: &Report<'_>, exit_code: Option<u8>, files: Vec<File>) -> Manifest {
    let pinned = rest.summary.pinned.iter().map(|pin| Pinned { name: pin.name.clone(), value: pin.value.clone() });
    Manifest {
        shape: SHAPE,
        tool: Tool {
            name: "hipaalint".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            rules_sha256: oscal::rules_version().to_owned(),
            facts_sha256: oscal::facts_version().to_owned(),
        },
        date: rest.today.map(|day| day.to_string()).unwrap_or_default(),
        title: report::title(rest),
        selection: report::headline::selection(rest.summary),
        result: report::headline::line(rest.summary),
        exit_code,
        revision: match &rest.provenance.revision {
            Revision::Unknown => None,
            Revision::Given(text) | Revision::CheckedOut(text) => Some(text.clone()),
        },
        templates: rest.summary.templates,
        configurations: configurations(rest),
        pinned: pinned.collect(),
        rules: rest.rules.iter().map(|rule| rule.meta.id.clone()).collect(),
        files,
    }
}
