//! The call list: who is to be called first, and why.

use leptos::prelude::*;
use shared::access::Role;
use shared::locale::{full_day, moment};
use shared::outreach::{CaseLine, CaseList, CaseState};

use super::client::{self, Wanted};
use super::model::{desk_words, state_words};
use crate::i18n::{Say, Text, furigana, locale, say, say_with, text_with};
use crate::office::{OfficeNav, OfficePlace};
use crate::paths;
use crate::session::use_session;
use crate::ui::{Checkbox, Chip, Counts, EmptyState, Field, Load, Need, PageTitle, Pager, QueueCell, QueueTable, Select, Tone};

/// The way between the office's pages, for whom it is.
#[component]
pub fn WorkerNav() -> impl IntoView {
    let is_officer = use_session().me().is_some_and(|me| matches!(me.role, Role::Officer { .. }));
    if is_officer {
        view! { <OfficerNav here=OutreachPart::Cases/> }.into_any()
    } else {
        view! { <OfficeNav here=OfficePlace::Outreach/> }.into_any()
    }
}

/// The pages of outreach that officers have besides the families to call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutreachPart {
    /// The families to call.
    Cases,
    /// The notices that nobody opened.
    Unopened,
    /// The city's rules.
    Rules,
}

/// The way between the office's pages, and between those of outreach.
#[component]
pub fn OfficerNav(
    /// Where one is.
    here: OutreachPart,
) -> impl IntoView {
    let parts = [
        (OutreachPart::Cases, paths::office_outreach(), "outreach.cases_part"),
        (OutreachPart::Unopened, paths::office_unopened(None), "outreach.unopened_title"),
        (OutreachPart::Rules, paths::office_outreach_rules(), "outreach.rules_title"),
    ];
    let links = parts.map(|(part, href, words)| {
        view! { <li><a href=href aria-current=(part == here).then_some("page")>{say(words)}</a></li> }
    });
    view! {
        <OfficeNav here=OfficePlace::Outreach/>
        <nav class="part-nav no-print" aria-label=move || crate::i18n::t("outreach.parts")><ul class="plain-list row">{links.collect_view()}</ul></nav>
    }
}

/// The families to call.
#[component]
pub fn CasesPage() -> impl IntoView {
    let (state, cursor) = (RwSignal::new("live".to_owned()), RwSignal::new(None::<String>));
    let (mine, due) = (RwSignal::new(false), RwSignal::new(false));
    let wanted = Memo::new(move |_| Wanted { state: state.get(), mine: mine.get(), due: due.get(), cursor: cursor.get() });
    let found = LocalResource::new(move || {
        let wanted = wanted.get();
        async move { client::cases(&wanted).await }
    });
    let states: Vec<(String, Text)> = [
        ("live", "outreach.is_live"),
        ("open", "outreach.is_open"),
        ("assigned", "outreach.is_assigned"),
        ("resolved", "outreach.is_resolved"),
        ("closed", "outreach.is_closed"),
    ]
    .map(|(value, words)| (value.to_owned(), Text::from(words)))
    .to_vec();
    view! {
        <div class="stack staff">
            <WorkerNav/>
            <PageTitle text="outreach.title"/>
            <p><Say key="outreach.lead"/></p>
            <div class="row queue-filter" on:change=move |_| cursor.set(None)>
                <Field id="cases-state" label="outreach.state" required=Need::Unsaid><Select value=state options=Signal::stored(states)/></Field>
                <Checkbox id="cases-mine" label="outreach.only_mine" value=mine/>
                <Checkbox id="cases-due" label="outreach.only_due" value=due/>
            </div>
            <Load what=found let:list><Found list cursor/></Load>
        </div>
    }
}

/// What stands in a row.
const COLUMNS: [&str; 6] =
    ["outreach.family", "outreach.phone", "outreach.priority", "outreach.deadline", "outreach.next", "outreach.state"];

#[component]
fn Found(list: CaseList, cursor: RwSignal<Option<String>>) -> impl IntoView {
    let counts = [
        ("outreach.count_open", list.counts.open, Tone::Warning),
        ("outreach.count_assigned", list.counts.assigned, Tone::Info),
        ("outreach.count_due", list.counts.due, Tone::Info),
        ("outreach.count_resolved", list.counts.resolved, Tone::Success),
    ];
    let counts = counts.map(|(key, count, tone)| (tone, text_with(key, move || vec![("count", count.to_string())]))).to_vec();
    let next = list.next_cursor.clone();
    let rows = if list.items.is_empty() {
        view! { <EmptyState words=Text::from("outreach.nothing")/> }.into_any()
    } else {
        let rows = list.items.into_iter().map(|line| view! { <Row line/> }).collect_view();
        view! {
            <QueueTable caption="outreach.caption" columns=COLUMNS.to_vec()>{rows}</QueueTable>
        }
        .into_any()
    };
    view! {
        <Counts label="outreach.counts" counts/>
        {rows}
        <Pager cursor next/>
    }
}

/// How a case stands, with who has it.
#[component]
pub fn StateChip(state: CaseState) -> impl IntoView {
    let (key, tone) = state_words(&state);
    let worker = match state {
        CaseState::Assigned { to } => Some(to.name),
        _ => None,
    };
    view! { <Chip tone>{say(key)}</Chip> {worker.map(|name| view! { <span class="quiet queue-number">{name}</span> })} }
}

#[component]
fn Row(line: CaseLine) -> impl IntoView {
    let (deadline, next, attempts) = (line.deadline_at, line.next_on, line.attempts);
    let why = line.priority.parts.iter().map(|part| part.reason()).collect::<Vec<_>>();
    let call = format!("tel:{}", line.phone.as_str());
    view! {
        <tr>
            <th scope="row">
                <a href=paths::office_case(line.id.as_str())>{line.guardian_name}</a>
                <span class="quiet queue-number">{line.guardian_kana}</span>
            </th>
            <QueueCell label="outreach.phone"><a href=call>{line.phone.grouped()}</a></QueueCell>
            <QueueCell label="outreach.priority">
                <strong>{line.priority.points.to_string()}</strong>
                {why.into_iter().map(|reason| view! { <span class="quiet queue-number">{furigana(move || reason.sentence(locale()))}</span> }).collect_view()}
            </QueueCell>
            <QueueCell label="outreach.deadline">{furigana(move || moment(deadline, locale()))}</QueueCell>
            <QueueCell label="outreach.next">
                {next.map(|day| furigana(move || full_day(day, locale())))}
                <span class="quiet queue-number">{say_with("outreach.tried", move || vec![("count", attempts.to_string())])}</span>
            </QueueCell>
            <QueueCell label="outreach.state"><StateChip state=line.state/> <span class="quiet queue-number">{say(desk_words(line.desk))}</span></QueueCell>
        </tr>
    }
}
