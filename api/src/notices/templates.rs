//! Templates in the database: what cities say instead of the shipped sentences.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use shared::ids::{AccountId, TemplateId};
use shared::locale::Locale;
use shared::municipalities::MunicipalityCode;
use shared::notices::{Kind, NewTemplate, Template, Texts, words};

use super::store::Stored;
use crate::db::{AnyConnection, DbError, instant, stored, unknown};
use crate::municipalities::store::code;
use crate::new_id;
use crate::schema::notice_templates as templates;

#[derive(Queryable, Selectable)]
#[diesel(table_name = templates)]
struct Row {
    id: String,
    municipality: Option<String>,
    kind: String,
    locale: String,
    version: i64,
    title: String,
    body: String,
    lock_title: String,
    step_label: String,
    valid_from: NaiveDateTime,
}

fn template(row: Row) -> Result<Template, DbError> {
    Ok(Template {
        id: Some(TemplateId::new(row.id)),
        municipality: row.municipality.as_deref().map(code).transpose()?,
        kind: Kind::from_word(&row.kind).ok_or_else(|| unknown("kind of notice", &row.kind))?,
        locale: Locale::from_tag(&row.locale).ok_or_else(|| unknown("locale", &row.locale))?,
        version: row.version,
        texts: Texts { title: row.title, body: row.body, lock_title: row.lock_title, step_label: row.step_label },
        valid_from: Some(instant(row.valid_from)),
    })
}

/// Every version of some cities and of everybody's, the latest first.
pub fn list_versions(conn: &mut AnyConnection, cities: &[&str]) -> Result<Vec<Template>, DbError> {
    let rows = templates::table
        .filter(templates::municipality.eq_any(cities).or(templates::municipality.is_null()))
        .order((templates::valid_from.desc(), templates::version.desc()))
        .select(Row::as_select())
        .load::<Row>(conn)?;
    rows.into_iter().map(template).collect()
}

/// The sentences of notices, each read once.
#[derive(Debug, Default)]
pub struct Sentences {
    versions: BTreeMap<String, Vec<Template>>,
}

impl Sentences {
    /// What a city says of a kind in a language at a time: its own words, else everybody's, else the shipped ones.
    pub fn at(
        &mut self,
        conn: &mut AnyConnection,
        (city, kind, locale): (&MunicipalityCode, Kind, Locale),
        at: DateTime<Utc>,
    ) -> Result<Texts, DbError> {
        if !self.versions.contains_key(city.as_str()) {
            self.versions.insert(city.to_string(), list_versions(conn, &[city.as_str()])?);
        }
        let versions = self.versions.get(city.as_str()).map(Vec::as_slice).unwrap_or_default();
        Ok(held(versions, (city, kind, locale), at).map_or_else(|| words::shipped(kind, locale), |held| held.texts.clone()))
    }

    /// The sentences of a notice as they were when it was made, filled with its facts.
    pub fn of(&mut self, conn: &mut AnyConnection, notice: &Stored, locale: Locale) -> Result<Texts, DbError> {
        let texts = self.at(conn, (&notice.municipality, notice.kind, locale), notice.created_at)?;
        Ok(words::say(&texts, &notice.facts, locale))
    }
}

/// The version that holds at a time, of those with the latest first.
pub fn held<'a>(
    versions: &'a [Template],
    (city, kind, locale): (&MunicipalityCode, Kind, Locale),
    at: DateTime<Utc>,
) -> Option<&'a Template> {
    let mut mine = versions
        .iter()
        .filter(|version| version.kind == kind && version.locale == locale && version.valid_from.is_some_and(|from| from <= at));
    let everybodys = mine.clone().find(|version| version.municipality.is_none());
    mine.find(|version| version.municipality.as_ref() == Some(city)).or(everybodys)
}

/// Writes a new version of a city's sentences.
pub fn insert_template(
    conn: &mut AnyConnection,
    city: &MunicipalityCode,
    new: &NewTemplate,
    by: &AccountId,
    now: DateTime<Utc>,
) -> Result<Template, DbError> {
    let mine = templates::table
        .filter(templates::municipality.eq(city.as_str()))
        .filter(templates::kind.eq(new.kind.as_str()))
        .filter(templates::locale.eq(new.locale.tag()));
    let last: Option<i64> = mine.select(diesel::dsl::max(templates::version)).get_result(conn)?;
    let made = Template {
        id: Some(TemplateId::new(new_id())),
        municipality: Some(city.clone()),
        kind: new.kind,
        locale: new.locale,
        version: last.unwrap_or(0) + 1,
        texts: new.texts.clone(),
        valid_from: Some(new.valid_from.unwrap_or(now).max(now)),
    };
    diesel::insert_into(templates::table)
        .values((
            templates::id.eq(made.id.as_ref().map(TemplateId::as_str).unwrap_or_default()),
            templates::municipality.eq(city.as_str()),
            templates::kind.eq(made.kind.as_str()),
            templates::locale.eq(made.locale.tag()),
            templates::version.eq(made.version),
            templates::title.eq(&made.texts.title),
            templates::body.eq(&made.texts.body),
            templates::lock_title.eq(&made.texts.lock_title),
            templates::step_label.eq(&made.texts.step_label),
            templates::valid_from.eq(stored(made.valid_from.unwrap_or(now))),
            templates::published_by.eq(by.as_str()),
        ))
        .execute(conn)?;
    Ok(made)
}

/// Takes a version away that has not begun to hold.
pub fn delete_template(conn: &mut AnyConnection, id: &TemplateId) -> Result<(), DbError> {
    diesel::delete(templates::table.filter(templates::id.eq(id.as_str()))).execute(conn)?;
    Ok(())
}
