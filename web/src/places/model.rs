//! What pages of places count, lay out and read of what is typed.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, NaiveTime, Weekday};
use shared::ids::SlotId;
use shared::places::{Duty, DutyChange, DutyDay, DutyLine, DutySpan, PlaceStep, PlacesPlan, Verdict, monday};
use shared::problem::Reason;
use shared::slots::{BandPlaces, Slot, SlotDay, SlotState};
use shared::time::{Month, days_after, tokyo_day};

/// A plan in figures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// Published.
    pub new: u32,
    /// Changed.
    pub changed: u32,
    /// Taken away.
    pub removed: u32,
    /// As they should be already.
    pub same: u32,
    /// Left out.
    pub left_out: u32,
}

impl Figures {
    /// Counts what becomes of a plan.
    pub fn of(plan: &PlacesPlan) -> Self {
        plan.steps.iter().fold(Self::default(), |sum, step| match step.verdict {
            Verdict::New => Self { new: sum.new + 1, ..sum },
            Verdict::Changed => Self { changed: sum.changed + 1, ..sum },
            Verdict::Removed => Self { removed: sum.removed + 1, ..sum },
            Verdict::Same => Self { same: sum.same + 1, ..sum },
            Verdict::LeftOut { .. } => Self { left_out: sum.left_out + 1, ..sum },
        })
    }

    /// How many slots are written.
    pub const fn written(&self) -> u32 {
        self.new + self.changed + self.removed
    }
}

/// Why slots are left out, each reason once with how many, the most first.
pub fn left_out(plan: &PlacesPlan) -> Vec<(Reason, u32)> {
    let mut all: Vec<(Reason, u32)> = Vec::new();
    for step in &plan.steps {
        let Verdict::LeftOut { why } = &step.verdict else { continue };
        match all.iter_mut().find(|(known, _)| known == why) {
            Some((_, count)) => *count += 1,
            None => all.push((why.clone(), 1)),
        }
    }
    all.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    all
}

/// The slots of a plan day by day.
pub fn by_day(plan: &PlacesPlan) -> Vec<(NaiveDate, Vec<PlaceStep>)> {
    let mut days: BTreeMap<NaiveDate, Vec<PlaceStep>> = BTreeMap::new();
    for step in &plan.steps {
        if let Some(starts_at) = step.starts_at() {
            days.entry(tokyo_day(starts_at)).or_default().push(step.clone());
        }
    }
    days.into_iter().collect()
}

/// The weeks of a month, each from Monday, with the days around it.
pub fn weeks_of(month: Month) -> Vec<Vec<NaiveDate>> {
    let mut first = monday(month.first_day());
    let mut weeks = Vec::new();
    while first < month.next_first_day() {
        weeks.push((0..7).map(|n| days_after(first, n)).collect());
        first = days_after(first, 7);
    }
    weeks
}

/// A day in figures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DayFigures {
    /// Slots.
    pub slots: u32,
    /// Of these, those that take no bookings.
    pub closed: u32,
    /// Children booked at the fullest minute of each slot.
    pub taken: i64,
    /// Places.
    pub places: i64,
}

/// Counts a day.
pub fn day_figures(day: &SlotDay) -> DayFigures {
    day.slots.iter().fold(DayFigures::default(), |sum, slot| DayFigures {
        slots: sum.slots + 1,
        closed: sum.closed + u32::from(slot.state == SlotState::Closed),
        taken: sum.taken + slot.peak(),
        places: sum.places + slot.bands.iter().map(|band| band.capacity).sum::<i64>(),
    })
}

/// The ids of a day's slots.
pub fn ids_of(days: &[SlotDay], date: NaiveDate) -> Vec<SlotId> {
    days.iter().filter(|day| day.day == date).flat_map(|day| &day.slots).map(|slot| slot.id.clone()).collect()
}

/// Chooses all of these, or none of them where all are chosen.
pub fn toggled(chosen: &[SlotId], these: &[SlotId]) -> Vec<SlotId> {
    let is_all = these.iter().all(|id| chosen.contains(id));
    let others = chosen.iter().filter(|id| !these.contains(id)).cloned();
    if is_all { others.collect() } else { others.chain(these.iter().cloned()).collect() }
}

/// The age bands that slots have, each once, with the places that most of them have.
pub fn bands_of(slots: &[Slot]) -> Vec<BandPlaces> {
    let mut counts: BTreeMap<(u32, u32), BTreeMap<i64, u32>> = BTreeMap::new();
    for band in slots.iter().flat_map(|slot| &slot.bands) {
        *counts.entry((band.from_age, band.under_age)).or_default().entry(band.capacity).or_default() += 1;
    }
    let most = |places: BTreeMap<i64, u32>| places.into_iter().max_by_key(|(_, count)| *count).map_or(0, |(capacity, _)| capacity);
    counts.into_iter().map(|((from_age, under_age), places)| BandPlaces { from_age, under_age, capacity: most(places) }).collect()
}

/// Carers on duty as they are typed: on weekdays, or on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedDuty {
    /// The weekdays of a usual line.
    pub weekdays: Vec<Weekday>,
    /// The day of a line that differs.
    pub day: String,
    /// `09:00`
    pub starts: String,
    /// `17:00`
    pub ends: String,
    /// How many.
    pub carers: i64,
}

/// The lines as they are typed: usual ones, and those of single days.
pub fn typed_duty(duty: &Duty) -> (Vec<TypedDuty>, Vec<TypedDuty>) {
    let of = |span: &DutySpan, weekdays: &[Weekday], day: String| TypedDuty {
        weekdays: weekdays.to_vec(),
        day,
        starts: shared::locale::iso_clock(span.starts),
        ends: shared::locale::iso_clock(span.ends),
        carers: span.carers,
    };
    let nobody = DutySpan { starts: NaiveTime::MIN, ends: NaiveTime::MIN, carers: 0 };
    let weekly = duty.weekly.iter().map(|line| of(&line.span, &line.weekdays, String::new())).collect();
    let days = duty.days.iter().flat_map(|day| {
        let spans = if day.spans.is_empty() { vec![nobody.clone()] } else { day.spans.clone() };
        spans.into_iter().map(move |span| of(&span, &[], day.day.to_string()))
    });
    (weekly, days.collect())
}

/// Reads the lines; none where something is missing.
pub fn duty_command(weekly: &[TypedDuty], days: &[TypedDuty]) -> Option<DutyChange> {
    let span = |typed: &TypedDuty| {
        let (starts, ends) = crate::slots::staff::time(&typed.starts).zip(crate::slots::staff::time(&typed.ends))?;
        Some(DutySpan { starts, ends, carers: typed.carers })
    };
    let weekly = weekly.iter().map(|line| {
        let weekdays = (!line.weekdays.is_empty()).then(|| line.weekdays.clone())?;
        Some(DutyLine { weekdays, span: span(line)? })
    });
    let mut by_day: BTreeMap<NaiveDate, Vec<DutySpan>> = BTreeMap::new();
    for typed in days {
        by_day.entry(typed.day.parse().ok()?).or_default().push(span(typed)?);
    }
    let days = by_day.into_iter().map(|(day, spans)| DutyDay { day, spans }).collect();
    Some(DutyChange { weekly: weekly.collect::<Option<_>>()?, days })
}

/// How many carers are there in each half hour of a usual week: the time, and the number from Monday on. Hours without anybody at the ends of
/// the day are left away.
pub fn duty_week(duty: &Duty) -> Vec<(NaiveTime, Vec<i64>)> {
    // Any week without days that differ.
    let usual = Duty { days: Vec::new(), ..duty.clone() };
    let first = monday(NaiveDate::MIN.with_year(2026).unwrap_or_default());
    let at = |half: u32| NaiveTime::from_num_seconds_from_midnight_opt(half * 1800, 0);
    let there = |day: NaiveDate, time: NaiveTime| {
        let on = usual.on(day);
        let holds = |span: &&&DutySpan| span.starts <= time && (time < span.ends || span.ends == NaiveTime::MIN);
        on.iter().filter(holds).map(|span| span.carers).sum::<i64>()
    };
    let row = |time: NaiveTime| (time, (0..7).map(|n| there(days_after(first, n), time)).collect::<Vec<_>>());
    let rows: Vec<(NaiveTime, Vec<i64>)> = (0..48).filter_map(at).map(row).collect();
    let is_used = |(_, row): &(NaiveTime, Vec<i64>)| row.iter().any(|carers| *carers > 0);
    let (Some(from), Some(until)) = (rows.iter().position(is_used), rows.iter().rposition(is_used)) else { return Vec::new() };
    rows.into_iter().skip(from).take(until + 1 - from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> SlotId {
        SlotId::from(text)
    }

    #[test]
    fn a_month_is_laid_out_in_whole_weeks() {
        let weeks = weeks_of(Month::of("2026-12-10".parse().unwrap()));
        assert_eq!(weeks.len(), 5);
        assert_eq!((weeks[0][0].to_string(), weeks[4][6].to_string()), ("2026-11-30".to_owned(), "2027-01-03".to_owned()));
        assert!(weeks.iter().all(|week| week.len() == 7 && week[0].weekday() == Weekday::Mon));
        // A February that fills four weeks.
        assert_eq!(weeks_of(Month::of("2027-02-28".parse().unwrap())).len(), 4);
    }

    #[test]
    fn a_day_is_chosen_whole_and_given_up_whole() {
        let (one, two) = ([id("a")], [id("b"), id("c")]);
        assert_eq!(toggled(&one, &two), [id("a"), id("b"), id("c")]);
        assert_eq!(toggled(&[id("a"), id("b")], &two), [id("a"), id("b"), id("c")]);
        assert_eq!(toggled(&[id("b"), id("a"), id("c")], &two), [id("a")]);
    }

    fn line(weekdays: &[Weekday], starts: &str, ends: &str, carers: i64) -> TypedDuty {
        TypedDuty { weekdays: weekdays.to_vec(), day: String::new(), starts: starts.to_owned(), ends: ends.to_owned(), carers }
    }

    #[test]
    fn duty_is_read_as_it_is_typed_and_typed_as_it_is() {
        let weekly = [line(&[Weekday::Mon], "09:00", "17:00", 2), line(&[Weekday::Mon], "10:00", "11:00", 1)];
        let one = TypedDuty { day: "2026-12-08".to_owned(), ..line(&[], "09:00", "12:00", 1) };
        let other = TypedDuty { starts: "13:00".to_owned(), ends: "17:00".to_owned(), ..one.clone() };
        let command = duty_command(&weekly, &[one.clone(), other.clone()]).unwrap();
        assert_eq!((command.weekly.len(), command.days.len(), command.days[0].spans.len()), (2, 1, 2));
        let duty = Duty::unsaid("o".into()).changed(&command).unwrap();
        assert_eq!(typed_duty(&duty), (weekly.to_vec(), vec![one, other]));
        assert_eq!(duty_command(&[line(&[], "09:00", "17:00", 2)], &[]), None);
        assert_eq!(duty_command(&[], &[TypedDuty { day: String::new(), ..weekly[0].clone() }]), None);
    }

    #[test]
    fn a_usual_week_is_shown_by_the_half_hour() {
        let command =
            duty_command(&[line(&[Weekday::Mon, Weekday::Tue], "09:00", "10:30", 2), line(&[Weekday::Tue], "10:00", "11:00", 1)], &[]);
        let rows = duty_week(&Duty::unsaid("o".into()).changed(&command.unwrap()).unwrap());
        let told: Vec<(String, i64, i64)> = rows.iter().map(|(at, row)| (at.format("%H:%M").to_string(), row[0], row[1])).collect();
        let expected = [("09:00", 2, 2), ("09:30", 2, 2), ("10:00", 2, 3), ("10:30", 0, 1)];
        assert_eq!(told, expected.map(|(at, mon, tue)| (at.to_owned(), mon, tue)));
        assert_eq!(duty_week(&Duty::unsaid("o".into())), []);
    }
}
