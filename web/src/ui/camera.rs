//! The device's camera looking for a code; its script is fetched when it is first switched on.

use leptos::prelude::*;
use web_sys::CustomEvent;

use super::buttons::{Button, Look};
use super::icons::Glyph;
use super::map::request_script;
use super::messages::{Banner, Tone};
use crate::i18n::{Say, t};

const SCRIPT: &str = "/camera.js";

/// A camera that is off until somebody switches it on.
#[component]
pub fn Camera(
    /// What a code says that it saw.
    #[prop(into)]
    on_code: Callback<String>,
) -> impl IntoView {
    let is_on = RwSignal::new(false);
    let is_missing = RwSignal::new(false);
    let switch = Callback::new(move |()| {
        request_script(SCRIPT);
        is_missing.set(false);
        is_on.update(|is_on| *is_on = !*is_on);
    });
    view! {
        <div class="camera stack">
            <div class="row">
                <Button icon=Glyph::Search look=Look::Solid on_press=switch>
                    {move || if is_on.get() { view! { <Say key="ui.camera_off"/> }.into_any() } else { view! { <Say key="ui.camera_on"/> }.into_any() }}
                </Button>
            </div>
            <Show when=move || is_on.get()>
                <code-camera
                    label=move || t("ui.camera")
                    on:camera-code=move |event: CustomEvent| {
                        if let Some(words) = event.detail().as_string() {
                            on_code.run(words);
                        }
                    }
                    on:camera-unavailable=move |_: CustomEvent| {
                        is_on.set(false);
                        is_missing.set(true);
                    }
                >
                    // Until the picture is there: the device asks for permission, or the script is on its way.
                    <p class="quiet"><Say key="ui.camera_waits"/></p>
                </code-camera>
            </Show>
            <div aria-live="polite">
                <Show when=move || is_missing.get()><Banner tone=Tone::Warning><p><Say key="ui.camera_missing"/></p></Banner></Show>
            </div>
        </div>
    }
}
