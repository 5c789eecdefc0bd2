//! The facility's own slots: the week with its places, and publishing.

mod parts;

pub use parts::ages;
