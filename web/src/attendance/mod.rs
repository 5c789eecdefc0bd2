//! Staff mode: what waits for a decision; who comes next, who is here, who leaves next; check-in and check-out; the roster on paper.

mod board;
mod card;
mod client;
mod door;
mod ending;
mod fix;
mod kept;
mod lists;
mod live;
mod model;
mod outbox;
mod pages;
mod parts;
mod people;
mod practising;
mod record;
mod requests;
mod scan;
mod source;
mod strip;
mod unsent;
mod vault;
mod waiting;

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::{MatchNestedRoutes, any_nested_route::IntoAnyNestedRoute, path};

pub use model::person_words;
pub use outbox::{Dispatch, use_dispatch};
pub use pages::PracticeBoard;
pub use parts::{StaffNav, StaffPlace};
pub use practising::{Practice, practising};
pub use source::Source;

use crate::session::{FamilyOnly, StaffOnly};

/// The board and the week.
#[component(transparent)]
pub fn AttendanceRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/staff") view=StaffOnly>
            <Route path=path!("") view=pages::BoardPage/>
            <Route path=path!("week") view=pages::WeekPage/>
            <Route path=path!("scan") view=scan::ScanPage/>
            <Route path=path!("wall") view=scan::WallPage/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}

/// The family's side of the door: its code, and what it sees after scanning the facility's.
#[component(transparent)]
pub fn DoorRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/code") view=FamilyOnly>
            <Route path=path!("") view=door::CodePage/>
        </ParentRoute>
        <ParentRoute path=path!("/check_in") view=FamilyOnly>
            <Route path=path!(":code") view=door::ArrivalPage/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}
