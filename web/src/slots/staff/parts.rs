//! Pieces of the facility's slots.

use leptos::prelude::*;
use shared::locale::people;
use shared::programmes::{Programme, ProgrammeKey};
use shared::slots::BandPlaces;

use crate::i18n::{furigana, locale, sentence, t_with};

/// An age band in words; may carry furigana marks.
pub fn ages(from: u32, under: u32) -> String {
    let last = under.saturating_sub(1).max(from);
    let key = if last == from { "slots_staff.age" } else { "slots_staff.ages" };
    sentence(key, locale()).replace("%{from}", &from.to_string()).replace("%{to}", &last.to_string())
}

/// What a programme is called; may carry furigana marks.
pub fn programme_name(programmes: &[Programme], key: &ProgrammeKey) -> String {
    programmes.iter().find(|programme| programme.key == *key).map_or_else(String::new, |found| found.name.get(locale()).to_owned())
}

/// A number of places with large buttons for one more and one less.
#[component]
pub fn Counter(
    /// Id of the input.
    id: String,
    /// From this age.
    from_age: u32,
    /// Under this age.
    under_age: u32,
    /// Children booked, where there can be some.
    #[prop(optional_no_strip)]
    booked: Option<i64>,
    /// The places.
    value: Signal<i64>,
    /// Sets them.
    #[prop(into)]
    on_change: Callback<i64>,
) -> impl IntoView {
    let step = move |by: i64| on_change.run((value.get_untracked() + by).clamp(0, 200));
    let plain = move || shared::locale::without_ruby(&ages(from_age, under_age));
    view! {
        <div class="counter">
            <label for=id.clone() class="counter-label">
                <strong>{furigana(move || ages(from_age, under_age))}</strong>
                {booked
                    .map(|booked| {
                        view! {
                            <span class="quiet">
                                {crate::i18n::say_with("slots_staff.booked", move || vec![("count", people(booked, locale()))])}
                            </span>
                        }
                    })}
            </label>
            <div class="counter-parts">
                <button
                    type="button"
                    class="button button-outline counter-button"
                    aria-label=move || t_with("slots_staff.one_less", &[("ages", plain())])
                    on:click=move |_| step(-1)
                >
                    "−"
                </button>
                <input
                    class="input counter-input"
                    id=id.clone()
                    type="number"
                    inputmode="numeric"
                    min="0"
                    max="200"
                    prop:value=move || value.get().to_string()
                    on:change:target=move |event| on_change.run(event.target().value().parse().unwrap_or(0))
                />
                <button
                    type="button"
                    class="button button-outline counter-button"
                    aria-label=move || t_with("slots_staff.one_more", &[("ages", plain())])
                    on:click=move |_| step(1)
                >
                    "+"
                </button>
            </div>
        </div>
    }
}

/// Places per age band as one line of text; may carry furigana marks.
pub fn places_line(bands: &[BandPlaces]) -> String {
    let between = if locale() == shared::locale::Locale::En { ", " } else { "、" };
    bands
        .iter()
        .map(|band| format!("{} {}", ages(band.from_age, band.under_age), people(band.capacity, locale())))
        .collect::<Vec<_>>()
        .join(between)
}
