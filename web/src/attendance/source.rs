//! Where a board comes from and what is done on it goes to: the server, or a practice, which is nothing but this page.

use chrono::TimeDelta;
use shared::attendance::Correction;
use shared::bookings::{Booking, Cancel, Decide};
use shared::ids::{BookingId, FacilityId};
use shared::programmes::Programme;

use super::client;
use super::model::{Asked, Came, Live};
use super::outbox::Outbox;
use super::practising::Practice;
use super::unsent::{Command, is_away};
use crate::api::{Attempt, Failure};
use crate::settings;

/// Where a board comes from.
#[derive(Clone, Copy)]
pub enum Source {
    /// The server.
    Server,
    /// A practice.
    Practice(Practice),
}

impl Source {
    /// The practice, where it is one.
    pub const fn practice(self) -> Option<Practice> {
        match self {
            Self::Server => None,
            Self::Practice(practice) => Some(practice),
        }
    }

    /// What is on its way there.
    pub fn outbox(self) -> Outbox {
        match self {
            Self::Server => Outbox::of_page(),
            Self::Practice(practice) => practice.outbox(),
        }
    }

    /// The board of the asked days; of the server also what this device keeps of it.
    pub async fn board(self, asked: Asked, facility: Option<FacilityId>) -> Came {
        let failure = match self {
            Self::Practice(practice) => {
                let (now, programmes) = (practice.now(), practice.programmes());
                let ahead: TimeDelta = now - settings::now();
                return practice.board().map(|board| Live { asked, board, ahead, programmes }).map_err(|failure| (failure, None));
            }
            Self::Server => match client::board(asked).await {
                Ok(live) => return Ok(live),
                Err(failure) => failure,
            },
        };
        let kept = match facility.filter(|_| is_away(&failure)) {
            Some(facility) => client::kept_board(asked, &facility).await,
            None => None,
        };
        Err((failure, kept))
    }

    /// The rules.
    pub async fn programmes(self) -> Result<Vec<Programme>, Failure> {
        match self {
            Self::Server => client::programmes().await,
            Self::Practice(practice) => Ok(practice.programmes()),
        }
    }

    /// A booking as it is now.
    pub async fn booking(self, booking: &BookingId) -> Result<Booking, Failure> {
        match self {
            Self::Server => client::booking(booking).await,
            Self::Practice(practice) => practice.booking(booking),
        }
    }

    /// Records what happened, once however often it is sent.
    pub async fn record(self, booking: &BookingId, command: &Command, key: &str) -> Result<Booking, Failure> {
        match self {
            Self::Server => client::record(booking, command, key).await,
            Self::Practice(practice) => practice.record(booking, command),
        }
    }

    /// Accepts or declines a party by one of its bookings.
    pub async fn decide(self, booking: &BookingId, command: &Decide, attempt: &Attempt) -> Result<Vec<Booking>, Failure> {
        match self {
            Self::Server => client::decide(booking, command, attempt).await,
            Self::Practice(practice) => practice.decide(booking, command),
        }
    }

    /// Cancels a booking.
    pub async fn cancel(self, booking: &BookingId, command: &Cancel, attempt: &Attempt) -> Result<Booking, Failure> {
        match self {
            Self::Server => client::cancel(booking, command, attempt).await,
            Self::Practice(practice) => practice.cancel(booking, command),
        }
    }

    /// Takes back what was recorded last.
    pub async fn undo(self, booking: &BookingId, attempt: &Attempt) -> Result<Booking, Failure> {
        match self {
            Self::Server => client::undo(booking, attempt).await,
            Self::Practice(practice) => practice.undo(booking),
        }
    }

    /// Puts times or people right.
    pub async fn correct(self, booking: &BookingId, command: &Correction, attempt: &Attempt) -> Result<Booking, Failure> {
        match self {
            Self::Server => client::correct(booking, command, attempt).await,
            Self::Practice(practice) => practice.correct(booking, command),
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use leptos::prelude::Owner;
    use shared::attendance::Person;
    use shared::practice::World;

    use super::*;

    /// A test has no browser: whatever would ask the server or the device's store breaks here.
    #[test]
    fn a_practice_answers_at_once_and_asks_nobody() {
        let owner = Owner::new();
        owner.set();
        let practice = Practice::begin(World::new("2026-11-24".parse().unwrap()).unwrap());
        let source = Source::Practice(practice);
        let (sora, attempt) = ("sora".into(), Attempt::new());
        let come = Command::Come { at: practice.now(), with: Person::Guardian };
        let came = source.record(&sora, &come, "key").now_or_never().unwrap().unwrap();
        assert_eq!(source.booking(&sora).now_or_never().unwrap(), Ok(came));
        assert!(source.undo(&sora, &attempt).now_or_never().unwrap().is_ok());
        let answer = Correction { checked_in_at: None, checked_out_at: None, brought_by: None, fetched_by: None, reason: String::new() };
        assert!(source.correct(&sora, &answer, &attempt).now_or_never().unwrap().unwrap_err().is("attendance.not_in"));
        assert!(source.cancel(&"yui".into(), &Cancel::default(), &attempt).now_or_never().unwrap().is_ok());
        let accept = Decide { accept: true, message: String::new() };
        assert_eq!(source.decide(&"haru".into(), &accept, &attempt).now_or_never().unwrap().unwrap().len(), 2);
        assert_eq!(source.programmes().now_or_never().unwrap().unwrap().len(), 1);
        let board = source.board(Asked::default(), None).now_or_never().unwrap().unwrap();
        assert_eq!((board.board.days.len(), board.programmes.len(), practice.history(&sora).len()), (1, 1, 2));
        practice.set_away(true);
        let away = source.board(Asked::default(), Some("f".into())).now_or_never().unwrap();
        assert_eq!(away.unwrap_err(), (Failure::Offline, None));
    }
}
