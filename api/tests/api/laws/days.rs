//! What happens on the day and what staff do, in the laws: phone, places, closures, attendance.

use std::collections::BTreeSet;

use api::bookings::import::import_bookings;
use chrono::{DateTime, TimeDelta, Utc};
use rand::Rng;
use serde_json::{Value, json};

use super::ground::Laid;
use super::invariants::{is_full, must};
use super::play::{Ask, Done, Play, done, ids, on, told};
use super::seen::{Booked, World};
use crate::app::{SAKAIMINATO, YONAGO};

/// The bookings that held a place and do not any more, without offers that were taken back with one of them.
fn ended(before: &World, after: &World) -> BTreeSet<String> {
    let holds = |world: &World, id: &String| world.bookings.get(id).is_some_and(|booked| booked.active);
    let gone = before.bookings.keys().filter(|id| holds(before, id) && !holds(after, id));
    gone.filter(|id| after.bookings[*id].state != "released").cloned().collect()
}

impl Play<'_> {
    /// Staff take down a booking, perhaps past soft rules.
    pub async fn enter(&mut self, before: &World) -> Done {
        let mut ask = self.ask();
        if ask.slot.is_hours() && self.chance(0.2) {
            ask.times.1 = ask.times.0 + TimeDelta::minutes(40);
        }
        let family = self.ground.families[ask.family].clone();
        let mut body = json!({ "family_id": family.id, "booking": ask.body() });
        let past = self.chance(0.6);
        if past {
            body["overrides"] = json!(["bookings.booking_closed", "bookings.not_in_steps", "bookings.too_short", "bookings.slot_full"]);
            body["override_reason"] = json!("急な出勤");
        }
        let staff = self.staff_of(ask.slot.facility);
        let quote = staff.post("/staff/bookings/quote", body.clone()).await;
        let answer = staff.post("/staff/bookings", body).await;
        let after = self.look().await;
        let what = format!("enter {:?} past {past}: {}", (ask.family, &ask.slot, ask.minutes()), told(&answer));
        let taken = done(&answer)?;
        if !before.is_restless() {
            must!(taken == (quote.body["bookable"] == true), "{what}: the quote said {:?}", quote.body);
        }
        if !taken {
            self.is_true(before, &ask, &answer, &BTreeSet::new())?;
        }
        Ok((what, after))
    }

    /// Staff change places, room and carers; the preview says who loses a place.
    pub async fn change(&mut self, before: &World) -> Done {
        let Some(laid) = self.pick(&self.ground.slots.clone()) else { return self.nothing().await };
        let slot = &before.slots[&laid.id];
        let mut body = match self.rng.random_range(0..5) {
            0 => json!({ "room": self.rng.random_range(0..5) }),
            1 => {
                let (few, many) = (self.rng.random_range(0..3), self.rng.random_range(1..4));
                json!({ "carers": [[0, many], [240, few], [300, many]] })
            }
            2 => json!({ "state": if self.rng.random_bool(0.8) { "open" } else { "closed" } }),
            _ => {
                let band = &slot.bands[self.rng.random_range(0..2)];
                json!({ "bands": [{ "from_age": band.from_age, "under_age": band.under_age, "capacity": self.rng.random_range(0..5) }] })
            }
        };
        let staff = self.staff_of(laid.facility);
        let path = format!("/slots/{}", laid.id);
        let shown = staff.post(&format!("{path}/preview"), body.clone()).await;
        let etag = format!("\"v{}\"", slot.version);
        let affected = ids(&shown.body["affected"], "booking_id");
        // Without a word of what becomes of them nobody loses a place; with it, exactly those who were shown.
        let plain = staff.patch(&path, body.clone(), &etag).await;
        let was_done = done(&plain)?;
        let what = format!("change {laid:?} {body}: {}", told(&plain));
        if was_done || shown.status != 200 {
            let after = self.look().await;
            must!(was_done == (shown.status == 200), "{what}: the preview said {:?}", shown.body);
            must!(affected.is_empty() && ended(before, &after).is_empty(), "{what}: {affected:?} lost, {:?} ended", ended(before, &after));
            return Ok((what, after));
        }
        (body["consequence"], body["seen"]) = (json!("cancel_latest"), json!(affected));
        let answer = staff.patch(&path, body, &etag).await;
        let after = self.look().await;
        let what = format!("{what}, then with {affected:?}: {}", told(&answer));
        must!(done(&answer)?, "{what}: as shown, and refused");
        must!(affected.iter().all(|id| !after.bookings[id].active), "{what}: one that was shown is still there");
        let others: Vec<String> = ended(before, &after).difference(&affected).cloned().collect();
        must!(others.is_empty(), "{what}: {others:?} ended and were not shown");
        for (band, told) in after.slots[&laid.id].bands.iter().zip(shown.body["slot"]["bands"].as_array().unwrap()) {
            must!(band.capacity == told["capacity"], "{what}: the preview said {told:?}");
        }
        Ok((what, after))
    }

    /// A facility closes a day or some hours; whoever was shown goes, at no cost.
    pub async fn close(&mut self, before: &World) -> Done {
        let Some(laid) = self.pick(&self.ground.slots.clone()) else { return self.nothing().await };
        let (from, until) = self.pick(&[("00:00", "23:59"), ("12:00", "17:00"), ("09:00", "12:30"), ("15:00", "23:59")]).unwrap();
        let (from, until) = (on(laid.day, from), on(laid.day, until));
        let mut body = json!({ "facility_id": laid.facility, "from": from, "until": until, "reason": "weather", "message": "" });
        if self.chance(0.7) {
            body["slot_id"] = json!(laid.id);
        }
        let staff = self.staff_of(laid.facility);
        let shown = staff.post("/staff/closures/preview", body.clone()).await;
        let affected = ids(&shown.body["affected"], "booking_id");
        body["seen"] = json!(affected);
        let answer = staff.post("/staff/closures", body).await;
        let after = self.look().await;
        let what = format!("close {laid:?} {from} {until} with {affected:?}: {}", told(&answer));
        if !done(&answer)? {
            must!(shown.status != 200, "{what}: as shown, and refused");
            return Ok((what, after));
        }
        let (gone, minutes) = (ended(before, &after), (from.timestamp().div_euclid(60), until.timestamp().div_euclid(60)));
        must!(gone.is_subset(&affected), "{what}: {gone:?} ended");
        must!(affected.iter().all(|id| !after.bookings[id].active), "{what}: one that was shown is still there");
        must!(gone.iter().all(|id| after.bookings[id].cancelled_counts == Some(false)), "{what}: it counts for somebody");
        let now = self.now().timestamp().div_euclid(60);
        for slot in shown.body["slots"].as_array().unwrap() {
            let id = slot["id"].as_str().unwrap();
            let left = after
                .bookings
                .values()
                .find(|b| b.slot == id && b.active && b.is_ahead() && now < b.until && b.from < minutes.1 && minutes.0 < b.until);
            must!(left.is_none(), "{what}: {left:?} stays in what is closed");
            let waits = after.entries.values().find(|entry| entry.slot.as_deref() == Some(id) && entry.state == "waiting");
            must!(after.slots[id].open || waits.is_none(), "{what}: {waits:?} waits for a closed slot");
        }
        Ok((what, after))
    }

    /// Another system's bookings are taken in: exactly as rehearsed, and the same file a second time changes nothing.
    pub async fn import(&mut self, before: &World) -> Done {
        let mut rows =
            vec!["予約番号,全国地方公共団体コード,施設ID,事業,利用日,開始時刻,終了時刻,児童カナ,生年月日,保護者メールアドレス".to_owned()];
        for _ in 0..self.rng.random_range(1..4) {
            let (ask, number) = (self.ask(), self.rng.random_range(0..60));
            let city = if ask.slot.facility == "sakai" { SAKAIMINATO } else { YONAGO };
            let clock = |at: DateTime<Utc>| shared::time::tokyo(at).format("%-H:%M").to_string();
            let family = &self.ground.families[ask.family];
            let child = &family.known[family.children.iter().position(|id| *id == ask.children[0]).unwrap()];
            let Laid { facility, programme, day, .. } = ask.slot;
            rows.push(format!("{number},{city},{facility},{programme},{day},{},{},{child}", clock(ask.times.0), clock(ask.times.1)));
        }
        let folder = tempfile::tempdir().unwrap();
        let file = [folder.path().join("bookings.csv")];
        std::fs::write(&file[0], rows.join("\r\n")).unwrap();
        let run = |dry| import_bookings(&self.test.app, &file, dry);
        let dry = run(true).await.map_err(|error| error.to_string())?;
        must!(self.look().await == *before, "a rehearsal of {rows:?} changed something");
        let wet = run(false).await.map_err(|error| error.to_string())?;
        let after = self.look().await;
        let told = &wet.files[0];
        let what =
            format!("import {:?}, {} read, {} new, {} known, {} bad: 200", &rows[1..], told.read, told.new, told.unchanged, told.bad);
        must!(before.is_restless() || dry.files == wet.files, "{what}: {:?} was rehearsed, {:?} done", dry.files, wet.files);
        let new = after.imported.len() - before.imported.len();
        must!(new == usize::try_from(told.new).unwrap(), "{what}: {new} are new");
        let again = run(false).await.map_err(|error| error.to_string())?;
        must!(again.files[0].new == 0 || before.is_restless(), "{what}: again {:?}", again.files);
        let at_last = self.look().await;
        must!(after.is_restless() || again.files[0].new > 0 || at_last == after, "{what}: imported again, and something changed");
        Ok((what, at_last))
    }

    /// A stay of today, if there is one, or any.
    fn todays(&mut self, before: &World, fits: impl Fn(&Booked) -> bool) -> Option<(String, Booked)> {
        let now = self.now();
        let today = shared::time::tokyo_day(now);
        let is_today = |b: &Booked| chrono::DateTime::from_timestamp(b.from * 60, 0).map(shared::time::tokyo_day) == Some(today);
        let any = self.chance(0.05);
        self.some(before, |b| any || (is_today(b) && fits(b)))
    }

    /// A child comes or goes, and sometimes that is said twice or taken back at once.
    pub async fn come_or_go(&mut self, before: &World) -> Done {
        let Some((id, booked)) = self.todays(before, |b| matches!(b.state.as_str(), "confirmed" | "checked_in")) else {
            return self.nothing().await;
        };
        let staff = self.staff_of(self.laid(&booked.slot).facility);
        let goes = booked.state == "checked_in";
        let (word, body) = if goes { ("check_out", json!({ "person": { "kind": "guardian" } })) } else { ("check_in", json!({})) };
        let path = format!("/bookings/{id}/{word}");
        let answer = staff.post(&path, body.clone()).await;
        let mut after = self.look().await;
        let mut what = format!("{word} {id}: {}", told(&answer));
        if done(&answer)? && self.chance(0.3) {
            let again = staff.post(&path, body).await;
            must!(again.status == 200 && again.body == answer.body, "{what}, and again {again:?}");
            must!(self.look().await == after, "{what}: said again, and something changed");
        }
        if done(&answer)? && booked.state != "checked_out" && self.chance(0.3) {
            let undone = staff.post(&format!("/bookings/{id}/attendance/undo"), json!(null)).await;
            after = self.look().await;
            what = format!("{what}, and undo: {}", told(&undone));
            must!(done(&undone)?, "{what}");
            must!(before.as_seen() == after.as_seen(), "{what}: not as it was: {booked:?} {:?}", after.bookings[&id]);
        }
        Ok((what, after))
    }

    /// What was recorded is taken back, or put right.
    pub async fn put_right(&mut self, before: &World) -> Done {
        let Some((id, booked)) = self.todays(before, |b| matches!(b.state.as_str(), "checked_in" | "checked_out" | "absent")) else {
            return self.nothing().await;
        };
        let staff = self.staff_of(self.laid(&booked.slot).facility);
        let (word, body) = if self.chance(0.5) {
            ("undo", json!(null))
        } else {
            let earlier = self.now() - TimeDelta::minutes(self.rng.random_range(0..40));
            let mut body = json!({ "reason": "時計が遅れていました。" });
            body[if booked.state == "checked_out" { "checked_out_at" } else { "checked_in_at" }] = json!(earlier);
            ("correct", body)
        };
        let answer = staff.post(&format!("/bookings/{id}/attendance/{word}"), body).await;
        let what = format!("{word} attendance of {id} ({}): {}", booked.state, told(&answer));
        done(&answer)?;
        Ok((what, self.look().await))
    }

    /// A child did not come: staff confirm what they were shown, and perhaps take it back.
    pub async fn absent(&mut self, before: &World) -> Done {
        let now = self.now().timestamp();
        let Some((id, booked)) = self.todays(before, |b| b.state == "confirmed" && b.from * 60 <= now) else { return self.nothing().await };
        let staff = self.staff_of(self.laid(&booked.slot).facility);
        let (ill, release, rule) = (self.chance(0.4), self.chance(0.5), &booked.agreed["cancellation"]);
        let late = booked.fee_yen * rule["late_fee_percent"].as_i64().unwrap() / 100;
        let seen = if ill { json!({ "fee_yen": 0, "counts": false }) } else { json!({ "fee_yen": late, "counts": rule["late_counts"] }) };
        let mut body = json!({ "release": release, "seen": seen });
        if ill {
            body["reason"] = json!("child_ill");
        }
        let answer = staff.post(&format!("/bookings/{id}/absent"), body).await;
        let mut after = self.look().await;
        let mut what = format!("absent {id} ({}) ill {ill} release {release}: {}", booked.state, told(&answer));
        if done(&answer)? {
            let marked = &after.bookings[&id];
            let due = if ill { (Some(0), Some(false)) } else { (Some(late), rule["late_counts"].as_bool()) };
            must!((marked.cancelled_fee, marked.cancelled_counts) == due, "{what}: {due:?} was shown, but {marked:?}");
            must!(marked.active != (release && now < booked.until * 60), "{what}: {marked:?}");
            if !after.is_restless() && self.chance(0.4) {
                let undone = staff.post(&format!("/bookings/{id}/attendance/undo"), json!(null)).await;
                after = self.look().await;
                what = format!("{what}, and undo: {}", told(&undone));
                // It was there a moment ago, so it is still there; unless the slot was closed around it.
                if done(&undone)? {
                    must!(before.as_seen() == after.as_seen(), "{what}: not as it was: {booked:?} {:?}", after.bookings[&id]);
                } else {
                    must!(!after.slots[&booked.slot].open || !after.slots[&booked.slot].closures.is_empty(), "{what}");
                }
            }
        }
        Ok((what, after))
    }
}

impl Play<'_> {
    /// What the search shows as free is free: for that age, that time and that length exactly so many places, and a booking is refused for
    /// no want of them.
    pub async fn check_shown(&mut self, world: &World) -> Result<(), String> {
        let ask = self.ask();
        let (family, child, slot) = (self.ground.families[ask.family].clone(), ask.children[0].clone(), &world.slots[&ask.slot.id]);
        let months = if self.ground.facts.ages[&child] < 3 { 18 } else { 54 };
        let (day, city) = (ask.slot.day, &self.ground.facts.cities[&family.id]);
        let path = format!("/slots?from={day}&to={day}&age_months={months}&residence={city}&programme={}&limit=200", ask.slot.programme);
        let page = family.person.get(&path).await;
        must!(page.status == 200, "{path}: {:?}", page.body);
        let shown = page.body["items"].as_array().unwrap().iter().find(|item| item["slot_id"] == json!(ask.slot.id)).cloned();
        let Some(shown) = shown else { return Ok(()) };
        for opening in shown["openings"].as_array().unwrap() {
            let instant = |name: &str| opening[name].as_str().unwrap().parse::<DateTime<Utc>>().unwrap();
            let times = (instant("starts_at"), instant("ends_at"));
            let minutes = (times.0.timestamp().div_euclid(60), times.1.timestamp().div_euclid(60));
            let closed = !slot.open || slot.closures.iter().any(|(from, until)| minutes.0 < *until && *from < minutes.1);
            let fits = |places: &usize| {
                let party = vec![child.clone(); *places];
                !is_full(world, &self.ground.facts, &ask.slot.id, minutes, &party, &BTreeSet::new())
            };
            let left = (1..10).take_while(fits).count();
            let told = opening["places_left"].as_u64().unwrap();
            must!(closed || told == u64::try_from(left).unwrap(), "{:?}: {left} places are left and {opening:?} is shown", ask.slot);
            if told > 0 && !closed {
                let stay = json!({ "slot_id": ask.slot.id, "child_ids": [child], "starts_at": times.0, "ends_at": times.1 });
                let quote = family.person.post("/bookings/quote", stay).await;
                let never = ["slot_full", "slot_closed", "not_in_steps", "not_a_block", "outside_slot", "no_band", "no_fee"];
                let said = quote.body.to_string();
                let wrong = never.iter().find(|code| said.contains(&format!("\"bookings.{code}\"")));
                must!(wrong.is_none(), "{:?}: {opening:?} is shown, and refused: {}", ask.slot, quote.body);
            }
        }
        Ok(())
    }
}

/// What a family asks for that is shown date by date.
pub fn of_dates(list: &Value) -> Vec<Value> {
    let one = |date: &Value| {
        json!([date["day"], date["bookable"], date["waits"], date["fee_yen"], date["slot_id"], date["starts_at"], date["ends_at"]])
    };
    list.as_array().unwrap().iter().map(one).collect()
}

/// What was shown of each date, to be sent along.
pub fn seen_dates(list: &Value) -> Value {
    let requested = |date: &Value| date["state"]["kind"] == "requested";
    let one =
        |date: &Value| json!({ "day": date["day"], "fee_yen": date["fee_yen"], "requested": requested(date), "waits": date["waits"] });
    list.as_array().unwrap().iter().map(one).collect()
}

impl Ask {
    /// A series of it on weekdays until a day.
    pub fn every_week(&self, weekdays: &[&str], until: &str) -> Value {
        json!({ "stay": self.body(), "weekdays": weekdays, "until": until })
    }
}
