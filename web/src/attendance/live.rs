//! The server tells an open board when something changes; when the line breaks, it is taken up again, ever more slowly.

use std::time::Duration;

use leptos::ev::Event;
use leptos::leptos_dom::helpers::{TimeoutHandle, set_interval_with_handle, set_timeout_with_handle};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::EventSource;

use super::client::EVENTS;
use super::unsent::pause_after;
use crate::session::{Session, use_session};

/// The server says something more often than that.
const SILENCE: Duration = Duration::from_secs(20);
/// Several changes within so short a time are read together.
const BREATH: Duration = Duration::from_millis(120);

type Listener = Closure<dyn FnMut(Event)>;

/// A line that is open, with those who listen on it.
struct Open {
    source: EventSource,
    _listeners: [Listener; 4],
}

impl Drop for Open {
    fn drop(&mut self) {
        self.source.close();
    }
}

#[derive(Clone, Copy)]
struct Line {
    session: Session,
    is_live: RwSignal<bool>,
    open: StoredValue<Option<Open>, LocalStorage>,
    tries: StoredValue<u32>,
    /// Whether anything was heard since the last look.
    heard: StoredValue<bool>,
    /// When it is tried again.
    again: StoredValue<Option<TimeoutHandle>>,
    /// Whether the board is about to be read.
    pending: StoredValue<bool>,
    on_change: Callback<()>,
}

/// Whether changes are told as they happen; `on_change` runs soon after each, and when the line is there again.
pub fn use_changes(on_change: Callback<()>) -> ReadSignal<bool> {
    let line = Line {
        session: use_session(),
        is_live: RwSignal::new(false),
        open: StoredValue::new_local(None),
        tries: StoredValue::new(0),
        heard: StoredValue::new(false),
        again: StoredValue::new(None),
        pending: StoredValue::new(false),
        on_change,
    };
    line.connect();
    let watch = set_interval_with_handle(move || line.look(), SILENCE).ok();
    on_cleanup(move || {
        if let Some(watch) = watch {
            watch.clear();
        }
        line.stop_waiting();
        line.open.try_set_value(None);
    });
    line.is_live.read_only()
}

impl Line {
    fn connect(self) {
        // Whoever signs in again comes back to a new page.
        if self.session.has_ended_untracked() {
            return;
        }
        let Ok(source) = EventSource::new(EVENTS) else { return };
        let heard = move || self.heard.try_set_value(true);
        let listeners: [Listener; 4] = [
            Closure::new(move |_| {
                heard();
                self.tries.try_set_value(0);
                self.is_live.try_set(true);
                self.change();
            }),
            Closure::new(move |_| {
                heard();
                self.change();
            }),
            Closure::new(move |_| {
                heard();
            }),
            Closure::new(move |_| self.broken()),
        ];
        for (name, listener) in ["hello", "change", "beat", "error"].into_iter().zip(&listeners) {
            // A source that takes no listener stays silent, and is given up like any other.
            let _ = source.add_event_listener_with_callback(name, listener.as_ref().unchecked_ref());
        }
        self.open.try_set_value(Some(Open { source, _listeners: listeners }));
    }

    fn change(self) {
        if self.pending.try_get_value() == Some(false) {
            self.pending.set_value(true);
            set_timeout(
                move || {
                    if self.pending.try_set_value(false).is_none() {
                        self.on_change.run(());
                    }
                },
                BREATH,
            );
        }
    }

    fn broken(self) {
        let Some(tries) = self.tries.try_get_value() else { return };
        self.is_live.try_set(false);
        if let Some(Some(open)) = self.open.try_with_value(|open| open.as_ref().map(|open| open.source.clone())) {
            open.close();
        }
        self.tries.set_value(tries.saturating_add(1));
        let pause = Duration::from_millis(pause_after(tries, js_sys::Math::random()).into());
        self.stop_waiting();
        self.again.try_set_value(set_timeout_with_handle(move || self.connect(), pause).ok());
    }

    /// A line on which nothing was said for so long is dead, whatever the browser thinks.
    fn look(self) {
        let was_heard = self.heard.try_get_value().unwrap_or(true);
        self.heard.try_set_value(false);
        if !was_heard && self.is_live.try_get_untracked() == Some(true) {
            self.broken();
        }
    }

    fn stop_waiting(self) {
        if let Some(Some(handle)) = self.again.try_get_value() {
            handle.clear();
        }
    }
}
