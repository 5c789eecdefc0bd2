//! Last step: it is booked, or waits for the facility.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use shared::bookings::Booking;
use shared::time::tokyo_day;

use super::flow;
use crate::bookings::client;
use crate::bookings::model::decided_by;
use crate::bookings::moving::UndoPart;
use crate::bookings::parts::{BookSteps, Bring, CancelRule, Due, UntilDecided, When, facility_words};
use crate::i18n::{Say, furigana, locale, sentence, text};
use crate::paths;
use crate::ui::{Banner, Button, Fact, Facts, Glyph, LinkButton, Load, Look, PageTitle, Tone};

/// Last step: it is booked, or waits for the facility.
#[component]
pub fn BookedPage() -> impl IntoView {
    let flow = flow();
    let query = use_query_map();
    let booked = LocalResource::new(move || {
        let party = query.with(|query| query.get("party")).unwrap_or_default();
        let day = flow.chosen.get().starts_at.map(tokyo_day);
        let just = flow.booked.get_untracked();
        async move {
            match day {
                _ if just.iter().any(|booking| booking.party_id.as_str() == party) => Ok(just),
                Some(day) => client::party(day.to_string(), &party).await,
                None => Ok(Vec::new()),
            }
        }
    });
    // What was just booked is known before anything is loaded: the heading is right from the start.
    let is_waiting = move |bookings: &[Booking]| decided_by(bookings.iter().map(|booking| &booking.state)).is_some();
    let title = text(move || {
        let loaded = booked.with(|found| found.as_ref().and_then(|found| found.as_ref().ok()).map(|bookings| is_waiting(bookings)));
        let waits = loaded.unwrap_or_else(|| flow.booked.with(|bookings| is_waiting(bookings)));
        sentence(if waits { "bookings.requested_title" } else { "bookings.booked_title" }, locale())
    });
    view! {
        <div class="narrow stack">
            <BookSteps current=4/>
            <PageTitle text=title/>
            <Load what=booked is_empty=Vec::is_empty empty="bookings.booked_unknown" let:bookings><Booked bookings/></Load>
        </div>
    }
}

#[component]
fn Booked(bookings: Vec<Booking>) -> impl IntoView {
    let Some(first) = bookings.first().cloned() else { return ().into_any() };
    let total: i64 = bookings.iter().map(|booking| booking.fee_yen).sum();
    let names = bookings.iter().map(|booking| booking.child.name.clone()).collect::<Vec<_>>().join("、");
    let see = if bookings.len() == 1 { paths::booking(first.id.as_str()) } else { paths::bookings() };
    let facility = paths::facility(first.facility.id.as_str());
    let notes = first.notes.clone();
    let party = bookings.clone();
    view! {
        {match decided_by(bookings.iter().map(|booking| &booking.state)) {
            Some(until) => {
                view! {
                    <Banner tone=Tone::Info title="bookings.requested_banner">
                        <UntilDecided until/>
                        <p><Say key="bookings.requested_text"/></p>
                    </Banner>
                }
                .into_any()
            }
            None => view! { <Banner tone=Tone::Success title="bookings.booked_banner"><p><Say key="bookings.booked_text"/></p></Banner> }.into_any(),
        }}
        <div class="card stack">
            <When starts_at=first.starts_at ends_at=first.ends_at/>
            <Facts>
                <Fact name="bookings.place" icon=Glyph::Pin><a href=facility>{furigana(facility_words(&first.facility))}</a></Fact>
                <Fact name="bookings.who_comes" icon=Glyph::Family>{names}</Fact>
                <Fact name="bookings.fee" icon=Glyph::Yen><Due yen_due=total/></Fact>
                <Bring things=first.bring.clone()/>
                {(!notes.is_empty()).then(|| view! { <Fact name="bookings.notes" icon=Glyph::Pencil>{notes}</Fact> })}
                <Fact name="bookings.cancelling" icon=Glyph::Clock>
                    <CancelRule cancellation=first.cancellation free_until=first.free_until fee_yen=total/>
                </Fact>
            </Facts>
        </div>
        <UndoPart party/>
        <div class="row no-print actions">
            <LinkButton href=see icon=Glyph::Calendar><Say key="bookings.see_booking"/></LinkButton>
            <LinkButton href=paths::home() look=Look::Outline icon=Glyph::Search><Say key="bookings.book_more"/></LinkButton>
            <Button look=Look::Text icon=Glyph::Print on_press=Callback::new(|()| drop(window().print()))><Say key="bookings.print"/></Button>
        </div>
    }
    .into_any()
}
