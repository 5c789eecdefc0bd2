//! The bookings of the demo world, taken through the same primitive as every other booking, at moments before now.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use shared::attendance::{Attended, Person, RecordKind};
use shared::bookings::{Answer, Booking, BookingState, Busy, NewBooking};
use shared::consents::WORDS;
use shared::ids::{ChildId, FacilityId};
use shared::municipalities::{CompactTerm, MunicipalityCode};
use shared::programmes::{Account, AnswerKind, OpenDays, Programme, Stay, Terms, Unit, Usage, count};
use shared::slots::{Crossing, SlotBand, SlotState, booking_period};
use shared::time::{days_after, days_before, tokyo_day};

use super::cities::code;
use super::people::{BACKGROUND, Household, SAKAIMINATO_GUARDIAN, YONAGO_GUARDIAN};
use super::places::{PLACES, Place, SAKAIMINATO_CLINIC, SAKAIMINATO_EVERY_DAY, YONAGO_EVERY_DAY};
use super::programmes::{open_nursery, postnatal, sick_child, temporary_care, visit};
use super::slots::{Published, open_days};
use super::{ACTOR, Moment, pick};
use crate::attendance::recording::Line;
use crate::attendance::settling::reckon;
use crate::bookings::staff::settle_party;
use crate::db::AnyConnection;
use crate::error::ApiError;
use crate::outbox::Act;
use crate::{attendance, bookings, families, municipalities, programmes};

/// How full a slot of the background becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Empty,
    /// One child in all.
    One,
    Half,
    /// One place left in each band.
    Nearly,
    Full,
}

/// How full, by facility and day: without chance, yet without a pattern that meets the eye.
fn level(published: &Published) -> Level {
    let day = usize::try_from(published.ahead.max(0)).unwrap_or(0);
    let open_nursery = published.slot.programme.as_str() == open_nursery::KEY;
    let mixed = (published.place * 7 + day * 5 + published.place * day * 3 + usize::from(open_nursery) * 4) % 16;
    if published.slot.state == SlotState::Closed {
        return Level::Empty;
    }
    if !open_nursery && published.slot.programme.as_str() != temporary_care::KEY {
        return seldom(published, mixed);
    }
    if PLACES.get(published.place).is_some_and(Place::every_day) {
        // Staff sign in here: today is busy, and there is always a place for one who tries a booking.
        return match (published.ahead, mixed) {
            (..0, _) if open_nursery => Level::Empty,
            (0, _) | (1..=7, 0..=5) => Level::Half,
            (..=14, _) | (15..=40, 0..=5) => Level::One,
            _ => Level::Empty,
        };
    }
    match (published.ahead, mixed) {
        (..=9, 0 | 1) | (10..=20, 0) => Level::Full,
        (..=9, 2) | (10..=20, 1) => Level::Nearly,
        (..=9, 3) => Level::Half,
        (..=9, 4..=6) | (10..=20, 2..=4) | (21..=45, 0 | 1) => Level::One,
        _ => Level::Empty,
    }
}

/// How full with the programmes that a family seldom uses: sick children come soon or not at all, the others plan.
fn seldom(published: &Published, mixed: usize) -> Level {
    match (published.slot.programme.as_str(), published.ahead, mixed) {
        (sick_child::KEY, ..=2, 0..=7) => Level::Half,
        (sick_child::KEY, ..=6, _) | (visit::KEY, 1..=20, 0..=4) => Level::One,
        (postnatal::STAY | postnatal::DAY | postnatal::HOME, 1..=40, 0..=8) => Level::One,
        _ => Level::Empty,
    }
}

/// How many of a band's places the background takes.
const fn wanted(level: Level, capacity: i64) -> i64 {
    match level {
        Level::Empty => 0,
        Level::One => 1,
        Level::Half => (capacity + 1) / 2,
        Level::Nearly => capacity - 1,
        Level::Full => capacity,
    }
}

/// A child of the background with what it has booked so far.
struct Guest {
    family: usize,
    id: ChildId,
    born: NaiveDate,
    busy: Vec<Busy>,
    used: BTreeMap<Account, Usage>,
}

/// What bookings are decided by, read once.
struct Rules {
    programmes: Vec<Programme>,
    terms: Vec<CompactTerm>,
    open_days: Vec<OpenDays>,
    moment: Moment,
}

/// A stay that somebody wants.
struct Wish {
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    block: Option<String>,
}

impl Rules {
    fn load(conn: &mut AnyConnection, moment: Moment) -> Result<Self, ApiError> {
        Ok(Self {
            programmes: programmes::store::list_programmes(conn, None, None, days_before(moment.today, 30), days_after(moment.today, 70))?,
            terms: municipalities::store::list_terms(conn, None, None)?,
            open_days: PLACES.iter().map(|place| open_days(conn, place, moment)).collect::<Result<_, _>>()?,
            moment,
        })
    }

    fn programme(&self, city: &MunicipalityCode, published: &Published) -> Option<&Programme> {
        programmes::store::on_day(&self.programmes, city, &published.slot.programme, published.day)
    }

    /// When somebody from there books that stay: some days before, a while ago, and once it is open to them.
    fn booked_at(&self, residence: &MunicipalityCode, published: &Published, starts_at: DateTime<Utc>, k: usize) -> Option<DateTime<Utc>> {
        let host = &published.slot.facility.municipality;
        let programme = self.programme(host, published)?;
        let crossing = Crossing::find(residence, host, &published.slot.programme, published.day, &self.terms);
        if crossing == Crossing::None {
            return None;
        }
        let period = booking_period(&programme.terms, starts_at, &crossing, self.open_days.get(published.place)?);
        let k = i64::try_from(k).unwrap_or(0);
        let early = starts_at - TimeDelta::days(3 + k % 11) - TimeDelta::minutes(k * 37 % 600);
        let at = early.min(self.moment.now - TimeDelta::minutes(20 + k * 53 % 2000));
        let at = at.max(period.opens_to_family_at + TimeDelta::minutes(5 + k % 40));
        (at < self.moment.now - TimeDelta::minutes(15) && at < period.closes_at).then_some(at)
    }

    /// The stay that the k-th guest of a slot wants.
    fn stay(&self, published: &Published, level: Level, k: usize) -> Option<Wish> {
        let slot = &published.slot;
        match &self.programme(&slot.facility.municipality, published)?.terms.unit {
            Unit::Blocks { .. } => {
                // Where a slot is to be full, it is so the whole day.
                let whole = slot.blocks.iter().find(|block| block.key == "day").or(slot.blocks.first())?;
                let block = if level == Level::Half && !k.is_multiple_of(3) { slot.blocks.get(k % slot.blocks.len())? } else { whole };
                Some(Wish { starts_at: block.starts_at, ends_at: block.ends_at, block: Some(block.key.clone()) })
            }
            Unit::Flexible { minimum_minutes, maximum_minutes, .. } => {
                let length = (slot.ends_at - slot.starts_at).num_minutes();
                let (from, minutes) = match level {
                    Level::Full | Level::Nearly => (0, 180),
                    _ => (pick(&[120, 150, 180], k), pick(&[60, 90, 120], k)),
                };
                let minutes = minutes.min(maximum_minutes.unwrap_or(length)).max(*minimum_minutes).min(length);
                let starts_at = slot.starts_at + TimeDelta::minutes(from.min(length - minutes).max(0));
                Some(Wish { starts_at, ends_at: starts_at + TimeDelta::minutes(minutes), block: None })
            }
        }
    }

    /// What a child has used after a stay of every account that it counts in, if the child can have it as far as that hangs on the child.
    fn fits(
        &self,
        guest: &Guest,
        residence: &MunicipalityCode,
        published: &Published,
        band: &SlotBand,
        wish: &Wish,
        reason: Option<&str>,
    ) -> Option<Vec<(Account, Usage)>> {
        let host = &published.slot.facility.municipality;
        let (programme, home) = self.programme(host, published).zip(self.programme(residence, published))?;
        let ages = &programme.terms.ages;
        let away = residence != host;
        let free = !guest.busy.iter().any(|busy| busy.starts_at < wish.ends_at && wish.starts_at < busy.ends_at);
        let fits = ages.first_day(guest.born) <= published.day
            && published.day <= ages.last_day(guest.born)
            && band.takes(published.slot.band_age(ages, guest.born));
        let stay = Stay { starts_at: wish.starts_at, ends_at: wish.ends_at, block: wish.block.as_deref() };
        let limits = [home.limits()];
        let after = count(&limits, &programme.terms.unit, &stay, reason).into_iter().map(|(counted, limit)| {
            let used = guest.used.get(&counted.account).copied().unwrap_or_default();
            (limit.allowance(false).left(used, away) >= counted.amount).then(|| (counted.account, used.plus(counted.amount, away)))
        });
        if fits && free { after.collect() } else { None }
    }
}

/// The k-th family's reason among those that a programme knows.
fn reason(terms: &Terms, k: usize) -> Option<&str> {
    terms.reasons.get(k % terms.reasons.len().max(1)).map(|reason| reason.key.as_str())
}

/// Fills the form of a booking as the k-th family does: every question that must be answered, and a meal now and then.
pub fn filled(command: NewBooking, terms: &Terms, k: usize) -> NewBooking {
    let answer = |kind: &AnswerKind| match kind {
        AnswerKind::YesNo => Some(pick(&["no", "yes"], k).to_owned()),
        AnswerKind::Choice { choices } => choices.get(k / 2 % choices.len().max(1)).map(|choice| choice.key.clone()),
        AnswerKind::Text => Some("特にありません。".to_owned()),
        // No programme of the demo world asks for these with a booking.
        AnswerKind::Day | AnswerKind::Yen => None,
    };
    let required = terms.questions.iter().filter(|question| question.required);
    let meal = terms.extras.first().filter(|_| k.is_multiple_of(3));
    NewBooking {
        reason: reason(terms, k).map(str::to_owned),
        answers: required.filter_map(|question| Some(Answer { key: question.key.clone(), value: answer(&question.answer)? })).collect(),
        extras: meal.into_iter().map(|extra| extra.key.clone()).collect(),
        consent: Some(WORDS),
        ..command
    }
}

const NOTES: [&str; 7] =
    ["", "", "昨夜、少しせきが出ていました。", "", "今日は早めに迎えに行きます。", "", "午睡の前に絵本を読むと落ち着きます。"];

/// Takes all bookings, and lets those of today and before have come and gone.
pub fn insert(conn: &mut AnyConnection, families: &[Household], slots: &mut [Published], moment: Moment) -> Result<(), ApiError> {
    let rules = Rules::load(conn, moment)?;
    let mut made = own(conn, families, slots, &rules)?;
    let mut guests: Vec<Guest> = families
        .iter()
        .enumerate()
        .skip(BACKGROUND)
        .flat_map(|(family, household)| {
            household.children.iter().map(move |(id, born)| Guest {
                family,
                id: id.clone(),
                born: *born,
                busy: Vec::new(),
                used: BTreeMap::new(),
            })
        })
        .collect();
    for (turn, published) in slots.iter_mut().enumerate() {
        made.extend(fill(conn, families, &mut guests, published, turn, &rules)?);
    }
    let mut today_by_facility: BTreeMap<FacilityId, usize> = BTreeMap::new();
    for booking in made {
        let turn = today_by_facility.entry(booking.facility.id.clone()).or_default();
        if tokyo_day(booking.starts_at) == moment.today {
            *turn += 1;
        }
        attend(conn, &booking, *turn, moment)?;
    }
    Ok(())
}

/// Whose party, from when to when.
type PartyKey = (usize, DateTime<Utc>, DateTime<Utc>);

/// Fills one slot with families of the background: brothers and sisters go together.
fn fill(
    conn: &mut AnyConnection,
    families: &[Household],
    guests: &mut [Guest],
    published: &mut Published,
    turn: usize,
    rules: &Rules,
) -> Result<Vec<Booking>, ApiError> {
    let level = level(published);
    let host = published.slot.facility.municipality.clone();
    let Some(terms) = rules.programme(&host, published).map(|programme| &programme.terms) else { return Ok(Vec::new()) };
    let mut parties: BTreeMap<PartyKey, (DateTime<Utc>, Vec<ChildId>)> = BTreeMap::new();
    let count = guests.len();
    for (b, band) in published.slot.bands.clone().iter().enumerate() {
        if level == Level::One && b != turn % published.slot.bands.len() {
            continue;
        }
        let mut left = wanted(level, band.capacity);
        for step in 0..count {
            if left == 0 {
                break;
            }
            let k = (turn * 5 + b * 31 + step) % count;
            let (Some(guest), Some(stay)) = (guests.get_mut(k), rules.stay(published, level, k)) else { continue };
            let Some(household) = families.get(guest.family) else { continue };
            let residence = code(household.city)?;
            // Most people stay on their side of the border.
            if residence != host && !(guest.family + turn).is_multiple_of(3) {
                continue;
            }
            let reason = reason(terms, guest.family + turn);
            let Some(used) = rules.fits(guest, &residence, published, band, &stay, reason) else { continue };
            let Some(at) = rules.booked_at(&residence, published, stay.starts_at, guest.family + turn) else { continue };
            // Room and carers may be fewer than the bands' places.
            if !published.occupy(terms, band.from_age, &stay) {
                continue;
            }
            left -= 1;
            guest.busy.push(Busy { starts_at: stay.starts_at, ends_at: stay.ends_at, facility: String::new() });
            guest.used.extend(used);
            let party = parties.entry((guest.family, stay.starts_at, stay.ends_at)).or_insert_with(|| (at, Vec::new()));
            party.1.push(guest.id.clone());
        }
    }
    let mut made = Vec::new();
    for ((family, starts_at, ends_at), (at, child_ids)) in parties {
        let Some(household) = families.get(family) else { continue };
        let notes = pick(&NOTES, turn + family).to_owned();
        let command = NewBooking { notes, ..NewBooking::new(published.slot.id.clone(), child_ids).between(starts_at, ends_at) };
        made.extend(take(conn, household, &filled(command, terms, family + turn), at, rules.moment)?);
    }
    Ok(made)
}

impl Published {
    /// Takes a place for a stay, if there is one.
    fn occupy(&mut self, terms: &Terms, from_age: u32, stay: &Wish) -> bool {
        let (from, until) = (self.slot.minute(stay.starts_at), self.slot.minute(stay.ends_at));
        let free =
            self.slot.bands.iter().find(|band| band.from_age == from_age).map_or(0, |band| self.slot.left_in(terms, band, from, until));
        if let Some(band) = self.slot.bands.iter_mut().find(|band| band.from_age == from_age).filter(|_| free > 0) {
            band.occupancy = band.occupancy.plus(from, until, 1);
        }
        free > 0
    }
}

/// Books at a moment before now. Where the facility decides, it has said yes in the time it has; what it may still decide is left to it.
fn take(
    conn: &mut AnyConnection,
    household: &Household,
    command: &NewBooking,
    at: DateTime<Utc>,
    moment: Moment,
) -> Result<Vec<Booking>, ApiError> {
    let family = families::store::lock_family(conn, &household.id)?.ok_or(ApiError::NotFound)?;
    let made = bookings::engine::take(conn, &family, command, &Act::of_command(ACTOR, at))?;
    match made.first().map(|booking| (booking, &booking.state)) {
        Some((first, BookingState::Requested { decide_by })) if *decide_by <= moment.now => {
            let decided_at = at + (*decide_by - at) / 3;
            settle_party(conn, first, &BookingState::Confirmed, &Act::of_command(ACTOR, decided_at))
        }
        _ => Ok(made),
    }
}

/// A part of a slot.
#[derive(Debug, Clone, Copy)]
enum Part {
    /// A block.
    Block(&'static str),
    /// From which minute, for how long.
    Minutes(i64, i64),
}

/// What one who signs in has booked: who, how many days ahead at the earliest, where, which programme, which part of the slot, and how many
/// of the children.
type Own = (usize, i64, usize, &'static str, Part, usize);

const OWN: [Own; 7] = [
    (YONAGO_GUARDIAN, -9, YONAGO_EVERY_DAY, temporary_care::KEY, Part::Block("day"), 2),
    (YONAGO_GUARDIAN, -4, YONAGO_EVERY_DAY, open_nursery::KEY, Part::Minutes(180, 120), 1),
    (YONAGO_GUARDIAN, 2, YONAGO_EVERY_DAY, temporary_care::KEY, Part::Block("morning"), 2),
    (YONAGO_GUARDIAN, 6, SAKAIMINATO_EVERY_DAY, temporary_care::KEY, Part::Block("day"), 2),
    (YONAGO_GUARDIAN, 11, SAKAIMINATO_EVERY_DAY, open_nursery::KEY, Part::Minutes(180, 120), 1),
    (SAKAIMINATO_GUARDIAN, 3, SAKAIMINATO_EVERY_DAY, visit::KEY, Part::Minutes(0, 30), 1),
    (SAKAIMINATO_GUARDIAN, 16, SAKAIMINATO_CLINIC, postnatal::DAY, Part::Block("day"), 1),
];

/// The bookings of the guardians who sign in: before, and to come, on both sides of the border.
fn own(conn: &mut AnyConnection, families: &[Household], slots: &mut [Published], rules: &Rules) -> Result<Vec<Booking>, ApiError> {
    let mut made = Vec::new();
    for (k, (family, ahead, place, programme, part, children)) in OWN.into_iter().enumerate() {
        let Some(household) = families.get(family) else { continue };
        let residence = code(household.city)?;
        let wanted = |p: &&mut Published| p.ahead >= ahead && p.place == place && p.slot.programme.as_str() == programme;
        let Some(published) = slots.iter_mut().find(wanted) else { continue };
        let span = match part {
            Part::Block(key) => published.slot.blocks.iter().find(|block| block.key == key).map(|block| (block.starts_at, block.ends_at)),
            Part::Minutes(from, minutes) => Some((published.slot.instant(from), published.slot.instant(from + minutes))),
        };
        let Some((starts_at, ends_at)) = span else { continue };
        let Some(at) = rules.booked_at(&residence, published, starts_at, k) else { continue };
        let Some(terms) = rules.programme(&published.slot.facility.municipality, published).map(|programme| &programme.terms) else {
            continue;
        };
        // The elder one is too old for the open nursery; the younger is registered first.
        let own: Vec<&(ChildId, NaiveDate)> = household.children.iter().take(children).collect();
        let wish = Wish { starts_at, ends_at, block: None };
        for (_, born) in &own {
            let age = published.slot.band_age(&terms.ages, *born);
            let band = published.slot.bands.iter().find(|band| band.takes(age)).map(|band| band.from_age);
            if let Some(from_age) = band {
                published.occupy(terms, from_age, &wish);
            }
        }
        let child_ids = own.into_iter().map(|(id, _)| id.clone()).collect();
        let command = filled(NewBooking::new(published.slot.id.clone(), child_ids).between(starts_at, ends_at), terms, k + 2);
        made.extend(take(conn, household, &command, at, rules.moment)?);
    }
    Ok(made)
}

/// Lets a child come and go, where that time has passed. Of today's children every third is late, so that there is always
/// somebody to check in.
fn attend(conn: &mut AnyConnection, booking: &Booking, turn: usize, moment: Moment) -> Result<(), ApiError> {
    let today = tokyo_day(booking.starts_at) == moment.today;
    let late = i64::try_from(turn % 5).unwrap_or(0) * 3 - 4;
    let (came, left) = (booking.starts_at + TimeDelta::minutes(late), booking.ends_at + TimeDelta::minutes(late * 2 - 8));
    let held = matches!(booking.state, BookingState::Requested { .. });
    if held || came > moment.now || (today && turn % 3 == 1) {
        return Ok(());
    }
    let brought = Attended { brought_by: Some(Person::Guardian), ..Attended::default() };
    mark(conn, booking, RecordKind::CheckedIn, (BookingState::CheckedIn { at: came }, brought.clone()), came)?;
    if left < moment.now {
        let fetched = Attended { fetched_by: Some(Person::Guardian), ..brought };
        mark(conn, booking, RecordKind::CheckedOut, (BookingState::CheckedOut { checked_in_at: came, at: left }, fetched), left)?;
    }
    Ok(())
}

/// Records what became of a booking, as staff do.
fn mark(
    conn: &mut AnyConnection,
    booking: &Booking,
    kind: RecordKind,
    (state, attended): (BookingState, Attended),
    at: DateTime<Utc>,
) -> Result<(), ApiError> {
    let stored = bookings::store::find_booking(conn, &booking.id)?.ok_or(ApiError::NotFound)?;
    let attended = reckon(conn, &stored, &state, attended)?;
    bookings::store::mark_state(conn, &booking.id, &state, Some(&attended))?;
    let line = Line::new(kind);
    attendance::store::insert_record(conn, &booking.id, &line.record(&stored.booking, (state, attended), at))?;
    Ok(Act::of_command(ACTOR, at).record(conn, line.event(), booking.facility.place(), booking.id.as_str())?)
}
