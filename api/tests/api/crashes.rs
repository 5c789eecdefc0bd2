//! The real server, killed at random moments while families and staff use it: after each restart the laws hold, what was acknowledged is there,
//! and offers and holds go on.
//!
//! `YUMIGAHAMA_CRASHES=100` kills it so often on each database.

mod house;
mod load;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use self::house::House;
use self::load::{Load, Sent};
use crate::app::{Backend, TestApp, moment};
use crate::laws::{World, check};

/// So often it is killed on each database, unless told otherwise.
const KILLS: usize = 12;
/// So many use it at once.
const CLIENTS: usize = 8;
/// The day before the first slots: offers for them are answered within an hour.
const BEGIN: &str = "2026-11-29T13:00:00+09:00";

/// What came of all the kills.
#[derive(Debug, Default)]
struct Tally {
    acknowledged: usize,
    refused: usize,
    unanswered: usize,
    unanswered_but_done: usize,
    lapsed_after_restart: usize,
}

/// What is due by then and was not done.
fn due(world: &World, now: DateTime<Utc>) -> Vec<String> {
    let now = now.naive_utc();
    let late = |id: &String, what: &str| format!("{what} {id}");
    let requests = world.bookings.iter().filter(|(_, b)| b.state == "requested" && b.decide_by.is_some_and(|by| by <= now));
    let offers =
        world.entries.iter().filter(|(_, entry)| entry.state == "offered" && entry.offered_until.is_some_and(|until| until <= now));
    let entries = world.entries.iter().filter(|(_, entry)| entry.state == "waiting" && entry.over_at <= now);
    let freed = world.slots.iter().filter(|(_, slot)| slot.freed > 0).map(|(id, _)| late(id, "freed slot"));
    let known = requests.map(|(id, _)| late(id, "request")).chain(offers.map(|(id, _)| late(id, "offer")));
    let reminders = world.to_remind.iter().filter(|(_, due)| *due <= now).map(|(id, _)| late(id, "reminder of"));
    let known = known.chain(reminders);
    known.chain(entries.map(|(id, _)| late(id, "entry"))).chain(freed).collect()
}

/// Waits until the clock's own work has done what was due at the start; gives how much that was.
async fn goes_on(house: &House, now: DateTime<Utc>) -> (World, usize) {
    let began = Instant::now();
    let first = due(&house.look(), now).len();
    loop {
        let world = house.look();
        let left = due(&world, now);
        if left.is_empty() {
            return (world, first);
        }
        assert!(began.elapsed() < Duration::from_secs(20), "left as it was after the restart: {left:?}");
        actix_web::rt::time::sleep(Duration::from_millis(25)).await;
    }
}

/// Waits until everybody was told of everything, and nothing was lost on the way.
async fn all_told(house: &House) {
    let began = Instant::now();
    loop {
        let (waiting, missing) = house.untold();
        if waiting == 0 {
            assert!(missing.is_empty(), "confirmed, and nobody was told: {missing:?}");
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "{waiting} events are left untold");
        actix_web::rt::time::sleep(Duration::from_millis(25)).await;
    }
}

/// What was acknowledged is there: its bookings in the database, and the same answer for the same key.
async fn kept(house: &House, world: &World, sent: &[Sent]) {
    for one in sent.iter().filter(|one| one.is_done()) {
        for (id, version) in one.bookings() {
            let row = world.bookings.get(&id).unwrap_or_else(|| panic!("acknowledged and gone: {id} of {one:?}"));
            assert!(row.version >= version, "acknowledged as version {version}, and is {row:?}");
        }
        let again = one.send(&house.base).await.unwrap_or_else(|error| panic!("{error} for {one:?}"));
        assert!(again.replayed, "acknowledged and forgotten: {one:?}, now {again:?}");
        assert_eq!(one.answer.as_ref().map(|answer| (answer.status, &answer.body)), Some((again.status, &again.body)), "{one:?}");
    }
}

/// Who got no answer asks again with the same key: it is done once, whether it was done before or not.
async fn asked_again(house: &House, sent: &[Sent], tally: &mut Tally) {
    for one in sent.iter().filter(|one| one.answer.is_none()) {
        tally.unanswered += 1;
        let mut answer = one.send(&house.base).await.unwrap_or_else(|error| panic!("{error} for {one:?}"));
        if answer.status == 503 {
            answer = one.send(&house.base).await.unwrap();
        }
        assert!(answer.status < 500, "{one:?}: {answer:?}");
        tally.unanswered_but_done += usize::from(answer.replayed);
        if answer.status < 300 {
            let twice = one.send(&house.base).await.unwrap();
            assert!(twice.replayed && twice.body == answer.body, "{one:?}: {answer:?}, then {twice:?}");
        }
    }
}

async fn kill_often(backend: Backend) {
    let kills = std::env::var("YUMIGAHAMA_CRASHES").ok().and_then(|text| text.parse().ok()).unwrap_or(KILLS);
    let Some(test) = TestApp::start(backend).await else { return };
    let mut rng = StdRng::seed_from_u64(20_261_122);
    let mut house = House::furnish(&test, backend).await;
    let (mut now, mut sent, mut tally) = (moment(BEGIN), Vec::<Sent>::new(), Tally::default());
    let began = Instant::now();
    for kill in 0..=kills {
        house.start(now);
        let since = Instant::now();
        let (world, lapsed) = goes_on(&house, now).await;
        tally.lapsed_after_restart += lapsed;
        check(&world, &house.ground.facts).unwrap_or_else(|broken| panic!("after kill {kill} on {backend:?}: {broken}"));
        kept(&house, &world, &sent).await;
        asked_again(&house, &sent, &mut tally).await;
        let world = house.look();
        check(&world, &house.ground.facts).unwrap_or_else(|broken| panic!("asked again after kill {kill} on {backend:?}: {broken}"));
        all_told(&house).await;
        if kill == kills {
            break;
        }
        let load = Load::new(&house.ground, &house.staff, world, now);
        let clients: Vec<_> = (0..CLIENTS).map(|n| load.keep_asking(house.base.clone(), rng.random(), format!("{kill}-{n}"))).collect();
        let wait = Duration::from_micros(rng.random_range(5_000..220_000));
        let running = actix_web::rt::spawn(futures_util::future::join_all(clients));
        actix_web::rt::time::sleep(wait).await;
        house.kill();
        sent = running.await.unwrap().concat();
        tally.acknowledged += sent.iter().filter(|one| one.is_done()).count();
        tally.refused += sent.iter().filter(|one| one.answer.is_some() && !one.is_done()).count();
        now += TimeDelta::from_std(since.elapsed()).unwrap() + TimeDelta::minutes(rng.random_range(3..30));
    }
    let states: BTreeSet<String> = house.look().bookings.into_values().map(|booked| booked.state).collect();
    eprintln!("{backend:?}: {kills} kills in {:?}: {tally:?}, {states:?}", began.elapsed());
    assert!(tally.acknowledged > kills && tally.unanswered > 0, "the load did not meet the kills: {tally:?}");
}

#[actix_web::test]
async fn nothing_that_was_acknowledged_is_lost_when_the_server_is_killed_sqlite() {
    kill_often(Backend::Sqlite).await;
}

#[actix_web::test]
async fn nothing_that_was_acknowledged_is_lost_when_the_server_is_killed_postgres() {
    kill_often(Backend::Postgres).await;
}
