//! Changing room and carers, and who is cancelled for it.

use super::carers::{ALL, filled, staffed, with_standard};
use super::*;

/// A booking of a band's child for the whole slot, made in so many minutes after nine.
fn held(slot: &Slot, id: &str, band_from_age: u32, minute: i64) -> Held {
    Held {
        booking: id.into(),
        band_from_age,
        starts_at: slot.starts_at,
        ends_at: slot.ends_at,
        created_at: tokyo("2026-11-01 9:00") + TimeDelta::minutes(minute),
        has_come: false,
    }
}

fn before() -> DateTime<Utc> {
    tokyo("2026-12-01 9:00")
}

fn room(most: i64) -> SlotChange {
    SlotChange { room: Some(most), ..SlotChange::default() }
}

fn carers(steps: &str) -> SlotChange {
    SlotChange { carers: Some(serde_json::from_str(steps).unwrap()), ..SlotChange::default() }
}

fn latest(command: SlotChange) -> SlotChange {
    SlotChange { consequence: Some(Consequence::CancelLatest), ..command }
}

#[test]
fn a_room_holds_those_who_are_booked_whatever_their_age() {
    let slot = filled(staffed(&ALL, 9), &[2, 1, 0, 1]);
    let changed = |most| change(&slot, &with_standard(), &[], &room(most), before()).map(|changed| changed.slot.room);
    assert_eq!((changed(4), changed(1000)), (Ok(Some(4)), Ok(Some(1000))));
    assert_eq!(changed(3), Err(Rejection::BelowBooked { booked: 4 }));
    assert_eq!((changed(-1), changed(1001)), (Err(Rejection::BandsInvalid), Err(Rejection::BandsInvalid)));
}

#[test]
fn carers_are_enough_at_every_minute() {
    // Three babies are one carer, seven toddlers more than one: two and a sixth.
    let slot = filled(staffed(&ALL, 9), &[3, 7]);
    let changed = |steps| change(&slot, &with_standard(), &[], &carers(steps), before()).map(|changed| changed.slot.carers.is_some());
    assert_eq!((changed("[[0,3]]"), changed("[[0,3],[240,4]]")), (Ok(true), Ok(true)));
    let too_few = |clock: &str| Err(Rejection::CarersTooFew { at: tokyo(&format!("{DAY} {clock}")), needed: 3 });
    assert_eq!((changed("[[0,2]]"), changed("[[0,3],[240,2]]"), changed("[[30,3]]")), (too_few("9:00"), too_few("13:00"), too_few("9:00")));
    for wrong in ["[[0,201]]", "[[0,-1]]", "[[-1,3]]", "[[481,3]]", "[[60,3],[0,3]]", "[[0,3],[0,4]]"] {
        assert_eq!(changed(wrong), Err(Rejection::CarersInvalid), "{wrong}");
    }
    // One child needs the least number; nobody needs nobody; without a rule nobody is needed.
    let one = filled(staffed(&ALL, 9), &[1]);
    let alone = |slot: &Slot, terms: &Terms| change(slot, terms, &[], &carers("[[0,1]]"), before()).map(drop);
    assert_eq!(alone(&one, &with_standard()), Err(Rejection::CarersTooFew { at: slot.starts_at, needed: 2 }));
    assert_eq!(alone(&staffed(&ALL, 9), &with_standard()), Ok(()));
    assert_eq!(alone(&one, &open_nursery()), Ok(()));
}

#[test]
fn what_is_left_alone_is_not_judged() {
    // The rule became stricter after the booking: closing must not fail for it.
    let slot = filled(staffed(&ALL, 1), &[3]);
    let close = SlotChange { state: Some(SlotState::Closed), ..SlotChange::default() };
    assert_eq!(change(&slot, &with_standard(), &[], &close, before()).map(|changed| changed.slot.state), Ok(SlotState::Closed));
}

#[test]
fn the_last_who_came_are_the_first_to_go_and_only_as_many_as_needed() {
    let slot = filled(staffed(&ALL, 9), &[2, 2]);
    let all = [held(&slot, "a", 0, 0), held(&slot, "b", 1, 1), held(&slot, "c", 0, 2), held(&slot, "d", 1, 3)];
    let gone = |command: SlotChange| {
        let changed = change(&slot, &with_standard(), &all, &latest(command), before()).unwrap();
        // Nothing is left to refuse: the same change of what remains is taken without a consequence.
        (changed.cancelled.iter().map(|id| id.as_str().to_owned()).collect::<Vec<_>>(), changed.slot.peak())
    };
    assert_eq!(gone(room(4)), (vec![], 4));
    assert_eq!(gone(room(2)), (vec!["d".to_owned(), "c".to_owned()], 2));
    let babies = SlotChange { bands: Some(vec![places(0, 1, 1)]), ..SlotChange::default() };
    assert_eq!(gone(babies), (vec!["c".to_owned()], 3));
    // Below the least number of carers nobody can stay.
    assert_eq!(gone(carers("[[0,1]]")).0, ["d", "c", "b", "a"]);
    assert_eq!(change(&slot, &with_standard(), &all, &room(2), before()), Err(Rejection::BelowBooked { booked: 4 }));
}

#[test]
fn only_who_is_there_at_that_time_goes() {
    let mut slot = filled(staffed(&[(0, 3)], 9), &[0]);
    slot.bands[0].occupancy = Occupancy::default().plus(0, 240, 3).plus(240, 480, 1);
    let morning = |id, minute| Held { ends_at: slot.instant(240), ..held(&slot, id, 0, minute) };
    let afternoon = Held { starts_at: slot.instant(240), ..held(&slot, "late", 0, 9) };
    let all = [morning("a", 0), morning("b", 1), morning("c", 2), afternoon];
    let changed = change(&slot, &with_standard(), &all, &latest(room(2)), before()).unwrap();
    assert_eq!(changed.cancelled, ["c".into()]);
    assert_eq!(changed.slot.bands[0].occupancy, Occupancy::default().plus(0, 240, 2).plus(240, 480, 1));
}

#[test]
fn a_child_who_has_come_stays() {
    let slot = filled(staffed(&ALL, 9), &[2]);
    let here = |id, minute| Held { has_come: true, ..held(&slot, id, 0, minute) };
    let to = |all: &[Held], most| change(&slot, &with_standard(), all, &latest(room(most)), before()).map(|changed| changed.cancelled);
    assert_eq!(to(&[held(&slot, "a", 0, 0), here("b", 1)], 1), Ok(vec!["a".into()]));
    assert_eq!(to(&[held(&slot, "a", 0, 0), here("b", 1)], 0), Err(Rejection::BelowBooked { booked: 1 }));
}
