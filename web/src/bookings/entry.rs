//! Taking down a booking on the phone: the family, the child, the time, and what stands against it.

mod client;
mod code;
mod family;
mod places;
mod stay;

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::hooks::use_query_map;
use leptos_router::{MatchNestedRoutes, any_nested_route::IntoAnyNestedRoute, path};
use shared::bookings::Booking;
use shared::families::FoundFamily;
use shared::locale::{clock_span, full_day};
use shared::time::tokyo_day;

use self::code::CodePart;
pub use self::family::FamilyPart;
use self::stay::StayPart;
use crate::attendance::{StaffNav, StaffPlace};
use crate::i18n::{Say, Text, furigana, locale, text};
use crate::office::{OfficeNav, OfficePlace, my_city};
use crate::paths;
use crate::session::{OfficeOnly, StaffOnly};
use crate::settings;
use crate::ui::{Banner, Button, CheckboxGroup, Choice, Field, Glyph, LinkButton, Load, Look, PageTitle, Select, Tone};

/// Bookings on the phone.
#[component(transparent)]
pub fn EntryRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/staff/entry") view=StaffOnly>
            <Route path=path!("") view=EntryPage/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}

/// Bookings that officers take down for the facilities of their city.
#[component(transparent)]
pub fn OfficeEntryRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/office/entry") view=OfficeOnly>
            <Route path=path!("") view=OfficeEntryPage/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}

/// From the call to the booking on one page.
#[component]
fn EntryPage() -> impl IntoView {
    view! {
        <div class="stack staff narrow">
            <StaffNav here=StaffPlace::Elsewhere/>
            <PageTitle text="entry.title"/>
            <Call facility=Signal::stored(None) is_staff=true/>
        </div>
    }
}

/// The same for a facility of the officer's city, which is chosen first.
#[component]
fn OfficeEntryPage() -> impl IntoView {
    let city = my_city().map(|code| code.to_string()).unwrap_or_default();
    let facilities = LocalResource::new(move || {
        let city = city.clone();
        async move { client::facilities(&city).await }
    });
    let chosen = RwSignal::new(String::new());
    let facility = Signal::derive(move || Some(chosen.get()).filter(|id| !id.is_empty()));
    view! {
        <div class="stack staff narrow">
            <OfficeNav here=OfficePlace::Entry/>
            <PageTitle text="entry.title"/>
            <Load what=facilities let:known>
                {
                    let choose = std::iter::once((String::new(), Text::from("office.choose_facility")));
                    let options: Vec<(String, Text)> =
                        choose.chain(known.into_iter().map(|(id, name)| (id, text(move || name.clone())))).collect();
                    view! {
                        <section class="card stack">
                            <Field id="entry-facility" label="office.facility"><Select value=chosen options=Signal::stored(options)/></Field>
                        </section>
                    }
                }
            </Load>
            <Show when=move || facility.with(Option::is_some)><Call facility is_staff=false/></Show>
        </div>
    }
}

/// The call: who, and when.
#[component]
fn Call(
    /// Where; none: at the staff's own facility.
    facility: Signal<Option<String>>,
    /// Whether the board is theirs to look at.
    is_staff: bool,
) -> impl IntoView {
    let query = use_query_map();
    let day = query.with_untracked(|query| query.get("day").and_then(|day| day.parse().ok())).unwrap_or_else(settings::today);
    let family: RwSignal<Option<FoundFamily>> = RwSignal::new(None);
    let children: RwSignal<Vec<String>> = RwSignal::new(Vec::new());
    let booked: RwSignal<Vec<Booking>> = RwSignal::new(Vec::new());
    let choose = Callback::new(move |found: FoundFamily| {
        // An only child is who comes.
        children.set(if found.children.len() == 1 {
            found.children.iter().map(|child| child.id.to_string()).collect()
        } else {
            Vec::new()
        });
        family.set(Some(found));
    });
    let again = Callback::new(move |()| {
        booked.set(Vec::new());
        family.set(None);
    });
    view! {
        <div class="stack">
            {move || {
                let done = booked.get();
                let without = family.get_untracked().filter(|found| !found.has_account);
                (!done.is_empty()).then(|| view! { <Done bookings=done again is_staff/> {without.map(|family| view! { <CodePart family/> })} })
            }}
            <Show when=move || booked.with(Vec::is_empty)>
                <section class="card stack" aria-labelledby="entry-family">
                    <h2 id="entry-family"><Say key="entry.family"/></h2>
                    {move || match family.get() {
                        None => view! { <FamilyPart choose/> }.into_any(),
                        Some(found) => view! { <Chosen found family/> }.into_any(),
                    }}
                </section>
                {move || {
                    family
                        .get()
                        .map(|found| {
                            let choices: Vec<Choice> = found
                                .children
                                .iter()
                                .map(|child| {
                                    let born = child.born;
                                    let name = child.name.to_string();
                                    Choice::new(child.id.to_string(), text(move || name.clone()))
                                        .hint(text(move || full_day(born, locale())))
                                })
                                .collect();
                            let births: Vec<(String, chrono::NaiveDate)> =
                                found.children.iter().map(|child| (child.id.to_string(), child.born)).collect();
                            let born = Signal::derive(move || {
                                children.with(|chosen| births.iter().filter(|(id, _)| chosen.contains(id)).map(|(_, born)| *born).max())
                            });
                            view! {
                                <section class="card stack">
                                    <CheckboxGroup id="entry-children" legend="entry.children" choices=Signal::stored(choices) value=children/>
                                </section>
                                <StayPart family=found.id.clone() children born day booked facility/>
                            }
                        })
                }}
            </Show>
        </div>
    }
}

/// The family that was found, and the way back.
#[component]
fn Chosen(found: FoundFamily, family: RwSignal<Option<FoundFamily>>) -> impl IntoView {
    let phone = found.phone.grouped();
    view! {
        <p><strong>{found.guardian_name.to_string()}</strong> " " <span class="quiet">{found.guardian_kana.to_string()}</span></p>
        <p><a class="phone-link" href=paths::call(&phone)>{phone.clone()}</a></p>
        <div class="row"><Button look=Look::Text on_press=Callback::new(move |()| family.set(None))><Say key="entry.other_family"/></Button></div>
    }
}

/// What was taken down, to be read out to the family.
#[component]
fn Done(bookings: Vec<Booking>, again: Callback<()>, is_staff: bool) -> impl IntoView {
    let Some(first) = bookings.first().cloned() else { return ().into_any() };
    let names = bookings.iter().map(|booking| booking.child.name.clone()).collect::<Vec<_>>().join("、");
    let (starts_at, ends_at) = (first.starts_at, first.ends_at);
    view! {
        <div role="status">
            <Banner tone=Tone::Success title="entry.done">
                <p>{furigana(move || format!("{} {}", full_day(tokyo_day(starts_at), locale()), clock_span(starts_at, ends_at, locale())))}</p>
                <p>{names}</p>
            </Banner>
        </div>
        <div class="row">
            <Button icon=Glyph::Phone on_press=again><Say key="entry.again"/></Button>
            {is_staff
                .then(|| {
                    view! {
                        <LinkButton href=paths::staff_day(tokyo_day(starts_at)) look=Look::Outline icon=Glyph::List><Say key="entry.to_board"/></LinkButton>
                    }
                })}
        </div>
    }
    .into_any()
}
