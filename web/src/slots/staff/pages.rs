//! The week of the facility's slots, and changing one of them.

use chrono::{NaiveDate, Utc};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use shared::calendar::holiday_name;
use shared::ids::SlotId;
use shared::locale::{clock_span, day, people};
use shared::programmes::Programme;
use shared::slots::{Slot, SlotChange, SlotDay, SlotDetail, SlotState, change};
use shared::time::{days_after, days_before, tokyo_day};

use super::client;
use super::model::{booked, is_over, places};
use super::parts::{Counter, ages, programme_name};
use crate::api::{Attempt, Failure, Tagged};
use crate::attendance::{StaffNav, StaffPlace};
use crate::flash::use_flash;
use crate::i18n::{Say, furigana, locale, marked, name, reasons, say_with, text};
use crate::paths;
use crate::ui::{Banner, Button, Dialog, Explain, Glyph, Icon, LinkButton, Load, Look, PageTitle, Skeleton, Tone, WeekCalendar};

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
                cells=move |date| view! { <DaySlots date days programmes choose/> }.into_any()
            />
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

/// Why something was refused or could not be read.
#[component]
pub fn Refusal(why: Failure) -> impl IntoView {
    view! {
        <Banner tone=Tone::Error>
            {move || why.sentences(locale()).iter().map(|words| view! { <p>{marked(words)}</p> }).collect_view()}
        </Banner>
    }
}

#[component]
fn DaySlots(date: NaiveDate, days: Memo<Vec<SlotDay>>, programmes: Memo<Vec<Programme>>, choose: Callback<SlotId>) -> impl IntoView {
    let slots =
        Memo::new(move |_| days.with(|days| days.iter().find(|day| day.day == date).map(|day| day.slots.clone())).unwrap_or_default());
    let ids = Memo::new(move |_| slots.with(|slots| slots.iter().map(|slot| slot.id.clone()).collect::<Vec<_>>()));
    view! {
        <ul>
            <For
                each=move || ids.get()
                key=Clone::clone
                children=move |id| {
                    let wanted = id.clone();
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
                            </button>
                        </li>
                    }
                }
            />
        </ul>
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

/// Changes one slot as it is now.
#[component]
fn Editor(id: SlotId, done: Callback<()>) -> impl IntoView {
    let read = LocalResource::new(move || {
        let id = id.clone();
        async move { client::slot(&id).await }
    });
    let again = Callback::new(move |()| read.refetch());
    view! { <Load what=read let:tagged><Form tagged done again/></Load> }
}

#[component]
fn Form(tagged: Tagged<SlotDetail>, done: Callback<()>, again: Callback<()>) -> impl IntoView {
    let flash = use_flash();
    let Tagged { value: detail, etag } = tagged;
    let slot = StoredValue::new(detail.slot.clone());
    let etag = StoredValue::new(etag);
    let attempt = Attempt::new();
    let wanted = RwSignal::new(places(&detail.slot));
    let confirming = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let is_closed = detail.slot.state == SlotState::Closed;
    let over = is_over(&detail.slot, Utc::now());
    let children = booked(&detail.slot);

    // The server decides; what it would refuse is said while typing.
    let against = Memo::new(move |_| {
        let command = SlotChange { bands: Some(wanted.get()), state: None };
        slot.with_value(|slot| change(slot, &command, Utc::now())).err().map(|rejection| rejection.reason())
    });
    let unchanged = Memo::new(move |_| slot.with_value(|slot| places(slot) == wanted.get()));
    let send = Callback::new(move |(command, said): (SlotChange, &'static str)| {
        let attempt = attempt.clone();
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let id = slot.with_value(|slot| slot.id.clone());
            let answer = client::change(&id, &command, &etag.get_value(), &attempt).await;
            busy.set(false);
            match answer {
                Ok(_) => {
                    flash.done(said);
                    done.run(());
                }
                Err(why) => failure.set(Some(why)),
            }
        });
    });
    let save = Callback::new(move |()| {
        send.run((SlotChange { bands: Some(wanted.get_untracked()), state: None }, "slots_staff.saved"));
    });
    let switch = Callback::new(move |()| {
        let (state, said) =
            if is_closed { (SlotState::Open, "slots_staff.reopened_done") } else { (SlotState::Closed, "slots_staff.closed_done") };
        send.run((SlotChange { bands: None, state: Some(state) }, said));
    });
    let (starts_at, ends_at) = (detail.slot.starts_at, detail.slot.ends_at);
    let counters = detail
        .slot
        .bands
        .iter()
        .enumerate()
        .map(|(index, band)| {
            let value = Signal::derive(move || wanted.with(|bands| bands.get(index).map_or(0, |band| band.capacity)));
            let set = Callback::new(move |capacity: i64| {
                wanted.update(|bands| {
                    if let Some(band) = bands.get_mut(index) {
                        band.capacity = capacity;
                    }
                });
            });
            view! {
                <Counter
                    id=format!("places-{index}")
                    from_age=band.from_age
                    under_age=band.under_age
                    booked=Some(band.occupancy.highest())
                    value
                    on_change=set
                />
            }
        })
        .collect_view();
    let is_stale = move || failure.with(|failure| failure.as_ref().and_then(Failure::status) == Some(412));
    view! {
        <p class="slot-when">
            {furigana(move || format!("{} {}", day(tokyo_day(starts_at), locale()), clock_span(starts_at, ends_at, locale())))}
        </p>
        <p class="row">
            {name(detail.programme_name)}
            {if is_closed {
                view! { <span class="chip chip-error"><Icon glyph=Glyph::Cross/><span><Say key="slots_staff.closed"/></span></span> }.into_any()
            } else {
                view! { <span class="chip chip-success"><Icon glyph=Glyph::Check/><span><Say key="slots_staff.open"/></span></span> }.into_any()
            }}
        </p>
        <div role="alert">
            {move || failure.get().map(|why| view! { <Refusal why/> })}
            <Show when=is_stale>
                <Button look=Look::Outline on_press=again><Say key="slots_staff.read_again"/></Button>
            </Show>
        </div>
        {if over {
            view! { <Banner><p><Say key="slots.past"/></p></Banner> }.into_any()
        } else {
            view! {
                <section class="stack" aria-labelledby="slot-places">
                    <h3 id="slot-places"><Say key="slots_staff.places"/></h3>
                    <div class="counters">{counters}</div>
                    <div id="slot-against" aria-live="polite">
                        {move || against.get().map(|reason| view! { <Banner tone=Tone::Warning>{reasons(move || vec![reason.clone()])}</Banner> })}
                    </div>
                    <div class="board-action">
                        <Button
                            on_press=save
                            busy=busy
                            disabled=Signal::derive(move || unchanged.get() || against.with(Option::is_some))
                            described_by="slot-against"
                        >
                            <Say key="slots_staff.save"/>
                        </Button>
                    </div>
                </section>
                <section class="stack slot-switch" aria-labelledby="slot-switch">
                    <h3 id="slot-switch">
                        {if is_closed { text_view("slots_staff.reopen_title") } else { text_view("slots_staff.close_title") }}
                    </h3>
                    <Show
                        when=move || confirming.get()
                        fallback=move || {
                            let look = if is_closed { Look::Outline } else { Look::Danger };
                            view! {
                                <Button look on_press=Callback::new(move |()| confirming.set(true))>
                                    {if is_closed { text_view("slots_staff.reopen") } else { text_view("slots_staff.close") }}
                                </Button>
                            }
                        }
                    >
                        <div role="alert" class="stack">
                            {if is_closed {
                                text_view("slots_staff.reopen_meaning")
                            } else if children == 0 {
                                text_view("slots_staff.close_meaning")
                            } else {
                                say_with("slots_staff.close_meaning_booked", move || vec![("count", people(children, locale()))]).into_any()
                            }}
                        </div>
                        <div class="row">
                            <Button look=if is_closed { Look::Outline } else { Look::Danger } busy=busy on_press=switch>
                                {if is_closed { text_view("slots_staff.reopen_yes") } else { text_view("slots_staff.close_yes") }}
                            </Button>
                            <Button look=Look::Text on_press=Callback::new(move |()| confirming.set(false))><Say key="attendance.not_now"/></Button>
                        </div>
                    </Show>
                </section>
            }
            .into_any()
        }}
    }
}

fn text_view(key: &'static str) -> AnyView {
    text(move || crate::i18n::sentence(key, locale())).view().into_any()
}
