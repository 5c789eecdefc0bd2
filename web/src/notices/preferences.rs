//! What a person wants of notices: by which channels, and whether many come as one.

use leptos::prelude::*;
use shared::locale::clock;
use shared::notices::{Group, Preferences, PreferencesChange, UnconfirmedMail};

use super::client;
use super::model::{change, group_words};
use crate::api::{Attempt, Failure, Tagged};
use crate::flash::use_flash;
use crate::i18n::{Say, Text, say_with, text};
use crate::outreach::OutreachPurpose;
use crate::paths;
use crate::ui::{Banner, Breadcrumbs, Button, Checkbox, CheckboxGroup, Choice, Form, Load, Look, Need, PageTitle, Refusal, Tone, renewal};

/// The page.
#[component]
pub fn PreferencesPage() -> impl IntoView {
    let preferences = LocalResource::new(client::preferences);
    let renewal = renewal(preferences);
    view! {
        <div class="narrow stack">
            <Breadcrumbs trail=vec![(paths::notices(), "app.nav_notices".into())] here="notices.preferences"/>
            <PageTitle text="notices.preferences"/>
            <p><Say key="notices.preferences_lead"/></p>
            <Load what=preferences renewal let:known><Wanted known again=renewal.again/></Load>
            <OutreachPurpose/>
        </div>
    }
}

/// The name of a channel; one that this version of the app does not know has its own.
fn channel_words(channel: &str) -> Text {
    match channel {
        "push" => "notices.channel_push".into(),
        "mail" => "notices.channel_mail".into(),
        other => {
            let other = other.to_owned();
            text(move || other.clone())
        }
    }
}

const fn group_id(group: Group) -> &'static str {
    match group {
        Group::Bookings => "wanted-bookings",
        Group::Waiting => "wanted-waiting",
        Group::Applications => "wanted-applications",
        Group::Reminders => "wanted-reminders",
        Group::Campaigns => "wanted-campaigns",
    }
}

/// Says that no mail goes to an address before somebody has confirmed it, and asks for that once more.
#[component]
fn Unconfirmed(mail: UnconfirmedMail, again: Callback<()>) -> impl IntoView {
    let flash = use_flash();
    let UnconfirmedMail { address, asked_at } = mail;
    let attempt = Attempt::new();
    let ask = Action::new_local(move |(): &()| {
        let attempt = attempt.clone();
        async move {
            match client::ask_mail_again(&attempt).await {
                Ok(()) => {
                    flash.done("notices.asked");
                    again.run(());
                }
                Err(why) => flash.failed(&why),
            }
        }
    });
    let (lead, button) = match asked_at {
        Some(_) => ("notices.unconfirmed_asked", "notices.ask_again"),
        None => ("notices.unconfirmed", "notices.ask"),
    };
    view! {
        <Banner tone=Tone::Warning title="notices.unconfirmed_title">
            <p>{say_with(lead, move || vec![("address", address.clone())])}</p>
            <div class="row">
                <Button look=Look::Outline busy=ask.pending() on_press=Callback::new(move |()| drop(ask.dispatch(())))><Say key=button/></Button>
            </div>
        </Banner>
    }
}

#[component]
fn Wanted(known: Tagged<Preferences>, again: Callback<()>) -> impl IntoView {
    let flash = use_flash();
    let Tagged { value: before, etag } = known;
    let digest = RwSignal::new(before.digest);
    let (from, until) = (clock(before.quiet_from), clock(before.quiet_until));
    let chosen: Vec<(Group, RwSignal<Vec<String>>)> =
        before.choices.iter().map(|choice| (choice.group, RwSignal::new(choice.channels.clone()))).collect();
    let groups = chosen
        .iter()
        .map(|(group, value)| {
            let choices: Vec<Choice> = before.channels.iter().map(|channel| Choice::new(channel.clone(), channel_words(channel))).collect();
            view! {
                <CheckboxGroup id=group_id(*group) legend=group_words(*group) choices=Signal::stored(choices) value=*value required=Need::Unsaid inline=true/>
            }
        })
        .collect_view();
    let failure = RwSignal::new(None::<Failure>);
    let attempt = Attempt::new();
    let save = Action::new_local(move |change: &PreferencesChange| {
        let (change, etag, attempt) = (change.clone(), etag.clone(), attempt.clone());
        async move {
            match client::change_preferences(&change, &etag, &attempt).await {
                Ok(_) => {
                    flash.done("notices.saved");
                    again.run(());
                }
                Err(why) => failure.set(Some(why)),
            }
        }
    });
    let none = before.channels.is_empty();
    let unconfirmed = before.unconfirmed.clone().map(|mail| view! { <Unconfirmed mail again/> });
    let submit = move |()| {
        failure.set(None);
        let wanted: Vec<(Group, Vec<String>)> = chosen.iter().map(|(group, value)| (*group, value.get_untracked())).collect();
        match change(&before, &wanted, digest.get_untracked()) {
            Some(change) => drop(save.dispatch(change)),
            None => flash.tell("notices.unchanged"),
        }
    };
    view! {
        <Form on_submit=submit>
            <section class="card stack" aria-labelledby="channels">
                <h2 id="channels"><Say key="notices.channels"/></h2>
                {none.then(|| view! { <Banner tone=Tone::Info><p><Say key="notices.no_channels"/></p></Banner> })}
                {unconfirmed}
                {(!none).then_some(groups)}
                <p><a href=paths::notice_devices()><Say key="notices.to_devices"/></a></p>
            </section>
            <section class="card stack" aria-labelledby="times">
                <h2 id="times"><Say key="notices.times"/></h2>
                <p>{say_with("notices.quiet", move || vec![("from", from.clone()), ("until", until.clone())])}</p>
                <Checkbox id="digest" label="notices.digest" value=digest/>
            </section>
            {move || failure.get().map(|why| view! { <Refusal why/> })}
            <div class="row"><Button submit=true busy=save.pending()><Say key="notices.save"/></Button></div>
        </Form>
    }
}
