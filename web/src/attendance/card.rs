//! The card of a child: what matters on the day, whom to call, and the button that records.

use chrono::{DateTime, TimeDelta, Utc};
use leptos::prelude::*;
use shared::attendance::{BoardContact, BoardDay, BoardEntry, Person, Relation};
use shared::bookings::{Booking, BookingState, CancelTerms};
use shared::families::Allergy;
use shared::ids::BookingId;
use shared::locale::{clock_at, clock_span, people};
use shared::programmes::Programme;

use super::model::{Stage, allergies, at_stage, is_late, person_words, programme_of, stage};
use super::source::Source;
use super::unsent::{Command, Line, Mark, mark};
use super::waiting::LeaveOut;
use crate::bookings::Consequence;
use crate::bookings::EnteredWords;
use crate::consents::{ChangedNote, Withheld};
use crate::i18n::{Say, furigana, locale, marked, name, say, say_with, sentence};
use crate::interviews::RecordInterview;
use crate::paths;
use crate::ui::{Button, Disclosure, Glyph, Icon, Look};

/// What staff are about to do on this screen.
#[derive(Clone, Copy)]
pub struct Desk {
    /// Where the board comes from, and where what is done goes.
    pub source: Source,
    /// The child that is asked about.
    pub asking: RwSignal<Option<BoardEntry>>,
    /// Whether the question of coming and going is open.
    pub open: RwSignal<bool>,
    /// Whether the question of cancelling is open.
    pub cancelling: RwSignal<bool>,
    /// Whether the question of an absence is open.
    pub absent: RwSignal<bool>,
    /// Whether what a family changed is shown.
    pub changed: RwSignal<bool>,
    /// Whether the question of putting something right is open.
    pub fixing: RwSignal<bool>,
    /// What is on its way.
    pub marks: Memo<Vec<Line>>,
    /// Takes back what was recorded last for a stay and is not sent yet.
    pub take_back: Callback<BookingId>,
    /// Records something.
    pub send: Callback<(BoardEntry, Command)>,
    /// Whether the day is today: on another one, the time is always typed.
    pub is_today: Memo<bool>,
    /// Whether the day has come: before it nobody comes or goes, after it what was forgotten can still be recorded.
    pub has_come: Memo<bool>,
    /// The server's clock when the board was read.
    pub now: Memo<DateTime<Utc>>,
    /// How far the server's clock runs ahead of this device's.
    pub ahead: Memo<TimeDelta>,
    /// For the names of parts of the day.
    pub programmes: Memo<Vec<Programme>>,
}

impl Desk {
    fn mark(self, booking: &BookingId) -> Option<Mark> {
        self.marks.with(|lines| mark(lines, booking))
    }
}

const fn heading(stage: Stage) -> (&'static str, &'static str, &'static str, Glyph) {
    match stage {
        Stage::Coming => ("stage-coming", "attendance.coming", "attendance.coming_none", Glyph::Right),
        Stage::Here => ("stage-here", "attendance.here", "attendance.here_none", Glyph::Person),
        Stage::Absent => ("stage-absent", "attendance.absent", "attendance.absent_none", Glyph::Cross),
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
    let is_gone = matches!(where_now, Some(Stage::Gone | Stage::Absent));
    let lateness = booking.clone();
    let late = Memo::new(move |_| {
        let of =
            |all: &Vec<Programme>| is_late(&lateness, programme_of(all, &lateness.programme).map(|found| &found.terms), desk.now.get());
        desk.is_today.get() && desk.programmes.with(of)
    });
    let late_words = if where_now == Some(Stage::Here) { "attendance.late_leaving" } else { "attendance.late_coming" };
    let heading_id = format!("child-{}", booking.id);
    let (key, block) = (booking.programme.clone(), booking.block.clone());
    let block_name = move || {
        let block = block.as_deref()?;
        desk.programmes.with(|all| Some(programme_of(all, &key)?.terms.block(block)?.name.get(locale()).to_owned()))
    };
    let (starts_at, ends_at) = (booking.starts_at, booking.ends_at);
    let looked = entry.clone();
    let look = Callback::new(move |()| {
        desk.asking.set(Some(looked.clone()));
        desk.changed.set(true);
    });
    let has_severe = !allergies(&entry).0.is_empty();
    let marked_id = booking.id.clone();
    let is_queued = Memo::new(move |_| desk.mark(&marked_id).is_some_and(|mark| mark != Mark::UnderWay));
    view! {
        <li class="board-card" class:is-late=late class:is-severe=has_severe class:is-gone=is_gone class:is-queued=is_queued>
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
                {if entry.is_withheld {
                    view! { <Withheld/> }.into_any()
                } else {
                    view! { <Allergies entry=entry.clone()/> }.into_any()
                }}
                <ChangedNote entry=entry.clone() on_open=look/>
                {care(&entry.care_notes)}
                {note("attendance.day_notes", &booking.notes)}
                {if entry.is_interview {
                    view! { <RecordInterview entry=entry.clone()/> }.into_any()
                } else {
                    let conditions = entry.interview.as_ref().and_then(|outcome| outcome.conditions()).unwrap_or_default();
                    note("attendance.conditions", conditions).into_any()
                }}
                {booking.entered.clone().map(|entered| view! { <div class="board-note"><EnteredWords entered/></div> })}
                {desk
                    .source
                    .practice()
                    .is_none()
                    .then(|| view! { <p class="no-print"><a href=paths::staff_thread(booking.id.as_str())><Say key="messages.one"/></a></p> })}
                {times(&entry)}
                <Recording entry=entry.clone() desk/>
                {absent_since(&booking)}
                <OtherActs entry=entry.clone() desk/>
                {(!is_gone).then(|| view! { <People entry=entry.clone()/> })}
            </article>
        </li>
    }
}

/// How old the child is that day.
pub fn age(entry: &BoardEntry) -> impl IntoView + use<> {
    let (years, months) = (entry.age_years, entry.age_months);
    say_with("attendance.age", move || vec![("years", years.to_string()), ("months", months.to_string())])
}

/// The allergies, the strong ones as a sign of their own. That there are none is said as well.
#[component]
pub fn Allergies(entry: BoardEntry) -> impl IntoView {
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

/// What carers must know of the child, as loud as an allergy.
pub fn care(words: &str) -> Option<AnyView> {
    let words = words.trim().to_owned();
    (!words.is_empty()).then(|| {
        view! {
            <div class="allergy care">
                <p class="allergy-title"><Icon glyph=Glyph::Info/><span><Say key="attendance.care_notes"/></span></p>
                <p class="care-words">{words}</p>
            </div>
        }
        .into_any()
    })
}

/// What somebody wrote, below its title; nothing where nothing was written.
pub fn note(title: &'static str, words: &str) -> Option<AnyView> {
    let words = words.trim().to_owned();
    (!words.is_empty())
        .then(|| view! { <div class="board-note"><p class="board-note-title">{say(title)}</p><p>{words}</p></div> }.into_any())
}

/// When the child came and left, as far as it has.
fn times(entry: &BoardEntry) -> Option<AnyView> {
    let (came, left) = came_and_left(&entry.booking.state)?;
    let (brought, fetched) = (entry.booking.attended.brought_by.clone(), entry.booking.attended.fetched_by.clone());
    let by = |key: &'static str, person: Person| say_with(key, move || vec![("name", person_words(&person, locale()))]);
    Some(
        view! {
            <p class="board-recorded">
                <Icon glyph=Glyph::Check/>
                <span>
                    {say_with("attendance.came_at", move || vec![("time", clock_at(came))])}
                    {brought.map(|person| view! { <br/>{by("attendance.brought_by", person)} })}
                    {left.map(|left| view! { <br/>{say_with("attendance.left_at", move || vec![("time", clock_at(left))])} })}
                    {fetched.map(|person| view! { <br/>{by("attendance.picked_up_by", person)} })}
                </span>
            </p>
        }
        .into_any(),
    )
}

/// What an absence means for the family and the place.
fn absent_since(booking: &Booking) -> Option<AnyView> {
    let BookingState::Absent { fee_yen, counts, released, .. } = booking.state else { return None };
    let terms = CancelTerms { fee_yen, counts };
    let counted = StoredValue::new(booking.counted.clone());
    Some(
        view! {
            <Consequence terms counted/>
            {released.then(|| view! { <p class="quiet"><Say key="attendance.released"/></p> })}
        }
        .into_any(),
    )
}

/// When the child came, and when it left.
pub fn came_and_left(state: &BookingState) -> Option<(DateTime<Utc>, Option<DateTime<Utc>>)> {
    match state {
        BookingState::CheckedIn { at } => Some((*at, None)),
        BookingState::CheckedOut { checked_in_at, at } => Some((*checked_in_at, Some(*at))),
        BookingState::Requested { .. }
        | BookingState::Offered { .. }
        | BookingState::Confirmed
        | BookingState::Absent { .. }
        | BookingState::Cancelled { .. }
        | BookingState::Declined { .. }
        | BookingState::Released { .. } => None,
    }
}

/// Who may pick the child up, and whom to call.
#[component]
fn People(entry: BoardEntry) -> impl IntoView {
    let mut to_call = entry.emergency_contacts.into_iter();
    let first = to_call.next();
    let others: Vec<BoardContact> = to_call.collect();
    view! {
        {first.map(call)}
        <Disclosure summary="attendance.people">
            <p class="board-note-title"><Say key="attendance.pick_up"/></p>
            <ul class="people">{entry.pick_up_people.into_iter().map(person).collect_view()}</ul>
            {(!others.is_empty())
                .then(|| {
                    view! {
                        <p class="board-note-title"><Say key="attendance.emergency"/></p>
                        {others.into_iter().map(call).collect_view()}
                    }
                })}
        </Disclosure>
    }
}

/// What somebody is to the child.
pub fn relation(contact: &BoardContact) -> impl Fn() -> String + Send + Sync + use<> {
    let relation = contact.relation.clone();
    move || match &relation {
        Relation::Guardian => sentence("attendance.guardian", locale()),
        Relation::Other { words } => words.clone(),
    }
}

fn person(contact: BoardContact) -> impl IntoView {
    view! { <li><strong>{contact.name.to_string()}</strong>" "<span class="quiet">{furigana(relation(&contact))}</span></li> }
}

/// A large link that calls somebody.
pub fn call(contact: BoardContact) -> impl IntoView {
    view! {
        <a class="call" href=paths::call(contact.phone.as_str())>
            <Icon glyph=Glyph::Phone/>
            <span>
                <span class="call-who">{contact.name.to_string()}" "<span class="quiet">{furigana(relation(&contact))}</span></span>
                <span class="call-number">{contact.phone.grouped()}</span>
            </span>
        </a>
    }
}

/// What is done seldom, away from the button that is pressed every day: an absence, cancelling, putting right.
#[component]
fn OtherActs(entry: BoardEntry, desk: Desk) -> impl IntoView {
    let id = entry.booking.id.clone();
    let is_queued = Memo::new(move |_| desk.mark(&id) == Some(Mark::Queued));
    let (queued_child, queued_id) = (entry.booking.child.name.clone(), entry.booking.id.clone());
    let child = format!(" {}", entry.booking.child.name);
    let (state, starts_at) = (entry.booking.state.clone(), entry.booking.starts_at);
    let ask = move |open: RwSignal<bool>, words: &'static str, icon: Glyph| {
        let (entry, child) = (entry.clone(), child.clone());
        let press = Callback::new(move |()| {
            desk.asking.set(Some(entry.clone()));
            open.set(true);
        });
        view! { <Button look=Look::Text icon on_press=press><Say key=words/><span class="visually-hidden">{child}</span></Button> }
    };
    let acts = match stage(&state) {
        Some(Stage::Coming) => {
            let has_begun = Memo::new(move |_| starts_at <= desk.now.get());
            let (late, early) = (ask.clone(), ask);
            view! {
                <Show when=move || has_begun.get()>{late(desk.absent, "attendance.mark_absent", Glyph::Cross)}</Show>
                <Show when=move || !has_begun.get()>{early(desk.cancelling, "attendance.cancel", Glyph::Cross)}</Show>
            }
            .into_any()
        }
        Some(Stage::Here | Stage::Gone) => ask(desk.fixing, "attendance.fix", Glyph::Pencil).into_any(),
        Some(Stage::Absent) => ask(desk.fixing, "attendance.undo_absent", Glyph::Pencil).into_any(),
        None => ().into_any(),
    };
    // What is only on this device is taken back here; all else needs the server's own record.
    let take_back = move || {
        let (child, id) = (queued_child.clone(), queued_id.clone());
        view! { <LeaveOut child on_press=Callback::new(move |()| desk.take_back.run(id.clone()))/> }
    };
    view! {
        <div class="row" hidden=move || is_queued.get()>{acts}</div>
        <Show when=move || is_queued.get()>{take_back.clone()}</Show>
    }
}

/// The button that records, and what is on its way or was refused.
#[component]
fn Recording(entry: BoardEntry, desk: Desk) -> impl IntoView {
    let id = entry.booking.id.clone();
    let mark = Memo::new(move |_| desk.mark(&id));
    let queued = move || match mark.get() {
        Some(Mark::Queued) => Some(("unsent.card_queued", Glyph::NoNetwork)),
        Some(Mark::Refused) => Some(("unsent.card_refused", Glyph::Warning)),
        Some(Mark::UnderWay) | None => None,
    };
    let note = move || queued().map(|(words, glyph)| view! { <p class="card-unsent"><Icon glyph/><strong>{say(words)}</strong></p> });
    let (words, look, icon) = match stage(&entry.booking.state) {
        Some(Stage::Coming) => ("attendance.check_in", Look::Solid, Glyph::Right),
        Some(Stage::Here) => ("attendance.check_out", Look::Outline, Glyph::Exit),
        Some(Stage::Gone | Stage::Absent) | None => return note.into_any(),
    };
    let child = entry.booking.child.name.clone();
    let ask = Callback::new(move |()| {
        desk.asking.set(Some(entry.clone()));
        desk.open.set(true);
    });
    let busy = Signal::derive(move || mark.get() == Some(Mark::UnderWay));
    view! {
        {note}
        <div class="board-action board-face" hidden=move || !desk.has_come.get()>
            <Button look icon busy on_press=ask>
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
