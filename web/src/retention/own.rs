//! A family closes its account: what is against it, what goes, what stays and until when, and then the password.

use std::time::Duration;

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use shared::locale::full_day;
use shared::problem::{ProblemPart, Reason};
use shared::retention::{ClosingOutlook, FamilyClosing};

use super::client;
use crate::api::{Attempt, Failure};
use crate::archive::OwnArchive;
use crate::flash::use_flash;
use crate::i18n::{Say, furigana, locale, say, say_with, sentence};
use crate::paths;
use crate::session::use_session;
use crate::ui::{
    Banner, Breadcrumbs, Button, Checkbox, ErrorSummary, Explain, Field, FieldError, Load, Look, PageTitle, PasswordInput, Tone,
};

/// Closing the account.
#[component]
pub fn ClosingPage() -> impl IntoView {
    let outlook = LocalResource::new(client::outlook);
    view! {
        <div class="narrow stack stack-wide">
            <Breadcrumbs trail=vec![(paths::family(), "families.title".into())] here="retention.close_title"/>
            <PageTitle text="retention.close_title"/>
            <Load what=outlook let:outlook><Outlook outlook/></Load>
        </div>
    }
}

#[component]
fn Outlook(outlook: ClosingOutlook) -> impl IntoView {
    let is_free = outlook.against.is_empty();
    let password = outlook.password;
    let against = outlook.against.clone();
    view! {
        {(!is_free).then(|| view! { <Against against/> })}
        <Consequences outlook/>
        {is_free.then(|| view! { <OwnArchive/> <CloseForm password/> })}
    }
}

/// What has to be over first, with the way there.
#[component]
fn Against(against: Vec<ProblemPart>) -> impl IntoView {
    let way = |reason: &Reason| match reason.code.as_ref() {
        "retention.stays_open" => Some((paths::bookings(), "retention.to_bookings")),
        "retention.waiting_open" => Some((paths::bookings(), "retention.to_waiting")),
        "retention.applications_open" => Some((paths::applications(), "retention.to_applications")),
        _ => None,
    };
    view! {
        <Banner tone=Tone::Warning title="retention.not_yet">
            {against
                .into_iter()
                .map(|part| {
                    let way = way(&part.reason).map(|(href, words)| view! { <p><a href=href>{say(words)}</a></p> });
                    view! { <p>{furigana(move || part.reason.sentence(locale()))}</p> {way} }
                })
                .collect_view()}
        </Banner>
    }
}

#[component]
fn Consequences(outlook: ClosingOutlook) -> impl IntoView {
    let ClosingOutlook { keeps, months, erased_on, .. } = outlook;
    view! {
        <section class="card stack">
            <h2><Say key="retention.what_happens"/></h2>
            <ul class="stack">
                <li><Say key="retention.goes_sign_in"/></li>
                <li><Say key="retention.goes_care"/></li>
                <li><Say key="retention.certified_stays"/></li>
                <li>
                    {match (keeps, months, erased_on) {
                        (false, ..) => say("retention.keeps_nothing").into_any(),
                        (true, Some(months), Some(day)) => say_with("retention.keeps_until", move || {
                            vec![("months", months.to_string()), ("day", full_day(day, locale()))]
                        })
                        .into_any(),
                        _ => say("retention.keeps_for_city").into_any(),
                    }}
                </li>
                <li><Say key="retention.no_way_back"/></li>
            </ul>
        </section>
    }
}

const FIELDS: [(&str, &str); 1] = [("/password", "closing_password")];

/// What the last try came to.
#[derive(Clone, Default)]
enum Outcome {
    #[default]
    None,
    Missing(Vec<(&'static str, &'static str)>),
    Failed(Failure),
}

#[component]
fn CloseForm(password: bool) -> impl IntoView {
    let session = use_session();
    let flash = use_flash();
    let navigate = use_navigate();
    let (typed, sure) = (RwSignal::new(String::new()), RwSignal::new(false));
    let outcome = RwSignal::new(Outcome::None);
    let errors = Signal::derive(move || match outcome.get() {
        Outcome::None => Vec::new(),
        Outcome::Missing(missing) => {
            missing.into_iter().map(|(field, key)| FieldError { field, sentence: sentence(key, locale()) }).collect()
        }
        Outcome::Failed(failure) => failure.field_errors(&FIELDS, locale()),
    });
    let others = Signal::derive(move || match outcome.get() {
        Outcome::Failed(failure) if failure.field_errors(&FIELDS, locale()).is_empty() => failure.sentences(locale()),
        _ => Vec::new(),
    });
    let attempt = Attempt::new();
    let close = Action::new_local(move |closing: &FamilyClosing| {
        let (closing, attempt, navigate) = (closing.clone(), attempt.clone(), navigate.clone());
        async move {
            match client::close(&closing, &attempt).await {
                Ok(()) => {
                    navigate(&paths::home(), NavigateOptions { replace: true, ..Default::default() });
                    flash.done("retention.closed_done");
                    // Once this page is left: it is only for who is signed in, and would lead to signing in.
                    set_timeout(move || session.leave(), Duration::ZERO);
                }
                Err(why) => outcome.set(Outcome::Failed(why)),
            }
        }
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let no_password = password && typed.with_untracked(|typed| typed.is_empty());
        let missing: Vec<_> = [
            no_password.then_some(("closing_password", "retention.password_missing")),
            (!sure.get_untracked()).then_some(("closing_sure", "retention.sure_missing")),
        ]
        .into_iter()
        .flatten()
        .collect();
        if missing.is_empty() {
            close.dispatch(FamilyClosing { password: password.then(|| typed.get_untracked()) });
        } else {
            outcome.set(Outcome::Missing(missing));
        }
    };
    view! {
        <section class="stack">
            <h2><Say key="retention.close_form"/></h2>
            <ErrorSummary errors others/>
            <form class="card stack" novalidate on:submit=submit>
                {password
                    .then(|| {
                        view! {
                            <Field id="closing_password" label="accounts.password" error=FieldError::of(errors, "closing_password")>
                                <PasswordInput value=typed autocomplete="current-password"/>
                            </Field>
                        }
                    })}
                <Checkbox id="closing_sure" label="retention.sure" value=sure error=FieldError::of(errors, "closing_sure")/>
                <div class="row"><Button submit=true look=Look::Danger busy=close.pending()><Say key="retention.close"/></Button></div>
            </form>
        </section>
    }
}
