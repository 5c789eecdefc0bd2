//! What a client is answered of children and families: everything goes through here, so that no operation can forget it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use shared::consents::Agreement;
use shared::ids::{FacilityId, FamilyId};

use super::store;
use crate::consents;
use crate::db::AnyConnection;
use crate::error::ApiError;

/// Which children an answer is about, and of which it may say what their families gave.
#[derive(Debug, Default)]
pub struct Sieve {
    shown: BTreeSet<String>,
    of_bookings: BTreeMap<String, String>,
    /// The booking that the request named.
    booking: Option<String>,
}

fn text<'a>(object: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    object.get(key).and_then(Value::as_str)
}

/// The child that an object is a booking of.
fn child_of(object: &Map<String, Value>) -> Option<&str> {
    object.get("child").and_then(Value::as_object).and_then(|child| text(child, "id"))
}

fn walk(value: &Value, seen: &mut impl FnMut(&Map<String, Value>)) {
    match value {
        Value::Object(object) => {
            seen(object);
            object.values().for_each(|value| walk(value, seen));
        }
        Value::Array(items) => items.iter().for_each(|value| walk(value, seen)),
        _ => {}
    }
}

/// What a family was shown and agreed to, and has not withdrawn. A booking that was made without the words is no consent to others seeing it.
fn is_explicit(agreement: &Agreement) -> bool {
    agreement.words.is_some()
}

impl Sieve {
    /// Looks up what the answer may say. `may_see`: token and facility both allow `children:read`.
    pub fn of(
        conn: &mut AnyConnection,
        answer: &Value,
        (facility, may_see): (&FacilityId, bool),
        booking: Option<String>,
    ) -> Result<Self, ApiError> {
        let (mut children, mut bookings) = (BTreeSet::new(), BTreeSet::new());
        bookings.extend(booking.clone());
        walk(answer, &mut |object| {
            children.extend(child_of(object).or_else(|| text(object, "child_id")).map(str::to_owned));
            bookings.extend(text(object, "booking_id").map(str::to_owned));
        });
        let of_bookings: BTreeMap<String, String> = store::list_booked(conn, &bookings)?.into_iter().collect();
        if !may_see {
            return Ok(Self { shown: BTreeSet::new(), of_bookings, booking });
        }
        children.extend(of_bookings.values().cloned());
        let families = store::list_families_of(conn, &children)?;
        let (place, _) = consents::store::find_place(conn, facility)?.ok_or(ApiError::NotFound)?;
        let agreements = consents::store::list_agreements(conn, families.iter().map(|(_, family)| family))?;
        let agreed: BTreeSet<&FamilyId> = agreements
            .iter()
            .filter(|(_, agreement)| agreement.covers(&place) && is_explicit(agreement))
            .map(|(family, _)| family)
            .collect();
        let shown = families.iter().filter(|(_, family)| agreed.contains(family)).map(|(child, _)| child.clone()).collect();
        Ok(Self { shown, of_bookings, booking })
    }

    fn hides(&self, child: Option<&str>) -> bool {
        child.is_none_or(|child| !self.shown.contains(child))
    }

    /// Whose data the answer shows, for the audit.
    pub fn shown_in(&self, answer: &Value) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        walk(answer, &mut |object| {
            let child = child_of(object).or_else(|| text(object, "booking_id").and_then(|id| self.of_bookings.get(id)).map(String::as_str));
            found.extend(child.filter(|child| self.shown.contains(*child)).map(str::to_owned));
        });
        found
    }

    /// Leaves out what families gave and did not agree to have shown.
    pub fn apply(&self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.apply(item)),
            Value::Object(object) => {
                self.empty(object);
                object.values_mut().for_each(|value| self.apply(value));
            }
            _ => {}
        }
    }

    fn empty(&self, object: &mut Map<String, Value>) {
        // A booking.
        if child_of(object).is_some() && self.hides(child_of(object)) {
            if let Some(child) = object.get_mut("child").and_then(Value::as_object_mut) {
                blank(child, &["name", "kana"]);
            }
            blank(object, &["notes"]);
            clear(object, &["answers"]);
            object.remove("reason");
            forget_people(object, &["state"], &["attended"]);
        }
        // A line of the board.
        let of_line = object.get("booking").and_then(Value::as_object).map(|booking| child_of(booking).map(str::to_owned));
        if let Some(child) = of_line
            && self.hides(child.as_deref())
        {
            blank(object, &["care_notes"]);
            clear(object, &["allergies", "emergency_contacts", "pick_up_people"]);
            object.remove("interview");
            object.remove("changed");
            if let Some(is_withheld) = object.get_mut("is_withheld") {
                *is_withheld = json!(true);
            }
        }
        // A booking that a change of places ends, with whom to call.
        if object.contains_key("guardian_name")
            && self.hides(text(object, "booking_id").and_then(|id| self.of_bookings.get(id)).map(String::as_str))
        {
            blank(object, &["child_name", "guardian_name", "phone"]);
        }
        // What was recorded of the booking that the request named.
        if object.contains_key("attended_after")
            && self.hides(self.booking.as_ref().and_then(|id| self.of_bookings.get(id)).map(String::as_str))
        {
            object.remove("reason");
            forget_people(object, &["before", "after"], &["attended_before", "attended_after"]);
        }
        // What a first interview found.
        if object.contains_key("conditions") && self.hides(text(object, "child_id")) {
            object.remove("conditions");
        }
    }
}

fn blank(object: &mut Map<String, Value>, keys: &[&str]) {
    put(object, keys, &json!(""));
}

fn clear(object: &mut Map<String, Value>, keys: &[&str]) {
    put(object, keys, &json!([]));
}

/// Puts something in the place of what is there.
fn put(object: &mut Map<String, Value>, keys: &[&str], other: &Value) {
    for key in keys {
        if let Some(value) = object.get_mut(*key) {
            *value = other.clone();
        }
    }
}

/// Why a stay was excused, and who brought and fetched the child.
fn forget_people(object: &mut Map<String, Value>, states: &[&str], days: &[&str]) {
    for (keys, gone) in [(states, &["exempt"][..]), (days, &["brought_by", "fetched_by"][..])] {
        for part in keys {
            if let Some(part) = object.get_mut(*part).and_then(Value::as_object_mut) {
                gone.iter().for_each(|key| drop(part.remove(*key)));
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn line(child: &str) -> Value {
        json!({
            "booking": {
                "id": "b", "child": { "id": child, "name": "あおい", "kana": "アオイ" }, "slot_id": "s", "notes": "昼寝が短い",
                "answers": [{ "key": "k", "value": "v" }], "reason": "ill", "state": { "kind": "absent", "exempt": "illness", "fee_yen": 0 },
                "attended": { "brought_by": { "kind": "guardian" }, "settled": { "fee_yen": 600 } },
            },
            "allergies": [{ "name": "卵" }], "care_notes": "x", "emergency_contacts": [{}], "pick_up_people": [{}],
            "interview": {}, "changed": {}, "is_withheld": false, "age_years": 1,
        })
    }

    #[test]
    fn what_nobody_agreed_to_is_left_out_and_the_rest_stays() {
        let sieve = Sieve { shown: BTreeSet::from(["shown".to_owned()]), ..Sieve::default() };
        let mut both = json!({ "days": [{ "entries": [line("shown"), line("hidden")] }] });
        sieve.apply(&mut both);
        assert_eq!(both["days"][0]["entries"][0], line("shown"));
        assert_eq!(
            both["days"][0]["entries"][1],
            json!({
                "booking": {
                    "id": "b", "child": { "id": "hidden", "name": "", "kana": "" }, "slot_id": "s", "notes": "", "answers": [],
                    "state": { "kind": "absent", "fee_yen": 0 }, "attended": { "settled": { "fee_yen": 600 } },
                },
                "allergies": [], "care_notes": "", "emergency_contacts": [], "pick_up_people": [], "is_withheld": true, "age_years": 1,
            })
        );
        assert_eq!(sieve.shown_in(&both), BTreeSet::from(["shown".to_owned()]));
    }

    #[test]
    fn whom_to_call_and_what_was_recorded_go_by_the_booking() {
        let of_bookings = BTreeMap::from([("b".to_owned(), "shown".to_owned()), ("c".to_owned(), "hidden".to_owned())]);
        let shown = BTreeSet::from(["shown".to_owned()]);
        let sieve = Sieve { shown: shown.clone(), of_bookings: of_bookings.clone(), booking: Some("c".to_owned()) };
        let affected = |id: &str| json!({ "booking_id": id, "child_name": "あおい", "guardian_name": "花子", "phone": "0859000000" });
        let mut all = json!([affected("b"), affected("c"), affected("unknown")]);
        sieve.apply(&mut all);
        assert_eq!(all[0], affected("b"));
        for hidden in [&all[1], &all[2]] {
            assert_eq!((&hidden["child_name"], &hidden["guardian_name"], &hidden["phone"]), (&json!(""), &json!(""), &json!("")));
        }
        let record = json!([{ "reason": "熱", "attended_after": { "brought_by": {} }, "attended_before": {}, "before": { "exempt": "illness" }, "after": {} }]);
        let mut told = record.clone();
        sieve.apply(&mut told);
        assert_eq!(told, json!([{ "attended_after": {}, "attended_before": {}, "before": {}, "after": {} }]));
        let mut same = record.clone();
        Sieve { shown, of_bookings, booking: Some("b".to_owned()) }.apply(&mut same);
        assert_eq!(same, record);
        let mut quote = json!({ "children": [{ "child_id": "hidden", "conditions": "x" }, { "child_id": "shown", "conditions": "y" }] });
        sieve.apply(&mut quote);
        assert_eq!(quote, json!({ "children": [{ "child_id": "hidden" }, { "child_id": "shown", "conditions": "y" }] }));
    }
}
