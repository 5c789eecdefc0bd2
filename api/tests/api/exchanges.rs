//! Files of registers that come from a service of the city: a stand-in that its own document describes, in good order and in bad.

use std::collections::VecDeque;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{App as ActixApp, HttpRequest, HttpResponse, HttpServer, web};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use api::registers::exchange::{Exchange as _, ExchangeError, Folder, Http, Pace, Receipt, Waiting, receive};
use shared::registers::Kind;

use crate::app::YONAGO;

const TOKEN: &str = "a token of the test";

/// What the stand-in does with the next request instead of answering it well.
#[derive(Debug, Clone)]
enum Mood {
    Status(u16),
    /// Says after how many seconds to ask again.
    Busy(u16, u64),
    Slow(Duration),
    WrongType,
    /// Half of the body, with the length of the whole.
    Half,
    /// Other bytes than were announced.
    Other,
}

#[derive(Debug, Default)]
struct Desk {
    files: Vec<(String, Vec<u8>)>,
    moods: VecDeque<Mood>,
    /// Method, path, key and status of every request.
    seen: Vec<(String, String, Option<String>, u16)>,
    receipts: Vec<(String, Value)>,
    delivered: Vec<(String, String, Vec<u8>)>,
}

type Shared = Arc<Mutex<Desk>>;

fn document() -> Value {
    serde_json::from_str(include_str!("../../../openapi/register-exchange.json")).unwrap()
}

/// The operation that a request calls, as the document has it; no other may be called.
fn operation(method: &str, path: &str) -> Value {
    let parts: Vec<&str> = path.split('/').collect();
    let document = document();
    let fits = |template: &str| {
        let wanted: Vec<&str> = template.split('/').collect();
        wanted.len() == parts.len() && wanted.iter().zip(&parts).all(|(wanted, part)| wanted.starts_with('{') || wanted == part)
    };
    let (_, item) = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .find(|(template, _)| fits(template))
        .unwrap_or_else(|| panic!("{path} is not in the document"));
    let found = item[method.to_lowercase()].clone();
    assert!(found.is_object(), "{method} {path} is not in the document");
    found
}

fn good(desk: &mut Desk, request: &HttpRequest, body: &[u8]) -> (u16, &'static str, Vec<u8>) {
    let (method, path) = (request.method().as_str(), request.path());
    let name = path.split('/').nth(2).unwrap_or_default().to_owned();
    match (operation(method, path)["operationId"].as_str().unwrap(), request.headers().get("idempotency-key")) {
        ("list_files", _) => {
            let waiting = |(name, bytes): &(String, Vec<u8>)| json!({ "name": name, "sha256": hash(bytes) });
            (200, "application/json", json!({ "files": desk.files.iter().map(waiting).collect::<Vec<_>>() }).to_string().into_bytes())
        }
        ("get_file", _) => match desk.files.iter().find(|(known, _)| *known == name) {
            Some((_, bytes)) => (200, "text/csv", bytes.clone()),
            None => (404, "text/plain", Vec::new()),
        },
        ("acknowledge_file", Some(_)) => {
            desk.files.retain(|(known, _)| *known != name);
            desk.receipts.push((name, serde_json::from_slice(body).unwrap()));
            (204, "", Vec::new())
        }
        ("deliver_file", Some(key)) => {
            let key = key.to_str().unwrap().to_owned();
            if !desk.delivered.iter().any(|(known, ..)| *known == key) {
                desk.delivered.push((key, name, body.to_vec()));
            }
            (201, "", Vec::new())
        }
        other => panic!("{other:?} without a key"),
    }
}

async fn serve(desk: web::Data<Shared>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    assert_eq!(request.headers().get("authorization").unwrap(), &format!("Bearer {TOKEN}"));
    let mood = desk.lock().unwrap().moods.pop_front();
    if let Some(Mood::Slow(wait)) = mood {
        actix_web::rt::time::sleep(wait).await;
    }
    let mut desk = desk.lock().unwrap();
    let (status, kind, body) = match &mood {
        Some(Mood::Status(status) | Mood::Busy(status, _)) => (*status, "text/plain", Vec::new()),
        _ => good(&mut desk, &request, &body),
    };
    let told = operation(request.method().as_str(), request.path());
    let is_described = told["responses"].get(status.to_string()).is_some();
    assert!(is_described || matches!(mood, Some(Mood::Status(_))), "{status} is not in the document");
    if status == 200 {
        assert!(told["responses"]["200"]["content"].get(kind).is_some(), "{kind} is not in the document");
    }
    let key = request.headers().get("idempotency-key").map(|key| key.to_str().unwrap().to_owned());
    desk.seen.push((request.method().to_string(), request.path().to_owned(), key, status));
    let mut answer = HttpResponse::build(actix_web::http::StatusCode::from_u16(status).unwrap());
    if let Some(Mood::Busy(_, seconds)) = mood {
        answer.insert_header(("Retry-After", seconds.to_string()));
    }
    match mood {
        Some(Mood::WrongType) => answer.insert_header((CONTENT_TYPE, "text/html")).body(body),
        Some(Mood::Other) => answer.insert_header((CONTENT_TYPE, kind)).body([body.as_slice(), b"\r\nmore"].concat()),
        Some(Mood::Half) => {
            let half = web::Bytes::copy_from_slice(&body[..body.len() / 2]);
            let broken = futures_util::stream::iter([Ok(half), Err(std::io::Error::other("the line is cut"))]);
            answer.insert_header((CONTENT_TYPE, kind)).no_chunking(u64::try_from(body.len()).unwrap()).streaming(broken)
        }
        _ if body.is_empty() => answer.finish(),
        _ => answer.insert_header((CONTENT_TYPE, kind)).body(body),
    }
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A stand-in with these files, and a client that does not wait long.
fn stand_in(files: &[(&str, &str)]) -> (Shared, Http) {
    let files = files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
    let desk: Shared = Arc::new(Mutex::new(Desk { files, ..Desk::default() }));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}/", listener.local_addr().unwrap());
    let data = web::Data::new(Arc::clone(&desk));
    let server = HttpServer::new(move || ActixApp::new().app_data(data.clone()).default_service(web::to(serve))).workers(1);
    actix_web::rt::spawn(server.listen(listener).unwrap().run());
    let pace =
        Pace { answer: Duration::from_millis(400), first_wait: Duration::from_millis(10), longest_wait: Duration::from_secs(2), tries: 4 };
    (desk, Http::new(&base, TOKEN, pace).unwrap())
}

fn moods(desk: &Shared, moods: impl IntoIterator<Item = Mood>) {
    desk.lock().unwrap().moods.extend(moods);
}

fn statuses(desk: &Shared) -> Vec<u16> {
    desk.lock().unwrap().seen.drain(..).map(|(.., status)| status).collect()
}

const HEAD: &str = "様式,全国地方公共団体コード,住民キー,世帯キー,カナ,生年月日,住民となった日";

fn extract(key: &str) -> String {
    format!("{HEAD}\r\n{},{YONAGO},{key},H-1,アオイ,2025-05-01,2025-05-01\r\n", Kind::Residents.form())
}

on_both! {
    async fn files_are_fetched_taken_in_and_acknowledged_once(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        ana.child("2025-05-01").await;
        let with_number = extract("123456789018");
        let (desk, http) = stand_in(&[("residents_1.csv", &extract("R-1")), ("residents_2.csv", &with_number), ("residents_3.csv", &extract("R-1"))]);
        let reports = receive(&test.app, &http).await.unwrap();
        let counts: Vec<[u32; 3]> = reports.iter().map(|report| [report.counts.read, report.counts.applied, report.counts.unchanged]).collect();
        assert_eq!(counts, [[1, 1, 0], [0, 0, 0], [1, 0, 1]]);
        assert_eq!(ana.get("/family").await.body["residence_proof"]["by"], "register");
        let outcomes: Vec<(String, Value)> = desk.lock().unwrap().receipts.clone();
        let outcomes: Vec<(&str, &str)> = outcomes.iter().map(|(name, receipt)| (name.as_str(), receipt["outcome"].as_str().unwrap())).collect();
        assert_eq!(outcomes, [("residents_1.csv", "taken_in"), ("residents_2.csv", "refused"), ("residents_3.csv", "taken_in")]);
        assert!(receive(&test.app, &http).await.unwrap().is_empty());
    }

    async fn a_folder_is_emptied_of_what_went_in(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        ana.child("2025-05-01").await;
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::open(root.path()).unwrap();
        for (name, text) in [("a.csv", extract("R-1")), ("b.csv", extract("1234-5678-9018")), (".c.csv", String::new()), ("d.txt", String::new())] {
            std::fs::write(root.path().join("inbox").join(name), text).unwrap();
        }
        let reports = receive(&test.app, &folder).await.unwrap();
        assert_eq!(reports.iter().map(|report| report.run_id.is_some()).collect::<Vec<_>>(), [true, false]);
        let there = |part: &str, name: &str| root.path().join(part).join(name).exists();
        assert!(there("done", "a.csv") && !there("inbox", "a.csv") && there("inbox", "b.csv") && !there("done", "b.csv"));
        folder.deliver("certified.csv", b"x".to_vec()).await.unwrap();
        assert_eq!(std::fs::read(root.path().join("outbox/certified.csv")).unwrap(), b"x");
        for name in ["../up.csv", "a/b.csv", ".hidden", ""] {
            assert!(matches!(folder.deliver(name, Vec::new()).await, Err(ExchangeError::Name)), "{name}");
        }
    }
}

fn first() -> Waiting {
    Waiting { name: "a.csv".to_owned(), sha256: hash(extract("R-1").as_bytes()) }
}

#[actix_web::test]
async fn what_fails_for_the_moment_is_asked_again_and_a_refusal_is_not() {
    let (desk, http) = stand_in(&[("a.csv", &extract("R-1"))]);
    // Failures, slowness and half an answer: asked again until it works.
    for mood in [Mood::Status(500), Mood::Status(503), Mood::Busy(429, 0), Mood::Slow(Duration::from_millis(700)), Mood::Half] {
        moods(&desk, [mood.clone(), mood.clone()]);
        assert_eq!(http.fetch(&first()).await.unwrap(), extract("R-1").as_bytes(), "{mood:?}");
        // One that was given up on may never have been counted by the other side.
        assert!((1..=3).contains(&statuses(&desk).len()), "{mood:?}");
        desk.lock().unwrap().moods.clear();
        actix_web::rt::time::sleep(Duration::from_millis(800)).await;
        statuses(&desk);
    }
    // Not for ever.
    moods(&desk, vec![Mood::Status(502); 9]);
    assert!(matches!(http.list().await, Err(ExchangeError::Unavailable(_))));
    assert_eq!(statuses(&desk), [502; 4]);
    desk.lock().unwrap().moods.clear();
    // A refusal stands.
    for status in [400, 401, 403, 404, 409, 422] {
        moods(&desk, [Mood::Status(status)]);
        assert!(matches!(http.fetch(&first()).await, Err(ExchangeError::Refused(told)) if told == status));
        assert_eq!(statuses(&desk), [status]);
    }
    // Another type and other bytes are not taken for the file.
    moods(&desk, [Mood::WrongType, Mood::Other]);
    assert!(matches!(http.fetch(&first()).await, Err(ExchangeError::WrongType(kind)) if kind == "text/html"));
    assert!(matches!(http.fetch(&first()).await, Err(ExchangeError::Damaged)));
    // A name that would lead elsewhere is never asked for.
    statuses(&desk);
    let elsewhere = Waiting { name: "../secrets".to_owned(), ..first() };
    assert!(matches!(http.fetch(&elsewhere).await, Err(ExchangeError::Name)) && statuses(&desk).is_empty());
}

#[actix_web::test]
async fn a_service_that_asks_for_patience_gets_it_and_not_too_much() {
    let (desk, http) = stand_in(&[("a.csv", &extract("R-1"))]);
    moods(&desk, [Mood::Busy(503, 1)]);
    let began = Instant::now();
    http.list().await.unwrap();
    assert!(began.elapsed() >= Duration::from_secs(1));
    moods(&desk, [Mood::Busy(429, 3600)]);
    let began = Instant::now();
    assert!(matches!(http.list().await, Err(ExchangeError::Unavailable(_))));
    assert!(began.elapsed() < Duration::from_secs(1));
}

#[actix_web::test]
async fn what_is_handed_over_twice_is_received_once() {
    let (desk, http) = stand_in(&[("a.csv", "")]);
    // The answer is lost: the file was received, and is handed over again under the same key.
    moods(&desk, [Mood::Slow(Duration::from_millis(700))]);
    http.deliver("certified.csv", "様式\r\n".as_bytes().to_vec()).await.unwrap();
    http.deliver("certified.csv", "様式\r\n".as_bytes().to_vec()).await.unwrap();
    actix_web::rt::time::sleep(Duration::from_millis(800)).await;
    let keys: Vec<String> = desk.lock().unwrap().seen.iter().filter_map(|(_, _, key, _)| key.clone()).collect();
    assert!(keys.len() >= 2 && keys.iter().all(|key| *key == keys[0]), "{keys:?}");
    assert_eq!(desk.lock().unwrap().delivered.len(), 1);
    http.deliver("certified.csv", b"other".to_vec()).await.unwrap();
    http.acknowledge(&Waiting { name: "a.csv".to_owned(), sha256: hash(b"") }, Receipt::Refused).await.unwrap();
    let desk = desk.lock().unwrap();
    assert_eq!((desk.delivered.len(), desk.receipts.len()), (2, 1));
}
