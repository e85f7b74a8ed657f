//! Which templates of a run belong together, before any of them is linted: the exports that others import, and the nested stacks with
//! the values that their parents pass. A text test finds the few templates that have such ties, and only those are parsed.

mod descent;

use super::kept::{FEW_FILES, Kept};
use super::{Project, Texts, inputs, source_id, source_of};
use crate::discover::{self, Candidate, Input, Reading};
use crate::eval::inputs::{Given, Shared};
use crate::files::Files;
use crate::finding::{Diagnostic, Related};
use crate::linter::{FileReport, Linter, Parsed, parse, shared};
use crate::pool::in_order;
use crate::source::{Hidden, Source, SourceId, Span};
use aho_corasick::packed::Searcher;
use descent::Descent;
use memchr::{memchr_iter, memmem};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// The depth of nested stacks. Deeper stacks are not linted, because a template can nest itself.
pub(super) const MAX_DEPTH: usize = 16;
/// The number of deployments of nested stacks that are linted in one run.
pub(super) const MAX_STACKS: usize = 2000;
/// The number of bytes up to which the texts of few files are kept, so that small runs read them once.
const FEW_BYTES: usize = 4 << 20;

/// Words of ties. A text may have nested stacks if it has one of their types, what makes resources of other files or of loops, or what
/// may hide a word from a text test.
const WORDS: [(&str, Tie); 7] = [
    ("ImportValue", Tie::Import),
    ("GetStackOutput", Tie::Import),
    ("Export", Tie::Export),
    ("CloudFormation::Stack", Tie::Nest),
    ("Serverless::Application", Tie::Nest),
    ("::Include", Tie::Nest),
    ("ForEach", Tie::Nest),
];
const HIDING: [&[u8]; 2] = [b"\\u00", b"\\x"];

#[derive(Copy, Clone)]
enum Tie {
    Import,
    Export,
    Nest,
}

/// Finds [`WORDS`] in one pass; none where the processor has no instructions for it. No end of one begins another.
static FINDER: LazyLock<Option<Searcher>> = LazyLock::new(|| Searcher::new(WORDS.map(|(word, _)| word)));

/// What is known of the candidates of a run as a whole.
#[derive(Default)]
pub(super) struct Survey<'k> {
    /// Those of the run, then templates of nested stacks that are not among them. Their indices are the numbers of their texts.
    pub(super) candidates: Vec<Candidate>,
    /// The linter of each.
    pub(super) linters: Vec<Arc<Linter>>,
    /// The readings of files that can be read once only, and of the files of small runs.
    readings: HashMap<usize, Mutex<Option<Reading>>>,
    /// The ties of those of the run.
    ties: Vec<Ties>,
    /// The texts that were parsed, with their documents.
    pub(super) kept: Kept<'k>,
    /// What the templates share.
    pub(super) shared: Arc<Shared>,
    /// The deployments of templates of nested stacks, by their numbers.
    pub(super) deployments: HashMap<usize, Vec<Deployment>>,
    /// The nested stacks beyond the limits, by the numbers of their parents.
    pub(super) beyond: BTreeMap<usize, BTreeSet<Span>>,
    /// What the texts of parents need before anybody sees them, by their numbers.
    parents: HashMap<usize, Parent>,
}

/// A template as one parent deploys it.
#[derive(Clone)]
pub(super) struct Deployment {
    pub(super) candidate: Candidate,
    pub(super) linter: Arc<Linter>,
    pub(super) given: Option<BTreeMap<String, Given>>,
    /// The nested stacks that deploy it with these values.
    pub(super) parents: Vec<Related>,
}

/// What is known of a template with nested stacks, without its text.
#[derive(Default)]
struct Parent {
    /// The bytes that nobody may see.
    hidden: Vec<Hidden>,
    /// The included files in which its nested stacks are: their names, and their texts without secrets.
    included: BTreeMap<SourceId, (String, String)>,
}

/// The ties of one text, by a test of its words.
#[derive(Copy, Clone, Default)]
struct Ties {
    /// Whether it may take values from other stacks.
    imports: bool,
    /// Whether it may give some.
    exports: bool,
    /// Whether it may have nested stacks.
    nests: bool,
}

impl Project<'_> {
    /// Surveys candidates. Some of them have been read already, by their numbers.
    pub(super) fn survey(&self, candidates: Vec<Candidate>, readings: HashMap<usize, Reading>) -> Survey<'static> {
        self.survey_keeping(candidates, readings, Kept::default())
    }

    /// The same, which keeps what it parses as far as there are places for it.
    pub(super) fn survey_keeping<'k>(
        &self,
        candidates: Vec<Candidate>,
        readings: HashMap<usize, Reading>,
        kept: Kept<'k>,
    ) -> Survey<'k> {
        let linters = candidates.iter().map(|candidate| (self.linter)(candidate)).collect();
        let mut survey = Survey { candidates, linters, kept, ..Survey::default() };
        let ties = self.ties(&mut survey, readings);
        let with = |has: fn(&Ties) -> bool| -> Vec<usize> {
            ties.iter().enumerate().filter(|(_, ties)| has(ties)).map(|(number, _)| number).collect()
        };
        if ties.iter().any(|ties| ties.imports) {
            let (shared, documents) = self.shared(&survey, &with(|ties| ties.exports));
            survey.shared = Arc::new(shared);
            survey.kept.add(documents);
        }
        let nesting = with(|ties| ties.nests);
        survey.ties = ties;
        if !nesting.is_empty() {
            Descent::new(self, &mut survey).run(&nesting);
        }
        survey
    }

    /// The ties of each text. Keeps the readings that are needed again.
    fn ties(&self, survey: &mut Survey<'_>, known: HashMap<usize, Reading>) -> Vec<Ties> {
        let files = self.files;
        let Survey { candidates, kept, .. } = survey;
        let is_small = candidates.len() <= FEW_FILES;
        let read = |number: usize| {
            let Some(candidate) = candidates.get(number) else { return (Ties::default(), None) };
            let is_file = matches!(&candidate.input, Input::File(path) if files.has_file(path));
            let known = known.get(&number).cloned();
            let reading = known.unwrap_or_else(|| discover::read(candidate, files));
            let ties = match &reading {
                Reading::Text(text) if candidate.named || discover::may_be_template(text) => Ties::of(text, candidate),
                _ => Ties::default(),
            };
            (ties, (is_small || !is_file).then_some((reading, is_file)))
        };
        let mut all = Vec::with_capacity(candidates.len());
        let mut readings = HashMap::new();
        let mut bytes = 0;
        in_order(candidates.len(), self.thread_number(), &read, |number, result| {
            let (ties, reading) = result.unwrap_or_default();
            all.push(ties);
            if let Some((reading, is_file)) = reading {
                if let Reading::Text(text) = &reading {
                    bytes += text.len();
                }
                if bytes > FEW_BYTES && is_file {
                    return;
                }
                let reading = match (reading, candidates.get(number)) {
                    (Reading::Text(text), Some(candidate)) if is_file && (ties.exports || ties.nests) => {
                        match kept.keep(number, text, |text| source_of(candidate, source_id(number), text)) {
                            Ok(()) => return,
                            Err(text) => Reading::Text(text),
                        }
                    }
                    (reading, _) => reading,
                };
                readings.insert(number, Mutex::new(Some(reading)));
            }
        });
        survey.readings = readings;
        all
    }

    /// What some candidates share, as far as it is known. A name that two templates export with different values is left out: they
    /// cannot be deployed side by side, so it is not known which one is meant. Also the documents of texts that are kept.
    fn shared<'k>(&self, survey: &Survey<'k>, exporting: &[usize]) -> (Shared, HashMap<usize, Parsed<'k>>) {
        let files = self.files;
        let share = |index: usize| {
            let number = exporting.get(index)?;
            let (candidate, linter) = survey.candidates.get(*number).zip(survey.linters.get(*number))?;
            let inputs = inputs(linter, candidate, &Arc::default());
            if let Some(text) = survey.kept.text(*number) {
                let parsed = parse(text);
                return Some((shared(&parsed, &inputs), Some((*number, parsed))));
            }
            Some((shared(&parse(&survey.source(*number, files)?), &inputs), None))
        };
        let mut found = Shared::default();
        let mut disputed: BTreeSet<String> = BTreeSet::new();
        let mut documents = HashMap::new();
        in_order(exporting.len(), self.thread_number(), &share, |_, result| {
            let Some((shared, parsed)) = result.flatten() else { return };
            documents.extend(parsed);
            for (name, value) in shared.exports {
                if found.exports.get(&name).is_some_and(|known| *known != value) {
                    disputed.insert(name);
                } else {
                    found.exports.insert(name, value);
                }
            }
            for (name, outputs) in shared.outputs {
                found.outputs.entry(name).or_default().extend(outputs);
            }
        });
        found.exports.retain(|name, _| !disputed.contains(name));
        (found, documents)
    }
}

impl Ties {
    fn of(text: &str, candidate: &Candidate) -> Self {
        let has = |word: &str| memmem::find(text.as_bytes(), word.as_bytes()).is_some();
        let mut ties = Self::default();
        let mut note = |tie: Tie| match tie {
            Tie::Import => ties.imports = true,
            Tie::Export => ties.exports = true,
            Tie::Nest => ties.nests = true,
        };
        match &*FINDER {
            Some(finder) => {
                let found = finder.find_iter(text).filter_map(|found| WORDS.get(found.pattern().as_usize()));
                found.for_each(|(_, tie)| note(*tie));
            }
            None => WORDS.iter().filter(|(word, _)| has(word)).for_each(|(_, tie)| note(*tie)),
        }
        ties.exports = ties.exports || (candidate.pinned.contains_key("AWS::StackName") && has("Outputs"));
        ties.nests = ties.nests || hides_words(text);
        ties
    }
}

/// Whether a text has what may hide a word.
fn hides_words(text: &str) -> bool {
    // Most texts have few backslashes, or none.
    let escapes = memchr_iter(b'\\', text.as_bytes());
    escapes.filter_map(|at| text.as_bytes().get(at..)).any(|rest| HIDING.iter().any(|word| rest.starts_with(word)))
}

/// Whether a text may take values from other stacks.
fn imports(text: &str) -> bool {
    ["ImportValue", "GetStackOutput"].iter().any(|word| memmem::find(text.as_bytes(), word.as_bytes()).is_some())
}

/// Whether a file exports values or nests stacks, by its words.
pub fn says_something_about_others(candidate: &Candidate, files: &Files) -> bool {
    match discover::read(candidate, files) {
        Reading::Text(text) if candidate.named || discover::may_be_template(&text) => {
            let ties = Ties::of(&text, candidate);
            ties.exports || ties.nests
        }
        _ => false,
    }
}

impl Survey<'_> {
    /// The numbers of all candidates.
    pub(super) fn numbers(&self) -> std::ops::Range<usize> {
        0..self.candidates.len()
    }

    /// Whether what is reported of one text may depend on another one.
    pub(super) fn is_tied(&self) -> bool {
        !self.deployments.is_empty() || !self.shared.is_empty()
    }

    /// The readings of standard input, with the texts that it has now.
    pub(super) fn inputs<'t>(&self, text: impl Fn(&Candidate) -> Option<&'t Texts>) -> HashMap<usize, Reading> {
        let inputs = self.candidates.iter().enumerate();
        let inputs = inputs.filter(|(_, candidate)| candidate.input == Input::StandardInput);
        let reading = |(number, candidate): (usize, &Candidate)| {
            let kept = || self.known(number);
            let now = text(candidate).map(|texts| Reading::Text(Arc::new(texts.after.clone())));
            Some((number, now.or_else(kept)?))
        };
        inputs.filter_map(reading).collect()
    }

    /// Whether the text of a candidate may take values from other stacks.
    pub(super) fn imports(&self, number: usize, text: &str) -> bool {
        self.ties.get(number).map_or_else(|| imports(text), |ties| ties.imports)
    }

    /// Looks at the reading of a candidate, from the file or as it was kept: at its text, or at what is wrong about it.
    pub(super) fn look<T>(
        &self,
        number: usize,
        files: &Files,
        look: impl FnOnce(Result<&str, &Diagnostic>) -> T,
    ) -> Option<T> {
        fn of(reading: &Reading) -> Result<&str, &Diagnostic> {
            match reading {
                Reading::Text(text) => Ok(text),
                Reading::NoTemplate(problem) | Reading::Unreadable(problem) => Err(problem),
            }
        }
        if let Some(source) = self.kept.text(number) {
            return Some(look(Ok(source.text())));
        }
        let kept = self.readings.get(&number).map(|kept| kept.lock().unwrap_or_else(PoisonError::into_inner));
        match kept.as_deref().and_then(Option::as_ref) {
            Some(reading) => Some(look(of(reading))),
            None => self.read_now(number, files).map(|reading| look(of(&reading))),
        }
    }

    /// The reading of a candidate, from the file or as it was kept.
    pub(super) fn read(&self, number: usize, files: &Files) -> Option<Reading> {
        let known = self.kept.text(number).map(|source| Reading::Text(Arc::clone(source.shared_text())));
        known.or_else(|| self.known(number)).or_else(|| self.read_now(number, files))
    }

    /// The same, for the last time: what was kept to be read by this call is not kept any longer.
    pub(super) fn read_last(&self, number: usize, files: &Files) -> Option<Reading> {
        let is_file = |candidate: &Candidate| candidate.input != Input::StandardInput;
        if self.parents.contains_key(&number) || !self.candidates.get(number).is_some_and(is_file) {
            return self.read(number, files);
        }
        let known = self.readings.get(&number).and_then(|reading| reading.lock().ok()?.take());
        known.or_else(|| self.read(number, files))
    }

    /// The reading that is kept of a candidate.
    fn known(&self, number: usize) -> Option<Reading> {
        self.readings.get(&number)?.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn read_now(&self, number: usize, files: &Files) -> Option<Reading> {
        self.candidates.get(number).map(|candidate| discover::read(candidate, files))
    }

    /// The text of a candidate, if it has one.
    fn source(&self, number: usize, files: &Files) -> Option<Source> {
        if let Some(kept) = self.kept.text(number) {
            return Some(kept.clone());
        }
        let candidate = self.candidates.get(number)?;
        match self.read(number, files)? {
            Reading::Text(text) => Some(source_of(candidate, source_id(number), text)),
            Reading::NoTemplate(_) | Reading::Unreadable(_) => None,
        }
    }

    /// The text of a parent or of a file that it includes, without secrets.
    pub(super) fn parent(&self, id: SourceId, files: &Files) -> Option<Source> {
        let number = super::number_of(id);
        let parent = self.parents.get(&number)?;
        if id == source_id(number) {
            return self.source(number, files).map(|source| source.hiding(&parent.hidden));
        }
        parent.included.get(&id).map(|(name, text)| Source::new(id, name.as_str(), text.as_str()))
    }
}

impl Parent {
    fn add(&mut self, report: &FileReport) {
        self.hidden.extend(report.hidden.iter().cloned());
        let is_named = |source: &&Source| report.nested.iter().any(|nested| nested.span.source == source.id);
        let included = report.included.iter().filter(is_named);
        self.included.extend(included.map(|source| (source.id, (source.name.clone(), source.text().to_owned()))));
    }
}

/// The identity of a candidate's file; `None` for standard input and for files that do not exist.
pub fn identity(candidate: &Candidate, files: &Files) -> Option<PathBuf> {
    match &candidate.input {
        Input::File(path) => files.real(path).ok(),
        Input::StandardInput => None,
    }
}
