//! Whether there is a network, and what this device remembers for times without one.
//!
//! `use_online()` gives a signal. `remember(&account, "next_bookings", &value)` and `recall::<T>(&account, "next_bookings")` keep small
//! JSON per signed-in account; `forget_accounts()` takes everything away at sign-out. Storage may be full or forbidden: then nothing
//! is remembered and nothing breaks.

use leptos::ev;
use leptos::leptos_dom::helpers::window_event_listener;
use leptos::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use web_sys::Storage;

const DEVICE_PREFIX: &str = "yumigahama/";
const ACCOUNT_PREFIX: &str = "yumigahama/account/";

/// Whether the browser sees a network.
pub fn use_online() -> ReadSignal<bool> {
    let (online, set_online) = signal(window().navigator().on_line());
    let came = window_event_listener(ev::online, move |_| set_online.set(true));
    let went = window_event_listener(ev::offline, move |_| set_online.set(false));
    on_cleanup(move || {
        came.remove();
        went.remove();
    });
    online
}

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

fn read<T: DeserializeOwned>(storage: Option<Storage>, key: &str) -> Option<T> {
    let text = storage?.get_item(key).ok().flatten()?;
    serde_json::from_str(&text).ok()
}

fn write<T: Serialize + ?Sized>(storage: Option<Storage>, key: &str, value: &T) {
    if let (Some(storage), Ok(text)) = (storage, serde_json::to_string(value)) {
        // A full or forbidden store only means that nothing is remembered.
        let _ = storage.set_item(key, &text);
    }
}

/// What the device remembers for everybody who uses it, such as the language.
pub fn read_device<T: DeserializeOwned>(name: &str) -> Option<T> {
    read(storage(), &format!("{DEVICE_PREFIX}{name}"))
}

/// Remembers something for everybody who uses the device.
pub fn write_device<T: Serialize + ?Sized>(name: &str, value: &T) {
    write(storage(), &format!("{DEVICE_PREFIX}{name}"), value);
}

/// Remembers something of one account on this device.
pub fn remember<T: Serialize + ?Sized>(account: &str, name: &str, value: &T) {
    write(storage(), &format!("{ACCOUNT_PREFIX}{account}/{name}"), value);
}

/// What was remembered of this account, if anything.
pub fn recall<T: DeserializeOwned>(account: &str, name: &str) -> Option<T> {
    read(storage(), &format!("{ACCOUNT_PREFIX}{account}/{name}"))
}

fn until_loaded() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

/// Whether an event of the store is about something that this device remembers of an account under this name.
pub fn is_about(event: &web_sys::StorageEvent, account: &str, name: &str) -> bool {
    event.key().is_some_and(|key| key == format!("{ACCOUNT_PREFIX}{account}/{name}"))
}

/// Keeps something for the page that is loaded next in this tab.
pub fn hand_over<T: Serialize + ?Sized>(name: &str, value: &T) {
    write(until_loaded(), &format!("{DEVICE_PREFIX}{name}"), value);
}

/// What a page of this tab kept, and leaves there.
pub fn handed_over<T: DeserializeOwned>(name: &str) -> Option<T> {
    read(until_loaded(), &format!("{DEVICE_PREFIX}{name}"))
}

/// What the page before kept for this one; there once.
pub fn take_over<T: DeserializeOwned>(name: &str) -> Option<T> {
    let key = format!("{DEVICE_PREFIX}{name}");
    let kept = read(until_loaded(), &key);
    if kept.is_some() {
        until_loaded()?.remove_item(&key).ok()?;
    }
    kept
}

/// Under this name the device remembers how many records of staff it has not sent, for pages that cannot read them.
pub const UNSENT: &str = "unsent";
/// The browser's database with today's board, on a device of staff.
pub const ROSTER: &str = "yumigahama-roster";

/// Takes away today's board, with the key to it.
pub fn forget_roster() {
    // Where the browser has no such databases nothing was kept.
    if let Ok(Some(databases)) = window().indexed_db() {
        let _ = databases.delete_database(ROSTER);
    }
}

/// Takes away everything that this device remembers of any account. What was recorded here and not sent yet stays until it is.
pub fn forget_accounts() {
    forget_roster();
    forget_people();
}

/// The same, where the device stays with its facility: today's board stays with it.
pub fn forget_people() {
    let Some(storage) = storage() else { return };
    let count = storage.length().unwrap_or(0);
    let keys: Vec<String> = (0..count).filter_map(|index| storage.key(index).ok().flatten()).collect();
    for key in keys.iter().filter(|key| key.starts_with(ACCOUNT_PREFIX)) {
        let _ = storage.remove_item(key);
    }
}
