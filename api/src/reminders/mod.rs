//! Reminders: families are told before a stay, and before cancelling it stops being free.

pub mod jobs;
pub mod store;
