//! A letter as it stands on paper, in parts that can be heard.

use leptos::prelude::*;
use shared::documents::{Document, Fact, Section};

use crate::i18n::marked;

fn lines(lines: Vec<String>) -> impl IntoView {
    lines.into_iter().map(|line| view! { <span class="letter-line">{marked(&line)}</span> }).collect_view()
}

fn paragraphs(paragraphs: Vec<String>) -> impl IntoView {
    paragraphs.into_iter().map(|paragraph| view! { <p>{marked(&paragraph)}</p> }).collect_view()
}

/// A letter, in its own language whatever the page's is.
#[component]
pub fn Letter(document: Document) -> impl IntoView {
    let rows = document.facts.into_iter().map(|Fact { name, lines: what }| {
        view! {
            <tr>
                <th scope="row">{marked(&name)}</th>
                <td>{lines(what)}</td>
            </tr>
        }
    });
    let sections = document.sections.into_iter().map(|section| {
        let Section { heading, paragraphs: said } = section;
        view! {
            <section>
                <h3>{marked(&heading)}</h3>
                {paragraphs(said)}
            </section>
        }
    });
    view! {
        <article class="letter" lang=document.language.html_lang()>
            <p class="letter-end">{lines(vec![document.number, document.date])}</p>
            <p class="letter-to">{marked(&document.addressee)}</p>
            <p class="letter-end">{lines(document.sender)}</p>
            <h2>{marked(&document.title)}</h2>
            {paragraphs(document.body)}
            <table class="letter-facts"><tbody>{rows.collect_view()}</tbody></table>
            {sections.collect_view()}
        </article>
    }
}
