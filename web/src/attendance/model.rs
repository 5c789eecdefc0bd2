//! What the board says of a day: who is where, who is next, how full it gets.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Utc};
use shared::attendance::{Board, BoardContact, BoardDay, BoardEntry, PATIENCE, Person, Relation, is_overdue, overdue};
use shared::bookings::{Booking, BookingState};
use shared::families::{Allergy, Severity};
use shared::ids::PartyId;
use shared::locale::{Locale, full_day, iso_clock_at, yen};
use shared::programmes::{AnswerKind, Choice, Programme, ProgrammeKey, Terms};
use shared::slots::{Cover, Slot};
use shared::time::{at, days_after, days_before};

use crate::api::Failure;
use crate::i18n::sentence;

/// Which days were asked for; without days it is today by the server's clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asked {
    /// First day.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub to: Option<NaiveDate>,
}

impl Asked {
    /// Seven days.
    pub fn week(monday: NaiveDate) -> Self {
        Self { from: Some(monday), to: Some(days_after(monday, 6)) }
    }
}

/// A board as it was answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Live {
    /// What was asked for.
    pub asked: Asked,
    /// The answer.
    pub board: Board,
    /// How far the server's clock runs ahead of this device's.
    pub ahead: TimeDelta,
    /// The programmes, where this device kept them with the board.
    pub programmes: Vec<Programme>,
}

impl Live {
    /// Whether it is today's board of a day that is over.
    fn is_over(&self, today: NaiveDate) -> bool {
        self.asked == Asked::default() && self.board.days.first().is_some_and(|day| day.day < today)
    }
}

/// What the page shows.
#[derive(Debug, Clone, PartialEq)]
pub enum Screen {
    /// Nothing yet.
    Waiting,
    /// Nothing, because of this.
    Failed(Failure),
    /// A board; with a failure when it could not be read anew, and is as old as it says.
    Showing(Box<Live>, Option<Failure>),
}

/// What came of asking for a board: the board, or why it did not come and what this device keeps instead.
pub type Came = Result<Live, (Failure, Option<Box<Live>>)>;

/// The next screen: a board once shown stays when it cannot be read again, because the children are still there; at the day's end it goes.
pub fn next_screen(before: Option<&Screen>, asked: Asked, answer: Option<Came>, today: NaiveDate) -> Screen {
    let kept = match before {
        Some(Screen::Showing(live, stale)) if live.asked == asked && !live.is_over(today) => Some((live, stale)),
        _ => None,
    };
    match (answer, kept) {
        (Some(Ok(live)), _) if live.asked == asked => Screen::Showing(Box::new(live), None),
        (Some(Err((failure, _))), Some((live, _))) => Screen::Showing(live.clone(), Some(failure)),
        (Some(Err((failure, Some(live)))), None) => Screen::Showing(live, Some(failure)),
        (Some(Err((failure, None))), None) => Screen::Failed(failure),
        (_, Some((live, stale))) => Screen::Showing(live.clone(), stale.clone()),
        (_, None) => Screen::Waiting,
    }
}

/// One of the child's people, as the record names them.
pub fn person_of(contact: &BoardContact) -> Person {
    match contact.relation {
        Relation::Guardian => Person::Guardian,
        Relation::Other { .. } => Person::Registered { name: contact.name.clone() },
    }
}

/// Everybody who may be with any of these children, each once. Whether with this child too, the record itself says.
pub fn people_of(entries: &[BoardEntry]) -> Vec<BoardContact> {
    let mut found: Vec<BoardContact> = Vec::new();
    for contact in entries.iter().flat_map(|entry| &entry.pick_up_people) {
        if !found.iter().any(|known| person_of(known) == person_of(contact)) {
            found.push(contact.clone());
        }
    }
    found
}

/// Who brought or fetched a child, in words.
pub fn person_words(person: &Person, locale: Locale) -> String {
    match person {
        Person::Guardian => sentence("attendance.guardian", locale),
        Person::Registered { name } => name.to_string(),
        Person::Other { name, note } => {
            sentence("attendance.person_noted", locale).replace("%{name}", name.as_str()).replace("%{note}", note)
        }
    }
}

/// Where a child is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// これから来る
    Coming,
    /// 来ている
    Here,
    /// 帰った
    Gone,
    /// 欠席
    Absent,
}

/// Where a booking's child is; nowhere while the facility has not decided, and when it ended.
pub const fn stage(state: &BookingState) -> Option<Stage> {
    match state {
        BookingState::Confirmed => Some(Stage::Coming),
        BookingState::CheckedIn { .. } => Some(Stage::Here),
        BookingState::CheckedOut { .. } => Some(Stage::Gone),
        BookingState::Absent { .. } => Some(Stage::Absent),
        BookingState::Requested { .. }
        | BookingState::Offered { .. }
        | BookingState::Cancelled { .. }
        | BookingState::Declined { .. }
        | BookingState::Released { .. } => None,
    }
}

/// The day with what the server answered since it was read.
pub fn with_answers(mut day: BoardDay, answers: &[Booking]) -> BoardDay {
    for entry in &mut day.entries {
        for booking in answers {
            if booking.id == entry.booking.id && booking.version > entry.booking.version {
                entry.booking = booking.clone();
            }
        }
    }
    day
}

/// The children of a stage: those to come by when they come, those here by when they leave, those gone with the last first.
pub fn at_stage(day: &BoardDay, wanted: Stage) -> Vec<BoardEntry> {
    let mut found: Vec<BoardEntry> = day.entries.iter().filter(|entry| stage(&entry.booking.state) == Some(wanted)).cloned().collect();
    found.sort_by(|a, b| {
        let (one, other) = (&a.booking, &b.booking);
        let by_time = match wanted {
            Stage::Coming | Stage::Absent => one.starts_at.cmp(&other.starts_at),
            Stage::Here => one.ends_at.cmp(&other.ends_at),
            Stage::Gone => left_at(other).cmp(&left_at(one)),
        };
        by_time.then_with(|| one.child.kana.cmp(&other.child.kana))
    });
    found
}

fn left_at(booking: &Booking) -> Option<DateTime<Utc>> {
    match booking.state {
        BookingState::CheckedOut { at, .. } => Some(at),
        _ => None,
    }
}

/// Who is next, and when: several where they come or leave together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    /// When.
    pub at: DateTime<Utc>,
    /// The first children's names, each with its strong allergies; those who have one first.
    pub children: Vec<(String, Vec<String>)>,
    /// How many more there are.
    pub others: usize,
}

/// So many names are read at a glance.
const AT_A_GLANCE: usize = 6;

/// Who comes next.
pub fn next_to_come(day: &BoardDay) -> Option<Next> {
    next(&at_stage(day, Stage::Coming), |booking| booking.starts_at)
}

/// Who leaves next.
pub fn next_to_leave(day: &BoardDay) -> Option<Next> {
    next(&at_stage(day, Stage::Here), |booking| booking.ends_at)
}

fn next(sorted: &[BoardEntry], when: fn(&Booking) -> DateTime<Utc>) -> Option<Next> {
    let at = when(&sorted.first()?.booking);
    let severe = |entry: &BoardEntry| allergies(entry).0.into_iter().map(|allergy| allergy.name.clone()).collect();
    let together = sorted.iter().take_while(|entry| when(&entry.booking) == at);
    let mut children: Vec<_> = together.map(|entry| (entry.booking.child.name.clone(), severe(entry))).collect();
    children.sort_by_key(|(_, severe): &(String, Vec<String>)| severe.is_empty());
    let others = children.len().saturating_sub(AT_A_GLANCE);
    children.truncate(AT_A_GLANCE);
    Some(Next { at, children, others })
}

/// The requests that are not settled yet, party by party in their order.
pub fn parties(requests: &[BoardEntry], settled: &[PartyId]) -> Vec<(PartyId, Vec<BoardEntry>)> {
    let mut found: Vec<(PartyId, Vec<BoardEntry>)> = Vec::new();
    for entry in requests.iter().filter(|entry| !settled.contains(&entry.booking.party_id)) {
        match found.iter_mut().find(|(id, _)| *id == entry.booking.party_id) {
            Some((_, party)) => party.push(entry.clone()),
            None => found.push((entry.booking.party_id.clone(), vec![entry.clone()])),
        }
    }
    found
}

/// The children's names, one after another.
pub fn children_of(party: &[BoardEntry]) -> String {
    party.iter().map(|entry| entry.booking.child.name.as_str()).collect::<Vec<_>>().join("・")
}

/// The key of what became of a request that somebody else settled first; none where it is not settled.
pub const fn decided_first(state: &BookingState) -> Option<&'static str> {
    match state {
        BookingState::Requested { .. } | BookingState::Offered { .. } => None,
        BookingState::Confirmed | BookingState::CheckedIn { .. } | BookingState::CheckedOut { .. } | BookingState::Absent { .. } => {
            Some("attendance.first_accepted")
        }
        BookingState::Declined { .. } => Some("attendance.first_declined"),
        BookingState::Cancelled { .. } | BookingState::Released { .. } => Some("attendance.first_cancelled"),
    }
}

/// Why the family wants the stay, and what it answered, each below its title; may carry furigana marks.
pub fn answers(programmes: &[Programme], booking: &Booking, locale: Locale) -> Vec<(String, String)> {
    let at_host = |programme: &&Programme| programme.key == booking.programme && programme.municipality == booking.facility.municipality;
    let terms = programmes.iter().find(at_host).map(|programme| &programme.terms);
    let named = |choices: Option<&[Choice]>, key: &str| {
        let choice = choices.and_then(|choices| choices.iter().find(|choice| choice.key == key));
        choice.map_or_else(|| key.to_owned(), |choice| choice.name.get(locale).to_owned())
    };
    let why = booking.reason.as_deref().map(|key| (sentence("attendance.reason", locale), named(terms.map(|t| t.reasons.as_slice()), key)));
    let answered = booking.answers.iter().map(|answer| {
        let question = terms.and_then(|terms| terms.questions.iter().find(|question| question.key == answer.key));
        let title = question.map_or_else(|| answer.key.clone(), |question| question.text.get(locale).to_owned());
        let value = match question.map(|question| &question.answer) {
            Some(AnswerKind::YesNo) if answer.value == "yes" => sentence("attendance.answer_yes", locale),
            Some(AnswerKind::YesNo) => sentence("attendance.answer_no", locale),
            Some(AnswerKind::Choice { choices }) => named(Some(choices), &answer.value),
            Some(AnswerKind::Day) => answer.value.parse().map_or_else(|_| answer.value.clone(), |day| full_day(day, locale)),
            Some(AnswerKind::Yen) => answer.value.parse().map_or_else(|_| answer.value.clone(), |amount| yen(amount, locale)),
            Some(AnswerKind::Text) | None => answer.value.clone(),
        };
        (title, value)
    });
    why.into_iter().chain(answered).collect()
}

/// Whether the child should have come, or been fetched, some time ago.
pub fn is_late(booking: &Booking, terms: Option<&Terms>, now: DateTime<Utc>) -> bool {
    match stage(&booking.state) {
        Some(Stage::Coming) => booking.starts_at + PATIENCE < now,
        _ => is_overdue(booking, terms, now),
    }
}

/// Who should have been fetched some time ago, each with its name and the time that was agreed; the longest first.
pub fn overdue_words(day: &BoardDay, programmes: &[Programme], now: DateTime<Utc>) -> Vec<(String, DateTime<Utc>)> {
    let terms = |booking: &Booking| programme_of(programmes, &booking.programme).map(|programme| &programme.terms);
    overdue(&day.entries, terms, now).into_iter().map(|entry| (entry.booking.child.name.clone(), entry.booking.ends_at)).collect()
}

/// The allergies, the strongest first.
pub fn allergies(entry: &BoardEntry) -> (Vec<&Allergy>, Vec<&Allergy>) {
    entry.allergies.iter().partition(|allergy| allergy.severity == Severity::Severe)
}

/// Half an hour of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HalfHour {
    /// Its start.
    pub starts_at: DateTime<Utc>,
    /// Children booked at its fullest minute.
    pub taken: i64,
    /// Places.
    pub places: i64,
    /// Carers that are there and that are needed; none where no programme of that time counts them.
    pub carers: Option<Cover>,
}

impl HalfHour {
    /// Whether the carers who are there are too few for who is booked.
    pub const fn is_short(&self) -> bool {
        match self.carers {
            Some(carers) => carers.there < carers.needed,
            None => false,
        }
    }

    /// Whether a moment is in it.
    pub fn contains(&self, moment: DateTime<Utc>) -> bool {
        self.starts_at <= moment && moment < self.starts_at + HALF_HOUR
    }
}

const HALF_HOUR: TimeDelta = TimeDelta::minutes(30);

/// How full the day gets, half hour by half hour, from the first slot's start to the last one's end.
pub fn half_hours(slots: &[Slot], programmes: &[Programme]) -> Vec<HalfHour> {
    let (Some(first), Some(last)) = (slots.iter().map(|slot| slot.starts_at).min(), slots.iter().map(|slot| slot.ends_at).max()) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut starts_at = first;
    while starts_at < last {
        let ends_at = starts_at + HALF_HOUR;
        let mut half = HalfHour { starts_at, taken: 0, places: 0, carers: None };
        for slot in slots.iter().filter(|slot| slot.starts_at < ends_at && starts_at < slot.ends_at) {
            let (from, until) = (slot.minute(starts_at), slot.minute(ends_at));
            half.taken += slot.bands.iter().map(|band| band.occupancy.peak(from, until)).sum::<i64>();
            half.places += slot.bands.iter().map(|band| band.capacity).sum::<i64>();
            let staffing = terms_of(programmes, slot).and_then(|terms| terms.staffing.as_ref());
            if let Some(cover) = staffing.and_then(|staffing| slot.cover(staffing, from.max(0), until)) {
                let others = half.carers.unwrap_or(Cover { there: 0, needed: 0 });
                half.carers = Some(Cover { there: others.there + cover.there, needed: others.needed + cover.needed });
            }
        }
        found.push(half);
        starts_at = ends_at;
    }
    found
}

/// The rules of a slot: its programme's, in its own city.
fn terms_of<'a>(programmes: &'a [Programme], slot: &Slot) -> Option<&'a Terms> {
    let own = |programme: &&Programme| programme.key == slot.programme && programme.municipality == slot.facility.municipality;
    programmes.iter().find(own).map(|programme| &programme.terms)
}

/// The fullest half hour, the earliest of equals; none when nobody is booked.
pub fn peak(halves: &[HalfHour]) -> Option<HalfHour> {
    halves.iter().filter(|half| half.taken > 0).copied().reduce(|best, half| if half.taken > best.taken { half } else { best })
}

/// Places of an age band on a day, and the most of them taken at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BandLoad {
    /// The programme.
    pub programme: ProgrammeKey,
    /// From this age in years.
    pub from_age: u32,
    /// Under this age in years.
    pub under_age: u32,
    /// The most children at once.
    pub taken: i64,
    /// Places at that time.
    pub places: i64,
}

/// How full each programme's age bands get; of several slots, the fullest speaks.
pub fn bands(slots: &[Slot]) -> Vec<BandLoad> {
    let mut found: Vec<BandLoad> = Vec::new();
    for slot in slots {
        for band in &slot.bands {
            let load = BandLoad {
                programme: slot.programme.clone(),
                from_age: band.from_age,
                under_age: band.under_age,
                taken: band.occupancy.highest(),
                places: band.capacity,
            };
            let same = |other: &&mut BandLoad| {
                (&other.programme, other.from_age, other.under_age) == (&load.programme, load.from_age, load.under_age)
            };
            match found.iter_mut().find(same) {
                Some(known) if load.places - load.taken < known.places - known.taken => *known = load,
                Some(_) => {}
                None => found.push(load),
            }
        }
    }
    found.sort_by(|a, b| (&a.programme, a.from_age).cmp(&(&b.programme, b.from_age)));
    found
}

/// The name of a programme in the reader's words.
pub fn programme_of<'a>(programmes: &'a [Programme], key: &ProgrammeKey) -> Option<&'a Programme> {
    programmes.iter().find(|programme| programme.key == *key)
}

/// The moment of a time typed as `9:05`, on a day.
pub fn moment_of(day: NaiveDate, typed: &str) -> Option<DateTime<Utc>> {
    let mut parts = typed.trim().split(':');
    let hour = parts.next()?.parse().ok()?;
    let minute = parts.next()?.parse().ok()?;
    NaiveTime::from_hms_opt(hour, minute, 0).map(|time| at(day, time))
}

/// A time as an input of the kind `time` wants it.
pub fn typed(moment: DateTime<Utc>) -> String {
    iso_clock_at(moment)
}

/// The Monday of a day's week.
pub fn monday_of(day: NaiveDate) -> NaiveDate {
    days_before(day, day.weekday().num_days_from_monday())
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use shared::slots::{Occupancy, SlotBand, SlotFacility, SlotState};

    const DAY: &str = "2026-11-24";

    fn day() -> NaiveDate {
        DAY.parse().unwrap()
    }

    /// A time of the tests' day.
    pub fn time(clock: &str) -> DateTime<Utc> {
        moment_of(day(), clock).unwrap()
    }

    fn facility() -> SlotFacility {
        serde_json::from_value(serde_json::json!({
            "id": "f", "name": "なぎさ保育園", "kana": "ナギサホイクエン", "municipality": "312029", "fictional": true
        }))
        .unwrap()
    }

    /// A child's line.
    pub fn entry(name: &str, starts: &str, ends: &str, state: BookingState) -> BoardEntry {
        let names = serde_json::json!({ "ja": "一時預かり", "en": "Occasional care" });
        let booking = serde_json::json!({
            "id": name, "party_id": "p", "slot_id": "s", "child": { "id": name, "name": name, "kana": name },
            "facility": facility(), "programme": "temporary_care", "programme_name": names, "starts_at": time(starts),
            "ends_at": time(ends), "state": state, "fee_yen": 2000, "fee_lines": [], "counted": [], "is_away": false,
            "free_until": time("0:00"), "created_at": time("0:00"), "version": 1,
            "cancellation": { "free_until": { "kind": "minutes_before", "minutes": 60 }, "late_fee_percent": 0, "late_counts": false, "undo_minutes": 10 },
        });
        BoardEntry {
            booking: serde_json::from_value(booking).unwrap(),
            age_years: 2,
            age_months: 3,
            allergies: Vec::new(),
            care_notes: String::new(),
            emergency_contacts: Vec::new(),
            pick_up_people: Vec::new(),
            is_away: false,
            is_interview: false,
            interview: None,
            is_withheld: false,
            changed: None,
        }
    }

    fn came(clock: &str) -> BookingState {
        BookingState::CheckedIn { at: time(clock) }
    }

    fn left(clock: &str) -> BookingState {
        BookingState::CheckedOut { checked_in_at: time("8:00"), at: time(clock) }
    }

    /// The tests' day.
    pub fn day_of<const N: usize>(entries: [BoardEntry; N]) -> BoardDay {
        board_day(entries.into())
    }

    fn board_day(entries: Vec<BoardEntry>) -> BoardDay {
        BoardDay { day: day(), holiday: None, slots: Vec::new(), entries }
    }

    fn together(at: &str, names: [&str; 2]) -> Next {
        Next { at: time(at), children: names.map(|name| (name.to_owned(), Vec::new())).into(), others: 0 }
    }

    fn names(entries: &[BoardEntry]) -> Vec<&str> {
        entries.iter().map(|entry| entry.booking.child.name.as_str()).collect()
    }

    fn slot(starts: &str, ends: &str, bands: Vec<(u32, u32, i64, Occupancy)>) -> Slot {
        Slot {
            id: "s".into(),
            offering_id: "o".into(),
            facility: facility(),
            programme: ProgrammeKey::new("temporary_care"),
            starts_at: time(starts),
            ends_at: time(ends),
            state: SlotState::Open,
            bands: bands
                .into_iter()
                .map(|(from_age, under_age, capacity, occupancy)| SlotBand { from_age, under_age, capacity, occupancy })
                .collect(),
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

    #[test]
    fn children_stand_where_they_are_in_the_order_that_matters_there() {
        let board = board_day(vec![
            entry("late_goer", "9:00", "17:00", came("9:00")),
            entry("second", "10:00", "12:00", BookingState::Confirmed),
            entry("first", "9:00", "17:00", BookingState::Confirmed),
            entry("early_goer", "9:30", "12:00", came("9:31")),
            entry("gone_first", "8:00", "9:00", left("9:00")),
            entry("gone_last", "8:00", "9:00", left("9:10")),
            entry(
                "absent",
                "8:00",
                "9:00",
                BookingState::Absent { at: time("8:30"), fee_yen: 0, counts: false, exempt: None, released: true },
            ),
            entry("never", "8:00", "9:00", BookingState::Cancelled { at: time("7:00"), fee_yen: 0, counts: false, exempt: None }),
        ]);
        assert_eq!(names(&at_stage(&board, Stage::Coming)), ["first", "second"]);
        assert_eq!(names(&at_stage(&board, Stage::Here)), ["early_goer", "late_goer"]);
        assert_eq!(names(&at_stage(&board, Stage::Gone)), ["gone_last", "gone_first"]);
        assert_eq!(names(&at_stage(&board, Stage::Absent)), ["absent"]);
    }

    #[test]
    fn next_are_all_who_come_or_leave_together() {
        let mut board = board_day(vec![
            entry("b", "9:00", "17:00", BookingState::Confirmed),
            entry("a", "9:00", "12:00", BookingState::Confirmed),
            entry("c", "9:30", "12:00", BookingState::Confirmed),
        ]);
        assert_eq!(next_to_come(&board), Some(together("9:00", ["a", "b"])));
        assert_eq!(next_to_leave(&board), None);
        for here in &mut board.entries {
            here.booking.state = came("9:00");
        }
        assert_eq!(next_to_come(&board), None);
        assert_eq!(next_to_leave(&board), Some(together("12:00", ["a", "c"])));
    }

    #[test]
    fn requests_stand_party_by_party_until_they_are_settled() {
        let requested = |id: &str, party: &str| {
            let mut entry = entry(id, "9:00", "12:00", BookingState::Requested { decide_by: time("8:00") });
            entry.booking.party_id = party.into();
            entry
        };
        let requests = [requested("a", "one"), requested("b", "one"), requested("c", "two")];
        let found = parties(&requests, &[]);
        assert_eq!(
            found.iter().map(|(id, party)| (id.as_str(), children_of(party))).collect::<Vec<_>>(),
            [("one", "a・b".to_owned()), ("two", "c".to_owned())]
        );
        assert_eq!(parties(&requests, &["one".into()]).len(), 1);
        assert_eq!(decided_first(&requests[0].booking.state), None);
        assert_eq!(decided_first(&BookingState::Confirmed), Some("attendance.first_accepted"));
    }

    #[test]
    fn lateness_begins_after_ten_minutes_of_patience() {
        let coming = entry("a", "9:00", "12:00", BookingState::Confirmed).booking;
        assert_eq!([is_late(&coming, None, time("9:10")), is_late(&coming, None, time("9:11"))], [false, true]);
        let here = entry("a", "9:00", "12:00", came("9:30")).booking;
        assert_eq!([is_late(&here, None, time("12:10")), is_late(&here, None, time("12:11"))], [false, true]);
        assert!(!is_late(&entry("a", "9:00", "12:00", left("15:00")).booking, None, time("23:00")));
    }

    #[test]
    fn the_own_answer_counts_until_the_board_is_newer() {
        let before = board_day(vec![entry("a", "9:00", "12:00", BookingState::Confirmed)]);
        let mut answer = before.entries[0].booking.clone();
        (answer.state, answer.version) = (left("12:00"), 3);
        assert_eq!(with_answers(before.clone(), std::slice::from_ref(&answer)).entries[0].booking, answer);
        let mut newer = before;
        newer.entries[0].booking.version = 3;
        assert_eq!(with_answers(newer.clone(), &[answer]), newer);
    }

    #[test]
    fn a_board_once_shown_stays_when_it_cannot_be_read_again() {
        let live = |from: Option<NaiveDate>| Live {
            asked: Asked { from, to: from },
            board: Board { now: time("9:00"), facility: String::new(), days: Vec::new(), requests: Vec::new() },
            ahead: TimeDelta::zero(),
            programmes: Vec::new(),
        };
        let next_screen = |before, asked, answer| next_screen(before, asked, answer, day());
        let away = || Err((Failure::Offline, None));
        let (today, other) = (Asked::default(), Asked { from: Some(day()), to: Some(day()) });
        let shown = next_screen(None, today, Some(Ok(live(None))));
        assert_eq!(shown, Screen::Showing(Box::new(live(None)), None));
        let stale = next_screen(Some(&shown), today, Some(away()));
        assert_eq!(stale, Screen::Showing(Box::new(live(None)), Some(Failure::Offline)));
        assert_eq!(next_screen(Some(&stale), today, None), stale);
        assert_eq!(next_screen(Some(&stale), today, Some(Ok(live(None)))), shown);
        // Another day: never the children of the day before under its name.
        assert_eq!(next_screen(Some(&shown), other, Some(Ok(live(None)))), Screen::Waiting);
        assert_eq!(next_screen(Some(&shown), other, Some(away())), Screen::Failed(Failure::Offline));
        assert_eq!(next_screen(None, today, None), Screen::Waiting);
        // What the device keeps stands in for an answer, and is as old as it says.
        let kept = next_screen(None, today, Some(Err((Failure::Offline, Some(Box::new(live(None)))))));
        assert_eq!(kept, stale);
    }

    #[test]
    fn of_many_who_come_together_those_with_a_strong_allergy_are_named() {
        let mut all: Vec<BoardEntry> = (0..9).map(|n| entry(&format!("{n}"), "9:00", "12:00", BookingState::Confirmed)).collect();
        all[8].allergies = vec![Allergy { name: "卵".to_owned(), severity: Severity::Severe }];
        let next = next_to_come(&board_day(all)).unwrap();
        assert_eq!((next.children[0].clone(), next.children.len(), next.others), (("8".to_owned(), vec!["卵".to_owned()]), 6, 3));
    }

    #[test]
    fn todays_board_goes_with_the_day() {
        let board = Board { now: time("9:00"), facility: String::new(), days: vec![board_day(Vec::new())], requests: Vec::new() };
        let live = Live { asked: Asked::default(), board, ahead: TimeDelta::zero(), programmes: Vec::new() };
        let shown = Screen::Showing(Box::new(live), None);
        let away = || Some(Err((Failure::Offline, None)));
        assert!(matches!(next_screen(Some(&shown), Asked::default(), away(), day()), Screen::Showing(_, Some(_))));
        assert_eq!(next_screen(Some(&shown), Asked::default(), away(), days_after(day(), 1)), Screen::Failed(Failure::Offline));
    }

    #[test]
    fn carers_are_held_against_who_is_booked() {
        let programmes: Vec<Programme> = serde_json::from_value(serde_json::json!([{
            "id": "v", "key": "temporary_care", "municipality": "312029", "valid_from": "2026-04-01",
            "name": { "ja": "一時預かり", "en": "Care" }, "summary": { "ja": "", "en": "" },
            "terms": {
                "ages": { "from_months": 6, "until": { "kind": "school_entry" } },
                "unit": { "kind": "flexible", "minimum_minutes": 30, "step_minutes": 30 },
                "staffing": { "minimum": 1, "ratios": [{ "from_age": 0, "under_age": 3, "children": 3 }] },
            },
        }]))
        .unwrap();
        let mut staffed = slot("9:00", "10:30", vec![(0, 3, 9, Occupancy::default().plus(0, 90, 3).plus(30, 60, 1))]);
        staffed.carers = Some(Occupancy::default().plus(0, 90, 1).plus(60, 90, 1));
        let halves = half_hours(&[staffed.clone()], &programmes);
        let told: Vec<_> = halves.iter().map(|half| half.carers.map(|carers| (carers.there, carers.needed))).collect();
        assert_eq!(told, [Some((1, 1)), Some((1, 2)), Some((2, 1))]);
        assert_eq!(halves.iter().map(HalfHour::is_short).collect::<Vec<_>>(), [false, true, false]);
        assert!(halves[1].contains(time("9:30")) && !halves[1].contains(time("10:00")));
        // Without the rules nothing is claimed.
        assert!(half_hours(&[staffed], &[]).iter().all(|half| half.carers.is_none() && !half.is_short()));
    }

    #[test]
    fn half_hours_add_up_what_is_booked_and_find_the_peak() {
        let morning = Occupancy::default().plus(0, 60, 2).plus(30, 180, 1);
        let slots = [
            slot("9:00", "12:00", vec![(0, 3, 3, morning), (3, 6, 5, Occupancy::default().plus(0, 180, 1))]),
            slot("11:00", "12:30", vec![(0, 6, 4, Occupancy::default())]),
        ];
        let halves = half_hours(&slots, &[]);
        let told: Vec<(i64, i64)> = halves.iter().map(|half| (half.taken, half.places)).collect();
        assert_eq!(told, [(3, 8), (4, 8), (2, 8), (2, 8), (2, 12), (2, 12), (0, 4)]);
        assert_eq!(peak(&halves), Some(HalfHour { starts_at: time("9:30"), taken: 4, places: 8, carers: None }));
        assert_eq!((half_hours(&[], &[]), peak(&[])), (Vec::new(), None));
        assert_eq!(peak(&half_hours(&[slot("9:00", "10:00", vec![(0, 3, 3, Occupancy::default())])], &[])), None);
    }

    #[test]
    fn of_two_slots_of_a_day_the_fuller_speaks_for_its_band() {
        let full = Occupancy::default().plus(0, 60, 2);
        let slots = [
            slot("9:00", "12:00", vec![(3, 6, 5, Occupancy::default()), (0, 3, 3, Occupancy::default())]),
            slot("13:00", "15:00", vec![(0, 3, 2, full)]),
        ];
        let told: Vec<(u32, i64, i64)> = bands(&slots).iter().map(|load| (load.from_age, load.taken, load.places)).collect();
        assert_eq!(told, [(0, 2, 2), (3, 0, 5)]);
    }

    #[test]
    fn strong_allergies_are_told_apart() {
        let mut one = entry("a", "9:00", "12:00", BookingState::Confirmed);
        let allergy = |name: &str, severity| Allergy { name: name.to_owned(), severity };
        one.allergies = vec![allergy("牛乳", Severity::Mild), allergy("卵", Severity::Severe)];
        let (severe, mild) = allergies(&one);
        assert_eq!((severe[0].name.as_str(), mild[0].name.as_str()), ("卵", "牛乳"));
    }

    #[test]
    fn times_are_typed_on_tokyos_clock() {
        assert_eq!(moment_of(day(), "9:05").map(|at| at.to_rfc3339()), Some("2026-11-24T00:05:00+00:00".to_owned()));
        assert_eq!(typed(time("9:05")), "09:05");
        assert_eq!(moment_of(day(), "09:05:00"), Some(time("9:05")));
        for bad in ["", "9", "25:00", "9:60", "a:b"] {
            assert_eq!(moment_of(day(), bad), None, "{bad}");
        }
    }

    #[test]
    fn people_are_named_as_the_record_needs_them() {
        let contact = |relation| BoardContact {
            name: shared::text::PersonName::parse("弓浜 月").unwrap(),
            relation,
            phone: shared::text::Phone::parse("0859000000").unwrap(),
        };
        let grandmother = person_of(&contact(Relation::Other { words: "祖母".to_owned() }));
        assert_eq!(person_of(&contact(Relation::Guardian)), Person::Guardian);
        assert_eq!(person_words(&grandmother, Locale::Ja), "弓浜 月");
        let other =
            Person::Other { name: shared::text::PersonName::parse("外江 海").unwrap(), note: "電話で母に確認".to_owned() };
        assert_eq!(person_words(&other, Locale::Ja), "外江 海（登録のない方：電話で母に確認）");
    }

    #[test]
    fn brothers_and_sisters_have_their_people_in_one_list() {
        let contact = |name: &str, words: &str| BoardContact {
            name: shared::text::PersonName::parse(name).unwrap(),
            relation: if words.is_empty() { Relation::Guardian } else { Relation::Other { words: words.to_owned() } },
            phone: shared::text::Phone::parse("0859000000").unwrap(),
        };
        let with = |people: &[BoardContact]| BoardEntry {
            pick_up_people: people.to_vec(),
            ..entry("a", "9:00", "12:00", BookingState::Confirmed)
        };
        let (mother, grandmother, aunt) = (contact("弓浜 花", ""), contact("弓浜 月", "祖母"), contact("外江 海", "おば"));
        let both = [with(&[mother.clone(), grandmother.clone()]), with(&[mother.clone(), aunt.clone(), grandmother.clone()])];
        assert_eq!(people_of(&both), [mother, grandmother, aunt]);
    }

    #[test]
    fn a_week_begins_on_monday() {
        let date = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(monday_of(date("2026-11-22")), date("2026-11-16"));
        assert_eq!(monday_of(date("2026-11-23")), date("2026-11-23"));
        assert_eq!(Asked::week(date("2026-11-23")).to, Some(date("2026-11-29")));
    }
}
