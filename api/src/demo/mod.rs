//! The fictional demo world: two real cities, everything else made up, laid out around today and the same whenever it is laid out.

mod applications;
mod bookings;
mod campaigns;
mod cities;
mod classes;
mod consents;
mod daily;
mod demand;
mod facilities;
mod figures;
mod interviews;
mod offers;
mod people;
mod places;
mod procedures;
mod programmes;
mod registers;
mod slots;
mod waiting;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;
use shared::ids::FacilityId;
use shared::municipalities::MunicipalityCode;
use shared::time::tokyo_day;

use crate::db::{AnyConnection, DbError};
use crate::error::ApiError;
use crate::outbox::Act;
use crate::schema::{accounts, facilities as facility_rows, municipalities};
use crate::{App, accounts as signing, attendance};

/// The password of every demo account. It is printed on purpose: there is nothing real behind it.
pub const PASSWORD: &str = "yumigahama-demo";

/// Who made the demo world, in the audit.
pub const ACTOR: &str = "demo";

/// The kinds of things with ids that stay the same, so that an address of the demo world is good after it was made anew.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Programme,
    Compact,
    Facility,
    Offering,
    Family,
    Child,
    Account,
    Procedure,
    Entitlement,
    Application,
    Campaign,
}

/// The id of the n-th thing of a kind, in the form of every other id.
fn id(kind: Kind, n: usize) -> String {
    let kind = match kind {
        Kind::Programme => 1,
        Kind::Compact => 2,
        Kind::Facility => 3,
        Kind::Offering => 4,
        Kind::Family => 5,
        Kind::Child => 6,
        Kind::Account => 7,
        Kind::Procedure => 8,
        Kind::Entitlement => 9,
        Kind::Application => 10,
        Kind::Campaign => 11,
    };
    format!("0199{kind:04x}-0000-7000-8000-{n:012x}")
}

/// One of a list, by a number of any size.
fn pick<T: Copy + Default>(list: &[T], n: usize) -> T {
    list.get(n % list.len().max(1)).copied().unwrap_or_default()
}

/// A word of the demo world that a parser has to take.
fn read<T, E: std::fmt::Display>(parsed: Result<T, E>) -> Result<T, DbError> {
    parsed.map_err(|error| DbError::Stored(format!("demo world: {error}")))
}

/// A time of day.
fn time(hour: u32, minute: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or(NaiveTime::MIN)
}

/// Writes the event and audit line of something that the demo world made.
fn record(conn: &mut AnyConnection, kind: &'static str, city: cities::City, subject: &str, at: DateTime<Utc>) -> Result<(), DbError> {
    Act::of_command(ACTOR, at).record(conn, kind, (&cities::code(city)?, None), subject)
}

/// What happened so long ago is told.
const TOLD: TimeDelta = TimeDelta::days(2);
/// So many of the latest events are looked at for notices.
const MOST_TOLD: i64 = 200;

/// When the demo world is laid out.
#[derive(Debug, Clone, Copy)]
struct Moment {
    now: DateTime<Utc>,
    today: NaiveDate,
}

/// Fills an empty database; says whether it did.
pub async fn load_when_empty(app: &App) -> Result<bool, ApiError> {
    if !app.db.read(|conn| is_empty(conn).map_err(ApiError::from)).await? {
        return Ok(false);
    }
    // One hash for all: they share the password, and hashing is slow by design.
    let hash = signing::hash_password(PASSWORD.to_owned()).await?;
    let now = app.now();
    let moment = Moment { now, today: tokyo_day(now) };
    let is_new = app.db.write(move |conn| load(conn, &hash, moment)).await?;
    if is_new {
        registers::take_in(app, moment).await?;
    }
    Ok(is_new)
}

/// Lays the world out in one transaction: all of it is there, or nothing.
fn load(conn: &mut AnyConnection, hash: &str, moment: Moment) -> Result<bool, ApiError> {
    if !is_empty(conn)? {
        return Ok(false);
    }
    cities::insert(conn, moment)?;
    facilities::insert(conn, moment)?;
    classes::insert(conn, moment)?;
    let families = people::insert(conn, hash, moment)?;
    procedures::certify(conn, &families, moment)?;
    insert_codes(conn, &families, moment)?;
    let mut slots = slots::insert(conn, moment)?;
    bookings::insert(conn, &families, &mut slots, moment)?;
    waiting::insert(conn, &families, &slots, moment)?;
    daily::insert(conn, &families, moment)?;
    interviews::insert(conn, moment)?;
    consents::insert(conn, moment)?;
    demand::insert(conn, moment)?;
    applications::insert(conn, &families, moment)?;
    campaigns::insert(conn, moment)?;
    figures::insert(conn, moment)?;
    // Years are laid out in a moment; people are told of the last days.
    crate::notices::store::queue_recent(conn, moment.now - TOLD, MOST_TOLD)?;
    Ok(true)
}

/// Codes for the door, of those who sign in and where staff sign in. They are no secret: there is nothing real behind them.
fn insert_codes(conn: &mut AnyConnection, families: &[people::Household], moment: Moment) -> Result<(), DbError> {
    for (n, family) in families.iter().take(people::BACKGROUND).enumerate() {
        attendance::store::write_family_code(conn, &family.id, &format!("DEM0FAM1{:04}", n + 1), moment.now)?;
    }
    for (n, place) in [places::YONAGO_EVERY_DAY, places::SAKAIMINATO_EVERY_DAY].into_iter().enumerate() {
        attendance::store::write_wall_code(conn, &facilities::facility_id(place), &format!("DEM0WA11{:04}", n + 1), moment.now)?;
    }
    Ok(())
}

/// Whether nobody has begun to use the database.
fn is_empty(conn: &mut AnyConnection) -> Result<bool, DbError> {
    let used: (bool, bool, bool) = diesel::select((
        exists(municipalities::table.select(municipalities::code)),
        exists(facility_rows::table.select(facility_rows::id)),
        exists(accounts::table.select(accounts::id)),
    ))
    .get_result(conn)?;
    Ok(used == (false, false, false))
}

/// Whether the demo world is loaded.
pub async fn is_loaded(app: &App) -> Result<bool, ApiError> {
    app.db
        .read(|conn| {
            let first = accounts::table.filter(accounts::id.eq(id(Kind::Account, 1)));
            diesel::select(exists(first)).get_result(conn).map_err(|error| ApiError::from(DbError::from(error)))
        })
        .await
}

/// A facility of the demo world whose staff sign in.
pub struct Staffed {
    /// The facility.
    pub facility_id: FacilityId,
    /// Its name.
    pub name: &'static str,
    /// Its municipality.
    pub municipality: MunicipalityCode,
    /// Mail address of a member of its staff.
    pub staff: &'static str,
}

/// The facilities that are open every day and whose staff sign in.
pub fn staffed() -> Result<Vec<Staffed>, DbError> {
    let of = |(n, staff): (usize, &'static str)| {
        let place = places::PLACES.get(n)?;
        Some(cities::code(place.city).map(|municipality| Staffed {
            facility_id: facilities::facility_id(n),
            name: place.name,
            municipality,
            staff,
        }))
    };
    people::staffed().into_iter().filter_map(of).collect()
}

/// Mail addresses of guardians of the demo world.
pub fn guardians() -> Vec<&'static str> {
    people::guardians()
}

/// The demo sign-ins, for the screen.
pub fn sign_ins() -> String {
    let mut text = format!("  デモ用の架空のアカウント / demo accounts, all fictional\n  password  {PASSWORD}\n\n");
    for (email, who) in people::sign_ins() {
        text.push_str(&format!("  {email:<34}{who}\n"));
    }
    text
}
