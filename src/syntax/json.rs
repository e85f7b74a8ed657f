//! RFC 8259 JSON into the located tree.
