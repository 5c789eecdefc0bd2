//! What waits for the facility's decision: accepted or declined, brothers and sisters together.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::attendance::BoardEntry;
use shared::bookings::{BookingState, Decide};
use shared::ids::PartyId;
use shared::locale::{moment, people, span};
use shared::programmes::Programme;

use super::card::{Allergies, age, call, care, note};
use super::model::{answers, children_of, decided_first, parties};
use super::source::Source;
use crate::api::{Attempt, Failure};
use crate::flash::use_flash;
use crate::i18n::{Say, furigana, locale, marked, name, say_with, sentence, text};
use crate::ui::{Button, Dialog, Field, Glyph, Icon, Look, Need, Refusal, TextArea};

/// The most characters of a message.
const MESSAGE: u32 = 500;

/// What is being decided.
#[derive(Clone, Copy)]
struct Deciding {
    /// Whose answer is under way.
    busy: RwSignal<Option<PartyId>>,
    /// Whose answer did not arrive, and why.
    failure: RwSignal<Option<(PartyId, Failure)>>,
    /// Whom the facility is about to decline.
    declining: RwSignal<Vec<BoardEntry>>,
    /// Whether that question is open.
    open: RwSignal<bool>,
    /// Sends an answer for a party.
    send: Callback<(Vec<BoardEntry>, Decide)>,
    /// For the names of questions and reasons.
    programmes: Memo<Vec<Programme>>,
}

/// Says at the top how many wait for an answer, and leads to them: they must not hide who comes next.
#[component]
pub fn RequestsWait(
    /// The children whose bookings wait.
    requests: Memo<Vec<BoardEntry>>,
) -> impl IntoView {
    let count = Memo::new(move |_| requests.with(|all| parties(all, &[]).len()));
    let jump = move |event: leptos::ev::MouseEvent| {
        // The address must not change: the router would take it for a navigation.
        event.prevent_default();
        if let Some(heading) = document().get_element_by_id("requests") {
            heading.scroll_into_view();
        }
        crate::ui::focus("requests");
    };
    view! {
        <Show when=move || count.get() != 0>
            <a class="chip chip-warning requests-wait" href="#requests" on:click=jump>
                <Icon glyph=Glyph::Clock/>
                <span>{say_with("attendance.requests_wait", move || vec![("count", count.get().to_string())])}</span>
            </a>
        </Show>
    }
}

/// The requests of any day, the most urgent first; nothing where nobody waits.
#[component]
pub fn Requests(
    /// Where the answers go.
    source: Source,
    /// The children whose bookings wait.
    requests: Memo<Vec<BoardEntry>>,
    /// For the names of questions and reasons.
    programmes: Memo<Vec<Programme>>,
    /// Reads the board again.
    again: Callback<()>,
) -> impl IntoView {
    let flash = use_flash();
    // Decided from here, while the board that is shown does not know it yet.
    let settled = RwSignal::new(Vec::<PartyId>::new());
    let waiting = Memo::new(move |_| settled.with(|settled| parties(&requests.get(), settled)));
    let ids = Memo::new(move |_| waiting.with(|all| all.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>()));
    let (busy, failure) = (RwSignal::new(None::<PartyId>), RwSignal::new(None::<(PartyId, Failure)>));
    let (declining, open) = (RwSignal::new(Vec::new()), RwSignal::new(false));
    let attempts = StoredValue::new(BTreeMap::<String, Attempt>::new());
    let send = Callback::new(move |(party, command): (Vec<BoardEntry>, Decide)| {
        let Some(booking) = party.first().map(|entry| entry.booking.clone()) else { return };
        let mut attempt = Attempt::new();
        attempts.update_value(|all| attempt = all.entry(booking.party_id.to_string()).or_default().clone());
        busy.set(Some(booking.party_id.clone()));
        failure.set(None);
        let settle = move |id: PartyId| {
            settled.update(|all| all.push(id));
            open.set(false);
            again.run(());
        };
        spawn_local(async move {
            let answer = source.decide(&booking.id, &command, &attempt).await;
            busy.set(None);
            match answer {
                Ok(_) => {
                    let key = if command.accept { "attendance.accepted" } else { "attendance.declined" };
                    let who = children_of(&party);
                    flash.done(text(move || sentence(key, locale()).replace("%{names}", &who)));
                    settle(booking.party_id);
                }
                // Somebody was first, or the time is over: what became of it is what staff want to know.
                Err(why) if why.status() == Some(409) => {
                    let known = source.booking(&booking.id).await.ok().and_then(|now| decided_first(&now.state));
                    match known {
                        Some(key) => {
                            let who = children_of(&party);
                            flash.tell(text(move || sentence(key, locale()).replace("%{names}", &who)));
                        }
                        None => flash.failed(&why),
                    }
                    settle(booking.party_id);
                }
                Err(why) => {
                    open.set(false);
                    failure.set(Some((booking.party_id, why)));
                }
            }
        });
    });
    let deciding = Deciding { busy, failure, declining, open, send, programmes };
    view! {
        <Show when=move || !ids.with(Vec::is_empty)>
            <section class="requests no-print" aria-labelledby="requests">
                <h2 id="requests" tabindex="-1" class="board-heading">
                    <Icon glyph=Glyph::Clock/>
                    <span><Say key="attendance.requests"/></span>
                    <span class="board-count">{say_with("attendance.requests_count", move || vec![("count", ids.with(Vec::len).to_string())])}</span>
                </h2>
                <ul class="board-list">
                    <For
                        each=move || ids.get()
                        key=Clone::clone
                        children=move |id| {
                            let party = Memo::new(move |_| waiting.with(|all| all.iter().find(|(other, _)| *other == id).cloned()));
                            move || party.get().map(|(id, party)| view! { <Party id party deciding/> })
                        }
                    />
                </ul>
            </section>
        </Show>
        <Dialog id="decline" title="attendance.decline_title" open>
            {move || view! { <DeclineForm party=declining.get_untracked() deciding/> }}
        </Dialog>
    }
}

/// Those who come together, with everything that a decision hangs on.
#[component]
fn Party(id: PartyId, party: Vec<BoardEntry>, deciding: Deciding) -> impl IntoView {
    let first = party.first().cloned()?;
    let booking = first.booking;
    let (starts_at, ends_at) = (booking.starts_at, booking.ends_at);
    let decide_by = match booking.state {
        BookingState::Requested { decide_by } => Some(decide_by),
        _ => None,
    };
    let heading = format!("request-{id}");
    let count = i64::try_from(party.len()).unwrap_or(0);
    let who = children_of(&party);
    let (of_whom, of_whom_too) = (format!(" {who}"), format!(" {who}"));
    let is_busy = {
        let id = id.clone();
        Signal::derive(move || deciding.busy.with(|busy| busy.as_ref() == Some(&id)))
    };
    let failed = move || deciding.failure.get().filter(|(of, _)| *of == id).map(|(_, why)| why);
    let (accepted, declined) = (party.clone(), party.clone());
    let accept = Callback::new(move |()| deciding.send.run((accepted.clone(), Decide { accept: true, message: String::new() })));
    let decline = Callback::new(move |()| {
        deciding.declining.set(declined.clone());
        deciding.open.set(true);
    });
    let asked = booking.clone();
    let answered = move || {
        let told = deciding.programmes.with(|all| answers(all, &asked, locale()));
        told.into_iter()
            .map(|(question, answer)| {
                view! { <div class="board-note"><p class="board-note-title">{marked(&question)}</p><p>{marked(&answer)}</p></div> }
            })
            .collect_view()
    };
    Some(view! {
        <li class="board-card">
            <article class="stack" aria-labelledby=heading.clone()>
                <div class="board-when">
                    <span class="board-time">{furigana(move || span(starts_at, ends_at, locale()))}</span>
                    <span class="chip"><span>{name(booking.programme_name.clone())}</span></span>
                    {first.is_away.then(|| view! { <span class="chip chip-info"><Icon glyph=Glyph::Map/><span><Say key="attendance.away"/></span></span> })}
                    {decide_by
                        .map(|at| {
                            view! {
                                <span class="chip chip-warning">
                                    <Icon glyph=Glyph::Clock/>
                                    <span>{say_with("attendance.decide_by", move || vec![("moment", moment(at, locale()))])}</span>
                                </span>
                            }
                        })}
                </div>
                <h3 id=heading.clone() class="visually-hidden">{who}</h3>
                {(count > 1)
                    .then(|| view! { <p>{say_with("attendance.together", move || vec![("count", people(count, locale()))])}</p> })}
                {party
                    .into_iter()
                    .map(|entry| {
                        view! {
                            <div>
                                <p class="board-name">{entry.booking.child.name.clone()}</p>
                                <p class="board-kana">{entry.booking.child.kana.clone()}<span class="board-age">{age(&entry)}</span></p>
                            </div>
                            {care(&entry.care_notes)}
                            <Allergies entry/>
                        }
                    })
                    .collect_view()}
                {answered}
                {note("attendance.day_notes", &booking.notes)}
                {first.emergency_contacts.into_iter().next().map(call)}
                {move || failed().map(|why| view! { <Refusal why/> })}
                <div class="board-action">
                    <Button icon=Glyph::Check busy=is_busy on_press=accept>
                        <Say key="attendance.accept"/><span class="visually-hidden">{of_whom}</span>
                    </Button>
                    <Button look=Look::Text busy=is_busy on_press=decline>
                        <Say key="attendance.decline"/><span class="visually-hidden">{of_whom_too}</span>
                    </Button>
                </div>
            </article>
        </li>
    })
}

/// Asks once more, with room for a word to the family.
#[component]
fn DeclineForm(party: Vec<BoardEntry>, deciding: Deciding) -> impl IntoView {
    let message = RwSignal::new(String::new());
    let who = children_of(&party);
    let when = party.first().map(|entry| (entry.booking.starts_at, entry.booking.ends_at));
    let busy = Signal::derive(move || deciding.busy.with(Option::is_some));
    let press = Callback::new(move |()| {
        let message = message.get_untracked().trim().to_owned();
        deciding.send.run((party.clone(), Decide { accept: false, message }));
    });
    view! {
        <p class="board-name">{who}</p>
        {when.map(|(starts_at, ends_at)| view! { <p>{furigana(move || span(starts_at, ends_at, locale()))}</p> })}
        <p><Say key="attendance.decline_meaning"/></p>
        <Field id="decline-message" label="attendance.decline_message" hint="attendance.decline_hint" required=Need::Optional>
            <TextArea value=message maxlength=MESSAGE/>
        </Field>
        <div class="board-action">
            <Button look=Look::Danger busy on_press=press><Say key="attendance.decline_send"/></Button>
            <Button look=Look::Text on_press=Callback::new(move |()| deciding.open.set(false))><Say key="attendance.not_now"/></Button>
        </div>
    }
}
