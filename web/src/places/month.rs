//! The month as a table of days.

use chrono::NaiveDate;
use leptos::prelude::*;
use shared::locale::{day, month as month_words, weekday, without_ruby};
use shared::time::{Month, days_before};

use super::grid::{Grid, weekend};
use super::model::{DayFigures, day_figures, weeks_of};
use crate::i18n::{Say, furigana, locale, marked, t, t_with};
use crate::slots::staff::WEEKDAYS;
use crate::ui::{Glyph, Icon};

/// A month: slots and places of each day; a press chooses the day's slots.
#[component]
pub fn MonthTable(
    /// The month.
    month: Memo<Month>,
    /// Its days, and what is chosen.
    grid: Grid,
    /// Told the first day of another month.
    on_move: Callback<NaiveDate>,
) -> impl IntoView {
    view! {
        <section class="week">
            <div class="week-head">
                <h2 class="week-title">{furigana(move || month_words(month.get(), locale()))}</h2>
                <div class="row no-print">
                    <button type="button" class="button button-outline" on:click=move |_| on_move.run(Month::of(days_before(month.get_untracked().first_day(), 1)).first_day())>
                        <Icon glyph=Glyph::Left/>
                        <span><Say key="places.month_before"/></span>
                    </button>
                    <button type="button" class="button button-outline" on:click=move |_| on_move.run(month.get_untracked().next_first_day())>
                        <span><Say key="places.month_after"/></span>
                        <Icon glyph=Glyph::Right/>
                    </button>
                </div>
            </div>
            <table class="month-table">
                <caption class="visually-hidden"><Say key="places.month_label"/></caption>
                <thead>
                    <tr>
                        {WEEKDAYS
                            .map(|one| view! { <th scope="col">{furigana(move || weekday(one, locale()).to_owned())}</th> })
                            .collect_view()}
                    </tr>
                </thead>
                <tbody>
                    {move || {
                        let this = month.get();
                        weeks_of(this)
                            .into_iter()
                            .map(|week| {
                                view! { <tr>{week.into_iter().map(|date| view! { <td><MonthDay date grid is_other=Month::of(date) != this/></td> }).collect_view()}</tr> }
                            })
                            .collect_view()
                    }}
                </tbody>
            </table>
        </section>
    }
}

#[component]
fn MonthDay(date: NaiveDate, grid: Grid, is_other: bool) -> impl IntoView {
    let known = Memo::new(move |_| grid.days.with(|days| days.iter().find(|one| one.day == date).cloned()));
    let figures = Memo::new(move |_| known.with(|day| day.as_ref().map(day_figures)).unwrap_or_default());
    let holiday = move || grid.holiday(date);
    let (is_saturday, is_sunday) = weekend(date);
    let is_chosen = move || {
        known.with(|day| {
            day.as_ref().is_some_and(|day| {
                !day.slots.is_empty() && grid.chosen.with(|chosen| day.slots.iter().all(|slot| chosen.contains(&slot.id)))
            })
        })
    };
    let named = move || {
        let DayFigures { slots, taken, places, .. } = figures.get();
        let values =
            [("day", day(date, locale())), ("slots", slots.to_string()), ("taken", taken.to_string()), ("places", places.to_string())];
        let note = holiday().map(|words| format!(" {}", without_ruby(&words))).unwrap_or_default();
        format!("{}{note}", t_with("places.day_label", &values))
    };
    let number = chrono::Datelike::day(&date);
    view! {
        <div class="month-day" class:is-other=is_other class:is-today=date == grid.today class:is-saturday=is_saturday class:is-sunday=move || is_sunday || holiday().is_some()>
            {move || {
                let DayFigures { slots, closed, taken, places } = figures.get();
                let face = view! {
                    <span class="month-number">{number}</span>
                    {holiday().map(|words| view! { <span class="month-note">{marked(&words)}</span> })}
                    {(slots > 0)
                        .then(|| {
                            view! {
                                <span class="month-count">{format!("{taken}/{places}")}</span>
                                <span class="month-slots">{t_with("places.slots", &[("count", slots.to_string())])}</span>
                                {(closed > 0).then(|| view! { <span class="month-closed">{t("places.some_closed")}</span> })}
                            }
                        })}
                };
                if slots > 0 {
                    view! {
                        <button
                            type="button"
                            class="month-button"
                            aria-pressed=move || is_chosen().to_string()
                            aria-label=named
                            on:click=move |_| grid.toggle_day(date)
                        >
                            {face}
                        </button>
                    }
                    .into_any()
                } else {
                    view! { <div class="month-button">{face}</div> }.into_any()
                }
            }}
        </div>
    }
}
