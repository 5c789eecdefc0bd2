//! Bookings: from a found place in four steps to a booking, and everything needed on the day.

pub mod client;
mod closed;
mod entry;
mod flow;
mod history;
pub mod model;
mod moving;
mod pages;
mod parts;

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::{MatchNestedRoutes, any_nested_route::IntoAnyNestedRoute, path};

#[cfg(feature = "office")]
pub use self::entry::OfficeEntryRoutes;
pub use self::entry::{EntryRoutes, FamilyPart, NewFamilyForm};
pub use self::flow::{AskedFields, AskedForm, QuestionField};
use self::flow::{BookFrame, BookedPage, CheckPage, ChildrenPage, RepeatPage, TimesPage, WaitPage};
pub use self::history::{History, Records};
pub use self::model::draft::{Draft, Missing as DraftMissing};
pub use self::model::fee_item;
use self::moving::MovePage;
pub use self::pages::Consequence;
use self::pages::{BookingPage, BookingsPage};
pub use self::parts::{BackToBooking, BookSteps, EnteredWords, FeeLines, StateChip, facility_words, limit_left};
use crate::messages::MessagesPage;
use crate::session::FamilyOnly;

/// The slice's pages.
#[component(transparent)]
pub fn BookingRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/book") view=FamilyOnly>
            <ParentRoute path=path!(":slot_id") view=BookFrame>
                <Route path=path!("") view=ChildrenPage/>
                <Route path=path!("times") view=TimesPage/>
                <Route path=path!("check") view=CheckPage/>
                <Route path=path!("wait") view=WaitPage/>
                <Route path=path!("repeat") view=RepeatPage/>
                <Route path=path!("booked") view=BookedPage/>
            </ParentRoute>
        </ParentRoute>
        <ParentRoute path=path!("/bookings") view=FamilyOnly>
            <Route path=path!("") view=BookingsPage/>
            <Route path=path!(":booking_id") view=BookingPage/>
            <Route path=path!(":booking_id/move") view=MovePage/>
            <Route path=path!(":booking_id/messages") view=MessagesPage/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}
