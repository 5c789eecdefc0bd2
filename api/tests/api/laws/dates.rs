//! Series and the waiting list, in the laws: previews that are the result, and nobody who is overtaken in silence.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::days::{of_dates, seen_dates};
use super::invariants::{is_full, must};
use super::play::{Done, Play, done, ids, told};
use super::seen::{Booked, Entry, World};

/// The bookings that are not as they were.
fn changed(before: &World, after: &World) -> BTreeSet<String> {
    after.bookings.keys().filter(|id| before.bookings.get(*id) != after.bookings.get(*id)).cloned().collect()
}

impl Play<'_> {
    /// A stay on several dates, exactly as the preview says.
    pub async fn repeat(&mut self, before: &World) -> Done {
        let ask = self.ask();
        let weekdays = self.pick(&[vec!["Tue"], vec!["Tue", "Wed"], vec!["Mon", "Tue", "Wed"]]).unwrap();
        let mut body = ask.every_week(&weekdays, "2026-12-10");
        body["if_conflict"] = json!(self.pick(&["skip", "skip", "fail", "waitlist", "waitlist"]).unwrap());
        let person = self.ground.families[ask.family].person.clone();
        let shown = person.post("/series/preview", body.clone()).await;
        if shown.status != 200 {
            return Ok((format!("repeat {:?}: {}", ask.slot, told(&shown)), self.look().await));
        }
        body["seen"] = seen_dates(&shown.body["dates"]);
        let answer = person.post("/series", body.clone()).await;
        let after = self.look().await;
        let what = format!("repeat {:?} {weekdays:?} {}: {}", (ask.family, &ask.slot, ask.minutes()), body["if_conflict"], told(&answer));
        let dates = shown.body["dates"].as_array().unwrap();
        let bookable = dates.iter().filter(|date| date["bookable"] == true).count();
        let waiting: BTreeSet<&str> =
            dates.iter().filter(|date| date["waits"] == true).map(|date| date["slot_id"].as_str().unwrap()).collect();
        must!(waiting.is_empty() || body["if_conflict"] == "waitlist", "{what}: nobody wanted to wait, and {waiting:?}");
        let was_done = done(&answer)?;
        if before.is_restless() {
            return Ok((what, after));
        }
        let expected = if body["if_conflict"] == "fail" { bookable == dates.len() } else { bookable + waiting.len() > 0 };
        must!(was_done == expected, "{what}: the preview said {:?}", shown.body);
        if was_done {
            must!(
                of_dates(&shown.body["dates"]) == of_dates(&answer.body["dates"]),
                "{what}: {:?} was shown, {:?} done",
                shown.body,
                answer.body
            );
            let new: Vec<&Booked> = after.bookings.iter().filter(|(id, _)| !before.bookings.contains_key(*id)).map(|(_, b)| b).collect();
            must!(new.len() == bookable * ask.children.len(), "{what}: {} bookings for {bookable} dates", new.len());
            must!(new.iter().all(|b| b.series.as_deref() == answer.body["id"].as_str()), "{what}: {new:?}");
            // The party waits as a whole, once on each date that was told.
            let joined: Vec<&Entry> = after.entries.iter().filter(|(id, _)| !before.entries.contains_key(*id)).map(|(_, e)| e).collect();
            let mut party = ask.children.clone();
            party.sort_unstable();
            must!(joined.iter().all(|entry| entry.children == party && entry.state == "waiting"), "{what}: {joined:?}");
            let slots: BTreeSet<&str> = joined.iter().filter_map(|entry| entry.slot.as_deref()).collect();
            must!(joined.len() == waiting.len() && slots == waiting, "{what}: {joined:?} wait, and {waiting:?} were told");
        }
        Ok((what, after))
    }

    fn of_series(&mut self, before: &World) -> Option<(String, Booked, String)> {
        let (id, booked) = self.some(before, |b| b.series.is_some())?;
        let series = booked.series.clone()?;
        Some((id, booked, series))
    }

    /// One date, this and the following, or all are cancelled: those that were shown, and no other.
    pub async fn cancel_dates(&mut self, before: &World) -> Done {
        let Some((id, booked, series)) = self.of_series(before) else { return self.nothing().await };
        let scope = self.pick(&["this", "following", "all"]).unwrap();
        let person = if self.chance(0.8) { self.family_of(&booked).person } else { self.staff_of(self.laid(&booked.slot).facility) };
        let mut body = json!({ "booking_id": id, "scope": scope });
        let shown = person.post(&format!("/series/{series}/cancel/preview"), body.clone()).await;
        if shown.status == 200 {
            body["seen"] = shown.body["items"].clone();
        }
        let answer = person.post(&format!("/series/{series}/cancel"), body).await;
        let after = self.look().await;
        let what = format!("cancel {scope} of {id}: {}", told(&answer));
        must!(done(&answer)? == (shown.status == 200), "{what}: the preview said {:?}", shown.body);
        if answer.status == 200 {
            let told = ids(&shown.body["items"], "booking_id");
            must!(changed(before, &after) == told, "{what}: {told:?} were shown, but {:?} changed", changed(before, &after));
            let now = self.now().timestamp().div_euclid(60);
            let is_meant = |other: &String, b: &Booked| {
                let others = b.series == booked.series && b.child == booked.child && now < b.from;
                *other == id || (others && (scope == "all" || (scope == "following" && booked.from < b.from)))
            };
            let open = |b: &Booked| matches!(b.state.as_str(), "requested" | "confirmed") && now < b.until;
            let meant: BTreeSet<String> =
                before.bookings.iter().filter(|(id, b)| is_meant(id, b) && open(b)).map(|(id, _)| id.clone()).collect();
            must!(told == meant, "{what}: {meant:?} are meant, and {told:?} were cancelled");
            for date in shown.body["items"].as_array().unwrap() {
                let now = &after.bookings[date["booking_id"].as_str().unwrap()];
                let due = (now.cancelled_fee, now.cancelled_counts);
                must!(due == (date["fee_yen"].as_i64(), date["counts"].as_bool()), "{what}: {date:?} was shown, but {due:?}");
            }
        }
        Ok((what, after))
    }

    /// Dates move within their weeks: as shown, and no other.
    pub async fn move_dates(&mut self, before: &World) -> Done {
        let Some((id, booked, series)) = self.of_series(before) else { return self.nothing().await };
        let scope = self.pick(&["this", "following", "all"]).unwrap();
        let person = if self.chance(0.8) { self.family_of(&booked).person } else { self.staff_of(self.laid(&booked.slot).facility) };
        let mut body = json!({ "booking_id": id, "scope": scope });
        if self.chance(0.7) {
            body["weekday"] = json!(self.pick(&["Mon", "Tue", "Wed"]));
        }
        if self.chance(0.5) {
            let times = self.stay(&self.laid(&booked.slot));
            let clock = |at: DateTime<Utc>| json!(shared::time::tokyo(at).time());
            (body["starts"], body["ends"]) = (clock(times.0), clock(times.1));
        }
        let shown = person.post(&format!("/series/{series}/reschedule/preview"), body.clone()).await;
        let still = self.look().await;
        must!(still == *before, "a preview of moving {id} changed something");
        body["if_conflict"] = json!("skip");
        if shown.status == 200 {
            body["seen"] = seen_dates(&shown.body["items"]);
        }
        let answer = person.post(&format!("/series/{series}/reschedule"), body.clone()).await;
        let after = self.look().await;
        let what = format!("move {scope} of {id} {body}: {}", told(&answer));
        let was_done = done(&answer)?;
        if before.is_restless() || shown.status != 200 {
            must!(shown.status == 200 || !was_done, "{what}: the preview said {:?}", shown.body);
            return Ok((what, after));
        }
        let items = shown.body["items"].as_array().unwrap();
        let some = items.iter().any(|date| date["bookable"] == true);
        must!(was_done == some, "{what}: the preview said {:?}", shown.body);
        if was_done {
            must!(
                of_dates(&shown.body["items"]) == of_dates(&answer.body["dates"]),
                "{what}: {:?} was shown, {:?} done",
                shown.body,
                answer.body
            );
            // Brothers and sisters of a date go along; nobody of a date that stays.
            let goes: BTreeSet<&String> = items
                .iter()
                .filter(|date| date["bookable"] == true)
                .map(|date| &before.bookings[date["booking_id"].as_str().unwrap()].party)
                .collect();
            let kept = |b: &Booked| match scope {
                "this" => b.from == booked.from,
                "following" => booked.from <= b.from,
                _ => true,
            };
            let meant = |id: &String| goes.contains(&before.bookings[id].party) && kept(&before.bookings[id]);
            let others: Vec<String> = changed(before, &after).into_iter().filter(|id| !meant(id)).collect();
            must!(others.is_empty(), "{what}: {others:?} changed too");
        }
        Ok((what, after))
    }

    /// A family waits for any place that fits, answers an offer, or leaves.
    pub async fn wait(&mut self, before: &World) -> Done {
        let open: Vec<(String, Entry)> = before
            .entries
            .iter()
            .filter(|(_, entry)| matches!(entry.state.as_str(), "waiting" | "offered"))
            .map(|(id, entry)| (id.clone(), entry.clone()))
            .collect();
        if open.is_empty() || self.chance(0.3) {
            return self.wish().await;
        }
        let offered: Vec<(String, Entry)> = open.iter().filter(|(_, entry)| entry.state == "offered").cloned().collect();
        let (id, entry) = if offered.is_empty() || self.chance(0.2) { self.pick(&open) } else { self.pick(&offered) }.unwrap();
        let word = self.pick(&["accept", "accept", "decline", "leave"]).unwrap();
        let person = self.ground.families.iter().find(|family| family.id == entry.family).unwrap().person.clone();
        let answer = person.post(&format!("/waitlist_entries/{id}/{word}"), json!(null)).await;
        let after = self.look().await;
        let what = format!("{word} {id} ({}): {}", entry.state, told(&answer));
        let in_time = entry.offered_until.is_some_and(|until| self.now().naive_utc() < until);
        let expected = if word == "leave" { entry.state == "waiting" } else { entry.state == "offered" && in_time };
        must!(done(&answer)? == expected, "{what}: {entry:?}");
        if expected && word == "accept" {
            let mut held: Vec<&str> = after
                .bookings
                .values()
                .filter(|b| Some(&b.party) == entry.party.as_ref() && matches!(b.state.as_str(), "confirmed" | "requested"))
                .map(|b| b.child.as_str())
                .collect();
            held.sort_unstable();
            must!(held == entry.children, "{what}: {:?} waited and {held:?} have a place", entry.children);
        }
        Ok((what, after))
    }

    async fn wish(&mut self) -> Done {
        let ask = self.ask();
        let wish = json!({
            "kind": "wish", "programme": ask.slot.programme, "facilities": [ask.slot.facility], "from": ask.slot.day, "until": ask.slot.day,
            "minutes": if ask.slot.is_hours() { 120 } else { 240 },
        });
        let person = self.ground.families[ask.family].person.clone();
        let answer = person.post("/waitlist_entries", json!({ "child_ids": ask.children, "wanted": wish })).await;
        done(&answer)?;
        Ok((format!("wish for {:?}: {}", (ask.family, &ask.slot, ask.children.len()), told(&answer)), self.look().await))
    }

    /// After the clock's own work nothing that is due is left, and nobody was passed over without a word.
    pub fn check_turn(&self, before: &World, after: &World) -> Result<(), String> {
        let now = self.now().naive_utc();
        must!(!after.is_restless(), "somebody is still to be asked");
        for (id, entry) in &after.entries {
            let due = match entry.state.as_str() {
                "offered" => {
                    entry.offered_until.is_some_and(|until| until <= now)
                        || (!entry.told && entry.offered_from.is_some_and(|from| from <= now))
                }
                "waiting" => entry.over_at <= now,
                _ => false,
            };
            must!(!due, "entry {id} was left as it is: {entry:?}");
        }
        let late = after.bookings.values().find(|b| b.state == "requested" && b.decide_by.is_some_and(|by| by <= now));
        must!(late.is_none(), "nobody decided {late:?}");
        self.check_order(before, after)
    }

    /// Whoever is offered a place came first of those whom it would fit, but for those who can read why not.
    pub fn check_order(&self, before: &World, after: &World) -> Result<(), String> {
        let slot_of: BTreeMap<&str, &str> = after.bookings.values().map(|b| (b.party.as_str(), b.slot.as_str())).collect();
        let is_new = |id: &String, entry: &Entry| {
            entry.state == "offered" && before.entries.get(id).is_none_or(|old| old.state != "offered" || old.party != entry.party)
        };
        for (id, entry) in after.entries.iter().filter(|(id, entry)| is_new(id, entry)) {
            let slot = slot_of[entry.party.as_deref().unwrap()];
            let laid = self.laid(slot);
            let wants = |other: &Entry| match &other.slot {
                Some(wanted) => wanted == slot,
                None => {
                    let wish = &other.asked["wanted"];
                    other.programme == laid.programme && wish["facilities"] == json!([laid.facility]) && wish["from"] == json!(laid.day)
                }
            };
            let later: BTreeSet<String> = after
                .entries
                .iter()
                .filter(|(later, new)| is_new(later, new) && (entry.created_at, id) <= (new.created_at, *later))
                .flat_map(|(_, new)| after.bookings.iter().filter(|(_, b)| Some(&b.party) == new.party.as_ref()).map(|(id, _)| id.clone()))
                .collect();
            let was_fresh = entry.slot.is_none() && before.entries.get(id).is_none_or(|old| old.fresh);
            for (other, passed) in &after.entries {
                let waited = before.entries.get(other).is_some_and(|old| old.state == "waiting") && passed.state == "waiting";
                if !waited || !wants(passed) || (passed.created_at, other) >= (entry.created_at, id) {
                    continue;
                }
                let skip = after.skips.get(&(other.clone(), slot.to_owned()));
                // Where nothing became free since it joined, it was told then that the place is full, and it still is.
                let as_told = || was_fresh && passed.slot.is_some() && self.is_full_for(before, passed, &BTreeSet::new());
                let told = skip.is_some_and(|(at, reasons)| reasons != "[]" && (was_fresh || *at == self.now().naive_utc())) || as_told();
                must!(told, "entry {other} came before {id}, which was offered {laid:?}, and cannot read why: {skip:?}");
                // Full it was without those who came later too.
                let only_full = skip.is_some_and(|(_, reasons)| {
                    let reasons: Vec<Value> = serde_json::from_str(reasons).unwrap();
                    reasons.iter().all(|reason| reason["code"] == "bookings.slot_full")
                });
                let overtaken = only_full && passed.slot.is_some() && !self.is_full_for(after, passed, &later);
                must!(!overtaken, "entry {other} came before {id}, would have fitted, and was told that {laid:?} is full");
            }
        }
        Ok(())
    }

    /// Nobody who books overtakes those who wait for what became free: they were asked just before, and can read why they could not have it.
    pub fn check_overtaking(&self, before: &World, after: &World) -> Result<(), String> {
        let is_taken = |id: &String, b: &Booked| {
            let old = before.bookings.get(id);
            b.active && b.is_ahead() && b.state != "offered" && old.is_none_or(|old| old.slot != b.slot)
        };
        for (id, booked) in after.bookings.iter().filter(|(id, b)| is_taken(id, b) && before.slots[&b.slot].freed > 0) {
            let in_line = |entry: &Entry| entry.state == "waiting" && entry.slot.as_ref() == Some(&booked.slot);
            for other in after.entries.iter().filter(|(_, entry)| in_line(entry)).map(|(id, _)| id) {
                let waited = before.entries.get(other).is_some_and(|old| old.state == "waiting");
                let skip = after.skips.get(&(other.clone(), booked.slot.clone()));
                let told = skip.is_some_and(|(at, _)| *at == self.now().naive_utc());
                must!(!waited || told, "entry {other} waits for what became free in {}, and {id} has it: {skip:?}", booked.slot);
            }
        }
        Ok(())
    }

    /// Whether a slot is too full for those who wait for it.
    fn is_full_for(&self, world: &World, entry: &Entry, without: &BTreeSet<String>) -> bool {
        let wanted = &entry.asked["wanted"];
        let minute = |name: &str| wanted[name].as_str().unwrap().parse::<DateTime<Utc>>().unwrap().timestamp().div_euclid(60);
        let (slot, times) = (entry.slot.as_deref().unwrap(), (minute("starts_at"), minute("ends_at")));
        is_full(world, &self.ground.facts, slot, times, &entry.children, without)
    }

    /// No place lies idle for which somebody waits: whoever could book what they wait for now was passed over for a reason that they can
    /// read.
    pub async fn check_idle(&self, world: &World) -> Result<(), String> {
        for (id, entry) in world.entries.iter().filter(|(_, entry)| entry.state == "waiting") {
            let Some(slot) = &entry.slot else { continue };
            let person = &self.ground.families.iter().find(|family| family.id == entry.family).unwrap().person;
            let wanted = &entry.asked["wanted"];
            let ask = json!({ "slot_id": slot, "child_ids": entry.asked["child_ids"], "starts_at": wanted["starts_at"], "ends_at": wanted["ends_at"] });
            let quote = person.post("/bookings/quote", ask).await;
            let reasons: Vec<Value> =
                world.skips.get(&(id.clone(), slot.clone())).map(|(_, reasons)| serde_json::from_str(reasons).unwrap()).unwrap_or_default();
            let other = reasons.iter().any(|reason| reason["code"] != "bookings.slot_full");
            must!(quote.body["bookable"] == false || other, "entry {id} could have its place now and was not asked: {entry:?} {reasons:?}");
        }
        Ok(())
    }
}
