//! Takes back what was booked by mistake, while there is time.

use std::time::Duration;

use leptos::leptos_dom::helpers::set_interval_with_handle;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use shared::bookings::{Booking, undo};
use shared::locale::minutes;

use crate::api::Attempt;
use crate::bookings::client;
use crate::bookings::model::minutes_left;
use crate::flash::use_flash;
use crate::i18n::{Say, locale, say_with};
use crate::paths;
use crate::settings;
use crate::ui::{Button, Look};

const LOOK_EVERY: Duration = Duration::from_secs(15);

/// Undoes what was booked together; says how many minutes are left, and goes when they are over.
#[component]
pub fn UndoPart(
    /// What was booked together, or one of it.
    party: Vec<Booking>,
) -> impl IntoView {
    let flash = use_flash();
    let navigate = use_navigate();
    let now = RwSignal::new(settings::now());
    if let Ok(clock) = set_interval_with_handle(move || now.set(settings::now()), LOOK_EVERY) {
        on_cleanup(move || clock.clear());
    }
    let id = party.first().map(|booking| booking.id.to_string()).unwrap_or_default();
    let party = StoredValue::new(party);
    let left = Memo::new(move |_| party.with_value(|party| undo(party, now.get()).is_ok().then(|| minutes_left(party, now.get()))));
    let attempt = Attempt::new();
    let undoing = Action::new_local(move |(): &()| {
        let (id, attempt, navigate) = (id.clone(), attempt.clone(), navigate.clone());
        async move {
            match client::undo(&id, &attempt).await {
                Ok(()) => {
                    flash.done("bookings.undone");
                    navigate(&paths::bookings(), leptos_router::NavigateOptions { replace: true, ..Default::default() });
                }
                Err(why) => {
                    flash.failed(&why);
                    now.set(settings::now());
                }
            }
        }
    });
    let busy = undoing.pending();
    view! {
        <Show when=move || left.get().is_some()>
            <div class="undo">
                <Button look=Look::Outline busy on_press=Callback::new(move |()| drop(undoing.dispatch(())))>
                    {say_with("bookings.undo_now", move || vec![("minutes", minutes(left.get().unwrap_or_default(), locale()))])}
                </Button>
                <p class="quiet"><Say key="bookings.undo_hint"/></p>
            </div>
        </Show>
    }
}
