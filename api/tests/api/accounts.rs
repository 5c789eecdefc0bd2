//! Sign-in over HTTP.

use reqwest::Method;
use serde_json::{Value, json};

use api::accounts::staff::{self, NewStaff, Refusal, Wanted};

use crate::app::{SAKAIMINATO, YONAGO};

fn new_account(email: &str) -> Value {
    json!({
        "email": email, "password": "松原と海のあいだ", "name": "弓浜 花子", "kana": "ゆみはま はなこ",
        "phone": "090-1234-5678", "municipality": YONAGO
    })
}

on_both! {
    async fn a_guardian_registers_signs_out_and_in_again(test) {
        let nobody = test.anybody();
        let registered = nobody.post("/auth/register", new_account("hana@example.jp")).await;
        assert_eq!(registered.status, 201, "{:?}", registered.body);
        assert_eq!(registered.body["role"]["kind"], "guardian");
        let cookie = registered.headers["set-cookie"].to_str().unwrap().to_owned();
        for word in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=2592000"] {
            assert!(cookie.contains(word), "{cookie}");
        }
        let session = cookie.split(';').next().unwrap().to_owned();
        let with = |method: Method, path: &str| nobody.request(method, path).header("cookie", &session);
        let family = nobody.send(with(Method::GET, "/family")).await;
        assert_eq!((family.body["guardian_kana"].as_str(), family.body["phone"].as_str()), (Some("ユミハマ ハナコ"), Some("09012345678")));
        assert_eq!(nobody.send(with(Method::POST, "/auth/logout")).await.status, 204);
        assert_eq!(nobody.send(with(Method::GET, "/me")).await.status, 401, "a session that ended opens nothing");

        let login = nobody.post("/auth/login", json!({ "email": "HANA@example.jp ", "password": "松原と海のあいだ" })).await;
        assert_eq!(login.status, 200, "{:?}", login.body);
        assert!(!login.headers["set-cookie"].to_str().unwrap().contains(&session), "a session is never used again");
        let taken = nobody.post("/auth/register", new_account("hana@example.jp")).await;
        assert_eq!((taken.code(), &taken.body["errors"][0]["pointer"]), ("accounts.email_taken", &json!("/email")));
    }

    async fn a_wrong_password_says_nothing_of_the_address_and_waits_after_five(test) {
        let nobody = test.anybody();
        assert_eq!(nobody.post("/auth/register", new_account("hana@example.jp")).await.status, 201);
        let wrong = json!({ "email": "hana@example.jp", "password": "wrong" });
        let first = nobody.post("/auth/login", wrong.clone()).await;
        let unknown = nobody.post("/auth/login", json!({ "email": "nobody@example.jp", "password": "wrong" })).await;
        assert_eq!((first.code_number(), first.code()), (401, "accounts.login_wrong"));
        assert_eq!(first.body["detail"], unknown.body["detail"]);
        for _ in 0..4 {
            assert_eq!(nobody.post("/auth/login", wrong.clone()).await.status, 401);
        }
        let right = json!({ "email": "hana@example.jp", "password": "松原と海のあいだ" });
        let locked = nobody.post("/auth/login", right.clone()).await;
        assert_eq!((locked.code_number(), locked.code()), (429, "accounts.too_many_attempts"));
        assert!(locked.headers.contains_key("retry-after"));
        test.at("2026-11-21T12:01:01+09:00");
        assert_eq!(nobody.post("/auth/login", right).await.status, 200);
    }

    async fn fields_are_refused_with_their_place_and_nothing_is_half_done(test) {
        let nobody = test.anybody();
        for (field, value, code) in [
            ("email", json!("hanako"), "text.email_invalid"),
            ("password", json!("ひみつ7"), "text.password_short"),
            ("password", json!("password"), "text.password_common"),
            ("kana", json!("花子"), "text.kana_invalid"),
            ("phone", json!("12"), "text.phone_invalid"),
            ("municipality", json!("312028"), "municipalities.code_check_digit"),
            ("name", json!("  "), "text.missing"),
        ] {
            let mut account = new_account("hana@example.jp");
            account[field] = value;
            let answer = nobody.post("/auth/register", account).await;
            assert_eq!(answer.status, 422, "{field}: {:?}", answer.body);
            assert_eq!((answer.body["errors"][0]["pointer"].as_str(), answer.codes()[0].as_str()), (Some(format!("/{field}").as_str()), code));
            assert!(!answer.body.to_string().contains("ひみつ7"), "what was typed does not come back");
        }
        let mut elsewhere = new_account("hana@example.jp");
        elsewhere["municipality"] = json!("313840");
        assert_eq!(nobody.post("/auth/register", elsewhere).await.code(), "accounts.municipality_unknown");
        assert_eq!(nobody.post("/auth/register", new_account("hana@example.jp")).await.status, 201, "the refused ones left nothing behind");
    }

    async fn a_family_is_changed_by_who_saw_its_latest_state(test) {
        let ana = test.guardian("Ana", YONAGO).await;
        let family = ana.get("/family").await;
        assert_eq!(ana.send(ana.request(Method::PATCH, "/family").json(&json!({}))).await.status, 428);
        let changed = ana.patch("/family", json!({ "municipality": SAKAIMINATO }), &family.etag()).await;
        assert_eq!(changed.status, 200, "{:?}", changed.body);
        assert_eq!(changed.body["municipality"], SAKAIMINATO);
        let stale = ana.patch("/family", json!({ "phone": "0859999999" }), &family.etag()).await;
        assert_eq!((stale.code_number(), stale.code()), (412, "problem.stale"));
        assert_eq!(ana.patch("/family", json!({ "phone": "0859999999" }), &changed.etag()).await.status, 200);
    }
}

on_both! {
    async fn staff_are_let_in_from_the_command_line(test) {
        let new = |facility: Wanted, email: &str, password: Option<&str>| NewStaff {
            facility,
            email: email.to_owned(),
            name: "米原 さくら".to_owned(),
            password: password.map(str::to_owned),
        };
        let by_name = || Wanted::Name("yonago園".to_owned());
        let now = test.app.now();
        let added = staff::add(&test.app.db, new(by_name(), "sakura@example.jp", None), now).await.unwrap();
        assert_eq!((added.facility.as_str(), added.email.as_str()), ("yonago園", "sakura@example.jp"));
        let login = json!({ "email": "sakura@example.jp", "password": added.made_up_password.unwrap() });
        let signed_in = test.anybody().post("/auth/login", login).await;
        assert_eq!(signed_in.status, 200, "{:?}", signed_in.body);
        assert_eq!(signed_in.body["role"], json!({ "kind": "staff", "facility_id": "yonago" }));

        let given = staff::add(&test.app.db, new(Wanted::Id("sakai".into()), "kaede@example.jp", Some("松原と海のあいだ")), now).await.unwrap();
        assert_eq!((given.facility.as_str(), given.made_up_password), ("sakai園", None));
        let login = json!({ "email": "kaede@example.jp", "password": "松原と海のあいだ" });
        assert_eq!(test.anybody().post("/auth/login", login).await.status, 200);

        let refused = staff::add(&test.app.db, new(by_name(), "sakura@example.jp", None), now).await;
        assert!(matches!(refused, Err(Refusal::EmailTaken)), "{refused:?}");
        let refused = staff::add(&test.app.db, new(Wanted::Name("どこにもない園".to_owned()), "x@example.jp", None), now).await;
        assert!(matches!(refused, Err(Refusal::FacilityUnknown)), "{refused:?}");
        let refused = staff::add(&test.app.db, new(by_name(), "x@example.jp", Some("short")), now).await;
        assert!(matches!(refused, Err(Refusal::Option("--password-stdin", _))), "{refused:?}");
    }
}
