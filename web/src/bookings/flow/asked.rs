//! What a programme asks for with a booking: the reason, what each child has on top, and its questions.

use leptos::prelude::*;
use shared::bookings::Answer;
use shared::locale::yen;
use shared::programmes::{AnswerKind, Question, Terms};

use crate::bookings::model::draft::{Draft, Missing, REASON, question_id};
use crate::i18n::{Text, locale, text};
use crate::ui::{CheckboxGroup, Choice, Field, Need, RadioGroup, TextArea, TextInput};

/// What is filled in, live.
#[derive(Clone, Copy)]
pub struct Form {
    pub reason: RwSignal<String>,
    pub extras: RwSignal<Vec<String>>,
    pub answers: RwSignal<Vec<Answer>>,
    pub notes: RwSignal<String>,
}

impl Form {
    /// With what was kept.
    pub fn new(draft: Draft) -> Self {
        let Draft { reason, extras, answers, notes, .. } = draft;
        Self { reason: RwSignal::new(reason), extras: RwSignal::new(extras), answers: RwSignal::new(answers), notes: RwSignal::new(notes) }
    }

    /// As it is now.
    pub fn draft(self, slot_id: String) -> Draft {
        Draft { slot_id, reason: self.reason.get(), extras: self.extras.get(), answers: self.answers.get(), notes: self.notes.get() }
    }
}

fn name(names: &shared::locale::Localised) -> Text {
    let names = names.clone();
    text(move || names.get(locale()).to_owned())
}

/// The fields that a programme asks for, and none where it asks for nothing.
#[component]
pub fn AskedFields(terms: Terms, form: Form, missing: Signal<Vec<Missing>>) -> impl IntoView {
    let error = move |field: String| {
        Signal::derive(move || missing.with(|all| all.iter().find(|(id, _)| *id == field).map(|(_, reason)| reason.sentence(locale()))))
    };
    let reasons: Vec<Choice> = terms.reasons.iter().map(|reason| Choice::new(reason.key.clone(), name(&reason.name))).collect();
    let extras: Vec<Choice> = terms
        .extras
        .iter()
        .map(|extra| {
            let yen_of = extra.yen;
            Choice::new(extra.key.clone(), name(&extra.name)).hint(text(move || yen(yen_of, locale())))
        })
        .collect();
    let questions = terms.questions.into_iter().enumerate().map(|(n, question)| {
        let id = question_id(n);
        asked(id.clone(), question, form, error(id))
    });
    view! {
        {(!reasons.is_empty())
            .then(|| view! { <RadioGroup id=REASON legend="bookings.reason" choices=Signal::stored(reasons) value=form.reason error=error(REASON.to_owned())/> })}
        {(!extras.is_empty())
            .then(|| view! { <CheckboxGroup id="extras" legend="bookings.extras" hint="bookings.extras_hint" required=Need::Optional choices=Signal::stored(extras) value=form.extras/> })}
        {questions.collect_view()}
    }
}

fn asked(id: String, question: Question, form: Form, error: Signal<Option<String>>) -> impl IntoView {
    let value = RwSignal::new(form.answers.with_untracked(|answers| {
        answers.iter().find(|answer| answer.key == question.key).map(|answer| answer.value.clone()).unwrap_or_default()
    }));
    let key = question.key.clone();
    Effect::new(move |_| {
        let answer = Answer { key: key.clone(), value: value.get() };
        form.answers.update(|answers| {
            answers.retain(|other| other.key != answer.key);
            answers.push(answer);
        });
    });
    view! { <QuestionField id question value error/> }
}

/// The field of one question, by the kind of its answer.
#[component]
pub fn QuestionField(
    /// Id of the field.
    id: String,
    /// What is asked.
    question: Question,
    /// The answer as the API takes it; empty: none.
    value: RwSignal<String>,
    /// What is wrong.
    error: Signal<Option<String>>,
) -> impl IntoView {
    let required = if question.required { Need::Required } else { Need::Optional };
    let label = name(&question.text);
    let choices = match question.answer {
        AnswerKind::Text => {
            return view! { <Field id label required error><TextArea value rows=2 maxlength=200/></Field> }.into_any();
        }
        AnswerKind::Day => {
            return view! { <Field id label required error><TextInput value kind="date" short=true/></Field> }.into_any();
        }
        AnswerKind::Yen => {
            return view! { <Field id label required error><TextInput value inputmode="numeric" short=true/></Field> }.into_any();
        }
        AnswerKind::YesNo => vec![Choice::new("yes", "bookings.yes"), Choice::new("no", "bookings.no")],
        AnswerKind::Choice { choices } => choices.iter().map(|choice| Choice::new(choice.key.clone(), name(&choice.name))).collect(),
    };
    let inline = choices.len() <= 2;
    view! { <RadioGroup id legend=label choices=Signal::stored(choices) value required error inline/> }.into_any()
}
