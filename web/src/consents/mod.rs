//! Consents: asked once in the step before booking, listed and withdrawn by the family; what changed since, for staff.

mod ask;
mod changed;
pub mod client;
mod given;

pub use self::ask::ConsentAsk;
pub use self::changed::{ChangedDialog, ChangedNote, Withheld};
pub use self::given::GivenConsents;
