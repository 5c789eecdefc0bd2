//! One notice in the inbox: folded to a line until somebody opens it, with its one next step.

use leptos::prelude::*;
use shared::locale::moment;

use super::client::{self, Word};
use super::model::{Line, Mark, mark};
use crate::api::{Attempt, Failure};
use crate::flash::use_flash;
use crate::i18n::{Say, furigana, locale, marked, say};
use crate::paths;
use crate::session::use_session;
use crate::ui::{Button, Chip, Glyph, Icon, Look, Refusal, Tone, focus};

/// A notice. What it says in detail is unfolded, because only that tells that somebody has read it.
#[component]
pub fn NoticeCard(notice: Line) -> impl IntoView {
    let (session, flash) = (use_session(), use_flash());
    let (opened, acknowledged) = (RwSignal::new(notice.opened_at.is_some()), RwSignal::new(notice.acknowledged_at.is_some()));
    let failure = RwSignal::new(None::<Failure>);
    let id = StoredValue::new(notice.id.to_string());
    let attempts = [Attempt::new(), Attempt::new()];
    let tell = Action::new_local(move |word: &Word| {
        let (word, [opening, answering]) = (*word, attempts.clone());
        async move {
            let attempt = if word == Word::Open { opening } else { answering };
            match client::tell(&id.get_value(), word, &attempt).await {
                Ok(told) => {
                    opened.set(true);
                    if word == Word::Acknowledge {
                        acknowledged.set(true);
                        flash.done("notices.understood");
                        // The button that was pressed is gone.
                        request_animation_frame(move || focus(&heading_of(&id.get_value())));
                    }
                    session.set_unread(told.unread);
                }
                // To read it nobody needs to know that it could not be noted; an answer was meant to arrive.
                Err(why) if word == Word::Acknowledge => failure.set(Some(why)),
                Err(_) => {}
            }
        }
    });
    let open = move || {
        if !opened.get_untracked() {
            tell.dispatch(Word::Open);
        }
    };
    let answer = Callback::new(move |()| {
        failure.set(None);
        tell.dispatch(Word::Acknowledge);
    });
    // What a city only wants to be read leads back here.
    let leads_on = notice.step != paths::notices();
    let answerable = notice.ack_asked && notice.replaced_at.is_none();
    let (title, made, step, label) = (notice.title.clone(), notice.created_at, notice.step.clone(), notice.step_label.clone());
    let lines: Vec<AnyView> = notice.body.lines().map(|line| view! { <p>{marked(line)}</p> }.into_any()).collect();
    let heading = heading_of(&id.get_value());
    let named_by = heading.clone();
    let notice = StoredValue::new(notice);
    let chip = move || notice.with_value(|notice| mark(notice, opened.get(), acknowledged.get())).map(chip_of);
    view! {
        <article class="card stack notice" class:is-unread=move || !opened.get() aria-labelledby=named_by>
            <div>
                <p class="notice-line">{chip} <span class="quiet">{furigana(move || moment(made, locale()))}</span></p>
                <h3 id=heading tabindex="-1">{marked(&title)}</h3>
            </div>
            {move || failure.get().map(|why| view! { <Refusal why/> })}
            <div class="row notice-acts">
                <details class="disclosure" on:toggle=move |_| open()>
                    <summary><span><Say key="notices.read"/><span class="visually-hidden">"：" {marked(&title)}</span></span><Icon glyph=Glyph::Down/></summary>
                    <div class="disclosure-body stack">{lines}</div>
                </details>
                {leads_on.then(|| view! {
                    <a class=move || if opened.get() { "button button-outline" } else { "button button-solid" } href=step on:click=move |_| open()>
                        <span>{marked(&label)}<span class="visually-hidden">"：" {marked(&title)}</span></span>
                    </a>
                })}
                {answerable
                    .then(|| {
                        view! {
                            <Show when=move || !acknowledged.get()>
                                <Button look=Look::Outline icon=Glyph::Check busy=tell.pending() on_press=answer><Say key="notices.acknowledge"/></Button>
                            </Show>
                        }
                    })}
            </div>
        </article>
    }
}

fn heading_of(notice_id: &str) -> String {
    format!("notice-{notice_id}")
}

fn chip_of(mark: Mark) -> AnyView {
    let (tone, words) = match mark {
        Mark::Past => (None, "notices.mark_past"),
        Mark::Urgent => (Some(Tone::Warning), "notices.mark_urgent"),
        Mark::New => (Some(Tone::Info), "notices.mark_new"),
        Mark::Asked => (Some(Tone::Warning), "notices.mark_asked"),
        Mark::Understood => (Some(Tone::Success), "notices.mark_understood"),
    };
    match tone {
        Some(tone) => view! { <Chip tone>{say(words)}</Chip> }.into_any(),
        None => view! { <Chip>{say(words)}</Chip> }.into_any(),
    }
}
