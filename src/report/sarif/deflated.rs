//! How large a document is at most when it is compressed, without compressing it.

use std::io::{self, Write};

/// The bytes that a match may go back (RFC 1951).
const WINDOW: usize = 1 << 15;
/// The bytes that are kept at most before all but a window of them are dropped.
const MAX_KEPT: usize = 1 << 20;
const SHORTEST_MATCH: usize = 4;
const LONGEST_MATCH: usize = 258;
const HASH_BITS: u32 = 15;

/// Counts the bits that DEFLATE needs with its fixed codes and with the first match that it finds for each place. A compressor may
/// choose better codes and better matches, so it needs fewer.
pub(super) struct Deflated {
    bits: u64,
    kept: Vec<u8>,
    /// The bytes of `kept` that are counted.
    done: usize,
    /// The bytes before `kept`.
    dropped: usize,
    /// For each hash of some bytes, 1 more than their last place.
    places: Vec<usize>,
}

impl Deflated {
    pub(super) fn new() -> Self {
        Self { bits: 0, kept: Vec::with_capacity(2 * MAX_KEPT), done: 0, dropped: 0, places: vec![0; 1 << HASH_BITS] }
    }

    /// The number of compressed bytes so far.
    pub(super) fn bytes(&self) -> u64 {
        self.bits / 8
    }

    fn count(&mut self) {
        let Self { bits, kept, done, dropped, places } = self;
        let mut at = *done;
        while let Some((first, rest)) = kept.get(at..).and_then(|rest| Some((rest.first_chunk()?, rest))) {
            let hash = u32::from_le_bytes(*first).wrapping_mul(0x9e37_79b1) >> (32 - HASH_BITS);
            let here = *dropped + at + 1;
            let last = places.get_mut(hash as usize).map_or(0, |place| std::mem::replace(place, here));
            let distance = here - last;
            let length = match last.checked_sub(*dropped + 1).filter(|_| distance <= WINDOW) {
                Some(before) => same(rest, kept.get(before..).unwrap_or_default()),
                None => 0,
            };
            if length >= SHORTEST_MATCH {
                // 8 bits for the length and 5 for the distance, each with extra bits.
                *bits += u64::from(8 + extra_bits(length, 8) + 5 + extra_bits(distance, 4));
                at += length;
            } else {
                *bits += literal(first.first());
                at += 1;
            }
        }
        *bits += kept.get(at..).unwrap_or_default().iter().map(|byte| literal(Some(byte))).sum::<u64>();
        *done = kept.len();
        if self.kept.len() > MAX_KEPT {
            let old = self.kept.len() - WINDOW;
            self.kept.drain(..old);
            self.dropped += old;
            self.done -= old;
        }
    }
}

/// The bits of a byte that is in no match.
fn literal(byte: Option<&u8>) -> u64 {
    if byte.is_some_and(u8::is_ascii) { 8 } else { 9 }
}

/// The bytes that two texts begin with alike, as far as a match may be long.
fn same(one: &[u8], other: &[u8]) -> usize {
    let longest = one.len().min(other.len()).min(LONGEST_MATCH);
    let (one, other) = (one.get(..longest).unwrap_or_default(), other.get(..longest).unwrap_or_default());
    let ((words, tail), (others, other_tail)) = (one.as_chunks::<8>(), other.as_chunks::<8>());
    // Many bytes at a time.
    for (number, (word, other)) in words.iter().zip(others).enumerate() {
        let different = u64::from_le_bytes(*word) ^ u64::from_le_bytes(*other);
        if different != 0 {
            return 8 * number + (different.trailing_zeros() / 8) as usize;
        }
    }
    longest - tail.len() + tail.iter().zip(other_tail).take_while(|(one, other)| one == other).count()
}

/// The extra bits of a length or distance: one more for each doubling from `first` on.
fn extra_bits(number: usize, first: usize) -> u32 {
    (number / first).checked_ilog2().map_or(0, |doublings| doublings + 1)
}

impl Write for Deflated {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.kept.extend_from_slice(bytes);
        self.count();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    fn bytes(text: &[u8]) -> u64 {
        let mut deflated = Deflated::new();
        // In pieces, as a report writes it.
        text.chunks(3_000).for_each(|chunk| deflated.write_all(chunk).unwrap());
        deflated.bytes()
    }

    #[test]
    fn what_repeats_is_small_and_what_does_not_is_not() {
        assert_eq!(bytes(b""), 0);
        assert_eq!(bytes(b"abc"), 3);
        let text = "{ \"ruleId\": \"s3-bucket-versioning\" }\n".repeat(100_000);
        assert!(bytes(text.as_bytes()) < text.len() as u64 / 50);
        let mut number = 1u64;
        let noise: Vec<u8> = std::iter::repeat_with(|| {
            number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (number >> 33) as u8
        })
        .take(2_000_000)
        .collect();
        assert!(bytes(&noise) >= noise.len() as u64);
    }

    #[test]
    fn lengths_and_distances_have_their_extra_bits() {
        assert_eq!([4, 7, 8, 16, 32, 64, 128, 258].map(|length| extra_bits(length, 8)), [0, 0, 1, 2, 3, 4, 5, 6]);
        assert_eq!([1, 3, 4, 8, 32_768].map(|distance| extra_bits(distance, 4)), [0, 0, 1, 2, 14]);
    }
}
