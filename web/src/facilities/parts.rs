//! What is known of a facility and of the programmes it offers, as a parent reads it.

use leptos::prelude::*;
use shared::facilities::{Facility, FacilityProgramme, Listing};
use shared::locale::{Locale, without_ruby};
use shared::programmes::Programme;

use super::model::{
    ages, cancellation, confirmation, deadline, extras, fee_table, hours, limit, opening, pick_up, reliefs, tier, unit, weekdays,
};
use crate::i18n::{Say, marked, sentence, text};
use crate::paths;
use crate::ui::{Chip, Disclosure, Fact, Facts, Glyph, Icon, OutsideLink, Table, Tone};

/// Where it is, when it is open, how to reach it.
pub fn facts(facility: &Facility, locale: Locale) -> AnyView {
    let listing = facility.listing.clone();
    let call_label = move |phone: &str| without_ruby(&sentence("facilities.call", locale)).replace("%{phone}", phone);
    view! {
        <Facts>
            {place(&listing)}
            {listing.access.clone().map(|access| fact("facilities.access", Some(Glyph::Home), access))}
            {listing.parking.clone().map(|parking| fact("facilities.parking", Some(Glyph::Car), parking))}
            {open(&listing, locale)}
            {taken_ages(&listing, locale).map(|ages| fact("facilities.ages_taken", Some(Glyph::Family), ages))}
            {listing
                .contact
                .phone
                .clone()
                .map(|phone| {
                    view! {
                        <Fact name="facilities.phone" icon=Glyph::Phone>
                            <a class="phone" href=paths::call(&phone) aria-label=call_label(&phone)>{phone.clone()}</a>
                        </Fact>
                    }
                })}
            {listing.operator.name.clone().map(|operator| fact("facilities.operator", None, operator))}
            {listing.capacity.map(|capacity| fact("facilities.capacity", None, sentence("facilities.children", locale).replace("%{count}", &capacity.to_string())))}
            {amenities(&listing, locale).map(|amenities| fact("facilities.amenities", None, amenities))}
            {listing
                .url
                .clone()
                .map(|url| view! { <Fact name="facilities.website"><OutsideLink href=url><Say key="facilities.open_website"/></OutsideLink></Fact> })}
            {listing.notes.clone().map(|notes| fact("facilities.notes", None, notes))}
        </Facts>
    }
    .into_any()
}

fn fact(name: &'static str, icon: Option<Glyph>, words: String) -> AnyView {
    match icon {
        Some(icon) => view! { <Fact name icon>{marked(&words)}</Fact> }.into_any(),
        None => view! { <Fact name>{marked(&words)}</Fact> }.into_any(),
    }
}

/// A fact of several sentences; nothing where there is none.
fn lines(name: &'static str, icon: Glyph, sentences: Vec<String>) -> Option<AnyView> {
    let said = |line: String| view! { <span class="fact-line">{marked(&line)}</span> };
    (!sentences.is_empty()).then(|| view! { <Fact name icon>{sentences.into_iter().map(said).collect_view()}</Fact> }.into_any())
}

fn place(listing: &Listing) -> Option<AnyView> {
    let line = listing.address.line()?;
    let postal = listing.address.postal_code.clone().map(|code| format!("〒{code}"));
    Some(
        view! {
            <Fact name="facilities.address" icon=Glyph::Pin>
                {postal.map(|postal| view! { <span class="facility-postal">{postal}</span> })}
                <span lang="ja">{line}</span>
            </Fact>
        }
        .into_any(),
    )
}

fn open(listing: &Listing, locale: Locale) -> Option<AnyView> {
    let opening = &listing.opening;
    let days = opening.weekdays.as_ref().map(|days| weekdays(days, locale)).or_else(|| opening.weekdays_text.clone());
    let hours = hours(opening, locale);
    let holidays =
        opening.on_holidays.map(|open| sentence(if open { "facilities.holidays_open" } else { "facilities.holidays_closed" }, locale));
    let first: Vec<String> = [days, hours].into_iter().flatten().collect();
    let lines: Vec<String> =
        [(!first.is_empty()).then(|| first.join(" ")), holidays, opening.notes.clone()].into_iter().flatten().collect();
    (!lines.is_empty()).then(|| {
        view! {
            <Fact name="facilities.opening" icon=Glyph::Clock>
                {lines.iter().map(|line| view! { <span class="fact-line">{marked(line)}</span> }).collect_view()}
            </Fact>
        }
        .into_any()
    })
}

fn taken_ages(listing: &Listing, locale: Locale) -> Option<String> {
    listing.ages.range.as_ref().map(|range| range.say(locale)).or_else(|| listing.ages.text.clone())
}

fn amenities(listing: &Listing, locale: Locale) -> Option<String> {
    let has = &listing.amenities;
    let known: Vec<String> = [
        (has.nursing_room, "facilities.nursing_room"),
        (has.changing_corner, "facilities.changing_corner"),
        (has.eating, "facilities.eating"),
        (has.stroller_rental, "facilities.stroller_rental"),
        (has.strollers_allowed, "facilities.strollers_allowed"),
    ]
    .into_iter()
    .filter(|(is_there, _)| *is_there == Some(true))
    .map(|(_, key)| sentence(key, locale))
    .collect();
    (!known.is_empty()).then(|| known.join(if locale == Locale::En { ", " } else { "、" }))
}

/// A programme with its fees and rules in plain words.
pub fn programme(programme: &Programme, offered: &FacilityProgramme, locale: Locale) -> AnyView {
    let hourly_yen = offered.hourly_yen;
    let interview = offered.interview;
    let terms = programme.terms.clone();
    let table = fee_table(&terms, hourly_yen, locale);
    let name = programme.name.get(locale).to_owned();
    let caption = sentence("facilities.fees_of", locale).replace("%{programme}", &name);
    let heads = table.tiers.iter().map(|one| view! { <th scope="col">{marked(&tier(one, locale))}</th> }).collect_view();
    let rows = table
        .rows
        .iter()
        .map(|(words, prices)| {
            let cells =
                prices.iter().map(|price| view! { <td class="number">{marked(price.as_deref().unwrap_or("–"))}</td> }).collect_view();
            view! { <tr><th scope="row">{marked(words)}</th>{cells}</tr> }
        })
        .collect_view();
    let bring = terms.bring.iter().map(|thing| view! { <li>{marked(thing.get(locale))}</li> }).collect_view();
    let has_bring = !terms.bring.is_empty();
    let is_free = table.rows.is_empty();
    let summary = programme.summary.get(locale).to_owned();
    let limits: Vec<String> = terms.limits.iter().map(|one| limit(one, &terms.reasons, locale)).collect();
    view! {
        <Disclosure summary=text(move || name.clone()) open=true>
            <p>{marked(&summary)}</p>
            {interview.then(|| view! { <p><Chip tone=Tone::Info><Say key="interviews.needed"/></Chip></p> })}
            <Facts>
                {fact("facilities.who", Some(Glyph::Family), ages(&terms.ages, locale))}
                {fact("facilities.stay", Some(Glyph::Clock), unit(&terms.unit, locale))}
                {lines("facilities.month_limit", Glyph::Calendar, limits)}
                {fact(
                    "facilities.booking_time",
                    Some(Glyph::Check),
                    sentence("facilities.booking_from", locale)
                        .replace("%{opening}", &opening(&terms.opens, locale))
                        .replace("%{deadline}", &deadline(terms.closes, locale)),
                )}
                {lines("facilities.confirmation", Glyph::Home, confirmation(terms.confirmation, locale))}
                {lines("facilities.cancelling", Glyph::Cross, cancellation(&terms.cancellation, locale))}
                {lines("facilities.pick_up", Glyph::Exit, pick_up(&terms, locale))}
                {lines("facilities.extras", Glyph::Yen, extras(&terms.extras, locale))}
                {lines("facilities.reliefs", Glyph::Yen, reliefs(&terms.reliefs, locale))}
                {has_bring.then(|| view! { <Fact name="facilities.bring" icon=Glyph::Bag><ul class="bring">{bring}</ul></Fact> })}
            </Facts>
            {if is_free {
                view! { <p><strong><Say key="facilities.no_fee"/></strong></p> }.into_any()
            } else {
                view! {
                    <Table caption=text(move || caption.clone())>
                        <thead><tr><th scope="col"><Say key="facilities.fee_for"/></th>{heads}</tr></thead>
                        <tbody>{rows}</tbody>
                    </Table>
                    <p class="quiet"><Icon glyph=Glyph::Info/> <Say key="facilities.fee_note"/></p>
                }
                .into_any()
            }}
        </Disclosure>
    }
    .into_any()
}
