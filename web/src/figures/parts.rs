//! Parts of the page: one figure with its definition, a figure over the months, parts of a view, and what is split by a word.

use leptos::prelude::*;
use shared::figures::reading::{Figure, Unit, Value};
use shared::figures::{FigureRow, Figures, Measure, View};
use shared::locale::{Locale, clock, month as month_words};

use super::chart::{Bar, BarChart};
use super::model::{difference, grouped, said, total, words};
use crate::i18n::{Say, Text, furigana, locale, say, say_with, t_with, text};
use crate::ui::{Disclosure, Table};

/// What a number of things is.
pub const COUNT: Unit = Unit::Count;

/// The city as a whole.
const ALL: (View, &str) = (View::All, "");

/// A value in words that follow the language.
fn told(value: Value, unit: Unit) -> Text {
    text(move || said(value, unit, locale()))
}

/// One figure: its value, how it was before, and one click away how it is computed and from what.
#[component]
pub fn Tile(figure: Figure, now: Figures, before: Option<Figures>) -> impl IntoView {
    let (name, formula) = words(figure);
    let unit = figure.unit();
    let value = now.read(figure, ALL, 0..now.months.len());
    let compared = before.map(|before| before.read(figure, ALL, 0..before.months.len()));
    let goals = now.goals;
    let target = (figure == Figure::Hours).then(|| now.target_tenths(now.months.len()));
    let values = move || {
        vec![
            ("minutes", goals.call_minutes.to_string()),
            ("hours", grouped(goals.paperwork_hours)),
            ("percent", goals.saved_percent.to_string()),
            ("yen", grouped(goals.running_yen)),
            ("opens", clock(goals.opens)),
            ("closes", clock(goals.closes)),
        ]
    };
    view! {
        <div class="figure-tile">
            <dt>{say(name)}</dt>
            <dd>
                <span class="figure-value">{told(value, unit).view()}</span>
                {target.map(|target| {
                    let target = Value::Is { value: target, is_part: false };
                    say_with("figures.target", move || vec![("hours", said(target, Unit::Hours, locale()))])
                })}
                {compared.map(|before| view! { <Compared now=value before unit/> })}
                <Disclosure summary="figures.definition"><p>{say_with(formula, values)}</p></Disclosure>
            </dd>
        </div>
    }
}

#[component]
fn Compared(now: Value, before: Value, unit: Unit) -> impl IntoView {
    let words = move || {
        let locale = locale();
        let by = difference(now, before, unit, locale).map(|by| format!("（{by}）")).unwrap_or_default();
        t_with("figures.compared", &[("value", said(before, unit, locale)), ("by", by)])
    };
    view! { <span class="quiet figure-before">{furigana(words)}</span> }
}

/// A month where there is little room.
fn short(month: shared::time::Month) -> String {
    format!("{}/{}", month.year() % 100, month.month())
}

/// A number of an axis in its unit, short.
fn axis(unit: Unit) -> fn(i64) -> String {
    match unit {
        Unit::Percent => |tenths| format!("{}%", tenths / 10),
        Unit::Hours => |tenths| grouped(tenths / 10),
        Unit::Count | Unit::Yen => grouped,
    }
}

/// A figure over the months: bars, and beside them the table.
#[component]
pub fn OverMonths(figure: Figure, now: Figures, before: Option<Figures>) -> impl IntoView {
    let unit = figure.unit();
    let (name, _) = words(figure);
    let value = |of: &Figures, month: usize| of.read(figure, ALL, month..month + 1);
    let lines: Vec<(shared::time::Month, Value, Option<Value>)> = now
        .months
        .iter()
        .enumerate()
        .map(|(nth, month)| {
            (*month, value(&now, nth), before.as_ref().filter(|before| nth < before.months.len()).map(|before| value(before, nth)))
        })
        .collect();
    let bars = lines.iter().map(|(month, now, before)| {
        let month = *month;
        Bar {
            name: text(move || month_words(month, locale())),
            short: short(month),
            now: (now.get(), told(*now, unit)),
            before: before.map(|before| (before.get(), told(before, unit))),
        }
    });
    let bars: Vec<Bar> = bars.collect();
    let is_compared = before.is_some();
    let rows = lines.iter().map(|(month, now, before)| {
        let month = *month;
        view! {
            <tr>
                <th scope="row">{furigana(move || month_words(month, locale()))}</th>
                <td class="number">{told(*now, unit).view()}</td>
                {is_compared.then(|| view! { <td class="number">{before.map(|before| told(before, unit).view())}</td> })}
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <div class="chart-beside">
            <BarChart label=name bars axis=axis(unit)/>
            <Table caption=name>
                <thead>
                    <tr>
                        <th scope="col"><Say key="figures.month"/></th>
                        <th scope="col" class="number"><Say key="figures.now"/></th>
                        {is_compared.then(|| view! { <th scope="col" class="number"><Say key="figures.before"/></th> })}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </Table>
        </div>
    }
}

/// The parts of a view with what is told of each, the fullest first.
#[component]
pub fn ByPart(by: View, now: Figures) -> impl IntoView {
    let figures: Vec<Figure> = Figure::ALL.into_iter().filter(|figure| figure.is_by(by)).collect();
    let measure = if by == View::Age { Measure::Stays } else { Measure::Offered };
    let rows = now.table(measure, by).map(|table| table.rows.clone()).unwrap_or_default();
    let months = now.months.len();
    let first = figures.first().copied().unwrap_or(Figure::Stays);
    let mut parts: Vec<(FigureRow, Vec<Value>)> = rows
        .into_iter()
        .map(|row| {
            let values = figures.iter().map(|figure| now.read(*figure, (by, &row.key), 0..months)).collect();
            (row, values)
        })
        .collect();
    if by != View::Age {
        parts.sort_by_key(|(_, values)| std::cmp::Reverse(values.first().and_then(|value| value.get())));
    }
    let spread = spread(&parts).filter(|_| by == View::District);
    let bars = parts.iter().take(MOST_BARS).map(|(row, values)| {
        let value = values.first().copied().unwrap_or(Value::Nothing);
        let name = part_name(by, row);
        Bar { short: name.plain().chars().take(4).collect(), name, now: (value.get(), told(value, first.unit())), before: None }
    });
    let bars: Vec<Bar> = bars.collect();
    let body = parts.iter().map(|(row, values)| {
        let cells =
            values.iter().zip(&figures).map(|(value, figure)| view! { <td class="number">{told(*value, figure.unit()).view()}</td> });
        view! { <tr><th scope="row">{part_name(by, row).view()}</th>{cells.collect_view()}</tr> }
    });
    let body = body.collect_view();
    let heads = figures.iter().map(|figure| view! { <th scope="col" class="number">{say(words(*figure).0)}</th> }).collect_view();
    view! {
        {spread.map(|(least, most)| say_with("figures.spread", move || {
            let (unit, locale) = (Unit::Percent, locale());
            vec![("least", said(least, unit, locale)), ("most", said(most, unit, locale))]
        }))}
        <div class="chart-over">
            <BarChart label=words(first).0 bars axis=axis(first.unit())/>
            <Table caption=text(move || by.say(locale()))>
                <thead><tr><th scope="col">{furigana(move || by.say(locale()))}</th>{heads}</tr></thead>
                <tbody>{body}</tbody>
            </Table>
        </div>
    }
}

/// So many bars at most: more are no picture.
const MOST_BARS: usize = 24;

/// The least and the most of the first figure.
fn spread(parts: &[(FigureRow, Vec<Value>)]) -> Option<(Value, Value)> {
    let first = |values: &[Value]| values.first().copied().filter(|value| value.get().is_some());
    let known: Vec<Value> = parts.iter().filter_map(|(_, values)| first(values)).collect();
    Some((*known.last()?, *known.first()?))
}

/// What a part is called.
fn part_name(view: View, row: &FigureRow) -> Text {
    let (key, name) = (row.key.clone(), row.name.clone());
    text(move || view.say_part(&key, name.as_ref(), locale()))
}

/// What a measure is split by a word: bars where there are many, and the table.
#[component]
pub fn Split(measure: Measure, by: View, now: Figures) -> impl IntoView {
    let rows = now.table(measure, by).map(|table| table.rows.clone()).unwrap_or_default();
    if rows.is_empty() {
        return ().into_any();
    }
    let name = move |locale: Locale| format!("{} – {}", measure.say(locale), by.say(locale));
    let bars = rows.iter().map(|row| {
        let value = total(row);
        let name = part_name(by, row);
        let short = if by == View::Hour { row.key.clone() } else { name.plain().chars().take(6).collect() };
        Bar { short, name, now: (value.get(), told(value, COUNT)), before: None }
    });
    let bars: Vec<Bar> = bars.collect();
    let body = rows.iter().map(|row| {
        view! { <tr><th scope="row">{part_name(by, row).view()}</th><td class="number">{told(total(row), COUNT).view()}</td></tr> }
    });
    let body = body.collect_view();
    view! {
        <section class="card stack">
            <h2>{furigana(move || name(locale()))}</h2>
            <div class="chart-beside">
                <BarChart label=text(move || name(locale())) bars axis=grouped/>
                <Table caption=text(move || name(locale()))>
                    <thead><tr><th scope="col">{furigana(move || by.say(locale()))}</th><th scope="col" class="number"><Say key="figures.count"/></th></tr></thead>
                    <tbody>{body}</tbody>
                </Table>
            </div>
            <Disclosure summary="figures.definition"><p>{furigana(move || measure.define(locale()))}</p></Disclosure>
        </section>
    }
    .into_any()
}
