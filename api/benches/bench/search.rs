//! The search of free places over HTTP, against the same bytes from memory.

use std::time::Duration;

use crate::Plan;
use crate::database::{Kind, folder};
use crate::load::{Connection, Seen, drive, get};
use crate::process::Process;
use crate::world::{Cities, HOST};

/// One line of the table.
pub struct Line {
    pub kind: Kind,
    pub facilities: usize,
    pub slots: usize,
    pub clients: usize,
    /// Whether all ask the same; otherwise nobody asks what was asked within the last second.
    pub same: bool,
    /// Length of the answer, in bytes.
    pub bytes: usize,
    pub search: Seen,
    pub memory: Seen,
}

fn ask(server: &Process, clients: usize, limit: Duration, request: &(dyn Fn(usize) -> Option<Vec<u8>> + Sync)) -> Seen {
    drive(server.address, clients, limit / 5, 200, request);
    drive(server.address, clients, limit, 200, request)
}

/// The search for a child of so many months and at least so many minutes.
fn path(months: usize, minutes: usize) -> String {
    let from = Cities::first_day();
    format!("/api/v1/slots?municipality={HOST}&programme=temporary_care&age_months={months}&min_minutes={minutes}&from={from}")
}

/// Measures the first page of one city on a database of this kind, in growing worlds.
pub fn measure(kind: Kind, plan: &Plan) -> Vec<Line> {
    let mut cities = Cities::new(kind, plan.days);
    let mut lines = Vec::new();
    for &facilities in &plan.facilities {
        let began = std::time::Instant::now();
        cities.grow(facilities);
        eprintln!("{:10} {facilities:5} facilities, {:7} slots: made in {:.0?}", kind.name(), cities.slots(), began.elapsed());
        let server = Process::yumigahama(&cities.database.url);
        let (file, bytes) = {
            let mut connection = Connection::open(server.address).unwrap();
            let answer = connection.send(&get(&path(20, 60))).unwrap();
            assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(answer.body));
            let page: serde_json::Value = serde_json::from_slice(answer.body).unwrap();
            assert_eq!(page["items"].as_array().unwrap().len(), 50);
            let folder = folder();
            std::fs::write(folder.path().join("answer"), [answer.head, b"\r\n\r\n", answer.body].concat()).unwrap();
            (folder, answer.body.len())
        };
        let memory_server = Process::memory(&file.path().join("answer"));
        let the_same = get(&path(20, 60));
        for &clients in &plan.searchers {
            for same in [true, false] {
                // The same places whatever the month and the minutes, but thousands of queries.
                let request =
                    |number: usize| Some(if same { the_same.clone() } else { get(&path(12 + number % 12, 1 + number / 12 % 400)) });
                let search = ask(&server, clients, plan.limit, &request);
                let memory = ask(&memory_server, clients, plan.limit, &request);
                eprintln!(
                    "{:10} {facilities:5} facilities, {clients:2} clients, {}: {:6.0} searches/s, p99 {:.2} ms; memory {:6.0}, p99 {:.2} ms",
                    kind.name(),
                    asked(same),
                    search.per_second(),
                    search.percentile(99),
                    memory.per_second(),
                    memory.percentile(99)
                );
                lines.push(Line { kind, facilities, slots: cities.slots(), clients, same, bytes, search, memory });
            }
        }
    }
    lines
}

/// What the clients ask, in words.
pub const fn asked(same: bool) -> &'static str {
    if same { "the same" } else { "each another" }
}
