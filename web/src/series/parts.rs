//! Parts of the pages for series.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use shared::bookings::QuotedChild;
use shared::ids::ChildId;
use shared::locale::{clock_span, day, span, yen};
use shared::problem::Reason;
use shared::series::{SeriesDate, SeriesPreview};

use super::model::{Counts, counts};
use crate::api::Failure;
use crate::bookings::limit_left;
use crate::i18n::{Say, furigana, locale, marked, reasons, say_with};
use crate::ui::{Banner, Chip, Explain, Glyph, Icon, Tone, taking_focus};

/// How many dates can be had, what they cost together, and what becomes of the others.
#[component]
pub fn ResultSummary(preview: SeriesPreview) -> impl IntoView {
    let Counts { bookable, waiting, refused, requested } = counts(&preview);
    let (all, fee) = (preview.dates.len(), preview.fee_yen);
    view! {
        <p class="series-sum">
            <strong>
                {say_with("series.sum", move || vec![("all", all.to_string()), ("bookable", bookable.to_string())])}
            </strong>
            {(bookable > 0).then(|| view! { <strong class="number">{say_with("series.sum_fee", move || vec![("fee", yen(fee, locale()))])}</strong> })}
        </p>
        {(waiting > 0)
            .then(|| {
                view! {
                    <Banner tone=Tone::Info title="series.waits_some">
                        <p>{say_with("series.waits_how", move || vec![("waiting", waiting.to_string())])}</p>
                    </Banner>
                }
            })}
        {(refused > 0 && bookable + waiting > 0)
            .then(|| {
                view! {
                    <Banner tone=Tone::Warning title="series.conflicts_title">
                        <p>{say_with("series.conflicts_skipped", move || vec![("refused", refused.to_string())])}</p>
                    </Banner>
                }
            })}
        {(bookable + waiting == 0).then(|| view! { <Banner tone=Tone::Warning title="series.none_bookable"><p><Say key="series.none_bookable_way"/></p></Banner> })}
        {(requested > 0)
            .then(|| {
                view! { <Banner tone=Tone::Info><p>{say_with("series.some_requested", move || vec![("requested", requested.to_string())])}</p></Banner> }
            })}
    }
}

/// Every date with a mark, its words and every reason against it.
#[component]
pub fn DateResults(
    dates: Vec<SeriesDate>,
    /// The children's names by their ids.
    names: Vec<(ChildId, String)>,
) -> impl IntoView {
    let names = StoredValue::new(names);
    view! {
        <ol class="plain-list series-dates">
            {dates.into_iter().map(|date| view! { <DateResult date names/> }).collect_view()}
        </ol>
    }
}

/// What is said of a date that can be had, waits for the facility, or cannot be had.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    can: &'static str,
    can_request: &'static str,
    cannot: &'static str,
}

impl Words {
    /// Of dates that are booked.
    const BOOKING: Self = Self { can: "series.can", can_request: "series.can_request", cannot: "series.cannot" };
    /// Of dates that move.
    pub const MOVING: Self = Self { can: "series.can_move", can_request: "series.can_request", cannot: "series.cannot_move" };
}

/// One date with a mark, its words and every reason against it.
#[component]
pub fn DateResult(
    date: SeriesDate,
    /// The children's names by their ids, where they are several.
    names: StoredValue<Vec<(ChildId, String)>>,
    /// From when to when it was before it moved.
    #[prop(optional)]
    before: Option<(DateTime<Utc>, DateTime<Utc>)>,
    #[prop(default = Words::BOOKING)] words: Words,
) -> impl IntoView {
    let (starts_at, ends_at) = (date.starts_at, date.ends_at);
    let (on, bookable, waits, requested) = (date.day, date.bookable, date.waits, date.seen().requested);
    let glyph = match (bookable, waits) {
        (true, _) => Glyph::Check,
        (false, true) => Glyph::Clock,
        (false, false) => Glyph::Cross,
    };
    let fee = date.fee_yen.filter(|_| bookable);
    let several = names.with_value(|names| names.len() > 1);
    let who = move |id: &ChildId| {
        several.then(|| names.with_value(|names| names.iter().find(|(known, _)| known == id).map(|(_, name)| name.clone()))).flatten()
    };
    // Whoever waits does not need to be sent elsewhere.
    let all = if waits { Vec::new() } else { date.reasons };
    let child = move |child: QuotedChild| {
        let QuotedChild { child_id, reasons: why, limits, .. } = child;
        let why = if waits { Vec::new() } else { why };
        let name = who(&child_id);
        let head = name.clone().filter(|_| !why.is_empty());
        let lines = limits.into_iter().filter(|_| bookable).map(|limit| {
            let name = name.clone();
            view! { <p class="quiet">{name.map(|name| format!("{name} "))} {limit_left(limit)}</p> }
        });
        view! {
            {head.map(|name| view! { <p class="against-child"><strong>{name}</strong></p> })}
            {(!why.is_empty()).then(|| reasons(move || why.clone()))}
            {lines.collect_view()}
        }
    };
    view! {
        <li class="series-date" class:is-off=!bookable && !waits>
            <span class="series-mark"><Icon glyph/></span>
            <div class="series-date-body">
                <p class="check-line">
                    <span>
                        <strong>{furigana(move || day(on, locale()))}</strong> " "
                        {match (bookable, requested, waits) {
                            (true, false, _) => view! { <Chip tone=Tone::Success><Say key=words.can/></Chip> }.into_any(),
                            (true, true, _) => view! { <Chip tone=Tone::Info><Say key=words.can_request/></Chip> }.into_any(),
                            (false, _, true) => view! { <Chip tone=Tone::Info><Say key="series.waits"/></Chip> }.into_any(),
                            (false, _, false) => view! { <Chip tone=Tone::Warning><Say key=words.cannot/></Chip> }.into_any(),
                        }}
                    </span>
                    {fee.map(|fee| view! { <span class="number">{furigana(move || yen(fee, locale()))}</span> })}
                </p>
                {before
                    .map(|(from, until)| {
                        view! {
                            <p class="quiet">
                                {say_with("series.moves", move || vec![("before", span(from, until, locale())), ("after", clock_span(starts_at, ends_at, locale()))])}
                            </p>
                        }
                    })}
                {(!all.is_empty()).then(|| reasons(move || all.clone()))}
                {date.children.into_iter().map(child).collect_view()}
            </div>
        </li>
    }
}

/// Why the server did not do it; what holds now stands below.
#[component]
pub fn NotDone(
    /// What the server said.
    refused: RwSignal<Option<Failure>>,
    /// The heading.
    title: &'static str,
) -> impl IntoView {
    let notice = taking_focus(move || refused.with(Option::is_some));
    move || {
        let failure = refused.get()?;
        let words = match &failure {
            // The dates tell their own reasons.
            Failure::Problem(problem) => {
                let told: Vec<Reason> = problem.reasons().into_iter().filter(|reason| reason.code.starts_with("series.")).collect();
                let told = if told.is_empty() { problem.reasons() } else { told };
                reasons(move || told.clone()).into_any()
            }
            other => other.sentences(locale()).iter().map(|sentence| view! { <p>{marked(sentence)}</p> }).collect_view().into_any(),
        };
        Some(view! {
            <div role="alert" tabindex="-1" node_ref=notice>
                <Banner tone=Tone::Error title=title>{words}</Banner>
            </div>
        })
    }
}
