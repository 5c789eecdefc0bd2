//! What was found, as a person sees it: days with their stays, facilities, the table of a week, and choices of the search.

use chrono::{DateTime, Datelike, NaiveDate, Utc, Weekday};
use leptos::prelude::*;
use shared::locale::{Locale, clock_span, day, weekday, without_ruby};
use shared::municipalities::MunicipalityCode;
use shared::slots::Opening;

use super::model::{Against, Day, Names, Offer, Place, Standing, against, facility_name};
use super::wanted::distance_words;
use crate::i18n::{marked, sentence, t};
use crate::paths;
use crate::settings;
use crate::ui::{Glyph, Icon, Level};

const fn look(level: Level) -> (&'static str, &'static str) {
    match level {
        Level::Many => ("availability availability-many", "○"),
        Level::Few => ("availability availability-few", "△"),
        Level::None => ("availability availability-none", "×"),
    }
}

/// How something stands: ○ △ × with the number in words.
pub fn standing(standing: Standing, locale: Locale) -> AnyView {
    let (class, mark) = look(standing.level());
    view! {
        <span class=class>
            <span class="availability-mark" aria-hidden="true">{mark}</span>
            <span class="availability-words">{marked(&standing.words(locale))}</span>
        </span>
    }
    .into_any()
}

/// The mark of how something stands.
pub const fn mark(standing: Standing) -> &'static str {
    look(standing.level()).1
}

/// The name of an offer's facility.
pub fn offer_name(offer: &Offer, locale: Locale) -> String {
    facility_name(&offer.facility.name, Some(&offer.facility.kana), offer.facility.name_en.as_deref(), locale)
}

/// The stays of a day, by programme; each that can be booked leads to its booking.
pub fn day_stays(of: &Day, facility: &str, names: &Names, locale: Locale) -> AnyView {
    let mut programmes: Vec<_> = of.places.iter().map(|place| place.free.programme.clone()).collect();
    programmes.sort();
    programmes.dedup();
    programmes
        .into_iter()
        .map(|key| {
            let name = names.programme(&key, locale);
            let places: Vec<&Place> = of.places.iter().filter(|place| place.free.programme == key).collect();
            let demands = places.iter().any(|place| place.free.interview);
            let stays = places.iter().map(|place| stays(place, of.date, facility, &name, names, locale)).collect_view();
            view! {
                <div class="stays">
                    <p class="stays-programme">{marked(&name)}</p>
                    {demands.then(|| view! { <p class="quiet">{marked(&sentence("slots.interview", locale))}</p> })}
                    <ul class="stays-list">{stays}</ul>
                    {reasons(&against(places.into_iter()), locale)}
                </div>
            }
        })
        .collect_view()
        .into_any()
}

fn reasons(against: &[Against], locale: Locale) -> Option<impl IntoView + use<>> {
    (!against.is_empty()).then(|| {
        view! { <ul class="reasons quiet">{against.iter().map(|one| view! { <li>{marked(&one.words(locale))}</li> }).collect_view()}</ul> }
    })
}

fn stays(place: &Place, date: NaiveDate, facility: &str, programme: &str, names: &Names, locale: Locale) -> AnyView {
    // What cannot be booked at all is one line, whatever its parts are.
    let best = place.best();
    if !matches!(best, Standing::Free(_)) {
        // Which stay to wait for is chosen on the way.
        let href = (best == Standing::Full).then(|| paths::book(place.free.slot_id.as_str(), None, None));
        return refused(href, String::new(), (place.free.starts_at, place.free.ends_at), best, locale);
    }
    place
        .free
        .openings
        .iter()
        .map(|opening| {
            let part = names.opening(&place.free, opening, locale);
            match place.standing(opening) {
                Standing::Free(_) => stay(place, opening, part, date, &[facility, programme], locale),
                other => {
                    let href = paths::book(place.free.slot_id.as_str(), Some(opening.starts_at), Some(opening.ends_at));
                    refused((other == Standing::Full).then_some(href), part, (opening.starts_at, opening.ends_at), other, locale)
                }
            }
        })
        .collect_view()
        .into_any()
}

fn stay(place: &Place, opening: &Opening, part: String, date: NaiveDate, context: &[&str], locale: Locale) -> AnyView {
    let stands = place.standing(opening);
    let times = clock_span(opening.starts_at, opening.ends_at, locale);
    let mut spoken = vec![part.clone(), times.clone(), stands.words(locale), day(date, locale)];
    spoken.extend(context.iter().map(|&words| words.to_owned()));
    spoken.push(sentence("slots.to_booking", locale));
    let spoken: Vec<String> = spoken.iter().filter(|words| !words.is_empty()).map(|words| without_ruby(words)).collect();
    // A stretch of a whole day says where to begin, not for how long.
    let ends_at = opening.block.is_some().then_some(opening.ends_at);
    let href = paths::book(place.free.slot_id.as_str(), Some(opening.starts_at), ends_at);
    view! {
        <li>
            <a class="stay" href=href aria-label=spoken.join(if locale == Locale::En { ", " } else { "、" })>
                {stay_words(&part, &times)}
                {standing(stands, locale)}
                <Icon glyph=Glyph::Right/>
            </a>
        </li>
    }
    .into_any()
}

fn stay_words(part: &str, times: &str) -> impl IntoView + use<> {
    let part = (!part.is_empty()).then(|| view! { <span class="stay-part">{marked(part)}</span> });
    view! { <span class="stay-words"><span class="stay-times">{times.to_owned()}</span>{part}</span> }
}

/// A stay that cannot be booked; where it is full, one can wait for it.
fn refused(to_wait: Option<String>, part: String, times: (DateTime<Utc>, DateTime<Utc>), stands: Standing, locale: Locale) -> AnyView {
    let times = clock_span(times.0, times.1, locale);
    let wait = to_wait.map(|href| {
        let spoken = without_ruby(&format!("{part} {times} {}", sentence("slots.wait", locale)));
        view! { <a class="stay-wait" href=href aria-label=spoken>{marked(&sentence("slots.wait", locale))}</a> }
    });
    view! { <li class="stay stay-refused">{stay_words(&part, &times)} {standing(stands, locale)} {wait}</li> }.into_any()
}

/// The city of a facility, and how far away it is.
pub fn whereabouts(municipality: &MunicipalityCode, metres: Option<i64>, names: &Names, locale: Locale) -> impl IntoView + use<> {
    let city = names.city(municipality, locale);
    let far = metres.map(|metres| sentence("slots.away", locale).replace("%{value}", &distance_words(metres, locale)));
    view! {
        <p class="offer-where">
            <Icon glyph=Glyph::Pin/>
            <span>{marked(&city)}</span>
            {far.map(|far| view! { <span class="offer-far">{marked(&far)}</span> })}
        </p>
    }
}

/// A facility with what it offers: all its days, or the first ones and the way to the others.
pub fn offer_card(offer: &Offer, most_days: usize, names: &Names, locale: Locale, id: Option<&'static str>) -> AnyView {
    let name = offer_name(offer, locale);
    let shown = offer.first_days(most_days);
    let has_more = shown.len() < offer.days.len();
    let page = paths::facility(offer.facility.id.as_str());
    let days = shown
        .into_iter()
        .map(|of| {
            view! {
                <section class="offer-day">
                    <h3>{marked(&day_with_holiday(of.date, locale))}</h3>
                    {day_stays(of, &name, names, locale)}
                </section>
            }
        })
        .collect_view();
    let others = sentence("slots.other_days_of", locale).replace("%{facility}", &without_ruby(&name));
    view! {
        <article class="card offer" id=id tabindex=id.map(|_| "-1")>
            <header class="offer-head">
                <div>
                    <h2 class="offer-name"><a href=page.clone()>{marked(&name)}</a></h2>
                    {whereabouts(&offer.facility.municipality, offer.metres, names, locale)}
                </div>
            </header>
            <div class="offer-days">{days}</div>
            {has_more
                .then(|| {
                    view! {
                        <p class="offer-more">
                            <a href=page aria-label=without_ruby(&others)>{marked(&sentence("slots.other_days", locale))}<Icon glyph=Glyph::Right/></a>
                        </p>
                    }
                })}
        </article>
    }
    .into_any()
}

/// Something to choose from a list that the device shows in its own way.
#[component]
pub fn Picker(
    /// Id of the element.
    id: &'static str,
    /// Key of what is chosen.
    label: &'static str,
    /// Values with their words.
    options: Signal<Vec<(String, String)>>,
    /// The value chosen.
    value: Signal<String>,
    /// Another was chosen.
    on_choose: Callback<String>,
) -> impl IntoView {
    view! {
        <div class="picker">
            <label for=id>{crate::i18n::say(label)}</label>
            <div class="select">
                <select class="input" id=id on:change:target=move |event| on_choose.run(event.target().value())>
                    {move || {
                        options
                            .get()
                            .into_iter()
                            .map(|(option, words)| {
                                let this = option.clone();
                                view! { <option value=option prop:selected=move || value.with(|chosen| *chosen == this)>{without_ruby(&words)}</option> }
                            })
                            .collect_view()
                    }}
                </select>
                <Icon glyph=Glyph::Down/>
            </div>
        </div>
    }
}

/// Seven days and the facilities: one mark each, which opens the stays of that day.
pub fn week_table(
    offers: &[Offer],
    days: &[NaiveDate],
    today: NaiveDate,
    names: &Names,
    locale: Locale,
    on_open: Callback<(String, NaiveDate)>,
) -> AnyView {
    let heads = days
        .iter()
        .map(|date| {
            let is_saturday = date.weekday() == Weekday::Sat;
            let is_sunday = date.weekday() == Weekday::Sun || settings::holiday(*date, locale).is_some();
            view! {
                <th scope="col" class:is-today=*date == today class:is-saturday=is_saturday class:is-sunday=is_sunday>{day_head(*date, locale)}</th>
            }
        })
        .collect_view();
    let rows = offers
        .iter()
        .map(|offer| {
            let name = offer_name(offer, locale);
            let cells = days.iter().map(|date| week_cell(offer, &name, *date, date == &today, locale, on_open)).collect_view();
            view! {
                <tr>
                    <th scope="row">
                        <a href=paths::facility(offer.facility.id.as_str())>{marked(&name)}</a>
                        {whereabouts(&offer.facility.municipality, offer.metres, names, locale)}
                    </th>
                    {cells}
                </tr>
            }
        })
        .collect_view();
    view! {
        // Focusable, so that it can be scrolled by the keyboard.
        <div class="matrix-frame" tabindex="0" role="region" aria-label=t("slots.week_label")>
            <table class="matrix">
                <thead><tr><th scope="col">{marked(&sentence("slots.facility", locale))}</th>{heads}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// A day with the name of its holiday.
pub fn day_with_holiday(date: NaiveDate, locale: Locale) -> String {
    let said = day(date, locale);
    match settings::holiday(date, locale) {
        Some(name) => format!("{said} {name}"),
        None => said,
    }
}

fn day_head(date: NaiveDate, locale: Locale) -> impl IntoView {
    let short = weekday(date.weekday(), locale);
    view! {
        <span class="visually-hidden">{without_ruby(&day_with_holiday(date, locale))}</span>
        <span class="matrix-day" aria-hidden="true">
            <span class="matrix-date">{format!("{}/{}", date.month(), date.day())}</span>
            <span>{marked(short)}</span>
            {settings::holiday(date, locale).map(|name| view! { <span class="matrix-holiday">{marked(&name)}</span> })}
        </span>
    }
}

fn week_cell(
    offer: &Offer,
    name: &str,
    date: NaiveDate,
    is_today: bool,
    locale: Locale,
    on_open: Callback<(String, NaiveDate)>,
) -> AnyView {
    let Some(of) = offer.on(date) else {
        return view! { <td class:is-today=is_today><span class="matrix-nothing" aria-hidden="true">"–"</span><span class="visually-hidden">{t("slots.nothing")}</span></td> }
            .into_any();
    };
    let stands = of.best();
    let (class, sign) = look(stands.level());
    let short = match stands {
        Standing::Free(places) => places.to_string(),
        other => other.words(locale),
    };
    let spoken = [stands.words(locale), day(date, locale), name.to_owned()]
        .map(|words| without_ruby(&words))
        .join(if locale == Locale::En { ", " } else { "、" });
    let id = offer.facility.id.as_str().to_owned();
    view! {
        <td class:is-today=is_today>
            <button type="button" class="matrix-cell" aria-label=spoken aria-haspopup="dialog" on:click=move |_| on_open.run((id.clone(), date))>
                <span class=class>
                    <span class="availability-mark" aria-hidden="true">{sign}</span>
                    <span class="matrix-words">{marked(&short)}</span>
                </span>
            </button>
        </td>
    }
    .into_any()
}
