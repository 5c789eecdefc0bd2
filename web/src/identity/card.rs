//! The card as a way in to the account, and taking it away.

use leptos::prelude::*;
use shared::identity::Identity;

use super::client;
use crate::api::Attempt;
use crate::flash::use_flash;
use crate::i18n::Say;
use crate::ui::{Button, Load, Look};

/// The part of the account's page; nothing where the account has no card.
#[component]
pub fn CardWayIn() -> impl IntoView {
    let identity = LocalResource::new(client::identity);
    let on_change = Callback::new(move |()| identity.refetch());
    view! {
        <Load what=identity let:identity>
            <Linked identity on_change/>
        </Load>
    }
}

#[component]
fn Linked(identity: Identity, on_change: Callback<()>) -> impl IntoView {
    let flash = use_flash();
    let attempt = Attempt::new();
    let unlink = Action::new_local(move |(): &()| {
        let attempt = attempt.clone();
        async move {
            match client::unlink(&attempt).await {
                Ok(()) => {
                    flash.done("identity.unlinked");
                    on_change.run(());
                }
                Err(why) => flash.failed(&why),
            }
        }
    });
    identity.verified.map(|_| {
        view! {
            <section class="stack">
                <h2><Say key="identity.card_title"/></h2>
                <p><Say key="identity.card_linked"/></p>
                <div class="row">
                    <Button look=Look::Outline busy=unlink.pending() on_press=Callback::new(move |()| drop(unlink.dispatch(())))>
                        <Say key="identity.unlink"/>
                    </Button>
                </div>
            </section>
        }
    })
}
