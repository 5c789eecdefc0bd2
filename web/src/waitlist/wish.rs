//! The wish for any place that fits: who, which service, where, on which days, how long.

use chrono::{NaiveTime, Weekday};
use futures_util::future::join3;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use shared::families::Child;
use shared::locale::{day, minutes, weekday};
use shared::municipalities::{Municipality, MunicipalityCode};
use shared::programmes::Programme;
use shared::time::days_after;
use shared::waitlist::{NewWaitlistEntry, Wanted, Wish};

use super::client;
use crate::accounts::client::municipalities;
use crate::api::{Attempt, Failure};
use crate::bookings::{AskedFields, AskedForm, Draft, DraftMissing};
use crate::families::client::{children, family};
use crate::flash::use_flash;
use crate::i18n::{Say, Text, locale, text};
use crate::paths;
use crate::settings;
use crate::ui::{Button, CheckboxGroup, Choice, EmptyState, Field, Glyph, LinkButton, Load, Look, Need, PageTitle, Select, focus};

/// The last day that can be wished for lies so far ahead.
const AHEAD: u32 = 60;
/// The lengths to choose from, in minutes.
const LENGTHS: [i64; 6] = [60, 120, 180, 240, 360, 480];
/// The days of the week, in their order.
const WEEKDAYS: [Weekday; 7] = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

/// What the form has to know.
#[derive(Debug, Clone, PartialEq)]
struct Known {
    children: Vec<Child>,
    cities: Vec<Municipality>,
    programmes: Vec<Programme>,
}

async fn known() -> Result<Known, Failure> {
    let (family, children, cities) = join3(family(), children(), municipalities()).await;
    let programmes = client::programmes(family?.value.municipality.to_string(), settings::today().to_string()).await?;
    Ok(Known { children: children?, cities: cities?, programmes })
}

/// The page.
#[component]
pub fn WishPage() -> impl IntoView {
    let found = LocalResource::new(known);
    view! {
        <div class="narrow stack">
            <PageTitle text="waitlist.wish_title"/>
            <p><Say key="waitlist.wish_words"/></p>
            <Load what=found let:known><WishForm known/></Load>
        </div>
    }
}

#[component]
fn WishForm(known: Known) -> impl IntoView {
    let (navigate, flash) = (use_navigate(), use_flash());
    let today = settings::today();
    let Known { children, cities, programmes } = known;
    if children.is_empty() {
        return view! {
            <EmptyState words="bookings.no_children">
                <LinkButton href=paths::new_child(Some(&paths::wish())) icon=Glyph::Plus><Say key="bookings.register_child"/></LinkButton>
            </EmptyState>
        }
        .into_any();
    }
    let only = |ids: Vec<String>| if ids.len() == 1 { ids } else { Vec::new() };
    let who = RwSignal::new(only(children.iter().map(|child| child.id.to_string()).collect()));
    let programme = RwSignal::new(programmes.first().map(|one| one.key.as_str().to_owned()).unwrap_or_default());
    let (from, until) = (RwSignal::new(days_after(today, 1).to_string()), RwSignal::new(days_after(today, 14).to_string()));
    let (places, weekdays) = (RwSignal::new(Vec::<String>::new()), RwSignal::new(Vec::<String>::new()));
    let (earliest, latest) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let length = RwSignal::new("180".to_owned());
    let form = AskedForm::new(Draft::default());
    let programmes = StoredValue::new(programmes);
    let terms = Memo::new(move |_| {
        programmes.with_value(|all| all.iter().find(|one| one.key.as_str() == programme.get()).map(|one| one.terms.clone()))
    });
    let pressed = RwSignal::new(false);
    let missing: Signal<Vec<DraftMissing>> = Signal::derive(move || match terms.get() {
        Some(terms) if pressed.get() => form.draft(String::new()).missing(&terms),
        _ => Vec::new(),
    });
    let nobody = Signal::derive(move || (pressed.get() && who.with(Vec::is_empty)).then(|| crate::i18n::t("bookings.choose_child")));
    let attempt = Attempt::new();
    let join = Action::new_local(move |new: &NewWaitlistEntry| {
        let (new, attempt, navigate) = (new.clone(), attempt.clone(), navigate.clone());
        async move {
            match client::join(&new, &attempt).await {
                Ok(_) => {
                    flash.done("waitlist.joined");
                    navigate(&paths::bookings(), NavigateOptions { replace: true, ..Default::default() });
                }
                Err(why) => flash.failed(&why),
            }
        }
    });
    let press = Callback::new(move |()| {
        pressed.set(true);
        let Some(terms) = terms.get_untracked() else { return };
        let draft = untrack(|| form.draft(String::new()));
        if who.with_untracked(Vec::is_empty) {
            focus("who");
            return;
        }
        if let Some((field, _)) = draft.missing(&terms).into_iter().next() {
            request_animation_frame(move || focus(&field));
            return;
        }
        let clock = |text: String| NaiveTime::parse_from_str(&text, "%H:%M").ok();
        let (Ok(from), Ok(until)) = (from.get_untracked().parse(), until.get_untracked().parse()) else { return };
        let wish = Wish {
            programme: shared::programmes::ProgrammeKey::new(programme.get_untracked()),
            municipalities: places.get_untracked().iter().filter_map(|code| MunicipalityCode::parse(code).ok()).collect(),
            facilities: Vec::new(),
            from,
            until,
            weekdays: weekdays.get_untracked().iter().filter_map(|day| day.parse().ok()).collect(),
            earliest: clock(earliest.get_untracked()),
            latest: clock(latest.get_untracked()),
            minutes: length.get_untracked().parse().unwrap_or(60),
        };
        let ids = who.get_untracked().into_iter().map(shared::ids::ChildId::new).collect();
        let asked = draft.command(&terms, shared::bookings::NewBooking::new("".into(), ids));
        join.dispatch(NewWaitlistEntry { wanted: Wanted::Wish(wish), ..NewWaitlistEntry::of_booking(&asked) });
    });
    let names: Vec<Choice> = children
        .into_iter()
        .map(|child| {
            let name = child.known.name.to_string();
            Choice::new(child.id.to_string(), text(move || name.clone()))
        })
        .collect();
    let services: Vec<(String, Text)> = programmes.with_value(|all| {
        all.iter()
            .map(|one| {
                let name = one.name.clone();
                (one.key.as_str().to_owned(), text(move || name.get(locale()).to_owned()))
            })
            .collect()
    });
    let cities: Vec<Choice> = cities
        .into_iter()
        .map(|city| {
            let name = city.name;
            Choice::new(city.code.to_string(), text(move || name.get(locale()).to_owned()))
        })
        .collect();
    let days = Signal::stored(
        (0..=AHEAD)
            .map(|offset| {
                let date = days_after(today, offset);
                (date.to_string(), text(move || day(date, locale())))
            })
            .collect::<Vec<_>>(),
    );
    let week: Vec<Choice> =
        WEEKDAYS.into_iter().map(|one| Choice::new(one.to_string(), text(move || weekday(one, locale()).to_owned()))).collect();
    let any = || std::iter::once((String::new(), Text::from("waitlist.any_time")));
    let hours = || (7..=20_u32).map(|hour| (format!("{hour:02}:00"), text(move || format!("{hour}:00"))));
    let lengths: Vec<(String, Text)> =
        LENGTHS.into_iter().map(|length| (length.to_string(), text(move || minutes(length, locale())))).collect();
    view! {
        <CheckboxGroup id="who" legend="waitlist.who" hint="waitlist.who_hint" choices=Signal::stored(names) value=who required=Need::Required error=nobody/>
        <Field id="programme" label="waitlist.programme"><Select value=programme options=Signal::stored(services)/></Field>
        <CheckboxGroup id="places" legend="waitlist.places" hint="waitlist.places_hint" choices=Signal::stored(cities) value=places inline=true/>
        <Field id="from" label="waitlist.from"><Select value=from options=days/></Field>
        <Field id="until" label="waitlist.until"><Select value=until options=days/></Field>
        <CheckboxGroup id="weekdays" legend="waitlist.weekdays" hint="waitlist.weekdays_hint" choices=Signal::stored(week) value=weekdays inline=true/>
        <Field id="length" label="waitlist.length" hint="waitlist.length_hint"><Select value=length options=Signal::stored(lengths)/></Field>
        <Field id="earliest" label="waitlist.earliest"><Select value=earliest options=Signal::stored(any().chain(hours()).collect::<Vec<_>>())/></Field>
        <Field id="latest" label="waitlist.latest"><Select value=latest options=Signal::stored(any().chain(hours()).collect::<Vec<_>>())/></Field>
        {move || terms.get().map(|terms| view! { <AskedFields terms form missing/> })}
        <div class="row actions">
            <Button busy=join.pending() on_press=press><Say key="waitlist.join"/></Button>
            <LinkButton href=paths::home() look=Look::Text icon=Glyph::Left><Say key="bookings.to_search"/></LinkButton>
        </div>
    }
    .into_any()
}
