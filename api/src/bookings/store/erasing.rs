//! Taking out of a family's bookings what was said and who it was; what they counted and cost stays.

use diesel::prelude::*;
use shared::attendance::Attended;
use shared::ids::FamilyId;

use super::{Agreed, Ended};
use crate::db::{AnyConnection, DbError, from_json, to_json};
use crate::schema::bookings;

/// Takes every word and every person out of a family's bookings.
pub fn erase_words(conn: &mut AnyConnection, family: &FamilyId) -> Result<(), DbError> {
    let rows: Vec<(String, String, Option<String>, Option<String>)> = bookings::table
        .filter(bookings::family_id.eq(family.as_str()))
        .select((bookings::id, bookings::agreed, bookings::attended, bookings::ended))
        .load(conn)?;
    for (id, agreed, attended, ended) in rows {
        let agreed: Agreed = from_json(&agreed)?;
        let agreed = Agreed { reason: None, answers: Vec::new(), notes: String::new(), entered: None, ..agreed };
        let attended = attended.as_deref().map(from_json::<Attended>).transpose()?;
        let attended = attended.map(|before| to_json(&Attended { brought_by: None, fetched_by: None, ..before })).transpose()?;
        let ended = ended.as_deref().map(from_json::<Ended>).transpose()?;
        let ended = ended.map(|before| to_json(&Ended { exempt: None, message: String::new(), ..before })).transpose()?;
        diesel::update(bookings::table.filter(bookings::id.eq(&id)))
            .set((
                bookings::series_id.eq(None::<String>),
                bookings::agreed.eq(to_json(&agreed)?),
                bookings::attended.eq(attended),
                bookings::ended.eq(ended),
            ))
            .execute(conn)?;
    }
    Ok(())
}
