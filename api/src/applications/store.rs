//! Applications, what is known of families, and the numbers that municipalities give, in the database.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::dsl::Nullable;
use diesel::prelude::*;
use shared::applications::{Application, ApplicationLine, FieldComment, FiledBy, KnownFact, Origin};
use shared::bookings::BookedChild;
use shared::ids::{ApplicationId, ChildId, FamilyId};
use shared::municipalities::MunicipalityCode;
use shared::procedures::ProcedureKey;
use shared::time::fiscal_year;

use crate::attachments::store::list_attachments;
use crate::db::{AnyConnection, DbError, OnConflict, from_json, instant, stored, to_json, unknown};
use crate::municipalities::store::code;
use crate::procedures::store as procedures_store;
use crate::schema::{applications, children, known_facts, last_numbers, procedures};

/// An application's row, as the officers' queue selects it too.
pub type Row = (
    (String, Option<String>, String, String, Option<String>, String),
    (String, String, String, Option<String>),
    (NaiveDateTime, Option<NaiveDateTime>, Option<NaiveDate>, i64),
    procedures_store::Row,
    Option<(String, String)>,
);

type Whose = (
    applications::id,
    applications::number,
    applications::municipality,
    applications::family_id,
    applications::child_id,
    applications::decided,
);
type Filled = (applications::answers, applications::declared, applications::comments, applications::filed_by);
type Times = (applications::created_at, applications::submitted_at, applications::due_on, applications::version);
type ChildNames = Nullable<(children::name, children::kana)>;

/// Its columns, with those of its procedure and the names of its child.
pub fn columns() -> (Whose, Filled, Times, <procedures::table as Table>::AllColumns, ChildNames) {
    (
        (
            applications::id,
            applications::number,
            applications::municipality,
            applications::family_id,
            applications::child_id,
            applications::decided,
        ),
        (applications::answers, applications::declared, applications::comments, applications::filed_by),
        (applications::created_at, applications::submitted_at, applications::due_on, applications::version),
        procedures::all_columns,
        (children::name, children::kana).nullable(),
    )
}

/// The applications of these rows with their files, without what is known, which is another table's: the same statements for any number.
pub fn read_applications(conn: &mut AnyConnection, rows: Vec<Row>) -> Result<Vec<Application>, DbError> {
    let ids: Vec<&str> = rows.iter().map(|((id, ..), ..)| id.as_str()).collect();
    let mut attached = list_attachments(conn, &ids)?;
    let one = |row| {
        let plain = application(row)?;
        Ok(Application { attached: attached.remove(&plain.id).unwrap_or_default(), ..plain })
    };
    rows.into_iter().map(one).collect()
}

fn application((whose, filled, times, procedure, names): Row) -> Result<Application, DbError> {
    let (id, number, municipality, family_id, child_id, decided) = whose;
    let (answers, declared, comments, filed_by) = filled;
    let (created_at, submitted_at, due_on, version) = times;
    Ok(Application {
        id: ApplicationId::new(id),
        number,
        procedure: procedures_store::procedure(procedure)?,
        family_id: FamilyId::new(family_id),
        municipality: code(&municipality)?,
        child: child_id.zip(names).map(|(id, (name, kana))| BookedChild { id: ChildId::new(id), name, kana }),
        answers: from_json(&answers)?,
        known: BTreeMap::new(),
        attached: Vec::new(),
        declared: from_json(&declared)?,
        state: from_json(&decided)?,
        outlook: None,
        filed_by: filed_by.as_deref().map(from_json::<FiledBy>).transpose()?,
        comments: from_json(&comments)?,
        created_at: instant(created_at),
        submitted_at: submitted_at.map(instant),
        due_on,
        version,
    })
}

/// An application by its id.
pub fn find_application(conn: &mut AnyConnection, id: &ApplicationId) -> Result<Option<Application>, DbError> {
    let mine = applications::table.inner_join(procedures::table).left_join(children::table).filter(applications::id.eq(id.as_str()));
    let row: Option<Row> = mine.select(columns()).first(conn).optional()?;
    Ok(read_applications(conn, row.into_iter().collect())?.pop())
}

/// A family's applications that are not over.
pub fn list_under_way(conn: &mut AnyConnection, family: &FamilyId) -> Result<Vec<Application>, DbError> {
    let mine = applications::table
        .inner_join(procedures::table)
        .left_join(children::table)
        .filter(applications::family_id.eq(family.as_str()))
        .filter(applications::state.eq_any(["draft", "returned", "in_review"]));
    let rows: Vec<Row> = mine.order(applications::id).select(columns()).load(conn)?;
    read_applications(conn, rows)
}

/// A family's applications of a procedure, for a child or the whole family, that are not over; there is one at most.
pub fn find_under_way(
    conn: &mut AnyConnection,
    family: &FamilyId,
    procedure: &ProcedureKey,
    child: Option<&ChildId>,
) -> Result<Option<Application>, DbError> {
    let of_child = |open: &Application| open.child.as_ref().map(|booked| &booked.id) == child;
    Ok(list_under_way(conn, family)?.into_iter().find(|open| open.procedure.key == *procedure && of_child(open)))
}

/// A family's applications as it may see them, the latest first.
pub fn list_whole(conn: &mut AnyConnection, family: &FamilyId) -> Result<Vec<Application>, DbError> {
    let mine =
        applications::table.inner_join(procedures::table).left_join(children::table).filter(applications::family_id.eq(family.as_str()));
    let rows: Vec<Row> = mine.order((applications::created_at.desc(), applications::id)).select(columns()).load(conn)?;
    let one = |found: Application| Application { state: found.state.for_family(), ..found };
    Ok(read_applications(conn, rows)?.into_iter().map(one).collect())
}

/// The same as a list shows them.
pub fn list_applications(conn: &mut AnyConnection, family: &FamilyId) -> Result<Vec<ApplicationLine>, DbError> {
    Ok(list_whole(conn, family)?.into_iter().map(line).collect())
}

/// What a list shows of an application.
pub fn line(application: Application) -> ApplicationLine {
    ApplicationLine {
        id: application.id,
        number: application.number,
        procedure: application.procedure.key,
        procedure_name: application.procedure.name,
        municipality: application.municipality,
        child: application.child,
        state: application.state,
        created_at: application.created_at,
        submitted_at: application.submitted_at,
        due_on: application.due_on,
    }
}

/// Writes a new draft.
pub fn insert_application(conn: &mut AnyConnection, new: &Application) -> Result<(), DbError> {
    diesel::insert_into(applications::table)
        .values((
            applications::id.eq(new.id.as_str()),
            applications::procedure_id.eq(new.procedure.id.as_str()),
            applications::procedure.eq(new.procedure.key.as_str()),
            applications::municipality.eq(new.municipality.as_str()),
            applications::family_id.eq(new.family_id.as_str()),
            applications::child_id.eq(new.child.as_ref().map(|child| child.id.as_str())),
            applications::state.eq(new.state.name()),
            applications::decided.eq(to_json(&new.state)?),
            applications::answers.eq(to_json(&new.answers)?),
            applications::declared.eq(to_json(&new.declared)?),
            applications::comments.eq(to_json(&new.comments)?),
            applications::filed_by.eq(new.filed_by.as_ref().map(to_json).transpose()?),
            applications::created_at.eq(stored(new.created_at)),
            applications::version.eq(new.version),
        ))
        .execute(conn)?;
    Ok(())
}

/// Writes a changed application; its version says which one it was changed from.
pub fn update_application(conn: &mut AnyConnection, changed: &Application) -> Result<(), DbError> {
    diesel::update(applications::table.filter(applications::id.eq(changed.id.as_str())))
        .set((
            applications::number.eq(changed.number.as_deref()),
            applications::state.eq(changed.state.name()),
            applications::decided.eq(to_json(&changed.state)?),
            applications::answers.eq(to_json(&changed.answers)?),
            applications::declared.eq(to_json(&changed.declared)?),
            applications::comments.eq(to_json::<Vec<FieldComment>>(&changed.comments)?),
            applications::submitted_at.eq(changed.submitted_at.map(stored)),
            applications::decided_at.eq(changed.state.decision().map(|decision| stored(decision.decided_at))),
            applications::due_on.eq(changed.due_on),
            applications::version.eq(changed.version),
        ))
        .execute(conn)?;
    Ok(())
}

/// What is known of a family and its children.
pub fn list_known(conn: &mut AnyConnection, family: &FamilyId) -> Result<Vec<KnownFact>, DbError> {
    let rows: Vec<(String, String, String, String, NaiveDate)> = known_facts::table
        .filter(known_facts::family_id.eq(family.as_str()))
        .select((known_facts::child_id, known_facts::key, known_facts::value, known_facts::origin, known_facts::since))
        .order((known_facts::child_id, known_facts::key))
        .load(conn)?;
    let one = |(child, key, value, origin, since): (String, String, String, String, NaiveDate)| {
        let origin = Origin::from_name(&origin).ok_or_else(|| unknown("origin", &origin))?;
        Ok(KnownFact { child_id: (!child.is_empty()).then(|| ChildId::new(child)), key, value, origin, since })
    };
    rows.into_iter().map(one).collect()
}

/// Writes what is known, in the place of what was.
pub fn write_known(conn: &mut AnyConnection, family: &FamilyId, fact: &KnownFact) -> Result<(), DbError> {
    let insert = diesel::insert_into(known_facts::table).values((
        known_facts::family_id.eq(family.as_str()),
        known_facts::child_id.eq(fact.child_id.as_ref().map_or("", ChildId::as_str)),
        known_facts::key.eq(&fact.key),
        known_facts::value.eq(&fact.value),
        known_facts::origin.eq(fact.origin.name()),
        known_facts::since.eq(fact.since),
    ));
    let clause =
        " ON CONFLICT (family_id, child_id, key) DO UPDATE SET value = excluded.value, origin = excluded.origin, since = excluded.since";
    OnConflict { insert, clause }.execute(conn)?;
    Ok(())
}

/// What a number is of.
#[derive(Debug, Clone, Copy)]
pub enum Numbered {
    /// 受付番号
    Receipt,
    /// 認定番号
    Entitlement,
    /// 文書番号
    Notice,
}

/// The next number of a kind in a municipality, by fiscal year: `2026-000123`. The count is locked until the transaction ends, so that no
/// number is left out or given twice; it is the last lock to take.
pub fn next_number(conn: &mut AnyConnection, city: &MunicipalityCode, of: Numbered, day: NaiveDate) -> Result<String, DbError> {
    let kind = match of {
        Numbered::Receipt => "receipt",
        Numbered::Entitlement => "entitlement",
        Numbered::Notice => "notice",
    };
    let year = fiscal_year(day);
    let insert = diesel::insert_into(last_numbers::table).values((
        last_numbers::municipality.eq(city.as_str()),
        last_numbers::kind.eq(kind),
        last_numbers::year.eq(i64::from(year)),
        last_numbers::last.eq(1),
    ));
    let clause = " ON CONFLICT (municipality, kind, year) DO UPDATE SET last = last_numbers.last + 1";
    OnConflict { insert, clause }.execute(conn)?;
    let mine = last_numbers::table
        .filter(last_numbers::municipality.eq(city.as_str()))
        .filter(last_numbers::kind.eq(kind))
        .filter(last_numbers::year.eq(i64::from(year)));
    let last: i64 = mine.select(last_numbers::last).first(conn)?;
    Ok(format!("{year}-{last:06}"))
}
