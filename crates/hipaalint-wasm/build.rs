//! Gives the module a stack as large as the program's threads have: templates may be nested deeply.

fn main() {
    if std::env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "wasm") {
        println!("cargo:rustc-link-arg-cdylib=-zstack-size=16777216");
        // A template that wants more than a gigabyte ends the module, and not the page.
        println!("cargo:rustc-link-arg-cdylib=--max-memory=1073741824");
    }
}
