//! Publishing a named pattern over some days.

use chrono::{NaiveDate, Utc};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use shared::ids::PatternId;
use shared::places::{PlaceOptions, PlacesCommand, WeekPattern};
use shared::time::{days_after, tokyo_day};

use super::acting::Acting;
use super::client;
use crate::attendance::{StaffNav, StaffPlace};
use crate::i18n::{Say, Text, locale, sentence, text};
use crate::paths;
use crate::ui::{
    Breadcrumbs, Checkbox, Choice, ErrorSummary, Field, FieldError, Glyph, LinkButton, Load, Look, Need, PageTitle, RadioGroup, TextInput,
};

/// The range that is proposed.
const PROPOSED_DAYS: u32 = 27;

/// What is done besides, as it is ticked.
#[derive(Clone, Copy)]
pub struct Options {
    on_holidays: RwSignal<bool>,
    beyond_hours: RwSignal<bool>,
    changes_existing: RwSignal<bool>,
}

impl Options {
    /// Nothing besides.
    pub fn new() -> Self {
        Self { on_holidays: RwSignal::new(false), beyond_hours: RwSignal::new(false), changes_existing: RwSignal::new(false) }
    }

    /// As it is ticked now.
    pub fn read(self) -> PlaceOptions {
        PlaceOptions {
            on_holidays: self.on_holidays.get_untracked(),
            beyond_hours: self.beyond_hours.get_untracked(),
            changes_existing: self.changes_existing.get_untracked(),
        }
    }

    /// To be ticked.
    pub fn view(self) -> impl IntoView {
        view! {
            <Checkbox id="on-holidays" label="slots_staff.on_holidays" value=self.on_holidays/>
            <Checkbox id="beyond-hours" label="places.beyond_hours" value=self.beyond_hours/>
            <Checkbox id="changes-existing" label="places.changes_existing" value=self.changes_existing/>
        }
    }
}

/// The form for a pattern and days.
#[component]
pub fn PublishPage() -> impl IntoView {
    let patterns = LocalResource::new(client::patterns);
    view! {
        <div class="stack staff publish">
            <StaffNav here=StaffPlace::Slots/>
            <Breadcrumbs trail=vec![(paths::staff_places(None, false), Text::Key("places.title"))] here="places.publish_title"/>
            <PageTitle text="places.publish_title"/>
            <p><Say key="places.publish_lead"/></p>
            <div class="row">
                <LinkButton href=paths::staff_places_patterns() look=Look::Outline icon=Glyph::List><Say key="places.to_patterns"/></LinkButton>
            </div>
            <Load what=patterns is_empty=Vec::is_empty empty="places.no_patterns" let:patterns><Publish patterns/></Load>
        </div>
    }
}

#[component]
fn Publish(patterns: Vec<WeekPattern>) -> impl IntoView {
    let query = use_query_map();
    let today = tokyo_day(Utc::now());
    let asked = query.with_untracked(|query| query.get("pattern")).filter(|id| patterns.iter().any(|one| one.id.as_str() == id));
    let pattern = RwSignal::new(asked.or_else(|| patterns.first().map(|first| first.id.to_string())).unwrap_or_default());
    let (from, to) = (RwSignal::new(days_after(today, 1).to_string()), RwSignal::new(days_after(today, 1 + PROPOSED_DAYS).to_string()));
    let options = Options::new();
    let errors = RwSignal::new(Vec::<FieldError>::new());
    let choices = patterns.into_iter().map(|one| Choice::new(one.id.as_str(), text(move || one.name.clone()))).collect::<Vec<_>>();
    let read = Callback::new(move |()| {
        let days = [("from", from), ("to", to)].map(|(field, typed)| (field, typed.with_untracked(|day| day.parse::<NaiveDate>().ok())));
        let missing = days.iter().filter(|(_, day)| day.is_none());
        errors.set(missing.map(|(field, _)| FieldError { field, sentence: sentence("slots_staff.date_missing", locale()) }).collect());
        let [(_, from), (_, to)] = days;
        Some(PlacesCommand::Publish { pattern_id: PatternId::new(pattern.get_untracked()), from: from?, to: to?, options: options.read() })
    });
    view! {
        <Acting read>
            <ErrorSummary errors/>
            <RadioGroup id="pattern" legend="places.pattern" required=Need::Unsaid choices=Signal::stored(choices.clone()) value=pattern/>
            <div class="publish-dates">
                <Field id="from" label="slots_staff.from" error=FieldError::of(errors, "from")>
                    <TextInput value=from kind="date" min=today.to_string() short=true/>
                </Field>
                <Field id="to" label="slots_staff.to" hint="slots_staff.to_hint" error=FieldError::of(errors, "to")>
                    <TextInput value=to kind="date" min=today.to_string() short=true/>
                </Field>
            </div>
            {options.view()}
        </Acting>
    }
}
