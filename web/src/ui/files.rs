//! Picking a file of one's own device.

use js_sys::Uint8Array;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;

use super::fields::{Surroundings, surroundings};

/// A file that was picked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PickedFile {
    /// Its name.
    pub name: String,
    /// What is in it, base64.
    pub content: String,
}

/// One file. It is read as soon as it is picked; one that cannot be read is none.
#[component]
pub fn FileInput(
    /// The file.
    value: RwSignal<Option<PickedFile>>,
    /// Which files the browser offers first, such as `.csv`.
    accept: &'static str,
) -> impl IntoView {
    let Surroundings { id, described_by, invalid, .. } = surroundings();
    view! {
        <input
            class="input"
            id=id
            type="file"
            accept=accept
            aria-invalid=move || invalid.get().then_some("true")
            aria-describedby=described_by
            on:change:target=move |event| {
                value.set(None);
                if let Some(file) = event.target().files().and_then(|files| files.get(0)) {
                    spawn_local(async move { value.set(read(&file).await) });
                }
            }
        />
    }
}

async fn read(file: &web_sys::File) -> Option<PickedFile> {
    let bytes = Uint8Array::new(&JsFuture::from(file.array_buffer()).await.ok()?).to_vec();
    // The browser's own function takes a text in which each character is a byte.
    let text: String = bytes.into_iter().map(char::from).collect();
    Some(PickedFile { name: file.name(), content: window().btoa(&text).ok()? })
}
