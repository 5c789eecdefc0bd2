//! The inbox: everything that the family was told, whichever channel it came by.

use leptos::prelude::*;
use shared::locale::moment;
use shared::notices::Notice;

use super::client;
use super::model::Inbox;
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

fn list(title: &'static str, id: &'static str, notices: Vec<Notice>) -> impl IntoView {
    (!notices.is_empty()).then(|| {
        view! {
            <section class="stack" aria-labelledby=id>
                <h2 id=id><Say key=title/></h2>
                <ul class="plain-list stack">{notices.into_iter().map(|notice| view! { <li><NoticeCard notice/></li> }).collect_view()}</ul>
            </section>
        }
    })
}

#[component]
fn Lists(known: Inbox) -> impl IntoView {
    let empty = known.is_empty();
    let Inbox { unread, others, next, as_of } = known.clone();
    let shown = RwSignal::new(known);
    // Pages that came later stand below the first, which stays as it is.
    let later = RwSignal::new(Vec::<Notice>::new());
    let (cursor, failure) = (RwSignal::new(next), RwSignal::new(None::<Failure>));
    let more = Action::new_local(move |(): &()| async move {
        failure.set(None);
        match client::page(cursor.get_untracked()).await {
            Ok(page) => {
                let mut all = shown.get_untracked();
                let before = all.others.len();
                all.append(page);
                cursor.set(all.next.clone());
                later.update(|later| later.extend(all.others.iter().skip(before).cloned()));
                shown.set(all);
            }
            Err(why) => failure.set(Some(why)),
        }
    });
    let is_old = as_of.is_some();
    view! {
        {as_of
            .map(|at| {
                view! {
                    <Banner tone=Tone::Warning title="bookings.as_of_title">
                        <p>{say_with("notices.as_of", move || vec![("moment", moment(at, locale()))])}</p>
                    </Banner>
                }
            })}
        {empty
            .then(|| {
                view! {
                    <EmptyState words="notices.none">
                        <LinkButton href=paths::home() icon=Glyph::Search><Say key="bookings.to_search"/></LinkButton>
                    </EmptyState>
                }
            })}
        {list("notices.unread", "unread", unread)}
        {list("notices.others", "others", others)}
        <ul class="plain-list stack">
            <For each=move || later.get() key=|notice| notice.id.clone() children=|notice| view! { <li><NoticeCard notice/></li> }/>
        </ul>
        {move || failure.get().map(|why| view! { <Refusal why/> })}
        <Show when=move || !is_old && cursor.with(Option::is_some)>
            <div class="row">
                <Button look=Look::Outline busy=more.pending() on_press=Callback::new(move |()| drop(more.dispatch(())))><Say key="notices.more"/></Button>
            </div>
        </Show>
    }
}
