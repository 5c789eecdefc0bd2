//! What must not work: forged, late, stolen or repeated answers, and a provider that fails.

use std::time::{Duration, Instant};

use api::schema::{identities, sessions, sign_in_attempts};
use diesel::prelude::*;
use serde_json::json;

use super::stand_in::Manner;
use super::{hanako, leave, newcomer, said, travel, travel_signed_in};
use crate::app::{TestApp, YONAGO};

/// How many people are known, and how many sessions there are.
async fn written(test: &TestApp) -> (i64, i64) {
    test.write(|conn| Ok((identities::table.count().get_result(conn)?, sessions::table.count().get_result(conn)?))).await
}

on_both! {
    over start_with_provider;

    async fn a_token_that_is_not_ours_proves_nothing(test) {
        let provider = test.provider.as_ref().unwrap();
        for manner in [
            Manner::OtherNonce,
            Manner::OtherAudience,
            Manner::OtherIssuer,
            Manner::OtherParty,
            Manner::Expired,
            Manner::NotYet,
            Manner::Unsigned,
            Manner::OtherKey,
            Manner::Tampered,
            Manner::OtherPerson,
        ] {
            provider.behaves(manner);
            let (_, answer) = travel(test, &test.anybody(), hanako()).await;
            assert_eq!((answer.code_number(), answer.code()), (409, "identity.not_verified"), "{manner:?}");
            assert!(!answer.headers.contains_key("set-cookie"), "{manner:?}");
        }
        assert_eq!(written(test).await, (0, 0));
        for manner in [Manner::Honest, Manner::SignsRs256] {
            provider.behaves(manner);
            assert_eq!(travel(test, &test.anybody(), hanako()).await.1.body["kind"], "new", "{manner:?}");
        }
    }

    async fn a_provider_that_fails_is_told_as_such_and_in_time(test) {
        let provider = test.provider.as_ref().unwrap();
        for manner in [Manner::Broken, Manner::Babbling, Manner::Endless, Manner::Silent] {
            provider.behaves(manner);
            let began = Instant::now();
            let (_, answer) = travel(test, &test.anybody(), hanako()).await;
            assert_eq!((answer.code_number(), answer.code()), (503, "identity.provider_down"), "{manner:?}");
            assert!(answer.headers.contains_key("retry-after") && began.elapsed() < Duration::from_secs(15), "{manner:?}");
        }
        assert_eq!(written(test).await, (0, 0));
    }

    async fn its_description_is_kept_for_an_hour_and_its_keys_until_a_new_one_comes(test) {
        let provider = test.provider.as_ref().unwrap();
        provider.is_down(true);
        let refused = test.anybody().post("/auth/resident/leave", json!({})).await;
        assert_eq!((refused.code_number(), refused.code()), (503, "identity.provider_down"));
        provider.is_down(false);
        let before = provider.descriptions();
        for _ in 0..3 {
            assert_eq!(travel(test, &test.anybody(), hanako()).await.1.status, 200);
        }
        assert_eq!(provider.descriptions(), before + 1);
        provider.behaves(Manner::NewKey);
        assert_eq!(travel(test, &test.anybody(), hanako()).await.1.status, 200);
        assert_eq!(provider.descriptions(), before + 2, "an unknown key is asked for once");
        // What is known is used while the provider is away, but not for ever.
        provider.is_down(true);
        leave(&test.anybody(), None).await;
        test.at("2026-11-21T13:00:01+09:00");
        assert_eq!(test.anybody().post("/auth/resident/leave", json!({})).await.status, 503);
    }

    async fn an_attempt_is_of_one_browser_once_and_for_fifteen_minutes(test) {
        let provider = test.provider.as_ref().unwrap();
        let (browser, url) = leave(&test.anybody(), None).await;
        let code = provider.grant(&url, hanako());
        let back = json!({ "code": code, "state": said(&url, "state") });
        let over = "identity.attempt_over";
        // Another browser, with an attempt of its own or with none.
        assert_eq!(test.anybody().post("/auth/resident/return", back.clone()).await.code(), over);
        let (other, _) = leave(&test.anybody(), None).await;
        assert_eq!(other.post("/auth/resident/return", back.clone()).await.code(), over);
        // A state that nobody gave out, and another provider's answer.
        assert_eq!(browser.post("/auth/resident/return", json!({ "code": code, "state": "made up" })).await.code(), over);
        assert_eq!(browser.post("/auth/resident/return", back.clone()).await.status, 200);
        assert_eq!(browser.post("/auth/resident/return", back).await.code(), over, "replayed");

        let (browser, url) = leave(&test.anybody(), None).await;
        let mixed = json!({ "code": provider.grant(&url, hanako()), "state": said(&url, "state"), "iss": "https://another.example" });
        assert_eq!(browser.post("/auth/resident/return", mixed).await.code(), "identity.not_verified");
        let (browser, url) = leave(&test.anybody(), None).await;
        let unknown = json!({ "code": "nobody's", "state": said(&url, "state") });
        assert_eq!(browser.post("/auth/resident/return", unknown).await.code(), over);

        let (browser, url) = leave(&test.anybody(), None).await;
        let back = json!({ "code": provider.grant(&url, hanako()), "state": said(&url, "state") });
        test.at("2026-11-21T12:15:00+09:00");
        assert_eq!(browser.post("/auth/resident/return", back).await.code(), over, "late");
    }

    async fn who_was_verified_has_half_an_hour_to_register(test) {
        let (browser, answer) = travel(test, &test.anybody(), hanako()).await;
        let browser = browser.keeping(&answer);
        test.at("2026-11-21T12:30:00+09:00");
        assert_eq!(browser.get("/auth/resident/newcomer").await.code(), "identity.attempt_over");
        assert_eq!(browser.post("/auth/resident/register", newcomer(YONAGO, "hanako@example.jp")).await.code(), "identity.attempt_over");
        test.write(|conn| api::identity::store::forget_over(conn, crate::app::moment("2026-11-21T12:30:00+09:00"))).await;
        let left: i64 = test.write(|conn| Ok(sign_in_attempts::table.count().get_result(conn)?)).await;
        assert_eq!(left, 0);
    }

    async fn an_account_is_only_linked_by_who_is_still_signed_in(test) {
        let (ana, bea) = (test.guardian("Ana", YONAGO).await, test.guardian("Bea", YONAGO).await);
        let provider = test.provider.as_ref().unwrap();
        for then in [&bea, &test.anybody()] {
            let left = ana.post("/auth/resident/leave", json!({})).await;
            let url = reqwest::Url::parse(left.body["url"].as_str().unwrap()).unwrap();
            let back = json!({ "code": provider.grant(&url, hanako()), "state": said(&url, "state") });
            assert_eq!(then.also_keeping(&left).post("/auth/resident/return", back).await.code(), "identity.attempt_over");
        }
        assert_eq!(written(test).await.0, 0);
        assert_eq!(travel_signed_in(test, &ana, hanako()).await.1.status, 200);
    }

    async fn nobody_is_led_to_another_site_afterwards(test) {
        for next in ["https://evil.example/", "//evil.example", "bookings"] {
            let (browser, url) = leave(&test.anybody(), Some(next)).await;
            let code = test.provider.as_ref().unwrap().grant(&url, hanako());
            let answer = browser.post("/auth/resident/return", json!({ "code": code, "state": said(&url, "state") })).await;
            assert_eq!(answer.body, json!({ "kind": "new" }), "{next}");
        }
    }
}
