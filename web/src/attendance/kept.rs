//! Today's board on the device, for times without the server: with the rules by which it is judged, until sign-out or the day's end. It is
//! the facility's, so on a shared device it stays when another person steps in front.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use shared::attendance::Board;
use shared::ids::FacilityId;
use shared::programmes::Programme;

use super::vault::Vault;
use crate::offline::{ROSTER, forget_roster};

const DEVICE: Vault = Vault(ROSTER);
/// There is only today's.
const TODAY: u32 = 1;

/// What is kept: nothing but the day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// Whose.
    pub facility: FacilityId,
    /// The board of one day, without requests.
    pub board: Board,
    /// The rules.
    pub programmes: Vec<Programme>,
}

impl Kept {
    /// Whether it may be shown to staff of this facility on this day.
    pub fn is_for(&self, facility: &FacilityId, today: NaiveDate) -> bool {
        self.facility == *facility && self.board.days.first().is_some_and(|day| day.day == today)
    }
}

/// Keeps a day.
pub async fn keep(kept: &Kept) {
    DEVICE.keep(Some(TODAY), kept).await;
}

/// What is kept for this facility and this day; anything else is wiped.
pub async fn recall(facility: &FacilityId, today: NaiveDate) -> Option<Kept> {
    let (_, kept) = DEVICE.all::<Kept>().await?.pop()?;
    if kept.is_for(facility, today) {
        return Some(kept);
    }
    forget_roster();
    None
}

#[cfg(test)]
mod tests {
    use super::super::model::tests::{day_of, time};
    use super::*;

    #[test]
    fn a_day_is_kept_for_one_facility_and_until_it_ends() {
        let day = day_of([]);
        let (today, tomorrow) = (day.day, day.day.succ_opt().unwrap());
        let board = Board { now: time("9:00"), facility: "なぎさ保育園".to_owned(), days: vec![day], requests: Vec::new() };
        let kept = Kept { facility: "f".into(), board, programmes: Vec::new() };
        assert!(kept.is_for(&"f".into(), today));
        assert!(!kept.is_for(&"f".into(), tomorrow) && !kept.is_for(&"other".into(), today));
    }
}
