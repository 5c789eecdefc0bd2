//! What a family's children are certified for: number, days, until when, and what to do next.

pub mod client;
pub mod model;
mod parts;

pub use self::parts::EntitlementCard;
