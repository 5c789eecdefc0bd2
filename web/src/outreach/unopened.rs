//! What nobody opened in time: which notice, of which family, until when, and what happens next with it.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use shared::locale::moment;
use shared::notices::{Kind, words};
use shared::outreach::{Matter, UnopenedList};

use super::client::{self, WantedUnopened};
use super::list::{OfficerNav, OutreachPart};
use super::model::reach_words;
use crate::i18n::{Say, Text, furigana, locale, marked, say, say_with, text};
use crate::paths;
use crate::ui::{Chip, Counts, EmptyState, Field, LinkButton, Load, Look, Need, PageTitle, Pager, QueueCell, QueueTable, Select, Tone};

/// What a kind of notices is called.
fn kind_words(kind: &str) -> String {
    Kind::from_word(kind).map_or_else(|| kind.to_owned(), |kind| words::name(kind, locale()))
}

/// How many there are of a kind.
fn counted(kind: String, matters: u32) -> Text {
    text(move || format!("{}（{matters}）", kind_words(&kind)))
}

/// The list.
#[component]
pub fn UnopenedPage() -> impl IntoView {
    let query = use_query_map();
    let source = Memo::new(move |_| query.with(|query| query.get("source")).unwrap_or_default());
    let (kind, cursor) = (RwSignal::new(String::new()), RwSignal::new(None::<String>));
    let found = LocalResource::new(move || {
        let wanted = WantedUnopened { source: source.get(), kind: kind.get(), cursor: cursor.get() };
        async move { client::unopened(&wanted).await }
    });
    let kinds = Signal::derive(move || {
        let counts = found.get().and_then(Result::ok).map(|list| list.counts).unwrap_or_default();
        let every = counts.iter().map(|count| count.matters).sum::<u32>();
        let all = text(move || format!("{}（{every}）", crate::i18n::sentence("outreach.every_kind", locale())));
        let each = counts.into_iter().map(|count| (count.kind.clone(), counted(count.kind, count.matters)));
        std::iter::once((String::new(), all)).chain(each).collect::<Vec<_>>()
    });
    view! {
        <div class="stack staff">
            <OfficerNav here=OutreachPart::Unopened/>
            <PageTitle text="outreach.unopened_title"/>
            <p><Say key="outreach.unopened_lead"/></p>
            <Show when=move || source.with(|source| !source.is_empty())>
                <div class="row">
                    <span><Say key="outreach.of_one"/></span>
                    <LinkButton look=Look::Outline href=paths::office_unopened(None)><Say key="outreach.of_all"/></LinkButton>
                </div>
            </Show>
            <div class="queue-filter" on:change=move |_| cursor.set(None)>
                <Field id="unopened-kind" label="outreach.kind" required=Need::Unsaid><Select value=kind options=kinds/></Field>
            </div>
            <Load what=found let:list><Found list cursor/></Load>
        </div>
    }
}

/// What stands in a row.
const COLUMNS: [&str; 5] = ["outreach.family", "outreach.matter", "outreach.deadline", "outreach.reached", "outreach.then"];

#[component]
fn Found(list: UnopenedList, cursor: RwSignal<Option<String>>) -> impl IntoView {
    let next = list.next_cursor;
    let rows = if list.items.is_empty() {
        view! { <EmptyState words=Text::from("outreach.nothing_unopened")/> }.into_any()
    } else {
        let rows = list.items.into_iter().map(|matter| view! { <Row matter/> }).collect_view();
        view! { <QueueTable caption="outreach.unopened_title" columns=COLUMNS.to_vec()>{rows}</QueueTable> }.into_any()
    };
    let counts = list.counts.into_iter().map(|count| (Tone::Warning, counted(count.kind, count.matters))).collect::<Vec<_>>();
    view! {
        {(!counts.is_empty()).then(|| view! { <Counts label="outreach.counts" counts/> })}
        {rows}
        <Pager cursor next/>
    }
}

#[component]
fn Row(matter: Matter) -> impl IntoView {
    let (sent, deadline, next) = (matter.sent_at, matter.deadline_at, matter.next_at);
    let family = match &matter.case_id {
        Some(case) => view! { <a href=paths::office_case(case.as_str())>{matter.guardian_name}</a> }.into_any(),
        None => matter.guardian_name.into_any(),
    };
    let then = match (next, &matter.case_id) {
        (_, Some(_)) => say("outreach.person_has_it").into_any(),
        (Some(at), None) => say_with("outreach.tried_again_at", move || vec![("at", moment(at, locale()))]).into_any(),
        (None, None) => say("outreach.tried_soon").into_any(),
    };
    let guardians = matter.guardians.into_iter().map(|one| {
        let (key, tone) = reach_words(one.reach);
        view! { <li>{one.name} " " <Chip tone>{say(key)}</Chip></li> }
    });
    view! {
        <tr>
            <th scope="row">{family}</th>
            <QueueCell label="outreach.matter">
                {marked(&matter.title)}
                <span class="quiet queue-number">{say_with("outreach.sent_at", move || vec![("at", moment(sent, locale()))])}</span>
            </QueueCell>
            <QueueCell label="outreach.deadline">{furigana(move || moment(deadline, locale()))}</QueueCell>
            <QueueCell label="outreach.reached"><ul class="plain-list">{guardians.collect_view()}</ul></QueueCell>
            <QueueCell label="outreach.then">{then}</QueueCell>
        </tr>
    }
}
