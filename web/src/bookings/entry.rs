//! Taking down a booking for a family: the family, the child, the time, and what stands against it.

mod client;
mod code;
mod family;
mod places;
mod stay;

use chrono::NaiveDate;
use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::hooks::use_query_map;
use leptos_router::{MatchNestedRoutes, any_nested_route::IntoAnyNestedRoute, path};
use shared::bookings::Booking;
use shared::families::{FoundChild, FoundFamily};
#[cfg(feature = "office")]
use shared::ids::FamilyId;
use shared::locale::{clock_span, full_day};
#[cfg(feature = "office")]
use shared::proxy::Deed;
use shared::time::tokyo_day;

use self::code::CodePart;
pub use self::family::{FamilyPart, NewFamilyForm};
use self::stay::StayPart;
use crate::attendance::{StaffNav, StaffPlace};
#[cfg(feature = "office")]
use crate::i18n::Text;
use crate::i18n::{Say, furigana, locale, text};
#[cfg(feature = "office")]
use crate::office::{OfficeNav, OfficePlace};
use crate::paths;
#[cfg(feature = "office")]
use crate::proxy::{Opening, Record};
use crate::session::StaffOnly;
#[cfg(feature = "office")]
use crate::session::{OutreachOnly, use_session};
use crate::settings;
use crate::ui::{Banner, Button, CheckboxGroup, Choice, Glyph, LinkButton, Look, PageTitle, Tone};
#[cfg(feature = "office")]
use crate::ui::{Field, Load, Select};

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

/// What officers and operators do for a family whose record they open.
#[cfg(feature = "office")]
#[component(transparent)]
pub fn OfficeEntryRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/office/entry") view=OutreachOnly>
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
            <Call/>
        </div>
    }
}

/// The same for a family that an officer or an operator acts for: first the reason and the family, then what the reason allows.
#[cfg(feature = "office")]
#[component]
fn OfficeEntryPage() -> impl IntoView {
    let session = use_session();
    // What is typed outlives the record's time: only another family, another reason or the end of it brings another page.
    let of = Memo::new(move |_| session.proxy().map(|open| (open.family_id, open.reason.key)));
    view! {
        <div class="stack staff narrow">
            <OfficeNav here=OfficePlace::Entry/>
            <PageTitle text="proxy.title"/>
            {move || match of.get() {
                None => view! { <p><Say key="proxy.lead"/></p> <Opening/> }.into_any(),
                Some(_) => view! { <Acting/> }.into_any(),
            }}
        </div>
    }
}

/// What may be done for the family whose record is open.
#[cfg(feature = "office")]
#[component]
fn Acting() -> impl IntoView {
    let session = use_session();
    let may_book = untrack(move || session.proxy()).is_some_and(|open| open.reason.terms.may.contains(&Deed::Book));
    view! {
        <Record let:family>
            {
                let children = family.children.unwrap_or_default();
                may_book.then(|| view! { <ForFamily family=family.id children/> })
            }
        </Record>
    }
}

/// Where, who comes, and when.
#[cfg(feature = "office")]
#[component]
fn ForFamily(family: FamilyId, children: Vec<FoundChild>) -> impl IntoView {
    let facilities = LocalResource::new(client::all_facilities);
    let chosen = RwSignal::new(String::new());
    let facility = Signal::derive(move || Some(chosen.get()).filter(|id| !id.is_empty()));
    let coming: RwSignal<Vec<String>> = RwSignal::new(only_child(&children));
    let booked: RwSignal<Vec<Booking>> = RwSignal::new(Vec::new());
    let again = Callback::new(move |()| booked.set(Vec::new()));
    let born = youngest(&children, coming);
    let (family, children) = (StoredValue::new(family), StoredValue::new(children));
    let day = settings::today();
    view! {
        {move || {
            let done = booked.get();
            (!done.is_empty()).then(|| view! { <Done bookings=done again is_staff=false/> })
        }}
        <Show when=move || booked.with(Vec::is_empty)>
            <section class="card stack">
                <Load what=facilities let:known>
                    {
                        let choose = std::iter::once((String::new(), Text::from("office.choose_facility")));
                        let options: Vec<(String, Text)> =
                            choose.chain(known.into_iter().map(|(id, name)| (id, text(move || name.clone())))).collect();
                        view! { <Field id="entry-facility" label="office.facility"><Select value=chosen options=Signal::stored(options)/></Field> }
                    }
                </Load>
                {who_comes(&children.get_value(), coming)}
            </section>
            <Show when=move || facility.with(Option::is_some)>
                <StayPart family=family.get_value() children=coming born day booked facility/>
            </Show>
        </Show>
    }
}

/// An only child is who comes.
fn only_child(children: &[FoundChild]) -> Vec<String> {
    match children {
        [child] => vec![child.id.to_string()],
        _ => Vec::new(),
    }
}

/// When the youngest of those who come was born.
fn youngest(children: &[FoundChild], coming: RwSignal<Vec<String>>) -> Signal<Option<NaiveDate>> {
    let births: Vec<(String, NaiveDate)> = children.iter().map(|child| (child.id.to_string(), child.born)).collect();
    Signal::derive(move || coming.with(|ids| births.iter().filter(|(id, _)| ids.contains(id)).map(|(_, born)| *born).max()))
}

/// Which of the children come.
fn who_comes(children: &[FoundChild], value: RwSignal<Vec<String>>) -> impl IntoView + use<> {
    let choices: Vec<Choice> = children
        .iter()
        .map(|child| {
            let born = child.born;
            let name = child.name.to_string();
            Choice::new(child.id.to_string(), text(move || name.clone())).hint(text(move || full_day(born, locale())))
        })
        .collect();
    view! { <CheckboxGroup id="entry-children" legend="entry.children" choices=Signal::stored(choices) value/> }
}

/// The call at a facility: who, and when.
#[component]
fn Call() -> impl IntoView {
    let query = use_query_map();
    let day = query.with_untracked(|query| query.get("day").and_then(|day| day.parse().ok())).unwrap_or_else(settings::today);
    let family: RwSignal<Option<FoundFamily>> = RwSignal::new(None);
    let children: RwSignal<Vec<String>> = RwSignal::new(Vec::new());
    let booked: RwSignal<Vec<Booking>> = RwSignal::new(Vec::new());
    let choose = Callback::new(move |found: FoundFamily| {
        children.set(only_child(&found.children));
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
                (!done.is_empty())
                    .then(|| view! { <Done bookings=done again is_staff=true/> {without.map(|family| view! { <CodePart family/> })} })
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
                            let born = youngest(&found.children, children);
                            view! {
                                <section class="card stack">
                                    {who_comes(&found.children, children)}
                                </section>
                                <StayPart family=found.id.clone() children born day booked facility=Signal::stored(None)/>
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
