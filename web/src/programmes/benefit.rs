//! What the child's city pays the facility by its public unit prices, beside what the family pays.

use leptos::prelude::*;
use serde_json::{Value, json};

use super::sections::{age_span, price_unit};
use crate::editing::tree::{Kind, set};
use crate::editing::{Editing, Flag, Rows, Typed};
use crate::i18n::Say;
use crate::ui::{Button, Look};

fn rate(at: String) -> AnyView {
    view! {
        <div class="form-row">
            {age_span(&at)}
            {price_unit(&at, "programmes.rate_per")}
            <Typed at=format!("{at}/yen") label="programmes.yen" kind=Kind::Number/>
        </div>
    }
    .into_any()
}

fn fresh(_: &Value) -> Value {
    json!({ "from_age": 0, "per": { "kind": "hour" }, "yen": 0 })
}

/// The fields of the section.
pub fn benefit() -> AnyView {
    let editing = Editing::here();
    let has = Memo::new(move |_| editing.draft.with(|draft| draft.pointer("/terms/benefit").is_some()));
    let put = move |value: Value| editing.draft.update(|draft| set(draft, "/terms/benefit", value));
    view! {
        <p><Say key="programmes.benefit_lead"/></p>
        {move || {
            if has.get() {
                view! {
                    <Rows at="/terms/benefit/rates" label="programmes.rates" row=rate fresh/>
                    <Flag at="/terms/benefit/pays_absence" label="programmes.pays_absence"/>
                    <div class="row">
                        <Button look=Look::Text on_press=Callback::new(move |()| put(Value::Null))><Say key="programmes.no_benefit_any_more"/></Button>
                    </div>
                }
                .into_any()
            } else {
                let begin = Callback::new(move |()| put(json!({ "rates": [fresh(&Value::Null)], "pays_absence": false })));
                view! {
                    <p><Say key="programmes.no_benefit"/></p>
                    <div class="row"><Button look=Look::Outline on_press=begin><Say key="programmes.begin_benefit"/></Button></div>
                }
                .into_any()
            }
        }}
    }
    .into_any()
}
