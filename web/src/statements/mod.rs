//! Statements: what a month's stays come to, for the family and for the facility.

mod client;
mod parts;
mod staff;

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::{MatchNestedRoutes, any_nested_route::IntoAnyNestedRoute, path};

use self::parts::StatementPage;
#[cfg(feature = "staff")]
pub use self::parts::{MonthNav, month_of_address};
use self::staff::FacilityStatementPage;
use crate::session::{FamilyOnly, StaffOnly};

/// The family's statement.
#[component(transparent)]
pub fn StatementRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/statements") view=FamilyOnly>
            <Route path=path!("") view=StatementPage/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}

/// The facility's statement.
#[component(transparent)]
pub fn StaffStatementRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/staff/statements") view=StaffOnly>
            <Route path=path!("") view=FacilityStatementPage/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}
