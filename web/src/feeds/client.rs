//! Requests of the page of calendar feeds.

use shared::feeds::{CalendarFeed, FeedOptions, NewCalendarFeed};

use crate::api::{self, Attempt, Failure, percent_encoded};

/// The person's feed.
pub async fn feed() -> Result<CalendarFeed, Failure> {
    api::get("/calendar_feed").await
}

/// Makes a feed, or gives it another address.
pub async fn make(options: FeedOptions) -> Result<NewCalendarFeed, Failure> {
    api::post("/calendar_feed", &options, &Attempt::new()).await
}

/// Changes what it shows.
pub async fn change(options: FeedOptions) -> Result<CalendarFeed, Failure> {
    api::put("/calendar_feed", &options).await
}

/// Ends it.
pub async fn remove() -> Result<(), Failure> {
    api::post("/calendar_feed/remove", &serde_json::json!({}), &Attempt::new()).await
}

/// Where a booking is a file for a calendar.
pub fn file(booking_id: &str) -> String {
    format!("/api/v1/bookings/{}/calendar", percent_encoded(booking_id))
}
