//! Many at once on the ways in that answer, change and close: each race beside a control that does the same without the lock and must fail.

use std::time::Duration;

use diesel::prelude::*;
use futures_util::future::{join, join_all, join3};
use serde_json::{Value, json};

use api::attendance::recording::Line;
use api::attendance::settling::reckon;
use api::attendance::store::insert_record;
use api::bookings::engine::{self, Lock};
use api::bookings::store::{self, Belongs, find_booking, list_holding, list_party, mark_made, mark_state};
use api::error::ApiError;
use api::outbox::Act;
use api::schema::{accounts, bookings as booking_rows, families as family_rows};
use api::waitlist::store as waiting;
use api::{families, retention, slots, waitlist};
use shared::attendance::{CheckOut, Person as By, RecordKind, RecordedBy, check_out, undo as undo_attendance};
use shared::bookings::{BookingState, Decide, EnteredBy, NewBooking, NewEntry, decide, enter};
use shared::ids::{BookingId, ChildId, FamilyId, PartyId, SlotId, WaitlistEntryId};
use shared::slots::{BandPlaces, Consequence, Held, NewClosure, SlotChange, change, close};
use shared::waitlist::{EntryState, accept};
use tokio::sync::Barrier;

use crate::app::{DAY, Person, SAKAIMINATO, TestApp, YONAGO, families as many};
use crate::decisions::undecided_slot;
use crate::laws::{Facts, World, check, look};
use crate::races::{count, taken};

/// Asks until the server is not busy.
async fn decided(person: &Person, path: &str, body: Value) -> u16 {
    loop {
        let status = person.post(path, body.clone()).await.code_number();
        if status != 503 {
            return status;
        }
        actix_web::rt::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The laws of places, children, accounts, parties and events, on what the database now says.
pub async fn lawful(test: &TestApp) -> Result<(), String> {
    let world: World = test.write(look).await;
    check(&world, &Facts::default())
}

async fn booked(person: &Person, slot: &str, child: &str) -> String {
    let answer = person.book(slot, &[child]).await;
    answer.body[0]["id"].as_str().unwrap_or_else(|| panic!("{:?}", answer.body)).to_owned()
}

async fn family_id(person: &Person) -> FamilyId {
    FamilyId::new(person.get("/family").await.body["id"].as_str().unwrap())
}

/// A slot with one place that is taken, somebody who waits for it, and the place on offer to them; gives the entry.
async fn offered(test: &TestApp, day: &str) -> (Person, String, String) {
    let slot = test.slot("yonago_care", day, ("08:30", "17:00"), (1, 0)).await;
    let people = many(test, 2, YONAGO, "2025-05-01").await;
    let booking = booked(&people[0].0, &slot, &people[0].1).await;
    let wanted = json!({ "child_ids": [people[1].1], "wanted": { "kind": "slot", "slot_id": slot } });
    let entry = people[1].0.post("/waitlist_entries", wanted).await.body["id"].as_str().unwrap().to_owned();
    assert_eq!(people[0].0.post(&format!("/bookings/{booking}/cancel"), json!({})).await.status, 200);
    waitlist::jobs::keep(&test.app).await.unwrap();
    (people[1].0.clone(), entry, slot)
}

/// A child that has come to a stay by the hour; gives its booking, and whose it is.
async fn came(test: &TestApp, day: &str) -> (Person, String) {
    test.at("2026-11-21T12:00:00+09:00");
    let slot = test.slot("sakai_open", day, ("08:30", "17:00"), (1, 0)).await;
    let people = many(test, 1, SAKAIMINATO, "2025-05-01").await;
    let answer = people[0].0.book_times(&slot, &[&people[0].1], day, ("09:00", "11:00")).await;
    let booking = answer.body[0]["id"].as_str().unwrap().to_owned();
    test.at(&format!("{day}T09:00:00+09:00"));
    let staff = test.staff("sakai").await;
    assert_eq!(staff.post(&format!("/bookings/{booking}/check_in"), json!({})).await.status, 200);
    test.at(&format!("{day}T11:40:00+09:00"));
    (staff, booking)
}

on_both! {
    async fn of_twenty_answers_to_a_request_one_holds(test) {
        for round in 0..3 {
            let slot = undecided_slot(test, "decline", &format!("2026-12-0{}", round + 1)).await;
            let (ana, child) = many(test, 1, YONAGO, "2025-05-01").await.pop().unwrap();
            let booking = booked(&ana, &slot, &child).await;
            let (staff, path) = (test.staff("yonago").await, format!("/bookings/{booking}/decide"));
            let statuses = join_all((0..20).map(|n| decided(&staff, &path, json!({ "accept": n % 2 == 0 })))).await;
            assert_eq!((count(&statuses, 200), count(&statuses, 409)), (1, 19), "{statuses:?}");
            lawful(test).await.unwrap();
        }
    }

    async fn an_offer_is_taken_up_once_and_never_after_it_lapsed(test) {
        for round in 0..3 {
            let (ana, entry, slot) = offered(test, &format!("2026-12-{:02}", round + 7)).await;
            let path = format!("/waitlist_entries/{entry}/accept");
            let statuses = join_all((0..20).map(|_| decided(&ana, &path, json!(null)))).await;
            assert_eq!((count(&statuses, 200), count(&statuses, 409)), (1, 19), "{statuses:?}");
            assert_eq!(taken(test, &slot).await, (1, 1));
        }
        let (ana, entry, slot) = offered(test, "2026-12-14").await;
        test.at("2026-11-22T00:00:00+09:00");
        let path = format!("/waitlist_entries/{entry}/accept");
        let (kept, statuses) = join(waitlist::jobs::keep(&test.app), join_all((0..10).map(|_| decided(&ana, &path, json!(null))))).await;
        kept.unwrap();
        assert_eq!((count(&statuses, 409), taken(test, &slot).await), (10, (0, 0)), "{statuses:?}");
        lawful(test).await.unwrap();
    }

    async fn undo_cancel_move_and_decision_meet_and_one_of_them_holds(test) {
        for round in 0..4 {
            let slot = undecided_slot(test, "decline", &format!("2026-12-0{}", round + 1)).await;
            let other = undecided_slot(test, "decline", &format!("2026-12-1{}", round + 4)).await;
            let (ana, child) = many(test, 1, YONAGO, "2025-05-01").await.pop().unwrap();
            let booking = booked(&ana, &slot, &child).await;
            let staff = test.staff("yonago").await;
            let path = |word: &str| format!("/bookings/{booking}/{word}");
            let (undo, cancel, go, say) = (path("undo"), path("cancel"), path("reschedule"), path("decide"));
            let first = join(decided(&ana, &undo, json!(null)), decided(&staff, &say, json!({ "accept": true })));
            let second = join(decided(&ana, &cancel, json!({})), decided(&ana, &go, json!({ "slot_id": other })));
            let ((undone, said), (cancelled, moved)) = join(first, second).await;
            assert!(undone != 204 || [said, cancelled, moved].iter().all(|status| *status != 200), "{undone} {said} {cancelled} {moved}");
            lawful(test).await.unwrap();
        }
    }

    async fn undo_of_a_check_in_meets_check_out_and_correction_and_no_line_is_lost(test) {
        for round in 0..4 {
            let (staff, booking) = came(test, &format!("2026-12-0{}", round + 1)).await;
            let path = |word: &str| format!("/bookings/{booking}/{word}");
            let (undo, leave, right) = (path("attendance/undo"), path("check_out"), path("attendance/correct"));
            let person = json!({ "person": { "kind": "guardian" } });
            let earlier = json!({ "checked_in_at": format!("2026-12-0{}T08:55:00+09:00", round + 1), "reason": "時計" });
            let undone = join_all((0..4).map(|_| decided(&staff, &undo, json!(null))));
            let left = join_all((0..4).map(|_| decided(&staff, &leave, person.clone())));
            let corrected = join_all((0..4).map(|_| decided(&staff, &right, earlier.clone())));
            let all: Vec<u16> = { let (a, b, c) = join3(undone, left, corrected).await; [a, b, c].concat() };
            assert_eq!(count(&all, 200) + count(&all, 409), 12, "{all:?}");
            assert!(count(&all, 200) > 0);
            lawful(test).await.unwrap();
        }
    }

    async fn an_account_closes_while_its_family_books_and_nobody_is_booked_who_is_gone(test) {
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (40, 0)).await;
        let people = many(test, 16, SAKAIMINATO, "2025-05-01").await;
        test.write(|conn| Ok(diesel::update(accounts::table).set(accounts::password_hash.eq(None::<String>)).execute(conn)?)).await;
        let both = people.iter().enumerate().map(|(n, (person, child))| {
            let wanted = json!({ "slot_id": slot, "child_ids": [child] });
            async move {
                let (book, close) = (decided(person, "/bookings", wanted), decided(person, "/family/close", json!({})));
                if n.is_multiple_of(2) {
                    return join(book, close).await;
                }
                let (closed, booked) = join(close, book).await;
                (booked, closed)
            }
        });
        let outcomes = join_all(both).await;
        for (booked, closed) in &outcomes {
            // Who is signed out in between is told to sign in; who was let in just before has no such child any more.
            assert!(matches!((booked, closed), (201, 409) | (401 | 409 | 422, 204)), "{outcomes:?}");
        }
        let stay = outcomes.iter().filter(|(booked, _)| *booked == 201).count();
        assert_eq!((taken(test, &slot).await.0, gone_but_booked(test).await), (i64::try_from(stay).unwrap(), 0));
        lawful(test).await.unwrap();
    }
}

/// How many open stays there are of families that closed their accounts.
async fn gone_but_booked(test: &TestApp) -> i64 {
    test.write(|conn| {
        let closed = family_rows::table.filter(family_rows::closed_at.is_not_null()).select(family_rows::id);
        let open = booking_rows::table.filter(booking_rows::state.eq("confirmed"));
        Ok(open.filter(booking_rows::family_id.eq_any(closed)).count().get_result(conn)?)
    })
    .await
}

/// Without the lock: an account closes by what was seen before its family booked. Gives how many stays nobody comes to.
async fn close_account_past_bookings(test: &TestApp) -> i64 {
    let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (2, 0)).await;
    let (ana, child) = many(test, 1, SAKAIMINATO, "2025-05-01").await.pop().unwrap();
    let (now, family) = (test.app.now(), family_id(&ana).await);
    let id = family.clone();
    let look = test.app.db.read(move |conn| Ok::<_, ApiError>(retention::store::find_under_way(conn, &id)?));
    let seen = look.await.unwrap();
    booked(&ana, &slot, &child).await;
    assert_eq!(shared::retention::close(seen), Ok(()));
    test.write(move |conn| retention::store::close_family(conn, &family, now)).await;
    gone_but_booked(test).await
}

/// Without the lock: a request is answered many times. Gives how many answers were written.
async fn answer_many_times(test: &TestApp) -> usize {
    let slot = undecided_slot(test, "decline", DAY).await;
    let (ana, child) = many(test, 1, YONAGO, "2025-05-01").await.pop().unwrap();
    let booking = booked(&ana, &slot, &child).await;
    let now = test.app.now();
    let all_looked = &Barrier::new(10);
    join_all((0..10).map(|n| {
        let (app, id) = (test.app.clone(), BookingId::new(booking.clone()));
        async move {
            let stored = app.db.read(move |conn| find_booking(conn, &id)?.ok_or(ApiError::NotFound)).await.unwrap();
            let next = decide(&stored.booking, &Decide { accept: n > 0, message: String::new() }, now).unwrap();
            all_looked.wait().await;
            let write = app.db.write(move |conn| {
                let act = Act::of_command("control", now);
                if next != BookingState::Confirmed {
                    return engine::end(conn, &stored, &next, &act);
                }
                mark_state(conn, &stored.booking.id, &next, None)?;
                Ok(act.record(conn, "booking.confirmed", stored.booking.facility.place(), stored.booking.id.as_str())?)
            });
            write.await.unwrap();
        }
    }))
    .await;
    let world: World = test.write(look).await;
    world.story(&booking).count() - 1
}

/// Without the lock: an offer is taken up many times. Gives how many times.
async fn take_up_many_times(test: &TestApp) -> usize {
    let (_, entry, _) = offered(test, DAY).await;
    let now = test.app.now();
    let all_looked = &Barrier::new(10);
    join_all((0..10).map(|_| {
        let (app, id) = (test.app.clone(), WaitlistEntryId::new(entry.clone()));
        async move {
            let wanted = id.clone();
            let found = app.db.read(move |conn| waiting::find_entry(conn, &wanted)?.ok_or(ApiError::NotFound)).await.unwrap();
            let next = accept(&found.state, now).unwrap();
            all_looked.wait().await;
            let EntryState::Offered { party_id, .. } = found.state else { panic!("not offered") };
            let write = app.db.write(move |conn| {
                for stored in list_party(conn, &party_id)? {
                    mark_made(conn, &stored.booking.id, (&BookingState::Confirmed, None), now)?;
                    let act = Act::of_command("control", now);
                    act.record(conn, "booking.confirmed", stored.booking.facility.place(), stored.booking.id.as_str())?;
                }
                waiting::write_state(conn, &id, &next, true)?;
                Ok::<_, ApiError>(())
            });
            write.await.unwrap();
        }
    }))
    .await;
    let world: World = test.write(look).await;
    world.events.iter().filter(|(_, kind, _)| kind == "booking.confirmed").count() - 1
}

/// Without the lock: the last place is taken down on the phone many times. Gives how many have it.
async fn enter_many_times(test: &TestApp) -> usize {
    let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (1, 0)).await;
    let now = test.app.now();
    let people = many(test, 10, SAKAIMINATO, "2025-05-01").await;
    let all_looked = &Barrier::new(people.len());
    join_all(people.into_iter().map(|(person, child)| {
        let (app, slot) = (test.app.clone(), SlotId::new(slot.clone()));
        async move {
            let booking = NewBooking::new(slot, vec![ChildId::new(child)]);
            let asked = NewEntry { family_id: family_id(&person).await, booking, overrides: vec![], override_reason: String::new() };
            let command = asked.clone();
            let look = app.db.read(move |conn| {
                let family = families::store::find_family(conn, &asked.family_id)?.ok_or(ApiError::NotFound)?;
                let seen = engine::look(conn, &family, &asked.booking, Lock::Nothing)?;
                Ok::<_, ApiError>((enter(&seen.state, &asked, EnteredBy::Facility, now), seen))
            });
            let (decided, seen) = look.await.unwrap();
            all_looked.wait().await;
            let Ok((placed, entry)) = decided else { return };
            let party_id = PartyId::new(api::new_id());
            let write = app.db.write(move |conn| {
                let belongs = Belongs {
                    party_id: &party_id,
                    series_id: None,
                    family_id: &command.family_id,
                    programme_id: &seen.programme.id,
                    command: &command.booking,
                    entered: Some(&entry),
                };
                engine::settle(conn, (&seen, &placed), &belongs, &Act::of_command("control", now))
            });
            write.await.unwrap();
        }
    }))
    .await;
    usize::try_from(taken(test, &slot).await.0).unwrap()
}

fn held(stored: &store::Stored) -> Held {
    slots::staff::held(stored)
}

/// Without the lock: places are lowered by what was seen before others booked. Gives whether more are there than there are places, or than are
/// told.
async fn lower_past_bookings(test: &TestApp) -> bool {
    let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (20, 0)).await;
    let (now, id) = (test.app.now(), SlotId::new(slot.clone()));
    let wanted = id.clone();
    let look = test.app.db.read(move |conn| {
        let before = slots::store::find_slot(conn, &wanted)?.ok_or(ApiError::NotFound)?.slot;
        let there: Vec<Held> = list_holding(conn, &wanted)?.iter().map(held).collect();
        let bands = vec![BandPlaces { from_age: 0, under_age: 3, capacity: 2 }];
        let command = SlotChange { bands: Some(bands), consequence: Some(Consequence::CancelLatest), ..SlotChange::default() };
        let changed = change(&before, &crate::app::temporary_care(), &there, &command, now);
        Ok::<_, ApiError>((before, changed.map_err(|rejection| ApiError::Internal(format!("{rejection:?}")))?))
    });
    let (before, changed) = look.await.unwrap();
    let people = many(test, 6, SAKAIMINATO, "2025-05-01").await;
    let statuses = join_all(people.iter().map(|(person, child)| async { person.book(&slot, &[child]).await.code_number() })).await;
    assert_eq!(count(&statuses, 201), 6);
    let write = test.app.db.write(move |conn| {
        let slot = shared::slots::Slot { version: before.version + 1, ..changed.slot.clone() };
        slots::store::update_bands(conn, &before, &slot)?;
        slots::store::update_slot(conn, &slot)?;
        Act::of_command("control", now).record(conn, "slot.changed", slot.facility.place(), slot.id.as_str())?;
        Ok::<_, ApiError>(())
    });
    write.await.unwrap();
    lawful(test).await.is_err()
}

/// Without the lock: a facility closes by what it saw before others booked. Gives how many are left in the closed slot.
async fn close_past_bookings(test: &TestApp) -> i64 {
    let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (20, 0)).await;
    let (now, id) = (test.app.now(), SlotId::new(slot.clone()));
    let look = test.app.db.read(move |conn| {
        let before = slots::store::find_slot(conn, &id)?.ok_or(ApiError::NotFound)?.slot;
        let stored = list_holding(conn, &id)?;
        let command: NewClosure = serde_json::from_value(json!({
            "facility_id": "sakai", "from": before.starts_at, "until": before.ends_at, "reason": "weather"
        }))
        .map_err(|error| ApiError::Internal(error.to_string()))?;
        let closed = close(&before, &stored.iter().map(held).collect::<Vec<_>>(), &command, now).ok_or(ApiError::NotFound)?;
        Ok::<_, ApiError>((closed, stored))
    });
    let (closed, stored) = look.await.unwrap();
    let people = many(test, 6, SAKAIMINATO, "2025-05-01").await;
    join_all(people.iter().map(|(person, child)| async { person.book(&slot, &[child]).await.code_number() })).await;
    let write = test.app.db.write(move |conn| {
        let (act, locked) = (Act::of_command("control", now), stored.iter().map(|one| one.family_id.clone()).collect());
        for one in stored.iter().filter(|one| closed.ended.contains(&one.booking.id)) {
            engine::end_by_facility(conn, one, &locked, &act)?;
        }
        slots::store::update_slot(conn, &closed.slot)?;
        Ok::<_, ApiError>(())
    });
    write.await.unwrap();
    taken(test, &slot).await.0
}

/// Without the lock: a check-in is taken back and the child leaves. Gives what the laws say of it.
async fn leave_without_having_come(test: &TestApp) -> Result<(), String> {
    let (_, booking) = came(test, DAY).await;
    let now = test.app.now();
    let (all_looked, undone) = (&Barrier::new(2), &Barrier::new(2));
    join_all((0..2).map(|n| {
        let (app, id) = (test.app.clone(), BookingId::new(booking.clone()));
        async move {
            let stored = app.db.read(move |conn| find_booking(conn, &id)?.ok_or(ApiError::NotFound)).await.unwrap();
            let (state, attended, kind) = if n == 0 {
                let (state, attended) = undo_attendance(&stored.booking).unwrap();
                (state, attended, RecordKind::Undone)
            } else {
                let command = CheckOut { occurred_at: None, person: Some(By::Guardian), wall: None };
                let recorded = check_out(&stored.booking, &command, &[], RecordedBy::Staff, now).unwrap().unwrap();
                (recorded.state, recorded.attended, RecordKind::CheckedOut)
            };
            // The undo first, so that the end is always the same.
            all_looked.wait().await;
            if n == 1 {
                undone.wait().await;
            }
            let write = app.db.write(move |conn| {
                let (booking, line) = (&stored.booking, Line::new(kind));
                let attended = reckon(conn, &stored, &state, attended.clone())?;
                mark_state(conn, &booking.id, &state, Some(&attended))?;
                insert_record(conn, &booking.id, &line.record(booking, (state.clone(), attended), now))?;
                Ok::<_, ApiError>(Act::of_command("control", now).record(
                    conn,
                    line.event(),
                    booking.facility.place(),
                    booking.id.as_str(),
                )?)
            });
            write.await.unwrap();
            if n == 0 {
                undone.wait().await;
            }
        }
    }))
    .await;
    lawful(test).await
}

/// Each control on both databases: where it does not go wrong, the race above proves nothing.
macro_rules! control {
    ($($name:ident: |$test:ident| $wrong:expr;)*) => {
        $(mod $name {
            use super::*;
            use crate::app::Backend;

            async fn goes_wrong($test: &TestApp) -> bool {
                $wrong
            }

            #[actix_web::test]
            async fn sqlite() {
                assert!(goes_wrong(&TestApp::start(Backend::Sqlite).await.unwrap()).await);
            }

            #[actix_web::test]
            async fn postgres() {
                if let Some(test) = TestApp::start(Backend::Postgres).await {
                    assert!(goes_wrong(&test).await);
                }
            }
        })*
    };
}
pub(crate) use control;

control! {
    control_without_the_lock_a_request_is_answered_many_times: |test| answer_many_times(test).await > 1 && lawful(test).await.is_err();
    control_without_the_lock_an_offer_is_taken_up_many_times: |test| take_up_many_times(test).await > 1 && lawful(test).await.is_err();
    control_without_the_lock_the_last_place_is_entered_many_times: |test| enter_many_times(test).await > 1 && lawful(test).await.is_err();
    control_without_the_lock_places_are_lowered_past_bookings: |test| lower_past_bookings(test).await;
    control_without_the_lock_a_slot_is_closed_around_bookings: |test| close_past_bookings(test).await > 0;
    control_without_the_lock_an_account_closes_past_a_booking: |test| close_account_past_bookings(test).await > 0;
    control_without_the_lock_a_child_leaves_that_never_came: |test| leave_without_having_come(test).await.is_err();
}
