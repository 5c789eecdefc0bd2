use super::*;
use crate::world::{day, tokyo};

fn of_day(times: (&str, &str), came: Option<&str>, left: Option<&str>, absent: bool) -> ChildDay {
    let at = |clock: &str| tokyo(&format!("2026-12-01 {clock}"));
    ChildDay { starts_at: at(times.0), ends_at: at(times.1), came_at: came.map(at), left_at: left.map(at), absent }
}

fn entry(finished: bool) -> Entry {
    Entry {
        id: "e".into(),
        day: day("2026-12-01"),
        programme: ProgrammeKey::new("care"),
        child_id: None,
        words: "散歩".to_owned(),
        finished_at: finished.then(|| tokyo("2026-12-01 17:00")),
        facts: None,
        corrects_id: None,
        reason: String::new(),
        by: "保育士".to_owned(),
        at: tokyo("2026-12-01 17:00"),
        version: 1,
    }
}

#[test]
fn morning_and_afternoon_are_one_day() {
    let morning = of_day(("8:30", "12:00"), Some("8:40"), Some("12:00"), false);
    let afternoon = |came, left, absent| of_day(("13:00", "17:00"), came, left, absent);
    assert_eq!(
        morning.clone().with(&afternoon(Some("13:05"), Some("16:50"), false)),
        of_day(("8:30", "17:00"), Some("8:40"), Some("16:50"), false)
    );
    assert_eq!(morning.clone().with(&afternoon(Some("13:05"), None, false)), of_day(("8:30", "17:00"), Some("8:40"), None, false));
    assert_eq!(morning.clone().with(&afternoon(None, None, true)), of_day(("8:30", "17:00"), Some("8:40"), Some("12:00"), false));
    let missed = of_day(("8:30", "12:00"), None, None, true);
    assert!(missed.clone().with(&afternoon(None, None, true)).absent && !missed.with(&afternoon(Some("13:00"), None, false)).absent);
}

#[test]
fn a_day_that_has_begun_is_written_about_where_somebody_was_to_come() {
    let new = |words: &str, finish| NewEntry {
        day: day("2026-12-01"),
        programme: ProgrammeKey::new("care"),
        child_id: None,
        words: words.to_owned(),
        finish,
    };
    let facts = Facts::Group(GroupDay { expected: 1, came: 1, absent: 0 });
    let (today, before) = (tokyo("2026-12-01 0:00"), tokyo("2026-11-30 23:59:59"));
    assert_eq!(begin(&new("", false), Some(&facts), today), Ok(()));
    assert_eq!(begin(&new("散歩", true), Some(&facts), today), Ok(()));
    assert_eq!(begin(&new("散歩", true), Some(&facts), before), Err(Rejection::DayAhead));
    assert_eq!(begin(&new("散歩", true), None, today), Err(Rejection::Nobody));
    assert_eq!(begin(&new(" ", true), Some(&facts), today), Err(Rejection::WordsMissing));
}

#[test]
fn a_draft_is_changed_and_what_is_finished_is_corrected() {
    let to = |words: &str, finish| Change { words: words.to_owned(), finish };
    assert_eq!(change(&entry(false), &to("", false)), Ok(()));
    assert_eq!(change(&entry(false), &to("", true)), Err(Rejection::WordsMissing));
    assert_eq!(change(&entry(true), &to("散歩", false)), Err(Rejection::Finished));
    assert_eq!((correct(&entry(true)), correct(&entry(false))), (Ok(()), Err(Rejection::NotFinished)));
}

#[test]
fn entries_stand_where_they_belong_and_none_is_lost() {
    let mut groups = vec![Group {
        programme: ProgrammeKey::new("care"),
        name: Localised::new("一時預かり", "あずかり", "Care"),
        facts: GroupDay { expected: 1, came: 1, absent: 0 },
        entries: vec![],
        children: vec![Child {
            child_id: "a".into(),
            name: "空".to_owned(),
            kana: "ソラ".to_owned(),
            facts: of_day(("8:30", "17:00"), None, None, false),
            entries: vec![],
        }],
    }];
    let of = |child: Option<&str>, programme: &str| Entry {
        child_id: child.map(Into::into),
        programme: ProgrammeKey::new(programme),
        ..entry(true)
    };
    let rest = fill(&mut groups, vec![of(None, "care"), of(Some("a"), "care"), of(Some("gone"), "care"), of(None, "other")]);
    assert_eq!((groups[0].entries.len(), groups[0].children[0].entries.len(), rest.len()), (1, 1, 2));
    assert!(matches!(facts_of(&groups, &ProgrammeKey::new("care"), None), Some(Facts::Group(day)) if day.came == 1));
    assert!(matches!(facts_of(&groups, &ProgrammeKey::new("care"), Some(&"a".into())), Some(Facts::Child(_))));
    assert_eq!(facts_of(&groups, &ProgrammeKey::new("care"), Some(&"b".into())), None);
    assert_eq!(facts_of(&groups, &ProgrammeKey::new("other"), None), None);
}

#[test]
fn a_correction_says_what_and_why() {
    let fits = |words: &str, reason: &str| Correction { words: words.to_owned(), reason: reason.to_owned() }.validate().is_ok();
    assert!(fits("昼寝 12:30", "時刻の誤り"));
    assert!(!fits(" ", "時刻の誤り") && !fits("昼寝", "") && !fits(&"あ".repeat(2001), "誤り"));
}
