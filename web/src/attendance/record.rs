//! The question before anything is recorded: when, and who fetched the child.

use leptos::prelude::*;
use shared::attendance::{BoardEntry, CheckIn, CheckOut, check_in, check_out};
use shared::locale::clock_at;
use shared::time::tokyo_day;

use super::card::{Allergies, Desk, age, relation};
use super::model::{Command, Stage, moment_of, stage, typed};
use crate::i18n::{Say, locale, reasons, say, say_with, sentence, text};
use crate::settings;
use crate::ui::{Banner, Button, Choice, Dialog, Field, FieldError, Glyph, Icon, Look, Need, RadioGroup, TextInput, Tone};

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

const OTHER: &str = "other";

#[component]
fn RecordForm(entry: BoardEntry, desk: Desk) -> impl IntoView {
    let leaving = stage(&entry.booking.state) == Some(Stage::Here);
    let now = move || settings::now() + desk.ahead.get_untracked();
    let opened_at = now();
    let day = tokyo_day(entry.booking.starts_at);
    let changes_time = RwSignal::new(false);
    let time = RwSignal::new(typed(opened_at));
    let with = RwSignal::new(String::new());
    let other = RwSignal::new(String::new());
    let errors = RwSignal::new(Vec::<FieldError>::new());
    let refused = RwSignal::new(Vec::new());
    let names: Vec<String> = entry.pick_up_people.iter().map(|contact| contact.name.to_string()).collect();
    let choices = {
        let people = entry.pick_up_people.clone();
        Signal::derive(move || {
            let mut choices: Vec<Choice> = people
                .iter()
                .enumerate()
                .map(|(index, contact)| {
                    let (name, relation) = (contact.name.to_string(), relation(contact));
                    Choice::new(index.to_string(), text(move || name.clone())).hint(text(relation))
                })
                .collect();
            choices.push(Choice::new(OTHER, "attendance.other_person"));
            choices
        })
    };
    let booking = entry.booking.clone();
    let child = entry.booking.child.clone();
    let shown = entry.clone();
    let press = Callback::new(move |()| {
        let mut wrong = Vec::new();
        let mut say_wrong = |field, key: &'static str| wrong.push(FieldError { field, sentence: sentence(key, locale()) });
        let at = if changes_time.get_untracked() {
            let at = moment_of(day, &time.get_untracked());
            if at.is_none() {
                say_wrong("record-time", "attendance.time_missing");
            }
            at
        } else {
            None
        };
        let fetched_by = match with.get_untracked().as_str() {
            OTHER => other.get_untracked().trim().to_owned(),
            index => index.parse().ok().and_then(|index: usize| names.get(index).cloned()).unwrap_or_default(),
        };
        if leaving && fetched_by.is_empty() {
            let is_other = with.get_untracked() == OTHER;
            let (field, key) =
                if is_other { ("record-other", "attendance.other_missing") } else { ("record-with", "attendance.with_missing") };
            say_wrong(field, key);
        }
        let is_wrong = !wrong.is_empty();
        errors.set(wrong);
        refused.set(Vec::new());
        if is_wrong {
            return;
        }
        // The server decides; what it would refuse can be said at once.
        let verdict = if leaving {
            check_out(&booking, &CheckOut { occurred_at: at, picked_up_by: None }, now())
        } else {
            check_in(&booking, &CheckIn { occurred_at: at }, now())
        };
        if let Err(rejection) = verdict {
            refused.set(vec![rejection.reason()]);
            return;
        }
        let command = if leaving { Command::Leave { at, with: fetched_by } } else { Command::Come { at } };
        desk.send.run((entry.clone(), command));
        desk.open.set(false);
    });
    view! {
        <div class="record-child">
            <p class="board-name">{child.name}</p>
            <p class="board-kana">{child.kana}<span class="board-age">{age(&shown)}</span></p>
        </div>
        {(!leaving).then(|| view! { <Allergies entry=shown.clone()/> })}
        {leaving
            .then(|| {
                view! {
                    <div class="record-choices">
                        <RadioGroup
                            id="record-with"
                            legend="attendance.who_fetched"
                            choices
                            value=with
                            required=Need::Required
                            error=FieldError::of(errors, "record-with")
                        />
                    </div>
                    <Show when=move || with.get() == OTHER>
                        <Field id="record-other" label="attendance.other_name" hint="attendance.other_hint" error=FieldError::of(errors, "record-other")>
                            <TextInput value=other maxlength=60/>
                        </Field>
                    </Show>
                }
            })}
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
        <div role="alert">
            <Show when=move || !refused.with(Vec::is_empty)>
                <Banner tone=Tone::Error>{reasons(move || refused.get())}</Banner>
            </Show>
        </div>
        <div class="board-action">
            <Button on_press=press icon=Glyph::Check>
                {if leaving { say("attendance.record_check_out").into_any() } else { say("attendance.record_check_in").into_any() }}
            </Button>
            <Button look=Look::Text on_press=Callback::new(move |()| desk.open.set(false))><Say key="attendance.not_now"/></Button>
        </div>
    }
}
