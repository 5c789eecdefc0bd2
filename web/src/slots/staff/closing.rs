//! Closing a day or some hours: who is in it, and one press that ends it and tells everybody.

use chrono::{NaiveDate, Utc};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use shared::access::Role;
use shared::ids::FacilityId;
use shared::slots::{ClosurePreview, ClosureReason, NewClosure};
use shared::time::{at, day_start, next_day, tokyo_day};

use super::change::AffectedList;
use super::client;
use super::model::time;
use crate::api::{Attempt, Failure};
use crate::attendance::{StaffNav, StaffPlace};
use crate::flash::use_flash;
use crate::i18n::{Say, say_with};
use crate::paths;
use crate::session::use_session;
use crate::ui::{Banner, Button, Choice, Field, Look, Need, PageTitle, RadioGroup, Refusal, TextArea, TextInput, Tone};

/// Closes a day or some hours of the facility.
#[component]
pub fn ClosePage() -> impl IntoView {
    let query = use_query_map();
    let navigate = use_navigate();
    let flash = use_flash();
    let session = use_session();
    let facility = move || match session.me().map(|me| me.role) {
        Some(Role::Staff { facility_id }) => facility_id,
        _ => FacilityId::new(""),
    };
    let first: NaiveDate =
        query.with_untracked(|query| query.get("day").and_then(|day| day.parse().ok())).unwrap_or_else(|| tokyo_day(Utc::now()));
    let day = RwSignal::new(first.to_string());
    let (whole, from, until) = (RwSignal::new("day".to_owned()), RwSignal::new("13:00".to_owned()), RwSignal::new("18:00".to_owned()));
    let reason = RwSignal::new("infection".to_owned());
    let message = RwSignal::new(String::new());
    let failure = RwSignal::new(None::<Failure>);
    let told = RwSignal::new(None::<(NewClosure, ClosurePreview)>);
    let command = Memo::new(move |_| {
        let day: NaiveDate = day.get().parse().ok()?;
        let (from, until) = if whole.with(|whole| whole == "day") {
            (day_start(day), day_start(next_day(day)))
        } else {
            (at(day, time(&from.get())?), at(day, time(&until.get())?))
        };
        let reason = ClosureReason::ALL.into_iter().find(|one| reason.with(|reason| value(*one) == reason.as_str()))?;
        let message = message.get();
        Some(NewClosure { facility_id: facility(), from, until, slot_id: None, reason, message, seen: Vec::new() })
    });
    // What was shown belongs to what was asked; another wish is looked at again.
    let shown = Memo::new(move |_| told.get().filter(|(of, _)| Some(of) == command.get().as_ref()).map(|(_, preview)| preview));
    let looking = Action::new_local(move |wanted: &NewClosure| {
        let wanted = wanted.clone();
        async move {
            failure.set(None);
            match client::preview_closure(&wanted).await {
                Ok(preview) => told.set(Some((wanted, preview))),
                Err(why) => failure.set(Some(why)),
            }
        }
    });
    let attempt = Attempt::new();
    let closing = Action::new_local(move |command: &NewClosure| {
        let (command, attempt, navigate) = (command.clone(), attempt.clone(), navigate.clone());
        async move {
            match client::close(&command, &attempt).await {
                Ok(_) => {
                    flash.done("slots_staff.closure_done");
                    navigate(&paths::staff_slots(Some(tokyo_day(command.from))), NavigateOptions::default());
                }
                Err(why) => {
                    // Somebody came in between: look again, so that nobody is swept away unseen.
                    if why.is("slots.affected_changed") {
                        looking.dispatch(NewClosure { seen: Vec::new(), ..command });
                    }
                    failure.set(Some(why));
                }
            }
        }
    });
    let look = Callback::new(move |()| {
        if let Some(command) = command.get_untracked() {
            looking.dispatch(command);
        }
    });
    let go = Callback::new(move |()| {
        if let Some((command, preview)) = told.get_untracked() {
            let seen = preview.affected.iter().map(|one| one.booking_id.clone()).collect();
            closing.dispatch(NewClosure { seen, ..command });
        }
    });
    let choices = ClosureReason::ALL.map(|reason| Choice::new(value(reason), named(reason)));
    let parts = vec![Choice::new("day", "slots_staff.closure_day"), Choice::new("hours", "slots_staff.closure_hours")];
    let (busy, waits) = (closing.pending(), looking.pending());
    view! {
        <div class="stack staff narrow">
            <StaffNav here=StaffPlace::Slots/>
            <PageTitle text="slots_staff.closure_title"/>
            <p><Say key="slots_staff.closure_lead"/></p>
            <Field id="close-day" label="slots_staff.closure_date" required=Need::Required><TextInput value=day kind="date" short=true/></Field>
            <RadioGroup id="close-whole" legend="slots_staff.closure_what" required=Need::Unsaid choices=Signal::stored(parts) value=whole/>
            <Show when=move || whole.with(|whole| whole == "hours")>
                <div class="row">
                    <Field id="close-from" label="slots_staff.starts" required=Need::Required><TextInput value=from kind="time" short=true/></Field>
                    <Field id="close-until" label="slots_staff.ends" required=Need::Required><TextInput value=until kind="time" short=true/></Field>
                </div>
            </Show>
            <RadioGroup id="close-reason" legend="slots_staff.closure_reason" required=Need::Unsaid choices=Signal::stored(choices.to_vec()) value=reason/>
            <Field id="close-message" label="slots_staff.closure_message" required=Need::Optional hint="slots_staff.closure_message_hint">
                <TextArea value=message maxlength=500/>
            </Field>
            {move || failure.get().map(|why| view! { <Refusal why/> })}
            {move || match shown.get() {
                None => view! { <div class="row"><Button busy=waits on_press=look><Say key="slots_staff.closure_look"/></Button></div> }.into_any(),
                Some(preview) if preview.slots.is_empty() => {
                    view! { <Banner tone=Tone::Info><p><Say key="slots_staff.closure_nothing"/></p></Banner> }.into_any()
                }
                Some(preview) => {
                    let (slots, children) = (preview.slots.len().to_string(), preview.affected.len().to_string());
                    let none = preview.affected.is_empty();
                    view! {
                        <div role="status">
                            <Banner tone=Tone::Warning title="slots_staff.closure_means">
                                <p>{say_with("slots_staff.closure_counts", move || vec![("slots", slots.clone()), ("children", children.clone())])}</p>
                                <p><Say key="slots_staff.closure_free"/></p>
                            </Banner>
                        </div>
                        {(!none).then(|| view! { <AffectedList affected=preview.affected/> })}
                        <div class="row"><Button look=Look::Danger busy on_press=go><Say key="slots_staff.closure_yes"/></Button></div>
                    }
                    .into_any()
                }
            }}
        </div>
    }
}

const fn named(reason: ClosureReason) -> &'static str {
    match reason {
        ClosureReason::Infection => "slots_staff.closure_infection",
        ClosureReason::Weather => "slots_staff.closure_weather",
        ClosureReason::Other => "slots_staff.closure_other",
    }
}

const fn value(reason: ClosureReason) -> &'static str {
    match reason {
        ClosureReason::Infection => "infection",
        ClosureReason::Weather => "weather",
        ClosureReason::Other => "other",
    }
}
