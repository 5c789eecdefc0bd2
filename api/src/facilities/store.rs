//! Rows of facilities.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Double, Text};
use shared::facilities::{Facility, FacilityProgramme, FacilitySummary, Listing};
use shared::ids::FacilityId;
use shared::municipalities::{MunicipalityCode, Position};
use shared::programmes::ProgrammeKey;
use shared::text::{katakana, to_ascii_width};
use shared::time::{day_start, days_before, next_day, tokyo_day};

use crate::db::{AnyConnection, DbError, from_json, instant, stored, to_json};
use crate::municipalities::store::code;
use crate::schema::{accounts, facilities, offerings, slots};

/// Which facilities to list.
#[derive(Debug, Clone)]
pub struct Search {
    /// Only of these municipalities; of all when empty.
    pub municipalities: Vec<MunicipalityCode>,
    /// Only where this programme is offered.
    pub programme: Option<ProgrammeKey>,
    /// Nearest first from this point; otherwise by reading.
    pub near: Option<Position>,
    /// Words that all must occur in name, reading or address.
    pub words: Vec<String>,
    /// After this one.
    pub after: Option<After>,
    /// At most so many.
    pub limit: i64,
    /// Only those that have not closed for good by then.
    pub at: DateTime<Utc>,
}

/// The last facility of the page before.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum After {
    /// Its reading and id.
    Reading(String, String),
    /// Its distance measure and id.
    Distance(f64, String),
}

/// A facility in a list, with what the next page needs to know of it.
#[derive(Debug, Clone)]
pub struct Listed {
    /// What a list shows.
    pub summary: FacilitySummary,
    /// Where a page that ends here goes on.
    pub after: After,
}

/// How a listing stands to what is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Not known before.
    New,
    /// Known, and something differs.
    Changed(FacilityId),
    /// Known and the same in everything.
    Unchanged,
}

/// Text as it is searched: one width, one kind of kana, lower case, words apart.
fn folded(text: &str) -> String {
    katakana(&to_ascii_width(text)).to_lowercase()
}

/// The words of a question, without the signs that mean something to `LIKE`.
pub fn words(text: &str) -> Vec<String> {
    folded(text)
        .split(|c: char| c.is_whitespace() || matches!(c, '%' | '_' | '\\'))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

fn search_text(listing: &Listing) -> String {
    let address = listing.address.line();
    let texts = [Some(listing.name.as_str()), listing.kana.as_deref(), listing.name_en.as_deref(), address.as_deref()];
    folded(&texts.into_iter().flatten().collect::<Vec<_>>().join("\n"))
}

fn open_weekdays(listing: &Listing) -> Option<String> {
    let days = listing.opening.weekdays.as_ref()?;
    Some(days.iter().map(ToString::to_string).collect::<Vec<_>>().join(","))
}

/// Who runs it: the corporate number, else the name.
fn operator(listing: &Listing) -> Option<&str> {
    listing.operator.corporate_number.as_deref().or(listing.operator.name.as_deref())
}

/// Metres without their fraction; no two points on earth are too far apart for it.
fn whole_metres(metres: f64) -> u32 {
    format!("{metres:.0}").parse().unwrap_or(u32::MAX)
}

/// The programmes that a facility offers, by name.
pub fn list_programmes_of(conn: &mut AnyConnection, id: &FacilityId) -> Result<Vec<FacilityProgramme>, DbError> {
    let rows: Vec<(String, Option<i64>, bool)> = offerings::table
        .filter(offerings::facility_id.eq(id.as_str()))
        .order(offerings::programme)
        .select((offerings::programme, offerings::hourly_yen, offerings::interview))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(key, hourly_yen, interview)| FacilityProgramme { key: ProgrammeKey::new(key), hourly_yen, interview })
        .collect())
}

/// The last day before a facility closes for good.
fn last_day(closes_at: NaiveDateTime) -> NaiveDate {
    days_before(tokyo_day(instant(closes_at)), 1)
}

/// The first and the last day of a facility, where they are known.
pub fn find_days(conn: &mut AnyConnection, id: &FacilityId) -> Result<(Option<NaiveDate>, Option<NaiveDate>), DbError> {
    let row: Option<(Option<NaiveDate>, Option<NaiveDateTime>)> = facilities::table
        .filter(facilities::id.eq(id.as_str()))
        .select((facilities::opens_on, facilities::closes_at))
        .first(conn)
        .optional()?;
    Ok(row.map(|(opens_on, closes_at)| (opens_on, closes_at.map(last_day))).unwrap_or_default())
}

/// Says when a facility opens.
pub fn write_first_day(conn: &mut AnyConnection, id: &FacilityId, first: NaiveDate) -> Result<(), DbError> {
    diesel::update(facilities::table.filter(facilities::id.eq(id.as_str()))).set(facilities::opens_on.eq(first)).execute(conn)?;
    Ok(())
}

/// Says when a facility closes for good, or that it does not.
pub fn write_last_day(conn: &mut AnyConnection, id: &FacilityId, last: Option<NaiveDate>, now: DateTime<Utc>) -> Result<(), DbError> {
    diesel::update(facilities::table.filter(facilities::id.eq(id.as_str())))
        .set((
            facilities::closes_at.eq(last.map(|last| stored(day_start(next_day(last))))),
            facilities::version.eq(facilities::version + 1),
            facilities::updated_at.eq(stored(now)),
        ))
        .execute(conn)?;
    Ok(())
}

/// How many offerings, slots and people of staff a facility has.
pub fn count_used(conn: &mut AnyConnection, id: &FacilityId) -> Result<i64, DbError> {
    let offered: i64 = offerings::table.filter(offerings::facility_id.eq(id.as_str())).count().get_result(conn)?;
    let open: i64 = slots::table.filter(slots::facility_id.eq(id.as_str())).count().get_result(conn)?;
    let staff: i64 = accounts::table.filter(accounts::facility_id.eq(id.as_str())).count().get_result(conn)?;
    Ok(offered + open + staff)
}

/// Takes a facility away that never opened.
pub fn delete_facility(conn: &mut AnyConnection, id: &FacilityId) -> Result<(), DbError> {
    diesel::delete(facilities::table.filter(facilities::id.eq(id.as_str()))).execute(conn)?;
    Ok(())
}

/// A facility with everything.
pub fn find_facility(conn: &mut AnyConnection, id: &FacilityId) -> Result<Option<Facility>, DbError> {
    type Found = (String, bool, Option<NaiveDate>, Option<NaiveDateTime>, NaiveDateTime);
    let row: Option<Found> = facilities::table
        .filter(facilities::id.eq(id.as_str()))
        .select((facilities::details, facilities::fictional, facilities::opens_on, facilities::closes_at, facilities::updated_at))
        .first(conn)
        .optional()?;
    let Some((details, fictional, opens_on, closes_at, updated_at)) = row else { return Ok(None) };
    let programmes = list_programmes_of(conn, id)?;
    Ok(Some(Facility {
        id: id.clone(),
        listing: from_json(&details)?,
        fictional,
        opens_on,
        last_day: closes_at.map(last_day),
        programmes,
        updated_at: instant(updated_at),
    }))
}

/// What a listing is sorted by.
const READING: &str = "COALESCE(facilities.kana, facilities.name)";

/// SQL that grows with the distance from a point: squared degrees of latitude, longitude shrunk to the same length. Facilities
/// without a position come last. Only numbers enter the text.
fn measure(point: Position) -> String {
    let Position { latitude, longitude } = point;
    let shrink = latitude.to_radians().cos().powi(2);
    format!(
        "COALESCE((facilities.latitude - ({latitude})) * (facilities.latitude - ({latitude})) \
         + (facilities.longitude - ({longitude})) * (facilities.longitude - ({longitude})) * ({shrink}), 1000000000.0)"
    )
}

/// The name of a facility.
pub fn find_name(conn: &mut AnyConnection, id: &FacilityId) -> Result<Option<String>, DbError> {
    Ok(facilities::table.filter(facilities::id.eq(id.as_str())).select(facilities::name).first(conn).optional()?)
}

/// The municipality of a facility.
pub fn find_municipality(conn: &mut AnyConnection, id: &FacilityId) -> Result<Option<MunicipalityCode>, DbError> {
    let found = facilities::table.filter(facilities::id.eq(id.as_str())).select(facilities::municipality).get_result::<String>(conn);
    found.optional()?.map(|text| code(&text)).transpose()
}

/// The ids of all facilities with exactly this name.
pub fn list_named(conn: &mut AnyConnection, name: &str) -> Result<Vec<FacilityId>, DbError> {
    let ids: Vec<String> = facilities::table.filter(facilities::name.eq(name)).order(facilities::id).select(facilities::id).load(conn)?;
    Ok(ids.into_iter().map(FacilityId::new).collect())
}

/// Facilities in a stable order: nearest first, or by reading.
pub fn list_facilities(conn: &mut AnyConnection, search: &Search) -> Result<Vec<Listed>, DbError> {
    let is_there = facilities::closes_at.is_null().or(facilities::closes_at.gt(stored(search.at)));
    let mut query = facilities::table.filter(is_there).into_boxed();
    if !search.municipalities.is_empty() {
        let codes: Vec<String> = search.municipalities.iter().map(|code| code.as_str().to_owned()).collect();
        query = query.filter(facilities::municipality.eq_any(codes));
    }
    if let Some(programme) = &search.programme {
        let offered = offerings::table
            .filter(offerings::facility_id.eq(facilities::id))
            .filter(offerings::programme.eq(programme.as_str().to_owned()));
        query = query.filter(diesel::dsl::exists(offered));
    }
    for word in &search.words {
        query = query.filter(facilities::search_text.like(format!("%{word}%")));
    }
    match (search.near, &search.after) {
        (Some(point), after) => {
            let measure = measure(point);
            if let Some(After::Distance(distance, id)) = after {
                let further = sql::<Bool>(&format!("({measure}, facilities.id) > ({distance}, ")).bind::<Text, _>(id.clone()).sql(")");
                query = query.filter(further);
            }
            let rows: Vec<(String, String, bool, f64)> = query
                .order((sql::<Double>(&measure), facilities::id))
                .limit(search.limit)
                .select((facilities::id, facilities::details, facilities::fictional, sql::<Double>(&measure)))
                .load(conn)?;
            rows.into_iter()
                .map(|(id, details, fictional, distance)| {
                    listed(&id, &details, fictional, Some(point), After::Distance(distance, id.clone()))
                })
                .collect()
        }
        (None, after) => {
            if let Some(After::Reading(reading, id)) = after {
                let later = sql::<Bool>(&format!("({READING}, facilities.id) > ("))
                    .bind::<Text, _>(reading.clone())
                    .sql(", ")
                    .bind::<Text, _>(id.clone())
                    .sql(")");
                query = query.filter(later);
            }
            let rows: Vec<(String, String, bool, String)> = query
                .order((sql::<Text>(READING), facilities::id))
                .limit(search.limit)
                .select((facilities::id, facilities::details, facilities::fictional, sql::<Text>(READING)))
                .load(conn)?;
            rows.into_iter()
                .map(|(id, details, fictional, reading)| listed(&id, &details, fictional, None, After::Reading(reading, id.clone())))
                .collect()
        }
    }
}

fn listed(id: &str, details: &str, fictional: bool, near: Option<Position>, after: After) -> Result<Listed, DbError> {
    let listing: Listing = from_json(details)?;
    let metres = near.zip(listing.position).map(|(from, to)| whole_metres(from.metres_to(to)));
    Ok(Listed { summary: FacilitySummary::of(&FacilityId::new(id), &listing, fictional, metres), after })
}

/// Inserts a facility that was not there before.
pub fn insert_facility(
    conn: &mut AnyConnection,
    id: &FacilityId,
    listing: &Listing,
    fictional: bool,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    diesel::insert_into(facilities::table)
        .values((
            facilities::id.eq(id.as_str()),
            facilities::municipality.eq(listing.municipality.as_str()),
            facilities::source_id.eq(&listing.source_id),
            facilities::name.eq(&listing.name),
            facilities::kana.eq(listing.kana.as_deref()),
            facilities::name_en.eq(listing.name_en.as_deref()),
            facilities::kind.eq(listing.kind.word()),
            facilities::latitude.eq(listing.position.map(|at| at.latitude)),
            facilities::longitude.eq(listing.position.map(|at| at.longitude)),
            facilities::open_weekdays.eq(open_weekdays(listing)),
            facilities::operator.eq(operator(listing)),
            facilities::fictional.eq(fictional),
            facilities::search_text.eq(search_text(listing)),
            facilities::details.eq(to_json(listing)?),
            facilities::version.eq(1),
            facilities::created_at.eq(stored(now)),
            facilities::updated_at.eq(stored(now)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Replaces what is published about a facility; one that is made up stays so.
pub fn update_facility(conn: &mut AnyConnection, id: &FacilityId, listing: &Listing, now: DateTime<Utc>) -> Result<(), DbError> {
    diesel::update(facilities::table.filter(facilities::id.eq(id.as_str())))
        .set((
            facilities::name.eq(&listing.name),
            facilities::kana.eq(listing.kana.as_deref()),
            facilities::name_en.eq(listing.name_en.as_deref()),
            facilities::kind.eq(listing.kind.word()),
            facilities::latitude.eq(listing.position.map(|at| at.latitude)),
            facilities::longitude.eq(listing.position.map(|at| at.longitude)),
            facilities::open_weekdays.eq(open_weekdays(listing)),
            facilities::operator.eq(operator(listing)),
            facilities::search_text.eq(search_text(listing)),
            facilities::details.eq(to_json(listing)?),
            facilities::version.eq(facilities::version + 1),
            facilities::updated_at.eq(stored(now)),
        ))
        .execute(conn)?;
    Ok(())
}

/// The facility with an ID in a municipality's list.
pub fn find_listed(conn: &mut AnyConnection, municipality: &MunicipalityCode, source_id: &str) -> Result<Option<FacilityId>, DbError> {
    let mine = facilities::table.filter(facilities::municipality.eq(municipality.as_str())).filter(facilities::source_id.eq(source_id));
    let id: Option<String> = mine.select(facilities::id).first(conn).optional()?;
    Ok(id.map(FacilityId::new))
}

/// How a published listing stands to what is stored under its code and ID.
pub fn find_standing(conn: &mut AnyConnection, listing: &Listing) -> Result<Standing, DbError> {
    let row: Option<(String, String)> = facilities::table
        .filter(facilities::municipality.eq(listing.municipality.as_str()))
        .filter(facilities::source_id.eq(&listing.source_id))
        .select((facilities::id, facilities::details))
        .first(conn)
        .optional()?;
    Ok(match row {
        None => Standing::New,
        Some((_, details)) if details == to_json(listing)? => Standing::Unchanged,
        Some((id, _)) => Standing::Changed(FacilityId::new(id)),
    })
}
