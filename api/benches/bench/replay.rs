//! What a request sends to the database: recorded once from a server of this process, and played again without it.

use std::net::TcpListener;
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use api::config::{Config, LogFormat};
use api::db::{AnyConnection, Db};
use api::{App, new_id, server, system_clock};

use crate::database::{Database, Kind};
use crate::load::{Connection, Seen};
use crate::tape::{self, Form, Statement};

/// As many connections as the server's pool has by itself.
const CONNECTIONS: usize = 10;
/// As many requests as the server's SQLite writer commits together at most.
const GROUP: usize = 64;
/// So many requests are made before the clock runs.
pub const WARM_UP: usize = 200;

/// The settings of a server of this process over a database.
pub fn config(url: &str) -> Config {
    Config {
        database_url: url.to_owned(),
        bind: String::new(),
        public_url: "http://127.0.0.1".to_owned(),
        push_key_file: None,
        push_to_loopback: false,
        smtp_url: None,
        mail_from: None,
        db_connections: 1,
        tiles: String::new(),
        sandboxes: String::new(),
        log_format: LogFormat::Text,
        log: "off".to_owned(),
        oidc_issuer: None,
        oidc_client_id: None,
        oidc_key_file: None,
    }
}

/// Lets a server of this process answer these requests and records what the last sends: those before prepare its statements.
pub fn record(database: &Database, requests: &[Vec<u8>], status: u16) -> Form {
    let copy = database.copy();
    tape::start();
    let db = Db::open(&copy.url, 1).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let app = App::new(db, config(&copy.url), system_clock());
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
    for request in requests {
        tape::take();
        let since = new_id();
        let answer = connection.send(request).unwrap();
        assert_eq!(answer.status, status, "{}", String::from_utf8_lossy(answer.body));
        form = Some(Form::new(&tape::take(), &since));
    }
    drop(connection);
    tape::stop();
    actix_web::rt::System::new().block_on(handle.stop(true));
    serving.join().unwrap();
    form.unwrap()
}

/// Plays requests into a database, as many at a time as there are clients.
pub fn play(database: &Database, list: &[Vec<Statement>], clients: usize, limit: Duration) -> Seen {
    match database.kind {
        Kind::Sqlite => play_sqlite(database, list, clients, limit),
        Kind::Postgres => play_postgres(database, list, clients, limit),
    }
}

/// Plays requests into SQLite: one thread, as many in a commit as clients can have waiting. The reading of the session, which the
/// server does on other threads, is left out, to the reference's advantage.
fn play_sqlite(database: &Database, list: &[Vec<Statement>], clients: usize, limit: Duration) -> Seen {
    let AnyConnection::Sqlite(mut conn) = database.connection() else { panic!("not SQLite") };
    let mut play = |requests: &[Vec<Statement>], until: Option<Instant>| {
        let (mut took, started) = (Vec::new(), Instant::now());
        for group in requests.chunks(clients.min(GROUP)) {
            if until.is_some_and(|until| Instant::now() > until) {
                break;
            }
            let asked = Instant::now();
            for (number, request) in group.iter().enumerate() {
                let begin = request.iter().position(Statement::is_frame).unwrap();
                let (last, within) = request[begin + 1..].split_last().unwrap();
                if number == 0 {
                    request[begin].run(&mut conn);
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

/// Plays requests into PostgreSQL: a connection for each client, up to as many as the server has, statement by statement.
fn play_postgres(database: &Database, list: &[Vec<Statement>], clients: usize, limit: Duration) -> Seen {
    let connections = clients.min(CONNECTIONS);
    let (next, ready) = (AtomicUsize::new(WARM_UP), Barrier::new(connections + 1));
    thread::scope(|scope| {
        let running: Vec<_> = (0..connections)
            .map(|number| {
                let (next, ready) = (&next, &ready);
                scope.spawn(move || {
                    let AnyConnection::Pg(mut conn) = database.connection() else { panic!("not PostgreSQL") };
                    for request in list[..WARM_UP].iter().skip(number).step_by(connections) {
                        request.iter().for_each(|statement| statement.run(&mut conn));
                    }
                    ready.wait();
                    let (until, mut took) = (Instant::now() + limit, Vec::new());
                    while Instant::now() < until {
                        let Some(request) = list.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
                        let asked = Instant::now();
                        request.iter().for_each(|statement| statement.run(&mut conn));
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
