//! Registering with what was verified: only what nobody vouched for is asked.

use futures_util::future::join;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use shared::identity::{NewResident, Verified};
use shared::locale::{Locale, full_day};
use shared::municipalities::{Municipality, MunicipalityCode};
use shared::problem::Reason;
use shared::text::{Email, Kana, PersonName, Phone};

use super::client;
use crate::accounts::client::municipalities;
use crate::accounts::model::{LABELS, REGISTRATION_FIELDS, Wrong, noted, said, summarised};
use crate::api::{Attempt, Failure};
use crate::flash::use_flash;
use crate::i18n::{Say, furigana, locale, text};
use crate::paths;
use crate::session::use_session;
use crate::ui::{
    Banner, Button, Checkbox, Choice, ErrorSummary, Explain, Fact, Facts, Field, FieldError, Glyph, Load, PageTitle, RadioGroup, TextInput,
    Tone,
};

/// The page.
#[component]
pub fn NewcomerPage() -> impl IntoView {
    let known = LocalResource::new(|| async {
        let (verified, cities) = join(client::newcomer(), municipalities()).await;
        Ok::<_, Failure>((verified?, cities?))
    });
    view! {
        <div class="narrow stack">
            <PageTitle text="identity.newcomer_title"/>
            <p><Say key="identity.newcomer_text"/></p>
            <Load what=known let:known><NewcomerForm verified=known.0 cities=known.1/></Load>
        </div>
    }
}

/// What the last try came to. Kept as reasons, so that it follows the language.
#[derive(Clone, Default)]
enum Outcome {
    #[default]
    None,
    Wrong(Vec<Wrong>),
    Failed(Failure),
}

/// What was typed, and what it is.
struct Draft {
    name: String,
    kana: String,
    phone: String,
    email: String,
    municipality: String,
    /// Whether the city is proven, or the person has confirmed it.
    is_sure: bool,
}

impl Draft {
    fn read(&self, locale: Locale) -> Result<NewResident, Vec<Wrong>> {
        let mut wrong: Vec<Wrong> = Vec::new();
        let municipality = MunicipalityCode::parse(&self.municipality).ok();
        if municipality.is_none() {
            wrong.push(("municipality", Reason::new("accounts.choose_city")));
        }
        if !self.is_sure {
            wrong.push(("residence_confirmed", Reason::new("accounts.confirm_residence")));
        }
        let name = noted(&mut wrong, "name", PersonName::parse(&self.name));
        let kana = noted(&mut wrong, "kana", Kana::parse(&self.kana));
        let phone = noted(&mut wrong, "phone", Phone::parse(&self.phone));
        let email = noted(&mut wrong, "email", Email::parse(&self.email));
        match (email, name, kana, phone, municipality) {
            (Some(email), Some(name), Some(kana), Some(phone), Some(municipality)) if wrong.is_empty() => {
                Ok(NewResident { email, name, kana, phone, municipality, locale })
            }
            _ => Err(wrong),
        }
    }
}

#[component]
fn NewcomerForm(verified: Verified, cities: Vec<Municipality>) -> impl IntoView {
    let session = use_session();
    let flash = use_flash();
    let navigate = use_navigate();
    let next = use_query_map().with_untracked(|query| query.get("next")).and_then(|next| paths::safe_next(&next));
    let person = verified.person;
    let field = |known: Option<String>| RwSignal::new(known.unwrap_or_default());
    let (name, city) =
        (field(person.name.as_ref().map(ToString::to_string)), field(verified.municipality.as_ref().map(ToString::to_string)));
    let (kana, phone, email) = (field(None), field(None), field(None));
    let is_proven = verified.municipality.is_some();
    let confirmed = RwSignal::new(is_proven);
    let outcome = RwSignal::new(Outcome::None);
    let errors = Signal::derive(move || match outcome.get() {
        Outcome::None => Vec::new(),
        Outcome::Wrong(wrong) => said(&wrong, locale()),
        Outcome::Failed(failure) => failure.field_errors(&REGISTRATION_FIELDS, locale()),
    });
    let others = Signal::derive(move || match outcome.get() {
        Outcome::Failed(failure) if failure.field_errors(&REGISTRATION_FIELDS, locale()).is_empty() => failure.sentences(locale()),
        _ => Vec::new(),
    });
    let attempt = Attempt::new();
    let register = Action::new_local(move |resident: &NewResident| {
        let (resident, attempt, navigate, next) = (resident.clone(), attempt.clone(), navigate.clone(), next.clone());
        async move {
            match client::register(&resident, &attempt).await {
                Ok(me) => {
                    session.signed_in(me);
                    flash.done("accounts.registered");
                    let to = next.unwrap_or_else(|| paths::new_child(None));
                    navigate(&to, NavigateOptions { replace: true, ..Default::default() });
                }
                Err(failure) => outcome.set(Outcome::Failed(failure)),
            }
        }
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let draft = Draft {
            name: name.get_untracked(),
            kana: kana.get_untracked(),
            phone: phone.get_untracked(),
            email: email.get_untracked(),
            municipality: city.get_untracked(),
            is_sure: confirmed.get_untracked(),
        };
        match draft.read(untrack(locale)) {
            Ok(resident) => drop(register.dispatch(resident)),
            Err(wrong) => outcome.set(Outcome::Wrong(wrong)),
        }
    };
    let proven = cities.iter().find(|known| verified.municipality.as_ref() == Some(&known.code)).map(|known| known.name.clone());
    let choices: Vec<Choice> = cities
        .into_iter()
        .map(|city| {
            let names = city.name;
            Choice::new(city.code.as_str(), text(move || names.get(locale()).to_owned()))
        })
        .collect();
    let has_name = person.name.is_some();
    view! {
        <ErrorSummary errors=Signal::derive(move || summarised(errors.get(), &LABELS, locale())) others/>
        <form class="stack" novalidate on:submit=submit>
            <section class="card stack">
                <h2><Say key="identity.verified"/></h2>
                <Facts>
                    {person.name.map(|name| view! { <Fact name="accounts.name" icon=Glyph::Person>{name.to_string()}</Fact> })}
                    {person.address.map(|address| view! { <Fact name="identity.address" icon=Glyph::Home>{address}</Fact> })}
                    {person.born.map(|born| view! { <Fact name="identity.born" icon=Glyph::Calendar>{furigana(move || full_day(born, locale()))}</Fact> })}
                    {proven.map(|names| view! { <Fact name="accounts.city" icon=Glyph::Check>{furigana(move || names.get(locale()).to_owned())}</Fact> })}
                </Facts>
            </section>
            {(!is_proven)
                .then(|| {
                    view! {
                        <section class="card stack">
                            <h2><Say key="accounts.residence"/></h2>
                            <Banner tone=Tone::Info><p><Say key="identity.no_city"/></p></Banner>
                            <RadioGroup
                                id="municipality"
                                legend="accounts.city"
                                hint="accounts.city_hint"
                                choices=Signal::stored(choices)
                                value=city
                                error=FieldError::of(errors, "municipality")
                            />
                            <Checkbox
                                id="residence_confirmed"
                                label="accounts.residence_confirmed"
                                value=confirmed
                                error=FieldError::of(errors, "residence_confirmed")
                            />
                        </section>
                    }
                })}
            <section class="card stack">
                <h2><Say key="accounts.you"/></h2>
                {(!has_name)
                    .then(|| {
                        view! {
                            <Field id="name" label="accounts.name" hint="accounts.name_hint" error=FieldError::of(errors, "name")>
                                <TextInput value=name name="name" autocomplete="name" maxlength=60/>
                            </Field>
                        }
                    })}
                <Field id="kana" label="accounts.kana" hint="accounts.kana_hint" error=FieldError::of(errors, "kana")>
                    <TextInput value=kana name="kana" maxlength=60/>
                </Field>
                <Field id="phone" label="accounts.phone" hint="accounts.phone_hint" error=FieldError::of(errors, "phone")>
                    <TextInput value=phone kind="tel" name="tel" autocomplete="tel" inputmode="tel" short=true/>
                </Field>
                <Field id="email" label="accounts.email" hint="accounts.email_hint" error=FieldError::of(errors, "email")>
                    <TextInput value=email kind="email" name="email" autocomplete="email" inputmode="email"/>
                </Field>
            </section>
            <div class="row"><Button submit=true busy=register.pending()><Say key="accounts.register"/></Button></div>
        </form>
    }
}
