//! What a family sees of first interviews.

use leptos::prelude::*;
use shared::families::Child;
use shared::interviews::{ChildInterview, Outcome};
use shared::locale::{clock_span, day};
use shared::slots::{FreePlace, Opening};
use shared::time::tokyo_day;

use super::client;
use crate::i18n::{Say, furigana, locale, say_with};
use crate::paths;
use crate::ui::{Banner, Chip, Glyph, Icon, Load, Tone};

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
        <Banner tone=Tone::Info title=if is_open { "interviews.needed" } else { "interviews.result" }>
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
                        <FreeVisits facility_id/>
                    }
                })}
        </Banner>
    }
}

/// The next free times for an interview, each one tap from its booking.
#[component]
fn FreeVisits(facility_id: String) -> impl IntoView {
    let page = format!("{}#places", paths::facility(&facility_id));
    let visits = LocalResource::new(move || {
        let facility_id = facility_id.clone();
        async move { client::free_visits(&facility_id).await }
    });
    let one = |place: FreePlace, opening: Opening| {
        let Opening { starts_at, ends_at, .. } = opening;
        let href = paths::book(place.slot_id.as_str(), None, None);
        view! {
            <li>
                <a class="stay" href=href>
                    <span class="stay-words">
                        <span class="stay-times">
                            {furigana(move || format!("{} {}", day(tokyo_day(starts_at), locale()), clock_span(starts_at, ends_at, locale())))}
                        </span>
                        <span class="stay-part"><Say key="interviews.book"/></span>
                    </span>
                    <Icon glyph=Glyph::Right/>
                </a>
            </li>
        }
    };
    view! {
        <Load what=visits let:found>
            {if found.is_empty() {
                view! { <p><Say key="interviews.no_places"/></p> }.into_any()
            } else {
                view! { <ul class="plain-list stack">{found.into_iter().map(|(place, opening)| one(place, opening)).collect_view()}</ul> }.into_any()
            }}
        </Load>
        <p><a href=page.clone()><Say key="interviews.to_places"/></a></p>
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
