//! Days as lists: the roster on paper, and the days of a week.

use chrono::{DateTime, NaiveDate, Utc};
use leptos::prelude::*;
use shared::attendance::{BoardDay, BoardEntry};
use shared::calendar::holiday_name;
use shared::families::Allergy;
use shared::locale::{clock_at, clock_span, day, full_day, moment, people};

use super::card::{age, came_and_left, relation};
use super::model::{allergies, person_words};
use crate::i18n::{Say, furigana, locale, name, say_with};
use crate::paths;
use crate::ui::{Glyph, Icon};

/// The day on paper, with room to write where the tablet is not at hand.
#[component]
pub fn Roster(
    /// The facility's name.
    facility: String,
    /// The day.
    day: BoardDay,
    /// When it was as it says.
    as_of: DateTime<Utc>,
) -> impl IntoView {
    let date = day.day;
    let count = i64::try_from(day.entries.len()).unwrap_or(0);
    view! {
        <section class="roster print-only">
            <h2 class="roster-title"><Say key="attendance.roster_title"/></h2>
            <p class="roster-head">
                <strong>{facility}</strong>
                <strong>{furigana(move || full_day(date, locale()))}</strong>
                <span>{say_with("attendance.roster_count", move || vec![("count", people(count, locale()))])}</span>
                <span>{say_with("attendance.roster_as_of", move || vec![("moment", moment(as_of, locale()))])}</span>
            </p>
            <table>
                <thead>
                    <tr>
                        <th scope="col"><Say key="attendance.roster_number"/></th>
                        <th scope="col"><Say key="attendance.roster_time"/></th>
                        <th scope="col"><Say key="attendance.roster_name"/></th>
                        <th scope="col"><Say key="attendance.roster_care"/></th>
                        <th scope="col"><Say key="attendance.roster_people"/></th>
                        <th scope="col"><Say key="attendance.roster_came"/></th>
                        <th scope="col"><Say key="attendance.roster_left"/></th>
                        <th scope="col"><Say key="attendance.roster_checked"/></th>
                    </tr>
                </thead>
                <tbody>{day.entries.into_iter().zip(1_usize..).map(roster_row).collect_view()}</tbody>
            </table>
        </section>
    }
}

fn roster_row((entry, number): (BoardEntry, usize)) -> impl IntoView {
    let (starts_at, ends_at) = (entry.booking.starts_at, entry.booking.ends_at);
    let (severe, mild) = allergies(&entry);
    let list = |found: Vec<&Allergy>| found.iter().map(|allergy| allergy.name.clone()).collect::<Vec<_>>().join("・");
    let (severe, mild) = (list(severe), list(mild));
    let (came, left) = came_and_left(&entry.booking.state).map_or((None, None), |(came, left)| (Some(came), left));
    let people = entry.pick_up_people.clone();
    let fetched = entry.booking.attended.fetched_by.clone();
    let notes: Vec<String> =
        [&entry.care_notes, &entry.booking.notes].into_iter().filter(|words| !words.trim().is_empty()).cloned().collect();
    view! {
        <tr>
            <td class="number">{number}</td>
            <td>{furigana(move || clock_span(starts_at, ends_at, locale()))}<br/>{name(entry.booking.programme_name.clone())}</td>
            <td>
                <strong>{entry.booking.child.name.clone()}</strong>
                <br/>
                {entry.booking.child.kana.clone()}
                <br/>
                {age(&entry)}
                {entry.is_away.then(|| view! { " "<Say key="attendance.away"/> })}
            </td>
            <td>
                {(!severe.is_empty())
                    .then(|| view! { <strong class="roster-severe">"⚠ "<Say key="attendance.allergy_severe"/>" "{severe}</strong><br/> })}
                {(!mild.is_empty()).then(|| view! { <Say key="attendance.allergy_mild"/>" "{mild}<br/> })}
                {notes.into_iter().map(|words| view! { <span>{words}</span><br/> }).collect_view()}
            </td>
            <td>
                {people
                    .into_iter()
                    .map(|contact| {
                        view! { {contact.name.to_string()}" "{furigana(relation(&contact))}" "{contact.phone.grouped()}<br/> }
                    })
                    .collect_view()}
            </td>
            <td class="roster-blank">{came.map(clock_at)}</td>
            <td class="roster-blank">{left.map(clock_at)}<br/>{fetched.map(|person| furigana(move || person_words(&person, locale())))}</td>
            <td></td>
        </tr>
    }
}

/// A day of the week page: who comes, in short.
#[component]
pub fn DayList(
    /// The day.
    board_day: BoardDay,
    /// Today.
    today: NaiveDate,
) -> impl IntoView {
    let date = board_day.day;
    let heading_id = format!("day-{date}");
    let holiday = board_day.holiday.clone();
    let count = i64::try_from(board_day.entries.len()).unwrap_or(0);
    let is_closed = board_day.slots.is_empty() && count == 0;
    view! {
        <section class="day-list no-print" class:is-today=date == today aria-labelledby=heading_id.clone()>
            <div class="day-head">
                <h2 id=heading_id.clone()><a href=paths::staff_day(date)>{furigana(move || day(date, locale()))}</a></h2>
                {(date == today).then(|| view! { <span class="chip chip-info"><Say key="ui.today"/></span> })}
                {holiday.map(|name| view! { <span class="chip chip-warning"><span>{furigana(move || holiday_name(&name, locale()))}</span></span> })}
                <span class="board-count">{furigana(move || people(count, locale()))}</span>
            </div>
            {is_closed.then(|| view! { <p class="quiet"><Say key="attendance.no_slots"/></p> })}
            {(!is_closed && count == 0).then(|| view! { <p class="quiet"><Say key="attendance.no_bookings"/></p> })}
            <ul class="day-rows">{board_day.entries.into_iter().map(day_row).collect_view()}</ul>
        </section>
    }
}

fn day_row(entry: BoardEntry) -> impl IntoView {
    let (starts_at, ends_at) = (entry.booking.starts_at, entry.booking.ends_at);
    let (severe, mild) = allergies(&entry);
    let severe: Vec<String> = severe.iter().map(|allergy| allergy.name.clone()).collect();
    let mild: Vec<String> = mild.iter().map(|allergy| allergy.name.clone()).collect();
    view! {
        <li class="day-row">
            <span class="day-time">{furigana(move || clock_span(starts_at, ends_at, locale()))}</span>
            <span class="day-name">
                <strong>{entry.booking.child.name.clone()}</strong>
                <span class="board-kana">{entry.booking.child.kana.clone()}<span class="board-age">{age(&entry)}</span></span>
            </span>
            <span class="day-marks">
                {entry.is_away.then(|| view! { <span class="chip chip-info"><Icon glyph=Glyph::Map/><span><Say key="attendance.away"/></span></span> })}
                {(!severe.is_empty())
                    .then(|| {
                        view! {
                            <span class="chip chip-severe"><Icon glyph=Glyph::Warning/><span><Say key="attendance.allergy_severe"/>" "{severe.join("・")}</span></span>
                        }
                    })}
                {(!mild.is_empty()).then(|| view! { <span class="chip"><span><Say key="attendance.allergy_mild"/>" "{mild.join("・")}</span></span> })}
            </span>
        </li>
    }
}
