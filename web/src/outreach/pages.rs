//! One case: whom to call and what to say first, then what came of it, and what to do with it.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use shared::locale::{full_day, moment};
use shared::outreach::{
    Attempt as Tried, AttemptMeans, AttemptResult, CaseClosing, CaseDesk, CaseHandOver, CaseOutcome, CaseState, Matter, NewAttempt,
    OutreachCase,
};
use shared::time::days_after;

use super::client::{self, Step};
use super::list::{StateChip, WorkerNav};
use super::model::{desk_words, means_words, outcome_of, outcome_words, reach_words, result_of, result_words};
use crate::api::Tagged;
use crate::i18n::{Say, Text, furigana, locale, marked, say, say_with, text};
use crate::paths;
use crate::taking::taking;
use crate::ui::{
    Banner, Breadcrumbs, Button, Chip, Choice, Disclosure, Fact, Facts, Field, Load, Look, Need, PageTitle, RadioGroup, Select, TextArea,
    Tone, renewal,
};

/// One case.
#[component]
pub fn CasePage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("case_id").unwrap_or_default()));
    let found = LocalResource::new(move || {
        let id = id.get();
        async move { client::case(&id).await }
    });
    let renewal = renewal(found);
    view! {
        <div class="stack staff">
            <WorkerNav/>
            <Breadcrumbs trail=vec![(paths::office_outreach(), "outreach.title".into())] here="outreach.one"/>
            <Show when=move || !matches!(found.get(), Some(Ok(_)))><PageTitle text="outreach.one"/></Show>
            <Load what=found renewal let:tagged><Case tagged again=renewal.again/></Load>
        </div>
    }
}

#[component]
fn Case(tagged: Tagged<OutreachCase>, again: Callback<()>) -> impl IntoView {
    let case = tagged.value.clone();
    let line = case.line.clone();
    let is_live = line.state.is_live().is_ok();
    let (name, call, deadline) = (line.guardian_name.clone(), format!("tel:{}", line.phone.as_str()), line.deadline_at);
    let resolved = match &line.state {
        CaseState::Resolved { at } => Some(*at),
        _ => None,
    };
    let language = line.locale;
    let steps = is_live.then(|| view! { <Steps tagged=tagged.clone() again/> });
    view! {
        <PageTitle text=text(move || name.clone())/>
        <p class="row"><StateChip state=line.state.clone()/> <Chip>{say(desk_words(line.desk))}</Chip></p>
        {resolved.map(|at| view! {
            <Banner tone=Tone::Success title="outreach.resolved_title">
                <p>{say_with("outreach.resolved_at", move || vec![("at", moment(at, locale()))])}</p>
            </Banner>
        })}
        <div class="case">
        <div class="stack">
            <section class="card stack" aria-labelledby="case-family">
                <h2 id="case-family"><Say key="outreach.family"/></h2>
                <Facts>
                    <Fact name="outreach.guardian">{line.guardian_name.clone()} "（" {line.guardian_kana.clone()} "）"</Fact>
                    <Fact name="outreach.phone"><a href=call>{line.phone.grouped()}</a></Fact>
                    <Fact name="outreach.language">{say(language_words(language))}</Fact>
                    <Fact name="outreach.deadline">{furigana(move || moment(deadline, locale()))}</Fact>
                </Facts>
            </section>
            <section class="card stack" aria-labelledby="case-script">
                <h2 id="case-script"><Say key="outreach.script"/></h2>
                <p class="said">{marked(&case.script)}</p>
                {case.script_for_family.clone().map(|script| view! {
                    <Disclosure summary="outreach.script_for_family"><p class="said">{marked(&script)}</p></Disclosure>
                })}
            </section>
            <section class="card stack" aria-labelledby="case-matters">
                <h2 id="case-matters"><Say key="outreach.matters"/></h2>
                <ul class="plain-list stack">{case.matters.iter().cloned().map(|matter| view! { <MatterItem matter/> }).collect_view()}</ul>
            </section>
            <section class="card stack" aria-labelledby="case-priority">
                <h2 id="case-priority"><Say key="outreach.priority"/></h2>
                <ul class="reasons">
                    {line.priority.parts.iter().map(|part| {
                        let (reason, points) = (part.reason(), part.points);
                        view! { <li>{furigana(move || reason.sentence(locale()))} " " <strong>{format!("+{points}")}</strong></li> }
                    }).collect_view()}
                </ul>
                <p>{say_with("outreach.points", move || vec![("points", line.priority.points.to_string())])}</p>
            </section>
        </div>
        <div class="stack">
            {steps}
            <section class="card stack" aria-labelledby="case-tries">
                <h2 id="case-tries"><Say key="outreach.tries"/></h2>
                {if case.tries.is_empty() {
                    view! { <p class="quiet"><Say key="outreach.no_tries"/></p> }.into_any()
                } else {
                    let tries = case.tries.iter().cloned().map(|tried| view! { <TriedItem tried/> }).collect_view();
                    view! { <ol class="plain-list stack">{tries}</ol> }.into_any()
                }}
            </section>
            {(!case.notes.is_empty()).then(|| view! {
                <section class="card stack" aria-labelledby="case-notes">
                    <h2 id="case-notes"><Say key="outreach.notes"/></h2>
                    <ul class="plain-list stack">
                        {case.notes.iter().cloned().map(|note| view! {
                            <li><p class="said">{note.words}</p><p class="quiet">{note.by.name} " " {furigana(move || moment(note.at, locale()))}</p></li>
                        }).collect_view()}
                    </ul>
                </section>
            })}
        </div>
        </div>
    }
}

const fn language_words(language: shared::locale::Locale) -> &'static str {
    match language {
        shared::locale::Locale::Ja => "outreach.speaks_ja",
        shared::locale::Locale::Easy => "outreach.speaks_easy",
        shared::locale::Locale::En => "outreach.speaks_en",
    }
}

#[component]
fn MatterItem(matter: Matter) -> impl IntoView {
    let (key, tone) = reach_words(matter.reach);
    let (sent, deadline) = (matter.sent_at, matter.deadline_at);
    view! {
        <li>
            <p><strong>{marked(&matter.title)}</strong> " " <Chip tone>{say(key)}</Chip></p>
            <p class="quiet">{say_with("outreach.sent_until", move || vec![("sent", moment(sent, locale())), ("until", moment(deadline, locale()))])}</p>
            <ul class="plain-list">
                {matter.guardians.into_iter().map(|one| {
                    let (key, _) = reach_words(one.reach);
                    view! { <li class="quiet">{one.name} "：" {say(key)}</li> }
                }).collect_view()}
            </ul>
        </li>
    }
}

#[component]
fn TriedItem(tried: Tried) -> impl IntoView {
    let (at, next) = (tried.at, tried.next_on);
    view! {
        <li>
            <p><strong>{say(means_words(tried.means))} "：" {say(result_words(tried.result))}</strong></p>
            {(!tried.words.is_empty()).then(|| view! { <p class="said">{tried.words}</p> })}
            {next.map(|day| view! { <p>{say_with("outreach.next_agreed", move || vec![("day", full_day(day, locale()))])}</p> })}
            <p class="quiet">{tried.by.name} " " {furigana(move || moment(at, locale()))}</p>
        </li>
    }
}

/// What is done with a case that is not over.
#[component]
fn Steps(tagged: Tagged<OutreachCase>, again: Callback<()>) -> impl IntoView {
    let (id, etag) = (tagged.value.line.id.to_string(), tagged.etag);
    let send = move |step: Step, attempt| {
        let (id, etag) = (id.clone(), etag.clone());
        async move { client::take(&id, &step, &etag, &attempt).await }
    };
    let taking = taking(send, Callback::new(move |_| again.run(())), again);
    let case = tagged.value;
    let to = match case.line.desk {
        CaseDesk::City => CaseDesk::Centre,
        CaseDesk::Centre => CaseDesk::City,
    };
    let is_open = case.line.state == CaseState::Open;
    let (means, result) = (RwSignal::new("call".to_owned()), RwSignal::new(String::new()));
    let (words, next, next_means) = (RwSignal::new(String::new()), RwSignal::new(String::new()), RwSignal::new("call".to_owned()));
    let (hand_words, outcome, end_words) = (RwSignal::new(String::new()), RwSignal::new(String::new()), RwSignal::new(String::new()));
    let both = || vec![Choice::new("call", "outreach.means_call"), Choice::new("visit", "outreach.means_visit")];
    let of = |word: &str| if word == "visit" { AttemptMeans::Visit } else { AttemptMeans::Call };
    let results: Vec<Choice> = AttemptResult::ALL.iter().map(|one| Choice::new(one.as_str(), result_words(*one))).collect();
    let outcomes: Vec<Choice> = CaseOutcome::ALL.iter().map(|one| Choice::new(one.as_str(), outcome_words(*one))).collect();
    let today = crate::settings::today();
    let days = std::iter::once((String::new(), Text::from("outreach.no_next"))).chain((0..=28_u32).map(|ahead| {
        let day = days_after(today, ahead);
        (day.to_string(), text(move || shared::locale::without_ruby(&full_day(day, locale()))))
    }));
    let days = Signal::stored(days.collect::<Vec<_>>());
    let take = Callback::new(move |()| taking.take(Step::Take, "outreach.done_taken"));
    let write = Callback::new(move |()| {
        let Some(result) = result_of(&result.get_untracked()) else { return };
        let next_on = next.get_untracked().parse().ok();
        let new = NewAttempt {
            means: of(&means.get_untracked()),
            result,
            words: words.get_untracked(),
            next_on,
            next_means: next_on.map(|_| of(&next_means.get_untracked())),
        };
        taking.take(Step::Try(new), "outreach.done_tried");
    });
    let hand = Callback::new(move |()| {
        taking.take(Step::HandOver(CaseHandOver { desk: to, words: hand_words.get_untracked() }), "outreach.done_handed");
    });
    let end = Callback::new(move |()| {
        let Some(outcome) = outcome_of(&outcome.get_untracked()) else { return };
        taking.take(Step::Close(CaseClosing { outcome, words: end_words.get_untracked() }), "outreach.done_closed");
    });
    let busy = taking.is_busy();
    let least = case.least_attempts;
    let hand_key = if to == CaseDesk::Centre { "outreach.hand_to_centre" } else { "outreach.hand_to_city" };
    view! {
        {taking.refused()}
        {is_open.then(|| view! { <div class="row"><Button busy on_press=take><Say key="outreach.take"/></Button></div> })}
        <section class="card stack" aria-labelledby="case-try">
            <h2 id="case-try"><Say key="outreach.try"/></h2>
            <RadioGroup id="try-means" legend="outreach.means" choices=Signal::stored(both()) value=means inline=true/>
            <RadioGroup id="try-result" legend="outreach.result" choices=Signal::stored(results) value=result/>
            <Field id="try-words" label="outreach.words" hint="outreach.words_hint" required=Need::Optional><TextArea value=words maxlength=500/></Field>
            <Field id="try-next" label="outreach.next" required=Need::Optional><Select value=next options=days/></Field>
            <Show when=move || next.with(|next| !next.is_empty())>
                <RadioGroup id="try-next-means" legend="outreach.next_means" choices=Signal::stored(both()) value=next_means inline=true/>
            </Show>
            <div class="row"><Button busy disabled=Signal::derive(move || result.with(String::is_empty)) on_press=write><Say key="outreach.write"/></Button></div>
        </section>
        <Disclosure summary=hand_key>
            <div class="stack">
                <Field id="hand-words" label="outreach.hand_words"><TextArea value=hand_words maxlength=500/></Field>
                <div class="row"><Button look=Look::Outline busy on_press=hand><Say key=hand_key/></Button></div>
            </div>
        </Disclosure>
        <Disclosure summary="outreach.close">
            <div class="stack">
                <RadioGroup id="close-outcome" legend="outreach.outcome" choices=Signal::stored(outcomes) value=outcome/>
                <p class="quiet">{say_with("outreach.least", move || vec![("count", least.to_string())])}</p>
                <Field id="close-words" label="outreach.words" required=Need::Optional><TextArea value=end_words maxlength=500/></Field>
                <div class="row"><Button busy disabled=Signal::derive(move || outcome.with(String::is_empty)) on_press=end><Say key="outreach.close"/></Button></div>
            </div>
        </Disclosure>
    }
}
