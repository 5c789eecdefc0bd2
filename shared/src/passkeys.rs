//! Passkeys (パスキー): keys on a person's own devices that open the account without a password (Web Authentication, Level 3).
//!
//! What goes to the browser and comes from it has the shape that browsers themselves write and read (`toJSON`,
//! `parseCreationOptionsFromJSON`), therefore its names; bytes are base64url without padding.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use validator::{Validate, ValidationError};

use crate::accounts::Me;
use crate::ids::PasskeyId;
use crate::problem::{Datum, Reason};
use crate::text::check_words;

/// From asking the device to its answer so much time may pass.
pub const CEREMONY: TimeDelta = TimeDelta::minutes(5);
/// So many passkeys an account may have.
pub const MOST: usize = 10;
/// The longest name of a passkey.
pub const LONGEST_NAME: usize = 40;
/// The kinds of signatures that are understood, the best first (COSE): ES256, Ed25519, RS256.
pub const ALGORITHMS: [i64; 3] = [-7, -8, -257];
/// The only kind of credential there is.
pub const KIND: &str = "public-key";

/// A passkey of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Passkey {
    /// Its id.
    pub id: PasskeyId,
    /// What the person calls it.
    pub name: String,
    /// Whether it is kept on more than one device, as its keeper said last.
    pub synced: bool,
    /// Added at.
    pub added_at: DateTime<Utc>,
    /// Last used to sign in; none: never yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_at: Option<DateTime<Utc>>,
}

/// What a device is asked to make a passkey of.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreationOptions {
    /// Signed once, within five minutes, in the session that asked for it.
    pub challenge: String,
    /// For which site.
    pub rp: Site,
    /// For whom.
    pub user: Holder,
    /// The kinds of signatures that are understood, the best first.
    pub pub_key_cred_params: Vec<KeyKind>,
    /// Milliseconds until the challenge is over.
    pub timeout: i64,
    /// Passkeys that the account has already: a device that holds one makes no second one.
    pub exclude_credentials: Vec<Known>,
    /// What the device must do.
    pub authenticator_selection: Selection,
    /// Always `none`: which make the device is, is not asked.
    pub attestation: &'static str,
}

/// The site of a passkey.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Site {
    /// Its domain.
    pub id: String,
    /// What people call it.
    pub name: String,
}

/// Whose a new passkey is, as the device shows it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Holder {
    /// The account.
    pub id: String,
    /// Mail address.
    pub name: String,
    /// Name.
    pub display_name: String,
}

/// A kind of key.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeyKind {
    /// Always `public-key`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The kind of signature (COSE).
    pub alg: i64,
}

/// A passkey as devices know it.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Known {
    /// Always `public-key`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Its name among devices.
    pub id: String,
}

/// What a device must do when it makes a passkey.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Selection {
    /// `required`: it can be found without saying whose.
    pub resident_key: &'static str,
    /// The same for older browsers.
    pub require_resident_key: bool,
    /// `required`: finger, face or the PIN of the device.
    pub user_verification: &'static str,
}

impl Selection {
    /// What is asked of every device.
    pub const ALWAYS: Self = Self { resident_key: "required", require_resident_key: true, user_verification: "required" };
}

/// What a device is asked to sign in with a passkey.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RequestOptions {
    /// Signed once, within five minutes, in the browser that asked for it.
    pub challenge: String,
    /// For which site.
    pub rp_id: String,
    /// Milliseconds until the challenge is over.
    pub timeout: i64,
    /// Always `required`.
    pub user_verification: &'static str,
    /// Always empty: the device knows whose passkeys it has.
    pub allow_credentials: Vec<Known>,
}

/// A passkey that a device has made.
#[derive(Debug, Clone, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewPasskey {
    /// What the person calls it, 40 characters at most.
    #[validate(custom(function = check_name))]
    pub name: String,
    /// What the device answered.
    pub credential: MadeCredential,
}

fn check_name(name: &str) -> Result<(), ValidationError> {
    check_words(name, LONGEST_NAME)
}

/// What a device answers when it has made a passkey.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MadeCredential {
    /// Its name among devices.
    pub id: String,
    /// The answer itself.
    pub response: MadeResponse,
}

/// How a device answers when it has made a passkey.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MadeResponse {
    /// What the browser says of the ceremony.
    #[serde(rename = "clientDataJSON")]
    pub client_data: String,
    /// The new key, with a statement about the device's make that nobody reads.
    #[serde(rename = "attestationObject")]
    pub attestation: String,
}

/// What a device answers when it signs.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignedCredential {
    /// Which passkey.
    pub id: String,
    /// The answer itself.
    pub response: SignedResponse,
}

/// How a device answers when it signs.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignedResponse {
    /// What the browser says of the ceremony.
    #[serde(rename = "clientDataJSON")]
    pub client_data: String,
    /// What the device says of it.
    pub authenticator_data: String,
    /// The signature of both.
    pub signature: String,
    /// Whose passkey it is.
    #[serde(default)]
    pub user_handle: Option<String>,
}

/// Which ways in somebody has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaysIn {
    /// A password.
    pub password: bool,
    /// A card, at the provider of residents' sign-in.
    pub card: bool,
    /// So many passkeys.
    pub passkeys: usize,
}

impl WaysIn {
    /// Whether the account is still open to its owner with one passkey less.
    pub const fn may_lose_passkey(self) -> bool {
        self.password || self.card || self.passkeys > 1
    }

    /// Whether the account is still open to its owner without the card.
    pub const fn may_lose_card(self) -> bool {
        self.password || self.passkeys > 0
    }
}

/// Whether a passkey that counts its signatures may have counted on to this. One that goes back, or stands still, was copied; devices
/// that do not count say 0 for ever.
pub const fn counts_on(before: u32, now: u32) -> bool {
    now > before || (now == 0 && before == 0)
}

/// Why a passkey is not added, or opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejection {
    /// This installation has no domain, which passkeys need.
    NotOffered,
    /// The ceremony is over, was used, or belongs to another browser.
    CeremonyOver,
    /// What the device answered proves nothing.
    NotVerified,
    /// The device did not make sure who holds it.
    UserNotVerified,
    /// The device signs in no way that is understood.
    AlgorithmUnknown,
    /// It is a passkey here already.
    AlreadyAdded,
    /// The account has as many as it may.
    TooMany,
    /// Nothing else would open the account.
    LastWay,
    /// It belongs to no account, or no longer.
    Unknown,
    /// It counted back, so there may be a copy.
    Copied,
    /// Too many wrong answers.
    TooManyAttempts {
        /// Minutes to wait.
        minutes: i64,
    },
}

impl Rejection {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotOffered => "passkeys.not_offered",
            Self::CeremonyOver => "passkeys.ceremony_over",
            Self::NotVerified => "passkeys.not_verified",
            Self::UserNotVerified => "passkeys.user_not_verified",
            Self::AlgorithmUnknown => "passkeys.algorithm_unknown",
            Self::AlreadyAdded => "passkeys.already_added",
            Self::TooMany => "passkeys.too_many",
            Self::LastWay => "passkeys.last_way",
            Self::Unknown => "passkeys.unknown",
            Self::Copied => "passkeys.copied",
            Self::TooManyAttempts { .. } => "passkeys.too_many_attempts",
        }
    }

    /// The reason with its sentence.
    pub fn reason(self) -> Reason {
        match self {
            Self::TooManyAttempts { minutes } => Reason::new(self.code()).with("wait", Datum::Minutes(minutes)),
            _ => Reason::new(self.code()),
        }
    }
}

/// What an account is shown as on a device.
pub fn holder(me: &Me, handle: String) -> Holder {
    Holder { id: handle, name: me.email.to_string(), display_name: me.name.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_way_in_is_never_lost() {
        let ways = |password, card, passkeys| WaysIn { password, card, passkeys };
        let lose = |ways: WaysIn| (ways.may_lose_passkey(), ways.may_lose_card());
        assert_eq!(lose(ways(false, false, 1)), (false, true));
        assert_eq!(lose(ways(false, true, 0)), (true, false));
        assert_eq!(lose(ways(false, true, 1)), (true, true));
        assert_eq!(lose(ways(false, false, 2)), (true, true));
        assert_eq!(lose(ways(true, false, 1)), (true, true));
        assert_eq!(lose(ways(true, true, 0)), (true, true));
    }

    #[test]
    fn a_count_goes_on_or_is_none() {
        for (before, now, goes_on) in
            [(0, 0, true), (0, 1, true), (1, 2, true), (7, 7, false), (7, 6, false), (7, 0, false), (u32::MAX, 0, false)]
        {
            assert_eq!(counts_on(before, now), goes_on, "{before} {now}");
        }
    }

    #[test]
    fn a_passkey_has_a_name_that_fits() {
        let named = |name: &str| {
            let response = MadeResponse { client_data: String::new(), attestation: String::new() };
            NewPasskey { name: name.to_owned(), credential: MadeCredential { id: String::new(), response } }.validate().is_ok()
        };
        assert_eq!(["", " ", "スマホ", &"あ".repeat(40), &"あ".repeat(41)].map(named), [false, false, true, true, false]);
    }

    #[test]
    fn devices_are_asked_in_the_words_of_the_standard() {
        let options = RequestOptions {
            challenge: "AA".to_owned(),
            rp_id: "example.jp".to_owned(),
            timeout: CEREMONY.num_milliseconds(),
            user_verification: "required",
            allow_credentials: Vec::new(),
        };
        let told = serde_json::to_value(options).unwrap();
        assert_eq!(
            told,
            serde_json::json!({
                "challenge": "AA", "rpId": "example.jp", "timeout": 300_000, "userVerification": "required", "allowCredentials": []
            })
        );
        let selection = serde_json::to_value(Selection::ALWAYS).unwrap();
        assert_eq!(selection, serde_json::json!({ "residentKey": "required", "requireResidentKey": true, "userVerification": "required" }));
    }
}
