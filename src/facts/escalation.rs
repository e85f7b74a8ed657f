//! Paths of privilege escalation: `data/privilege-escalation.txt`.

use super::sorted_text::{SortedText, sorted_lines};

const WAYS: SortedText = sorted_lines!("privilege-escalation.txt");

/// An action that a path needs.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Needed {
    /// `iam:PassRole`.
    pub action: &'static str,
    /// Whether it takes the action on every resource of its kind; else any resource will do.
    pub on_everything: bool,
    /// Whether what the identity is itself, or what is attached to it, will do as well as everything.
    pub on_itself: bool,
    /// The service that a passed role must trust; none for actions that pass no role.
    pub passed_to: Option<&'static str>,
}

impl Needed {
    fn parse(word: &'static str) -> Self {
        let (action, service) = word.split_once(['!', '@']).unwrap_or((word, ""));
        let passed_to = Some(service).filter(|service| !service.is_empty());
        Self { action, on_everything: action.len() < word.len(), on_itself: word.ends_with('@'), passed_to }
    }
}

/// The paths, each as all the actions that it needs.
pub fn escalations() -> impl Iterator<Item = impl Iterator<Item = Needed> + Clone> {
    WAYS.from(|_| false).map(|line| {
        let actions = line.split_once(" #").map_or(line, |(actions, _)| actions);
        actions.split(' ').map(Needed::parse)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::super::{Limitable, limitable};
    use super::*;

    #[test]
    fn every_action_exists_and_every_line_says_what_it_does() {
        assert!(WAYS.from(|_| false).all(|line| line.contains(" # ")));
        let paths: Vec<Vec<Needed>> = escalations().map(Iterator::collect).collect();
        assert!(paths.len() > 20);
        for needed in paths.iter().flatten() {
            assert_ne!(limitable(needed.action), Limitable::Unknown, "{}", needed.action);
            assert_eq!(needed.passed_to.is_some(), needed.action == "iam:PassRole", "{}", needed.action);
        }
    }

    #[test]
    fn a_line_is_read() {
        let run = Needed { action: "ec2:RunInstances", on_everything: false, on_itself: false, passed_to: None };
        let pass = Needed { action: "iam:PassRole", on_everything: true, passed_to: Some("ec2.amazonaws.com"), ..run };
        let put = Needed { action: "iam:PutUserPolicy", on_everything: true, on_itself: true, passed_to: None };
        assert!(escalations().any(|path| path.eq([pass, run])));
        assert!(escalations().any(|path| path.eq([put])));
    }
}
