//! The queue: what waits, by its clock, several decided at once, and how long decisions took.

use std::collections::BTreeMap;

use leptos::prelude::*;
use shared::applications::{
    ApplicationState, BulkDecision, BulkOutcome, LeadFigures, LeadTime, OfficerDecision, Queue, QueueLine, SeenApplication,
};
use shared::locale::full_day;
use shared::problem::Reason;
use shared::time::tokyo_day;

use super::client::{self, Wanted};
use super::model::lasted;
use super::parts::{ClockChip, StateChip};
use crate::api::{Attempt, Failure};
use crate::i18n::{Say, Text, furigana, locale, name, reasons, say, say_with, t_with, text, text_with};
use crate::office::{OfficeNav, OfficePlace};
use crate::paths;
use crate::ui::{
    Button, Checkbox, Chip, Choice, Counts, Disclosure, EmptyState, Field, Load, Need, PageTitle, Pager, QueueCell, QueueTable, RadioGroup,
    Refusal, Select, Table, TextArea, Tone, focus,
};

/// What was chosen in the queue: version and number by id. And what came of each, with its number.
#[derive(Clone, Copy)]
struct Bulk {
    chosen: RwSignal<BTreeMap<String, (i64, String)>>,
    outcomes: RwSignal<Vec<(String, BulkOutcome)>>,
}

/// The queue of the officer's city.
#[component]
pub fn QueuePage() -> impl IntoView {
    let (state, procedure) = (RwSignal::new("in_review".to_owned()), RwSignal::new(String::new()));
    let (overdue, cursor) = (RwSignal::new(false), RwSignal::new(None::<String>));
    let bulk = Bulk { chosen: RwSignal::default(), outcomes: RwSignal::default() };
    // What is not on the page any more is not decided along with the rest.
    let first = move || {
        cursor.set(None);
        bulk.chosen.set(BTreeMap::new());
        bulk.outcomes.set(Vec::new());
    };
    let is_timed = move || state.with(|state| state == "in_review");
    let wanted = Memo::new(move |_| Wanted {
        state: state.get(),
        procedure: procedure.get(),
        overdue: is_timed() && overdue.get(),
        cursor: cursor.get(),
    });
    let found = LocalResource::new(move || {
        let wanted = wanted.get();
        async move { client::queue(&wanted).await }
    });
    let states: Vec<(String, Text)> = [
        ("in_review", "applications_office.is_in_review"),
        ("returned", "applications_office.is_returned"),
        ("granted", "applications_office.is_granted"),
        ("refused", "applications_office.is_refused"),
        ("withdrawn", "applications_office.is_withdrawn"),
    ]
    .map(|(value, words)| (value.to_owned(), Text::from(words)))
    .to_vec();
    let procedures = Signal::derive(move || {
        let all = std::iter::once((String::new(), Text::from("applications_office.every_procedure")));
        let known = found.get().and_then(Result::ok).map(|queue| queue.counts.procedures).unwrap_or_default();
        all.chain(known.into_iter().map(|one| {
            let words = text(move || format!("{}（{}）", one.name.get(locale()), one.in_review));
            (one.procedure.as_str().to_owned(), words)
        }))
        .collect::<Vec<_>>()
    });
    view! {
        <div class="stack staff">
            <OfficeNav here=OfficePlace::Applications/>
            <PageTitle text="applications_office.title"/>
            <p><Say key="applications_office.lead"/></p>
            <div class="row queue-filter" on:change=move |_| first()>
                <Field id="queue-state" label="applications_office.state" required=Need::Unsaid><Select value=state options=Signal::stored(states)/></Field>
                <Field id="queue-procedure" label="applications_office.procedure" required=Need::Unsaid><Select value=procedure options=procedures/></Field>
                <Show when=is_timed><Checkbox id="queue-overdue" label="applications_office.only_late" value=overdue/></Show>
            </div>
            <Outcomes bulk/>
            <Load what=found let:queue>
                <Found queue bulk cursor/>
            </Load>
            <BulkForm bulk found/>
            <Disclosure summary="applications_office.lead_time"><LeadTimes bulk/></Disclosure>
        </div>
    }
}

/// What stands in a row, after the box.
const COLUMNS: [&str; 5] = [
    "applications_office.application",
    "applications_office.family",
    "applications_office.sent",
    "applications_office.clock",
    "applications_office.state",
];

#[component]
fn Found(queue: Queue, bulk: Bulk, cursor: RwSignal<Option<String>>) -> impl IntoView {
    let counts = [
        ("applications_office.count_in_review", queue.counts.in_review, Tone::Info),
        ("applications_office.count_late", queue.counts.overdue, if queue.counts.overdue > 0 { Tone::Error } else { Tone::Info }),
        ("applications_office.count_returned", queue.counts.returned, Tone::Info),
    ];
    let counts = counts.map(|(key, count, tone)| (tone, text_with(key, move || vec![("count", count.to_string())]))).to_vec();
    let next = queue.next_cursor.clone();
    let rows = if queue.items.is_empty() {
        view! { <EmptyState words=Text::from("applications_office.nothing")/> }.into_any()
    } else {
        let rows = queue.items.into_iter().map(|line| view! { <Row line bulk/> }).collect_view();
        view! {
            <QueueTable caption="applications_office.caption" choosing="applications_office.choose" columns=COLUMNS.to_vec()>{rows}</QueueTable>
        }
        .into_any()
    };
    view! {
        <Counts label="applications_office.counts" counts/>
        {rows}
        <Pager cursor next/>
    }
}

#[component]
fn Row(line: QueueLine, bulk: Bulk) -> impl IntoView {
    let QueueLine { line: application, guardian_name, clock, assignee, version, .. } = line;
    let can_choose = matches!(&application.state, ApplicationState::InReview { proposed: None, .. });
    let number = application.number.unwrap_or_default();
    let label = number.clone();
    let key = StoredValue::new((application.id.to_string(), version, number.clone()));
    let box_ = can_choose.then(|| {
        view! {
            <input
                type="checkbox"
                class="queue-box"
                aria-label=move || t_with("applications_office.choose_one", &[("number", label.clone())])
                prop:checked=move || key.with_value(|(id, ..)| bulk.chosen.with(|all| all.contains_key(id)))
                on:change:target=move |event| {
                    let is_chosen = event.target().checked();
                    let (id, seen, number) = key.get_value();
                    bulk.chosen.update(|all| {
                        if is_chosen { all.insert(id, (seen, number)); } else { all.remove(&id); }
                    });
                }
            />
        }
    });
    let (sent, state) = (application.submitted_at.map(tokyo_day), application.state);
    let clock = clock.map(|clock| view! { <ClockChip clock state=state.clone()/> });
    view! {
        <tr>
            <td class="queue-choose">{box_}</td>
            <th scope="row">
                <a href=paths::office_application(application.id.as_str())>{name(application.procedure_name)}</a>
                <span class="quiet queue-number">{number}</span>
            </th>
            <QueueCell label="applications_office.family">
                {guardian_name} {application.child.map(|child| view! { <span class="quiet queue-number">{say_with("applications_office.of_child", move || vec![("child", child.name.clone())])}</span> })}
            </QueueCell>
            <QueueCell label="applications_office.sent">{sent.map(|day| furigana(move || full_day(day, locale())))}</QueueCell>
            <QueueCell label="applications_office.clock">{clock}</QueueCell>
            <QueueCell label="applications_office.state">
                <StateChip state/> {assignee.map(|one| view! { <span class="quiet queue-number">{say_with("applications_office.assigned_to", move || vec![("name", one.name.clone())])}</span> })}
            </QueueCell>
        </tr>
    }
}

/// What came of what was decided at once, application by application.
#[component]
fn Outcomes(bulk: Bulk) -> impl IntoView {
    // The form that was pressed is gone: what came of it is where one goes on reading.
    let heading = NodeRef::<leptos::html::H2>::new();
    Effect::new(move || {
        bulk.outcomes.track();
        if let Some(heading) = heading.get() {
            let _ = heading.focus();
        }
    });
    move || {
        let outcomes = bulk.outcomes.get();
        (!outcomes.is_empty()).then(|| {
            let rows = outcomes.into_iter().map(|(number, outcome)| {
                let why = outcome.reasons;
                let words = match outcome.state {
                    Some(state) => view! { <StateChip state/> }.into_any(),
                    None => {
                        view! { <Chip tone=Tone::Error><Say key="applications_office.not_done"/></Chip> {reasons(move || why.clone())} }
                            .into_any()
                    }
                };
                view! { <li><a href=paths::office_application(outcome.application_id.as_str())>{number}</a> " " {words}</li> }
            });
            view! {
                <section class="card stack" aria-labelledby="outcomes">
                    <h2 id="outcomes" tabindex="-1" node_ref=heading><Say key="applications_office.outcomes"/></h2>
                    <ul class="plain-list stack">{rows.collect_view()}</ul>
                </section>
            }
        })
    }
}

#[component]
fn BulkForm(bulk: Bulk, found: LocalResource<Result<Queue, Failure>>) -> impl IntoView {
    let (verdict, words) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (failure, pressed) = (RwSignal::new(None::<Failure>), RwSignal::new(false));
    let attempt = Attempt::new();
    let is_wordless = move || words.with(|words| words.trim().is_empty());
    let words_error =
        Signal::derive(move || (pressed.get() && is_wordless()).then(|| Reason::new("applications.words_missing").sentence(locale())));
    let sending = Action::new_local(move |command: &BulkDecision| {
        let (command, attempt) = (command.clone(), attempt.clone());
        async move {
            match client::decide_all(&command, &attempt).await {
                Ok(outcomes) => {
                    let chosen = untrack(|| bulk.chosen.get());
                    let number = |id: &str| chosen.get(id).map(|(_, number)| number.clone()).unwrap_or_default();
                    bulk.outcomes.set(outcomes.into_iter().map(|outcome| (number(outcome.application_id.as_str()), outcome)).collect());
                    bulk.chosen.set(BTreeMap::new());
                    words.set(String::new());
                    pressed.set(false);
                    found.refetch();
                }
                Err(why) => failure.set(Some(why)),
            }
        }
    });
    let choices =
        Signal::stored(vec![Choice::new("grant", "applications_office.grant"), Choice::new("refuse", "applications_office.refuse")]);
    let press = Callback::new(move |()| {
        failure.set(None);
        pressed.set(true);
        if untrack(is_wordless) {
            focus("bulk-words");
            return;
        }
        let chosen = untrack(|| bulk.chosen.get());
        let items = chosen.into_iter().map(|(id, (seen, _))| SeenApplication { application_id: id.as_str().into(), seen });
        let (verdict, words) = untrack(|| (verdict.get(), words.get()));
        let decision = OfficerDecision { grants: verdict == "grant", words, confirms_residence: false, known: Vec::new() };
        sending.dispatch(BulkDecision { items: items.collect(), decision });
    });
    let is_any = move || bulk.chosen.with(|chosen| !chosen.is_empty());
    let count = move || bulk.chosen.with(BTreeMap::len);
    view! {
        <Show when=is_any>
            <section class="card stack" aria-labelledby="bulk">
                <h2 id="bulk">{say_with("applications_office.chosen", move || vec![("count", count().to_string())])}</h2>
                <RadioGroup id="bulk-verdict" legend="applications_office.what" choices value=verdict inline=true/>
                <Field id="bulk-words" label="applications_office.words" hint="applications_office.words_hint" error=words_error><TextArea value=words maxlength=1000/></Field>
                {move || failure.get().map(|why| view! { <Refusal why/> })}
                <div class="row">
                    <Button busy=sending.pending() disabled=Signal::derive(move || verdict.with(String::is_empty)) on_press=press><Say key="applications_office.decide_all"/></Button>
                </div>
            </section>
        </Show>
    }
}

#[component]
fn LeadTimes(bulk: Bulk) -> impl IntoView {
    let told = LocalResource::new(move || {
        // What is decided here counts at once.
        bulk.outcomes.track();
        client::lead_time()
    });
    view! { <Load what=told let:figures><Figures figures/></Load> }
}

#[component]
fn Figures(figures: LeadTime) -> impl IntoView {
    let took = |seconds: Option<i64>| {
        seconds.map(|seconds| {
            let (key, count) = lasted(seconds);
            say_with(key, move || vec![("count", count.clone())])
        })
    };
    let row = move |key: &'static str, one: LeadFigures| {
        let within = (one.decided > 0).then(|| format!("{} %", u64::from(one.within_target) * 100 / u64::from(one.decided)));
        view! {
            <tr>
                <th scope="row">{say(key)}</th>
                <td class="number">{one.decided.to_string()}</td>
                <td class="number">{within}</td>
                <td class="number">{took(one.median_seconds)}</td>
                <td class="number">{took(one.longest_seconds)}</td>
            </tr>
        }
    };
    let (from, until) = (figures.from, figures.until);
    view! {
        <p class="quiet">{say_with("applications_office.lead_days", move || vec![("from", full_day(from, locale())), ("until", full_day(until, locale()))])}</p>
        <Table caption="applications_office.lead_caption">
            <thead>
                <tr>
                    <th scope="col"><Say key="applications_office.lead_by"/></th>
                    <th scope="col" class="number"><Say key="applications_office.lead_count"/></th>
                    <th scope="col" class="number"><Say key="applications_office.lead_within"/></th>
                    <th scope="col" class="number"><Say key="applications_office.lead_median"/></th>
                    <th scope="col" class="number"><Say key="applications_office.lead_longest"/></th>
                </tr>
            </thead>
            <tbody>
                {row("applications_office.by_rules", figures.by_rules)}
                {row("applications_office.by_officers", figures.by_officers)}
                {row("applications_office.by_all", figures.all)}
            </tbody>
        </Table>
    }
}
