//! How one application stands: decided at once, looked at by the city, given back, or taken back.

use leptos::prelude::*;
use shared::applications::{Application, ApplicationState, Decider, Decision, OpenPoint};
use shared::locale::{full_day, moment};
use shared::procedures::{Effect, Procedure};
use shared::time::tokyo_day;

use super::client;
use super::form::{Comment, LeadOn, StaleNotice, form, next_path};
use super::model::{question, rows, shown};
use super::parts::{Grounds, NextSteps, Subject, Withdraw};
use crate::api::Tagged;
use crate::bookings::BackToBooking;
use crate::documents::LetterLink;
use crate::i18n::{Say, furigana, locale, name, say_with};
use crate::paths;
use crate::settings;
use crate::ui::{Banner, Breadcrumbs, Disclosure, Fact, Facts, Glyph, LinkButton, Load, Look, PageTitle, Tone};

/// How an application stands.
#[component]
pub fn ApplicationPage() -> impl IntoView {
    let form = form();
    view! {
        <div class="narrow stack">
            <Breadcrumbs trail=vec![(paths::applications(), "applications.title".into())] here="applications.one"/>
            <StaleNotice/>
            <Load what=form.found let:tagged>{standing(tagged)}</Load>
        </div>
    }
}

fn standing(tagged: Tagged<Application>) -> AnyView {
    let Tagged { value: application, etag } = tagged;
    match application.state.clone() {
        ApplicationState::Draft => view! { <LeadOn to=next_path(&application)/> }.into_any(),
        ApplicationState::InReview { points, .. } => view! { <InReview application etag points/> }.into_any(),
        ApplicationState::Returned { .. } => view! { <Returned application etag/> }.into_any(),
        ApplicationState::Granted { decision } => view! { <Granted application decision/> }.into_any(),
        ApplicationState::Refused { decision } => view! { <Refused application decision/> }.into_any(),
        ApplicationState::Withdrawn { at } => view! {
            <Subject application=application.clone()/>
            <PageTitle text="applications.withdrawn_title"/>
            <p>{say_with("applications.withdrawn_at", move || vec![("at", moment(at, locale()))])}</p>
            <Again application/>
        }
        .into_any(),
    }
}

/// The receipt, and when it was sent.
#[component]
fn Receipt(application: Application) -> impl IntoView {
    view! {
        {application.number.map(|number| view! { <Fact name="applications.receipt">{number}</Fact> })}
        {application
            .submitted_at
            .map(|at| view! { <Fact name="applications.sent_at" icon=Glyph::Clock>{furigana(move || moment(at, locale()))}</Fact> })}
        {application.filed_by.map(|_| view! { <Fact name="applications.filed_by"><Say key="applications.filed_by_clerk"/></Fact> })}
    }
}

#[component]
fn InReview(application: Application, etag: String, points: Vec<OpenPoint>) -> impl IntoView {
    let due = application.due_on;
    let mut missing = Vec::new();
    for one in points.iter().filter_map(|point| point.missing.clone()) {
        if !missing.contains(&one) {
            missing.push(one);
        }
    }
    let grounds = points.into_iter().map(|point| point.ground).collect::<Vec<_>>();
    let receipt = application.clone();
    view! {
        <Subject application=application.clone()/>
        <PageTitle text="applications.in_review_title"/>
        <Banner tone=Tone::Info>
            {due.map(|day| view! { <p><strong>{say_with("applications.due", move || vec![("day", full_day(day, locale()))])}</strong></p> })}
            <p><Say key="applications.nothing_to_do"/></p>
        </Banner>
        <section class="card stack">
            <h2><Say key="applications.points_title"/></h2>
            <Grounds grounds/>
            <NextSteps missing/>
        </section>
        <section class="card"><Facts><Receipt application=receipt/></Facts></section>
        <Answers application=application.clone()/>
        <ToList/>
        <Withdraw application etag/>
    }
}

#[component]
fn Returned(application: Application, etag: String) -> impl IntoView {
    let id = application.id.to_string();
    let comments = application
        .comments
        .clone()
        .into_iter()
        .map(|comment| {
            let asked = question(&application, &comment.key).map(|asked| asked.question.text.clone());
            let document = application.procedure.terms.attachments.iter().find(|document| document.key == comment.key).map(|document| document.name.clone());
            let href = match &asked {
                Some(_) => paths::application_question(&id, &comment.key),
                None => paths::application_check(&id),
            };
            view! {
                <li class="card stack">
                    {asked.or(document).map(|words| view! { <h2>{name(words)}</h2> })}
                    <Comment words=comment.words/>
                    <div class="row"><LinkButton href look=Look::Outline icon=Glyph::Pencil><Say key="applications.correct"/></LinkButton></div>
                </li>
            }
        })
        .collect_view();
    view! {
        <Subject application=application.clone()/>
        <PageTitle text="applications.returned_title"/>
        <p><Say key="applications.returned_text"/></p>
        <ul class="plain-list stack">{comments}</ul>
        <div class="row actions"><LinkButton href=paths::application_check(&id)><Say key="applications.to_check"/></LinkButton></div>
        <Withdraw application etag/>
    }
}

/// What stands in every decision.
#[component]
fn Decided(application: Application, decision: Decision) -> impl IntoView {
    let by = match decision.by {
        Decider::Rules => "applications.by_rules",
        Decider::Officer => "applications.by_officer",
    };
    let at = decision.decided_at;
    let child = application.child.clone();
    view! {
        {decision.entitlement_number.map(|number| view! { <Fact name="entitlements.number"><strong>{number}</strong></Fact> })}
        {child.map(|child| view! { <Fact name="applications.child" icon=Glyph::Person>{child.name}</Fact> })}
        {decision
            .days
            .map(|days| {
                view! {
                    <Fact name="entitlements.days" icon=Glyph::Calendar>
                        {say_with("entitlements.from_until", move || vec![("from", full_day(days.from, locale())), ("until", full_day(days.until, locale()))])}
                    </Fact>
                }
            })}
        <Fact name="applications.notice_number">{decision.number} " " {furigana(move || full_day(tokyo_day(at), locale()))}</Fact>
        <Fact name="applications.decided_by"><Say key=by/></Fact>
        <Receipt application/>
    }
}

#[component]
fn Why(decision: Decision) -> impl IntoView {
    let words = decision.words;
    view! {
        <section class="card stack">
            <h2><Say key="applications.why"/></h2>
            {(!words.is_empty()).then(|| view! { <p class="as-written">{words}</p> })}
            <Grounds grounds=decision.grounds/>
        </section>
    }
}

#[component]
fn Granted(application: Application, decision: Decision) -> impl IntoView {
    let today = settings::today();
    let effect = application.procedure.terms.effect.clone();
    let (title, programme) = match effect {
        Effect::Certify { programme, .. } => ("applications.certified_title", Some(programme)),
        Effect::Revise { programme } => ("applications.revised_title", Some(programme)),
        Effect::End { .. } => ("applications.ended_title", None),
        Effect::Relieve { .. } => ("applications.relieved_title", None),
    };
    let from = decision.days.map(|days| days.from).filter(|_| programme.is_some());
    let (decided, made) = (application.clone(), decision.clone());
    view! {
        <Subject application=application.clone()/>
        <PageTitle text=title/>
        {from
            .map(|from| {
                view! {
                    <Banner tone=Tone::Success>
                        <p>
                            {if from <= today {
                                view! { <Say key="applications.usable_now"/> }.into_any()
                            } else {
                                say_with("entitlements.usable_from", move || vec![("day", full_day(from, locale()))]).into_any()
                            }}
                        </p>
                    </Banner>
                }
            })}
        <section class="card stack">
            <Facts><Decided application=decided decision=made/></Facts>
            <LetterLink application_id=application.id.to_string()/>
        </section>
        <div class="row actions no-print">
            <BackToBooking/>
            {programme
                .map(|programme| {
                    let href = paths::search_like(from.unwrap_or(today).max(today), programme.as_str(), None);
                    view! { <LinkButton href icon=Glyph::Search><Say key="entitlements.search"/></LinkButton> }
                })}
            <ToList/>
        </div>
        <Why decision/>
        <Answers application=application.clone()/>
        <FollowUps procedure=application.procedure child=application.child.map(|child| child.id.to_string())/>
    }
}

/// What may have to be done after it.
#[component]
fn FollowUps(procedure: Procedure, child: Option<String>) -> impl IntoView {
    let keys = procedure.terms.follow_ups;
    (!keys.is_empty()).then(|| {
        let city = procedure.municipality;
        let known = LocalResource::new(move || {
            let city = city.clone();
            async move { client::procedures(&city).await }
        });
        view! {
            <section class="stack no-print">
                <h2><Say key="applications.follow_ups"/></h2>
                <Load what=known let:procedures>
                    <ul class="link-list">
                        {procedures
                            .into_iter()
                            .filter(|procedure| keys.contains(&procedure.key))
                            .map(|procedure| {
                                let href = paths::new_application(procedure.key.as_str(), child.as_deref());
                                view! { <li><a href=href><span>{name(procedure.name)}</span></a></li> }
                            })
                            .collect_view()}
                    </ul>
                </Load>
            </section>
        }
    })
}

#[component]
fn Refused(application: Application, decision: Decision) -> impl IntoView {
    let notice = application.procedure.terms.notice.clone();
    let (decided, made) = (application.clone(), decision.clone());
    view! {
        <Subject application=application.clone()/>
        <PageTitle text="applications.refused_title"/>
        <Why decision/>
        <section class="card stack">
            <Facts><Decided application=decided decision=made/></Facts>
            <LetterLink application_id=application.id.to_string()/>
        </section>
        <section class="card stack">
            <h2><Say key="applications.objection"/></h2>
            // Words of law, in Japanese only.
            <p class="as-written" lang="ja">{notice.objection}</p>
            <h3><Say key="applications.contact"/></h3>
            <p class="as-written" lang="ja">{notice.contact}</p>
        </section>
        <Answers application=application.clone()/>
        <Again application/>
    }
}

/// The same procedure once more.
#[component]
fn Again(application: Application) -> impl IntoView {
    let href = paths::new_application(application.procedure.key.as_str(), application.child.as_ref().map(|child| child.id.as_str()));
    view! {
        <div class="row actions no-print">
            <LinkButton href look=Look::Outline><Say key="applications.again"/></LinkButton>
            <ToList/>
        </div>
    }
}

#[component]
fn ToList() -> impl IntoView {
    view! { <LinkButton href=paths::applications() look=Look::Outline><Say key="applications.to_list"/></LinkButton> }
}

/// What was sent.
#[component]
fn Answers(application: Application) -> impl IntoView {
    let (answered, _) = rows(&application);
    (!answered.is_empty()).then(|| {
        let facts = answered
            .into_iter()
            .map(|row| {
                let (words, kind, value) = (row.asked.question.text, row.asked.question.answer, row.value.unwrap_or_default());
                view! {
                    <div class="answer-row">
                        <dt>{name(words)}</dt>
                        <dd><strong>{furigana(move || shown(&kind, &value, locale()))}</strong></dd>
                    </div>
                }
            })
            .collect_view();
        view! { <Disclosure summary="applications.sent_answers"><dl class="answers">{facts}</dl></Disclosure> }
    })
}
