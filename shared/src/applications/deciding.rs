//! Deciding: the rules grant, refuse, or say exactly what they could not decide.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{Days, Filling, OpenPoint, Outlook, Rejection, check};
use crate::eligibility::{Condition, Facts, Finding, Ground, Missing, Test, Verdict, examine};
use crate::entitlements::Entitlement;
use crate::ids::EntitlementId;
use crate::problem::{Datum, ProblemPart, Reason};
use crate::procedures::{Effect, Keep, Procedure, fiscal_year_end, walk, wanted};
use crate::programmes::ProgrammeKey;
use crate::time::{days_before, next_day};

/// What the rule has to know. The facts are those of the day on which it is, or was, sent.
#[derive(Debug, Clone)]
pub struct Case<'a> {
    /// The procedure.
    pub procedure: &'a Procedure,
    /// What is known.
    pub facts: Facts,
    /// What was filled in.
    pub filling: &'a Filling,
    /// The child's certification by this city for the procedure's programme that it is about ([`crate::entitlements::current`]).
    pub current: Option<&'a Entitlement>,
}

/// What an application that was sent comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submitted {
    /// The answers to all that is asked, known ones included: what was decided on.
    pub answers: BTreeMap<String, String>,
    /// What is known from now on.
    pub kept: Vec<(Keep, String, String)>,
    /// What was decided.
    pub settled: Settled,
}

/// What was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// Granted, and what it does.
    Granted {
        /// What it does.
        grant: Grant,
        /// Why.
        grounds: Vec<Ground>,
    },
    /// Refused.
    Refused {
        /// Why.
        grounds: Vec<Ground>,
    },
    /// An officer decides.
    Review {
        /// What the rules could not decide.
        points: Vec<OpenPoint>,
    },
}

/// What a grant does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grant {
    /// The child is certified.
    Certify {
        /// For this programme.
        programme: ProgrammeKey,
        /// From when to when.
        days: Days,
    },
    /// A certification stays, with what is known now.
    Revise {
        /// The certification.
        entitlement_id: EntitlementId,
        /// From when to when it holds.
        days: Days,
    },
    /// A certification ends.
    End {
        /// The certification.
        entitlement_id: EntitlementId,
        /// Its last day.
        last_day: NaiveDate,
    },
    /// The household is of a class.
    Relieve {
        /// The class.
        class: String,
        /// From when to when.
        days: Days,
    },
}

impl Grant {
    /// From when to when what was granted holds.
    pub const fn days(&self) -> Option<Days> {
        match self {
            Self::Certify { days, .. } | Self::Revise { days, .. } | Self::Relieve { days, .. } => Some(*days),
            Self::End { .. } => None,
        }
    }
}

/// Decides an application that is sent: in the request that sends it. What is missing or wrong is told whole, and nothing is decided.
pub fn submit(case: &Case<'_>) -> Result<Submitted, Vec<ProblemPart>> {
    let missing = check(&case.procedure.terms, &case.facts, case.filling);
    if !missing.is_empty() {
        return Err(missing);
    }
    let whole =
        |rejection: Rejection| vec![ProblemPart { pointer: None, subject: None, reason: rejection.reason(), detail: String::new() }];
    let grant = grant(case).map_err(whole)?;
    let (asked, facts) = walk(&case.procedure.terms, &case.facts, &case.filling.answers);
    let mut kept = Vec::new();
    let mut answers = BTreeMap::new();
    for asked in asked {
        if let Some(value) = facts.known.get(&asked.question.key).filter(|value| !value.is_empty()) {
            answers.insert(asked.question.key.clone(), value.clone());
            if asked.keep != Keep::No {
                kept.push((asked.keep, asked.question.key.clone(), value.clone()));
            }
        }
    }
    let finding = ruled(case, &facts, grant.as_ref());
    let points = open_points(case, &facts, &finding);
    let settled = match (finding.verdict, grant) {
        _ if !points.is_empty() => Settled::Review { points },
        (Verdict::Yes, Some(grant)) => Settled::Granted { grant, grounds: finding.grounds() },
        _ => Settled::Refused { grounds: finding.grounds() },
    };
    Ok(Submitted { answers, kept, settled })
}

/// What would be decided now, and what is still to be asked.
pub fn outlook(case: &Case<'_>) -> Outlook {
    let terms = &case.procedure.terms;
    let (asked, facts) = walk(terms, &case.facts, &case.filling.answers);
    let (grant, against) = match grant(case) {
        Ok(grant) => (grant, Vec::new()),
        Err(rejection) => (None, vec![rejection.reason()]),
    };
    let finding = ruled(case, &facts, grant.as_ref());
    let points = open_points(case, &facts, &finding);
    let asked: Vec<&str> = asked.into_iter().map(|asked| asked.question.key.as_str()).collect();
    let ask = asked.iter().filter(|key| !facts.known.contains_key(**key)).map(|key| (*key).to_owned()).collect();
    let mut missing: Vec<Missing> = Vec::new();
    for one in points.iter().filter_map(|point| point.missing.clone()) {
        // Answers and documents are asked for by the form itself.
        let by_form = matches!(&one, Missing::Known { key } | Missing::Attachment { key } if
            terms.questions.iter().any(|asked| asked.question.key == *key) || terms.attachments.iter().any(|wanted| wanted.key == *key));
        if !by_form && !missing.contains(&one) {
            missing.push(one);
        }
    }
    Outlook {
        ask,
        asked: asked.into_iter().map(str::to_owned).collect(),
        wanted: wanted(terms, &facts).into_iter().map(|wanted| wanted.key.clone()).collect(),
        verdict: if points.is_empty() { finding.verdict } else { Verdict::Unknown },
        grounds: if points.is_empty() { finding.grounds() } else { points.into_iter().map(|point| point.ground).collect() },
        missing,
        days: grant.and_then(|grant| grant.days()),
        against,
    }
}

/// What a grant would do, by what was filled in; none: there is no day left on which it could hold. Refuses what cannot be applied for at all.
pub fn grant(case: &Case<'_>) -> Result<Option<Grant>, Rejection> {
    let today = case.facts.day;
    match &case.procedure.terms.effect {
        Effect::Certify { programme, validity } => {
            let born = case.facts.born.ok_or(Rejection::ChildMissing)?;
            let first = validity.ages.first_day(born);
            let open = days_before(first, validity.ahead_days);
            if today < open {
                return Err(Rejection::TooEarly { from: open });
            }
            // A new one follows on the one that ends: because somebody ended it, or because it soon will, such as with the fiscal year.
            let follows = |current: &Entitlement| current.ended.is_some() || days_before(current.valid_until, validity.ahead_days) <= today;
            let days = match case.current {
                None => validity.days(born, today),
                Some(current) => {
                    let next = validity.days(born, next_day(current.valid_until)).filter(|_| follows(current));
                    Some(next.ok_or(Rejection::AlreadyCertified { until: current.valid_until })?)
                }
            };
            Ok(days.map(|(from, until)| Grant::Certify { programme: programme.clone(), days: Days { from, until } }))
        }
        Effect::Revise { .. } => {
            let current = case.current.ok_or(Rejection::NotCertified)?;
            let days = Days { from: current.valid_from, until: current.valid_until };
            Ok(Some(Grant::Revise { entitlement_id: current.id.clone(), days }))
        }
        Effect::End { last_day, .. } => {
            let current = case.current.ok_or(Rejection::NotCertified)?;
            let Some(day) = case.filling.answers.get(last_day).and_then(|day| day.parse::<NaiveDate>().ok()) else { return Ok(None) };
            // Hours that were used stay used: it cannot end before yesterday.
            let from = days_before(today, 1).max(days_before(current.valid_from, 1));
            if !(from <= day && day <= current.valid_until) {
                return Err(Rejection::LastDayOutside { from, until: current.valid_until });
            }
            Ok(Some(Grant::End { entitlement_id: current.id.clone(), last_day: day }))
        }
        Effect::Relieve { class, .. } => {
            if case.facts.classes.contains(class) {
                return Err(Rejection::AlreadyRelieved);
            }
            Ok(Some(Grant::Relieve { class: class.clone(), days: Days { from: today, until: fiscal_year_end(today) } }))
        }
    }
}

/// The finding of the procedure's rule, on the first day of what would be granted; the age is part of it.
pub(super) fn ruled(case: &Case<'_>, facts: &Facts, grant: Option<&Grant>) -> Finding {
    let rule = &case.procedure.terms.rule;
    let day = match grant {
        Some(Grant::Certify { days, .. }) => days.from,
        Some(Grant::Revise { .. } | Grant::End { .. } | Grant::Relieve { .. }) | None => facts.day,
    };
    let facts = Facts { day, ..facts.clone() };
    match &case.procedure.terms.effect {
        Effect::Certify { validity, .. } => {
            let age = Condition { test: Test::Age { ages: validity.ages.clone() }, source: rule.source.clone() };
            let whole = Condition { test: Test::All { of: vec![age, rule.clone()] }, source: None };
            let mut finding = examine(&whole, &facts);
            // Old enough, and yet no day left: the certification would have ended before it began.
            if grant.is_none() && finding.verdict == Verdict::Yes {
                finding = Finding {
                    verdict: Verdict::No,
                    reason: Some(Reason::new("eligibility.out_of_time").with("day", Datum::Day(facts.day))),
                    missing: None,
                    source: rule.source.clone(),
                    of: Vec::new(),
                    negated: false,
                };
            }
            finding
        }
        Effect::Revise { .. } | Effect::End { .. } | Effect::Relieve { .. } => examine(rule, &facts),
    }
}

/// What a person has to look at: what the rule does not know, what the procedure says, and where a change would end what a child has. What
/// is refused anyway needs nobody.
pub(super) fn open_points(case: &Case<'_>, facts: &Facts, finding: &Finding) -> Vec<OpenPoint> {
    let mut points: Vec<OpenPoint> = Vec::new();
    match finding.verdict {
        Verdict::Unknown => points.extend(finding.open().into_iter().map(|(ground, missing)| OpenPoint { ground, missing })),
        Verdict::No if matches!(case.procedure.terms.effect, Effect::Revise { .. }) => {
            points.extend(finding.grounds().into_iter().map(|ground| OpenPoint { ground, missing: None }));
        }
        Verdict::No => return Vec::new(),
        Verdict::Yes => {}
    }
    // What an officer or the register has confirmed is not undone by a declaration that nobody looked at.
    for asked in &case.procedure.terms.questions {
        let key = &asked.question.key;
        if facts.confirmed.contains(key) && facts.known.get(key) != case.facts.known.get(key) {
            let reason = Reason::new("applications.contradicts").with("question", Datum::Names(asked.question.text.clone()));
            points.push(OpenPoint { ground: Ground { reason, source: None }, missing: None });
        }
    }
    for review in &case.procedure.terms.reviews {
        let looked = examine(&review.when, facts);
        if looked.verdict != Verdict::No {
            let reason = Reason::new("applications.point").with("words", Datum::Names(review.point.clone()));
            points.push(OpenPoint { ground: Ground { reason, source: review.when.source.clone() }, missing: None });
        }
    }
    points
}
