//! The changes of a city, and one of them: what it says, whom it touches, who did what with it, and what can be done now.

use futures_util::future::join3;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use shared::changes::{Change, RuleChange, RuleChangeWords, Standing, Step};
use shared::locale::{full_day, moment};
use shared::page::Page;

use super::client::{self, Act, Wanted};
use super::impact::{ImpactFacts, Weights};
use super::periods::PeriodFacts;
use super::words::{HolidayFacts, Names, StandingChip, TermFacts, day, difference, kind_word, standing_words, subject};
use crate::api::{Failure, Tagged};
use crate::i18n::{Say, Text, furigana, locale, name, say};
use crate::office::{OfficeNav, OfficePlace, my_city};
use crate::paths;
use crate::programmes::{Differences, compared, of_new};
use crate::session::use_session;
use crate::settings;
use crate::taking::{Taking, taking};
use crate::ui::{
    Breadcrumbs, Button, Disclosure, EmptyState, Fact, Facts, Field, Glyph, LinkButton, Load, Look, Need, PageTitle, Pager, QueueCell,
    QueueTable, Select, TextArea, renewal,
};

async fn names() -> Result<Names, Failure> {
    let (cities, programmes) = futures_util::future::join(client::cities(), client::programmes()).await;
    Ok(Names { cities: cities?, programmes: programmes? })
}

/// Every change that the city proposed or has to agree to.
#[component]
pub fn ChangesPage() -> impl IntoView {
    let (standing, cursor) = (RwSignal::new(String::new()), RwSignal::new(None::<String>));
    let found = LocalResource::new(move || {
        let wanted = Wanted { standing: standing.get(), cursor: cursor.get() };
        async move {
            let (page, names) = futures_util::future::join(client::changes(&wanted), names()).await;
            Ok::<_, Failure>((page?, names?))
        }
    });
    let options: Vec<(String, Text)> = std::iter::once((String::new(), Text::from("changes.every")))
        .chain(Standing::ALL.map(|standing| (standing.as_str().to_owned(), Text::from(standing_words(standing).0))))
        .collect();
    view! {
        <div class="stack staff">
            <OfficeNav here=OfficePlace::Changes/>
            <PageTitle text="changes.title"/>
            <p><Say key="changes.lead"/></p>
            <div class="row">
                <LinkButton href=paths::office_programmes() look=Look::Outline><Say key="changes.new_programme"/></LinkButton>
                <LinkButton href=paths::office_new_term() look=Look::Outline icon=Glyph::Plus><Say key="changes.new_term"/></LinkButton>
                <LinkButton href=paths::office_new_facility() look=Look::Outline icon=Glyph::Plus><Say key="changes.new_facility"/></LinkButton>
                <LinkButton href=paths::office_new_closing() look=Look::Outline icon=Glyph::Plus><Say key="changes.new_closing"/></LinkButton>
                <LinkButton href=paths::office_new_city() look=Look::Outline icon=Glyph::Plus><Say key="changes.new_city"/></LinkButton>
                <LinkButton href=paths::office_new_retention() look=Look::Outline icon=Glyph::Plus><Say key="retention.change"/></LinkButton>
                <LinkButton href=paths::office_notices() look=Look::Outline><Say key="changes.new_wording"/></LinkButton>
                <LinkButton href=paths::office_new_holidays() look=Look::Outline icon=Glyph::Plus><Say key="changes.new_holidays"/></LinkButton>
            </div>
            <div class="queue-filter" on:change=move |_| cursor.set(None)>
                <Field id="changes-standing" label="changes.standing" required=Need::Unsaid><Select value=standing options=Signal::stored(options)/></Field>
            </div>
            <Load what=found let:known><Found page=known.0 names=known.1 cursor/></Load>
        </div>
    }
}

const COLUMNS: [&str; 5] = ["changes.what", "changes.standing", "changes.from", "changes.by", "changes.at"];

#[component]
fn Found(page: Page<RuleChange>, names: Names, cursor: RwSignal<Option<String>>) -> impl IntoView {
    let next = page.next_cursor;
    let rows = if page.items.is_empty() {
        view! { <EmptyState words=Text::from("changes.none")/> }.into_any()
    } else {
        let rows = page.items.into_iter().map(|change| view! { <Row change names=names.clone()/> }).collect_view();
        view! { <QueueTable caption="changes.title" columns=COLUMNS.to_vec()>{rows}</QueueTable> }.into_any()
    };
    view! {
        {rows}
        <Pager cursor next/>
    }
}

#[component]
fn Row(change: RuleChange, names: Names) -> impl IntoView {
    let (href, at) = (paths::office_change(change.id.as_str()), change.proposed.at);
    view! {
        <tr>
            <th scope="row"><a href=href>{say(kind_word(&change.change))} "：" {subject(&change, &names)}</a></th>
            <QueueCell label="changes.standing"><StandingChip standing=change.standing/></QueueCell>
            <QueueCell label="changes.from">{change.change.first_day().map(day)}</QueueCell>
            <QueueCell label="changes.by">{change.proposed.by.name}</QueueCell>
            <QueueCell label="changes.at">{furigana(move || moment(at, locale()))}</QueueCell>
        </tr>
    }
}

/// One change.
#[component]
pub fn ChangePage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("change_id")).unwrap_or_default());
    let known = LocalResource::new(move || {
        let id = id.get();
        async move {
            let (change, cities, programmes) = join3(client::change(&id), client::cities(), client::programmes()).await;
            Ok::<_, Failure>((change?, Names { cities: cities?, programmes: programmes? }))
        }
    });
    let renewal = renewal(known);
    view! {
        <div class="stack staff">
            <OfficeNav here=OfficePlace::Changes/>
            <Breadcrumbs trail=vec![(paths::office_changes(), "changes.title".into())] here="changes.one"/>
            <PageTitle text="changes.one"/>
            <Load what=known renewal let:found><One tagged=found.0 names=found.1 again=renewal.again/></Load>
        </div>
    }
}

#[component]
fn One(tagged: Tagged<RuleChange>, names: Names, again: Callback<()>) -> impl IntoView {
    let change = tagged.value.clone();
    view! {
        <p class="row">
            <strong>{say(kind_word(&change.change))} "：" {subject(&change, &names)}</strong> <StandingChip standing=change.standing/>
        </p>
        <div class="case">
            <div class="stack">
                <section class="card stack" aria-labelledby="content">
                    <h2 id="content"><Say key="changes.content"/></h2>
                    <Content change=change.clone() names=names.clone()/>
                </section>
                <section class="card stack" aria-labelledby="impact">
                    <h2 id="impact"><Say key="changes.impact"/></h2>
                    <ImpactFacts impact=change.impact.clone()/>
                </section>
            </div>
            <div class="stack">
                <NextAct tagged names again/>
                <History change/>
            </div>
        </div>
    }
}

#[component]
fn Content(change: RuleChange, names: Names) -> impl IntoView {
    match change.change.clone() {
        Change::Programme { version } => {
            let (from, until) = (version.valid_from, version.valid_until);
            let before = names.before(&change).cloned();
            let new = StoredValue::new(version);
            let all = move || {
                let after = new.with_value(|new| of_new(new, locale()));
                compared(before.as_ref(), &after, locale())
            };
            view! {
                <Facts>
                    <Fact name="changes.from">{day(from)}</Fact>
                    {until.map(|last| view! { <Fact name="changes.until">{day(last)}</Fact> })}
                </Facts>
                {move || view! { <Differences all=all()/> }}
            }
            .into_any()
        }
        Change::Procedure { version } => {
            let (from, called, summary) = (version.valid_from, version.name.clone(), version.summary.clone());
            let questions = version.terms.questions.len().to_string();
            view! {
                <Facts>
                    <Fact name="changes.procedure">{name(called)}</Fact>
                    <Fact name="changes.from">{day(from)}</Fact>
                    <Fact name="changes.summary">{name(summary)}</Fact>
                    <Fact name="changes.questions">{questions}</Fact>
                </Facts>
            }
            .into_any()
        }
        Change::Compact { term } => view! { <TermFacts term names/> }.into_any(),
        Change::Holidays { added, removed } => view! { <HolidayFacts added removed/> }.into_any(),
        Change::Closing { closing } => view! { <Facts><Fact name="changes.last_day">{day(closing.last_day)}</Fact></Facts> }.into_any(),
        Change::Retention { rules } => view! {
            <Facts><Fact name="changes.from">{day(rules.valid_from)}</Fact></Facts>
            <PeriodFacts periods=rules.periods/>
        }
        .into_any(),
        Change::Facility { .. } | Change::Municipality { .. } | Change::Wording { .. } => {
            let from = change.change.first_day().map(|first| view! { <Fact name="changes.from">{day(first)}</Fact> });
            let differs = difference(&change.change, &change.impact);
            view! { <Facts>{from}</Facts> {differs} }.into_any()
        }
    }
}

fn acts(tagged: &Tagged<RuleChange>, again: Callback<()>) -> Taking<Act> {
    let (id, etag) = (tagged.value.id.to_string(), tagged.etag.clone());
    let send = move |act: Act, attempt| {
        let (id, etag) = (id.clone(), etag.clone());
        async move { client::act(&id, &act, &etag, &attempt).await }
    };
    taking(send, again, again)
}

/// What the signed-in officer can do with it now.
#[component]
fn NextAct(tagged: Tagged<RuleChange>, names: Names, again: Callback<()>) -> impl IntoView {
    let session = use_session();
    let me = untrack(|| session.me()).map(|me| me.id);
    let change = tagged.value.clone();
    let is_own = me.as_ref() == Some(&change.proposed.by.account_id);
    let is_ahead = change.change.first_day().is_some_and(|first| settings::today() < first);
    let body = match change.standing {
        Standing::Waiting if is_own => {
            view! { <Weights weights=change.weights/> <Waits agreeing=names.city(&change.agreeing)/> <Withdraw tagged again/> }.into_any()
        }
        Standing::Waiting if my_city().as_ref() == Some(&change.agreeing) => {
            view! { <Weights weights=change.weights/> <Decide tagged again/> }.into_any()
        }
        Standing::Waiting => view! { <Weights weights=change.weights/> <Waits agreeing=names.city(&change.agreeing)/> }.into_any(),
        Standing::Agreed if is_ahead => view! { <Undo tagged again/> }.into_any(),
        _ => return ().into_any(),
    };
    view! { <section class="card stack" aria-labelledby="act"><h2 id="act"><Say key="changes.next"/></h2> {body}</section> }.into_any()
}

#[component]
fn Waits(agreeing: shared::locale::Localised) -> impl IntoView {
    view! { <p>{crate::i18n::say_with("changes.waits_for", move || vec![("city", agreeing.get(locale()).to_owned())])}</p> }
}

/// Agrees, or says why not.
#[component]
fn Decide(tagged: Tagged<RuleChange>, again: Callback<()>) -> impl IntoView {
    let acting = acts(&tagged, again);
    let words = RwSignal::new(String::new());
    let said = move || RuleChangeWords { words: words.get_untracked().trim().to_owned() };
    let agree = Callback::new(move |()| acting.take(Act::Agree(said()), "changes.is_agreed"));
    let decline = Callback::new(move |()| acting.take(Act::Decline(said()), "changes.is_declined"));
    let is_wordless = Signal::derive(move || words.with(|words| words.trim().is_empty()));
    view! {
        {acting.refused()}
        <div class="row"><Button busy=acting.is_busy() on_press=agree><Say key="changes.agree"/></Button></div>
        <Disclosure summary="changes.decline">
            <Field id="decline-words" label="changes.why_not"><TextArea value=words maxlength=400/></Field>
            <div class="row"><Button look=Look::Outline busy=acting.is_busy() disabled=is_wordless on_press=decline><Say key="changes.decline"/></Button></div>
        </Disclosure>
    }
}

#[component]
fn Withdraw(tagged: Tagged<RuleChange>, again: Callback<()>) -> impl IntoView {
    let acting = acts(&tagged, again);
    let press = Callback::new(move |()| acting.take(Act::Withdraw, "changes.is_withdrawn"));
    view! {
        {acting.refused()}
        <div class="row"><Button look=Look::Outline busy=acting.is_busy() on_press=press><Say key="changes.withdraw"/></Button></div>
    }
}

/// Takes back what has not begun.
#[component]
fn Undo(tagged: Tagged<RuleChange>, again: Callback<()>) -> impl IntoView {
    let first = tagged.value.change.first_day();
    let acting = acts(&tagged, again);
    let press = Callback::new(move |()| acting.take(Act::Undo, "changes.is_undone"));
    let from = move || vec![("from", first.map(|first| full_day(first, locale())).unwrap_or_default())];
    view! {
        <p>{crate::i18n::say_with("changes.undo_means", from)}</p>
        {acting.refused()}
        <div class="row"><Button look=Look::Outline busy=acting.is_busy() on_press=press><Say key="changes.undo"/></Button></div>
    }
}

/// Who did what with it, and when.
#[component]
fn History(change: RuleChange) -> impl IntoView {
    let line = |label: &'static str, step: Step| {
        let Step { by, at, words } = step;
        view! {
            <Fact name=label>
                {by.name} " " <span class="quiet">{furigana(move || moment(at, locale()))}</span>
                {(!words.is_empty()).then(|| view! { <p class="said">{words}</p> })}
            </Fact>
        }
    };
    let decided = match change.standing {
        Standing::Declined => "changes.declined_by",
        Standing::Withdrawn => "changes.withdrawn_by",
        _ => "changes.agreed_by",
    };
    view! {
        <section class="card stack" aria-labelledby="history">
            <h2 id="history"><Say key="changes.history"/></h2>
            <Facts>
                {line("changes.proposed_by", change.proposed)}
                {change.decided.map(|step| line(decided, step))}
                {change.undone.map(|step| line("changes.undone_by", step))}
            </Facts>
        </section>
    }
}
