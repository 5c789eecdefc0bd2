//! New periods of retention: what the city is to keep for how long, and what would be over on their first day.

use leptos::prelude::*;
use serde_json::{Value, json};
use shared::changes::Change;
use shared::retention::{Kind as Records, Period, RetentionCount, RetentionOverview, RetentionRules};
use shared::time::next_day;

use super::forms::{Around, Proposing};
use crate::editing::tree::Kind;
use crate::editing::{Names, Pick, Rows, Typed};
use crate::i18n::{Say, Text, name, say, say_with};
use crate::retention::{overview, words};
use crate::settings;
use crate::ui::{Fact, Facts, Load, QueueCell, QueueFigure, QueueTable};

/// The page of new periods.
#[component]
pub fn NewPeriodsPage() -> impl IntoView {
    let known = LocalResource::new(overview);
    view! {
        <Around title="retention.change" lead="retention.change_lead">
            <Load what=known let:held><Periods held/></Load>
        </Around>
    }
}

#[component]
fn Periods(held: RetentionOverview) -> impl IntoView {
    let periods = held.kinds.into_iter().filter_map(|standing| standing.period).collect();
    let rules = RetentionRules { valid_from: next_day(settings::today()), periods };
    let draft = RwSignal::new(serde_json::to_value(Change::Retention { rules }).unwrap_or_default());
    let fields = || {
        view! {
            <Typed at="/rules/valid_from" label="changes.from" kind=Kind::Day/>
            <Rows at="/rules/periods" label="retention.caption" row=period fresh=fresh/>
        }
        .into_any()
    };
    view! { <Proposing draft fields=Box::new(fields)/> }
}

/// A kind that has no period yet.
fn fresh(draft: &Value) -> Value {
    let named: Vec<&str> = draft
        .pointer("/rules/periods")
        .and_then(Value::as_array)
        .map(|all| all.iter().filter_map(|period| period["kind"].as_str()).collect())
        .unwrap_or_default();
    let kind = Records::ALL.into_iter().find(|kind| !named.contains(&kind.as_str())).unwrap_or(Records::Drafts);
    json!({ "kind": kind, "months": kind.least_months(), "source": { "ja": "", "easy": "", "en": "" } })
}

fn period(at: String) -> AnyView {
    let kinds: Vec<(String, Text)> = Records::ALL.map(|kind| (kind.as_str().to_owned(), Text::from(words(kind)))).into_iter().collect();
    view! {
        <Pick at=format!("{at}/kind") label="retention.column.kind" options=Signal::stored(kinds)/>
        <Typed at=format!("{at}/months") label="retention.so_many_months" kind=Kind::Number/>
        <Names at=format!("{at}/source") label="retention.column.source"/>
    }
    .into_any()
}

const COLUMNS: [&str; 5] = [
    "retention.column.kind",
    "retention.column.before_months",
    "retention.column.before_over",
    "retention.column.new_months",
    "retention.column.new_over",
];
const FIGURES: [&str; 2] = ["retention.column.before_over", "retention.column.new_over"];

fn months(months: Option<u32>) -> AnyView {
    match months {
        Some(months) => {
            view! { <span class="no-break">{say_with("retention.months", move || vec![("months", months.to_string())])}</span> }.into_any()
        }
        None => say("retention.not_erased").into_any(),
    }
}

/// How long each kind is to be kept, and by which rule.
#[component]
pub fn PeriodFacts(
    /// The new periods.
    periods: Vec<Period>,
) -> impl IntoView {
    let facts = periods
        .into_iter()
        .map(|period| {
            view! {
                <Fact name=words(period.kind)>
                    {months(Some(period.months))}
                    <br/>
                    <span class="quiet">{name(period.source)}</span>
                </Fact>
            }
        })
        .collect_view();
    view! { <Facts>{facts}</Facts> }
}

/// What is over on the first day, by what holds and by what is proposed.
#[component]
pub fn PeriodCounts(
    /// Every kind.
    counts: Vec<RetentionCount>,
) -> impl IntoView {
    let rows = counts
        .into_iter()
        .map(|count| {
            view! {
                <tr>
                    <th scope="row">{say(words(count.kind))}</th>
                    <QueueCell label="retention.column.before_months">{months(count.months)}</QueueCell>
                    <QueueFigure label="retention.column.before_over">{count.over}</QueueFigure>
                    <QueueCell label="retention.column.new_months">{months(count.new_months)}</QueueCell>
                    <QueueFigure label="retention.column.new_over">{count.newly_over}</QueueFigure>
                </tr>
            }
        })
        .collect_view();
    view! {
        <p><Say key="retention.over_on_first_day"/></p>
        <QueueTable caption="retention.over_on_first_day" columns=COLUMNS.to_vec() figures=&FIGURES>{rows}</QueueTable>
    }
}
