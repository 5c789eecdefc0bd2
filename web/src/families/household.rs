//! What a family's household is for reliefs, set by its city's officers with dates.

use chrono::NaiveDate;
use leptos::prelude::*;
use shared::families::{Family, FoundFamily, Household, HouseholdClass};
use shared::locale::Localised;
use shared::problem::Reason;
use shared::programmes::Programme;

use super::client;
use super::model::classes_of;
use crate::api::Failure;
use crate::bookings::FamilyPart;
use crate::flash::use_flash;
use crate::i18n::{Say, Text, locale, text};
use crate::identity::ResidenceOfFamily;
use crate::office::{OfficeNav, OfficePlace, my_city};
use crate::ui::{Banner, Button, Field, Glyph, Load, Look, Need, PageTitle, Refusal, Select, TextInput, Tone, focus};

/// Finds a family of the city and sets what its household is.
#[component]
pub fn HouseholdPage() -> impl IntoView {
    let chosen: RwSignal<Option<FoundFamily>> = RwSignal::new(None);
    let choose = Callback::new(move |found: FoundFamily| {
        chosen.set(Some(found));
        request_animation_frame(|| focus("chosen-family"));
    });
    let city = my_city();
    view! {
        <div class="stack staff narrow">
            <OfficeNav here=OfficePlace::Households/>
            <PageTitle text="office.households_title"/>
            <p><Say key="office.households_lead"/></p>
            {move || match chosen.get() {
                None => view! { <section class="card stack"><FamilyPart choose registers=false/></section> }.into_any(),
                Some(found) => {
                    let is_ours = city.as_ref() == Some(&found.municipality);
                    view! {
                        <section class="card stack">
                            <p id="chosen-family" tabindex="-1"><strong>{found.guardian_name.to_string()}</strong> " " <span class="quiet">{found.guardian_kana.to_string()}</span></p>
                            <p>{found.children.iter().map(|child| child.name.to_string()).collect::<Vec<_>>().join("、")}</p>
                            <div class="row">
                                <Button look=Look::Text on_press=Callback::new(move |()| chosen.set(None))><Say key="entry.other_family"/></Button>
                            </div>
                        </section>
                        {if is_ours {
                            view! { <Known id=found.id.to_string()/> }.into_any()
                        } else {
                            view! { <Banner tone=Tone::Info><p><Say key="office.other_city"/></p></Banner> }.into_any()
                        }}
                    }
                    .into_any()
                }
            }}
        </div>
    }
}

#[component]
fn Known(id: String) -> impl IntoView {
    let id = StoredValue::new(id);
    let city = my_city().map(|code| code.to_string()).unwrap_or_default();
    let known = LocalResource::new(move || {
        let city = city.clone();
        async move {
            let (family, programmes) = futures_util::future::join(client::household(&id.get_value()), client::programmes_of(&city)).await;
            Ok::<_, Failure>((family?, programmes?))
        }
    });
    view! { <Load what=known let:found><ResidenceOfFamily family=found.0.clone()/><Classes family=found.0 programmes=found.1/></Load> }
}

/// A line of the form, as it is typed.
#[derive(Clone, Copy)]
struct Line {
    id: usize,
    class: RwSignal<String>,
    from: RwSignal<String>,
    until: RwSignal<String>,
}

impl Line {
    fn of(id: usize, known: &HouseholdClass) -> Self {
        let until = known.valid_until.map(|day| day.to_string()).unwrap_or_default();
        Self {
            id,
            class: RwSignal::new(known.class.clone()),
            from: RwSignal::new(known.valid_from.to_string()),
            until: RwSignal::new(until),
        }
    }

    /// What it says, where its days are days.
    fn read(self) -> Option<HouseholdClass> {
        let until = self.until.get();
        let valid_until: Option<NaiveDate> = if until.trim().is_empty() { None } else { Some(until.trim().parse().ok()?) };
        let valid_from = self.from.get().trim().parse().ok()?;
        Some(HouseholdClass { class: self.class.get(), valid_from, valid_until })
            .filter(|known| !known.class.is_empty() && known.valid_until.is_none_or(|last| known.valid_from <= last))
    }
}

#[component]
fn Classes(family: Family, programmes: Vec<Programme>) -> impl IntoView {
    let flash = use_flash();
    let mut named = classes_of(&programmes);
    // What no programme names any more is not thrown away unseen.
    for known in &family.household {
        if !named.iter().any(|(class, _)| *class == known.class) {
            named.push((known.class.clone(), Localised::new(&known.class, &known.class, &known.class)));
        }
    }
    if named.is_empty() {
        return view! { <Banner tone=Tone::Info><p><Say key="office.no_reliefs"/></p></Banner> }.into_any();
    }
    let options: Vec<(String, Text)> = std::iter::once((String::new(), Text::from("office.choose_class")))
        .chain(named.into_iter().map(|(class, name)| (class, text(move || name.get(locale()).to_owned()))))
        .collect();
    let options = Signal::stored(options);
    let lines = RwSignal::new(family.household.iter().enumerate().map(|(id, known)| Line::of(id, known)).collect::<Vec<_>>());
    let next = StoredValue::new(family.household.len());
    let id = StoredValue::new(family.id.to_string());
    let pressed = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let saving = Action::new_local(move |household: &Household| {
        let household = household.clone();
        async move {
            match client::set_household(&id.get_value(), &household).await {
                Ok(_) => {
                    pressed.set(false);
                    flash.done("office.household_saved");
                }
                Err(why) => failure.set(Some(why)),
            }
        }
    });
    let add = Callback::new(move |()| {
        let fresh = HouseholdClass { class: String::new(), valid_from: crate::settings::today(), valid_until: None };
        let nth = next.get_value();
        next.set_value(nth + 1);
        lines.update(|all| all.push(Line::of(nth, &fresh)));
    });
    let press = Callback::new(move |()| {
        pressed.set(true);
        failure.set(None);
        let read: Option<Vec<HouseholdClass>> = untrack(|| lines.get().into_iter().map(Line::read).collect());
        if let Some(classes) = read {
            saving.dispatch(Household { classes });
        }
    });
    let wrong = move |line: Line| {
        Signal::derive(move || {
            (pressed.get() && line.read().is_none()).then(|| Reason::new("families.household_invalid").sentence(locale()))
        })
    };
    view! {
        <section class="card stack" aria-labelledby="household">
            <h2 id="household"><Say key="office.household"/></h2>
            <Show when=move || lines.with(Vec::is_empty)><p class="quiet"><Say key="office.household_none"/></p></Show>
            <ul class="plain-list stack">
                <For each=move || lines.get() key=|line| line.id let:line>
                    <li class="form-row">
                        <Field id=format!("class-{}", line.id) label="office.class" error=wrong(line)><Select value=line.class options/></Field>
                        <Field id=format!("from-{}", line.id) label="office.from"><TextInput value=line.from kind="date" short=true/></Field>
                        <Field id=format!("until-{}", line.id) label="office.until" required=Need::Optional><TextInput value=line.until kind="date" short=true/></Field>
                        <Button look=Look::Text icon=Glyph::Cross on_press=Callback::new(move |()| lines.update(|all| all.retain(|other| other.id != line.id)))>
                            <Say key="office.remove"/>
                            <span class="visually-hidden">" " {move || (line.id + 1).to_string()}</span>
                        </Button>
                    </li>
                </For>
            </ul>
            <div class="row"><Button look=Look::Outline icon=Glyph::Plus on_press=add><Say key="office.add_class"/></Button></div>
            <p class="quiet"><Say key="office.household_settled"/></p>
            {move || failure.get().map(|why| view! { <Refusal why/> })}
            <div class="row"><Button busy=saving.pending() on_press=press><Say key="office.save"/></Button></div>
        </section>
    }
    .into_any()
}
