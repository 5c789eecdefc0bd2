//! What was recorded on this device and the server has not confirmed: nothing of it is dropped, and none is shown as done.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use shared::attendance::{
    Attended, BoardDay, BoardEntry, CheckIn, CheckOut, MarkAbsent, Person, RecordedBy, check_in, check_out, mark_absent,
};
use shared::bookings::{Booking, BookingState, CancelTerms};
use shared::ids::{AccountId, BookingId, FacilityId};
use shared::problem::Problem;

use crate::api::Failure;

/// Something to record of a child, at the time as it happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Command {
    /// The child comes.
    Come {
        /// When.
        at: DateTime<Utc>,
        /// Who brings it.
        with: Person,
    },
    /// The child leaves.
    Leave {
        /// When.
        at: DateTime<Utc>,
        /// Who fetches it.
        with: Person,
    },
    /// The child does not come.
    Absent {
        /// When staff said so.
        at: DateTime<Utc>,
        /// Whether the rest of the time is free for others.
        release: bool,
        /// Key of an exempt reason.
        reason: Option<String>,
        /// What it means for the family, as staff were shown it.
        seen: CancelTerms,
    },
}

impl Command {
    /// When it happened.
    pub const fn at(&self) -> DateTime<Utc> {
        match self {
            Self::Come { at, .. } | Self::Leave { at, .. } | Self::Absent { at, .. } => *at,
        }
    }

    /// With whom the child came or left.
    pub const fn person(&self) -> Option<&Person> {
        match self {
            Self::Come { with, .. } | Self::Leave { with, .. } => Some(with),
            Self::Absent { .. } => None,
        }
    }
}

/// A record on its way to the server, as the device keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsent {
    /// The idempotency key: however often it is sent, it is recorded once.
    pub key: String,
    /// Who recorded it.
    pub account: AccountId,
    /// The name of who recorded it.
    pub by: String,
    /// Where.
    pub facility: FacilityId,
    /// Whose stay.
    pub booking: BookingId,
    /// The child's name.
    pub child: String,
    /// What.
    pub command: Command,
    /// Why the server did not take it; then a person decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Box<Problem>>,
}

/// Where the device keeps a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// It is being written.
    OnItsWay,
    /// Under this number.
    Number(u32),
    /// Nowhere but on this page: the device could not keep it.
    Nowhere,
}

/// A record with where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Where it is kept.
    pub place: Place,
    /// Whether it waits for the server, and is shown so.
    pub queued: bool,
    /// The record.
    pub unsent: Unsent,
}

/// Who is signed in, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// The account.
    pub account: AccountId,
    /// The name.
    pub name: String,
    /// The facility.
    pub facility: FacilityId,
}

/// The record that is sent next: the first whose child has none before it that waits for a person.
pub fn next_to_send(lines: &[Line], sender: &Sender) -> Option<Unsent> {
    let mut held: Vec<&BookingId> = Vec::new();
    for Line { place, unsent, .. } in lines.iter().filter(|line| line.unsent.facility == sender.facility) {
        let may_go = unsent.refused.is_none() && *place != Place::OnItsWay && unsent.account == sender.account;
        if may_go && !held.contains(&&unsent.booking) {
            return Some(unsent.clone());
        }
        held.push(&unsent.booking);
    }
    None
}

/// What is left to do with a person's records before another one steps in front of the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BeforeChange {
    /// Nothing.
    Nothing,
    /// One is being written to the device.
    Wait,
    /// Some can be sent.
    Send,
}

/// What is left to do with a person's records. What the server refused, and what stands behind it, waits for the person: it is never sent
/// in another's name.
pub fn before_change(lines: &[Line], sender: &Sender) -> BeforeChange {
    let is_written = |line: &Line| line.place == Place::OnItsWay && line.unsent.account == sender.account;
    if lines.iter().any(is_written) {
        BeforeChange::Wait
    } else if next_to_send(lines, sender).is_some() {
        BeforeChange::Send
    } else {
        BeforeChange::Nothing
    }
}

/// What becomes of a record after an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// It is recorded.
    Done(Box<Booking>),
    /// The server is away or busy: once more later.
    Later,
    /// Nobody is signed in any more: it goes on after signing in.
    SignIn,
    /// The server does not take it so: a person decides.
    Refused(Box<Problem>),
}

/// Judges an answer.
pub fn verdict(answer: Result<Booking, Failure>) -> Verdict {
    match answer {
        Ok(booking) => Verdict::Done(Box::new(booking)),
        Err(Failure::Offline | Failure::Unexpected) => Verdict::Later,
        Err(Failure::Problem(problem)) => match problem.status {
            // On a locked shared device it waits for the one who recorded it.
            401 | 423 => Verdict::SignIn,
            429 | 500.. => Verdict::Later,
            // The same was sent a moment before, and is still under way.
            409 if problem.code == "problem.idempotency_key_running" => Verdict::Later,
            _ => Verdict::Refused(problem),
        },
    }
}

/// Whether a failure says nothing of the question itself: the server is away, or busy.
pub fn is_away(failure: &Failure) -> bool {
    failure.status().is_none_or(|status| status == 429 || status >= 500)
}

/// What a person can do about a record that the server did not take: the key of a sentence.
pub fn advice(problem: &Problem) -> &'static str {
    let code = problem.errors.first().map_or(problem.code.as_str(), |part| part.reason.code.as_ref());
    match code {
        "attendance.already_in" | "attendance.already_out" => "unsent.advice_twice",
        "attendance.marked_absent" => "unsent.advice_absent",
        "attendance.cancelled" | "attendance.not_confirmed" | "problem.not_found" => "unsent.advice_cancelled",
        "attendance.not_in" | "attendance.before_check_in" => "unsent.advice_order",
        "attendance.terms_changed" => "unsent.advice_terms",
        _ => "unsent.advice",
    }
}

/// The day with what waits on this device, by the very rules by which the server will decide. What they refuse now is left out.
pub fn with_unsent(mut day: BoardDay, lines: &[Line]) -> BoardDay {
    for Line { unsent, .. } in lines.iter().filter(|line| line.queued && line.unsent.refused.is_none()) {
        for entry in day.entries.iter_mut().filter(|entry| entry.booking.id == unsent.booking) {
            if let Some((state, attended)) = outcome(entry, &unsent.command) {
                entry.booking.state = state;
                entry.booking.attended = attended;
            }
        }
    }
    day
}

fn outcome(entry: &BoardEntry, command: &Command) -> Option<(BookingState, Attended)> {
    let registered: Vec<_> = entry.pick_up_people.iter().map(|contact| contact.name.clone()).collect();
    let (booking, now) = (&entry.booking, command.at());
    let recorded = match command.clone() {
        Command::Come { at, with } => {
            let command = CheckIn { occurred_at: Some(at), person: Some(with), wall: None };
            check_in(booking, &command, &registered, RecordedBy::Staff, now).ok()??
        }
        Command::Leave { at, with } => {
            let command = CheckOut { occurred_at: Some(at), person: Some(with), wall: None };
            check_out(booking, &command, &registered, RecordedBy::Staff, now).ok()??
        }
        Command::Absent { at, release, reason, seen } => {
            let command = MarkAbsent { occurred_at: Some(at), release, reason, seen };
            return Some((mark_absent(booking, &command, now).ok()?, booking.attended.clone()));
        }
    };
    Some((recorded.state, recorded.attended))
}

/// How a child's card shows what is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// The server is being told.
    UnderWay,
    /// It waits on this device.
    Queued,
    /// A person has to decide.
    Refused,
}

/// What is on its way for a booking; the gravest where it is several.
pub fn mark(lines: &[Line], booking: &BookingId) -> Option<Mark> {
    let all = lines.iter().filter(|line| line.unsent.booking == *booking);
    all.map(|line| match (&line.unsent.refused, line.queued) {
        (Some(_), _) => Mark::Refused,
        (None, true) => Mark::Queued,
        (None, false) => Mark::UnderWay,
    })
    .max_by_key(|mark| match mark {
        Mark::UnderWay => 0,
        Mark::Queued => 1,
        Mark::Refused => 2,
    })
}

/// The most milliseconds between two tries to reach the server.
const LONGEST_PAUSE: u32 = 15_000;

/// How long to wait after so many tries in vain, in milliseconds; `chance` from 0 to 1 keeps many devices from coming at once.
pub fn pause_after(tries: u32, chance: f64) -> u32 {
    let longest = 1000_u32.saturating_mul(2_u32.saturating_pow(tries.min(8))).min(LONGEST_PAUSE);
    let steps = [0.0, 0.25, 0.5, 0.75];
    let share = u32::try_from(steps.iter().filter(|step| **step <= chance).count()).unwrap_or(1);
    longest / 2 + longest / 8 * share
}

#[cfg(test)]
mod tests {
    use shared::problem::Reason;

    use super::super::model::tests::{day_of, entry, time};
    use super::*;

    fn come(at: &str) -> Command {
        Command::Come { at: time(at), with: Person::Guardian }
    }

    fn leave(at: &str) -> Command {
        Command::Leave { at: time(at), with: Person::Guardian }
    }

    fn line(key: &str, child: &str, command: Command) -> Line {
        let unsent = Unsent {
            key: key.to_owned(),
            account: "me".into(),
            by: "職員".to_owned(),
            facility: "f".into(),
            booking: child.into(),
            child: child.to_owned(),
            command,
            refused: None,
        };
        Line { place: Place::Number(1), queued: true, unsent }
    }

    fn problem(status: u16, code: &'static str) -> Box<Problem> {
        Box::new(Problem {
            kind: String::new(),
            title: String::new(),
            status,
            detail: String::new(),
            code: code.to_owned(),
            errors: Vec::new(),
            request_id: None,
        })
    }

    fn refused(line: Line) -> Line {
        Line { unsent: Unsent { refused: Some(problem(409, "attendance.already_in")), ..line.unsent }, ..line }
    }

    fn me() -> Sender {
        Sender { account: "me".into(), name: "職員".to_owned(), facility: "f".into() }
    }

    fn next(lines: &[Line]) -> Option<String> {
        next_to_send(lines, &me()).map(|unsent| unsent.key)
    }

    #[test]
    fn records_go_in_order_and_a_refused_one_holds_only_its_own_child() {
        let (a, b, c) = (line("1", "あ", come("9:00")), line("2", "あ", leave("9:30")), line("3", "い", come("9:10")));
        assert_eq!(next(&[a.clone(), b.clone(), c.clone()]).as_deref(), Some("1"));
        assert_eq!(next(&[refused(a.clone()), b.clone(), c.clone()]).as_deref(), Some("3"));
        assert_eq!(next(&[refused(a.clone()), b.clone()]), None);
        // What is not on the disk yet is not sent, and nothing of that child before it.
        assert_eq!(next(&[Line { place: Place::OnItsWay, ..a.clone() }, b.clone()]), None);
        assert_eq!(next(&[Line { place: Place::Nowhere, ..a }, b]).as_deref(), Some("1"));
    }

    #[test]
    fn nobody_sends_in_anothers_name_or_for_another_facility() {
        let mine = line("1", "あ", come("9:00"));
        let of = |account: &str, facility: &str| Line {
            unsent: Unsent { account: account.into(), facility: facility.into(), ..mine.unsent.clone() },
            ..mine.clone()
        };
        assert_eq!((next(&[of("other", "f")]), next(&[of("me", "g")])), (None, None));
        // A colleague's record of the same child comes first.
        assert_eq!(next(&[of("other", "f"), mine.clone()]), None);
        assert_eq!(next(&[of("me", "g"), mine]).as_deref(), Some("1"));
    }

    #[test]
    fn what_a_person_recorded_goes_before_another_one_steps_in_front() {
        let (a, b) = (line("1", "あ", come("9:00")), line("2", "あ", leave("9:30")));
        let of = |lines: &[Line]| before_change(lines, &me());
        let others = |line: &Line| Line { unsent: Unsent { account: "other".into(), ..line.unsent.clone() }, ..line.clone() };
        assert_eq!(
            (of(&[]), of(&[others(&a)]), of(&[refused(a.clone())])),
            (BeforeChange::Nothing, BeforeChange::Nothing, BeforeChange::Nothing)
        );
        assert_eq!(of(&[Line { place: Place::OnItsWay, ..a.clone() }]), BeforeChange::Wait);
        assert_eq!(
            (of(&[a.clone(), b.clone()]), of(&[Line { place: Place::Nowhere, ..a.clone() }])),
            (BeforeChange::Send, BeforeChange::Send)
        );
        // Behind what waits for a person, and behind what a colleague left.
        assert_eq!((of(&[refused(a.clone()), b.clone()]), of(&[others(&a), b])), (BeforeChange::Nothing, BeforeChange::Nothing));
    }

    #[test]
    fn only_what_the_rules_refuse_is_for_a_person() {
        let of = |status, code| verdict(Err(Failure::Problem(problem(status, code))));
        for away in [Failure::Offline, Failure::Unexpected] {
            assert_eq!(verdict(Err(away.clone())), Verdict::Later);
            assert!(is_away(&away));
        }
        assert_eq!([of(503, "problem.busy"), of(500, "x"), of(429, "x")], [Verdict::Later, Verdict::Later, Verdict::Later]);
        assert_eq!(of(409, "problem.idempotency_key_running"), Verdict::Later);
        assert_eq!([of(401, "problem.unauthenticated"), of(423, "tablets.locked")], [Verdict::SignIn, Verdict::SignIn]);
        for (status, code) in [(409, "attendance.already_in"), (404, "problem.not_found"), (422, "text.missing"), (403, "x")] {
            assert_eq!(of(status, code), Verdict::Refused(problem(status, code)));
            assert!(!is_away(&Failure::Problem(problem(status, code))));
        }
    }

    #[test]
    fn what_waits_stands_where_the_rules_will_put_it() {
        let day = day_of([
            entry("あ", "9:00", "12:00", BookingState::Confirmed),
            entry("い", "9:00", "12:00", BookingState::CheckedIn { at: time("8:50") }),
        ]);
        let state = |lines: &[Line], index: usize| with_unsent(day.clone(), lines).entries[index].booking.state.clone();
        let (here, gone) = (line("1", "あ", come("9:02")), line("2", "あ", leave("11:30")));
        assert_eq!(state(std::slice::from_ref(&here), 0), BookingState::CheckedIn { at: time("9:02") });
        let left = BookingState::CheckedOut { checked_in_at: time("9:02"), at: time("11:30") };
        assert_eq!(state(&[here.clone(), gone.clone()], 0), left);
        let attended = with_unsent(day.clone(), &[here.clone(), gone.clone()]).entries[0].booking.attended.clone();
        assert_eq!((attended.brought_by, attended.fetched_by), (Some(Person::Guardian), Some(Person::Guardian)));
        // What is only on its way is not shown as done, nor what was refused, nor what the rules refuse now.
        assert_eq!(state(&[Line { queued: false, ..here.clone() }], 0), BookingState::Confirmed);
        assert_eq!(state(&[refused(here)], 0), BookingState::Confirmed);
        assert_eq!(state(&[gone], 0), BookingState::Confirmed);
        assert_eq!(state(&[line("3", "い", come("9:30"))], 1), BookingState::CheckedIn { at: time("8:50") });
        let absent = Command::Absent { at: time("9:30"), release: true, reason: None, seen: CancelTerms { fee_yen: 0, counts: false } };
        assert!(matches!(state(&[line("4", "あ", absent)], 0), BookingState::Absent { at, released: true, .. } if at == time("9:30")));
    }

    #[test]
    fn the_gravest_thing_marks_the_card() {
        let (a, b) = (line("1", "あ", come("9:00")), line("2", "あ", leave("9:30")));
        let under_way = Line { queued: false, ..a.clone() };
        let of = |lines: &[Line]| mark(lines, &"あ".into());
        assert_eq!((of(&[]), of(&[under_way])), (None, Some(Mark::UnderWay)));
        assert_eq!((of(std::slice::from_ref(&a)), of(&[refused(a), b])), (Some(Mark::Queued), Some(Mark::Refused)));
    }

    #[test]
    fn every_kind_of_refusal_says_what_to_do() {
        for (code, words) in [
            ("attendance.already_in", "unsent.advice_twice"),
            ("attendance.marked_absent", "unsent.advice_absent"),
            ("problem.not_found", "unsent.advice_cancelled"),
            ("attendance.not_in", "unsent.advice_order"),
            ("attendance.terms_changed", "unsent.advice_terms"),
            ("attendance.person_unknown", "unsent.advice"),
        ] {
            assert_eq!(advice(&problem(409, code)), words, "{code}");
        }
        let part = shared::problem::ProblemPart {
            pointer: None,
            subject: None,
            reason: Reason::new("attendance.marked_absent"),
            detail: String::new(),
        };
        assert_eq!(advice(&Problem { errors: vec![part], ..*problem(409, "x") }), "unsent.advice_absent");
    }

    #[test]
    fn what_is_kept_is_read_again_as_it_was() {
        let unsent = refused(line("1", "あ", come("9:00"))).unsent;
        assert_eq!(serde_json::from_str::<Unsent>(&serde_json::to_string(&unsent).unwrap()).unwrap(), unsent);
    }

    #[test]
    fn pauses_grow_to_a_quarter_of_a_minute_and_differ() {
        assert_eq!([pause_after(0, 0.99), pause_after(1, 0.99), pause_after(2, 0.99), pause_after(40, 0.99)], [1000, 2000, 4000, 15_000]);
        assert_eq!([pause_after(1, 0.0), pause_after(1, 0.3)], [1250, 1500]);
    }
}
