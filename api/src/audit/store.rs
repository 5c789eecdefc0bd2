//! Lines of the audit: linked, verified, found.

mod finding;
mod sealing;

pub use self::finding::{After, Search, list_accesses, list_lines, list_people};
pub use self::sealing::{has_unsealed, seal, verify};
