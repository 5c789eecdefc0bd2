//! Devices (端末) on which a family has turned notices on: addresses that their browsers gave to be written to (Web Push).

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::DeviceId;
use crate::problem::Reason;

/// So many devices an account may have; the next one takes the place of one that has ended.
pub const MOST: usize = 10;
/// Between two trial messages to a device so much time must pass.
pub const BETWEEN_TRIALS: TimeDelta = TimeDelta::seconds(15);

/// A device that is written to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PushDevice {
    /// Its id.
    pub id: DeviceId,
    /// What it is called: system and browser, as far as it told; empty where it told nothing.
    pub name: String,
    /// Turned on at.
    pub created_at: DateTime<Utc>,
    /// Its push service last took a message at; none: never yet. Taken does not mean shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_success_at: Option<DateTime<Utc>>,
    /// Why the last message was not taken, where it was not: a word of ours and what the service answered, for those who look after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_failure: Option<String>,
    /// It ended then: its browser takes nothing from us any more, until it is turned on again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<DateTime<Utc>>,
}

/// A device as its browser describes it (`PushSubscription.toJSON()`).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewPushDevice {
    /// Where it can be reached.
    pub endpoint: String,
    /// What messages to it are sealed with.
    pub keys: PushKeys,
    /// The address that this one takes the place of, where the browser has changed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
}

/// What messages to a device are sealed with; base64url.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PushKeys {
    /// Its public key (P-256, uncompressed).
    pub p256dh: String,
    /// Its secret of 16 bytes.
    pub auth: String,
}

/// Our public key to push services.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PushKey {
    /// For `applicationServerKey`: P-256, uncompressed, base64url.
    pub key: String,
}

/// Why a device is not written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejection {
    /// The address is none of a push service.
    EndpointRefused,
    /// The keys are none.
    KeysRefused,
    /// The address belongs to somebody else's device.
    EndpointTaken,
    /// The account has as many as it may.
    TooMany,
    /// It has ended.
    Ended,
    /// A trial message was just sent.
    TrialTooSoon,
    /// Its push service did not take the message.
    NotTaken,
}

impl Rejection {
    /// Every case, for the tests of the sentences.
    pub const ALL: [Self; 7] =
        [Self::EndpointRefused, Self::KeysRefused, Self::EndpointTaken, Self::TooMany, Self::Ended, Self::TrialTooSoon, Self::NotTaken];

    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::EndpointRefused => "devices.endpoint_refused",
            Self::KeysRefused => "devices.keys_refused",
            Self::EndpointTaken => "devices.endpoint_taken",
            Self::TooMany => "devices.too_many",
            Self::Ended => "devices.ended",
            Self::TrialTooSoon => "devices.trial_too_soon",
            Self::NotTaken => "devices.not_taken",
        }
    }

    /// The reason with its sentence.
    pub const fn reason(self) -> Reason {
        Reason::new(self.code())
    }
}

/// What becomes of a device that is described while its address is known already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// It is the same person's: its keys are written anew, and it is written to again.
    Renewed,
    /// It was another person's and is now this one's: the same browser, as its keys show, or one that had ended.
    Moved,
}

/// Decides about an address that is known: who turns notices on with the very keys that the browser gave has the device in hand. An address
/// alone does not show that, so that nobody takes over a device of which only the address is known.
pub fn describe_again(same_person: bool, same_keys: bool, ended: bool) -> Result<Known, Rejection> {
    if same_person {
        Ok(Known::Renewed)
    } else if same_keys || ended {
        Ok(Known::Moved)
    } else {
        Err(Rejection::EndpointTaken)
    }
}

/// Whether a trial message may be sent again.
pub fn may_try(tried_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    tried_at.is_none_or(|at| now - at >= BETWEEN_TRIALS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_moves_with_who_has_it_in_hand() {
        for (same_person, same_keys, ended, expected) in [
            (true, true, false, Ok(Known::Renewed)),
            (true, false, false, Ok(Known::Renewed)),
            (true, true, true, Ok(Known::Renewed)),
            (false, true, false, Ok(Known::Moved)),
            (false, false, true, Ok(Known::Moved)),
            (false, false, false, Err(Rejection::EndpointTaken)),
        ] {
            assert_eq!(describe_again(same_person, same_keys, ended), expected);
        }
    }

    #[test]
    fn trials_have_time_between_them() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        assert!(may_try(None, now));
        assert!(!may_try(Some(now), now));
        assert!(!may_try(Some(now - BETWEEN_TRIALS + TimeDelta::milliseconds(1)), now));
        assert!(may_try(Some(now - BETWEEN_TRIALS), now));
    }
}
