//! A running server over a database of its own, a clock to set, and people who act through the API.

mod person;
mod world;

use std::net::TcpListener;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use api::config::{Config, LogFormat};
use api::db::{AnyConnection, Db, DbError};
use api::entitlements::store::NewEntitlement;
use api::outbox::Act;
use api::{App, accounts, entitlements, families, new_id, server, session, slots};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use diesel::connection::{InstrumentationEvent, SimpleConnection};
use diesel::prelude::*;
use reqwest::Method;
use serde_json::{Value, json};
use shared::access::Role;
use shared::accounts::{Device, Me};
use shared::applications::Days;
use shared::families::{Child, Family, NewChild, ProofKind, ResidenceProof};
use shared::ids::{AccountId, ChildId, EntitlementId, FamilyId, OfferingId, SessionId, SlotId};
use shared::locale::Locale;
use shared::municipalities::MunicipalityCode;
use shared::programmes::ProgrammeKey;
use shared::slots::{BandPlaces, PlanOutcome, PlannedSlot};
use shared::text::{Email, Kana, PersonName, Phone};
use shared::time::at;

pub use self::person::{Answer, Person};
use self::world::world;
pub use self::world::{certification, facility_row, open_nursery, programme, temporary_care};
use crate::identity::{self, StandIn};

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
    _files: tempfile::TempDir,
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
        let files = tempfile::tempdir().unwrap();
        let file = |name: &str| files.path().join(name).to_string_lossy().into_owned();
        let (url, database) = match backend {
            Backend::Sqlite => (file("test.db"), None),
            Backend::Postgres => {
                let database = new_postgres(&postgres_url()?);
                (with_database(&database.admin, &database.name), Some(database))
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
            sandboxes: file("sandboxes"),
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

    /// Puts a version of a `programme` or `procedure` into a city's books: one officer proposes it, another agrees. Gives the change.
    pub async fn publish(&self, city: &str, kind: &str, version: Value) -> Value {
        let proposed = self.officer(city).await.post("/office/changes", json!({ "kind": kind, "version": version })).await;
        assert_eq!(proposed.status, 201, "{:?}", proposed.body);
        let path = format!("/office/changes/{}/agree", proposed.body["id"].as_str().unwrap());
        let other = self.officer(city).await;
        let agreed = other.send(other.request(Method::POST, &path).header("if-match", proposed.etag()).json(&json!({}))).await;
        assert_eq!(agreed.status, 200, "{:?}", agreed.body);
        agreed.body
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
    Me {
        id: AccountId::new(new_id()),
        email,
        name: name.to_owned(),
        role,
        organisation: None,
        locale: Locale::Ja,
        password: true,
        is_shared: false,
    }
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

/// A slot id that nobody gave out.
pub fn no_slot() -> SlotId {
    SlotId::new(new_id())
}
