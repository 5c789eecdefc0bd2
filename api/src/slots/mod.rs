//! Slots (枠): the search of free places for everybody, and publishing and changing by the facility.

pub mod classes;
mod closures;
mod offerings;
mod recent;
pub mod staff;
pub mod store;

use std::str::FromStr;

use actix_web::http::header::ContentType;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, get, web};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::Deserialize;
use shared::bookings::{Rejection as Refused, check_period, first_start};
use shared::ids::{FacilityId, SlotId};
use shared::municipalities::{CompactTerm, MunicipalityCode, Position};
use shared::page::{DEFAULT_LIMIT, MAX_LIMIT, Page};
use shared::problem::{Problem, Reason};
use shared::programmes::{OpenDays, Programme, ProgrammeKey, Terms};
use shared::slots::{Crossing, FreePlace, Hours, Slot, SlotDetail, SlotState, booking_period, openings_within, starts};
use shared::time::{at, day_start, days_after, days_before, tokyo_day};
use utoipa::IntoParams;

pub use self::recent::Recent;
use crate::db::{AnyConnection, to_json};
use crate::error::ApiError;
use crate::request::{Query, etag};
use crate::routes::Operations;
use crate::{App, municipalities, programmes, waitlist};

/// The longest range of a search, in days.
const MAX_DAYS: i64 = 62;
/// How many pages of rows one request may read through when most of them do not fit.
const MAX_ROUNDS: u32 = 20;

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    config.service(list_slots).service(get_slot).service(offerings::offer_programme);
    staff::configure(config);
}

/// What to look for.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SlotQuery {
    /// First day; today when absent.
    pub from: Option<NaiveDate>,
    /// Last day, at most 61 after the first; 13 after it when absent.
    pub to: Option<NaiveDate>,
    /// One municipality, or several with commas.
    pub municipality: Option<String>,
    /// The programme.
    #[param(value_type = Option<String>)]
    pub programme: Option<ProgrammeKey>,
    /// The facility.
    #[param(value_type = Option<String>)]
    pub facility_id: Option<FacilityId>,
    /// Completed months of the child's life on the day of stay; places are told for that age.
    #[param(maximum = 216)]
    pub age_months: Option<u32>,
    /// At least so many minutes.
    #[param(minimum = 1, maximum = 1440)]
    pub min_minutes: Option<i64>,
    /// Only stays that start at or after this time of day, `HH:MM`.
    pub time_from: Option<String>,
    /// Only stays that can end at or before this time of day, `HH:MM`.
    pub time_until: Option<String>,
    /// `latitude,longitude`: the distance is told.
    pub near: Option<String>,
    /// With `near`: only facilities within so many metres.
    #[param(minimum = 1, maximum = 200_000)]
    pub within_metres: Option<i64>,
    /// Where the family lives: what the border means is told.
    #[param(value_type = Option<String>)]
    pub residence: Option<MunicipalityCode>,
    /// Only places that can be booked now.
    #[serde(default)]
    pub bookable_only: bool,
    /// So many at most, up to 200.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
    /// From the page before.
    pub cursor: Option<String>,
}

/// A search that makes sense.
struct Wanted {
    search: store::Search,
    age_months: Option<u32>,
    minimum: i64,
    times: (Option<NaiveTime>, Option<NaiveTime>),
    near: Option<Position>,
    within: Option<i64>,
    residence: Option<MunicipalityCode>,
    bookable_only: bool,
    limit: usize,
}

fn wrong(parameter: &str) -> ApiError {
    ApiError::invalid(&format!("/{parameter}"), Reason::new("slots.query_invalid"))
}

fn time(parameter: &str, text: Option<&String>) -> Result<Option<NaiveTime>, ApiError> {
    text.map(|text| NaiveTime::parse_from_str(text, "%H:%M")).transpose().map_err(|_| wrong(parameter))
}

/// Reads `latitude,longitude`.
pub fn position(parameter: &str, text: &str) -> Result<Position, ApiError> {
    let parsed = text.split_once(',').and_then(|(a, b)| Some((f64::from_str(a.trim()).ok()?, f64::from_str(b.trim()).ok()?)));
    match parsed {
        Some((latitude, longitude)) if (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude) => {
            Ok(Position { latitude, longitude })
        }
        _ => Err(wrong(parameter)),
    }
}

/// A box around a point that holds everything within so many metres.
fn around(point: Position, metres: i64) -> (Position, Position) {
    let metres = f64::from(i32::try_from(metres).unwrap_or(i32::MAX));
    let north = metres / 111_000.0;
    let east = north / point.latitude.to_radians().cos().max(0.01);
    (
        Position { latitude: point.latitude - north, longitude: point.longitude - east },
        Position { latitude: point.latitude + north, longitude: point.longitude + east },
    )
}

fn cursor(starts_at: DateTime<Utc>, id: &SlotId) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}|{id}", starts_at.timestamp()))
}

fn read_cursor(text: &str) -> Option<(DateTime<Utc>, SlotId)> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    let (seconds, id) = text.split_once('|')?;
    Some((DateTime::from_timestamp(seconds.parse().ok()?, 0)?, SlotId::new(id)))
}

impl SlotQuery {
    fn wanted(self, now: DateTime<Utc>) -> Result<Wanted, ApiError> {
        let from = self.from.unwrap_or_else(|| tokyo_day(now));
        let to = self.to.unwrap_or_else(|| days_after(from, 13));
        if to < from || (to - from).num_days() >= MAX_DAYS {
            return Err(wrong("to"));
        }
        let municipalities = self.municipality.as_deref().map_or(Ok(Vec::new()), |codes| {
            codes
                .split(',')
                .filter(|c| !c.is_empty())
                .map(|c| MunicipalityCode::parse(c.trim()).map_err(|e| ApiError::invalid("/municipality", e.reason())))
                .collect()
        })?;
        let limit = self.limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            return Err(wrong("limit"));
        }
        let minimum = self.min_minutes.unwrap_or(1);
        if !(1..=1440).contains(&minimum) {
            return Err(wrong("min_minutes"));
        }
        let near = self.near.as_deref().map(|text| position("near", text)).transpose()?;
        let within = self.within_metres;
        if within.is_some_and(|metres| !(1..=200_000).contains(&metres)) || (within.is_some() && near.is_none()) {
            return Err(wrong("within_metres"));
        }
        if self.age_months.is_some_and(|months| months > 216) {
            return Err(wrong("age_months"));
        }
        let after = self.cursor.as_deref().map(|text| read_cursor(text).ok_or_else(|| wrong("cursor"))).transpose()?;
        Ok(Wanted {
            search: store::Search {
                from: day_start(from),
                until: day_start(days_after(to, 1)),
                municipalities,
                programme: self.programme,
                facility: self.facility_id,
                within: near.zip(within).map(|(point, metres)| around(point, metres)),
                after,
                open_only: self.bookable_only,
                limit: i64::from(limit),
            },
            age_months: self.age_months,
            minimum,
            times: (time("time_from", self.time_from.as_ref())?, time("time_until", self.time_until.as_ref())?),
            near,
            within,
            residence: self.residence,
            bookable_only: self.bookable_only,
            limit: usize::try_from(limit).unwrap_or(1),
        })
    }
}

impl Wanted {
    /// What is asked for, without a word of who asks.
    fn demand(&self) -> waitlist::demand::Search {
        waitlist::demand::Search {
            days: (tokyo_day(self.search.from), days_before(tokyo_day(self.search.until), 1)),
            residence: self.residence.clone(),
            programme: self.search.programme.clone(),
            age: self.age_months.map(|months| months / 12),
            times: self.times,
        }
    }
}

/// What the slots of a search are judged by.
struct Rules {
    programmes: Vec<Programme>,
    terms: Vec<CompactTerm>,
    holidays: Vec<NaiveDate>,
}

impl Rules {
    fn load(conn: &mut AnyConnection, wanted: &Wanted) -> Result<Self, ApiError> {
        let (from, to) = (tokyo_day(wanted.search.from), tokyo_day(wanted.search.until));
        let municipality = match wanted.search.municipalities.as_slice() {
            [one] => Some(one),
            _ => None,
        };
        let key = wanted.search.programme.as_ref();
        Ok(Self {
            programmes: programmes::store::list_programmes(conn, municipality, key, from, to)?,
            terms: if wanted.residence.is_some() { municipalities::store::list_terms(conn, municipality, key)? } else { Vec::new() },
            holidays: municipalities::store::list_holidays(conn, days_before(from, 70), to)?.into_iter().map(|(day, _)| day).collect(),
        })
    }

    /// What a slot offers to that search; none when it does not fit.
    fn judge(&self, wanted: &Wanted, stored: store::Stored, now: DateTime<Utc>) -> Option<FreePlace> {
        let slot = stored.slot;
        let day = slot.day();
        let programme = programmes::store::on_day(&self.programmes, &slot.facility.municipality, &slot.programme, day)?;
        let crossing = wanted
            .residence
            .as_ref()
            .map_or(Crossing::Home, |home| Crossing::find(home, &slot.facility.municipality, &slot.programme, day, &self.terms));
        let distance = wanted.near.zip(slot.facility.position).map(|(a, b)| a.metres_to(b));
        if wanted.within.is_some_and(|metres| distance.is_none_or(|d| d > f64::from(i32::try_from(metres).unwrap_or(i32::MAX)))) {
            return None;
        }
        let terms = &programme.terms;
        let age = wanted.age_months.map(|months| age_in(&slot, terms, months));
        if age == Some(None) {
            return None;
        }
        let age = age.flatten();
        let open_days = OpenDays { closed_weekdays: stored.closed_weekdays, closed_days: self.holidays.clone() };
        let first = first_start(&starts(&slot, &terms.unit), terms, &crossing, &open_days, now);
        let earliest = wanted.times.0.map(|t| at(day, t)).max(first.map(|(start, _)| start));
        let hours = Hours { minimum: wanted.minimum, earliest, latest: wanted.times.1.map(|t| at(day, t)) };
        let stays = openings_within(&slot, terms, age, &hours)?;
        // Where bookings are over for every stay, the slot says so by its own start.
        let (start, period) = first.unwrap_or_else(|| (slot.starts_at, booking_period(terms, slot.starts_at, &crossing, &open_days)));
        let mut reasons: Vec<Reason> = check_period(slot.state, start, &period, now).iter().map(|r| r.reason()).collect();
        if let (SlotState::Closed, Some(closed)) = (slot.state, slot.closures.last()) {
            // Why it is closed says more than that it is.
            reasons.retain(|reason| *reason != Refused::SlotClosed.reason());
            reasons.insert(0, closed.closure.reason());
        }
        if crossing == Crossing::None {
            reasons.push(Reason::new("slots.no_compact"));
        }
        reasons.extend(wanted.age_months.and_then(|months| terms.ages.outside(months)));
        if stays.iter().all(|stay| stay.places_left == 0) {
            reasons.push(Reason::new("slots.full"));
        }
        let places_left = match age {
            Some(age) => slot.places_left(terms, age, slot.starts_at, slot.ends_at).unwrap_or(0),
            None => {
                slot.bands.iter().filter_map(|band| slot.places_left(terms, band.from_age, slot.starts_at, slot.ends_at)).max().unwrap_or(0)
            }
        };
        Some(FreePlace {
            slot_id: slot.id,
            facility: slot.facility,
            programme: slot.programme,
            starts_at: slot.starts_at,
            ends_at: slot.ends_at,
            places_left,
            openings: stays,
            bookable: reasons.is_empty(),
            reasons,
            interview: slot.interview,
            period,
            distance_metres: distance.map(metres),
        })
    }
}

/// The age by which a slot has places for children of so many months: where months leave two classes open, the one with fewer places, so that
/// nobody is promised too much. None: no band takes them.
fn age_in(slot: &Slot, terms: &Terms, months: u32) -> Option<u32> {
    let left = |age: &u32| slot.places_left(terms, *age, slot.starts_at, slot.ends_at);
    slot.band_ages(&terms.ages, months).into_iter().filter(|age| left(age).is_some()).min_by_key(left)
}

/// A distance in whole metres.
pub fn metres(distance: f64) -> i64 {
    format!("{distance:.0}").parse().unwrap_or(0)
}

fn search(conn: &mut AnyConnection, mut wanted: Wanted, now: DateTime<Utc>) -> Result<Page<FreePlace>, ApiError> {
    let rules = Rules::load(conn, &wanted)?;
    let mut items: Vec<FreePlace> = Vec::with_capacity(wanted.limit);
    for _ in 0..MAX_ROUNDS {
        let rows = store::list_slots(conn, &wanted.search)?;
        let last = i64::try_from(rows.len()).unwrap_or(0) < wanted.search.limit;
        for stored in rows {
            wanted.search.after = Some((stored.slot.starts_at, stored.slot.id.clone()));
            items.extend(rules.judge(&wanted, stored, now).filter(|place| place.bookable || !wanted.bookable_only));
            if items.len() == wanted.limit {
                let next_cursor = wanted.search.after.as_ref().map(|(starts_at, id)| cursor(*starts_at, id));
                return Ok(Page { items, next_cursor });
            }
        }
        if last {
            return Ok(Page { items, next_cursor: None });
        }
    }
    let next_cursor = wanted.search.after.as_ref().map(|(starts_at, id)| cursor(*starts_at, id));
    Ok(Page { items, next_cursor })
}

/// Free places, by start
///
/// Each with the places left for the asked age, the stays it offers, and why it cannot be booked, if so. Nothing about a family
/// is needed.
#[utoipa::path(
    tag = "slots",
    params(SlotQuery),
    responses(
        (status = 200, description = "By start, then id", body = Page<FreePlace>),
        (status = 422, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/slots")]
pub async fn list_slots(app: web::Data<App>, req: HttpRequest, query: Query<SlotQuery>) -> Result<HttpResponse, ApiError> {
    // Counted before it is read: a write in between makes the page one of the past.
    let (now, writes) = (app.now(), app.db.writes());
    let body = match app.recent.find(req.query_string(), writes, now) {
        Some(body) => body,
        None => {
            let wanted = query.0.wanted(now)?;
            let asked = wanted.search.after.is_none().then(|| wanted.demand());
            let page = app.db.read(move |conn| search(conn, wanted, now)).await?;
            if let Some(asked) = asked.filter(|_| page.next_cursor.is_none() && !page.items.iter().any(|place| place.bookable)) {
                waitlist::demand::note_search(&app, asked);
            }
            let body = Bytes::from(to_json(&page)?);
            app.recent.keep(req.query_string(), body.clone(), writes, now);
            body
        }
    };
    Ok(HttpResponse::Ok().content_type(ContentType::json()).body(body))
}

/// One slot with the rules it is booked by
///
/// What a client needs to decide for itself what the server would decide.
#[utoipa::path(
    tag = "slots",
    params(("slot_id" = String, Path, description = "The slot")),
    responses(
        (status = 200, description = "The slot; `ETag` for a change by its facility", body = SlotDetail),
        (status = 404, description = "No such slot", body = Problem, content_type = "application/problem+json"),
    )
)]
#[get("/slots/{slot_id}")]
pub async fn get_slot(app: web::Data<App>, id: web::Path<SlotId>) -> Result<HttpResponse, ApiError> {
    let detail = app.db.read(move |conn| detail(conn, &id)).await?;
    Ok(HttpResponse::Ok().insert_header(("ETag", etag(detail.slot.version))).json(detail))
}

fn detail(conn: &mut AnyConnection, id: &SlotId) -> Result<SlotDetail, ApiError> {
    let stored = store::find_slot(conn, id)?.ok_or(ApiError::NotFound)?;
    let (host, day) = (stored.slot.facility.municipality.clone(), stored.slot.day());
    let programme = programmes::store::find_programme(conn, &host, &stored.slot.programme, day)?.ok_or(ApiError::NotFound)?;
    let compact_terms = municipalities::store::list_terms(conn, Some(&host), Some(&stored.slot.programme))?;
    let open_days = store::open_days(conn, &stored)?;
    Ok(SlotDetail { slot: stored.slot, programme_name: programme.name, terms: programme.terms, open_days, compact_terms })
}
