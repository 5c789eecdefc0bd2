//! Making notices of events: whom an event tells what, with which facts and which next step. One act makes one notice for a person of each
//! kind, however many children or dates it is about.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use shared::bookings::BookingState;
use shared::entitlements::Ended;
use shared::ids::{ApplicationId, BookingId, EntitlementId, FamilyId, MessageId, WaitlistEntryId};
use shared::interviews::Outcome;
use shared::locale::{self, Locale, Localised};
use shared::notices::words::{Subject, note_more};
use shared::notices::{Facts, Kind, LONGEST, deadline, digest_at, due_at, is_urgent};
use shared::problem::Datum;
use shared::programmes::ProgrammeKey;
use shared::reminders::Reminder;
use shared::time::tokyo_day;
use shared::waitlist::Wanted;

use super::mail;
use super::store::{self, NewNotice, Queued, Source};
use crate::bookings::store::{Stored as StoredBooking, find_booking};
use crate::channels::Channels;
use crate::db::{AnyConnection, DbError, from_json};
use crate::schema::{bookings, entitlements as entitlements_table, interviews};
use crate::{applications, families, messages, municipalities, programmes, slots, waitlist};

/// What an event means to a family.
#[derive(Debug, Clone)]
struct Told {
    family: FamilyId,
    /// None: it tells nobody anything, and makes what was told about the same thing out of date.
    kind: Option<Kind>,
    topic: String,
    facts: Facts,
    step: Subject,
    starts_at: Option<DateTime<Utc>>,
    answer_by: Option<DateTime<Utc>>,
    /// What is one stay, of which there may be several: a party.
    stay: String,
    /// The series of which it is a date.
    series: Option<shared::ids::SeriesId>,
}

/// Makes the notices of an act that waits in the queue, and takes it out: one transaction, so once over any crash. Gives how many were made.
pub fn make_act(conn: &mut AnyConnection, act: &str, channels: &Channels, now: DateTime<Utc>) -> Result<usize, DbError> {
    let events = store::take_act(conn, act)?;
    let has_decided = events.iter().any(|event| matches!(event.kind.as_str(), "application.granted" | "application.refused"));
    let mut groups: Vec<(Told, Queued, Vec<String>)> = Vec::new();
    for event in events {
        let Some(told) = read(conn, &event, has_decided)? else { continue };
        let same = |(known, ..): &&mut (Told, Queued, Vec<String>)| {
            known.family == told.family && known.kind == told.kind && (known.kind.is_some() || known.topic == told.topic)
        };
        match groups.iter_mut().find(same) {
            Some((.., stays)) if stays.contains(&told.stay) => {}
            Some((known, _, stays)) => {
                stays.push(told.stay);
                // Dates of one series are seen together; others with all bookings.
                if known.series.is_some() && known.series == told.series {
                    let series = known.series.clone().unwrap_or_else(|| shared::ids::SeriesId::new(""));
                    known.topic = format!("series:{series}");
                    known.step = Subject::Series(series);
                } else if matches!(known.step, Subject::Booking(_)) {
                    known.step = Subject::Bookings;
                }
            }
            None => {
                let stays = vec![told.stay.clone()];
                groups.push((told, event, stays));
            }
        }
    }
    let mut made = 0;
    for (mut told, event, stays) in groups {
        note_more(&mut told.facts, stays.len().saturating_sub(1));
        made += tell_family(conn, &told, &event, channels, now)?;
    }
    Ok(made)
}

/// Tells every guardian of a family.
fn tell_family(conn: &mut AnyConnection, told: &Told, event: &Queued, channels: &Channels, now: DateTime<Utc>) -> Result<usize, DbError> {
    let Some(family) = families::store::find_family(conn, &told.family)? else { return Ok(0) };
    let guardians = store::list_guardians(conn, &told.family)?;
    let is_own = guardians.iter().any(|account| account.as_str() == event.actor);
    let mut made = 0;
    for account in guardians {
        let Some(kind) = told.kind.filter(|kind| !is_own || kind.is_confirmation()) else {
            // What the family has just done itself is no news, and older news of it is over.
            if told.kind.is_none_or(Kind::replaces) {
                store::replace_topic(conn, &account, &told.topic, now)?;
            }
            continue;
        };
        let urgent = is_urgent(kind, told.starts_at, now);
        let due = due_at(urgent, now);
        let new = NewNotice {
            account,
            family: told.family.clone(),
            // What is decided about an application is said in the words of the city that decides; the rest in those of the home city.
            municipality: if kind.group() == shared::notices::Group::Applications {
                event.municipality.clone()
            } else {
                family.municipality.clone()
            },
            kind,
            source: Source::Event(event.id.clone()),
            topic: Some(told.topic.clone()),
            facts: told.facts.clone(),
            step: told.step.step(),
            urgent,
            deadline_at: if is_own { None } else { deadline(kind, due, (told.starts_at, told.answer_by)) },
            ack_asked: kind.rule().ack_asked && !is_own,
            created_at: event.at,
            due_at: due,
        };
        made += usize::from(tell(conn, new, channels, now)?);
    }
    Ok(made)
}

/// Writes a notice with its deliveries by the person's choice of channels; says whether it is new. Older ones about the same thing are out of
/// date from then on. Many within the hour wait for each other where the person wants that.
pub fn tell(conn: &mut AnyConnection, mut new: NewNotice, channels: &Channels, now: DateTime<Utc>) -> Result<bool, DbError> {
    if let Some(topic) = new.topic.as_deref().filter(|_| new.kind.replaces()) {
        store::replace_topic(conn, &new.account, topic, now)?;
    }
    let (wants, _) = store::find_wants(conn, &new.account)?;
    if !new.urgent && wants.digests() {
        new.due_at = digest_at(new.due_at, &store::list_recent_due(conn, &new.account, new.due_at)?);
    }
    let Some(id) = store::insert_notice(conn, &new)? else { return Ok(false) };
    // Nobody is woken by old news: it stands in the inbox.
    if new.created_at + LONGEST < now {
        return Ok(true);
    }
    for channel in channels.iter().filter(|channel| wants.has(new.kind.group(), channel.name())) {
        for endpoint in channel.list_endpoints(conn, &new.account)? {
            store::insert_delivery(conn, (&id, &new.account), (channel.name(), &endpoint.id, 0), new.urgent, new.due_at)?;
        }
        mail::ask(conn, channel.as_ref(), (&new.account, &new.family, &new.municipality), None, now)?;
    }
    Ok(true)
}

/// What an event means; none where its subject is gone, or another event of the same act says it already.
fn read(conn: &mut AnyConnection, event: &Queued, has_decided: bool) -> Result<Option<Told>, DbError> {
    match event.kind.split_once('.') {
        Some(("booking", "undone")) => settled_booking(conn, &event.subject),
        Some(("booking", word)) => read_booking(conn, word, event),
        Some(("message", _)) => read_message(conn, &event.subject),
        Some(("waitlist", word)) => read_entry(conn, word, &event.subject),
        Some(("application", _)) => read_application(conn, &event.kind, &event.subject),
        Some(("entitlement", _)) => read_entitlement(conn, &event.kind, &event.subject, has_decided),
        Some(("interview", _)) => read_interview(conn, &event.subject),
        Some(("residence" | "family", _)) => read_family(conn, event),
        _ => Ok(None),
    }
}

fn settled_booking(conn: &mut AnyConnection, subject: &str) -> Result<Option<Told>, DbError> {
    let mine = bookings::table.filter(bookings::id.eq(subject));
    let found: Option<(String, String)> = mine.select((bookings::family_id, bookings::party_id)).get_result(conn).optional()?;
    Ok(found.map(|(family, party)| Told {
        family: FamilyId::new(family),
        kind: None,
        topic: format!("party:{party}"),
        facts: Facts::new(),
        step: Subject::Bookings,
        starts_at: None,
        answer_by: None,
        stay: party,
        series: None,
    }))
}

fn fact(facts: &mut Facts, name: &str, datum: Datum) {
    facts.insert(name.to_owned(), datum);
}

fn of_booking(stored: &StoredBooking) -> Told {
    let booking = &stored.booking;
    let mut facts = Facts::new();
    fact(&mut facts, "facility", Datum::Text(booking.facility.name.clone()));
    fact(&mut facts, "programme", Datum::Names(booking.programme_name.clone()));
    fact(&mut facts, "stay", Datum::Span { starts_at: booking.starts_at, ends_at: booking.ends_at });
    Told {
        family: stored.family_id.clone(),
        kind: None,
        topic: format!("party:{}", booking.party_id),
        facts,
        step: Subject::Booking(booking.id.clone()),
        starts_at: Some(booking.starts_at),
        answer_by: None,
        stay: booking.party_id.to_string(),
        series: booking.series_id.clone(),
    }
}

fn read_message(conn: &mut AnyConnection, subject: &str) -> Result<Option<Told>, DbError> {
    let Some(booking) = messages::store::find_booking_of(conn, &MessageId::new(subject))? else { return Ok(None) };
    let Some(stored) = find_booking(conn, &booking)? else { return Ok(None) };
    // Each message is told for itself, with the way to the whole of them.
    let (topic, step) = (messages::topic(&booking), Subject::Messages(booking));
    Ok(Some(Told { kind: Some(Kind::MessageSent), topic, step, stay: subject.to_owned(), series: None, ..of_booking(&stored) }))
}

fn read_booking(conn: &mut AnyConnection, word: &str, event: &Queued) -> Result<Option<Told>, DbError> {
    let Some(stored) = find_booking(conn, &BookingId::new(event.subject.clone()))? else { return Ok(None) };
    let (mut told, booking) = (of_booking(&stored), &stored.booking);
    let lost = Subject::Search { programme: booking.programme.clone(), day: tokyo_day(booking.starts_at) };
    let (kind, datum) = match (word, &booking.state) {
        ("confirmed", _) => (Kind::BookingConfirmed, Some(("free_until", Datum::Moment(booking.free_until)))),
        ("requested", BookingState::Requested { decide_by }) => (Kind::BookingRequested, Some(("decide_by", Datum::Moment(*decide_by)))),
        ("requested", _) => return Ok(None),
        ("declined", state) => {
            told.step = lost;
            let words = if let BookingState::Declined { message, .. } = state { message.clone() } else { String::new() };
            (Kind::BookingDeclined, Some(("words", Datum::Text(words))))
        }
        ("cancelled", _) => match &booking.closure {
            Some(closure) => {
                told.step = lost;
                (Kind::SlotClosed, Some(("why", Datum::Because { reason: Box::new(closure.reason()) })))
            }
            None => (Kind::BookingCancelled, None),
        },
        ("rescheduled", _) => (Kind::BookingRescheduled, None),
        ("absent", BookingState::Absent { fee_yen, .. }) => (Kind::BookingAbsent, Some(("fee", Datum::Yen(*fee_yen)))),
        ("reminder", state) if state.is_active() => {
            let list = |locale: Locale| {
                let mark = if locale == Locale::En { ", " } else { "、" };
                booking.bring.iter().map(|name| name.get(locale).to_owned()).collect::<Vec<_>>().join(mark)
            };
            let names = Localised::new(&list(Locale::Ja), &list(Locale::Easy), &list(Locale::En));
            if Reminder::FreeUntil.due_at(booking).is_some() && event.at < Reminder::FreeUntil.over_at(booking) {
                fact(&mut told.facts, "free_until", Datum::Moment(booking.free_until));
            }
            (Kind::BookingReminder, Some(("bring", Datum::Names(names))))
        }
        ("free_until", state) if state.is_active() => (Kind::BookingFreeUntil, Some(("free_until", Datum::Moment(booking.free_until)))),
        _ => return Ok(None),
    };
    if let Some((name, datum)) = datum {
        fact(&mut told.facts, name, datum);
    }
    Ok(Some(Told { kind: Some(kind), ..told }))
}

fn read_entry(conn: &mut AnyConnection, word: &str, subject: &str) -> Result<Option<Told>, DbError> {
    let Some(entry) = waitlist::store::find_entry(conn, &WaitlistEntryId::new(subject))? else { return Ok(None) };
    let mut told = Told {
        family: entry.family_id.clone(),
        kind: None,
        topic: format!("waitlist:{}", entry.id),
        facts: Facts::new(),
        step: Subject::Bookings,
        starts_at: None,
        answer_by: None,
        stay: entry.id.to_string(),
        series: None,
    };
    let kind = match (word, &entry.state) {
        ("offered", shared::waitlist::EntryState::Offered { party_id, until, .. }) => {
            let Some(first) = crate::bookings::store::list_party(conn, party_id)?.into_iter().next() else { return Ok(None) };
            let of_stay = of_booking(&first);
            (told.facts, told.starts_at, told.answer_by) = (of_stay.facts, of_stay.starts_at, Some(*until));
            fact(&mut told.facts, "answer_by", Datum::Moment(*until));
            Kind::WaitlistOffered
        }
        // Answered or over before anybody could be told.
        ("offered", _) => return Ok(None),
        ("lapsed", _) => Kind::WaitlistLapsed,
        ("returned", _) => Kind::WaitlistReturned,
        ("expired", _) => Kind::WaitlistExpired,
        ("closed", _) => Kind::WaitlistClosed,
        _ => return Ok(Some(told)),
    };
    if kind != Kind::WaitlistOffered {
        let (wanted, day) = wanted(conn, &entry)?;
        fact(&mut told.facts, "programme", Datum::Names(programme_name(conn, &entry.programme, day)?));
        fact(&mut told.facts, "wanted", wanted);
        if matches!(kind, Kind::WaitlistExpired | Kind::WaitlistClosed) {
            told.step = Subject::Search { programme: entry.programme.clone(), day };
        }
    }
    Ok(Some(Told { kind: Some(kind), ..told }))
}

/// What a party waits for, in a few words, and its first day.
fn wanted(conn: &mut AnyConnection, entry: &waitlist::store::Stored) -> Result<(Datum, chrono::NaiveDate), DbError> {
    let days = |from, until| {
        let say = |locale| {
            if from == until {
                locale::day(from, locale)
            } else {
                format!("{} – {}", locale::day(from, locale), locale::day(until, locale))
            }
        };
        Datum::Names(Localised::new(&say(Locale::Ja), &say(Locale::Easy), &say(Locale::En)))
    };
    match &entry.asked.wanted {
        Wanted::Wish(wish) => Ok((days(wish.from, wish.until), wish.from)),
        Wanted::Slot(slot) => {
            if let Some((starts_at, ends_at)) = slot.starts_at.zip(slot.ends_at) {
                return Ok((Datum::Span { starts_at, ends_at }, tokyo_day(starts_at)));
            }
            let frame = slots::store::find_frame(conn, &slot.slot_id)?;
            let day = frame.map_or_else(|| tokyo_day(entry.created_at), |found| found.slot.day());
            Ok((days(day, day), day))
        }
    }
}

fn programme_name(conn: &mut AnyConnection, key: &ProgrammeKey, day: chrono::NaiveDate) -> Result<Localised, DbError> {
    let found = programmes::store::list_programmes(conn, None, Some(key), day, day)?;
    Ok(found.into_iter().next().map_or_else(|| Localised::new(key.as_str(), key.as_str(), key.as_str()), |programme| programme.name))
}

fn read_application(conn: &mut AnyConnection, kind: &str, subject: &str) -> Result<Option<Told>, DbError> {
    let (Some(kind), Some(found)) = (Kind::from_word(kind), applications::store::find_application(conn, &ApplicationId::new(subject))?)
    else {
        return Ok(None);
    };
    let mut facts = Facts::new();
    fact(&mut facts, "procedure", Datum::Names(found.procedure.name.clone()));
    if let Some(due) = found.due_on {
        fact(&mut facts, "due", Datum::Day(due));
    }
    let step = if kind == Kind::ApplicationWithdrawn { Subject::Applications } else { Subject::Application(found.id.clone()) };
    Ok(Some(Told {
        family: found.family_id.clone(),
        kind: Some(kind),
        topic: format!("application:{}", found.id),
        facts,
        step,
        starts_at: None,
        answer_by: None,
        stay: found.id.to_string(),
        series: None,
    }))
}

fn read_entitlement(conn: &mut AnyConnection, kind: &str, subject: &str, has_decided: bool) -> Result<Option<Told>, DbError> {
    type Row = (String, String, chrono::NaiveDate, chrono::NaiveDate, Option<String>);
    use entitlements_table::dsl;
    let mine = dsl::entitlements.filter(dsl::id.eq(subject));
    let row: Option<Row> =
        mine.select((dsl::family_id, dsl::programme, dsl::valid_from, dsl::valid_until, dsl::ended)).get_result(conn).optional()?;
    let (Some(kind), Some((family, programme, from, until, ended))) = (Kind::from_word(kind), row) else { return Ok(None) };
    // What an application brought is told by its decision.
    if has_decided && matches!(kind, Kind::EntitlementGranted | Kind::EntitlementRevised | Kind::EntitlementEnded) {
        return Ok(None);
    }
    let mut facts = Facts::new();
    fact(&mut facts, "programme", Datum::Names(programme_name(conn, &ProgrammeKey::new(programme), until)?));
    fact(&mut facts, "valid_from", Datum::Day(from));
    fact(&mut facts, "valid_until", Datum::Day(until));
    if let (Kind::EntitlementRevoked, Some(Ended::Revoked { words })) = (kind, ended.as_deref().map(from_json::<Ended>).transpose()?) {
        fact(&mut facts, "words", Datum::Text(words));
    }
    Ok(Some(Told {
        family: FamilyId::new(family),
        kind: Some(kind),
        topic: format!("entitlement:{}", EntitlementId::new(subject)),
        facts,
        step: Subject::Applications,
        starts_at: None,
        answer_by: None,
        stay: subject.to_owned(),
        series: None,
    }))
}

fn read_interview(conn: &mut AnyConnection, subject: &str) -> Result<Option<Told>, DbError> {
    let found: Option<String> =
        interviews::table.filter(interviews::booking_id.eq(subject)).select(interviews::outcome).get_result(conn).optional()?;
    let (Some(outcome), Some(stored)) = (found, find_booking(conn, &BookingId::new(subject))?) else { return Ok(None) };
    let booking = &stored.booking;
    let (kind, words) = match from_json::<Outcome>(&outcome)? {
        Outcome::Accepted => (Kind::InterviewAccepted, String::new()),
        Outcome::Conditions { words } => (Kind::InterviewAccepted, words),
        Outcome::NotPossible { words } => (Kind::InterviewNotPossible, words),
    };
    let mut facts = Facts::new();
    fact(&mut facts, "facility", Datum::Text(booking.facility.name.clone()));
    fact(&mut facts, "words", Datum::Text(words));
    Ok(Some(Told {
        family: stored.family_id.clone(),
        kind: Some(kind),
        // Told again when it is recorded again.
        topic: format!("interview:{}", booking.id),
        facts,
        step: Subject::Facility(booking.facility.id.clone()),
        starts_at: None,
        answer_by: None,
        stay: booking.id.to_string(),
        series: None,
    }))
}

fn read_family(conn: &mut AnyConnection, event: &Queued) -> Result<Option<Told>, DbError> {
    let kind = if event.kind == "family.moved_out" { Kind::FamilyMovedOut } else { Kind::ResidenceProven };
    let Some(city) = municipalities::store::find_municipality(conn, &event.municipality)? else { return Ok(None) };
    let mut facts = Facts::new();
    fact(&mut facts, "city", Datum::Names(city.name));
    Ok(Some(Told {
        family: FamilyId::new(event.subject.clone()),
        kind: Some(kind),
        topic: format!("residence:{}", event.subject),
        facts,
        step: if kind == Kind::FamilyMovedOut { Subject::Family } else { Subject::Residence },
        starts_at: None,
        answer_by: None,
        stay: event.subject.clone(),
        series: None,
    }))
}

/// Queues a notice once more for a rung of its ladder, by one channel: to every endpoint that its person has there now, where the person wants
/// such notices by it. Gives to how many.
pub fn deliver_again(
    conn: &mut AnyConnection,
    notice: &store::Stored,
    channels: &Channels,
    (name, rung): (&str, u32),
    now: DateTime<Utc>,
) -> Result<usize, DbError> {
    let (wants, _) = store::find_wants(conn, &notice.account)?;
    let mut count = 0;
    for channel in channels.iter().filter(|channel| channel.name() == name && wants.has(notice.kind.group(), name)) {
        for endpoint in channel.list_endpoints(conn, &notice.account)? {
            let (to, at) = ((name, endpoint.id.as_str(), i64::from(rung)), due_at(notice.urgent, now));
            store::insert_delivery(conn, (&notice.id, &notice.account), to, notice.urgent, at)?;
            count += 1;
        }
    }
    Ok(count)
}
