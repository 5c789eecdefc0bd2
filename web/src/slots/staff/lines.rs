//! The lines of a weekly pattern while they are typed.

use chrono::Weekday;
use leptos::prelude::*;
use shared::locale::weekday;
use shared::programmes::Ages;
use shared::slots::BandPlaces;

use super::model::{Division, TypedLine, WEEKDAYS};
use super::parts::{Counter, OptionalCounter, ages_words, classes_line};
use crate::i18n::{Say, furigana, locale, say_with, t};
use crate::ui::{Button, Glyph, Look};

/// One line of the pattern while it is typed.
#[derive(Clone, Copy)]
pub struct Line {
    /// Tells it from the others.
    pub id: u32,
    weekdays: RwSignal<Vec<Weekday>>,
    starts: RwSignal<String>,
    ends: RwSignal<String>,
    bands: RwSignal<Vec<BandPlaces>>,
    room: RwSignal<Option<i64>>,
    carers: RwSignal<Option<i64>>,
}

impl Line {
    /// A line to be typed, beginning with this; the id tells it from the others.
    pub fn new(id: u32, typed: TypedLine) -> Self {
        Self {
            id,
            weekdays: RwSignal::new(typed.weekdays),
            starts: RwSignal::new(typed.starts),
            ends: RwSignal::new(typed.ends),
            bands: RwSignal::new(typed.bands),
            room: RwSignal::new(typed.room),
            carers: RwSignal::new(typed.carers),
        }
    }

    /// As it is typed.
    pub fn typed(self) -> TypedLine {
        TypedLine {
            weekdays: WEEKDAYS.into_iter().filter(|day| self.weekdays.with_untracked(|days| days.contains(day))).collect(),
            starts: self.starts.get_untracked(),
            ends: self.ends.get_untracked(),
            bands: self.bands.get_untracked(),
            room: self.room.get_untracked(),
            carers: self.carers.get_untracked(),
        }
    }
}

/// The form of one line.
#[component]
pub fn LineForm(
    /// The line.
    line: Line,
    /// Which it is, from 1.
    number: Memo<usize>,
    /// Whether there are others, so that it may go.
    several: Memo<bool>,
    /// Takes it away.
    remove: Callback<()>,
    /// The ages of the programme.
    ages: Signal<Option<Ages>>,
    /// The places come from the classes.
    is_spare: Memo<bool>,
) -> impl IntoView {
    let id = line.id;
    let divide = move |division: Division| {
        if let Some(ages) = ages.get_untracked() {
            line.bands.set(division.bands(&ages));
        }
    };
    let count = Memo::new(move |_| line.bands.with(Vec::len));
    let places = Signal::derive(move || line.bands.with(|bands| bands.iter().map(|band| band.capacity).sum()));
    view! {
        <fieldset class="card stack line-form">
            <legend class="line-legend">{say_with("slots_staff.line", move || vec![("number", number.get().to_string())])}</legend>
            <fieldset class="field">
                <legend class="field-label"><Say key="slots_staff.weekdays"/></legend>
                <div class="weekdays">{WEEKDAYS.map(|one| weekday_choice(id, one, line.weekdays)).collect_view()}</div>
            </fieldset>
            <div class="publish-dates">
                {time_field(format!("starts-{id}"), "slots_staff.starts", line.starts)} {time_field(format!("ends-{id}"), "slots_staff.ends", line.ends)}
            </div>
            <fieldset class="field">
                <legend class="field-label"><Say key="slots_staff.places"/></legend>
                <div class="row">
                    <span class="quiet"><Say key="slots_staff.divide"/></span>
                    {Division::ALL
                        .map(|division| {
                            view! {
                                <Button look=Look::Text on_press=Callback::new(move |()| divide(division))>
                                    {match division {
                                        Division::Carers => view! { <Say key="slots_staff.divide_carers"/> },
                                        Division::Years => view! { <Say key="slots_staff.divide_years"/> },
                                        Division::Together => view! { <Say key="slots_staff.divide_together"/> },
                                    }}
                                </Button>
                            }
                        })
                        .collect_view()}
                </div>
                <Show when=move || is_spare.get()>
                    <p class="hint" id=format!("spare-{id}")><Say key="slots_staff.classes_decide"/></p>
                    <p>{furigana(move || line.bands.with(|bands| classes_line(bands)))}</p>
                </Show>
                <div class="counters">
                    {move || {
                        (0..if is_spare.get() { 0 } else { count.get() })
                            .filter_map(|index| {
                                let band = line.bands.with_untracked(|bands| bands.get(index).cloned())?;
                                // The edges of a band change only by dividing anew, which makes the list anew.
                                Some(band_counter(id, index, &band, line.bands))
                            })
                            .collect_view()
                    }}
                </div>
            </fieldset>
            <fieldset class="field">
                <legend class="field-label"><Say key="slots_staff.whole"/></legend>
                <p class="hint"><Say key="slots_staff.whole_hint"/></p>
                <div class="counters">
                    <OptionalCounter
                        id=format!("room-{id}")
                        label="slots_staff.room"
                        set="slots_staff.room_set"
                        unset=Some("slots_staff.room_unset")
                        value=line.room
                        first=places
                        most=1000
                    />
                    <OptionalCounter
                        id=format!("carers-{id}")
                        label="slots_staff.carers"
                        set="slots_staff.carers_set"
                        unset=Some("slots_staff.carers_unset")
                        value=line.carers
                        first=2
                        most=200
                    />
                </div>
            </fieldset>
            <Show when=move || several.get()>
                <div class="row">
                    <Button look=Look::Danger icon=Glyph::Cross on_press=remove>
                        {say_with("slots_staff.remove_line", move || vec![("number", number.get().to_string())])}
                    </Button>
                </div>
            </Show>
        </fieldset>
    }
}

fn band_counter(line: u32, index: usize, band: &BandPlaces, bands: RwSignal<Vec<BandPlaces>>) -> impl IntoView + use<> {
    let value = Signal::derive(move || bands.with(|bands| bands.get(index).map_or(0, |band| band.capacity)));
    let set = Callback::new(move |capacity: i64| {
        bands.update(|bands| {
            if let Some(band) = bands.get_mut(index) {
                band.capacity = capacity;
            }
        });
    });
    view! {
        <Counter id=format!("line-{line}-{index}") label=ages_words(band.from_age, band.under_age) booked=None value on_change=set/>
    }
}

/// A weekday to choose, in a group that `line` names.
pub fn weekday_choice(line: u32, one: Weekday, chosen: RwSignal<Vec<Weekday>>) -> impl IntoView {
    let id = format!("weekday-{line}-{}", one.num_days_from_monday());
    view! {
        <div class="choice">
            <input
                type="checkbox"
                id=id.clone()
                prop:checked=move || chosen.with(|days| days.contains(&one))
                on:change:target=move |event| {
                    let on = event.target().checked();
                    chosen.update(|days| {
                        days.retain(|day| *day != one);
                        if on {
                            days.push(one);
                        }
                    });
                }
            />
            <label for=id.clone()>{furigana(move || weekday(one, locale()).to_owned())}</label>
        </div>
    }
}

/// A time of day.
pub fn time_field(id: String, label: &'static str, value: RwSignal<String>) -> impl IntoView {
    view! {
        <div class="field">
            <label class="field-label" for=id.clone()><span>{move || t(label)}</span></label>
            <input
                class="input input-short"
                id=id.clone()
                type="time"
                step="300"
                prop:value=value
                on:input:target=move |event| value.set(event.target().value())
            />
        </div>
    }
}
