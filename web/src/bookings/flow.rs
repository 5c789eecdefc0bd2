//! The four steps from a found place to a booking. What is chosen lives in the address: "back" and reload keep it.

mod asked;
mod booked;
mod check;
mod children;
mod repeat;
mod times;
mod wait;

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::Outlet;
use leptos_router::hooks::{use_navigate, use_params_map, use_query_map};
use shared::bookings::{Booking, NewBooking};
use shared::ids::SlotId;

pub use self::asked::{AskedFields, Form as AskedForm, QuestionField};
pub use self::booked::BookedPage;
pub use self::check::CheckPage;
pub use self::children::ChildrenPage;
pub use self::repeat::RepeatPage;
pub use self::times::TimesPage;
pub use self::wait::WaitPage;
use super::client;
use super::model::{Chosen, Ground};
use crate::api::Failure;
use crate::i18n::sentence;
use crate::paths::{self, BookStep};
use crate::ui::{FieldError, Skeleton};

/// What the steps share while one books.
#[derive(Clone, Copy)]
struct Flow {
    slot_id: Memo<String>,
    ground: LocalResource<Result<Ground, Failure>>,
    chosen: Memo<Chosen>,
    /// What was just booked, so that it can be shown also when the network has gone.
    booked: RwSignal<Vec<Booking>>,
}

impl Flow {
    fn address(&self, step: BookStep, chosen: &Chosen) -> String {
        paths::book_step(&self.slot_id.get_untracked(), step, &chosen.query())
    }

    /// The stay that is chosen, once it is.
    fn wish(&self) -> Option<NewBooking> {
        let chosen = self.chosen.get();
        let party = chosen.children.filter(|ids| !ids.is_empty())?;
        Some(NewBooking::new(SlotId::new(self.slot_id.get()), party).between(chosen.starts_at?, chosen.ends_at?))
    }
}

/// Parent of the steps: reads once what all of them need.
#[component]
pub fn BookFrame() -> impl IntoView {
    let params = use_params_map();
    let query = use_query_map();
    let slot_id = Memo::new(move |_| params.with(|params| params.get("slot_id")).unwrap_or_default());
    let chosen = Memo::new(move |_| query.with(|query| Chosen::read(|key| query.get(key))));
    let ground = LocalResource::new(move || client::ground(slot_id.get()));
    provide_context(Flow { slot_id, ground, chosen, booked: RwSignal::new(Vec::new()) });
    view! { <Outlet/> }
}

/// Only made below [`BookFrame`].
fn flow() -> Flow {
    expect_context()
}

/// Keeps a choice in the address without a new page.
fn kept() -> NavigateOptions {
    NavigateOptions { replace: true, scroll: false, ..Default::default() }
}

fn one_error(field: &'static str, key: &'static str) -> FieldError {
    FieldError { field, sentence: sentence(key, crate::i18n::locale_of_document()) }
}

/// Leads back to the first step where nobody is chosen.
#[component]
fn BackToChildren() -> impl IntoView {
    let flow = flow();
    let navigate = use_navigate();
    Effect::new(move |_| {
        let chosen = Chosen { children: None, ..flow.chosen.get_untracked() };
        navigate(&flow.address(BookStep::Children, &chosen), NavigateOptions { replace: true, ..Default::default() });
    });
    view! { <Skeleton/> }
}
