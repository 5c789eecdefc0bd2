//! What a programme asks for with a booking, as far as it is filled in.

use serde::{Deserialize, Serialize};
use shared::bookings::{Answer, Booking, NewBooking, Rejection};
use shared::problem::Reason;
use shared::programmes::{ProgrammeKey, Terms};

/// What was filled in before it is booked; kept on this device so that nothing typed is lost.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The slot it is for.
    pub slot_id: String,
    /// Key of the reason for the stay; empty: none chosen.
    pub reason: String,
    /// Keys of what each child has on top.
    pub extras: Vec<String>,
    /// Answers to the questions; an empty one is none.
    pub answers: Vec<Answer>,
    /// What the carers should know.
    pub notes: String,
}

/// Something that must be filled in: the id of its field, and the sentence.
pub type Missing = (String, Reason);

/// Id of the reasons' group.
pub const REASON: &str = "reason";

/// Id of a question's field.
pub fn question_id(nth: usize) -> String {
    format!("question-{nth}")
}

impl Draft {
    /// What was said with the latest booking of a programme, but for the words of that day.
    pub fn of_last(bookings: &[Booking], programme: &ProgrammeKey) -> Self {
        let last = bookings.iter().filter(|booking| booking.programme == *programme).max_by_key(|booking| booking.created_at);
        last.cloned().map_or_else(Self::default, |Booking { reason, extras, answers, .. }| Self {
            reason: reason.unwrap_or_default(),
            extras,
            answers,
            ..Self::default()
        })
    }

    /// The answer to a question; empty where there is none.
    pub fn answer(&self, key: &str) -> &str {
        self.answers.iter().find(|answer| answer.key == key).map_or("", |answer| answer.value.as_str())
    }

    /// What the server must know for a quote: everything that changes price and limits.
    pub fn priced(reason: String, extras: Vec<String>, wish: NewBooking) -> NewBooking {
        NewBooking { reason: Some(reason).filter(|key| !key.is_empty()), extras, ..wish }
    }

    /// The booking as it is filled in. What the programme does not ask for any more is left out.
    pub fn command(&self, terms: &Terms, wish: NewBooking) -> NewBooking {
        let reason = terms.reasons.iter().find(|reason| reason.key == self.reason).map(|reason| reason.key.clone());
        let extras = terms.extras.iter().filter(|extra| self.extras.contains(&extra.key)).map(|extra| extra.key.clone());
        let answers = terms.questions.iter().filter_map(|question| {
            let value = self.answer(&question.key).trim();
            (!value.is_empty()).then(|| Answer { key: question.key.clone(), value: value.to_owned() })
        });
        NewBooking { reason, extras: extras.collect(), answers: answers.collect(), notes: self.notes.trim().to_owned(), ..wish }
    }

    /// What the programme asks for and is not there yet, from the top of the page down.
    pub fn missing(&self, terms: &Terms) -> Vec<Missing> {
        let has_reason = terms.reasons.is_empty() || terms.reasons.iter().any(|reason| reason.key == self.reason);
        let reason = (!has_reason).then(|| (REASON.to_owned(), Rejection::ReasonMissing.reason()));
        let questions = terms.questions.iter().enumerate().filter_map(|(n, question)| {
            let value = self.answer(&question.key).trim();
            let is_open = if value.is_empty() { question.required } else { !question.answer.takes(value) };
            is_open.then(|| (question_id(n), Rejection::AnswerMissing { question: question.text.clone() }.reason()))
        });
        reason.into_iter().chain(questions).collect()
    }
}
