use super::*;
use crate::world::tokyo;

#[test]
fn accepted_never_means_opened() {
    use DeliveryState::{Accepted, Failed, Queued, Shown, Skipped, Undeliverable};
    for (deliveries, state) in [
        (vec![], State::Undeliverable),
        (vec![Undeliverable, Failed], State::Undeliverable),
        (vec![Undeliverable, Queued], State::Queued),
        (vec![Queued, Accepted], State::Accepted),
        (vec![Accepted, Shown, Failed], State::Shown),
        (vec![Skipped], State::Undeliverable),
    ] {
        assert_eq!(State::of(false, false, deliveries.clone()), state, "{deliveries:?}");
        assert_eq!(State::of(true, false, deliveries.clone()), State::Opened);
        assert_eq!(State::of(true, true, deliveries), State::Acknowledged);
    }
}

#[test]
fn nothing_goes_out_at_night_but_what_is_about_the_same_day() {
    for (now, due) in [
        ("2026-12-01 20:59", "2026-12-01 20:59"),
        ("2026-12-01 21:00", "2026-12-02 7:00"),
        ("2026-12-02 6:59", "2026-12-02 7:00"),
        ("2026-12-02 7:00", "2026-12-02 7:00"),
    ] {
        assert_eq!(due_at(false, tokyo(now)), tokyo(due), "{now}");
        assert_eq!(due_at(true, tokyo(now)), tokyo(now));
    }
    let urgent = |now: &str, starts: &str| is_urgent(Kind::SlotClosed, Some(tokyo(starts)), tokyo(now));
    assert!(urgent("2026-12-02 6:00", "2026-12-02 8:30") && urgent("2026-12-02 22:00", "2026-12-02 23:00"));
    assert!(!urgent("2026-12-01 22:00", "2026-12-02 8:30") && !urgent("2026-12-01 12:00", "2026-12-02 8:30"));
    // Who is told at seven of a stay at half past seven hears too late.
    assert!(urgent("2026-12-01 22:00", "2026-12-02 7:30"));
    assert!(is_urgent(Kind::WaitlistOffered, None, tokyo("2026-12-01 22:00")));
    assert!(!is_urgent(Kind::BookingReminder, Some(tokyo("2026-12-02 8:30")), tokyo("2026-12-02 6:00")));
}

#[test]
fn the_third_within_the_hour_waits_for_the_others() {
    let at = tokyo;
    let now = at("2026-12-01 10:30");
    assert_eq!(digest_at(now, &[]), now);
    assert_eq!(digest_at(now, &[at("2026-12-01 10:10")]), now);
    assert_eq!(digest_at(now, &[at("2026-12-01 10:20"), at("2026-12-01 10:00")]), at("2026-12-01 11:00"));
    // What goes out together at eleven is waited for by the next ones too.
    assert_eq!(digest_at(now, &[at("2026-12-01 10:00"), at("2026-12-01 10:10"), at("2026-12-01 11:00")]), at("2026-12-01 11:00"));
    assert_eq!(digest_at(now, &[at("2026-12-01 9:30"), at("2026-12-01 9:00")]), now);
    let late = at("2026-12-01 20:50");
    assert_eq!(digest_at(late, &[at("2026-12-01 20:40"), at("2026-12-01 20:45")]), at("2026-12-02 7:00"));
}

#[test]
fn somebody_has_the_time_to_look_before_anybody_calls() {
    let due = tokyo("2026-12-01 10:00");
    let by = |starts: &str| deadline(Kind::SlotClosed, due, (Some(tokyo(starts)), None));
    assert_eq!(by("2026-12-03 9:00"), Some(tokyo("2026-12-02 10:00")));
    assert_eq!(by("2026-12-01 15:00"), Some(tokyo("2026-12-01 15:00")));
    assert_eq!(by("2026-12-01 10:05"), Some(tokyo("2026-12-01 11:00")));
    let answer = tokyo("2026-12-01 12:00");
    assert_eq!(deadline(Kind::WaitlistOffered, due, (None, Some(answer))), Some(answer));
    assert_eq!(deadline(Kind::BookingConfirmed, due, (None, None)), None);
}

#[test]
fn tries_come_ever_later_and_end() {
    assert_eq!([1, 2, 3, 4].map(|n| back_off(n, 0).num_minutes()), [1, 4, 16, 64]);
    assert_eq!(back_off(99, 255), LONGEST);
    assert!(back_off(2, 255) > back_off(2, 0) && back_off(2, 255) < back_off(3, 0));
}

#[test]
fn every_kind_says_something_in_every_language_and_shows_nothing_on_a_lock_screen() {
    for kind in Kind::ALL {
        for locale in Locale::ALL {
            let texts = words::shipped(*kind, locale);
            assert_eq!(words::check(*kind, &texts), vec![], "{kind:?} {locale:?}");
            let said = words::say(&texts, &words::example(*kind), locale);
            for text in [&said.title, &said.body, &said.lock_title, &said.step_label] {
                assert!(!text.is_empty() && !text.contains(['{', '}']) && !text.starts_with("notices."), "{kind:?} {locale:?}: {text}");
            }
            assert!(!words::name(*kind, locale).contains("day}"), "{kind:?}");
            assert!(!said.lock_title.contains("なぎさ") && !said.lock_title.contains("一時"), "{}", said.lock_title);
        }
        assert_eq!(Kind::from_word(kind.as_str()), Some(*kind));
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
    }
    assert!(is_told("waitlist.left") && is_told("booking.confirmed") && !is_told("child.seen"));
}

#[test]
fn the_title_of_what_has_a_day_says_which() {
    for kind in Kind::ALL {
        let facts = kind.rule().facts;
        let of_a_day = ["stay", "wanted", "valid_until"].iter().any(|name| facts.contains(name));
        for locale in Locale::ALL {
            let said = words::say(&words::shipped(*kind, locale), &words::example(*kind), locale).title;
            assert_eq!(said.chars().any(|letter| letter.is_ascii_digit()), of_a_day, "{kind:?}: {said}");
        }
    }
    assert_eq!(words::name(Kind::BookingConfirmed, Locale::Ja), "○月○日の予約が決まりました");
    let waited = |wanted: Datum| {
        words::say(&words::shipped(Kind::WaitlistExpired, Locale::Ja), &Facts::from([("wanted".to_owned(), wanted)]), Locale::Ja)
    };
    let span = Datum::Span { starts_at: tokyo("2026-12-03 9:00"), ends_at: tokyo("2026-12-03 12:00") };
    assert_eq!(waited(span).title, "12月3日（木）の空きが出ませんでした");
    assert_eq!(
        waited(Datum::Text("12月3日（木） – 12月5日（土）".to_owned())).title,
        "12月3日（木） – 12月5日（土）の空きが出ませんでした"
    );
}

#[test]
fn a_template_names_only_what_its_kind_knows() {
    let texts = |title: &str, lock: &str| Texts {
        title: title.to_owned(),
        body: "{facility} {day} {from} {until}".to_owned(),
        lock_title: lock.to_owned(),
        step_label: "x".to_owned(),
    };
    let errors = |title, lock| words::check(Kind::BookingConfirmed, &texts(title, lock));
    assert_eq!(errors("{facility}", "{day}"), vec![]);
    assert_eq!(errors("{child}", "x"), vec![("title", Rejection::PlaceholderUnknown { name: "child".to_owned() })]);
    assert_eq!(errors("x", "{facility}"), vec![("lock_title", Rejection::PlaceholderOnLock { name: "facility".to_owned() })]);
    assert_eq!(errors("x {", "x"), vec![("title", Rejection::BraceOpen)]);
}

#[test]
fn a_line_with_nothing_to_say_is_left_out_and_no_fact_is_read_as_a_placeholder() {
    let mut facts = words::example(Kind::BookingDeclined);
    facts.insert("facility".to_owned(), Datum::Text("{stay}".to_owned()));
    facts.insert("words".to_owned(), Datum::Text(String::new()));
    let said = words::say(&words::shipped(Kind::BookingDeclined, Locale::Ja), &facts, Locale::Ja);
    assert_eq!(said.body, "{stay}（一時預かり）\n12月3日（木） 9:00〜12:00\nほかの空きをお探しいただけます。");
    words::note_more(&mut facts, 2);
    assert_eq!(words::word("stay", &facts, Locale::Ja), "12月3日（木） 9:00〜12:00 ほか2件");
    assert_eq!(words::word("stay", &facts, Locale::En), "Thu 3 December 9:00–12:00 and 2 more");
    assert_eq!(words::word("from", &facts, Locale::Easy), "9:00");
    assert_eq!(words::word("day", &facts, Locale::Ja), "12月3日（木） ほか2件");
}

#[test]
fn a_person_chooses_channels_by_group() {
    let channels = ["push".to_owned(), "mail".to_owned()];
    let wants = Wants::default();
    assert!(Group::ALL.iter().all(|group| wants.has(*group, "mail")) && wants.digests());
    let choice = |channels: &[&str]| Choice { group: Group::Campaigns, channels: channels.iter().map(|name| (*name).to_owned()).collect() };
    let change = |choice| PreferencesChange { choices: vec![choice], digest: Some(false) };
    let wants = wants.changed(&change(choice(&["push"])), &channels).unwrap();
    assert!(wants.has(Group::Campaigns, "push") && !wants.has(Group::Campaigns, "mail") && wants.has(Group::Bookings, "mail"));
    assert!(!wants.digests());
    let refused = wants.clone().changed(&change(choice(&["fax"])), &channels);
    assert_eq!(refused, Err(Rejection::ChannelUnknown { channel: "fax".to_owned() }));
    assert_eq!(wants.shown(&channels, 2).choices[4], choice(&["push"]));
}
