use chrono::{TimeDelta, Weekday};

use super::*;
use crate::bookings::{Cancel, CancelRejection, CancelTerms, CancelledBy, PlaceState, cancel, cancel_terms};
use crate::programmes::{ExemptReason, LimitUnit, Opens, Usage};
use crate::time::tokyo_day;
use crate::world::{at_any_time, booking, child, day, month_limit, slot, state, temporary_care, tokyo};

const NOW: &str = "2026-11-21 12:00";

fn now() -> DateTime<Utc> {
    tokyo(NOW)
}

/// A facility of Yonago on one day, for a child of two years, with so many half days a month.
fn on(date: &str, half_days: i64) -> PlaceState {
    let mut slot = slot(date);
    slot.id = date.into();
    let mut terms = temporary_care();
    terms.opens = Opens::DaysBefore { days: 200 };
    let mut state = state(slot, terms, vec![child("sora", "2024-06-15")]);
    state.limits = at_any_time(vec![month_limit("temporary_care", LimitUnit::HalfDays, half_days, 0)]);
    state
}

/// Every Tuesday and Thursday from Tuesday 1 December, the mornings.
fn command(until: &str) -> NewSeries {
    let stay = NewBooking::new("2026-12-01".into(), vec!["sora".into()]).between(tokyo("2026-12-01 9:00"), tokyo("2026-12-01 12:00"));
    NewSeries { stay, weekdays: vec![Weekday::Tue, Weekday::Thu], until: day(until), if_conflict: IfConflict::Fail, seen: None }
}

fn plan_of(found: &[(NaiveDate, Result<PlaceState, Rejection>)], command: &NewSeries) -> Vec<Planned> {
    let times = (tokyo("2026-12-01 9:00"), tokyo("2026-12-01 12:00"));
    let states: Vec<DateState<'_>> = found
        .iter()
        .map(|(date, found)| DateState {
            day: *date,
            times: moved(times, day("2026-12-01"), *date),
            found: found.as_ref().map_err(Clone::clone),
            waited_for: false,
        })
        .collect();
    plan(&states, command, 0, now())
}

/// Whether each date can be had, with the codes of what stands against it.
fn told(plan: &[Planned]) -> Vec<(String, String)> {
    plan.iter()
        .map(|planned| {
            let codes: Vec<&str> = planned.date.against().map(|reason| reason.code.as_ref()).collect();
            assert_eq!(planned.date.bookable, codes.is_empty() && matches!(planned.becomes, Becomes::Booked(..)));
            (planned.date.day.format("%m-%d").to_string(), codes.join(" "))
        })
        .collect()
}

fn pairs(told: &[(String, String)]) -> Vec<(&str, &str)> {
    told.iter().map(|(day, codes)| (day.as_str(), codes.as_str())).collect()
}

#[test]
fn the_dates_are_the_first_and_the_weekdays_after_it() {
    let first = day("2026-12-01");
    let of = |weekdays: &[Weekday], until: &str| {
        dates(first, weekdays, day(until))
            .map(|dates| dates.iter().map(|day| day.format("%m-%d").to_string()).collect::<Vec<_>>().join(" "))
    };
    assert_eq!(of(&[Weekday::Tue, Weekday::Thu], "2026-12-10").unwrap(), "12-01 12-03 12-08 12-10");
    assert_eq!(of(&[Weekday::Fri], "2026-12-11").unwrap(), "12-01 12-04 12-11");
    assert_eq!(of(&[Weekday::Fri], "2026-12-01").unwrap(), "12-01");
    let too_far = Err(Rejection::Until { last: day("2027-06-01") });
    assert_eq!(of(&[Weekday::Tue], "2026-11-30"), too_far);
    assert_eq!(of(&[Weekday::Tue], "2027-06-02"), too_far);
    assert_eq!(dates(first, &[Weekday::Tue], day("2027-06-01")).unwrap().len(), 27);
    assert_eq!(of(&[Weekday::Mon, Weekday::Tue, Weekday::Wed], "2027-06-01"), Err(Rejection::TooManyDates));
    // Sixty exactly.
    assert_eq!(dates(first, &[Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri], day("2027-02-22")).unwrap().len(), 60);
    assert!(dates(first, &[Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri], day("2027-02-23")).is_err());
    assert_eq!(dates(NaiveDate::MAX, &[Weekday::Tue], NaiveDate::MAX).unwrap().len(), 1);
}

#[test]
fn a_stay_keeps_its_time_of_day_and_any_instant_is_answered() {
    let times = (tokyo("2026-12-01 16:00"), tokyo("2026-12-02 10:00"));
    assert_eq!(moved(times, day("2026-12-01"), day("2027-04-01")), (tokyo("2027-04-01 16:00"), tokyo("2027-04-02 10:00")));
    let ends = (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
    assert_eq!(moved(ends, day("2026-12-01"), day("2026-12-08")), (ends.0 + TimeDelta::days(7), ends.1));
    // The slot that holds it, else one that says why not, and none of another day.
    let early = |mut slot: Slot| {
        (slot.id, slot.ends_at) = ("early".into(), slot.starts_at + TimeDelta::hours(2));
        slot
    };
    let slots = [early(slot("2026-12-01")), slot("2026-12-01"), early(slot("2026-12-02"))];
    let id = |date: &str, times| fitting(&slots, day(date), times).map(|slot| slot.id.to_string());
    let morning = |date: &str| (tokyo(&format!("{date} 9:00")), tokyo(&format!("{date} 12:00")));
    assert_eq!(id("2026-12-01", morning("2026-12-01")).as_deref(), Some("slot"));
    assert_eq!(id("2026-12-02", morning("2026-12-02")).as_deref(), Some("early"));
    assert_eq!(id("2026-12-03", morning("2026-12-03")), None);
}

#[test]
fn each_date_is_told_by_itself_with_those_before_it_counted() {
    let mut full = on("2026-12-08", 3);
    full.slot.bands[0].capacity = 0;
    let found = [
        (day("2026-12-01"), Ok(on("2026-12-01", 3))),
        (day("2026-12-03"), Err(Rejection::NoSlot)),
        (day("2026-12-08"), Ok(full)),
        (day("2026-12-10"), Ok(on("2026-12-10", 3))),
        (day("2026-12-15"), Ok(on("2026-12-15", 3))),
        (day("2026-12-17"), Ok(on("2026-12-17", 3))),
        (day("2027-01-05"), Ok(on("2027-01-05", 3))),
    ];
    let planned = plan_of(&found, &command("2027-01-05"));
    let told = told(&planned);
    assert_eq!(
        pairs(&told),
        [
            ("12-01", ""),
            ("12-03", "series.no_slot"),
            // Full and refused, so it uses nothing of the month.
            ("12-08", "bookings.slot_full"),
            ("12-10", ""),
            ("12-15", ""),
            ("12-17", "bookings.month_limit"),
            ("01-05", ""),
        ]
    );
    let left: Vec<Option<i64>> =
        planned.iter().map(|p| p.date.children.first().and_then(|child| child.limits.first()?.left_after)).collect();
    assert_eq!(left, [Some(2), None, None, Some(1), Some(0), None, Some(2)]);
    assert_eq!(SeriesPreview::of(planned.iter().map(|p| p.date.clone()).collect()).fee_yen, 4000);
    let Becomes::Booked(_, placed) = &planned[3].becomes else { panic!("{:?}", planned[3]) };
    assert_eq!(placed.children[0].usages[0].1, Usage { total: 2, away: 0 });
}

#[test]
fn nights_that_touch_stand_against_each_other() {
    let mut nights = [on("2026-12-01", 28), on("2026-12-02", 28)];
    for night in &mut nights {
        night.slot.ends_at += TimeDelta::hours(24);
        night.slot.blocks[0].ends_at = night.slot.ends_at;
        night.terms.fees.clear();
    }
    let mut wish = command("2026-12-02");
    wish.stay.ends_at = Some(nights[0].slot.ends_at);
    let times = (nights[0].slot.starts_at, nights[0].slot.ends_at);
    let states: Vec<DateState<'_>> = nights
        .iter()
        .map(|state| DateState {
            day: state.slot.day(),
            times: moved(times, day("2026-12-01"), state.slot.day()),
            found: Ok(state),
            waited_for: false,
        })
        .collect();
    assert_eq!(pairs(&told(&plan(&states, &wish, 0, now()))), [("12-01", ""), ("12-02", "bookings.overlap")]);
}

#[test]
fn what_is_wanted_with_conflicts_decides() {
    let found = [(day("2026-12-01"), Ok(on("2026-12-01", 1))), (day("2026-12-03"), Ok(on("2026-12-03", 1)))];
    let mut wish = command("2026-12-03");
    let planned = plan_of(&found, &wish);
    let against = decide(&planned, &wish).unwrap_err();
    let codes: Vec<(Option<String>, &str)> = against.iter().map(|a| (a.day.map(|day| day.to_string()), a.reason.code.as_ref())).collect();
    assert_eq!(codes, [(None, "series.has_conflicts"), (Some("2026-12-03".to_owned()), "bookings.month_limit")]);
    wish.if_conflict = IfConflict::Skip;
    assert_eq!(decide(&planned, &wish), Ok(()));
    let none = plan_of(&[(day("2026-12-01"), Err(Rejection::ClosedDay))], &wish);
    assert_eq!(decide(&none, &wish).unwrap_err()[0].reason.code, "series.none_bookable");
}

#[test]
fn a_date_is_waited_for_where_nothing_but_the_place_is_missing() {
    let full = |date: &str| {
        let mut state = on(date, 28);
        state.slot.bands[0].capacity = 0;
        state
    };
    let mut closed = full("2026-12-10");
    closed.slot.state = crate::slots::SlotState::Closed;
    let found = [
        (day("2026-12-01"), Ok(on("2026-12-01", 28))),
        (day("2026-12-03"), Ok(full("2026-12-03"))),
        (day("2026-12-08"), Ok(full("2026-12-08"))),
        (day("2026-12-10"), Ok(closed)),
        (day("2026-12-15"), Err(Rejection::NoSlot)),
        (day("2026-12-17"), Ok(full("2026-12-17"))),
    ];
    let wish = NewSeries { if_conflict: IfConflict::Waitlist, ..command("2026-12-17") };
    let times = (tokyo("2026-12-01 9:00"), tokyo("2026-12-01 12:00"));
    // She waits for the 8th already, and for 18 other things.
    let states = found.each_ref().map(|(date, found)| DateState {
        day: *date,
        times: moved(times, day("2026-12-01"), *date),
        found: found.as_ref().map_err(Clone::clone),
        waited_for: *date == day("2026-12-08"),
    });
    let planned = plan(&states, &wish, 19, now());
    assert_eq!(planned.iter().map(|p| p.date.waits).collect::<Vec<_>>(), [false, true, false, false, false, false]);
    assert!(planned.iter().all(|p| p.date.waits == matches!(p.becomes, Becomes::Waits(_))));
    let told = told(&planned);
    assert_eq!(
        pairs(&told),
        [
            ("12-01", ""),
            ("12-03", "bookings.slot_full"),
            ("12-08", "bookings.slot_full waitlist.already"),
            ("12-10", "bookings.slot_closed bookings.slot_full"),
            ("12-15", "series.no_slot"),
            // The 20th entry is the 3rd of December.
            ("12-17", "bookings.slot_full waitlist.too_many"),
        ]
    );
    let seen = SeriesPreview::of(planned.iter().map(|p| p.date.clone()).collect()).seen();
    assert_eq!(decide(&planned, &NewSeries { seen: Some(seen.clone()), ..wish.clone() }), Ok(()));
    // Shown as waited for, and one more wish meanwhile leaves no room: that is told.
    let later = plan(&states, &wish, 20, now());
    let changed = decide(&later, &NewSeries { seen: Some(seen), ..wish.clone() }).unwrap_err();
    assert_eq!(changed.iter().map(|a| a.day).collect::<Vec<_>>(), [Some(day("2026-12-03"))]);
    // Waiting for every date is a series too; waiting for none is not.
    assert_eq!(decide(&plan(&states[1..2], &wish, 0, now()), &wish), Ok(()));
    assert_eq!(decide(&plan(&states[3..5], &wish, 0, now()), &wish).unwrap_err()[0].reason.code, "series.none_bookable");
    // Who does not want to wait does not wait.
    let skip = NewSeries { if_conflict: IfConflict::Skip, ..wish };
    assert!(plan(&states, &skip, 0, now()).iter().all(|p| !p.date.waits));
}

#[test]
fn what_is_not_as_it_was_shown_is_told_by_its_day() {
    let mut found = [(day("2026-12-01"), Ok(on("2026-12-01", 28))), (day("2026-12-03"), Ok(on("2026-12-03", 28)))];
    let shown = SeriesPreview::of(plan_of(&found, &command("2026-12-03")).into_iter().map(|planned| planned.date).collect()).seen();
    let wish = |seen: &[SeenDate]| NewSeries { if_conflict: IfConflict::Skip, seen: Some(seen.to_vec()), ..command("2026-12-03") };
    assert_eq!(decide(&plan_of(&found, &wish(&shown)), &wish(&shown)), Ok(()));
    let days = |plan: &[Planned], seen: &[SeenDate]| {
        decide(plan, &wish(seen)).unwrap_err().into_iter().map(|a| a.day.unwrap().to_string()).collect::<Vec<_>>().join(" ")
    };
    // Another price, and a date more or less.
    assert_eq!(days(&plan_of(&found, &wish(&shown)), &[shown[0], SeenDate { fee_yen: Some(1), ..shown[1] }]), "2026-12-03");
    assert_eq!(days(&plan_of(&found, &wish(&shown)), &shown[..1]), "2026-12-03");
    assert_eq!(days(&plan_of(&found[..1], &wish(&shown)), &shown), "2026-12-03");
    // Somebody took the last place.
    found[1].1.as_mut().unwrap().slot.bands[0].capacity = 0;
    assert_eq!(days(&plan_of(&found, &wish(&shown)), &shown), "2026-12-03");
    // The facility decides now.
    let decides = crate::programmes::Confirmation::ByFacility { hours: 2, if_silent: crate::programmes::IfSilent::Decline };
    found[0].1.as_mut().unwrap().slot.confirmation = Some(decides);
    assert_eq!(days(&plan_of(&found, &wish(&shown)), &shown), "2026-12-01 2026-12-03");
}

#[test]
fn why_a_day_has_no_slot_is_said() {
    let closed = [Weekday::Sun];
    let code = |date: &str, holiday| Rejection::without_slot(day(date), &closed, holiday).code();
    assert_eq!(code("2026-12-06", None), "series.closed_day");
    assert_eq!(code("2026-12-07", None), "series.no_slot");
    assert_eq!(code("2026-11-23", Some("勤労感謝の日")), "series.holiday");
    let sentence = Rejection::without_slot(day("2026-11-23"), &closed, Some("勤労感謝の日")).reason().sentence(Locale::En);
    assert!(sentence.contains("Labour"), "{sentence}");
}

/// Five weekly mornings of two children from 17 November: the first was, the second was cancelled, on the third the child has come.
fn booked() -> Vec<Booking> {
    let mut bookings = Vec::new();
    for (n, date) in ["2026-11-17", "2026-11-19", "2026-11-21", "2026-11-24", "2026-11-26"].into_iter().enumerate() {
        for name in ["sora", "umi"] {
            let mut asked = on(date, 28);
            asked.children = vec![child(name, "2024-06-15")];
            let wish =
                NewBooking::new(date.into(), vec![name.into()]).between(tokyo(&format!("{date} 9:00")), tokyo(&format!("{date} 12:00")));
            let made = tokyo("2026-11-10 9:00");
            let placed = crate::bookings::place(&asked, &wish, made).unwrap();
            let mut held = booking(&asked, &placed, &placed.children[0], made);
            held.id = format!("{name}-{n}").as_str().into();
            held.child.id = name.into();
            held.cancellation.exempt =
                vec![ExemptReason { key: "child_ill".to_owned(), name: Localised::new("病気", "びょうき", "ill"), by_family: true }];
            held.state = match n {
                1 => BookingState::Cancelled { at: made, fee_yen: 0, counts: false, exempt: None },
                2 => BookingState::CheckedIn { at: held.starts_at },
                _ => held.state,
            };
            bookings.push(held);
        }
    }
    bookings
}

#[test]
fn one_following_or_all_never_touch_another_date() {
    // Late for the 24th: 23 November is a holiday, closed on Sunday, so it was free until 15:00 on Saturday the 21st.
    let (bookings, at) = (booked(), tokyo("2026-11-23 10:00"));
    let ids = |chosen: &str, scope: Scope| {
        let command = CancelSeries { booking_id: chosen.into(), scope, reason: None, seen: None };
        cancel_dates(&bookings, &command, CancelledBy::Family, at)
            .map(|dates| dates.iter().map(|(date, _)| date.booking_id.to_string()).collect::<Vec<_>>().join(" "))
            .map_err(|refusal| refusal.reason().code.into_owned())
    };
    let ok = |text: &str| Ok::<_, String>(text.to_owned());
    let no = |code: &str| Err::<String, _>(code.to_owned());
    for (chosen, this, following, all) in [
        ("sora-0", no("bookings.over"), ok("sora-3 sora-4"), ok("sora-3 sora-4")),
        ("sora-1", no("bookings.already_cancelled"), ok("sora-3 sora-4"), ok("sora-3 sora-4")),
        ("sora-2", no("bookings.started"), ok("sora-3 sora-4"), ok("sora-3 sora-4")),
        ("sora-3", ok("sora-3"), ok("sora-3 sora-4"), ok("sora-3 sora-4")),
        ("umi-4", ok("umi-4"), ok("umi-4"), ok("umi-3 umi-4")),
        ("nobody", no("series.nothing_to_cancel"), no("series.nothing_to_cancel"), no("series.nothing_to_cancel")),
    ] {
        assert_eq!([ids(chosen, Scope::This), ids(chosen, Scope::Following), ids(chosen, Scope::All)], [this, following, all], "{chosen}");
    }
    // A stay that has begun without the child is only cancelled when it is the chosen one.
    let during = tokyo("2026-11-24 10:00");
    let touched = |chosen: &str, scope| {
        let command = CancelSeries { booking_id: chosen.into(), scope, reason: None, seen: None };
        cancel_dates(&bookings, &command, CancelledBy::Family, during).unwrap().len()
    };
    assert_eq!((touched("sora-4", Scope::All), touched("sora-3", Scope::All), touched("sora-3", Scope::This)), (1, 2, 1));
    assert!(
        cancel_dates(
            &bookings,
            &CancelSeries { booking_id: "sora-0".into(), scope: Scope::All, reason: None, seen: None },
            CancelledBy::Family,
            tokyo("2026-11-27 9:00")
        )
        .is_err()
    );
}

#[test]
fn each_date_has_the_terms_of_its_own() {
    let (bookings, at) = (booked(), tokyo("2026-11-23 16:00"));
    let mut command = CancelSeries { booking_id: "sora-3".into(), scope: Scope::Following, reason: None, seen: None };
    let dates = cancel_dates(&bookings, &command, CancelledBy::Family, at).unwrap();
    for (date, next) in &dates {
        let booking = bookings.iter().find(|booking| booking.id == date.booking_id).unwrap();
        assert_eq!(Ok(date.terms), cancel_terms(booking, None, CancelledBy::Family, at));
        assert_eq!(cancel(booking, &Cancel { seen: Some(date.terms), reason: None }, CancelledBy::Family, at).as_ref(), Ok(next));
    }
    assert_eq!(dates.iter().map(|(date, _)| date.terms.fee_yen).collect::<Vec<_>>(), [500, 0]);
    // As shown, and not otherwise.
    command.seen = Some(dates.iter().map(|(date, _)| date.clone()).collect());
    assert!(cancel_dates(&bookings, &command, CancelledBy::Family, at).is_ok());
    let changed = Some(CancelRefusal::Booking(CancelRejection::TermsChanged));
    assert_eq!(cancel_dates(&bookings, &command, CancelledBy::Family, tokyo("2026-11-25 16:00")).err(), changed);
    command.seen = Some(vec![]);
    assert_eq!(cancel_dates(&bookings, &command, CancelledBy::Family, at).err(), changed);
    // An ill child costs nothing on any date; a reason that nobody knows stops all.
    command.seen = None;
    command.reason = Some("child_ill".to_owned());
    let dates = cancel_dates(&bookings, &command, CancelledBy::Family, at).unwrap();
    assert!(dates.iter().all(|(date, _)| date.terms == CancelTerms::FREE));
    command.reason = Some("bored".to_owned());
    let unknown = CancelRefusal::Booking(CancelRejection::ReasonUnknown);
    assert_eq!(cancel_dates(&bookings, &command, CancelledBy::Family, at), Err(unknown));
}

#[test]
fn one_following_or_all_are_moved_and_no_other() {
    let (mut bookings, now) = (booked(), tokyo("2026-11-21 10:00"));
    // Both children of a date are one party.
    for booking in &mut bookings {
        booking.party_id = tokyo_day(booking.starts_at).to_string().as_str().into();
    }
    let targets = |chosen: &str, scope: Scope| {
        let weekday = Some(Weekday::Fri);
        let command =
            MoveSeries { booking_id: chosen.into(), scope, weekday, starts: None, ends: None, if_conflict: IfStuck::Fail, seen: None };
        moves(&bookings, &command, now)
            .map(|moves| moves.iter().map(|one| format!("{}>{}", one.booking.id, one.day.format("%m-%d"))).collect::<Vec<_>>().join(" "))
            .map_err(|rejection| rejection.code())
    };
    let ok = |text: &str| Ok::<_, &str>(text.to_owned());
    // The first was, the second is cancelled, on the third the child has come: only when chosen alone are they asked about, to be told why not.
    for (chosen, this, following, all) in [
        ("sora-0", ok("sora-0>11-20"), ok("sora-3>11-27 sora-4>11-27"), ok("sora-3>11-27 sora-4>11-27")),
        ("sora-2", ok("sora-2>11-20"), ok("sora-3>11-27 sora-4>11-27"), ok("sora-3>11-27 sora-4>11-27")),
        ("umi-3", ok("umi-3>11-27"), ok("umi-3>11-27 sora-4>11-27"), ok("umi-3>11-27 sora-4>11-27")),
        ("umi-4", ok("umi-4>11-27"), ok("umi-4>11-27"), ok("sora-3>11-27 umi-4>11-27")),
        ("nobody", Err("series.nothing_to_move"), Err("series.nothing_to_move"), Err("series.nothing_to_move")),
    ] {
        assert_eq!(
            [targets(chosen, Scope::This), targets(chosen, Scope::Following), targets(chosen, Scope::All)],
            [this, following, all],
            "{chosen}"
        );
    }
}

#[test]
fn a_date_keeps_its_week_its_length_and_its_nights() {
    let bookings = booked();
    let to = |weekday: Option<Weekday>, starts: Option<&str>, ends: Option<&str>| {
        let time = |text: &str| crate::world::time(text);
        let (starts, ends) = (starts.map(time), ends.map(time));
        let command =
            MoveSeries { booking_id: "sora-3".into(), scope: Scope::This, weekday, starts, ends, if_conflict: IfStuck::Fail, seen: None };
        let found = moves(&bookings, &command, now()).unwrap();
        (found[0].day, found[0].times)
    };
    let expect = |date: &str, from: &str, until: &str| (day(date), (tokyo(&format!("{date} {from}")), tokyo(&format!("{date} {until}"))));
    // A Tuesday.
    assert_eq!(to(None, Some("13:00"), None), expect("2026-11-24", "13:00", "16:00"));
    assert_eq!(to(Some(Weekday::Sun), None, None), expect("2026-11-29", "9:00", "12:00"));
    assert_eq!(to(Some(Weekday::Mon), Some("10:00"), Some("11:30")), expect("2026-11-23", "10:00", "11:30"));
    let mut night = bookings[6].clone();
    night.ends_at = tokyo("2026-11-25 10:00");
    let nights = [night];
    let command = MoveSeries {
        booking_id: "sora-3".into(),
        scope: Scope::All,
        weekday: Some(Weekday::Thu),
        starts: None,
        ends: Some(crate::world::time("11:00")),
        if_conflict: IfStuck::Fail,
        seen: None,
    };
    assert_eq!(moves(&nights, &command, now()).unwrap()[0].times, (tokyo("2026-11-26 9:00"), tokyo("2026-11-27 11:00")));
}
