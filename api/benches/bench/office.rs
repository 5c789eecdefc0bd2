//! What officers and staff open every day, over a year of two hundred facilities: each answer against the plain answer of the same server, and the
//! lock of a month.

use std::time::{Duration, Instant};

use api::{new_id, session};

use crate::Plan;
use crate::database::Kind;
use crate::history::{History, Person, history, last_day};
use crate::load::{Connection, Seen};
use crate::process::Process;
use crate::world::HOST;

/// So often each page is asked for; asked one after the other, as a person does.
const TIMES: usize = 60;

/// One page.
pub struct Line {
    pub name: &'static str,
    pub bytes: usize,
    pub seen: Seen,
    /// The most that it may take at p95, in milliseconds.
    pub aim: f64,
}

/// One database.
pub struct Report {
    pub kind: Kind,
    pub facilities: usize,
    pub stays: usize,
    pub audit_lines: usize,
    pub counted: Vec<Duration>,
    pub pages: Vec<Line>,
    /// `/healthz` of the same server.
    pub plain: Seen,
    pub locks: Seen,
    /// How many stays the largest locked month had.
    pub locked: usize,
}

fn ask(person: &Person, path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {}={}\r\n\r\n", session::COOKIE, person.token).into_bytes()
}

fn timed(connection: &mut Connection, request: &[u8], status: u16) -> (Duration, Vec<u8>) {
    let began = Instant::now();
    let answer = connection.send(request).unwrap();
    let took = began.elapsed();
    assert_eq!(answer.status, status, "{} {}", String::from_utf8_lossy(request), String::from_utf8_lossy(answer.body));
    (took, answer.body.to_vec())
}

fn seen(connection: &mut Connection, request: &[u8]) -> (Seen, usize) {
    let began = Instant::now();
    let mut bytes = 0;
    let took = (0..TIMES)
        .map(|_| {
            let (took, body) = timed(connection, request, 200);
            bytes = body.len();
            took
        })
        .collect();
    (Seen::new(took, began.elapsed()), bytes)
}

/// The pages by their name, who opens them, what they ask for, and the aim.
fn pages(world: &History) -> Vec<(&'static str, &Person, String, f64)> {
    let (officer, staff) = (&world.officer, &world.staff[0]);
    let api = |path: &str| format!("/api/v1{path}");
    let last = world.months[world.months.len() - 1];
    let before = world.months[world.months.len() - 2];
    let (first, until) = (world.months[0], last_day(last));
    let day = shared::time::days_after(last.first_day(), 14);
    vec![
        ("today", officer, api("/office/today"), 300.0),
        ("applications", officer, api("/office/applications"), 300.0),
        ("lead time of applications", officer, api("/office/applications/lead_time"), 300.0),
        ("families to call", officer, api("/outreach/cases"), 300.0),
        ("unopened", officer, api("/office/outreach/unopened"), 300.0),
        ("campaigns", officer, api("/campaigns"), 300.0),
        ("changes of rules", officer, api("/office/changes"), 300.0),
        ("unmet demand", officer, api(&format!("/unmet_demand?from={until}&to={until}")), 300.0),
        ("registers", officer, api("/registers/runs"), 300.0),
        ("settlements", officer, api("/settlements"), 300.0),
        ("settlement of a month", officer, api(&format!("/settlements/compact/{before}/{HOST}")), 300.0),
        ("audit, latest", officer, api("/office/audit"), 300.0),
        ("audit of a year", officer, api(&format!("/office/audit?from={}&to={until}", first.first_day())), 300.0),
        (
            "audit of a family",
            officer,
            api(&format!("/office/audit?family_id={}&from={}&to={until}", world.family, first.first_day())),
            300.0,
        ),
        ("figures of a year by facility", officer, api("/figures?by=facility"), 500.0),
        ("figures of a year by age", officer, api("/figures?by=age"), 500.0),
        ("board of staff", staff, api(&format!("/staff/today?from={day}&to={day}")), 300.0),
        ("slots of a month", staff, api(&format!("/staff/slots?from={}&to={until}", last.first_day())), 300.0),
        ("month to be claimed", staff, api(&format!("/staff/claims/{last}")), 300.0),
        ("month that was claimed", staff, api(&format!("/staff/claims/{before}")), 300.0),
        ("statement of a month", staff, api(&format!("/staff/statements?month={last}")), 300.0),
        ("journal of a day", staff, api(&format!("/staff/journal?day={day}")), 300.0),
    ]
}

pub fn measure(kind: Kind, plan: &Plan) -> Report {
    let began = Instant::now();
    let world = history(kind, plan.offices);
    eprintln!("{:10} {} facilities, {} stays: made in {:.0?}", kind.name(), plan.offices, world.stays, began.elapsed());
    let server = Process::yumigahama(&world.database.url);
    let mut connection = Connection::open(server.address).unwrap();
    let (plain, _) = seen(&mut connection, &crate::load::get("/healthz"));
    let pages = pages(&world)
        .into_iter()
        .map(|(name, person, path, aim)| {
            let (seen, bytes) = seen(&mut connection, &ask(person, &path));
            eprintln!("{:10} {name}: p95 {:.1} ms, {bytes} bytes", kind.name(), seen.percentile(95));
            Line { name, bytes, seen, aim }
        })
        .collect();
    let month = world.months[world.months.len() - 1];
    let began = Instant::now();
    let mut locked = 0;
    let locks = world
        .staff
        .iter()
        .map(|person| {
            let request = format!(
                "POST /api/v1/staff/claims/{month}/lock HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {}={}\r\nIdempotency-Key: {}\r\nContent-Type: \
                 application/json\r\nContent-Length: 2\r\n\r\n{{}}",
                session::COOKIE,
                person.token,
                new_id()
            );
            let (took, body) = timed(&mut connection, request.as_bytes(), 200);
            let claim: serde_json::Value = serde_json::from_slice(&body).unwrap();
            locked = locked.max(claim["lines"].as_array().map_or(0, Vec::len));
            took
        })
        .collect();
    let locks = Seen::new(locks, began.elapsed());
    let History { stays, audit_lines, counted, .. } = world;
    Report { kind, facilities: plan.offices, stays, audit_lines, counted, pages, plain, locks, locked }
}
