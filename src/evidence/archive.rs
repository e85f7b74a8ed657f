//! ZIP archives (PKWARE's APPNOTE 6.3.10), as far as bundles need them: files without folders, stored or deflated, at most 4 GiB.
//!
//! What is written has no times and one set of permissions. What is read is not trusted: sizes are checked before anything is unpacked,
//! and files may not overlap.

use super::{MAX_BUNDLE, MAX_FILES, MAX_UNPACKED};
use flate2::Crc;
use flate2::read::DeflateDecoder;
use std::collections::BTreeMap;
use std::io::{self, Read, Write};

const LOCAL: [u8; 4] = *b"PK\x03\x04";
const CENTRAL: [u8; 4] = *b"PK\x01\x02";
const END: [u8; 4] = *b"PK\x05\x06";
/// The bytes of each of these records without its texts.
const LOCAL_BYTES: usize = 30;
const CENTRAL_BYTES: usize = 46;
const END_BYTES: usize = 22;
/// Version 2.0 of the format has deflated files.
const VERSION: u16 = 20;
/// Made on Unix, whose permissions are understood everywhere: a regular file that its owner may write.
const MADE_BY: u16 = (3 << 8) | VERSION;
const PERMISSIONS: u32 = 0o100_644 << 16;
const STORED: u16 = 0;
const DEFLATED: u16 = 8;
/// 1 January 1980, the first day of the format.
const DATE: u16 = (1 << 5) | 1;
const ENCRYPTED: u16 = 1;

/// What has to be known of a file before it is written.
pub(super) struct Packed<'n> {
    pub(super) name: &'n str,
    pub(super) crc: u32,
    pub(super) bytes: u64,
    pub(super) packed_bytes: u64,
}

/// Writes an archive.
pub(super) struct Writer<W> {
    out: W,
    offset: u64,
    central: Vec<u8>,
    files: u16,
}

impl<W: Write> Writer<W> {
    pub(super) fn new(out: W) -> Self {
        Self { out, offset: 0, central: Vec::new(), files: 0 }
    }

    /// Adds a file, whose deflated bytes `write` writes.
    ///
    /// # Errors
    /// Those of writing, and that the archive becomes too large.
    pub(super) fn add(&mut self, file: &Packed<'_>, write: impl FnOnce(&mut W) -> io::Result<()>) -> io::Result<()> {
        let Packed { name, crc, .. } = file;
        let (bytes, packed_bytes) = (small(file.bytes)?, small(file.packed_bytes)?);
        let length = u16::try_from(name.len()).map_err(|_| too_large())?;
        let mut common = Vec::new();
        [VERSION, 0, DEFLATED, 0, DATE].iter().for_each(|field| common.extend_from_slice(&field.to_le_bytes()));
        [*crc, packed_bytes, bytes].iter().for_each(|field| common.extend_from_slice(&field.to_le_bytes()));
        [length, 0].iter().for_each(|field| common.extend_from_slice(&field.to_le_bytes()));
        self.central.extend_from_slice(&CENTRAL);
        self.central.extend_from_slice(&MADE_BY.to_le_bytes());
        self.central.extend_from_slice(&common);
        // No comment, the first disk, no internal attributes.
        [0_u16; 3].iter().for_each(|field| self.central.extend_from_slice(&field.to_le_bytes()));
        self.central.extend_from_slice(&PERMISSIONS.to_le_bytes());
        self.central.extend_from_slice(&small(self.offset)?.to_le_bytes());
        self.central.extend_from_slice(name.as_bytes());
        self.out.write_all(&LOCAL)?;
        self.out.write_all(&common)?;
        self.out.write_all(name.as_bytes())?;
        write(&mut self.out)?;
        self.files += 1;
        self.offset += LOCAL_BYTES as u64 + u64::from(length) + file.packed_bytes;
        Ok(())
    }

    /// Ends the archive.
    ///
    /// # Errors
    /// Those of writing, and that the archive is too large.
    pub(super) fn finish(mut self) -> io::Result<W> {
        let (start, bytes) = (small(self.offset)?, small(self.central.len() as u64)?);
        if self.offset + u64::from(bytes) + END_BYTES as u64 > MAX_BUNDLE {
            return Err(too_large());
        }
        self.out.write_all(&self.central)?;
        self.out.write_all(&END)?;
        for field in [0, 0, self.files, self.files] {
            self.out.write_all(&field.to_le_bytes())?;
        }
        for field in [bytes, start] {
            self.out.write_all(&field.to_le_bytes())?;
        }
        self.out.write_all(&0_u16.to_le_bytes())?;
        self.out.flush()?;
        Ok(self.out)
    }
}

/// A number of bytes that the format can have, and that a reader of bundles takes.
fn small(bytes: u64) -> io::Result<u32> {
    if bytes > MAX_UNPACKED { Err(too_large()) } else { u32::try_from(bytes).map_err(|_| too_large()) }
}

fn too_large() -> io::Error {
    let message = format!(
        "a bundle has at most {} MiB, and {} GiB unpacked; write one for each part of the templates",
        MAX_BUNDLE >> 20,
        MAX_UNPACKED >> 30
    );
    io::Error::new(io::ErrorKind::FileTooLarge, message)
}

/// Bytes on their route into an archive: counts them.
pub(super) struct Counted<W> {
    pub(super) out: W,
    pub(super) crc: Crc,
    pub(super) bytes: u64,
}

impl<W: Write> Counted<W> {
    pub(super) fn new(out: W) -> Self {
        Self { out, crc: Crc::new(), bytes: 0 }
    }
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.crc.update(bytes.get(..written).unwrap_or_default());
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The files of an archive, of which nothing is unpacked yet.
#[derive(Debug)]
pub(super) struct Archive<'b> {
    files: BTreeMap<&'b str, Entry<'b>>,
}

/// A file in an archive.
#[derive(Copy, Clone, Debug)]
struct Entry<'b> {
    is_deflated: bool,
    crc: u32,
    bytes: u64,
    packed: &'b [u8],
}

/// The little-endian numbers at a place.
fn half(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn place(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(word(bytes, at)?).ok()
}

const BROKEN: &str = "it is not a ZIP archive, or it is damaged";

impl<'b> Archive<'b> {
    /// Reads the list of files.
    ///
    /// # Errors
    /// If it is not an archive, or not one that a bundle can be: as a clause.
    pub(super) fn new(bytes: &'b [u8]) -> Result<Self, String> {
        let broken = || BROKEN.to_owned();
        let end = end_of(bytes).ok_or_else(broken)?;
        let number = usize::from(half(bytes, end + 10).ok_or_else(broken)?);
        if number > MAX_FILES {
            return Err(format!("it has {number} files; a bundle has at most {MAX_FILES}"));
        }
        let (length, start) = place(bytes, end + 12).zip(place(bytes, end + 16)).ok_or_else(broken)?;
        if start.checked_add(length) != Some(end) || half(bytes, end + 8) != half(bytes, end + 10) {
            return Err(broken());
        }
        let mut files = BTreeMap::new();
        let mut ranges = Vec::new();
        let (mut at, mut unpacked) = (start, 0_u64);
        for _ in 0..number {
            let Record { name, entry, range, next } = entry(bytes, at, start)?;
            if files.insert(name, entry).is_some() {
                return Err(format!("it has two files `{name}`"));
            }
            unpacked = unpacked.saturating_add(entry.bytes);
            ranges.push(range);
            at = next;
        }
        if at != end {
            return Err(broken());
        }
        if unpacked > MAX_UNPACKED {
            return Err(format!("its files have more than {} GiB", MAX_UNPACKED >> 30));
        }
        ranges.sort_unstable();
        let overlap = ranges.windows(2).any(|pair| matches!(pair, [one, other] if one.1 > other.0));
        if overlap {
            return Err("files in it overlap".to_owned());
        }
        Ok(Self { files })
    }

    /// The names of the files, sorted.
    pub(super) fn names(&self) -> impl Iterator<Item = &'b str> + use<'_, 'b> {
        self.files.keys().copied()
    }

    /// The number of bytes of a file.
    pub(super) fn bytes(&self, name: &str) -> Option<u64> {
        self.files.get(name).map(|entry| entry.bytes)
    }

    /// Unpacks a file.
    pub(super) fn open(&self, name: &str) -> Option<Unpacked<'b>> {
        let Entry { is_deflated, crc, bytes, packed } = *self.files.get(name)?;
        let source =
            if is_deflated { Source::Deflated(Box::new(DeflateDecoder::new(packed))) } else { Source::Stored(packed) };
        Some(Unpacked { source, left: bytes, crc: Crc::new(), expected: crc })
    }
}

/// The place of the record at the end. Its comment ends the archive.
fn end_of(bytes: &[u8]) -> Option<usize> {
    let last = bytes.len().checked_sub(END_BYTES)?;
    let first = last.saturating_sub(usize::from(u16::MAX));
    (first..=last).rev().find(|at| {
        let comment = half(bytes, at + 20).map(usize::from);
        bytes.get(*at..).is_some_and(|rest| rest.starts_with(&END))
            && comment.is_some_and(|comment| at + END_BYTES + comment == bytes.len())
    })
}

/// Whether a bundle can have a file with this name: no folder, nothing hidden, nothing that a shell reads otherwise.
fn is_plain(name: &str) -> bool {
    name.len() <= 100
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
        && name.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric())
}

/// The record of a file in the list.
struct Record<'b> {
    name: &'b str,
    entry: Entry<'b>,
    /// The bytes that it takes in the archive.
    range: (usize, usize),
    /// Where the next record begins.
    next: usize,
}

/// Reads the record at a place. `list` is where the list begins.
fn entry(bytes: &[u8], at: usize, list: usize) -> Result<Record<'_>, String> {
    let broken = || BROKEN.to_owned();
    let record = bytes.get(at..).filter(|rest| rest.starts_with(&CENTRAL)).ok_or_else(broken)?;
    let numbers = || {
        let texts = [half(record, 28)?, half(record, 30)?, half(record, 32)?].map(usize::from);
        Some((
            half(record, 8)?,
            half(record, 10)?,
            word(record, 16)?,
            place(record, 20)?,
            word(record, 24)?,
            place(record, 42)?,
            texts,
        ))
    };
    let (flags, method, crc, packed_bytes, unpacked, offset, [name_length, extra, comment]) =
        numbers().ok_or_else(broken)?;
    let name = record.get(CENTRAL_BYTES..CENTRAL_BYTES + name_length).ok_or_else(broken)?;
    let name = std::str::from_utf8(name).ok().filter(|name| is_plain(name)).ok_or_else(|| {
        let shown: String = String::from_utf8_lossy(name).chars().take(100).flat_map(char::escape_default).collect();
        format!("it has a file `{shown}`, which is not the name of a file of a bundle")
    })?;
    if flags & ENCRYPTED != 0 {
        return Err(format!("its file `{name}` is encrypted"));
    }
    if method != STORED && method != DEFLATED {
        return Err(format!("its file `{name}` is compressed with a method that hipaalint does not read"));
    }
    if packed_bytes == u32::MAX as usize || unpacked == u32::MAX {
        return Err(format!("its file `{name}` has more than {} GiB", MAX_UNPACKED >> 30));
    }
    let local = bytes.get(offset..list).filter(|rest| rest.starts_with(&LOCAL)).ok_or_else(broken)?;
    let (local_name, local_extra) = half(local, 26).zip(half(local, 28)).ok_or_else(broken)?;
    let start = LOCAL_BYTES + usize::from(local_name) + usize::from(local_extra);
    let same_name = local.get(LOCAL_BYTES..LOCAL_BYTES + usize::from(local_name)) == Some(name.as_bytes());
    let end = start.checked_add(packed_bytes).ok_or_else(broken)?;
    let packed = local.get(start..end).filter(|_| same_name && half(local, 8) == Some(method)).ok_or_else(broken)?;
    let is_deflated = method == DEFLATED;
    if !is_deflated && packed.len() != unpacked as usize {
        return Err(broken());
    }
    let entry = Entry { is_deflated, crc, bytes: u64::from(unpacked), packed };
    let next = at + CENTRAL_BYTES + name_length + extra + comment;
    Ok(Record { name, entry, range: (offset, offset + end), next })
}

/// The bytes of a file: as many as its record has, and an error if there are others.
pub(super) struct Unpacked<'b> {
    source: Source<'b>,
    left: u64,
    crc: Crc,
    expected: u32,
}

enum Source<'b> {
    Stored(&'b [u8]),
    Deflated(Box<DeflateDecoder<&'b [u8]>>),
}

impl Source<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Stored(bytes) => bytes.read(into),
            Self::Deflated(decoder) => decoder.read(into),
        }
    }
}

impl Read for Unpacked<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if into.is_empty() {
            return Ok(0);
        }
        let damaged = || io::Error::new(io::ErrorKind::InvalidData, "it is damaged");
        if self.left == 0 {
            // One more byte than there should be is enough to know.
            let more = self.source.read(&mut [0])?;
            return if more == 0 && self.crc.sum() == self.expected { Ok(0) } else { Err(damaged()) };
        }
        let room = usize::try_from(self.left).unwrap_or(usize::MAX).min(into.len());
        let read = self.source.read(into.get_mut(..room).unwrap_or_default())?;
        if read == 0 {
            return Err(damaged());
        }
        self.crc.update(into.get(..read).unwrap_or_default());
        self.left -= read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use flate2::Compression;
    use flate2::write::DeflateEncoder;

    fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = Writer::new(Vec::new());
        for (name, text) in files {
            let mut counted = Counted::new(Vec::new());
            counted.write_all(text).unwrap();
            let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(text).unwrap();
            let packed = encoder.finish().unwrap();
            let file = Packed { name, crc: counted.crc.sum(), bytes: counted.bytes, packed_bytes: packed.len() as u64 };
            writer.add(&file, |out| out.write_all(&packed)).unwrap();
        }
        writer.finish().unwrap()
    }

    fn text(archive: &Archive<'_>, name: &str) -> io::Result<Vec<u8>> {
        let mut text = Vec::new();
        archive.open(name).unwrap().read_to_end(&mut text).map(|_| text)
    }

    #[test]
    fn files_are_read_as_they_were_written() {
        let long = "abc".repeat(100_000);
        let bytes = archive(&[("a.json", b"{}"), ("b.txt", long.as_bytes()), ("empty", b"")]);
        let read = Archive::new(&bytes).unwrap();
        assert_eq!(read.names().collect::<Vec<_>>(), ["a.json", "b.txt", "empty"]);
        assert_eq!(text(&read, "b.txt").unwrap(), long.as_bytes());
        assert_eq!((text(&read, "a.json").unwrap(), text(&read, "empty").unwrap()), (b"{}".to_vec(), Vec::new()));
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for name in ["../a", "/a", "a/b", "a\\b", ".a", "", "a b", "a\n", "C:a"] {
            assert!(Archive::new(&archive(&[(name, b"x")])).is_err(), "{name:?}");
        }
        assert!(Archive::new(&archive(&[("a", b"x"), ("a", b"y")])).unwrap_err().contains("two files"));
    }

    /// Every byte changed, and every end cut off: an error or the right bytes, never a panic.
    #[test]
    fn damage_is_found() {
        let bytes = archive(&[("a", b"some text, some text"), ("b", b"more")]);
        for end in 0..bytes.len() {
            assert!(Archive::new(&bytes[..end]).is_err(), "{end}");
        }
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 0xff;
            let Ok(read) = Archive::new(&changed) else { continue };
            for name in read.names().map(str::to_owned).collect::<Vec<_>>() {
                if let Ok(text) = text(&read, &name) {
                    assert!(text == b"some text, some text" || text == b"more", "{at}");
                }
            }
        }
    }

    #[test]
    fn sizes_are_limited_before_anything_is_unpacked() {
        let mut bytes = archive(&[("a", &[0; 1000])]);
        let central = bytes.windows(4).position(|window| window == CENTRAL).unwrap();
        // A size of its own that is too small, and one that is too large.
        for size in [10_u32, 2000] {
            bytes[central + 24..central + 28].copy_from_slice(&size.to_le_bytes());
            assert!(text(&Archive::new(&bytes).unwrap(), "a").is_err());
        }
        let many: Vec<(String, &[u8])> = (0..=MAX_FILES).map(|number| (format!("f{number}"), &b""[..])).collect();
        let many: Vec<(&str, &[u8])> = many.iter().map(|(name, text)| (name.as_str(), *text)).collect();
        assert!(Archive::new(&archive(&many)).unwrap_err().contains("at most 64"));
    }
}
