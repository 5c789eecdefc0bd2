//! Tables of a month: by city, by child, by family, and line by line.

use leptos::prelude::*;
use shared::claims::{ChildTotal, CityTotal, ClaimLine, Corrects, FamilyTotal, Paid};
use shared::locale::{day, minutes, moment, month as month_words, yen};
use shared::time::{Month, tokyo_day};

use super::client;
use crate::i18n::{Say, furigana, locale, name, say, say_with};
use crate::paths;
use crate::session::use_session;
use crate::settings;
use crate::taking::taking;
use crate::ui::{Button, Look, QueueCell, QueueFigure, QueueTable};

const FIGURES: [&str; 8] = [
    "claims.th_lines",
    "claims.th_time",
    "claims.th_fee",
    "claims.th_owed",
    "claims.th_unit",
    "claims.th_benefit",
    "claims.th_relief",
    "claims.th_city_pays",
];

#[component]
fn Amount(label: &'static str, amount: i64) -> impl IntoView {
    view! { <QueueFigure label>{furigana(move || yen(amount, locale()))}</QueueFigure> }
}

/// A file of the server, not a page of the app; `whose` is only read out.
#[component]
fn Paper(href: String, words: &'static str, whose: AnyView) -> impl IntoView {
    view! { <a rel="external" download="" href=href>{say(words)} <span class="visually-hidden">{whose}</span></a> }
}

/// A table with its heading.
#[component]
fn Titled(title: &'static str, columns: Vec<&'static str>, rows: AnyView) -> impl IntoView {
    view! {
        <section class="stack">
            <h2><Say key=title/></h2>
            <QueueTable caption=title columns figures=&FIGURES>{rows}</QueueTable>
        </section>
    }
}

/// What each city of residence is asked for, with the letter to it.
#[component]
pub fn Cities(cities: Vec<CityTotal>, month: Month, is_locked: bool) -> impl IntoView {
    let row = move |city: CityTotal| {
        let href = client::letter(month, &city.municipality);
        let whose = name(city.name.clone()).into_any();
        let letter = is_locked.then(|| view! { <QueueCell label="claims.th_file"><Paper href words="claims.letter" whose/></QueueCell> });
        view! {
            <tr>
                <th scope="row">{name(city.name)}</th>
                <QueueFigure label="claims.th_lines">{city.lines.to_string()}</QueueFigure>
                <Amount label="claims.th_benefit" amount=city.amounts.benefit_yen/>
                <Amount label="claims.th_relief" amount=city.amounts.relief_yen/>
                <Amount label="claims.th_city_pays" amount=city.city_yen/>
                {letter}
            </tr>
        }
    };
    let mut columns = vec!["claims.th_city", "claims.th_lines", "claims.th_benefit", "claims.th_relief", "claims.th_city_pays"];
    columns.extend(is_locked.then_some("claims.th_file"));
    view! { <Titled title="claims.cities" columns rows=cities.into_iter().map(row).collect_view().into_any()/> }
}

/// What families owe; once the month is locked, with their marks and statements.
#[component]
pub fn Families(families: Vec<FamilyTotal>, month: Month, is_locked: bool, again: Callback<()>) -> impl IntoView {
    let rows = families.into_iter().map(move |family| view! { <Family family month is_locked again/> }).collect_view();
    let mut columns = vec!["claims.th_guardian", "claims.th_owed"];
    columns.extend(is_locked.then_some(["claims.th_paid", "claims.th_file"]).into_iter().flatten());
    view! { <Titled title="claims.families" columns rows=rows.into_any()/> }
}

#[component]
fn Family(family: FamilyTotal, month: Month, is_locked: bool, again: Callback<()>) -> impl IntoView {
    let guardian = family.guardian.clone();
    let marks = is_locked.then(|| view! { <Marks family=family.clone() month again/> });
    view! {
        <tr>
            <th scope="row">{guardian}</th>
            <Amount label="claims.th_owed" amount=family.fee_yen/>
            {marks}
        </tr>
    }
}

/// Whether the family has paid, and its statement. The row alone changes, so that whoever marks many loses no place.
#[component]
fn Marks(family: FamilyTotal, month: Month, again: Callback<()>) -> impl IntoView {
    let (id, guardian) = (family.family_id.clone(), family.guardian.clone());
    let paid = RwSignal::new(family.paid);
    let session = use_session();
    let send = move |mark: bool, attempt| {
        let id = id.clone();
        async move { client::mark(month, &id, mark, &attempt).await.map(|()| mark) }
    };
    let marked = Callback::new(move |mark: bool| {
        let by = untrack(|| session.me()).map(|me| me.name).unwrap_or_default();
        paid.set(mark.then(|| Paid { at: settings::now(), by }));
    });
    let taking = taking(send, marked, again);
    let press = Callback::new(move |()| {
        let mark = paid.with_untracked(Option::is_none);
        taking.take(mark, if mark { "claims.marked" } else { "claims.taken_back" });
    });
    let words = move || if paid.with(Option::is_some) { say("claims.take_back").into_any() } else { say("claims.mark").into_any() };
    let since = move || {
        paid.get().map(|paid| {
            view! { <p>{say_with("claims.paid_by", move || vec![("at", moment(paid.at, locale())), ("by", paid.by.clone())])}</p> }
        })
    };
    let whose = guardian.clone().into_any();
    view! {
        <QueueCell label="claims.th_paid">
            {since}
            {taking.refused()}
            <Button look=Look::Outline on_press=press busy=taking.is_busy()>{words}<span class="visually-hidden">" " {guardian}</span></Button>
        </QueueCell>
        <QueueCell label="claims.th_file"><Paper href=client::statement(month, &family.family_id) words="claims.statement" whose/></QueueCell>
    }
}

/// Each child's use of each programme.
#[component]
pub fn ChildTable(children_of: Vec<ChildTotal>) -> impl IntoView {
    let row = |child: ChildTotal| {
        let time = child.amounts.minutes;
        view! {
            <tr>
                <th scope="row">{child.child.name}<br/><span class="quiet">{child.child.kana}</span></th>
                <QueueCell label="claims.th_programme">{name(child.programme_name)}</QueueCell>
                <QueueFigure label="claims.th_lines">{child.lines.to_string()}</QueueFigure>
                <QueueFigure label="claims.th_time">{furigana(move || minutes(time, locale()))}</QueueFigure>
                <Amount label="claims.th_fee" amount=child.amounts.fee_yen/>
                <Amount label="claims.th_city_pays" amount=child.amounts.city_yen()/>
            </tr>
        }
    };
    let columns =
        vec!["claims.th_child", "claims.th_programme", "claims.th_lines", "claims.th_time", "claims.th_fee", "claims.th_city_pays"];
    view! { <Titled title="claims.children" columns rows=children_of.into_iter().map(row).collect_view().into_any()/> }
}

/// Which line is corrected, and why.
fn correction(line: Corrects) -> impl IntoView {
    let (month, number) = (line.month, line.number);
    view! {
        <br/>
        <span class="quiet">
            {say_with("claims.corrects", move || vec![("month", month_words(month, locale())), ("number", number.to_string())])}
            {(!line.reason.is_empty()).then(|| format!(" {}", line.reason))}
        </span>
    }
}

/// Lines, one for each stay or correction; each leads to its day, where a wrong record is put right.
#[component]
pub fn Lines(caption: &'static str, lines: Vec<ClaimLine>) -> impl IntoView {
    let row = |line: ClaimLine| {
        let (on, usage, amounts) = (tokyo_day(line.starts_at), line.usage.word(), line.amounts);
        let time = amounts.minutes;
        view! {
            <tr>
                <th scope="row">{line.number.to_string()}</th>
                <QueueCell label="claims.th_day"><a href=paths::staff_day(on)>{furigana(move || day(on, locale()))}</a></QueueCell>
                <QueueCell label="claims.th_child">{line.child.name}</QueueCell>
                <QueueCell label="claims.th_programme">
                    {name(line.programme_name)}<br/>{say(usage)}{line.corrects.map(correction)}
                </QueueCell>
                <QueueFigure label="claims.th_time">{furigana(move || minutes(time, locale()))}</QueueFigure>
                <Amount label="claims.th_fee" amount=amounts.fee_yen/>
                <Amount label="claims.th_unit" amount=line.unit_yen/>
                <Amount label="claims.th_city_pays" amount=amounts.city_yen()/>
            </tr>
        }
    };
    let columns = vec![
        "claims.th_number",
        "claims.th_day",
        "claims.th_child",
        "claims.th_programme",
        "claims.th_time",
        "claims.th_fee",
        "claims.th_unit",
        "claims.th_city_pays",
    ];
    view! { <Titled title=caption columns rows=lines.into_iter().map(row).collect_view().into_any()/> }
}
