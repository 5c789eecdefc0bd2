//! Changing one slot: places, room and carers, what that leaves, and who would be cancelled for it.

use chrono::Utc;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::ids::SlotId;
use shared::locale::{clock_at, clock_span, day, moment, people};
use shared::programmes::Terms;
use shared::slots::{AffectedBooking, Consequence, Rejection, Slot, SlotChange, SlotDetail, SlotState, change};
use shared::text::Phone;
use shared::time::tokyo_day;

use super::client;
use super::model::{TypedPlaces, asked, booked, half_hours, is_over};
use super::parts::{Counter, OptionalCounter, ages, ages_words};
use crate::api::{Attempt, Failure, Tagged};
use crate::flash::use_flash;
use crate::i18n::{Say, furigana, locale, name, reasons, say_with, sentence, text};
use crate::paths;
use crate::ui::{Banner, Button, Glyph, Icon, Load, Look, Refusal, Tone, renewal};

/// Changes one slot as it is now.
#[component]
pub fn Editor(id: SlotId, done: Callback<()>) -> impl IntoView {
    let read = LocalResource::new(move || {
        let id = id.clone();
        async move { client::slot(&id).await }
    });
    let renewal = renewal(read);
    view! { <Load what=read renewal let:tagged><Form tagged done again=renewal.again/></Load> }
}

#[component]
fn Form(tagged: Tagged<SlotDetail>, done: Callback<()>, again: Callback<()>) -> impl IntoView {
    let flash = use_flash();
    let Tagged { value: detail, etag } = tagged;
    let slot = StoredValue::new(detail.slot.clone());
    let etag = StoredValue::new(etag);
    let attempt = Attempt::new();
    let terms = StoredValue::new(detail.terms.clone());
    let typed = TypedPlaces::of(&detail.slot);
    let (wanted, room, carers) = (RwSignal::new(typed.bands), RwSignal::new(typed.room), RwSignal::new(typed.carers));
    let confirming = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let is_closed = detail.slot.state == SlotState::Closed;
    let is_spare = detail.slot.spare;
    let (has_room, has_carers) = (detail.slot.room.is_some(), detail.slot.carers.is_some());
    let over = is_over(&detail.slot, Utc::now());
    let children = booked(&detail.slot);

    let command = Memo::new(move |_| {
        let typed = TypedPlaces { bands: wanted.get(), room: room.get(), carers: carers.get() };
        slot.with_value(|slot| asked(slot, &typed))
    });
    // The server decides; what it would refuse is said while typing.
    let outcome = Memo::new(move |_| {
        let changed = slot.with_value(|slot| terms.with_value(|terms| change(slot, terms, &[], &command.get(), Utc::now())));
        changed.map(|changed| changed.slot)
    });
    let against = Memo::new(move |_| outcome.get().err().map(|rejection| rejection.reason()));
    let costs_bookings = Memo::new(move |_| matches!(outcome.get(), Err(Rejection::BelowBooked { .. } | Rejection::CarersTooFew { .. })));
    let unchanged = Memo::new(move |_| command.get() == SlotChange::default());
    // Who would be cancelled, for the change it was asked for; another change asks again.
    let told = RwSignal::new(None::<(SlotChange, Vec<AffectedBooking>)>);
    let affected = Memo::new(move |_| told.get().filter(|(of, _)| *of == command.get()).map(|(_, affected)| affected));
    let look = Callback::new(move |()| {
        let wanted = command.get_untracked();
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let id = slot.with_value(|slot| slot.id.clone());
            match client::preview_change(&id, &wanted).await {
                Ok(preview) => told.set(Some((wanted, preview.affected))),
                Err(why) => failure.set(Some(why)),
            }
            busy.set(false);
        });
    });
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
        send.run((command.get_untracked(), "slots_staff.saved"));
    });
    let cancel_and_save = Callback::new(move |()| {
        // Nobody but those who are shown.
        let seen = affected.get_untracked().map(|affected| affected.into_iter().map(|one| one.booking_id).collect());
        let command = SlotChange { consequence: Some(Consequence::CancelLatest), seen, ..command.get_untracked() };
        send.run((command, "slots_staff.cancelled_and_saved"));
    });
    let switch = Callback::new(move |()| {
        let (state, said) =
            if is_closed { (SlotState::Open, "slots_staff.reopened_done") } else { (SlotState::Closed, "slots_staff.closed_done") };
        send.run((SlotChange { state: Some(state), ..SlotChange::default() }, said));
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
                    label=ages_words(band.from_age, band.under_age)
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
        {move || {
            failure.get().map(|why| {
                view! {
                    <Refusal why>
                        <Show when=is_stale>
                            <Button look=Look::Outline on_press=again><Say key="slots_staff.read_again"/></Button>
                        </Show>
                    </Refusal>
                }
            })
        }}
        {if over {
            view! { <Banner><p><Say key="slots.past"/></p></Banner> }.into_any()
        } else {
            view! {
                <section class="stack" aria-labelledby="slot-places">
                    <h3 id="slot-places"><Say key="slots_staff.places"/></h3>
                    {if is_spare {
                        view! {
                            <Banner><p><Say key="slots.places_of_classes"/></p></Banner>
                            <p><a href=paths::staff_classes()><Say key="slots_staff.classes_to"/></a></p>
                        }
                        .into_any()
                    } else {
                        view! { <div class="counters">{counters}</div> }.into_any()
                    }}
                    <h3><Say key="slots_staff.whole"/></h3>
                    <p class="hint"><Say key="slots_staff.whole_hint"/></p>
                    <div class="counters">
                        <OptionalCounter
                            id="room".to_owned()
                            label="slots_staff.room"
                            set="slots_staff.room_set"
                            unset=(!has_room).then_some("slots_staff.room_unset")
                            value=room
                            first=Signal::derive(move || wanted.with(|bands| bands.iter().map(|band| band.capacity).sum()))
                            most=1000
                        />
                    </div>
                    <Carers of=slot carers can_unset=!has_carers/>
                    {move || outcome.get().ok().map(|slot| view! { <Leaves of=slot terms/> })}
                    <div id="slot-against" aria-live="polite">
                        {move || against.get().map(|reason| view! { <Banner tone=Tone::Warning>{reasons(move || vec![reason.clone()])}</Banner> })}
                    </div>
                    <Show when=move || costs_bookings.get() && affected.with(Option::is_none)>
                        <div class="row">
                            <Button look=Look::Outline busy=busy on_press=look><Say key="slots_staff.show_affected"/></Button>
                        </div>
                    </Show>
                    {move || affected.get().map(|affected| view! { <Affected affected busy go=cancel_and_save/> })}
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

/// How many carers are there from when on: one number for the whole time, and more where it changes.
#[component]
fn Carers(of: StoredValue<Slot>, carers: RwSignal<Vec<(i64, i64)>>, can_unset: bool) -> impl IntoView {
    let minutes = Memo::new(move |_| carers.with(|steps| steps.iter().map(|(minute, _)| *minute).collect::<Vec<_>>()));
    let choices = of.with_value(half_hours);
    let free = Memo::new(move |_| {
        let taken = minutes.get();
        choices.iter().copied().find(|minute| taken.last().is_some_and(|last| last < minute))
    });
    let clock = move |minute: i64| of.with_value(|slot| clock_at(slot.instant(minute)));
    let add = Callback::new(move |()| {
        if let Some(minute) = free.get_untracked() {
            carers.update(|steps| steps.push((minute, steps.last().map_or(2, |(_, people)| *people))));
        }
    });
    let remove = move |minute: i64| carers.update(|steps| steps.retain(|(at, _)| *at != minute));
    view! {
        <Show
            when=move || !minutes.with(Vec::is_empty)
            fallback=move || {
                view! {
                    <Button look=Look::Text icon=Glyph::Plus on_press=Callback::new(move |()| carers.set(vec![(0, 2)]))>
                        <Say key="slots_staff.carers_set"/>
                    </Button>
                }
            }
        >
            <div class="counters">
                <For
                    each=move || minutes.get()
                    key=|minute| *minute
                    children=move |minute| {
                        let value =
                            Signal::derive(move || carers.with(|steps| steps.iter().find(|(at, _)| *at == minute).map_or(0, |(_, people)| *people)));
                        let set = Callback::new(move |people: i64| {
                            carers.update(|steps| steps.iter_mut().filter(|(at, _)| *at == minute).for_each(|(_, now)| *now = people.clamp(0, 200)));
                        });
                        let label = text(move || sentence("slots_staff.carers_from", locale()).replace("%{time}", &clock(minute)));
                        view! {
                            <div class="stack">
                                <Counter id=format!("carers-{minute}") label booked=None value on_change=set/>
                                {(minute > 0)
                                    .then(|| {
                                        view! {
                                            <StepTime of carers minute/>
                                            <Button look=Look::Text icon=Glyph::Cross on_press=Callback::new(move |()| remove(minute))>
                                                {say_with("slots_staff.carers_remove", move || vec![("time", clock(minute))])}
                                            </Button>
                                        }
                                    })}
                            </div>
                        }
                    }
                />
            </div>
            <div class="row">
                <Show when=move || free.get().is_some()>
                    <Button look=Look::Text icon=Glyph::Plus on_press=add><Say key="slots_staff.carers_step"/></Button>
                </Show>
                {can_unset
                    .then(|| {
                        view! {
                            <Button look=Look::Text icon=Glyph::Cross on_press=Callback::new(move |()| carers.set(Vec::new()))>
                                <Say key="slots_staff.carers_unset"/>
                            </Button>
                        }
                    })}
            </div>
        </Show>
    }
}

/// When the number of carers changes: by the half hour, between the changes around it.
#[component]
fn StepTime(of: StoredValue<Slot>, carers: RwSignal<Vec<(i64, i64)>>, minute: i64) -> impl IntoView {
    let id = format!("carers-when-{minute}");
    let options = carers.with_untracked(|steps| {
        let before = steps.iter().map(|(at, _)| *at).filter(|at| *at < minute).max().unwrap_or(0);
        let after = steps.iter().map(|(at, _)| *at).filter(|at| *at > minute).min().unwrap_or(i64::MAX);
        let mut minutes: Vec<i64> = of.with_value(half_hours).into_iter().filter(|at| before < *at && *at < after).collect();
        if !minutes.contains(&minute) {
            minutes.push(minute);
            minutes.sort_unstable();
        }
        minutes
    });
    view! {
        <div class="field">
            <label class="field-label" for=id.clone()><span><Say key="slots_staff.carers_when"/></span></label>
            <div class="select">
                <select
                    class="input"
                    id=id
                    on:change:target=move |event| {
                        if let Ok(to) = event.target().value().parse::<i64>() {
                            carers.update(|steps| steps.iter_mut().filter(|(at, _)| *at == minute).for_each(|(at, _)| *at = to));
                        }
                    }
                >
                    {options
                        .into_iter()
                        .map(|at| {
                            let words = of.with_value(|slot| clock_at(slot.instant(at)));
                            view! { <option value=at.to_string() selected=at == minute>{words}</option> }
                        })
                        .collect_view()}
                </select>
                <Icon glyph=Glyph::Down/>
            </div>
        </div>
    }
}

/// What families could book after the change: the least that places, room, programme and carers leave.
#[component]
fn Leaves(of: Slot, terms: StoredValue<Terms>) -> impl IntoView {
    let length = of.minute(of.ends_at);
    let left = of.bands.iter().map(|band| (band.from_age, band.under_age, terms.with_value(|terms| of.left_in(terms, band, 0, length))));
    view! {
        <p class="board-note-title"><Say key="slots_staff.leaves"/></p>
        <ul class="plain-list" id="slot-leaves">
            {left
                .map(|(from, under, left)| view! { <li>{furigana(move || format!("{} {}", ages(from, under), people(left, locale())))}</li> })
                .collect_view()}
        </ul>
    }
}

/// The bookings that the change would cancel, with whom to call, and the button that does it.
#[component]
fn Affected(affected: Vec<AffectedBooking>, busy: RwSignal<bool>, go: Callback<()>) -> impl IntoView {
    let count = affected.len().to_string();
    let shown = count.clone();
    view! {
        <div role="alert" class="stack">
            <h3>{say_with("slots_staff.affected_title", move || vec![("count", shown.clone())])}</h3>
            <p><Say key="slots_staff.affected_meaning"/></p>
        </div>
        <AffectedList affected/>
        <div class="board-action">
            <Button look=Look::Danger busy=busy on_press=go>
                {say_with("slots_staff.cancel_and_save", move || vec![("count", count.clone())])}
            </Button>
        </div>
    }
}

/// Bookings with their children and whom to call.
#[component]
pub fn AffectedList(affected: Vec<AffectedBooking>) -> impl IntoView {
    view! {
        <ol class="plain-list stack" id="affected">
            {affected
                .into_iter()
                .map(|one| {
                    let (starts_at, ends_at, made) = (one.starts_at, one.ends_at, one.created_at);
                    view! {
                        <li>
                            <strong>{one.child_name}</strong>
                            " "
                            <span>{furigana(move || format!("{} {}", day(tokyo_day(starts_at), locale()), clock_span(starts_at, ends_at, locale())))}</span>
                            " "
                            <span class="quiet">{say_with("slots_staff.affected_booked", move || vec![("moment", moment(made, locale()))])}</span>
                            <br/>
                            <a class="phone-link" href=paths::call(&one.phone)>{format!("{} {}", one.guardian_name, phone_words(&one.phone))}</a>
                        </li>
                    }
                })
                .collect_view()}
        </ol>
    }
}

/// A telephone number as people read it.
fn phone_words(phone: &str) -> String {
    Phone::parse(phone).map_or_else(|_| phone.to_owned(), |phone| phone.grouped())
}
