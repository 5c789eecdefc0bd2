//! Who one is: signing in at a provider and coming back, registering with what was verified, and what proves where a family lives.

mod card;
mod client;
mod newcomer;
mod office;
mod residence;
mod returning;

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::{MatchNestedRoutes, any_nested_route::IntoAnyNestedRoute, path};

pub use self::card::CardWayIn;
pub use self::office::ResidenceOfFamily;
pub use self::residence::proof_words;
pub use self::returning::ProviderSignIn;
use crate::session::FamilyOnly;

/// The slice's pages.
#[component(transparent)]
pub fn IdentityRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <Route path=path!("/sign_in/return") view=returning::ReturnPage/>
        <Route path=path!("/register/verified") view=newcomer::NewcomerPage/>
        <ParentRoute path=path!("/residence") view=FamilyOnly>
            <Route path=path!("") view=residence::ResidencePage/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}
