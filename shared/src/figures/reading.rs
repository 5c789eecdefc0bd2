//! What is read from published figures: shares, hours and yen, each by one formula, with what is hidden left out and said.

use serde::{Deserialize, Serialize};

use super::{Amounts, FigureTable, Figures, Goals, Measure, View};

/// The figures that are shown, each by the formula of [`read`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Figure {
    /// Booked minutes of offered ones.
    Fill,
    /// Stays.
    Stays,
    /// What nobody could be given.
    Unmet,
    /// Days with a free place of open days.
    FreeDays,
    /// Hours from sending an application to its decision, on average.
    Lead,
    /// Applications that the rules decided, of all.
    ByRules,
    /// Stays of families from elsewhere, of all.
    FromElsewhere,
    /// Bookings that were made while the city hall was closed, of all.
    OutOfHours,
    /// Calls that nobody had to make.
    Calls,
    /// Hours that these calls would have taken.
    Hours,
    /// What these hours would have cost, in yen.
    Cost,
    /// Cancelled stays of all that were booked.
    Cancelled,
    /// Children who did not come, of all who were to.
    Absent,
    /// Offers of the waiting list that became a stay, of the entries that ended.
    Converted,
    /// Notices that nobody opened in time, of all that had to be opened.
    Unopened,
}

impl Figure {
    /// Every figure, in the order of the page.
    pub const ALL: [Self; 15] = [
        Self::Fill,
        Self::Stays,
        Self::FreeDays,
        Self::Unmet,
        Self::FromElsewhere,
        Self::OutOfHours,
        Self::Calls,
        Self::Hours,
        Self::Cost,
        Self::Cancelled,
        Self::Absent,
        Self::Converted,
        Self::Lead,
        Self::ByRules,
        Self::Unopened,
    ];

    /// Whether it can be told for a part of this view.
    pub fn is_by(self, view: View) -> bool {
        match self {
            Self::Fill | Self::FreeDays => matches!(view, View::Facility | View::District | View::Programme),
            Self::Stays | Self::Cancelled | Self::Absent => view.is_chosen(),
            Self::Unmet => matches!(view, View::Programme | View::Age),
            _ => false,
        }
    }

    /// What its value is.
    pub const fn unit(self) -> Unit {
        match self {
            Self::Stays | Self::Unmet | Self::Calls => Unit::Count,
            Self::Lead | Self::Hours => Unit::Hours,
            Self::Cost => Unit::Yen,
            _ => Unit::Percent,
        }
    }
}

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A number of things.
    Count,
    /// Of a hundred, in tenths.
    Percent,
    /// Hours, in tenths.
    Hours,
    /// Yen.
    Yen,
}

/// A value as it can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// Hidden: it or what it is made of is small.
    Hidden,
    /// There is nothing of which it could be a share.
    Nothing,
    /// The value: counts and yen as such, shares and hours in tenths.
    Is {
        /// The value.
        value: i64,
        /// Something is hidden and not in it.
        is_part: bool,
    },
}

impl Value {
    /// The value, where there is one.
    pub const fn get(self) -> Option<i64> {
        match self {
            Self::Is { value, .. } => Some(value),
            Self::Hidden | Self::Nothing => None,
        }
    }
}

/// Which months of a range, by their number.
pub type Span = std::ops::Range<usize>;

/// Sums of what is shown, and whether something was hidden.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Sum {
    amounts: Amounts,
    shown: usize,
    hidden: usize,
}

impl Sum {
    const fn plus(self, other: Self) -> Self {
        Self { amounts: self.amounts.plus(other.amounts), shown: self.shown + other.shown, hidden: self.hidden + other.hidden }
    }

    const fn value(self, value: i64) -> Value {
        if self.shown == 0 && self.hidden > 0 { Value::Hidden } else { Value::Is { value, is_part: self.hidden > 0 } }
    }
}

/// Tenths of a share or quotient, rounded half up.
fn tenths(of: i64, by: i64, times: i64) -> Option<i64> {
    let (of, by) = (i128::from(of) * i128::from(times) * 10, i128::from(by));
    i64::try_from((2 * of + by).checked_div(2 * by)?).ok()
}

impl Figures {
    /// A table.
    pub fn table(&self, measure: Measure, view: View) -> Option<&FigureTable> {
        self.tables.iter().find(|table| table.measure == measure && table.view == view)
    }

    /// One part of a view in a month: hidden, or how many; what is not there is none.
    fn cell(&self, measure: Measure, (view, key): (View, &str), month: usize) -> Option<Amounts> {
        let rows = self.table(measure, view).map(|table| table.rows.as_slice()).unwrap_or_default();
        let row = rows.iter().find(|row| row.key == key);
        row.map_or(Some(Amounts::default()), |row| row.months.get(month).copied().unwrap_or_default())
    }

    fn sum(&self, measure: Measure, part: (View, &str), months: Span) -> Sum {
        months.fold(Sum::default(), |sum, month| {
            sum.plus(match self.cell(measure, part, month) {
                Some(amounts) => Sum { amounts, shown: 1, hidden: 0 },
                None => Sum { amounts: Amounts::default(), shown: 0, hidden: 1 },
            })
        })
    }

    /// Two sums over the months in which both are shown.
    fn both(&self, one: (Measure, View, &str), other: (Measure, View, &str), months: Span) -> (Sum, Sum) {
        months.fold((Sum::default(), Sum::default()), |(a, b), month| {
            let cells = (self.cell(one.0, (one.1, one.2), month), self.cell(other.0, (other.1, other.2), month));
            let shown = |amounts| Sum { amounts, shown: 1, hidden: 0 };
            let hidden = Sum { amounts: Amounts::default(), shown: 0, hidden: 1 };
            match cells {
                (Some(x), Some(y)) => (a.plus(shown(x)), b.plus(shown(y))),
                _ => (a.plus(hidden), b.plus(hidden)),
            }
        })
    }

    /// A value of the figure for a part of a view, or with [`View::All`] and an empty key for the city, over some of the months.
    pub fn read(&self, figure: Figure, part: (View, &str), months: Span) -> Value {
        let all = (View::All, "");
        let counted = |measure| {
            let sum = self.sum(measure, part, months.clone());
            sum.value(sum.amounts.count)
        };
        let share = |one: (Measure, View, &str), of: (Measure, View, &str)| {
            let (one, of) = self.both(one, of, months.clone());
            percent(one.amounts.count, of.amounts.count, one)
        };
        let at = |measure| (measure, part.0, part.1);
        match figure {
            Figure::Stays => counted(Measure::Stays),
            Figure::Unmet => counted(Measure::Unmet),
            Figure::Fill => {
                let (stays, offered) = self.both(at(Measure::Stays), at(Measure::Offered), months);
                percent(stays.amounts.sum, offered.amounts.sum, stays)
            }
            Figure::FreeDays => {
                let free = self.sum(Measure::Free, part, months);
                percent(free.amounts.sum, free.amounts.count, free)
            }
            Figure::Lead => {
                let sum = self.sum(Measure::Decided, all, months);
                tenths(sum.amounts.sum, sum.amounts.count.saturating_mul(60), 1).map_or(nothing(sum), |hours| sum.value(hours))
            }
            Figure::ByRules => share((Measure::Decided, View::Decider, "rules"), (Measure::Decided, View::All, "")),
            Figure::FromElsewhere => {
                let (own, of) =
                    self.both((Measure::Stays, View::Residence, self.municipality.as_str()), (Measure::Stays, View::All, ""), months);
                percent(of.amounts.count - own.amounts.count, of.amounts.count, of)
            }
            Figure::OutOfHours => share((Measure::Made, View::Office, "out_of_hours"), (Measure::Made, View::All, "")),
            Figure::Calls | Figure::Hours | Figure::Cost => self.saved(figure, months),
            Figure::Cancelled => self.of_booked(Measure::Cancelled, &[Measure::Stays, Measure::Absent], part, months),
            Figure::Absent => self.of_booked(Measure::Absent, &[Measure::Stays], part, months),
            Figure::Converted => share((Measure::Waited, View::Outcome, "accepted"), (Measure::Waited, View::All, "")),
            Figure::Unopened => share((Measure::Notified, View::Outcome, "unopened"), (Measure::Notified, View::All, "")),
        }
    }

    /// Bookings that families made themselves, as calls, as hours, as yen.
    fn saved(&self, figure: Figure, months: Span) -> Value {
        let own = ["family", "waitlist"].map(|channel| self.sum(Measure::Made, (View::Channel, channel), months.clone()));
        let sum = own.into_iter().fold(Sum::default(), Sum::plus);
        let (calls, goals) = (sum.amounts.count, self.goals);
        match figure {
            Figure::Hours => tenths(calls.saturating_mul(goals.call_minutes), 60, 1).map_or(Value::Nothing, |hours| sum.value(hours)),
            Figure::Cost => goals.yen_of_minutes(calls.saturating_mul(goals.call_minutes)).map_or(Value::Nothing, |yen| sum.value(yen)),
            _ => sum.value(calls),
        }
    }

    /// A share of all that was booked: of itself and the others.
    fn of_booked(&self, measure: Measure, others: &[Measure], part: (View, &str), months: Span) -> Value {
        let mut told = (Sum::default(), 0);
        for month in months {
            let one = self.cell(measure, part, month);
            let rest: Option<Vec<Amounts>> = others.iter().map(|other| self.cell(*other, part, month)).collect();
            told = match (one, rest) {
                (Some(one), Some(rest)) => {
                    let of = rest.iter().fold(one.count, |sum, amounts| sum.saturating_add(amounts.count));
                    (told.0.plus(Sum { amounts: one, shown: 1, hidden: 0 }), of.saturating_add(told.1))
                }
                _ => (told.0.plus(Sum { hidden: 1, ..Sum::default() }), told.1),
            };
        }
        percent(told.0.amounts.count, told.1, told.0)
    }

    /// The target of hours saved for so many months, in tenths of an hour.
    pub fn target_tenths(&self, months: usize) -> i64 {
        let months = i64::try_from(months).unwrap_or(0);
        self.goals.paperwork_hours.saturating_mul(self.goals.saved_percent).saturating_mul(months) / 120
    }
}

impl Goals {
    /// What so many minutes cost by the hour of the paperwork, in yen.
    pub fn yen_of_minutes(&self, minutes: i64) -> Option<i64> {
        let yen = (i128::from(minutes) * i128::from(self.running_yen)).checked_div(i128::from(self.paperwork_hours) * 60)?;
        i64::try_from(yen).ok()
    }
}

const fn nothing(sum: Sum) -> Value {
    if sum.shown == 0 && sum.hidden > 0 { Value::Hidden } else { Value::Nothing }
}

/// A share in tenths of a hundredth.
fn percent(one: i64, of: i64, sum: Sum) -> Value {
    tenths(one, of, 100).map_or(nothing(sum), |share| sum.value(share))
}
