//! A small world for tests and laws: two cities, one slot, a child or two.

#![allow(dead_code, unused_imports, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod certifying;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc, Weekday};
use shared::attendance::Attended;
use shared::bookings::{BookedChild, Booking, ChildState, NewBooking, PlaceState, Placed, PlacedChild};
use shared::ids::ChildId;
use shared::locale::Localised;
use shared::municipalities::{CompactTerm, MunicipalityCode};
use shared::programmes::{
    AgeBasis, AgeEnd, Ages, Block, Cancellation, Deadline, Fee, FeeUnit, Limit, LimitPeriod, LimitUnit, LimitVersion, OpenDays, Opens,
    PriceTier, ProgrammeKey, Terms, Unit,
};
use shared::slots::{Crossing, Occupancy, Slot, SlotBand, SlotBlock, SlotFacility, SlotState};
use shared::time::at;

pub use self::certifying::*;

/// A day from its text.
pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A time of day from its text.
pub fn time(text: &str) -> NaiveTime {
    NaiveTime::parse_from_str(text, "%H:%M").unwrap()
}

/// An instant from Tokyo's clock: `2026-12-03 9:00`, seconds if need be.
pub fn tokyo(text: &str) -> DateTime<Utc> {
    let (date, clock) = text.split_once(' ').unwrap();
    let clock = NaiveTime::parse_from_str(clock, "%H:%M:%S").unwrap_or_else(|_| time(clock));
    at(day(date), clock)
}

/// 米子市
pub fn yonago() -> MunicipalityCode {
    MunicipalityCode::parse("312029").unwrap()
}

/// 境港市
pub fn sakaiminato() -> MunicipalityCode {
    MunicipalityCode::parse("312045").unwrap()
}

/// The tier of the neighbours.
pub fn neighbour() -> PriceTier {
    PriceTier::new("neighbour")
}

/// A compact that lets the neighbours in, so many days after the city's own residents.
pub fn across(resident_priority_days: u32) -> Crossing {
    Crossing::Compact {
        term: CompactTerm {
            compact_id: "compact".into(),
            residence: sakaiminato(),
            host: yonago(),
            programme: ProgrammeKey::new("temporary_care"),
            valid_from: day("2026-04-01"),
            valid_until: Some(day("2027-03-31")),
            resident_priority_days,
            price_tier: neighbour(),
        },
    }
}

fn block(key: &str, half_days: i64) -> Block {
    Block { key: key.to_owned(), name: Localised::new(key, key, key), half_days, uses: 1 }
}

/// A month's limit of one pool.
pub fn month_limit(pool: &str, counts: LimitUnit, base: i64, local: i64) -> Limit {
    Limit { pool: pool.to_owned(), counts, per: LimitPeriod::Month, base, local, multiple_birth: None, reason: None }
}

/// Limits that hold at any time.
pub fn at_any_time(limits: Vec<Limit>) -> Vec<LimitVersion> {
    vec![LimitVersion { valid_from: NaiveDate::MIN, valid_until: None, limits }]
}

fn block_fee(tier: &PriceTier, from_age: u32, under_age: Option<u32>, key: &str, yen: i64) -> Fee {
    Fee { tier: tier.clone(), from_age, under_age, per: FeeUnit::Block { block: key.to_owned() }, yen }
}

/// 一時預かり: by the half day, until school, ¥2,000 a day under 3 and ¥1,000 from 3, one and a half as much for neighbours.
/// No neighbour's price from 5 on.
pub fn temporary_care() -> Terms {
    let resident = PriceTier::resident();
    let ages = Ages { from_months: 6, until: AgeEnd::SchoolEntry, basis: AgeBasis::OnDay };
    let unit = Unit::Blocks { blocks: vec![block("day", 2), block("morning", 1), block("afternoon", 1)] };
    Terms {
        limits: vec![month_limit("temporary_care", LimitUnit::HalfDays, 28, 0)],
        fees: vec![
            block_fee(&resident, 0, Some(3), "day", 2000),
            block_fee(&resident, 0, Some(3), "morning", 1000),
            block_fee(&resident, 0, Some(3), "afternoon", 1000),
            block_fee(&resident, 3, None, "day", 1000),
            block_fee(&resident, 3, None, "morning", 500),
            block_fee(&resident, 3, None, "afternoon", 500),
            block_fee(&neighbour(), 0, Some(3), "day", 3001),
            block_fee(&neighbour(), 3, Some(5), "day", 1500),
        ],
        opens: Opens::DaysBefore { days: 30 },
        closes: Deadline::DaysBefore { days: 1, time: time("16:30") },
        cancellation: Cancellation {
            free_until: Deadline::OpenDaysBefore { days: 1, time: time("15:00") },
            late_fee_percent: 50,
            late_counts: true,
            undo_minutes: 10,
            exempt: vec![],
        },
        bring: vec![Localised::new("着替え", "[着替|きが]え", "A change of clothes")],
        ..Terms::new(ages, unit)
    }
}

/// 誰でも通園: by the half hour, at least one hour, six months to under three, 10 hours a month.
pub fn open_nursery() -> Terms {
    let hour = |tier, yen| Fee { tier, from_age: 0, under_age: Some(3), per: FeeUnit::Hour, yen };
    let ages = Ages { from_months: 6, until: AgeEnd::UnderYears { years: 3 }, basis: AgeBasis::OnDay };
    let unit = Unit::Flexible { minimum_minutes: 60, maximum_minutes: None, step_minutes: 30 };
    Terms {
        limits: vec![month_limit("open_nursery", LimitUnit::Minutes, 600, 0)],
        fees: vec![hour(PriceTier::resident(), 300), hour(neighbour(), 401)],
        opens: Opens::DaysBefore { days: 30 },
        closes: Deadline::MinutesBefore { minutes: 120 },
        cancellation: Cancellation {
            free_until: Deadline::MinutesBefore { minutes: 60 },
            late_fee_percent: 100,
            late_counts: true,
            undo_minutes: 10,
            exempt: vec![],
        },
        ..Terms::new(ages, unit)
    }
}

/// A band of places.
pub fn band(from_age: u32, under_age: u32, capacity: i64) -> SlotBand {
    SlotBand { from_age, under_age, capacity, occupancy: Occupancy::default() }
}

/// A slot from 9:00 to 17:00 in Yonago with places for ages 0 to 2 and 3 to 5; its blocks are a day, a morning, an afternoon.
pub fn slot(date: &str) -> Slot {
    let part = |key: &str, from: &str, until: &str| SlotBlock {
        key: key.to_owned(),
        starts_at: at(day(date), time(from)),
        ends_at: at(day(date), time(until)),
    };
    Slot {
        id: "slot".into(),
        offering_id: "offering".into(),
        facility: SlotFacility {
            id: "facility".into(),
            name: "はまなす保育園".to_owned(),
            kana: "ハマナスホイクエン".to_owned(),
            name_en: None,
            municipality: yonago(),
            position: None,
            fictional: true,
            closes_at: None,
        },
        programme: ProgrammeKey::new("temporary_care"),
        starts_at: at(day(date), time("9:00")),
        ends_at: at(day(date), time("17:00")),
        state: SlotState::Open,
        bands: vec![band(0, 3, 3), band(3, 6, 2)],
        blocks: vec![part("day", "9:00", "17:00"), part("morning", "9:00", "12:00"), part("afternoon", "13:00", "17:00")],
        room: None,
        carers: None,
        hourly_yen: None,
        confirmation: None,
        interview: false,
        spare: false,
        closures: vec![],
        version: 1,
    }
}

/// A child who has used and booked nothing.
pub fn child(id: &str, born: &str) -> ChildState {
    ChildState {
        id: id.into(),
        born: day(born),
        is_multiple_birth: false,
        usages: vec![],
        busy: vec![],
        interview: None,
        certified: vec![],
        finding: None,
    }
}

/// Everything the rule knows, for a family at home; open every day but Sunday.
pub fn state(slot: Slot, terms: Terms, children: Vec<ChildState>) -> PlaceState {
    PlaceState {
        slot,
        limits: at_any_time(terms.limits.clone()),
        terms,
        crossing: Crossing::Home,
        residence_name: Localised::new("境港市", "[境港市|さかいみなとし]", "Sakaiminato"),
        open_days: OpenDays { closed_weekdays: vec![Weekday::Sun], closed_days: vec![] },
        classes: vec![],
        children,
    }
}

/// Asks for the whole slot for all children, and for nothing else.
pub fn ask_for(state: &PlaceState) -> NewBooking {
    NewBooking::new(state.slot.id.clone(), state.children.iter().map(|child| child.id.clone()).collect())
}

/// So many ids of children.
pub fn any_children(children: usize) -> Vec<ChildId> {
    (0..children).map(|n| ChildId::new(n.to_string())).collect()
}

/// The booking that a placed child gets.
pub fn booking(state: &PlaceState, placed: &Placed, child: &PlacedChild, now: DateTime<Utc>) -> Booking {
    Booking {
        id: "booking".into(),
        party_id: "party".into(),
        series_id: None,
        slot_id: state.slot.id.clone(),
        child: BookedChild { id: child.id.clone(), name: "弓浜 空".to_owned(), kana: "ユミハマ ソラ".to_owned() },
        facility: state.slot.facility.clone(),
        programme: state.slot.programme.clone(),
        programme_name: Localised::new("一時預かり", "[一時|いちじ][預|あず]かり", "Temporary care"),
        block: placed.block.clone(),
        starts_at: placed.starts_at,
        ends_at: placed.ends_at,
        state: placed.state.clone(),
        fee_yen: child.fee_yen(),
        fee_lines: child.fee_lines.clone(),
        counted: placed.counted.clone(),
        is_away: placed.is_away,
        free_until: placed.free_until,
        cancellation: placed.cancellation.clone(),
        reason: None,
        answers: vec![],
        extras: vec![],
        notes: String::new(),
        bring: vec![],
        attended: Attended::default(),
        entered: None,
        closure: None,
        created_at: now,
        version: 1,
    }
}
