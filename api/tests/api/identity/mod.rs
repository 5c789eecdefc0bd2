//! Sign-in of residents at a provider: the way there and back, what it proves, and everything that must not work.

mod refusals;
mod stand_in;

use diesel::prelude::*;
use reqwest::Url;
use serde_json::{Value, json};

use api::schema::{audit_lines, events, sign_in_attempts};

pub use self::stand_in::{CLIENT, StandIn};
use crate::app::{Answer, Person, SAKAIMINATO, TestApp, YONAGO};

/// A resident of Yonago, as the provider knows her.
pub fn hanako() -> Value {
    json!({ "sub": "hanako", "name": "弓浜　花子", "address": { "formatted": "鳥取県米子市加茂町一丁目1番地" }, "birthdate": "1992-04-01" })
}

/// Leaves for the provider; gives the browser with its cookie and the provider's address.
async fn leave(person: &Person, next: Option<&str>) -> (Person, Url) {
    let left = person.post("/auth/resident/leave", json!({ "next": next })).await;
    assert_eq!(left.status, 200, "{:?}", left.body);
    (person.keeping(&left), Url::parse(left.body["url"].as_str().unwrap()).unwrap())
}

fn said(url: &Url, name: &str) -> String {
    url.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned()
}

/// The whole way there and back.
pub async fn travel(test: &TestApp, person: &Person, claims: Value) -> (Person, Answer) {
    let (browser, url) = leave(person, Some("/bookings")).await;
    let code = test.provider.as_ref().unwrap().grant(&url, claims);
    let back = json!({ "code": code, "state": said(&url, "state"), "iss": test.provider.as_ref().unwrap().issuer });
    let answer = browser.post("/auth/resident/return", back).await;
    (browser, answer)
}

/// Registers somebody whom the provider has vouched for.
pub async fn register(test: &TestApp, claims: Value, city: &str, email: &str) -> Person {
    let nobody = test.anybody();
    let (browser, answer) = travel(test, &nobody, claims).await;
    assert_eq!(answer.body, json!({ "kind": "new", "next": "/bookings" }));
    let browser = browser.keeping(&answer);
    let registered = browser.post("/auth/resident/register", newcomer(city, email)).await;
    assert_eq!(registered.status, 201, "{:?}", registered.body);
    nobody.keeping(&registered)
}

fn newcomer(city: &str, email: &str) -> Value {
    json!({ "email": email, "name": "弓浜 花子", "kana": "ゆみはま はなこ", "phone": "0859000000", "municipality": city })
}

async fn count(test: &TestApp, kind: &'static str) -> (i64, i64) {
    test.write(move |conn| {
        Ok((
            events::table.filter(events::kind.eq(kind)).count().get_result(conn)?,
            audit_lines::table.filter(audit_lines::action.eq(kind)).count().get_result(conn)?,
        ))
    })
    .await
}

async fn proof(person: &Person) -> Value {
    person.get("/family").await.body["residence_proof"]["by"].clone()
}

on_both! {
    over start_with_provider;

    async fn a_resident_without_an_account_registers_with_what_was_verified(test) {
        assert_eq!(test.anybody().get("/settings").await.body["resident_sign_in"], true);
        let (browser, url) = leave(&test.anybody(), Some("/bookings")).await;
        for (name, value) in [("response_type", "code"), ("client_id", CLIENT), ("code_challenge_method", "S256"), ("scope", "openid name address birthdate")] {
            assert_eq!(said(&url, name), value);
        }
        assert_eq!(said(&url, "redirect_uri"), "http://localhost:0/sign_in/return");
        // The database has nothing by which somebody else could go on.
        let stored: Vec<String> = test.write(|conn| Ok(sign_in_attempts::table.select(sign_in_attempts::secret_hash).load(conn)?)).await;
        let parts = [said(&url, "state"), said(&url, "nonce"), said(&url, "code_challenge"), browser.cookie_value()];
        assert!(stored.len() == 1 && !parts.contains(&stored[0]));

        let provider = test.provider.as_ref().unwrap();
        let code = provider.grant(&url, hanako());
        let back = browser.post("/auth/resident/return", json!({ "code": code, "state": said(&url, "state") })).await;
        assert_eq!((back.code_number(), &back.body), (200, &json!({ "kind": "new", "next": "/bookings" })));
        let cookie = back.headers["set-cookie"].to_str().unwrap().to_owned();
        for word in ["sign_in=", "HttpOnly", "SameSite=Strict", "Path=/api/v1/auth/resident", "Max-Age=1800"] {
            assert!(cookie.contains(word), "{cookie}");
        }
        let browser = browser.keeping(&back);
        let known = browser.get("/auth/resident/newcomer").await.body;
        assert_eq!(known["municipality"], YONAGO);
        assert_eq!(known["person"], json!({ "name": "弓浜 花子", "address": "鳥取県米子市加茂町一丁目1番地", "born": "1992-04-01" }));
        assert_eq!(test.anybody().get("/auth/resident/newcomer").await.code(), "identity.attempt_over");

        let registered = browser.post("/auth/resident/register", newcomer(YONAGO, "hanako@example.jp")).await;
        assert_eq!(registered.status, 201, "{:?}", registered.body);
        let hanako = test.anybody().keeping(&registered);
        assert_eq!(proof(&hanako).await, "sign_in");
        assert_eq!((count(test, "family.registered").await, count(test, "residence.proven").await), ((1, 1), (1, 1)));
        let identity = hanako.get("/identity").await.body;
        assert_eq!((&identity["verified"], &identity["verified_at"]), (&known, &json!("2026-11-21T03:00:00Z")));
        // There is no password to try, and the same registration is not made twice.
        let login = test.anybody().post("/auth/login", json!({ "email": "hanako@example.jp", "password": "" })).await;
        assert_eq!(login.code(), "accounts.login_wrong");
        assert_eq!(browser.post("/auth/resident/register", newcomer(YONAGO, "again@example.jp")).await.code(), "identity.attempt_over");
    }

    async fn who_comes_back_is_signed_in_and_the_session_before_ends(test) {
        let hanako_before = register(test, hanako(), YONAGO, "hanako@example.jp").await;
        let (_, answer) = travel(test, &test.anybody(), hanako()).await;
        assert_eq!((&answer.body["kind"], &answer.body["differs"], &answer.body["next"]), (&json!("signed_in"), &json!(false), &json!("/bookings")));
        let again = test.anybody().keeping(&answer);
        assert_eq!((again.get("/me").await.body["email"].as_str(), hanako_before.get("/me").await.code_number()), (Some("hanako@example.jp"), 200));
        assert_eq!(again.get("/sessions").await.body["items"].as_array().unwrap().len(), 2);
        assert_eq!(count(test, "residence.proven").await, (1, 1), "a proof that stands is not made anew");
    }

    async fn a_family_with_a_password_gets_this_way_in_and_is_asked_before_anything_changes(test) {
        let ana = test.guardian("Ana", SAKAIMINATO).await;
        let before = ana.get("/family").await.body;
        let (_, linked) = travel_signed_in(test, &ana, hanako()).await;
        assert_eq!(linked.body, json!({ "kind": "linked", "differs": true, "next": "/bookings" }));
        assert_eq!((ana.get("/family").await.body, count(test, "identity.linked").await), (before, (0, 1)));
        let family = ana.post("/identity/take_over", json!({ "name": true })).await.body;
        assert_eq!((&family["guardian_name"], &family["municipality"], &family["residence_proof"]), (&json!("弓浜 花子"), &json!(SAKAIMINATO), &Value::Null));
        let family = ana.post("/identity/take_over", json!({ "municipality": true })).await.body;
        assert_eq!((&family["municipality"], &family["residence_proof"]["by"]), (&json!(YONAGO), &json!("sign_in")));
        assert_eq!((count(test, "residence.proven").await, count(test, "family.changed").await), ((1, 1), (2, 2)));
        // The card opens this account now.
        let (_, answer) = travel(test, &test.anybody(), hanako()).await;
        assert_eq!((&answer.body["kind"], &answer.body["me"]["id"]), (&json!("signed_in"), &ana.get("/me").await.body["id"]));
        // A day later what was verified is no reason to change anything.
        test.at("2026-11-22T12:00:01+09:00");
        assert_eq!(ana.post("/identity/take_over", json!({ "name": true })).await.code(), "identity.verify_again");
        let bea = test.guardian("Bea", YONAGO).await;
        assert_eq!(bea.post("/identity/take_over", json!({ "name": true })).await.code(), "identity.verify_again");
    }

    async fn one_person_has_one_account_and_one_account_one_person(test) {
        let (ana, bea) = (test.guardian("Ana", YONAGO).await, test.guardian("Bea", YONAGO).await);
        assert_eq!(travel_signed_in(test, &ana, hanako()).await.1.status, 200);
        assert_eq!(travel_signed_in(test, &bea, hanako()).await.1.code(), "identity.other_account");
        let other = json!({ "sub": "taro", "name": "弓浜 太郎" });
        assert_eq!(travel_signed_in(test, &ana, other).await.1.code(), "identity.other_person");
        assert_eq!(travel_signed_in(test, &ana, hanako()).await.1.body["kind"], "linked", "verified anew");
        assert_eq!(bea.get("/identity").await.body, json!({}));
    }

    async fn moving_takes_the_proof_away_and_the_card_gives_it_back(test) {
        let hanako_at_home = register(test, hanako(), YONAGO, "hanako@example.jp").await;
        let family = hanako_at_home.get("/family").await;
        let moved = hanako_at_home.patch("/family", json!({ "municipality": SAKAIMINATO }), &family.etag()).await;
        assert_eq!((moved.code_number(), &moved.body["residence_proof"]), (200, &Value::Null));
        let mut elsewhere = hanako();
        elsewhere["address"] = json!({ "region": "鳥取県", "locality": "境港市", "street_address": "上道町3000" });
        let (_, answer) = travel(test, &test.anybody(), elsewhere).await;
        assert_eq!((&answer.body["differs"], &proof(&hanako_at_home).await), (&json!(false), &json!("sign_in")));
        // The card says another city: the proof by card is none any more, and the family is asked.
        let (_, answer) = travel(test, &test.anybody(), hanako()).await;
        assert_eq!((&answer.body["differs"], &proof(&hanako_at_home).await), (&json!(true), &Value::Null));
        assert_eq!((count(test, "residence.proven").await, count(test, "residence.doubted").await), ((2, 2), (1, 1)));
    }

    async fn an_address_that_names_no_city_of_ours_proves_nothing(test) {
        let mut away = hanako();
        away["address"] = json!({ "formatted": "島根県松江市末次町86" });
        let (browser, answer) = travel(test, &test.anybody(), away).await;
        let browser = browser.keeping(&answer);
        assert_eq!(browser.get("/auth/resident/newcomer").await.body["municipality"], Value::Null);
        let elsewhere = browser.post("/auth/resident/register", newcomer("313840", "hanako@example.jp")).await;
        assert_eq!(elsewhere.code(), "accounts.municipality_unknown");
        let registered = browser.post("/auth/resident/register", newcomer(YONAGO, "hanako@example.jp")).await;
        assert_eq!(proof(&test.anybody().keeping(&registered)).await, Value::Null);
    }

    async fn a_mail_address_that_is_taken_leaves_the_registration_open(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let taken = ana.get("/me").await.body["email"].as_str().unwrap().to_owned();
        let (browser, answer) = travel(test, &test.anybody(), hanako()).await;
        let browser = browser.keeping(&answer);
        let refused = browser.post("/auth/resident/register", newcomer(YONAGO, &taken)).await;
        assert_eq!((refused.code(), &refused.body["errors"][0]["pointer"]), ("accounts.email_taken", &json!("/email")));
        assert_eq!(browser.post("/auth/resident/register", newcomer(YONAGO, "free@example.jp")).await.status, 201);
    }

    async fn staff_who_sign_in_with_their_card_do_so_as_residents(test) {
        let staff = test.staff("sakai").await;
        let (_, answer) = travel_signed_in(test, &staff, hanako()).await;
        assert_eq!(answer.body["kind"], "new");
        for path in ["/identity", "/family"] {
            assert_eq!(staff.get(path).await.status, 403);
        }
    }
}

on_both! {
    async fn without_a_provider_nobody_is_sent_anywhere(test) {
        assert_eq!(test.anybody().get("/settings").await.body["resident_sign_in"], false);
        assert_eq!(test.anybody().post("/auth/resident/leave", json!({})).await.code(), "identity.not_offered");
    }
}

/// The whole way for somebody who is signed in: the browser sends both cookies.
async fn travel_signed_in(test: &TestApp, person: &Person, claims: Value) -> (Person, Answer) {
    let left = person.post("/auth/resident/leave", json!({ "next": "/bookings" })).await;
    assert_eq!(left.status, 200, "{:?}", left.body);
    let url = Url::parse(left.body["url"].as_str().unwrap()).unwrap();
    let browser = person.also_keeping(&left);
    let code = test.provider.as_ref().unwrap().grant(&url, claims);
    let answer = browser.post("/auth/resident/return", json!({ "code": code, "state": said(&url, "state") })).await;
    (browser, answer)
}
