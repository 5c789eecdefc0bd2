//! The daily journal (日誌) of a facility: of each group and of its children, drafted, finished, corrected; and a month as a file.

mod file;
pub mod store;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, patch, post, web};
use chrono::NaiveDate;
use serde::Deserialize;
use shared::ids::{ChildId, FacilityId, JournalEntryId};
use shared::journal::{self, Change, Correction, Day, Entry, Facts, Group, NewEntry, Rejection};
use shared::problem::Problem;
use shared::programmes::ProgrammeKey;
use shared::time::{day_start, days_after, tokyo_day};
use utoipa::IntoParams;

use crate::bookings::store::{Listing, Owner, list_bookings};
use crate::db::AnyConnection;
use crate::error::{ApiError, ForBody, ForChange, ForStaff};
use crate::idempotency::{Answer, Key, once};
use crate::outbox::Act;
use crate::request::{Body, IfMatch, Query};
use crate::routes::Operations;
use crate::session::Staff;
use crate::{App, accounts, facilities, families, programmes};

/// More children than that no facility has on a day.
const MANY: i64 = 1000;

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    config
        .service(get_journal)
        .service(begin_journal_entry)
        .service(change_journal_entry)
        .service(correct_journal_entry)
        .service(file::get_journal_workbook);
}

/// Which day.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct JournalQuery {
    /// The day; today when absent.
    pub day: Option<NaiveDate>,
}

/// The groups of a day, as the board has them.
fn groups(conn: &mut AnyConnection, facility: &FacilityId, day: NaiveDate) -> Result<Vec<Group>, ApiError> {
    let listing = Listing {
        owner: Owner::Facility(facility.clone()),
        from: Some(day_start(day)),
        until: Some(day_start(days_after(day, 1))),
        active_only: false,
        waiting_at: None,
        after: None,
        limit: MANY,
    };
    let bookings: Vec<_> = list_bookings(conn, &listing)?.into_iter().map(|stored| stored.booking).collect();
    Ok(journal::groups(&bookings))
}

/// The journal of a day. What was written of somebody who is not on the board any more keeps its place.
fn journal_of(conn: &mut AnyConnection, facility: &FacilityId, day: NaiveDate) -> Result<Day, ApiError> {
    let mut groups = groups(conn, facility, day)?;
    for entry in journal::fill(&mut groups, store::list_entries(conn, facility, (day, day))?) {
        place(conn, &mut groups, &entry)?;
        journal::fill(&mut groups, vec![entry]);
    }
    Ok(Day { day, groups })
}

/// Makes the place of an entry whose group or child is not on the board of that day any more.
fn place(conn: &mut AnyConnection, groups: &mut Vec<Group>, entry: &Entry) -> Result<(), ApiError> {
    if !groups.iter().any(|group| group.programme == entry.programme) {
        let name = programme_name(conn, &entry.programme, entry.day)?;
        let (facts, entries, children) = Default::default();
        groups.push(Group { programme: entry.programme.clone(), name, facts, entries, children });
    }
    let Some(id) = &entry.child_id else { return Ok(()) };
    let Some(group) = groups.iter_mut().find(|group| group.programme == entry.programme) else { return Ok(()) };
    if group.children.iter().all(|child| child.child_id != *id) {
        let known = families::store::list_any_children(conn, std::iter::once(id))?.pop().ok_or(ApiError::NotFound)?.known;
        let facts = match &entry.facts {
            Some(Facts::Child(facts)) => facts.clone(),
            _ => Default::default(),
        };
        let (name, kana) = (known.name.to_string(), known.kana.to_string());
        group.children.push(journal::Child { child_id: id.clone(), name, kana, facts, entries: Vec::new() });
    }
    Ok(())
}

fn programme_name(conn: &mut AnyConnection, key: &ProgrammeKey, day: NaiveDate) -> Result<shared::locale::Localised, ApiError> {
    let found = programmes::store::list_programmes(conn, None, Some(key), day, day)?.into_iter().next();
    let key = key.as_str();
    Ok(found.map_or_else(|| shared::locale::Localised::new(key, key, key), |programme| programme.name))
}

fn facts_now(
    conn: &mut AnyConnection,
    facility: &FacilityId,
    (day, programme, child): (NaiveDate, &ProgrammeKey, Option<&ChildId>),
) -> Result<Option<Facts>, ApiError> {
    Ok(journal::facts_of(&groups(conn, facility, day)?, programme, child))
}

/// Writes down what was done with an entry.
fn record(conn: &mut AnyConnection, act: &Act, kind: &'static str, facility: &FacilityId, id: &JournalEntryId) -> Result<(), ApiError> {
    let city = facilities::store::find_municipality(conn, facility)?.ok_or(ApiError::NotFound)?;
    Ok(act.record(conn, kind, (&city, Some(facility)), id.as_str())?)
}

/// The entry as it is now.
fn answer(conn: &mut AnyConnection, status: StatusCode, facility: &FacilityId, id: &JournalEntryId) -> Result<Answer, ApiError> {
    let entry = store::lock_entry(conn, facility, id)?.ok_or(ApiError::NotFound)?;
    Ok(Answer::new(status, &entry)?.with_version(entry.version))
}

/// The journal of a day: each group and its children, with what the board says and what is written
#[utoipa::path(
    tag = "journal",
    params(JournalQuery),
    responses(
        (status = 200, description = "Group by group", body = Day),
        (status = 422, description = "No day", body = Problem, content_type = "application/problem+json"),
        ForStaff,
    )
)]
#[get("/staff/journal")]
pub async fn get_journal(app: web::Data<App>, staff: Staff, query: Query<JournalQuery>) -> Result<web::Json<Day>, ApiError> {
    let day = query.0.day.unwrap_or_else(|| tokyo_day(app.now()));
    Ok(web::Json(app.db.read(move |conn| journal_of(conn, &staff.facility_id, day)).await?))
}

/// Begins an entry, as a draft or finished at once
#[utoipa::path(
    tag = "journal",
    request_body = NewEntry,
    params(Key),
    responses(
        (status = 201, description = "The entry; `ETag` for a change", body = Entry),
        (status = 409, description = "`journal.begun_already`, `journal.day_ahead`, `journal.nobody`, `journal.words_missing`", body = Problem, content_type = "application/problem+json"),
        ForStaff,
        ForBody,
    )
)]
#[post("/staff/journal")]
pub async fn begin_journal_entry(app: web::Data<App>, staff: Staff, key: Key, body: Body<NewEntry>) -> Result<HttpResponse, ApiError> {
    let Staff { account_id, facility_id } = staff;
    once(&app, &account_id.clone(), key, body.0, move |conn, new, act| {
        let facts = facts_now(conn, &facility_id, (new.day, &new.programme, new.child_id.as_ref()))?;
        journal::begin(new, facts.as_ref(), act.now)?;
        let entry = Entry {
            id: store::new_entry_id(),
            day: new.day,
            programme: new.programme.clone(),
            child_id: new.child_id.clone(),
            words: new.words.clone(),
            finished_at: new.finish.then_some(act.now),
            facts: None,
            corrects_id: None,
            reason: String::new(),
            by: accounts::store::find_name(conn, account_id.as_str())?.unwrap_or_default(),
            at: act.now,
            version: 1,
        };
        if !store::insert_entry(conn, &facility_id, &entry, (&account_id, facts.as_ref().filter(|_| new.finish)))? {
            return Err(Rejection::BegunAlready.into());
        }
        record(conn, act, if new.finish { "journal_entry.finished" } else { "journal_entry.begun" }, &facility_id, &entry.id)?;
        answer(conn, StatusCode::CREATED, &facility_id, &entry.id)
    })
    .await
}

/// Changes a draft, or finishes it: with it what the board says is kept
#[utoipa::path(
    tag = "journal",
    request_body = Change,
    params(
        ("entry_id" = String, Path, description = "The entry"),
        ("If-Match" = String, Header, description = "The `ETag` of the entry as it was read"),
        Key,
    ),
    responses(
        (status = 200, description = "The entry as it is now", body = Entry),
        (status = 404, description = "No such entry at this facility", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`journal.finished`, `journal.nobody`, `journal.words_missing`", body = Problem, content_type = "application/problem+json"),
        ForStaff,
        ForBody,
        ForChange,
    )
)]
#[patch("/staff/journal/{entry_id}")]
pub async fn change_journal_entry(
    app: web::Data<App>,
    staff: Staff,
    key: Key,
    seen: IfMatch,
    id: web::Path<JournalEntryId>,
    body: Body<Change>,
) -> Result<HttpResponse, ApiError> {
    let Staff { account_id, facility_id } = staff;
    once(&app, &account_id.clone(), key, body.0, move |conn, change, act| {
        let entry = store::lock_entry(conn, &facility_id, &id)?.ok_or(ApiError::NotFound)?;
        seen.check(entry.version)?;
        journal::change(&entry, change)?;
        let facts = if change.finish {
            let about = (entry.day, &entry.programme, entry.child_id.as_ref());
            Some(facts_now(conn, &facility_id, about)?.ok_or(Rejection::Nobody)?)
        } else {
            None
        };
        store::update_entry(conn, &id, &change.words, facts.as_ref(), (&account_id, act.now))?;
        record(conn, act, if change.finish { "journal_entry.finished" } else { "journal_entry.changed" }, &facility_id, &id)?;
        answer(conn, StatusCode::OK, &facility_id, &id)
    })
    .await
}

/// Corrects a finished entry by a new one, which names it; the first stays as it was
#[utoipa::path(
    tag = "journal",
    request_body = Correction,
    params(
        ("entry_id" = String, Path, description = "The entry"),
        ("If-Match" = String, Header, description = "The `ETag` of the entry as it was read"),
        Key,
    ),
    responses(
        (status = 201, description = "The correction", body = Entry),
        (status = 404, description = "No such entry at this facility", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`journal.not_finished`", body = Problem, content_type = "application/problem+json"),
        ForStaff,
        ForBody,
        ForChange,
    )
)]
#[post("/staff/journal/{entry_id}/correct")]
pub async fn correct_journal_entry(
    app: web::Data<App>,
    staff: Staff,
    key: Key,
    seen: IfMatch,
    id: web::Path<JournalEntryId>,
    body: Body<Correction>,
) -> Result<HttpResponse, ApiError> {
    let Staff { account_id, facility_id } = staff;
    once(&app, &account_id.clone(), key, body.0, move |conn, correction, act| {
        let entry = store::lock_entry(conn, &facility_id, &id)?.ok_or(ApiError::NotFound)?;
        seen.check(entry.version)?;
        journal::correct(&entry)?;
        let facts = entry.facts.clone().ok_or(Rejection::NotFinished)?;
        let new = Entry {
            id: store::new_entry_id(),
            words: correction.words.clone(),
            reason: correction.reason.trim().to_owned(),
            finished_at: Some(act.now),
            corrects_id: Some(entry.id.clone()),
            at: act.now,
            version: 1,
            ..entry
        };
        store::insert_entry(conn, &facility_id, &new, (&account_id, Some(&facts)))?;
        store::mark_corrected(conn, &id)?;
        record(conn, act, "journal_entry.corrected", &facility_id, &new.id)?;
        answer(conn, StatusCode::CREATED, &facility_id, &new.id)
    })
    .await
}
