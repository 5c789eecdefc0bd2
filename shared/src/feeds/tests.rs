use chrono::NaiveDate;

use super::*;
use crate::world::{ask_for, booking, child, slot, state, temporary_care, tokyo};

fn held(then: BookingState) -> Booking {
    let asked = state(slot("2026-12-03"), temporary_care(), vec![child("sora", "2024-06-15")]);
    let now = tokyo("2026-11-20 10:00");
    let placed = crate::bookings::place(&asked, &ask_for(&asked), now).unwrap();
    Booking { state: then, ..booking(&asked, &placed, &placed.children[0], now) }
}

fn written(booking: &Booking, locale: Locale, shows_names: bool) -> String {
    let entry = Entry { booking, address: Some("鳥取県米子市1-2"), changed_at: tokyo("2026-11-21 9:00") };
    feed([entry], Reader { site: "https://example.jp", locale, shows_names }).replace("\r\n ", "")
}

fn value<'a>(text: &'a str, name: &str) -> &'a str {
    let event = text.split_once("BEGIN:VEVENT").unwrap().1;
    event.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).unwrap_or_else(|| panic!("no {name} in {text}"))
}

#[test]
fn a_booking_keeps_its_name_and_counts_its_changes() {
    let first = held(BookingState::Confirmed);
    let moved = Booking { version: 4, starts_at: tokyo("2026-12-04 9:00"), ends_at: tokyo("2026-12-05 8:00"), ..first.clone() };
    let (before, after) = (written(&first, Locale::Ja, false), written(&moved, Locale::Ja, false));
    assert_eq!((value(&before, "UID"), value(&after, "UID")), (first.id.as_str(), first.id.as_str()));
    assert_eq!((value(&before, "SEQUENCE"), value(&after, "SEQUENCE")), ("0", "3"));
    assert_eq!(value(&after, "DTSTART;TZID=Asia/Tokyo"), "20261204T090000");
    assert_eq!(value(&after, "DTEND;TZID=Asia/Tokyo"), "20261205T080000");
    assert_eq!(value(&after, "LAST-MODIFIED"), "20261121T000000Z");
    assert_eq!(value(&after, "URL"), format!("https://example.jp/bookings/{}", first.id));
}

#[test]
fn a_state_is_a_status_and_a_word() {
    let at = tokyo("2026-12-01 9:00");
    let cancelled = BookingState::Cancelled { at, fee_yen: 0, counts: false, exempt: None };
    for (then, status, mark) in [
        (BookingState::Confirmed, "CONFIRMED", "予約："),
        (BookingState::CheckedIn { at }, "CONFIRMED", "予約："),
        (BookingState::Requested { decide_by: at }, "TENTATIVE", "（承認待ち）"),
        (BookingState::Offered { until: at }, "TENTATIVE", "（ご案内中）"),
        (cancelled, "CANCELLED", "（取り消し済み）"),
        (BookingState::Declined { at, message: String::new() }, "CANCELLED", "（取り消し済み）"),
    ] {
        let text = written(&held(then), Locale::Ja, false);
        assert_eq!(value(&text, "STATUS"), status);
        assert!(value(&text, "SUMMARY").starts_with(mark), "{text}");
    }
}

#[test]
fn no_child_is_named_unless_chosen_and_no_programme_on_a_lock_screen() {
    let mut booking = held(BookingState::Confirmed);
    booking.child.name = "山本そら".to_owned();
    booking.notes = "昨日から熱があります".to_owned();
    for locale in Locale::ALL {
        let text = written(&booking, locale, false);
        assert!(!text.contains("そら") && !text.contains(&booking.child.kana) && !text.contains('熱'), "{text}");
        assert!(!value(&text, "SUMMARY").contains(booking.programme_name.get(locale)));
        assert!(!text.contains("%{"), "{text}");
        // Furigana is for the screen.
        assert!(!text.contains('|'), "{text}");
        let named = written(&booking, locale, true);
        assert!(value(&named, "SUMMARY").starts_with("山本そら "), "{named}");
        assert!(!named.contains('熱'));
    }
}

#[test]
fn the_words_are_those_of_every_screen() {
    let booking = held(BookingState::Confirmed);
    let text = written(&booking, Locale::Ja, false);
    assert!(value(&text, "DESCRIPTION").contains("\\n12月3日（木） 9:00〜17:00\\n"), "{text}");
    assert!(value(&text, "DESCRIPTION").contains(&moment(booking.free_until, Locale::Ja)), "{text}");
}

#[test]
fn a_file_says_that_it_is_published_and_a_feed_asks_to_look_again() {
    let booking = held(BookingState::Confirmed);
    let entry = Entry { booking: &booking, address: None, changed_at: booking.created_at };
    let reader = Reader { site: "https://example.jp", locale: Locale::En, shows_names: false };
    let (file, feed) = (single(entry, reader), feed([entry], reader));
    assert!(file.contains("\r\nMETHOD:PUBLISH\r\n") && !feed.contains("METHOD"));
    assert!(feed.contains("\r\nREFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n") && !file.contains("REFRESH"));
    for text in [file, feed] {
        assert!(text.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") && text.ends_with("\r\nEND:VCALENDAR\r\n"));
        assert!(text.contains("TZOFFSETFROM:+0900\r\nTZOFFSETTO:+0900\r\n"));
    }
}

#[test]
fn tokyos_clock_has_been_nine_hours_ahead_since_the_zone_begins() {
    use chrono::Offset;
    let first = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap();
    for day in (0..130 * 12).filter_map(|months| first.checked_add_months(chrono::Months::new(months))) {
        assert_eq!(crate::time::tokyo(crate::time::day_start(day)).offset().fix().local_minus_utc(), 9 * 3600);
    }
}
