//! The officers' page: lines by family, child, person, thing and day, the same as a file, and whether the chain holds.

use leptos::prelude::*;
use shared::audit::{ActorKind, AuditLine, AuditPerson, AuditVerification, THINGS, say as said, thing};
use shared::families::FoundFamily;
use shared::locale::{moment, without_ruby};
use shared::page::Page;

use super::client::{self, Wanted};
use crate::api::Failure;
use crate::archive::MakeArchive;
use crate::bookings::FamilyPart;
use crate::i18n::{Say, Text, furigana, locale, marked, say_with, text};
use crate::office::{OfficeNav, OfficePlace, my_city};
use crate::paths;
use crate::ui::{
    Banner, Button, Disclosure, EmptyState, Field, Glyph, Load, Look, Need, PageTitle, Pager, QueueCell, QueueTable, Refusal, Select,
    TextInput, Tone,
};

/// What is looked for, as the page holds it.
#[derive(Clone, Copy)]
struct Filter {
    family: RwSignal<Option<FoundFamily>>,
    child: RwSignal<String>,
    person: RwSignal<String>,
    thing: RwSignal<String>,
    from: RwSignal<String>,
    to: RwSignal<String>,
    cursor: RwSignal<Option<String>>,
}

impl Filter {
    fn new() -> Self {
        let empty = || RwSignal::new(String::new());
        let (family, cursor) = (RwSignal::new(None), RwSignal::new(None));
        Self { family, child: empty(), person: empty(), thing: empty(), from: empty(), to: empty(), cursor }
    }

    fn wanted(self) -> Wanted {
        Wanted {
            family: self.family.get().map(|family| family.id.to_string()),
            child: self.child.get(),
            person: self.person.get(),
            thing: self.thing.get(),
            from: self.from.get(),
            to: self.to.get(),
            cursor: self.cursor.get(),
        }
    }
}

/// The audit of the officer's city.
#[component]
pub fn AuditPage() -> impl IntoView {
    let filter = Filter::new();
    let wanted = Memo::new(move |_| filter.wanted());
    let found = LocalResource::new(move || {
        let wanted = wanted.get();
        async move { client::lines(&wanted).await }
    });
    let people = LocalResource::new(client::people);
    view! {
        <div class="stack staff">
            <OfficeNav here=OfficePlace::Audit/>
            <PageTitle text="audit.title"/>
            <p><Say key="audit.lead"/></p>
            <p><a href=paths::office_retention()><Say key="retention.title"/></a></p>
            <Chain/>
            <section class="card stack" aria-labelledby="audit-filter" on:change=move |_| filter.cursor.set(None)>
                <h2 id="audit-filter"><Say key="audit.filter"/></h2>
                <div class="row queue-filter">
                    <Field id="audit-from" label="audit.from" hint="audit.days_hint" required=Need::Unsaid><TextInput value=filter.from kind="date" short=true/></Field>
                    <Field id="audit-to" label="audit.to" required=Need::Unsaid><TextInput value=filter.to kind="date" short=true/></Field>
                    <Field id="audit-thing" label="audit.operation" required=Need::Unsaid><Select value=filter.thing options=things()/></Field>
                    <Load what=people let:known>
                        <Field id="audit-person" label="audit.person" required=Need::Unsaid><Select value=filter.person options=people_options(known)/></Field>
                    </Load>
                </div>
                <OfFamily filter/>
            </section>
            <div class="row">
                {move || {
                    let href = wanted.get().file();
                    view! { <a class="button button-outline" href=href rel="external" download=""><span><Say key="audit.export"/></span></a> }
                }}
            </div>
            <Load what=found let:page><Lines page cursor=filter.cursor/></Load>
        </div>
    }
}

fn things() -> Signal<Vec<(String, Text)>> {
    let every = std::iter::once((String::new(), Text::from("audit.everything")));
    let each = THINGS.into_iter().map(|word| (word.to_owned(), text(move || without_ruby(&thing(word, locale())))));
    Signal::stored(every.chain(each).collect())
}

fn people_options(people: Vec<AuditPerson>) -> Signal<Vec<(String, Text)>> {
    let every = std::iter::once((String::new(), Text::from("audit.everybody")));
    let each = people.into_iter().map(|one| {
        let (name, kind) = (one.name, one.kind);
        let at = one.organisation.map_or_else(String::new, |at| format!("（{}）", without_ruby(&at)));
        (one.account_id.to_string(), text(move || format!("{} {name}{at}", without_ruby(&kind.say(locale())))))
    });
    Signal::stored(every.chain(each).collect())
}

/// The family whose lines are wanted, and of which child.
#[component]
fn OfFamily(filter: Filter) -> impl IntoView {
    let city = my_city();
    let other = RwSignal::new(false);
    let choose = Callback::new(move |found: FoundFamily| {
        let is_ours = city.as_ref() == Some(&found.municipality);
        other.set(!is_ours);
        if is_ours {
            filter.child.set(String::new());
            filter.cursor.set(None);
            filter.family.set(Some(found));
        }
    });
    move || match filter.family.get() {
        None => view! {
            <Disclosure summary="audit.of_family">
                <FamilyPart choose registers=false/>
                <Show when=move || other.get()><Banner tone=Tone::Info><p><Say key="audit.other_city"/></p></Banner></Show>
            </Disclosure>
        }
        .into_any(),
        Some(family) => {
            let every = std::iter::once((String::new(), Text::from("audit.every_child")));
            let each = family.children.iter().map(|child| {
                let name = child.name.to_string();
                (child.id.to_string(), text(move || name.clone()))
            });
            let options: Vec<(String, Text)> = every.chain(each).collect();
            let (id, name) = (family.id, family.guardian_name.to_string());
            let clear = Callback::new(move |()| {
                filter.cursor.set(None);
                filter.family.set(None);
            });
            view! {
                <div class="row queue-filter">
                    <p><span class="quiet"><Say key="audit.family"/>"："</span> <strong>{name}</strong></p>
                    <Field id="audit-child" label="audit.child" required=Need::Unsaid><Select value=filter.child options=Signal::stored(options)/></Field>
                    <Button look=Look::Text on_press=clear><Say key="audit.every_family"/></Button>
                </div>
                <MakeArchive family=id/>
            }
            .into_any()
        }
    }
}

/// Where one stands in verifying the chain.
#[derive(Clone)]
enum Verifying {
    Idle,
    Running(AuditVerification),
    Done(AuditVerification),
    Failed(Failure),
}

/// Verifies the whole chain, some places at a time, and says how it stands.
#[component]
fn Chain() -> impl IntoView {
    let state = RwSignal::new(Verifying::Idle);
    let walking = Action::new_local(move |(): &()| async move {
        let mut after = 0;
        loop {
            match client::verify(after).await {
                Ok(seen) if seen.goes_on => {
                    after = seen.position;
                    state.set(Verifying::Running(seen));
                }
                Ok(seen) => return state.set(Verifying::Done(seen)),
                Err(why) => return state.set(Verifying::Failed(why)),
            }
        }
    });
    view! {
        <section class="card stack" aria-labelledby="audit-chain">
            <h2 id="audit-chain"><Say key="audit.chain"/></h2>
            <p><Say key="audit.chain_lead"/></p>
            <div class="row">
                <Button look=Look::Outline icon=Glyph::Check busy=walking.pending() on_press=Callback::new(move |()| { walking.dispatch(()); })><Say key="audit.verify"/></Button>
            </div>
            <div aria-live="polite">
                {move || match state.get() {
                    Verifying::Idle => ().into_any(),
                    Verifying::Running(seen) => say_with("audit.verifying", move || {
                        vec![("position", seen.position.to_string()), ("last", seen.last.to_string())]
                    }).into_any(),
                    Verifying::Done(seen) => view! { <Verdict seen/> }.into_any(),
                    Verifying::Failed(why) => view! { <Refusal why/> }.into_any(),
                }}
            </div>
        </section>
    }
}

#[component]
fn Verdict(seen: AuditVerification) -> impl IntoView {
    let Some(broken) = seen.broken else {
        let (count, hash) = (seen.position, seen.hash);
        return view! {
            <Banner tone=Tone::Success title="audit.holds">
                <p>{say_with("audit.holds_words", move || vec![("count", count.to_string())])}</p>
                <p class="quiet"><Say key="audit.hash"/>"：" <code class="audit-hash">{hash}</code></p>
            </Banner>
        }
        .into_any();
    };
    let words = match broken.damage {
        shared::audit::Damage::Changed => "audit.damage_changed",
        shared::audit::Damage::Removed => "audit.damage_removed",
        shared::audit::Damage::Added => "audit.damage_added",
    };
    view! {
        <Banner tone=Tone::Error title="audit.broken" alert=true>
            <p><Say key=words/></p>
            {broken.position.map(|position| view! { <p>{say_with("audit.broken_at", move || vec![("position", position.to_string())])}</p> })}
            <p><Say key="audit.broken_next"/></p>
        </Banner>
    }
    .into_any()
}

/// What stands in a row.
const COLUMNS: [&str; 5] = ["audit.column.at", "audit.column.operation", "audit.column.person", "audit.whose", "audit.column.why"];

#[component]
fn Lines(page: Page<AuditLine>, cursor: RwSignal<Option<String>>) -> impl IntoView {
    if page.items.is_empty() {
        return view! { <EmptyState words=Text::from("audit.nothing")/> }.into_any();
    }
    view! {
        <QueueTable caption="audit.caption" columns=COLUMNS.to_vec()>
            {page.items.into_iter().map(|line| view! { <Row line/> }).collect_view()}
        </QueueTable>
        <Pager cursor next=page.next_cursor/>
    }
    .into_any()
}

#[component]
fn Row(line: AuditLine) -> impl IntoView {
    let (at, position, action, others, kind) = (line.at, line.position, line.action, line.others, line.actor.kind);
    let person = (kind != ActorKind::System).then_some(line.actor.name);
    let whose = line.concerned.into_iter().map(|one| {
        let child = one.child_name.map(|name| view! { " " <span class="quiet">{name}</span> });
        view! { <span class="queue-number">{one.guardian_name} {child}</span> }
    });
    view! {
        <tr>
            <th scope="row">
                {furigana(move || moment(at, locale()))}
                <span class="quiet queue-number">{say_with("audit.number", move || vec![("position", position.to_string())])}</span>
            </th>
            <QueueCell label="audit.column.operation">{furigana(move || said(&action, locale()))}</QueueCell>
            <QueueCell label="audit.column.person">
                {person}
                <span class="quiet queue-number">
                    {line.actor.organisation.map(|at| view! { {marked(&at)} " " })} {furigana(move || kind.say(locale()))}
                </span>
            </QueueCell>
            <QueueCell label="audit.whose">
                {whose.collect_view()}
                {(others > 0).then(|| say_with("audit.others", move || vec![("count", others.to_string())]))}
            </QueueCell>
            <QueueCell label="audit.column.why">{line.why}</QueueCell>
        </tr>
    }
}
