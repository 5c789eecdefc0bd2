//! Limits, prices and openings of any programme, beside what one counts by hand.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveTime, TimeDelta};
use proptest::prelude::*;
use shared::locale::Localised;
use shared::programmes::{
    AgeBasis, AgeEnd, Ages, Block, Extra, Fee, FeeUnit, Limit, LimitPeriod, LimitUnit, LimitVersion, Opens, PriceTier, Priced, Relief,
    ReliefUnit, Stay, Terms, Unit, count, total,
};
use shared::time::{at, day_start};

use crate::clock::calendar;
use crate::world::{day, month_limit};
use crate::{DAY, cases, minute_of};

fn day_number(day: NaiveDate) -> i64 {
    minute_of(day_start(day)).div_euclid(DAY)
}

/// The number of the first day of the stretch of time that a day belongs to.
fn stretch(per: LimitPeriod, day: i64) -> i64 {
    match per {
        LimitPeriod::Month => day - (calendar(day).2 - 1),
        // 1970-01-01 was a Thursday.
        LimitPeriod::Week => day - (day + 3) % 7,
        LimitPeriod::Birth => 0,
    }
}

fn limits() -> impl Strategy<Value = Vec<Limit>> {
    let period = prop::sample::select(vec![LimitPeriod::Month, LimitPeriod::Week, LimitPeriod::Birth]);
    let unit = prop::sample::select(vec![LimitUnit::HalfDays, LimitUnit::Minutes, LimitUnit::Uses]);
    let one = (period, unit, 0..1000_i64, prop::option::weighted(0.3, prop::sample::select(vec!["urgent", "rest"])));
    prop::collection::vec(one, 0..5).prop_map(|limits| {
        let each = limits.into_iter().zip(["a", "b", "c", "d", "e"]);
        each.map(|((per, counts, base, reason), pool)| Limit {
            per,
            reason: reason.map(str::to_owned),
            ..month_limit(pool, counts, base, 0)
        })
        .collect()
    })
}

fn name() -> Localised {
    Localised::new("名", "[名|な]", "name")
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn a_stay_counts_minute_by_minute(
        begins in 0..150 * DAY,
        length in prop_oneof![1..DAY, 1..4 * DAY],
        // Each version lasts so many days; after some of them nothing holds for a while.
        versions in prop::collection::vec((1..60_i64, prop::option::weighted(0.2, 1..10_i64), limits()), 1..5),
        weights in prop::option::of((0..4_i64, 0..4_i64)),
        reason in prop::option::of(prop::sample::select(vec!["urgent", "rest"])),
    ) {
        let first = day("2026-11-20");
        let mut from = first;
        let versions: Vec<LimitVersion> = versions
            .into_iter()
            .map(|(days, gap, limits)| {
                let version = LimitVersion { valid_from: from, valid_until: Some(from + TimeDelta::days(days - 1)), limits };
                from += TimeDelta::days(days + gap.unwrap_or(0));
                version
            })
            .collect();
        let unit = match weights {
            Some((half_days, uses)) => Unit::Blocks { blocks: vec![Block { key: "block".to_owned(), name: name(), half_days, uses }] },
            None => Unit::Flexible { minimum_minutes: 1, maximum_minutes: None, step_minutes: 1 },
        };
        let starts_at = at(first, NaiveTime::MIN) + TimeDelta::minutes(begins);
        let stay = Stay { starts_at, ends_at: starts_at + TimeDelta::minutes(length), block: weights.map(|_| "block") };

        let mut expected: BTreeMap<(String, i64), (i64, i64)> = BTreeMap::new();
        let start = minute_of(starts_at);
        for minute in start..start + length {
            let today = minute.div_euclid(DAY);
            for version in &versions {
                if today < day_number(version.valid_from) || version.valid_until.is_some_and(|last| day_number(last) < today) {
                    continue;
                }
                for limit in &version.limits {
                    let amount = match limit.counts {
                        LimitUnit::Minutes => 1,
                        _ if minute > start => 0,
                        LimitUnit::HalfDays => weights.map_or(0, |(half_days, _)| half_days),
                        LimitUnit::Uses => weights.map_or(1, |(_, uses)| uses),
                    };
                    if amount > 0 && (limit.reason.is_none() || limit.reason.as_deref() == reason) {
                        let unit = limit.counts.as_str();
                        let account = (format!("{} {unit} {:?}", limit.pool, limit.per), stretch(limit.per, today));
                        expected.entry(account).or_insert((0, limit.base)).0 += amount;
                    }
                }
            }
        }
        let counted = count(&versions, &unit, &stay, reason);
        let told: BTreeMap<(String, i64), (i64, i64)> = counted
            .iter()
            .map(|(counted, limit)| {
                let account = &counted.account;
                prop_assert_eq!((&limit.pool, limit.counts), (&account.pool, account.unit));
                let name = format!("{} {} {:?}", account.pool, account.unit.as_str(), limit.per);
                Ok(((name, account.period.first_day().map_or(0, day_number)), (counted.amount, limit.base)))
            })
            .collect::<Result<_, TestCaseError>>()?;
        prop_assert_eq!(told.len(), counted.len());
        prop_assert_eq!(told, expected);
    }

    #[test]
    fn a_family_pays_the_first_line_less_the_largest_relief_and_its_extras(
        fees in prop::collection::vec((0..6_u32, prop::option::of(1..7_u32), 0..3_usize, any::<bool>(), 0..3000_i64), 0..6),
        reliefs in prop::collection::vec((0..3_usize, 0..3_usize, 0..101_i64), 0..5),
        extras in prop::collection::vec((0..500_i64, any::<bool>()), 0..4),
        classes in prop::collection::vec(0..3_usize, 0..3),
        age in 0..6_u32,
        minutes in 1..600_i64,
        in_block: bool,
        own in prop::option::of(0..500_i64),
    ) {
        let tier = |resident| if resident { PriceTier::resident() } else { PriceTier::new("neighbour") };
        let class = |n: usize| format!("class{n}");
        let ages = Ages { from_months: 0, until: AgeEnd::SchoolEntry, basis: AgeBasis::OnDay };
        let block = Block { key: "block".to_owned(), name: name(), half_days: 1, uses: 1 };
        let mut terms = Terms::new(ages, Unit::Blocks { blocks: vec![block] });
        terms.fees = fees
            .iter()
            .map(|(from_age, under_age, per, resident, yen)| {
                let per = [FeeUnit::Block { block: "block".to_owned() }, FeeUnit::Hour, FeeUnit::Use][*per].clone();
                Fee { tier: tier(*resident), from_age: *from_age, under_age: *under_age, per, yen: *yen }
            })
            .collect();
        terms.reliefs = reliefs
            .iter()
            .map(|(of, off, much)| {
                let off = [ReliefUnit::Hour { yen: *much }, ReliefUnit::Use { yen: *much * 10 }, ReliefUnit::Percent { percent: *much }][*off].clone();
                Relief { class: class(*of), name: name(), off }
            })
            .collect();
        terms.extras = (0..).zip(&extras).map(|(n, (yen, _))| Extra { key: format!("extra{n}"), name: name(), yen: *yen }).collect();
        let wanted: Vec<String> = (0..).zip(&extras).filter(|(_, (_, wanted))| *wanted).map(|(n, _): (i32, _)| format!("extra{n}")).collect();
        let classes: Vec<String> = classes.into_iter().map(class).collect();
        let starts_at = at(day("2026-12-03"), NaiveTime::MIN);
        let stay = Stay { starts_at, ends_at: starts_at + TimeDelta::minutes(minutes), block: in_block.then_some("block") };
        let resident = tier(true);
        let asked = Priced { tier: &resident, age, stay: &stay, hourly_yen: own, extras: &wanted, classes: &classes };
        let lines = terms.price(&asked);

        let mut price = None;
        for (from_age, under_age, per, resident, yen) in &fees {
            let for_me = *resident && *from_age <= age && under_age.is_none_or(|under| age < under);
            let yen = match (per, in_block) {
                (0, true) | (2, _) => *yen,
                (1, false) => own.unwrap_or(*yen) * minutes / 60,
                _ => continue,
            };
            if for_me && price.is_none() {
                price = Some(yen);
            }
        }
        if fees.is_empty() {
            price = Some(0);
        }
        let least_paid = price.map(|price| {
            let off = |(of, off, much): &(usize, usize, i64)| {
                let off = [much * minutes / 60, much * 10, price * much / 100][*off];
                if classes.contains(&class(*of)) { off.min(price) } else { 0 }
            };
            price - reliefs.iter().map(off).max().unwrap_or(0)
        });
        let on_top: i64 = extras.iter().filter(|(_, wanted)| *wanted).map(|(yen, _)| yen).sum();
        prop_assert_eq!(lines.as_deref().map(total), least_paid.map(|paid| paid + on_top));
        prop_assert!(least_paid.is_none_or(|paid| paid >= 0));
    }

    #[test]
    fn a_day_opens_so_many_stretches_before_its_own(
        days in prop::collection::btree_set(1..29_u32, 1..5),
        lead in 1..6_u32,
        stay in 0..800_i64,
        later_by in 0..10_u32,
    ) {
        let date = day("2026-11-20") + TimeDelta::days(stay);
        let stay = day_number(date);
        // All opening days of the last year and a half before it, counted up.
        let openings: Vec<i64> = (stay - 550..=stay).filter(|day| days.iter().any(|n| i64::from(*n) == calendar(*day).2)).collect();
        let opening = openings[openings.len() - 1 - usize::try_from(lead).unwrap()];
        let clock = NaiveTime::from_hms_opt(9, 0, 0).unwrap();
        let opens = Opens::OnDays { days: days.into_iter().collect(), lead, time: clock };
        prop_assert_eq!(minute_of(opens.before(date, later_by)), (opening + i64::from(later_by)) * DAY + 9 * 60);
        prop_assert!(opens.before(date, 0) <= opens.before(date + TimeDelta::days(1), 0));
    }
}
