//! Texts with placeholders, as `named:` has them: `/aws/rds/instance/{name}/{$}`, `*/restapis/{$.Properties.RestApiId}`.

use super::path::Path;
use serde::Deserialize;

/// A text with placeholders, such as `/aws/lambda/{name}`, or the end of one, such as `*/stages/{$.Properties.StageName}`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(with = "String"))]
#[serde(try_from = "String")]
pub struct Named {
    /// Its pieces, in order.
    pub pieces: Vec<Piece>,
}

/// A piece of such a text.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// `*`, only as the first one: any characters, such as the partition, Region and account of an ARN.
    Any,
    /// These characters.
    Text(String),
    /// `{name}`: the current resource's physical name.
    Name,
    /// `{$.Properties.StageName}`: the value there; `{$}` is the current element itself.
    Path(Path),
}

impl TryFrom<String> for Named {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text.as_str();
        if let Some(end) = rest.strip_prefix('*') {
            // The last segment of a text is what it is found by, and where the end begins has to be known.
            let start = end.split('{').next().unwrap_or_default();
            if !start.starts_with([':', '/']) || start.len() < 2 {
                return Err(format!(
                    "in `{text}`, `*` must be followed by a text that begins with `/` or `:`, such as `*/stages/`"
                ));
            }
            pieces.push(Piece::Any);
            rest = end;
        }
        if rest.contains('*') {
            return Err(format!("`{text}` has a `*` that is not its first character"));
        }
        while let Some((before, after)) = rest.split_once('{') {
            if !before.is_empty() {
                pieces.push(Piece::Text(before.to_owned()));
            }
            let (inner, after) =
                after.split_once('}').ok_or_else(|| format!("`{text}` has a `{{` without a closing `}}`"))?;
            pieces.push(match inner {
                "name" => Piece::Name,
                path if path.starts_with('$') => Piece::Path(Path::try_from(path.to_owned())?),
                other => {
                    return Err(format!(
                        "`{{{other}}}` is not a valid placeholder: use `{{name}}` or a path such as \
                         `{{$.Properties.Id}}`"
                    ));
                }
            });
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        Ok(Self { pieces })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use super::*;

    #[test]
    fn pieces() {
        let path = |text: &str| Piece::Path(Path::try_from(text.to_owned()).unwrap());
        let read = |text: &str| Named::try_from(text.to_owned()).map(|named| named.pieces);
        assert_eq!(
            read("/aws/{name}/{$}{$.Properties.Stage}-x").unwrap(),
            [
                Piece::Text("/aws/".to_owned()),
                Piece::Name,
                Piece::Text("/".to_owned()),
                path("$"),
                path("$.Properties.Stage"),
                Piece::Text("-x".to_owned()),
            ]
        );
        assert_eq!(read("*/stages/{$}").unwrap(), [Piece::Any, Piece::Text("/stages/".to_owned()), path("$")]);
        for text in ["*", "*{$}", "*stages/{$}", "*/{$}", "*:{name}"] {
            assert!(read(text).unwrap_err().contains("must be followed by"), "{text}");
        }
        for text in ["/a/*", "*/a/*", "{name}*"] {
            assert!(read(text).unwrap_err().contains("not its first character"), "{text}");
        }
        assert!(read("{nome}").unwrap_err().contains("`{nome}` is not a valid placeholder"));
        assert!(read("a{name").unwrap_err().contains("without a closing"));
        assert!(read("{$.Rules[?@.a]}").unwrap_err().contains("filter"));
    }
}
