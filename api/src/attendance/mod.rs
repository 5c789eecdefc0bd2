//! Attendance: the board that staff work by, and what is recorded of children who come, go, or do not come.

mod codes;
pub mod live;
pub mod recording;
pub mod settling;
pub mod store;

use actix_web::{get, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use shared::attendance::{Attendance, Board, BoardContact, BoardDay, BoardEntry, Relation};
use shared::bookings::{Booking, BookingState};
use shared::consents::shows;
use shared::families::{Child, Contact, Family, NewChild};
use shared::ids::{FacilityId, PartyId};
use shared::interviews::Outcome;
use shared::problem::{Problem, Reason};
use shared::slots::SlotDay;
use shared::time::{age_months_on, day_start, days_after, tokyo_day};
use utoipa::IntoParams;

pub use self::codes::new_code;
use crate::bookings::store::{Listing, Owner, Stored, list_bookings};
use crate::consents::staff::Sight;
use crate::db::AnyConnection;
use crate::error::{ApiError, ForStaff};
use crate::request::Query;
use crate::routes::Operations;
use crate::session::Staff;
use crate::{App, facilities, families, interviews, slots};

/// The longest range of a board, in days.
const MAX_DAYS: i64 = 35;
/// More children than that no facility has in that time.
const MAX_ENTRIES: i64 = 5000;

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    config
        .service(get_board)
        .service(live::watch_board)
        .service(recording::check_in_booking)
        .service(recording::check_out_booking)
        .service(recording::mark_booking_absent)
        .service(recording::undo_attendance)
        .service(recording::correct_attendance)
        .service(recording::list_attendance)
        .service(codes::get_family_code)
        .service(codes::renew_family_code)
        .service(codes::set_family_pin)
        .service(codes::get_wall_code)
        .service(codes::renew_wall_code)
        .service(codes::scan_family)
        .service(codes::list_arrivals);
}

/// Which days of which facility.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct BoardQuery {
    /// The facility; the signed-in staff's when absent. Another one is not found.
    #[param(value_type = Option<String>)]
    pub facility_id: Option<FacilityId>,
    /// First day; today when absent.
    pub from: Option<NaiveDate>,
    /// Last day, at most 34 after the first; the first when absent.
    pub to: Option<NaiveDate>,
}

/// The board: who comes when, with what carers must know; the slots of the days; what waits for a decision
#[utoipa::path(
    tag = "attendance",
    params(BoardQuery),
    responses(
        (status = 200, description = "Day by day", body = Board),
        (status = 404, description = "Not this staff's facility", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
        ForStaff,
    )
)]
#[get("/staff/today")]
pub async fn get_board(app: web::Data<App>, staff: Staff, query: Query<BoardQuery>) -> Result<web::Json<Board>, ApiError> {
    let (query, now) = (query.0, app.now());
    if query.facility_id.is_some_and(|id| id != staff.facility_id) {
        return Err(ApiError::NotFound);
    }
    let from = query.from.unwrap_or_else(|| tokyo_day(now));
    let to = query.to.unwrap_or(from);
    if to < from || (to - from).num_days() >= MAX_DAYS {
        return Err(ApiError::invalid("/to", Reason::new("problem.invalid")));
    }
    let board = app.db.read(move |conn| board(conn, &staff.facility_id, from, to, now)).await?;
    Ok(web::Json(board))
}

fn board(conn: &mut AnyConnection, facility: &FacilityId, from: NaiveDate, to: NaiveDate, now: DateTime<Utc>) -> Result<Board, ApiError> {
    let (start, end) = (day_start(from), day_start(days_after(to, 1)));
    let listing = Listing {
        owner: Owner::Facility(facility.clone()),
        from: Some(start),
        until: Some(end),
        active_only: false,
        waiting_at: None,
        after: None,
        limit: MAX_ENTRIES,
    };
    let mut bookings = list_bookings(conn, &listing)?;
    // Who did not come stays in sight, also where the place is free again: it can be taken back.
    bookings.retain(|stored| stored.booking.state.is_active() || stored.booking.state.attendance() == Attendance::Absent);
    let waiting = list_bookings(conn, &Listing { from: None, until: None, waiting_at: Some(now), ..listing })?;
    let mut entries = entries(conn, facility, bookings, now)?;
    entries.sort_by(|a, b| (a.booking.starts_at, &a.booking.child.kana).cmp(&(b.booking.starts_at, &b.booking.child.kana)));
    let mut requests = self::entries(conn, facility, waiting, now)?;
    requests.sort_by(|a, b| urgency(&a.booking).cmp(&urgency(&b.booking)));
    let name = facilities::store::find_name(conn, facility)?.ok_or(ApiError::NotFound)?;
    let days = slots::staff::days(conn, facility, from, to)?
        .into_iter()
        .map(|SlotDay { day, holiday, slots }| BoardDay {
            entries: entries.iter().filter(|entry| tokyo_day(entry.booking.starts_at) == day).cloned().collect(),
            day,
            holiday,
            slots,
        })
        .collect();
    Ok(Board { now, facility: name, days, requests })
}

/// The order in which requests are to be decided.
fn urgency(booking: &Booking) -> (Option<DateTime<Utc>>, &PartyId, &str) {
    let decide_by = match booking.state {
        BookingState::Requested { decide_by } => Some(decide_by),
        _ => None,
    };
    (decide_by, &booking.party_id, &booking.child.kana)
}

/// The lines of bookings, with families and children of all of them in two questions.
fn entries(
    conn: &mut AnyConnection,
    facility: &FacilityId,
    bookings: Vec<Stored>,
    now: DateTime<Utc>,
) -> Result<Vec<BoardEntry>, ApiError> {
    let families = families::store::list_families(conn, bookings.iter().map(|stored| &stored.family_id))?;
    let children = families::store::list_any_children(conn, bookings.iter().map(|stored| &stored.booking.child.id))?;
    let interviews = interviews::store::list_outcomes(conn, children.iter().map(|child| &child.id), facility)?;
    let sight = Sight::of(conn, facility, families.iter().map(|family| &family.id), children.iter().map(|child| &child.id))?;
    bookings
        .into_iter()
        .map(|stored| {
            let family = families.iter().find(|family| family.id == stored.family_id);
            let child = children.iter().find(|child| child.id == stored.booking.child.id);
            let (family, child) = family.zip(child).ok_or(ApiError::NotFound)?;
            let interview = interviews.iter().find(|(id, _)| *id == child.id).map(|(_, outcome)| outcome.clone());
            Ok(board_entry(stored, (family, child.clone()), interview, &sight, now))
        })
        .collect()
}

fn board_entry(
    stored: Stored,
    (family, mut child): (&Family, Child),
    interview: Option<Outcome>,
    sight: &Sight,
    now: DateTime<Utc>,
) -> BoardEntry {
    let is_shown = shows(sight.agrees(&family.id), &stored.booking, now);
    let changed = sight.changed(family, &child).filter(|_| is_shown);
    let months = age_months_on(child.known.born, tokyo_day(stored.booking.starts_at));
    let guardian = BoardContact { name: family.guardian_name.clone(), relation: Relation::Guardian, phone: family.phone.clone() };
    let other = |Contact { name, relation, phone }| BoardContact { name, relation: Relation::Other { words: relation }, phone };
    let with_guardian =
        |others: Vec<Contact>| Some(guardian.clone()).filter(|_| is_shown).into_iter().chain(others.into_iter().map(other)).collect();
    if !is_shown {
        let NewChild { allergies, care_notes, emergency_contacts, pick_up_people, .. } = &mut child.known;
        (*allergies, *care_notes, *emergency_contacts, *pick_up_people) = (Vec::new(), String::new(), Vec::new(), Vec::new());
    }
    BoardEntry {
        age_years: months / 12,
        age_months: months % 12,
        allergies: child.known.allergies,
        care_notes: child.known.care_notes,
        emergency_contacts: with_guardian(child.known.emergency_contacts),
        pick_up_people: with_guardian(child.known.pick_up_people),
        is_away: stored.booking.is_away,
        is_interview: stored.is_interview,
        interview: interview.filter(|_| is_shown),
        is_withheld: !is_shown,
        changed,
        booking: stored.booking,
    }
}
