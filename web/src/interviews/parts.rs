//! What a family sees of first interviews.

use leptos::prelude::*;
use shared::families::Child;
use shared::interviews::{ChildInterview, Outcome};

use crate::i18n::{Say, say_with};
use crate::paths;
use crate::ui::{Banner, Chip, Glyph, LinkButton, Look, Tone};

/// That a facility wants to see a child before its first stay, and for each child of the family how that stands.
#[component]
pub fn InterviewNote(
    /// The facility, for booking one.
    facility_id: String,
    /// The family's children; none where nobody is signed in.
    children: Vec<Child>,
    /// What is known of them.
    known: Vec<ChildInterview>,
) -> impl IntoView {
    let outcome = move |child: &Child| known.iter().find(|one| one.child_id == child.id).and_then(|one| one.outcome.clone());
    let lines: Vec<(String, Option<Outcome>)> = children.iter().map(|child| (child.known.name.to_string(), outcome(child))).collect();
    let is_open = lines.is_empty() || lines.iter().any(|(_, outcome)| outcome.is_none());
    view! {
        <Banner tone=Tone::Info title="interviews.needed">
            <ul class="plain-list">
                {lines
                    .into_iter()
                    .map(|(name, outcome)| view! { <li>{name} " " <InterviewState outcome/></li> })
                    .collect_view()}
            </ul>
            {is_open
                .then(|| {
                    view! {
                        <p><Say key="interviews.how"/></p>
                        <LinkButton href=format!("{}#places", paths::facility(&facility_id)) look=Look::Outline icon=Glyph::Calendar>
                            <Say key="interviews.to_places"/>
                        </LinkButton>
                    }
                })}
        </Banner>
    }
}

/// How a child's first interview stands, in a word, with what the facility wrote.
#[component]
pub fn InterviewState(
    /// What was found; none: there was no interview yet.
    outcome: Option<Outcome>,
) -> impl IntoView {
    match outcome {
        None => view! { <Chip tone=Tone::Warning><Say key="interviews.not_yet_done"/></Chip> }.into_any(),
        Some(Outcome::Accepted) => view! { <Chip tone=Tone::Success><Say key="interviews.accepted"/></Chip> }.into_any(),
        Some(Outcome::Conditions { words }) => view! {
            <Chip tone=Tone::Success><Say key="interviews.accepted"/></Chip>
            <p>{say_with("interviews.conditions_are", move || vec![("words", words.clone())])}</p>
        }
        .into_any(),
        Some(Outcome::NotPossible { words }) => view! {
            <Chip tone=Tone::Error><Say key="interviews.not_possible"/></Chip>
            <p>{say_with("interviews.reason_is", move || vec![("words", words.clone())])}</p>
        }
        .into_any(),
    }
}
