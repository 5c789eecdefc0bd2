//! For officers: what nobody opened in time, and the city's ladder, weights and script.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use shared::notices::Kind;
use shared::outreach::{DatedRules, GuardianReach, Matter, NewOutreachRules, UnopenedCount, UnopenedList, check_rules};
use shared::page::{DEFAULT_LIMIT, MAX_LIMIT};
use shared::problem::{Problem, Reason};
use shared::time::tokyo_day;
use utoipa::IntoParams;

use super::store::{self, Seen, StoredMatter};
use super::title_of;
use crate::App;
use crate::db::AnyConnection;
use crate::error::{ApiError, ForBody, ForOfficer};
use crate::idempotency::{Answer, Key, once};
use crate::notices::templates::Sentences;
use crate::outbox::Act;
use crate::request::{Body, Query, current};
use crate::session::Officer;

/// What has been past its deadline for longer is not listed any more.
const LISTED: TimeDelta = TimeDelta::days(90);

/// Which of what nobody opened.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UnopenedQuery {
    /// Only of this campaign, or of this event.
    pub source: Option<String>,
    /// Only of this kind of notices.
    pub kind: Option<String>,
    /// 1 to 200; 50 when absent.
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Where a page ended.
#[derive(Serialize, Deserialize, PartialEq, PartialOrd)]
struct After(chrono::DateTime<chrono::Utc>, String, String);

/// A matter as officers read it.
pub(super) fn shown(
    conn: &mut AnyConnection,
    all: Vec<(Seen, Option<StoredMatter>)>,
    locale: shared::locale::Locale,
) -> Result<Vec<Matter>, ApiError> {
    let accounts = store::list_guardians(conn, all.iter().flat_map(|(seen, _)| seen.guardians.iter().map(|(id, _)| id)))?;
    let families = all.iter().filter_map(|(seen, _)| seen.notices.first()).map(|told| &told.family_id);
    let names: BTreeMap<String, String> = store::names_of(conn, families)?;
    let mut sentences = Sentences::default();
    let mut matters = Vec::with_capacity(all.len());
    for (seen, followed) in all {
        let title = title_of(conn, &mut sentences, &seen, locale)?;
        let Some(first) = seen.notices.first() else { continue };
        let guardians = seen.guardians.iter().map(|(id, reach)| {
            let (name, locale) = accounts.get(id).cloned().unwrap_or_default();
            GuardianReach { account_id: id.clone(), name, locale, reach: *reach }
        });
        matters.push(Matter {
            // What nobody follows yet is known by its notice.
            id: followed.as_ref().map_or_else(|| first.id.as_str().into(), |matter| matter.id.clone()),
            guardian_name: names.get(first.family_id.as_str()).cloned().unwrap_or_default(),
            kind: first.kind.as_str().to_owned(),
            title,
            sent_at: seen.notices.iter().map(|told| told.due_at).min().unwrap_or(first.due_at),
            deadline_at: seen.notices.iter().map(|told| told.deadline_at).min().unwrap_or(first.deadline_at),
            reach: seen.reach,
            guardians: guardians.collect(),
            rung: followed.as_ref().map_or(0, |matter| matter.rung),
            next_at: followed.as_ref().and_then(|matter| matter.next_at),
            case_id: followed.and_then(|matter| matter.case_id),
            family_id: first.family_id.clone(),
        });
    }
    Ok(matters)
}

/// How many there are of each kind, the most first.
fn counted(all: &[Vec<store::Told>]) -> Vec<UnopenedCount> {
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for told in all.iter().filter_map(|notices| notices.first()) {
        *counts.entry(told.kind.as_str()).or_default() += 1;
    }
    let mut counts: Vec<UnopenedCount> =
        counts.into_iter().map(|(kind, matters)| UnopenedCount { kind: kind.to_owned(), matters }).collect();
    counts.sort_by_key(|count| std::cmp::Reverse(count.matters));
    counts
}

/// What nobody of a family opened until its deadline, in the officer's city: the earliest deadline first
///
/// Counted anew from what was opened each time, whatever the channels say: that a push service or mail server took a notice does not make it
/// opened. That an officer looked stands in the audit.
#[utoipa::path(
    tag = "outreach",
    params(UnopenedQuery),
    responses(
        (status = 200, description = "A page of it", body = UnopenedList),
        (status = 422, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
    )
)]
#[get("/office/outreach/unopened")]
pub async fn list_unopened(
    app: web::Data<App>,
    officer: Officer,
    query: Query<UnopenedQuery>,
) -> Result<web::Json<UnopenedList>, ApiError> {
    let wrong = |name: &str| ApiError::invalid(&format!("/{name}"), Reason::new("problem.invalid"));
    let query = query.0;
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(wrong("limit"));
    }
    let read = |text: &str| serde_json::from_slice::<After>(&URL_SAFE_NO_PAD.decode(text).ok()?).ok();
    let after = query.cursor.as_deref().map(|text| read(text).ok_or_else(|| wrong("cursor"))).transpose()?;
    let kind = query.kind.as_deref().map(|word| Kind::from_word(word).ok_or_else(|| wrong("kind"))).transpose()?;
    let (now, locale, source) = (app.now(), current().locale, query.source.clone());
    let page = app
        .db
        .write(move |conn| {
            let ends = |told: &store::Told| After(told.deadline_at, told.family_id.to_string(), told.source.clone());
            let missed = store::list_missed(conn, &officer.municipality, source.as_deref(), (now - LISTED, now))?;
            let counts = counted(&missed);
            let comes = |notices: &Vec<store::Told>| {
                notices.first().is_some_and(|first| {
                    kind.is_none_or(|kind| kind == first.kind) && after.as_ref().is_none_or(|after| ends(first) > *after)
                })
            };
            let most = usize::try_from(limit).unwrap_or(usize::MAX);
            let mut items: Vec<Vec<store::Told>> = missed.into_iter().filter(comes).take(most.saturating_add(1)).collect();
            let goes_on = items.len() > most;
            items.truncate(most);
            let last = items.last().and_then(|notices| notices.first()).filter(|_| goes_on).map(ends);
            let wanted: Vec<_> = items.iter().filter_map(|one| one.first()).map(|told| (&told.family_id, told.source.as_str())).collect();
            let mut followed = store::list_followed(conn, &wanted)?;
            let with = |seen: Seen| {
                let key = seen.notices.first().map(|told| (told.family_id.clone(), told.source.clone()));
                (seen, key.and_then(|key| followed.remove(&key)))
            };
            let all: Vec<_> = store::look(conn, items)?.into_iter().map(with).collect();
            let looked: Vec<&str> = all.iter().filter_map(|(seen, _)| seen.notices.first()).map(|told| told.family_id.as_str()).collect();
            let note = (!looked.is_empty()).then(|| looked.join(" "));
            let act = Act { note, ..Act::of_request(officer.account_id.as_str(), now) };
            act.record_look(conn, "outreach.unopened_listed", officer.municipality.as_str())?;
            let next = last.map(|last| crate::db::to_json(&last)).transpose()?.map(|text| URL_SAFE_NO_PAD.encode(text));
            Ok::<_, ApiError>(UnopenedList { items: shown(conn, all, locale)?, next_cursor: next, counts })
        })
        .await?;
    Ok(web::Json(page))
}

/// The city's ladder, weights and script: what holds today first, then what begins later
#[utoipa::path(
    tag = "outreach",
    responses(
        (status = 200, description = "The rules; without `valid_from` the shipped ones", body = Vec<DatedRules>),
        ForOfficer,
    )
)]
#[get("/office/outreach/rules")]
pub async fn get_outreach_rules(app: web::Data<App>, officer: Officer) -> Result<web::Json<Vec<DatedRules>>, ApiError> {
    let today = tokyo_day(app.now());
    let rules = app.db.read(move |conn| {
        let mut rules = vec![store::find_rules(conn, &officer.municipality, today)?];
        rules.extend(store::list_coming(conn, &officer.municipality, today)?);
        Ok::<_, ApiError>(rules)
    });
    Ok(web::Json(rules.await?))
}

/// Sets the city's ladder, weights and script from a day on
#[utoipa::path(
    tag = "outreach",
    request_body = NewOutreachRules,
    params(Key),
    responses(
        (status = 201, description = "They hold from that day on", body = DatedRules),
        ForOfficer,
        ForBody,
    )
)]
#[post("/office/outreach/rules")]
pub async fn publish_outreach_rules(
    app: web::Data<App>,
    officer: Officer,
    key: Key,
    body: Body<NewOutreachRules>,
) -> Result<HttpResponse, ApiError> {
    once(&app, &officer.account_id.clone(), key, body.0, move |conn, new, act| {
        check_rules(new, tokyo_day(act.now)).map_err(ApiError::Invalid)?;
        store::write_rules(conn, &officer.municipality, new, act.now)?;
        act.record(conn, "outreach.rules_published", (&officer.municipality, None), officer.municipality.as_str())?;
        let rules = DatedRules { valid_from: Some(new.valid_from), rules: new.rules.clone() };
        Ok(Answer::new(StatusCode::CREATED, &rules)?)
    })
    .await
}
