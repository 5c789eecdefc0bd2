//! The sections of a campaign as it is written: what families read, when, what they do next, and whether somebody has to open it.

use leptos::prelude::*;
use serde_json::{Value, json};
use shared::campaigns::{Step, Texts};
use shared::time::next_day;

use super::city::{Choices, options};
use super::model::{instant, typed_instant};
use super::parts::Sample;
use crate::editing::tree::{self, Kind, field_id};
use crate::editing::{Editing, Kinds, Pick, Typed, words};
use crate::i18n::{Say, Text, say};
use crate::settings;
use crate::ui::{Disclosure, Field, Need, RadioGroup, TextInput};

/// A section with its title.
pub fn section(id: &'static str, heading: &'static str, fields: impl IntoView) -> impl IntoView {
    view! {
        <section class="card stack" aria-labelledby=id>
            <h2 id=id>{say(heading)}</h2>
            {fields}
        </section>
    }
}

/// The title of the section in which a field stands.
pub fn title_of(pointer: &str) -> &'static str {
    match pointer.split('/').nth(1).unwrap_or_default() {
        "audience" => "campaigns.who",
        "texts" => "campaigns.what",
        "when" => "campaigns.when",
        "step" => "campaigns.step",
        "deadline_days" => "campaigns.deadline",
        "hold_out_percent" => "campaigns.hold_out",
        _ => "campaigns.name",
    }
}

/// What families read, with how it reads beside it.
#[component]
pub fn What() -> impl IntoView {
    let editing = Editing::here();
    let texts = Signal::derive(move || {
        let texts = editing.draft.with(|draft| draft.get("texts").and_then(|texts| serde_json::from_value::<Texts>(texts.clone()).ok()));
        let mut texts = texts.unwrap_or_default();
        // A language in which nothing is written reads the Japanese words.
        let written = |words: &shared::campaigns::Words| !words.subject.trim().is_empty() || !words.text.trim().is_empty();
        texts.easy = texts.easy.filter(written);
        texts.en = texts.en.filter(written);
        texts
    });
    let step = Signal::derive(move || {
        editing.draft.with(|draft| draft.get("step").and_then(|step| serde_json::from_value::<Step>(step.clone()).ok()))
    });
    let language = |at: &'static str, optional: bool| {
        view! {
            <Typed at=format!("{at}/subject") label="campaigns.subject" optional/>
            <Typed at=format!("{at}/text") label="campaigns.text" long=true most=1500 optional/>
        }
    };
    let is_written = |at: &str| editing.draft.with_untracked(|draft| !tree::text_at(draft, &format!("{at}/subject")).is_empty());
    view! {
        <div class="case">
            <div class="stack">
                <h3><Say key="ui.in_japanese"/></h3>
                {language("/texts/ja", false)}
                <p class="quiet"><Say key="campaigns.languages_hint"/></p>
                <Disclosure summary="ui.in_easy" open=is_written("/texts/easy")>
                    <p class="quiet"><Say key="campaigns.furigana_hint"/></p>
                    {language("/texts/easy", true)}
                </Disclosure>
                <Disclosure summary="ui.in_english" open=is_written("/texts/en")>{language("/texts/en", true)}</Disclosure>
            </div>
            <div class="stack"><h3><Say key="campaigns.sample"/></h3> <Sample texts step/></div>
        </div>
    }
}

/// When it is sent.
#[component]
pub fn WhenFields() -> impl IntoView {
    fn fields(at: String, kind: &str) -> AnyView {
        const REPEATS: [(&str, &str); 3] =
            [("family", "campaigns.repeat_family"), ("child", "campaigns.repeat_child"), ("month", "campaigns.repeat_month")];
        match kind {
            "standing" => view! {
                <p class="quiet"><Say key="campaigns.standing_hint"/></p>
                <div class="form-row">
                    <Typed at=format!("{at}/from") label="campaigns.from" kind=Kind::Day/>
                    <Typed at=format!("{at}/until") label="campaigns.until_day" kind=Kind::MaybeDay/>
                </div>
                <Pick at=format!("{at}/repeat") label="campaigns.repeat" options=words(&REPEATS)/>
            }
            .into_any(),
            _ => view! { <Moment at=format!("{at}/at")/> }.into_any(),
        }
    }
    let from = next_day(settings::today());
    let kinds = vec![
        ("once", "campaigns.kind_once", json!({ "kind": "once" })),
        ("standing", "campaigns.kind_standing", json!({ "kind": "standing", "from": from, "repeat": "child" })),
    ];
    view! { <Kinds at="/when" label="campaigns.when_kind" kinds fields/> }
}

/// As soon as it may, or at a day and a time of Tokyo.
#[component]
fn Moment(at: String) -> impl IntoView {
    let editing = Editing::here();
    let written = editing.draft.with_untracked(|draft| draft.pointer(&at).and_then(|at| serde_json::from_value(at.clone()).ok()));
    let (day, time) = typed_instant(written);
    let mode = RwSignal::new(if day.is_empty() { "now" } else { "later" }.to_owned());
    let (day, time) = (RwSignal::new(day), RwSignal::new(time));
    let is_later = move || mode.with(|mode| mode == "later");
    let place = at.clone();
    Effect::new(move |before: Option<()>| {
        let at = if is_later() { instant(&day.get(), &time.get()) } else { Value::Null };
        if before.is_some() {
            editing.draft.update(|draft| tree::set(draft, &place, at));
        }
    });
    let choices = vec![crate::ui::Choice::new("now", "campaigns.when_now"), crate::ui::Choice::new("later", "campaigns.when_later")];
    let error = editing.error(at.clone());
    let id = field_id(&at);
    view! {
        <RadioGroup id="when-mode" legend="campaigns.when" choices=Signal::stored(choices) value=mode inline=true/>
        <div hidden=move || !is_later()>
            <div class="form-row">
                <Field id label="campaigns.day" error><TextInput value=day kind="date" short=true min=settings::today().to_string()/></Field>
                <Field id="when-time" label="campaigns.time" hint="campaigns.quiet_hint"><TextInput value=time kind="time" short=true/></Field>
            </div>
        </div>
    }
}

/// What families do next.
#[component]
pub fn StepFields() -> impl IntoView {
    fn fields(at: String, kind: &str) -> AnyView {
        let choices = Choices::here();
        let listed = |all: &[(String, shared::locale::Localised)]| Signal::stored(options(all));
        match kind {
            "search" => {
                view! { <Pick at=format!("{at}/programme") label="campaigns.programme" options=listed(&choices.programmes)/> }.into_any()
            }
            "apply" => {
                view! { <Pick at=format!("{at}/procedure") label="campaigns.procedure" options=listed(&choices.procedures)/> }.into_any()
            }
            _ => ().into_any(),
        }
    }
    let choices = Choices::here();
    let first = |all: &[(String, shared::locale::Localised)]| all.first().map(|(key, _)| key.clone());
    let mut kinds = vec![("notices", "campaigns.step_notices", json!({ "kind": "notices" }))];
    if let Some(programme) = first(&choices.programmes) {
        kinds.push(("search", "campaigns.step_search", json!({ "kind": "search", "programme": programme })));
    }
    if let Some(procedure) = first(&choices.procedures) {
        kinds.push(("apply", "campaigns.step_apply", json!({ "kind": "apply", "procedure": procedure })));
    }
    kinds.push(("bookings", "campaigns.step_bookings", json!({ "kind": "bookings" })));
    view! {
        <p class="quiet"><Say key="campaigns.step_hint"/></p>
        <Kinds at="/step" label="campaigns.step" kinds fields/>
    }
}

/// Whether somebody has to open it, and who gets none.
#[component]
pub fn Follow() -> impl IntoView {
    let editing = Editing::here();
    let days = editing.draft.with_untracked(|draft| tree::text_at(draft, "/deadline_days"));
    let mode = RwSignal::new(if days.is_empty() { "nobody" } else { "somebody" }.to_owned());
    let followed = move || mode.with(|mode| mode == "somebody");
    let choices = vec![
        crate::ui::Choice::new("nobody", "campaigns.no_deadline"),
        crate::ui::Choice::new("somebody", "campaigns.has_deadline").hint("campaigns.deadline_hint"),
    ];
    // The draft first, then the field that reads it.
    let shown = RwSignal::new(followed());
    Effect::new(move |before: Option<()>| {
        let followed = followed();
        if before.is_some() {
            editing.draft.update(|draft| tree::set(draft, "/deadline_days", if followed { 7.into() } else { Value::Null }));
            shown.set(followed);
        }
    });
    view! {
        <RadioGroup id="deadline-mode" legend="campaigns.deadline" choices=Signal::stored(choices) value=mode required=Need::Unsaid/>
        <Show when=move || shown.get()><Typed at="/deadline_days" label="campaigns.deadline_days" kind=Kind::Number/></Show>
        <Typed at="/hold_out_percent" label="campaigns.hold_out_percent" kind=Kind::Number/>
        <p class="quiet"><Say key="campaigns.hold_out_hint"/></p>
    }
}

/// What officers call it.
#[component]
pub fn Name() -> impl IntoView {
    view! {
        <Typed at="/name" label="campaigns.name"/>
        <p class="quiet">{Text::from("campaigns.name_hint").view()}</p>
    }
}
