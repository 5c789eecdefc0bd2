//! A week of days with anything in them, and how much is free.

use chrono::{Datelike, Days, NaiveDate, Weekday};
use leptos::prelude::*;
use shared::locale::day;

use super::icons::{Glyph, Icon};
use crate::i18n::{Text, furigana, locale, marked, t};

/// How much is free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// ○
    Many,
    /// △
    Few,
    /// ×
    None,
}

/// The mark ○ △ × with the number and words: never a colour alone.
#[component]
pub fn Availability(
    /// How much.
    level: Level,
    /// How many; leave it out where the words say the number.
    #[prop(optional, into)]
    count: Option<u32>,
    /// The same in words, such as "残り2名".
    #[prop(into)]
    words: Text,
) -> impl IntoView {
    let (class, mark) = match level {
        Level::Many => ("availability availability-many", "○"),
        Level::Few => ("availability availability-few", "△"),
        Level::None => ("availability availability-none", "×"),
    };
    view! {
        <span class=class>
            <span class="availability-mark" aria-hidden="true">{mark}</span>
            {count.map(|count| view! { <span class="availability-count" aria-hidden="true">{count}</span> })}
            <span class="availability-words">{words.view()}</span>
        </span>
    }
}

/// Seven days side by side; on a phone they scroll sideways. `cells` makes what stands in a day, usually a list of links.
#[component]
pub fn WeekCalendar<C>(
    /// What the week shows.
    #[prop(into)]
    label: Text,
    /// The first day.
    #[prop(into)]
    first: Signal<NaiveDate>,
    /// Today, to be marked.
    today: NaiveDate,
    /// What stands in a day.
    cells: C,
    /// A word under the date, such as the name of a holiday.
    #[prop(optional, into)]
    note: Option<Callback<NaiveDate, Option<String>>>,
    /// Shows buttons for the week before and after, and is told its first day.
    #[prop(optional, into)]
    on_move: Option<Callback<NaiveDate>>,
) -> impl IntoView
where
    C: Fn(NaiveDate) -> AnyView + Send + Sync + 'static,
{
    let name = label.clone();
    view! {
        <section class="week">
            <div class="week-head">
                <h2 class="week-title">
                    {furigana(move || {
                        let start = first.get();
                        format!("{}〜{}", day(start, locale()), day(later(start, 6), locale()))
                    })}
                </h2>
                {on_move
                    .map(|on_move| {
                        view! {
                            <div class="row no-print">
                                <button type="button" class="button button-outline" on:click=move |_| on_move.run(earlier(first.get_untracked(), 7))>
                                    <Icon glyph=Glyph::Left/>
                                    <span>{move || t("ui.week_before")}</span>
                                </button>
                                <button type="button" class="button button-outline" on:click=move |_| on_move.run(later(first.get_untracked(), 7))>
                                    <span>{move || t("ui.week_after")}</span>
                                    <Icon glyph=Glyph::Right/>
                                </button>
                            </div>
                        }
                    })}
            </div>
            // Focusable, so that it can be scrolled by the keyboard.
            <div class="week-frame" tabindex="0" role="region" aria-label=move || name.plain()>
                <ol class="week-days">
                    {move || (0..7).map(|offset| later(first.get(), offset)).map(|date| column(date, today, note, cells(date))).collect_view()}
                </ol>
            </div>
        </section>
    }
}

fn column(date: NaiveDate, today: NaiveDate, note: Option<Callback<NaiveDate, Option<String>>>, cells: AnyView) -> impl IntoView {
    let note = move || note.and_then(|note| note.run(date));
    view! {
        <li
            class="week-day"
            class:is-today=date == today
            class:is-saturday=date.weekday() == Weekday::Sat
            class:is-sunday=move || date.weekday() == Weekday::Sun || note().is_some()
        >
            <h3 class="week-date">
                <span>{furigana(move || day(date, locale()))}</span>
                {(date == today).then(|| view! { <span class="chip chip-info">{move || t("ui.today")}</span> })}
                {move || note().map(|words| view! { <span class="week-note">{marked(&words)}</span> })}
            </h3>
            {cells}
        </li>
    }
}

fn later(date: NaiveDate, days: u64) -> NaiveDate {
    date.checked_add_days(Days::new(days)).unwrap_or(date)
}

fn earlier(date: NaiveDate, days: u64) -> NaiveDate {
    date.checked_sub_days(Days::new(days)).unwrap_or(date)
}
