//! The contract: what is committed is what the binary says.

use std::path::Path;

#[test]
fn the_committed_document_is_the_generated_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi/openapi.json");
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == api::openapi::text(), "openapi/openapi.json is not current: run `make openapi`");
}

#[test]
fn every_operation_has_a_name_a_tag_and_its_refusals() {
    let document: serde_json::Value = serde_json::from_str(api::openapi::text()).unwrap();
    let mut names = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap_or_default().to_owned();
            assert!(!name.is_empty() && !names.contains(&name), "{method} {path}: {name}");
            assert!(operation["tags"].as_array().is_some_and(|tags| tags.len() == 1), "{method} {path}");
            assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{method} {path}");
            let refusals =
                operation["responses"].as_object().unwrap().iter().filter(|(status, _)| status.starts_with('4') || status.starts_with('5'));
            for (status, response) in refusals {
                // OAuth has a form of its own for what its endpoints refuse (RFC 6749, 5.2).
                if path.contains("/oauth/") && ["400", "401"].contains(&status.as_str()) {
                    assert_eq!(response["content"]["application/json"]["schema"]["$ref"], "#/components/schemas/TokenProblem");
                    continue;
                }
                let body = &response["content"]["application/problem+json"]["schema"]["$ref"];
                assert_eq!(body, "#/components/schemas/Problem", "{method} {path} {status}");
            }
            // A quote, a preview, a search and a scan write nothing; signing in and out, setting a PIN, or confirming an address, twice is the
            // same as once; the code of a letter or for an account, a challenge, a token, a client's secret and the address of a feed are kept
            // nowhere, so a lost one is made anew; a device is tried, a message to oneself sent, and an archive made, as often as asked; who
            // closed an account is let in no more to do it again; a sandbox is made for nobody, and as new after each reset.
            let once_is_enough = [
                "/quote",
                "/preview",
                "/search",
                "/scans",
                "/family/pin",
                "/family/close",
                "/residence/letter",
                "/account_code",
                "/archive",
                "/passkeys/begin",
                "/calendar_feed",
                "/calendar_feed/remove",
                "/receipts",
                "/mail_confirmations",
                "/try",
                "/test",
                "/oauth/token",
                "/oauth/revoke",
                "/secrets",
                "/sandboxes",
                "/reset",
            ]
            .iter()
            .any(|end| path.ends_with(end));
            let writes = method != "get" && !path.contains("/auth/") && !once_is_enough;
            let header = |name: &str| operation["parameters"].as_array().is_some_and(|all| all.iter().any(|one| one["name"] == name));
            assert_eq!(header("Idempotency-Key"), writes, "{method} {path}");
            names.push(name);
        }
    }
    // The names that other tools rely on.
    for name in [
        "/auth/register",
        "/auth/login",
        "/auth/logout",
        "/me",
        "/municipalities",
        "/programmes",
        "/facilities",
        "/facilities/{facility_id}",
        "/slots",
        "/children",
        "/children/{child_id}",
        "/bookings",
        "/bookings/{booking_id}",
        "/bookings/{booking_id}/cancel",
        "/bookings/quote",
        "/staff/today",
        "/bookings/{booking_id}/check_in",
        "/bookings/{booking_id}/check_out",
    ] {
        assert!(document["paths"].get(format!("/api/v1{name}")).is_some(), "{name}");
    }
}
