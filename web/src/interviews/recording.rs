//! Recording the result of a first interview on its card of the board.

use leptos::prelude::*;
use shared::attendance::BoardEntry;
use shared::interviews::{NewResult, Verdict};

use super::client;
use super::parts::InterviewState;
use crate::api::{Attempt, Failure};
use crate::flash::use_flash;
use crate::i18n::Say;
use crate::ui::{Button, Choice, Disclosure, Field, Look, Need, RadioGroup, Refusal, TextArea};

fn verdict(name: &str) -> Option<Verdict> {
    match name {
        "accepted" => Some(Verdict::Accepted),
        "conditions" => Some(Verdict::Conditions),
        "not_possible" => Some(Verdict::NotPossible),
        _ => None,
    }
}

/// The result so far, and the form to record it.
#[component]
pub fn RecordInterview(entry: BoardEntry) -> impl IntoView {
    let flash = use_flash();
    let booking_id = StoredValue::new(entry.booking.id.to_string());
    let found = RwSignal::new(entry.interview);
    let (chosen, words) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let failure: RwSignal<Option<Failure>> = RwSignal::new(None);
    let recording = Action::new_local(move |command: &NewResult| {
        let command = command.clone();
        async move {
            match client::record(&booking_id.get_value(), &command, &Attempt::new()).await {
                Ok(interview) => {
                    failure.set(None);
                    found.set(Some(interview.outcome));
                    flash.done("interviews.recorded");
                }
                Err(why) => failure.set(Some(why)),
            }
        }
    });
    let press = Callback::new(move |()| {
        if let Some(verdict) = verdict(&chosen.get_untracked()) {
            recording.dispatch(NewResult { verdict, words: words.get_untracked() });
        }
    });
    let id = booking_id.get_value();
    let (group, notes) = (format!("interview-{id}"), format!("interview-words-{id}"));
    let busy = recording.pending();
    view! {
        <div aria-live="polite">{move || found.get().map(|outcome| view! { <InterviewState outcome=Some(outcome)/> })}</div>
        <Disclosure summary="interviews.record">
            {move || {
                failure
                    .get()
                    .map(|failure| {
                        view! {
                            <Refusal why=failure/>
                        }
                    })
            }}
            <RadioGroup
                id=group
                legend="interviews.result"
                choices=Signal::stored(vec![
                    Choice::new("accepted", "interviews.verdict_accepted"),
                    Choice::new("conditions", "interviews.verdict_conditions"),
                    Choice::new("not_possible", "interviews.verdict_not_possible"),
                ])
                value=chosen
            />
            <Show when=move || chosen.with(|chosen| !chosen.is_empty() && chosen != "accepted")>
                <Field id=notes.clone() label="interviews.words" hint="interviews.words_hint" required=Need::Required><TextArea value=words maxlength=500/></Field>
            </Show>
            <Button look=Look::Outline busy disabled=Signal::derive(move || chosen.with(String::is_empty)) on_press=press><Say key="interviews.save"/></Button>
        </Disclosure>
    }
}
