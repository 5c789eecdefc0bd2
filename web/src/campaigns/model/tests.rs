use super::*;

fn condition(value: Value) -> Condition {
    serde_json::from_value(value).unwrap()
}

#[test]
fn a_condition_is_told_line_by_line() {
    let old_enough = json!({ "kind": "age", "ages": { "from_months": 6, "until": { "kind": "under_years", "years": 3 } } });
    let next_week = condition(json!({
        "kind": "all",
        "of": [{ "kind": "not", "of": old_enough }, { "kind": "in_days", "days": 7, "of": old_enough }],
    }));
    let said = describe(&next_week, Locale::En);
    assert_eq!(said.iter().map(|line| line.depth).collect::<Vec<_>>(), [0, 1, 2, 1, 2]);
    assert!(said[3].words.contains('7'), "{said:?}");
    assert_eq!(said[2].words, said[4].words);
    assert!(said.iter().all(|line| !line.words.contains("campaigns.") && !line.words.contains("%{")), "{said:?}");
}

#[test]
fn one_part_alone_is_not_called_all_of_these() {
    let moved = condition(json!({ "kind": "all", "of": [{ "kind": "moved_in", "within_days": 14 }] }));
    let said = describe(&moved, Locale::Ja);
    assert_eq!(said.len(), 1);
    assert_eq!(said[0].depth, 0);
    assert_eq!(describe(&blank().audience, Locale::Ja).len(), 1);
}

#[test]
fn every_starter_can_be_written_on_and_read_back() {
    for starter in shared::campaigns::starters(&[], "2027-01-18".parse().unwrap()) {
        let draft = opened(&starter.plan);
        assert!(draft.pointer("/audience/of").is_some_and(Value::is_array), "{}", starter.key);
        let back = read_plan(&draft).unwrap();
        assert_eq!((back.texts, back.step, back.when), (starter.plan.texts, starter.plan.step, starter.plan.when));
        assert!(read_audience(&draft).is_some());
    }
}

#[test]
fn a_language_without_words_is_left_out() {
    let mut draft = opened(&blank());
    let plan = read_plan(&draft).unwrap();
    assert_eq!((plan.texts.easy, plan.texts.en), (None, None));
    *draft.pointer_mut("/texts/en/text").unwrap() = "Hello".into();
    // Half written it stays, so that the check can say what is missing.
    assert!(read_plan(&draft).unwrap().texts.en.is_some());
}

#[test]
fn the_count_goes_on_while_other_parts_are_unfinished() {
    let mut draft = opened(&blank());
    *draft.pointer_mut("/when").unwrap() = json!({ "kind": "standing", "from": "", "repeat": "child" });
    assert_eq!(read_plan(&draft), None);
    assert_eq!(read_audience(&draft).map(|asked| asked.when), Some(When::Once { at: None }));
    *draft.pointer_mut("/audience/of").unwrap() = json!([{ "kind": "siblings", "at_least": 0 }]);
    assert_eq!(read_audience(&draft), None);
}

#[test]
fn days_and_times_are_tokyos() {
    assert_eq!(instant("2027-01-18", "09:30"), json!("2027-01-18T00:30:00Z"));
    assert_eq!(instant("2027-01-18", ""), Value::Null);
    let at = "2027-01-18T00:30:00Z".parse().unwrap();
    assert_eq!(typed_instant(Some(at)), ("2027-01-18".to_owned(), "09:30".to_owned()));
}

#[test]
fn figures_are_told_as_shares_and_bars() {
    assert_eq!(percent(Share { count: 1, of: 3 }), Some(33));
    assert_eq!(percent(Share::default()), None);
    assert_eq!(bars(&[2, 4, 0]), [(0, 2, 50), (1, 4, 100), (2, 0, 0)]);
    assert_eq!(bars(&[0]), [(0, 0, 0)]);
    assert_eq!((progress(0, 4), progress(1, 3), progress(0, 0)), (0, 25, 100));
}

#[test]
fn every_state_has_its_word() {
    let by = shared::applications::Colleague { account_id: "a".into(), name: "A".to_owned() };
    let at = DateTime::UNIX_EPOCH;
    let all = [
        State::Draft,
        State::Proposed,
        State::Scheduled { at },
        State::Sending,
        State::Running,
        State::Sent { at },
        State::Stopped { at, by },
    ];
    assert_eq!(all.each_ref().map(State::as_str), State::WORDS);
    for state in &all {
        assert_eq!(state_words(state).0, state_of(state.as_str()));
    }
}
