//! The two cities, their compact and their programmes. Names, codes and places of the cities are real; the compact and every
//! figure of the programmes are for demonstration, close to what cities publish but no city's own.

use chrono::NaiveDate;
use shared::calendar::known_holidays;
use shared::ids::{CompactId, ProgrammeVersionId};
use shared::locale::Localised;
use shared::municipalities::{Compact, CompactTerm, Municipality, MunicipalityCode, Position};
use shared::programmes::{
    AgeBasis, AgeEnd, Ages, Block, Cancellation, Deadline, ExemptReason, Fee, FeeUnit, Limit, LimitPeriod, LimitUnit, Opens, PriceTier,
    Programme, ProgrammeKey, Terms, Unit,
};
use shared::time::{days_before, fiscal_year};

use super::{Kind, Moment, id, read, time};
use crate::calendar::store::replace_holidays;
use crate::db::{AnyConnection, DbError};
use crate::{municipalities, programmes};

/// 一時預かり
pub const TEMPORARY_CARE: &str = "temporary_care";
/// こども誰でも通園制度
pub const OPEN_NURSERY: &str = "open_nursery";

/// A city of the demo world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum City {
    /// 米子市
    #[default]
    Yonago,
    /// 境港市
    Sakaiminato,
}

/// Its code.
pub fn code(city: City) -> Result<MunicipalityCode, DbError> {
    read(MunicipalityCode::parse(match city {
        City::Yonago => "312029",
        City::Sakaiminato => "312045",
    }))
}

/// Writes cities, compact, programmes and holidays.
pub fn insert(conn: &mut AnyConnection, moment: Moment) -> Result<(), DbError> {
    for (city, name, kana, latitude, longitude) in [
        (City::Yonago, Localised::new("米子市", "[米子市|よなごし]", "Yonago"), "ヨナゴシ", 35.42806, 133.33111),
        (City::Sakaiminato, Localised::new("境港市", "[境港市|さかいみなとし]", "Sakaiminato"), "サカイミナトシ", 35.53972, 133.23167),
    ] {
        let position = Position { latitude, longitude };
        municipalities::store::insert_municipality(conn, &Municipality { code: code(city)?, name, kana: kana.to_owned(), position })?;
    }
    let this_year = april(fiscal_year(moment.today));
    municipalities::store::insert_compact(conn, &compact(this_year)?)?;
    for version in versions(this_year)? {
        programmes::store::insert_programme(conn, &version)?;
    }
    replace_holidays(conn, &known_holidays().into_iter().collect())?;
    Ok(())
}

/// The first day of a fiscal year.
fn april(year: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, 4, 1).unwrap_or(NaiveDate::MIN)
}

fn compact(valid_from: NaiveDate) -> Result<Compact, DbError> {
    let compact_id = CompactId::new(id(Kind::Compact, 1));
    let mut terms = Vec::new();
    for (residence, host) in [(City::Yonago, City::Sakaiminato), (City::Sakaiminato, City::Yonago)] {
        for programme in [TEMPORARY_CARE, OPEN_NURSERY] {
            terms.push(CompactTerm {
                compact_id: compact_id.clone(),
                residence: code(residence)?,
                host: code(host)?,
                programme: ProgrammeKey::new(programme),
                valid_from,
                valid_until: None,
                resident_priority_days: 5,
                price_tier: PriceTier::new("neighbour"),
            });
        }
    }
    let name = Localised::new(
        "米子市・境港市 広域利用協定（架空）",
        "[米子市|よなごし]と[境港市|さかいみなとし]の[広域利用協定|こういきりようきょうてい]（[作|つく]り[物|もの]です）",
        "Yonago–Sakaiminato compact on shared use (fictional)",
    );
    Ok(Compact { id: compact_id, name, terms })
}

/// Each programme in each city, as it was in the last fiscal year and as it is since this one began.
fn versions(this_year: NaiveDate) -> Result<Vec<Programme>, DbError> {
    let last_year = april(fiscal_year(this_year) - 1);
    let until = days_before(this_year, 1);
    let mut versions = Vec::new();
    for city in [City::Yonago, City::Sakaiminato] {
        for (key, name, summary) in [
            (
                TEMPORARY_CARE,
                Localised::new("一時預かり", "[一時|いちじ][預|あず]かり", "Temporary care"),
                Localised::new(
                    "用事や仕事、休息などのとき、保育園などでお子さんを1日または半日お預かりします。",
                    "[用事|ようじ]や[仕事|しごと]、[休|やす]みたいときに、[保育園|ほいくえん]などが\
                     [子|こ]どもを[1日|いちにち]か[半日|はんにち]、[預|あず]かります。",
                    "A nursery looks after your child for a day or half a day: for errands, work or a rest.",
                ),
            ),
            (
                OPEN_NURSERY,
                Localised::new("こども誰でも通園制度", "こども[誰|だれ]でも[通園|つうえん][制度|せいど]", "Open nursery"),
                Localised::new(
                    "生後6か月から満3歳未満のお子さんが、保護者の就労にかかわらず、月10時間まで時間単位で通えます。",
                    "[生|う]まれて6か[月|げつ]から3[歳|さい]になる[前|まえ]の[子|こ]どもが、[1時間|いちじかん]から[使|つか]えます。\
                     [親|おや]が[働|はたら]いていなくても[使|つか]えます。[1か月|いっかげつ]に10[時間|じかん]までです。",
                    "Children from 6 months to under 3 may come by the hour, up to 10 hours a month, whether or not the parents work.",
                ),
            ),
        ] {
            for (valid_from, valid_until, old) in [(last_year, Some(until), true), (this_year, None, false)] {
                versions.push(Programme {
                    id: ProgrammeVersionId::new(id(Kind::Programme, versions.len() + 1)),
                    key: ProgrammeKey::new(key),
                    municipality: code(city)?,
                    valid_from,
                    valid_until,
                    name: name.clone(),
                    summary: summary.clone(),
                    terms: if key == TEMPORARY_CARE { temporary_care(city, old) } else { open_nursery(old) },
                });
            }
        }
    }
    Ok(versions)
}

fn month_limit(pool: &str, counts: LimitUnit, base: i64) -> Limit {
    Limit { pool: pool.to_owned(), counts, per: LimitPeriod::Month, base, local: 0, multiple_birth: None, reason: None }
}

fn temporary_care(city: City, old: bool) -> Terms {
    let block = |key: &str, name: Localised, half_days| Block { key: key.to_owned(), name, half_days, uses: 1 };
    let ages = Ages { from_months: if city == City::Yonago { 6 } else { 2 }, until: AgeEnd::SchoolEntry, basis: AgeBasis::OnDay };
    let unit = Unit::Blocks {
        blocks: vec![
            block("day", Localised::new("1日", "[1日|いちにち]", "Whole day"), 2),
            block("morning", Localised::new("午前", "[午前|ごぜん]", "Morning"), 1),
            block("afternoon", Localised::new("午後", "[午後|ごご]", "Afternoon"), 1),
        ],
    };
    Terms {
        limits: vec![month_limit(TEMPORARY_CARE, LimitUnit::HalfDays, if old { 24 } else { 28 })],
        fees: care_fees(city, old),
        opens: Opens::DaysBefore { days: if old { 28 } else { 56 } },
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
        bring: vec![
            Localised::new("着替え（上下2組）", "[着替|きが]え（[上|うえ]と[下|した]を2つずつ）", "Two changes of clothes"),
            Localised::new(
                "おむつとおしりふき（使っている場合）",
                "おむつ、おしりふき（[使|つか]っている[子|こ]）",
                "Nappies and wipes, if used",
            ),
            Localised::new("昼食（1日利用のとき）", "[昼|ひる]ごはん（[1日|いちにち][使|つか]うとき）", "Lunch, for a whole day"),
            Localised::new("水筒", "[水筒|すいとう]", "A water bottle"),
            Localised::new("汚れ物を入れる袋", "[汚|よご]れた[物|もの]を[入|い]れる[袋|ふくろ]", "A bag for used clothes"),
        ],
        ..Terms::new(ages, unit)
    }
}

/// Half days cost half. Yonago asks everybody the same, Sakaiminato asks its neighbours a little more, so that the border shows.
fn care_fees(city: City, old: bool) -> Vec<Fee> {
    let tiers: [(PriceTier, i64, i64); 2] = match (city, old) {
        (City::Yonago, true) => [(PriceTier::resident(), 1800, 1000), (PriceTier::new("neighbour"), 3600, 2000)],
        (City::Yonago, false) => [(PriceTier::resident(), 2000, 1000), (PriceTier::new("neighbour"), 2000, 1000)],
        (City::Sakaiminato, true) => [(PriceTier::resident(), 2000, 1000), (PriceTier::new("neighbour"), 3000, 1600)],
        (City::Sakaiminato, false) => [(PriceTier::resident(), 2000, 1000), (PriceTier::new("neighbour"), 2400, 1400)],
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

fn open_nursery(old: bool) -> Terms {
    let fee = |tier| Fee { tier, from_age: 0, under_age: Some(3), per: FeeUnit::Hour, yen: 300 };
    let ages = Ages { from_months: 6, until: AgeEnd::UnderYears { years: 3 }, basis: AgeBasis::OnDay };
    let unit = Unit::Flexible { minimum_minutes: 60, maximum_minutes: None, step_minutes: 30 };
    Terms {
        // The national figure; Sakaiminato's own is not known.
        limits: vec![month_limit(OPEN_NURSERY, LimitUnit::Minutes, 600)],
        fees: vec![fee(PriceTier::resident()), fee(PriceTier::new("neighbour"))],
        opens: Opens::DaysBefore { days: if old { 28 } else { 56 } },
        closes: Deadline::MinutesBefore { minutes: 60 },
        cancellation: Cancellation {
            free_until: Deadline::DaysBefore { days: 1, time: time(17, 0) },
            late_fee_percent: 0,
            late_counts: true,
            undo_minutes: 10,
            exempt: exempt_reasons(),
        },
        bring: vec![
            Localised::new("着替え（上下1組）", "[着替|きが]え（[上|うえ]と[下|した]を1つずつ）", "One change of clothes"),
            Localised::new("おむつとおしりふき", "おむつ、おしりふき", "Nappies and wipes"),
            Localised::new("飲み物（水かお茶）", "[飲|の]み[物|もの]（[水|みず]かお[茶|ちゃ]）", "Something to drink: water or tea"),
            Localised::new("汚れ物を入れる袋", "[汚|よご]れた[物|もの]を[入|い]れる[袋|ふくろ]", "A bag for used clothes"),
        ],
        ..Terms::new(ages, unit)
    }
}

/// For whom a late cancellation costs and counts nothing.
fn exempt_reasons() -> Vec<ExemptReason> {
    let reason = |key: &str, by_family, name| ExemptReason { key: key.to_owned(), name, by_family };
    vec![
        reason("child_ill", true, Localised::new("お子さんの体調不良", "[子|こ]どもが[病気|びょうき]になった", "Your child is ill")),
        reason("bereavement", true, Localised::new("ご家族の不幸", "[家族|かぞく]が[亡|な]くなった", "A death in the family")),
        reason(
            "weather_warning",
            true,
            Localised::new("警報が出ている", "[大雨|おおあめ]や[台風|たいふう]の[警報|けいほう]", "A weather warning is in force"),
        ),
        reason("facility", false, Localised::new("施設の都合", "[施設|しせつ]の[都合|つごう]", "For the facility's own reasons")),
    ]
}
