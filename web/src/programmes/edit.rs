//! A new version made from one that is there: written in sections, checked at every change, compared with the one before, published.

use chrono::NaiveDate;
use leptos::prelude::*;
use leptos_router::hooks::{use_navigate, use_params_map};
use serde_json::Value;
use shared::changes::Change;
use shared::problem::ProblemPart;
use shared::programmes::{NewProgramme, Programme, VersionRejection, succeed};

use super::client;
use super::draft::{following, read};
use super::pages::{Differences, trail};
use super::sections::{all, title_of};
use super::words::{describe, differences, of_version};
use crate::api::{Attempt, Failure};
use crate::changes::{self, Preview, proposed};
use crate::editing::{Editing, Wrong};
use crate::flash::use_flash;
use crate::i18n::{Say, locale, say_with};
use crate::office::{OfficeNav, OfficePlace, my_city};
use crate::paths;
use crate::settings;
use crate::ui::{Breadcrumbs, Button, LinkButton, Load, Look, PageTitle, Refusal};

/// The page of a new version.
#[component]
pub fn NextPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("version_id")).unwrap_or_default());
    let city = my_city().map(|code| code.to_string()).unwrap_or_default();
    let versions = LocalResource::new(move || {
        let city = city.clone();
        async move { client::versions(&city).await }
    });
    view! {
        <div class="stack staff">
            <OfficeNav here=OfficePlace::Programmes/>
            <Breadcrumbs trail=trail() here="programmes.next_title"/>
            <PageTitle text="programmes.next_title"/>
            <Load what=versions let:known>
                {match known.iter().find(|version| id.with_untracked(|id| version.id.as_str() == id)).cloned() {
                    Some(before) => {
                        let versions = known.into_iter().filter(|version| version.key == before.key).collect();
                        view! { <Next before versions/> }.into_any()
                    }
                    None => view! { <p><Say key="programmes.unknown"/></p> }.into_any(),
                }}
            </Load>
        </div>
    }
}

/// Everything that is wrong with a version: by itself, and where it cannot follow those that are there.
fn wrong_with(new: &NewProgramme, versions: &[Programme], today: NaiveDate) -> Vec<ProblemPart> {
    let mut found = new.check();
    found.extend(succeed(versions, new, today).err().map(|rejection| ProblemPart {
        pointer: Some(if rejection == VersionRejection::EndsBeforeStart { "/valid_until" } else { "/valid_from" }.to_owned()),
        subject: None,
        reason: rejection.reason(),
        detail: String::new(),
    }));
    found
}

#[component]
fn Next(before: Programme, versions: Vec<Programme>) -> impl IntoView {
    let flash = use_flash();
    let navigate = use_navigate();
    let draft: RwSignal<Value> = RwSignal::new(following(&before, settings::today()));
    let new = Memo::new(move |_| draft.with(read));
    let today = settings::today();
    let wrong = Memo::new(move |_| new.with(|new| new.as_ref().map(|new| wrong_with(new, &versions, today)).unwrap_or_default()));
    provide_context(Editing { draft, wrong });
    let failure = RwSignal::new(None::<Failure>);
    let attempt = Attempt::new();
    let publishing = Action::new_local(move |new: &NewProgramme| {
        let (new, attempt, navigate) = (new.clone(), attempt.clone(), navigate.clone());
        async move {
            match changes::client::propose(&Change::Programme { version: Box::new(new) }, &attempt).await {
                Ok(change) => proposed(&change, flash, navigate),
                Err(why) => failure.set(Some(why)),
            }
        }
    });
    let press = Callback::new(move |()| {
        failure.set(None);
        if let Some(new) = new.get_untracked() {
            publishing.dispatch(new);
        }
    });
    let asked = RwSignal::new(None::<Change>);
    let look = Callback::new(move |()| asked.set(new.get_untracked().map(|version| Change::Programme { version: Box::new(version) })));
    let back = paths::office_programme(before.id.as_str());
    let name = before.name.clone();
    let before = StoredValue::new(before);
    let changed = Memo::new(move |_| {
        let locale = locale();
        let after = new.with(|new| new.as_ref().map(|new| describe(&new.name, &new.summary, &new.terms, locale)))?;
        Some(before.with_value(|before| differences(&of_version(before, locale), &after)))
    });
    let is_ready = Signal::derive(move || new.with(Option::is_some) && wrong.with(Vec::is_empty));
    view! {
        <p>{say_with("programmes.next_lead", move || vec![("name", name.get(locale()).to_owned())])}</p>
        <form class="stack stack-wide" novalidate on:submit=move |event| event.prevent_default()>
            {all()}
            <section class="card stack" aria-labelledby="differences">
                <h2 id="differences"><Say key="programmes.differences"/></h2>
                // What is half typed would be told as a rule.
                {move || changed.get().filter(|_| is_ready.get()).map(|all| view! { <Differences all/> })}
            </section>
            <section class="card stack" aria-labelledby="impact">
                <h2 id="impact"><Say key="changes.impact"/></h2>
                <div class="row"><Button look=Look::Outline disabled=Signal::derive(move || !is_ready.get()) on_press=look><Say key="changes.look"/></Button></div>
                <Preview change=asked.into()/>
            </section>
            <section class="stack" aria-live="polite">
                {move || (!is_ready.get()).then(|| view! { <Wrong parts=wrong.get() no_day=new.with(Option::is_none) title_of/> })}
                {move || failure.get().map(|why| view! { <Refusal why/> })}
            </section>
            <p><Say key="programmes.publish_means"/></p>
            <div class="row actions">
                <Button busy=publishing.pending() disabled=Signal::derive(move || !is_ready.get()) on_press=press><Say key="changes.propose"/></Button>
                <LinkButton href=back look=Look::Text><Say key="programmes.not_now"/></LinkButton>
            </div>
        </form>
    }
}
