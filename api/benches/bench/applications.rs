//! Applications that are sent and decided by the rules in the same request, against the same statements without the server; and how long they
//! wait while somebody sends large files.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use api::procedures::store::insert_procedure;
use api::{new_id, session};
use chrono::Utc;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use serde_json::json;
use shared::attachments::MAX_BYTES;
use shared::procedures::Procedure;

use crate::Plan;
use crate::database::{Database, Kind};
use crate::load::{Connection, Seen, drive};
use crate::process::Process;
use crate::replay::{self, WARM_UP};
use crate::tape::{Form, Statement};
use crate::world::{self, Family};

/// So many families send at the same time.
const FAMILIES_AT_ONCE: [usize; 2] = [1, 8];
/// So many families only send files.
const SENDERS: usize = 100;
/// So many files an application takes.
const FILES: usize = 10;

/// One line of the table.
pub struct Line {
    pub kind: Kind,
    pub clients: usize,
    pub http: Seen,
    pub raw: Seen,
    /// The same while somebody sends files of 10 MiB, and how long these took; where it was measured.
    pub beside: Option<(Seen, Seen)>,
}

/// Families with an application each that only has to be sent.
struct Filled {
    families: Vec<Family>,
    applications: Vec<String>,
}

/// The certification of the families' city, decided by residence and one answer, with the terms that its letter needs.
fn procedure() -> Procedure {
    let name = json!({ "ja": "利用登録", "easy": "[登録|とうろく]", "en": "Registration" });
    let choice = |key: &str| json!({ "key": key, "name": name });
    let day = Utc::now().date_naive() - chrono::TimeDelta::days(30);
    serde_json::from_value(json!({
        "id": new_id(), "key": "registration", "municipality": world::HOME, "valid_from": day, "name": name, "summary": name,
        "terms": {
            "effect": {
                "kind": "certify", "programme": world::CARE,
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
                "issuer": "米子市長", "granted_title": "利用承認通知書", "granted": "承認しましたので通知します。", "refused_title": "不承認通知書",
                "refused": "承認しません。", "objection": "3か月以内に審査請求をすることができます。", "contact": "こども窓口",
            },
        },
    }))
    .unwrap()
}

/// A database in which every family's residence is proven and its application filled in.
fn filled(kind: Kind, families: usize) -> (Database, Filled) {
    let (database, world::Bookable { families, .. }) = world::bookable(kind, families);
    let mut conn = database.connection();
    let (procedure, now) = (procedure(), world::text(Utc::now()));
    insert_procedure(&mut conn, &procedure).unwrap();
    conn.batch_execute(&format!("UPDATE families SET residence_proof = 'counter', residence_proven_at = '{now}'")).unwrap();
    let applications: Vec<String> = families.iter().map(|_| new_id()).collect();
    let rows: Vec<String> = families
        .iter()
        .zip(&applications)
        .map(|(family, id)| {
            format!(
                r#"('{id}', '{}', 'registration', '{}', '{}', '{}', 'draft', '{{"kind":"draft"}}', '{{"enrolled_in":"none"}}', '["true"]', '[]', '{now}', 1)"#,
                procedure.id,
                world::HOME,
                family.id,
                family.child
            )
        })
        .collect();
    let columns = "applications (id, procedure_id, procedure, municipality, family_id, child_id, state, decided, answers, declared, comments, \
                   created_at, version)";
    world::insert(&mut conn, columns, &rows);
    world::settle(&mut conn);
    (database, Filled { families, applications })
}

impl Filled {
    fn head(&self, number: usize, path: &str, more: &str, length: usize) -> Vec<u8> {
        format!(
            "POST /api/v1/applications/{}/{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {}={}\r\nIdempotency-Key: {}\r\n{more}Content-Length: \
             {length}\r\n\r\n",
            self.applications[number],
            session::COOKIE,
            self.families[number].token,
            new_id(),
        )
        .into_bytes()
    }

    /// The request that sends this family's application.
    fn submit(&self, number: usize) -> Vec<u8> {
        self.head(number, "submit", "If-Match: \"v1\"\r\n", 0)
    }

    /// The request that sends a file with this family's application.
    fn attach(&self, number: usize, file: &[u8]) -> Vec<u8> {
        let mut request = self.head(number, "attachments?requirement=proof", "Content-Type: application/octet-stream\r\n", file.len());
        request.extend_from_slice(file);
        request
    }

    /// How many send applications; the others send files.
    fn sending(&self) -> usize {
        self.families.len() - SENDERS
    }

    /// The statements of every application, made before the clock runs. The numbers that the city gives are exchanged too: each once.
    fn play_list(&self, form: &Form, recorded: usize) -> Vec<Vec<Statement>> {
        let (old, old_application) = (&self.families[recorded], &self.applications[recorded]);
        let year = shared::time::fiscal_year(shared::time::tokyo_day(Utc::now()));
        let given = format!("{year}-{:06}", recorded + 1);
        (0..self.sending())
            .map(|number| {
                let (new, given_now) = (&self.families[number], format!("{year}-{:06}", number + 1));
                form.fill(&[
                    (&old.id, &new.id),
                    (&old.account, &new.account),
                    (&old.child, &new.child),
                    (&old.token_hash, &new.token_hash),
                    (old_application, &self.applications[number]),
                    (&given, &given_now),
                ])
            })
            .collect()
    }
}

/// A photograph of 10 MiB: a small one whose picture goes on and on.
fn photograph() -> Vec<u8> {
    let small = include_bytes!("../../tests/files/photograph.jpg");
    let scan = small.windows(2).rposition(|two| two == [0xff, 0xda]).unwrap();
    let data = scan + 2 + usize::from(u16::from_be_bytes([small[scan + 2], small[scan + 3]]));
    let mut large = small[..data].to_vec();
    large.resize(data + MAX_BYTES - small.len(), 0x55);
    large.extend_from_slice(&small[data..]);
    large
}

/// How many applications are decided.
fn count(database: &Database) -> usize {
    use api::schema::applications::dsl;
    let granted = dsl::applications.filter(dsl::state.eq("granted")).count();
    usize::try_from(granted.get_result::<i64>(&mut database.connection()).unwrap()).unwrap()
}

/// Lets families send their applications; with `beside`, while another sends files one after the other.
fn submits(database: &Database, world: &Filled, clients: usize, limit: Duration, beside: bool) -> (Seen, Seen) {
    let server = Process::yumigahama(&database.url);
    let ask = |from: usize| move |number: usize| (from + number < world.sending()).then(|| world.submit(from + number));
    let warm = ask(0);
    drive(server.address, clients, Duration::from_secs(60), 200, &|number| if number < WARM_UP { warm(number) } else { None });
    let over = AtomicBool::new(!beside);
    let seen = thread::scope(|scope| {
        let files = scope.spawn(|| {
            let (mut took, started, file) = (Vec::new(), Instant::now(), photograph());
            let mut connection = Connection::open(server.address).unwrap();
            for number in 0..SENDERS * FILES {
                if over.load(Ordering::Relaxed) {
                    break;
                }
                let (request, asked) = (world.attach(world.sending() + number / FILES, &file), Instant::now());
                let answer = connection.send(&request).unwrap();
                took.push(asked.elapsed());
                assert_eq!(answer.status, 201, "{}", String::from_utf8_lossy(answer.body));
            }
            Seen::new(took, started.elapsed())
        });
        let submits = drive(server.address, clients, limit, 200, &ask(WARM_UP));
        over.store(true, Ordering::Relaxed);
        (submits, files.join().unwrap())
    });
    drop(server);
    // What was answered as decided is decided, each once, although the server was ended without a word.
    assert_eq!(count(database), seen.0.count() + WARM_UP);
    seen
}

/// Measures applications on a database of this kind; gives the texts of the statements of one, too.
pub fn measure(kind: Kind, plan: &Plan) -> (Vec<String>, Vec<Line>) {
    let (database, world) = filled(kind, plan.families);
    let form = replay::record(&database, &[world.submit(0), world.submit(1)], 200);
    let list = world.play_list(&form, 1);
    let mut lines = Vec::new();
    for clients in FAMILIES_AT_ONCE {
        let copy = database.copy();
        let raw = replay::play(&copy, &list, clients, plan.limit);
        assert_eq!(count(&copy), raw.count() + WARM_UP);
        drop(copy);
        let (http, _) = submits(&database.copy(), &world, clients, plan.limit, false);
        let is_last = clients == FAMILIES_AT_ONCE[1];
        let beside = is_last.then(|| submits(&database.copy(), &world, clients, plan.limit, true));
        eprintln!("{:10} {clients} families: {:6.0} applications/s, p99 {:.1} ms", kind.name(), http.per_second(), http.percentile(99));
        lines.push(Line { kind, clients, http, raw, beside });
    }
    (form.statements().iter().map(Statement::sql).collect(), lines)
}
