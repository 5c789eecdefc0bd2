//! The page of the search: what is wanted above, what was found below, in one of three views.

use chrono::{Datelike, NaiveDate};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use shared::access::{Area, may};
use shared::families::Child;
use shared::locale::{day, minutes, weekday, without_ruby};
use shared::municipalities::MunicipalityCode;
use shared::programmes::ProgrammeKey;
use shared::time::{age_months_on, days_after, days_before, tokyo_day};
use wasm_bindgen::JsCast;

use super::client::{self, Found};
use super::model::{
    AGES, Ask, DAYS, DAYS_AHEAD, Facet, Hours, LENGTHS, Names, Offer, Point, Standing, View, Wanted, Whom, age_words, hours_words, lay_out,
    with_places,
};
use super::near::{NearPicker, remembered};
use super::parts::{Picker, day_stays, day_with_holiday, mark, offer_card, offer_name, week_table};
use crate::api::Failure;
use crate::i18n::{Say, furigana, locale, marked, say_with, sentence, t, t_with, text};
use crate::offline::use_online;
use crate::session::use_session;
use crate::settings;
use crate::ui::{Button, Dialog, EmptyState, Glyph, Icon, Load, Look, Map, PageTitle, Pin, Skeleton, TabPanel, Tabs};

/// How many days stand in the strip.
const STRIP_DAYS: u32 = 21;
/// How many days of a facility the list shows when no day is chosen.
const CARD_DAYS: usize = 2;

/// The search of the page: what is wanted, and the one way to want something else.
#[derive(Clone, Copy)]
pub struct Search {
    /// What is wanted, as the address says.
    pub wanted: Memo<Wanted>,
    /// What things are called.
    pub names: Memo<Names>,
    /// The point of "near".
    pub point: RwSignal<Option<Point>>,
    today: NaiveDate,
    go: Callback<Wanted>,
}

impl Search {
    /// Wants something else.
    pub fn change(self, how: impl FnOnce(&mut Wanted)) {
        let before = self.wanted.get_untracked();
        let mut wanted = before.clone();
        how(&mut wanted);
        if wanted != before {
            self.go.run(wanted);
        }
    }
}

/// The family of the person who is signed in, as far as a search needs it.
#[derive(Clone, PartialEq, Default)]
struct Household {
    residence: Option<MunicipalityCode>,
    children: Vec<Child>,
}

/// The first page of the app.
#[component]
pub fn SearchPage() -> impl IntoView {
    let address = use_query_map();
    let navigate = use_navigate();
    let session = use_session();
    let online = use_online();
    let today = settings::today();
    let municipalities = LocalResource::new(client::municipalities);
    let programmes = LocalResource::new(|| client::programmes(None));
    let search = Search {
        wanted: Memo::new(move |_| address.with(|values| Wanted::read(|name| values.get(name)))),
        names: Memo::new(move |_| Names {
            municipalities: municipalities.get().and_then(Result::ok).unwrap_or_default(),
            programmes: programmes.get().and_then(Result::ok).unwrap_or_default(),
        }),
        point: RwSignal::new(remembered()),
        today,
        go: Callback::new(move |wanted: Wanted| {
            navigate(&wanted.written(), NavigateOptions { scroll: false, ..Default::default() });
        }),
    };
    let is_family = Memo::new(move |_| session.me().is_some_and(|me| may(&me.role, Area::Family)));
    let family = LocalResource::new(move || {
        let asks = is_family.get();
        async move {
            if !asks {
                return Household::default();
            }
            // The search works without either of them.
            let residence = client::family().await.ok().map(|family| family.municipality);
            Household { residence, children: client::children().await.unwrap_or_default() }
        }
    });
    let household = Memo::new(move |_| family.get().unwrap_or_default());
    let born = Memo::new(move |_| {
        let age = search.wanted.with(|wanted| wanted.age)?;
        household.with(|household| household.children.iter().map(|child| child.known.born).find(|born| age_months_on(*born, today) == age))
    });
    let ask = Memo::new(move |_| {
        search.wanted.with(|wanted| wanted.ask(today, household.with(|household| household.residence.clone()), born.get()))
    });
    let found = LocalResource::new(move || {
        let ask = ask.get();
        // Without network the last answer stays; with it again, the search runs again.
        let _ = online.get();
        async move { client::search(&ask).await.map(|found| (ask, found)) }
    });
    let view_name = Signal::derive(move || search.wanted.with(|wanted| wanted.view.name().to_owned()));
    let on_select = Callback::new(move |name: String| search.change(|wanted| wanted.view = View::of(&name)));
    let results = Results { search, ask, found, born };
    view! {
        <div class="search stack">
            <div class="search-head">
                <PageTitle text="slots.title"/>
                <p class="search-lead"><Say key="slots.lead"/></p>
            </div>
            <section class="search-form stack" aria-label=move || t("slots.conditions")>
                <ChildChoice search children=Signal::derive(move || household.with(|household| household.children.clone()))/>
                <Conditions search/>
            </section>
            <section class="search-results" aria-label=move || t("slots.results")>
                <DayStrip search/>
                <Tabs
                    id="search"
                    label="slots.views"
                    tabs=vec![("list", "slots.view_list".into()), ("week", "slots.view_week".into()), ("map", "slots.view_map".into())]
                    selected=view_name
                    on_select
                />
                <TabPanel id="search" name="list" selected=view_name>{results.list()}</TabPanel>
                <TabPanel id="search" name="week" selected=view_name>{results.week()}</TabPanel>
                <TabPanel id="search" name="map" selected=view_name>{results.map()}</TabPanel>
            </section>
        </div>
    }
}

/// One tap for a child of the family; a list of ages for everybody.
#[component]
fn ChildChoice(search: Search, children: Signal<Vec<Child>>) -> impl IntoView {
    let today = search.today;
    let options = Signal::derive(move || {
        let now = locale();
        let chosen = search.wanted.with(|wanted| wanted.age);
        let mut ages: Vec<u32> = AGES.to_vec();
        // The exact age of a child stands in the list as the choice it belongs to.
        if let Some(months) = chosen.filter(|months| !ages.contains(months)) {
            ages.retain(|age| age_words(*age, now) != age_words(months, now));
            ages.push(months);
            ages.sort_unstable();
        }
        let mut options = vec![(String::new(), sentence("slots.age_any", now))];
        options.extend(ages.into_iter().map(|months| (months.to_string(), age_words(months, now))));
        options
    });
    let value = Signal::derive(move || search.wanted.with(|wanted| wanted.age.map(|months| months.to_string()).unwrap_or_default()));
    view! {
        <div class="who">
            <Show when=move || !children.with(Vec::is_empty)>
                <div class="who-children" role="group" aria-label=move || t("slots.our_children")>
                    {move || {
                        children
                            .get()
                            .into_iter()
                            .map(|child| {
                                let months = age_months_on(child.known.born, today);
                                let is_chosen = move || search.wanted.with(|wanted| wanted.age == Some(months));
                                let words = format!("{}（{}）", given_name(child.known.name.as_str()), age_words(months, locale()));
                                view! {
                                    <button
                                        type="button"
                                        class="toggle"
                                        aria-pressed=move || if is_chosen() { "true" } else { "false" }
                                        on:click=move |_| search.change(|wanted| wanted.age = (wanted.age != Some(months)).then_some(months))
                                    >
                                        {marked(&words)}
                                    </button>
                                }
                            })
                            .collect_view()
                    }}
                </div>
            </Show>
            <Picker
                id="age"
                label="slots.age"
                options
                value
                on_choose=Callback::new(move |value: String| search.change(|wanted| wanted.age = value.parse().ok()))
            />
        </div>
    }
}

/// The part of a name that the family calls a child by.
fn given_name(name: &str) -> &str {
    name.split_whitespace().last().unwrap_or(name)
}

/// The coming days side by side, and any other day.
#[component]
fn DayStrip(search: Search) -> impl IntoView {
    let today = search.today;
    let chosen = Memo::new(move |_| search.wanted.with(|wanted| wanted.day_from(today)));
    let choose = move |date: Option<NaiveDate>| {
        search.change(|wanted| {
            wanted.day = date;
            wanted.week = None;
        });
    };
    let pressed = move |date: Option<NaiveDate>| move || if chosen.get() == date { "true" } else { "false" };
    view! {
        <div class="days">
            <div class="days-strip" role="group" aria-label=move || t("slots.day")>
                <button type="button" class="day day-any" aria-pressed=pressed(None) on:click=move |_| choose(None)>
                    <Say key="slots.day_any"/>
                </button>
                {(0..STRIP_DAYS)
                    .map(|offset| {
                        let date = days_after(today, offset);
                        let holiday = move || settings::holiday(date, locale());
                        view! {
                            <button
                                type="button"
                                class="day"
                                class:is-saturday=date.weekday() == chrono::Weekday::Sat
                                class:is-sunday=move || date.weekday() == chrono::Weekday::Sun || holiday().is_some()
                                class:is-holiday=move || holiday().is_some()
                                aria-pressed=pressed(Some(date))
                                aria-label=move || without_ruby(&day_with_holiday(date, locale()))
                                on:click=move |_| choose(Some(date))
                            >
                                <span class="day-month">
                                    {move || {
                                        if offset == 0 {
                                            t("ui.today")
                                        } else if date.day() == 1 || offset == 1 {
                                            t_with("slots.month", &[("month", date.month().to_string())])
                                        } else {
                                            String::new()
                                        }
                                    }}
                                </span>
                                <span class="day-number">{date.day()}</span>
                                <span class="day-weekday">{move || without_ruby(weekday(date.weekday(), locale()))}</span>
                                {move || holiday().map(|name| view! { <span class="day-holiday">{without_ruby(&name)}</span> })}
                            </button>
                        }
                    })
                    .collect_view()}
                <div class="days-other">
                    <label for="other-day"><Say key="slots.day_other"/></label>
                    <input
                        class="input"
                        id="other-day"
                        type="date"
                        min=today.to_string()
                        max=days_after(today, DAYS_AHEAD).to_string()
                        prop:value=move || chosen.get().map(|date| date.to_string()).unwrap_or_default()
                        on:change:target=move |event| choose(event.target().value().parse().ok())
                    />
                </div>
            </div>
        </div>
    }
}

/// Everything else one may want: a line of what is set, and a panel to set it.
#[component]
fn Conditions(search: Search) -> impl IntoView {
    // Wide screens have room for the panel; there it is open at first.
    let is_open = RwSignal::new(window().inner_width().ok().and_then(|width| width.as_f64()).is_some_and(|width| width >= 1024.0));
    view! {
        <div class="conditions">
            <div class="conditions-line">
                <button
                    type="button"
                    class="button button-outline conditions-toggle"
                    aria-expanded=move || if is_open.get() { "true" } else { "false" }
                    aria-controls="conditions"
                    on:click=move |_| is_open.update(|open| *open = !*open)
                >
                    <Icon glyph=Glyph::Menu/>
                    <span><Say key="slots.narrow"/></span>
                </button>
                <ul class="chosen" aria-label=move || t("slots.chosen")>
                    {move || {
                        let (wanted, names, now) = (search.wanted.get(), search.names.get(), locale());
                        wanted
                            .facets()
                            .into_iter()
                            .map(|facet| {
                                let words = wanted.words(facet, &names, now);
                                view! { <li>{chosen(search, facet, &words)}</li> }
                            })
                            .collect_view()
                    }}
                </ul>
            </div>
            <div id="conditions" class="conditions-panel" hidden=move || !is_open.get()>
                <Panel search/>
            </div>
        </div>
    }
}

fn chosen(search: Search, facet: Facet, words: &str) -> impl IntoView + use<> {
    let label = t_with("slots.remove", &[("condition", words.to_owned())]);
    view! {
        <button type="button" class="chip chosen-chip" aria-label=label on:click=move |_| search.change(|wanted| *wanted = wanted.without(facet))>
            <span>{marked(words)}</span>
            <Icon glyph=Glyph::Cross/>
        </button>
    }
}

/// The panel.
#[component]
fn Panel(search: Search) -> impl IntoView {
    let with_any = |key: &'static str, others: Vec<(String, String)>| {
        let mut options = vec![(String::new(), sentence(key, locale()))];
        options.extend(others);
        options
    };
    let cities = Signal::derive(move || {
        let names = search.names.get();
        with_any(
            "slots.city_any",
            names.municipalities.iter().map(|city| (city.code.to_string(), city.name.get(locale()).to_owned())).collect(),
        )
    });
    let programmes = Signal::derive(move || {
        let names = search.names.get();
        with_any("slots.programme_any", names.keys().iter().map(|key| (key.as_str().to_owned(), names.programme(key, locale()))).collect())
    });
    let lengths = Signal::derive(move || {
        with_any("slots.length_any", LENGTHS.iter().map(|length| (length.to_string(), minutes(*length, locale()))).collect())
    });
    let hours = Signal::derive(move || {
        let now = locale();
        let mut options: Vec<(String, String)> = [Hours::Any, Hours::Morning, Hours::Afternoon]
            .map(|hours| (hours.written().unwrap_or_default(), hours_words(hours, now)))
            .into();
        options.push(("between".to_owned(), sentence("slots.hours_between", now)));
        options
    });
    let hours_value = Signal::derive(move || match search.wanted.with(|wanted| wanted.hours) {
        Hours::Between(..) => "between".to_owned(),
        other => other.written().unwrap_or_default(),
    });
    let between = Memo::new(move |_| match search.wanted.with(|wanted| wanted.hours) {
        Hours::Between(from, until) => Some((from, until)),
        _ => None,
    });
    let choose_hours = Callback::new(move |value: String| {
        search.change(|wanted| {
            wanted.hours = match value.as_str() {
                "morning" => Hours::Morning,
                "afternoon" => Hours::Afternoon,
                "between" => Hours::between(9, 15),
                _ => Hours::Any,
            };
        });
    });
    let set_time = move |is_start: bool, value: String| {
        let (Some((from, until)), Ok(time)) = (between.get_untracked(), chrono::NaiveTime::parse_from_str(&value, "%H:%M")) else { return };
        let (from, until) = if is_start { (time, until) } else { (from, time) };
        if from < until {
            search.change(|wanted| wanted.hours = Hours::Between(from, until));
        }
    };
    view! {
        <div class="panel">
            <Picker
                id="city"
                label="slots.city"
                options=cities
                value=Signal::derive(move || search.wanted.with(|wanted| wanted.city.as_ref().map(ToString::to_string).unwrap_or_default()))
                on_choose=Callback::new(move |value: String| search.change(|wanted| wanted.city = MunicipalityCode::parse(&value).ok()))
            />
            <Picker
                id="programme"
                label="slots.programme"
                options=programmes
                value=Signal::derive(move || search.wanted.with(|wanted| wanted.programme.as_ref().map(|key| key.as_str().to_owned()).unwrap_or_default()))
                on_choose=Callback::new(move |value: String| {
                    search.change(|wanted| wanted.programme = (!value.is_empty()).then(|| ProgrammeKey::new(value)))
                })
            />
            <Picker id="hours" label="slots.hours" options=hours value=hours_value on_choose=choose_hours/>
            <Show when=move || between.get().is_some()>
                <div class="panel-times" role="group" aria-label=move || t("slots.hours_between")>
                    <label for="time-from"><Say key="slots.time_from"/></label>
                    <input
                        class="input" id="time-from" type="time" step="1800"
                        prop:value=move || between.get().map(|(from, _)| from.format("%H:%M").to_string()).unwrap_or_default()
                        on:change:target=move |event| set_time(true, event.target().value())
                    />
                    <label for="time-until"><Say key="slots.time_until"/></label>
                    <input
                        class="input" id="time-until" type="time" step="1800"
                        prop:value=move || between.get().map(|(_, until)| until.format("%H:%M").to_string()).unwrap_or_default()
                        on:change:target=move |event| set_time(false, event.target().value())
                    />
                </div>
            </Show>
            <Picker
                id="length"
                label="slots.length"
                options=lengths
                value=Signal::derive(move || search.wanted.with(|wanted| wanted.minimum.map(|length| length.to_string()).unwrap_or_default()))
                on_choose=Callback::new(move |value: String| search.change(|wanted| wanted.minimum = value.parse().ok()))
            />
            <div class="choice panel-choice">
                <input
                    type="checkbox"
                    id="bookable"
                    prop:checked=move || search.wanted.with(|wanted| wanted.bookable)
                    on:change:target=move |event| {
                        let is_on = event.target().checked();
                        search.change(|wanted| wanted.bookable = is_on);
                    }
                />
                <label for="bookable"><Say key="slots.bookable_only"/></label>
            </div>
            <NearPicker search/>
        </div>
    }
}

/// What was found, for the three views.
#[derive(Clone, Copy)]
struct Results {
    search: Search,
    ask: Memo<Ask>,
    found: LocalResource<Result<(Ask, Found), Failure>>,
    born: Memo<Option<NaiveDate>>,
}

impl Results {
    /// Lays out what was found and shows it; while the answer to another question is on its way, nothing of the old one stands there.
    fn show(self, how: impl Fn(Vec<Offer>) -> AnyView + Copy + Send + Sync + 'static) -> AnyView {
        view! {
            <Load what=self.found let:answer>
                {
                    let (asked, found) = answer;
                    move || {
                        if self.ask.with(|ask| (ask.from, ask.to) != (asked.from, asked.to)) {
                            return view! { <Skeleton/> }.into_any();
                        }
                        let wanted = self.search.wanted.get();
                        let point = self.search.point.get().filter(|_| wanted.near.is_some()).map(|point| point.position());
                        let whom = Whom { age: wanted.age, born: self.born.get() };
                        let mut offers =
                            self.search.names.with(|names| lay_out(&found.places, names, whom, point, wanted.near.unwrap_or_default()));
                        if wanted.bookable {
                            offers.retain(|offer| matches!(offer.best(), Standing::Free(_)));
                        }
                        if offers.is_empty() {
                            return view! { <Nothing search=self.search ask=asked.clone()/> }.into_any();
                        }
                        let none_free = with_places(&offers) == 0;
                        view! {
                            <p class="found" role="status">{found_words(&offers)}</p>
                            {none_free.then(|| view! { <div class="found-none"><NextFree search=self.search ask=asked.clone()/></div> })}
                            {how(offers)}
                            {found.is_cut.then(|| view! { <p class="quiet"><Say key="slots.cut"/></p> })}
                        }
                        .into_any()
                    }
                }
            </Load>
        }
        .into_any()
    }

    fn list(self) -> AnyView {
        self.show(move |offers| {
            let (names, now) = (self.search.names.get(), locale());
            view! { <div class="offers">{offers.iter().map(|offer| offer_card(offer, CARD_DAYS, &names, now, None)).collect_view()}</div> }
                .into_any()
        })
    }

    fn week(self) -> AnyView {
        let search = self.search;
        let today = search.today;
        let first = Memo::new(move |_| search.wanted.with(|wanted| wanted.first_of_week(today)));
        let go = move |date: NaiveDate| search.change(|wanted| wanted.week = Some(date.max(today)));
        let is_shown = RwSignal::new(false);
        let picked = RwSignal::new(None::<(Offer, NaiveDate)>);
        let table = self.show(move |offers| {
            let (names, now) = (search.names.get(), locale());
            let days: Vec<NaiveDate> = (0..DAYS).map(|offset| days_after(first.get(), offset)).collect();
            let all = offers.clone();
            let on_open = Callback::new(move |(id, date): (String, NaiveDate)| {
                picked.set(all.iter().find(|offer| offer.facility.id.as_str() == id).map(|offer| (offer.clone(), date)));
                is_shown.set(true);
            });
            week_table(&offers, &days, today, &names, now, on_open)
        });
        let title = text(move || {
            let now = locale();
            picked.get().map(|(offer, date)| format!("{} {}", offer_name(&offer, now), day(date, now))).unwrap_or_default()
        });
        view! {
            <div class="week-head">
                <h2 class="week-title">
                    {furigana(move || {
                        let dash = if locale() == shared::locale::Locale::En { " – " } else { "〜" };
                        format!("{}{dash}{}", day(first.get(), locale()), day(days_after(first.get(), DAYS - 1), locale()))
                    })}
                </h2>
                <div class="row no-print">
                    <Button
                        look=Look::Outline
                        icon=Glyph::Left
                        disabled=Signal::derive(move || first.get() <= today)
                        on_press=Callback::new(move |()| go(days_before(first.get_untracked(), DAYS)))
                    >
                        <Say key="ui.week_before"/>
                    </Button>
                    <Button look=Look::Outline icon=Glyph::Right on_press=Callback::new(move |()| go(days_after(first.get_untracked(), DAYS)))>
                        <Say key="ui.week_after"/>
                    </Button>
                </div>
            </div>
            {table}
            <p class="quiet"><Say key="slots.week_how"/></p>
            <Dialog id="day-of-facility" title open=is_shown>
                {move || {
                    let (names, now) = (search.names.get(), locale());
                    picked
                        .get()
                        .map(|(offer, date)| {
                            let name = offer_name(&offer, now);
                            offer.on(date).map(|of| day_stays(of, &name, &names, now))
                        })
                }}
            </Dialog>
        }
        .into_any()
    }

    fn map(self) -> AnyView {
        let search = self.search;
        let picked = RwSignal::new(None::<String>);
        self.show(move |offers| {
            let (names, now) = (search.names.get(), locale());
            let pins: Vec<Pin> = offers
                .iter()
                .filter_map(|offer| {
                    let position = offer.facility.position?;
                    let best = offer.best();
                    let label = format!("{} {} {}", offer_name(offer, now), mark(best), best.words(now));
                    Some(Pin::new(offer.facility.id.as_str(), position.latitude, position.longitude, without_ruby(&label), Some(best.level())))
                })
                .collect();
            let centre = names.municipalities.first().map_or((35.48, 133.29), |city| (city.position.latitude, city.position.longitude));
            let on_pick = Callback::new(move |id: String| {
                picked.set(Some(id));
                focus_soon("picked-offer");
            });
            let offers = StoredValue::new(offers);
            view! {
                <div class="map-view">
                    <Map label="slots.map_label" pins=Signal::stored(pins) centre on_pick/>
                    <div class="offers">
                        {move || {
                            let (names, now, picked) = (search.names.get(), locale(), picked.get());
                            offers
                                .with_value(|offers| {
                                    let is_picked = |offer: &&Offer| picked.as_deref() == Some(offer.facility.id.as_str());
                                    let first = offers.iter().filter(is_picked).map(|offer| offer_card(offer, CARD_DAYS, &names, now, Some("picked-offer")));
                                    let others = offers.iter().filter(|offer| !is_picked(offer)).map(|offer| offer_card(offer, 1, &names, now, None));
                                    first.chain(others).collect_view()
                                })
                        }}
                    </div>
                </div>
            }
            .into_any()
        })
    }
}

fn found_words(offers: &[Offer]) -> impl IntoView + use<> {
    let (free, all) = (with_places(offers), offers.len());
    say_with("slots.found", move || vec![("free", free.to_string()), ("all", all.to_string())])
}

/// Moves the focus to something that is about to be made.
fn focus_soon(id: &'static str) {
    request_animation_frame(move || {
        if let Some(element) = document().get_element_by_id(id).and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = element.focus();
        }
    });
}

/// Nothing was found: what one can do about it.
#[component]
fn Nothing(search: Search, ask: Ask) -> impl IntoView {
    view! {
        <EmptyState words="slots.none">
            <NextFree search ask/>
            <ul class="nothing-ways">
                {move || {
                    let (wanted, names, now) = (search.wanted.get(), search.names.get(), locale());
                    wanted
                        .facets()
                        .into_iter()
                        .filter(|facet| !matches!(facet, Facet::Age))
                        .map(|facet| {
                            let words = sentence("slots.without", now).replace("%{condition}", &wanted.words(facet, &names, now));
                            view! {
                                <li>
                                    <Button look=Look::Outline on_press=Callback::new(move |()| search.change(|wanted| *wanted = wanted.without(facet)))>
                                        {marked(&words)}
                                    </Button>
                                </li>
                            }
                        })
                        .collect_view()
                }}
            </ul>
        </EmptyState>
    }
}

/// The next day with a place that can be booked, one tap away.
#[component]
fn NextFree(search: Search, ask: Ask) -> impl IntoView {
    let today = search.today;
    let next = LocalResource::new(move || {
        let ask = ask.afterwards(today);
        async move { client::first(&ask).await.ok().flatten() }
    });
    move || {
        next.get().map(|place| match place {
            None => view! { <p><Say key="slots.none_later"/></p> }.into_any(),
            Some(place) => {
                let date = tokyo_day(place.starts_at);
                view! {
                    <Button
                        icon=Glyph::Calendar
                        on_press=Callback::new(move |()| {
                            search.change(|wanted| {
                                wanted.day = Some(date);
                                wanted.week = None;
                            });
                        })
                    >
                        {say_with("slots.next_free", move || vec![("day", day(date, locale()))])}
                    </Button>
                }
                .into_any()
            }
        })
    }
}
