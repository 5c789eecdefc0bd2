//! When the child comes, and what stands against it: soft rules can be gone past with a reason.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use leptos::prelude::*;
use shared::access::Role;
use shared::bookings::{Booking, NewBooking, NewEntry, Quote, SOFT};
use shared::consents::WORDS;
use shared::ids::{ChildId, FamilyId};
use shared::locale::{clock_at, clock_span, yen};
use shared::problem::Reason;
use shared::programmes::{Programme, Unit};
use shared::slots::{Slot, SlotDetail};

use super::client;
use super::places::{NextPlaces, Picked};
use crate::api::{Attempt, Failure};
use crate::bookings::flow::{AskedFields, AskedForm as Form};
use crate::bookings::model::draft::Draft;
use crate::bookings::parts::{TimeSelect, limit_left};
use crate::i18n::{Say, locale, reasons, say_with, text};
use crate::session::use_session;
use crate::ui::{Banner, Button, CheckboxGroup, Choice, Disclosure, Field, Load, Need, RadioGroup, Refusal, TextArea, TextInput, Tone};

/// Day and slot, then the stay.
#[component]
pub fn StayPart(
    family: FamilyId,
    children: RwSignal<Vec<String>>,
    /// When the youngest of them was born.
    born: Signal<Option<NaiveDate>>,
    day: NaiveDate,
    booked: RwSignal<Vec<Booking>>,
    /// Where; none: at the staff's own facility.
    facility: Signal<Option<String>>,
) -> impl IntoView {
    let from = day;
    let day = RwSignal::new(day.to_string());
    let picked = RwSignal::new(String::new());
    let session = use_session();
    let place = Signal::derive(move || {
        facility.get().or_else(|| match session.me()?.role {
            Role::Staff { facility_id } => Some(facility_id.to_string()),
            _ => None,
        })
    });
    let slots = LocalResource::new(move || {
        let (day, facility): (Option<NaiveDate>, _) = (day.get().parse().ok(), facility.get());
        async move {
            match day {
                Some(day) => client::slots(facility, day).await,
                None => Ok(Vec::new()),
            }
        }
    });
    let chosen = LocalResource::new(move || {
        let picked = Picked::of(&picked.get());
        async move {
            match picked {
                Some(Picked { slot, stay }) => client::slot(&slot).await.map(|detail| Some((detail, stay))),
                None => Ok(None),
            }
        }
    });
    // For their names, without which the slots are shown all the same.
    let programmes = LocalResource::new(client::programmes);
    let programmes = Memo::new(move |_| programmes.get().and_then(Result::ok).unwrap_or_default());
    let family = StoredValue::new(family);
    view! {
        <section class="card stack" aria-labelledby="entry-stay">
            <h2 id="entry-stay"><Say key="entry.stay"/></h2>
            <NextPlaces facility=place from born picked programmes/>
            <Disclosure summary="entry.other_day">
                <Field id="entry-day" label="entry.day"><TextInput value=day kind="date" short=true/></Field>
                <Load what=slots let:found><DaySlots slots=found chosen=picked programmes/></Load>
            </Disclosure>
        </section>
        <Show when=move || !picked.with(String::is_empty) && !children.with(Vec::is_empty)>
            <Load what=chosen let:found>
                {found.map(|(detail, stay)| view! { <Stay detail stay family children booked/> })}
            </Load>
        </Show>
    }
}

#[component]
fn DaySlots(slots: Vec<Slot>, chosen: RwSignal<String>, programmes: Memo<Vec<Programme>>) -> impl IntoView {
    // Another day has other slots; a stay that was tapped is of no day here.
    let is_slot = |picked: &Picked| picked.stay.is_none() && !slots.iter().any(|one| one.id.as_str() == picked.slot);
    if Picked::of(&chosen.get_untracked()).as_ref().is_some_and(is_slot) {
        chosen.set(String::new());
    }
    if slots.is_empty() {
        return view! { <p><Say key="entry.no_slots"/></p> }.into_any();
    }
    let choices: Vec<Choice> = slots
        .into_iter()
        .map(|one| {
            let (starts_at, ends_at) = (one.starts_at, one.ends_at);
            let places: i64 = one.bands.iter().map(|band| band.left(0, one.minute(ends_at))).sum();
            let key = one.programme;
            let name =
                move || programmes.with(|all| all.iter().find(|known| known.key == key).map(|known| known.name.get(locale()).to_owned()));
            let words = move || format!("{} {}", clock_span(starts_at, ends_at, locale()), name().unwrap_or_default());
            Choice::new(one.id.to_string(), text(words))
                .hint(text(move || crate::i18n::t_with("entry.free_all_day", &[("places", places.to_string())])))
        })
        .collect();
    view! { <RadioGroup id="entry-slot" legend="entry.slot" choices=Signal::stored(choices) value=chosen/> }.into_any()
}

#[component]
fn Stay(
    detail: SlotDetail,
    /// The stay that was tapped; none: the slot only.
    stay: Option<(DateTime<Utc>, DateTime<Utc>)>,
    family: StoredValue<FamilyId>,
    children: RwSignal<Vec<String>>,
    booked: RwSignal<Vec<Booking>>,
) -> impl IntoView {
    let SlotDetail { slot, terms, .. } = detail;
    let whole = slot.blocks.first().map_or((slot.starts_at, slot.ends_at), |block| (block.starts_at, block.ends_at));
    let (from, until) = stay.unwrap_or(whole);
    let (starts_at, ends_at) = (RwSignal::new(from), RwSignal::new(until));
    let form = Form::new(Draft::default());
    let past: RwSignal<Vec<String>> = RwSignal::new(Vec::new());
    let why = RwSignal::new(String::new());
    let seen = StoredValue::new(Vec::new());
    let failure: RwSignal<Option<Failure>> = RwSignal::new(None);
    let (asked, slot_id) = (StoredValue::new(terms.clone()), StoredValue::new(slot.id.clone()));
    let command = Memo::new(move |_| {
        let ids = children.get().into_iter().map(ChildId::new).collect();
        let wish = NewBooking::new(slot_id.get_value(), ids).between(starts_at.get(), ends_at.get());
        // The page asks the clerk to tell the family.
        let asked = asked.with_value(|terms| form.draft(String::new()).command(terms, wish));
        let booking = NewBooking { consent: Some(WORDS), ..asked };
        NewEntry { family_id: family.get_value(), booking, overrides: past.get(), override_reason: why.get() }
    });
    // The words for it change nothing about whether it can be had.
    let priced = Memo::new(move |_| NewEntry { override_reason: String::new(), ..command.get() });
    let quote = LocalResource::new(move || {
        let command = priced.get();
        async move { client::quote(&command).await }
    });
    let attempt = Attempt::new();
    let entering = Action::new_local(move |command: &NewEntry| {
        let (command, attempt) = (command.clone(), attempt.clone());
        async move {
            match client::enter(&command, &attempt).await {
                Ok(bookings) => booked.set(bookings),
                Err(why) => {
                    failure.set(Some(why));
                    quote.refetch();
                }
            }
        }
    });
    let missing = Signal::derive(Vec::new);
    let busy = entering.pending();
    let press = Callback::new(move |()| {
        failure.set(None);
        entering.dispatch(command.get_untracked());
    });
    view! {
        <section class="card stack">
            {times(&slot, &terms.unit, starts_at, ends_at)}
            <AskedFields terms form missing/>
            <Field id="entry-notes" label="bookings.notes" required=Need::Optional><TextArea value=form.notes maxlength=500/></Field>
            <p class="quiet"><Say key="consents.by_phone"/></p>
        </section>
        <section class="card stack" aria-live="polite">
            {move || failure.get().map(|why| view! { <Refusal why/> })}
            <Load what=quote let:quote><Outlook quote seen past why busy press/></Load>
        </section>
    }
}

/// One of the blocks, or start and end.
fn times(slot: &Slot, unit: &Unit, starts_at: RwSignal<DateTime<Utc>>, ends_at: RwSignal<DateTime<Utc>>) -> AnyView {
    match unit {
        Unit::Blocks { blocks } => {
            let laid: Vec<(String, DateTime<Utc>, DateTime<Utc>)> =
                slot.blocks.iter().map(|block| (block.key.clone(), block.starts_at, block.ends_at)).collect();
            let choices: Vec<Choice> = laid
                .iter()
                .map(|(key, from, until)| {
                    let name = blocks.iter().find(|block| block.key == *key).map(|block| block.name.clone());
                    let (from, until) = (*from, *until);
                    Choice::new(
                        key.clone(),
                        text(move || {
                            let name = name.as_ref().map(|name| name.get(locale()).to_owned()).unwrap_or_default();
                            format!("{name} {}", clock_span(from, until, locale()))
                        }),
                    )
                })
                .collect();
            let stay = (starts_at.get_untracked(), ends_at.get_untracked());
            let tapped = laid.iter().find(|(_, from, until)| (*from, *until) == stay).or_else(|| laid.first());
            let value = RwSignal::new(tapped.map(|(key, ..)| key.clone()).unwrap_or_default());
            Effect::new(move |_| {
                let key = value.get();
                if let Some((_, from, until)) = laid.iter().find(|(known, ..)| *known == key) {
                    starts_at.set(*from);
                    ends_at.set(*until);
                }
            });
            view! { <RadioGroup id="entry-block" legend="entry.block" choices=Signal::stored(choices) value/> }.into_any()
        }
        Unit::Flexible { .. } => {
            // A quarter of an hour, so that a step can be gone past where the family's way asks for it.
            let (from, until) = (slot.starts_at, slot.ends_at);
            let quarters = move |from: DateTime<Utc>| {
                let next = move |at: &DateTime<Utc>| Some(*at + TimeDelta::minutes(15)).filter(|at| *at <= until);
                std::iter::successors(Some(from), next).map(|at| (at, clock_at(at))).collect::<Vec<_>>()
            };
            view! {
                <div class="row">
                    <TimeSelect
                        id="entry-from" label="bookings.start" options=Signal::derive(move || quarters(from))
                        value=Signal::derive(move || Some(starts_at.get())) on_pick=Callback::new(move |at| starts_at.set(at))
                    />
                    <TimeSelect
                        id="entry-until" label="bookings.end" options=Signal::derive(move || quarters(from))
                        value=Signal::derive(move || Some(ends_at.get())) on_pick=Callback::new(move |at| ends_at.set(at))
                    />
                </div>
            }
            .into_any()
        }
    }
}

/// Whether it can be had; what stands against it, and of that what may be gone past.
#[component]
fn Outlook(
    quote: Quote,
    /// Rules that were said to stand against it before.
    seen: StoredValue<Vec<Reason>>,
    past: RwSignal<Vec<String>>,
    why: RwSignal<String>,
    busy: Memo<bool>,
    press: Callback<()>,
) -> impl IntoView {
    let against: Vec<Reason> =
        quote.reasons.iter().chain(quote.children.iter().flat_map(|child| &child.reasons)).chain(&quote.missing).cloned().collect();
    let (soft, hard): (Vec<Reason>, Vec<Reason>) = against.into_iter().partition(|reason| SOFT.contains(&reason.code.as_ref()));
    // What is gone past already stays on the page, so that it can be taken back.
    let gone: Vec<String> = past.get_untracked();
    let mut choices: Vec<Choice> = soft
        .iter()
        .map(|reason| {
            let reason = reason.clone();
            Choice::new(reason.code.to_string(), text(move || reason.sentence(locale())))
        })
        .collect();
    seen.update_value(|seen| seen.extend(soft.iter().cloned()));
    choices.extend(seen.with_value(|seen| {
        let one = |code: &String| seen.iter().find(|reason| reason.code == code.as_str()).cloned();
        let choice = |reason: Reason| Choice::new(reason.code.to_string(), text(move || reason.sentence(locale())));
        gone.iter().filter_map(one).map(choice).collect::<Vec<_>>()
    }));
    let may = soft.is_empty() && hard.is_empty();
    let has_choices = !choices.is_empty();
    let fee = quote.fee_yen.unwrap_or_default();
    let limits: Vec<_> = quote.children.iter().flat_map(|child| child.limits.clone()).collect();
    view! {
        {(!hard.is_empty())
            .then(|| view! { <Banner tone=Tone::Warning title="entry.against">{reasons(move || hard.clone())}</Banner> })}
        {has_choices
            .then(|| {
                view! {
                    <CheckboxGroup id="entry-past" legend="entry.past" hint="entry.past_hint" choices=Signal::stored(choices) value=past/>
                    <Field id="entry-why" label="entry.why" required=Need::Required><TextInput value=why maxlength=300/></Field>
                }
            })}
        {may
            .then(|| {
                view! {
                    <p><strong>{say_with("bookings.fee_total", move || vec![("fee", yen(fee, locale()))])}</strong></p>
                    <ul class="reasons">{limits.into_iter().map(|limit| view! { <li>{limit_left(limit)}</li> }).collect_view()}</ul>
                }
            })}
        <div class="row">
            <Button busy disabled=Signal::derive(move || !may) on_press=press><Say key="entry.book"/></Button>
        </div>
    }
}
