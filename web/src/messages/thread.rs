//! What was written about a booking, who has read it, and writing.

use std::time::Duration;

use leptos::leptos_dom::helpers::set_interval_with_handle;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::locale::{moment, span};
use shared::messages::{Message, NewMessage, Side, Thread};

use super::client;
use crate::api::{Attempt, Failure};
use crate::i18n::{Say, furigana, locale, say, say_with};
use crate::settings;
use crate::ui::{Button, Chip, Field, Load, Refusal, TextArea, Tone};

/// So often it is looked whether something came.
const LOOK_EVERY: Duration = Duration::from_secs(15);

/// A thread, for whichever side reads it. What is on the screen is read.
#[component]
pub fn ThreadView(
    /// The booking.
    booking_id: Memo<String>,
) -> impl IntoView {
    let found = LocalResource::new(move || {
        let id = booking_id.get();
        async move { client::thread(&id).await }
    });
    let clock = set_interval_with_handle(
        move || {
            if !document().hidden() {
                found.refetch();
            }
        },
        LOOK_EVERY,
    );
    on_cleanup(move || {
        if let Ok(clock) = clock {
            clock.clear();
        }
    });
    let thread = Memo::new(move |before: Option<&Option<Thread>>| found.get().and_then(Result::ok).or_else(|| before.cloned().flatten()));
    let last = Memo::new(move |_| thread.with(|thread| thread.as_ref().and_then(last_of_others)));
    Effect::new(move |_| {
        let Some(number) = last.get() else { return };
        let id = booking_id.get_untracked();
        // Where it cannot be said now, it is said at the next visit.
        spawn_local(async move { drop(client::read(&id, number).await) });
    });
    let is_open = Memo::new(move |_| thread.with(|thread| thread.as_ref().is_some_and(|thread| settings::now() <= thread.until)));
    let again = Callback::new(move |()| found.refetch());
    view! {
        <Load what=found let:thread><Written thread/></Load>
        <Show when=move || is_open.get()><Write booking_id again/></Show>
        <Show when=move || thread.with(Option::is_some) && !is_open.get()><p class="quiet"><Say key="messages.closed"/></p></Show>
    }
}

/// The last message that the other side wrote.
fn last_of_others(thread: &Thread) -> Option<u32> {
    thread.messages.iter().filter(|message| message.from != thread.side).map(|message| message.number).max()
}

#[component]
fn Written(thread: Thread) -> impl IntoView {
    let Thread { child, facility, starts_at, ends_at, side, messages, .. } = thread;
    let is_empty = messages.is_empty();
    let with = if side == Side::Family { facility.clone() } else { child.clone() };
    let others = StoredValue::new(with.clone());
    view! {
        <p><strong>{with}</strong> " " <span class="quiet">{furigana(move || span(starts_at, ends_at, locale()))}</span></p>
        {(side == Side::Family).then(|| view! { <p class="quiet">{child}</p> })}
        {is_empty.then(|| view! { <p class="quiet"><Say key="messages.none"/></p> })}
        <ol class="plain-list stack" aria-live="polite">
            {messages.into_iter().map(|message| view! { <One message side others/> }).collect_view()}
        </ol>
    }
}

#[component]
fn One(message: Message, side: Side, others: StoredValue<String>) -> impl IntoView {
    let is_own = message.from == side;
    let at = message.at;
    let by = message.by.clone().unwrap_or_else(|| if is_own { String::new() } else { others.get_value() });
    let read = message.reads.first().cloned();
    let readers: Vec<String> = message.reads.iter().filter_map(|read| read.by.clone()).collect();
    let state = is_own.then(|| match read {
        None => view! { <Chip tone=Tone::Warning><Say key="messages.unread"/></Chip> }.into_any(),
        Some(read) => view! {
            <span class="quiet">
                {say_with("messages.read_at", move || vec![("moment", moment(read.at, locale()))])} " " {readers.join("、")}
            </span>
        }
        .into_any(),
    });
    view! {
        <li class="card message" class:is-own=is_own>
            <p class="quiet">
                {is_own.then(|| view! { <span>{say("messages.own")}</span> " " })} {by} " " {furigana(move || moment(at, locale()))}
            </p>
            <p class="as-written">{message.words}</p>
            {state.map(|state| view! { <p>{state}</p> })}
        </li>
    }
}

#[component]
fn Write(booking_id: Memo<String>, again: Callback<()>) -> impl IntoView {
    let words = RwSignal::new(String::new());
    let failure: RwSignal<Option<Failure>> = RwSignal::new(None);
    let attempt = Attempt::new();
    let writing = Action::new_local(move |message: &NewMessage| {
        let (message, attempt, id) = (message.clone(), attempt.clone(), booking_id.get_untracked());
        async move {
            match client::write(&id, &message, &attempt).await {
                Ok(_) => {
                    words.set(String::new());
                    again.run(());
                }
                Err(why) => failure.set(Some(why)),
            }
        }
    });
    let send = Callback::new(move |()| {
        failure.set(None);
        writing.dispatch(NewMessage { words: words.get_untracked() });
    });
    let is_blank = Signal::derive(move || words.with(|words| words.trim().is_empty()));
    view! {
        <section class="card stack no-print">
            {move || failure.get().map(|why| view! { <Refusal why/> })}
            <Field id="message-words" label="messages.words" hint="messages.words_hint"><TextArea value=words rows=4 maxlength=1000/></Field>
            <div class="row"><Button busy=writing.pending() disabled=is_blank on_press=send><Say key="messages.send"/></Button></div>
        </section>
    }
}
