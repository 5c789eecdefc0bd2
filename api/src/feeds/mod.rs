//! Calendar feeds: a family's bookings under a secret address for its own calendar, and one booking as a file.

pub mod store;

use std::collections::BTreeMap;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, EntityTag, Header as _, IfNoneMatch};
use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use chrono::{DateTime, Utc};
use shared::access::Role;
use shared::bookings::Booking;
use shared::feeds::{CalendarFeed, Entry, FeedOptions, KEPT, MEDIA_TYPE, NewCalendarFeed, Reader, feed, single};
use shared::ids::{AccountId, BookingId, FacilityId};
use shared::problem::Problem;
use shared::time::tokyo_day;

use self::store::Subscriber;
use crate::accounts::store::find_account;
use crate::attachments::download;
use crate::bookings::store::{Listing, Owner, find_booking, list_bookings};
use crate::channels::Attachment;
use crate::db::{AnyConnection, DbError};
use crate::error::{ApiError, ForBody, ForGuardian};
use crate::outbox::Act;
use crate::request::Plain;
use crate::routes::Operations;
use crate::session::{self, Guardian};
use crate::{App, config::Config};

/// The most bookings in a feed, the oldest first: two months back and all that is ahead.
const MOST: i64 = 2000;
/// What a file of one booking is, for mails as well.
const FILE_TYPE: &str = "text/calendar; charset=utf-8; method=PUBLISH";

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    config
        .service(get_calendar_feed)
        .service(make_calendar_feed)
        .service(change_calendar_feed)
        .service(remove_calendar_feed)
        .service(get_booking_calendar);
}

/// What calendars read, beside the API.
pub fn configure_rest(config: &mut web::ServiceConfig) {
    config.service(read_feed);
}

/// The address of the app, without a slash at its end.
fn site(config: &Config) -> &str {
    config.public_url.trim_end_matches('/')
}

/// The person's calendar feed
///
/// `made_at` is absent where there is none. The address itself was told when it was made, and is not kept.
#[utoipa::path(tag = "feeds", responses((status = 200, description = "Whether there is one, and what it shows", body = CalendarFeed), ForGuardian))]
#[get("/calendar_feed")]
pub async fn get_calendar_feed(app: web::Data<App>, guardian: Guardian) -> Result<web::Json<CalendarFeed>, ApiError> {
    let found = app.db.read(move |conn| store::find_feed(conn, &guardian.account_id).map_err(ApiError::from)).await?;
    Ok(web::Json(found.unwrap_or_default()))
}

/// Makes a calendar feed, or gives it another address
///
/// The answer has the secret address, `https://…/calendar/….ics`; only a hash of it is kept, so it is told this once, and no idempotency key
/// keeps it either. The address before ends. The feed has every booking of the family from two months back on, cancelled ones with
/// `STATUS:CANCELLED`, as iCalendar (RFC 5545).
#[utoipa::path(
    tag = "feeds",
    request_body = FeedOptions,
    responses((status = 201, description = "The feed with its address", body = NewCalendarFeed), ForGuardian, ForBody)
)]
#[post("/calendar_feed")]
pub async fn make_calendar_feed(app: web::Data<App>, guardian: Guardian, body: Plain<FeedOptions>) -> Result<HttpResponse, ApiError> {
    let (secret, options, now) = (session::secret()?, body.0, app.now());
    let (hash, act) = (session::hash(&secret), Act::of_request(guardian.account_id.as_str(), now));
    app.db
        .write(move |conn| {
            store::write_feed(conn, &guardian.account_id, &hash, options, now)?;
            act.record_own(conn, "calendar_feed.made", guardian.account_id.as_str()).map_err(ApiError::from)
        })
        .await?;
    let feed = CalendarFeed { made_at: Some(now), shows_names: options.shows_names, read_at: None };
    Ok(HttpResponse::Created().json(NewCalendarFeed { address: format!("{}/calendar/{secret}.ics", site(&app.config)), feed }))
}

/// Changes what the calendar feed shows; its address stays
#[utoipa::path(
    tag = "feeds",
    request_body = FeedOptions,
    responses(
        (status = 200, description = "The feed", body = CalendarFeed),
        (status = 404, description = "There is none", body = Problem, content_type = "application/problem+json"),
        ForGuardian,
        ForBody,
    )
)]
#[put("/calendar_feed")]
pub async fn change_calendar_feed(
    app: web::Data<App>,
    guardian: Guardian,
    body: Plain<FeedOptions>,
) -> Result<web::Json<CalendarFeed>, ApiError> {
    let (options, act) = (body.0, Act::of_request(guardian.account_id.as_str(), app.now()));
    let changed = app.db.write(move |conn| {
        if !store::set_options(conn, &guardian.account_id, options)? {
            return Err(ApiError::NotFound);
        }
        act.record_own(conn, "calendar_feed.changed", guardian.account_id.as_str())?;
        store::find_feed(conn, &guardian.account_id)?.ok_or(ApiError::NotFound)
    });
    Ok(web::Json(changed.await?))
}

/// Ends the calendar feed
///
/// Calendars that read it find nothing any more. Where there is none, nothing is done.
#[utoipa::path(tag = "feeds", responses((status = 204, description = "There is none now"), ForGuardian))]
#[post("/calendar_feed/remove")]
pub async fn remove_calendar_feed(app: web::Data<App>, guardian: Guardian) -> Result<HttpResponse, ApiError> {
    let act = Act::of_request(guardian.account_id.as_str(), app.now());
    app.db
        .write(move |conn| {
            if store::remove_feed(conn, &guardian.account_id)? {
                act.record_own(conn, "calendar_feed.removed", guardian.account_id.as_str())?;
            }
            Ok::<_, ApiError>(())
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A booking as a file for a calendar
///
/// iCalendar (RFC 5545) with `METHOD:PUBLISH`, in the guardian's language. It names the child only where the guardian's feed does. The same
/// booking has the same `UID` in every file and feed, with a `SEQUENCE` that grows.
#[utoipa::path(
    tag = "feeds",
    params(("booking_id" = String, Path, description = "The booking")),
    responses(
        (status = 200, description = "The file, to be saved or opened", body = String, content_type = "text/calendar"),
        (status = 404, description = "No such booking of the family", body = Problem, content_type = "application/problem+json"),
        ForGuardian,
    )
)]
#[get("/bookings/{booking_id}/calendar")]
pub async fn get_booking_calendar(app: web::Data<App>, guardian: Guardian, id: web::Path<BookingId>) -> Result<HttpResponse, ApiError> {
    let config = app.config.clone();
    let found = app.db.read(move |conn| booking_attachment(conn, &id, &guardian.account_id, site(&config)).map_err(ApiError::from)).await?;
    let file = found.ok_or(ApiError::NotFound)?;
    Ok(download(&file.name, FILE_TYPE, file.bytes))
}

/// A booking as a file for the calendar of one of its family's guardians: for a notice of it as well. None where it is not theirs, or where
/// it was undone. `site` is the address of the app.
pub fn booking_attachment(
    conn: &mut AnyConnection,
    id: &BookingId,
    account: &AccountId,
    site: &str,
) -> Result<Option<Attachment>, DbError> {
    let Some(stored) = find_booking(conn, id)? else { return Ok(None) };
    let Some(me) = find_account(conn, account)?.map(|found| found.me) else { return Ok(None) };
    if !matches!(&me.role, Role::Guardian { family_id } if *family_id == stored.family_id) {
        return Ok(None);
    }
    let shows_names = store::find_feed(conn, account)?.is_some_and(|feed| feed.shows_names);
    let (mut changes, mut addresses, booking) = known(conn, vec![stored.booking])?;
    let Some(booking) = booking.into_iter().next() else { return Ok(None) };
    let address = addresses.remove(&booking.facility.id).filter(|address| !address.is_empty());
    let changed_at = changes.remove(booking.id.as_str()).unwrap_or(booking.created_at);
    let entry = Entry { booking: &booking, address: address.as_deref(), changed_at };
    let reader = Reader { site: site.trim_end_matches('/'), locale: me.locale, shows_names };
    let name = format!("{}.ics", tokyo_day(booking.starts_at));
    Ok(Some(Attachment { name, media_type: FILE_TYPE.to_owned(), bytes: single(entry, reader).into_bytes() }))
}

type Known = (BTreeMap<String, DateTime<Utc>>, BTreeMap<FacilityId, String>, Vec<Booking>);

/// Bookings with what a calendar shows of them besides.
fn known(conn: &mut AnyConnection, bookings: Vec<Booking>) -> Result<Known, DbError> {
    Ok((store::list_changes(conn, &bookings)?, store::list_addresses(conn, &bookings)?, bookings))
}

/// What a calendar reads. An address that nobody has is not found, like one that was ended.
#[get("/calendar/{token}.ics")]
async fn read_feed(app: web::Data<App>, token: web::Path<String>, req: HttpRequest) -> Result<HttpResponse, ApiError> {
    let (hash, now, config) = (session::hash(&token), app.now(), app.config.clone());
    let wanted = hash.clone();
    let (subscriber, text) = app
        .db
        .read(move |conn| {
            let subscriber = store::find_subscriber(conn, &wanted)?.ok_or(ApiError::NotFound)?;
            let text = write(conn, &subscriber, site(&config), now)?;
            Ok::<_, ApiError>((subscriber, text))
        })
        .await?;
    if subscriber.is_news(now) {
        // Whoever reads is served also where this cannot be written.
        let written = app.db.write(move |conn| store::mark_read(conn, &hash, now).map_err(ApiError::from)).await;
        written.unwrap_or_else(|error| tracing::warn!(%error, "when a feed was last read was not written"));
    }
    // Weak: it may go packed or not.
    let tag = EntityTag::new_weak(session::hash(&text));
    let is_known = match IfNoneMatch::parse(&req) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|known| known.weak_eq(&tag)),
        Err(_) => false,
    };
    let mut response = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header((ETAG, tag)).insert_header((CACHE_CONTROL, "private, no-cache")).insert_header(("x-robots-tag", "noindex"));
    Ok(if is_known { response.finish() } else { response.insert_header((CONTENT_TYPE, MEDIA_TYPE)).body(text) })
}

fn write(conn: &mut AnyConnection, subscriber: &Subscriber, site: &str, now: DateTime<Utc>) -> Result<String, DbError> {
    let listing = Listing {
        owner: Owner::Family(subscriber.family_id.clone()),
        from: Some(now - KEPT),
        until: None,
        active_only: false,
        waiting_at: None,
        after: None,
        limit: MOST,
    };
    let bookings = list_bookings(conn, &listing)?.into_iter().map(|stored| stored.booking).collect();
    let (changes, addresses, bookings) = known(conn, bookings)?;
    let entries = bookings.iter().map(|booking| Entry {
        booking,
        address: addresses.get(&booking.facility.id).map(String::as_str).filter(|address| !address.is_empty()),
        changed_at: changes.get(booking.id.as_str()).copied().unwrap_or(booking.created_at),
    });
    Ok(feed(entries, Reader { site, locale: subscriber.locale, shows_names: subscriber.shows_names }))
}
