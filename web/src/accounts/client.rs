//! Requests of the pages for accounts.

use serde::Serialize;
use shared::accounts::{EndedSessions, Login, Me, SessionDevice};
use shared::locale::Locale;
use shared::municipalities::{Municipality, MunicipalityCode};
use shared::page::Page;
use shared::text::{Email, Kana, PersonName, Phone};

use crate::api::{self, Attempt, Failure, percent_encoded};

/// A registration as it is sent; `shared` never writes a password out, so the page brings its own.
#[derive(Serialize)]
pub struct Registration {
    /// Mail address.
    pub email: Email,
    /// The password, checked.
    pub password: String,
    /// Name.
    pub name: PersonName,
    /// Its reading.
    pub kana: Kana,
    /// Telephone number.
    pub phone: Phone,
    /// The city of residence.
    pub municipality: MunicipalityCode,
    /// The language of choice.
    pub locale: Locale,
}

/// Opens an account; the person is signed in with it.
pub async fn register(registration: &Registration, attempt: &Attempt) -> Result<Me, Failure> {
    api::post("/auth/register", registration, attempt).await
}

/// Opening an account by a code, as it is sent.
#[derive(Serialize)]
pub struct Opening {
    /// The code as it was typed.
    pub code: String,
    /// Mail address.
    pub email: Email,
    /// The password, checked.
    pub password: String,
    /// The language of choice.
    pub locale: Locale,
}

/// Opens the account of a family that was taken down; the person is signed in with it.
pub async fn open(opening: &Opening, attempt: &Attempt) -> Result<Me, Failure> {
    api::post("/auth/open", opening, attempt).await
}

/// Signs in.
pub async fn sign_in(login: &Login, attempt: &Attempt) -> Result<Me, Failure> {
    api::post("/auth/login", login, attempt).await
}

/// A new password as it is sent.
#[derive(Clone, Serialize)]
pub struct NewPassword {
    /// The one until now.
    pub current: Option<String>,
    /// The one from now on, checked.
    pub new: String,
}

/// The devices on which the person is signed in.
pub async fn sessions() -> Result<Vec<SessionDevice>, Failure> {
    Ok(api::get::<Page<SessionDevice>>("/sessions").await?.items)
}

/// Signs out a device.
pub async fn end_session(session_id: &str, attempt: &Attempt) -> Result<(), Failure> {
    api::post(&format!("/sessions/{}/end", percent_encoded(session_id)), &serde_json::json!({}), attempt).await
}

/// Signs out every other device.
pub async fn end_other_sessions(attempt: &Attempt) -> Result<EndedSessions, Failure> {
    api::post("/sessions/end_others", &serde_json::json!({}), attempt).await
}

/// Changes the password.
pub async fn change_password(password: &NewPassword, attempt: &Attempt) -> Result<EndedSessions, Failure> {
    api::post("/auth/password", password, attempt).await
}

/// The municipalities that take part.
pub async fn municipalities() -> Result<Vec<Municipality>, Failure> {
    Ok(api::get::<Page<Municipality>>("/municipalities").await?.items)
}
