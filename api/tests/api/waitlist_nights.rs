//! The waiting list while people sleep and while the server is away: nobody is woken, and nothing that is kept for somebody is lost.

use api::schema::slots;
use api::waitlist::jobs;
use diesel::prelude::*;

use crate::app::{DAY, YONAGO};
use crate::waitlist::{all_recorded, answer, at, cancel, entry, full, id, keep, kind, kinds, wait};

on_both! {
    async fn nobody_is_asked_between_nine_in_the_evening_and_seven(test) {
        let (slot, there) = full(test, "yonago_care", 1).await;
        let ana = test.guardian("Ana", YONAGO).await;
        let a = ana.child("2025-05-01").await;
        let waiting = wait(&ana, &slot, &[&a]).await;
        test.at("2026-11-25T22:00:00+09:00");
        cancel(&there[0].0, &there[0].1).await;
        keep(test).await;
        // The place is kept, nobody is told, and the time to answer does not run.
        let ben = test.guardian("Ben", YONAGO).await;
        let b = ben.child("2025-06-01").await;
        assert_eq!(ben.book(&slot, &[&b]).await.code(), "bookings.slot_full");
        assert_eq!(kinds(test, id(&waiting)).await, ["waitlist.joined"]);
        let state = entry(&ana, &waiting).await["state"].clone();
        assert_eq!((&state["from"], &state["until"]), (&at("2026-11-26", "07:00"), &at("2026-11-26", "19:00")));
        test.at("2026-11-26T06:59:59+09:00");
        keep(test).await;
        assert_eq!(kinds(test, id(&waiting)).await, ["waitlist.joined"]);
        test.at("2026-11-26T07:00:00+09:00");
        keep(test).await;
        keep(test).await;
        assert_eq!(kinds(test, id(&waiting)).await, ["waitlist.joined", "waitlist.offered"], "once, at seven");
        all_recorded(test).await;
    }

    async fn an_offer_of_the_night_does_not_run_out_before_anybody_was_told(test) {
        let (slot, there) = full(test, "yonago_care", 2).await;
        let (ana, ben) = (test.guardian("Ana", YONAGO).await, test.guardian("Ben", YONAGO).await);
        let (a, b) = (ana.child("2025-05-01").await, ben.child("2025-06-01").await);
        let first = wait(&ana, &slot, &[&a]).await;
        test.at("2026-11-29T22:00:00+09:00");
        cancel(&there[0].0, &there[0].1).await;
        keep(test).await;
        assert_eq!(entry(&ana, &first).await["state"]["until"], at("2026-11-30", "08:00"));
        // The server was away from before seven until after eight: the hour begins when the family is told.
        test.at("2026-11-30T09:30:00+09:00");
        keep(test).await;
        assert_eq!((entry(&ana, &first).await["state"]["until"].clone(), kinds(test, id(&first)).await.len()), (at("2026-11-30", "10:30"), 2));
        assert_eq!(ana.get("/bookings?active_only=true").await.body["items"][0]["state"]["until"], at("2026-11-30", "10:30"));
        assert_eq!(answer(&ana, &first, "accept").await.body["state"]["kind"], "accepted");
        // Away until bookings have closed: it was no offer, and the family can read why.
        test.at("2026-11-29T23:00:00+09:00");
        let second = wait(&ben, &slot, &[&b]).await;
        cancel(&there[1].0, &there[1].1).await;
        keep(test).await;
        assert_eq!(kind(&ben, &second).await, "offered");
        test.at("2026-11-30T16:30:00+09:00");
        keep(test).await;
        let passed = entry(&ben, &second).await;
        assert_eq!((passed["state"]["kind"].as_str(), passed["skips"][0]["reasons"][0]["code"].as_str()), (Some("expired"), Some("waitlist.no_time")), "{passed:?}");
        all_recorded(test).await;
    }

    async fn but_for_the_same_day_one_is_asked_at_any_hour(test) {
        let (slot, there) = full(test, "yonago_open", 1).await;
        let ana = test.guardian("Ana", YONAGO).await;
        let a = ana.child("2025-05-01").await;
        let waiting = wait(&ana, &slot, &[&a]).await;
        test.at("2026-12-01T05:00:00+09:00");
        cancel(&there[0].0, &there[0].1).await;
        keep(test).await;
        assert_eq!(kinds(test, id(&waiting)).await, ["waitlist.joined", "waitlist.offered"]);
        assert_eq!(entry(&ana, &waiting).await["state"]["until"], at(DAY, "05:15"));
    }

    async fn nothing_is_lost_in_a_restart(test) {
        let (slot, there) = full(test, "yonago_care", 1).await;
        let (ana, ben) = (test.guardian("Ana", YONAGO).await, test.guardian("Ben", YONAGO).await);
        let (a, b) = (ana.child("2025-05-01").await, ben.child("2025-06-01").await);
        let (first, second) = (wait(&ana, &slot, &[&a]).await, wait(&ben, &slot, &[&b]).await);
        cancel(&there[0].0, &there[0].1).await;
        // Whoever was to ask is gone: nothing but the database knows.
        let pending: i64 = test.write(|conn| Ok(slots::table.select(slots::freed).first(conn)?)).await;
        assert_eq!((pending, kind(&ana, &first).await.as_str()), (1, "waiting"));
        let reborn = api::App::new(test.app.db.clone(), (*test.app.config).clone(), { let app = test.app.clone(); std::sync::Arc::new(move || app.now()) });
        jobs::keep(&reborn).await.unwrap();
        assert_eq!([kind(&ana, &first).await, kind(&ben, &second).await], ["offered", "waiting"]);
        // And the same for an offer whose time runs out while nobody is there.
        test.at("2026-11-23T12:00:00+09:00");
        let reborn = api::App::new(test.app.db.clone(), (*test.app.config).clone(), { let app = test.app.clone(); std::sync::Arc::new(move || app.now()) });
        jobs::keep(&reborn).await.unwrap();
        assert_eq!([kind(&ana, &first).await, kind(&ben, &second).await], ["lapsed", "offered"]);
        all_recorded(test).await;
    }
}
