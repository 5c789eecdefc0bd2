//! What was found, on the page: as a list, as a week, on a map, and what to do where nothing was.

use chrono::NaiveDate;
use leptos::prelude::*;
use shared::locale::{day, without_ruby};
use shared::time::{days_after, days_before, tokyo_day};
use wasm_bindgen::JsCast;

use super::client::{self, Found};
use super::conditions::Search;
use super::model::{Offer, Standing, Whom, lay_out, with_places};
use super::parts::{day_stays, mark, offer_card, offer_name, week_table};
use super::wanted::{Ask, DAYS, Facet};
use crate::api::Failure;
use crate::i18n::{Say, furigana, locale, marked, say_with, sentence, text};
use crate::paths;
use crate::ui::{Button, Dialog, EmptyState, Glyph, LinkButton, Load, Look, Map, Pin, Skeleton};

/// How many days of a facility the list shows when no day is chosen.
const CARD_DAYS: usize = 2;

/// What was found, for the three views.
#[derive(Clone, Copy)]
pub struct Results {
    /// The search of the page.
    pub search: Search,
    /// What is asked now.
    pub ask: Memo<Ask>,
    /// What was asked, and what came.
    pub found: LocalResource<Result<(Ask, Found), Failure>>,
    /// The birth date of the child that is chosen.
    pub born: Memo<Option<NaiveDate>>,
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

    /// Facilities under each other.
    pub fn list(self) -> AnyView {
        self.show(move |offers| {
            let (names, now) = (self.search.names.get(), locale());
            view! { <div class="offers">{offers.iter().map(|offer| offer_card(offer, CARD_DAYS, &names, now, None)).collect_view()}</div> }
                .into_any()
        })
    }

    /// Facilities and the days of a week.
    pub fn week(self) -> AnyView {
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

    /// Facilities on a map, and under it.
    pub fn map(self) -> AnyView {
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
            <LinkButton href=paths::wish() look=Look::Text icon=Glyph::Clock><Say key="slots.wish"/></LinkButton>
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
