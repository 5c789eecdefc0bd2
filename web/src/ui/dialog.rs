//! A question in front of the page.

use leptos::html;
use leptos::prelude::*;

use super::icons::{Glyph, Icon};
use crate::i18n::{Text, t};

/// The browser's own dialog: it keeps the focus inside, closes by Escape and gives the focus back.
#[component]
pub fn Dialog(
    /// Id of the dialog.
    id: &'static str,
    /// What it is about.
    #[prop(into)]
    title: Text,
    /// Whether it is shown.
    open: RwSignal<bool>,
    children: ChildrenFn,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = node.get() else { return };
        match (open.get(), dialog.open()) {
            // It only fails when the dialog is already open in another way; then there is nothing to do.
            (true, false) => drop(dialog.show_modal()),
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    let heading = format!("{id}-title");
    view! {
        <dialog class="dialog" id=id node_ref=node aria-labelledby=heading on:close=move |_| open.set(false)>
            <div class="dialog-head">
                <h2 id=heading.clone()>{title.view()}</h2>
                <button type="button" class="button button-text button-square" aria-label=move || t("ui.close") on:click=move |_| open.set(false)>
                    <Icon glyph=Glyph::Cross/>
                </button>
            </div>
            // Made anew at each opening, so that no old state shows.
            <Show when=move || open.get()><div class="dialog-body stack">{children()}</div></Show>
        </dialog>
    }
}
