//! Small pieces for showing things.

use leptos::prelude::*;

use super::icons::{Glyph, Icon};
use super::messages::Tone;
use crate::i18n::{Say, Text, t};

/// Where one is in something of several steps; `current` counts from 1.
#[component]
pub fn Steps(
    /// The step one is at, from 1.
    #[prop(into)]
    current: Signal<usize>,
    /// The names of the steps.
    labels: Vec<Text>,
) -> impl IntoView {
    view! {
        <nav class="steps" aria-label=move || t("ui.steps")>
            <ol>
                {labels
                    .into_iter()
                    .enumerate()
                    .map(|(index, label)| {
                        let number = index + 1;
                        view! {
                            <li
                                class:is-done=move || number < current.get()
                                class:is-current=move || number == current.get()
                                aria-current=move || (number == current.get()).then_some("step")
                            >
                                <span class="step-number" aria-hidden="true">
                                    {move || {
                                        if number < current.get() { view! { <Icon glyph=Glyph::Check/> }.into_any() } else { number.to_string().into_any() }
                                    }}
                                </span>
                                <span class="step-label">
                                    {label.view()} <Show when=move || { number < current.get() }><span class="visually-hidden">{move || t("ui.step_done")}</span></Show>
                                </span>
                            </li>
                        }
                    })
                    .collect_view()}
            </ol>
        </nav>
    }
}

/// The way to this page: addresses with their words, then the page itself without address.
#[component]
pub fn Breadcrumbs(
    /// The pages above.
    trail: Vec<(String, Text)>,
    /// This page.
    #[prop(into)]
    here: Text,
) -> impl IntoView {
    view! {
        <nav class="breadcrumbs no-print" aria-label=move || t("ui.breadcrumbs")>
            <ol>
                {trail.into_iter().map(|(href, words)| view! { <li><a href=href>{words.view()}</a></li> }).collect_view()}
                <li aria-current="page"><span>{here.view()}</span></li>
            </ol>
        </nav>
    }
}

/// A short word about something, such as a state or a kind.
#[component]
pub fn Chip(
    /// Its colour; the word says the same.
    #[prop(optional)]
    tone: Option<Tone>,
    children: Children,
) -> impl IntoView {
    let class = match tone {
        None => "chip",
        Some(Tone::Info) => "chip chip-info",
        Some(Tone::Success) => "chip chip-success",
        Some(Tone::Warning) => "chip chip-warning",
        Some(Tone::Error) => "chip chip-error",
    };
    view! { <span class=class><span>{children()}</span></span> }
}

/// A thing of its own on the page.
#[component]
pub fn Card(children: Children) -> impl IntoView {
    view! { <div class="card stack">{children()}</div> }
}

/// Something that can be unfolded.
#[component]
pub fn Disclosure(
    /// The words that are always shown.
    #[prop(into)]
    summary: Text,
    /// Whether it is unfolded at first.
    #[prop(optional)]
    open: bool,
    children: Children,
) -> impl IntoView {
    view! {
        <details class="disclosure" open=open>
            <summary><span>{summary.view()}</span><Icon glyph=Glyph::Down/></summary>
            <div class="disclosure-body stack">{children()}</div>
        </details>
    }
}

/// A table that scrolls sideways by itself when it is too wide. Children: `thead` and `tbody`.
#[component]
pub fn Table(
    /// What the table shows.
    #[prop(into)]
    caption: Text,
    children: Children,
) -> impl IntoView {
    let name = caption.clone();
    view! {
        // Focusable, so that it can be scrolled by the keyboard.
        <div class="table-frame" tabindex="0" role="region" aria-label=move || name.plain()>
            <table class="table">
                <caption>{caption.view()}</caption>
                {children()}
            </table>
        </div>
    }
}

/// Names and what they are, such as time, place, fee. Children: [`Fact`].
#[component]
pub fn Facts(children: Children) -> impl IntoView {
    view! { <dl class="facts">{children()}</dl> }
}

/// One of the [`Facts`].
#[component]
pub fn Fact(
    /// What it is.
    #[prop(into)]
    name: Text,
    /// A picture before the name.
    #[prop(optional)]
    icon: Option<Glyph>,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="fact">
            <dt>{icon.map(|glyph| view! { <Icon glyph/> })}<span>{name.view()}</span></dt>
            <dd>{children()}</dd>
        </div>
    }
}

/// There is nothing, and what one can do about it.
#[component]
pub fn EmptyState(
    /// What there is not.
    #[prop(into)]
    words: Text,
    /// What one can do.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty stack">
            <span class="empty-mark" aria-hidden="true"></span>
            <p>{words.view()}</p>
            {children.map(|children| children())}
        </div>
    }
}

/// The fold for a link that leaves the app.
#[component]
pub fn OutsideLink(
    /// Where it leads.
    #[prop(into)]
    href: String,
    children: Children,
) -> impl IntoView {
    view! {
        <a href=href target="_blank" rel="noopener noreferrer">
            {children()} <Icon glyph=Glyph::External/> <span class="visually-hidden"><Say key="ui.new_window"/></span>
        </a>
    }
}
