//! The family's procedures at a glance: what is under way, what is held, what can be applied for.

use leptos::prelude::*;
use shared::applications::{ApplicationLine, ApplicationState};
use shared::families::Child;
use shared::locale::full_day;
use shared::procedures::Procedure;
use shared::time::tokyo_day;

use super::client;
use super::model::{Overview, Standing, is_under_way};
use super::parts::{Grounds, StateChip};
use super::start::NoChildren;
use crate::entitlements::EntitlementCard;
use crate::entitlements::model::is_past;
use crate::i18n::{Say, furigana, locale, name, reasons, say_with};
use crate::paths;
use crate::settings;
use crate::ui::{Disclosure, EmptyState, Glyph, Icon, LinkButton, Load, Look, PageTitle};

/// What the family can apply for, what it holds, and what is under way.
#[component]
pub fn ApplicationsPage() -> impl IntoView {
    let overview = LocalResource::new(client::overview);
    view! {
        <div class="narrow stack stack-wide">
            <div class="stack">
                <PageTitle text="applications.title"/>
                <p><Say key="applications.any_hour"/></p>
            </div>
            <Load what=overview let:seen><Glance seen/></Load>
        </div>
    }
}

#[component]
fn Glance(seen: Overview) -> impl IntoView {
    let today = settings::today();
    let (open, past): (Vec<ApplicationLine>, Vec<ApplicationLine>) = seen.lines.iter().cloned().partition(|line| is_under_way(&line.state));
    let (over, held): (Vec<_>, Vec<_>) = seen.held.iter().cloned().partition(|held| is_past(held, today));
    let lines = |lines: Vec<ApplicationLine>| {
        view! { <ul class="plain-list stack">{lines.into_iter().map(|line| view! { <li><LineCard line/></li> }).collect_view()}</ul> }
    };
    let held = held
        .into_iter()
        .map(|held| {
            let child = held.entitlement.child.id.to_string();
            let follow_ups: Vec<_> =
                seen.follow_ups(&held.entitlement).into_iter().map(|next| (next.key.clone(), next.name.clone())).collect();
            let links = follow_ups
                .into_iter()
                .map(|(key, words)| {
                    let href = paths::new_application(key.as_str(), Some(&child));
                    view! { <LinkButton href look=Look::Text>{name(words)}</LinkButton> }
                })
                .collect_view();
            view! { <li><EntitlementCard held>{links}</EntitlementCard></li> }
        })
        .collect::<Vec<_>>();
    let city = seen.city.as_ref().map(|city| city.name.clone());
    view! {
        {(!open.is_empty()).then(|| view! { <section class="stack"><h2><Say key="applications.under_way_title"/></h2>{lines(open)}</section> })}
        {(!held.is_empty())
            .then(|| view! { <section class="stack"><h2><Say key="applications.held_title"/></h2><ul class="plain-list stack">{held}</ul></section> })}
        <section class="stack">
            <h2>
                {say_with("applications.offers_title", move || vec![("city", city.as_ref().map(|city| city.get(locale()).to_owned()).unwrap_or_default())])}
            </h2>
            {offers(&seen)}
        </section>
        {(!past.is_empty()).then(|| view! { <Disclosure summary="applications.past_title">{lines(past)}</Disclosure> })}
        {(!over.is_empty())
            .then(|| {
                view! {
                    <Disclosure summary="applications.over_title">
                        <ul class="plain-list stack">{over.into_iter().map(|held| view! { <li><EntitlementCard held/></li> }).collect_view()}</ul>
                    </Disclosure>
                }
            })}
    }
}

fn offers(seen: &Overview) -> AnyView {
    let offers = seen.offers();
    if offers.is_empty() {
        return view! { <EmptyState words="applications.no_offers"/> }.into_any();
    }
    if seen.children.is_empty() {
        return view! { <NoChildren/> }.into_any();
    }
    let today = settings::today();
    let cards = offers
        .into_iter()
        .map(|procedure| {
            let whom: Vec<Option<&Child>> =
                if procedure.terms.effect.is_for_child() { seen.children.iter().map(Some).collect() } else { vec![None] };
            let rows = whom.into_iter().map(|child| offered(procedure, child, seen.standing(procedure, child, today))).collect_view();
            view! {
                <li>
                    <div class="card stack">
                        <h3>{name(procedure.name.clone())}</h3>
                        <p>{name(procedure.summary.clone())}</p>
                        <ul class="plain-list offered">{rows}</ul>
                    </div>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="plain-list stack">{cards}</ul> }.into_any()
}

/// How a procedure stands for one child, with the way on.
fn offered(procedure: &Procedure, child: Option<&Child>, standing: Standing) -> impl IntoView + use<> {
    let who = child.map(|child| child.known.name.to_string());
    let begin = paths::new_application(procedure.key.as_str(), child.map(|child| child.id.as_str()));
    let link = |href: String, look, key: &'static str| {
        let who = who.clone();
        view! {
            <LinkButton href look>
                <Say key/>
                {who.map(|who| view! { <span class="visually-hidden">"：" {who}</span> })}
            </LinkButton>
        }
        .into_any()
    };
    let way = match standing {
        Standing::Open => link(begin, Look::Outline, "applications.apply"),
        Standing::GoOn(id) => link(paths::application(id.as_str()), Look::Outline, "applications.go_on"),
        Standing::Waiting(id) => link(paths::application(id.as_str()), Look::Text, "applications.see"),
        Standing::Against(why) => reasons(move || why.clone()).into_any(),
    };
    view! {
        <li class="offered-row">
            {who.clone().map(|who| view! { <strong>{who}</strong> })}
            {way}
        </li>
    }
}

/// One application at a glance.
#[component]
fn LineCard(line: ApplicationLine) -> impl IntoView {
    let next = match &line.state {
        ApplicationState::Draft => Some("applications.go_on"),
        ApplicationState::Returned { .. } => Some("applications.correct"),
        _ => None,
    };
    let due = line.due_on;
    let begun = tokyo_day(line.submitted_at.unwrap_or(line.created_at));
    let about = match &line.state {
        ApplicationState::InReview { points, .. } => {
            let points: Vec<_> = points.iter().map(|point| point.ground.clone()).collect();
            view! {
                {due.map(|day| view! { <p><strong>{say_with("applications.due", move || vec![("day", full_day(day, locale()))])}</strong></p> })}
                <Grounds grounds=points/>
            }
            .into_any()
        }
        ApplicationState::Draft => {
            view! { <p class="quiet">{say_with("applications.begun_on", move || vec![("day", full_day(begun, locale()))])}</p> }.into_any()
        }
        ApplicationState::Returned { .. }
        | ApplicationState::Granted { .. }
        | ApplicationState::Refused { .. }
        | ApplicationState::Withdrawn { .. } => {
            view! { <p class="quiet">{say_with("applications.sent_on", move || vec![("day", full_day(begun, locale()))])}</p> }.into_any()
        }
    };
    let (title, child) = (line.procedure_name, line.child.map(|child| child.name));
    view! {
        <div class="card card-link booking-card">
            <div class="booking-card-body stack">
                <div class="row"><StateChip state=line.state/></div>
                <h3>
                    <a class="card-target" href=paths::application(line.id.as_str())>
                        {furigana(move || title.get(locale()).to_owned())} {child.map(|child| view! { <span class="subject-child">{child}</span> })}
                    </a>
                </h3>
                {about}
                {next.map(|key| view! { <p><strong><Say key/></strong></p> })}
            </div>
            <Icon glyph=Glyph::Right/>
        </div>
    }
}
