//! The family's bookings in its own calendar: the secret address of the feed, and one booking as a file.

mod client;

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::{MatchNestedRoutes, any_nested_route::IntoAnyNestedRoute, path};
use shared::feeds::{CalendarFeed, FeedOptions};
use shared::locale::moment;

use crate::flash::use_flash;
use crate::i18n::{Say, locale, say, say_with, t};
use crate::session::FamilyOnly;
use crate::ui::{Button, Checkbox, Glyph, Icon, Load, Look, PageTitle, copy};

/// The slice's page.
#[component(transparent)]
pub fn FeedRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/calendar") view=FamilyOnly>
            <Route path=path!("") view=FeedPage/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}

/// A booking as a file for a calendar.
#[component]
pub fn AddToCalendar(
    /// The booking.
    booking_id: String,
) -> impl IntoView {
    // A file of the server, not a page of the app.
    view! {
        <a class="button button-outline" rel="external" download="" href=client::file(&booking_id)>
            <Icon glyph=Glyph::Calendar/>
            <span><Say key="feeds.add"/></span>
        </a>
    }
}

#[component]
fn FeedPage() -> impl IntoView {
    let feed = LocalResource::new(client::feed);
    // Told once: it is gone with the page.
    let address = RwSignal::new(None::<String>);
    let on_change = Callback::new(move |()| feed.refetch());
    view! {
        <div class="narrow stack stack-wide">
            <PageTitle text="feeds.title"/>
            <p><Say key="feeds.what"/></p>
            {move || address.get().map(|address| view! { <Address address/> })}
            <Load what=feed let:feed><Settings feed address on_change/></Load>
        </div>
    }
}

/// The address, and how a calendar gets it.
#[component]
fn Address(address: String) -> impl IntoView {
    let flash = use_flash();
    let subscribe = address.split_once("://").map_or_else(String::new, |(_, rest)| format!("webcal://{rest}"));
    let words = StoredValue::new(address.clone());
    let press = Callback::new(move |()| {
        if copy(&words.get_value()).is_some() {
            flash.done("feeds.copied");
        }
    });
    let steps = |keys: [&'static str; 3]| keys.into_iter().map(|key| view! { <li><Say key/></li> }).collect_view();
    view! {
        <section class="card stack">
            <p role="status"><strong><Say key="feeds.secret"/></strong></p>
            <input
                class="input" type="text" readonly=true aria-label=move || t("feeds.address") prop:value=address
                on:focus:target=move |event| event.target().select()
            />
            <div class="row">
                {window().is_secure_context().then(|| view! { <Button on_press=press><Say key="feeds.copy"/></Button> })}
                <a class="button button-outline" rel="external" href=subscribe><span><Say key="feeds.open"/></span></a>
            </div>
            <h2>"iPhone"</h2>
            <ol>{steps(["feeds.iphone_1", "feeds.iphone_2", "feeds.iphone_3"])}</ol>
            <h2>"Google"</h2>
            <ol>{steps(["feeds.google_1", "feeds.google_2", "feeds.google_3"])}</ol>
        </section>
    }
}

#[component]
fn Settings(feed: CalendarFeed, address: RwSignal<Option<String>>, on_change: Callback<()>) -> impl IntoView {
    let flash = use_flash();
    let CalendarFeed { made_at, shows_names, read_at } = feed;
    let names = RwSignal::new(shows_names);
    let options = move || FeedOptions { shows_names: names.get_untracked() };
    let make = Action::new_local(move |(): &()| {
        let options = options();
        async move {
            match client::make(options).await {
                Ok(made) => address.set(Some(made.address)),
                Err(why) => flash.failed(&why),
            }
            on_change.run(());
        }
    });
    let change = Action::new_local(move |(): &()| {
        let options = options();
        async move {
            match client::change(options).await {
                Ok(_) => flash.done("feeds.changed"),
                Err(why) => flash.failed(&why),
            }
            on_change.run(());
        }
    });
    let remove = Action::new_local(move |(): &()| async move {
        match client::remove().await {
            Ok(()) => {
                address.set(None);
                flash.done("feeds.removed");
            }
            Err(why) => flash.failed(&why),
        }
        on_change.run(());
    });
    let press = |action: Action<(), ()>| Callback::new(move |()| drop(action.dispatch(())));
    view! {
        <section class="card stack">
            {made_at
                .map(|at| {
                    view! {
                        <p>
                            {say_with("feeds.made_at", move || vec![("moment", moment(at, locale()))])}
                            <br/>
                            {match read_at {
                                Some(at) => say_with("feeds.read_at", move || vec![("moment", moment(at, locale()))]).into_any(),
                                None => say("feeds.never_read").into_any(),
                            }}
                        </p>
                    }
                })}
            <Checkbox id="shows_names" label="feeds.names" value=names/>
            {if made_at.is_some() {
                view! {
                    <div class="row"><Button look=Look::Outline busy=change.pending() on_press=press(change)><Say key="feeds.change"/></Button></div>
                    <p class="quiet"><Say key="feeds.renew_note"/></p>
                    <div class="row">
                        <Button look=Look::Outline busy=make.pending() on_press=press(make)><Say key="feeds.renew"/></Button>
                        <Button look=Look::Danger busy=remove.pending() on_press=press(remove)><Say key="feeds.remove"/></Button>
                    </div>
                }
                .into_any()
            } else {
                view! { <div class="row"><Button busy=make.pending() on_press=press(make)><Say key="feeds.make"/></Button></div> }.into_any()
            }}
        </section>
    }
}
