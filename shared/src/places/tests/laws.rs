//! Laws: what the preview says is what is done, nobody who is booked ever loses the place, and what is taken back is as it was.

use proptest::prelude::*;

use super::*;
use crate::ids::SlotId;
use crate::slots::SlotBand;
use crate::time::days_after;

/// Day, hours, places and children of a slot.
type AnySlot = (u32, u32, u32, [i64; 2], [i64; 2]);
/// Weekday, hours, places, carers of a line.
type AnyLine = (u32, u32, u32, [i64; 2], Option<i64>);

/// What is in a world of a fortnight from [`MONDAY`] on.
#[derive(Debug, Clone)]
struct World {
    /// Those of a day that overlap are left away.
    slots: Vec<AnySlot>,
    /// The pattern's.
    lines: Vec<AnyLine>,
    duty: Option<i64>,
    changes_existing: bool,
    /// Which slots are booked, and which changed by somebody else, before it is taken back.
    since: Vec<(prop::sample::Index, bool)>,
}

fn hours() -> impl Strategy<Value = (u32, u32)> {
    (8_u32..16).prop_flat_map(|from| (Just(from), from + 1..18))
}

fn both(most: i64) -> impl Strategy<Value = [i64; 2]> {
    [0..=most, 0..=most]
}

fn world() -> impl Strategy<Value = World> {
    let slot = (0_u32..14, hours(), both(5), both(5)).prop_map(|(day, (from, until), places, children)| {
        (day, from, until, places, [children[0].min(places[0]), children[1].min(places[1])])
    });
    let line = (0_u32..7, hours(), both(5), prop::option::of(0_i64..5))
        .prop_map(|(day, (from, until), places, carers)| (day, from, until, places, carers));
    (
        prop::collection::vec(slot, 0..12),
        prop::collection::vec(line, 1..8),
        prop::option::of(0_i64..5),
        any::<bool>(),
        prop::collection::vec((any::<prop::sample::Index>(), any::<bool>()), 0..4),
    )
        .prop_map(|(slots, lines, duty, changes_existing, since)| World { slots, lines, duty, changes_existing, since })
}

fn moment(date: chrono::NaiveDate, hour: u32) -> DateTime<Utc> {
    at(date, time(&format!("{hour}:00")))
}

fn known(world: &World) -> Ground {
    let mut slots: Vec<Slot> = Vec::new();
    for (offset, from, until, places, children) in &world.slots {
        let date = days_after(day(MONDAY), *offset);
        let (starts_at, ends_at) = (moment(date, *from), moment(date, *until));
        if slots.iter().any(|slot| slot.starts_at < ends_at && starts_at < slot.ends_at) {
            continue;
        }
        let length = (ends_at - starts_at).num_minutes();
        let filled = |from, under, n: usize| SlotBand {
            occupancy: Occupancy::default().plus(0, length, children[n]),
            ..band(from, under, places[n])
        };
        let id = SlotId::new(format!("slot {}", slots.len()));
        slots.push(Slot { id, starts_at, ends_at, bands: vec![filled(0, 1, 0), filled(1, 3, 1)], ..slot(MONDAY) });
    }
    let mut known = ground(slots);
    let mut terms = crate::world::open_nursery();
    terms.staffing = Some(staffing());
    known.programmes[0].terms = terms;
    if let Some(carers) = world.duty {
        let span = DutySpan { starts: time("8:00"), ends: time("15:00"), carers };
        let weekdays = (0..7).map(|n| days_after(day(MONDAY), n)).map(|day| chrono::Datelike::weekday(&day)).collect();
        known.duties = vec![Duty { weekly: vec![DutyLine { weekdays, span }], ..Duty::unsaid("offering".into()) }];
    }
    known
}

fn lines(world: &World) -> WeekPattern {
    let of = |(weekday, from, until, places, carers): &(u32, u32, u32, [i64; 2], Option<i64>)| {
        let weekday = chrono::Datelike::weekday(&days_after(day(MONDAY), *weekday));
        let bands = vec![super::places(0, 1, places[0]), super::places(1, 3, places[1])];
        PatternLine { carers: *carers, ..line(&[weekday], &format!("{from}:00"), &format!("{until}:00"), bands) }
    };
    pattern(world.lines.iter().map(of).collect())
}

/// Does what a plan says, as naively as can be.
fn done(known: &mut Ground, steps: &[PlaceStep]) -> Vec<DoneStep> {
    let mut all = Vec::new();
    for step in steps.iter().filter(|step| step.verdict.is_done()) {
        let Some(shape) = &step.after else {
            known.slots.retain(|slot| Some(&slot.id) != step.slot_id.as_ref());
            continue;
        };
        let written = match &step.slot_id {
            Some(id) => {
                let slot = known.slots.iter_mut().find(|slot| slot.id == *id).unwrap();
                *slot = shape.laid_on(slot, &offering());
                slot.clone()
            }
            None => {
                let bands = shape.bands.iter().map(|one| band(one.from_age, one.under_age, one.capacity)).collect();
                let id = SlotId::new(format!("new {}", shape.starts_at));
                let new = Slot {
                    id,
                    starts_at: shape.starts_at,
                    ends_at: shape.ends_at,
                    bands,
                    room: shape.room,
                    carers: shape.carers.clone(),
                    ..slot(MONDAY)
                };
                known.slots.push(new.clone());
                new
            }
        };
        assert_eq!(SlotShape::of(&written), *shape, "what is written is what was shown");
        all.push(DoneStep {
            offering_id: step.offering_id.clone(),
            programme: step.programme.clone(),
            slot_id: written.id,
            before: step.before.clone(),
            after: shape.clone(),
            version: written.version,
        });
    }
    all
}

/// Everybody who is booked has a place, and no two slots meet.
fn is_whole(known: &Ground) {
    for (n, slot) in known.slots.iter().enumerate() {
        assert!(slot.bands.iter().all(|band| band.occupancy.highest() <= band.capacity), "{slot:?}");
        let meets = |other: &Slot| slot.starts_at < other.ends_at && other.starts_at < slot.ends_at;
        assert!(!known.slots[n + 1..].iter().any(meets), "{:?}", slot.id);
    }
}

fn by_id(slots: &[Slot]) -> Vec<(SlotId, SlotShape, Vec<Occupancy>)> {
    let mut all: Vec<_> = slots
        .iter()
        .map(|slot| (slot.id.clone(), SlotShape::of(slot), slot.bands.iter().map(|band| band.occupancy.clone()).collect()))
        .collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

fn obeys(world: &World, command: &PlacesCommand) {
    let mut known = known(world);
    let (before, pattern) = (known.clone(), lines(world));
    let steps = plan_places(&known, Some(&pattern), command, now()).unwrap();
    let all = done(&mut known, &steps);
    is_whole(&known);
    // Those whose carers changed have enough of them for who is booked.
    for step in &all {
        let slot = known.slots.iter().find(|slot| slot.id == step.slot_id).unwrap();
        if step.before.as_ref().is_none_or(|before| before.carers != step.after.carers)
            && let Some(cover) = slot.cover(&staffing(), 0, slot.minute(slot.ends_at))
        {
            assert!(cover.needed == 0 || cover.needed <= cover.there, "{slot:?}");
        }
    }
    // The same again has nothing left to do.
    let again = plan_places(&known, Some(&pattern), command, now()).unwrap();
    assert!(again.iter().all(|step| !step.verdict.is_done()), "{again:?}");

    let mut touched: BTreeSet<SlotId> = BTreeSet::new();
    for (which, is_booked) in world.since.iter().filter(|_| !all.is_empty()) {
        let id = which.get(&all).slot_id.clone();
        let slot = known.slots.iter_mut().find(|slot| slot.id == id).unwrap();
        if !is_booked {
            slot.version += 1;
        } else if let Some(band) = slot.bands.iter_mut().find(|band| band.occupancy.highest() < band.capacity) {
            band.occupancy = band.occupancy.plus(0, 60, 1);
            known.used.insert(id.clone());
        } else {
            continue;
        }
        touched.insert(id);
    }
    let meanwhile = known.clone();
    let undone = undo_places(&known, &all, now());
    assert_eq!(undone.len(), all.len(), "everything that was done is answered for");
    done(&mut known, &undone);
    is_whole(&known);
    let kept: BTreeSet<SlotId> = undone.iter().filter(|step| !step.verdict.is_done()).filter_map(|step| step.slot_id.clone()).collect();
    // What could not be taken back was touched since, is named, and is as it was a moment ago.
    assert!(kept.is_subset(&touched), "{undone:?}");
    let is_kept = |(id, ..): &(SlotId, SlotShape, Vec<Occupancy>)| kept.contains(id);
    let (mut left, mut expected): (Vec<_>, Vec<_>) = (by_id(&known.slots), by_id(&meanwhile.slots));
    left.retain(|one| is_kept(one));
    expected.retain(|one| is_kept(one));
    assert_eq!(left, expected);
    // Everything else is exactly as it was before, but for who came since.
    let shapes = |ground: &Ground| {
        by_id(&ground.slots).into_iter().filter(|one| !is_kept(one)).map(|(id, shape, _)| (id, shape)).collect::<Vec<_>>()
    };
    assert_eq!(shapes(&known), {
        let mut was = shapes(&before);
        was.retain(|(id, _)| !kept.contains(id));
        was
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn publishing_does_what_it_shows_and_is_taken_back(world in world()) {
        let options = PlaceOptions { changes_existing: world.changes_existing, ..PlaceOptions::default() };
        obeys(&world, &publish(MONDAY, "2026-12-20", options));
    }

    #[test]
    fn copying_a_week_does_what_it_shows_and_is_taken_back(world in world()) {
        let options = PlaceOptions { changes_existing: world.changes_existing, ..PlaceOptions::default() };
        obeys(&world, &PlacesCommand::CopyWeek { week: day(MONDAY), into: day("2026-12-14"), weeks: 2, options });
    }

    #[test]
    fn changing_a_selection_does_what_it_shows_and_is_taken_back(
        world in world(),
        places in prop::option::of(0_i64..6),
        times in prop::option::of(hours()),
        on_duty in any::<bool>(),
    ) {
        let times = times.map(|(from, until)| DayTimes { starts: time(&format!("{from}:00")), ends: time(&format!("{until}:00")) });
        let bands = places.map(|places| super::places(0, 1, places)).into_iter().collect();
        let change = BulkChange { bands, times, carers_on_duty: on_duty, ..BulkChange::default() };
        let slot_ids: Vec<SlotId> = known(&world).slots.iter().map(|slot| slot.id.clone()).collect();
        prop_assume!(!slot_ids.is_empty() && change != BulkChange::default());
        obeys(&world, &PlacesCommand::Change { slot_ids, change });
    }
}
