//! What a change would do: why it needs four eyes, whose, and the stays of the last quarter priced by the rules before and after it.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use shared::bookings::Booking;
use shared::changes::{
    Before, Change, CityData, FacilityData, Impact, NewTerm, Rejection, RuleChangePreview, StayFact, StayImpact, check_days,
    facility_impact, stay_impact, weights,
};
use shared::families::{Child, Family, classes_on};
use shared::ids::{BookingId, ChildId, FacilityId, FamilyId};
use shared::municipalities::MunicipalityCode;
use shared::notices::words;
use shared::problem::ProblemPart;
use shared::programmes::{NewProgramme, PriceTier, Priced, Programme, Stay, Terms, total};
use shared::time::{day_start, days_before, next_day, tokyo_day};

use super::store;
use crate::bookings::store::{Stored, list_by_ids};
use crate::db::AnyConnection;
use crate::error::ApiError;
use crate::notices::templates::Sentences;
use crate::{facilities, families, municipalities, procedures, programmes, retention};

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
                weights: weights(change, Before { programme: before.as_ref(), ..Before::default() }),
                agreeing: city.clone(),
                impact: Impact::Stays { stays: of_programme(conn, city, version, before.as_ref(), today)? },
            })
        }
        Change::Procedure { version } => {
            let before = procedures::store::find_procedure(conn, city, &version.key, version.valid_from)?;
            let (under_way, decided) = store::count_applications(conn, city, &version.key, days_before(today, YEAR))?;
            Ok(RuleChangePreview {
                weights: weights(change, Before { procedure: before.as_ref(), ..Before::default() }),
                agreeing: city.clone(),
                impact: Impact::Applications { under_way, decided },
            })
        }
        Change::Compact { term } => {
            let host = check_term(conn, city, term)?;
            Ok(RuleChangePreview {
                weights: weights(change, Before::default()),
                agreeing: if term.residence == *city { term.host.clone() } else { term.residence.clone() },
                impact: Impact::Stays { stays: of_term(conn, term, &host, today)? },
            })
        }
        Change::Holidays { added, removed } => {
            let days: Vec<NaiveDate> = added.iter().map(|holiday| holiday.day).chain(removed.iter().copied()).collect();
            let (slots, bookings) = store::count_on_days(conn, &days)?;
            let impact = Impact::Days { slots, bookings };
            Ok(RuleChangePreview { weights: weights(change, Before::default()), agreeing: city.clone(), impact })
        }
        Change::Facility { facility } => {
            check_facility(conn, city, change)?;
            let before = match &facility.facility_id {
                Some(id) => Some(facility_before(conn, city, id, change)?),
                None => None,
            };
            let (booked, slots) = match &facility.facility_id {
                Some(id) => store::list_at(conn, id, facility.valid_from)?,
                None => (Vec::new(), 0),
            };
            Ok(RuleChangePreview {
                weights: weights(change, Before { facility: before.as_ref(), ..Before::default() }),
                agreeing: city.clone(),
                impact: Impact::Facility { counted: facility_impact(&booked, slots, Some(&facility.data)), before: before.map(Box::new) },
            })
        }
        Change::Closing { closing } => {
            check_facility(conn, city, change)?;
            let (booked, slots) = store::list_at(conn, &closing.facility_id, next_day(closing.last_day))?;
            Ok(RuleChangePreview {
                weights: weights(change, Before::default()),
                agreeing: city.clone(),
                impact: Impact::Facility {
                    before: Some(Box::new(facility_before(conn, city, &closing.facility_id, change)?)),
                    counted: facility_impact(&booked, slots, None),
                },
            })
        }
        Change::Municipality { .. } => Ok(RuleChangePreview {
            weights: weights(change, Before::default()),
            agreeing: city.clone(),
            impact: Impact::Municipality { before: Box::new(city_before(conn, city, change)?) },
        }),
        Change::Retention { rules } => Ok(RuleChangePreview {
            weights: weights(change, Before::default()),
            agreeing: city.clone(),
            impact: Impact::Retention { counts: retention::compare(conn, city, rules)? },
        }),
        Change::Wording { wording } => {
            let (kind, locale) = (wording.kind, wording.locale);
            let held = Sentences::default().at(conn, (city, kind, locale), day_start(wording.valid_from))?;
            Ok(RuleChangePreview {
                weights: weights(change, Before::default()),
                agreeing: city.clone(),
                impact: Impact::Wording {
                    before: words::preview(kind, &held, locale).texts,
                    after: words::preview(kind, &wording.texts, locale).texts,
                },
            })
        }
    }
}

/// Refuses what cannot be said of a facility: another city's, days on which it is not there, an ID that another one has.
pub fn check_facility(conn: &mut AnyConnection, city: &MunicipalityCode, change: &Change) -> Result<(), ApiError> {
    let wrong = |place: &str, rejection: Rejection| {
        let (pointer, reason) = (Some(place.to_owned()), rejection.reason());
        ApiError::Invalid(vec![ProblemPart { pointer, subject: None, reason, detail: String::new() }])
    };
    let (id, day, at, day_at) = match change {
        Change::Facility { facility } => match &facility.facility_id {
            Some(id) => (id, facility.valid_from, "/facility/facility_id", "/facility/valid_from"),
            None => {
                let source = facility.source_id.as_deref().unwrap_or_default().trim();
                let check_days = facilities::store::find_listed(conn, city, source)?.is_some();
                return if check_days { Err(wrong("/facility/source_id", Rejection::ListedAlready)) } else { Ok(()) };
            }
        },
        Change::Closing { closing } => (&closing.facility_id, closing.last_day, "/closing/facility_id", "/closing/last_day"),
        _ => return Ok(()),
    };
    if facilities::store::find_municipality(conn, id)?.as_ref() != Some(city) {
        return Err(wrong(at, Rejection::FacilityUnknown));
    }
    let days = facilities::store::find_days(conn, id)?;
    check_days(days, day, day).map_err(|rejection| wrong(day_at, rejection))?;
    match days {
        // A facility closes once: another day takes the first one back.
        (_, Some(last)) if matches!(change, Change::Closing { .. }) => Err(wrong(day_at, Rejection::FacilityClosed { last })),
        _ => Ok(()),
    }
}

/// The change of the same that holds when another one begins; none: what holds today does.
fn planned_before(conn: &mut AnyConnection, city: &MunicipalityCode, change: &Change) -> Result<Option<Change>, ApiError> {
    match change.subject(city).zip(change.first_day()) {
        Some((subject, first)) => Ok(store::find_planned(conn, &subject, first)?),
        None => Ok(None),
    }
}

fn facility_before(conn: &mut AnyConnection, city: &MunicipalityCode, id: &FacilityId, change: &Change) -> Result<FacilityData, ApiError> {
    if let Some(Change::Facility { facility }) = planned_before(conn, city, change)? {
        return Ok(facility.data);
    }
    let held = facilities::store::find_facility(conn, id)?.ok_or(ApiError::NotFound)?;
    Ok(FacilityData::of(&held.listing))
}

fn city_before(conn: &mut AnyConnection, city: &MunicipalityCode, change: &Change) -> Result<CityData, ApiError> {
    if let Some(Change::Municipality { city }) = planned_before(conn, city, change)? {
        return Ok(city.data);
    }
    let held = municipalities::store::find_municipality(conn, city)?.ok_or(ApiError::NotFound)?;
    let (latitude, longitude) = (held.position.latitude, held.position.longitude);
    Ok(CityData { name: held.name, kana: held.kana, latitude, longitude })
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
