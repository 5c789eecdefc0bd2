//! What both cities say to lines: comments, answers, and what is done with.

use chrono::{DateTime, NaiveDate, Utc};
use leptos::prelude::*;
use shared::ids::{ClaimLineId, SettlementCommentId};
use shared::locale::{Localised, day, moment};
use shared::municipalities::MunicipalityCode;
use shared::settlements::{Settlement, SettlementComment, SettlementLine, may_answer, may_close};

use super::client::Step;
use super::pages::Came;
use crate::i18n::{Say, furigana, locale, name, say, say_with, sentence, text};
use crate::taking::Taking;
use crate::ui::{Button, Chip, Dialog, Field, FieldError, Glyph, Look, Need, TextArea, Tone, taking_focus};

/// The most characters of a comment.
const MOST: u32 = 500;

/// The names of both cities.
#[derive(Debug, Clone)]
pub struct Cities {
    own: MunicipalityCode,
    own_name: Localised,
    other_name: Localised,
}

impl Cities {
    /// Those of a settlement.
    pub fn of(told: &Settlement) -> Self {
        Self { own: told.own.clone(), own_name: told.own_name.clone(), other_name: told.head.other_name.clone() }
    }

    /// The name of one of the two.
    pub fn name(&self, code: &MunicipalityCode) -> Localised {
        if *code == self.own { self.own_name.clone() } else { self.other_name.clone() }
    }
}

/// The line that a comment is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// The line.
    pub line: ClaimLineId,
    /// Its number in the list.
    pub number: usize,
    /// The facility's name.
    pub facility: String,
    /// The day of the stay.
    pub day: NaiveDate,
}

/// What is about to be written.
#[derive(Debug, Clone)]
enum What {
    Comment(About),
    Answer(SettlementCommentId, String),
}

/// The one place in which something is written, for whichever line.
#[derive(Clone, Copy)]
pub struct Writing {
    what: RwSignal<Option<What>>,
    open: RwSignal<bool>,
    taking: Taking<Step>,
}

impl Writing {
    /// Nothing yet.
    pub fn new(taking: Taking<Step>) -> Self {
        Self { what: RwSignal::new(None), open: RwSignal::new(false), taking }
    }

    /// Begins a comment.
    pub fn comment(self, about: About) {
        self.what.set(Some(What::Comment(about)));
        self.open.set(true);
    }

    fn answer(self, comment: &SettlementComment) {
        self.what.set(Some(What::Answer(comment.id.clone(), comment.words.clone())));
        self.open.set(true);
    }
}

/// Asks for the words.
#[component]
pub fn WritingDialog(writing: Writing) -> impl IntoView {
    let is_answer = move || writing.what.with(|what| matches!(what, Some(What::Answer(..))));
    let title = text(move || sentence(if is_answer() { "settlements.answer" } else { "settlements.comment" }, locale()));
    view! {
        <Dialog id="settlement-words" title open=writing.open>
            {move || writing.what.get_untracked().map(|what| view! { <Form what writing/> })}
        </Dialog>
    }
}

#[component]
fn Form(what: What, writing: Writing) -> impl IntoView {
    let words = RwSignal::new(String::new());
    let errors = RwSignal::new(Vec::<FieldError>::new());
    let (label, told) = match &what {
        What::Comment(_) => ("settlements.comment_words", "settlements.commented"),
        What::Answer(..) => ("settlements.answer_words", "settlements.answered"),
    };
    let about = match what.clone() {
        What::Comment(about) => view! { <p><AboutLine about/></p> }.into_any(),
        What::Answer(_, words) => view! { <blockquote class="said">{words}</blockquote> }.into_any(),
    };
    let send = Callback::new(move |()| {
        let words = words.get_untracked().trim().to_owned();
        if words.is_empty() {
            errors.set(vec![FieldError { field: "settlement-new", sentence: sentence("settlements.words_missing", locale()) }]);
            return;
        }
        errors.set(Vec::new());
        let step = match what.clone() {
            What::Comment(about) => Step::Comment(about.line, words),
            What::Answer(comment, _) => Step::Answer(comment, words),
        };
        writing.taking.take(step, told);
    });
    view! {
        {about}
        <Field id="settlement-new" label required=Need::Required error=FieldError::of(errors, "settlement-new")>
            <TextArea value=words maxlength=MOST/>
        </Field>
        {writing.taking.refused()}
        <div class="row actions">
            <Button busy=writing.taking.is_busy() on_press=send><Say key="settlements.comment_send"/></Button>
            <Button look=Look::Text on_press=Callback::new(move |()| writing.open.set(false))><Say key="settlements.not_now"/></Button>
        </div>
    }
}

#[component]
fn AboutLine(about: About) -> impl IntoView {
    let (number, facility, on) = (about.number, about.facility, about.day);
    say_with("settlements.about", move || vec![("number", number.to_string()), ("facility", facility.clone()), ("day", day(on, locale()))])
}

/// Every comment with its answers, what is open first.
#[component]
pub fn Talks(
    lines: Vec<SettlementLine>,
    cities: Cities,
    writing: Writing,
    closing: Taking<Step>,
    came: RwSignal<Option<Came>>,
) -> impl IntoView {
    let mut talks: Vec<(About, SettlementComment)> = lines
        .into_iter()
        .zip(1_usize..)
        .flat_map(|(line, number)| {
            let about = About { line: line.claim_line_id, number, facility: line.facility, day: line.day };
            line.comments.into_iter().map(move |comment| (about.clone(), comment))
        })
        .collect();
    talks.sort_by_key(|(_, comment)| comment.closed_at.is_some());
    let node = taking_focus(move || came.get() == Some(Came::Talk));
    (!talks.is_empty()).then(move || {
        let items = talks
            .into_iter()
            .map(|(about, comment)| view! { <li><Talk about comment cities=cities.clone() writing closing/></li> })
            .collect_view();
        view! {
            <div tabindex="-1" node_ref=node>
                <section class="stack" aria-labelledby="settlement-talks">
                    <h2 id="settlement-talks"><Say key="settlements.talks"/></h2>
                    {closing.refused()}
                    <ul class="plain-list stack">{items}</ul>
                </section>
            </div>
        }
    })
}

/// Who said it, when, and what.
#[component]
fn Words(by: Localised, person: String, at: DateTime<Utc>, words: String) -> impl IntoView {
    view! {
        <p class="quiet">{name(by)} " " {person} " " {furigana(move || moment(at, locale()))}</p>
        <p class="said">{words}</p>
    }
}

#[component]
fn Talk(about: About, comment: SettlementComment, cities: Cities, writing: Writing, closing: Taking<Step>) -> impl IntoView {
    let number = about.number;
    let line = format!("#line-{number}");
    let (words, tone) = match comment.closed_at {
        Some(_) => ("settlements.is_done", Tone::Success),
        None => ("settlements.is_not_done", Tone::Warning),
    };
    let closes = comment.closed_at.is_none() && may_close(&comment, &cities.own).is_ok();
    let (asked, id) = (comment.clone(), comment.id.clone());
    let answer = Callback::new(move |()| writing.answer(&asked));
    let close = Callback::new(move |()| closing.take(Step::Close(id.clone()), "settlements.closed_now"));
    let whose = move || view! { <span class="visually-hidden">" " {number.to_string()}</span> };
    let answers = may_answer(&comment).is_ok().then(|| {
        view! { <Button look=Look::Outline on_press=answer><Say key="settlements.answer"/>{whose()}</Button> }
    });
    let closes = closes.then(|| {
        view! {
            <Button look=Look::Outline icon=Glyph::Check on_press=close busy=closing.is_busy()><Say key="settlements.close"/>{whose()}</Button>
        }
    });
    let said = comment.answers.into_iter().map(|answer| {
        let by = cities.name(&answer.municipality);
        view! { <li><Words by person=answer.by at=answer.at words=answer.words/></li> }
    });
    view! {
        <div class="card stack">
            <div class="row"><a href=line rel="external"><AboutLine about/></a> <Chip tone>{say(words)}</Chip></div>
            <Words by=cities.name(&comment.municipality) person=comment.by at=comment.at words=comment.words/>
            <ul class="plain-list stack answers-said">{said.collect_view()}</ul>
            <div class="row no-print">{answers}{closes}</div>
        </div>
    }
}
