//! What a leaf of a condition says on a day: its verdict, and the sentence and what is missing that go with it.

use chrono::NaiveDate;

use super::{ENROLMENT, Enrolment, Facts, Missing, Test, Verdict, enrolment_name};
use crate::problem::{Datum, Reason};
use crate::programmes::ProgrammeKey;
use crate::time::{Month, days_before, months_complete_on};

/// The last day on which a birth is so few months ago.
fn last_within(born: NaiveDate, months: u32) -> NaiveDate {
    days_before(months_complete_on(born, months), 1)
}

/// The kind of facility in which the child is enrolled, where it is known.
fn enrolment(facts: &Facts) -> Option<Enrolment> {
    facts.known.get(ENROLMENT).and_then(|key| Enrolment::from_key(key))
}

/// An amount that was answered or is known.
fn amount(facts: &Facts, key: &str) -> Option<i64> {
    facts.known.get(key).and_then(|value| value.parse().ok())
}

/// What is left on a day; of another month than the one that was looked up nothing is known.
fn left(facts: &Facts, programme: &ProgrammeKey, day: NaiveDate) -> Option<i64> {
    facts.left.get(programme).copied().filter(|_| Month::of(day) == Month::of(facts.day))
}

/// How many days come after a day in its month.
fn days_left(day: NaiveDate) -> i64 {
    (Month::of(day).next_first_day() - day).num_days() - 1
}

/// What a leaf says. Wholes are asked by their parts and never come here.
pub(super) fn judge(test: &Test, facts: &Facts, day: NaiveDate) -> Verdict {
    let known = |holds: Option<bool>| holds.map_or(Verdict::Unknown, Verdict::of);
    match test {
        Test::All { .. } | Test::Any { .. } | Test::Not { .. } | Test::InDays { .. } => Verdict::Unknown,
        Test::Age { ages } => known(facts.born.map(|born| ages.first_day(born) <= day && day <= ages.last_day(born))),
        Test::WithinMonthsOfBirth { months } => known(facts.born.map(|born| born <= day && day <= last_within(born, *months))),
        Test::LivesIn { municipalities } => {
            let cities = if municipalities.is_empty() { std::slice::from_ref(&facts.city) } else { municipalities };
            match (cities.contains(&facts.residence), facts.is_residence_proven) {
                (false, _) => Verdict::No,
                (true, true) => Verdict::Yes,
                (true, false) => Verdict::Unknown,
            }
        }
        Test::EnrolledIn { kinds } => known(enrolment(facts).map(|kind| kinds.contains(&kind))),
        // What the city has not written down may still be so.
        Test::HouseholdIs { class, .. } => known(facts.classes.contains(class).then_some(true)),
        Test::Certified { programme, .. } => {
            Verdict::of(facts.certified.iter().any(|(held, days)| held == programme && days.from <= day && day <= days.until))
        }
        Test::Known { key, values, .. } => known(facts.known.get(key).map(|value| values.contains(value))),
        Test::AtMost { key, yen, .. } => known(amount(facts, key).map(|amount| amount <= *yen)),
        Test::Attached { key, .. } => known(facts.attached.contains(key).then_some(true)),
        Test::Between { from, until } => Verdict::of(from.is_none_or(|from| from <= day) && until.is_none_or(|until| day <= until)),
        Test::Siblings { at_least } => known(facts.children.map(|children| *at_least <= children)),
        Test::HasUsed { programme, at_least, within_days, .. } => {
            let since = days_before(day, *within_days);
            let times = |days: &Vec<NaiveDate>| days.iter().filter(|used| since <= **used && **used <= day).count();
            known(facts.used.get(programme).map(|days| usize::try_from(*at_least).is_ok_and(|least| least <= times(days))))
        }
        Test::Unused { programme, at_least_minutes, .. } => known(left(facts, programme, day).map(|left| *at_least_minutes <= left)),
        Test::DaysLeftInMonth { at_most } => Verdict::of(days_left(day) <= i64::from(*at_most)),
        Test::MovedIn { within_days } => known(facts.moved_in.map(|since| days_before(day, *within_days) <= since && since <= day)),
    }
}

/// What is so, in a sentence that is true whichever way it is used, and what is missing where it is unknown.
pub(super) fn say(test: &Test, verdict: Verdict, facts: &Facts, day: NaiveDate) -> (Reason, Option<Missing>) {
    let holds = verdict == Verdict::Yes;
    let plain = |yes, no| (Reason::new(if holds { yes } else { no }), None);
    match (test, verdict) {
        (Test::All { .. } | Test::Any { .. } | Test::Not { .. } | Test::InDays { .. }, _) => (Reason::new("eligibility.unknown"), None),
        (Test::Age { ages }, _) => (age(ages, facts.born, day), facts.born.is_none().then_some(Missing::Child)),
        (Test::WithinMonthsOfBirth { months }, _) => match facts.born {
            None => (Reason::new("eligibility.child_missing"), Some(Missing::Child)),
            Some(born) => {
                let code = if holds { "eligibility.birth_recent" } else { "eligibility.birth_long_ago" };
                (Reason::new(code).with("last", Datum::Day(last_within(born, *months))), None)
            }
        },
        (Test::LivesIn { .. }, Verdict::Unknown) => (Reason::new("eligibility.residence_unproven"), Some(Missing::Residence)),
        (Test::LivesIn { .. }, _) => plain("eligibility.lives_here", "eligibility.lives_elsewhere"),
        (Test::EnrolledIn { .. }, _) => match enrolment(facts) {
            None => (Reason::new("eligibility.enrolment_missing"), Some(Missing::Known { key: ENROLMENT.to_owned() })),
            Some(Enrolment::None) => (Reason::new("eligibility.enrolled_nowhere"), None),
            Some(kind) => (Reason::new("eligibility.enrolled").with("kind", Datum::Names(enrolment_name(kind))), None),
        },
        (Test::HouseholdIs { class, name }, _) => {
            let code = if holds { "eligibility.household_is" } else { "eligibility.household_missing" };
            let missing = (!holds).then(|| Missing::Household { class: class.clone() });
            (Reason::new(code).with("class", Datum::Names(name.clone())), missing)
        }
        (Test::Certified { name, .. }, _) => {
            let code = if holds { "eligibility.certified" } else { "eligibility.not_certified" };
            (Reason::new(code).with("programme", Datum::Names(name.clone())), None)
        }
        (Test::Known { key, .. } | Test::AtMost { key, .. }, Verdict::Unknown) => {
            (Reason::new("eligibility.answer_missing"), Some(Missing::Known { key: key.clone() }))
        }
        (Test::Known { yes, no, .. }, _) => {
            let words = if holds { yes } else { no };
            (Reason::new("eligibility.known").with("words", Datum::Names(words.clone())), None)
        }
        (Test::AtMost { yen, name, .. }, _) => {
            let code = if holds { "eligibility.at_most" } else { "eligibility.over" };
            (Reason::new(code).with("name", Datum::Names(name.clone())).with("limit", Datum::Yen(*yen)), None)
        }
        (Test::Attached { key, name }, _) => {
            let code = if holds { "eligibility.attached" } else { "eligibility.attachment_missing" };
            let missing = (!holds).then(|| Missing::Attachment { key: key.clone() });
            (Reason::new(code).with("name", Datum::Names(name.clone())), missing)
        }
        (Test::Between { .. }, _) => {
            let code = if holds { "eligibility.in_time" } else { "eligibility.out_of_time" };
            (Reason::new(code).with("day", Datum::Day(day)), None)
        }
        (Test::Siblings { .. } | Test::HasUsed { .. } | Test::Unused { .. } | Test::DaysLeftInMonth { .. } | Test::MovedIn { .. }, _) => {
            (of_family(test, verdict, facts, day), None)
        }
    }
}

/// The sentence about an age.
fn age(ages: &crate::programmes::Ages, born: Option<NaiveDate>, day: NaiveDate) -> Reason {
    let Some(born) = born else { return Reason::new("eligibility.child_missing") };
    let (first, last) = (ages.first_day(born), ages.last_day(born));
    if day < first {
        Reason::new("eligibility.too_young").with("from", Datum::Day(first))
    } else if day > last {
        Reason::new("eligibility.too_old").with("last", Datum::Day(last))
    } else {
        Reason::new("eligibility.age_fits").with("last", Datum::Day(last))
    }
}

/// The sentence about how a family lives and what it uses. What is missing there nobody can be asked for: it is the city's to know.
fn of_family(test: &Test, verdict: Verdict, facts: &Facts, day: NaiveDate) -> Reason {
    let one_of = |yes, no, missing| match verdict {
        Verdict::Yes => Reason::new(yes),
        Verdict::No => Reason::new(no),
        Verdict::Unknown => Reason::new(missing),
    };
    let count = |number: u32| Datum::Count(i64::from(number));
    match test {
        Test::Siblings { at_least } => {
            let reason = one_of("eligibility.siblings", "eligibility.siblings_fewer", "eligibility.siblings_missing");
            reason.with("count", count(*at_least))
        }
        Test::HasUsed { name, at_least, within_days, .. } => {
            let reason = one_of("eligibility.used", "eligibility.used_less", "eligibility.use_missing");
            let reason = reason.with("programme", Datum::Names(name.clone()));
            if verdict == Verdict::Unknown { reason } else { reason.with("times", count(*at_least)).with("days", count(*within_days)) }
        }
        Test::Unused { programme, name, .. } => {
            let reason = one_of("eligibility.unused", "eligibility.unused_less", "eligibility.use_missing");
            let reason = reason.with("programme", Datum::Names(name.clone()));
            match left(facts, programme, day) {
                Some(left) => reason.with("left", Datum::Minutes(left)),
                None => reason,
            }
        }
        Test::DaysLeftInMonth { .. } => Reason::new("eligibility.month_left").with("days", Datum::Count(days_left(day))),
        _ => {
            let reason = one_of("eligibility.moved_in", "eligibility.moved_long_ago", "eligibility.moved_missing");
            match facts.moved_in {
                Some(since) => reason.with("since", Datum::Day(since)),
                None => reason,
            }
        }
    }
}
