//! Eight bytes of a text at once, as the lanes of a word in little-endian order.
//!
//! Each test sets the high bit of the lanes that pass it. Lanes above the first one that passes may be wrong, so only [`first`] counts.

const HIGH: u64 = of(0x80);

/// The same byte in every lane.
const fn of(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// The lanes that are this byte.
#[inline]
pub(super) fn equal(word: u64, byte: u8) -> u64 {
    below(word ^ of(byte), 1)
}

/// The lanes that are less than this byte, which is ASCII.
#[inline]
pub(super) fn below(word: u64, byte: u8) -> u64 {
    word.wrapping_sub(of(byte)) & !word & HIGH
}

/// The place of the first lane that passed a test, some of which did.
#[inline]
pub(super) fn first(passed: u64) -> usize {
    (passed.trailing_zeros() / 8) as usize
}
