//! The way on in a long list.

use leptos::prelude::*;

use super::buttons::{Button, Look};
use crate::i18n::Say;

/// The way to the next page of a list, and back to the first.
#[component]
pub fn Pager(
    /// Where the page before ended; none: this is the first.
    cursor: RwSignal<Option<String>>,
    /// Where this page ended; none: it is the last.
    next: Option<String>,
) -> impl IntoView {
    view! {
        <div class="row">
            <Show when=move || cursor.with(Option::is_some)>
                <Button look=Look::Outline on_press=Callback::new(move |()| cursor.set(None))><Say key="ui.from_start"/></Button>
            </Show>
            {next.map(|next| {
                let go = Callback::new(move |()| cursor.set(Some(next.clone())));
                view! { <Button look=Look::Outline on_press=go><Say key="ui.more"/></Button> }
            })}
        </div>
    }
}
