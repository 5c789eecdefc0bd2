//! A change that is agreed to is written into the dated tables, and one that is undone is taken out of them again.

use chrono::NaiveDate;
use shared::changes::{Change, Holiday, NewTerm, RuleChange};
use shared::ids::{ProcedureId, ProgrammeVersionId};
use shared::municipalities::{CompactTerm, MunicipalityCode};
use shared::procedures::{NewProcedure, Procedure};
use shared::programmes::{NewProgramme, Programme, Succession, Validity, follow, succeed};
use shared::time::tokyo_day;

use super::store::{self, Effect, Made};
use crate::db::AnyConnection;
use crate::error::ApiError;
use crate::outbox::Act;
use crate::{municipalities, new_id, procedures, programmes};

/// Whether a change could be written now.
pub fn check(conn: &mut AnyConnection, city: &MunicipalityCode, change: &Change, today: NaiveDate) -> Result<(), ApiError> {
    match change {
        Change::Programme { version } => programme_follows(conn, city, version, today).map(drop),
        Change::Procedure { version } => procedure_follows(conn, city, version, today).map(drop),
        Change::Compact { term } => term_follows(conn, term, today).map(drop),
        Change::Holidays { .. } => Ok(()),
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
    }
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
    })
}

/// Takes out what a change wrote.
pub fn revert(conn: &mut AnyConnection, change: &Change, effect: &Effect) -> Result<(), ApiError> {
    match (change, effect) {
        (_, Effect::Programme { made }) => store::undo_programme(conn, made)?,
        (_, Effect::Procedure { made }) => store::undo_procedure(conn, made)?,
        (Change::Compact { term }, Effect::Compact { made }) => store::undo_term(conn, &term_of(term), made)?,
        (_, Effect::Compact { .. }) => {}
        (_, Effect::Holidays { days }) => {
            for (day, before, _) in days {
                store::write_holiday(conn, *day, before.as_deref())?;
            }
        }
    }
    Ok(())
}
