//! Every kind of notices: who is told, in which words, where its step leads, and what it makes out of date.

use api::entitlements::jobs::tell_endings;
use api::notices::jobs;
use reqwest::Method;
use serde_json::{Value, json};
use shared::locale::Locale;
use shared::registers::Kind;
use shared::registers::residents::Column;

use super::{family_of, inbox, partner};
use crate::app::{DAY, Person, SAKAIMINATO, TestApp, YONAGO, certification};
use crate::decisions::undecided_slot;
use crate::registers::{certified, certified_list, file, import_into, row};
use crate::waitlist::{cancel, full, id, keep, wait};

/// A notice as its person must find it; titles and words of the body in Japanese and in English.
struct Told<'a> {
    kind: &'a str,
    title: [&'a str; 2],
    words: [&'a str; 2],
    step: &'a str,
}

/// Each of these people has been told it once and can still use it; of what they were told before, these kinds are out of date.
async fn are_told(test: &TestApp, people: &[&Person], told: Told<'_>, replaced: &[&str]) {
    for _ in 0..2 {
        jobs::make(&test.app).await.unwrap();
    }
    for person in people {
        let all = inbox(person).await;
        let [one] = all.iter().filter(|notice| notice["kind"] == told.kind).collect::<Vec<_>>()[..] else {
            panic!("{} once: {all:?}", told.kind)
        };
        assert_eq!((&one["step"], &one["replaced_at"]), (&json!(told.step), &Value::Null), "{one}");
        let english = person.send(person.request(Method::GET, "/notices").header("accept-language", "en")).await.body;
        let english = english["items"].as_array().unwrap().iter().find(|notice| notice["id"] == one["id"]).unwrap().clone();
        for (index, said) in [one, &english].into_iter().enumerate() {
            assert_eq!(said["title"], told.title[index]);
            assert!(said["body"].as_str().unwrap().contains(told.words[index]), "{said}");
            assert!(!said["step_label"].as_str().unwrap().is_empty());
        }
        let mut over: Vec<&str> =
            all.iter().filter(|notice| notice["replaced_at"].is_string()).map(|notice| notice["kind"].as_str().unwrap()).collect();
        over.sort_unstable();
        assert_eq!(over, replaced);
    }
}

/// Two guardians of a family, and somebody of another, who must hear of nothing.
async fn people(test: &TestApp) -> [Person; 3] {
    let ana = test.guardian("Ana", YONAGO).await;
    let ben = partner(test, &family_of(&ana).await, Locale::En).await;
    [ana, ben, test.guardian("Cho", YONAGO).await]
}

/// Both guardians of a family that waits for a full place of one, its entry, and who has the place.
async fn waiting(test: &TestApp) -> ([Person; 3], (String, Value), (Person, Value)) {
    let (slot, mut there) = full(test, "yonago_care", 1).await;
    let people = people(test).await;
    let child = people[0].child("2025-05-01").await;
    let entry = wait(&people[0], &slot, &[&child]).await;
    (people, (slot, entry), there.remove(0))
}

/// A file of the register says that a child moved in and away again.
async fn register_lost(test: &TestApp) {
    for rows in [row("R-1", &[]), row("R-1", &[(Column::Until, "2026-11-20")])] {
        let report = import_into(&test.app, Kind::Residents, file(&[rows]).as_bytes(), false).await;
        assert_eq!(report.counts.applied, 1);
    }
}

const SEARCH: &str = "/?programme=temporary_care&day=2026-12-01";

on_both! {
    async fn a_booking_that_its_facility_declines(test) {
        let [ana, ben, cho] = people(test).await;
        let child = ana.child("2025-05-01").await;
        let slot = undecided_slot(test, "decline", DAY).await;
        let booked = ana.book(&slot, &[&child]).await.body;
        let step = format!("/bookings/{}", booked[0]["id"].as_str().unwrap());
        let requested = Told {
            kind: "booking.requested",
            title: ["12月1日（火）の予約の申込みを受け付けました", "Your booking request for Tue 1 December was received"],
            words: ["14:00までにお知らせします。", "by"],
            step: &step,
        };
        are_told(test, &[&ana, &ben], requested, &[]).await;
        let no = json!({ "accept": false, "message": "職員が足りません。" });
        assert_eq!(test.staff("yonago").await.post(&format!("{step}/decide"), no).await.status, 200);
        let declined = Told {
            kind: "booking.declined",
            title: ["申し訳ありません。12月1日（火）の予約をお受けできませんでした", "Your booking on Tue 1 December could not be accepted"],
            words: ["職員が足りません。\nほかの空きをお探しいただけます。", "職員が足りません。\nYou can look for another place."],
            step: SEARCH,
        };
        are_told(test, &[&ana, &ben], declined, &["booking.requested"]).await;
        assert_eq!(inbox(&cho).await, Vec::<Value>::new());
    }

    async fn a_booking_that_staff_move_and_to_which_nobody_comes(test) {
        let [ana, ben, cho] = people(test).await;
        let child = ana.child("2025-05-01").await;
        let (slot, other) = (
            test.slot("yonago_care", DAY, ("08:30", "17:00"), (5, 5)).await,
            test.slot("yonago_care", "2026-12-02", ("08:30", "17:00"), (5, 5)).await,
        );
        let booked = ana.book(&slot, &[&child]).await.body;
        jobs::make(&test.app).await.unwrap();
        let step = format!("/bookings/{}", booked[0]["id"].as_str().unwrap());
        let moved = test.staff("yonago").await.post(&format!("{step}/reschedule"), json!({ "slot_id": other })).await;
        assert_eq!(moved.status, 200, "{:?}", moved.body);
        let rescheduled = Told {
            kind: "booking.rescheduled",
            title: ["予約の日時が12月2日（水）に変わりました", "Your booking was moved to Wed 2 December"],
            words: ["新しい日時：12月2日（水） 8:30〜17:00", "New time: Wed 2 December 8:30–17:00"],
            step: &step,
        };
        are_told(test, &[&ana, &ben], rescheduled, &["booking.confirmed"]).await;
        test.at("2026-12-02T09:30:00+09:00");
        let absent = test.staff("yonago").await.post(&format!("{step}/absent"), json!({ "seen": { "fee_yen": 1000, "counts": true } })).await;
        assert_eq!(absent.status, 200, "{:?}", absent.body);
        let absent = Told {
            kind: "booking.absent",
            title: ["12月2日（水）を欠席として記録しました", "Recorded as absent on Wed 2 December"],
            words: ["料金：1,000円", "Fee: ¥1,000"],
            step: &step,
        };
        are_told(test, &[&ana, &ben], absent, &["booking.confirmed", "booking.rescheduled"]).await;
        assert_eq!(inbox(&cho).await, Vec::<Value>::new());
    }

    async fn what_is_waited_for_is_closed(test) {
        let ([ana, ben, cho], (slot, _), _) = waiting(test).await;
        let path = format!("/slots/{slot}");
        let etag = test.anybody().get(&path).await.etag();
        assert_eq!(test.staff("yonago").await.patch(&path, json!({ "state": "closed" }), &etag).await.status, 200);
        let closed = Told {
            kind: "waitlist.closed",
            title: ["順番待ちの12月1日（火）の枠が中止になりました", "What you waited for on Tue 1 December was closed"],
            words: ["temporary_care\n12月1日（火） 8:30〜17:00", "temporary_care\nTue 1 December 8:30–17:00"],
            step: SEARCH,
        };
        are_told(test, &[&ana, &ben], closed, &[]).await;
        assert_eq!(inbox(&cho).await, Vec::<Value>::new());
    }

    async fn no_place_becomes_free_in_time(test) {
        let ([ana, ben, cho], ..) = waiting(test).await;
        test.at("2026-11-30T16:30:00+09:00");
        keep(test).await;
        let expired = Told {
            kind: "waitlist.expired",
            title: ["12月1日（火）の空きが出ませんでした", "No place became free for Tue 1 December"],
            words: ["順番待ちは終わりました。", "The waiting has ended."],
            step: SEARCH,
        };
        are_told(test, &[&ana, &ben], expired, &[]).await;
        assert_eq!(inbox(&cho).await, Vec::<Value>::new());
    }

    async fn an_offer_is_taken_back_and_the_next_is_not_answered(test) {
        let ([ana, ben, cho], (slot, entry), (there, booked)) = waiting(test).await;
        cancel(&there, &booked).await;
        keep(test).await;
        let offered = || Told {
            kind: "waitlist.offered",
            title: ["12月1日（火）に空きが出ました。お返事をお待ちしています", "A place is free on Tue 1 December. Please answer"],
            words: ["までにお返事ください。", "Please answer by"],
            step: "/bookings",
        };
        are_told(test, &[&ana, &ben], offered(), &[]).await;
        let staff = test.staff("yonago").await;
        let path = format!("/slots/{slot}");
        let places = |places: i64| json!({ "bands": [{ "from_age": 0, "under_age": 3, "capacity": places }], "consequence": "cancel_latest" });
        let lowered = staff.patch(&path, places(0), "\"v1\"").await;
        assert_eq!(lowered.status, 200, "{:?}", lowered.body);
        let returned = Told {
            kind: "waitlist.returned",
            title: ["ご案内した12月1日（火）の空きがなくなりました", "The place on offer for Tue 1 December is gone"],
            words: ["順番待ちは続いています。", "You are still on the waiting list."],
            step: "/bookings",
        };
        are_told(test, &[&ana, &ben], returned, &["waitlist.offered"]).await;
        // Offered once more and left without an answer.
        assert_eq!(staff.patch(&path, places(1), "\"v2\"").await.status, 200);
        keep(test).await;
        jobs::make(&test.app).await.unwrap();
        let state = crate::waitlist::entry(&ana, &entry).await["state"].clone();
        test.at(state["until"].as_str().unwrap_or_else(|| panic!("{} is offered again: {state}", id(&entry))));
        keep(test).await;
        let lapsed = Told {
            kind: "waitlist.lapsed",
            title: ["12月1日（火）の空きへのお返事の期限が過ぎました", "The time to answer for Tue 1 December is over"],
            words: ["この順番待ちは終わりました。", "This entry has ended."],
            step: "/bookings",
        };
        are_told(test, &[&ana, &ben], lapsed, &["waitlist.offered", "waitlist.offered", "waitlist.returned"]).await;
        assert!(!inbox(&cho).await.iter().any(|notice| notice["group"] == "waiting"));
    }

    async fn an_application_is_looked_at_and_given_back(test) {
        test.publish(YONAGO, "procedure", certification("entry", "open_nursery", "2026-11-21")).await;
        let [ana, ben, cho] = people(test).await;
        let child = ana.child("2025-05-01").await;
        let sent = ana.apply("entry", &child, &[("enrolled_in", "none")]).await;
        let step = format!("/applications/{}", sent.body["id"].as_str().unwrap());
        let in_review = Told {
            kind: "application.in_review",
            title: ["申請を受け付けました", "Your application was received"],
            words: ["認定申請\n市で内容を確認しています。\n2026年11月27日（金）までに", "Certification\nThe city is looking at it.\nYou will be told the result by Fri 27 November 2026."],
            step: &step,
        };
        are_told(test, &[&ana, &ben], in_review, &[]).await;
        let officer = test.officer(YONAGO).await;
        let back = json!({ "comments": [{ "key": "enrolled_in", "words": "もう一度ご確認ください" }] });
        let back = officer.send(officer.request(Method::POST, &format!("/office{step}/return")).header("if-match", sent.etag()).json(&back)).await;
        assert_eq!(back.status, 200, "{:?}", back.body);
        let returned = Told {
            kind: "application.returned",
            title: ["申請に直していただきたい点があります", "Please correct your application"],
            words: ["市からの指摘をご確認のうえ", "Please read what the city asks for"],
            step: &step,
        };
        are_told(test, &[&ana, &ben], returned, &["application.in_review"]).await;
        assert_eq!(inbox(&cho).await, Vec::<Value>::new());
    }

    async fn an_application_is_refused(test) {
        test.publish(YONAGO, "procedure", certification("entry", "open_nursery", "2026-11-21")).await;
        let [ana, ben, cho] = people(test).await;
        test.prove_residence(&ana).await;
        let child = ana.child("2025-05-01").await;
        let sent = ana.apply("entry", &child, &[("enrolled_in", "nursery")]).await;
        let refused = Told {
            kind: "application.refused",
            title: ["申請の結果をお知らせします", "The result of your application"],
            words: ["認められませんでした。", "It was not granted."],
            step: &format!("/applications/{}", sent.body["id"].as_str().unwrap()),
        };
        are_told(test, &[&ana, &ben], refused, &[]).await;
        assert_eq!(inbox(&cho).await, Vec::<Value>::new());
    }

    async fn what_follows_of_a_move_is_told_to_those_who_moved(test) {
        let (ana, child, _) = crate::entitlements::certified_with_stays(test, &[]).await;
        let ben = partner(test, &family_of(&ana).await, Locale::En).await;
        // For a brother an application is under way.
        ana.child("2026-03-01").await;
        jobs::make(&test.app).await.unwrap();
        assert_eq!(crate::notices::kinds(&ana).await, ["application.granted"], "what somebody prepares by hand is no news");
        test.at("2026-11-25T10:00:00+09:00");
        let etag = ana.get("/family").await.etag();
        assert_eq!(ana.patch("/family", json!({ "municipality": SAKAIMINATO }), &etag).await.status, 200);
        let ended = Told {
            kind: "entitlement.ended",
            title: ["認定が2026年11月24日（火）で終わります", "Your certification ends on Tue 24 November 2026"],
            words: ["open_nursery\n2026年11月24日（火）まで利用できます。", "open_nursery\nYou can use it until"],
            step: "/applications",
        };
        are_told(test, &[&ana, &ben], ended, &[]).await;
        let drafts = ana.get("/applications").await.body["items"].as_array().unwrap().clone();
        let draft = drafts.iter().find(|one| one["child"]["id"] == child.as_str() && one["state"]["kind"] == "draft").unwrap();
        let begun = Told {
            kind: "application.begun",
            title: ["新しい市への申請を用意しました", "An application to your new city is ready"],
            words: ["認定申請\n内容を確かめて、お送りください。", "Certification\nPlease check it and send it."],
            step: &format!("/applications/{}", draft["id"].as_str().unwrap()),
        };
        are_told(test, &[&ana, &ben], begun, &[]).await;
        let withdrawn = Told {
            kind: "application.withdrawn",
            title: ["転居により、申請を取り下げました", "Your application was taken back because you moved"],
            words: ["認定申請", "Certification"],
            step: "/applications",
        };
        are_told(test, &[&ana, &ben], withdrawn, &[]).await;
        let deadline = inbox(&ana).await.into_iter().find(|notice| notice["kind"] == "application.begun").unwrap()["deadline_at"].clone();
        assert_eq!(deadline, "2026-12-02T01:00:00Z", "somebody should send it");
    }

    async fn a_certification_is_soon_over(test) {
        let (ana, ..) = crate::entitlements::certified_with_stays(test, &[]).await;
        jobs::make(&test.app).await.unwrap();
        let family = family_of(&ana).await;
        test.at("2028-03-30T00:00:00+09:00");
        // Nobody is signed in for so long.
        let (ben, cho) = (partner(test, &family, Locale::Ja).await, test.guardian("Cho", YONAGO).await);
        tell_endings(&test.app).await.unwrap();
        let ending = Told {
            kind: "entitlement.ending",
            title: ["認定の期限（2028年4月29日（土））が近づいています", "Your certification ends soon, on Sat 29 April 2028"],
            words: ["その後の手続きをご確認ください。", "Please see what to do next."],
            step: "/applications",
        };
        are_told(test, &[&ben], ending, &[]).await;
        assert_eq!(inbox(&cho).await, Vec::<Value>::new());
    }

    async fn a_certification_is_changed_by_the_register(test) {
        let [ana, ben, cho] = people(test).await;
        ana.child("2025-05-01").await;
        for (until, counted) in [("2027-03-31", 1), ("2027-02-28", 1)] {
            let list = certified_list(&[certified("国-1", "national", until, 0)]);
            assert_eq!(import_into(&test.app, Kind::Certified, list.as_bytes(), false).await.counts.applied, counted);
            jobs::make(&test.app).await.unwrap();
        }
        let revised = Told {
            kind: "entitlement.revised",
            title: ["認定の内容が変わりました（2026年11月1日（日）から）", "Your certification was changed (from Sun 1 November 2026)"],
            words: ["2026年11月1日（日）から2027年2月28日（日）まで", "From Sun 1 November 2026 to Sun 28 February 2027"],
            step: "/applications",
        };
        are_told(test, &[&ana, &ben], revised, &["entitlement.granted"]).await;
        assert_eq!(inbox(&cho).await, Vec::<Value>::new());
    }

    async fn the_register_has_the_family_no_more(test) {
        let [ana, ben, cho] = people(test).await;
        ana.child("2025-05-01").await;
        register_lost(test).await;
        let moved_out = Told {
            kind: "family.moved_out",
            title: ["転出の届出を確認しました。お住まいの市をお知らせください", "Have you moved? Please tell us where you live"],
            words: ["米子市から転出されたと届いています。", "We were told that you moved away from"],
            step: "/family/change",
        };
        are_told(test, &[&ana, &ben], moved_out, &[]).await;
        assert_eq!(inbox(&cho).await, Vec::<Value>::new());
    }
}
