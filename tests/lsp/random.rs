//! Random edits: whatever comes, the diagnostics are those of a fresh server.
