//! The board of a day: what it shows of the server's answer, of what waits on this device, and what staff do on it.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use leptos::leptos_dom::helpers::set_interval_with_handle;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::attendance::{Board as BoardAnswer, BoardDay, BoardEntry};
use shared::bookings::Booking;
use shared::calendar::holiday_name;
use shared::locale::{clock_at, day};
use shared::parts::StaffPart;
use shared::programmes::Programme;
use shared::slots::SlotState;
use shared::time::tokyo_day;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::ServiceWorkerRegistration;

use super::card::{Column, Desk};
use super::ending::{EndDialog, Ending};
use super::fix::FixDialog;
use super::kept::{Kept, keep};
use super::lists::Roster;
use super::model::{Asked, Screen, Stage, at_stage, with_answers};
use super::outbox::{Outbox, use_outbox};
use super::pages::{Loaded, print_button, showing, stale_notice};
use super::parts::{Crowding, Glance, Overdue};
use super::record::RecordDialog;
use super::requests::{Requests, RequestsWait};
use super::source::Source;
use super::strip::Strip;
use super::unsent::{Command, with_unsent};
use crate::consents::ChangedDialog;
use crate::i18n::{Say, locale, marked, say_with};
use crate::messages::UnreadMessages;
use crate::parts::use_hidden;
use crate::paths;
use crate::session::use_session;
use crate::settings;
use crate::shift_notes::UnreadNotes;
use crate::ui::{Button, EmptyState, Glyph, LinkButton, Look};

/// Between two looks at the clock.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// The board.
#[component]
pub fn Board(
    /// Where it comes from, and where what is done goes.
    source: Source,
    /// What was asked for.
    resource: Loaded,
    /// What came.
    screen: Memo<Screen>,
    /// Whether changes are told as they happen.
    is_live: Signal<bool>,
    /// The day that was asked for; none: today.
    wanted: Memo<Option<NaiveDate>>,
) -> impl IntoView {
    let outbox = StoredValue::new(source.outbox());
    let programmes = LocalResource::new(move || source.programmes());
    let programmes = Memo::new(move |before: Option<&Vec<Programme>>| {
        let kept = || screen.with(|screen| showing(screen, |live| live.programmes.clone())).unwrap_or_default();
        let found = programmes.get().and_then(Result::ok).unwrap_or_else(kept);
        // A board that is read anew does not bring them along: those of the device stay.
        if found.is_empty() { before.cloned().unwrap_or_default() } else { found }
    });
    let empty = move || BoardDay { day: settings::today(), holiday: None, slots: Vec::new(), entries: Vec::new() };
    let today = Memo::new(move |_| {
        let day = screen.with(|screen| showing(screen, |live| live.board.days.first().cloned())).flatten();
        let day = with_answers(day.unwrap_or_else(empty), &outbox.with_value(Outbox::answers));
        outbox.with_value(|outbox| outbox.with_lines(|lines| with_unsent(day, lines)))
    });
    let read_at = Memo::new(move |_| screen.with(|screen| showing(screen, |live| live.board.now)).unwrap_or_else(settings::now));
    let ahead = Memo::new(move |_| screen.with(|screen| showing(screen, |live| live.ahead)).unwrap_or_else(TimeDelta::zero));
    let clock = use_clock();
    // Time goes on also while the board cannot be read.
    let now = Memo::new(move |_| read_at.get().max(clock.get() + ahead.get()));
    let facility = Memo::new(move |_| screen.with(|screen| showing(screen, |live| live.board.facility.clone())).unwrap_or_default());
    let is_today = Memo::new(move |_| today.with(|today| today.day) == tokyo_day(now.get()));
    let has_come = Memo::new(move |_| today.with(|today| today.day) <= tokyo_day(now.get()));

    let dispatch = StoredValue::new(use_outbox(source));
    let send = Callback::new(move |(entry, command): (BoardEntry, Command)| {
        dispatch.with_value(|dispatch| dispatch.record(entry.booking.id, entry.booking.child.name, command));
    });
    let take_back = Callback::new(move |booking| dispatch.with_value(|dispatch| dispatch.take_back(&booking)));
    let marks = Memo::new(move |_| outbox.with_value(Outbox::lines));
    let desk = Desk {
        source,
        asking: RwSignal::new(None),
        open: RwSignal::new(false),
        cancelling: RwSignal::new(false),
        absent: RwSignal::new(false),
        changed: RwSignal::new(false),
        fixing: RwSignal::new(false),
        marks,
        send,
        take_back,
        is_today,
        has_come,
        now,
        ahead,
        programmes,
    };
    let requests = Memo::new(move |_| screen.with(|screen| showing(screen, |live| live.board.requests.clone())).unwrap_or_default());
    let again = Callback::new(move |()| resource.refetch());
    let cancelled = Callback::new(move |booking: Option<Booking>| {
        if let Some(booking) = booking {
            outbox.with_value(|outbox| outbox.answered(booking));
        }
        resource.refetch();
    });
    let nobody = Memo::new(move |_| today.with(|today| today.entries.is_empty()));
    let no_slots = Memo::new(move |_| today.with(|today| today.slots.is_empty()));
    let all_closed = Memo::new(move |_| today.with(|today| today.slots.iter().all(|slot| slot.state == SlotState::Closed)));
    let holiday = move || today.with(|today| today.holiday.clone());
    let is_real = source.practice().is_none();
    if is_real {
        keep_on_device(resource, screen, programmes);
    }
    view! {
        <p class="board-line no-print">
            <strong>{move || facility.get()}</strong>
            <span>{crate::i18n::furigana(move || day(today.with(|today| today.day), locale()))}</span>
            {move || holiday().map(|name| view! { <span class="chip chip-warning"><span>{marked(&holiday_name(&name, locale()))}</span></span> })}
        </p>
        <div class="row no-print">
            {is_real.then(|| view! { <Elsewhere wanted read_at/> })}
            {print_button()}
            <Button look=Look::Text on_press=Callback::new(move |()| resource.refetch())><Say key="attendance.refresh"/></Button>
            <span class="quiet">
                {move || say_with(if is_live.get() { "attendance.as_of_live" } else { "attendance.as_of" }, move || vec![("time", clock_at(read_at.get()))])}
            </span>
            <RequestsWait requests/>
        </div>
        <div aria-live="polite" class="no-print">{stale_notice(screen)}</div>
        <Show
            when=move || !nobody.get()
            fallback=move || {
                view! {
                    <div class="no-print">
                        {move || {
                            if no_slots.get() {
                                view! {
                                    <EmptyState words=if is_today.get() { "attendance.closed_today" } else { "attendance.closed_day" }>
                                        <div class="row"><LinkButton look=Look::Outline href=paths::staff_slots(None)><Say key="attendance.see_slots"/></LinkButton></div>
                                    </EmptyState>
                                }
                            } else if all_closed.get() {
                                let week = Some(today.with(|today| today.day));
                                view! {
                                    <EmptyState words="attendance.all_closed">
                                        <div class="row"><LinkButton look=Look::Outline href=paths::staff_slots(week)><Say key="attendance.see_slots"/></LinkButton></div>
                                    </EmptyState>
                                }
                            } else {
                                view! {
                                    <EmptyState words=if is_today.get() { "attendance.nobody_today" } else { "attendance.nobody_day" }>
                                        <p class="quiet"><Say key="attendance.nobody_hint"/></p>
                                    </EmptyState>
                                }
                            }
                        }}
                    </div>
                }
            }
        >
            <Show when=move || is_today.get()>
                <Overdue day=today programmes now/>
                <Glance day=today/>
                <Strip day=today programmes now/>
            </Show>
            <div class="board no-print" class:is-plan=move || !is_today.get()>
                <Column stage=Stage::Coming day=today desk/>
                <Show when=move || has_come.get()>
                    <Column stage=Stage::Here day=today desk/>
                    <Column stage=Stage::Gone day=today desk/>
                    <Show when=move || today.with(|today| !at_stage(today, Stage::Absent).is_empty())>
                        <Column stage=Stage::Absent day=today desk/>
                    </Show>
                </Show>
            </div>
        </Show>
        <Requests source requests programmes again/>
        <Show when=move || !all_closed.get()><Crowding day=today programmes/></Show>
        {move || view! { <Roster facility=facility.get() day=today.get() as_of=read_at.get()/> }}
        <RecordDialog desk/>
        <EndDialog ending=Ending::Cancel open=desk.cancelling desk on_done=cancelled/>
        <EndDialog ending=Ending::Absent open=desk.absent desk on_done=cancelled/>
        <ChangedDialog asking=desk.asking open=desk.changed on_done=again/>
        <FixDialog desk on_done=cancelled/>
    }
}

/// The ways to what else there is to do of a day.
#[component]
fn Elsewhere(wanted: Memo<Option<NaiveDate>>, read_at: Memo<DateTime<Utc>>) -> impl IntoView {
    let hidden = use_hidden();
    view! {
        <Show when=move || hidden.with(|hidden| !hidden.contains(&StaffPart::Entry))>
            <LinkButton href=Signal::derive(move || paths::staff_entry(wanted.get())) look=Look::Outline icon=Glyph::Phone><Say key="entry.title"/></LinkButton>
        </Show>
        <UnreadMessages as_of=read_at/>
        <UnreadNotes as_of=read_at/>
        <LinkButton href=paths::staff_journal(None) look=Look::Outline icon=Glyph::Pencil><Say key="journal.title"/></LinkButton>
    }
}

/// The server's clock as this device knows it, looked at every few seconds.
fn use_clock() -> ReadSignal<DateTime<Utc>> {
    let (now, set_now) = signal(settings::now());
    let clock = set_interval_with_handle(move || set_now.set(settings::now()), LOOK_EVERY).ok();
    on_cleanup(move || {
        if let Some(clock) = clock {
            clock.clear();
        }
    });
    now
}

/// Keeps today on this device whenever it was read anew, with the rules, and the pages of staff as well.
fn keep_on_device(resource: Loaded, screen: Memo<Screen>, programmes: Memo<Vec<Programme>>) {
    let session = use_session();
    keep_pages();
    let today = Memo::new(move |_| {
        let fresh = screen.with(|screen| match screen {
            Screen::Showing(live, None) if live.asked == Asked::default() => Some((live.board.facility.clone(), live.board.days.clone())),
            _ => None,
        });
        fresh.filter(|(_, days)| days.iter().any(|day| day.day == settings::today()))
    });
    Effect::new(move |_| {
        let programmes = programmes.get();
        let (Some((facility, days)), Some(own), false) = (today.get(), session.facility(), programmes.is_empty()) else {
            return;
        };
        let now = resource.get_untracked().and_then(|(_, came)| came.ok()).map_or_else(settings::now, |live| live.board.now);
        let kept = Kept { facility: own, board: BoardAnswer { now, facility, days, requests: Vec::new() }, programmes };
        spawn_local(async move { keep(&kept).await });
    });
}

/// Has the service worker keep the pages of staff, which may have been opened before it was there.
fn keep_pages() {
    let Ok(ready) = window().navigator().service_worker().ready() else { return };
    spawn_local(async move {
        let registration = JsFuture::from(ready).await.ok().and_then(|ready| ready.dyn_into::<ServiceWorkerRegistration>().ok());
        if let Some(worker) = registration.and_then(|registration| registration.active()) {
            // Without it the pages are kept at the next visit.
            let _ = worker.post_message(&"keep-staff".into());
        }
    });
}
