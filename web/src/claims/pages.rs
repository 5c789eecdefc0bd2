//! The facility's month: what stands out first, then what it comes to, the lock, and the tables.

use leptos::prelude::*;
use shared::claims::{Claim, ClaimLock, Found};
use shared::locale::{moment, month as month_words, yen};
use shared::time::{Month, days_before};

use super::client;
use super::found::FoundLists;
use super::parts::{ChildTable, Cities, Families, Lines};
use crate::attendance::{StaffNav, StaffPlace};
use crate::i18n::{Say, furigana, locale, say_with};
use crate::paths;
use crate::settings;
use crate::statements::{MonthNav, month_of_address};
use crate::taking::taking;
use crate::ui::{Banner, Button, Disclosure, EmptyState, Fact, Facts, Glyph, Load, PageTitle, Skeleton, Tone, renewal, taking_focus};

/// The month before this one: the last that can be locked.
fn last_month() -> Month {
    Month::of(days_before(Month::of(settings::today()).first_day(), 1))
}

/// The facility's month.
#[component]
pub fn MonthPage() -> impl IntoView {
    let of_address = month_of_address();
    let shown = Memo::new(move |_| of_address.get().unwrap_or_else(last_month));
    let found = LocalResource::new(move || client::claim(shown.get()));
    let renewal = renewal(found);
    let is_new = RwSignal::new(false);
    let locked = Callback::new(move |()| {
        is_new.set(true);
        renewal.again.run(());
    });
    view! {
        <div class="stack staff">
            <StaffNav here=StaffPlace::Month/>
            <PageTitle text="claims.title"/>
            <p class="when">{furigana(move || month_words(shown.get(), locale()))}</p>
            <MonthNav month=shown address=paths::staff_month/>
            <Load what=found renewal let:claim>
                {
                    let month = claim.month;
                    let claim = StoredValue::new(claim);
                    // Another month's figures do not stand under this one's name while it is read.
                    view! {
                        <Show when=move || shown.get() == month fallback=Skeleton>
                            <Whole claim=claim.get_value() is_new locked again=renewal.again/>
                        </Show>
                    }
                }
            </Load>
        </div>
    }
}

/// What stands out at stays that have begun: at others nothing is to be put right yet.
fn begun(claim: &Claim) -> Vec<Found> {
    let now = settings::now();
    claim.found.iter().filter(|found| found.starts_at <= now).cloned().collect()
}

#[component]
fn Whole(claim: Claim, is_new: RwSignal<bool>, locked: Callback<()>, again: Callback<()>) -> impl IntoView {
    let (month, is_locked) = (claim.month, claim.locked.is_some());
    if claim.lines.is_empty() && claim.found.is_empty() {
        return view! { <EmptyState words="claims.none"><p class="quiet"><Say key="claims.none_hint"/></p></EmptyState> }.into_any();
    }
    let state = match claim.locked.clone() {
        Some(lock) => view! { <Locked lock month is_new/> }.into_any(),
        None => view! { <FoundLists found=begun(&claim) month/> }.into_any(),
    };
    let ahead = (!claim.ahead.is_empty()).then(|| {
        view! {
            <Banner tone=Tone::Info title="claims.ahead_title"><p><Say key="claims.ahead_lead"/></p></Banner>
            <Lines caption="claims.ahead" lines=claim.ahead.clone()/>
        }
    });
    let lines = claim.lines.clone();
    view! {
        {state}
        <Sums claim=claim.clone() locked again/>
        {ahead}
        <Cities cities=claim.cities month is_locked/>
        <ChildTable children_of=claim.children/>
        <Families families=claim.families month is_locked again/>
        <Disclosure summary="claims.all_lines"><Lines caption="claims.lines" lines/></Disclosure>
    }
    .into_any()
}

/// That the month is locked, by whom, and what there is of it on paper.
#[component]
fn Locked(lock: ClaimLock, month: Month, is_new: RwSignal<bool>) -> impl IntoView {
    let node = taking_focus(move || is_new.get());
    let at = lock.at;
    view! {
        <div tabindex="-1" node_ref=node>
            <Banner tone=Tone::Success title="claims.locked_title">
                <p>{say_with("claims.locked_by", move || vec![("at", moment(at, locale())), ("by", lock.by.clone())])}</p>
                <p><Say key="claims.locked_lead"/></p>
                <p class="no-print">
                    <a class="button button-outline" rel="external" download="" href=client::workbook(month)><span><Say key="claims.workbook"/></span></a>
                </p>
            </Banner>
        </div>
    }
}

/// What the month comes to, and, as long as it is open, the lock.
#[component]
fn Sums(claim: Claim, locked: Callback<()>, again: Callback<()>) -> impl IntoView {
    let total = claim.total;
    let sums = [("claims.sum_families", total.fee_yen), ("claims.sum_cities", total.city_yen())];
    let count = claim.lines.len();
    let is_open = claim.locked.is_none();
    view! {
        <section class="card stack" aria-labelledby="claim-sums">
            <h2 id="claim-sums"><Say key="claims.sums"/></h2>
            <Facts>
                <Fact name="claims.th_lines">{count.to_string()}</Fact>
                {sums.map(|(key, amount)| view! { <Fact name=key><strong>{furigana(move || yen(amount, locale()))}</strong></Fact> }).collect_view()}
            </Facts>
            {is_open.then(|| view! { <Lock claim locked again/> })}
        </section>
    }
}

#[component]
fn Lock(claim: Claim, locked: Callback<()>, again: Callback<()>) -> impl IntoView {
    let month = claim.month;
    let send = move |(), attempt| async move { client::lock(month, &attempt).await };
    let taking = taking(send, Callback::new(move |_| locked.run(())), again);
    let blocking = begun(&claim).iter().filter(|found| found.blocks).count();
    let to_come = claim.found.len().saturating_sub(begun(&claim).len());
    let is_free = !claim.found.iter().any(|found| found.blocks) && claim.refusals.is_empty();
    let refusals = claim.refusals.into_iter().map(|reason| view! { <li>{furigana(move || reason.sentence(locale()))}</li> }).collect_view();
    let first = (blocking > 0).then(|| view! { <li>{say_with("claims.first_mend", move || vec![("count", blocking.to_string())])}</li> });
    let later = (to_come > 0).then(|| view! { <li>{say_with("claims.to_come", move || vec![("count", to_come.to_string())])}</li> });
    let press = Callback::new(move |()| taking.take((), "claims.locked"));
    view! {
        <p><Say key="claims.lock_lead"/></p>
        <ul class="reasons" id="claim-refusals">{refusals}{first}{later}</ul>
        {taking.refused()}
        <div class="row no-print">
            <Button icon=Glyph::Check on_press=press busy=taking.is_busy() disabled=!is_free described_by="claim-refusals">
                <Say key="claims.lock"/>
            </Button>
        </div>
    }
}
