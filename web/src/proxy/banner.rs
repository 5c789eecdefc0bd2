//! Whose record is open, always in sight: for how long still, why, and the way to end it or to open it again.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::access::{Area, may};
use shared::proxy::ProxySession;

use super::client;
use crate::api::Attempt;
use crate::flash::use_flash;
use crate::i18n::{Say, name, say_with, t};
use crate::paths;
use crate::session::use_session;
use crate::settings;
use crate::ui::{Button, Glyph, Icon, Look};

/// Asks for the open record when somebody comes who may have one.
pub fn keep_proxy() {
    let session = use_session();
    let who = Memo::new(move |_| session.me().filter(|me| may(&me.role, Area::Outreach)).map(|me| me.id));
    Effect::new(move |_| match who.get() {
        Some(_) => spawn_local(async move {
            // Without an answer nothing is said: the server refuses what is not open.
            if let Ok(open) = client::standing().await {
                session.set_proxy(open);
            }
        }),
        None => session.set_proxy(None),
    });
}

/// So many whole minutes are left, the one that runs counted as one; none: it is over.
fn minutes_left(open: &ProxySession) -> Option<i64> {
    let seconds = (open.ends_at - settings::now()).num_seconds();
    (seconds > 0).then(|| (seconds + 59) / 60)
}

/// The banner.
#[component]
pub fn ProxyBanner() -> impl IntoView {
    let session = use_session();
    let tick = RwSignal::new(0_u32);
    if let Ok(clock) = set_interval_with_handle(move || tick.update(|n| *n = n.wrapping_add(1)), Duration::from_secs(1)) {
        on_cleanup(move || clock.clear());
    }
    let left = Memo::new(move |_| {
        tick.track();
        session.proxy().and_then(|open| minutes_left(&open))
    });
    move || {
        session.proxy().map(|open| {
            view! {
                <section class="proxy-banner no-print" class:is-over=move || left.get().is_none() aria-label=move || t("proxy.banner")>
                    <div class="proxy-inner">
                        <Icon glyph=Glyph::Person/>
                        <p>
                            <a href=paths::office_entry()>{
                                let guardian = open.guardian_name.clone();
                                say_with("proxy.for_family", move || vec![("guardian", guardian.clone())])
                            }</a>
                            <span class="proxy-why">{name(open.reason.terms.name.clone())}</span>
                            <strong>{move || match left.get() {
                                Some(minutes) => say_with("proxy.left", move || vec![("minutes", minutes.to_string())]).into_any(),
                                None => view! { <Say key="proxy.over"/> }.into_any(),
                            }}</strong>
                        </p>
                        <Buttons open=open.clone() is_over=Signal::derive(move || left.get().is_none())/>
                    </div>
                </section>
            }
        })
    }
}

#[component]
fn Buttons(open: ProxySession, is_over: Signal<bool>) -> impl IntoView {
    let (session, flash) = (use_session(), use_flash());
    let open = StoredValue::new(open);
    let ending = Action::new_local(move |(): &()| async move {
        match client::end(&Attempt::new()).await {
            Ok(()) => {
                session.set_proxy(None);
                flash.done("proxy.ended");
            }
            Err(why) => flash.failed(&why),
        }
    });
    let again = Action::new_local(move |(): &()| async move {
        let last = open.get_value();
        match client::open(&last.family_id, &last.reason.key, &last.words, &Attempt::new()).await {
            Ok(next) => session.set_proxy(Some(next)),
            Err(why) => flash.failed(&why),
        }
    });
    view! {
        <div class="row">
            <Show when=move || is_over.get()>
                <Button busy=again.pending() on_press=Callback::new(move |()| { again.dispatch(()); })><Say key="proxy.again"/></Button>
            </Show>
            <Button look=Look::Outline busy=ending.pending() on_press=Callback::new(move |()| { ending.dispatch(()); })><Say key="proxy.end"/></Button>
        </div>
    }
}
