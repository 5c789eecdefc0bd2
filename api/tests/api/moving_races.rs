//! Many who move at once over HTTP, on both databases, with the control that must oversell.

use futures_util::future::join_all;
use serde_json::json;

use api::bookings::engine::{self, Lock};
use api::bookings::store::{self, Belongs};
use api::error::ApiError;
use api::families;
use api::outbox::Act;
use shared::bookings::{Moving, Reschedule, reschedule};
use shared::ids::{BookingId, SlotId};
use tokio::sync::Barrier;

use crate::app::{DAY, Person, SAKAIMINATO, TestApp, families as many};
use crate::races::{count, taken};

const LATER: &str = "2026-12-08";

/// Families with a booking each on one day, and a slot on a later day with so many places.
async fn booked(test: &TestApp, families: usize, places: i64) -> (Vec<(Person, String)>, String, String) {
    let enough = i64::try_from(families).unwrap();
    let one = test.slot("sakai_care", DAY, ("08:30", "17:00"), (enough, 0)).await;
    let two = test.slot("sakai_care", LATER, ("08:30", "17:00"), (places, 0)).await;
    let people = many(test, families, SAKAIMINATO, "2025-05-01").await;
    let mut all = Vec::new();
    for (person, child) in people {
        let answer = person.book(&one, &[&child]).await;
        all.push((person, answer.body[0]["id"].as_str().unwrap().to_owned()));
    }
    (all, one, two)
}

/// Asks until the server is not busy.
async fn decided(ask: impl AsyncFn() -> u16) -> u16 {
    loop {
        let status = ask().await;
        if status != 503 {
            return status;
        }
        actix_web::rt::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

on_both! {
    async fn of_forty_families_one_moves_onto_the_last_place(test) {
        let (people, one, two) = booked(test, 40, 1).await;
        let moves = people.iter().map(|(person, booking)| {
            let (path, body) = (format!("/bookings/{booking}/reschedule"), json!({ "slot_id": two }));
            async move { decided(async || person.post(&path, body.clone()).await.code_number()).await }
        });
        let statuses = join_all(moves).await;
        assert_eq!((count(&statuses, 200), count(&statuses, 409)), (1, 39), "{statuses:?}");
        assert_eq!((taken(test, &one).await, taken(test, &two).await), ((39, 39), (1, 1)));
    }

    async fn a_move_against_bookings_sells_the_last_place_once(test) {
        let (movers, one, two) = booked(test, 20, 1).await;
        let buyers = many(test, 20, SAKAIMINATO, "2025-05-01").await;
        let moves = movers.iter().map(|(person, booking)| {
            let (path, body) = (format!("/bookings/{booking}/reschedule"), json!({ "slot_id": two }));
            async move { decided(async || person.post(&path, body.clone()).await.code_number()).await }
        });
        let buys = buyers.iter().map(|(person, child)| {
            let two = two.clone();
            async move { decided(async || person.book(&two, &[child]).await.code_number()).await }
        });
        let (moved, bought) = futures_util::future::join(join_all(moves), join_all(buys)).await;
        assert_eq!(count(&moved, 200) + count(&bought, 201), 1, "{moved:?} {bought:?}");
        let still = i64::try_from(20 - count(&moved, 200)).unwrap();
        assert_eq!((taken(test, &one).await, taken(test, &two).await), ((still, still), (1, 1)));
    }

    async fn families_that_change_places_never_lose_one(test) {
        // Two slots with no place left but one: whoever moves there frees a place here, in both directions at once.
        let (people, one, two) = booked(test, 10, 1).await;
        let (first, others) = people.split_first().unwrap();
        assert_eq!(first.0.post(&format!("/bookings/{}/reschedule", first.1), json!({ "slot_id": two })).await.status, 200);
        let moves = others.iter().chain([first]).map(|(person, booking)| {
            let to = if *booking == first.1 { &one } else { &two };
            let (path, body) = (format!("/bookings/{booking}/reschedule"), json!({ "slot_id": to }));
            async move { decided(async || person.post(&path, body.clone()).await.code_number()).await }
        });
        let statuses = join_all(moves).await;
        let ((here, here_peak), (there, there_peak)) = (taken(test, &one).await, taken(test, &two).await);
        assert_eq!((here + there, here, there), (10, here_peak, there_peak), "{statuses:?}");
        assert!(there <= 1, "{statuses:?}");
    }
}

/// The control: the same look, rule and statements without the slots' locks, and nobody writes before everybody has looked.
async fn oversell(test: &TestApp) -> i64 {
    let (people, _, two) = booked(test, 20, 1).await;
    let now = test.app.now();
    let all_looked = &Barrier::new(people.len());
    let movers = people.iter().map(|(_, booking)| {
        let (app, command) = (
            test.app.clone(),
            Reschedule { slot_id: SlotId::new(two.clone()), starts_at: None, ends_at: None, child_ids: vec![], seen: vec![] },
        );
        let id = BookingId::new(booking.clone());
        async move {
            let look = app.db.read(move |conn| {
                let stored = store::find_booking(conn, &id)?.ok_or(ApiError::NotFound)?;
                let family = families::store::find_family(conn, &stored.family_id)?.ok_or(ApiError::NotFound)?;
                let asks = command.asks(&stored.booking, vec![stored.booking.child.id.clone()]);
                let seen = engine::look(conn, &family, &asks, Lock::Nothing)?;
                let moving = [Moving { booking: &stored.booking, band_from_age: stored.band_from_age }];
                let decided = reschedule(&seen.state, &moving, (&command, &asks), now);
                Ok::<_, ApiError>((stored, seen, asks, decided))
            });
            let (stored, seen, asks, decided) = look.await.unwrap();
            all_looked.wait().await;
            let Ok(moved) = decided else { return };
            let write = app.db.write(move |conn| {
                let belongs = Belongs {
                    party_id: &stored.booking.party_id,
                    series_id: None,
                    family_id: &stored.family_id,
                    programme_id: &seen.programme.id,
                    command: &asks,
                    entered: None,
                };
                let moving = std::slice::from_ref(&stored);
                engine::resettle(conn, moving, &moved, &belongs, &Act::of_command("control", now))
            });
            write.await.unwrap();
        }
    });
    join_all(movers).await;
    taken(test, &two).await.0
}

#[actix_web::test]
async fn control_without_the_locks_moves_many_onto_the_last_place_sqlite() {
    let test = TestApp::start(crate::app::Backend::Sqlite).await.unwrap();
    assert!(oversell(&test).await > 1);
}

#[actix_web::test]
async fn control_without_the_locks_moves_many_onto_the_last_place_postgres() {
    if let Some(test) = TestApp::start(crate::app::Backend::Postgres).await {
        assert!(oversell(&test).await > 1);
    }
}
