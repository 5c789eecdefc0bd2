//! Every address of the app, as functions; the patterns of the routes stand in the slices that own them.

use chrono::NaiveDate;

use crate::api::{percent_encoded, query};

/// The search, which is the first page.
pub fn home() -> String {
    "/".to_owned()
}

/// The page of one facility.
pub fn facility(facility_id: &str) -> String {
    format!("/facilities/{}", percent_encoded(facility_id))
}

/// Signing in; afterwards the person comes to `next`, an address of the app.
pub fn sign_in(next: Option<&str>) -> String {
    query("/sign_in", &[("next", next.map(str::to_owned))])
}

/// Opening an account; afterwards the person comes to `next`.
pub fn register(next: Option<&str>) -> String {
    query("/register", &[("next", next.map(str::to_owned))])
}

/// The family: residence and children.
pub fn family() -> String {
    "/family".to_owned()
}

/// The family's bookings.
pub fn bookings() -> String {
    "/bookings".to_owned()
}

/// One booking.
pub fn booking(booking_id: &str) -> String {
    format!("/bookings/{}", percent_encoded(booking_id))
}

/// Everything else on a phone: language, account, notes.
pub fn menu() -> String {
    "/menu".to_owned()
}

/// How accessible the app is and whom to tell.
pub fn accessibility() -> String {
    "/accessibility".to_owned()
}

/// Today's board of a facility.
pub fn staff() -> String {
    "/staff".to_owned()
}

/// The board of another day.
pub fn staff_day(day: NaiveDate) -> String {
    query("/staff", &[("day", Some(day.to_string()))])
}

/// The bookings of a week; this one without a day.
pub fn staff_week(from: Option<NaiveDate>) -> String {
    query("/staff/week", &[("from", from.map(|day| day.to_string()))])
}

/// The facility's slots of a week; this one without a day.
pub fn staff_slots(from: Option<NaiveDate>) -> String {
    query("/staff/slots", &[("from", from.map(|day| day.to_string()))])
}

/// Publishing slots.
pub fn staff_new_slots() -> String {
    "/staff/slots/new".to_owned()
}

/// An address to return to, if it is one of this app's pages and nothing else: never another site.
pub fn safe_next(next: &str) -> Option<String> {
    let is_ours = next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\n', '\r', '\t']);
    is_ours.then(|| next.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_returns_only_to_our_own_pages() {
        assert_eq!(sign_in(Some("/bookings/1?a=b")), "/sign_in?next=%2Fbookings%2F1%3Fa%3Db");
        assert_eq!(safe_next("/bookings/1?a=b"), Some("/bookings/1?a=b".to_owned()));
        for bad in ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x", "", "/\t/evil.example"] {
            assert_eq!(safe_next(bad), None, "{bad}");
        }
    }
}
