//! Forms over rules that are data: what is written is the tree that is sent, and each field stands at the pointer at which the shared check
//! says what is wrong.
//!
//! ```text
//! provide_context(Editing { draft, wrong });
//! view! { <Typed at="/least_attempts" label="outreach.least_attempts" kind=Kind::Number/> <Rows at="/ladder" label="outreach.ladder" row fresh/> }
//! ```

pub mod tree;

mod fields;
mod kept;

pub use self::fields::{Editing, Flag, Kinds, Names, Pick, Rows, Typed, Wrong, words};
pub use self::kept::{Kept, kept};
