//! One settlement: what it comes to, its files, both cities' locks, what was said to its lines, and the lines.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use shared::locale::{moment, month as month_words, yen};
use shared::settlements::{LockSettlement, Settlement, SettlementHead, SettlementLock, lock};

use super::client::{self, At, Step};
use super::lines::Lines;
use super::list::state_words;
use super::talks::{Cities, Talks, Writing, WritingDialog};
use crate::i18n::{Say, furigana, locale, name, reasons, say, say_with};
use crate::office::{OfficeNav, OfficePlace};
use crate::paths;
use crate::settings;
use crate::taking::{Taking, taking};
use crate::ui::{Breadcrumbs, Button, Chip, Fact, Facts, Glyph, Load, PageTitle, renewal, taking_focus};

/// One settlement.
#[component]
pub fn SettlementPage() -> impl IntoView {
    let params = use_params_map();
    let at = Memo::new(move |_| {
        params.with(|params| {
            let of = |key: &str| params.get(key).unwrap_or_default();
            At { compact_id: of("compact_id"), month: of("month"), municipality: of("municipality") }
        })
    });
    let found = LocalResource::new(move || {
        let at = at.get();
        async move { client::settlement(&at).await }
    });
    let renewal = renewal(found);
    let came = RwSignal::new(None);
    view! {
        <div class="stack staff">
            <OfficeNav here=OfficePlace::Settlements/>
            <Breadcrumbs trail=vec![(paths::office_settlements(), "settlements.title".into())] here="settlements.one"/>
            <PageTitle text="settlements.one"/>
            <Load what=found renewal let:told><Whole told at=at.get_untracked() came again=renewal.again/></Load>
        </div>
    }
}

/// The part of the page that has just changed, which takes the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Came {
    /// What it comes to, with the locks.
    Lock,
    /// What was said.
    Talk,
}

#[component]
fn Whole(told: Settlement, at: At, came: RwSignal<Option<Came>>, again: Callback<()>) -> impl IntoView {
    let head = told.head.clone();
    let when = head.month;
    let (words, tone) = state_words(&head);
    let then = move |part| {
        Callback::new(move |_: Settlement| {
            came.set(Some(part));
            again.run(());
        })
    };
    let place = StoredValue::new(at.clone());
    let send = move |step: Step, attempt| async move { client::take(&place.get_value(), &step, &attempt).await };
    let (locking, closing) = (taking(send, then(Came::Lock), again), taking(send, then(Came::Talk), again));
    let writing = Writing::new(taking(send, then(Came::Talk), again));
    let cities = Cities::of(&told);
    let node = taking_focus(move || came.get() == Some(Came::Lock));
    let is_closed = head.own_lock.is_some() && head.other_lock.is_some();
    view! {
        <p class="when">{furigana(move || month_words(when, locale()))} " " {name(head.compact_name.clone())}</p>
        <p class="row"><Chip tone>{say(words)}</Chip></p>
        <div tabindex="-1" node_ref=node>
            <section class="card stack" aria-labelledby="settlement-sums">
                <h2 id="settlement-sums"><Say key="settlements.sums"/></h2>
                <Sums head=head.clone()/>
                <Files at/>
                <Lock head locking/>
            </section>
        </div>
        <Talks lines=told.lines.clone() cities=cities.clone() writing closing came/>
        <Lines lines=told.lines own=told.own cities is_closed writing/>
        <WritingDialog writing/>
    }
}

#[component]
fn Sums(head: SettlementHead) -> impl IntoView {
    let sums = [
        ("settlements.th_gets", head.sides.gets_yen),
        ("settlements.th_pays", head.sides.pays_yen),
        ("settlements.th_balance", head.sides.balance_yen),
    ];
    view! {
        <Facts>
            <Fact name="settlements.th_other">{name(head.other_name)}</Fact>
            <Fact name="settlements.th_lines">{head.line_count.to_string()}</Fact>
            {sums.map(|(key, amount)| view! { <Fact name=key><strong>{furigana(move || yen(amount, locale()))}</strong></Fact> }).collect_view()}
            <Fact name="settlements.own_lock"><Locked lock=head.own_lock/></Fact>
            <Fact name="settlements.other_lock"><Locked lock=head.other_lock/></Fact>
        </Facts>
    }
}

#[component]
fn Locked(lock: Option<SettlementLock>) -> impl IntoView {
    match lock {
        Some(lock) => {
            say_with("settlements.locked_by", move || vec![("at", moment(lock.at, locale())), ("by", lock.by.clone())]).into_any()
        }
        None => view! { <Say key="settlements.not_yet"/> }.into_any(),
    }
}

/// Files of the server, not pages of the app.
#[component]
fn Files(at: At) -> impl IntoView {
    let files = [("xlsx", "settlements.file_xlsx"), ("pdf", "settlements.file_pdf"), ("csv", "settlements.file_csv")];
    let files = files.map(|(ending, words)| {
        let href = at.file(ending);
        view! { <a class="button button-outline" rel="external" download="" href=href><span>{say(words)}</span></a> }
    });
    view! { <p class="row no-print">{files.collect_view()}</p> }
}

/// The lock of the officer's own city, with all that speaks against it, by the rule that the server will use.
#[component]
fn Lock(head: SettlementHead, locking: Taking<Step>) -> impl IntoView {
    head.own_lock.is_none().then(|| {
        let seen = LockSettlement { line_count: head.line_count, balance_yen: head.sides.balance_yen };
        let against = lock(&head, &seen, settings::now()).err().unwrap_or_default();
        let is_free = against.is_empty();
        let against: Vec<_> = against.into_iter().map(|rejection| rejection.reason()).collect();
        let press = Callback::new(move |()| locking.take(Step::Lock(seen), "settlements.locked"));
        view! {
            <p><Say key="settlements.lock_lead"/></p>
            <div id="settlement-against">{reasons(move || against.clone())}</div>
            {locking.refused()}
            <div class="row no-print">
                <Button icon=Glyph::Check on_press=press busy=locking.is_busy() disabled=!is_free described_by="settlement-against">
                    <Say key="settlements.lock"/>
                </Button>
            </div>
        }
    })
}
