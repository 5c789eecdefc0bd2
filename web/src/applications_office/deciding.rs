//! What an officer does with an application: grant, refuse, give back with remarks at fields, check a proposal, leave a note.

use leptos::prelude::*;
use shared::applications::{
    ApplicationReturn, FieldComment, HandOver, NewHandOver, OfficerDecision, ProposalCheck, ReviewCase, needs_words,
};
use shared::bookings::Answer;
use shared::eligibility::Missing;
use shared::locale::full_day;
use shared::problem::Reason;
use shared::procedures::Keep;
use shared::programmes::AnswerKind;

use super::client::{self, Step};
use super::draft::Draft;
use super::model::is_residence_open;
use crate::api::Tagged;
use crate::i18n::{Say, Text, locale, say, say_with, text};
use crate::taking::{Taking, taking};
use crate::ui::{Button, Checkbox, Choice, Disclosure, Field, Look, Need, RadioGroup, Select, TextArea, focus};

/// Takes steps with an application as it was read; `done` gets how it stands then, `again` reads it anew.
fn steps(seen: &Tagged<ReviewCase>, done: Callback<ReviewCase>, again: Callback<()>) -> Taking<Step> {
    let (id, etag) = (seen.value.application.id.to_string(), seen.etag.clone());
    let send = move |step: Step, attempt| {
        let (id, etag) = (id.clone(), etag.clone());
        async move { client::take(&id, &step, &etag, &attempt).await }
    };
    taking(send, done, again)
}

/// What to do when an application was decided, proposed or given back: nothing of it is to be written any more, and all of it is shown anew.
fn settled(draft: Draft, again: Callback<()>) -> Callback<ReviewCase> {
    Callback::new(move |_| {
        draft.clear();
        window().scroll_to_with_x_and_y(0.0, 0.0);
        again.run(());
    })
}

/// What an officer may note of a question: its key, its words, what it may be answered with, and the answer.
type Noted = (String, shared::locale::Localised, Vec<(String, Text)>, RwSignal<String>);

/// Grants, refuses or gives back.
#[component]
pub fn DecideForm(tagged: Tagged<ReviewCase>, draft: Draft, again: Callback<()>) -> impl IntoView {
    let taking = steps(&tagged, settled(draft, again), again);
    let Tagged { value: case, .. } = tagged;
    let application = case.application.clone();
    let Draft { verdict, words, seen, .. } = draft;
    let pressed = RwSignal::new(false);
    let residence_open = is_residence_open(&case.points);
    let two = application.procedure.terms.two_officers;
    let cannot_grant = !case.against.is_empty();
    let granting = Choice::new("grant", "applications_office.grant");
    let granting = if cannot_grant { granting.disabled() } else { granting };
    let choices = Signal::stored(vec![
        granting,
        Choice::new("refuse", "applications_office.refuse"),
        Choice::new("return", "applications_office.return").hint("applications_office.return_hint"),
    ]);
    // Remarks at what was asked, and at the documents.
    let terms = &application.procedure.terms;
    let fields = terms.questions.iter().filter(|asked| application.answers.contains_key(&asked.question.key));
    let fields = fields.map(|asked| (asked.question.key.clone(), asked.question.text.clone()));
    let fields = fields.chain(terms.attachments.iter().map(|wanted| (wanted.key.clone(), wanted.name.clone())));
    let comments: Vec<(String, shared::locale::Localised, RwSignal<String>)> =
        fields.map(|(key, name)| (key.clone(), name, draft.field("comment", &key))).collect();
    let noted: Vec<Noted> = terms
        .questions
        .iter()
        .filter(|asked| asked.keep != Keep::No)
        .filter_map(|asked| {
            let options = match &asked.question.answer {
                AnswerKind::YesNo => {
                    vec![("yes".to_owned(), Text::from("applications_office.yes")), ("no".to_owned(), Text::from("applications_office.no"))]
                }
                AnswerKind::Choice { choices } => choices
                    .iter()
                    .map(|choice| {
                        let words = choice.name.clone();
                        (choice.key.clone(), text(move || words.get(locale()).to_owned()))
                    })
                    .collect(),
                AnswerKind::Text | AnswerKind::Day | AnswerKind::Yen => return None,
            };
            let as_answered = (String::new(), Text::from("applications_office.as_answered"));
            let options = std::iter::once(as_answered).chain(options).collect();
            Some((asked.question.key.clone(), asked.question.text.clone(), options, draft.field("fact", &asked.question.key)))
        })
        .collect();
    let facts = StoredValue::new(noted.iter().map(|(key, _, _, value)| (key.clone(), *value)).collect::<Vec<_>>());
    let remarks = StoredValue::new(comments.iter().map(|(key, _, words)| (key.clone(), *words)).collect::<Vec<_>>());
    let (rule, points) = (case.finding.verdict, StoredValue::new(case.points.clone()));
    let words_missing = move || {
        let open: Vec<_> =
            points.get_value().into_iter().filter(|point| !(seen.get() && point.missing == Some(Missing::Residence))).collect();
        let grants = verdict.with(|verdict| verdict == "grant");
        // A document that was looked at may leave nothing open: then the rule itself says yes.
        let rule = if seen.get() && open.is_empty() { shared::eligibility::Verdict::Yes } else { rule };
        words.with(|words| words.trim().is_empty())
            && needs_words(rule, &open, grants)
            && facts.with_value(|all| all.iter().all(|(_, value)| value.with(String::is_empty)))
    };
    let words_error =
        Signal::derive(move || (pressed.get() && words_missing()).then(|| Reason::new("applications.words_missing").sentence(locale())));
    let press = Callback::new(move |()| {
        pressed.set(true);
        let (verdict, written) = untrack(|| (verdict.get(), words.get()));
        if verdict == "return" {
            let comments = remarks.with_value(|all| {
                let given =
                    all.iter().map(|(key, words)| FieldComment { key: key.clone(), words: words.get_untracked().trim().to_owned() });
                given.filter(|comment| !comment.words.is_empty()).collect()
            });
            taking.take(Step::Return(ApplicationReturn { comments }), "applications_office.returned");
        } else if untrack(words_missing) {
            focus("words");
        } else {
            let known = facts.with_value(|all| {
                let given = all.iter().map(|(key, value)| Answer { key: key.clone(), value: value.get_untracked() });
                given.filter(|fact| !fact.value.is_empty()).collect()
            });
            let grants = verdict == "grant";
            let confirms_residence = residence_open && seen.get_untracked();
            let decision = OfficerDecision { grants, words: written, confirms_residence, known };
            taking.take(Step::Decide(decision), if two { "applications_office.proposed" } else { "applications_office.decided" });
        }
    });
    let chosen = move |name: &'static str| verdict.with(|verdict| verdict == name);
    let decides = move || chosen("grant") || chosen("refuse");
    let comment_fields = comments
        .into_iter()
        .enumerate()
        .map(|(n, (_, name, words))| {
            let label = text(move || name.get(locale()).to_owned());
            view! { <Field id=format!("comment-{n}") label required=Need::Optional><TextArea value=words maxlength=500/></Field> }
        })
        .collect_view();
    let has_facts = !noted.is_empty();
    let fact_fields = noted
        .into_iter()
        .enumerate()
        .map(|(n, (_, name, options, value))| {
            let label = text(move || name.get(locale()).to_owned());
            view! { <Field id=format!("fact-{n}") label required=Need::Optional><Select value options=Signal::stored(options)/></Field> }
        })
        .collect_view();
    view! {
        <section class="card stack" aria-labelledby="decide">
            <h2 id="decide"><Say key="applications_office.decide"/></h2>
            {two.then(|| view! { <p class="quiet"><Say key="applications_office.takes_two"/></p> })}
            <RadioGroup id="verdict" legend="applications_office.what" choices value=verdict/>
            {case.days.map(|days| view! {
                <p hidden=move || !chosen("grant")>
                    {say_with("applications_office.grants_days", move || vec![("from", full_day(days.from, locale())), ("until", full_day(days.until, locale()))])}
                </p>
            })}
            <div hidden=move || !decides()><div class="stack">
                {residence_open.then(|| view! { <Checkbox id="residence-seen" label="applications_office.residence_seen" value=seen/> })}
                <Field id="words" label="applications_office.words" hint="applications_office.words_hint" required=Need::Unsaid error=words_error>
                    <TextArea value=words maxlength=1000/>
                </Field>
                {has_facts.then(|| view! { <Disclosure summary="applications_office.facts"><p class="quiet"><Say key="applications_office.facts_hint"/></p> {fact_fields}</Disclosure> })}
            </div></div>
            <div hidden=move || !chosen("return")><div class="stack">
                <p><Say key="applications_office.comments_lead"/></p>
                {comment_fields}
            </div></div>
            {taking.refused()}
            <div class="row">
                <Button busy=taking.is_busy() disabled=Signal::derive(move || verdict.with(String::is_empty)) on_press=press>
                    {move || if chosen("return") {
                        view! { <Say key="applications_office.return"/> }.into_any()
                    } else if two {
                        view! { <Say key="applications_office.propose"/> }.into_any()
                    } else {
                        view! { <Say key="applications_office.decide"/> }.into_any()
                    }}
                </Button>
            </div>
        </section>
    }
}

/// Confirms what another officer proposed, or sends it back.
#[component]
pub fn CheckForm(tagged: Tagged<ReviewCase>, draft: Draft, again: Callback<()>) -> impl IntoView {
    let taking = steps(&tagged, settled(draft, again), again);
    let words = draft.check_words;
    let confirm = Callback::new(move |()| {
        taking.take(Step::Check(ProposalCheck { confirms: true, words: String::new() }), "applications_office.decided");
    });
    let back = Callback::new(move |()| {
        taking.take(Step::Check(ProposalCheck { confirms: false, words: words.get_untracked() }), "applications_office.sent_back");
    });
    view! {
        {taking.refused()}
        <div class="row"><Button busy=taking.is_busy() on_press=confirm><Say key="applications_office.confirm"/></Button></div>
        <Disclosure summary="applications_office.send_back">
            <div class="stack">
                <Field id="check-words" label="applications_office.send_back_words"><TextArea value=words maxlength=1000/></Field>
                <div class="row"><Button look=Look::Outline busy=taking.is_busy() on_press=back><Say key="applications_office.send_back"/></Button></div>
            </div>
        </Disclosure>
    }
}

/// The hand-over note.
#[component]
pub fn NoteForm(
    tagged: Tagged<ReviewCase>,
    draft: Draft,
    /// The note that stands.
    standing: RwSignal<Option<HandOver>>,
    again: Callback<()>,
) -> impl IntoView {
    // The rest of the page stays as it is, and with it what somebody is about to decide.
    let is_saved = RwSignal::new(false);
    let done = Callback::new(move |case: ReviewCase| {
        standing.set(case.hand_over);
        is_saved.set(true);
    });
    let taking = steps(&tagged, done, again);
    let case = tagged.value;
    draft.begin_note(case.hand_over.as_ref());
    let Draft { note: words, assignee, .. } = draft;
    let anybody = std::iter::once((String::new(), Text::from("applications_office.anybody")));
    let options = anybody.chain(case.colleagues.iter().map(|one| {
        let name = one.name.clone();
        (one.account_id.to_string(), text(move || name.clone()))
    }));
    let options = Signal::stored(options.collect::<Vec<_>>());
    let press = Callback::new(move |()| {
        let named = assignee.get_untracked();
        let named = (!named.is_empty()).then(|| named.as_str().into());
        let seen = standing.with_untracked(|note| note.as_ref().map_or(0, |note| note.version));
        is_saved.set(false);
        // Told where it was pressed, which may be far below the place of such sentences.
        taking.take_quietly(Step::Note(NewHandOver { words: words.get_untracked(), assignee: named, seen }));
    });
    view! {
        <div class="stack">
            <p class="quiet"><Say key="applications_office.note_hint"/></p>
            <Field id="note-words" label="applications_office.note" required=Need::Optional><TextArea value=words maxlength=2000/></Field>
            <Field id="note-assignee" label="applications_office.assignee" required=Need::Optional><Select value=assignee options/></Field>
            {taking.refused()}
            <div class="row"><Button look=Look::Outline busy=taking.is_busy() on_press=press><Say key="applications_office.save_note"/></Button></div>
            <p role="status">{move || is_saved.get().then(|| say("applications_office.noted"))}</p>
        </div>
    }
}
