//! The family's bookings, and one booking with everything needed on the day.

use chrono::{DateTime, NaiveDate, Utc};
use leptos::either::Either;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use shared::attendance::{Attendance, Settled};
use shared::bookings::{Booking, BookingState, Cancel, CancelTerms, CancelledBy, cancel_terms};
use shared::locale::{day, minutes, moment, yen};
use shared::programmes::Counted;
use shared::time::{next_day, tokyo_day};

use super::client::{self, Known};
use super::closed::ClosedByFacility;
use super::history::History;
use super::model::{Sheet, by_day, decided_by, due_without_stay, exempt_reasons, is_closed, is_declined, lost_ahead, split};
use super::moving::UndoPart;
use super::parts::{
    BookingCard, Bring, CancelRule, Due, EnteredWords, FeeLines, StateChip, UntilDecided, When, counted_words, facility_words,
};
use crate::api::{Attempt, Failure, query};
use crate::feeds::AddToCalendar;
use crate::flash::use_flash;
use crate::i18n::{Say, furigana, locale, marked, name, say_with, text};
use crate::messages::ToMessages;
use crate::paths;
use crate::series::SeriesCancelPart;
use crate::session::use_session;
use crate::settings;
use crate::ui::{
    Banner, Breadcrumbs, Button, Card, Chip, Choice, Dialog, EmptyState, Explain, Fact, Facts, Glyph, LinkButton, Load, Look, Need,
    PageTitle, RadioGroup, TabPanel, Tabs, Tone,
};
use crate::waitlist::Waiting;

/// Says that what is shown is from an earlier visit.
fn as_of_notice(as_of: Option<DateTime<Utc>>) -> impl IntoView {
    as_of.map(|as_of| {
        view! {
            <Banner tone=Tone::Warning title="bookings.as_of_title">
                <p>{say_with("bookings.as_of", move || vec![("moment", moment(as_of, locale()))])}</p>
            </Banner>
        }
    })
}

fn account() -> String {
    let session = use_session();
    untrack(move || session.me()).map(|me| me.id.to_string()).unwrap_or_default()
}

/// The bookings: those to come first.
#[component]
pub fn BookingsPage() -> impl IntoView {
    let account = account();
    let bookings = LocalResource::new(move || client::bookings(account.clone()));
    view! {
        <div class="narrow stack">
            <PageTitle text="bookings.title"/>
            <Waiting on_change=move |()| bookings.refetch()/>
            <p class="no-print"><a href=paths::family_code()><Say key="bookings.to_code"/></a>" "<a href=paths::statements(None)><Say key="bookings.to_statements"/></a></p>
            <Load what=bookings let:known><BookingLists known/></Load>
        </div>
    }
}

#[component]
fn BookingLists(known: Known<Vec<Booking>>) -> impl IntoView {
    let (next, past) = split(&known.value, settings::now());
    let closed = lost_ahead(&known.value, is_closed, settings::now());
    let declined = lost_ahead(&known.value, is_declined, settings::now());
    let (next, past) = (StoredValue::new(next), StoredValue::new(past));
    let is_old = known.as_of.is_some();
    let address = use_query_map();
    let navigate = leptos_router::hooks::use_navigate();
    let selected =
        Signal::derive(move || address.with(|query| query.get("show")).filter(|show| show == "past").unwrap_or_else(|| "next".to_owned()));
    let select = Callback::new(move |tab: String| {
        let to = query(&paths::bookings(), &[("show", (tab == "past").then_some(tab))]);
        navigate(&to, leptos_router::NavigateOptions { replace: true, scroll: false, ..Default::default() });
    });
    let empty = move || {
        view! {
            <EmptyState words="bookings.none_to_come">
                <LinkButton href=paths::home() icon=Glyph::Search><Say key="bookings.to_search"/></LinkButton>
            </EmptyState>
        }
    };
    view! {
        {as_of_notice(known.as_of)}
        {(!closed.is_empty()).then(|| view! { <LostAhead title="bookings.closed_ahead" lost=closed/> })}
        {(!declined.is_empty()).then(|| view! { <LostAhead title="bookings.declined_ahead" lost=declined/> })}
        <Show when=move || !is_old>
            <Tabs id="bookings" label="bookings.title" tabs=vec![("next", "bookings.tab_next".into()), ("past", "bookings.tab_past".into())] selected on_select=select/>
            <TabPanel id="bookings" name="next" selected>
                {move || if next.with_value(Vec::is_empty) { empty().into_any() } else { days(next.get_value()).into_any() }}
            </TabPanel>
            <TabPanel id="bookings" name="past" selected>
                {move || {
                    if past.with_value(Vec::is_empty) { view! { <EmptyState words="bookings.none_past"/> }.into_any() } else { days(past.get_value()).into_any() }
                }}
            </TabPanel>
        </Show>
        {is_old.then(|| if next.with_value(Vec::is_empty) { view! { <EmptyState words="bookings.none_kept"/> }.into_any() } else { days(next.get_value()).into_any() })}
    }
}

/// What a facility declined or ended, and nothing has taken the place of.
#[component]
fn LostAhead(title: &'static str, lost: Vec<Booking>) -> impl IntoView {
    let one = |booking: Booking| {
        let (starts_at, place) = (booking.starts_at, facility_words(&booking.facility));
        view! {
            <li>
                <a href=paths::booking(booking.id.as_str())>{furigana(move || format!("{} {}", moment(starts_at, locale()), place()))}</a> " "
                {booking.child.name.clone()}
            </li>
        }
    };
    view! {
        <Banner tone=Tone::Warning title>
            <ul class="reasons">{lost.into_iter().map(one).collect_view()}</ul>
        </Banner>
    }
}

fn days(bookings: Vec<Booking>) -> impl IntoView {
    let today = settings::today();
    by_day(bookings)
        .into_iter()
        .map(|(date, bookings)| {
            view! {
                <section class="stack booking-day">
                    <h2 class="booking-date">{furigana(move || day(date, locale()))} " " {near(date, today)}</h2>
                    <ul class="plain-list stack">{bookings.into_iter().map(|booking| view! { <li><BookingCard booking/></li> }).collect_view()}</ul>
                </section>
            }
        })
        .collect_view()
}

/// Today and tomorrow by their names.
fn near(date: NaiveDate, today: NaiveDate) -> Option<AnyView> {
    if date == today {
        Some(view! { <Chip tone=Tone::Info><Say key="ui.today"/></Chip> }.into_any())
    } else if date == next_day(today) {
        Some(view! { <Chip><Say key="bookings.tomorrow"/></Chip> }.into_any())
    } else {
        None
    }
}

/// One booking with everything needed on the day.
#[component]
pub fn BookingPage() -> impl IntoView {
    let params = use_params_map();
    let account = account();
    let id = Memo::new(move |_| params.with(|params| params.get("booking_id")).unwrap_or_default());
    let sheet = LocalResource::new(move || client::sheet(account.clone(), id.get()));
    let trail = vec![(paths::bookings(), "bookings.title".into())];
    view! {
        <div class="narrow stack">
            <Breadcrumbs trail here="bookings.one_title"/>
            <PageTitle text="bookings.one_title"/>
            <Load what=sheet let:known>
                {as_of_notice(known.as_of)}
                <SheetView sheet=known.value is_old=known.as_of.is_some() on_change=move |()| sheet.refetch()/>
            </Load>
        </div>
    }
}

#[component]
fn SheetView(sheet: Sheet, is_old: bool, #[prop(into)] on_change: Callback<()>) -> impl IntoView {
    let now = settings::now();
    let booking = sheet.booking.clone();
    let Booking { starts_at, ends_at, fee_yen, .. } = booking;
    let counted = StoredValue::new(booking.counted.clone());
    let is_over = ends_at <= now;
    let can_cancel = !is_old && cancel_terms(&booking, None, CancelledBy::Family, now).is_ok();
    let shown_rule = matches!(booking.state, BookingState::Requested { .. } | BookingState::Confirmed) && !is_over;
    let date = tokyo_day(starts_at);
    let facility = paths::facility(booking.facility.id.as_str());
    let cancelled = match &booking.state {
        BookingState::Cancelled { at, fee_yen, counts, .. } => Some((*at, CancelTerms { fee_yen: *fee_yen, counts: *counts })),
        _ => None,
    };
    let declined = match &booking.state {
        BookingState::Declined { at, message } => Some((*at, message.clone())),
        _ => None,
    };
    let absent = match &booking.state {
        BookingState::Absent { at, fee_yen, counts, .. } => Some((*at, CancelTerms { fee_yen: *fee_yen, counts: *counts })),
        _ => None,
    };
    let settled = booking.attended.settled.clone();
    let is_settled = settled.is_some();
    // What does not take place any more needs nothing on its day, and costs what is said above, if anything.
    let off = due_without_stay(&booking.state);
    let takes_place = off.is_none();
    let has_history = !is_old && booking.state.attendance() != Attendance::Unknown;
    let search = paths::search_day(date);
    let notes = booking.notes.clone();
    let movable = !is_old && booking.may_move() && now < starts_at;
    let booking_id = booking.id.to_string();
    let (move_to, to_undo) = (paths::move_booking(booking.id.as_str()), vec![booking.clone()]);
    let closed = booking.closure.clone().map(|closure| (booking.clone(), closure));
    let to_cancel = can_cancel.then(|| booking.clone());
    view! {
        {match closed {
            Some((booking, closure)) => Either::Left(view! { <ClosedByFacility booking closure/> }),
            None => Either::Right(cancelled.map(|(at, terms)| view! { <Cancelled at terms counted/> })),
        }}
        {absent.map(|(at, terms)| view! { <Absent at terms counted/> })}
        {decided_by([&booking.state]).map(|until| view! { <Banner tone=Tone::Info title="bookings.requested_banner"><UntilDecided until/></Banner> })}
        {declined.map(|(at, message)| view! { <Declined at message search/> })}
        <Card>
            <div class="row"><StateChip state=booking.state.clone() is_over/> {near(date, tokyo_day(now))}</div>
            <When starts_at ends_at/>
            <Facts>
                <Fact name="bookings.who_comes" icon=Glyph::Family><strong>{booking.child.name.clone()}</strong> " " <span class="quiet">{booking.child.kana.clone()}</span></Fact>
                <Fact name="bookings.place" icon=Glyph::Pin>
                    <p><a href=facility.clone()>{furigana(facility_words(&booking.facility))}</a></p>
                    {sheet.address.map(|address| view! { <p>{address}</p> })}
                    {sheet.access.map(|access| view! { <p class="quiet">{access}</p> })}
                    {sheet.parking.map(|parking| view! { <p class="quiet"><Say key="bookings.parking"/> " " {parking}</p> })}
                    <p class="no-print"><a href=facility><Say key="bookings.map"/></a></p>
                </Fact>
                {sheet.phone.map(|phone| {
                    let call = paths::call(&phone);
                    view! { <Fact name="bookings.phone" icon=Glyph::Phone><a class="phone-link" href=call>{phone}</a></Fact> }
                })}
                <Fact name="bookings.programme" icon=Glyph::Info>
                    {name(booking.programme_name.clone())} " "
                    {booking.is_away.then(|| view! { <Chip tone=Tone::Info><Say key="bookings.away"/></Chip> })}
                </Fact>
                {booking
                    .series_id
                    .map(|id| view! { <Fact name="series.part_of" icon=Glyph::Calendar><a href=paths::series(id.as_str())><Say key="series.see_all"/></a></Fact> })}
                {match off {
                    Some(0) => None,
                    Some(due) => Some(view! { <Fact name="bookings.fee" icon=Glyph::Yen><Due yen_due=due/></Fact> }.into_any()),
                    None if is_settled => {
                        Some(view! { <Fact name="bookings.fee_before" icon=Glyph::Yen>{furigana(move || yen(fee_yen, locale()))}</Fact> }.into_any())
                    }
                    None => Some(
                        view! {
                            <Fact name="bookings.fee" icon=Glyph::Yen>
                                <Due yen_due=fee_yen/>
                                {(booking.fee_lines.len() > 1).then(|| view! { <FeeLines lines=booking.fee_lines.clone()/> })}
                            </Fact>
                        }
                        .into_any(),
                    ),
                }}
                {settled.map(|settled| view! { <Fact name="bookings.final_fee" icon=Glyph::Yen><FinalFee settled/></Fact> })}
                {(takes_place && !is_settled && !booking.counted.is_empty())
                    .then(|| {
                        view! {
                            <Fact name="bookings.counted" icon=Glyph::Clock>
                                {furigana(move || counted.with_value(|counted| counted_words(counted, locale())))}
                            </Fact>
                        }
                    })}
                {takes_place.then(|| view! { <Bring things=booking.bring.clone()/> })}
                {takes_place
                    .then(|| {
                        view! {
                            <Fact name="bookings.pick_up" icon=Glyph::Person>
                                <ul class="plain-list">
                                    <li><Say key="bookings.guardian"/></li>
                                    {sheet
                                        .pick_up
                                        .into_iter()
                                        .map(|(who, relation)| {
                                            let relation = if relation.is_empty() { String::new() } else { format!("（{relation}）") };
                                            view! { <li>{who}{relation}</li> }
                                        })
                                        .collect_view()}
                                </ul>
                            </Fact>
                        }
                    })}
                {(!notes.is_empty()).then(|| view! { <Fact name="bookings.notes" icon=Glyph::Pencil><p class="as-written">{notes}</p></Fact> })}
                {booking.entered.clone().map(|entered| view! { <Fact name="bookings.entered" icon=Glyph::Phone><EnteredWords entered/></Fact> })}
                {shown_rule
                    .then(|| {
                        view! {
                            <Fact name="bookings.cancelling" icon=Glyph::Exit>
                                <CancelRule cancellation=booking.cancellation.clone() free_until=booking.free_until fee_yen/>
                            </Fact>
                        }
                    })}
            </Facts>
            {has_history.then(|| view! { <div class="no-print"><History booking_id=booking.id.to_string()/></div> })}
        </Card>
        <div class="row no-print actions">
            {(!is_old).then(|| view! { <ToMessages booking_id=booking_id.clone()/> })}
            <Button look=Look::Outline icon=Glyph::Print on_press=Callback::new(|()| drop(window().print()))><Say key="bookings.print"/></Button>
            {(takes_place && !is_old && !is_over).then(|| view! { <AddToCalendar booking_id=booking_id.clone()/> })}
            {movable
                .then(|| {
                    view! { <LinkButton href=move_to look=Look::Outline icon=Glyph::Calendar><Say key="bookings.move"/></LinkButton> }
                })}
            {to_cancel
                .map(|booking| match booking.series_id.clone() {
                    Some(series_id) => {
                        let to_move = paths::move_series(series_id.as_str(), booking.id.as_str());
                        view! {
                            <LinkButton href=to_move look=Look::Outline icon=Glyph::Calendar><Say key="series.move"/></LinkButton>
                            <SeriesCancelPart booking series_id on_change/>
                        }
                        .into_any()
                    }
                    None => view! { <CancelPart booking on_change/> }.into_any(),
                })}
        </div>
        {(!is_old).then(|| view! { <UndoPart party=to_undo/> })}
        <p class="print-only"><Say key="bookings.printed_note"/></p>
    }
}

/// That the facility cannot take the child, in its words, and a way on.
#[component]
fn Declined(at: DateTime<Utc>, message: String, search: String) -> impl IntoView {
    view! {
        <Banner tone=Tone::Warning title="bookings.declined_title">
            {if message.is_empty() {
                view! { <p><Say key="bookings.declined_silently"/></p> }.into_any()
            } else {
                view! {
                    <p>{say_with("bookings.declined_at", move || vec![("moment", moment(at, locale()))])}</p>
                    <blockquote class="as-written">{message}</blockquote>
                }
                .into_any()
            }}
            <p><Say key="bookings.declined_nothing"/></p>
            <LinkButton href=search look=Look::Outline icon=Glyph::Search><Say key="bookings.search_same_day"/></LinkButton>
        </Banner>
    }
}

/// That the child did not come, what it means, and whom to ask where it is wrong.
#[component]
fn Absent(at: DateTime<Utc>, terms: CancelTerms, counted: StoredValue<Vec<Counted>>) -> impl IntoView {
    view! {
        <Banner tone=Tone::Warning title="bookings.absent_title">
            <p>{say_with("bookings.absent_at", move || vec![("moment", moment(at, locale()))])}</p>
            <Consequence terms counted/>
            <p><Say key="bookings.absent_wrong"/></p>
        </Banner>
    }
}

/// What the stay has cost and counted in the end.
#[component]
fn FinalFee(settled: Settled) -> impl IntoView {
    let Settled { fee_yen, fee_lines, counted, late_minutes, over } = settled;
    let (counted, over) = (StoredValue::new(counted), StoredValue::new(over));
    view! {
        <p><strong><Due yen_due=fee_yen/></strong></p>
        <FeeLines lines=fee_lines/>
        {(late_minutes > 0)
            .then(|| view! { <p class="quiet">{say_with("bookings.late_by", move || vec![("length", minutes(late_minutes, locale()))])}</p> })}
        {counted
            .with_value(|counted| !counted.is_empty())
            .then(|| {
                view! { <p class="quiet">{say_with("bookings.counted_in_the_end", move || vec![("amount", counted.with_value(|all| counted_words(all, locale())))])}</p> }
            })}
        {over
            .with_value(|over| !over.is_empty())
            .then(|| {
                view! { <p>{say_with("bookings.over_limit", move || vec![("amount", over.with_value(|all| counted_words(all, locale())))])}</p> }
            })}
    }
}

#[component]
fn Cancelled(at: DateTime<Utc>, terms: CancelTerms, counted: StoredValue<Vec<Counted>>) -> impl IntoView {
    view! {
        <Banner tone=Tone::Info title="bookings.cancelled_title">
            <p>{say_with("bookings.cancelled_at", move || vec![("moment", moment(at, locale()))])}</p>
            <Consequence terms counted/>
            <p><a href=paths::home()><Say key="bookings.to_search"/></a></p>
        </Banner>
    }
}

/// What cancelling costs, in words.
#[component]
pub fn Consequence(terms: CancelTerms, counted: StoredValue<Vec<Counted>>) -> impl IntoView {
    let CancelTerms { fee_yen, counts } = terms;
    view! {
        <ul class="reasons">
            {if fee_yen > 0 {
                view! { <li><strong>{say_with("bookings.cancel_costs", move || vec![("yen", yen(fee_yen, locale()))])}</strong></li> }.into_any()
            } else {
                view! { <li><strong><Say key="bookings.cancel_free"/></strong></li> }.into_any()
            }}
            {if counts {
                view! { <li>{say_with("bookings.cancel_counts", move || vec![("amount", counted.with_value(|counted| counted_words(counted, locale())))])}</li> }.into_any()
            } else {
                view! { <li><Say key="bookings.cancel_counts_not"/></li> }.into_any()
            }}
        </ul>
    }
}

/// Asks before it cancels, with the consequence as it is at that moment.
#[component]
fn CancelPart(booking: Booking, #[prop(into)] on_change: Callback<()>) -> impl IntoView {
    let flash = use_flash();
    let asking = RwSignal::new(false);
    let counted = StoredValue::new(booking.counted.clone());
    let booking = StoredValue::new(booking);
    let failure: RwSignal<Option<Failure>> = RwSignal::new(None);
    // When the dialog was last looked at: what is shown is what holds then, and nothing changes under the reader's eyes.
    let looked_at = RwSignal::new(settings::now());
    let look = move || looked_at.set(settings::now());
    let reason = RwSignal::new(String::new());
    let exempt = Memo::new(move |_| booking.with_value(|booking| exempt_reasons(booking, looked_at.get())));
    let chosen = move || Some(reason.get()).filter(|key| exempt.with(|known| known.iter().any(|one| one.key == *key)));
    // What is shown in the dialog; it is sent along, so that nobody pays what was not said.
    let terms = Memo::new(move |_| {
        booking.with_value(|booking| cancel_terms(booking, chosen().as_deref(), CancelledBy::Family, looked_at.get()).ok())
    });
    let waits = booking.with_value(|booking| decided_by([&booking.state]).is_some());
    let (title, words) =
        if waits { ("bookings.withdraw_question", "bookings.withdraw") } else { ("bookings.cancel_question", "bookings.cancel") };
    let changed = move || {
        asking.set(false);
        on_change.run(());
        // What has changed stands at the top.
        window().scroll_to_with_x_and_y(0.0, 0.0);
    };
    let attempt = Attempt::new();
    let cancelling = Action::new_local(move |command: &Cancel| {
        let (command, attempt) = (command.clone(), attempt.clone());
        async move {
            match client::cancel(booking.with_value(|booking| booking.id.to_string()).as_str(), &command, &attempt).await {
                Ok(_) => {
                    flash.done("bookings.cancelled");
                    changed();
                }
                // Cancelled elsewhere, or the day has begun: there is nothing left to decide.
                Err(why) if why.status() == Some(409) && !why.is("bookings.cancel_terms_changed") => {
                    flash.failed(&why);
                    changed();
                }
                Err(why) => {
                    // The deadline may have passed while the dialog was open: show what holds now, and let the family decide again.
                    look();
                    failure.set(Some(why));
                }
            }
        }
    });
    let ask = Callback::new(move |()| {
        failure.set(None);
        reason.set(String::new());
        look();
        asking.set(true);
    });
    let busy = cancelling.pending();
    view! {
        <Button look=Look::Danger on_press=ask><Say key=words/></Button>
        <Dialog id="cancel-booking" title open=asking>
            {move || {
                failure
                    .get()
                    .map(|failure| {
                        view! {
                            <Banner tone=Tone::Warning alert=true>
                                {failure.sentences(locale()).iter().map(|sentence| view! { <p>{marked(sentence)}</p> }).collect_view()}
                            </Banner>
                        }
                    })
            }}
            <p><strong>{booking.with_value(|booking| booking.child.name.clone())}</strong></p>
            {booking.with_value(|booking| view! { <When starts_at=booking.starts_at ends_at=booking.ends_at/> })}
            {move || {
                let none = std::iter::once(Choice::new("", "bookings.cancel_reason_none"));
                let choices: Vec<Choice> = none
                    .chain(exempt.get().into_iter().map(|one| Choice::new(one.key, text(move || one.name.get(locale()).to_owned()))))
                    .collect();
                (choices.len() > 1)
                    .then(|| {
                        view! {
                            <RadioGroup
                                id="cancel-reason" legend="bookings.cancel_reason" hint="bookings.cancel_reason_hint" required=Need::Unsaid
                                choices=Signal::stored(choices) value=reason
                            />
                        }
                    })
            }}
            <div aria-live="polite">{move || terms.get().map(|terms| view! { <Consequence terms counted/> })}</div>
            <div class="row">
                <Button look=Look::Danger busy on_press=Callback::new(move |()| drop(cancelling.dispatch(Cancel { seen: terms.get_untracked(), reason: untrack(chosen) })))>
                    <Say key="bookings.cancel_yes"/>
                </Button>
                <Button look=Look::Text on_press=Callback::new(move |()| asking.set(false))><Say key="bookings.cancel_no"/></Button>
            </div>
        </Dialog>
    }
}
