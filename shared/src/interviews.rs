//! First interviews (初回面談): held with the child before it comes for the first time, with a result that holds at once.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::bookings::{Booking, BookingState};
use crate::ids::{BookingId, ChildId, FacilityId};
use crate::problem::{Datum, Reason};

/// What a facility found in a first interview.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Outcome {
    /// The child may come.
    Accepted,
    /// The child may come under conditions, which family and carers see.
    Conditions {
        /// Which.
        words: String,
    },
    /// The child cannot be looked after there.
    NotPossible {
        /// Why.
        words: String,
    },
}

impl Outcome {
    /// Under which conditions the child may come.
    pub fn conditions(&self) -> Option<&str> {
        match self {
            Self::Conditions { words } => Some(words),
            Self::Accepted | Self::NotPossible { .. } => None,
        }
    }
}

/// What is recorded of an interview.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Verdict {
    /// The child may come.
    Accepted,
    /// The child may come under conditions.
    Conditions,
    /// The child cannot be looked after there.
    NotPossible,
}

/// Records the result of a first interview; recorded again, the later one holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewResult {
    /// What it is.
    pub verdict: Verdict,
    /// Conditions or reasons, as the family reads them; needed unless the child is simply accepted.
    #[serde(default)]
    #[validate(length(max = 500, code = "text.too_long"))]
    pub words: String,
}

/// The result of an interview.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Interview {
    /// The booking by which it was held.
    pub booking_id: BookingId,
    /// The child.
    pub child_id: ChildId,
    /// Where it was held.
    pub facility_id: FacilityId,
    /// What was found.
    pub outcome: Outcome,
    /// When it was recorded.
    pub decided_at: DateTime<Utc>,
}

/// Whether a child of the family has had its first interview, as far as a facility goes by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChildInterview {
    /// The child.
    pub child_id: ChildId,
    /// What was found; none: there was no interview yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
}

/// Whether a facility shares its interviews with its operator's others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Sharing {
    /// Whether it does.
    pub shares: bool,
}

/// How a facility's sharing of interviews stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SharingState {
    /// Whether it shares.
    pub shares: bool,
    /// Its operator's other facilities, by name; empty where it has none.
    pub others: Vec<SharingFacility>,
}

/// Another facility of the same operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SharingFacility {
    /// Its name.
    pub name: String,
    /// Whether it shares; only where both do, one goes by the other's interviews.
    pub shares: bool,
}

/// Why a result cannot be recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejection {
    /// The booking is no interview.
    NotAnInterview,
    /// It did not take place, or is not confirmed.
    NotHeld,
    /// It has not begun.
    NotYet {
        /// When it begins.
        starts_at: DateTime<Utc>,
    },
    /// Conditions and reasons need words.
    WordsMissing,
}

impl Rejection {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotAnInterview => "interviews.not_an_interview",
            Self::NotHeld => "interviews.not_held",
            Self::NotYet { .. } => "interviews.not_yet",
            Self::WordsMissing => "interviews.words_missing",
        }
    }

    /// The reason with its sentence.
    pub fn reason(self) -> Reason {
        match self {
            Self::NotYet { starts_at } => Reason::new(self.code()).with("starts_at", Datum::Moment(starts_at)),
            Self::NotAnInterview | Self::NotHeld | Self::WordsMissing => Reason::new(self.code()),
        }
    }
}

/// Decides what is recorded of a booking's interview; `is_interview` says whether the booking's programme is one.
pub fn record(booking: &Booking, is_interview: bool, command: &NewResult, now: DateTime<Utc>) -> Result<Outcome, Rejection> {
    if !is_interview {
        return Err(Rejection::NotAnInterview);
    }
    if !booking.state.is_active() || matches!(booking.state, BookingState::Requested { .. }) {
        return Err(Rejection::NotHeld);
    }
    if now < booking.starts_at && booking.state == BookingState::Confirmed {
        return Err(Rejection::NotYet { starts_at: booking.starts_at });
    }
    let words = command.words.trim().to_owned();
    match command.verdict {
        Verdict::Accepted => Ok(Outcome::Accepted),
        Verdict::Conditions | Verdict::NotPossible if words.is_empty() => Err(Rejection::WordsMissing),
        Verdict::Conditions => Ok(Outcome::Conditions { words }),
        Verdict::NotPossible => Ok(Outcome::NotPossible { words }),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::bookings::{NewBooking, Rejection as BookingRejection, place};
    use crate::world::{booking, child, open_nursery, slot, state, tokyo};

    fn asked() -> crate::bookings::PlaceState {
        state(slot("2026-12-03"), open_nursery(), vec![child("sora", "2024-06-15"), child("umi", "2024-07-15")])
    }

    fn wish() -> NewBooking {
        NewBooking::new("slot".into(), vec!["sora".into(), "umi".into()]).between(tokyo("2026-12-03 9:00"), tokyo("2026-12-03 10:00"))
    }

    fn held() -> Booking {
        let (asked, now) = (asked(), tokyo("2026-11-20 9:00"));
        let placed = place(&asked, &wish(), now).unwrap();
        booking(&asked, &placed, &placed.children[0], now)
    }

    #[test]
    fn each_child_needs_an_interview_where_one_is_demanded() {
        let now = tokyo("2026-11-20 9:00");
        let mut asked = asked();
        asked.slot.interview = true;
        let told = |asked: &crate::bookings::PlaceState| -> Vec<(String, &'static str)> {
            let refusals = place(asked, &wish(), now).err().unwrap_or_default();
            refusals.iter().map(|refusal| (refusal.child.as_ref().unwrap().to_string(), refusal.rejection.code())).collect()
        };
        let needed = |who: &str| (who.to_owned(), "bookings.interview_needed");
        assert_eq!(told(&asked), [needed("sora"), needed("umi")]);
        asked.children[0].interview = Some(Outcome::Accepted);
        assert_eq!(told(&asked), [needed("umi")]);
        asked.children[1].interview = Some(Outcome::NotPossible { words: "看護師がいません。".to_owned() });
        assert_eq!(told(&asked), [("umi".to_owned(), "bookings.interview_not_possible")]);
        let refused = BookingRejection::InterviewNotPossible { words: "看護師がいません。".to_owned() };
        assert!(refused.reason().sentence(crate::locale::Locale::Ja).contains("看護師がいません。"));
        asked.children[1].interview = Some(Outcome::Conditions { words: "食事は持参".to_owned() });
        assert!(told(&asked).is_empty());
        // The interview itself needs none.
        (asked.terms.interview, asked.children[0].interview) = (true, None);
        assert!(told(&asked).is_empty());
    }

    #[test]
    fn a_result_is_recorded_once_the_interview_has_begun() {
        let (booking, during) = (held(), tokyo("2026-12-03 9:00"));
        let result = |verdict, words: &str| NewResult { verdict, words: words.to_owned() };
        let accepted = result(Verdict::Accepted, "よく来ました");
        assert_eq!(record(&booking, true, &accepted, during), Ok(Outcome::Accepted));
        let conditions = result(Verdict::Conditions, " 食事は持参 ");
        assert_eq!(record(&booking, true, &conditions, during).unwrap().conditions(), Some("食事は持参"));
        for verdict in [Verdict::Conditions, Verdict::NotPossible] {
            assert_eq!(record(&booking, true, &result(verdict, "  "), during), Err(Rejection::WordsMissing));
        }
        let early = tokyo("2026-12-03 8:59");
        assert_eq!(record(&booking, true, &accepted, early), Err(Rejection::NotYet { starts_at: booking.starts_at }));
        assert_eq!(record(&booking, false, &accepted, during), Err(Rejection::NotAnInterview));
        // Who came early has come.
        let came = Booking { state: BookingState::CheckedIn { at: early }, ..booking.clone() };
        assert_eq!(record(&came, true, &accepted, early), Ok(Outcome::Accepted));
        for state in [
            BookingState::Requested { decide_by: during },
            BookingState::Cancelled { at: early, fee_yen: 0, counts: false, exempt: None },
            BookingState::Declined { at: early, message: String::new() },
        ] {
            assert_eq!(record(&Booking { state, ..booking.clone() }, true, &accepted, during), Err(Rejection::NotHeld));
        }
    }
}
