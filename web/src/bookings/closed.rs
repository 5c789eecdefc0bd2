//! A booking that ended because its facility closed: why, and where there is a place on the same day instead.

use leptos::prelude::*;
use shared::bookings::Booking;
use shared::locale::clock_span;
use shared::slots::Closure;
use shared::time::tokyo_day;

use super::client;
use super::model::instead;
use super::parts::{PlacesLeft, facility_words};
use crate::i18n::{Say, furigana, locale, reasons};
use crate::paths;
use crate::ui::{Banner, Glyph, Icon, LinkButton, Load, Look, Tone};

/// So many places are shown at once; the search has the others.
const SHOWN: usize = 3;

/// Why the facility closed, what that costs (nothing), and other places on that day in all cities.
#[component]
pub fn ClosedByFacility(booking: Booking, closure: Closure) -> impl IntoView {
    let why = closure.reason();
    view! {
        <Banner tone=Tone::Warning title="bookings.closed_title">
            {reasons(move || vec![why.clone()])}
            <p><strong><Say key="bookings.closed_free"/></strong></p>
        </Banner>
        <Alternatives booking/>
    }
}

#[component]
fn Alternatives(booking: Booking) -> impl IntoView {
    let asked = booking.clone();
    let places = LocalResource::new(move || client::same_day(asked.clone()));
    let booking = StoredValue::new(booking);
    view! {
        <section class="stack no-print" aria-labelledby="instead-title">
            <h2 id="instead-title"><Say key="bookings.instead_title"/></h2>
            <Load what=places let:found>
                {
                    let (age, places) = found;
                    let shown = booking.with_value(|booking| instead(booking, &places, SHOWN));
                    let search = booking
                        .with_value(|booking| paths::search_like(tokyo_day(booking.starts_at), booking.programme.as_str(), age));
                    view! {
                        {if shown.is_empty() {
                            view! { <p><Say key="bookings.instead_none"/></p> }.into_any()
                        } else {
                            let one = |choice: super::model::MoveChoice, facility: shared::slots::SlotFacility| {
                                let (starts_at, ends_at) = (choice.starts_at, choice.ends_at);
                                let href = paths::book(choice.slot_id.as_str(), Some(starts_at), Some(ends_at));
                                view! {
                                    <li>
                                        <a class="stay" href=href>
                                            <span class="stay-words">
                                                <span class="stay-times">{furigana(move || clock_span(starts_at, ends_at, locale()))}</span>
                                                <span class="stay-part">{furigana(facility_words(&facility))}</span>
                                            </span>
                                            <PlacesLeft left=choice.left/>
                                            <Icon glyph=Glyph::Right/>
                                        </a>
                                    </li>
                                }
                            };
                            view! { <ul class="plain-list stack">{shown.into_iter().map(|(choice, at)| one(choice, at)).collect_view()}</ul> }.into_any()
                        }}
                        <LinkButton href=search look=Look::Outline icon=Glyph::Search><Say key="bookings.instead_search"/></LinkButton>
                    }
                }
            </Load>
        </section>
    }
}
