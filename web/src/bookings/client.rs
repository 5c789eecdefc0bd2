//! Requests of the pages for bookings, and what this device keeps of them for times without network.

use chrono::{DateTime, Utc};
use futures_util::future::{join, join4};
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};
use shared::attendance::AttendanceRecord;
use shared::bookings::{Booking, Cancel, NewBooking, Quote, Reschedule};
use shared::facilities::Facility;
use shared::page::Page;
use shared::programmes::{LimitPeriod, LimitVersion, Programme, Unit};
use shared::slots::{FreePlace, SlotDetail};
use shared::time::{Month, age_months_on, days_after, days_before, tokyo_day};

use super::model::{Ground, Sheet, split};
use crate::accounts::client::municipalities;
use crate::api::{self, Attempt, Failure, percent_encoded, query};
use crate::entitlements::client::entitlements;
use crate::families::client::{children, family};
use crate::interviews::client::interviews;
use crate::offline;
use crate::settings;

/// So many pages of bookings are read at most.
const MAX_PAGES: usize = 5;
/// So far back the list of past bookings goes.
const PAST_DAYS: u32 = 200;
/// So many of the next bookings are kept with everything needed on the day.
const KEPT_SHEETS: usize = 6;
/// Over so many days a booking can be moved by hand, half of them before its own where that is far ahead.
const MOVE_DAYS: u32 = 35;
const KEPT_LIST: &str = "next_bookings";

/// Everything that the rules need to know of a slot for this family.
pub async fn ground(slot_id: String) -> Result<Ground, Failure> {
    let slot_path = format!("/slots/{}", percent_encoded(&slot_id));
    let (detail, family, children, cities) = join4(api::get::<SlotDetail>(&slot_path), family(), children(), municipalities()).await;
    let (detail, family) = (detail?, family?.value);
    let month = Month::at(detail.slot.starts_at);
    let programmes = query(
        "/programmes",
        &[
            ("municipality", Some(family.municipality.to_string())),
            ("programme", Some(detail.slot.programme.as_str().to_owned())),
            ("on", Some(detail.slot.day().to_string())),
        ],
    );
    // A month with the weeks at its ends.
    let (from, to) = (days_before(month.first_day(), 6), days_after(month.next_first_day(), 6));
    let (programmes, bookings) =
        join(api::get::<Page<Programme>>(&programmes), all_bookings(Some(from.to_string()), Some(to.to_string()))).await;
    let limits: Vec<LimitVersion> = programmes?.items.iter().map(Programme::limits).collect();
    let since_birth = limits.iter().flat_map(|version| &version.limits).any(|limit| limit.per == LimitPeriod::Birth);
    let bookings = if since_birth { all_bookings(None, None).await } else { bookings };
    let interviews = if detail.slot.interview { interviews(detail.slot.facility.id.as_str()).await? } else { Vec::new() };
    let entitlements = if detail.terms.certification.is_some() { entitlements().await? } else { Vec::new() };
    Ok(Ground { interviews, entitlements, detail, family, children: children?, cities: cities?, limits, bookings: bookings? })
}

/// The family's bookings of the last months and all to come.
pub async fn recent() -> Result<Vec<Booking>, Failure> {
    all_bookings(Some(days_before(tokyo_day(settings::now()), PAST_DAYS).to_string()), None).await
}

async fn all_bookings(from: Option<String>, to: Option<String>) -> Result<Vec<Booking>, Failure> {
    let mut bookings = Vec::new();
    let mut cursor = None;
    for _ in 0..MAX_PAGES {
        let path = query("/bookings", &[("from", from.clone()), ("to", to.clone()), ("limit", Some("200".to_owned())), ("cursor", cursor)]);
        let page: Page<Booking> = api::get(&path).await?;
        bookings.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    Ok(bookings)
}

/// What booking now would mean.
pub async fn quote(command: &NewBooking) -> Result<Quote, Failure> {
    api::post("/bookings/quote", command, &Attempt::new()).await
}

/// Books.
pub async fn book(command: &NewBooking, attempt: &Attempt) -> Result<Vec<Booking>, Failure> {
    api::post("/bookings", command, attempt).await
}

/// The bookings of a day that were made together.
pub async fn party(day: String, party_id: &str) -> Result<Vec<Booking>, Failure> {
    let bookings = all_bookings(Some(day.clone()), Some(day)).await?;
    Ok(bookings.into_iter().filter(|booking| booking.party_id.as_str() == party_id).collect())
}

/// Cancels a booking on the terms that were shown.
pub async fn cancel(booking_id: &str, command: &Cancel, attempt: &Attempt) -> Result<Booking, Failure> {
    api::post(&format!("/bookings/{}/cancel", percent_encoded(booking_id)), command, attempt).await
}

/// What was recorded of a booking on its day.
pub async fn history(booking_id: String) -> Result<Vec<AttendanceRecord>, Failure> {
    api::get(&format!("/bookings/{}/attendance", percent_encoded(&booking_id))).await
}

/// Undoes what was booked together.
pub async fn undo(booking_id: &str, attempt: &Attempt) -> Result<(), Failure> {
    api::post(&format!("/bookings/{}/undo", percent_encoded(booking_id)), &(), attempt).await
}

/// A booking that may move, and where to.
#[derive(Debug, Clone, PartialEq)]
pub struct Movable {
    /// Who moves, this booking first.
    pub party: Vec<Booking>,
    /// How a stay is measured.
    pub unit: Option<Unit>,
    /// The places of the same facility and programme in the next weeks.
    pub places: Vec<FreePlace>,
}

/// A booking with its brothers and sisters, and where they can go.
pub async fn movable(booking_id: String) -> Result<Movable, Failure> {
    let booking: Booking = api::get(&format!("/bookings/{}", percent_encoded(&booking_id))).await?;
    let first = days_before(tokyo_day(booking.starts_at), MOVE_DAYS / 2).max(tokyo_day(settings::now()));
    let slot_path = format!("/slots/{}", percent_encoded(booking.slot_id.as_str()));
    let day = tokyo_day(booking.starts_at).to_string();
    let (children, detail, mut party) =
        futures_util::future::join3(children(), api::get::<SlotDetail>(&slot_path), party(day, booking.party_id.as_str())).await;
    let born = children?.iter().find(|child| child.id == booking.child.id).map(|child| child.known.born);
    let places = query(
        "/slots",
        &[
            ("facility_id", Some(booking.facility.id.to_string())),
            ("programme", Some(booking.programme.as_str().to_owned())),
            ("from", Some(first.to_string())),
            ("to", Some(days_after(first, MOVE_DAYS).to_string())),
            ("age_months", born.map(|born| age_months_on(born, tokyo_day(booking.starts_at)).to_string())),
            ("residence", Some(family().await?.value.municipality.to_string())),
            ("limit", Some("200".to_owned())),
        ],
    );
    let places = api::get::<Page<FreePlace>>(&places).await?.items;
    if let Ok(party) = &mut party {
        party.retain(|other| other.id != booking.id && other.may_move());
    }
    let party = std::iter::once(booking).chain(party.unwrap_or_default()).collect();
    Ok(Movable { party, unit: detail.ok().map(|detail| detail.terms.unit), places })
}

/// The child's age in months on the day of a booking, and the places of its programme on that day in all cities.
pub async fn same_day(booking: Booking) -> Result<(Option<u32>, Vec<FreePlace>), Failure> {
    let day = tokyo_day(booking.starts_at);
    let (children, family) = join(children(), family()).await;
    let born = children?.iter().find(|child| child.id == booking.child.id).map(|child| child.known.born);
    let age = born.map(|born| age_months_on(born, day));
    let path = query(
        "/slots",
        &[
            ("programme", Some(booking.programme.as_str().to_owned())),
            ("from", Some(day.to_string())),
            ("to", Some(day.to_string())),
            ("age_months", age.map(|months| months.to_string())),
            ("residence", Some(family?.value.municipality.to_string())),
            ("bookable_only", Some("true".to_owned())),
            ("limit", Some("200".to_owned())),
        ],
    );
    Ok((age, api::get::<Page<FreePlace>>(&path).await?.items))
}

/// What moving would mean now.
pub async fn preview_move(booking_id: &str, command: &Reschedule) -> Result<Quote, Failure> {
    api::post(&format!("/bookings/{}/reschedule/preview", percent_encoded(booking_id)), command, &Attempt::new()).await
}

/// Moves.
pub async fn reschedule(booking_id: &str, command: &Reschedule, attempt: &Attempt) -> Result<Vec<Booking>, Failure> {
    api::post(&format!("/bookings/{}/reschedule", percent_encoded(booking_id)), command, attempt).await
}

/// Something from the server, or from this device's memory of an earlier visit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Known<T> {
    /// The thing.
    pub value: T,
    /// When it was read, if not just now.
    pub as_of: Option<DateTime<Utc>>,
}

/// The family's bookings of the last months and all to come. Without network: the next ones as they were at the last visit.
pub async fn bookings(account: String) -> Result<Known<Vec<Booking>>, Failure> {
    let now = settings::now();
    match recent().await {
        Ok(bookings) => {
            let (next, _) = split(&bookings, now);
            offline::remember(&account, KEPT_LIST, &Known { value: next.clone(), as_of: Some(now) });
            keep_sheets(account, next);
            Ok(Known { value: bookings, as_of: None })
        }
        Err(Failure::Offline) => offline::recall(&account, KEPT_LIST).ok_or(Failure::Offline),
        Err(failure) => Err(failure),
    }
}

fn kept_sheet(booking_id: &str) -> String {
    format!("sheet/{booking_id}")
}

/// Keeps the next bookings with everything needed on the day, quietly.
fn keep_sheets(account: String, next: Vec<Booking>) {
    spawn_local(async move {
        for booking in next.into_iter().take(KEPT_SHEETS) {
            let _ = sheet_of(&account, booking).await;
        }
    });
}

/// One booking with everything needed on the day. Without network: as it was at the last visit.
pub async fn sheet(account: String, booking_id: String) -> Result<Known<Sheet>, Failure> {
    match api::get::<Booking>(&format!("/bookings/{}", percent_encoded(&booking_id))).await {
        Ok(booking) => Ok(Known { value: sheet_of(&account, booking).await, as_of: None }),
        Err(Failure::Offline) => offline::recall(&account, &kept_sheet(&booking_id)).ok_or(Failure::Offline),
        Err(failure) => Err(failure),
    }
}

async fn sheet_of(account: &str, booking: Booking) -> Sheet {
    let facility_path = format!("/facilities/{}", percent_encoded(booking.facility.id.as_str()));
    let (facility, children) = join(api::get::<Facility>(&facility_path), children()).await;
    // A page for the day is better without address than not at all.
    let sheet = Sheet::of(booking, facility.ok().map(|facility| facility.listing), &children.unwrap_or_default());
    let id = sheet.booking.id.to_string();
    offline::remember(account, &kept_sheet(&id), &Known { value: sheet.clone(), as_of: Some(settings::now()) });
    sheet
}
