//! Waiting for a full place: who, what the programme asks for, and joining, on one page, so that two taps lead there from the search.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use shared::bookings::Booking;
use shared::ids::ChildId;
use shared::waitlist::NewWaitlistEntry;

use super::asked::{AskedFields, Form};
use super::check::{DRAFT, account};
use super::children::ChildBoxes;
use super::times::block_label;
use super::{flow, kept, one_error};
use crate::api::{Attempt, Failure};
use crate::bookings::client;
use crate::bookings::model::draft::Draft;
use crate::bookings::model::{Against, Chosen, Ground, Stay, could_wait};
use crate::bookings::parts::{AgainstNotice, PickBox, SlotHead, When};
use crate::flash::use_flash;
use crate::i18n::{Say, locale, marked};
use crate::offline;
use crate::paths::{self, BookStep};
use crate::settings;
use crate::ui::{
    Banner, Button, ErrorSummary, Explain, Field, Glyph, LinkButton, Load, Look, Need, PageTitle, TextArea, Tone, focus, taking_focus,
};
use crate::waitlist;

/// Waiting for a full place.
#[component]
pub fn WaitPage() -> impl IntoView {
    // Without them nothing is filled in beforehand, and that is all.
    let recent = LocalResource::new(client::recent);
    view! {
        <div class="narrow stack">
            <PageTitle text="waitlist.join_title"/>
            <Load what=flow().ground let:ground>
                {move || {
                    let ground = ground.clone();
                    recent.get().map(|recent| view! { <WaitStep ground recent=recent.unwrap_or_default()/> })
                }}
            </Load>
        </div>
    }
}

#[component]
fn WaitStep(ground: Ground, recent: Vec<Booking>) -> impl IntoView {
    let flow = flow();
    let (navigate, flash) = (use_navigate(), use_flash());
    let now = settings::now();
    let (head, terms) = (ground.clone(), ground.detail.terms.clone());
    let account = account();
    let slot_id = flow.slot_id.get_untracked();
    // What was filled in on the way, else what was said the last time: a family waits for the same thing again.
    let draft = offline::recall(&account, DRAFT).filter(|kept: &Draft| kept.slot_id == slot_id);
    let form = Form::new(draft.unwrap_or_else(|| Draft::of_last(&recent, &ground.detail.slot.programme)));
    let ground = StoredValue::new(ground);
    let chosen = flow.chosen;
    let party = Memo::new(move |_| ground.with_value(|ground| ground.chosen_children(&chosen.get(), now)));
    let stay = Memo::new(move |_| ground.with_value(|ground| party.with(|party| ground.stay_to_wait(&chosen.get(), party, now))));
    let quote = Memo::new(move |_| {
        let stay = stay.get()?;
        party.with(|party| (!party.is_empty()).then(|| ground.with_value(|ground| ground.quote(party, &stay, now))))
    });
    let can_wait = Memo::new(move |_| quote.with(|quote| quote.as_ref().is_none_or(could_wait)));
    let against = Signal::derive(move || match quote.get() {
        Some(quote) if !could_wait(&quote) => ground.with_value(|ground| Against::of_quote(&quote, ground)),
        _ => Against::default(),
    });
    let errors = RwSignal::new(Vec::new());
    let (keep, keep_time) = (navigate.clone(), navigate.clone());
    let pick_time = Callback::new(move |stay: Stay| {
        let chosen = Chosen { starts_at: Some(stay.starts_at), ends_at: Some(stay.ends_at), ..chosen.get_untracked() };
        keep_time(&flow.address(BookStep::Wait, &chosen), kept());
    });
    let pick = Callback::new(move |children: Vec<ChildId>| {
        errors.set(Vec::new());
        keep(&flow.address(BookStep::Wait, &Chosen { children: Some(children), ..chosen.get_untracked() }), kept());
    });
    let refused: RwSignal<Option<Failure>> = RwSignal::new(None);
    let attempt = Attempt::new();
    let join = Action::new_local(move |command: &NewWaitlistEntry| {
        let (command, attempt, navigate, account) = (command.clone(), attempt.clone(), navigate.clone(), account.clone());
        async move {
            match waitlist::client::join(&command, &attempt).await {
                Ok(_) => {
                    offline::remember(&account, DRAFT, &Draft::default());
                    flash.done("waitlist.joined");
                    navigate(&paths::bookings(), NavigateOptions { replace: true, ..Default::default() });
                }
                // What was filled in stays, and the reason stands over it: nothing is read anew under it.
                Err(failure) => refused.set(Some(failure)),
            }
        }
    });
    let pressed = RwSignal::new(false);
    let asked = terms.clone();
    let missing = Signal::derive(move || if pressed.get() { form.draft(String::new()).missing(&asked) } else { Vec::new() });
    let to_fill = terms.clone();
    let press = Callback::new(move |()| {
        refused.set(None);
        let party = party.get_untracked();
        if party.is_empty() {
            errors.set(vec![one_error("children", "bookings.choose_child")]);
            return;
        }
        let draft = untrack(|| form.draft(flow.slot_id.get()));
        if let Some((field, _)) = draft.missing(&to_fill).into_iter().next() {
            pressed.set(true);
            request_animation_frame(move || focus(&field));
            return;
        }
        let wish = stay.get_untracked().map(|stay| ground.with_value(|ground| ground.wish(&party, stay.starts_at, stay.ends_at)));
        if let Some(wish) = wish {
            join.dispatch(NewWaitlistEntry::of_booking(&draft.command(&to_fill, wish)));
        }
    });
    let notice = taking_focus(move || refused.with(Option::is_some));
    let other_times =
        Signal::derive(move || flow.address(BookStep::Children, &Chosen { children: chosen.get().children, ..Chosen::default() }));
    let has_error = Signal::derive(move || !errors.with(Vec::is_empty));
    view! {
        <SlotHead ground=head/>
        {move || stay.get().filter(|stay| stay.block.is_none()).map(|stay| view! { <When starts_at=stay.starts_at ends_at=stay.ends_at/> })}
        <Banner tone=Tone::Info title="waitlist.can_wait"><p><Say key="waitlist.how"/></p></Banner>
        {move || {
            let failure = refused.get()?;
            Some(
                view! {
                    <div role="alert" tabindex="-1" node_ref=notice>
                        <Banner tone=Tone::Error title="waitlist.not_joined">
                            {failure.sentences(locale()).iter().map(|sentence| view! { <p>{marked(sentence)}</p> }).collect_view()}
                        </Banner>
                    </div>
                },
            )
        }}
        <AgainstNotice id="wait-against" against title="waitlist.cannot_wait"/>
        <ErrorSummary errors/>
        <WaitTimes ground stay on_pick=pick_time/>
        <ChildBoxes ground selected=party on_pick=pick has_error/>
        <AskedFields terms form missing/>
        <Field id="notes" label="bookings.notes" required=Need::Optional hint="bookings.notes_hint">
            <TextArea value=form.notes maxlength=500/>
        </Field>
        <div class="row actions">
            <Button icon=Glyph::Clock busy=join.pending() disabled=Signal::derive(move || !can_wait.get()) described_by="wait-against" on_press=press>
                <Say key="waitlist.join"/>
            </Button>
            <LinkButton href=other_times look=Look::Outline icon=Glyph::Calendar><Say key="waitlist.other_times"/></LinkButton>
            <LinkButton href=paths::home() look=Look::Text><Say key="bookings.to_search"/></LinkButton>
        </div>
    }
}

/// The parts of the day to choose from, where stays are booked in parts.
#[component]
fn WaitTimes(ground: StoredValue<Ground>, stay: Memo<Option<Stay>>, on_pick: Callback<Stay>) -> impl IntoView {
    let blocks = ground.with_value(Ground::blocks);
    let boxes = blocks.into_iter().enumerate().map(|(index, block)| {
        let (this, picked) = (block.clone(), block.clone());
        view! {
            <PickBox
                kind="radio"
                id=format!("block-{index}")
                group="times"
                label=ground.with_value(|ground| block_label(ground, &block))
                checked=Signal::derive(move || stay.with(|stay| stay.as_ref() == Some(&this)))
                disabled=false
                on_pick=Callback::new(move |_| on_pick.run(picked.clone()))
            >
                ""
            </PickBox>
        }
    });
    let boxes = boxes.collect::<Vec<_>>();
    (!boxes.is_empty()).then(|| {
        view! {
            <fieldset class="field group" id="times" tabindex="-1">
                <legend class="field-label"><span><Say key="waitlist.which_time"/></span></legend>
                <div class="choices">{boxes}</div>
            </fieldset>
        }
    })
}
