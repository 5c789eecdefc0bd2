//! Who is signed in.
//!
//! `let session = use_session();` then `session.me()` (followed where it is read in a view), `session.signed_in(me)` after a sign-in or
//! registration answered with `Me`, `session.sign_out().await`. Pages that need a person stand under [`FamilyOnly`] or [`StaffOnly`] as
//! parent routes; there `session.me()` is always somebody.

use leptos::ev::{self, Custom};
use leptos::leptos_dom::helpers::window_event_listener;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::components::Outlet;
use leptos_router::hooks::{use_location, use_navigate};
use leptos_router::location::Location;
use shared::access::{Area, Role, may};
use shared::accounts::Me;
use shared::ids::FacilityId;
use shared::proxy::ProxySession;

use crate::api::{self, Attempt, Failure, LOCKED_EVENT, SIGNED_OUT_EVENT};
use crate::i18n::Say;
use crate::ui::{Banner, LinkButton, PageTitle, Skeleton, Tone};
use crate::{offline, paths};

/// Under this name the device remembers who was signed in, for visits without network.
const LAST_PERSON: &str = "last/me";

/// Whether this device is shared and was locked when the server was last heard of.
const LOCKED: &str = "locked";

/// Under this name the device remembers by which id the person's notices come to it.
pub const NOTICE_DEVICE: &str = "notice_device";

/// What is known about the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Not yet asked or answered.
    Unknown,
    /// Nobody.
    SignedOut,
    /// This person.
    SignedIn(Box<Me>),
    /// The device is shared, and nobody is in front of it.
    Locked,
    /// This person was, until the server forgot; what is on the screen stays, so that nothing typed is lost.
    Ended(Box<Me>),
}

/// Who is signed in. One of the three contexts of the app.
#[derive(Debug, Clone, Copy)]
pub struct Session(RwSignal<Standing>, RwSignal<u32>, RwSignal<Option<ProxySession>>);

/// The context; take it while the component is made, not inside an event handler.
pub fn use_session() -> Session {
    use_context().unwrap_or_else(|| Session(RwSignal::new(Standing::SignedOut), RwSignal::new(0), RwSignal::new(None)))
}

impl Session {
    /// Gives the app its session and asks the server whose it is.
    pub fn provide() -> Self {
        let session = Self(RwSignal::new(Standing::Unknown), RwSignal::new(0), RwSignal::new(None));
        provide_context(session);
        spawn_local(async move { session.ask().await });
        let listener = window_event_listener(Custom::<web_sys::Event>::new(SIGNED_OUT_EVENT), move |_| session.end());
        let locked = window_event_listener(Custom::<web_sys::Event>::new(LOCKED_EVENT), move |_| session.lock());
        // Another page of this device has the same session: what is done here must not be in the name of who is there.
        let elsewhere = window_event_listener(ev::storage, move |event| {
            let is_shared = session.0.with_untracked(|standing| match standing {
                Standing::SignedIn(me) => me.is_shared,
                Standing::Locked => true,
                _ => false,
            });
            if is_shared && offline::is_about(&event, LAST_PERSON, "") {
                drop(window().location().reload());
            }
        });
        on_cleanup(move || {
            listener.remove();
            locked.remove();
            elsewhere.remove();
        });
        session
    }

    /// Asks the server again.
    pub async fn ask(self) {
        match api::get_soon::<Me>("/me").await {
            Ok(me) => self.signed_in(me),
            Err(failure) if failure.status() == Some(401) => self.leave(),
            Err(failure) if failure.status() == Some(423) => self.lock(),
            Err(_) if offline::read_device(LOCKED) == Some(true) => self.0.set(Standing::Locked),
            // Without an answer this device still knows whose next bookings it keeps.
            Err(_) => self.0.set(offline::recall(LAST_PERSON, "").map_or(Standing::SignedOut, |me| Standing::SignedIn(Box::new(me)))),
        }
    }

    /// What is known; followed when read in a view.
    pub fn standing(self) -> Standing {
        self.0.get()
    }

    /// The person, also while the session has just ended.
    pub fn me(self) -> Option<Me> {
        match self.0.get() {
            Standing::SignedIn(me) | Standing::Ended(me) => Some(*me),
            Standing::Unknown | Standing::SignedOut | Standing::Locked => None,
        }
    }

    /// The same, where nothing follows it.
    pub fn me_untracked(self) -> Option<Me> {
        untrack(|| self.me())
    }

    /// The facility whose staff the person is.
    pub fn facility(self) -> Option<FacilityId> {
        match self.me()?.role {
            Role::Staff { facility_id } => Some(facility_id),
            Role::Guardian { .. } | Role::Officer { .. } | Role::Operator => None,
        }
    }

    /// How many notices the person has not opened; followed when read in a view.
    pub fn unread(self) -> u32 {
        self.1.get()
    }

    /// The server said how many are not opened.
    pub fn set_unread(self, unread: u32) {
        self.1.set(unread);
    }

    /// The family's record that the person has opened, also when its time is over, until it is ended; followed when read in a view.
    pub fn proxy(self) -> Option<ProxySession> {
        self.2.get()
    }

    /// A record was opened or ended.
    pub fn set_proxy(self, open: Option<ProxySession>) {
        self.2.set(open);
    }

    /// Whether the server forgot the person while the app was open.
    pub fn has_ended(self) -> bool {
        self.0.with(|standing| matches!(standing, Standing::Ended(_)))
    }

    /// The same, where nothing follows it.
    pub fn has_ended_untracked(self) -> bool {
        self.0.with_untracked(|standing| matches!(standing, Standing::Ended(_)))
    }

    /// A sign-in or registration was answered with this person.
    pub fn signed_in(self, me: Me) {
        let remembered: Option<Me> = offline::recall(LAST_PERSON, "");
        if remembered.is_some_and(|before| before.id != me.id) {
            offline::forget_accounts();
        }
        self.enter(me);
    }

    fn enter(self, me: Me) {
        offline::write_device(LOCKED, &false);
        offline::remember(LAST_PERSON, "", &me);
        self.0.set(Standing::SignedIn(Box::new(me)));
    }

    /// Nobody is in front of the shared device any more: nothing that a person left on it stays, the facility's day does.
    pub fn lock(self) {
        offline::write_device(LOCKED, &true);
        offline::forget_people();
        self.0.set(Standing::Locked);
    }

    /// Somebody stepped in front of the shared device.
    pub fn step_in(self, me: Me) {
        offline::forget_people();
        self.enter(me);
    }

    /// Signs out here and on the server, and takes away what the device remembers; notices come to it no more. Gives what to say of it.
    pub async fn sign_out(self) -> Result<&'static str, Failure> {
        let account = self.0.with_untracked(|standing| match standing {
            Standing::SignedIn(me) => me.id.to_string(),
            _ => String::new(),
        });
        let device_id: Option<String> = offline::recall(&account, NOTICE_DEVICE);
        let said = if device_id.is_some() { "app.signed_out_quiet" } else { "app.signed_out" };
        match api::post::<_, ()>("/auth/logout", &serde_json::json!({ "device_id": device_id }), &Attempt::new()).await {
            Err(failure) if failure.status() != Some(401) => Err(failure),
            _ => {
                self.leave();
                Ok(said)
            }
        }
    }

    /// Nobody is signed in here any more, and nothing of anybody stays.
    pub fn leave(self) {
        offline::write_device(LOCKED, &false);
        offline::forget_accounts();
        self.0.set(Standing::SignedOut);
    }

    fn end(self) {
        // Whoever ended it may have lost the device; what was recorded on it and not sent stays.
        offline::forget_roster();
        self.0.update(|standing| {
            if let Standing::SignedIn(me) = standing {
                *standing = Standing::Ended(me.clone());
            }
        });
    }
}

/// Parent route of the pages of a family.
#[component]
pub fn FamilyOnly() -> impl IntoView {
    only(Area::Family)
}

/// Parent route of the pages of a city's officers.
#[component]
pub fn OfficeOnly() -> impl IntoView {
    only(Area::Office)
}

/// Parent route of the pages of those who call families: officers, and operators of the BPO centre.
#[component]
pub fn OutreachOnly() -> impl IntoView {
    only(Area::Outreach)
}

/// Parent route of the pages of a facility's staff.
#[component]
pub fn StaffOnly() -> impl IntoView {
    only(Area::Staff)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Entry {
    Wait,
    SignIn,
    Locked,
    Office,
    Refused,
    Enter,
}

fn only(area: Area) -> impl IntoView {
    let session = use_session();
    // A memo, so that the page is not made anew when the session only ends or the person is read again.
    let entry = Memo::new(move |_| match session.standing() {
        Standing::Unknown => Entry::Wait,
        Standing::SignedOut => Entry::SignIn,
        Standing::Locked => Entry::Locked,
        Standing::SignedIn(me) | Standing::Ended(me) if may(&me.role, area) => Entry::Enter,
        // Officers come by the same door.
        Standing::SignedIn(me) | Standing::Ended(me) if area == Area::Staff && may(&me.role, Area::Office) => Entry::Office,
        Standing::SignedIn(_) | Standing::Ended(_) => Entry::Refused,
    });
    move || match entry.get() {
        Entry::Wait => view! { <Skeleton/> }.into_any(),
        Entry::SignIn => view! { <ToSignIn/> }.into_any(),
        Entry::Locked => locked(),
        Entry::Office => view! { <leptos_router::components::Redirect path=paths::office()/> }.into_any(),
        Entry::Refused => view! {
            <PageTitle text="app.other_people_title"/>
            <p><Say key="app.other_people"/></p>
            <LinkButton href=paths::home()><Say key="app.to_search"/></LinkButton>
        }
        .into_any(),
        Entry::Enter => entered(area),
    }
}

/// The page; on a shared device of staff it is watched whether anybody is there.
#[cfg(feature = "staff")]
fn entered(area: Area) -> AnyView {
    if area == Area::Staff { view! { <crate::tablets::Watched/> }.into_any() } else { view! { <Outlet/> }.into_any() }
}

/// The page.
#[cfg(not(feature = "staff"))]
fn entered(_: Area) -> AnyView {
    view! { <Outlet/> }.into_any()
}

/// Who steps in front of the shared device.
#[cfg(feature = "staff")]
fn locked() -> AnyView {
    view! { <crate::tablets::LockedPage/> }.into_any()
}

/// The shared device is unlocked on the pages of staff.
#[cfg(not(feature = "staff"))]
fn locked() -> AnyView {
    view! {
        <PageTitle text="app.device_locked_title"/>
        <p><Say key="app.device_locked"/></p>
        <LinkButton href=paths::staff()><Say key="app.device_unlock"/></LinkButton>
    }
    .into_any()
}

#[component]
fn ToSignIn() -> impl IntoView {
    let location = use_location();
    let navigate = use_navigate();
    let here = untrack(|| address(&location));
    // The page that was asked for must not stay in the history, else "back" leads here again.
    Effect::new(move |_| navigate(&paths::sign_in(Some(&here)), NavigateOptions { replace: true, ..Default::default() }));
    view! { <Skeleton/> }
}

/// The page that is shown, by which it can be found again.
pub fn address(location: &Location) -> String {
    let search = location.search.get();
    let query = if search.is_empty() { String::new() } else { format!("?{}", search.trim_start_matches('?')) };
    format!("{}{query}", location.pathname.get())
}

/// Says that the server has forgotten the person, and how to go on without losing what is on the screen.
#[component]
pub fn EndedNotice() -> impl IntoView {
    let session = use_session();
    let location = use_location();
    let href = Signal::derive(move || paths::sign_in(Some(&address(&location))));
    view! {
        <Show when=move || session.has_ended()>
            <Banner tone=Tone::Warning title="app.session_ended_title">
                <p><Say key="app.session_ended"/></p>
                <p><a href=href><Say key="app.sign_in"/></a></p>
            </Banner>
        </Show>
    }
}
