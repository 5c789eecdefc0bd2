//! The code by which a family that was taken down opens its own account: shown once, to be printed or read out.

use leptos::prelude::*;
use shared::accounts::AccountCode;
use shared::families::FoundFamily;
use shared::locale::full_day;
use shared::time::tokyo_day;

use super::client;
use crate::api::Failure;
use crate::i18n::{Say, locale, say_with};
use crate::paths;
use crate::ui::{Button, Glyph, Look, Refusal};

/// Makes the code and shows it.
#[component]
pub fn CodePart(family: FoundFamily) -> impl IntoView {
    let made: RwSignal<Option<Result<AccountCode, Failure>>> = RwSignal::new(None);
    let (id, name) = (family.id.to_string(), family.guardian_name.to_string());
    let making = Action::new_local(move |(): &()| {
        let id = id.clone();
        async move { made.set(Some(client::account_code(&id).await)) }
    });
    let make = Callback::new(move |()| drop(making.dispatch(())));
    let address = move || format!("{}{}", window().location().origin().unwrap_or_default(), paths::open_account());
    view! {
        <section class="card stack" aria-labelledby="account-code">
            <h2 id="account-code"><Say key="entry.code_title"/></h2>
            <p class="no-print"><Say key="entry.code_text"/></p>
            <div aria-live="polite" class="stack">
                {move || match made.get() {
                    None => ().into_any(),
                    Some(Err(why)) => view! { <Refusal why/> }.into_any(),
                    Some(Ok(AccountCode { code, until })) => view! {
                        <p>{say_with("entry.code_for", { let name = name.clone(); move || vec![("name", name.clone())] })}</p>
                        <p class="code-text">{code}</p>
                        <p>{say_with("entry.code_where", move || vec![("address", address())])}</p>
                        <p>{say_with("entry.code_until", move || vec![("day", full_day(tokyo_day(until), locale()))])}</p>
                        <div class="row no-print">
                            <Button look=Look::Outline icon=Glyph::Print on_press=Callback::new(|()| drop(window().print()))><Say key="entry.code_print"/></Button>
                        </div>
                    }
                    .into_any(),
                }}
            </div>
            <Show when=move || !matches!(made.get(), Some(Ok(_)))>
                <div class="row no-print"><Button look=Look::Outline busy=making.pending() on_press=make><Say key="entry.code_make"/></Button></div>
            </Show>
        </section>
    }
}
