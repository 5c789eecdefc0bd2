//! What a family changed since staff last looked: a note on the card, old and new in a dialog, and that it was seen.

use leptos::prelude::*;
use shared::attendance::BoardEntry;
use shared::consents::{Change, Changed};
use shared::families::{Allergy, Contact, Severity};
use shared::locale::{Locale, full_day, moment};

use super::client;
use crate::api::{Attempt, Failure};
use crate::flash::use_flash;
use crate::i18n::{Say, locale, marked, say, say_with, sentence};
use crate::ui::{Button, Dialog, Glyph, Icon, Look, Refusal};

/// The name of what changed.
const fn matter(change: &Change) -> &'static str {
    match change {
        Change::Allergies { .. } => "consents.allergies",
        Change::CareNotes { .. } => "consents.care_notes",
        Change::PickUpPeople { .. } => "consents.pick_up_people",
        Change::EmergencyContacts { .. } => "consents.emergency_contacts",
        Change::Guardian { .. } => "consents.guardian",
        Change::Phone { .. } => "consents.phone",
        Change::Name { .. } => "consents.child_name",
        Change::Born { .. } => "consents.born",
    }
}

fn allergies(all: &[Allergy], locale: Locale) -> Vec<String> {
    let word = |severity| match severity {
        Severity::Severe => sentence("attendance.allergy_severe", locale),
        Severity::Mild => sentence("attendance.allergy_mild", locale),
    };
    all.iter().map(|allergy| format!("{}（{}）", allergy.name, word(allergy.severity))).collect()
}

fn contacts(all: &[Contact]) -> Vec<String> {
    all.iter().map(|contact| format!("{}（{}）{}", contact.name, contact.relation, contact.phone.grouped())).collect()
}

/// Old and new, each as lines.
fn old_and_new(change: &Change, locale: Locale) -> [Vec<String>; 2] {
    let line = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty()).into_iter().collect::<Vec<_>>();
    match change {
        Change::Allergies { before, now } => [before, now].map(|all| allergies(all, locale)),
        Change::CareNotes { before, now } => [before, now].map(|text| line(text)),
        Change::PickUpPeople { before, now } | Change::EmergencyContacts { before, now } => [before, now].map(|all| contacts(all)),
        Change::Guardian { before, now } | Change::Name { before, now } => [before, now].map(|name| line(name.as_str())),
        Change::Phone { before, now } => [before, now].map(|phone| line(&phone.grouped())),
        Change::Born { before, now } => [before, now].map(|day| line(&full_day(*day, locale))),
    }
}

/// That the family withdrew its consent, and what it gave is therefore not shown.
#[component]
pub fn Withheld() -> impl IntoView {
    view! { <p class="quiet"><Say key="consents.withheld"/></p> }
}

/// That something changed, and what, on the card of a child.
#[component]
pub fn ChangedNote(
    /// The child.
    entry: BoardEntry,
    /// Opens the differences.
    on_open: Callback<()>,
) -> impl IntoView {
    let changed = entry.changed?;
    let name = entry.booking.child.name;
    let matters = changed.changes.iter().map(matter).map(|key| view! { <li>{say(key)}</li> }).collect_view();
    Some(view! {
        <div class="allergy allergy-mild">
            <p class="allergy-title"><Icon glyph=Glyph::Pencil/><span><Say key="consents.changed"/></span></p>
            <ul>{matters}</ul>
            <Button look=Look::Outline on_press=on_open><Say key="consents.show_changes"/><span class="visually-hidden">" " {name}</span></Button>
        </div>
    })
}

/// The differences, and the button that says that they were seen.
#[component]
pub fn ChangedDialog(
    /// The child that is looked at.
    asking: RwSignal<Option<BoardEntry>>,
    /// Whether it is open.
    open: RwSignal<bool>,
    /// It was seen, or changed once more: the board is read again.
    #[prop(into)]
    on_done: Callback<()>,
) -> impl IntoView {
    view! {
        <Dialog id="changed" title="consents.changed_title" open>
            {move || {
                let entry = asking.get_untracked().filter(|_| open.get())?;
                let changed = entry.changed.clone()?;
                Some(view! { <Differences entry changed open on_done/> })
            }}
        </Dialog>
    }
}

#[component]
fn Differences(entry: BoardEntry, changed: Changed, open: RwSignal<bool>, on_done: Callback<()>) -> impl IntoView {
    let flash = use_flash();
    let failure = RwSignal::new(None::<Failure>);
    let (child, seen, since) = (StoredValue::new(entry.booking.child.id.to_string()), changed.seen, changed.since);
    let attempt = Attempt::new();
    let marking = Action::new_local(move |(): &()| {
        let attempt = attempt.clone();
        async move {
            match client::mark_seen(&child.get_value(), seen, &attempt).await {
                Ok(()) => {
                    flash.done("consents.seen");
                    open.set(false);
                    on_done.run(());
                }
                Err(why) if why.status() == Some(409) => {
                    flash.failed(&why);
                    open.set(false);
                    on_done.run(());
                }
                Err(why) => failure.set(Some(why)),
            }
        }
    });
    let rows = changed
        .changes
        .into_iter()
        .map(|change| {
            let key = matter(&change);
            let lines = move |nth: usize| {
                let change = change.clone();
                move || {
                    let lines = old_and_new(&change, locale()).into_iter().nth(nth).unwrap_or_default();
                    if lines.is_empty() {
                        view! { <p class="quiet"><Say key="consents.nothing"/></p> }.into_any()
                    } else {
                        lines.iter().map(|line| view! { <p>{marked(line)}</p> }).collect_view().into_any()
                    }
                }
            };
            let (old, new) = (lines.clone()(0), lines(1));
            view! {
                <section class="stack">
                    <h3>{say(key)}</h3>
                    <dl class="old-and-new">
                        <div><dt><Say key="consents.before"/></dt><dd>{old}</dd></div>
                        <div><dt><Say key="consents.now"/></dt><dd><strong>{new}</strong></dd></div>
                    </dl>
                </section>
            }
        })
        .collect_view();
    view! {
        <p class="board-name">{entry.booking.child.name}</p>
        <p class="quiet">{say_with("consents.since_look", move || vec![("time", moment(since, locale()))])}</p>
        {rows}
        {move || failure.get().map(|why| view! { <Refusal why/> })}
        <div class="board-action">
            <Button icon=Glyph::Check busy=marking.pending() on_press=Callback::new(move |()| drop(marking.dispatch(())))><Say key="consents.mark_seen"/></Button>
            <Button look=Look::Text on_press=Callback::new(move |()| open.set(false))><Say key="attendance.not_now"/></Button>
        </div>
    }
}
