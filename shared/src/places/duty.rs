//! Carers on duty: who is usually there on which weekday, and who on a certain day instead.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Timelike, Utc, Weekday};
use serde::{Deserialize, Serialize};
use validator::Validate;

use super::Rejection;
use crate::ids::OfferingId;
use crate::programmes::Terms;
use crate::slots::{Occupancy, Slot, SlotBand};
use crate::time::{at, day_start, next_day, tokyo_day};

/// The most carers at once.
const MOST_CARERS: i64 = 200;

/// Carers from one time of a day to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DutySpan {
    /// Tokyo time, on the half hour.
    pub starts: NaiveTime,
    /// Tokyo time, on the half hour; `00:00:00` is the midnight at the end of the day.
    pub ends: NaiveTime,
    /// How many, 0 to 200. Spans that overlap add up.
    pub carers: i64,
}

/// Carers who are usually there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DutyLine {
    /// The weekdays, as `Mon` to `Sun`.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub weekdays: Vec<Weekday>,
    /// When, and how many.
    #[serde(flatten)]
    pub span: DutySpan,
}

/// Carers of one day, instead of those who are usually there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DutyDay {
    /// The day.
    pub day: NaiveDate,
    /// When, and how many; empty: nobody.
    pub spans: Vec<DutySpan>,
}

/// Who is on duty for an offering. Without a weekly line nobody said so, and slots keep the carers of their pattern.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Duty {
    /// The offering.
    pub offering_id: OfferingId,
    /// The usual week.
    pub weekly: Vec<DutyLine>,
    /// Days that differ, ascending.
    pub days: Vec<DutyDay>,
    /// Grows by one with every change; the `ETag`.
    pub version: i64,
}

/// Sets who is on duty for an offering.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DutyChange {
    /// The usual week; empty: nobody says who is on duty.
    #[serde(default)]
    #[validate(length(max = 28, code = "places.duty_invalid"))]
    pub weekly: Vec<DutyLine>,
    /// Days that differ.
    #[serde(default)]
    #[validate(length(max = 366, code = "places.duty_invalid"))]
    pub days: Vec<DutyDay>,
}

impl DutySpan {
    fn is_right(&self) -> bool {
        let on_half = |time: NaiveTime| time.minute().is_multiple_of(30) && time.second() == 0;
        let in_order = self.ends == NaiveTime::MIN || self.starts < self.ends;
        on_half(self.starts) && on_half(self.ends) && in_order && (0..=MOST_CARERS).contains(&self.carers)
    }

    /// From when to when on a day.
    fn on(&self, day: NaiveDate) -> (DateTime<Utc>, DateTime<Utc>) {
        let until = if self.ends == NaiveTime::MIN { day_start(next_day(day)) } else { at(day, self.ends) };
        (at(day, self.starts), until)
    }
}

impl Duty {
    /// Nobody has said yet who is on duty.
    pub const fn unsaid(offering_id: OfferingId) -> Self {
        Self { offering_id, weekly: Vec::new(), days: Vec::new(), version: 0 }
    }

    /// Whether somebody said who is on duty.
    pub fn is_set(&self) -> bool {
        !self.weekly.is_empty()
    }

    /// The spans of a day.
    pub fn on(&self, day: NaiveDate) -> Vec<&DutySpan> {
        match self.days.iter().find(|one| one.day == day) {
            Some(own) => own.spans.iter().collect(),
            None => self.weekly.iter().filter(|line| line.weekdays.contains(&day.weekday())).map(|line| &line.span).collect(),
        }
    }

    /// How many carers are there from which minute of a time on.
    pub fn carers(&self, starts_at: DateTime<Utc>, ends_at: DateTime<Utc>) -> Occupancy {
        let minute = |instant: DateTime<Utc>| (instant.clamp(starts_at, ends_at) - starts_at).num_minutes();
        let mut carers = Occupancy::default();
        for day in tokyo_day(starts_at).iter_days().take_while(|day| *day <= tokyo_day(ends_at)) {
            for span in self.on(day) {
                let (from, until) = span.on(day);
                let (from, until) = (minute(from), minute(until));
                if from < until {
                    carers = carers.plus(from, until, span.carers);
                }
            }
        }
        carers
    }

    /// Who is on duty after a change.
    pub fn changed(&self, command: &DutyChange) -> Result<Self, Rejection> {
        let weekly_right = command.weekly.iter().all(|line| !line.weekdays.is_empty() && line.span.is_right());
        let days_right = command.days.iter().flat_map(|day| &day.spans).all(DutySpan::is_right);
        let sum = |spans: &mut dyn Iterator<Item = &DutySpan>| spans.map(|span| span.carers).sum::<i64>() <= MOST_CARERS;
        let few = sum(&mut command.weekly.iter().map(|line| &line.span)) && command.days.iter().all(|day| sum(&mut day.spans.iter()));
        let mut days = command.days.clone();
        days.sort_by_key(|day| day.day);
        let is_twice = days.iter().zip(days.iter().skip(1)).any(|(a, b)| a.day == b.day);
        if !weekly_right || !days_right || !few || is_twice {
            return Err(Rejection::DutyInvalid);
        }
        Ok(Self { offering_id: self.offering_id.clone(), weekly: command.weekly.clone(), days, version: self.version + 1 })
    }
}

/// What a slot could take in one half hour if nobody were booked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HalfHourLimit {
    /// Its start.
    pub starts_at: DateTime<Utc>,
    /// The fewest carers at any minute of it; none where the slot counts no carers.
    pub carers: Option<i64>,
    /// The most children of each band that could come alone, in the order of the bands: the least of places, room, programme and carers.
    pub places: Vec<i64>,
}

/// What a slot could take half hour by half hour if nobody were booked: where carers on duty are the limit is seen here.
pub fn half_hour_limits(slot: &Slot, terms: &Terms) -> Vec<HalfHourLimit> {
    let empty = |band: &SlotBand| SlotBand { occupancy: Occupancy::default(), ..band.clone() };
    let slot = Slot { bands: slot.bands.iter().map(empty).collect(), ..slot.clone() };
    let length = slot.minute(slot.ends_at);
    let halves = (0..).map(|half| half * 30).take_while(|from| *from < length);
    halves
        .map(|from| {
            let until = (from + 30).min(length);
            let cover = terms.staffing.as_ref().and_then(|staffing| slot.cover(staffing, from, until));
            HalfHourLimit {
                starts_at: slot.instant(from),
                carers: cover.map(|cover| cover.there),
                places: slot.bands.iter().map(|band| slot.left_in(terms, band, from, until)).collect(),
            }
        })
        .collect()
}
