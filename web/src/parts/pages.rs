//! Choosing what the facility uses.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use shared::parts::{HiddenParts, StaffPart};

use super::{client, now_hidden, words};
use crate::attendance::{StaffNav, StaffPlace};
use crate::flash::use_flash;
use crate::i18n::Say;
use crate::paths;
use crate::session::use_session;
use crate::ui::{Button, CheckboxGroup, Choice, Load, Need, PageTitle};

/// What the facility uses of staff mode.
#[component]
pub fn PartsPage() -> impl IntoView {
    let hidden = LocalResource::new(client::hidden);
    view! {
        <div class="stack staff">
            <StaffNav here=StaffPlace::Elsewhere/>
            <PageTitle text="parts.title"/>
            <div class="narrow stack">
                <Load what=hidden let:parts><PartsForm parts/></Load>
                <p><a href=paths::staff_practice()><Say key="practice.from_guide"/></a></p>
            </div>
        </div>
    }
}

#[component]
fn PartsForm(parts: HiddenParts) -> impl IntoView {
    let (flash, session) = (use_flash(), use_session());
    let number = |part: StaffPart| StaffPart::ALL.iter().position(|other| *other == part).unwrap_or_default().to_string();
    let shown = StaffPart::ALL.into_iter().filter(|part| !parts.hidden.contains(part)).map(number).collect::<Vec<_>>();
    let used = RwSignal::new(shown);
    let choices = StaffPart::ALL.into_iter().map(|part| Choice::new(number(part), words(part))).collect::<Vec<_>>();
    let save = Action::new_local(move |(): &()| {
        let hidden = used.with_untracked(|used| StaffPart::ALL.into_iter().filter(|part| !used.contains(&number(*part))).collect());
        let facility = untrack(|| session.facility());
        async move {
            match (client::hide(&HiddenParts { hidden }).await, facility) {
                (Ok(parts), Some(facility)) => {
                    now_hidden(&facility, parts);
                    flash.done("parts.saved");
                }
                (Err(why), _) => flash.failed(&why),
                (Ok(_), None) => {}
            }
        }
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        save.dispatch(());
    };
    view! {
        <form class="card stack" novalidate on:submit=submit>
            <CheckboxGroup id="used" legend="parts.used" hint="parts.used_hint" required=Need::Unsaid choices=Signal::stored(choices) value=used/>
            <p class="quiet"><Say key="parts.for_all"/></p>
            <div class="row"><Button submit=true busy=save.pending()><Say key="parts.save"/></Button></div>
        </form>
    }
}
