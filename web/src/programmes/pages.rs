//! Every version of a city's programmes, and one of them as a readable whole.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use shared::locale::full_day;
use shared::programmes::Programme;

use super::client;
use super::words::{Difference, Section, differences, of_version};
use crate::i18n::{Say, Text, furigana, locale, marked, name, say, say_with};
use crate::office::{OfficeNav, OfficePlace, my_city};
use crate::paths;
use crate::settings;
use crate::ui::{Breadcrumbs, Chip, Glyph, LinkButton, Load, PageTitle, Tone};

/// The way back to the list.
pub fn trail() -> Vec<(String, Text)> {
    vec![(paths::office_programmes(), "office.programmes".into())]
}

/// Whether a version is over, holds, or is to come.
fn standing(version: &Programme) -> (Option<Tone>, &'static str) {
    let today = settings::today();
    if version.valid_until.is_some_and(|last| last < today) {
        (None, "programmes.is_over")
    } else if today < version.valid_from {
        (Some(Tone::Info), "programmes.is_ahead")
    } else {
        (Some(Tone::Success), "programmes.holds")
    }
}

/// From the first day to the last.
fn days(version: &Programme) -> impl IntoView + use<> {
    let (from, until) = (version.valid_from, version.valid_until);
    match until {
        Some(until) => {
            say_with("programmes.from_to", move || vec![("from", full_day(from, locale())), ("until", full_day(until, locale()))])
                .into_any()
        }
        None => say_with("programmes.from_on", move || vec![("from", full_day(from, locale()))]).into_any(),
    }
}

/// The versions of the officer's city, by programme.
#[component]
pub fn VersionsPage() -> impl IntoView {
    let city = my_city().map(|code| code.to_string()).unwrap_or_default();
    let versions = LocalResource::new(move || {
        let city = city.clone();
        async move { client::versions(&city).await }
    });
    view! {
        <div class="stack staff">
            <OfficeNav here=OfficePlace::Programmes/>
            <PageTitle text="office.programmes"/>
            <p><Say key="programmes.list_lead"/></p>
            <Load what=versions let:known>
                {grouped(known)
                    .into_iter()
                    .map(|versions| {
                        let title = versions.last().map(|version| version.name.clone()).unwrap_or_else(|| shared::locale::Localised::new("", "", ""));
                        view! {
                            <section class="card stack">
                                <h2>{name(title)}</h2>
                                <ul class="plain-list stack">{versions.into_iter().map(|version| view! { <li><Line version/></li> }).collect_view()}</ul>
                            </section>
                        }
                    })
                    .collect_view()}
            </Load>
        </div>
    }
}

/// The versions of each programme, the latest last.
fn grouped(versions: Vec<Programme>) -> Vec<Vec<Programme>> {
    let mut groups: Vec<Vec<Programme>> = Vec::new();
    for version in versions {
        match groups.last_mut().filter(|group| group.last().is_some_and(|last| last.key == version.key)) {
            Some(group) => group.push(version),
            None => groups.push(vec![version]),
        }
    }
    groups
}

#[component]
fn Line(version: Programme) -> impl IntoView {
    let (tone, key) = standing(&version);
    let chip = match tone {
        Some(tone) => view! { <Chip tone>{say(key)}</Chip> }.into_any(),
        None => view! { <Chip>{say(key)}</Chip> }.into_any(),
    };
    view! { <div class="row"><a href=paths::office_programme(version.id.as_str())>{days(&version)}</a> {chip}</div> }
}

/// One version as a readable whole.
#[component]
pub fn VersionPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("version_id")).unwrap_or_default());
    let city = my_city().map(|code| code.to_string()).unwrap_or_default();
    let versions = LocalResource::new(move || {
        let city = city.clone();
        async move { client::versions(&city).await }
    });
    view! {
        <div class="stack staff">
            <OfficeNav here=OfficePlace::Programmes/>
            <Breadcrumbs trail=trail() here="programmes.version"/>
            <PageTitle text="programmes.version"/>
            <Load what=versions let:known>
                {
                    let chosen = known.iter().position(|version| id.with(|id| version.id.as_str() == id));
                    match chosen.and_then(|nth| known.get(nth).cloned().map(|version| (nth, version))) {
                        Some((nth, version)) => {
                            let before = nth.checked_sub(1).and_then(|nth| known.get(nth)).filter(|before| before.key == version.key).cloned();
                            view! { <Version version before/> }.into_any()
                        }
                        None => view! { <p><Say key="programmes.unknown"/></p> }.into_any(),
                    }
                }
            </Load>
        </div>
    }
}

#[component]
fn Version(version: Programme, before: Option<Programme>) -> impl IntoView {
    let (title, next) = (version.name.clone(), paths::office_new_version(version.id.as_str()));
    let line = version.clone();
    let version = StoredValue::new(version);
    view! {
        <p class="board-line"><strong>{name(title)}</strong></p>
        <Line version=line/>
        <div class="row no-print"><LinkButton href=next icon=Glyph::Plus><Say key="programmes.next_from_this"/></LinkButton></div>
        {before
            .map(|before| {
                let before = StoredValue::new(before);
                let all = move || {
                    let locale = locale();
                    version.with_value(|version| before.with_value(|before| differences(&of_version(before, locale), &of_version(version, locale))))
                };
                view! {
                    <section class="card stack">
                        <h2><Say key="programmes.differences"/></h2>
                        {move || view! { <Differences all=all()/> }}
                    </section>
                }
            })}
        {move || version.with_value(|version| of_version(version, locale())).into_iter().map(|section| view! { <Part section/> }).collect_view()}
    }
}

#[component]
fn Part(section: Section) -> impl IntoView {
    view! {
        <section class="card stack">
            <h2>{say(section.title)}</h2>
            {if section.lines.is_empty() {
                view! { <p class="quiet"><Say key="programmes.none"/></p> }.into_any()
            } else {
                view! { <ul class="reasons">{section.lines.into_iter().map(|line| view! { <li>{marked(&line)}</li> }).collect_view()}</ul> }.into_any()
            }}
        </section>
    }
}

/// What no longer holds, and what holds instead.
#[component]
pub fn Differences(all: Vec<Difference>) -> impl IntoView {
    if all.is_empty() {
        return view! { <p><Say key="programmes.no_difference"/></p> }.into_any();
    }
    let list = |lines: Vec<String>| {
        if lines.is_empty() {
            view! { <p class="quiet"><Say key="programmes.none"/></p> }.into_any()
        } else {
            lines.into_iter().map(|line| view! { <p>{furigana(move || line.clone())}</p> }).collect_view().into_any()
        }
    };
    all.into_iter()
        .map(|difference| {
            view! {
                <section class="stack">
                    <h3>{say(difference.title)}</h3>
                    <dl class="old-and-new">
                        <div><dt><Say key="programmes.before"/></dt><dd>{list(difference.gone)}</dd></div>
                        <div><dt><Say key="programmes.after"/></dt><dd>{list(difference.new)}</dd></div>
                    </dl>
                </section>
            }
        })
        .collect_view()
        .into_any()
}
