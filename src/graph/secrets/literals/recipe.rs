//! Recipes for secrets, of which only one value is generated.

use super::{Search, Step};
use crate::syntax::Node;

/// A name that promises nothing.
const PLAIN: &str = "Template";

impl<'t> Search<'t> {
    /// A recipe for a secret: Secrets Manager adds the value of one key to a text, and keeps the rest of the text as it is written.
    pub(super) fn generated(&mut self, recipe: &'t Node<'t>) {
        let Some(template) = recipe.get("SecretStringTemplate") else { return };
        let before = self.found.len();
        self.path.extend([Step::Key("GenerateSecretString"), Step::Key("SecretStringTemplate")]);
        // Its own name promises nothing: the names in it do.
        self.named(PLAIN, template);
        self.path.truncate(self.path.len().saturating_sub(2));
        for secret in self.found.iter_mut().skip(before).filter(|secret| secret.name == PLAIN) {
            "SecretStringTemplate".clone_into(&mut secret.name);
        }
        let key = recipe.get("GenerateStringKey").and_then(Node::as_str);
        let mut place = 0;
        self.found.retain(|secret| {
            place += 1;
            place <= before || key != Some(secret.name.as_str())
        });
    }
}
