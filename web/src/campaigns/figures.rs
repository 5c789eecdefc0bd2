//! What came of a campaign: how far sending is, who opened it and when, and who acted on it.

use leptos::prelude::*;
use shared::campaigns::{CampaignFigures, Share, State};

use super::model::{bars, percent, progress};
use crate::i18n::{Say, say, say_with, t_with};
use crate::paths;
use crate::ui::{EmptyState, LinkButton, Look, Table};

/// Everything that came of it so far.
#[component]
pub fn Figures(figures: CampaignFigures, state: State, id: String, is_followed: bool) -> impl IntoView {
    let is_sending = matches!(state, State::Sending);
    let tiles = [
        ("campaigns.figure_sent", figures.sent),
        ("campaigns.figure_opened", figures.opened),
        ("campaigns.figure_held_out", figures.held_out),
        ("campaigns.figure_capped", figures.capped),
        ("campaigns.figure_unreachable", figures.unreachable),
    ];
    let tiles = tiles.into_iter().enumerate().filter(|(nth, (_, count))| *nth < 2 || *count > 0).map(|(_, (key, count))| {
        view! { <div class="figure"><dt>{say(key)}</dt><dd>{count.to_string()}</dd></div> }
    });
    let (sent, waiting, selected) = (figures.sent, figures.waiting, figures.selected);
    let done = progress(sent, waiting);
    view! {
        <section class="card stack" aria-labelledby="figures">
            <h2 id="figures"><Say key="campaigns.figures"/></h2>
            {is_sending.then(|| view! {
                <div class="stack" aria-live="polite">
                    <p><strong>{say_with("campaigns.progress", move || vec![("sent", sent.to_string()), ("all", (sent + waiting).to_string())])}</strong></p>
                    <progress class="progress" max="100" value=done.to_string() aria-label=move || t_with("campaigns.progress_percent", &[("percent", done.to_string())])></progress>
                </div>
            })}
            {(selected == 0).then(|| view! { <EmptyState words="campaigns.figures_none"/> })}
            {(selected > 0).then(|| view! { <dl class="figures">{tiles.collect_view()}</dl> })}
            {(sent > 0).then(|| view! { <Opened by_hour=figures.opened_by_hour.clone() later=figures.opened_later sent/> })}
            {(figures.acted.of > 0).then(|| view! { <Acted acted=figures.acted held_out=figures.acted_held_out/> })}
            {(is_followed && sent > 0).then(|| view! {
                <div class="row"><LinkButton look=Look::Outline href=paths::office_unopened(Some(&id))><Say key="campaigns.unopened"/></LinkButton></div>
            })}
        </section>
    }
}

/// Opened by the hour: bars, and beside them the same as a table.
#[component]
fn Opened(by_hour: Vec<u32>, later: u32, sent: u32) -> impl IntoView {
    let bars_of = bars(&by_hour);
    let opened: u32 = by_hour.iter().sum::<u32>() + later;
    let columns = bars_of.iter().map(|(_, _, height)| view! { <span class="hour-bar" style:block-size=format!("{height}%")></span> });
    let columns = columns.collect_view();
    // Hours in which nobody opened it would only make the table long.
    let rows = bars_of.iter().filter(|(_, count, _)| *count > 0).map(|(hour, count, _)| {
        let (from, until, count) = (*hour, hour + 1, *count);
        view! {
            <tr>
                <th scope="row">{say_with("campaigns.hour_span", move || vec![("from", from.to_string()), ("until", until.to_string())])}</th>
                <td class="number">{count.to_string()}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    let hours = by_hour.len();
    view! {
        <h3><Say key="campaigns.opened_title"/></h3>
        <p>{say_with("campaigns.opened_of", move || vec![("count", opened.to_string()), ("of", sent.to_string())])}</p>
        <div class="hours">
            // What it shows stands in the table beside it.
            <div class="hour-chart" aria-hidden="true">
                <div class="hour-bars">{columns}</div>
                <p class="hour-axis quiet"><span>{say_with("campaigns.hour", || vec![("hour", "0".to_owned())])}</span><span>{say_with("campaigns.hour", move || vec![("hour", hours.to_string())])}</span></p>
            </div>
            <Table caption="campaigns.opened_caption">
                <thead><tr><th scope="col"><Say key="campaigns.since_sent"/></th><th scope="col" class="number"><Say key="campaigns.figure_opened"/></th></tr></thead>
                <tbody>
                    {rows}
                    {(later > 0).then(|| view! { <tr><th scope="row"><Say key="campaigns.hour_later"/></th><td class="number">{later.to_string()}</td></tr> })}
                    {(opened == 0).then(|| view! { <tr><td colspan="2"><Say key="campaigns.opened_nobody"/></td></tr> })}
                </tbody>
            </Table>
        </div>
    }
}

/// Booked or applied within two weeks, and the same of those who got none.
#[component]
fn Acted(acted: Share, held_out: Share) -> impl IntoView {
    let row = |key: &'static str, share: Share| {
        view! {
            <tr>
                <th scope="row">{say(key)}</th>
                <td class="number">{share.of.to_string()}</td>
                <td class="number">{share.count.to_string()}</td>
                <td class="number">{percent(share).map(|percent| format!("{percent} %"))}</td>
            </tr>
        }
    };
    view! {
        <h3><Say key="campaigns.acted_title"/></h3>
        <Table caption="campaigns.acted_caption">
            <thead>
                <tr>
                    <th scope="col"><Say key="campaigns.acted_who"/></th>
                    <th scope="col" class="number"><Say key="campaigns.families"/></th>
                    <th scope="col" class="number"><Say key="campaigns.acted"/></th>
                    <th scope="col" class="number"><Say key="campaigns.share"/></th>
                </tr>
            </thead>
            <tbody>
                {row("campaigns.acted_sent", acted)}
                {(held_out.of > 0).then(|| row("campaigns.acted_held_out", held_out))}
            </tbody>
        </Table>
    }
}
