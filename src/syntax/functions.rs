//! CloudFormation's functions by name: their short tags, and which keys call one.

use super::{MAX_NOTES, SyntaxNote};
use crate::change::Value;
use crate::code::Code;
use crate::source::Span;
use crate::suggest::nearest;

/// Short forms and the key of their long form.
///
/// The functions of AWS's "Intrinsic function reference" and "Rule functions", without `Fn::ForEach`: its key has the loop's
/// name, which a tag cannot have. `Ref` and `Condition` have no `Fn::`.
pub(super) const SHORT_FORMS: [(&str, &str); 27] = [
    ("Ref", "Ref"),
    ("Sub", "Fn::Sub"),
    ("GetAtt", "Fn::GetAtt"),
    ("Join", "Fn::Join"),
    ("Select", "Fn::Select"),
    ("Equals", "Fn::Equals"),
    ("If", "Fn::If"),
    ("GetAZs", "Fn::GetAZs"),
    ("FindInMap", "Fn::FindInMap"),
    ("Base64", "Fn::Base64"),
    ("ImportValue", "Fn::ImportValue"),
    ("Not", "Fn::Not"),
    ("Condition", "Condition"),
    ("Split", "Fn::Split"),
    ("Or", "Fn::Or"),
    ("And", "Fn::And"),
    ("Cidr", "Fn::Cidr"),
    ("Transform", "Fn::Transform"),
    ("Length", "Fn::Length"),
    ("ToJsonString", "Fn::ToJsonString"),
    ("GetStackOutput", "Fn::GetStackOutput"),
    ("Contains", "Fn::Contains"),
    ("EachMemberEquals", "Fn::EachMemberEquals"),
    ("EachMemberIn", "Fn::EachMemberIn"),
    ("RefAll", "Fn::RefAll"),
    ("ValueOf", "Fn::ValueOf"),
    ("ValueOfAll", "Fn::ValueOfAll"),
];

/// Whether a key may call a function or look as if it did: few keys begin so, and all are asked.
#[inline]
pub(super) fn may_call(key: &str) -> bool {
    matches!(key.as_bytes(), [b'F' | b'f' | b'R', ..])
}

/// Whether a key calls a macro or a loop.
pub(super) fn calls_macro(key: &str) -> bool {
    key.starts_with("Fn::") && (key == "Fn::Transform" || key.starts_with("Fn::ForEach"))
}

/// Whether a key or tag is a directive of Rain, a program that makes templates from templates: `Rain::Embed`.
///
/// Source: package `cft/pkg` of github.com/aws-cloudformation/rain, in which they are YAML tags or maps with one key (2026-11).
pub(super) fn is_of_rain(name: &str) -> bool {
    name.starts_with("Rain::")
}

/// The note for a directive of Rain.
pub(super) fn rain_note(written: &str, span: Span) -> SyntaxNote {
    let message = format!("`{written}` is a directive of Rain, so this value and others like it are unknown");
    let help = "Rain expands its directives. Run `rain pkg` on the file, and lint the output.".to_owned();
    SyntaxNote { code: Code::RainDirective, span, message, help }
}

/// Adds a note, unless there are too many.
pub(super) fn add_note(notes: &mut Vec<SyntaxNote>, note: SyntaxNote) {
    let is_known = note.code == Code::RainDirective && notes.iter().any(|known| known.code == Code::RainDirective);
    if notes.len() < MAX_NOTES && !is_known {
        notes.push(note);
    }
}

/// Whether a key looks like the call of a function (`Fn::Iff`, `fn::If`, `Fn:If`), but is not. Asked of every key, so the bytes
/// that nearly all of them differ in are compared here and now.
pub(super) fn is_misspelled(key: &str) -> bool {
    match key.as_bytes() {
        [b'R', b'a', b'i', b'n', b':', ..] => is_of_rain(key),
        [b'F' | b'f', b'N' | b'n', b':', ..] => {
            !SHORT_FORMS.iter().any(|(_, long)| *long == key) && !key.starts_with("Fn::ForEach::")
        }
        _ => false,
    }
}

/// The short name of the function that a misspelled key or tag probably means. `name` has no `Fn::` and no `!`.
pub(super) fn meant(name: &str) -> Option<&'static str> {
    let names = || SHORT_FORMS.iter().map(|(short, _)| *short);
    names().find(|short| short.eq_ignore_ascii_case(name)).or_else(|| nearest(name, names()))
}

/// The key that calls a function, by its short name.
pub(super) fn long_form(short: &str) -> Option<&'static str> {
    SHORT_FORMS.iter().find(|(name, _)| *name == short).map(|(_, long)| *long)
}

/// The short name of the function that a key calls. `Condition` is none: as a key it mostly is no function.
pub(super) fn short_form(long: &str) -> Option<&'static str> {
    SHORT_FORMS.iter().find(|(_, key)| *key == long && *key != "Condition").map(|(short, _)| *short)
}

/// Whether a key calls a function, known or unknown, that stands for the whole map, which has no other key then. Macros and loops may
/// have others beside them.
pub(super) fn is_function(key: &str) -> bool {
    key == "Ref" || (key.starts_with("Fn::") && !calls_macro(key))
}

/// Whether a value to write is the call of a function.
pub(super) fn is_call(value: &Value) -> bool {
    matches!(value, Value::Map(entries) if matches!(entries.as_slice(), [(key, _)] if is_function(key)))
}

/// The note for a key that looks like a function.
pub(super) fn note(key: &str, span: Span) -> SyntaxNote {
    if is_of_rain(key) {
        return rain_note(key, span);
    }
    let name = key.trim_start_matches(['F', 'f', 'N', 'n']).trim_start_matches(':');
    let help = match meant(name).and_then(long_form) {
        Some(long) => format!("Did you mean `{long}`?"),
        None if name.get(..7).is_some_and(|name| name.eq_ignore_ascii_case("ForEach")) => {
            "A loop has a name in its key: `Fn::ForEach::Name`.".to_owned()
        }
        None => "Check the spelling. If another program replaces it, lint the output of that program.".to_owned(),
    };
    let message = format!("`{key}` is not a CloudFormation function, so its value is unknown");
    SyntaxNote { code: Code::UnknownFunction, span, message, help }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceId;

    #[test]
    fn misspelled_functions_are_seen() {
        for (key, meant) in [
            ("Fn::Iff", "`Fn::If`"),
            ("fn::If", "`Fn::If`"),
            ("Fn::sub", "`Fn::Sub`"),
            ("Fn:Sub", "`Fn::Sub`"),
            ("FN::GETATT", "`Fn::GetAtt`"),
            ("Fn::Ref", "`Ref`"),
            ("Fn::FindInMaps", "`Fn::FindInMap`"),
            ("Fn::ForEach", "`Fn::ForEach::Name`"),
            ("fn::foreach::Name", "`Fn::ForEach::Name`"),
            ("Rain::Embed", "`rain pkg`"),
            ("Fn::Upper", "Check the spelling"),
            ("Fn::", "Check the spelling"),
        ] {
            assert!(is_misspelled(key), "{key}");
            let note = note(key, Span::new(SourceId(0), 0, 0));
            assert!(note.help.contains(meant), "{key}: {}", note.help);
        }
        for key in ["Fn::If", "Ref", "Fn::ForEach::Name", "Fn::Transform", "Function", "fn", "Fnord:x", "Type"] {
            assert!(!is_misspelled(key), "{key}");
        }
    }
}
