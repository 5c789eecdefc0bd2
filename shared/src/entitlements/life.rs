//! The life of a certification: why and when it ends, what to do before, and what becomes of stays after it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use validator::Validate;

use super::{Certified, Ended, Entitlement, covers};
use crate::applications::ApplicationState;
use crate::ids::{ApplicationId, BookingId, ChildId};
use crate::municipalities::MunicipalityCode;
use crate::problem::{Datum, Reason};
use crate::procedures::{ProcedureKey, Until, Validity, fiscal_year_end};
use crate::programmes::ProgrammeKey;
use crate::slots::AffectedBooking;
use crate::time::{day_start, days_before, next_day};

/// So many days before it ends the family is told.
pub const TOLD_DAYS_BEFORE: u32 = 30;

/// How a child may be certified for the same programme from the day after.
#[derive(Debug, Clone, Copy)]
pub struct Renewal<'a> {
    /// The procedure of the city of residence.
    pub procedure: &'a ProcedureKey,
    /// From when to when it certifies.
    pub validity: &'a Validity,
}

/// When and why a certification ends, and what to do next: read by the family before it does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ending {
    /// The last day.
    pub on: NaiveDate,
    /// Why.
    pub why: Reason,
    /// What to do next.
    pub next: Reason,
    /// What to apply for, where the child can be certified anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub procedure: Option<ProcedureKey>,
    /// From which day on one may apply for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub apply_from: Option<NaiveDate>,
    /// The application for it that was begun already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application_id: Option<ApplicationId>,
    /// Whether it is soon, or was ended before its time.
    pub soon: bool,
}

/// When and why a certification of a child born then ends. `renewal` is what the city of residence has for the day after.
pub fn ending(held: &Entitlement, renewal: Option<&Renewal<'_>>, born: NaiveDate, today: NaiveDate) -> Ending {
    let on = held.valid_until;
    // Whoever cannot be certified for the day after, whatever he does, has outgrown it. Where it is not known where a family lives, nobody can.
    let is_placeless = held.ended == Some(Ended::Moved { to: None });
    let next_days = renewal.filter(|_| !is_placeless).and_then(|renewal| renewal.validity.days(born, next_day(on)));
    let why = match &held.ended {
        Some(Ended::Moved { to: Some(_) }) => Reason::new("entitlements.ends_moved"),
        Some(Ended::Moved { to: None }) => Reason::new("entitlements.ends_moved_out"),
        Some(Ended::Asked) => Reason::new("entitlements.ends_asked"),
        Some(Ended::Revoked { words }) => Reason::new("entitlements.ends_revoked").with("words", Datum::Text(words.clone())),
        Some(Ended::Register) => Reason::new("entitlements.ends_register"),
        None => match renewal.map(|renewal| renewal.validity) {
            Some(validity) if validity.ages.last_day(born) <= on => Reason::new("entitlements.ends_age"),
            Some(Validity { until: Until::FiscalYear, .. }) if on == fiscal_year_end(on) => Reason::new("entitlements.ends_year"),
            Some(Validity { until: Until::MonthsFromBirth { months }, .. }) => {
                Reason::new("entitlements.ends_birth").with("months", Datum::Count(i64::from(*months)))
            }
            Some(_) | None => Reason::new("entitlements.ends_day"),
        },
    };
    let can_apply = next_days.is_some();
    let next = match &held.ended {
        Some(Ended::Moved { to: None }) => Reason::new("entitlements.next_name_city"),
        Some(Ended::Moved { .. }) if can_apply => Reason::new("entitlements.next_there"),
        Some(Ended::Revoked { .. }) => Reason::new("entitlements.next_object"),
        _ if can_apply => Reason::new("entitlements.next_apply"),
        _ => Reason::new("entitlements.next_nothing"),
    };
    let apply_from = next_days.and(renewal).map(|renewal| match held.ended {
        Some(_) => today,
        None => days_before(on, renewal.validity.ahead_days),
    });
    Ending {
        on,
        why: why.with("day", Datum::Day(on)),
        next: match apply_from {
            Some(from) => next.with("from", Datum::Day(from)),
            None => next,
        },
        procedure: next_days.and(renewal).map(|renewal| renewal.procedure.clone()),
        apply_from,
        application_id: None,
        soon: held.ended.is_some() || is_ending(held, today),
    }
}

/// Whether a certification ends by itself within the time in which its family is told.
pub fn is_ending(held: &Entitlement, today: NaiveDate) -> bool {
    held.ended.is_none() && held.holds_at_all() && today <= held.valid_until && days_before(held.valid_until, TOLD_DAYS_BEFORE) <= today
}

/// A certification after its family moved to a city on a day, or left for one that is not known yet: it held until the day before. None: the
/// new city's own, or one that is over. What ended without a city gets it when the family names it.
pub fn moved(held: &Entitlement, to: Option<&MunicipalityCode>, day: NaiveDate) -> Option<Entitlement> {
    let holds = held.holds_at_all() && day <= held.valid_until;
    let is_meant = match to {
        Some(to) => held.municipality != *to && (holds || held.ended == Some(Ended::Moved { to: None })),
        None => holds,
    };
    is_meant.then(|| Entitlement {
        valid_until: held.valid_until.min(days_before(day, 1)),
        ended: Some(Ended::Moved { to: to.cloned() }),
        version: held.version + 1,
        ..held.clone()
    })
}

/// Revokes a certification (取消し): an officer of its city, with reasons that the family reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Revocation {
    /// The last day on which it holds: yesterday at the earliest.
    pub last_day: NaiveDate,
    /// Why; the family reads it.
    #[validate(length(min = 1, max = 1000, code = "entitlements.words_missing"))]
    pub words: String,
    /// The bookings that the preview showed as affected: where another one would be cancelled, nothing is done.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[validate(length(max = 2000, code = "slots.range_invalid"))]
    pub seen: Vec<BookingId>,
}

/// What a revocation means, or has done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevocationPreview {
    /// The certification as it then is.
    pub entitlement: Entitlement,
    /// The bookings after it, which end without cost, by start.
    pub affected: Vec<AffectedBooking>,
}

/// Why a certification cannot be ended so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rejection {
    /// The last day lies before yesterday, or is not before the one it has.
    LastDayOutside {
        /// The first possible day.
        from: NaiveDate,
        /// The last possible day.
        until: NaiveDate,
    },
    /// It is over.
    Over,
    /// A booking would end that was not shown.
    AffectedChanged,
}

impl Rejection {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::LastDayOutside { .. } => "entitlements.last_day_outside",
            Self::Over => "entitlements.over",
            Self::AffectedChanged => "slots.affected_changed",
        }
    }

    /// The reason with its sentence.
    pub fn reason(&self) -> Reason {
        let reason = Reason::new(self.code());
        match self {
            Self::LastDayOutside { from, until } => reason.with("from", Datum::Day(*from)).with("until", Datum::Day(*until)),
            Self::Over | Self::AffectedChanged => reason,
        }
    }
}

/// A certification after it was revoked.
pub fn revoke(held: &Entitlement, command: &Revocation, today: NaiveDate) -> Result<Entitlement, Rejection> {
    if held.valid_until < today || !held.holds_at_all() {
        return Err(Rejection::Over);
    }
    // What was used stays used: it cannot end before yesterday.
    let (from, until) = (days_before(today, 1).max(days_before(held.valid_from, 1)), days_before(held.valid_until, 1));
    if command.last_day < from || until < command.last_day {
        return Err(Rejection::LastDayOutside { from, until });
    }
    Ok(Entitlement {
        valid_until: command.last_day,
        ended: Some(Ended::Revoked { words: command.words.trim().to_owned() }),
        version: held.version + 1,
        ..held.clone()
    })
}

/// What becomes of a stay for which a child has to be certified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Fate {
    /// The child is certified for it.
    Stands,
    /// It stands until the new city has decided on the application; one that nobody has sent by the day of the stay does not keep it.
    UntilDecided,
    /// It ends without cost: nobody can be certified for it any more.
    Ends,
}

/// What becomes of a stay from one day to another, by what the child is certified for and the application that was begun for it. Nobody whose
/// application is with the city is refused at the door: that it takes long is not the family's fault.
pub fn fate(
    certified: &[Certified],
    (first, last): (NaiveDate, NaiveDate),
    application: Option<&ApplicationState>,
    now: DateTime<Utc>,
) -> Fate {
    if covers(certified, first, last) {
        return Fate::Stands;
    }
    match application {
        Some(ApplicationState::InReview { .. } | ApplicationState::Returned { .. }) => Fate::UntilDecided,
        Some(ApplicationState::Draft) if now < day_start(first) => Fate::UntilDecided,
        Some(
            ApplicationState::Draft
            | ApplicationState::Granted { .. }
            | ApplicationState::Refused { .. }
            | ApplicationState::Withdrawn { .. },
        )
        | None => Fate::Ends,
    }
}

/// A stay after the end of a certification, as the family and both cities see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StayAfter {
    /// The booking.
    pub booking_id: BookingId,
    /// The child.
    pub child_id: ChildId,
    /// What the child has to be certified for.
    pub certification: ProgrammeKey,
    /// Where.
    pub facility_name: String,
    /// Start.
    pub starts_at: DateTime<Utc>,
    /// End.
    pub ends_at: DateTime<Utc>,
    /// What becomes of it.
    pub fate: Fate,
}

/// A certification as its family sees it: with its end, what to do next, and the stays after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HeldEntitlement {
    /// The certification.
    #[serde(flatten)]
    pub entitlement: Entitlement,
    /// When and why it ends.
    pub ending: Ending,
    /// The stays to come after an early end that nothing else covers, by start, each with what becomes of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stays: Vec<StayAfter>,
}

/// A certification that ended with a move, as the officers of both cities see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MovedAway {
    /// The certification.
    pub entitlement: Entitlement,
    /// The application that was begun in the new city.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application_id: Option<ApplicationId>,
    /// The stays after it, by start.
    pub stays: Vec<StayAfter>,
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::applications::ApplicationState;
    use crate::bookings::BookedChild;
    use crate::ids::EntitlementId;
    use crate::locale::Localised;
    use crate::programmes::{AgeBasis, AgeEnd, Ages};
    use crate::world::{day, sakaiminato, tokyo, yonago};

    fn held(from: &str, until: &str) -> Entitlement {
        Entitlement {
            id: EntitlementId::new("held"),
            number: "1".to_owned(),
            child: BookedChild { id: "child".into(), name: "子".to_owned(), kana: "コ".to_owned() },
            programme: ProgrammeKey::new("open_nursery"),
            programme_name: Localised::new("", "", ""),
            municipality: yonago(),
            valid_from: day(from),
            valid_until: day(until),
            ended: None,
            application_id: None,
            version: 1,
        }
    }

    fn validity(until: Until) -> Validity {
        let ages = Ages { from_months: 6, until: AgeEnd::UnderYears { years: 3 }, basis: AgeBasis::OnDay };
        Validity { ages, ahead_days: 60, until }
    }

    /// Code of why and next, from when on one may apply, and whether it is soon.
    fn told(held: &Entitlement, until: Until, born: &str, today: &str) -> (String, String, Option<NaiveDate>, bool) {
        let (procedure, validity) = (ProcedureKey::new("certification"), validity(until));
        let ending = ending(held, Some(&Renewal { procedure: &procedure, validity: &validity }), day(born), day(today));
        assert_eq!(ending.procedure.is_some(), ending.apply_from.is_some());
        (ending.why.code.into_owned(), ending.next.code.into_owned(), ending.apply_from, ending.soon)
    }

    fn words(why: &str, next: &str, from: Option<&str>, soon: bool) -> (String, String, Option<NaiveDate>, bool) {
        (format!("entitlements.{why}"), format!("entitlements.{next}"), from.map(day), soon)
    }

    #[test]
    fn the_family_reads_why_it_ends_and_what_to_do() {
        // Born 10 April 2024: the last day under three is 8 April 2027.
        let by_age = held("2026-06-01", "2027-04-08");
        assert_eq!(told(&by_age, Until::Age, "2024-04-10", "2027-01-01"), words("ends_age", "next_nothing", None, false));
        let by_year = held("2026-06-01", "2027-03-31");
        let soon = words("ends_year", "next_apply", Some("2027-01-30"), true);
        assert_eq!(told(&by_year, Until::FiscalYear, "2025-04-10", "2027-03-01"), soon);
        // Of two that end on one day the age decides: there is nothing to apply for.
        assert_eq!(told(&by_year, Until::FiscalYear, "2024-04-02", "2027-03-01"), words("ends_age", "next_nothing", None, true));
        let by_birth = held("2026-06-01", "2026-12-31");
        assert_eq!(
            told(&by_birth, Until::MonthsFromBirth { months: 12 }, "2026-01-01", "2026-06-01"),
            words("ends_birth", "next_nothing", None, false)
        );
        let moved = moved(&by_year, Some(&sakaiminato()), day("2026-12-10")).unwrap();
        assert_eq!(told(&moved, Until::Age, "2025-04-10", "2026-12-10"), words("ends_moved", "next_there", Some("2026-12-10"), true));
        assert_eq!(told(&moved, Until::Age, "2023-11-01", "2026-12-10"), words("ends_moved", "next_nothing", None, true));
        let revoked = Entitlement { ended: Some(Ended::Revoked { words: "入園".to_owned() }), ..by_year };
        assert_eq!(told(&revoked, Until::Age, "2025-04-10", "2027-03-01").1, "entitlements.next_object");
        // Where the city has no such procedure any more, the day stands alone.
        let alone = ending(&by_age, None, day("2024-04-10"), day("2027-01-01"));
        assert_eq!((&*alone.why.code, &*alone.next.code), ("entitlements.ends_day", "entitlements.next_nothing"));
    }

    #[test]
    fn the_family_is_told_thirty_days_before_and_until_it_is_over() {
        let one = held("2026-06-01", "2027-03-31");
        let told = |date: &str| is_ending(&one, day(date));
        assert_eq!(["2027-02-28", "2027-03-01", "2027-03-31", "2027-04-01"].map(told), [false, true, true, false]);
        let ended = Entitlement { ended: Some(Ended::Asked), ..one.clone() };
        assert!(!is_ending(&ended, day("2027-03-20")), "whoever asked for it knows");
    }

    #[test]
    fn a_move_ends_it_the_day_before() {
        let one = held("2026-06-01", "2027-03-31");
        let after = moved(&one, Some(&sakaiminato()), day("2026-12-10")).unwrap();
        assert_eq!(
            (after.valid_until, after.holds_on(day("2026-12-09")), after.holds_on(day("2026-12-10"))),
            (day("2026-12-09"), true, false)
        );
        assert_eq!((after.ended.clone(), after.version), (Some(Ended::Moved { to: Some(sakaiminato()) }), 2));
        assert_eq!(moved(&one, Some(&yonago()), day("2026-12-10")), None);
        assert_eq!(
            (moved(&one, Some(&sakaiminato()), day("2027-04-01")), moved(&after, Some(&sakaiminato()), day("2026-12-10"))),
            (None, None)
        );
        assert!(moved(&one, Some(&sakaiminato()), day("2027-03-31")).is_some());
        // One that has not begun holds on no day.
        let early = moved(&one, Some(&sakaiminato()), day("2026-05-01")).unwrap();
        assert!(!early.holds_on(day("2026-06-01")) && !early.holds_on(day("2026-04-30")));
    }

    #[test]
    fn an_officer_revokes_it_from_yesterday_on() {
        let one = held("2026-06-01", "2027-03-31");
        let last = |last_day: &str| {
            let command = Revocation { last_day: day(last_day), words: " 保育所に入園 ".to_owned(), seen: Vec::new() };
            revoke(&one, &command, day("2026-12-10"))
        };
        let done = last("2026-12-09").unwrap();
        assert_eq!((done.valid_until, done.ended), (day("2026-12-09"), Some(Ended::Revoked { words: "保育所に入園".to_owned() })));
        assert!(last("2027-03-30").is_ok());
        let outside = Err(Rejection::LastDayOutside { from: day("2026-12-09"), until: day("2027-03-30") });
        assert_eq!((last("2026-12-08"), last("2027-03-31")), (outside.clone(), outside));
        let command = Revocation { last_day: day("2027-04-01"), words: "x".to_owned(), seen: Vec::new() };
        assert_eq!(revoke(&one, &command, day("2027-04-01")), Err(Rejection::Over));
        assert!(Revocation { words: String::new(), ..command }.validate().is_err());
    }

    #[test]
    fn a_stay_after_the_end_stands_while_the_new_city_may_still_certify() {
        let certified = [Certified { from: day("2026-06-01"), until: day("2026-12-09") }];
        let of = |first: &str, application: Option<&ApplicationState>, now: &str| {
            fate(&certified, (day(first), day(first)), application, tokyo(now))
        };
        let now = "2026-12-10 9:00";
        let review = ApplicationState::InReview { points: Vec::new(), proposed: None };
        let withdrawn = ApplicationState::Withdrawn { at: tokyo(now) };
        assert_eq!(of("2026-12-09", None, now), Fate::Stands);
        assert_eq!(of("2026-12-20", Some(&review), now), Fate::UntilDecided);
        assert_eq!(of("2026-12-20", Some(&ApplicationState::Returned { at: tokyo(now) }), now), Fate::UntilDecided);
        assert_eq!((of("2026-12-20", Some(&withdrawn), now), of("2026-12-20", None, now)), (Fate::Ends, Fate::Ends));
        // What nobody sent keeps it until its day; what is with the city keeps it over that.
        let draft = |clock| of("2026-12-20", Some(&ApplicationState::Draft), clock);
        assert_eq!((draft("2026-12-19 23:59"), draft("2026-12-20 00:00")), (Fate::UntilDecided, Fate::Ends));
        assert_eq!(of("2026-12-20", Some(&review), "2026-12-20 12:00"), Fate::UntilDecided);
    }
}
