//! A month of the journal as a workbook (Excel), a row for each entry.

use std::collections::BTreeMap;

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpResponse, get, web};
use serde::Deserialize;
use shared::ids::{ChildId, FacilityId};
use shared::journal::{Entry, Facts};
use shared::locale::{Locale, iso_clock_at, without_ruby};
use shared::problem::{Problem, sentence};
use shared::programmes::ProgrammeKey;
use shared::time::{Month, days_before, tokyo_day};
use utoipa::IntoParams;

use super::{programme_name, store};
use crate::db::AnyConnection;
use crate::error::{ApiError, ForStaff};
use crate::outbox::Act;
use crate::request::{Query, current};
use crate::session::Staff;
use crate::workbook::{self, Cell, Column, MEDIA_TYPE, Sheet};
use crate::{App, facilities, families};

/// Which month.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct JournalMonthQuery {
    /// The month, `2026-12`; this month when absent.
    #[param(value_type = Option<String>, example = "2026-12")]
    pub month: Option<Month>,
}

/// A month of the journal as a workbook (Excel), a row for each entry, corrections as rows of their own
///
/// That it was taken out stands in the audit.
#[utoipa::path(
    tag = "journal",
    params(JournalMonthQuery),
    responses(
        (status = 200, description = "The file", body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (status = 422, description = "No month", body = Problem, content_type = "application/problem+json"),
        ForStaff,
    )
)]
#[get("/staff/journal.xlsx")]
pub async fn get_journal_workbook(app: web::Data<App>, staff: Staff, query: Query<JournalMonthQuery>) -> Result<HttpResponse, ApiError> {
    let now = app.now();
    let month = query.0.month.unwrap_or_else(|| Month::at(now));
    let locale = current().locale;
    let act = Act::of_request(staff.account_id.as_str(), now);
    let sheet = app
        .db
        .write(move |conn| {
            act.record_look(conn, "journal_entry.exported", staff.facility_id.as_str())?;
            sheet(conn, &staff.facility_id, month, locale)
        })
        .await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, MEDIA_TYPE))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"journal-{month}.xlsx\"")))
        .body(workbook::write(&[sheet], now)?))
}

/// The columns with their widths.
const COLUMNS: [(&str, f64); 12] = [
    ("journal.word.col_day", 12.0),
    ("journal.word.col_group", 18.0),
    ("journal.word.col_child", 16.0),
    ("journal.word.col_planned", 13.0),
    ("journal.word.col_came", 8.0),
    ("journal.word.col_left", 8.0),
    ("journal.word.col_children", 9.0),
    ("journal.word.col_words", 60.0),
    ("journal.word.col_state", 10.0),
    ("journal.word.col_reason", 20.0),
    ("journal.word.col_by", 14.0),
    ("journal.word.col_at", 12.0),
];

fn sheet(conn: &mut AnyConnection, facility: &FacilityId, month: Month, locale: Locale) -> Result<Sheet, ApiError> {
    let said = |key: &str| without_ruby(&sentence(key, locale));
    let entries = store::list_entries(conn, facility, (month.first_day(), days_before(month.next_first_day(), 1)))?;
    let children = families::store::list_any_children(conn, entries.iter().filter_map(|entry| entry.child_id.as_ref()))?;
    let children: BTreeMap<ChildId, String> = children.into_iter().map(|child| (child.id, child.known.name.to_string())).collect();
    let mut names: BTreeMap<ProgrammeKey, String> = BTreeMap::new();
    for entry in &entries {
        if !names.contains_key(&entry.programme) {
            let name = programme_name(conn, &entry.programme, entry.day)?;
            names.insert(entry.programme.clone(), without_ruby(name.get(locale)));
        }
    }
    let about = |entry: &Entry| {
        let group = names.get(&entry.programme).cloned().unwrap_or_default();
        let child = entry.child_id.as_ref().map(|id| children.get(id).cloned().unwrap_or_default());
        (group, child.unwrap_or_else(|| said("journal.word.whole_group")))
    };
    Ok(Sheet {
        name: month.to_string(),
        title: said("journal.word.title"),
        facts: vec![
            (said("journal.word.facility"), Cell::Text(facilities::store::find_name(conn, facility)?.ok_or(ApiError::NotFound)?)),
            (said("journal.word.month"), Cell::Text(without_ruby(&shared::locale::month(month, locale)))),
        ],
        columns: COLUMNS.iter().map(|(key, width)| -> Column { (said(key), *width) }).collect(),
        rows: entries.iter().map(|entry| row(entry, about(entry), locale)).collect(),
        totals: Vec::new(),
    })
}

fn row(entry: &Entry, (group, child): (String, String), locale: Locale) -> Vec<Cell> {
    let said = |key: &str| without_ruby(&sentence(key, locale));
    let none = || Cell::Text(String::new());
    let [planned, came, left, count] = match &entry.facts {
        None => [none(), none(), none(), none()],
        Some(Facts::Group(day)) => [none(), none(), none(), Cell::Number(i64::from(day.came))],
        Some(Facts::Child(day)) => {
            let came = if day.absent { Some(said("journal.word.absent")) } else { day.came_at.map(iso_clock_at) };
            let planned = format!("{}-{}", iso_clock_at(day.starts_at), iso_clock_at(day.ends_at));
            let left = day.left_at.map(iso_clock_at);
            [Cell::Text(planned), Cell::Text(came.unwrap_or_default()), Cell::Text(left.unwrap_or_default()), none()]
        }
    };
    let state = match (&entry.corrects_id, entry.finished_at) {
        (Some(_), _) => "journal.word.corrected",
        (None, Some(_)) => "journal.word.done",
        (None, None) => "journal.word.draft",
    };
    vec![
        Cell::Day(entry.day),
        Cell::Text(group),
        Cell::Text(child),
        planned,
        came,
        left,
        count,
        Cell::Text(entry.words.clone()),
        Cell::Text(said(state)),
        Cell::Text(entry.reason.clone()),
        Cell::Text(entry.by.clone()),
        Cell::Day(tokyo_day(entry.at)),
    ]
}
