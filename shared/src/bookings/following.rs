//! Following: what the rule knows after bookings that are decided and not yet written.

use super::{Busy, PlaceState, Placed};

impl PlaceState {
    /// The same after these bookings: what they have used of each account, and when the children are there.
    #[must_use]
    pub fn after(&self, before: &[Placed]) -> Self {
        let mut state = self.clone();
        for placed in before {
            for child in &placed.children {
                let Some(known) = state.children.iter_mut().find(|known| known.id == child.id) else { continue };
                for (account, usage, _) in &child.usages {
                    match known.usages.iter_mut().find(|(other, _)| other == account) {
                        Some((_, used)) => *used = *usage,
                        None => known.usages.push((account.clone(), *usage)),
                    }
                }
                let facility = placed.slot.facility.name.clone();
                known.busy.push(Busy { starts_at: placed.starts_at, ends_at: placed.ends_at, facility });
            }
        }
        state
    }
}
