//! Where the family lives: what proves it, and how to prove it.

use futures_util::future::join;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use shared::families::{Family, ProofKind};
use shared::identity::{FRESH, Identity, TakeOver, Verified};
use shared::locale::full_day;
use shared::municipalities::{Municipality, MunicipalityCode};
use shared::residence::{Letter, Residence, TypedCode};
use shared::text::Rejection;
use shared::time::tokyo_day;

use super::client;
use super::returning::ProviderSignIn;
use crate::accounts::client::municipalities;
use crate::api::{Attempt, Failure};
use crate::families::client as families;
use crate::flash::use_flash;
use crate::i18n::{Say, furigana, locale, say, say_with};
use crate::ui::{Banner, Breadcrumbs, Button, Explain, Field, Load, Look, PageTitle, Refusal, TextInput, Tone};
use crate::{paths, settings};

/// What a proof is called.
pub const fn proof_words(kind: ProofKind) -> &'static str {
    match kind {
        ProofKind::SignIn => "residence.by_sign_in",
        ProofKind::Counter => "residence.by_counter",
        ProofKind::Letter => "residence.by_letter",
        ProofKind::Document => "residence.by_document",
        ProofKind::Register => "residence.by_register",
    }
}

#[derive(Clone)]
struct Known {
    residence: Residence,
    identity: Identity,
    family: Family,
    cities: Vec<Municipality>,
}

async fn known() -> Result<Known, Failure> {
    let ((residence, identity), (family, cities)) =
        join(join(client::residence(), client::identity()), join(families::family(), municipalities())).await;
    Ok(Known { residence: residence?, identity: identity?, family: family?.value, cities: cities? })
}

/// The page.
#[component]
pub fn ResidencePage() -> impl IntoView {
    let known = LocalResource::new(known);
    let on_change = Callback::new(move |()| known.refetch());
    view! {
        <div class="narrow stack">
            <Breadcrumbs trail=vec![(paths::family(), "families.title".into())] here="residence.title"/>
            <PageTitle text="residence.title"/>
            <Load what=known let:known><Standing known on_change/></Load>
        </div>
    }
}

fn name_of(cities: &[Municipality], code: &MunicipalityCode) -> impl Fn() -> String + Send + Sync + Clone + 'static + use<> {
    let names = cities.iter().find(|city| city.code == *code).map(|city| city.name.clone());
    move || names.as_ref().map_or_else(String::new, |names| names.get(locale()).to_owned())
}

#[component]
fn Standing(known: Known, on_change: Callback<()>) -> impl IntoView {
    let city = name_of(&known.cities, &known.residence.municipality);
    let fresh = known.identity.verified_at.is_some_and(|at| settings::now() - at <= FRESH);
    let differing = known.identity.verified.clone().filter(|verified| fresh && verified.differs(&known.family));
    let difference =
        differing.map(|verified| view! { <Difference verified family=known.family.clone() cities=known.cities.clone() on_change/> });
    let state = match known.residence.proof {
        Some(proof) => {
            let day = tokyo_day(proof.at);
            view! {
                <Banner tone=Tone::Success title="residence.proven">
                    <p>{say_with("residence.proven_in", move || vec![("city", city())])}</p>
                    <p class="quiet">{say(proof_words(proof.by))} " " {furigana(move || full_day(day, locale()))}</p>
                </Banner>
                <p><Say key="residence.until_moving"/></p>
            }
            .into_any()
        }
        None => {
            let letter = known.residence.letter;
            view! {
                <Banner tone=Tone::Warning title="residence.unproven">
                    <p>{say_with("residence.unproven_in", move || vec![("city", city())])}</p>
                </Banner>
                <h2><Say key="residence.ways"/></h2>
                {settings::resident_sign_in()
                    .then(|| {
                        view! {
                            <section class="card stack">
                                <h3><Say key="residence.way_card"/></h3>
                                <ProviderSignIn next=Signal::stored(Some(paths::residence())) words="identity.confirm_with_card"/>
                            </section>
                        }
                    })}
                <section class="card stack">
                    <h3><Say key="residence.way_letter"/></h3>
                    {match letter {
                        Some(letter) => view! { <LetterCode letter on_change/> }.into_any(),
                        None => view! { <p><Say key="residence.way_letter_text"/></p> }.into_any(),
                    }}
                </section>
                <section class="card stack">
                    <h3><Say key="residence.way_counter"/></h3>
                    <p><Say key="residence.way_counter_text"/></p>
                </section>
            }
            .into_any()
        }
    };
    view! { {difference} {state} }
}

/// What the card says otherwise than the family, asked before anything is changed.
#[component]
fn Difference(verified: Verified, family: Family, cities: Vec<Municipality>, on_change: Callback<()>) -> impl IntoView {
    let flash = use_flash();
    let failure = RwSignal::new(None::<Failure>);
    let attempt = Attempt::new();
    let take = Action::new_local(move |wanted: &TakeOver| {
        let (wanted, attempt) = (*wanted, attempt.clone());
        async move {
            match client::take_over(wanted, &attempt).await {
                Ok(_) => {
                    flash.done("identity.taken_over");
                    on_change.run(());
                }
                Err(why) => failure.set(Some(why)),
            }
        }
    });
    let line = |label: &'static str, ours: AnyView, theirs: AnyView, button: &'static str, wanted: TakeOver| {
        view! {
            <section class="card stack">
                <h2><Say key=label/></h2>
                <p><Say key="identity.family_says"/> " " {ours}</p>
                <p><Say key="identity.card_says"/> " " <strong>{theirs}</strong></p>
                <div class="row">
                    <Button look=Look::Outline busy=take.pending() on_press=Callback::new(move |()| drop(take.dispatch(wanted)))><Say key=button/></Button>
                </div>
            </section>
        }
    };
    let name = verified.other_name(&family).then(|| {
        let theirs = verified.person.name.as_ref().map(ToString::to_string);
        let wanted = TakeOver { name: true, municipality: false };
        line("accounts.name", family.guardian_name.to_string().into_any(), theirs.into_any(), "identity.take_name", wanted)
    });
    let city = verified.municipality.clone().filter(|_| verified.other_city(&family)).map(|code| {
        let (ours, theirs) = (name_of(&cities, &family.municipality), name_of(&cities, &code));
        let wanted = TakeOver { name: false, municipality: true };
        line("accounts.city", furigana(ours).into_any(), furigana(theirs).into_any(), "identity.take_city", wanted)
    });
    view! {
        <Banner tone=Tone::Info title="identity.differs"><p><Say key="identity.differs_text"/></p></Banner>
        {move || failure.get().map(|why| view! { <Refusal why/> })}
        {name}
        {city}
    }
}

/// The code of the letter that was sent.
#[component]
fn LetterCode(letter: Letter, on_change: Callback<()>) -> impl IntoView {
    let flash = use_flash();
    let code = RwSignal::new(String::new());
    let missing = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let attempt = Attempt::new();
    let enter = Action::new_local(move |typed: &TypedCode| {
        let (typed, attempt) = (typed.clone(), attempt.clone());
        async move {
            match client::enter_code(&typed, &attempt).await {
                Ok(_) => {
                    flash.done("residence.proven");
                    on_change.run(());
                }
                Err(why) => failure.set(Some(why)),
            }
        }
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        failure.set(None);
        let typed = code.get_untracked();
        missing.set(typed.trim().is_empty());
        if !typed.trim().is_empty() {
            enter.dispatch(TypedCode { code: typed });
        }
    };
    let error = Signal::derive(move || {
        let refused = failure.with(|why| why.as_ref().map(|why| why.sentences(locale()).join(" ")));
        refused.or_else(|| missing.get().then(|| Rejection::Missing.reason().sentence(locale())))
    });
    let until = tokyo_day(letter.until);
    view! {
        <p>{say_with("residence.letter_until", move || vec![("day", full_day(until, locale()))])}</p>
        <form class="stack" novalidate on:submit=submit>
            <Field id="letter_code" label="residence.code" hint="residence.code_hint" error>
                <TextInput value=code maxlength=60 autocomplete="one-time-code" short=true/>
            </Field>
            <div class="row"><Button submit=true busy=enter.pending()><Say key="residence.enter"/></Button></div>
        </form>
    }
}
