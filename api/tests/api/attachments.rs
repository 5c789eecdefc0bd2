//! Files that come with applications: what is taken and how it is kept, who reads it, and what is refused.

use api::schema::audit_lines;
use diesel::prelude::*;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Answer, Person, SAKAIMINATO, TestApp, YONAGO, certification};

/// A photograph as a telephone makes it: held upright, with place and device.
pub const PHOTOGRAPH: &[u8] = include_bytes!("../files/photograph.jpg");
/// A picture of a screen, with the same.
const SCREEN: &[u8] = include_bytes!("../files/screen.png");
/// A page that a browser printed.
const PRINTED: &[u8] = include_bytes!("../files/printed.pdf");

/// An application of a family of Yonago, begun; its path.
async fn begun(test: &TestApp) -> (Person, String, String) {
    test.publish(YONAGO, "procedure", certification("entry", "open_nursery", "2026-11-21")).await;
    let ana = test.guardian("Ana", YONAGO).await;
    test.prove_residence(&ana).await;
    let child = ana.child("2025-05-01").await;
    let begun = ana.post("/applications", json!({ "procedure": "entry", "child_id": child })).await;
    assert_eq!(begun.status, 201, "{:?}", begun.body);
    let path = format!("/applications/{}", begun.body["id"].as_str().unwrap());
    (ana, path, child)
}

/// Sends a file under a name.
pub async fn attach(person: &Person, path: &str, name: &str, bytes: &[u8]) -> Answer {
    let name: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let request = person.request(Method::POST, &format!("{path}/attachments?requirement=proof"));
    let request = request.header("content-type", "application/octet-stream");
    person.send(request.header("content-disposition", format!("attachment; filename*=UTF-8''{name}")).body(bytes.to_vec())).await
}

/// Gets a file: its headers and bytes.
async fn fetch(person: &Person, path: &str) -> (u16, reqwest::header::HeaderMap, Vec<u8>) {
    let answer = person.request(Method::GET, path).send().await.unwrap();
    (answer.status().as_u16(), answer.headers().clone(), answer.bytes().await.unwrap().to_vec())
}

fn header<'a>(headers: &'a reqwest::header::HeaderMap, name: &str) -> &'a str {
    headers.get(name).map_or("", |value| value.to_str().unwrap())
}

fn file(answer: &Answer, n: usize) -> &Value {
    &answer.body["attached"][n]
}

fn holds(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

on_both! {
    async fn a_photograph_is_kept_without_its_place_and_served_to_be_saved(test) {
        let (ana, path, _) = begun(test).await;
        assert!(holds(PHOTOGRAPH, b"Telephone 7") && holds(PHOTOGRAPH, b"made at home"));
        let sent = attach(&ana, &path, "../母子手帳\u{202e}gpj.exe", PHOTOGRAPH).await;
        assert_eq!(sent.code_number(), 201, "{:?}", sent.body);
        assert_eq!((&file(&sent, 0)["name"], &file(&sent, 0)["kind"]), (&json!("母子手帳gpj.jpg"), &json!("jpeg")));
        assert_eq!(file(&sent, 0)["requirement"], "proof");
        assert_eq!(ana.get(&path).await.etag(), sent.etag());
        let own = format!("{path}/attachments/{}", file(&sent, 0)["id"].as_str().unwrap());
        let (status, headers, kept) = fetch(&ana, &own).await;
        assert_eq!((status, header(&headers, "content-type")), (200, "image/jpeg"));
        let told = header(&headers, "content-disposition");
        assert!(told.starts_with("attachment; filename*=UTF-8''%E6%AF%8D"), "{told}");
        assert_eq!((header(&headers, "x-content-type-options"), header(&headers, "cache-control")), ("nosniff", "no-store"));
        assert_eq!(header(&headers, "content-security-policy"), "sandbox; default-src 'none'");
        assert_eq!(file(&sent, 0)["bytes"], json!(kept.len()));
        assert!(kept.starts_with(&[0xff, 0xd8]) && kept.len() < PHOTOGRAPH.len());
        // Neither place nor device, but the way it was held.
        assert!(!holds(&kept, b"Telephone") && !holds(&kept, b"home") && !holds(&kept, b"\x88\x25"), "the place is gone");
        assert!(holds(&kept, b"Exif\0\0") && holds(&kept, &[0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6]));
        for (n, (name, bytes, kind)) in [("screen", SCREEN, "png"), ("就労証明書.pdf", PRINTED, "pdf")].into_iter().enumerate() {
            let sent = attach(&ana, &path, name, bytes).await;
            assert_eq!((sent.code_number(), file(&sent, n + 1)["kind"].as_str()), (201, Some(kind)), "{:?}", sent.body);
        }
    }

    async fn what_is_no_picture_or_document_is_refused_and_says_why(test) {
        let (ana, path, _) = begun(test).await;
        let archive = [PHOTOGRAPH, b"PK\x03\x04 0123456789 PK\x05\x06", &[0; 18]].concat();
        let bomb = [&SCREEN[..16], &[0, 1, 0, 0, 0, 1, 0, 0], &SCREEN[24..]].concat();
        for (bytes, status, code) in [
            (&b""[..], 422, "attachments.empty"),
            (b"<html><script>alert(1)</script></html>", 415, "attachments.kind_unknown"),
            (b"MZ\x90\0\x03\0\0\0", 415, "attachments.kind_unknown"),
            (b"\0\0\0\x18ftypheic\0\0\0\0", 415, "attachments.heic"),
            (&PHOTOGRAPH[..PHOTOGRAPH.len() - 40], 422, "attachments.broken"),
            (&PRINTED[..PRINTED.len() / 2], 422, "attachments.broken"),
            (&archive, 422, "attachments.other_file_inside"),
            (&bomb, 422, "attachments.broken"),
            (&[PRINTED, b"\nMZ\x90 <script>"].concat(), 422, "attachments.other_file_inside"),
        ] {
            let refused = attach(&ana, &path, "photo.jpg", bytes).await;
            assert_eq!((refused.code_number(), refused.code()), (status, code), "{:?}", refused.body);
            assert!(refused.body["detail"].as_str().unwrap().ends_with('。'), "{:?}", refused.body);
        }
        let unasked = ana.send(ana.request(Method::POST, &format!("{path}/attachments?requirement=other")).body(PHOTOGRAPH)).await;
        assert_eq!((unasked.code_number(), unasked.code()), (422, "attachments.not_asked"));
        let unsaid = ana.send(ana.request(Method::POST, &format!("{path}/attachments")).body(PHOTOGRAPH)).await;
        assert_eq!((unsaid.code_number(), unsaid.code()), (422, "problem.invalid"));
        assert_eq!(ana.get(&path).await.body["attached"], json!([]));
    }

    async fn fifty_megabytes_are_refused_whether_their_length_is_told_or_not(test) {
        let (ana, path, _) = begun(test).await;
        let refused = attach(&ana, &path, "film.mp4", &vec![0xff; 50 << 20]).await;
        assert_eq!((refused.code_number(), refused.code()), (413, "attachments.too_large"), "{:?}", refused.body);
        assert!(refused.body["detail"].as_str().unwrap().contains("10MB"), "{:?}", refused.body);
        let pieces = futures_util::stream::iter((0..50).map(|_| Ok::<_, std::io::Error>(vec![0xff_u8; 1 << 20])));
        let request = ana.request(Method::POST, &format!("{path}/attachments?requirement=proof")).body(reqwest::Body::wrap_stream(pieces));
        let refused = ana.send(request).await;
        assert_eq!((refused.code_number(), refused.code()), (413, "attachments.too_large"), "{:?}", refused.body);
        // The server goes on as before, also on the same way.
        assert_eq!(attach(&ana, &path, "photo.jpg", PHOTOGRAPH).await.code_number(), 201);
    }

    async fn a_file_that_is_sent_twice_with_a_key_is_there_once(test) {
        let (ana, path, _) = begun(test).await;
        let send = async |key: &str, bytes: &[u8]| {
            let request = ana.request(Method::POST, &format!("{path}/attachments?requirement=proof"));
            ana.send(request.header("idempotency-key", key).body(bytes.to_vec())).await
        };
        let first = send("one", PHOTOGRAPH).await;
        let again = send("one", PHOTOGRAPH).await;
        assert_eq!((first.code_number(), again.code_number()), (201, 201), "{:?}", again.body);
        assert_eq!(first.body, again.body);
        assert_eq!(send("one", SCREEN).await.code(), "problem.idempotency_key_reused");
        for n in 1..10 {
            assert_eq!(send(&format!("key {n}"), PHOTOGRAPH).await.code_number(), 201);
        }
        let eleventh = send("key 10", PHOTOGRAPH).await;
        assert_eq!((eleventh.code_number(), eleventh.code()), (409, "attachments.too_many"));
        assert_eq!(ana.get(&path).await.body["attached"].as_array().unwrap().len(), 10);
    }

    async fn a_file_is_taken_away_from_a_draft_and_stays_once_it_was_sent(test) {
        let (ana, path, child) = begun(test).await;
        let one = attach(&ana, &path, "a.jpg", PHOTOGRAPH).await;
        let two = attach(&ana, &path, "b.png", SCREEN).await;
        let own = |n: usize| format!("{path}/attachments/{}", file(&two, n)["id"].as_str().unwrap());
        assert_eq!(ana.delete(&own(0), &one.etag()).await.code_number(), 412, "another file came meanwhile");
        assert_eq!(ana.delete(&own(0), &two.etag()).await.code_number(), 204);
        let left = ana.get(&path).await;
        assert_eq!(left.body["attached"].as_array().unwrap().len(), 1, "{:?}", left.body);
        assert_eq!(fetch(&ana, &own(0)).await.0, 404);
        assert_eq!(ana.delete(&own(0), &left.etag()).await.code_number(), 404);
        let sent = ana.apply("entry", &child, &[("enrolled_in", "none")]).await;
        assert_eq!(sent.body["attached"], left.body["attached"], "{:?}", sent.body);
        let refused = ana.delete(&own(1), &sent.etag()).await;
        assert_eq!((refused.code_number(), refused.code()), (409, "attachments.submitted"));
        let late = attach(&ana, &path, "c.jpg", PHOTOGRAPH).await;
        assert_eq!((late.code_number(), late.code()), (409, "attachments.submitted"));
    }

    async fn files_and_letters_are_read_by_the_family_and_the_citys_officers_alone(test) {
        let (ana, path, child) = begun(test).await;
        let sent = attach(&ana, &path, "a.jpg", PHOTOGRAPH).await;
        let own = format!("{path}/attachments/{}", file(&sent, 0)["id"].as_str().unwrap());
        let (officer, strangers) = (
            test.officer(YONAGO).await,
            [test.officer(SAKAIMINATO).await, test.guardian("Bea", YONAGO).await, test.staff("yonago").await, test.staff("sakai").await],
        );
        let letter = format!("{path}/notice");
        let paper = format!("{path}/notice.pdf");
        // A draft is the family's own, and has no letter.
        assert_eq!((fetch(&officer, &own).await.0, fetch(&ana, &letter).await.0, fetch(&ana, &paper).await.0), (404, 404, 404));
        assert_eq!(ana.apply("entry", &child, &[("enrolled_in", "none")]).await.code_number(), 200);
        for path in [&own, &letter, &paper] {
            assert_eq!(fetch(&test.anybody(), path).await.0, 401);
            assert_eq!((fetch(&ana, path).await.0, fetch(&officer, path).await.0), (200, 200), "{path}");
            for stranger in &strangers {
                assert_eq!(fetch(stranger, path).await.0, 404, "{path}");
            }
        }
        // Another application of the family does not lead to the file.
        let other = ana.post("/applications", json!({ "procedure": "entry", "child_id": ana.child("2025-06-01").await })).await;
        let astray = own.replace(&path, &format!("/applications/{}", other.body["id"].as_str().unwrap()));
        assert_eq!(fetch(&ana, &astray).await.0, 404);
        let looks: Vec<String> = test
            .write(|conn| Ok(audit_lines::table.filter(audit_lines::action.like("%looked_up")).order(audit_lines::id).select(audit_lines::action).load(conn)?))
            .await;
        assert_eq!(looks, ["attachment.looked_up", "notice.looked_up", "notice.looked_up"]);
    }
}
