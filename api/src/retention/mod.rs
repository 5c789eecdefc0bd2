//! Retention: what is erased by rule, as officers see it, and closing a family's account.

pub mod jobs;
pub mod store;

use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use shared::ids::FamilyId;
use shared::municipalities::MunicipalityCode;
use shared::problem::Problem;
use shared::retention::{
    ClosingOutlook, FamilyClosing, Kind, Rejection, RetentionCount, RetentionOverview, RetentionRules, RetentionStanding, TOLD_DAYS, close,
    erased_on,
};
use shared::time::{days_after, tokyo_day};

use crate::db::{AnyConnection, DbError};
use crate::error::{ApiError, ForBody, ForGuardian, ForOfficer, part};
use crate::outbox::Act;
use crate::request::{Body, current};
use crate::routes::Operations;
use crate::session::{self, Guardian, Officer};
use crate::{App, accounts, families};

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    config.service(get_retention).service(preview_closing).service(close_family_account);
}

/// What the city keeps for how long, what of it is over soon, and what was erased
///
/// The names of families that closed their accounts stand in it; that they were looked at stands in the audit.
#[utoipa::path(
    tag = "retention",
    responses(
        (status = 200, description = "Every kind of record, whether the city has a period for it or not", body = RetentionOverview),
        ForOfficer,
    )
)]
#[get("/office/retention")]
pub async fn get_retention(app: web::Data<App>, officer: Officer) -> Result<web::Json<RetentionOverview>, ApiError> {
    let act = Act::of_request(officer.account_id.as_str(), app.now());
    let (city, now) = (officer.municipality, act.now);
    let found = app.db.read(move |conn| Ok::<_, ApiError>(overview(conn, &city, now)?)).await?;
    let seen: Vec<FamilyId> = found.closed.iter().map(|family| family.family_id.clone()).collect();
    if !seen.is_empty() {
        // Written before anybody sees it.
        let write = app.db.write(move |conn| {
            for family in &seen {
                act.record_look_of_day(conn, "family.looked_at", family.as_str())?;
            }
            Ok::<_, ApiError>(())
        });
        write.await?;
    }
    Ok(web::Json(found))
}

fn overview(conn: &mut AnyConnection, city: &MunicipalityCode, now: DateTime<Utc>) -> Result<RetentionOverview, DbError> {
    let today = tokyo_day(now);
    let soon = days_after(today, TOLD_DAYS);
    let rules = store::find_rules(conn, city, today)?;
    let mut kinds = Vec::with_capacity(Kind::ALL.len());
    for kind in Kind::ALL {
        let period = rules.as_ref().and_then(|rules| rules.periods.iter().find(|period| period.kind == kind).cloned());
        let kept_from = rules.as_ref().and_then(|rules| rules.kept_from(kind, soon));
        let due = kept_from.map(|before| store::count_due(conn, (city, kind), before)).transpose()?;
        kinds.push(RetentionStanding { kind, period, held: store::count_held(conn, (city, kind))?, due: due.unwrap_or_default() });
    }
    let months = rules.as_ref().and_then(|rules| rules.months(Kind::Families));
    Ok(RetentionOverview {
        valid_from: rules.map(|RetentionRules { valid_from, .. }| valid_from),
        kinds,
        closed: store::list_closed(conn, city, months)?,
        runs: store::list_runs(conn, city)?,
    })
}

/// What is over on the first day of new periods, by those that hold and by the new ones.
pub fn compare(conn: &mut AnyConnection, city: &MunicipalityCode, new: &RetentionRules) -> Result<Vec<RetentionCount>, DbError> {
    let held = store::find_rules(conn, city, new.valid_from)?;
    let mut counts = Vec::with_capacity(Kind::ALL.len());
    for kind in Kind::ALL {
        let mut over = |rules: Option<&RetentionRules>| {
            let before = rules.and_then(|rules| rules.kept_from(kind, new.valid_from));
            before.map_or(Ok(0), |before| store::count_due(conn, (city, kind), before))
        };
        counts.push(RetentionCount {
            kind,
            months: held.as_ref().and_then(|rules| rules.months(kind)),
            over: over(held.as_ref())?,
            new_months: new.months(kind),
            newly_over: over(Some(new))?,
        });
    }
    Ok(counts)
}

/// What closing the family's account would do, and what is against it
#[utoipa::path(
    tag = "retention",
    responses(
        (status = 200, description = "What is against it, and what is kept for how long", body = ClosingOutlook),
        ForGuardian,
    )
)]
#[get("/family/closing")]
pub async fn preview_closing(app: web::Data<App>, guardian: Guardian) -> Result<web::Json<ClosingOutlook>, ApiError> {
    let now = app.now();
    let mut outlook = app
        .db
        .read(move |conn| {
            let known = accounts::store::find_account(conn, &guardian.account_id)?;
            let outlook = outlook(conn, &guardian.family_id, now)?;
            Ok::<_, ApiError>(ClosingOutlook { password: known.is_some_and(|known| known.me.password), ..outlook })
        })
        .await?;
    for against in &mut outlook.against {
        against.detail = shared::locale::without_ruby(&against.reason.sentence(current().locale));
    }
    Ok(web::Json(outlook))
}

fn outlook(conn: &mut AnyConnection, id: &FamilyId, now: DateTime<Utc>) -> Result<ClosingOutlook, ApiError> {
    let family = families::store::find_family(conn, id)?.ok_or(ApiError::NotFound)?;
    let today = tokyo_day(now);
    let keeps = store::keeps(conn, id)?;
    let rules = store::find_rules(conn, &family.municipality, today)?;
    let months = rules.and_then(|rules| rules.months(Kind::Families)).filter(|_| keeps);
    Ok(ClosingOutlook {
        against: against(store::find_under_way(conn, id)?),
        keeps,
        months,
        erased_on: months.and_then(|months| erased_on(today, months)),
        password: false,
    })
}

fn against(under_way: shared::retention::UnderWay) -> Vec<shared::problem::ProblemPart> {
    let reasons: Vec<Rejection> = close(under_way).err().unwrap_or_default();
    reasons.into_iter().map(|rejection| part(None, rejection.reason())).collect()
}

/// Closes the family's account; nobody can take it back
///
/// Every guardian is signed out and cannot sign in any more, facilities find the family no more, and care details, notices, devices, ways in
/// and drafts are erased at once. Stays, applications and what belongs to them are kept for the city's period and erased by rule; where there
/// are none, everything is erased at once. Wrong passwords are counted as at signing in.
#[utoipa::path(
    tag = "retention",
    request_body = FamilyClosing,
    responses(
        (status = 204, description = "Closed and signed out"),
        (status = 409, description = "`retention.stays_open`, `retention.waiting_open`, `retention.applications_open`, all that are so; `accounts.password_wrong`", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "`accounts.too_many_attempts`; `Retry-After` says how long", body = Problem, content_type = "application/problem+json"),
        ForGuardian,
        ForBody,
    )
)]
#[post("/family/close")]
pub async fn close_family_account(app: web::Data<App>, guardian: Guardian, body: Body<FamilyClosing>) -> Result<HttpResponse, ApiError> {
    let id = guardian.account_id.clone();
    let known = app.db.read(move |conn| accounts::store::find_account(conn, &id).map_err(ApiError::from)).await?;
    let known = known.ok_or(ApiError::NotFound)?;
    // Who has no password has shown otherwise who it is.
    if known.password_hash.is_some() && !accounts::is_password_of(&app, &known, body.0.password.unwrap_or_default()).await? {
        let wrong = shared::accounts::Rejection::PasswordWrong.reason();
        return Err(ApiError::Refused(vec![part(Some("/password".to_owned()), wrong)]));
    }
    let act = Act::of_request(guardian.account_id.as_str(), app.now());
    let family = guardian.family_id;
    let write = app.db.write(move |conn| {
        let found = families::store::lock_family(conn, &family)?.ok_or(ApiError::NotFound)?;
        if store::is_closed(conn, &family)? {
            return Err(Rejection::Closed.into());
        }
        let against = against(store::find_under_way(conn, &family)?);
        if !against.is_empty() {
            return Err(ApiError::Refused(against));
        }
        let keeps = store::keeps(conn, &family)?;
        store::close_family(conn, &family, act.now)?;
        act.record(conn, "family.closed", (&found.municipality, None), family.as_str())?;
        if !keeps {
            store::erase_family(conn, &family, act.now)?;
            act.that_follows().record(conn, "family.erased", (&found.municipality, None), family.as_str())?;
        }
        Ok::<_, ApiError>(())
    });
    write.await?;
    Ok(HttpResponse::NoContent().cookie(session::ended(app.config.secure())).finish())
}
