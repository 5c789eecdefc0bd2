//! The page of figures: what is asked for, and all that is told.

use leptos::prelude::*;
use shared::figures::reading::Figure;
use shared::figures::{Figures, Measure, View};
use shared::locale::month as month_words;
use shared::time::tokyo_day;

use super::client::{self, Known, Wanted};
use super::flow::Flow;
use super::model::{self, words};
use super::parts::{ByPart, OverMonths, Split, Tile};
use crate::i18n::{Say, Text, locale, say_with, text};
use crate::office::{OfficeNav, OfficePlace, my_city};
use crate::ui::{Button, EmptyState, Field, Glyph, Load, Look, Need, PageTitle, Select};
use crate::{paths, settings};

/// What is asked for.
#[derive(Clone, Copy)]
struct Asked {
    range: RwSignal<String>,
    compared: RwSignal<String>,
    by: RwSignal<String>,
}

impl Asked {
    fn view(self) -> View {
        View::of_word(&self.by.get()).unwrap_or(View::Facility)
    }
}

/// The figures of the officer's city.
#[component]
pub fn FiguresPage() -> impl IntoView {
    let signal = |word: &str| RwSignal::new(word.to_owned());
    let asked = Asked { range: signal("year"), compared: signal("year"), by: signal("facility") };
    let today = tokyo_day(settings::now());
    let own = my_city().map(|code| code.to_string()).unwrap_or_default();
    let found = LocalResource::new(move || {
        let months = model::range(&asked.range.get(), today);
        let wanted = Wanted { months, by: asked.view() };
        let before = model::before(&asked.compared.get(), months).map(|months| Wanted { months, ..wanted });
        let own = own.clone();
        async move { client::known(own, wanted, before).await }
    });
    view! {
        <div class="stack staff figures-page">
            <OfficeNav here=OfficePlace::Figures/>
            <PageTitle text="figures.title"/>
            <p><Say key="figures.lead"/></p>
            <Choices asked/>
            <Load what=found let:known><Everything known asked/></Load>
        </div>
    }
}

#[component]
fn Choices(asked: Asked) -> impl IntoView {
    let options = |words: Vec<(&'static str, Text)>| {
        Signal::stored(words.into_iter().map(|(word, text)| (word.to_owned(), text)).collect::<Vec<_>>())
    };
    let ranges = ["figures.range_year", "figures.range_fiscal", "figures.range_fiscal_before"].map(Text::from);
    let compared = ["figures.compare_year", "figures.compare_before", "figures.compare_city", "figures.compare_none"].map(Text::from);
    let views = View::CHOSEN.map(|view| (view.word(), text(move || view.say(locale()))));
    view! {
        <div class="row no-print">
            <Field id="figures-range" required=Need::Unsaid label="figures.range_label"><Select value=asked.range options=options(model::RANGES.into_iter().zip(ranges).collect())/></Field>
            <Field id="figures-compared" required=Need::Unsaid label="figures.compare_label"><Select value=asked.compared options=options(model::COMPARED.into_iter().zip(compared).collect())/></Field>
            <Field id="figures-by" required=Need::Unsaid label="figures.by_label"><Select value=asked.by options=options(views.to_vec())/></Field>
        </div>
        <div class="row no-print">
            <Button look=Look::Outline icon=Glyph::Print on_press=Callback::new(|()| drop(window().print()))><Say key="figures.print"/></Button>
            <a href=paths::open_data() rel="external"><Say key="figures.open_data"/></a>
        </div>
    }
}

#[component]
fn Everything(known: Known, asked: Asked) -> impl IntoView {
    let Known { cities, before } = known;
    let Some(now) = cities.first().cloned().filter(|city| !city.months.is_empty()) else {
        return view! { <EmptyState words="figures.none"/> }.into_any();
    };
    let compared = if asked.compared.get_untracked() == "city" { cities.get(1).cloned() } else { before };
    let by = View::of_word(&asked.by.get_untracked()).unwrap_or(View::Facility);
    let tiles = Figure::ALL.map(|figure| view! { <Tile figure now=now.clone() before=compared.clone()/> });
    let chosen = RwSignal::new("0".to_owned());
    let (months_of, months_before) = (now.clone(), compared.clone());
    view! {
        <Span now=now.clone() before=compared/>
        <section class="stack" aria-labelledby="summary">
            <h2 id="summary"><Say key="figures.summary"/></h2>
            <dl class="figure-tiles">{tiles.into_iter().collect_view()}</dl>
            <p class="quiet"><Say key="figures.star"/></p>
        </section>
        <section class="card stack" aria-labelledby="months">
            <h2 id="months"><Say key="figures.months"/></h2>
            <WhichFigure chosen/>
            {move || {
                let figure = chosen.get().parse().ok().and_then(|nth: usize| Figure::ALL.get(nth).copied()).unwrap_or(Figure::Fill);
                view! { <OverMonths figure now=months_of.clone() before=months_before.clone()/> }
            }}
        </section>
        <section class="card stack" aria-labelledby="parts">
            <h2 id="parts">{say_with("figures.parts", move || vec![("by", by.say(locale()))])}</h2>
            <ByPart by now=now.clone()/>
        </section>
        <Flow cities/>
        <Split measure=Measure::Made by=View::Channel now=now.clone()/>
        <Split measure=Measure::Made by=View::Hour now=now.clone()/>
        <Split measure=Measure::Made by=View::Office now=now.clone()/>
        <Split measure=Measure::Unmet by=View::Why now=now.clone()/>
        <Split measure=Measure::Cancelled by=View::Reason now=now.clone()/>
        <Split measure=Measure::Waited by=View::Outcome now=now.clone()/>
        <Split measure=Measure::Decided by=View::Lead now=now.clone()/>
        <Split measure=Measure::Notified by=View::Outcome now=now/>
        <section class="stack" aria-labelledby="hidden">
            <h2 id="hidden"><Say key="figures.hidden"/></h2>
            <p><Say key="figures.hidden_how"/></p>
        </section>
    }
    .into_any()
}

/// Which city and months are shown, and which they are compared with.
#[component]
fn Span(now: Figures, before: Option<Figures>) -> impl IntoView {
    let span = |key: &'static str, of: &Figures| {
        let (name, months) = (of.name.clone(), of.months.clone());
        say_with(key, move || {
            let locale = locale();
            let word = |month: Option<&shared::time::Month>| month.map_or_else(|| "–".to_owned(), |month| month_words(*month, locale));
            vec![("city", name.get(locale).to_owned()), ("from", word(months.first())), ("to", word(months.last()))]
        })
    };
    let compared = before.as_ref().map(|before| view! { <br/> {span("figures.span_before", before)} });
    view! { <p>{span("figures.span", &now)} {compared}</p> }
}

#[component]
fn WhichFigure(chosen: RwSignal<String>) -> impl IntoView {
    let options: Vec<(String, Text)> =
        (0..).zip(Figure::ALL).map(|(nth, figure): (usize, Figure)| (nth.to_string(), Text::from(words(figure).0))).collect();
    view! { <div class="no-print"><Field id="figures-which" required=Need::Unsaid label="figures.which"><Select value=chosen options=Signal::stored(options)/></Field></div> }
}
