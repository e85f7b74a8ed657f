//! Streams of bytes that wait for the end of a run. Small ones stay in memory. Large ones share one temporary file without a name.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

/// The bytes that all streams together keep in memory before any of them is stored.
const MAX_KEPT: usize = 1 << 20;
/// The bytes of a stream that are stored together.
const BLOCK: usize = 1 << 14;

/// Streams, each with a number.
#[derive(Default)]
pub(crate) struct Spill {
    streams: Vec<Stream>,
    kept: usize,
    /// The temporary file, and its length.
    file: Option<(File, u64)>,
    /// Whether there is no place for a temporary file: then everything stays in memory.
    has_no_place: bool,
}

/// The bytes of one stream: its blocks, then its buffer.
#[derive(Default)]
struct Stream {
    blocks: Vec<Block>,
    buffer: Vec<u8>,
}

/// Some bytes that are complete.
enum Block {
    /// Their place in the temporary file.
    Stored { start: u64, length: usize },
    /// In memory: a buffer that grew further would be copied.
    Kept(Vec<u8>),
}

impl Spill {
    /// Adds bytes to a stream.
    pub(crate) fn write(&mut self, stream: usize, bytes: &[u8]) {
        if self.streams.len() <= stream {
            self.streams.resize_with(stream + 1, Stream::default);
        }
        let Some(own) = self.streams.get_mut(stream) else { return };
        own.buffer.extend_from_slice(bytes);
        self.kept += bytes.len();
        if own.buffer.len() < BLOCK {
            return;
        }
        if self.kept > MAX_KEPT && !self.has_no_place {
            self.store(stream);
        } else {
            let full = std::mem::replace(&mut own.buffer, Vec::with_capacity(2 * BLOCK));
            own.blocks.push(Block::Kept(full));
        }
    }

    /// Stores the buffer of a stream if there is a place for it. The buffer keeps its memory for the next block.
    fn store(&mut self, stream: usize) {
        let Some(own) = self.streams.get_mut(stream) else { return };
        let stored = match &mut self.file {
            Some(file) => append(file, &own.buffer),
            None => tempfile::tempfile().and_then(|file| append(self.file.insert((file, 0)), &own.buffer)),
        };
        match stored {
            Ok(start) => {
                let length = own.buffer.len();
                self.kept = self.kept.saturating_sub(length);
                own.blocks.push(Block::Stored { start, length });
                own.buffer.clear();
            }
            // What comes after it stays in memory, too.
            Err(_) => self.has_no_place = true,
        }
    }

    /// Writes a stream to `out`.
    ///
    /// # Errors
    /// Those of `out`, and of the temporary file.
    pub(crate) fn copy(&self, stream: usize, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
        self.blocks(stream, |bytes| out.write_all(bytes))
    }

    /// Gives the records of a stream to a function until it returns false. They were added by [`add_record`](Self::add_record).
    ///
    /// # Errors
    /// Those of the function, and of the temporary file.
    pub(crate) fn records(&self, stream: usize, mut each: impl FnMut(&[u8]) -> io::Result<bool>) -> io::Result<()> {
        // What of a record the blocks before have.
        let mut open: Vec<u8> = Vec::new();
        let mut goes_on = true;
        self.blocks(stream, |mut bytes| {
            while goes_on && !open.is_empty() && !bytes.is_empty() {
                // Its head first, then the rest of it.
                let missing = match record_length(&open) {
                    Some(length) => (HEAD + length).saturating_sub(open.len()),
                    None => HEAD - open.len(),
                };
                let (own, others) = bytes.split_at(missing.min(bytes.len()));
                open.extend_from_slice(own);
                bytes = others;
                if let Some(record) = record(&open) {
                    goes_on = each(record)?;
                    open.clear();
                }
            }
            while goes_on && let Some(record) = record(bytes) {
                goes_on = each(record)?;
                bytes = bytes.get(HEAD + record.len()..).unwrap_or_default();
            }
            if goes_on {
                open.extend_from_slice(bytes);
            }
            Ok(())
        })
    }

    /// Adds a record to a stream that has only records.
    pub(crate) fn add_record(&mut self, stream: usize, record: &[u8]) {
        let length = u32::try_from(record.len()).unwrap_or(u32::MAX);
        let record = record.get(..length as usize).unwrap_or(record);
        self.write(stream, &length.to_le_bytes());
        self.write(stream, record);
    }

    fn blocks(&self, stream: usize, mut each: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        let Some(own) = self.streams.get(stream) else { return Ok(()) };
        let mut read = Vec::new();
        for block in &own.blocks {
            let (start, length) = match block {
                Block::Stored { start, length } => (start, length),
                Block::Kept(bytes) => {
                    each(bytes)?;
                    continue;
                }
            };
            let Some((mut file, _)) = self.file.as_ref().map(|(file, end)| (file, end)) else { break };
            read.clear();
            file.seek(SeekFrom::Start(*start))?;
            if file.take(*length as u64).read_to_end(&mut read)? < *length {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            each(&read)?;
        }
        each(&own.buffer)
    }
}

/// The bytes before a record: its length.
const HEAD: usize = 4;

/// The first record of some bytes, if it is complete.
fn record(bytes: &[u8]) -> Option<&[u8]> {
    bytes.get(HEAD..HEAD + record_length(bytes)?)
}

/// The length of the first record of some bytes.
fn record_length(bytes: &[u8]) -> Option<usize> {
    Some(u32::from_le_bytes(*bytes.first_chunk::<HEAD>()?) as usize)
}

/// Writes bytes after the others. Returns their place.
fn append((file, end): &mut (File, u64), bytes: &[u8]) -> io::Result<u64> {
    let start = *end;
    file.seek(SeekFrom::Start(start))?;
    file.write_all(bytes)?;
    *end += bytes.len() as u64;
    Ok(start)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn streams_keep_their_bytes_in_memory_and_in_a_file() {
        let mut spill = Spill::default();
        let mut expected = [Vec::new(), Vec::new(), Vec::new()];
        for number in 0..60_000usize {
            let text = format!("{number}, ").repeat(number % 7);
            spill.write(number % 3, text.as_bytes());
            expected[number % 3].extend_from_slice(text.as_bytes());
        }
        assert!(spill.file.is_some() && spill.kept <= MAX_KEPT + 3 * BLOCK, "{}", spill.kept);
        for (stream, expected) in expected.iter().enumerate() {
            let mut out = Vec::new();
            spill.copy(stream, &mut out).unwrap();
            assert_eq!(&out, expected);
        }
        assert!(spill.copy(7, &mut Vec::new()).is_ok());
    }

    #[test]
    fn records_are_whole_across_blocks() {
        let mut spill = Spill::default();
        let record = |number: usize| format!("{number}").repeat(number % 900).into_bytes();
        (0..9_000).for_each(|number| spill.add_record(0, &record(number)));
        let mut number = 0;
        let each = |bytes: &[u8]| {
            assert_eq!(bytes, record(number));
            number += 1;
            Ok(number < 8_000)
        };
        spill.records(0, each).unwrap();
        assert_eq!(number, 8_000);
    }
}
