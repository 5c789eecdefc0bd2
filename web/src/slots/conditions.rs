//! What is wanted, on the page: the child, the day and everything else one may set.

use chrono::{Datelike, NaiveDate};
use leptos::prelude::*;
use shared::families::Child;
use shared::locale::{iso_clock, minutes, weekday, without_ruby};
use shared::municipalities::MunicipalityCode;
use shared::programmes::ProgrammeKey;
use shared::time::{age_months_on, days_after};

use super::model::{Names, Point};
use super::near::NearPicker;
use super::parts::{Picker, day_with_holiday};
use super::wanted::{AGES, DAYS_AHEAD, Facet, Hours, LENGTHS, Wanted, age_words, hours_words};
use crate::i18n::{Say, locale, marked, sentence, t, t_with};
use crate::settings;
use crate::ui::{Glyph, Icon};

/// How many days stand in the strip.
const STRIP_DAYS: u32 = 21;

/// The search of the page: what is wanted, and the one way to want something else.
#[derive(Clone, Copy)]
pub struct Search {
    /// What is wanted, as the address says.
    pub wanted: Memo<Wanted>,
    /// What things are called.
    pub names: Memo<Names>,
    /// The point of "near".
    pub point: RwSignal<Option<Point>>,
    /// Today, by the server's clock.
    pub today: NaiveDate,
    /// Goes to another search; [`Search::change`] knows when there is need to.
    pub go: Callback<Wanted>,
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

/// One tap for a child of the family; a list of ages for everybody.
#[component]
pub fn ChildChoice(search: Search, children: Signal<Vec<Child>>) -> impl IntoView {
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
pub fn DayStrip(search: Search) -> impl IntoView {
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
pub fn Conditions(search: Search) -> impl IntoView {
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
                        prop:value=move || between.get().map(|(from, _)| iso_clock(from)).unwrap_or_default()
                        on:change:target=move |event| set_time(true, event.target().value())
                    />
                    <label for="time-until"><Say key="slots.time_until"/></label>
                    <input
                        class="input" id="time-until" type="time" step="1800"
                        prop:value=move || between.get().map(|(_, until)| iso_clock(until)).unwrap_or_default()
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
