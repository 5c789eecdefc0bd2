//! Sandboxes: anybody makes one, everything works in it, its clock moves, and nothing of the real world is within its reach.

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Method;
use serde_json::{Value, json};
use shared::sandboxes::{MADE, begins};

use crate::app::{Answer, Person, TestApp, YONAGO};
use crate::clients::{grant, program, register};

/// A sandbox with a program in it.
struct Sandbox {
    id: String,
    client: (String, String),
    facility: String,
    /// Nobody, within it.
    anybody: Person,
    program: Person,
}

async fn token(within: &Person, (id, secret): &(String, String)) -> Answer {
    let form = [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)];
    within.send(within.request(Method::POST, "/oauth/token").form(&form)).await
}

async fn let_in(within: &Person, client: &(String, String)) -> Person {
    let token = token(within, client).await;
    assert_eq!(token.status, 200, "{:?}", token.body);
    within.bearing(token.body["access_token"].as_str().unwrap())
}

async fn sandbox(test: &TestApp) -> Sandbox {
    let made = test.anybody().post("/sandboxes", json!({})).await;
    assert_eq!(made.status, 201, "{:?}", made.body);
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    let about = &made.body["sandbox"];
    let (id, client) = (word(&about["id"]), (word(&about["client_id"]), word(&made.body["client_secret"])));
    assert!(about["api"].as_str().unwrap().ends_with(&format!("/sandbox/{id}/api/v1")), "{about}");
    assert_eq!(about["clock"].as_str().unwrap().parse::<DateTime<Utc>>().unwrap(), begins());
    let anybody = test.anybody().elsewhere(&format!("{}/sandbox/{id}", test.base));
    let program = let_in(&anybody, &client).await;
    Sandbox { id, facility: word(&about["facilities"][0]["facility_id"]), program, client, anybody }
}

impl Sandbox {
    fn base(&self, test: &TestApp) -> String {
        format!("{}/sandbox/{}", test.base, self.id)
    }

    async fn slots(&self) -> Answer {
        self.program.get(&format!("/staff/slots?facility_id={}&from=2027-04-05&to=2027-04-11", self.facility)).await
    }

    async fn at(&self, clock: &str) -> Answer {
        let asked = self.program.request(Method::GET, &format!("/staff/today?facility_id={}", self.facility));
        self.program.send(asked.header("x-test-clock", clock)).await
    }
}

/// Signs somebody in within a sandbox; who is signed in outside stays so.
async fn sign_in(here: &Sandbox, email: &str) -> Person {
    let signed = here.anybody.post("/auth/login", json!({ "email": email, "password": "yumigahama-demo" })).await;
    assert_eq!(signed.status, 200, "{:?}", signed.body);
    let cookie = signed.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.contains(&format!("Path=/sandbox/{};", here.id)), "{cookie}");
    here.anybody.keeping(&signed)
}

/// What is done in the open worlds between requests.
async fn settle(test: &TestApp) {
    for world in test.app.sandboxes.as_ref().unwrap().in_use() {
        world.settle().await;
    }
}

on_both! {
    async fn a_vendor_makes_one_and_nothing_of_it_is_of_the_real_world(test) {
        let (one, other) = (sandbox(test).await, sandbox(test).await);
        let slots = one.slots().await;
        assert_eq!(slots.status, 200, "{:?}", slots.body);
        assert!(slots.body["items"].as_array().unwrap().len() > 5, "{:?}", slots.body);
        // Each is like every other, to the ids.
        assert_eq!(slots.body, other.slots().await.body);
        // What opens one opens neither the other nor the real world, and the other way round.
        assert_eq!(other.anybody.elsewhere(&one.base(test)).get("/me").await.status, 401);
        let real = register(test, YONAGO, "ほいくノート").await;
        assert_eq!(grant(&test.staff("yonago").await, &real.id, "yonago", &["slots:read"]).await.status, 200);
        let real = program(test, &real, None).await;
        assert_eq!(real.get("/staff/slots?from=2026-12-01&to=2026-12-01").await.status, 200);
        assert_eq!(real.elsewhere(&one.base(test)).get("/staff/slots?from=2026-12-01&to=2026-12-01").await.status, 401);
        assert_eq!(one.program.elsewhere(&test.base).get("/staff/slots?from=2026-12-01&to=2026-12-01").await.status, 401);
        assert_eq!(one.program.elsewhere(&other.base(test)).get("/staff/slots?from=2027-04-05&to=2027-04-05").await.status, 401);
        assert_eq!(token(&other.anybody, &one.client).await.status, 401);
        assert_eq!(test.staff("yonago").await.elsewhere(&one.base(test)).get("/me").await.status, 401);
        // There are no sandboxes in a sandbox, and none that nobody made.
        assert_eq!(one.anybody.post("/sandboxes", json!({})).await.status, 404);
        for path in ["/sandbox/none/api/v1/me", "/sandbox//api/v1/me"] {
            assert_eq!(test.anybody().send(test.anybody().beside(Method::GET, path)).await.status, 404, "{path}");
        }
        assert_eq!(test.anybody().get("/sandboxes/none").await.status, 404);
    }

    async fn a_family_books_in_it_and_the_program_is_told(test) {
        let here = sandbox(test).await;
        let family = sign_in(&here, "hanako@example.jp").await;
        let booked = family.get("/bookings").await.body["items"].as_array().unwrap().iter()
            .find(|one| one["facility"]["id"] == json!(here.facility) && one["state"]["kind"] == "confirmed").cloned();
        let booked = booked.unwrap()["id"].as_str().unwrap().to_owned();
        settle(test).await;
        let before = here.program.get("/events?limit=200&since=2027-04-04T00:00:00Z").await;
        let cancelled = family.post(&format!("/bookings/{booked}/cancel"), json!({})).await;
        assert_eq!(cancelled.status, 200, "{:?}", cancelled.body);
        settle(test).await;
        let mut at = before.body["next_cursor"].as_str().unwrap().to_owned();
        let mut told = Vec::new();
        loop {
            let page = here.program.get(&format!("/events?limit=200&cursor={at}")).await;
            assert_eq!(page.status, 200, "{:?}", page.body);
            told.extend(page.body["items"].as_array().unwrap().clone());
            at = page.body["next_cursor"].as_str().unwrap().to_owned();
            if page.body["has_more"] == false {
                break;
            }
        }
        assert!(told.iter().any(|one| one["kind"] == "booking.cancelled" && one["subject_id"] == json!(booked)), "{told:?}");
        // Begun anew, it is as it was, and the same secret opens it.
        let again = test.anybody().post(&format!("/sandboxes/{}/reset", here.id), json!({})).await;
        assert_eq!(again.status, 200, "{:?}", again.body);
        assert_eq!(here.program.get("/events").await.status, 401);
        let anew = let_in(&here.anybody, &here.client).await;
        let booking = anew.get(&format!("/bookings/{booked}?facility_id={}", here.facility)).await;
        assert_eq!(booking.body["state"]["kind"], "confirmed", "{:?}", booking.body);
    }

    async fn its_clock_moves_forwards_and_what_is_due_is_done(test) {
        let here = sandbox(test).await;
        let says = |answer: &Answer| answer.headers["x-test-clock"].to_str().unwrap().parse::<DateTime<Utc>>().unwrap();
        let family = sign_in(&here, "hanako@example.jp").await;
        let reminded = || async {
            let inbox = family.get("/notices").await;
            inbox.body["items"].as_array().unwrap().iter().filter(|notice| notice["kind"] == "booking.reminder").count()
        };
        let reminded_at_first = reminded().await;
        let still = here.slots().await;
        assert_eq!(says(&still), begins());
        let moved = here.at("2027-04-08T07:00:00+09:00").await;
        assert_eq!(moved.status, 200, "{:?}", moved.body);
        assert_eq!((says(&moved).to_rfc3339(), &moved.body["days"][0]["day"]), ("2027-04-07T22:00:00+00:00".to_owned(), &json!("2027-04-08")));
        // Who has a stay in these days was reminded the evening before.
        assert!(reminded().await > reminded_at_first);
        // The same again moves nothing, and a token lives by the real time.
        assert_eq!(says(&here.at("2027-04-08T07:00:00+09:00").await), says(&moved));
        let back = here.at("2027-04-08T06:59:59+09:00").await;
        assert_eq!((back.code_number(), back.code()), (409, "sandboxes.clock_back"));
        let far = here.at("2027-05-10T07:00:00+09:00").await;
        assert_eq!((far.code_number(), far.code()), (409, "sandboxes.clock_too_far"));
        for wrong in ["tomorrow", "2027-04-09", ""] {
            assert_eq!(here.at(wrong).await.code_number(), 422, "{wrong}");
        }
        let seen = test.anybody().get(&format!("/sandboxes/{}", here.id)).await;
        assert_eq!(seen.body["clock"].as_str().unwrap().parse::<DateTime<Utc>>().unwrap(), says(&moved));
        // A clock that is not there is not passed over: whoever sends it takes this for a sandbox.
        let real = test.anybody().send(test.anybody().request(Method::GET, "/municipalities").header("x-test-clock", "2027-04-08T07:00:00+09:00")).await;
        assert_eq!((real.code_number(), real.code()), (409, "sandboxes.clock_is_real"));
    }

    async fn nobody_makes_too_many_and_unused_ones_go(test) {
        let here = sandbox(test).await;
        let file = std::path::Path::new(&test.app.config.sandboxes).join(format!("{}.db", here.id));
        assert!(file.exists());
        for _ in 1..MADE.most {
            assert!(test.app.sandboxes.as_ref().unwrap().may_make(None, test.app.real_now()).is_ok());
        }
        let refused = test.anybody().post("/sandboxes", json!({})).await;
        assert_eq!((refused.code_number(), refused.code()), (429, "sandboxes.too_many"));
        assert!(refused.headers.contains_key("retry-after"));
        test.at(&(test.app.now() + TimeDelta::days(13)).to_rfc3339());
        api::sandboxes::jobs::remove_unused(&test.app).await.unwrap();
        assert_eq!(here.slots().await.status, 401);
        let again = let_in(&here.anybody, &here.client).await;
        assert_eq!(again.get("/municipalities").await.status, 200);
        test.at(&(test.app.now() + TimeDelta::days(15)).to_rfc3339());
        api::sandboxes::jobs::remove_unused(&test.app).await.unwrap();
        assert_eq!(again.get("/municipalities").await.status, 404);
        assert!(!file.exists());
    }
}
