//! The devices on which somebody is signed in, and the password.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::{MatchNestedRoutes, any_nested_route::IntoAnyNestedRoute, path};
use shared::access::{Area, may};
use shared::accounts::{Device, SessionDevice};
use shared::locale::moment;
use shared::text::Password;

use super::client::{self, NewPassword};
use super::model::{Wrong, noted, said, summarised};
use crate::api::{Attempt, Failure};
use crate::flash::use_flash;
use crate::i18n::{Say, locale, say, say_with, t_with, text};
use crate::identity::CardWayIn;
use crate::passkeys::OwnPasskeys;
use crate::paths;
use crate::reading::TypeSize;
use crate::session::{FamilyOnly, OfficeOnly, StaffOnly, use_session};
use crate::ui::{Button, Chip, ErrorSummary, Explain, Field, FieldError, Glyph, Icon, Load, Look, PageTitle, PasswordInput, Tone};

/// The account of a family.
#[component(transparent)]
pub fn OwnAccountRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/account") view=FamilyOnly>
            <Route path=path!("") view=AccountPage/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}

/// The accounts of staff and officers.
#[component(transparent)]
pub fn StaffAccountRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/staff/account") view=StaffOnly>
            <Route path=path!("") view=AccountPage/>
        </ParentRoute>
        <ParentRoute path=path!("/office/account") view=OfficeOnly>
            <Route path=path!("") view=AccountPage/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}

#[component]
fn AccountPage() -> impl IntoView {
    let devices = LocalResource::new(client::sessions);
    let on_change = Callback::new(move |()| devices.refetch());
    let session = use_session();
    let is = |area| untrack(|| session.me()).is_some_and(|me| may(&me.role, area));
    let (is_guardian, is_staff) = (is(Area::Family), is(Area::Staff));
    view! {
        <div class="narrow stack stack-wide">
            <PageTitle text="accounts.account_title"/>
            <section class="stack">
                <h2><Say key="accounts.devices"/></h2>
                <p><Say key="accounts.devices_text"/></p>
                <Load what=devices let:devices><Devices devices on_change/></Load>
            </section>
            <TypeSize/>
            {own_pin(on_change)}
            {is_staff.then(|| view! { <p><a href=paths::staff_parts()><Say key="parts.title"/></a></p> })}
            {is_staff.then(|| view! { <p><a href=paths::staff_clients()><Say key="clients.title"/></a></p> })}
            {is_staff.then(|| view! { <p><a href=paths::staff_practice()><Say key="practice.from_guide"/></a></p> })}
            <OwnPasskeys/>
            {is_guardian.then(|| view! { <CardWayIn/> })}
            <section class="stack">
                <h2><Say key="accounts.new_password_title"/></h2>
                <PasswordForm on_change/>
            </section>
        </div>
    }
}

/// The PIN of staff for shared devices.
#[cfg(feature = "staff")]
fn own_pin(on_change: Callback<()>) -> Option<AnyView> {
    let is_staff = untrack(|| use_session().me()).is_some_and(|me| may(&me.role, Area::Staff));
    is_staff.then(|| view! { <crate::tablets::OwnPin on_change/> }.into_any())
}

/// Only staff have one.
#[cfg(not(feature = "staff"))]
const fn own_pin(_: Callback<()>) -> Option<AnyView> {
    None
}

/// What a device is called, as far as its browser tells.
fn device_words(device: &Device) -> Option<String> {
    let named = [device.system.as_str(), device.browser.as_str()].into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>();
    (!named.is_empty()).then(|| named.join(" · "))
}

#[component]
fn Devices(devices: Vec<SessionDevice>, on_change: Callback<()>) -> impl IntoView {
    let flash = use_flash();
    let others = devices.iter().filter(|device| !device.is_this).count();
    let attempt = Attempt::new();
    let end_all = Action::new_local(move |(): &()| {
        let attempt = attempt.clone();
        async move {
            match client::end_other_sessions(&attempt).await {
                Ok(_) => flash.done("accounts.others_ended"),
                Err(why) => flash.failed(&why),
            }
            on_change.run(());
        }
    });
    view! {
        <ul class="plain-list stack">
            {devices.into_iter().map(|device| view! { <li><DeviceCard device on_change/></li> }).collect_view()}
        </ul>
        {(others > 1)
            .then(|| {
                view! {
                    <div class="row">
                        <Button look=Look::Outline busy=end_all.pending() on_press=Callback::new(move |()| drop(end_all.dispatch(())))>
                            <Say key="accounts.end_others"/>
                        </Button>
                    </div>
                }
            })}
    }
}

#[component]
fn DeviceCard(device: SessionDevice, on_change: Callback<()>) -> impl IntoView {
    let flash = use_flash();
    let SessionDevice { id, device, is_this, is_shared, since, seen_at, until } = device;
    let id = StoredValue::new(id.to_string());
    let attempt = Attempt::new();
    let end = Action::new_local(move |(): &()| {
        let attempt = attempt.clone();
        async move {
            match client::end_session(&id.get_value(), &attempt).await {
                Ok(()) => flash.done("accounts.ended"),
                Err(why) => flash.failed(&why),
            }
            on_change.run(());
        }
    });
    let name = device_words(&device);
    let spoken = name.clone();
    view! {
        <div class="card stack">
            <h3 class="row">
                <Icon glyph=Glyph::Person/>
                {match name {
                    Some(name) => name.into_any(),
                    None => say("accounts.device_unknown").into_any(),
                }}
                {is_this.then(|| view! { <Chip tone=Tone::Success><Say key="accounts.this_device"/></Chip> })}
                {is_shared.then(|| view! { <Chip tone=Tone::Info><Say key="accounts.shared_device"/></Chip> })}
            </h3>
            <p>
                {say_with("accounts.seen_at", move || vec![("moment", moment(seen_at, locale()))])}
                <br/>
                <span class="quiet">
                    {say_with("accounts.since_until", move || vec![("since", moment(since, locale())), ("until", moment(until, locale()))])}
                </span>
            </p>
            {(!is_this)
                .then(|| {
                    view! {
                        <div class="row">
                            <Button look=Look::Text icon=Glyph::Exit busy=end.pending() on_press=Callback::new(move |()| drop(end.dispatch(())))>
                                <Say key="accounts.end"/>
                                <span class="visually-hidden">" " {spoken}</span>
                            </Button>
                        </div>
                    }
                })}
        </div>
    }
}

#[derive(Clone, Default)]
enum Outcome {
    #[default]
    None,
    Wrong(Vec<Wrong>),
    Failed(Failure),
}

const FIELDS: [(&str, &str); 2] = [("/current", "current_password"), ("/new", "new_password")];
const LABELS: [(&str, &str); 2] = [("current_password", "accounts.current_password"), ("new_password", "accounts.new_password")];

#[component]
fn PasswordForm(on_change: Callback<()>) -> impl IntoView {
    let flash = use_flash();
    let session = use_session();
    let (current, new) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let outcome = RwSignal::new(Outcome::None);
    let errors = Signal::derive(move || match outcome.get() {
        Outcome::None => Vec::new(),
        Outcome::Wrong(wrong) => said(&wrong, locale()),
        Outcome::Failed(failure) => failure.field_errors(&FIELDS, locale()),
    });
    let others = Signal::derive(move || match outcome.get() {
        Outcome::Failed(failure) if failure.field_errors(&FIELDS, locale()).is_empty() => failure.sentences(locale()),
        _ => Vec::new(),
    });
    let attempt = Attempt::new();
    let change = Action::new_local(move |body: &NewPassword| {
        let (body, attempt) = (body.clone(), attempt.clone());
        async move {
            match client::change_password(&body, &attempt).await {
                Ok(ended) => {
                    outcome.set(Outcome::None);
                    current.set(String::new());
                    new.set(String::new());
                    // The first password is a way in that the app must know of.
                    session.ask().await;
                    flash.done(text(move || t_with("accounts.password_changed", &[("count", ended.ended.to_string())])));
                    on_change.run(());
                }
                Err(why) => outcome.set(Outcome::Failed(why)),
            }
        }
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let mut wrong: Vec<Wrong> = Vec::new();
        let password = noted(&mut wrong, "new_password", Password::parse(&new.get_untracked()));
        match password {
            Some(password) if wrong.is_empty() => {
                let current = Some(current.get_untracked()).filter(|text| !text.is_empty());
                change.dispatch(NewPassword { current, new: password.expose().to_owned() });
            }
            _ => outcome.set(Outcome::Wrong(wrong)),
        }
    };
    let email = untrack(|| session.me()).map(|me| me.email.to_string()).unwrap_or_default();
    view! {
        <ErrorSummary errors=Signal::derive(move || summarised(errors.get(), &LABELS, locale())) others/>
        <form class="card stack" novalidate on:submit=submit>
            // Tells a password manager whose password this is.
            <input class="visually-hidden" type="email" name="email" autocomplete="username" tabindex="-1" aria-hidden="true" readonly=true value=email/>
            <Field id="current_password" label="accounts.current_password" hint="accounts.current_password_hint" error=FieldError::of(errors, "current_password")>
                <PasswordInput value=current autocomplete="current-password"/>
            </Field>
            <Field id="new_password" label="accounts.new_password" hint="accounts.password_rule" error=FieldError::of(errors, "new_password")>
                <PasswordInput value=new autocomplete="new-password"/>
            </Field>
            <p class="quiet"><Say key="accounts.password_ends_others"/></p>
            <div class="row"><Button submit=true busy=change.pending()><Say key="accounts.change_password"/></Button></div>
        </form>
    }
}
