//! Nothing is told twice or lost, whatever breaks on the way.

use std::time::Duration;

use api::db::DbError;
use api::notices::{jobs, making, store};
use api::schema::{accounts, deliveries, events, notices, outbox};
use chrono::TimeDelta;
use diesel::prelude::*;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use shared::locale::Locale;

use super::recorder::{Recorder, beside};
use super::{family_of, inbox, partner, tell};
use crate::app::{DAY, YONAGO, families as many, moment};

on_both! {
    async fn an_act_that_breaks_in_the_middle_made_nothing(test) {
        let push = Recorder::new("push");
        let (app, _) = beside(test, &[&push]);
        let ana = test.guardian("Ana", YONAGO).await;
        let child = ana.child("2025-05-01").await;
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (5, 5)).await;
        ana.book(&slot, &[&child]).await;
        let (channels, now) = (app.channels.clone(), app.now());
        let killed = app.db.write(move |conn| {
            for act in store::list_acts(conn, now, 10)? {
                assert_eq!(making::make_act(conn, &act, &channels, now)?, 1);
            }
            Err::<(), _>(DbError::Other("killed".to_owned()))
        });
        assert!(killed.await.is_err());
        assert!(inbox(&ana).await.is_empty());
        tell(&app).await;
        assert_eq!((inbox(&ana).await.len(), push.sent().len()), (1, 1));
    }

    async fn what_never_works_is_set_aside_and_seen_and_goes_again(test) {
        let push = Recorder::new("push");
        let (app, base) = beside(test, &[&push]);
        let (ana, bea) = (test.guardian("Ana", YONAGO).await, test.guardian("Bea", YONAGO).await);
        let slot = test.slot("sakai_care", DAY, ("08:30", "17:00"), (5, 5)).await;
        let (anas, beas) = (ana.child("2025-05-01").await, bea.child("2025-05-01").await);
        let figure = async || {
            let text = reqwest::get(format!("{base}/metrics")).await.unwrap().text().await.unwrap();
            text.lines().find_map(|line| line.strip_prefix("yumigahama_notices_set_aside ")).unwrap().to_owned()
        };
        let tries = async || -> Vec<i64> { test.write(|conn| Ok(outbox::table.select(outbox::attempts).load(conn)?)).await };
        push.kept().breaks = 1;
        push.kept().rng = Some(StdRng::seed_from_u64(1));
        assert_eq!(ana.book(&slot, &[&anas]).await.status, 201);
        let mut clock = moment(crate::app::START);
        // Within the same minute it is not tried again, and then ever later.
        for (minutes, tried) in [(0, 1), (0, 1), (1, 2), (1, 2), (3, 3), (16, 4), (63, 4), (1, 5), (600, 5)] {
            clock += TimeDelta::minutes(minutes);
            test.at(&clock.to_rfc3339());
            jobs::make(&app).await.unwrap();
            assert_eq!(tries().await, [tried], "{clock}");
        }
        assert_eq!(figure().await, "1");
        // It keeps nobody waiting.
        push.kept().breaks = 0;
        assert_eq!(bea.book(&slot, &[&beas]).await.status, 201);
        tell(&app).await;
        assert_eq!((inbox(&bea).await.len(), inbox(&ana).await.len()), (1, 0));
        assert_eq!(test.write(store::take_up).await, 1);
        assert_eq!(figure().await, "0");
        tell(&app).await;
        assert_eq!((inbox(&ana).await.len(), tries().await), (1, vec![]));
    }

    async fn each_event_is_told_once_to_each_person_whatever_breaks(test) {
        let (push, mail) = (Recorder::new("push"), Recorder::new("mail"));
        let (app, _) = beside(test, &[&push, &mail]);
        let mut rng = StdRng::seed_from_u64(20_261_124);
        let people = many(test, 6, YONAGO, "2025-05-01").await;
        let mut partners = Vec::new();
        for (person, _) in people.iter().take(3) {
            partners.push(partner(test, &family_of(person).await, Locale::Ja).await);
        }
        let mut slots = Vec::new();
        for day in ["2026-12-01", "2026-12-02", "2026-12-03", "2026-12-04"] {
            slots.push(test.slot("sakai_care", day, ("08:30", "17:00"), (9, 9)).await);
        }
        for recorder in [&push, &mail] {
            recorder.kept().breaks = 5;
            recorder.kept().rng = Some(StdRng::seed_from_u64(rng.random()));
        }
        let mut clock = moment(crate::app::START);
        for slot in &slots {
            for (person, child) in &people {
                assert_eq!(person.book(slot, &[child]).await.status, 201);
                // Those who make and deliver are killed at some moment, and others begin where they were; some come twice at once.
                for _ in 0..2 {
                    let (one, two) = (app.clone(), app.clone());
                    let making = actix_web::rt::spawn(async move { jobs::make(&one).await.map(drop) });
                    let delivering = actix_web::rt::spawn(async move { jobs::deliver(&two).await.map(drop) });
                    actix_web::rt::time::sleep(Duration::from_micros(rng.random_range(0..6000))).await;
                    making.abort();
                    delivering.abort();
                }
                clock += TimeDelta::minutes(rng.random_range(0..10));
                test.at(&clock.to_rfc3339());
            }
        }
        for recorder in [&push, &mail] {
            recorder.kept().breaks = 0;
        }
        test.write(store::take_up).await;
        // Whatever was left is taken up when the leases and waits are over, before anybody gives up.
        for _ in 0..30 {
            clock += TimeDelta::hours(2);
            test.at(&clock.to_rfc3339());
            tell(&app).await;
        }
        type Found = (i64, Vec<(String, Option<String>)>, Vec<(String, String, String, String)>);
        let (left, told, sent): Found = test
            .write(|conn| {
                let all = notices::table.inner_join(deliveries::table.on(deliveries::notice_id.eq(notices::id)));
                Ok((
                    outbox::table.count().get_result(conn)?,
                    notices::table.select((notices::account_id, notices::event_id)).load(conn)?,
                    all.select((notices::id, deliveries::channel, deliveries::state, deliveries::id)).load(conn)?,
                ))
            })
            .await;
        assert_eq!(left, 0, "the queue drains");
        let guardians: Vec<(String, i64)> = test
            .write(|conn| {
                let joined = accounts::table.inner_join(api::schema::bookings::table.on(accounts::family_id.eq(api::schema::bookings::family_id.nullable())));
                let ids: Vec<String> = joined.select(accounts::id).load(conn)?;
                let mut counts = std::collections::BTreeMap::new();
                ids.into_iter().for_each(|id| *counts.entry(id).or_insert(0) += 1);
                Ok(counts.into_iter().collect())
            })
            .await;
        assert_eq!(guardians.len(), people.len() + partners.len());
        for (account, bookings) in &guardians {
            let mine = told.iter().filter(|(of, _)| of == account).count();
            assert_eq!(i64::try_from(mine).unwrap(), *bookings, "each booking is told once to each person");
        }
        let asked: i64 = test.write(|conn| Ok(events::table.filter(events::kind.eq("booking.confirmed")).count().get_result(conn)?)).await;
        assert_eq!(asked, 24);
        // Each notice went to each channel: once in the inbox, at least once to the channel.
        assert_eq!(sent.len(), told.len() * 2);
        for (_, channel, state, _) in &sent {
            assert_eq!(state, "accepted", "{channel}");
        }
        let leads: Vec<(String, Option<String>)> = test.write(|conn| Ok(deliveries::table.select((deliveries::id, deliveries::lead_id)).load(conn)?)).await;
        let reached: std::collections::BTreeSet<String> = push.sent().into_iter().chain(mail.sent()).map(|message| message.delivery_id.to_string()).collect();
        for (id, lead) in leads {
            assert!(reached.contains(&id) || lead.is_some_and(|lead| reached.contains(&lead)), "accepted, and never sent: {id}");
        }
    }
}
