//! Third step for a stay that is repeated: on which days, and what becomes of each before it is booked.

use chrono::Weekday;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use shared::bookings::NewBooking;
use shared::locale::{day, weekday};
use shared::problem::Reason;
use shared::series::{NewSeries, SeriesPreview};

use super::check::{DRAFT, account};
use super::{BackToChildren, flow, kept};
use crate::api::{Attempt, Failure, query};
use crate::bookings::model::Ground;
use crate::bookings::model::draft::Draft;
use crate::bookings::parts::{BookSteps, SlotHead, When};
use crate::consents::ConsentAsk;
use crate::i18n::{Say, locale, say_with, sentence, text};
use crate::offline;
use crate::paths::{self, BookStep};
use crate::series::model::{Counts, WAIT, WEEKDAYS, as_shown, counts, ends, if_conflict, read_weekdays, usual_end, weekdays_text};
use crate::series::{DateResults, NotDone, ResultSummary, client};
use crate::ui::{Button, CheckboxGroup, Choice, Field, Glyph, LinkButton, Load, Look, Need, PageTitle, RadioGroup, Select};

/// Third step for a stay that is repeated.
#[component]
pub fn RepeatPage() -> impl IntoView {
    let flow = flow();
    view! {
        <div class="narrow stack">
            <BookSteps current=3/>
            <PageTitle text="series.repeat_title"/>
            <Load what=flow.ground let:ground>
                {
                    let draft: Draft = offline::recall(&account(), DRAFT).unwrap_or_default();
                    match untrack(move || flow.wish()).filter(|_| draft.missing(&ground.detail.terms).is_empty()) {
                        Some(wish) => view! { <RepeatStep stay=draft.command(&ground.detail.terms, wish) ground/> }.into_any(),
                        // Opened without the steps before: they come first.
                        None => view! { <BackToChildren/> }.into_any(),
                    }
                }
            </Load>
        </div>
    }
}

#[component]
fn RepeatStep(ground: Ground, stay: NewBooking) -> impl IntoView {
    let flow = flow();
    let (navigate, address) = (use_navigate(), use_query_map());
    let first = ground.detail.slot.day();
    let read = |name: &str| address.with_untracked(|query| query.get(name));
    let known: Vec<Weekday> = read("weekdays")
        .map(|text| read_weekdays(&text))
        .filter(|days| !days.is_empty())
        .unwrap_or_else(|| vec![chrono::Datelike::weekday(&first)]);
    let weekdays = RwSignal::new(known.iter().map(Weekday::to_string).collect::<Vec<_>>());
    let until = RwSignal::new(read("until").unwrap_or_else(|| usual_end(first).to_string()));
    let conflict = RwSignal::new(read("conflict").unwrap_or_default());
    let keep = navigate.clone();
    Effect::new(move |before: Option<()>| {
        let mut values = flow.chosen.get_untracked().query().to_vec();
        values.push(("weekdays", Some(weekdays.with(|days| weekdays_text(days)))));
        values.push(("until", Some(until.get())));
        values.push(("conflict", Some(conflict.get()).filter(|name| name == WAIT)));
        if before.is_some() {
            keep(&paths::book_step(&flow.slot_id.get_untracked(), BookStep::Repeat, &values), kept());
        }
    });
    let (starts_at, ends_at) = (stay.starts_at, stay.ends_at);
    let names: Vec<_> = ground.party(&stay.child_ids).iter().map(|child| (child.id.clone(), child.known.name.to_string())).collect();
    let stay = StoredValue::new(stay);
    let command = Memo::new(move |_| {
        let days = weekdays.with(|days| read_weekdays(&days.join(",")));
        let until = until.get().parse().ok()?;
        let if_conflict = if_conflict(&conflict.get());
        (!days.is_empty()).then(|| NewSeries { stay: stay.get_value(), weekdays: days, until, if_conflict, seen: None })
    });
    let preview = LocalResource::new(move || {
        let command = command.get();
        async move {
            match command {
                Some(command) => client::preview(&command).await.map(Some),
                None => Ok(None),
            }
        }
    });
    let refused: RwSignal<Option<Failure>> = RwSignal::new(None);
    let attempt = Attempt::new();
    let book = Action::new_local(move |command: &NewSeries| {
        let (command, attempt, navigate) = (command.clone(), attempt.clone(), navigate.clone());
        async move {
            match client::book(&command, &attempt).await {
                Ok(booked) => {
                    offline::remember(&account(), DRAFT, &Draft::default());
                    // Back must not lead to a form that would book again.
                    let what = if booked.bookings.is_empty() { WAIT } else { "1" };
                    let to = query(&paths::series(booked.id.as_str()), &[("booked", Some(what.to_owned()))]);
                    navigate(&to, NavigateOptions { replace: true, ..Default::default() });
                }
                Err(failure) => {
                    let rules_say_no = failure.status() == Some(409);
                    refused.set(Some(failure));
                    if rules_say_no {
                        preview.refetch();
                    }
                }
            }
        }
    });
    let (consent, facility) = (RwSignal::new(None::<u32>), Signal::stored(ground.detail.slot.facility.id.to_string()));
    let shown = move || preview.with(|found| found.as_ref().and_then(|found| found.as_ref().ok().cloned()).flatten());
    let press = Callback::new(move |()| {
        refused.set(None);
        if let (Some(mut command), Some(preview)) = (command.get_untracked(), untrack(shown)) {
            command.stay.consent = consent.get_untracked();
            book.dispatch(as_shown(command, &preview));
        }
    });
    let days: Vec<Choice> =
        WEEKDAYS.into_iter().map(|day| Choice::new(day.to_string(), text(move || weekday(day, locale()).to_owned()))).collect();
    let options: Vec<_> = ends(first)
        .into_iter()
        .map(|(end, weeks)| {
            let words = text(move || {
                sentence("series.until_day", locale()).replace("%{day}", &day(end, locale())).replace("%{weeks}", &weeks.to_string())
            });
            (end.to_string(), words)
        })
        .collect();
    // Asked only where there is something to choose: a date that cannot be had.
    let may_choose = Memo::new(move |_| shown().is_some_and(|preview| counts(&preview).bookable < preview.dates.len()));
    let ways = vec![Choice::new("", "series.conflict_skip"), Choice::new(WAIT, "series.conflict_wait").hint("series.conflict_wait_hint")];
    let no_weekday = Signal::derive(move || weekdays.with(Vec::is_empty).then(|| Reason::new("series.weekdays").sentence(locale())));
    let back = flow.address(BookStep::Check, &flow.chosen.get_untracked());
    let busy = book.pending();
    view! {
        <SlotHead ground/>
        {starts_at.zip(ends_at).map(|(starts_at, ends_at)| view! { <When starts_at ends_at/> })}
        <CheckboxGroup id="weekdays" legend="series.weekdays_legend" choices=Signal::stored(days) value=weekdays error=no_weekday inline=true/>
        <Field id="until" label="series.until_label" hint="series.until_hint"><Select value=until options=Signal::stored(options)/></Field>
        <Show when=move || may_choose.get()>
            <RadioGroup id="conflict" legend="series.conflict_legend" required=Need::Unsaid choices=Signal::stored(ways.clone()) value=conflict/>
        </Show>
        <NotDone refused title="bookings.refused_title"/>
        <section class="stack" aria-live="polite">
            <h2><Say key="series.results"/></h2>
            <Load what=preview let:preview>{preview.map(|preview: SeriesPreview| {
                let names = names.clone();
                view! { <ResultSummary preview=preview.clone()/> <DateResults dates=preview.dates names/> }
            })}</Load>
        </section>
        <ConsentAsk facility_id=facility shown=consent/>
        <div class="row actions">
            <Button on_press=press busy disabled=Signal::derive(move || shown().is_none_or(|preview| counts(&preview).is_nothing()))>
                {move || {
                    let Counts { bookable, waiting, requested, .. } = shown().map(|preview| counts(&preview)).unwrap_or_default();
                    let key = match (bookable, waiting, requested) {
                        (0, 1.., _) => "series.wait",
                        (_, 0, 0) => "series.book",
                        (_, 0, _) => "series.request",
                        (_, _, 0) => "series.book_and_wait",
                        _ => "series.request_and_wait",
                    };
                    say_with(key, move || vec![("dates", bookable.to_string()), ("waiting", waiting.to_string())])
                }}
            </Button>
            <LinkButton href=back look=Look::Text icon=Glyph::Left><Say key="series.back_to_check"/></LinkButton>
        </div>
    }
}
