//! A running server over a database of its own, a clock to set, and people who act through the API.

use std::net::TcpListener;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use crate::identity::{self, StandIn};
use api::config::{Config, LogFormat};
use api::db::{AnyConnection, Db, DbError};
use api::entitlements::store::NewEntitlement;
use api::outbox::Act;
use api::{App, accounts, entitlements, facilities, families, municipalities, new_id, programmes, server, session, slots};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use diesel::connection::{InstrumentationEvent, SimpleConnection};
use diesel::prelude::*;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use shared::access::Role;
use shared::accounts::{Device, Me};
use shared::applications::Days;
use shared::facilities::{FacilityKind, Listing};
use shared::families::{Child, Family, NewChild, ProofKind, ResidenceProof};
use shared::ids::{AccountId, ChildId, CompactId, EntitlementId, FacilityId, FamilyId, OfferingId, ProgrammeVersionId, SessionId, SlotId};
use shared::locale::{Locale, Localised};
use shared::municipalities::{Compact, CompactTerm, Municipality, MunicipalityCode, Position};
use shared::programmes::{
    AgeBasis, AgeEnd, Ages, Benefit, BenefitRate, Block, Cancellation, Deadline, ExemptReason, Fee, FeeUnit, LatePickUp, Limit,
    LimitPeriod, LimitUnit, Opens, PriceTier, Programme, ProgrammeKey, Terms, Unit,
};
use shared::slots::{BandPlaces, BlockTimes, Offering, PlanOutcome, PlannedSlot};
use shared::text::{Email, Kana, PersonName, Phone};
use shared::time::at;

/// Where the first facility stands and the border family does not live.
pub const SAKAIMINATO: &str = "312045";
/// The other city.
pub const YONAGO: &str = "312029";
/// The time at which every test begins: a Saturday noon in Tokyo.
pub const START: &str = "2026-11-21T12:00:00+09:00";
/// A Tuesday on which the facilities are open.
pub const DAY: &str = "2026-12-01";

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

/// A server of one test.
pub struct TestApp {
    pub app: App,
    pub base: String,
    clock: Arc<AtomicI64>,
    _server: actix_web::dev::ServerHandle,
    _files: Option<tempfile::TempDir>,
    /// The provider of residents' sign-in, where the test has one.
    pub provider: Option<StandIn>,
    _database: Option<Database>,
}

/// A PostgreSQL database that goes away with its test.
struct Database {
    admin: String,
    name: String,
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Ok(mut conn) = PgConnection::establish(&self.admin) {
            let _ = conn.batch_execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        }
    }
}

/// The address of the PostgreSQL server for tests; none: those tests are left out, unless the caller insists on them.
pub fn postgres_url() -> Option<String> {
    let url = std::env::var("TEST_DATABASE_URL").ok();
    assert!(
        url.is_some() || std::env::var("YUMIGAHAMA_REQUIRE_POSTGRES").as_deref() != Ok("1"),
        "TEST_DATABASE_URL is not set; run `make test`, or scripts/with-postgres.sh"
    );
    url
}

fn with_database(url: &str, name: &str) -> String {
    let (base, query) = url.split_once('?').map_or((url, String::new()), |(base, query)| (base, format!("?{query}")));
    let (server, _) = base.rsplit_once('/').unwrap();
    format!("{server}/{name}{query}")
}

/// A new, migrated PostgreSQL database, copied from one that was migrated once.
fn new_postgres(admin: &str) -> Database {
    static TEMPLATE: OnceLock<String> = OnceLock::new();
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let mut conn = PgConnection::establish(admin).unwrap();
    let template = TEMPLATE.get_or_init(|| {
        let name = format!("template_{}", new_id().replace('-', ""));
        conn.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        let db = Db::open(&with_database(admin, &name), 1).unwrap();
        db.migrate().unwrap();
        name
    });
    let name = format!("test_{}", new_id().replace('-', ""));
    // The pool that migrated the template closes in the background; the copy waits for it.
    for attempt in 0.. {
        match conn.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {template}")) {
            Ok(()) => break,
            Err(error) if attempt == 50 => panic!("{error}"),
            Err(_) => std::thread::sleep(std::time::Duration::from_millis(50)),
        }
    }
    Database { admin: admin.to_owned(), name }
}

impl TestApp {
    /// Starts a server with the tests' small world; none where the database is not to be had.
    pub async fn start(backend: Backend) -> Option<Self> {
        let test = Self::start_empty(backend).await?;
        test.write(world).await;
        Some(test)
    }

    /// Starts a server over empty tables.
    pub async fn start_empty(backend: Backend) -> Option<Self> {
        Self::start_beside(backend, None).await
    }

    /// Starts a server with the tests' small world, and channels to devices on this machine.
    pub async fn start_with_channels(backend: Backend) -> Option<Self> {
        let test = Self::start_as(backend, None, true).await?;
        test.write(world).await;
        Some(test)
    }

    /// Starts a server with the tests' small world, whose residents may sign in at a provider.
    pub async fn start_with_provider(backend: Backend) -> Option<Self> {
        let test = Self::start_beside(backend, Some(StandIn::start())).await?;
        test.write(world).await;
        Some(test)
    }

    async fn start_beside(backend: Backend, provider: Option<StandIn>) -> Option<Self> {
        Self::start_as(backend, provider, false).await
    }

    async fn start_as(backend: Backend, provider: Option<StandIn>, with_channels: bool) -> Option<Self> {
        api::outside::choose_tls();
        let (url, files, database) = match backend {
            Backend::Sqlite => {
                let folder = tempfile::tempdir().unwrap();
                (folder.path().join("test.db").to_string_lossy().into_owned(), Some(folder), None)
            }
            Backend::Postgres => {
                let database = new_postgres(&postgres_url()?);
                (with_database(&database.admin, &database.name), None, Some(database))
            }
        };
        let db = Db::open(&url, 8).unwrap();
        if backend == Backend::Sqlite {
            db.migrate().unwrap();
        }
        let config = Config {
            database_url: url,
            bind: "127.0.0.1:0".to_owned(),
            public_url: "http://localhost:0".to_owned(),
            oidc_issuer: provider.as_ref().map(|provider| provider.issuer.clone()),
            oidc_client_id: provider.as_ref().map(|_| identity::CLIENT.to_owned()),
            oidc_key_file: provider.as_ref().map(StandIn::client_key_file),
            push_key_file: None,
            push_to_loopback: with_channels,
            smtp_url: None,
            mail_from: None,
            db_connections: 8,
            tiles: "https://tiles.example/{z}/{x}/{y}.png".to_owned(),
            log_format: LogFormat::Text,
            log: "error".to_owned(),
        };
        let clock = Arc::new(AtomicI64::new(moment(START).timestamp_micros()));
        let hand = Arc::clone(&clock);
        let app = App::new(db, config, Arc::new(move || DateTime::from_timestamp_micros(hand.load(Ordering::SeqCst)).unwrap()))
            .with_provider()
            .unwrap();
        let app = if with_channels { app.with_own_channels().await.unwrap() } else { app };
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let server = server::serve(app.clone(), listener, 2).unwrap();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        Some(Self { app, base, clock, _server: handle, _files: files, provider, _database: database })
    }

    /// Sets the clock.
    pub fn at(&self, moment: &str) {
        self.clock.store(self::moment(moment).timestamp_micros(), Ordering::SeqCst);
    }

    /// Runs statements in one transaction.
    pub async fn write<T: Send + 'static>(&self, f: impl Fn(&mut AnyConnection) -> Result<T, DbError> + Send + 'static) -> T {
        self.app.db.write(f).await.unwrap()
    }

    /// Somebody who is not signed in.
    pub fn anybody(&self) -> Person {
        Person { client: reqwest::Client::new(), base: self.base.clone(), cookie: None }
    }

    /// Signs somebody in, perhaps again.
    pub async fn signed_in(&self, me: Me) -> Person {
        let cookie = session::open(&self.app.db, &me, Device::default(), false, self.app.now()).await.unwrap();
        let cookie = format!("{}={}", cookie.name(), cookie.value());
        Person { client: reqwest::Client::new(), base: self.base.clone(), cookie: Some(cookie) }
    }

    /// A guardian with a family in this city.
    pub async fn guardian(&self, name: &str, city: &str) -> Person {
        let family = FamilyId::new(new_id());
        let me = me(name, Role::Guardian { family_id: family.clone() });
        let (now, city, account) = (self.app.now(), code(city), me.clone());
        let name = PersonName::parse(name).unwrap();
        self.write(move |conn| {
            families::store::insert_family(
                conn,
                &family,
                &city,
                &name,
                &Kana::parse("テスト").unwrap(),
                &Phone::parse("0859000000").unwrap(),
                now,
            )?;
            accounts::store::insert_account(conn, &account, "no password", now)
        })
        .await;
        self.signed_in(me).await
    }

    /// A member of this facility's staff.
    pub async fn staff(&self, facility: &str) -> Person {
        self.person("Staff", Role::Staff { facility_id: facility.into() }).await
    }

    /// A person of any role without a family.
    pub async fn person(&self, name: &str, role: Role) -> Person {
        let me = me(name, role);
        let (now, account) = (self.app.now(), me.clone());
        self.write(move |conn| accounts::store::insert_account(conn, &account, "no password", now)).await;
        self.signed_in(me).await
    }

    /// An officer of this city.
    pub async fn officer(&self, city: &str) -> Person {
        self.person("Officer", Role::Officer { municipality: code(city) }).await
    }

    /// Proves that the guardian's family lives where it says.
    pub async fn prove_residence(&self, guardian: &Person) {
        let family = guardian.get("/family").await.body["id"].as_str().unwrap().to_owned();
        let at = self.app.now();
        let write = self.app.db.write(move |conn| {
            let family = families::store::find_family(conn, &FamilyId::new(family.clone()))?.unwrap();
            let proof = Some(ResidenceProof { by: ProofKind::Counter, at });
            families::write(conn, &Family { residence_proof: proof, ..family }, &Act::of_command("test", at))
        });
        write.await.unwrap();
    }

    /// Certifies a child of this guardian for a programme, as its city would have done long ago.
    pub async fn certify(&self, guardian: &Person, child: &str, programme: &str) {
        let own = guardian.get("/family").await.body;
        let (family, municipality) = (FamilyId::from(own["id"].as_str().unwrap()), code(own["municipality"].as_str().unwrap()));
        let new = NewEntitlement {
            id: EntitlementId::new(new_id()),
            number: new_id(),
            family,
            child: child.into(),
            programme: ProgrammeKey::new(programme),
            municipality,
            days: Days { from: date("2020-01-01"), until: date("2030-12-31") },
            application: None,
        };
        let now = self.app.now();
        self.write(move |conn| entitlements::store::insert_entitlement(conn, &new, now)).await;
    }

    /// A slot with places for children under three and over.
    pub async fn slot(&self, offering: &str, day: &str, times: (&str, &str), places: (i64, i64)) -> String {
        let (offering, day, now) = (OfferingId::from(offering), date(day), self.app.now());
        let times = (at(day, time(times.0)), at(day, time(times.1)));
        self.write(move |conn| {
            let (offering, city) = slots::store::find_offering(conn, &offering)?.unwrap();
            let bands = vec![
                BandPlaces { from_age: 0, under_age: 3, capacity: places.0 },
                BandPlaces { from_age: 3, under_age: 7, capacity: places.1 },
            ];
            let (starts_at, ends_at) = times;
            let planned = PlannedSlot { starts_at, ends_at, bands, room: None, carers: None, outcome: PlanOutcome::New };
            slots::store::insert_slot(conn, &offering, &city, &planned, now)
        })
        .await
        .to_string()
    }
}

/// What a piece of work gives, and how many statements it asks the database.
pub fn counting<T>(conn: &mut AnyConnection, work: impl FnOnce(&mut AnyConnection) -> T) -> (T, usize) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if matches!(event, InstrumentationEvent::StartQuery { .. }) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    });
    let given = work(conn);
    conn.set_instrumentation(|_: InstrumentationEvent<'_>| {});
    (given, asked.load(Ordering::Relaxed))
}

/// Somebody who acts through the API.
#[derive(Clone)]
pub struct Person {
    client: reqwest::Client,
    base: String,
    cookie: Option<String>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub body: Value,
    pub headers: reqwest::header::HeaderMap,
}

impl Answer {
    /// The code of the problem.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    /// The codes of everything that is wrong.
    pub fn codes(&self) -> Vec<String> {
        let errors = self.body["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|error| error["code"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// The entity tag.
    pub fn etag(&self) -> String {
        self.headers.get("etag").map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    }

    /// The status as a number.
    pub fn code_number(&self) -> u16 {
        self.status.as_u16()
    }
}

impl Person {
    /// The same person at another server over the same database.
    pub fn elsewhere(&self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self.clone() }
    }

    /// The same browser with the cookie that an answer sets.
    pub fn keeping(&self, answer: &Answer) -> Self {
        let cookie = answer.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        Self { cookie: Some(cookie), ..self.clone() }
    }

    /// The same browser with the cookie that an answer sets beside those that it has.
    pub fn also_keeping(&self, answer: &Answer) -> Self {
        let all = [self.cookie.clone(), self.keeping(answer).cookie].into_iter().flatten().collect::<Vec<_>>().join("; ");
        Self { cookie: Some(all), ..self.clone() }
    }

    /// The secret in its only cookie.
    pub fn cookie_value(&self) -> String {
        self.cookie.as_ref().unwrap().split_once('=').unwrap().1.to_owned()
    }

    /// A request to the API.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let path = if path.starts_with("/api/") || !path.starts_with('/') { path.to_owned() } else { format!("/api/v1{path}") };
        let request = self.client.request(method, format!("{}{path}", self.base));
        match &self.cookie {
            Some(cookie) => request.header("cookie", cookie),
            None => request,
        }
    }

    /// Sends a request.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Answer { status, body, headers }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path).json(&body)).await
    }

    pub async fn post_with_key(&self, path: &str, body: Value, key: &str) -> Answer {
        self.send(self.request(Method::POST, path).header("idempotency-key", key).json(&body)).await
    }

    pub async fn patch(&self, path: &str, body: Value, etag: &str) -> Answer {
        self.send(self.request(Method::PATCH, path).header("if-match", etag).json(&body)).await
    }

    pub async fn delete(&self, path: &str, etag: &str) -> Answer {
        self.send(self.request(Method::DELETE, path).header("if-match", etag)).await
    }

    /// Begins an application, answers and declares, and sends it; gives the last answer.
    pub async fn apply(&self, procedure: &str, child: &str, answers: &[(&str, &str)]) -> Answer {
        let begun = self.post("/applications", json!({ "procedure": procedure, "child_id": child })).await;
        assert!(begun.status.is_success(), "{:?}", begun.body);
        let path = format!("/applications/{}", begun.body["id"].as_str().unwrap());
        let answers: Vec<Value> = answers.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
        let filled = self.patch(&path, json!({ "answers": answers, "declared": ["true"] }), &begun.etag()).await;
        assert_eq!(filled.status, 200, "{:?}", filled.body);
        self.send(self.request(Method::POST, &format!("{path}/submit")).header("if-match", filled.etag())).await
    }

    /// Registers a child born then; gives its id.
    pub async fn child(&self, born: &str) -> String {
        let answer = self.post("/children", json!({ "name": "あおい", "kana": "あおい", "born": born })).await;
        assert_eq!(answer.status, 201, "{:?}", answer.body);
        answer.body["id"].as_str().unwrap().to_owned()
    }

    /// Books children into a whole slot.
    pub async fn book(&self, slot: &str, children: &[&str]) -> Answer {
        self.post("/bookings", json!({ "slot_id": slot, "child_ids": children })).await
    }

    /// Books children from one time to another.
    pub async fn book_times(&self, slot: &str, children: &[&str], day: &str, times: (&str, &str)) -> Answer {
        let body = json!({ "slot_id": slot, "child_ids": children, "starts_at": at(date(day), time(times.0)), "ends_at": at(date(day), time(times.1)) });
        self.post("/bookings", body).await
    }

    /// How many bookings hold a place.
    pub async fn active_bookings(&self) -> usize {
        self.get("/bookings?active_only=true&limit=200").await.body["items"].as_array().unwrap().len()
    }
}

/// Many guardians with one child each, signed in, made in one transaction.
pub async fn families(test: &TestApp, count: usize, city: &str, born: &str) -> Vec<(Person, String)> {
    let now = test.app.now();
    let made: Vec<(Me, FamilyId, Child)> = (0..count)
        .map(|_| {
            let family = FamilyId::new(new_id());
            let known = NewChild {
                name: PersonName::parse("子").unwrap(),
                kana: Kana::parse("コ").unwrap(),
                born: date(born),
                sex: None,
                allergies: Vec::new(),
                care_notes: String::new(),
                emergency_contacts: Vec::new(),
                pick_up_people: Vec::new(),
            };
            (me("Many", Role::Guardian { family_id: family.clone() }), family, Child { id: ChildId::new(new_id()), known, version: 1 })
        })
        .collect();
    let (city, rows) = (code(city), made.clone());
    let tokens = test
        .write(move |conn| {
            let mut tokens = Vec::new();
            for (me, family, child) in &rows {
                let name = PersonName::parse("保護者").unwrap();
                families::store::insert_family(
                    conn,
                    family,
                    &city,
                    &name,
                    &Kana::parse("ホゴシャ").unwrap(),
                    &Phone::parse("0859000000").unwrap(),
                    now,
                )?;
                accounts::store::insert_account(conn, me, "no password", now)?;
                families::store::insert_child(conn, family, child, now)?;
                let token = new_id();
                let session = SessionId::new(new_id());
                accounts::store::insert_session(
                    conn,
                    &session::hash(&token),
                    (&session, &me.id, &Device::default()),
                    now,
                    now + TimeDelta::days(30),
                )?;
                tokens.push(token);
            }
            Ok(tokens)
        })
        .await;
    let client = reqwest::Client::new();
    made.into_iter()
        .zip(tokens)
        .map(|((_, _, child), token)| {
            let cookie = Some(format!("{}={token}", session::COOKIE));
            (Person { client: client.clone(), base: test.base.clone(), cookie }, child.id.to_string())
        })
        .collect()
}

fn me(name: &str, role: Role) -> Me {
    let email = Email::parse(&format!("{}@example.jp", new_id())).unwrap();
    Me { id: AccountId::new(new_id()), email, name: name.to_owned(), role, organisation: None, locale: Locale::Ja, password: true }
}

/// An instant.
pub fn moment(text: &str) -> DateTime<Utc> {
    text.parse::<DateTime<chrono::FixedOffset>>().unwrap().to_utc()
}

/// A day.
pub fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A time of day.
pub fn time(text: &str) -> NaiveTime {
    NaiveTime::parse_from_str(text, "%H:%M").unwrap()
}

/// A municipality code.
pub fn code(text: &str) -> MunicipalityCode {
    MunicipalityCode::parse(text).unwrap()
}

/// Runs a test on both databases.
#[macro_export]
macro_rules! on_both {
    (over $start:ident; $(async fn $name:ident($test:ident) $body:block)*) => {
        $(mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn run($test: &$crate::app::TestApp) $body

            #[actix_web::test]
            async fn sqlite() {
                run(&$crate::app::TestApp::$start($crate::app::Backend::Sqlite).await.unwrap()).await;
            }

            #[actix_web::test]
            async fn postgres() {
                if let Some(test) = $crate::app::TestApp::$start($crate::app::Backend::Postgres).await {
                    run(&test).await;
                }
            }
        })*
    };
    ($(async fn $name:ident($test:ident) $body:block)*) => {
        on_both! { over start; $(async fn $name($test) $body)* }
    };
}

fn fee(tier: &str, from_age: u32, under_age: Option<u32>, per: FeeUnit, yen: i64) -> Fee {
    Fee { tier: PriceTier::new(tier), from_age, under_age, per, yen }
}

fn block(key: &str) -> FeeUnit {
    FeeUnit::Block { block: key.to_owned() }
}

fn month_limit(pool: &str, counts: LimitUnit, base: i64) -> Limit {
    Limit { pool: pool.to_owned(), counts, per: LimitPeriod::Month, base, local: 0, multiple_birth: None, reason: None }
}

/// A playroom by the hour, as a city publishes it: a programme that the code knows nothing of.
pub fn programme(key: &str, from: &str) -> Value {
    let name = json!({ "ja": "遊び場", "easy": "[遊|あそ]び[場|ば]", "en": "Playroom" });
    json!({
        "key": key, "valid_from": from, "name": name, "summary": name,
        "terms": {
            "ages": { "from_months": 12, "until": { "kind": "school_entry" } },
            "unit": { "kind": "flexible", "minimum_minutes": 30, "maximum_minutes": 120, "step_minutes": 30 },
            "limits": [{ "pool": key, "counts": "uses", "per": "week", "base": 2 }],
            "fees": [{ "tier": "resident", "from_age": 0, "per": { "kind": "use" }, "yen": 200 }],
            "extras": [{ "key": "snack", "name": name, "yen": 100 }],
            "questions": [{ "key": "fever", "text": name, "answer": { "kind": "yes_no" }, "required": true }],
            "at_once": 3,
        },
    })
}

/// A certification for a programme, as a city publishes it: for children of six months to under three who live there and are not enrolled.
pub fn certification(key: &str, programme: &str, from: &str) -> Value {
    let name = json!({ "ja": "認定申請", "easy": "[認定|にんてい]", "en": "Certification" });
    let choice = |key: &str| json!({ "key": key, "name": name });
    json!({
        "key": key, "valid_from": from, "name": name, "summary": name,
        "terms": {
            "effect": {
                "kind": "certify", "programme": programme,
                "validity": { "ages": { "from_months": 6, "until": { "kind": "under_years", "years": 3 } }, "ahead_days": 60 },
            },
            "questions": [{
                "key": "enrolled_in", "text": name, "required": true, "keep": "child",
                "answer": { "kind": "choice", "choices": [choice("none"), choice("nursery"), choice("unlicensed")] },
            }],
            "attachments": [{ "key": "proof", "name": name }],
            "declarations": [{ "key": "true", "name": name }],
            "rule": {
                "kind": "all", "source": name,
                "of": [{ "kind": "lives_in" }, { "kind": "not", "of": { "kind": "enrolled_in", "kinds": ["nursery", "centre"] } }],
            },
            "target_days": 5,
            "notice": {
                "issuer": "市長", "granted_title": "認定通知書", "granted": "認定しました。", "refused_title": "却下通知書",
                "refused": "却下しました。", "objection": "審査請求をすることができます。", "contact": "こども課",
            },
        },
    })
}

/// Rules of the tests' temporary care: 14 days a month.
pub fn temporary_care() -> Terms {
    let mut fees = Vec::new();
    for (tier, factor) in [("resident", 1), ("neighbour", 2)] {
        for key in ["day", "morning", "afternoon"] {
            let half = if key == "day" { 2 } else { 1 };
            fees.push(fee(tier, 0, Some(3), block(key), 1000 * half * factor));
            fees.push(fee(tier, 3, None, block(key), 500 * half * factor));
        }
    }
    let named = |key: &str, half_days| Block { key: key.to_owned(), name: Localised::new(key, key, key), half_days, uses: 1 };
    let ages = Ages { from_months: 6, until: AgeEnd::SchoolEntry, basis: AgeBasis::OnDay };
    let unit = Unit::Blocks { blocks: vec![named("day", 2), named("morning", 1), named("afternoon", 1)] };
    Terms {
        limits: vec![month_limit("temporary_care", LimitUnit::HalfDays, 28)],
        fees,
        opens: Opens::DaysBefore { days: 56 },
        closes: Deadline::DaysBefore { days: 1, time: time("16:30") },
        cancellation: Cancellation {
            free_until: Deadline::OpenDaysBefore { days: 1, time: time("15:00") },
            late_fee_percent: 50,
            late_counts: true,
            undo_minutes: 10,
            exempt: [("child_ill", true), ("facility", false)]
                .map(|(key, by_family)| ExemptReason { key: key.to_owned(), name: Localised::new(key, key, key), by_family })
                .to_vec(),
        },
        bring: vec![Localised::new("着替え", "[着替|きが]え", "A change of clothes")],
        ..Terms::new(ages, unit)
    }
}

/// Rules of the tests' open nursery: 10 hours a month.
pub fn open_nursery() -> Terms {
    let ages = Ages { from_months: 6, until: AgeEnd::UnderYears { years: 3 }, basis: AgeBasis::OnDay };
    let unit = Unit::Flexible { minimum_minutes: 60, maximum_minutes: None, step_minutes: 30 };
    Terms {
        limits: vec![month_limit("open_nursery", LimitUnit::Minutes, 600)],
        fees: vec![fee("resident", 0, None, FeeUnit::Hour, 300), fee("neighbour", 0, None, FeeUnit::Hour, 300)],
        opens: Opens::DaysBefore { days: 56 },
        closes: Deadline::MinutesBefore { minutes: 60 },
        cancellation: Cancellation {
            free_until: Deadline::DaysBefore { days: 1, time: time("17:00") },
            late_fee_percent: 0,
            late_counts: true,
            undo_minutes: 10,
            exempt: vec![],
        },
        late_pick_up: LatePickUp::Counts { grace_minutes: 0 },
        benefit: Some(Benefit {
            rates: [(0, Some(1), 1700), (1, Some(3), 1400)]
                .map(|(from_age, under_age, yen)| BenefitRate { from_age, under_age, per: FeeUnit::Hour, yen })
                .to_vec(),
            pays_absence: false,
        }),
        ..Terms::new(ages, unit)
    }
}

/// Two cities, a compact, two programmes, a facility in each city: `yonago` and `sakai`, offerings `<facility>_care` and `<facility>_open`.
fn world(conn: &mut AnyConnection) -> Result<(), DbError> {
    let from = date("2026-04-01");
    for (city, name, latitude, longitude) in [(YONAGO, "米子市", 35.42806, 133.33111), (SAKAIMINATO, "境港市", 35.53972, 133.23167)] {
        let position = Position { latitude, longitude };
        let name = Localised::new(name, name, city);
        municipalities::store::insert_municipality(conn, &Municipality { code: code(city), name, kana: "シ".to_owned(), position })?;
        for (key, terms) in [("temporary_care", temporary_care()), ("open_nursery", open_nursery())] {
            let programme = Programme {
                id: ProgrammeVersionId::new(new_id()),
                key: ProgrammeKey::new(key),
                municipality: code(city),
                valid_from: from,
                valid_until: None,
                name: Localised::new(key, key, key),
                summary: Localised::new("", "", ""),
                terms,
            };
            programmes::store::insert_programme(conn, &programme)?;
        }
    }
    let id = CompactId::from("compact");
    let mut terms = Vec::new();
    for (residence, host) in [(YONAGO, SAKAIMINATO), (SAKAIMINATO, YONAGO)] {
        for programme in ["temporary_care", "open_nursery"] {
            terms.push(CompactTerm {
                compact_id: id.clone(),
                residence: code(residence),
                host: code(host),
                programme: ProgrammeKey::new(programme),
                valid_from: from,
                valid_until: None,
                resident_priority_days: 5,
                price_tier: PriceTier::new("neighbour"),
            });
        }
    }
    municipalities::store::insert_compact(conn, &Compact { id, name: Localised::new("協定", "きょうてい", "Compact"), terms })?;
    for (facility, city) in [("yonago", YONAGO), ("sakai", SAKAIMINATO)] {
        facility_row(conn, facility, city)?;
        for (suffix, programme) in [("care", "temporary_care"), ("open", "open_nursery")] {
            let times =
                |key: &str, starts: &str, ends: &str| BlockTimes { key: key.to_owned(), starts: time(starts), ends: time(ends), nights: 0 };
            let blocks = if suffix == "care" {
                vec![times("day", "08:30", "17:00"), times("morning", "08:30", "12:30"), times("afternoon", "13:00", "17:00")]
            } else {
                Vec::new()
            };
            let offering = Offering {
                id: OfferingId::new(format!("{facility}_{suffix}")),
                facility_id: FacilityId::from(facility),
                programme: ProgrammeKey::new(programme),
                blocks,
                confirmation: None,
                hourly_yen: None,
                interview: false,
                spare: false,
            };
            slots::store::insert_offering(conn, &offering, &code(city))?;
        }
    }
    Ok(())
}

/// A facility that is closed on Sundays.
pub fn facility_row(conn: &mut AnyConnection, id: &str, city: &str) -> Result<(), DbError> {
    use chrono::Weekday::{Fri, Mon, Sat, Thu, Tue, Wed};
    let mut listing = Listing::named(code(city), id, &format!("{id}園"), FacilityKind::LicensedNursery);
    listing.position = Some(Position { latitude: 35.5, longitude: 133.3 });
    listing.opening.weekdays = Some(vec![Mon, Tue, Wed, Thu, Fri, Sat]);
    facilities::store::insert_facility(conn, &FacilityId::from(id), &listing, true, moment(START))
}

/// A slot id that nobody gave out.
pub fn no_slot() -> SlotId {
    SlotId::new(new_id())
}
