//! Third step: everything once more before it is booked.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use serde::{Deserialize, Serialize};
use shared::bookings::{NewBooking, Quote};
use shared::ids::SlotId;
use shared::locale::yen;

use super::{BackToChildren, flow};
use crate::api::{Attempt, Failure};
use crate::bookings::client;
use crate::bookings::model::{Against, Ground};
use crate::bookings::parts::{AgainstNotice, BookSteps, Bring, CancelRule, SlotHead, When, facility_words, limit_left};
use crate::i18n::{Say, furigana, locale, marked, name};
use crate::offline;
use crate::paths::{self, BookStep};
use crate::session::use_session;
use crate::ui::{
    Banner, Button, Explain, Fact, Facts, Field, Glyph, LinkButton, Load, Look, Need, PageTitle, TextArea, Tone, taking_focus,
};

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
        let party = chosen.children.filter(|ids| !ids.is_empty())?;
        Some(NewBooking::new(SlotId::new(flow.slot_id.get()), party).between(chosen.starts_at?, chosen.ends_at?))
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
    let notice = taking_focus(move || refused.with(Option::is_some));
    move || {
        let failure = refused.get()?;
        let Failure::Problem(problem) = &failure else {
            let sentences = failure.sentences(locale());
            return Some(
                view! {
                    <div role="alert" tabindex="-1" node_ref=notice>
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
                <div role="alert" class="stack" tabindex="-1" node_ref=notice>
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
            let (fee, limits) = (child.fee_yen, child.limits.clone());
            view! {
                <li class="check-child">
                    <span><strong>{who}</strong>{limits.into_iter().map(|limit| view! { <br/> <span class="quiet">{limit_left(limit)}</span> }).collect_view()}</span>
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
