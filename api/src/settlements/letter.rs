//! The settlement on paper: both directions, each with its lines and its sum, and what one city pays the other in the end. It reads the same
//! for both cities but for who writes to whom.

use chrono::{DateTime, Utc};
use shared::documents::{Document, Fact};
use shared::locale::{Locale, day_in_column, month as month_words, official_day, yen};
use shared::municipalities::MunicipalityCode;
use shared::problem::{Datum, Reason};
use shared::settlements::{Settlement, SettlementLine, SettlementLock};
use shared::time::tokyo_day;

use super::files::{corrected, said};
use crate::documents::pdf::{Column, PaperTable, render_with};
use crate::error::ApiError;

/// Papers between offices are in Japanese.
const LANGUAGE: Locale = Locale::Ja;

fn with(key: &'static str, values: &[(&str, &str)]) -> String {
    let reason = values.iter().fold(Reason::new(key), |reason, (name, words)| reason.with(name, Datum::Text((*words).to_owned())));
    reason.sentence(LANGUAGE)
}

/// A number with separators between thousands; less than nothing with a triangle, as offices write.
fn separated(number: i64) -> String {
    yen(number, LANGUAGE).replace('円', "").replace('-', "△")
}

/// What is used by the children of one city in the other: who pays, and who gets it.
struct Direction<'a> {
    from: (&'a MunicipalityCode, &'a str),
    to: &'a str,
}

impl Direction<'_> {
    /// The lines with their numbers in the list of both directions.
    fn lines<'a>(&self, told: &'a Settlement) -> Vec<(i64, &'a SettlementLine)> {
        (1..).zip(&told.lines).filter(|(_, line)| line.residence == *self.from.0).collect()
    }

    fn said(&self, key: &'static str) -> String {
        with(key, &[("from", self.from.1), ("to", self.to)])
    }

    fn table(&self, told: &Settlement) -> PaperTable {
        let lines = self.lines(told);
        let sum = |of: fn(&SettlementLine) -> i64| separated(lines.iter().map(|(_, line)| of(line)).sum());
        let empty = String::new;
        let total = vec![
            empty(),
            said("claims.word.total", LANGUAGE),
            empty(),
            empty(),
            empty(),
            empty(),
            sum(|line| line.amounts.minutes),
            sum(|line| line.amounts.fee_yen),
            empty(),
            sum(|line| line.amounts.benefit_yen),
            sum(|line| line.amounts.relief_yen),
            sum(|line| line.amounts.city_yen()),
        ];
        PaperTable {
            heading: self.said("settlements.word.use_of"),
            columns: columns(),
            rows: lines.iter().map(|(n, line)| row(*n, line)).chain([total]).collect(),
        }
    }
}

fn columns() -> Vec<Column> {
    let words = |key: &str, share: f32| Column::words(said(key, LANGUAGE), share);
    let numbers = |key: &str, share: f32| Column::numbers(said(key, LANGUAGE), share);
    vec![
        numbers("settlements.word.col_number", 26.0),
        words("settlements.word.col_place", 92.0),
        words("settlements.word.col_certificate", 52.0),
        words("settlements.word.col_day", 52.0),
        words("settlements.word.col_usage", 36.0),
        numbers("settlements.word.col_age", 22.0),
        numbers("settlements.word.col_minutes", 36.0),
        numbers("settlements.word.col_fee", 38.0),
        numbers("settlements.word.col_unit", 34.0),
        numbers("settlements.word.col_benefit", 44.0),
        numbers("settlements.word.col_relief", 38.0),
        numbers("settlements.word.col_pays", 46.0),
    ]
}

fn row(n: i64, line: &SettlementLine) -> Vec<String> {
    let usage = match &line.corrects {
        Some(_) => with("claims.word.correction", &[("line", &corrected(line))]),
        None => said(line.usage.word(), LANGUAGE),
    };
    let lead = [
        separated(n),
        format!("{}／{}", line.facility, line.programme_name.ja),
        line.certificate.clone().unwrap_or_default(),
        day_in_column(line.day),
        usage,
    ];
    let amounts = line.amounts;
    let numbers =
        [i64::from(line.age), amounts.minutes, amounts.fee_yen, line.unit_yen, amounts.benefit_yen, amounts.relief_yen, amounts.city_yen()];
    lead.into_iter().chain(numbers.map(separated)).collect()
}

fn fact(name: String, words: String) -> Fact {
    Fact { name, lines: vec![words] }
}

fn locked(city: &str, lock: Option<&SettlementLock>) -> Fact {
    let open = || said("settlements.word.open", LANGUAGE);
    fact(with("settlements.word.lock_of", &[("city", city)]), lock.map_or_else(open, |lock| official_day(tokyo_day(lock.at), LANGUAGE)))
}

/// The letter of the city that looks to the other one.
pub fn letter(told: &Settlement, now: DateTime<Utc>) -> Result<Vec<u8>, ApiError> {
    let (head, own, other) = (&told.head, told.own_name.ja.as_str(), told.head.other_name.ja.as_str());
    let month = month_words(head.month, LANGUAGE);
    // On the day on which both agreed; before that it is a draft of today.
    let agreed_at = head.own_lock.as_ref().zip(head.other_lock.as_ref()).map(|(own, other)| own.at.max(other.at));
    let issued_on = tokyo_day(agreed_at.unwrap_or(now));
    let out = Direction { from: (&told.own, own), to: other };
    let back = Direction { from: (&head.other, other), to: own };
    let balance = head.sides.balance_yen;
    let last = if balance > 0 { &back } else { &out };
    let document = Document {
        language: LANGUAGE,
        number: with("settlements.word.number", &[("month", &month)]),
        issued_on,
        date: official_day(issued_on, LANGUAGE),
        addressee: with("claims.word.addressee_city", &[("city", other)]),
        sender: vec![with("settlements.word.sender", &[("city", own)])],
        title: said(if agreed_at.is_some() { "settlements.word.title" } else { "settlements.word.draft" }, LANGUAGE),
        body: vec![with("settlements.word.body", &[("month", &month)])],
        facts: vec![
            fact(said("settlements.word.compact", LANGUAGE), head.compact_name.ja.clone()),
            fact(said("settlements.word.month", LANGUAGE), month),
            fact(out.said("settlements.word.owes"), yen(head.sides.pays_yen, LANGUAGE)),
            fact(back.said("settlements.word.owes"), yen(head.sides.gets_yen, LANGUAGE)),
            fact(last.said("settlements.word.difference"), yen(balance.saturating_abs(), LANGUAGE)),
            locked(own, head.own_lock.as_ref()),
            locked(other, head.other_lock.as_ref()),
        ],
        sections: Vec::new(),
    };
    let tables: Vec<PaperTable> =
        [&out, &back].into_iter().filter(|direction| !direction.lines(told).is_empty()).map(|direction| direction.table(told)).collect();
    render_with(&document, &tables)
}
