//! This installation: the server's clock, the national holidays and where map tiles come from, learned once before the first page is shown.
//!
//! `settings::now()` is the time to compute with: a device's clock may be wrong, and a demonstration's server may live on another day.
//! `settings::today()` is Tokyo's day of it.

use std::cell::RefCell;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use shared::calendar::{Holidays, holiday_name};
use shared::locale::Locale;
use shared::settings::Settings;
use shared::time::tokyo_day;

use crate::{api, offline};

#[derive(Default)]
struct Learned {
    /// By how much the server's clock is ahead of the device's.
    ahead: TimeDelta,
    map_tiles: String,
    resident_sign_in: bool,
    passkey_origin: Option<String>,
    holidays: Holidays,
}

thread_local! {
    static LEARNED: RefCell<Learned> = RefCell::default();
}

/// Under this name the device remembers by how many milliseconds the server's clock was ahead of its own.
const CLOCK: &str = "clock";

/// Asks the server; without an answer it must do what the device remembers of the server's clock, and no map has tiles.
pub async fn learn() {
    let remembered = offline::read_device(CLOCK).and_then(TimeDelta::try_milliseconds);
    LEARNED.with_borrow_mut(|learned| learned.ahead = remembered.unwrap_or_default());
    if let Ok(Settings { map_tiles, resident_sign_in, passkey_origin, now, holidays }) = api::get::<Settings>("/settings").await {
        let ahead = now - Utc::now();
        offline::write_device(CLOCK, &ahead.num_milliseconds());
        LEARNED.replace(Learned { ahead, map_tiles, resident_sign_in, passkey_origin, holidays: holidays.into_iter().collect() });
    }
}

/// The time on the server's clock.
pub fn now() -> DateTime<Utc> {
    LEARNED.with_borrow(|learned| Utc::now() + learned.ahead)
}

/// Today in Tokyo, by the server's clock.
pub fn today() -> NaiveDate {
    tokyo_day(now())
}

/// What the holiday on a day is called, if it is one.
pub fn holiday(day: NaiveDate, locale: Locale) -> Option<String> {
    LEARNED.with_borrow(|learned| learned.holidays.name(day).map(|name| holiday_name(name, locale)))
}

/// Whether residents may sign in at a provider.
pub fn resident_sign_in() -> bool {
    LEARNED.with_borrow(|learned| learned.resident_sign_in)
}

/// The origin on whose pages passkeys can be used, where they are offered.
pub fn passkey_origin() -> Option<String> {
    LEARNED.with_borrow(|learned| learned.passkey_origin.clone())
}

/// Template of the map's tiles; empty when there are none.
pub fn map_tiles() -> String {
    LEARNED.with_borrow(|learned| learned.map_tiles.clone())
}
