//! Addresses of documents and paths. Two addresses are the same document if their decoded paths are: `%3A` is `:`.

use lsp_types::Uri;
use serde_json::Value;
use std::path::{MAIN_SEPARATOR, Path, PathBuf};

/// The keys of the protocol whose values are addresses.
const KEYS: [&str; 7] = ["uri", "rootUri", "scopeUri", "oldUri", "newUri", "targetUri", "baseUri"];

/// Encodes what clients leave in addresses and the syntax does not allow, such as blanks and letters outside of ASCII. Only addresses
/// of parameters are touched, and nothing below them.
pub(super) fn clean(params: &mut Value) {
    match params {
        Value::Object(map) => {
            for (key, value) in map {
                match value {
                    Value::String(text) if KEYS.contains(&key.as_str()) => *text = encoded(text, is_allowed),
                    Value::Object(_) | Value::Array(_) => clean(value),
                    _ => {}
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(clean),
        _ => {}
    }
}

/// Whether a byte may be in an address (RFC 3986: unreserved, reserved, and the percent sign). Brackets are only around the address of a
/// host, which no file of ours has.
fn is_allowed(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:/?#@!$&'()*+,;=%".contains(&byte)
}

fn encoded(text: &str, is_allowed: fn(u8) -> bool) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if is_allowed(byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16));
            let (high, low) = (digit()?, digit()?);
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// The path of a document. One that is in no file has a path in a folder, by the name that its address has.
pub(super) fn path(uri: &Uri, folder: &Path) -> PathBuf {
    file_path(uri).unwrap_or_else(|| {
        let name = decoded(uri.as_str()).unwrap_or_else(|| uri.as_str().to_owned());
        folder.join(name.replace(['/', '\\', '\0'], "_"))
    })
}

/// The path of an address of a file.
pub(super) fn file_path(uri: &Uri) -> Option<PathBuf> {
    let (scheme, rest) = uri.as_str().split_once(':')?;
    if !scheme.eq_ignore_ascii_case("file") {
        return None;
    }
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (host, path) = match rest.strip_prefix("//") {
        Some(rest) => rest.split_at(rest.find('/').unwrap_or(rest.len())),
        None => ("", rest),
    };
    let path = decoded(path)?;
    if path.is_empty() || path.contains('\0') {
        return None;
    }
    let is_local = host.is_empty() || host.eq_ignore_ascii_case("localhost");
    let path = if MAIN_SEPARATOR == '\\' {
        let path = if is_local { with_drive(&path) } else { format!("//{}{path}", decoded(host)?) };
        path.replace('/', "\\")
    } else if is_local {
        path
    } else {
        return None;
    };
    Some(crate::paths::without_detours(Path::new(&path)))
}

/// `C:/a` of `/c:/a`.
fn with_drive(path: &str) -> String {
    let rest = path.strip_prefix('/').unwrap_or(path);
    let mut chars = rest.chars();
    match (chars.next(), chars.next()) {
        (Some(drive), Some(':')) if drive.is_ascii_alphabetic() => {
            format!("{}:{}", drive.to_ascii_uppercase(), chars.as_str())
        }
        _ => path.to_owned(),
    }
}

/// The address of a file. None if its path has bytes that no address has.
pub(super) fn of_path(path: &Path) -> Option<Uri> {
    let path = path.to_str()?;
    let path = if MAIN_SEPARATOR == '\\' { path.replace('\\', "/") } else { path.to_owned() };
    // Editors encode the colon of a drive, and clients compare addresses as texts.
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    let path = encoded(&path, is_plain);
    let address = match path.strip_prefix("//") {
        Some(share) if MAIN_SEPARATOR == '\\' => format!("file://{share}"),
        _ if path.starts_with('/') => format!("file://{path}"),
        _ => format!("file:///{path}"),
    };
    address.parse().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use serde_json::json;

    #[test]
    fn what_clients_leave_in_addresses_is_encoded() {
        let mut params = json!({ "textDocument": { "uri": "file:///a b/[id]/é.yaml", "text": "[x] y" } });
        clean(&mut params);
        assert_eq!(params["textDocument"]["uri"], "file:///a%20b/%5Bid%5D/%C3%A9.yaml");
        assert_eq!(params["textDocument"]["text"], "[x] y");
        let uri: Uri = params["textDocument"]["uri"].as_str().unwrap().parse().unwrap();
        assert_eq!(file_path(&uri).unwrap(), Path::new("/a b/[id]/é.yaml"));
    }
}
