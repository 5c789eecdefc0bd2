//! Buttons that do something and links that look like them.

use leptos::prelude::*;

use super::icons::{Glyph, Icon};

/// How much a button asks for attention: one `Solid` per page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Look {
    /// The main thing to do.
    #[default]
    Solid,
    /// Another thing to do.
    Outline,
    /// Something one may do.
    Text,
    /// Something that cannot be undone.
    Danger,
}

impl Look {
    const fn class(self) -> &'static str {
        match self {
            Self::Solid => "button button-solid",
            Self::Outline => "button button-outline",
            Self::Text => "button button-text",
            Self::Danger => "button button-danger",
        }
    }
}

/// A button. With `submit` it sends the form around it and needs no `on_press`.
///
/// `disabled` keeps the button focusable and only refuses the press, so that its reason can be read; say the reason next to it.
#[component]
pub fn Button(
    /// What a press does.
    #[prop(optional, into)]
    on_press: Option<Callback<()>>,
    /// Its look.
    #[prop(optional)]
    look: Look,
    /// Whether it sends the form around it.
    #[prop(optional)]
    submit: bool,
    /// While true, presses are not taken and the button shows that something is under way.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// While true, presses are not taken.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// A picture before the words.
    #[prop(optional)]
    icon: Option<Glyph>,
    /// Id of the element that says why the button is disabled.
    #[prop(optional, into)]
    described_by: Option<String>,
    children: Children,
) -> impl IntoView {
    let press = move |event: leptos::ev::MouseEvent| {
        if busy.get_untracked() || disabled.get_untracked() {
            event.prevent_default();
        } else if let Some(on_press) = on_press {
            on_press.run(());
        }
    };
    view! {
        <button
            type=if submit { "submit" } else { "button" }
            class=look.class()
            class:is-busy=busy
            aria-busy=move || busy.get().then_some("true")
            aria-disabled=move || (disabled.get() || busy.get()).then_some("true")
            aria-describedby=described_by
            on:click=press
        >
            {icon.map(|glyph| view! { <Icon glyph/> })}
            <span>{children()}</span>
        </button>
    }
}

/// A link that looks like a button.
#[component]
pub fn LinkButton(
    /// Where it leads.
    #[prop(into)]
    href: Signal<String>,
    /// Its look.
    #[prop(optional)]
    look: Look,
    /// A picture before the words.
    #[prop(optional)]
    icon: Option<Glyph>,
    children: Children,
) -> impl IntoView {
    view! {
        <a class=look.class() href=href>
            {icon.map(|glyph| view! { <Icon glyph/> })}
            <span>{children()}</span>
        </a>
    }
}
