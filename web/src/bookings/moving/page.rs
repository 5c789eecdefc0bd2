//! The free places to which a booking can move, the nearest day first.

use leptos::prelude::*;
use leptos_router::hooks::{use_navigate, use_params_map};
use shared::bookings::Booking;
use shared::locale::{clock_span, day};
use shared::programmes::Unit;

use super::MoveDialog;
use super::week::MoveWeek;
use crate::bookings::client::{self, Movable};
use crate::bookings::model::{MoveChoice, block_name, move_choices, same_day_choice};
use crate::bookings::parts::{PlacesLeft, When, facility_words};
use crate::i18n::{Say, furigana, locale, marked};
use crate::paths;
use crate::ui::{Breadcrumbs, Button, Card, EmptyState, Glyph, Icon, LinkButton, Load, Look, PageTitle};

/// So many days are shown at first, and so many more with each press.
const DAYS: usize = 7;

/// Another time for a booking.
#[component]
pub fn MovePage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("booking_id")).unwrap_or_default());
    let movable = LocalResource::new(move || client::movable(id.get()));
    let trail =
        move || vec![(paths::bookings(), "bookings.title".into()), (paths::booking(&id.get_untracked()), "bookings.one_title".into())];
    view! {
        <div class="stack move-page">
            <Breadcrumbs trail=trail() here="bookings.move_title"/>
            <PageTitle text="bookings.move_title"/>
            <Load what=movable let:found><Places movable=found on_stale=move |()| movable.refetch()/></Load>
        </div>
    }
}

#[component]
fn Places(movable: Movable, #[prop(into)] on_stale: Callback<()>) -> impl IntoView {
    let Some(first) = movable.party.first().cloned() else { return ().into_any() };
    let navigate = use_navigate();
    let back = paths::booking(first.id.as_str());
    let to = back.clone();
    let on_change = Callback::new(move |moved: bool| {
        if moved {
            navigate(&to, leptos_router::NavigateOptions { replace: true, ..Default::default() });
        } else {
            on_stale.run(());
        }
    });
    let choice: RwSignal<Option<MoveChoice>> = RwSignal::new(None);
    let days = move_choices(&first, &movable.places);
    let here = same_day_choice(&first, movable.unit.as_ref(), &movable.places);
    let unit = StoredValue::new(movable.unit);
    let party = StoredValue::new(movable.party);
    let shown = RwSignal::new(DAYS);
    let all = days.len();
    let days = StoredValue::new(days);
    view! {
        <Card><Old party/></Card>
        {here
            .map(|here| {
                view! {
                    <Button look=Look::Outline icon=Glyph::Clock on_press=Callback::new(move |()| choice.set(Some(here.clone())))>
                        <Say key="bookings.move_same_day"/>
                    </Button>
                }
            })}
        {if all == 0 {
            view! {
                <EmptyState words="bookings.move_none">
                    <LinkButton href=back look=Look::Outline><Say key="bookings.move_back"/></LinkButton>
                </EmptyState>
            }
            .into_any()
        } else {
            view! {
                <div class="move-list stack">
                    <h2><Say key="bookings.move_where"/></h2>
                    {move || {
                        days.with_value(|days| {
                            days.iter()
                                .take(shown.get())
                                .map(|(date, choices)| {
                                    let date = *date;
                                    let choices = choices.iter().map(|one| view! { <li><Place one=one.clone() unit choice/></li> }).collect_view();
                                    view! {
                                        <section class="stack booking-day">
                                            <h3 class="booking-date">{furigana(move || day(date, locale()))}</h3>
                                            <ul class="plain-list stack">{choices}</ul>
                                        </section>
                                    }
                                })
                                .collect_view()
                        })
                    }}
                    <Show when=move || shown.get() < all>
                        <Button look=Look::Text on_press=Callback::new(move |()| shown.update(|n| *n += DAYS))><Say key="bookings.move_more"/></Button>
                    </Show>
                </div>
                <MoveWeek party days unit choice/>
            }
            .into_any()
        }}
        <MoveDialog party unit choice on_change/>
    }
    .into_any()
}

/// What is booked now.
#[component]
fn Old(party: StoredValue<Vec<Booking>>) -> impl IntoView {
    party.with_value(|party| {
        let names = party.iter().map(|booking| booking.child.name.clone()).collect::<Vec<_>>().join("、");
        party.first().map(|old| {
            view! {
                <p class="quiet"><Say key="bookings.move_from"/></p>
                <When starts_at=old.starts_at ends_at=old.ends_at/>
                <p>{names}</p>
                <p><Icon glyph=Glyph::Pin/> {furigana(facility_words(&old.facility))}</p>
            }
        })
    })
}

/// A free place: one press asks.
#[component]
fn Place(one: MoveChoice, unit: StoredValue<Option<Unit>>, choice: RwSignal<Option<MoveChoice>>) -> impl IntoView {
    let words = place_words(&one, unit);
    view! {
        <button type="button" class="stay move-place" on:click=move |_| choice.set(Some(one.clone()))>
            {words}
            <Icon glyph=Glyph::Right/>
        </button>
    }
}

/// A free place in words: the times, the part of the day, and how many are left.
pub fn place_words(one: &MoveChoice, unit: StoredValue<Option<Unit>>) -> impl IntoView + use<> {
    let (starts_at, ends_at, left) = (one.starts_at, one.ends_at, one.left);
    let block = one.block.clone();
    let name = move || unit.with_value(|unit| block_name(unit.as_ref(), block.as_deref(), locale()));
    view! {
        <span class="stay-words">
            <span class="stay-times">{furigana(move || clock_span(starts_at, ends_at, locale()))}</span>
            <span class="stay-part">{move || marked(&name())}</span>
        </span>
        <PlacesLeft left/>
    }
}
