//! The officers' page: what the city keeps for how long, what of it is over soon, families that closed their accounts, and what was erased.

use leptos::prelude::*;
use shared::locale::{full_day, moment};
use shared::retention::{ClosedFamily, Kind, Period, RetentionOverview, RetentionRun, RetentionStanding};

use super::{client, words};
use crate::archive::MakeArchive;
use crate::i18n::{Say, furigana, locale, name, say, say_with};
use crate::office::{OfficeNav, OfficePlace};
use crate::paths;
use crate::ui::{Banner, Glyph, LinkButton, Load, Look, PageTitle, QueueCell, QueueFigure, QueueTable, Tone};

/// From when its period counts.
const fn counted(kind: Kind) -> &'static str {
    match kind {
        Kind::Drafts => "retention.from_drafts",
        Kind::Messages => "retention.from_messages",
        Kind::Notices => "retention.from_notices",
        Kind::Outreach => "retention.from_outreach",
        Kind::Journal => "retention.from_journal",
        Kind::Applications => "retention.from_applications",
        Kind::Families => "retention.from_families",
    }
}

/// Retention in the officer's city.
#[component]
pub fn RetentionPage() -> impl IntoView {
    let overview = LocalResource::new(client::overview);
    view! {
        <div class="stack staff stack-wide">
            <OfficeNav here=OfficePlace::Audit/>
            <PageTitle text="retention.title"/>
            <p><Say key="retention.lead"/></p>
            <div class="row"><LinkButton href=paths::office_new_retention() look=Look::Outline icon=Glyph::Pencil><Say key="retention.change"/></LinkButton></div>
            <Load what=overview let:overview><Overview overview/></Load>
        </div>
    }
}

#[component]
fn Overview(overview: RetentionOverview) -> impl IntoView {
    let RetentionOverview { valid_from, kinds, closed, runs } = overview;
    view! {
        {match valid_from {
            Some(day) => view! { <p class="quiet">{say_with("retention.since", move || vec![("day", full_day(day, locale()))])}</p> }.into_any(),
            None => view! { <Banner tone=Tone::Warning title="retention.no_rules"><p><Say key="retention.no_rules_text"/></p></Banner> }.into_any(),
        }}
        <QueueTable caption="retention.caption" columns=KINDS.to_vec() figures=&FIGURES>
            {kinds.into_iter().map(|standing| view! { <KindRow standing/> }).collect_view()}
        </QueueTable>
        <p class="quiet"><Say key="retention.stays"/></p>
        <section class="stack" aria-labelledby="retention-closed">
            <h2 id="retention-closed"><Say key="retention.closed_title"/></h2>
            <p><Say key="retention.closed_lead"/></p>
            {if closed.is_empty() {
                view! { <p class="quiet"><Say key="retention.closed_none"/></p> }.into_any()
            } else {
                closed.into_iter().map(|family| view! { <Closed family/> }).collect_view().into_any()
            }}
        </section>
        <section class="stack" aria-labelledby="retention-runs">
            <h2 id="retention-runs"><Say key="retention.runs_title"/></h2>
            {if runs.is_empty() {
                view! { <p class="quiet"><Say key="retention.runs_none"/></p> }.into_any()
            } else {
                view! {
                    <QueueTable caption="retention.runs_title" columns=RUNS.to_vec() figures=&["retention.column.count"]>
                        {runs.into_iter().map(|run| view! { <RunRow run/> }).collect_view()}
                    </QueueTable>
                }
                .into_any()
            }}
        </section>
    }
}

const KINDS: [&str; 6] = [
    "retention.column.kind",
    "retention.column.months",
    "retention.column.from",
    "retention.column.source",
    "retention.column.held",
    "retention.column.due",
];
const FIGURES: [&str; 2] = ["retention.column.held", "retention.column.due"];
const RUNS: [&str; 4] = ["retention.column.day", "retention.column.kind", "retention.column.before", "retention.column.count"];

#[component]
fn KindRow(standing: RetentionStanding) -> impl IntoView {
    let RetentionStanding { kind, period, held, due } = standing;
    let (months, source) = match period {
        Some(Period { months, source, .. }) => (Some(months), Some(source)),
        None => (None, None),
    };
    view! {
        <tr>
            <th scope="row">{say(words(kind))}</th>
            <QueueCell label="retention.column.months">
                {match months {
                    Some(months) => say_with("retention.months", move || vec![("months", months.to_string())]).into_any(),
                    None => say("retention.not_erased").into_any(),
                }}
            </QueueCell>
            <QueueCell label="retention.column.from">{say(counted(kind))}</QueueCell>
            <QueueCell label="retention.column.source">{source.map(name)}</QueueCell>
            <QueueFigure label="retention.column.held">{held}</QueueFigure>
            <QueueFigure label="retention.column.due">{due}</QueueFigure>
        </tr>
    }
}

#[component]
fn Closed(family: ClosedFamily) -> impl IntoView {
    let ClosedFamily { family_id, guardian_name, closed_at, erased_on } = family;
    view! {
        <article class="card stack">
            <h3>{guardian_name}</h3>
            <p>
                {say_with("retention.closed_at", move || vec![("moment", moment(closed_at, locale()))])}
                <br/>
                {match erased_on {
                    Some(day) => say_with("retention.erased_on", move || vec![("day", full_day(day, locale()))]).into_any(),
                    None => say("retention.not_erased").into_any(),
                }}
            </p>
            <MakeArchive family=family_id/>
        </article>
    }
}

#[component]
fn RunRow(run: RetentionRun) -> impl IntoView {
    let RetentionRun { day, kind, kept_from, count } = run;
    view! {
        <tr>
            <th scope="row">{furigana(move || full_day(day, locale()))}</th>
            <QueueCell label="retention.column.kind">{say(words(kind))}</QueueCell>
            <QueueCell label="retention.column.before">{say_with("retention.before", move || vec![("day", full_day(kept_from, locale()))])}</QueueCell>
            <QueueFigure label="retention.column.count">{count}</QueueFigure>
        </tr>
    }
}
