//! Whom a change touches, in numbers, and why somebody else has to agree.

use leptos::prelude::*;
use shared::changes::{Change, FacilityImpact, Impact, RuleChangePreview, StayImpact, Weight};
use shared::locale::{full_day, yen};

use super::client;
use super::periods::PeriodCounts;
use super::words::{difference, weight_word};
use crate::api::Failure;
use crate::i18n::{Say, furigana, locale, say, say_with};
use crate::ui::{Fact, Facts, Load};

/// What a change would do, asked anew whenever it changes; nothing while it is not whole.
#[component]
pub fn Preview(
    /// The change.
    change: Signal<Option<Change>>,
) -> impl IntoView {
    let found = LocalResource::new(move || {
        let change = change.get();
        async move {
            match change {
                Some(change) => client::preview(&change).await.map(|seen| Some((change, seen))),
                None => Ok::<Option<(Change, RuleChangePreview)>, Failure>(None),
            }
        }
    });
    view! {
        <Load what=found let:seen>
            {seen.map(|(change, seen)| {
                let differs = difference(&change, &seen.impact);
                view! { <Weights weights=seen.weights/> {differs} <ImpactFacts impact=seen.impact/> }
            })}
        </Load>
    }
}

/// Why somebody else has to agree, or that nobody has to.
#[component]
pub fn Weights(
    /// Why.
    weights: Vec<Weight>,
) -> impl IntoView {
    if weights.is_empty() {
        return view! { <p><Say key="changes.holds_at_once"/></p> }.into_any();
    }
    let lines = weights.into_iter().map(|weight| view! { <li>{say(weight_word(weight))}</li> }).collect_view();
    view! { <p><Say key="changes.needs_second"/></p> <ul class="reasons">{lines}</ul> }.into_any()
}

fn count(key: &'static str, number: i64) -> impl IntoView {
    say_with(key, move || vec![("count", number.to_string())])
}

/// The numbers.
#[component]
pub fn ImpactFacts(
    /// Whom it touches.
    impact: Impact,
) -> impl IntoView {
    match impact {
        Impact::Stays { stays } => view! { <Stays stays/> }.into_any(),
        Impact::Applications { under_way, decided } => view! {
            <Facts>
                <Fact name="changes.under_way">{count("changes.applications", under_way)}</Fact>
                <Fact name="changes.decided_in_a_year">{count("changes.applications", decided)}</Fact>
            </Facts>
            <p class="quiet"><Say key="changes.applications_go_on"/></p>
        }
        .into_any(),
        Impact::Days { slots, bookings } => view! {
            <Facts>
                <Fact name="changes.slots_then">{count("changes.slots", slots)}</Fact>
                <Fact name="changes.booked_then">{count("changes.bookings", bookings)}</Fact>
            </Facts>
            <p class="quiet"><Say key="changes.days_stay"/></p>
        }
        .into_any(),
        Impact::Facility { counted, .. } => view! { <AtFacility counted/> }.into_any(),
        Impact::Municipality { .. } => view! { <p class="quiet"><Say key="changes.city_touches"/></p> }.into_any(),
        Impact::Retention { counts } => view! { <PeriodCounts counts/> }.into_any(),
        Impact::Wording { .. } => view! { <p class="quiet"><Say key="changes.wording_touches"/></p> }.into_any(),
    }
}

/// What there is at a facility from the first day on.
#[component]
fn AtFacility(counted: FacilityImpact) -> impl IntoView {
    let FacilityImpact { slots, bookings, families, outside_ages, outside_hours } = counted;
    if slots == 0 && bookings == 0 {
        return view! { <p><Say key="changes.nobody_there"/></p> }.into_any();
    }
    view! {
        <Facts>
            <Fact name="changes.slots_from_then">{count("changes.slots", slots)}</Fact>
            <Fact name="changes.booked_from_then">{count("changes.bookings", bookings)}</Fact>
            <Fact name="changes.families_from_then">{count("changes.families", families)}</Fact>
            {(outside_ages > 0).then(|| view! { <Fact name="changes.outside_ages">{count("changes.bookings", outside_ages)}</Fact> })}
            {(outside_hours > 0).then(|| view! { <Fact name="changes.outside_hours">{count("changes.bookings", outside_hours)}</Fact> })}
        </Facts>
        <p class="quiet"><Say key="changes.booked_stay"/></p>
    }
    .into_any()
}

#[component]
fn Stays(stays: StayImpact) -> impl IntoView {
    let (from, until) = (stays.from, stays.until);
    let looked = move || {
        let locale = locale();
        vec![("from", full_day(from, locale)), ("until", full_day(until, locale)), ("count", stays.stays.to_string())]
    };
    if stays.stays == 0 {
        return view! {
            <p>{say_with("changes.no_stays", looked)}</p>
            {(stays.booked > 0).then(|| view! { <p>{count("changes.booked_keep", stays.booked)}</p> })}
        }
        .into_any();
    }
    let difference = stays.yen_after - stays.yen_before;
    let sums = move || {
        let locale = locale();
        let sign = if difference > 0 { "+" } else { "" };
        format!("{} → {}（{sign}{}）", yen(stays.yen_before, locale), yen(stays.yen_after, locale), yen(difference, locale))
    };
    let same = stays.families - stays.dearer - stays.cheaper;
    view! {
        <p>{say_with("changes.looked_at", looked)}</p>
        <Facts>
            <Fact name="changes.dearer">{count("changes.families", stays.dearer)}</Fact>
            <Fact name="changes.cheaper">{count("changes.families", stays.cheaper)}</Fact>
            <Fact name="changes.same">{count("changes.families", same)}</Fact>
            <Fact name="changes.sums">{furigana(sums)}</Fact>
            {(stays.shut_out > 0).then(|| view! { <Fact name="changes.shut_out">{count("changes.children", stays.shut_out)}</Fact> })}
            {(stays.unpriced > 0).then(|| view! { <Fact name="changes.unpriced">{count("changes.stays", stays.unpriced)}</Fact> })}
        </Facts>
        {(stays.booked > 0).then(|| view! { <p>{count("changes.booked_keep", stays.booked)}</p> })}
    }
    .into_any()
}
