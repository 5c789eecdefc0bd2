//! What there is to try, each ticked off when it was done.

use leptos::prelude::*;
use shared::practice::Step;

use crate::attendance::Practice;
use crate::i18n::{Say, say, say_with};
use crate::ui::{Banner, Glyph, Icon, Tone};

/// The words of a step: the key of a sentence.
const fn words(step: Step) -> &'static str {
    match step {
        Step::CheckIn => "practice.step_check_in",
        Step::Allergy => "practice.step_allergy",
        Step::Undo => "practice.step_undo",
        Step::CheckOut => "practice.step_check_out",
        Step::Forgotten => "practice.step_forgotten",
        Step::Correct => "practice.step_correct",
        Step::Absent => "practice.step_absent",
        Step::Decide => "practice.step_decide",
        Step::Away => "practice.step_away",
    }
}

/// The list.
#[component]
pub fn Steps(
    /// In which they are tried.
    practice: Practice,
) -> impl IntoView {
    let done = Memo::new(move |_| practice.done());
    let count =
        move || say_with("practice.count", move || vec![("done", done.with(Vec::len).to_string()), ("all", Step::ALL.len().to_string())]);
    let line = move |step: Step| {
        let is_done = Memo::new(move |_| done.with(|done| done.contains(&step)));
        view! {
            <li class:is-done=is_done>
                <span class="practice-tick" aria-hidden="true"><Show when=move || is_done.get()><Icon glyph=Glyph::Check/></Show></span>
                <span>
                    <Show when=move || is_done.get()><span class="visually-hidden"><Say key="practice.done"/></span></Show>
                    {say(words(step))}
                </span>
            </li>
        }
    };
    view! {
        <details class="practice-steps no-print" open=true>
            <summary><h2><Say key="practice.try"/></h2><span class="chip">{count()}</span></summary>
            <ol>{Step::ALL.map(line).collect_view()}</ol>
        </details>
        <p role="status" class="visually-hidden no-print">{count()}</p>
        <div aria-live="polite" class="no-print">
            <Show when=move || done.with(Vec::len) == Step::ALL.len()>
                <Banner tone=Tone::Success><p><Say key="practice.all_done"/></p></Banner>
            </Show>
        </div>
    }
}
