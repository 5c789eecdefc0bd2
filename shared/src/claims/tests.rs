use super::*;
use crate::attendance::{Settled, measured_minutes};
use crate::bookings::{Booking, BookingState};
use crate::ids::ChildId;
use crate::programmes::{BenefitRate, Counted, FeeItem, FeeLine, FeeUnit};
use crate::world::{ask_for, booking, child, open_nursery, sakaiminato, slot, state, tokyo, yonago};

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

fn hours(yen: i64, pays_absence: bool) -> Rate {
    Rate::Unit { rate: BenefitRate { from_age: 0, under_age: None, per: FeeUnit::Hour, yen }, pays_absence }
}

/// A booking of open nursery from 9:00 to 11:00 in Yonago, in this state.
fn booked(id: &str, date: &str, then: BookingState) -> Booking {
    let mut slot = slot(date);
    slot.blocks.clear();
    let asked = state(slot, open_nursery(), vec![child("sora", "2025-01-15")]);
    let mut wanted = ask_for(&asked);
    wanted.ends_at = Some(tokyo(&format!("{date} 11:00")));
    let now = tokyo(&format!("{} 8:00", "2026-11-25"));
    let placed = crate::bookings::place(&asked, &wanted, now).unwrap();
    let mut booked = booking(&asked, &placed, &placed.children[0], now);
    (booked.id, booked.state) = (id.into(), then);
    booked
}

fn left(date: &str, until: &str) -> BookingState {
    BookingState::CheckedOut { checked_in_at: tokyo(&format!("{date} 9:00")), at: tokyo(&format!("{date} {until}")) }
}

fn stay(booking: Booking, rate: Rate) -> ClaimStay {
    ClaimStay {
        minutes: measured_minutes(&booking, &open_nursery()),
        booking,
        family_id: "family".into(),
        guardian: "弓浜 花".to_owned(),
        residence: yonago(),
        compact_id: None,
        needs_certificate: true,
        certificate: Some("米子-1".to_owned()),
        age: 1,
        rate,
        claimed: Vec::new(),
        reason: String::new(),
    }
}

fn codes(draft: &Draft) -> Vec<(&str, bool)> {
    draft.found.iter().map(|found| (&*found.reason.code, found.blocks)).collect()
}

/// The stay once its line is locked.
fn locked(stay: &ClaimStay) -> ClaimStay {
    let line = prepare(vec![stay.clone()]).lines.pop().unwrap();
    let mut after = stay.clone();
    after.claimed.push(Claimed {
        line_id: format!("line {}", stay.claimed.len()).as_str().into(),
        month: month("2026-12"),
        number: 7,
        residence: line.residence,
        compact_id: line.compact_id,
        certificate: line.certificate,
        amounts: line.amounts,
    });
    after
}

#[test]
fn a_line_says_what_family_and_city_pay() {
    let mut relieved = stay(booked("a", "2026-12-01", left("2026-12-01", "11:00")), hours(1400, false));
    relieved.booking.attended.settled = Some(Settled {
        fee_yen: 200,
        fee_lines: vec![
            FeeLine { item: FeeItem::Hours { minutes: 120, hourly_yen: 300 }, yen: 600 },
            FeeLine { item: FeeItem::Relief { name: relieved.booking.programme_name.clone() }, yen: -400 },
        ],
        ..Settled::default()
    });
    let draft = prepare(vec![relieved]);
    assert_eq!(draft.lines[0].amounts, Amounts { minutes: 120, fee_yen: 200, relief_yen: 400, benefit_yen: 2800 });
    assert_eq!((draft.lines[0].amounts.city_yen(), draft.lines[0].number, draft.lines[0].unit_yen), (3200, 1, 1400));
    assert_eq!(codes(&draft), []);
}

#[test]
fn what_nobody_came_to_is_paid_by_the_city_only_where_it_says_so() {
    let at = tokyo("2026-12-01 8:00");
    let absent = |counts| BookingState::Absent { at, fee_yen: 600, counts, exempt: None, released: false };
    let comes = |counts, rate| stay(booked("a", "2026-12-01", absent(counts)), rate).comes_to().unwrap().1;
    assert_eq!(comes(true, hours(1400, true)), Amounts { minutes: 120, fee_yen: 600, relief_yen: 0, benefit_yen: 2800 });
    for (counts, rate) in [(true, hours(1400, false)), (false, hours(1400, true)), (true, Rate::Nothing)] {
        assert_eq!(comes(counts, rate), Amounts { fee_yen: 600, ..Amounts::default() });
    }
    let free = BookingState::Cancelled { at, fee_yen: 0, counts: false, exempt: None };
    let draft = prepare(vec![stay(booked("a", "2026-12-01", free), hours(1400, true))]);
    assert_eq!((draft.lines.len(), draft.found.len()), (0, 0));
}

#[test]
fn what_blocks_comes_first_and_what_is_told_does_not_block() {
    let at = tokyo("2026-12-01 9:00");
    let mut told = stay(booked("told", "2026-12-01", left("2026-12-01", "11:20")), hours(1400, false));
    (told.certificate, told.residence) = (None, sakaiminato());
    let counted = told.booking.counted.iter().map(|counted| Counted { amount: 30, ..counted.clone() }).collect();
    told.booking.attended.settled = Some(Settled { late_minutes: 20, over: counted, ..Settled::default() });
    let cancelled = BookingState::Cancelled { at, fee_yen: 300, counts: true, exempt: None };
    let draft = prepare(vec![
        told,
        stay(booked("cancelled", "2026-12-02", cancelled), hours(1400, false)),
        stay(
            booked("absent", "2026-12-06", BookingState::Absent { at, fee_yen: 0, counts: true, exempt: None, released: false }),
            hours(1400, false),
        ),
        stay(booked("no rate", "2026-12-03", left("2026-12-03", "11:00")), Rate::Missing),
        stay(booked("here", "2026-12-04", BookingState::CheckedIn { at }), hours(1400, false)),
        stay(booked("nobody knows", "2026-12-05", BookingState::Confirmed), hours(1400, false)),
    ]);
    assert_eq!(
        codes(&draft),
        [
            ("claims.no_rate", true),
            ("claims.missing_check_out", true),
            ("claims.unconfirmed", true),
            ("claims.not_certified", false),
            ("claims.no_compact", false),
            ("claims.over_limit", false),
            ("claims.late_pick_up", false),
            ("claims.late_cancelled", false),
            ("claims.absent", false),
        ]
    );
    let ids: Vec<&str> = draft.lines.iter().map(|line| line.booking_id.as_str()).collect();
    assert_eq!(ids, ["told", "cancelled", "absent"], "what blocks has no line yet");
}

#[test]
fn a_change_after_the_lock_is_a_line_with_the_difference() {
    let first = locked(&stay(booked("a", "2026-12-01", left("2026-12-01", "11:00")), hours(1400, false)));
    assert_eq!(prepare(vec![first.clone()]), Draft::default(), "nothing has changed");
    let mut longer = first.clone();
    (longer.minutes, longer.reason, longer.residence) = (180, "時刻の誤り".to_owned(), sakaiminato());
    let line = prepare(vec![longer.clone()]).lines.pop().unwrap();
    assert_eq!(line.amounts, Amounts { minutes: 60, fee_yen: 0, relief_yen: 0, benefit_yen: 1400 });
    let corrects = line.corrects.unwrap();
    assert_eq!((corrects.number, corrects.reason.as_str(), corrects.line_id.as_str()), (7, "時刻の誤り", "line 0"));
    assert_eq!(line.residence, yonago(), "the city that was asked before");
    // And back again: a second correction of the first line.
    let mut back = locked(&longer);
    back.minutes = 120;
    let line = prepare(vec![back]).lines.pop().unwrap();
    assert_eq!((line.amounts.minutes, line.amounts.benefit_yen, line.corrects.unwrap().line_id.as_str()), (-60, -1400, "line 0"));
    // Nothing is left of it.
    let mut gone = first.clone();
    gone.booking.state = BookingState::Absent { at: tokyo("2026-12-01 9:00"), fee_yen: 0, counts: false, exempt: None, released: false };
    let line = prepare(vec![gone]).lines.pop().unwrap();
    assert_eq!((line.usage, line.amounts), (UsageKind::Nothing, Amounts::default() - first.claimed[0].amounts));
    // Taken back, and not yet said anew: it keeps the next month open.
    let mut undone = first;
    undone.booking.state = BookingState::CheckedIn { at: tokyo("2026-12-01 9:00") };
    let draft = prepare(vec![undone]);
    assert_eq!((draft.lines.len(), codes(&draft)), (0, vec![("claims.missing_check_out", true)]));
}

#[test]
fn a_month_is_locked_when_it_is_over_and_holds_something() {
    let draft = prepare(vec![stay(booked("a", "2026-12-01", left("2026-12-01", "11:00")), Rate::Nothing)]);
    let first = crate::world::day("2027-01-01");
    let refused = |draft: &Draft, now: &str| refusals(draft, month("2026-12"), tokyo(now));
    assert_eq!(refused(&draft, "2026-12-31 23:59:59"), [Rejection::NotOver { from: first }]);
    assert_eq!(refused(&draft, "2027-01-01 0:00"), []);
    assert_eq!(refused(&Draft::default(), "2027-01-01 0:00"), [Rejection::Nothing]);
}

#[test]
fn totals_only_add_lines_up() {
    let mut stays: Vec<ClaimStay> = (1..=3)
        .map(|n| {
            let date = format!("2026-12-0{n}");
            stay(booked(&format!("{n}"), &date, left(&date, "11:00")), hours(1401, false))
        })
        .collect();
    stays[2].residence = sakaiminato();
    (stays[2].family_id, stays[2].guardian) = ("other".into(), "境 次郎".to_owned());
    stays[2].booking.child.id = ChildId::from("umi");
    let lines = prepare(stays).lines;
    let cities = by_city(&lines, |code| crate::locale::Localised::new(code.as_str(), "", ""));
    assert_eq!(
        cities.iter().map(|city| (city.name.ja.as_str(), city.lines, city.city_yen)).collect::<Vec<_>>(),
        [("312029", 2, 5604), ("312045", 1, 2802)]
    );
    assert_eq!(by_family(&lines).iter().map(|family| family.fee_yen).collect::<Vec<_>>(), [600, 1200]);
    assert_eq!(by_child(&lines).iter().map(|child| (child.lines, child.amounts.minutes)).collect::<Vec<_>>(), [(2, 240), (1, 120)]);
    assert_eq!(total(&lines).city_yen(), cities.iter().map(|city| city.city_yen).sum::<i64>());
}
