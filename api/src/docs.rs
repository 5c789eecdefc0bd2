//! The page that the `type` of every problem names: each code with its sentence, in Japanese and English.

use std::sync::OnceLock;

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpResponse, get, web};
use shared::locale::Locale;
use shared::problem::{codes, sentence};

/// Where it is; the code follows as the fragment.
pub const ERRORS: &str = "/docs/errors";

/// The page and how it looks.
pub fn configure(config: &mut web::ServiceConfig) {
    config.service(get_errors).service(get_errors_style);
}

#[get("/docs/errors")]
async fn get_errors() -> HttpResponse {
    static PAGE: OnceLock<String> = OnceLock::new();
    HttpResponse::Ok().insert_header((CONTENT_TYPE, "text/html; charset=utf-8")).body(PAGE.get_or_init(page).as_str())
}

#[get("/docs/errors.css")]
async fn get_errors_style() -> HttpResponse {
    HttpResponse::Ok().insert_header((CONTENT_TYPE, "text/css; charset=utf-8")).body(include_str!("docs/errors.css"))
}

fn page() -> String {
    let codes = codes();
    let mut slices: Vec<&str> = codes.iter().filter_map(|code| code.split('.').next()).collect();
    slices.dedup();
    let links: String = slices.iter().map(|slice| format!("<li><a href=\"#{slice}\">{slice}</a></li>\n")).collect();
    let sections: String = slices
        .iter()
        .map(|slice| {
            let of_slice = codes.iter().filter(|code| code.split('.').next() == Some(slice));
            let entries: String = of_slice
                .map(|code| format!("<article id=\"{code}\">\n<h3><code>{code}</code></h3>\n{}</article>\n", in_both(code)))
                .collect();
            format!("<section aria-labelledby=\"{slice}\">\n<h2 id=\"{slice}\">{slice}</h2>\n{entries}</section>\n")
        })
        .collect();
    let (title, english) = (sentence("problem.page.title", Locale::Ja), sentence("problem.page.title", Locale::En));
    let lead = in_both("problem.page.lead");
    format!(
        "<!doctype html>\n<html lang=\"ja\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title} {english} | Yumigahama API</title>\n\
         <link rel=\"stylesheet\" href=\"{ERRORS}.css\">\n</head>\n<body>\n<main>\n\
         <h1>{title} <span lang=\"en\">{english}</span></h1>\n{lead}<nav aria-label=\"{title}\">\n<ul>\n{links}</ul>\n</nav>\n{sections}\
         </main>\n</body>\n</html>\n"
    )
}

/// A sentence in both languages of the page.
fn in_both(key: &str) -> String {
    format!("<p>{}</p>\n<p lang=\"en\">{}</p>\n", marked_up(&sentence(key, Locale::Ja)), marked_up(&sentence(key, Locale::En)))
}

/// A sentence as HTML; the places of its values carry their names.
fn marked_up(sentence: &str) -> String {
    let escaped = sentence.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let mut parts = escaped.split("%{");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |said, part| match part.split_once('}') {
        Some((name, rest)) => format!("{said}<var>{name}</var>{rest}"),
        None => said + part,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_place_with_both_sentences() {
        let page = page();
        assert!(codes().len() > 60);
        for code in codes() {
            let place = page.split_once(&format!("<article id=\"{code}\">")).unwrap_or_else(|| panic!("{code} has no place")).1;
            let place = place.split_once("</article>").unwrap().0;
            for locale in [Locale::Ja, Locale::En] {
                assert!(place.contains(&marked_up(&sentence(&code, locale))), "{code}");
            }
        }
        assert!(!page.contains("%{"));
        assert_eq!(marked_up("あと%{left}名 < %{wanted}"), "あと<var>left</var>名 &lt; <var>wanted</var>");
    }
}
