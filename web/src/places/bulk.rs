//! Changing a selection of slots: places, room, times, carers on duty, and whether they take bookings.

use leptos::prelude::*;
use shared::places::{BulkChange, DayTimes, PlacesCommand};
use shared::slots::{BandPlaces, Slot, SlotState};

use super::acting::Acting;
use super::model::bands_of;
use crate::i18n::{Say, say_with};
use crate::slots::staff::{OptionalCounter, ages_words, time, time_field};
use crate::ui::{Banner, Checkbox, Choice, Need, RadioGroup, Tone};

/// The form for some slots.
#[component]
pub fn Bulk(
    /// They.
    slots: Vec<Slot>,
    /// Reads the grid again when it is done.
    again: Callback<()>,
) -> impl IntoView {
    let ids = StoredValue::new(slots.iter().map(|slot| slot.id.clone()).collect::<Vec<_>>());
    let bands: Vec<(BandPlaces, RwSignal<Option<i64>>)> = bands_of(&slots).into_iter().map(|band| (band, RwSignal::new(None))).collect();
    let typed = StoredValue::new(bands.clone());
    let is_spare = slots.iter().all(|slot| slot.spare);
    let (room, on_duty) = (RwSignal::new(None::<i64>), RwSignal::new(false));
    let (starts, ends) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let state = RwSignal::new("same".to_owned());
    let is_missing = RwSignal::new(false);
    let read = Callback::new(move |()| {
        let times = match (time(&starts.get_untracked()), time(&ends.get_untracked())) {
            (Some(starts), Some(ends)) => Some(DayTimes { starts, ends }),
            _ => None,
        };
        let wanted = typed.with_value(|bands| {
            let one = |(band, places): &(BandPlaces, RwSignal<Option<i64>>)| {
                places.get_untracked().map(|capacity| BandPlaces { capacity, ..band.clone() })
            };
            bands.iter().filter_map(one).collect::<Vec<_>>()
        });
        let state = match state.get_untracked().as_str() {
            "open" => Some(SlotState::Open),
            "closed" => Some(SlotState::Closed),
            _ => None,
        };
        let change = BulkChange { bands: wanted, room: room.get_untracked(), times, carers_on_duty: on_duty.get_untracked(), state };
        let half_a_time = times.is_none() && (!starts.with_untracked(String::is_empty) || !ends.with_untracked(String::is_empty));
        is_missing.set(change == BulkChange::default() || half_a_time);
        (!is_missing.get_untracked()).then(|| PlacesCommand::Change { slot_ids: ids.get_value(), change })
    });
    let states = vec![
        Choice::new("same", "places.state_same"),
        Choice::new("closed", "places.state_closed"),
        Choice::new("open", "places.state_open"),
    ];
    let count = slots.len();
    view! {
        <p><strong>{say_with("places.chosen", move || vec![("count", count.to_string())])}</strong></p>
        <Acting read on_done=again>
            <p class="hint"><Say key="places.bulk_hint"/></p>
            <div role="alert">
                <Show when=move || is_missing.get()><Banner tone=Tone::Warning><p><Say key="places.bulk_missing"/></p></Banner></Show>
            </div>
            <fieldset class="field">
                <legend class="field-label"><Say key="slots_staff.places"/></legend>
                {if is_spare {
                    view! { <p class="hint"><Say key="slots.places_of_classes"/></p> }.into_any()
                } else {
                    view! {
                        <div class="counters">
                            {typed
                                .get_value()
                                .into_iter()
                                .map(|(band, places)| {
                                    view! {
                                        <div class="stack">
                                            <Show when=move || places.with(Option::is_none)>
                                                <p class="quiet">{ages_words(band.from_age, band.under_age).view()}</p>
                                            </Show>
                                            <OptionalCounter
                                                id=format!("bulk-{}-{}", band.from_age, band.under_age)
                                                label=ages_words(band.from_age, band.under_age)
                                                set="places.bulk_set"
                                                unset=Some("places.bulk_unset")
                                                value=places
                                                first=band.capacity
                                                most=200
                                            />
                                        </div>
                                    }
                                })
                                .collect_view()}
                        </div>
                    }
                    .into_any()
                }}
            </fieldset>
            <div class="counters">
                <OptionalCounter
                    id="bulk-room".to_owned()
                    label="slots_staff.room"
                    set="slots_staff.room_set"
                    unset=Some("slots_staff.room_unset")
                    value=room
                    first=10
                    most=1000
                />
            </div>
            <fieldset class="field">
                <legend class="field-label"><Say key="places.bulk_times"/></legend>
                <p class="hint"><Say key="places.bulk_times_hint"/></p>
                <div class="publish-dates">
                    {time_field("bulk-starts".to_owned(), "slots_staff.starts", starts)} {time_field("bulk-ends".to_owned(), "slots_staff.ends", ends)}
                </div>
            </fieldset>
            <Checkbox id="bulk-duty" label="places.bulk_duty" value=on_duty/>
            <RadioGroup id="bulk-state" legend="places.bulk_state" required=Need::Unsaid choices=Signal::stored(states.clone()) value=state/>
        </Acting>
    }
}
