//! 一時預かり: a day or half a day at a nursery, for one of three reasons.

use shared::locale::Localised;
use shared::programmes::{Cancellation, Deadline, Fee, FeeUnit, LatePickUp, Limit, LimitPeriod, LimitUnit, Opens, PriceTier, Terms, Unit};

use super::super::cities::City;
use super::super::time;
use super::{
    Told, Year, block, choice, exempt_reasons, health_questions, limit, lunch, nappies, neighbour, snack, staffing, to_school,
    two_changes_of_clothes, used_clothes_bag, whole_day,
};

/// Its key.
pub const KEY: &str = "temporary_care";

pub(super) fn told(_: City) -> Told {
    Told {
        name: Localised::new("一時預かり", "[一時|いちじ][預|あず]かり", "Temporary care"),
        summary: Localised::new(
            "用事や仕事、休息などのとき、保育園などでお子さんを1日または半日お預かりします。",
            "[用事|ようじ]や[仕事|しごと]、[休|やす]みたいときに、[保育園|ほいくえん]などが\
             [子|こ]どもを[1日|いちにち]か[半日|はんにち]、[預|あず]かります。",
            "A nursery looks after your child for a day or half a day: for errands, work or a rest.",
        ),
    }
}

pub(super) fn terms(city: City, year: Year) -> Terms {
    let unit = Unit::Blocks {
        blocks: vec![
            whole_day(),
            block("morning", Localised::new("午前", "[午前|ごぜん]", "Morning"), 1, 1),
            block("afternoon", Localised::new("午後", "[午後|ごご]", "Afternoon"), 1, 1),
        ],
    };
    Terms {
        limits: limits(year),
        fees: fees(city, year),
        extras: vec![lunch(300), snack(100)],
        opens: Opens::DaysBefore { days: if year == Year::Last { 28 } else { 56 } },
        closes: match city {
            City::Yonago => Deadline::DaysBefore { days: 1, time: time(16, 30) },
            City::Sakaiminato => Deadline::MinutesBefore { minutes: 60 },
        },
        cancellation: Cancellation {
            free_until: Deadline::OpenDaysBefore { days: 1, time: time(15, 0) },
            late_fee_percent: 50,
            late_counts: true,
            undo_minutes: 10,
            exempt: exempt_reasons(),
        },
        // Made up: neither city says what half an hour more costs.
        late_pick_up: LatePickUp::Fee { grace_minutes: 10, per_minutes: 30, yen: 300 },
        staffing: Some(staffing(year)),
        reasons: vec![
            choice(
                WORK,
                Localised::new(
                    "仕事や通学（週3日まで）",
                    "[仕事|しごと]や[学校|がっこう]（[1週間|いっしゅうかん]に[3日|みっか]まで）",
                    "Work or study (up to 3 days a week)",
                ),
            ),
            choice(
                URGENT,
                Localised::new(
                    "病気や出産、介護など急なこと（14日まで）",
                    "[病気|びょうき]や[出産|しゅっさん]など、[急|きゅう]なこと（[14日|じゅうよっか]まで）",
                    "Illness, birth or another emergency (up to 14 days)",
                ),
            ),
            choice("private", Localised::new("休息や用事", "[休|やす]みたいとき、[用事|ようじ]があるとき", "A rest or errands")),
        ],
        questions: health_questions(),
        bring: vec![
            two_changes_of_clothes(),
            nappies(),
            Localised::new(
                "昼食（1日利用で給食を頼まないとき）",
                "[昼|ひる]ごはん（[1日|いちにち][使|つか]って、[給食|きゅうしょく]を[頼|たの]まないとき）",
                "Lunch, for a whole day without our lunch",
            ),
            Localised::new("水筒", "[水筒|すいとう]", "A water bottle"),
            used_clothes_bag(),
        ],
        ..Terms::new(to_school(if city == City::Yonago { 6 } else { 2 }), unit)
    }
}

const WORK: &str = "work";
const URGENT: &str = "urgent";

/// 14 days a month in all (12 until the last fiscal year), of these 3 a week for work and 14 a month in an emergency.
fn limits(year: Year) -> Vec<Limit> {
    let days = |pool: &str, per, days: i64, reason: &str| Limit {
        reason: Some(reason.to_owned()),
        ..limit(pool, LimitUnit::HalfDays, per, days * 2)
    };
    vec![
        limit(KEY, LimitUnit::HalfDays, LimitPeriod::Month, if year == Year::Last { 24 } else { 28 }),
        days("temporary_care_work", LimitPeriod::Week, 3, WORK),
        days("temporary_care_urgent", LimitPeriod::Month, 14, URGENT),
    ]
}

/// Half days cost half. Yonago asks everybody the same, Sakaiminato asks its neighbours a little more, so that the border shows.
fn fees(city: City, year: Year) -> Vec<Fee> {
    let tiers: [(PriceTier, i64, i64); 2] = match (city, year) {
        (City::Yonago, Year::Last) => [(PriceTier::resident(), 1800, 1000), (neighbour(), 3600, 2000)],
        (City::Yonago, Year::This) => [(PriceTier::resident(), 2000, 1000), (neighbour(), 2000, 1000)],
        (City::Sakaiminato, Year::Last) => [(PriceTier::resident(), 2000, 1000), (neighbour(), 3000, 1600)],
        (City::Sakaiminato, Year::This) => [(PriceTier::resident(), 2000, 1000), (neighbour(), 2400, 1400)],
    };
    let mut fees = Vec::new();
    for (tier, under_three, from_three) in tiers {
        for (from_age, under_age, day) in [(0, Some(3), under_three), (3, None, from_three)] {
            for (block, yen) in [("day", day), ("morning", day / 2), ("afternoon", day / 2)] {
                let per = FeeUnit::Block { block: block.to_owned() };
                fees.push(Fee { tier: tier.clone(), from_age, under_age, per, yen });
            }
        }
    }
    fees
}
