//! What a file of a register would change or has changed, and which files went in.

use std::collections::BTreeMap;

use leptos::prelude::*;
use shared::facilities::Finding;
use shared::locale::{full_day, moment};
use shared::problem::Reason;
use shared::registers::{Choice, Difference, RegisterReport, RegisterRun, RowDifference};

use crate::i18n::{Say, furigana, locale, say, say_with, text};
use crate::ui::{self, Banner, Card, Disclosure, EmptyState, RadioGroup, Table, Tone};

/// What a person decided, by the rows' keys.
pub type Choices = RwSignal<BTreeMap<String, Choice>>;

/// More findings than that are not shown; the report of the command line has all of them.
const MOST_FINDINGS: usize = 200;

/// What a file would change or has changed.
#[component]
pub fn Report(told: RegisterReport, choices: Choices) -> impl IntoView {
    let counted = told.counted();
    let (open, rest): (Vec<RowDifference>, Vec<RowDifference>) = told.rows.into_iter().partition(|row| row.undecided);
    let (has_open, has_rest, more) = (!open.is_empty(), !rest.is_empty(), told.more_rows);
    let tone = if told.kind.is_none() {
        Tone::Error
    } else if told.dry_run {
        Tone::Info
    } else {
        Tone::Success
    };
    let title = if told.kind.is_none() {
        "registers.refused"
    } else if told.dry_run {
        "registers.seen"
    } else {
        "registers.done"
    };
    let findings = told.file.findings;
    let others = if has_open { "registers.others" } else { "registers.differences" };
    view! {
        <section class="stack" aria-labelledby="report">
            <h2 id="report" tabindex="-1"><Say key="registers.report"/></h2>
            <Banner tone title=title><p>{furigana(move || counted.sentence(locale()))}</p></Banner>
            {(!findings.is_empty()).then(|| view! { <Findings findings/> })}
            {has_open
                .then(|| {
                    view! {
                        <h3><Say key="registers.to_decide"/></h3>
                        <p><Say key="registers.to_decide_lead"/></p>
                        {open.into_iter().map(|row| view! { <Open row choices/> }).collect_view()}
                    }
                })}
            {has_rest
                .then(|| {
                    view! {
                        <Disclosure summary=others open=!has_open>
                            <div class="titled"><Differences rows=rest caption=others/></div>
                        </Disclosure>
                    }
                })}
            {(more > 0).then(|| view! { <p class="quiet">{say_with("registers.more", move || vec![("count", more.to_string())])}</p> })}
        </section>
    }
}

fn side(words: Vec<Reason>) -> impl IntoView {
    words.into_iter().map(|word| view! { <div>{furigana(move || word.sentence(locale()))}</div> }).collect_view()
}

/// The heads of the columns that say what each side knows.
fn sides() -> impl IntoView {
    view! {
        <th scope="col"><Say key="registers.th_field"/></th>
        <th scope="col"><Say key="registers.th_before"/></th>
        <th scope="col"><Say key="registers.th_file"/></th>
        <th scope="col"><Say key="registers.th_ours"/></th>
        <th scope="col"><Say key="registers.th_change"/></th>
    }
}

fn difference(told: Difference) -> impl IntoView {
    let (field, change) = (Reason::new(told.field.key()), Reason::new(told.change.key()));
    view! {
        <td>{furigana(move || field.sentence(locale()))}</td>
        <td>{side(told.before)}</td>
        <td>{side(told.file)}</td>
        <td>{side(told.ours)}</td>
        <td>{furigana(move || change.sentence(locale()))}</td>
    }
}

/// A row that waits for a decision.
#[component]
fn Open(row: RowDifference, choices: Choices) -> impl IntoView {
    let (key, born, line) = (row.key, row.born, row.line);
    let value = RwSignal::new(String::new());
    let decided = key.clone();
    Effect::new(move || {
        let choice = match value.get().as_str() {
            "file" => Choice::File,
            "ours" => Choice::Ours,
            _ => return,
        };
        choices.update(|all| {
            all.insert(decided.clone(), choice);
        });
    });
    let options = Signal::stored(vec![ui::Choice::new("file", "registers.take_file"), ui::Choice::new("ours", "registers.keep_ours")]);
    let caption = row.child.clone();
    view! {
        <Card>
            <h4>{row.child}</h4>
            <p class="quiet">
                {furigana(move || full_day(born, locale()))} " " {say_with("registers.line", move || vec![("line", line.to_string())])} " " {key.clone()}
            </p>
            <div class="titled">
                <Table caption=text(move || caption.clone())>
                    <thead><tr>{sides()}</tr></thead>
                    <tbody>{row.differences.into_iter().map(|told| view! { <tr>{difference(told)}</tr> }).collect_view()}</tbody>
                </Table>
            </div>
            <RadioGroup id=format!("choice-{line}") legend="registers.decide" choices=options value inline=true required=ui::Need::Unsaid/>
        </Card>
    }
}

/// Rows that need no decision.
#[component]
fn Differences(rows: Vec<RowDifference>, caption: &'static str) -> impl IntoView {
    let lines = rows.into_iter().flat_map(|row| {
        let (child, line) = (row.child, row.line);
        row.differences.into_iter().map(move |told| {
            view! {
                <tr>
                    <td class="number">{line.to_string()}</td>
                    <th scope="row">{child.clone()}</th>
                    {difference(told)}
                </tr>
            }
        })
    });
    view! {
        <Table caption>
            <thead>
                <tr>
                    <th scope="col" class="number"><Say key="registers.th_line"/></th>
                    <th scope="col"><Say key="registers.th_child"/></th>
                    {sides()}
                </tr>
            </thead>
            <tbody>{lines.collect_view()}</tbody>
        </Table>
    }
}

/// What is wrong with a file.
#[component]
fn Findings(findings: Vec<Finding>) -> impl IntoView {
    let more = findings.len().saturating_sub(MOST_FINDINGS);
    let rows = findings.into_iter().take(MOST_FINDINGS).map(|finding| {
        let reason = finding.reason;
        view! {
            <tr>
                <td class="number">{finding.line.to_string()}</td>
                <td>{finding.column.unwrap_or_default()}</td>
                <td>{finding.value}</td>
                <td>{furigana(move || reason.sentence(locale()))}</td>
            </tr>
        }
    });
    view! {
        <h3><Say key="registers.findings"/></h3>
        <div class="titled">
        <Table caption="registers.findings">
            <thead>
                <tr>
                    <th scope="col" class="number"><Say key="registers.th_line"/></th>
                    <th scope="col"><Say key="registers.th_column"/></th>
                    <th scope="col"><Say key="registers.th_value"/></th>
                    <th scope="col"><Say key="registers.th_reason"/></th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </Table>
        </div>
        {(more > 0).then(|| view! { <p class="quiet">{say_with("registers.more", move || vec![("count", more.to_string())])}</p> })}
    }
}

/// The files that went in.
#[component]
pub fn Runs(all: Vec<RegisterRun>) -> impl IntoView {
    if all.is_empty() {
        return view! { <EmptyState words="registers.no_runs"/> }.into_any();
    }
    let rows = all.into_iter().map(|run| {
        let (started, counts) = (run.started_at, run.counts.reason());
        let is_open = run.ended_at.is_none();
        view! {
            <tr>
                <th scope="row">{furigana(move || moment(started, locale()))}</th>
                <td>{run.name}</td>
                <td>{run.by}</td>
                <td class="wide">{if is_open { say("registers.interrupted").into_any() } else { furigana(move || counts.sentence(locale())).into_any() }}</td>
            </tr>
        }
    });
    view! {
        <Table caption="registers.runs">
            <thead>
                <tr>
                    <th scope="col"><Say key="registers.th_when"/></th>
                    <th scope="col"><Say key="registers.th_name"/></th>
                    <th scope="col"><Say key="registers.th_by"/></th>
                    <th scope="col"><Say key="registers.th_counts"/></th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </Table>
    }
    .into_any()
}
