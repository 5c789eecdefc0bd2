//! First interviews: whether one is needed and done, for families; recording the result, for staff.

pub mod client;
mod parts;
mod recording;

pub use self::parts::{InterviewNote, InterviewState};
pub use self::recording::RecordInterview;
