//! A booking among the free places of a week, on a wide screen: dragged to another time, or moved by pressing one.

use chrono::{Datelike, NaiveDate};
use leptos::ev::DragEvent;
use leptos::prelude::*;
use shared::bookings::Booking;
use shared::locale::clock_span;
use shared::programmes::Unit;
use shared::time::{days_before, tokyo_day};

use super::page::place_words;
use crate::bookings::model::MoveChoice;
use crate::i18n::{Say, furigana, locale};
use crate::settings::{holiday, today};
use crate::ui::{Glyph, Icon, WeekCalendar};

/// The week of the booking, and those beside it.
#[component]
pub fn MoveWeek(
    /// Who moves: the party as it was shown.
    party: StoredValue<Vec<Booking>>,
    /// The free places by day.
    days: StoredValue<Vec<(NaiveDate, Vec<MoveChoice>)>>,
    /// How a stay is measured.
    unit: StoredValue<Option<Unit>>,
    /// Where to; the question opens when it is set.
    choice: RwSignal<Option<MoveChoice>>,
) -> impl IntoView {
    let Some(own) = party.with_value(|party| party.first().cloned()) else { return ().into_any() };
    let date = tokyo_day(own.starts_at);
    let now = today();
    let first = RwSignal::new(days_before(date, date.weekday().num_days_from_monday()).max(now));
    let own = StoredValue::new(own);
    let drag = Drag { is_on: RwSignal::new(false), over: RwSignal::new(None) };
    let cells = move |day: NaiveDate| {
        let places = days.with_value(|days| {
            let here = days.iter().find(|(known, _)| *known == day).map(|(_, places)| places.clone()).unwrap_or_default();
            here.into_iter().map(|one| view! { <li><Target one unit choice drag/></li> }).collect::<Vec<_>>()
        });
        let is_own = day == date;
        let is_empty = places.is_empty() && !is_own;
        view! {
            <ul class="plain-list stack move-cell">
                {is_own.then(|| view! { <li><Own own drag/></li> })}
                {places}
            </ul>
            {is_empty.then(|| view! { <p class="quiet"><Say key="bookings.move_no_place"/></p> })}
        }
        .into_any()
    };
    let turn = Callback::new(move |day: NaiveDate| first.set(day.max(now)));
    view! {
        <div class="move-week stack">
            <p><Say key="bookings.move_drag"/></p>
            <WeekCalendar
                label="bookings.move_where"
                first
                today=now
                cells
                note=Callback::new(move |date| holiday(date, locale()))
                on_move=turn
            />
        </div>
    }
    .into_any()
}

/// What is under way while something is dragged.
#[derive(Clone, Copy)]
struct Drag {
    is_on: RwSignal<bool>,
    /// Over which place.
    over: RwSignal<Option<MoveChoice>>,
}

/// The booking itself, to be taken hold of.
#[component]
fn Own(own: StoredValue<Booking>, drag: Drag) -> impl IntoView {
    let begin = move |event: DragEvent| {
        if let Some(carried) = event.data_transfer() {
            // Without something to carry, some browsers do not begin to drag.
            let _ = carried.set_data("text/plain", &own.with_value(|own| own.child.name.clone()));
            carried.set_effect_allowed("move");
        }
        drag.is_on.set(true);
    };
    let end = move |_| {
        drag.is_on.set(false);
        drag.over.set(None);
    };
    let times = move || own.with_value(|own| clock_span(own.starts_at, own.ends_at, locale()));
    view! {
        <div class="stay move-own" draggable="true" on:dragstart=begin on:dragend=end>
            <Icon glyph=Glyph::Menu/>
            <span class="stay-words">
                <span class="stay-times">{furigana(times)}</span>
                <span class="stay-part"><Say key="bookings.move_from"/></span>
            </span>
        </div>
    }
}

/// A free place: where the booking may be let go, and a button.
#[component]
fn Target(one: MoveChoice, unit: StoredValue<Option<Unit>>, choice: RwSignal<Option<MoveChoice>>, drag: Drag) -> impl IntoView {
    let words = place_words(&one, unit);
    let one = StoredValue::new(one);
    let is_over = move || drag.over.with(|over| over.as_ref().is_some_and(|over| one.with_value(|one| one == over)));
    let pick = move || choice.set(Some(one.get_value()));
    view! {
        <button
            type="button"
            class="stay move-place"
            class:is-target=move || drag.is_on.get()
            class:is-over=is_over
            on:click=move |_| pick()
            on:dragover=move |event: DragEvent| {
                if drag.is_on.get_untracked() {
                    event.prevent_default();
                    if !untrack(is_over) {
                        drag.over.set(Some(one.get_value()));
                    }
                }
            }
            on:dragleave=move |_| drag.over.set(None)
            on:drop=move |event: DragEvent| {
                event.prevent_default();
                drag.is_on.set(false);
                drag.over.set(None);
                pick();
            }
        >
            {words}
        </button>
    }
}
