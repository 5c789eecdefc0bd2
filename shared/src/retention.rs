//! Retention (保存期間): how long what is held about families is kept, from when that is counted, and what has to be over before a family
//! closes its account.

use chrono::{DateTime, Months, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::FamilyId;
use crate::locale::Localised;
use crate::problem::{Datum, ProblemPart, Reason};
use crate::programmes::check_name;

/// What is erased together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = RetentionKind))]
pub enum Kind {
    /// Applications that were begun and never sent, with their files; counted from the day they were begun.
    Drafts,
    /// Messages between families and facilities; counted from the day of the stay.
    Messages,
    /// Notices in inboxes, and how they were delivered; counted from the day they were made.
    Notices,
    /// Cases of the city and the BPO centre: tries to reach a family and notes; counted from the day they ended.
    Outreach,
    /// Entries of facilities' daily journals; counted from their day.
    Journal,
    /// Applications with their files and letters; counted from the decision, or from the last day of what was granted where that is later.
    Applications,
    /// What is left of a family that closed its account; counted from that day.
    Families,
}

impl Kind {
    /// Every kind, in the order in which they are erased and shown.
    pub const ALL: [Self; 7] =
        [Self::Drafts, Self::Messages, Self::Notices, Self::Outreach, Self::Journal, Self::Applications, Self::Families];

    /// The word that is stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Drafts => "drafts",
            Self::Messages => "messages",
            Self::Notices => "notices",
            Self::Outreach => "outreach",
            Self::Journal => "journal",
            Self::Applications => "applications",
            Self::Families => "families",
        }
    }

    /// The kind of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// The fewest months for which it is kept. What families have used is money between families, facilities and cities, and claims of and
    /// against a city lapse after five years (地方自治法 第236条); what a decision rests on is kept for as long as it may be asked about, at least
    /// a year.
    pub const fn least_months(self) -> u32 {
        match self {
            Self::Drafts => 1,
            Self::Messages | Self::Notices | Self::Outreach => 3,
            Self::Journal | Self::Applications => 12,
            Self::Families => 60,
        }
    }
}

/// The most months for which anything is kept: thirty years.
pub const MOST_MONTHS: u32 = 360;

/// For how long one kind is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = RetentionPeriod))]
pub struct Period {
    /// The kind.
    pub kind: Kind,
    /// So many months, at most 360.
    pub months: u32,
    /// Where the period stands: the city's rule on its records, or a law.
    pub source: Localised,
}

/// A city's periods from a day on. What is not named is not erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RetentionRules {
    /// The first day on which something is erased by them.
    pub valid_from: NaiveDate,
    /// The periods, at most one of a kind.
    pub periods: Vec<Period>,
}

impl RetentionRules {
    /// Everything wrong with them, each with the JSON pointer of its place.
    pub fn check(&self) -> Vec<ProblemPart> {
        let mut seen = std::collections::BTreeSet::new();
        let mut parts = Vec::new();
        let mut wrong = |nth: usize, field: &str, rejection: Rejection| {
            let pointer = Some(format!("/periods/{nth}/{field}"));
            parts.push(ProblemPart { pointer, subject: None, reason: rejection.reason(), detail: String::new() });
        };
        for (nth, period) in self.periods.iter().enumerate() {
            if !seen.insert(period.kind) {
                wrong(nth, "kind", Rejection::KindTwice);
            }
            let least = period.kind.least_months();
            if !(least..=MOST_MONTHS).contains(&period.months) {
                wrong(nth, "months", Rejection::MonthsInvalid { least, most: MOST_MONTHS });
            }
        }
        let sources = self.periods.iter().enumerate();
        parts.extend(sources.flat_map(|(nth, period)| check_name(&period.source, &format!("/periods/{nth}/source"))));
        parts
    }

    /// For how many months a kind is kept; none: it is not erased.
    pub fn months(&self, kind: Kind) -> Option<u32> {
        self.periods.iter().find(|period| period.kind == kind).map(|period| period.months)
    }

    /// The first day whose records of a kind are kept on a day: what is counted from a day before is erased. None: nothing is erased.
    pub fn kept_from(&self, kind: Kind, today: NaiveDate) -> Option<NaiveDate> {
        today.checked_sub_months(Months::new(self.months(kind)?))
    }
}

/// The day on which something is erased that counts from a day; none where that is beyond the calendar.
pub fn erased_on(counted_from: NaiveDate, months: u32) -> Option<NaiveDate> {
    counted_from.checked_add_months(Months::new(months))?.succ_opt()
}

/// What of a family is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UnderWay {
    /// Bookings that are asked for, offered, confirmed, or not checked out.
    pub stays: i64,
    /// Entries of the waiting list.
    pub waiting: i64,
    /// Applications that an officer has or sent back.
    pub applications: i64,
}

/// A family closes its account: nothing may be under way. All reasons against it.
pub fn close(under_way: UnderWay) -> Result<(), Vec<Rejection>> {
    let UnderWay { stays, waiting, applications } = under_way;
    let open = [
        (stays, Rejection::StaysOpen { count: stays }),
        (waiting, Rejection::WaitingOpen { count: waiting }),
        (applications, Rejection::ApplicationsOpen { count: applications }),
    ];
    let against: Vec<Rejection> = open.into_iter().filter(|(count, _)| *count > 0).map(|(_, rejection)| rejection).collect();
    if against.is_empty() { Ok(()) } else { Err(against) }
}

/// What closing the account would do, before it is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClosingOutlook {
    /// Why it cannot be closed yet; empty: it can.
    pub against: Vec<ProblemPart>,
    /// Whether something must be kept for some time: stays, applications or certifications of the family. Else everything is erased at once.
    pub keeps: bool,
    /// For how many months that is kept; none where the city has set no period yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub months: Option<u32>,
    /// The day on which it would be erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased_on: Option<NaiveDate>,
    /// Whether the account's password is asked for.
    pub password: bool,
}

/// Closes the family's account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, validator::Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FamilyClosing {
    /// The password, where the account has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(max = 200, code = "text.too_long"))]
    pub password: Option<String>,
}

/// What was erased by rule on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RetentionRun {
    /// The day.
    pub day: NaiveDate,
    /// What.
    pub kind: Kind,
    /// What counted from a day before this one.
    pub kept_from: NaiveDate,
    /// How many.
    pub count: i64,
}

/// How many records of a kind are over on a day, by the periods that hold and by those that are proposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RetentionCount {
    /// The kind.
    pub kind: Kind,
    /// For how many months it is kept; none: it is not erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub months: Option<u32>,
    /// So many are over by them.
    pub over: i64,
    /// For how many months it would be kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_months: Option<u32>,
    /// So many would be.
    pub newly_over: i64,
}

/// How one kind stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RetentionStanding {
    /// The kind.
    pub kind: Kind,
    /// Its period; none: it is not erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
    /// How many the city has.
    pub held: i64,
    /// How many of them are erased within the next thirty days.
    pub due: i64,
}

/// A family that closed its account, of which something is still kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClosedFamily {
    /// The family.
    pub family_id: FamilyId,
    /// The guardian's name.
    pub guardian_name: String,
    /// When it closed its account.
    pub closed_at: DateTime<Utc>,
    /// When the rest is erased; none: the city has set no period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased_on: Option<NaiveDate>,
}

/// Retention in a city, as its officers see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RetentionOverview {
    /// The first day of the periods that hold; none: the city has set none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<NaiveDate>,
    /// Every kind.
    pub kinds: Vec<RetentionStanding>,
    /// Families that closed their accounts, the next one to be erased first; at most 100.
    pub closed: Vec<ClosedFamily>,
    /// What was erased lately, the latest first; at most 100.
    pub runs: Vec<RetentionRun>,
}

/// The days for which it is told beforehand what will be erased.
pub const TOLD_DAYS: u32 = 30;

/// Why something does not go that way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejection {
    /// Stays are still under way.
    StaysOpen {
        /// How many.
        count: i64,
    },
    /// The family still waits for places.
    WaitingOpen {
        /// How many entries.
        count: i64,
    },
    /// Applications are not decided.
    ApplicationsOpen {
        /// How many.
        count: i64,
    },
    /// The account is closed.
    Closed,
    /// A kind is named twice.
    KindTwice,
    /// The months are out of range.
    MonthsInvalid {
        /// The fewest.
        least: u32,
        /// The most.
        most: u32,
    },
}

impl Rejection {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::StaysOpen { .. } => "retention.stays_open",
            Self::WaitingOpen { .. } => "retention.waiting_open",
            Self::ApplicationsOpen { .. } => "retention.applications_open",
            Self::Closed => "retention.closed",
            Self::KindTwice => "retention.kind_twice",
            Self::MonthsInvalid { .. } => "retention.months_invalid",
        }
    }

    /// The reason with its data.
    pub fn reason(self) -> Reason {
        let reason = Reason::new(self.code());
        match self {
            Self::StaysOpen { count } | Self::WaitingOpen { count } | Self::ApplicationsOpen { count } => {
                reason.with("count", Datum::Count(count))
            }
            Self::MonthsInvalid { least, most } => {
                reason.with("least", Datum::Count(i64::from(least))).with("most", Datum::Count(i64::from(most)))
            }
            Self::Closed | Self::KindTwice => reason,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn rules(periods: &[(Kind, u32)]) -> RetentionRules {
        RetentionRules {
            valid_from: day("2026-04-01"),
            periods: periods
                .iter()
                .map(|(kind, months)| Period { kind: *kind, months: *months, source: Localised::new("規程", "きまり", "Rules") })
                .collect(),
        }
    }

    #[test]
    fn a_record_is_kept_on_the_last_day_of_its_period_and_erased_on_the_next() {
        let rules = rules(&[(Kind::Messages, 12)]);
        for (of, last) in [("2025-11-23", "2026-11-23"), ("2024-02-29", "2025-02-28"), ("2025-08-31", "2026-08-31")] {
            let next = day(last).succ_opt().unwrap();
            assert_eq!(erased_on(day(of), 12), Some(next), "{of}");
            assert!(day(of) >= rules.kept_from(Kind::Messages, day(last)).unwrap(), "{of} is kept on {last}");
            assert!(day(of) < rules.kept_from(Kind::Messages, next).unwrap(), "{of} is erased on {next}");
        }
    }

    #[test]
    fn what_no_rule_names_is_not_erased() {
        assert_eq!(rules(&[(Kind::Messages, 12)]).kept_from(Kind::Journal, day("2026-11-23")), None);
    }

    #[test]
    fn months_have_bounds_of_their_kind_and_a_kind_stands_once() {
        assert!(rules(&Kind::ALL.map(|kind| (kind, kind.least_months()))).check().is_empty());
        assert!(rules(&Kind::ALL.map(|kind| (kind, MOST_MONTHS))).check().is_empty());
        for kind in Kind::ALL {
            for months in [kind.least_months() - 1, MOST_MONTHS + 1] {
                let wrong = rules(&[(kind, months)]).check();
                assert_eq!(
                    (wrong[0].reason.code.as_ref(), wrong[0].pointer.as_deref()),
                    ("retention.months_invalid", Some("/periods/0/months"))
                );
            }
        }
        let twice = rules(&[(Kind::Notices, 12), (Kind::Notices, 24)]).check();
        assert_eq!((twice.len(), twice[0].pointer.as_deref()), (1, Some("/periods/1/kind")));
    }

    #[test]
    fn an_account_is_closed_when_nothing_is_under_way_and_every_reason_is_told() {
        assert_eq!(close(UnderWay::default()), Ok(()));
        let all = close(UnderWay { stays: 2, waiting: 1, applications: 3 }).unwrap_err();
        assert_eq!(all, [Rejection::StaysOpen { count: 2 }, Rejection::WaitingOpen { count: 1 }, Rejection::ApplicationsOpen { count: 3 }]);
        assert_eq!(close(UnderWay { waiting: 1, ..UnderWay::default() }), Err(vec![Rejection::WaitingOpen { count: 1 }]));
    }

    #[test]
    fn every_kind_has_a_word_of_its_own() {
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(Kind::parse("secrets"), None);
    }
}
