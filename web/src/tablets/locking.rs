//! Locking a shared device: by a person, and by itself when nobody touches it. Without the server it stays open for who is in front.

use std::time::Duration;

use chrono::{DateTime, Utc};
use leptos::ev;
use leptos::leptos_dom::helpers::{set_interval_with_handle, window_event_listener};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::Outlet;
use shared::accounts::Me;

use super::client;
use super::model::{colour, initial, is_left};
use crate::api::Failure;
use crate::attendance::{Dispatch, Source, use_dispatch};
use crate::flash::{Flash, use_flash};
use crate::i18n::{Say, say_with};
use crate::offline;
use crate::session::{Session, use_session};
use crate::settings;
use crate::ui::{Button, Glyph, Look, Skeleton};

/// Under this name the device remembers when it was last touched, so that it is left also where it was closed meanwhile.
const TOUCHED: &str = "touched";
/// Between two looks whether somebody is there.
const LOOK: Duration = Duration::from_secs(5);

/// What locking needs.
#[derive(Clone, Copy)]
struct Lock {
    session: Session,
    flash: Flash,
    dispatch: StoredValue<Dispatch>,
    is_under_way: RwSignal<bool>,
}

fn use_lock() -> Lock {
    Lock {
        session: use_session(),
        flash: use_flash(),
        dispatch: StoredValue::new(use_dispatch(Source::Server)),
        is_under_way: RwSignal::new(false),
    }
}

impl Lock {
    /// Sends what the person recorded, and locks.
    async fn lock(self) -> Result<(), Failure> {
        self.is_under_way.try_set(true);
        let locked = self.try_lock().await;
        self.is_under_way.try_set(false);
        locked
    }

    async fn try_lock(self) -> Result<(), Failure> {
        let dispatch = self.dispatch.get_value();
        if !dispatch.send_before_change().await {
            return Err(Failure::Offline);
        }
        match client::lock().await {
            Err(failure) if failure.status() == Some(401) => self.session.ask().await,
            // Another page was quicker.
            Err(failure) if failure.status() != Some(423) => return Err(failure),
            _ => self.session.lock(),
        }
        // What was done last names a child.
        self.flash.clear();
        Ok(())
    }
}

/// Who is in front of the shared device, and the button that locks it.
#[component]
fn InFront(lock: Lock) -> impl IntoView {
    let (busy, flash, session) = (lock.is_under_way, lock.flash, lock.session);
    let press = Callback::new(move |()| {
        spawn_local(async move {
            if let Err(why) = lock.lock().await {
                if why == Failure::Offline {
                    flash.tell("tablets.not_locked_offline");
                } else {
                    flash.failed(&why);
                }
            }
        });
    });
    let person = move |me: Me| {
        view! {
            <p class="pad-person">
                <span class=colour(&me.id) aria-hidden="true">{initial(&me.name)}</span>
                <strong class="face-name">{say_with("tablets.in_front", move || vec![("name", me.name.clone())])}</strong>
            </p>
        }
    };
    view! {
        <div class="in-front no-print">
            {move || session.me().map(person)}
            <Button look=Look::Outline icon=Glyph::Lock busy on_press=press><Say key="tablets.lock"/></Button>
        </div>
    }
}

fn touched() -> Option<DateTime<Utc>> {
    offline::read_device(TOUCHED)
}

/// Somebody is there.
pub fn touch() {
    offline::write_device(TOUCHED, &settings::now());
}

/// The page below; a shared device locks itself when nobody has touched it for some minutes.
#[component]
pub fn Watched() -> impl IntoView {
    let lock = use_lock();
    let session = lock.session;
    let is_shared = move || untrack(|| session.me()).is_some_and(|me| me.is_shared);
    // A device that was left and is opened again shows nothing until it is clear whether it can be locked.
    let is_hidden = RwSignal::new(is_shared() && is_left(touched(), settings::now()));
    if !is_hidden.get_untracked() {
        touch();
    }
    let look = move || {
        if !is_shared() || !is_left(touched(), settings::now()) || lock.is_under_way.get_untracked() {
            return;
        }
        spawn_local(async move {
            // Without the server it stays open, and is tried again.
            if lock.lock().await.is_err() {
                is_hidden.try_set(false);
            }
        });
    };
    look();
    let clock = set_interval_with_handle(look, LOOK).ok();
    let back = window_event_listener(ev::focus, move |_| look());
    let touches = [
        window_event_listener(ev::pointerdown, move |_| touch()),
        window_event_listener(ev::keydown, move |_| touch()),
        window_event_listener(ev::wheel, move |_| touch()),
    ];
    on_cleanup(move || {
        if let Some(clock) = clock {
            clock.clear();
        }
        back.remove();
        touches.into_iter().for_each(|touch| touch.remove());
    });
    view! {
        <Show when=move || !is_hidden.get() fallback=|| view! { <Skeleton/> }>
            {is_shared().then(|| view! { <InFront lock/> })}
            <Outlet/>
        </Show>
    }
}
