//! A line of places to go that is longer than a phone is wide.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// For a list of links: where it is longer than the page is wide, it is moved to the one where one is.
pub fn led_to_current() -> NodeRef<html::Ul> {
    let node = NodeRef::<html::Ul>::new();
    Effect::new(move |_| {
        let Some(list) = node.get() else { return };
        request_animation_frame(move || {
            let here = list.query_selector("[aria-current]").ok().flatten().and_then(|here| here.dyn_into::<HtmlElement>().ok());
            if let Some(here) = here {
                list.set_scroll_left((here.offset_left() - list.offset_left() - here.offset_width() / 2).max(0));
            }
        });
    });
    node
}
