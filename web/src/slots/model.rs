//! What is wanted, how it stands in an address, and how what was found is laid out.

use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};
use shared::bookings::Rejection;
use shared::locale::{Locale, Localised, clock, day, minutes};
use shared::municipalities::{Municipality, MunicipalityCode, Position};
use shared::problem::Reason;
use shared::programmes::{AgeEnd, Programme, ProgrammeKey, Unit};
use shared::slots::{Availability, FreePlace, Opening, SlotFacility};
use shared::time::{age_months_on, days_after, tokyo_day};

use crate::api::query;
use crate::i18n::sentence;
use crate::ui::Level;

/// How many days one looks at where no day is chosen.
pub const DAYS: u32 = 7;
/// How many days ahead one may look.
pub const DAYS_AHEAD: u32 = 60;
/// The ages one chooses from, in completed months: from each on until the next.
pub const AGES: [u32; 8] = [0, 6, 12, 24, 36, 48, 60, 72];
/// The lengths one chooses from, in minutes.
pub const LENGTHS: [i64; 6] = [60, 120, 180, 240, 360, 480];
/// The distances one chooses from, in metres.
pub const DISTANCES: [u32; 4] = [1000, 3000, 5000, 10000];

/// Which view of what was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum View {
    /// Facilities under each other.
    #[default]
    List,
    /// Facilities and the days of a week.
    Week,
    /// Facilities on a map.
    Map,
}

impl View {
    /// Its name in an address and of its tab.
    pub const fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Week => "week",
            Self::Map => "map",
        }
    }

    /// The view of that name.
    pub fn of(name: &str) -> Self {
        match name {
            "week" => Self::Week,
            "map" => Self::Map,
            _ => Self::List,
        }
    }
}

/// At which time of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Hours {
    /// Whenever.
    #[default]
    Any,
    /// Before lunch or a little after it.
    Morning,
    /// From lunch on.
    Afternoon,
    /// From one time until another.
    Between(NaiveTime, NaiveTime),
}

impl Hours {
    fn read(text: &str) -> Self {
        let time = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").ok();
        match text {
            "morning" => Self::Morning,
            "afternoon" => Self::Afternoon,
            _ => match text.split_once('-').and_then(|(from, until)| Some((time(from)?, time(until)?))) {
                Some((from, until)) if from < until => Self::Between(from, until),
                _ => Self::Any,
            },
        }
    }

    /// From one full hour until another.
    pub fn between(from: u32, until: u32) -> Self {
        match (NaiveTime::from_hms_opt(from, 0, 0), NaiveTime::from_hms_opt(until, 0, 0)) {
            (Some(from), Some(until)) if from < until => Self::Between(from, until),
            _ => Self::Any,
        }
    }

    /// In an address: `morning`, `afternoon` or `9:00-12:00`.
    pub fn written(self) -> Option<String> {
        match self {
            Self::Any => None,
            Self::Morning => Some("morning".to_owned()),
            Self::Afternoon => Some("afternoon".to_owned()),
            Self::Between(from, until) => Some(format!("{}-{}", from.format("%H:%M"), until.format("%H:%M"))),
        }
    }

    /// Not before and not after, as the server is asked.
    fn limits(self) -> (Option<String>, Option<String>) {
        match self {
            Self::Any => (None, None),
            Self::Morning => (None, Some("13:00".to_owned())),
            Self::Afternoon => (Some("12:00".to_owned()), None),
            Self::Between(from, until) => (Some(from.format("%H:%M").to_string()), Some(until.format("%H:%M").to_string())),
        }
    }
}

/// What is wanted. It stands in the address, so that a search can be kept, sent and gone back to; the point of "near" does not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    /// One city; none: all.
    pub city: Option<MunicipalityCode>,
    /// One programme; none: all.
    pub programme: Option<ProgrammeKey>,
    /// The child's age in completed months.
    pub age: Option<u32>,
    /// One day; none: the coming ones.
    pub day: Option<NaiveDate>,
    /// At which time of the day.
    pub hours: Hours,
    /// At least so many minutes.
    pub minimum: Option<i64>,
    /// Nearest first; within so many metres unless 0.
    pub near: Option<u32>,
    /// Only what can be booked now.
    pub bookable: bool,
    /// The view.
    pub view: View,
    /// First day of the week on show; none: the day chosen, or today.
    pub week: Option<NaiveDate>,
}

/// One condition of a search, as it stands in the summary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Facet {
    /// The city.
    City,
    /// The programme.
    Programme,
    /// The age.
    Age,
    /// The day.
    Day,
    /// The time of the day.
    Hours,
    /// The length.
    Minimum,
    /// The nearness.
    Near,
    /// Only what can be booked.
    Bookable,
}

impl Wanted {
    /// Reads an address; what makes no sense there is as if it were not there.
    pub fn read(value: impl Fn(&str) -> Option<String>) -> Self {
        let date = |name| value(name).and_then(|text| text.parse::<NaiveDate>().ok());
        Self {
            city: value("city").and_then(|text| MunicipalityCode::parse(&text).ok()),
            programme: value("programme").filter(|text| !text.is_empty()).map(ProgrammeKey::new),
            age: value("age").and_then(|text| text.parse().ok()).filter(|months| *months <= 216),
            day: date("day"),
            hours: value("hours").map(|text| Hours::read(&text)).unwrap_or_default(),
            minimum: value("minutes").and_then(|text| text.parse().ok()).filter(|minutes| (1..=1440).contains(minutes)),
            near: value("near").and_then(|text| text.parse().ok()).filter(|metres| *metres <= 200_000),
            bookable: value("bookable").is_some_and(|text| text == "1"),
            view: value("view").map(|text| View::of(&text)).unwrap_or_default(),
            week: date("week"),
        }
    }

    /// The address of this search.
    pub fn written(&self) -> String {
        query(
            "/",
            &[
                ("city", self.city.as_ref().map(|code| code.as_str().to_owned())),
                ("programme", self.programme.as_ref().map(|key| key.as_str().to_owned())),
                ("age", self.age.map(|months| months.to_string())),
                ("day", self.day.map(|day| day.to_string())),
                ("hours", self.hours.written()),
                ("minutes", self.minimum.map(|minutes| minutes.to_string())),
                ("near", self.near.map(|metres| metres.to_string())),
                ("bookable", self.bookable.then(|| "1".to_owned())),
                ("view", (self.view != View::List).then(|| self.view.name().to_owned())),
                ("week", self.week.map(|day| day.to_string())),
            ],
        )
    }

    /// The day chosen, unless it is over.
    pub fn day_from(&self, today: NaiveDate) -> Option<NaiveDate> {
        self.day.filter(|day| *day >= today)
    }

    /// The first and the last day to look at.
    pub fn range(&self, today: NaiveDate) -> (NaiveDate, NaiveDate) {
        match (self.view, self.day_from(today)) {
            (View::List | View::Map, Some(day)) => (day, day),
            (View::Week, _) => {
                let first = self.first_of_week(today);
                (first, days_after(first, DAYS - 1))
            }
            (_, None) => (today, days_after(today, DAYS - 1)),
        }
    }

    /// The first day of the week on show.
    pub fn first_of_week(&self, today: NaiveDate) -> NaiveDate {
        self.week.or(self.day).unwrap_or(today).max(today)
    }

    /// The conditions that are set, in the order of the summary.
    pub fn facets(&self) -> Vec<Facet> {
        [
            (self.city.is_some(), Facet::City),
            (self.programme.is_some(), Facet::Programme),
            (self.age.is_some(), Facet::Age),
            (self.day.is_some() && self.view != View::Week, Facet::Day),
            (self.hours != Hours::Any, Facet::Hours),
            (self.minimum.is_some(), Facet::Minimum),
            (self.near.is_some(), Facet::Near),
            (self.bookable, Facet::Bookable),
        ]
        .into_iter()
        .filter_map(|(is_set, facet)| is_set.then_some(facet))
        .collect()
    }

    /// The same search without one condition.
    #[must_use]
    pub fn without(&self, facet: Facet) -> Self {
        let mut wider = self.clone();
        match facet {
            Facet::City => wider.city = None,
            Facet::Programme => wider.programme = None,
            Facet::Age => wider.age = None,
            Facet::Day => wider.day = None,
            Facet::Hours => wider.hours = Hours::Any,
            Facet::Minimum => wider.minimum = None,
            Facet::Near => wider.near = None,
            Facet::Bookable => wider.bookable = false,
        }
        wider
    }

    /// One condition in words, with furigana marks.
    pub fn words(&self, facet: Facet, names: &Names, locale: Locale) -> String {
        let said = |key: &str, value: String| sentence(key, locale).replace("%{value}", &value);
        match facet {
            Facet::City => self.city.as_ref().map(|code| names.city(code, locale)).unwrap_or_default(),
            Facet::Programme => self.programme.as_ref().map(|key| names.programme(key, locale)).unwrap_or_default(),
            Facet::Age => self.age.map(|months| age_words(months, locale)).unwrap_or_default(),
            Facet::Day => self.day.map(|date| day(date, locale)).unwrap_or_default(),
            Facet::Hours => hours_words(self.hours, locale),
            Facet::Minimum => said("slots.at_least", minutes(self.minimum.unwrap_or_default(), locale)),
            Facet::Near => match self.near {
                None | Some(0) => sentence("slots.nearest_first", locale),
                Some(metres) => said("slots.within", distance_words(i64::from(metres), locale)),
            },
            Facet::Bookable => sentence("slots.bookable_only", locale),
        }
    }

    /// What to ask the server.
    pub fn ask(&self, today: NaiveDate, residence: Option<MunicipalityCode>, born: Option<NaiveDate>) -> Ask {
        let (from, to) = self.range(today);
        Ask {
            from,
            to,
            city: self.city.clone(),
            programme: self.programme.clone(),
            facility: None,
            age: self.age.map(|months| born.map_or(months, |born| age_months_on(born, from))),
            hours: self.hours,
            minimum: self.minimum,
            bookable: self.bookable,
            residence,
        }
    }
}

/// A time of day in words.
pub fn hours_words(hours: Hours, locale: Locale) -> String {
    match hours {
        Hours::Any => sentence("slots.hours_any", locale),
        Hours::Morning => sentence("slots.hours_morning", locale),
        Hours::Afternoon => sentence("slots.hours_afternoon", locale),
        Hours::Between(from, until) => {
            let dash = if locale == Locale::En { "–" } else { "〜" };
            format!("{}{dash}{}", clock(from), clock(until))
        }
    }
}

/// An age in words: to the month in the first year, then in years.
pub fn age_words(months: u32, locale: Locale) -> String {
    let (key, years) = match months {
        0..6 => ("slots.age_under_half", 0),
        6..12 => ("slots.age_half", 0),
        _ => ("slots.age_years", months / 12),
    };
    sentence(key, locale).replace("%{years}", &years.to_string())
}

/// A distance in words.
pub fn distance_words(metres: i64, locale: Locale) -> String {
    let metres = metres.max(0);
    let (key, value) = if metres < 1000 {
        ("slots.metres", ((metres + 5) / 10 * 10).to_string())
    } else {
        let tenths = (metres + 50) / 100;
        let value = if tenths % 10 == 0 { (tenths / 10).to_string() } else { format!("{}.{}", tenths / 10, tenths % 10) };
        ("slots.kilometres", value)
    };
    sentence(key, locale).replace("%{value}", &value)
}

/// A question to the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
    /// One city.
    pub city: Option<MunicipalityCode>,
    /// One programme.
    pub programme: Option<ProgrammeKey>,
    /// One facility.
    pub facility: Option<String>,
    /// The child's age in completed months on the first day.
    pub age: Option<u32>,
    /// At which time of the day.
    pub hours: Hours,
    /// At least so many minutes.
    pub minimum: Option<i64>,
    /// Only what can be booked now.
    pub bookable: bool,
    /// Where the family lives.
    pub residence: Option<MunicipalityCode>,
}

impl Ask {
    /// The places of one facility from a day on.
    pub fn of_facility(id: &str, from: NaiveDate, residence: Option<MunicipalityCode>) -> Self {
        Self {
            from,
            to: days_after(from, DAYS - 1),
            city: None,
            programme: None,
            facility: Some(id.to_owned()),
            age: None,
            hours: Hours::Any,
            minimum: None,
            bookable: false,
            residence,
        }
    }

    /// The same question about what can be booked after its last day.
    #[must_use]
    pub fn afterwards(&self, today: NaiveDate) -> Self {
        let from = days_after(self.to, 1);
        Self { from, to: days_after(today, DAYS_AHEAD).max(from), bookable: true, ..self.clone() }
    }

    /// The address below `/api/v1`.
    pub fn path(&self, limit: u32, cursor: Option<&str>) -> String {
        let (time_from, time_until) = self.hours.limits();
        query(
            "/slots",
            &[
                ("from", Some(self.from.to_string())),
                ("to", Some(self.to.to_string())),
                ("municipality", self.city.as_ref().map(|code| code.as_str().to_owned())),
                ("programme", self.programme.as_ref().map(|key| key.as_str().to_owned())),
                ("facility_id", self.facility.clone()),
                ("age_months", self.age.map(|months| months.to_string())),
                ("time_from", time_from),
                ("time_until", time_until),
                ("min_minutes", self.minimum.map(|minutes| minutes.to_string())),
                ("residence", self.residence.as_ref().map(|code| code.as_str().to_owned())),
                ("bookable_only", self.bookable.then(|| "true".to_owned())),
                ("limit", Some(limit.to_string())),
                ("cursor", cursor.map(str::to_owned)),
            ],
        )
    }
}

/// What municipalities and programmes are called, and the programmes' rules.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Names {
    /// The municipalities.
    pub municipalities: Vec<Municipality>,
    /// The programmes, one per municipality.
    pub programmes: Vec<Programme>,
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
    pub fn rules(&self, key: &ProgrammeKey, municipality: &MunicipalityCode) -> Option<&Programme> {
        self.programmes.iter().find(|programme| programme.key == *key && programme.municipality == *municipality)
    }

    /// What a stay is called: the name of its block, or from how short on it can be.
    pub fn opening(&self, place: &FreePlace, opening: &Opening, locale: Locale) -> String {
        let Some(programme) = self.rules(&place.programme, &place.facility.municipality) else { return String::new() };
        match (&programme.terms.unit, &opening.block) {
            (Unit::Blocks { .. }, Some(key)) => {
                programme.terms.block(key).map(|block| block.name.get(locale).to_owned()).unwrap_or_default()
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
    pub fn against(self, programme: &Programme, date: NaiveDate) -> Option<Against> {
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
