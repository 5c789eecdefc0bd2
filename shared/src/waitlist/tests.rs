//! The waiting list: wishes, offers, answers, and who is ahead.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use super::*;
use crate::bookings::Rejection as Against;
use crate::world::{ask_for, band, child, day, open_nursery, slot, state, temporary_care, time, tokyo, yonago};

fn wish() -> Wish {
    Wish {
        programme: ProgrammeKey::new("temporary_care"),
        municipalities: vec![],
        facilities: vec![],
        from: day("2026-12-01"),
        until: day("2026-12-11"),
        weekdays: vec![],
        earliest: None,
        latest: None,
        minutes: 180,
    }
}

fn entry(wanted: Wanted) -> NewWaitlistEntry {
    NewWaitlistEntry { child_ids: vec!["sora".into()], wanted, reason: None, answers: vec![], extras: vec![], notes: String::new() }
}

#[test]
fn the_shortest_stay_that_is_long_enough_is_offered() {
    let stays = |wish: &Wish, hours: bool| {
        let terms = if hours { open_nursery() } else { temporary_care() };
        let clock = |instant| crate::locale::clock_at(instant);
        wish.stays(&slot("2026-12-03"), &terms)
            .into_iter()
            .map(|(from, until)| format!("{}-{}", clock(from), clock(until)))
            .collect::<Vec<_>>()
    };
    assert_eq!(stays(&wish(), false), ["9:00-12:00", "13:00-17:00", "9:00-17:00"]);
    assert_eq!(stays(&Wish { minutes: 200, ..wish() }, false), ["13:00-17:00", "9:00-17:00"]);
    assert_eq!(stays(&Wish { latest: Some(time("12:30")), ..wish() }, false), ["9:00-12:00"]);
    assert_eq!(
        stays(&Wish { earliest: Some(time("9:30")), latest: Some(time("12:30")), minutes: 150, ..wish() }, true),
        ["9:30-12:00", "10:00-12:30"]
    );
    // Shorter than the programme's least, or beside its steps: the next that it has.
    assert_eq!(stays(&Wish { latest: Some(time("10:30")), minutes: 20, ..wish() }, true), ["9:00-10:00", "9:30-10:30"]);
    assert_eq!(stays(&Wish { latest: Some(time("11:00")), minutes: 100, ..wish() }, true), ["9:00-11:00"]);
}

#[test]
fn an_offer_is_decided_by_the_rules_of_any_booking() {
    let now = tokyo("2026-12-01 10:00");
    let mut ground = state(slot("2026-12-03"), temporary_care(), vec![child("sora", "2024-06-15")]);
    let told = offer(&ground, &entry(Wanted::Wish(wish())), now).unwrap();
    assert_eq!((told.from, told.until), (now, tokyo("2026-12-01 22:00")));
    assert_eq!(
        (told.placed.starts_at, told.placed.state),
        (tokyo("2026-12-03 9:00"), crate::bookings::BookingState::Offered { until: told.until })
    );
    // The morning is full: the afternoon is the next that would do.
    ground.slot.bands = vec![band(0, 3, 1)];
    ground.slot.bands[0].occupancy = crate::slots::Occupancy::default().plus(0, 180, 1);
    assert_eq!(offer(&ground, &entry(Wanted::Wish(wish())), now).unwrap().placed.starts_at, tokyo("2026-12-03 13:00"));
    ground.children = vec![child("riku", "2018-06-15")];
    let against = offer(&ground, &entry(Wanted::Wish(wish())), now).unwrap_err();
    assert!(against.iter().any(|reason| reason.code == "bookings.too_old"), "{against:?}");
    // Booking closes at 16:30 the day before: never longer than that, and nobody is asked who could not answer.
    ground.children = vec![child("sora", "2024-06-15")];
    let asked = entry(Wanted::Wish(wish()));
    assert_eq!(offer(&ground, &asked, tokyo("2026-12-02 16:00")).unwrap().until, tokyo("2026-12-02 16:30"));
    ground.slot.bands[0].occupancy = crate::slots::Occupancy::default();
    ground.terms.closes = crate::programmes::Deadline::MinutesBefore { minutes: 420 };
    assert_eq!(offer(&ground, &asked, tokyo("2026-12-02 23:00")).unwrap_err(), [Rejection::NoTime.reason()]);
}

#[test]
fn each_state_has_its_own_ways_out() {
    let (now, until) = (tokyo("2026-12-01 10:00"), tokyo("2026-12-01 11:00"));
    let offered = EntryState::Offered { party_id: "party".into(), from: now, until };
    assert_eq!(accept(&offered, now), Ok(EntryState::Accepted { party_id: "party".into(), at: now }));
    assert_eq!(accept(&offered, until), Err(Rejection::OfferOver { until }));
    assert_eq!((decline(&offered, now), leave(&offered, now)), (Ok(EntryState::Declined { at: now }), Err(Rejection::HasOffer)));
    assert_eq!((lapse(&offered, now), lapse(&offered, until)), (None, Some(EntryState::Lapsed { at: until })));
    assert_eq!((leave(&EntryState::Waiting, now), lapse(&EntryState::Waiting, until)), (Ok(EntryState::Left { at: now }), None));
    assert_eq!(
        (expire(&EntryState::Waiting, until, now), expire(&EntryState::Waiting, now, now)),
        (None, Some(EntryState::Expired { at: now }))
    );
    for over in [EntryState::Declined { at: now }, EntryState::Left { at: now }, EntryState::Accepted { party_id: "party".into(), at: now }]
    {
        assert_eq!(
            (accept(&over, now), leave(&over, now), lapse(&over, until)),
            (Err(Rejection::NotOffered), Err(Rejection::NotWaiting), None)
        );
        assert_eq!(expire(&over, now, now), None);
        assert!(!over.is_open());
    }
}

#[test]
fn only_those_are_ahead_who_could_take_the_same_place() {
    let spot = |from: &str, until: &str| Spot {
        programme: ProgrammeKey::new("temporary_care"),
        municipality: yonago(),
        facility: "facility".into(),
        starts_at: tokyo(&format!("2026-12-03 {from}")),
        ends_at: tokyo(&format!("2026-12-03 {until}")),
    };
    let wanted = |slot: &str| Wanted::Slot(WantedSlot { slot_id: slot.into(), starts_at: None, ends_at: None });
    let waits = |id: &str, slot: &str, times: (&str, &str), bands: Vec<u32>| Waiter {
        id: id.into(),
        created_at: tokyo("2026-12-01 10:00"),
        wanted: wanted(slot),
        spot: Some(spot(times.0, times.1)),
        bands,
    };
    let wishes = |id: &str, wish: Wish| Waiter {
        id: id.into(),
        created_at: tokyo("2026-12-01 10:00"),
        wanted: Wanted::Wish(wish),
        spot: None,
        bands: vec![],
    };
    let all = [
        waits("a", "slot", ("9:00", "12:00"), vec![0]),
        waits("b", "slot", ("13:00", "17:00"), vec![0]),
        waits("c", "slot", ("9:00", "17:00"), vec![3]),
        waits("d", "other", ("9:00", "17:00"), vec![0]),
        wishes("e", wish()),
        wishes("f", Wish { latest: Some(time("10:00")), minutes: 60, ..wish() }),
        wishes("g", Wish { weekdays: vec![chrono::Weekday::Fri], ..wish() }),
        waits("z", "slot", ("9:00", "17:00"), vec![0]),
    ];
    let ahead_of = |id: &str| ahead(all.iter().find(|one| one.id.as_str() == id).unwrap(), &all);
    assert_eq!(["a", "b", "c", "d"].map(ahead_of), [0, 0, 0, 0]);
    // Morning and afternoon in the same band, and both wishes that fit a Thursday.
    assert_eq!(ahead_of("z"), 4);
    assert_eq!((ahead_of("e"), ahead_of("f"), ahead_of("g")), (4, 4, 2));
}

#[test]
fn a_wish_must_have_a_day_and_a_time() {
    let (today, ok) = (day("2026-11-21"), wish());
    assert_eq!(ok.check(today), Ok(()));
    for (wrong, why) in [
        (Wish { until: day("2026-11-30"), ..wish() }, Rejection::WishDays),
        (Wish { until: day("2027-02-01"), ..wish() }, Rejection::WishDays),
        (Wish { from: day("2026-12-01"), until: day("2026-12-02"), weekdays: vec![chrono::Weekday::Sun], ..wish() }, Rejection::WishDays),
        (Wish { earliest: Some(time("9:00")), latest: Some(time("11:00")), ..wish() }, Rejection::WishTimes),
        (Wish { minutes: 0, ..wish() }, Rejection::WishTimes),
        (Wish { minutes: 1441, ..wish() }, Rejection::WishTimes),
    ] {
        assert_eq!(wrong.check(today), Err(why), "{wrong:?}");
    }
    assert_eq!(ok.check(day("2026-12-12")), Err(Rejection::WishDays));
}

#[test]
fn waiting_asks_for_what_booking_would() {
    let ground = state(slot("2026-12-03"), temporary_care(), vec![child("sora", "2024-06-15")]);
    let command = ask_for(&ground);
    let asked = NewWaitlistEntry::of_booking(&command);
    assert_eq!(asked.booking(&ground.slot.id, (None, None)), command);
    assert_eq!(Against::Offering.code(), "bookings.offering");
}
