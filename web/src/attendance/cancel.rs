//! Cancelling a booking by the facility: for which reason, and what it means for the family, said before.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::attendance::BoardEntry;
use shared::bookings::{Booking, Cancel, CancelledBy, FACILITY_REASON, cancel_terms};
use shared::locale::span;

use super::card::Desk;
use super::client;
use crate::api::{Attempt, Failure};
use crate::bookings::Consequence;
use crate::flash::use_flash;
use crate::i18n::{Say, furigana, locale, marked, reasons, sentence, text};
use crate::settings;
use crate::ui::{Banner, Button, Choice, Dialog, Explain, Look, Need, RadioGroup, Tone};

/// No reason for which it would cost nothing.
const NONE: &str = "none";

/// Asks for which reason, before a booking is cancelled.
#[component]
pub fn CancelDialog(
    /// What staff are about to do.
    desk: Desk,
    /// A booking was cancelled, here or elsewhere.
    #[prop(into)]
    on_done: Callback<Option<Booking>>,
) -> impl IntoView {
    view! {
        <Dialog id="cancel" title="attendance.cancel_title" open=desk.cancelling>
            {move || desk.asking.get_untracked().map(|entry| view! { <CancelForm entry desk on_done/> })}
        </Dialog>
    }
}

#[component]
fn CancelForm(entry: BoardEntry, desk: Desk, on_done: Callback<Option<Booking>>) -> impl IntoView {
    let flash = use_flash();
    let booking = StoredValue::new(entry.booking.clone());
    let exempt = entry.booking.cancellation.exempt.clone();
    let first = exempt.iter().find(|one| one.key == FACILITY_REASON).map_or(NONE, |one| one.key.as_str());
    let reason = RwSignal::new(first.to_owned());
    let choices = Signal::derive(move || {
        let named = exempt.iter().map(|one| {
            let name = one.name.clone();
            Choice::new(one.key.clone(), text(move || name.get(locale()).to_owned()))
        });
        named.chain([Choice::new(NONE, "attendance.cancel_no_reason")]).collect::<Vec<_>>()
    });
    let now = move || settings::now() + desk.ahead.get_untracked();
    let given = move || reason.with(|reason| (reason != NONE).then(|| reason.clone()));
    let terms = Memo::new(move |_| booking.with_value(|booking| cancel_terms(booking, given().as_deref(), CancelledBy::Facility, now())));
    let (busy, failure) = (RwSignal::new(false), RwSignal::new(None::<Failure>));
    let attempt = Attempt::new();
    let child = entry.booking.child.name.clone();
    let press = Callback::new(move |()| {
        let (attempt, child) = (attempt.clone(), child.clone());
        let command = Cancel { seen: terms.get_untracked().ok(), reason: untrack(given) };
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let id = booking.with_value(|booking| booking.id.clone());
            let answer = client::cancel(&id, &command, &attempt).await;
            busy.set(false);
            match answer {
                Ok(cancelled) => {
                    flash.done(text(move || sentence("attendance.cancelled_done", locale()).replace("%{name}", &child)));
                    desk.cancelling.set(false);
                    on_done.run(Some(cancelled));
                }
                // The child has come meanwhile, or somebody was first: the board tells.
                Err(why) if why.status() == Some(409) && !why.is("bookings.cancel_terms_changed") => {
                    flash.failed(&why);
                    desk.cancelling.set(false);
                    on_done.run(None);
                }
                Err(why) => failure.set(Some(why)),
            }
        });
    });
    let counted = StoredValue::new(entry.booking.counted.clone());
    let (starts_at, ends_at) = (entry.booking.starts_at, entry.booking.ends_at);
    view! {
        <p class="board-name">{entry.booking.child.name}</p>
        <p>{furigana(move || span(starts_at, ends_at, locale()))}</p>
        <div class="record-choices">
            <RadioGroup id="cancel-reason" legend="attendance.cancel_reason" choices value=reason required=Need::Required/>
        </div>
        <div aria-live="polite">
            {move || match terms.get() {
                Ok(terms) => view! { <Consequence terms counted/> }.into_any(),
                Err(rejection) => view! { <Banner tone=Tone::Error>{reasons(move || vec![rejection.reason()])}</Banner> }.into_any(),
            }}
        </div>
        <p><Say key="attendance.cancel_call"/></p>
        <div role="alert">
            {move || {
                failure
                    .get()
                    .map(|why| {
                        view! {
                            <Banner tone=Tone::Error>
                                {move || why.sentences(locale()).iter().map(|words| view! { <p>{marked(words)}</p> }).collect_view()}
                            </Banner>
                        }
                    })
            }}
        </div>
        <div class="board-action">
            <Button look=Look::Danger busy disabled=Signal::derive(move || terms.with(Result::is_err)) on_press=press>
                <Say key="attendance.cancel_send"/>
            </Button>
            <Button look=Look::Text on_press=Callback::new(move |()| desk.cancelling.set(false))><Say key="attendance.not_now"/></Button>
        </div>
    }
}
