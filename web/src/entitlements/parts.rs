//! One certification as the family sees it.

use leptos::prelude::*;
use shared::entitlements::{Ending, Fate, HeldEntitlement, StayAfter};
use shared::locale::{clock_span, full_day};
use shared::time::tokyo_day;

use super::model::Standing;
use crate::i18n::{Say, furigana, locale, name, reasons, say_with};
use crate::paths;
use crate::settings;
use crate::ui::{Chip, Fact, Facts, Glyph, LinkButton, Look, Tone};

/// What it is, until when, and what to do next. Children: what else can be done with it.
#[component]
pub fn EntitlementCard(
    /// The certification.
    held: HeldEntitlement,
    /// What else can be done.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let today = settings::today();
    let standing = Standing::of(&held, today);
    let (tone, word) = match standing {
        Standing::Ahead => (Tone::Info, "entitlements.ahead"),
        Standing::Holds => (Tone::Success, "entitlements.holds"),
        Standing::EndsSoon => (Tone::Warning, "entitlements.ends_soon"),
        Standing::Over => (Tone::Info, "entitlements.over"),
    };
    let HeldEntitlement { entitlement: held, ending, stays } = held;
    let (from, until) = (held.valid_from, held.valid_until);
    let search = paths::search_like(from.max(today), held.programme.as_str(), None);
    let ends = held.ended.is_some() || standing == Standing::EndsSoon;
    let child = held.child.id.to_string();
    view! {
        <div class="card stack">
            <div class="row"><Chip tone><Say key=word/></Chip></div>
            <h3>{held.child.name} "　" {name(held.programme_name)}</h3>
            <Facts>
                <Fact name="entitlements.number">{held.number}</Fact>
                <Fact name="entitlements.days" icon=Glyph::Calendar>
                    {say_with("entitlements.from_until", move || vec![("from", full_day(from, locale())), ("until", full_day(until, locale()))])}
                </Fact>
            </Facts>
            {(standing == Standing::Ahead)
                .then(|| view! { <p>{say_with("entitlements.usable_from", move || vec![("day", full_day(from, locale()))])}</p> })}
            {ends.then(|| view! { <WhatNext ending child/> })}
            {(!stays.is_empty()).then(|| view! { <StaysAfter stays/> })}
            <div class="row">
                {(standing != Standing::Over)
                    .then(|| view! { <LinkButton href=search look=Look::Outline icon=Glyph::Search><Say key="entitlements.search"/></LinkButton> })}
                {children.map(|children| children())}
            </div>
        </div>
    }
}

/// Why it ends, and the way on.
#[component]
fn WhatNext(ending: Ending, child: String) -> impl IntoView {
    let Ending { why, next, procedure, apply_from, application_id, .. } = ending;
    let on = match (application_id, procedure) {
        (Some(id), _) => Some((paths::application(id.as_str()), "entitlements.to_application")),
        (None, Some(procedure)) if apply_from.is_some_and(|from| from <= settings::today()) => {
            Some((paths::new_application(procedure.as_str(), Some(&child)), "entitlements.renew"))
        }
        (None, _) => None,
    };
    view! {
        <div>{reasons(move || vec![why.clone(), next.clone()])}</div>
        {on.map(|(href, words)| view! { <div class="row"><LinkButton href><Say key=words/></LinkButton></div> })}
    }
}

/// The stays that the certification no longer covers, each with what becomes of it.
#[component]
fn StaysAfter(stays: Vec<StayAfter>) -> impl IntoView {
    let rows = stays
        .into_iter()
        .map(|stay| {
            let StayAfter { booking_id, facility_name, starts_at, ends_at, fate, .. } = stay;
            let words = match fate {
                Fate::Stands => "entitlements.stay_stands",
                Fate::UntilDecided => "entitlements.stay_until_decided",
                Fate::Ends => "entitlements.stay_ends",
            };
            view! {
                <li>
                    <a href=paths::booking(booking_id.as_str())>
                        {furigana(move || format!("{} {}", full_day(tokyo_day(starts_at), locale()), clock_span(starts_at, ends_at, locale())))} " " {facility_name}
                    </a>
                    <p><Say key=words/></p>
                </li>
            }
        })
        .collect_view();
    view! {
        <h4><Say key="entitlements.stays_title"/></h4>
        <ul class="plain-list stack">{rows}</ul>
    }
}
