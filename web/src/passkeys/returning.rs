//! Coming back with a passkey.

use leptos::prelude::*;
use shared::accounts::Me;

use super::client;
use super::device::{self, Why};
use crate::i18n::Say;
use crate::ui::{Banner, Button, Glyph, Look, Refusal, Tone};

/// The button that signs in with a passkey; nothing where there are none.
#[component]
pub fn PasskeySignIn(
    /// Who has come back.
    on_done: Callback<Me>,
    /// How loudly.
    #[prop(optional)]
    look: Look,
) -> impl IntoView {
    let why = RwSignal::new(None::<Why>);
    let sign_in = Action::new_local(move |(): &()| async move {
        why.set(None);
        match come_back().await {
            Ok(me) => on_done.run(me),
            Err(reason) => why.set(Some(reason)),
        }
    });
    device::is_offered().then(|| {
        view! {
            <div class="stack">
                {move || why.get().map(told)}
                <div class="row">
                    <Button look icon=Glyph::Person busy=sign_in.pending() on_press=Callback::new(move |()| drop(sign_in.dispatch(())))>
                        <Say key="passkeys.sign_in"/>
                    </Button>
                </div>
                <p class="quiet"><Say key="passkeys.sign_in_what"/></p>
            </div>
        }
    })
}

async fn come_back() -> Result<Me, Why> {
    let asked = client::begin_sign_in().await?;
    Ok(client::sign_in(&device::sign(&asked).await?).await?)
}

/// What is said where it came to nothing.
pub fn told(why: Why) -> AnyView {
    match why {
        Why::Cancelled => view! { <Banner tone=Tone::Info alert=true><p><Say key="passkeys.cancelled"/></p></Banner> }.into_any(),
        Why::Already => view! { <Banner tone=Tone::Info alert=true><p><Say key="passkeys.already"/></p></Banner> }.into_any(),
        Why::Failed(failure) => view! { <Refusal why=failure/> }.into_any(),
    }
}
