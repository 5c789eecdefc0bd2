//! The settlements of the officer's city, the latest month first.

use leptos::prelude::*;
use shared::locale::{month, yen};
use shared::page::Page;
use shared::settlements::SettlementHead;

use super::client;
use crate::i18n::{Say, furigana, locale, name, say, say_with};
use crate::office::{OfficeNav, OfficePlace};
use crate::paths;
use crate::ui::{Chip, EmptyState, Load, PageTitle, QueueCell, QueueFigure, QueueTable, Tone};

const FIGURES: [&str; 4] = ["settlements.th_lines", "settlements.th_gets", "settlements.th_pays", "settlements.th_balance"];

/// The list.
#[component]
pub fn SettlementsPage() -> impl IntoView {
    let found = LocalResource::new(client::settlements);
    view! {
        <div class="stack staff">
            <OfficeNav here=OfficePlace::Settlements/>
            <PageTitle text="settlements.title"/>
            <p><Say key="settlements.lead"/></p>
            <Load what=found let:page><List page/></Load>
        </div>
    }
}

#[component]
fn List(page: Page<SettlementHead>) -> impl IntoView {
    if page.items.is_empty() {
        return view! { <EmptyState words="settlements.none"><p class="quiet"><Say key="settlements.none_hint"/></p></EmptyState> }
            .into_any();
    }
    let rows = page.items.into_iter().map(|head| view! { <Row head/> });
    let columns = vec![
        "settlements.th_month",
        "settlements.th_other",
        "settlements.th_lines",
        "settlements.th_gets",
        "settlements.th_pays",
        "settlements.th_balance",
        "settlements.th_state",
    ];
    view! {
        <QueueTable caption="settlements.list" columns figures=&FIGURES>{rows.collect_view()}</QueueTable>
    }
    .into_any()
}

/// How far it is: the words of its state.
pub fn state_words(head: &SettlementHead) -> (&'static str, Tone) {
    match (&head.own_lock, &head.other_lock) {
        (Some(_), Some(_)) => ("settlements.both_locked", Tone::Success),
        (Some(_), None) => ("settlements.waits_for_other", Tone::Info),
        (None, Some(_)) => ("settlements.waits_for_own", Tone::Warning),
        (None, None) => ("settlements.is_open", Tone::Info),
    }
}

#[component]
fn Row(head: SettlementHead) -> impl IntoView {
    let (when, sides, comments) = (head.month, head.sides, head.open_comments);
    let (words, tone) = state_words(&head);
    let href = paths::office_settlement(head.compact_id.as_str(), head.month, &head.other);
    let amounts =
        [("settlements.th_gets", sides.gets_yen), ("settlements.th_pays", sides.pays_yen), ("settlements.th_balance", sides.balance_yen)];
    let amounts = amounts.map(|(label, amount)| view! { <QueueFigure label>{furigana(move || yen(amount, locale()))}</QueueFigure> });
    view! {
        <tr>
            <th scope="row"><a href=href>{furigana(move || month(when, locale()))}</a><br/><span class="quiet">{name(head.compact_name)}</span></th>
            <QueueCell label="settlements.th_other">{name(head.other_name)}</QueueCell>
            <QueueFigure label="settlements.th_lines">{head.line_count.to_string()}</QueueFigure>
            {amounts.collect_view()}
            <QueueCell label="settlements.th_state">
                <Chip tone>{say(words)}</Chip>
                {(comments > 0).then(|| view! { <p>{say_with("settlements.open_comments", move || vec![("count", comments.to_string())])}</p> })}
            </QueueCell>
        </tr>
    }
}
