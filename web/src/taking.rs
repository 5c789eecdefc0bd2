//! Taking steps with something as it was read: what is under way, why it was refused, and reading it anew where somebody was quicker.

use std::future::Future;

use leptos::prelude::*;

use crate::api::{Attempt, Failure};
use crate::flash::use_flash;
use crate::ui::Refused;

/// Steps with one thing. Made by [`taking`].
pub struct Taking<S: 'static> {
    action: Action<(S, Option<&'static str>), ()>,
    failure: RwSignal<Option<Failure>>,
    again: Callback<()>,
}

impl<S: 'static> Clone for Taking<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: 'static> Copy for Taking<S> {}

/// Takes steps with a thing as it was read: `send` sends one, `done` gets what it was answered with, `again` reads the thing anew.
pub fn taking<S, V, F, W>(send: F, done: Callback<V>, again: Callback<()>) -> Taking<S>
where
    S: Clone + Send + Sync + 'static,
    V: 'static,
    F: Fn(S, Attempt) -> W + 'static,
    W: Future<Output = Result<V, Failure>> + 'static,
{
    let (flash, failure, attempt) = (use_flash(), RwSignal::new(None::<Failure>), Attempt::new());
    let action = Action::new_local(move |(step, words): &(S, Option<&'static str>)| {
        let (sent, words) = (send(step.clone(), attempt.clone()), *words);
        failure.set(None);
        async move {
            match sent.await {
                Ok(value) => {
                    if let Some(words) = words {
                        flash.done(words);
                    }
                    done.run(value);
                }
                Err(why) => failure.set(Some(why)),
            }
        }
    });
    Taking { action, failure, again }
}

impl<S: Send + Sync + 'static> Taking<S> {
    /// Takes a step, and says so when it is done.
    pub fn take(self, step: S, done: &'static str) {
        self.action.dispatch((step, Some(done)));
    }

    /// Takes a step whose place says itself that it is done.
    pub fn take_quietly(self, step: S) {
        self.action.dispatch((step, None));
    }

    /// Whether a step is under way.
    pub fn is_busy(self) -> Signal<bool> {
        self.action.pending().into()
    }

    /// Why it was refused; where somebody was quicker, with a way to read the thing anew.
    pub fn refused(self) -> impl IntoView {
        view! { <Refused why=self.failure again=self.again/> }
    }
}
