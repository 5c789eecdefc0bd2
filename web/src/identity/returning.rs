//! The way to the provider of a sign-in, and back.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use shared::identity::{Arrival, Departure, Return};

use super::client;
use crate::api::{Attempt, Failure};
use crate::flash::use_flash;
use crate::i18n::Say;
use crate::session::use_session;
use crate::ui::{Banner, Button, Glyph, LinkButton, Look, PageTitle, Refusal, Skeleton, Tone};
use crate::{paths, settings};

/// The button that leads to the provider; nothing where there is none.
#[component]
pub fn ProviderSignIn(
    /// Where the person wants to be afterwards.
    #[prop(into)]
    next: Signal<Option<String>>,
    /// What the button says.
    words: &'static str,
    /// How loudly.
    #[prop(optional)]
    look: Look,
) -> impl IntoView {
    let failure = RwSignal::new(None::<Failure>);
    let attempt = Attempt::new();
    let leave = Action::new_local(move |(): &()| {
        let (departure, attempt) = (Departure { next: next.get_untracked() }, attempt.clone());
        async move {
            failure.set(None);
            match client::leave(&departure, &attempt).await {
                Ok(page) => drop(window().location().set_href(&page.url)),
                Err(why) => failure.set(Some(why)),
            }
        }
    });
    settings::resident_sign_in().then(|| {
        view! {
            <div class="stack">
                {move || failure.get().map(|why| view! { <Refusal why/> })}
                <div class="row">
                    <Button look icon=Glyph::Person busy=leave.pending() on_press=Callback::new(move |()| drop(leave.dispatch(())))><Say key=words/></Button>
                </div>
                <p class="quiet"><Say key="identity.card_what"/></p>
            </div>
        }
    })
}

/// What the provider sent along.
enum Brought {
    Answer(Return),
    /// The person turned back there.
    Cancelled,
    /// It refused for another reason, or the address is no answer.
    Refused,
}

#[derive(Clone)]
enum Outcome {
    Waiting,
    Cancelled,
    Refused,
    Failed(Failure),
}

/// Where the provider leads back to.
#[component]
pub fn ReturnPage() -> impl IntoView {
    let session = use_session();
    let flash = use_flash();
    let navigate = use_navigate();
    let brought = use_query_map().with_untracked(|query| match (query.get("code"), query.get("state"), query.get("error")) {
        (Some(code), Some(state), None) => Brought::Answer(Return { code, state, iss: query.get("iss") }),
        (_, _, Some(error)) if error == "access_denied" => Brought::Cancelled,
        _ => Brought::Refused,
    });
    let outcome = RwSignal::new(Outcome::Waiting);
    match brought {
        Brought::Cancelled => outcome.set(Outcome::Cancelled),
        Brought::Refused => outcome.set(Outcome::Refused),
        Brought::Answer(back) => spawn_local(async move {
            let to = match client::come_back(&back).await {
                Ok(Arrival::SignedIn { me, differs, next }) => {
                    session.signed_in(me);
                    if differs { paths::residence() } else { next.and_then(|next| paths::safe_next(&next)).unwrap_or_else(paths::home) }
                }
                Ok(Arrival::Linked { .. }) => {
                    flash.done("identity.linked");
                    paths::residence()
                }
                Ok(Arrival::New { next }) => paths::newcomer(next.as_deref()),
                Err(why) => return outcome.set(Outcome::Failed(why)),
            };
            // Back must not lead to an answer that is used up.
            navigate(&to, NavigateOptions { replace: true, ..Default::default() });
        }),
    }
    view! {
        <div class="narrow stack">
            <PageTitle text="identity.return_title"/>
            {move || match outcome.get() {
                Outcome::Waiting => view! { <p><Say key="identity.return_waiting"/></p><Skeleton/> }.into_any(),
                Outcome::Cancelled => view! { <Banner tone=Tone::Info><p><Say key="identity.cancelled"/></p></Banner><Again/> }.into_any(),
                Outcome::Refused => view! { <Banner tone=Tone::Error><p><Say key="identity.refused"/></p></Banner><Again/> }.into_any(),
                Outcome::Failed(why) => view! { <Refusal why/><Again/> }.into_any(),
            }}
        </div>
    }
}

/// How to go on after it came to nothing.
#[component]
fn Again() -> impl IntoView {
    let session = use_session();
    let signed_in = move || session.me().is_some();
    view! {
        <div class="row">
            {move || if signed_in() {
                view! { <LinkButton href=paths::residence()><Say key="identity.to_residence"/></LinkButton> }.into_any()
            } else {
                view! { <LinkButton href=paths::sign_in(None)><Say key="identity.to_sign_in"/></LinkButton> }.into_any()
            }}
            <LinkButton href=paths::home() look=Look::Text><Say key="app.to_search"/></LinkButton>
        </div>
    }
}
