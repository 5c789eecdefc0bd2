//! A family as a reason lets one see it: what it does not need is not even read.

use chrono::{DateTime, Utc};
use shared::families::{Child, FoundChild};
use shared::proxy::{ChildCare, ProxyBooking, ProxyFamily, ProxySession, Sight};

use crate::bookings::store::{Listing, Owner, list_bookings};
use crate::db::AnyConnection;
use crate::error::ApiError;
use crate::{applications, entitlements, families};

/// So many bookings at most.
const MOST: i64 = 100;

/// The family of a session.
pub fn family(conn: &mut AnyConnection, session: &ProxySession, now: DateTime<Utc>) -> Result<ProxyFamily, ApiError> {
    let family = families::store::find_family(conn, &session.family_id)?.ok_or(ApiError::NotFound)?;
    let sees = |sight| session.reason.terms.sees.contains(&sight);
    let children = if sees(Sight::Children) || sees(Sight::Care) { families::store::list_children(conn, &family.id)? } else { Vec::new() };
    let found = |child: &Child| FoundChild {
        id: child.id.clone(),
        name: child.known.name.clone(),
        kana: child.known.kana.clone(),
        born: child.known.born,
    };
    let care = |child: &Child| ChildCare {
        child_id: child.id.clone(),
        name: child.known.name.to_string(),
        allergies: child.known.allergies.clone(),
        care_notes: child.known.care_notes.clone(),
        emergency_contacts: child.known.emergency_contacts.clone(),
    };
    Ok(ProxyFamily {
        children: sees(Sight::Children).then(|| children.iter().map(found).collect()),
        care: sees(Sight::Care).then(|| children.iter().map(care).collect()),
        bookings: sees(Sight::Bookings).then(|| bookings(conn, session, now)).transpose()?,
        applications: sees(Sight::Applications).then(|| applications::store::list_applications(conn, &family.id)).transpose()?,
        entitlements: sees(Sight::Entitlements).then(|| entitlements::store::list_entitlements(conn, &family.id)).transpose()?,
        id: family.id,
        municipality: family.municipality,
        guardian_name: family.guardian_name.to_string(),
        guardian_kana: family.guardian_kana.to_string(),
        phone: family.phone,
    })
}

fn bookings(conn: &mut AnyConnection, session: &ProxySession, now: DateTime<Utc>) -> Result<Vec<ProxyBooking>, ApiError> {
    let owner = Owner::Family(session.family_id.clone());
    let listing = Listing { owner, from: Some(now), until: None, active_only: true, waiting_at: None, after: None, limit: MOST };
    let one = |stored: crate::bookings::store::Stored| ProxyBooking {
        child_name: stored.booking.child.name.to_string(),
        facility_name: stored.booking.facility.name.clone(),
        starts_at: stored.booking.starts_at,
        ends_at: stored.booking.ends_at,
        state: stored.booking.state,
    };
    Ok(list_bookings(conn, &listing)?.into_iter().map(one).collect())
}
