//! The point that places are near to: this device's position, a well-known place, or a point on the map. It never leaves the device.

use leptos::prelude::*;
use serde::Deserialize;
use shared::locale::Localised;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Position, PositionError};

use super::conditions::Search;
use super::model::{Point, PointName};
use super::parts::Picker;
use super::wanted::{DISTANCES, distance_words};
use crate::i18n::{Say, furigana, locale, t};
use crate::offline;
use crate::ui::{Button, Glyph, Look, Map, Pin};

const STORED_AS: &str = "near";

/// The point chosen at an earlier visit.
pub fn remembered() -> Option<Point> {
    offline::read_device(STORED_AS)
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Landmark {
    name: Localised,
    latitude: f64,
    longitude: f64,
}

/// Well-known places stand in a file beside the app, so that other cities bring theirs.
async fn landmarks() -> Vec<Landmark> {
    let Ok(response) = gloo_net::http::Request::get("/landmarks.json").send().await else { return Vec::new() };
    response.json().await.unwrap_or_default()
}

/// Chooses the point and how near.
#[component]
pub fn NearPicker(
    /// The search.
    search: Search,
) -> impl IntoView {
    let known = LocalResource::new(landmarks);
    let places = Memo::new(move |_| {
        let halls = search.names.get().municipalities.into_iter().map(|city| Landmark {
            name: Localised {
                ja: format!("{}役所", city.name.ja),
                easy: Some(format!("{}[役所|やくしょ]", city.name.easy.as_ref().unwrap_or(&city.name.ja))),
                en: format!("{} City Hall", city.name.en),
            },
            latitude: city.position.latitude,
            longitude: city.position.longitude,
        });
        halls.chain(known.get().unwrap_or_default()).collect::<Vec<Landmark>>()
    });
    let choose = Callback::new(move |point: Point| {
        offline::write_device(STORED_AS, &point);
        search.point.set(Some(point));
        search.change(|wanted| wanted.near = Some(wanted.near.unwrap_or(0)));
    });
    let is_busy = RwSignal::new(false);
    let trouble = RwSignal::new(false);
    let on_map = RwSignal::new(false);
    let locate = Callback::new(move |()| {
        is_busy.set(true);
        trouble.set(false);
        ask_position(move |here| {
            is_busy.set(false);
            match here {
                Some((latitude, longitude)) => choose.run(Point { what: PointName::Here, latitude, longitude }),
                None => trouble.set(true),
            }
        });
    });
    let options = Signal::derive(move || {
        let mut options = vec![(String::new(), t("slots.near_choose"))];
        options.extend(places.get().iter().enumerate().map(|(index, place)| (index.to_string(), place.name.get(locale()).to_owned())));
        options
    });
    let chosen = Signal::derive(move || {
        let point = search.point.get().filter(|_| search.wanted.get().near.is_some());
        let name = point.and_then(|point| if let PointName::Named(name) = point.what { Some(name) } else { None });
        name.and_then(|name| places.with(|places| places.iter().position(|place| place.name.ja == name.ja)))
            .map(|index| index.to_string())
            .unwrap_or_default()
    });
    let choose_place = Callback::new(move |value: String| {
        let place = value.parse().ok().and_then(|index: usize| places.with_untracked(|places| places.get(index).cloned()));
        match place {
            Some(Landmark { name, latitude, longitude }) => choose.run(Point { what: PointName::Named(name), latitude, longitude }),
            None => search.change(|wanted| wanted.near = None),
        }
    });
    let distances = Signal::derive(move || {
        let mut options = vec![("0".to_owned(), t("slots.distance_any"))];
        options.extend(DISTANCES.map(|metres| (metres.to_string(), distance_words(i64::from(metres), locale()))));
        options
    });
    let is_near = move || search.wanted.get().near.is_some() && search.point.get().is_some();
    let centre = move || search.point.get_untracked().map_or((35.48, 133.29), |point| (point.latitude, point.longitude));
    let pins = Signal::derive(move || {
        search
            .point
            .get()
            .map(|point| Pin::new("here", point.latitude, point.longitude, shared::locale::without_ruby(&point.words(locale())), None))
            .into_iter()
            .collect::<Vec<_>>()
    });
    view! {
        <fieldset class="near">
            <legend><Say key="slots.near_legend"/></legend>
            <p class="quiet"><Say key="slots.near_private"/></p>
            <div class="near-ways">
                <Button look=Look::Outline icon=Glyph::Pin busy=is_busy on_press=locate><Say key="slots.near_me"/></Button>
                <Picker id="near-place" label="slots.near_place" options value=chosen on_choose=choose_place/>
                <Show when=is_near>
                    <Picker
                        id="near-distance"
                        label="slots.distance"
                        options=distances
                        value=Signal::derive(move || search.wanted.get().near.unwrap_or(0).to_string())
                        on_choose=Callback::new(move |value: String| search.change(|wanted| wanted.near = value.parse().ok()))
                    />
                </Show>
            </div>
            <div aria-live="polite">
                <Show when=move || trouble.get()><p class="error-line"><Say key="slots.near_trouble"/></p></Show>
                <Show when=is_near>
                    <p class="near-chosen">
                        <span>{furigana(move || search.point.get().map(|point| point.words(locale())).unwrap_or_default())}</span>
                        <Button
                            look=Look::Text
                            on_press=Callback::new(move |()| search.change(|wanted| wanted.near = None))
                        >
                            <Say key="slots.near_forget"/>
                        </Button>
                    </p>
                </Show>
            </div>
            <Button look=Look::Text icon=Glyph::Map on_press=Callback::new(move |()| on_map.update(|is_shown| *is_shown = !*is_shown))>
                <Say key="slots.near_map"/>
            </Button>
            <Show when=move || on_map.get()>
                <p class="quiet"><Say key="slots.near_map_how"/></p>
                <Map
                    label="slots.near_map"
                    pins
                    centre=centre()
                    on_pick=Callback::new(|_| ())
                    on_tap=Callback::new(move |(latitude, longitude)| choose.run(Point { what: PointName::Picked, latitude, longitude }))
                />
            </Show>
        </fieldset>
    }
}

/// Asks where this device is; none where it cannot or may not tell.
fn ask_position(then: impl Fn(Option<(f64, f64)>) + Copy + 'static) {
    let Ok(geolocation) = window().navigator().geolocation() else { return then(None) };
    let found = Closure::once_into_js(move |position: Position| {
        then(Some((position.coords().latitude(), position.coords().longitude())));
    });
    let failed = Closure::once_into_js(move |_: PositionError| then(None));
    if geolocation.get_current_position_with_error_callback(found.unchecked_ref(), Some(failed.unchecked_ref())).is_err() {
        then(None);
    }
}
