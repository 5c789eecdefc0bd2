//! What the pages for series decide with: choices, counts and what is sent.

use chrono::{DateTime, Days, NaiveDate, Utc, Weekday};
use shared::bookings::CancelTerms;
use shared::locale::Localised;
use shared::series::{CancelDate, IfConflict, NewSeries, Scope, Series, SeriesPreview, last_day};
use shared::slots::SlotFacility;
use shared::waitlist::{Wanted, WantedSlot};

/// The weekdays in the order of a Japanese calendar's week.
pub const WEEKDAYS: [Weekday; 7] = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

/// Weekdays from their names with commas; what is none falls away.
pub fn read_weekdays(text: &str) -> Vec<Weekday> {
    text.split(',').filter_map(|name| name.trim().parse().ok()).collect()
}

/// Weekdays as the address keeps them.
pub fn weekdays_text(weekdays: &[String]) -> String {
    weekdays.join(",")
}

/// The days until which a series may go, each whole weeks after the first date, with how many weeks that are.
pub fn ends(first: NaiveDate) -> Vec<(NaiveDate, u64)> {
    let last = last_day(first);
    (1..).map_while(|week| Some((first.checked_add_days(Days::new(7 * week))?, week))).take_while(|(day, _)| *day <= last).collect()
}

/// Four dates, where nobody has chosen.
pub fn usual_end(first: NaiveDate) -> NaiveDate {
    first.checked_add_days(Days::new(21)).unwrap_or(first)
}

/// How many dates can be had, would be waited for, are left out, and would wait for the facility.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub bookable: usize,
    pub waiting: usize,
    pub refused: usize,
    pub requested: usize,
}

impl Counts {
    /// Whether there is nothing to book and nothing to wait for.
    pub const fn is_nothing(&self) -> bool {
        self.bookable + self.waiting == 0
    }
}

/// Counts the dates of a preview.
pub fn counts(preview: &SeriesPreview) -> Counts {
    let bookable = preview.dates.iter().filter(|date| date.bookable).count();
    let waiting = preview.dates.iter().filter(|date| date.waits).count();
    Counts {
        bookable,
        waiting,
        refused: preview.dates.len() - bookable - waiting,
        requested: preview.dates.iter().filter(|date| date.bookable && date.seen().requested).count(),
    }
}

/// What a family wants for dates that cannot be had, by its name.
pub fn if_conflict(name: &str) -> IfConflict {
    if name == WAIT { IfConflict::Waitlist } else { IfConflict::Fail }
}

/// The name of waiting.
pub const WAIT: &str = "waitlist";

/// What is sent after a preview was shown: exactly that, leaving out or waiting for what could not be had.
pub fn as_shown(command: NewSeries, preview: &SeriesPreview) -> NewSeries {
    let if_conflict = match counts(preview) {
        Counts { waiting: 0, refused: 0, .. } => IfConflict::Fail,
        Counts { waiting: 0, .. } => IfConflict::Skip,
        _ => IfConflict::Waitlist,
    };
    NewSeries { if_conflict, seen: Some(preview.seen()), ..command }
}

/// What all dates of a series have in common.
#[derive(Debug, Clone, PartialEq)]
pub struct Stay {
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub names: Vec<String>,
    pub facility: SlotFacility,
    pub programme_name: Localised,
}

/// What all dates of a series have in common, by its first booking, or by what it waits for where nothing is booked yet.
pub fn stay(series: &Series) -> Option<Stay> {
    if let Some(first) = series.bookings.first() {
        let mut names: Vec<String> = Vec::new();
        for booking in &series.bookings {
            if !names.contains(&booking.child.name) {
                names.push(booking.child.name.clone());
            }
        }
        let (facility, programme_name) = (first.facility.clone(), first.programme_name.clone());
        return Some(Stay { starts_at: first.starts_at, ends_at: first.ends_at, names, facility, programme_name });
    }
    let first = series.entries.first()?;
    let Wanted::Slot(WantedSlot { starts_at, ends_at, .. }) = &first.wanted else { return None };
    Some(Stay {
        starts_at: (*starts_at)?,
        ends_at: (*ends_at)?,
        names: first.children.iter().map(|child| child.name.clone()).collect(),
        facility: first.facility.clone()?,
        programme_name: first.programme_name.clone(),
    })
}

/// A scope by its name.
pub fn scope(name: &str) -> Scope {
    match name {
        "following" => Scope::Following,
        "all" => Scope::All,
        _ => Scope::This,
    }
}

/// Whether any date costs or counts something when it is cancelled now.
pub fn is_late(dates: &[CancelDate]) -> bool {
    dates.iter().any(|date| date.terms != CancelTerms::FREE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn weekdays_come_back_from_the_address() {
        assert_eq!(read_weekdays("Tue,Thu"), [Weekday::Tue, Weekday::Thu]);
        assert_eq!(read_weekdays("Tue, nothing,,Fri"), [Weekday::Tue, Weekday::Fri]);
        assert_eq!(weekdays_text(&["Tue".to_owned(), "Thu".to_owned()]), "Tue,Thu");
        assert!(WEEKDAYS.iter().all(|weekday| read_weekdays(&weekday.to_string()) == [*weekday]));
    }

    #[test]
    fn a_series_may_go_on_for_whole_weeks_up_to_six_months() {
        let ends = ends(day("2026-12-01"));
        assert_eq!((ends.first(), ends.last()), (Some(&(day("2026-12-08"), 1)), Some(&(day("2027-06-01"), 26))));
        assert!(ends.iter().any(|(end, _)| *end == usual_end(day("2026-12-01"))));
        assert_eq!(super::ends(NaiveDate::MAX), []);
    }

    #[test]
    fn what_was_shown_is_what_is_sent() {
        let date = |day: &str, fee: Option<i64>, state: &str| {
            serde_json::json!({
                "day": day, "starts_at": "2026-12-01T00:00:00Z", "ends_at": "2026-12-01T03:00:00Z", "bookable": fee.is_some(), "fee_yen": fee,
                "state": fee.map(|_| serde_json::json!({ "kind": state, "decide_by": "2026-12-01T00:00:00Z" })),
            })
        };
        let dates = [date("2026-12-01", Some(500), "confirmed"), date("2026-12-08", None, ""), date("2026-12-15", Some(700), "requested")];
        let preview = SeriesPreview::of(serde_json::from_value(dates.into()).unwrap());
        assert_eq!(counts(&preview), Counts { bookable: 2, waiting: 0, refused: 1, requested: 1 });
        let stay = shared::bookings::NewBooking::new("slot".into(), vec![]);
        let asked = NewSeries { stay, weekdays: vec![Weekday::Tue], until: day("2026-12-15"), if_conflict: IfConflict::Fail, seen: None };
        let sent = as_shown(asked.clone(), &preview);
        assert_eq!((sent.if_conflict, sent.seen.clone()), (IfConflict::Skip, Some(preview.seen())));
        assert_eq!(sent.seen.unwrap().iter().map(|date| date.fee_yen).collect::<Vec<_>>(), [Some(500), None, Some(700)]);
        let whole = SeriesPreview::of(preview.dates.clone().into_iter().filter(|date| date.bookable).collect());
        assert_eq!(as_shown(asked.clone(), &whole).if_conflict, IfConflict::Fail);
        let mut waiting = preview;
        waiting.dates[1].waits = true;
        assert_eq!(counts(&waiting), Counts { bookable: 2, waiting: 1, refused: 0, requested: 1 });
        let sent = as_shown(asked, &waiting);
        assert_eq!(
            (sent.if_conflict, sent.seen.unwrap().iter().map(|date| date.waits).collect::<Vec<_>>()),
            (IfConflict::Waitlist, vec![false, true, false])
        );
        assert_eq!(
            [if_conflict("waitlist"), if_conflict(""), if_conflict("skip")],
            [IfConflict::Waitlist, IfConflict::Fail, IfConflict::Fail]
        );
    }

    #[test]
    fn any_date_may_be_the_late_one() {
        let date = |fee_yen, counts| CancelDate {
            booking_id: "booking".into(),
            starts_at: shared::time::day_start(day("2026-12-01")),
            ends_at: shared::time::day_start(day("2026-12-02")),
            terms: CancelTerms { fee_yen, counts },
        };
        assert!(!is_late(&[date(0, false)]) && !is_late(&[]));
        assert!(is_late(&[date(0, false), date(500, false)]) && is_late(&[date(0, true)]));
        assert_eq!([scope("this"), scope("following"), scope("all"), scope("")], [Scope::This, Scope::Following, Scope::All, Scope::This]);
    }
}
