//! What a change would do: why it needs four eyes, whose, and the stays of the last quarter priced by the rules before and after it.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use shared::bookings::Booking;
use shared::changes::{Change, Impact, NewTerm, Rejection, RuleChangePreview, StayFact, StayImpact, stay_impact, weights};
use shared::families::{Child, Family, classes_on};
use shared::ids::{BookingId, ChildId, FamilyId};
use shared::municipalities::MunicipalityCode;
use shared::problem::ProblemPart;
use shared::programmes::{NewProgramme, PriceTier, Priced, Programme, Stay, Terms, total};
use shared::time::{days_before, tokyo_day};

use super::store;
use crate::bookings::store::{Stored, list_by_ids};
use crate::db::AnyConnection;
use crate::error::ApiError;
use crate::{families, municipalities, procedures, programmes};

/// How far back stays are looked at, in days.
const LOOK_BACK: u32 = 90;
/// How far back decided applications are counted, in days.
const YEAR: u32 = 365;
/// How many stays are read at once: databases bound how many values a statement may have.
const AT_ONCE: usize = 500;

/// What a change of a city would do.
pub fn preview(
    conn: &mut AnyConnection,
    city: &MunicipalityCode,
    change: &Change,
    today: NaiveDate,
) -> Result<RuleChangePreview, ApiError> {
    match change {
        Change::Programme { version } => {
            let before = programmes::store::find_programme(conn, city, &version.key, version.valid_from)?;
            Ok(RuleChangePreview {
                weights: weights(change, before.as_ref(), None),
                agreeing: city.clone(),
                impact: Impact::Stays { stays: of_programme(conn, city, version, before.as_ref(), today)? },
            })
        }
        Change::Procedure { version } => {
            let before = procedures::store::find_procedure(conn, city, &version.key, version.valid_from)?;
            let (under_way, decided) = store::count_applications(conn, city, &version.key, days_before(today, YEAR))?;
            Ok(RuleChangePreview {
                weights: weights(change, None, before.as_ref()),
                agreeing: city.clone(),
                impact: Impact::Applications { under_way, decided },
            })
        }
        Change::Compact { term } => {
            let host = check_term(conn, city, term)?;
            Ok(RuleChangePreview {
                weights: weights(change, None, None),
                agreeing: if term.residence == *city { term.host.clone() } else { term.residence.clone() },
                impact: Impact::Stays { stays: of_term(conn, term, &host, today)? },
            })
        }
        Change::Holidays { added, removed } => {
            let days: Vec<NaiveDate> = added.iter().map(|holiday| holiday.day).chain(removed.iter().copied()).collect();
            let (slots, bookings) = store::count_on_days(conn, &days)?;
            let impact = Impact::Days { slots, bookings };
            Ok(RuleChangePreview { weights: weights(change, None, None), agreeing: city.clone(), impact })
        }
    }
}

/// The host's version on the term's first day, where everything that the term names is there.
fn check_term(conn: &mut AnyConnection, city: &MunicipalityCode, term: &NewTerm) -> Result<Programme, ApiError> {
    let wrong = |place: &str, rejection: Rejection| {
        let (pointer, reason) = (Some(place.to_owned()), rejection.reason());
        ApiError::Invalid(vec![ProblemPart { pointer, subject: None, reason, detail: String::new() }])
    };
    let compacts = municipalities::store::list_compacts(conn)?;
    let joins = |known: &shared::municipalities::CompactTerm| {
        [(&known.residence, &known.host), (&known.host, &known.residence)].contains(&(&term.residence, &term.host))
    };
    let is_ours = term.residence == *city || term.host == *city;
    if !is_ours || !compacts.iter().any(|compact| compact.id == term.compact_id && compact.terms.iter().any(joins)) {
        return Err(wrong("/term/compact_id", Rejection::CompactUnknown));
    }
    let host = programmes::store::find_programme(conn, &term.host, &term.programme, term.valid_from)?;
    let host = host.ok_or_else(|| wrong("/term/programme", Rejection::ProgrammeUnknown))?;
    let is_priced = host.terms.fees.is_empty() || host.terms.fees.iter().any(|fee| fee.tier == term.price_tier);
    if is_priced { Ok(host) } else { Err(wrong("/term/price_tier", Rejection::TierUnknown)) }
}

fn of_programme(
    conn: &mut AnyConnection,
    city: &MunicipalityCode,
    new: &NewProgramme,
    before: Option<&Programme>,
    today: NaiveDate,
) -> Result<StayImpact, ApiError> {
    let days = (days_before(today, LOOK_BACK), days_before(today, 1));
    let booked = store::count_booked(conn, (city, &new.key), None, (new.valid_from, new.valid_until), None)?;
    let Some(before) = before else { return Ok(stay_impact(&[], days, booked)) };
    let ids = store::list_stays(conn, (city, &new.key), None, days)?;
    let resident = PriceTier::resident();
    let facts = facts(conn, &ids, |stored| {
        let tier = stored.tier.clone().unwrap_or_else(|| resident.clone());
        [(&before.terms, tier.clone()), (&new.terms, tier)]
    })?;
    Ok(stay_impact(&facts, days, booked))
}

fn of_term(conn: &mut AnyConnection, term: &NewTerm, host: &Programme, today: NaiveDate) -> Result<StayImpact, ApiError> {
    let days = (days_before(today, LOOK_BACK), days_before(today, 1));
    let way = (&term.host, &term.programme);
    let booked = store::count_booked(conn, way, Some(&term.residence), (term.valid_from, term.valid_until), None)?;
    let ids = store::list_stays(conn, way, Some(&term.residence), days)?;
    let facts = facts(conn, &ids, |stored| {
        let before = stored.tier.clone().unwrap_or_else(|| term.price_tier.clone());
        [(&host.terms, before), (&host.terms, term.price_tier.clone())]
    })?;
    Ok(stay_impact(&facts, days, booked))
}

/// Stays under the rules and the tier before and after, in a number of statements that grows only with the hundreds of stays.
fn facts<'a>(
    conn: &mut AnyConnection,
    ids: &[BookingId],
    rules: impl Fn(&Stored) -> [(&'a Terms, PriceTier); 2],
) -> Result<Vec<StayFact>, ApiError> {
    let mut facts = Vec::with_capacity(ids.len());
    for some in ids.chunks(AT_ONCE) {
        let found: Vec<Stored> = list_by_ids(conn, some)?.into_iter().filter(|stored| !stored.is_interview).collect();
        let households: BTreeMap<FamilyId, Family> = families::store::list_families(conn, found.iter().map(|stored| &stored.family_id))?
            .into_iter()
            .map(|family| (family.id.clone(), family))
            .collect();
        let children: BTreeMap<ChildId, Child> =
            families::store::list_any_children(conn, found.iter().map(|stored| &stored.booking.child.id))?
                .into_iter()
                .map(|child| (child.id.clone(), child))
                .collect();
        let hourly: BTreeMap<String, Option<i64>> =
            store::list_hourly_yen(conn, found.iter().map(|stored| &stored.booking.slot_id))?.into_iter().collect();
        for stored in &found {
            let booking = &stored.booking;
            let (Some(family), Some(child)) = (households.get(&stored.family_id), children.get(&booking.child.id)) else { continue };
            let hourly_yen = hourly.get(booking.slot_id.as_str()).copied().flatten();
            let classes = classes_on(&family.household, tokyo_day(booking.starts_at));
            let [before, after] = rules(stored).map(|(terms, tier)| under(booking, child, terms, &tier, hourly_yen, &classes));
            let (takes, yen) = ((before.0, after.0), (before.1, after.1));
            facts.push(StayFact { family: family.id.clone(), child: child.id.clone(), takes, yen });
        }
    }
    Ok(facts)
}

/// Whether rules take the child on the day of a stay, and what they price it at.
fn under(
    booking: &Booking,
    child: &Child,
    terms: &Terms,
    tier: &PriceTier,
    hourly_yen: Option<i64>,
    classes: &[String],
) -> (bool, Option<i64>) {
    let (born, day) = (child.known.born, tokyo_day(booking.starts_at));
    let takes = terms.ages.first_day(born) <= day && day <= terms.ages.last_day(born);
    let stay = Stay { starts_at: booking.starts_at, ends_at: booking.ends_at, block: booking.block.as_deref() };
    let age = terms.ages.band_age(born, day);
    let priced = Priced { tier, age, stay: &stay, hourly_yen, extras: &booking.extras, classes };
    (takes, terms.price(&priced).map(|lines| total(&lines)))
}
