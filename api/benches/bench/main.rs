//! The measurements behind `make bench`, written as tables into `BENCHMARKS.md`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a measurement that goes wrong shall end")]

mod applications;
mod bookings;
mod campaigns;
mod database;
mod history;
mod load;
mod notices;
mod office;
mod process;
mod replay;
mod report;
mod search;
mod tape;
mod world;

use std::time::Duration;

use crate::database::Kind;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What is measured; as an argument it is measured alone.
const PARTS: [&str; 7] = ["bookings", "applications", "notices", "campaigns", "office", "search", "binary"];

/// How much is measured.
pub struct Plan {
    /// Families that can book; each books once in a run.
    families: usize,
    /// Families of the city that a campaign asks.
    selected: usize,
    /// Clients that book at the same time.
    clients: Vec<usize>,
    /// Notices that are made and delivered.
    notices: usize,
    /// Clients that search at the same time.
    searchers: Vec<usize>,
    /// Facilities in the searched worlds.
    facilities: Vec<usize>,
    /// Facilities with a year behind them.
    offices: usize,
    /// Days with slots.
    days: u32,
    /// The time of one run.
    limit: Duration,
}

impl Plan {
    fn whole() -> Self {
        Self {
            families: 20_000,
            selected: 50_000,
            clients: vec![1, 16, 64, 256],
            notices: 100_000,
            searchers: vec![1, 64],
            facilities: vec![100, 5_000, 50_000],
            offices: 200,
            days: 60,
            limit: Duration::from_secs(3),
        }
    }

    /// Only to see that it works.
    fn quick() -> Self {
        let limit = Duration::from_millis(500);
        Self { families: 2_000, selected: 5_000, notices: 2_000, facilities: vec![100, 500], offices: 10, limit, ..Self::whole() }
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, file, address, ..] = arguments.as_slice()
        && flag == "--from-memory"
    {
        return process::serve_from_memory(file, address);
    }
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let only = |what: &str| !PARTS.iter().any(|part| arguments.iter().any(|a| a == part)) || arguments.iter().any(|a| a == what);
    let plan = if quick { Plan::quick() } else { Plan::whole() };
    let mut report = report::Report::begin();
    if only("binary") {
        report.binary = Some(report::measure_binary());
    }
    for kind in Kind::BOTH {
        if only("bookings") {
            report.bookings.push(bookings::measure(kind, &plan));
        }
        if only("applications") {
            report.applications.push(applications::measure(kind, &plan));
        }
        if only("notices") {
            report.notices.push(notices::measure(kind, &plan));
        }
        if only("campaigns") {
            report.campaigns.push(campaigns::measure(kind, &plan));
        }
        if only("office") {
            report.office.push(office::measure(kind, &plan));
        }
        if only("search") {
            report.search.extend(search::measure(kind, &plan));
        }
    }
    let whole = !quick && PARTS.iter().all(|part| only(part));
    report.write(whole);
}
