//! Clients (連携システム): programs of vendors, what facilities grant them, and how one proves itself (OAuth 2.0, RFC 6749).

mod admitting;
mod deeds;
mod proving;

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use validator::{Validate, ValidationError};

pub use self::admitting::*;
pub use self::deeds::*;
pub use self::proving::*;
use crate::ids::{ClientId, CredentialId, FacilityId};
use crate::municipalities::MunicipalityCode;
use crate::problem::{Datum, Reason};
use crate::text::{Email, check_words};

/// So many secrets, and so many keys, of a client may be live at a time: the one in use and the one that replaces it.
pub const MOST_LIVE: usize = 2;
/// A token lives for so long, in seconds.
pub const TOKEN_SECONDS: i64 = 3600;
/// So many characters a client's name may have.
const NAME_MOST: usize = 100;

/// What a facility grants a client: one word for a thing, and whether it is read or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Scope {
    /// What a facility offers, its classes, patterns and carers.
    #[serde(rename = "facilities:read")]
    FacilitiesRead,
    /// Places with what is taken, also those that are closed.
    #[serde(rename = "slots:read")]
    SlotsRead,
    /// Publishing, changing and closing places.
    #[serde(rename = "slots:write")]
    SlotsWrite,
    /// Bookings, without what families gave.
    #[serde(rename = "bookings:read")]
    BookingsRead,
    /// Deciding, taking down, moving and cancelling bookings.
    #[serde(rename = "bookings:write")]
    BookingsWrite,
    /// The board of a day, and what was recorded.
    #[serde(rename = "attendance:read")]
    AttendanceRead,
    /// Recording who came, left or did not come.
    #[serde(rename = "attendance:write")]
    AttendanceWrite,
    /// What families gave of the children who are booked, where they agreed to it.
    #[serde(rename = "children:read")]
    ChildrenRead,
}

impl Scope {
    /// All of them, as pages show them.
    pub const ALL: [Self; 8] = [
        Self::FacilitiesRead,
        Self::SlotsRead,
        Self::SlotsWrite,
        Self::BookingsRead,
        Self::BookingsWrite,
        Self::AttendanceRead,
        Self::AttendanceWrite,
        Self::ChildrenRead,
    ];

    /// The word that requests use (RFC 6749, 3.3).
    pub const fn word(self) -> &'static str {
        match self {
            Self::FacilitiesRead => "facilities:read",
            Self::SlotsRead => "slots:read",
            Self::SlotsWrite => "slots:write",
            Self::BookingsRead => "bookings:read",
            Self::BookingsWrite => "bookings:write",
            Self::AttendanceRead => "attendance:read",
            Self::AttendanceWrite => "attendance:write",
            Self::ChildrenRead => "children:read",
        }
    }

    /// The scope of a word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.word() == word)
    }

    /// The key of the sentence that says what it allows.
    pub const fn key(self) -> &'static str {
        match self {
            Self::FacilitiesRead => "clients.scope.facilities_read",
            Self::SlotsRead => "clients.scope.slots_read",
            Self::SlotsWrite => "clients.scope.slots_write",
            Self::BookingsRead => "clients.scope.bookings_read",
            Self::BookingsWrite => "clients.scope.bookings_write",
            Self::AttendanceRead => "clients.scope.attendance_read",
            Self::AttendanceWrite => "clients.scope.attendance_write",
            Self::ChildrenRead => "clients.scope.children_read",
        }
    }
}

/// Scopes as requests write them: words with spaces between (RFC 6749, 3.3).
pub fn scope_words<'a>(scopes: impl IntoIterator<Item = &'a Scope>) -> String {
    scopes.into_iter().map(|scope| scope.word()).collect::<Vec<_>>().join(" ")
}

fn check_name(name: &str) -> Result<(), ValidationError> {
    check_words(name, NAME_MOST)
}

/// A vendor's program that a city registers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewClient {
    /// What facilities know it by: the vendor and its product, at most 100 characters.
    #[validate(custom(function = "check_name"))]
    pub name: String,
    /// Mail address of whom to ask when something goes wrong.
    pub contact: Email,
}

/// What a facility grants a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClientGrant {
    /// The facility.
    pub facility_id: FacilityId,
    /// Its name.
    pub facility: String,
    /// What the client may do there.
    pub scopes: Vec<Scope>,
    /// Since when it is so.
    pub granted_at: DateTime<Utc>,
    /// When the client last did something there; none: not yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_at: Option<DateTime<Utc>>,
}

/// A client as facilities and cities see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Client {
    /// Its id: the `client_id` of OAuth.
    pub id: ClientId,
    /// The vendor and its product.
    pub name: String,
    /// Whom to ask.
    pub contact: Email,
    /// The city that registered it.
    pub municipality: MunicipalityCode,
    /// When.
    pub registered_at: DateTime<Utc>,
    /// When it was revoked; none: it is live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<DateTime<Utc>>,
    /// Whether the reader may change its credentials and revoke it: officers of the city that registered it.
    pub is_own: bool,
    /// What it is granted, as far as the reader may see: at the own facility, at the city's, or everywhere for the city that registered it.
    pub grants: Vec<ClientGrant>,
}

/// How a client proves itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum CredentialKind {
    /// A secret that both know (`client_secret_basic`, `client_secret_post`).
    Secret,
    /// A key whose public half is registered (`private_key_jwt`, RFC 7523).
    Key,
}

/// Something by which a client proves itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClientCredential {
    /// Its id.
    pub id: CredentialId,
    /// What it is.
    pub kind: CredentialKind,
    /// By which people tell it from others: how the secret ends, or the key's `kid`.
    pub hint: String,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// When a token was last had by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_at: Option<DateTime<Utc>>,
    /// When it was revoked; none: it is live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<DateTime<Utc>>,
}

/// A client with how it proves itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClientDetail {
    /// The client.
    #[serde(flatten)]
    pub client: Client,
    /// How it proves itself, the latest first; empty for who did not register it.
    pub credentials: Vec<ClientCredential>,
}

/// A new secret. It is told this once and kept as a hash.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewSecret {
    /// The `client_id`.
    pub client_id: ClientId,
    /// The `client_secret`.
    pub client_secret: String,
    /// By which it is revoked.
    pub credential_id: CredentialId,
}

impl std::fmt::Debug for NewSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewSecret(…)")
    }
}

/// A public key to register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewKey {
    /// The public half as a JWK (RFC 7517): P-256 (`ES256`), or RSA of 2048 bits or more (`RS256`).
    pub jwk: PublicJwk,
}

/// What a client shall be granted at a facility: these scopes and no others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GrantChange {
    /// What the client may do there, at least one thing.
    #[validate(length(min = 1, max = 20, code = "clients.nothing_granted"))]
    pub scopes: BTreeSet<Scope>,
}

/// What a client did on a day by one operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClientUse {
    /// The day in Tokyo.
    pub day: NaiveDate,
    /// The facility; none: what everybody may read, or what was refused before it was clear where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facility_id: Option<FacilityId>,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facility: Option<String>,
    /// The operation's id in the document, for example `list_bookings`; `(closed)` for those that are open to no client.
    pub operation: String,
    /// Requests, those that were refused included.
    pub requests: i64,
    /// How many of them were refused (4xx).
    pub refused: i64,
    /// The last one.
    pub last_at: DateTime<Utc>,
}

/// What a client did from one day to another, the latest day first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClientUsage {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// By day and operation.
    pub uses: Vec<ClientUse>,
}

/// A token (RFC 6749, 5.1).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenAnswer {
    /// The token, for `Authorization: Bearer` (RFC 6750).
    pub access_token: String,
    /// `Bearer`
    pub token_type: String,
    /// Seconds until it ends.
    pub expires_in: i64,
    /// What it is good for, with spaces between.
    pub scope: String,
}

impl std::fmt::Debug for TokenAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenAnswer(…)")
    }
}

/// Why no token is given (RFC 6749, 5.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenProblem {
    /// One of RFC 6749, 5.2: `invalid_request`, `invalid_client`, `invalid_scope`, `unsupported_grant_type`.
    pub error: String,
    /// What to look at, in English, for whoever writes the client.
    pub error_description: String,
}

/// Why a client's registration does not change so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejection {
    /// It was revoked.
    Revoked,
    /// Two secrets are live.
    TooManySecrets,
    /// Two keys are live.
    TooManyKeys,
    /// A private key must never be sent.
    KeyPrivate,
    /// It is no key that tokens can be signed with here.
    KeyUnusable,
    /// A grant grants something.
    NothingGranted,
    /// The bucket is empty.
    TooManyRequests {
        /// Seconds to wait.
        seconds: i64,
    },
    /// Too many wrong secrets or assertions.
    TooManyWrong {
        /// Seconds to wait.
        seconds: i64,
    },
}

impl Rejection {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Revoked => "clients.revoked",
            Self::TooManySecrets => "clients.too_many_secrets",
            Self::TooManyKeys => "clients.too_many_keys",
            Self::KeyPrivate => "clients.key_private",
            Self::KeyUnusable => "clients.key_unusable",
            Self::NothingGranted => "clients.nothing_granted",
            Self::TooManyRequests { .. } => "clients.too_many_requests",
            Self::TooManyWrong { .. } => "clients.too_many_wrong",
        }
    }

    /// The reason with its sentence.
    pub fn reason(self) -> Reason {
        let reason = Reason::new(self.code());
        match self {
            Self::TooManyRequests { seconds } | Self::TooManyWrong { seconds } => reason.with("seconds", Datum::Count(seconds)),
            _ => reason,
        }
    }
}

/// Whether a live client may get one more secret or key beside those that it has.
pub fn add_credential(revoked: bool, known: &[ClientCredential], kind: CredentialKind) -> Result<(), Rejection> {
    if revoked {
        return Err(Rejection::Revoked);
    }
    let live = known.iter().filter(|one| one.kind == kind && one.revoked_at.is_none()).count();
    match kind {
        _ if live < MOST_LIVE => Ok(()),
        CredentialKind::Secret => Err(Rejection::TooManySecrets),
        CredentialKind::Key => Err(Rejection::TooManyKeys),
    }
}

#[cfg(test)]
mod tests;
