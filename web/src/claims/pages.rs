//! The facility's month: what stands out first, then the sums, the lock, and what families owe.

use leptos::prelude::*;
use shared::claims::{Claim, Found};
use shared::locale::{moment, month as month_words, yen};
use shared::time::{Month, days_before};

use super::client;
use super::parts::{ChildTable, Cities, Families, Lines};
use crate::api::{Attempt, Failure};
use crate::attendance::{StaffNav, StaffPlace};
use crate::flash::use_flash;
use crate::i18n::{Say, furigana, locale, name, say_with};
use crate::paths;
use crate::settings;
use crate::statements::{MonthNav, month_of_address};
use crate::ui::{Banner, Button, Card, Chip, Disclosure, Fact, Facts, Glyph, Load, PageTitle, Refusal, Tone};

/// The month before this one: the first that can be locked.
fn last_month() -> Month {
    Month::of(days_before(Month::of(settings::today()).first_day(), 1))
}

/// The facility's month.
#[component]
pub fn MonthPage() -> impl IntoView {
    let of_address = month_of_address();
    let shown = Memo::new(move |_| of_address.get().unwrap_or_else(last_month));
    let found = LocalResource::new(move || client::claim(shown.get()));
    let again = Callback::new(move |()| found.refetch());
    view! {
        <div class="stack staff">
            <StaffNav here=StaffPlace::Month/>
            <PageTitle text="claims.title"/>
            <p class="when">{furigana(move || month_words(shown.get(), locale()))}</p>
            <MonthNav month=shown address=paths::staff_month/>
            <Load what=found let:claim><Whole claim again/></Load>
        </div>
    }
}

#[component]
fn Whole(claim: Claim, again: Callback<()>) -> impl IntoView {
    let (month, total) = (claim.month, claim.total);
    let sums = [("claims.sum_families", total.fee_yen), ("claims.sum_cities", total.city_yen())];
    let state = match &claim.locked {
        Some(lock) => view! { <LockedBanner at=lock.at by=lock.by.clone() month/> }.into_any(),
        None => view! { <Open claim=claim.clone() again/> }.into_any(),
    };
    let is_locked = claim.locked.is_some();
    let ahead = (!claim.ahead.is_empty()).then(|| {
        view! {
            <Banner tone=Tone::Info title="claims.ahead_title"><p><Say key="claims.ahead_lead"/></p></Banner>
            <Lines caption="claims.ahead" lines=claim.ahead.clone()/>
        }
    });
    view! {
        {state}
        <Card>
            <Facts>
                {sums.map(|(key, amount)| view! { <Fact name=key><strong>{furigana(move || yen(amount, locale()))}</strong></Fact> }).collect_view()}
            </Facts>
        </Card>
        {ahead}
        <Cities cities=claim.cities.clone() month is_locked/>
        <Families families=claim.families.clone() month is_locked again/>
        <ChildTable children=claim.children.clone()/>
        <Disclosure summary="claims.all_lines"><Lines caption="claims.lines" lines=claim.lines.clone()/></Disclosure>
    }
}

#[component]
fn LockedBanner(at: chrono::DateTime<chrono::Utc>, by: String, month: Month) -> impl IntoView {
    view! {
        <Banner tone=Tone::Success title="claims.locked_title">
            <p>{say_with("claims.locked_by", move || vec![("at", moment(at, locale())), ("by", by.clone())])}</p>
            <p class="no-print">
                <a class="button button-outline" rel="external" download="" href=client::workbook(month)><span><Say key="claims.workbook"/></span></a>
            </p>
        </Banner>
    }
}

/// An open month: what blocks, what is only told, and the lock.
#[component]
fn Open(claim: Claim, again: Callback<()>) -> impl IntoView {
    let month = claim.month;
    let (blocking, told): (Vec<Found>, Vec<Found>) = claim.found.into_iter().partition(|found| found.blocks);
    let is_free = blocking.is_empty() && claim.refusals.is_empty();
    let (flash, failure, attempt) = (use_flash(), RwSignal::new(None::<Failure>), Attempt::new());
    let lock = Action::new_local(move |(): &()| {
        let attempt = attempt.clone();
        failure.set(None);
        async move {
            match client::lock(month, &attempt).await {
                Ok(_) => {
                    flash.done("claims.locked");
                    again.run(());
                }
                Err(why) => failure.set(Some(why)),
            }
        }
    });
    let refusals = claim.refusals.into_iter().map(|reason| view! { <li>{furigana(move || reason.sentence(locale()))}</li> });
    let press = Callback::new(move |()| drop(lock.dispatch(())));
    view! {
        <FoundList title="claims.blocking" found=blocking tone=Tone::Error/>
        <FoundList title="claims.told" found=told tone=Tone::Warning/>
        <Card>
            <h2><Say key="claims.lock_title"/></h2>
            <p><Say key="claims.lock_lead"/></p>
            <ul class="reasons" id="claim-refusals">{refusals.collect_view()}</ul>
            <div role="alert">{move || failure.get().map(|why| view! { <Refusal why/> })}</div>
            <div class="row no-print">
                <Button icon=Glyph::Check on_press=press busy=lock.pending() disabled=!is_free described_by="claim-refusals"><Say key="claims.lock"/></Button>
            </div>
        </Card>
    }
}

#[component]
fn FoundList(title: &'static str, found: Vec<Found>, tone: Tone) -> impl IntoView {
    let count = found.len();
    (count > 0).then(|| {
        let items = found.into_iter().map(|found| {
            let reason = found.reason;
            view! {
                <li class="card">
                    <strong>{found.child.name}</strong> " " <Chip tone>{name(found.programme_name)}</Chip>
                    <p>{furigana(move || reason.sentence(locale()))}</p>
                </li>
            }
        });
        view! {
            <section class="stack" aria-labelledby=title>
                <h2 id=title>{say_with(title, move || vec![("count", count.to_string())])}</h2>
                <ul class="plain-list stack">{items.collect_view()}</ul>
            </section>
        }
    })
}
