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
    /// Length of the answer, in bytes.
    pub bytes: usize,
    pub search: Seen,
    pub memory: Seen,
}

fn ask(server: &Process, path: &str, clients: usize, limit: Duration) -> Seen {
    let request = get(path);
    drive(server.address, clients, limit / 5, 200, &|_| Some(request.clone()));
    drive(server.address, clients, limit, 200, &|_| Some(request.clone()))
}

/// Measures the first page of one city on a database of this kind, in growing worlds.
pub fn measure(kind: Kind, plan: &Plan) -> Vec<Line> {
    let mut cities = Cities::new(kind, plan.days);
    let mut lines = Vec::new();
    for &facilities in &plan.facilities {
        let began = std::time::Instant::now();
        cities.grow(facilities);
        eprintln!("{:10} {facilities:5} facilities, {:7} slots: made in {:.0?}", kind.name(), cities.slots(), began.elapsed());
        let path = format!("/api/v1/slots?municipality={HOST}&programme=temporary_care&age_months=20&from={}", Cities::first_day());
        let server = Process::yumigahama(&cities.database.url);
        let (file, bytes) = {
            let mut connection = Connection::open(server.address).unwrap();
            let answer = connection.send(&get(&path)).unwrap();
            assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(answer.body));
            let page: serde_json::Value = serde_json::from_slice(answer.body).unwrap();
            assert_eq!(page["items"].as_array().unwrap().len(), 50);
            let folder = folder();
            std::fs::write(folder.path().join("answer"), [answer.head, b"\r\n\r\n", answer.body].concat()).unwrap();
            (folder, answer.body.len())
        };
        let memory_server = Process::memory(&file.path().join("answer"));
        for &clients in &plan.searchers {
            let search = ask(&server, &path, clients, plan.limit);
            let memory = ask(&memory_server, &path, clients, plan.limit);
            eprintln!(
                "{:10} {facilities:5} facilities, {clients:2} clients: {:6.0} searches/s, p99 {:.2} ms; memory {:6.0}, p99 {:.2} ms",
                kind.name(),
                search.per_second(),
                search.percentile(99),
                memory.per_second(),
                memory.percentile(99)
            );
            lines.push(Line { kind, facilities, slots: cities.slots(), clients, bytes, search, memory });
        }
    }
    lines
}
