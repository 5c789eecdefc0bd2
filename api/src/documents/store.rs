//! Letters of decisions in the database, as they were written.

use diesel::prelude::*;
use shared::documents::Document;
use shared::ids::ApplicationId;

use crate::db::{AnyConnection, DbError, from_json, to_json};
use crate::schema::documents::dsl;

/// Writes the letter of a decision in its languages.
pub fn write_letters(conn: &mut AnyConnection, application: &ApplicationId, letters: &[Document]) -> Result<(), DbError> {
    diesel::insert_into(dsl::documents)
        .values((dsl::application_id.eq(application.as_str()), dsl::letters.eq(to_json(&letters)?)))
        .execute(conn)?;
    Ok(())
}

/// The letter of a decision in its languages, once there is one.
pub fn find_letters(conn: &mut AnyConnection, application: &ApplicationId) -> Result<Option<Vec<Document>>, DbError> {
    let mine = dsl::documents.filter(dsl::application_id.eq(application.as_str()));
    let letters: Option<String> = mine.select(dsl::letters).get_result(conn).optional()?;
    letters.map(|letters| from_json(&letters)).transpose()
}
