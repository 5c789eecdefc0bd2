//! Settling a stay: what the rule needs, and the accounts of the child moved to what it says.

use shared::attendance::{Attended, SettleState, Settled, settle};
use shared::bookings::{Booking, BookingState};
use shared::families::classes_on;
use shared::programmes::{Account, Allowance, LimitVersion, Programme, is_multiple_birth, touched_days};

use crate::bookings::store::{Stored, move_usage};
use crate::db::AnyConnection;
use crate::error::ApiError;
use crate::{families, programmes, slots};

/// What is known of a booking's day in its next state, settled where the child has left; the child's accounts are moved to what it counts
/// then. The family must be locked.
pub fn reckon(conn: &mut AnyConnection, stored: &Stored, state: &BookingState, attended: Attended) -> Result<Attended, ApiError> {
    let before = &stored.booking;
    let (settled, allowances) = match state {
        BookingState::CheckedOut { at, .. } => {
            let (settled, allowances) = settled(conn, stored, *at)?;
            (Some(settled), allowances)
        }
        _ => (None, Vec::new()),
    };
    let mut after = Booking { state: state.clone(), attended: Attended { settled, ..attended }, ..before.clone() };
    let over = move_usage(conn, before, (before.uses(), after.uses()), &allowances)?;
    if let Some(settled) = &mut after.attended.settled {
        settled.over = over;
    }
    Ok(after.attended)
}

fn settled(
    conn: &mut AnyConnection,
    stored: &Stored,
    left_at: chrono::DateTime<chrono::Utc>,
) -> Result<(Settled, Vec<(Account, Allowance)>), ApiError> {
    let booking = &stored.booking;
    let family = families::store::find_family(conn, &stored.family_id)?.ok_or(ApiError::NotFound)?;
    let slot = slots::store::find_frame(conn, &booking.slot_id)?.ok_or(ApiError::NotFound)?.slot;
    let children = families::store::list_children(conn, &stored.family_id)?;
    let born = families::store::list_any_children(conn, std::iter::once(&booking.child.id))?.pop().ok_or(ApiError::NotFound)?.known.born;
    let cities = (&slot.facility.municipality, &family.municipality);
    let versions = programmes::store::list_versions(conn, cities, &booking.programme, touched_days(booking.starts_at, left_at))?;
    let limits: Vec<LimitVersion> =
        versions.iter().filter(|version| version.municipality == family.municipality).map(Programme::limits).collect();
    let classes = classes_on(&family.household, slot.day());
    let state = SettleState {
        terms: &stored.terms,
        limits: &limits,
        tier: stored.tier.as_ref(),
        age: stored.terms.ages.band_age(born, slot.day()),
        is_multiple_birth: is_multiple_birth(born, children.iter().map(|child| child.known.born)),
        hourly_yen: slot.hourly_yen,
        extras: &booking.extras,
        classes: &classes,
    };
    Ok(settle(booking, &state, left_at))
}
