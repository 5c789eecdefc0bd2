//! What was recorded of a booking on its day: every line with the value before it, for the family and the facility.

use leptos::prelude::*;
use shared::attendance::{AttendanceRecord, RecordKind};
use shared::bookings::BookingState;
use shared::locale::{Locale, clock_at, moment};

use super::client;
use crate::attendance::person_words;
use crate::i18n::{furigana, locale, sentence};
use crate::ui::{Disclosure, Load};

/// When the child came and left, as far as it has.
fn times(state: &BookingState) -> String {
    match state {
        BookingState::CheckedIn { at } => format!("{}〜", clock_at(*at)),
        BookingState::CheckedOut { checked_in_at, at } => format!("{}〜{}", clock_at(*checked_in_at), clock_at(*at)),
        _ => "―".to_owned(),
    }
}

/// A record in a sentence; may carry furigana marks.
pub fn record_words(record: &AttendanceRecord, locale: Locale) -> String {
    let (key, person) = match (record.kind, &record.before) {
        (RecordKind::CheckedIn, _) => ("bookings.history_in", &record.attended_after.brought_by),
        (RecordKind::CheckedOut, _) => ("bookings.history_out", &record.attended_after.fetched_by),
        (RecordKind::Absent, _) => ("bookings.history_absent", &None),
        (RecordKind::Corrected, _) => ("bookings.history_corrected", &None),
        (RecordKind::Undone, BookingState::CheckedOut { .. }) => ("bookings.history_undone_out", &None),
        (RecordKind::Undone, BookingState::Absent { .. }) => ("bookings.history_undone_absent", &None),
        (RecordKind::Undone, _) => ("bookings.history_undone_in", &None),
    };
    let mut words = sentence(key, locale)
        .replace("%{time}", &clock_at(record.occurred_at))
        .replace("%{before}", &times(&record.before))
        .replace("%{after}", &times(&record.after));
    for added in person.iter().map(|person| person_words(person, locale)).chain((!record.reason.is_empty()).then(|| record.reason.clone()))
    {
        words.push_str(&sentence("bookings.history_added", locale).replace("%{words}", &added));
    }
    words
}

/// The history of a booking, folded.
#[component]
pub fn History(booking_id: String) -> impl IntoView {
    let records = LocalResource::new(move || client::history(booking_id.clone()));
    view! { <Disclosure summary="bookings.history"><Load what=records let:records>{lines(records)}</Load></Disclosure> }
}

/// The same of what is known already.
#[component]
pub fn Records(records: Vec<AttendanceRecord>) -> impl IntoView {
    view! { <Disclosure summary="bookings.history">{lines(records)}</Disclosure> }
}

fn lines(records: Vec<AttendanceRecord>) -> impl IntoView {
    let line = |record: AttendanceRecord| {
        let received_at = record.received_at;
        view! {
            <li>
                {furigana(move || record_words(&record, locale()))} " "
                <span class="quiet">
                    {furigana(move || sentence("bookings.history_received", locale()).replace("%{moment}", &moment(received_at, locale())))}
                </span>
            </li>
        }
    };
    view! { <ul class="plain-list">{records.into_iter().map(line).collect_view()}</ul> }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::attendance::{Attended, Person};

    #[test]
    fn a_record_says_what_was_and_what_is() {
        let at = |clock: &str| format!("2026-12-03T{clock}:00+09:00").parse::<chrono::DateTime<chrono::FixedOffset>>().unwrap().to_utc();
        let left = |clock: &str| BookingState::CheckedOut { checked_in_at: at("09:05"), at: at(clock) };
        let corrected = AttendanceRecord {
            kind: RecordKind::Corrected,
            before: left("16:30"),
            attended_before: Attended::default(),
            after: left("16:40"),
            attended_after: Attended::default(),
            reason: "時計の遅れ".to_owned(),
            by_family: false,
            occurred_at: at("16:40"),
            received_at: at("17:00"),
        };
        assert_eq!(record_words(&corrected, Locale::Ja), "9:05〜16:30 を 9:05〜16:40 に直しました（時計の遅れ）");
        let fetched = Attended { fetched_by: Some(Person::Guardian), ..Attended::default() };
        let out = AttendanceRecord { kind: RecordKind::CheckedOut, attended_after: fetched, reason: String::new(), ..corrected.clone() };
        assert_eq!(record_words(&out, Locale::Ja), "16:40 降園（保護者）");
        let undone = AttendanceRecord { kind: RecordKind::Undone, reason: String::new(), ..corrected };
        assert_eq!(record_words(&undone, Locale::Ja), "降園の記録を取り消しました");
    }
}
