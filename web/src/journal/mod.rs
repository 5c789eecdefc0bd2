//! The daily journal: a day's groups with their children, and the month as a file.

mod client;
mod editor;

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::hooks::use_query_map;
use leptos_router::{MatchNestedRoutes, any_nested_route::IntoAnyNestedRoute, path};
use shared::journal::{Child, ChildDay, Day, Group};
use shared::locale::{clock_at, clock_span, day, full_day};
use shared::time::{Month, days_after, days_before};

use self::editor::{About, Editor};
use crate::attendance::{StaffNav, StaffPlace};
use crate::i18n::{Say, furigana, locale, name, say, say_with, text};
use crate::paths;
use crate::session::StaffOnly;
use crate::settings;
use crate::ui::{EmptyState, Glyph, LinkButton, Load, Look, PageTitle};

/// The journal.
#[component(transparent)]
pub fn JournalRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/staff/journal") view=StaffOnly>
            <Route path=path!("") view=JournalPage/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}

#[component]
fn JournalPage() -> impl IntoView {
    let query = use_query_map();
    let shown = Memo::new(move |_| {
        let wanted = query.with(|query| query.get("day").and_then(|text| text.parse().ok()));
        wanted.unwrap_or_else(settings::today)
    });
    let found = LocalResource::new(move || client::day(shown.get()));
    let before = Signal::derive(move || paths::staff_journal(Some(days_before(shown.get(), 1))));
    let after = Signal::derive(move || paths::staff_journal(Some(days_after(shown.get(), 1))));
    view! {
        <div class="stack staff">
            <StaffNav here=StaffPlace::Elsewhere/>
            <PageTitle text="journal.title"/>
            <p class="when">{furigana(move || full_day(shown.get(), locale()))}</p>
            <div class="row no-print">
                <LinkButton look=Look::Outline icon=Glyph::Left href=before><Say key="journal.day_before"/></LinkButton>
                <Show when=move || shown.get() < settings::today()>
                    <LinkButton look=Look::Outline icon=Glyph::Right href=after><Say key="journal.day_after"/></LinkButton>
                </Show>
                // A file of the server, not a page of the app.
                <a class="button button-outline" rel="external" download="" href=move || client::file(Month::of(shown.get()))>
                    <span><Say key="journal.file"/></span>
                </a>
            </div>
            <Load what=found let:known><Groups known/></Load>
        </div>
    }
}

#[component]
fn Groups(known: Day) -> impl IntoView {
    let Day { day: date, groups } = known;
    if groups.is_empty() {
        return view! {
            <EmptyState words="journal.nobody_that_day">
                <p class="quiet">{say_with("journal.nobody_hint", move || vec![("day", day(date, locale()))])}</p>
            </EmptyState>
        }
        .into_any();
    }
    groups.into_iter().map(|group| view! { <GroupPart date group/> }).collect_view().into_any()
}

#[component]
fn GroupPart(date: chrono::NaiveDate, group: Group) -> impl IntoView {
    let Group { programme, name: called, facts, entries, children } = group;
    let id = format!("group-{}", programme.as_str());
    let about = About { day: date, programme: programme.clone(), child: None, label: "journal.of_group".into() };
    let figures =
        move || vec![("expected", facts.expected.to_string()), ("came", facts.came.to_string()), ("absent", facts.absent.to_string())];
    let of_child = move |child: Child| {
        let Child { child_id, name, kana, facts, entries } = child;
        let label = text({
            let name = name.clone();
            move || crate::i18n::t_with("journal.of_child", &[("name", name.clone())])
        });
        let about = About { day: date, programme: programme.clone(), child: Some(child_id), label };
        view! {
            <li class="card stack">
                <h3>{name} " " <span class="quiet">{kana}</span></h3>
                <p>{times(facts)}</p>
                <Editor about entries/>
            </li>
        }
    };
    view! {
        <section class="stack" aria-labelledby=id.clone()>
            <h2 id=id.clone()>{name(called)}</h2>
            <div class="card stack">
                <p>{say_with("journal.figures", figures)}</p>
                <Editor about entries/>
            </div>
            <ul class="plain-list grid">{children.into_iter().map(of_child).collect_view()}</ul>
        </section>
    }
}

/// What the board says of a child's day.
fn times(facts: ChildDay) -> AnyView {
    let ChildDay { starts_at, ends_at, came_at, left_at, absent } = facts;
    let planned = say_with("journal.planned", move || vec![("span", clock_span(starts_at, ends_at, locale()))]);
    let really = match (absent, came_at, left_at) {
        (true, ..) => say("journal.absent").into_any(),
        (false, None, _) => say("journal.not_yet").into_any(),
        (false, Some(came), None) => say_with("journal.came", move || vec![("came", clock_at(came))]).into_any(),
        (false, Some(came), Some(left)) => {
            say_with("journal.came_and_left", move || vec![("came", clock_at(came)), ("left", clock_at(left))]).into_any()
        }
    };
    view! { <span class="quiet">{planned}</span> " " <strong>{really}</strong> }.into_any()
}
