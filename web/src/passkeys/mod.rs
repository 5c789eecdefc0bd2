//! Passkeys: adding, seeing and removing one's own, and coming back with one.

mod client;
mod device;
mod owned;
mod returning;

pub use self::device::{is_offered, script};
pub use self::owned::OwnPasskeys;
pub use self::returning::PasskeySignIn;
