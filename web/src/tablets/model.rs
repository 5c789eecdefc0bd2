//! Faces and time limits of a shared device, without a page.

use chrono::{DateTime, TimeDelta, Utc};
use shared::ids::AccountId;
use shared::tablets::LOCK_AFTER_MINUTES;

/// So many colours there are for faces.
const COLOURS: usize = 8;

/// What stands in a person's face: the first character of the name.
pub fn initial(name: &str) -> String {
    name.trim().chars().next().map(String::from).unwrap_or_default()
}

/// The class of a person's colour, the same on every device.
pub fn colour(account: &AccountId) -> String {
    let sum: usize = account.as_str().bytes().map(usize::from).sum();
    format!("face face-{}", sum % COLOURS)
}

/// Whether nobody has touched the device for so long that it locks itself. A clock that was put back says nothing.
pub fn is_left(touched: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    touched.is_some_and(|touched| now - touched >= TimeDelta::minutes(LOCK_AFTER_MINUTES))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_face_has_an_initial_and_a_colour_of_its_own() {
        assert_eq!((initial(" 江島 かえで"), initial("Kaede"), initial("")), ("江".to_owned(), "K".to_owned(), String::new()));
        assert_eq!(colour(&"b".into()), "face face-2");
        assert_ne!(colour(&"a".into()), colour(&"b".into()));
    }

    #[test]
    fn a_device_that_nobody_touches_is_left() {
        let now = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(20_000);
        let before = |seconds| Some(now - TimeDelta::seconds(seconds));
        let left = [None, before(-60), before(179), before(180), before(36_000)].map(|touched| is_left(touched, now));
        assert_eq!(left, [false, false, false, true, true]);
    }
}
