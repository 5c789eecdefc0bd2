//! Parts of the pages of applications.

use leptos::prelude::*;
use shared::applications::{Application, ApplicationState};
use shared::eligibility::{Ground, Missing};

use super::client;
use super::form::form;
use crate::api::{Attempt, Failure};
use crate::i18n::{Say, furigana, locale, name, say_with};
use crate::paths;
use crate::ui::{Button, Chip, Dialog, LinkButton, Look, Refusal, Tone};

/// How an application stands, in a word.
#[component]
pub fn StateChip(state: ApplicationState) -> impl IntoView {
    let (tone, word) = match state {
        ApplicationState::Draft => (Tone::Warning, "applications.state_draft"),
        ApplicationState::InReview { .. } => (Tone::Info, "applications.state_in_review"),
        ApplicationState::Returned { .. } => (Tone::Warning, "applications.state_returned"),
        ApplicationState::Granted { .. } => (Tone::Success, "applications.state_granted"),
        ApplicationState::Refused { .. } => (Tone::Error, "applications.state_refused"),
        ApplicationState::Withdrawn { .. } => return view! { <Chip><Say key="applications.state_withdrawn"/></Chip> }.into_any(),
    };
    view! { <Chip tone><Say key=word/></Chip> }.into_any()
}

/// Which procedure an application is of, and for whom.
#[component]
pub fn Subject(application: Application) -> impl IntoView {
    view! {
        <p class="subject">
            {name(application.procedure.name)} {application.child.map(|child| view! { <span class="subject-child">{child.name}</span> })}
        </p>
    }
}

/// Reasons as sentences, each with the statute or ordinance that says so.
#[component]
pub fn Grounds(grounds: Vec<Ground>) -> impl IntoView {
    let one = |Ground { reason, source }: Ground| {
        view! {
            <li>
                <p>{furigana(move || reason.sentence(locale()))}</p>
                {source
                    .map(|source| view! { <p class="quiet">{say_with("applications.source", move || vec![("source", source.get(locale()).to_owned())])}</p> })}
            </li>
        }
    };
    view! { <ul class="grounds">{grounds.into_iter().map(one).collect_view()}</ul> }
}

/// What a family can do itself about something that is not known.
#[component]
pub fn NextSteps(missing: Vec<Missing>) -> impl IntoView {
    let one = |missing| {
        match missing {
        Missing::Residence => Some(
            view! {
                <p><Say key="applications.prove_residence"/></p>
                <div class="row"><LinkButton href=paths::residence() look=Look::Outline><Say key="applications.to_residence"/></LinkButton></div>
            }
            .into_any(),
        ),
        Missing::Household { .. } => Some(view! { <p><Say key="applications.city_looks_up"/></p> }.into_any()),
        // Answers and documents are asked for by the form itself; others only a person can find out.
        Missing::Child | Missing::Known { .. } | Missing::Attachment { .. } => None,
    }
    };
    missing.into_iter().filter_map(one).collect_view()
}

/// Takes the application back, after asking once more.
#[component]
pub fn Withdraw(application: Application, etag: String) -> impl IntoView {
    let form = form();
    let open = RwSignal::new(false);
    let failed = RwSignal::new(None::<Failure>);
    let attempt = Attempt::new();
    let id = application.id;
    let withdraw = Action::new_local(move |(): &()| {
        let (id, etag, attempt) = (id.clone(), etag.clone(), attempt.clone());
        async move {
            let why = form.take(client::withdraw(id.as_str(), &etag, &attempt).await);
            open.set(why.is_some());
            failed.set(why);
        }
    });
    let busy = withdraw.pending();
    let is_draft = matches!(application.state, ApplicationState::Draft);
    let words = if is_draft { "applications.discard" } else { "applications.withdraw" };
    view! {
        <div class="row">
            <Button look=Look::Text on_press=Callback::new(move |()| open.set(true))><Say key=words/></Button>
        </div>
        <Dialog id="withdraw" title=words open>
            <p>{if is_draft { view! { <Say key="applications.discard_text"/> }.into_any() } else { view! { <Say key="applications.withdraw_text"/> }.into_any() }}</p>
            {move || failed.get().map(|why| view! { <Refusal why/> })}
            <div class="row">
                <Button look=Look::Danger busy on_press=Callback::new(move |()| { withdraw.dispatch(()); })><Say key=words/></Button>
                <Button look=Look::Outline on_press=Callback::new(move |()| open.set(false))><Say key="applications.keep"/></Button>
            </div>
        </Dialog>
    }
}
