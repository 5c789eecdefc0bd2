//! Proving where a family lives: at the counter, or by the code in a letter to its address.

pub mod store;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use shared::attendance::{grouped_code, read_code};
use shared::families::{Family, ProofKind, ResidenceProof};
use shared::ids::FamilyId;
use shared::problem::Problem;
use shared::residence::{LETTER, Letter, NewLetter, Residence, TypedCode, check_code};

use crate::attendance::new_code;
use crate::db::AnyConnection;
use crate::error::{ApiError, ForBody, ForGuardian, ForOfficer};
use crate::idempotency::{Answer, Key, once};
use crate::outbox::Act;
use crate::request::Body;
use crate::routes::Operations;
use crate::session::{self, Guardian, Officer};
use crate::{App, families};

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    config.service(get_residence).service(enter_residence_code).service(confirm_residence).service(make_residence_letter);
}

/// Where the family lives, and what proves it
#[utoipa::path(
    tag = "families",
    responses(
        (status = 200, description = "City, proof, and the letter that is on its way", body = Residence),
        ForGuardian,
    )
)]
#[get("/residence")]
pub async fn get_residence(app: web::Data<App>, guardian: Guardian) -> Result<web::Json<Residence>, ApiError> {
    let now = app.now();
    let residence = app
        .db
        .read(move |conn| {
            let family = families::store::find_family(conn, &guardian.family_id)?.ok_or(ApiError::NotFound)?;
            let letter = store::find_letter(conn, &family.id)?.map(|(letter, _)| letter);
            let letter = letter.filter(|letter| now < letter.until && letter.municipality == family.municipality);
            Ok::<_, ApiError>(Residence { municipality: family.municipality, proof: family.residence_proof, letter })
        })
        .await?;
    Ok(web::Json(residence))
}

/// Writes down what proves a locked family's residence; gives the family as it is now.
fn prove(conn: &mut AnyConnection, family: Family, by: ProofKind, act: &Act) -> Result<Family, ApiError> {
    let proof = Some(ResidenceProof { by, at: act.now });
    let proven = Family { residence_proof: proof, version: family.version + 1, ..family };
    families::write(conn, &proven, act)?;
    act.record(conn, "residence.proven", (&proven.municipality, None), proven.id.as_str())?;
    Ok(Family { household: families::store::list_household(conn, &proven.id)?, ..proven })
}

/// Proves the residence by the code of a letter
///
/// Five tries for each letter, counted whether or not they are answered.
#[utoipa::path(
    tag = "families",
    request_body = TypedCode,
    params(Key),
    responses(
        (status = 200, description = "Proven", body = Family),
        (status = 409, description = "`residence.no_letter`, `residence.code_wrong`, `residence.too_often`", body = Problem, content_type = "application/problem+json"),
        ForGuardian,
        ForBody,
    )
)]
#[post("/residence/code")]
pub async fn enter_residence_code(
    app: web::Data<App>,
    guardian: Guardian,
    key: Key,
    body: Body<TypedCode>,
) -> Result<HttpResponse, ApiError> {
    let counted = guardian.family_id.clone();
    // A transaction of its own, because a refusal takes back what it wrote.
    app.db.write(move |conn| store::count_try(conn, &counted).map_err(ApiError::from)).await?;
    let account = guardian.account_id.clone();
    // What is kept for the key must not hold the code.
    let typed = session::hash(&read_code(&body.code));
    once(&app, &account, key, typed, move |conn, typed, act| {
        let family = families::store::lock_family(conn, &guardian.family_id)?.ok_or(ApiError::NotFound)?;
        let known = store::find_letter(conn, &family.id)?;
        let right = known.as_ref().is_some_and(|(_, hash)| hash == typed);
        check_code(known.as_ref().map(|(letter, _)| letter), &family.municipality, right, act.now)?;
        store::delete_letter(conn, &family.id)?;
        let family = prove(conn, family, ProofKind::Letter, act)?;
        Ok(Answer::new(StatusCode::OK, &family)?.with_version(family.version))
    })
    .await
}

/// A family of the officer's city, locked.
fn lock_own(conn: &mut AnyConnection, officer: &Officer, id: &FamilyId) -> Result<Family, ApiError> {
    families::store::lock_family(conn, id)?.filter(|family| family.municipality == officer.municipality).ok_or(ApiError::NotFound)
}

/// Confirms at the counter that a family lives in the officer's city
#[utoipa::path(
    tag = "families",
    params(("family_id" = String, Path, description = "The family"), Key),
    responses(
        (status = 200, description = "Proven", body = Family),
        (status = 404, description = "No such family in this city", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
    )
)]
#[post("/families/{family_id}/residence/confirm")]
pub async fn confirm_residence(app: web::Data<App>, officer: Officer, key: Key, id: web::Path<FamilyId>) -> Result<HttpResponse, ApiError> {
    let account = officer.account_id.clone();
    once(&app, &account, key, (), move |conn, (), act| {
        let family = lock_own(conn, &officer, &id)?;
        store::delete_letter(conn, &family.id)?;
        let family = prove(conn, family, ProofKind::Counter, act)?;
        Ok(Answer::new(StatusCode::OK, &family)?.with_version(family.version))
    })
    .await
}

/// Makes the code for a letter to a family's address, as the city's register has it
///
/// The code is shown once and stored nowhere; a new one ends the one before. It is good for 30 days.
#[utoipa::path(
    tag = "families",
    params(("family_id" = String, Path, description = "The family")),
    responses(
        (status = 201, description = "The code to be printed", body = NewLetter),
        (status = 404, description = "No such family in this city", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
    )
)]
#[post("/families/{family_id}/residence/letter")]
pub async fn make_residence_letter(app: web::Data<App>, officer: Officer, id: web::Path<FamilyId>) -> Result<HttpResponse, ApiError> {
    let (code, now) = (new_code()?, app.now());
    let act = Act::of_request(officer.account_id.as_str(), now);
    let (hash, until) = (session::hash(&code), now + LETTER);
    app.db
        .write(move |conn| {
            let family = lock_own(conn, &officer, &id)?;
            let letter = Letter { municipality: family.municipality.clone(), made_at: now, until, tries: 0 };
            store::write_letter(conn, &family.id, &letter, &hash)?;
            act.record(conn, "residence.letter_made", (&family.municipality, None), family.id.as_str())?;
            Ok::<_, ApiError>(())
        })
        .await?;
    Ok(HttpResponse::Created().json(NewLetter { code: grouped_code(&code), until }))
}
