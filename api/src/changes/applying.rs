//! A change that is agreed to is written into the dated tables, and one that is undone is taken out of them again.

use chrono::NaiveDate;
use shared::changes::{Change, Holiday, NewFacilityData, NewTerm, NewWording, Rejection, RuleChange, subject_of_facility};
use shared::facilities::Listing;
use shared::ids::{AccountId, FacilityId, ProcedureId, ProgrammeVersionId};
use shared::municipalities::{CompactTerm, MunicipalityCode};
use shared::notices::NewTemplate;
use shared::procedures::{NewProcedure, Procedure};
use shared::programmes::{NewProgramme, Programme, Succession, Validity, follow, succeed};
use shared::time::{day_start, next_day, tokyo_day};

use super::previewing::check_facility;
use super::store::{self, Effect, Made};
use crate::db::AnyConnection;
use crate::error::ApiError;
use crate::notices::templates;
use crate::outbox::Act;
use crate::{facilities, municipalities, new_id, procedures, programmes, retention};

/// Whether a change could be written now.
pub fn check(conn: &mut AnyConnection, city: &MunicipalityCode, change: &Change, today: NaiveDate) -> Result<(), ApiError> {
    match change {
        Change::Programme { version } => programme_follows(conn, city, version, today).map(drop),
        Change::Procedure { version } => procedure_follows(conn, city, version, today).map(drop),
        Change::Compact { term } => term_follows(conn, term, today).map(drop),
        Change::Facility { .. } | Change::Closing { .. } | Change::Municipality { .. } => {
            check_facility(conn, city, change)?;
            begins_alone(conn, city, change)
        }
        Change::Retention { rules } => {
            let same = retention::store::find_rules(conn, city, rules.valid_from)?.is_some_and(|held| held.valid_from == rules.valid_from);
            if same { Err(Rejection::DayTaken { from: rules.valid_from }.into()) } else { Ok(()) }
        }
        Change::Holidays { .. } | Change::Wording { .. } => Ok(()),
    }
}

/// Writes a change of a city, whose data must be locked.
pub fn apply(conn: &mut AnyConnection, city: &MunicipalityCode, change: &Change, act: &Act) -> Result<Effect, ApiError> {
    let today = tokyo_day(act.now);
    match change {
        Change::Programme { version } => {
            let made = publish_programme(conn, city, version, today)?;
            act.record(conn, "programme.published", (city, None), made.id.as_str())?;
            Ok(Effect::Programme { made })
        }
        Change::Procedure { version } => {
            let made = publish_procedure(conn, city, version, today)?;
            act.record(conn, "procedure.published", (city, None), made.id.as_str())?;
            Ok(Effect::Procedure { made })
        }
        Change::Compact { term } => {
            let made = write_term(conn, term, today)?;
            act.record(conn, "compact.changed", (city, None), term.compact_id.as_str())?;
            Ok(Effect::Compact { made })
        }
        Change::Holidays { added, removed } => {
            let days = write_holidays(conn, added, removed)?;
            act.record(conn, "holidays.changed", (city, None), city.as_str())?;
            Ok(Effect::Holidays { days })
        }
        Change::Facility { facility } => {
            still_ahead(conn, city, change, today)?;
            if facility.facility_id.is_some() {
                return Ok(Effect::Later);
            }
            let facility_id = open_facility(conn, city, facility, act)?;
            act.record(conn, "facility.registered", (city, Some(&facility_id)), facility_id.as_str())?;
            Ok(Effect::Opening { facility_id })
        }
        Change::Closing { closing } => {
            still_ahead(conn, city, change, today)?;
            let facility_id = closing.facility_id.clone();
            facilities::store::write_last_day(conn, &facility_id, Some(closing.last_day), act.now)?;
            act.record(conn, "facility.closed", (city, Some(&facility_id)), facility_id.as_str())?;
            Ok(Effect::Closing { facility_id })
        }
        Change::Municipality { .. } => {
            still_ahead(conn, city, change, today)?;
            Ok(Effect::Later)
        }
        Change::Retention { rules } => {
            still_ahead(conn, city, change, today)?;
            retention::store::insert_rules(conn, city, rules)?;
            act.record(conn, "retention.changed", (city, None), city.as_str())?;
            Ok(Effect::Retention)
        }
        Change::Wording { wording } => {
            still_ahead(conn, city, change, today)?;
            let id = publish_wording(conn, city, wording, act)?;
            Ok(Effect::Wording { id })
        }
    }
}

/// Refuses what would have begun when somebody agrees, and what cannot be written any more.
fn still_ahead(conn: &mut AnyConnection, city: &MunicipalityCode, change: &Change, today: NaiveDate) -> Result<(), ApiError> {
    if change.first_day().is_some_and(|first| first <= today) {
        // Whoever closes today is still open today.
        let from = if matches!(change, Change::Closing { .. }) { today } else { next_day(today) };
        return Err(Rejection::NotAhead { from }.into());
    }
    check(conn, city, change, today)
}

/// Refuses a second change of the same from the same day.
fn begins_alone(conn: &mut AnyConnection, city: &MunicipalityCode, change: &Change) -> Result<(), ApiError> {
    match change.subject(city).zip(change.first_day()) {
        Some((subject, first)) if store::is_taken(conn, &subject, first)? => Err(Rejection::DayTaken { from: first }.into()),
        _ => Ok(()),
    }
}

/// A facility is there before it opens, so that its staff can make ready.
fn open_facility(conn: &mut AnyConnection, city: &MunicipalityCode, new: &NewFacilityData, act: &Act) -> Result<FacilityId, ApiError> {
    let id = FacilityId::new(new_id());
    let source = new.source_id.as_deref().unwrap_or_default().trim();
    let listing = new.data.onto(&Listing::named(city.clone(), source, &new.data.name, new.data.kind));
    facilities::store::insert_facility(conn, &id, &listing, false, act.now)?;
    facilities::store::write_first_day(conn, &id, new.valid_from)?;
    Ok(id)
}

fn publish_wording(
    conn: &mut AnyConnection,
    city: &MunicipalityCode,
    new: &NewWording,
    act: &Act,
) -> Result<shared::ids::TemplateId, ApiError> {
    let valid_from = Some(day_start(new.valid_from));
    let template = NewTemplate { kind: new.kind, locale: new.locale, texts: new.texts.clone(), valid_from };
    let made = templates::insert_template(conn, city, &template, &AccountId::new(act.actor.clone()), act.now)?;
    let id = made.id.ok_or(ApiError::NotFound)?;
    act.record(conn, "notice_template.published", (city, None), id.as_str())?;
    Ok(id)
}

/// Writes a change whose first day has come into what holds.
pub fn enter(conn: &mut AnyConnection, city: &MunicipalityCode, change: &Change, act: &Act) -> Result<(), ApiError> {
    match change {
        Change::Facility { facility } => {
            let Some(id) = &facility.facility_id else { return Ok(()) };
            let Some(held) = facilities::store::find_facility(conn, id)? else { return Ok(()) };
            facilities::store::update_facility(conn, id, &facility.data.onto(&held.listing), act.now)?;
            act.record(conn, "facility.changed", (city, Some(id)), id.as_str())?;
        }
        Change::Municipality { city: new } => {
            municipalities::store::update_municipality(conn, city, &new.data)?;
            act.record(conn, "municipality.changed", (city, None), city.as_str())?;
        }
        Change::Programme { .. }
        | Change::Procedure { .. }
        | Change::Compact { .. }
        | Change::Holidays { .. }
        | Change::Closing { .. }
        | Change::Wording { .. }
        | Change::Retention { .. } => {}
    }
    Ok(())
}

/// What holds, and how something new follows it.
type Following<Id> = (Vec<Validity<Id>>, Succession<Id>);

/// What began, and the last day that the one which ended for it had had.
fn made<Id: Clone + PartialEq>(id: Id, held: &[Validity<Id>], succession: &Succession<Id>) -> Made<Id> {
    let before = |ended: &Id| held.iter().find(|(id, ..)| id == ended).and_then(|(.., until)| *until);
    let ended = succession.ends.as_ref().map(|(ended, _)| (ended.clone(), before(ended)));
    Made { id, until: succession.valid_until, ended }
}

fn programme_follows(
    conn: &mut AnyConnection,
    city: &MunicipalityCode,
    new: &NewProgramme,
    today: NaiveDate,
) -> Result<Following<ProgrammeVersionId>, ApiError> {
    let versions = programmes::store::list_all_versions(conn, city, &new.key)?;
    let succession = succeed(&versions, new, today)?;
    Ok((versions.iter().map(|version| (version.id.clone(), version.valid_from, version.valid_until)).collect(), succession))
}

fn publish_programme(
    conn: &mut AnyConnection,
    city: &MunicipalityCode,
    new: &NewProgramme,
    today: NaiveDate,
) -> Result<Made<ProgrammeVersionId>, ApiError> {
    let (held, succession) = programme_follows(conn, city, new, today)?;
    if let Some((before, last)) = &succession.ends {
        programmes::store::end_programme(conn, before, *last)?;
    }
    let programme = Programme {
        id: ProgrammeVersionId::new(new_id()),
        key: new.key.clone(),
        municipality: city.clone(),
        valid_from: new.valid_from,
        valid_until: succession.valid_until,
        name: new.name.clone(),
        summary: new.summary.clone(),
        terms: new.terms.clone(),
    };
    programmes::store::insert_programme(conn, &programme)?;
    Ok(made(programme.id, &held, &succession))
}

fn procedure_follows(
    conn: &mut AnyConnection,
    city: &MunicipalityCode,
    new: &NewProcedure,
    today: NaiveDate,
) -> Result<Following<ProcedureId>, ApiError> {
    let versions = procedures::store::list_all_versions(conn, city, &new.key)?;
    let held: Vec<_> = versions.iter().map(|version| (version.id.clone(), version.valid_from, version.valid_until)).collect();
    let succession = follow(&held, (new.valid_from, new.valid_until), today)?;
    Ok((held, succession))
}

fn publish_procedure(
    conn: &mut AnyConnection,
    city: &MunicipalityCode,
    new: &NewProcedure,
    today: NaiveDate,
) -> Result<Made<ProcedureId>, ApiError> {
    let (held, succession) = procedure_follows(conn, city, new, today)?;
    if let Some((before, last)) = &succession.ends {
        procedures::store::end_procedure(conn, before, *last)?;
    }
    let procedure = Procedure {
        id: ProcedureId::new(new_id()),
        key: new.key.clone(),
        municipality: city.clone(),
        valid_from: new.valid_from,
        valid_until: succession.valid_until,
        name: new.name.clone(),
        summary: new.summary.clone(),
        terms: new.terms.clone(),
    };
    procedures::store::insert_procedure(conn, &procedure)?;
    Ok(made(procedure.id, &held, &succession))
}

/// A proposed term as it is stored.
fn term_of(new: &NewTerm) -> CompactTerm {
    CompactTerm {
        compact_id: new.compact_id.clone(),
        residence: new.residence.clone(),
        host: new.host.clone(),
        programme: new.programme.clone(),
        valid_from: new.valid_from,
        valid_until: new.valid_until,
        resident_priority_days: new.resident_priority_days,
        price_tier: new.price_tier.clone(),
    }
}

fn term_follows(conn: &mut AnyConnection, new: &NewTerm, today: NaiveDate) -> Result<Following<NaiveDate>, ApiError> {
    let terms = municipalities::store::list_terms(conn, Some(&new.host), Some(&new.programme))?;
    let same_way = terms.iter().filter(|known| known.residence == new.residence);
    let held: Vec<_> = same_way.map(|known| (known.valid_from, known.valid_from, known.valid_until)).collect();
    let succession = follow(&held, (new.valid_from, new.valid_until), today)?;
    Ok((held, succession))
}

fn write_term(conn: &mut AnyConnection, new: &NewTerm, today: NaiveDate) -> Result<Made<NaiveDate>, ApiError> {
    let term = term_of(new);
    let (held, succession) = term_follows(conn, new, today)?;
    if let Some((before, last)) = &succession.ends {
        store::end_term(conn, &term, *before, Some(*last))?;
    }
    store::insert_term(conn, &CompactTerm { valid_until: succession.valid_until, ..term })?;
    Ok(made(new.valid_from, &held, &succession))
}

/// Day, its name before, its name now.
type Renamed = (NaiveDate, Option<String>, Option<String>);

fn write_holidays(conn: &mut AnyConnection, added: &[Holiday], removed: &[NaiveDate]) -> Result<Vec<Renamed>, ApiError> {
    let named = added.iter().map(|holiday| (holiday.day, Some(holiday.name.trim().to_owned())));
    let mut days = Vec::new();
    for (day, name) in named.chain(removed.iter().map(|day| (*day, None))) {
        days.push((day, store::find_holiday(conn, day)?, name.clone()));
        store::write_holiday(conn, day, name.as_deref())?;
    }
    Ok(days)
}

/// Whether something has followed what a change wrote, and how much was made on it.
pub fn use_of(conn: &mut AnyConnection, change: &RuleChange, effect: &Effect) -> Result<(bool, i64), ApiError> {
    Ok(match (&change.change, effect) {
        (_, Effect::Programme { made }) => {
            (store::last_day_of_programme(conn, &made.id)? != made.until, store::count_on_programme(conn, &made.id)?)
        }
        (_, Effect::Procedure { made }) => {
            (store::last_day_of_procedure(conn, &made.id)? != made.until, store::count_on_procedure(conn, &made.id)?)
        }
        (Change::Compact { term }, Effect::Compact { made }) => {
            let way = term_of(term);
            let since = change.decided.as_ref().map(|step| step.at);
            let days = (made.id, made.until);
            let booked = store::count_booked(conn, (&term.host, &term.programme), Some(&term.residence), days, since)?;
            (store::last_day_of_term(conn, &way, made.id)? != made.until, booked)
        }
        (_, Effect::Compact { .. }) => (false, 0),
        (_, Effect::Holidays { days }) => {
            let mut is_followed = false;
            for (day, _, now) in days {
                is_followed |= store::find_holiday(conn, *day)? != *now;
            }
            (is_followed, 0)
        }
        (_, Effect::Opening { facility_id }) => {
            let (_, last) = facilities::store::find_days(conn, facility_id)?;
            let is_followed = last.is_some() || store::is_planned(conn, &subject_of_facility(facility_id))?;
            (is_followed, facilities::store::count_used(conn, facility_id)?)
        }
        (_, Effect::Later | Effect::Closing { .. } | Effect::Wording { .. } | Effect::Retention) => (false, 0),
    })
}

/// Takes out what a change wrote.
pub fn revert(conn: &mut AnyConnection, city: &MunicipalityCode, (change, effect): (&Change, &Effect), act: &Act) -> Result<(), ApiError> {
    match (change, effect) {
        (_, Effect::Programme { made }) => store::undo_programme(conn, made)?,
        (_, Effect::Procedure { made }) => store::undo_procedure(conn, made)?,
        (Change::Compact { term }, Effect::Compact { made }) => store::undo_term(conn, &term_of(term), made)?,
        (Change::Retention { rules }, Effect::Retention) => retention::store::delete_rules(conn, city, rules.valid_from)?,
        (_, Effect::Compact { .. } | Effect::Later | Effect::Retention) => {}
        (_, Effect::Opening { facility_id }) => facilities::store::delete_facility(conn, facility_id)?,
        (_, Effect::Closing { facility_id }) => facilities::store::write_last_day(conn, facility_id, None, act.now)?,
        (_, Effect::Wording { id }) => templates::delete_template(conn, id)?,
        (_, Effect::Holidays { days }) => {
            for (day, before, _) in days {
                store::write_holiday(conn, *day, before.as_deref())?;
            }
        }
    }
    Ok(())
}
