//! A series is booked exactly as it was previewed: date by date it is what booking each stay alone, one after the other, would be.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc, Weekday};
use proptest::prelude::*;
use shared::bookings::{Booking, BookingState, Busy, Cancel, CancelledBy, NewBooking, PlaceState, cancel, place, usage};
use shared::programmes::{Confirmation, IfSilent, LimitUnit, Opens, accounts, touched_days};
use shared::series::{
    Becomes, CancelSeries, DateState, IfConflict, NewSeries, Planned, Rejection, Scope, SeriesDate, SeriesPreview, cancel_dates, dates,
    decide, moved, plan, stay_on,
};
use shared::slots::{Occupancy, SlotState};
use shared::time::{at, tokyo_day};

use crate::world::{self, at_any_time, child, day, month_limit, slot, temporary_care, time};
use crate::{DAY, cases};

/// What may be on one day.
#[derive(Debug, Clone)]
struct Ground {
    /// No slot at all.
    missing: bool,
    closed: bool,
    /// Places for the young, and how many others have them.
    places: i64,
    others: i64,
    /// The facility decides.
    decides: bool,
    /// One of the children waits for a place on it already.
    waited_for: bool,
}

#[derive(Debug, Clone)]
struct World {
    now: DateTime<Utc>,
    grounds: Vec<Ground>,
    half_days: i64,
    morning: bool,
    brother: bool,
    weekdays: Vec<Weekday>,
    weeks: u64,
    /// Entries that the family has on the waiting list.
    open: usize,
}

fn worlds() -> impl Strategy<Value = World> {
    let ground =
        (prop::bool::weighted(0.1), prop::bool::weighted(0.1), 0..4_i64, 0..3_i64, prop::bool::weighted(0.2), prop::bool::weighted(0.1))
            .prop_map(|(missing, closed, places, others, decides, waited_for)| Ground {
                missing,
                closed,
                places,
                others: others.min(places),
                decides,
                waited_for,
            });
    let weekdays = prop::sample::subsequence(vec![Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Fri], 1..4);
    (0..30 * DAY, prop::collection::vec(ground, 70), 0..12_i64, any::<bool>(), any::<bool>(), weekdays, 0..9_u64, 12..=20_usize).prop_map(
        |(minutes, grounds, half_days, morning, brother, weekdays, weeks, open)| World {
            now: at(day("2026-11-10"), NaiveTime::MIN) + TimeDelta::minutes(minutes),
            grounds,
            half_days,
            morning,
            brother,
            weekdays,
            weeks,
            open,
        },
    )
}

impl World {
    fn command(&self) -> NewSeries {
        let mut children = vec!["sora".into()];
        children.extend(self.brother.then(|| "umi".into()));
        let until = time(if self.morning { "12:00" } else { "17:00" });
        let first = day("2026-11-24");
        let stay = NewBooking::new(slot_id(first), children).between(at(first, time("9:00")), at(first, until));
        let until = first + chrono::Days::new(7 * self.weeks);
        NewSeries { stay, weekdays: self.weekdays.clone(), until, if_conflict: IfConflict::Skip, seen: None }
    }

    /// A day as the rule sees it, beside what the family has.
    fn state(&self, n: usize, date: chrono::NaiveDate, bookings: &[Booking]) -> Result<PlaceState, Rejection> {
        let ground = &self.grounds[n];
        if ground.missing && n > 0 {
            return Err(Rejection::NoSlot);
        }
        let mut slot = slot(&date.to_string());
        slot.id = slot_id(date);
        slot.bands[0].capacity = ground.places;
        slot.bands[0].occupancy = Occupancy::default().plus(60, 120, ground.others);
        slot.state = if ground.closed { SlotState::Closed } else { SlotState::Open };
        slot.confirmation = ground.decides.then_some(Confirmation::ByFacility { hours: 24, if_silent: IfSilent::Decline });
        for booking in bookings.iter().filter(|booking| booking.slot_id == slot.id) {
            let (from, until) = (slot.minute(booking.starts_at), slot.minute(booking.ends_at));
            slot.bands[0].occupancy = slot.bands[0].occupancy.plus(from, until, 1);
        }
        let mut terms = temporary_care();
        terms.opens = Opens::DaysBefore { days: 45 };
        let mut children = vec![child("sora", "2024-06-15")];
        children.extend(self.brother.then(|| child("umi", "2024-07-15")));
        let mut state = world::state(slot, terms, children);
        state.limits = at_any_time(vec![month_limit("temporary_care", LimitUnit::HalfDays, self.half_days, 0)]);
        let accounts = accounts(&state.limits, touched_days(state.slot.starts_at, state.slot.ends_at));
        for child in &mut state.children {
            child.usages = accounts.iter().map(|account| (account.clone(), usage(bookings, &child.id, account))).collect();
            let mine = bookings.iter().filter(|booking| booking.child.id == child.id && booking.state.is_active());
            child.busy = mine.map(|b| Busy { starts_at: b.starts_at, ends_at: b.ends_at, facility: b.facility.name.clone() }).collect();
        }
        Ok(state)
    }

    fn days(&self, command: &NewSeries) -> Vec<chrono::NaiveDate> {
        dates(day("2026-11-24"), &command.weekdays, command.until).unwrap()
    }

    fn plan(&self, command: &NewSeries) -> Vec<Planned> {
        let times = (command.stay.starts_at.unwrap(), command.stay.ends_at.unwrap());
        let days = self.days(command);
        let found: Vec<_> = days.iter().enumerate().map(|(n, date)| (*date, self.state(n, *date, &[]))).collect();
        let states: Vec<DateState<'_>> = found
            .iter()
            .zip(&self.grounds)
            .map(|((date, found), ground)| DateState {
                day: *date,
                times: moved(times, days[0], *date),
                found: found.as_ref().map_err(Clone::clone),
                waited_for: ground.waited_for,
            })
            .collect();
        plan(&states, command, self.open, self.now)
    }
}

fn slot_id(date: chrono::NaiveDate) -> shared::ids::SlotId {
    date.to_string().as_str().into()
}

/// Books every date alone, one after the other, as a patient family would.
fn by_hand(world: &World, command: &NewSeries) -> (Vec<Option<(i64, BookingState)>>, Vec<Booking>) {
    let times = (command.stay.starts_at.unwrap(), command.stay.ends_at.unwrap());
    let days = world.days(command);
    let (mut told, mut bookings) = (Vec::new(), Vec::new());
    for (n, date) in days.iter().enumerate() {
        let placed = world.state(n, *date, &bookings).ok().and_then(|state| {
            let asked = stay_on(command, &state.slot.id, moved(times, days[0], *date));
            Some((place(&state, &asked, world.now).ok()?, state))
        });
        told.push(placed.as_ref().map(|(placed, _)| (placed.children.iter().map(|child| child.fee_yen()).sum(), placed.state.clone())));
        for child in placed.iter().flat_map(|(placed, _)| &placed.children) {
            let (placed, state) = placed.as_ref().unwrap();
            let mut booking = world::booking(state, placed, child, world.now);
            (booking.id, booking.child.id) = (format!("{date}-{}", child.id).as_str().into(), child.id.clone());
            bookings.push(booking);
        }
    }
    (told, bookings)
}

proptest! {
    #![proptest_config(cases(192))]

    #[test]
    fn a_series_is_what_its_dates_are_one_after_the_other(world in worlds()) {
        let command = world.command();
        let planned = world.plan(&command);
        let (told, bookings) = by_hand(&world, &command);
        let shown: Vec<_> = planned.iter().map(|p| p.date.fee_yen.zip(p.date.state.clone())).collect();
        prop_assert_eq!(&shown, &told);
        // What is told of a date is what is done: every refused date has a reason, and the places are those of the children.
        for planned in &planned {
            prop_assert_eq!(planned.date.bookable, matches!(planned.becomes, Becomes::Booked(..)));
            prop_assert_eq!(planned.date.bookable, planned.date.against().next().is_none());
        }
        let per_date = if world.brother { 2 } else { 1 };
        prop_assert_eq!(bookings.len(), per_date * told.iter().flatten().count(), "brothers and sisters of a date all or none");
        // As it was shown it is booked; skipping books what can be had, failing all or nothing.
        let dates: Vec<SeriesDate> = planned.iter().map(|planned| planned.date.clone()).collect();
        let seen = NewSeries { seen: Some(SeriesPreview::of(dates).seen()), ..command.clone() };
        prop_assert_eq!(decide(&planned, &seen).is_ok(), told.iter().any(Option::is_some));
        let whole = NewSeries { if_conflict: IfConflict::Fail, ..seen };
        prop_assert_eq!(decide(&planned, &whole).is_ok(), told.iter().all(Option::is_some));
    }

    #[test]
    fn waiting_changes_nothing_but_what_becomes_of_the_full_dates(world in worlds()) {
        let skip = world.command();
        let wait = NewSeries { if_conflict: IfConflict::Waitlist, ..skip.clone() };
        let (plain, planned) = (world.plan(&skip), world.plan(&wait));
        let (days, mut open) = (world.days(&skip), world.open);
        for (n, (plain, planned)) in plain.iter().zip(&planned).enumerate() {
            prop_assert_eq!(plain.date.seen(), shared::series::SeenDate { waits: false, ..planned.date.seen() }, "nothing else is booked");
            prop_assert!(!plain.date.waits);
            // By hand: a family that sees nothing but a full slot joins its list, unless it waits there, or for twenty things.
            let reasons: Vec<&str> = plain.date.against().map(|reason| reason.code.as_ref()).collect();
            let only_full = !reasons.is_empty() && reasons.iter().all(|code| *code == "bookings.slot_full");
            let joins = only_full && !world.grounds[n].waited_for && open < shared::waitlist::MOST_ENTRIES;
            open += usize::from(joins);
            prop_assert_eq!((planned.date.waits, matches!(planned.becomes, Becomes::Waits(_))), (joins, joins), "{}: {:?}", days[n], reasons);
            if let Becomes::Waits(stay) = &planned.becomes {
                prop_assert_eq!(&stay.child_ids, &wait.stay.child_ids, "the party waits as a whole");
                prop_assert_eq!((stay.starts_at, stay.ends_at), (Some(planned.date.starts_at), Some(planned.date.ends_at)));
            }
            // Whoever neither gets a place nor may wait is told why, also by the waiting list.
            let told: Vec<&str> = planned.date.against().map(|reason| reason.code.as_ref()).filter(|code| code.starts_with("waitlist.")).collect();
            prop_assert_eq!(told.is_empty(), !only_full || joins);
        }
        let seen = SeriesPreview::of(planned.iter().map(|planned| planned.date.clone()).collect()).seen();
        let some = planned.iter().any(|planned| planned.date.bookable || planned.date.waits);
        prop_assert_eq!(decide(&planned, &NewSeries { seen: Some(seen), ..wait }).is_ok(), some);
    }

    #[test]
    fn whatever_changed_since_the_preview_is_told_by_its_day(world in worlds(), which in any::<prop::sample::Index>(), places in 0..4_i64, closed in any::<bool>()) {
        let command = world.command();
        let before = world.plan(&command);
        let seen = SeriesPreview::of(before.iter().map(|planned| planned.date.clone()).collect()).seen();
        let mut later = world.clone();
        let ground = &mut later.grounds[which.index(before.len())];
        (ground.places, ground.closed) = (places.max(ground.others), closed);
        let after = later.plan(&command);
        let differs: Vec<_> = before.iter().zip(&after).filter(|(a, b)| a.date.seen() != b.date.seen()).map(|(a, _)| Some(a.date.day)).collect();
        match decide(&after, &NewSeries { seen: Some(seen), ..command }) {
            Ok(()) => prop_assert!(differs.is_empty()),
            Err(against) if against[0].reason.code == "series.none_bookable" => prop_assert!(differs.is_empty()),
            Err(against) => prop_assert_eq!(against.iter().map(|a| a.day).collect::<Vec<_>>(), differs),
        }
    }

    #[test]
    fn cancelling_dates_is_cancelling_each_and_no_other(
        world in worlds(),
        chosen in any::<prop::sample::Index>(),
        scope in prop::sample::select(vec![Scope::This, Scope::Following, Scope::All]),
        passed in 0..90 * DAY,
        gone in prop::collection::vec(prop::bool::weighted(0.2), 140),
    ) {
        let (_, mut bookings) = by_hand(&world, &world.command());
        prop_assume!(!bookings.is_empty());
        let now = world.now + TimeDelta::minutes(passed);
        for (booking, gone) in bookings.iter_mut().zip(gone) {
            if gone {
                booking.state = BookingState::Cancelled { at: world.now, fee_yen: 0, counts: false, exempt: None };
            } else {
                booking.state = BookingState::Confirmed;
            }
        }
        let chosen = bookings[chosen.index(bookings.len())].clone();
        let command = CancelSeries { booking_id: chosen.id.clone(), scope, reason: None, seen: None };
        let outcome = cancel_dates(&bookings, &command, CancelledBy::Family, now);
        // By hand: look at each booking of the child and cancel it alone.
        let mut expected = Vec::new();
        for booking in &bookings {
            let same_child = booking.child.id == chosen.child.id;
            let wanted = booking.id == chosen.id
                || (same_child && now < booking.starts_at && (scope == Scope::All || (scope == Scope::Following && booking.starts_at > chosen.starts_at)));
            if let (true, Ok(state)) = (wanted, cancel(booking, &Cancel::default(), CancelledBy::Family, now)) {
                expected.push((booking.id.clone(), state));
            }
        }
        match outcome {
            Ok(dates) => {
                prop_assert!(dates.iter().all(|(date, _)| date.booking_id == chosen.id || tokyo_day(date.starts_at) >= tokyo_day(now)));
                prop_assert_eq!(dates.into_iter().map(|(date, state)| (date.booking_id, state)).collect::<Vec<_>>(), expected);
            }
            Err(_) => prop_assert!(expected.is_empty()),
        }
    }
}
