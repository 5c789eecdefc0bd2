//! Compiles the crate anew when a sentence changes; the macro that embeds them is not seen by cargo.

fn main() {
    println!("cargo::rerun-if-changed=locales");
}
