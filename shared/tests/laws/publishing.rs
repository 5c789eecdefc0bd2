//! What is previewed is what is published.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};
use proptest::prelude::*;
use shared::locale;
use shared::programmes::ProgrammeKey;
use shared::slots::{BandPlaces, NewSlots, Offering, PatternLine, PlanOutcome, PlanState, SlotBlock, plan};
use shared::time::at;

use crate::world::{day, open_nursery, slot, temporary_care};
use crate::{DAY, cases, minute_of};

proptest! {
    #![proptest_config(cases(192))]

    #[test]
    fn the_preview_is_what_is_published(
        first in 0..40_i64,
        days in 0..40_i64,
        lines in prop::collection::vec((prop::collection::vec(0..7_u8, 1..6), 6..20_u32, 1..6_u32), 1..6),
        holidays in prop::collection::vec(0..80_i64, 0..6),
        existing in prop::collection::vec((0..80_i64, 6..20_u32, 1..6_u32), 0..40),
        now in 0..80 * DAY,
        on_holidays: bool,
        hours: bool,
    ) {
        let date = |n: i64| day("2026-11-01") + TimeDelta::days(n);
        let hour = |h: u32| NaiveTime::from_hms_opt(h.min(23), 0, 0).unwrap();
        let weekday = |n: u8| Weekday::try_from(n).unwrap();
        let pattern: Vec<PatternLine> = lines
            .iter()
            .map(|(weekdays, starts, length)| PatternLine {
                weekdays: weekdays.iter().copied().map(weekday).collect(),
                starts: hour(*starts),
                ends: hour(starts + length),
                nights: 0,
                room: None,
                carers: None,
                bands: vec![BandPlaces { from_age: 0, under_age: 3, capacity: 3 }],
            })
            .collect();
        let block = shared::slots::BlockTimes { key: "day".to_owned(), starts: hour(9), ends: hour(10), nights: 0 };
        let offering = Offering {
            id: "offering".into(), facility_id: "facility".into(), programme: ProgrammeKey::new("p"), blocks: vec![block], hourly_yen: None, confirmation: None,
            interview: false,
            spare: false,
        };
        let unit = if hours { open_nursery().unit } else { temporary_care().unit };
        let holidays: Vec<(NaiveDate, String)> = holidays.into_iter().map(|n| (date(n), "祝日".to_owned())).collect();
        let mut existing: Vec<_> = existing.into_iter().map(|(n, h, l)| (at(date(n), hour(h)), at(date(n), hour(h + l)))).collect();
        let command = NewSlots { offering_id: "offering".into(), from: date(first), to: date(first + days), pattern, on_holidays };
        let now = at(date(0), NaiveTime::MIN) + TimeDelta::minutes(now);
        let preview = plan(&PlanState { offering: &offering, units: &[(day("2026-01-01"), &unit)], holidays: &holidays, existing: &existing, classes: &[] }, &command, now);
        let all_hold_a_block = command.pattern.iter().all(|line| line.starts <= hour(9) && hour(10) <= line.ends);
        prop_assert_eq!(preview.is_ok(), hours || all_hold_a_block);
        let Ok(preview) = preview else { return Ok(()) };
        let asked: usize = (0..=days)
            .map(|n| command.pattern.iter().filter(|line| line.weekdays.contains(&chrono::Datelike::weekday(&date(first + n)))).count())
            .sum();
        prop_assert_eq!(preview.slots.len(), asked);
        let mut published = 0;
        for planned in &preview.slots {
            let taken = existing.iter().any(|(from, until)| *from < planned.ends_at && planned.starts_at < *until);
            let holiday = !on_holidays && holidays.iter().any(|(holiday, _)| minute_of(planned.starts_at).div_euclid(DAY) == minute_of(at(*holiday, NaiveTime::MIN)).div_euclid(DAY));
            match &planned.outcome {
                PlanOutcome::Past => prop_assert!(planned.starts_at <= now),
                PlanOutcome::Holiday { .. } => prop_assert!(holiday && planned.starts_at > now),
                PlanOutcome::Exists => prop_assert!(taken && !holiday && planned.starts_at > now),
                PlanOutcome::New => {
                    prop_assert!(!taken && !holiday && planned.starts_at > now);
                    existing.push((planned.starts_at, planned.ends_at));
                    published += 1;
                }
            }
        }
        prop_assert_eq!(preview.new_count, published);
        let again = plan(&PlanState { offering: &offering, units: &[(day("2026-01-01"), &unit)], holidays: &holidays, existing: &existing, classes: &[] }, &command, now).unwrap();
        prop_assert_eq!(again.new_count, 0);
        prop_assert_eq!(again.slots.len(), preview.slots.len());
    }

    #[test]
    fn a_slot_takes_its_blocks_with_it(starts in 0..24_u32, length in 0..24_u32) {
        let hour = |h: u32| NaiveTime::from_hms_opt(h.min(23), 0, 0).unwrap();
        let template = slot("2026-12-03");
        let clock = |instant: DateTime<Utc>| locale::clock_at(instant);
        let blocks = ["day", "morning", "afternoon"].into_iter().zip([(9, 17), (9, 12), (13, 17)]);
        let offering = Offering {
            id: "offering".into(),
            facility_id: "facility".into(),
            programme: ProgrammeKey::new("p"),
            blocks: blocks.clone().map(|(key, (s, e))| shared::slots::BlockTimes { key: key.to_owned(), starts: hour(s), ends: hour(e), nights: 0 }).collect(),
            hourly_yen: None,
            confirmation: None,
            interview: false,
            spare: false,
        };
        let (from, until) = (hour(starts), hour(starts + length));
        let found: Vec<SlotBlock> = shared::slots::blocks_within(&offering, at(template.day(), from), at(template.day(), until));
        let expected: Vec<&str> = blocks.filter(|(_, (s, e))| from <= hour(*s) && hour(*e) <= until).map(|(key, _)| key).collect();
        prop_assert_eq!(found.iter().map(|b| b.key.as_str()).collect::<Vec<_>>(), expected);
        for block in found {
            let laid = template.blocks.iter().find(|b| b.key == block.key).unwrap();
            prop_assert_eq!((clock(block.starts_at), clock(block.ends_at)), (clock(laid.starts_at), clock(laid.ends_at)));
        }
    }
}
