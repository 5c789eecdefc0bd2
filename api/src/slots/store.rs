//! Offerings and slots in the database.

use chrono::{DateTime, NaiveDateTime, Utc, Weekday};
use diesel::prelude::*;
use shared::ids::{FacilityId, OfferingId, SlotId};
use shared::municipalities::{MunicipalityCode, Position};
use shared::places::SlotShape;
use shared::programmes::{OpenDays, ProgrammeKey};
use shared::slots::{ClosedTime, Occupancy, Offering, PlannedSlot, Slot, SlotBand, SlotFacility, SlotState, blocks_within};
use shared::time::{days_after, days_before};

use crate::db::{AnyConnection, DbError, from_json, instant, stored, to_json, unknown};
use crate::municipalities::store::{code, list_holidays};
use crate::new_id;
use crate::schema::{facilities, offerings, slot_bands, slots, waitlist_skips};

/// The slot's own columns.
#[derive(Queryable, Selectable)]
#[diesel(table_name = slots)]
struct Own {
    id: String,
    offering_id: String,
    programme: String,
    starts_at: NaiveDateTime,
    ends_at: NaiveDateTime,
    state: String,
    blocks: String,
    hourly_yen: Option<i64>,
    room: Option<i64>,
    carers: Option<String>,
    confirmation: Option<String>,
    freed: i64,
    interview: bool,
    spare: bool,
    closures: Option<String>,
    version: i64,
}

type Row = (Own, FacilityRow);

/// The columns of a facility that a slot or booking shows.
#[derive(Queryable)]
pub struct FacilityRow {
    id: String,
    name: String,
    kana: Option<String>,
    name_en: Option<String>,
    municipality: String,
    latitude: Option<f64>,
    longitude: Option<f64>,
    fictional: bool,
    open_weekdays: Option<String>,
    closes_at: Option<NaiveDateTime>,
}

/// The columns of a [`FacilityRow`].
pub const FACILITY: (
    facilities::id,
    facilities::name,
    facilities::kana,
    facilities::name_en,
    facilities::municipality,
    facilities::latitude,
    facilities::longitude,
    facilities::fictional,
    facilities::open_weekdays,
    facilities::closes_at,
) = (
    facilities::id,
    facilities::name,
    facilities::kana,
    facilities::name_en,
    facilities::municipality,
    facilities::latitude,
    facilities::longitude,
    facilities::fictional,
    facilities::open_weekdays,
    facilities::closes_at,
);

impl FacilityRow {
    /// The facility as a slot or booking shows it.
    pub fn facility(self) -> Result<SlotFacility, DbError> {
        let position = self.latitude.zip(self.longitude).map(|(latitude, longitude)| Position { latitude, longitude });
        Ok(SlotFacility {
            id: FacilityId::new(self.id),
            name: self.name,
            kana: self.kana.unwrap_or_default(),
            name_en: self.name_en,
            municipality: code(&self.municipality)?,
            position,
            fictional: self.fictional,
            closes_at: self.closes_at.map(instant),
        })
    }
}

/// A slot and the weekdays on which its facility is closed.
pub struct Stored {
    /// The slot.
    pub slot: Slot,
    /// The closed weekdays.
    pub closed_weekdays: Vec<Weekday>,
    /// How often something became free in it since those who wait were asked.
    pub freed: i64,
}

fn closed_weekdays(open: Option<&str>) -> Vec<Weekday> {
    use Weekday::{Fri, Mon, Sat, Sun, Thu, Tue, Wed};
    let Some(open) = open else { return Vec::new() };
    let open: Vec<Weekday> = open.split(',').filter_map(|day| day.trim().parse().ok()).collect();
    [Mon, Tue, Wed, Thu, Fri, Sat, Sun].into_iter().filter(|day| !open.contains(day)).collect()
}

fn state(text: &str) -> Result<SlotState, DbError> {
    match text {
        "open" => Ok(SlotState::Open),
        "closed" => Ok(SlotState::Closed),
        other => Err(unknown("slot state", other)),
    }
}

/// Whether a slot takes bookings: past its facility's last day none does, whatever is written of it.
fn state_at(facility: &SlotFacility, starts_at: DateTime<Utc>, text: &str) -> Result<SlotState, DbError> {
    if facility.is_gone(starts_at) { Ok(SlotState::Closed) } else { state(text) }
}

const fn state_text(state: SlotState) -> &'static str {
    match state {
        SlotState::Open => "open",
        SlotState::Closed => "closed",
    }
}

fn closures(text: Option<&str>) -> Result<Vec<ClosedTime>, DbError> {
    Ok(text.map(from_json).transpose()?.unwrap_or_default())
}

type BandRow = (String, i64, i64, i64, String);
const BAND: (slot_bands::slot_id, slot_bands::from_age, slot_bands::under_age, slot_bands::capacity, slot_bands::occupancy) =
    (slot_bands::slot_id, slot_bands::from_age, slot_bands::under_age, slot_bands::capacity, slot_bands::occupancy);

fn band((_, from, under, capacity, occupancy): &BandRow) -> Result<SlotBand, DbError> {
    let occupancy: Occupancy = from_json(occupancy)?;
    Ok(SlotBand { from_age: age(*from), under_age: age(*under), capacity: *capacity, occupancy })
}

fn slot((row, facility): Row, bands: Vec<SlotBand>) -> Result<Stored, DbError> {
    let (closed_weekdays, freed) = (closed_weekdays(facility.open_weekdays.as_deref()), row.freed);
    let facility = facility.facility()?;
    let slot = Slot {
        id: SlotId::new(row.id),
        offering_id: OfferingId::new(row.offering_id),
        state: state_at(&facility, instant(row.starts_at), &row.state)?,
        facility,
        programme: ProgrammeKey::new(row.programme),
        starts_at: instant(row.starts_at),
        ends_at: instant(row.ends_at),
        bands,
        blocks: from_json(&row.blocks)?,
        room: row.room,
        carers: row.carers.as_deref().map(from_json).transpose()?,
        hourly_yen: row.hourly_yen,
        confirmation: row.confirmation.as_deref().map(from_json).transpose()?,
        interview: row.interview,
        spare: row.spare,
        closures: closures(row.closures.as_deref())?,
        version: row.version,
    };
    Ok(Stored { slot, closed_weekdays, freed })
}

/// Turns rows into slots, with the bands of all of them in one question.
fn with_bands(conn: &mut AnyConnection, rows: Vec<Row>) -> Result<Vec<Stored>, DbError> {
    let ids: Vec<&str> = rows.iter().map(|(row, _)| row.id.as_str()).collect();
    let mut bands: Vec<BandRow> = slot_bands::table.filter(slot_bands::slot_id.eq_any(&ids)).select(BAND).load(conn)?;
    bands.sort();
    rows.into_iter()
        .map(|row| {
            let first = bands.partition_point(|band| band.0 < row.0.id);
            let mine = bands.iter().skip(first).take_while(|band| band.0 == row.0.id).map(band).collect::<Result<_, DbError>>()?;
            slot(row, mine)
        })
        .collect()
}

fn list_bands(conn: &mut AnyConnection, id: &SlotId) -> Result<Vec<SlotBand>, DbError> {
    let mine = slot_bands::table.filter(slot_bands::slot_id.eq(id.as_str())).order(slot_bands::from_age).select(BAND);
    mine.load::<BandRow>(conn)?.iter().map(band).collect()
}

fn age(stored: i64) -> u32 {
    u32::try_from(stored).unwrap_or(0)
}

/// A slot, as it is.
pub fn find_slot(conn: &mut AnyConnection, id: &SlotId) -> Result<Option<Stored>, DbError> {
    let Some(mut found) = find_frame(conn, id)? else { return Ok(None) };
    found.slot.bands = list_bands(conn, id)?;
    Ok(Some(found))
}

/// A slot without its bands: for those who lock it before they look at its places.
pub fn find_frame(conn: &mut AnyConnection, id: &SlotId) -> Result<Option<Stored>, DbError> {
    let row = slots::table
        .inner_join(facilities::table)
        .filter(slots::id.eq(id.as_str()))
        .select((Own::as_select(), FACILITY))
        .get_result::<Row>(conn)
        .optional()?;
    row.map(|row| slot(row, Vec::new())).transpose()
}

/// Locks a slot until the transaction ends: last in the order of locks. Its bands read after this are the truth.
pub fn lock_slot(conn: &mut AnyConnection, id: &SlotId) -> Result<bool, DbError> {
    let locked = diesel::update(slots::table.filter(slots::id.eq(id.as_str()))).set(slots::turn.eq(slots::turn + 1)).execute(conn)?;
    Ok(locked == 1)
}

/// Locks a slot that was found before and takes over what may have changed since: state, room, carers, closures, version and bands. Says
/// how often something became free in it since those who wait were asked; none: the slot is gone.
pub fn lock_found(conn: &mut AnyConnection, slot: &mut Slot) -> Result<Option<i64>, DbError> {
    let locked = diesel::update(slots::table.filter(slots::id.eq(slot.id.as_str())))
        .set(slots::turn.eq(slots::turn + 1))
        .returning((
            (slots::state, slots::room, slots::carers, slots::closures, slots::version, slots::freed),
            (slots::starts_at, slots::ends_at),
        ))
        .get_result::<((String, Option<i64>, Option<String>, Option<String>, i64, i64), (NaiveDateTime, NaiveDateTime))>(conn)
        .optional()?;
    let Some(((state, room, carers, closed, version, freed), (starts_at, ends_at))) = locked else { return Ok(None) };
    if (instant(starts_at), instant(ends_at)) != (slot.starts_at, slot.ends_at) {
        // At other times other rules, blocks and bookings of the children count: all of it is looked at again.
        return Err(DbError::Retry);
    }
    (slot.state, slot.room, slot.version) = (state_at(&slot.facility, slot.starts_at, &state)?, room, version);
    slot.closures = closures(closed.as_deref())?;
    (slot.carers, slot.bands) = (carers.as_deref().map(from_json).transpose()?, list_bands(conn, &slot.id)?);
    Ok(Some(freed))
}

/// What to look for.
#[derive(Debug, Clone)]
pub struct Search {
    /// Slots that start at or after this.
    pub from: DateTime<Utc>,
    /// Slots that start before this.
    pub until: DateTime<Utc>,
    /// Only in these municipalities; everywhere when empty.
    pub municipalities: Vec<MunicipalityCode>,
    /// Only this programme.
    pub programme: Option<ProgrammeKey>,
    /// Only this facility.
    pub facility: Option<FacilityId>,
    /// Only slots of facilities inside this box: south-west, north-east.
    pub within: Option<(Position, Position)>,
    /// Only after this slot in the order of start and id.
    pub after: Option<(DateTime<Utc>, SlotId)>,
    /// Only those that take bookings.
    pub open_only: bool,
    /// So many at most.
    pub limit: i64,
}

/// Slots by start, then id.
pub fn list_slots(conn: &mut AnyConnection, search: &Search) -> Result<Vec<Stored>, DbError> {
    let mut query = slots::table
        .inner_join(facilities::table)
        .filter(slots::starts_at.ge(stored(search.from)))
        .filter(slots::starts_at.lt(stored(search.until)))
        .into_boxed();
    match search.municipalities.as_slice() {
        [] => {}
        [one] => query = query.filter(slots::municipality.eq(one.as_str().to_owned())),
        many => query = query.filter(slots::municipality.eq_any(many.iter().map(|code| code.as_str().to_owned()).collect::<Vec<_>>())),
    }
    if let Some(programme) = &search.programme {
        query = query.filter(slots::programme.eq(programme.as_str()));
    }
    if let Some(facility) = &search.facility {
        query = query.filter(slots::facility_id.eq(facility.as_str()));
    }
    if let Some((south_west, north_east)) = search.within {
        query = query
            .filter(facilities::latitude.between(south_west.latitude, north_east.latitude))
            .filter(facilities::longitude.between(south_west.longitude, north_east.longitude));
    }
    if let Some((starts_at, id)) = &search.after {
        let starts_at = stored(*starts_at);
        query = query.filter(slots::starts_at.ge(starts_at)).filter(slots::starts_at.gt(starts_at).or(slots::id.gt(id.as_str())));
    }
    if search.open_only {
        query = query.filter(slots::state.eq(state_text(SlotState::Open)));
        query = query.filter(facilities::closes_at.is_null().or(slots::starts_at.nullable().lt(facilities::closes_at)));
    }
    let rows = query.order((slots::starts_at, slots::id)).limit(search.limit).select((Own::as_select(), FACILITY)).load::<Row>(conn)?;
    with_bands(conn, rows)
}

/// The days on which the facility of a slot is open, as far as deadlines before that day need them.
pub fn open_days(conn: &mut AnyConnection, slot: &Stored) -> Result<OpenDays, DbError> {
    let day = slot.slot.day();
    let holidays = list_holidays(conn, days_before(day, 70), day)?;
    Ok(OpenDays { closed_weekdays: slot.closed_weekdays.clone(), closed_days: holidays.into_iter().map(|(day, _)| day).collect() })
}

/// From when to when.
pub type Times = (DateTime<Utc>, DateTime<Utc>);

/// From when to when the slots of an offering go that start on these days, both included.
pub fn list_times(
    conn: &mut AnyConnection,
    offering: &OfferingId,
    from: chrono::NaiveDate,
    to: chrono::NaiveDate,
) -> Result<Vec<Times>, DbError> {
    let (from, until) = (shared::time::day_start(from), shared::time::day_start(days_after(to, 1)));
    let times = slots::table
        .filter(slots::offering_id.eq(offering.as_str()))
        .filter(slots::starts_at.ge(stored(from)))
        .filter(slots::starts_at.lt(stored(until)))
        .select((slots::starts_at, slots::ends_at))
        .load::<(NaiveDateTime, NaiveDateTime)>(conn)?;
    Ok(times.into_iter().map(|(from, until)| (instant(from), instant(until))).collect())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = offerings)]
struct OfferingRow {
    id: String,
    facility_id: String,
    programme: String,
    blocks: String,
    hourly_yen: Option<i64>,
    confirmation: Option<String>,
    interview: bool,
    spare: bool,
}

fn offering(row: OfferingRow) -> Result<Offering, DbError> {
    Ok(Offering {
        id: OfferingId::new(row.id),
        facility_id: FacilityId::new(row.facility_id),
        programme: ProgrammeKey::new(row.programme),
        blocks: from_json(&row.blocks)?,
        hourly_yen: row.hourly_yen,
        confirmation: row.confirmation.as_deref().map(from_json).transpose()?,
        interview: row.interview,
        spare: row.spare,
    })
}

/// The offerings of a facility.
pub fn list_offerings(conn: &mut AnyConnection, facility: &FacilityId) -> Result<Vec<Offering>, DbError> {
    offerings::table
        .filter(offerings::facility_id.eq(facility.as_str()))
        .order(offerings::programme)
        .select(OfferingRow::as_select())
        .load::<OfferingRow>(conn)?
        .into_iter()
        .map(offering)
        .collect()
}

/// An offering and its municipality, locked until the transaction ends so that two publishings do not meet.
pub fn lock_offering(conn: &mut AnyConnection, id: &OfferingId) -> Result<Option<(Offering, MunicipalityCode)>, DbError> {
    diesel::update(offerings::table.filter(offerings::id.eq(id.as_str())))
        .set(offerings::programme.eq(offerings::programme))
        .execute(conn)?;
    find_offering(conn, id)
}

/// An offering and its municipality.
pub fn find_offering(conn: &mut AnyConnection, id: &OfferingId) -> Result<Option<(Offering, MunicipalityCode)>, DbError> {
    let found = offerings::table
        .filter(offerings::id.eq(id.as_str()))
        .select((OfferingRow::as_select(), offerings::municipality))
        .first::<(OfferingRow, String)>(conn)
        .optional()?;
    found.map(|(row, municipality)| Ok((offering(row)?, code(&municipality)?))).transpose()
}

/// Writes an offering.
pub fn insert_offering(conn: &mut AnyConnection, new: &Offering, municipality: &MunicipalityCode) -> Result<(), DbError> {
    diesel::insert_into(offerings::table)
        .values((
            offerings::id.eq(new.id.as_str()),
            offerings::facility_id.eq(new.facility_id.as_str()),
            offerings::municipality.eq(municipality.as_str()),
            offerings::programme.eq(new.programme.as_str()),
            offerings::blocks.eq(to_json(&new.blocks)?),
            offerings::hourly_yen.eq(new.hourly_yen),
            offerings::confirmation.eq(new.confirmation.as_ref().map(to_json).transpose()?),
            offerings::interview.eq(new.interview),
            offerings::spare.eq(new.spare),
        ))
        .execute(conn)?;
    Ok(())
}

/// Writes an open slot with free places, as planned.
pub fn insert_slot(
    conn: &mut AnyConnection,
    offering: &Offering,
    municipality: &MunicipalityCode,
    planned: &PlannedSlot,
    now: DateTime<Utc>,
) -> Result<SlotId, DbError> {
    let carers = planned.carers.map(|carers| Occupancy::default().plus(0, (planned.ends_at - planned.starts_at).num_minutes(), carers));
    let shape = SlotShape {
        starts_at: planned.starts_at,
        ends_at: planned.ends_at,
        bands: planned.bands.clone(),
        room: planned.room,
        carers,
        state: SlotState::Open,
        closures: Vec::new(),
    };
    insert_shape(conn, offering, municipality, &shape, now)
}

/// Writes a slot with free places in a shape.
pub fn insert_shape(
    conn: &mut AnyConnection,
    offering: &Offering,
    municipality: &MunicipalityCode,
    shape: &SlotShape,
    now: DateTime<Utc>,
) -> Result<SlotId, DbError> {
    let id = SlotId::new(new_id());
    diesel::insert_into(slots::table)
        .values((
            slots::id.eq(id.as_str()),
            slots::offering_id.eq(offering.id.as_str()),
            slots::facility_id.eq(offering.facility_id.as_str()),
            slots::municipality.eq(municipality.as_str()),
            slots::programme.eq(offering.programme.as_str()),
            slots::starts_at.eq(stored(shape.starts_at)),
            slots::ends_at.eq(stored(shape.ends_at)),
            slots::state.eq(state_text(shape.state)),
            slots::blocks.eq(to_json(&blocks_within(offering, shape.starts_at, shape.ends_at))?),
            slots::hourly_yen.eq(offering.hourly_yen),
            slots::room.eq(shape.room),
            slots::carers.eq(shape.carers.as_ref().map(to_json).transpose()?),
            slots::confirmation.eq(offering.confirmation.as_ref().map(to_json).transpose()?),
            slots::interview.eq(offering.interview),
            slots::spare.eq(offering.spare),
            slots::closures.eq((!shape.closures.is_empty()).then(|| to_json(&shape.closures)).transpose()?),
            slots::peak.eq(0),
            slots::turn.eq(0),
            slots::version.eq(1),
            slots::created_at.eq(stored(now)),
        ))
        .execute(conn)?;
    for band in &shape.bands {
        diesel::insert_into(slot_bands::table)
            .values((
                slot_bands::slot_id.eq(id.as_str()),
                slot_bands::from_age.eq(i64::from(band.from_age)),
                slot_bands::under_age.eq(i64::from(band.under_age)),
                slot_bands::capacity.eq(band.capacity),
                slot_bands::peak.eq(0),
                slot_bands::occupancy.eq("[]"),
            ))
            .execute(conn)?;
    }
    Ok(id)
}

/// Writes the bands of a slot that differ from before: places, and who is there when.
pub fn update_bands(conn: &mut AnyConnection, before: &Slot, after: &Slot) -> Result<(), DbError> {
    for band in after.bands.iter().filter(|band| !before.bands.contains(band)) {
        let mine =
            slot_bands::table.filter(slot_bands::slot_id.eq(after.id.as_str())).filter(slot_bands::from_age.eq(i64::from(band.from_age)));
        diesel::update(mine)
            .set((
                slot_bands::capacity.eq(band.capacity),
                slot_bands::peak.eq(band.occupancy.highest()),
                slot_bands::occupancy.eq(to_json(&band.occupancy)?),
            ))
            .execute(conn)?;
    }
    if after.room.is_some() && before.peak() != after.peak() {
        diesel::update(slots::table.filter(slots::id.eq(after.id.as_str()))).set(slots::peak.eq(after.peak())).execute(conn)?;
    }
    Ok(())
}

/// The slots of a facility that lie at least partly between two instants, by their ids.
pub fn list_between(
    conn: &mut AnyConnection,
    facility: &FacilityId,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Slot>, DbError> {
    let mine = slots::facility_id.eq(facility.as_str());
    let rows = slots::table
        .inner_join(facilities::table)
        .filter(mine.and(slots::starts_at.lt(stored(until))).and(slots::ends_at.gt(stored(from))))
        .order(slots::id)
        .select((Own::as_select(), FACILITY))
        .load::<Row>(conn)?;
    slots_of(conn, rows)
}

/// The slots of a facility that take their places from its regular classes and have not begun, by their ids.
pub fn list_spare(conn: &mut AnyConnection, facility: &FacilityId, now: DateTime<Utc>) -> Result<Vec<Slot>, DbError> {
    let rows = slots::table
        .inner_join(facilities::table)
        .filter(slots::facility_id.eq(facility.as_str()).and(slots::spare).and(slots::starts_at.gt(stored(now))))
        .order(slots::id)
        .select((Own::as_select(), FACILITY))
        .load::<Row>(conn)?;
    slots_of(conn, rows)
}

fn slots_of(conn: &mut AnyConnection, rows: Vec<Row>) -> Result<Vec<Slot>, DbError> {
    Ok(with_bands(conn, rows)?.into_iter().map(|stored| stored.slot).collect())
}

/// Writes state, room, carers, closures and version of a slot.
pub fn update_slot(conn: &mut AnyConnection, slot: &Slot) -> Result<(), DbError> {
    // That its facility closes for good is not the slot's own state: it ends when that is taken back.
    let own = (!slot.facility.is_gone(slot.starts_at) || !slot.closures.is_empty()).then(|| slots::state.eq(state_text(slot.state)));
    diesel::update(slots::table.filter(slots::id.eq(slot.id.as_str())))
        .set((
            own,
            slots::room.eq(slot.room),
            slots::carers.eq(slot.carers.as_ref().map(to_json).transpose()?),
            slots::closures.eq((!slot.closures.is_empty()).then(|| to_json(&slot.closures)).transpose()?),
            slots::peak.eq(slot.peak()),
            slots::version.eq(slot.version),
        ))
        .execute(conn)?;
    Ok(())
}

/// Writes the times and blocks of a slot.
pub fn update_times(conn: &mut AnyConnection, slot: &Slot) -> Result<(), DbError> {
    diesel::update(slots::table.filter(slots::id.eq(slot.id.as_str())))
        .set((
            slots::starts_at.eq(stored(slot.starts_at)),
            slots::ends_at.eq(stored(slot.ends_at)),
            slots::blocks.eq(to_json(&slot.blocks)?),
        ))
        .execute(conn)?;
    Ok(())
}

/// Takes a slot away that nobody ever booked or waited for; it must be locked. What was only looked at for those who wait goes with it.
pub fn delete_slot(conn: &mut AnyConnection, id: &SlotId) -> Result<(), DbError> {
    diesel::delete(waitlist_skips::table.filter(waitlist_skips::slot_id.eq(id.as_str()))).execute(conn)?;
    diesel::delete(slots::table.filter(slots::id.eq(id.as_str()))).execute(conn)?;
    Ok(())
}
