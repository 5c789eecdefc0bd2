//! Changes of rules (改正): what an officer proposes of a city's dated data, who has to agree, whom it would touch, and how it is taken back.
//!
//! Nothing that has begun is ever changed: a change holds from a day to come, and ends what held until then.

mod facility;
mod impact;
mod weights;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use validator::Validate;

pub use self::facility::{FacilityData, NewClosing, NewFacilityData, check_days};
pub use self::impact::{BookedFact, FacilityImpact, Impact, StayFact, StayImpact, facility_impact, stay_impact};
pub use self::weights::{Before, Weight, weights};
use crate::applications::Colleague;
use crate::facilities::words::in_japan;
use crate::ids::{CompactId, FacilityId, RuleChangeId};
use crate::locale::{Locale, Localised};
use crate::municipalities::{MunicipalityCode, Position};
use crate::notices::{self, Texts};
use crate::problem::{Datum, ProblemPart, Reason};
use crate::procedures::NewProcedure;
use crate::programmes::{NewProgramme, PriceTier, ProgrammeKey, check_key, check_name};
use crate::retention::RetentionRules;
use crate::text::Kana;
use crate::time::next_day;

/// What a compact says from a day on, as it is proposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewTerm {
    /// The compact it belongs to.
    pub compact_id: CompactId,
    /// Where the family lives.
    pub residence: MunicipalityCode,
    /// Where the facility is.
    pub host: MunicipalityCode,
    /// The programme.
    pub programme: ProgrammeKey,
    /// First day of stay.
    pub valid_from: NaiveDate,
    /// Last day of stay; none: until another term begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<NaiveDate>,
    /// By how many days the host's own residents may book earlier, 0 to 60.
    pub resident_priority_days: u32,
    /// The price tier that these families pay.
    pub price_tier: PriceTier,
}

/// A national holiday.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Holiday {
    /// The day.
    pub day: NaiveDate,
    /// Its Japanese name, 1 to 40 characters.
    pub name: String,
}

/// What holds of a city itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CityData {
    /// Its name.
    pub name: Localised,
    /// Its name in katakana.
    pub kana: String,
    /// Where its city hall is, in degrees north.
    pub latitude: f64,
    /// And in degrees east.
    pub longitude: f64,
}

impl CityData {
    /// Where its city hall is.
    pub const fn position(&self) -> Position {
        Position { latitude: self.latitude, longitude: self.longitude }
    }
}

/// What holds of a city from a day on, as it is proposed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewCityData {
    /// The first day; tomorrow or later.
    pub valid_from: NaiveDate,
    /// What holds.
    #[serde(flatten)]
    pub data: CityData,
}

/// What a city says in a kind of notices from a day on, in one language, instead of the shipped sentences.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewWording {
    /// The first day; tomorrow or later.
    pub valid_from: NaiveDate,
    /// What is told.
    pub kind: notices::Kind,
    /// The language.
    pub locale: Locale,
    /// The sentences.
    #[serde(flatten)]
    pub texts: Texts,
}

/// What is to hold from a day on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = RuleChangeContent))]
pub enum Change {
    /// A version of a programme (事業).
    Programme {
        /// The version.
        version: Box<NewProgramme>,
    },
    /// A version of a procedure (手続).
    Procedure {
        /// The version.
        version: Box<NewProcedure>,
    },
    /// What a compact (広域利用協定) says.
    Compact {
        /// The term.
        term: NewTerm,
    },
    /// National holidays (国民の祝日), for every city.
    Holidays {
        /// Days that become holidays, or get another name.
        added: Vec<Holiday>,
        /// Days that no longer are.
        removed: Vec<NaiveDate>,
    },
    /// A facility (施設): what holds of it, or one that opens.
    Facility {
        /// What holds.
        facility: Box<NewFacilityData>,
    },
    /// A facility closes for good (閉所).
    Closing {
        /// Which, and when.
        closing: NewClosing,
    },
    /// The officer's own city (市町).
    Municipality {
        /// What holds.
        city: Box<NewCityData>,
    },
    /// The sentences of a kind of notices (文面).
    Wording {
        /// The sentences.
        wording: Box<NewWording>,
    },
    /// For how long the city keeps what (保存期間).
    Retention {
        /// The periods.
        rules: RetentionRules,
    },
}

impl Change {
    /// The first day on which something differs.
    pub fn first_day(&self) -> Option<NaiveDate> {
        match self {
            Self::Programme { version } => Some(version.valid_from),
            Self::Procedure { version } => Some(version.valid_from),
            Self::Compact { term } => Some(term.valid_from),
            Self::Holidays { added, removed } => added.iter().map(|holiday| holiday.day).chain(removed.iter().copied()).min(),
            Self::Facility { facility } => Some(facility.valid_from),
            Self::Closing { closing } => Some(next_day(closing.last_day)),
            Self::Municipality { city } => Some(city.valid_from),
            Self::Wording { wording } => Some(wording.valid_from),
            Self::Retention { rules } => Some(rules.valid_from),
        }
    }

    /// Everything wrong with it by itself, each with the JSON pointer of its place.
    pub fn check(&self, today: NaiveDate) -> Vec<ProblemPart> {
        let below = |parts: Vec<ProblemPart>, place: &str| -> Vec<ProblemPart> {
            let moved = |part: ProblemPart| ProblemPart { pointer: part.pointer.map(|pointer| format!("{place}{pointer}")), ..part };
            parts.into_iter().map(moved).collect()
        };
        match self {
            Self::Programme { version } => below(version.check(), "/version"),
            Self::Procedure { version } => below(version.check(), "/version"),
            Self::Compact { term } => check_term(term),
            Self::Holidays { added, removed } => check_holidays(added, removed, today),
            Self::Facility { facility } => check_facility(facility, today),
            // Whoever closes today is still open today.
            Self::Closing { closing } if closing.last_day < today => {
                vec![wrong("/closing/last_day".to_owned(), Rejection::NotAhead { from: today })]
            }
            Self::Closing { .. } => Vec::new(),
            Self::Municipality { city } => check_city(city, today),
            Self::Wording { wording } => check_wording(wording, today),
            Self::Retention { rules } => {
                let mut parts: Vec<ProblemPart> = check_ahead(rules.valid_from, today, "/rules/valid_from").into_iter().collect();
                parts.extend(below(rules.check(), "/rules"));
                parts
            }
        }
    }

    /// What it is about, where only one change may begin on a day and is written into the present when that day comes; none: it is written
    /// when it is agreed to.
    pub fn subject(&self, city: &MunicipalityCode) -> Option<String> {
        match self {
            Self::Facility { facility } => facility.facility_id.as_ref().map(subject_of_facility),
            Self::Municipality { .. } => Some(format!("municipality {city}")),
            Self::Programme { .. }
            | Self::Procedure { .. }
            | Self::Compact { .. }
            | Self::Holidays { .. }
            | Self::Closing { .. }
            | Self::Wording { .. }
            | Self::Retention { .. } => None,
        }
    }
}

fn wrong(pointer: String, rejection: Rejection) -> ProblemPart {
    ProblemPart { pointer: Some(pointer), subject: None, reason: rejection.reason(), detail: String::new() }
}

/// What a change of a facility is about.
pub fn subject_of_facility(id: &FacilityId) -> String {
    format!("facility {id}")
}

/// The most days that residents may be ahead of their neighbours.
pub const MOST_PRIORITY_DAYS: u32 = 60;
/// The longest name of a holiday, in characters.
pub const LONGEST_HOLIDAY: usize = 40;

fn check_term(term: &NewTerm) -> Vec<ProblemPart> {
    let mut parts = check_key(term.programme.as_str(), "/term/programme");
    parts.extend(check_key(term.price_tier.as_str(), "/term/price_tier"));
    if term.residence == term.host {
        parts.push(wrong("/term/host".to_owned(), Rejection::SameCity));
    }
    if term.resident_priority_days > MOST_PRIORITY_DAYS {
        parts.push(wrong("/term/resident_priority_days".to_owned(), Rejection::PriorityInvalid));
    }
    parts
}

fn at(place: &str, field: &str, reason: Reason) -> ProblemPart {
    ProblemPart { pointer: Some(format!("{place}/{field}")), subject: None, reason, detail: String::new() }
}

fn check_ahead(first: NaiveDate, today: NaiveDate, pointer: &str) -> Option<ProblemPart> {
    (first <= today).then(|| wrong(pointer.to_owned(), Rejection::NotAhead { from: next_day(today) }))
}

/// The longest ID in a city's list of facilities.
const LONGEST_SOURCE_ID: usize = 40;

fn check_facility(new: &NewFacilityData, today: NaiveDate) -> Vec<ProblemPart> {
    let mut parts: Vec<ProblemPart> = check_ahead(new.valid_from, today, "/facility/valid_from").into_iter().collect();
    let listed = new.source_id.as_deref().unwrap_or_default().trim().chars().count();
    if new.facility_id.is_none() && !(1..=LONGEST_SOURCE_ID).contains(&listed) {
        let rejection = if listed == 0 { crate::text::Rejection::Missing } else { crate::text::Rejection::TooLong };
        parts.push(at("/facility", "source_id", rejection.reason()));
    }
    parts.extend(new.data.check().into_iter().map(|(field, reason)| at("/facility", field, reason)));
    parts
}

fn check_city(new: &NewCityData, today: NaiveDate) -> Vec<ProblemPart> {
    let mut parts: Vec<ProblemPart> = check_ahead(new.valid_from, today, "/city/valid_from").into_iter().collect();
    parts.extend(check_name(&new.data.name, "/city/name"));
    if let Err(rejection) = Kana::parse(&new.data.kana) {
        parts.push(at("/city", "kana", rejection.reason()));
    }
    if !in_japan(new.data.position()) {
        parts.push(wrong("/city/latitude".to_owned(), Rejection::PositionInvalid));
    }
    parts
}

fn check_wording(new: &NewWording, today: NaiveDate) -> Vec<ProblemPart> {
    let mut parts: Vec<ProblemPart> = check_ahead(new.valid_from, today, "/wording/valid_from").into_iter().collect();
    let lengths = notices::words::check_lengths(&new.texts).into_iter().map(|(field, rejection)| at("/wording", field, rejection.reason()));
    parts.extend(lengths);
    let names = notices::words::check(new.kind, &new.texts).into_iter();
    parts.extend(names.map(|(field, rejection)| at("/wording", field, rejection.reason())));
    parts
}

fn check_holidays(added: &[Holiday], removed: &[NaiveDate], today: NaiveDate) -> Vec<ProblemPart> {
    let mut parts = Vec::new();
    if added.is_empty() && removed.is_empty() {
        parts.push(wrong("/added".to_owned(), Rejection::Nothing));
    }
    let mut seen = std::collections::BTreeSet::new();
    let named = added.iter().enumerate().map(|(nth, holiday)| (format!("/added/{nth}/day"), holiday.day));
    for (place, day) in named.chain(removed.iter().enumerate().map(|(nth, day)| (format!("/removed/{nth}"), *day))) {
        if day <= today {
            parts.push(wrong(place, Rejection::NotAhead { from: next_day(today) }));
        } else if !seen.insert(day) {
            parts.push(wrong(place, Rejection::DayTwice));
        }
    }
    for (nth, holiday) in added.iter().enumerate() {
        let length = holiday.name.trim().chars().count();
        if length == 0 || length > LONGEST_HOLIDAY {
            parts.push(wrong(format!("/added/{nth}/name"), Rejection::NameInvalid));
        }
    }
    parts
}

/// How a change stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = RuleChangeStanding))]
pub enum Standing {
    /// Somebody else has to agree.
    Waiting,
    /// It is written down, and holds from its first day on.
    Agreed,
    /// Somebody else did not agree.
    Declined,
    /// Who proposed it took it back before anybody agreed.
    Withdrawn,
    /// It was taken back before its first day.
    Undone,
}

impl Standing {
    /// Every standing.
    pub const ALL: [Self; 5] = [Self::Waiting, Self::Agreed, Self::Declined, Self::Withdrawn, Self::Undone];

    /// The word that is stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Agreed => "agreed",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
            Self::Undone => "undone",
        }
    }

    /// The standing of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|standing| standing.as_str() == word)
    }
}

/// Who brought a change to where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = RuleChangeStep))]
pub struct Step {
    /// The officer.
    pub by: Colleague,
    /// When.
    pub at: DateTime<Utc>,
    /// What they said to it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub words: String,
}

/// A change with its history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleChange {
    /// Its id.
    pub id: RuleChangeId,
    /// The city whose officer proposed it.
    pub municipality: MunicipalityCode,
    /// What is to hold.
    pub change: Change,
    /// Why somebody else has to agree; empty: nobody has to.
    pub weights: Vec<Weight>,
    /// The city whose officer has to agree: for a compact the other one.
    pub agreeing: MunicipalityCode,
    /// How it stands.
    pub standing: Standing,
    /// Who proposed it.
    pub proposed: Step,
    /// Who agreed to it or declined or withdrew it; none while it waits, and where nobody had to agree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<Step>,
    /// Who took it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undone: Option<Step>,
    /// Whom it would have touched when it was proposed.
    pub impact: Impact,
    /// Grows by one with every step.
    pub version: i64,
}

/// What somebody says to a change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleChangeWords {
    /// The words, at most 400 characters.
    #[serde(default)]
    #[validate(length(max = 400))]
    pub words: String,
}

/// What a change would do, before it is proposed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleChangePreview {
    /// Why somebody else has to agree; empty: it holds at once.
    pub weights: Vec<Weight>,
    /// The city whose officer has to agree.
    pub agreeing: MunicipalityCode,
    /// Whom it touches.
    pub impact: Impact,
}

/// Why a change cannot go that way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejection {
    /// It waits for nobody any more.
    NotWaiting,
    /// It is not in the books, or is already taken back.
    NotAgreed,
    /// Who proposed it cannot agree to it.
    OwnChange,
    /// An officer of the other city agrees to a compact.
    OtherCity,
    /// Only who proposed it takes it back.
    NotOwn,
    /// Who declines says why.
    WordsMissing,
    /// Its first day has come.
    Begun,
    /// Another change has followed it.
    Followed,
    /// So many bookings or applications were made on it.
    Used {
        /// How many.
        count: i64,
    },
    /// A day is not ahead.
    NotAhead {
        /// The first day that is possible.
        from: NaiveDate,
    },
    /// A day is named twice.
    DayTwice,
    /// The name of a holiday has no or too many characters.
    NameInvalid,
    /// Nothing is changed.
    Nothing,
    /// Residence and host are the same city.
    SameCity,
    /// The days of priority are out of range.
    PriorityInvalid,
    /// The compact does not join these cities, or the officer's city is not among them.
    CompactUnknown,
    /// Neither city has the programme on that day.
    ProgrammeUnknown,
    /// The host's table has no price for that tier.
    TierUnknown,
    /// The officer's city has no such facility.
    FacilityUnknown,
    /// The city's list has that ID already.
    ListedAlready,
    /// The facility closes, or has closed.
    FacilityClosed {
        /// Its last day.
        last: NaiveDate,
    },
    /// The facility has not opened by then.
    FacilityNotOpen {
        /// Its first day.
        from: NaiveDate,
    },
    /// Another change of the same begins on that day.
    DayTaken {
        /// The day.
        from: NaiveDate,
    },
    /// A point that is not in Japan, or half of one.
    PositionInvalid,
    /// No or too many children.
    CapacityInvalid,
    /// It closes before it opens, or only one of both is said.
    HoursInvalid,
    /// No address of a page.
    UrlInvalid,
}

impl Rejection {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotWaiting => "changes.not_waiting",
            Self::NotAgreed => "changes.not_agreed",
            Self::OwnChange => "changes.own_change",
            Self::OtherCity => "changes.other_city",
            Self::NotOwn => "changes.not_own",
            Self::WordsMissing => "changes.words_missing",
            Self::Begun => "changes.begun",
            Self::Followed => "changes.followed",
            Self::Used { .. } => "changes.used",
            Self::NotAhead { .. } => "changes.not_ahead",
            Self::DayTwice => "changes.day_twice",
            Self::NameInvalid => "changes.name_invalid",
            Self::Nothing => "changes.nothing",
            Self::SameCity => "changes.same_city",
            Self::PriorityInvalid => "changes.priority_invalid",
            Self::CompactUnknown => "changes.compact_unknown",
            Self::ProgrammeUnknown => "changes.programme_unknown",
            Self::TierUnknown => "changes.tier_unknown",
            Self::FacilityUnknown => "changes.facility_unknown",
            Self::ListedAlready => "changes.listed_already",
            Self::FacilityClosed { .. } => "changes.facility_closed",
            Self::FacilityNotOpen { .. } => "changes.facility_not_open",
            Self::DayTaken { .. } => "changes.day_taken",
            Self::PositionInvalid => "changes.position_invalid",
            Self::CapacityInvalid => "changes.capacity_invalid",
            Self::HoursInvalid => "changes.hours_invalid",
            Self::UrlInvalid => "changes.url_invalid",
        }
    }

    /// The reason with its sentence.
    pub fn reason(self) -> Reason {
        let reason = Reason::new(self.code());
        match self {
            Self::Used { count } => reason.with("count", Datum::Count(count)),
            Self::NotAhead { from } | Self::FacilityNotOpen { from } | Self::DayTaken { from } => reason.with("from", Datum::Day(from)),
            Self::FacilityClosed { last } => reason.with("last", Datum::Day(last)),
            _ => reason,
        }
    }
}

/// Proposes: what weighs nothing is agreed at once.
pub const fn propose(weights: &[Weight]) -> Standing {
    if weights.is_empty() { Standing::Agreed } else { Standing::Waiting }
}

/// Another officer agrees, of the city that has to.
pub fn agree(change: &RuleChange, by: (&Colleague, &MunicipalityCode)) -> Result<Standing, Rejection> {
    may_decide(change, by).map(|()| Standing::Agreed)
}

/// Another officer does not agree, and says why.
pub fn decline(change: &RuleChange, by: (&Colleague, &MunicipalityCode), words: &str) -> Result<Standing, Rejection> {
    may_decide(change, by)?;
    if words.trim().is_empty() { Err(Rejection::WordsMissing) } else { Ok(Standing::Declined) }
}

fn may_decide(change: &RuleChange, (by, city): (&Colleague, &MunicipalityCode)) -> Result<(), Rejection> {
    waiting(change)?;
    if change.proposed.by.account_id == by.account_id {
        Err(Rejection::OwnChange)
    } else if change.agreeing != *city {
        Err(Rejection::OtherCity)
    } else {
        Ok(())
    }
}

/// Who proposed it takes it back before anybody has agreed.
pub fn withdraw(change: &RuleChange, by: &Colleague) -> Result<Standing, Rejection> {
    waiting(change)?;
    if change.proposed.by.account_id == by.account_id { Ok(Standing::Withdrawn) } else { Err(Rejection::NotOwn) }
}

fn waiting(change: &RuleChange) -> Result<(), Rejection> {
    if change.standing == Standing::Waiting { Ok(()) } else { Err(Rejection::NotWaiting) }
}

/// An agreed change is taken back before its first day, where nothing was made on it and nothing followed it. What held before was agreed to
/// once already, so one officer is enough.
pub fn undo(change: &RuleChange, is_followed: bool, used: i64, today: NaiveDate) -> Result<Standing, Rejection> {
    if change.standing != Standing::Agreed {
        Err(Rejection::NotAgreed)
    } else if change.change.first_day().is_none_or(|day| day <= today) {
        Err(Rejection::Begun)
    } else if is_followed {
        Err(Rejection::Followed)
    } else if used > 0 {
        Err(Rejection::Used { count: used })
    } else {
        Ok(Standing::Undone)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
