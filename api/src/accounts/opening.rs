//! Opening the account of a family that was taken down on the phone, by the code that it was given.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, post, web};
use shared::access::Role;
use shared::accounts::{AccountOpening, Me, Rejection};
use shared::attendance::read_code;
use shared::ids::AccountId;
use shared::problem::Problem;

use super::{hash_password, store};
use crate::error::{ApiError, ForBody};
use crate::outbox::Act;
use crate::request::Body;
use crate::{App, families, new_id, session};

/// Opens the account of a family that was taken down on the phone, and signs in
///
/// The code is good once. Family, children and bookings are there already.
#[utoipa::path(
    tag = "accounts",
    request_body = AccountOpening,
    responses(
        (status = 201, description = "Opened and signed in; the session is in the cookie", body = Me),
        (status = 409, description = "`accounts.code_unknown`, `accounts.email_taken`, `families.has_account`", body = Problem, content_type = "application/problem+json"),
        ForBody,
    )
)]
#[post("/auth/open")]
pub async fn open_account(app: web::Data<App>, req: HttpRequest, body: Body<AccountOpening>) -> Result<HttpResponse, ApiError> {
    let new = body.0;
    let (password, code) = (hash_password(new.password.expose().to_owned()).await?, session::hash(&read_code(&new.code)));
    let (id, now) = (AccountId::new(new_id()), app.now());
    let act = Act::of_request(id.as_str(), now);
    let me = app
        .db
        .write(move |conn| {
            let family = families::store::take_account_code(conn, &code, now)?.ok_or(Rejection::CodeUnknown)?;
            let family = families::store::lock_family(conn, &family)?.ok_or(ApiError::NotFound)?;
            if families::store::has_account(conn, &family.id)? {
                return Err(shared::families::Rejection::HasAccount.into());
            }
            let me = Me {
                id: id.clone(),
                email: new.email.clone(),
                name: family.guardian_name.to_string(),
                role: Role::Guardian { family_id: family.id.clone() },
                organisation: None,
                locale: new.locale,
                password: true,
                is_shared: false,
            };
            store::insert_account(conn, &me, password.as_str(), now)?;
            act.record(conn, "family.account_opened", (&family.municipality, None), family.id.as_str())?;
            Ok::<_, ApiError>(me)
        })
        .await?;
    let cookie = session::open(&app.db, &me, session::device(&req), app.config.secure(), now).await?;
    Ok(HttpResponse::build(StatusCode::CREATED).cookie(cookie).json(me))
}
