//! A family's record as far as the reason needs it.

use leptos::prelude::*;
use shared::applications::ApplicationLine;
use shared::entitlements::Entitlement;
use shared::locale::{clock_span, full_day};
use shared::proxy::{ChildCare, ProxyBooking, ProxyFamily};
use shared::time::tokyo_day;

use super::client;
use crate::applications_office::StateChip as ApplicationChip;
use crate::bookings::StateChip;
use crate::i18n::{furigana, locale, name, say, say_with};
use crate::paths;
use crate::ui::{Fact, Facts, Load};

/// The record, and below it what may be done with it.
#[component]
pub fn Record<V: IntoView + 'static>(
    /// What may be done, made of the family.
    children: impl Fn(ProxyFamily) -> V + Send + Sync + Clone + 'static,
) -> impl IntoView {
    let known = LocalResource::new(client::family);
    let children = StoredValue::new(children);
    view! {
        <Load what=known let:family>
            <Family family=family.clone()/>
            {children.with_value(|children| children(family))}
        </Load>
    }
}

#[component]
fn Family(family: ProxyFamily) -> impl IntoView {
    let phone = family.phone.grouped();
    view! {
        <section class="card stack" aria-labelledby="proxy-family">
            <h2 id="proxy-family">{family.guardian_name} " " <span class="quiet">{family.guardian_kana}</span></h2>
            <p><a class="phone-link" href=paths::call(&phone)>{phone.clone()}</a></p>
            <Facts>
                {family.children.map(|all| view! {
                    <Fact name="proxy.see_children">
                        <ul class="plain-list">
                            {all.into_iter().map(|child| {
                                let born = child.born;
                                view! { <li>{child.name.to_string()} " " <span class="quiet">{furigana(move || full_day(born, locale()))}</span></li> }
                            }).collect_view()}
                        </ul>
                    </Fact>
                })}
                {family.care.map(|all| view! { <Fact name="proxy.see_care">{all.into_iter().map(care).collect_view()}</Fact> })}
                {family.bookings.map(|all| view! { <Fact name="proxy.see_bookings">{listed(all, booking)}</Fact> })}
                {family.applications.map(|all| view! { <Fact name="proxy.see_applications">{listed(all, application)}</Fact> })}
                {family.entitlements.map(|all| view! { <Fact name="proxy.see_entitlements">{listed(all, entitlement)}</Fact> })}
            </Facts>
        </section>
    }
}

/// A list, or that there is nothing.
fn listed<T>(all: Vec<T>, one: fn(T) -> AnyView) -> AnyView {
    if all.is_empty() {
        return say("proxy.none").into_any();
    }
    view! { <ul class="plain-list">{all.into_iter().map(|item| view! { <li>{one(item)}</li> }).collect_view()}</ul> }.into_any()
}

fn care(child: ChildCare) -> impl IntoView {
    let allergies = child.allergies.into_iter().map(|allergy| allergy.name).collect::<Vec<_>>().join("、");
    let contacts = child.emergency_contacts.into_iter().map(|one| {
        let phone = one.phone.grouped();
        view! { <li>{one.name.to_string()} " " {one.relation} " " <a href=paths::call(&phone)>{phone.clone()}</a></li> }
    });
    view! {
        <p><strong>{child.name}</strong></p>
        {(!allergies.is_empty()).then(|| say_with("proxy.allergies", move || vec![("names", allergies.clone())]))}
        <p>{child.care_notes}</p>
        <ul class="plain-list">{contacts.collect_view()}</ul>
    }
}

fn booking(booking: ProxyBooking) -> AnyView {
    let (starts_at, ends_at) = (booking.starts_at, booking.ends_at);
    let when = move || format!("{} {}", full_day(tokyo_day(starts_at), locale()), clock_span(starts_at, ends_at, locale()));
    view! { {furigana(when)} " " {booking.child_name} " " {booking.facility_name} " " <StateChip state=booking.state is_over=false/> }
        .into_any()
}

fn application(line: ApplicationLine) -> AnyView {
    let child = line.child.map(|child| child.name.to_string()).unwrap_or_default();
    view! { {name(line.procedure_name)} " " {child} " " <ApplicationChip state=line.state/> }.into_any()
}

fn entitlement(held: Entitlement) -> AnyView {
    let (from, until) = (held.valid_from, held.valid_until);
    let days = move || format!("{}〜{}", full_day(from, locale()), full_day(until, locale()));
    view! { {name(held.programme_name)} " " {held.child.name.to_string()} " " <span class="quiet">{furigana(days)}</span> }.into_any()
}
