//! Who is past the deadline, which rung comes next, and how urgent a case is. The ladder and the weights are data of a city from a day on.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use validator::Validate;

use crate::locale::Localised;
use crate::problem::{ProblemPart, Reason};

/// The most rungs of a ladder.
const MOST_RUNGS: usize = 6;
/// The longest wait of a rung after the deadline, in hours: sixty days.
const MOST_HOURS: u32 = 24 * 60;
/// The most points of a weight.
const MOST_POINTS: i64 = 1000;
/// No more notices in a row than that make a case more urgent.
const MOST_IN_ROW: u32 = 5;

/// How a family is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum RungKind {
    /// The notice once more on every device.
    Push,
    /// The notice by mail.
    Mail,
    /// A person calls: a case is opened.
    Person,
}

impl RungKind {
    /// The channel of the rung, as deliveries name it; none for a person.
    pub const fn channel(self) -> Option<&'static str> {
        match self {
            Self::Push => Some("push"),
            Self::Mail => Some("mail"),
            Self::Person => None,
        }
    }
}

/// One rung of the ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rung {
    /// So many hours after the deadline, 0 to 1440.
    pub after_hours: u32,
    /// How.
    pub by: RungKind,
}

/// What makes a case more urgent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Factor {
    /// The family has one child.
    FirstChild,
    /// None of its children has ever been in care here.
    NeverUsed,
    /// For each followed notice before this one that nobody of the family opened either, in a row; at most five.
    UnopenedInRow,
    /// Nothing could be delivered to anybody of the family.
    Undeliverable,
    /// The household is of a class, as the city has written it down.
    Household {
        /// The class, for example `single_parent`.
        class: String,
        /// What it is called.
        name: Localised,
    },
}

/// How many points a factor has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Weight {
    /// What it is given for.
    pub factor: Factor,
    /// 1 to 1000.
    pub points: i64,
}

/// How a city follows notices that nobody opened, from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OutreachRules {
    /// The rungs in their order; the last is a person.
    pub ladder: Vec<Rung>,
    /// What makes a case more urgent.
    #[serde(default)]
    pub weights: Vec<Weight>,
    /// What is said on the phone, with `{guardian}`, `{city}`, `{matter}`, `{sent}` and `{deadline}`; the shipped words where none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub script: Option<Localised>,
    /// So often somebody must have tried before a case is closed as not reached, 1 to 20.
    pub least_attempts: u32,
}

/// The rules of a city with their first day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DatedRules {
    /// The first day; none: the shipped ones, which hold where a city has none of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<NaiveDate>,
    /// The rules.
    #[serde(flatten)]
    pub rules: OutreachRules,
}

/// Sets a city's rules from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewOutreachRules {
    /// The first day; not before today.
    pub valid_from: NaiveDate,
    /// The rules.
    #[serde(flatten)]
    pub rules: OutreachRules,
}

impl Default for OutreachRules {
    /// What holds where a city has said nothing: at the deadline a second push, a day later a mail, two days after that a person.
    fn default() -> Self {
        let rung = |after_hours, by| Rung { after_hours, by };
        let weight = |factor, points| Weight { factor, points };
        let single = Localised::new("ひとり親家庭", "[親|おや]が[一人|ひとり]の[家族|かぞく]", "One-parent family");
        Self {
            ladder: vec![rung(0, RungKind::Push), rung(24, RungKind::Mail), rung(72, RungKind::Person)],
            weights: vec![
                weight(Factor::FirstChild, 20),
                weight(Factor::NeverUsed, 30),
                weight(Factor::UnopenedInRow, 15),
                weight(Factor::Undeliverable, 25),
                weight(Factor::Household { class: "single_parent".to_owned(), name: single }, 20),
            ],
            script: None,
            least_attempts: 3,
        }
    }
}

/// The names that a script may hold.
pub const SCRIPT_NAMES: [&str; 5] = ["guardian", "city", "matter", "sent", "deadline"];

/// The names in `{}` of a template.
fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).map(|rest| rest.split_once('}').map_or(rest, |(name, _)| name))
}

/// What is wrong with rules, each at its place.
pub fn check_rules(new: &NewOutreachRules, today: NaiveDate) -> Result<(), Vec<ProblemPart>> {
    let rules = &new.rules;
    let mut wrong = Vec::new();
    let mut say = |pointer: String, rejection: Rejection| {
        wrong.push(ProblemPart { pointer: Some(pointer), subject: None, reason: rejection.reason(), detail: String::new() });
    };
    if new.valid_from < today {
        say("/valid_from".to_owned(), Rejection::RulesPast);
    }
    let rises = rules.ladder.windows(2).all(|pair| matches!(pair, [a, b] if a.after_hours <= b.after_hours));
    let people = rules.ladder.iter().filter(|rung| rung.by == RungKind::Person).count();
    let ends = rules.ladder.last().is_some_and(|rung| rung.by == RungKind::Person);
    let long = rules.ladder.iter().any(|rung| rung.after_hours > MOST_HOURS);
    if !rises || people != 1 || !ends || long || rules.ladder.len() > MOST_RUNGS {
        say("/ladder".to_owned(), Rejection::LadderInvalid);
    }
    for (index, weight) in rules.weights.iter().enumerate() {
        let twice = rules.weights.iter().take(index).any(|other| other.factor == weight.factor);
        if twice || !(1..=MOST_POINTS).contains(&weight.points) {
            say(format!("/weights/{index}"), Rejection::WeightInvalid);
        }
    }
    if !(1..=20).contains(&rules.least_attempts) {
        say("/least_attempts".to_owned(), Rejection::AttemptsInvalid);
    }
    if let Some(script) = &rules.script {
        let said = [("ja", Some(&script.ja)), ("easy", script.easy.as_ref()), ("en", Some(&script.en))];
        for (language, text) in said {
            let Some(text) = text else { continue };
            if text.trim().is_empty() || text.chars().count() > 2000 || names(text).any(|name| !SCRIPT_NAMES.contains(&name)) {
                say(format!("/script/{language}"), Rejection::ScriptInvalid);
            }
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// What is said on the phone, filled in. What has no value stays as it is written, so that nobody reads an empty place aloud.
pub fn fill_script(script: &str, values: &[(&str, String)]) -> String {
    let mut said = String::with_capacity(script.len());
    let mut rest = script;
    while let Some((before, after)) = rest.split_once('{') {
        said.push_str(before);
        match after.split_once('}').and_then(|(name, tail)| Some((values.iter().find(|(known, _)| *known == name)?, tail))) {
            Some(((_, value), tail)) => {
                said.push_str(value);
                rest = tail;
            }
            None => {
                said.push('{');
                rest = after;
            }
        }
    }
    said.push_str(rest);
    said
}

/// How a followed notice stands with one guardian.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Reach {
    /// The guardian opened it.
    Opened,
    /// Some channel took it, or has it still before it; nobody opened it.
    Unopened,
    /// Every channel gave it up, or there is none.
    Undeliverable,
}

/// How one delivery of a notice ended, or that it has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sending {
    /// It is still tried.
    Open,
    /// The channel took it; nobody knows more.
    Accepted,
    /// It came to nothing.
    Lost,
}

/// How a notice stands with a guardian, from what is known of it. That every channel took it does not make it opened.
pub fn reach(opened: bool, sendings: &[Sending]) -> Reach {
    if opened {
        Reach::Opened
    } else if sendings.iter().all(|sending| *sending == Sending::Lost) {
        Reach::Undeliverable
    } else {
        Reach::Unopened
    }
}

/// How a followed matter stands with a family: one guardian who opened it is enough, and one who may still open it is reached somehow.
pub fn family_reach(guardians: &[Reach]) -> Reach {
    guardians.iter().copied().min().unwrap_or(Reach::Undeliverable)
}

/// Whether a followed matter belongs on the list of what nobody opened.
pub fn is_missed(deadline: DateTime<Utc>, reach: Reach, now: DateTime<Utc>) -> bool {
    deadline <= now && reach != Reach::Opened
}

/// What happens next with a matter that nobody opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Climb {
    /// Nothing before this instant.
    Wait(DateTime<Utc>),
    /// The notice is sent once more by this channel; the number of the rung, from 1 on.
    Send(u32, RungKind),
    /// A person takes over.
    Call(u32),
    /// It was opened: there is nothing to do any more.
    Done,
}

/// A rung's number: the first is 1, because 0 is the first try.
fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1)
}

/// The next rung of a matter that stands on one (0: none yet). Where the server was away, the rungs that came and went meanwhile are not
/// done one upon the other: the last of them counts. What cannot be delivered goes to a person at once.
pub fn climb(ladder: &[Rung], rung: u32, deadline: DateTime<Utc>, reach: Reach, now: DateTime<Utc>) -> Climb {
    if reach == Reach::Opened {
        return Climb::Done;
    }
    if now < deadline {
        return Climb::Wait(deadline);
    }
    let person = ladder.iter().position(|step| step.by == RungKind::Person).map_or(number(ladder.len()), number);
    if reach == Reach::Undeliverable {
        return Climb::Call(person);
    }
    let begins = |step: &Rung| deadline + TimeDelta::hours(i64::from(step.after_hours));
    let left = ladder.iter().enumerate().filter(|(index, _)| number(*index) > rung);
    match left.clone().rfind(|(_, step)| begins(step) <= now) {
        Some((index, step)) if step.by == RungKind::Person => Climb::Call(number(index)),
        Some((index, step)) => Climb::Send(number(index), step.by),
        None => left.map(|(_, step)| begins(step)).min().map_or(Climb::Call(person), Climb::Wait),
    }
}

/// What is known of a family when its case is weighed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Its children.
    pub children: u32,
    /// Whether one of them has ever been in care here.
    pub has_used: bool,
    /// So many followed notices before this one that nobody opened either, in a row.
    pub unopened_before: u32,
    /// Whether nothing could be delivered to anybody of the family.
    pub undeliverable: bool,
    /// The household's classes on the day.
    pub classes: Vec<String>,
}

/// Why a case has points, as it was when they were given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PriorityPart {
    /// What they are given for.
    pub factor: Factor,
    /// How often.
    pub times: u32,
    /// The points, all together.
    pub points: i64,
}

impl PriorityPart {
    /// The sentence of it.
    pub fn reason(&self) -> Reason {
        use crate::problem::Datum;
        match &self.factor {
            Factor::FirstChild => Reason::new("outreach.first_child"),
            Factor::NeverUsed => Reason::new("outreach.never_used"),
            Factor::UnopenedInRow => Reason::new("outreach.unopened_in_row").with("times", Datum::Count(i64::from(self.times))),
            Factor::Undeliverable => Reason::new("outreach.undeliverable"),
            Factor::Household { name, .. } => Reason::new("outreach.household").with("class", Datum::Names(name.clone())),
        }
    }
}

/// How urgent a case is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Priority {
    /// The sum; more is more urgent.
    pub points: i64,
    /// What it is made of.
    pub parts: Vec<PriorityPart>,
}

/// How urgent a case is by a city's weights.
pub fn weigh(weights: &[Weight], standing: &Standing) -> Priority {
    let times = |factor: &Factor| match factor {
        Factor::FirstChild => u32::from(standing.children == 1),
        Factor::NeverUsed => u32::from(!standing.has_used),
        Factor::UnopenedInRow => standing.unopened_before.min(MOST_IN_ROW),
        Factor::Undeliverable => u32::from(standing.undeliverable),
        Factor::Household { class, .. } => u32::from(standing.classes.contains(class)),
    };
    let parts = weights.iter().map(|weight| (weight, times(&weight.factor))).filter(|(_, times)| *times > 0);
    let parts: Vec<PriorityPart> = parts
        .map(|(weight, times)| PriorityPart { factor: weight.factor.clone(), times, points: weight.points * i64::from(times) })
        .collect();
    Priority { points: parts.iter().map(|part| part.points).sum(), parts }
}

/// How many of a family's followed matters were missed in a row before the latest; the list goes from the latest back.
pub fn missed_before(latest_first: &[Reach]) -> u32 {
    let row = latest_first.iter().skip(1).take_while(|reach| **reach != Reach::Opened).count();
    u32::try_from(row).unwrap_or(u32::MAX)
}

/// Why something of outreach is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejection {
    /// The family opened it meanwhile: there is nothing to do any more.
    Resolved,
    /// The case is closed.
    Closed,
    /// The officer or operator named is none who could take it.
    WorkerUnknown,
    /// It lies with the other desk already.
    SameDesk,
    /// The day of the next try is before today.
    NextPast,
    /// Nobody has reached the family yet.
    NotReached,
    /// Too few tries to give up.
    TooFewAttempts {
        /// So many are needed.
        least: u32,
    },
    /// This outcome or result needs words.
    WordsMissing,
    /// The ladder does not rise, is too long, or does not end with one person.
    LadderInvalid,
    /// A weight stands twice, or has no points from 1 to 1000.
    WeightInvalid,
    /// Not 1 to 20 tries.
    AttemptsInvalid,
    /// The script is empty, too long or has a name that is not known.
    ScriptInvalid,
    /// The rules would begin in the past.
    RulesPast,
}

impl Rejection {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Resolved => "outreach.resolved",
            Self::Closed => "outreach.closed",
            Self::WorkerUnknown => "outreach.worker_unknown",
            Self::SameDesk => "outreach.same_desk",
            Self::NextPast => "outreach.next_past",
            Self::NotReached => "outreach.not_reached",
            Self::TooFewAttempts { .. } => "outreach.too_few_attempts",
            Self::WordsMissing => "outreach.words_missing",
            Self::LadderInvalid => "outreach.ladder_invalid",
            Self::WeightInvalid => "outreach.weight_invalid",
            Self::AttemptsInvalid => "outreach.attempts_invalid",
            Self::ScriptInvalid => "outreach.script_invalid",
            Self::RulesPast => "outreach.rules_past",
        }
    }

    /// The reason with its sentence.
    pub fn reason(self) -> Reason {
        let reason = Reason::new(self.code());
        match self {
            Self::TooFewAttempts { least } => reason.with("least", crate::problem::Datum::Count(i64::from(least))),
            _ => reason,
        }
    }
}
