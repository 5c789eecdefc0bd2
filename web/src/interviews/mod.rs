//! First interviews: whether one is needed and done, for families; recording the result, for staff.

pub mod client;
mod parts;
mod recording;
mod sharing;

pub use self::parts::{InterviewNote, InterviewState};
pub use self::recording::RecordInterview;
pub use self::sharing::InterviewSharing;
