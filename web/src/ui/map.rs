//! Pins on a map, or on a plain sketch of where they lie while or where no map can be had.
//!
//! The map itself is the custom element of `public/map.js`, which fetches Leaflet when the first map is shown. It tells by events:
//! `map-ready` (tiles are there), `map-unavailable` (they are not), `map-pick` (a pin was chosen), `map-tap` (a point was).
//! The tile server is a setting of the installation, its attribution stands in the page's `<meta name="map-attribution">`.

use leptos::prelude::*;
use serde::Serialize;
use wasm_bindgen::JsCast;
use web_sys::{CustomEvent, HtmlScriptElement};

use super::calendar::Level;
use crate::i18n::{Say, Text, t};

const SCRIPT: &str = "/map.js";

/// A place on the map.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pin {
    /// What `on_pick` is told.
    pub id: String,
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// Name and what is free, in words: this is what is read aloud.
    pub label: String,
    /// The mark on the pin: ○ △ ×, or none.
    pub mark: Option<&'static str>,
    /// Which of the looks of a pin.
    look: &'static str,
}

impl Pin {
    /// A pin; `level` gives it its mark and look.
    pub fn new(id: impl Into<String>, latitude: f64, longitude: f64, label: impl Into<String>, level: Option<Level>) -> Self {
        let (mark, look) = match level {
            Some(Level::Many) => (Some("○"), "many"),
            Some(Level::Few) => (Some("△"), "few"),
            Some(Level::None) => (Some("×"), "none"),
            None => (None, "plain"),
        };
        Self { id: id.into(), latitude, longitude, label: label.into(), mark, look }
    }
}

/// A map with pins that gather where they are dense. Always give the same things as a list, too.
#[component]
pub fn Map(
    /// What the map shows.
    #[prop(into)]
    label: Text,
    /// The pins.
    #[prop(into)]
    pins: Signal<Vec<Pin>>,
    /// Where to look first when there are no pins: degrees north and east.
    centre: (f64, f64),
    /// A pin was chosen; is told its id.
    #[prop(into)]
    on_pick: Callback<String>,
    /// A point beside the pins was chosen; is told the degrees north and east.
    #[prop(optional, into)]
    on_tap: Option<Callback<(f64, f64)>>,
) -> impl IntoView {
    let (is_ready, set_ready) = signal(false);
    request_script(SCRIPT);
    let (north, east) = centre;
    let json = move || serde_json::to_string(&pins.get()).unwrap_or_default();
    view! {
        <div class="map no-print" class:is-ready=is_ready role="region" aria-label=move || label.plain()>
            <pin-map
                class="map-canvas"
                centre=format!("{north},{east}")
                tiles=crate::settings::map_tiles()
                attribution=meta("map-attribution")
                zoom-in=move || t("ui.zoom_in")
                zoom-out=move || t("ui.zoom_out")
                pins=json
                on:map-ready=move |_: CustomEvent| set_ready.set(true)
                on:map-unavailable=move |_: CustomEvent| set_ready.set(false)
                on:map-tap=move |event: CustomEvent| {
                    let point = js_sys::Array::from(&event.detail());
                    if let (Some(on_tap), Some(north), Some(east)) = (on_tap, point.get(0).as_f64(), point.get(1).as_f64()) {
                        on_tap.run((north, east));
                    }
                }
                on:map-pick=move |event: CustomEvent| {
                    if let Some(id) = event.detail().as_string() {
                        on_pick.run(id);
                    }
                }
            ></pin-map>
            <Show when=move || !is_ready.get()>
                <div class="map-sketch">
                    {move || {
                        let pins = pins.get();
                        let frame = Frame::around(&pins, centre);
                        let places = spread(pins.iter().map(|pin| frame.place(pin)));
                        pins.into_iter().zip(places).map(|(pin, place)| sketched(pin, place, on_pick)).collect_view()
                    }}
                    <span class="map-north" aria-hidden="true">{move || t("ui.north")}</span>
                </div>
                <p class="map-note"><Say key="ui.map_sketch"/></p>
            </Show>
        </div>
    }
}

fn sketched(pin: Pin, (x, y): (f64, f64), on_pick: Callback<String>) -> impl IntoView + use<> {
    let id = pin.id.clone();
    view! {
        <button
            type="button"
            class=format!("pin pin-{}", pin.look)
            style:left=format!("{x:.2}%")
            style:top=format!("{y:.2}%")
            aria-label=pin.label.clone()
            title=pin.label
            on:click=move |_| on_pick.run(id.clone())
        >
            <span aria-hidden="true">{pin.mark.unwrap_or("●")}</span>
        </button>
    }
}

/// How far apart pins must stand to be pressed one by one, in percent of the narrowest sketch, across and down.
const APART: (f64, f64) = (13.0, 11.0);

/// Moves pins that would cover each other to the nearest free place around; the sketch only shows how places lie to each other.
fn spread(places: impl Iterator<Item = (f64, f64)>) -> Vec<(f64, f64)> {
    let mut taken: Vec<(f64, f64)> = Vec::new();
    for (x, y) in places {
        let is_free = |(a, b): &(f64, f64)| {
            (6.0..=94.0).contains(a)
                && (6.0..=94.0).contains(b)
                && taken.iter().all(|(c, d)| (a - c).abs() >= APART.0 || (b - d).abs() >= APART.1)
        };
        let around = (0..200_u16).map(|step| {
            // A widening spiral that begins at the place itself.
            let (turn, reach) = (f64::from(step) * 2.4, f64::from(step).sqrt() * 3.0);
            (x + reach * turn.cos(), y + reach * turn.sin())
        });
        let place = around.into_iter().find(is_free).unwrap_or((x, y));
        taken.push(place);
    }
    taken
}

/// The part of the world that the sketch shows.
struct Frame {
    north: f64,
    west: f64,
    height: f64,
    width: f64,
}

impl Frame {
    fn around(pins: &[Pin], (north, east): (f64, f64)) -> Self {
        let bounds = |values: &mut dyn Iterator<Item = f64>, otherwise: f64| {
            values
                .fold(None, |seen: Option<(f64, f64)>, value| {
                    Some(seen.map_or((value, value), |(low, high)| (low.min(value), high.max(value))))
                })
                .unwrap_or((otherwise, otherwise))
        };
        let (south, north) = bounds(&mut pins.iter().map(|pin| pin.latitude), north);
        let (west, east) = bounds(&mut pins.iter().map(|pin| pin.longitude), east);
        // About a kilometre at least, so that one pin stands in the middle.
        let (height, width) = ((north - south).max(0.01), (east - west).max(0.01));
        Self { north: (north + south + height) / 2.0, west: (west + east - width) / 2.0, height, width }
    }

    /// In percent from the left and the top, with a margin.
    fn place(&self, pin: &Pin) -> (f64, f64) {
        let across = (pin.longitude - self.west) / self.width;
        let down = (self.north - pin.latitude) / self.height;
        (8.0 + 84.0 * across, 10.0 + 80.0 * down)
    }
}

fn meta(name: &str) -> String {
    document()
        .query_selector(&format!("meta[name=\"{name}\"]"))
        .ok()
        .flatten()
        .and_then(|element| element.get_attribute("content"))
        .unwrap_or_default()
}

/// Fetches a script of the app's own once.
pub fn request_script(src: &str) {
    let known = document().query_selector(&format!("script[src=\"{src}\"]")).ok().flatten().is_some();
    if known {
        return;
    }
    let Some(script) = document().create_element("script").ok().and_then(|element| element.dyn_into::<HtmlScriptElement>().ok()) else {
        return;
    };
    script.set_src(src);
    if let Some(head) = document().head() {
        // Without the script there is what stands in its place.
        let _ = head.append_child(&script);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pin(latitude: f64, longitude: f64) -> Pin {
        Pin::new("a", latitude, longitude, "A", None)
    }

    #[test]
    fn the_sketch_has_north_above_and_east_to_the_right() {
        let pins = [pin(35.43, 133.33), pin(35.54, 133.23)];
        let frame = Frame::around(&pins, (35.5, 133.3));
        let [(x0, y0), (x1, y1)] = [frame.place(&pins[0]), frame.place(&pins[1])];
        assert!(x1 < x0 && y1 < y0);
        for value in [x0, y0, x1, y1] {
            assert!((5.0..=95.0).contains(&value), "{value}");
        }
    }

    #[test]
    fn pins_of_the_sketch_never_cover_each_other() {
        let places = spread((0..22).map(|n| (50.0 + f64::from(n % 3), 60.0 + f64::from(n % 2))));
        for (index, (a, b)) in places.iter().enumerate() {
            for (c, d) in &places[index + 1..] {
                assert!((a - c).abs() >= APART.0 || (b - d).abs() >= APART.1, "{a} {b} {c} {d}");
            }
        }
        assert_eq!(places[0], (50.0, 60.0));
    }

    #[test]
    fn one_pin_or_none_makes_a_sketch_too() {
        let alone = [pin(35.43, 133.33)];
        let (x, y) = Frame::around(&alone, (35.5, 133.3)).place(&alone[0]);
        assert!((x - 50.0).abs() < 0.01 && (y - 50.0).abs() < 0.01, "{x} {y}");
        assert!(Frame::around(&[], (35.5, 133.3)).width > 0.0);
    }
}
