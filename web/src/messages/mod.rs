//! Messages between a family and a facility about a booking.

mod client;
mod staff;
mod thread;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

pub use self::staff::{StaffMessageRoutes, UnreadMessages};
use self::thread::ThreadView;
use crate::i18n::{Say, say_with};
use crate::paths;
use crate::ui::{Breadcrumbs, Chip, Glyph, LinkButton, Look, PageTitle, Tone};

/// The booking of the address.
fn use_booking() -> Memo<String> {
    let params = use_params_map();
    Memo::new(move |_| params.with(|params| params.get("booking_id")).unwrap_or_default())
}

/// The family's page of one thread.
#[component]
pub fn MessagesPage() -> impl IntoView {
    let booking_id = use_booking();
    let booking = paths::booking(&booking_id.get_untracked());
    let trail = vec![(paths::bookings(), "bookings.title".into()), (booking, "bookings.one_title".into())];
    view! {
        <div class="narrow stack">
            <Breadcrumbs trail here="messages.title"/>
            <PageTitle text="messages.title"/>
            <p class="quiet"><Say key="messages.who_reads"/></p>
            <ThreadView booking_id/>
        </div>
    }
}

/// The way from a booking to what was written about it, with how much of it nobody of the family has read.
#[component]
pub fn ToMessages(
    /// The booking.
    booking_id: String,
) -> impl IntoView {
    let href = paths::messages(&booking_id);
    let thread = LocalResource::new(move || {
        let id = booking_id.clone();
        async move { client::thread(&id).await }
    });
    // Without an answer the way is shown all the same.
    let unread = Memo::new(move |_| {
        thread
            .get()
            .and_then(Result::ok)
            .map_or(0, |thread| thread.messages.iter().filter(|message| message.from != thread.side && message.is_unread()).count())
    });
    view! {
        <LinkButton href look=Look::Outline icon=Glyph::Pencil>
            <Say key="messages.title"/>
            {move || {
                let count = unread.get();
                (count > 0).then(|| view! { " " <Chip tone=Tone::Warning>{say_with("messages.count", move || vec![("count", count.to_string())])}</Chip> })
            }}
        </LinkButton>
    }
}
