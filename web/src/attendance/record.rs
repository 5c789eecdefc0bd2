//! The question before anything is recorded: when, and who fetched the child.

use leptos::prelude::*;
use shared::attendance::{BoardEntry, CheckIn, CheckOut, RecordedBy, check_in, check_out};
use shared::locale::clock_at;
use shared::time::tokyo_day;

use super::card::{Allergies, Desk, age};
use super::model::{Stage, moment_of, stage, typed};
use super::people::{Who, WhoChoice};
use super::unsent::Command;
use crate::i18n::{Say, locale, reasons, say, say_with, sentence, text};
use crate::settings;
use crate::ui::{Banner, Button, Dialog, Field, FieldError, Glyph, Icon, Look, Need, TextInput, Tone};

/// Asks when, and who fetched the child, before anything is recorded.
#[component]
pub fn RecordDialog(
    /// What staff are about to do.
    desk: Desk,
) -> impl IntoView {
    let leaving = move || desk.asking.with(|entry| entry.as_ref().and_then(|entry| stage(&entry.booking.state)) == Some(Stage::Here));
    let title = text(move || sentence(if leaving() { "attendance.check_out_title" } else { "attendance.check_in_title" }, locale()));
    view! {
        <Dialog id="record" title open=desk.open>
            {move || desk.asking.get_untracked().map(|entry| view! { <RecordForm entry desk/> })}
        </Dialog>
    }
}

#[component]
fn RecordForm(entry: BoardEntry, desk: Desk) -> impl IntoView {
    let leaving = stage(&entry.booking.state) == Some(Stage::Here);
    let now = move || settings::now() + desk.ahead.get_untracked();
    let opened_at = now();
    let day = tokyo_day(entry.booking.starts_at);
    // Of another day nobody remembers the time as that of now.
    let is_today = desk.is_today.get_untracked();
    let changes_time = RwSignal::new(!is_today);
    let time = RwSignal::new(if is_today { typed(opened_at) } else { String::new() });
    let who = Who::nobody();
    let errors = RwSignal::new(Vec::<FieldError>::new());
    let refused = RwSignal::new(Vec::new());
    let people = entry.pick_up_people.clone();
    let booking = entry.booking.clone();
    let child = entry.booking.child.clone();
    let (shown, entry_people) = (entry.clone(), entry.pick_up_people.clone());
    let press = Callback::new(move |()| {
        let mut wrong = Vec::new();
        let wrong_here = |field, key: &'static str| FieldError { field, sentence: sentence(key, locale()) };
        // The time as it happened, whenever the server hears of it.
        let at = if changes_time.get_untracked() {
            let at = moment_of(day, &time.get_untracked());
            if at.is_none() {
                wrong.push(wrong_here("record-time", "attendance.time_missing"));
            }
            at
        } else {
            Some(now())
        };
        let with = match who.person(&people) {
            Ok(Some(person)) => Some(person),
            Ok(None) => {
                wrong.push(wrong_here("who", if leaving { "attendance.with_missing" } else { "attendance.bringer_missing" }));
                None
            }
            Err(error) => {
                wrong.push(error);
                None
            }
        };
        errors.set(wrong.clone());
        refused.set(Vec::new());
        let (Some(at), Some(with), true) = (at, with, wrong.is_empty()) else { return };
        // The server decides; what it would refuse can be said at once.
        let registered: Vec<_> = people.iter().map(|contact| contact.name.clone()).collect();
        let person = Some(with.clone());
        let verdict = if leaving {
            check_out(&booking, &CheckOut { occurred_at: Some(at), person, wall: None }, &registered, RecordedBy::Staff, now())
        } else {
            check_in(&booking, &CheckIn { occurred_at: Some(at), person, wall: None }, &registered, RecordedBy::Staff, now())
        };
        if let Err(rejection) = verdict {
            refused.set(vec![rejection.reason()]);
            return;
        }
        let command = if leaving { Command::Leave { at, with } } else { Command::Come { at, with } };
        desk.send.run((entry.clone(), command));
        desk.open.set(false);
    });
    view! {
        <div class="record-child">
            <p class="board-name">{child.name}</p>
            <p class="board-kana">{child.kana}<span class="board-age">{age(&shown)}</span></p>
        </div>
        {(!leaving).then(|| view! { <Allergies entry=shown.clone()/> })}
        <WhoChoice
            legend=if leaving { "attendance.who_fetched" } else { "attendance.who_brought" }
            people=entry_people
            who
            errors
            required=Need::Required
        />
        <div class="record-time">
            <Show
                when=move || changes_time.get()
                fallback=move || {
                    view! {
                        <p class="record-now">
                            <Icon glyph=Glyph::Clock/>
                            {say_with("attendance.time_now", move || vec![("time", clock_at(opened_at))])}
                        </p>
                        <Button look=Look::Text icon=Glyph::Pencil on_press=Callback::new(move |()| changes_time.set(true))>
                            <Say key="attendance.change_time"/>
                        </Button>
                    }
                }
            >
                <Field id="record-time" label="attendance.time" required=Need::Unsaid error=FieldError::of(errors, "record-time")>
                    <TextInput value=time kind="time" short=true/>
                </Field>
            </Show>
        </div>
        <Show when=move || !refused.with(Vec::is_empty)>
            <Banner tone=Tone::Error alert=true>{reasons(move || refused.get())}</Banner>
        </Show>
        <div class="board-action">
            <Button on_press=press icon=Glyph::Check>
                {if leaving { say("attendance.record_check_out").into_any() } else { say("attendance.record_check_in").into_any() }}
            </Button>
            <Button look=Look::Text on_press=Callback::new(move |()| desk.open.set(false))><Say key="attendance.not_now"/></Button>
        </div>
    }
}
