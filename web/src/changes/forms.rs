//! New changes: what a compact says, and holidays.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use serde_json::{Value, json};
use shared::changes::{Change, RuleChange, Standing};
use shared::municipalities::{Compact, MunicipalityCode};
use shared::programmes::{PriceTier, Programme};
use shared::time::next_day;

use super::client;
use super::impact::Preview;
use super::words::Names;
use crate::api::{Attempt, Failure};
use crate::editing::tree::Kind;
use crate::editing::{Editing, Pick, Rows, Typed, Wrong};
use crate::facilities::model::tier;
use crate::flash::{Flash, use_flash};
use crate::i18n::{Say, Text, locale, text};
use crate::office::{OfficeNav, OfficePlace, my_city};
use crate::paths;
use crate::settings;
use crate::ui::{Breadcrumbs, Button, Form, LinkButton, Load, Look, PageTitle, Refusal};

/// Leads to a change that was proposed, and says how it stands.
pub fn proposed(change: &RuleChange, flash: Flash, navigate: impl Fn(&str, NavigateOptions)) {
    navigate(&paths::office_change(change.id.as_str()), NavigateOptions { replace: true, ..Default::default() });
    flash.done(if change.standing == Standing::Agreed { "changes.is_written" } else { "changes.is_proposed" });
}

/// The page of a new term of a compact.
#[component]
pub fn NewTermPage() -> impl IntoView {
    let known = LocalResource::new(|| async {
        let (compacts, cities, programmes) = futures_util::future::join3(client::compacts(), client::cities(), client::programmes()).await;
        Ok::<_, Failure>((compacts?, Names { cities: cities?, programmes: programmes? }))
    });
    view! {
        <Around title="changes.new_term" lead="changes.term_lead">
            <Load what=known let:found><NewTerm compacts=found.0 names=found.1/></Load>
        </Around>
    }
}

#[component]
pub(super) fn Around(title: &'static str, lead: &'static str, children: Children) -> impl IntoView {
    view! {
        <div class="stack staff">
            <OfficeNav here=OfficePlace::Changes/>
            <Breadcrumbs trail=vec![(paths::office_changes(), "changes.title".into())] here=title/>
            <PageTitle text=title/>
            <p><Say key=lead/></p>
            {children()}
        </div>
    }
}

fn words_of(names: &Names, code: &MunicipalityCode) -> Text {
    let called = names.city(code);
    text(move || called.get(locale()).to_owned())
}

/// The compacts that join the officer's city with others, and the other cities of them.
fn joined(compacts: &[Compact], city: &MunicipalityCode) -> Vec<(Compact, Vec<MunicipalityCode>)> {
    let others = |compact: &Compact| {
        let ends = compact.terms.iter().filter(|term| term.residence == *city || term.host == *city);
        let mut others: Vec<_> =
            ends.map(|term| if term.residence == *city { term.host.clone() } else { term.residence.clone() }).collect();
        others.sort();
        others.dedup();
        others
    };
    compacts.iter().map(|compact| (compact.clone(), others(compact))).filter(|(_, others)| !others.is_empty()).collect()
}

/// What hosts' tables have prices for.
fn tiers(programmes: &[Programme]) -> Vec<(String, Text)> {
    let mut tiers: Vec<PriceTier> = programmes.iter().flat_map(|one| one.terms.fees.iter().map(|fee| fee.tier.clone())).collect();
    tiers.sort();
    tiers.dedup();
    tiers.into_iter().map(|key| (key.as_str().to_owned(), text(move || tier(&key, locale())))).collect()
}

#[component]
fn NewTerm(compacts: Vec<Compact>, names: Names) -> impl IntoView {
    let Some(city) = my_city() else { return ().into_any() };
    let joined = joined(&compacts, &city);
    let Some((first, others)) = joined.first() else { return view! { <p><Say key="changes.no_compact"/></p> }.into_any() };
    let Some(other) = others.first() else { return ().into_any() };
    let mut keys: Vec<_> = names.programmes.iter().map(|programme| programme.key.clone()).collect();
    keys.sort();
    keys.dedup();
    let tiers = tiers(&names.programmes);
    let draft = RwSignal::new(json!({ "kind": "compact", "term": {
        "compact_id": first.id, "residence": other, "host": city,
        "programme": keys.first(), "valid_from": next_day(settings::today()), "valid_until": null,
        "resident_priority_days": 0, "price_tier": tiers.first().map(|(tier, _)| tier.clone()),
    } }));
    let cities: Vec<(String, Text)> = std::iter::once(&city)
        .chain(joined.iter().flat_map(|(_, others)| others))
        .map(|code| (code.to_string(), words_of(&names, code)))
        .collect();
    let agreements: Vec<(String, Text)> = joined
        .iter()
        .map(|(compact, _)| {
            let called = compact.name.clone();
            (compact.id.to_string(), text(move || called.get(locale()).to_owned()))
        })
        .collect();
    let offered: Vec<(String, Text)> = keys
        .into_iter()
        .map(|key| {
            let called = names.programme(&key);
            (key.as_str().to_owned(), text(move || called.get(locale()).to_owned()))
        })
        .collect();
    let fields = move || {
        view! {
            <Pick at="/term/compact_id" label="changes.compact" options=Signal::stored(agreements)/>
            <Pick at="/term/residence" label="changes.residence" options=Signal::stored(cities.clone())/>
            <Pick at="/term/host" label="changes.host" options=Signal::stored(cities)/>
            <Pick at="/term/programme" label="changes.programme" options=Signal::stored(offered)/>
            <Typed at="/term/valid_from" label="changes.from" kind=Kind::Day/>
            <Typed at="/term/valid_until" label="changes.until" kind=Kind::MaybeDay/>
            <Typed at="/term/resident_priority_days" label="changes.priority_days" kind=Kind::Number/>
            <Pick at="/term/price_tier" label="changes.tier" options=Signal::stored(tiers)/>
        }
        .into_any()
    };
    view! { <Proposing draft fields=Box::new(fields)/> }.into_any()
}

/// The page of new holidays.
#[component]
pub fn NewHolidaysPage() -> impl IntoView {
    let draft = RwSignal::new(json!({ "kind": "holidays", "added": [fresh_holiday(&Value::Null)], "removed": [] }));
    let fields = || {
        view! {
            <Rows at="/added" label="changes.added" row=holiday fresh=fresh_holiday/>
            <Rows at="/removed" label="changes.removed" row=gone fresh=fresh_day/>
        }
        .into_any()
    };
    view! { <Around title="changes.new_holidays" lead="changes.holidays_lead"><Proposing draft fields=Box::new(fields)/></Around> }
}

fn fresh_holiday(_: &Value) -> Value {
    json!({ "day": "", "name": "" })
}

fn fresh_day(_: &Value) -> Value {
    json!("")
}

fn holiday(at: String) -> AnyView {
    view! {
        <Typed at=format!("{at}/day") label="changes.day" kind=Kind::Day/>
        <Typed at=format!("{at}/name") label="changes.day_name"/>
    }
    .into_any()
}

fn gone(at: String) -> AnyView {
    view! { <Typed at label="changes.day" kind=Kind::Day/> }.into_any()
}

const fn title_of(_: &str) -> &'static str {
    "changes.content"
}

/// A form over a change, with what it would do and the button that proposes it.
#[component]
pub(super) fn Proposing(draft: RwSignal<Value>, fields: Box<dyn FnOnce() -> AnyView + Send>) -> impl IntoView {
    let (flash, navigate, failure, attempt) = (use_flash(), use_navigate(), RwSignal::new(None::<Failure>), Attempt::new());
    let today = settings::today();
    let change = Memo::new(move |_| draft.with(|draft| serde_json::from_value::<Change>(draft.clone()).ok()));
    let wrong = Memo::new(move |_| change.with(|change| change.as_ref().map(|change| change.check(today)).unwrap_or_default()));
    provide_context(Editing { draft, wrong });
    let asked = RwSignal::new(None::<Change>);
    let is_ready = Signal::derive(move || change.with(Option::is_some) && wrong.with(Vec::is_empty));
    let proposing = Action::new_local(move |change: &Change| {
        let (change, attempt, navigate) = (change.clone(), attempt.clone(), navigate.clone());
        async move {
            match client::propose(&change, &attempt).await {
                Ok(change) => proposed(&change, flash, navigate),
                Err(why) => failure.set(Some(why)),
            }
        }
    });
    let press = Callback::new(move |()| {
        failure.set(None);
        if let Some(change) = change.get_untracked().filter(|_| is_ready.get_untracked()) {
            proposing.dispatch(change);
        }
    });
    let look = Callback::new(move |()| asked.set(change.get_untracked().filter(|_| is_ready.get_untracked())));
    view! {
        <Form on_submit=press>
            <section class="card stack" aria-labelledby="content">
                <h2 id="content"><Say key="changes.content"/></h2>
                {fields()}
            </section>
            <section class="card stack" aria-labelledby="impact">
                <h2 id="impact"><Say key="changes.impact"/></h2>
                <div class="row"><Button look=Look::Outline disabled=Signal::derive(move || !is_ready.get()) on_press=look><Say key="changes.look"/></Button></div>
                <Preview change=asked.into()/>
            </section>
            <section class="stack" aria-live="polite">
                {move || (!is_ready.get()).then(|| view! { <Wrong parts=wrong.get() no_day=change.with(Option::is_none) title_of/> })}
                {move || failure.get().map(|why| view! { <Refusal why/> })}
            </section>
            <div class="row actions">
                <Button submit=true busy=proposing.pending() disabled=Signal::derive(move || !is_ready.get())><Say key="changes.propose"/></Button>
                <LinkButton href=paths::office_changes() look=Look::Text><Say key="programmes.not_now"/></LinkButton>
            </div>
        </Form>
    }
}
