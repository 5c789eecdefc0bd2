//! The engine of claims: what the rules have to know of a facility's month, read in sets, and the month locked.

use std::collections::{BTreeMap, BTreeSet};

use shared::attendance::measured_minutes;
use shared::claims::{Claim, ClaimStay, Draft, FamilyTotal, Rate, Rejection, by_child, by_city, by_family, prepare, refusals, total};
use shared::families::{Child, Family};
use shared::ids::{BookingId, ChildId, ClaimId, FacilityId, FamilyId};
use shared::locale::Localised;
use shared::municipalities::{CompactTerm, Municipality, MunicipalityCode};
use shared::problem::{ProblemPart, Reason};
use shared::programmes::Programme;
use shared::time::{Month, tokyo_day};

use super::store;
use crate::bookings::store::{Stored, hold, list_by_ids};
use crate::db::AnyConnection;
use crate::entitlements::store::CertifiedBy;
use crate::error::{ApiError, part};
use crate::outbox::Act;
use crate::programmes::store::on_day;
use crate::{attendance, entitlements, facilities, families, municipalities, programmes, slots};

/// What stays are looked up in.
struct Books {
    families: BTreeMap<FamilyId, Family>,
    children: BTreeMap<ChildId, Child>,
    certified: BTreeMap<ChildId, Vec<CertifiedBy>>,
    versions: Vec<Programme>,
    terms: Vec<CompactTerm>,
}

impl Books {
    fn open(conn: &mut AnyConnection, found: &[Stored], host: &MunicipalityCode) -> Result<Self, ApiError> {
        let days = || found.iter().map(|stored| tokyo_day(stored.booking.starts_at));
        let children = || found.iter().map(|stored| &stored.booking.child.id);
        let (Some(first), Some(last)) = (days().min(), days().max()) else {
            let (families, children, certified) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
            return Ok(Self { families, children, certified, versions: Vec::new(), terms: Vec::new() });
        };
        let mut certified: BTreeMap<ChildId, Vec<CertifiedBy>> = BTreeMap::new();
        for one in entitlements::store::list_certifying(conn, children(), (first, last))? {
            certified.entry(one.child.clone()).or_default().push(one);
        }
        let families = families::store::list_families(conn, found.iter().map(|stored| &stored.family_id))?;
        let born = families::store::list_any_children(conn, children())?;
        Ok(Self {
            families: families.into_iter().map(|family| (family.id.clone(), family)).collect(),
            children: born.into_iter().map(|child| (child.id.clone(), child)).collect(),
            certified,
            versions: programmes::store::list_programmes(conn, None, None, first, last)?,
            terms: municipalities::store::list_terms(conn, Some(host), None)?,
        })
    }

    /// A stay with all that the rule has to know of it but what was claimed before.
    fn stay(&self, stored: Stored) -> Result<ClaimStay, ApiError> {
        let Stored { booking, family_id, terms, .. } = stored;
        let day = tokyo_day(booking.starts_at);
        let family = self.families.get(&family_id).ok_or(ApiError::NotFound)?;
        let child = self.children.get(&booking.child.id).ok_or(ApiError::NotFound)?;
        let certified = terms.certification.as_ref().and_then(|wanted| {
            let all = self.certified.get(&booking.child.id)?;
            all.iter().find(|one| one.programme == *wanted && one.days.from <= day && day <= one.days.until)
        });
        // Whoever certified the child for the day pays, also where the family has moved since.
        let residence = certified.map_or(&family.municipality, |one| &one.municipality).clone();
        let host = &booking.facility.municipality;
        let covers = |term: &&CompactTerm| term.covers(&residence, host, &booking.programme, day);
        let age = terms.ages.band_age(child.known.born, day);
        let rate = match on_day(&self.versions, &residence, &booking.programme, day).map(|version| &version.terms.benefit) {
            Some(None) => Rate::Nothing,
            None if terms.benefit.is_none() => Rate::Nothing,
            None => Rate::Missing,
            Some(Some(benefit)) => benefit
                .rate(age, booking.block.as_deref())
                .map_or(Rate::Missing, |rate| Rate::Unit { rate: rate.clone(), pays_absence: benefit.pays_absence }),
        };
        Ok(ClaimStay {
            compact_id: self.terms.iter().find(covers).map(|term| term.compact_id.clone()),
            guardian: family.guardian_name.to_string(),
            family_id,
            needs_certificate: terms.certification.is_some(),
            certificate: certified.map(|one| one.number.clone()),
            minutes: measured_minutes(&booking, &terms),
            age,
            rate,
            residence,
            claimed: Vec::new(),
            reason: String::new(),
            booking,
        })
    }
}

/// Bookings as the rule has to know them, in a number of statements that does not depend on how many they are.
fn stays(conn: &mut AnyConnection, ids: &[BookingId], host: &MunicipalityCode) -> Result<Vec<ClaimStay>, ApiError> {
    let found: Vec<Stored> = list_by_ids(conn, ids)?.into_iter().filter(|stored| !stored.is_interview).collect();
    let books = Books::open(conn, &found, host)?;
    let mut stays: Vec<ClaimStay> = found.into_iter().map(|stored| books.stay(stored)).collect::<Result<_, _>>()?;
    let mut claimed = store::list_claimed(conn, ids)?;
    let changed: Vec<BookingId> = claimed.keys().cloned().collect();
    let mut reasons = attendance::store::list_reasons(conn, &changed)?;
    for stay in &mut stays {
        stay.claimed = claimed.remove(&stay.booking.id).unwrap_or_default();
        stay.reason = reasons.remove(&stay.booking.id).unwrap_or_default();
    }
    Ok(stays)
}

/// Which bookings an open month is made of: its own, and of locked months before it those that have changed.
fn candidates(conn: &mut AnyConnection, facility: &FacilityId, month: Month) -> Result<Vec<BookingId>, ApiError> {
    let before: Vec<Month> = store::list_locked(conn, facility)?.into_iter().filter(|locked| *locked < month).collect();
    let mut ids: BTreeSet<BookingId> = store::list_of_month(conn, facility, month)?.into_iter().collect();
    ids.extend(store::list_changed(conn, facility, &before)?);
    Ok(ids.into_iter().collect())
}

fn host_of(conn: &mut AnyConnection, facility: &FacilityId) -> Result<MunicipalityCode, ApiError> {
    facilities::store::find_municipality(conn, facility)?.ok_or(ApiError::NotFound)
}

/// An open month as it would be locked now.
pub fn draft(conn: &mut AnyConnection, facility: &FacilityId, month: Month) -> Result<Draft, ApiError> {
    let host = host_of(conn, facility)?;
    let ids = candidates(conn, facility, month)?;
    Ok(prepare(stays(conn, &ids, &host)?))
}

/// A facility's month: as it would be locked, or as it was, with what has changed since.
pub fn look(conn: &mut AnyConnection, facility: &FacilityId, month: Month, act: &Act) -> Result<Claim, ApiError> {
    let host = host_of(conn, facility)?;
    let locked = store::find_claim(conn, facility, month)?;
    let (lines, draft, ahead, paid) = match &locked {
        None => {
            let draft = draft(conn, facility, month)?;
            (draft.lines.clone(), draft, Vec::new(), BTreeMap::new())
        }
        Some(claim) => {
            let changed = store::list_changed(conn, facility, &[month])?;
            let ahead = prepare(stays(conn, &changed, &host)?).lines;
            (store::list_lines(conn, &claim.id)?, Draft::default(), ahead, store::list_paid(conn, &claim.id)?)
        }
    };
    let refusals: Vec<Reason> =
        if locked.is_some() { Vec::new() } else { refusals(&draft, month, act.now).into_iter().map(Rejection::reason).collect() };
    let cities = municipalities::store::list_municipalities(conn)?;
    let families = by_family(&lines);
    Ok(Claim {
        month,
        facility: facilities::store::find_name(conn, facility)?.ok_or(ApiError::NotFound)?,
        locked: locked.map(|claim| claim.lock),
        refusals,
        found: draft.found,
        cities: by_city(&lines, |code| name_of(&cities, code)),
        families: families.into_iter().map(|family| FamilyTotal { paid: paid.get(&family.family_id).cloned(), ..family }).collect(),
        children: by_child(&lines),
        total: total(&lines),
        lines,
        ahead,
    })
}

/// The name of a municipality; its code where nobody knows it any more.
pub fn name_of(cities: &[Municipality], code: &MunicipalityCode) -> Localised {
    let known = cities.iter().find(|city| city.code == *code).map(|city| city.name.clone());
    known.unwrap_or_else(|| Localised::new(code.as_str(), code.as_str(), code.as_str()))
}

/// Locks a facility's month, which is its claim to each child's city. First the facility, so that nobody else locks; then the month's
/// bookings, so that each line is what attendance is when the claim is written. Whoever checks a child out meanwhile waits for this, and
/// what they write is a correction.
pub fn lock(conn: &mut AnyConnection, facility: &FacilityId, month: Month, act: &Act) -> Result<ClaimId, ApiError> {
    let host = host_of(conn, facility)?;
    slots::classes::store::lock(conn, facility)?;
    if store::find_claim(conn, facility, month)?.is_some() {
        return Err(Rejection::AlreadyLocked.into());
    }
    let ids = candidates(conn, facility, month)?;
    hold(conn, &ids)?;
    let draft = prepare(stays(conn, &ids, &host)?);
    settle(conn, (facility, &host, month), &draft, act)
}

/// Writes a draft as the claim of its month, unless something keeps the month open.
pub fn settle(
    conn: &mut AnyConnection,
    (facility, host, month): (&FacilityId, &MunicipalityCode, Month),
    draft: &Draft,
    act: &Act,
) -> Result<ClaimId, ApiError> {
    let mut against: Vec<ProblemPart> = refusals(draft, month, act.now).into_iter().map(|refusal| part(None, refusal.reason())).collect();
    let blocking = draft.found.iter().filter(|found| found.blocks);
    against.extend(blocking.map(|found| ProblemPart { subject: Some(found.booking_id.to_string()), ..part(None, found.reason.clone()) }));
    if !against.is_empty() {
        return Err(ApiError::Refused(against));
    }
    let id = store::insert_claim(conn, (facility, host, month), &draft.lines, (&act.actor, act.now))?;
    act.record(conn, "claim.locked", (host, Some(facility)), id.as_str())?;
    Ok(id)
}
