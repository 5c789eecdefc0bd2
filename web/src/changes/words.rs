//! What changes, standings and weights are called.

use leptos::prelude::*;
use shared::changes::{Change, Holiday, NewTerm, RuleChange, Standing, Weight};
use shared::locale::{Localised, full_day};
use shared::municipalities::{Municipality, MunicipalityCode};
use shared::programmes::{Programme, ProgrammeKey};

use crate::facilities::model::tier;
use crate::i18n::{furigana, locale, name, say, say_with};
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
    }
}

/// Why somebody else has to agree.
pub const fn weight_word(weight: Weight) -> &'static str {
    match weight {
        Weight::Money => "changes.money",
        Weight::Eligibility => "changes.eligibility",
        Weight::Border => "changes.border",
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
pub fn subject(change: &Change, names: &Names) -> AnyView {
    match change {
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
