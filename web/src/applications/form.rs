//! The form of an application: what its pages share, and one question a page.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::Outlet;
use leptos_router::hooks::{use_navigate, use_params_map};
use shared::applications::{Application, ApplicationChange};
use shared::problem::Reason;

use super::client;
use super::model::{Step, answer, before, next_step, place, question, value_of};
use super::parts::Subject;
use crate::about::NotFoundPage;
use crate::api::{Attempt, Failure, Tagged};
use crate::bookings::QuestionField;
use crate::i18n::{Say, furigana, locale, name, say_with, text};
use crate::offline::use_online;
use crate::paths;
use crate::ui::{
    Banner, Button, ErrorSummary, Explain, FieldError, Form as FormView, Glyph, LinkButton, Load, Look, PageTitle, Skeleton, Tone,
    taking_focus,
};

type Found = Result<Tagged<Application>, Failure>;

/// What the pages of one application share.
#[derive(Clone, Copy)]
pub struct Form {
    /// The application with its tag.
    pub found: LocalResource<Found>,
    /// Another device changed it first: what this page had then, by its tag. It is read again.
    stale: RwSignal<Option<String>>,
    /// What was typed last, by question: it outlives reading again.
    typed: RwSignal<(String, String)>,
}

impl Form {
    /// Takes in what a change came to; gives why it was not made, unless another device was faster: that the page says by itself.
    pub fn take(self, changed: Found) -> Option<Failure> {
        self.stale.set(None);
        match changed {
            Ok(tagged) => {
                self.typed.set(Default::default());
                self.found.set(Some(Ok(tagged)));
                None
            }
            Err(failure) if failure.status() == Some(412) => {
                self.stale.set(self.found.get_untracked().and_then(Result::ok).map(|tagged| tagged.etag));
                self.found.refetch();
                None
            }
            Err(failure) => Some(failure),
        }
    }

    /// Whether another device was faster and what it wrote stands here now: not before, or the next press would meet the same again.
    fn was_read_again(self) -> bool {
        self.stale.with(|stale| {
            let now = self.found.get().and_then(Result::ok).map(|tagged| tagged.etag);
            stale.as_ref().zip(now.as_ref()).is_some_and(|(then, now)| then != now)
        })
    }
}

/// Only made below [`ApplicationFrame`].
pub fn form() -> Form {
    expect_context()
}

/// Parent of the pages of one application: reads it once.
#[component]
pub fn ApplicationFrame() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("application_id")).unwrap_or_default());
    let found = LocalResource::new(move || {
        let id = id.get();
        async move { client::application(&id).await }
    });
    provide_context(Form { found, stale: RwSignal::new(None), typed: RwSignal::new((String::new(), String::new())) });
    view! { <Outlet/> }
}

/// The address of the page on which an application goes on.
pub fn next_path(application: &Application) -> String {
    match next_step(application) {
        Step::Question(key) => paths::application_question(application.id.as_str(), &key),
        Step::Check => paths::application_check(application.id.as_str()),
    }
}

/// Leads on, without a page that "back" would find.
#[component]
pub fn LeadOn(to: String) -> impl IntoView {
    let navigate = use_navigate();
    Effect::new(move |_| navigate(&to, NavigateOptions { replace: true, ..Default::default() }));
    view! { <Skeleton/> }
}

/// Another device was faster.
#[component]
pub fn StaleNotice() -> impl IntoView {
    let form = form();
    let notice = taking_focus(move || form.was_read_again());
    view! {
        <div tabindex="-1" node_ref=notice>
            <Show when=move || form.was_read_again()>
                <Banner tone=Tone::Warning title="applications.stale_title"><p><Say key="applications.stale"/></p></Banner>
            </Show>
        </div>
    }
}

/// What was filled in is kept, and where to go on later.
#[component]
pub fn KeptNotice() -> impl IntoView {
    let online = use_online();
    view! {
        <p class="quiet">
            {move || if online.get() { view! { <Say key="applications.kept"/> }.into_any() } else { view! { <Say key="applications.not_kept"/> }.into_any() }}
        </p>
        <div class="row">
            <LinkButton href=paths::applications() look=Look::Text><Say key="applications.later"/></LinkButton>
        </div>
    }
}

/// One question.
#[component]
pub fn QuestionPage() -> impl IntoView {
    let form = form();
    let params = use_params_map();
    let key = Memo::new(move |_| params.with(|params| params.get("question")).unwrap_or_default());
    view! {
        <div class="narrow stack one-question">
            <Load what=form.found let:tagged>{asked(form, tagged, key.get())}</Load>
        </div>
    }
}

fn asked(form: Form, tagged: Tagged<Application>, key: String) -> AnyView {
    let Tagged { value: application, etag } = tagged;
    if !application.state.is_open() {
        return view! { <LeadOn to=paths::application(application.id.as_str())/> }.into_any();
    }
    let Some(asked) = question(&application, &key).cloned() else { return view! { <NotFoundPage/> }.into_any() };
    let back =
        before(&application, &key).map_or_else(paths::applications, |before| paths::application_question(application.id.as_str(), &before));
    let known = value_of(&application, &key);
    let typed = form.typed.with_untracked(|(of, value)| (*of == key).then(|| value.clone()));
    let value = RwSignal::new(typed.unwrap_or_else(|| known.clone()));
    let wrong = RwSignal::new(None::<Reason>);
    let errors = Signal::derive(move || {
        wrong.get().map(|reason| FieldError { field: "answer", sentence: reason.sentence(locale()) }).into_iter().collect::<Vec<_>>()
    });
    let failed = RwSignal::new(None::<Failure>);
    let others = Signal::derive(move || failed.get().map(|failure| failure.sentences(locale())).unwrap_or_default());
    let navigate = use_navigate();
    let attempt = Attempt::new();
    let of = application.id.clone();
    let to_next = navigate.clone();
    let save = Action::new_local(move |change: &ApplicationChange| {
        let (change, id, etag, attempt, navigate) = (change.clone(), of.clone(), etag.clone(), attempt.clone(), to_next.clone());
        async move {
            let saved = client::fill(id.as_str(), &change, &etag, &attempt).await;
            let next = saved.as_ref().ok().map(|tagged| next_path(&tagged.value));
            failed.set(form.take(saved));
            if let Some(next) = next {
                navigate(&next, NavigateOptions::default());
            }
        }
    });
    let (procedure, this, all) = (application.procedure.clone(), asked.clone(), application.clone());
    let submit = Callback::new(move |()| {
        let given = value.get_untracked();
        wrong.set(None);
        failed.set(None);
        match answer(&this, &procedure, &given) {
            Err(reason) => wrong.set(Some(reason)),
            // Nothing new: what is there was saved, or is known.
            Ok(_) if given.trim() == known && (!known.is_empty() || all.answers.contains_key(&this.question.key)) => {
                navigate(&next_path(&all), NavigateOptions::default());
            }
            Ok(change) => {
                form.typed.set((this.question.key.clone(), given));
                save.dispatch(change);
            }
        }
    });
    let place = place(&application, &key);
    let comment = application.comments.iter().find(|comment| comment.key == key).map(|comment| comment.words.clone());
    let hint = asked.hint.clone();
    let title = asked.question.text.clone();
    let id = "answer".to_owned();
    view! {
        <div class="row no-print"><LinkButton href=back look=Look::Text icon=Glyph::Left><Say key="applications.back"/></LinkButton></div>
        <Subject application/>
        {place
            .map(|(number, count)| {
                view! {
                    <p class="quiet">
                        {say_with("applications.question_place", move || vec![("number", number.to_string()), ("count", count.to_string())])}
                    </p>
                }
            })}
        <PageTitle text=text(move || title.get(locale()).to_owned())/>
        <StaleNotice/>
        <ErrorSummary errors others/>
        {comment.map(|words| view! { <Comment words/> })}
        {hint.map(|hint| view! { <p class="hint">{name(hint)}</p> })}
        <FormView on_submit=submit>
            <QuestionField id question=asked.question value error=FieldError::of(errors, "answer")/>
            <div class="row actions"><Button submit=true busy=save.pending()><Say key="applications.next"/></Button></div>
        </FormView>
        <KeptNotice/>
    }
    .into_any()
}

/// What the officer asks to correct at one field.
#[component]
pub fn Comment(words: String) -> impl IntoView {
    view! {
        <Banner tone=Tone::Warning title="applications.comment"><p class="as-written">{furigana(move || words.clone())}</p></Banner>
    }
}
