//! What targets of rules, and their names in other tools, are looked up by. The build makes the tables, with the same functions.

/// A number that few other names have: from the length of a name and its last letters, in which types differ most.
pub fn name_hash(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let (_, last) = bytes.split_at(bytes.len().saturating_sub(16));
    let mut halves = last.rchunks(8).map(|half| match half.first_chunk() {
        Some(eight) => u64::from_le_bytes(*eight),
        None => half.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)),
    });
    let (end, before) = (halves.next().unwrap_or(0), halves.next().unwrap_or(0));
    (end ^ before.rotate_left(29) ^ bytes.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// The same for the name of a rule in a tool.
pub fn pair_hash(tool: &str, name: &str) -> u64 {
    name_hash(tool).rotate_left(7) ^ name_hash(name)
}
