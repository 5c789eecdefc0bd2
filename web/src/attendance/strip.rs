//! The day in half hours: children booked against places and carers, as a strip to glance at and as its table.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use shared::attendance::BoardDay;
use shared::locale::{clock_at, people};
use shared::programmes::Programme;

use super::model::{HalfHour, half_hours, peak};
use crate::i18n::{Say, furigana, locale, say, say_with};
use crate::ui::{Disclosure, Glyph, Icon, Table};

/// How full each half hour gets, and whether the carers are enough for it; this half hour is marked.
#[component]
pub fn Strip(
    /// The day.
    day: Memo<BoardDay>,
    /// For the carers that each age needs.
    programmes: Memo<Vec<Programme>>,
    /// The server's time.
    now: Memo<DateTime<Utc>>,
) -> impl IntoView {
    let halves = Memo::new(move |_| programmes.with(|programmes| day.with(|day| half_hours(&day.slots, programmes))));
    let short = Memo::new(move |_| halves.with(|halves| halves.iter().find(|half| half.is_short()).copied()));
    let fullest = Memo::new(move |_| halves.with(|halves| peak(halves)));
    let bars = move || {
        let (halves, now) = (halves.get(), now.get());
        let most = halves.iter().map(|half| half.places.max(half.taken)).max().unwrap_or(1).max(1);
        halves.into_iter().map(|half| bar(half, most, half.contains(now))).collect_view()
    };
    let rows = move || {
        let (halves, now) = (halves.get(), now.get());
        halves.into_iter().map(|half| row(half, half.contains(now))).collect_view()
    };
    view! {
        <Show when=move || !halves.with(Vec::is_empty)>
            <section class="strip no-print" aria-labelledby="strip">
                <div class="strip-head">
                    <h2 id="strip" class="strip-title"><Say key="attendance.half_hours"/></h2>
                    {move || {
                        fullest
                            .get()
                            .map(|half| {
                                view! {
                                    <p class="quiet">
                                        {say_with("attendance.peak", move || {
                                            vec![
                                                ("time", clock_at(half.starts_at)),
                                                ("taken", people(half.taken, locale())),
                                                ("places", people(half.places, locale())),
                                            ]
                                        })}
                                    </p>
                                }
                            })
                    }}
                </div>
                {move || {
                    short
                        .get()
                        .map(|half| {
                            view! {
                                <p class="strip-short">
                                    <Icon glyph=Glyph::Warning/>
                                    <strong>{say_with("attendance.carers_short", move || vec![("time", clock_at(half.starts_at))])}</strong>
                                </p>
                            }
                        })
                }}
                <div class="strip-bars" aria-hidden="true">{bars}</div>
                <Disclosure summary="attendance.half_hours_table">
                    <Table caption="attendance.half_hours_caption">
                        <thead>
                            <tr>
                                <th scope="col"><Say key="attendance.half_hour_from"/></th>
                                <th scope="col" class="number"><Say key="attendance.booked"/></th>
                                <th scope="col" class="number"><Say key="attendance.places"/></th>
                                <th scope="col" class="number"><Say key="attendance.carers_there"/></th>
                                <th scope="col" class="number"><Say key="attendance.carers_needed"/></th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </Table>
                </Disclosure>
            </section>
        </Show>
    }
}

/// A half hour of the strip: as high as its places, filled as high as the children who are booked.
fn bar(half: HalfHour, most: i64, is_now: bool) -> impl IntoView {
    let share = move |count: i64| format!("{}%", count * 100 / most);
    let is_full = half.taken > 0 && half.places <= half.taken;
    let is_hour = clock_at(half.starts_at).ends_with("00");
    view! {
        <div class="strip-bar" class:is-now=is_now class:is-full=is_full class:is-short=half.is_short()>
            <span class="strip-count">{half.taken}</span>
            <span class="strip-track">
                <span class="strip-places" style:block-size=share(half.places)></span>
                <span class="strip-taken" style:block-size=share(half.taken)></span>
            </span>
            <span class="strip-time">{is_hour.then(|| clock_at(half.starts_at))}</span>
        </div>
    }
}

fn row(half: HalfHour, is_now: bool) -> impl IntoView {
    let count = |count: i64| view! { <td class="number">{furigana(move || people(count, locale()))}</td> };
    let carers = half.carers.map_or_else(
        || view! { <td class="number">"–"</td><td class="number">"–"</td> }.into_any(),
        |carers| view! { {count(carers.there)}{count(carers.needed)} }.into_any(),
    );
    view! {
        <tr class:is-now=is_now>
            <th scope="row">
                {clock_at(half.starts_at)}
                {is_now.then(|| view! { " "<span class="chip chip-info"><span>{say("attendance.now")}</span></span> })}
                {half.is_short().then(|| view! { " "<span class="chip chip-warning"><Icon glyph=Glyph::Warning/><span>{say("attendance.carers_few")}</span></span> })}
            </th>
            {count(half.taken)}
            {count(half.places)}
            {carers}
        </tr>
    }
}
