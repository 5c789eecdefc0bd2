//! Picking a file of one's own device.

#[cfg(feature = "office")]
use js_sys::Uint8Array;
use leptos::prelude::*;
#[cfg(feature = "office")]
use leptos::task::spawn_local;
#[cfg(feature = "office")]
use wasm_bindgen::JsCast;
#[cfg(feature = "office")]
use wasm_bindgen_futures::JsFuture;

#[cfg(feature = "office")]
use super::fields::{Surroundings, surroundings};
use crate::i18n::Text;

/// The button that opens the device's own choice of files. The browser's would be small and speak the browser's language.
#[component]
pub fn FileButton(
    /// Id of the input.
    id: String,
    /// What it says.
    #[prop(into)]
    label: Text,
    /// Which files the browser offers first, such as `.csv`.
    #[prop(into)]
    accept: String,
    /// The file that was picked; the same one may be picked again.
    on_pick: Callback<web_sys::File>,
    /// While true, nothing can be picked.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// Ids of what describes it.
    #[prop(optional, into)]
    described_by: Signal<Option<String>>,
    /// Whether something is wrong with it.
    #[prop(optional, into)]
    invalid: Signal<bool>,
) -> impl IntoView {
    view! {
        <div class="file-button">
            <input
                type="file"
                class="visually-hidden"
                id=id.clone()
                accept=accept
                aria-invalid=move || invalid.get().then_some("true")
                aria-describedby=described_by
                aria-disabled=move || busy.get().then_some("true")
                on:click=move |event| {
                    if busy.get_untracked() {
                        event.prevent_default();
                    }
                }
                on:change:target=move |event| {
                    let input = event.target();
                    if let Some(file) = input.files().and_then(|files| files.get(0)) {
                        on_pick.run(file);
                    }
                    input.set_value("");
                }
            />
            <label class="button button-outline" class:is-busy=busy for=id><span>{label.view()}</span></label>
        </div>
    }
}

/// A file that was picked.
#[cfg(feature = "office")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PickedFile {
    /// Its name.
    pub name: String,
    /// What is in it, base64.
    pub content: String,
}

/// One file. It is read as soon as it is picked; one that cannot be read is none.
#[cfg(feature = "office")]
#[component]
pub fn FileInput(
    /// The file.
    value: RwSignal<Option<PickedFile>>,
    /// Which files the browser offers first, such as `.csv`.
    accept: &'static str,
) -> impl IntoView {
    let Surroundings { id, described_by, invalid, .. } = surroundings();
    let pick = Callback::new(move |file: web_sys::File| {
        value.set(None);
        spawn_local(async move { value.set(read(&file).await) });
    });
    view! {
        <FileButton id label="ui.pick_file" accept on_pick=pick described_by invalid/>
        <p role="status">{move || value.with(|file| file.as_ref().map(|file| file.name.clone()))}</p>
    }
}

#[cfg(feature = "office")]
async fn read(file: &web_sys::File) -> Option<PickedFile> {
    let bytes = Uint8Array::new(&JsFuture::from(file.array_buffer()).await.ok()?).to_vec();
    // The browser's own function takes a text in which each character is a byte.
    let text: String = bytes.into_iter().map(char::from).collect();
    Some(PickedFile { name: file.name(), content: window().btoa(&text).ok()? })
}

/// Has the browser save bytes as a file.
#[cfg(feature = "office")]
pub fn save(bytes: &[u8], name: &str) -> Option<()> {
    let parts = js_sys::Array::of1(&Uint8Array::from(bytes));
    let blob = web_sys::Blob::new_with_u8_array_sequence(&parts).ok()?;
    let address = web_sys::Url::create_object_url_with_blob(&blob).ok()?;
    let anchor: web_sys::HtmlAnchorElement = document().create_element("a").ok()?.unchecked_into();
    anchor.set_href(&address);
    anchor.set_download(name);
    anchor.click();
    // The browser holds what it saves by itself.
    web_sys::Url::revoke_object_url(&address).ok()
}
