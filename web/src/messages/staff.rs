//! Staff: what nobody has read yet, and one thread.

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::{MatchNestedRoutes, any_nested_route::IntoAnyNestedRoute, path};
use shared::locale::moment;
use shared::messages::UnreadThread;

use super::client;
use super::thread::ThreadView;
use super::use_booking;
use crate::attendance::{StaffNav, StaffPlace};
use crate::i18n::{Say, locale, say_with};
use crate::paths;
use crate::session::StaffOnly;
use crate::ui::{Breadcrumbs, Chip, Glyph, Icon, LinkButton, Load, Look, PageTitle, Tone};

/// The pages of staff.
#[component(transparent)]
pub fn StaffMessageRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/staff/messages") view=StaffOnly>
            <Route path=path!("") view=UnreadPage/>
            <Route path=path!(":booking_id") view=StaffThreadPage/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}

#[component]
fn UnreadPage() -> impl IntoView {
    let found = LocalResource::new(client::unread);
    view! {
        <div class="stack staff narrow">
            <StaffNav here=StaffPlace::Elsewhere/>
            <PageTitle text="messages.staff_title"/>
            <p class="quiet"><Say key="messages.staff_hint"/></p>
            <Load what=found is_empty=Vec::is_empty empty="messages.all_read" let:threads>
                <ul class="plain-list stack">{threads.into_iter().map(|thread| view! { <Line thread/> }).collect_view()}</ul>
            </Load>
        </div>
    }
}

#[component]
fn Line(thread: UnreadThread) -> impl IntoView {
    let UnreadThread { booking_id, child, starts_at, unread, since } = thread;
    view! {
        <li>
            <a class="stay" href=paths::staff_thread(booking_id.as_str())>
                <span class="stay-words">
                    <span>
                        <strong>{child}</strong> " "
                        <Chip tone=Tone::Warning>{say_with("messages.count", move || vec![("count", unread.to_string())])}</Chip>
                    </span>
                    <span class="stay-part">{say_with("messages.of_stay", move || vec![("stay", moment(starts_at, locale()))])}</span>
                    <span class="stay-part">{say_with("messages.since", move || vec![("moment", moment(since, locale()))])}</span>
                </span>
                <Icon glyph=Glyph::Right/>
            </a>
        </li>
    }
}

#[component]
fn StaffThreadPage() -> impl IntoView {
    let booking_id = use_booking();
    view! {
        <div class="stack staff narrow">
            <StaffNav here=StaffPlace::Elsewhere/>
            <Breadcrumbs trail=vec![(paths::staff_messages(), "messages.staff_title".into())] here="messages.one"/>
            <PageTitle text="messages.one"/>
            <ThreadView booking_id/>
        </div>
    }
}

/// The way from the board to what nobody has read, with how many threads there are; looked at anew whenever the board was.
#[component]
pub fn UnreadMessages(
    /// Changes whenever the board is read.
    #[prop(into)]
    as_of: Signal<chrono::DateTime<chrono::Utc>>,
) -> impl IntoView {
    let found = LocalResource::new(move || {
        as_of.track();
        client::unread()
    });
    let count = Memo::new(move |before: Option<&usize>| match found.get() {
        Some(Ok(threads)) => threads.len(),
        _ => before.copied().unwrap_or_default(),
    });
    view! {
        <LinkButton href=paths::staff_messages() look=Look::Outline icon=Glyph::Pencil>
            <Say key="messages.title"/>
            {move || {
                let count = count.get();
                (count > 0).then(|| view! { " " <Chip tone=Tone::Warning>{say_with("messages.count", move || vec![("count", count.to_string())])}</Chip> })
            }}
        </LinkButton>
    }
}
