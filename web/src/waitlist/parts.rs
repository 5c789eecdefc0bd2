//! What a family waits for, above its bookings: offers to answer, its place in the line, why a place went to others.

use std::time::Duration;

use leptos::prelude::*;
use shared::locale::{clock, day, full_day, minutes, moment, weekday};
use shared::waitlist::{EntryState, Skip, WaitlistEntry, Wanted, Wish};

use super::client;
use super::model::{Sorted, minutes_left, sort};
use crate::api::Attempt;
use crate::bookings::facility_words;
use crate::consents::ConsentAsk;
use crate::flash::use_flash;
use crate::i18n::{Say, furigana, locale, marked, name, say_with};
use crate::paths;
use crate::settings;
use crate::ui::{Banner, Button, Card, Chip, Glyph, Icon, LinkButton, Load, Look, Tone};

/// So often the time that is left is told anew, and the list is read again.
const TICK: Duration = Duration::from_secs(30);

/// Everything of the waiting list that concerns the family now; nothing where nothing does.
#[component]
pub fn Waiting(
    /// What else changes with an answer.
    #[prop(into)]
    on_change: Callback<()>,
) -> impl IntoView {
    let entries = LocalResource::new(client::entries);
    let now = RwSignal::new(settings::now());
    let timer = set_interval_with_handle(
        move || {
            now.set(settings::now());
            entries.refetch();
        },
        TICK,
    );
    on_cleanup(move || {
        if let Ok(timer) = timer {
            timer.clear();
        }
    });
    let changed = Callback::new(move |()| {
        entries.refetch();
        on_change.run(());
    });
    view! {
        <Load what=entries let:entries>
            {
                let Sorted { offers, waiting, ended } = sort(entries, settings::now());
                view! {
                    {offers.into_iter().map(|entry| view! { <Offer entry now changed/> }).collect_view()}
                    {(!waiting.is_empty())
                        .then(|| {
                            view! {
                                <section class="stack" aria-labelledby="waiting-title">
                                    <h2 id="waiting-title"><Say key="waitlist.title"/></h2>
                                    <ul class="plain-list stack">{waiting.into_iter().map(|entry| view! { <li><Waits entry changed/></li> }).collect_view()}</ul>
                                </section>
                            }
                        })}
                    {ended.into_iter().map(|entry| view! { <Ended entry/> }).collect_view()}
                }
            }
        </Load>
    }
}

/// Who, what and where.
#[component]
fn What(entry: WaitlistEntry) -> impl IntoView {
    let names = entry.children.iter().map(|child| child.name.clone()).collect::<Vec<_>>().join("・");
    let place = entry.facility.as_ref().map(|facility| view! { <p><Icon glyph=Glyph::Pin/> {furigana(facility_words(facility))}</p> });
    let when = match entry.wanted {
        Wanted::Slot(wanted) => wanted.starts_at.zip(wanted.ends_at).map(|(from, until)| {
            view! { <p class="booking-time">{furigana(move || shared::locale::span(from, until, locale()))}</p> }.into_any()
        }),
        Wanted::Wish(wish) => Some(view! { <WishWords wish/> }.into_any()),
    };
    view! {
        {when}
        <p class="booking-child">{names}</p>
        {place}
        <p><Chip>{name(entry.programme_name)}</Chip></p>
    }
}

#[component]
fn WishWords(wish: Wish) -> impl IntoView {
    let (from, until, length) = (wish.from, wish.until, wish.minutes);
    let times = (wish.earliest, wish.latest);
    let weekdays = wish.weekdays;
    view! {
        <p class="booking-time"><Say key="waitlist.any_place"/></p>
        <p>{say_with("waitlist.between_days", move || vec![("from", day(from, locale())), ("until", day(until, locale()))])}</p>
        {(!weekdays.is_empty())
            .then(|| {
                furigana(move || weekdays.iter().map(|one| weekday(*one, locale())).collect::<Vec<_>>().join("・"))
            })}
        <p>
            {say_with("waitlist.at_least", move || vec![("length", minutes(length, locale()))])} " "
            {times.0.map(|time| say_with("waitlist.not_before", move || vec![("time", clock(time))]))} " "
            {times.1.map(|time| say_with("waitlist.not_after", move || vec![("time", clock(time))]))}
        </p>
    }
}

/// A place that is kept until the family answers.
#[component]
fn Offer(entry: WaitlistEntry, now: RwSignal<chrono::DateTime<chrono::Utc>>, changed: Callback<()>) -> impl IntoView {
    let flash = use_flash();
    let EntryState::Offered { from, until, .. } = entry.state else { return ().into_any() };
    let id = StoredValue::new(entry.id.to_string());
    let consent = RwSignal::new(None::<u32>);
    let facility = entry.facility.as_ref().map(|facility| Signal::stored(facility.id.to_string()));
    let attempt = Attempt::new();
    let answer = Action::new_local(move |word: &&'static str| {
        let (word, attempt) = (*word, attempt.clone());
        async move {
            let answer = match word {
                "accept" => client::accept(&id.get_value(), consent.get_untracked(), &attempt).await,
                _ => client::answer(&id.get_value(), word, &attempt).await,
            };
            match answer {
                Ok(_) if word == "accept" => flash.done("waitlist.accepted"),
                Ok(_) => flash.done("waitlist.declined"),
                Err(why) => flash.failed(&why),
            }
            changed.run(());
        }
    });
    let busy = answer.pending();
    view! {
        <Banner tone=Tone::Warning title="waitlist.offer_title">
            <div class="stack">
                <What entry/>
                <p>
                    <strong>{say_with("waitlist.answer_by", move || vec![("until", moment(until, locale()))])}</strong> " "
                    {move || {
                        // While the family is let sleep, the time to answer does not run.
                        if now.get() < from {
                            say_with("waitlist.runs_from", move || vec![("from", moment(from, locale()))]).into_any()
                        } else {
                            let left = minutes_left(until, now.get());
                            say_with("waitlist.time_left", move || vec![("left", minutes(left, locale()))]).into_any()
                        }
                    }}
                </p>
                <p><Say key="waitlist.offer_kept"/></p>
                {facility.map(|facility| view! { <ConsentAsk facility_id=facility shown=consent/> })}
                <div class="row actions offer-answer">
                    <Button busy icon=Glyph::Check on_press=Callback::new(move |()| drop(answer.dispatch("accept")))><Say key="waitlist.accept"/></Button>
                    <Button busy look=Look::Outline on_press=Callback::new(move |()| drop(answer.dispatch("decline")))><Say key="waitlist.decline"/></Button>
                </div>
            </div>
        </Banner>
    }
    .into_any()
}

/// Something that is waited for, with the place in the line.
#[component]
fn Waits(entry: WaitlistEntry, changed: Callback<()>) -> impl IntoView {
    let flash = use_flash();
    let id = StoredValue::new(entry.id.to_string());
    let attempt = Attempt::new();
    let leave = Action::new_local(move |(): &()| {
        let attempt = attempt.clone();
        async move {
            match client::answer(&id.get_value(), "leave", &attempt).await {
                Ok(_) => flash.done("waitlist.left"),
                Err(why) => flash.failed(&why),
            }
            changed.run(());
        }
    });
    let (ahead, skips) = (entry.ahead.unwrap_or(0), entry.skips.clone());
    view! {
        <Card>
            <What entry/>
            <p>
                <strong>
                    {if ahead == 0 {
                        view! { <Say key="waitlist.first"/> }.into_any()
                    } else {
                        say_with("waitlist.ahead", move || vec![("ahead", ahead.to_string())]).into_any()
                    }}
                </strong>
            </p>
            {(!skips.is_empty()).then(|| view! { <Skips skips/> })}
            <div class="row">
                <Button look=Look::Text busy=leave.pending() on_press=Callback::new(move |()| drop(leave.dispatch(())))><Say key="waitlist.leave"/></Button>
            </div>
        </Card>
    }
}

/// Where a place was free and went to others, and why.
#[component]
fn Skips(skips: Vec<Skip>) -> impl IntoView {
    let one = |skip: Skip| {
        let (date, facility, reasons) = (shared::time::tokyo_day(skip.starts_at), skip.facility, skip.reasons);
        view! {
            <li>
                {furigana(move || format!("{} {facility}", day(date, locale())))}
                {reasons.into_iter().map(|reason| view! { <p class="quiet">{move || marked(&reason.sentence(locale()))}</p> }).collect_view()}
            </li>
        }
    };
    view! {
        <p class="quiet"><Say key="waitlist.skips"/></p>
        <ul class="reasons">{skips.into_iter().take(3).map(one).collect_view()}</ul>
    }
}

/// Something that ended by itself.
#[component]
fn Ended(entry: WaitlistEntry) -> impl IntoView {
    let title = match entry.state {
        EntryState::Lapsed { .. } => "waitlist.lapsed",
        EntryState::Closed { .. } => "waitlist.closed",
        _ => "waitlist.expired",
    };
    let search = match &entry.wanted {
        Wanted::Slot(wanted) => wanted.starts_at.map(|from| paths::search_day(shared::time::tokyo_day(from))),
        Wanted::Wish(_) => None,
    };
    let told = match entry.state {
        EntryState::Lapsed { at } | EntryState::Closed { at } | EntryState::Expired { at } => Some(at),
        _ => None,
    };
    view! {
        <Banner title=title>
            <What entry/>
            {told.map(|at| view! { <p class="quiet">{say_with("waitlist.ended_on", move || vec![("day", full_day(shared::time::tokyo_day(at), locale()))])}</p> })}
            {search.map(|href| view! { <LinkButton href look=Look::Outline icon=Glyph::Search><Say key="bookings.search_same_day"/></LinkButton> })}
        </Banner>
    }
}
