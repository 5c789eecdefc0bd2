//! How many notices nobody has opened: on every page of the family, and on the app's icon.

use leptos::ev;
use leptos::leptos_dom::helpers::window_event_listener;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::access::{Area, may};
use shared::notices::UnreadCount;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::api;
use crate::i18n::t_with;
use crate::session::{Session, use_session};

/// More are not counted out.
const MOST: u32 = 99;

/// Asks for the number when somebody comes, whenever the page is seen again and when a message comes, and keeps the app's icon in step with it.
pub fn keep_unread() {
    let session = use_session();
    let who = Memo::new(move |_| session.me().filter(|me| may(&me.role, Area::Family)).map(|me| me.id));
    Effect::new(move |_| match who.get() {
        Some(_) => count(session),
        None => session.set_unread(0),
    });
    let seen = window_event_listener(ev::visibilitychange, move |_| {
        if !document().hidden() && who.with_untracked(Option::is_some) {
            count(session);
        }
    });
    on_cleanup(move || seen.remove());
    // The worker says so when a message came; the app listens as long as it is open.
    let worker = window().navigator().service_worker();
    if !worker.is_undefined() {
        let told = Closure::<dyn Fn()>::new(move || {
            if who.try_with_untracked(Option::is_some) == Some(true) {
                count(session);
            }
        });
        if worker.add_event_listener_with_callback("message", told.as_ref().unchecked_ref()).is_ok() {
            told.forget();
        }
    }
    Effect::new(move |before: Option<u32>| {
        let unread = session.unread();
        if before.is_some_and(|before| before != unread) || unread > 0 {
            mark_icon(unread);
        }
        unread
    });
}

fn count(session: Session) {
    spawn_local(async move {
        if let Ok(count) = api::get::<UnreadCount>("/notices/unread_count").await {
            session.set_unread(count.unread);
        }
    });
}

/// The number on the icon of the installed app, where the system has that; none for zero.
fn mark_icon(unread: u32) {
    let navigator = JsValue::from(window().navigator());
    let set =
        js_sys::Reflect::get(&navigator, &JsValue::from_str("setAppBadge")).ok().and_then(|set| set.dyn_into::<js_sys::Function>().ok());
    let promise =
        set.and_then(|set| set.call1(&navigator, &JsValue::from(unread)).ok()).and_then(|told| told.dyn_into::<js_sys::Promise>().ok());
    if let Some(promise) = promise {
        // Where the system has no room for it nothing is lost.
        spawn_local(async move { drop(JsFuture::from(promise).await) });
    }
}

/// The number beside the words of a link; nothing for none.
#[component]
pub fn Unread() -> impl IntoView {
    let session = use_session();
    move || {
        let unread = session.unread();
        (unread > 0).then(|| {
            let shown = if unread > MOST { format!("{MOST}+") } else { unread.to_string() };
            view! {
                <span class="unread" aria-hidden="true">{shown}</span>
                <span class="visually-hidden">{move || t_with("app.unread", &[("count", unread.to_string())])}</span>
            }
        })
    }
}
