//! Words that are taken along: shown whole, chosen at a touch, copied by a button.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

#[cfg(feature = "office")]
use super::buttons::{Button, Look};
#[cfg(feature = "office")]
use crate::i18n::{Say, Text};

/// Puts words where they can be pasted; only where the browser lets a page do so.
pub fn copy(words: &str) -> Option<()> {
    let clipboard = js_sys::Reflect::get(&window().navigator(), &JsValue::from_str("clipboard")).ok()?;
    let write: js_sys::Function = js_sys::Reflect::get(&clipboard, &JsValue::from_str("writeText")).ok()?.dyn_into().ok()?;
    write.call1(&clipboard, &JsValue::from_str(words)).ok().map(drop)
}

/// Words to take along.
#[cfg(feature = "office")]
#[component]
pub fn Copied(
    /// Id of the field.
    id: &'static str,
    /// What they are.
    #[prop(into)]
    label: Text,
    /// The words.
    words: String,
    /// They were copied.
    on_copy: Callback<()>,
) -> impl IntoView {
    let taken = StoredValue::new(words.clone());
    let press = Callback::new(move |()| {
        if copy(&taken.get_value()).is_some() {
            on_copy.run(());
        }
    });
    view! {
        <div class="field">
            <label class="field-label" for=id><span>{label.view()}</span></label>
            <input
                class="input" type="text" id=id readonly=true autocomplete="off" prop:value=words
                on:focus:target=move |event| event.target().select()
            />
            {window()
                .is_secure_context()
                .then(|| view! { <div class="row"><Button look=Look::Outline on_press=press><Say key="ui.copy"/></Button></div> })}
        </div>
    }
}
