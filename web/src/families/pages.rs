//! The family's pages: what is known, changing it, and each child.

use chrono::Datelike;
use futures_util::future::{join, join3};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map, use_query_map};
use shared::families::{Child, Family, FamilyChange, NewChild, Severity};
use shared::locale::{full_day, without_ruby};
use shared::municipalities::{Municipality, MunicipalityCode};
use shared::text::{Kana, PersonName, Phone};
use shared::time::tokyo_day;

use super::client;
use super::model::{ChildDraft, LABELS, age, change};
use super::parts::{ChildFields, ChildForm};
use crate::accounts::client::municipalities;
use crate::accounts::model::{LABELS as PERSON_LABELS, Wrong, noted, said, summarised};
use crate::api::{Attempt, Failure, Tagged};
use crate::archive::OwnArchive;
use crate::consents::GivenConsents;
use crate::flash::use_flash;
use crate::i18n::{Say, furigana, locale, say_with, text};
use crate::paths;
use crate::settings;
use crate::ui::{
    Banner, Breadcrumbs, Button, Checkbox, Chip, Choice, Dialog, EmptyState, ErrorSummary, Explain, Fact, Facts, Field, FieldError, Glyph,
    Icon, LinkButton, Load, Look, PageTitle, RadioGroup, TextInput, Tone, taking_focus,
};

/// What the last try came to. Kept as reasons, so that it follows the language.
#[derive(Clone, Default)]
enum Outcome {
    #[default]
    None,
    Wrong(Vec<Wrong>),
    Failed(Failure),
}

type Told = (Signal<Vec<FieldError>>, Signal<Vec<String>>, Signal<bool>);

/// What is wrong with fields, what is wrong beside, and whether another screen was faster.
fn told(outcome: RwSignal<Outcome>, fields: &'static [(&'static str, &'static str)]) -> Told {
    let errors = Signal::derive(move || match outcome.get() {
        Outcome::None => Vec::new(),
        Outcome::Wrong(wrong) => said(&wrong, locale()),
        Outcome::Failed(failure) => failure.field_errors(fields, locale()),
    });
    let stale = Signal::derive(move || matches!(outcome.get(), Outcome::Failed(failure) if failure.status() == Some(412)));
    let others = Signal::derive(move || match outcome.get() {
        Outcome::Failed(failure) if !stale.get() && failure.field_errors(fields, locale()).is_empty() => failure.sentences(locale()),
        _ => Vec::new(),
    });
    (errors, others, stale)
}

/// Another screen changed the same thing first: what was typed stays on the screen until the reader asks for the newest.
#[component]
fn StaleNotice(stale: Signal<bool>, #[prop(into)] on_reload: Callback<()>) -> impl IntoView {
    let notice = taking_focus(move || stale.get());
    view! {
        <div tabindex="-1" node_ref=notice>
            <Show when=move || stale.get()>
                <Banner tone=Tone::Warning title="families.stale_title">
                    <p><Say key="families.stale"/></p>
                    <Button look=Look::Outline on_press=on_reload><Say key="families.reload"/></Button>
                </Banner>
            </Show>
        </div>
    }
}

type Household = (Family, Vec<Child>, Vec<Municipality>);

async fn household() -> Result<Household, Failure> {
    let (family, children, cities) = join3(client::family(), client::children(), municipalities()).await;
    Ok((family?.value, children?, cities?))
}

/// The family at a glance.
#[component]
pub fn FamilyPage() -> impl IntoView {
    let household = LocalResource::new(household);
    view! {
        <div class="narrow stack stack-wide">
            <div class="stack">
                <PageTitle text="families.title"/>
                <p><Say key="families.once"/></p>
            </div>
            <Load what=household let:known>
                <section class="stack">
                    <h2><Say key="families.children"/></h2>
                    <ChildList children=known.1/>
                </section>
                <section class="stack">
                    <h2><Say key="families.guardian"/></h2>
                    <Guardian family=known.0 cities=known.2/>
                </section>
                <ul class="link-list">
                    <li><a href=paths::applications()><Icon glyph=Glyph::Pencil/><span><Say key="families.applications"/></span><Icon glyph=Glyph::Right/></a></li>
                </ul>
                <GivenConsents/>
                <OwnArchive/>
                <p><a href=paths::close_account()><Say key="retention.to_close"/></a></p>
            </Load>
        </div>
    }
}

#[component]
fn ChildList(children: Vec<Child>) -> impl IntoView {
    if children.is_empty() {
        return view! {
            <EmptyState words="families.no_children">
                <LinkButton href=paths::new_child(None) icon=Glyph::Plus><Say key="families.add_child"/></LinkButton>
            </EmptyState>
        }
        .into_any();
    }
    view! {
        <ul class="plain-list stack">{children.into_iter().map(|child| view! { <li><ChildCard child/></li> }).collect_view()}</ul>
        <div class="row"><LinkButton href=paths::new_child(None) look=Look::Outline icon=Glyph::Plus><Say key="families.add_child"/></LinkButton></div>
    }
    .into_any()
}

#[component]
fn ChildCard(child: Child) -> impl IntoView {
    let known = child.known;
    let born = known.born;
    let severe = known.allergies.iter().filter(|allergy| allergy.severity == Severity::Severe).map(|a| a.name.clone()).collect::<Vec<_>>();
    let mild = known.allergies.iter().filter(|allergy| allergy.severity == Severity::Mild).map(|a| a.name.clone()).collect::<Vec<_>>();
    let (contacts, people) = (known.emergency_contacts.len(), known.pick_up_people.len());
    let note = |names: Vec<String>, tone, key: &'static str| {
        (!names.is_empty()).then(|| {
            let names = names.join("、");
            view! { <Chip tone>{say_with(key, move || vec![("names", names.clone())])}</Chip> }
        })
    };
    view! {
        <div class="card card-link stack child-card">
            <div class="child-head">
                <span class="child-mark" aria-hidden="true"><Icon glyph=Glyph::Person/></span>
                <div>
                    <h3><a class="card-target" href=paths::child(child.id.as_str())>{known.name.to_string()}</a></h3>
                    <p class="quiet">{known.kana.to_string()}</p>
                </div>
                <Icon glyph=Glyph::Right/>
            </div>
            <p>
                <strong>{furigana(move || age(born, settings::today(), locale()))}</strong>
                <span class="quiet">" " {say_with("families.born_on", move || vec![("day", full_day(born, locale()))])}</span>
            </p>
            <div class="row">
                {note(severe, Tone::Error, "families.severe_allergies")}
                {note(mild, Tone::Warning, "families.mild_allergies")}
                <Chip>{say_with("families.contact_count", move || vec![("contacts", contacts.to_string()), ("people", people.to_string())])}</Chip>
            </div>
        </div>
    }
}

fn city_name(cities: &[Municipality], code: &MunicipalityCode) -> impl Fn() -> String + Send + Sync + Clone + 'static + use<> {
    let names = cities.iter().find(|city| city.code == *code).map(|city| city.name.clone());
    move || names.as_ref().map_or_else(String::new, |names| names.get(locale()).to_owned())
}

#[component]
fn Guardian(family: Family, cities: Vec<Municipality>) -> impl IntoView {
    let city = city_name(&cities, &family.municipality);
    let confirmed = tokyo_day(family.residence_confirmed_at);
    let proof = match family.residence_proof {
        Some(_) => view! { <Chip tone=Tone::Success><Say key="residence.proven"/></Chip> }.into_any(),
        None => view! { <Chip tone=Tone::Warning><Say key="residence.unproven"/></Chip> }.into_any(),
    };
    view! {
        <div class="card stack">
            <Facts>
                <Fact name="families.guardian_name" icon=Glyph::Person>{family.guardian_name.to_string()} " " <span class="quiet">{family.guardian_kana.to_string()}</span></Fact>
                <Fact name="families.phone" icon=Glyph::Phone>{family.phone.grouped()}</Fact>
                <Fact name="families.residence" icon=Glyph::Home>
                    {furigana(city)} " "
                    <span class="quiet">{say_with("families.residence_confirmed_on", move || vec![("day", full_day(confirmed, locale()))])}</span>
                    <br/>
                    {proof}
                </Fact>
            </Facts>
            <div class="row">
                <LinkButton href=paths::family_change() look=Look::Outline icon=Glyph::Pencil><Say key="families.change"/></LinkButton>
                <LinkButton href=paths::residence() look=Look::Outline icon=Glyph::Home><Say key="residence.title"/></LinkButton>
            </div>
        </div>
    }
}

/// The way back to the family's page.
fn trail() -> Vec<(String, crate::i18n::Text)> {
    vec![(paths::family(), "families.title".into())]
}

/// Changing the guardian's data and the residence.
#[component]
pub fn ChangeFamilyPage() -> impl IntoView {
    let known = LocalResource::new(|| async {
        let (family, cities) = join(client::family(), municipalities()).await;
        Ok::<_, Failure>((family?, cities?))
    });
    view! {
        <div class="narrow stack">
            <Breadcrumbs trail=trail() here="families.change_title"/>
            <PageTitle text="families.change_title"/>
            <Load what=known let:known_now>
                <ChangeForm tagged=known_now.0 cities=known_now.1 on_reload=move |()| known.refetch()/>
            </Load>
        </div>
    }
}

const FAMILY_FIELDS: [(&str, &str); 4] =
    [("/municipality", "municipality"), ("/guardian_name", "name"), ("/guardian_kana", "kana"), ("/phone", "phone")];

#[component]
fn ChangeForm(tagged: Tagged<Family>, cities: Vec<Municipality>, #[prop(into)] on_reload: Callback<()>) -> impl IntoView {
    let Tagged { value: family, etag } = tagged;
    let flash = use_flash();
    let navigate = use_navigate();
    let (name, kana) = (RwSignal::new(family.guardian_name.to_string()), RwSignal::new(family.guardian_kana.to_string()));
    let telephone = RwSignal::new(family.phone.grouped());
    let city = RwSignal::new(family.municipality.to_string());
    let confirmed = RwSignal::new(false);
    let before = StoredValue::new(family);
    let moved = Memo::new(move |_| before.with_value(|family| city.with(|city| city != family.municipality.as_str())));
    let outcome = RwSignal::new(Outcome::None);
    let (errors, others, stale) = told(outcome, &FAMILY_FIELDS);
    let attempt = Attempt::new();
    let save = Action::new_local(move |change: &FamilyChange| {
        let (change, attempt, etag, navigate) = (change.clone(), attempt.clone(), etag.clone(), navigate.clone());
        async move {
            match client::change_family(&change, &etag, &attempt).await {
                Ok(_) => {
                    navigate(&paths::family(), NavigateOptions::default());
                    flash.done("families.saved");
                }
                Err(failure) => outcome.set(Outcome::Failed(failure)),
            }
        }
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let mut wrong: Vec<Wrong> = Vec::new();
        let guardian_name = noted(&mut wrong, "name", PersonName::parse(&name.get_untracked()));
        let guardian_kana = noted(&mut wrong, "kana", Kana::parse(&kana.get_untracked()));
        let phone = noted(&mut wrong, "phone", Phone::parse(&telephone.get_untracked()));
        let moved = moved.get_untracked();
        if moved && !confirmed.get_untracked() {
            wrong.push(("residence_confirmed", shared::problem::Reason::new("accounts.confirm_residence")));
        }
        if !wrong.is_empty() {
            outcome.set(Outcome::Wrong(wrong));
            return;
        }
        let municipality = moved.then(|| MunicipalityCode::parse(&city.get_untracked()).ok()).flatten();
        outcome.set(Outcome::None);
        save.dispatch(FamilyChange { municipality, guardian_name, guardian_kana, phone });
    };
    let choices: Vec<Choice> = cities
        .into_iter()
        .map(|city| {
            let names = city.name;
            Choice::new(city.code.as_str(), text(move || names.get(locale()).to_owned()))
        })
        .collect();
    view! {
        <StaleNotice stale on_reload/>
        <ErrorSummary errors=Signal::derive(move || summarised(errors.get(), &PERSON_LABELS, locale())) others/>
        <form class="stack" novalidate on:submit=submit>
            <section class="card stack">
                <Field id="name" label="families.guardian_name" error=FieldError::of(errors, "name")>
                    <TextInput value=name name="name" autocomplete="name" maxlength=60/>
                </Field>
                <Field id="kana" label="families.kana" error=FieldError::of(errors, "kana")>
                    <TextInput value=kana name="kana" maxlength=60/>
                </Field>
                <Field id="phone" label="families.phone" error=FieldError::of(errors, "phone")>
                    <TextInput value=telephone kind="tel" name="tel" autocomplete="tel" inputmode="tel" short=true/>
                </Field>
            </section>
            <section class="card stack">
                <RadioGroup
                    id="municipality"
                    legend="families.residence"
                    hint="families.residence_hint"
                    choices=Signal::stored(choices)
                    value=city
                    error=FieldError::of(errors, "municipality")
                />
                <Show when=move || moved.get()>
                    <Checkbox
                        id="residence_confirmed"
                        label="accounts.residence_confirmed"
                        value=confirmed
                        error=FieldError::of(errors, "residence_confirmed")
                    />
                </Show>
            </section>
            <div class="row">
                <Button submit=true busy=save.pending()><Say key="families.save"/></Button>
                <LinkButton href=paths::family() look=Look::Text><Say key="families.back"/></LinkButton>
            </div>
        </form>
    }
}

/// Pointers of the API with the fields of a child's form. Rows are named by their own ids.
const CHILD_FIELDS: [(&str, &str); 4] =
    [("/name", "child_name"), ("/kana", "child_kana"), ("/born", "born"), ("/care_notes", "care_notes")];

/// Registering a child.
#[component]
pub fn NewChildPage() -> impl IntoView {
    let siblings = LocalResource::new(client::children);
    let query = use_query_map();
    let next = Memo::new(move |_| query.with(|query| query.get("next")).and_then(|next| paths::safe_next(&next)));
    view! {
        <div class="narrow stack">
            <Breadcrumbs trail=trail() here="families.new_child_title"/>
            <PageTitle text="families.new_child_title"/>
            <p><Say key="families.new_child_text"/></p>
            <Load what=siblings let:siblings><NewChildForm siblings next/></Load>
        </div>
    }
}

#[component]
fn NewChildForm(siblings: Vec<Child>, next: Memo<Option<String>>) -> impl IntoView {
    let flash = use_flash();
    let navigate = use_navigate();
    let fields = ChildFields::of(ChildDraft::default());
    let outcome = RwSignal::new(Outcome::None);
    let (errors, others, _) = told(outcome, &CHILD_FIELDS);
    let attempt = Attempt::new();
    let save = Action::new_local(move |known: &NewChild| {
        let (known, attempt, navigate) = (known.clone(), attempt.clone(), navigate.clone());
        async move {
            match client::register_child(&known, &attempt).await {
                Ok(_) => {
                    let to = next.get_untracked().unwrap_or_else(paths::family);
                    navigate(&to, NavigateOptions { replace: true, ..Default::default() });
                    flash.done("families.child_registered");
                }
                Err(failure) => outcome.set(Outcome::Failed(failure)),
            }
        }
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        match fields.draft().read(settings::now()) {
            Ok(known) => drop(save.dispatch(known)),
            Err(wrong) => outcome.set(Outcome::Wrong(wrong)),
        }
    };
    let back = Signal::derive(move || next.get().unwrap_or_else(paths::family));
    view! {
        <ErrorSummary errors=Signal::derive(move || summarised(errors.get(), &LABELS, locale())) others/>
        <form class="stack" novalidate on:submit=submit>
            <ChildForm fields siblings this_year=settings::today().year() errors/>
            <div class="row">
                <Button submit=true busy=save.pending()><Say key="families.register_child"/></Button>
                <LinkButton href=back look=Look::Text><Say key="families.back"/></LinkButton>
            </div>
        </form>
    }
}

/// One child: what is known, to be changed, or to be taken off the list.
#[component]
pub fn ChildPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("child_id")).unwrap_or_default());
    let child = LocalResource::new(move || {
        let id = id.get();
        async move { client::child(&id).await }
    });
    view! {
        <div class="narrow stack">
            <Breadcrumbs trail=trail() here="families.child_title"/>
            <PageTitle text="families.child_title"/>
            <Load what=child let:tagged><ChangeChild tagged on_reload=move |()| child.refetch()/></Load>
        </div>
    }
}

#[component]
fn ChangeChild(tagged: Tagged<Child>, #[prop(into)] on_reload: Callback<()>) -> impl IntoView {
    let Tagged { value: child, etag } = tagged;
    let flash = use_flash();
    let navigate = use_navigate();
    let fields = ChildFields::of(ChildDraft::of(&child.known));
    let outcome = RwSignal::new(Outcome::None);
    let (errors, others, stale) = told(outcome, &CHILD_FIELDS);
    let (id, etag, name) = (StoredValue::new(child.id), StoredValue::new(etag), StoredValue::new(child.known.name.to_string()));
    let attempt = Attempt::new();
    let leave = navigate.clone();
    let save = Action::new_local(move |known: &NewChild| {
        let (change, attempt, navigate) = (change(known.clone()), attempt.clone(), navigate.clone());
        async move {
            match client::change_child(id.get_value().as_str(), &change, &etag.get_value(), &attempt).await {
                Ok(_) => {
                    navigate(&paths::family(), NavigateOptions::default());
                    flash.done("families.saved");
                }
                Err(failure) => outcome.set(Outcome::Failed(failure)),
            }
        }
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        match fields.draft().read(settings::now()) {
            Ok(known) => {
                outcome.set(Outcome::None);
                save.dispatch(known);
            }
            Err(wrong) => outcome.set(Outcome::Wrong(wrong)),
        }
    };
    let asking = RwSignal::new(false);
    let removal = Attempt::new();
    let remove = Action::new_local(move |(): &()| {
        let (attempt, navigate) = (removal.clone(), leave.clone());
        async move {
            match client::remove_child(id.get_value().as_str(), &etag.get_value(), &attempt).await {
                Ok(()) => {
                    navigate(&paths::family(), NavigateOptions { replace: true, ..Default::default() });
                    flash.done("families.removed");
                }
                Err(failure) => {
                    asking.set(false);
                    outcome.set(Outcome::Failed(failure));
                }
            }
        }
    });
    let said_name = move || vec![("name", name.get_value())];
    view! {
        <StaleNotice stale on_reload/>
        <ErrorSummary errors=Signal::derive(move || summarised(errors.get(), &LABELS, locale())) others/>
        <form class="stack" novalidate on:submit=submit>
            <ChildForm fields siblings=Vec::new() this_year=settings::today().year() errors/>
            <div class="row">
                <Button submit=true busy=save.pending()><Say key="families.save"/></Button>
                <LinkButton href=paths::family() look=Look::Text><Say key="families.back"/></LinkButton>
            </div>
        </form>
        <section class="stack removal">
            <h2><Say key="families.remove_title"/></h2>
            <p><Say key="families.remove_text"/></p>
            <div class="row">
                <Button look=Look::Danger on_press=Callback::new(move |()| asking.set(true))>{say_with("families.remove_child", said_name)}</Button>
            </div>
        </section>
        <Dialog id="remove-child" title=text(move || without_ruby(&crate::i18n::t_with("families.remove_question", &[("name", name.get_value())]))) open=asking>
            <p><Say key="families.remove_consequence"/></p>
            <div class="row">
                <Button look=Look::Danger busy=remove.pending() on_press=Callback::new(move |()| drop(remove.dispatch(())))>
                    {say_with("families.remove_child", said_name)}
                </Button>
                <Button look=Look::Text on_press=Callback::new(move |()| asking.set(false))><Say key="families.keep_child"/></Button>
            </div>
        </Dialog>
    }
}
