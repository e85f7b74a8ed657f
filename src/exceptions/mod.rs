//! Exceptions: who decided in a template that a finding does not need a fix, why, and until when. Reads them from the located
//! tree and its comments, in our own language and in those of other tools, marks the findings that they cover, and reports what
//! is wrong about them.
//!
//! 45 CFR 164.306(d)(3) requires an entity that does not implement an addressable specification to document why, and what is done
//! instead. So an exception of ours holds only if it can be read, names a rule, gives a reason and has not expired.

mod acknowledged;
mod aliases;
mod checkov;
mod comment;
mod cover;
mod draft;
mod foreign;
mod groups;
mod metadata;
mod names;
mod place;

use crate::constructs::Constructs;
use crate::date::Date;
use crate::expand::Block;
use crate::finding::{Dialect, Exception, ExceptionState, Finding, Flaw, Subject, SuppressedRule, Suppression};
use crate::rules::load::{RuleEntry, RuleSet, is_pattern};
use crate::source::Span;
use crate::syntax::{Comment, Node};
use aliases::{Meant, suppressed};
use cover::Cover;
use draft::{Draft, Sites};
use foldhash::{HashMap, HashSet};
use groups::Groups;
use std::sync::{Arc, OnceLock};

pub use aliases::Aliases;

/// Misspelt names after this many get no suggestion: comparing each with every rule takes time.
const MOST_HINTS: usize = 20;
/// Nor do longer names, which are hardly a slip of the fingers.
const LONGEST_HINTED: usize = 255;
/// Why an exception is not for every rule.
const ABOUT_EXCEPTIONS: &str =
    "an exception cannot suppress findings about exceptions; turn the rule off in the configuration";

/// A text that exceptions may be written in, as comments.
#[derive(Copy, Clone)]
pub struct Text<'a, 't> {
    /// The whole text.
    pub text: &'a str,
    /// Its tree.
    pub root: &'a Node<'t>,
    /// Its comments.
    pub comments: &'a [Comment<'t>],
    /// Whether the template includes it: it is not the template's own.
    pub is_included: bool,
}

/// What exceptions are read against.
pub struct Context<'a> {
    /// All rules, whether they run or not.
    pub rules: &'a RuleSet,
    /// Their names in other tools, which are gathered when some are asked for: most templates have no exceptions.
    pub aliases: &'a OnceLock<Aliases>,
    /// The day that it is; without one nothing expires.
    pub today: Option<Date>,
    /// The constructs that the template was made of, where a cloud assembly tells.
    pub constructs: Option<&'a Constructs>,
}

impl Context<'_> {
    fn aliases(&self) -> &Aliases {
        self.aliases.get_or_init(|| Aliases::new(self.rules))
    }

    /// Our rules that another tool's name means.
    fn meant(&self, dialect: Dialect, id: &str) -> Meant {
        self.aliases().of(dialect.tool(), id, self.rules)
    }
}

/// The exceptions of one template.
#[derive(Debug, Default)]
pub struct Exceptions {
    all: Vec<Known>,
    /// Those that hold.
    groups: Groups,
}

/// Of several exceptions that cover a finding it names one of our own before another tool's, one with a reason before one without, and
/// the narrowest.
type Rank = (bool, bool, usize);

#[derive(Debug)]
struct Known {
    suppression: Arc<Suppression>,
    covers: Vec<Cover>,
    /// Where it is written, for findings about it.
    subject: Subject,
    path: String,
    flaws: Vec<Problem>,
    /// Whether it suppresses anything.
    is_used: bool,
    /// Whether a check of its rule could not be decided where it holds.
    undecided: bool,
    /// Whether it suppresses only some of its rule's findings, in words that we do not have.
    is_granular: bool,
}

/// Something that is wrong about an exception.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What.
    pub flaw: Flaw,
    /// The place to underline.
    pub span: Span,
    /// The words of a rule's message: `rule`, and what else the flaw has.
    pub words: Vec<(&'static str, String)>,
    /// The rule that is probably meant by a name that none has.
    pub nearest: Option<String>,
    /// Whether it matters less, since it is written for another tool.
    pub is_light: bool,
}

/// An exception that was judged, with what is wrong about it.
pub struct Judged<'e> {
    /// The exception and what became of it.
    pub exception: Exception,
    /// What it is in.
    pub subject: &'e Subject,
    /// Its path.
    pub path: &'e str,
    /// What is wrong; empty where nothing is.
    pub flaws: Vec<Problem>,
}

/// Reads the exceptions of a template. `tree` is the tree that people know, with includes and loops expanded, and before
/// transforms; `texts` are those that it was made of.
pub fn read(tree: &Node<'_>, texts: &[Text<'_, '_>], context: &Context<'_>) -> Exceptions {
    let sites = Sites::new(tree);
    let mut drafts = metadata::read(&sites);
    drafts.extend(foreign::read(&sites, &|dialect, id| !context.meant(dialect, id).is_empty()));
    if let Some(constructs) = context.constructs {
        let names = acknowledged::Names {
            has: &|id| !context.meant(Dialect::Cdk, id).is_empty(),
            nearest: &|id| context.rules.nearest(id).map(str::to_owned).filter(|_| id.len() <= LONGEST_HINTED),
        };
        drafts.extend(acknowledged::read(&sites, constructs, &names));
    }
    for text in texts {
        drafts.extend(comment::read(text, &sites));
        drafts.extend(checkov::read(text, &sites, &|id| !context.meant(Dialect::Checkov, id).is_empty()));
    }
    let mut exceptions = Exceptions::default();
    let mut hints = MOST_HINTS;
    let owner = owner(tree);
    let mut drafts = united(drafts);
    refuse_our_own(&mut drafts, context);
    let others = known_names(&drafts, context);
    for mut draft in drafts {
        draft.owner = draft.owner.or_else(|| owner.map(str::to_owned));
        let others = others.get(&draft.span).filter(|_| draft.dialect.is_own()).map_or(&[][..], Vec::as_slice);
        exceptions.all.extend(known(draft, others, context, &mut hints));
    }
    exceptions.groups = Groups::of(&exceptions.all);
    exceptions
}

/// Refuses exceptions for rules that are about exceptions, with all that they name.
fn refuse_our_own(drafts: &mut [Draft], context: &Context<'_>) {
    let is_refused = |draft: &&Draft| {
        draft.dialect.is_own() && context.rules.get(&draft.id).is_some_and(RuleEntry::is_about_exceptions)
    };
    let refused: HashMap<Span, Span> =
        drafts.iter().filter(is_refused).map(|draft| (draft.span, draft.id_span)).collect();
    for draft in drafts.iter_mut().filter(|draft| draft.dialect.is_own()) {
        if let Some(place) = refused.get(&draft.span) {
            draft.problems.push((*place, ABOUT_EXCEPTIONS.to_owned()));
        }
    }
}

/// The rules that exist among those that one exception of ours names, where it names several.
fn known_names(drafts: &[Draft], context: &Context<'_>) -> HashMap<Span, Vec<String>> {
    let mut known: HashMap<Span, Vec<String>> = HashMap::default();
    let pairs = drafts.windows(2).filter(|pair| matches!(pair, [one, other] if one.span == other.span));
    let several: HashSet<Span> = pairs.flatten().map(|draft| draft.span).collect();
    for draft in drafts.iter().filter(|draft| draft.dialect.is_own() && several.contains(&draft.span)) {
        if context.rules.get(&draft.id).is_some_and(|entry| !entry.is_about_exceptions()) {
            known.entry(draft.span).or_default().push(draft.id.clone());
        }
    }
    known
}

/// What all iterations of a loop have in common is one exception, which covers something in each.
fn united(drafts: Vec<Draft>) -> Vec<Draft> {
    if drafts.len() < 2 {
        return drafts;
    }
    // Of each, the first that is at the same place and names the same rule.
    let mut known: HashMap<(Span, &str), usize> = HashMap::with_capacity_and_hasher(drafts.len(), Default::default());
    let firsts: Vec<usize> = drafts
        .iter()
        .enumerate()
        .map(|(index, draft)| *known.entry((draft.span, draft.id.as_str())).or_insert(index))
        .collect();
    let mut united: Vec<Draft> = Vec::with_capacity(drafts.len());
    let mut covers: HashMap<usize, HashSet<Cover>> = HashMap::default();
    // Where each has gone.
    let mut places: Vec<usize> = Vec::with_capacity(drafts.len());
    for (draft, first) in drafts.into_iter().zip(firsts) {
        let place = places.get(first).copied().unwrap_or(united.len());
        match united.get_mut(place) {
            Some(same) if same.is_alike(&draft) => {
                places.push(place);
                let met = covers.entry(place).or_insert_with(|| same.covers.iter().cloned().collect());
                same.covers.extend(draft.covers.into_iter().filter(|cover| met.insert(cover.clone())));
            }
            _ => {
                places.push(united.len());
                united.push(draft);
            }
        }
    }
    united
}

/// The contact for the whole template, who answers for exceptions that name nobody else.
///
/// Source: `owner` of the CloudFormation Metadata Context Schema v1, on the level of the template (cfn-lint 1.58.0; "CfnTemplateMetadataContext",
/// AWS CDK API reference 2.278.0, 2026-11).
fn owner<'t>(tree: &'t Node<'_>) -> Option<&'t str> {
    let context = tree.get("Metadata")?.get("com.aws.cloudformation.Context")?;
    context.get("owner")?.as_str().map(str::trim).filter(|owner| !owner.is_empty())
}

/// Looks up what an exception means, and whether it holds; none where it is another tool's, and about nothing of ours. `others` are
/// the rules that exist among those that are named with its own.
fn known(draft: Draft, others: &[String], context: &Context<'_>, hints: &mut usize) -> Option<Known> {
    let mut flaws: Vec<Problem> = Vec::new();
    let is_own = draft.dialect.is_own();
    let mut say = |flaw, span, words: Vec<(&'static str, String)>| {
        flaws.push(Problem { flaw, span, words, nearest: None, is_light: !is_own });
    };
    let named = |name: &str| vec![("rule", name.to_owned())];
    let mut nearest = None;
    let suppresses: Vec<Arc<SuppressedRule>> = match is_own.then(|| context.rules.get(&draft.id)).flatten() {
        _ if !is_own => {
            let meant = context.meant(draft.dialect, &draft.id);
            if meant.is_empty() && draft.problems.is_empty() {
                return None;
            }
            meant.iter().filter_map(|rule| context.aliases().suppressed(*rule, context.rules)).collect()
        }
        Some(entry) if entry.is_about_exceptions() => Vec::new(),
        Some(entry) => vec![suppressed(Arc::from(entry.id()), context.rules)],
        // The rule is missing, too.
        None if draft.id.is_empty() => Vec::new(),
        None => {
            let mut words = named(&draft.id);
            let (probable, hint) = hint(&draft.id, context, hints);
            words.push(("effect", effect(&draft, others, context)));
            words.push(("hint", hint));
            say(Flaw::UnknownRule, draft.id_span, words);
            nearest = probable;
            Vec::new()
        }
    };
    for (span, problem) in &draft.problems {
        say(Flaw::Malformed, *span, vec![("problem", problem.clone())]);
    }
    if is_own && draft.reason.is_none() && draft.problems.is_empty() {
        let mut words = named(&draft.id);
        words.push(("effect", "so it suppresses nothing".to_owned()));
        say(Flaw::WithoutReason, draft.span, words);
    }
    if let (Some(expires), Some(today)) = (draft.expires, context.today)
        && expires < today
    {
        let mut words = named(&draft.id);
        words.push(("date", expires.to_string()));
        say(Flaw::Expired, draft.expires_span, words);
    }
    if let Some(problem) = flaws.iter_mut().find(|problem| problem.flaw == Flaw::UnknownRule) {
        problem.nearest = nearest;
    }
    let suppression = Suppression {
        id: draft.id,
        suppresses,
        reason: draft.reason,
        alternative: draft.alternative,
        owner: draft.owner,
        ticket: draft.ticket,
        expires: draft.expires,
        dialect: draft.dialect,
        span: draft.span,
        origin: draft.origin,
        covers: {
            let mut covers: Vec<String> = draft.covers.iter().map(|cover| cover.path.clone()).collect();
            covers.sort_unstable();
            covers.dedup();
            covers
        },
    };
    Some(Known {
        suppression: Arc::new(suppression),
        covers: draft.covers,
        subject: draft.subject,
        path: draft.path,
        flaws,
        is_used: false,
        undecided: false,
        is_granular: draft.is_granular,
    })
}

/// What an exception suppresses in which this name is not that of a rule.
fn effect(draft: &Draft, others: &[String], context: &Context<'_>) -> String {
    let is_over = draft.expires.zip(context.today).is_some_and(|(expires, today)| expires < today);
    let holds = draft.problems.is_empty() && draft.reason.is_some() && !is_over;
    match others {
        [only] if holds => format!("only findings of `{only}`"),
        [_, ..] if holds => format!("only findings of the {} other rules", others.len()),
        _ => "nothing".to_owned(),
    }
}

/// The rule that is probably meant by a name that none has, and the words about it.
fn hint(id: &str, context: &Context<'_>, hints: &mut usize) -> (Option<String>, String) {
    if let Some((tool, rule)) = context.aliases().of_any(id, context.rules) {
        return (Some(rule.to_owned()), format!("{tool} uses this name for `{rule}`"));
    }
    if is_pattern(id) || id == "all" {
        return (None, "an exception names a rule, and patterns are not allowed in it".to_owned());
    }
    let nearest = if *hints == 0 || id.len() > LONGEST_HINTED {
        None
    } else {
        *hints -= 1;
        context.rules.nearest(id)
    };
    let words = match nearest {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => "`hipaalint rules` lists all rules".to_owned(),
    };
    (nearest.map(str::to_owned), words)
}

impl Exceptions {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Marks a finding with the exception that covers it, if one does. Where several do, all are of use; the finding names the one with
    /// the highest `Rank`.
    pub fn suppress(&mut self, finding: &mut Finding) {
        if !self.groups.have(&finding.rule) {
            return;
        }
        let subject = finding.subject.qualified_name();
        let best = self.groups.suppress(&mut self.all, finding, &subject);
        let known = best.and_then(|index| self.all.get(index));
        finding.suppression = known.map(|known| Arc::clone(&known.suppression));
    }

    /// Notes that a check could not be decided: whether an exception is needed there is open.
    pub fn note_undecided(&mut self, rule: &str, block: &Block<'_>) {
        if self.groups.have(rule) {
            self.groups.note_undecided(rule, &block.subject().qualified_name());
        }
    }

    /// What became of each, in the order of the text. `suppressed` are the findings that were marked, `ran` returns whether a rule ran;
    /// where `may_change` is true, this run looked at some deployments only, and what is of no use in it may be in another.
    pub fn judge(&mut self, suppressed: &[Finding], ran: impl Fn(&str) -> bool, may_change: bool) -> Vec<Judged<'_>> {
        self.groups.note(&mut self.all);
        let numbers = self.groups.tally(&self.all, suppressed);
        let mut judged: Vec<Judged<'_>> = self
            .all
            .iter()
            .zip(numbers)
            .map(|(known, findings)| {
                // Where nothing is suppressed, nothing is missing that another tool's language does not ask for.
                let mut flaws = known.flaws.clone();
                flaws.extend(known.is_used.then(|| known.without_reason()).flatten());
                let grave = known.flaws.iter().map(|problem| problem.flaw.state()).max();
                let is_open = known.undecided
                    || may_change
                    || known.is_granular
                    || known.suppression.suppresses.iter().any(|suppressed| !ran(&suppressed.rule));
                let state = match grave {
                    Some(state) => state,
                    None if known.is_used => ExceptionState::InForce,
                    None if is_open => ExceptionState::NotChecked,
                    None => {
                        // Another tool may find what we do not: what it needs is its business.
                        flaws.extend(known.suppression.dialect.is_own().then(|| known.unused()));
                        ExceptionState::Unused
                    }
                };
                let suppression = Arc::clone(&known.suppression);
                Judged {
                    exception: Exception { suppression, state, findings },
                    subject: &known.subject,
                    path: &known.path,
                    flaws,
                }
            })
            .collect();
        judged.sort_by(|a, b| {
            (a.exception.suppression.span, &a.exception.suppression.id)
                .cmp(&(b.exception.suppression.span, &b.exception.suppression.id))
        });
        judged
    }
}

impl Known {
    fn rank(&self, cover: &Cover) -> Rank {
        (self.suppression.dialect.is_own(), self.suppression.reason.is_some(), cover.path.len())
    }

    /// The problem of an exception that is in force without a reason, which other tools' languages do not require.
    fn without_reason(&self) -> Option<Problem> {
        if self.suppression.dialect.is_own() || self.suppression.reason.is_some() {
            return None;
        }
        let words = vec![("rule", self.suppression.id.clone()), ("effect", "but it is in force".to_owned())];
        Some(Problem { flaw: Flaw::WithoutReason, span: self.suppression.span, words, nearest: None, is_light: true })
    }

    fn unused(&self) -> Problem {
        let place = match self.suppression.covers.as_slice() {
            [] => "anywhere".to_owned(),
            [only] if only.is_empty() => "in the template".to_owned(),
            [only] => format!("at `{only}`"),
            [first, rest @ ..] => format!("at `{first}` and {} more", rest.len()),
        };
        let words = vec![("rule", self.suppression.id.clone()), ("place", place)];
        Problem { flaw: Flaw::Unused, span: self.suppression.span, words, nearest: None, is_light: false }
    }
}
