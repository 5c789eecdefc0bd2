//! Shared devices of a facility: a person's PIN, making a device shared, locking it, and stepping in front of it.

mod client;
mod locked;
mod locking;
mod model;
mod own;
mod pad;

pub use locked::LockedPage;
pub use locking::Watched;
pub use own::OwnPin;
