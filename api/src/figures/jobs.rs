//! Publishes months whose day has come, each once.

use std::collections::BTreeMap;

use shared::figures::publishing::{Fact, publish};
use shared::figures::{MOST_MONTHS, Measure, last_due, months_after, months_between};
use shared::municipalities::MunicipalityCode;
use shared::time::{Month, tokyo_day};

use super::store::{self, counting};
use crate::App;
use crate::db::{AnyConnection, DbError};
use crate::error::ApiError;

/// Publishes every month that is due and was not published; says how many.
pub async fn publish_due(app: &App) -> Result<usize, ApiError> {
    let (now, due) = (app.now(), last_due(tokyo_day(app.now())));
    let months = app.db.read(move |conn| list_due(conn, due).map_err(ApiError::from)).await?;
    let mut published = 0;
    for month in months {
        let facts = app.db.read(move |conn| counting::count(conn, month).map_err(ApiError::from)).await?;
        app.db.write(move |conn| publish_month(conn, month, &facts, now).map_err(ApiError::from)).await?;
        published += 1;
    }
    Ok(published)
}

/// The months that are due: from the one after the last that was published, or from the first of which anything is known.
fn list_due(conn: &mut AnyConnection, due: Month) -> Result<Vec<Month>, DbError> {
    let begins = match store::last_month(conn)? {
        Some(last) => Some(months_after(last, 1)),
        None => store::first_month(conn)?,
    };
    let oldest = months_after(due, 1 - i32::try_from(MOST_MONTHS).unwrap_or(24));
    Ok(begins.map(|begins| months_between(begins.max(oldest), due)).unwrap_or_default())
}

/// The facts of a month, by city and measure.
pub type Facts = BTreeMap<(MunicipalityCode, Measure), Vec<Fact>>;

/// Publishes a month; one that is published stays as it is.
pub fn publish_month(conn: &mut AnyConnection, month: Month, facts: &Facts, now: chrono::DateTime<chrono::Utc>) -> Result<(), DbError> {
    if !store::insert_month(conn, month, now)? {
        return Ok(());
    }
    for ((city, measure), facts) in facts {
        store::insert_cells(conn, (city, month, *measure), &publish(*measure, facts))?;
    }
    Ok(())
}
