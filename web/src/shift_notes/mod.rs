//! Notes to the next shift: what is still to be read, those of a day, and leaving one.

mod client;

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::hooks::use_query_map;
use leptos_router::{MatchNestedRoutes, any_nested_route::IntoAnyNestedRoute, path};
use shared::locale::{day, full_day, moment};
use shared::shift_notes::{NewShiftNote, Shift, ShiftNote};
use shared::time::{days_after, days_before};

use crate::api::{Attempt, Failure};
use crate::attendance::{StaffNav, StaffPlace};
use crate::i18n::{Say, furigana, locale, say, say_with};
use crate::paths;
use crate::session::StaffOnly;
use crate::settings;
use crate::ui::{Button, Chip, Choice, Field, Glyph, LinkButton, Load, Look, PageTitle, RadioGroup, Refusal, TextArea, Tone};

/// Notes to the next shift.
#[component(transparent)]
pub fn ShiftNoteRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/staff/shift_notes") view=StaffOnly>
            <Route path=path!("") view=ShiftNotesPage/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}

const fn shift_words(shift: Shift) -> &'static str {
    match shift {
        Shift::Early => "shift_notes.early",
        Shift::Day => "shift_notes.day_shift",
        Shift::Late => "shift_notes.late",
    }
}

#[component]
fn ShiftNotesPage() -> impl IntoView {
    let query = use_query_map();
    let shown = Memo::new(move |_| {
        let wanted = query.with(|query| query.get("day").and_then(|text| text.parse().ok()));
        wanted.unwrap_or_else(settings::today)
    });
    let of_day = LocalResource::new(move || client::notes(Some(shown.get())));
    let unread = LocalResource::new(|| client::notes(None));
    let again = Callback::new(move |()| {
        of_day.refetch();
        unread.refetch();
    });
    let before = Signal::derive(move || paths::staff_shift_notes(Some(days_before(shown.get(), 1))));
    let after = Signal::derive(move || paths::staff_shift_notes(Some(days_after(shown.get(), 1))));
    view! {
        <div class="stack staff narrow">
            <StaffNav here=StaffPlace::Elsewhere/>
            <PageTitle text="shift_notes.title"/>
            <section class="stack" aria-labelledby="notes-unread">
                <h2 id="notes-unread"><Say key="shift_notes.unread_title"/></h2>
                <Load what=unread is_empty=Vec::is_empty empty="shift_notes.all_read" let:notes><Notes notes again/></Load>
            </section>
            <section class="stack" aria-labelledby="notes-day">
                <h2 id="notes-day">{furigana(move || full_day(shown.get(), locale()))}</h2>
                <div class="row no-print">
                    <LinkButton look=Look::Outline icon=Glyph::Left href=before><Say key="shift_notes.day_before"/></LinkButton>
                    <LinkButton look=Look::Outline icon=Glyph::Right href=after><Say key="shift_notes.day_after"/></LinkButton>
                </div>
                <Load what=of_day is_empty=Vec::is_empty empty="shift_notes.none" let:notes><Notes notes again/></Load>
            </section>
            <Leave shown again/>
        </div>
    }
}

#[component]
fn Notes(notes: Vec<ShiftNote>, again: Callback<()>) -> impl IntoView {
    view! { <ul class="plain-list stack">{notes.into_iter().map(|note| view! { <Note note again/> }).collect_view()}</ul> }
}

#[component]
fn Note(note: ShiftNote, again: Callback<()>) -> impl IntoView {
    let ShiftNote { id, day: date, shift, words, by, at, readers, known } = note;
    let failure: RwSignal<Option<Failure>> = RwSignal::new(None);
    let attempt = Attempt::new();
    let reading = Action::new_local(move |(): &()| {
        let (id, attempt) = (id.to_string(), attempt.clone());
        async move {
            match client::read(&id, &attempt).await {
                Ok(_) => again.run(()),
                Err(why) => failure.set(Some(why)),
            }
        }
    });
    let press = Callback::new(move |()| drop(reading.dispatch(())));
    let has_readers = !readers.is_empty();
    let names = readers.iter().map(|reader| reader.name.clone()).collect::<Vec<_>>().join("、");
    view! {
        <li class="card stack">
            <p>
                <Chip tone=Tone::Info>{furigana(move || day(date, locale()))}</Chip> " " <Chip tone=Tone::Info>{say(shift_words(shift))}</Chip>
            </p>
            <p class="as-written">{words}</p>
            <p class="quiet">{by} " " {furigana(move || moment(at, locale()))}</p>
            {has_readers.then(|| view! { <p class="quiet">{say_with("shift_notes.read_by", move || vec![("names", names.clone())])}</p> })}
            {move || failure.get().map(|why| view! { <Refusal why/> })}
            {(!known)
                .then(|| {
                    view! { <div class="row"><Button icon=Glyph::Check busy=reading.pending() on_press=press><Say key="shift_notes.read"/></Button></div> }
                })}
        </li>
    }
}

#[component]
fn Leave(shown: Memo<chrono::NaiveDate>, again: Callback<()>) -> impl IntoView {
    let (shift, words) = (RwSignal::new(Shift::Day.as_str().to_owned()), RwSignal::new(String::new()));
    let failure: RwSignal<Option<Failure>> = RwSignal::new(None);
    let attempt = Attempt::new();
    let leaving = Action::new_local(move |note: &NewShiftNote| {
        let (note, attempt) = (note.clone(), attempt.clone());
        async move {
            match client::leave(&note, &attempt).await {
                Ok(_) => {
                    words.set(String::new());
                    again.run(());
                }
                Err(why) => failure.set(Some(why)),
            }
        }
    });
    let press = Callback::new(move |()| {
        failure.set(None);
        let Some(shift) = Shift::from_word(&shift.get_untracked()) else { return };
        leaving.dispatch(NewShiftNote { day: shown.get_untracked(), shift, words: words.get_untracked() });
    });
    let choices: Vec<Choice> = Shift::ALL.map(|shift| Choice::new(shift.as_str(), shift_words(shift))).to_vec();
    let is_blank = Signal::derive(move || words.with(|words| words.trim().is_empty()));
    view! {
        <section class="card stack no-print" aria-labelledby="notes-leave">
            <h2 id="notes-leave"><Say key="shift_notes.leave"/></h2>
            {move || failure.get().map(|why| view! { <Refusal why/> })}
            <RadioGroup id="note-shift" legend="shift_notes.shift" choices=Signal::stored(choices) value=shift inline=true/>
            <Field id="note-words" label="shift_notes.words"><TextArea value=words rows=3 maxlength=1000/></Field>
            <div class="row"><Button busy=leaving.pending() disabled=is_blank on_press=press><Say key="shift_notes.save"/></Button></div>
        </section>
    }
}

/// The way from the board to the notes, with how many are to be read; looked at anew whenever the board was.
#[component]
pub fn UnreadNotes(
    /// Changes whenever the board is read.
    #[prop(into)]
    as_of: Signal<DateTime<Utc>>,
) -> impl IntoView {
    let found = LocalResource::new(move || {
        as_of.track();
        client::notes(None)
    });
    let count = Memo::new(move |before: Option<&usize>| match found.get() {
        Some(Ok(notes)) => notes.len(),
        _ => before.copied().unwrap_or_default(),
    });
    view! {
        <LinkButton href=paths::staff_shift_notes(None) look=Look::Outline icon=Glyph::List>
            <Say key="shift_notes.title"/>
            {move || {
                let count = count.get();
                (count > 0).then(|| view! { " " <Chip tone=Tone::Warning>{say_with("shift_notes.count", move || vec![("count", count.to_string())])}</Chip> })
            }}
        </LinkButton>
    }
}
