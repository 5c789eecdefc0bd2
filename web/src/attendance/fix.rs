//! Putting right what was recorded: other times or people, or taking it back.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::attendance::{BoardEntry, Correction, correct};
use shared::bookings::{Booking, BookingState};
use shared::time::tokyo_day;

use super::card::{Desk, came_and_left};
use super::model::{moment_of, typed};
use super::people::{Who, WhoChoice};
use crate::api::{Attempt, Failure};
use crate::bookings::{History, Records};
use crate::flash::use_flash;
use crate::i18n::{Say, locale, reasons, sentence, text};
use crate::settings;
use crate::ui::{Banner, Button, Dialog, Field, FieldError, Glyph, Look, Need, Refusal, TextInput, Tone};

/// Asks what is to be put right.
#[component]
pub fn FixDialog(
    /// What staff are about to do.
    desk: Desk,
    /// It was put right, here or elsewhere.
    #[prop(into)]
    on_done: Callback<Option<Booking>>,
) -> impl IntoView {
    view! {
        <Dialog id="fix" title="attendance.fix_title" open=desk.fixing>
            {move || desk.asking.get_untracked().map(|entry| view! { <FixForm entry desk on_done/> })}
        </Dialog>
    }
}

/// The words on the button that takes back what a state says.
const fn undo_words(state: &BookingState) -> &'static str {
    match state {
        BookingState::CheckedOut { .. } => "attendance.undo_check_out",
        BookingState::Absent { .. } => "attendance.undo_absent",
        _ => "attendance.undo_check_in",
    }
}

#[component]
fn FixForm(entry: BoardEntry, desk: Desk, on_done: Callback<Option<Booking>>) -> impl IntoView {
    let flash = use_flash();
    let booking = StoredValue::new(entry.booking.clone());
    let people = StoredValue::new(entry.pick_up_people.clone());
    let recorded = came_and_left(&entry.booking.state);
    let has_left = recorded.is_some_and(|(_, left)| left.is_some());
    let came = RwSignal::new(recorded.map(|(came, _)| typed(came)).unwrap_or_default());
    let left = RwSignal::new(recorded.and_then(|(_, left)| left).map(typed).unwrap_or_default());
    let (who, why) = (Who::nobody(), RwSignal::new(String::new()));
    let errors = RwSignal::new(Vec::<FieldError>::new());
    let refused = RwSignal::new(Vec::new());
    let (busy, failure) = (RwSignal::new(false), RwSignal::new(None::<Failure>));
    let (fixing, undoing) = (Attempt::new(), Attempt::new());
    let answered = move |answer: Result<Booking, Failure>, done: &'static str| {
        busy.set(false);
        match answer {
            Ok(changed) => {
                let child = changed.child.name.clone();
                flash.done(text(move || sentence(done, locale()).replace("%{name}", &child)));
                desk.fixing.set(false);
                on_done.run(Some(changed));
            }
            Err(why) => failure.set(Some(why)),
        }
    };
    let undo = Callback::new(move |()| {
        let attempt = undoing.clone();
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let id = booking.with_value(|booking| booking.id.clone());
            answered(desk.source.undo(&id, &attempt).await, "attendance.undone");
        });
    });
    let press = Callback::new(move |()| {
        let day = tokyo_day(booking.with_value(|booking| booking.starts_at));
        let mut wrong = Vec::new();
        let wrong_here = |field, key: &'static str| FieldError { field, sentence: sentence(key, locale()) };
        // What is typed as it was is no correction: the seconds of the record stay.
        let changed = |typed_now: RwSignal<String>, before: Option<chrono::DateTime<chrono::Utc>>| {
            let words = typed_now.get_untracked();
            (before.map(typed).as_deref() != Some(words.as_str())).then(|| moment_of(day, &words))
        };
        let checked_in_at = changed(came, recorded.map(|(came, _)| came));
        let checked_out_at = if has_left { changed(left, recorded.and_then(|(_, left)| left)) } else { None };
        for (at, field) in [(&checked_in_at, "fix-came"), (&checked_out_at, "fix-left")] {
            if matches!(at, Some(None)) {
                wrong.push(wrong_here(field, "attendance.time_missing"));
            }
        }
        let person = people.with_value(|people| who.person(people)).unwrap_or_else(|error| {
            wrong.push(error);
            None
        });
        let reason = why.get_untracked().trim().to_owned();
        if reason.is_empty() {
            wrong.push(wrong_here("fix-why", "attendance.fix_why_missing"));
        }
        errors.set(wrong.clone());
        refused.set(Vec::new());
        if !wrong.is_empty() {
            return;
        }
        let (brought_by, fetched_by) = if has_left { (None, person) } else { (person, None) };
        let command =
            Correction { checked_in_at: checked_in_at.flatten(), checked_out_at: checked_out_at.flatten(), brought_by, fetched_by, reason };
        let registered: Vec<_> = people.with_value(|people| people.iter().map(|contact| contact.name.clone()).collect());
        let now = settings::now() + desk.ahead.get_untracked();
        if let Err(rejection) = booking.with_value(|booking| correct(booking, &command, &registered, now)) {
            refused.set(vec![rejection.reason()]);
            return;
        }
        let attempt = fixing.clone();
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let id = booking.with_value(|booking| booking.id.clone());
            answered(desk.source.correct(&id, &command, &attempt).await, "attendance.fixed");
        });
    });
    let words = undo_words(&entry.booking.state);
    view! {
        <p class="board-name">{entry.booking.child.name}</p>
        <Show when=move || !refused.with(Vec::is_empty)>
            <Banner tone=Tone::Error alert=true>{reasons(move || refused.get())}</Banner>
        </Show>
        {move || failure.get().map(|why| view! { <Refusal why/> })}
        {recorded
            .is_some()
            .then(|| {
                view! {
                    <Field id="fix-came" label="attendance.fix_came" required=Need::Unsaid error=FieldError::of(errors, "fix-came")>
                        <TextInput value=came kind="time" short=true/>
                    </Field>
                    {has_left
                        .then(|| {
                            view! {
                                <Field id="fix-left" label="attendance.fix_left" required=Need::Unsaid error=FieldError::of(errors, "fix-left")>
                                    <TextInput value=left kind="time" short=true/>
                                </Field>
                            }
                        })}
                    <WhoChoice
                        legend=if has_left { "attendance.fix_fetched" } else { "attendance.fix_brought" }
                        people=people.get_value()
                        who
                        errors
                    />
                    <Field id="fix-why" label="attendance.fix_why" hint="attendance.fix_why_hint" required=Need::Required error=FieldError::of(errors, "fix-why")>
                        <TextInput value=why maxlength=200/>
                    </Field>
                    <div class="board-action">
                        <Button busy on_press=press icon=Glyph::Check><Say key="attendance.fix_send"/></Button>
                    </div>
                }
            })}
        {match desk.source.practice() {
            Some(practice) => view! { <Records records=practice.history(&entry.booking.id)/> }.into_any(),
            None => view! { <History booking_id=entry.booking.id.to_string()/> }.into_any(),
        }}
        <p><Say key="attendance.undo_hint"/></p>
        <div class="board-action">
            <Button look=Look::Danger busy on_press=undo><Say key=words/></Button>
            <Button look=Look::Text on_press=Callback::new(move |()| desk.fixing.set(false))><Say key="attendance.not_now"/></Button>
        </div>
    }
}
