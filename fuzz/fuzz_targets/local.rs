//! `check_local` of `tests/fuzzed/edit.rs`, on inputs that libFuzzer makes up.
#![no_main]

#[path = "../../tests/fuzzed/mod.rs"]
#[allow(dead_code)]
mod fuzzed;

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzzed::edit::check_local(data));
