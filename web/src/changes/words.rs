//! What changes, standings and weights are called.

use leptos::prelude::*;
use shared::changes::{Change, CityData, FacilityData, Holiday, Impact, NewTerm, RuleChange, Standing, Weight};
use shared::locale::{Locale, Localised, full_day};
use shared::municipalities::{Municipality, MunicipalityCode};
use shared::notices::words;
use shared::programmes::{Programme, ProgrammeKey};

use crate::facilities::model::{hours, tier, weekdays};
use crate::frame::own_name;
use crate::i18n::{Say, filled, furigana, locale, marked, name, say, say_with, sentence};
use crate::notices::Sample;
use crate::ui::{Chip, Fact, Facts, Tone};

/// What a standing is called, and how it looks.
pub const fn standing_words(standing: Standing) -> (&'static str, Option<Tone>) {
    match standing {
        Standing::Waiting => ("changes.waiting", Some(Tone::Warning)),
        Standing::Agreed => ("changes.agreed", Some(Tone::Success)),
        Standing::Declined => ("changes.declined", Some(Tone::Error)),
        Standing::Withdrawn => ("changes.withdrawn", None),
        Standing::Undone => ("changes.undone", None),
    }
}

/// How it stands, as a chip.
#[component]
pub fn StandingChip(standing: Standing) -> impl IntoView {
    match standing_words(standing) {
        (key, Some(tone)) => view! { <Chip tone>{say(key)}</Chip> }.into_any(),
        (key, None) => view! { <Chip>{say(key)}</Chip> }.into_any(),
    }
}

/// What kind of rule a change is about.
pub const fn kind_word(change: &Change) -> &'static str {
    match change {
        Change::Programme { .. } => "changes.programme",
        Change::Procedure { .. } => "changes.procedure",
        Change::Compact { .. } => "changes.compact",
        Change::Holidays { .. } => "changes.holidays",
        Change::Facility { .. } => "changes.facility",
        Change::Closing { .. } => "changes.closing",
        Change::Municipality { .. } => "changes.municipality",
        Change::Wording { .. } => "changes.wording",
        Change::Retention { .. } => "retention.title",
    }
}

/// Why somebody else has to agree.
pub const fn weight_word(weight: Weight) -> &'static str {
    match weight {
        Weight::Money => "changes.money",
        Weight::Eligibility => "changes.eligibility",
        Weight::Border => "changes.border",
        Weight::Erasure => "retention.weighs",
    }
}

/// What changes are about, by name.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// The cities.
    pub cities: Vec<Municipality>,
    /// Every version of programmes.
    pub programmes: Vec<Programme>,
}

impl Names {
    /// A city's name.
    pub fn city(&self, code: &MunicipalityCode) -> Localised {
        let found = self.cities.iter().find(|city| city.code == *code);
        found.map_or_else(|| Localised::new(code.as_str(), code.as_str(), code.as_str()), |city| city.name.clone())
    }

    /// A programme's name.
    pub fn programme(&self, key: &ProgrammeKey) -> Localised {
        let found = self.programmes.iter().rev().find(|programme| programme.key == *key);
        found.map_or_else(|| Localised::new(key.as_str(), key.as_str(), key.as_str()), |programme| programme.name.clone())
    }

    /// The version before a new one of a city.
    pub fn before(&self, change: &RuleChange) -> Option<&Programme> {
        let Change::Programme { version } = &change.change else { return None };
        let same = self.programmes.iter().filter(|known| known.municipality == change.municipality && known.key == version.key);
        same.filter(|known| known.valid_from < version.valid_from).max_by_key(|known| known.valid_from)
    }
}

/// What a change is about, in a line.
pub fn subject(change: &RuleChange, names: &Names) -> AnyView {
    match &change.change {
        Change::Facility { facility } => facility.data.name.clone().into_any(),
        // What it is called stands in what held when it was proposed.
        Change::Closing { .. } => match &change.impact {
            Impact::Facility { before: Some(before), .. } => before.name.clone().into_any(),
            _ => ().into_any(),
        },
        Change::Municipality { city } => name(city.data.name.clone()).into_any(),
        Change::Wording { wording } => {
            let (kind, language) = (wording.kind, own_name(wording.locale));
            furigana(move || format!("{}（{language}）", words::name(kind, locale()))).into_any()
        }
        Change::Retention { rules } => {
            let count = rules.periods.len().to_string();
            say_with("retention.so_many", move || vec![("count", count.clone())]).into_any()
        }
        Change::Programme { version } => name(version.name.clone()).into_any(),
        Change::Procedure { version } => name(version.name.clone()).into_any(),
        Change::Compact { term } => way(term, names),
        Change::Holidays { added, removed } => {
            let (added, removed) = (added.len().to_string(), removed.len().to_string());
            say_with("changes.so_many_days", move || vec![("added", added.clone()), ("removed", removed.clone())]).into_any()
        }
    }
}

/// Whose children may go where, for what.
fn way(term: &NewTerm, names: &Names) -> AnyView {
    let (from, to, what) = (names.city(&term.residence), names.city(&term.host), names.programme(&term.programme));
    let values = move || {
        let locale = locale();
        vec![("from", from.get(locale).to_owned()), ("to", to.get(locale).to_owned()), ("what", what.get(locale).to_owned())]
    };
    say_with("changes.way", values).into_any()
}

/// What is said of a facility, line by line; what is not said is left empty.
fn facility_lines(data: &FacilityData, locale: Locale) -> Vec<(&'static str, String)> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let unread = |text: &str| format!("{text}{}", sentence("changes.unread", locale));
    let ages = match (data.age_range(), &data.ages) {
        (Some(range), _) => range.say(locale),
        (None, Some(text)) if !text.trim().is_empty() => unread(text),
        (None, _) => String::new(),
    };
    let opening = data.opening();
    let days = match (&opening.weekdays, &opening.weekdays_text) {
        (Some(days), _) => {
            let holidays = opening.on_holidays.map(|open| if open { "facilities.holidays_open" } else { "facilities.holidays_closed" });
            let holidays = holidays.map(|key| format!(" {}", sentence(key, locale))).unwrap_or_default();
            format!("{}{holidays}", weekdays(days, locale))
        }
        (None, Some(text)) => unread(text),
        (None, None) => String::new(),
    };
    let capacity = data.capacity.map(|count| filled("changes.children", locale, &[("count", count.to_string())]));
    let point = data.position().map(|at| format!("{}, {}", at.latitude, at.longitude));
    let postal = data.postal_code.as_deref().map(|code| format!("〒{code} ")).unwrap_or_default();
    let address = [text(&data.address), text(&data.building)].join(" ");
    vec![
        ("changes.facility_name", data.name.clone()),
        ("changes.kana", text(&data.kana)),
        ("changes.name_en", text(&data.name_en)),
        ("changes.facility_kind", data.kind.say(locale)),
        ("facilities.capacity", capacity.unwrap_or_default()),
        ("facilities.ages_taken", ages),
        ("changes.weekdays_open", days),
        ("changes.hours", hours(&opening, locale).unwrap_or_default()),
        ("changes.opening_notes", text(&data.opening_notes)),
        ("changes.address", format!("{postal}{}", address.trim())),
        ("changes.position", point.unwrap_or_default()),
        ("changes.access", text(&data.access)),
        ("changes.phone", text(&data.phone)),
        ("changes.mail", text(&data.mail)),
        ("changes.url", text(&data.url)),
        ("changes.notes", text(&data.notes)),
    ]
}

fn city_lines(data: &CityData, locale: Locale) -> Vec<(&'static str, String)> {
    vec![
        ("changes.city_name", data.name.get(locale).to_owned()),
        ("changes.name_en", data.name.en.clone()),
        ("changes.kana", data.kana.clone()),
        ("changes.hall", format!("{}, {}", data.latitude, data.longitude)),
    ]
}

type Lines = Vec<(&'static str, String)>;

/// What differs, as it was and as it is to be; where nothing held before, all of it.
fn differing(before: Option<Lines>, after: Lines) -> AnyView {
    let Some(before) = before else {
        let all = after.into_iter().filter(|(_, text)| !text.is_empty());
        let facts = all.map(|(label, text)| view! { <Fact name=label>{marked(&text)}</Fact> }).collect_view();
        return view! { <Facts>{facts}</Facts> }.into_any();
    };
    let changed: Vec<_> = before.into_iter().zip(after).filter(|((_, was), (_, is))| was != is).collect();
    if changed.is_empty() {
        return view! { <p><Say key="changes.nothing_differs"/></p> }.into_any();
    }
    let or_none = |text: String| if text.is_empty() { say("changes.not_said").into_any() } else { marked(&text) };
    let facts = changed
        .into_iter()
        .map(|((label, was), (_, is))| view! { <Fact name=label><del>{or_none(was)}</del> " → " <strong>{or_none(is)}</strong></Fact> })
        .collect_view();
    view! { <Facts>{facts}</Facts> }.into_any()
}

/// What a change says of a facility, the city or in a notice, next to what held when it was looked at; nothing for other kinds.
pub fn difference(change: &Change, impact: &Impact) -> AnyView {
    match (change, impact) {
        (Change::Facility { facility }, Impact::Facility { before, .. }) => {
            let (after, before) = (facility.data.clone(), before.clone());
            let lines = move || differing(before.as_ref().map(|held| facility_lines(held, locale())), facility_lines(&after, locale()));
            view! { {lines} }.into_any()
        }
        (Change::Municipality { city }, Impact::Municipality { before }) => {
            let (after, before) = (city.data.clone(), before.clone());
            view! { {move || differing(Some(city_lines(&before, locale())), city_lines(&after, locale()))} }.into_any()
        }
        (Change::Wording { wording }, Impact::Wording { before, after }) => view! {
            <p><Say key="changes.example_family"/></p>
            <h3><Say key="changes.said_before"/></h3>
            <Sample texts=before.clone() language=wording.locale/>
            <h3><Say key="changes.said_after"/></h3>
            <Sample texts=after.clone() language=wording.locale/>
        }
        .into_any(),
        _ => ().into_any(),
    }
}

/// A day as people write it.
pub fn day(day: chrono::NaiveDate) -> impl IntoView {
    furigana(move || full_day(day, locale()))
}

/// What a term says.
#[component]
pub fn TermFacts(term: NewTerm, names: Names) -> impl IntoView {
    let (days, key) = (term.resident_priority_days.to_string(), term.price_tier.clone());
    let way = way(&term, &names);
    view! {
        <Facts>
            <Fact name="changes.whose">{way}</Fact>
            <Fact name="changes.from">{day(term.valid_from)}</Fact>
            {term.valid_until.map(|last| view! { <Fact name="changes.until">{day(last)}</Fact> })}
            <Fact name="changes.priority_days">{say_with("changes.so_many_earlier", move || vec![("days", days.clone())])}</Fact>
            <Fact name="changes.tier">{furigana(move || tier(&key, locale()))}</Fact>
        </Facts>
    }
}

/// Which days become holidays, and which no longer are.
#[component]
pub fn HolidayFacts(added: Vec<Holiday>, removed: Vec<chrono::NaiveDate>) -> impl IntoView {
    let added = added.into_iter().map(|holiday| view! { <li>{day(holiday.day)} "　" {holiday.name}</li> }).collect_view();
    let removed = removed.into_iter().map(|gone| view! { <li>{day(gone)}</li> }).collect_view();
    view! {
        <Facts>
            <Fact name="changes.added"><ul class="plain-list">{added}</ul></Fact>
            <Fact name="changes.removed"><ul class="plain-list">{removed}</ul></Fact>
        </Facts>
    }
}
