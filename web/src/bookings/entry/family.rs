//! The family that calls: found by number or name, or taken down.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use shared::families::{FoundFamily, NewChild, NewFamily};
use shared::municipalities::{Municipality, MunicipalityCode};
use shared::text::{Kana, PersonName, Phone, Rejection};

use super::client;
use crate::accounts::client::municipalities;
use crate::accounts::model::{Wrong, noted, said};
use crate::api::{Attempt, Failure};
use crate::i18n::{Say, locale, text};
use crate::settings;
use crate::ui::{Button, Choice, DateInput, Disclosure, Field, FieldError, Glyph, Icon, Load, RadioGroup, Refusal, TextInput};

/// Finds the family, or takes it down.
#[component]
pub fn FamilyPart(
    /// The family that is meant.
    choose: Callback<FoundFamily>,
    /// Whether one that is not found can be taken down, as at a facility.
    #[prop(default = true)]
    registers: bool,
) -> impl IntoView {
    let words = RwSignal::new(String::new());
    let found: RwSignal<Option<Result<Vec<FoundFamily>, Failure>>> = RwSignal::new(None);
    let searching = Action::new_local(move |words: &String| {
        let words = words.clone();
        async move { found.set(Some(client::search(&words).await)) }
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        searching.dispatch(words.get_untracked());
    };
    let one = move |family: FoundFamily| {
        let children = family.children.iter().map(|child| child.name.to_string()).collect::<Vec<_>>().join("、");
        let (name, kana, phone) = (family.guardian_name.to_string(), family.guardian_kana.to_string(), family.phone.grouped());
        view! {
            <li>
                <button type="button" class="stay move-place" on:click=move |_| choose.run(family.clone())>
                    <span class="stay-words">
                        <span><strong>{name}</strong> " " <span class="quiet">{kana}</span></span>
                        <span class="stay-part">{format!("{phone} {children}")}</span>
                    </span>
                    <Icon glyph=Glyph::Right/>
                </button>
            </li>
        }
    };
    view! {
        <form class="stack" novalidate on:submit=submit>
            <Field id="entry-search" label="entry.search" hint=if registers { "entry.search_hint" } else { "entry.search_hint_office" }>
                <TextInput value=words kind="search" autocomplete="off" maxlength=60/>
            </Field>
            <div class="row"><Button submit=true icon=Glyph::Search busy=searching.pending()><Say key="entry.search_go"/></Button></div>
        </form>
        <div aria-live="polite">
            {move || match found.get() {
                None => ().into_any(),
                Some(Err(why)) => view! { <Refusal why/> }.into_any(),
                Some(Ok(families)) if families.is_empty() => view! { <p><Say key="entry.nobody"/></p> }.into_any(),
                Some(Ok(families)) => view! { <ul class="plain-list stack">{families.into_iter().map(one).collect_view()}</ul> }.into_any(),
            }}
        </div>
        {registers.then(|| view! { <Disclosure summary="entry.new_family"><NewFamilyForm choose/></Disclosure> })}
    }
}

/// Takes down a family that is not registered yet.
#[component]
pub fn NewFamilyForm(
    /// The family, once it is registered.
    choose: Callback<FoundFamily>,
) -> impl IntoView {
    let cities = LocalResource::new(municipalities);
    view! { <Load what=cities let:cities><Fields cities choose/></Load> }
}

#[component]
fn Fields(cities: Vec<Municipality>, choose: Callback<FoundFamily>) -> impl IntoView {
    let field = || RwSignal::new(String::new());
    let (name, kana, phone, city, child_name, child_kana) = (field(), field(), field(), field(), field(), field());
    let born = RwSignal::new(None);
    let errors: RwSignal<Vec<FieldError>> = RwSignal::new(Vec::new());
    let failure: RwSignal<Option<Failure>> = RwSignal::new(None);
    let attempt = Attempt::new();
    let saving = Action::new_local(move |family: &NewFamily| {
        let (family, attempt) = (family.clone(), attempt.clone());
        async move {
            match client::register(&family, &attempt).await {
                Ok(found) => choose.run(found),
                Err(why) => failure.set(Some(why)),
            }
        }
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        failure.set(None);
        let mut wrong: Vec<Wrong> = Vec::new();
        let guardian_name = noted(&mut wrong, "family_name", PersonName::parse(&name.get_untracked()));
        let guardian_kana = noted(&mut wrong, "family_kana", Kana::parse(&kana.get_untracked()));
        let phone = noted(&mut wrong, "family_phone", Phone::parse(&phone.get_untracked()));
        let child = noted(&mut wrong, "child_name", PersonName::parse(&child_name.get_untracked()));
        let reading = noted(&mut wrong, "child_kana", Kana::parse(&child_kana.get_untracked()));
        let municipality = noted(&mut wrong, "family_city", MunicipalityCode::parse(&city.get_untracked()).map_err(|_| Rejection::Missing));
        let day = noted(&mut wrong, "child_born", born.get_untracked().ok_or(Rejection::Missing));
        errors.set(said(&wrong, untrack(locale)));
        if let (Some(guardian_name), Some(guardian_kana), Some(phone), Some(name), Some(kana), Some(municipality), Some(born)) =
            (guardian_name, guardian_kana, phone, child, reading, municipality, day)
        {
            let child = NewChild {
                name,
                kana,
                born,
                sex: None,
                allergies: Vec::new(),
                care_notes: String::new(),
                emergency_contacts: Vec::new(),
                pick_up_people: Vec::new(),
            };
            saving.dispatch(NewFamily { municipality, guardian_name, guardian_kana, phone, children: vec![child] });
        }
    };
    let choices: Vec<Choice> = cities
        .into_iter()
        .map(|city| {
            let names = city.name;
            Choice::new(city.code.as_str(), text(move || names.get(locale()).to_owned()))
        })
        .collect();
    let this_year = chrono::Datelike::year(&settings::today());
    view! {
        <form class="stack" novalidate on:submit=submit>
            <Field id="family_name" label="families.guardian_name" error=FieldError::of(errors, "family_name")><TextInput value=name autocomplete="off" maxlength=60/></Field>
            <Field id="family_kana" label="families.kana" error=FieldError::of(errors, "family_kana")><TextInput value=kana autocomplete="off" maxlength=60/></Field>
            <Field id="family_phone" label="families.phone" error=FieldError::of(errors, "family_phone")>
                <TextInput value=phone kind="tel" autocomplete="off" inputmode="tel" short=true/>
            </Field>
            <RadioGroup id="family_city" legend="families.residence" choices=Signal::stored(choices) value=city error=FieldError::of(errors, "family_city")/>
            <Field id="child_name" label="entry.child_name" error=FieldError::of(errors, "child_name")><TextInput value=child_name autocomplete="off" maxlength=60/></Field>
            <Field id="child_kana" label="entry.child_kana" error=FieldError::of(errors, "child_kana")><TextInput value=child_kana autocomplete="off" maxlength=60/></Field>
            <DateInput id="child_born" legend="families.born" value=born first_year={this_year - 18} last_year=this_year error=FieldError::of(errors, "child_born")/>
            {move || failure.get().map(|why| view! { <Refusal why/> })}
            <div class="row"><Button submit=true busy=saving.pending()><Say key="entry.take_down"/></Button></div>
        </form>
    }
}
