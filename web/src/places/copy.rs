//! Copying a week into later ones.

use chrono::{NaiveDate, Utc};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use shared::locale::day;
use shared::places::{MOST_WEEKS, PlacesCommand, monday};
use shared::time::{days_after, tokyo_day};

use super::acting::Acting;
use super::publish::Options;
use crate::attendance::{StaffNav, StaffPlace};
use crate::i18n::{Say, Text, furigana, locale};
use crate::paths;
use crate::slots::staff::Counter;
use crate::ui::{Breadcrumbs, ErrorSummary, Field, FieldError, PageTitle, TextInput};

/// The form for a week.
#[component]
pub fn CopyPage() -> impl IntoView {
    let query = use_query_map();
    let today = tokyo_day(Utc::now());
    let first: NaiveDate = query.with_untracked(|query| query.get("week").and_then(|day| day.parse().ok())).unwrap_or(today);
    let (week, into) = (RwSignal::new(monday(first).to_string()), RwSignal::new(days_after(monday(first), 7).to_string()));
    let weeks = RwSignal::new(1_i64);
    let options = Options::new();
    let errors = RwSignal::new(Vec::<FieldError>::new());
    let read = Callback::new(move |()| {
        let days = [("copy-week", week), ("copy-into", into)]
            .map(|(field, typed)| (field, typed.with_untracked(|day| day.parse::<NaiveDate>().ok())));
        let missing = days.iter().filter(|(_, day)| day.is_none());
        errors.set(
            missing.map(|(field, _)| FieldError { field, sentence: crate::i18n::sentence("slots_staff.date_missing", locale()) }).collect(),
        );
        let [(_, week), (_, into)] = days;
        let weeks = u32::try_from(weeks.get_untracked()).unwrap_or(1);
        Some(PlacesCommand::CopyWeek { week: week?, into: into?, weeks, options: options.read() })
    });
    let span = move |typed: RwSignal<String>, weeks: u32| {
        let first = monday(typed.with(|day| day.parse::<NaiveDate>().ok())?);
        Some(format!("{}〜{}", day(first, locale()), day(days_after(first, weeks * 7 - 1), locale())))
    };
    view! {
        <div class="stack staff publish">
            <StaffNav here=StaffPlace::Slots/>
            <Breadcrumbs trail=vec![(paths::staff_places(None, false), Text::Key("places.title"))] here="places.copy_title"/>
            <PageTitle text="places.copy_title"/>
            <p><Say key="places.copy_lead"/></p>
            <Acting read>
                <ErrorSummary errors/>
                <Field id="copy-week" label="places.copy_week" error=FieldError::of(errors, "copy-week")>
                    <TextInput value=week kind="date" short=true/>
                </Field>
                <p class="quiet">{furigana(move || span(week, 1).unwrap_or_default())}</p>
                <Field id="copy-into" label="places.copy_into" error=FieldError::of(errors, "copy-into")>
                    <TextInput value=into kind="date" short=true/>
                </Field>
                <Counter
                    id="copy-weeks".to_owned()
                    label="places.copy_weeks"
                    most=i64::from(MOST_WEEKS)
                    booked=None
                    value=weeks.into()
                    on_change=Callback::new(move |count: i64| weeks.set(count.clamp(1, i64::from(MOST_WEEKS))))
                />
                <p class="quiet">{furigana(move || span(into, u32::try_from(weeks.get()).unwrap_or(1)).unwrap_or_default())}</p>
                {options.view()}
            </Acting>
        </div>
    }
}
