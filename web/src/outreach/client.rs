//! Requests of outreach.

use serde::Serialize;
use shared::outreach::{
    CaseAssignment, CaseClosing, CaseHandOver, CaseList, DatedRules, NewAttempt, NewOutreachRules, OutreachCase, UnopenedList,
};
use shared::page::Page;
use shared::programmes::Programme;

use crate::api::{self, Attempt, Failure, Tagged, percent_encoded, query};

/// What of the list is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The name of the state.
    pub state: String,
    /// Only one's own.
    pub mine: bool,
    /// Only what is to be tried today.
    pub due: bool,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

/// A page of the list.
pub async fn cases(wanted: &Wanted) -> Result<CaseList, Failure> {
    let values = [
        ("state", Some(wanted.state.clone())),
        ("mine", wanted.mine.then(|| "true".to_owned())),
        ("due", wanted.due.then(|| "true".to_owned())),
        ("cursor", wanted.cursor.clone()),
    ];
    api::get(&query("/outreach/cases", &values)).await
}

fn path(id: &str) -> String {
    format!("/outreach/cases/{}", percent_encoded(id))
}

/// One case with its tag.
pub async fn case(id: &str) -> Result<Tagged<OutreachCase>, Failure> {
    api::get_tagged(&path(id)).await
}

/// What a worker does with a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Takes it.
    Take,
    /// Writes down a call or a visit.
    Try(NewAttempt),
    /// Hands it to the other desk.
    HandOver(CaseHandOver),
    /// Closes it.
    Close(CaseClosing),
}

/// Takes a step with a case as it was read.
pub async fn take(id: &str, step: &Step, etag: &str, attempt: &Attempt) -> Result<OutreachCase, Failure> {
    let path = path(id);
    match step {
        Step::Take => send(&format!("{path}/assign"), &CaseAssignment::default(), etag, attempt).await,
        Step::Try(new) => send(&format!("{path}/attempts"), new, etag, attempt).await,
        Step::HandOver(to) => send(&format!("{path}/hand_over"), to, etag, attempt).await,
        Step::Close(closing) => send(&format!("{path}/close"), closing, etag, attempt).await,
    }
}

async fn send<B: Serialize>(path: &str, body: &B, etag: &str, attempt: &Attempt) -> Result<OutreachCase, Failure> {
    api::post_to(path, body, etag, attempt).await
}

/// What of the notices that nobody opened is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WantedUnopened {
    /// Only of this campaign or event; empty: of all.
    pub source: String,
    /// Only of this kind; empty: of all.
    pub kind: String,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

/// A page of what nobody opened in time.
pub async fn unopened(wanted: &WantedUnopened) -> Result<UnopenedList, Failure> {
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let values = [("source", given(&wanted.source)), ("kind", given(&wanted.kind)), ("cursor", wanted.cursor.clone())];
    api::get(&query("/office/outreach/unopened", &values)).await
}

/// The city's rules: what holds first, then what comes.
pub async fn rules() -> Result<Vec<DatedRules>, Failure> {
    api::get("/office/outreach/rules").await
}

/// Sets the city's rules from a day on.
pub async fn publish_rules(new: &NewOutreachRules, attempt: &Attempt) -> Result<DatedRules, Failure> {
    api::post("/office/outreach/rules", new, attempt).await
}

/// The programmes of a city, for the classes of households that it knows.
pub async fn programmes_of(municipality: &str) -> Result<Vec<Programme>, Failure> {
    let path = query("/programmes", &[("municipality", Some(municipality.to_owned()))]);
    Ok(api::get::<Page<Programme>>(&path).await?.items)
}
