//! Confirmed bookings per second over HTTP, against the same statements without the server.

use std::net::TcpListener;
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use api::config::{Config, LogFormat};
use api::db::{AnyConnection, Db};
use api::{App, new_id, server, session, system_clock};
use diesel::prelude::*;

use crate::Plan;
use crate::database::{Database, Kind};
use crate::load::{Connection, Seen, drive};
use crate::process::Process;
use crate::tape::{self, Form, Statement};
use crate::world::{self, Bookable, Family};

/// As many connections as the server's pool has by itself.
const CONNECTIONS: usize = 10;
/// As many bookings as the server's SQLite writer commits together at most.
const GROUP: usize = 64;
/// So many bookings are made before the clock runs.
const WARM_UP: usize = 200;

/// One line of the table.
pub struct Line {
    pub kind: Kind,
    /// Whether all want the same slot.
    pub same_slot: bool,
    pub clients: usize,
    pub http: Seen,
    pub raw: Seen,
}

/// What was measured on a database.
pub struct Report {
    pub version: String,
    /// The texts of the statements of one booking.
    pub statements: Vec<String>,
    pub lines: Vec<Line>,
    /// Memory of the server before and after the largest load, in MiB.
    pub resident: (f64, f64),
}

/// The request that books a place for this family.
fn request(family: &Family, slot: &str) -> Vec<u8> {
    let body = format!(r#"{{"slot_id":"{slot}","child_ids":["{}"]}}"#, family.child);
    format!(
        "POST /api/v1/bookings HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {}={}\r\nIdempotency-Key: {}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        session::COOKIE,
        family.token,
        new_id(),
        body.len()
    )
    .into_bytes()
}

impl Bookable {
    /// In which slot the booking of this number is made.
    fn slot(&self, number: usize, same_slot: bool) -> &(String, String) {
        &self.slots[if same_slot { 0 } else { number % self.slots.len() }]
    }
}

/// Lets a server of this process make two bookings and records what the second sends: the first one prepares statements.
fn record(database: &Database, world: &Bookable) -> Form {
    let copy = database.copy();
    tape::start();
    let db = Db::open(&copy.url, 1).unwrap();
    let config = Config {
        database_url: copy.url.clone(),
        bind: String::new(),
        public_url: "http://127.0.0.1".to_owned(),
        db_connections: 1,
        tiles: String::new(),
        log_format: LogFormat::Text,
        log: "off".to_owned(),
    };
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let app = App::new(db, config, system_clock());
    let (tell, told) = std::sync::mpsc::channel();
    let serving = thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let server = server::serve(app, listener, 1).unwrap();
            tell.send(server.handle()).unwrap();
            server.await.unwrap();
        });
    });
    let handle = told.recv().unwrap();
    let mut connection = Connection::open(address).unwrap();
    let mut form = None;
    for family in &world.families[..2] {
        tape::take();
        let since = new_id();
        let answer = connection.send(&request(family, &world.slots[0].0)).unwrap();
        assert_eq!(answer.status, 201, "{}", String::from_utf8_lossy(answer.body));
        form = Some(Form::new(&tape::take(), &since));
    }
    drop(connection);
    tape::stop();
    actix_web::rt::System::new().block_on(handle.stop(true));
    serving.join().unwrap();
    form.unwrap()
}

/// The statements of every booking, made before the clock runs.
fn play_list(form: &Form, world: &Bookable, same_slot: bool, count: usize) -> Vec<Vec<Statement>> {
    let recorded = &world.families[1];
    let (recorded_slot, recorded_facility) = &world.slots[0];
    (0..count)
        .map(|number| {
            let (family, (slot, facility)) = (&world.families[number], world.slot(number, same_slot));
            form.fill(&[
                (&recorded.id, &family.id),
                (&recorded.account, &family.account),
                (&recorded.child, &family.child),
                (&recorded.token_hash, &family.token_hash),
                (recorded_slot, slot),
                (recorded_facility, facility),
            ])
        })
        .collect()
}

/// Plays bookings into SQLite: one thread, as many in a commit as clients can have waiting. The reading of the session, which the
/// server does on other threads, is left out, to the reference's advantage.
fn play_sqlite(database: &Database, list: &[Vec<Statement>], clients: usize, limit: Duration) -> Seen {
    let AnyConnection::Sqlite(mut conn) = database.connection() else { panic!("not SQLite") };
    let mut play = |bookings: &[Vec<Statement>], until: Option<Instant>| {
        let (mut took, started) = (Vec::new(), Instant::now());
        for group in bookings.chunks(clients.min(GROUP)) {
            if until.is_some_and(|until| Instant::now() > until) {
                break;
            }
            let asked = Instant::now();
            for (number, booking) in group.iter().enumerate() {
                let begin = booking.iter().position(Statement::is_frame).unwrap();
                let (last, within) = booking[begin + 1..].split_last().unwrap();
                if number == 0 {
                    booking[begin].run(&mut conn);
                }
                within.iter().for_each(|statement| statement.run(&mut conn));
                if number + 1 == group.len() {
                    last.run(&mut conn);
                }
            }
            took.extend(std::iter::repeat_n(asked.elapsed(), group.len()));
        }
        Seen::new(took, started.elapsed())
    };
    play(&list[..WARM_UP], None);
    play(&list[WARM_UP..], Some(Instant::now() + limit))
}

/// Plays bookings into PostgreSQL: a connection for each client, up to as many as the server has, statement by statement.
fn play_postgres(database: &Database, list: &[Vec<Statement>], clients: usize, limit: Duration) -> Seen {
    let connections = clients.min(CONNECTIONS);
    let (next, ready) = (AtomicUsize::new(WARM_UP), Barrier::new(connections + 1));
    thread::scope(|scope| {
        let running: Vec<_> = (0..connections)
            .map(|number| {
                let (next, ready) = (&next, &ready);
                scope.spawn(move || {
                    let AnyConnection::Pg(mut conn) = database.connection() else { panic!("not PostgreSQL") };
                    for booking in list[..WARM_UP].iter().skip(number).step_by(connections) {
                        booking.iter().for_each(|statement| statement.run(&mut conn));
                    }
                    ready.wait();
                    let (until, mut took) = (Instant::now() + limit, Vec::new());
                    while Instant::now() < until {
                        let Some(booking) = list.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
                        let asked = Instant::now();
                        booking.iter().for_each(|statement| statement.run(&mut conn));
                        took.push(asked.elapsed());
                    }
                    took
                })
            })
            .collect();
        ready.wait();
        let started = Instant::now();
        let took = running.into_iter().flat_map(|connection| connection.join().unwrap()).collect();
        Seen::new(took, started.elapsed())
    })
}

/// How many bookings a database holds.
fn count(database: &Database) -> usize {
    use api::schema::bookings;
    let count: i64 = bookings::table.count().get_result(&mut database.connection()).unwrap();
    usize::try_from(count).unwrap()
}

/// Measures bookings on a database of this kind.
pub fn measure(kind: Kind, plan: &Plan) -> Report {
    let (database, world) = world::bookable(kind, plan.families);
    let form = record(&database, &world);
    let statements = form.statements().iter().map(Statement::sql).collect();
    let (mut lines, mut resident) = (Vec::new(), (f64::NAN, f64::NAN));
    for same_slot in [false, true] {
        let list = play_list(&form, &world, same_slot, world.families.len());
        for &clients in &plan.clients {
            let copy = database.copy();
            let raw = match kind {
                Kind::Sqlite => play_sqlite(&copy, &list, clients, plan.limit),
                Kind::Postgres => play_postgres(&copy, &list, clients, plan.limit),
            };
            assert_eq!(count(&copy), raw.count() + WARM_UP);
            drop(copy);

            let copy = database.copy();
            let server = Process::yumigahama(&copy.url);
            let before = server.resident();
            let ask = |from: usize| {
                let (world, same_slot) = (&world, same_slot);
                move |number: usize| {
                    world.families.get(from + number).map(|family| request(family, &world.slot(from + number, same_slot).0))
                }
            };
            let warm = ask(0);
            drive(server.address, clients, Duration::from_secs(60), 201, &|number| if number < WARM_UP { warm(number) } else { None });
            let http = drive(server.address, clients, plan.limit, 201, &ask(WARM_UP));
            resident = (before, server.resident());
            drop(server);
            // What was answered as booked is booked, each once, although the server was ended without a word.
            assert_eq!(count(&copy), http.count() + WARM_UP);
            eprintln!(
                "{:10} {} slot, {clients:3} clients: {:6.0} bookings/s, raw {:6.0}, ratio {:.2}",
                kind.name(),
                if same_slot { "one" } else { "any" },
                http.per_second(),
                raw.per_second(),
                http.per_second() / raw.per_second()
            );
            lines.push(Line { kind, same_slot, clients, http, raw });
        }
    }
    Report { version: database.version(), statements, lines, resident }
}
