//! What is written stays on the device until it is sent, also when the page is loaded anew.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::offline;
use crate::session::use_session;

/// What the device keeps: the tree with the version of what it was begun from.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Stored {
    version: i64,
    /// Null: nothing.
    draft: Value,
}

/// A draft that is kept. Made by [`kept`].
#[derive(Clone, Copy)]
pub struct Kept {
    /// What is written.
    pub draft: RwSignal<Value>,
    /// Something was kept of an earlier visit.
    pub is_begun: RwSignal<bool>,
    /// What is there now is newer than what it was begun from.
    pub is_older: bool,
    /// Grows when all fields are to be made anew; track it around them.
    pub turn: RwSignal<u32>,
    account: StoredValue<String>,
    name: StoredValue<String>,
    fresh: StoredValue<Value>,
    version: i64,
}

/// The draft that this person keeps under a name on this device, or a fresh one. `version` is that of what is there now.
pub fn kept(name: &str, version: i64, fresh: Value) -> Kept {
    let session = use_session();
    let account = untrack(|| session.me()).map(|me| me.id.to_string()).unwrap_or_default();
    let found = offline::recall::<Stored>(&account, name).filter(|stored| !stored.draft.is_null());
    let kept = Kept {
        draft: RwSignal::new(found.as_ref().map_or_else(|| fresh.clone(), |stored| stored.draft.clone())),
        is_begun: RwSignal::new(found.is_some()),
        is_older: found.is_some_and(|stored| stored.version != version),
        turn: RwSignal::new(0),
        account: StoredValue::new(account),
        name: StoredValue::new(name.to_owned()),
        fresh: StoredValue::new(fresh),
        version,
    };
    Effect::new(move |first: Option<()>| {
        let draft = kept.draft.get();
        if first.is_some() {
            kept.keep(draft);
        }
    });
    kept
}

impl Kept {
    fn keep(self, draft: Value) {
        // Whoever left the page while it was sent has nothing to keep here any more.
        if let Some((account, name)) = self.account.try_get_value().zip(self.name.try_get_value()) {
            offline::remember(&account, &name, &Stored { version: self.version, draft });
        }
    }

    /// It was sent: nothing is kept any more.
    pub fn forget(self) {
        self.keep(Value::Null);
    }

    /// Throws away what is written and begins anew.
    pub fn begin_anew(self) {
        self.draft.set(self.fresh.get_value());
        self.is_begun.set(false);
        self.turn.update(|turn| *turn = turn.wrapping_add(1));
        // After the draft itself was kept once more.
        request_animation_frame(move || self.forget());
    }
}
