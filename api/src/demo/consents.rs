//! What families of the demo world changed after they booked: staff who sign in see it on the board of the day.

use shared::families::{Allergy, ChildChange, Contact, Severity};
use shared::text::{PersonName, Phone};
use shared::time::{day_start, days_after};

use super::facilities::facility_id;
use super::places::{SAKAIMINATO_EVERY_DAY, YONAGO_EVERY_DAY};
use super::{ACTOR, Moment};
use crate::bookings::store::{Listing, Owner, list_bookings};
use crate::db::AnyConnection;
use crate::error::ApiError;
use crate::families::store::{find_child, find_family, update_child};
use crate::outbox::Act;

/// One child of the day at each facility where staff sign in.
pub fn insert(conn: &mut AnyConnection, moment: Moment) -> Result<(), ApiError> {
    for place in [YONAGO_EVERY_DAY, SAKAIMINATO_EVERY_DAY] {
        let listing = Listing {
            owner: Owner::Facility(facility_id(place)),
            from: Some(day_start(moment.today)),
            until: Some(day_start(days_after(moment.today, 1))),
            active_only: true,
            waiting_at: None,
            after: None,
            limit: 100,
        };
        // The last of the day is still to come for most of it.
        let Some(stored) = list_bookings(conn, &listing)?.pop() else { continue };
        let family = find_family(conn, &stored.family_id)?.ok_or(ApiError::NotFound)?;
        let mut child = find_child(conn, &family.id, &stored.booking.child.id)?.ok_or(ApiError::NotFound)?;
        let mut allergies = child.known.allergies.clone();
        allergies.push(Allergy { name: "くるみ".to_owned(), severity: Severity::Severe });
        let mut people = child.known.pick_up_people.clone();
        people.extend(grandmother());
        let change = ChildChange { allergies: Some(allergies), pick_up_people: Some(people), ..ChildChange::default() };
        child.known = change.apply(child.known);
        child.version += 1;
        update_child(conn, &child)?;
        Act::of_command(ACTOR, moment.now).record(conn, "child.changed", (&family.municipality, None), child.id.as_str())?;
    }
    Ok(())
}

fn grandmother() -> Option<Contact> {
    let name = PersonName::parse("浜田 千代").ok()?;
    Some(Contact { name, relation: "祖母".to_owned(), phone: Phone::parse("0859-00-1234").ok()? })
}
