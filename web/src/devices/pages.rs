//! The page of the devices that notices come to.

use leptos::prelude::*;
use shared::devices::PushDevice;
use shared::locale::moment;

use super::browser::{self, Standing, Support, Why};
use super::client;
use crate::api::{Attempt, Failure};
use crate::flash::use_flash;
use crate::i18n::{Say, locale, say, say_with};
use crate::offline;
use crate::session::{NOTICE_DEVICE, use_session};
use crate::ui::{Banner, Button, Chip, Glyph, Icon, Load, Look, PageTitle, Refusal, Tone};

/// What the page shows.
#[derive(Clone)]
struct Known {
    devices: Vec<PushDevice>,
    standing: Standing,
    key: String,
    /// The id of the device in hand, where notices are on here.
    own: Option<String>,
}

async fn load(account: String) -> Result<Known, Failure> {
    let (devices, key) = (client::devices().await?, client::key().await?);
    let standing = browser::standing().await;
    let kept = offline::recall::<String>(&account, NOTICE_DEVICE).filter(|_| standing.on && !standing.refused);
    let own = kept.filter(|id| devices.iter().any(|device| device.id.as_str() == id && device.ended_at.is_none()));
    Ok(Known { devices, standing, key, own })
}

#[component]
pub fn DevicesPage() -> impl IntoView {
    let session = use_session();
    let account = StoredValue::new(untrack(|| session.me()).map(|me| me.id.to_string()).unwrap_or_default());
    let known = LocalResource::new(move || load(account.get_value()));
    let on_change = Callback::new(move |()| known.refetch());
    view! {
        <div class="narrow stack stack-wide">
            <PageTitle text="devices.title"/>
            <p><Say key="devices.what"/></p>
            <Load what=known let:known><Devices known account on_change/></Load>
        </div>
    }
}

#[component]
fn Devices(known: Known, account: StoredValue<String>, on_change: Callback<()>) -> impl IntoView {
    let Known { devices, standing, key, own } = known;
    let here = own.is_none().then(|| view! { <Here standing key account on_change/> });
    let list = if devices.is_empty() {
        view! { <p class="quiet"><Say key="devices.none"/></p> }.into_any()
    } else {
        let cards = devices
            .into_iter()
            .map(|device| {
                let is_own = own.as_deref() == Some(device.id.as_str());
                view! { <li><DeviceCard device is_own on_change/></li> }
            })
            .collect_view();
        view! { <ul class="plain-list stack">{cards}</ul> }.into_any()
    };
    view! {
        {here}
        <section class="stack">
            <h2><Say key="devices.all"/></h2>
            {own.is_some().then(|| view! { <p class="quiet"><Say key="devices.until_sign_out"/></p> })}
            {list}
        </section>
    }
}

/// Turning notices on for the device in hand, or why that cannot be done here.
#[component]
fn Here(standing: Standing, key: String, account: StoredValue<String>, on_change: Callback<()>) -> impl IntoView {
    let way = match standing.support {
        Support::None => {
            view! { <Banner tone=Tone::Info title="devices.no_support_title"><p><Say key="devices.no_support"/></p></Banner> }.into_any()
        }
        Support::HomeScreen => view! {
            <Banner tone=Tone::Info title="devices.home_screen_title">
                <p><Say key="devices.home_screen"/></p>
                <ol>
                    <li><Say key="devices.home_screen_share"/></li>
                    <li><Say key="devices.home_screen_add"/></li>
                    <li><Say key="devices.home_screen_open"/></li>
                </ol>
            </Banner>
        }
        .into_any(),
        Support::Here if standing.refused => view! { <Refused/> }.into_any(),
        Support::Here => view! { <TurnOn key account on_change/> }.into_any(),
    };
    view! {
        <section class="stack">
            <h2><Say key="devices.here"/></h2>
            {way}
        </section>
    }
}

#[component]
fn Refused() -> impl IntoView {
    view! { <Banner tone=Tone::Warning title="devices.refused_title"><p><Say key="devices.refused"/></p></Banner> }
}

#[component]
fn TurnOn(key: String, account: StoredValue<String>, on_change: Callback<()>) -> impl IntoView {
    let flash = use_flash();
    let key = StoredValue::new(key);
    let why = RwSignal::new(None::<Why>);
    let turn_on = Action::new_local(move |(): &()| async move {
        why.set(None);
        match switch_on(&key.get_value()).await {
            Ok(device) => {
                offline::remember(&account.get_value(), NOTICE_DEVICE, device.id.as_str());
                flash.done("devices.turned_on");
                on_change.run(());
            }
            Err(reason) => why.set(Some(reason)),
        }
    });
    view! {
        <div class="card stack">
            <p><Say key="devices.explained"/></p>
            <p class="quiet"><Say key="devices.explained_lock"/></p>
            <div role="alert">
                {move || why.get().map(|why| match why {
                    Why::Refused => view! { <Refused/> }.into_any(),
                    Why::Failed(failure) => view! { <Refusal why=failure/> }.into_any(),
                })}
            </div>
            <div class="row">
                <Button busy=turn_on.pending() on_press=Callback::new(move |()| drop(turn_on.dispatch(())))>
                    <Say key="devices.turn_on"/>
                </Button>
            </div>
        </div>
    }
}

async fn switch_on(key: &str) -> Result<PushDevice, Why> {
    Ok(client::add(&browser::turn_on(key).await?).await?)
}

#[component]
fn DeviceCard(device: PushDevice, is_own: bool, on_change: Callback<()>) -> impl IntoView {
    let flash = use_flash();
    let PushDevice { id, name, created_at, last_success_at, last_failure, ended_at } = device;
    let id = StoredValue::new(id.to_string());
    let attempt = Attempt::new();
    let remove = Action::new_local(move |(): &()| {
        let attempt = attempt.clone();
        async move {
            match client::remove(&id.get_value(), &attempt).await {
                Ok(()) => {
                    if is_own {
                        browser::turn_off().await;
                    }
                    flash.done("devices.removed");
                }
                Err(failure) => flash.failed(&failure),
            }
            on_change.run(());
        }
    });
    let try_out = Action::new_local(move |(): &()| async move {
        match client::try_out(&id.get_value()).await {
            Ok(_) => flash.done("devices.tried"),
            Err(failure) => flash.failed(&failure),
        }
        on_change.run(());
    });
    let spoken = StoredValue::new(name.clone());
    view! {
        <div class="card stack">
            <h3 class="row">
                <Icon glyph=Glyph::Phone/>
                {if name.is_empty() { say("devices.unknown").into_any() } else { name.into_any() }}
                {is_own.then(|| view! { <Chip tone=Tone::Success><Say key="devices.this_device"/></Chip> })}
            </h3>
            {match ended_at {
                Some(at) => {
                    view! { <Banner tone=Tone::Warning><p>{say_with("devices.ended_at", move || vec![("moment", moment(at, locale()))])}</p></Banner> }.into_any()
                }
                None => last_failure.map(|_| view! { <Banner tone=Tone::Warning><p><Say key="devices.last_failed"/></p></Banner> }).into_any(),
            }}
            <p>
                {match last_success_at {
                    Some(at) => say_with("devices.last_success_at", move || vec![("moment", moment(at, locale()))]).into_any(),
                    None => say("devices.never").into_any(),
                }}
                <br/>
                <span class="quiet">{say_with("devices.since", move || vec![("moment", moment(created_at, locale()))])}</span>
            </p>
            <div class="row">
                {ended_at
                    .is_none()
                    .then(|| {
                        view! {
                            <Button look=Look::Outline busy=try_out.pending() on_press=Callback::new(move |()| drop(try_out.dispatch(())))>
                                <Say key="devices.try"/>
                                <span class="visually-hidden">" " {spoken.get_value()}</span>
                            </Button>
                        }
                    })}
                <Button look=Look::Text icon=Glyph::Cross busy=remove.pending() on_press=Callback::new(move |()| drop(remove.dispatch(())))>
                    <Say key="devices.remove"/>
                    <span class="visually-hidden">" " {spoken.get_value()}</span>
                </Button>
            </div>
        </div>
    }
}
