//! What stands out in an open month: what keeps it open first, each leading to where it is put right.

use leptos::prelude::*;
use shared::claims::Found;
use shared::locale::clock_at;
use shared::time::{Month, tokyo_day};

use crate::i18n::{furigana, locale, name, say, say_with};
use crate::paths;
use crate::ui::{Chip, Glyph, LinkButton, Look, Tone};

/// What keeps the month open, and what is only told.
#[component]
pub fn FoundLists(found: Vec<Found>, month: Month) -> impl IntoView {
    let (blocking, told): (Vec<Found>, Vec<Found>) = found.into_iter().partition(|found| found.blocks);
    view! {
        <FoundList title="claims.blocking" found=blocking month tone=Tone::Error/>
        <FoundList title="claims.told" found=told month tone=Tone::Warning/>
    }
}

#[component]
fn FoundList(title: &'static str, found: Vec<Found>, month: Month, tone: Tone) -> impl IntoView {
    let count = found.len();
    (count > 0).then(|| {
        let items = found.into_iter().map(|found| view! { <li><One found month tone/></li> }).collect_view();
        view! {
            <section class="stack" aria-labelledby=title>
                <h2 id=title>{say_with(title, move || vec![("count", count.to_string())])}</h2>
                <ul class="plain-list grid">{items}</ul>
            </section>
        }
    })
}

/// Where it is put right, and the words of the way there. Of a stay that was cancelled the board of its day says nothing.
fn way(found: &Found, month: Month) -> (String, &'static str) {
    match found.reason.code.as_ref() {
        "claims.late_cancelled" => (paths::staff_statements(Some(month)), "claims.see_statement"),
        "claims.missing_check_out" | "claims.unconfirmed" => (paths::staff_day(tokyo_day(found.starts_at)), "claims.mend"),
        _ => (paths::staff_day(tokyo_day(found.starts_at)), "claims.see_day"),
    }
}

#[component]
fn One(found: Found, month: Month, tone: Tone) -> impl IntoView {
    let (href, words) = way(&found, month);
    let (reason, child, starts_at) = (found.reason, found.child.name, found.starts_at);
    let whose = format!(" {child} {}", clock_at(starts_at));
    view! {
        <div class="card stack">
            <div class="row"><strong>{child}</strong> <Chip tone>{name(found.programme_name)}</Chip></div>
            <p>{furigana(move || reason.sentence(locale()))}</p>
            <div class="row no-print">
                <LinkButton look=Look::Outline icon=Glyph::Right href=href>{say(words)}<span class="visually-hidden">{whose}</span></LinkButton>
            </div>
        </div>
    }
}
