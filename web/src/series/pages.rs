//! A series with all its dates: what was just booked, and what stands.

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use shared::bookings::Booking;
use shared::locale::{clock_span, day, weekday};
use shared::series::Series;
use shared::time::tokyo_day;

use super::client;
use super::model::WEEKDAYS;
use crate::bookings::{BookSteps, StateChip, facility_words};
use crate::i18n::{Say, furigana, locale, name};
use crate::paths;
use crate::settings;
use crate::ui::{Banner, Breadcrumbs, Button, Fact, Facts, Glyph, LinkButton, Load, Look, PageTitle, Tone};

/// A series with all its dates.
#[component]
pub fn SeriesPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let found = LocalResource::new(move || client::series(params.with(|params| params.get("series_id")).unwrap_or_default()));
    let just_booked = query.with_untracked(|query| query.get("booked")).is_some();
    view! {
        <div class="narrow stack">
            {if just_booked {
                view! { <BookSteps current=4/> }.into_any()
            } else {
                view! { <Breadcrumbs trail=vec![(paths::bookings(), "bookings.title".into())] here="series.title"/> }.into_any()
            }}
            <PageTitle text=if just_booked { "series.booked_title" } else { "series.title" }/>
            <Load what=found let:series><SeriesView series just_booked/></Load>
        </div>
    }
}

#[component]
fn SeriesView(series: Series, just_booked: bool) -> impl IntoView {
    let Some(first) = series.bookings.first().cloned() else { return ().into_any() };
    let Booking { starts_at, ends_at, .. } = first;
    let mut names: Vec<String> = Vec::new();
    for booking in &series.bookings {
        if !names.contains(&booking.child.name) {
            names.push(booking.child.name.clone());
        }
    }
    let several = names.len() > 1;
    let chosen: Vec<_> = WEEKDAYS.into_iter().filter(|day| series.weekdays.contains(day)).collect();
    let now = settings::now();
    let one = move |booking: Booking| {
        let (starts_at, is_over) = (booking.starts_at, booking.ends_at <= now);
        let is_off = !booking.state.is_active();
        view! {
            <li class="series-booking" class:is-off=is_off>
                <a href=paths::booking(booking.id.as_str())>{furigana(move || day(tokyo_day(starts_at), locale()))}</a>
                {several.then(|| view! { <span>{booking.child.name}</span> })}
                <StateChip state=booking.state is_over/>
            </li>
        }
    };
    view! {
        {just_booked.then(|| view! { <Banner tone=Tone::Success title="series.booked_banner"><p><Say key="series.booked_text"/></p></Banner> })}
        <div class="card stack">
            <Facts>
                <Fact name="series.when" icon=Glyph::Calendar>
                    {furigana(move || chosen.iter().map(|day| weekday(*day, locale())).collect::<Vec<_>>().join("・"))} " "
                    {furigana(move || clock_span(starts_at, ends_at, locale()))}
                </Fact>
                <Fact name="bookings.who_comes" icon=Glyph::Family>{names.join("、")}</Fact>
                <Fact name="bookings.place" icon=Glyph::Pin>
                    <a href=paths::facility(first.facility.id.as_str())>{furigana(facility_words(&first.facility))}</a>
                </Fact>
                <Fact name="bookings.programme" icon=Glyph::Info>{name(first.programme_name)}</Fact>
            </Facts>
        </div>
        <section class="stack">
            <h2><Say key="series.dates"/></h2>
            <p class="quiet"><Say key="series.dates_hint"/></p>
            <ul class="plain-list series-bookings">{series.bookings.into_iter().map(one).collect_view()}</ul>
        </section>
        <div class="row no-print actions">
            <LinkButton href=paths::bookings() icon=Glyph::Calendar><Say key="bookings.see_booking"/></LinkButton>
            <LinkButton href=paths::home() look=Look::Outline icon=Glyph::Search><Say key="bookings.book_more"/></LinkButton>
            <Button look=Look::Text icon=Glyph::Print on_press=Callback::new(|()| drop(window().print()))><Say key="bookings.print"/></Button>
        </div>
    }
    .into_any()
}
