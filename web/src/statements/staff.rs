//! The facility's statement of a month: a table, and a file for its own bookkeeping.

use leptos::prelude::*;
use shared::locale::{clock_span, day, month, yen};
use shared::statements::FacilityStatement;
use shared::time::tokyo_day;

use super::client;
use super::parts::{MonthNav, Totals, state_chip, use_month};
use crate::attendance::{StaffNav, StaffPlace};
use crate::bookings::fee_item;
use crate::i18n::{Say, furigana, locale, name};
use crate::paths;
use crate::ui::{Card, EmptyState, Load, PageTitle, Table};

/// The facility's statement of a month.
#[component]
pub fn FacilityStatementPage() -> impl IntoView {
    let shown = use_month();
    let statement = LocalResource::new(move || client::facility_statement(shown.get()));
    view! {
        <div class="stack staff">
            <StaffNav here=StaffPlace::Statements/>
            <PageTitle text="statements.staff_title"/>
            <p class="when">{furigana(move || month(shown.get(), locale()))}</p>
            <MonthNav month=shown address=paths::staff_statements/>
            <p class="no-print">
                // A file of the server, not a page of the app.
                <a class="button button-outline" rel="external" download="" href=move || client::file(shown.get())><span><Say key="statements.file"/></span></a>
            </p>
            <Load what=statement let:known><Whole known/></Load>
            <p class="quiet"><Say key="statements.rounding"/></p>
        </div>
    }
}

#[component]
fn Whole(known: FacilityStatement) -> impl IntoView {
    if known.families.is_empty() {
        return view! { <EmptyState words="statements.none"/> }.into_any();
    }
    let rows = known.families.into_iter().flat_map(|family| {
        family.statement.children.into_iter().flat_map(move |child| {
            let guardian = family.guardian.clone();
            child.lines.into_iter().map(move |line| {
                let (starts_at, ends_at, amount) = (line.starts_at, line.ends_at, line.yen);
                let items: Vec<_> = line.fee_lines.iter().map(|part| (part.item.clone(), part.yen)).collect();
                view! {
                    <tr>
                        <th scope="row">{child.child.name.clone()}<br/><span class="quiet">{guardian.clone()}</span></th>
                        <td>{furigana(move || day(tokyo_day(starts_at), locale()))}<br/>{furigana(move || clock_span(starts_at, ends_at, locale()))}</td>
                        <td>{name(line.programme_name.clone())}<br/>{state_chip(&line)}</td>
                        <td>
                            {items
                                .into_iter()
                                .map(|(item, part)| view! { <div>{furigana(move || format!("{} {}", fee_item(&item, locale()), yen(part, locale())))}</div> })
                                .collect_view()}
                        </td>
                        <td class="number">{furigana(move || yen(amount, locale()))}</td>
                    </tr>
                }
            })
        })
    });
    view! {
        <Card><Totals total_yen=known.total_yen estimated_yen=known.estimated_yen/></Card>
        <Table caption="statements.table">
            <thead>
                <tr>
                    <th scope="col"><Say key="statements.th_child"/></th>
                    <th scope="col"><Say key="statements.th_day"/></th>
                    <th scope="col"><Say key="statements.th_programme"/></th>
                    <th scope="col"><Say key="statements.th_items"/></th>
                    <th scope="col" class="number"><Say key="statements.th_yen"/></th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </Table>
    }
    .into_any()
}
