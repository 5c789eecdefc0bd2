//! Applications (申請): begun, filled in on any device, sent and decided in the same request; by the family, or by a clerk for it.

pub mod engine;
pub mod office;
pub mod store;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, patch, post, web};
use shared::access::Role;
use shared::accounts::Me;
use shared::applications::{Application, ApplicationChange, ApplicationLine, ApplicationState, FiledBy, NewApplication, Rejection, fill};
use shared::bookings::BookedChild;
use shared::families::Family;
use shared::ids::{ApplicationId, FamilyId};
use shared::page::Page;
use shared::problem::{Problem, Reason};
use shared::proxy::Deed;
use shared::time::tokyo_day;

use crate::db::AnyConnection;
use crate::error::{ApiError, ForBody, ForChange, ForGuardian, ForSignedIn, part};
use crate::idempotency::{Answer, Key, once};
use crate::outbox::Act;
use crate::request::{Body, IfMatch, Plain, etag};
use crate::routes::Operations;
use crate::session::{Guardian, Signed};
use crate::{App, entitlements, families, new_id, procedures, proxy};

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    config
        .service(begin_application)
        .service(list_applications)
        .service(get_application)
        .service(change_application)
        .service(submit_application)
        .service(withdraw_application)
        .service(office::list_queue)
        .service(office::get_lead_time)
        .service(office::get_review_case)
        .service(office::decide_applications)
        .service(office::decide_application)
        .service(office::check_application)
        .service(office::return_application)
        .service(office::hand_over_application);
}

/// Whether somebody may fill in an application: its family, or the clerk who files it. To others it is as unknown as one that does not exist.
pub fn fills_in(me: &Me, application: &Application) -> bool {
    match &me.role {
        Role::Guardian { family_id } => *family_id == application.family_id,
        Role::Staff { .. } | Role::Officer { .. } | Role::Operator => {
            application.filed_by.as_ref().is_some_and(|filed| filed.account_id == me.id)
        }
    }
}

/// Whether somebody may read it: who fills it in, and the officers of the city that it was sent to.
pub fn may_read(me: &Me, application: &Application) -> bool {
    let was_sent = application.submitted_at.is_some();
    let decides = matches!(&me.role, Role::Officer { municipality } if was_sent && *municipality == application.municipality);
    decides || fills_in(me, application)
}

/// The family that an application is begun for: a guardian's own, or the one that a clerk names.
fn family_of(conn: &mut AnyConnection, me: &Me, command: &NewApplication) -> Result<Family, ApiError> {
    let invalid = |code| ApiError::Invalid(vec![part(Some("/family_id".to_owned()), Reason::new(code))]);
    let id = match (&me.role, &command.family_id) {
        (Role::Guardian { family_id }, None) => family_id,
        (Role::Guardian { family_id }, Some(named)) if family_id == named => family_id,
        (Role::Guardian { .. }, Some(_)) => return Err(invalid("problem.not_found")),
        (Role::Staff { .. } | Role::Officer { .. } | Role::Operator, Some(named)) => named,
        (Role::Staff { .. } | Role::Officer { .. } | Role::Operator, None) => return Err(invalid("text.missing")),
    };
    families::store::lock_family(conn, id)?.ok_or_else(|| invalid("problem.not_found"))
}

/// The act of whoever fills in an application: officers and operators do it while the family's record is open for it, and it is noted.
fn filling(conn: &mut AnyConnection, me: &Me, family: &FamilyId, act: &Act) -> Result<Act, ApiError> {
    match &me.role {
        Role::Officer { .. } | Role::Operator => proxy::acting(conn, &me.id, family, Deed::Apply, act),
        Role::Guardian { .. } | Role::Staff { .. } => Ok(act.clone()),
    }
}

/// Begins an application, or goes on with the one that is under way
///
/// It is the procedure of the family's city as it holds today. What is known of the family is in it already (`known`); `outlook` says what is
/// still to be asked, and what would be decided. Staff, officers and operators file for a family by `family_id`; it is marked. Officers and operators
/// do so while they have its record open for it (`POST /proxy/session`).
#[utoipa::path(
    tag = "applications",
    request_body = NewApplication,
    params(Key),
    responses(
        (status = 201, description = "Begun", body = Application),
        (status = 200, description = "Under way already: to go on with", body = Application),
        (status = 409, description = "`applications.under_way`, `proxy.not_open`, `proxy.not_for_this`", body = Problem, content_type = "application/problem+json"),
        ForSignedIn,
        ForBody,
    )
)]
#[post("/applications")]
pub async fn begin_application(
    app: web::Data<App>,
    signed: Signed,
    key: Key,
    body: Plain<NewApplication>,
) -> Result<HttpResponse, ApiError> {
    let me = signed.0;
    once(&app, &me.id.clone(), key, body.0, move |conn, command, act| {
        let family = family_of(conn, &me, command)?;
        let act = &filling(conn, &me, &family.id, act)?;
        let today = tokyo_day(act.now);
        let at = |field: &str, reason: Reason| ApiError::Invalid(vec![part(Some(format!("/{field}")), reason)]);
        let procedure = procedures::store::find_procedure(conn, &family.municipality, &command.procedure, today)?
            .ok_or_else(|| at("procedure", Reason::new("problem.not_found")))?;
        let child = match (&command.child_id, procedure.terms.effect.is_for_child()) {
            (Some(id), true) => {
                let found = families::store::find_child(conn, &family.id, id)?;
                let child = found.ok_or_else(|| at("child_id", Reason::new("problem.not_found")))?;
                Some(BookedChild::from(&child))
            }
            (None, false) => None,
            (None, true) => return Err(at("child_id", Rejection::ChildMissing.reason())),
            (Some(_), false) => return Err(at("child_id", Rejection::ChildNotAsked.reason())),
        };
        let (status, application) =
            match store::find_under_way(conn, &family.id, &command.procedure, child.as_ref().map(|child| &child.id))? {
                Some(open) if open.state.is_open() && fills_in(&me, &open) => (StatusCode::OK, open),
                Some(_) => return Err(Rejection::UnderWay.into()),
                None => {
                    let by_family = matches!(me.role, Role::Guardian { .. });
                    let filed_by = (!by_family).then(|| FiledBy { role: me.role.clone(), account_id: me.id.clone() });
                    let new = Application::draft(ApplicationId::new(new_id()), procedure, (&family.id, child), filed_by, act.now);
                    store::insert_application(conn, &new)?;
                    act.record(conn, "application.begun", (&new.municipality, None), new.id.as_str())?;
                    (StatusCode::CREATED, new)
                }
            };
        engine::answer(conn, status, application, today)
    })
    .await
}

/// The family's applications
#[utoipa::path(
    tag = "applications",
    responses(
        (status = 200, description = "The latest first", body = Page<ApplicationLine>),
        ForGuardian,
    )
)]
#[get("/applications")]
pub async fn list_applications(app: web::Data<App>, guardian: Guardian) -> Result<web::Json<Page<ApplicationLine>>, ApiError> {
    let items = app.db.read(move |conn| store::list_applications(conn, &guardian.family_id).map_err(ApiError::from)).await?;
    Ok(web::Json(Page { items, next_cursor: None }))
}

/// An application, how it stands, and the decision with its reasons
///
/// For its family, for the clerk who files it, and, once it was sent, for the officers of its city; that an officer looked at it stands in
/// the audit.
#[utoipa::path(
    tag = "applications",
    params(("application_id" = String, Path, description = "The application")),
    responses(
        (status = 200, description = "The application; `ETag` for a change", body = Application),
        (status = 404, description = "No such application", body = Problem, content_type = "application/problem+json"),
        ForSignedIn,
    )
)]
#[get("/applications/{application_id}")]
pub async fn get_application(app: web::Data<App>, signed: Signed, id: web::Path<ApplicationId>) -> Result<HttpResponse, ApiError> {
    let today = tokyo_day(app.now());
    let shown = move |conn: &mut AnyConnection, found: &Application| Ok(engine::look(conn, found.clone(), today)?.shown());
    let application = engine::look_at(&app, signed.0, id.into_inner(), "application.looked_up", shown).await?;
    Ok(HttpResponse::Ok().insert_header(("ETag", etag(application.version))).json(application))
}

/// Fills in an application, one answer or many
#[utoipa::path(
    tag = "applications",
    request_body = ApplicationChange,
    params(
        ("application_id" = String, Path, description = "The application"),
        ("If-Match" = String, Header, description = "The `ETag` of the application as it was read"),
        Key,
    ),
    responses(
        (status = 200, description = "As it now is, with its outlook", body = Application),
        (status = 404, description = "No such application", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`applications.not_open`, `proxy.not_open`, `proxy.not_for_this`", body = Problem, content_type = "application/problem+json"),
        ForSignedIn,
        ForBody,
        ForChange,
    )
)]
#[patch("/applications/{application_id}")]
pub async fn change_application(
    app: web::Data<App>,
    signed: Signed,
    key: Key,
    seen: IfMatch,
    id: web::Path<ApplicationId>,
    body: Body<ApplicationChange>,
) -> Result<HttpResponse, ApiError> {
    let me = signed.0;
    once(&app, &me.id.clone(), key, body.0, move |conn, change, act| {
        let (mut application, act) = mine(conn, &me, &id, act)?;
        seen.check(application.version)?;
        if !application.state.is_open() {
            return Err(Rejection::NotOpen.into());
        }
        let today = tokyo_day(act.now);
        let known = engine::look(conn, application, today)?;
        let filled = fill(&known.application.procedure.terms, &known.filling(), change).map_err(ApiError::Invalid)?;
        application = known.application;
        (application.answers, application.declared) = (filled.answers, filled.declared);
        application.version += 1;
        store::update_application(conn, &application)?;
        act.record(conn, "application.changed", (&application.municipality, None), application.id.as_str())?;
        engine::answer(conn, StatusCode::OK, application, today)
    })
    .await
}

/// Sends an application: the rules decide in this request, and what they cannot decide reaches an officer
///
/// `state` in the answer says which: `granted` with the certification, `refused` with the reasons, or `in_review` with the open points.
#[utoipa::path(
    tag = "applications",
    params(
        ("application_id" = String, Path, description = "The application"),
        ("If-Match" = String, Header, description = "The `ETag` of the application as it was read"),
        Key,
    ),
    responses(
        (status = 200, description = "Decided, or in review", body = Application),
        (status = 404, description = "No such application", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`applications.*`: it cannot be applied for; `proxy.*`", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Something is missing; `errors` names each field", body = Problem, content_type = "application/problem+json"),
        ForSignedIn,
        ForChange,
    )
)]
#[post("/applications/{application_id}/submit")]
pub async fn submit_application(
    app: web::Data<App>,
    signed: Signed,
    key: Key,
    seen: IfMatch,
    id: web::Path<ApplicationId>,
) -> Result<HttpResponse, ApiError> {
    let me = signed.0;
    once(&app, &me.id.clone(), key, (), move |conn, (), act| {
        let (application, act) = mine(conn, &me, &id, act)?;
        seen.check(application.version)?;
        let known = engine::look(conn, application, tokyo_day(act.now))?;
        let decided = engine::send(conn, known, &act)?;
        Ok(Answer::new(StatusCode::OK, &decided)?.with_version(decided.version))
    })
    .await
}

/// Takes an application back that is not decided
#[utoipa::path(
    tag = "applications",
    params(
        ("application_id" = String, Path, description = "The application"),
        ("If-Match" = String, Header, description = "The `ETag` of the application as it was read"),
        Key,
    ),
    responses(
        (status = 200, description = "Taken back", body = Application),
        (status = 404, description = "No such application", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`applications.not_open`, `proxy.not_open`, `proxy.not_for_this`", body = Problem, content_type = "application/problem+json"),
        ForSignedIn,
        ForChange,
    )
)]
#[post("/applications/{application_id}/withdraw")]
pub async fn withdraw_application(
    app: web::Data<App>,
    signed: Signed,
    key: Key,
    seen: IfMatch,
    id: web::Path<ApplicationId>,
) -> Result<HttpResponse, ApiError> {
    let me = signed.0;
    once(&app, &me.id.clone(), key, (), move |conn, (), act| {
        let (mut application, act) = mine(conn, &me, &id, act)?;
        seen.check(application.version)?;
        if !application.state.is_open() && !matches!(application.state, ApplicationState::InReview { .. }) {
            return Err(Rejection::NotOpen.into());
        }
        application.state = ApplicationState::Withdrawn { at: act.now };
        application.version += 1;
        store::update_application(conn, &application)?;
        act.record(conn, "application.withdrawn", (&application.municipality, None), application.id.as_str())?;
        // Nothing is left to wait for.
        entitlements::life::settle_stays(conn, &application.family_id, &act)?;
        engine::answer(conn, StatusCode::OK, application, tokyo_day(act.now))
    })
    .await
}

/// An application that somebody fills in, with its family locked, and the act of filling it in.
pub fn mine(conn: &mut AnyConnection, me: &Me, id: &ApplicationId, act: &Act) -> Result<(Application, Act), ApiError> {
    let found = store::find_application(conn, id)?.filter(|found| fills_in(me, found)).ok_or(ApiError::NotFound)?;
    let act = filling(conn, me, &found.family_id, act)?;
    Ok((engine::lock(conn, id)?, act))
}
