//! Attendance: a child comes and goes, or does not come, at the times as they happened; and the board that staff work by.

mod codes;
mod correcting;
mod overdue;
mod recording;
mod settling;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use validator::ValidationError;

pub use self::codes::*;
pub use self::correcting::*;
pub use self::overdue::*;
pub use self::recording::*;
pub use self::settling::*;
use crate::bookings::{Booking, BookingState};
use crate::consents::Changed;
use crate::families::Allergy;
use crate::interviews::Outcome;
use crate::problem::{Datum, Reason};
use crate::slots::Slot;
use crate::text::{PersonName, Phone, check_words};

/// Whether a child was there; staff say so, and staff take it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Attendance {
    /// Nobody has said yet.
    Unknown,
    /// The child was there.
    Attended,
    /// The child did not come.
    Absent,
}

impl BookingState {
    /// Whether the child was there.
    pub const fn attendance(&self) -> Attendance {
        match self {
            Self::CheckedIn { .. } | Self::CheckedOut { .. } => Attendance::Attended,
            Self::Absent { .. } => Attendance::Absent,
            Self::Requested { .. }
            | Self::Offered { .. }
            | Self::Confirmed
            | Self::Cancelled { .. }
            | Self::Declined { .. }
            | Self::Released { .. } => Attendance::Unknown,
        }
    }
}

/// Who brings or fetches a child.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Person {
    /// The guardian who has the account.
    Guardian,
    /// One of the child's registered pick-up people.
    Registered {
        /// The name as it is registered.
        name: PersonName,
    },
    /// Somebody else: staff decide, and note what they did to be sure.
    Other {
        /// Name.
        name: PersonName,
        /// Why staff let the child go with this person, for example 電話で母に確認.
        note: String,
    },
}

fn check_person(person: &Person) -> Result<(), ValidationError> {
    match person {
        Person::Other { note, .. } => check_words(note, 200),
        Person::Guardian | Person::Registered { .. } => Ok(()),
    }
}

fn check_reason(reason: &str) -> Result<(), ValidationError> {
    check_words(reason, 200)
}

/// What became of a booking on its day.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Attended {
    /// Who brought the child, where somebody said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brought_by: Option<Person>,
    /// Who fetched the child.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fetched_by: Option<Person>,
    /// What the stay has cost and counted, once the child has left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled: Option<Settled>,
}

/// Why attendance cannot be recorded so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejection {
    /// The booking is cancelled.
    Cancelled,
    /// The facility has not decided yet.
    NotConfirmed,
    /// The booking is for another day.
    OtherDay {
        /// The day.
        day: NaiveDate,
    },
    /// The child has come already.
    AlreadyIn {
        /// When.
        at: DateTime<Utc>,
    },
    /// The child has left already.
    AlreadyOut {
        /// When.
        at: DateTime<Utc>,
    },
    /// The child was marked absent; that must be taken back first.
    MarkedAbsent,
    /// The child has not come.
    NotIn,
    /// The time is still to come.
    InFuture,
    /// It would leave before it came.
    BeforeCheckIn {
        /// When it came.
        at: DateTime<Utc>,
    },
    /// Nobody is absent before the stay begins.
    NotBegun {
        /// When it does.
        starts_at: DateTime<Utc>,
    },
    /// The answer was given for other terms than hold now.
    TermsChanged,
    /// The programme knows no such exempt reason.
    ReasonUnknown,
    /// It is not said who fetches the child.
    PersonMissing,
    /// The child's registered people do not have this name among them.
    PersonUnknown,
    /// Only staff may give a child to somebody who is not registered.
    StaffDecide,
    /// Nothing has been recorded that could be taken back.
    NothingToUndo,
    /// The place was released and somebody else has it.
    PlaceGiven,
    /// The child is booked elsewhere at that time meanwhile.
    ChildElsewhere,
    /// The correction says what is there already.
    NothingToCorrect,
    /// No family has this code.
    CodeUnknown,
    /// A family records from the facility's wall only, and this is not its code.
    WallUnknown,
    /// It is not the family's PIN.
    PinWrong,
    /// Too many wrong PINs.
    PinLocked {
        /// Wait so many minutes.
        minutes: i64,
    },
}

impl Rejection {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Cancelled => "attendance.cancelled",
            Self::NotConfirmed => "attendance.not_confirmed",
            Self::OtherDay { .. } => "attendance.other_day",
            Self::AlreadyIn { .. } => "attendance.already_in",
            Self::AlreadyOut { .. } => "attendance.already_out",
            Self::MarkedAbsent => "attendance.marked_absent",
            Self::NotIn => "attendance.not_in",
            Self::InFuture => "attendance.in_future",
            Self::BeforeCheckIn { .. } => "attendance.before_check_in",
            Self::NotBegun { .. } => "attendance.not_begun",
            Self::TermsChanged => "attendance.terms_changed",
            Self::ReasonUnknown => "attendance.reason_unknown",
            Self::PersonMissing => "attendance.person_missing",
            Self::PersonUnknown => "attendance.person_unknown",
            Self::StaffDecide => "attendance.staff_decide",
            Self::NothingToUndo => "attendance.nothing_to_undo",
            Self::PlaceGiven => "attendance.place_given",
            Self::ChildElsewhere => "attendance.child_elsewhere",
            Self::NothingToCorrect => "attendance.nothing_to_correct",
            Self::CodeUnknown => "attendance.code_unknown",
            Self::WallUnknown => "attendance.wall_unknown",
            Self::PinWrong => "attendance.pin_wrong",
            Self::PinLocked { .. } => "attendance.pin_locked",
        }
    }

    /// The reason with its sentence.
    pub fn reason(self) -> Reason {
        let reason = Reason::new(self.code());
        match self {
            Self::OtherDay { day } => reason.with("day", Datum::Day(day)),
            Self::AlreadyIn { at } | Self::AlreadyOut { at } | Self::BeforeCheckIn { at } => reason.with("at", Datum::Moment(at)),
            Self::PinLocked { minutes } => reason.with("minutes", Datum::Minutes(minutes)),
            Self::NotBegun { starts_at } => reason.with("at", Datum::Moment(starts_at)),
            Self::Cancelled
            | Self::NotConfirmed
            | Self::MarkedAbsent
            | Self::NotIn
            | Self::InFuture
            | Self::TermsChanged
            | Self::ReasonUnknown
            | Self::PersonMissing
            | Self::PersonUnknown
            | Self::StaffDecide
            | Self::NothingToUndo
            | Self::PlaceGiven
            | Self::ChildElsewhere
            | Self::NothingToCorrect
            | Self::CodeUnknown
            | Self::WallUnknown
            | Self::PinWrong => reason,
        }
    }
}

/// What somebody is to the child.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Relation {
    /// The guardian who has the account.
    Guardian,
    /// Somebody else.
    Other {
        /// What they are, as the family wrote it; may be empty.
        words: String,
    },
}

/// Somebody to call, or who may pick the child up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BoardContact {
    /// Name.
    pub name: PersonName,
    /// What they are to the child.
    pub relation: Relation,
    /// Telephone number.
    pub phone: Phone,
}

/// A line of the board: a booking with what staff must know of the child.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BoardEntry {
    /// The booking.
    pub booking: Booking,
    /// Age in years that day.
    pub age_years: u32,
    /// Completed months over that.
    pub age_months: u32,
    /// Allergies.
    pub allergies: Vec<Allergy>,
    /// What carers must know.
    pub care_notes: String,
    /// Whom to call, the guardian first.
    pub emergency_contacts: Vec<BoardContact>,
    /// Who may pick up, the guardian first.
    pub pick_up_people: Vec<BoardContact>,
    /// The family lives in another municipality.
    pub is_away: bool,
    /// Whether it is a first interview, whose result is recorded.
    #[serde(default)]
    pub is_interview: bool,
    /// What was found in the child's first interview.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interview: Option<Outcome>,
    /// Whether what the family gave is left out, because it agreed to nothing, or not any more, and no stay is ahead.
    #[serde(default)]
    pub is_withheld: bool,
    /// What the family changed since the facility's staff last looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<Changed>,
}

/// A day of a facility.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BoardDay {
    /// The day.
    pub day: NaiveDate,
    /// The holiday's name, on a holiday.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holiday: Option<String>,
    /// The slots, closed ones included.
    pub slots: Vec<Slot>,
    /// The bookings that hold a place, and the children who did not come, by start, then kana.
    pub entries: Vec<BoardEntry>,
}

/// The board of a facility.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Board {
    /// The server's clock.
    pub now: DateTime<Utc>,
    /// The facility's name.
    pub facility: String,
    /// The days, in order.
    pub days: Vec<BoardDay>,
    /// The bookings of any day that wait for the facility's decision, the most urgent first, those of a party together.
    #[serde(default)]
    pub requests: Vec<BoardEntry>,
}

/// Something changed at a facility: what, and of which booking, slot or entry. Whoever may see more asks for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BoardChange {
    /// The event, for example `booking.checked_in`.
    pub kind: String,
    /// The id of what it happened to.
    pub subject_id: String,
}

#[cfg(test)]
mod tests;
