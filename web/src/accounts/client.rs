//! Requests of the pages for accounts.

use serde::Serialize;
use shared::accounts::{Login, Me};
use shared::locale::Locale;
use shared::municipalities::{Municipality, MunicipalityCode};
use shared::page::Page;
use shared::text::{Email, Kana, PersonName, Phone};

use crate::api::{self, Attempt, Failure};

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

/// Signs in.
pub async fn sign_in(login: &Login, attempt: &Attempt) -> Result<Me, Failure> {
    api::post("/auth/login", login, attempt).await
}

/// The municipalities that take part.
pub async fn municipalities() -> Result<Vec<Municipality>, Failure> {
    Ok(api::get::<Page<Municipality>>("/municipalities").await?.items)
}
