//! What a move changes, before it is made.

use chrono::{DateTime, TimeDelta, Utc};
use leptos::prelude::*;
use shared::bookings::{Booking, BookingState, Quote, Reschedule};
use shared::locale::{clock_at, moment, yen};
use shared::programmes::Unit;

use crate::api::{Attempt, Failure};
use crate::bookings::client;
use crate::bookings::model::{MoveChoice, reschedule_to};
use crate::bookings::parts::{TimeSelect, When, limit_left};
use crate::flash::use_flash;
use crate::i18n::{Say, locale, marked, reasons, say_with};
use crate::ui::{Banner, Button, Dialog, Explain, Fact, Facts, Glyph, Load, Look, Tone};

/// Shows what would change (time, fee, limit, deadline), and moves where the family says yes. The same for a tap and for a drag.
#[component]
pub fn MoveDialog(
    /// Who moves: the party as it was shown.
    party: StoredValue<Vec<Booking>>,
    /// How a stay is measured.
    unit: StoredValue<Option<Unit>>,
    /// Where to; none while nothing is chosen.
    choice: RwSignal<Option<MoveChoice>>,
    /// It has moved, or is not what was shown any more.
    #[prop(into)]
    on_change: Callback<bool>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    Effect::new(move |_| {
        if choice.with(Option::is_some) {
            open.set(true);
        }
    });
    // Only what stands is taken back, else the two would wake each other for ever.
    Effect::new(move |_| {
        if !open.get() && choice.with_untracked(Option::is_some) {
            choice.set(None);
        }
    });
    view! {
        <Dialog id="move-booking" title="bookings.move_question" open>
            {move || choice.get().map(|first| view! { <MoveQuestion party unit first open on_change/> })}
        </Dialog>
    }
}

#[component]
fn MoveQuestion(
    party: StoredValue<Vec<Booking>>,
    unit: StoredValue<Option<Unit>>,
    first: MoveChoice,
    open: RwSignal<bool>,
    on_change: Callback<bool>,
) -> impl IntoView {
    let flash = use_flash();
    let (starts_at, ends_at) = (RwSignal::new(first.starts_at), RwSignal::new(first.ends_at));
    let first = StoredValue::new(first);
    let command = move || {
        party.with_value(|party| first.with_value(|first| reschedule_to(party, first.slot_id.clone(), starts_at.get(), ends_at.get())))
    };
    let id = move || party.with_value(|party| party.first().map(|booking| booking.id.to_string())).unwrap_or_default();
    let quote = LocalResource::new(move || {
        let (id, command) = (id(), command());
        async move { client::preview_move(&id, &command).await }
    });
    let failure: RwSignal<Option<Failure>> = RwSignal::new(None);
    let attempt = Attempt::new();
    let moving = Action::new_local(move |command: &Reschedule| {
        let (command, attempt, id) = (command.clone(), attempt.clone(), id());
        async move {
            match client::reschedule(&id, &command, &attempt).await {
                Ok(_) => {
                    flash.done("bookings.moved");
                    open.set(false);
                    on_change.run(true);
                }
                Err(why) if why.is("bookings.changed_meanwhile") => {
                    flash.failed(&why);
                    open.set(false);
                    on_change.run(false);
                }
                Err(why) => {
                    failure.set(Some(why));
                    quote.refetch();
                }
            }
        }
    });
    let busy = moving.pending();
    let may = Memo::new(move |_| quote.with(|found| matches!(found, Some(Ok(quote)) if quote.bookable && quote.missing.is_empty())));
    let step = unit.with_value(|unit| match unit {
        Some(Unit::Flexible { step_minutes, .. }) => Some((*step_minutes).max(1)),
        _ => None,
    });
    view! {
        {move || {
            failure
                .get()
                .map(|failure| {
                    view! {
                        <Banner tone=Tone::Warning alert=true>
                            {failure.sentences(locale()).iter().map(|sentence| view! { <p>{marked(sentence)}</p> }).collect_view()}
                        </Banner>
                    }
                })
        }}
        <p><strong>{party.with_value(|party| party.iter().map(|booking| booking.child.name.clone()).collect::<Vec<_>>().join("、"))}</strong></p>
        <Facts>
            <Fact name="bookings.move_from" icon=Glyph::Clock>
                {party.with_value(|party| party.first().map(|old| view! { <When starts_at=old.starts_at ends_at=old.ends_at/> }))}
            </Fact>
            <Fact name="bookings.move_to" icon=Glyph::Right>{move || view! { <When starts_at=starts_at.get() ends_at=ends_at.get()/> }}</Fact>
        </Facts>
        {step
            .map(|step| {
                let (from, until) = first.with_value(|first| (first.free_from, first.free_until));
                view! { <Times step from until starts_at ends_at/> }
            })}
        <div aria-live="polite"><Load what=quote let:quote><Told party quote/></Load></div>
        <div class="row">
            <Button busy disabled=Signal::derive(move || !may.get()) on_press=Callback::new(move |()| drop(moving.dispatch(untrack(command))))>
                <Say key="bookings.move_yes"/>
            </Button>
            <Button look=Look::Text on_press=Callback::new(move |()| open.set(false))><Say key="bookings.move_no"/></Button>
        </div>
    }
}

/// Start and end within the free time, in the programme's steps.
#[component]
fn Times(
    step: i64,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    starts_at: RwSignal<DateTime<Utc>>,
    ends_at: RwSignal<DateTime<Utc>>,
) -> impl IntoView {
    let steps = move |from: DateTime<Utc>, until: DateTime<Utc>| {
        let next = move |at: &DateTime<Utc>| Some(*at + TimeDelta::minutes(step)).filter(|at| *at <= until);
        std::iter::successors(Some(from), next).map(|at| (at, clock_at(at))).collect::<Vec<_>>()
    };
    let starts = Signal::derive(move || steps(from, until - TimeDelta::minutes(step)));
    let ends = Signal::derive(move || steps(starts_at.get() + TimeDelta::minutes(step), until));
    let pick_start = Callback::new(move |at: DateTime<Utc>| {
        // The stay keeps its length while it can.
        let length = ends_at.get_untracked() - starts_at.get_untracked();
        starts_at.set(at);
        ends_at.set((at + length).min(until));
    });
    view! {
        <div class="row">
            <TimeSelect id="move-from" label="bookings.start" options=starts value=Signal::derive(move || Some(starts_at.get())) on_pick=pick_start/>
            <TimeSelect id="move-until" label="bookings.end" options=ends value=Signal::derive(move || Some(ends_at.get())) on_pick=Callback::new(move |at| ends_at.set(at))/>
        </div>
    }
}

/// What the move means: fee, limits, until when cancelling is free, or every reason against.
#[component]
fn Told(party: StoredValue<Vec<Booking>>, quote: Quote) -> impl IntoView {
    let mut against = quote.reasons.clone();
    against.extend(quote.children.iter().flat_map(|child| child.reasons.clone()));
    against.extend(quote.missing.clone());
    if !quote.bookable || !quote.missing.is_empty() {
        return view! { <Banner tone=Tone::Warning title="bookings.move_not">{reasons(move || against.clone())}</Banner> }.into_any();
    }
    let before: i64 = party.with_value(|party| party.iter().map(|booking| booking.fee_yen).sum());
    let fee = quote.fee_yen.unwrap_or_default();
    let free_until = quote.free_until;
    let limits = quote.children.iter().flat_map(|child| child.limits.clone()).collect::<Vec<_>>();
    let waits = match quote.state {
        Some(BookingState::Requested { decide_by }) => Some(decide_by),
        _ => None,
    };
    view! {
        {waits
            .map(|until| {
                view! {
                    <Banner tone=Tone::Info title="bookings.move_requested">
                        <p>{say_with("bookings.decided_by", move || vec![("until", moment(until, locale()))])}</p>
                    </Banner>
                }
            })}
        <ul class="reasons">
            <li>
                {if fee == before {
                    say_with("bookings.move_fee_same", move || vec![("yen", yen(fee, locale()))]).into_any()
                } else {
                    view! { <strong>{say_with("bookings.move_fee", move || vec![("before", yen(before, locale())), ("after", yen(fee, locale()))])}</strong> }
                        .into_any()
                }}
            </li>
            {limits.into_iter().map(|limit| view! { <li>{limit_left(limit)}</li> }).collect_view()}
            <li>{say_with("bookings.free_until", move || vec![("until", moment(free_until, locale()))])}</li>
        </ul>
    }
    .into_any()
}
