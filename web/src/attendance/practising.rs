//! A practice on this page: the world of `shared::practice` behind the board. All of it is answered here and at once; nothing in this file
//! waits for anything, so that there is nothing that could reach the server or the device's store.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use shared::attendance::{AttendanceRecord, Board, CheckIn, CheckOut, Correction, MarkAbsent};
use shared::bookings::{Booking, Cancel, Decide};
use shared::ids::BookingId;
use shared::practice::{Refusal, Step, World};
use shared::problem::{Problem, ProblemPart, Reason};
use shared::programmes::Programme;

use super::outbox::Outbox;
use super::unsent::Command;
use crate::api::Failure;
use crate::settings;

thread_local! {
    static PRACTISING: ArcRwSignal<bool> = ArcRwSignal::new(false);
}

/// Whether somebody practises on this page, followed when read in a view.
pub fn practising() -> ArcRwSignal<bool> {
    PRACTISING.with(Clone::clone)
}

/// A practice that is under way.
#[derive(Clone, Copy)]
pub struct Practice {
    world: RwSignal<World>,
    outbox: StoredValue<Outbox>,
    /// When it began, by the practice's clock and by the real one.
    began: (DateTime<Utc>, DateTime<Utc>),
}

impl Practice {
    /// Begins; it lives as long as the view in which it is made.
    pub fn begin(world: World) -> Self {
        let began = (world.begins_at(), settings::now());
        Self { world: RwSignal::new(world), outbox: StoredValue::new(Outbox::of_practice()), began }
    }

    /// What the practice's clock shows.
    pub fn now(self) -> DateTime<Utc> {
        let (here, there) = self.began;
        here + (settings::now() - there)
    }

    /// What is on its way.
    pub fn outbox(self) -> Outbox {
        self.outbox.try_get_value().unwrap_or_else(Outbox::of_practice)
    }

    /// The steps that were tried; followed when read in a view.
    pub fn done(self) -> Vec<Step> {
        self.world.with(|world| world.done().iter().copied().collect())
    }

    /// Whether the practised server is away; followed when read in a view.
    pub fn is_away(self) -> bool {
        self.world.with(World::is_away)
    }

    /// The practised server goes away, or comes back.
    pub fn set_away(self, is_away: bool) {
        let now = self.now();
        self.world.update(|world| if is_away { world.leave(now) } else { world.come_back(now) });
    }

    /// Follows every change.
    pub fn track(self) {
        self.world.track();
    }

    /// The board.
    pub fn board(self) -> Result<Board, Failure> {
        answered(self.world.try_with_untracked(|world| world.board(self.now())))
    }

    /// The rules.
    pub fn programmes(self) -> Vec<Programme> {
        self.world.try_with_untracked(World::programmes).unwrap_or_default()
    }

    /// What was recorded of a booking.
    pub fn history(self, booking: &BookingId) -> Vec<AttendanceRecord> {
        self.world.with_untracked(|world| world.history(booking))
    }

    /// A booking as it is now.
    pub fn booking(self, booking: &BookingId) -> Result<Booking, Failure> {
        answered(self.world.try_with_untracked(|world| world.booking(booking)))
    }

    /// Records what happened.
    pub fn record(self, booking: &BookingId, command: &Command) -> Result<Booking, Failure> {
        self.change(|world, now| match command.clone() {
            Command::Come { at, with } => world.check_in(booking, &CheckIn { occurred_at: Some(at), person: Some(with), wall: None }, now),
            Command::Leave { at, with } => {
                world.check_out(booking, &CheckOut { occurred_at: Some(at), person: Some(with), wall: None }, now)
            }
            Command::Absent { at, release, reason, seen } => {
                world.mark_absent(booking, &MarkAbsent { occurred_at: Some(at), release, reason, seen }, now)
            }
        })
    }

    /// Accepts or declines a party by one of its bookings.
    pub fn decide(self, booking: &BookingId, command: &Decide) -> Result<Vec<Booking>, Failure> {
        self.change(|world, now| world.decide(booking, command, now))
    }

    /// Cancels a booking.
    pub fn cancel(self, booking: &BookingId, command: &Cancel) -> Result<Booking, Failure> {
        self.change(|world, now| world.cancel(booking, command, now))
    }

    /// Takes back what was recorded last.
    pub fn undo(self, booking: &BookingId) -> Result<Booking, Failure> {
        self.change(|world, now| world.undo(booking, now))
    }

    /// Puts times or people right.
    pub fn correct(self, booking: &BookingId, command: &Correction) -> Result<Booking, Failure> {
        self.change(|world, now| world.correct(booking, command, now))
    }

    fn change<T>(self, act: impl FnOnce(&mut World, DateTime<Utc>) -> Result<T, Refusal>) -> Result<T, Failure> {
        let now = self.now();
        answered(self.world.try_update(|world| act(world, now)))
    }
}

/// An answer as the server would give it; nothing where the practice is over.
fn answered<T>(answer: Option<Result<T, Refusal>>) -> Result<T, Failure> {
    answer.unwrap_or(Err(Refusal::Away)).map_err(|refusal| match refusal {
        Refusal::Away => Failure::Offline,
        Refusal::Missing => problem(404, Reason::new("problem.not_found")),
        Refusal::Rule(reason) => problem(409, reason),
    })
}

fn problem(status: u16, reason: Reason) -> Failure {
    Failure::Problem(Box::new(Problem {
        kind: String::new(),
        title: String::new(),
        status,
        detail: String::new(),
        code: reason.code.to_string(),
        errors: vec![ProblemPart { pointer: None, subject: None, reason, detail: String::new() }],
        request_id: None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::attendance::Person;

    #[test]
    fn a_practice_refuses_as_the_server_does() {
        let mut world = World::new("2026-11-24".parse().unwrap()).unwrap();
        let now = world.begins_at();
        let come = CheckIn { person: Some(Person::Guardian), ..CheckIn::default() };
        let twice = answered(Some(world.check_in(&"koharu".into(), &come, now))).unwrap_err();
        assert!(twice.is("attendance.already_out") && twice.status() == Some(409));
        assert_eq!(answered(Some(world.check_in(&"x".into(), &come, now))).unwrap_err().status(), Some(404));
        world.leave(now);
        assert_eq!(answered(Some(world.check_in(&"sora".into(), &come, now))), Err(Failure::Offline));
        assert_eq!(answered::<()>(None), Err(Failure::Offline));
    }
}
