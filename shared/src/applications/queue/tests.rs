use super::*;
use crate::calendar::{Holiday, last_working_day};
use crate::world::{day, tokyo};

fn holidays() -> Holidays {
    [Holiday { date: day("2026-11-23"), name: "勤労感謝の日".to_owned() }].into_iter().collect()
}

#[test]
fn the_clock_counts_working_days_and_rests_with_the_city_hall() {
    // Sent on Friday the 20th, five working days: Monday the 23rd is a holiday, so until Monday the 30th.
    let read = |on: &str| Clock::read((day("2026-11-30"), 5), day(on), &holidays());
    assert_eq!((read("2026-11-20").waited, read("2026-11-20").left), (0, 5));
    assert_eq!((read("2026-11-23").waited, read("2026-11-23").left), (0, 5));
    assert_eq!((read("2026-11-24").waited, read("2026-11-24").left), (1, 4));
    assert_eq!((read("2026-11-30").left, read("2026-11-30").is_overdue()), (0, false));
    assert_eq!((read("2026-12-01").left, read("2026-12-01").is_overdue()), (-1, true));
    // Due on Friday: over the weekend nobody is late.
    let weekend = Clock::read((day("2026-11-27"), 4), day("2026-11-29"), &holidays());
    assert!(!weekend.is_overdue());
}

#[test]
fn the_clock_stands_still_while_the_family_has_it_back() {
    let days = || std::iter::successors(Some(day("2026-11-20")), |one| Some(crate::time::next_day(*one))).take(60);
    // In time, on the last day, and late already.
    for due in ["2026-11-20", "2026-11-30", "2026-12-25"].map(day) {
        for back in days().take(20) {
            for again in days().filter(|again| *again >= back) {
                let moved = due_again(due, (back, again), &holidays());
                let read = |due, on| Clock::read((due, 5), on, &holidays());
                assert_eq!(read(moved, again), read(due, back), "due on {due}, from {back} to {again}");
            }
        }
    }
    assert_eq!(due_again(day("2026-11-30"), (day("2026-11-24"), day("2026-12-03")), &holidays()), day("2026-12-09"));
}

#[test]
fn what_is_overdue_is_due_before_the_last_working_day() {
    for on in ["2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23", "2026-11-24", "2026-11-28", "2026-12-31", "2027-01-04"] {
        for due in ["2026-11-19", "2026-11-20", "2026-11-23", "2026-11-27", "2026-12-28", "2026-12-30"] {
            let clock = Clock::read((day(due), 5), day(on), &holidays());
            assert_eq!(clock.is_overdue(), day(due) < last_working_day(day(on), &holidays()), "{due} on {on}");
        }
    }
}

#[test]
fn lead_times_are_told_for_rules_and_officers() {
    let one =
        |sent: &str, decided: &str, due: Option<&str>, by| Handled { sent: tokyo(sent), decided: tokyo(decided), due_on: due.map(day), by };
    let handled = [
        one("2026-11-21 23:59", "2026-11-21 23:59", None, Decider::Rules),
        one("2026-11-20 9:00", "2026-11-24 10:00", Some("2026-11-30"), Decider::Officer),
        one("2026-11-20 9:00", "2026-12-02 9:00", Some("2026-11-30"), Decider::Officer),
        one("2026-11-20 9:00", "2026-11-20 17:00", Some("2026-11-30"), Decider::Officer),
    ];
    let told = lead_time((day("2026-11-01"), day("2026-12-31")), &handled, &holidays());
    assert_eq!((told.by_rules.decided, told.by_rules.median_seconds, told.by_rules.within_target), (1, Some(0), 1));
    let officers = told.by_officers;
    assert_eq!((officers.decided, officers.within_target), (3, 2));
    assert_eq!((officers.median_working_days, officers.longest_working_days), (Some(1), Some(7)));
    assert_eq!(officers.longest_seconds, Some(12 * 86_400));
    assert_eq!((told.all.decided, told.all.median_working_days), (4, Some(1)));
    let nothing = lead_time((day("2026-11-01"), day("2026-12-31")), &[], &holidays());
    assert_eq!((nothing.all.decided, nothing.all.median_seconds), (0, None));
}
