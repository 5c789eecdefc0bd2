//! Laws over random sequences of every command through the API, on both databases: what must hold after each of them, whoever does what.
//!
//! A seed makes the sequence; a failure prints it with everything that was done. `YUMIGAHAMA_LAWS=40` tries as many seeds more,
//! `YUMIGAHAMA_LAWS_SEED=7` that one alone.

mod dates;
mod days;
mod ground;
mod invariants;
mod play;
mod seen;

use std::fmt::Write as _;

use chrono::TimeDelta;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

pub use self::ground::{Ground, Laid, lay_out};
pub use self::invariants::{Facts, check};
use self::play::{Done, Play};
pub use self::seen::{Booked, World, look};
use crate::app::{Backend, TestApp};

/// So many commands in a sequence.
const COMMANDS: usize = 140;
/// Seeds that are always tried; 17 has a line long enough to see it served in a wrong order.
const SEEDS: [u64; 9] = [0, 1, 2, 3, 4, 5, 6, 7, 17];
/// After this the slots are over.
const END: &str = "2026-12-10T00:00:00+09:00";

/// One command by chance, and the law of it.
async fn step(play: &mut Play<'_>, before: &World) -> Done {
    if play.is_a_day(before) && play.chance(0.4) {
        return match play.rng.random_range(0..10) {
            0..4 => play.come_or_go(before).await,
            4..6 => play.put_right(before).await,
            _ => play.absent(before).await,
        };
    }
    match play.rng.random_range(0..100) {
        0..21 => play.book(before).await,
        21..24 => play.mistap(before).await,
        24..27 => play.unbook(before).await,
        27..34 => play.cancel(before).await,
        34..38 => play.decide(before).await,
        38..45 => play.reschedule(before).await,
        45..49 => play.enter(before).await,
        49..54 => play.change(before).await,
        54..56 => play.close(before).await,
        56..60 => play.repeat(before).await,
        60..61 => play.import(before).await,
        61..64 => play.cancel_dates(before).await,
        64..67 => play.move_dates(before).await,
        67..76 => play.wait(before).await,
        76..84 => play.come_or_go(before).await,
        84..87 => play.put_right(before).await,
        87..91 => play.absent(before).await,
        _ => play.pass().await,
    }
}

/// A sequence, with the laws after each command.
async fn run(play: &mut Play<'_>) -> Result<(), String> {
    let mut before = play.look().await;
    for _ in 0..COMMANDS {
        if crate::app::moment(END) <= play.now() {
            return Ok(());
        }
        let (what, after) = step(play, &before).await?;
        let refused = [": 404 ", ": 409 ", ": 412 ", ": 422 "].iter().any(|status| what.contains(status)) && !what.contains("then with");
        play.log.push(what);
        if refused && !before.is_restless() && before != after {
            return Err("refused, and something changed".to_owned());
        }
        play.check(&before, &after)?;
        play.check_order(&before, &after)?;
        play.check_overtaking(&before, &after)?;
        before = after;
        if play.chance(0.2) {
            play.check_shown(&before).await?;
        }
        if play.chance(0.6) {
            let (what, after) = play.tick().await?;
            play.log.push(what);
            play.check(&before, &after)?;
            play.check_turn(&before, &after)?;
            if play.chance(0.5) {
                play.check_idle(&after).await?;
            }
            before = after;
        }
    }
    Ok(())
}

/// Tries one seed; says what was done, and why it failed if it did.
async fn try_seed(backend: Backend, seed: u64) -> Option<(Vec<String>, Result<(), String>)> {
    let test = TestApp::start(backend).await?;
    let ground = ground::lay_out(&test, seed).await;
    let staff = [test.staff("yonago").await, test.staff("sakai").await];
    let signed_until = test.app.now() + TimeDelta::hours(12);
    let mut play = Play { test: &test, rng: StdRng::seed_from_u64(seed), ground, staff, signed_until, log: Vec::new() };
    let outcome = run(&mut play).await;
    Some((play.log, outcome))
}

async fn try_all(backend: Backend) {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let seeds: Vec<u64> = match number("YUMIGAHAMA_LAWS_SEED") {
        Some(seed) => vec![seed],
        None => SEEDS.into_iter().chain((100..).take(usize::try_from(number("YUMIGAHAMA_LAWS").unwrap_or(0)).unwrap())).collect(),
    };
    let mut did = std::collections::BTreeMap::<String, usize>::new();
    for seed in seeds {
        let Some((log, outcome)) = try_seed(backend, seed).await else { return };
        if let Err(broken) = outcome {
            let mut told = String::new();
            for (n, line) in log.iter().enumerate() {
                writeln!(told, "{n:4} {line}").unwrap();
            }
            panic!("seed {seed} on {backend:?} after\n{told}{broken}\nTry it alone: YUMIGAHAMA_LAWS_SEED={seed}");
        }
        for line in log.iter().filter(|line| [": 200", ": 201", ": 202", ": 204"].iter().any(|end| line.ends_with(end))) {
            *did.entry(line.split(' ').next().unwrap_or_default().to_owned()).or_default() += 1;
        }
    }
    eprintln!("{backend:?}: {did:?}");
    // A law that is never tried proves nothing.
    for word in [
        "book",
        "cancel",
        "decide",
        "move",
        "enter",
        "change",
        "close",
        "repeat",
        "accept",
        "wish",
        "import",
        "check_in",
        "check_out",
        "absent",
    ] {
        assert!(did.contains_key(word) || std::env::var("YUMIGAHAMA_LAWS_SEED").is_ok(), "nobody ever did {word}: {did:?}");
    }
}

#[actix_web::test]
async fn whatever_people_do_the_laws_hold_sqlite() {
    try_all(Backend::Sqlite).await;
}

#[actix_web::test]
async fn whatever_people_do_the_laws_hold_postgres() {
    try_all(Backend::Postgres).await;
}
