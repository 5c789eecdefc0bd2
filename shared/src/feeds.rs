//! A family's bookings in its own calendar (カレンダー連携): a feed under a secret address, and one booking as a file.
//!
//! Both are iCalendar (RFC 5545) with Tokyo's time zone in them. A booking keeps its `UID` for ever, and `SEQUENCE` grows with each of its
//! changes, so a calendar moves what moved and strikes what was cancelled. Nothing that a lock screen shows names a child, unless the family
//! chose so, or the programme.

mod writer;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use self::writer::Lines;
use crate::bookings::{Booking, BookingState};
use crate::locale::{Locale, moment, span, without_ruby};
use crate::problem::sentence;

/// So long after its last day a booking stays in the feed, also a cancelled one: a calendar that was away for weeks still learns of it.
pub const KEPT: TimeDelta = TimeDelta::days(60);
/// How often a calendar is asked to look again.
const LOOK_AGAIN: &str = "PT1H";
/// What kind of file it is.
pub const MEDIA_TYPE: &str = "text/calendar; charset=utf-8";

/// Whether the person has a feed, and what it shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CalendarFeed {
    /// When its address was made; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_at: Option<DateTime<Utc>>,
    /// Whether it names the children.
    pub shows_names: bool,
    /// When a calendar last read it, to the hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_at: Option<DateTime<Utc>>,
}

/// What a feed shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FeedOptions {
    /// Whether it names the children.
    #[serde(default)]
    pub shows_names: bool,
}

/// A feed that was just made. Its address is told this once: only a hash of it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewCalendarFeed {
    /// The secret address, for a calendar to subscribe to. Whoever has it reads the feed.
    pub address: String,
    /// The feed.
    pub feed: CalendarFeed,
}

/// A booking with what a calendar shows of it besides.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// The booking.
    pub booking: &'a Booking,
    /// Where the facility is, in one line.
    pub address: Option<&'a str>,
    /// When the booking last changed.
    pub changed_at: DateTime<Utc>,
}

/// For whom a calendar is written.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    /// The address of the app, without a slash at its end.
    pub site: &'a str,
    /// The language.
    pub locale: Locale,
    /// Whether children are named.
    pub shows_names: bool,
}

/// The feed: all bookings, each as it stands now. A method belongs to messages and not to what is subscribed to (RFC 5546, 1.4).
pub fn feed<'a>(entries: impl IntoIterator<Item = Entry<'a>>, reader: Reader<'_>) -> String {
    let mut lines = begun();
    let name = word("feeds.words.calendar", reader.locale);
    lines.words("NAME", &name).words("X-WR-CALNAME", &name).plain("X-WR-TIMEZONE", "Asia/Tokyo");
    lines.plain("REFRESH-INTERVAL;VALUE=DURATION", LOOK_AGAIN).plain("X-PUBLISHED-TTL", LOOK_AGAIN);
    time_zone(&mut lines);
    for entry in entries {
        event(&mut lines, entry, reader);
    }
    lines.plain("END", "VCALENDAR");
    lines.done()
}

/// One booking as a file. It is published, not an invitation: nobody is asked to answer, and no calendar writes back (RFC 5546, 3.2.1). The
/// organizer that this method should name is left out on purpose: with one, calendars show the stay as somebody else's and offer to answer.
pub fn single(entry: Entry<'_>, reader: Reader<'_>) -> String {
    let mut lines = begun();
    lines.plain("METHOD", "PUBLISH");
    time_zone(&mut lines);
    event(&mut lines, entry, reader);
    lines.plain("END", "VCALENDAR");
    lines.done()
}

fn begun() -> Lines {
    let mut lines = Lines::default();
    lines.plain("BEGIN", "VCALENDAR").plain("VERSION", "2.0").plain("PRODID", "-//Yumigahama//Bookings//JA").plain("CALSCALE", "GREGORIAN");
    lines
}

/// Tokyo's clock: nine hours ahead all year, since 1952.
fn time_zone(lines: &mut Lines) {
    lines.plain("BEGIN", "VTIMEZONE").plain("TZID", "Asia/Tokyo");
    lines.plain("BEGIN", "STANDARD").plain("DTSTART", "19700101T000000");
    lines.plain("TZOFFSETFROM", "+0900").plain("TZOFFSETTO", "+0900").plain("TZNAME", "JST");
    lines.plain("END", "STANDARD").plain("END", "VTIMEZONE");
}

/// How a calendar says that a booking stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Confirmed,
    /// Somebody has not decided yet.
    Tentative,
    Cancelled,
}

impl Status {
    const fn of(state: &BookingState) -> Self {
        match state {
            BookingState::Requested { .. } | BookingState::Offered { .. } => Self::Tentative,
            BookingState::Confirmed | BookingState::CheckedIn { .. } | BookingState::CheckedOut { .. } => Self::Confirmed,
            BookingState::Cancelled { .. }
            | BookingState::Absent { .. }
            | BookingState::Declined { .. }
            | BookingState::Released { .. } => Self::Cancelled,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Confirmed => "CONFIRMED",
            Self::Tentative => "TENTATIVE",
            Self::Cancelled => "CANCELLED",
        }
    }
}

fn event(lines: &mut Lines, Entry { booking, address, changed_at }: Entry<'_>, reader: Reader<'_>) {
    let status = Status::of(&booking.state);
    let url = format!("{}/bookings/{}", reader.site, booking.id);
    let facility = facility_name(booking, reader.locale);
    lines.plain("BEGIN", "VEVENT").plain("UID", booking.id.as_str()).plain("SEQUENCE", &(booking.version - 1).max(0).to_string());
    // Without a method both say when the booking last changed (RFC 5545, 3.8.7.2).
    lines.utc("DTSTAMP", changed_at).utc("LAST-MODIFIED", changed_at).utc("CREATED", booking.created_at);
    lines.local("DTSTART", booking.starts_at).local("DTEND", booking.ends_at);
    lines.plain("STATUS", status.word());
    lines.plain("TRANSP", if status == Status::Cancelled { "TRANSPARENT" } else { "OPAQUE" }).plain("CLASS", "PRIVATE");
    lines.words("SUMMARY", &summary(booking, facility, reader));
    lines.words("LOCATION", &address.map_or_else(|| facility.to_owned(), |address| format!("{facility}, {address}")));
    if let Some(position) = booking.facility.position {
        lines.plain("GEO", &format!("{:.6};{:.6}", position.latitude, position.longitude));
    }
    lines.words("DESCRIPTION", &description(booking, status, &url, reader.locale)).plain("URL", &url);
    lines.plain("END", "VEVENT");
}

fn facility_name(booking: &Booking, locale: Locale) -> &str {
    let facility = &booking.facility;
    facility.name_en.as_deref().filter(|_| locale == Locale::En).unwrap_or(&facility.name)
}

fn word(key: &str, locale: Locale) -> String {
    without_ruby(&sentence(key, locale))
}

fn said(key: &'static str, locale: Locale, name: &str, value: String) -> String {
    // What a person or city wrote keeps its brackets; only our own sentence has furigana to take out.
    word(key, locale).replace(&format!("%{{{name}}}"), &value)
}

/// What a calendar's reminder shows, also on a lock screen.
fn summary(booking: &Booking, facility: &str, reader: Reader<'_>) -> String {
    let (locale, facility) = (reader.locale, facility.to_owned());
    let plain = if reader.shows_names {
        format!("{} {facility}", booking.child.name)
    } else {
        said("feeds.words.booking", locale, "facility", facility)
    };
    let key = match booking.state {
        BookingState::Requested { .. } => "feeds.words.requested",
        BookingState::Offered { .. } => "feeds.words.offered",
        _ if Status::of(&booking.state) == Status::Cancelled => "feeds.words.cancelled",
        _ => return plain,
    };
    said(key, locale, "what", plain)
}

fn description(booking: &Booking, status: Status, url: &str, locale: Locale) -> String {
    let mut parts = vec![without_ruby(booking.programme_name.get(locale)), without_ruby(&span(booking.starts_at, booking.ends_at, locale))];
    if status != Status::Cancelled && !booking.bring.is_empty() {
        let gap = if locale == Locale::En { ", " } else { "、" };
        let things: Vec<String> = booking.bring.iter().map(|thing| without_ruby(thing.get(locale))).collect();
        parts.push(said("feeds.words.bring", locale, "things", things.join(gap)));
    }
    // Before the facility has decided cancelling is free anyway, and after the child has come it is over.
    if booking.state == BookingState::Confirmed {
        parts.push(said("feeds.words.free_until", locale, "moment", without_ruby(&moment(booking.free_until, locale))));
    }
    parts.push(url.to_owned());
    parts.join("\n")
}

#[cfg(test)]
mod tests;
