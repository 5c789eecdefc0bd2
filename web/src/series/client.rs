//! Requests of the pages for series.

use shared::page::Page;
use shared::series::{BookedSeries, CancelDate, CancelSeries, MoveDate, MoveSeries, MovedSeries, NewSeries, Series, SeriesPreview};

use crate::api::{self, Attempt, Failure, percent_encoded};

/// What repeating a stay would mean, date by date.
pub async fn preview(command: &NewSeries) -> Result<SeriesPreview, Failure> {
    api::post("/series/preview", command, &Attempt::new()).await
}

/// Books a series.
pub async fn book(command: &NewSeries, attempt: &Attempt) -> Result<BookedSeries, Failure> {
    api::post("/series", command, attempt).await
}

/// A series with its bookings.
pub async fn series(series_id: String) -> Result<Series, Failure> {
    api::get(&format!("/series/{}", percent_encoded(&series_id))).await
}

/// What cancelling dates would mean.
pub async fn preview_cancel(series_id: &str, command: &CancelSeries) -> Result<Vec<CancelDate>, Failure> {
    let page: Page<CancelDate> =
        api::post(&format!("/series/{}/cancel/preview", percent_encoded(series_id)), command, &Attempt::new()).await?;
    Ok(page.items)
}

/// Cancels dates as they were shown.
pub async fn cancel(series_id: &str, command: &CancelSeries, attempt: &Attempt) -> Result<Series, Failure> {
    api::post(&format!("/series/{}/cancel", percent_encoded(series_id)), command, attempt).await
}

/// What moving dates would mean.
pub async fn preview_move(series_id: &str, command: &MoveSeries) -> Result<Vec<MoveDate>, Failure> {
    let path = format!("/series/{}/reschedule/preview", percent_encoded(series_id));
    let page: Page<MoveDate> = api::post(&path, command, &Attempt::new()).await?;
    Ok(page.items)
}

/// Moves dates as they were shown.
pub async fn reschedule(series_id: &str, command: &MoveSeries, attempt: &Attempt) -> Result<MovedSeries, Failure> {
    api::post(&format!("/series/{}/reschedule", percent_encoded(series_id)), command, attempt).await
}
