//! Placing: who gets a stay, what it costs and counts, and every reason against.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod asking;
mod cancelling;
mod certified;
mod confirming;
mod pools;

use chrono::{DateTime, TimeDelta};

use super::*;
use crate::programmes::{AgeBasis, AgeEnd, Allowance, Deadline, FeeItem, FeeUnit, LimitUnit, Opens, Period, PriceTier, Stay, Unit, count};
use crate::slots::{Crossing, Occupancy, SlotState};
use crate::world::{
    across, any_children, ask_for, at_any_time, band, booking, child, day, month_limit, neighbour, open_nursery, slot, state,
    temporary_care, tokyo,
};

/// A Thursday.
const DAY: &str = "2026-12-03";

fn now() -> DateTime<Utc> {
    tokyo("2026-11-20 10:00")
}

fn two_year_old(id: &str) -> ChildState {
    child(id, "2024-06-15")
}

fn four_year_old(id: &str) -> ChildState {
    child(id, "2022-06-15")
}

fn by_blocks() -> PlaceState {
    state(slot(DAY), temporary_care(), vec![two_year_old("sora")])
}

fn by_hours() -> PlaceState {
    state(slot(DAY), open_nursery(), vec![two_year_old("sora")])
}

/// Asks for the whole slot.
fn whole(state: &PlaceState, now: DateTime<Utc>) -> Result<Placed, Vec<Refusal>> {
    place(state, &ask_for(state), now)
}

/// Asks for the time between two instants.
fn between(state: &PlaceState, from: DateTime<Utc>, until: DateTime<Utc>, now: DateTime<Utc>) -> Result<Placed, Vec<Refusal>> {
    place(state, &ask_for(state).between(from, until), now)
}

/// Asks for the time between two times of the day.
fn ask(state: &PlaceState, from: &str, until: &str, now: DateTime<Utc>) -> Result<Placed, Vec<Refusal>> {
    between(state, tokyo(&format!("{DAY} {from}")), tokyo(&format!("{DAY} {until}")), now)
}

/// December's account of a pool.
fn december(pool: &str, unit: LimitUnit) -> Account {
    Account { pool: pool.to_owned(), period: Period::Month("2026-12".parse().unwrap()), unit }
}

/// What a child has used in December of the first limit's account.
fn used(state: &PlaceState, total: i64, away: i64) -> Vec<(Account, Usage)> {
    let limit = &state.limits[0].limits[0];
    vec![(december(&limit.pool, limit.counts), Usage { total, away })]
}

/// How much a stay counts, where it counts in one account.
fn amount(placed: &Placed) -> i64 {
    assert_eq!(placed.counted.len(), 1);
    placed.counted[0].amount
}

fn rejections(outcome: Result<Placed, Vec<Refusal>>) -> Vec<Rejection> {
    outcome.expect_err("it should be refused").into_iter().map(|refusal| refusal.rejection).collect()
}

fn codes(outcome: Result<Placed, Vec<Refusal>>) -> Vec<&'static str> {
    rejections(outcome).iter().map(Rejection::code).collect()
}

#[test]
fn a_family_gets_a_place() {
    let placed = whole(&by_blocks(), now()).unwrap();
    assert_eq!(placed.block.as_deref(), Some("day"));
    let account = december("temporary_care", LimitUnit::HalfDays);
    assert_eq!((&placed.counted, placed.is_away), (&vec![Counted { account: account.clone(), amount: 2 }], false));
    assert_eq!(placed.state, BookingState::Confirmed);
    assert_eq!(placed.tier, PriceTier::resident());
    assert_eq!(placed.free_until, tokyo("2026-12-02 15:00"));
    assert_eq!(
        placed.children,
        [PlacedChild {
            id: "sora".into(),
            band_from_age: 0,
            fee_lines: vec![FeeLine { item: FeeItem::Block { name: Localised::new("day", "day", "day") }, yen: 2000 }],
            usages: vec![(account, Usage { total: 2, away: 0 }, Allowance { total: 28, away: 28 })],
        }]
    );
    assert_eq!(placed.slot.bands[0].occupancy.steps(), [(0, 1), (480, 0)]);
    assert_eq!(placed.slot.bands[1].occupancy.steps(), []);
}

#[test]
fn a_party_is_one_to_eight_children_each_once() {
    let mut asked = state(slot(DAY), temporary_care(), vec![]);
    asked.slot.bands = vec![band(0, 3, 20)];
    assert_eq!(codes(whole(&asked, now())), ["bookings.party_size"]);
    asked.children = (0..8).map(|n| two_year_old(&format!("c{n}"))).collect();
    assert_eq!(whole(&asked, now()).unwrap().slot.bands[0].occupancy.highest(), 8);
    asked.children.push(two_year_old("c8"));
    assert_eq!(codes(whole(&asked, now())), ["bookings.party_size"]);
    asked.children = vec![two_year_old("sora"), two_year_old("umi"), two_year_old("sora")];
    assert_eq!(codes(whole(&asked, now())), ["bookings.party_size"]);
}

#[test]
fn a_closed_slot_takes_nobody() {
    let mut asked = by_blocks();
    asked.slot.state = SlotState::Closed;
    assert_eq!(rejections(whole(&asked, now())), [Rejection::SlotClosed]);
}

#[test]
fn blocks_are_taken_whole() {
    assert_eq!(ask(&by_blocks(), "9:00", "12:00", now()).unwrap().block.as_deref(), Some("morning"));
    for (from, until) in [("9:00", "11:00"), ("9:00", "12:01"), ("12:00", "13:00"), ("9:30", "12:00")] {
        assert_eq!(rejections(ask(&by_blocks(), from, until, now())), [Rejection::NotABlock], "{from} to {until}");
    }
    // A block that the slot lays out but the programme no longer knows cannot be measured.
    let mut asked = by_blocks();
    asked.terms.unit = Unit::Blocks { blocks: vec![] };
    assert_eq!(rejections(whole(&asked, now())), [Rejection::NotABlock]);
}

#[test]
fn a_stay_lies_within_the_slot() {
    let outside = Rejection::OutsideSlot { starts_at: tokyo("2026-12-03 09:00"), ends_at: tokyo("2026-12-03 17:00") };
    let asked = by_hours();
    assert!(ask(&asked, "9:00", "17:00", now()).is_ok());
    assert_eq!(rejections(ask(&asked, "8:30", "10:00", now())), vec![outside.clone()]);
    assert_eq!(rejections(ask(&asked, "16:00", "17:30", now())), vec![outside.clone()]);
    assert!(rejections(ask(&asked, "10:00", "10:00", now())).contains(&outside));
    assert!(rejections(ask(&asked, "12:00", "10:00", now())).contains(&outside));
    assert_eq!(rejections(ask(&by_blocks(), "8:00", "12:00", now())), [outside, Rejection::NotABlock]);
}

#[test]
fn hours_have_a_least_length_and_steps() {
    let asked = by_hours();
    assert_eq!(amount(&ask(&asked, "9:30", "10:30", now()).unwrap()), 60);
    assert_eq!(rejections(ask(&asked, "9:30", "10:00", now())), [Rejection::TooShort { minimum: 60 }]);
    assert_eq!(rejections(ask(&asked, "9:30", "10:29", now())), [Rejection::TooShort { minimum: 60 }, Rejection::NotInSteps { step: 30 }]);
    assert_eq!(rejections(ask(&asked, "9:15", "10:15", now())), [Rejection::NotInSteps { step: 30 }]);
    assert_eq!(rejections(ask(&asked, "9:00", "10:15", now())), [Rejection::NotInSteps { step: 30 }]);
    assert_eq!(rejections(ask(&asked, "9:00:01", "10:00:01", now())), [Rejection::NotInSteps { step: 30 }]);
    let half_a_second = TimeDelta::milliseconds(500);
    let (from, until) = (tokyo("2026-12-03 9:30"), tokyo("2026-12-03 11:00"));
    assert_eq!(rejections(between(&asked, from + half_a_second, until + half_a_second, now())), [Rejection::NotInSteps { step: 30 }]);
}

#[test]
fn what_has_begun_is_past() {
    let mut asked = by_hours();
    asked.terms.closes = Deadline::MinutesBefore { minutes: 0 };
    assert!(ask(&asked, "9:00", "17:00", tokyo("2026-12-03 08:59:59")).is_ok());
    assert_eq!(rejections(ask(&asked, "9:00", "17:00", tokyo("2026-12-03 09:00"))), [Rejection::InThePast]);
    assert!(ask(&asked, "9:30", "17:00", tokyo("2026-12-03 09:00")).is_ok());
}

#[test]
fn bookings_open_at_midnight_in_tokyo() {
    let opens_at = tokyo("2026-11-03 00:00");
    assert_eq!(rejections(whole(&by_blocks(), tokyo("2026-11-02 23:59:59"))), [Rejection::NotYetOpen { opens_at }]);
    assert!(whole(&by_blocks(), opens_at).is_ok());
}

#[test]
fn neighbours_wait_for_the_priority_days() {
    let mut asked = by_blocks();
    asked.crossing = across(5);
    let opens_at = tokyo("2026-11-08 00:00");
    assert_eq!(rejections(whole(&asked, tokyo("2026-11-02 23:59:59"))), [Rejection::NotYetOpen { opens_at }]);
    assert_eq!(rejections(whole(&asked, tokyo("2026-11-03 00:00"))), [Rejection::NotReleased { opens_at }]);
    assert_eq!(rejections(whole(&asked, tokyo("2026-11-07 23:59:59"))), [Rejection::NotReleased { opens_at }]);
    let placed = whole(&asked, opens_at).unwrap();
    assert!(placed.is_away);
    assert_eq!((placed.tier, placed.children[0].fee_yen()), (neighbour(), 3001));
    assert_eq!(placed.children[0].usages[0].1, Usage { total: 2, away: 2 });
    asked.crossing = across(0);
    assert!(whole(&asked, tokyo("2026-11-03 00:00")).is_ok());
}

#[test]
fn bookings_close_at_the_deadline() {
    let closed_at = tokyo("2026-12-02 16:30");
    assert!(whole(&by_blocks(), tokyo("2026-12-02 16:29:59")).is_ok());
    assert_eq!(rejections(whole(&by_blocks(), closed_at)), [Rejection::BookingClosed { closed_at }]);
}

#[test]
fn deadlines_in_minutes_count_from_the_stay() {
    let asked = by_hours();
    let closed_at = tokyo("2026-12-03 12:00");
    let placed = ask(&asked, "14:00", "16:00", tokyo("2026-12-03 11:59:59")).unwrap();
    assert_eq!(placed.free_until, tokyo("2026-12-03 13:00"));
    assert_eq!(rejections(ask(&asked, "14:00", "16:00", closed_at)), [Rejection::BookingClosed { closed_at }]);
}

#[test]
fn without_a_compact_nobody_crosses() {
    let mut asked = by_blocks();
    asked.crossing = Crossing::None;
    let residence = asked.residence_name.clone();
    assert_eq!(rejections(whole(&asked, now())), [Rejection::NoCompact { residence }]);
}

#[test]
fn children_come_from_their_first_day_on() {
    let born = |text: &str| {
        let mut asked = by_blocks();
        asked.children = vec![child("sora", text)];
        whole(&asked, now())
    };
    assert!(born("2026-06-03").is_ok());
    assert_eq!(rejections(born("2026-06-04")), [Rejection::TooYoung { from: day("2026-12-04") }]);
    // Six months from 31 August are complete after the last of February.
    let mut asked = state(slot("2027-02-26"), temporary_care(), vec![child("sora", "2026-08-31")]);
    assert_eq!(rejections(whole(&asked, tokyo("2027-02-10 10:00"))), [Rejection::TooYoung { from: day("2027-03-01") }]);
    asked.slot = slot("2027-03-01");
    assert!(whole(&asked, tokyo("2027-02-10 10:00")).is_ok());
}

#[test]
fn children_come_until_their_last_day() {
    let under_three = |date: &str, born: &str| {
        let mut asked = state(slot(date), open_nursery(), vec![child("sora", born)]);
        asked.terms.opens = Opens::DaysBefore { days: 400 };
        asked.slot.bands = vec![band(0, 6, 3)];
        whole(&asked, tokyo("2026-11-20 10:00"))
    };
    for (born, last, after) in
        [("2024-04-10", "2027-04-08", "2027-04-09"), ("2024-02-29", "2027-02-27", "2027-02-28"), ("2024-04-01", "2027-03-30", "2027-03-31")]
    {
        assert!(under_three(last, born).is_ok(), "{born}");
        assert_eq!(rejections(under_three(after, born)), [Rejection::TooOld { last: day(last) }], "{born}");
    }
    // Until school: a birthday on 1 April is a year earlier than one on 2 April.
    let until_school = |date: &str, born: &str| {
        let mut asked = state(slot(date), temporary_care(), vec![child("sora", born)]);
        asked.terms.opens = Opens::DaysBefore { days: 800 };
        asked.slot.bands = vec![band(0, 8, 3)];
        whole(&asked, tokyo("2026-03-01 10:00"))
    };
    assert!(until_school("2026-03-31", "2020-04-01").is_ok());
    assert_eq!(rejections(until_school("2026-04-01", "2020-04-01")), [Rejection::TooOld { last: day("2026-03-31") }]);
    assert!(until_school("2027-03-31", "2020-04-02").is_ok());
    assert_eq!(rejections(until_school("2027-04-01", "2020-04-02")), [Rejection::TooOld { last: day("2027-03-31") }]);
}

#[test]
fn a_band_must_take_the_age() {
    let mut asked = by_blocks();
    asked.slot.bands = vec![band(3, 6, 2)];
    assert_eq!(rejections(whole(&asked, now())), [Rejection::NoBand { age: 2 }]);
    // The day before the third birthday counts as three; the class of the year does not change on birthdays.
    asked.children = vec![child("sora", "2023-12-04")];
    assert_eq!(whole(&asked, now()).unwrap().children[0].band_from_age, 3);
    asked.children = vec![child("sora", "2023-12-05")];
    assert_eq!(rejections(whole(&asked, now())), [Rejection::NoBand { age: 2 }]);
    asked.terms.ages.basis = AgeBasis::Class;
    for (born, age) in [("2023-04-02", 2), ("2024-04-01", 2), ("2024-04-02", 1)] {
        asked.children = vec![child("sora", born)];
        assert_eq!(rejections(whole(&asked, now())), [Rejection::NoBand { age }], "{born}");
    }
    asked.children = vec![child("sora", "2023-04-01")];
    assert!(whole(&asked, now()).is_ok());
}

#[test]
fn places_are_counted_at_the_fullest_minute() {
    let mut asked = by_hours();
    asked.slot.bands[0].occupancy = Occupancy::default().plus(60, 120, 3).plus(240, 300, 2);
    assert!(ask(&asked, "9:00", "10:00", now()).is_ok());
    assert_eq!(rejections(ask(&asked, "9:30", "10:30", now())), [Rejection::SlotFull { left: 0, wanted: 1 }]);
    assert!(ask(&asked, "11:00", "17:00", now()).is_ok());
    asked.children.push(two_year_old("umi"));
    assert_eq!(rejections(ask(&asked, "11:00", "17:00", now())), [Rejection::SlotFull { left: 1, wanted: 2 }]);
    assert_eq!(ask(&asked, "14:00", "17:00", now()).unwrap().slot.bands[0].occupancy.peak(300, 480), 2);
}

#[test]
fn a_party_is_taken_whole_or_not_at_all() {
    let mut asked = by_blocks();
    asked.children = vec![two_year_old("sora"), two_year_old("umi"), four_year_old("riku")];
    let placed = whole(&asked, now()).unwrap();
    assert_eq!(placed.slot.bands.iter().map(|b| b.occupancy.highest()).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(placed.children.iter().map(PlacedChild::fee_yen).collect::<Vec<_>>(), [2000, 2000, 1000]);
    asked.slot.bands[0].capacity = 1;
    assert_eq!(rejections(whole(&asked, now())), [Rejection::SlotFull { left: 1, wanted: 2 }]);
    asked.slot.bands[1].capacity = 0;
    assert_eq!(rejections(whole(&asked, now())), [Rejection::SlotFull { left: 1, wanted: 2 }, Rejection::SlotFull { left: 0, wanted: 1 }]);
    // Fewer places than children, because the facility took some away: none are left, not fewer than none.
    asked.slot.bands[0].occupancy = Occupancy::default().plus(0, 480, 3);
    assert!(rejections(whole(&asked, now())).contains(&Rejection::SlotFull { left: 0, wanted: 2 }));
}

#[test]
fn a_child_is_in_one_place_at_a_time() {
    let busy =
        Busy { starts_at: tokyo("2026-12-03 10:00"), ends_at: tokyo("2026-12-03 12:00"), facility: "あじさい保育園".to_owned() };
    let mut asked = by_hours();
    asked.children[0].busy = vec![busy.clone()];
    assert!(ask(&asked, "9:00", "10:00", now()).is_ok());
    assert!(ask(&asked, "12:00", "13:00", now()).is_ok());
    for (from, until) in [("9:00", "10:30"), ("11:30", "13:00"), ("10:30", "11:30"), ("9:00", "17:00")] {
        assert_eq!(rejections(ask(&asked, from, until, now())), [Rejection::Overlap { busy: busy.clone() }], "{from} to {until}");
    }
}

#[test]
fn the_months_limit_is_exact() {
    let mut asked = by_blocks();
    asked.children[0].usages = used(&asked, 27, 0);
    assert_eq!(ask(&asked, "9:00", "12:00", now()).unwrap().children[0].usages[0].1.total, 28);
    let period = Period::Month("2026-12".parse().unwrap());
    let refused = |left, wanted, unit| Rejection::Limit { period, unit, left, wanted };
    assert_eq!(rejections(ask(&asked, "9:00", "17:00", now())), [refused(1, 2, LimitUnit::HalfDays)]);
    let mut asked = by_hours();
    asked.children[0].usages = used(&asked, 480, 0);
    assert!(ask(&asked, "9:00", "11:00", now()).is_ok());
    assert_eq!(rejections(ask(&asked, "9:00", "11:30", now())), [refused(120, 150, LimitUnit::Minutes)]);
    asked.children[0].usages = used(&asked, 660, 0);
    assert_eq!(rejections(ask(&asked, "9:00", "10:00", now())), [refused(0, 60, LimitUnit::Minutes)]);
    asked.limits = vec![];
    assert!(ask(&asked, "9:00", "17:00", now()).is_ok());
    // A limit in half days says nothing about a programme in hours.
    asked.limits = at_any_time(vec![month_limit("open_nursery", LimitUnit::HalfDays, 28, 0)]);
    asked.children[0].usages = used(&asked, 660, 0);
    assert!(ask(&asked, "9:00", "17:00", now()).is_ok());
}

#[test]
fn local_hours_are_for_home_only() {
    let limit = month_limit("open_nursery", LimitUnit::Minutes, 600, 180);
    for (total, away, home_left, away_left) in [
        (0, 0, 780, 600),
        (180, 0, 600, 600),
        (300, 0, 480, 480),
        (600, 600, 180, 0),
        (780, 600, 0, 0),
        (480, 300, 300, 300),
        (900, 700, 0, 0),
    ] {
        let (allowance, usage) = (limit.allowance(false), Usage { total, away });
        assert_eq!((allowance.left(usage, false), allowance.left(usage, true)), (home_left, away_left), "{usage:?}");
    }
    let mut asked = by_hours();
    asked.limits = at_any_time(vec![limit]);
    asked.children[0].usages = used(&asked, 600, 600);
    assert!(ask(&asked, "9:00", "12:00", now()).is_ok());
    assert_eq!(codes(ask(&asked, "9:00", "12:30", now())), ["bookings.month_limit"]);
    asked.crossing = across(0);
    assert_eq!(codes(ask(&asked, "9:00", "10:00", now())), ["bookings.month_limit"]);
}

#[test]
fn a_month_is_tokyos() {
    // 8:30 on 1 December in Tokyo is still 30 November in UTC.
    let mut asked = state(slot("2026-12-01"), open_nursery(), vec![two_year_old("sora")]);
    asked.slot.starts_at = tokyo("2026-12-01 08:30");
    let placed = whole(&asked, now()).unwrap();
    assert_eq!(placed.starts_at.date_naive(), day("2026-11-30"));
    assert_eq!(placed.counted[0].account.period.to_string(), "2026-12");
    let early = booking(&asked, &placed, &placed.children[0], now());
    let stay = Stay { starts_at: tokyo("2026-11-30 23:29:59"), ends_at: tokyo("2026-11-30 23:59:59"), block: None };
    let counted = count(&asked.limits, &asked.terms.unit, &stay, None).into_iter().map(|(counted, _)| counted).collect();
    let late = Booking { counted, starts_at: stay.starts_at, ends_at: stay.ends_at, ..early.clone() };
    let used = |month: &str, unit| {
        let account = Account { period: month.parse().unwrap(), ..december("open_nursery", unit) };
        usage([&early, &late], &"sora".into(), &account).total
    };
    assert_eq!((used("2026-11", LimitUnit::Minutes), used("2026-12", LimitUnit::Minutes)), (30, 510));
    assert_eq!(used("2026-12", LimitUnit::HalfDays), 0);
}

#[test]
fn usage_counts_what_is_held_and_what_was_cancelled_late() {
    let asked = by_blocks();
    let placed = whole(&asked, now()).unwrap();
    let held = booking(&asked, &placed, &placed.children[0], now());
    let cancelled = |fee_yen, counts| BookingState::Cancelled { at: now(), fee_yen, counts, exempt: None };
    let away = Booking { is_away: true, ..held.clone() };
    let late = Booking { state: cancelled(1000, true), ..held.clone() };
    let early = Booking { state: cancelled(0, false), ..held.clone() };
    let requested = Booking { state: BookingState::Requested { decide_by: now() }, ..held.clone() };
    let declined = Booking { state: BookingState::Declined { at: now(), message: String::new() }, ..held.clone() };
    let umis = Booking { child: BookedChild { id: "umi".into(), ..held.child.clone() }, ..held.clone() };
    let account = held.counted[0].account.clone();
    let other_pool = vec![Counted { account: Account { pool: "open_nursery".to_owned(), ..account.clone() }, amount: 2 }];
    let other = Booking { programme: ProgrammeKey::new("open_nursery"), counted: other_pool, ..held.clone() };
    let all = [held, away, late, early, requested, declined, umis, other];
    assert_eq!(usage(&all, &"sora".into(), &account), Usage { total: 8, away: 2 });
}

#[test]
fn fees_go_by_age_block_and_tier() {
    let fee = |asked: &PlaceState, from, until| ask(asked, from, until, now()).map(|placed| placed.children[0].fee_yen());
    let mut asked = by_blocks();
    assert_eq!((fee(&asked, "9:00", "17:00"), fee(&asked, "9:00", "12:00")), (Ok(2000), Ok(1000)));
    asked.children = vec![four_year_old("riku")];
    assert_eq!((fee(&asked, "9:00", "17:00"), fee(&asked, "13:00", "17:00")), (Ok(1000), Ok(500)));
    asked.crossing = across(0);
    assert_eq!(fee(&asked, "9:00", "17:00"), Ok(1500));
    assert_eq!(rejections(ask(&asked, "9:00", "12:00", now())), [Rejection::NoFee]);
    asked.children = vec![child("riku", "2021-06-15")];
    assert_eq!(rejections(ask(&asked, "9:00", "17:00", now())), [Rejection::NoFee]);
}

#[test]
fn fees_by_the_hour_are_rounded_down_and_may_be_the_facilitys_own() {
    let fee = |asked: &PlaceState, until| ask(asked, "9:00", until, now()).unwrap().children[0].fee_yen();
    let mut asked = by_hours();
    assert_eq!((fee(&asked, "10:00"), fee(&asked, "10:30")), (300, 450));
    asked.crossing = across(0);
    assert_eq!((fee(&asked, "10:00"), fee(&asked, "10:30")), (401, 601));
    asked.slot.hourly_yen = Some(0);
    assert_eq!(fee(&asked, "10:30"), 0);
    asked.slot.hourly_yen = Some(333);
    assert_eq!(fee(&asked, "10:30"), 499);
    for fee in &mut asked.terms.fees {
        assert_eq!(fee.per, FeeUnit::Hour);
        fee.per = FeeUnit::Block { block: "day".to_owned() };
    }
    assert_eq!(rejections(ask(&asked, "9:00", "10:30", now())), [Rejection::NoFee]);
    // A programme without a table of fees is free.
    asked.terms.fees.clear();
    assert_eq!(fee(&asked, "10:30"), 0);
}

#[test]
fn every_reason_is_told_at_once() {
    let mut asked = state(slot(DAY), open_nursery(), vec![two_year_old("sora"), child("riku", "2022-06-15"), child("umi", "2026-10-01")]);
    asked.slot.state = SlotState::Closed;
    asked.crossing = Crossing::None;
    asked.slot.bands[0].capacity = 0;
    asked.slot.bands[1].capacity = 0;
    asked.children[0].usages = used(&asked, 590, 0);
    asked.children[0].busy =
        vec![Busy {
            starts_at: tokyo("2026-12-03 09:00"), ends_at: tokyo("2026-12-03 17:00"), facility: "あじさい保育園".to_owned()
        }];
    let refusals = ask(&asked, "9:10", "9:40", tokyo("2026-10-01 10:00")).unwrap_err();
    let about = |id: Option<&str>| {
        refusals
            .iter()
            .filter(|r| r.child.as_ref().map(ChildId::as_str) == id)
            .map(|r| r.rejection.code().trim_start_matches("bookings."))
            .collect::<Vec<_>>()
    };
    assert_eq!(about(None), ["too_short", "not_in_steps", "slot_closed", "not_yet_open", "no_compact", "slot_full", "slot_full"]);
    assert_eq!(about(Some("sora")), ["overlap", "month_limit"]);
    assert_eq!(about(Some("riku")), ["too_old"]);
    assert_eq!(about(Some("umi")), ["too_young"]);
}

#[test]
fn a_place_that_is_not_offered_has_no_price_to_ask_for() {
    let mut asked = by_hours();
    asked.slot.bands = vec![band(0, 6, 3)];
    asked.children = vec![four_year_old("riku")];
    assert_eq!(codes(whole(&asked, now())), ["bookings.too_old"]);
    asked.terms.ages.until = AgeEnd::SchoolEntry;
    assert_eq!(codes(whole(&asked, now())), ["bookings.no_fee"]);
}

#[test]
fn any_instant_at_all_is_answered() {
    let ends = [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC];
    for asked in [by_blocks(), by_hours()] {
        for from in ends {
            for until in ends {
                assert!(codes(between(&asked, from, until, now())).contains(&"bookings.outside_slot"));
                assert!(!quote(&asked, &ask_for(&asked).between(from, until), now()).bookable);
            }
        }
    }
}

#[test]
fn a_quote_is_the_decision() {
    let mut asked = by_blocks();
    asked.children = vec![two_year_old("sora"), four_year_old("riku")];
    asked.children[0].usages = used(&asked, 20, 0);
    let told = quote(&asked, &ask_for(&asked), now());
    assert!(told.bookable && told.reasons.is_empty());
    assert_eq!((told.fee_yen, told.free_until), (Some(3000), tokyo("2026-12-02 15:00")));
    assert_eq!(told.children.iter().map(|c| c.fee_yen).collect::<Vec<_>>(), [Some(2000), Some(1000)]);
    assert_eq!(told.state, Some(BookingState::Confirmed));
    let counted = Counted { account: december("temporary_care", LimitUnit::HalfDays), amount: 2 };
    assert_eq!(told.children[0].limits, [QuotedLimit { counted, left_before: 8, left_after: Some(6) }]);
    assert_eq!(told.bring, asked.terms.bring);

    asked.children[0].usages = used(&asked, 27, 0);
    asked.slot.state = SlotState::Closed;
    let told = quote(&asked, &ask_for(&asked), now());
    assert!(!told.bookable && told.fee_yen.is_none());
    assert_eq!(told.reasons, [Rejection::SlotClosed.reason()]);
    assert_eq!(told.children[0].reasons.iter().map(|r| r.code.as_ref()).collect::<Vec<_>>(), ["bookings.month_limit"]);
    assert_eq!((told.children[0].fee_yen, told.children[0].limits[0].left_after, told.state), (None, None, None));
    assert!(told.children[1].reasons.is_empty());
    asked.limits = vec![];
    assert_eq!(quote(&asked, &ask_for(&asked), now()).children[0].limits, []);
}

#[test]
fn a_request_names_one_to_eight_children() {
    let asked =
        |children: usize, notes: &str| NewBooking { notes: notes.to_owned(), ..NewBooking::new("slot".into(), any_children(children)) };
    assert!(asked(1, "").validate().is_ok() && asked(8, &"あ".repeat(500)).validate().is_ok());
    for (bad, field, code) in [
        (asked(0, ""), "child_ids", "bookings.party_size"),
        (asked(9, ""), "child_ids", "bookings.party_size"),
        (asked(1, &"あ".repeat(501)), "notes", "text.too_long"),
    ] {
        assert_eq!(bad.validate().unwrap_err().field_errors()[field][0].code, code);
    }
}
