//! One application with all it is decided by: what is open first, then what the rule found, what was answered and sent.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use shared::applications::{Application, ApplicationState, HandOver, ReviewCase};
use shared::families::ProofKind;
use shared::locale::{full_day, moment};

use super::client;
use super::deciding::{CheckForm, DecideForm, NoteForm};
use super::draft::Draft;
use super::model::{answered, asked_for, in_words, looked_at};
use super::parts::{ClockChip, GroundLine, StateChip};
use crate::api::Tagged;
use crate::i18n::{Say, furigana, locale, name, say_with, text};
use crate::office::{OfficeNav, OfficePlace};
use crate::paths;
use crate::session::use_session;
use crate::ui::{Banner, Breadcrumbs, Chip, Disclosure, Fact, Facts, Load, PageTitle, Tone, renewal};

/// One application.
#[component]
pub fn CasePage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("application_id").unwrap_or_default()));
    let found = LocalResource::new(move || {
        let id = id.get();
        async move { client::case(&id).await }
    });
    let renewal = renewal(found);
    let draft = Draft::new();
    view! {
        <div class="stack staff">
            <OfficeNav here=OfficePlace::Applications/>
            <Breadcrumbs trail=vec![(paths::office_applications(), "applications_office.title".into())] here="applications_office.one"/>
            <Show when=move || !matches!(found.get(), Some(Ok(_)))><PageTitle text="applications_office.one"/></Show>
            <Load what=found renewal let:tagged><Case tagged draft again=renewal.again/></Load>
        </div>
    }
}

#[component]
fn Case(tagged: Tagged<ReviewCase>, draft: Draft, again: Callback<()>) -> impl IntoView {
    let case = tagged.value.clone();
    let standing = RwSignal::new(case.hand_over.clone());
    let me = use_session().me().map(|me| me.id);
    let application = case.application.clone();
    let proposed = match &application.state {
        ApplicationState::InReview { proposed, .. } => proposed.clone(),
        _ => None,
    };
    let is_mine = proposed.as_ref().is_some_and(|proposed| Some(&proposed.by) == me.as_ref());
    let is_open = matches!(application.state, ApplicationState::InReview { .. });
    let decides = is_open && (proposed.is_none() || is_mine);
    let (title, number) = (application.procedure.name.clone(), application.number.clone().unwrap_or_default());
    view! {
        <PageTitle text=text(move || title.get(locale()).to_owned())/>
        <p class="row">
            <span class="quiet">{say_with("applications_office.number", move || vec![("number", number.clone())])}</span>
            <StateChip state=application.state.clone()/>
            {case.clock.map(|clock| view! { <ClockChip clock state=application.state.clone()/> })}
        </p>
        <div class="case">
        <div class="stack">
            {is_open.then(|| view! { <section class="card stack">{open_points(&case)} {against(&case)}</section> })}
            <Known case=case.clone()/>
        </div>
        <div class="stack">
        {decision(&application)}
        {returned(&application)}
        {move || standing.get().filter(|note| !note.words.is_empty() || note.assignee.is_some()).map(|note| view! { <Note note/> })}
        {proposed
            .map(|proposed| {
                let key = if proposed.decision.grants { "applications_office.proposes_grant" } else { "applications_office.proposes_refusal" };
                let by = case.proposed_by.clone().map(|one| one.name).unwrap_or_default();
                let words = proposed.decision.words.clone();
                view! {
                    <section class="card stack" aria-labelledby="proposal">
                        <h2 id="proposal"><Say key="applications_office.proposal"/></h2>
                        <p><strong><Say key/></strong> " " <span class="quiet">{by}</span></p>
                        <p class="said">{words}</p>
                        {proposed.decision.confirms_residence.then(|| view! { <p><Say key="applications_office.residence_seen"/></p> })}
                        {if is_mine {
                            view! { <p class="quiet"><Say key="applications_office.waits_for_second"/></p> }.into_any()
                        } else {
                            view! { <CheckForm tagged=tagged.clone() draft again/> }.into_any()
                        }}
                    </section>
                }
            })}
        {decides.then(|| view! { <DecideForm tagged=tagged.clone() draft again/> })}
        <Disclosure summary="applications_office.write_note"><NoteForm tagged=tagged.clone() draft standing again/></Disclosure>
        </div>
        </div>
    }
}

#[component]
fn Note(note: HandOver) -> impl IntoView {
    let at = note.at;
    view! {
        <Banner tone=Tone::Info title="applications_office.note">
            {(!note.words.is_empty()).then(|| view! { <p class="said">{note.words}</p> })}
            {note.assignee.map(|one| view! { <p><Say key="applications_office.assignee"/> "：" {one.name}</p> })}
            <p class="quiet">{note.by.name} " " {furigana(move || moment(at, locale()))}</p>
        </Banner>
    }
}

/// What is still open; what the rule could decide by now is said as well.
fn open_points(case: &ReviewCase) -> AnyView {
    if case.points.is_empty() {
        return view! { <p><Say key="applications_office.nothing_open"/></p> }.into_any();
    }
    let points = case.points.iter().map(|point| view! { <li><GroundLine ground=point.ground.clone()/></li> }).collect_view();
    view! {
        <h2><Say key="applications_office.open_points"/></h2>
        <ul class="reasons">{points}</ul>
    }
    .into_any()
}

fn against(case: &ReviewCase) -> Option<impl IntoView + use<>> {
    let why = case.against.clone();
    (!why.is_empty()).then(|| {
        view! { <Banner tone=Tone::Warning title="applications_office.not_grantable">{crate::i18n::reasons(move || why.clone())}</Banner> }
    })
}

const fn proof_words(by: ProofKind) -> &'static str {
    match by {
        ProofKind::SignIn => "applications_office.proof_sign_in",
        ProofKind::Counter => "applications_office.proof_counter",
        ProofKind::Letter => "applications_office.proof_letter",
        ProofKind::Document => "applications_office.proof_document",
        ProofKind::Register => "applications_office.proof_register",
    }
}

#[component]
fn Known(case: ReviewCase) -> impl IntoView {
    let application = case.application.clone();
    let phone = case.phone.to_string();
    let proof = case.residence_proof.map_or("applications_office.proof_none", |proof| proof_words(proof.by));
    let answers = answered(&application)
        .into_iter()
        .map(|(question, kind, value)| {
            let question = text(move || question.get(locale()).to_owned());
            view! { <Fact name=question>{furigana(move || in_words(&kind, &value, locale()))}</Fact> }
        })
        .collect_view();
    let documents = application
        .attached
        .iter()
        .map(|file| {
            let what = asked_for(&application, &file.requirement);
            let href = format!("/api/v1/applications/{}/attachments/{}", application.id, file.id);
            view! { <li>{what.map(name)} " " <a href=href target="_blank" rel="noopener">{file.name.clone()}</a></li> }
        })
        .collect_view();
    // What is decided stands by its own grounds: looked at again, the certification that it gave would speak against it.
    let found = match application.state.decision() {
        Some(decision) => decision.grounds.iter().cloned().map(|ground| view! { <li><GroundLine ground/></li> }.into_any()).collect_view(),
        None => looked_at(&case.finding)
            .into_iter()
            .map(|looked| view! { <li><GroundLine ground=looked.ground/> {looked.is_open.then(|| view! { " " <Chip tone=Tone::Warning><Say key="applications_office.unknown"/></Chip> })}</li> }.into_any())
            .collect_view(),
    };
    let (sent, born, has_documents) = (application.submitted_at, case.born, !application.attached.is_empty());
    view! {
        <section class="card stack" aria-labelledby="family">
            <h2 id="family"><Say key="applications_office.family"/></h2>
            <Facts>
                <Fact name="applications_office.guardian">{case.guardian_name.clone()}</Fact>
                <Fact name="applications_office.phone"><a href=paths::call(&phone)>{phone.clone()}</a></Fact>
                {application.child.clone().map(|child| view! { <Fact name="applications_office.child">{child.name} "（" {child.kana} "）"</Fact> })}
                {born.map(|day| view! { <Fact name="applications_office.born">{furigana(move || full_day(day, locale()))}</Fact> })}
                <Fact name="applications_office.residence"><Say key=proof/></Fact>
                {sent.map(|at| view! { <Fact name="applications_office.sent">{furigana(move || moment(at, locale()))}</Fact> })}
                {application.filed_by.clone().map(|_| view! { <Fact name="applications_office.filed"><Say key="applications_office.filed_by_clerk"/></Fact> })}
                {case.days.map(|days| view! {
                    <Fact name="applications_office.days">
                        {say_with("applications_office.from_to", move || vec![("from", full_day(days.from, locale())), ("until", full_day(days.until, locale()))])}
                    </Fact>
                })}
            </Facts>
        </section>
        <section class="card stack answers" aria-labelledby="answers">
            <h2 id="answers"><Say key="applications_office.answers"/></h2>
            <Facts>{answers}</Facts>
            {if has_documents {
                view! { <h3><Say key="applications_office.documents"/></h3> <ul class="plain-list">{documents}</ul> }.into_any()
            } else {
                view! { <p class="quiet"><Say key="applications_office.no_documents"/></p> }.into_any()
            }}
        </section>
        <section class="card stack" aria-labelledby="finding">
            <h2 id="finding"><Say key="applications_office.finding"/></h2>
            <ul class="reasons">{found}</ul>
        </section>
    }
}

/// What the family was asked to correct, while it has the application back.
fn returned(application: &Application) -> Option<impl IntoView + use<>> {
    let is_back = matches!(application.state, ApplicationState::Returned { .. });
    let remarks = application.comments.iter().map(|comment| {
        let asked = asked_for(application, &comment.key).map(name);
        view! { <li><strong>{asked}</strong> <p class="said">{comment.words.clone()}</p></li> }
    });
    (is_back && !application.comments.is_empty()).then(|| {
        view! {
            <section class="card stack" aria-labelledby="returned">
                <h2 id="returned"><Say key="applications_office.asked_back"/></h2>
                <ul class="plain-list stack">{remarks.collect_view()}</ul>
            </section>
        }
    })
}

/// What was decided, with the letter that the family got.
fn decision(application: &Application) -> Option<impl IntoView + use<>> {
    let state = application.state.clone();
    let decision = application.state.decision()?.clone();
    let (at, days) = (decision.decided_at, decision.days);
    let notice = format!("/api/v1/applications/{}/notice.pdf", application.id);
    Some(view! {
        <section class="card stack" aria-labelledby="decision">
            <h2 id="decision"><Say key="applications_office.decision"/></h2>
            <p class="row"><StateChip state/> <span>{furigana(move || moment(at, locale()))}</span> <span class="quiet">{decision.number}</span></p>
            {days.map(|days| view! {
                <p>{say_with("applications_office.from_to", move || vec![("from", full_day(days.from, locale())), ("until", full_day(days.until, locale()))])}</p>
            })}
            {(!decision.words.is_empty()).then(|| view! { <p class="said">{decision.words}</p> })}
            <p><a href=notice target="_blank" rel="external noopener"><Say key="applications_office.notice"/></a></p>
        </section>
    })
}
