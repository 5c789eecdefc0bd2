//! The sections of the form: whom, how long, how much, when, at what price, and what is asked.

use leptos::prelude::*;
use serde_json::{Value, json};
use shared::programmes::PriceTier;

use super::benefit::benefit;
use crate::editing::tree::{Kind, fresh_key, set};
use crate::editing::{Editing, Flag, Kinds, Names, Pick, Rows, Typed, words};
use crate::facilities::model::tier;
use crate::i18n::{Say, Text, locale, say, text};
use crate::ui::{Button, Chip, Glyph, Icon, Look, Tone};

/// A name that is still to be written.
fn no_name() -> Value {
    json!({ "ja": "", "easy": "", "en": "" })
}

/// Title and fields of a section, folded but for the first: a version has more fields than anybody changes. What is wrong in it is said
/// outside.
fn section(title: &'static str, fields: AnyView) -> AnyView {
    let editing = Editing::here();
    let is_mine = move |pointer: &Option<String>| pointer.as_deref().is_some_and(|pointer| title_of(pointer) == title);
    let is_first = title == "programmes.section_name";
    let is_wrong = Memo::new(move |_| editing.wrong.with(|all| all.iter().any(|part| is_mine(&part.pointer))));
    view! {
        <details class="disclosure" open=is_first>
            <summary>
                <h2 class="rule-title">{say(title)}</h2>
                <Show when=move || is_wrong.get()><Chip tone=Tone::Error><Say key="programmes.to_fix"/></Chip></Show>
                <Icon glyph=Glyph::Down/>
            </summary>
            <div class="disclosure-body stack">{fields}</div>
        </details>
    }
    .into_any()
}

/// Every section, in the order in which a version is read.
pub fn all() -> Vec<AnyView> {
    vec![
        section("programmes.section_name", name()),
        section("programmes.section_ages", ages()),
        section("programmes.section_unit", unit()),
        section(
            "programmes.section_limits",
            view! { <Rows at="/terms/limits" label="programmes.limits" row=limit fresh=new_limit/> }.into_any(),
        ),
        section("programmes.section_booking", booking()),
        section("programmes.section_cancel", cancelling()),
        section("programmes.section_pick_up", pick_up()),
        section("programmes.section_staffing", staffing()),
        section("programmes.section_fees", fees()),
        section(
            "programmes.section_reliefs",
            view! { <Rows at="/terms/reliefs" label="programmes.reliefs" row=relief fresh=new_relief/> }.into_any(),
        ),
        section("programmes.section_benefit", benefit()),
        section("programmes.section_asked", asked()),
        section("programmes.section_waiting", waiting()),
    ]
}

fn name() -> AnyView {
    view! {
        <Names at="/name" label="programmes.name"/>
        <Names at="/summary" label="programmes.summary" long=true/>
        <div class="form-row">
            <Typed at="/valid_from" label="programmes.valid_from" kind=Kind::Day/>
            <Typed at="/valid_until" label="programmes.valid_until" kind=Kind::MaybeDay/>
        </div>
    }
    .into_any()
}

fn ages() -> AnyView {
    const BASES: [(&str, &str); 2] = [("on_day", "programmes.age_on_day"), ("class", "programmes.age_class")];
    fn end(at: String, kind: &str) -> AnyView {
        match kind {
            "under_years" => view! { <Typed at=format!("{at}/years") label="programmes.under_years" kind=Kind::Number/> }.into_any(),
            _ => ().into_any(),
        }
    }
    view! {
        <Typed at="/terms/ages/from_months" label="programmes.from_months" kind=Kind::Number/>
        <Kinds
            at="/terms/ages/until"
            label="programmes.ages_until"
            kinds=vec![
                ("under_years", "programmes.until_years", json!({ "kind": "under_years", "years": 3 })),
                ("school_entry", "programmes.until_school", json!({ "kind": "school_entry" })),
            ]
            fields=end
        />
        <Pick at="/terms/ages/basis" label="programmes.basis" options=words(&BASES)/>
        <Flag at="/terms/interview" label="programmes.interview"/>
    }
    .into_any()
}

fn unit() -> AnyView {
    fn lengths(at: String, kind: &str) -> AnyView {
        match kind {
            "flexible" => view! {
                <div class="form-row">
                    <Typed at=format!("{at}/minimum_minutes") label="programmes.minimum" kind=Kind::Number/>
                    <Typed at=format!("{at}/maximum_minutes") label="programmes.maximum" kind=Kind::MaybeNumber/>
                    <Typed at=format!("{at}/step_minutes") label="programmes.step" kind=Kind::Number/>
                </div>
            }
            .into_any(),
            _ => view! { <Rows at=format!("{at}/blocks") label="programmes.blocks" row=block fresh=new_block/> }.into_any(),
        }
    }
    view! {
        <Kinds
            at="/terms/unit"
            label="programmes.unit"
            kinds=vec![
                ("flexible", "programmes.unit_flexible", json!({ "kind": "flexible", "minimum_minutes": 60, "step_minutes": 30 })),
                ("blocks", "programmes.unit_blocks", json!({ "kind": "blocks", "blocks": [] })),
            ]
            fields=lengths
        />
    }
    .into_any()
}

fn block(at: String) -> AnyView {
    view! {
        <Names at=format!("{at}/name") label="programmes.block"/>
        <div class="form-row">
            <Typed at=format!("{at}/half_days") label="programmes.half_days" kind=Kind::Number/>
            <Typed at=format!("{at}/uses") label="programmes.uses" kind=Kind::Number/>
        </div>
    }
    .into_any()
}

fn new_block(draft: &Value) -> Value {
    json!({ "key": fresh_key(draft, "/terms/unit/blocks", "key", "part"), "name": no_name(), "half_days": 1, "uses": 1 })
}

/// The rows of a list that have a key and a name, to choose from, after a first choice.
fn named_rows(list: &'static str, key: &'static str, first: Option<&'static str>) -> Signal<Vec<(String, Text)>> {
    let editing = Editing::here();
    Signal::derive(move || {
        let rows = editing.draft.with(|draft| draft.pointer(list).and_then(Value::as_array).cloned().unwrap_or_default());
        let none = first.map(|words| (String::new(), Text::from(words)));
        let one = |row: Value| {
            let name = serde_json::from_value::<shared::locale::Localised>(row.get("name")?.clone()).ok()?;
            Some((row.get(key)?.as_str()?.to_owned(), text(move || name.get(locale()).to_owned())))
        };
        none.into_iter().chain(rows.into_iter().filter_map(one)).collect()
    })
}

fn limit(at: String) -> AnyView {
    const COUNTS: [(&str, &str); 3] =
        [("minutes", "programmes.counts_minutes"), ("half_days", "programmes.counts_half_days"), ("uses", "programmes.counts_uses")];
    const PERIODS: [(&str, &str); 3] =
        [("month", "programmes.per_month"), ("week", "programmes.per_week"), ("birth", "programmes.per_birth")];
    view! {
        <div class="form-row">
            <Pick at=format!("{at}/per") label="programmes.per" options=words(&PERIODS)/>
            <Pick at=format!("{at}/counts") label="programmes.counts" options=words(&COUNTS)/>
            <Typed at=format!("{at}/base") label="programmes.base" kind=Kind::Number/>
            <Typed at=format!("{at}/local") label="programmes.local" kind=Kind::Number/>
            <Typed at=format!("{at}/multiple_birth") label="programmes.multiple_birth" kind=Kind::MaybeNumber/>
            <Pick
                at=format!("{at}/reason") label="programmes.only_reason" kind=Kind::MaybeWords
                options=named_rows("/terms/reasons", "key", Some("programmes.any_reason"))
            />
            <Typed at=format!("{at}/pool") label="programmes.pool"/>
        </div>
    }
    .into_any()
}

fn new_limit(draft: &Value) -> Value {
    let pool = draft.get("key").and_then(Value::as_str).unwrap_or("limit").to_owned();
    json!({ "pool": pool, "counts": "minutes", "per": "month", "base": 600, "local": 0 })
}

/// A moment before a stay, below some place.
fn deadline(at: &'static str, label: &'static str) -> AnyView {
    fn fields(at: String, kind: &str) -> AnyView {
        match kind {
            "minutes_before" => {
                view! { <Typed at=format!("{at}/minutes") label="programmes.minutes_before" kind=Kind::Number/> }.into_any()
            }
            _ => view! {
                <div class="form-row">
                    <Typed at=format!("{at}/days") label="programmes.days_before" kind=Kind::Number/>
                    <Typed at=format!("{at}/time") label="programmes.time" kind=Kind::Time/>
                </div>
            }
            .into_any(),
        }
    }
    let kinds = vec![
        ("minutes_before", "programmes.by_minutes", json!({ "kind": "minutes_before", "minutes": 60 })),
        ("days_before", "programmes.by_days", json!({ "kind": "days_before", "days": 1, "time": "16:30:00" })),
        ("open_days_before", "programmes.by_open_days", json!({ "kind": "open_days_before", "days": 1, "time": "15:00:00" })),
    ];
    view! { <Kinds at label kinds fields/> }.into_any()
}

fn booking() -> AnyView {
    const SILENCE: [(&str, &str); 2] = [("confirm", "programmes.silent_confirm"), ("decline", "programmes.silent_decline")];
    fn opens(at: String, kind: &str) -> AnyView {
        match kind {
            "on_days" => view! {
                <div class="form-row">
                    <Typed at=format!("{at}/days") label="programmes.opening_days" kind=Kind::Days/>
                    <Typed at=format!("{at}/lead") label="programmes.lead" kind=Kind::Number/>
                    <Typed at=format!("{at}/time") label="programmes.time" kind=Kind::Time/>
                </div>
            }
            .into_any(),
            _ => view! { <Typed at=format!("{at}/days") label="programmes.days_before" kind=Kind::Number/> }.into_any(),
        }
    }
    fn decided(at: String, kind: &str) -> AnyView {
        match kind {
            "by_facility" => view! {
                <div class="form-row">
                    <Typed at=format!("{at}/hours") label="programmes.decide_hours" kind=Kind::Number/>
                    <Pick at=format!("{at}/if_silent") label="programmes.if_silent" options=words(&SILENCE)/>
                </div>
            }
            .into_any(),
            _ => ().into_any(),
        }
    }
    view! {
        <Kinds
            at="/terms/opens"
            label="programmes.opening"
            kinds=vec![
                ("days_before", "programmes.opens_days", json!({ "kind": "days_before", "days": 30 })),
                ("on_days", "programmes.opens_on", json!({ "kind": "on_days", "days": [1, 16], "lead": 1, "time": "09:00:00" })),
            ]
            fields=opens
        />
        {deadline("/terms/closes", "programmes.closing")}
        <Kinds
            at="/terms/confirmation"
            label="programmes.confirmation"
            kinds=vec![
                ("instant", "programmes.instant_kind", json!({ "kind": "instant" })),
                ("by_facility", "programmes.by_facility", json!({ "kind": "by_facility", "hours": 24, "if_silent": "decline" })),
            ]
            fields=decided
        />
    }
    .into_any()
}

fn cancelling() -> AnyView {
    fn exempt(at: String) -> AnyView {
        view! {
            <Names at=format!("{at}/name") label="programmes.exempt_name"/>
            <Flag at=format!("{at}/by_family") label="programmes.by_family"/>
        }
        .into_any()
    }
    fn fresh(draft: &Value) -> Value {
        json!({ "key": fresh_key(draft, "/terms/cancellation/exempt", "key", "reason"), "name": no_name(), "by_family": true })
    }
    view! {
        {deadline("/terms/cancellation/free_until", "programmes.free_until")}
        <div class="form-row">
            <Typed at="/terms/cancellation/late_fee_percent" label="programmes.late_percent" kind=Kind::Number/>
            <Flag at="/terms/cancellation/late_counts" label="programmes.late_counts"/>
            <Typed at="/terms/cancellation/undo_minutes" label="programmes.undo_minutes" kind=Kind::Number/>
        </div>
        <Rows at="/terms/cancellation/exempt" label="programmes.exempt" row=exempt fresh=fresh/>
    }
    .into_any()
}

fn pick_up() -> AnyView {
    const EARLY: [(&str, &str); 2] = [("nothing", "programmes.early_nothing"), ("shortens", "programmes.early_shortens")];
    fn late(at: String, kind: &str) -> AnyView {
        let grace = format!("{at}/grace_minutes");
        match kind {
            "counts" => view! { <Typed at=grace label="programmes.grace" kind=Kind::Number/> }.into_any(),
            "fee" => view! {
                <div class="form-row">
                    <Typed at=grace label="programmes.grace" kind=Kind::Number/>
                    <Typed at=format!("{at}/per_minutes") label="programmes.per_minutes" kind=Kind::Number/>
                    <Typed at=format!("{at}/yen") label="programmes.yen" kind=Kind::Number/>
                </div>
            }
            .into_any(),
            _ => ().into_any(),
        }
    }
    view! {
        <Kinds
            at="/terms/late_pick_up"
            label="programmes.late_pick_up"
            kinds=vec![
                ("nothing", "programmes.late_nothing", json!({ "kind": "nothing" })),
                ("counts", "programmes.late_counted", json!({ "kind": "counts", "grace_minutes": 10 })),
                ("fee", "programmes.late_fee", json!({ "kind": "fee", "grace_minutes": 10, "per_minutes": 30, "yen": 300 })),
            ]
            fields=late
        />
        <Pick at="/terms/early_leaving" label="programmes.early_leaving" options=words(&EARLY)/>
    }
    .into_any()
}

/// From one age to another.
pub(super) fn age_span(at: &str) -> AnyView {
    view! {
        <Typed at=format!("{at}/from_age") label="programmes.from_age" kind=Kind::Number/>
        <Typed at=format!("{at}/under_age") label="programmes.under_age" kind=Kind::MaybeNumber/>
    }
    .into_any()
}

fn staffing() -> AnyView {
    fn ratio(at: String) -> AnyView {
        view! {
            <div class="form-row">
                {age_span(&at)}
                <Typed at=format!("{at}/children") label="programmes.children_each" kind=Kind::Number/>
            </div>
        }
        .into_any()
    }
    fn fresh(_: &Value) -> Value {
        json!({ "from_age": 0, "under_age": 1, "children": 3 })
    }
    let editing = Editing::here();
    let has = move || editing.draft.with(|draft| draft.pointer("/terms/staffing").is_some());
    let has = Memo::new(move |_| has());
    let national = json!({ "minimum": 2, "ratios": [
        { "from_age": 0, "under_age": 1, "children": 3 }, { "from_age": 1, "under_age": 3, "children": 6 },
        { "from_age": 3, "under_age": 4, "children": 15 }, { "from_age": 4, "children": 25 },
    ] });
    let national = StoredValue::new(national);
    let put = move |value: Value| editing.draft.update(|draft| set(draft, "/terms/staffing", value));
    view! {
        <Typed at="/terms/at_once" label="programmes.at_once" kind=Kind::MaybeNumber/>
        {move || {
            if has.get() {
                view! {
                    <Typed at="/terms/staffing/minimum" label="programmes.staff_minimum" kind=Kind::Number/>
                    <Rows at="/terms/staffing/ratios" label="programmes.ratios" row=ratio fresh=fresh/>
                    <div class="row">
                        <Button look=Look::Text on_press=Callback::new(move |()| put(Value::Null))><Say key="programmes.no_ratios"/></Button>
                    </div>
                }
                .into_any()
            } else {
                view! {
                    <p><Say key="programmes.no_staffing"/></p>
                    <div class="row">
                        <Button look=Look::Outline on_press=Callback::new(move |()| put(national.get_value()))><Say key="programmes.national_ratios"/></Button>
                    </div>
                }
                .into_any()
            }
        }}
    }
    .into_any()
}

/// The tiers that compacts may name, and those that the version has already.
fn tiers() -> Signal<Vec<(String, Text)>> {
    let editing = Editing::here();
    Signal::derive(move || {
        let mut known = vec!["resident".to_owned(), "neighbour".to_owned()];
        let rows = editing.draft.with(|draft| draft.pointer("/terms/fees").and_then(Value::as_array).cloned().unwrap_or_default());
        for name in rows.iter().filter_map(|row| row.get("tier").and_then(Value::as_str)) {
            if !known.iter().any(|known| known == name) {
                known.push(name.to_owned());
            }
        }
        known.into_iter().map(|name| (name.clone(), text(move || tier(&PriceTier::new(name.clone()), locale())))).collect()
    })
}

/// What a price is for.
pub(super) fn price_unit(at: &str, label: &'static str) -> AnyView {
    fn per(at: String, kind: &str) -> AnyView {
        match kind {
            "block" => view! { <Pick at=format!("{at}/block") label="programmes.block" options=named_rows("/terms/unit/blocks", "key", Some("programmes.choose"))/> }
                .into_any(),
            _ => ().into_any(),
        }
    }
    view! {
        <Kinds
            at=format!("{at}/per")
            label
            kinds=vec![
                ("hour", "programmes.per_hour", json!({ "kind": "hour" })),
                ("block", "programmes.per_block", json!({ "kind": "block", "block": "" })),
                ("use", "programmes.per_use", json!({ "kind": "use" })),
            ]
            fields=per
        />
    }
    .into_any()
}

fn fees() -> AnyView {
    fn fee(at: String) -> AnyView {
        view! {
            <div class="form-row">
                <Pick at=format!("{at}/tier") label="programmes.tier" options=tiers()/>
                {age_span(&at)}
                {price_unit(&at, "programmes.fee_per")}
                <Typed at=format!("{at}/yen") label="programmes.yen" kind=Kind::Number/>
            </div>
        }
        .into_any()
    }
    fn new_fee(_: &Value) -> Value {
        json!({ "tier": "resident", "from_age": 0, "per": { "kind": "use" }, "yen": 0 })
    }
    fn extra(at: String) -> AnyView {
        view! {
            <Names at=format!("{at}/name") label="programmes.extra_name"/>
            <Typed at=format!("{at}/yen") label="programmes.yen" kind=Kind::Number/>
        }
        .into_any()
    }
    fn new_extra(draft: &Value) -> Value {
        json!({ "key": fresh_key(draft, "/terms/extras", "key", "extra"), "name": no_name(), "yen": 0 })
    }
    view! {
        <Rows at="/terms/fees" label="programmes.fees" row=fee fresh=new_fee/>
        <Rows at="/terms/extras" label="programmes.extras" row=extra fresh=new_extra/>
    }
    .into_any()
}

fn relief(at: String) -> AnyView {
    fn off(at: String, kind: &str) -> AnyView {
        match kind {
            "percent" => view! { <Typed at=format!("{at}/percent") label="programmes.percent" kind=Kind::Number/> }.into_any(),
            _ => view! { <Typed at=format!("{at}/yen") label="programmes.yen" kind=Kind::Number/> }.into_any(),
        }
    }
    view! {
        <Names at=format!("{at}/name") label="programmes.relief_name"/>
        <Kinds
            at=format!("{at}/off")
            label="programmes.relief_off"
            kinds=vec![
                ("hour", "programmes.off_hour", json!({ "kind": "hour", "yen": 100 })),
                ("use", "programmes.off_use", json!({ "kind": "use", "yen": 100 })),
                ("percent", "programmes.off_percent", json!({ "kind": "percent", "percent": 50 })),
            ]
            fields=off
        />
    }
    .into_any()
}

fn new_relief(draft: &Value) -> Value {
    json!({ "class": fresh_key(draft, "/terms/reliefs", "class", "class"), "name": no_name(), "off": { "kind": "percent", "percent": 50 } })
}

fn asked() -> AnyView {
    fn reason(at: String) -> AnyView {
        view! { <Names at=format!("{at}/name") label="programmes.reason_name"/> }.into_any()
    }
    fn new_reason(draft: &Value) -> Value {
        json!({ "key": fresh_key(draft, "/terms/reasons", "key", "reason"), "name": no_name() })
    }
    fn choice(at: String) -> AnyView {
        view! { <Names at=format!("{at}/name") label="programmes.choice_name"/> }.into_any()
    }
    fn answer(at: String, kind: &str) -> AnyView {
        fn fresh(draft: &Value) -> Value {
            // Choices are told apart within their question; a key that none of the draft has is as good.
            let taken = draft.to_string();
            let key = (1..).map(|n: u32| format!("choice_{n}")).find(|key| !taken.contains(&format!("\"{key}\""))).unwrap_or_default();
            json!({ "key": key, "name": no_name() })
        }
        match kind {
            "choice" => view! { <Rows at=format!("{at}/choices") label="programmes.choices" row=choice fresh=fresh/> }.into_any(),
            _ => ().into_any(),
        }
    }
    fn question(at: String) -> AnyView {
        view! {
            <Names at=format!("{at}/text") label="programmes.question_text"/>
            <Flag at=format!("{at}/required") label="programmes.question_must"/>
            <Kinds
                at=format!("{at}/answer")
                label="programmes.answer"
                kinds=vec![
                    ("yes_no", "programmes.answer_yes_no", json!({ "kind": "yes_no" })),
                    ("text", "programmes.answer_text", json!({ "kind": "text" })),
                    ("day", "programmes.answer_day", json!({ "kind": "day" })),
                    ("yen", "programmes.answer_yen", json!({ "kind": "yen" })),
                    ("choice", "programmes.answer_choice", json!({ "kind": "choice", "choices": [] })),
                ]
                fields=answer
            />
        }
        .into_any()
    }
    fn new_question(draft: &Value) -> Value {
        json!({ "key": fresh_key(draft, "/terms/questions", "key", "question"), "text": no_name(), "answer": { "kind": "yes_no" }, "required": true })
    }
    fn thing(at: String) -> AnyView {
        view! { <Names at label="programmes.thing"/> }.into_any()
    }
    fn new_thing(_: &Value) -> Value {
        no_name()
    }
    view! {
        <Rows at="/terms/reasons" label="programmes.reasons" row=reason fresh=new_reason/>
        <Rows at="/terms/questions" label="programmes.questions" row=question fresh=new_question/>
        <Rows at="/terms/bring" label="programmes.bring" row=thing fresh=new_thing/>
    }
    .into_any()
}

fn waiting() -> AnyView {
    view! {
        <div class="form-row">
            <Typed at="/terms/waiting/same_day_minutes" label="programmes.same_day" kind=Kind::Number/>
            <Typed at="/terms/waiting/next_day_minutes" label="programmes.next_day" kind=Kind::Number/>
            <Typed at="/terms/waiting/later_minutes" label="programmes.later" kind=Kind::Number/>
        </div>
        <div class="form-row">
            <Typed at="/terms/waiting/quiet_from" label="programmes.quiet_from" kind=Kind::Time/>
            <Typed at="/terms/waiting/quiet_until" label="programmes.quiet_until" kind=Kind::Time/>
        </div>
    }
    .into_any()
}

/// The title of the section that a pointer belongs to.
pub fn title_of(pointer: &str) -> &'static str {
    const TITLES: [(&str, &str); 20] = [
        ("/terms/ages", "programmes.section_ages"),
        ("/terms/interview", "programmes.section_ages"),
        ("/terms/unit", "programmes.section_unit"),
        ("/terms/limits", "programmes.section_limits"),
        ("/terms/opens", "programmes.section_booking"),
        ("/terms/closes", "programmes.section_booking"),
        ("/terms/confirmation", "programmes.section_booking"),
        ("/terms/cancellation", "programmes.section_cancel"),
        ("/terms/late_pick_up", "programmes.section_pick_up"),
        ("/terms/early_leaving", "programmes.section_pick_up"),
        ("/terms/staffing", "programmes.section_staffing"),
        ("/terms/at_once", "programmes.section_staffing"),
        ("/terms/fees", "programmes.section_fees"),
        ("/terms/extras", "programmes.section_fees"),
        ("/terms/reliefs", "programmes.section_reliefs"),
        ("/terms/benefit", "programmes.section_benefit"),
        ("/terms/reasons", "programmes.section_asked"),
        ("/terms/questions", "programmes.section_asked"),
        ("/terms/bring", "programmes.section_asked"),
        ("/terms/waiting", "programmes.section_waiting"),
    ];
    TITLES.iter().find(|(start, _)| pointer.starts_with(start)).map_or("programmes.section_name", |(_, title)| title)
}
