//! Laws of claims and settlements: over random months with changes after locks, attendance = claims = settlement, to the yen.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestError, TestRunner};
use shared::attendance::{Settled, measured_minutes};
use shared::bookings::{Booking, BookingState};
use shared::claims::{Amounts, ClaimLine, ClaimStay, Claimed, Rate, UsageKind, by_city, by_family, prepare, total};
use shared::locale::Localised;
use shared::municipalities::MunicipalityCode;
use shared::programmes::{BenefitRate, FeeItem, FeeLine, FeeUnit};
use shared::settlements::{SettlementLine, settled_in, sides};
use shared::time::{Month, tokyo_day};

use crate::cases;
use crate::world::{ask_for, booking, child, open_nursery, sakaiminato, slot, state, tokyo, yonago};

/// A stay as the model knows it: which month of three, whether the child is another city's, its unit price, and what becomes of it.
#[derive(Debug, Clone, Copy)]
struct Stay {
    month: usize,
    is_away: bool,
    unit_yen: i64,
    pays_absence: bool,
    end: End,
}

#[derive(Debug, Clone, Copy)]
enum End {
    Left { minutes: i64, fee_yen: i64, relief_yen: i64 },
    Absent { fee_yen: i64, counts: bool },
    Cancelled { fee_yen: i64, counts: bool },
}

/// What happens: a month's lock, or another end of a stay.
#[derive(Debug, Clone, Copy)]
enum Command {
    Lock(usize),
    Change(usize, End),
    Settle(usize),
}

const MONTHS: [&str; 4] = ["2026-12", "2027-01", "2027-02", "2027-03"];

fn month(n: usize) -> Month {
    MONTHS[n].parse().unwrap()
}

fn an_end() -> impl Strategy<Value = End> {
    prop_oneof![
        4 => (1_i64..300, 0_i64..3000, 0_i64..900).prop_map(|(minutes, fee_yen, relief_yen)| End::Left { minutes, fee_yen, relief_yen }),
        1 => (0_i64..900, any::<bool>()).prop_map(|(fee_yen, counts)| End::Absent { fee_yen, counts }),
        1 => (0_i64..900, any::<bool>()).prop_map(|(fee_yen, counts)| End::Cancelled { fee_yen, counts }),
    ]
}

fn a_stay() -> impl Strategy<Value = Stay> {
    (0_usize..3, any::<bool>(), prop_oneof![Just(0_i64), Just(1400), Just(1700), Just(1001)], any::<bool>(), an_end())
        .prop_map(|(month, is_away, unit_yen, pays_absence, end)| Stay { month, is_away, unit_yen, pays_absence, end })
}

fn history() -> impl Strategy<Value = (Vec<Stay>, Vec<Command>)> {
    prop::collection::vec(a_stay(), 1..12).prop_flat_map(|stays| {
        let n = stays.len();
        let command = prop_oneof![
            2 => (0_usize..4).prop_map(Command::Lock),
            3 => (0..n, an_end()).prop_map(|(stay, end)| Command::Change(stay, end)),
            1 => (0_usize..4).prop_map(Command::Settle),
        ];
        (Just(stays), prop::collection::vec(command, 0..20))
    })
}

/// A booking at whose numbers only its end counts.
fn booked() -> Booking {
    let mut slot = slot("2026-12-01");
    slot.blocks.clear();
    let asked = state(slot, open_nursery(), vec![child("sora", "2025-01-15")]);
    let now = tokyo("2026-11-25 8:00");
    let placed = shared::bookings::place(&asked, &ask_for(&asked), now).unwrap();
    booking(&asked, &placed, &placed.children[0], now)
}

/// The stay as the rule is told of it.
fn told(base: &Booking, (n, stay): (usize, &Stay), claimed: Vec<Claimed>) -> ClaimStay {
    let (mut booking, at) = (base.clone(), base.starts_at);
    booking.id = format!("{n}").as_str().into();
    let mut minutes = measured_minutes(&booking, &open_nursery());
    booking.state = match stay.end {
        End::Left { minutes: real, fee_yen, relief_yen } => {
            minutes = real;
            let hours = FeeLine { item: FeeItem::Hours { minutes, hourly_yen: 300 }, yen: fee_yen + relief_yen };
            let relief = FeeLine { item: FeeItem::Relief { name: Localised::new("", "", "") }, yen: -relief_yen };
            booking.attended.settled = Some(Settled { fee_yen, fee_lines: vec![hours, relief], ..Settled::default() });
            BookingState::CheckedOut { checked_in_at: at, at }
        }
        End::Absent { fee_yen, counts } => BookingState::Absent { at, fee_yen, counts, exempt: None, released: false },
        End::Cancelled { fee_yen, counts } => BookingState::Cancelled { at, fee_yen, counts, exempt: None },
    };
    let rate = BenefitRate { from_age: 0, under_age: None, per: FeeUnit::Hour, yen: stay.unit_yen };
    ClaimStay {
        booking,
        family_id: format!("family {}", n % 3).as_str().into(),
        guardian: format!("保護者{}", n % 3),
        residence: if stay.is_away { sakaiminato() } else { yonago() },
        compact_id: stay.is_away.then(|| "compact".into()),
        needs_certificate: false,
        certificate: None,
        minutes,
        age: 1,
        rate: if stay.unit_yen == 0 { Rate::Nothing } else { Rate::Unit { rate, pays_absence: stay.pays_absence } },
        claimed,
        reason: String::new(),
    }
}

/// What a stay comes to, counted by hand: family, city.
fn by_hand(stay: &Stay) -> (i64, i64) {
    let whole = measured_minutes(&booked(), &open_nursery());
    match stay.end {
        End::Left { minutes, fee_yen, relief_yen } => (fee_yen, relief_yen + stay.unit_yen * minutes / 60),
        End::Absent { fee_yen, counts } | End::Cancelled { fee_yen, counts } => {
            (fee_yen, if counts && stay.pays_absence { stay.unit_yen * whole / 60 } else { 0 })
        }
    }
}

/// How a difference is written: the rule's own way, or one that a test breaks on purpose.
type Rule = fn(Vec<ClaimStay>) -> Vec<ClaimLine>;

fn the_rule(stays: Vec<ClaimStay>) -> Vec<ClaimLine> {
    prepare(stays).lines
}

/// A broken rule: a correction says what the stay comes to now, and not the difference.
fn writes_the_whole_again(stays: Vec<ClaimStay>) -> Vec<ClaimLine> {
    let now: BTreeMap<_, _> = stays.iter().map(|stay| (stay.booking.id.clone(), stay.comes_to().map(|(_, now)| now))).collect();
    let again = |mut line: ClaimLine| {
        if line.corrects.is_some() {
            line.amounts = now[&line.booking_id].unwrap_or_default();
        }
        line
    };
    prepare(stays).lines.into_iter().map(again).collect()
}

/// Another one: whoever asked too much gives nothing back.
fn gives_nothing_back(stays: Vec<ClaimStay>) -> Vec<ClaimLine> {
    prepare(stays).lines.into_iter().filter(|line| line.corrects.is_none() || line.amounts.city_yen() >= 0).collect()
}

struct World {
    base: Booking,
    stays: Vec<Stay>,
    /// The lines of each locked month, by month.
    locked: BTreeMap<Month, Vec<ClaimLine>>,
    /// In which settlement's month a line is, by claim month and number.
    settled: BTreeMap<(Month, i64), Month>,
    settlements: Vec<Month>,
}

impl World {
    fn claimed(&self, n: usize) -> Vec<Claimed> {
        let mine = |line: &&ClaimLine| line.booking_id.as_str() == n.to_string();
        let lines = self.locked.iter().flat_map(|(month, lines)| lines.iter().filter(mine).map(|line| (*month, line)));
        lines
            .map(|(month, line)| Claimed {
                line_id: format!("{month} {}", line.number).as_str().into(),
                month,
                number: line.number,
                residence: line.residence.clone(),
                compact_id: line.compact_id.clone(),
                certificate: None,
                amounts: line.amounts,
            })
            .collect()
    }

    fn of(&self, wanted: impl Fn(&Stay) -> bool) -> Vec<ClaimStay> {
        let all = self.stays.iter().enumerate().filter(|(_, stay)| wanted(stay));
        all.map(|(n, stay)| told(&self.base, (n, stay), self.claimed(n))).collect()
    }

    fn lock(&mut self, n: usize, rule: Rule) {
        let locked = |stay: &Stay| self.locked.contains_key(&month(stay.month));
        if self.locked.contains_key(&month(n)) {
            return;
        }
        let lines = rule(self.of(|stay| stay.month == n || (stay.month < n && locked(stay))));
        self.locked.insert(month(n), lines);
    }

    fn settle(&mut self, n: usize) {
        let wanted = month(n);
        if self.settlements.contains(&wanted) {
            return;
        }
        for (claim, lines) in &self.locked {
            for line in lines.iter().filter(|line| line.compact_id.is_some()) {
                if settled_in(*claim, &self.settlements) == wanted {
                    self.settled.entry((*claim, line.number)).or_insert(wanted);
                }
            }
        }
        self.settlements.push(wanted);
    }
}

fn line_of_settlement(claim: Month, line: &ClaimLine, host: &MunicipalityCode) -> SettlementLine {
    SettlementLine {
        claim_line_id: "line".into(),
        claim_month: claim,
        claim_number: line.number,
        facility: String::new(),
        host: host.clone(),
        residence: line.residence.clone(),
        certificate: None,
        programme: line.programme.clone(),
        programme_name: line.programme_name.clone(),
        day: tokyo_day(line.starts_at),
        usage: line.usage,
        age: line.age,
        unit_yen: line.unit_yen,
        amounts: line.amounts,
        corrects: None,
        comments: Vec::new(),
    }
}

/// Lives through a history by a rule, and holds every sum against attendance.
fn lives(stays: Vec<Stay>, commands: Vec<Command>, rule: Rule) -> Result<(), TestCaseError> {
    let mut world = World { base: booked(), stays, locked: BTreeMap::new(), settled: BTreeMap::new(), settlements: Vec::new() };
    for command in commands {
        match command {
            Command::Lock(n) => world.lock(n, rule),
            Command::Change(n, end) => world.stays[n].end = end,
            Command::Settle(n) => world.settle(n),
        }
    }
    // Whatever is still open is locked in the end, the last month once more for what changed after it.
    (0..4).for_each(|n| world.lock(n, rule));
    let rest = rule(world.of(|_| true));
    let all: Vec<ClaimLine> = world.locked.values().flatten().chain(&rest).cloned().collect();
    let claims = total(&all);
    let hands: Vec<(i64, i64)> = world.stays.iter().map(by_hand).collect();
    prop_assert_eq!((claims.fee_yen, claims.city_yen()), (hands.iter().map(|one| one.0).sum(), hands.iter().map(|one| one.1).sum()));
    let cities = by_city(&all, |_| Localised::new("", "", ""));
    prop_assert_eq!(cities.iter().map(|city| city.city_yen).sum::<i64>(), claims.city_yen());
    prop_assert_eq!(by_family(&all).iter().map(|family| family.fee_yen).sum::<i64>(), claims.fee_yen);

    // Every line of a claim across the border is in exactly one settlement, which no lock of a claim changes any more.
    (0..4).for_each(|n| world.settle(n));
    let across: Vec<(Month, ClaimLine)> = world
        .locked
        .iter()
        .flat_map(|(month, lines)| lines.iter().filter(|line| line.compact_id.is_some()).map(|line| (*month, line.clone())))
        .collect();
    let mut settled = 0;
    for wanted in &world.settlements {
        let lines: Vec<SettlementLine> = across
            .iter()
            .filter(|(claim, line)| world.settled.get(&(*claim, line.number)) == Some(wanted))
            .map(|(claim, line)| line_of_settlement(*claim, line, &yonago()))
            .collect();
        let (host, residence) = (sides(&lines, &yonago()), sides(&lines, &sakaiminato()));
        prop_assert_eq!((host.balance_yen, host.gets_yen, host.pays_yen), (-residence.balance_yen, residence.pays_yen, residence.gets_yen));
        settled += host.gets_yen;
    }
    let open: i64 = across
        .iter()
        .filter(|(claim, line)| !world.settled.contains_key(&(*claim, line.number)))
        .map(|(_, line)| line.amounts.city_yen())
        .sum();
    let away: i64 = world.stays.iter().filter(|stay| stay.is_away).map(|stay| by_hand(stay).1).sum();
    let rest_away: i64 = rest.iter().filter(|line| line.compact_id.is_some()).map(|line| line.amounts.city_yen()).sum();
    prop_assert_eq!(settled + open + rest_away, away);
    // A stay is claimed once, and nothing that is unchanged is written.
    prop_assert!(all.iter().all(|line| line.corrects.is_none() || line.amounts != Amounts::default()));
    prop_assert!(all.iter().filter(|line| line.corrects.is_none()).all(|line| line.usage != UsageKind::Nothing));
    Ok(())
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn attendance_is_claims_is_settlement((stays, commands) in history()) {
        lives(stays, commands, the_rule)?;
    }
}

/// The controls: with a broken rule the same law must fail, or it proves nothing.
#[test]
fn control_a_broken_rule_breaks_the_law() {
    let broken: [Rule; 2] = [writes_the_whole_again, gives_nothing_back];
    for broken in broken {
        let mut runner = TestRunner::new(cases(400));
        let outcome = runner.run(&history(), |(stays, commands)| lives(stays, commands, broken));
        assert!(matches!(outcome, Err(TestError::Fail(..))), "the law holds for a broken rule");
    }
}
