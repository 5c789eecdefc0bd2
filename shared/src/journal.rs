//! The daily journal (日誌) of a facility: of each group, which is a programme on a day, and of its children. What is finished stays, and is corrected
//! by a later entry.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use validator::{Validate, ValidationError};

use crate::attendance::Attendance;
use crate::bookings::{Booking, BookingState};
use crate::ids::{ChildId, JournalEntryId};
use crate::locale::Localised;
use crate::problem::Reason;
use crate::programmes::ProgrammeKey;
use crate::text::check_words;
use crate::time::tokyo_day;

/// The most letters of an entry.
pub const MOST_LETTERS: u64 = 2000;

/// What the board says of a child's day in a group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = JournalChildDay))]
pub struct ChildDay {
    /// The stay was to begin.
    pub starts_at: DateTime<Utc>,
    /// The stay was to end.
    pub ends_at: DateTime<Utc>,
    /// The child came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub came_at: Option<DateTime<Utc>>,
    /// The child left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_at: Option<DateTime<Utc>>,
    /// The child did not come.
    #[serde(default)]
    pub absent: bool,
}

/// What the board says of a group's day.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = JournalGroupDay))]
pub struct GroupDay {
    /// Children who were to come.
    pub expected: u32,
    /// Children who came.
    pub came: u32,
    /// Children who did not come.
    pub absent: u32,
}

/// What the board says of what an entry is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = JournalFacts))]
pub enum Facts {
    /// Of a child.
    Child(ChildDay),
    /// Of a group.
    Group(GroupDay),
}

/// An entry of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = JournalEntry))]
pub struct Entry {
    /// Its id.
    pub id: JournalEntryId,
    /// The day.
    pub day: NaiveDate,
    /// The group.
    pub programme: ProgrammeKey,
    /// The child; none: the whole group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub child_id: Option<ChildId>,
    /// What is written.
    pub words: String,
    /// When it was finished; none: a draft.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<DateTime<Utc>>,
    /// What the board said then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<Facts>,
    /// The entry that it corrects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects_id: Option<JournalEntryId>,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Who wrote it last.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Grows by one with every change and correction; the `ETag`.
    pub version: i64,
}

/// A child's part of a day's journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = JournalChild))]
pub struct Child {
    /// The child.
    pub child_id: ChildId,
    /// Name.
    pub name: String,
    /// Reading.
    pub kana: String,
    /// What the board says now.
    pub facts: ChildDay,
    /// What is written, corrections after it.
    pub entries: Vec<Entry>,
}

/// A group's part of a day's journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = JournalGroup))]
pub struct Group {
    /// The programme.
    pub programme: ProgrammeKey,
    /// Its name.
    pub name: Localised,
    /// What the board says now.
    pub facts: GroupDay,
    /// What is written, corrections after it.
    pub entries: Vec<Entry>,
    /// Its children by reading.
    pub children: Vec<Child>,
}

/// The journal of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = JournalDay))]
pub struct Day {
    /// The day.
    pub day: NaiveDate,
    /// By the programme's key.
    pub groups: Vec<Group>,
}

/// Begins an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = NewJournalEntry))]
pub struct NewEntry {
    /// The day: today or before.
    pub day: NaiveDate,
    /// The group: a programme with stays on that day.
    pub programme: ProgrammeKey,
    /// One of its children; absent: the whole group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub child_id: Option<ChildId>,
    /// What is written, up to 2,000 letters.
    #[validate(length(max = MOST_LETTERS, code = "text.too_long"))]
    pub words: String,
    /// Whether it is finished with that.
    #[serde(default)]
    pub finish: bool,
}

/// Changes a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = JournalChange))]
pub struct Change {
    /// What is written, up to 2,000 letters.
    #[validate(length(max = MOST_LETTERS, code = "text.too_long"))]
    pub words: String,
    /// Whether it is finished with that.
    #[serde(default)]
    pub finish: bool,
}

/// Corrects what is finished.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = JournalCorrection))]
pub struct Correction {
    /// What is right, 1 to 2,000 letters.
    #[validate(custom(function = "check_text"))]
    pub words: String,
    /// Why, 1 to 200 letters.
    #[validate(custom(function = "check_reason"))]
    pub reason: String,
}

fn check_text(words: &str) -> Result<(), ValidationError> {
    check_words(words, 2000)
}

fn check_reason(words: &str) -> Result<(), ValidationError> {
    check_words(words, 200)
}

/// Why something cannot be written into the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejection {
    /// Somebody has begun the same entry.
    BegunAlready,
    /// It is finished, and can be corrected only.
    Finished,
    /// It is a draft, and can be changed.
    NotFinished,
    /// Nobody was to come in that group on that day, or not this child.
    Nobody,
    /// The day is still to come.
    DayAhead,
    /// Nothing is written.
    WordsMissing,
}

impl Rejection {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::BegunAlready => "journal.begun_already",
            Self::Finished => "journal.finished",
            Self::NotFinished => "journal.not_finished",
            Self::Nobody => "journal.nobody",
            Self::DayAhead => "journal.day_ahead",
            Self::WordsMissing => "journal.words_missing",
        }
    }

    /// The reason with its sentence.
    pub const fn reason(self) -> Reason {
        Reason::new(self.code())
    }
}

fn child_day(booking: &Booking) -> ChildDay {
    let (came_at, left_at) = match booking.state {
        BookingState::CheckedIn { at } => (Some(at), None),
        BookingState::CheckedOut { checked_in_at, at } => (Some(checked_in_at), Some(at)),
        _ => (None, None),
    };
    let absent = booking.state.attendance() == Attendance::Absent;
    ChildDay { starts_at: booking.starts_at, ends_at: booking.ends_at, came_at, left_at, absent }
}

impl ChildDay {
    /// Two stays of a day as one: absent is who came to neither, and nobody has left who is there again.
    fn with(self, other: &Self) -> Self {
        let came = [self.came_at, other.came_at];
        let is_here =
            [(self.came_at, self.left_at), (other.came_at, other.left_at)].iter().any(|(came, left)| came.is_some() && left.is_none());
        Self {
            starts_at: self.starts_at.min(other.starts_at),
            ends_at: self.ends_at.max(other.ends_at),
            came_at: came.into_iter().flatten().min(),
            left_at: if is_here { None } else { self.left_at.max(other.left_at) },
            absent: self.absent && other.absent,
        }
    }
}

/// Whether a booking belongs into the journal: it holds a place for certain, or did until the child did not come.
pub fn is_of_day(booking: &Booking) -> bool {
    match booking.state {
        BookingState::Confirmed | BookingState::CheckedIn { .. } | BookingState::CheckedOut { .. } | BookingState::Absent { .. } => true,
        BookingState::Requested { .. }
        | BookingState::Offered { .. }
        | BookingState::Cancelled { .. }
        | BookingState::Declined { .. }
        | BookingState::Released { .. } => false,
    }
}

/// The groups of a day with their children, from the board's bookings; without entries.
pub fn groups(bookings: &[Booking]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for booking in bookings.iter().filter(|booking| is_of_day(booking)) {
        let at = match groups.iter().position(|group| group.programme == booking.programme) {
            Some(at) => at,
            None => {
                groups.push(Group {
                    programme: booking.programme.clone(),
                    name: booking.programme_name.clone(),
                    facts: GroupDay::default(),
                    entries: Vec::new(),
                    children: Vec::new(),
                });
                groups.len().saturating_sub(1)
            }
        };
        let Some(group) = groups.get_mut(at) else { continue };
        let facts = child_day(booking);
        match group.children.iter_mut().find(|child| child.child_id == booking.child.id) {
            Some(known) => known.facts = std::mem::take(&mut known.facts).with(&facts),
            None => group.children.push(Child {
                child_id: booking.child.id.clone(),
                name: booking.child.name.clone(),
                kana: booking.child.kana.clone(),
                facts,
                entries: Vec::new(),
            }),
        }
    }
    for group in &mut groups {
        group.children.sort_by(|a, b| (&a.kana, &a.child_id).cmp(&(&b.kana, &b.child_id)));
        let count =
            |is: fn(&ChildDay) -> bool| u32::try_from(group.children.iter().filter(|child| is(&child.facts)).count()).unwrap_or(u32::MAX);
        group.facts =
            GroupDay { expected: count(|_| true), came: count(|facts| facts.came_at.is_some()), absent: count(|facts| facts.absent) };
    }
    groups.sort_by(|a, b| a.programme.cmp(&b.programme));
    groups
}

/// Puts entries to what they are about; gives those whose group or child is not on the board of that day any more.
pub fn fill(groups: &mut [Group], entries: Vec<Entry>) -> Vec<Entry> {
    let mut rest = Vec::new();
    for entry in entries {
        let group = groups.iter_mut().find(|group| group.programme == entry.programme);
        let place = group.and_then(|group| match &entry.child_id {
            None => Some(&mut group.entries),
            Some(id) => group.children.iter_mut().find(|child| child.child_id == *id).map(|child| &mut child.entries),
        });
        match place {
            Some(place) => place.push(entry),
            None => rest.push(entry),
        }
    }
    rest
}

/// What the board says of a group, or of one of its children; none: they are not on it.
pub fn facts_of(groups: &[Group], programme: &ProgrammeKey, child: Option<&ChildId>) -> Option<Facts> {
    let group = groups.iter().find(|group| group.programme == *programme)?;
    match child {
        None => Some(Facts::Group(group.facts.clone())),
        Some(id) => group.children.iter().find(|child| child.child_id == *id).map(|child| Facts::Child(child.facts.clone())),
    }
}

/// Decides whether words may stand in an entry so.
fn check_finish(words: &str, finish: bool) -> Result<(), Rejection> {
    if finish && words.trim().is_empty() { Err(Rejection::WordsMissing) } else { Ok(()) }
}

/// Decides whether an entry may be begun, by what the board says of what it is about.
pub fn begin(new: &NewEntry, facts: Option<&Facts>, now: DateTime<Utc>) -> Result<(), Rejection> {
    if new.day > tokyo_day(now) {
        return Err(Rejection::DayAhead);
    }
    if facts.is_none() {
        return Err(Rejection::Nobody);
    }
    check_finish(&new.words, new.finish)
}

/// Decides whether an entry may be changed.
pub fn change(entry: &Entry, change: &Change) -> Result<(), Rejection> {
    if entry.finished_at.is_some() { Err(Rejection::Finished) } else { check_finish(&change.words, change.finish) }
}

/// Decides whether an entry may be corrected.
pub const fn correct(entry: &Entry) -> Result<(), Rejection> {
    if entry.finished_at.is_some() { Ok(()) } else { Err(Rejection::NotFinished) }
}

#[cfg(test)]
mod tests;
