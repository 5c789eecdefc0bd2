//! Two years of made-up figures, published by the same rule as any others, so that officers have something to look at.

use shared::figures::publishing::Fact;
use shared::figures::{Amounts, MOST_MONTHS, Measure, last_due, months_after, months_between};
use shared::time::Month;

use super::cities::{City, code};
use super::facilities::facility_id;
use super::offers::offers;
use super::places::{PLACES, Place};
use super::programmes::{open_nursery, sick_child, temporary_care};
use super::{Moment, pick};
use crate::db::{AnyConnection, DbError};
use crate::figures::jobs::{Facts, publish_month};

/// Publishes what is due.
pub fn insert(conn: &mut AnyConnection, moment: Moment) -> Result<(), DbError> {
    let due = last_due(moment.today);
    let first = months_after(due, 1 - i32::try_from(MOST_MONTHS).unwrap_or(24));
    for (nth, month) in months_between(first, due).into_iter().enumerate() {
        publish_month(conn, month, &facts(nth, month)?, moment.now)?;
    }
    Ok(())
}

/// A number from 0 to 16, without chance, yet without a pattern that meets the eye.
const fn mixed(a: usize, b: usize, c: usize) -> usize {
    (a * 7 + b * 5 + c * 11 + a * b * 3 + b * c) % 17
}

fn amounts(count: usize, each: usize) -> Amounts {
    let number = |n| i64::try_from(n).unwrap_or(0);
    Amounts { count: number(count), sum: number(count * each) }
}

fn words(one: &str, two: &str, three: &str) -> [String; 3] {
    [one, two, three].map(str::to_owned)
}

/// What a month of both cities came to: a little more each month.
fn facts(nth: usize, month: Month) -> Result<Facts, DbError> {
    let mut facts = Facts::new();
    for (n, place) in PLACES.iter().enumerate() {
        for (k, offered) in offers(n, place).iter().enumerate() {
            let programme = offered.offering.programme.as_str();
            at_facility(&mut facts, (n, place), (k, programme), nth)?;
        }
    }
    for city in [City::Yonago, City::Sakaiminato] {
        of_city(&mut facts, city, nth + usize::try_from(month.month()).unwrap_or(0))?;
    }
    Ok(facts)
}

fn push(facts: &mut Facts, city: City, measure: Measure, fact: Fact) -> Result<(), DbError> {
    facts.entry((code(city)?, measure)).or_default().push(fact);
    Ok(())
}

/// Stays by age and residence, and what follows from them.
fn at_facility(facts: &mut Facts, (n, place): (usize, &Place), (k, programme): (usize, &str), nth: usize) -> Result<(), DbError> {
    let ages = if programme == open_nursery::KEY { 0..3 } else { 0..6 };
    let (often, each) = match programme {
        temporary_care::KEY => (2, 360),
        open_nursery::KEY => (1, 150),
        _ => (0, 240),
    };
    let other = if place.city == City::Yonago { City::Sakaiminato } else { City::Yonago };
    let fact = |age: usize, amounts| Fact {
        facility: facility_id(n).to_string(),
        district: place.town.to_owned(),
        programme: programme.to_owned(),
        age: u32::try_from(age).ok(),
        amounts,
        ..Fact::default()
    };
    let mut minutes = 0;
    for age in ages {
        let own = often * (4 + mixed(n, nth, age) / 2 + nth / 6) + mixed(nth, age, n + k) / 12;
        let away = often * (mixed(age, n, nth) / 5);
        minutes += (own + away) * each;
        for (count, from) in [(own, place.city), (away, other)] {
            let stays = Fact { residence: code(from)?.to_string(), ..fact(age, amounts(count, each)) };
            push(facts, place.city, Measure::Stays, stays)?;
        }
        for (part, reason) in [(8, "child_ill"), (11, "none"), (40, "closure")] {
            let cancelled = Fact { words: words(reason, "", ""), ..fact(age, amounts((own + mixed(n, age, nth)) / part, 0)) };
            push(facts, place.city, Measure::Cancelled, cancelled)?;
        }
        push(facts, place.city, Measure::Absent, fact(age, amounts((own + mixed(nth, n, age)) / 20, 0)))?;
    }
    let (days, shut) = (18 + mixed(n, k, nth) / 4, mixed(k, nth, n) / 2);
    let places = Amounts { count: amounts(days, 0).count, sum: amounts(1, minutes * 100 / (42 + mixed(n, nth, k) * 2) + 480).sum };
    push(facts, place.city, Measure::Offered, Fact { age: None, ..fact(0, places) })?;
    let free = Amounts { count: amounts(days, 0).count, sum: amounts(1, days - shut).sum };
    push(facts, place.city, Measure::Free, Fact { age: None, ..fact(0, free) })
}

/// What is counted without a facility.
fn of_city(facts: &mut Facts, city: City, nth: usize) -> Result<(), DbError> {
    let size = if city == City::Yonago { 3 } else { 1 };
    let fact =
        |programme: &str, said: [String; 3], amounts| Fact { programme: programme.to_owned(), words: said, amounts, ..Fact::default() };
    for hour in 0..24_usize {
        let often = pick(&[1, 0, 0, 0, 1, 2, 5, 8, 9, 12, 13, 11, 14, 10, 8, 8, 9, 11, 12, 14, 18, 22, 15, 6], hour) * size;
        let office = if (9..17).contains(&hour) { "in_hours" } else { "out_of_hours" };
        for (channel, share) in [("family", 10), ("waitlist", 1), ("facility", 2)] {
            let count = (often * share + mixed(hour, nth, share)) / 10;
            let made = fact(temporary_care::KEY, words(channel, &hour.to_string(), office), amounts(count, 0));
            push(facts, city, Measure::Made, made)?;
        }
    }
    for (k, programme) in [temporary_care::KEY, open_nursery::KEY, sick_child::KEY].into_iter().enumerate() {
        for age in 0..4 {
            for (why, share) in [("search_empty", 2), ("unserved", 1)] {
                let count = size * share * (2 + mixed(k, nth, age) / 3);
                let unmet = Fact { age: u32::try_from(age).ok(), ..fact(programme, words(why, "", ""), amounts(count, 0)) };
                push(facts, city, Measure::Unmet, unmet)?;
            }
        }
        for (outcome, share) in [("accepted", 6), ("declined", 2), ("lapsed", 1), ("expired", 3)] {
            let waited = fact(programme, words(outcome, "", ""), amounts(size * share * (3 + mixed(nth, share, k) / 6), 0));
            push(facts, city, Measure::Waited, waited)?;
        }
    }
    for (decider, lead, share, minutes) in [("rules", "day", 9, 1), ("officer", "day", 1, 600), ("officer", "five_days", 2, 4000)] {
        let decided =
            fact("open_nursery_certification", words(decider, lead, ""), amounts(size * share * (2 + mixed(nth, share, 3) / 6), minutes));
        push(facts, city, Measure::Decided, decided)?;
    }
    for (outcome, share) in [("opened", 60), ("late", 7), ("unopened", 6)] {
        let notified = fact("", words(outcome, "", ""), amounts(size * (share + mixed(nth, share, 1) / 2), 0));
        push(facts, city, Measure::Notified, notified)?;
    }
    Ok(())
}
