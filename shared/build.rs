//! Rebuilds the crate when a sentence changes.
fn main() {
    println!("cargo::rerun-if-changed=locales");
}
