//! Tables of a month: by city, by family, by child, and line by line.

use leptos::prelude::*;
use shared::claims::{ChildTotal, CityTotal, ClaimLine, FamilyTotal};
use shared::locale::{day, minutes, moment, yen};
use shared::time::{Month, tokyo_day};

use super::client;
use crate::api::Attempt;
use crate::flash::use_flash;
use crate::i18n::{Say, furigana, locale, name, say, say_with};
use crate::ui::{Button, Look, Table};

fn amount(number: i64) -> impl IntoView {
    view! { <td class="number">{furigana(move || yen(number, locale()))}</td> }
}

fn head(keys: &[&'static str]) -> impl IntoView + use<> {
    keys.iter().map(|key| view! { <th scope="col">{say(key)}</th> }).collect_view()
}

/// What each city of residence is asked for, with the letter to it.
#[component]
pub fn Cities(cities: Vec<CityTotal>, month: Month, is_locked: bool) -> impl IntoView {
    let rows = cities.into_iter().map(move |city| {
        let href = client::letter(month, &city.municipality);
        let letter = is_locked.then(|| view! { <a rel="external" download="" href=href><Say key="claims.letter"/></a> });
        view! {
            <tr>
                <th scope="row">{name(city.name)}</th>
                <td class="number">{city.lines.to_string()}</td>
                {amount(city.amounts.benefit_yen)} {amount(city.amounts.relief_yen)} {amount(city.city_yen)}
                <td>{letter}</td>
            </tr>
        }
    });
    view! {
        <Table caption="claims.cities">
            <thead><tr>{head(&["claims.th_city", "claims.th_lines", "claims.th_benefit", "claims.th_relief", "claims.th_city_pays", "claims.th_file"])}</tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </Table>
    }
}

/// What families owe, with their marks.
#[component]
pub fn Families(families: Vec<FamilyTotal>, month: Month, is_locked: bool, again: Callback<()>) -> impl IntoView {
    let rows = families.into_iter().map(move |family| view! { <Family family month is_locked again/> });
    view! {
        <Table caption="claims.families">
            <thead><tr>{head(&["claims.th_guardian", "claims.th_owed", "claims.th_paid", "claims.th_file"])}</tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </Table>
    }
}

#[component]
fn Family(family: FamilyTotal, month: Month, is_locked: bool, again: Callback<()>) -> impl IntoView {
    let (flash, attempt, is_paid) = (use_flash(), Attempt::new(), family.paid.is_some());
    let href = client::statement(month, &family.family_id);
    let id = family.family_id.clone();
    let mark = Action::new_local(move |(): &()| {
        let (id, attempt) = (id.clone(), attempt.clone());
        async move {
            match client::mark(month, &id, !is_paid, &attempt).await {
                Ok(()) => {
                    flash.done(if is_paid { "claims.taken_back" } else { "claims.marked" });
                    again.run(());
                }
                Err(why) => flash.failed(&why),
            }
        }
    });
    let press = Callback::new(move |()| drop(mark.dispatch(())));
    let words = if is_paid { "claims.take_back" } else { "claims.mark" };
    let paid = family.paid.map(|paid| say_with("claims.paid_by", move || vec![("at", moment(paid.at, locale())), ("by", paid.by.clone())]));
    let button = is_locked.then(|| view! { <Button look=Look::Outline on_press=press busy=mark.pending()>{say(words)}</Button> });
    let file = is_locked.then(|| view! { <a rel="external" download="" href=href><Say key="claims.statement"/></a> });
    view! {
        <tr>
            <th scope="row">{family.guardian}</th>
            {amount(family.fee_yen)}
            <td>{paid} {button}</td>
            <td>{file}</td>
        </tr>
    }
}

/// Each child's use of each programme.
#[component]
pub fn ChildTable(children: Vec<ChildTotal>) -> impl IntoView {
    let rows = children.into_iter().map(|child| {
        let time = child.amounts.minutes;
        view! {
            <tr>
                <th scope="row">{child.child.name}<br/><span class="quiet">{child.child.kana}</span></th>
                <td>{name(child.programme_name)}</td>
                <td class="number">{child.lines.to_string()}</td>
                <td class="number">{furigana(move || minutes(time, locale()))}</td>
                {amount(child.amounts.fee_yen)} {amount(child.amounts.city_yen())}
            </tr>
        }
    });
    view! {
        <Table caption="claims.children">
            <thead><tr>{head(&["claims.th_child", "claims.th_programme", "claims.th_lines", "claims.th_time", "claims.th_fee", "claims.th_city_pays"])}</tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </Table>
    }
}

/// Lines, one for each stay or correction.
#[component]
pub fn Lines(caption: &'static str, lines: Vec<ClaimLine>) -> impl IntoView {
    let rows = lines.into_iter().map(|line| {
        let (starts_at, usage, amounts) = (line.starts_at, line.usage.word(), line.amounts);
        let corrects = line.corrects.map(|line| {
            let reason = line.reason;
            view! {
                <br/>
                <span class="quiet">{say_with("claims.corrects", move || vec![("month", line.month.to_string()), ("number", line.number.to_string())])} " " {reason}</span>
            }
        });
        view! {
            <tr>
                <th scope="row">{line.number.to_string()}</th>
                <td>{furigana(move || day(tokyo_day(starts_at), locale()))}</td>
                <td>{line.child.name}</td>
                <td>{name(line.programme_name)}<br/>{say(usage)}{corrects}</td>
                {amount(amounts.fee_yen)} {amount(line.unit_yen)} {amount(amounts.city_yen())}
            </tr>
        }
    });
    view! {
        <Table caption=caption>
            <thead><tr>{head(&["claims.th_number", "claims.th_day", "claims.th_child", "claims.th_programme", "claims.th_fee", "claims.th_unit", "claims.th_city_pays"])}</tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </Table>
    }
}
