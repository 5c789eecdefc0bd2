//! A date in three parts, for days one knows by heart such as a birthday.

use chrono::{Datelike, NaiveDate};
use leptos::prelude::*;

use super::fields::{ErrorLine, Hint, Need, NeedBadge, describing};
use super::icons::{Glyph, Icon};
use crate::i18n::{Text, t};

/// Year, month and day by choice; the value is a date as soon as the three make one.
#[component]
pub fn DateInput(
    /// Id of the group.
    id: &'static str,
    /// Which date.
    #[prop(into)]
    legend: Text,
    /// The date; none while the parts make none.
    value: RwSignal<Option<NaiveDate>>,
    /// The first year to choose.
    first_year: i32,
    /// The last year to choose; listed first.
    last_year: i32,
    /// Whether it must be given.
    #[prop(optional)]
    required: Need,
    /// How to fill it in.
    #[prop(optional, into)]
    hint: Option<Text>,
    /// What is wrong.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    let given = value.get_untracked();
    let year = RwSignal::new(given.map(|date| date.year()));
    let month = RwSignal::new(given.and_then(|date| i32::try_from(date.month()).ok()));
    let day = RwSignal::new(given.and_then(|date| i32::try_from(date.day()).ok()));
    let changed = move || {
        let date = match (year.get_untracked(), month.get_untracked(), day.get_untracked()) {
            (Some(y), Some(m), Some(d)) => date_of(y, m, d),
            _ => None,
        };
        value.set(date);
    };
    let described_by = describing(id, hint.is_some(), error);
    let years: Vec<i32> = (first_year..=last_year).rev().collect();
    view! {
        <fieldset class="field date" class:has-error=move || error.with(Option::is_some) id=id tabindex="-1" aria-describedby=described_by>
            <legend class="field-label"><span>{legend.view()}</span><NeedBadge need=required/></legend>
            <Hint id hint/>
            <ErrorLine id error/>
            <div class="date-parts">
                {part(id, "year", "ui.year", years, year, changed)}
                {part(id, "month", "ui.month", (1..=12).collect(), month, changed)}
                {part(id, "day", "ui.day", (1..=31).collect(), day, changed)}
            </div>
        </fieldset>
    }
}

fn part(
    id: &'static str,
    name: &'static str,
    unit: &'static str,
    numbers: Vec<i32>,
    value: RwSignal<Option<i32>>,
    changed: impl Fn() + 'static,
) -> impl IntoView {
    let input_id = format!("{id}-{name}");
    view! {
        <div class="date-part">
            <div class="select">
                <select
                    class="input"
                    id=input_id.clone()
                    on:change:target=move |event| {
                        value.set(event.target().value().parse().ok());
                        changed();
                    }
                >
                    <option value="" prop:selected=move || value.get().is_none()>"—"</option>
                    {numbers
                        .into_iter()
                        .map(|number| view! { <option value=number.to_string() prop:selected=move || value.get() == Some(number)>{number}</option> })
                        .collect_view()}
                </select>
                <Icon glyph=Glyph::Down/>
            </div>
            <label for=input_id>{move || t(unit)}</label>
        </div>
    }
}

fn date_of(year: i32, month: i32, day: i32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, u32::try_from(month).ok()?, u32::try_from(day).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_that_exist_are_dates() {
        assert_eq!(date_of(2024, 2, 29), NaiveDate::from_ymd_opt(2024, 2, 29));
        assert_eq!(date_of(2025, 2, 29), None);
        assert_eq!(date_of(2025, 4, 31), None);
    }
}
