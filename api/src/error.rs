//! The only place where a failure becomes an HTTP answer.

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};
use shared::attachments::Rejection as FileRejection;
use shared::bookings::Refusal;
use shared::clients::Denial;
use shared::ids::SlotId;
use shared::locale::without_ruby;
use shared::problem::{Problem, ProblemPart, Reason};
use shared::series::Against;

use crate::db::{DbError, RetryAsk};
use crate::{docs, request};

/// Why a request is not answered with what it asked for.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The body is no JSON.
    #[error("malformed")]
    Malformed,
    /// Fields are wrong.
    #[error("invalid")]
    Invalid(Vec<ProblemPart>),
    /// Nobody is signed in.
    #[error("unauthenticated")]
    Unauthenticated,
    /// Mail address or password is wrong.
    #[error("login refused")]
    LoginRefused(Reason),
    /// Nobody is in front of the shared device.
    #[error("locked")]
    Locked,
    /// This person may not do this.
    #[error("forbidden")]
    Forbidden,
    /// The request comes from another site.
    #[error("origin")]
    Origin,
    /// It does not exist, or is not this person's.
    #[error("not found")]
    NotFound,
    /// There is no such way to call it, but these.
    #[error("method not allowed")]
    MethodNotAllowed(String),
    /// A rule says no.
    #[error("refused")]
    Refused(Vec<ProblemPart>),
    /// Those who wait for this slot are asked first.
    #[error("offering")]
    Offering(SlotId),
    /// A change without `If-Match`.
    #[error("precondition required")]
    PreconditionRequired,
    /// Somebody changed it meanwhile.
    #[error("stale")]
    Stale,
    /// The body is too large.
    #[error("too large")]
    TooLarge,
    /// A file is not taken.
    #[error("file refused")]
    File(FileRejection),
    /// The body is no JSON by its type.
    #[error("unsupported media type")]
    UnsupportedMediaType,
    /// The key was used for something else.
    #[error("idempotency key reused")]
    KeyReused,
    /// The same request is still running.
    #[error("idempotency key running")]
    KeyRunning,
    /// The key is no key.
    #[error("idempotency key invalid")]
    KeyInvalid,
    /// A client's token is valid, and does not open this.
    #[error("denied")]
    Denied(Denial),
    /// Too many tries; wait so many seconds.
    #[error("too many")]
    TooMany(Reason, u64),
    /// A service of somebody else does not answer.
    #[error("unavailable")]
    Unavailable(Reason),
    /// The database is busy.
    #[error("busy")]
    Busy,
    /// The transaction may be tried again.
    #[error("retry")]
    Retry,
    /// A fault of ours.
    #[error("internal: {0}")]
    Internal(String),
}

/// A part of a problem; its sentence is filled in when it is answered.
pub fn part(pointer: Option<String>, reason: Reason) -> ProblemPart {
    ProblemPart { pointer, subject: None, reason, detail: String::new() }
}

impl ApiError {
    /// A rule says no, for one reason.
    pub fn refused(reason: Reason) -> Self {
        Self::Refused(vec![part(None, reason)])
    }

    /// One field is wrong.
    pub fn invalid(pointer: &str, reason: Reason) -> Self {
        Self::Invalid(vec![part(Some(pointer.to_owned()), reason)])
    }

    const fn status(&self) -> StatusCode {
        match self {
            Self::Malformed | Self::KeyInvalid => StatusCode::BAD_REQUEST,
            Self::Unauthenticated | Self::LoginRefused(_) => StatusCode::UNAUTHORIZED,
            Self::Locked => StatusCode::LOCKED,
            Self::Forbidden | Self::Origin => StatusCode::FORBIDDEN,
            Self::Denied(denial) => denied_status(denial),
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::Refused(_) | Self::Offering(_) | Self::KeyRunning => StatusCode::CONFLICT,
            Self::Stale => StatusCode::PRECONDITION_FAILED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::File(rejection) => file_status(*rejection),
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Invalid(_) | Self::KeyReused => StatusCode::UNPROCESSABLE_ENTITY,
            Self::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
            Self::TooMany(..) => StatusCode::TOO_MANY_REQUESTS,
            Self::Busy | Self::Retry | Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Every reason, for who hears of it otherwise than by an answer.
    pub fn reasons(&self) -> Vec<Reason> {
        let (reason, parts) = self.parts();
        if parts.is_empty() { vec![reason] } else { parts.into_iter().map(|part| part.reason).collect() }
    }

    fn parts(&self) -> (Reason, Vec<ProblemPart>) {
        let plain = |code: &'static str| (Reason::new(code), Vec::new());
        match self {
            Self::Malformed => plain("problem.malformed"),
            Self::Unauthenticated => plain("problem.unauthenticated"),
            Self::Locked => (shared::tablets::Rejection::Locked.reason(), Vec::new()),
            Self::Forbidden => plain("problem.forbidden"),
            Self::Denied(denial) => denied(denial),
            Self::Origin => plain("problem.origin"),
            Self::NotFound => plain("problem.not_found"),
            Self::MethodNotAllowed(_) => plain("problem.method_not_allowed"),
            Self::PreconditionRequired => plain("problem.precondition_required"),
            Self::Stale => plain("problem.stale"),
            Self::TooLarge => plain("problem.too_large"),
            Self::UnsupportedMediaType => plain("problem.unsupported_media_type"),
            Self::KeyReused => plain("problem.idempotency_key_reused"),
            Self::KeyRunning => plain("problem.idempotency_key_running"),
            Self::KeyInvalid => plain("problem.idempotency_key_invalid"),
            Self::Busy | Self::Retry => plain("problem.busy"),
            Self::Internal(_) => plain("problem.internal"),
            Self::Offering(_) => {
                let reason = shared::bookings::Rejection::Offering.reason();
                (reason.clone(), vec![part(None, reason)])
            }
            Self::File(rejection) => (rejection.reason(), vec![part(None, rejection.reason())]),
            Self::LoginRefused(reason) | Self::TooMany(reason, _) | Self::Unavailable(reason) => {
                (reason.clone(), vec![part(None, reason.clone())])
            }
            Self::Invalid(parts) => (Reason::new("problem.invalid"), parts.clone()),
            Self::Refused(parts) => (parts.first().map_or(Reason::new("problem.invalid"), |first| first.reason.clone()), parts.clone()),
        }
    }
}

const fn denied_status(denial: &Denial) -> StatusCode {
    match denial {
        Denial::OperationClosed | Denial::ScopeMissing { .. } => StatusCode::FORBIDDEN,
        Denial::FacilityMissing => StatusCode::UNPROCESSABLE_ENTITY,
        Denial::NotGranted => StatusCode::NOT_FOUND,
    }
}

/// Why a client is not let in, at the parameter where it names none.
fn denied(denial: &Denial) -> (Reason, Vec<ProblemPart>) {
    let reason = denial.reason();
    match denial {
        Denial::NotGranted => (reason, Vec::new()),
        Denial::FacilityMissing => (reason.clone(), vec![part(Some("/facility_id".to_owned()), reason)]),
        Denial::OperationClosed | Denial::ScopeMissing { .. } => (reason.clone(), vec![part(None, reason)]),
    }
}

impl From<Denial> for ApiError {
    fn from(denial: Denial) -> Self {
        Self::Denied(denial)
    }
}

const fn file_status(rejection: FileRejection) -> StatusCode {
    match rejection {
        FileRejection::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        FileRejection::KindUnknown | FileRejection::Heic => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        FileRejection::TooMany | FileRejection::Submitted => StatusCode::CONFLICT,
        FileRejection::Empty
        | FileRejection::Broken
        | FileRejection::TooManyPixels
        | FileRejection::OtherFileInside
        | FileRejection::ActiveContent
        | FileRejection::Locked
        | FileRejection::NotAsked => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

impl From<FileRejection> for ApiError {
    fn from(rejection: FileRejection) -> Self {
        Self::File(rejection)
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    fn error_response(&self) -> HttpResponse {
        let context = request::current();
        let status = self.status();
        if let Self::Internal(cause) = self {
            tracing::error!(request_id = %context.id, cause, "internal error");
        }
        let (reason, mut parts) = self.parts();
        for part in &mut parts {
            part.detail = without_ruby(&part.reason.sentence(context.locale));
        }
        let problem = Problem {
            kind: format!("{}#{}", docs::ERRORS, reason.code),
            title: status.canonical_reason().unwrap_or_default().to_owned(),
            status: status.as_u16(),
            detail: without_ruby(&reason.sentence(context.locale)),
            code: reason.code.into_owned(),
            errors: parts,
            request_id: Some(context.id),
        };
        let mut answer = HttpResponseBuilder::new(status);
        match self {
            Self::MethodNotAllowed(methods) => {
                answer.insert_header((ALLOW, methods.as_str()));
            }
            Self::TooMany(_, seconds) => {
                answer.insert_header((RETRY_AFTER, seconds.to_string()));
            }
            Self::Unavailable(_) => {
                answer.insert_header((RETRY_AFTER, "60"));
            }
            Self::Busy | Self::Retry => {
                answer.insert_header((RETRY_AFTER, "1"));
            }
            _ => {}
        }
        let body = serde_json::to_string(&problem).unwrap_or_default();
        answer.insert_header((CONTENT_TYPE, "application/problem+json")).body(body)
    }
}

impl From<DbError> for ApiError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Busy => Self::Busy,
            DbError::Retry => Self::Retry,
            DbError::Text => Self::Malformed,
            DbError::Constraint(name) => match name.as_str() {
                "accounts_email_taken" => {
                    Self::Refused(vec![part(Some("/email".to_owned()), shared::accounts::Rejection::EmailTaken.reason())])
                }
                "families_closed" => Self::refused(shared::retention::Rejection::Closed.reason()),
                "passkeys_credential_once" => Self::refused(shared::passkeys::Rejection::AlreadyAdded.reason()),
                // The rule decides under the lock, so these only meet a write that went around it: look again.
                "audit_chain_line_once"
                | "audit_chain_places_once"
                | "bookings_child_free"
                | "proxy_sessions_one_open"
                | "push_subscriptions_endpoint_once"
                | "slot_bands_not_overfull"
                | "offerings_once"
                | "register_rows_one_resident"
                | "slots_not_overfull"
                | "usages_within_limit"
                | "claims_once"
                | "claim_lines_stay_once"
                | "settlements_once"
                | "slots_once"
                // A slot was taken away, or somebody came to it while it was.
                | "bookings_slot_id_fkey"
                | "waitlist_entries_slot_id_fkey"
                | "waitlist_skips_slot_id_fkey" => Self::Retry,
                _ => Self::Internal(format!("constraint {name} violated")),
            },
            other => Self::Internal(other.to_string()),
        }
    }
}

impl RetryAsk for ApiError {
    fn may_retry(&self) -> bool {
        matches!(self, Self::Retry)
    }
}

impl From<diesel::result::Error> for ApiError {
    fn from(error: diesel::result::Error) -> Self {
        DbError::from(error).into()
    }
}

impl From<Vec<Refusal>> for ApiError {
    fn from(refusals: Vec<Refusal>) -> Self {
        Self::Refused(
            refusals
                .into_iter()
                .map(|refusal| ProblemPart {
                    pointer: None,
                    subject: refusal.child.map(|child| child.to_string()),
                    reason: refusal.rejection.reason(),
                    detail: String::new(),
                })
                .collect(),
        )
    }
}

impl From<Vec<Against>> for ApiError {
    fn from(against: Vec<Against>) -> Self {
        let one = |against: Against| ProblemPart { subject: against.day.map(|day| day.to_string()), ..part(None, against.reason) };
        Self::Refused(against.into_iter().map(one).collect())
    }
}

macro_rules! refused {
    ($($rejection:ty),*) => {
        $(impl From<$rejection> for ApiError {
            fn from(rejection: $rejection) -> Self {
                Self::refused(rejection.reason())
            }
        })*
    };
}

refused!(
    shared::applications::Rejection,
    shared::audit::Rejection,
    shared::bookings::CancelRejection,
    shared::bookings::DecideRejection,
    shared::campaigns::Rejection,
    shared::changes::Rejection,
    shared::interviews::Rejection,
    shared::journal::Rejection,
    shared::messages::Rejection,
    shared::outreach::Rejection,
    shared::claims::Rejection,
    shared::clients::Rejection,
    shared::consents::Rejection,
    shared::devices::Rejection,
    shared::series::Rejection,
    shared::series::CancelRefusal,
    shared::bookings::UndoRejection,
    shared::attendance::Rejection,
    shared::entitlements::Rejection,
    shared::events::Rejection,
    shared::families::Rejection,
    shared::notices::Rejection,
    shared::passkeys::Rejection,
    shared::places::Rejection,
    shared::proxy::Rejection,
    shared::retention::Rejection,
    shared::sandboxes::Rejection,
    shared::registers::Rejection,
    shared::residence::Rejection,
    shared::settlements::Rejection,
    shared::programmes::VersionRejection,
    shared::slots::Rejection,
    shared::slots::OfferRejection,
    shared::tablets::Rejection,
    shared::waitlist::Rejection,
    shared::accounts::Rejection
);

impl From<shared::identity::Rejection> for ApiError {
    fn from(rejection: shared::identity::Rejection) -> Self {
        match rejection {
            shared::identity::Rejection::ProviderDown => Self::Unavailable(rejection.reason()),
            _ => Self::refused(rejection.reason()),
        }
    }
}

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident { $($(#[$case_doc:meta])* $case:ident = $status:literal),+ $(,)? })+) => {
        $($(#[$doc])*
        #[derive(utoipa::IntoResponses)]
        pub enum $name {
            $($(#[$case_doc])*
            #[response(status = $status, content_type = "application/problem+json")]
            $case(Problem)),+
        })+
    };
}

refusals!(
    /// What an operation of a signed-in person may answer besides, for the document.
    ForSignedIn {
        /// Nobody is signed in
        Unauthenticated = 401,
        /// `tablets.locked`: nobody is in front of the shared device
        Locked = 423,
    }
    /// What an operation of a guardian may answer besides, for the document.
    ForGuardian {
        /// Nobody is signed in
        Unauthenticated = 401,
        /// `tablets.locked`: nobody is in front of the shared device
        Locked = 423,
        /// Not a guardian
        Forbidden = 403,
    }
    /// What an operation of staff may answer besides, for the document.
    ForStaff {
        /// Nobody is signed in
        Unauthenticated = 401,
        /// `tablets.locked`: nobody is in front of the shared device
        Locked = 423,
        /// Not staff
        Forbidden = 403,
    }
    /// What an operation of a city's officers may answer besides, for the document.
    ForOfficer {
        /// Nobody is signed in
        Unauthenticated = 401,
        /// `tablets.locked`: nobody is in front of the shared device
        Locked = 423,
        /// Not an officer
        Forbidden = 403,
    }
    /// What an operation of staff and officers may answer besides, for the document.
    ForClerk {
        /// Nobody is signed in
        Unauthenticated = 401,
        /// `tablets.locked`: nobody is in front of the shared device
        Locked = 423,
        /// Neither staff nor an officer
        Forbidden = 403,
    }
    /// What an operation of a client about itself may answer besides, for the document.
    ForClient {
        /// No token, or one that does not hold
        Unauthenticated = 401,
        /// People read it on their pages
        Forbidden = 403,
    }
    /// What an operation of staff, officers and operators may answer besides, for the document.
    ForEntrant {
        /// Nobody is signed in
        Unauthenticated = 401,
        /// A guardian
        Forbidden = 403,
    }
    /// What an operation of officers and operators may answer besides, for the document.
    ForCaseworker {
        /// Nobody is signed in
        Unauthenticated = 401,
        /// `tablets.locked`: nobody is in front of the shared device
        Locked = 423,
        /// Neither an officer nor an operator
        Forbidden = 403,
    }
    /// What an operation of guardians and staff may answer besides, for the document.
    ForGuardianOrStaff {
        /// Nobody is signed in
        Unauthenticated = 401,
        /// `tablets.locked`: nobody is in front of the shared device
        Locked = 423,
        /// Neither guardian nor staff
        Forbidden = 403,
    }
    /// What a body may be answered with besides, for the document.
    ForBody {
        /// The body is no JSON
        Malformed = 400,
        /// The body is too large
        TooLarge = 413,
        /// The body is not `application/json`
        UnsupportedMediaType = 415,
        /// A field is wrong; `errors` points to each
        Invalid = 422,
    }
    /// What a change of something with an `ETag` may answer besides, for the document.
    ForChange {
        /// Changed meanwhile
        Stale = 412,
        /// `If-Match` is missing
        PreconditionRequired = 428,
    }
);
