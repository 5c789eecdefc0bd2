//! Parts of the pages for bookings.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use shared::bookings::{Booking, BookingState, EnteredBy, Entry, QuotedLimit};
use shared::locale::{Locale, clock_span, full_day, half_days, minutes, moment, month, people, uses, yen};
use shared::problem::Reason;
use shared::programmes::{Cancellation, Counted, FeeLine, LimitUnit, Period};
use shared::slots::{Availability as Places, SlotFacility};
use shared::time::tokyo_day;

use super::model::{Against, Ground, fee_item};
use crate::i18n::{Say, Text, furigana, locale, name, reasons, say_with, sentence, text};
use crate::interviews::InterviewNote;
use crate::offline;
use crate::paths;
use crate::session::address;
use crate::settings;
use crate::ui::{Availability, Banner, Chip, Fact, Glyph, Icon, Level, Steps, Tone};

/// The steps of booking; `current` counts from 1.
#[component]
pub fn BookSteps(current: usize) -> impl IntoView {
    let labels: Vec<Text> =
        vec!["bookings.step_children".into(), "bookings.step_times".into(), "bookings.step_check".into(), "bookings.step_booked".into()];
    view! { <Steps current=Signal::stored(current) labels/> }
}

/// A facility's name in the reader's language, with its reading in easy Japanese.
pub fn facility_name(facility: &SlotFacility, locale: Locale) -> String {
    match locale {
        Locale::Ja => facility.name.clone(),
        Locale::Easy if facility.kana.is_empty() => facility.name.clone(),
        Locale::Easy => format!("[{}|{}]", facility.name, facility.kana),
        Locale::En => facility.name_en.clone().unwrap_or_else(|| facility.name.clone()),
    }
}

/// The facility's name as words for a prop or a view.
pub fn facility_words(facility: &SlotFacility) -> impl Fn() -> String + Send + Sync + Clone + 'static + use<> {
    let facility = facility.clone();
    move || facility_name(&facility, locale())
}

/// Where and on which day: stands over every step of booking.
#[component]
pub fn SlotHead(ground: Ground) -> impl IntoView {
    let slot = ground.detail.slot.clone();
    let day = slot.day();
    let is_away = ground.is_away();
    view! {
        <div class="slot-head">
            <p class="slot-head-day">{furigana(move || full_day(day, locale()))}</p>
            <p><a href=paths::facility(slot.facility.id.as_str())>{furigana(facility_words(&slot.facility))}</a></p>
            <div class="row">
                <Chip>{name(ground.detail.programme_name)}</Chip>
                {is_away.then(|| view! { <Chip tone=Tone::Info><Say key="bookings.away"/></Chip> })}
            </div>
        </div>
        {slot
            .interview
            .then(|| view! { <InterviewNote facility_id=slot.facility.id.to_string() children=ground.children known=ground.interviews/> })}
    }
}

/// Everything against a party: for all, then child by child.
#[component]
pub fn AgainstNotice(
    /// The reasons.
    #[prop(into)]
    against: Signal<Against>,
    /// The heading.
    #[prop(into)]
    title: Text,
    /// Its id, by which a button can say why it is disabled.
    #[prop(optional)]
    id: Option<&'static str>,
) -> impl IntoView {
    view! {
        <div id=id aria-live="polite">
            {move || {
                let Against { all, children } = against.get();
                let title = title.clone();
                let uncertified = all.iter().chain(children.iter().flat_map(|(_, why)| why)).any(is_uncertified);
                (!all.is_empty() || !children.is_empty())
                    .then(|| {
                        view! {
                            <Banner tone=Tone::Warning title>
                                {(!all.is_empty()).then(|| reasons(move || all.clone()))}
                                {children
                                    .into_iter()
                                    .map(|(child, why)| {
                                        view! {
                                            <p class="against-child"><strong>{child}</strong></p>
                                            {reasons(move || why.clone())}
                                        }
                                    })
                                    .collect_view()}
                                {uncertified.then(|| view! { <ToCertification/> })}
                            </Banner>
                        }
                    })
            }}
        </div>
    }
}

/// Whether a certification would take the reason away.
pub fn is_uncertified(reason: &Reason) -> bool {
    reason.code == "bookings.not_certified"
}

/// Under which name a tab keeps the address of a booking that waits for a certification.
const UNFINISHED: &str = "unfinished_booking";

/// The way to the certification that is missing; the booking is found again from there.
#[component]
pub fn ToCertification() -> impl IntoView {
    let here = use_location();
    let keep = move |_| offline::hand_over(UNFINISHED, &untrack(|| address(&here)));
    view! { <p><a class="button button-outline" href=paths::applications() on:click=keep><Say key="bookings.to_certification"/></a></p> }
}

/// The way back to a booking that waited for a certification, if one was begun in this tab.
#[component]
pub fn BackToBooking() -> impl IntoView {
    offline::handed_over::<String>(UNFINISHED).map(|href| {
        let done = move |_| drop(offline::take_over::<String>(UNFINISHED));
        view! { <a class="button" href=href on:click=done><Say key="bookings.back_to_booking"/></a> }
    })
}

/// ○ △ × with number and words.
#[component]
pub fn PlacesLeft(left: i64) -> impl IntoView {
    let (level, words): (Level, Text) = match Places::of(left) {
        Places::Full => (Level::None, "bookings.full".into()),
        level => (
            if level == Places::Few { Level::Few } else { Level::Many },
            text(move || sentence("bookings.left", locale()).replace("%{people}", &people(left, locale()))),
        ),
    };
    view! { <Availability level words/> }
}

/// A large box to tick or to choose from, with anything below its name.
#[component]
pub fn PickBox(
    /// `checkbox` or `radio`.
    kind: &'static str,
    /// Id of the input.
    id: String,
    /// Name of the input.
    group: &'static str,
    /// What is chosen.
    #[prop(into)]
    label: Text,
    /// Whether it is.
    #[prop(into)]
    checked: Signal<bool>,
    /// Whether it cannot be chosen.
    disabled: bool,
    /// It was chosen or not.
    #[prop(into)]
    on_pick: Callback<bool>,
    children: Children,
) -> impl IntoView {
    let hint = format!("{id}-hint");
    view! {
        <div class="choice choice-large" class:is-disabled=disabled>
            <input
                type=kind
                id=id.clone()
                name=group
                disabled=disabled
                aria-describedby=hint.clone()
                prop:checked=checked
                on:change:target=move |event| on_pick.run(event.target().checked())
            />
            <label for=id>{label.view()}</label>
            <div class="choice-hint" id=hint>{children()}</div>
        </div>
    }
}

/// Reasons below a box.
#[component]
pub fn Why(why: Vec<Reason>) -> impl IntoView {
    (!why.is_empty()).then(|| view! { <div class="why"><Icon glyph=Glyph::Info/>{reasons(move || why.clone())}</div> })
}

/// A time out of several, folded.
#[component]
pub fn TimeSelect(
    /// Id of the select.
    id: &'static str,
    /// What is asked.
    label: &'static str,
    /// The times with their words.
    #[prop(into)]
    options: Signal<Vec<(DateTime<Utc>, String)>>,
    /// The time chosen.
    #[prop(into)]
    value: Signal<Option<DateTime<Utc>>>,
    /// Another was chosen.
    #[prop(into)]
    on_pick: Callback<DateTime<Utc>>,
) -> impl IntoView {
    view! {
        <div class="field">
            <label class="field-label" for=id><span><Say key=label/></span></label>
            <div class="select">
                <select
                    class="input"
                    id=id
                    on:change:target=move |event| {
                        if let Ok(at) = event.target().value().parse() {
                            on_pick.run(at);
                        }
                    }
                >
                    {move || {
                        options
                            .get()
                            .into_iter()
                            .map(|(at, words)| {
                                view! { <option value=paths::instant(at) prop:selected=move || value.get() == Some(at)>{words}</option> }
                            })
                            .collect_view()
                    }}
                </select>
                <Icon glyph=Glyph::Down/>
            </div>
        </div>
    }
}

/// An amount of a month's limit in words.
pub fn amount(unit: LimitUnit, n: i64, locale: Locale) -> String {
    match unit {
        LimitUnit::HalfDays => half_days(n, locale),
        LimitUnit::Minutes => minutes(n, locale),
        LimitUnit::Uses => uses(n, locale),
    }
}

/// What a booking counts, in words; a whole stay once, whatever the months it touches.
pub fn counted_words(counted: &[Counted], locale: Locale) -> String {
    let mut units: Vec<LimitUnit> = counted.iter().map(|part| part.account.unit).collect();
    units.sort();
    units.dedup();
    let most = |unit: LimitUnit| {
        let mut pools: std::collections::BTreeMap<&str, i64> = std::collections::BTreeMap::new();
        for part in counted.iter().filter(|part| part.account.unit == unit) {
            *pools.entry(&part.account.pool).or_default() += part.amount;
        }
        amount(unit, pools.into_values().max().unwrap_or(0), locale)
    };
    units.into_iter().map(most).collect::<Vec<_>>().join(if locale == Locale::En { ", " } else { "、" })
}

/// What a stay leaves of a limit.
pub fn limit_left(limit: QuotedLimit) -> impl IntoView {
    let left = limit.left_after.unwrap_or(limit.left_before);
    let account = limit.counted.account;
    let key = match (limit.left_after.is_some(), account.period) {
        (true, Period::Month(_)) => "bookings.month_left_after",
        (false, Period::Month(_)) => "bookings.month_left",
        (true, Period::Week(_)) => "bookings.week_left_after",
        (false, Period::Week(_)) => "bookings.week_left",
        (true, Period::Birth) => "bookings.birth_left_after",
        (false, Period::Birth) => "bookings.birth_left",
    };
    say_with(key, move || {
        let month = match account.period {
            Period::Month(of) => month(of, locale()),
            Period::Week(_) | Period::Birth => String::new(),
        };
        vec![("month", month), ("left", amount(account.unit, left, locale()))]
    })
}

/// What cancelling costs and until when it is free.
#[component]
pub fn CancelRule(cancellation: Cancellation, free_until: DateTime<Utc>, fee_yen: i64) -> impl IntoView {
    let late = fee_yen * cancellation.late_fee_percent / 100;
    let percent = cancellation.late_fee_percent;
    let undo = cancellation.undo_minutes;
    let is_free_now = settings::now() < free_until;
    view! {
        <ul class="reasons">
            {if is_free_now {
                view! { <li><strong>{say_with("bookings.free_until", move || vec![("until", moment(free_until, locale()))])}</strong></li> }.into_any()
            } else {
                view! { <li><strong><Say key="bookings.free_no_more"/></strong></li> }.into_any()
            }}
            {(late > 0)
                .then(|| {
                    view! {
                        <li>{say_with("bookings.late_fee", move || vec![("percent", percent.to_string()), ("yen", yen(late, locale()))])}</li>
                    }
                })}
            {cancellation.late_counts.then(|| view! { <li><Say key="bookings.late_counts"/></li> })}
            {(late == 0 && !cancellation.late_counts).then(|| view! { <li><Say key="bookings.late_free"/></li> })}
            {(undo > 0).then(|| view! { <li>{say_with("bookings.undo", move || vec![("minutes", minutes(undo, locale()))])}</li> })}
        </ul>
    }
}

/// How a booking stands, in a word.
#[component]
pub fn StateChip(state: BookingState, is_over: bool) -> impl IntoView {
    match state {
        BookingState::Requested { .. } => view! { <Chip tone=Tone::Warning><Say key="bookings.state_requested"/></Chip> }.into_any(),
        BookingState::Offered { .. } => view! { <Chip tone=Tone::Warning><Say key="bookings.state_offered"/></Chip> }.into_any(),
        BookingState::Released { .. } => view! { <Chip><Say key="bookings.state_released"/></Chip> }.into_any(),
        BookingState::Declined { .. } => view! { <Chip tone=Tone::Warning><Say key="bookings.state_declined"/></Chip> }.into_any(),
        BookingState::Confirmed if is_over => view! { <Chip><Say key="bookings.state_over"/></Chip> }.into_any(),
        BookingState::Confirmed => view! { <Chip tone=Tone::Success><Say key="bookings.state_confirmed"/></Chip> }.into_any(),
        BookingState::CheckedIn { .. } => view! { <Chip tone=Tone::Info><Say key="bookings.state_in"/></Chip> }.into_any(),
        BookingState::CheckedOut { .. } => view! { <Chip><Say key="bookings.state_out"/></Chip> }.into_any(),
        BookingState::Absent { .. } => view! { <Chip tone=Tone::Warning><Say key="bookings.state_absent"/></Chip> }.into_any(),
        BookingState::Cancelled { .. } => view! { <Chip tone=Tone::Warning><Say key="bookings.state_cancelled"/></Chip> }.into_any(),
    }
}

/// A booking in a list.
#[component]
pub fn BookingCard(booking: Booking) -> impl IntoView {
    let (starts_at, ends_at) = (booking.starts_at, booking.ends_at);
    let is_over = ends_at <= settings::now();
    view! {
        <div class="card card-link booking-card">
            <div class="stack booking-card-body">
                <p class="booking-time"><Icon glyph=Glyph::Clock/><a class="card-target" href=paths::booking(booking.id.as_str())>{furigana(move || clock_span(starts_at, ends_at, locale()))}</a></p>
                <p class="booking-child">{booking.child.name.clone()}</p>
                <p><Icon glyph=Glyph::Pin/> {furigana(facility_words(&booking.facility))}</p>
                <div class="row">
                    <StateChip state=booking.state is_over/>
                    <Chip>{name(booking.programme_name)}</Chip>
                    {booking.series_id.is_some().then(|| view! { <Chip><Say key="series.part_of"/></Chip> })}
                    {booking.is_away.then(|| view! { <Chip tone=Tone::Info><Say key="bookings.away"/></Chip> })}
                </div>
            </div>
            <Icon glyph=Glyph::Right/>
        </div>
    }
}

/// When: the day, large, and the times.
#[component]
pub fn When(starts_at: DateTime<Utc>, ends_at: DateTime<Utc>) -> impl IntoView {
    view! {
        <p class="when">
            <span class="when-day">{furigana(move || full_day(tokyo_day(starts_at), locale()))}</span> " "
            <span class="when-times">{furigana(move || clock_span(starts_at, ends_at, locale()))}</span>
        </p>
    }
}

/// What to bring.
#[component]
pub fn Bring(things: Vec<shared::locale::Localised>) -> impl IntoView {
    (!things.is_empty()).then(|| {
        view! {
            <Fact name="bookings.bring" icon=Glyph::Bag>
                <ul class="plain-list">{things.into_iter().map(|thing| view! { <li>{name(thing)}</li> }).collect_view()}</ul>
            </Fact>
        }
    })
}

/// What is to be paid, and where; nothing is paid nowhere.
#[component]
pub fn Due(yen_due: i64) -> impl IntoView {
    view! {
        {furigana(move || yen(yen_due, locale()))}
        {(yen_due > 0).then(|| view! { " " <span class="quiet"><Say key="bookings.fee_where"/></span> })}
    }
}

/// What a fee is made of, where it is of several parts or counted by time.
#[component]
pub fn FeeLines(lines: Vec<FeeLine>) -> impl IntoView {
    (!lines.is_empty()).then(|| {
        let lines = lines.into_iter().map(|FeeLine { item, yen: amount }| {
            view! {
                <li class="check-line quiet">
                    <span>{furigana(move || fee_item(&item, locale()))}</span>
                    <span class="number">{furigana(move || yen(amount, locale()))}</span>
                </li>
            }
        });
        view! { <ul class="plain-list">{lines.collect_view()}</ul> }
    })
}

/// That the facility decides, and until when at the latest.
#[component]
pub fn UntilDecided(until: DateTime<Utc>) -> impl IntoView {
    view! { <p>{say_with("bookings.decided_by", move || vec![("until", moment(until, locale()))])}</p> }
}

/// Who took the booking down, and why past a rule.
#[component]
pub fn EnteredWords(entered: Entry) -> impl IntoView {
    let key = match entered.entered_by {
        EnteredBy::Facility => "bookings.entered_facility",
        EnteredBy::Office => "bookings.entered_office",
        EnteredBy::Centre => "bookings.entered_centre",
        EnteredBy::Import => "bookings.entered_import",
    };
    let (why, clerk) = (entered.override_reason, entered.clerk);
    view! {
        <p><Say key/> {(!clerk.is_empty()).then(|| format!("（{clerk}）"))}</p>
        {(!why.is_empty()).then(|| view! { <p class="quiet as-written">{why}</p> })}
    }
}
