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
        match LAST_PAGE.with(|last| last.replace(Some(here.clone()))) {
            Some(before) if before != here => {
                let _ = heading.focus();
            }
            // What had the focus is gone, because the page was drawn anew or has gone on by a step: nothing is scrolled for that.
            Some(_) if document().active_element().is_none_or(|active| active.tag_name() == "BODY") => {
                let options = web_sys::FocusOptions::new();
                options.set_prevent_scroll(true);
                let _ = heading.focus_with_options(&options);
            }
            Some(_) | None => {}
        }
    });
    let name = text.clone();
    view! {
        <Title text=move || name.plain()/>
        <h1 class="page-title" node_ref=node tabindex="-1">{text.view()}</h1>
    }
}
