//! The week of the facility's slots.

use chrono::{NaiveDate, Utc};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use shared::calendar::holiday_name;
use shared::ids::SlotId;
use shared::locale::clock_span;
use shared::programmes::Programme;
use shared::slots::{Slot, SlotDay, SlotState};
use shared::time::{days_after, days_before, tokyo_day};
use shared::waitlist::SlotQueue;

use super::change::Editor;
use super::client;
use super::parts::{ages, programme_name};
use crate::attendance::{StaffNav, StaffPlace};
use crate::i18n::{Say, furigana, locale, say_with};
use crate::interviews::InterviewSharing;
use crate::paths;
use crate::ui::{Banner, Dialog, Glyph, Icon, LinkButton, Look, PageTitle, Refusal, Skeleton, WeekCalendar};
use crate::waitlist::client::queues;

/// The facility's week: places and bookings per slot.
#[component]
pub fn SlotsPage() -> impl IntoView {
    let query = use_query_map();
    let navigate = use_navigate();
    let today = tokyo_day(Utc::now());
    let first = Memo::new(move |_| {
        let wanted = query.with(|query| query.get("from").and_then(|day| day.parse().ok()));
        let day: NaiveDate = wanted.unwrap_or(today);
        days_before(day, chrono::Datelike::weekday(&day).num_days_from_monday())
    });
    let week = LocalResource::new(move || {
        let first = first.get();
        async move { client::slots(first, days_after(first, 6)).await }
    });
    let queues = LocalResource::new(move || {
        let first = first.get();
        async move { queues(first.to_string(), days_after(first, 6).to_string()).await }
    });
    // How full a slot is stands without it too.
    let queues = Memo::new(move |_| queues.get().and_then(Result::ok).unwrap_or_default());
    let programmes = LocalResource::new(client::programmes);
    let programmes = Memo::new(move |_| programmes.get().and_then(Result::ok).unwrap_or_default());
    // Kept while the week is read again, so that a pressed slot keeps its place on the page.
    let days = Memo::new(move |before: Option<&Vec<SlotDay>>| match week.get() {
        Some(Ok(days)) => days,
        _ => before.cloned().unwrap_or_default(),
    });
    let failure = Memo::new(move |_| week.get().and_then(Result::err));
    let is_waiting = Memo::new(move |_| days.with(Vec::is_empty) && failure.with(Option::is_none));
    let is_empty = Memo::new(move |_| !days.with(Vec::is_empty) && days.with(|days| days.iter().all(|day| day.slots.is_empty())));
    let chosen = RwSignal::new(None::<SlotId>);
    let open = RwSignal::new(false);
    let choose = Callback::new(move |id: SlotId| {
        chosen.set(Some(id));
        open.set(true);
    });
    let moved = Callback::new(move |day: NaiveDate| navigate(&paths::staff_slots(Some(day)), NavigateOptions::default()));
    let holiday = Callback::new(move |date: NaiveDate| {
        let name = days.with(|days| days.iter().find(|day| day.day == date).and_then(|day| day.holiday.clone()))?;
        Some(holiday_name(&name, locale()))
    });
    view! {
        <div class="stack staff">
            <StaffNav here=StaffPlace::Slots/>
            <PageTitle text="slots_staff.title"/>
            <p><Say key="slots_staff.lead"/></p>
            <div class="row no-print">
                <LinkButton href=paths::staff_new_slots() icon=Glyph::Plus><Say key="slots_staff.to_publish"/></LinkButton>
                <LinkButton href=paths::staff_places(None, true) look=Look::Outline icon=Glyph::Calendar><Say key="places.to_places"/></LinkButton>
                <LinkButton href=paths::staff_classes() look=Look::Outline icon=Glyph::List><Say key="slots_staff.classes_to"/></LinkButton>
                <LinkButton href=paths::staff_close() look=Look::Outline icon=Glyph::Cross><Say key="slots_staff.closure_to"/></LinkButton>
            </div>
            {move || failure.get().map(|why| view! { <Refusal why/> })}
            <Show when=move || is_waiting.get()><Skeleton/></Show>
            <Show when=move || is_empty.get()>
                <Banner><p><Say key="slots_staff.none_this_week"/></p></Banner>
            </Show>
            <WeekCalendar
                label="slots_staff.week"
                first
                today
                note=holiday
                on_move=moved
                cells=move |date| view! { <DaySlots date days programmes queues choose/> }.into_any()
            />
            <InterviewSharing/>
            <Dialog id="slot" title="slots_staff.change" open=open>
                {move || {
                    let done = Callback::new(move |()| {
                        open.set(false);
                        week.refetch();
                    });
                    chosen.get_untracked().map(|id| view! { <Editor id done/> })
                }}
            </Dialog>
        </div>
    }
}

#[component]
fn DaySlots(
    date: NaiveDate,
    days: Memo<Vec<SlotDay>>,
    programmes: Memo<Vec<Programme>>,
    queues: Memo<Vec<SlotQueue>>,
    choose: Callback<SlotId>,
) -> impl IntoView {
    let slots =
        Memo::new(move |_| days.with(|days| days.iter().find(|day| day.day == date).map(|day| day.slots.clone())).unwrap_or_default());
    let ids = Memo::new(move |_| slots.with(|slots| slots.iter().map(|slot| slot.id.clone()).collect::<Vec<_>>()));
    view! {
        <ul>
            <For
                each=move || ids.get()
                key=Clone::clone
                children=move |id| {
                    let (wanted, waited_for) = (id.clone(), id.clone());
                    let slot = Memo::new(move |_| slots.with(|slots| slots.iter().find(|slot| slot.id == wanted).cloned()));
                    let is_closed = move || slot.with(|slot| slot.as_ref().is_some_and(|slot| slot.state == SlotState::Closed));
                    view! {
                        <li>
                            <button
                                type="button"
                                class="week-cell slot-cell"
                                class:is-closed=is_closed
                                aria-haspopup="dialog"
                                on:click=move |_| choose.run(id.clone())
                            >
                                {move || slot.get().map(|slot| slot_words(slot, programmes))}
                                {move || queues.with(|all| all.iter().find(|queue| queue.slot_id == waited_for).cloned()).map(waiting_words)}
                            </button>
                        </li>
                    }
                }
            />
        </ul>
    }
}

/// How many wait for a slot, and how many think over an offer.
fn waiting_words(queue: SlotQueue) -> impl IntoView {
    view! {
        {(queue.parties > 0)
            .then(|| view! { <span class="chip chip-info">{say_with("slots_staff.waiting", move || vec![("parties", queue.parties.to_string()), ("children", queue.children.to_string())])}</span> })}
        {(queue.offered > 0)
            .then(|| view! { <span class="chip chip-warning">{say_with("slots_staff.offered", move || vec![("children", queue.offered.to_string())])}</span> })}
    }
}

fn slot_words(slot: Slot, programmes: Memo<Vec<Programme>>) -> impl IntoView {
    let (starts_at, ends_at, key) = (slot.starts_at, slot.ends_at, slot.programme.clone());
    view! {
        <strong class="slot-time">{furigana(move || clock_span(starts_at, ends_at, locale()))}</strong>
        <span>{furigana(move || programmes.with(|all| programme_name(all, &key)))}</span>
        {(slot.state == SlotState::Closed)
            .then(|| view! { <span class="chip chip-error"><Icon glyph=Glyph::Cross/><span><Say key="slots_staff.closed"/></span></span> })}
        {slot
            .bands
            .into_iter()
            .map(|band| {
                let taken = band.occupancy.highest();
                let is_full = band.capacity <= taken;
                view! {
                    <span class="slot-band" class:is-full=is_full>
                        <span>{furigana(move || ages(band.from_age, band.under_age))}</span>
                        <span class="slot-count">{format!("{taken}/{}", band.capacity)}</span>
                        {is_full.then(|| view! { <span class="slot-full"><Say key="slots_staff.full"/></span> })}
                    </span>
                }
            })
            .collect_view()}
    }
}
