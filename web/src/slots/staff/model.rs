//! What a facility types to publish slots, what becomes of it, and where to start from.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc, Weekday};
use shared::ids::OfferingId;
use shared::locale::iso_clock;
use shared::programmes::{AgeBasis, AgeEnd, Ages};
use shared::slots::{BandPlaces, NewSlots, Occupancy, PatternLine, PlanOutcome, PlannedSlot, Slot, SlotChange, SlotPlan};
use shared::time::{tokyo, tokyo_day};

/// The days of a week, as a calendar of Japan's facilities begins.
pub const WEEKDAYS: [Weekday; 7] = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

/// How children are told apart by age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Division {
    /// 0, 1 to 2, 3 and over: as the number of carers goes.
    Carers,
    /// Every year for itself.
    Years,
    /// All together.
    Together,
}

impl Division {
    /// Every one, in the order of the choice.
    pub const ALL: [Self; 3] = [Self::Carers, Self::Years, Self::Together];

    /// The bands of a programme's ages, without places yet.
    pub fn bands(self, ages: &Ages) -> Vec<BandPlaces> {
        let from = ages.from_months / 12;
        let until = match (ages.until, ages.basis) {
            (AgeEnd::UnderYears { years }, _) => years,
            (AgeEnd::SchoolEntry, AgeBasis::Class) => 6,
            // Before school a child may already be six.
            (AgeEnd::SchoolEntry, AgeBasis::OnDay) => 7,
        };
        let edges: Vec<u32> = match self {
            Self::Carers => vec![from, 1, 3, until],
            Self::Years => (from..=until).collect(),
            Self::Together => vec![from, until],
        };
        edges
            .iter()
            .zip(edges.iter().skip(1))
            .map(|(a, b)| ((*a).max(from), (*b).min(until)))
            .filter(|(a, b)| a < b)
            .map(|(from_age, under_age)| BandPlaces { from_age, under_age, capacity: 0 })
            .collect()
    }
}

/// A line of the pattern as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedLine {
    /// The weekdays.
    pub weekdays: Vec<Weekday>,
    /// `9:00`
    pub starts: String,
    /// `17:00`
    pub ends: String,
    /// Places per age band.
    pub bands: Vec<BandPlaces>,
    /// Room for all ages, where it is set.
    pub room: Option<i64>,
    /// Carers all the time, where they are set.
    pub carers: Option<i64>,
}

/// The form as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    /// The offering; empty: none chosen.
    pub offering: String,
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// Also on holidays.
    pub on_holidays: bool,
    /// Whether the places come from the classes, so that none are typed.
    pub spare: bool,
    /// The lines.
    pub lines: Vec<TypedLine>,
}

/// What is wrong with the form: the key of its sentence, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wrong {
    /// Id of the field.
    pub field: &'static str,
    /// Key of the sentence.
    pub key: &'static str,
    /// Which line, from 1.
    pub line: Option<usize>,
}

/// A time of day as typed.
pub fn time(typed: &str) -> Option<NaiveTime> {
    ["%H:%M", "%H:%M:%S"].into_iter().find_map(|form| NaiveTime::parse_from_str(typed.trim(), form).ok())
}

/// Reads the lines of a pattern.
pub fn pattern_of(lines: &[TypedLine], spare: bool) -> Result<Vec<PatternLine>, Vec<Wrong>> {
    let mut wrong = Vec::new();
    if lines.is_empty() {
        wrong.push(Wrong { field: "lines", key: "slots.pattern_empty", line: None });
    }
    let mut pattern = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let mut here = |key| wrong.push(Wrong { field: "lines", key, line: Some(index + 1) });
        if line.weekdays.is_empty() {
            here("slots.no_weekday");
        }
        let times = time(&line.starts).zip(time(&line.ends));
        match times {
            None => here("slots_staff.time_missing"),
            Some((starts, ends)) if ends <= starts => here("slots.times_invalid"),
            Some(_) => {}
        }
        if !spare && line.bands.iter().all(|band| band.capacity == 0) {
            here("slots_staff.no_places");
        }
        if line.bands.iter().any(|band| !(0..=200).contains(&band.capacity)) {
            here("slots.capacity_range");
        }
        if let Some((starts, ends)) = times {
            pattern.push(PatternLine {
                weekdays: line.weekdays.clone(),
                starts,
                ends,
                nights: 0,
                room: line.room,
                carers: line.carers,
                bands: line.bands.clone(),
            });
        }
    }
    if wrong.is_empty() { Ok(pattern) } else { Err(wrong) }
}

/// Reads the form.
pub fn command(typed: &Typed) -> Result<NewSlots, Vec<Wrong>> {
    let mut wrong = Vec::new();
    let mut whole = |field, key| wrong.push(Wrong { field, key, line: None });
    if typed.offering.is_empty() {
        whole("offering", "slots_staff.offering_missing");
    }
    let (from, to) = (typed.from.parse::<NaiveDate>().ok(), typed.to.parse::<NaiveDate>().ok());
    if from.is_none() {
        whole("from", "slots_staff.date_missing");
    }
    if to.is_none() {
        whole("to", "slots_staff.date_missing");
    }
    if let (Some(from), Some(to)) = (from, to)
        && !(0..=184).contains(&(to - from).num_days())
    {
        whole("to", "slots.range_invalid");
    }
    let pattern = pattern_of(&typed.lines, typed.spare).unwrap_or_else(|of_lines| {
        wrong.extend(of_lines);
        Vec::new()
    });
    match (from, to) {
        (Some(from), Some(to)) if wrong.is_empty() => {
            Ok(NewSlots { offering_id: OfferingId::new(&*typed.offering), from, to, pattern, on_holidays: typed.on_holidays })
        }
        _ => Err(wrong),
    }
}

/// A plan in figures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Published.
    pub new: i64,
    /// Left out for a holiday.
    pub holiday: i64,
    /// There already.
    pub exists: i64,
    /// Over already.
    pub past: i64,
}

/// Counts what becomes of a plan.
pub fn summary(plan: &SlotPlan) -> Summary {
    plan.slots.iter().fold(Summary::default(), |sum, slot| match slot.outcome {
        PlanOutcome::New => Summary { new: sum.new + 1, ..sum },
        PlanOutcome::Holiday { .. } => Summary { holiday: sum.holiday + 1, ..sum },
        PlanOutcome::Exists => Summary { exists: sum.exists + 1, ..sum },
        PlanOutcome::Past => Summary { past: sum.past + 1, ..sum },
    })
}

/// The slots of a plan day by day.
pub fn by_day(plan: &SlotPlan) -> Vec<(NaiveDate, Vec<PlannedSlot>)> {
    let mut days: BTreeMap<NaiveDate, Vec<PlannedSlot>> = BTreeMap::new();
    for slot in &plan.slots {
        days.entry(tokyo_day(slot.starts_at)).or_default().push(slot.clone());
    }
    days.into_iter().collect()
}

/// The day of the first slot that is published.
pub fn first_new(plan: &SlotPlan) -> Option<NaiveDate> {
    plan.slots.iter().find(|slot| slot.outcome == PlanOutcome::New).map(|slot| tokyo_day(slot.starts_at))
}

/// The places of a slot's bands.
pub fn places(slot: &Slot) -> Vec<BandPlaces> {
    slot.bands.iter().map(|band| BandPlaces { from_age: band.from_age, under_age: band.under_age, capacity: band.capacity }).collect()
}

/// More lines than that are no habit.
const MAX_LINES: usize = 4;

/// From when to when, with which places, room and carers.
type Shape = (NaiveTime, NaiveTime, Vec<BandPlaces>, Option<i64>, Option<i64>);

/// The pattern that an offering's slots follow now, the most frequent times first; lines never overlap.
pub fn habit(slots: &[Slot], offering: &str) -> Vec<TypedLine> {
    let clock = |moment: DateTime<Utc>| tokyo(moment).time();
    let mut groups: Vec<(Shape, Vec<Weekday>)> = Vec::new();
    for slot in slots.iter().filter(|slot| slot.offering_id.as_str() == offering) {
        // A pattern knows carers for the whole time: those who are there when it begins.
        let carers = slot.carers.as_ref().map(|carers| carers.peak(0, 0));
        let mut bands = places(slot);
        // What the classes leave differs from day to day and is no habit.
        bands.iter_mut().filter(|_| slot.spare).for_each(|band| band.capacity = 0);
        let shape = (clock(slot.starts_at), clock(slot.ends_at), bands, slot.room, carers);
        match groups.iter_mut().find(|(known, _)| *known == shape) {
            Some((_, days)) => days.push(slot.day().weekday()),
            None => groups.push((shape, vec![slot.day().weekday()])),
        }
    }
    groups.sort_by_key(|(_, days)| std::cmp::Reverse(days.len()));
    let mut taken: Vec<(Weekday, NaiveTime, NaiveTime)> = Vec::new();
    let mut lines = Vec::new();
    for ((starts, ends, bands, room, carers), days) in groups {
        let free = |day: &Weekday| !taken.iter().any(|(other, from, until)| other == day && *from < ends && starts < *until);
        let weekdays: Vec<Weekday> = WEEKDAYS.into_iter().filter(|day| days.contains(day)).filter(free).collect();
        if !weekdays.is_empty() && lines.len() < MAX_LINES {
            taken.extend(weekdays.iter().map(|day| (*day, starts, ends)));
            let (starts, ends) = (iso_clock(starts), iso_clock(ends));
            lines.push(TypedLine { weekdays, starts, ends, bands, room, carers });
        }
    }
    lines
}

/// A slot's places, room and carers while they are changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedPlaces {
    /// Places per age band.
    pub bands: Vec<BandPlaces>,
    /// Room for all ages, where it is set.
    pub room: Option<i64>,
    /// Carers from which minute on; empty: not set.
    pub carers: Vec<(i64, i64)>,
}

impl TypedPlaces {
    /// As the slot has them; carers who stay to its end have no step there.
    pub fn of(slot: &Slot) -> Self {
        let end = slot.minute(slot.ends_at);
        let mut carers: Vec<(i64, i64)> =
            slot.carers.iter().flat_map(|carers| carers.steps()).copied().filter(|(minute, _)| *minute < end).collect();
        if carers.first().is_some_and(|(minute, _)| *minute > 0) {
            carers.insert(0, (0, 0));
        }
        Self { bands: places(slot), room: slot.room, carers }
    }
}

/// What is asked of the server: only what differs from the slot.
pub fn asked(slot: &Slot, typed: &TypedPlaces) -> SlotChange {
    let now = TypedPlaces::of(slot);
    let length = slot.minute(slot.ends_at);
    let untils = typed.carers.iter().skip(1).map(|(minute, _)| *minute).chain([length]);
    let carers = typed.carers.iter().zip(untils).fold(Occupancy::default(), |sum, ((from, people), until)| sum.plus(*from, until, *people));
    SlotChange {
        bands: (typed.bands != now.bands).then(|| typed.bands.clone()),
        room: typed.room.filter(|_| typed.room != now.room),
        carers: (typed.carers != now.carers).then_some(carers),
        ..SlotChange::default()
    }
}

/// The half hours of a slot at which carers may come or go, from its second one on.
pub fn half_hours(slot: &Slot) -> Vec<i64> {
    (1..).map(|n| n * 30).take_while(|minute| *minute < slot.minute(slot.ends_at)).collect()
}

/// Whether the days of a slot are over, so that nothing of it can be changed.
pub fn is_over(slot: &Slot, now: DateTime<Utc>) -> bool {
    slot.ends_at <= now
}

/// The most children booked at once, all bands together.
pub fn booked(slot: &Slot) -> i64 {
    slot.bands.iter().map(|band| band.occupancy.highest()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::programmes::ProgrammeKey;
    use shared::slots::{SlotBand, SlotState};
    use shared::time::at;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn moment(day: &str, clock: &str) -> DateTime<Utc> {
        at(date(day), time(clock).unwrap())
    }

    fn band(from_age: u32, under_age: u32, capacity: i64) -> BandPlaces {
        BandPlaces { from_age, under_age, capacity }
    }

    fn ages(from_months: u32, until: AgeEnd, basis: AgeBasis) -> Ages {
        Ages { from_months, until, basis }
    }

    fn slot(day: &str, starts: &str, ends: &str, capacity: i64) -> Slot {
        Slot {
            id: "s".into(),
            offering_id: "o".into(),
            facility: serde_json::from_value(serde_json::json!({
                "id": "f", "name": "なぎさ保育園", "kana": "ナギサホイクエン", "municipality": "312029", "fictional": true
            }))
            .unwrap(),
            programme: ProgrammeKey::new("temporary_care"),
            starts_at: moment(day, starts),
            ends_at: moment(day, ends),
            state: SlotState::Open,
            bands: vec![
                SlotBand { from_age: 0, under_age: 3, capacity, occupancy: Occupancy::default().plus(0, 60, 2) },
                SlotBand { from_age: 3, under_age: 6, capacity: 5, occupancy: Occupancy::default().plus(60, 90, 1) },
            ],
            blocks: Vec::new(),
            room: None,
            carers: None,
            hourly_yen: None,
            confirmation: None,
            interview: false,
            spare: false,
            closures: Vec::new(),
            version: 1,
        }
    }

    fn line() -> TypedLine {
        TypedLine {
            weekdays: vec![Weekday::Mon],
            starts: "9:00".to_owned(),
            ends: "17:00".to_owned(),
            bands: vec![band(0, 3, 3)],
            room: None,
            carers: None,
        }
    }

    fn typed(lines: Vec<TypedLine>) -> Typed {
        Typed {
            offering: "o".to_owned(),
            from: "2026-11-24".to_owned(),
            to: "2026-12-24".to_owned(),
            on_holidays: false,
            spare: false,
            lines,
        }
    }

    fn keys(typed: &Typed) -> Vec<(&'static str, Option<usize>)> {
        command(typed).unwrap_err().into_iter().map(|wrong| (wrong.key, wrong.line)).collect()
    }

    #[test]
    fn bands_follow_the_programmes_ages() {
        let told = |division: Division, ages: &Ages| {
            division.bands(ages).into_iter().map(|band| (band.from_age, band.under_age)).collect::<Vec<_>>()
        };
        let school = ages(6, AgeEnd::SchoolEntry, AgeBasis::OnDay);
        assert_eq!(told(Division::Carers, &school), [(0, 1), (1, 3), (3, 7)]);
        assert_eq!(told(Division::Years, &school).len(), 7);
        assert_eq!(told(Division::Together, &school), [(0, 7)]);
        let toddlers = ages(12, AgeEnd::UnderYears { years: 3 }, AgeBasis::OnDay);
        assert_eq!(told(Division::Carers, &toddlers), [(1, 3)]);
        assert_eq!(told(Division::Years, &toddlers), [(1, 2), (2, 3)]);
        assert_eq!(told(Division::Together, &ages(6, AgeEnd::SchoolEntry, AgeBasis::Class)), [(0, 6)]);
    }

    #[test]
    fn a_whole_form_becomes_a_command() {
        let command = command(&typed(vec![line()])).unwrap();
        assert_eq!((command.from, command.to, command.pattern.len()), (date("2026-11-24"), date("2026-12-24"), 1));
        assert_eq!((command.pattern[0].starts, command.pattern[0].ends), (time("9:00").unwrap(), time("17:00").unwrap()));
    }

    #[test]
    fn only_what_differs_is_asked_for() {
        let slot = Slot { carers: Some(Occupancy::default().plus(0, 480, 2)), ..slot("2026-12-03", "9:00", "17:00", 3) };
        let typed = TypedPlaces::of(&slot);
        assert_eq!(typed.carers, [(0, 2)]);
        assert_eq!(asked(&slot, &typed), SlotChange::default());
        let more = TypedPlaces { room: Some(6), carers: vec![(0, 2), (120, 3)], ..typed.clone() };
        let steps = Occupancy::default().plus(0, 120, 2).plus(120, 480, 3);
        assert_eq!(asked(&slot, &more), SlotChange { room: Some(6), carers: Some(steps), ..SlotChange::default() });
        let lower = TypedPlaces { bands: vec![band(0, 3, 1), band(3, 6, 5)], ..typed };
        assert_eq!(asked(&slot, &lower).bands.unwrap()[0].capacity, 1);
        assert_eq!((half_hours(&slot).first(), half_hours(&slot).last()), (Some(&30), Some(&450)));
    }

    #[test]
    fn every_gap_of_the_form_is_named_with_its_line() {
        let empty =
            Typed { offering: String::new(), from: String::new(), to: "x".to_owned(), on_holidays: false, spare: false, lines: Vec::new() };
        assert_eq!(
            keys(&empty),
            [
                ("slots_staff.offering_missing", None),
                ("slots_staff.date_missing", None),
                ("slots_staff.date_missing", None),
                ("slots.pattern_empty", None)
            ]
        );
        let bad = TypedLine {
            weekdays: Vec::new(),
            starts: String::new(),
            ends: "17:00".to_owned(),
            bands: vec![band(0, 3, 0)],
            room: None,
            carers: None,
        };
        assert_eq!(
            keys(&typed(vec![line(), bad])),
            [("slots.no_weekday", Some(2)), ("slots_staff.time_missing", Some(2)), ("slots_staff.no_places", Some(2))]
        );
        let backwards = TypedLine { starts: "17:00".to_owned(), ends: "9:00".to_owned(), ..line() };
        assert_eq!(keys(&typed(vec![backwards])), [("slots.times_invalid", Some(1))]);
        // Where the classes say how many places there are, none are typed.
        let bare = typed(vec![TypedLine { bands: vec![band(0, 3, 0)], ..line() }]);
        assert!(command(&bare).is_err() && command(&Typed { spare: true, ..bare }).is_ok());
        let crowd = TypedLine { bands: vec![band(0, 3, 201)], ..line() };
        assert_eq!(keys(&typed(vec![crowd])), [("slots.capacity_range", Some(1))]);
    }

    #[test]
    fn a_range_is_checked_before_it_is_sent() {
        let range = |from: &str, to: &str| Typed { from: from.to_owned(), to: to.to_owned(), ..typed(vec![line()]) };
        assert!(command(&range("2026-11-24", "2026-11-24")).is_ok());
        assert!(command(&range("2026-11-24", "2027-05-27")).is_ok());
        assert_eq!(keys(&range("2026-11-24", "2027-05-28")), [("slots.range_invalid", None)]);
        assert_eq!(keys(&range("2026-11-24", "2026-11-23")), [("slots.range_invalid", None)]);
    }

    #[test]
    fn a_plan_is_counted_and_laid_out_by_day() {
        let planned = |day: &str, clock: &str, outcome| PlannedSlot {
            starts_at: moment(day, clock),
            ends_at: moment(day, "18:00"),
            bands: vec![band(0, 3, 3)],
            room: None,
            carers: None,
            outcome,
        };
        let plan = SlotPlan {
            slots: vec![
                planned("2026-11-20", "9:00", PlanOutcome::Past),
                planned("2026-11-23", "9:00", PlanOutcome::Holiday { name: "勤労感謝の日".to_owned() }),
                planned("2026-11-24", "9:00", PlanOutcome::Exists),
                planned("2026-11-24", "13:00", PlanOutcome::New),
            ],
            new_count: 1,
        };
        assert_eq!(summary(&plan), Summary { new: 1, holiday: 1, exists: 1, past: 1 });
        let days: Vec<(NaiveDate, usize)> = by_day(&plan).into_iter().map(|(day, slots)| (day, slots.len())).collect();
        assert_eq!(days, [(date("2026-11-20"), 1), (date("2026-11-23"), 1), (date("2026-11-24"), 2)]);
        assert_eq!(first_new(&plan), Some(date("2026-11-24")));
        assert_eq!(first_new(&SlotPlan { slots: Vec::new(), new_count: 0 }), None);
    }

    #[test]
    fn the_habit_is_what_the_slots_follow_now() {
        let slots = [
            slot("2026-11-24", "9:00", "17:00", 3),
            slot("2026-11-25", "9:00", "17:00", 3),
            slot("2026-12-01", "9:00", "17:00", 3),
            // The same Wednesday once at another time, and Saturdays shorter.
            slot("2026-12-02", "10:00", "12:00", 3),
            slot("2026-11-28", "9:00", "12:00", 1),
        ];
        let lines = habit(&slots, "o");
        assert_eq!(lines.len(), 2);
        assert_eq!((lines[0].weekdays.clone(), &*lines[0].starts, &*lines[0].ends), (vec![Weekday::Tue, Weekday::Wed], "09:00", "17:00"));
        assert_eq!((lines[1].weekdays.clone(), lines[1].bands[0].capacity), (vec![Weekday::Sat], 1));
        assert_eq!(habit(&slots, "another"), Vec::new());
        // Places of classes are another number every day, and the same habit.
        let spare = |day, places| Slot { spare: true, ..slot(day, "9:00", "17:00", places) };
        let lines = habit(&[spare("2026-11-24", 3), spare("2026-11-25", 2)], "o");
        assert_eq!((lines.len(), lines[0].bands[0].capacity), (1, 0));
    }

    #[test]
    fn a_slot_tells_its_places_its_bookings_and_its_end() {
        let slot = slot("2026-11-24", "9:00", "17:00", 3);
        assert_eq!(places(&slot), [band(0, 3, 3), band(3, 6, 5)]);
        assert_eq!(booked(&slot), 3);
        assert_eq!([is_over(&slot, moment("2026-11-24", "16:59")), is_over(&slot, moment("2026-11-24", "17:00"))], [false, true]);
    }
}
