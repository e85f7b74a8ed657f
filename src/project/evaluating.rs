//! The values of one template in each of its deployments: alone, or as each of its parents deploys it.

use super::survey::{Deployment, Survey};
use super::{Project, bug_of, inputs, load_beside, number_of, source_id, source_of};
use crate::discover::{Candidate, Reading};
use crate::eval::inputs::Inputs;
use crate::evaluated::{At, Evaluation, evaluate};
use crate::finding::{Diagnostic, Related};
use crate::pool::on_large_stack;
use crate::source::Source;
use std::collections::HashMap;

/// A template in one deployment.
#[derive(Debug)]
pub struct Deployed {
    /// The nested stacks that deploy it so: "`Database` in `parent.yaml`". Empty if it is deployed alone.
    pub parents: Vec<String>,
    /// Its values.
    pub evaluation: Evaluation,
}

/// Why a template has no values.
#[derive(Debug)]
pub struct NotEvaluated {
    /// What is wrong.
    pub diagnostic: Box<Diagnostic>,
    /// The text that it points into, as it is, if it could be read.
    pub source: Option<Box<Source>>,
}

impl Project<'_> {
    /// Evaluates the first of some candidates. The others are the rest of the project: parents that deploy it, and stacks whose exports
    /// it imports.
    ///
    /// # Errors
    /// Where it cannot be read or parsed, or is not a template.
    pub fn evaluate(&self, candidates: Vec<Candidate>, at: At<'_>) -> Result<Vec<Deployed>, NotEvaluated> {
        let survey = self.survey(candidates, HashMap::new());
        let without_text = |diagnostic| NotEvaluated { diagnostic, source: None };
        let (Some(candidate), Some(linter)) = (survey.candidates.first(), survey.linters.first()) else {
            return Ok(Vec::new());
        };
        let text = match survey.read(0, self.files) {
            Some(Reading::Text(text)) => text,
            Some(Reading::NoTemplate(diagnostic) | Reading::Unreadable(diagnostic)) => {
                return Err(without_text(diagnostic));
            }
            None => return Ok(Vec::new()),
        };
        let one = |candidate: &Candidate, inputs: &Inputs, parents: &[Related]| {
            let source = source_of(candidate, source_id(0), text.clone());
            let work = || evaluate(&source, &|location| load_beside(candidate, location, self.files), inputs, at);
            match on_large_stack(work).unwrap_or_else(|| Err(bug_of(candidate))) {
                Ok(evaluation) => Ok(Deployed { parents: names(&survey, parents), evaluation }),
                Err(diagnostic) => Err(NotEvaluated { diagnostic, source: Some(Box::new(source)) }),
            }
        };
        match survey.deployments.get(&0) {
            None => Ok(vec![one(candidate, &inputs(linter, candidate, &survey.shared), &[])?]),
            Some(deployments) => deployments
                .iter()
                .map(|Deployment { candidate, linter, given, parents }| {
                    let inputs = Inputs { given: given.clone(), ..inputs(linter, candidate, &survey.shared) };
                    one(candidate, &inputs, parents)
                })
                .collect(),
        }
    }
}

/// The nested stacks that some places name.
fn names(survey: &Survey, parents: &[Related]) -> Vec<String> {
    let file = |related: &Related| survey.candidates.get(number_of(related.span.source)).map(Candidate::name);
    let texts = parents.iter().map(|related| {
        let stack = related.message.split('`').nth(1).unwrap_or_default();
        format!("`{stack}` in `{}`", file(related).unwrap_or_default())
    });
    texts.collect()
}
