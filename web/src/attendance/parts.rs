//! Pieces of staff mode: its own navigation, who comes and leaves next, and how full each age gets.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use shared::attendance::BoardDay;
use shared::locale::{clock_at, people};
use shared::parts::StaffPart;
use shared::programmes::Programme;
use shared::time::days_after;

use super::model::{Next, Stage, at_stage, bands, next_to_come, next_to_leave, overdue_words, programme_of};
use super::source::Source;
use super::waiting::Waiting;
use crate::guides::Guide;
use crate::i18n::{Say, furigana, locale, say, say_with, t};
use crate::parts::use_hidden;
use crate::paths;
use crate::settings;
use crate::slots::staff::ages;
use crate::ui::{Banner, Glyph, Icon, Table, Tone, led_to_current};

/// The pages of staff mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StaffPlace {
    /// Today's board.
    Today,
    /// Tomorrow's.
    Tomorrow,
    /// A week.
    Week,
    /// Reading a family's code.
    Scan,
    /// The slots.
    Slots,
    /// The statements.
    Statements,
    /// The month: its claim.
    Month,
    /// Another day.
    Elsewhere,
}

impl StaffPlace {
    /// The part of staff mode that it belongs to; none: it is never hidden.
    const fn part(self) -> Option<StaffPart> {
        match self {
            Self::Week => Some(StaffPart::Week),
            Self::Scan => Some(StaffPart::Scan),
            Self::Slots => Some(StaffPart::Slots),
            Self::Statements => Some(StaffPart::Statements),
            Self::Today | Self::Tomorrow | Self::Month | Self::Elsewhere => None,
        }
    }
}

/// The way between the pages of staff mode.
#[component]
pub fn StaffNav(
    /// Where one is.
    #[prop(into)]
    here: Signal<StaffPlace>,
) -> impl IntoView {
    let tomorrow = days_after(settings::today(), 1);
    let hidden = use_hidden();
    let is_hidden = Callback::new(move |place: StaffPlace| hidden.with(|hidden| place.part().is_some_and(|part| hidden.contains(&part))));
    let places = [
        (StaffPlace::Today, paths::staff(), "attendance.nav_today", Glyph::List),
        (StaffPlace::Tomorrow, paths::staff_day(tomorrow), "attendance.nav_tomorrow", Glyph::Right),
        (StaffPlace::Week, paths::staff_week(None), "attendance.nav_week", Glyph::Calendar),
        (StaffPlace::Scan, paths::staff_scan(), "attendance.nav_scan", Glyph::Search),
        (StaffPlace::Slots, paths::staff_slots(None), "attendance.nav_slots", Glyph::Clock),
        (StaffPlace::Statements, paths::staff_statements(None), "statements.nav", Glyph::Yen),
        (StaffPlace::Month, paths::staff_month(None), "claims.nav", Glyph::Check),
    ];
    view! {
        <nav class="staff-nav no-print" aria-label=move || t("attendance.nav_label")>
            <ul node_ref=led_to_current()>
                {places
                    .into_iter()
                    .map(|(place, href, words, glyph)| {
                        view! {
                            <Show when=move || !is_hidden.run(place)>
                                <li>
                                    <a href=href.clone() aria-current=move || (here.get() == place).then_some("page")>
                                        <Icon glyph/>
                                        <span>{say(words)}</span>
                                    </a>
                                </li>
                            </Show>
                        }
                    })
                    .collect_view()}
            </ul>
        </nav>
        <Show when=move || is_hidden.run(here.get())>
            <Banner tone=Tone::Info>
                <p><Say key="parts.hidden_here"/></p>
                <p><a href=paths::staff_parts()><Say key="parts.change"/></a></p>
            </Banner>
        </Show>
        <Waiting source=Source::Server/>
        <Guide here/>
    }
}

/// Who should have been fetched some time ago; said aloud when somebody joins them.
#[component]
pub fn Overdue(
    /// The day.
    day: Memo<BoardDay>,
    /// For their grace.
    programmes: Memo<Vec<Programme>>,
    /// The server's time.
    now: Memo<DateTime<Utc>>,
) -> impl IntoView {
    // Only who they are: the clock of each answer changes nothing that is shown.
    let late = Memo::new(move |_| day.with(|day| programmes.with(|all| overdue_words(day, all, now.get()))));
    view! {
        <div role="status" class="no-print">
            {move || {
                (!late.with(Vec::is_empty))
                    .then(|| {
                        view! {
                            <Banner tone=Tone::Warning title="attendance.overdue_title">
                                <ul class="reasons">
                                    {late
                                        .get()
                                        .into_iter()
                                        .map(|(child, ends_at)| {
                                            view! {
                                                <li>
                                                    <strong>{child}</strong> " "
                                                    {say_with("attendance.overdue_since", move || vec![("time", clock_at(ends_at))])}
                                                </li>
                                            }
                                        })
                                        .collect_view()}
                                </ul>
                            </Banner>
                        }
                    })
            }}
        </div>
    }
}

/// Who comes next, who is here, who leaves next.
#[component]
pub fn Glance(
    /// The day.
    day: Memo<BoardDay>,
) -> impl IntoView {
    let coming = move || day.with(next_to_come);
    let leaving = move || day.with(next_to_leave);
    let count = move |stage| i64::try_from(day.with(|day| at_stage(day, stage).len())).unwrap_or(0);
    let here = move || count(Stage::Here);
    let still_to_come = move || count(Stage::Coming);
    view! {
        <ul class="glance no-print">
            <li class="glance-tile">
                <p class="glance-name"><Icon glyph=Glyph::Right/><span><Say key="attendance.next_to_come"/></span></p>
                {move || next_view(coming(), "attendance.nobody_to_come")}
            </li>
            <li class="glance-tile glance-here">
                <p class="glance-name"><Icon glyph=Glyph::Person/><span><Say key="attendance.here_now"/></span></p>
                <p class="glance-time">{furigana(move || people(here(), locale()))}</p>
                <p class="quiet">{say_with("attendance.still_to_come", move || vec![("count", people(still_to_come(), locale()))])}</p>
            </li>
            <li class="glance-tile">
                <p class="glance-name"><Icon glyph=Glyph::Exit/><span><Say key="attendance.next_to_leave"/></span></p>
                {move || next_view(leaving(), "attendance.nobody_to_leave")}
            </li>
        </ul>
    }
}

fn next_view(next: Option<Next>, nobody: &'static str) -> AnyView {
    match next {
        None => view! { <p class="quiet">{say(nobody)}</p> }.into_any(),
        Some(Next { at, children, others }) => view! {
            <p class="glance-time">{clock_at(at)}</p>
            <ul class="glance-names">
                {children
                    .into_iter()
                    .map(|(name, severe)| {
                        let severe = (!severe.is_empty()).then(|| {
                            let names = severe.join("・");
                            view! {
                                <span class="chip chip-severe">
                                    <Icon glyph=Glyph::Warning/>
                                    <span><span class="visually-hidden"><Say key="attendance.allergy_severe"/></span>{names}</span>
                                </span>
                            }
                        });
                        view! { <li>{name}" "{severe}</li> }
                    })
                    .collect_view()}
                {(others > 0)
                    .then(|| {
                        let count = i64::try_from(others).unwrap_or(i64::MAX);
                        view! { <li class="quiet">{say_with("attendance.next_others", move || vec![("count", people(count, locale()))])}</li> }
                    })}
            </ul>
        }
        .into_any(),
    }
}

/// Places and children of each age band.
#[component]
pub fn Crowding(
    /// The day.
    day: Memo<BoardDay>,
    /// For their names.
    programmes: Memo<Vec<Programme>>,
) -> impl IntoView {
    let rows = move || {
        day.with(|day| bands(&day.slots))
            .into_iter()
            .map(|band| {
                let (from, under) = (band.from_age, band.under_age);
                let key = band.programme.clone();
                let programme = move || {
                    programmes.with(|all| programme_of(all, &key).map_or_else(String::new, |found| found.name.get(locale()).to_owned()))
                };
                let is_full = band.places <= band.taken;
                view! {
                    <tr>
                        // The programmes' names may come later than the day.
                        <td>{furigana(programme)}</td>
                        <th scope="row">{furigana(move || ages(from, under))}</th>
                        <td class="number">{furigana(move || people(band.taken, locale()))}</td>
                        <td class="number">{furigana(move || people(band.places, locale()))}</td>
                        <td>
                            {if is_full {
                                view! { <span class="chip chip-warning"><Say key="attendance.full"/></span> }.into_any()
                            } else {
                                say_with("attendance.left", move || vec![("places", people(band.places - band.taken, locale()))]).into_any()
                            }}
                        </td>
                    </tr>
                }
            })
            .collect_view()
    };
    view! {
        <section class="crowding no-print stack" aria-labelledby="crowding">
            <h2 id="crowding"><Say key="attendance.crowding"/></h2>
                <Table caption="attendance.bands_caption">
                    <thead>
                        <tr>
                            <th scope="col"><Say key="attendance.programme"/></th>
                            <th scope="col"><Say key="attendance.ages"/></th>
                            <th scope="col" class="number"><Say key="attendance.most"/></th>
                            <th scope="col" class="number"><Say key="attendance.places"/></th>
                            <th scope="col"><Say key="attendance.rest"/></th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </Table>
        </section>
    }
}
