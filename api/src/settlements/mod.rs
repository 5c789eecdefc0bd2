//! Settlements between cities: the lines of locked claims of a compact's month, comments on them, and both cities' locks.

mod files;
mod letter;
mod store;

use std::collections::{BTreeMap, BTreeSet};

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use shared::ids::{ClaimLineId, CompactId, SettlementCommentId};
use shared::locale::Localised;
use shared::municipalities::{Compact, Municipality, MunicipalityCode};
use shared::page::Page;
use shared::problem::Problem;
use shared::settlements::{
    LockSettlement, NewSettlementComment, Settlement, SettlementComment, SettlementHead, SettlementLine, Sides, lock, may_answer,
    may_close, may_comment, open_comments, settled_in, sides,
};
use shared::time::Month;

use self::store::{Begun, Flow, Pair, Which};
use crate::App;
use crate::claims::engine::name_of;
use crate::claims::month;
use crate::db::AnyConnection;
use crate::error::{ApiError, ForBody, ForOfficer, part};
use crate::idempotency::{Answer, Key, once};
use crate::municipalities;
use crate::request::{Body, Plain};
use crate::routes::Operations;
use crate::session::Officer;

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    config
        .service(list_settlements)
        .service(get_settlement)
        .service(lock_settlement)
        .service(comment_on_line)
        .service(answer_comment)
        .service(close_comment)
        .service(files::get_settlement_workbook)
        .service(files::get_settlement_letter)
        .service(files::get_settlement_table);
}

/// Names of cities and compacts, and what has begun: what every answer needs.
struct Books {
    own: MunicipalityCode,
    cities: Vec<Municipality>,
    compacts: Vec<Compact>,
    begun: Vec<Begun>,
}

impl Books {
    fn open(conn: &mut AnyConnection, own: &MunicipalityCode) -> Result<Self, ApiError> {
        Ok(Self {
            own: own.clone(),
            cities: municipalities::store::list_municipalities(conn)?,
            compacts: municipalities::store::list_compacts(conn)?,
            begun: store::list_begun(conn, own)?,
        })
    }

    fn other<'a>(&self, pair: &'a Pair) -> &'a MunicipalityCode {
        if pair.a == self.own { &pair.b } else { &pair.a }
    }

    /// The months of a pair that are locked by one city at least.
    fn locked(&self, pair: &Pair) -> Vec<Month> {
        self.begun.iter().filter(|begun| begun.pair == *pair).map(|begun| begun.month).collect()
    }

    fn find(&self, pair: &Pair, month: Month) -> Option<&Begun> {
        self.begun.iter().find(|begun| begun.pair == *pair && begun.month == month)
    }

    fn head(&self, pair: &Pair, month: Month, (lines, sides, open_comments): (i64, Sides, i64)) -> SettlementHead {
        let begun = self.find(pair, month);
        let (a, b) = (begun.and_then(|begun| begun.lock_a.clone()), begun.and_then(|begun| begun.lock_b.clone()));
        let (own_lock, other_lock) = if pair.a == self.own { (a, b) } else { (b, a) };
        let other = self.other(pair);
        let compact = self.compacts.iter().find(|compact| compact.id == pair.compact);
        SettlementHead {
            compact_name: compact.map_or_else(|| Localised::new("", "", ""), |compact| compact.name.clone()),
            compact_id: pair.compact.clone(),
            month,
            other: other.clone(),
            other_name: name_of(&self.cities, other),
            line_count: lines,
            sides,
            own_lock,
            other_lock,
            open_comments,
        }
    }
}

/// All settlements of a city, the latest month first.
fn heads(conn: &mut AnyConnection, own: &MunicipalityCode) -> Result<Vec<SettlementHead>, ApiError> {
    let books = Books::open(conn, own)?;
    let mut all: BTreeMap<(Month, Pair), (i64, Sides, i64)> = BTreeMap::new();
    for begun in &books.begun {
        let (pays_yen, gets_yen) = if begun.pair.a == *own { begun.pay } else { (begun.pay.1, begun.pay.0) };
        let sides = Sides { pays_yen, gets_yen, balance_yen: gets_yen - pays_yen };
        all.insert((begun.month, begun.pair.clone()), (begun.lines, sides, 0));
    }
    for Flow { pair, residence, month, lines, yen } in store::list_flows(conn, own)? {
        let month = settled_in(month, &books.locked(&pair));
        let (count, sides, _) = all.entry((month, pair)).or_default();
        let (pays, gets) = if residence == *own { (yen, 0) } else { (0, yen) };
        *sides = Sides { pays_yen: sides.pays_yen + pays, gets_yen: sides.gets_yen + gets, balance_yen: sides.balance_yen + gets - pays };
        *count += lines;
    }
    for (pair, claimed, settlement) in store::list_open_comments(conn, own)? {
        let begun = settlement.and_then(|id| books.begun.iter().find(|begun| begun.id == id));
        let month = begun.map_or_else(|| settled_in(claimed, &books.locked(&pair)), |begun| begun.month);
        if let Some((.., open)) = all.get_mut(&(month, pair)) {
            *open += 1;
        }
    }
    Ok(all.iter().rev().map(|((month, pair), told)| books.head(pair, *month, *told)).collect())
}

/// The settlements of the officer's city by month and compact, the latest first
#[utoipa::path(
    tag = "settlements",
    responses((status = 200, description = "All that have a line", body = Page<SettlementHead>), ForOfficer)
)]
#[get("/settlements")]
pub async fn list_settlements(app: web::Data<App>, officer: Officer) -> Result<web::Json<Page<SettlementHead>>, ApiError> {
    let items = app.db.read(move |conn| heads(conn, &officer.municipality)).await?;
    Ok(web::Json(Page { items, next_cursor: None }))
}

/// Which settlement, as its address says: of a compact's month, with which other city.
#[derive(Debug, Clone, Deserialize)]
pub struct At {
    compact_id: CompactId,
    month: String,
    municipality: MunicipalityCode,
}

impl At {
    /// The pair that the officer's city makes with the other one; not found where the compact is not between them.
    fn pair(&self, conn: &mut AnyConnection, own: &MunicipalityCode) -> Result<Pair, ApiError> {
        let terms = municipalities::store::list_terms(conn, None, None)?;
        let mut between = terms.iter().filter(|term| term.compact_id == self.compact_id);
        let cities = BTreeSet::from([own, &self.municipality]);
        if cities.len() != 2 || !between.any(|term| BTreeSet::from([&term.residence, &term.host]) == cities) {
            return Err(ApiError::NotFound);
        }
        Ok(Pair::new(self.compact_id.clone(), own.clone(), self.municipality.clone()))
    }
}

/// A settlement with what locking it needs besides.
struct Looked {
    told: Settlement,
    pair: Pair,
    begun: Option<Begun>,
}

impl Looked {
    fn comment(&self, id: &SettlementCommentId) -> Result<&SettlementComment, ApiError> {
        let mut comments = self.told.lines.iter().flat_map(|line| &line.comments);
        comments.find(|comment| comment.id == *id).ok_or(ApiError::NotFound)
    }
}

fn look(conn: &mut AnyConnection, own: &MunicipalityCode, at: &At) -> Result<Looked, ApiError> {
    let (month, pair) = (month(&at.month)?, at.pair(conn, own)?);
    let books = Books::open(conn, own)?;
    let begun = books.find(&pair, month).cloned();
    let lines: Vec<SettlementLine> = match &begun {
        Some(begun) => store::list_lines(conn, &pair, &Which::Of(&begun.id))?,
        None => {
            let locked = books.locked(&pair);
            let late = locked.iter().copied().filter(|claim| settled_in(*claim, &locked) == month);
            let months: Vec<Month> = late.chain([month]).collect();
            store::list_lines(conn, &pair, &Which::Open(&months))?
        }
    };
    let count = i64::try_from(lines.len()).unwrap_or(i64::MAX);
    let head = books.head(&pair, month, (count, sides(&lines, own), open_comments(&lines)));
    let told = Settlement { head, own: own.clone(), own_name: name_of(&books.cities, own), lines };
    Ok(Looked { told, pair, begun })
}

/// A settlement with its lines, as the officer's city sees it
///
/// The other city sees the same lines and the opposite balance. Who is not one of the two sees nothing.
#[utoipa::path(
    tag = "settlements",
    params(
        ("compact_id" = String, Path, description = "The compact"),
        ("month" = String, Path, description = "The month, `2026-12`"),
        ("municipality" = String, Path, description = "The other city's code"),
    ),
    responses(
        (status = 200, description = "The settlement", body = Settlement),
        (status = 404, description = "No such compact between the two", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "No month", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
    )
)]
#[get("/settlements/{compact_id}/{month}/{municipality}")]
pub async fn get_settlement(app: web::Data<App>, officer: Officer, at: web::Path<At>) -> Result<web::Json<Settlement>, ApiError> {
    Ok(web::Json(app.db.read(move |conn| Ok::<_, ApiError>(look(conn, &officer.municipality, &at)?.told)).await?))
}

/// What a city does with a settlement under its compact's lock, answered with the settlement as it then is.
async fn at_work<C, F>(app: &App, officer: Officer, (at, key): (At, Key), command: C, turn: F) -> Result<HttpResponse, ApiError>
where
    C: Serialize + Send + Sync + 'static,
    F: Fn(&mut AnyConnection, &Officer, &Looked, &C, &crate::outbox::Act) -> Result<(&'static str, String), ApiError>
        + Send
        + Sync
        + 'static,
{
    once(app, &officer.account_id.clone(), key, command, move |conn, command, act| {
        if !store::lock_compact(conn, &at.compact_id)? {
            return Err(ApiError::NotFound);
        }
        let own = &officer.municipality;
        let looked = look(conn, own, &at)?;
        let (event, subject) = turn(conn, &officer, &looked, command, act)?;
        act.record(conn, event, (own, None), &subject)?;
        Ok(Answer::new(StatusCode::OK, &look(conn, own, &at)?.told)?)
    })
    .await
}

/// Locks a settlement for the officer's city, as it was shown
///
/// The first lock closes the list of lines; the second closes the settlement. Refused while a comment is not done with.
#[utoipa::path(
    tag = "settlements",
    request_body = LockSettlement,
    params(
        ("compact_id" = String, Path, description = "The compact"),
        ("month" = String, Path, description = "The month, `2026-12`"),
        ("municipality" = String, Path, description = "The other city's code"),
        Key,
    ),
    responses(
        (status = 200, description = "Locked", body = Settlement),
        (status = 404, description = "No such compact between the two", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`settlements.*`", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
        ForBody,
    )
)]
#[post("/settlements/{compact_id}/{month}/{municipality}/lock")]
pub async fn lock_settlement(
    app: web::Data<App>,
    officer: Officer,
    key: Key,
    at: web::Path<At>,
    body: Plain<LockSettlement>,
) -> Result<HttpResponse, ApiError> {
    at_work(&app, officer, (at.into_inner(), key), body.0, |conn, officer, looked, seen, act| {
        let head = &looked.told.head;
        lock(head, seen, act.now)
            .map_err(|against| ApiError::Refused(against.into_iter().map(|rejection| part(None, rejection.reason())).collect()))?;
        let place = (&looked.pair, head.month, looked.begun.as_ref());
        let id = store::write_lock(conn, place, &looked.told.lines, (&officer.municipality, &officer.account_id, act.now))?;
        Ok(("settlement.locked", id.to_string()))
    })
    .await
}

/// Says what is not right about a line; until its own city closes the comment, nobody locks
#[utoipa::path(
    tag = "settlements",
    request_body = NewSettlementComment,
    params(
        ("compact_id" = String, Path, description = "The compact"),
        ("month" = String, Path, description = "The month, `2026-12`"),
        ("municipality" = String, Path, description = "The other city's code"),
        ("claim_line_id" = String, Path, description = "The line"),
        Key,
    ),
    responses(
        (status = 200, description = "Written", body = Settlement),
        (status = 404, description = "No such line between the two", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`settlements.closed`", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
        ForBody,
    )
)]
#[post("/settlements/{compact_id}/{month}/{municipality}/lines/{claim_line_id}/comments")]
pub async fn comment_on_line(
    app: web::Data<App>,
    officer: Officer,
    key: Key,
    at: web::Path<At>,
    line: web::Path<(String, String, String, ClaimLineId)>,
    body: Body<NewSettlementComment>,
) -> Result<HttpResponse, ApiError> {
    let line = line.into_inner().3;
    at_work(&app, officer, (at.into_inner(), key), body.0, move |conn, officer, looked, new, act| {
        if !looked.told.lines.iter().any(|known| known.claim_line_id == line) {
            return Err(ApiError::NotFound);
        }
        may_comment(&looked.told.head)?;
        let id = store::insert_comment(conn, &line, new.words.trim(), (&officer.municipality, &officer.account_id, act.now))?;
        Ok(("settlement.commented", id.to_string()))
    })
    .await
}

/// Answers a comment, of either city, as long as it is not done with
#[utoipa::path(
    tag = "settlements",
    request_body = NewSettlementComment,
    params(
        ("compact_id" = String, Path, description = "The compact"),
        ("month" = String, Path, description = "The month, `2026-12`"),
        ("municipality" = String, Path, description = "The other city's code"),
        ("comment_id" = String, Path, description = "The comment"),
        Key,
    ),
    responses(
        (status = 200, description = "Answered", body = Settlement),
        (status = 404, description = "No such comment between the two", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`settlements.comment_closed`", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
        ForBody,
    )
)]
#[post("/settlements/{compact_id}/{month}/{municipality}/comments/{comment_id}/answers")]
pub async fn answer_comment(
    app: web::Data<App>,
    officer: Officer,
    key: Key,
    at: web::Path<At>,
    id: web::Path<(String, String, String, SettlementCommentId)>,
    body: Body<NewSettlementComment>,
) -> Result<HttpResponse, ApiError> {
    let id = id.into_inner().3;
    at_work(&app, officer, (at.into_inner(), key), body.0, move |conn, officer, looked, new, act| {
        may_answer(looked.comment(&id)?)?;
        store::insert_answer(conn, &id, new.words.trim(), (&officer.municipality, &officer.account_id, act.now))?;
        Ok(("settlement.answered", id.to_string()))
    })
    .await
}

/// Says that a comment of the officer's city is done with
#[utoipa::path(
    tag = "settlements",
    params(
        ("compact_id" = String, Path, description = "The compact"),
        ("month" = String, Path, description = "The month, `2026-12`"),
        ("municipality" = String, Path, description = "The other city's code"),
        ("comment_id" = String, Path, description = "The comment"),
        Key,
    ),
    responses(
        (status = 200, description = "Closed", body = Settlement),
        (status = 404, description = "No such comment between the two", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`settlements.not_own_comment`", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
    )
)]
#[post("/settlements/{compact_id}/{month}/{municipality}/comments/{comment_id}/close")]
pub async fn close_comment(
    app: web::Data<App>,
    officer: Officer,
    key: Key,
    at: web::Path<At>,
    id: web::Path<(String, String, String, SettlementCommentId)>,
) -> Result<HttpResponse, ApiError> {
    let id = id.into_inner().3;
    at_work(&app, officer, (at.into_inner(), key), (), move |conn, officer, looked, (), act| {
        may_close(looked.comment(&id)?, &officer.municipality)?;
        store::close_comment(conn, &id, act.now)?;
        Ok(("settlement.comment_closed", id.to_string()))
    })
    .await
}
