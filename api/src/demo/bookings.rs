//! The bookings of the demo world, taken through the same primitive as every other booking, at moments before now.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use shared::bookings::{Booking, BookingState, Busy, NewBooking};
use shared::ids::{ChildId, FacilityId};
use shared::municipalities::{CompactTerm, MunicipalityCode};
use shared::programmes::{Account, OpenDays, Programme, Stay, Unit, Usage, count};
use shared::slots::{BandPlaces, Crossing, booking_period};
use shared::time::{days_after, days_before, tokyo_day};

use super::cities::{OPEN_NURSERY, TEMPORARY_CARE, code};
use super::facilities::{PLACES, SAKAIMINATO_EVERY_DAY, YONAGO_EVERY_DAY};
use super::people::{BACKGROUND, Household, YONAGO_GUARDIAN};
use super::slots::{Published, open_days};
use super::{ACTOR, Moment, pick};
use crate::db::AnyConnection;
use crate::error::ApiError;
use crate::outbox::Act;
use crate::{bookings, families, municipalities, programmes};

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
fn level(slot: &Published) -> Level {
    let day = usize::try_from(slot.ahead.max(0)).unwrap_or(0);
    let open_nursery = slot.programme.as_str() == OPEN_NURSERY;
    let mixed = (slot.place * 7 + day * 5 + slot.place * day * 3 + usize::from(open_nursery) * 4) % 16;
    if !slot.open {
        return Level::Empty;
    }
    if PLACES.get(slot.place).is_some_and(super::facilities::Place::every_day) {
        // Staff sign in here: today is busy, and there is always a place for one who tries a booking.
        return match (slot.ahead, mixed) {
            (..0, _) if open_nursery => Level::Empty,
            (0, _) | (1..=7, 0..=5) => Level::Half,
            (..=14, _) | (15..=40, 0..=5) => Level::One,
            _ => Level::Empty,
        };
    }
    match (slot.ahead, mixed) {
        (..=9, 0 | 1) | (10..=20, 0) => Level::Full,
        (..=9, 2) | (10..=20, 1) => Level::Nearly,
        (..=9, 3) => Level::Half,
        (..=9, 4..=6) | (10..=20, 2..=4) | (21..=45, 0 | 1) => Level::One,
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

    fn programme(&self, city: &MunicipalityCode, slot: &Published) -> Option<&Programme> {
        programmes::store::on_day(&self.programmes, city, &slot.programme, slot.day)
    }

    /// When somebody from there books that stay: some days before, a while ago, and once it is open to them.
    fn booked_at(&self, residence: &MunicipalityCode, slot: &Published, starts_at: DateTime<Utc>, k: usize) -> Option<DateTime<Utc>> {
        let programme = self.programme(&slot.host, slot)?;
        let crossing = Crossing::find(residence, &slot.host, &slot.programme, slot.day, &self.terms);
        if crossing == Crossing::None {
            return None;
        }
        let period = booking_period(&programme.terms, starts_at, &crossing, self.open_days.get(slot.place)?);
        let k = i64::try_from(k).unwrap_or(0);
        let early = starts_at - TimeDelta::days(3 + k % 11) - TimeDelta::minutes(k * 37 % 600);
        let at = early.min(self.moment.now - TimeDelta::minutes(20 + k * 53 % 2000));
        let at = at.max(period.opens_to_family_at + TimeDelta::minutes(5 + k % 40));
        (at < self.moment.now - TimeDelta::minutes(15) && at < period.closes_at).then_some(at)
    }

    /// The stay that the k-th guest of a slot wants.
    fn stay(&self, slot: &Published, level: Level, k: usize) -> Option<Wish> {
        match &self.programme(&slot.host, slot)?.terms.unit {
            Unit::Blocks { .. } => {
                // Where a slot is to be full, it is so the whole day.
                let whole = slot.blocks.iter().find(|block| block.key == "day").or(slot.blocks.first())?;
                let block = if level == Level::Half && !k.is_multiple_of(3) { slot.blocks.get(k % slot.blocks.len())? } else { whole };
                Some(Wish { starts_at: block.starts_at, ends_at: block.ends_at, block: Some(block.key.clone()) })
            }
            Unit::Flexible { .. } => {
                let (from, minutes) = match level {
                    Level::Full | Level::Nearly => (0, 180),
                    _ => (pick(&[120, 150, 180], k), pick(&[60, 90, 120], k)),
                };
                let length = (slot.ends_at - slot.starts_at).num_minutes();
                let from = from.min(length - minutes).max(0);
                let starts_at = slot.starts_at + TimeDelta::minutes(from);
                Some(Wish { starts_at, ends_at: starts_at + TimeDelta::minutes(minutes.min(length)), block: None })
            }
        }
    }

    /// What a child has used after a stay of every account that it counts in, if the child can have it as far as that hangs on the child.
    fn fits(
        &self,
        guest: &Guest,
        residence: &MunicipalityCode,
        slot: &Published,
        band: &BandPlaces,
        wish: &Wish,
    ) -> Option<Vec<(Account, Usage)>> {
        let (programme, home) = self.programme(&slot.host, slot).zip(self.programme(residence, slot))?;
        let ages = &programme.terms.ages;
        let age = ages.band_age(guest.born, slot.day);
        let away = *residence != slot.host;
        let free = !guest.busy.iter().any(|busy| busy.starts_at < wish.ends_at && wish.starts_at < busy.ends_at);
        let fits = ages.first_day(guest.born) <= slot.day
            && slot.day <= ages.last_day(guest.born)
            && (band.from_age..band.under_age).contains(&age);
        let stay = Stay { starts_at: wish.starts_at, ends_at: wish.ends_at, block: wish.block.as_deref() };
        let limits = [home.limits()];
        let after = count(&limits, &programme.terms.unit, &stay, None).into_iter().map(|(counted, limit)| {
            let used = guest.used.get(&counted.account).copied().unwrap_or_default();
            (limit.allowance(false).left(used, away) >= counted.amount).then(|| (counted.account, used.plus(counted.amount, away)))
        });
        if fits && free { after.collect() } else { None }
    }
}

const NOTES: [&str; 7] =
    ["", "", "昨夜、少しせきが出ていました。", "", "今日は早めに迎えに行きます。", "", "午睡の前に絵本を読むと落ち着きます。"];

/// Takes all bookings, and lets those of today and before have come and gone.
pub fn insert(conn: &mut AnyConnection, families: &[Household], slots: &[Published], moment: Moment) -> Result<(), ApiError> {
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
    for (turn, slot) in slots.iter().enumerate() {
        made.extend(fill(conn, families, &mut guests, slot, turn, &rules)?);
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
    slot: &Published,
    turn: usize,
    rules: &Rules,
) -> Result<Vec<Booking>, ApiError> {
    let level = level(slot);
    let mut parties: BTreeMap<PartyKey, (DateTime<Utc>, Vec<ChildId>)> = BTreeMap::new();
    let count = guests.len();
    for (b, band) in slot.bands.iter().enumerate() {
        if level == Level::One && b != turn % slot.bands.len() {
            continue;
        }
        let mut left = wanted(level, band.capacity);
        for step in 0..count {
            if left == 0 {
                break;
            }
            let k = (turn * 5 + b * 31 + step) % count;
            let (Some(guest), Some(stay)) = (guests.get_mut(k), rules.stay(slot, level, k)) else { continue };
            let Some(household) = families.get(guest.family) else { continue };
            let residence = code(household.city)?;
            // Most people stay on their side of the border.
            if residence != slot.host && !(guest.family + turn).is_multiple_of(3) {
                continue;
            }
            let Some(used) = rules.fits(guest, &residence, slot, band, &stay) else { continue };
            let Some(at) = rules.booked_at(&residence, slot, stay.starts_at, guest.family + turn) else { continue };
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
        let command = NewBooking { notes, ..NewBooking::new(slot.id.clone(), child_ids).between(starts_at, ends_at) };
        made.extend(take(conn, household, &command, at)?);
    }
    Ok(made)
}

fn take(conn: &mut AnyConnection, household: &Household, command: &NewBooking, at: DateTime<Utc>) -> Result<Vec<Booking>, ApiError> {
    let family = families::store::lock_family(conn, &household.id)?.ok_or(ApiError::NotFound)?;
    bookings::engine::take(conn, &family, command, &Act::of_command(ACTOR, at))
}

/// The bookings of the guardian of Yonago who signs in: before, and to come, on both sides of the border.
fn own(conn: &mut AnyConnection, families: &[Household], slots: &[Published], rules: &Rules) -> Result<Vec<Booking>, ApiError> {
    let Some(household) = families.get(YONAGO_GUARDIAN) else { return Ok(Vec::new()) };
    let residence = code(household.city)?;
    let both = household.children.len();
    let mut made = Vec::new();
    for (k, (ahead, place, programme, block, children)) in [
        (-9, YONAGO_EVERY_DAY, TEMPORARY_CARE, Some("day"), both),
        (-4, YONAGO_EVERY_DAY, OPEN_NURSERY, None, 1),
        (2, YONAGO_EVERY_DAY, TEMPORARY_CARE, Some("morning"), both),
        (6, SAKAIMINATO_EVERY_DAY, TEMPORARY_CARE, Some("day"), both),
        (11, SAKAIMINATO_EVERY_DAY, OPEN_NURSERY, None, 1),
    ]
    .into_iter()
    .enumerate()
    {
        let Some(slot) = slots.iter().find(|s| s.ahead == ahead && s.place == place && s.programme.as_str() == programme) else { continue };
        let span = match block {
            Some(key) => slot.blocks.iter().find(|block| block.key == key).map(|block| (block.starts_at, block.ends_at)),
            None => Some((slot.starts_at + TimeDelta::hours(3), slot.starts_at + TimeDelta::hours(5))),
        };
        let Some((starts_at, ends_at)) = span else { continue };
        // The elder one is too old for the open nursery; the younger is registered first.
        let child_ids = household.children.iter().take(children).map(|(id, _)| id.clone()).collect();
        let Some(at) = rules.booked_at(&residence, slot, starts_at, k) else { continue };
        let command = NewBooking::new(slot.id.clone(), child_ids).between(starts_at, ends_at);
        made.extend(take(conn, household, &command, at)?);
    }
    Ok(made)
}

/// Lets a child come and go, where that time has passed. Of today's children every third is late, so that there is always
/// somebody to check in.
fn attend(conn: &mut AnyConnection, booking: &Booking, turn: usize, moment: Moment) -> Result<(), ApiError> {
    let today = tokyo_day(booking.starts_at) == moment.today;
    let late = i64::try_from(turn % 5).unwrap_or(0) * 3 - 4;
    let (came, left) = (booking.starts_at + TimeDelta::minutes(late), booking.ends_at - TimeDelta::minutes(5 + late));
    if came > moment.now || (today && turn % 3 == 1) {
        return Ok(());
    }
    mark(conn, booking, &BookingState::CheckedIn { at: came }, "booking.checked_in", None, came)?;
    if left < moment.now {
        let next = BookingState::CheckedOut { checked_in_at: came, at: left };
        let guardian = guardian(conn, booking)?;
        mark(conn, booking, &next, "booking.checked_out", Some(&guardian), left)?;
    }
    Ok(())
}

/// The name of the guardian whose child comes.
fn guardian(conn: &mut AnyConnection, booking: &Booking) -> Result<String, ApiError> {
    let stored = bookings::store::find_booking(conn, &booking.id)?.ok_or(ApiError::NotFound)?;
    let family = families::store::find_family(conn, &stored.family_id)?.ok_or(ApiError::NotFound)?;
    Ok(family.guardian_name.to_string())
}

fn mark(
    conn: &mut AnyConnection,
    booking: &Booking,
    next: &BookingState,
    kind: &'static str,
    picked_up_by: Option<&str>,
    at: DateTime<Utc>,
) -> Result<(), ApiError> {
    bookings::store::mark_state(conn, &booking.id, next, picked_up_by)?;
    Ok(Act::of_command(ACTOR, at).record(conn, kind, (&booking.facility.municipality, Some(&booking.facility.id)), booking.id.as_str())?)
}
