//! Objects by their names, from one `git cat-file` that answers for a whole run.

use super::run::{PATIENCE, end, git};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;

/// The longest first line of an answer.
const MAX_LINE: u64 = 1 << 10;
/// The largest object that is read. Larger files are no templates, and their sizes are asked for before.
pub(super) const MAX_OBJECT: u64 = 256 << 20;

/// What is asked of objects.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// Their sizes.
    Size,
    /// Their bytes.
    Bytes,
}

/// An object; without its bytes if only the size was asked for.
#[derive(Debug)]
pub(super) struct Object {
    pub(super) size: u64,
    pub(super) bytes: Vec<u8>,
}

/// A running `git cat-file`.
#[derive(Debug)]
pub(super) struct Batch {
    child: Child,
    requests: ChildStdin,
    replies: Receiver<io::Result<Object>>,
}

impl Batch {
    pub(super) fn start(root: &Path, question: Question) -> io::Result<Self> {
        let kind = if question == Question::Size { "--batch-check" } else { "--batch" };
        let command = &mut git(root);
        let mut child = command.args(["cat-file", kind]).stdin(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let (Some(requests), Some(replies)) = (child.stdin.take(), child.stdout.take()) else {
            end(&mut child);
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let (send, receive) = mpsc::channel();
        let answer = move || {
            let mut replies = BufReader::new(replies);
            loop {
                let reply = reply(&mut replies, question);
                let is_over = reply.as_ref().is_err_and(|error| error.kind() != io::ErrorKind::NotFound);
                if send.send(reply).is_err() || is_over {
                    break;
                }
            }
        };
        match thread::Builder::new().spawn(answer) {
            Ok(_) => Ok(Self { child, requests, replies: receive }),
            Err(error) => {
                end(&mut child);
                Err(error)
            }
        }
    }

    /// Asks for an object by its hash.
    ///
    /// # Errors
    /// `NotFound` if the clone does not have it. After any other error, the process is of no use.
    pub(super) fn ask(&mut self, hash: &str) -> io::Result<Object> {
        self.requests.write_all(hash.as_bytes())?;
        self.requests.write_all(b"\n")?;
        self.requests.flush()?;
        self.replies.recv_timeout(PATIENCE).map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

/// An answer: `HASH blob SIZE`, and the bytes with a line break; or `HASH missing`.
fn reply(replies: &mut BufReader<ChildStdout>, question: Question) -> io::Result<Object> {
    let mut line = Vec::new();
    replies.by_ref().take(MAX_LINE).read_until(b'\n', &mut line)?;
    let odd = || io::Error::from(io::ErrorKind::InvalidData);
    let line = std::str::from_utf8(&line).map_err(|_| odd())?;
    if line.is_empty() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let mut words = line.split_ascii_whitespace().skip(1);
    let size = match (words.next(), words.next()) {
        (Some("blob"), Some(size)) => size.parse::<u64>().map_err(|_| odd())?,
        (Some("missing"), None) => return Err(io::ErrorKind::NotFound.into()),
        _ => return Err(odd()),
    };
    if question == Question::Size {
        return Ok(Object { size, bytes: Vec::new() });
    }
    if size > MAX_OBJECT {
        return Err(odd());
    }
    let mut bytes = Vec::new();
    replies.by_ref().take(size + 1).read_to_end(&mut bytes)?;
    if bytes.pop() != Some(b'\n') || bytes.len() as u64 != size {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Object { size, bytes })
}
