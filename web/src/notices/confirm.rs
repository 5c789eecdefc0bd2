//! The page of the mail that asks whether an address is the person's: one button, without a sign-in.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::client;
use crate::api::Attempt;
use crate::i18n::Say;
use crate::paths;
use crate::ui::{Banner, Button, LinkButton, PageTitle, Refusal, Tone};

/// The page; the token is in its address, and opens nothing else.
#[component]
pub fn ConfirmPage() -> impl IntoView {
    let token = use_query_map().with_untracked(|query| query.get("token")).unwrap_or_default();
    let attempt = Attempt::new();
    let confirm = Action::new_local(move |(): &()| {
        let (token, attempt) = (token.clone(), attempt.clone());
        async move { client::confirm_mail(&token, &attempt).await }
    });
    let result = confirm.value();
    let ask = move || {
        view! {
            <p><Say key="notices.confirm_lead"/></p>
            <div class="row">
                <Button busy=confirm.pending() on_press=Callback::new(move |()| drop(confirm.dispatch(())))><Say key="notices.confirm"/></Button>
            </div>
        }
    };
    view! {
        <div class="narrow stack">
            <PageTitle text="notices.confirm_title"/>
            {move || match result.get() {
                None => ask().into_any(),
                Some(Ok(())) => view! {
                    <Banner tone=Tone::Success alert=true><p><Say key="notices.confirmed"/></p></Banner>
                    <div class="row"><LinkButton href=paths::notices()><Say key="notices.to_inbox"/></LinkButton></div>
                }
                .into_any(),
                Some(Err(why)) if why.status() == Some(404) => view! {
                    <Banner tone=Tone::Warning alert=true><p><Say key="notices.confirm_over"/></p></Banner>
                    <p><a href=paths::notice_preferences()><Say key="notices.to_preferences"/></a></p>
                }
                .into_any(),
                Some(Err(why)) => view! { <Refusal why/> {ask()} }.into_any(),
            }}
        </div>
    }
}
