use super::*;
use crate::eligibility::Test;
use crate::programmes::AnswerKind;
use crate::world::{certification, day, question, when, word};

fn published() -> NewProcedure {
    let Procedure { key, valid_from, valid_until, name, summary, terms, .. } = certification();
    NewProcedure { key, valid_from, valid_until, name, summary, terms }
}

#[test]
fn a_whole_procedure_has_nothing_against_it() {
    assert_eq!(published().check(), []);
    let text = serde_json::to_string(&published()).unwrap();
    assert_eq!(serde_json::from_str::<NewProcedure>(&text).unwrap(), published());
}

#[test]
fn everything_wrong_is_told_where_it_stands() {
    let mut wrong = published();
    wrong.terms.effect = Effect::End { programme: ProgrammeKey::new("open_nursery"), last_day: "day".to_owned() };
    wrong.terms.target_days = 61;
    wrong.terms.notice.contact.clear();
    wrong.terms.questions.push(question("enrolled_in", AnswerKind::Text, Keep::No));
    wrong.terms.rule = when(Test::Attached { key: "card".to_owned(), name: word("証明書") });
    let told: Vec<(String, String)> =
        wrong.check().into_iter().map(|part| (part.pointer.unwrap_or_default(), part.reason.code.to_string())).collect();
    let named = |place: &str, code: &str| told.contains(&(place.to_owned(), code.to_owned()));
    assert!(named("/terms/effect/last_day", "procedures.last_day_missing"), "{told:?}");
    assert!(named("/terms/target_days", "procedures.days_out_of_bounds") && named("/terms/notice", "procedures.words_missing"));
    assert!(named("/terms", "procedures.key_twice") && named("/terms/rule/key", "eligibility.key_unknown"));
}

#[test]
fn a_certification_ends_with_age_year_or_months_whichever_comes_first() {
    let validity = |until| Validity { ages: crate::world::six_months_to_three(), ahead_days: 0, until };
    let until = |until| validity(until).days(day("2025-05-01"), day("2026-12-01")).map(|(_, last)| last.to_string()).unwrap();
    assert_eq!(until(Until::Age), "2028-04-29");
    assert_eq!(until(Until::FiscalYear), "2027-03-31");
    assert_eq!(until(Until::MonthsFromBirth { months: 24 }), "2027-04-30");
    assert_eq!(validity(Until::Age).days(day("2022-05-01"), day("2026-12-01")), None);
    assert_eq!(fiscal_year_end(day("2027-03-31")), day("2027-03-31"));
    assert_eq!(fiscal_year_end(day("2027-04-01")), day("2028-03-31"));
}
