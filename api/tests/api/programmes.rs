//! The demo world's programmes through the API: the golden figures, what is refused, and how they are told.

mod figures;

use api::schema::offerings;
use api::{demo, families, new_id, programmes, slots};
use chrono::{Days, NaiveDate};
use diesel::prelude::*;
use serde_json::{Value, json};
use shared::ids::{FacilityId, FamilyId, OfferingId};
use shared::locale::{Localised, ruby};
use shared::programmes::{AnswerKind, Programme, Terms, check, check_name};
use shared::slots::{BandPlaces, Offering, PlanOutcome, PlannedSlot};
use shared::time::at;

use self::figures::{Golden, LONG_DAY, OPEN_NURSERY, OTHERS, POSTNATAL, TEMPORARY_CARE};
use crate::app::{Answer, Person, SAKAIMINATO, TestApp, YONAGO, code, date, facility_row, time};

/// When the demo world of these tests is laid out: in fiscal 2026.
const LAID_OUT: &str = "2026-11-24T15:30:00+09:00";

/// The facility of the demo world, counted from 1, that offers a programme in the plainest way.
fn facility(programme: &str, city: &str) -> usize {
    match (programme, city) {
        ("postnatal_stay" | "postnatal_day" | "postnatal_home", YONAGO) => 23,
        ("postnatal_stay" | "postnatal_day" | "postnatal_home", _) => 24,
        ("sick_child", YONAGO) => 11,
        (_, YONAGO) => 2,
        _ => 16,
    }
}

fn city(initial: char) -> &'static str {
    if initial == 'Y' { YONAGO } else { SAKAIMINATO }
}

/// From when to when a stay goes: day, start, end, and the end's day where it is another.
fn span(stay: &str) -> (chrono::DateTime<chrono::Utc>, chrono::DateTime<chrono::Utc>) {
    let words: Vec<&str> = stay.split(' ').collect();
    let last = words.get(3).unwrap_or(&words[0]);
    (at(date(words[0]), time(words[1])), at(date(last), time(words[2])))
}

/// A slot just for a stay, with nine places for any age, so many of them in the room and so many carers: at a new facility that offers the
/// programme as one of the demo world does.
async fn slot(test: &TestApp, programme: &str, host: &'static str, stay: &str, (room, carers): (Option<i64>, Option<i64>)) -> String {
    let like = format!("01990003-0000-7000-8000-{:012x}", facility(programme, host));
    let (programme, (starts_at, ends_at), now) = (programme.to_owned(), span(stay), test.app.now());
    test.write(move |conn| {
        let mine = offerings::table.filter(offerings::facility_id.eq(&like)).filter(offerings::programme.eq(&programme));
        let offering: String = mine.select(offerings::id).first(conn)?;
        let (offering, _) = slots::store::find_offering(conn, &OfferingId::new(offering))?.unwrap();
        let facility = new_id();
        facility_row(conn, &facility, host)?;
        // Figures are the same with and without a first interview, and families of these tests have had none.
        let offering = Offering { id: OfferingId::new(new_id()), facility_id: FacilityId::new(facility), interview: false, ..offering };
        slots::store::insert_offering(conn, &offering, &code(host))?;
        let bands = vec![BandPlaces { from_age: 0, under_age: 7, capacity: 9 }];
        let planned = PlannedSlot { starts_at, ends_at, bands, room, carers, outcome: PlanOutcome::New };
        slots::store::insert_slot(conn, &offering, &code(host), &planned, now)
    })
    .await
    .to_string()
}

/// Sets the clock to ten in the morning so many days before a stay.
fn days_before(test: &TestApp, stay: &str, days: u64) {
    let day: NaiveDate = date(&stay[..10]) - Days::new(days);
    test.at(&format!("{day}T10:00:00+09:00"));
}

/// A family of a city whose household is of these classes.
async fn family(test: &TestApp, city: &str, classes: &'static [&'static str]) -> Person {
    let guardian = test.guardian("Golden", city).await;
    let family = guardian.get("/family").await.body["id"].as_str().unwrap().to_owned();
    test.write(move |conn| {
        for class in classes {
            families::store::insert_class(conn, &FamilyId::new(family.clone()), class, (date("2025-04-01"), None))?;
        }
        Ok(())
    })
    .await;
    guardian
}

/// The answers that a programme must have.
fn answers(programme: &str) -> Value {
    match programme {
        "temporary_care" | "open_nursery" => json!([{ "key": "health", "value": "well" }]),
        "sick_child" => json!([
            { "key": "illness", "value": "cold" },
            { "key": "seen_doctor", "value": "yes" },
            { "key": "medicine", "value": "no" },
        ]),
        "visit" => json!([]),
        _ => json!([{ "key": "wish", "value": "rest" }]),
    }
}

fn command(slot: &str, children: &[String], programme: &str, reason: Option<&str>) -> Value {
    json!({ "slot_id": slot, "child_ids": children, "reason": reason, "answers": answers(programme) })
}

/// Children, certified for what needs it.
async fn children(test: &TestApp, guardian: &Person, born: &[&str]) -> Vec<String> {
    let mut children = Vec::new();
    for born in born {
        let child = guardian.child(born).await;
        test.certify(guardian, &child, "open_nursery").await;
        children.push(child);
    }
    children
}

/// Asks and books a golden stay; what is not as it must be.
async fn told(test: &TestApp, golden: &Golden) -> Vec<String> {
    let mut initials = golden.cities.chars().map(city);
    let (host, residence) = (initials.next().unwrap(), initials.next().unwrap());
    days_before(test, golden.stay, 4);
    let guardian = family(test, residence, golden.classes).await;
    let slot = slot(test, golden.programme, host, golden.stay, (None, None)).await;
    let mut command = command(&slot, &children(test, &guardian, golden.born).await, golden.programme, golden.reason);
    command["extras"] = json!(golden.extras);
    let quote = guardian.post("/bookings/quote", command.clone()).await;
    if quote.body["bookable"] != true {
        return vec![format!("not bookable: {}", quote.body)];
    }
    let mut wrong = Vec::new();
    for child in quote.body["children"].as_array().unwrap() {
        let lines: Vec<i64> = child["fee_lines"].as_array().into_iter().flatten().map(|line| line["yen"].as_i64().unwrap()).collect();
        if lines != golden.lines || child["fee_yen"] != json!(golden.lines.iter().sum::<i64>()) {
            wrong.push(format!("fee {lines:?}"));
        }
        let limits: Vec<String> = child["limits"].as_array().into_iter().flatten().map(limit).collect();
        if limits.join(", ") != golden.counted {
            wrong.push(format!("counted {limits:?}"));
        }
    }
    // What was told is what is booked.
    let booked = guardian.post("/bookings", command).await;
    if booked.status != 201 {
        return vec![format!("not booked: {}", booked.body)];
    }
    let state = if golden.programme.starts_with("postnatal") { "requested" } else { "confirmed" };
    for booking in booked.body.as_array().unwrap() {
        let counted: Vec<String> =
            booking["counted"].as_array().unwrap().iter().map(|c| format!("{} {}", c["pool"], c["amount"])).collect();
        let expected: Vec<String> = quote.body["children"][0]["limits"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|c| format!("{} {}", c["pool"], c["amount"]))
            .collect();
        if booking["fee_yen"] != json!(golden.lines.iter().sum::<i64>()) || counted != expected || booking["state"]["kind"] != state {
            wrong.push(format!("booked {booking}"));
        }
    }
    wrong
}

fn limit(limit: &Value) -> String {
    let text = |key: &str| limit[key].as_str().unwrap().to_owned();
    format!("{} {} {} {}", text("pool"), text("period"), limit["amount"], limit["left_after"])
}

async fn laid_out(test: &TestApp) {
    test.at(LAID_OUT);
    assert!(demo::load_when_empty(&test.app).await.unwrap());
}

async fn all_as_written(test: &TestApp, tables: [&[Golden]; 2]) {
    laid_out(test).await;
    let mut wrong = Vec::new();
    for (n, golden) in tables.into_iter().flatten().enumerate() {
        let found = told(test, golden).await;
        wrong.extend(found.into_iter().map(|what| format!("{n}: {} {} {}: {what}", golden.programme, golden.cities, golden.stay)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Books a slot of its own in Yonago for a stay.
async fn book(test: &TestApp, guardian: &Person, children: &[String], programme: &str, stay: &str) -> Answer {
    let slot = slot(test, programme, YONAGO, stay, (None, None)).await;
    guardian.post("/bookings", command(&slot, children, programme, None)).await
}

on_both! {
    over start_empty;

    async fn temporary_care_and_open_nursery_come_to_the_golden_figures(test) {
        all_as_written(test, [TEMPORARY_CARE, OPEN_NURSERY]).await;
    }

    async fn postnatal_and_sick_child_care_come_to_the_golden_figures(test) {
        all_as_written(test, [POSTNATAL, OTHERS]).await;
    }

    async fn every_programme_refuses_what_it_must(test) {
        laid_out(test).await;
        // Seven uses for a birth: two nights and a night are six, a day the seventh. Visits at home have their own three.
        days_before(test, "2026-12-03", 4);
        let mother = family(test, YONAGO, &[]).await;
        let baby = children(test, &mother, &["2026-04-10"]).await;
        for (programme, stay, refused) in [
            ("postnatal_stay", "2026-12-03 10:00 10:00 2026-12-05", ""),
            ("postnatal_stay", "2026-12-08 10:00 10:00 2026-12-09", ""),
            ("postnatal_stay", "2026-12-11 10:00 10:00 2026-12-12", "bookings.birth_limit"),
            ("postnatal_day", "2026-12-10 10:00 16:00", ""),
            ("postnatal_day", "2026-12-15 10:00 16:00", "bookings.birth_limit"),
            ("postnatal_home", "2026-12-16 09:00 13:30", "bookings.too_long"),
            ("postnatal_home", "2026-12-16 09:00 13:00", ""),
            ("postnatal_home", "2026-12-17 09:00 10:00", ""),
            ("postnatal_home", "2026-12-18 09:00 10:00", ""),
            ("postnatal_home", "2026-12-21 09:00 10:00", "bookings.birth_limit"),
            // Twelve months end as the law counts, two days before the birthday.
            ("visit", "2026-12-22 10:00 11:00", "bookings.too_long"),
            ("visit", "2026-12-22 10:00 10:30", ""),
        ] {
            let answer = book(test, &mother, &baby, programme, stay).await;
            assert_eq!(answer.codes(), if refused.is_empty() { vec![] } else { vec![refused.to_owned()] }, "{stay}: {:?}", answer.body);
            assert_eq!(answer.status == 201, refused.is_empty(), "{stay}: {:?}", answer.body);
        }
        days_before(test, "2027-04-08", 5);
        let mother = family(test, YONAGO, &[]).await;
        let baby = children(test, &mother, &["2026-04-10"]).await;
        assert_eq!(book(test, &mother, &baby, "postnatal_day", "2027-04-09 10:00 16:00").await.codes(), ["bookings.too_old"]);
        assert_eq!(book(test, &mother, &baby, "postnatal_day", "2027-04-08 10:00 16:00").await.status, 201);

        // Postnatal care stays in its city.
        days_before(test, "2026-12-03", 4);
        let away = family(test, YONAGO, &[]).await;
        let baby = children(test, &away, &["2026-04-10"]).await;
        let across = slot(test, "postnatal_day", SAKAIMINATO, LONG_DAY, (None, None)).await;
        let refused = away.post("/bookings", command(&across, &baby, "postnatal_day", None)).await;
        assert_eq!(refused.codes(), ["bookings.no_compact"]);

        // A sick child is booked until eight of the same morning, three for a carer whatever places there are.
        test.at("2026-12-03T07:59:59+09:00");
        let ill = family(test, YONAGO, &[]).await;
        let born = ["2024-06-15", "2025-04-20", "2023-01-10", "2022-02-10"];
        let all = children(test, &ill, &born).await;
        let room = slot(test, "sick_child", YONAGO, "2026-12-03 08:30 17:30", (Some(4), Some(1))).await;
        assert_eq!(ill.post("/bookings", command(&room, &all, "sick_child", None)).await.codes(), ["bookings.slot_full"]);
        assert_eq!(ill.post("/bookings", command(&room, &all[..2], "sick_child", None)).await.status, 201);
        let unanswered = json!({ "slot_id": room, "child_ids": [all[2]] });
        assert_eq!(ill.post("/bookings", unanswered).await.codes(), vec!["bookings.answer_missing"; 3]);
        test.at("2026-12-03T08:00:00+09:00");
        assert_eq!(ill.post("/bookings", command(&room, &all[2..3], "sick_child", None)).await.codes(), ["bookings.booking_closed"]);

        // Three days a week for work; a reason is asked for.
        days_before(test, "2026-12-07", 6);
        let working = family(test, YONAGO, &[]).await;
        let child = children(test, &working, &["2024-06-15"]).await;
        for (stay, refused) in [
            ("2026-12-07 08:30 16:30", None),
            ("2026-12-08 08:30 16:30", None),
            ("2026-12-09 08:30 16:30", None),
            ("2026-12-10 08:30 12:30", Some("bookings.week_limit")),
            ("2026-12-14 08:30 12:30", None),
        ] {
            let slot = slot(test, "temporary_care", YONAGO, stay, (None, None)).await;
            let answer = working.post("/bookings", command(&slot, &child, "temporary_care", Some("work"))).await;
            assert_eq!(answer.codes(), refused.map(str::to_owned).into_iter().collect::<Vec<_>>(), "{stay}: {:?}", answer.body);
        }
        let slot = slot(test, "temporary_care", YONAGO, "2026-12-11 08:30 16:30", (None, None)).await;
        assert_eq!(working.post("/bookings", command(&slot, &child, "temporary_care", None)).await.codes(), ["bookings.reason_missing"]);
        // Two carers: six babies and no child more, though the room has places; never fewer than two.
        for (carers, babies, status) in [(2, 7, 409), (2, 6, 201), (1, 1, 409)] {
            let many = family(test, YONAGO, &[]).await;
            let party = children(test, &many, &vec!["2026-04-10"; babies]).await;
            let slot = self::slot(test, "temporary_care", YONAGO, "2026-12-11 08:30 16:30", (Some(8), Some(carers))).await;
            assert_eq!(many.post("/bookings", command(&slot, &party, "temporary_care", Some("private"))).await.status, status, "{carers}");
        }
    }

    async fn the_border_and_the_home_city_have_their_own_hours(test) {
        laid_out(test).await;
        days_before(test, "2026-12-03", 4);
        let guardian = family(test, SAKAIMINATO, &[]).await;
        let child = children(test, &guardian, &["2025-04-20"]).await;
        // Eight hours anywhere, two more at home.
        for (host, stay, status) in [
            (YONAGO, "2026-12-03 09:00 17:00", 201),
            (YONAGO, "2026-12-04 09:00 10:00", 409),
            (SAKAIMINATO, "2026-12-04 09:00 11:30", 409),
            (SAKAIMINATO, "2026-12-04 09:00 11:00", 201),
            (SAKAIMINATO, "2026-12-05 09:00 10:00", 409),
        ] {
            let slot = slot(test, "open_nursery", host, stay, (None, None)).await;
            let answer = guardian.post("/bookings", command(&slot, &child, "open_nursery", None)).await;
            assert_eq!(answer.status, status, "{stay}: {:?}", answer.body);
            if status == 409 {
                assert_eq!(answer.codes(), ["bookings.month_limit"]);
            }
        }
    }

    async fn every_programme_is_well_made_and_told_in_every_language(test) {
        laid_out(test).await;
        let versions: Vec<Programme> = test
            .write(|conn| programmes::store::list_programmes(conn, None, None, date("2025-04-01"), date("2027-03-31")))
            .await;
        assert_eq!(versions.len(), 28);
        for version in &versions {
            let label = format!("{} {} {}", version.key.as_str(), version.municipality, version.valid_from);
            let mut wrong = check(&version.terms, "/terms");
            wrong.extend(check_name(&version.name, "/name"));
            wrong.extend(check_name(&version.summary, "/summary"));
            assert!(wrong.is_empty(), "{label}: {wrong:?}");
            for text in texts(version) {
                let easy = text.easy.as_deref().unwrap();
                let bare: String = ruby(easy).into_iter().filter(|(_, reading)| reading.is_none()).map(|(piece, _)| piece).collect();
                assert!(!bare.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{label}: a word without its reading: {easy}");
            }
        }
        // The two fiscal years differ wherever a city sets figures.
        for version in versions.iter().filter(|version| version.valid_from == date("2026-04-01")) {
            let before = versions.iter().find(|v| v.valid_until == Some(date("2026-03-31")) && v.key == version.key && v.municipality == version.municipality);
            assert_ne!(before.unwrap().terms, version.terms, "{}", version.key.as_str());
        }
        let listed = test.anybody().get(&format!("/programmes?municipality={YONAGO}&on=2026-12-03")).await;
        let keys: Vec<&str> = listed.body["items"].as_array().unwrap().iter().map(|one| one["key"].as_str().unwrap()).collect();
        let all = ["open_nursery", "postnatal_day", "postnatal_home", "postnatal_stay", "sick_child", "temporary_care", "visit"];
        assert_eq!(keys, all);
    }

    async fn every_programme_can_be_found_and_some_wait_for_a_decision(test) {
        laid_out(test).await;
        for (programme, months) in [
            ("temporary_care", 22),
            ("open_nursery", 22),
            ("postnatal_stay", 4),
            ("postnatal_day", 4),
            ("postnatal_home", 4),
            ("sick_child", 22),
            ("visit", 22),
        ] {
            for city in [YONAGO, SAKAIMINATO] {
                let query = format!("/slots?municipality={city}&residence={city}&programme={programme}&age_months={months}&from=2026-11-25&to=2027-01-15&limit=200");
                let found = test.anybody().get(&query).await;
                let items = found.body["items"].as_array().cloned().unwrap_or_default();
                assert!(items.iter().any(|one| one["bookable"] == true), "{programme} {city}: {:?}", found.body);
            }
        }
        let held: Vec<(String, String)> = test
            .write(|conn| {
                use api::schema::bookings;
                let held = bookings::table.filter(bookings::state.eq("requested")).filter(bookings::active);
                Ok(held.select((bookings::facility_id, bookings::programme)).order(bookings::id).load(conn)?)
            })
            .await;
        for programme in ["temporary_care", "postnatal_stay", "postnatal_day", "visit"] {
            assert!(held.iter().any(|(_, held)| held == programme), "{programme}: {held:?}");
        }
        // The staff who sign in have something to decide in both cities.
        for facility in ["000000000001", "00000000000f"] {
            assert!(held.iter().any(|(at, _)| at.ends_with(facility)), "{facility}: {held:?}");
        }
        assert!(held.iter().all(|(_, programme)| programme != "open_nursery" && programme != "sick_child"));
    }
}

/// Every text of a version that a family reads.
fn texts(version: &Programme) -> Vec<&Localised> {
    let Terms { extras, reliefs, reasons, questions, bring, cancellation, .. } = &version.terms;
    let choices = questions.iter().flat_map(|question| match &question.answer {
        AnswerKind::Choice { choices } => choices.as_slice(),
        AnswerKind::YesNo | AnswerKind::Text | AnswerKind::Day | AnswerKind::Yen => &[],
    });
    [&version.name, &version.summary]
        .into_iter()
        .chain(extras.iter().map(|extra| &extra.name))
        .chain(reliefs.iter().map(|relief| &relief.name))
        .chain(reasons.iter().chain(choices).map(|choice| &choice.name))
        .chain(questions.iter().map(|question| &question.text))
        .chain(cancellation.exempt.iter().map(|exempt| &exempt.name))
        .chain(bring)
        .collect()
}
