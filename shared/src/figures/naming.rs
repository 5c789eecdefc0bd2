//! What measures, views and their parts are called.

use super::{Measure, View};
use crate::locale::{Locale, Localised};
use crate::problem::{Datum, Reason, sentence};

/// Parts that are words.
const WORDS: [&str; 26] = [
    "family",
    "waitlist",
    "facility",
    "office",
    "import",
    "in_hours",
    "out_of_hours",
    "rules",
    "officer",
    "day",
    "five_days",
    "ten_days",
    "longer",
    "search_empty",
    "unserved",
    "accepted",
    "declined",
    "lapsed",
    "left",
    "expired",
    "closed",
    "opened",
    "late",
    "unopened",
    "closure",
    "none",
];

impl Measure {
    /// Its name.
    pub fn say(self, locale: Locale) -> String {
        let key = match self {
            Self::Stays => "figures.measure.stays",
            Self::Offered => "figures.measure.offered",
            Self::Free => "figures.measure.free",
            Self::Cancelled => "figures.measure.cancelled",
            Self::Absent => "figures.measure.absent",
            Self::Made => "figures.measure.made",
            Self::Unmet => "figures.measure.unmet",
            Self::Decided => "figures.measure.decided",
            Self::Waited => "figures.measure.waited",
            Self::Notified => "figures.measure.notified",
        };
        sentence(key, locale)
    }

    /// What exactly is counted.
    pub fn define(self, locale: Locale) -> String {
        let key = match self {
            Self::Stays => "figures.definition.stays",
            Self::Offered => "figures.definition.offered",
            Self::Free => "figures.definition.free",
            Self::Cancelled => "figures.definition.cancelled",
            Self::Absent => "figures.definition.absent",
            Self::Made => "figures.definition.made",
            Self::Unmet => "figures.definition.unmet",
            Self::Decided => "figures.definition.decided",
            Self::Waited => "figures.definition.waited",
            Self::Notified => "figures.definition.notified",
        };
        sentence(key, locale)
    }
}

impl View {
    /// Its name.
    pub fn say(self, locale: Locale) -> String {
        let key = match self {
            Self::All => "figures.view.all",
            Self::District => "figures.view.district",
            Self::Facility => "figures.view.facility",
            Self::Programme => "figures.view.programme",
            Self::Age => "figures.view.age",
            Self::Residence => "figures.view.residence",
            Self::Reason => "figures.view.reason",
            Self::Channel => "figures.view.channel",
            Self::Hour => "figures.view.hour",
            Self::Office => "figures.view.office",
            Self::Decider => "figures.view.decider",
            Self::Lead => "figures.view.lead",
            Self::Why => "figures.view.why",
            Self::Outcome => "figures.view.outcome",
        };
        sentence(key, locale)
    }

    /// What one of its parts is called; `name` where data name it.
    pub fn say_part(self, key: &str, name: Option<&Localised>, locale: Locale) -> String {
        let counted = |code: &'static str, datum: &str| {
            key.parse().map_or_else(|_| unsaid(locale), |number| Reason::new(code).with(datum, Datum::Count(number)).sentence(locale))
        };
        match (self, name) {
            (_, Some(name)) => name.get(locale).to_owned(),
            (Self::All, None) => self.say(locale),
            (Self::Age, None) => counted("figures.word.age", "age"),
            (Self::Hour, None) => counted("figures.word.hour", "hour"),
            (_, None) if key.is_empty() => unsaid(locale),
            (_, None) if WORDS.contains(&key) => sentence(&format!("figures.word.{key}"), locale),
            (_, None) => key.to_owned(),
        }
    }
}

fn unsaid(locale: Locale) -> String {
    sentence("figures.word.unsaid", locale)
}

/// What stands in the place of a number that is hidden.
pub fn hidden(locale: Locale) -> String {
    sentence("figures.word.hidden", locale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_has_a_name_in_every_language() {
        for locale in Locale::ALL {
            for word in WORDS {
                assert_ne!(View::Outcome.say_part(word, None, locale), word);
            }
            for (measure, view) in Measure::ALL.iter().flat_map(|measure| View::ALL.iter().map(move |view| (measure, view))) {
                for said in [measure.say(locale), measure.define(locale), view.say(locale)] {
                    assert!(!said.is_empty() && !said.starts_with("figures."), "{said}");
                }
            }
        }
        assert_eq!(View::Age.say_part("2", None, Locale::Ja), "2歳");
        assert_eq!(View::Hour.say_part("23", None, Locale::En), "From 23:00");
        assert_eq!((View::Age.say_part("", None, Locale::Ja), hidden(Locale::Ja)), ("不明".to_owned(), "秘匿".to_owned()));
        let name = Localised::new("米子市", "[米子市|よなごし]", "Yonago");
        assert_eq!(View::Residence.say_part("312029", Some(&name), Locale::En), "Yonago");
        assert_eq!(View::Reason.say_part("gone", None, Locale::Ja), "gone");
    }
}
