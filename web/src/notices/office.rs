//! The sentences of notices, as officers of a city read and write them.

use chrono::NaiveDate;
use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::hooks::{use_navigate, use_params_map, use_query_map};
use leptos_router::{MatchNestedRoutes, any_nested_route::IntoAnyNestedRoute, path};
use shared::changes::{Change, NewWording};
use shared::locale::{Locale, full_day, without_ruby};
use shared::notices::{Group, Kind, Texts, words};
use shared::time::{day_start, tokyo_day};

use super::client::{self, Known, KnownKind, Written};
use super::model::group_words;
use super::writing::{Draft, FIELDS, wrong_with};
use crate::api::{Attempt, Failure};
use crate::flash::use_flash;
use crate::frame::own_name;
use crate::i18n::{Say, locale, marked, say, say_with, text};
use crate::office::{OfficeNav, OfficePlace};
use crate::session::OfficeOnly;
use crate::ui::{
    Breadcrumbs, Button, Chip, Field, FieldError, Form, LinkButton, Load, Look, Need, PageTitle, Refusal, Table, TextArea, TextInput, Tone,
    renewal,
};
use crate::{changes, paths, settings};

/// The pages of the sentences.
#[component(transparent)]
pub fn NoticeOfficeRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/office/notices") view=OfficeOnly>
            <Route path=path!("") view=KindsPage/>
            <Route path=path!(":kind") view=KindPage/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}

/// What a kind is called: the title that comes with the program, for any day.
fn kind_words(kind: Kind) -> String {
    words::name(kind, locale())
}

fn holding(templates: &[Known], language: Locale) -> Option<&Known> {
    templates.iter().find(|template| template.locale == language)
}

/// Every kind of notices, with its languages.
#[component]
fn KindsPage() -> impl IntoView {
    let kinds = LocalResource::new(client::templates);
    view! {
        <div class="stack staff">
            <OfficeNav here=OfficePlace::Notices/>
            <PageTitle text="office.notices"/>
            <p><Say key="notices.office_lead"/></p>
            <Load what=kinds let:all>
                {Group::ALL
                    .into_iter()
                    .map(|group| {
                        let of_group = |known: &KnownKind| Some((Kind::from_word(&known.kind).filter(|kind| kind.group() == group)?, known.templates.clone()));
                        let rows = all.iter().filter_map(of_group).map(|(kind, templates)| view! { <Languages kind templates/> }).collect_view();
                        view! {
                            <section class="card stack">
                                <h2>{say(group_words(group))}</h2>
                                <ul class="plain-list stack">{rows}</ul>
                            </section>
                        }
                    })
                    .collect_view()}
            </Load>
        </div>
    }
}

#[component]
fn Languages(kind: Kind, templates: Vec<Known>) -> impl IntoView {
    let languages = Locale::ALL
        .into_iter()
        .map(|language| {
            let own = holding(&templates, language).is_some_and(|template| template.municipality.is_some());
            view! {
                <a href=paths::office_notice(kind.as_str(), language.tag())>
                    <span lang=language.html_lang()>{own_name(language)}</span>
                    <span class="visually-hidden">"：" {move || without_ruby(&kind_words(kind))}</span>
                </a>
                {own.then(|| view! { <Chip tone=Tone::Info><Say key="notices.own_words"/></Chip> })}
            }
        })
        .collect_view();
    view! {
        <li>
            <p><strong>{move || marked(&kind_words(kind))}</strong></p>
            <p class="row">{languages}</p>
        </li>
    }
}

/// One kind in one language.
#[component]
fn KindPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let kind = Memo::new(move |_| params.with(|params| params.get("kind")).and_then(|word| Kind::from_word(&word)));
    let language = Memo::new(move |_| query.with(|query| query.get("language")).and_then(|tag| Locale::from_tag(&tag)).unwrap_or_default());
    let kinds = LocalResource::new(client::templates);
    let renewal = renewal(kinds);
    view! {
        <div class="stack staff">
            <OfficeNav here=OfficePlace::Notices/>
            <Breadcrumbs trail=vec![(paths::office_notices(), "office.notices".into())] here="notices.words"/>
            <PageTitle text=text(move || kind.get().map(kind_words).unwrap_or_default())/>
            <Load what=kinds renewal let:all>
                {move || match kind.get().and_then(|kind| Some((kind, all.iter().find(|one| one.kind == kind.as_str())?.clone()))) {
                    Some((kind, one)) => view! { <Others kind language=language.get()/> <Words one kind language=language.get() again=renewal.again/> }.into_any(),
                    None => view! { <p><Say key="notices.kind_unknown"/></p> }.into_any(),
                }}
            </Load>
        </div>
    }
}

#[component]
fn Others(kind: Kind, language: Locale) -> impl IntoView {
    let links = Locale::ALL.map(|other| {
        let current = (other == language).then_some("page");
        view! { <li><a href=paths::office_notice(kind.as_str(), other.tag()) aria-current=current lang=other.html_lang()>{own_name(other)}</a></li> }
    });
    view! { <nav aria-label=move || crate::i18n::t("notices.languages")><ul class="plain-list row">{links.collect_view()}</ul></nav> }
}

/// What may be named in braces, with an example of each.
#[component]
fn Names(kind: Kind, language: Locale) -> impl IntoView {
    let (facts, on_lock) = (words::example(kind), words::lock_placeholders(kind));
    let rows = words::placeholders(kind).into_iter().map(move |name| {
        let said = words::word(name, &facts, language);
        let on_lock = on_lock.contains(&name);
        view! {
            <tr>
                <th scope="row"><code>{format!("{{{name}}}")}</code></th>
                <td lang=language.html_lang()>{marked(&said)}</td>
                <td>{if on_lock { say("notices.lock_may") } else { say("notices.lock_may_not") }}</td>
            </tr>
        }
    });
    view! {
        <Table caption="notices.names">
            <thead><tr><th scope="col"><Say key="notices.name"/></th><th scope="col"><Say key="notices.example"/></th><th scope="col"><Say key="notices.on_lock"/></th></tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </Table>
    }
}

/// The sentences to write, how they read, and what becomes of them.
#[component]
fn Words(one: KnownKind, kind: Kind, language: Locale, again: Callback<()>) -> impl IntoView {
    let flash = use_flash();
    let before = holding(&one.templates, language).cloned().map(|Known { title, body, lock_title, step_label, .. }| Texts {
        title,
        body,
        lock_title,
        step_label,
    });
    let draft = Draft::of(&before.unwrap_or_else(|| words::shipped(kind, language)));
    let from = RwSignal::new(String::new());
    let (pressed, failure) = (RwSignal::new(false), RwSignal::new(None::<Failure>));
    let wrong = Memo::new(move |_| wrong_with(kind, &draft.texts()));
    // While somebody writes, half a brace is no mistake yet.
    let errors = Signal::derive(move || {
        let there = failure.with(|failure| failure.as_ref().map(|failure| failure.field_errors(&FIELDS, locale())).unwrap_or_default());
        let shown =
            |reason: &shared::problem::Reason| pressed.get() || reason.code != "notices.brace_open" && reason.code != "text.missing";
        let here = wrong.get().into_iter().filter(|(_, reason)| shown(reason));
        here.map(|(field, reason)| FieldError { field, sentence: reason.sentence(locale()) }).chain(there).collect::<Vec<_>>()
    });
    let wanted = move || {
        let Texts { title, body, lock_title, step_label } = untrack(|| draft.texts());
        let valid_from = from.get_untracked().parse::<NaiveDate>().ok().filter(|day| *day > settings::today()).map(day_start);
        Written { kind: kind.as_str(), locale: language, title, body, lock_title, step_label, valid_from }
    };
    let (attempt, navigate) = (Attempt::new(), use_navigate());
    let send = Action::new_local(move |(new, is_test): &(Written, bool)| {
        let (new, is_test, attempt, navigate) = (new.clone(), *is_test, attempt.clone(), navigate.clone());
        async move {
            if is_test {
                match client::test(&new).await {
                    Ok(all) if all.iter().any(|one| one.accepted) => flash.done("notices.test_sent"),
                    Ok(_) => flash.tell("notices.test_not_sent"),
                    Err(why) => failure.set(Some(why)),
                }
                return;
            }
            // What begins later can be taken back until then, so it is a change like any other.
            if let Some(from) = new.valid_from {
                let Written { title, body, lock_title, step_label, .. } = new;
                let texts = Texts { title, body, lock_title, step_label };
                let wording = Box::new(NewWording { valid_from: tokyo_day(from), kind, locale: language, texts });
                return match changes::client::propose(&Change::Wording { wording }, &attempt).await {
                    Ok(change) => changes::proposed(&change, flash, navigate),
                    Err(why) => failure.set(Some(why)),
                };
            }
            match client::publish(&new, &attempt).await {
                Ok(()) => {
                    flash.done("notices.published");
                    again.run(());
                }
                Err(why) => failure.set(Some(why)),
            }
        }
    });
    let press = Callback::new(move |is_test: bool| {
        failure.set(None);
        pressed.set(true);
        let first = wrong.with_untracked(|wrong| wrong.first().map(|(field, _)| *field));
        match first {
            Some(field) => crate::ui::focus(field),
            None => drop(send.dispatch((wanted(), is_test))),
        }
    });
    let versions: Vec<Known> = one.versions.iter().filter(|version| version.locale == language).cloned().collect();
    // The server's clock decides, not this device's.
    let holds = one.templates.iter().find(|held| held.locale == language && held.municipality.is_some()).map(|held| held.version);
    let error = move |field| FieldError::of(errors, field);
    let beside = move || failure.get().filter(|failure| failure.field_errors(&FIELDS, locale()).is_empty());
    view! {
        <div class="notice-words">
            <Form on_submit=move |()| press.run(false)>
                <section class="card stack" aria-labelledby="words">
                    <h2 id="words"><Say key="notices.words"/></h2>
                    <Field id="notice-title" label="notices.field_title" error=error("notice-title")><TextInput value=draft.title maxlength=120/></Field>
                    <Field id="notice-body" label="notices.field_body" hint="notices.field_body_hint" error=error("notice-body")><TextArea value=draft.body rows=6 maxlength=2000/></Field>
                    <Field id="notice-lock" label="notices.field_lock" hint="notices.field_lock_hint" error=error("notice-lock")><TextInput value=draft.lock_title maxlength=80/></Field>
                    <Field id="notice-step" label="notices.field_step" error=error("notice-step")><TextInput value=draft.step_label maxlength=40/></Field>
                    <Field id="notice-from" label="notices.field_from" hint="notices.field_from_hint" required=Need::Optional>
                        <TextInput value=from kind="date" short=true min=settings::today().to_string()/>
                    </Field>
                    {move || beside().map(|why| view! { <Refusal why/> })}
                    <div class="row">
                        <Button submit=true busy=send.pending()><Say key="notices.publish"/></Button>
                        <Button look=Look::Outline busy=send.pending() on_press=Callback::new(move |()| press.run(true))><Say key="notices.test"/></Button>
                        <LinkButton look=Look::Text href=paths::office_notices()><Say key="notices.back"/></LinkButton>
                    </div>
                </section>
            </Form>
            <div class="stack">
                <section class="card stack" aria-labelledby="preview">
                    <h2 id="preview"><Say key="notices.preview"/></h2>
                    <p class="quiet"><Say key="notices.preview_lead"/></p>
                    {move || view! { <Sample texts=words::preview(kind, &draft.texts(), language).texts language/> }}
                </section>
                <section class="card stack"><Names kind language/></section>
                <section class="card stack" aria-labelledby="versions">
                    <h2 id="versions"><Say key="notices.versions"/></h2>
                    <Versions versions holds/>
                </section>
            </div>
        </div>
    }
}

/// How the sentences read: in the app, and on a lock screen.
#[component]
pub fn Sample(
    /// The sentences, filled.
    texts: Texts,
    /// Their language.
    language: Locale,
) -> impl IntoView {
    let lines: Vec<AnyView> = texts.body.lines().map(|line| view! { <p>{marked(line)}</p> }.into_any()).collect();
    view! {
        <div class="notice-sample stack" lang=language.html_lang()>
            <p><strong>{marked(&texts.title)}</strong></p>
            {lines}
            <p><span class="button button-outline"><span>{marked(&texts.step_label)}</span></span></p>
        </div>
        <p><Say key="notices.on_lock"/></p>
        <div class="notice-sample" lang=language.html_lang()><p>{without_ruby(&texts.lock_title)}</p></div>
    }
}

/// What the city has published, with the version in use.
#[component]
fn Versions(versions: Vec<Known>, holds: Option<i64>) -> impl IntoView {
    if versions.is_empty() {
        return view! { <p><Say key="notices.no_versions"/></p> }.into_any();
    }
    let rows = versions.into_iter().map(|version| {
        let (number, from, title) = (version.version, version.valid_from, version.title);
        view! {
            <li>
                <p class="row">
                    <strong>{say_with("notices.version", move || vec![("number", number.to_string())])}</strong>
                    {from.map(|from| say_with("notices.from", move || vec![("day", full_day(tokyo_day(from), locale()))]))}
                    {(holds == Some(number)).then(|| view! { <Chip tone=Tone::Success><Say key="notices.holds"/></Chip> })}
                </p>
                <p class="quiet">{marked(&title)}</p>
            </li>
        }
    });
    view! { <ul class="plain-list stack">{rows.collect_view()}</ul> }.into_any()
}
