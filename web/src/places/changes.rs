//! The latest changes, and taking one back.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use shared::ids::PlaceChangeId;
use shared::locale::{day, moment};
use shared::places::{PlaceChange, PlaceChangeDetail, PlaceChangeKind};

use super::acting::{PlanDays, PlanView, StepHeading};
use super::client;
use super::model::Figures;
use crate::api::{Attempt, Failure};
use crate::attendance::{StaffNav, StaffPlace};
use crate::i18n::{Say, Text, furigana, locale, say, say_with};
use crate::paths;
use crate::ui::{Banner, Breadcrumbs, Button, Glyph, LinkButton, Load, Look, PageTitle, Refusal, Tone, renewal};

const fn kind(kind: PlaceChangeKind) -> &'static str {
    match kind {
        PlaceChangeKind::Publish => "places.kind_publish",
        PlaceChangeKind::CopyWeek => "places.kind_copy",
        PlaceChangeKind::Change => "places.kind_change",
    }
}

/// What was changed together lately, each with the way to take it back.
#[component]
pub fn Changes(
    /// They.
    what: LocalResource<Result<Vec<PlaceChange>, Failure>>,
) -> impl IntoView {
    view! {
        <section class="stack no-print" aria-labelledby="changes">
            <h2 id="changes"><Say key="places.changes"/></h2>
            <Load what=what is_empty=Vec::is_empty empty="places.no_changes" let:changes>
                <ul class="plan">{changes.into_iter().map(row).collect_view()}</ul>
            </Load>
        </section>
    }
}

fn row(change: PlaceChange) -> impl IntoView {
    let is_undone = change.undone_at.is_some();
    view! {
        <li class="change-row">
            <div>{summary(&change)}</div>
            {if is_undone {
                view! { <span class="chip"><span><Say key="places.undone"/></span></span> }.into_any()
            } else {
                view! {
                    <LinkButton href=paths::staff_places_undo(&change.id) look=Look::Outline icon=Glyph::Left><Say key="places.undo"/></LinkButton>
                }
                .into_any()
            }}
        </li>
    }
}

fn summary(change: &PlaceChange) -> impl IntoView + use<> {
    let PlaceChange { first_day, last_day, new_count, changed_count, made_at, .. } = *change;
    let (name, by) = (change.name.clone(), change.made_by.clone());
    view! {
        <p>
            <strong>{say(kind(change.kind))}</strong>
            {(!name.is_empty()).then(|| format!(" {name}"))}
            " "
            {furigana(move || if first_day == last_day { day(first_day, locale()) } else { format!("{}〜{}", day(first_day, locale()), day(last_day, locale())) })}
        </p>
        <p class="quiet">
            {say_with("places.done", move || vec![("new", new_count.to_string()), ("changed", changed_count.to_string())])} " "
            {furigana(move || moment(made_at, locale()))} " " {by}
        </p>
    }
}

/// What taking a change back means, and doing it.
#[component]
pub fn UndoPage() -> impl IntoView {
    let query = use_query_map();
    let id = Memo::new(move |_| PlaceChangeId::new(query.with(|query| query.get("change").unwrap_or_default())));
    let detail = LocalResource::new(move || {
        let id = id.get();
        async move { client::change_detail(&id).await }
    });
    let renewal = renewal(detail);
    let failure = RwSignal::new(None::<Failure>);
    view! {
        <div class="stack staff">
            <StaffNav here=StaffPlace::Slots/>
            <Breadcrumbs trail=vec![(paths::staff_places(None, false), Text::Key("places.title"))] here="places.undo_title"/>
            <PageTitle text="places.undo_title"/>
            {move || failure.get().map(|why| view! { <Refusal why/> })}
            <Load what=detail renewal let:detail><Undo detail failure again=renewal.again/></Load>
        </div>
    }
}

#[component]
fn Undo(detail: PlaceChangeDetail, failure: RwSignal<Option<Failure>>, again: Callback<()>) -> impl IntoView {
    let done = RwSignal::new(None::<PlaceChangeDetail>);
    let attempt = Attempt::new();
    let PlaceChangeDetail { change, undo } = detail;
    let (id, mark, first_day) = (change.id.clone(), undo.mark.clone(), change.first_day);
    let undoing = Action::new_local(move |(): &()| {
        let (id, mark, attempt) = (id.clone(), mark.clone(), attempt.clone());
        async move {
            match client::undo(&id, &mark, &attempt).await {
                Ok(detail) => done.set(Some(detail)),
                Err(why) => {
                    if why.is("places.plan_changed") {
                        again.run(());
                    }
                    failure.set(Some(why));
                }
            }
        }
    });
    let go = Callback::new(move |()| {
        failure.set(None);
        undoing.dispatch(());
    });
    let busy = undoing.pending();
    let is_undone = change.undone_at.is_some();
    let written = Figures::of(&undo).written();
    let was = StoredValue::new((change, undo));
    view! {
        {move || match done.get() {
            Some(PlaceChangeDetail { undo, .. }) => {
                let stays = Figures::of(&undo).left_out > 0;
                view! {
                    <section class="stack">
                        <StepHeading words="places.undone_title"/>
                        <Banner tone=if stays { Tone::Warning } else { Tone::Success }>
                            <p>{say(if stays { "places.undone_partly" } else { "places.undone_whole" })}</p>
                        </Banner>
                        <PlanView plan=undo.clone()/>
                        <div class="row">
                            <LinkButton href=paths::staff_places(Some(first_day), false) icon=Glyph::Calendar><Say key="places.see"/></LinkButton>
                        </div>
                        <PlanDays plan=undo/>
                    </section>
                }
                .into_any()
            }
            None => {
                let (change, undo) = was.get_value();
                view! {
                    <div class="card">{summary(&change)}</div>
                    {if is_undone {
                        view! { <Banner><p><Say key="places.undone_already"/></p></Banner> }.into_any()
                    } else {
                        view! {
                            <h2 class="board-heading"><Say key="places.undo_what"/></h2>
                            <PlanView plan=undo.clone()/>
                            {(written == 0).then(|| view! { <Banner tone=Tone::Warning><p><Say key="places.undo_nothing"/></p></Banner> })}
                            <div class="board-action">
                                {(written > 0)
                                    .then(|| {
                                        view! {
                                            <Button look=Look::Danger on_press=go busy>
                                                {say_with("places.undo_yes", move || vec![("count", written.to_string())])}
                                            </Button>
                                        }
                                    })}
                            </div>
                            <PlanDays plan=undo/>
                        }
                        .into_any()
                    }}
                }
                .into_any()
            }
        }}
    }
}
