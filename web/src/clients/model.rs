//! What a system did, added up for people: the days are for programs.

use chrono::{DateTime, Utc};
use shared::clients::ClientUse;

/// What a system did by one operation at one facility.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// The operation's id.
    pub operation: String,
    /// The facility's name; none: it is about none.
    pub facility: Option<String>,
    /// How often.
    pub requests: i64,
    /// How often in vain.
    pub refused: i64,
    /// When it was the last time.
    pub last_at: DateTime<Utc>,
}

/// Uses of all days as deeds: facility by facility, what happened last first.
pub fn deeds(uses: Vec<ClientUse>) -> Vec<Deed> {
    let mut all: Vec<Deed> = Vec::new();
    for one in uses {
        match all.iter_mut().find(|deed| deed.operation == one.operation && deed.facility == one.facility) {
            Some(deed) => {
                deed.requests += one.requests;
                deed.refused += one.refused;
                deed.last_at = deed.last_at.max(one.last_at);
            }
            None => all.push(Deed {
                operation: one.operation,
                facility: one.facility,
                requests: one.requests,
                refused: one.refused,
                last_at: one.last_at,
            }),
        }
    }
    all.sort_by(|one, other| {
        let place = |deed: &Deed| (deed.facility.is_none(), deed.facility.clone());
        place(one).cmp(&place(other)).then(other.last_at.cmp(&one.last_at)).then_with(|| one.operation.cmp(&other.operation))
    });
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(day: &str, facility: Option<&str>, operation: &str, (requests, refused): (i64, i64)) -> ClientUse {
        ClientUse {
            day: day.parse().unwrap_or_default(),
            facility_id: None,
            facility: facility.map(str::to_owned),
            operation: operation.to_owned(),
            requests,
            refused,
            last_at: format!("{day}T03:00:00Z").parse().unwrap_or_default(),
        }
    }

    #[test]
    fn days_are_added_up_and_places_kept_apart() {
        let all = deeds(vec![
            used("2026-11-27", None, "list_slots", (4, 0)),
            used("2026-11-27", Some("はまなす"), "list_bookings", (2, 1)),
            used("2026-11-26", Some("はまなす"), "list_bookings", (3, 0)),
            used("2026-11-26", Some("うみねこ"), "list_bookings", (1, 0)),
            used("2026-11-26", Some("はまなす"), "get_board", (1, 0)),
        ]);
        let told: Vec<(Option<&str>, &str, i64, i64)> =
            all.iter().map(|deed| (deed.facility.as_deref(), deed.operation.as_str(), deed.requests, deed.refused)).collect();
        assert_eq!(
            told,
            [
                (Some("うみねこ"), "list_bookings", 1, 0),
                (Some("はまなす"), "list_bookings", 5, 1),
                (Some("はまなす"), "get_board", 1, 0),
                (None, "list_slots", 4, 0),
            ]
        );
        assert_eq!(all.get(1).map(|deed| deed.last_at.to_rfc3339()), Some("2026-11-27T03:00:00+00:00".to_owned()));
    }
}
