//! Choosing one or several of a few that are all shown.

use leptos::prelude::*;

use super::fields::{ErrorLine, Hint, Need, NeedBadge, describing};
use crate::i18n::Text;

/// Something to choose.
#[derive(Clone)]
pub struct Choice {
    value: String,
    label: Text,
    hint: Option<Text>,
    disabled: bool,
}

impl Choice {
    /// A value and its words.
    pub fn new(value: impl Into<String>, label: impl Into<Text>) -> Self {
        Self { value: value.into(), label: label.into(), hint: None, disabled: false }
    }

    /// The same with a sentence below.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Text>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same, but it cannot be chosen; say why by `hint`.
    #[must_use]
    pub fn disabled(mut self) -> Self {
        self.disabled = true;
        self
    }
}

/// One of a few.
#[component]
pub fn RadioGroup(
    /// Id of the group and name of its inputs.
    #[prop(into)]
    id: String,
    /// What is asked.
    #[prop(into)]
    legend: Text,
    /// What can be chosen.
    #[prop(into)]
    choices: Signal<Vec<Choice>>,
    /// The value chosen; empty: none.
    value: RwSignal<String>,
    /// Whether one must be chosen.
    #[prop(optional)]
    required: Need,
    /// How to choose.
    #[prop(optional, into)]
    hint: Option<Text>,
    /// What is wrong.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// Side by side instead of under each other.
    #[prop(optional)]
    inline: bool,
) -> impl IntoView {
    let chosen = Callback::new(move |option: String| value.get() == option);
    let choose = Callback::new(move |(option, _): (String, bool)| value.set(option));
    group(Group { id, kind: "radio", legend, choices, required, hint, error, inline, chosen, choose })
}

/// Any of a few.
#[component]
pub fn CheckboxGroup(
    /// Id of the group and name of its inputs.
    #[prop(into)]
    id: String,
    /// What is asked.
    #[prop(into)]
    legend: Text,
    /// What can be chosen.
    #[prop(into)]
    choices: Signal<Vec<Choice>>,
    /// The values chosen, in the order of choosing.
    value: RwSignal<Vec<String>>,
    /// Whether at least one must be chosen.
    #[prop(optional)]
    required: Need,
    /// How to choose.
    #[prop(optional, into)]
    hint: Option<Text>,
    /// What is wrong.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// Side by side instead of under each other.
    #[prop(optional)]
    inline: bool,
) -> impl IntoView {
    let chosen = Callback::new(move |option: String| value.with(|values| values.contains(&option)));
    let choose = Callback::new(move |(option, on): (String, bool)| {
        value.update(|values| {
            values.retain(|other| *other != option);
            if on {
                values.push(option);
            }
        });
    });
    group(Group { id, kind: "checkbox", legend, choices, required, hint, error, inline, chosen, choose })
}

struct Group {
    id: String,
    kind: &'static str,
    legend: Text,
    choices: Signal<Vec<Choice>>,
    required: Need,
    hint: Option<Text>,
    error: Signal<Option<String>>,
    inline: bool,
    chosen: Callback<String, bool>,
    choose: Callback<(String, bool)>,
}

fn group(group: Group) -> impl IntoView {
    let Group { id, kind, legend, choices, required, hint, error, inline, chosen, choose } = group;
    let described_by = describing(&id, hint.is_some(), error);
    let group_id = id.clone();
    view! {
        // Focusable, so that the summary of errors can lead here.
        <fieldset class="field group" class:has-error=move || error.with(Option::is_some) id=id.clone() tabindex="-1" aria-describedby=described_by>
            <legend class="field-label"><span>{legend.view()}</span><NeedBadge need=required/></legend>
            <Hint id=id.clone() hint/>
            <ErrorLine id=id.clone() error/>
            <div class="choices" class:choices-inline=inline>
                {move || {
                    choices.get().into_iter().enumerate().map(|(index, choice)| one(&group_id, kind, index, choice, chosen, choose)).collect_view()
                }}
            </div>
        </fieldset>
    }
}

fn one(
    id: &str,
    kind: &'static str,
    index: usize,
    choice: Choice,
    chosen: Callback<String, bool>,
    choose: Callback<(String, bool)>,
) -> impl IntoView + use<> {
    let Choice { value, label, hint, disabled } = choice;
    let group = id.to_owned();
    let input_id = format!("{id}-{index}");
    let hint_id = hint.is_some().then(|| format!("{input_id}-hint"));
    let (this, that) = (value.clone(), value.clone());
    view! {
        <div class="choice" class:is-disabled=disabled>
            <input
                type=kind
                id=input_id.clone()
                name=group
                value=value
                disabled=disabled
                aria-describedby=hint_id.clone()
                prop:checked=move || chosen.run(this.clone())
                on:change:target=move |event| choose.run((that.clone(), event.target().checked()))
            />
            <label for=input_id>{label.view()}</label>
            {hint.map(|hint| view! { <div class="choice-hint" id=hint_id>{hint.view()}</div> })}
        </div>
    }
}

/// One thing to say yes to.
#[component]
pub fn Checkbox(
    /// Id of the input.
    id: &'static str,
    /// What one says yes to.
    #[prop(into)]
    label: Text,
    /// Whether yes.
    value: RwSignal<bool>,
    /// What is wrong.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    let described_by = describing(id, false, error);
    view! {
        <div class="field" class:has-error=move || error.with(Option::is_some)>
            <ErrorLine id error/>
            <div class="choice">
                <input
                    type="checkbox"
                    id=id
                    aria-describedby=described_by
                    aria-invalid=move || error.with(Option::is_some).then_some("true")
                    prop:checked=value
                    on:change:target=move |event| value.set(event.target().checked())
                />
                <label for=id>{label.view()}</label>
            </div>
        </div>
    }
}
