//! Attachments in the database: a row each, the content in its last column.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use diesel::prelude::*;
use shared::attachments::{Attachment, FileKind};
use shared::ids::{ApplicationId, AttachmentId};

use crate::db::{AnyConnection, DbError, instant, stored, unknown};
use crate::schema::attachments::dsl;

type Row = (String, String, String, String, i64, String, NaiveDateTime);

fn attachment((id, requirement, name, kind, bytes, sha256, added_at): Row) -> Result<Attachment, DbError> {
    let kind = FileKind::from_name(&kind).ok_or_else(|| unknown("kind of file", &kind))?;
    Ok(Attachment { id: AttachmentId::new(id), requirement, name, kind, bytes, sha256, added_at: instant(added_at) })
}

/// The files of each application in the order in which they came, without their content.
pub fn list_attachments(conn: &mut AnyConnection, applications: &[&str]) -> Result<BTreeMap<ApplicationId, Vec<Attachment>>, DbError> {
    let rows: Vec<(String, Row)> = dsl::attachments
        .filter(dsl::application_id.eq_any(applications))
        .order((dsl::added_at, dsl::id))
        .select((dsl::application_id, (dsl::id, dsl::requirement, dsl::name, dsl::kind, dsl::bytes, dsl::sha256, dsl::added_at)))
        .load(conn)?;
    let mut found: BTreeMap<ApplicationId, Vec<Attachment>> = BTreeMap::new();
    for (application, row) in rows {
        found.entry(ApplicationId::new(application)).or_default().push(attachment(row)?);
    }
    Ok(found)
}

/// The content of a file.
pub fn find_content(conn: &mut AnyConnection, id: &AttachmentId) -> Result<Option<Vec<u8>>, DbError> {
    Ok(dsl::attachments.filter(dsl::id.eq(id.as_str())).select(dsl::content).get_result(conn).optional()?)
}

/// Writes a file with its content.
pub fn insert_attachment(conn: &mut AnyConnection, application: &ApplicationId, new: &Attachment, content: &[u8]) -> Result<(), DbError> {
    diesel::insert_into(dsl::attachments)
        .values((
            dsl::id.eq(new.id.as_str()),
            dsl::application_id.eq(application.as_str()),
            dsl::requirement.eq(&new.requirement),
            dsl::name.eq(&new.name),
            dsl::kind.eq(new.kind.name()),
            dsl::bytes.eq(new.bytes),
            dsl::sha256.eq(&new.sha256),
            dsl::added_at.eq(stored(new.added_at)),
            dsl::content.eq(content),
        ))
        .execute(conn)?;
    Ok(())
}

/// Forgets a file.
pub fn remove_attachment(conn: &mut AnyConnection, id: &AttachmentId) -> Result<(), DbError> {
    diesel::delete(dsl::attachments.filter(dsl::id.eq(id.as_str()))).execute(conn)?;
    Ok(())
}
