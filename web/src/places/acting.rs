//! A command on its way: typed, shown with all that it means, done, and taken back where it was wrong.

use chrono::NaiveDate;
use leptos::html;
use leptos::prelude::*;
use shared::locale::{clock_span, day};
use shared::places::{PlaceChange, PlaceStep, PlacesCommand, PlacesPlan, SeenPlaces, SlotShape, Verdict};

use super::client;
use super::model::{Figures, by_day, left_out};
use crate::api::{Attempt, Failure};
use crate::i18n::{Say, furigana, locale, reasons, say, say_with};
use crate::paths;
use crate::slots::staff::places_line;
use crate::ui::{Banner, Button, EmptyState, Glyph, Icon, LinkButton, Look, Refusal, Tone};

#[derive(Clone)]
enum Stage {
    Typing,
    Shown(PlacesCommand, PlacesPlan),
    Done(PlaceChange),
}

/// A form of a command, its preview, and what it has done.
#[component]
pub fn Acting(
    /// Reads the form; none where it says itself what is missing.
    read: Callback<(), Option<PlacesCommand>>,
    /// The words of the button that shows what it means.
    #[prop(default = "places.look")]
    look: &'static str,
    /// Told when it is done.
    #[prop(optional, into)]
    on_done: Option<Callback<()>>,
    children: ChildrenFn,
) -> impl IntoView {
    let stage = RwSignal::new(Stage::Typing);
    let failure = RwSignal::new(None::<Failure>);
    let attempt = Attempt::new();
    let looking = Action::new_local(move |command: &PlacesCommand| {
        let command = command.clone();
        async move {
            match client::preview(&command).await {
                Ok(plan) => stage.set(Stage::Shown(command, plan)),
                Err(why) => failure.set(Some(why)),
            }
        }
    });
    let doing = Action::new_local(move |seen: &SeenPlaces| {
        let (seen, attempt) = (seen.clone(), attempt.clone());
        async move {
            match client::change(&seen, &attempt).await {
                Ok(change) => {
                    stage.set(Stage::Done(change));
                    if let Some(on_done) = on_done {
                        on_done.run(());
                    }
                }
                Err(why) => {
                    // Somebody came in between: what it means now is shown anew.
                    if why.is("places.plan_changed") {
                        looking.dispatch(seen.command);
                    }
                    failure.set(Some(why));
                }
            }
        }
    });
    let shows = Callback::new(move |()| {
        failure.set(None);
        if let Some(command) = read.run(()) {
            looking.dispatch(command);
        }
    });
    let back = Callback::new(move |()| {
        failure.set(None);
        stage.set(Stage::Typing);
    });
    let (looks, does) = (looking.pending(), doing.pending());
    let is_typing = Memo::new(move |_| stage.with(|stage| matches!(stage, Stage::Typing)));
    view! {
        {move || failure.get().map(|why| view! { <Refusal why/> })}
        <div class="stack stack-wide" hidden=move || !is_typing.get()>
            {children()}
            <div class="board-action"><Button on_press=shows busy=looks>{say(look)}</Button></div>
        </div>
        {move || match stage.get() {
            Stage::Typing => ().into_any(),
            Stage::Shown(command, plan) => {
                let seen = SeenPlaces { command, mark: plan.mark.clone() };
                let go = Callback::new(move |()| {
                    failure.set(None);
                    doing.dispatch(seen.clone());
                });
                view! { <Shown plan go back busy=does.into()/> }.into_any()
            }
            Stage::Done(change) => view! { <Done change back/> }.into_any(),
        }}
    }
}

/// A heading that takes the focus when its step begins.
#[component]
pub fn StepHeading(
    /// Its words.
    words: &'static str,
) -> impl IntoView {
    let node = NodeRef::<html::H2>::new();
    Effect::new(move |_| {
        if let Some(heading) = node.get() {
            let _ = heading.focus();
        }
    });
    view! { <h2 class="board-heading" tabindex="-1" node_ref=node><Say key=words/></h2> }
}

#[component]
fn Shown(plan: PlacesPlan, go: Callback<()>, back: Callback<()>, busy: Signal<bool>) -> impl IntoView {
    let written = Figures::of(&plan).written();
    view! {
        <section class="stack">
            <StepHeading words="places.check_title"/>
            <PlanView plan=plan.clone()/>
            {(written == 0).then(|| view! { <Banner tone=Tone::Warning><p><Say key="places.nothing"/></p></Banner> })}
            <div class="board-action">
                {(written > 0)
                    .then(|| {
                        view! {
                            <Button on_press=go busy>{say_with("places.do", move || vec![("count", written.to_string())])}</Button>
                        }
                    })}
                <Button look=Look::Text icon=Glyph::Left on_press=back><Say key="places.back"/></Button>
            </div>
            <PlanDays plan/>
        </section>
    }
}

#[component]
fn Done(change: PlaceChange, back: Callback<()>) -> impl IntoView {
    let (new, changed) = (change.new_count, change.changed_count);
    view! {
        <section class="stack">
            <StepHeading words="places.done_title"/>
            <Banner tone=Tone::Success>
                <p>{say_with("places.done", move || vec![("new", new.to_string()), ("changed", changed.to_string())])}</p>
            </Banner>
            <div class="row">
                <LinkButton href=paths::staff_places(Some(change.first_day), false) icon=Glyph::Calendar><Say key="places.see"/></LinkButton>
                <LinkButton href=paths::staff_places_undo(&change.id) look=Look::Outline icon=Glyph::Left><Say key="places.undo"/></LinkButton>
                <Button look=Look::Text on_press=back><Say key="places.again"/></Button>
            </div>
        </section>
    }
}

/// What becomes of a plan in figures, and why slots are left out.
#[component]
pub fn PlanView(
    /// The plan.
    plan: PlacesPlan,
) -> impl IntoView {
    let figures = Figures::of(&plan);
    let why = left_out(&plan);
    let rows = [
        ("places.count_new", figures.new, "plan-new"),
        ("places.count_changed", figures.changed, "plan-new"),
        ("places.count_removed", figures.removed, "plan-new"),
        ("places.count_same", figures.same, ""),
        ("places.count_left_out", figures.left_out, ""),
    ];
    view! {
        <dl class="figures">
            {rows
                .into_iter()
                .filter(|(_, count, _)| *count > 0)
                .map(|(key, count, class)| view! { <div class=format!("figure {class}")><dt>{say(key)}</dt><dd>{count}</dd></div> })
                .collect_view()}
        </dl>
        {(!why.is_empty())
            .then(|| {
                view! {
                    <Banner title="places.left_out_title">
                        <ul class="reasons">
                            {why
                                .into_iter()
                                .map(|(reason, count)| {
                                    view! {
                                        <li>
                                            {furigana(move || reason.sentence(locale()))} " "
                                            <strong>{say_with("places.slots", move || vec![("count", count.to_string())])}</strong>
                                        </li>
                                    }
                                })
                                .collect_view()}
                        </ul>
                    </Banner>
                }
            })}
    }
}

/// Every slot of a plan, day by day.
#[component]
pub fn PlanDays(
    /// The plan.
    plan: PlacesPlan,
) -> impl IntoView {
    let days = by_day(&plan);
    if days.is_empty() {
        return view! { <EmptyState words="places.no_days"/> }.into_any();
    }
    view! { <ul class="plan">{days.into_iter().map(|(date, steps)| plan_day(date, steps)).collect_view()}</ul> }.into_any()
}

fn plan_day(date: NaiveDate, steps: Vec<PlaceStep>) -> impl IntoView {
    view! {
        <li class="plan-day">
            <h3>{furigana(move || day(date, locale()))}</h3>
            <ul>{steps.into_iter().map(plan_step).collect_view()}</ul>
        </li>
    }
}

/// A mark with its word.
fn chip(class: &'static str, glyph: Glyph, words: &'static str) -> AnyView {
    view! { <span class=class><Icon glyph/><span>{say(words)}</span></span> }.into_any()
}

fn plan_step(step: PlaceStep) -> impl IntoView {
    let PlaceStep { before, after, verdict, notes, .. } = step;
    let is_left_out = !verdict.is_done();
    let (mark, mut why) = match verdict {
        Verdict::New => (chip("chip chip-success", Glyph::Plus, "places.new"), Vec::new()),
        Verdict::Changed => (chip("chip chip-success", Glyph::Pencil, "places.changed"), Vec::new()),
        Verdict::Removed => (chip("chip chip-success", Glyph::Cross, "places.removed"), Vec::new()),
        Verdict::Same => (chip("chip", Glyph::Check, "places.same"), Vec::new()),
        Verdict::LeftOut { why } => (chip("chip chip-warning", Glyph::Info, "places.left_out"), vec![why]),
    };
    why.extend(notes);
    let shown = after.clone().or_else(|| before.clone());
    let was = before.filter(|_| !is_left_out).zip(after);
    view! {
        <li class="plan-slot" class:is-left-out=is_left_out>
            {shown
                .map(|shape| {
                    let (starts_at, ends_at, bands) = (shape.starts_at, shape.ends_at, shape.bands);
                    view! {
                        <strong class="slot-time">{furigana(move || clock_span(starts_at, ends_at, locale()))}</strong>
                        {mark}
                        <span class="quiet">{furigana(move || places_line(&bands))}</span>
                    }
                })}
            {was.map(|(before, after)| differs(&before, &after))}
            {(!why.is_empty()).then(|| view! { <div class="plan-why">{reasons(move || why.clone())}</div> })}
        </li>
    }
}

/// What was before, where it says something else.
fn differs(before: &SlotShape, after: &SlotShape) -> impl IntoView + use<> {
    let bands = (before.bands != after.bands).then(|| before.bands.clone());
    let times = ((before.starts_at, before.ends_at) != (after.starts_at, after.ends_at)).then_some((before.starts_at, before.ends_at));
    let state = (before.state != after.state).then_some(match after.state {
        shared::slots::SlotState::Open => "places.opens",
        shared::slots::SlotState::Closed => "places.closes",
    });
    let carers = (before.carers != after.carers).then_some("places.other_carers");
    view! {
        {times
            .map(|(from, until)| {
                view! { <span class="quiet">{say_with("places.was", move || vec![("what", clock_span(from, until, locale()))])}</span> }
            })}
        {bands
            .map(|bands| {
                view! { <span class="quiet">{say_with("places.was", move || vec![("what", places_line(&bands))])}</span> }
            })}
        {[state, carers].into_iter().flatten().map(|words| view! { <span class="quiet">{say(words)}</span> }).collect_view()}
    }
}
