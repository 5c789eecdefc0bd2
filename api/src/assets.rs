//! Serves the app that is embedded in the binary, and its first page for every address of the app.

use actix_web::http::header::{
    self, AcceptEncoding, CacheControl, CacheDirective, ContentEncoding, ETag, Encoding, EntityTag, Header as _, IfNoneMatch,
};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, guard, web};

/// One file of the app with its packed forms, all made at build time.
struct File {
    /// As in the URL, beginning with `/`.
    path: &'static str,
    content_type: &'static str,
    /// SHA-256 of the raw bytes, in hexadecimal.
    hash: &'static str,
    /// The name changes with the content, so a browser need never ask again.
    immutable: bool,
    raw: &'static [u8],
    br: Option<&'static [u8]>,
    gz: Option<&'static [u8]>,
}

mod embedded {
    use super::File;
    include!(concat!(env!("OUT_DIR"), "/assets.rs"));
}

/// Paths that belong to the API and its operators; an unknown one among them is a 404, never a page.
const NOT_THE_APP: &[&str] = &["/api", "/docs", "/openapi.json", "/healthz", "/readyz", "/metrics"];

const YEAR_IN_SECONDS: u32 = 365 * 24 * 60 * 60;

/// Answers GET and HEAD for the app's files and pages. What it does not know falls through to the
/// other services, wherever this one stands among them.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::resource("/{path:.*}")
            .guard(guard::fn_guard(|ctx| {
                let head = ctx.head();
                matches!(head.method, Method::GET | Method::HEAD) && find(head.uri.path()).is_some()
            }))
            .to(serve),
    );
}

/// Hashes of the inline scripts of the app's page as a content security policy writes them (`sha256-…`).
pub fn inline_script_hashes() -> &'static [&'static str] {
    embedded::INLINE_SCRIPT_HASHES
}

/// The file of this path, or the app's page when the path is a page of the app.
fn find(path: &str) -> Option<&'static File> {
    find_in(embedded::FILES, path)
}

fn find_in<'a>(files: &'a [File], path: &str) -> Option<&'a File> {
    let file = |path: &str| files.iter().find(|file| file.path == path);
    if let Some(found) = file(path) {
        return Some(found);
    }
    let is_reserved =
        NOT_THE_APP.iter().any(|prefix| path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
    let looks_like_a_file = path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    if is_reserved || looks_like_a_file {
        None
    } else {
        // The search, the pages of staff and those of officers have builds of their own; the service worker knows the same. A build for
        // developing has only one for all.
        let below = |prefix: &str| path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let own = match path {
            "/" => Some("/first.html"),
            _ if below("/staff") => Some("/staff.html"),
            _ if below("/office") => Some("/office.html"),
            _ => None,
        };
        own.and_then(file).or_else(|| file("/index.html"))
    }
}

async fn serve(request: HttpRequest) -> HttpResponse {
    match find(request.path()) {
        Some(file) => answer(file, &request),
        None => HttpResponse::new(StatusCode::NOT_FOUND),
    }
}

fn answer(file: &File, request: &HttpRequest) -> HttpResponse {
    let (encoding, body) = choose(file, AcceptEncoding::parse(request).ok());
    // Each form is its own representation and carries its own tag.
    let tag = EntityTag::new_strong(match encoding {
        ContentEncoding::Identity => file.hash.to_owned(),
        packed => format!("{}-{}", file.hash, packed.as_str()),
    });
    let is_known = match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|known| known.weak_eq(&tag)),
        Err(_) => false,
    };

    let mut response = HttpResponse::build(if is_known { StatusCode::NOT_MODIFIED } else { StatusCode::OK });
    response.insert_header(ETag(tag)).insert_header(cache_control(file));
    if file.br.is_some() || file.gz.is_some() {
        response.insert_header((header::VARY, "Accept-Encoding"));
    }
    if is_known {
        return response.finish();
    }
    response.insert_header((header::CONTENT_TYPE, file.content_type));
    if encoding != ContentEncoding::Identity {
        response.insert_header(encoding);
    }
    response.body(web::Bytes::from_static(body))
}

fn cache_control(file: &File) -> CacheControl {
    if file.immutable {
        CacheControl(vec![
            CacheDirective::Public,
            CacheDirective::MaxAge(YEAR_IN_SECONDS),
            CacheDirective::Extension("immutable".to_owned(), None),
        ])
    } else {
        CacheControl(vec![CacheDirective::NoCache])
    }
}

/// The smallest form that the client takes.
fn choose(file: &File, accepted: Option<AcceptEncoding>) -> (ContentEncoding, &'static [u8]) {
    let forms = [(Encoding::brotli(), file.br), (Encoding::gzip(), file.gz), (Encoding::identity(), Some(file.raw))];
    let supported = forms.iter().filter(|(_, body)| body.is_some()).map(|(encoding, _)| encoding);
    match (accepted.and_then(|accepted| accepted.negotiate(supported)), file.br, file.gz) {
        (Some(Encoding::Known(ContentEncoding::Brotli)), Some(body), _) => (ContentEncoding::Brotli, body),
        (Some(Encoding::Known(ContentEncoding::Gzip)), _, Some(body)) => (ContentEncoding::Gzip, body),
        _ => (ContentEncoding::Identity, file.raw),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::{TestRequest, call_service, init_service, read_body};
    use actix_web::{App, HttpResponse};

    use super::*;

    const PAGE: File = File {
        path: "/index.html",
        content_type: "text/html; charset=utf-8",
        hash: "abc",
        immutable: false,
        raw: b"<p>page</p>",
        br: Some(b"b"),
        gz: Some(b"g"),
    };
    const FIRST: File = File { path: "/first.html", ..PAGE };
    const STAFF: File = File { path: "/staff.html", ..PAGE };
    const OFFICE: File = File { path: "/office.html", ..PAGE };
    const CODE: File = File {
        path: "/web-0123456789abcdef.js",
        content_type: "text/javascript; charset=utf-8",
        hash: "def",
        immutable: true,
        raw: b"start()",
        br: None,
        gz: None,
    };

    fn header(response: &HttpResponse, name: header::HeaderName) -> Option<&str> {
        response.headers().get(name).map(|value| value.to_str().unwrap())
    }

    #[test]
    fn every_address_of_the_app_is_its_page_and_the_api_keeps_its_own() {
        let files = [PAGE, CODE];
        for path in ["/", "/index.html", "/bookings", "/staff/today", "/facilities/0198/week", "/apiary"] {
            assert_eq!(find_in(&files, path).map(|file| file.path), Some("/index.html"), "{path}");
        }
        let files = [PAGE, FIRST, STAFF, OFFICE, CODE];
        for path in ["/", "/first.html"] {
            assert_eq!(find_in(&files, path).map(|file| file.path), Some("/first.html"), "{path}");
        }
        for path in ["/staff", "/staff/", "/staff/slots/0198", "/staff.html"] {
            assert_eq!(find_in(&files, path).map(|file| file.path), Some("/staff.html"), "{path}");
        }
        for path in ["/office", "/office/applications", "/office.html"] {
            assert_eq!(find_in(&files, path).map(|file| file.path), Some("/office.html"), "{path}");
        }
        for path in ["/index.html", "/bookings", "/facilities/0198", "/staffroom", "/offices", "/sign_in"] {
            assert_eq!(find_in(&files, path).map(|file| file.path), Some("/index.html"), "{path}");
        }
        assert_eq!(find_in(&files, CODE.path).map(|file| file.path), Some(CODE.path));
        for path in ["/api", "/api/v1/me", "/docs", "/docs/", "/openapi.json", "/healthz", "/readyz", "/metrics", "/gone.js"] {
            assert!(find_in(&files, path).is_none(), "{path}");
        }
    }

    #[test]
    fn the_best_form_that_the_client_takes_is_sent() {
        for (accept, encoding, body) in [
            (Some("gzip, deflate, br, zstd"), Some("br"), "b"),
            (Some("gzip"), Some("gzip"), "g"),
            (Some("br;q=0.1, gzip"), Some("gzip"), "g"),
            (Some("identity"), None, "<p>page</p>"),
            (Some("zstd"), None, "<p>page</p>"),
            (None, None, "<p>page</p>"),
        ] {
            let mut request = TestRequest::get();
            if let Some(accept) = accept {
                request = request.insert_header((header::ACCEPT_ENCODING, accept));
            }
            let response = answer(&PAGE, &request.to_http_request());
            assert_eq!(header(&response, header::CONTENT_ENCODING), encoding, "{accept:?}");
            assert_eq!(header(&response, header::VARY), Some("Accept-Encoding"));
            let sent = actix_web::body::MessageBody::try_into_bytes(response.into_body()).unwrap();
            assert_eq!(sent, body.as_bytes(), "{accept:?}");
        }
    }

    #[test]
    fn a_known_form_is_not_sent_again_and_another_form_is() {
        let ask = |accept: &str, tag: &str| {
            let request = TestRequest::get().insert_header((header::ACCEPT_ENCODING, accept)).insert_header((header::IF_NONE_MATCH, tag));
            answer(&PAGE, &request.to_http_request()).status()
        };
        assert_eq!(ask("br", "\"abc-br\""), StatusCode::NOT_MODIFIED);
        assert_eq!(ask("br", "W/\"abc-br\", \"x\""), StatusCode::NOT_MODIFIED);
        assert_eq!(ask("br", "*"), StatusCode::NOT_MODIFIED);
        assert_eq!(ask("gzip", "\"abc-br\""), StatusCode::OK);
        assert_eq!(ask("identity", "\"abc\""), StatusCode::NOT_MODIFIED);
    }

    #[test]
    fn only_hashed_names_are_kept_without_asking() {
        let request = TestRequest::get().to_http_request();
        let code = answer(&CODE, &request);
        assert_eq!(header(&code, header::CACHE_CONTROL), Some("public, max-age=31536000, immutable"));
        assert_eq!(header(&code, header::VARY), None);
        let page = answer(&PAGE, &request);
        assert_eq!(header(&page, header::CACHE_CONTROL), Some("no-cache"));
    }

    #[actix_web::test]
    async fn the_app_stands_beside_the_api_without_hiding_it() {
        let api = web::resource("/api/v1/me").to(|| async { HttpResponse::Unauthorized().finish() });
        let app = init_service(
            App::new().configure(configure).service(api).default_service(web::to(|| async { HttpResponse::NotFound().body("problem") })),
        )
        .await;
        let page = call_service(&app, TestRequest::get().uri("/bookings/1?from=mail").to_request()).await;
        assert_eq!(page.status(), StatusCode::OK);
        assert!(read_body(page).await.starts_with(b"<!"));
        let head = TestRequest::default().method(Method::HEAD).uri("/").to_request();
        assert_eq!(call_service(&app, head).await.status(), StatusCode::OK);
        for (request, status) in [
            (TestRequest::get().uri("/api/v1/me"), StatusCode::UNAUTHORIZED),
            (TestRequest::get().uri("/api/v1/none"), StatusCode::NOT_FOUND),
            (TestRequest::post().uri("/"), StatusCode::NOT_FOUND),
            (TestRequest::get().uri("/none.js"), StatusCode::NOT_FOUND),
        ] {
            assert_eq!(call_service(&app, request.to_request()).await.status(), status);
        }
    }

    #[test]
    fn what_is_embedded_is_a_whole_app() {
        assert!(find("/").is_some_and(|page| page.content_type.starts_with("text/html")));
        if let Some(worker) = find("/sw.js") {
            let text = std::str::from_utf8(worker.raw).unwrap();
            assert!(text.contains(r#"{"path":"/index.html","hash":""#), "the service worker does not name the page");
            assert!(!worker.immutable);
        }
    }
}
