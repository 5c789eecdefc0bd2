//! Several views of one thing, one shown at a time.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use crate::i18n::Text;

/// The row of tabs. Each panel is a [`TabPanel`] with the same `id` and `name`.
#[component]
pub fn Tabs(
    /// Id of the set.
    id: &'static str,
    /// What the views are of.
    #[prop(into)]
    label: Text,
    /// Names of the tabs with their words.
    tabs: Vec<(&'static str, Text)>,
    /// The name of the one shown.
    #[prop(into)]
    selected: Signal<String>,
    /// Another was chosen.
    #[prop(into)]
    on_select: Callback<String>,
) -> impl IntoView {
    let names: Vec<&'static str> = tabs.iter().map(|(name, _)| *name).collect();
    let keys = move |event: KeyboardEvent| {
        let here = selected.with_untracked(|now| names.iter().position(|name| name == now)).unwrap_or(0);
        let last = names.len().saturating_sub(1);
        let next = match event.key().as_str() {
            "ArrowRight" => {
                if here == last {
                    0
                } else {
                    here + 1
                }
            }
            "ArrowLeft" => {
                if here == 0 {
                    last
                } else {
                    here - 1
                }
            }
            "Home" => 0,
            "End" => last,
            _ => return,
        };
        event.prevent_default();
        if let Some(name) = names.get(next) {
            on_select.run((*name).to_owned());
            focus_tab(id, name);
        }
    };
    view! {
        <div class="tabs" role="tablist" aria-label=move || label.plain() on:keydown=keys>
            {tabs
                .into_iter()
                .map(|(name, words)| {
                    let is_selected = move || selected.with(|now| now == name);
                    view! {
                        <button
                            type="button"
                            role="tab"
                            class="tab"
                            id=format!("{id}-tab-{name}")
                            aria-controls=format!("{id}-panel-{name}")
                            aria-selected=move || if is_selected() { "true" } else { "false" }
                            tabindex=move || if is_selected() { "0" } else { "-1" }
                            on:click=move |_| on_select.run(name.to_owned())
                        >
                            {words.view()}
                        </button>
                    }
                })
                .collect_view()}
        </div>
    }
}

fn focus_tab(id: &str, name: &str) {
    use wasm_bindgen::JsCast;
    let tab = document().get_element_by_id(&format!("{id}-tab-{name}"));
    if let Some(tab) = tab.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = tab.focus();
    }
}

/// What one tab shows; made when it is first needed and taken away when another is shown.
#[component]
pub fn TabPanel(
    /// Id of the set.
    id: &'static str,
    /// Name of the tab.
    name: &'static str,
    /// The name of the one shown.
    #[prop(into)]
    selected: Signal<String>,
    children: ChildrenFn,
) -> impl IntoView {
    let is_selected = Memo::new(move |_| selected.with(|now| now == name));
    view! {
        <div role="tabpanel" id=format!("{id}-panel-{name}") aria-labelledby=format!("{id}-tab-{name}") hidden=move || !is_selected.get()>
            <Show when=move || is_selected.get()>{children()}</Show>
        </div>
    }
}
