//! The heading of a page: its name in the browser, and where the focus goes after a navigation.

use std::cell::RefCell;

use leptos::html;
use leptos::prelude::*;
use leptos_meta::Title;

use crate::i18n::Text;

thread_local! {
    /// The page whose heading was shown last; none before the first, which must not take the focus.
    static LAST_PAGE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// The `h1`. After a navigation it takes the focus, so that a screen reader reads where one is.
#[component]
pub fn PageTitle(
    /// The name of the page.
    #[prop(into)]
    text: Text,
) -> impl IntoView {
    let node = NodeRef::<html::H1>::new();
    Effect::new(move |_| {
        let Some(heading) = node.get() else { return };
        let here = window().location().pathname().unwrap_or_default();
        let before = LAST_PAGE.with(|last| last.replace(Some(here.clone())));
        if before.is_some_and(|before| before != here) {
            let _ = heading.focus();
        }
    });
    let name = text.clone();
    view! {
        <Title text=move || name.plain()/>
        <h1 class="page-title" node_ref=node tabindex="-1">{text.view()}</h1>
    }
}
