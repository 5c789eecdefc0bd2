//! The page of practice. It ends with the page: by its button, by going elsewhere or loading anew, when the device is locked, and when
//! somebody else is signed in.

use leptos::ev::MouseEvent;
use leptos::prelude::*;
use shared::ids::AccountId;
use shared::practice::World;
use wasm_bindgen::JsCast;

use super::steps::Steps;
use crate::attendance::{Practice, PracticeBoard, Source, StaffNav, StaffPlace, practising, use_dispatch};
use crate::flash::use_flash;
use crate::i18n::{Say, t};
use crate::paths;
use crate::session::use_session;
use crate::settings;
use crate::ui::{Banner, Button, Glyph, LinkButton, Look, PageTitle, Tone};

/// What practice is, then the practice.
#[component]
pub fn PracticePage() -> impl IntoView {
    let (session, flash) = (use_session(), use_flash());
    let person = Memo::new(move |_| session.me().map(|me| me.id));
    // Who has begun, and how often.
    let round = RwSignal::new((None::<AccountId>, 0_u32));
    let begin = Callback::new(move |()| {
        // What was said of the practice before does not concern the new one.
        flash.clear();
        round.update(|(who, count)| {
            *who = person.get_untracked();
            *count = count.saturating_add(1);
        });
    });
    on_cleanup(move || {
        let is_here = session.me_untracked().is_some();
        if practising().get_untracked() && is_here {
            flash.done("practice.ended");
        }
        practising().set(false);
    });
    move || {
        let (who, _) = round.get();
        let world = who.filter(|who| person.get().as_ref() == Some(who)).and_then(|_| World::new(settings::today()));
        practising().set(world.is_some());
        match world {
            Some(world) => view! { <Practising world again=begin/> }.into_any(),
            None => view! { <Before begin/> }.into_any(),
        }
    }
}

/// What will happen.
#[component]
fn Before(begin: Callback<()>) -> impl IntoView {
    view! {
        <div class="stack staff">
            <StaffNav here=StaffPlace::Elsewhere/>
            <PageTitle text="practice.title"/>
            <div class="narrow stack">
                <p><Say key="practice.text"/></p>
                <Banner tone=Tone::Info><p><Say key="practice.safe"/></p></Banner>
                <p><Say key="practice.clock"/></p>
                <div class="row">
                    <Button icon=Glyph::Pencil on_press=begin><Say key="practice.begin"/></Button>
                    <LinkButton look=Look::Text href=paths::staff()><Say key="practice.back"/></LinkButton>
                </div>
            </div>
        </div>
    }
}

#[component]
fn Practising(world: World, again: Callback<()>) -> impl IntoView {
    let flash = use_flash();
    let practice = Practice::begin(world);
    // Telephone numbers are shown as on the real board, and call nobody.
    let keep_off_the_phone = move |event: MouseEvent| {
        let element = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        if element.and_then(|element| element.closest("a[href^='tel:']").ok()).flatten().is_some() {
            event.prevent_default();
            flash.tell("practice.no_call");
        }
    };
    // Dialogs lie over everything else, and say so themselves.
    let quoted = move || format!("\"{}\"", t("practice.now"));
    view! {
        <div class="stack staff practice" style=("--practice-words", quoted) on:click=keep_off_the_phone>
            <PageTitle text="practice.title_now"/>
            <Steps practice/>
            <Tools practice again/>
            <PracticeBoard practice/>
        </div>
    }
}

/// The switch that takes the server away, and beginning again.
#[component]
fn Tools(practice: Practice, again: Callback<()>) -> impl IntoView {
    let dispatch = StoredValue::new(use_dispatch(Source::Practice(practice)));
    let switch = move |is_away: bool| {
        practice.set_away(is_away);
        if !is_away {
            dispatch.with_value(|dispatch| dispatch.send());
        }
    };
    view! {
        <div class="row practice-tools no-print">
            <div class="choice">
                <input
                    type="checkbox"
                    role="switch"
                    id="practice-away"
                    prop:checked=move || practice.is_away()
                    on:change:target=move |event| switch(event.target().checked())
                />
                <label for="practice-away"><Say key="practice.away"/></label>
            </div>
            <Button look=Look::Text on_press=again><Say key="practice.again"/></Button>
        </div>
    }
}
