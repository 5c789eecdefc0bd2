//! The facility's regular classes: places, enrolled, what is free for temporary care, and changes with a date and whom they cost a place.

use chrono::{NaiveDate, Utc};
use leptos::prelude::*;
use shared::locale::{full_day, people};
use shared::slots::{ClassDay, ClassPlaces, Classes, ClassesChange, ClassesPreview, Consequence, OLDEST_CLASS, class_on};
use shared::time::{days_after, tokyo_day};

use super::change::AffectedList;
use super::client;
use super::parts::Counter;
use crate::api::{Attempt, Failure, Tagged};
use crate::attendance::{StaffNav, StaffPlace};
use crate::flash::use_flash;
use crate::i18n::{Say, Text, furigana, locale, say_with, sentence, text};
use crate::paths;
use crate::ui::{
    Banner, Breadcrumbs, Button, Card, Field, Glyph, Load, Look, Need, PageTitle, Refusal, Select, Table, TextInput, Tone, renewal,
};

/// The classes.
#[component]
pub fn ClassesPage() -> impl IntoView {
    let read = LocalResource::new(client::classes);
    let renewal = renewal(read);
    view! {
        <div class="stack staff">
            <StaffNav here=StaffPlace::Slots/>
            <Breadcrumbs trail=vec![(paths::staff_slots(None), Text::Key("slots_staff.title"))] here="slots_staff.classes_title"/>
            <PageTitle text="slots_staff.classes_title"/>
            <p><Say key="slots_staff.classes_lead"/></p>
            <Load what=read renewal let:tagged><Whole tagged again=renewal.again/></Load>
        </div>
    }
}

fn class_name(age_class: u32) -> String {
    sentence("slots_staff.classes_of", locale()).replace("%{age}", &age_class.to_string())
}

#[component]
fn Whole(tagged: Tagged<Classes>, again: Callback<()>) -> impl IntoView {
    let flash = use_flash();
    let today = tokyo_day(Utc::now());
    let Tagged { value: Classes { entries, .. }, etag } = tagged;
    let (entries, etag, attempt) = (StoredValue::new(entries), StoredValue::new(etag), Attempt::new());
    let failure = RwSignal::new(None::<Failure>);
    // What was shown, for the change it was asked for.
    let told = RwSignal::new(None::<(ClassesChange, ClassesPreview)>);
    let looking = Action::new_local(move |wanted: &ClassesChange| {
        let wanted = wanted.clone();
        async move {
            failure.set(None);
            match client::preview_classes(&wanted).await {
                Ok(preview) => told.set(Some((wanted, preview))),
                Err(why) => {
                    told.set(None);
                    failure.set(Some(why));
                }
            }
        }
    });
    let saving = Action::new_local(move |(wanted, preview): &(ClassesChange, ClassesPreview)| {
        // Nobody but those who are shown.
        let seen = preview.affected.iter().map(|one| one.booking_id.clone()).collect();
        let command = ClassesChange { consequence: Some(Consequence::CancelLatest), seen: Some(seen), ..wanted.clone() };
        let (wanted, attempt) = (wanted.clone(), attempt.clone());
        async move {
            match client::change_classes(&command, &etag.get_value(), &attempt).await {
                Ok(_) => {
                    flash.done("slots_staff.classes_saved");
                    again.run(());
                }
                Err(why) => {
                    // Somebody came in between: look again, so that nobody is swept away unseen.
                    if why.is("slots.affected_changed") {
                        looking.dispatch(wanted);
                    }
                    failure.set(Some(why));
                }
            }
        }
    });
    let look = Callback::new(move |wanted: ClassesChange| {
        looking.dispatch(wanted);
    });
    let (busy, waits) = (saving.pending(), looking.pending());
    let later = entries.with_value(|entries| entries.iter().filter(|entry| today < entry.from).cloned().collect::<Vec<_>>());
    view! {
        <Table caption=text(move || sentence("slots_staff.classes_now", locale()).replace("%{day}", &full_day(today, locale())))>
            <thead>
                <tr>
                    <th scope="col"><Say key="slots_staff.classes_class"/></th>
                    <th scope="col"><Say key="slots_staff.classes_capacity"/></th>
                    <th scope="col"><Say key="slots_staff.classes_enrolled"/></th>
                    <th scope="col"><Say key="slots_staff.classes_free"/></th>
                </tr>
            </thead>
            <tbody>
                {(0..=OLDEST_CLASS).map(|class| entries.with_value(|entries| row(class, class_on(entries, class, today)))).collect_view()}
            </tbody>
        </Table>
        <section class="stack" aria-labelledby="classes-later">
            <h2 class="board-heading" id="classes-later"><Say key="slots_staff.classes_later"/></h2>
            {if later.is_empty() { view! { <p class="quiet"><Say key="slots_staff.classes_later_none"/></p> }.into_any() } else { ().into_any() }}
            <ul class="plain-list stack">{later.into_iter().map(|entry| later_line(entry, waits, look)).collect_view()}</ul>
        </section>
        <ChangeForm entries today busy=waits look/>
        {move || failure.get().map(|why| view! { <Refusal why/> })}
        {move || told.get().map(|(wanted, preview)| {
            let go = Callback::new({
                let shown = (wanted, preview.clone());
                move |()| {
                    saving.dispatch(shown.clone());
                }
            });
            view! { <Means preview busy go/> }
        })}
    }
}

fn row(class: u32, entry: Option<&ClassPlaces>) -> impl IntoView + use<> {
    let name = view! { <th scope="row">{furigana(move || class_name(class))}</th> };
    match entry.cloned() {
        None => view! { <tr>{name}<td colspan="3" class="quiet"><Say key="slots_staff.classes_unknown"/></td></tr> }.into_any(),
        Some(entry) => {
            let free = entry.free();
            let words = move || match free {
                0.. => people(free, locale()),
                _ => sentence("slots_staff.classes_over", locale()).replace("%{count}", &people(-free, locale())),
            };
            view! {
                <tr>
                    {name}
                    <td>{furigana(move || people(entry.capacity, locale()))}</td>
                    <td>{furigana(move || people(entry.enrolled, locale()))}</td>
                    <td><strong>{furigana(words)}</strong></td>
                </tr>
            }
            .into_any()
        }
    }
}

/// A change that is to come, and the button that takes it back.
fn later_line(entry: ClassPlaces, waits: Memo<bool>, look: Callback<ClassesChange>) -> impl IntoView {
    let (class, from, until) = (entry.age_class, entry.from, entry.until);
    let until = move || {
        let words = |day| sentence("slots_staff.classes_until", locale()).replace("%{day}", &full_day(day, locale()));
        until.map(words).unwrap_or_default()
    };
    let (capacity, enrolled) = (entry.capacity, entry.enrolled);
    let words = move || {
        vec![
            ("from", full_day(from, locale())),
            ("until", until()),
            ("capacity", people(capacity, locale())),
            ("enrolled", people(enrolled, locale())),
        ]
    };
    let remove = Callback::new(move |()| {
        look.run(ClassesChange { removed: vec![ClassDay { age_class: class, from }], ..ClassesChange::default() });
    });
    view! {
        <li>
            <strong>{furigana(move || class_name(class))}</strong>
            " "
            {say_with("slots_staff.classes_later_line", words)}
            <div class="row">
                <Button look=Look::Text icon=Glyph::Cross busy=waits on_press=remove>
                    {say_with("slots_staff.classes_remove", move || vec![("class", class_name(class)), ("from", full_day(from, locale()))])}
                </Button>
            </div>
        </li>
    }
}

/// A new number from a day on.
#[component]
fn ChangeForm(entries: StoredValue<Vec<ClassPlaces>>, today: NaiveDate, busy: Memo<bool>, look: Callback<ClassesChange>) -> impl IntoView {
    let known = move |class: u32, day: NaiveDate| {
        entries.with_value(|entries| class_on(entries, class, day).map_or((0, 0), |entry| (entry.capacity, entry.enrolled)))
    };
    let tomorrow = days_after(today, 1);
    let (class, from, until) = (RwSignal::new("0".to_owned()), RwSignal::new(tomorrow.to_string()), RwSignal::new(String::new()));
    // As they are on that day, until somebody types other numbers for that class.
    let typed = RwSignal::new((String::new(), None::<i64>, None::<i64>));
    let mine =
        Memo::new(move |_| typed.with(|(of, capacity, enrolled)| if class.get() == *of { (*capacity, *enrolled) } else { (None, None) }));
    let set = move |capacity: Option<i64>, enrolled: Option<i64>| {
        let before = mine.get_untracked();
        typed.set((class.get_untracked(), capacity.or(before.0), enrolled.or(before.1)));
    };
    let now = Memo::new(move |_| known(class.get().parse().unwrap_or(0), from.get().parse().unwrap_or(tomorrow)));
    let capacity = Signal::derive(move || mine.get().0.unwrap_or_else(|| now.get().0));
    let enrolled = Signal::derive(move || mine.get().1.unwrap_or_else(|| now.get().1));
    let options =
        Signal::derive(|| (0..=OLDEST_CLASS).map(|class| (class.to_string(), text(move || class_name(class)))).collect::<Vec<_>>());
    let missing = RwSignal::new(false);
    let ask = Callback::new(move |()| {
        let day = |typed: RwSignal<String>| typed.get_untracked().parse::<NaiveDate>().ok();
        let Some(first) = day(from) else { return missing.set(true) };
        missing.set(false);
        let entry = ClassPlaces {
            age_class: class.get_untracked().parse().unwrap_or(0),
            from: first,
            until: day(until),
            capacity: capacity.get_untracked(),
            enrolled: enrolled.get_untracked(),
        };
        look.run(ClassesChange { entries: vec![entry], ..ClassesChange::default() });
    });
    view! {
        <Card>
            <h2 class="board-heading"><Say key="slots_staff.classes_change"/></h2>
            <Field id="class" label="slots_staff.classes_class" required=Need::Required><Select value=class options/></Field>
            <div class="publish-dates">
                <Field id="class-from" label="slots_staff.classes_from" required=Need::Required><TextInput value=from kind="date" short=true/></Field>
                <Field id="class-until" label="slots_staff.classes_until_label" required=Need::Optional hint="slots_staff.classes_until_hint">
                    <TextInput value=until kind="date" short=true/>
                </Field>
            </div>
            <Show when=move || missing.get()><p role="alert"><Say key="slots_staff.date_missing"/></p></Show>
            <div class="counters">
                <Counter
                    id="class-capacity".to_owned()
                    label="slots_staff.classes_capacity"
                    booked=None
                    value=capacity
                    on_change=Callback::new(move |count| set(Some(count), None))
                />
                <Counter
                    id="class-enrolled".to_owned()
                    label="slots_staff.classes_enrolled"
                    booked=None
                    value=enrolled
                    on_change=Callback::new(move |count| set(None, Some(count)))
                />
            </div>
            <div class="row"><Button look=Look::Outline busy=busy on_press=ask><Say key="slots_staff.classes_look"/></Button></div>
        </Card>
    }
}

/// What the change means, and the button that does it.
#[component]
fn Means(preview: ClassesPreview, busy: Memo<bool>, go: Callback<()>) -> impl IntoView {
    let (slots, children) = (preview.slots.len().to_string(), preview.affected.len().to_string());
    let is_harmless = preview.affected.is_empty();
    let tone = if is_harmless { Tone::Info } else { Tone::Warning };
    let count = children.clone();
    view! {
        <div role="status" class="stack" id="classes-means">
            <Banner tone=tone>
                <p>{say_with("slots_staff.classes_means", move || vec![("slots", slots.clone()), ("children", children.clone())])}</p>
                {(!is_harmless).then(|| view! { <p><Say key="slots_staff.affected_meaning"/></p> })}
            </Banner>
        </div>
        {(!is_harmless).then(|| view! { <AffectedList affected=preview.affected/> })}
        <div class="board-action">
            {if is_harmless {
                view! { <Button busy=busy on_press=go><Say key="slots_staff.classes_save"/></Button> }.into_any()
            } else {
                view! {
                    <Button look=Look::Danger busy=busy on_press=go>
                        {say_with("slots_staff.cancel_and_save", move || vec![("count", count.clone())])}
                    </Button>
                }
                .into_any()
            }}
        </div>
    }
}
