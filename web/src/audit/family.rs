//! Who outside the family saw or changed what is kept of it.

use leptos::prelude::*;
use shared::audit::{ActorKind, RecordAccess, say as said};
use shared::locale::moment;
use shared::page::Page;

use super::client;
use crate::i18n::{Say, Text, furigana, locale, marked};
use crate::paths;
use crate::ui::{Breadcrumbs, Chip, EmptyState, Load, PageTitle, Pager, Tone};

/// The list, page by page.
#[component]
pub fn AccessesPage() -> impl IntoView {
    let cursor = RwSignal::new(None::<String>);
    let found = LocalResource::new(move || client::accesses(cursor.get()));
    view! {
        <div class="narrow stack">
            <Breadcrumbs trail=vec![(paths::family(), "app.nav_family".into())] here="audit.accesses_title"/>
            <PageTitle text="audit.accesses_title"/>
            <p><Say key="audit.accesses_lead"/></p>
            <Load what=found let:page><Accesses page cursor/></Load>
        </div>
    }
}

#[component]
fn Accesses(page: Page<RecordAccess>, cursor: RwSignal<Option<String>>) -> impl IntoView {
    if page.items.is_empty() {
        return view! { <EmptyState words=Text::from("audit.accesses_none")/> }.into_any();
    }
    view! {
        <ul class="plain-list stack">{page.items.into_iter().map(|one| view! { <li><Access one/></li> }).collect_view()}</ul>
        <Pager cursor next=page.next_cursor/>
    }
    .into_any()
}

#[component]
fn Access(one: RecordAccess) -> impl IntoView {
    let (at, kind, action) = (one.at, one.kind, one.action);
    let who = one.organisation.filter(|_| kind != ActorKind::Operator);
    let chip = if one.is_look {
        view! { <Chip tone=Tone::Info><Say key="audit.looked"/></Chip> }.into_any()
    } else {
        view! { <Chip><Say key="audit.changed"/></Chip> }.into_any()
    };
    view! {
        <div class="card stack">
            <p class="row"><strong>{furigana(move || moment(at, locale()))}</strong> {chip}</p>
            <p>{furigana(move || said(&action, locale()))} {one.child_name.map(|name| view! { " " <span>{name}</span> })}</p>
            <p class="quiet">{who.map(|name| view! { {marked(&name)} " " })} {furigana(move || kind.say(locale()))}</p>
            {one.why.map(|why| view! { <p><span class="quiet"><Say key="audit.why"/>"："</span> {why}</p> })}
        </div>
    }
}
