//! The staff's side of the door: reading a family's code or PIN, and the code for the wall.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::attendance::{BoardContact, BoardEntry, NextAct, Scan, Scanned, WallCode, next_act};
use shared::bookings::BookingState;
use shared::locale::{clock_at, clock_span};
use shared::text::to_ascii_width;

use super::card::Allergies;
use super::client;
use super::door::CodePicture;
use super::model::{Asked, Stage, people_of, stage};
use super::parts::{StaffNav, StaffPlace};
use super::people::{Who, WhoChoice};
use super::unsent::Command;
use crate::api::{Attempt, Failure, random_key};
use crate::flash::use_flash;
use crate::i18n::{Say, furigana, locale, say, say_with, sentence, text};
use crate::ui::{
    Button, Camera, Card, Disclosure, EmptyState, Field, FieldError, Form, Glyph, LinkButton, Load, Look, Need, PageTitle, Refusal, Select,
    TextInput,
};
use crate::{paths, settings};

/// Reading a family's code: by the camera, by a scanner that types, or by hand; the PIN where there is no code.
#[component]
pub fn ScanPage() -> impl IntoView {
    let code = RwSignal::new(String::new());
    let scanned = RwSignal::new(None::<Scanned>);
    let failure = RwSignal::new(None::<Failure>);
    let busy = RwSignal::new(false);
    // What was read last, so that the list is read anew after something was recorded.
    let last = StoredValue::new(None::<Scan>);
    // Brothers and sisters come with the same person: asked once, forgotten with the next family.
    let who = Who::nobody();
    let ask = move |scan: Scan| {
        busy.set(true);
        spawn_local(async move {
            let answer = client::scan(&scan).await;
            busy.set(false);
            match answer {
                Ok(found) => {
                    failure.set(None);
                    last.set_value(Some(scan));
                    scanned.set(Some(found));
                }
                Err(why) => {
                    scanned.set(None);
                    failure.set(Some(why));
                }
            }
            // What was found stands at the top.
            window().scroll_to_with_x_and_y(0.0, 0.0);
        });
    };
    let read = Callback::new(move |words: String| {
        if !words.trim().is_empty() {
            who.forget();
            ask(Scan::Code { code: words.trim().to_owned() });
        }
        code.set(String::new());
    });
    let with_pin = Callback::new(move |scan| {
        who.forget();
        ask(scan);
    });
    let again = Callback::new(move |()| {
        if let Some(scan) = last.get_value() {
            ask(scan);
        }
    });
    view! {
        <div class="stack staff scan">
            <StaffNav here=StaffPlace::Scan/>
            <PageTitle text="attendance.scan_title"/>
            <p><Say key="attendance.scan_lead"/></p>
            {move || failure.get().map(|why| view! { <Refusal why/> })}
            <div aria-live="polite">{move || scanned.get().map(|found| view! { <AtTheDoor found who again/> })}</div>
            <Camera on_code=read/>
            <Form on_submit=Callback::new(move |()| read.run(code.get_untracked()))>
                <Field id="scan-code" label="attendance.scan_code" hint="attendance.scan_code_hint" required=Need::Unsaid>
                    <TextInput value=code autocomplete="off" maxlength=100/>
                </Field>
                <Button look=Look::Outline submit=true busy icon=Glyph::Search><Say key="attendance.scan_send"/></Button>
            </Form>
            <Disclosure summary="attendance.scan_pin_title"><PinPart busy on_scan=with_pin/></Disclosure>
            <p><LinkButton look=Look::Text href=paths::staff_wall() icon=Glyph::Print><Say key="attendance.to_wall"/></LinkButton></p>
        </div>
    }
}

/// The PIN, beside one of the children who are expected today.
#[component]
fn PinPart(busy: RwSignal<bool>, on_scan: Callback<Scan>) -> impl IntoView {
    let board = LocalResource::new(|| client::board(Asked::default()));
    let (child, pin) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let submit = Callback::new(move |()| {
        if !child.with_untracked(String::is_empty) {
            on_scan.run(Scan::Pin { booking_id: child.get_untracked().as_str().into(), pin: to_ascii_width(pin.get_untracked().trim()) });
        }
        pin.set(String::new());
    });
    view! {
        <Load what=board let:live>
            {
                let entries: Vec<BoardEntry> = live.board.days.into_iter().flat_map(|day| day.entries).collect();
                let options = Signal::derive(move || {
                    let first = (String::new(), "attendance.scan_pin_choose".into());
                    let children = entries.iter().filter(|entry| stage(&entry.booking.state).is_some_and(|stage| stage != Stage::Gone)).map(|entry| {
                        let name = entry.booking.child.name.clone();
                        (entry.booking.id.to_string(), text(move || name.clone()))
                    });
                    std::iter::once(first).chain(children).collect::<Vec<_>>()
                });
                view! {
                    <Form on_submit=submit>
                        <Field id="pin-child" label="attendance.scan_pin_child" required=Need::Unsaid><Select value=child options/></Field>
                        <Field id="pin" label="attendance.pin" required=Need::Unsaid>
                            <TextInput value=pin kind="password" inputmode="numeric" autocomplete="off" maxlength=6 short=true/>
                        </Field>
                        <Button look=Look::Outline submit=true busy><Say key="attendance.scan_pin_send"/></Button>
                    </Form>
                }
            }
        </Load>
    }
}

/// The family at the door with its children, each with the one button that comes next.
#[component]
fn AtTheDoor(found: Scanned, who: Who, again: Callback<()>) -> impl IntoView {
    let people = StoredValue::new(people_of(&found.entries));
    let errors = RwSignal::new(Vec::<FieldError>::new());
    let ahead = found.now - settings::now();
    let nobody = found.entries.is_empty();
    let guardian = found.guardian.to_string();
    let any_act = found.entries.iter().any(|entry| next_act(&entry.booking.state, found.now).is_some());
    view! {
        <section class="stack" aria-labelledby="door">
            <h2 id="door">{say_with("attendance.door_family", move || vec![("name", guardian.clone())])}</h2>
            {nobody.then(|| view! { <EmptyState words="attendance.door_none"/> })}
            {any_act.then(|| view! { <WhoChoice legend="attendance.door_who" people=people.get_value() who errors required=Need::Required/> })}
            <ul class="board-list">
                {found.entries.into_iter().map(|entry| view! { <DoorCard entry people who errors ahead again/> }).collect_view()}
            </ul>
        </section>
    }
}

#[component]
fn DoorCard(
    entry: BoardEntry,
    people: StoredValue<Vec<BoardContact>>,
    who: Who,
    errors: RwSignal<Vec<FieldError>>,
    ahead: chrono::TimeDelta,
    again: Callback<()>,
) -> impl IntoView {
    let flash = use_flash();
    let booking = entry.booking.clone();
    let act = next_act(&booking.state, settings::now() + ahead);
    let (busy, failure) = (RwSignal::new(false), RwSignal::new(None::<Failure>));
    let (id, child) = (booking.id.clone(), booking.child.name.clone());
    let press = Callback::new(move |()| {
        let Some(act) = act else { return };
        let with = match people.with_value(|people| who.person(people)) {
            Ok(Some(person)) => person,
            Ok(None) => {
                errors.set(vec![FieldError { field: "who", sentence: sentence("attendance.door_who_missing", locale()) }]);
                return;
            }
            Err(error) => {
                errors.set(vec![error]);
                return;
            }
        };
        errors.set(Vec::new());
        let (id, key, child) = (id.clone(), random_key(), child.clone());
        let at = settings::now() + ahead;
        let command = if act == NextAct::CheckIn { Command::Come { at, with } } else { Command::Leave { at, with } };
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let answer = client::record(&id, &command, &key).await;
            busy.set(false);
            match answer {
                Ok(_) => {
                    let key = if act == NextAct::CheckIn { "attendance.recorded_in" } else { "attendance.recorded_out" };
                    flash.done(text(move || sentence(key, locale()).replace("%{name}", &child)));
                    again.run(());
                }
                Err(why) => failure.set(Some(why)),
            }
        });
    });
    let (starts_at, ends_at) = (booking.starts_at, booking.ends_at);
    let name = booking.child.name.clone();
    let (hidden, label) = (format!(" {name}"), name.clone());
    view! {
        <li class="board-card">
            <article class="stack" aria-label=label>
                <div class="board-when"><span class="board-time">{furigana(move || clock_span(starts_at, ends_at, locale()))}</span></div>
                <h3 class="board-name">{name}</h3>
                <Allergies entry=entry.clone()/>
                {match booking.state {
                    BookingState::CheckedIn { at } => Some(view! { <p>{say_with("attendance.came_at", move || vec![("time", clock_at(at))])}</p> }.into_any()),
                    BookingState::CheckedOut { at, .. } => Some(view! { <p>{say_with("attendance.left_at", move || vec![("time", clock_at(at))])}</p> }.into_any()),
                    BookingState::Absent { .. } => Some(view! { <p>{say("attendance.absent")}</p> }.into_any()),
                    _ => None,
                }}
                {move || failure.get().map(|why| view! { <Refusal why/> })}
                {act.map(|act| {
                    let (words, look) = if act == NextAct::CheckIn { ("attendance.check_in", Look::Solid) } else { ("attendance.check_out", Look::Outline) };
                    view! {
                        <div class="board-action">
                            <Button look busy on_press=press><Say key=words/><span class="visually-hidden">{hidden}</span></Button>
                        </div>
                    }
                })}
            </article>
        </li>
    }
}

/// The code for the facility's wall, to be printed.
#[component]
pub fn WallPage() -> impl IntoView {
    let known = LocalResource::new(client::wall_code);
    view! {
        <div class="narrow stack staff">
            <StaffNav here=StaffPlace::Elsewhere/>
            <div class="no-print"><PageTitle text="attendance.wall_title"/><p><Say key="attendance.wall_lead"/></p></div>
            <Load what=known let:wall><Poster wall on_change=move |()| known.refetch()/></Load>
        </div>
    }
}

#[component]
fn Poster(wall: WallCode, #[prop(into)] on_change: Callback<()>) -> impl IntoView {
    let flash = use_flash();
    let (busy, attempt) = (RwSignal::new(false), Attempt::new());
    let has_code = wall.code.is_some();
    let renew = Callback::new(move |()| {
        let attempt = attempt.clone();
        busy.set(true);
        spawn_local(async move {
            match client::renew_wall_code(&attempt).await {
                Ok(_) => on_change.run(()),
                Err(why) => flash.failed(&why),
            }
            busy.set(false);
        });
    });
    view! {
        <Card>
            <h2>{wall.facility}</h2>
            {wall.code.map(|code| view! {
                <p><Say key="attendance.wall_words"/></p>
                <CodePicture code=code.clone() label="attendance.wall_picture"/>
                <p class="code-text">{code.text}</p>
            })}
        </Card>
        <div class="row no-print">
            {has_code.then(|| view! { <Button look=Look::Outline icon=Glyph::Print on_press=Callback::new(|()| drop(window().print()))><Say key="bookings.print"/></Button> })}
            <Button look=if has_code { Look::Text } else { Look::Solid } busy on_press=renew>
                {say(if has_code { "attendance.wall_renew" } else { "attendance.wall_make" })}
            </Button>
        </div>
        {has_code.then(|| view! { <p class="quiet no-print"><Say key="attendance.wall_renew_hint"/></p> })}
    }
}
