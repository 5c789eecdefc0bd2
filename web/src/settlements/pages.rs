//! One settlement: what it comes to, its lines with comments, the lock, and its files.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use shared::locale::{day, minutes, moment, month as month_words, yen};
use shared::municipalities::MunicipalityCode;
use shared::settlements::{LockSettlement, Settlement, SettlementComment, SettlementLine, SettlementLock};

use super::client::{self, At, Step};
use super::list::state_words;
use crate::api::{Attempt, Failure};
use crate::flash::use_flash;
use crate::i18n::{Say, furigana, locale, name, say, say_with};
use crate::office::{OfficeNav, OfficePlace};
use crate::paths;
use crate::ui::{
    Breadcrumbs, Button, Card, Chip, Disclosure, Fact, Facts, Field, Glyph, Load, Look, Need, PageTitle, Refusal, Table, TextArea,
};

/// One settlement.
#[component]
pub fn SettlementPage() -> impl IntoView {
    let params = use_params_map();
    let at = Memo::new(move |_| {
        params.with(|params| {
            let of = |key: &str| params.get(key).unwrap_or_default();
            At { compact_id: of("compact_id"), month: of("month"), municipality: of("municipality") }
        })
    });
    let found = LocalResource::new(move || {
        let at = at.get();
        async move { client::settlement(&at).await }
    });
    let again = Callback::new(move |()| found.refetch());
    view! {
        <div class="stack staff">
            <OfficeNav here=OfficePlace::Settlements/>
            <Breadcrumbs trail=vec![(paths::office_settlements(), "settlements.title".into())] here="settlements.one"/>
            <PageTitle text="settlements.one"/>
            <Load what=found let:told><Whole told at=at.get_untracked() again/></Load>
        </div>
    }
}

/// Steps with one settlement: under way, and what went wrong.
#[derive(Clone, Copy)]
struct Taking {
    action: Action<(Step, &'static str), ()>,
    failure: RwSignal<Option<Failure>>,
}

fn taking(at: At, again: Callback<()>) -> Taking {
    let (flash, failure, attempt) = (use_flash(), RwSignal::new(None::<Failure>), Attempt::new());
    let action = Action::new_local(move |(step, words): &(Step, &'static str)| {
        let (at, attempt, step, words) = (at.clone(), attempt.clone(), step.clone(), *words);
        failure.set(None);
        async move {
            match client::take(&at, &step, &attempt).await {
                Ok(_) => {
                    flash.done(words);
                    again.run(());
                }
                Err(why) => failure.set(Some(why)),
            }
        }
    });
    Taking { action, failure }
}

#[component]
fn Whole(told: Settlement, at: At, again: Callback<()>) -> impl IntoView {
    let (head, steps) = (told.head.clone(), taking(at.clone(), again));
    let when = head.month;
    let (words, tone) = state_words(&head);
    let sums = [
        ("settlements.th_gets", head.sides.gets_yen),
        ("settlements.th_pays", head.sides.pays_yen),
        ("settlements.th_balance", head.sides.balance_yen),
    ];
    let seen = LockSettlement { lines: head.lines, balance_yen: head.sides.balance_yen };
    let press = Callback::new(move |()| drop(steps.action.dispatch((Step::Lock(seen), "settlements.locked"))));
    let lock = head.own_lock.is_none().then(|| {
        view! {
            <p><Say key="settlements.lock_lead"/></p>
            <Button icon=Glyph::Check on_press=press busy=steps.action.pending()><Say key="settlements.lock"/></Button>
        }
    });
    let files = [("xlsx", "settlements.file_xlsx"), ("pdf", "settlements.file_pdf"), ("csv", "settlements.file_csv")];
    let files = files.map(|(ending, words)| {
        let href = at.file(ending);
        view! { <a class="button button-outline" rel="external" download="" href=href><span>{say(words)}</span></a> }
    });
    let is_closed = head.own_lock.is_some() && head.other_lock.is_some();
    let lines = told
        .lines
        .clone()
        .into_iter()
        .zip(1_usize..)
        .map(move |(line, number)| view! { <Line line number told=told.clone() is_closed steps/> });
    let columns = [
        "settlements.th_number",
        "settlements.th_facility",
        "settlements.th_use",
        "settlements.th_price",
        "settlements.th_balance",
        "settlements.th_comments",
    ];
    view! {
        <p class="when">{furigana(move || month_words(when, locale()))} " " {name(head.compact_name)}</p>
        <p class="row"><Chip tone>{say(words)}</Chip></p>
        <Card>
            <Facts>
                <Fact name="settlements.th_other">{name(head.other_name)}</Fact>
                {sums.map(|(key, amount)| view! { <Fact name=key><strong>{furigana(move || yen(amount, locale()))}</strong></Fact> }).collect_view()}
                <Fact name="settlements.own_lock"><Locked lock=head.own_lock/></Fact>
                <Fact name="settlements.other_lock"><Locked lock=head.other_lock/></Fact>
            </Facts>
            <div role="alert">{move || steps.failure.get().map(|why| view! { <Refusal why/> })}</div>
            {lock}
            <p class="row no-print">{files.collect_view()}</p>
        </Card>
        <Table caption="settlements.lines">
            <thead><tr>{columns.map(|key| view! { <th scope="col">{say(key)}</th> }).collect_view()}</tr></thead>
            <tbody>{lines.collect_view()}</tbody>
        </Table>
    }
}

#[component]
fn Locked(lock: Option<SettlementLock>) -> impl IntoView {
    match lock {
        Some(lock) => {
            say_with("settlements.locked_by", move || vec![("at", moment(lock.at, locale())), ("by", lock.by.clone())]).into_any()
        }
        None => view! { <Say key="settlements.not_yet"/> }.into_any(),
    }
}

fn city(told: &Settlement, code: &MunicipalityCode) -> shared::locale::Localised {
    if *code == told.own { told.own_name.clone() } else { told.head.other_name.clone() }
}

#[component]
fn Line(line: SettlementLine, number: usize, told: Settlement, is_closed: bool, steps: Taking) -> impl IntoView {
    let (on, time, usage, unit) = (line.day, line.amounts.minutes, line.usage.word(), line.unit_yen);
    let sign = if line.residence == told.own { -1 } else { 1 };
    let amount = sign * line.amounts.city_yen();
    let (from, age) = (city(&told, &line.residence), line.age);
    let comments = line.comments.iter().cloned().map(|comment| view! { <Comment comment told=told.clone() steps/> }).collect_view();
    let corrects = line.corrects.clone().map(|line| {
        view! { <br/><span class="quiet">{say_with("settlements.corrects", move || vec![("month", line.month.to_string()), ("number", line.number.to_string())])}</span> }
    });
    let write = (!is_closed).then(|| view! { <NewComment line=line.clone() number steps/> });
    view! {
        <tr>
            <th scope="row">{number.to_string()}</th>
            <td>{line.facility.clone()}<br/>{furigana(move || day(on, locale()))}<br/><span class="quiet">{name(from)} " " {line.certificate.clone()}</span></td>
            <td>
                {name(line.programme_name.clone())}<br/>{say(usage)} " " {furigana(move || minutes(time, locale()))}
                <br/><span class="quiet">{say_with("settlements.age", move || vec![("age", age.to_string())])}</span>{corrects}
            </td>
            <td class="number">{furigana(move || yen(unit, locale()))}</td>
            <td class="number">{furigana(move || yen(amount, locale()))}</td>
            <td>{comments}{write}</td>
        </tr>
    }
}

#[component]
fn Comment(comment: SettlementComment, told: Settlement, steps: Taking) -> impl IntoView {
    let (id, at) = (comment.id.clone(), comment.at);
    let is_own = comment.municipality == told.own;
    let close = Callback::new(move |()| drop(steps.action.dispatch((Step::Close(id.clone()), "settlements.closed_now"))));
    let state = match comment.closed_at {
        Some(_) => view! { <span class="quiet"><Say key="settlements.is_done"/></span> }.into_any(),
        None if is_own => view! { <Button look=Look::Outline on_press=close><Say key="settlements.close"/></Button> }.into_any(),
        None => view! { <strong><Say key="settlements.is_not_done"/></strong> }.into_any(),
    };
    view! {
        <div class="stack">
            <p>{comment.words}</p>
            <p class="quiet">{name(city(&told, &comment.municipality))} " " {comment.by} " " {furigana(move || moment(at, locale()))}</p>
            {state}
        </div>
    }
}

#[component]
fn NewComment(line: SettlementLine, number: usize, steps: Taking) -> impl IntoView {
    let words = RwSignal::new(String::new());
    let send = Callback::new(move |()| {
        let step = Step::Comment(line.claim_line_id.clone(), words.get_untracked());
        drop(steps.action.dispatch((step, "settlements.commented")));
    });
    view! {
        <Disclosure summary="settlements.comment">
            <Field id=format!("comment-{number}") label="settlements.comment_words" required=Need::Required><TextArea value=words maxlength=500/></Field>
            <Button look=Look::Outline on_press=send busy=steps.action.pending()><Say key="settlements.comment_send"/></Button>
        </Disclosure>
    }
}
