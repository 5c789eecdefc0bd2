//! The pages of attendance: the board of a day, and the week.

use std::time::Duration;

use chrono::{NaiveDate, TimeDelta};
use leptos::ev;
use leptos::leptos_dom::helpers::{set_interval_with_handle, window_event_listener};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_query_map;
use shared::attendance::{BoardDay, BoardEntry};
use shared::bookings::Booking;
use shared::calendar::holiday_name;
use shared::locale::{clock_at, day};
use shared::slots::SlotState;
use shared::time::{days_after, days_before, tokyo_day};

use super::card::{Column, Desk, Sent};
use super::client;
use super::ending::{EndDialog, Ending};
use super::fix::FixDialog;
use super::lists::{DayList, Roster};
use super::model::{Asked, Command, Live, Screen, Stage, at_stage, monday_of, next_screen, with_answers};
use super::parts::{Crowding, Glance, Overdue, StaffNav, StaffPlace};
use super::record::RecordDialog;
use super::requests::Requests;
use crate::api::{Attempt, Failure};
use crate::consents::ChangedDialog;
use crate::flash::use_flash;
use crate::i18n::{Say, locale, marked, say, say_with, sentence, text};
use crate::paths;
use crate::session::use_session;
use crate::settings;
use crate::ui::{Banner, Button, EmptyState, Explain, Glyph, LinkButton, Look, PageTitle, Skeleton, Tone};

const REFRESH_EVERY: Duration = Duration::from_secs(20);

/// What was asked for, and what came.
type Loaded = LocalResource<(Asked, Result<Live, Failure>)>;

/// A board that keeps itself new: by the clock, and whenever somebody looks at the tablet again.
fn use_board(asked: Memo<Asked>) -> (Loaded, Memo<Screen>) {
    let resource = LocalResource::new(move || {
        let asked = asked.get();
        async move { (asked, client::board(asked).await) }
    });
    let session = use_session();
    let look = move || {
        // Somebody who has been signed out is not asked for again and again; signing in leads back here.
        if !document().hidden() && !session.has_ended() {
            resource.refetch();
        }
    };
    let clock = set_interval_with_handle(look, REFRESH_EVERY).ok();
    let focus = window_event_listener(ev::focus, move |_| look());
    on_cleanup(move || {
        if let Some(clock) = clock {
            clock.clear();
        }
        focus.remove();
    });
    let screen = Memo::new(move |before| {
        let asked = asked.get();
        // An answer that belongs to another question is no answer to this one.
        let answer = resource.get().filter(|(of, _)| *of == asked).map(|(_, answer)| answer);
        next_screen(before, asked, answer)
    });
    (resource, screen)
}

#[derive(Debug, Clone, PartialEq)]
enum Phase {
    Waiting,
    Failed(Failure),
    Ready,
}

/// Waiting, failure with another try, or the page; the page is made once and follows the board by itself.
fn phases(
    resource: LocalResource<(Asked, Result<Live, Failure>)>,
    screen: Memo<Screen>,
    ready: impl Fn() -> AnyView + Send + Sync + 'static,
) -> impl IntoView {
    let phase = Memo::new(move |_| {
        screen.with(|screen| match screen {
            Screen::Waiting => Phase::Waiting,
            Screen::Failed(failure) => Phase::Failed(failure.clone()),
            Screen::Showing(..) => Phase::Ready,
        })
    });
    move || match phase.get() {
        Phase::Waiting => view! { <Skeleton/> }.into_any(),
        Phase::Failed(failure) => view! {
            <Banner tone=Tone::Error>
                {move || failure.sentences(locale()).iter().map(|words| view! { <p>{marked(words)}</p> }).collect_view()}
                <Button look=Look::Outline on_press=Callback::new(move |()| resource.refetch())><Say key="ui.try_again"/></Button>
            </Banner>
        }
        .into_any(),
        Phase::Ready => ready(),
    }
}

fn showing<T>(screen: &Screen, pick: impl FnOnce(&Live) -> T) -> Option<T> {
    match screen {
        Screen::Showing(live, _) => Some(pick(live)),
        Screen::Waiting | Screen::Failed(_) => None,
    }
}

/// Says that what is shown is old, and since when.
fn stale_notice(screen: Memo<Screen>) -> impl IntoView {
    move || {
        let found = screen.with(|screen| match screen {
            Screen::Showing(live, Some(failure)) => Some((live.board.now, failure.clone())),
            _ => None,
        });
        found.map(|(since, failure)| {
            view! {
                <Banner tone=Tone::Warning>
                    <p><strong>{say_with("attendance.stale", move || vec![("time", clock_at(since))])}</strong></p>
                    {move || failure.sentences(locale()).iter().map(|words| view! { <p>{marked(words)}</p> }).collect_view()}
                </Banner>
            }
        })
    }
}

fn print_button() -> impl IntoView {
    let print = Callback::new(move |()| drop(window().print()));
    view! { <Button look=Look::Outline icon=Glyph::Print on_press=print><Say key="attendance.print"/></Button> }
}

fn is_today_here(date: NaiveDate) -> bool {
    date == settings::today()
}

/// The board of a day: today, or the day asked for.
#[component]
pub fn BoardPage() -> impl IntoView {
    let query = use_query_map();
    let wanted: Memo<Option<NaiveDate>> =
        Memo::new(move |_| query.with(|query| query.get("day").and_then(|day| day.parse().ok())).filter(|day| !is_today_here(*day)));
    let asked = Memo::new(move |_| Asked { from: wanted.get(), to: wanted.get() });
    let (resource, screen) = use_board(asked);
    let here = Signal::derive(move || match wanted.get() {
        None => StaffPlace::Today,
        Some(day) if day == days_after(settings::today(), 1) => StaffPlace::Tomorrow,
        Some(_) => StaffPlace::Elsewhere,
    });
    let title = text(move || match wanted.get() {
        None => sentence("attendance.title_today", locale()),
        Some(date) => t_with_marks("attendance.title_day", "day", &day(date, locale())),
    });
    view! {
        <div class="stack staff">
            <StaffNav here/>
            <div class="no-print"><PageTitle text=title/></div>
            <div class="row no-print">
                <LinkButton href=Signal::derive(move || paths::staff_entry(wanted.get())) look=Look::Outline icon=Glyph::Phone><Say key="entry.title"/></LinkButton>
            </div>
            {phases(resource, screen, move || view! { <Board resource screen/> }.into_any())}
        </div>
    }
}

fn t_with_marks(key: &str, name: &str, value: &str) -> String {
    sentence(key, locale()).replace(&format!("%{{{name}}}"), value)
}

#[component]
fn Board(resource: LocalResource<(Asked, Result<Live, Failure>)>, screen: Memo<Screen>) -> impl IntoView {
    let flash = use_flash();
    let answers = RwSignal::new(Vec::<Booking>::new());
    let sent = RwSignal::new(Vec::<Sent>::new());
    let programmes = LocalResource::new(client::programmes);
    let programmes = Memo::new(move |_| programmes.get().and_then(Result::ok).unwrap_or_default());
    let empty = move || BoardDay { day: settings::today(), holiday: None, slots: Vec::new(), entries: Vec::new() };
    let today = Memo::new(move |_| {
        let day = screen.with(|screen| showing(screen, |live| live.board.days.first().cloned())).flatten();
        answers.with(|answers| with_answers(day.unwrap_or_else(empty), answers))
    });
    let now = Memo::new(move |_| screen.with(|screen| showing(screen, |live| live.board.now)).unwrap_or_else(crate::settings::now));
    let ahead = Memo::new(move |_| screen.with(|screen| showing(screen, |live| live.ahead)).unwrap_or_else(TimeDelta::zero));
    let facility = Memo::new(move |_| screen.with(|screen| showing(screen, |live| live.board.facility.clone())).unwrap_or_default());
    let is_today = Memo::new(move |_| today.with(|today| today.day) == tokyo_day(now.get()));

    let send = Callback::new(move |(entry, command): (BoardEntry, Command)| {
        let booking = entry.booking.id.clone();
        // The same thing tried again keeps its key: what was recorded without our knowing is not recorded twice.
        let attempt = sent
            .with_untracked(|all| {
                all.iter().find(|sent| sent.booking == booking && sent.command == command).map(|sent| sent.attempt.clone())
            })
            .unwrap_or_else(Attempt::new);
        let under_way = Sent { booking: booking.clone(), command: command.clone(), failure: None, attempt: attempt.clone() };
        sent.update(|all| {
            all.retain(|sent| sent.booking != booking);
            all.push(under_way);
        });
        spawn_local(async move {
            match client::record(&booking, &command, &attempt).await {
                Ok(answer) => {
                    let (key, stage) = match command {
                        Command::Come { .. } => ("attendance.recorded_in", "stage-here"),
                        Command::Leave { .. } => ("attendance.recorded_out", "stage-gone"),
                    };
                    let child = answer.child.name.clone();
                    answers.update(|all| all.push(answer));
                    sent.update(|all| all.retain(|sent| sent.booking != booking));
                    flash.done(text(move || t_with_marks(key, "name", &child)));
                    focus_quietly(stage);
                    resource.refetch();
                }
                Err(failure) => sent.update(|all| {
                    if let Some(sent) = all.iter_mut().find(|sent| sent.booking == booking) {
                        sent.failure = Some(failure);
                    }
                }),
            }
        });
    });
    let desk = Desk {
        asking: RwSignal::new(None),
        open: RwSignal::new(false),
        cancelling: RwSignal::new(false),
        absent: RwSignal::new(false),
        changed: RwSignal::new(false),
        fixing: RwSignal::new(false),
        sent,
        send,
        is_today,
        now,
        ahead,
        programmes,
    };
    let requests = Memo::new(move |_| screen.with(|screen| showing(screen, |live| live.board.requests.clone())).unwrap_or_default());
    let again = Callback::new(move |()| resource.refetch());
    let cancelled = Callback::new(move |booking: Option<Booking>| {
        answers.update(|all| all.extend(booking));
        resource.refetch();
    });
    let nobody = Memo::new(move |_| today.with(|today| today.entries.is_empty()));
    let no_slots = Memo::new(move |_| today.with(|today| today.slots.is_empty()));
    let all_closed = Memo::new(move |_| today.with(|today| today.slots.iter().all(|slot| slot.state == SlotState::Closed)));
    let holiday = move || today.with(|today| today.holiday.clone());
    view! {
        <p class="board-line no-print">
            <strong>{move || facility.get()}</strong>
            <span>{crate::i18n::furigana(move || day(today.with(|today| today.day), locale()))}</span>
            {move || holiday().map(|name| view! { <span class="chip chip-warning"><span>{marked(&holiday_name(&name, locale()))}</span></span> })}
        </p>
        <div class="row no-print">
            {print_button()}
            <Button look=Look::Text on_press=Callback::new(move |()| resource.refetch())><Say key="attendance.refresh"/></Button>
            <span class="quiet">{say_with("attendance.as_of", move || vec![("time", clock_at(now.get()))])}</span>
        </div>
        <div aria-live="polite" class="no-print">{stale_notice(screen)}</div>
        <Requests requests programmes again/>
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
            </Show>
            <div class="board no-print" class:is-plan=move || !is_today.get()>
                <Column stage=Stage::Coming day=today desk/>
                <Show when=move || is_today.get() || today.with(|today| today.day < tokyo_day(now.get()))>
                    <Column stage=Stage::Here day=today desk/>
                    <Column stage=Stage::Gone day=today desk/>
                    <Show when=move || today.with(|today| !at_stage(today, Stage::Absent).is_empty())>
                        <Column stage=Stage::Absent day=today desk/>
                    </Show>
                </Show>
            </div>
        </Show>
        <Show when=move || !all_closed.get()><Crowding day=today programmes/></Show>
        {move || view! { <Roster facility=facility.get() day=today.get()/> }}
        <RecordDialog desk/>
        <EndDialog ending=Ending::Cancel open=desk.cancelling desk on_done=cancelled/>
        <EndDialog ending=Ending::Absent open=desk.absent desk on_done=cancelled/>
        <ChangedDialog asking=desk.asking open=desk.changed on_done=again/>
        <FixDialog desk on_done=cancelled/>
    }
}

/// Gives the focus to the heading under which the child now stands, without moving the page under a busy hand.
fn focus_quietly(id: &str) {
    use wasm_bindgen::JsCast;
    if let Some(heading) = document().get_element_by_id(id).and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        let options = web_sys::FocusOptions::new();
        options.set_prevent_scroll(true);
        let _ = heading.focus_with_options(&options);
    }
}

/// A week of days with who comes.
#[component]
pub fn WeekPage() -> impl IntoView {
    let query = use_query_map();
    let monday = Memo::new(move |_| {
        let wanted = query.with(|query| query.get("from").and_then(|day| day.parse().ok()));
        monday_of(wanted.unwrap_or_else(settings::today))
    });
    let asked = Memo::new(move |_| Asked::week(monday.get()));
    let (resource, screen) = use_board(asked);
    view! {
        <div class="stack staff">
            <StaffNav here=StaffPlace::Week/>
            <div class="no-print"><PageTitle text="attendance.title_week"/></div>
            <div class="row no-print">
                <LinkButton look=Look::Outline icon=Glyph::Left href=Signal::derive(move || paths::staff_week(Some(days_before(monday.get(), 7))))>
                    <Say key="ui.week_before"/>
                </LinkButton>
                <LinkButton look=Look::Outline icon=Glyph::Right href=Signal::derive(move || paths::staff_week(Some(days_after(monday.get(), 7))))>
                    <Say key="ui.week_after"/>
                </LinkButton>
                {print_button()}
            </div>
            <div aria-live="polite" class="no-print">{stale_notice(screen)}</div>
            {phases(resource, screen, move || view! { <Week screen/> }.into_any())}
        </div>
    }
}

#[component]
fn Week(screen: Memo<Screen>) -> impl IntoView {
    // Only the days: the clock of each answer changes nothing that is shown here.
    let days = Memo::new(move |_| screen.with(|screen| showing(screen, |live| live.board.days.clone())).unwrap_or_default());
    let facility = Memo::new(move |_| screen.with(|screen| showing(screen, |live| live.board.facility.clone())).unwrap_or_default());
    let today = settings::today();
    view! {
        <p class="board-line no-print"><strong>{move || facility.get()}</strong></p>
        {move || {
            days.get()
                .into_iter()
                .map(|board_day| {
                    let paper = (!board_day.entries.is_empty()).then(|| view! { <Roster facility=facility.get() day=board_day.clone()/> });
                    view! { <DayList board_day today/>{paper} }
                })
                .collect_view()
        }}
        {move || days.with(|days| days.iter().all(|day| day.entries.is_empty())).then(|| view! { <p class="print-only">{say("attendance.no_bookings")}</p> })}
    }
}
