//! The two doors: signing in and registering.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use shared::access::{Area, may};
use shared::accounts::{Login, Me};
use shared::locale::Locale;
use shared::municipalities::Municipality;

use super::client::{self, Registration};
use super::model::{LABELS, REGISTRATION_FIELDS, RegistrationDraft, Wrong, said, summarised};
use crate::api::{Attempt, Failure};
use crate::flash::use_flash;
use crate::i18n::{Say, locale, text};
use crate::identity::ProviderSignIn;
use crate::passkeys::PasskeySignIn;
use crate::paths;
use crate::session::{Standing, use_session};
use crate::ui::{
    Button, Checkbox, Choice, ErrorSummary, Explain, Field, FieldError, Load, Look, PageTitle, PasswordInput, RadioGroup, TextInput,
};

/// What the last try came to. Kept as reasons, so that it follows the language.
#[derive(Clone, Default)]
enum Outcome {
    #[default]
    None,
    Wrong(Vec<Wrong>),
    Failed(Failure),
}

/// What is wrong with the fields, and beside them.
fn told(outcome: RwSignal<Outcome>, fields: &'static [(&'static str, &'static str)]) -> (Signal<Vec<FieldError>>, Signal<Vec<String>>) {
    let errors = Signal::derive(move || match outcome.get() {
        Outcome::None => Vec::new(),
        Outcome::Wrong(wrong) => said(&wrong, locale()),
        Outcome::Failed(failure) => failure.field_errors(fields, locale()),
    });
    let others = Signal::derive(move || match outcome.get() {
        Outcome::Failed(failure) if failure.field_errors(fields, locale()).is_empty() => failure.sentences(locale()),
        _ => Vec::new(),
    });
    (errors, others)
}

/// The page the person came from, if any.
fn use_next() -> Memo<Option<String>> {
    let query = use_query_map();
    Memo::new(move |_| query.with(|query| query.get("next")).and_then(|next| paths::safe_next(&next)))
}

/// Leads on as soon as somebody is signed in: to where the person wanted to go, else to where this person begins; families at `first`.
fn lead_on(next: Memo<Option<String>>, first: fn() -> String) {
    let session = use_session();
    let navigate = use_navigate();
    Effect::new(move |_| {
        if let Standing::SignedIn(me) = session.standing() {
            let to = beginning(&me, next.get_untracked(), first);
            // Back must not lead to the form again.
            navigate(&to, NavigateOptions { replace: true, ..Default::default() });
        }
    });
}

fn beginning(me: &Me, next: Option<String>, first: fn() -> String) -> String {
    let is_staff = may(&me.role, Area::Staff);
    if may(&me.role, Area::Outreach) {
        return next.filter(|next| next.starts_with(&paths::office())).unwrap_or_else(paths::office);
    }
    match next {
        Some(next) if !is_staff || next.starts_with(&paths::staff()) => next,
        _ if is_staff => paths::staff(),
        _ => first(),
    }
}

/// Signing in.
#[component]
pub fn SignInPage() -> impl IntoView {
    let session = use_session();
    let flash = use_flash();
    let next = use_next();
    lead_on(next, paths::home);
    let (email, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let outcome = RwSignal::new(Outcome::None);
    let (errors, others) = told(outcome, &[]);
    let attempt = Attempt::new();
    let sign_in = Action::new_local(move |login: &Login| {
        let (login, attempt) = (login.clone(), attempt.clone());
        async move {
            match client::sign_in(&login, &attempt).await {
                Ok(me) => {
                    flash.clear();
                    session.signed_in(me);
                }
                Err(failure) => outcome.set(Outcome::Failed(failure)),
            }
        }
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let missing = |field, value: RwSignal<String>| {
            value.with_untracked(|text| text.trim().is_empty()).then(|| (field, shared::text::Rejection::Missing.reason()))
        };
        let wrong: Vec<Wrong> = [missing("email", email), missing("password", password)].into_iter().flatten().collect();
        if wrong.is_empty() {
            sign_in.dispatch(Login { email: email.get_untracked(), password: password.get_untracked() });
        } else {
            outcome.set(Outcome::Wrong(wrong));
        }
    };
    let register = Signal::derive(move || paths::register(next.get().as_deref()));
    let came_back = Callback::new(move |me| {
        flash.clear();
        session.signed_in(me);
    });
    view! {
        <div class="narrow stack">
            <PageTitle text="accounts.sign_in_title"/>
            <Show when=move || next.get().is_some()><p><Say key="accounts.sign_in_then_back"/></p></Show>
            <ErrorSummary errors=Signal::derive(move || summarised(errors.get(), &LABELS, locale())) others/>
            <PasskeySignIn on_done=came_back look=Look::Outline/>
            <ProviderSignIn next words="identity.sign_in" look=Look::Outline/>
            <form class="card stack" novalidate on:submit=submit>
                <Field id="email" label="accounts.email" error=FieldError::of(errors, "email")>
                    <TextInput value=email kind="email" name="email" autocomplete="username" inputmode="email"/>
                </Field>
                <Field id="password" label="accounts.password" error=FieldError::of(errors, "password")>
                    <PasswordInput value=password autocomplete="current-password"/>
                </Field>
                <div class="row"><Button submit=true busy=sign_in.pending()><Say key="accounts.sign_in"/></Button></div>
                <p class="quiet"><Say key="accounts.trusted"/></p>
            </form>
            <section class="stack">
                <h2><Say key="accounts.first_time"/></h2>
                <p><Say key="accounts.first_time_text"/></p>
                <p><a class="button button-outline" href=register><span><Say key="accounts.to_register"/></span></a></p>
            </section>
        </div>
    }
}

/// Opening an account.
#[component]
pub fn RegisterPage() -> impl IntoView {
    let next = use_next();
    lead_on(next, || paths::new_child(None));
    let cities = LocalResource::new(client::municipalities);
    let sign_in = Signal::derive(move || paths::sign_in(next.get().as_deref()));
    view! {
        <div class="narrow stack">
            <PageTitle text="accounts.register_title"/>
            <p><Say key="accounts.register_text"/></p>
            <p><a href=sign_in><Say key="accounts.to_sign_in"/></a></p>
            <p><a href=paths::open_account()><Say key="accounts.to_open"/></a></p>
            <ProviderSignIn next words="identity.register" look=Look::Outline/>
            <Load what=cities let:cities><RegisterForm cities/></Load>
        </div>
    }
}

#[component]
fn RegisterForm(cities: Vec<Municipality>) -> impl IntoView {
    let session = use_session();
    let flash = use_flash();
    let field = || RwSignal::new(String::new());
    let (email, password, name, kana, phone, municipality) = (field(), field(), field(), field(), field(), field());
    let confirmed = RwSignal::new(false);
    let outcome = RwSignal::new(Outcome::None);
    let (errors, others) = told(outcome, &REGISTRATION_FIELDS);
    let attempt = Attempt::new();
    let register = Action::new_local(move |registration: &std::sync::Arc<Registration>| {
        let (registration, attempt) = (registration.clone(), attempt.clone());
        async move {
            match client::register(&registration, &attempt).await {
                Ok(me) => {
                    flash.done("accounts.registered");
                    session.signed_in(me);
                }
                Err(failure) => outcome.set(Outcome::Failed(failure)),
            }
        }
    });
    let language: Memo<Locale> = Memo::new(move |_| locale());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let draft = RegistrationDraft {
            email: email.get_untracked(),
            password: password.get_untracked(),
            name: name.get_untracked(),
            kana: kana.get_untracked(),
            phone: phone.get_untracked(),
            municipality: municipality.get_untracked(),
            residence_confirmed: confirmed.get_untracked(),
        };
        match draft.read(language.get_untracked()) {
            Ok(registration) => drop(register.dispatch(registration.into())),
            Err(wrong) => outcome.set(Outcome::Wrong(wrong)),
        }
    };
    let choices: Vec<Choice> = cities
        .into_iter()
        .map(|city| {
            let names = city.name;
            Choice::new(city.code.as_str(), text(move || names.get(locale()).to_owned()))
        })
        .collect();
    view! {
        <ErrorSummary errors=Signal::derive(move || summarised(errors.get(), &LABELS, locale())) others/>
        <form class="stack" novalidate on:submit=submit>
            <section class="card stack">
                <h2><Say key="accounts.residence"/></h2>
                <RadioGroup
                    id="municipality"
                    legend="accounts.city"
                    hint="accounts.city_hint"
                    choices=Signal::stored(choices)
                    value=municipality
                    error=FieldError::of(errors, "municipality")
                />
                <Checkbox
                    id="residence_confirmed"
                    label="accounts.residence_confirmed"
                    value=confirmed
                    error=FieldError::of(errors, "residence_confirmed")
                />
            </section>
            <section class="card stack">
                <h2><Say key="accounts.you"/></h2>
                <Field id="name" label="accounts.name" hint="accounts.name_hint" error=FieldError::of(errors, "name")>
                    <TextInput value=name name="name" autocomplete="name" maxlength=60/>
                </Field>
                <Field id="kana" label="accounts.kana" hint="accounts.kana_hint" error=FieldError::of(errors, "kana")>
                    <TextInput value=kana name="kana" maxlength=60/>
                </Field>
                <Field id="phone" label="accounts.phone" hint="accounts.phone_hint" error=FieldError::of(errors, "phone")>
                    <TextInput value=phone kind="tel" name="tel" autocomplete="tel" inputmode="tel" short=true/>
                </Field>
            </section>
            <section class="card stack">
                <h2><Say key="accounts.sign_in_data"/></h2>
                <Field id="email" label="accounts.email" hint="accounts.email_hint" error=FieldError::of(errors, "email")>
                    <TextInput value=email kind="email" name="email" autocomplete="username" inputmode="email"/>
                </Field>
                <Field id="password" label="accounts.password" hint="accounts.password_rule" error=FieldError::of(errors, "password")>
                    <PasswordInput value=password autocomplete="new-password"/>
                </Field>
            </section>
            <div class="row"><Button submit=true busy=register.pending()><Say key="accounts.register"/></Button></div>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use shared::access::Role;

    use super::*;

    fn me(role: Role) -> Me {
        let email = shared::text::Email::parse("a@example.jp").unwrap();
        Me { id: "a".into(), email, name: "A".to_owned(), role, organisation: None, locale: Locale::Ja, password: true, is_shared: false }
    }

    #[test]
    fn each_person_begins_where_they_belong() {
        let (guardian, staff) = (me(Role::Guardian { family_id: "f".into() }), me(Role::Staff { facility_id: "n".into() }));
        let beginning = |me: &Me, next: Option<&str>| beginning(me, next.map(str::to_owned), paths::home);
        assert_eq!(beginning(&guardian, Some("/book/1")), "/book/1");
        assert_eq!(beginning(&guardian, None), "/");
        assert_eq!(beginning(&staff, Some("/bookings")), "/staff");
        assert_eq!(beginning(&staff, Some("/staff/week")), "/staff/week");
    }
}
