//! Letters of decisions: read on the screen, by ear and in the reader's language, printed, and kept as PDF.

mod client;
mod parts;

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::hooks::use_params_map;
use leptos_router::{MatchNestedRoutes, any_nested_route::IntoAnyNestedRoute, path};

pub use self::parts::Letter;
use crate::i18n::Say;
use crate::paths;
use crate::session::FamilyOnly;
use crate::ui::{Button, Glyph, LinkButton, Load, Look, PageTitle};

/// The family's letters.
#[component(transparent)]
pub fn DocumentRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/letters") view=FamilyOnly>
            <Route path=path!(":application_id") view=LetterPage/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}

/// The way to a decision's letter.
#[component]
pub fn LetterLink(
    /// The application that was decided.
    application_id: String,
) -> impl IntoView {
    view! { <div class="row no-print"><LinkButton look=Look::Outline href=paths::letter(&application_id)><Say key="documents.page_title"/></LinkButton></div> }
}

/// The letter of a decision; what helps to read it comes first.
#[component]
fn LetterPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("application_id").unwrap_or_default()));
    let notice = LocalResource::new(move || {
        // Another language is another reading.
        crate::i18n::locale();
        let id = id.get();
        async move { client::notice(&id).await }
    });
    view! {
        <div class="stack letter-page">
            <PageTitle text="documents.page_title"/>
            <div class="row no-print">
                // A file of the server, not a page of the app.
                <a class="button button-solid" rel="external" download="" href=move || client::paper(&id.get())><span><Say key="documents.save"/></span></a>
                <Button look=Look::Outline icon=Glyph::Print on_press=Callback::new(|()| drop(window().print()))><Say key="bookings.print"/></Button>
            </div>
            <Load what=notice let:notice>
                {notice
                    .reading
                    .map(|reading| {
                        view! {
                            <p class="no-print"><Say key="documents.reading"/></p>
                            <div class="no-print"><Letter document=reading/></div>
                            <h2 class="no-print"><Say key="documents.official"/></h2>
                        }
                    })}
                <Letter document=notice.document/>
            </Load>
        </div>
    }
}
