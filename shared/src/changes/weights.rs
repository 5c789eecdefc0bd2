//! Why somebody else has to agree to a change: money, or who may use what.

use serde::{Deserialize, Serialize};

use super::{Change, FacilityData};
use crate::procedures::{NewProcedure, Procedure};
use crate::programmes::{NewProgramme, Programme, Terms};

/// Why a change needs four eyes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = RuleChangeWeight))]
pub enum Weight {
    /// What somebody pays or is paid changes.
    Money,
    /// Who may use it, or how much of it, changes.
    Eligibility,
    /// It binds another city too.
    Border,
    /// What is erased cannot be brought back.
    Erasure,
}

/// What holds before a change begins.
#[derive(Debug, Clone, Copy, Default)]
pub struct Before<'a> {
    /// The version of the programme.
    pub programme: Option<&'a Programme>,
    /// The version of the procedure.
    pub procedure: Option<&'a Procedure>,
    /// What is said of the facility.
    pub facility: Option<&'a FacilityData>,
}

/// What weighs in a change, next to what holds before; nothing: one officer is enough.
pub fn weights(change: &Change, before: Before<'_>) -> Vec<Weight> {
    match change {
        Change::Programme { version } => of_programme(version, before.programme),
        Change::Procedure { version } => of_procedure(version, before.procedure),
        Change::Compact { .. } => vec![Weight::Border],
        Change::Facility { facility } if before.facility.is_some_and(|held| held.admits_as(&facility.data)) => Vec::new(),
        // Where children can be brought, which and how many.
        Change::Facility { .. } | Change::Closing { .. } => vec![Weight::Eligibility],
        Change::Retention { .. } => vec![Weight::Erasure],
        Change::Holidays { .. } | Change::Municipality { .. } | Change::Wording { .. } => Vec::new(),
    }
}

fn of_programme(new: &NewProgramme, before: Option<&Programme>) -> Vec<Weight> {
    // How long it holds decides who may use it as much as any other rule.
    let Some(before) = before.filter(|_| new.valid_until.is_none()) else { return vec![Weight::Money, Weight::Eligibility] };
    let (money, eligibility) = of_terms(&before.terms, &new.terms);
    [(money, Weight::Money), (eligibility, Weight::Eligibility)]
        .into_iter()
        .filter_map(|(weighs, weight)| weighs.then_some(weight))
        .collect()
}

/// Whether money and whether eligibility differs. Every rule is named, so that a new one cannot be forgotten here.
fn of_terms(before: &Terms, after: &Terms) -> (bool, bool) {
    let Terms {
        ages,
        unit,
        limits,
        fees,
        extras,
        reliefs,
        benefit,
        opens: _,
        closes: _,
        confirmation: _,
        cancellation,
        late_pick_up,
        early_leaving,
        waiting: _,
        staffing: _,
        at_once: _,
        reasons: _,
        questions: _,
        bring: _,
        interview,
        certification,
        eligibility,
    } = after;
    let money = before.fees != *fees
        || before.extras != *extras
        || before.reliefs != *reliefs
        || before.benefit != *benefit
        || before.cancellation != *cancellation
        || before.late_pick_up != *late_pick_up
        || before.early_leaving != *early_leaving
        || before.unit != *unit;
    let admitted = before.ages != *ages
        || before.limits != *limits
        || before.interview != *interview
        || before.certification != *certification
        || before.eligibility != *eligibility;
    (money, admitted)
}

fn of_procedure(new: &NewProcedure, before: Option<&Procedure>) -> Vec<Weight> {
    let is_same = before.is_some_and(|before| before.terms == new.terms) && new.valid_until.is_none();
    if is_same { Vec::new() } else { vec![Weight::Eligibility] }
}
