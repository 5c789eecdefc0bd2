//! What came of a campaign.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// Opened by the hour is told for so many hours.
pub const HOURS: usize = 48;

/// Within that a family has acted on it.
pub const ACTED: TimeDelta = TimeDelta::days(14);

/// Of so many families, so many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Share {
    /// So many.
    pub count: u32,
    /// Of so many.
    pub of: u32,
}

/// What came of a campaign so far. A family that was told on several occasions counts for each.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CampaignFigures {
    /// Families whom it fitted.
    pub selected: u32,
    /// Of these: still to be told.
    pub waiting: u32,
    /// Told.
    pub sent: u32,
    /// Held out by chance.
    pub held_out: u32,
    /// Passed over, because they had enough notices lately.
    pub capped: u32,
    /// Have nobody with an account.
    pub unreachable: u32,
    /// Not told, because it was stopped before.
    pub stopped: u32,
    /// Of those told: somebody of the family opened it.
    pub opened: u32,
    /// Of those told: opened in each hour since it went out to the family, the first hour first; 48 of them, or as many as have begun
    /// since it went out to anybody.
    pub opened_by_hour: Vec<u32>,
    /// Of those told: opened later than that.
    pub opened_later: u32,
    /// Of those told: booked or applied within 14 days.
    pub acted: Share,
    /// Of those held out: booked or applied within 14 days.
    pub acted_held_out: Share,
}

/// How it went with one family on one occasion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// When it went out, or would have.
    pub at: DateTime<Utc>,
    /// Held out: it did not go out.
    pub held_out: bool,
    /// When the first of the family opened it.
    pub opened_at: Option<DateTime<Utc>>,
    /// When the family first booked or applied after it.
    pub acted_at: Option<DateTime<Utc>>,
}

impl CampaignFigures {
    /// Adds what became of those who were told or held out.
    #[must_use]
    pub fn with(mut self, told: &[Told], now: DateTime<Utc>) -> Self {
        let first = told.iter().filter(|one| !one.held_out).map(|one| one.at).min();
        let begun = first.filter(|first| *first <= now).and_then(|first| usize::try_from((now - first).num_hours()).ok());
        self.opened_by_hour = vec![0; begun.map_or(0, |hours| HOURS.min(hours.saturating_add(1)))];
        for one in told {
            let has_acted = one.acted_at.is_some_and(|at| one.at <= at && at < one.at + ACTED);
            let share = if one.held_out { &mut self.acted_held_out } else { &mut self.acted };
            share.of += 1;
            share.count += u32::from(has_acted);
            let Some(opened) = one.opened_at.filter(|_| !one.held_out) else { continue };
            self.opened += 1;
            let hour = usize::try_from((opened - one.at).num_hours().max(0)).unwrap_or(usize::MAX);
            match self.opened_by_hour.get_mut(hour) {
                Some(count) => *count += 1,
                None => self.opened_later += 1,
            }
        }
        self
    }
}
