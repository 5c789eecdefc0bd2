//! What a client proves itself by: made, added and revoked by the city that registered it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post, web};
use shared::clients::{ClientDetail, CredentialKind, NewKey, NewSecret, add_credential};
use shared::ids::{ClientId, CredentialId};
use shared::problem::Problem;

use super::store::{self, Proof};
use super::{at_city, detail, lock_own};
use crate::error::{ApiError, ForBody, ForOfficer};
use crate::idempotency::{Answer, Key, once};
use crate::outbox::Act;
use crate::request::Plain;
use crate::session::{Officer, hash, secret};
use crate::{App, new_id};

/// How a secret begins, so that a scanner finds one where it should not be.
const SECRET: &str = "ygs_";
/// So many of its last characters tell a secret from others.
const HINT: usize = 4;

/// Makes a client a secret
///
/// Only a hash of it is kept, so it is told this once, and no idempotency key keeps it either: a lost one is revoked and made anew. Two may be
/// live at a time, so that the vendor changes over without a pause.
#[utoipa::path(
    tag = "clients",
    params(("client_id" = String, Path, description = "The client")),
    responses(
        (status = 201, description = "The secret", body = NewSecret),
        (status = 404, description = "No client that this city registered", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`clients.too_many_secrets`, `clients.revoked`", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
    )
)]
#[post("/clients/{client_id}/secrets")]
pub async fn make_client_secret(app: web::Data<App>, officer: Officer, id: web::Path<ClientId>) -> Result<HttpResponse, ApiError> {
    let (client_id, credential_id) = (id.into_inner(), CredentialId::new(new_id()));
    let client_secret = format!("{SECRET}{}", secret()?);
    let hint: String = client_secret.chars().skip(client_secret.chars().count().saturating_sub(HINT)).collect();
    let (proof, act) = (Proof::Secret(hash(&client_secret)), Act::of_request(officer.account_id.as_str(), app.now()));
    let (client, credential) = (client_id.clone(), credential_id.clone());
    app.db
        .write(move |conn| {
            let known = lock_own(conn, &officer, &client)?;
            add_credential(known.revoked_at.is_some(), &store::list_credentials(conn, &client)?, CredentialKind::Secret)?;
            store::insert_credential(conn, (&client, &credential), (&proof, &hint), act.now)?;
            act.record(conn, "client.secret_made", (&officer.municipality, None), client.as_str()).map_err(ApiError::from)
        })
        .await?;
    Ok(HttpResponse::Created().json(NewSecret { client_id, client_secret, credential_id }))
}

/// Registers the public half of a client's key
#[utoipa::path(
    tag = "clients",
    request_body = NewKey,
    params(("client_id" = String, Path, description = "The client"), Key),
    responses(
        (status = 201, description = "The client with its key", body = ClientDetail),
        (status = 404, description = "No client that this city registered", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`clients.key_unusable`, `clients.key_private`, `clients.too_many_keys`, `clients.revoked`", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
        ForBody,
    )
)]
#[post("/clients/{client_id}/keys")]
pub async fn add_client_key(
    app: web::Data<App>,
    officer: Officer,
    key: Key,
    id: web::Path<ClientId>,
    body: Plain<NewKey>,
) -> Result<HttpResponse, ApiError> {
    // Before anything of it is kept under an idempotency key: it may be a private one.
    body.jwk.check()?;
    once(&app, &officer.account_id.clone(), key, body.0, move |conn, new, act| {
        let known = lock_own(conn, &officer, &id)?;
        add_credential(known.revoked_at.is_some(), &store::list_credentials(conn, &id)?, CredentialKind::Key)?;
        let hint = new.jwk.kid.clone().unwrap_or_else(|| new.jwk.kty.clone());
        store::insert_credential(conn, (&id, &CredentialId::new(new_id())), (&Proof::Key(new.jwk.clone()), &hint), act.now)?;
        act.record(conn, "client.key_added", (&officer.municipality, None), id.as_str())?;
        Ok(Answer::new(StatusCode::CREATED, &detail(conn, &at_city(&officer), &id)?)?)
    })
    .await
}

/// Revokes a secret or key at once, with every token that was had by it
#[utoipa::path(
    tag = "clients",
    params(
        ("client_id" = String, Path, description = "The client"),
        ("credential_id" = String, Path, description = "The secret or key"),
        Key,
    ),
    responses(
        (status = 200, description = "The client without it", body = ClientDetail),
        (status = 404, description = "No client that this city registered, or it has no such credential", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
    )
)]
#[post("/clients/{client_id}/credentials/{credential_id}/revoke")]
pub async fn revoke_client_credential(
    app: web::Data<App>,
    officer: Officer,
    key: Key,
    path: web::Path<(ClientId, CredentialId)>,
) -> Result<HttpResponse, ApiError> {
    let (id, credential) = path.into_inner();
    once(&app, &officer.account_id.clone(), key, (), move |conn, (), act| {
        lock_own(conn, &officer, &id)?;
        if !store::list_credentials(conn, &id)?.iter().any(|known| known.id == credential) {
            return Err(ApiError::NotFound);
        }
        if store::revoke_credential(conn, &id, &credential, act.now)? {
            act.record(conn, "client.credential_revoked", (&officer.municipality, None), id.as_str())?;
        }
        Ok(Answer::new(StatusCode::OK, &detail(conn, &at_city(&officer), &id)?)?)
    })
    .await
}
