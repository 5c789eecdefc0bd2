//! From the tap to the server: what staff record is written to the device first, then sent in order, and again until it is answered.
//!
//! There is one for the page as long as it is open, whichever page of staff is shown.

use std::time::Duration;

use js_sys::Promise;
use leptos::ev;
use leptos::leptos_dom::helpers::{set_interval_with_handle, window_event_listener};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::access::Role;
use shared::bookings::Booking;
use shared::ids::BookingId;
use wasm_bindgen_futures::JsFuture;

use super::practising::practising;
use super::source::Source;
use super::unsent::{BeforeChange, Command, Line, Place, Sender, Unsent, Verdict, before_change, next_to_send, verdict};
use super::vault::Vault;
use crate::api::random_key;
use crate::flash::{Flash, use_flash};
use crate::i18n::{locale, sentence, text};
use crate::offline;
use crate::session::{Session, use_session};

const DEVICE: Vault = Vault("yumigahama-unsent");

/// Where records wait.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Keeper {
    /// On the device, until they are sent.
    #[default]
    Device,
    /// Those of a practice: nowhere but on this page.
    Page,
}

impl Keeper {
    async fn keep(self, number: Option<u32>, unsent: &Unsent) -> Option<u32> {
        match self {
            Self::Device => DEVICE.keep(number, unsent).await,
            Self::Page => Some(number.unwrap_or_default()),
        }
    }

    async fn drop(self, number: u32) {
        if self == Self::Device {
            DEVICE.drop(number).await;
        }
    }
}

/// Between two tries while something waits.
const AGAIN: Duration = Duration::from_secs(5);
/// So many milliseconds until it is looked again whether something is written or sent.
const MOMENT: i32 = 50;

thread_local! {
    static OUTBOX: Outbox = Outbox::default();
}

/// What is on its way, followed when read in a view.
#[derive(Clone, Default)]
pub struct Outbox {
    keeper: Keeper,
    lines: ArcRwSignal<Vec<Line>>,
    /// Bookings as the server answered.
    answers: ArcRwSignal<Vec<Booking>>,
    /// Whether the server did not answer when it was last tried.
    away: ArcRwSignal<bool>,
    sending: ArcRwSignal<bool>,
    /// Whether what an earlier page left on the device was read.
    loaded: ArcRwSignal<bool>,
    is_unreadable: ArcRwSignal<bool>,
}

impl Outbox {
    /// The one of this page.
    pub fn of_page() -> Self {
        OUTBOX.with(Clone::clone)
    }

    /// One of a practice: it begins empty, and nothing of it is kept.
    pub fn of_practice() -> Self {
        Self { keeper: Keeper::Page, loaded: ArcRwSignal::new(true), ..Self::default() }
    }

    /// Everything on its way.
    pub fn lines(&self) -> Vec<Line> {
        self.lines.get()
    }

    /// Runs something over everything on its way.
    pub fn with_lines<T>(&self, f: impl FnOnce(&[Line]) -> T) -> T {
        self.lines.with(|lines| f(lines))
    }

    /// Whether the device keeps records that cannot be read.
    pub fn is_unreadable(&self) -> bool {
        self.is_unreadable.get()
    }

    /// Bookings as the server answered since the page was opened.
    pub fn answers(&self) -> Vec<Booking> {
        self.answers.get()
    }

    /// The server said this of a booking.
    pub fn answered(&self, booking: Booking) {
        self.answers.update(|answers| {
            answers.retain(|known| known.id != booking.id);
            answers.push(booking);
        });
    }

    fn change(&self, f: impl FnOnce(&mut Vec<Line>)) {
        self.lines.update(f);
        if self.keeper == Keeper::Device && !self.is_unreadable.get_untracked() {
            offline::write_device(offline::UNSENT, &self.lines.with_untracked(Vec::len));
        }
    }

    fn change_one(&self, key: &str, f: impl FnOnce(&mut Line)) {
        self.change(|lines| {
            if let Some(line) = lines.iter_mut().find(|line| line.unsent.key == key) {
                f(line);
            }
        });
    }

    fn find(&self, key: &str) -> Option<Line> {
        self.lines.with_untracked(|lines| lines.iter().find(|line| line.unsent.key == key).cloned())
    }

    async fn load(&self) {
        if self.loaded.get_untracked() {
            return;
        }
        self.loaded.set(true);
        let Some(found) = DEVICE.all::<Unsent>().await else {
            // A device that has never kept anything has lost nothing.
            self.is_unreadable.set(offline::read_device::<usize>(offline::UNSENT).is_some_and(|count| count > 0));
            return;
        };
        self.change(|lines| {
            // What was there before goes first.
            let old = found.into_iter().map(|(number, unsent)| Line { place: Place::Number(number), queued: true, unsent });
            lines.splice(0..0, old);
        });
    }
}

/// Whoever may send, and where it is told.
#[derive(Clone)]
pub struct Dispatch {
    source: Source,
    outbox: Outbox,
    session: Session,
    flash: Flash,
}

/// Who may send from this page.
pub fn use_dispatch(source: Source) -> Dispatch {
    Dispatch { source, outbox: source.outbox(), session: use_session(), flash: use_flash() }
}

/// Keeps sending as long as a page of staff is shown.
pub fn use_outbox(source: Source) -> Dispatch {
    let dispatch = use_dispatch(source);
    let (first, often, online) = (dispatch.clone(), dispatch.clone(), dispatch.clone());
    spawn_local(async move {
        first.outbox.load().await;
        first.send();
    });
    let clock = set_interval_with_handle(move || often.send(), AGAIN).ok();
    let came = window_event_listener(ev::online, move |_| online.send());
    on_cleanup(move || {
        if let Some(clock) = clock {
            clock.clear();
        }
        came.remove();
    });
    dispatch
}

impl Dispatch {
    /// What is on its way.
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// Who is signed in here; nobody where it is not staff.
    pub fn sender(&self) -> Option<Sender> {
        let me = self.session.me()?;
        match me.role {
            Role::Staff { facility_id } => Some(Sender { account: me.id, name: me.name, facility: facility_id }),
            Role::Guardian { .. } | Role::Officer { .. } | Role::Operator => None,
        }
    }

    /// Records something: on the device first, then on the server.
    pub fn record(&self, booking: BookingId, child: String, command: Command) {
        let Some(Sender { account, name, facility }) = untrack(|| self.sender()) else { return };
        let key = random_key();
        let unsent = Unsent { key: key.clone(), account, by: name, facility, booking, child, command, refused: None };
        let queued = self.outbox.away.get_untracked() || self.is_signed_out();
        self.outbox.change(|lines| lines.push(Line { place: Place::OnItsWay, queued, unsent: unsent.clone() }));
        if queued {
            focus_quietly(stage_of(&unsent.command));
        }
        let dispatch = self.clone();
        spawn_local(async move {
            let place = dispatch.outbox.keeper.keep(None, &unsent).await.map_or(Place::Nowhere, Place::Number);
            dispatch.outbox.change_one(&key, |line| line.place = place);
            dispatch.send();
        });
    }

    /// Sends what can be sent, one after another.
    pub fn send(&self) {
        let is_free = !self.outbox.sending.get_untracked() && !self.is_signed_out() && !self.is_held();
        if !is_free || untrack(|| self.next()).is_none() {
            return;
        }
        self.outbox.sending.set(true);
        let dispatch = self.clone();
        spawn_local(async move {
            let done = dispatch.send_all().await;
            dispatch.outbox.sending.set(false);
            dispatch.tell(&done);
        });
    }

    /// Whether the server takes nothing before somebody signs in again; a practice asks nobody.
    fn is_signed_out(&self) -> bool {
        self.source.practice().is_none() && self.session.has_ended_untracked()
    }

    /// While somebody practises nothing real is sent, whoever asks for it: what waits, waits.
    fn is_held(&self) -> bool {
        self.source.practice().is_none() && practising().get_untracked()
    }

    fn next(&self) -> Option<Unsent> {
        let sender = self.sender()?;
        self.outbox.lines.with_untracked(|lines| next_to_send(lines, &sender))
    }

    async fn send_all(&self) -> Vec<Unsent> {
        let mut done = Vec::new();
        while let Some(unsent) = untrack(|| self.next()) {
            let answer = verdict(self.source.record(&unsent.booking, &unsent.command, &unsent.key).await);
            let is_away = matches!(answer, Verdict::Later | Verdict::SignIn);
            self.outbox.away.set(is_away);
            match answer {
                Verdict::Done(booking) => {
                    // The answer first, so that the card does not go back for a moment.
                    self.outbox.answered(*booking);
                    self.forget(&unsent.key).await;
                    done.push(unsent);
                }
                Verdict::Refused(problem) => {
                    self.rewrite(&unsent.key, |unsent| unsent.refused = Some(problem)).await;
                }
                Verdict::Later | Verdict::SignIn => {
                    self.outbox.change(|lines| lines.iter_mut().for_each(|line| line.queued = true));
                    break;
                }
            }
        }
        done
    }

    /// Sends what the person in front recorded, before another one steps there; false where the server is away.
    pub async fn send_before_change(&self) -> bool {
        self.outbox.load().await;
        loop {
            let Some(sender) = untrack(|| self.sender()) else { return true };
            let is_free = !self.outbox.sending.get_untracked();
            match self.outbox.lines.with_untracked(|lines| before_change(lines, &sender)) {
                BeforeChange::Nothing if is_free => return true,
                BeforeChange::Send if is_free => {
                    self.outbox.sending.set(true);
                    let done = self.send_all().await;
                    self.outbox.sending.set(false);
                    self.tell(&done);
                    if self.outbox.away.get_untracked() {
                        return false;
                    }
                }
                // Something is being written or sent just now.
                _ => pause().await,
            }
        }
    }

    fn tell(&self, done: &[Unsent]) {
        match done {
            [] => {}
            [one] => {
                focus_quietly(stage_of(&one.command));
                let child = one.child.clone();
                let key = match one.command {
                    Command::Come { .. } => "attendance.recorded_in",
                    Command::Leave { .. } => "attendance.recorded_out",
                    Command::Absent { .. } => "attendance.absent_done",
                };
                self.flash.done(text(move || sentence(key, locale()).replace("%{name}", &child)));
            }
            many => {
                let count = many.len().to_string();
                self.flash.done(text(move || sentence("unsent.sent", locale()).replace("%{count}", &count)));
            }
        }
    }

    async fn rewrite(&self, key: &str, f: impl FnOnce(&mut Unsent)) {
        self.outbox.change_one(key, |line| f(&mut line.unsent));
        if let Some(Line { place: Place::Number(number), unsent, .. }) = self.outbox.find(key) {
            self.outbox.keeper.keep(Some(number), &unsent).await;
        }
    }

    async fn forget(&self, key: &str) {
        let line = self.outbox.find(key);
        self.outbox.change(|lines| lines.retain(|line| line.unsent.key != key));
        if let Some(Line { place: Place::Number(number), .. }) = line {
            self.outbox.keeper.drop(number).await;
        }
    }

    /// A person has looked: it is sent once more.
    pub fn retry(&self, key: String) {
        let dispatch = self.clone();
        spawn_local(async move {
            dispatch.rewrite(&key, |unsent| unsent.refused = None).await;
            dispatch.send();
        });
    }

    /// A person has decided that it does not count.
    pub fn discard(&self, key: String) {
        let dispatch = self.clone();
        spawn_local(async move {
            dispatch.forget(&key).await;
            dispatch.send();
        });
    }

    /// A person takes back what was recorded last for a stay and is not sent yet.
    pub fn take_back(&self, booking: &BookingId) {
        let of_stay = |line: &&Line| line.unsent.booking == *booking && line.queued;
        let last = self.outbox.lines.with_untracked(|lines| lines.iter().rfind(of_stay).map(|line| line.unsent.key.clone()));
        if let Some(key) = last {
            self.discard(key);
        }
    }

    /// Takes what colleagues left here over into one's own name.
    pub fn take_over(&self) {
        let Some(sender) = untrack(|| self.sender()) else { return };
        let theirs = self.outbox.lines.with_untracked(|lines| {
            let left = lines.iter().filter(|line| line.unsent.facility == sender.facility && line.unsent.account != sender.account);
            left.map(|line| line.unsent.key.clone()).collect::<Vec<_>>()
        });
        let dispatch = self.clone();
        spawn_local(async move {
            for key in theirs {
                let Sender { account, .. } = sender.clone();
                dispatch.rewrite(&key, |unsent| unsent.account = account).await;
            }
            dispatch.send();
        });
    }
}

/// Waits a moment.
async fn pause() {
    let soon = Promise::new(&mut |resolve, _| {
        // Without a clock it does not wait at all.
        let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, MOMENT);
    });
    let _ = JsFuture::from(soon).await;
}

/// The heading under which a child stands after this.
const fn stage_of(command: &Command) -> &'static str {
    match command {
        Command::Come { .. } => "stage-here",
        Command::Leave { .. } => "stage-gone",
        Command::Absent { .. } => "stage-absent",
    }
}

/// Gives the focus to the heading under which the child now stands, without moving the page under a busy hand.
fn focus_quietly(id: &str) {
    use wasm_bindgen::JsCast;
    if let Some(heading) = document().get_element_by_id(id).and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        let options = web_sys::FocusOptions::new();
        options.set_prevent_scroll(true);
        let _ = heading.focus_with_options(&options);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use shared::attendance::Person;

    use super::*;

    #[test]
    fn what_is_recorded_in_a_practice_stays_on_the_page() {
        let unsent = Unsent {
            key: "key".to_owned(),
            account: "me".into(),
            by: "職員".to_owned(),
            facility: "f".into(),
            booking: "sora".into(),
            child: "練習 そら".to_owned(),
            command: Command::Come { at: Default::default(), with: Person::Guardian },
            refused: None,
        };
        let outbox = Outbox::of_practice();
        // A test has no browser: the device's store would break here.
        assert_eq!(outbox.keeper.keep(None, &unsent).now_or_never(), Some(Some(0)));
        outbox.change(|lines| lines.push(Line { place: Place::Number(0), queued: true, unsent }));
        assert_eq!(outbox.keeper.drop(0).now_or_never(), Some(()));
        assert_eq!(outbox.load().now_or_never(), Some(()));
        assert!(Outbox::of_page().lines.with_untracked(Vec::is_empty));
    }
}
