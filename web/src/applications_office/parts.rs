//! Pieces that the queue and the page of an application share.

use leptos::prelude::*;
use shared::applications::{ApplicationState, Clock};
use shared::eligibility::Ground;
use shared::locale::Localised;

use super::model::clock_words;
use crate::i18n::{Say, furigana, locale, name, say_with};
use crate::ui::{Chip, Tone};

/// The clock of an application, as a chip.
#[component]
pub fn ClockChip(clock: Clock, state: ApplicationState) -> impl IntoView {
    let (key, days) = clock_words(&clock, &state);
    let words = say_with(key, move || vec![("days", days.clone())]);
    let tone = match clock.left {
        _ if !matches!(state, ApplicationState::InReview { .. }) => return view! { <Chip>{words}</Chip> }.into_any(),
        ..0 => Tone::Error,
        0..2 => Tone::Warning,
        _ => Tone::Info,
    };
    view! { <Chip tone>{words}</Chip> }.into_any()
}

/// How an application stands, as a chip.
#[component]
pub fn StateChip(state: ApplicationState) -> impl IntoView {
    let (tone, key) = match &state {
        ApplicationState::InReview { proposed: Some(_), .. } => (Some(Tone::Warning), "applications_office.is_proposed"),
        ApplicationState::InReview { .. } => (Some(Tone::Info), "applications_office.is_in_review"),
        ApplicationState::Draft | ApplicationState::Returned { .. } => (None, "applications_office.is_returned"),
        ApplicationState::Granted { .. } => (Some(Tone::Success), "applications_office.is_granted"),
        ApplicationState::Refused { .. } => (Some(Tone::Error), "applications_office.is_refused"),
        ApplicationState::Withdrawn { .. } => (None, "applications_office.is_withdrawn"),
    };
    match tone {
        Some(tone) => view! { <Chip tone><Say key/></Chip> }.into_any(),
        None => view! { <Chip><Say key/></Chip> }.into_any(),
    }
}

/// A reason and where it is written.
#[component]
pub fn GroundLine(ground: Ground) -> impl IntoView {
    let Ground { reason, source } = ground;
    view! {
        <span>{furigana(move || reason.sentence(locale()))}</span>
        {source.map(|source: Localised| view! { " " <span class="quiet">"（" {name(source)} "）"</span> })}
    }
}
