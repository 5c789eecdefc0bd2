//! Ending a booking by the facility, cancelled or because the child did not come: for which reason, and what it means for the family, said
//! before.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::attendance::{BoardEntry, absent_terms};
use shared::bookings::{Booking, Cancel, CancelTerms, CancelledBy, FACILITY_REASON, cancel_terms};
use shared::locale::span;
use shared::problem::Reason;

use super::card::Desk;
use super::unsent::Command;
use crate::api::{Attempt, Failure};
use crate::bookings::Consequence;
use crate::flash::use_flash;
use crate::i18n::{Say, furigana, locale, reasons, sentence, text};
use crate::settings;
use crate::ui::{Banner, Button, Choice, Dialog, Look, Need, RadioGroup, Refusal, Tone};

/// No reason for which it would cost nothing.
const NONE: &str = "none";

/// How a booking ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It is cancelled.
    Cancel,
    /// The child did not come.
    Absent,
}

impl Ending {
    /// What it means now.
    fn terms(self, booking: &Booking, reason: Option<&str>, now: DateTime<Utc>) -> Result<CancelTerms, Reason> {
        match self {
            Self::Cancel => cancel_terms(booking, reason, CancelledBy::Facility, now).map_err(|rejection| rejection.reason()),
            Self::Absent => absent_terms(booking, reason, now).map_err(|rejection| rejection.reason()),
        }
    }

    const fn words(self) -> Words {
        match self {
            Self::Cancel => Words {
                id: "cancel",
                title: "attendance.cancel_title",
                reason: "attendance.cancel_reason",
                no_reason: "attendance.cancel_no_reason",
                hint: "attendance.cancel_call",
                send: "attendance.cancel_send",
            },
            Self::Absent => Words {
                id: "absent",
                title: "attendance.absent_title",
                reason: "attendance.absent_reason",
                no_reason: "attendance.absent_no_reason",
                hint: "attendance.absent_hint",
                send: "attendance.absent_send",
            },
        }
    }
}

/// The sentences of an ending.
struct Words {
    id: &'static str,
    title: &'static str,
    reason: &'static str,
    no_reason: &'static str,
    hint: &'static str,
    send: &'static str,
}

/// Asks for which reason, before a booking ends.
#[component]
pub fn EndDialog(
    /// How.
    ending: Ending,
    /// Whether the question is open.
    open: RwSignal<bool>,
    /// What staff are about to do.
    desk: Desk,
    /// It ended, here or elsewhere.
    #[prop(into)]
    on_done: Callback<Option<Booking>>,
) -> impl IntoView {
    let Words { id, title, .. } = ending.words();
    view! {
        <Dialog id title open>
            {move || desk.asking.get_untracked().map(|entry| view! { <EndForm ending open entry desk on_done/> })}
        </Dialog>
    }
}

#[component]
fn EndForm(ending: Ending, open: RwSignal<bool>, entry: BoardEntry, desk: Desk, on_done: Callback<Option<Booking>>) -> impl IntoView {
    let words = ending.words();
    let flash = use_flash();
    let booking = StoredValue::new(entry.booking.clone());
    let exempt = entry.booking.cancellation.exempt.clone();
    let own = exempt.iter().find(|one| one.key == FACILITY_REASON && ending == Ending::Cancel);
    let first = own.map_or(NONE, |one| one.key.as_str());
    let release = RwSignal::new(true);
    let reason = RwSignal::new(first.to_owned());
    let choices = Signal::derive(move || {
        let named = exempt.iter().map(|one| {
            let name = one.name.clone();
            Choice::new(one.key.clone(), text(move || name.get(locale()).to_owned()))
        });
        named.chain([Choice::new(NONE, words.no_reason)]).collect::<Vec<_>>()
    });
    let now = move || settings::now() + desk.ahead.get_untracked();
    let given = move || reason.with(|reason| (reason != NONE).then(|| reason.clone()));
    let terms = Memo::new(move |_| booking.with_value(|booking| ending.terms(booking, given().as_deref(), now())));
    let (busy, failure) = (RwSignal::new(false), RwSignal::new(None::<Failure>));
    let (attempt, asked) = (Attempt::new(), entry.clone());
    let child = entry.booking.child.name.clone();
    let press = Callback::new(move |()| {
        let (attempt, child) = (attempt.clone(), child.clone());
        let Ok(seen) = terms.get_untracked() else { return };
        let (reason, release) = (untrack(given), release.get_untracked());
        if ending == Ending::Absent {
            // Recorded like coming and going: also where the server is away.
            desk.send.run((asked.clone(), Command::Absent { at: now(), release, reason, seen }));
            open.set(false);
            return;
        }
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let id = booking.with_value(|booking| booking.id.clone());
            let answer = desk.source.cancel(&id, &Cancel { seen: Some(seen), reason }, &attempt).await;
            busy.set(false);
            match answer {
                Ok(cancelled) => {
                    flash.done(text(move || sentence("attendance.cancelled_done", locale()).replace("%{name}", &child)));
                    open.set(false);
                    on_done.run(Some(cancelled));
                }
                // The child has come meanwhile, or somebody was first: the board tells.
                Err(why) if why.status() == Some(409) && !why.is("bookings.cancel_terms_changed") => {
                    flash.failed(&why);
                    open.set(false);
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
            <RadioGroup id=format!("{}-reason", words.id) legend=words.reason choices value=reason required=Need::Required/>
        </div>
        <div aria-live="polite">
            {move || match terms.get() {
                Ok(terms) => view! { <Consequence terms counted/> }.into_any(),
                Err(rejection) => view! { <Banner tone=Tone::Error>{reasons(move || vec![rejection.clone()])}</Banner> }.into_any(),
            }}
        </div>
        {(ending == Ending::Absent)
            .then(|| {
                view! {
                    <div class="choice">
                        <input type="checkbox" id="absent-release" prop:checked=release on:change:target=move |event| release.set(event.target().checked())/>
                        <label for="absent-release"><Say key="attendance.absent_release"/></label>
                    </div>
                }
            })}
        <p><Say key=words.hint/></p>
        {move || failure.get().map(|why| view! { <Refusal why/> })}
        <div class="board-action">
            <Button look=Look::Danger busy disabled=Signal::derive(move || terms.with(Result::is_err)) on_press=press>
                <Say key=words.send/>
            </Button>
            <Button look=Look::Text on_press=Callback::new(move |()| open.set(false))><Say key="attendance.not_now"/></Button>
        </div>
    }
}
