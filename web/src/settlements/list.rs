//! The settlements of the officer's city, the latest month first.

use leptos::prelude::*;
use shared::locale::{month, yen};
use shared::page::Page;
use shared::settlements::SettlementHead;

use super::client;
use crate::i18n::{Say, furigana, locale, name, say, say_with};
use crate::office::{OfficeNav, OfficePlace};
use crate::paths;
use crate::ui::{Chip, EmptyState, Load, PageTitle, Table, Tone};

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
        return view! { <EmptyState words="settlements.none"/> }.into_any();
    }
    let rows = page.items.into_iter().map(|head| view! { <Row head/> });
    let columns = [
        "settlements.th_month",
        "settlements.th_other",
        "settlements.th_lines",
        "settlements.th_gets",
        "settlements.th_pays",
        "settlements.th_balance",
        "settlements.th_state",
    ];
    view! {
        <Table caption="settlements.list">
            <thead><tr>{columns.map(|key| view! { <th scope="col">{say(key)}</th> }).collect_view()}</tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </Table>
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
    let amounts = [sides.gets_yen, sides.pays_yen, sides.balance_yen];
    view! {
        <tr>
            <th scope="row"><a href=href>{furigana(move || month(when, locale()))}</a><br/><span class="quiet">{name(head.compact_name)}</span></th>
            <td>{name(head.other_name)}</td>
            <td class="number">{head.lines.to_string()}</td>
            {amounts.map(|amount| view! { <td class="number">{furigana(move || yen(amount, locale()))}</td> }).collect_view()}
            <td>
                <Chip tone>{say(words)}</Chip>
                {(comments > 0).then(|| view! { <p>{say_with("settlements.open_comments", move || vec![("count", comments.to_string())])}</p> })}
            </td>
        </tr>
    }
}
