//! What the database says, read plainly: no code of the engine looks here, so that the laws do not check the engine by itself.

use std::collections::BTreeMap;

use api::db::{AnyConnection, DbError};
use api::schema::{attendance_records, audit_lines, bookings, events, imported_bookings, reminders, series, slot_bands, slots, usages};
use api::schema::{waitlist_children, waitlist_entries, waitlist_skips};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde_json::Value;

/// Minutes of an instant.
pub fn minute(at: NaiveDateTime) -> i64 {
    at.and_utc().timestamp().div_euclid(60)
}

/// The events by which a family is reminded of a booking: they tell, and change nothing.
pub const REMINDERS: [&str; 2] = ["booking.reminder", "booking.free_until"];

/// An account as text: pool, period, unit.
pub type AccountName = (String, String, String);

/// A booking's row.
#[derive(Debug, Clone, PartialEq)]
pub struct Booked {
    pub party: String,
    pub series: Option<String>,
    pub slot: String,
    pub child: String,
    pub family: String,
    pub programme: String,
    pub band: i64,
    /// Minutes.
    pub from: i64,
    pub until: i64,
    pub state: String,
    pub active: bool,
    pub away: bool,
    pub fee_yen: i64,
    pub agreed: Value,
    pub attended: Value,
    pub decide_by: Option<NaiveDateTime>,
    pub came: Option<NaiveDateTime>,
    pub left: Option<NaiveDateTime>,
    pub ended: Option<String>,
    pub cancelled_fee: Option<i64>,
    pub cancelled_counts: Option<bool>,
    pub created_at: NaiveDateTime,
    pub version: i64,
}

impl Booked {
    /// What it uses of which account, by what is written of it.
    pub fn uses(&self) -> Vec<(AccountName, i64)> {
        let counts = match self.state.as_str() {
            "cancelled" | "absent" => self.cancelled_counts == Some(true),
            "declined" | "released" | "undone" => false,
            _ => true,
        };
        let told = if self.attended["settled"].is_null() { &self.agreed["counted"] } else { &self.attended["settled"]["counted"] };
        let one = |counted: &Value| {
            let text = |name: &str| counted[name].as_str().unwrap().to_owned();
            ((text("pool"), text("period"), text("unit")), counted["amount"].as_i64().unwrap())
        };
        if counts { told.as_array().unwrap().iter().map(one).collect() } else { Vec::new() }
    }

    /// Whether the stay has not begun by what is recorded.
    pub fn is_ahead(&self) -> bool {
        matches!(self.state.as_str(), "requested" | "offered" | "confirmed")
    }
}

/// Places of a slot for some ages.
#[derive(Debug, Clone, PartialEq)]
pub struct Band {
    pub from_age: i64,
    pub under_age: i64,
    pub capacity: i64,
    pub peak: i64,
    pub steps: Vec<(i64, i64)>,
}

/// A slot's row with its bands.
#[derive(Debug, Clone, PartialEq)]
pub struct Slot {
    pub facility: String,
    pub programme: String,
    pub from: i64,
    pub until: i64,
    pub open: bool,
    pub room: Option<i64>,
    pub carers: Option<Vec<(i64, i64)>>,
    pub closures: Vec<(i64, i64)>,
    pub freed: i64,
    pub peak: i64,
    pub version: i64,
    pub bands: Vec<Band>,
}

/// A child's account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Used {
    pub total: i64,
    pub away: i64,
    pub limit_total: i64,
    pub limit_away: i64,
    pub over: i64,
}

/// An entry of the waiting list.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub family: String,
    pub programme: String,
    pub slot: Option<String>,
    pub asked: Value,
    pub state: String,
    pub party: Option<String>,
    pub offered_from: Option<NaiveDateTime>,
    pub offered_until: Option<NaiveDateTime>,
    pub told: bool,
    pub over_at: NaiveDateTime,
    pub fresh: bool,
    pub created_at: NaiveDateTime,
    pub version: i64,
    pub children: Vec<String>,
}

/// Everything that a command may change.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct World {
    pub bookings: BTreeMap<String, Booked>,
    pub slots: BTreeMap<String, Slot>,
    pub usages: BTreeMap<(String, AccountName), Used>,
    pub entries: BTreeMap<String, Entry>,
    /// When and why, by entry and slot.
    pub skips: BTreeMap<(String, String), (NaiveDateTime, String)>,
    /// Id, kind, subject, in order.
    pub events: Vec<(String, String, String)>,
    pub audit: Vec<(String, String, String)>,
    /// Lines of attendance by booking.
    pub records: BTreeMap<String, Vec<Value>>,
    pub series: Vec<String>,
    /// How often a booking's reminders were told or passed, by the kind of their event.
    pub reminded: BTreeMap<(String, &'static str), usize>,
    /// Reminders that were planned and are not told yet, with the time when they are due.
    pub to_remind: Vec<(String, NaiveDateTime)>,
    /// The bookings that came from another system, by city and number.
    pub imported: BTreeMap<(String, String), String>,
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn steps(text: &str) -> Vec<(i64, i64)> {
    serde_json::from_str(text).unwrap()
}

/// How many are there at a minute of a step function.
pub fn at_minute(steps: &[(i64, i64)], minute: i64) -> i64 {
    steps.iter().take_while(|(from, _)| *from <= minute).last().map_or(0, |(_, people)| *people)
}

fn load_bookings(conn: &mut AnyConnection) -> Result<BTreeMap<String, Booked>, DbError> {
    type Who = (String, String, Option<String>, String, String, String, String, i64);
    type When = (NaiveDateTime, NaiveDateTime, String, bool, bool, i64, String, Option<NaiveDateTime>);
    type Then = (Option<NaiveDateTime>, Option<NaiveDateTime>, Option<String>, Option<String>, Option<i64>, Option<bool>);
    use bookings::dsl as b;
    let rows = bookings::table
        .select((
            (b::id, b::party_id, b::series_id, b::slot_id, b::child_id, b::family_id, b::programme, b::band_from_age),
            (b::starts_at, b::ends_at, b::state, b::active, b::is_away, b::fee_yen, b::agreed, b::decide_by),
            (b::checked_in_at, b::checked_out_at, b::attended, b::ended, b::cancelled_fee_yen, b::cancelled_counts),
            (b::created_at, b::version),
        ))
        .load::<(Who, When, Then, (NaiveDateTime, i64))>(conn)?;
    Ok(rows
        .into_iter()
        .map(|(who, when, then, (created_at, version))| {
            let (id, party, series, slot, child, family, programme, band) = who;
            let (from, until, state, active, away, fee_yen, agreed, decide_by) = when;
            let (came, left, attended, ended, cancelled_fee, cancelled_counts) = then;
            let (agreed, attended) = (json(&agreed), attended.map_or(Value::Null, |text| json(&text)));
            let (from, until) = (minute(from), minute(until));
            #[rustfmt::skip]
            let booked = Booked {
                party, series, slot, child, family, programme, band, from, until, state, active, away, fee_yen, agreed, attended, decide_by,
                came, left, ended, cancelled_fee, cancelled_counts, created_at, version,
            };
            (id, booked)
        })
        .collect())
}

fn load_slots(conn: &mut AnyConnection) -> Result<BTreeMap<String, Slot>, DbError> {
    type Own = (String, String, String, NaiveDateTime, NaiveDateTime, String);
    type Rest = (Option<i64>, Option<String>, Option<String>, i64, i64, i64);
    use slots::dsl as s;
    let rows = slots::table
        .select((
            (s::id, s::facility_id, s::programme, s::starts_at, s::ends_at, s::state),
            (s::room, s::carers, s::closures, s::freed, s::peak, s::version),
        ))
        .load::<(Own, Rest)>(conn)?;
    let instant = |value: &Value| value.as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp().div_euclid(60);
    let closed = |text: String| {
        let all = json(&text);
        all.as_array().unwrap().iter().map(|one| (instant(&one["starts_at"]), instant(&one["ends_at"]))).collect()
    };
    let mut found: BTreeMap<String, Slot> = rows
        .into_iter()
        .map(|((id, facility, programme, from, until, state), (room, carers, closures, freed, peak, version))| {
            let (carers, closures) = (carers.map(|text| steps(&text)), closures.map_or_else(Vec::new, closed));
            let (from, until, open) = (minute(from), minute(until), state == "open");
            (id, Slot { facility, programme, from, until, open, room, carers, closures, freed, peak, version, bands: Vec::new() })
        })
        .collect();
    use slot_bands::dsl as b;
    let rows = slot_bands::table
        .order((b::slot_id, b::from_age))
        .select((b::slot_id, b::from_age, b::under_age, b::capacity, b::peak, b::occupancy))
        .load::<(String, i64, i64, i64, i64, String)>(conn)?;
    for (slot, from_age, under_age, capacity, peak, occupancy) in rows {
        found.get_mut(&slot).unwrap().bands.push(Band { from_age, under_age, capacity, peak, steps: steps(&occupancy) });
    }
    Ok(found)
}

fn load_entries(conn: &mut AnyConnection) -> Result<BTreeMap<String, Entry>, DbError> {
    type Own = (String, String, String, Option<String>, String, String, Option<String>);
    type Rest = (Option<NaiveDateTime>, Option<NaiveDateTime>, bool, NaiveDateTime, Option<NaiveDateTime>, NaiveDateTime, i64);
    use waitlist_entries::dsl as e;
    let rows = waitlist_entries::table
        .select((
            (e::id, e::family_id, e::programme, e::slot_id, e::asked, e::state, e::party_id),
            (e::offered_from, e::offered_until, e::told, e::over_at, e::fresh_until, e::created_at, e::version),
        ))
        .load::<(Own, Rest)>(conn)?;
    let mut found: BTreeMap<String, Entry> = rows
        .into_iter()
        .map(|((id, family, programme, slot, asked, state, party), (offered_from, offered_until, told, over_at, fresh, created_at, version))| {
            let (asked, fresh, children) = (json(&asked), fresh.is_some(), Vec::new());
            #[rustfmt::skip]
            let entry = Entry {
                family, programme, slot, asked, state, party, offered_from, offered_until, told, over_at, fresh, created_at, version, children,
            };
            (id, entry)
        })
        .collect();
    use waitlist_children::dsl as c;
    for (entry, child) in
        waitlist_children::table.order((c::entry_id, c::child_id)).select((c::entry_id, c::child_id)).load::<(String, String)>(conn)?
    {
        found.get_mut(&entry).unwrap().children.push(child);
    }
    Ok(found)
}

/// Reads all of it.
pub fn look(conn: &mut AnyConnection) -> Result<World, DbError> {
    use usages::dsl as u;
    let used = usages::table
        .select((u::child_id, u::pool, u::period, u::unit, (u::total, u::away, u::limit_total, u::limit_away, u::over_limit)))
        .load::<(String, String, String, String, (i64, i64, i64, i64, i64))>(conn)?;
    use waitlist_skips::dsl as k;
    let skips =
        waitlist_skips::table
            .select((k::entry_id, k::slot_id, k::skipped_at, k::reasons))
            .load::<(String, String, NaiveDateTime, String)>(conn)?;
    use attendance_records::dsl as r;
    let mut records: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for (booking, record) in attendance_records::table.order(r::id).select((r::booking_id, r::record)).load::<(String, String)>(conn)? {
        records.entry(booking).or_default().push(json(&record));
    }
    Ok(World {
        bookings: load_bookings(conn)?,
        slots: load_slots(conn)?,
        usages: used
            .into_iter()
            .map(|(child, pool, period, unit, (total, away, limit_total, limit_away, over))| {
                ((child, (pool, period, unit)), Used { total, away, limit_total, limit_away, over })
            })
            .collect(),
        entries: load_entries(conn)?,
        skips: skips.into_iter().map(|(entry, slot, at, reasons)| ((entry, slot), (at, reasons))).collect(),
        events: events::table.order(events::id).select((events::id, events::kind, events::subject_id)).load(conn)?,
        audit: audit_lines::table
            .order(audit_lines::id)
            .select((audit_lines::id, audit_lines::action, audit_lines::subject_id))
            .load(conn)?,
        records,
        series: series::table.order(series::id).select(series::id).load(conn)?,
        reminded: {
            use reminders::dsl as r;
            let rows = reminders::table.filter(r::told_at.is_not_null()).select((r::booking_id, r::kind)).load::<(String, String)>(conn)?;
            rows.into_iter().fold(BTreeMap::new(), |mut all, (booking, kind)| {
                let event = if kind == "eve" { REMINDERS[0] } else { REMINDERS[1] };
                *all.entry((booking, event)).or_default() += 1;
                all
            })
        },
        to_remind: {
            use reminders::dsl as r;
            let waiting = reminders::table.filter(r::told_at.is_null()).filter(r::due_at.is_not_null());
            let rows = waiting.select((r::booking_id, r::due_at)).load::<(String, Option<NaiveDateTime>)>(conn)?;
            rows.into_iter().filter_map(|(booking, due)| Some((booking, due?))).collect()
        },
        imported: {
            use imported_bookings::dsl as i;
            let rows =
                imported_bookings::table.select((i::municipality, i::number, i::booking_id)).load::<(String, String, String)>(conn)?;
            rows.into_iter().map(|(city, number, booking)| ((city, number), booking)).collect()
        },
    })
}

impl World {
    /// What people see of it: no events, no marks of who is to be asked, nothing undone, no account that is empty; versions and skips left out.
    pub fn as_seen(&self) -> Self {
        let mut seen =
            Self { bookings: self.bookings.clone(), slots: self.slots.clone(), entries: self.entries.clone(), ..Self::default() };
        seen.bookings.retain(|_, booked| booked.state != "undone");
        seen.bookings.values_mut().for_each(|booked| booked.version = 0);
        seen.slots.values_mut().for_each(|slot| slot.freed = 0);
        seen.usages = self.usages.iter().filter(|(_, used)| used.total != 0).map(|(key, used)| (key.clone(), *used)).collect();
        seen
    }

    /// Whether something became free that those who wait were not asked about.
    pub fn is_restless(&self) -> bool {
        self.slots.values().any(|slot| slot.freed > 0)
    }

    /// The kinds of a subject's events, in order.
    pub fn story<'a>(&'a self, subject: &'a str) -> impl Iterator<Item = &'a str> {
        self.events.iter().filter(move |(_, _, of)| of == subject).map(|(_, kind, _)| kind.as_str())
    }
}
