//! The page: a line for each matter, the late first, each leading to where it is done.

use chrono::{DateTime, TimeDelta, Utc};
use leptos::prelude::*;
use shared::locale::moment;
use shared::today::{Matter, Today, TodayFacility, TodayLine};

use super::client;
use crate::flash::use_flash;
use crate::i18n::{Say, locale, say, say_with};
use crate::office::{OfficeNav, OfficePlace, Places};
use crate::paths;
use crate::ui::{Button, Chip, Disclosure, Glyph, Icon, Load, Look, PageTitle, Tone};

/// What needs a person today.
#[component]
pub fn TodayPage() -> impl IntoView {
    let today = LocalResource::new(client::today);
    let again = Callback::new(move |()| today.refetch());
    view! {
        <div class="stack staff">
            <OfficeNav here=OfficePlace::Home/>
            <PageTitle text="office.today"/>
            <Load what=today let:found><Lines found again/></Load>
            <Disclosure summary="office.places"><Places/></Disclosure>
        </div>
    }
}

#[component]
fn Lines(found: Today, again: Callback<()>) -> impl IntoView {
    let at = found.at;
    let seen = view! { <p class="quiet">{say_with("office.seen_at", move || vec![("at", moment(at, locale()))])}</p> };
    if found.lines.is_empty() {
        return view! {
            <div class="card stack today-clear" role="status">
                <p class="row"><Icon glyph=Glyph::Check/> <strong><Say key="office.nothing_today"/></strong></p>
            </div>
            {seen}
        }
        .into_any();
    }
    view! {
        <ul class="plain-list stack">{found.lines.into_iter().map(|line| view! { <li><Line line at again/></li> }).collect_view()}</ul>
        {seen}
    }
    .into_any()
}

/// What a matter is called, and where it is done.
fn words(matter: Matter) -> (&'static str, Option<String>) {
    match matter {
        Matter::Applications => ("office.today_applications", Some(paths::office_applications())),
        Matter::Requests => ("office.today_requests", None),
        Matter::Outreach => ("office.today_outreach", Some(paths::office_outreach())),
        Matter::Closures => ("office.today_closures", None),
        Matter::Imports => ("office.today_imports", Some(paths::office_registers())),
        Matter::SetAside => ("office.today_set_aside", None),
    }
}

/// How the clock of a matter is told: a deadline that is to come, one that is past, or since when something waits.
fn clock(matter: Matter, at: DateTime<Utc>, now: DateTime<Utc>) -> (&'static str, Tone) {
    match matter {
        Matter::Imports | Matter::SetAside => ("office.clock_since", Tone::Warning),
        Matter::Closures => ("office.clock_from", Tone::Info),
        Matter::Outreach => ("office.clock_missed", Tone::Warning),
        Matter::Applications | Matter::Requests if at <= now => ("office.clock_past", Tone::Error),
        Matter::Applications | Matter::Requests if at - now <= TimeDelta::days(1) => ("office.clock_until", Tone::Warning),
        Matter::Applications | Matter::Requests => ("office.clock_until", Tone::Info),
    }
}

#[component]
fn Line(line: TodayLine, at: DateTime<Utc>, again: Callback<()>) -> impl IntoView {
    let TodayLine { matter, count, overdue, at: clock_at, facilities } = line;
    let (key, href) = words(matter);
    let (clock_key, tone) = clock(matter, clock_at, at);
    let title = move || say_with(key, move || vec![("count", count.to_string())]);
    let class = if href.is_some() { "card card-link stack" } else { "card stack" };
    view! {
        <div class=class class:today-late=overdue != 0>
            <h2 class="office-place">
                {match href {
                    Some(href) => view! { <a class="card-target" href=href>{title()}</a> <Icon glyph=Glyph::Right/> }.into_any(),
                    None => title().into_any(),
                }}
            </h2>
            <p class="row">
                <Chip tone>{say_with(clock_key, move || vec![("at", moment(clock_at, locale()))])}</Chip>
                {(overdue > 0 && matter != Matter::SetAside)
                    .then(|| view! { <Chip tone=Tone::Error>{say_with("office.overdue", move || vec![("count", overdue.to_string())])}</Chip> })}
            </p>
            {(!facilities.is_empty()).then(|| view! { <Facilities facilities/> })}
            {(matter == Matter::SetAside).then(|| view! { <Again again/> })}
        </div>
    }
}

/// The facilities of a matter; their pages say how to call them.
#[component]
fn Facilities(facilities: Vec<TodayFacility>) -> impl IntoView {
    let one = |facility: TodayFacility| {
        let count = facility.count;
        view! {
            <li>
                <a href=paths::facility(facility.id.as_str()) rel="external">{facility.name}</a> " "
                <span class="quiet">{say_with("office.today_count", move || vec![("count", count.to_string())])}</span>
            </li>
        }
    };
    view! { <ul class="plain-list">{facilities.into_iter().map(one).collect_view()}</ul> }
}

/// Tries to make the notices once more.
#[component]
fn Again(again: Callback<()>) -> impl IntoView {
    let flash = use_flash();
    let trying = Action::new_local(move |(): &()| async move {
        match client::again().await {
            Ok(()) => {
                flash.done("office.tried_again");
                again.run(());
            }
            Err(why) => flash.failed(&why),
        }
    });
    view! {
        <p>{say("office.set_aside_lead")}</p>
        <div class="row">
            <Button look=Look::Outline busy=trying.pending() on_press=Callback::new(move |()| { trying.dispatch(()); })><Say key="office.try_again"/></Button>
        </div>
    }
}
