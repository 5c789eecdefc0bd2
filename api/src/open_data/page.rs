//! The page for people, in Japanese and English: what there is of each city, in which formats, and under which licence.

use shared::figures::Measure;
use shared::locale::{Locale, month};
use shared::problem::sentence;

use super::{City, Dataset, File, Known, LICENCE, ROOM};

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn in_both(say: impl Fn(Locale) -> String) -> String {
    format!("<p>{}</p>\n<p lang=\"en\">{}</p>\n", escaped(&say(Locale::Ja)), escaped(&say(Locale::En)))
}

fn said(key: &str) -> String {
    in_both(|locale| sentence(key, locale))
}

fn heading(level: u32, id: &str, key: &str) -> String {
    let (ja, en) = (escaped(&sentence(key, Locale::Ja)), escaped(&sentence(key, Locale::En)));
    format!("<h{level} id=\"{id}\">{ja} <span lang=\"en\">{en}</span></h{level}>\n")
}

/// The page.
pub fn write(known: &Known) -> String {
    let (title, english) = (sentence("open_data.page.title", Locale::Ja), sentence("open_data.page.title", Locale::En));
    let cities: String = known.cities.iter().map(city).collect();
    let months = known.months.map_or_else(
        || said("open_data.page.no_months"),
        |(first, last, _)| {
            in_both(|locale| format!("{}: {} – {}", sentence("open_data.page.months", locale), month(first, locale), month(last, locale)))
        },
    );
    let measures: String = Measure::ALL.iter().map(|measure| defined(*measure)).collect();
    let fictional = if known.cities.iter().any(|city| city.is_fictional) { said("open_data.page.fictional") } else { String::new() };
    format!(
        "<!doctype html>\n<html lang=\"ja\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title} {english}</title>\n\
         <link rel=\"stylesheet\" href=\"{ROOM}/page.css\">\n<link rel=\"alternate\" type=\"application/ld+json\" href=\"{ROOM}/catalog.jsonld\">\n\
         </head>\n<body>\n<main>\n<h1>{title} <span lang=\"en\">{english}</span></h1>\n{lead}{fictional}{months}{cities}\
         {hidden_title}{hidden}{definitions}<dl>\n{measures}</dl>\n{licence_title}{licence}<p><a href=\"{LICENCE}\">CC BY 4.0</a></p>\n\
         {machines_title}<p><a href=\"{ROOM}/catalog.jsonld\">{ROOM}/catalog.jsonld</a> (DCAT, JSON-LD)</p>\n</main>\n</body>\n</html>\n",
        lead = said("open_data.page.lead"),
        hidden_title = heading(2, "hidden", "open_data.word.hidden"),
        hidden = said("open_data.page.hidden"),
        definitions = heading(2, "definitions", "open_data.word.definitions"),
        licence_title = heading(2, "licence", "open_data.word.licence"),
        licence = said("open_data.page.licence"),
        machines_title = heading(2, "machines", "open_data.word.machines"),
    )
}

fn defined(measure: Measure) -> String {
    format!(
        "<dt>{} <span lang=\"en\">{}</span> <code>{}</code></dt>\n<dd>{}</dd>\n",
        escaped(&measure.say(Locale::Ja)),
        escaped(&measure.say(Locale::En)),
        measure.word(),
        in_both(|locale| measure.define(locale)),
    )
}

fn city(city: &City) -> String {
    let (code, name) = (&city.municipality.code, &city.municipality.name);
    let datasets: String = Dataset::ALL
        .iter()
        .map(|dataset| {
            let files = dataset.formats().iter().map(|format| File { dataset: *dataset, format: *format });
            let links: String = files
                .map(|file| {
                    let words = format!("{} {} ({code})", file.format.ending().to_uppercase(), sentence(dataset.title(), Locale::Ja));
                    let path = file.path(code);
                    format!("<li><a href=\"{path}\" aria-label=\"{}\">{}</a></li>\n", escaped(&words), file.format.ending().to_uppercase())
                })
                .collect();
            let id = format!("{code}-{}", dataset.word());
            format!("{}{}<ul class=\"files\">\n{links}</ul>\n", heading(3, &id, dataset.title()), said(dataset.lead()))
        })
        .collect();
    format!(
        "<section aria-labelledby=\"{code}\">\n<h2 id=\"{code}\">{} <span lang=\"en\">{}</span></h2>\n{datasets}</section>\n",
        escaped(&name.ja),
        escaped(&name.en),
    )
}
