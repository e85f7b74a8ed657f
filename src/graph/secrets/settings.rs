//! Texts that are settings, where the place says only that they may be: YAML, `.ini`, `.properties`, XML.

use super::name_words::is_chosen;

/// Whether what stands under a key may be settings as well as something else: its text decides.
pub(super) fn may_be_settings(key: &str) -> bool {
    matches!(
        key,
        "AlertManagerDefinition"
            | "ConfigurationValues"
            | "Content"
            | "InlineRecipe"
            | "PipelineConfigurationBody"
            | "Value"
    )
}

/// Whether a map of this name holds variables, each of which may be settings.
pub(super) fn holds_variables(name: &str) -> bool {
    matches!(name, "Variables" | "Environment" | "EnvironmentVariables" | "RuntimeEnvironmentVariables")
}

/// Whether a text has lines of names and values: its first line is `name:`, `name: value`, `name = value` or `[section]`. A line that is
/// alone gives a name one word. A map in flow style whose keys are not in double quotes is no JSON, and XML is in angle brackets.
pub(super) fn is_settings(text: &str) -> bool {
    let is_read = |line: &&str| !line.is_empty() && !line.starts_with(['#', ';']) && !line.starts_with("---");
    // An item of a list begins as a map does.
    let mut lines = text.lines().map(|line| line.trim().trim_start_matches("- ")).filter(is_read);
    let Some(first) = lines.next() else { return false };
    let next = lines.next();
    if let Some(inner) = first.strip_prefix('{') {
        let inner = if inner.is_empty() { next.unwrap_or_default() } else { inner.trim_start() };
        return !inner.starts_with(['"', '{']) && entry(inner).is_some_and(|entry| entry.mark == ':');
    }
    if first.starts_with('<') {
        return text.trim_end().ends_with('>');
    }
    if is_section(first) {
        return next.is_some_and(|next| entry(next).is_some());
    }
    match (entry(first), next) {
        (Some(Entry { mark: ':', .. }), Some(_)) => true,
        (Some(_), Some(next)) => is_section(next) || entry(next).is_some(),
        (Some(only), None) => only.is_alone(),
        (None, _) => false,
    }
}

/// Whether a line is the name of a section: `[database]`.
fn is_section(line: &str) -> bool {
    let name = line.strip_prefix('[').and_then(|line| line.strip_suffix(']'));
    name.is_some_and(|name| !name.is_empty() && !name.starts_with('"') && !name.contains(['[', ']', '{', ',']))
}

/// A line that gives a name a value.
struct Entry<'c> {
    name: &'c str,
    mark: char,
    value: &'c str,
}

impl Entry<'_> {
    /// Whether a text may be this line alone: a map, or a word that may be a password.
    fn is_alone(&self) -> bool {
        let is_map = self.value.starts_with('{') && self.value.ends_with('}') && !self.value.starts_with("{{");
        let is_word = !self.value.is_empty() && !self.value.contains(char::is_whitespace);
        let may_be_password = || is_chosen(self.name) || self.value.bytes().any(|byte| byte.is_ascii_digit());
        is_map || (is_word && may_be_password())
    }
}

fn entry(line: &str) -> Option<Entry<'_>> {
    let at = line.bytes().position(|byte| matches!(byte, b':' | b'='))?;
    let (name, rest) = line.split_at_checked(at)?;
    let mut rest = rest.chars();
    let mark = rest.next()?;
    let value = rest.as_str();
    let name = name.trim_end().trim_matches(['"', '\'']);
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let is_mark = if mark == ':' { value.is_empty() || value.starts_with(' ') } else { !value.starts_with('=') };
    (!name.is_empty() && name.bytes().all(is_of_name) && is_mark).then_some(Entry { name, mark, value: value.trim() })
}

#[cfg(test)]
mod tests {
    use super::is_settings;

    #[test]
    fn settings_by_their_first_lines() {
        for text in [
            "db:\n  password: x",
            "host: a\nport: 1",
            "# settings\n\nhost: a\nport: 1",
            "'host': a\n'port': 1",
            "[db]\npassword = x",
            "; settings\n[remote \"origin\"]\nurl = x",
            "host = a\n[db]\nport = 1",
            "host=a\nport=1",
            "password=x",
            "password = hunter",
            "password: hunter",
            "token: a1b2c3",
            "db: {password: x}",
            "---\nenv:\n  - {name: a, value: b}",
            "- name: a\n  value: b",
            "- {name: a, value: b}",
            "{password: x}",
            "{'host': 'a', 'password': 'x'}",
            "{\n  host: a\n}",
            "<db><password>x</password></db>",
        ] {
            assert!(is_settings(text), "{text}");
        }
        for text in [
            "",
            "a text",
            "a text: of words",
            "token: refresh",
            "Note: what the page shows",
            "a == b",
            "{\"password\": \"x\"}",
            "{{resolve:ssm:x}}",
            "{proxy+}",
            "[\"a\"]",
            "- a\n- b",
            "[db]",
            "[a, b]\nx = y",
            "arn:aws:s3:::b",
            "https://a/b?c=d",
            "a = b\nand more words",
            "<a",
        ] {
            assert!(!is_settings(text), "{text}");
        }
    }
}
