//! What families of the demo world asked for and could not be given, so that officers have figures to look at.

use chrono::{NaiveTime, TimeDelta};
use shared::programmes::ProgrammeKey;
use shared::time::{days_after, days_before};
use shared::waitlist::{Unmet, UnmetDemand};

use super::Moment;
use super::cities::{City, code};
use super::programmes::{open_nursery, sick_child, temporary_care};
use crate::db::AnyConnection;
use crate::error::ApiError;
use crate::waitlist::demand::note;

/// Some weeks of it, more in the mornings and for small children.
pub fn insert(conn: &mut AnyConnection, moment: Moment) -> Result<(), ApiError> {
    let keys = [temporary_care::KEY, open_nursery::KEY, temporary_care::KEY, sick_child::KEY];
    for n in 0_u32..26 {
        let city = if n.is_multiple_of(3) { City::Sakaiminato } else { City::Yonago };
        let key = usize::try_from(n).ok().and_then(|n| keys.get(n % keys.len()));
        let day = days_after(days_before(moment.today, 4), n % 12);
        let why = if n.is_multiple_of(5) { Unmet::Unserved } else { Unmet::SearchEmpty };
        let demand = UnmetDemand {
            first_day: day,
            last_day: day,
            residence: Some(code(city)?),
            programme: key.copied().map(ProgrammeKey::new),
            age: Some(n % 4).filter(|age| *age < 3),
            earliest: NaiveTime::from_hms_opt(8 + n % 3, 0, 0),
            latest: None,
            why,
            hour: moment.now - TimeDelta::hours(i64::from(n) * 7),
        };
        note(conn, &demand)?;
    }
    Ok(())
}
