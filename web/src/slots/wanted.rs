//! What is wanted: how it stands in an address, in words, and as a question to the server.

use chrono::{NaiveDate, NaiveTime};
use shared::locale::{Locale, clock, day, iso_clock, minutes};
use shared::municipalities::MunicipalityCode;
use shared::programmes::ProgrammeKey;
use shared::time::{age_months_on, days_after};

use super::model::Names;
use crate::api::query;
use crate::i18n::sentence;

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
            Self::Between(from, until) => Some(format!("{}-{}", iso_clock(from), iso_clock(until))),
        }
    }

    /// Not before and not after, as the server is asked.
    fn limits(self) -> (Option<String>, Option<String>) {
        match self {
            Self::Any => (None, None),
            Self::Morning => (None, Some("13:00".to_owned())),
            Self::Afternoon => (Some("12:00".to_owned()), None),
            Self::Between(from, until) => (Some(iso_clock(from)), Some(iso_clock(until))),
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

#[cfg(test)]
mod tests;
