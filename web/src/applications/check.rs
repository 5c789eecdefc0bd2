//! Everything once more before an application is sent, with what would come of it.

use std::collections::BTreeSet;

use futures_util::future::join;
use leptos::prelude::*;
use shared::applications::{Application, ApplicationChange, Outlook, Rejection};
use shared::eligibility::Verdict;
use shared::families::Family;
use shared::locale::full_day;
use shared::municipalities::Municipality;
use shared::procedures::Effect;
use shared::programmes::Choice as Declaration;

use super::client;
use super::form::{KeptNotice, LeadOn, StaleNotice, form, next_path};
use super::model::{Row, Step, next_step, rows, shown};
use super::parts::{Grounds, NextSteps, Subject, Withdraw};
use crate::accounts::client::municipalities;
use crate::api::{Attempt, Failure, Tagged};
use crate::attachments::Files;
use crate::families::client::family;
use crate::i18n::{Say, furigana, locale, name, reasons, say_with, text};
use crate::paths;
use crate::ui::{Banner, Button, CheckboxGroup, Chip, Choice, ErrorSummary, Explain, FieldError, Form, LinkButton, Load, PageTitle, Tone};

/// The fields of the page, by the beginning of the API's pointers.
const FIELDS: [(&str, &str); 3] = [("/answers/", "answers"), ("/attachments/", "documents"), ("/declared/", "declared")];

/// What the family has registered, which no procedure asks for.
async fn registered() -> Result<(Family, Option<Municipality>), Failure> {
    let (family, cities) = join(family(), municipalities()).await;
    let family = family?.value;
    let city = cities?.into_iter().find(|city| city.code == family.municipality);
    Ok((family, city))
}

/// Everything once more before it is sent.
#[component]
pub fn CheckPage() -> impl IntoView {
    let form = form();
    let registered = LocalResource::new(registered);
    view! {
        <div class="narrow stack">
            <Load what=form.found let:tagged>
                {
                    let Tagged { value: application, etag } = tagged;
                    if !application.state.is_open() {
                        // Sent: its page says what came of it.
                        return view! { <LeadOn to=paths::application(application.id.as_str())/> }.into_any();
                    }
                    view! { <Check application etag registered/> }.into_any()
                }
            </Load>
        </div>
    }
}

#[component]
fn Check(
    application: Application,
    etag: String,
    registered: LocalResource<Result<(Family, Option<Municipality>), Failure>>,
) -> impl IntoView {
    let form = form();
    let terms = application.procedure.terms.clone();
    let outlook = application.outlook.clone();
    let unanswered = next_step(&application) != Step::Check;
    let declared = RwSignal::new(application.declared.iter().cloned().collect::<Vec<_>>());
    let pressed = RwSignal::new(false);
    let failed = RwSignal::new(None::<Failure>);
    let wanted: Vec<String> = terms.declarations.iter().map(|declaration| declaration.key.clone()).collect();
    let undeclared = move || pressed.get() && declared.with(|said| wanted.iter().any(|key| !said.contains(key)));
    let errors = Signal::derive(move || {
        let mut errors: Vec<FieldError> = Vec::new();
        if undeclared() {
            errors.push(FieldError { field: "declared", sentence: Rejection::DeclarationMissing.reason().sentence(locale()) });
        } else if let Some(Failure::Problem(problem)) = failed.get() {
            for part in &problem.errors {
                let pointer = part.pointer.as_deref().unwrap_or_default();
                if let Some((_, field)) = FIELDS.iter().find(|(beginning, _)| pointer.starts_with(beginning)) {
                    errors.push(FieldError { field, sentence: part.reason.sentence(locale()) });
                }
            }
        }
        errors
    });
    let others = Signal::derive(move || {
        failed.get().filter(|_| errors.with(Vec::is_empty)).map(|failure| failure.sentences(locale())).unwrap_or_default()
    });
    let (attempt, submitting) = (Attempt::new(), Attempt::new());
    // The tag, and what was declared at it.
    let saved = StoredValue::new((etag.clone(), application.declared.clone()));
    let id = application.id.clone();
    let send = Action::new_local(move |declared: &BTreeSet<String>| {
        let (id, attempt, submitting, declared) = (id.clone(), attempt.clone(), submitting.clone(), declared.clone());
        let (mut tag, before) = saved.get_value();
        async move {
            if declared != before {
                let change = ApplicationChange { answers: Vec::new(), declared: Some(declared.clone()) };
                match client::fill(id.as_str(), &change, &tag, &attempt).await {
                    Ok(filled) => {
                        tag.clone_from(&filled.etag);
                        saved.set_value((filled.etag, declared));
                    }
                    refused => return failed.set(form.take(refused)),
                }
            }
            failed.set(form.take(client::submit(id.as_str(), &tag, &submitting).await));
        }
    });
    let all = terms.declarations.len();
    let submit = Callback::new(move |()| {
        pressed.set(true);
        failed.set(None);
        let declared: BTreeSet<String> = declared.get_untracked().into_iter().collect();
        if declared.len() >= all {
            send.dispatch(declared);
        }
    });
    let stopped = outlook.as_ref().is_some_and(|outlook| !outlook.against.is_empty());
    let (answered, known) = rows(&application);
    let on = next_path(&application);
    let busy = send.pending();
    let (of, known) = (application.clone(), StoredValue::new(known));
    view! {
        <Subject application=application.clone()/>
        <PageTitle text="applications.check_title"/>
        <StaleNotice/>
        <ErrorSummary errors others/>
        {(!answered.is_empty())
            .then(|| {
                view! {
                    <section class="card stack" id="answers" tabindex="-1">
                        <h2><Say key="applications.answers"/></h2>
                        <Rows application=application.clone() rows=answered/>
                    </section>
                }
            })}
        <section class="card stack">
            <h2><Say key="applications.known_title"/></h2>
            <p class="quiet"><Say key="applications.known_text"/></p>
            <Load what=registered let:seen><Registered application=of.clone() seen known=known.get_value()/></Load>
        </section>
        <Documents application=application.clone()/>
        {if unanswered {
            view! {
                <Banner tone=Tone::Warning title="applications.unanswered">
                    <div class="row"><LinkButton href=on><Say key="applications.go_on"/></LinkButton></div>
                </Banner>
            }
            .into_any()
        } else {
            view! {
                {outlook.map(|outlook| view! { <Expected application=application.clone() outlook/> })}
                <Form on_submit=submit>
                    <Declared declarations=terms.declarations declared error=FieldError::of(errors, "declared")/>
                    <div class="row actions">
                        <Button submit=true busy disabled=Signal::stored(stopped) described_by="against"><Say key="applications.submit"/></Button>
                    </div>
                </Form>
            }
            .into_any()
        }}
        <KeptNotice/>
        <Withdraw application etag/>
    }
}

#[component]
fn Declared(declarations: Vec<Declaration>, declared: RwSignal<Vec<String>>, error: Signal<Option<String>>) -> impl IntoView {
    let choices: Vec<Choice> = declarations
        .into_iter()
        .map(|declaration| {
            let words = declaration.name;
            Choice::new(declaration.key, text(move || words.get(locale()).to_owned()))
        })
        .collect();
    (!choices.is_empty()).then(|| {
        view! { <CheckboxGroup id="declared" legend="applications.declare" choices=Signal::stored(choices) value=declared error/> }
    })
}

/// Questions with their answers, each with the way to change it.
#[component]
fn Rows(application: Application, rows: Vec<Row>) -> impl IntoView {
    let id = application.id.to_string();
    let comments = application.comments;
    let one = move |row: Row| {
        let question = row.asked.question;
        let href = paths::application_question(&id, &question.key);
        let comment = comments.iter().find(|comment| comment.key == question.key).map(|comment| comment.words.clone());
        let words = question.text.clone();
        let (kind, value) = (question.answer, row.value);
        let key = if value.is_some() { "applications.change" } else { "applications.answer" };
        view! {
            <div class="answer-row">
                <dt>{name(question.text)}</dt>
                <dd>
                    <strong>
                        {furigana(move || value.as_ref().map_or_else(|| crate::i18n::sentence("applications.unanswered", locale()), |value| shown(&kind, value, locale())))}
                    </strong>
                    {comment.map(|words| view! { <p class="answer-comment"><Chip tone=Tone::Warning><Say key="applications.comment"/></Chip> " " {furigana(move || words.clone())}</p> })}
                </dd>
                <dd class="answer-change">
                    <a class="button button-text" href=href>
                        <Say key/>
                        <span class="visually-hidden">"：" {name(words)}</span>
                    </a>
                </dd>
            </div>
        }
    };
    view! { <dl class="answers">{rows.into_iter().map(one).collect_view()}</dl> }
}

/// What is known from the registration and from answers before.
#[component]
fn Registered(application: Application, seen: (Family, Option<Municipality>), known: Vec<Row>) -> impl IntoView {
    let (family, city) = seen;
    let child = application.child.clone();
    let guardian = family.guardian_name.to_string();
    let row = |label: &'static str, value: AnyView, href: String| {
        view! {
            <div class="answer-row">
                <dt><Say key=label/></dt>
                <dd><strong>{value}</strong></dd>
                <dd class="answer-change">
                    <a class="button button-text" href=href><Say key="applications.change"/><span class="visually-hidden">"：" <Say key=label/></span></a>
                </dd>
            </div>
        }
    };
    view! {
        <dl class="answers">
            {child.map(|child| row("applications.child", child.name.into_any(), paths::child(child.id.as_str())))}
            {row("applications.guardian", guardian.into_any(), paths::family_change())}
            {city.map(|city| row("applications.residence", name(city.name).into_any(), paths::family_change()))}
        </dl>
        {(!known.is_empty()).then(|| view! { <Rows application rows=known/> })}
    }
}

/// The documents that are asked for.
#[component]
fn Documents(application: Application) -> impl IntoView {
    let wanted = application.outlook.map(|outlook| outlook.wanted).unwrap_or_default();
    let comments = application.comments;
    let attached = application.attached;
    let (id, form) = (application.id, form());
    let etag = form.found.get_untracked().and_then(Result::ok).map(|tagged| tagged.etag).unwrap_or_default();
    let again = Callback::new(move |()| form.found.refetch());
    let rows: Vec<_> = application
        .procedure
        .terms
        .attachments
        .into_iter()
        .filter(|document| wanted.contains(&document.key))
        .map(|document| {
            let is_there = attached.iter().any(|file| file.requirement == document.key);
            let comment = comments.iter().find(|comment| comment.key == document.key).map(|comment| comment.words.clone());
            let (application_id, etag, requirement, all) = (id.to_string(), etag.clone(), document.key.clone(), attached.clone());
            view! {
                <div class="answer-row">
                    <dt>{name(document.name)}</dt>
                    <dd>
                        {(!is_there)
                            .then(|| {
                                let key = if document.required { "applications.document_needed" } else { "applications.document_optional" };
                                view! { <Say key/> }
                            })}
                        {document.hint.map(|hint| view! { <p class="quiet">{name(hint)}</p> })}
                        {comment.map(|words| view! { <p class="answer-comment"><Chip tone=Tone::Warning><Say key="applications.comment"/></Chip> " " {furigana(move || words.clone())}</p> })}
                        <Files application_id etag requirement files=all on_change=again/>
                    </dd>
                </div>
            }
        })
        .collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section class="card stack" id="documents" tabindex="-1">
                <h2><Say key="applications.documents"/></h2>
                <dl class="answers">{rows}</dl>
            </section>
        }
    })
}

/// What would come of it, if it were sent now.
#[component]
fn Expected(application: Application, outlook: Outlook) -> impl IntoView {
    let days = application.procedure.terms.target_days;
    let Outlook { verdict, grounds, missing, against, .. } = outlook;
    if !against.is_empty() {
        return view! {
            <div id="against"><Banner tone=Tone::Warning title="applications.cannot_send">{reasons(move || against.clone())}</Banner></div>
        }
        .into_any();
    }
    match verdict {
        Verdict::Yes => {
            let certifies = matches!(application.procedure.terms.effect, Effect::Certify { .. });
            let period = outlook.days.filter(|_| certifies);
            view! {
                <Banner tone=Tone::Success title="applications.expect_yes">
                    {period
                        .map(|days| {
                            view! {
                                <p>
                                    {say_with("applications.expect_days", move || vec![("from", full_day(days.from, locale())), ("until", full_day(days.until, locale()))])}
                                </p>
                            }
                        })}
                    <Grounds grounds/>
                </Banner>
            }
            .into_any()
        }
        Verdict::No => view! {
            <Banner tone=Tone::Warning title="applications.expect_no">
                <Grounds grounds/>
                <p><Say key="applications.may_send"/></p>
            </Banner>
        }
        .into_any(),
        Verdict::Unknown => view! {
            <Banner tone=Tone::Info title="applications.expect_review">
                <Grounds grounds/>
                <p>{say_with("applications.or_within", move || vec![("count", days.to_string())])}</p>
                <NextSteps missing/>
            </Banner>
        }
        .into_any(),
    }
}
