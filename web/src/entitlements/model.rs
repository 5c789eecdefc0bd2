//! How a certification stands on a day.

use chrono::NaiveDate;
use shared::entitlements::{Entitlement, HeldEntitlement};

/// How a certification stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It begins on a day to come.
    Ahead,
    /// It holds.
    Holds,
    /// It holds, and ends soon.
    EndsSoon,
    /// It is over, or was ended before it began.
    Over,
}

impl Standing {
    /// How one stands on a day.
    pub fn of(held: &HeldEntitlement, today: NaiveDate) -> Self {
        let Entitlement { valid_from, valid_until, .. } = held.entitlement;
        if valid_until < today || valid_until < valid_from {
            Self::Over
        } else if today < valid_from {
            Self::Ahead
        } else if held.ending.soon {
            Self::EndsSoon
        } else {
            Self::Holds
        }
    }
}

/// Whether nothing is left to be done about a certification: it is over, and neither stays nor an application hang on it.
pub fn is_past(held: &HeldEntitlement, today: NaiveDate) -> bool {
    Standing::of(held, today) == Standing::Over && held.stays.is_empty() && held.ending.application_id.is_none()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_certification_is_ahead_holds_ends_soon_and_is_over() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let held = |until: &str, soon: bool, application: Option<&str>| -> HeldEntitlement {
            let why = json!({ "code": "entitlements.ends_day" });
            serde_json::from_value(json!({
                "id": "e", "number": "1", "child": { "id": "c", "name": "A", "kana": "ア" }, "programme": "open_nursery",
                "programme_name": { "ja": "x", "en": "x" }, "municipality": "312029", "valid_from": "2027-01-10", "valid_until": until,
                "version": 1, "ending": { "on": until, "why": why, "next": why, "soon": soon, "application_id": application },
            }))
            .unwrap()
        };
        let of = |until, soon, today| Standing::of(&held(until, soon, None), day(today));
        assert_eq!(of("2027-12-31", false, "2027-01-09"), Standing::Ahead);
        assert_eq!(of("2027-12-31", false, "2027-01-10"), Standing::Holds);
        assert_eq!(of("2027-12-31", true, "2027-12-31"), Standing::EndsSoon);
        assert_eq!(of("2027-12-31", true, "2028-01-01"), Standing::Over);
        assert_eq!(of("2027-01-09", true, "2027-01-01"), Standing::Over);
        let past = |until, application, today| is_past(&held(until, true, application), day(today));
        assert_eq!([past("2027-12-31", None, "2028-01-01"), past("2027-12-31", None, "2027-12-31")], [true, false]);
        assert!(!past("2027-12-31", Some("a"), "2028-01-01"));
    }
}
