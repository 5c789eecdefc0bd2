//! 産後ケア: nights, days and visits at home in the first year after a birth. Nights and days draw on one account, a night twice; visits
//! have their own. The facility decides on each request: it has to know how mother and baby are.

use shared::locale::Localised;
use shared::programmes::{
    AnswerKind, Cancellation, Confirmation, Deadline, Fee, FeeUnit, IfSilent, Limit, LimitPeriod, LimitUnit, Opens, PriceTier, Question,
    Relief, ReliefUnit, Terms, Unit,
};

use super::super::cities::City;
use super::super::time;
use super::{
    Told, Year, block, block_fee, choice, exempt_reasons, extra, limit, mother_and_child_handbook, public_assistance, question, tax_exempt,
    under, whole_day,
};

/// 短期入所型: nights.
pub const STAY: &str = "postnatal_stay";
/// 通所型: a day.
pub const DAY: &str = "postnatal_day";
/// 居宅訪問型: at home.
pub const HOME: &str = "postnatal_home";

/// The account that nights and days share.
const POOL: &str = "postnatal_care";
/// The part of it that nights may take, where a city says so.
const STAY_POOL: &str = "postnatal_stay";
/// The account of visits.
const HOME_POOL: &str = "postnatal_home";

pub(super) fn stay_told(_: City) -> Told {
    Told {
        name: Localised::new("産後ケア（宿泊）", "[産後|さんご]ケア（[泊|と]まる）", "Postnatal care: overnight stay"),
        summary: Localised::new(
            "出産後1年未満のお母さんと赤ちゃんが泊まって、休養や授乳の相談、育児の支援を受けられます。1泊は2回と数えます。",
            "[出産|しゅっさん]から[1年|いちねん]までのお[母|かあ]さんと[赤|あか]ちゃんが[泊|と]まって、[休|やす]んだり、おっぱいやミルクの\
             [相談|そうだん]をしたりできます。[1泊|いっぱく]は[2回|にかい]と[数|かぞ]えます。",
            "Mothers and babies stay overnight in the first year: rest, help with feeding and with the baby. A night counts as two uses.",
        ),
    }
}

pub(super) fn day_told(_: City) -> Told {
    Told {
        name: Localised::new("産後ケア（日帰り）", "[産後|さんご]ケア（[日帰|ひがえ]り）", "Postnatal care: day visit"),
        summary: Localised::new(
            "出産後1年未満のお母さんと赤ちゃんが日中に来て、休養や授乳の相談、育児の支援を受けられます。",
            "[出産|しゅっさん]から[1年|いちねん]までのお[母|かあ]さんと[赤|あか]ちゃんが[昼間|ひるま]に[来|き]て、[休|やす]んだり、\
             おっぱいやミルクの[相談|そうだん]をしたりできます。",
            "Mothers and babies come for the day in the first year: rest, help with feeding and with the baby.",
        ),
    }
}

pub(super) fn home_told(_: City) -> Told {
    Told {
        name: Localised::new("産後ケア（訪問）", "[産後|さんご]ケア（[家|いえ]に[来|く]る）", "Postnatal care: home visit"),
        summary: Localised::new(
            "助産師がご自宅を訪ね、授乳や育児の相談に応じます。1回4時間まで、出産後1年未満です。",
            "[助産師|じょさんし]が[家|いえ]に[来|き]て、おっぱいやミルク、[赤|あか]ちゃんの[世話|せわ]の[相談|そうだん]をします。\
             [1回|いっかい]4[時間|じかん]まで、[出産|しゅっさん]から[1年|いちねん]までです。",
            "A midwife comes to your home for up to four hours in the first year: help with feeding and with the baby.",
        ),
    }
}

pub(super) fn stay(city: City, year: Year) -> Terms {
    let unit = Unit::Blocks {
        blocks: vec![
            block("night", Localised::new("1泊2日", "[1泊2日|いっぱくふつか]", "One night"), 0, 2),
            block("two_nights", Localised::new("2泊3日", "[2泊3日|にはくみっか]", "Two nights"), 0, 4),
        ],
    };
    let mut terms = common(city, year, unit);
    terms.limits = vec![shared_pool(year)];
    if city == City::Sakaiminato {
        // Made up: of the seven uses, four at most for nights.
        terms.limits.push(Limit { multiple_birth: Some(6), ..limit(STAY_POOL, LimitUnit::Uses, LimitPeriod::Birth, 4) });
        terms.fees = vec![block_fee(&PriceTier::resident(), "night", 4000), block_fee(&PriceTier::resident(), "two_nights", 8000)];
    }
    terms.bring.push(Localised::new(
        "お母さんの着替えと洗面用具",
        "お[母|かあ]さんの[着替|きが]え、[歯|は]ブラシなど",
        "The mother's clothes and toiletries",
    ));
    terms
}

pub(super) fn day(city: City, year: Year) -> Terms {
    let unit = Unit::Blocks { blocks: vec![whole_day()] };
    let mut terms = common(city, year, unit);
    terms.limits = vec![shared_pool(year)];
    if city == City::Sakaiminato {
        terms.fees = vec![block_fee(&PriceTier::resident(), "day", 2500)];
        terms.extras =
            vec![extra("mothers_lunch", Localised::new("お母さんの昼食", "お[母|かあ]さんの[昼|ひる]ごはん", "Lunch for the mother"), 700)];
    }
    terms
}

pub(super) fn home(city: City, year: Year) -> Terms {
    let unit = Unit::Flexible { minimum_minutes: 60, maximum_minutes: Some(240), step_minutes: 30 };
    let mut terms = common(city, year, unit);
    // Two until the last fiscal year, which is made up.
    terms.limits = vec![limit(HOME_POOL, LimitUnit::Uses, LimitPeriod::Birth, if year == Year::Last { 2 } else { 3 })];
    if city == City::Sakaiminato {
        terms.fees = vec![Fee { tier: PriceTier::resident(), from_age: 0, under_age: None, per: FeeUnit::Use, yen: 1000 }];
    }
    terms.bring = vec![mother_and_child_handbook()];
    terms
}

/// What nights and days may take together: 7 uses for a birth, 10 where more than one child was born. In the last fiscal year 5 and 7,
/// which is made up.
fn shared_pool(year: Year) -> Limit {
    let (base, several) = match year {
        Year::Last => (5, 7),
        Year::This => (7, 10),
    };
    Limit { multiple_birth: Some(several), ..limit(POOL, LimitUnit::Uses, LimitPeriod::Birth, base) }
}

/// Free in Yonago. The fees and reliefs of Sakaiminato are made up.
fn common(city: City, year: Year, unit: Unit) -> Terms {
    let hours = match city {
        City::Yonago => 24,
        City::Sakaiminato => 48,
    };
    Terms {
        reliefs: if city == City::Yonago { Vec::new() } else { reliefs(year) },
        opens: match city {
            City::Yonago => Opens::DaysBefore { days: 56 },
            City::Sakaiminato => Opens::OnDays { days: vec![1, 16], lead: 2, time: time(9, 0) },
        },
        closes: Deadline::OpenDaysBefore { days: 2, time: time(16, 0) },
        confirmation: Confirmation::ByFacility { hours, if_silent: IfSilent::Decline },
        cancellation: Cancellation {
            free_until: Deadline::OpenDaysBefore { days: 1, time: time(12, 0) },
            late_fee_percent: if city == City::Yonago { 0 } else { 50 },
            late_counts: true,
            undo_minutes: 10,
            exempt: exempt_reasons(),
        },
        questions: questions(),
        bring: vec![
            mother_and_child_handbook(),
            Localised::new("赤ちゃんの着替えとおむつ", "[赤|あか]ちゃんの[着替|きが]えとおむつ", "The baby's clothes and nappies"),
            Localised::new(
                "ミルクと哺乳びん（使っている場合）",
                "ミルク、[哺乳|ほにゅう]びん（[使|つか]っているとき）",
                "Formula and bottles, if used",
            ),
        ],
        ..Terms::new(under(0, 1), unit)
    }
}

/// ¥2,500 less where no residence tax is paid (until the last fiscal year ¥1,000), nothing to pay under public assistance.
fn reliefs(year: Year) -> Vec<Relief> {
    let yen = if year == Year::Last { 1000 } else { 2500 };
    vec![public_assistance(ReliefUnit::Percent { percent: 100 }), tax_exempt(ReliefUnit::Use { yen })]
}

fn questions() -> Vec<Question> {
    let choices = vec![
        choice("rest", Localised::new("休みたい", "[休|やす]みたい", "Rest")),
        choice("feeding", Localised::new("授乳の相談", "おっぱいやミルクの[相談|そうだん]", "Help with feeding")),
        choice("baby", Localised::new("赤ちゃんの世話の相談", "[赤|あか]ちゃんの[世話|せわ]の[相談|そうだん]", "Help with the baby")),
        choice("other", Localised::new("そのほか", "ほかのこと", "Something else")),
    ];
    vec![
        question(
            "wish",
            Localised::new("いちばんのご希望", "いちばん[助|たす]けてほしいこと", "What would help you most?"),
            AnswerKind::Choice { choices },
            true,
        ),
        question(
            "condition",
            Localised::new(
                "お母さんと赤ちゃんの体調で伝えておきたいこと",
                "お[母|かあ]さんと[赤|あか]ちゃんの[体|からだ]のことで、[伝|つた]えたいこと",
                "Anything about your own and the baby's health that we should know",
            ),
            AnswerKind::Text,
            false,
        ),
    ]
}
