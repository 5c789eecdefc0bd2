//! The pages of attendance: the board of a day, and the week.

use std::time::Duration;

use chrono::NaiveDate;
use leptos::ev;
use leptos::leptos_dom::helpers::{set_interval_with_handle, window_event_listener};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use shared::locale::{clock_at, day};
use shared::time::{days_after, days_before};

use super::board::Board;
use super::lists::{DayList, Roster};
use super::live::use_changes;
use super::model::{Asked, Came, Live, Screen, monday_of, next_screen};
use super::parts::{StaffNav, StaffPlace};
use super::practising::Practice;
use super::source::Source;
use super::unsent::is_away;
use super::waiting::Waiting;
use crate::api::Failure;
use crate::i18n::{Say, locale, marked, say, say_with, sentence, text};
use crate::paths;
use crate::session::use_session;
use crate::settings;
use crate::ui::{Banner, Button, Explain, Glyph, LinkButton, Look, PageTitle, Skeleton, Tone};

const REFRESH_EVERY: Duration = Duration::from_secs(20);

/// What was asked for, and what came.
pub(super) type Loaded = LocalResource<(Asked, Came)>;

/// A board with what keeps it new.
struct Watched {
    resource: Loaded,
    screen: Memo<Screen>,
    /// Whether changes are told as they happen.
    is_live: Signal<bool>,
}

/// A board that keeps itself new: told of changes by the server, and by the clock, and whenever somebody looks at the tablet again.
fn use_board(asked: Memo<Asked>, source: Source) -> Watched {
    let session = use_session();
    let resource = LocalResource::new(move || {
        let asked = asked.get();
        let facility = untrack(|| session.facility());
        // Every change of a practice is here at once.
        source.practice().iter().for_each(|practice| practice.track());
        async move { (asked, source.board(asked, facility).await) }
    });
    let look = move || {
        // Somebody who has been signed out is not asked for again and again; signing in leads back here.
        if !document().hidden() && !session.has_ended_untracked() {
            resource.refetch();
        }
    };
    let is_live = match source {
        Source::Server => use_changes(Callback::new(move |()| look())).into(),
        Source::Practice(practice) => Signal::derive(move || !practice.is_away()),
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
        next_screen(before, asked, answer, settings::today())
    });
    Watched { resource, screen, is_live }
}

#[derive(Debug, Clone, PartialEq)]
enum Phase {
    Waiting,
    Failed(Failure),
    Ready,
}

/// Waiting, failure with another try, or the page; the page is made once and follows the board by itself.
fn phases(resource: Loaded, screen: Memo<Screen>, ready: impl Fn() -> AnyView + Send + Sync + 'static) -> impl IntoView {
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

pub(super) fn showing<T>(screen: &Screen, pick: impl FnOnce(&Live) -> T) -> Option<T> {
    match screen {
        Screen::Showing(live, _) => Some(pick(live)),
        Screen::Waiting | Screen::Failed(_) => None,
    }
}

/// Says that what is shown is old, and since when.
pub(super) fn stale_notice(screen: Memo<Screen>) -> impl IntoView {
    move || {
        let found = screen.with(|screen| match screen {
            Screen::Showing(live, Some(failure)) => Some((live.board.now, failure.clone())),
            _ => None,
        });
        found.map(|(since, failure)| {
            view! {
                <Banner tone=Tone::Warning>
                    <p><strong>{say_with("attendance.stale", move || vec![("time", clock_at(since))])}</strong></p>
                    // That the server is away has just been said.
                    {move || {
                        let sentences = if is_away(&failure) { Vec::new() } else { failure.sentences(locale()) };
                        sentences.iter().map(|words| view! { <p>{marked(words)}</p> }).collect_view()
                    }}
                </Banner>
            }
        })
    }
}

pub(super) fn print_button() -> impl IntoView {
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
    let Watched { resource, screen, is_live } = use_board(asked, Source::Server);
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
            {phases(resource, screen, move || view! { <Board source=Source::Server resource screen is_live wanted/> }.into_any())}
        </div>
    }
}

/// The board of a practice, which is today's.
#[component]
pub fn PracticeBoard(
    /// What answers.
    practice: Practice,
) -> impl IntoView {
    let source = Source::Practice(practice);
    let Watched { resource, screen, is_live } = use_board(Memo::new(|_| Asked::default()), source);
    let wanted = Memo::new(|_| None);
    view! {
        <Waiting source/>
        {phases(resource, screen, move || view! { <Board source resource screen is_live wanted/> }.into_any())}
    }
}

pub(super) fn t_with_marks(key: &str, name: &str, value: &str) -> String {
    sentence(key, locale()).replace(&format!("%{{{name}}}"), value)
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
    let Watched { resource, screen, .. } = use_board(asked, Source::Server);
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
    let as_of = Memo::new(move |_| screen.with(|screen| showing(screen, |live| live.board.now)).unwrap_or_else(settings::now));
    let today = settings::today();
    view! {
        <p class="board-line no-print"><strong>{move || facility.get()}</strong></p>
        {move || {
            days.get()
                .into_iter()
                .map(|board_day| {
                    let paper = (!board_day.entries.is_empty()).then(|| view! { <Roster facility=facility.get() day=board_day.clone() as_of=as_of.get_untracked()/> });
                    view! { <DayList board_day today/>{paper} }
                })
                .collect_view()
        }}
        {move || days.with(|days| days.iter().all(|day| day.entries.is_empty())).then(|| view! { <p class="print-only">{say("attendance.no_bookings")}</p> })}
    }
}
