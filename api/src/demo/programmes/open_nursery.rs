//! こども誰でも通園制度: by the hour, from six months to under three, whether or not the parents work.

use shared::locale::Localised;
use shared::programmes::{
    Benefit, BenefitRate, Cancellation, Deadline, Fee, FeeUnit, LatePickUp, Limit, LimitPeriod, LimitUnit, Opens, PriceTier, ProgrammeKey,
    Relief, ReliefUnit, Terms, Unit,
};

use super::super::cities::City;
use super::super::time;
use super::{
    Told, Year, exempt_reasons, health_questions, limit, little_income, lunch, needs_support, neighbour, public_assistance, snack,
    staffing, tax_exempt, under, used_clothes_bag,
};

/// Its key.
pub const KEY: &str = "open_nursery";

pub(super) fn told(city: City) -> Told {
    let (hours, easy, english) = match city {
        City::Yonago => ("月10時間", "[1か月|いっかげつ]に10[時間|じかん]", "10 hours a month"),
        City::Sakaiminato => (
            "月8時間（市内の施設では10時間）",
            "[1か月|いっかげつ]に8[時間|じかん]（[境港市|さかいみなとし]の[中|なか]では10[時間|じかん]）",
            "8 hours a month (10 within Sakaiminato)",
        ),
    };
    Told {
        name: Localised::new("こども誰でも通園制度", "こども[誰|だれ]でも[通園|つうえん][制度|せいど]", "Open nursery"),
        summary: Localised::new(
            &format!("生後6か月から満3歳未満のお子さんが、保護者の就労にかかわらず、{hours}まで時間単位で通えます。"),
            &format!(
                "[生|う]まれて6か[月|げつ]から3[歳|さい]になる[前|まえ]の[子|こ]どもが、[1時間|いちじかん]から[使|つか]えます。\
                 [親|おや]が[働|はたら]いていなくても[使|つか]えます。{easy}までです。"
            ),
            &format!("Children from 6 months to under 3 may come by the hour, up to {english}, whether or not the parents work."),
        ),
    }
}

/// The public unit price of an hour in fiscal 2026.
const fn unit_price(from_age: u32, under_age: Option<u32>, yen: i64) -> BenefitRate {
    BenefitRate { from_age, under_age, per: FeeUnit::Hour, yen }
}

pub(super) fn terms(city: City, year: Year) -> Terms {
    let fee = |tier| Fee { tier, from_age: 0, under_age: Some(3), per: FeeUnit::Hour, yen: 300 };
    let unit = Unit::Flexible { minimum_minutes: 60, maximum_minutes: None, step_minutes: 30 };
    Terms {
        limits: vec![hours(city, year)],
        fees: vec![fee(PriceTier::resident()), fee(neighbour())],
        extras: vec![lunch(350), snack(100)],
        reliefs: reliefs(city, year),
        benefit: Some(Benefit { rates: vec![unit_price(0, Some(1), 1700), unit_price(1, Some(3), 1400)], pays_absence: false }),
        opens: Opens::DaysBefore { days: if year == Year::Last { 28 } else { 56 } },
        closes: Deadline::MinutesBefore { minutes: 60 },
        cancellation: Cancellation {
            free_until: Deadline::DaysBefore { days: 1, time: time(17, 0) },
            late_fee_percent: 0,
            late_counts: true,
            undo_minutes: 10,
            exempt: exempt_reasons(),
        },
        // Late minutes use up the hours, as the ministry says.
        late_pick_up: LatePickUp::Counts { grace_minutes: 0 },
        staffing: Some(staffing(year)),
        // Since it became a benefit by statute.
        certification: (year == Year::This).then(|| ProgrammeKey::new(KEY)),
        questions: health_questions(),
        bring: vec![
            Localised::new("着替え（上下1組）", "[着替|きが]え（[上|うえ]と[下|した]を1つずつ）", "One change of clothes"),
            Localised::new("おむつとおしりふき", "おむつ、おしりふき", "Nappies and wipes"),
            Localised::new("飲み物（水かお茶）", "[飲|の]み[物|もの]（[水|みず]かお[茶|ちゃ]）", "Something to drink: water or tea"),
            used_clothes_bag(),
        ],
        ..Terms::new(under(6, 3), unit)
    }
}

/// Yonago gives the national 10 hours. What Sakaiminato gives is not known: 8 hours anywhere and 2 more at home, and 6 until the last
/// fiscal year, are made up so that the cities differ.
fn hours(city: City, year: Year) -> Limit {
    let (base, local) = match (city, year) {
        (City::Yonago, _) => (600, 0),
        (City::Sakaiminato, Year::Last) => (360, 0),
        (City::Sakaiminato, Year::This) => (480, 120),
    };
    Limit { local, ..limit(KEY, LimitUnit::Minutes, LimitPeriod::Month, base) }
}

/// The usual form, −300 / −200 / −200 an hour; in Sakaiminato until the last fiscal year the other one, −300 / −240 / −210 / −150.
fn reliefs(city: City, year: Year) -> Vec<Relief> {
    let hour = |yen| ReliefUnit::Hour { yen };
    match (city, year) {
        (City::Sakaiminato, Year::Last) => {
            vec![public_assistance(hour(300)), tax_exempt(hour(240)), little_income(hour(210)), needs_support(hour(150))]
        }
        _ => vec![public_assistance(hour(300)), little_income(hour(200)), needs_support(hour(200))],
    }
}
