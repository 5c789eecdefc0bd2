//! The page of one facility.

use chrono::NaiveDate;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map, use_query_map};
use shared::access::{Area, may};
use shared::facilities::Facility;
use shared::programmes::Programme;
use shared::time::tokyo_day;

use super::client;
use super::parts::{facts, programme};
use crate::api::{Failure, percent_encoded, query};
use crate::families::client::children;
use crate::i18n::{Say, furigana, locale, marked, say, say_with, text};
use crate::interviews::InterviewNote;
use crate::interviews::client::interviews;
use crate::paths;
use crate::session::use_session;
use crate::settings::{holiday, today};
use crate::slots::client as slots;
use crate::slots::model::{Names, Outline, Whom, facility_name, lay_out};
use crate::slots::parts::day_stays;
use crate::slots::wanted::Ask;
use crate::ui::{Banner, Breadcrumbs, Button, Chip, EmptyState, Load, Look, Map, PageTitle, Pin, Tone, WeekCalendar};
use shared::locale::full_day;

/// A facility with what its municipality's programmes say.
#[component]
pub fn FacilityPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("facility_id").unwrap_or_default()));
    let facility = LocalResource::new(move || {
        let id = id.get();
        async move {
            let facility = client::facility(&id).await?;
            let programmes = client::programmes(&facility.listing.municipality).await?;
            let names = Names { municipalities: slots::municipalities().await?, programmes: programmes.iter().map(Outline::of).collect() };
            Ok::<_, Failure>((facility, names, programmes))
        }
    });
    let title = text(move || match facility.get() {
        Some(Ok((facility, ..))) => {
            let listing = &facility.listing;
            facility_name(&listing.name, listing.kana.as_deref(), listing.name_en.as_deref(), locale())
        }
        _ => crate::i18n::sentence("facilities.title", locale()),
    });
    view! {
        <div class="facility stack stack-wide">
            <div>
                <Breadcrumbs trail=vec![(paths::home(), "app.nav_search".into())] here=title.clone()/>
                <PageTitle text=title/>
            </div>
            <Load what=facility let:loaded>
                {
                    let (facility, names, programmes) = loaded;
                    view! { <Sheet facility names programmes/> }
                }
            </Load>
        </div>
    }
}

/// That a facility opens or closes on a day.
fn on_day(key: &'static str, date: NaiveDate) -> impl IntoView {
    let values = move || vec![("day", full_day(date, locale()))];
    view! { <Banner tone=Tone::Warning><p>{say_with(key, values)}</p></Banner> }
}

#[component]
fn Sheet(facility: Facility, names: Names, programmes: Vec<Programme>) -> impl IntoView {
    let programmes = StoredValue::new(programmes);
    let facility = StoredValue::new(facility);
    let names = StoredValue::new(names);
    let position = facility.with_value(|facility| facility.listing.position);
    let is_fictional = facility.with_value(|facility| facility.fictional);
    let (opens_on, last_day) = facility.with_value(|facility| (facility.opens_on, facility.last_day));
    let demands_interview = facility.with_value(|facility| facility.programmes.iter().any(|offered| offered.interview));
    let has_programmes = facility.with_value(|facility| !facility.programmes.is_empty());
    view! {
        <div class="facility-head stack">
            <div class="row">
                <Chip>{move || facility.with_value(|facility| marked(&facility.listing.kind.say(locale())))}</Chip>
                <Chip>
                    {move || facility.with_value(|facility| marked(&names.with_value(|names| names.city(&facility.listing.municipality, locale()))))}
                </Chip>
                <span class="quiet" lang="ja">{facility.with_value(|facility| facility.listing.kana.clone())}</span>
            </div>
            {is_fictional.then(|| view! { <Banner><p><Say key="facilities.fictional"/></p></Banner> })}
            {opens_on.filter(|first| today() < *first).map(|first| on_day("facilities.opens_from", first))}
            {last_day.map(|last| on_day(if last < today() { "facilities.has_closed" } else { "facilities.closes_after" }, last))}
        </div>
        <section class="stack" id="places">
            <h2><Say key="facilities.free_places"/></h2>
            {demands_interview.then(|| view! { <Interviews facility_id=facility.with_value(|facility| facility.id.to_string())/> })}
            {if has_programmes {
                view! { <Places facility names/> }.into_any()
            } else {
                view! { <EmptyState words="facilities.no_programmes"/> }.into_any()
            }}
        </section>
        <div class="facility-columns">
            <section class="stack">
                <h2><Say key="facilities.about"/></h2>
                {move || facility.with_value(|facility| facts(facility, locale()))}
                {position
                    .map(|position| {
                        let pins = Signal::derive(move || {
                            let name = facility.with_value(|facility| facility.listing.name.clone());
                            vec![Pin::new("here", position.latitude, position.longitude, name, None)]
                        });
                        view! {
                            <Map label="facilities.map" pins centre=(position.latitude, position.longitude) on_pick=Callback::new(|_| ())/>
                        }
                    })}
            </section>
            <section class="stack" hidden=!has_programmes>
                <h2><Say key="facilities.programmes"/></h2>
                {move || {
                    let now = locale();
                    facility
                        .with_value(|facility| {
                            programmes
                                .with_value(|programmes| {
                                    facility
                                        .programmes
                                        .iter()
                                        .filter_map(|offered| Some((programmes.iter().find(|known| known.key == offered.key)?, offered)))
                                        .map(|(rules, offered)| programme(rules, offered, now))
                                        .collect_view()
                                })
                        })
                }}
            </section>
        </div>
    }
}

/// That a first interview is needed, and for a family that is signed in whether theirs is done.
#[component]
fn Interviews(facility_id: String) -> impl IntoView {
    let session = use_session();
    let is_family = Memo::new(move |_| session.me().is_some_and(|me| may(&me.role, Area::Family)));
    let id = facility_id.clone();
    let known = LocalResource::new(move || {
        let (asks, id) = (is_family.get(), id.clone());
        async move {
            if !asks {
                return Ok((Vec::new(), Vec::new()));
            }
            Ok::<_, Failure>((children().await?, interviews(&id).await?))
        }
    });
    view! {
        <Load what=known let:found>
            <InterviewNote facility_id=facility_id.clone() children=found.0 known=found.1/>
        </Load>
    }
}

/// The free places of a week; the week stands in the address.
#[component]
fn Places(facility: StoredValue<Facility>, names: StoredValue<Names>) -> impl IntoView {
    let session = use_session();
    let address = use_query_map();
    let navigate = use_navigate();
    let today = today();
    let first = Memo::new(move |_| {
        let asked = address.with(|values| values.get("week")).and_then(|text| text.parse::<NaiveDate>().ok());
        asked.map_or(today, |day| day.max(today))
    });
    let id = facility.with_value(|facility| facility.id.as_str().to_owned());
    let here = format!("/facilities/{}", percent_encoded(&id));
    let move_to = Callback::new(move |day: NaiveDate| {
        let day = (day > today).then(|| day.to_string());
        navigate(&query(&here, &[("week", day)]), NavigateOptions { scroll: false, ..Default::default() });
    });
    let is_family = Memo::new(move |_| session.me().is_some_and(|me| may(&me.role, Area::Family)));
    let residence = LocalResource::new(move || {
        let asks = is_family.get();
        async move { if asks { slots::family().await.ok().map(|family| family.municipality) } else { None } }
    });
    let asked = id.clone();
    let found = LocalResource::new(move || {
        let ask = Ask::of_facility(&asked, first.get(), residence.get().flatten());
        async move { slots::search(&ask).await.map(|found| (ask.from, found)) }
    });
    let next = LocalResource::new(move || {
        let ask = Ask::of_facility(&id, first.get(), residence.get().flatten()).afterwards(today);
        async move { slots::first(&ask).await.ok().flatten().map(|place| tokyo_day(place.starts_at)) }
    });
    view! {
        <Load what=found let:answer>
            {
                let (from, found) = answer;
                let offer = names.with_value(|names| lay_out(&found.places, names, Whom::default(), None, 0)).into_iter().next();
                let has_any = offer.is_some();
                let offer = StoredValue::new(offer);
                let cells = move |date: NaiveDate| {
                    let now = locale();
                    offer
                        .with_value(|offer| {
                            let offer = offer.as_ref()?;
                            let name = facility_name(&offer.facility.name, Some(&offer.facility.kana), offer.facility.name_en.as_deref(), now);
                            let of = offer.on(date)?;
                            Some(names.with_value(|names| day_stays(of, &name, names, now)))
                        })
                        .unwrap_or_else(|| view! { <p class="quiet"><Say key="slots.nothing"/></p> }.into_any())
                };
                view! {
                    {(!has_any)
                        .then(|| {
                            view! {
                                <EmptyState words="facilities.none_this_week">
                                    {move || {
                                        next.get()
                                            .flatten()
                                            .map(|day| {
                                                view! {
                                                    <Button look=Look::Outline on_press=Callback::new(move |()| move_to.run(day))>
                                                        {furigana(move || {
                                                            crate::i18n::sentence("slots.next_free", locale())
                                                                .replace("%{day}", &shared::locale::day(day, locale()))
                                                        })}
                                                    </Button>
                                                }
                                            })
                                    }}
                                </EmptyState>
                            }
                        })}
                    <WeekCalendar label="facilities.week" first=Signal::stored(from.max(today)) today cells note=Callback::new(move |date| holiday(date, locale())) on_move=move_to/>
                }
            }
        </Load>
        <p class="quiet">{say("facilities.places_note")}</p>
    }
}
