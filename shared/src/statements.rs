//! Statements: what a month's stays come to, for the family and for the facility.
//!
//! A stay belongs to the month in which it begins, in Tokyo. Every line is in integer yen and rounded down by itself, as the fee's own rules
//! say; a statement only adds lines up, so that it is never rounded again.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::bookings::{BookedChild, Booking, BookingState};
use crate::ids::{BookingId, FamilyId};
use crate::locale::{Locale, Localised, without_ruby};
use crate::problem::sentence;
use crate::programmes::{FeeItem, FeeLine, ProgrammeKey};
use crate::slots::SlotFacility;
use crate::time::Month;

/// What one stay comes to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatementLine {
    /// The booking.
    pub booking_id: BookingId,
    /// Where.
    pub facility: SlotFacility,
    /// The programme.
    pub programme: ProgrammeKey,
    /// What it is called there.
    pub programme_name: Localised,
    /// Start of the stay as agreed.
    pub starts_at: DateTime<Utc>,
    /// End of the stay as agreed.
    pub ends_at: DateTime<Utc>,
    /// How the booking stands.
    pub state: BookingState,
    /// Whether it is over, so that the amount changes no more by itself; else it is the estimate.
    pub is_final: bool,
    /// What the amount is made of, each with the rule behind it; empty for what is due for a stay that was given up.
    pub fee_lines: Vec<FeeLine>,
    /// Integer yen.
    pub yen: i64,
}

/// A child's stays of a month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChildStatement {
    /// The child.
    pub child: BookedChild,
    /// The stays, by start.
    pub lines: Vec<StatementLine>,
    /// What the final ones come to, in integer yen.
    pub total_yen: i64,
    /// What the others are estimated at.
    pub estimated_yen: i64,
}

/// A family's month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Statement {
    /// The month.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "2026-12"))]
    pub month: Month,
    /// Each child, by reading.
    pub children: Vec<ChildStatement>,
    /// What the final stays come to, in integer yen.
    pub total_yen: i64,
    /// What the others are estimated at.
    pub estimated_yen: i64,
}

/// A family's month at a facility.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FamilyStatement {
    /// The family.
    pub family_id: FamilyId,
    /// The guardian's name.
    pub guardian: String,
    /// Its month.
    pub statement: Statement,
}

/// A facility's month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FacilityStatement {
    /// The month.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "2026-12"))]
    pub month: Month,
    /// The facility's name.
    pub facility: String,
    /// Each family, by the guardian's reading.
    pub families: Vec<FamilyStatement>,
    /// What the final stays come to, in integer yen.
    pub total_yen: i64,
    /// What the others are estimated at.
    pub estimated_yen: i64,
}

/// What a line of a fee is for, in words for a file; yen and minutes as plain numbers.
pub fn item_words(item: &FeeItem, locale: Locale) -> String {
    let filled = |key: &str, minutes: i64, unit: i64, yen: i64| {
        let words = sentence(key, locale).replace("%{minutes}", &minutes.to_string());
        without_ruby(&words.replace("%{unit}", &unit.to_string()).replace("%{yen}", &yen.to_string()))
    };
    match item {
        FeeItem::Block { name } | FeeItem::Extra { name } | FeeItem::Relief { name } => without_ruby(name.get(locale)),
        FeeItem::Hours { minutes, hourly_yen } => filled("statements.word.hours", *minutes, 0, *hourly_yen),
        FeeItem::LateHours { minutes, hourly_yen } => filled("statements.word.late_hours", *minutes, 0, *hourly_yen),
        FeeItem::LateUnits { minutes, unit_minutes, unit_yen } => filled("statements.word.late_units", *minutes, *unit_minutes, *unit_yen),
        FeeItem::Use => filled("statements.word.use", 0, 0, 0),
    }
}

/// The key of the word for how a stay of a statement stands.
pub const fn state_key(state: &BookingState) -> &'static str {
    match state {
        BookingState::CheckedOut { .. } => "statements.word.attended",
        BookingState::Absent { .. } => "statements.word.absent",
        BookingState::Cancelled { .. } => "statements.word.cancelled",
        _ => "statements.word.expected",
    }
}

fn line(booking: &Booking) -> Option<StatementLine> {
    let (yen, fee_lines) = booking.due();
    let is_final = match booking.state {
        BookingState::CheckedOut { .. } | BookingState::Absent { .. } => true,
        // What was given up in time is no stay.
        BookingState::Cancelled { .. } if yen == 0 => return None,
        BookingState::Cancelled { .. } => true,
        BookingState::Declined { .. } | BookingState::Requested { .. } | BookingState::Offered { .. } | BookingState::Released { .. } => {
            return None;
        }
        BookingState::Confirmed | BookingState::CheckedIn { .. } => false,
    };
    Some(StatementLine {
        booking_id: booking.id.clone(),
        facility: booking.facility.clone(),
        programme: booking.programme.clone(),
        programme_name: booking.programme_name.clone(),
        starts_at: booking.starts_at,
        ends_at: booking.ends_at,
        state: booking.state.clone(),
        is_final,
        fee_lines: fee_lines.to_vec(),
        yen,
    })
}

/// The month of a family's bookings. Bookings of other months are left out.
pub fn statement<'a>(month: Month, bookings: impl IntoIterator<Item = &'a Booking>) -> Statement {
    let mut children: Vec<ChildStatement> = Vec::new();
    for booking in bookings.into_iter().filter(|booking| Month::at(booking.starts_at) == month) {
        let Some(line) = line(booking) else { continue };
        match children.iter_mut().find(|known| known.child.id == booking.child.id) {
            Some(known) => known.lines.push(line),
            None => children.push(ChildStatement { child: booking.child.clone(), lines: vec![line], total_yen: 0, estimated_yen: 0 }),
        }
    }
    for child in &mut children {
        child.lines.sort_by(|a, b| (a.starts_at, &a.booking_id).cmp(&(b.starts_at, &b.booking_id)));
        let sum = |wanted: bool| child.lines.iter().filter(|line| line.is_final == wanted).map(|line| line.yen).sum::<i64>();
        (child.total_yen, child.estimated_yen) = (sum(true), sum(false));
    }
    children.sort_by(|a, b| (&a.child.kana, &a.child.id).cmp(&(&b.child.kana, &b.child.id)));
    Statement {
        month,
        total_yen: children.iter().map(|child| child.total_yen).sum(),
        estimated_yen: children.iter().map(|child| child.estimated_yen).sum(),
        children,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attendance::Settled;
    use crate::ids::ChildId;
    use crate::world::{ask_for, booking, child, slot, state, temporary_care, tokyo};

    fn stay(id: &str, date: &str, state_then: BookingState, settled: Option<i64>) -> Booking {
        let asked = state(slot(date), temporary_care(), vec![child("sora", "2024-06-15")]);
        let now = tokyo("2026-11-20 10:00");
        let placed = crate::bookings::place(&asked, &ask_for(&asked), now).unwrap();
        let mut booked = booking(&asked, &placed, &placed.children[0], now);
        (booked.id, booked.state) = (id.into(), state_then);
        booked.attended.settled = settled.map(|fee_yen| Settled { fee_yen, ..Settled::default() });
        booked
    }

    #[test]
    fn every_item_has_its_words() {
        let words = |item: FeeItem| Locale::ALL.map(|locale| item_words(&item, locale));
        assert_eq!(words(FeeItem::Hours { minutes: 90, hourly_yen: 300 })[0], "時間（90分、1時間300円）");
        assert_eq!(
            words(FeeItem::LateUnits { minutes: 11, unit_minutes: 30, unit_yen: 500 })[0],
            "お迎えが遅れた時間（11分、30分ごとに500円）"
        );
        for item in [
            FeeItem::Use,
            FeeItem::LateHours { minutes: 30, hourly_yen: 300 },
            FeeItem::LateUnits { minutes: 1, unit_minutes: 2, unit_yen: 3 },
        ] {
            assert!(words(item).iter().all(|words| !words.contains(['%', '[']) && !words.contains("statements.")));
        }
    }

    #[test]
    fn a_month_adds_up_what_is_final_and_what_is_estimated() {
        let at = tokyo("2026-12-03 17:00");
        let left = BookingState::CheckedOut { checked_in_at: at, at };
        let cancelled = |fee_yen| BookingState::Cancelled { at, fee_yen, counts: fee_yen > 0, exempt: None };
        let absent = BookingState::Absent { at, fee_yen: 1000, counts: true, exempt: None, released: false };
        let mut other = stay("other", "2026-12-03", left.clone(), Some(500));
        (other.child.id, other.child.kana) = (ChildId::from("umi"), "ユミハマ ウミ".to_owned());
        // Golden: each stay with what it comes to in December.
        let bookings = [
            stay("late", "2026-12-01", left.clone(), Some(2500)),
            stay("old", "2026-12-02", left, None),
            stay("absent", "2026-12-03", absent, None),
            stay("cancelled_late", "2026-12-04", cancelled(700), None),
            stay("cancelled", "2026-12-05", cancelled(0), None),
            stay("asked", "2026-12-07", BookingState::Requested { decide_by: at }, None),
            stay("declined", "2026-12-07", BookingState::Declined { at, message: String::new() }, None),
            stay("coming", "2026-12-08", BookingState::Confirmed, None),
            stay("here", "2026-12-09", BookingState::CheckedIn { at }, None),
            stay("november", "2026-11-30", BookingState::Confirmed, None),
            other,
        ];
        let told = statement("2026-12".parse().unwrap(), &bookings);
        assert_eq!((told.total_yen, told.estimated_yen), (2500 + 2000 + 1000 + 700 + 500, 4000));
        let lines: Vec<(&str, i64, bool)> = told.children[1].lines.iter().map(|l| (l.booking_id.as_str(), l.yen, l.is_final)).collect();
        assert_eq!(
            lines,
            [
                ("late", 2500, true),
                ("old", 2000, true),
                ("absent", 1000, true),
                ("cancelled_late", 700, true),
                ("coming", 2000, false),
                ("here", 2000, false)
            ]
        );
        assert_eq!(
            told.children.iter().map(|child| (child.child.id.as_str(), child.total_yen)).collect::<Vec<_>>(),
            [("umi", 500), ("sora", 6200)]
        );
        assert!(statement("2027-01".parse().unwrap(), &bookings).children.is_empty());
    }
}
