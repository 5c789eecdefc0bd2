//! An officer makes the archive of a family that was chosen: the reason first, because the family reads it.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use shared::archive::ArchiveRequest;
use shared::ids::FamilyId;

use crate::api::{self, Failure};
use crate::i18n::{Say, t, text};
use crate::ui::{Banner, Button, Disclosure, Field, Look, Refusal, TextArea, Tone, save};

/// What the file is called.
const FILE: &str = concat!("archive", ".zip");

/// What the last try came to.
#[derive(Clone)]
enum Outcome {
    None,
    Made,
    /// The browser did not take the file.
    NotSaved,
    Failed(Failure),
}

/// Asks why, makes the archive and saves it.
#[component]
pub fn MakeArchive(family: FamilyId) -> impl IntoView {
    let reason = RwSignal::new(String::new());
    let missing = RwSignal::new(false);
    let outcome = RwSignal::new(Outcome::None);
    let making = Action::new_local(move |(): &()| {
        let path = format!("/office/families/{family}/archive");
        async move {
            let asked = ArchiveRequest { reason: reason.get_untracked() };
            outcome.set(match api::file_of(&path, &asked).await {
                Ok(bytes) if save(&bytes, FILE).is_some() => Outcome::Made,
                Ok(_) => Outcome::NotSaved,
                Err(why) => Outcome::Failed(why),
            });
        }
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        missing.set(reason.with_untracked(|reason| reason.trim().is_empty()));
        outcome.set(Outcome::None);
        if !missing.get_untracked() {
            making.dispatch(());
        }
    };
    let error = Signal::derive(move || missing.get().then(|| text(move || t("archive.reason_missing")).plain()));
    view! {
        <Disclosure summary="archive.make_title">
            <form class="stack" novalidate on:submit=submit>
                <p><Say key="archive.make_lead"/></p>
                <Field id="archive-reason" label="archive.reason" hint="archive.reason_hint" error=error>
                    <TextArea value=reason rows=2 maxlength=300/>
                </Field>
                <div class="row"><Button submit=true look=Look::Outline busy=making.pending()><Say key="archive.make"/></Button></div>
                <div aria-live="polite">
                    {move || match outcome.get() {
                        Outcome::None => ().into_any(),
                        Outcome::Made => view! { <Banner tone=Tone::Success><p><Say key="archive.made"/></p></Banner> }.into_any(),
                        Outcome::NotSaved => view! { <Banner tone=Tone::Error alert=true><p><Say key="archive.not_saved"/></p></Banner> }.into_any(),
                        Outcome::Failed(why) => view! { <Refusal why/> }.into_any(),
                    }}
                </div>
            </form>
        </Disclosure>
    }
}
