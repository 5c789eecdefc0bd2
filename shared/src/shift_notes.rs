//! Notes to the next shift (申し送り): what a facility's staff leave to each other, and who has read it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use validator::{Validate, ValidationError};

use crate::ids::ShiftNoteId;
use crate::text::check_words;

/// For which shift a note is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Shift {
    /// 早番
    Early,
    /// 日勤
    Day,
    /// 遅番
    Late,
}

impl Shift {
    /// Every one, in the order of the day.
    pub const ALL: [Self; 3] = [Self::Early, Self::Day, Self::Late];

    /// The word of it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Early => "early",
            Self::Day => "day",
            Self::Late => "late",
        }
    }

    /// The shift of this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|shift| shift.as_str() == word)
    }
}

/// Somebody who has read a note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ShiftNoteReader {
    /// Who.
    pub name: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// A note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ShiftNote {
    /// Its id.
    pub id: ShiftNoteId,
    /// For which day.
    pub day: NaiveDate,
    /// For which shift.
    pub shift: Shift,
    /// What is said.
    pub words: String,
    /// Who wrote it.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Who has read it, the first one first; who wrote it knows it.
    pub readers: Vec<ShiftNoteReader>,
    /// Whether the person who asks wrote it or has read it.
    pub known: bool,
}

fn check_note(words: &str) -> Result<(), ValidationError> {
    check_words(words, 1000)
}

/// Leaves a note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewShiftNote {
    /// For which day.
    pub day: NaiveDate,
    /// For which shift.
    pub shift: Shift,
    /// What is said, 1 to 1,000 letters.
    #[validate(custom(function = "check_note"))]
    pub words: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::day;

    #[test]
    fn a_note_is_for_a_shift_and_says_something() {
        for shift in Shift::ALL {
            assert_eq!(Shift::from_word(shift.as_str()), Some(shift));
            assert_eq!(serde_json::to_value(shift).unwrap(), shift.as_str());
        }
        let fits = |words: &str| NewShiftNote { day: day("2026-12-01"), shift: Shift::Late, words: words.to_owned() }.validate().is_ok();
        assert!(fits("お迎えは祖母") && !fits(" ") && !fits(&"あ".repeat(1001)));
    }
}
