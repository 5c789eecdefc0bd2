//! A series with all its dates: what was just booked, what stands, and what the family waits for.

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use shared::bookings::Booking;
use shared::locale::{clock_span, day, weekday};
use shared::series::Series;
use shared::time::tokyo_day;
use shared::waitlist::{EntryState, WaitlistEntry, Wanted, WantedSlot};

use super::client;
use super::model::{WAIT, WEEKDAYS, stay};
use crate::bookings::{BookSteps, StateChip, facility_words};
use crate::i18n::{Say, furigana, locale, name, say_with};
use crate::paths;
use crate::settings;
use crate::ui::{Banner, Breadcrumbs, Button, Chip, Fact, Facts, Glyph, LinkButton, Load, Look, PageTitle, Tone};

/// A series with all its dates.
#[component]
pub fn SeriesPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let found = LocalResource::new(move || client::series(params.with(|params| params.get("series_id")).unwrap_or_default()));
    let booked = query.with_untracked(|query| query.get("booked"));
    let just_booked = booked.is_some();
    let title = match booked.as_deref() {
        None => "series.title",
        Some(WAIT) => "series.waiting_title",
        Some(_) => "series.booked_title",
    };
    view! {
        <div class="narrow stack">
            {if just_booked {
                view! { <BookSteps current=4/> }.into_any()
            } else {
                view! { <Breadcrumbs trail=vec![(paths::bookings(), "bookings.title".into())] here="series.title"/> }.into_any()
            }}
            <PageTitle text=title/>
            <Load what=found let:series><SeriesView series just_booked/></Load>
        </div>
    }
}

#[component]
fn SeriesView(series: Series, just_booked: bool) -> impl IntoView {
    let Some(stay) = stay(&series) else { return ().into_any() };
    let (starts_at, ends_at) = (stay.starts_at, stay.ends_at);
    let names = stay.names;
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
        {(just_booked && !series.bookings.is_empty()).then(|| view! { <Banner tone=Tone::Success title="series.booked_banner"><p><Say key="series.booked_text"/></p></Banner> })}
        <div class="card stack">
            <Facts>
                <Fact name="series.when" icon=Glyph::Calendar>
                    {furigana(move || chosen.iter().map(|day| weekday(*day, locale())).collect::<Vec<_>>().join("・"))} " "
                    {furigana(move || clock_span(starts_at, ends_at, locale()))}
                </Fact>
                <Fact name="bookings.who_comes" icon=Glyph::Family>{names.join("、")}</Fact>
                <Fact name="bookings.place" icon=Glyph::Pin>
                    <a href=paths::facility(stay.facility.id.as_str())>{furigana(facility_words(&stay.facility))}</a>
                </Fact>
                <Fact name="bookings.programme" icon=Glyph::Info>{name(stay.programme_name)}</Fact>
            </Facts>
        </div>
        {(!series.bookings.is_empty())
            .then(|| {
                view! {
                    <section class="stack">
                        <h2><Say key="series.dates"/></h2>
                        <p class="quiet"><Say key="series.dates_hint"/></p>
                        <ul class="plain-list series-bookings">{series.bookings.into_iter().map(one).collect_view()}</ul>
                    </section>
                }
            })}
        {(!series.entries.is_empty())
            .then(|| {
                view! {
                    <section class="stack">
                        <h2><Say key="series.waiting_dates"/></h2>
                        <p class="quiet"><Say key="series.waiting_hint"/></p>
                        <ul class="plain-list series-bookings">{series.entries.into_iter().map(|entry| view! { <WaitedFor entry/> }).collect_view()}</ul>
                    </section>
                }
            })}
        <div class="row no-print actions">
            <LinkButton href=paths::bookings() icon=Glyph::Calendar><Say key="bookings.see_booking"/></LinkButton>
            <LinkButton href=paths::home() look=Look::Outline icon=Glyph::Search><Say key="bookings.book_more"/></LinkButton>
            <Button look=Look::Text icon=Glyph::Print on_press=Callback::new(|()| drop(window().print()))><Say key="bookings.print"/></Button>
        </div>
    }
    .into_any()
}

/// A date that is waited for, and how that stands.
#[component]
fn WaitedFor(entry: WaitlistEntry) -> impl IntoView {
    let Wanted::Slot(WantedSlot { starts_at: Some(starts_at), .. }) = entry.wanted else { return ().into_any() };
    let ahead = entry.ahead.unwrap_or(0);
    let (is_open, offered) = (entry.state.is_open(), matches!(entry.state, EntryState::Offered { .. }));
    let date = furigana(move || day(tokyo_day(starts_at), locale()));
    view! {
        <li class="series-booking" class:is-off=!is_open>
            {if is_open { view! { <a href=paths::bookings()>{date}</a> }.into_any() } else { view! { <span>{date}</span> }.into_any() }}
            {(is_open && !offered)
                .then(|| match ahead {
                    0 => view! { <span><Say key="series.state_next"/></span> }.into_any(),
                    _ => view! { <span>{say_with("series.state_ahead", move || vec![("ahead", ahead.to_string())])}</span> }.into_any(),
                })}
            {match (is_open, offered) {
                (true, true) => view! { <Chip tone=Tone::Warning><Say key="series.state_offered"/></Chip> }.into_any(),
                (true, false) => view! { <Chip tone=Tone::Info><Say key="series.state_waiting"/></Chip> }.into_any(),
                (false, _) => view! { <Chip><Say key="series.state_ended"/></Chip> }.into_any(),
            }}
        </li>
    }
    .into_any()
}
