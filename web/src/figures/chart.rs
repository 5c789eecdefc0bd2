//! Bars, drawn by ourselves: each can be reached with the keyboard and says what it shows, and all of them stand in a table beside.

use leptos::prelude::*;

use super::model::{height, top};
use crate::i18n::{Text, locale};

/// One bar, or two beside each other.
#[derive(Clone)]
pub struct Bar {
    /// What it is of, in full.
    pub name: Text,
    /// The same where there is little room.
    pub short: String,
    /// Its value and how that is read; none: nothing to draw.
    pub now: (Option<i64>, Text),
    /// The same of what it is compared with.
    pub before: Option<(Option<i64>, Text)>,
}

/// Width of the drawing, in its own units.
const WIDTH: i64 = 720;
/// Its height without the words below.
const HEIGHT: i64 = 220;
/// Room for the numbers of the axis.
const LEFT: i64 = 64;
/// Room below for the names.
const BELOW: i64 = 28;
/// Room above.
const ABOVE: i64 = 8;

/// Bars side by side.
#[component]
pub fn BarChart(
    /// What they show.
    #[prop(into)]
    label: Text,
    /// The bars.
    bars: Vec<Bar>,
    /// How a number of the axis is read.
    axis: fn(i64) -> String,
) -> impl IntoView {
    let count = i64::try_from(bars.len()).unwrap_or(1).max(1);
    let values = bars.iter().flat_map(|bar| [bar.now.0, bar.before.as_ref().and_then(|(value, _)| *value)]);
    let end = top(values);
    let step = (WIDTH - LEFT) / count;
    // Names that would run into each other are left out; the table has all of them.
    let every = (48 + step - 1) / step.max(1);
    let lines = (0..=4).map(|part| {
        let y = ABOVE + HEIGHT - HEIGHT * part / 4;
        view! {
            <line class="chart-line" x1=LEFT x2=WIDTH y1=y y2=y/>
            <text class="chart-words" x=LEFT - 8 y=y + 5 text-anchor="end">{axis(end * part / 4)}</text>
        }
    });
    let columns = (0..).zip(bars).map(|(nth, bar): (i64, Bar)| {
        let x = LEFT + step * nth;
        let is_named = nth % every == 0;
        view! { <Column bar x step end is_named/> }
    });
    let view_box = format!("0 0 {WIDTH} {}", ABOVE + HEIGHT + BELOW);
    view! {
        <svg class="chart" viewBox=view_box role="group" aria-label=move || label.plain()>
            <g aria-hidden="true">{lines.collect_view()}</g>
            {columns.collect_view()}
        </svg>
    }
}

#[component]
fn Column(bar: Bar, x: i64, step: i64, end: i64, is_named: bool) -> impl IntoView {
    let Bar { name, short, now, before } = bar;
    let pair = before.is_some();
    let width = (step * 7 / 10 / if pair { 2 } else { 1 }).max(2);
    let drawn = |value: Option<i64>, class: &'static str, x: i64| {
        value.map(|value| {
            let tall = height(value, end, HEIGHT).max(1);
            view! { <rect class=class x=x y=ABOVE + HEIGHT - tall width=width height=tall/> }
        })
    };
    let compared = before.as_ref().map(|(_, words)| words.clone());
    let words = now.1.clone();
    let said = move || {
        let compared = compared.as_ref().map(|words| format!(" / {}", words.plain())).unwrap_or_default();
        // Follows the language.
        let _ = locale();
        format!("{}: {}{compared}", name.plain(), words.plain())
    };
    let left = x + step * 3 / 20;
    view! {
        <g class="chart-column" role="img" tabindex="0" aria-label=said>
            <rect class="chart-room" x=x y=ABOVE width=step height=HEIGHT/>
            {before.map(|(value, _)| drawn(value, "chart-bar-before", left))}
            {drawn(now.0, "chart-bar", if pair { left + width } else { left })}
            {is_named.then(|| view! { <text class="chart-words" x=x + step / 2 y=ABOVE + HEIGHT + 20 text-anchor="middle" aria-hidden="true">{short}</text> })}
        </g>
    }
}
