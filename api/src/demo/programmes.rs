//! The programmes of the demo world, in each city, as they were in the last fiscal year and as they are since this one began.
//!
//! The figures are close to what cities publish. They are for demonstration and no city's own; where nothing was published they are made
//! up, and say so.

pub mod open_nursery;
pub mod postnatal;
pub mod sick_child;
pub mod temporary_care;
pub mod visit;

use chrono::NaiveDate;
use shared::ids::ProgrammeVersionId;
use shared::locale::Localised;
use shared::programmes::{
    AgeBasis, AgeEnd, Ages, AnswerKind, Block, Choice, ExemptReason, Extra, Fee, FeeUnit, Limit, LimitPeriod, LimitUnit, PriceTier,
    Programme, ProgrammeKey, Question, Relief, ReliefUnit, StaffRatio, Staffing, Terms,
};
use shared::time::{days_before, fiscal_year};

use super::cities::{City, april, code};
use super::{Kind, id};
use crate::db::{AnyConnection, DbError};
use crate::programmes::store::insert_programme;

/// What a programme is called and what it is for, in a city.
struct Told {
    name: Localised,
    summary: Localised,
}

/// A programme: its key, its words and its rules in a city, old or new.
struct Shipped {
    key: &'static str,
    told: fn(City) -> Told,
    terms: fn(City, Year) -> Terms,
}

/// Which of the two fiscal years.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Year {
    Last,
    This,
}

const ALL: [Shipped; 7] = [
    Shipped { key: temporary_care::KEY, told: temporary_care::told, terms: temporary_care::terms },
    Shipped { key: open_nursery::KEY, told: open_nursery::told, terms: open_nursery::terms },
    Shipped { key: postnatal::STAY, told: postnatal::stay_told, terms: postnatal::stay },
    Shipped { key: postnatal::DAY, told: postnatal::day_told, terms: postnatal::day },
    Shipped { key: postnatal::HOME, told: postnatal::home_told, terms: postnatal::home },
    Shipped { key: sick_child::KEY, told: sick_child::told, terms: sick_child::terms },
    Shipped { key: visit::KEY, told: visit::told, terms: visit::terms },
];

/// What families of the other city may use, and for how many days a city's own residents come first.
pub const ABROAD: [(&str, u32); 4] = [(temporary_care::KEY, 5), (open_nursery::KEY, 5), (sick_child::KEY, 1), (visit::KEY, 0)];

/// Writes every version.
pub fn insert(conn: &mut AnyConnection, this_year: NaiveDate) -> Result<(), DbError> {
    for version in versions(this_year)? {
        insert_programme(conn, &version)?;
    }
    Ok(())
}

fn versions(this_year: NaiveDate) -> Result<Vec<Programme>, DbError> {
    let last_year = april(fiscal_year(this_year) - 1);
    let mut versions = Vec::new();
    for city in [City::Yonago, City::Sakaiminato] {
        for shipped in &ALL {
            for year in [Year::Last, Year::This] {
                let (valid_from, valid_until) = match year {
                    Year::Last => (last_year, Some(days_before(this_year, 1))),
                    Year::This => (this_year, None),
                };
                let Told { name, summary } = (shipped.told)(city);
                versions.push(Programme {
                    id: ProgrammeVersionId::new(id(Kind::Programme, versions.len() + 1)),
                    key: ProgrammeKey::new(shipped.key),
                    municipality: code(city)?,
                    valid_from,
                    valid_until,
                    name,
                    summary,
                    terms: (shipped.terms)(city, year),
                });
            }
        }
    }
    Ok(versions)
}

/// The tier of the other city's families.
pub fn neighbour() -> PriceTier {
    PriceTier::new("neighbour")
}

/// From so many completed months to the last day under so many years.
pub(super) const fn under(from_months: u32, years: u32) -> Ages {
    Ages { from_months, until: AgeEnd::UnderYears { years }, basis: AgeBasis::OnDay }
}

/// From so many completed months to the last day before school.
pub(super) const fn to_school(from_months: u32) -> Ages {
    Ages { from_months, until: AgeEnd::SchoolEntry, basis: AgeBasis::OnDay }
}

fn block(key: &str, name: Localised, half_days: i64, uses: i64) -> Block {
    Block { key: key.to_owned(), name, half_days, uses }
}

/// A day, which counts once or as two half days.
fn whole_day() -> Block {
    block("day", Localised::new("1日", "[1日|いちにち]", "Whole day"), 2, 1)
}

fn limit(pool: &str, counts: LimitUnit, per: LimitPeriod, base: i64) -> Limit {
    Limit { pool: pool.to_owned(), counts, per, base, local: 0, multiple_birth: None, reason: None }
}

/// The price of a block for every age.
fn block_fee(tier: &PriceTier, key: &str, yen: i64) -> Fee {
    Fee { tier: tier.clone(), from_age: 0, under_age: None, per: FeeUnit::Block { block: key.to_owned() }, yen }
}

fn extra(key: &str, name: Localised, yen: i64) -> Extra {
    Extra { key: key.to_owned(), name, yen }
}

fn lunch(yen: i64) -> Extra {
    extra("lunch", Localised::new("給食", "[給食|きゅうしょく]", "Lunch"), yen)
}

fn snack(yen: i64) -> Extra {
    extra("snack", Localised::new("おやつ", "おやつ", "Snack"), yen)
}

fn relief(class: &str, name: Localised, off: ReliefUnit) -> Relief {
    Relief { class: class.to_owned(), name, off }
}

/// A household on public assistance.
fn public_assistance(off: ReliefUnit) -> Relief {
    let easy = "[生活保護|せいかつほご]の[家族|かぞく]の[割引|わりびき]";
    relief("public_assistance", Localised::new("生活保護世帯の減免", easy, "Relief: public assistance"), off)
}

/// A household that pays no residence tax.
fn tax_exempt(off: ReliefUnit) -> Relief {
    let easy = "[住民税|じゅうみんぜい]がない[家族|かぞく]の[割引|わりびき]";
    relief("tax_exempt", Localised::new("住民税非課税世帯の減免", easy, "Relief: exempt from residence tax"), off)
}

/// A household whose income tax is based on less than ¥77,101.
fn little_income(off: ReliefUnit) -> Relief {
    let easy = "[収入|しゅうにゅう]が[少|すく]ない[家族|かぞく]の[割引|わりびき]";
    relief("little_income", Localised::new("所得割額77,101円未満の世帯の減免", easy, "Relief: low income"), off)
}

/// A family that the city supports.
fn needs_support(off: ReliefUnit) -> Relief {
    let easy = "[助|たす]けが[必要|ひつよう]な[家族|かぞく]の[割引|わりびき]";
    relief("needs_support", Localised::new("支援が必要な家庭の減免", easy, "Relief: family in need of support"), off)
}

fn choice(key: &str, name: Localised) -> Choice {
    Choice { key: key.to_owned(), name }
}

fn question(key: &str, text: Localised, answer: AnswerKind, required: bool) -> Question {
    Question { key: key.to_owned(), text, answer, required }
}

/// How the child is, and what the carers should know: the two questions of every stay in a group.
fn health_questions() -> Vec<Question> {
    let choices = vec![
        choice("well", Localised::new("元気", "[元気|げんき]", "Well")),
        choice("a_little_unwell", Localised::new("少し気になることがある", "[少|すこ]し[心配|しんぱい]なことがある", "A little unwell")),
    ];
    vec![
        question(
            "health",
            Localised::new("お子さんの体調はいかがですか", "[子|こ]どもの[体|からだ]の[調子|ちょうし]はどうですか", "How is your child?"),
            AnswerKind::Choice { choices },
            true,
        ),
        question(
            "health_notes",
            Localised::new(
                "体調や食事、睡眠のことで、伝えておきたいこと",
                "[体|からだ]や[食|た]べること、[寝|ね]ることで、[伝|つた]えたいこと",
                "Anything about health, meals or sleep that we should know",
            ),
            AnswerKind::Text,
            false,
        ),
    ]
}

/// The staff of temporary care: until the last fiscal year 20 children of 3 years and 30 of 4 and more for each, now 15 and 25.
fn staffing(year: Year) -> Staffing {
    let (three, four) = match year {
        Year::Last => (20, 30),
        Year::This => (15, 25),
    };
    let ratio = |from_age, under_age, children| StaffRatio { from_age, under_age, children };
    Staffing {
        minimum: 2,
        ratios: vec![ratio(0, Some(1), 3), ratio(1, Some(2), 6), ratio(2, Some(3), 6), ratio(3, Some(4), three), ratio(4, None, four)],
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

fn two_changes_of_clothes() -> Localised {
    Localised::new("着替え（上下2組）", "[着替|きが]え（[上|うえ]と[下|した]を2つずつ）", "Two changes of clothes")
}

fn used_clothes_bag() -> Localised {
    Localised::new("汚れ物を入れる袋", "[汚|よご]れた[物|もの]を[入|い]れる[袋|ふくろ]", "A bag for used clothes")
}

fn nappies() -> Localised {
    Localised::new("おむつとおしりふき（使っている場合）", "おむつ、おしりふき（[使|つか]っている[子|こ]）", "Nappies and wipes, if used")
}

fn mother_and_child_handbook() -> Localised {
    Localised::new("母子健康手帳", "[母子健康手帳|ぼしけんこうてちょう]", "The mother and child handbook")
}
