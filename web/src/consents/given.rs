//! What a family agreed to, on its own page: seen, and withdrawn for the future.

use leptos::prelude::*;
use shared::consents::Consent;
use shared::locale::full_day;
use shared::time::tokyo_day;

use super::client;
use crate::api::Attempt;
use crate::flash::use_flash;
use crate::i18n::{Say, locale, say_with};
use crate::ui::{Button, Dialog, Disclosure, Load, Look};

/// The facilities that get the family's data; nothing where there is none.
#[component]
pub fn GivenConsents() -> impl IntoView {
    let known = LocalResource::new(client::consents);
    let asking = RwSignal::new(false);
    let chosen: RwSignal<Option<Consent>> = RwSignal::new(None);
    view! {
        <Load what=known let:all>
            {
                let standing: Vec<Consent> = all.into_iter().filter(|consent| consent.withdrawn_at.is_none()).collect();
                (!standing.is_empty())
                    .then(|| {
                        view! {
                            <section class="stack">
                                <h2><Say key="consents.given_title"/></h2>
                                <div class="card stack">
                                    <p><Say key="consents.given_text"/></p>
                                    <ul class="plain-list stack">
                                        {standing.into_iter().map(|consent| view! { <li><Given consent asking chosen/></li> }).collect_view()}
                                    </ul>
                                    <Disclosure summary="consents.what">
                                        <ul class="reasons">
                                            <li><Say key="consents.of_child"/></li>
                                            <li><Say key="consents.of_family"/></li>
                                        </ul>
                                        <p><Say key="consents.purpose"/></p>
                                    </Disclosure>
                                </div>
                            </section>
                        }
                    })
            }
        </Load>
        <Dialog id="withdraw-consent" title="consents.withdraw_title" open=asking>
            {move || chosen.get().map(|consent| view! { <Withdrawal consent open=asking on_done=Callback::new(move |()| known.refetch())/> })}
        </Dialog>
    }
}

#[component]
fn Given(consent: Consent, asking: RwSignal<bool>, chosen: RwSignal<Option<Consent>>) -> impl IntoView {
    let since = tokyo_day(consent.given_at);
    let (facility, others) = (consent.facility.clone(), consent.others.join("、"));
    let ask = Callback::new(move |()| {
        chosen.set(Some(consent.clone()));
        asking.set(true);
    });
    view! {
        <div class="row consent-line">
            <div>
                <p><strong>{facility.clone()}</strong></p>
                {(!others.is_empty()).then(|| say_with("consents.and_others", move || vec![("names", others.clone())]))}
                <p class="quiet">{say_with("consents.since", move || vec![("day", full_day(since, locale()))])}</p>
            </div>
            <Button look=Look::Text on_press=ask><Say key="consents.withdraw"/><span class="visually-hidden">" " {facility}</span></Button>
        </div>
    }
}

/// What withdrawing means, before it is done.
#[component]
fn Withdrawal(consent: Consent, open: RwSignal<bool>, #[prop(into)] on_done: Callback<()>) -> impl IntoView {
    let flash = use_flash();
    let attempt = Attempt::new();
    let id = StoredValue::new(consent.facility_id.to_string());
    let withdraw = Action::new_local(move |(): &()| {
        let attempt = attempt.clone();
        async move {
            match client::withdraw(&id.get_value(), &attempt).await {
                Ok(_) => flash.done("consents.withdrawn_now"),
                Err(why) => flash.failed(&why),
            }
            open.set(false);
            on_done.run(());
        }
    });
    let ahead = consent.bookings_ahead;
    view! {
        <p><strong>{consent.facility}</strong></p>
        <p><Say key="consents.withdraw_means"/></p>
        {(ahead > 0).then(|| view! { <p>{say_with("consents.withdraw_ahead", move || vec![("count", ahead.to_string())])}</p> })}
        <p><Say key="consents.withdraw_next"/></p>
        <div class="row">
            <Button look=Look::Danger busy=withdraw.pending() on_press=Callback::new(move |()| drop(withdraw.dispatch(())))>
                <Say key="consents.withdraw"/>
            </Button>
            <Button look=Look::Text on_press=Callback::new(move |()| open.set(false))><Say key="consents.keep"/></Button>
        </div>
    }
}
