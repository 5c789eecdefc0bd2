//! From which city families come to which: a matrix, and the same on a little map.

use leptos::prelude::*;
use shared::figures::reading::Value;
use shared::figures::{Figures, Measure, View};
use shared::locale::Localised;

use super::model::{said, total};
use super::parts::COUNT;
use crate::i18n::{Say, Text, furigana, locale, name, t_with, text};
use crate::ui::Table;

/// Stays of one city's families in another's facilities.
#[derive(Clone)]
struct Way {
    /// Where the families live, and where the facilities are: places in the list of cities.
    ends: (usize, usize),
    value: Value,
}

/// Every way between two cities that are known, in the order of the matrix.
fn ways(cities: &[Figures]) -> Vec<Way> {
    let stays = |residence: &Figures, host: &Figures| {
        let rows = host.table(Measure::Stays, View::Residence).map(|table| table.rows.as_slice()).unwrap_or_default();
        let row = rows.iter().find(|row| row.key == residence.municipality.as_str());
        row.map_or(Value::Is { value: 0, is_part: false }, total)
    };
    let all = cities
        .iter()
        .enumerate()
        .flat_map(|(from, residence)| cities.iter().enumerate().map(move |(to, host)| ((from, to), residence, host)));
    all.map(|(ends, residence, host)| Way { ends, value: stays(residence, host) }).collect()
}

/// The matrix and the map.
#[component]
pub fn Flow(cities: Vec<Figures>) -> impl IntoView {
    let ways = ways(&cities);
    let names: Vec<Localised> = cities.iter().map(|city| city.name.clone()).collect();
    let rows = names.iter().enumerate().map(|(from, city)| {
        let cells = ways.iter().filter(|way| way.ends.0 == from).map(|way| {
            let value = way.value;
            view! { <td class="number">{move || said(value, COUNT, locale())}</td> }
        });
        view! { <tr><th scope="row">{name(city.clone())}</th>{cells.collect_view()}</tr> }
    });
    let rows = rows.collect_view();
    view! {
        <section class="card stack" aria-labelledby="flow">
            <h2 id="flow"><Say key="figures.flow"/></h2>
            <p><Say key="figures.flow_lead"/></p>
            <div class="chart-beside">
                <FlowMap cities ways/>
                <Table caption="figures.flow_caption">
                    <thead>
                        <tr>
                            <th scope="col"><Say key="figures.flow_from"/></th>
                            {names.into_iter().map(|city| view! { <th scope="col" class="number">{furigana(move || t_with("figures.flow_to", &[("city", city.get(locale()).to_owned())]))}</th> }).collect_view()}
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </Table>
            </div>
        </section>
    }
}

/// Width and height of the map, in its own units, with room for the names around.
const SIDE: f64 = 360.0;
const ROOM: f64 = 90.0;

/// Where the cities lie to each other: the wider of both directions fills the room; a degree of longitude is shorter than one of latitude.
fn places(cities: &[Figures]) -> Vec<(f64, f64)> {
    let shrink = cities.first().map_or(1.0, |city| city.position.latitude.to_radians().cos());
    let at: Vec<(f64, f64)> = cities.iter().map(|city| (city.position.longitude * shrink, -city.position.latitude)).collect();
    let ends = |pick: fn(&(f64, f64)) -> f64| {
        at.iter().map(pick).fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), value| (least.min(value), most.max(value)))
    };
    let (x, y) = (ends(|at| at.0), ends(|at| at.1));
    let wide = (x.1 - x.0).max(y.1 - y.0).max(f64::EPSILON);
    let middle = |(least, most): (f64, f64)| f64::midpoint(least, most);
    let on = |value: f64, ends| SIDE / 2.0 + (value - middle(ends)) / wide * (SIDE - 2.0 * ROOM);
    at.iter().map(|(a, b)| (on(*a, x), on(*b, y))).collect()
}

#[component]
fn FlowMap(cities: Vec<Figures>, ways: Vec<Way>) -> impl IntoView {
    let at = places(&cities);
    let most = ways.iter().filter(|way| way.ends.0 != way.ends.1).filter_map(|way| way.value.get()).max().unwrap_or(0).max(1);
    let drawn = ways.into_iter().filter(|way| way.ends.0 != way.ends.1).filter_map(|way| {
        let ((x1, y1), (x2, y2)) = (*at.get(way.ends.0)?, *at.get(way.ends.1)?);
        let (from, to) = (cities.get(way.ends.0)?.name.clone(), cities.get(way.ends.1)?.name.clone());
        // Bent to one side, so that both directions are seen; the thicker, the more.
        let (dx, dy) = (x2 - x1, y2 - y1);
        let (bend_x, bend_y) = (f64::midpoint(x1, x2) - dy * 0.25, f64::midpoint(y1, y2) + dx * 0.25);
        let thick = 2 + way.value.get().unwrap_or(0) * 14 / most;
        let value = way.value;
        let told = move || {
            let locale = locale();
            let values = [("from", from.get(locale).to_owned()), ("to", to.get(locale).to_owned()), ("count", said(value, COUNT, locale))];
            t_with("figures.flow_way", &values)
        };
        let words = move || said(value, COUNT, locale());
        let path = format!("M {x1:.1} {y1:.1} Q {bend_x:.1} {bend_y:.1} {x2:.1} {y2:.1}");
        let (text_x, text_y) = ((x1 + 2.0 * bend_x + x2) / 4.0, (y1 + 2.0 * bend_y + y2) / 4.0);
        Some(view! {
            <g class="chart-column" role="img" tabindex="0" aria-label=told>
                <path class="flow-way" d=path stroke-width=thick/>
                <text class="flow-count" x=format!("{text_x:.1}") y=format!("{text_y:.1}") text-anchor="middle" aria-hidden="true">{words}</text>
            </g>
        })
    });
    let drawn = drawn.collect_view();
    let points = cities.iter().zip(&at).map(|(city, (x, y))| {
        let city = city.name.clone();
        view! {
            <circle class="flow-city" cx=format!("{x:.1}") cy=format!("{y:.1}") r="10"/>
            <text class="flow-name" x=format!("{x:.1}") y=format!("{:.1}", y + 34.0) text-anchor="middle">{move || Text::plain(&text({ let city = city.clone(); move || city.get(locale()).to_owned() }))}</text>
        }
    });
    let points = points.collect_view();
    view! {
        <svg class="chart flow-map" viewBox=format!("0 0 {SIDE} {SIDE}") role="group" aria-label=move || t_with("figures.flow_map", &[])>
            {drawn}
            <g aria-hidden="true">{points}</g>
        </svg>
    }
}
