//! The page of an archive: plain sections with tables, with nothing that comes from elsewhere, so that it is read without our software.

mod family;
mod services;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use shared::archive::word;
use shared::locale::{Locale, clock_at, clock_span, full_day, ruby, without_ruby};
use shared::problem::sentence;
use shared::time::tokyo_day;

use super::gather::{Gathered, LEFT_OUT, Why};

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// What stands in a table or beside a name, as HTML.
type Html = String;

/// A page that is being written.
struct Page {
    locale: Locale,
    html: Html,
    /// What the tables below are called for who hears the page: the last part or heading of ours.
    label: Html,
}

impl Page {
    /// A sentence of ours, its furigana as ruby.
    fn marked(&self, text: &str) -> Html {
        let one = |(base, reading): (&str, Option<&str>)| match reading {
            Some(reading) => format!("<ruby>{}<rt>{}</rt></ruby>", escaped(base), escaped(reading)),
            None => escaped(base),
        };
        ruby(text).into_iter().map(one).collect()
    }

    fn said(&self, key: &str) -> Html {
        self.marked(&sentence(key, self.locale))
    }

    fn plain(&self, key: &str) -> Html {
        escaped(&without_ruby(&sentence(key, self.locale)))
    }

    /// A table that is wider than the window is scrolled by itself, also with the keyboard.
    fn framed(&mut self, table: &str) {
        let frame = format!("<div class=\"wide\" role=\"group\" tabindex=\"0\" aria-label=\"{}\">{table}</div>\n", self.label);
        self.html.push_str(&frame);
    }

    /// A word of the wire, by its `kind` where it carries more.
    fn word(&self, of: &str, value: &impl Serialize) -> Html {
        let value = serde_json::to_value(value).unwrap_or_default();
        let tag = value.as_str().or_else(|| value.get("kind")?.as_str()).unwrap_or_default();
        self.marked(&word(of, tag, self.locale))
    }

    /// A day with its year, and the time: an archive is read years later.
    fn moment(&self, at: DateTime<Utc>) -> Html {
        format!("{} {}", self.day(tokyo_day(at)), clock_at(at))
    }

    fn span(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> Html {
        if tokyo_day(from) == tokyo_day(until) {
            format!("{} {}", self.day(tokyo_day(from)), clock_span(from, until, self.locale))
        } else {
            format!("{} – {}", self.moment(from), self.moment(until))
        }
    }

    fn moment_of(&self, at: Option<DateTime<Utc>>) -> Html {
        at.map(|at| self.moment(at)).unwrap_or_default()
    }

    fn day(&self, day: NaiveDate) -> Html {
        self.marked(&full_day(day, self.locale))
    }

    fn yen(&self, yen: i64) -> Html {
        self.marked(&shared::locale::yen(yen, self.locale))
    }

    fn yes_or_no(&self, yes: bool) -> Html {
        self.said(if yes { "archive.word.yes" } else { "archive.word.no" })
    }

    fn part(&mut self, id: &str, key: &str) {
        let title = self.said(key);
        self.label = self.plain(key);
        self.html.push_str(&format!("<h2 id=\"{id}\">{title}</h2>\n"));
    }

    fn heading(&mut self, html: &str) {
        self.html.push_str(&format!("<h3>{html}</h3>\n"));
    }

    fn paragraph(&mut self, html: &str) {
        self.html.push_str(&format!("<p>{html}</p>\n"));
    }

    /// Names and what they are; what is empty is left out.
    fn facts(&mut self, facts: &[(&str, Html)]) {
        let row = |(key, html): &(&str, Html)| format!("<tr><th scope=\"row\">{}</th><td>{html}</td></tr>\n", self.said(key));
        let rows: String = facts.iter().filter(|(_, html)| !html.is_empty()).map(row).collect();
        self.framed(&format!("<table><tbody>\n{rows}</tbody></table>"));
    }

    /// A table with a head; where it has no rows, that there are none.
    fn table(&mut self, columns: &[&str], rows: &[Vec<Html>]) {
        if rows.is_empty() {
            let none = self.said("archive.page.none");
            return self.paragraph(&none);
        }
        let head: String = columns.iter().map(|key| format!("<th scope=\"col\">{}</th>", self.said(key))).collect();
        let cells = |row: &Vec<Html>| row.iter().map(|html| format!("<td>{html}</td>")).collect::<String>();
        let body: String = rows.iter().map(|row| format!("<tr>{}</tr>\n", cells(row))).collect();
        self.framed(&format!("<table><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table>"));
    }

    /// A table under a heading of its own; nothing where it has no rows.
    fn more(&mut self, key: &str, columns: &[&str], rows: &[Vec<Html>]) {
        if !rows.is_empty() {
            let title = self.said(key);
            self.label = self.plain(key);
            self.heading(&title);
            self.table(columns, rows);
        }
    }

    fn left_out(&mut self) {
        self.part("left-out", "archive.part.left_out");
        let mut said: Vec<Why> = Vec::new();
        for (_, why) in LEFT_OUT {
            if !said.contains(why) {
                said.push(*why);
            }
        }
        let items: String = said.into_iter().filter_map(Why::key).map(|key| format!("<li>{}</li>\n", self.said(key))).collect();
        self.html.push_str(&format!("<ul>\n{items}</ul>\n"));
    }
}

/// What somebody wrote, with its line breaks.
fn words(text: &str) -> Html {
    if text.is_empty() { Html::new() } else { format!("<span class=\"words\">{}</span>", escaped(text)) }
}

/// Several pieces, each in a line of its own.
fn lines(pieces: impl IntoIterator<Item = Html>) -> Html {
    pieces.into_iter().filter(|piece| !piece.is_empty()).collect::<Vec<_>>().join("<br>")
}

/// The page of an archive, in the language of whoever makes it.
pub fn write(gathered: &Gathered, locale: Locale) -> String {
    let (archive, city) = (&gathered.archive, &gathered.city);
    let mut page = Page { locale, html: Html::new(), label: Html::new() };
    let (title, plain) = (page.said("archive.page.title"), page.plain("archive.page.title"));
    page.label.clone_from(&plain);
    let guardian = escaped(archive.family.guardian_name.as_str());
    page.html.push_str(&format!("<h1>{title}</h1>\n"));
    let lead = page.said("archive.page.lead");
    page.paragraph(&lead);
    let (made, city) = (page.moment(archive.made_at), page.marked(city));
    page.facts(&[("archive.col.guardian", guardian.clone()), ("archive.col.city", city), ("archive.col.made", made)]);
    page.family(archive);
    page.guardians(archive);
    page.children(archive);
    page.known(archive);
    page.bookings(archive, &gathered.terms);
    page.waitlist(archive);
    page.applications(archive);
    page.notices(archive);
    page.facilities(archive);
    page.claims(archive);
    page.accesses(archive);
    page.left_out();
    format!(
        "<!doctype html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"robots\" content=\"noindex\">\n\
         <title>{plain} {guardian}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n{html}</main>\n</body>\n</html>\n",
        lang = locale.html_lang(),
        style = include_str!("page.css"),
        html = page.html,
    )
}
