//! Short hints at a page's first use. They fold away, stay so on this device, and unfold again whenever somebody wants them.

use leptos::prelude::*;

use crate::attendance::StaffPlace;
use crate::i18n::{Say, say};
use crate::offline;
use crate::paths;
use crate::ui::{Glyph, Icon};

/// The board's name on the device: only what is done there can be practised.
const BOARD: &str = "guide/board";

/// The page's name on the device, and the keys of its sentences; none: the page speaks for itself.
const fn guide(place: StaffPlace) -> Option<(&'static str, [&'static str; 3])> {
    match place {
        StaffPlace::Today | StaffPlace::Tomorrow => Some((BOARD, ["guides.board_record", "guides.board_order", "guides.board_away"])),
        StaffPlace::Week => Some(("guide/week", ["guides.week_days", "guides.week_move", "guides.week_print"])),
        StaffPlace::Scan => Some(("guide/scan", ["guides.scan_camera", "guides.scan_type", "guides.scan_wall"])),
        StaffPlace::Slots => Some(("guide/slots", ["guides.slots_publish", "guides.slots_change", "guides.slots_close"])),
        StaffPlace::Statements => {
            Some(("guide/statements", ["guides.statements_month", "guides.statements_family", "guides.statements_file"]))
        }
        StaffPlace::Month | StaffPlace::Elsewhere => None,
    }
}

/// What a page is for and how it is used.
#[component]
pub fn Guide(
    /// Which page.
    #[prop(into)]
    here: Signal<StaffPlace>,
) -> impl IntoView {
    let page = Memo::new(move |_| guide(here.get()));
    move || {
        page.get().map(|(name, sentences)| {
            let is_board = name == BOARD;
            let is_new = offline::read_device::<bool>(name) != Some(true);
            view! {
                <details class="guide no-print" open=is_new on:toggle:target=move |event| offline::write_device(name, &!event.target().open())>
                    <summary><Icon glyph=Glyph::Info/><span><Say key="guides.title"/></span></summary>
                    <ul>
                        {sentences.map(|key| view! { <li>{say(key)}</li> }).collect_view()}
                        {is_board.then(|| view! { <li><a href=paths::staff_practice()><Say key="practice.from_guide"/></a></li> })}
                    </ul>
                </details>
            }
        })
    }
}
