//! Publishing slots for a range of days from a weekly pattern: typed, previewed, published.

use chrono::{Utc, Weekday};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::calendar::holiday_name;
use shared::locale::{clock_span, day, people};
use shared::programmes::{AgeBasis, Ages, Programme};
use shared::slots::{NewSlots, Offering, PlanOutcome, PlannedSlot, Slot, SlotPlan};
use shared::time::{days_after, tokyo_day};

use super::client;
use super::lines::{Line, LineForm};
use super::model::{Division, Summary, Typed, TypedLine, by_day, command, first_new, habit, summary};
use super::parts::{places_line, programme_name};
use crate::api::{Attempt, Failure};
use crate::attendance::{StaffNav, StaffPlace};
use crate::i18n::{Say, Text, furigana, locale, say_with, sentence, text};
use crate::paths;
use crate::ui::{
    Banner, Breadcrumbs, Button, Checkbox, Choice, EmptyState, ErrorSummary, Field, FieldError, Glyph, Icon, LinkButton, Load, Look, Need,
    PageTitle, RadioGroup, Refusal, Steps, TextInput, Tone,
};

/// How far ahead the slots are read whose pattern is proposed.
const HABIT_DAYS: u32 = 34;
/// The range that is proposed.
const PROPOSED_DAYS: u32 = 27;
/// The most lines that the API takes.
const MAX_LINES: usize = 14;

/// What the page has to know before anything can be typed.
#[derive(Clone)]
struct Ground {
    offerings: Vec<Offering>,
    programmes: Vec<Programme>,
    slots: Vec<Slot>,
}

async fn ground() -> Result<Ground, Failure> {
    let today = tokyo_day(Utc::now());
    let days = client::slots(today, days_after(today, HABIT_DAYS)).await?;
    Ok(Ground {
        offerings: client::offerings().await?,
        programmes: client::programmes().await?,
        slots: days.into_iter().flat_map(|day| day.slots).collect(),
    })
}

/// Publishing slots.
#[component]
pub fn NewSlotsPage() -> impl IntoView {
    let ground = LocalResource::new(ground);
    view! {
        <div class="stack staff">
            <StaffNav here=StaffPlace::Slots/>
            <Breadcrumbs trail=vec![(paths::staff_slots(None), Text::Key("slots_staff.title"))] here="slots_staff.publish_title"/>
            <PageTitle text="slots_staff.publish_title"/>
            <Load what=ground is_empty=|ground: &Ground| ground.offerings.is_empty() empty="slots_staff.no_offerings" let:ground>
                <Publishing ground/>
            </Load>
        </div>
    }
}

#[derive(Clone)]
enum Stage {
    Typing,
    Preview(NewSlots, SlotPlan),
    Done(SlotPlan),
}

#[component]
fn Publishing(ground: Ground) -> impl IntoView {
    let today = tokyo_day(Utc::now());
    let only = ground.offerings.first().map(|offering| offering.id.to_string()).unwrap_or_default();
    let offering = RwSignal::new(only);
    let from = RwSignal::new(days_after(today, 1).to_string());
    let to = RwSignal::new(days_after(today, 1 + PROPOSED_DAYS).to_string());
    let on_holidays = RwSignal::new(false);
    let stage = RwSignal::new(Stage::Typing);
    let errors = RwSignal::new(Vec::<FieldError>::new());
    let failure = RwSignal::new(None::<Failure>);
    let busy = RwSignal::new(false);
    let next_id = StoredValue::new(0_u32);
    let fresh_id = move || {
        next_id.update_value(|id| *id += 1);
        next_id.get_value()
    };
    let ground = StoredValue::new(ground);
    let ages_of = move |offering: &str| {
        ground.with_value(|ground| {
            let offered = ground.offerings.iter().find(|known| known.id.as_str() == offering)?;
            let ages = ground.programmes.iter().find(|known| known.key == offered.programme)?.terms.ages.clone();
            // Places of classes have bands of classes.
            Some(if offered.spare { Ages { basis: AgeBasis::Class, ..ages } } else { ages })
        })
    };
    let is_spare = Memo::new(move |_| {
        offering.with(|offering| ground.with_value(|ground| ground.offerings.iter().any(|one| one.id.as_str() == offering && one.spare)))
    });
    let first_line = move |offering: &str| TypedLine {
        weekdays: vec![Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri],
        starts: "09:00".to_owned(),
        ends: "17:00".to_owned(),
        bands: ages_of(offering).map(|ages| Division::Carers.bands(&ages)).unwrap_or_default(),
        room: None,
        carers: None,
    };
    let proposed = move |offering: &str| {
        let known = ground.with_value(|ground| habit(&ground.slots, offering));
        if known.is_empty() { vec![first_line(offering)] } else { known }
    };
    let made = move |lines: Vec<TypedLine>| lines.into_iter().map(|line| Line::new(fresh_id(), line)).collect::<Vec<_>>();
    // Each programme has its own lines, because ages and times belong to it.
    let pattern = Memo::new(move |_| RwSignal::new(made(offering.with(|offering| proposed(offering)))));
    let lines = move || pattern.get_untracked();
    let is_proposed = Memo::new(move |_| offering.with(|offering| ground.with_value(|ground| !habit(&ground.slots, offering).is_empty())));

    let typed = move || Typed {
        offering: offering.get_untracked(),
        from: from.get_untracked(),
        to: to.get_untracked(),
        on_holidays: on_holidays.get_untracked(),
        spare: is_spare.get_untracked(),
        lines: lines().with_untracked(|lines| lines.iter().map(|line| line.typed()).collect()),
    };
    let preview = Callback::new(move |()| match command(&typed()) {
        Err(wrong) => errors.set(
            wrong
                .into_iter()
                .map(|wrong| {
                    let words = sentence(wrong.key, locale());
                    let sentence = match wrong.line {
                        None => words,
                        Some(line) => {
                            format!("{} {words}", sentence("slots_staff.line", locale()).replace("%{number}", &line.to_string()))
                        }
                    };
                    FieldError { field: wrong.field, sentence }
                })
                .collect(),
        ),
        Ok(command) => {
            errors.set(Vec::new());
            failure.set(None);
            busy.set(true);
            spawn_local(async move {
                match client::preview(&command).await {
                    Ok(plan) => stage.set(Stage::Preview(command, plan)),
                    Err(why) => failure.set(Some(why)),
                }
                busy.set(false);
            });
        }
    });
    let attempt = Attempt::new();
    let publish = Callback::new(move |command: NewSlots| {
        let attempt = attempt.clone();
        failure.set(None);
        busy.set(true);
        spawn_local(async move {
            match client::publish(&command, &attempt).await {
                Ok(plan) => stage.set(Stage::Done(plan)),
                Err(why) => failure.set(Some(why)),
            }
            busy.set(false);
        });
    });
    let current = Signal::derive(move || {
        stage.with(|stage| match stage {
            Stage::Typing => 1,
            Stage::Preview(..) => 2,
            Stage::Done(_) => 3,
        })
    });
    let back = Callback::new(move |()| {
        failure.set(None);
        stage.set(Stage::Typing);
    });
    let offerings = Signal::derive(move || {
        ground.with_value(|ground| {
            ground
                .offerings
                .iter()
                .map(|offering| {
                    let name = programme_name(&ground.programmes, &offering.programme);
                    Choice::new(offering.id.as_str(), text(move || name.clone()))
                })
                .collect::<Vec<_>>()
        })
    });
    let is_form = move || stage.with(|stage| matches!(stage, Stage::Typing));
    view! {
        <Steps
            current=current
            labels=vec![Text::Key("slots_staff.step_type"), Text::Key("slots_staff.step_check"), Text::Key("slots_staff.step_done")]
        />
        {move || failure.get().map(|why| view! { <Refusal why/> })}
        <Show when=is_form>
            <div class="stack stack-wide publish">
                <ErrorSummary errors/>
                <RadioGroup
                    id="offering"
                    legend="slots_staff.offering"
                    choices=offerings
                    value=offering
                    required=Need::Required
                    error=FieldError::of(errors, "offering")
                />
                <div class="publish-dates">
                    <Field id="from" label="slots_staff.from" error=FieldError::of(errors, "from")>
                        <TextInput value=from kind="date" min=today.to_string() short=true/>
                    </Field>
                    <Field id="to" label="slots_staff.to" hint="slots_staff.to_hint" error=FieldError::of(errors, "to")>
                        <TextInput value=to kind="date" min=today.to_string() short=true/>
                    </Field>
                </div>
                <Checkbox id="on-holidays" label="slots_staff.on_holidays" value=on_holidays/>
                <section class="stack" id="lines" tabindex="-1" aria-labelledby="lines-title">
                    <h2 id="lines-title"><Say key="slots_staff.lines"/></h2>
                    <Show when=move || is_proposed.get()><p class="quiet"><Say key="slots_staff.proposed"/></p></Show>
                    <For
                        each=move || pattern.get().get()
                        key=|line| line.id
                        children=move |line| {
                            let number = Memo::new(move |_| {
                                pattern.get().with(|lines| lines.iter().position(|other| other.id == line.id)).map_or(1, |index| index + 1)
                            });
                            let several = Memo::new(move |_| pattern.get().with(Vec::len) > 1);
                            let remove = Callback::new(move |()| lines().update(|lines| lines.retain(|other| other.id != line.id)));
                            let ages = Signal::derive(move || offering.with(|offering| ages_of(offering)));
                            view! { <LineForm line number several remove ages is_spare/> }
                        }
                    />
                    <Show when=move || { pattern.get().with(Vec::len) < MAX_LINES }>
                        <div class="row">
                            <Button
                                look=Look::Outline
                                icon=Glyph::Plus
                                on_press=Callback::new(move |()| {
                                    let mut like = lines()
                                        .with_untracked(|lines| lines.last().map(|line| line.typed()))
                                        .unwrap_or_else(|| first_line(&offering.get_untracked()));
                                    like.weekdays.clear();
                                    let line = Line::new(fresh_id(), like);
                                    lines().update(|lines| lines.push(line));
                                })
                            >
                                <Say key="slots_staff.add_line"/>
                            </Button>
                        </div>
                    </Show>
                </section>
                <div class="board-action">
                    <Button on_press=preview busy=busy><Say key="slots_staff.preview"/></Button>
                </div>
            </div>
        </Show>
        {move || match stage.get() {
            Stage::Typing => ().into_any(),
            Stage::Preview(command, plan) => {
                let go = Callback::new(move |()| publish.run(command.clone()));
                view! { <Preview plan go back busy=busy.into()/> }.into_any()
            }
            Stage::Done(plan) => view! { <Done plan back/> }.into_any(),
        }}
    }
}

/// A heading that takes the focus when its step begins.
#[component]
fn StepHeading(words: &'static str) -> impl IntoView {
    let node = NodeRef::<html::H2>::new();
    Effect::new(move |_| {
        if let Some(heading) = node.get() {
            let _ = heading.focus();
        }
    });
    view! { <h2 class="board-heading" tabindex="-1" node_ref=node><Say key=words/></h2> }
}

#[component]
fn Preview(plan: SlotPlan, go: Callback<()>, back: Callback<()>, busy: Signal<bool>) -> impl IntoView {
    let figures = summary(&plan);
    let days = by_day(&plan);
    view! {
        <section class="stack">
            <StepHeading words="slots_staff.check_title"/>
            {figures_view(figures, false)}
            {(figures.new == 0)
                .then(|| view! { <Banner tone=Tone::Warning><p><Say key="slots_staff.nothing_new"/></p></Banner> })}
            <div class="board-action">
                {(figures.new > 0)
                    .then(|| {
                        view! {
                            <Button on_press=go busy=busy>
                                {say_with("slots_staff.publish", move || vec![("count", figures.new.to_string())])}
                            </Button>
                        }
                    })}
                <Button look=Look::Text icon=Glyph::Left on_press=back><Say key="slots_staff.back"/></Button>
            </div>
            {if days.is_empty() {
                view! { <EmptyState words="slots_staff.no_days"/> }.into_any()
            } else {
                view! { <ul class="plan">{days.into_iter().map(|(date, slots)| plan_day(date, slots)).collect_view()}</ul> }.into_any()
            }}
        </section>
    }
}

fn figures_view(figures: Summary, done: bool) -> impl IntoView {
    let published = if done { "slots_staff.count_published" } else { "slots_staff.count_new" };
    let rows = [
        (published, figures.new, "plan-new"),
        ("slots_staff.count_holiday", figures.holiday, ""),
        ("slots_staff.count_exists", figures.exists, ""),
        ("slots_staff.count_past", figures.past, ""),
    ];
    view! {
        <dl class="figures">
            {rows
                .into_iter()
                .filter(|(key, count, _)| *count > 0 || *key == published)
                .map(|(key, count, class)| {
                    view! { <div class=format!("figure {class}")><dt>{crate::i18n::say(key)}</dt><dd>{count}</dd></div> }
                })
                .collect_view()}
        </dl>
    }
}

fn plan_day(date: chrono::NaiveDate, slots: Vec<PlannedSlot>) -> impl IntoView {
    view! {
        <li class="plan-day">
            <h3>{furigana(move || day(date, locale()))}</h3>
            <ul>{slots.into_iter().map(plan_slot).collect_view()}</ul>
        </li>
    }
}

/// Room and carers, where they are set.
fn whole_line(room: Option<i64>, carers: Option<i64>) -> impl IntoView {
    let part = |key: &'static str, count: Option<i64>| {
        count.map(|count| view! { <span class="quiet">{say_with(key, move || vec![("count", people(count, locale()))])}</span> })
    };
    view! { {part("slots_staff.room_of", room)} {part("slots_staff.carers_of", carers)} }
}

fn plan_slot(slot: PlannedSlot) -> impl IntoView {
    let (starts_at, ends_at, bands, room, carers) = (slot.starts_at, slot.ends_at, slot.bands, slot.room, slot.carers);
    let is_new = slot.outcome == PlanOutcome::New;
    let outcome = match slot.outcome {
        PlanOutcome::New => {
            view! { <span class="chip chip-success"><Icon glyph=Glyph::Check/><span><Say key="slots_staff.outcome_new"/></span></span> }
                .into_any()
        }
        PlanOutcome::Holiday { name } => view! {
            <span class="chip chip-warning">
                <Icon glyph=Glyph::Calendar/><span>{say_with("slots_staff.outcome_holiday", move || vec![("name", holiday_name(&name, locale()))])}</span>
            </span>
        }
        .into_any(),
        PlanOutcome::Exists => {
            view! { <span class="chip"><Icon glyph=Glyph::Info/><span><Say key="slots_staff.outcome_exists"/></span></span> }.into_any()
        }
        PlanOutcome::Past => {
            view! { <span class="chip"><Icon glyph=Glyph::Clock/><span><Say key="slots_staff.outcome_past"/></span></span> }.into_any()
        }
    };
    view! {
        <li class="plan-slot" class:is-left-out=!is_new>
            <strong class="slot-time">{furigana(move || clock_span(starts_at, ends_at, locale()))}</strong>
            {outcome}
            <span class="quiet">{furigana(move || places_line(&bands))}</span>
            {whole_line(room, carers)}
        </li>
    }
}

#[component]
fn Done(plan: SlotPlan, back: Callback<()>) -> impl IntoView {
    let figures = summary(&plan);
    let week = paths::staff_slots(first_new(&plan));
    view! {
        <section class="stack">
            <StepHeading words="slots_staff.done_title"/>
            <Banner tone=Tone::Success>
                <p>{say_with("slots_staff.done", move || vec![("count", figures.new.to_string())])}</p>
            </Banner>
            {figures_view(figures, true)}
            <div class="row">
                <LinkButton href=week icon=Glyph::Calendar><Say key="slots_staff.see_week"/></LinkButton>
                <Button look=Look::Outline on_press=back><Say key="slots_staff.publish_more"/></Button>
            </div>
        </section>
    }
}
