//! Series (くり返しの予約): previewed date by date, booked in one transaction, and cancelled by scope.

mod cancelling;
mod moving;
mod store;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use chrono::{DateTime, NaiveDate, Utc, Weekday};
use shared::bookings::Booking;
use shared::families::Family;
use shared::ids::{FacilityId, PartyId, SeriesId, SlotId};
use shared::problem::Problem;
use shared::programmes::ProgrammeKey;
use shared::series::{
    Becomes, BookedSeries, DateState, NewSeries, Planned, Rejection, Series, SeriesDate, SeriesPreview, Times, dates, decide, fitting,
    moved, plan, stay_on,
};
use shared::slots::{Slot, SlotFacility};
use shared::time::{day_start, next_day};
use shared::waitlist::{EntryState, NewWaitlistEntry};

use self::store::Row;
use crate::bookings::engine::{Lock, Seen, look, settle};
use crate::bookings::owner;
use crate::bookings::store::{Belongs, Owner, Stored, list_series_bookings};
use crate::db::AnyConnection;
use crate::error::{ApiError, ForBody, ForGuardian, ForGuardianOrStaff};
use crate::idempotency::{Answer, Key, once};
use crate::outbox::Act;
use crate::request::Body;
use crate::routes::Operations;
use crate::session::{Guardian, Signed};
use crate::slots::store::{Search, find_slot, list_slots, lock_slot};
use crate::{App, families, municipalities, new_id, waitlist};

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    // `preview` before `{series_id}`: the first pattern that fits is taken.
    config.service(preview_series).service(create_series).service(get_series);
    cancelling::configure(config);
    moving::configure(config);
}

/// More slots than that no offering has in the time of a series.
const MOST_SLOTS: i64 = 2000;

/// The days of an offering: its slots, closed ones included, and what keeps a day without one.
struct OfferedDays {
    slots: Vec<Slot>,
    closed: Vec<Weekday>,
    holidays: Vec<(NaiveDate, String)>,
}

impl OfferedDays {
    /// What stands against a day without a slot.
    fn without_slot(&self, day: NaiveDate) -> Rejection {
        let holiday = self.holidays.iter().find(|(holiday, _)| *holiday == day).map(|(_, name)| name.as_str());
        Rejection::without_slot(day, &self.closed, holiday)
    }
}

/// The days of an offering from one to another, both included.
fn days_of(
    conn: &mut AnyConnection,
    (facility, programme): (&FacilityId, &ProgrammeKey),
    (from, to): (NaiveDate, NaiveDate),
) -> Result<OfferedDays, ApiError> {
    let search = Search {
        from: day_start(from),
        until: day_start(next_day(to)),
        municipalities: Vec::new(),
        programme: Some(programme.clone()),
        facility: Some(facility.clone()),
        within: None,
        after: None,
        open_only: false,
        limit: MOST_SLOTS,
    };
    let slots = list_slots(conn, &search)?;
    let closed = slots.first().map(|stored| stored.closed_weekdays.clone()).unwrap_or_default();
    let holidays = municipalities::store::list_holidays(conn, from, to)?;
    Ok(OfferedDays { slots: slots.into_iter().map(|stored| stored.slot).collect(), closed, holidays })
}

/// A date of a series: which day, from when to when, and its slot or why there is none.
type Laid = (NaiveDate, Times, Result<SlotId, Rejection>);

/// The dates of a series with their slots.
fn lay_out(conn: &mut AnyConnection, command: &NewSeries) -> Result<Vec<Laid>, ApiError> {
    let first = find_slot(conn, &command.stay.slot_id)?.ok_or(ApiError::NotFound)?;
    let day = first.slot.day();
    let days = dates(day, &command.weekdays, command.until)?;
    let around = days_of(conn, (&first.slot.facility.id, &first.slot.programme), (day, command.until))?;
    let times = (command.stay.starts_at.unwrap_or(first.slot.starts_at), command.stay.ends_at.unwrap_or(first.slot.ends_at));
    let lay = |date: NaiveDate| {
        let then = moved(times, day, date);
        let found = if date == day { Some(&first.slot) } else { fitting(&around.slots, date, then) };
        let slot = found.map(|slot| slot.id.clone());
        (date, then, slot.ok_or_else(|| around.without_slot(date)))
    };
    Ok(days.into_iter().map(lay).collect())
}

/// A date with everything that the rule has to know.
struct Looked {
    day: NaiveDate,
    times: Times,
    found: Result<Seen, Rejection>,
    waited_for: bool,
}

/// Every date, and how many entries the family has on the waiting list.
struct Ground {
    dates: Vec<Looked>,
    open: usize,
}

/// Looks at every date as it is now. The slots must be locked before, where places are then taken.
fn look_at(conn: &mut AnyConnection, family: &Family, command: &NewSeries, laid: Vec<Laid>) -> Result<Ground, ApiError> {
    let mut dates = Vec::with_capacity(laid.len());
    for (day, times, slot) in laid {
        let mut waited_for = false;
        let found = match slot {
            Err(rejection) => Err(rejection),
            Ok(slot) => match look(conn, family, &stay_on(command, &slot, times), Lock::Nothing) {
                Ok(seen) => {
                    waited_for = waitlist::store::is_waited_for(conn, &slot, &command.stay.child_ids)?;
                    Ok(seen)
                }
                // The programme has no version on that day yet.
                Err(ApiError::NotFound) => Err(Rejection::NoSlot),
                Err(error) => return Err(error),
            },
        };
        dates.push(Looked { day, times, found, waited_for });
    }
    Ok(Ground { dates, open: waitlist::store::count_open(conn, &family.id)? })
}

impl Ground {
    fn plan(&self, command: &NewSeries, now: DateTime<Utc>) -> Vec<Planned> {
        let states: Vec<DateState<'_>> = self
            .dates
            .iter()
            .map(|looked| DateState {
                day: looked.day,
                times: looked.times,
                found: looked.found.as_ref().map(|seen| &seen.state).map_err(Clone::clone),
                waited_for: looked.waited_for,
            })
            .collect();
        plan(&states, command, self.open, now)
    }

    /// The facility of all dates: that of the first, which has a slot.
    fn facility(&self) -> Option<&SlotFacility> {
        self.dates.iter().find_map(|looked| looked.found.as_ref().ok()).map(|seen| &seen.state.slot.facility)
    }
}

fn told(plan: Vec<Planned>) -> Vec<SeriesDate> {
    plan.into_iter().map(|planned| planned.date).collect()
}

/// Shows what repeating a stay would mean, date by date
///
/// Each date by the rule of any booking, with what the dates before it in the series use of the limits. It is `bookable`, or `waits` where
/// that is wanted and only the place is missing, or is left out with every reason.
#[utoipa::path(
    tag = "series",
    request_body = NewSeries,
    responses(
        (status = 200, description = "Every date with its own result; nothing is written", body = SeriesPreview),
        (status = 404, description = "No such slot", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`series.until`, `series.too_many_dates`", body = Problem, content_type = "application/problem+json"),
        ForGuardian,
        ForBody,
    )
)]
#[post("/series/preview")]
pub async fn preview_series(app: web::Data<App>, guardian: Guardian, body: Body<NewSeries>) -> Result<web::Json<SeriesPreview>, ApiError> {
    let (command, now) = (body.0, app.now());
    let preview = app
        .db
        .read(move |conn| {
            let family = families::store::find_family(conn, &guardian.family_id)?.ok_or(ApiError::NotFound)?;
            let laid = lay_out(conn, &command)?;
            let ground = look_at(conn, &family, &command, laid)?;
            Ok::<_, ApiError>(SeriesPreview::of(told(ground.plan(&command, now))))
        })
        .await?;
    Ok(web::Json(preview))
}

/// Books a stay on every date of a series, in one transaction
///
/// Each date is an ordinary booking, brothers and sisters of a date all or none. With `seen`, what the preview showed: where a date is
/// different now, nothing is booked and each such date is told (`series.date_changed`, the day as `subject`). `if_conflict` says what
/// becomes of dates that cannot be had: with `waitlist` the children wait for those on which only the place is missing, each date by itself,
/// and a place that is offered and taken later is one more date of the series.
#[utoipa::path(
    tag = "series",
    request_body = NewSeries,
    params(Key),
    responses(
        (status = 201, description = "Every date, the bookings, and the entries of the waiting list", body = BookedSeries),
        (status = 404, description = "No such slot", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`series.date_changed`, `series.has_conflicts`, `series.none_bookable`, each followed by the reasons of its dates with the day as `subject`; `series.until`, `series.too_many_dates`", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Busy; try again after `Retry-After`", body = Problem, content_type = "application/problem+json"),
        ForGuardian,
        ForBody,
    )
)]
#[post("/series")]
pub async fn create_series(app: web::Data<App>, guardian: Guardian, key: Key, body: Body<NewSeries>) -> Result<HttpResponse, ApiError> {
    once(&app, &guardian.account_id, key, body.0, move |conn, command, act| {
        let family = families::store::lock_family(conn, &guardian.family_id)?.ok_or(ApiError::NotFound)?;
        Ok(Answer::new(StatusCode::CREATED, &book(conn, &family, command, act)?)?)
    })
    .await
}

/// Books every date of a series that can be had, and lets the children wait where that is wanted. The family must be locked.
pub fn book(conn: &mut AnyConnection, family: &Family, command: &NewSeries, act: &Act) -> Result<BookedSeries, ApiError> {
    let laid = lay_out(conn, command)?;
    lock_slots(conn, laid.iter().filter_map(|(_, _, slot)| slot.as_ref().ok()))?;
    let ground = look_at(conn, family, command, laid)?;
    let plan = ground.plan(command, act.now);
    decide(&plan, command)?;
    let id = SeriesId::new(new_id());
    let facility = ground.facility().ok_or(ApiError::NotFound)?;
    store::insert_series(conn, &id, (&family.id, &facility.id), command, act.now)?;
    let mut bookings: Vec<Booking> = Vec::new();
    let mut entries = Vec::new();
    for (Looked { found, .. }, planned) in ground.dates.iter().zip(&plan) {
        let Ok(seen) = found else { continue };
        match &planned.becomes {
            Becomes::Booked(stay, placed) => {
                let party_id = PartyId::new(new_id());
                let programme_id = &seen.programme.id;
                let belongs = Belongs {
                    party_id: &party_id,
                    series_id: Some(&id),
                    family_id: &family.id,
                    programme_id,
                    command: stay,
                    entered: None,
                };
                bookings.extend(settle(conn, (seen, placed.as_ref()), &belongs, act)?);
            }
            Becomes::Waits(stay) => {
                let wanted = NewWaitlistEntry::of_booking(stay);
                entries.push(waitlist::enter_slot(conn, (family, Some(&id)), &wanted, seen, act)?);
            }
            Becomes::Nothing => {}
        }
    }
    act.record(conn, "series.booked", facility.place(), id.as_str())?;
    let entries = waitlist::view(conn, entries)?;
    Ok(BookedSeries { id, dates: told(plan), bookings, entries })
}

/// Locks slots in the one order, each once.
fn lock_slots<'a>(conn: &mut AnyConnection, slots: impl Iterator<Item = &'a SlotId>) -> Result<(), ApiError> {
    let ids: std::collections::BTreeSet<&SlotId> = slots.collect();
    for id in ids {
        lock_slot(conn, id)?;
    }
    Ok(())
}

/// A series that this person may see; anybody else's is not found.
fn visible(conn: &mut AnyConnection, id: &SeriesId, owner: &Owner) -> Result<Row, ApiError> {
    let row = store::find_series(conn, id)?.ok_or(ApiError::NotFound)?;
    let mine = match owner {
        Owner::Family(family) => row.family_id == *family,
        Owner::Facility(facility) => row.facility_id == *facility,
    };
    if mine { Ok(row) } else { Err(ApiError::NotFound) }
}

fn bookings(stored: &[Stored]) -> Vec<Booking> {
    stored.iter().map(|stored| stored.booking.clone()).collect()
}

/// A series as its family or its facility sees it: only the family is told what it waits for.
fn series(conn: &mut AnyConnection, row: Row, owner: &Owner) -> Result<Series, ApiError> {
    let bookings = list_series_bookings(conn, &row.id)?.into_iter().map(|stored| stored.booking).collect();
    let entries = match owner {
        Owner::Family(_) => {
            let mut entries = waitlist::store::list_of_series(conn, &row.id)?;
            entries.retain(|entry| !matches!(entry.state, EntryState::Accepted { .. }));
            waitlist::view(conn, entries)?
        }
        Owner::Facility(_) => Vec::new(),
    };
    Ok(Series { id: row.id, weekdays: row.asked.weekdays, until: row.asked.until, bookings, entries })
}

/// A series with its bookings as they now are
#[utoipa::path(
    tag = "series",
    params(("series_id" = String, Path, description = "The series")),
    responses(
        (status = 200, description = "Cancelled bookings included, by start; to the family also what it waits for", body = Series),
        (status = 404, description = "No such series for this person", body = Problem, content_type = "application/problem+json"),
        ForGuardianOrStaff,
    )
)]
#[get("/series/{series_id}")]
pub async fn get_series(app: web::Data<App>, signed: Signed, id: web::Path<SeriesId>) -> Result<web::Json<Series>, ApiError> {
    let owner = owner(&signed)?;
    let found = app
        .db
        .read(move |conn| {
            let row = visible(conn, &id, &owner)?;
            series(conn, row, &owner)
        })
        .await?;
    Ok(web::Json(found))
}
