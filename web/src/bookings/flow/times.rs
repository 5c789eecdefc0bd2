//! Second step: from when to when.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use shared::bookings::Quote;
use shared::ids::ChildId;
use shared::locale::{clock_at, clock_span, minutes, yen};
use shared::programmes::Unit;

use super::{BackToChildren, flow, kept, one_error};
use crate::bookings::model::{Against, Chosen, Ground, Stay, could_wait};
use crate::bookings::parts::{AgainstNotice, BookSteps, PickBox, PlacesLeft, SlotHead, TimeSelect, Why, limit_left};
use crate::i18n::{Say, Text, furigana, locale, say_with, t_with, text};
use crate::paths::BookStep;
use crate::settings;
use crate::ui::{Button, ErrorSummary, Glyph, LinkButton, Load, Look, PageTitle};

/// Second step: from when to when.
#[component]
pub fn TimesPage() -> impl IntoView {
    let flow = flow();
    view! {
        <div class="narrow stack">
            <BookSteps current=2/>
            <PageTitle text="bookings.times_title"/>
            <Load what=flow.ground let:ground>
                {
                    let party = ground.chosen_children(&flow.chosen.get_untracked(), settings::now());
                    if party.is_empty() { view! { <BackToChildren/> }.into_any() } else { view! { <TimesStep ground party/> }.into_any() }
                }
            </Load>
        </div>
    }
}

#[component]
fn TimesStep(ground: Ground, party: Vec<ChildId>) -> impl IntoView {
    let flow = flow();
    let navigate = use_navigate();
    let now = settings::now();
    let head = ground.clone();
    let is_flexible = matches!(ground.detail.terms.unit, Unit::Flexible { .. });
    let names = ground.party(&party).iter().map(|child| child.known.name.to_string()).collect::<Vec<_>>().join("、");
    let (ground, party) = (StoredValue::new(ground), StoredValue::new(party));
    let chosen = flow.chosen;
    let stay = Memo::new(move |_| {
        let chosen = chosen.get();
        ground.with_value(|ground| party.with_value(|party| ground.chosen_stay(&chosen, party, now)))
    });
    let quote =
        Memo::new(move |_| stay.get().map(|stay| ground.with_value(|ground| party.with_value(|party| ground.quote(party, &stay, now)))));
    let against = Signal::derive(move || {
        quote.get().map_or_else(Against::default, |quote| ground.with_value(|ground| Against::of_quote(&quote, ground)))
    });
    let waits = Memo::new(move |_| quote.with(|quote| quote.as_ref().is_some_and(could_wait)));
    let errors = RwSignal::new(Vec::new());
    let with_stay =
        move |starts_at, ends_at| Chosen { children: Some(party.get_value()), starts_at: Some(starts_at), ends_at: Some(ends_at) };
    let pick_navigate = navigate.clone();
    let pick = Callback::new(move |(starts_at, ends_at): (DateTime<Utc>, DateTime<Utc>)| {
        errors.set(Vec::new());
        pick_navigate(&flow.address(BookStep::Times, &with_stay(starts_at, ends_at)), kept());
    });
    let next = Callback::new(move |()| match stay.get_untracked() {
        None => errors.set(vec![one_error("times", "bookings.choose_time")]),
        Some(stay) => {
            let step = if waits.get_untracked() { BookStep::Wait } else { BookStep::Check };
            navigate(&flow.address(step, &with_stay(stay.starts_at, stay.ends_at)), NavigateOptions::default());
        }
    });
    let back = move || flow.address(BookStep::Children, &chosen.get());
    view! {
        <SlotHead ground=head/>
        <p class="party">{say_with("bookings.for_children", move || vec![("names", names.clone())])}</p>
        <ErrorSummary errors/>
        {if is_flexible {
            view! { <FlexibleTimes ground party stay pick/> }.into_any()
        } else {
            view! { <BlockTimes ground party stay pick has_error=Signal::derive(move || !errors.with(Vec::is_empty))/> }.into_any()
        }}
        <Show when=move || is_flexible>
            <AgainstNotice id="times-against" against title="bookings.cannot_time_title"/>
        </Show>
        {move || quote.get().filter(|quote| quote.bookable).map(|quote| view! { <QuoteLine quote ground/> })}
        {move || waits.get().then(|| view! { <p aria-live="polite"><Say key="waitlist.can_wait"/></p> })}
        <div class="row actions">
            <Button
                on_press=next
                disabled=Signal::derive(move || !waits.get() && quote.with(|quote| quote.as_ref().is_some_and(|quote| !quote.bookable)))
                described_by="times-against"
            >
                {move || if waits.get() { view! { <Say key="waitlist.to_wait"/> }.into_any() } else { view! { <Say key="bookings.to_check"/> }.into_any() }}
            </Button>
            <LinkButton href=Signal::derive(back) look=Look::Text icon=Glyph::Left><Say key="bookings.back_to_children"/></LinkButton>
        </div>
    }
}

/// What the chosen stay costs and leaves, in a line.
#[component]
fn QuoteLine(quote: Quote, ground: StoredValue<Ground>) -> impl IntoView {
    let fee = quote.fee_yen.unwrap_or(0);
    let length = (quote.ends_at - quote.starts_at).num_minutes();
    let several = quote.children.len() > 1;
    view! {
        <div class="quote-line" aria-live="polite">
            <p>
                {say_with("bookings.length", move || vec![("length", minutes(length, locale()))])} " "
                <strong>{say_with("bookings.fee_total", move || vec![("fee", yen(fee, locale()))])}</strong>
            </p>
            {quote
                .children
                .into_iter()
                .map(|child| {
                    let who = several.then(|| ground.with_value(|ground| ground.child_name(child.child_id.as_str()))).flatten();
                    let line = move |limit| view! { <p class="quiet">{who.clone().map(|who| format!("{who} "))} {limit_left(limit)}</p> };
                    child.limits.into_iter().map(line).collect_view()
                })
                .collect_view()}
        </div>
    }
}

/// A part of the day with its name and times.
pub fn block_label(ground: &Ground, block: &Stay) -> Text {
    let names = block.block.as_deref().and_then(|key| ground.detail.terms.block(key)).map(|block| block.name.clone());
    let (starts_at, ends_at) = (block.starts_at, block.ends_at);
    text(move || {
        let times = clock_span(starts_at, ends_at, locale());
        names.as_ref().map_or_else(|| times.clone(), |names| format!("{} {times}", names.get(locale())))
    })
}

type Pick = Callback<(DateTime<Utc>, DateTime<Utc>)>;

#[component]
fn BlockTimes(
    ground: StoredValue<Ground>,
    party: StoredValue<Vec<ChildId>>,
    stay: Memo<Option<Stay>>,
    pick: Pick,
    has_error: Signal<bool>,
) -> impl IntoView {
    let now = settings::now();
    let boxes = ground.with_value(|ground| {
        party.with_value(|party| {
            ground
                .blocks()
                .into_iter()
                .enumerate()
                .map(|(index, block)| {
                    let quote = ground.quote(party, &block, now);
                    let Against { all, children } = Against::of_quote(&quote, ground);
                    let left = ground.places_left(party, &block);
                    let (starts_at, ends_at) = (block.starts_at, block.ends_at);
                    let fee = quote.fee_yen;
                    let label = block_label(ground, &block);
                    view! {
                        <PickBox
                            kind="radio"
                            id=format!("block-{index}")
                            group="times"
                            label
                            checked=Signal::derive(move || stay.with(|stay| stay.as_ref() == Some(&block)))
                            disabled=!quote.bookable && !could_wait(&quote)
                            on_pick=Callback::new(move |_| pick.run((starts_at, ends_at)))
                        >
                            <div class="row">
                                {left.map(|left| view! { <PlacesLeft left/> })}
                                {fee.map(|fee| view! { <strong>{furigana(move || yen(fee, locale()))}</strong> })}
                            </div>
                            <Why why=all/>
                            {children
                                .into_iter()
                                .map(|(who, why)| view! { <p><strong>{who}</strong></p> <Why why/> })
                                .collect_view()}
                        </PickBox>
                    }
                })
                .collect_view()
        })
    });
    view! {
        <fieldset class="field group" class:has-error=has_error id="times" tabindex="-1">
            <legend class="field-label"><span><Say key="bookings.which_time"/></span></legend>
            <div class="choices">{boxes}</div>
        </fieldset>
    }
}

#[component]
fn FlexibleTimes(ground: StoredValue<Ground>, party: StoredValue<Vec<ChildId>>, stay: Memo<Option<Stay>>, pick: Pick) -> impl IntoView {
    let mark = move |from, to| {
        let left = ground
            .with_value(|ground| party.with_value(|party| ground.places_left(party, &Stay { block: None, starts_at: from, ends_at: to })));
        match left.map(shared::slots::Availability::of) {
            Some(shared::slots::Availability::Plenty) => "○",
            Some(shared::slots::Availability::Few) => "△",
            Some(shared::slots::Availability::Full) | None => "×",
        }
    };
    let starts = Signal::derive(move || {
        ground.with_value(|ground| {
            let first_end = |at| ground.ends(at).first().copied();
            ground
                .starts()
                .into_iter()
                .filter_map(|at| Some((at, format!("{} {}", mark(at, first_end(at)?), clock_at(at)))))
                .collect::<Vec<_>>()
        })
    });
    let ends = Signal::derive(move || {
        let Some(stay) = stay.get() else { return Vec::new() };
        ground.with_value(|ground| {
            ground
                .ends(stay.starts_at)
                .into_iter()
                .map(|at| {
                    let length = (at - stay.starts_at).num_minutes();
                    let length = shared::locale::without_ruby(&minutes(length, locale()));
                    (
                        at,
                        t_with(
                            "bookings.end_option",
                            &[("mark", mark(stay.starts_at, at).to_owned()), ("time", clock_at(at)), ("length", length)],
                        ),
                    )
                })
                .collect::<Vec<_>>()
        })
    });
    let pick_start = Callback::new(move |starts_at: DateTime<Utc>| {
        let Some(stay) = stay.get_untracked() else { return };
        let length = stay.ends_at - stay.starts_at;
        if let Some(ends_at) = ground.with_value(|ground| ground.end_for(starts_at, length)) {
            pick.run((starts_at, ends_at));
        }
    });
    let pick_end = Callback::new(move |ends_at: DateTime<Utc>| {
        if let Some(stay) = stay.get_untracked() {
            pick.run((stay.starts_at, ends_at));
        }
    });
    let stretches = ground.with_value(|ground| party.with_value(|party| ground.stretches(party)));
    view! {
        <fieldset class="field group card" id="times" tabindex="-1">
            <legend class="visually-hidden"><Say key="bookings.which_time"/></legend>
            {(!stretches.is_empty())
                .then(|| {
                    view! {
                        <div class="stretches">
                            <p class="quiet"><Say key="bookings.free_stretches"/></p>
                            <ul class="plain-list">
                                {stretches
                                    .into_iter()
                                    .map(|stretch| {
                                        let (from, to) = (stretch.starts_at, stretch.ends_at);
                                        view! { <li class="row">{furigana(move || clock_span(from, to, locale()))} <PlacesLeft left=stretch.places_left/></li> }
                                    })
                                    .collect_view()}
                            </ul>
                        </div>
                    }
                })}
            <div class="time-pair">
                <TimeSelect id="start" label="bookings.start" options=starts value=Signal::derive(move || stay.get().map(|stay| stay.starts_at)) on_pick=pick_start/>
                <TimeSelect id="end" label="bookings.end" options=ends value=Signal::derive(move || stay.get().map(|stay| stay.ends_at)) on_pick=pick_end/>
            </div>
            <p class="hint"><Say key="bookings.marks"/></p>
        </fieldset>
    }
}
