//! What residents asked for and nobody could give: counted for a city's officers, without a word of who asked.

use std::collections::BTreeMap;

use leptos::prelude::*;
use shared::locale::Localised;
use shared::time::{days_after, days_before};
use shared::waitlist::{Unmet, UnmetDemand};

use super::client;
use crate::api::Failure;
use crate::i18n::{Say, furigana, locale, say, say_with, sentence};
use crate::office::{OfficeNav, OfficePlace, my_city};
use crate::settings;
use crate::ui::{Field, Load, PageTitle, Table, TextInput};

/// How often something was asked for in vain.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Searches without a place; the same one once an hour.
    pub searches: usize,
    /// Children who waited without getting a place.
    pub unserved: usize,
}

/// Counted by programme, then age; none: nobody said.
pub fn counted(all: &[UnmetDemand]) -> BTreeMap<(Option<String>, Option<u32>), Count> {
    let mut counts: BTreeMap<(Option<String>, Option<u32>), Count> = BTreeMap::new();
    for demand in all {
        let count = counts.entry((demand.programme.as_ref().map(|key| key.as_str().to_owned()), demand.age)).or_default();
        match demand.why {
            Unmet::SearchEmpty => count.searches += 1,
            Unmet::Unserved => count.unserved += 1,
        }
    }
    counts
}

/// The figures of some days.
#[component]
pub fn DemandPage() -> impl IntoView {
    let today = settings::today();
    let (from, to) = (RwSignal::new(days_before(today, 28).to_string()), RwSignal::new(days_after(today, 28).to_string()));
    let city = my_city().map(|code| code.to_string()).unwrap_or_default();
    let found = LocalResource::new(move || {
        let (days, city) = ((from.get(), to.get()), city.clone());
        async move {
            let (demand, programmes) =
                futures_util::future::join(client::unmet_demand(days.0, days.1), client::programmes(city, today.to_string())).await;
            let names: Vec<(String, Localised)> = programmes?.into_iter().map(|one| (one.key.as_str().to_owned(), one.name)).collect();
            Ok::<_, Failure>((demand?, names))
        }
    });
    view! {
        <div class="stack staff">
            <OfficeNav here=OfficePlace::Demand/>
            <PageTitle text="office.demand_title"/>
            <p><Say key="office.demand_lead"/></p>
            <div class="row">
                <Field id="demand-from" label="office.demand_from"><TextInput value=from kind="date" short=true/></Field>
                <Field id="demand-to" label="office.demand_to"><TextInput value=to kind="date" short=true/></Field>
            </div>
            <Load what=found let:known><Figures demand=known.0 names=known.1/></Load>
        </div>
    }
}

#[component]
fn Figures(demand: Vec<UnmetDemand>, names: Vec<(String, Localised)>) -> impl IntoView {
    if demand.is_empty() {
        return view! { <p><Say key="office.demand_none"/></p> }.into_any();
    }
    let total = demand.len();
    let rows = counted(&demand)
        .into_iter()
        .map(|((programme, age), count)| {
            let name = names.iter().find(|(key, _)| Some(key) == programme.as_ref()).map(|(_, name)| name.clone());
            let words = move || match &name {
                Some(name) => name.get(locale()).to_owned(),
                None => sentence("office.demand_any", locale()),
            };
            let age = match age {
                Some(age) => say_with("office.years", move || vec![("years", age.to_string())]).into_any(),
                None => say("office.demand_no_age").into_any(),
            };
            view! {
                <tr>
                    <th scope="row">{furigana(words)}</th>
                    <td>{age}</td>
                    <td class="number">{count.searches.to_string()}</td>
                    <td class="number">{count.unserved.to_string()}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <p><strong>{say_with("office.demand_total", move || vec![("count", total.to_string())])}</strong></p>
        <Table caption="office.demand_caption">
            <thead>
                <tr>
                    <th scope="col"><Say key="office.demand_programme"/></th>
                    <th scope="col"><Say key="office.demand_age"/></th>
                    <th scope="col" class="number"><Say key="office.demand_searches"/></th>
                    <th scope="col" class="number"><Say key="office.demand_unserved"/></th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </Table>
        <p class="quiet"><Say key="office.demand_note"/></p>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn demand_is_counted_by_programme_and_age() {
        let one = |programme: Option<&str>, age: Option<u32>, why: &str| -> UnmetDemand {
            serde_json::from_value(serde_json::json!({
                "first_day": "2026-12-01", "last_day": "2026-12-01", "programme": programme, "age": age, "why": why,
                "hour": "2026-11-30T00:00:00Z",
            }))
            .unwrap()
        };
        let all = [
            one(Some("temporary_care"), Some(1), "search_empty"),
            one(Some("temporary_care"), Some(1), "unserved"),
            one(Some("temporary_care"), Some(1), "search_empty"),
            one(Some("temporary_care"), None, "search_empty"),
            one(None, Some(1), "search_empty"),
        ];
        let counts = counted(&all);
        assert_eq!(counts.len(), 3);
        assert_eq!(counts[&(Some("temporary_care".to_owned()), Some(1))], Count { searches: 2, unserved: 1 });
        assert_eq!(counts[&(None, Some(1))], Count { searches: 1, unserved: 0 });
    }
}
