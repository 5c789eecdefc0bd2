//! The inbox: everything that the family was told, whichever channel it came by.

use leptos::prelude::*;
use shared::locale::moment;

use super::client;
use super::model::{Inbox, Line};
use super::parts::NoticeCard;
use crate::api::Failure;
use crate::i18n::{Say, locale, say_with};
use crate::paths;
use crate::session::use_session;
use crate::ui::{Banner, Button, EmptyState, Glyph, LinkButton, Load, Look, PageTitle, Refusal, Tone};

/// What nobody has opened first, the latest first.
#[component]
pub fn InboxPage() -> impl IntoView {
    let session = use_session();
    let account = untrack(|| session.me()).map(|me| me.id.to_string()).unwrap_or_default();
    // The sentences come in the language that is asked for.
    let inbox = LocalResource::new(move || {
        locale();
        client::inbox(account.clone())
    });
    view! {
        <div class="narrow stack">
            <PageTitle text="app.nav_notices"/>
            <p class="no-print"><a href=paths::notice_preferences()><Say key="notices.to_preferences"/></a></p>
            <Load what=inbox let:known><Lists known/></Load>
        </div>
    }
}

fn items(notices: Vec<Line>) -> AnyView {
    let all = notices.into_iter().map(|notice| view! { <li><NoticeCard notice/></li> }).collect_view();
    view! { <ul class="plain-list stack">{all}</ul> }.into_any()
}

fn list(title: &'static str, id: &'static str, notices: Vec<Line>) -> impl IntoView {
    (!notices.is_empty()).then(|| {
        view! {
            <section class="stack" aria-labelledby=id>
                <h2 id=id><Say key=title/></h2>
                {items(notices)}
            </section>
        }
    })
}

#[component]
fn Lists(known: Inbox) -> impl IntoView {
    let Inbox { unread, others, as_of, .. } = known.clone();
    view! {
        {as_of
            .map(|at| {
                view! {
                    <Banner tone=Tone::Warning title="bookings.as_of_title">
                        <p>{say_with("notices.as_of", move || vec![("moment", moment(at, locale()))])}</p>
                    </Banner>
                }
            })}
        {known
            .is_empty()
            .then(|| {
                view! {
                    <EmptyState words="notices.none">
                        <LinkButton href=paths::home() icon=Glyph::Search><Say key="bookings.to_search"/></LinkButton>
                    </EmptyState>
                }
            })}
        {list("notices.unread", "unread", unread)}
        {list("notices.others", "others", others)}
        {as_of.is_none().then(|| further(known))}
    }
}

/// The button for what is older, and then what came, with the next button below it.
fn further(known: Inbox) -> AnyView {
    let Some(cursor) = known.next.clone() else { return ().into_any() };
    let came = RwSignal::new(None::<Result<Inbox, Failure>>);
    let known = StoredValue::new(known);
    let more = Action::new_local(move |(): &()| {
        let cursor = cursor.clone();
        async move {
            let page = client::page(Some(cursor)).await;
            came.set(Some(page.map(|page| known.with_value(|known| known.and(page)))));
        }
    });
    (move || match came.get() {
        Some(Ok(all)) => {
            let before = known.with_value(|known| known.others.len());
            let new = all.others.iter().skip(before).cloned().collect();
            view! { {items(new)} {further(all)} }.into_any()
        }
        other => view! {
            {other.and_then(Result::err).map(|why| view! { <Refusal why/> })}
            <div class="row">
                <Button look=Look::Outline busy=more.pending() on_press=Callback::new(move |()| drop(more.dispatch(())))><Say key="notices.more"/></Button>
            </div>
        }
        .into_any(),
    })
    .into_any()
}
