//! Pieces of staff mode: its own navigation, the card of a child, what is recorded, and the roster on paper.

use chrono::{DateTime, TimeDelta, Utc};
use leptos::prelude::*;
use shared::attendance::{BoardDay, BoardEntry, CheckIn, CheckOut, check_in, check_out};
use shared::bookings::BookingState;
use shared::families::{Allergy, Contact};
use shared::ids::BookingId;
use shared::locale::{clock_at, clock_span, day, full_day, people};
use shared::programmes::Programme;
use shared::time::{days_after, tokyo_day};

use super::model::{
    Command, Next, Stage, allergies, at_stage, bands, half_hours, is_late, moment_of, next_to_come, next_to_leave, peak, programme_of,
    stage, typed,
};
use crate::api::{Attempt, Failure};
use crate::i18n::{Say, furigana, locale, marked, name, reasons, say, say_with, sentence, t, t_with, text};
use crate::paths;
use crate::settings;
use crate::slots::staff::ages;
use crate::ui::{
    Banner, Button, Choice, Dialog, Disclosure, Explain, Field, FieldError, Glyph, Icon, Look, Need, RadioGroup, Table, TextInput, Tone,
};

/// The pages of staff mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StaffPlace {
    /// Today's board.
    Today,
    /// Tomorrow's.
    Tomorrow,
    /// A week.
    Week,
    /// The slots.
    Slots,
    /// Another day.
    Elsewhere,
}

/// The way between the pages of staff mode.
#[component]
pub fn StaffNav(
    /// Where one is.
    #[prop(into)]
    here: Signal<StaffPlace>,
) -> impl IntoView {
    let tomorrow = days_after(settings::today(), 1);
    let places = [
        (StaffPlace::Today, paths::staff(), "attendance.nav_today", Glyph::List),
        (StaffPlace::Tomorrow, paths::staff_day(tomorrow), "attendance.nav_tomorrow", Glyph::Right),
        (StaffPlace::Week, paths::staff_week(None), "attendance.nav_week", Glyph::Calendar),
        (StaffPlace::Slots, paths::staff_slots(None), "attendance.nav_slots", Glyph::Clock),
    ];
    view! {
        <nav class="staff-nav no-print" aria-label=move || t("attendance.nav_label")>
            <ul>
                {places
                    .into_iter()
                    .map(|(place, href, words, glyph)| {
                        view! {
                            <li>
                                <a href=href aria-current=move || (here.get() == place).then_some("page")>
                                    <Icon glyph/>
                                    <span>{say(words)}</span>
                                </a>
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
        </nav>
    }
}

/// What was sent to the server and is not yet on the board.
#[derive(Debug, Clone)]
pub struct Sent {
    /// Whose.
    pub booking: BookingId,
    /// What.
    pub command: Command,
    /// Why it was not recorded; nothing while it is under way.
    pub failure: Option<Failure>,
    /// Its key.
    pub attempt: Attempt,
}

/// What staff are about to do on this screen.
#[derive(Clone, Copy)]
pub struct Desk {
    /// The child that is asked about.
    pub asking: RwSignal<Option<BoardEntry>>,
    /// Whether the question is open.
    pub open: RwSignal<bool>,
    /// What is under way or failed.
    pub sent: RwSignal<Vec<Sent>>,
    /// Sends it.
    pub send: Callback<(BoardEntry, Command)>,
    /// Whether the day is today, the only day on which children come and go.
    pub is_today: Memo<bool>,
    /// The server's clock when the board was read.
    pub now: Memo<DateTime<Utc>>,
    /// How far the server's clock runs ahead of this device's.
    pub ahead: Memo<TimeDelta>,
    /// For the names of parts of the day.
    pub programmes: Memo<Vec<Programme>>,
}

impl Desk {
    fn of(self, booking: &BookingId) -> Option<Sent> {
        self.sent.with(|all| all.iter().find(|sent| sent.booking == *booking).cloned())
    }

    fn forget(self, booking: &BookingId) {
        self.sent.update(|all| all.retain(|sent| sent.booking != *booking));
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
    let here = move || i64::try_from(day.with(|day| at_stage(day, Stage::Here).len())).unwrap_or(0);
    let fullest = move || day.with(|day| peak(&half_hours(&day.slots)));
    view! {
        <ul class="glance no-print">
            <li class="glance-tile">
                <p class="glance-name"><Icon glyph=Glyph::Right/><span><Say key="attendance.next_to_come"/></span></p>
                {move || next_view(coming(), "attendance.nobody_to_come")}
            </li>
            <li class="glance-tile glance-here">
                <p class="glance-name"><Icon glyph=Glyph::Person/><span><Say key="attendance.here_now"/></span></p>
                <p class="glance-time">{furigana(move || people(here(), locale()))}</p>
                {move || {
                    fullest()
                        .map(|half| {
                            view! {
                                <p>
                                    {say_with("attendance.peak", move || {
                                        vec![
                                            ("time", clock_span(half.starts_at, half.starts_at + TimeDelta::minutes(30), locale())),
                                            ("taken", people(half.taken, locale())),
                                            ("places", people(half.places, locale())),
                                        ]
                                    })}
                                </p>
                            }
                        })
                }}
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
        Some(Next { at, names }) => view! {
            <p class="glance-time">{clock_at(at)}</p>
            <ul class="glance-names">{names.into_iter().map(|name| view! { <li>{name}</li> }).collect_view()}</ul>
        }
        .into_any(),
    }
}

const fn heading(stage: Stage) -> (&'static str, &'static str, &'static str, Glyph) {
    match stage {
        Stage::Coming => ("stage-coming", "attendance.coming", "attendance.coming_none", Glyph::Right),
        Stage::Here => ("stage-here", "attendance.here", "attendance.here_none", Glyph::Person),
        Stage::Gone => ("stage-gone", "attendance.gone", "attendance.gone_none", Glyph::Exit),
    }
}

/// The children of one stage.
#[component]
pub fn Column(
    /// Which.
    stage: Stage,
    /// The day.
    day: Memo<BoardDay>,
    /// What staff are about to do.
    desk: Desk,
) -> impl IntoView {
    let entries = Memo::new(move |_| day.with(|day| at_stage(day, stage)));
    let ids = Memo::new(move |_| entries.with(|all| all.iter().map(|entry| entry.booking.id.clone()).collect::<Vec<_>>()));
    let count = move || i64::try_from(ids.with(Vec::len)).unwrap_or(0);
    let (id, words, none, glyph) = heading(stage);
    view! {
        <section class="board-column" aria-labelledby=id>
            <h2 id=id tabindex="-1" class="board-heading">
                <Icon glyph/>
                <span>{say(words)}</span>
                <span class="board-count">{furigana(move || people(count(), locale()))}</span>
            </h2>
            <Show when=move || ids.with(Vec::is_empty)><p class="board-none">{say(none)}</p></Show>
            <ul class="board-list">
                <For
                    each=move || ids.get()
                    key=Clone::clone
                    children=move |id| {
                        // By id, so that a card stays as it is, opened or focused, while the board is read again.
                        let entry = Memo::new(move |_| entries.with(|all| all.iter().find(|entry| entry.booking.id == id).cloned()));
                        move || entry.get().map(|entry| view! { <EntryCard entry desk/> })
                    }
                />
            </ul>
        </section>
    }
}

/// A child with everything that matters on the day.
#[component]
fn EntryCard(entry: BoardEntry, desk: Desk) -> impl IntoView {
    let booking = entry.booking.clone();
    let where_now = stage(&booking.state);
    let is_gone = where_now == Some(Stage::Gone);
    let lateness = booking.clone();
    let late = Memo::new(move |_| desk.is_today.get() && is_late(&lateness, desk.now.get()));
    let late_words = if where_now == Some(Stage::Here) { "attendance.late_leaving" } else { "attendance.late_coming" };
    let heading_id = format!("child-{}", booking.id);
    let (key, block) = (booking.programme.clone(), booking.block.clone());
    let block_name = move || {
        let block = block.as_deref()?;
        desk.programmes.with(|all| Some(programme_of(all, &key)?.terms.block(block)?.name.get(locale()).to_owned()))
    };
    let (starts_at, ends_at) = (booking.starts_at, booking.ends_at);
    let has_severe = !allergies(&entry).0.is_empty();
    view! {
        <li class="board-card" class:is-late=late class:is-severe=has_severe class:is-gone=is_gone>
            <article aria-labelledby=heading_id.clone() class="stack">
                <div class="board-when">
                    <span class="board-time">{furigana(move || clock_span(starts_at, ends_at, locale()))}</span>
                    <span class="chip">
                        <span>
                            {name(booking.programme_name.clone())}
                            {move || block_name().map(|words| view! { <span>" "{marked(&words)}</span> })}
                        </span>
                    </span>
                    {entry.is_away.then(|| view! { <span class="chip chip-info"><Icon glyph=Glyph::Map/><span><Say key="attendance.away"/></span></span> })}
                    <Show when=move || late.get()>
                        <span class="chip chip-warning"><Icon glyph=Glyph::Warning/><span>{say(late_words)}</span></span>
                    </Show>
                </div>
                <div>
                    <h3 id=heading_id.clone() class="board-name">{booking.child.name.clone()}</h3>
                    <p class="board-kana">{booking.child.kana.clone()}<span class="board-age">{age(&entry)}</span></p>
                </div>
                <Allergies entry=entry.clone()/>
                {note("attendance.care_notes", &entry.care_notes)}
                {note("attendance.day_notes", &booking.notes)}
                {times(&entry)}
                <Recording entry=entry.clone() desk/>
                {(!is_gone).then(|| view! { <People entry=entry.clone()/> })}
            </article>
        </li>
    }
}

fn age(entry: &BoardEntry) -> impl IntoView + use<> {
    let (years, months) = (entry.age_years, entry.age_months);
    say_with("attendance.age", move || vec![("years", years.to_string()), ("months", months.to_string())])
}

/// The allergies, the strong ones as a sign of their own. That there are none is said as well.
#[component]
fn Allergies(entry: BoardEntry) -> impl IntoView {
    let (severe, mild) = allergies(&entry);
    let names = |list: Vec<&Allergy>| list.into_iter().map(|allergy| view! { <li>{allergy.name.clone()}</li> }).collect_view();
    let nothing = severe.is_empty() && mild.is_empty();
    let severe = (!severe.is_empty()).then(|| {
        view! {
            <div class="allergy allergy-severe">
                <p class="allergy-title"><Icon glyph=Glyph::Warning/><span><Say key="attendance.allergy_severe"/></span></p>
                <ul>{names(severe)}</ul>
            </div>
        }
    });
    let mild = (!mild.is_empty()).then(|| {
        view! {
            <div class="allergy allergy-mild">
                <p class="allergy-title"><Icon glyph=Glyph::Info/><span><Say key="attendance.allergy_mild"/></span></p>
                <ul>{names(mild)}</ul>
            </div>
        }
    });
    view! {
        {severe}
        {mild}
        {nothing.then(|| view! { <p class="quiet"><Say key="attendance.allergy_none"/></p> })}
    }
}

fn note(title: &'static str, words: &str) -> Option<AnyView> {
    let words = words.trim().to_owned();
    (!words.is_empty())
        .then(|| view! { <div class="board-note"><p class="board-note-title">{say(title)}</p><p>{words}</p></div> }.into_any())
}

/// When the child came and left, as far as it has.
fn times(entry: &BoardEntry) -> Option<AnyView> {
    let (came, left) = came_and_left(&entry.booking.state)?;
    let with = entry.picked_up_by.clone();
    Some(
        view! {
            <p class="board-recorded">
                <Icon glyph=Glyph::Check/>
                <span>
                    {say_with("attendance.came_at", move || vec![("time", clock_at(came))])}
                    {left.map(|left| view! { <br/>{say_with("attendance.left_at", move || vec![("time", clock_at(left))])} })}
                    {with.map(|with| view! { <br/>{say_with("attendance.picked_up_by", move || vec![("name", with.clone())])} })}
                </span>
            </p>
        }
        .into_any(),
    )
}

fn came_and_left(state: &BookingState) -> Option<(DateTime<Utc>, Option<DateTime<Utc>>)> {
    match state {
        BookingState::CheckedIn { at } => Some((*at, None)),
        BookingState::CheckedOut { checked_in_at, at } => Some((*checked_in_at, Some(*at))),
        BookingState::Confirmed | BookingState::Cancelled { .. } => None,
    }
}

/// Who may pick the child up, and whom to call.
#[component]
fn People(entry: BoardEntry) -> impl IntoView {
    let first = entry.emergency_contacts.first().cloned();
    let others = entry.emergency_contacts.get(1..).unwrap_or_default().to_vec();
    let pick_up = entry.pick_up_people.clone();
    view! {
        {first.map(|contact| call(contact, true))}
        <Disclosure summary="attendance.people">
            <p class="board-note-title"><Say key="attendance.pick_up"/></p>
            <ul class="people">{pick_up.into_iter().enumerate().map(|(index, contact)| person(contact, index == 0)).collect_view()}</ul>
            {(!others.is_empty())
                .then(|| {
                    view! {
                        <p class="board-note-title"><Say key="attendance.emergency"/></p>
                        {others.into_iter().map(|contact| call(contact, false)).collect_view()}
                    }
                })}
        </Disclosure>
    }
}

/// What somebody is to the child; the first of a list is the guardian.
fn relation(contact: &Contact, is_guardian: bool) -> impl Fn() -> String + Send + Sync + use<> {
    let relation = contact.relation.clone();
    move || if is_guardian { sentence("attendance.guardian", locale()) } else { relation.clone() }
}

fn person(contact: Contact, is_guardian: bool) -> impl IntoView {
    let relation = relation(&contact, is_guardian);
    view! { <li><strong>{contact.name.to_string()}</strong>" "<span class="quiet">{furigana(relation)}</span></li> }
}

fn call(contact: Contact, is_guardian: bool) -> impl IntoView {
    let relation = relation(&contact, is_guardian);
    let phone = contact.phone.to_string();
    view! {
        <a class="call" href=format!("tel:{phone}")>
            <Icon glyph=Glyph::Phone/>
            <span>
                <span class="call-who">{contact.name.to_string()}" "<span class="quiet">{furigana(relation)}</span></span>
                <span class="call-number">{phone.clone()}</span>
            </span>
        </a>
    }
}

/// The button that records, what is under way, and why it failed.
#[component]
fn Recording(entry: BoardEntry, desk: Desk) -> impl IntoView {
    let id = entry.booking.id.clone();
    let (words, look) = match stage(&entry.booking.state) {
        Some(Stage::Coming) => ("attendance.check_in", Look::Solid),
        Some(Stage::Here) => ("attendance.check_out", Look::Outline),
        Some(Stage::Gone) | None => return ().into_any(),
    };
    let asked = entry.clone();
    let ask = Callback::new(move |()| {
        desk.asking.set(Some(asked.clone()));
        desk.open.set(true);
    });
    let state = {
        let id = id.clone();
        Memo::new(move |_| desk.of(&id).map(|sent| (sent.failure, sent.command)))
    };
    let busy = Signal::derive(move || state.with(|sent| matches!(sent, Some((None, _)))));
    let child = entry.booking.child.name.clone();
    let failed = move || {
        let (failure, command) = state.get()?;
        let (failure, entry, id) = (failure?, entry.clone(), id.clone());
        let again = Callback::new(move |()| desk.send.run((entry.clone(), command.clone())));
        Some(view! {
            <Banner tone=Tone::Error title="attendance.not_recorded" on_close=Callback::new(move |()| desk.forget(&id))>
                {move || failure.sentences(locale()).iter().map(|words| view! { <p>{marked(words)}</p> }).collect_view()}
                <Button look=Look::Outline on_press=again><Say key="ui.try_again"/></Button>
            </Banner>
        })
    };
    view! {
        <div role="alert">{failed}</div>
        <div class="board-action" hidden=move || !desk.is_today.get()>
            <Button look busy on_press=ask>
                {move || sentence_view(if busy.get() { "attendance.recording" } else { words })}
                <span class="visually-hidden">{format!(" {child}")}</span>
            </Button>
        </div>
    }
    .into_any()
}

fn sentence_view(key: &'static str) -> AnyView {
    say(key).into_any()
}

/// Asks when, and who fetched the child, before anything is recorded.
#[component]
pub fn RecordDialog(
    /// What staff are about to do.
    desk: Desk,
) -> impl IntoView {
    let leaving = move || desk.asking.with(|entry| entry.as_ref().and_then(|entry| stage(&entry.booking.state)) == Some(Stage::Here));
    let title = text(move || sentence(if leaving() { "attendance.check_out_title" } else { "attendance.check_in_title" }, locale()));
    view! {
        <Dialog id="record" title open=desk.open>
            {move || desk.asking.get_untracked().map(|entry| view! { <RecordForm entry desk/> })}
        </Dialog>
    }
}

const OTHER: &str = "other";

#[component]
fn RecordForm(entry: BoardEntry, desk: Desk) -> impl IntoView {
    let leaving = stage(&entry.booking.state) == Some(Stage::Here);
    let now = move || settings::now() + desk.ahead.get_untracked();
    let opened_at = now();
    let day = tokyo_day(entry.booking.starts_at);
    let changes_time = RwSignal::new(false);
    let time = RwSignal::new(typed(opened_at));
    let with = RwSignal::new(String::new());
    let other = RwSignal::new(String::new());
    let errors = RwSignal::new(Vec::<FieldError>::new());
    let refused = RwSignal::new(Vec::new());
    let names: Vec<String> = entry.pick_up_people.iter().map(|contact| contact.name.to_string()).collect();
    let choices = {
        let people = entry.pick_up_people.clone();
        Signal::derive(move || {
            let mut choices: Vec<Choice> = people
                .iter()
                .enumerate()
                .map(|(index, contact)| {
                    let (name, relation) = (contact.name.to_string(), relation(contact, index == 0));
                    Choice::new(index.to_string(), text(move || name.clone())).hint(text(relation))
                })
                .collect();
            choices.push(Choice::new(OTHER, "attendance.other_person"));
            choices
        })
    };
    let booking = entry.booking.clone();
    let child = entry.booking.child.clone();
    let shown = entry.clone();
    let press = Callback::new(move |()| {
        let mut wrong = Vec::new();
        let mut say_wrong = |field, key: &'static str| wrong.push(FieldError { field, sentence: sentence(key, locale()) });
        let at = if changes_time.get_untracked() {
            let at = moment_of(day, &time.get_untracked());
            if at.is_none() {
                say_wrong("record-time", "attendance.time_missing");
            }
            at
        } else {
            None
        };
        let fetched_by = match with.get_untracked().as_str() {
            OTHER => other.get_untracked().trim().to_owned(),
            index => index.parse().ok().and_then(|index: usize| names.get(index).cloned()).unwrap_or_default(),
        };
        if leaving && fetched_by.is_empty() {
            let is_other = with.get_untracked() == OTHER;
            let (field, key) =
                if is_other { ("record-other", "attendance.other_missing") } else { ("record-with", "attendance.with_missing") };
            say_wrong(field, key);
        }
        let is_wrong = !wrong.is_empty();
        errors.set(wrong);
        refused.set(Vec::new());
        if is_wrong {
            return;
        }
        // The server decides; what it would refuse can be said at once.
        let verdict = if leaving {
            check_out(&booking, &CheckOut { occurred_at: at, picked_up_by: None }, now())
        } else {
            check_in(&booking, &CheckIn { occurred_at: at }, now())
        };
        if let Err(rejection) = verdict {
            refused.set(vec![rejection.reason()]);
            return;
        }
        let command = if leaving { Command::Leave { at, with: fetched_by } } else { Command::Come { at } };
        desk.send.run((entry.clone(), command));
        desk.open.set(false);
    });
    view! {
        <div class="record-child">
            <p class="board-name">{child.name}</p>
            <p class="board-kana">{child.kana}<span class="board-age">{age(&shown)}</span></p>
        </div>
        {(!leaving).then(|| view! { <Allergies entry=shown.clone()/> })}
        {leaving
            .then(|| {
                view! {
                    <div class="record-choices">
                        <RadioGroup
                            id="record-with"
                            legend="attendance.who_fetched"
                            choices
                            value=with
                            required=Need::Required
                            error=FieldError::of(errors, "record-with")
                        />
                    </div>
                    <Show when=move || with.get() == OTHER>
                        <Field id="record-other" label="attendance.other_name" error=FieldError::of(errors, "record-other")>
                            <TextInput value=other maxlength=60/>
                        </Field>
                    </Show>
                }
            })}
        <div class="record-time">
            <Show
                when=move || changes_time.get()
                fallback=move || {
                    view! {
                        <p class="record-now">
                            <Icon glyph=Glyph::Clock/>
                            {say_with("attendance.time_now", move || vec![("time", clock_at(opened_at))])}
                        </p>
                        <Button look=Look::Text icon=Glyph::Pencil on_press=Callback::new(move |()| changes_time.set(true))>
                            <Say key="attendance.change_time"/>
                        </Button>
                    }
                }
            >
                <Field id="record-time" label="attendance.time" required=Need::Unsaid error=FieldError::of(errors, "record-time")>
                    <TextInput value=time kind="time" short=true/>
                </Field>
            </Show>
        </div>
        <div role="alert">
            <Show when=move || !refused.with(Vec::is_empty)>
                <Banner tone=Tone::Error>{reasons(move || refused.get())}</Banner>
            </Show>
        </div>
        <div class="board-action">
            <Button on_press=press icon=Glyph::Check>
                {if leaving { say("attendance.record_check_out").into_any() } else { say("attendance.record_check_in").into_any() }}
            </Button>
            <Button look=Look::Text on_press=Callback::new(move |()| desk.open.set(false))><Say key="attendance.not_now"/></Button>
        </div>
    }
}

/// Places and children of each age band, and how full each half hour gets.
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
                        <th scope="row">{furigana(programme)}</th>
                        <td>{furigana(move || ages(from, under))}</td>
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
    let bars = move || {
        let halves = day.with(|day| half_hours(&day.slots));
        let most = halves.iter().map(|half| half.places.max(half.taken)).max().unwrap_or(1).max(1);
        let share = move |count: i64| format!("{}%", count * 100 / most);
        let fullest = peak(&halves).map(|half| half.taken);
        halves
            .into_iter()
            .map(|half| {
                let words = move || {
                    t_with(
                        "attendance.half_hour",
                        &[
                            ("time", clock_at(half.starts_at)),
                            ("taken", people(half.taken, locale())),
                            ("places", people(half.places, locale())),
                        ],
                    )
                };
                view! {
                    <li class="bar" class:is-peak=fullest == Some(half.taken)>
                        <span class="visually-hidden">{words}</span>
                        <span class="bar-time" aria-hidden="true">{clock_at(half.starts_at)}</span>
                        <span class="bar-track" aria-hidden="true">
                            <span class="bar-places" style:inline-size=share(half.places)></span>
                            <span class="bar-taken" style:inline-size=share(half.taken)></span>
                        </span>
                        <span class="bar-count" aria-hidden="true">{format!("{}/{}", half.taken, half.places)}</span>
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        <section class="crowding no-print stack" aria-labelledby="crowding">
            <h2 id="crowding"><Say key="attendance.crowding"/></h2>
            <div class="crowding-parts">
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
                <div>
                    <h3><Say key="attendance.half_hours"/></h3>
                    <p class="quiet"><Say key="attendance.half_hours_note"/></p>
                    <ul class="bars">{bars}</ul>
                </div>
            </div>
        </section>
    }
}

/// The day on paper, with room to write where the tablet is not at hand.
#[component]
pub fn Roster(
    /// The facility's name.
    facility: String,
    /// The day.
    day: BoardDay,
) -> impl IntoView {
    let date = day.day;
    let count = i64::try_from(day.entries.len()).unwrap_or(0);
    view! {
        <section class="roster print-only">
            <p class="roster-title">
                <strong>{facility}</strong>
                " "
                {furigana(move || full_day(date, locale()))}
                " "
                {say_with("attendance.roster_count", move || vec![("count", people(count, locale()))])}
            </p>
            <table>
                <thead>
                    <tr>
                        <th scope="col"><Say key="attendance.roster_time"/></th>
                        <th scope="col"><Say key="attendance.roster_name"/></th>
                        <th scope="col"><Say key="attendance.roster_care"/></th>
                        <th scope="col"><Say key="attendance.roster_people"/></th>
                        <th scope="col"><Say key="attendance.roster_came"/></th>
                        <th scope="col"><Say key="attendance.roster_left"/></th>
                    </tr>
                </thead>
                <tbody>{day.entries.into_iter().map(roster_row).collect_view()}</tbody>
            </table>
        </section>
    }
}

fn roster_row(entry: BoardEntry) -> impl IntoView {
    let (starts_at, ends_at) = (entry.booking.starts_at, entry.booking.ends_at);
    let (severe, mild) = allergies(&entry);
    let list = |found: Vec<&Allergy>| found.iter().map(|allergy| allergy.name.clone()).collect::<Vec<_>>().join("・");
    let (severe, mild) = (list(severe), list(mild));
    let (came, left) = came_and_left(&entry.booking.state).map_or((None, None), |(came, left)| (Some(came), left));
    let people: Vec<(Contact, bool)> =
        entry.pick_up_people.iter().enumerate().map(|(index, contact)| (contact.clone(), index == 0)).collect();
    let notes: Vec<String> =
        [&entry.care_notes, &entry.booking.notes].into_iter().filter(|words| !words.trim().is_empty()).cloned().collect();
    view! {
        <tr>
            <td>{furigana(move || clock_span(starts_at, ends_at, locale()))}<br/>{name(entry.booking.programme_name.clone())}</td>
            <td>
                <strong>{entry.booking.child.name.clone()}</strong>
                <br/>
                {entry.booking.child.kana.clone()}
                <br/>
                {age(&entry)}
                {entry.is_away.then(|| view! { " "<Say key="attendance.away"/> })}
            </td>
            <td>
                {(!severe.is_empty())
                    .then(|| view! { <strong class="roster-severe">"⚠ "<Say key="attendance.allergy_severe"/>" "{severe}</strong><br/> })}
                {(!mild.is_empty()).then(|| view! { <Say key="attendance.allergy_mild"/>" "{mild}<br/> })}
                {notes.into_iter().map(|words| view! { <span>{words}</span><br/> }).collect_view()}
            </td>
            <td>
                {people
                    .into_iter()
                    .map(|(contact, is_guardian)| {
                        let relation = relation(&contact, is_guardian);
                        view! { {contact.name.to_string()}" "{furigana(relation)}" "{contact.phone.to_string()}<br/> }
                    })
                    .collect_view()}
            </td>
            <td class="roster-blank">{came.map(clock_at)}</td>
            <td class="roster-blank">{left.map(clock_at)}<br/>{entry.picked_up_by.clone()}</td>
        </tr>
    }
}

/// A day of the week page: who comes, in short.
#[component]
pub fn DayList(
    /// The day.
    board_day: BoardDay,
    /// Today.
    today: chrono::NaiveDate,
) -> impl IntoView {
    let date = board_day.day;
    let heading_id = format!("day-{date}");
    let holiday = board_day.holiday.clone();
    let count = i64::try_from(board_day.entries.len()).unwrap_or(0);
    let is_closed = board_day.slots.is_empty() && count == 0;
    view! {
        <section class="day-list no-print" class:is-today=date == today aria-labelledby=heading_id.clone()>
            <div class="day-head">
                <h2 id=heading_id.clone()><a href=paths::staff_day(date)>{furigana(move || day(date, locale()))}</a></h2>
                {(date == today).then(|| view! { <span class="chip chip-info"><Say key="ui.today"/></span> })}
                {holiday.map(|words| view! { <span class="chip chip-warning">{words}</span> })}
                <span class="board-count">{furigana(move || people(count, locale()))}</span>
            </div>
            {is_closed.then(|| view! { <p class="quiet"><Say key="attendance.no_slots"/></p> })}
            {(!is_closed && count == 0).then(|| view! { <p class="quiet"><Say key="attendance.no_bookings"/></p> })}
            <ul class="day-rows">{board_day.entries.into_iter().map(day_row).collect_view()}</ul>
        </section>
    }
}

fn day_row(entry: BoardEntry) -> impl IntoView {
    let (starts_at, ends_at) = (entry.booking.starts_at, entry.booking.ends_at);
    let (severe, mild) = allergies(&entry);
    let severe: Vec<String> = severe.iter().map(|allergy| allergy.name.clone()).collect();
    let mild: Vec<String> = mild.iter().map(|allergy| allergy.name.clone()).collect();
    view! {
        <li class="day-row">
            <span class="day-time">{furigana(move || clock_span(starts_at, ends_at, locale()))}</span>
            <span class="day-name">
                <strong>{entry.booking.child.name.clone()}</strong>
                <span class="board-kana">{entry.booking.child.kana.clone()}<span class="board-age">{age(&entry)}</span></span>
            </span>
            <span class="day-marks">
                {entry.is_away.then(|| view! { <span class="chip chip-info"><Icon glyph=Glyph::Map/><span><Say key="attendance.away"/></span></span> })}
                {(!severe.is_empty())
                    .then(|| {
                        view! {
                            <span class="chip chip-severe"><Icon glyph=Glyph::Warning/><span><Say key="attendance.allergy_severe"/>" "{severe.join("・")}</span></span>
                        }
                    })}
                {(!mild.is_empty()).then(|| view! { <span class="chip"><span><Say key="attendance.allergy_mild"/>" "{mild.join("・")}</span></span> })}
            </span>
        </li>
    }
}
