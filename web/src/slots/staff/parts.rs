//! Pieces of the facility's slots.

use leptos::prelude::*;
use shared::locale::people;
use shared::programmes::{Programme, ProgrammeKey};
use shared::slots::BandPlaces;

use crate::i18n::{Say, Text, locale, sentence, t_with, text};
use crate::ui::{Button, Glyph, Look};

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
    /// What is counted.
    #[prop(into)]
    label: Text,
    /// The most.
    #[prop(default = 200)]
    most: i64,
    /// Children booked, where there can be some.
    #[prop(optional_no_strip)]
    booked: Option<i64>,
    /// The places.
    value: Signal<i64>,
    /// Sets them.
    #[prop(into)]
    on_change: Callback<i64>,
) -> impl IntoView {
    let step = move |by: i64| on_change.run((value.get_untracked() + by).clamp(0, most));
    let (less, more) = (label.clone(), label.clone());
    view! {
        <div class="counter">
            <label for=id.clone() class="counter-label">
                <strong>{label.view()}</strong>
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
                    aria-label=move || t_with("slots_staff.one_less", &[("ages", less.plain())])
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
                    max=most.to_string()
                    prop:value=move || value.get().to_string()
                    on:change:target=move |event| on_change.run(event.target().value().parse().unwrap_or(0))
                />
                <button
                    type="button"
                    class="button button-outline counter-button"
                    aria-label=move || t_with("slots_staff.one_more", &[("ages", more.plain())])
                    on:click=move |_| step(1)
                >
                    "+"
                </button>
            </div>
        </div>
    }
}

/// An age band as words for a prop.
pub fn ages_words(from: u32, under: u32) -> Text {
    text(move || ages(from, under))
}

/// A number that need not be set: a button until it is.
#[component]
pub fn OptionalCounter(
    /// Id of the input.
    id: String,
    /// What is counted.
    #[prop(into)]
    label: Text,
    /// The words of the button that sets it.
    set: &'static str,
    /// The words of the button that takes it away; none where it cannot be.
    #[prop(optional_no_strip)]
    unset: Option<&'static str>,
    /// The number.
    value: RwSignal<Option<i64>>,
    /// What it begins with.
    #[prop(into)]
    first: Signal<i64>,
    /// The most.
    most: i64,
) -> impl IntoView {
    let id = StoredValue::new(id);
    let begin = Callback::new(move |()| value.set(Some(first.get_untracked())));
    view! {
        <Show
            when=move || value.with(Option::is_some)
            fallback=move || view! { <Button look=Look::Text icon=Glyph::Plus on_press=begin><Say key=set/></Button> }
        >
            <Counter
                id=id.get_value()
                label=label.clone()
                most
                booked=None
                value=Signal::derive(move || value.get().unwrap_or(0))
                on_change=Callback::new(move |count: i64| value.set(Some(count.clamp(0, most))))
            />
            {unset
                .map(|words| {
                    view! { <Button look=Look::Text icon=Glyph::Cross on_press=Callback::new(move |()| value.set(None))><Say key=words/></Button> }
                })}
        </Show>
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

/// Age bands alone as one line of text; may carry furigana marks.
pub fn classes_line(bands: &[BandPlaces]) -> String {
    let between = if locale() == shared::locale::Locale::En { ", " } else { "、" };
    bands.iter().map(|band| ages(band.from_age, band.under_age)).collect::<Vec<_>>().join(between)
}
