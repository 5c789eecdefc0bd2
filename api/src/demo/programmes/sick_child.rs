//! 病児・病後児保育: a day for a child who is ill or getting well, booked until the same morning.

use shared::locale::Localised;
use shared::programmes::{
    AnswerKind, Cancellation, Deadline, Fee, Opens, PriceTier, Question, ReliefUnit, StaffRatio, Staffing, Terms, Unit,
};

use super::super::cities::City;
use super::super::time;
use super::{
    Told, Year, block_fee, choice, exempt_reasons, lunch, mother_and_child_handbook, nappies, neighbour, public_assistance, question,
    tax_exempt, to_school, two_changes_of_clothes, used_clothes_bag, whole_day,
};

/// Its key.
pub const KEY: &str = "sick_child";

pub(super) fn told(_: City) -> Told {
    Told {
        name: Localised::new("病児・病後児保育", "[病気|びょうき]の[子|こ]どもの[保育|ほいく]", "Care for sick children"),
        summary: Localised::new(
            "病気のときや回復期で、集団保育が難しく、ご家庭でも看病できないとき、看護師と保育士がお預かりします。当日の朝8時まで予約できます。",
            "[子|こ]どもが[病気|びょうき]のときや[治|なお]りかけのとき、[看護師|かんごし]と[保育士|ほいくし]が[預|あず]かります。\
             その[日|ひ]の[朝|あさ]8[時|じ]まで[予約|よやく]できます。",
            "A nurse and a nursery teacher look after a child who is ill or getting well. Book until 8:00 the same morning.",
        ),
    }
}

pub(super) fn terms(city: City, year: Year) -> Terms {
    Terms {
        fees: fees(city, year),
        extras: vec![lunch(300)],
        // ¥2,500 becomes ¥500 or ¥300. Which households these are, and that neighbours get the same relief, is made up.
        reliefs: vec![public_assistance(ReliefUnit::Use { yen: 2200 }), tax_exempt(ReliefUnit::Use { yen: 2000 })],
        opens: Opens::DaysBefore { days: 7 },
        closes: Deadline::DaysBefore { days: 0, time: time(8, 0) },
        cancellation: Cancellation {
            free_until: Deadline::DaysBefore { days: 0, time: time(7, 30) },
            late_fee_percent: 0,
            late_counts: false,
            undo_minutes: 10,
            exempt: exempt_reasons(),
        },
        staffing: Some(Staffing { minimum: 1, ratios: vec![StaffRatio { from_age: 0, under_age: None, children: 3 }] }),
        questions: questions(),
        bring: vec![
            mother_and_child_handbook(),
            Localised::new(
                "医師連絡票とお薬手帳",
                "[医者|いしゃ]の[紙|かみ]（[医師連絡票|いしれんらくひょう]）、お[薬|くすり][手帳|てちょう]",
                "The doctor's note and the medicine record",
            ),
            Localised::new(
                "その日に飲む薬（1回分ずつ）",
                "その[日|ひ]に[飲|の]む[薬|くすり]（[1回|いっかい]ずつ[分|わ]ける）",
                "The day's medicine, in single doses",
            ),
            two_changes_of_clothes(),
            nappies(),
            used_clothes_bag(),
        ],
        ..Terms::new(to_school(6), Unit::Blocks { blocks: vec![whole_day()] })
    }
}

/// ¥2,500 a day; ¥2,000 until the last fiscal year and what Sakaiminato asks its neighbours are made up.
fn fees(city: City, year: Year) -> Vec<Fee> {
    let resident = if year == Year::Last { 2000 } else { 2500 };
    let neighbours = if city == City::Yonago { resident } else { resident + 500 };
    vec![block_fee(&PriceTier::resident(), "day", resident), block_fee(&neighbour(), "day", neighbours)]
}

fn questions() -> Vec<Question> {
    let illness = vec![
        choice("cold", Localised::new("かぜ・発熱", "かぜ、[熱|ねつ]", "A cold or fever")),
        choice("stomach", Localised::new("胃腸炎（吐く・下痢）", "おなかの[病気|びょうき]（[吐|は]く、げり）", "A stomach illness")),
        choice("infection", Localised::new("感染症と診断された", "うつる[病気|びょうき]だと[言|い]われた", "A diagnosed infection")),
        choice("injury", Localised::new("けが", "けが", "An injury")),
        choice("other", Localised::new("そのほか", "ほかの[病気|びょうき]", "Something else")),
    ];
    vec![
        question(
            "illness",
            Localised::new("病気やけがの種類", "どんな[病気|びょうき]、けがですか", "What is the illness?"),
            AnswerKind::Choice { choices: illness },
            true,
        ),
        question(
            "seen_doctor",
            Localised::new("医師の診察を受けましたか", "[医者|いしゃ]に[行|い]きましたか", "Has a doctor seen your child?"),
            AnswerKind::YesNo,
            true,
        ),
        question(
            "medicine",
            Localised::new(
                "お預かり中に飲む薬はありますか",
                "[預|あず]かる[間|あいだ]に[飲|の]む[薬|くすり]はありますか",
                "Is there medicine to give during the stay?",
            ),
            AnswerKind::YesNo,
            true,
        ),
        question(
            "medicine_notes",
            Localised::new(
                "薬の名前と飲む時刻",
                "[薬|くすり]の[名前|なまえ]、[飲|の]む[時間|じかん]",
                "Names of the medicine, and when it is taken",
            ),
            AnswerKind::Text,
            false,
        ),
    ]
}
