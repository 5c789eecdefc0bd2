//! The facility's named patterns: a list, and the form of one.

use chrono::{Utc, Weekday};
use leptos::prelude::*;
use shared::ids::OfferingId;
use shared::locale::{clock, iso_clock, weekday};
use shared::places::{NewPattern, WeekPattern};
use shared::programmes::{AgeBasis, Ages, Programme};
use shared::slots::{Offering, PatternLine, Slot};
use shared::time::{days_after, tokyo_day};

use super::acting::StepHeading;
use super::client;
use crate::api::{Attempt, Failure};
use crate::attendance::{StaffNav, StaffPlace};
use crate::flash::use_flash;
use crate::i18n::{Say, Text, furigana, locale, say_with, sentence, text};
use crate::paths;
use crate::slots::staff::{Division, Line, LineForm, TypedLine, client as slots, habit, pattern_of, places_line, programme_name};
use crate::ui::{
    Breadcrumbs, Button, Choice, EmptyState, ErrorSummary, Field, FieldError, Glyph, LinkButton, Load, Look, PageTitle, RadioGroup,
    Refusal, TextInput,
};

/// How far ahead the slots are read whose pattern is proposed.
const HABIT_DAYS: u32 = 34;
/// The most lines that the API takes.
const MOST_LINES: usize = 14;

/// What the page has to know.
#[derive(Clone)]
struct Ground {
    patterns: Vec<WeekPattern>,
    offerings: Vec<Offering>,
    programmes: Vec<Programme>,
    slots: Vec<Slot>,
}

impl Ground {
    fn ages(&self, offering: &str) -> Option<Ages> {
        let offered = self.offerings.iter().find(|known| known.id.as_str() == offering)?;
        let ages = self.programmes.iter().find(|known| known.key == offered.programme)?.terms.ages.clone();
        // Places of classes have bands of classes.
        Some(if offered.spare { Ages { basis: AgeBasis::Class, ..ages } } else { ages })
    }

    fn name(&self, offering: &OfferingId) -> String {
        let offered = self.offerings.iter().find(|known| known.id == *offering);
        offered.map(|known| programme_name(&self.programmes, &known.programme)).unwrap_or_default()
    }

    /// What a new pattern begins with: what the slots follow now, or a plain week.
    fn proposed(&self, offering: &str) -> Vec<TypedLine> {
        let known = habit(&self.slots, offering);
        if !known.is_empty() {
            return known;
        }
        vec![TypedLine {
            weekdays: vec![Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri],
            starts: "09:00".to_owned(),
            ends: "17:00".to_owned(),
            bands: self.ages(offering).map(|ages| Division::Carers.bands(&ages)).unwrap_or_default(),
            room: None,
            carers: None,
        }]
    }
}

async fn ground() -> Result<Ground, Failure> {
    let today = tokyo_day(Utc::now());
    let days = slots::slots(today, days_after(today, HABIT_DAYS)).await?;
    Ok(Ground {
        patterns: client::patterns().await?,
        offerings: slots::offerings().await?,
        programmes: slots::programmes().await?,
        slots: days.into_iter().flat_map(|day| day.slots).collect(),
    })
}

/// The named patterns.
#[component]
pub fn PatternsPage() -> impl IntoView {
    let ground = LocalResource::new(ground);
    view! {
        <div class="stack staff publish">
            <StaffNav here=StaffPlace::Slots/>
            <Breadcrumbs trail=vec![(paths::staff_places(None, false), Text::Key("places.title"))] here="places.patterns_title"/>
            <PageTitle text="places.patterns_title"/>
            <Load what=ground is_empty=|ground: &Ground| ground.offerings.is_empty() empty="slots_staff.no_offerings" let:known>
                <Patterns known again=Callback::new(move |()| ground.refetch())/>
            </Load>
        </div>
    }
}

/// What is on the screen beside the list: nothing, a new pattern, or one that is changed.
#[derive(Clone, PartialEq)]
enum Editing {
    Nothing,
    New,
    One(WeekPattern),
}

#[component]
fn Patterns(known: Ground, again: Callback<()>) -> impl IntoView {
    let editing = RwSignal::new(Editing::Nothing);
    let known = StoredValue::new(known);
    let listed = move || {
        let patterns = known.with_value(|known| known.patterns.clone());
        if patterns.is_empty() {
            view! { <EmptyState words="places.no_patterns"/> }.into_any()
        } else {
            view! { <ul class="plan">{patterns.into_iter().map(|pattern| row(pattern, known, editing, again)).collect_view()}</ul> }
                .into_any()
        }
    };
    view! {
        {move || match editing.get() {
            Editing::Nothing => {
                view! {
                    <p><Say key="places.patterns_lead"/></p>
                    {listed()}
                    <div class="row">
                        <Button icon=Glyph::Plus on_press=Callback::new(move |()| editing.set(Editing::New))><Say key="places.pattern_new"/></Button>
                    </div>
                }
                .into_any()
            }
            Editing::New => view! { <Form known before=None editing again/> }.into_any(),
            Editing::One(pattern) => view! { <Form known before=Some(pattern) editing again/> }.into_any(),
        }}
    }
}

fn row(pattern: WeekPattern, known: StoredValue<Ground>, editing: RwSignal<Editing>, again: Callback<()>) -> impl IntoView {
    let flash = use_flash();
    let failure = RwSignal::new(None::<Failure>);
    let confirming = RwSignal::new(false);
    let attempt = Attempt::new();
    let (gone, edited) = (pattern.clone(), pattern.clone());
    let removing = Action::new_local(move |(): &()| {
        let (gone, attempt) = (gone.clone(), attempt.clone());
        async move {
            match client::remove_pattern(&gone, &attempt).await {
                Ok(()) => {
                    flash.done("places.pattern_removed");
                    again.run(());
                }
                Err(why) => failure.set(Some(why)),
            }
        }
    });
    let busy = removing.pending();
    let offering = pattern.offering_id.clone();
    let publish = paths::staff_places_publish_pattern(&pattern.id);
    let name = StoredValue::new(pattern.name.clone());
    view! {
        <li class="change-row">
            <div>
                <h2>{pattern.name.clone()}</h2>
                <p class="quiet">{furigana(move || known.with_value(|known| known.name(&offering)))}</p>
                <ul class="plain-list">{pattern.lines.into_iter().map(line_words).collect_view()}</ul>
                {move || failure.get().map(|why| view! { <Refusal why/> })}
            </div>
            <div class="row">
                <LinkButton href=publish look=Look::Outline icon=Glyph::Plus><Say key="places.pattern_publish"/></LinkButton>
                <Button look=Look::Outline icon=Glyph::Pencil on_press=Callback::new(move |()| editing.set(Editing::One(edited.clone())))>
                    {say_with("places.pattern_edit", move || vec![("name", name.get_value())])}
                </Button>
                <Show
                    when=move || confirming.get()
                    fallback=move || {
                        view! {
                            <Button look=Look::Text icon=Glyph::Cross on_press=Callback::new(move |()| confirming.set(true))>
                                {say_with("places.pattern_remove", move || vec![("name", name.get_value())])}
                            </Button>
                        }
                    }
                >
                    <Button look=Look::Danger busy on_press=Callback::new(move |()| { removing.dispatch(()); })><Say key="places.pattern_remove_yes"/></Button>
                    <Button look=Look::Text on_press=Callback::new(move |()| confirming.set(false))><Say key="attendance.not_now"/></Button>
                </Show>
            </div>
        </li>
    }
}

fn line_words(line: PatternLine) -> impl IntoView {
    view! {
        <li>
            {furigana(move || line.weekdays.iter().map(|one| weekday(*one, locale())).collect::<Vec<_>>().join("・"))} " "
            <strong>{format!("{}〜{}", clock(line.starts), clock(line.ends))}</strong> " "
            <span class="quiet">{furigana(move || places_line(&line.bands))}</span>
        </li>
    }
}

fn typed_line(line: &PatternLine) -> TypedLine {
    TypedLine {
        weekdays: line.weekdays.clone(),
        starts: iso_clock(line.starts),
        ends: iso_clock(line.ends),
        bands: line.bands.clone(),
        room: line.room,
        carers: line.carers,
    }
}

#[component]
fn Form(known: StoredValue<Ground>, before: Option<WeekPattern>, editing: RwSignal<Editing>, again: Callback<()>) -> impl IntoView {
    let flash = use_flash();
    let is_new = before.is_none();
    let first = known.with_value(|known| known.offerings.first().map(|offering| offering.id.to_string())).unwrap_or_default();
    let offering = RwSignal::new(before.as_ref().map_or(first, |pattern| pattern.offering_id.to_string()));
    let name = RwSignal::new(before.as_ref().map(|pattern| pattern.name.clone()).unwrap_or_default());
    let next_id = StoredValue::new(0_u32);
    let fresh = move |typed: TypedLine| {
        next_id.update_value(|id| *id += 1);
        Line::new(next_id.get_value(), typed)
    };
    let begun = before.as_ref().map(|pattern| pattern.lines.iter().map(typed_line).collect::<Vec<_>>());
    // Each programme has its own lines, because ages and times belong to it.
    let pattern = Memo::new(move |_| {
        let typed = begun.clone().unwrap_or_else(|| offering.with(|offering| known.with_value(|known| known.proposed(offering))));
        RwSignal::new(typed.into_iter().map(fresh).collect::<Vec<_>>())
    });
    let lines = move || pattern.get_untracked();
    let is_spare = Memo::new(move |_| {
        offering.with(|offering| known.with_value(|known| known.offerings.iter().any(|one| one.id.as_str() == offering && one.spare)))
    });
    let errors = RwSignal::new(Vec::<FieldError>::new());
    let failure = RwSignal::new(None::<Failure>);
    let attempt = Attempt::new();
    let before = StoredValue::new(before);
    let saving = Action::new_local(move |new: &NewPattern| {
        let (new, attempt) = (new.clone(), attempt.clone());
        async move {
            match client::write_pattern(&new, before.get_value().as_ref(), &attempt).await {
                Ok(_) => {
                    flash.done("places.pattern_saved");
                    again.run(());
                }
                Err(why) => failure.set(Some(why)),
            }
        }
    });
    let save = Callback::new(move |()| {
        let mut wrong: Vec<FieldError> = Vec::new();
        if name.with_untracked(|name| name.trim().is_empty()) {
            wrong.push(FieldError { field: "pattern-name", sentence: sentence("places.name_invalid", locale()) });
        }
        let typed: Vec<TypedLine> = lines().with_untracked(|lines| lines.iter().map(|line| line.typed()).collect());
        let read = pattern_of(&typed, is_spare.get_untracked()).map_err(|of_lines| {
            wrong.extend(of_lines.into_iter().map(|one| {
                let words = sentence(one.key, locale());
                let line = |line: usize| sentence("slots_staff.line", locale()).replace("%{number}", &line.to_string());
                FieldError { field: one.field, sentence: one.line.map_or(words.clone(), |number| format!("{} {words}", line(number))) }
            }));
        });
        failure.set(None);
        let is_right = wrong.is_empty();
        errors.set(wrong);
        if let (true, Ok(lines)) = (is_right, read) {
            let offering_id = OfferingId::new(offering.get_untracked());
            saving.dispatch(NewPattern { offering_id, name: name.get_untracked().trim().to_owned(), lines });
        }
    });
    let busy = saving.pending();
    let choices = known.with_value(|known| {
        let one = |offering: &Offering| {
            let words = programme_name(&known.programmes, &offering.programme);
            Choice::new(offering.id.as_str(), text(move || words.clone()))
        };
        known.offerings.iter().map(one).collect::<Vec<_>>()
    });
    let add = Callback::new(move |()| {
        let last = lines().with_untracked(|lines| lines.last().map(|line| line.typed()));
        let mut like = last.or_else(|| offering.with_untracked(|of| known.with_value(|known| known.proposed(of).into_iter().next())));
        if let Some(like) = like.as_mut() {
            like.weekdays.clear();
        }
        lines().update(|lines| lines.extend(like.map(fresh)));
    });
    view! {
        <section class="stack stack-wide">
            <StepHeading words=if is_new { "places.pattern_new" } else { "places.pattern_change" }/>
            <ErrorSummary errors/>
            {move || failure.get().map(|why| view! { <Refusal why/> })}
            <Field id="pattern-name" label="places.pattern_name" hint="places.pattern_name_hint" error=FieldError::of(errors, "pattern-name")>
                <TextInput value=name maxlength=60/>
            </Field>
            {is_new.then(|| view! { <RadioGroup id="offering" legend="slots_staff.offering" choices=Signal::stored(choices) value=offering/> })}
            <div class="stack" id="lines" tabindex="-1">
                <For
                    each=move || pattern.get().get()
                    key=|line| line.id
                    children=move |line| {
                        let number = Memo::new(move |_| {
                            pattern.get().with(|lines| lines.iter().position(|other| other.id == line.id)).map_or(1, |index| index + 1)
                        });
                        let several = Memo::new(move |_| pattern.get().with(Vec::len) > 1);
                        let remove = Callback::new(move |()| lines().update(|lines| lines.retain(|other| other.id != line.id)));
                        let ages = Signal::derive(move || offering.with(|offering| known.with_value(|known| known.ages(offering))));
                        view! { <LineForm line number several remove ages is_spare/> }
                    }
                />
            </div>
            <Show when=move || { pattern.get().with(Vec::len) < MOST_LINES }>
                <div class="row"><Button look=Look::Outline icon=Glyph::Plus on_press=add><Say key="slots_staff.add_line"/></Button></div>
            </Show>
            <div class="board-action">
                <Button on_press=save busy><Say key="places.pattern_save"/></Button>
                <Button look=Look::Text icon=Glyph::Left on_press=Callback::new(move |()| editing.set(Editing::Nothing))><Say key="places.back"/></Button>
            </div>
        </section>
    }
}
