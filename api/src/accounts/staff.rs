//! Lets a member of a facility's staff in, from the command line.

use chrono::{DateTime, Utc};
use rand::TryRngCore as _;
use rand::rngs::OsRng;
use shared::access::Role;
use shared::accounts::{Me, Rejection};
use shared::ids::{AccountId, FacilityId};
use shared::locale::Locale;
use shared::municipalities::MunicipalityCode;
use shared::problem::Reason;
use shared::text::{self, Email, Password, PersonName};

use super::{hash_password, store};
use crate::db::{AnyConnection, Db, DbError, RetryAsk};
use crate::error::ApiError;
use crate::outbox::Act;
use crate::{facilities, new_id};

/// Who made the account, in the audit.
const COMMAND: &str = "staff add";

/// The facility as a person names it.
#[derive(Debug, Clone)]
pub enum Wanted {
    /// By its id.
    Id(FacilityId),
    /// By its whole name.
    Name(String),
}

/// A new member of staff.
#[derive(Debug, Clone)]
pub struct NewStaff {
    /// Where.
    pub facility: Wanted,
    /// The mail address to sign in with.
    pub email: String,
    /// The person's name.
    pub name: String,
    /// The password; one is made up when absent.
    pub password: Option<String>,
}

/// Who was let in.
#[derive(Debug, Clone)]
pub struct Added {
    /// Name of the facility.
    pub facility: String,
    /// The mail address to sign in with.
    pub email: Email,
    /// The person's name.
    pub name: PersonName,
    /// The password, where it was made up: nobody can read it again later.
    pub made_up_password: Option<String>,
}

/// Why nobody was let in.
#[derive(Debug)]
pub enum Refusal {
    /// No facility has that id or name.
    FacilityUnknown,
    /// Several facilities have that name: their ids.
    FacilityAmbiguous(Vec<FacilityId>),
    /// The address has an account.
    EmailTaken,
    /// An option that cannot be taken, and why.
    Option(&'static str, text::Rejection),
    /// Anything that is not the person's to mend.
    Failed(String),
}

impl From<DbError> for Refusal {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Constraint(name) if name == "accounts_email_taken" => Self::EmailTaken,
            other => Self::Failed(other.to_string()),
        }
    }
}

impl RetryAsk for Refusal {
    fn may_retry(&self) -> bool {
        false
    }
}

impl Refusal {
    /// The refusal as a person reads it.
    pub fn sentence(&self, locale: Locale) -> String {
        match self {
            Self::FacilityUnknown => Reason::new("accounts.staff.facility_unknown").sentence(locale),
            Self::FacilityAmbiguous(ids) => {
                let ids: String = ids.iter().map(|id| format!("\n  --facility-id {id}")).collect();
                format!("{}{ids}", Reason::new("accounts.staff.facility_ambiguous").sentence(locale))
            }
            Self::EmailTaken => Rejection::EmailTaken.reason().sentence(locale),
            Self::Option(option, rejection) => format!("{option}: {}", rejection.reason().sentence(locale)),
            Self::Failed(cause) => cause.clone(),
        }
    }
}

/// Makes the account.
pub async fn add(db: &Db, new: NewStaff, now: DateTime<Utc>) -> Result<Added, Refusal> {
    let email = Email::parse(&new.email).map_err(|why| Refusal::Option("--email", why))?;
    let name = PersonName::parse(&new.name).map_err(|why| Refusal::Option("--name", why))?;
    let (password, made_up) = match new.password {
        Some(given) => (Password::parse(&given).map_err(|why| Refusal::Option("--password-stdin", why))?.expose().to_owned(), None),
        None => {
            let password = make_up_password().map_err(Refusal::Failed)?;
            (password.clone(), Some(password))
        }
    };
    let hash = hash_password(password).await.map_err(|error: ApiError| Refusal::Failed(error.to_string()))?;
    let (wanted, mail, person) = (new.facility, email.clone(), name.clone());
    let facility = db
        .write(move |conn| {
            let (facility_id, facility, municipality) = find(conn, &wanted)?;
            let me = Me {
                id: AccountId::new(new_id()),
                email: mail.clone(),
                name: person.as_str().to_owned(),
                role: Role::Staff { facility_id: facility_id.clone() },
                organisation: None,
                locale: Locale::Ja,
                password: true,
                is_shared: false,
            };
            store::insert_account(conn, &me, hash.as_str(), now)?;
            Act::of_command(COMMAND, now).record(conn, "staff.added", (&municipality, Some(&facility_id)), me.id.as_str())?;
            Ok::<_, Refusal>(facility)
        })
        .await?;
    Ok(Added { facility, email, name, made_up_password: made_up })
}

fn find(conn: &mut AnyConnection, wanted: &Wanted) -> Result<(FacilityId, String, MunicipalityCode), Refusal> {
    let id = match wanted {
        Wanted::Id(id) => id.clone(),
        Wanted::Name(name) => {
            let mut ids = facilities::store::list_named(conn, name)?;
            if ids.len() > 1 {
                return Err(Refusal::FacilityAmbiguous(ids));
            }
            ids.pop().ok_or(Refusal::FacilityUnknown)?
        }
    };
    let facility = facilities::store::find_facility(conn, &id)?.ok_or(Refusal::FacilityUnknown)?;
    Ok((id, facility.listing.name, facility.listing.municipality))
}

/// Signs that nobody mistakes for another; 32 of them, so that a byte falls on each equally often.
const SIGNS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// Four groups of four signs: 80 bits.
fn make_up_password() -> Result<String, String> {
    let mut bytes = [0_u8; 16];
    OsRng.try_fill_bytes(&mut bytes).map_err(|error| error.to_string())?;
    let mut password = String::with_capacity(19);
    for (n, byte) in bytes.iter().enumerate() {
        if n > 0 && n % 4 == 0 {
            password.push('-');
        }
        password.extend(SIGNS.get(usize::from(byte % 32)).map(|sign| char::from(*sign)));
    }
    Ok(password)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_up_password_may_be_used_and_is_another_each_time() {
        let (one, two) = (make_up_password().unwrap(), make_up_password().unwrap());
        assert_ne!(one, two);
        assert_eq!(one.len(), 19);
        assert!(Password::parse(&one).is_ok(), "{one}");
    }
}
