//! First step: who comes.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use shared::families::Child;
use shared::ids::ChildId;

use super::{flow, kept, one_error};
use crate::bookings::model::{Against, Chosen, Ground};
use crate::bookings::parts::{AgainstNotice, BookSteps, PickBox, SlotHead, ToCertification, Why, is_uncertified};
use crate::families::model::age;
use crate::flash::use_flash;
use crate::i18n::{Say, locale, say_with, text};
use crate::paths::{self, BookStep};
use crate::settings;
use crate::ui::{Button, EmptyState, ErrorSummary, Glyph, LinkButton, Load, Look, PageTitle, Skeleton};

/// First step: who comes.
#[component]
pub fn ChildrenPage() -> impl IntoView {
    view! {
        <div class="narrow stack">
            <BookSteps current=1/>
            <PageTitle text="bookings.children_title"/>
            <Load what=flow().ground let:ground><ChildrenStep ground/></Load>
        </div>
    }
}

#[component]
fn ChildrenStep(ground: Ground) -> impl IntoView {
    let flow = flow();
    let navigate = use_navigate();
    let now = settings::now();
    // A full place was tapped: there is nothing to choose but to wait.
    if ground.is_full_for_all(&flow.chosen.get_untracked(), now) {
        return view! { <ToWait/> }.into_any();
    }
    let head = ground.clone();
    let against = Against { all: ground.against_all(now), children: Vec::new() };
    let is_closed = !against.is_empty();
    let has_children = !ground.children.is_empty();
    let (ground, chosen) = (StoredValue::new(ground), flow.chosen);
    let selected = Memo::new(move |_| ground.with_value(|ground| ground.chosen_children(&chosen.get(), now)));
    let errors = RwSignal::new(Vec::new());
    let pick_navigate = navigate.clone();
    let pick = Callback::new(move |children: Vec<ChildId>| {
        errors.set(Vec::new());
        let chosen = Chosen { children: Some(children), ..chosen.get_untracked() };
        pick_navigate(&flow.address(BookStep::Children, &chosen), kept());
    });
    let flash = use_flash();
    let next = Callback::new(move |()| {
        flash.clear();
        let children = selected.get_untracked();
        if children.is_empty() {
            errors.set(vec![one_error("children", "bookings.choose_child")]);
            return;
        }
        // Brothers and sisters for whom there is no place together wait together.
        let is_full = ground.with_value(|ground| ground.is_full_for(&children, &chosen.get_untracked(), now));
        let chosen = Chosen { children: Some(children), ..chosen.get_untracked() };
        navigate(&flow.address(if is_full { BookStep::Wait } else { BookStep::Times }, &chosen), NavigateOptions::default());
    });
    let here = move || flow.address(BookStep::Children, &Chosen { children: None, ..chosen.get() });
    let to_new_child = Signal::derive(move || paths::new_child(Some(&here())));
    view! {
        <SlotHead ground=head/>
        <AgainstNotice id="slot-against" against=Signal::stored(against) title="bookings.cannot_title"/>
        <ErrorSummary errors/>
        {if has_children {
            view! {
                <ChildBoxes ground selected on_pick=pick has_error=Signal::derive(move || !errors.with(Vec::is_empty))/>
                <div class="row actions">
                    <Button on_press=next disabled=Signal::stored(is_closed) described_by="slot-against"><Say key="bookings.to_times"/></Button>
                    <LinkButton href=to_new_child look=Look::Outline icon=Glyph::Plus><Say key="bookings.other_child"/></LinkButton>
                    <LinkButton href=paths::home() look=Look::Text><Say key="bookings.to_search"/></LinkButton>
                </div>
            }
                .into_any()
        } else {
            view! {
                <EmptyState words="bookings.no_children">
                    <LinkButton href=to_new_child icon=Glyph::Plus><Say key="bookings.register_child"/></LinkButton>
                </EmptyState>
            }
                .into_any()
        }}
    }
    .into_any()
}

/// Leads to the waiting list, in the place of this page.
#[component]
fn ToWait() -> impl IntoView {
    let flow = flow();
    let navigate = use_navigate();
    Effect::new(move |_| {
        navigate(&flow.address(BookStep::Wait, &flow.chosen.get_untracked()), NavigateOptions { replace: true, ..Default::default() });
    });
    view! { <Skeleton/> }
}

/// The family's children to choose from, each with what stands against it.
#[component]
pub fn ChildBoxes(
    ground: StoredValue<Ground>,
    /// Who is chosen.
    selected: Memo<Vec<ChildId>>,
    /// Who is chosen from now on.
    on_pick: Callback<Vec<ChildId>>,
    /// Whether somebody must still be chosen.
    has_error: Signal<bool>,
) -> impl IntoView {
    let chosen = flow().chosen;
    let now = settings::now();
    let pick = Callback::new(move |(id, on): (ChildId, bool)| {
        let mut children = selected.get_untracked();
        children.retain(|other| *other != id);
        if on {
            children.push(id);
        }
        on_pick.run(children);
    });
    let uncertified = ground.with_value(|ground| {
        let against = |child: &Child| ground.outlook(&child.id, &chosen.get_untracked(), now).against;
        ground.children.iter().any(|child| against(child).iter().any(is_uncertified))
    });
    let boxes = ground.with_value(|ground| {
        let of_day = ground.detail.slot.day();
        ground
            .children
            .iter()
            .enumerate()
            .map(|(index, child)| {
                let outlook = ground.outlook(&child.id, &chosen.get_untracked(), now);
                let (id, born) = (child.id.clone(), child.known.born);
                let that = id.clone();
                let child_name = child.known.name.to_string();
                let can = outlook.against.is_empty();
                view! {
                    <PickBox
                        kind="checkbox"
                        id=format!("child-{index}")
                        group="children"
                        label=text(move || child_name.clone())
                        checked=Signal::derive(move || selected.with(|ids| ids.contains(&id)))
                        disabled=!can
                        on_pick=Callback::new(move |on| pick.run((that.clone(), on)))
                    >
                        <p>{say_with("bookings.age_on_day", move || vec![("age", age(born, of_day, locale()))])}</p>
                        <Why why=outlook.against/>
                        {(!outlook.against_asked.is_empty())
                            .then(|| view! { <p><Say key="bookings.other_time_possible"/></p> <Why why=outlook.against_asked/> })}
                    </PickBox>
                }
            })
            .collect_view()
    });
    view! {
        <fieldset class="field group" class:has-error=has_error id="children" tabindex="-1">
            <legend class="field-label"><span><Say key="bookings.who"/></span></legend>
            <p class="hint"><Say key="bookings.who_hint"/></p>
            <div class="choices">{boxes}</div>
            // A box is one large label: nothing else in it can be pressed.
            {uncertified.then(|| view! { <ToCertification/> })}
        </fieldset>
    }
}
