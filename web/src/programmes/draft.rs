//! A version as it is being written: the same tree as the published one, addressed by the pointers that the check names.

use chrono::{Datelike, NaiveDate};
use serde_json::Value;
use shared::programmes::{NewProgramme, Programme};
use shared::time::next_day;

/// What stands where a number was not typed yet: no rule allows so many of anything, so the check says what may stand there.
const NO_NUMBER: u32 = u32::MAX;

/// A new version that says what another says, from the next fiscal year on.
pub fn following(version: &Programme, today: NaiveDate) -> Value {
    let april = NaiveDate::from_ymd_opt(today.year() + i32::from(today.month() >= 4), 4, 1);
    let earliest = next_day(today).max(next_day(version.valid_from));
    let new = NewProgramme {
        key: version.key.clone(),
        valid_from: april.unwrap_or(earliest).max(earliest),
        valid_until: None,
        name: version.name.clone(),
        summary: version.summary.clone(),
        terms: version.terms.clone(),
    };
    serde_json::to_value(new).unwrap_or_default()
}

/// The version, where its days are days.
pub fn read(draft: &Value) -> Option<NewProgramme> {
    serde_json::from_value(draft.clone()).ok()
}

/// What stands somewhere, as it is typed; empty where nothing does.
pub fn text_at(draft: &Value, pointer: &str) -> String {
    match draft.pointer(pointer) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) if number.as_u64() == Some(NO_NUMBER.into()) => String::new(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Bool(yes)) => yes.to_string(),
        Some(Value::Array(all)) => all.iter().map(Value::to_string).collect::<Vec<_>>().join(", "),
        Some(Value::Object(_) | Value::Null) | None => String::new(),
    }
}

/// How many rows a list has.
pub fn rows(draft: &Value, list: &str) -> usize {
    draft.pointer(list).and_then(Value::as_array).map_or(0, Vec::len)
}

/// Puts a value somewhere; nothing takes it away.
pub fn set(draft: &mut Value, pointer: &str, value: Value) {
    let Some((parent, name)) = pointer.rsplit_once('/') else { return };
    match draft.pointer_mut(parent) {
        Some(Value::Object(fields)) if value.is_null() => drop(fields.remove(name)),
        Some(Value::Object(fields)) => drop(fields.insert(name.to_owned(), value)),
        _ => {
            if let Some(place) = draft.pointer_mut(pointer) {
                *place = value;
            }
        }
    }
}

/// Adds a row at the end of a list.
pub fn add(draft: &mut Value, list: &str, row: Value) {
    if let Some(Value::Array(all)) = draft.pointer_mut(list) {
        all.push(row);
    } else {
        set(draft, list, Value::Array(vec![row]));
    }
}

/// Takes a row out of a list.
pub fn remove(draft: &mut Value, list: &str, nth: usize) {
    if let Some(all) = draft.pointer_mut(list).and_then(Value::as_array_mut).filter(|all| nth < all.len()) {
        all.remove(nth);
    }
}

/// A key that no row of a list has: people never read it.
pub fn fresh_key(draft: &Value, list: &str, field: &str, stem: &str) -> String {
    let taken: Vec<&str> = draft
        .pointer(list)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|row| row.get(field).and_then(Value::as_str))
        .collect();
    (1..).map(|n: u32| format!("{stem}_{n}")).find(|key| !taken.contains(&key.as_str())).unwrap_or_default()
}

/// What kind of thing is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Words.
    Words,
    /// Words, or nothing.
    MaybeWords,
    /// A number.
    Number,
    /// A number, or nothing.
    MaybeNumber,
    /// A day.
    Day,
    /// A day, or nothing.
    MaybeDay,
    /// A time of day.
    Time,
    /// Days of the month.
    Days,
    /// Yes or no.
    Flag,
}

/// What was typed, as the version has it.
pub fn typed(kind: Kind, text: &str) -> Value {
    let text = text.trim();
    let number = |text: &str| text.parse::<u32>().unwrap_or(NO_NUMBER);
    match kind {
        Kind::MaybeNumber | Kind::MaybeDay | Kind::MaybeWords if text.is_empty() => Value::Null,
        Kind::Words | Kind::MaybeWords | Kind::Day | Kind::MaybeDay => text.into(),
        Kind::Number | Kind::MaybeNumber => number(text).into(),
        Kind::Time => match text.split(':').count() {
            2 => format!("{text}:00").into(),
            3 => text.into(),
            _ => "00:00:00".into(),
        },
        Kind::Days => text.split([',', '、', ' ']).filter(|part| !part.is_empty()).map(|part| Value::from(number(part))).collect(),
        Kind::Flag => (text == "true").into(),
    }
}

/// The field of a pointer, as the page names it.
pub fn field_id(pointer: &str) -> String {
    format!("rule{}", pointer.replace('/', "-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version() -> Programme {
        serde_json::from_value(serde_json::json!({
            "id": "v", "key": "playroom", "municipality": "312029", "valid_from": "2026-04-01",
            "name": { "ja": "遊び場", "easy": "[遊|あそ]び[場|ば]", "en": "Playroom" },
            "summary": { "ja": "遊び場", "easy": "[遊|あそ]び[場|ば]", "en": "Playroom" },
            "terms": {
                "ages": { "from_months": 12, "until": { "kind": "school_entry" } },
                "unit": { "kind": "flexible", "minimum_minutes": 30, "step_minutes": 30 },
                "fees": [{ "tier": "resident", "from_age": 0, "per": { "kind": "use" }, "yen": 200 }],
            },
        }))
        .unwrap()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_new_version_says_the_same_from_the_next_fiscal_year() {
        for (today, from) in [("2026-11-22", "2027-04-01"), ("2027-03-31", "2027-04-01"), ("2027-04-01", "2028-04-01")] {
            let draft = following(&version(), day(today));
            let new = read(&draft).unwrap();
            assert_eq!((new.valid_from, new.valid_until), (day(from), None), "{today}");
            assert_eq!((new.key, new.terms), (version().key, version().terms));
            assert!(read(&draft).unwrap().check().is_empty());
        }
    }

    #[test]
    fn what_is_typed_arrives_where_the_check_points() {
        let mut draft = following(&version(), day("2026-11-22"));
        set(&mut draft, "/terms/fees/0/yen", typed(Kind::Number, "250"));
        assert_eq!(read(&draft).unwrap().terms.fees[0].yen, 250);
        assert_eq!(text_at(&draft, "/terms/fees/0/yen"), "250");
        set(&mut draft, "/terms/fees/0/under_age", typed(Kind::MaybeNumber, "3"));
        assert_eq!(read(&draft).unwrap().terms.fees[0].under_age, Some(3));
        set(&mut draft, "/terms/fees/0/under_age", typed(Kind::MaybeNumber, ""));
        assert_eq!(read(&draft).unwrap().terms.fees[0].under_age, None);
        set(&mut draft, "/terms/fees/0/yen", typed(Kind::Number, "安い"));
        let wrong = read(&draft).unwrap().check();
        assert_eq!(wrong.len(), 1);
        assert_eq!(wrong[0].pointer.as_deref(), Some("/terms/fees/0/yen"));
        assert_eq!(text_at(&draft, "/terms/fees/0/yen"), "");
        set(&mut draft, "/valid_from", typed(Kind::Day, ""));
        assert_eq!(read(&draft), None);
    }

    #[test]
    fn rows_come_and_go_with_keys_of_their_own() {
        let mut draft = following(&version(), day("2026-11-22"));
        let name = serde_json::json!({ "ja": "おやつ", "easy": "おやつ", "en": "Snack" });
        for _ in 0..2 {
            let key = fresh_key(&draft, "/terms/extras", "key", "extra");
            add(&mut draft, "/terms/extras", serde_json::json!({ "key": key, "name": name, "yen": 100 }));
        }
        let keys: Vec<String> = read(&draft).unwrap().terms.extras.into_iter().map(|extra| extra.key).collect();
        assert_eq!(keys, ["extra_1", "extra_2"]);
        remove(&mut draft, "/terms/extras", 0);
        remove(&mut draft, "/terms/extras", 7);
        assert_eq!((rows(&draft, "/terms/extras"), read(&draft).unwrap().check().len()), (1, 0));
        assert_eq!(fresh_key(&draft, "/terms/extras", "key", "extra"), "extra_1");
    }

    #[test]
    fn days_and_times_are_read_as_people_type_them() {
        assert_eq!(typed(Kind::Days, "1, 16"), serde_json::json!([1, 16]));
        assert_eq!(typed(Kind::Days, "1、16"), serde_json::json!([1, 16]));
        assert_eq!(typed(Kind::Time, "16:30"), serde_json::json!("16:30:00"));
        assert_eq!(typed(Kind::Flag, "true"), serde_json::json!(true));
    }
}
