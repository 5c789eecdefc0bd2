//! What the database holds of applications, certifications and stays, and what must be so of it at any time and from one time to the next.

use std::collections::{BTreeMap, BTreeSet};

use api::db::{AnyConnection, DbError};
use api::schema::{applications, bookings, entitlements};
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::prelude::*;
use serde_json::Value;
use shared::time::{fiscal_year, tokyo_day};

/// An application.
#[derive(Debug, Clone, PartialEq)]
pub struct Paper {
    pub number: Option<String>,
    pub municipality: String,
    pub family: String,
    pub child: Option<String>,
    pub state: Value,
    pub answers: String,
    pub filed_by: Option<String>,
    pub is_sent: bool,
    pub version: i64,
}

impl Paper {
    pub fn kind(&self) -> &str {
        self.state["kind"].as_str().unwrap()
    }

    pub fn is_open(&self) -> bool {
        ["draft", "returned"].contains(&self.kind())
    }
}

/// A certification.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    pub number: String,
    pub family: String,
    pub child: String,
    pub programme: String,
    pub municipality: String,
    pub from: NaiveDate,
    pub until: NaiveDate,
    pub application: Option<String>,
    pub version: i64,
}

impl Held {
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.from <= day && day <= self.until
    }
}

/// A stay that holds its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Stay {
    pub family: String,
    pub child: String,
    pub starts_at: DateTime<Utc>,
}

/// Everything that the laws are about.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    pub papers: BTreeMap<String, Paper>,
    pub held: BTreeMap<String, Held>,
    pub stays: BTreeMap<String, Stay>,
}

type PaperRow = ((String, Option<String>, String, String, Option<String>), (String, String, Option<String>, Option<NaiveDateTime>, i64));
type HeldRow = ((String, String, String, String, String, String), (NaiveDate, NaiveDate, Option<String>, i64));

/// Looks at the database.
pub fn look(conn: &mut AnyConnection) -> Result<Seen, DbError> {
    let papers: Vec<PaperRow> = applications::table
        .select((
            (applications::id, applications::number, applications::municipality, applications::family_id, applications::child_id),
            (applications::decided, applications::answers, applications::filed_by, applications::submitted_at, applications::version),
        ))
        .load(conn)?;
    let paper = |((id, number, municipality, family, child), (state, answers, filed_by, sent, version)): PaperRow| {
        let state: Value = serde_json::from_str(&state).unwrap();
        let filed_by = filed_by.map(|by| serde_json::from_str::<Value>(&by).unwrap()["account_id"].as_str().unwrap().to_owned());
        (id, Paper { number, municipality, family, child, state, answers, filed_by, is_sent: sent.is_some(), version })
    };
    let held: Vec<HeldRow> = entitlements::table
        .select((
            (
                entitlements::id,
                entitlements::number,
                entitlements::family_id,
                entitlements::child_id,
                entitlements::programme,
                entitlements::municipality,
            ),
            (entitlements::valid_from, entitlements::valid_until, entitlements::application_id, entitlements::version),
        ))
        .load(conn)?;
    let one = |((id, number, family, child, programme, municipality), (from, until, application, version)): HeldRow| {
        (id, Held { number, family, child, programme, municipality, from, until, application, version })
    };
    let stays: Vec<(String, String, String, NaiveDateTime)> = bookings::table
        .filter(bookings::active)
        .select((bookings::id, bookings::family_id, bookings::child_id, bookings::starts_at))
        .load(conn)?;
    let stay = |(id, family, child, starts_at): (String, String, String, NaiveDateTime)| {
        (id, Stay { family, child, starts_at: starts_at.and_utc() })
    };
    Ok(Seen {
        papers: papers.into_iter().map(paper).collect(),
        held: held.into_iter().map(one).collect(),
        stays: stays.into_iter().map(stay).collect(),
    })
}

fn must(holds: bool, law: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(law()) }
}

impl Seen {
    /// Whether a child is certified on a day, by whichever city.
    pub fn certified(&self, child: &str, day: NaiveDate) -> bool {
        self.held.values().any(|held| held.child == child && held.holds_on(day))
    }

    /// What must be so at any time.
    pub fn check(&self) -> Result<(), String> {
        let all: Vec<(&String, &Held)> = self.held.iter().collect();
        for (n, (_, one)) in all.iter().enumerate() {
            for (_, other) in &all[n + 1..] {
                let same = (&one.child, &one.programme, &one.municipality) == (&other.child, &other.programme, &other.municipality);
                let day = one.from.max(other.from);
                must(!(same && one.holds_on(day) && other.holds_on(day)), || format!("certified twice on {day}: {one:?} and {other:?}"))?;
            }
        }
        let mut numbers = BTreeSet::new();
        let mut once = |city: &str, kind: &str, number: &str| {
            must(numbers.insert((city.to_owned(), kind.to_owned(), number.to_owned())), || {
                format!("{kind} {number} of {city} is given twice")
            })
        };
        for held in self.held.values() {
            once(&held.municipality, "certification", &held.number)?;
        }
        for (id, paper) in &self.papers {
            must(paper.number.is_some() == paper.is_sent, || format!("a number without sending, or the other way: {paper:?}"))?;
            if let Some(number) = &paper.number {
                once(&paper.municipality, "receipt", number)?;
            }
            let granted = self.held.values().filter(|held| held.application.as_ref() == Some(id)).count();
            let decision = &paper.state["decision"];
            let certifies = paper.kind() == "granted" && decision["days"].is_object();
            must(granted == usize::from(certifies), || format!("{granted} certifications of {paper:?}"))?;
            if ["granted", "refused"].contains(&paper.kind()) {
                let number = decision["number"].as_str().unwrap();
                once(&paper.municipality, "decision", number)?;
                let at: DateTime<Utc> = decision["decided_at"].as_str().unwrap().parse().unwrap();
                let year = fiscal_year(tokyo_day(at));
                must(number.starts_with(&format!("{year}-")), || format!("decided in {year}, and numbered {number}"))?;
            }
        }
        Ok(())
    }

    /// What must be so from one time to the next: nothing is lost, what changes has a greater version, what is decided stays decided.
    pub fn check_since(&self, before: &Self) -> Result<(), String> {
        for (id, was) in &before.papers {
            let is = self.papers.get(id).ok_or(format!("lost: {was:?}"))?;
            must(is == was || was.version < is.version, || format!("changed without a version: {was:?} to {is:?}"))?;
            let may: &[&str] = match was.kind() {
                "draft" => &["draft", "in_review", "granted", "refused", "withdrawn"],
                "returned" => &["returned", "in_review", "granted", "refused", "withdrawn"],
                "in_review" => &["in_review", "returned", "granted", "refused", "withdrawn"],
                over => &[over],
            };
            must(may.contains(&is.kind()), || format!("from {} to {}: {is:?}", was.kind(), is.kind()))?;
            must(!is.is_sent || is.answers == was.answers || was.is_open(), || format!("answered after sending: {was:?} to {is:?}"))?;
        }
        for (id, was) in &before.held {
            let is = self.held.get(id).ok_or(format!("lost: {was:?}"))?;
            must(is == was || was.version < is.version, || format!("changed without a version: {was:?} to {is:?}"))?;
        }
        Ok(())
    }

    /// What must be so once the clock's round has ended what nobody keeps: a stay of this day that is still to come has a certification, or an
    /// application with the city.
    pub fn check_kept(&self, now: DateTime<Utc>) -> Result<(), String> {
        let today = tokyo_day(now);
        for stay in self.stays.values().filter(|stay| now <= stay.starts_at && tokyo_day(stay.starts_at) == today) {
            let waits = |paper: &Paper| {
                paper.child.as_ref() == Some(&stay.child) && (paper.kind() == "in_review" || (paper.kind() == "returned" && paper.is_sent))
            };
            must(self.certified(&stay.child, today) || self.papers.values().any(waits), || format!("nobody is certified for {stay:?}"))?;
        }
        Ok(())
    }
}
