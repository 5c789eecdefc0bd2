//! Limits shared by several programmes, over weeks, over a birth, and across the end of a fiscal year.

use super::*;
use crate::programmes::{Ages, Block, Confirmation, Fee, Limit, LimitPeriod, LimitVersion, Relief, ReliefUnit, Terms};
use crate::slots::{Slot, SlotBlock};
use crate::world::time;

fn name(text: &str) -> Localised {
    Localised::new(text, text, text)
}

fn uses(pool: &str, per: LimitPeriod, base: i64) -> Limit {
    Limit { per, ..month_limit(pool, LimitUnit::Uses, base, 0) }
}

/// A programme of one block, which counts so many uses.
fn one_block(key: &str, uses: i64, limits: Vec<Limit>) -> Terms {
    let ages = Ages { from_months: 0, until: AgeEnd::UnderYears { years: 6 }, basis: AgeBasis::OnDay };
    let unit = Unit::Blocks { blocks: vec![Block { key: key.to_owned(), name: name(key), half_days: 0, uses }] };
    Terms { limits, ..Terms::new(ages, unit) }
}

/// A slot that is one block, from one instant to another.
fn laid_out(key: &str, from: &str, until: &str) -> Slot {
    let (starts_at, ends_at) = (tokyo(from), tokyo(until));
    let blocks = vec![SlotBlock { key: key.to_owned(), starts_at, ends_at }];
    Slot { starts_at, ends_at, blocks, bands: vec![band(0, 6, 9)], ..slot(from.split_once(' ').unwrap().0) }
}

/// A child that books one stay after the other.
struct Family {
    child: ChildState,
    bookings: Vec<Booking>,
}

impl Family {
    fn new(child: ChildState) -> Self {
        Self { child, bookings: vec![] }
    }

    /// What the child is asked with: all that it has booked so far, whatever the programme.
    fn asks(&self, terms: &Terms, limits: Vec<LimitVersion>, slot: Slot) -> PlaceState {
        let child = ChildState {
            usages: self
                .bookings
                .iter()
                .flat_map(|booking| &booking.counted)
                .map(|counted| (counted.account.clone(), usage(&self.bookings, &self.child.id, &counted.account)))
                .collect(),
            ..self.child.clone()
        };
        PlaceState { limits, ..state(slot, terms.clone(), vec![child]) }
    }

    fn books(&mut self, terms: &Terms, slot: Slot) -> Result<i64, Vec<Rejection>> {
        self.books_under(terms, at_any_time(terms.limits.clone()), slot)
    }

    /// Books, or says why not; what it costs.
    fn books_under(&mut self, terms: &Terms, limits: Vec<LimitVersion>, slot: Slot) -> Result<i64, Vec<Rejection>> {
        let now = slot.starts_at - TimeDelta::days(20);
        let asked = self.asks(terms, limits, slot);
        let placed = whole(&asked, now).map_err(|refusals| refusals.into_iter().map(|r| r.rejection).collect::<Vec<_>>())?;
        let booked = booking(&asked, &placed, &placed.children[0], now);
        let fee = booked.fee_yen;
        self.bookings.push(booked);
        Ok(fee)
    }
}

/// The three ways of 産後ケア in Yonago: short stay and day care share seven uses, ten for twins, a night counts two; visits have three of
/// their own, of four hours at most. All free.
fn postnatal_care() -> [Terms; 3] {
    let shared = Limit { multiple_birth: Some(10), ..uses("postnatal_care", LimitPeriod::Birth, 7) };
    let mut visit = one_block("visit", 1, vec![uses("postnatal_visit", LimitPeriod::Birth, 3)]);
    visit.unit = Unit::Flexible { minimum_minutes: 60, maximum_minutes: Some(240), step_minutes: 60 };
    let ages = Ages { from_months: 0, until: AgeEnd::UnderYears { years: 1 }, basis: AgeBasis::OnDay };
    [one_block("night", 2, vec![shared.clone()]), one_block("day", 1, vec![shared]), visit]
        .map(|terms| Terms { ages: ages.clone(), ..terms })
}

fn night(date: u32) -> Slot {
    laid_out("night", &format!("2026-12-{date:02} 16:00"), &format!("2026-12-{:02} 10:00", date + 1))
}

fn day_of(date: u32, until: &str) -> Slot {
    laid_out("day", &format!("2026-12-{date:02} 9:00"), &format!("2026-12-{date:02} {until}"))
}

const fn birth(left: i64, wanted: i64) -> Rejection {
    Rejection::Limit { period: Period::Birth, unit: LimitUnit::Uses, left, wanted }
}

#[test]
fn stays_and_days_of_postnatal_care_share_seven_uses() {
    let [stay, day, visit] = postnatal_care();
    let mut family = Family::new(child("sora", "2026-11-01"));
    assert_eq!(family.books(&stay, night(1)), Ok(0));
    assert_eq!(family.books(&day, day_of(4, "17:00")), Ok(0));
    assert_eq!(family.books(&stay, night(5)), Ok(0));
    assert_eq!(family.books(&day, day_of(8, "17:00")), Ok(0));
    // Six are used: one more day, but no night.
    assert_eq!(family.books(&stay, night(10)), Err(vec![birth(1, 2)]));
    assert_eq!(family.books(&day, day_of(12, "17:00")), Ok(0));
    assert_eq!(family.books(&day, day_of(14, "17:00")), Err(vec![birth(0, 1)]));
    // Visits have their own three.
    for date in 15..18 {
        assert_eq!(family.books(&visit, day_of(date, "13:00")), Ok(0));
    }
    assert_eq!(family.books(&visit, day_of(18, "13:00")), Err(vec![birth(0, 1)]));
    // The next month is the same birth.
    assert_eq!(family.books(&day, laid_out("day", "2027-02-01 9:00", "2027-02-01 17:00")), Err(vec![birth(0, 1)]));
    // A cancelled night is two days again.
    family.bookings[0].state = BookingState::Cancelled { at: now(), fee_yen: 0, counts: false, exempt: None };
    assert_eq!(family.books(&day, day_of(19, "17:00")), Ok(0));
    assert_eq!(family.books(&day, day_of(21, "17:00")), Ok(0));
    assert_eq!(family.books(&day, day_of(22, "17:00")), Err(vec![birth(0, 1)]));
}

#[test]
fn twins_have_ten_uses_of_postnatal_care() {
    let [stay, day, visit] = postnatal_care();
    let mut family = Family::new(ChildState { is_multiple_birth: true, ..child("sora", "2026-11-01") });
    for date in [1, 4, 7, 10] {
        assert_eq!(family.books(&stay, night(date)), Ok(0));
    }
    assert_eq!([family.books(&day, day_of(13, "17:00")), family.books(&day, day_of(14, "17:00"))], [Ok(0), Ok(0)]);
    assert_eq!(family.books(&day, day_of(15, "17:00")), Err(vec![birth(0, 1)]));
    // Visits are three for everybody.
    for date in 16..19 {
        assert_eq!(family.books(&visit, day_of(date, "13:00")), Ok(0));
    }
    assert_eq!(family.books(&visit, day_of(19, "13:00")), Err(vec![birth(0, 1)]));
}

#[test]
fn a_visit_has_a_longest_and_the_mother_a_year() {
    let [stay, _, visit] = postnatal_care();
    let mut family = Family::new(child("sora", "2025-12-05"));
    assert_eq!(family.books(&visit, day_of(1, "14:00")), Err(vec![Rejection::TooLong { maximum: 240 }]));
    assert_eq!(family.books(&stay, night(3)), Ok(0));
    let last = Rejection::TooOld { last: day("2026-12-03") };
    assert_eq!(family.books(&stay, night(4)), Err(vec![last]));
}

#[test]
fn care_for_sick_children_costs_the_same_however_long() {
    // 病児・病後児 in Yonago: ¥2,500 a day, ¥500 or ¥300 for some households.
    let mut terms = one_block("day", 1, vec![]);
    terms.fees = vec![Fee { tier: PriceTier::resident(), from_age: 0, under_age: None, per: FeeUnit::Use, yen: 2500 }];
    let relief = |class: &str, yen| Relief { class: class.to_owned(), name: name(class), off: ReliefUnit::Use { yen } };
    terms.reliefs = vec![relief("tax_exempt", 2000), relief("public_assistance", 2200)];
    let fee = |until: &str, classes: &[&str]| {
        let classes = classes.iter().map(|class| (*class).to_owned()).collect();
        let asked = PlaceState { classes, ..state(day_of(3, until), terms.clone(), vec![two_year_old("sora")]) };
        let placed = whole(&asked, now()).unwrap();
        assert_eq!(placed.counted, []);
        placed.children[0].fee_yen()
    };
    assert_eq!([fee("17:00", &[]), fee("10:00", &[])], [2500, 2500]);
    assert_eq!([fee("17:00", &["tax_exempt"]), fee("17:00", &["tax_exempt", "public_assistance"])], [500, 300]);
    assert_eq!(fee("17:00", &["other"]), 2500);
}

#[test]
fn a_week_is_mondays_to_sundays_in_tokyo() {
    let terms = one_block("day", 1, vec![uses("care", LimitPeriod::Week, 2)]);
    let mut family = Family::new(two_year_old("sora"));
    // 30 November is a Monday; 8:00 on that day is still Sunday in UTC.
    let monday = |date: &str, until: &str| laid_out("day", &format!("{date} 8:00"), &format!("{date} {until}"));
    assert_eq!(family.books(&terms, monday("2026-11-30", "17:00")), Ok(0));
    assert_eq!(family.books(&terms, monday("2026-12-06", "17:00")), Ok(0));
    let period: Period = "2026-W49".parse().unwrap();
    let refused = Rejection::Limit { period, unit: LimitUnit::Uses, left: 0, wanted: 1 };
    assert_eq!(family.books(&terms, monday("2026-12-05", "17:00")), Err(vec![refused.clone()]));
    assert_eq!(
        refused.reason().sentence(crate::locale::Locale::Ja),
        "2026年11月30日（月）からの1週間の上限を超えます（残り0回、この予約は1回）。"
    );
    assert_eq!(family.books(&terms, monday("2026-12-07", "17:00")), Ok(0));
    assert_eq!(family.books(&terms, monday("2026-11-29", "17:00")), Ok(0));
}

/// The hours of a month in fiscal 2026 and from fiscal 2027 on.
fn two_years(before: i64, after: i64) -> Vec<LimitVersion> {
    let version = |from: &str, until: Option<&str>, base| LimitVersion {
        valid_from: day(from),
        valid_until: until.map(day),
        limits: vec![month_limit("hours", LimitUnit::Minutes, base, 0), month_limit("nights", LimitUnit::Uses, base, 0)],
    };
    vec![version("2026-04-01", Some("2027-03-31"), before), version("2027-04-01", None, after)]
}

#[test]
fn a_night_between_two_fiscal_years_counts_under_both() {
    let terms = one_block("night", 1, vec![]);
    let between_years = || laid_out("night", "2027-03-31 16:00", "2027-04-01 10:00");
    let refused = |before, after| Family::new(two_year_old("sora")).books_under(&terms, two_years(before, after), between_years()).err();
    let limit = |month: &str, left, wanted| Rejection::Limit { period: month.parse().unwrap(), unit: LimitUnit::Minutes, left, wanted };
    // Eight hours of March under the old limit, ten of April under the new one; the night itself is March's.
    assert_eq!(refused(480, 600), None);
    assert_eq!(refused(479, 600), Some(vec![limit("2027-03", 479, 480)]));
    assert_eq!(refused(480, 599), Some(vec![limit("2027-04", 599, 600)]));
    assert_eq!(refused(479, 599), Some(vec![limit("2027-03", 479, 480), limit("2027-04", 599, 600)]));
    let mut family = Family::new(two_year_old("sora"));
    assert_eq!(family.books_under(&terms, two_years(960, 600), between_years()), Ok(0));
    let counted: Vec<String> =
        family.bookings[0].counted.iter().map(|c| format!("{} {} {}", c.account.pool, c.account.period, c.amount)).collect();
    assert_eq!(counted, ["hours 2027-03 480", "nights 2027-03 1", "hours 2027-04 600"]);
    // What April has left after it: nothing, and March eight hours more.
    let mut next = |from: &str, until: &str| family.books_under(&terms, two_years(960, 600), laid_out("night", from, until));
    assert_eq!(next("2027-04-10 9:00", "2027-04-10 10:00"), Err(vec![limit("2027-04", 0, 60)]));
    assert_eq!(next("2027-03-30 9:00", "2027-03-30 17:30"), Err(vec![limit("2027-03", 480, 510)]));
    assert_eq!(next("2027-03-30 9:00", "2027-03-30 17:00"), Ok(0));
    // Before the first version there was no limit.
    assert_eq!(next("2026-03-30 9:00", "2026-03-30 17:00"), Ok(0));
}

#[test]
fn any_programme_is_told_by_data_alone() {
    // 見学・面談: half an hour, for everybody, free, no limit, the facility decides.
    let ages = Ages { from_months: 0, until: AgeEnd::SchoolEntry, basis: AgeBasis::Class };
    let unit = Unit::Flexible { minimum_minutes: 30, maximum_minutes: Some(30), step_minutes: 30 };
    let text = serde_json::json!({
        "ages": ages, "unit": unit,
        "confirmation": { "kind": "by_facility", "hours": 72, "if_silent": "confirm" },
    });
    let terms: Terms = serde_json::from_value(text).unwrap();
    assert_eq!(crate::programmes::check(&terms, ""), []);
    assert_eq!(
        terms,
        Terms {
            confirmation: Confirmation::ByFacility { hours: 72, if_silent: crate::programmes::IfSilent::Confirm },
            ..Terms::new(ages, unit)
        }
    );
    let mut asked = state(slot(DAY), terms, vec![child("sora", "2026-11-01")]);
    asked.slot.starts_at = crate::time::at(day(DAY), time("9:00"));
    assert_eq!(ask(&asked, "9:30", "10:00", now()).unwrap().children[0].fee_yen(), 0);
    assert_eq!(rejections(ask(&asked, "9:30", "10:30", now())), [Rejection::TooLong { maximum: 30 }]);
}
