//! A list that is worked through: how many there are, and a table whose rows are cards on a phone.

use leptos::prelude::*;

use super::messages::Tone;
use super::pieces::Chip;
use crate::i18n::{Say, Text};

/// How many there are of what.
#[component]
pub fn Counts(
    /// What is counted.
    #[prop(into)]
    label: Text,
    /// Each with its number.
    counts: Vec<(Tone, Text)>,
) -> impl IntoView {
    let counts = counts.into_iter().map(|(tone, words)| view! { <li><Chip tone>{words.view()}</Chip></li> }).collect_view();
    view! { <ul class="plain-list row" aria-label=move || label.plain()>{counts}</ul> }
}

/// The table. Children: a `tr` for each row, of a `th` with its link and a [`QueueCell`] for each further column.
#[component]
pub fn QueueTable(
    /// What the table shows; only read out.
    #[prop(into)]
    caption: Text,
    /// What a first column of boxes is for; only read out.
    #[prop(optional, into)]
    choosing: Option<Text>,
    /// The other columns.
    columns: Vec<&'static str>,
    /// Those of them that hold figures.
    #[prop(default = &[])]
    figures: &'static [&'static str],
    children: Children,
) -> impl IntoView {
    let choosing = choosing.map(|words| view! { <th scope="col"><span class="visually-hidden">{words.view()}</span></th> });
    let column = |key: &'static str| view! { <th scope="col" class:number=figures.contains(&key)><Say key/></th> };
    let columns = columns.into_iter().map(column).collect_view();
    view! {
        <table class="queue">
            <caption class="visually-hidden">{caption.view()}</caption>
            <thead><tr>{choosing} {columns}</tr></thead>
            <tbody>{children()}</tbody>
        </table>
    }
}

/// A cell; on a phone, where the columns' heads are far away, it says itself what it is.
#[component]
pub fn QueueCell(
    /// The head of its column.
    label: &'static str,
    children: Children,
) -> impl IntoView {
    view! { <td><span class="queue-label"><Say key=label/></span> <div>{children()}</div></td> }
}

/// A cell that holds a figure.
#[component]
pub fn QueueFigure(
    /// The head of its column.
    label: &'static str,
    children: Children,
) -> impl IntoView {
    view! { <td class="number"><span class="queue-label"><Say key=label/></span> <div>{children()}</div></td> }
}
