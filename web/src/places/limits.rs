//! One slot by the half hour: carers on duty, and how many children they and the places allow.

use leptos::prelude::*;
use shared::locale::{clock_at, clock_span, day, people};
use shared::places::half_hour_limits;
use shared::programmes::Programme;
use shared::slots::Slot;

use crate::i18n::{Say, furigana, locale, say_with};
use crate::slots::staff::ages;
use crate::ui::Table;

/// The half hours of a slot.
#[component]
pub fn Limits(
    /// The slot.
    of: Slot,
    /// For the rules of its programme.
    programmes: Memo<Vec<Programme>>,
) -> impl IntoView {
    let slot = of.clone();
    let halves = Memo::new(move |_| {
        let own = |one: &&Programme| one.key == of.programme && one.municipality == of.facility.municipality;
        programmes.with(|all| all.iter().find(own).map(|programme| half_hour_limits(&of, &programme.terms)).unwrap_or_default())
    });
    let (starts_at, ends_at) = (slot.starts_at, slot.ends_at);
    let bands: Vec<(u32, u32, i64)> = slot.bands.iter().map(|band| (band.from_age, band.under_age, band.capacity)).collect();
    let heads = bands.clone();
    let rows = move || {
        halves
            .get()
            .into_iter()
            .map(|half| {
                let places = half.places.iter().zip(&bands).map(|(left, (.., capacity))| (*left, left < capacity)).collect::<Vec<_>>();
                view! {
                    <tr>
                        <th scope="row">{clock_at(half.starts_at)}</th>
                        <td class="number">
                            {half.carers.map_or_else(|| "–".into_any(), |carers| furigana(move || people(carers, locale())).into_any())}
                        </td>
                        {places
                            .into_iter()
                            .map(|(left, is_fewer)| {
                                view! {
                                    <td class="number">
                                        {furigana(move || people(left, locale()))}
                                        {is_fewer.then(|| view! { " "<span class="chip chip-warning"><span><Say key="places.by_carers"/></span></span> })}
                                    </td>
                                }
                            })
                            .collect_view()}
                    </tr>
                }
            })
            .collect_view()
    };
    view! {
        <section class="stack" aria-labelledby="limits">
            <h2 id="limits"><Say key="places.limits"/></h2>
            <p>{furigana(move || format!("{} {}", day(shared::time::tokyo_day(starts_at), locale()), clock_span(starts_at, ends_at, locale())))}</p>
            <p class="hint"><Say key="places.limits_hint"/></p>
            <Table caption="places.limits_caption">
                <thead>
                    <tr>
                        <th scope="col"><Say key="places.half_hour"/></th>
                        <th scope="col" class="number"><Say key="places.carers"/></th>
                        {heads
                            .into_iter()
                            .map(|(from, under, capacity)| {
                                view! {
                                    <th scope="col" class="number">
                                        {furigana(move || ages(from, under))} " "
                                        <span class="quiet">{say_with("places.of_places", move || vec![("count", people(capacity, locale()))])}</span>
                                    </th>
                                }
                            })
                            .collect_view()}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </Table>
        </section>
    }
}
