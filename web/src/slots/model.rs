//! What was found, and how it is laid out.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use shared::bookings::Rejection;
use shared::locale::{Locale, Localised, minutes};
use shared::municipalities::{Municipality, MunicipalityCode, Position};
use shared::problem::Reason;
use shared::programmes::{AgeEnd, Ages, ProgrammeKey, Unit};
use shared::slots::{Availability, FreePlace, Opening, SlotFacility};
use shared::time::tokyo_day;

use super::wanted::AGES;
use crate::i18n::sentence;
use crate::ui::Level;

/// What the search needs of a programme. Reading all its rules would only make the first load larger.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Outline {
    /// The programme.
    pub key: ProgrammeKey,
    /// The municipality.
    pub municipality: MunicipalityCode,
    /// What it is called.
    pub name: Localised,
    /// Of its rules, whom it takes and how a stay is measured.
    pub terms: OutlineTerms,
}

/// Whom a programme takes, and how a stay is measured.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct OutlineTerms {
    /// By age.
    pub ages: Ages,
    /// In blocks, or any length.
    pub unit: Unit,
}

#[cfg(feature = "pages")]
impl Outline {
    /// The outline of a programme whose rules are all there.
    pub fn of(programme: &shared::programmes::Programme) -> Self {
        let (ages, unit) = (programme.terms.ages.clone(), programme.terms.unit.clone());
        Self {
            key: programme.key.clone(),
            municipality: programme.municipality.clone(),
            name: programme.name.clone(),
            terms: OutlineTerms { ages, unit },
        }
    }
}

/// What municipalities and programmes are called, and the programmes' rules.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Names {
    /// The municipalities.
    pub municipalities: Vec<Municipality>,
    /// The programmes, one per municipality.
    pub programmes: Vec<Outline>,
}

impl Names {
    /// The name of a city.
    pub fn city(&self, code: &MunicipalityCode, locale: Locale) -> String {
        let found = self.municipalities.iter().find(|municipality| municipality.code == *code);
        found.map(|municipality| municipality.name.get(locale).to_owned()).unwrap_or_default()
    }

    /// The name of a programme, wherever it is offered.
    pub fn programme(&self, key: &ProgrammeKey, locale: Locale) -> String {
        let found = self.programmes.iter().find(|programme| programme.key == *key);
        found.map(|programme| programme.name.get(locale).to_owned()).unwrap_or_default()
    }

    /// The programmes there are, each once.
    pub fn keys(&self) -> Vec<ProgrammeKey> {
        let mut keys: Vec<ProgrammeKey> = Vec::new();
        for programme in &self.programmes {
            if !keys.contains(&programme.key) {
                keys.push(programme.key.clone());
            }
        }
        keys
    }

    /// A programme as it holds in a municipality.
    pub fn rules(&self, key: &ProgrammeKey, municipality: &MunicipalityCode) -> Option<&Outline> {
        self.programmes.iter().find(|programme| programme.key == *key && programme.municipality == *municipality)
    }

    /// What a stay is called: the name of its block, or from how short on it can be.
    pub fn opening(&self, place: &FreePlace, opening: &Opening, locale: Locale) -> String {
        let Some(programme) = self.rules(&place.programme, &place.facility.municipality) else { return String::new() };
        match (&programme.terms.unit, &opening.block) {
            (Unit::Blocks { blocks }, Some(key)) => {
                blocks.iter().find(|block| block.key == *key).map(|block| block.name.get(locale).to_owned()).unwrap_or_default()
            }
            (Unit::Flexible { minimum_minutes, .. }, _) => {
                sentence("slots.from_length", locale).replace("%{value}", &minutes(*minimum_minutes, locale))
            }
            (Unit::Blocks { .. }, None) => String::new(),
        }
    }
}

/// The name of a facility: Latin letters in English where there are some, its reading above it in easy Japanese.
pub fn facility_name(name: &str, kana: Option<&str>, name_en: Option<&str>, locale: Locale) -> String {
    let has_kanji = name.chars().any(|c| matches!(c, '\u{4e00}'..='\u{9fff}' | '々'));
    match (locale, name_en, kana) {
        (Locale::En, Some(english), _) if !english.is_empty() => english.to_owned(),
        (Locale::Easy, _, Some(kana)) if has_kanji && !kana.is_empty() => format!("[{name}|{}]", hiragana(kana)),
        _ => name.to_owned(),
    }
}

fn hiragana(katakana: &str) -> String {
    katakana
        .chars()
        .map(|c| match c {
            'ァ'..='ヶ' => u32::from(c).checked_sub(0x60).and_then(char::from_u32).unwrap_or(c),
            _ => c,
        })
        .collect()
}

/// How a stay or a whole day stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Nothing is offered.
    Nothing,
    /// It cannot be booked, for other reasons than that it is full.
    Closed,
    /// No place is left.
    Full,
    /// So many places are left.
    Free(i64),
}

impl Standing {
    /// The mark.
    pub const fn level(self) -> Level {
        match self {
            Self::Free(places) => match Availability::of(places) {
                Availability::Plenty => Level::Many,
                Availability::Few => Level::Few,
                Availability::Full => Level::None,
            },
            Self::Nothing | Self::Closed | Self::Full => Level::None,
        }
    }

    /// The words.
    pub fn words(self, locale: Locale) -> String {
        match self {
            Self::Nothing => sentence("slots.nothing", locale),
            Self::Closed => sentence("slots.closed", locale),
            Self::Full => sentence("slots.none_left", locale),
            Self::Free(places) => sentence("slots.left", locale).replace("%{places}", &places.to_string()),
        }
    }
}

/// A reason against booking a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Against {
    /// One with a code, as the server and the shared rules give them.
    Reason(Reason),
    /// The programme takes children from so many months on; said where only the age is known, not the birth date.
    FromMonths(u32),
    /// The programme takes children under so many years.
    UnderYears(u32),
}

impl Against {
    /// The reason in words, with furigana marks.
    pub fn words(&self, locale: Locale) -> String {
        match self {
            Self::Reason(reason) => reason.sentence(locale),
            Self::FromMonths(months) => sentence("slots.from_months", locale).replace("%{months}", &months.to_string()),
            Self::UnderYears(years) => sentence("slots.under_years", locale).replace("%{years}", &years.to_string()),
        }
    }

    fn is_full(&self) -> bool {
        matches!(self, Self::Reason(reason) if reason.code == "slots.full")
    }
}

/// A place of a search with every reason against it.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// As the server found it.
    pub free: FreePlace,
    /// Every reason against booking it, the child's age included.
    pub against: Vec<Against>,
}

impl Place {
    /// How one of its stays stands.
    pub fn standing(&self, opening: &Opening) -> Standing {
        match (self.against.iter().all(Against::is_full), opening.places_left) {
            (true, ..=0) => Standing::Full,
            (true, places) => Standing::Free(places),
            (false, _) => Standing::Closed,
        }
    }

    /// How its best stay stands.
    pub fn best(&self) -> Standing {
        let full = if self.against.iter().all(Against::is_full) { Standing::Full } else { Standing::Closed };
        self.free.openings.iter().map(|opening| self.standing(opening)).max().unwrap_or(full)
    }
}

/// The places of one facility on one day.
#[derive(Debug, Clone, PartialEq)]
pub struct Day {
    /// The day.
    pub date: NaiveDate,
    /// Its places, by start.
    pub places: Vec<Place>,
}

impl Day {
    /// How its best place stands.
    pub fn best(&self) -> Standing {
        self.places.iter().map(Place::best).max().unwrap_or(Standing::Nothing)
    }
}

/// What was found at one facility.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    /// The facility.
    pub facility: SlotFacility,
    /// How far away it is.
    pub metres: Option<i64>,
    /// Its days that have places, full or not, in order.
    pub days: Vec<Day>,
}

impl Offer {
    /// How its best day stands.
    pub fn best(&self) -> Standing {
        self.days.iter().map(Day::best).max().unwrap_or(Standing::Nothing)
    }

    /// Its places of a day.
    pub fn on(&self, date: NaiveDate) -> Option<&Day> {
        self.days.iter().find(|day| day.date == date)
    }

    /// The days to show first: those that can be booked, else the next ones; so many at most, in order.
    pub fn first_days(&self, count: usize) -> Vec<&Day> {
        let free: Vec<&Day> = self.days.iter().filter(|day| matches!(day.best(), Standing::Free(_))).take(count).collect();
        if free.is_empty() { self.days.iter().take(count).collect() } else { free }
    }
}

/// Whom the places are for, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Whom {
    /// The age in completed months.
    pub age: Option<u32>,
    /// The birth date.
    pub born: Option<NaiveDate>,
}

impl Whom {
    /// What a programme's ages have against the child on a day.
    pub fn against(self, programme: &Outline, date: NaiveDate) -> Option<Against> {
        let ages = &programme.terms.ages;
        if let Some(born) = self.born {
            let (first, last) = (ages.first_day(born), ages.last_day(born));
            return if date < first {
                Some(Against::Reason(Rejection::TooYoung { from: first }.reason()))
            } else if date > last {
                Some(Against::Reason(Rejection::TooOld { last }.reason()))
            } else {
                None
            };
        }
        let age = self.age?;
        // The choice under six months stands for any age up to it.
        let oldest = AGES.iter().find(|border| **border > age).map_or(age, |border| border.saturating_sub(1)).max(age);
        if oldest < ages.from_months {
            return Some(Against::FromMonths(ages.from_months));
        }
        match ages.until {
            AgeEnd::UnderYears { years } if age >= years * 12 => Some(Against::UnderYears(years)),
            AgeEnd::UnderYears { .. } | AgeEnd::SchoolEntry => None,
        }
    }
}

/// Lays out what was found: by facility and day. Near a point nearest first, else those with free places first, then by reading.
pub fn lay_out(found: &[FreePlace], names: &Names, whom: Whom, point: Option<Position>, within: u32) -> Vec<Offer> {
    let mut offers: Vec<Offer> = Vec::new();
    for free in found {
        let metres = point.zip(free.facility.position).map(|(here, there)| whole_metres(here.metres_to(there)));
        if point.is_some() && within > 0 && metres.is_none_or(|metres| metres > i64::from(within)) {
            continue;
        }
        let date = tokyo_day(free.starts_at);
        let mut against: Vec<Against> = free.reasons.iter().cloned().map(Against::Reason).collect();
        let rules = names.rules(&free.programme, &free.facility.municipality);
        against.extend(rules.and_then(|programme| whom.against(programme, date)));
        let place = Place { free: free.clone(), against };
        let index = offers.iter().position(|offer| offer.facility.id == free.facility.id).unwrap_or_else(|| {
            offers.push(Offer { facility: free.facility.clone(), metres, days: Vec::new() });
            offers.len() - 1
        });
        let Some(offer) = offers.get_mut(index) else { continue };
        match offer.days.iter_mut().find(|day| day.date == date) {
            Some(day) => day.places.push(place),
            None => offer.days.push(Day { date, places: vec![place] }),
        }
    }
    for offer in &mut offers {
        offer.days.sort_by_key(|day| day.date);
    }
    offers.sort_by_cached_key(|offer| {
        let has_no_place = !matches!(offer.best(), Standing::Free(_));
        let distance = if point.is_some() { offer.metres.unwrap_or(i64::MAX) } else { 0 };
        (distance, has_no_place, offer.facility.kana.clone())
    });
    offers
}

/// How many facilities have something that can be booked.
pub fn with_places(offers: &[Offer]) -> usize {
    offers.iter().filter(|offer| matches!(offer.best(), Standing::Free(_))).count()
}

fn whole_metres(distance: f64) -> i64 {
    // Written and read, because the code base casts no floating-point numbers.
    format!("{distance:.0}").parse().unwrap_or(0)
}

/// A point that places are near to; it stays on this device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// What it is.
    pub what: PointName,
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
}

/// What a point is called.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum PointName {
    /// Where the person is.
    Here,
    /// A point chosen on the map.
    Picked,
    /// A place that has a name.
    Named(Localised),
}

impl Point {
    /// Where it is.
    pub const fn position(&self) -> Position {
        Position { latitude: self.latitude, longitude: self.longitude }
    }

    /// Its name.
    pub fn words(&self, locale: Locale) -> String {
        match &self.what {
            PointName::Here => sentence("slots.near_here", locale),
            PointName::Picked => sentence("slots.near_picked", locale),
            PointName::Named(name) => name.get(locale).to_owned(),
        }
    }
}

/// What stands against some of these places beside that they are full, each reason once.
pub fn against<'a>(places: impl Iterator<Item = &'a Place>) -> Vec<Against> {
    let mut said: Vec<Against> = Vec::new();
    for one in places.flat_map(|place| &place.against).filter(|one| !one.is_full()) {
        if !said.contains(one) {
            said.push(one.clone());
        }
    }
    said
}

#[cfg(test)]
mod tests;
