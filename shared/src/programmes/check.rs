//! Checks the rules of a version as a whole, before anybody lives by them: everything wrong at once, each where it stands.

use std::collections::BTreeSet;

use super::{
    AgeEnd, Ages, AnswerKind, Cancellation, Confirmation, Deadline, EarlyLeaving, Fee, FeeUnit, LatePickUp, Limit, LimitUnit, Opens,
    Question, Relief, ReliefUnit, Staffing, Terms, Unit,
};
use crate::locale::Localised;
use crate::problem::{Datum, ProblemPart, Reason};

/// One thing wrong with the rules of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rejection {
    /// A number is too small or too large.
    Range {
        /// The least.
        least: i64,
        /// The most.
        most: i64,
    },
    /// A name or text lacks one of the product's languages.
    NameMissing,
    /// A key is empty, too long, or has other signs than `a` to `z`, `0` to `9` and `_`.
    KeyInvalid,
    /// A key stands twice in its list.
    KeyTwice {
        /// The key.
        key: String,
    },
    /// A range of ages has no age in it.
    AgesEmpty,
    /// A programme booked in blocks has none.
    NoBlock,
    /// A length is no multiple of the step.
    NotInSteps {
        /// The step, in minutes.
        step: i64,
    },
    /// The longest stay is shorter than the shortest.
    MaximumBelow {
        /// The shortest, in minutes.
        minimum: i64,
    },
    /// A fee is for a block that the programme does not have.
    BlockUnknown {
        /// Its key.
        key: String,
    },
    /// In a programme that is booked in blocks, a fee by the hour would never be found, and real minutes would change nothing.
    HourInBlocks,
    /// A limit counts what no stay of the programme amounts to.
    LimitUncountable,
    /// Two limits have the same account: each stay would count in it twice.
    LimitTwice,
    /// A limit is for a reason that nobody can choose.
    ReasonUnknown {
        /// Its key.
        key: String,
    },
    /// The days on which bookings open are none, not ascending, or not days of every month.
    OpeningDays,
    /// An age has two ratios.
    RatioTwice {
        /// The lowest such age.
        age: u32,
    },
    /// A question has nothing to choose from.
    NoChoice,
    /// A benefit has no unit price: no stay could be claimed.
    NoRate,
}

impl Rejection {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Range { .. } => "programmes.range",
            Self::NameMissing => "programmes.name_missing",
            Self::KeyInvalid => "programmes.key_invalid",
            Self::KeyTwice { .. } => "programmes.key_twice",
            Self::AgesEmpty => "programmes.ages_empty",
            Self::NoBlock => "programmes.no_block",
            Self::NotInSteps { .. } => "programmes.not_in_steps",
            Self::MaximumBelow { .. } => "programmes.maximum_below",
            Self::BlockUnknown { .. } => "programmes.block_unknown",
            Self::HourInBlocks => "programmes.hour_in_blocks",
            Self::LimitUncountable => "programmes.limit_uncountable",
            Self::LimitTwice => "programmes.limit_twice",
            Self::ReasonUnknown { .. } => "programmes.reason_unknown",
            Self::OpeningDays => "programmes.opening_days",
            Self::RatioTwice { .. } => "programmes.ratio_twice",
            Self::NoChoice => "programmes.no_choice",
            Self::NoRate => "programmes.no_rate",
        }
    }

    /// The reason with the data of its sentence.
    pub fn reason(&self) -> Reason {
        let reason = Reason::new(self.code());
        match self {
            Self::Range { least, most } => reason.with("least", Datum::Count(*least)).with("most", Datum::Count(*most)),
            Self::KeyTwice { key } | Self::BlockUnknown { key } | Self::ReasonUnknown { key } => {
                reason.with("key", Datum::Text(key.clone()))
            }
            Self::NotInSteps { step } => reason.with("step", Datum::Minutes(*step)),
            Self::MaximumBelow { minimum } => reason.with("minimum", Datum::Minutes(*minimum)),
            Self::RatioTwice { age } => reason.with("age", Datum::Count(i64::from(*age))),
            Self::NameMissing
            | Self::KeyInvalid
            | Self::AgesEmpty
            | Self::NoBlock
            | Self::HourInBlocks
            | Self::LimitUncountable
            | Self::LimitTwice
            | Self::OpeningDays
            | Self::NoChoice
            | Self::NoRate => reason,
        }
    }
}

/// The most that any price may be, in yen: one more digit than any programme has, so that a slip of the finger is caught.
const YEN: i64 = 100_000;
/// The most that a limit may allow, in its unit: two months of minutes.
const ALLOWED: i64 = 90_000;
/// The longest stay in minutes: a month, which is as far as limits count.
const LONGEST: i64 = 31 * 1440;
/// The highest age in years that anything is said about.
const OLDEST: u32 = 20;
/// Carers in one place, and children for one carer.
const CARERS: i64 = 200;
const CHILDREN: i64 = 100;

/// Everything wrong with the rules of a version, each with the JSON pointer of its place below `root`, for example `/terms`. The sentences
/// are filled in where the language is known.
pub fn check(terms: &Terms, root: &str) -> Vec<ProblemPart> {
    let mut found = Findings { root, parts: Vec::new() };
    found.ages(&terms.ages);
    found.unit(&terms.unit);
    found.limits(terms);
    found.fees(terms);
    found.benefit(terms);
    found.keyed("/extras", &terms.extras, |extra| (&extra.key, &extra.name));
    for (n, extra) in terms.extras.iter().enumerate() {
        found.range(format!("/extras/{n}/yen"), extra.yen, 0, YEN);
    }
    found.reliefs(&terms.reliefs);
    found.opens(&terms.opens);
    found.deadline("/closes", terms.closes);
    if let Confirmation::ByFacility { hours, .. } = terms.confirmation {
        found.range("/confirmation/hours", hours.into(), 1, 720);
    }
    found.cancellation(&terms.cancellation);
    found.pick_up(terms);
    let waiting = &terms.waiting;
    for (name, minutes) in
        [("same_day", waiting.same_day_minutes), ("next_day", waiting.next_day_minutes), ("later", waiting.later_minutes)]
    {
        found.range(format!("/waiting/{name}_minutes"), minutes, 1, 7 * 1440);
    }
    if let Some(staffing) = &terms.staffing {
        found.staffing(staffing);
    }
    if let Some(at_once) = terms.at_once {
        found.range("/at_once", at_once, 1, 1000);
    }
    found.keyed("/reasons", &terms.reasons, |reason| (&reason.key, &reason.name));
    found.questions("/questions", terms.questions.iter());
    if let Some(certification) = &terms.certification {
        found.key("/certification", certification.as_str());
    }
    if let Some(condition) = &terms.eligibility {
        // What may be known of a child, the procedures of the city say.
        found.parts.extend(crate::eligibility::check(condition, &format!("{root}/eligibility"), &|_| true));
    }
    for (n, thing) in terms.bring.iter().enumerate() {
        found.name(&format!("/bring/{n}"), thing);
    }
    found.parts
}

/// Which languages a name lacks; `pointer` is the name's own.
pub fn check_name(name: &Localised, pointer: &str) -> Vec<ProblemPart> {
    let mut found = Findings { root: pointer, parts: Vec::new() };
    found.name("", name);
    found.parts
}

/// Whether a programme's own key is one; `pointer` is where it stands.
pub fn check_key(key: &str, pointer: &str) -> Vec<ProblemPart> {
    let mut found = Findings { root: pointer, parts: Vec::new() };
    found.key("", key);
    found.parts
}

/// Everything wrong with questions; `pointer` is their list's.
pub fn check_questions<'q>(pointer: &str, questions: impl Iterator<Item = &'q Question>) -> Vec<ProblemPart> {
    let mut found = Findings { root: pointer, parts: Vec::new() };
    found.questions("", questions);
    found.parts
}

struct Findings<'a> {
    root: &'a str,
    parts: Vec<ProblemPart>,
}

impl Findings<'_> {
    fn add(&mut self, pointer: impl AsRef<str>, rejection: &Rejection) {
        let pointer = format!("{}{}", self.root, pointer.as_ref());
        self.parts.push(ProblemPart { pointer: Some(pointer), subject: None, reason: rejection.reason(), detail: String::new() });
    }

    fn range(&mut self, pointer: impl AsRef<str>, value: i64, least: i64, most: i64) {
        if !(least..=most).contains(&value) {
            self.add(pointer, &Rejection::Range { least, most });
        }
    }

    fn name(&mut self, pointer: &str, name: &Localised) {
        let easy = name.easy.as_deref().unwrap_or_default();
        for (language, text) in [("ja", name.ja.as_str()), ("easy", easy), ("en", name.en.as_str())] {
            if text.trim().is_empty() {
                self.add(format!("{pointer}/{language}"), &Rejection::NameMissing);
            }
        }
    }

    fn key(&mut self, pointer: impl AsRef<str>, key: &str) {
        let signs = key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if !signs || !(1..=40).contains(&key.len()) {
            self.add(pointer, &Rejection::KeyInvalid);
        }
    }

    /// A list of things with a key, each once, and a name.
    fn keyed<T>(&mut self, list: &str, things: &[T], of: impl Fn(&T) -> (&String, &Localised)) {
        self.keys(list, things.iter().map(|thing| of(thing).0));
        for (n, thing) in things.iter().enumerate() {
            self.name(&format!("{list}/{n}/name"), of(thing).1);
        }
    }

    fn keys<'k>(&mut self, list: &str, keys: impl Iterator<Item = &'k String>) {
        let mut seen = BTreeSet::new();
        for (n, key) in keys.enumerate() {
            self.key(format!("{list}/{n}/key"), key);
            if !seen.insert(key) {
                self.add(format!("{list}/{n}/key"), &Rejection::KeyTwice { key: key.clone() });
            }
        }
    }

    /// From one age to another; none: no end.
    fn age_range(&mut self, place: &str, from: u32, under: Option<u32>) {
        self.range(format!("{place}/from_age"), from.into(), 0, OLDEST.into());
        if let Some(under) = under {
            self.range(format!("{place}/under_age"), under.into(), 1, (OLDEST + 1).into());
            if under <= from {
                self.add(format!("{place}/under_age"), &Rejection::AgesEmpty);
            }
        }
    }

    fn ages(&mut self, ages: &Ages) {
        let end = match ages.until {
            AgeEnd::UnderYears { years } => {
                self.range("/ages/until/years", years.into(), 1, (OLDEST + 1).into());
                years.saturating_mul(12)
            }
            // Children enter school before they are seven.
            AgeEnd::SchoolEntry => 84,
        };
        if ages.from_months >= end {
            self.add("/ages/from_months", &Rejection::AgesEmpty);
        }
    }

    fn unit(&mut self, unit: &Unit) {
        match unit {
            Unit::Blocks { blocks } => {
                if blocks.is_empty() {
                    self.add("/unit/blocks", &Rejection::NoBlock);
                }
                self.keyed("/unit/blocks", blocks, |block| (&block.key, &block.name));
                for (n, block) in blocks.iter().enumerate() {
                    self.range(format!("/unit/blocks/{n}/half_days"), block.half_days, 0, 100);
                    self.range(format!("/unit/blocks/{n}/uses"), block.uses, 0, 100);
                }
            }
            Unit::Flexible { minimum_minutes, maximum_minutes, step_minutes } => {
                self.range("/unit/step_minutes", *step_minutes, 1, 1440);
                let lengths = [("/unit/minimum_minutes", Some(*minimum_minutes)), ("/unit/maximum_minutes", *maximum_minutes)];
                for (pointer, length) in lengths.into_iter().filter_map(|(pointer, length)| Some((pointer, length?))) {
                    self.range(pointer, length, 1, LONGEST);
                    if *step_minutes > 0 && length % step_minutes != 0 {
                        self.add(pointer, &Rejection::NotInSteps { step: *step_minutes });
                    }
                }
                if maximum_minutes.is_some_and(|maximum| maximum < *minimum_minutes) {
                    self.add("/unit/maximum_minutes", &Rejection::MaximumBelow { minimum: *minimum_minutes });
                }
            }
        }
    }

    fn limits(&mut self, terms: &Terms) {
        for (n, limit) in terms.limits.iter().enumerate() {
            let place = format!("/limits/{n}");
            self.key(format!("{place}/pool"), &limit.pool);
            let amounts = [("base", Some(limit.base)), ("local", Some(limit.local)), ("multiple_birth", limit.multiple_birth)];
            for (field, amount) in amounts.into_iter().filter_map(|(field, amount)| Some((field, amount?))) {
                self.range(format!("{place}/{field}"), amount, 0, ALLOWED);
            }
            if !counts_something(&terms.unit, limit.counts) {
                self.add(format!("{place}/counts"), &Rejection::LimitUncountable);
            }
            if let Some(key) = limit.reason.as_ref().filter(|key| !terms.reasons.iter().any(|reason| reason.key == **key)) {
                self.add(format!("{place}/reason"), &Rejection::ReasonUnknown { key: key.clone() });
            }
            let account = |limit: &Limit| (limit.pool.clone(), limit.per, limit.counts);
            if terms.limits.iter().take(n).any(|earlier| account(earlier) == account(limit)) {
                self.add(format!("{place}/pool"), &Rejection::LimitTwice);
            }
        }
    }

    fn fees(&mut self, terms: &Terms) {
        for (n, Fee { tier, from_age, under_age, per, yen }) in terms.fees.iter().enumerate() {
            let place = format!("/fees/{n}");
            self.key(format!("{place}/tier"), tier.as_str());
            self.age_range(&place, *from_age, *under_age);
            self.range(format!("{place}/yen"), *yen, 0, YEN);
            self.per(&place, per, terms);
        }
    }

    fn per(&mut self, place: &str, per: &FeeUnit, terms: &Terms) {
        match (per, &terms.unit) {
            (FeeUnit::Block { block }, _) if terms.block(block).is_none() => {
                self.add(format!("{place}/per/block"), &Rejection::BlockUnknown { key: block.clone() });
            }
            (FeeUnit::Hour, Unit::Blocks { .. }) => self.add(format!("{place}/per"), &Rejection::HourInBlocks),
            (FeeUnit::Block { .. } | FeeUnit::Hour | FeeUnit::Use, _) => {}
        }
    }

    fn benefit(&mut self, terms: &Terms) {
        if terms.benefit.as_ref().is_some_and(|benefit| benefit.rates.is_empty()) {
            self.add("/benefit/rates", &Rejection::NoRate);
        }
        for (n, rate) in terms.benefit.iter().flat_map(|benefit| &benefit.rates).enumerate() {
            let place = format!("/benefit/rates/{n}");
            self.age_range(&place, rate.from_age, rate.under_age);
            self.range(format!("{place}/yen"), rate.yen, 0, YEN);
            self.per(&place, &rate.per, terms);
        }
    }

    fn reliefs(&mut self, reliefs: &[Relief]) {
        for (n, relief) in reliefs.iter().enumerate() {
            let place = format!("/reliefs/{n}");
            self.key(format!("{place}/class"), &relief.class);
            self.name(&format!("{place}/name"), &relief.name);
            match relief.off {
                ReliefUnit::Hour { yen } | ReliefUnit::Use { yen } => self.range(format!("{place}/off/yen"), yen, 0, YEN),
                ReliefUnit::Percent { percent } => self.range(format!("{place}/off/percent"), percent, 0, 100),
            }
        }
    }

    fn opens(&mut self, opens: &Opens) {
        match opens {
            Opens::DaysBefore { days } => self.range("/opens/days", (*days).into(), 0, 800),
            Opens::OnDays { days, lead, .. } => {
                let ascending = days.iter().zip(days.iter().skip(1)).all(|(day, next)| day < next);
                if days.is_empty() || !ascending || !days.iter().all(|day| (1..=28).contains(day)) {
                    self.add("/opens/days", &Rejection::OpeningDays);
                }
                self.range("/opens/lead", (*lead).into(), 1, 24);
            }
        }
    }

    fn deadline(&mut self, place: &str, deadline: Deadline) {
        match deadline {
            Deadline::MinutesBefore { minutes } => self.range(format!("{place}/minutes"), minutes, 0, 366 * 1440),
            Deadline::DaysBefore { days, .. } => self.range(format!("{place}/days"), days.into(), 0, 366),
            Deadline::OpenDaysBefore { days, .. } => self.range(format!("{place}/days"), days.into(), 0, 30),
        }
    }

    fn cancellation(&mut self, cancellation: &Cancellation) {
        self.deadline("/cancellation/free_until", cancellation.free_until);
        self.range("/cancellation/late_fee_percent", cancellation.late_fee_percent, 0, 100);
        self.range("/cancellation/undo_minutes", cancellation.undo_minutes, 0, 1440);
        self.keyed("/cancellation/exempt", &cancellation.exempt, |exempt| (&exempt.key, &exempt.name));
    }

    fn pick_up(&mut self, terms: &Terms) {
        let by_blocks = matches!(terms.unit, Unit::Blocks { .. });
        match terms.late_pick_up {
            LatePickUp::Nothing => {}
            LatePickUp::Counts { grace_minutes } => {
                self.range("/late_pick_up/grace_minutes", grace_minutes, 0, 60);
                if by_blocks {
                    self.add("/late_pick_up", &Rejection::HourInBlocks);
                }
            }
            LatePickUp::Fee { grace_minutes, per_minutes, yen } => {
                self.range("/late_pick_up/grace_minutes", grace_minutes, 0, 60);
                self.range("/late_pick_up/per_minutes", per_minutes, 1, 1440);
                self.range("/late_pick_up/yen", yen, 0, YEN);
            }
        }
        if terms.early_leaving == EarlyLeaving::Shortens && by_blocks {
            self.add("/early_leaving", &Rejection::HourInBlocks);
        }
    }

    fn staffing(&mut self, staffing: &Staffing) {
        self.range("/staffing/minimum", staffing.minimum, 0, CARERS);
        for (n, ratio) in staffing.ratios.iter().enumerate() {
            let place = format!("/staffing/ratios/{n}");
            self.age_range(&place, ratio.from_age, ratio.under_age);
            self.range(format!("{place}/children"), ratio.children, 1, CHILDREN);
            let shared = |age: u32| {
                staffing.ratios.iter().take(n).any(|earlier| earlier.from_age <= age && earlier.under_age.is_none_or(|under| age < under))
            };
            let mut ages = ratio.from_age..ratio.under_age.unwrap_or(OLDEST + 1).min(OLDEST + 1);
            if let Some(age) = ages.find(|age| shared(*age)) {
                self.add(format!("{place}/from_age"), &Rejection::RatioTwice { age });
            }
        }
    }

    fn questions<'q>(&mut self, list: &str, questions: impl Iterator<Item = &'q Question>) {
        let questions: Vec<&Question> = questions.collect();
        self.keys(list, questions.iter().map(|question| &question.key));
        for (n, question) in questions.into_iter().enumerate() {
            let place = format!("{list}/{n}");
            self.name(&format!("{place}/text"), &question.text);
            if let AnswerKind::Choice { choices } = &question.answer {
                if choices.is_empty() {
                    self.add(format!("{place}/answer/choices"), &Rejection::NoChoice);
                }
                self.keyed(&format!("{place}/answer/choices"), choices, |choice| (&choice.key, &choice.name));
            }
        }
    }
}

/// Whether any stay of the programme amounts to something in this unit.
fn counts_something(unit: &Unit, counts: LimitUnit) -> bool {
    match (unit, counts) {
        (_, LimitUnit::Minutes) | (Unit::Flexible { .. }, LimitUnit::Uses) => true,
        (Unit::Flexible { .. }, LimitUnit::HalfDays) => false,
        (Unit::Blocks { blocks }, LimitUnit::HalfDays) => blocks.iter().any(|block| block.half_days > 0),
        (Unit::Blocks { blocks }, LimitUnit::Uses) => blocks.iter().any(|block| block.uses > 0),
    }
}
