//! Brotli's decoder for the page.

use std::io::Read;
use wasm_bindgen::prelude::wasm_bindgen;

/// The bytes of a reader's buffer.
const BUFFER: usize = 1 << 16;

/// The bytes that were compressed; at most `length`, which is also reserved.
///
/// # Errors
/// If the bytes are not in this format.
#[wasm_bindgen]
pub fn decompress(bytes: &[u8], length: usize) -> Result<Vec<u8>, String> {
    let mut decompressed = Vec::with_capacity(length);
    let mut reader = brotli_decompressor::Decompressor::new(bytes, BUFFER).take(length as u64);
    reader.read_to_end(&mut decompressed).map_err(|error| error.to_string())?;
    Ok(decompressed)
}
