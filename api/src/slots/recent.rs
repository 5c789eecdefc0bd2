//! Pages of the search that were just made: when bookings open, many look for the same at the same moment.

use actix_web::web::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use quick_cache::Weighter;
use quick_cache::sync::Cache;

/// How long a page is given again. Nothing that this server wrote since is missing from it; a second at most is what other servers at the
/// same database wrote, and a deadline that passed.
const FRESH: TimeDelta = TimeDelta::seconds(1);
/// So many bytes of pages are kept.
const MOST: u64 = 16 * 1024 * 1024;
/// About so many pages are that.
const PAGES: usize = 512;

/// A page and what was known when it was begun.
#[derive(Clone)]
struct Made {
    body: Bytes,
    at: DateTime<Utc>,
    writes: u64,
}

#[derive(Clone)]
struct Length;

impl Weighter<String, Made> for Length {
    fn weight(&self, query: &String, made: &Made) -> u64 {
        u64::try_from(query.len() + made.body.len()).unwrap_or(u64::MAX)
    }
}

/// Pages by the query that asked for them.
pub struct Recent(Cache<String, Made, Length>);

impl Default for Recent {
    fn default() -> Self {
        Self(Cache::with_weighter(PAGES, MOST, Length))
    }
}

impl Recent {
    /// The page of a query, if it is still good after so many writes.
    pub fn find(&self, query: &str, writes: u64, now: DateTime<Utc>) -> Option<Bytes> {
        let made = self.0.get(query)?;
        let age = now - made.at;
        (made.writes == writes && TimeDelta::zero() <= age && age < FRESH).then_some(made.body)
    }

    /// Keeps a page that was begun then, after so many writes.
    pub fn keep(&self, query: &str, body: Bytes, writes: u64, at: DateTime<Utc>) {
        self.0.insert(query.to_owned(), Made { body, at, writes });
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_good_for_its_query_until_a_write_and_for_less_than_a_second() {
        let recent = Recent::default();
        let at = DateTime::parse_from_rfc3339("2026-11-22T09:00:00+09:00").unwrap().to_utc();
        recent.keep("age_months=20", Bytes::from_static(b"page"), 7, at);
        let find = |query: &str, writes, milliseconds| recent.find(query, writes, at + TimeDelta::milliseconds(milliseconds));
        assert_eq!(find("age_months=20", 7, 999), Some(Bytes::from_static(b"page")));
        assert_eq!(find("age_months=20", 7, 1000), None);
        assert_eq!(find("age_months=20", 7, -1), None, "the clock was set back");
        assert_eq!(find("age_months=20", 8, 0), None);
        assert_eq!(find("age_months=21", 7, 0), None);
    }
}
