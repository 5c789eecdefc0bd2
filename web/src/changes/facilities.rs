//! New changes: what holds of a facility from a day on, one that opens or closes, and the city itself.

use leptos::prelude::*;
use serde_json::json;
use shared::changes::{Change, CityData, FacilityData, NewCityData, NewFacilityData};
use shared::facilities::{FacilityKind, FacilitySummary, Listing};
use shared::municipalities::{Municipality, MunicipalityCode};
use shared::time::next_day;

use super::client;
use super::forms::{Around, Proposing};
use crate::api::Failure;
use crate::editing::tree::Kind;
use crate::editing::{Names, Pick, Typed};
use crate::facilities::client::facility;
use crate::i18n::{Say, Text, locale, text};
use crate::office::my_city;
use crate::settings;
use crate::ui::{Field, Load, Select};

/// What stands for a facility that is not there yet.
const OPENS: &str = "new";

/// Facilities as a field offers them.
fn options(all: Vec<FacilitySummary>) -> impl Iterator<Item = (String, Text)> {
    all.into_iter().map(|one| {
        let name = one.name;
        (one.id.to_string(), text(move || name.clone()))
    })
}

/// The page of what holds of a facility from a day on.
#[component]
pub fn NewFacilityPage() -> impl IntoView {
    let Some(city) = my_city() else { return ().into_any() };
    let asked = city.clone();
    let known = LocalResource::new(move || {
        let city = asked.clone();
        async move { client::facilities(&city).await }
    });
    view! {
        <Around title="changes.new_facility" lead="changes.facility_lead">
            <Load what=known let:found><Choose found city=city.clone()/></Load>
        </Around>
    }
    .into_any()
}

/// Which facility; then what is to hold of it.
#[component]
fn Choose(found: Vec<FacilitySummary>, city: MunicipalityCode) -> impl IntoView {
    let chosen = RwSignal::new(String::new());
    let first = [(String::new(), Text::from("changes.choose_facility")), (OPENS.to_owned(), Text::from("changes.facility_opens"))];
    let all: Vec<(String, Text)> = first.into_iter().chain(options(found)).collect();
    let held = LocalResource::new(move || {
        let id = chosen.get();
        async move {
            match id.as_str() {
                "" | OPENS => Ok::<_, Failure>((id, None)),
                known => facility(known).await.map(|found| (id.clone(), Some(found))),
            }
        }
    });
    view! {
        <Field id="changes-facility" label="changes.facility"><Select value=chosen options=Signal::stored(all)/></Field>
        <Load what=held let:loaded>
            {
                let (id, found) = loaded;
                (!id.is_empty()).then(|| view! { <FacilityForm listing=found.map(|found| (found.id, found.listing)) city=city.clone()/> })
            }
        </Load>
    }
}

#[component]
fn FacilityForm(
    /// What is published now; none: it opens.
    listing: Option<(shared::ids::FacilityId, Listing)>,
    city: MunicipalityCode,
) -> impl IntoView {
    let opens = listing.is_none();
    let (facility_id, data) = match &listing {
        Some((id, listing)) => (Some(id.clone()), FacilityData::of(listing)),
        None => (None, FacilityData::of(&Listing::named(city, "", "", FacilityKind::LicensedNursery))),
    };
    let new = NewFacilityData { facility_id, source_id: None, valid_from: next_day(settings::today()), data };
    let draft = RwSignal::new(serde_json::to_value(Change::Facility { facility: Box::new(new) }).unwrap_or_default());
    let kinds: Vec<(String, Text)> =
        FacilityKind::ALL.map(|kind| (kind.word().to_owned(), text(move || kind.say(locale())))).into_iter().collect();
    let fields = move || {
        view! {
            <Typed at="/facility/valid_from" label="changes.from" kind=Kind::Day/>
            {opens.then(|| view! { <Typed at="/facility/source_id" label="changes.source_id"/> })}
            <Typed at="/facility/name" label="changes.facility_name"/>
            <Typed at="/facility/kana" label="changes.kana" kind=Kind::MaybeWords optional=true/>
            <Typed at="/facility/name_en" label="changes.name_en" kind=Kind::MaybeWords optional=true/>
            <Pick at="/facility/kind" label="changes.facility_kind" options=Signal::stored(kinds)/>
            <Typed at="/facility/capacity" label="changes.capacity" kind=Kind::MaybeNumber/>
            <Typed at="/facility/ages" label="changes.ages" kind=Kind::MaybeWords optional=true/>
            <Typed at="/facility/weekdays" label="changes.weekdays" kind=Kind::MaybeWords optional=true/>
            <div class="row">
                <Typed at="/facility/opens_at" label="changes.opens_at" kind=Kind::MaybeTime/>
                <Typed at="/facility/closes_at" label="changes.closes_at" kind=Kind::MaybeTime/>
            </div>
            <Typed at="/facility/opening_notes" label="changes.opening_notes" kind=Kind::MaybeWords optional=true long=true most=1000/>
            <Typed at="/facility/postal_code" label="changes.postal_code" kind=Kind::MaybeWords optional=true/>
            <Typed at="/facility/address" label="changes.address" kind=Kind::MaybeWords optional=true/>
            <Typed at="/facility/building" label="changes.building" kind=Kind::MaybeWords optional=true/>
            <div class="row">
                <Typed at="/facility/latitude" label="changes.latitude" kind=Kind::MaybeFraction/>
                <Typed at="/facility/longitude" label="changes.longitude" kind=Kind::MaybeFraction/>
            </div>
            <Typed at="/facility/access" label="changes.access" kind=Kind::MaybeWords optional=true/>
            <Typed at="/facility/phone" label="changes.phone" kind=Kind::MaybeWords optional=true/>
            <Typed at="/facility/mail" label="changes.mail" kind=Kind::MaybeWords optional=true/>
            <Typed at="/facility/url" label="changes.url" kind=Kind::MaybeWords optional=true/>
            <Typed at="/facility/notes" label="changes.notes" kind=Kind::MaybeWords optional=true long=true most=1000/>
        }
        .into_any()
    };
    view! { <Proposing draft fields=Box::new(fields)/> }
}

/// The page of a facility that closes for good.
#[component]
pub fn NewClosingPage() -> impl IntoView {
    let Some(city) = my_city() else { return ().into_any() };
    let known = LocalResource::new(move || {
        let city = city.clone();
        async move { client::facilities(&city).await }
    });
    view! {
        <Around title="changes.new_closing" lead="changes.closing_lead">
            <Load what=known let:found><ClosingForm found/></Load>
        </Around>
    }
    .into_any()
}

#[component]
fn ClosingForm(found: Vec<FacilitySummary>) -> impl IntoView {
    let Some(first) = found.first() else { return view! { <p><Say key="changes.no_facility"/></p> }.into_any() };
    let draft = RwSignal::new(json!({ "kind": "closing", "closing": { "facility_id": first.id, "last_day": "" } }));
    let all: Vec<(String, Text)> = options(found).collect();
    let fields = move || {
        view! {
            <Pick at="/closing/facility_id" label="changes.facility" options=Signal::stored(all)/>
            <Typed at="/closing/last_day" label="changes.last_day" kind=Kind::Day/>
        }
        .into_any()
    };
    view! { <Proposing draft fields=Box::new(fields)/> }.into_any()
}

/// The page of what holds of the officer's own city.
#[component]
pub fn NewCityPage() -> impl IntoView {
    let Some(city) = my_city() else { return ().into_any() };
    let known = LocalResource::new(client::cities);
    view! {
        <Around title="changes.new_city" lead="changes.city_lead">
            <Load what=known let:found>{found.into_iter().find(|one| one.code == city).map(|held| view! { <CityForm held/> })}</Load>
        </Around>
    }
    .into_any()
}

#[component]
fn CityForm(held: Municipality) -> impl IntoView {
    let data = CityData { name: held.name, kana: held.kana, latitude: held.position.latitude, longitude: held.position.longitude };
    let city = Box::new(NewCityData { valid_from: next_day(settings::today()), data });
    let draft = RwSignal::new(serde_json::to_value(Change::Municipality { city }).unwrap_or_default());
    let fields = || {
        view! {
            <Typed at="/city/valid_from" label="changes.from" kind=Kind::Day/>
            <Names at="/city/name" label="changes.city_name"/>
            <Typed at="/city/kana" label="changes.kana"/>
            <div class="row">
                <Typed at="/city/latitude" label="changes.hall_latitude" kind=Kind::Fraction/>
                <Typed at="/city/longitude" label="changes.hall_longitude" kind=Kind::Fraction/>
            </div>
        }
        .into_any()
    };
    view! { <Proposing draft fields=Box::new(fields)/> }
}
