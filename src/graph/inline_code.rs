//! Calls in a function's inline code that write its whole event to the log.
//!
//! An event is what the function was called with: a record, a message, a request with its body. The code is read as far as the
//! question needs: strings, comments, brackets and names, in Python and in JavaScript. What is not understood is not a finding.

mod tokens;

use tokens::{Token, lex};

/// Languages of inline code (Lambda takes no others).
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Language {
    /// `python3.12`.
    Python,
    /// `nodejs22.x`.
    JavaScript,
}

/// A call that logs the event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedEvent {
    /// The line of the code, counted from 1.
    pub line: usize,
    /// The line's text, without the space around it.
    pub code: String,
}

/// Functions that only turn a value into text.
const DUMPERS: [&str; 10] =
    ["String", "dict", "dumps", "format", "inspect", "pformat", "repr", "str", "stringify", "toString"];

/// Methods of loggers, in both languages.
const METHODS: [&str; 13] = [
    "critical",
    "debug",
    "dir",
    "error",
    "exception",
    "fatal",
    "info",
    "log",
    "notice",
    "trace",
    "warn",
    "warning",
    "write",
];

/// More tokens than a call of a logger has. Code is input: no two of its brackets make reading it slow.
const MOST_ARGUMENTS: usize = 2000;

/// The calls in `code` that log the first parameter of the function `handler` (`event` where it is not found).
pub fn logged_events(code: &str, handler: &str, language: Language) -> Vec<LoggedEvent> {
    let tokens = lex(code, language);
    let event = parameter(&tokens, handler).unwrap_or("event");
    let mut found: Vec<LoggedEvent> = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        if !matches!(token, Token::Mark('(', _)) || !is_log_call(&tokens, index) {
            continue;
        }
        let end = tokens.len().min(index + 1 + MOST_ARGUMENTS);
        let arguments = tokens.get(index + 1..end).unwrap_or_default();
        if mentions(arguments, event, true, language) {
            let line = token.line();
            if found.last().is_none_or(|last| last.line != line) {
                let text = code.lines().nth(line.saturating_sub(1)).unwrap_or_default();
                found.push(LoggedEvent { line, code: text.trim().to_owned() });
            }
        }
    }
    found
}

/// The name of the first parameter where the handler is defined: `def handler(event, …`, `handler = async (event) =>`,
/// `handler = event =>`.
fn parameter<'c>(tokens: &[Token<'c>], handler: &str) -> Option<&'c str> {
    let name = |index: usize| match tokens.get(index) {
        Some(Token::Name(name, _)) => Some(*name),
        _ => None,
    };
    let is = |index: usize, mark: char| matches!(tokens.get(index), Some(Token::Mark(found, _)) if *found == mark);
    let starts = (0..tokens.len()).filter(|index| name(*index) == Some(handler));
    for start in starts {
        let mut at = start + 1;
        if is(at, '=') {
            at += 1;
        }
        while matches!(name(at), Some("async" | "function")) {
            at += 1;
        }
        let opened = is(at, '(');
        let parameter = name(at + usize::from(opened));
        let defines = start.checked_sub(1).and_then(name).is_some_and(|before| matches!(before, "def" | "function"));
        let arrow = is(at + 1, '=') && is(at + 2, '>');
        if parameter.is_some() && ((opened && (defines || at > start + 1)) || arrow) {
            return parameter;
        }
    }
    None
}

/// Whether the bracket at `index` opens the arguments of a call that logs: `print(`, `console.log(`, `logger.info(`.
fn is_log_call(tokens: &[Token<'_>], index: usize) -> bool {
    let name = |back: usize| match index.checked_sub(back).and_then(|at| tokens.get(at)) {
        Some(Token::Name(name, _)) => Some(*name),
        _ => None,
    };
    let dot = matches!(index.checked_sub(2).and_then(|at| tokens.get(at)), Some(Token::Mark('.', _)));
    match (name(1), dot) {
        (Some("print" | "pprint"), false) => true,
        (Some(method), true) => {
            let owner = name(3).unwrap_or_default().to_ascii_lowercase();
            METHODS.contains(&method) && (owner == "console" || owner.contains("log") || owner == "stdout")
        }
        _ => false,
    }
}

/// Whether the whole event is mentioned before the bracket that closes, other than inside a call that makes something else of it.
fn mentions(tokens: &[Token<'_>], event: &str, whole: bool, language: Language) -> bool {
    // For each open bracket: whether what is in it comes out as it is.
    let mut open = vec![whole];
    for (index, token) in tokens.iter().enumerate() {
        let plain = open.last().copied().unwrap_or(false);
        match token {
            Token::Mark('(', _) => {
                let callee = index.checked_sub(1).and_then(|at| tokens.get(at));
                open.push(match callee {
                    Some(Token::Name(name, _)) => plain && DUMPERS.contains(name),
                    _ => plain,
                });
            }
            Token::Mark('[' | '{', _) => open.push(plain),
            Token::Mark(')' | ']' | '}', _) => {
                open.pop();
                if open.is_empty() {
                    return false;
                }
            }
            Token::Name(name, _) if plain && *name == event && is_whole(tokens, index, language) => return true,
            Token::Inserted(inner) if mentions(inner, event, plain, language) => return true,
            _ => {}
        }
    }
    false
}

/// Whether the name at `index` is the value itself: no attribute of something else, no key, and nothing is taken out of it.
fn is_whole(tokens: &[Token<'_>], index: usize, language: Language) -> bool {
    let mark = |at: Option<usize>| match at.and_then(|at| tokens.get(at)) {
        Some(Token::Mark(mark, _)) => Some(*mark),
        _ => None,
    };
    let after = mark(Some(index + 1));
    let is_key = match language {
        // A keyword argument: `event=event`.
        Language::Python => after == Some('=') && mark(Some(index + 2)) != Some('='),
        // A key of an object: `{ event: … }`.
        Language::JavaScript => after == Some(':'),
    };
    let optional = after == Some('?') && mark(Some(index + 2)) == Some('.');
    let compared = after == Some('=') || (after == Some('!') && language == Language::JavaScript);
    mark(index.checked_sub(1)) != Some('.')
        && !matches!(after, Some('.' | '[' | '('))
        && !is_key
        && !optional
        && !compared
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    fn lines(code: &str, language: Language) -> Vec<usize> {
        logged_events(code, "handler", language).into_iter().map(|one| one.line).collect()
    }

    #[test]
    fn python() {
        for statement in [
            "print(event)",
            "print('event', event)",
            "print(json.dumps(event, indent=2))",
            "print(f\"got {event}\")",
            "print(f'got {json.dumps(event)}')",
            "logger.info(f\"Processing event: {json.dumps(event)}\")",
            "logger.info(\"Received event: \" + json.dumps(event))",
            "logging.debug('%s', event)",
            "self.logger.info('event=%s' % event)",
            "log.info('got', extra={'event': event})",
            "logger.info('got', event=event)",
            "print('got {}'.format(event))",
            "print(f'''got\n{event!r}''')",
        ] {
            let code = format!("def handler(event, context):\n    {statement}\n");
            assert_eq!(lines(&code, Language::Python), [2], "{statement}");
        }
        for statement in [
            "print(event['id'])",
            "print(event.get('id'))",
            "print(len(event))",
            "print(json.dumps(redact(event)))",
            "print('event')",
            "print('{event}')",
            "# print(event)",
            "'''print(event)'''",
            "process(event)",
            "print(self.event)",
            "print(f'{event[\"id\"]} of {{event}}')",
            "logger.info('got', event='x')",
            "handle.info(event)",
            "print(",
        ] {
            let code = format!("def handler(event, context):\n    {statement}\n");
            assert_eq!(lines(&code, Language::Python), [0; 0], "{statement}");
        }
    }

    #[test]
    fn javascript() {
        for statement in [
            "console.log(event)",
            "console.log('got', event);",
            "console.log(JSON.stringify(event, null, 2));",
            "console.log(`got ${JSON.stringify(event)}`);",
            "console.log({ event });",
            "console.info('got ' + event);",
            "logger.debug({ data: event });",
            "console.log(util.inspect(event, { depth: null }));",
        ] {
            let code = format!("exports.handler = async (event, context) => {{\n  {statement}\n}};");
            assert_eq!(lines(&code, Language::JavaScript), [2], "{statement}");
        }
        for statement in [
            "console.log(event.id);",
            "console.log(event?.id);",
            "console.log(event['id']);",
            "console.log('event');",
            "console.log({ event: event.id });",
            "console.log(Object.keys(event));",
            "console.log(typeof event === 'object');",
            "// console.log(event)",
            "/* console.log(event) */",
            "save(event);",
        ] {
            let code = format!("exports.handler = async (event, context) => {{\n  {statement}\n}};");
            assert_eq!(lines(&code, Language::JavaScript), [0; 0], "{statement}");
        }
    }

    #[test]
    fn the_event_goes_by_its_parameter() {
        let python = |code: &str| lines(code, Language::Python);
        let javascript = |code: &str| lines(code, Language::JavaScript);
        assert_eq!(python("def handler(e, c):\n  print(e)\n  print(event)"), [2]);
        assert_eq!(python("async def handler(request: dict):\n  print(request)"), [2]);
        assert_eq!(javascript("exports.handler = e => {\nconsole.log(e)}"), [2]);
        assert_eq!(javascript("export const handler = async (input) => {\nconsole.log(input)}"), [2]);
        assert_eq!(javascript("exports.handler = async function(message) {\nconsole.log(message)}"), [2]);
        assert_eq!(javascript("async function handler(message) {\nconsole.log(message)}"), [2]);
        assert_eq!(python("print(event)"), [1]);
        assert_eq!(logged_events("x = 1\n  print(event)  ", "handler", Language::Python)[0].code, "print(event)");
    }

    #[test]
    fn no_code_is_too_odd() {
        for code in
            ["", "'", "`${", "f'{", "((((", "))))", "f'{f\"{f'{event", "\u{10FFFE}x\u{10FFFF}", "/*", "\\", "print("]
        {
            for language in [Language::Python, Language::JavaScript] {
                assert_eq!(lines(code, language), [0; 0], "{code}");
            }
        }
        let deep = "`${".repeat(10_000);
        assert_eq!(lines(&deep, Language::JavaScript), [0; 0]);
        let brackets = format!("{}event", "print(".repeat(100_000));
        assert!(lines(&brackets, Language::Python).len() <= 1);
    }
}
