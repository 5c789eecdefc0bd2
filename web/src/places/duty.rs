//! Carers on duty: the usual week, the days that differ, and letting slots that are there follow.

use chrono::{Utc, Weekday};
use leptos::prelude::*;
use shared::ids::{OfferingId, SlotId};
use shared::locale::{clock, people, weekday};
use shared::places::{BulkChange, Duty, DutyChange, PlacesCommand};
use shared::programmes::Programme;
use shared::slots::Offering;
use shared::time::{days_after, tokyo_day};

use super::acting::Acting;
use super::client;
use super::model::{TypedDuty, duty_command, duty_week, typed_duty};
use crate::api::{Attempt, Failure, Tagged};
use crate::attendance::{StaffNav, StaffPlace};
use crate::i18n::{Say, Text, furigana, locale, say_with, text};
use crate::paths;
use crate::slots::staff::{Counter, WEEKDAYS, client as slots, programme_name, time_field, weekday_choice};
use crate::ui::{
    Banner, Breadcrumbs, Button, Choice, Disclosure, EmptyState, Field, Glyph, Load, Look, Need, PageTitle, RadioGroup, Refusal, Table,
    TextInput, Tone,
};

/// How far ahead slots follow at once.
const AHEAD_DAYS: u32 = 60;

#[derive(Clone)]
struct Ground {
    offerings: Vec<Offering>,
    programmes: Vec<Programme>,
}

async fn ground() -> Result<Ground, Failure> {
    Ok(Ground { offerings: slots::offerings().await?, programmes: slots::programmes().await? })
}

/// Carers on duty.
#[component]
pub fn DutyPage() -> impl IntoView {
    let ground = LocalResource::new(ground);
    view! {
        <div class="stack staff publish">
            <StaffNav here=StaffPlace::Slots/>
            <Breadcrumbs trail=vec![(paths::staff_places(None, false), Text::Key("places.title"))] here="places.duty_title"/>
            <PageTitle text="places.duty_title"/>
            <p><Say key="places.duty_lead"/></p>
            <Load what=ground is_empty=|ground: &Ground| ground.offerings.is_empty() empty="slots_staff.no_offerings" let:known><Chosen known/></Load>
        </div>
    }
}

#[component]
fn Chosen(known: Ground) -> impl IntoView {
    let offering = RwSignal::new(known.offerings.first().map(|first| first.id.to_string()).unwrap_or_default());
    let choices: Vec<Choice> = known
        .offerings
        .iter()
        .map(|one| {
            let name = programme_name(&known.programmes, &one.programme);
            Choice::new(one.id.as_str(), text(move || name.clone()))
        })
        .collect();
    view! {
        <RadioGroup id="duty-offering" legend="slots_staff.offering" required=Need::Unsaid choices=Signal::stored(choices) value=offering/>
        {move || {
            let id = OfferingId::new(offering.get());
            let asked = id.clone();
            let duty = LocalResource::new(move || {
                let asked = asked.clone();
                async move { client::duty(&asked).await }
            });
            view! { <Load what=duty let:tagged><Form id=id.clone() tagged/></Load> }
        }}
    }
}

/// A line while it is typed.
#[derive(Clone, Copy)]
struct Line {
    id: u32,
    weekdays: RwSignal<Vec<Weekday>>,
    day: RwSignal<String>,
    starts: RwSignal<String>,
    ends: RwSignal<String>,
    carers: RwSignal<i64>,
}

impl Line {
    fn new(id: u32, typed: TypedDuty) -> Self {
        Self {
            id,
            weekdays: RwSignal::new(typed.weekdays),
            day: RwSignal::new(typed.day),
            starts: RwSignal::new(typed.starts),
            ends: RwSignal::new(typed.ends),
            carers: RwSignal::new(typed.carers),
        }
    }

    fn typed(self) -> TypedDuty {
        TypedDuty {
            weekdays: WEEKDAYS.into_iter().filter(|day| self.weekdays.with_untracked(|days| days.contains(day))).collect(),
            day: self.day.get_untracked(),
            starts: self.starts.get_untracked(),
            ends: self.ends.get_untracked(),
            carers: self.carers.get_untracked(),
        }
    }
}

#[component]
fn Form(id: OfferingId, tagged: Tagged<Duty>) -> impl IntoView {
    let known = RwSignal::new(tagged);
    let next_id = StoredValue::new(0_u32);
    let fresh = move |typed: TypedDuty| {
        next_id.update_value(|id| *id += 1);
        Line::new(next_id.get_value(), typed)
    };
    let (weekly, days) = known.with_untracked(|known| typed_duty(&known.value));
    let weekly = RwSignal::new(weekly.into_iter().map(fresh).collect::<Vec<_>>());
    let days = RwSignal::new(days.into_iter().map(fresh).collect::<Vec<_>>());
    let failure = RwSignal::new(None::<Failure>);
    let (is_missing, is_saved) = (RwSignal::new(false), RwSignal::new(false));
    let attempt = Attempt::new();
    let offering = StoredValue::new(id);
    let saving = Action::new_local(move |command: &DutyChange| {
        let (command, attempt, etag) = (command.clone(), attempt.clone(), known.with_untracked(|known| known.etag.clone()));
        async move {
            match client::change_duty(&offering.get_value(), &command, &etag, &attempt).await {
                Ok(tagged) => {
                    known.set(tagged);
                    is_saved.set(true);
                }
                Err(why) => failure.set(Some(why)),
            }
        }
    });
    let save = Callback::new(move |()| {
        let typed = |lines: RwSignal<Vec<Line>>| lines.with_untracked(|lines| lines.iter().map(|line| line.typed()).collect::<Vec<_>>());
        failure.set(None);
        is_saved.set(false);
        let command = duty_command(&typed(weekly), &typed(days));
        is_missing.set(command.is_none());
        if let Some(command) = command {
            saving.dispatch(command);
        }
    });
    let usual = move || TypedDuty {
        weekdays: vec![Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri],
        day: String::new(),
        starts: "09:00".to_owned(),
        ends: "17:00".to_owned(),
        carers: 2,
    };
    let one_day = move || TypedDuty { weekdays: Vec::new(), day: days_after(tokyo_day(Utc::now()), 1).to_string(), ..usual() };
    let busy = saving.pending();
    let list = move |lines: RwSignal<Vec<Line>>, by_day: bool| {
        view! {
            <For
                each=move || lines.get()
                key=|line| line.id
                children=move |line| {
                    let remove = Callback::new(move |()| lines.update(|lines| lines.retain(|other| other.id != line.id)));
                    let number = Memo::new(move |_| lines.with(|lines| lines.iter().position(|other| other.id == line.id)).map_or(1, |index| index + 1));
                    view! { <LineForm line by_day number remove/> }
                }
            />
        }
    };
    view! {
        <section class="stack" aria-labelledby="duty-weekly">
            <h2 id="duty-weekly"><Say key="places.duty_weekly"/></h2>
            <p class="hint"><Say key="places.duty_weekly_hint"/></p>
            <Show when=move || weekly.with(Vec::is_empty)><EmptyState words="places.duty_none"/></Show>
            {list(weekly, false)}
            <div class="row">
                <Button look=Look::Outline icon=Glyph::Plus on_press=Callback::new(move |()| weekly.update(|lines| lines.push(fresh(usual()))))>
                    <Say key="places.duty_add"/>
                </Button>
            </div>
        </section>
        <section class="stack" aria-labelledby="duty-days">
            <h2 id="duty-days"><Say key="places.duty_days"/></h2>
            <p class="hint"><Say key="places.duty_days_hint"/></p>
            {list(days, true)}
            <div class="row">
                <Button look=Look::Outline icon=Glyph::Plus on_press=Callback::new(move |()| days.update(|lines| lines.push(fresh(one_day()))))>
                    <Say key="places.duty_day_add"/>
                </Button>
            </div>
        </section>
        {move || failure.get().map(|why| view! { <Refusal why/> })}
        <div role="alert">
            <Show when=move || is_missing.get()><Banner tone=Tone::Warning><p><Say key="places.duty_missing"/></p></Banner></Show>
        </div>
        <div class="board-action"><Button on_press=save busy><Say key="places.duty_save"/></Button></div>
        <div role="status">
            <Show when=move || is_saved.get()><Banner tone=Tone::Success><p><Say key="places.duty_saved"/></p></Banner></Show>
        </div>
        {move || known.with(|known| known.value.is_set().then(|| week(&known.value)))}
        <Show when=move || { is_saved.get() && known.with(|known| known.value.is_set()) }><Follow offering/></Show>
    }
}

#[component]
fn LineForm(line: Line, by_day: bool, number: Memo<usize>, remove: Callback<()>) -> impl IntoView {
    let Line { id, weekdays, day, starts, ends, carers } = line;
    view! {
        <fieldset class="card stack line-form">
            <legend class="line-legend">
                {if by_day {
                    say_with("places.duty_day_line", move || vec![("number", number.get().to_string())]).into_any()
                } else {
                    say_with("places.duty_line", move || vec![("number", number.get().to_string())]).into_any()
                }}
            </legend>
            {if by_day {
                view! {
                    <Field id=format!("duty-day-{id}") label="places.duty_day"><TextInput value=day kind="date" short=true/></Field>
                }
                .into_any()
            } else {
                view! {
                    <fieldset class="field">
                        <legend class="field-label"><Say key="slots_staff.weekdays"/></legend>
                        <div class="weekdays">{WEEKDAYS.map(|one| weekday_choice(id, one, weekdays)).collect_view()}</div>
                    </fieldset>
                }
                .into_any()
            }}
            <div class="publish-dates">
                {time_field(format!("duty-starts-{id}"), "slots_staff.starts", starts)} {time_field(format!("duty-ends-{id}"), "slots_staff.ends", ends)}
            </div>
            <Counter
                id=format!("duty-carers-{id}")
                label="places.carers"
                booked=None
                value=carers.into()
                on_change=Callback::new(move |count: i64| carers.set(count.clamp(0, 200)))
            />
            <div class="row">
                <Button look=Look::Danger icon=Glyph::Cross on_press=remove>
                    {if by_day {
                        say_with("places.duty_day_remove", move || vec![("number", number.get().to_string())]).into_any()
                    } else {
                        say_with("places.duty_remove", move || vec![("number", number.get().to_string())]).into_any()
                    }}
                </Button>
            </div>
        </fieldset>
    }
}

/// The usual week by the half hour.
fn week(duty: &Duty) -> impl IntoView + use<> {
    let rows = duty_week(duty);
    view! {
        <Disclosure summary="places.duty_week">
            <Table caption="places.duty_week">
                <thead>
                    <tr>
                        <th scope="col"><Say key="places.half_hour"/></th>
                        {WEEKDAYS.map(|one| view! { <th scope="col" class="number">{furigana(move || weekday(one, locale()).to_owned())}</th> }).collect_view()}
                    </tr>
                </thead>
                <tbody>
                    {rows
                        .into_iter()
                        .map(|(time, row)| {
                            view! {
                                <tr>
                                    <th scope="row">{clock(time)}</th>
                                    {row.into_iter().map(|count| view! { <td class="number">{furigana(move || people(count, locale()))}</td> }).collect_view()}
                                </tr>
                            }
                        })
                        .collect_view()}
                </tbody>
            </Table>
        </Disclosure>
    }
}

/// Lets the slots that are there follow who is on duty.
#[component]
fn Follow(offering: StoredValue<OfferingId>) -> impl IntoView {
    let today = tokyo_day(Utc::now());
    let there = LocalResource::new(move || async move {
        let days = slots::slots(days_after(today, 1), days_after(today, AHEAD_DAYS)).await?;
        let own = days.into_iter().flat_map(|day| day.slots).filter(|slot| offering.with_value(|id| slot.offering_id == *id));
        Ok::<Vec<SlotId>, Failure>(own.map(|slot| slot.id).collect())
    });
    view! {
        <section class="stack" aria-labelledby="duty-follow">
            <h2 id="duty-follow"><Say key="places.follow"/></h2>
            <p><Say key="places.follow_lead"/></p>
            <Load what=there is_empty=Vec::is_empty empty="places.follow_none" let:ids>
                {
                    let ids = StoredValue::new(ids);
                    let read = Callback::new(move |()| {
                        let change = BulkChange { carers_on_duty: true, ..BulkChange::default() };
                        Some(PlacesCommand::Change { slot_ids: ids.get_value(), change })
                    });
                    view! { <Acting read look="places.follow_look">""</Acting> }
                }
            </Load>
        </section>
    }
}
