//! Opaque ids: UUIDv7 as text, one type per thing, made by the server.

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String, example = "0193a5c0-7e1a-7b3c-9d5e-2f4a6b8c0d1e"))]
        pub struct $name(String);

        impl $name {
            /// Takes any text: an id that nobody gave out is simply not found.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }
    };
}

id!(/** Id of a person's account. */ AccountId);
id!(/** Id of a session: a device on which somebody is signed in. */ SessionId);
id!(/** Id of a passkey. */ PasskeyId);
id!(/** Id of a device that notices are pushed to. */ DeviceId);
id!(/** Id of a family (世帯). */ FamilyId);
id!(/** Id of a child. */ ChildId);
id!(/** Id of a facility (施設). */ FacilityId);
id!(/** Id of an offering: one programme at one facility. */ OfferingId);
id!(/** Id of a slot (枠). */ SlotId);
id!(/** Id of a booking: one child in one slot. */ BookingId);
id!(/** Id of a party: the bookings that were made together and stand or fall together. */ PartyId);
id!(/** Id of a series (くり返しの予約): bookings of the same stay on several dates. */ SeriesId);
id!(/** Id of an entry of the waiting list (順番待ち). */ WaitlistEntryId);
id!(/** Id of a version of a programme in one municipality. */ ProgrammeVersionId);
id!(/** Id of a version of a procedure in one municipality. */ ProcedureId);
id!(/** Id of an application (申請). */ ApplicationId);
id!(/** Id of an entitlement: a child's certification for a programme (認定). */ EntitlementId);
id!(/** Id of a compact (広域利用協定). */ CompactId);
id!(/** Id of a file that came with an application. */ AttachmentId);
id!(/** Id of a run: one file of a register that went in. */ RegisterRunId);
id!(/** Id of a notice to one person. */ NoticeId);
id!(/** Id of a delivery: one try to bring a notice to a channel. */ DeliveryId);
id!(/** Id of a change of rules (改正). */ RuleChangeId);
id!(/** Id of a campaign (お知らせの一斉配信). */ CampaignId);
id!(/** Id of a version of a template of notices. */ TemplateId);
id!(/** Id of a device that takes push messages. */ SubscriptionId);
id!(/** Id of a matter: a followed notice that nobody of a family opened in time. */ MatterId);
id!(/** Id of a case of outreach. */ OutreachCaseId);
id!(/** Id of a claim: a facility's locked month (請求). */ ClaimId);
id!(/** Id of a line of a claim. */ ClaimLineId);
id!(/** Id of a settlement between two cities (精算書). */ SettlementId);
id!(/** Id of a comment on a line of a settlement. */ SettlementCommentId);
id!(/** Id of a message about a booking. */ MessageId);
id!(/** Id of an entry of the daily journal (日誌). */ JournalEntryId);
id!(/** Id of a note to the next shift (申し送り). */ ShiftNoteId);
id!(/** Id of a named weekly pattern of places. */ PatternId);
id!(/** Id of a change of the places of many slots at once. */ PlaceChangeId);
id!(/** Id of a line of the audit. */ AuditLineId);
id!(/** Id of a session in which somebody acts for a family (代理). */ ProxySessionId);
id!(/** Id of a vendor's program (連携システム); the `client_id` of OAuth. */ ClientId);
id!(/** Id of something by which a client proves itself. */ CredentialId);
id!(/** Id of an event. */ EventId);
id!(/** Id of a sandbox (お試し環境). */ SandboxId);
