//! Standard input and output: messages in frames of bytes, as the protocol's base has them.
//!
//! lsp-server's reader ends at a message that it does not understand, so this one is ours: such a message gets an error, and the next
//! one is read. Only the end of the input, or bytes that are no frame, end it.

use super::publishing::{Publication, Sent};
use super::work::Event;
use crate::files::Disk;
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::MessageType;
use memchr::memmem;
use serde::Serialize;
use serde_json::{Value, json};
use std::io::{self, BufRead, Read, Write};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

/// The largest message that is read. The text of a document of the largest size fits, with every character escaped.
const MAX_MESSAGE: u64 = 256 << 20;
/// Room for a message that is reserved before its bytes arrive.
const FIRST_BYTES: u64 = 2 << 20;
/// The longest line of a header.
const MAX_HEADER: u64 = 1 << 12;

/// What is to be written.
enum Outgoing {
    Sent(Sent),
    /// The error of a message whose id is not known or not allowed.
    Refusal(Value),
    End,
}

/// Writes messages from a thread of its own, so that a client that does not read does not stop the server.
#[derive(Clone)]
pub(super) struct Writer {
    queue: Sender<Outgoing>,
    thread: Arc<Mutex<Option<JoinHandle<()>>>>,
}

impl Writer {
    /// Starts the thread.
    pub(super) fn start() -> Self {
        let (queue, waiting) = mpsc::channel();
        let thread = thread::spawn(move || write_all(&waiting, &mut io::stdout()));
        Self { queue, thread: Arc::new(Mutex::new(Some(thread))) }
    }

    /// Writes a message. If standard output is closed, it is lost.
    pub(super) fn send(&self, sent: Sent) {
        let _ = self.queue.send(Outgoing::Sent(sent));
    }

    fn refuse(&self, id: &Value, code: ErrorCode, message: &str) {
        let refusal = json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code as i32, "message": message } });
        let _ = self.queue.send(Outgoing::Refusal(refusal));
    }

    /// Waits until everything is written.
    pub(super) fn finish(&self) {
        let _ = self.queue.send(Outgoing::End);
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        // A panic of the thread has been reported.
        let _ = thread.map(JoinHandle::join);
    }
}

fn write_all(waiting: &Receiver<Outgoing>, to: &mut impl Write) {
    for outgoing in waiting {
        let written = match outgoing {
            Outgoing::Sent(Sent::Message(message)) => message.write(to),
            Outgoing::Sent(Sent::Publication(publication)) => {
                let notification = Written { jsonrpc: "2.0", method: Publication::METHOD, params: &publication };
                // It is plain data, so it can be written.
                write_frame(&serde_json::to_vec(&notification).unwrap_or_default(), to)
            }
            Outgoing::Refusal(value) => write_frame(value.to_string().as_bytes(), to),
            Outgoing::End => return,
        };
        if written.is_err() {
            return;
        }
    }
}

/// A notification.
#[derive(Serialize)]
struct Written<'a> {
    jsonrpc: &'static str,
    method: &'static str,
    params: &'a Publication,
}

fn write_frame(bytes: &[u8], to: &mut impl Write) -> io::Result<()> {
    write!(to, "Content-Length: {}\r\n\r\n", bytes.len())?;
    to.write_all(bytes)?;
    to.flush()
}

/// Reads standard input on a thread of its own.
pub(super) fn start_reader(events: Sender<Event>, writer: Writer) {
    thread::spawn(move || {
        let mut input = Disk::input();
        while let Some(frame) = next(&mut input) {
            let message = match frame {
                Frame::Message(message) => message,
                Frame::Broken(id, code, why) => {
                    writer.refuse(&id, code, &why);
                    continue;
                }
                Frame::Lost(why) => {
                    writer.refuse(&Value::Null, ErrorCode::ParseError, &why);
                    writer.send(Sent::Message(lost(&why)));
                    continue;
                }
            };
            if events.send(Event::Message(message)).is_err() {
                return;
            }
        }
        // If nobody receives it, the server has ended.
        let _ = events.send(Event::End);
    });
}

/// The message that a document is not known any more as it is.
fn lost(why: &str) -> Message {
    let message = format!(
        "hipaalint could not read a change of a document, so its findings may be those of an older text. Close the document and open \
         it again. ({why})"
    );
    let params = json!({ "type": MessageType::ERROR, "message": message });
    Notification { method: "window/showMessage".to_owned(), params }.into()
}

/// One frame.
#[derive(Debug)]
enum Frame {
    Message(Message),
    /// One that is not a message: its id if that is known, and why.
    Broken(Value, ErrorCode, String),
    /// The same, which would have changed a document. Nobody waits for the result of such a message.
    Lost(String),
}

/// The next frame; none at the end of the input, or where no frame can be found any more.
fn next(input: &mut impl BufRead) -> Option<Frame> {
    let length = match header(input).ok()?? {
        Some(length) => length,
        None => return Some(Frame::Broken(Value::Null, ErrorCode::ParseError, "no Content-Length".to_owned())),
    };
    if length > MAX_MESSAGE {
        let skipped = io::copy(&mut input.by_ref().take(length), &mut io::sink()).ok()?;
        let why = format!("the message is larger than {} MiB", MAX_MESSAGE >> 20);
        return (skipped == length).then_some(Frame::Broken(Value::Null, ErrorCode::InvalidRequest, why));
    }
    // The declared length reserves no more than this.
    let mut bytes = Vec::with_capacity(usize::try_from(length.min(FIRST_BYTES)).unwrap_or_default());
    input.by_ref().take(length).read_to_end(&mut bytes).ok()?;
    if bytes.len() as u64 != length {
        return None;
    }
    Some(message(&bytes))
}

/// The length that a header declares, at the end of the header. None at the end of the input; `Some(None)` without a length.
fn header(input: &mut impl BufRead) -> io::Result<Option<Option<u64>>> {
    let mut length = None;
    let mut is_first = true;
    loop {
        let mut line = Vec::new();
        input.by_ref().take(MAX_HEADER).read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return Ok(None);
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end_matches(['\r', '\n']);
        if text.is_empty() {
            // Blank lines between messages are skipped.
            if is_first {
                continue;
            }
            return Ok(Some(length));
        }
        is_first = false;
        if let Some((name, value)) = text.split_once(':')
            && name.trim().eq_ignore_ascii_case("Content-Length")
        {
            length = value.trim().parse().ok();
        }
    }
}

/// JSON with U+FFFD in place of each half of a character. Editors whose texts are UTF-16 can have such a half, and no UTF-8 has: the
/// change of a document must not be lost for it. Each is one unit of UTF-16 and three bytes, as U+FFFD is, so positions stay right.
fn without_halves(bytes: &[u8]) -> Vec<u8> {
    /// Half of a character as a number, if an escape begins here that is one.
    fn escaped(bytes: &[u8]) -> Option<u32> {
        let [b'\\', b'u', digits @ ..] = bytes else { return None };
        let digits = std::str::from_utf8(digits.get(..4)?).ok()?;
        u32::from_str_radix(digits, 16).ok()
    }
    let is_first = |unit: u32| (0xD800..0xDC00).contains(&unit);
    let is_second = |unit: u32| (0xDC00..0xE000).contains(&unit);
    const ESCAPE: usize = r"\uFFFD".len();
    let mut clean = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let length = match (escaped(rest), rest) {
            (Some(unit), _) if is_first(unit) || is_second(unit) => {
                let second = rest.get(ESCAPE..).and_then(escaped);
                let is_whole = is_first(unit) && second.is_some_and(is_second);
                let length = if is_whole { 2 * ESCAPE } else { ESCAPE };
                let kept = if is_whole { rest.get(..length).unwrap_or_default() } else { br"\uFFFD" };
                clean.extend_from_slice(kept);
                at += length;
                continue;
            }
            // Any other escape, a backslash among them.
            (_, [b'\\', _, ..]) => 2,
            // As programs write them that do not know better.
            (_, [0xED, 0xA0..=0xBF, 0x80..=0xBF, ..]) => {
                clean.extend_from_slice("\u{FFFD}".as_bytes());
                at += 3;
                continue;
            }
            _ => 1,
        };
        clean.extend_from_slice(rest.get(..length).unwrap_or_default());
        at += length;
    }
    clean
}

/// What the bytes of a frame say.
fn message(bytes: &[u8]) -> Frame {
    let read = serde_json::from_slice(bytes);
    let value: Value = match read.or_else(|error| serde_json::from_slice(&without_halves(bytes)).map_err(|_| error)) {
        Ok(value) => value,
        Err(error) => {
            let why = format!("the message is not JSON: {error}");
            let is_change = memmem::find(bytes, b"\"textDocument/did").is_some();
            return if is_change { Frame::Lost(why) } else { Frame::Broken(Value::Null, ErrorCode::ParseError, why) };
        }
    };
    let Value::Object(mut map) = value else {
        let why = "the message is not an object; batches are not part of the protocol";
        return Frame::Broken(Value::Null, ErrorCode::InvalidRequest, why.to_owned());
    };
    let raw = map.remove("id");
    let id = match &raw {
        Some(Value::String(text)) => Some(RequestId::from(text.clone())),
        Some(Value::Number(number)) => number.as_i64().and_then(|id| i32::try_from(id).ok()).map(RequestId::from),
        _ => None,
    };
    let params = map.remove("params").unwrap_or_default();
    match (map.remove("method"), raw, id) {
        (Some(Value::String(method)), None, _) => Frame::Message(Notification { method, params }.into()),
        (Some(Value::String(method)), Some(_), Some(id)) => Frame::Message(Request { id, method, params }.into()),
        (Some(_), raw, _) => {
            let why = "the id is not a text or a number of 32 bits, or the method is not a text";
            Frame::Broken(raw.unwrap_or_default(), ErrorCode::InvalidRequest, why.to_owned())
        }
        (None, Some(_), Some(id)) => {
            // Without a result, a client had nothing to say.
            let error = map.remove("error").filter(|error| !error.is_null());
            let response = match error {
                Some(error) => {
                    let text = error.get("message").and_then(Value::as_str).unwrap_or_default();
                    Response::new_err(id, ErrorCode::UnknownErrorCode as i32, text.to_owned())
                }
                None => Response::new_ok(id, map.remove("result").unwrap_or_default()),
            };
            Frame::Message(response.into())
        }
        // The error of a message of ours that the client did not understand.
        (None, Some(_), None) if map.contains_key("error") => {
            Frame::Message(Notification { method: "$/refused".to_owned(), params: Value::Null }.into())
        }
        (None, raw, _) => {
            let why = "the message has neither a method nor the id of a request";
            Frame::Broken(raw.unwrap_or_default(), ErrorCode::InvalidRequest, why.to_owned())
        }
    }
}
