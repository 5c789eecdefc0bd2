//! From the facts of a month to the cells that are published.

use std::collections::BTreeMap;

use super::hiding::{self, Part};
use super::{Amounts, Measure, View};

/// What occurred in a month, counted: one for each combination of what it is split by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fact {
    /// The facility's id; empty: none.
    pub facility: String,
    /// The district of the facility; empty: not known.
    pub district: String,
    /// The programme's or procedure's key; empty: not said.
    pub programme: String,
    /// The child's age in years; none: not said.
    pub age: Option<u32>,
    /// Where the family lives; empty: not told.
    pub residence: String,
    /// What else it is split by, as [`Measure::views`] has it behind those above, in that order.
    pub words: [String; 3],
    /// How many, and what they come to.
    pub amounts: Amounts,
}

/// A cell as it is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// By what the month is split.
    pub view: View,
    /// Which part.
    pub key: String,
    /// How many; none: hidden.
    pub shown: Option<Amounts>,
}

/// The part of a view to which a fact belongs. `nth` counts the views of its words.
fn key(fact: &Fact, view: View, nth: usize) -> String {
    match view {
        View::All => String::new(),
        View::District => fact.district.clone(),
        View::Facility => fact.facility.clone(),
        View::Programme => fact.programme.clone(),
        View::Age => fact.age.map(|age| age.to_string()).unwrap_or_default(),
        View::Residence => fact.residence.clone(),
        View::Reason | View::Channel | View::Hour | View::Office | View::Decider | View::Lead | View::Why | View::Outcome => {
            fact.words.get(nth).cloned().unwrap_or_default()
        }
    }
}

const fn is_word(view: View) -> bool {
    !matches!(view, View::All | View::District | View::Facility | View::Programme | View::Age | View::Residence)
}

/// The views of a measure, those of words with their number.
fn views(measure: Measure) -> impl Iterator<Item = (View, usize)> {
    let mut words = 0;
    measure.views().iter().map(move |view| {
        let nth = words;
        words += usize::from(is_word(*view));
        (*view, nth)
    })
}

/// Splits a city's facts of one measure in every view that is offered, and hides what must not be told.
pub fn publish(measure: Measure, facts: &[Fact]) -> Vec<Cell> {
    let mut parts: BTreeMap<(View, String), (Amounts, Vec<usize>)> = BTreeMap::new();
    for (n, fact) in facts.iter().enumerate().filter(|(_, fact)| fact.amounts.count > 0) {
        for (view, nth) in views(measure) {
            let (amounts, of) = parts.entry((view, key(fact, view, nth))).or_default();
            *amounts = amounts.plus(fact.amounts);
            of.push(n);
        }
    }
    let asked: Vec<Part> =
        parts.iter().map(|((view, _), (amounts, of))| Part { view: *view, count: amounts.count, of: of.clone() }).collect();
    let shown = if measure.is_of_people() { hiding::shown(&asked) } else { vec![true; asked.len()] };
    parts
        .into_iter()
        .zip(shown)
        .map(|(((view, key), (amounts, _)), is_shown)| Cell { view, key, shown: is_shown.then_some(amounts) })
        .collect()
}
