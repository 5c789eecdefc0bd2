//! The next free places of the facility for the child: one tap instead of looking for a day.

use chrono::{DateTime, NaiveDate, Utc};
use leptos::prelude::*;
use shared::locale::{clock_span, day};
use shared::programmes::Programme;
use shared::slots::FreePlace;
use shared::time::{age_months_on, tokyo_day};

use super::client;
use crate::i18n::{Say, locale, t_with, text};
use crate::ui::{Choice, Load, RadioGroup};

/// So many are shown: who calls wants one of the next.
const MOST: usize = 8;

/// A slot, and the stay in it where one was tapped, as one word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picked {
    /// The slot.
    pub slot: String,
    /// From when to when.
    pub stay: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

impl Picked {
    /// Reads the word of a choice.
    pub fn of(word: &str) -> Option<Self> {
        let mut parts = word.split('|');
        let slot = parts.next().filter(|slot| !slot.is_empty())?.to_owned();
        let mut instant = || parts.next().and_then(|text| text.parse().ok());
        let stay = instant().zip(instant());
        Some(Self { slot, stay })
    }
}

fn word(place: &FreePlace, (starts_at, ends_at): (DateTime<Utc>, DateTime<Utc>)) -> String {
    format!("{}|{}|{}", place.slot_id, crate::paths::instant(starts_at), crate::paths::instant(ends_at))
}

/// The next places that can be booked now, as choices.
#[component]
pub fn NextPlaces(
    /// Where.
    facility: Signal<Option<String>>,
    /// From which day on.
    from: NaiveDate,
    /// When the child was born.
    born: Signal<Option<NaiveDate>>,
    /// What is chosen.
    picked: RwSignal<String>,
    /// For their names.
    programmes: Memo<Vec<Programme>>,
) -> impl IntoView {
    let places = LocalResource::new(move || {
        let asked = facility.get().zip(born.get());
        async move {
            match asked {
                Some((facility, born)) => client::free(&facility, from, age_months_on(born, from)).await,
                None => Ok(Vec::new()),
            }
        }
    });
    view! { <Load what=places let:places><Choices places picked programmes/></Load> }
}

#[component]
fn Choices(places: Vec<FreePlace>, picked: RwSignal<String>, programmes: Memo<Vec<Programme>>) -> impl IntoView {
    let free = places.iter().flat_map(|place| place.openings.iter().filter(|one| one.places_left > 0).map(move |one| (place, one)));
    let choices: Vec<Choice> = free
        .take(MOST)
        .map(|(place, opening)| {
            let (starts_at, ends_at, left, key) = (opening.starts_at, opening.ends_at, opening.places_left, place.programme.clone());
            let name =
                move || programmes.with(|all| all.iter().find(|known| known.key == key).map(|one| one.name.get(locale()).to_owned()));
            let words = move || {
                let when = format!("{} {}", day(tokyo_day(starts_at), locale()), clock_span(starts_at, ends_at, locale()));
                format!("{when} {}", name().unwrap_or_default())
            };
            Choice::new(word(place, (starts_at, ends_at)), text(words))
                .hint(text(move || t_with("entry.free_places", &[("places", left.to_string())])))
        })
        .collect();
    if choices.is_empty() {
        return view! { <p><Say key="entry.no_free"/></p> }.into_any();
    }
    view! { <RadioGroup id="entry-free" legend="entry.free" choices=Signal::stored(choices) value=picked/> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_a_slot_or_a_stay_in_it() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        assert_eq!(Picked::of(""), None);
        assert_eq!(Picked::of("a"), Some(Picked { slot: "a".to_owned(), stay: None }));
        let stay = Some((at("2026-12-01T00:00:00Z"), at("2026-12-01T03:00:00Z")));
        assert_eq!(Picked::of("a|2026-12-01T00:00:00Z|2026-12-01T03:00:00Z"), Some(Picked { slot: "a".to_owned(), stay }));
        assert_eq!(Picked::of("a|b|c").and_then(|picked| picked.stay), None);
    }
}
