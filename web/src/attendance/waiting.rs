//! What was recorded and is not on the server: how much, since when, and what needs a person.

use leptos::prelude::*;
use shared::locale::{clock_at, day};
use shared::time::tokyo_day;

use super::model::person_words;
use super::outbox::{Dispatch, use_outbox};
use super::source::Source;
use super::unsent::{Command, Line, Place, advice};
use crate::api::Failure;
use crate::i18n::{Say, furigana, locale, marked, say, say_with, sentence};
use crate::session::use_session;
use crate::ui::{Banner, Button, Explain, Glyph, Icon, Look, Tone};

/// Says on every page of staff what this device has not sent, and sends it.
#[component]
pub fn Waiting(
    /// Where it goes.
    source: Source,
) -> impl IntoView {
    let (dispatch, session) = (StoredValue::new(use_outbox(source)), use_session());
    let here = Memo::new(move |_| {
        dispatch.with_value(|dispatch| {
            let facility = dispatch.sender().map(|sender| (sender.facility, sender.account));
            let of_facility = |line: &Line| facility.as_ref().is_some_and(|(facility, _)| *facility == line.unsent.facility);
            let lines: Vec<Line> = dispatch.outbox().lines().into_iter().filter(of_facility).collect();
            let is_mine = move |line: &Line| facility.as_ref().is_some_and(|(_, account)| *account == line.unsent.account);
            let (mine, theirs): (Vec<_>, Vec<_>) = lines.into_iter().partition(is_mine);
            let (refused, waiting): (Vec<_>, Vec<_>) = mine.into_iter().partition(|line| line.unsent.refused.is_some());
            let waiting = waiting.into_iter().filter(|line| line.queued || line.place == Place::Nowhere).collect::<Vec<_>>();
            (waiting, refused, theirs)
        })
    });
    let counts = Memo::new(move |_| here.with(|(waiting, _, theirs)| (waiting.len(), theirs.len())));
    let unkept = Memo::new(move |_| here.with(|(waiting, ..)| waiting.iter().any(|line| line.place == Place::Nowhere)));
    let since = Memo::new(move |_| here.with(|(waiting, ..)| waiting.iter().map(|line| line.unsent.command.at()).min()));
    let send = Callback::new(move |()| dispatch.with_value(Dispatch::send));
    let take_over = Callback::new(move |()| dispatch.with_value(Dispatch::take_over));
    view! {
        <div aria-live="polite" class="unsent no-print">
            <Show when=move || counts.get().0 != 0>
                <Banner tone=Tone::Warning>
                    <p class="unsent-count">
                        <Icon glyph=Glyph::NoNetwork/>
                        <strong>{say_with("unsent.count", move || vec![("count", counts.get().0.to_string())])}</strong>
                    </p>
                    <p>
                        {move || {
                            let words = if session.has_ended() { "unsent.meaning_signed_out" } else { "unsent.meaning" };
                            say_with(words, move || vec![("time", since.get().map(clock_at).unwrap_or_default())])
                        }}
                    </p>
                    <Show when=move || unkept.get()><p><strong><Say key="unsent.nowhere"/></strong></p></Show>
                    <Button look=Look::Outline on_press=send><Say key="unsent.send"/></Button>
                </Banner>
            </Show>
            <Show when=move || dispatch.with_value(|dispatch| dispatch.outbox().is_unreadable())>
                <Banner tone=Tone::Error><p><strong><Say key="unsent.unreadable"/></strong></p></Banner>
            </Show>
            <Show when=move || counts.get().1 != 0>
                <Banner tone=Tone::Warning>
                    <p>
                        <strong>
                            {say_with("unsent.theirs", move || {
                                let names = here.with(|(_, _, theirs)| names_of(theirs));
                                vec![("count", counts.get().1.to_string()), ("names", names)]
                            })}
                        </strong>
                    </p>
                    <p><Say key="unsent.theirs_meaning"/></p>
                    <Button look=Look::Outline on_press=take_over><Say key="unsent.take_over"/></Button>
                </Banner>
            </Show>
        </div>
        <Show when=move || here.with(|(_, refused, _)| !refused.is_empty())>
            <section class="conflicts no-print" aria-labelledby="conflicts">
                <h2 id="conflicts" class="board-heading">
                    <Icon glyph=Glyph::Warning/>
                    <span><Say key="unsent.conflicts"/></span>
                    <span class="board-count">
                        {say_with("attendance.requests_count", move || vec![("count", here.with(|(_, refused, _)| refused.len()).to_string())])}
                    </span>
                </h2>
                <ul class="board-list">
                    <For
                        each=move || here.with(|(_, refused, _)| refused.clone())
                        key=|line| line.unsent.key.clone()
                        children=move |line| view! { <Conflict line dispatch/> }
                    />
                </ul>
            </section>
        </Show>
    }
}

fn names_of(lines: &[Line]) -> String {
    let mut names: Vec<&str> = lines.iter().map(|line| line.unsent.by.as_str()).collect();
    names.dedup();
    names.join("・")
}

/// What was recorded, in words.
const fn what(command: &Command) -> &'static str {
    match command {
        Command::Come { .. } => "unsent.came",
        Command::Leave { .. } => "unsent.left",
        Command::Absent { .. } => "unsent.absent",
    }
}

/// What was recorded here, why the server did not take it, and what to do.
#[component]
fn Conflict(line: Line, dispatch: StoredValue<Dispatch>) -> impl IntoView {
    let unsent = line.unsent;
    let problem = unsent.refused.clone()?;
    let heading = format!("conflict-{}", unsent.key);
    let (at, command) = (unsent.command.at(), unsent.command.clone());
    let when = move || vec![("day", day(tokyo_day(at), locale())), ("time", clock_at(at))];
    let person = unsent.command.person().cloned();
    let (retry_key, discard_key) = (unsent.key.clone(), unsent.key);
    let retry = Callback::new(move |()| dispatch.with_value(|dispatch| dispatch.retry(retry_key.clone())));
    let discard = Callback::new(move |()| dispatch.with_value(|dispatch| dispatch.discard(discard_key.clone())));
    let (hidden, child) = (format!(" {}", unsent.child), unsent.child.clone());
    let todo = advice(&problem);
    let failure = Failure::Problem(problem);
    Some(view! {
        <li class="board-card is-conflict">
            <article class="stack" aria-labelledby=heading.clone()>
                <h3 id=heading.clone() class="board-name">{unsent.child}</h3>
                <p>
                    <strong>{say_with(what(&command), when)}</strong>
                    {person.map(|person| view! { " "{furigana(move || person_words(&person, locale()))} })}
                    <br/>
                    <span class="quiet">{say_with("unsent.by", move || vec![("name", unsent.by.clone())])}</span>
                </p>
                <div class="board-note">
                    <p class="board-note-title"><Say key="unsent.why"/></p>
                    {move || failure.sentences(locale()).iter().map(|words| view! { <p>{marked(words)}</p> }).collect_view()}
                </div>
                <p>{say(todo)}</p>
                <div class="board-action">
                    <Button look=Look::Outline on_press=retry><Say key="unsent.retry"/><span class="visually-hidden">{hidden}</span></Button>
                    <LeaveOut child on_press=discard/>
                </div>
            </article>
        </li>
    })
}

/// Takes a record off this device, after asking once more.
#[component]
pub fn LeaveOut(
    /// Whose.
    child: String,
    /// It is meant.
    on_press: Callback<()>,
) -> impl IntoView {
    let asks = RwSignal::new(false);
    view! {
        <Show
            when=move || asks.get()
            fallback=move || {
                let hidden = format!(" {child}");
                view! {
                    <Button look=Look::Text icon=Glyph::Cross on_press=Callback::new(move |()| asks.set(true))>
                        <Say key="unsent.discard"/><span class="visually-hidden">{hidden}</span>
                    </Button>
                }
            }
        >
            <p role="status">{furigana(move || sentence("unsent.discard_sure", locale()))}</p>
            <Button look=Look::Danger on_press=on_press><Say key="unsent.discard_yes"/></Button>
            <Button look=Look::Text on_press=Callback::new(move |()| asks.set(false))><Say key="attendance.not_now"/></Button>
        </Show>
    }
}
