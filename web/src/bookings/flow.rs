//! The four steps from a found place to a booking. What is chosen lives in the address: "back" and reload keep it.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::Outlet;
use leptos_router::hooks::{use_navigate, use_params_map, use_query_map};
use serde::{Deserialize, Serialize};
use shared::bookings::{Booking, IfFull, NewBooking, Quote};
use shared::ids::{ChildId, SlotId};
use shared::locale::{clock_at, clock_span, minutes, yen};
use shared::programmes::Unit;
use shared::time::tokyo_day;

use super::client;
use super::model::{Against, Chosen, Ground, Stay};
use super::parts::{
    AgainstNotice, BookSteps, Bring, CancelRule, PickBox, PlacesLeft, SlotHead, TimeSelect, When, Why, facility_words, month_left,
};
use crate::api::{Attempt, Failure};
use crate::families::model::age;
use crate::flash::use_flash;
use crate::i18n::{Say, Text, furigana, locale, marked, name, say_with, sentence, t_with, text};
use crate::offline;
use crate::paths::{self, BookStep};
use crate::session::use_session;
use crate::settings;
use crate::ui::{
    Banner, Button, EmptyState, ErrorSummary, Explain, Fact, Facts, Field, FieldError, Glyph, LinkButton, Load, Look, Need, PageTitle,
    Skeleton, TextArea, Tone,
};

/// What the steps share while one books.
#[derive(Clone, Copy)]
struct Flow {
    slot_id: Memo<String>,
    ground: LocalResource<Result<Ground, Failure>>,
    chosen: Memo<Chosen>,
    /// What was just booked, so that it can be shown also when the network has gone.
    booked: RwSignal<Vec<Booking>>,
}

impl Flow {
    fn address(&self, step: BookStep, chosen: &Chosen) -> String {
        paths::book_step(&self.slot_id.get_untracked(), step, &chosen.query())
    }
}

/// Parent of the steps: reads once what all of them need.
#[component]
pub fn BookFrame() -> impl IntoView {
    let params = use_params_map();
    let query = use_query_map();
    let slot_id = Memo::new(move |_| params.with(|params| params.get("slot_id")).unwrap_or_default());
    let chosen = Memo::new(move |_| query.with(|query| Chosen::read(|key| query.get(key))));
    let ground = LocalResource::new(move || client::ground(slot_id.get()));
    provide_context(Flow { slot_id, ground, chosen, booked: RwSignal::new(Vec::new()) });
    view! { <Outlet/> }
}

/// Only made below [`BookFrame`].
fn flow() -> Flow {
    expect_context()
}

/// Keeps a choice in the address without a new page.
fn kept() -> NavigateOptions {
    NavigateOptions { replace: true, scroll: false, ..Default::default() }
}

fn one_error(field: &'static str, key: &'static str) -> FieldError {
    FieldError { field, sentence: sentence(key, crate::i18n::locale_of_document()) }
}

/// First step: who comes.
#[component]
pub fn ChildrenPage() -> impl IntoView {
    view! {
        <div class="narrow stack">
            <BookSteps current=1/>
            <PageTitle text="bookings.children_title"/>
            <Load what=flow().ground let:ground><ChildrenStep ground/></Load>
        </div>
    }
}

#[component]
fn ChildrenStep(ground: Ground) -> impl IntoView {
    let flow = flow();
    let navigate = use_navigate();
    let now = settings::now();
    let head = ground.clone();
    let against = Against { all: ground.against_all(now), children: Vec::new() };
    let is_closed = !against.is_empty();
    let has_children = !ground.children.is_empty();
    let (ground, chosen) = (StoredValue::new(ground), flow.chosen);
    let selected = Memo::new(move |_| ground.with_value(|ground| ground.chosen_children(&chosen.get(), now)));
    let errors = RwSignal::new(Vec::new());
    let pick_navigate = navigate.clone();
    let pick = Callback::new(move |(id, on): (ChildId, bool)| {
        let mut children = selected.get_untracked();
        children.retain(|other| *other != id);
        if on {
            children.push(id);
            errors.set(Vec::new());
        }
        let chosen = Chosen { children: Some(children), ..chosen.get_untracked() };
        pick_navigate(&flow.address(BookStep::Children, &chosen), kept());
    });
    let flash = use_flash();
    let next = Callback::new(move |()| {
        flash.clear();
        let children = selected.get_untracked();
        if children.is_empty() {
            errors.set(vec![one_error("children", "bookings.choose_child")]);
            return;
        }
        let chosen = Chosen { children: Some(children), ..chosen.get_untracked() };
        navigate(&flow.address(BookStep::Times, &chosen), NavigateOptions::default());
    });
    let here = move || flow.address(BookStep::Children, &Chosen { children: None, ..chosen.get() });
    let to_new_child = Signal::derive(move || paths::new_child(Some(&here())));
    let boxes = move || {
        let of_day = ground.with_value(|ground| ground.detail.slot.day());
        ground.with_value(|ground| {
            ground
                .children
                .iter()
                .enumerate()
                .map(|(index, child)| {
                    let outlook = ground.outlook(&child.id, &chosen.get_untracked(), now);
                    let (id, born) = (child.id.clone(), child.known.born);
                    let that = id.clone();
                    let child_name = child.known.name.to_string();
                    let can = outlook.against.is_empty();
                    view! {
                        <PickBox
                            kind="checkbox"
                            id=format!("child-{index}")
                            group="children"
                            label=text(move || child_name.clone())
                            checked=Signal::derive(move || selected.with(|ids| ids.contains(&id)))
                            disabled=!can
                            on_pick=Callback::new(move |on| pick.run((that.clone(), on)))
                        >
                            <p>{say_with("bookings.age_on_day", move || vec![("age", age(born, of_day, locale()))])}</p>
                            <Why why=outlook.against/>
                            {(!outlook.against_asked.is_empty())
                                .then(|| view! { <p><Say key="bookings.other_time_possible"/></p> <Why why=outlook.against_asked/> })}
                        </PickBox>
                    }
                })
                .collect_view()
        })
    };
    view! {
        <SlotHead ground=head/>
        <AgainstNotice id="slot-against" against=Signal::stored(against) title="bookings.cannot_title"/>
        <ErrorSummary errors/>
        {if has_children {
            view! {
                <fieldset class="field group" class:has-error=move || !errors.with(Vec::is_empty) id="children" tabindex="-1">
                    <legend class="field-label"><span><Say key="bookings.who"/></span></legend>
                    <p class="hint"><Say key="bookings.who_hint"/></p>
                    <div class="choices">{boxes()}</div>
                </fieldset>
                <div class="row actions">
                    <Button on_press=next disabled=Signal::stored(is_closed) described_by="slot-against"><Say key="bookings.to_times"/></Button>
                    <LinkButton href=to_new_child look=Look::Outline icon=Glyph::Plus><Say key="bookings.other_child"/></LinkButton>
                    <LinkButton href=paths::home() look=Look::Text><Say key="bookings.to_search"/></LinkButton>
                </div>
            }
                .into_any()
        } else {
            view! {
                <EmptyState words="bookings.no_children">
                    <LinkButton href=to_new_child icon=Glyph::Plus><Say key="bookings.register_child"/></LinkButton>
                </EmptyState>
            }
                .into_any()
        }}
    }
}

/// Leads back to the first step where nobody is chosen.
#[component]
fn BackToChildren() -> impl IntoView {
    let flow = flow();
    let navigate = use_navigate();
    Effect::new(move |_| {
        let chosen = Chosen { children: None, ..flow.chosen.get_untracked() };
        navigate(&flow.address(BookStep::Children, &chosen), NavigateOptions { replace: true, ..Default::default() });
    });
    view! { <Skeleton/> }
}

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
            navigate(&flow.address(BookStep::Check, &with_stay(stay.starts_at, stay.ends_at)), NavigateOptions::default());
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
        <div class="row actions">
            <Button
                on_press=next
                disabled=Signal::derive(move || quote.with(|quote| quote.as_ref().is_some_and(|quote| !quote.bookable)))
                described_by="times-against"
            >
                <Say key="bookings.to_check"/>
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
                .filter_map(|child| {
                    let limit = child.limit?;
                    let who = several.then(|| ground.with_value(|ground| ground.child_name(child.child_id.as_str()))).flatten();
                    Some(view! { <p class="quiet">{who.map(|who| format!("{who} "))} {month_left(limit)}</p> })
                })
                .collect_view()}
        </div>
    }
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
                    let names = block.block.as_deref().and_then(|key| ground.detail.terms.block(key)).map(|block| block.name.clone());
                    let (starts_at, ends_at) = (block.starts_at, block.ends_at);
                    let fee = quote.fee_yen;
                    let label: Text = text(move || {
                        let times = clock_span(starts_at, ends_at, locale());
                        names.as_ref().map_or_else(|| times.clone(), |names| format!("{} {times}", names.get(locale())))
                    });
                    view! {
                        <PickBox
                            kind="radio"
                            id=format!("block-{index}")
                            group="times"
                            label
                            checked=Signal::derive(move || stay.with(|stay| stay.as_ref() == Some(&block)))
                            disabled=!quote.bookable
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

/// What was written for the day before it is booked; kept on this device so that nothing typed is lost.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct NotesDraft {
    slot_id: String,
    notes: String,
}

const NOTES_DRAFT: &str = "booking_notes";

/// Third step: everything once more before it is booked.
#[component]
pub fn CheckPage() -> impl IntoView {
    let flow = flow();
    let navigate = use_navigate();
    let session = use_session();
    let account = untrack(move || session.me()).map(|me| me.id.to_string()).unwrap_or_default();
    let draft: NotesDraft = offline::recall(&account, NOTES_DRAFT).unwrap_or_default();
    let notes = RwSignal::new(if draft.slot_id == flow.slot_id.get_untracked() { draft.notes } else { String::new() });
    let keep_for = account.clone();
    Effect::new(move |_| offline::remember(&keep_for, NOTES_DRAFT, &NotesDraft { slot_id: flow.slot_id.get(), notes: notes.get() }));
    let command = move || {
        let chosen = flow.chosen.get();
        Some(NewBooking {
            slot_id: SlotId::new(flow.slot_id.get()),
            child_ids: chosen.children.filter(|ids| !ids.is_empty())?,
            starts_at: Some(chosen.starts_at?),
            ends_at: Some(chosen.ends_at?),
            notes: String::new(),
            if_full: IfFull::Fail,
        })
    };
    let quote = LocalResource::new(move || {
        let command = command();
        async move {
            match command {
                Some(command) => client::quote(&command).await.map(Some),
                None => Ok(None),
            }
        }
    });
    let refused: RwSignal<Option<Failure>> = RwSignal::new(None);
    // One attempt for the page: the same party, time and notes sent again are the same booking.
    let attempt = Attempt::new();
    let book = Action::new_local(move |command: &NewBooking| {
        let (command, attempt, navigate, account) = (command.clone(), attempt.clone(), navigate.clone(), account.clone());
        async move {
            match client::book(&command, &attempt).await {
                Ok(bookings) => {
                    offline::remember(&account, NOTES_DRAFT, &NotesDraft::default());
                    let mut values = flow.chosen.get_untracked().query().to_vec();
                    values.push(("party", bookings.first().map(|booking| booking.party_id.to_string())));
                    flow.booked.set(bookings);
                    let to = paths::book_step(&flow.slot_id.get_untracked(), BookStep::Booked, &values);
                    // Back must not lead to a form that would book again.
                    navigate(&to, NavigateOptions { replace: true, ..Default::default() });
                    flow.ground.refetch();
                }
                Err(failure) => {
                    let rules_say_no = failure.status() == Some(409);
                    refused.set(Some(failure));
                    if rules_say_no {
                        flow.ground.refetch();
                        quote.refetch();
                    }
                }
            }
        }
    });
    let press = Callback::new(move |()| {
        refused.set(None);
        if let Some(command) = untrack(command) {
            book.dispatch(NewBooking { notes: notes.get_untracked().trim().to_owned(), ..command });
        }
    });
    let busy = book.pending();
    view! {
        <div class="narrow stack">
            <BookSteps current=3/>
            <PageTitle text="bookings.check_title"/>
            <Load what=flow.ground let:ground>
                <SlotHead ground=ground.clone()/>
                <Refused refused ground=ground.clone()/>
                <Load what=quote let:quote>
                    {match quote {
                        None => view! { <BackToChildren/> }.into_any(),
                        Some(quote) => view! { <CheckStep ground=ground.clone() quote notes busy press refused/> }.into_any(),
                    }}
                </Load>
            </Load>
        </div>
    }
}

/// Why the server did not book, with the ways on.
#[component]
fn Refused(refused: RwSignal<Option<Failure>>, ground: Ground) -> impl IntoView {
    let flow = flow();
    let ground = StoredValue::new(ground);
    move || {
        let failure = refused.get()?;
        let Failure::Problem(problem) = &failure else {
            let sentences = failure.sentences(locale());
            return Some(
                view! {
                    <div role="alert">
                        <Banner tone=Tone::Error title="bookings.not_sure_title">
                            {sentences.iter().map(|sentence| view! { <p>{marked(sentence)}</p> }).collect_view()}
                            <p><Say key="bookings.not_sure"/></p>
                        </Banner>
                    </div>
                }
                .into_any(),
            );
        };
        let against = ground.with_value(|ground| Against::of_problem(problem, ground));
        let back = flow.address(BookStep::Times, &flow.chosen.get());
        Some(
            view! {
                <div role="alert" class="stack">
                    <AgainstNotice against=Signal::stored(against) title="bookings.refused_title"/>
                    <div class="row">
                        <LinkButton href=back look=Look::Outline><Say key="bookings.back_to_times"/></LinkButton>
                        <LinkButton href=paths::home() look=Look::Outline icon=Glyph::Search><Say key="bookings.to_search"/></LinkButton>
                    </div>
                </div>
            }
            .into_any(),
        )
    }
}

#[component]
fn CheckStep(
    ground: Ground,
    quote: Quote,
    notes: RwSignal<String>,
    busy: Memo<bool>,
    press: Callback<()>,
    refused: RwSignal<Option<Failure>>,
) -> impl IntoView {
    let flow = flow();
    let against = Against::of_quote(&quote, &ground);
    let bookable = quote.bookable;
    let several = quote.children.len() > 1;
    let fee = quote.fee_yen.unwrap_or(0);
    let back = flow.address(BookStep::Times, &flow.chosen.get_untracked());
    let lines = quote
        .children
        .iter()
        .map(|child| {
            let who = ground.child_name(child.child_id.as_str()).unwrap_or_default();
            let (fee, limit) = (child.fee_yen, child.limit);
            view! {
                <li class="check-child">
                    <span><strong>{who}</strong>{limit.map(|limit| view! { <br/> <span class="quiet">{month_left(limit)}</span> })}</span>
                    {fee.map(|fee| view! { <span class="number">{furigana(move || yen(fee, locale()))}</span> })}
                </li>
            }
        })
        .collect_view();
    // The server's refusal says the same more freshly.
    let shown_against = Signal::derive(move || if refused.with(Option::is_some) { Against::default() } else { against.clone() });
    view! {
        <AgainstNotice id="check-against" against=shown_against title="bookings.cannot_title"/>
        <div class="card stack">
            <When starts_at=quote.starts_at ends_at=quote.ends_at/>
            <Facts>
                <Fact name="bookings.place" icon=Glyph::Pin>{furigana(facility_words(&ground.detail.slot.facility))}</Fact>
                <Fact name="bookings.programme" icon=Glyph::Info>{name(ground.detail.programme_name.clone())}</Fact>
                <Fact name="bookings.children_and_fee" icon=Glyph::Family>
                    <ul class="plain-list check-children">{lines}</ul>
                    {(bookable && several)
                        .then(|| {
                            view! { <p class="check-total"><span><Say key="bookings.total"/></span> <strong class="number">{furigana(move || yen(fee, locale()))}</strong></p> }
                        })}
                </Fact>
                <Fact name="bookings.cancelling" icon=Glyph::Clock>
                    <CancelRule cancellation=quote.cancellation free_until=quote.free_until fee_yen=fee/>
                </Fact>
                <Bring things=quote.bring/>
            </Facts>
        </div>
        <Field id="notes" label="bookings.notes" required=Need::Optional hint="bookings.notes_hint">
            <TextArea value=notes maxlength=500/>
        </Field>
        <div class="row actions">
            <Button on_press=press busy disabled=Signal::stored(!bookable) described_by="check-against"><Say key="bookings.book"/></Button>
            <LinkButton href=back look=Look::Text icon=Glyph::Left><Say key="bookings.back_to_times"/></LinkButton>
        </div>
    }
}

/// Last step: it is booked.
#[component]
pub fn BookedPage() -> impl IntoView {
    let flow = flow();
    let query = use_query_map();
    let booked = LocalResource::new(move || {
        let party = query.with(|query| query.get("party")).unwrap_or_default();
        let day = flow.chosen.get().starts_at.map(tokyo_day);
        let just = flow.booked.get_untracked();
        async move {
            match day {
                _ if just.iter().any(|booking| booking.party_id.as_str() == party) => Ok(just),
                Some(day) => client::party(day.to_string(), &party).await,
                None => Ok(Vec::new()),
            }
        }
    });
    view! {
        <div class="narrow stack">
            <BookSteps current=4/>
            <PageTitle text="bookings.booked_title"/>
            <Load what=booked is_empty=Vec::is_empty empty="bookings.booked_unknown" let:bookings><Booked bookings/></Load>
        </div>
    }
}

#[component]
fn Booked(bookings: Vec<Booking>) -> impl IntoView {
    let Some(first) = bookings.first().cloned() else { return ().into_any() };
    let total: i64 = bookings.iter().map(|booking| booking.fee_yen).sum();
    let names = bookings.iter().map(|booking| booking.child.name.clone()).collect::<Vec<_>>().join("、");
    let see = if bookings.len() == 1 { paths::booking(first.id.as_str()) } else { paths::bookings() };
    let facility = paths::facility(first.facility.id.as_str());
    let notes = first.notes.clone();
    view! {
        <Banner tone=Tone::Success title="bookings.booked_banner">
            <p><Say key="bookings.booked_text"/></p>
        </Banner>
        <div class="card stack">
            <When starts_at=first.starts_at ends_at=first.ends_at/>
            <Facts>
                <Fact name="bookings.place" icon=Glyph::Pin><a href=facility>{furigana(facility_words(&first.facility))}</a></Fact>
                <Fact name="bookings.who_comes" icon=Glyph::Family>{names}</Fact>
                <Fact name="bookings.fee" icon=Glyph::Yen>{furigana(move || yen(total, locale()))} " " <span class="quiet"><Say key="bookings.fee_where"/></span></Fact>
                <Bring things=first.bring.clone()/>
                {(!notes.is_empty()).then(|| view! { <Fact name="bookings.notes" icon=Glyph::Pencil>{notes}</Fact> })}
                <Fact name="bookings.cancelling" icon=Glyph::Clock>
                    <CancelRule cancellation=first.cancellation free_until=first.free_until fee_yen=total/>
                </Fact>
            </Facts>
        </div>
        <div class="row no-print actions">
            <LinkButton href=see icon=Glyph::Calendar><Say key="bookings.see_booking"/></LinkButton>
            <LinkButton href=paths::home() look=Look::Outline icon=Glyph::Search><Say key="bookings.book_more"/></LinkButton>
            <Button look=Look::Text icon=Glyph::Print on_press=Callback::new(|()| drop(window().print()))><Say key="bookings.print"/></Button>
        </div>
    }
    .into_any()
}
