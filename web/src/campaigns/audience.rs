//! Whom a campaign is for, as it is written: conditions one under the other, each with its own fields, put together by all or any of them.

use leptos::prelude::*;
use serde_json::{Value, json};
use shared::eligibility::{Enrolment, enrolment_name};
use shared::locale::Localised;

use super::city::{Choices, options};
use crate::editing::tree::{self, Kind, field_id};
use crate::editing::{Editing, Kinds, Rows, Typed};
use crate::i18n::{Say, Text, locale, text};
use crate::ui::{CheckboxGroup, Choice, Field, Need, Select};

/// All conditions with how they belong together.
#[component]
pub fn Audience() -> impl IntoView {
    let kinds = vec![
        ("all", "campaigns.all_of", json!({ "kind": "all", "of": [] })),
        ("any", "campaigns.any_of", json!({ "kind": "any", "of": [] })),
    ];
    let editing = Editing::here();
    let is_empty = move || editing.draft.with(|draft| tree::rows(draft, "/audience/of") == 0);
    view! {
        <Kinds at="/audience" label="campaigns.together" kinds keep="of" fields=|at, _| rows(&at)/>
        <Show when=is_empty><p class="quiet"><Say key="campaigns.everybody_hint"/></p></Show>
    }
}

fn rows(at: &str) -> AnyView {
    view! { <Rows at=format!("{at}/of") label="campaigns.conditions" row=part fresh=|_| young()/> }.into_any()
}

fn young() -> Value {
    json!({ "kind": "age", "ages": { "from_months": 6, "until": { "kind": "under_years", "years": 3 } } })
}

/// One condition: its kind, and the fields of it.
fn part(at: String) -> AnyView {
    let choices = Choices::here();
    let first = |all: &[(String, Localised)]| all.first().cloned().unwrap_or_else(|| (String::new(), Localised::new("", "", "")));
    let (programme, name) = first(&choices.programmes);
    let (class, class_name) = first(&choices.classes);
    let mut kinds = vec![
        ("age", "campaigns.kind_age", young()),
        ("within_months_of_birth", "campaigns.kind_birth", json!({ "kind": "within_months_of_birth", "months": 12 })),
        ("siblings", "campaigns.kind_siblings", json!({ "kind": "siblings", "at_least": 2 })),
        ("moved_in", "campaigns.kind_moved", json!({ "kind": "moved_in", "within_days": 14 })),
        ("lives_in", "campaigns.kind_lives", json!({ "kind": "lives_in", "municipalities": [] })),
        ("enrolled_in", "campaigns.kind_enrolled", json!({ "kind": "enrolled_in", "kinds": ["none"] })),
    ];
    if !choices.programmes.is_empty() {
        let of = |kind: &str| json!({ "kind": kind, "programme": programme, "name": name });
        let with = |mut value: Value, fields: &[(&str, u32)]| {
            fields.iter().for_each(|(field, number)| tree::set(&mut value, &format!("/{field}"), (*number).into()));
            value
        };
        kinds.push(("certified", "campaigns.kind_certified", of("certified")));
        kinds.push(("has_used", "campaigns.kind_used", with(of("has_used"), &[("at_least", 1), ("within_days", 365)])));
        kinds.push(("unused", "campaigns.kind_unused", with(of("unused"), &[("at_least_minutes", 360)])));
    }
    if !choices.classes.is_empty() {
        kinds.push(("household_is", "campaigns.kind_household", json!({ "kind": "household_is", "class": class, "name": class_name })));
    }
    kinds.extend([
        ("days_left_in_month", "campaigns.kind_month_end", json!({ "kind": "days_left_in_month", "at_most": 10 })),
        ("not", "campaigns.kind_not", json!({ "kind": "not", "of": young() })),
        ("in_days", "campaigns.kind_in_days", json!({ "kind": "in_days", "days": 7, "of": young() })),
        ("all", "campaigns.all_of", json!({ "kind": "all", "of": [young()] })),
        ("any", "campaigns.any_of", json!({ "kind": "any", "of": [young()] })),
    ]);
    // What another program has written stays as it is.
    let written = Editing::here().draft.with_untracked(|draft| draft.pointer(&at).cloned().unwrap_or_default());
    for kind in ["known", "at_most", "attached", "between"] {
        if written.get("kind").and_then(Value::as_str) == Some(kind) {
            kinds.push((kind, "campaigns.kind_other", written.clone()));
        }
    }
    view! { <Kinds at label="campaigns.condition" kinds fields/> }.into_any()
}

/// The fields of a kind.
fn fields(at: String, kind: &str) -> AnyView {
    match kind {
        "age" => ages(&at),
        "within_months_of_birth" => number(format!("{at}/months"), "campaigns.months"),
        "siblings" => number(format!("{at}/at_least"), "campaigns.children_at_least"),
        "moved_in" => number(format!("{at}/within_days"), "campaigns.within_days"),
        "days_left_in_month" => number(format!("{at}/at_most"), "campaigns.days_left"),
        "enrolled_in" => view! { <Enrolments at=format!("{at}/kinds")/> }.into_any(),
        "certified" => view! { <Named at key="programme" label="campaigns.programme"/> }.into_any(),
        "household_is" => view! { <Named at key="class" label="campaigns.class"/> }.into_any(),
        "has_used" => view! {
            <div class="form-row">
                <Named at=at.clone() key="programme" label="campaigns.programme"/>
                {number(format!("{at}/at_least"), "campaigns.times_at_least")}
                {number(format!("{at}/within_days"), "campaigns.within_days")}
            </div>
        }
        .into_any(),
        "unused" => view! {
            <div class="form-row">
                <Named at=at.clone() key="programme" label="campaigns.programme"/>
                {number(format!("{at}/at_least_minutes"), "campaigns.minutes_left")}
            </div>
        }
        .into_any(),
        "not" => part(format!("{at}/of")),
        "in_days" => view! {
            {number(format!("{at}/days"), "campaigns.days_later")}
            {part(format!("{at}/of"))}
        }
        .into_any(),
        "all" | "any" => rows(&at),
        _ => ().into_any(),
    }
}

fn number(at: String, label: &'static str) -> AnyView {
    view! { <Typed at label kind=Kind::Number/> }.into_any()
}

fn ages(at: &str) -> AnyView {
    fn end(at: String, kind: &str) -> AnyView {
        if kind == "under_years" { number(format!("{at}/years"), "campaigns.under_years") } else { ().into_any() }
    }
    let kinds = vec![
        ("under_years", "campaigns.until_years", json!({ "kind": "under_years", "years": 3 })),
        ("school_entry", "campaigns.until_school", json!({ "kind": "school_entry" })),
    ];
    view! {
        <div class="form-row">
            {number(format!("{at}/ages/from_months"), "campaigns.from_months")}
            <Kinds at=format!("{at}/ages/until") label="campaigns.until" kinds fields=end/>
        </div>
    }
    .into_any()
}

/// Something of the city that has a key and a name; both are written.
#[component]
fn Named(
    /// The condition.
    at: String,
    /// The field of the key.
    key: &'static str,
    /// What it is.
    label: &'static str,
) -> impl IntoView {
    let editing = Editing::here();
    let choices = Choices::here();
    let mut all = if key == "programme" { choices.programmes } else { choices.classes };
    let place = format!("{at}/{key}");
    let written = editing.draft.with_untracked(|draft| tree::text_at(draft, &place));
    if !all.iter().any(|(known, _)| *known == written) {
        // What the city has no more is still what is written.
        let name = editing.draft.with_untracked(|draft| draft.pointer(&format!("{at}/name")).cloned());
        let name = name.and_then(|name| serde_json::from_value(name).ok());
        all.push((written.clone(), name.unwrap_or_else(|| Localised::new(&written, &written, &written))));
    }
    let value = RwSignal::new(written);
    let listed: Vec<(String, Text)> = options(&all);
    let id = field_id(&place);
    Effect::new(move |before: Option<()>| {
        let chosen = value.get();
        if let (Some(()), Some((known, name))) = (before, all.iter().find(|(known, _)| *known == chosen)) {
            editing.draft.update(|draft| {
                tree::set(draft, &place, known.as_str().into());
                tree::set(draft, &format!("{at}/name"), serde_json::to_value(name).unwrap_or_default());
            });
        }
    });
    view! { <Field id label><Select value options=Signal::stored(listed)/></Field> }
}

/// Where children are enrolled.
#[component]
fn Enrolments(at: String) -> impl IntoView {
    let editing = Editing::here();
    let written = editing.draft.with_untracked(|draft| draft.pointer(&at).and_then(Value::as_array).cloned().unwrap_or_default());
    let value = RwSignal::new(written.iter().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>());
    let choices: Vec<Choice> = Enrolment::ALL
        .into_iter()
        .map(|kind| Choice::new(kind.key(), text(move || enrolment_name(kind).get(locale()).to_owned())))
        .collect();
    let error = editing.error(at.clone());
    let id = field_id(&at);
    Effect::new(move |before: Option<()>| {
        let kinds = value.get();
        if before.is_some() {
            editing.draft.update(|draft| tree::set(draft, &at, kinds.into()));
        }
    });
    view! { <CheckboxGroup id legend="campaigns.enrolled" choices=Signal::stored(choices) value error required=Need::Required inline=true/> }
}
