//! What the pages of the waiting list show, without a browser.

use chrono::{DateTime, TimeDelta, Utc};
use shared::waitlist::{EntryState, WaitlistEntry};

/// Entries that ended are told for so long.
const TOLD: TimeDelta = TimeDelta::days(7);

/// What a family has to answer, what it waits for, and what ended a short time ago without a place.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sorted {
    /// Offers, the first to end first.
    pub offers: Vec<WaitlistEntry>,
    /// What waits, the first that joined first.
    pub waiting: Vec<WaitlistEntry>,
    /// What ended by itself, the latest first.
    pub ended: Vec<WaitlistEntry>,
}

/// Sorts a family's entries.
pub fn sort(entries: Vec<WaitlistEntry>, now: DateTime<Utc>) -> Sorted {
    let mut sorted = Sorted::default();
    for entry in entries {
        match &entry.state {
            EntryState::Offered { until, .. } if now < *until => sorted.offers.push(entry),
            EntryState::Waiting => sorted.waiting.push(entry),
            EntryState::Lapsed { at } | EntryState::Expired { at } | EntryState::Closed { at } if now < *at + TOLD => {
                sorted.ended.push(entry)
            }
            _ => {}
        }
    }
    sorted.offers.sort_by_key(|entry| match &entry.state {
        EntryState::Offered { until, .. } => Some(*until),
        _ => None,
    });
    sorted.waiting.sort_by_key(|entry| entry.created_at);
    sorted
}

/// The whole minutes that are left until then, at least one: nobody is told of none while there is time.
pub fn minutes_left(until: DateTime<Utc>, now: DateTime<Utc>) -> i64 {
    (until - now).num_minutes().max(1)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use shared::locale::Localised;
    use shared::programmes::ProgrammeKey;
    use shared::waitlist::{Wanted, WantedSlot};

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn entry(id: &str, state: EntryState) -> WaitlistEntry {
        WaitlistEntry {
            id: id.into(),
            children: vec![],
            wanted: Wanted::Slot(WantedSlot { slot_id: "slot".into(), starts_at: None, ends_at: None }),
            facility: None,
            programme: ProgrammeKey::new("temporary_care"),
            programme_name: Localised::new("一時預かり", "一時預かり", "Temporary care"),
            state,
            ahead: None,
            skips: vec![],
            series_id: None,
            created_at: at("2026-11-20T00:00:00Z"),
            version: 1,
        }
    }

    #[test]
    fn what_must_be_answered_first_comes_first() {
        let (now, from) = (at("2026-11-22T00:00:00Z"), at("2026-11-21T00:00:00Z"));
        let offered = |id: &str, until: &str| entry(id, EntryState::Offered { party_id: "p".into(), from, until: at(until) });
        let sorted = sort(
            vec![
                offered("late", "2026-11-22T05:00:00Z"),
                offered("soon", "2026-11-22T01:00:00Z"),
                offered("over", "2026-11-22T00:00:00Z"),
                entry("waits", EntryState::Waiting),
                entry("lapsed", EntryState::Lapsed { at: from }),
                entry("long ago", EntryState::Expired { at: at("2026-11-01T00:00:00Z") }),
                entry("left", EntryState::Left { at: from }),
            ],
            now,
        );
        let ids = |entries: &[WaitlistEntry]| entries.iter().map(|entry| entry.id.to_string()).collect::<Vec<_>>();
        assert_eq!(
            (ids(&sorted.offers), ids(&sorted.waiting), ids(&sorted.ended)),
            (vec!["soon".to_owned(), "late".to_owned()], vec!["waits".to_owned()], vec!["lapsed".to_owned()])
        );
    }

    #[test]
    fn there_is_a_minute_left_while_there_is_time() {
        let until = at("2026-11-22T01:00:00Z");
        assert_eq!(minutes_left(until, at("2026-11-22T00:00:00Z")), 60);
        assert_eq!(minutes_left(until, at("2026-11-22T00:59:30Z")), 1);
    }
}
