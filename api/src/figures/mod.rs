//! Figures (指標): published once for each month, told to officers, and the same to everybody as open data.

pub mod jobs;
pub mod store;

use std::collections::BTreeMap;

use actix_web::{get, web};
use shared::figures::{FigureRow, FigureTable, Figures, FiguresQuery, Measure, View, range};
use shared::locale::Localised;
use shared::municipalities::Municipality;
use shared::problem::Problem;
use shared::time::{Month, tokyo_day};

use self::store::{Kept, Names};
use crate::App;
use crate::db::{AnyConnection, DbError};
use crate::error::{ApiError, ForOfficer};
use crate::municipalities::store::find_municipality;
use crate::request::Query;
use crate::routes::Operations;
use crate::session::Officer;

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    config.service(get_figures);
}

/// A city's published figures, month by month
///
/// A month is published on the tenth of the next one and never changes. Numbers from 1 to 4 are hidden (`null`), and with them others by
/// which they could be computed, over every table that is offered. The same cells are open data at `/open-data`.
#[utoipa::path(
    tag = "figures",
    params(FiguresQuery),
    responses(
        (status = 200, description = "The figures; what is not in a table is 0", body = Figures),
        (status = 404, description = "No such city", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
        ForOfficer,
    )
)]
#[get("/figures")]
pub async fn get_figures(app: web::Data<App>, officer: Officer, query: Query<FiguresQuery>) -> Result<web::Json<Figures>, ApiError> {
    let query = query.0;
    let months = range(&query, tokyo_day(app.now())).map_err(|rejection| ApiError::invalid("/to", rejection.reason()))?;
    let found = app.db.read(move |conn| {
        let code = query.municipality.clone().unwrap_or(officer.municipality.clone());
        let city = find_municipality(conn, &code)?.ok_or(ApiError::NotFound)?;
        let is_wanted = |view: View| !view.is_chosen() || query.by == Some(view);
        Ok::<_, ApiError>(read(conn, city, months, is_wanted)?)
    });
    Ok(web::Json(found.await?))
}

/// What is published of a city from one month to another, in the views that are wanted.
pub fn read(
    conn: &mut AnyConnection,
    city: Municipality,
    range: (Month, Month),
    is_wanted: impl Fn(View) -> bool,
) -> Result<Figures, DbError> {
    let months = store::list_months(conn, range)?;
    let views: Vec<View> = View::ALL.iter().copied().filter(|view| is_wanted(*view)).collect();
    let kept = store::list_cells(conn, &city.code, range, &views)?;
    let names = store::names(conn, &city.code)?;
    let goals = store::find_goals(conn, range.1.first_day())?;
    Ok(Figures { tables: tables(kept, &months, &names), municipality: city.code, name: city.name, position: city.position, months, goals })
}

/// The cells as tables: a row for each part, by name.
fn tables(kept: Vec<Kept>, months: &[Month], names: &Names) -> Vec<FigureTable> {
    let mut rows: BTreeMap<(Measure, View), BTreeMap<String, FigureRow>> = BTreeMap::new();
    for cell in kept {
        let row = rows.entry((cell.measure, cell.view)).or_default().entry(cell.key.clone());
        let row = row.or_insert_with(|| FigureRow {
            name: name(names, cell.view, &cell.key),
            key: cell.key,
            months: vec![Some(shared::figures::Amounts::default()); months.len()],
        });
        let place = months.iter().position(|month| *month == cell.month);
        if let Some(place) = place.and_then(|place| row.months.get_mut(place)) {
            *place = cell.shown;
        }
    }
    rows.into_iter().map(|((measure, view), rows)| FigureTable { measure, view, rows: sorted(view, rows) }).collect()
}

fn name(names: &Names, view: View, key: &str) -> Option<Localised> {
    match view {
        View::Facility => names.facilities.get(key).map(|name| Localised::new(name, name, name)),
        View::Programme => names.programmes.get(key).cloned(),
        View::Reason => names.reasons.get(key).cloned(),
        View::Residence => names.cities.get(key).cloned(),
        View::District => (!key.is_empty()).then(|| Localised::new(key, key, key)),
        _ => None,
    }
}

/// Numbers by their size, all else by name.
fn sorted(view: View, rows: BTreeMap<String, FigureRow>) -> Vec<FigureRow> {
    let mut rows: Vec<FigureRow> = rows.into_values().collect();
    match view {
        View::Age | View::Hour => rows.sort_by_key(|row| row.key.parse::<u32>().unwrap_or(u32::MAX)),
        _ => rows.sort_by(|a, b| (a.name.as_ref().map(|name| &name.ja), &a.key).cmp(&(b.name.as_ref().map(|name| &name.ja), &b.key))),
    }
    rows
}
