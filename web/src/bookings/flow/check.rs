//! Third step: everything once more before it is booked.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use shared::bookings::{NewBooking, Quote, QuotedChild};
use shared::locale::yen;
use shared::programmes::{Confirmation, IfSilent};

use super::asked::{AskedFields, Form};
use super::{BackToChildren, flow};
use crate::api::{Attempt, Failure};
use crate::bookings::client;
use crate::bookings::model::draft::Draft;
use crate::bookings::model::{Against, Ground, could_wait, decided_by};
use crate::bookings::parts::{
    AgainstNotice, BookSteps, Bring, CancelRule, FeeLines, SlotHead, UntilDecided, When, facility_words, limit_left,
};
use crate::consents::ConsentAsk;
use crate::i18n::{Say, furigana, locale, marked, name};
use crate::offline;
use crate::paths::{self, BookStep};
use crate::session::use_session;
use crate::ui::{
    Banner, Button, Explain, Fact, Facts, Field, Glyph, LinkButton, Load, Look, Need, PageTitle, TextArea, Tone, focus, taking_focus,
};

/// Under this name the draft is kept on this device.
pub(super) const DRAFT: &str = "booking_draft";

/// The signed-in person, for what this device keeps.
pub(super) fn account() -> String {
    let session = use_session();
    untrack(move || session.me()).map(|me| me.id.to_string()).unwrap_or_default()
}

/// Third step: everything once more before it is booked.
#[component]
pub fn CheckPage() -> impl IntoView {
    let flow = flow();
    let navigate = use_navigate();
    let account = account();
    let kept: Draft = offline::recall(&account, DRAFT).unwrap_or_default();
    let form = Form::new(if kept.slot_id == flow.slot_id.get_untracked() { kept } else { Draft::default() });
    let keep_for = account.clone();
    Effect::new(move |_| offline::remember(&keep_for, DRAFT, &form.draft(flow.slot_id.get())));
    let wish = move || flow.wish();
    let to_repeat = navigate.clone();
    let quote = LocalResource::new(move || {
        let command = wish().map(|wish| Draft::priced(form.reason.get(), form.extras.get(), wish));
        async move {
            match command {
                Some(command) => client::quote(&command).await.map(Some),
                None => Ok(None),
            }
        }
    });
    let refused: RwSignal<Option<Failure>> = RwSignal::new(None);
    // One attempt for the page: the same party, time and words sent again are the same booking.
    let attempt = Attempt::new();
    let book = Action::new_local(move |command: &NewBooking| {
        let (command, attempt, navigate, account) = (command.clone(), attempt.clone(), navigate.clone(), account.clone());
        async move {
            match client::book(&command, &attempt).await {
                Ok(bookings) => {
                    offline::remember(&account, DRAFT, &Draft::default());
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
    // What is missing is said only after somebody has pressed, and goes as soon as it is there.
    let pressed = RwSignal::new(false);
    // What is filled in, once nothing is missing.
    let filled = move |ground: &Ground| -> Option<Draft> {
        refused.set(None);
        let draft = untrack(|| form.draft(flow.slot_id.get()));
        let Some((field, _)) = draft.missing(&ground.detail.terms).into_iter().next() else { return Some(draft) };
        pressed.set(true);
        // First the sentence, so that it is read with the field.
        request_animation_frame(move || focus(&field));
        None
    };
    let consent = RwSignal::new(None::<u32>);
    let press = Callback::new(move |ground: Ground| {
        if let Some((draft, wish)) = filled(&ground).zip(untrack(wish)) {
            book.dispatch(NewBooking { consent: consent.get_untracked(), ..draft.command(&ground.detail.terms, wish) });
        }
    });
    let full = Memo::new(move |_| quote.with(|found| matches!(found, Some(Ok(Some(quote))) if could_wait(quote))));
    let repeat = Callback::new(move |ground: Ground| {
        if filled(&ground).is_some() {
            to_repeat(&flow.address(BookStep::Repeat, &flow.chosen.get_untracked()), NavigateOptions::default());
        }
    });
    let busy = book.pending();
    view! {
        <div class="narrow stack">
            <BookSteps current=3/>
            <PageTitle text="bookings.check_title"/>
            <Load what=flow.ground let:ground>
                {
                    if untrack(wish).is_none() {
                        return view! { <BackToChildren/> }.into_any();
                    }
                    let (known, asked) = (ground.clone(), ground.detail.terms.clone());
                    let again = ground.clone();
                    let terms = asked.clone();
                    let missing = Signal::derive(move || if pressed.get() { form.draft(String::new()).missing(&terms) } else { Vec::new() });
                    let quoted = ground.clone();
                    let confirmation = ground.detail.slot.confirmation(&asked);
                    let facility = Signal::stored(ground.detail.slot.facility.id.to_string());
                    view! {
                        <SlotHead ground=ground.clone()/>
                        <Refused refused ground=ground.clone()/>
                        <AskedFields terms=asked form missing/>
                        <Field id="notes" label="bookings.notes" required=Need::Optional hint="bookings.notes_hint">
                            <TextArea value=form.notes maxlength=500/>
                        </Field>
                        <Load what=quote let:quote>{quote.map(|quote| view! { <Quoted ground=quoted.clone() quote refused/> })}</Load>
                        <ConsentAsk facility_id=facility shown=consent/>
                        <div class="row actions">
                            // Full meanwhile: what is filled in goes along.
                            <Show when=move || full.get()>
                                <LinkButton href=Signal::derive(move || flow.address(BookStep::Wait, &flow.chosen.get())) icon=Glyph::Clock>
                                    <Say key="waitlist.to_wait"/>
                                </LinkButton>
                            </Show>
                            <BookButton quote confirmation busy on_press=Callback::new(move |()| press.run(known.clone()))/>
                            <Button look=Look::Outline icon=Glyph::Calendar on_press=Callback::new(move |()| repeat.run(again.clone()))>
                                <Say key="series.repeat"/>
                            </Button>
                            <BackToTimes/>
                        </div>
                    }
                    .into_any()
                }
            </Load>
        </div>
    }
}

#[component]
fn BackToTimes() -> impl IntoView {
    let flow = flow();
    view! {
        <LinkButton href=flow.address(BookStep::Times, &flow.chosen.get_untracked()) look=Look::Text icon=Glyph::Left>
            <Say key="bookings.back_to_times"/>
        </LinkButton>
    }
}

/// Books, or asks the facility for it. Dead only while the stay cannot be had, never for something not yet filled in.
#[component]
fn BookButton(
    quote: LocalResource<Result<Option<Quote>, Failure>>,
    confirmation: Confirmation,
    busy: Memo<bool>,
    on_press: Callback<()>,
) -> impl IntoView {
    let bookable = Memo::new(move |_| quote.with(|found| matches!(found, Some(Ok(Some(quote))) if quote.bookable)));
    let words = match confirmation {
        Confirmation::Instant => view! { <Say key="bookings.book"/> }.into_any(),
        Confirmation::ByFacility { .. } => view! { <Say key="bookings.request"/> }.into_any(),
    };
    view! { <Button on_press busy disabled=Signal::derive(move || !bookable.get()) described_by="check-against">{words}</Button> }
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

/// What the stay is, costs and leaves.
#[component]
fn Quoted(ground: Ground, quote: Quote, refused: RwSignal<Option<Failure>>) -> impl IntoView {
    let against = Against::of_quote(&quote, &ground);
    let bookable = quote.bookable;
    let several = quote.children.len() > 1;
    let fee = quote.fee_yen.unwrap_or(0);
    let decide_by = decided_by(&quote.state);
    let if_silent = match ground.detail.slot.confirmation(&ground.detail.terms) {
        Confirmation::ByFacility { if_silent, .. } => Some(if_silent),
        Confirmation::Instant => None,
    };
    let lines = quote
        .children
        .into_iter()
        .map(|child| {
            let who = ground.child_name(child.child_id.as_str()).unwrap_or_default();
            view! { <li class="check-child"><ChildLines who child/></li> }
        })
        .collect_view();
    // The server's refusal says the same more freshly.
    let shown_against = Signal::derive(move || if refused.with(Option::is_some) { Against::default() } else { against.clone() });
    view! {
        <AgainstNotice id="check-against" against=shown_against title="bookings.cannot_title"/>
        {decide_by
            .map(|until| {
                view! {
                    <Banner tone=Tone::Info title="bookings.facility_decides">
                        <UntilDecided until/>
                        {match if_silent {
                            Some(IfSilent::Confirm) => Some(view! { <p><Say key="bookings.silent_confirms"/></p> }.into_any()),
                            Some(IfSilent::Decline) => Some(view! { <p><Say key="bookings.silent_declines"/></p> }.into_any()),
                            None => None,
                        }}
                    </Banner>
                }
            })}
        <div class="card stack">
            <When starts_at=quote.starts_at ends_at=quote.ends_at/>
            <Facts>
                <Fact name="bookings.place" icon=Glyph::Pin>{furigana(facility_words(&ground.detail.slot.facility))}</Fact>
                <Fact name="bookings.programme" icon=Glyph::Info>{name(ground.detail.programme_name)}</Fact>
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
    }
}

/// One child: the fee with what it is made of, and what is left of the limits.
#[component]
fn ChildLines(who: String, child: QuotedChild) -> impl IntoView {
    let QuotedChild { fee_yen, fee_lines, limits, .. } = child;
    view! {
        <p class="check-line">
            <strong>{who}</strong>
            {fee_yen.map(|fee| view! { <strong class="number">{furigana(move || yen(fee, locale()))}</strong> })}
        </p>
        <FeeLines lines=fee_lines/>
        {limits.into_iter().map(|limit| view! { <p class="quiet">{limit_left(limit)}</p> }).collect_view()}
    }
}
