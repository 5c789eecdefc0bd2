//! A version as it is being written: the same tree as the published one.

use chrono::{Datelike, NaiveDate};
use serde_json::Value;
use shared::programmes::{NewProgramme, Programme};
use shared::time::next_day;

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editing::tree::{Kind, add, fresh_key, remove, rows, set, text_at, typed};

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
}
