//! What is hidden stays hidden, and what is read is what the formulas say.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::hiding::{LEAST, Part, shown};
use super::publishing::{Fact, publish};
use super::reading::{Figure, Value};
use super::*;

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

fn fact(facility: &str, programme: &str, age: u32, residence: &str, count: i64) -> Fact {
    Fact {
        facility: facility.to_owned(),
        district: facility.chars().take(1).collect(),
        programme: programme.to_owned(),
        age: Some(age),
        residence: residence.to_owned(),
        words: Default::default(),
        amounts: Amounts { count, sum: count * 60 },
    }
}

#[test]
fn a_month_is_published_from_the_tenth_of_the_next_one_on() {
    let due = |day: &str| last_due(day.parse().unwrap()).to_string();
    assert_eq!((due("2027-01-09"), due("2027-01-10")), ("2026-11".to_owned(), "2026-12".to_owned()));
    let asked = |from: Option<&str>, to: Option<&str>, by| {
        range(&FiguresQuery { municipality: None, from: from.map(month), to: to.map(month), by }, "2027-01-18".parse().unwrap())
    };
    assert_eq!(asked(None, None, None), Ok((month("2026-01"), month("2026-12"))));
    assert_eq!(asked(Some("2025-01"), Some("2026-12"), Some(View::Age)), Ok((month("2025-01"), month("2026-12"))));
    assert_eq!(asked(Some("2024-12"), Some("2026-12"), None), Err(Rejection::Range));
    assert_eq!(asked(Some("2026-12"), Some("2026-11"), None), Err(Rejection::Range));
    assert_eq!(asked(None, None, Some(View::Hour)), Err(Rejection::View));
}

#[test]
fn a_small_part_is_hidden_with_the_smallest_one_beside_it() {
    let facts = [fact("a1", "care", 1, "y", 3), fact("a2", "care", 1, "y", 9), fact("b1", "care", 1, "y", 20)];
    let cells: BTreeMap<(View, String), Option<i64>> =
        publish(Measure::Stays, &facts).into_iter().map(|cell| ((cell.view, cell.key), cell.shown.map(|amounts| amounts.count))).collect();
    let told = |view, key: &str| cells[&(view, key.to_owned())];
    assert_eq!((told(View::Facility, "a1"), told(View::Facility, "a2"), told(View::Facility, "b1")), (None, None, Some(20)));
    // The district is both of them together and says nothing of either.
    assert_eq!((told(View::District, "a"), told(View::District, "b"), told(View::All, "")), (Some(12), Some(20), Some(32)));
}

#[test]
fn a_programme_of_two_facilities_gives_neither_away() {
    // Whoever looks up that `night` is at a1 and b1 only, and they offer nothing else, could take one from the other.
    let facts = [
        fact("a1", "night", 1, "y", 2),
        fact("b1", "night", 1, "y", 20),
        fact("c1", "care", 1, "y", 30),
        fact("c2", "care", 1, "y", 40),
        fact("d1", "care", 1, "y", 50),
    ];
    let cells = publish(Measure::Stays, &facts);
    let is_shown = |view, key: &str| cells.iter().any(|cell| cell.view == view && cell.key == key && cell.shown.is_some());
    assert!(!is_shown(View::Facility, "a1"));
    assert!(!(is_shown(View::Programme, "night") && is_shown(View::Facility, "b1")));
    assert!(!(is_shown(View::District, "a")));
}

#[test]
fn where_nothing_is_small_nothing_is_hidden_and_places_never_are() {
    let facts = [fact("a1", "care", 1, "y", 5), fact("a2", "night", 2, "s", 9)];
    assert!(publish(Measure::Stays, &facts).iter().all(|cell| cell.shown.is_some()));
    let few = [fact("a1", "care", 1, "y", 1), fact("a2", "night", 2, "s", 1)];
    assert!(publish(Measure::Offered, &few).iter().all(|cell| cell.shown.is_some()));
    assert!(publish(Measure::Stays, &few).iter().all(|cell| cell.shown.is_none()), "two times one is told by their sum");
}

/// Over whole numbers modulo another prime, and with every fact as a place of its own: whether a list is a combination of others.
fn is_combination(of: &[Vec<i128>], wanted: &[i128]) -> bool {
    const P: i128 = 1_000_000_007;
    let power = |mut base: i128, mut left: i128| {
        let mut found = 1;
        while left > 0 {
            if left & 1 == 1 {
                found = found * base % P;
            }
            base = base * base % P;
            left >>= 1;
        }
        found
    };
    let rank = |mut rows: Vec<Vec<i128>>| {
        let mut rank = 0;
        for place in 0..wanted.len() {
            let Some(found) = (rank..rows.len()).find(|row| rows[*row][place] != 0) else { continue };
            rows.swap(rank, found);
            let by = power(rows[rank][place], P - 2);
            let (above, below) = rows.split_at_mut(rank + 1);
            let pivot = &above[rank];
            for row in below {
                let times = row[place] * by % P;
                for (left, right) in row.iter_mut().zip(pivot) {
                    *left = (*left + P - times * right % P) % P;
                }
            }
            rank += 1;
        }
        rank
    };
    let with = of.iter().cloned().chain([wanted.to_vec()]).collect();
    rank(of.to_vec()) == rank(with)
}

fn facts() -> impl Strategy<Value = Vec<Fact>> {
    let count = prop_oneof![3 => 1..5_i64, 3 => 5..12_i64, 1 => 12..200_i64];
    prop::collection::btree_map((0..5_usize, 0..3_usize, 0..3_u32, 0..2_usize), count, 1..24).prop_map(|all| {
        all.into_iter()
            .map(|((facility, programme, age, residence), count)| {
                fact(["a1", "a2", "b1", "b2", "c1"][facility], ["care", "open", "night"][programme], age, ["y", "s"][residence], count)
            })
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Nothing that is hidden for its smallness can be computed from what is shown by adding and subtracting, over all views together.
    #[test]
    fn no_hidden_part_is_a_combination_of_shown_ones(facts in facts()) {
        let mut parts: BTreeMap<(View, String), Vec<usize>> = BTreeMap::new();
        for (n, fact) in facts.iter().enumerate() {
            for (view, key) in [
                (View::All, String::new()),
                (View::District, fact.district.clone()),
                (View::Facility, fact.facility.clone()),
                (View::Programme, fact.programme.clone()),
                (View::Age, fact.age.unwrap().to_string()),
                (View::Residence, fact.residence.clone()),
            ] {
                parts.entry((view, key)).or_default().push(n);
            }
        }
        let cells = publish(Measure::Stays, &facts);
        prop_assert_eq!(cells.len(), parts.len());
        let list = |of: &[usize]| (0..facts.len()).map(|n| i128::from(of.contains(&n))).collect::<Vec<_>>();
        let count = |of: &[usize]| of.iter().map(|n| facts[*n].amounts.count).sum::<i64>();
        let told: Vec<Vec<i128>> = cells.iter().filter(|cell| cell.shown.is_some()).map(|cell| list(&parts[&(cell.view, cell.key.clone())])).collect();
        for cell in &cells {
            let of = &parts[&(cell.view, cell.key.clone())];
            if let Some(amounts) = cell.shown {
                prop_assert_eq!(amounts.count, count(of));
                prop_assert!(amounts.count >= LEAST);
            } else if count(of) < LEAST {
                prop_assert!(!is_combination(&told, &list(of)), "{:?} {} can be computed", cell.view, cell.key);
            }
        }
    }

    /// A view that hides a small part hides a larger one beside it, unless it has none.
    #[test]
    fn small_parts_are_never_hidden_alone(facts in facts()) {
        let cells = publish(Measure::Stays, &facts);
        for view in Measure::Stays.views().iter().filter(|view| **view != View::All) {
            let of_view: Vec<_> = cells.iter().filter(|cell| cell.view == *view).collect();
            let key = |fact: &Fact| match view {
                View::District => fact.district.clone(),
                View::Facility => fact.facility.clone(),
                View::Programme => fact.programme.clone(),
                View::Age => fact.age.unwrap().to_string(),
                _ => fact.residence.clone(),
            };
            let count = |of: &str| facts.iter().filter(|fact| key(fact) == of).map(|fact| fact.amounts.count).sum::<i64>();
            let hidden: Vec<i64> = of_view.iter().filter(|cell| cell.shown.is_none()).map(|cell| count(&cell.key)).collect();
            if hidden.iter().any(|count| *count < LEAST) && hidden.iter().all(|count| *count < LEAST) {
                prop_assert_eq!(hidden.len(), of_view.len(), "{:?}", view);
            }
        }
    }

    /// Without small parts everything is told.
    #[test]
    fn nothing_is_hidden_without_need(counts in prop::collection::vec(LEAST..100, 1..12)) {
        let parts: Vec<Part> = counts.iter().enumerate().map(|(n, count)| Part { view: View::Age, count: *count, of: vec![n] }).collect();
        prop_assert!(shown(&parts).iter().all(|is_shown| *is_shown));
    }
}

fn row(key: &str, months: &[Option<(i64, i64)>]) -> FigureRow {
    FigureRow {
        key: key.to_owned(),
        name: None,
        months: months.iter().map(|cell| cell.map(|(count, sum)| Amounts { count, sum })).collect(),
    }
}

fn table(measure: Measure, view: View, rows: Vec<FigureRow>) -> FigureTable {
    FigureTable { measure, view, rows }
}

fn figures() -> Figures {
    Figures {
        municipality: MunicipalityCode::parse("312029").unwrap(),
        name: Localised::new("米子市", "米子市", "Yonago"),
        position: Position { latitude: 35.4, longitude: 133.3 },
        months: vec![month("2026-11"), month("2026-12")],
        goals: Goals::default(),
        tables: vec![
            table(Measure::Stays, View::All, vec![row("", &[Some((10, 3000)), Some((30, 9000))])]),
            table(Measure::Stays, View::Residence, vec![row("312029", &[Some((8, 0)), None]), row("312045", &[Some((2, 0)), None])]),
            table(Measure::Stays, View::Facility, vec![row("a", &[None, Some((20, 6000))])]),
            table(Measure::Offered, View::All, vec![row("", &[Some((20, 12000)), Some((20, 12000))])]),
            table(Measure::Offered, View::Facility, vec![row("a", &[Some((20, 8000)), Some((20, 8000))])]),
            table(Measure::Cancelled, View::All, vec![row("", &[Some((5, 0)), Some((10, 0))])]),
            table(Measure::Absent, View::All, vec![row("", &[None, Some((10, 0))])]),
            table(Measure::Decided, View::All, vec![row("", &[Some((5, 900)), Some((5, 0))])]),
            table(Measure::Made, View::All, vec![row("", &[Some((100, 0)), Some((100, 0))])]),
            table(Measure::Made, View::Office, vec![row("out_of_hours", &[Some((60, 0)), Some((55, 0))])]),
            table(
                Measure::Made,
                View::Channel,
                vec![row("family", &[Some((90, 0)), Some((80, 0))]), row("waitlist", &[None, Some((10, 0))])],
            ),
        ],
    }
}

#[test]
fn figures_are_read_by_their_formulas() {
    let known = figures();
    let all = (View::All, "");
    let is = |value| Value::Is { value, is_part: false };
    let part = |value| Value::Is { value, is_part: true };
    // (3000 + 9000) of (12000 + 12000) minutes.
    assert_eq!(known.read(Figure::Fill, all, 0..2), is(500));
    // Only the month in which both are shown counts: 6000 of 8000.
    assert_eq!(known.read(Figure::Fill, (View::Facility, "a"), 0..2), part(750));
    assert_eq!(known.read(Figure::Fill, (View::Facility, "a"), 0..1), Value::Hidden);
    assert_eq!(known.read(Figure::Fill, (View::Facility, "b"), 0..1), Value::Nothing, "no places, no share");
    // 2 of 10 in November; December hides where they live.
    assert_eq!(known.read(Figure::FromElsewhere, all, 0..2), part(200));
    // December: 10 of 30 + 10 + 10; November's absences are hidden, and with them what was booked in all.
    assert_eq!(known.read(Figure::Cancelled, all, 0..2), part(200));
    assert_eq!(known.read(Figure::Absent, all, 0..2), part(250));
    // 900 minutes over ten applications.
    assert_eq!(known.read(Figure::Lead, all, 0..2), is(15));
    assert_eq!(known.read(Figure::OutOfHours, all, 0..2), is(575));
    // 90 + 80 + 10 calls of ten minutes; the hidden ones are not counted.
    assert_eq!(known.read(Figure::Calls, all, 0..2), part(180));
    assert_eq!(known.read(Figure::Hours, all, 0..2), part(300));
    assert_eq!(known.read(Figure::Cost, all, 0..2), part(71_559), "30 of 2,180 hours of 5,200,000 yen");
    assert_eq!(known.read(Figure::Unopened, all, 0..2), Value::Nothing);
    assert_eq!(known.read(Figure::Unmet, all, 0..2), is(0));
    // 85 % of 2,180 hours in a year.
    assert_eq!(known.target_tenths(12), 18_530);
}
