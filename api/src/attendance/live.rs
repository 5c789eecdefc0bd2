//! The open boards of a facility are told that something changed, as it happens: by ids only, so that whoever may see more asks for it.
//!
//! What changed is read from the events, wherever it was written: by this process, by another one on the same database, or by a command.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actix_web::http::header::{CONTENT_TYPE, ContentEncoding, HeaderName};
use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::TimeDelta;
use futures_util::stream::{self, StreamExt as _};
use serde::Deserialize;
use shared::access::Role;
use shared::attendance::BoardChange;
use shared::ids::FacilityId;
use shared::problem::Problem;
use tokio::sync::{Notify, broadcast};
use utoipa::IntoParams;

use super::store::{Event, first_id_before, last_event, list_events};
use crate::App;
use crate::accounts::store::find_session;
use crate::error::{ApiError, ForStaff};
use crate::request::Query;
use crate::session::{Staff, of_request};

/// Between two looks at the events, while a board is open.
const LOOK: Duration = Duration::from_millis(250);
/// An event may be seen so long after one with a later id: ids are made before the transaction that writes them ends.
const OVERLAP: TimeDelta = TimeDelta::seconds(10);
/// A stream on which nothing happens says so often that it is there, and looks whether its session still is.
const HEARTBEAT: Duration = Duration::from_secs(8);
/// So many changes may wait for a slow reader; who misses some is told to read everything.
const WAITING: usize = 256;
/// Proxies must not hold the stream back.
const UNBUFFERED: (HeaderName, &str) = (HeaderName::from_static("x-accel-buffering"), "no");

/// The facilities whose boards are open.
#[derive(Debug, Default)]
pub struct Boards {
    open: Mutex<HashMap<String, broadcast::Sender<BoardChange>>>,
    opened: Notify,
}

impl Boards {
    fn open(&self) -> MutexGuard<'_, HashMap<String, broadcast::Sender<BoardChange>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What happens at a facility from now on.
    fn watch(&self, facility: &FacilityId) -> broadcast::Receiver<BoardChange> {
        let told = self.open().entry(facility.to_string()).or_insert_with(|| broadcast::channel(WAITING).0).subscribe();
        self.opened.notify_one();
        told
    }

    /// The facilities that somebody watches.
    fn watched(&self) -> Vec<String> {
        let mut open = self.open();
        open.retain(|_, board| board.receiver_count() > 0);
        open.keys().cloned().collect()
    }

    fn tell(&self, event: Event) {
        if let Some(board) = self.open().get(&event.facility_id) {
            // Nobody may be there any more.
            let _ = board.send(BoardChange { kind: event.kind, subject_id: event.subject_id });
        }
    }

    /// Ends all streams.
    pub fn end(&self) {
        self.open().clear();
    }
}

/// Tells the open boards what happens, as long as the server runs. While no board is open the database is not asked.
pub async fn keep_telling(app: App) {
    let mut told = Told::default();
    loop {
        let watched = app.boards.watched();
        if watched.is_empty() {
            told = Told::default();
            app.boards.opened.notified().await;
            continue;
        }
        match told.look(&app, watched).await {
            Ok(events) => events.into_iter().for_each(|event| app.boards.tell(event)),
            Err(error) => tracing::warn!(%error, "open boards were not told"),
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// How far the events were read.
#[derive(Debug, Default)]
struct Told {
    /// From this id on they are read again.
    from: Option<String>,
    /// Those from there on that were told.
    ids: BTreeSet<String>,
}

impl Told {
    /// What was not told yet.
    async fn look(&mut self, app: &App, facilities: Vec<String>) -> Result<Vec<Event>, ApiError> {
        let from = match &self.from {
            Some(from) => from.clone(),
            None => app.db.read(last_event).await?.map(|id| first_id_before(&id, OVERLAP)).unwrap_or_default(),
        };
        let after = from.clone();
        let mut events = app.db.read(move |conn| list_events(conn, &facilities, &after).map_err(ApiError::from)).await?;
        let newest = events.last().map(|last| first_id_before(&last.id, OVERLAP));
        let next = newest.map_or(from.clone(), |newest| newest.max(from));
        events.retain(|event| self.ids.insert(event.id.clone()));
        self.ids = self.ids.split_off(&next);
        self.from = Some(next);
        Ok(events)
    }
}

/// Whose board.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WatchQuery {
    /// The facility; the signed-in staff's when absent. Another one is not found.
    #[param(value_type = Option<String>)]
    pub facility_id: Option<FacilityId>,
}

/// What happens at the facility, as it happens, until the session ends
///
/// Server-sent events: `hello` when all should be read (at the start, and when some were missed), `change` with what happened to which id,
/// and `beat` every few seconds in between. It says nothing of children; `GET /staff/today` does.
#[utoipa::path(
    tag = "attendance",
    params(WatchQuery),
    responses(
        (status = 200, description = "The stream; the data of each `change`", body = BoardChange, content_type = "text/event-stream"),
        (status = 404, description = "Not this staff's facility", body = Problem, content_type = "application/problem+json"),
        ForStaff,
    )
)]
#[get("/staff/events")]
pub async fn watch_board(app: web::Data<App>, staff: Staff, req: HttpRequest, query: Query<WatchQuery>) -> Result<HttpResponse, ApiError> {
    if query.0.facility_id.is_some_and(|id| id != staff.facility_id) {
        return Err(ApiError::NotFound);
    }
    let session = of_request(&req).ok_or(ApiError::Unauthenticated)?;
    let told = app.boards.watch(&staff.facility_id);
    let watching = Watching { app: app.get_ref().clone(), staff, session, told };
    let hello = stream::once(std::future::ready(Ok::<_, ApiError>(frame("hello", "{}"))));
    let rest = stream::unfold(watching, |mut watching| async { Some((Ok(watching.next().await?), watching)) });
    let mut response = HttpResponse::Ok();
    // Packing would hold back what is small.
    response.insert_header((CONTENT_TYPE, "text/event-stream")).insert_header(ContentEncoding::Identity).insert_header(UNBUFFERED);
    Ok(response.streaming(hello.chain(rest)))
}

/// A board that is open somewhere.
struct Watching {
    app: App,
    staff: Staff,
    session: String,
    told: broadcast::Receiver<BoardChange>,
}

impl Watching {
    /// What is said next; nothing any more once the session or the server ends.
    async fn next(&mut self) -> Option<web::Bytes> {
        let said = match tokio::time::timeout(HEARTBEAT, self.told.recv()).await {
            Err(_) => frame("beat", "{}"),
            Ok(Ok(change)) => frame("change", &serde_json::to_string(&change).ok()?),
            Ok(Err(broadcast::error::RecvError::Lagged(_))) => frame("hello", "{}"),
            Ok(Err(broadcast::error::RecvError::Closed)) => return None,
        };
        self.is_signed_in().await.then_some(said)
    }

    async fn is_signed_in(&self) -> bool {
        let (session, now) = (self.session.clone(), self.app.now());
        let found = self.app.db.read(move |conn| find_session(conn, &session, now).map_err(ApiError::from)).await;
        // Where the database does not answer the reader comes again.
        let own = Role::Staff { facility_id: self.staff.facility_id.clone() };
        found.ok().flatten().is_some_and(|session| !session.is_locked && session.me.role == own)
    }
}

fn frame(event: &str, data: &str) -> web::Bytes {
    web::Bytes::from(format!("event: {event}\ndata: {data}\n\n"))
}
