//! A month chosen by its neighbours, and the family's statement of it.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use shared::locale::{clock_span, day, month, yen};
use shared::statements::{ChildStatement, Statement, StatementLine, state_key};
use shared::time::{Month, days_before, tokyo_day};

use super::client;
use crate::bookings::{FeeLines, facility_words};
use crate::i18n::{Say, furigana, locale, name, sentence};
use crate::paths;
use crate::settings;
use crate::ui::{Button, Card, Chip, EmptyState, Glyph, LinkButton, Load, Look, PageTitle, Tone};

/// The month of the address, if it names one.
pub fn month_of_address() -> Memo<Option<Month>> {
    let query = use_query_map();
    Memo::new(move |_| query.with(|query| query.get("month").and_then(|text| text.parse().ok())))
}

/// The month of the address, else this one.
pub fn use_month() -> Memo<Month> {
    let wanted = month_of_address();
    Memo::new(move |_| wanted.get().unwrap_or_else(|| Month::of(settings::today())))
}

/// The way to the months before and after, and to paper.
#[component]
pub fn MonthNav(
    /// The month shown.
    month: Memo<Month>,
    /// The address of a month.
    address: fn(Option<Month>) -> String,
) -> impl IntoView {
    let before = Signal::derive(move || address(Some(Month::of(days_before(month.get().first_day(), 1)))));
    let after = Signal::derive(move || address(Some(Month::of(month.get().next_first_day()))));
    view! {
        <div class="row no-print">
            <LinkButton look=Look::Outline icon=Glyph::Left href=before><Say key="statements.month_before"/></LinkButton>
            <LinkButton look=Look::Outline icon=Glyph::Right href=after><Say key="statements.month_after"/></LinkButton>
            <Button look=Look::Outline icon=Glyph::Print on_press=Callback::new(|()| drop(window().print()))><Say key="bookings.print"/></Button>
        </div>
    }
}

/// What is final and what is estimated.
#[component]
pub fn Totals(total_yen: i64, estimated_yen: i64) -> impl IntoView {
    view! {
        <p class="check-line">
            <strong><Say key="statements.total"/></strong>
            <strong class="number">{furigana(move || yen(total_yen, locale()))}</strong>
        </p>
        {(estimated_yen > 0)
            .then(|| {
                view! {
                    <p class="check-line quiet">
                        <span><Say key="statements.estimated"/></span>
                        <span class="number">{furigana(move || yen(estimated_yen, locale()))}</span>
                    </p>
                }
            })}
    }
}

/// How a stay of a statement stands.
pub fn state_chip(line: &StatementLine) -> impl IntoView + use<> {
    let key = state_key(&line.state);
    let tone = if line.is_final { None } else { Some(Tone::Info) };
    let words = furigana(move || sentence(key, locale()));
    match tone {
        Some(tone) => view! { <Chip tone>{words}</Chip> }.into_any(),
        None => view! { <Chip>{words}</Chip> }.into_any(),
    }
}

/// The family's statement of a month.
#[component]
pub fn StatementPage() -> impl IntoView {
    let shown = use_month();
    let statement = LocalResource::new(move || client::statement(shown.get()));
    view! {
        <div class="narrow stack">
            <PageTitle text="statements.title"/>
            <p class="when">{furigana(move || month(shown.get(), locale()))}</p>
            <MonthNav month=shown address=paths::statements/>
            <Load what=statement let:known><Whole known/></Load>
            <p class="quiet"><Say key="statements.rounding"/></p>
        </div>
    }
}

#[component]
fn Whole(known: Statement) -> impl IntoView {
    let nobody = known.children.is_empty();
    view! {
        {nobody.then(|| view! { <EmptyState words="statements.none"/> })}
        {(!nobody).then(|| view! { <Card><Totals total_yen=known.total_yen estimated_yen=known.estimated_yen/></Card> })}
        {known.children.into_iter().map(|child| view! { <ChildPart child/> }).collect_view()}
    }
}

#[component]
fn ChildPart(child: ChildStatement) -> impl IntoView {
    view! {
        <section class="stack">
            <h2>{child.child.name}</h2>
            <ul class="plain-list stack">{child.lines.into_iter().map(|line| view! { <li><LinePart line/></li> }).collect_view()}</ul>
            <Totals total_yen=child.total_yen estimated_yen=child.estimated_yen/>
        </section>
    }
}

#[component]
fn LinePart(line: StatementLine) -> impl IntoView {
    let (starts_at, ends_at, amount) = (line.starts_at, line.ends_at, line.yen);
    let has_lines = !line.fee_lines.is_empty();
    view! {
        <Card>
            <p class="check-line">
                <a href=paths::booking(line.booking_id.as_str())>
                    {furigana(move || format!("{} {}", day(tokyo_day(starts_at), locale()), clock_span(starts_at, ends_at, locale())))}
                </a>
                <strong class="number">{furigana(move || yen(amount, locale()))}</strong>
            </p>
            <p>{furigana(facility_words(&line.facility))}</p>
            <div class="row">{state_chip(&line)} <Chip>{name(line.programme_name.clone())}</Chip></div>
            {has_lines.then(|| view! { <FeeLines lines=line.fee_lines/> })}
            {(!has_lines && amount > 0).then(|| view! { <p class="quiet"><Say key="statements.given_up"/></p> })}
        </Card>
    }
}
