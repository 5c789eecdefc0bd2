//! The archive of a family: made by an officer for a reason, and saved by the family itself.

#[cfg(feature = "office")]
mod office;
mod own;

#[cfg(feature = "office")]
pub use self::office::MakeArchive;
pub use self::own::OwnArchive;
