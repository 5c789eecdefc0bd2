//! Who does what in the laws: one command after the other through the API, by chance, and what each must do and leave alone.

use std::collections::BTreeSet;

use api::bookings::jobs::decide_overdue;
use api::reminders::jobs::remind;
use api::waitlist::jobs::keep;
use chrono::{DateTime, TimeDelta, Utc};
use rand::Rng;
use rand::rngs::StdRng;
use serde_json::{Value, json};

use super::ground::{Family, Ground, Laid, POPULAR};
use super::invariants::{check, check_change, is_full, month, must};
use super::seen::{Booked, World, look};
use crate::app::{Answer, Person, TestApp, date, time};

/// What a command did, in words, and the world after it.
pub type Done = Result<(String, World), String>;

/// A sequence of commands that is under way.
pub struct Play<'a> {
    pub test: &'a TestApp,
    pub rng: StdRng,
    pub ground: Ground,
    pub staff: [Person; 2],
    /// When staff have to sign in again.
    pub signed_until: DateTime<Utc>,
    /// What was done, for whoever reads a failure.
    pub log: Vec<String>,
}

/// A stay that somebody asks for.
pub struct Ask {
    pub slot: Laid,
    pub family: usize,
    pub children: Vec<String>,
    pub times: (DateTime<Utc>, DateTime<Utc>),
}

impl Ask {
    pub fn body(&self) -> Value {
        json!({ "slot_id": self.slot.id, "child_ids": self.children, "starts_at": self.times.0, "ends_at": self.times.1 })
    }

    pub fn minutes(&self) -> (i64, i64) {
        (self.times.0.timestamp().div_euclid(60), self.times.1.timestamp().div_euclid(60))
    }
}

/// The time that the facility of a slot has on a day.
pub fn on(day: &str, clock: &str) -> DateTime<Utc> {
    shared::time::at(date(day), time(clock))
}

pub fn ids(list: &Value, name: &str) -> BTreeSet<String> {
    list.as_array().map(|all| all.iter().map(|one| one[name].as_str().unwrap().to_owned()).collect()).unwrap_or_default()
}

/// Whether it was done; anything but an answer of the rules is a fault.
pub fn done(answer: &Answer) -> Result<bool, String> {
    match answer.code_number() {
        200 | 201 | 202 | 204 => Ok(true),
        404 | 409 | 412 | 422 => Ok(false),
        status => Err(format!("{status}: {:?}", answer.body)),
    }
}

/// How an answer is written in the log.
pub fn told(answer: &Answer) -> String {
    if answer.status.is_success() { answer.code_number().to_string() } else { format!("{} {:?}", answer.code_number(), answer.codes()) }
}

impl Play<'_> {
    pub async fn look(&self) -> World {
        self.test.write(look).await
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.test.app.now()
    }

    pub fn pick<T: Clone>(&mut self, all: &[T]) -> Option<T> {
        if all.is_empty() { None } else { Some(all[self.rng.random_range(0..all.len())].clone()) }
    }

    pub fn chance(&mut self, of: f64) -> bool {
        self.rng.random_bool(of)
    }

    /// The staff of a facility.
    pub fn staff_of(&self, facility: &str) -> Person {
        self.staff[usize::from(facility == "sakai")].clone()
    }

    pub fn family_of(&self, booked: &Booked) -> Family {
        self.ground.families.iter().find(|family| family.id == booked.family).unwrap().clone()
    }

    pub fn laid(&self, slot: &str) -> Laid {
        self.ground.slots.iter().find(|laid| laid.id == slot).unwrap().clone()
    }

    /// Whether somebody is expected, there or gone today.
    pub fn is_a_day(&self, world: &World) -> bool {
        let today = self.now().timestamp().div_euclid(60);
        world
            .bookings
            .values()
            .any(|b| matches!(b.state.as_str(), "confirmed" | "checked_in") && (b.from - 60..b.until + 60).contains(&today))
    }

    /// A stay in a slot, mostly one that the programme knows.
    pub fn stay(&mut self, slot: &Laid) -> (DateTime<Utc>, DateTime<Utc>) {
        if slot.is_hours() {
            let from = self.rng.random_range(0..14);
            let long = self.rng.random_range(2..9);
            let beside = if self.chance(0.04) { 10 } else { 0 };
            let start = on(slot.day, "08:30") + TimeDelta::minutes(from * 30 + beside);
            (start, start + TimeDelta::minutes(long * 30))
        } else {
            let (from, until) = self.pick(&[("08:30", "17:00"), ("08:30", "12:30"), ("13:00", "17:00"), ("08:30", "17:00")]).unwrap();
            (on(slot.day, from), on(slot.day, until))
        }
    }

    pub fn ask(&mut self) -> Ask {
        let popular = self.chance(0.55);
        let slots: Vec<Laid> =
            self.ground.slots.iter().enumerate().filter(|(n, _)| !popular || POPULAR.contains(n)).map(|(_, laid)| laid.clone()).collect();
        let slot = self.pick(&slots).unwrap();
        let family = self.rng.random_range(0..self.ground.families.len());
        let mut children = self.ground.families[family].children.clone();
        if children.len() > 1 && self.chance(0.6) {
            children.remove(self.rng.random_range(0..children.len()));
        }
        Ask { times: self.stay(&slot), slot, family, children }
    }

    /// One of the bookings that this holds for, by chance.
    pub fn some(&mut self, world: &World, fits: impl Fn(&Booked) -> bool) -> Option<(String, Booked)> {
        let all: Vec<(String, Booked)> = world
            .bookings
            .iter()
            .filter(|(_, booked)| booked.state != "undone" && fits(booked))
            .map(|(id, b)| (id.clone(), b.clone()))
            .collect();
        self.pick(&all)
    }

    /// Whether a refusal is true, as far as places, other stays and months go.
    pub fn is_true(&self, world: &World, ask: &Ask, answer: &Answer, without: &BTreeSet<String>) -> Result<(), String> {
        let (codes, times) = (answer.codes(), ask.minutes());
        if codes.iter().any(|code| code == "bookings.slot_full") && !world.is_restless() {
            let outside = times.0 < world.slots[&ask.slot.id].from || world.slots[&ask.slot.id].until < times.1;
            let closed = world.slots[&ask.slot.id].closures.iter().any(|(from, until)| times.0 < *until && *from < times.1);
            let full = is_full(world, &self.ground.facts, &ask.slot.id, times, &ask.children, without);
            must!(full || outside || closed, "refused as full, and there is a place: {:?}", answer.body);
        }
        let held = || world.bookings.iter().filter(|(id, b)| !without.contains(*id) && ask.children.contains(&b.child)).map(|(_, b)| b);
        if codes.iter().any(|code| code == "bookings.overlap") {
            let busy = held().any(|b| b.active && b.from < times.1 && times.0 < b.until);
            must!(busy, "refused for another stay, and there is none: {:?}", answer.body);
        }
        if codes.iter().any(|code| code == "bookings.month_limit") {
            let family = &self.ground.families[ask.family];
            let city = &self.ground.facts.cities[&family.id];
            let (base, local) = self.ground.facts.limits[&(city.clone(), ask.slot.programme.to_owned())];
            let length = times.1 - times.0;
            let amount = if ask.slot.is_hours() {
                length
            } else if length > 300 {
                2
            } else {
                1
            };
            let in_month = |b: &&Booked| b.programme == ask.slot.programme && month(b) == ask.slot.day[..7];
            let over = ask.children.iter().any(|child| {
                let sum = |only_away: bool| -> i64 {
                    let mine = held().filter(|b| b.child == *child).filter(in_month).filter(|b| b.away || !only_away);
                    mine.flat_map(Booked::uses).map(|(_, amount)| amount).sum::<i64>() + amount
                };
                let away = (city == crate::app::YONAGO) != (ask.slot.facility == "yonago");
                sum(false) > base + local || (away && sum(true) > base)
            });
            must!(over, "refused for the month, and it fits: {:?}", answer.body);
        }
        Ok(())
    }

    /// A family books, or waits where it is full; the quote before says what comes of it.
    pub async fn book(&mut self, before: &World) -> Done {
        let ask = self.ask();
        let person = self.ground.families[ask.family].person.clone();
        let quote = person.post("/bookings/quote", ask.body()).await;
        let mut body = ask.body();
        if self.chance(0.8) {
            body["if_full"] = json!("waitlist");
        }
        let answer = person.post("/bookings", body).await;
        let after = self.look().await;
        let what = format!("book {ask:?}: {}", told(&answer), ask = (ask.family, &ask.slot, ask.children.len(), ask.minutes()));
        if done(&answer)? {
            if !before.is_restless() {
                must!(quote.body["bookable"] == (answer.status == 201), "{what}: the quote said {:?}", quote.body);
            }
            if answer.status == 201 {
                let new = after.bookings.len() - before.bookings.len();
                must!(before.is_restless() || new == ask.children.len(), "{what}: {new} bookings of {} children", ask.children.len());
                let fee: i64 = answer.body.as_array().unwrap().iter().map(|one| one["fee_yen"].as_i64().unwrap()).sum();
                must!(quote.body["bookable"] == false || quote.body["fee_yen"] == fee, "{what}: {fee} yen, but {:?}", quote.body);
                let state = &answer.body[0]["state"];
                must!(quote.body["bookable"] == false || quote.body["state"] == *state, "{what}: {state:?}, but {:?}", quote.body);
            }
        } else {
            must!(before.is_restless() || quote.body["bookable"] == false, "{what}: refused, but {:?}", quote.body);
            self.is_true(before, &ask, &answer, &BTreeSet::new())?;
        }
        Ok((what, after))
    }

    /// A mis-tap: what was booked is taken back at once, and everything is as it was.
    pub async fn mistap(&mut self, before: &World) -> Done {
        let ask = self.ask();
        let person = self.ground.families[ask.family].person.clone();
        let answer = person.post("/bookings", ask.body()).await;
        if !done(&answer)? {
            return Ok((format!("book {:?} by mistake: {}", ask.minutes(), told(&answer)), self.look().await));
        }
        let id = answer.body[0]["id"].as_str().unwrap();
        let undone = person.post(&format!("/bookings/{id}/undo"), json!(null)).await;
        let after = self.look().await;
        let what = format!("book {id} by mistake and undo: {}", told(&undone));
        must!(undone.status == 204, "{what}");
        if !before.is_restless() {
            must!(before.as_seen() == after.as_seen(), "{what}: something is left of it: {:?} {:?}", before.as_seen(), after.as_seen());
        }
        Ok((what, after))
    }

    /// Undo of something that may be older or changed.
    pub async fn unbook(&mut self, before: &World) -> Done {
        let now = self.now().naive_utc();
        let fresh = self.chance(0.8);
        let Some((id, booked)) = self.some(before, |b| !fresh || now - b.created_at < TimeDelta::minutes(10)) else {
            return self.nothing().await;
        };
        let answer = self.family_of(&booked).person.post(&format!("/bookings/{id}/undo"), json!(null)).await;
        let after = self.look().await;
        if done(&answer)? {
            let party = |world: &World| world.bookings.values().filter(|b| b.party == booked.party && b.state != "undone").count();
            must!(party(&after) == 0, "undo {id}: some of its party are left");
        }
        Ok((format!("undo {id}: {}", told(&answer)), after))
    }

    pub async fn nothing(&mut self) -> Done {
        Ok(("nothing to do".to_owned(), self.look().await))
    }

    /// A family or the facility cancels, having been shown what it means.
    pub async fn cancel(&mut self, before: &World) -> Done {
        // Often where somebody waits for the place.
        let waits = |b: &Booked| b.is_ahead() && before.entries.values().any(|e| e.state == "waiting" && e.slot.as_ref() == Some(&b.slot));
        let wanted = if self.chance(0.6) { self.some(before, waits) } else { None };
        let found = wanted.or_else(|| self.some(before, |b| b.is_ahead() || b.version % 3 == 0));
        let Some((id, booked)) = found else { return self.nothing().await };
        let by_family = self.chance(0.7);
        let reason = if self.chance(0.3) { self.pick(&["child_ill", "facility", "bored"]) } else { None };
        let (now, rule) = (self.now(), &booked.agreed["cancellation"]);
        let instant = |value: &Value| value.as_str().unwrap().parse::<DateTime<Utc>>().unwrap();
        let young = now < booked.created_at.and_utc() + TimeDelta::minutes(10) && now.timestamp() < booked.from * 60;
        let free = reason.is_some()
            || now < instant(&booked.agreed["free_until"])
            || young
            || booked.state == "requested"
            || booked.state == "offered";
        let late = booked.fee_yen * rule["late_fee_percent"].as_i64().unwrap() / 100;
        let seen = if free { json!({ "fee_yen": 0, "counts": false }) } else { json!({ "fee_yen": late, "counts": rule["late_counts"] }) };
        let mut body = json!({ "seen": seen });
        if let Some(reason) = reason {
            body["reason"] = json!(reason);
        }
        let known = reason.is_none_or(|reason| reason == "child_ill" || (reason == "facility" && !by_family));
        let may = match booked.state.as_str() {
            "requested" | "confirmed" => true,
            "offered" => !by_family,
            _ => false,
        };
        let person = if by_family { self.family_of(&booked).person } else { self.staff_of(self.laid(&booked.slot).facility) };
        let answer = person.post(&format!("/bookings/{id}/cancel"), body).await;
        let after = self.look().await;
        let what = format!("cancel {id} ({}, {free}, {reason:?}): {}", booked.state, told(&answer));
        let expected = may && known && now.timestamp() < booked.until * 60;
        must!(done(&answer)? == expected, "{what}: expected {expected}");
        if expected {
            let now = &after.bookings[&id];
            let due = if free { (Some(0), Some(false)) } else { (Some(late), rule["late_counts"].as_bool()) };
            must!((now.cancelled_fee, now.cancelled_counts) == due, "{what}: {due:?} was shown, but {now:?}");
            must!(!now.active, "{what}: it still holds a place");
        }
        Ok((what, after))
    }

    /// The facility decides about a request.
    pub async fn decide(&mut self, before: &World) -> Done {
        let Some((id, booked)) = self.some(before, |b| b.state == "requested" || b.version % 5 == 0) else { return self.nothing().await };
        let accept = self.chance(0.6);
        let staff = self.staff_of(self.laid(&booked.slot).facility);
        let answer = staff.post(&format!("/bookings/{id}/decide"), json!({ "accept": accept, "message": "" })).await;
        let after = self.look().await;
        let what = format!("decide {id} {accept}: {}", told(&answer));
        let in_time = booked.decide_by.is_some_and(|by| self.now().naive_utc() < by);
        must!(done(&answer)? == (booked.state == "requested" && in_time), "{what}: {booked:?}");
        Ok((what, after))
    }

    /// The party moves; the preview says what comes of it.
    pub async fn reschedule(&mut self, before: &World) -> Done {
        let Some((id, booked)) = self.some(before, |b| b.is_ahead()) else { return self.nothing().await };
        let home = self.laid(&booked.slot);
        let same: Vec<Laid> =
            self.ground.slots.iter().filter(|slot| (slot.facility, slot.programme) == (home.facility, home.programme)).cloned().collect();
        let slot = if self.chance(0.1) { self.pick(&self.ground.slots.clone()).unwrap() } else { self.pick(&same).unwrap() };
        let times = self.stay(&slot);
        let mut body = json!({ "slot_id": slot.id, "starts_at": times.0, "ends_at": times.1 });
        let alone = self.chance(0.3);
        if alone {
            body["child_ids"] = json!([booked.child]);
        }
        let person = if self.chance(0.8) { self.family_of(&booked).person } else { self.staff_of(home.facility) };
        let shown = person.post(&format!("/bookings/{id}/reschedule/preview"), body.clone()).await;
        let answer = person.post(&format!("/bookings/{id}/reschedule"), body).await;
        let after = self.look().await;
        let what = format!("move {id} to {slot:?} {times:?} alone {alone}: {}", told(&answer));
        let moved = done(&answer)?;
        if !before.is_restless() {
            must!(moved == (shown.body["bookable"] == true), "{what}: the preview said {:?}", shown.body);
        }
        let party: BTreeSet<String> = before.bookings.iter().filter(|(_, b)| b.party == booked.party).map(|(id, _)| id.clone()).collect();
        let changed: BTreeSet<&String> = after.bookings.keys().filter(|id| before.bookings.get(*id) != after.bookings.get(*id)).collect();
        if moved && !before.is_restless() {
            must!(changed == ids(&answer.body, "id").iter().collect(), "{what}: {changed:?} changed, but {:?}", answer.body);
            must!(changed.iter().all(|id| party.contains(*id)), "{what}: others moved too: {changed:?}");
            let fee: i64 = answer.body.as_array().unwrap().iter().map(|one| one["fee_yen"].as_i64().unwrap()).sum();
            must!(shown.body["fee_yen"] == fee, "{what}: {fee} yen, but {:?}", shown.body);
        } else if !moved {
            let goes: Vec<&String> =
                if alone { vec![&id] } else { party.iter().filter(|id| *id == &booked.party || before.bookings[*id].is_ahead()).collect() };
            let children = goes.iter().map(|id| before.bookings[*id].child.clone()).collect();
            let family = self.ground.families.iter().position(|family| family.id == booked.family).unwrap();
            let ask = Ask { slot, family, children, times };
            self.is_true(before, &ask, &answer, &goes.into_iter().cloned().collect())?;
        }
        Ok((what, after))
    }

    /// Time goes on, and staff sign in anew.
    pub async fn pass(&mut self) -> Done {
        let mut now = self.now();
        now += TimeDelta::minutes(if self.chance(0.7) { self.rng.random_range(1..60) } else { self.rng.random_range(60..600) });
        if self.chance(0.4) {
            // To a moment of the next day with slots at which something is to be recorded.
            let clock = self.pick(&["08:20", "08:40", "09:10", "12:40", "16:50", "17:20"]).unwrap();
            let next = self.ground.slots.iter().map(|slot| on(slot.day, clock)).filter(|at| now <= *at).min();
            now = next.unwrap_or(now);
        }
        self.test.at(&now.to_rfc3339());
        if self.signed_until <= now + TimeDelta::minutes(5) {
            self.staff = [self.test.staff("yonago").await, self.test.staff("sakai").await];
            self.signed_until = now + TimeDelta::hours(12);
        }
        Ok((format!("it is {}", shared::time::tokyo(now)), self.look().await))
    }

    /// The clock's own work.
    pub async fn tick(&mut self) -> Done {
        decide_overdue(&self.test.app).await.map_err(|error| error.to_string())?;
        remind(&self.test.app).await.map_err(|error| error.to_string())?;
        keep(&self.test.app).await.map_err(|error| error.to_string())?;
        Ok(("the clock's own work".to_owned(), self.look().await))
    }

    /// What holds after any command.
    pub fn check(&self, before: &World, after: &World) -> Result<(), String> {
        check_change(before, after)?;
        check(after, &self.ground.facts)
    }
}
