//! What must hold whenever nobody is in the middle of a change: places, carers, children, limits, parties, events.

use std::collections::{BTreeMap, BTreeSet};

use super::seen::{AccountName, Booked, REMINDERS, Slot, World, at_minute};

/// What the tests laid out and nothing changes.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Base and local part of each programme's monthly limit, by the city that the family lives in.
    pub limits: BTreeMap<(String, String), (i64, i64)>,
    /// The city of each family.
    pub cities: BTreeMap<String, String>,
    /// The age in years of each child.
    pub ages: BTreeMap<String, i64>,
    /// Children under three that one carer looks after, and of three and over; the least number of carers.
    pub ratio: (i64, i64, i64),
}

type Checked = Result<(), String>;

macro_rules! must {
    ($holds:expr, $($words:tt)*) => { if !$holds { return Err(format!($($words)*)); } };
}
pub(crate) use must;

/// All of it.
pub fn check(world: &World, facts: &Facts) -> Checked {
    for (id, slot) in &world.slots {
        check_slot(world, facts, id, slot)?;
    }
    check_children(world)?;
    check_accounts(world, facts)?;
    check_parties(world)?;
    check_stories(world)
}

/// How many children are there at a minute, by band.
fn there(all: &[&Booked], band: i64, minute: i64) -> i64 {
    let mut there = 0;
    for booked in all {
        if booked.band == band && booked.from <= minute && minute < booked.until {
            there += 1;
        }
    }
    there
}

/// Whether so many children are too many for a slot at a minute, and of what.
fn too_many(slot: &Slot, facts: &Facts, counts: &[i64], minute: i64) -> Option<&'static str> {
    let all: i64 = counts.iter().sum();
    if slot.bands.iter().zip(counts).any(|(band, there)| *there > band.capacity) {
        return Some("a band");
    }
    if slot.room.is_some_and(|room| all > room) {
        return Some("the room");
    }
    let carers = at_minute(slot.carers.as_deref()?, minute - slot.from);
    let (small, big, least) = facts.ratio;
    // In parts of a carer, so that nothing is rounded.
    let parts: i64 = slot.bands.iter().zip(counts).map(|(band, there)| if band.from_age < 3 { there * big } else { there * small }).sum();
    (all > 0 && (carers < least || parts > carers * small * big)).then_some("the carers")
}

/// Whether a party of these ages would be too many beside those who hold a place, at any minute.
pub fn is_full(world: &World, facts: &Facts, id: &str, (from, until): (i64, i64), children: &[String], without: &BTreeSet<String>) -> bool {
    let slot = &world.slots[id];
    let held: Vec<&Booked> =
        world.bookings.iter().filter(|(id, b)| b.active && !without.contains(*id)).map(|(_, b)| b).filter(|b| b.slot == id).collect();
    // Nothing changes between the minutes at which somebody comes or goes, a child or a carer.
    let carers = slot.carers.iter().flatten().map(|(minute, _)| slot.from + minute);
    let mut minutes: BTreeSet<i64> = held.iter().flat_map(|booked| [booked.from, booked.until]).chain(carers).collect();
    minutes.insert(from);
    minutes.range(from..until).any(|minute| {
        let minute = *minute;
        let counts: Vec<i64> = slot
            .bands
            .iter()
            .map(|band| {
                let new = children.iter().filter(|child| (band.from_age..band.under_age).contains(&facts.ages[*child]));
                there(&held, band.from_age, minute) + i64::try_from(new.count()).unwrap()
            })
            .collect();
        too_many(slot, facts, &counts, minute).is_some()
    })
}

fn check_slot(world: &World, facts: &Facts, id: &str, slot: &Slot) -> Checked {
    let held: Vec<&Booked> = world.bookings.values().filter(|booked| booked.active && booked.slot == *id).collect();
    let mut minutes: BTreeSet<i64> = held.iter().flat_map(|booked| [booked.from, booked.until]).collect();
    let carers = slot.carers.iter().flatten().map(|(minute, _)| slot.from + minute);
    minutes.extend(slot.bands.iter().flat_map(|band| &band.steps).map(|(minute, _)| slot.from + minute).chain(carers));
    minutes.extend([slot.from, slot.until - 1]);
    let (mut peaks, mut peak) = (vec![0; slot.bands.len()], 0);
    for minute in minutes {
        let counts: Vec<i64> = slot.bands.iter().map(|band| there(&held, band.from_age, minute)).collect();
        for (band, there) in slot.bands.iter().zip(&counts) {
            let told = at_minute(&band.steps, minute - slot.from);
            must!(told == *there, "slot {id}: {there} are there from {} at minute {}, {told} are told", band.from_age, minute - slot.from);
        }
        let over = too_many(slot, facts, &counts, minute);
        must!(over.is_none(), "slot {id}: too many for {} at minute {}: {counts:?}", over.unwrap_or_default(), minute - slot.from);
        peaks.iter_mut().zip(&counts).for_each(|(peak, there)| *peak = (*peak).max(*there));
        peak = peak.max(counts.iter().sum());
    }
    let told: Vec<i64> = slot.bands.iter().map(|band| band.peak).collect();
    must!(told == peaks, "slot {id}: peaks {told:?}, but {peaks:?} were there");
    must!(slot.room.is_none() || slot.peak == peak, "slot {id}: peak {} of all, but {peak} were there", slot.peak);
    let outside = held.iter().find(|booked| booked.from < slot.from || slot.until < booked.until || booked.until <= booked.from);
    must!(outside.is_none(), "slot {id}: {outside:?} lies outside of it");
    Ok(())
}

fn check_children(world: &World) -> Checked {
    let mut all: Vec<(&str, i64, i64)> =
        world.bookings.values().filter(|booked| booked.active).map(|booked| (booked.child.as_str(), booked.from, booked.until)).collect();
    all.sort_unstable();
    for two in all.windows(2) {
        must!(two[0].0 != two[1].0 || two[0].2 <= two[1].1, "a child is in two places: {two:?}");
    }
    Ok(())
}

/// What a stay counts, by the length that it has and had.
pub fn counted(booked: &Booked) -> i64 {
    let length = booked.until - booked.from;
    if booked.programme != "open_nursery" {
        return if length > 300 { 2 } else { 1 };
    }
    let late = booked.left.map_or(0, |left| (left.and_utc().timestamp() - booked.until * 60).max(0));
    length + (late + 1799).div_euclid(1800) * 30
}

/// The month that a stay counts in; the tests' stays never go past midnight.
pub fn month(booked: &Booked) -> String {
    let at = chrono::DateTime::from_timestamp(booked.from * 60, 0).unwrap();
    shared::time::tokyo_day(at).format("%Y-%m").to_string()
}

fn check_accounts(world: &World, facts: &Facts) -> Checked {
    let mut used: BTreeMap<(String, AccountName), (i64, i64)> = BTreeMap::new();
    for (id, booked) in &world.bookings {
        let uses = booked.uses();
        for (account, amount) in &uses {
            let sum = used.entry((booked.child.clone(), account.clone())).or_default();
            sum.0 += amount;
            sum.1 += if booked.away { *amount } else { 0 };
        }
        if let [(account, amount)] = uses.as_slice() {
            must!(*amount == counted(booked) && account.1 == month(booked), "booking {id} counts {amount} in {account:?}: {booked:?}");
        } else {
            must!(uses.is_empty(), "booking {id} counts in {uses:?}");
        }
    }
    for (key, sum) in &used {
        must!(world.usages.contains_key(key), "{key:?}: {sum:?} is used, and no account of it is there");
    }
    for (key, account) in &world.usages {
        let (total, away) = used.get(key).copied().unwrap_or_default();
        must!(
            (account.total, account.away) == (total, away),
            "{key:?}: bookings use {total}, away {away}, but the account says {account:?}"
        );
        let over = (account.total - account.limit_total).max(account.away - account.limit_away).max(0);
        must!(account.over == over, "{key:?}: {over} over the limit, but {account:?}");
        let family = world.bookings.values().find(|booked| booked.child == key.0).map(|booked| &booked.family);
        let Some(city) = family.and_then(|family| facts.cities.get(family)) else { continue };
        let (base, local) = facts.limits[&(city.clone(), key.1.0.clone())];
        must!((account.limit_total, account.limit_away) == (base + local, base), "{key:?}: a limit of {base}+{local}, but {account:?}");
    }
    Ok(())
}

fn check_parties(world: &World) -> Checked {
    let mut parties: BTreeMap<&str, Vec<&Booked>> = BTreeMap::new();
    for booked in world.bookings.values() {
        parties.entry(&booked.party).or_default().push(booked);
    }
    for (party, all) in &parties {
        must!(all.iter().all(|one| one.family == all[0].family), "party {party} is of two families: {all:?}");
        // Requests and offers are answered for all of a party at once.
        for state in ["requested", "offered"] {
            let held: Vec<&&Booked> = all.iter().filter(|one| one.state == state).collect();
            let alike = held.iter().all(|one| {
                (&one.slot, one.from, one.until, one.decide_by) == (&held[0].slot, held[0].from, held[0].until, held[0].decide_by)
            });
            must!(alike, "party {party} is {state} for different stays: {held:?}");
            let split = !held.is_empty() && all.iter().any(|one| one.state == "confirmed");
            must!(!split, "party {party} is half {state}, half confirmed: {all:?}");
        }
    }
    for (id, entry) in world.entries.iter().filter(|(_, entry)| entry.state == "offered") {
        let party = entry.party.as_deref().unwrap_or_default();
        let mut offered: Vec<&str> =
            parties.get(party).into_iter().flatten().filter(|one| one.state == "offered").map(|one| one.child.as_str()).collect();
        offered.sort_unstable();
        must!(offered == entry.children, "entry {id} waits for {:?} and is offered {offered:?}", entry.children);
    }
    let kept: BTreeSet<&str> =
        world.entries.values().filter(|entry| entry.state == "offered").filter_map(|entry| entry.party.as_deref()).collect();
    let lost = world.bookings.values().find(|booked| booked.state == "offered" && !kept.contains(booked.party.as_str()));
    must!(lost.is_none(), "offered to nobody: {lost:?}");
    Ok(())
}

/// The states that a booking may be in after an event, from those that it may have been in.
fn next<'a>(kind: &str, states: &BTreeSet<&'a str>) -> BTreeSet<&'a str> {
    let moves: &[(&str, &'a str)] = match kind {
        "booking.confirmed" => &[("", "confirmed"), ("requested", "confirmed"), ("offered", "confirmed")],
        "booking.requested" => &[("", "requested"), ("offered", "requested")],
        "booking.offered" => &[("", "offered"), ("offered", "offered")],
        "booking.rescheduled" => {
            &[("confirmed", "confirmed"), ("confirmed", "requested"), ("requested", "requested"), ("requested", "confirmed")]
        }
        "booking.cancelled" => &[("requested", "cancelled"), ("confirmed", "cancelled"), ("offered", "cancelled")],
        "booking.declined" => &[("requested", "declined")],
        "booking.released" => &[("offered", "released")],
        "booking.undone" => &[("confirmed", "undone"), ("requested", "undone")],
        "booking.checked_in" => &[("confirmed", "checked_in")],
        "booking.checked_out" => &[("checked_in", "checked_out")],
        "booking.absent" => &[("confirmed", "absent")],
        "booking.attendance_undone" => &[("checked_out", "checked_in"), ("checked_in", "confirmed"), ("absent", "confirmed")],
        "booking.attendance_corrected" => &[("checked_in", "checked_in"), ("checked_out", "checked_out")],
        "waitlist.joined" => &[("", "waiting")],
        // At night the place is kept before the family is told of it.
        "waitlist.offered" => &[("waiting", "offered")],
        "waitlist.returned" => &[("offered", "waiting"), ("waiting", "waiting")],
        "waitlist.accepted" => &[("offered", "accepted"), ("waiting", "accepted")],
        "waitlist.declined" => &[("offered", "declined"), ("waiting", "declined")],
        "waitlist.lapsed" => &[("offered", "lapsed")],
        "waitlist.left" => &[("waiting", "left")],
        "waitlist.expired" => &[("waiting", "expired")],
        "waitlist.closed" => &[("waiting", "closed")],
        _ => &[],
    };
    moves.iter().filter(|(from, _)| states.contains(from)).map(|(_, to)| *to).collect()
}

fn folded<'a>(story: impl Iterator<Item = &'a str>) -> BTreeSet<&'static str> {
    story.fold(BTreeSet::from([""]), |states, kind| next(kind, &states))
}

/// Every state is what its events make of it, every change is one event, every event one line of audit.
fn check_stories(world: &World) -> Checked {
    must!(world.events.iter().eq(world.audit.iter().filter(|(_, action, _)| action != "family.looked_up")), "events and audit differ");
    for (id, booked) in &world.bookings {
        let (imports, story): (Vec<&str>, Vec<&str>) = world.story(id).partition(|kind| *kind == "booking.imported");
        must!(
            imports.len() == world.imported.values().filter(|booking| *booking == id).count(),
            "booking {id}: {imports:?}, not so often imported"
        );
        // Told at most once for each day that it was to begin on, with the mark in the same transaction; and nothing changes by it.
        let (reminded, story): (Vec<&str>, Vec<&str>) = story.into_iter().partition(|kind| REMINDERS.contains(kind));
        for kind in REMINDERS {
            let events = reminded.iter().filter(|told| **told == kind).count();
            let marks = world.reminded.get(&(id.clone(), kind)).copied().unwrap_or(0);
            let starts = 1 + story.iter().filter(|kind| **kind == "booking.rescheduled").count();
            must!(events <= marks && events <= starts, "booking {id}: {events} times {kind} with {marks} marks: {story:?}");
        }
        let states = folded(story.iter().copied());
        must!(states.contains(booked.state.as_str()), "booking {id} is {}, but its events say {states:?}: {story:?}", booked.state);
        must!(i64::try_from(story.len()).unwrap() == booked.version, "booking {id} has version {} after {story:?}", booked.version);
        let is_gone = matches!(booked.state.as_str(), "cancelled" | "declined" | "released" | "undone");
        must!(booked.state == "absent" || booked.active != is_gone, "booking {id} is {} and active: {}", booked.state, booked.active);
        let acts =
            ["booking.checked_in", "booking.checked_out", "booking.absent", "booking.attendance_undone", "booking.attendance_corrected"];
        let (acts, lines) = (story.iter().filter(|kind| acts.contains(kind)).count(), world.records.get(id));
        must!(lines.map_or(0, Vec::len) == acts, "booking {id}: {acts} acts, but {lines:?}");
        // What each line says was before is what the one before it left.
        for two in lines.map_or(&[][..], Vec::as_slice).windows(2) {
            let kept = two[0]["after"] == two[1]["before"] || two[0]["after"]["kind"] == "confirmed";
            must!(kept, "booking {id}: a line of attendance is lost between {two:?}");
        }
    }
    for (id, entry) in &world.entries {
        let story: Vec<&str> = world.story(id).collect();
        let states = folded(story.iter().copied());
        let hidden = entry.state == "offered" && !entry.told && states.contains("waiting");
        must!(hidden || states.contains(entry.state.as_str()), "entry {id} is {}, but its events say {states:?}: {story:?}", entry.state);
    }
    for (id, slot) in &world.slots {
        let changes = world.story(id).filter(|kind| *kind != "slot.published").count();
        must!(i64::try_from(changes).unwrap() + 1 == slot.version, "slot {id} has version {} after {changes} changes", slot.version);
    }
    Ok(())
}

/// What a step may change: each booking that changed has as many events more as versions, and an event means a change.
pub fn check_change(before: &World, after: &World) -> Checked {
    must!(after.events.starts_with(&before.events), "events are only ever added");
    let new: Vec<&(String, String, String)> = after.events.iter().skip(before.events.len()).collect();
    for (id, booked) in &after.bookings {
        let old = before.bookings.get(id);
        let events = i64::try_from(
            new.iter().filter(|(_, kind, of)| of == id && kind != "booking.imported" && !REMINDERS.contains(&kind.as_str())).count(),
        )
        .unwrap();
        must!(booked.version - old.map_or(0, |old| old.version) == events, "booking {id}: {events} events for {old:?} and then {booked:?}");
        must!(events > 0 || old == Some(booked), "booking {id} changed without an event: {old:?} is now {booked:?}");
    }
    must!(before.bookings.keys().all(|id| after.bookings.contains_key(id)), "a booking is gone");
    for (id, entry) in &after.entries {
        let old = before.entries.get(id);
        let told = new.iter().any(|(_, _, of)| of == id);
        let quietly = entry.state == "offered" && !entry.told;
        must!(old.is_some_and(|old| old.state == entry.state) || told || quietly, "entry {id} changed without an event: {old:?} {entry:?}");
    }
    for (id, slot) in &after.slots {
        let (told, old) = (new.iter().any(|(_, _, of)| of == id), &before.slots[id]);
        let same = (old.open, &old.room, &old.carers, &old.closures, old.version)
            == (slot.open, &slot.room, &slot.carers, &slot.closures, slot.version);
        let places = old.bands.iter().map(|band| band.capacity).eq(slot.bands.iter().map(|band| band.capacity));
        must!(told || (same && places), "slot {id} changed without an event");
    }
    for (id, booked) in after.bookings.iter().filter(|(id, booked)| {
        booked.active
            && before.bookings.get(*id).is_none_or(|old| (&old.slot, old.from, old.until) != (&booked.slot, booked.from, booked.until))
    }) {
        for (account, _) in booked.uses() {
            let used = after.usages[&(booked.child.clone(), account)];
            let fits = used.total <= used.limit_total && (!booked.away || used.away <= used.limit_away);
            must!(fits, "booking {id} was taken past a limit: {used:?}");
        }
    }
    Ok(())
}
