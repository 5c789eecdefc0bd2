//! What families and staff ask of a server that may die at any moment, each change with a key of its own.

use chrono::{DateTime, TimeDelta, Utc};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Person, date, time};
use crate::laws::{Ground, Laid, World};

/// A change that was sent, and what came back if anything did.
#[derive(Clone)]
pub struct Sent {
    person: Person,
    method: Method,
    path: String,
    body: Value,
    etag: Option<String>,
    key: String,
    pub answer: Option<Told>,
}

impl std::fmt::Debug for Sent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {} {}: {:?}", self.key, self.method, self.path, self.body, self.answer)
    }
}

/// What came back.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    pub status: u16,
    pub body: String,
    /// The server knew the key.
    pub replayed: bool,
}

impl Sent {
    /// Sends it to the server at this address.
    pub async fn send(&self, base: &str) -> Result<Told, reqwest::Error> {
        let mut request = self.person.elsewhere(base).request(self.method.clone(), &self.path).header("idempotency-key", &self.key);
        if let Some(etag) = &self.etag {
            request = request.header("if-match", etag);
        }
        let response = request.json(&self.body).send().await?;
        let (status, replayed) = (response.status().as_u16(), response.headers().contains_key("idempotency-replayed"));
        Ok(Told { status, body: response.text().await?, replayed })
    }

    /// Whether it was acknowledged.
    pub fn is_done(&self) -> bool {
        self.answer.as_ref().is_some_and(|answer| answer.status < 300)
    }

    /// The bookings that the answer tells of, with their versions.
    pub fn bookings(&self) -> Vec<(String, i64)> {
        let body: Value = self.answer.as_ref().and_then(|answer| serde_json::from_str(&answer.body).ok()).unwrap_or_default();
        let all = [&body, &body["bookings"], &body["series"]["bookings"]]
            .into_iter()
            .flat_map(|list| list.as_array().cloned().unwrap_or_default());
        let one = std::iter::once(body.clone()).filter(|body| body["party_id"].is_string());
        all.chain(one)
            .filter(|booking| booking["party_id"].is_string())
            .map(|booking| (booking["id"].as_str().unwrap().to_owned(), booking["version"].as_i64().unwrap()))
            .collect()
    }
}

/// What there is to ask for.
#[derive(Clone)]
pub struct Load {
    ground: Ground,
    staff: [Person; 2],
    world: World,
    now: DateTime<Utc>,
}

fn one<'a, T>(rng: &mut StdRng, all: &'a [T]) -> Option<&'a T> {
    if all.is_empty() { None } else { Some(&all[rng.random_range(0..all.len())]) }
}

impl Load {
    pub fn new(ground: &Ground, staff: &[Person; 2], world: World, now: DateTime<Utc>) -> Self {
        Self { ground: ground.clone(), staff: staff.clone(), world, now }
    }

    /// Asks for one thing after the other until nobody answers any more.
    pub fn keep_asking(&self, base: String, seed: u64, name: String) -> impl Future<Output = Vec<Sent>> + 'static {
        let (load, mut rng) = (self.clone(), StdRng::seed_from_u64(seed));
        async move {
            let mut all = Vec::new();
            for n in 0.. {
                let Some(mut sent) = load.next(&mut rng, format!("{name}-{n}")) else { continue };
                let answer = sent.send(&base).await.ok();
                let is_over = answer.is_none();
                sent.answer = answer;
                all.push(sent);
                if is_over {
                    break;
                }
            }
            all
        }
    }

    fn stay(rng: &mut StdRng, slot: &Laid) -> Value {
        let start = shared::time::at(date(slot.day), time("08:30"));
        let (from, long) = match (slot.is_hours(), rng.random_range(0..4)) {
            (true, _) => (rng.random_range(0..12) * 30, rng.random_range(2..6) * 30),
            (false, 0) => (0, 240),
            (false, 1) => (270, 240),
            (false, _) => (0, 510),
        };
        json!({ "slot_id": slot.id, "starts_at": start + TimeDelta::minutes(from), "ends_at": start + TimeDelta::minutes(from + long) })
    }

    /// One thing by chance; none where there is nothing of the kind.
    fn next(&self, rng: &mut StdRng, key: String) -> Option<Sent> {
        let family = one(rng, &self.ground.families)?;
        let slot = one(rng, &self.ground.slots)?;
        let staff = |slot: &Laid| self.staff[usize::from(slot.facility == "sakai")].clone();
        let post = |person: &Person, path: String, body: Value| {
            Some(Sent { person: person.clone(), method: Method::POST, path, body, etag: None, key: key.clone(), answer: None })
        };
        let mut children = family.children.clone();
        if rng.random_bool(0.5) {
            children.truncate(1);
        }
        let mut stay = Self::stay(rng, slot);
        stay["child_ids"] = json!(children);
        let bookings: Vec<_> = self.world.bookings.iter().filter(|(_, booked)| booked.active).collect();
        let held = one(rng, &bookings);
        let owner = |booked: &crate::laws::Booked| self.ground.families.iter().find(|family| family.id == booked.family).cloned();
        let place = |booked: &crate::laws::Booked| self.ground.slots.iter().find(|laid| laid.id == booked.slot).cloned();
        match rng.random_range(0..100) {
            0..34 => {
                stay["if_full"] = json!(if rng.random_bool(0.7) { "waitlist" } else { "fail" });
                post(&family.person, "/bookings".to_owned(), stay)
            }
            34..40 => {
                let body = json!({ "stay": stay, "weekdays": ["Mon", "Tue", "Wed"], "until": "2026-12-10", "if_conflict": "skip" });
                post(&family.person, "/series".to_owned(), body)
            }
            40..48 => {
                let (id, booked) = held?;
                let word = one(rng, &["cancel", "undo"])?;
                post(&owner(booked)?.person, format!("/bookings/{id}/{word}"), if *word == "cancel" { json!({}) } else { json!(null) })
            }
            48..56 => {
                let (id, booked) = held?;
                let home = place(booked)?;
                let same: Vec<&Laid> =
                    self.ground.slots.iter().filter(|slot| (slot.facility, slot.programme) == (home.facility, home.programme)).collect();
                let to = one(rng, &same)?;
                post(&owner(booked)?.person, format!("/bookings/{id}/reschedule"), Self::stay(rng, to))
            }
            56..64 => {
                let asked: Vec<_> = bookings.iter().filter(|(_, booked)| booked.state == "requested").collect();
                let (id, booked) = one(rng, &asked)?;
                post(&staff(&place(booked)?), format!("/bookings/{id}/decide"), json!({ "accept": rng.random_bool(0.7), "message": "" }))
            }
            64..76 => {
                let open: Vec<_> = self.world.entries.iter().filter(|(_, entry)| entry.state == "offered").collect();
                let (id, entry) = one(rng, &open)?;
                let family = self.ground.families.iter().find(|family| family.id == entry.family)?;
                let word = one(rng, &["accept", "accept", "decline"])?;
                post(&family.person, format!("/waitlist_entries/{id}/{word}"), json!(null))
            }
            76..81 => {
                let body =
                    json!({ "family_id": family.id, "booking": stay, "overrides": ["bookings.booking_closed"], "override_reason": "急用" });
                post(&staff(slot), "/staff/bookings".to_owned(), body)
            }
            81..86 => {
                let known = &self.world.slots[&slot.id];
                let band = one(rng, &known.bands)?;
                let places = json!([{ "from_age": band.from_age, "under_age": band.under_age, "capacity": rng.random_range(0..5) }]);
                let body = json!({ "bands": places, "state": "open", "consequence": "cancel_latest" });
                let sent = post(&staff(slot), format!("/slots/{}", slot.id), body)?;
                Some(Sent { method: Method::PATCH, etag: Some(format!("\"v{}\"", known.version)), ..sent })
            }
            86..88 => {
                let there: Vec<&String> = bookings.iter().filter(|(_, booked)| booked.slot == slot.id).map(|(id, _)| *id).collect();
                let (from, until) = (shared::time::at(date(slot.day), time("13:00")), shared::time::at(date(slot.day), time("17:00")));
                let body = json!({
                    "facility_id": slot.facility, "slot_id": slot.id, "from": from, "until": until, "reason": "infection", "seen": there
                });
                post(&staff(slot), "/staff/closures".to_owned(), body)
            }
            _ => {
                let today = shared::time::tokyo_day(self.now);
                let todays: Vec<_> =
                    bookings.iter().filter(|(_, booked)| place(booked).is_some_and(|slot| date(slot.day) == today)).collect();
                let (id, booked) = one(rng, &todays)?;
                let (word, body) = match booked.state.as_str() {
                    "confirmed" => ("check_in", json!({})),
                    "checked_in" if rng.random_bool(0.7) => ("check_out", json!({ "person": { "kind": "guardian" } })),
                    _ => ("attendance/undo", json!(null)),
                };
                post(&staff(&place(booked)?), format!("/bookings/{id}/{word}"), body)
            }
        }
    }
}
