//! Whether a facility shares its first interviews with its operator's others, as staff decide.

use leptos::prelude::*;
use shared::interviews::SharingState;

use super::client;
use crate::api::Attempt;
use crate::flash::use_flash;
use crate::i18n::{Say, say};
use crate::ui::{Button, Card, Load, Look};

/// How it stands and the way to change it; nothing where the operator has no other facility.
#[component]
pub fn InterviewSharing() -> impl IntoView {
    let state = LocalResource::new(client::sharing);
    view! {
        <Load what=state let:now>
            {(!now.others.is_empty()).then(|| view! { <Shown now on_done=Callback::new(move |()| state.refetch())/> })}
        </Load>
    }
}

#[component]
fn Shown(now: SharingState, #[prop(into)] on_done: Callback<()>) -> impl IntoView {
    let flash = use_flash();
    let SharingState { shares, others } = now;
    let changing = Action::new_local(move |(): &()| async move {
        match client::share(!shares, &Attempt::new()).await {
            Ok(_) => flash.done(if shares { "interviews.kept_now" } else { "interviews.shared_now" }),
            Err(why) => flash.failed(&why),
        }
        on_done.run(());
    });
    let other = |other: shared::interviews::SharingFacility| {
        let key = if other.shares { "interviews.other_shares" } else { "interviews.other_keeps" };
        view! { <li>{other.name} " " <span class="quiet">{say(key)}</span></li> }
    };
    view! {
        <Card>
            <h2><Say key="interviews.sharing_title"/></h2>
            <p><Say key="interviews.sharing_text"/></p>
            <ul class="reasons">{others.into_iter().map(other).collect_view()}</ul>
            <p><strong>{say(if shares { "interviews.shares" } else { "interviews.keeps" })}</strong></p>
            <div class="row">
                <Button look=Look::Outline busy=changing.pending() on_press=Callback::new(move |()| drop(changing.dispatch(())))>
                    {say(if shares { "interviews.stop_sharing" } else { "interviews.start_sharing" })}
                </Button>
            </div>
        </Card>
    }
}
