//! The first page of an application: what it is for, what it takes, and for which child.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map, use_query_map};
use shared::applications::NewApplication;
use shared::families::Child;
use shared::ids::ChildId;
use shared::locale::Locale;
use shared::procedures::Procedure;

use super::client;
use super::form::next_path;
use super::model::{Overview, Standing};
use crate::about::NotFoundPage;
use crate::api::{Attempt, Failure};
use crate::families::model::age;
use crate::i18n::{Say, Text, furigana, locale, name, say_with, sentence, text};
use crate::paths;
use crate::settings;
use crate::ui::{
    Banner, Breadcrumbs, Button, Choice, EmptyState, ErrorSummary, Explain, Fact, Facts, FieldError, Form, Glyph, LinkButton, Load,
    PageTitle, RadioGroup, Tone,
};

/// What an application is for, what it takes, and for which child.
#[component]
pub fn StartPage() -> impl IntoView {
    let params = use_params_map();
    let query = use_query_map();
    let overview = LocalResource::new(client::overview);
    view! {
        <div class="narrow stack">
            <Load what=overview let:seen>
                {
                    let key = params.with(|params| params.get("procedure")).unwrap_or_default();
                    let wished = query.with(|query| query.get("child"));
                    match seen.procedures.iter().find(|procedure| procedure.key.as_str() == key).cloned() {
                        Some(procedure) => view! { <Start procedure seen wished/> }.into_any(),
                        None => view! { <NotFoundPage/> }.into_any(),
                    }
                }
            </Load>
        </div>
    }
}

/// Why an application cannot be begun for a child, in one sentence.
fn against(standing: &Standing, locale: Locale) -> Option<String> {
    match standing {
        Standing::Open | Standing::GoOn(_) => None,
        Standing::Waiting(_) => Some(sentence("applications.waits", locale)),
        Standing::Against(reasons) => Some(reasons.iter().map(|reason| reason.sentence(locale)).collect::<Vec<_>>().join(" ")),
    }
}

fn choice(child: &Child, standing: Standing) -> Choice {
    let (name, born) = (child.known.name.to_string(), child.known.born);
    let label = text(move || format!("{name}（{}）", age(born, settings::today(), locale())));
    let choice = Choice::new(child.id.as_str(), label);
    match standing {
        Standing::Open => choice,
        Standing::GoOn(_) => choice.hint("applications.go_on_hint"),
        standing @ (Standing::Waiting(_) | Standing::Against(_)) => {
            choice.hint(text(move || against(&standing, locale()).unwrap_or_default())).disabled()
        }
    }
}

#[component]
fn Start(procedure: Procedure, seen: Overview, wished: Option<String>) -> impl IntoView {
    let today = settings::today();
    let for_child = procedure.terms.effect.is_for_child();
    let standings: Vec<(&Child, Standing)> =
        seen.children.iter().map(|child| (child, seen.standing(&procedure, Some(child), today))).collect();
    let can: Vec<&str> =
        standings.iter().filter(|(_, standing)| against(standing, Locale::Ja).is_none()).map(|(child, _)| child.id.as_str()).collect();
    let chosen = match (wished, can.as_slice()) {
        (Some(wished), can) if can.contains(&wished.as_str()) => wished,
        (_, [only]) => (*only).to_owned(),
        _ => String::new(),
    };
    // Of the whole family there is one standing.
    let of_family = (!for_child).then(|| seen.standing(&procedure, None, today));
    let stopped =
        if for_child { can.is_empty() } else { of_family.as_ref().is_some_and(|standing| against(standing, Locale::Ja).is_some()) };
    let choices: Vec<Choice> = standings.into_iter().map(|(child, standing)| choice(child, standing)).collect();
    let child = RwSignal::new(chosen);
    let wrong = RwSignal::new(false);
    let failed = RwSignal::new(None::<Failure>);
    let errors = Signal::derive(move || {
        wrong
            .get()
            .then(|| FieldError { field: "child", sentence: sentence("applications.child_missing", locale()) })
            .into_iter()
            .collect::<Vec<_>>()
    });
    let others = Signal::derive(move || failed.get().map(|failure| failure.sentences(locale())).unwrap_or_default());
    let navigate = use_navigate();
    let attempt = Attempt::new();
    let begin = Action::new_local(move |new: &NewApplication| {
        let (new, attempt, navigate) = (new.clone(), attempt.clone(), navigate.clone());
        async move {
            match client::begin(&new, &attempt).await {
                Ok(application) => navigate(&next_path(&application), NavigateOptions::default()),
                Err(failure) => failed.set(Some(failure)),
            }
        }
    });
    let key = procedure.key.clone();
    let submit = Callback::new(move |()| {
        let chosen = child.get_untracked();
        let child_id = (for_child && !chosen.is_empty()).then(|| ChildId::from(chosen.as_str()));
        wrong.set(for_child && child_id.is_none());
        failed.set(None);
        if !wrong.get_untracked() {
            begin.dispatch(NewApplication { procedure: key.clone(), child_id, family_id: None });
        }
    });
    let (title, summary) = (procedure.name.clone(), procedure.summary.clone());
    let here = procedure.name.clone();
    let trail: Vec<(String, Text)> = vec![(paths::applications(), "applications.title".into())];
    view! {
        <Breadcrumbs trail here=text(move || here.get(locale()).to_owned())/>
        <PageTitle text=text(move || title.get(locale()).to_owned())/>
        <p>{name(summary)}</p>
        <ErrorSummary errors others/>
        <Needs procedure/>
        {of_family
            .and_then(|standing| against(&standing, locale()).map(|_| standing))
            .map(|standing| view! { <Banner tone=Tone::Warning><p>{furigana(move || against(&standing, locale()).unwrap_or_default())}</p></Banner> })}
        {if for_child && choices.is_empty() {
            view! { <NoChildren/> }.into_any()
        } else {
            view! {
                <Form on_submit=submit>
                    {for_child
                        .then(|| {
                            view! { <RadioGroup id="child" legend="applications.which_child" choices=Signal::stored(choices) value=child error=FieldError::of(errors, "child")/> }
                        })}
                    {(!stopped)
                        .then(|| {
                            view! { <div class="row actions"><Button submit=true busy=begin.pending()><Say key="applications.begin"/></Button></div> }
                        })}
                </Form>
            }
            .into_any()
        }}
    }
}

/// There is nobody yet to apply for.
#[component]
pub fn NoChildren() -> impl IntoView {
    view! {
        <EmptyState words="applications.no_children">
            <LinkButton href=paths::new_child(Some(&paths::applications())) icon=Glyph::Plus><Say key="applications.add_child"/></LinkButton>
        </EmptyState>
    }
}

/// What the application takes.
#[component]
fn Needs(procedure: Procedure) -> impl IntoView {
    let terms = procedure.terms;
    let (questions, days) = (terms.questions.len(), terms.target_days);
    let documents = terms.attachments;
    view! {
        <div class="card">
            <Facts>
                <Fact name="applications.result_when" icon=Glyph::Clock>
                    <p><Say key="applications.at_once"/></p>
                    <p class="quiet">{say_with("applications.or_within", move || vec![("count", days.to_string())])}</p>
                </Fact>
                <Fact name="applications.questions" icon=Glyph::List>
                    {say_with("applications.at_most_questions", move || vec![("count", questions.to_string())])}
                </Fact>
                <Fact name="applications.documents" icon=Glyph::Bag>
                    {if documents.is_empty() {
                        view! { <Say key="applications.no_documents"/> }.into_any()
                    } else {
                        view! { <ul class="plain-list">{documents.into_iter().map(|wanted| view! { <li>{name(wanted.name)}</li> }).collect_view()}</ul> }.into_any()
                    }}
                </Fact>
            </Facts>
        </div>
    }
}
