//! The audit: searched, exported and verified by officers; families read who saw or changed what is kept of them.

pub mod chain;
pub mod jobs;
pub mod store;

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpResponse, get, web};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::NaiveDate;
use serde::Deserialize;
use shared::audit::{AuditLine, AuditPerson, AuditVerification, MOST_EXPORTED, RecordAccess, Rejection, THINGS, say};
use shared::ids::{AccountId, ChildId, FamilyId};
use shared::locale::{Locale, iso_moment, without_ruby};
use shared::page::{DEFAULT_LIMIT, MAX_LIMIT, Page};
use shared::problem::{Problem, Reason, sentence};
use shared::time::{day_start, days_before, next_day, tokyo_day};
use utoipa::IntoParams;

use self::store::{After, Search};
use crate::db::{AnyConnection, DbError, to_json};
use crate::error::{ApiError, ForGuardian, ForOfficer};
use crate::outbox::Act;
use crate::request::{Query, current};
use crate::routes::Operations;
use crate::session::{Guardian, Officer};
use crate::{App, families};

/// So many days are looked through when nobody says: today and the month before it.
const DAYS: u32 = 30;
/// So many places of the chain are verified at a time.
const PLACES: i64 = 20_000;

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    config.service(list_audit_people).service(verify_audit).service(export_audit).service(list_audit_lines).service(list_record_accesses);
}

/// Which lines.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// About this family, which lives in the officer's city.
    pub family_id: Option<FamilyId>,
    /// About this child of the family.
    pub child_id: Option<ChildId>,
    /// Of this person: an account.
    pub person: Option<AccountId>,
    /// About this kind of thing: the first word of the action, for example `booking`.
    pub thing: Option<String>,
    /// First day; 30 days before the last one when absent.
    pub from: Option<NaiveDate>,
    /// Last day; today when absent.
    pub to: Option<NaiveDate>,
    /// 1 to 200; 50 when absent.
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

fn wrong(name: &str) -> ApiError {
    ApiError::invalid(&format!("/{name}"), Reason::new("problem.invalid"))
}

fn limit_of(limit: Option<u32>) -> Result<u32, ApiError> {
    let limit = limit.unwrap_or(DEFAULT_LIMIT);
    if (1..=MAX_LIMIT).contains(&limit) { Ok(limit) } else { Err(wrong("limit")) }
}

fn after_of(cursor: Option<&str>) -> Result<Option<After>, ApiError> {
    let read = |text: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok();
    cursor.map(|text| read(text).ok_or_else(|| wrong("cursor"))).transpose()
}

/// A page of what was found with one more than the page holds, which tells whether it goes on.
fn page<T>(mut found: Vec<(T, After)>, limit: u32) -> Result<Page<T>, DbError> {
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let goes_on = found.len() > most;
    found.truncate(most);
    let ended = found.last().filter(|_| goes_on).map(|(_, after)| to_json(after)).transpose()?;
    let next_cursor = ended.map(|text| URL_SAFE_NO_PAD.encode(text));
    Ok(Page { items: found.into_iter().map(|(item, _)| item).collect(), next_cursor })
}

/// What an officer looks for; a family of another city is not found.
fn search(conn: &mut AnyConnection, officer: &Officer, query: &AuditQuery, today: NaiveDate) -> Result<Search, ApiError> {
    let to = query.to.unwrap_or(today);
    let from = query.from.unwrap_or_else(|| days_before(to, DAYS));
    if to < from {
        return Err(wrong("to"));
    }
    if query.thing.as_deref().is_some_and(|thing| !THINGS.contains(&thing)) {
        return Err(wrong("thing"));
    }
    if query.child_id.is_some() && query.family_id.is_none() {
        return Err(wrong("child_id"));
    }
    if let Some(id) = &query.family_id {
        let family = families::store::find_family(conn, id)?;
        family.filter(|family| family.municipality == officer.municipality).ok_or(ApiError::NotFound)?;
    }
    Ok(Search {
        city: officer.municipality.clone(),
        family: query.family_id.clone(),
        child: query.child_id.clone(),
        person: query.person.clone(),
        thing: query.thing.clone(),
        from: day_start(from),
        until: day_start(next_day(to)),
        after: after_of(query.cursor.as_deref())?,
        limit: i64::from(limit_of(query.limit)?) + 1,
    })
}

/// Writes that an officer looked through the audit, and for whom: before anything is answered, and in a transaction of its own, so that a long
/// search holds nobody up.
async fn look(app: &App, officer: &Officer, family: Option<&FamilyId>, kind: &'static str) -> Result<(), ApiError> {
    let account = officer.account_id.clone();
    let act = Act { note: family.map(ToString::to_string), ..Act::of_request(account.as_str(), app.now()) };
    app.db.write(move |conn| Ok(act.record_look(conn, kind, account.as_str())?)).await
}

/// Lines of the audit of the officer's city: what its people did, what happened at its facilities, and whatever concerned its families
///
/// That an officer looked, and at which family's, stands in the audit as well.
#[utoipa::path(
    tag = "audit",
    params(AuditQuery),
    responses(
        (status = 200, description = "The latest first", body = Page<AuditLine>),
        (status = 404, description = "No such family in this city", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
    )
)]
#[get("/office/audit")]
pub async fn list_audit_lines(
    app: web::Data<App>,
    officer: Officer,
    query: Query<AuditQuery>,
) -> Result<web::Json<Page<AuditLine>>, ApiError> {
    jobs::seal(&app).await?;
    let (today, locale, query) = (tokyo_day(app.now()), current().locale, query.0);
    let (asking, family) = (officer.clone(), query.family_id.clone());
    let found = app.db.read(move |conn| {
        let search = search(conn, &asking, &query, today)?;
        Ok::<_, ApiError>(page(store::list_lines(conn, &search, locale)?, limit_of(query.limit)?)?)
    });
    let found = found.await?;
    look(&app, &officer, family.as_ref(), "audit.searched").await?;
    Ok(web::Json(found))
}

/// The same lines as a file (CSV, UTF-8 with a mark), 50,000 at most
#[utoipa::path(
    tag = "audit",
    params(AuditQuery),
    responses(
        (status = 200, description = "The file", body = String, content_type = "text/csv"),
        (status = 404, description = "No such family in this city", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`audit.too_many`", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
    )
)]
#[get("/office/audit.csv")]
pub async fn export_audit(app: web::Data<App>, officer: Officer, query: Query<AuditQuery>) -> Result<HttpResponse, ApiError> {
    jobs::seal(&app).await?;
    let (now, locale, query) = (app.now(), current().locale, query.0);
    let (asking, family) = (officer.clone(), query.family_id.clone());
    let lines = app.db.read(move |conn| {
        let search = search(conn, &asking, &query, tokyo_day(now))?;
        let found = store::list_lines(conn, &Search { after: None, limit: MOST_EXPORTED + 1, ..search }, locale)?;
        if i64::try_from(found.len()).unwrap_or(i64::MAX) > MOST_EXPORTED {
            return Err(Rejection::TooMany { most: MOST_EXPORTED }.into());
        }
        Ok::<_, ApiError>(found)
    });
    let lines = lines.await?;
    look(&app, &officer, family.as_ref(), "audit.exported").await?;
    let bytes = table(lines.into_iter().map(|(line, _)| line), locale).map_err(|error| ApiError::Internal(error.to_string()))?;
    let name = format!("attachment; filename=\"audit-{}.csv\"", tokyo_day(now));
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, "text/csv; charset=utf-8")).insert_header((CONTENT_DISPOSITION, name)).body(bytes))
}

/// The columns of the file.
const HEAD: [&str; 10] = [
    "audit.column.position",
    "audit.column.at",
    "audit.column.kind",
    "audit.column.organisation",
    "audit.column.person",
    "audit.column.operation",
    "audit.column.family",
    "audit.column.child",
    "audit.column.why",
    "audit.column.request",
];

fn table(lines: impl Iterator<Item = AuditLine>, locale: Locale) -> Result<Vec<u8>, csv::Error> {
    let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer("\u{feff}".as_bytes().to_vec());
    csv.write_record(HEAD.map(|key| without_ruby(&sentence(key, locale))))?;
    for line in lines {
        let names =
            |pick: fn(&shared::audit::Concerned) -> Option<String>| line.concerned.iter().filter_map(pick).collect::<Vec<_>>().join("、");
        csv.write_record([
            line.position.to_string(),
            iso_moment(line.at),
            without_ruby(&line.actor.kind.say(locale)),
            without_ruby(&line.actor.organisation.clone().unwrap_or_default()),
            plain(&line.actor.name),
            without_ruby(&say(&line.action, locale)),
            plain(&names(|one| Some(one.guardian_name.clone()))),
            plain(&names(|one| one.child_name.clone())),
            plain(&line.why.clone().unwrap_or_default()),
            line.request_id.clone(),
        ])?;
    }
    csv.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

/// What people wrote, so that a spreadsheet takes it for words and not for a formula.
fn plain(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

/// People whose operations an officer may look for: those of the city, of its facilities, and of the BPO centre
#[utoipa::path(
    tag = "audit",
    responses(
        (status = 200, description = "By role, place and name", body = Vec<AuditPerson>),
        ForOfficer,
    )
)]
#[get("/office/audit/people")]
pub async fn list_audit_people(app: web::Data<App>, officer: Officer) -> Result<web::Json<Vec<AuditPerson>>, ApiError> {
    let locale = current().locale;
    let people = app.db.read(move |conn| Ok::<_, ApiError>(store::list_people(conn, &officer.municipality, locale)?));
    Ok(web::Json(people.await?))
}

/// From where the chain is verified.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct VerificationQuery {
    /// A place that holds: the `position` of the answer before; the beginning when absent.
    pub after: Option<i64>,
}

/// Verifies the audit's chain, some places at a time, and names the first one that does not hold
#[utoipa::path(
    tag = "audit",
    params(VerificationQuery),
    responses(
        (status = 200, description = "How far it holds", body = AuditVerification),
        (status = 422, description = "No such place", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
    )
)]
#[get("/office/audit/verification")]
pub async fn verify_audit(
    app: web::Data<App>,
    _officer: Officer,
    query: Query<VerificationQuery>,
) -> Result<web::Json<AuditVerification>, ApiError> {
    jobs::seal(&app).await?;
    let after = query.0.after.unwrap_or_default();
    let verified = app.db.read(move |conn| store::verify(conn, after, PLACES)?.ok_or_else(|| wrong("after")));
    Ok(web::Json(verified.await?))
}

/// Which page.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AccessesQuery {
    /// 1 to 200; 50 when absent.
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Who outside the family saw or changed what is kept of it, when and why
///
/// People are told by what they are and where they work, not by name.
#[utoipa::path(
    tag = "audit",
    params(AccessesQuery),
    responses(
        (status = 200, description = "The latest first", body = Page<RecordAccess>),
        (status = 422, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
        ForGuardian,
    )
)]
#[get("/family/accesses")]
pub async fn list_record_accesses(
    app: web::Data<App>,
    guardian: Guardian,
    query: Query<AccessesQuery>,
) -> Result<web::Json<Page<RecordAccess>>, ApiError> {
    jobs::seal(&app).await?;
    let (limit, after, locale) = (limit_of(query.0.limit)?, after_of(query.0.cursor.as_deref())?, current().locale);
    let found = app.db.read(move |conn| {
        let asked = (after.as_ref(), i64::from(limit) + 1);
        Ok::<_, ApiError>(page(store::list_accesses(conn, &guardian.family_id, asked, locale)?, limit)?)
    });
    Ok(web::Json(found.await?))
}
