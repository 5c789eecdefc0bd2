//! The lines of a settlement: who used what where, at which price, and what that means for the officer's city.

use leptos::prelude::*;
use shared::locale::{day, minutes, month as month_words, yen};
use shared::municipalities::MunicipalityCode;
use shared::settlements::{CorrectedLine, SettlementLine};

use super::talks::{About, Cities, Writing};
use crate::i18n::{Say, furigana, locale, name, say, say_with};
use crate::ui::{Button, Look, QueueCell, QueueFigure, QueueTable};

const FIGURES: [&str; 4] = ["settlements.th_time", "settlements.th_fee", "settlements.th_price", "settlements.th_balance"];

/// The lines, numbered as in the files.
#[component]
pub fn Lines(lines: Vec<SettlementLine>, own: MunicipalityCode, cities: Cities, is_closed: bool, writing: Writing) -> impl IntoView {
    let rows = lines.into_iter().zip(1_usize..).map(move |(line, number)| {
        let sign = if line.residence == own { -1 } else { 1 };
        view! { <Line line number sign cities=cities.clone() is_closed writing/> }
    });
    let columns = vec![
        "settlements.th_number",
        "settlements.th_facility",
        "settlements.th_child",
        "settlements.th_use",
        "settlements.th_time",
        "settlements.th_fee",
        "settlements.th_price",
        "settlements.th_balance",
        "settlements.th_comments",
    ];
    view! {
        <section class="stack">
            <h2><Say key="settlements.lines"/></h2>
            <QueueTable caption="settlements.lines" columns figures=&FIGURES>{rows.collect_view()}</QueueTable>
        </section>
    }
}

#[component]
fn Amount(label: &'static str, amount: i64) -> impl IntoView {
    view! { <QueueFigure label>{furigana(move || yen(amount, locale()))}</QueueFigure> }
}

fn correction(line: CorrectedLine) -> impl IntoView {
    let (month, number) = (line.month, line.number);
    view! {
        <br/>
        <span class="quiet">{say_with("settlements.corrects", move || vec![("month", month_words(month, locale())), ("number", number.to_string())])}</span>
    }
}

#[component]
fn Line(line: SettlementLine, number: usize, sign: i64, cities: Cities, is_closed: bool, writing: Writing) -> impl IntoView {
    let (on, time, usage, age) = (line.day, line.amounts.minutes, line.usage.word(), line.age);
    let (host, residence) = (cities.name(&line.host), cities.name(&line.residence));
    let count = line.comments.len();
    let about = About { line: line.claim_line_id.clone(), number, facility: line.facility.clone(), day: on };
    let press = Callback::new(move |()| writing.comment(about.clone()));
    let write = (!is_closed).then(|| {
        view! {
            <Button look=Look::Text on_press=press>
                <Say key="settlements.comment"/>
                <span class="visually-hidden">" " {number.to_string()}</span>
            </Button>
        }
    });
    view! {
        <tr id=format!("line-{number}")>
            <th scope="row">{number.to_string()}</th>
            <QueueCell label="settlements.th_facility">
                {line.facility}<br/><span class="quiet">{name(host)}</span>
            </QueueCell>
            <QueueCell label="settlements.th_child">
                {name(residence)} " " {say_with("settlements.age", move || vec![("age", age.to_string())])}
                {line.certificate.map(|number| view! { <br/><span class="quiet">{number}</span> })}
            </QueueCell>
            <QueueCell label="settlements.th_use">
                {furigana(move || day(on, locale()))}<br/>{name(line.programme_name)} " " {say(usage)}{line.corrects.map(correction)}
            </QueueCell>
            <QueueFigure label="settlements.th_time">{furigana(move || minutes(time, locale()))}</QueueFigure>
            <Amount label="settlements.th_fee" amount=line.amounts.fee_yen/>
            <Amount label="settlements.th_price" amount=line.unit_yen/>
            <Amount label="settlements.th_balance" amount=sign * line.amounts.city_yen()/>
            <QueueCell label="settlements.th_comments">
                {(count > 0).then(|| view! { <p>{say_with("settlements.comment_count", move || vec![("count", count.to_string())])}</p> })}
                {write}
            </QueueCell>
        </tr>
    }
}
