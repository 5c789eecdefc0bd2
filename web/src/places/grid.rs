//! The week and the month of the facility's places, where slots are chosen to be changed together.

use chrono::{Datelike, NaiveDate, Utc};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use shared::calendar::holiday_name;
use shared::ids::SlotId;
use shared::locale::{clock_span, day};
use shared::places::monday;
use shared::programmes::Programme;
use shared::slots::{Slot, SlotDay, SlotState};
use shared::time::{Month, days_after, tokyo_day};

use super::bulk::Bulk;
use super::changes::Changes;
use super::client;
use super::limits::Limits;
use super::model::{ids_of, toggled};
use super::month::MonthTable;
use crate::attendance::{StaffNav, StaffPlace};
use crate::i18n::{Say, furigana, locale, say_with, t_with};
use crate::paths;
use crate::slots::staff::{ages, client as slots, programme_name};
use crate::ui::{Banner, Button, Dialog, Glyph, Icon, LinkButton, Look, PageTitle, Refusal, Skeleton, WeekCalendar};

/// What the grid shows and what is chosen in it.
#[derive(Clone, Copy)]
pub struct Grid {
    /// The days.
    pub days: Memo<Vec<SlotDay>>,
    /// The chosen slots.
    pub chosen: RwSignal<Vec<SlotId>>,
    /// For their names.
    pub programmes: Memo<Vec<Programme>>,
    /// Today, to be marked.
    pub today: NaiveDate,
}

impl Grid {
    /// Chooses a whole day, or gives it up.
    pub fn toggle_day(self, date: NaiveDate) {
        let these = self.days.with_untracked(|days| ids_of(days, date));
        self.chosen.update(|chosen| *chosen = toggled(chosen, &these));
    }

    /// The holiday of a day.
    pub fn holiday(self, date: NaiveDate) -> Option<String> {
        let name = self.days.with(|days| days.iter().find(|day| day.day == date).and_then(|day| day.holiday.clone()))?;
        Some(holiday_name(&name, locale()))
    }
}

/// The week or month with its places.
#[component]
pub fn PlacesPage() -> impl IntoView {
    let query = use_query_map();
    let navigate = use_navigate();
    let today = tokyo_day(Utc::now());
    let asked = Memo::new(move |_| query.with(|query| query.get("from").and_then(|day| day.parse::<NaiveDate>().ok())).unwrap_or(today));
    let by_month = Memo::new(move |_| query.with(|query| query.get("view").is_some_and(|view| view == "month")));
    let first = Memo::new(move |_| monday(if by_month.get() { Month::of(asked.get()).first_day() } else { asked.get() }));
    let month = Memo::new(move |_| Month::of(asked.get()));
    let read = LocalResource::new(move || {
        let (first, last) = (first.get(), days_after(first.get(), if by_month.get() { 41 } else { 6 }));
        async move { slots::slots(first, last).await }
    });
    let programmes = LocalResource::new(slots::programmes);
    let programmes = Memo::new(move |_| programmes.get().and_then(Result::ok).unwrap_or_default());
    let changes = LocalResource::new(client::changes);
    // Kept while it is read again, so that a pressed slot keeps its place on the page.
    let days = Memo::new(move |before: Option<&Vec<SlotDay>>| match read.get() {
        Some(Ok(days)) => days,
        _ => before.cloned().unwrap_or_default(),
    });
    let failure = Memo::new(move |_| read.get().and_then(Result::err));
    let is_waiting = Memo::new(move |_| days.with(Vec::is_empty) && failure.with(Option::is_none));
    let is_empty = Memo::new(move |_| !days.with(Vec::is_empty) && days.with(|days| days.iter().all(|day| day.slots.is_empty())));
    let chosen = RwSignal::new(Vec::<SlotId>::new());
    // What is not on the screen any more is not changed unseen.
    Effect::new(move |_| {
        let there: Vec<SlotId> = days.with(|days| days.iter().flat_map(|day| &day.slots).map(|slot| slot.id.clone()).collect());
        // Told only where something goes, so that what is written for the others stays.
        if chosen.with_untracked(|chosen| chosen.iter().any(|id| !there.contains(id))) {
            chosen.update(|chosen| chosen.retain(|id| there.contains(id)));
        }
    });
    let grid = Grid { days, chosen, programmes, today };
    let again = Callback::new(move |()| {
        read.refetch();
        changes.refetch();
    });
    let moved = Callback::new(move |day: NaiveDate| {
        navigate(&paths::staff_places(Some(day), by_month.get_untracked()), NavigateOptions::default())
    });
    view! {
        <div class="stack staff places">
            <StaffNav here=StaffPlace::Slots/>
            <PageTitle text="places.title"/>
            <p><Say key="places.lead"/></p>
            <Ways first/>
            <nav class="row no-print" aria-label=move || crate::i18n::t("places.views")>
                <a class="button button-outline" href=move || paths::staff_places(Some(asked.get()), false) aria-current=move || (!by_month.get()).then_some("page")>
                    <Say key="places.week"/>
                </a>
                <a class="button button-outline" href=move || paths::staff_places(Some(asked.get()), true) aria-current=move || by_month.get().then_some("page")>
                    <Say key="places.month"/>
                </a>
            </nav>
            {move || failure.get().map(|why| view! {
                <Refusal why>
                    <Button look=Look::Outline on_press=again><Say key="ui.try_again"/></Button>
                </Refusal>
            })}
            <Show when=move || is_waiting.get()><Skeleton/></Show>
            <Show when=move || is_empty.get()><Banner><p><Say key="places.none"/></p></Banner></Show>
            <Show
                when=move || by_month.get()
                fallback=move || {
                    view! {
                        <WeekCalendar
                            label="places.week_label"
                            first
                            today
                            note=Callback::new(move |date| grid.holiday(date))
                            on_move=moved
                            cells=move |date| view! { <DayCell date grid/> }.into_any()
                        />
                    }
                }
            >
                <MonthTable month grid on_move=moved/>
            </Show>
            <Selected grid again/>
            <Changes what=changes/>
        </div>
    }
}

/// The ways from here.
#[component]
fn Ways(first: Memo<NaiveDate>) -> impl IntoView {
    view! {
        <div class="row no-print">
            <LinkButton href=paths::staff_places_publish() icon=Glyph::Plus><Say key="places.to_publish"/></LinkButton>
            <LinkButton href=Signal::derive(move || paths::staff_places_copy(first.get())) look=Look::Outline icon=Glyph::Calendar><Say key="places.to_copy"/></LinkButton>
            <LinkButton href=paths::staff_places_patterns() look=Look::Outline icon=Glyph::List><Say key="places.to_patterns"/></LinkButton>
            <LinkButton href=paths::staff_places_duty() look=Look::Outline icon=Glyph::Person><Say key="places.to_duty"/></LinkButton>
            <LinkButton href=paths::staff_close() look=Look::Outline icon=Glyph::Cross><Say key="slots_staff.closure_to"/></LinkButton>
        </div>
    }
}

#[component]
fn DayCell(date: NaiveDate, grid: Grid) -> impl IntoView {
    let slots =
        Memo::new(move |_| grid.days.with(|days| days.iter().find(|day| day.day == date).map(|day| day.slots.clone())).unwrap_or_default());
    let is_all = move || slots.with(|slots| grid.chosen.with(|chosen| slots.iter().all(|slot| chosen.contains(&slot.id))));
    view! {
        <Show when=move || { slots.with(Vec::len) > 1 }>
            <button
                type="button"
                class="week-cell choose-day no-print"
                aria-pressed=move || is_all().to_string()
                aria-label=move || t_with("places.choose_day", &[("day", shared::locale::without_ruby(&day(date, locale())))])
                on:click=move |_| grid.toggle_day(date)
            >
                <span><Say key="places.whole_day"/></span>
            </button>
        </Show>
        <ul>
            <For
                each=move || slots.get()
                key=|slot| (slot.id.clone(), slot.version)
                children=move |slot| view! { <li><SlotCell of=slot grid/></li> }
            />
        </ul>
    }
}

#[component]
fn SlotCell(of: Slot, grid: Grid) -> impl IntoView {
    let slot = of;
    let (id, this) = (slot.id.clone(), slot.id.clone());
    let (starts_at, ends_at, key) = (slot.starts_at, slot.ends_at, slot.programme.clone());
    let is_closed = slot.state == SlotState::Closed;
    let carers = slot.carers.as_ref().map(|carers| {
        let length = slot.minute(slot.ends_at);
        let inside = carers.steps().iter().map(|(minute, _)| *minute).filter(|minute| (1..length).contains(minute)).chain([0]);
        let there: Vec<i64> = inside.map(|minute| carers.peak(minute, minute)).collect();
        (there.iter().copied().min().unwrap_or(0), there.iter().copied().max().unwrap_or(0))
    });
    view! {
        <button
            type="button"
            class="week-cell slot-cell"
            class:is-closed=is_closed
            aria-pressed=move || grid.chosen.with(|chosen| chosen.contains(&this)).to_string()
            on:click=move |_| grid.chosen.update(|chosen| *chosen = toggled(chosen, std::slice::from_ref(&id)))
        >
            <strong class="slot-time">{furigana(move || clock_span(starts_at, ends_at, locale()))}</strong>
            <span>{furigana(move || grid.programmes.with(|all| programme_name(all, &key)))}</span>
            {is_closed.then(|| view! { <span class="chip chip-error"><Icon glyph=Glyph::Cross/><span><Say key="slots_staff.closed"/></span></span> })}
            {slot
                .bands
                .into_iter()
                .map(|band| {
                    let taken = band.occupancy.highest();
                    view! {
                        <span class="slot-band">
                            <span>{furigana(move || ages(band.from_age, band.under_age))}</span>
                            <span class="slot-count">{format!("{taken}/{}", band.capacity)}</span>
                        </span>
                    }
                })
                .collect_view()}
            {carers
                .map(|(least, most)| {
                    let count = if least == most { least.to_string() } else { format!("{least}〜{most}") };
                    view! { <span class="quiet">{say_with("places.carers_of", move || vec![("count", count.clone())])}</span> }
                })}
        </button>
    }
}

/// What can be done with what is chosen.
#[component]
fn Selected(grid: Grid, again: Callback<()>) -> impl IntoView {
    let open = RwSignal::new(false);
    let count = Memo::new(move |_| grid.chosen.with(Vec::len));
    let chosen = move || {
        grid.days.with_untracked(|days| {
            let all = days.iter().flat_map(|day| &day.slots);
            grid.chosen.with(|chosen| all.filter(|slot| chosen.contains(&slot.id)).cloned().collect::<Vec<Slot>>())
        })
    };
    view! {
        <div class="choice-bar no-print" role="status">
            {move || {
                if count.get() == 0 {
                    view! { <p class="quiet"><Say key="places.choose"/></p> }.into_any()
                } else {
                    view! { <p><strong>{say_with("places.chosen", move || vec![("count", count.get().to_string())])}</strong></p> }.into_any()
                }
            }}
        </div>
        <Show when=move || { count.get() > 0 }>
            <div class="row no-print">
                <Button icon=Glyph::Pencil on_press=Callback::new(move |()| open.set(true))><Say key="places.change"/></Button>
                <Button look=Look::Text icon=Glyph::Cross on_press=Callback::new(move |()| grid.chosen.set(Vec::new()))><Say key="places.choose_none"/></Button>
            </div>
        </Show>
        <Dialog id="bulk" title="places.change" open=open>
            <Bulk slots=chosen() again/>
        </Dialog>
        {move || {
            let one = match chosen().as_slice() {
                [one] => Some(one.clone()),
                _ => None,
            };
            one.map(|slot| view! { <Limits of=slot programmes=grid.programmes/> })
        }}
    }
}

/// Whether a day is at a weekend, for its colour.
pub fn weekend(date: NaiveDate) -> (bool, bool) {
    (date.weekday() == chrono::Weekday::Sat, date.weekday() == chrono::Weekday::Sun)
}
