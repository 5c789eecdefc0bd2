//! Moving dates of a series: which dates, to which weekday or time, and what becomes of each before it is done.

use chrono::{NaiveTime, TimeDelta};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map, use_query_map};
use shared::bookings::Booking;
use shared::locale::{clock, day, iso_clock, weekday};
use shared::series::{IfStuck, MoveDate, MoveSeries, Series};
use shared::time::tokyo_day;

use super::client;
use super::model::{WEEKDAYS, scope};
use super::parts::{DateResult, NotDone, Words};
use crate::api::{Attempt, Failure};
use crate::flash::use_flash;
use crate::i18n::{Say, locale, say_with, sentence, text};
use crate::paths;
use crate::ui::{
    Banner, Breadcrumbs, Button, Choice, EmptyState, Field, Glyph, LinkButton, Load, Look, Need, PageTitle, RadioGroup, Select, Tone,
};

/// Moving dates of a series, seen from one of its bookings.
#[component]
pub fn MovePage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let id = Memo::new(move |_| params.with(|params| params.get("series_id")).unwrap_or_default());
    let from = query.with_untracked(|query| query.get("from")).unwrap_or_default();
    let found = LocalResource::new(move || client::series(id.get()));
    let trail = move || vec![(paths::bookings(), "bookings.title".into()), (paths::series(&id.get_untracked()), "series.title".into())];
    view! {
        <div class="narrow stack">
            <Breadcrumbs trail=trail() here="series.move_title"/>
            <PageTitle text="series.move_title"/>
            <Load what=found let:series>
                {match series.bookings.iter().find(|booking| booking.id.as_str() == from).cloned() {
                    Some(booking) => view! { <MoveStep series booking/> }.into_any(),
                    None => view! { <EmptyState words="series.nothing_to_move"/> }.into_any(),
                }}
            </Load>
        </div>
    }
}

/// Half hours of a day in which children come.
fn half_hours() -> impl Iterator<Item = NaiveTime> {
    (14..=38).filter_map(|halves| NaiveTime::MIN.overflowing_add_signed(TimeDelta::minutes(30 * halves)).0.into())
}

#[component]
fn MoveStep(series: Series, booking: Booking) -> impl IntoView {
    let (flash, navigate) = (use_flash(), use_navigate());
    let series_id = StoredValue::new(series.id.to_string());
    let date = tokyo_day(booking.starts_at);
    let is_block = booking.block.is_some();
    let back = paths::booking(booking.id.as_str());
    let booking_id = StoredValue::new(booking.id);
    let (chosen, to_day, to_time) = (RwSignal::new("following".to_owned()), RwSignal::new(String::new()), RwSignal::new(String::new()));
    let command = Memo::new(move |_| {
        let (weekday, starts) = (to_day.get().parse().ok(), NaiveTime::parse_from_str(&to_time.get(), "%H:%M").ok());
        (weekday.is_some() || starts.is_some()).then(|| MoveSeries {
            booking_id: booking_id.get_value(),
            scope: scope(&chosen.get()),
            weekday,
            starts,
            ends: None,
            if_conflict: IfStuck::Skip,
            seen: None,
        })
    });
    let preview = LocalResource::new(move || {
        let command = command.get();
        async move {
            match command {
                Some(command) => client::preview_move(&series_id.get_value(), &command).await,
                None => Ok(Vec::new()),
            }
        }
    });
    let shown = move || preview.with(|found| found.as_ref().and_then(|found| found.as_ref().ok().cloned())).unwrap_or_default();
    let movable = move || shown().iter().filter(|date| date.to.bookable).count();
    let refused: RwSignal<Option<Failure>> = RwSignal::new(None);
    let moving = Action::new_local(move |command: &MoveSeries| {
        let (command, navigate) = (command.clone(), navigate.clone());
        async move {
            match client::reschedule(&series_id.get_value(), &command, &Attempt::new()).await {
                Ok(_) => {
                    flash.done("series.moved");
                    navigate(&paths::series(&series_id.get_value()), NavigateOptions { replace: true, ..Default::default() });
                }
                Err(failure) => {
                    refused.set(Some(failure));
                    preview.refetch();
                }
            }
        }
    });
    let press = Callback::new(move |()| {
        refused.set(None);
        if let Some(command) = command.get_untracked() {
            let seen = untrack(shown).iter().map(|date| date.to.seen()).collect();
            moving.dispatch(MoveSeries { seen: Some(seen), ..command });
        }
    });
    let same = |key| std::iter::once((String::new(), text(move || sentence(key, locale()))));
    let days: Vec<_> = same("series.same_weekday")
        .chain(WEEKDAYS.into_iter().map(|day| (day.to_string(), text(move || weekday(day, locale()).to_owned()))))
        .collect();
    let times: Vec<_> = same("series.same_time").chain(half_hours().map(|time| (iso_clock(time), text(move || clock(time))))).collect();
    let busy = moving.pending();
    view! {
        <RadioGroup
            id="move-scope"
            legend="series.move_scope"
            required=Need::Unsaid
            choices=Signal::stored(vec![
                Choice::new("this", text(move || sentence("series.scope_this", locale()).replace("%{day}", &day(date, locale())))),
                Choice::new("following", "series.scope_following"),
                Choice::new("all", "series.scope_all").hint("series.scope_all_hint"),
            ])
            value=chosen
        />
        <Field id="move-weekday" label="series.to_weekday" required=Need::Unsaid><Select value=to_day options=Signal::stored(days)/></Field>
        // What is booked in blocks has its times from the facility.
        {(!is_block)
            .then(|| view! { <Field id="move-time" label="series.to_time" hint="series.to_time_hint" required=Need::Unsaid><Select value=to_time options=Signal::stored(times)/></Field> })}
        <NotDone refused title="series.not_moved"/>
        <section class="stack" aria-live="polite">
            <h2><Say key="series.results"/></h2>
            {move || command.with(Option::is_none).then(|| view! { <p class="quiet"><Say key="series.choose_move"/></p> })}
            <Load what=preview let:dates><MoveResults dates/></Load>
        </section>
        <div class="row actions">
            <Button on_press=press busy disabled=Signal::derive(move || movable() == 0)>
                {move || {
                    let dates = movable().to_string();
                    say_with("series.move_dates", move || vec![("dates", dates.clone())])
                }}
            </Button>
            <LinkButton href=back look=Look::Text icon=Glyph::Left><Say key="series.back_to_booking"/></LinkButton>
        </div>
    }
}

/// Every date with where it goes, or why it stays.
#[component]
fn MoveResults(dates: Vec<MoveDate>) -> impl IntoView {
    let staying = dates.iter().filter(|date| !date.to.bookable).count();
    let names = StoredValue::new(Vec::new());
    (!dates.is_empty()).then(|| {
        view! {
            {(staying > 0)
                .then(|| {
                    view! {
                        <Banner tone=Tone::Warning title="series.staying_title">
                            <p>{say_with("series.staying", move || vec![("dates", staying.to_string())])}</p>
                        </Banner>
                    }
                })}
            <ol class="plain-list series-dates">
                {dates
                    .into_iter()
                    .map(|MoveDate { old_starts_at, old_ends_at, to, .. }| {
                        view! { <DateResult date=to names before=(old_starts_at, old_ends_at) words=Words::MOVING/> }
                    })
                    .collect_view()}
            </ol>
        }
    })
}
