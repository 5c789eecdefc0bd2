//! Rows of figures as they are published, and the names of what they are split by.

pub mod counting;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::dsl::min;
use diesel::prelude::*;
use shared::figures::publishing::Cell;
use shared::figures::{Amounts, Goals, Measure, View};
use shared::locale::Localised;
use shared::municipalities::MunicipalityCode;
use shared::programmes::Terms;
use shared::time::Month;

use crate::db::{AnyConnection, DbError, OnConflict, from_json, instant, stored, to_json, unknown};
use crate::schema::{events, facilities, figure_cells, figure_goals, figure_months, municipalities, procedures, programmes};

/// So many rows go in with one statement; PostgreSQL takes no more than 65,535 values.
const TOGETHER: usize = 1000;

/// A cell as it is kept.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The month.
    pub month: Month,
    /// What is counted.
    pub measure: Measure,
    /// By what it is split.
    pub view: View,
    /// Which part.
    pub key: String,
    /// How many; none: hidden.
    pub shown: Option<Amounts>,
}

fn month(text: &str) -> Result<Month, DbError> {
    text.parse().map_err(|_| unknown("month", text))
}

/// The published months from one to another, the oldest first.
pub fn list_months(conn: &mut AnyConnection, (from, to): (Month, Month)) -> Result<Vec<Month>, DbError> {
    let texts: Vec<String> = figure_months::table
        .filter(figure_months::month.between(from.to_string(), to.to_string()))
        .order(figure_months::month)
        .select(figure_months::month)
        .load(conn)?;
    texts.iter().map(|text| month(text)).collect()
}

/// The last month that was published, with when.
pub fn last_published(conn: &mut AnyConnection) -> Result<Option<(Month, DateTime<Utc>)>, DbError> {
    let found: Option<(String, NaiveDateTime)> =
        figure_months::table.order(figure_months::month.desc()).select(figure_months::all_columns).first(conn).optional()?;
    found.map(|(text, at)| Ok((month(&text)?, instant(at)))).transpose()
}

/// The last month that was published.
pub fn last_month(conn: &mut AnyConnection) -> Result<Option<Month>, DbError> {
    Ok(last_published(conn)?.map(|(month, _)| month))
}

/// The first month that was published.
pub fn first_published(conn: &mut AnyConnection) -> Result<Option<Month>, DbError> {
    let found: Option<String> = figure_months::table.select(min(figure_months::month)).get_result(conn)?;
    found.map(|text| month(&text)).transpose()
}

/// The first month in which anything happened.
pub fn first_month(conn: &mut AnyConnection) -> Result<Option<Month>, DbError> {
    let first: Option<NaiveDateTime> = events::table.select(min(events::occurred_at)).get_result(conn)?;
    Ok(first.map(|at| Month::at(instant(at))))
}

/// Begins a month; false where it is published already.
pub fn insert_month(conn: &mut AnyConnection, month: Month, now: DateTime<Utc>) -> Result<bool, DbError> {
    let insert = diesel::insert_into(figure_months::table)
        .values((figure_months::month.eq(month.to_string()), figure_months::published_at.eq(stored(now))));
    Ok(OnConflict { insert, clause: " ON CONFLICT (month) DO NOTHING" }.execute(conn)? == 1)
}

/// Writes the cells of one measure of a city and month.
pub fn insert_cells(
    conn: &mut AnyConnection,
    (city, month, measure): (&MunicipalityCode, Month, Measure),
    cells: &[Cell],
) -> Result<(), DbError> {
    let month = month.to_string();
    for some in cells.chunks(TOGETHER) {
        let rows: Vec<_> = some
            .iter()
            .map(|cell| {
                (
                    figure_cells::municipality.eq(city.as_str()),
                    figure_cells::month.eq(month.as_str()),
                    figure_cells::measure.eq(measure.word()),
                    figure_cells::view.eq(cell.view.word()),
                    figure_cells::name_key.eq(cell.key.as_str()),
                    figure_cells::count.eq(cell.shown.map(|amounts| amounts.count)),
                    figure_cells::sum.eq(cell.shown.map(|amounts| amounts.sum)),
                )
            })
            .collect();
        match conn {
            AnyConnection::Pg(conn) => diesel::insert_into(figure_cells::table).values(rows).execute(conn)?,
            AnyConnection::Sqlite(conn) => diesel::insert_into(figure_cells::table).values(rows).execute(conn)?,
        };
    }
    Ok(())
}

type Row = (String, String, String, String, Option<i64>, Option<i64>);

/// What is published of a city from one month to another, in these views.
pub fn list_cells(
    conn: &mut AnyConnection,
    city: &MunicipalityCode,
    (from, to): (Month, Month),
    views: &[View],
) -> Result<Vec<Kept>, DbError> {
    let rows: Vec<Row> = figure_cells::table
        .filter(figure_cells::municipality.eq(city.as_str()))
        .filter(figure_cells::month.between(from.to_string(), to.to_string()))
        .filter(figure_cells::view.eq_any(views.iter().map(|view| view.word())))
        .order((figure_cells::month, figure_cells::measure, figure_cells::view, figure_cells::name_key))
        .select((
            figure_cells::month,
            figure_cells::measure,
            figure_cells::view,
            figure_cells::name_key,
            figure_cells::count,
            figure_cells::sum,
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(of, measure, view, key, count, sum)| {
            Ok(Kept {
                month: month(&of)?,
                measure: Measure::of_word(&measure).ok_or_else(|| unknown("measure", &measure))?,
                view: View::of_word(&view).ok_or_else(|| unknown("view", &view))?,
                key,
                shown: count.zip(sum).map(|(count, sum)| Amounts { count, sum }),
            })
        })
        .collect()
}

/// What holds on a day; the shipped ones where nothing was set.
pub fn find_goals(conn: &mut AnyConnection, day: NaiveDate) -> Result<Goals, DbError> {
    let found: Option<String> = figure_goals::table
        .filter(figure_goals::valid_from.le(day))
        .order(figure_goals::valid_from.desc())
        .select(figure_goals::goals)
        .first(conn)
        .optional()?;
    Ok(found.map(|goals| from_json(&goals)).transpose()?.unwrap_or_default())
}

/// Sets what holds from a day on.
pub fn insert_goals(conn: &mut AnyConnection, from: NaiveDate, goals: &Goals) -> Result<(), DbError> {
    diesel::insert_into(figure_goals::table)
        .values((figure_goals::valid_from.eq(from), figure_goals::goals.eq(to_json(goals)?)))
        .execute(conn)?;
    Ok(())
}

/// Names of what figures are split by, by key.
#[derive(Debug, Default)]
pub struct Names {
    /// Facilities of the city.
    pub facilities: BTreeMap<String, String>,
    /// Its programmes and procedures.
    pub programmes: BTreeMap<String, Localised>,
    /// For which reasons a cancellation is free.
    pub reasons: BTreeMap<String, Localised>,
    /// Every city.
    pub cities: BTreeMap<String, Localised>,
}

/// The names that a city's figures need, of programmes as their latest version says them.
pub fn names(conn: &mut AnyConnection, city: &MunicipalityCode) -> Result<Names, DbError> {
    let mut names = Names {
        facilities: facilities::table
            .filter(facilities::municipality.eq(city.as_str()))
            .select((facilities::id, facilities::name))
            .load::<(String, String)>(conn)?
            .into_iter()
            .collect(),
        ..Names::default()
    };
    let cities: Vec<(String, String)> = municipalities::table.select((municipalities::code, municipalities::name)).load(conn)?;
    for (code, name) in cities {
        names.cities.insert(code, from_json(&name)?);
    }
    let versions: Vec<(String, String, String)> = programmes::table
        .filter(programmes::municipality.eq(city.as_str()))
        .order(programmes::valid_from)
        .select((programmes::key, programmes::name, programmes::terms))
        .load(conn)?;
    for (key, name, terms) in versions {
        names.programmes.insert(key, from_json(&name)?);
        let terms: Terms = from_json(&terms)?;
        names.reasons.extend(terms.cancellation.exempt.into_iter().map(|reason| (reason.key, reason.name)));
    }
    let versions: Vec<(String, String)> = procedures::table
        .filter(procedures::municipality.eq(city.as_str()))
        .order(procedures::valid_from)
        .select((procedures::key, procedures::name))
        .load(conn)?;
    for (key, name) in versions {
        names.programmes.insert(key, from_json(&name)?);
    }
    Ok(names)
}
