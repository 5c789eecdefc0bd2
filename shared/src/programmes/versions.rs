//! Versions: a new one holds from its first day on instead of the one before. What was is never changed: bookings were made on it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Programme, ProgrammeKey, Terms, check::check, check::check_key, check::check_name};
use crate::ids::ProgrammeVersionId;
use crate::locale::Localised;
use crate::problem::{Datum, ProblemPart, Reason};
use crate::time::days_before;

/// A version of a programme, as a city publishes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewProgramme {
    /// The programme, also a new one.
    pub key: ProgrammeKey,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day; none: until another version begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<NaiveDate>,
    /// What it is called.
    pub name: Localised,
    /// What it is for, in one or two sentences.
    pub summary: Localised,
    /// The rules.
    pub terms: Terms,
}

impl NewProgramme {
    /// Everything wrong with it by itself, each with the JSON pointer of its place.
    pub fn check(&self) -> Vec<ProblemPart> {
        let mut parts = check_key(self.key.as_str(), "/key");
        parts.extend(check_name(&self.name, "/name"));
        parts.extend(check_name(&self.summary, "/summary"));
        parts.extend(check(&self.terms, "/terms"));
        parts
    }
}

/// Why a version cannot be published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VersionRejection {
    /// Its first day has come already; only a programme that the city does not have yet may begin today.
    NotAhead {
        /// The first day that is possible.
        from: NaiveDate,
    },
    /// It ends before it begins.
    EndsBeforeStart,
    /// Another version begins within its days.
    Overlaps {
        /// The first day of that one.
        from: NaiveDate,
    },
}

impl VersionRejection {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotAhead { .. } => "programmes.not_ahead",
            Self::EndsBeforeStart => "programmes.ends_before_start",
            Self::Overlaps { .. } => "programmes.overlaps",
        }
    }

    /// The reason with its sentence.
    pub fn reason(self) -> Reason {
        match self {
            Self::NotAhead { from } | Self::Overlaps { from } => Reason::new(self.code()).with("from", Datum::Day(from)),
            Self::EndsBeforeStart => Reason::new(self.code()),
        }
    }
}

/// What becomes of the versions when a new one begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Succession<Id> {
    /// The last day of the new one; none: open end.
    pub valid_until: Option<NaiveDate>,
    /// The version that ends for it, and its new last day.
    pub ends: Option<(Id, NaiveDate)>,
}

/// First and last day of a version; no last day: open end.
pub type Validity<Id> = (Id, NaiveDate, Option<NaiveDate>);

/// Lets a new version follow those that a municipality has of the programme.
pub fn succeed(versions: &[Programme], new: &NewProgramme, today: NaiveDate) -> Result<Succession<ProgrammeVersionId>, VersionRejection> {
    let held: Vec<_> = versions.iter().map(|version| (version.id.clone(), version.valid_from, version.valid_until)).collect();
    follow(&held, (new.valid_from, new.valid_until), today)
}

/// Lets a new version follow others, whatever it is a version of: the one that holds on its first day ends the day before; where a later one
/// begins, the new one ends for that.
pub fn follow<Id: Clone>(
    versions: &[Validity<Id>],
    (valid_from, valid_until): (NaiveDate, Option<NaiveDate>),
    today: NaiveDate,
) -> Result<Succession<Id>, VersionRejection> {
    let tomorrow = crate::time::next_day(today);
    let first = if versions.is_empty() { today } else { tomorrow };
    if valid_from < first {
        return Err(VersionRejection::NotAhead { from: first });
    }
    if valid_until.is_some_and(|last| last < valid_from) {
        return Err(VersionRejection::EndsBeforeStart);
    }
    let later = versions.iter().map(|(_, from, _)| *from).filter(|from| valid_from <= *from).min();
    if let Some(from) = later.filter(|from| *from == valid_from || valid_until.is_some_and(|last| *from <= last)) {
        return Err(VersionRejection::Overlaps { from });
    }
    let before = versions.iter().find(|(_, from, until)| *from < valid_from && until.is_none_or(|last| valid_from <= last));
    Ok(Succession {
        valid_until: valid_until.or(later.map(|from| days_before(from, 1))),
        ends: before.map(|(id, ..)| (id.clone(), days_before(valid_from, 1))),
    })
}

/// The version that holds on a day, or the next to come, among those that a municipality has of a programme, by first day.
pub fn current(versions: &[Programme], today: NaiveDate) -> Option<&Programme> {
    versions.iter().find(|version| version.valid_until.is_none_or(|last| today <= last))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::world::{day, open_nursery, yonago};

    fn name() -> Localised {
        Localised::new("遊び場", "[遊|あそ]び[場|ば]", "Playroom")
    }

    fn new(from: &str, until: Option<&str>) -> NewProgramme {
        NewProgramme {
            key: ProgrammeKey::new("playroom"),
            valid_from: day(from),
            valid_until: until.map(day),
            name: name(),
            summary: name(),
            terms: open_nursery(),
        }
    }

    fn version(id: &str, from: &str, until: Option<&str>) -> Programme {
        let NewProgramme { key, valid_from, valid_until, name, summary, terms } = new(from, until);
        Programme { id: id.into(), key, municipality: yonago(), valid_from, valid_until, name, summary, terms }
    }

    #[test]
    fn a_version_ends_for_the_next_and_what_was_stays() {
        let today = day("2026-11-22");
        let versions = [
            version("old", "2025-04-01", Some("2026-03-31")),
            version("now", "2026-04-01", Some("2028-03-31")),
            version("plan", "2028-04-01", None),
        ];
        let next = succeed(&versions, &new("2027-04-01", None), today).unwrap();
        assert_eq!(next, Succession { valid_until: Some(day("2028-03-31")), ends: Some(("now".into(), day("2027-03-31"))) });
        assert_eq!(succeed(&versions, &new("2026-11-22", None), today), Err(VersionRejection::NotAhead { from: day("2026-11-23") }));
        assert_eq!(succeed(&versions, &new("2028-04-01", None), today), Err(VersionRejection::Overlaps { from: day("2028-04-01") }));
        assert_eq!(
            succeed(&versions, &new("2027-04-01", Some("2028-04-01")), today),
            Err(VersionRejection::Overlaps { from: day("2028-04-01") })
        );
        assert_eq!(succeed(&versions, &new("2027-04-01", Some("2027-03-31")), today), Err(VersionRejection::EndsBeforeStart));
        let holds = |day_: &str| current(&versions, day(day_)).map(|version| version.id.to_string());
        assert_eq!([holds("2026-03-31"), holds("2026-04-01")].map(Option::unwrap), ["old", "now"]);
        assert_eq!(
            (current(&versions[2..], today).map(|version| version.id.as_str()), current(&versions[..1], today)),
            (Some("plan"), None)
        );
        // After the last one, and a first one from today on.
        let last = succeed(&versions, &new("2029-04-01", None), today).unwrap();
        assert_eq!(last, Succession { valid_until: None, ends: Some(("plan".into(), day("2029-03-31"))) });
        assert_eq!(succeed(&[], &new("2026-11-22", None), today), Ok(Succession { valid_until: None, ends: None }));
        assert_eq!(succeed(&[], &new("2026-11-21", None), today), Err(VersionRejection::NotAhead { from: today }));
    }

    #[test]
    fn everything_wrong_is_told_where_it_stands() {
        let mut wrong = new("2027-04-01", None);
        assert_eq!(wrong.check(), []);
        wrong.key = ProgrammeKey::new("Play room");
        wrong.name.en.clear();
        wrong.terms.limits[0].base = -1;
        let pointers: Vec<Option<String>> = wrong.check().into_iter().map(|part| part.pointer).collect();
        assert_eq!(pointers.iter().flatten().map(String::as_str).collect::<Vec<_>>(), ["/key", "/name/en", "/terms/limits/0/base"]);
    }
}
