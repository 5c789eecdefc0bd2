//! The life of certifications: a move ends them and prepares the new city's application, a brother or sister joins, and stays that nobody is
//! certified for end without cost.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use shared::applications::{Application, ApplicationState};
use shared::bookings::{BookedChild, BookingState};
use shared::entitlements::{Certified, Ended, Ending, Entitlement, Fate, HeldEntitlement, Renewal, StayAfter, ending, fate, moved};
use shared::families::{Child, Family};
use shared::ids::{ApplicationId, ChildId, FamilyId};
use shared::municipalities::MunicipalityCode;
use shared::procedures::{Effect, Procedure, Validity};
use shared::programmes::ProgrammeKey;
use shared::time::tokyo_day;

use super::store;
use crate::bookings::store::{Listing, Owner, Stored, find_booking, list_bookings};
use crate::db::AnyConnection;
use crate::error::ApiError;
use crate::outbox::Act;
use crate::{applications, bookings, families, new_id, procedures, slots};

/// The most bookings that a family has ahead.
const MOST: i64 = 1000;

/// Follows a family that lives in another city from today on: what the city before certified held until yesterday, applications there are
/// taken back, and the same is prepared for the new city, with the answers that were given. The family must be locked, and written as it
/// now is.
pub fn follow_move(conn: &mut AnyConnection, family: &Family, act: &Act) -> Result<(), ApiError> {
    let (today, act) = (tokyo_day(act.now), &act.that_follows());
    let mut wanted: BTreeMap<(ChildId, ProgrammeKey), BTreeMap<String, String>> = BTreeMap::new();
    for open in applications::store::list_under_way(conn, &family.id)? {
        if open.municipality == family.municipality {
            continue;
        }
        let withdrawn = Application { state: ApplicationState::Withdrawn { at: act.now }, version: open.version + 1, ..open };
        applications::store::update_application(conn, &withdrawn)?;
        act.record(conn, "application.withdrawn", (&withdrawn.municipality, None), withdrawn.id.as_str())?;
        if let (Effect::Certify { programme, .. }, Some(child)) = (withdrawn.procedure.terms.effect, withdrawn.child) {
            wanted.insert((child.id, programme), withdrawn.answers);
        }
    }
    for held in store::list_entitlements(conn, &family.id)? {
        let Some(after) = moved(&held, Some(&family.municipality), today) else { continue };
        end(conn, &after, act)?;
        wanted.entry((held.child.id, held.programme)).or_default();
    }
    for ((child, programme), answers) in wanted {
        prepare(conn, family, &child, &programme, answers, act)?;
    }
    settle_stays(conn, &family.id, act)
}

/// Follows a child that a city's register has no more from today on: what the city certified held until yesterday. Where it lives now the
/// family has to say itself; until then stays wait, as they do for an application that nobody has sent. The family must be locked.
pub fn follow_leaving(
    conn: &mut AnyConnection,
    (family, child): (&FamilyId, &ChildId),
    city: &MunicipalityCode,
    act: &Act,
) -> Result<(), ApiError> {
    let of_city = |held: &Entitlement| held.municipality == *city && held.child.id == *child;
    for held in store::list_entitlements(conn, family)?.into_iter().filter(of_city) {
        if let Some(after) = moved(&held, None, tokyo_day(act.now)) {
            end(conn, &after, act)?;
        }
    }
    settle_stays(conn, family, act)
}

/// Writes a certification that ended with a move.
fn end(conn: &mut AnyConnection, after: &Entitlement, act: &Act) -> Result<(), ApiError> {
    if let Some(ended) = &after.ended {
        store::end_entitlement(conn, &after.id, after.valid_until, ended)?;
    }
    Ok(act.record(conn, "entitlement.ended", (&after.municipality, None), after.id.as_str())?)
}

/// Prepares the applications of a child that joins its family for what a brother or sister is certified for. The family must be locked.
pub fn follow_siblings(conn: &mut AnyConnection, family: &Family, child: &ChildId, act: &Act) -> Result<(), ApiError> {
    let today = tokyo_day(act.now);
    let held = store::list_entitlements(conn, &family.id)?;
    let mut programmes: Vec<&ProgrammeKey> = held
        .iter()
        .filter(|held| held.municipality == family.municipality && held.child.id != *child && held.holds_on(today))
        .map(|held| &held.programme)
        .collect();
    programmes.sort();
    programmes.dedup();
    for programme in programmes {
        prepare(conn, family, child, programme, BTreeMap::new(), act)?;
    }
    Ok(())
}

/// What certifies for a programme among a city's procedures.
fn certifying<'a>(procedures: &'a [Procedure], programme: &ProgrammeKey) -> Option<(&'a Procedure, &'a Validity)> {
    procedures.iter().find_map(|procedure| match &procedure.terms.effect {
        Effect::Certify { programme: of, validity } if of == programme => Some((procedure, validity)),
        _ => None,
    })
}

/// Begins the application of the family's city for a child and a programme, with answers that it takes; not where one is under way, or the
/// child cannot be certified for any day to come.
fn prepare(
    conn: &mut AnyConnection,
    family: &Family,
    child: &ChildId,
    programme: &ProgrammeKey,
    answers: BTreeMap<String, String>,
    act: &Act,
) -> Result<(), ApiError> {
    let today = tokyo_day(act.now);
    let known = procedures::store::list_procedures(conn, Some(&family.municipality), today)?;
    let (Some((procedure, validity)), Some(child)) = (certifying(&known, programme), families::store::find_child(conn, &family.id, child)?)
    else {
        return Ok(());
    };
    let is_under_way = applications::store::find_under_way(conn, &family.id, &procedure.key, Some(&child.id))?.is_some();
    if is_under_way || validity.days(child.known.born, today).is_none() {
        return Ok(());
    }
    let takes = |key: &String, value: &String| {
        procedure.terms.questions.iter().any(|asked| asked.question.key == *key && asked.question.answer.takes(value))
    };
    let id = ApplicationId::new(new_id());
    let mut draft = Application::draft(id, procedure.clone(), (&family.id, Some(BookedChild::from(&child))), None, act.now);
    draft.answers = answers.into_iter().filter(|(key, value)| takes(key, value)).collect();
    applications::store::insert_application(conn, &draft)?;
    Ok(act.record(conn, "application.begun", (&draft.municipality, None), draft.id.as_str())?)
}

/// The stays to come after the early end of a certification that no other covers, by start, each with what becomes of it. `held` are all
/// certifications of the family.
pub fn stays_after(
    conn: &mut AnyConnection,
    family: &FamilyId,
    held: &[Entitlement],
    now: DateTime<Utc>,
) -> Result<Vec<(Stored, Fate)>, ApiError> {
    if !held.iter().any(|held| held.ended.is_some()) {
        return Ok(Vec::new());
    }
    let under_way = applications::store::list_under_way(conn, family)?;
    let mine = Listing {
        owner: Owner::Family(family.clone()),
        from: Some(now),
        until: None,
        active_only: true,
        waiting_at: None,
        after: None,
        limit: MOST,
    };
    let mut found = Vec::new();
    for stored in list_bookings(conn, &mine)? {
        // Only what was booked under a rule that asks for it.
        let (booking, Some(certification)) = (&stored.booking, &stored.terms.certification) else { continue };
        let has_come = !matches!(booking.state, BookingState::Requested { .. } | BookingState::Offered { .. } | BookingState::Confirmed);
        let of_child: Vec<&Entitlement> =
            held.iter().filter(|held| held.child.id == booking.child.id && held.programme == *certification).collect();
        let (first, last) = (tokyo_day(booking.starts_at), tokyo_day(booking.ends_at - TimeDelta::seconds(1)));
        let ended = of_child.iter().any(|held| held.ended.is_some() && held.valid_until < last);
        if has_come || !ended {
            continue;
        }
        let certified: Vec<Certified> = of_child.iter().map(|held| Certified { from: held.valid_from, until: held.valid_until }).collect();
        let of_stay = |open: &&Application| {
            let programme = open.procedure.terms.effect.programme();
            programme == Some(certification) && open.child.as_ref().is_some_and(|child| child.id == booking.child.id)
        };
        // Where the family lives now is not known yet: its application may still come.
        let is_placeless = of_child.iter().any(|held| held.ended == Some(Ended::Moved { to: None }));
        let state = under_way.iter().find(of_stay).map(|open| &open.state).or(is_placeless.then_some(&ApplicationState::Draft));
        let fate = fate(&certified, (first, last), state, now);
        if fate != Fate::Stands {
            found.push((stored, fate));
        }
    }
    Ok(found)
}

/// Ends the stays that nobody can be certified for any more, without cost. The family must be locked.
pub fn settle_stays(conn: &mut AnyConnection, family: &FamilyId, act: &Act) -> Result<(), ApiError> {
    let held = store::list_entitlements(conn, family)?;
    let mut over: Vec<Stored> =
        stays_after(conn, family, &held, act.now)?.into_iter().filter(|(_, fate)| *fate == Fate::Ends).map(|(stored, _)| stored).collect();
    over.sort_by(|a, b| (&a.booking.slot_id, &a.booking.id).cmp(&(&b.booking.slot_id, &b.booking.id)));
    for stored in over {
        slots::store::lock_slot(conn, &stored.booking.slot_id)?;
        // With one of a party that was offered its places all of it went.
        let Some(now) = find_booking(conn, &stored.booking.id)?.filter(|now| now.booking.state.is_active()) else { continue };
        let next = BookingState::Cancelled { at: act.now, fee_yen: 0, counts: false, exempt: None };
        bookings::engine::end(conn, &now, &next, act)?;
    }
    Ok(())
}

/// A stay as family and cities see it.
pub fn stay_after((stored, fate): (Stored, Fate)) -> StayAfter {
    let (booking, certification) = (stored.booking, stored.terms.certification.clone());
    StayAfter {
        booking_id: booking.id,
        child_id: booking.child.id,
        certification: certification.unwrap_or(booking.programme),
        facility_name: booking.facility.name,
        starts_at: booking.starts_at,
        ends_at: booking.ends_at,
        fate,
    }
}

/// A family's certifications with when and why they end, what to do next, and the stays after it.
pub fn list_held(conn: &mut AnyConnection, family: &Family, now: DateTime<Utc>) -> Result<Vec<HeldEntitlement>, ApiError> {
    let today = tokyo_day(now);
    let held = store::list_entitlements(conn, &family.id)?;
    let known = procedures::store::list_procedures(conn, Some(&family.municipality), today)?;
    let children: Vec<Child> = families::store::list_any_children(conn, held.iter().map(|held| &held.child.id))?;
    let under_way = applications::store::list_under_way(conn, &family.id)?;
    let stays: Vec<StayAfter> = stays_after(conn, &family.id, &held, now)?.into_iter().map(stay_after).collect();
    let one = |entitlement: Entitlement| {
        let child = children.iter().find(|child| child.id == entitlement.child.id).ok_or(ApiError::NotFound)?;
        let found = certifying(&known, &entitlement.programme);
        let renewal = found.map(|(procedure, validity)| Renewal { procedure: &procedure.key, validity });
        let of_child = |open: &&Application| open.child.as_ref().is_some_and(|child| child.id == entitlement.child.id);
        let open = under_way.iter().filter(of_child).find(|open| found.is_some_and(|(procedure, _)| procedure.key == open.procedure.key));
        let ending =
            Ending { application_id: open.map(|open| open.id.clone()), ..ending(&entitlement, renewal.as_ref(), child.known.born, today) };
        let after = |stay: &&StayAfter| {
            entitlement.ended.is_some()
                && stay.child_id == entitlement.child.id
                && stay.certification == entitlement.programme
                && entitlement.valid_until < tokyo_day(stay.ends_at)
        };
        Ok(HeldEntitlement { stays: stays.iter().filter(after).cloned().collect(), ending, entitlement })
    };
    held.into_iter().map(one).collect()
}
