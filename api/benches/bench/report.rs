//! The report: what was measured, on which machine, as tables for people.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use chrono::Utc;

use crate::applications;
use crate::bookings;
use crate::campaigns;
use crate::database::{Database, Kind};
use crate::load::{Connection, get};
use crate::notices::{self, per_second};
use crate::office;
use crate::process::Process;
use crate::search;

/// Between these lines of `BENCHMARKS.md` stands what is measured; the words around it are written by hand.
const BEGIN: &str = "<!-- measured: written by make bench -->";
const END: &str = "<!-- end of what is measured -->";

/// Start, size and memory of the release binary.
pub struct Binary {
    /// Milliseconds from start to first answer, ascending.
    starts: Vec<f64>,
    /// Memory after the start, in MiB.
    idle: f64,
    /// Size of the first load, compressed, in bytes; none when the app is not built.
    first_load: Option<usize>,
    /// Size of the binary, in bytes.
    size: u64,
}

/// Measures the release binary over an SQLite database that exists.
pub fn measure_binary() -> Binary {
    let database = Database::new(Kind::Sqlite);
    let mut starts: Vec<f64> = (0..5).map(|_| Process::yumigahama(&database.url).start.as_secs_f64() * 1000.0).collect();
    starts.sort_by(f64::total_cmp);
    let server = Process::yumigahama(&database.url);
    let mut connection = Connection::open(server.address).unwrap();
    let size = std::fs::metadata(env!("CARGO_BIN_EXE_yumigahama")).unwrap().len();
    Binary { starts, idle: server.resident(), first_load: first_load(&mut connection), size }
}

/// What the page of a first visit needs, as it travels: the files that the service worker keeps, without the whole app's code and the
/// pictures that only an installation fetches.
fn first_load(connection: &mut Connection) -> Option<usize> {
    let page = String::from_utf8(connection.send(&get("/")).unwrap().body.to_vec()).unwrap();
    let worker = String::from_utf8(connection.send(&get("/sw.js")).unwrap().body.to_vec()).unwrap();
    let files = worker.split_once("\"files\":").and_then(|(_, rest)| rest.split_once(']')).map(|(files, _)| format!("{files}]"))?;
    let files: Vec<serde_json::Value> = serde_json::from_str(&files).ok()?;
    let mut total = 0;
    let needed = |path: &&str| {
        let is_picture = path.starts_with("/icons/") || path.ends_with(".png");
        !is_picture && *path != "/index.html" && (!(path.starts_with("/web-") || path.starts_with("/app-")) || page.contains(*path))
    };
    for path in files.iter().filter_map(|file| file["path"].as_str()).filter(needed) {
        let request = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: br\r\n\r\n");
        let answer = connection.send(request.as_bytes()).unwrap();
        assert_eq!(answer.status, 200, "{path}");
        total += answer.body.len();
    }
    Some(total)
}

/// Everything that was measured.
pub struct Report {
    load: String,
    pub binary: Option<Binary>,
    pub bookings: Vec<bookings::Report>,
    pub applications: Vec<(Vec<String>, Vec<applications::Line>)>,
    pub notices: Vec<notices::Line>,
    pub campaigns: Vec<campaigns::Line>,
    pub office: Vec<office::Report>,
    pub search: Vec<search::Line>,
}

fn told(command: &str, arguments: &[&str]) -> String {
    let output = Command::new(command).args(arguments).output();
    output.map_or_else(|_| "unknown".to_owned(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn field(file: &str, name: &str) -> String {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.map_or_else(|| "unknown".to_owned(), |line| line.trim_start_matches([' ', '\t', ':']).to_owned())
}

fn met(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

fn number(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

impl Report {
    pub fn begin() -> Self {
        let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let load = load.split(' ').take(3).collect::<Vec<_>>().join(" ");
        Self {
            load,
            binary: None,
            bookings: Vec::new(),
            applications: Vec::new(),
            notices: Vec::new(),
            campaigns: Vec::new(),
            office: Vec::new(),
            search: Vec::new(),
        }
    }

    fn machine(&self) -> String {
        let cores = std::thread::available_parallelism().map_or(0, usize::from);
        let memory: f64 = field("/proc/meminfo", "MemTotal").trim_end_matches(" kB").parse().unwrap_or(f64::NAN);
        let versions: Vec<String> =
            self.bookings.iter().zip(Kind::BOTH).map(|(report, kind)| format!("{} {}", kind.name(), report.version)).collect();
        format!(
            "| | |\n|---|---|\n| date | {} UTC |\n| commit | {} |\n| machine | {cores} cores ({}), {:.0} GiB of memory, Linux {} |\n\
             | databases | {} |\n| load of the machine before the run | {} (1, 5, 15 minutes) |\n",
            Utc::now().format("%Y-%m-%d %H:%M"),
            told("git", &["describe", "--always", "--dirty"]),
            field("/proc/cpuinfo", "model name"),
            memory / 1024.0 / 1024.0,
            told("uname", &["-r"]),
            versions.join(", "),
            self.load,
        )
    }

    fn bookings_table(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "\n### Confirmed bookings per second\n")?;
        writeln!(
            out,
            "| database | slots | clients | over HTTP /s | p50 ms | p99 ms | statements alone /s | p50 ms | p99 ms | ratio | ≥ 0.8 |"
        )?;
        writeln!(out, "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---|")?;
        for line in self.bookings.iter().flat_map(|report| &report.lines) {
            let ratio = line.http.per_second() / line.raw.per_second();
            writeln!(
                out,
                "| {} | {} | {} | {} | {:.2} | {:.2} | {} | {:.2} | {:.2} | {ratio:.2} | {} |",
                line.kind.name(),
                if line.same_slot { "the same for all" } else { "64" },
                line.clients,
                number(line.http.per_second()),
                line.http.percentile(50),
                line.http.percentile(99),
                number(line.raw.per_second()),
                line.raw.percentile(50),
                line.raw.percentile(99),
                met(ratio >= 0.8),
            )?;
        }
        for (report, kind) in self.bookings.iter().zip(Kind::BOTH) {
            let frames =
                report.statements.iter().filter(|sql| ["BEGIN", "COMMIT", "SAVEP", "RELEA"].iter().any(|word| sql.starts_with(word)));
            writeln!(
                out,
                "\nA booking is {} statements on {}, {} of them open or close the transaction.",
                report.statements.len(),
                kind.name(),
                frames.count()
            )?;
        }
        Ok(())
    }

    fn applications_table(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "\n### Applications sent and decided in one request\n")?;
        writeln!(
            out,
            "| database | families at once | beside them | over HTTP /s | p50 ms | p99 ms | statements alone /s | p50 ms | p99 ms | p99 ratio | p99 ≤ 300 ms |"
        )?;
        writeln!(out, "|---|---:|---|---:|---:|---:|---:|---:|---:|---:|---|")?;
        let lines = || self.applications.iter().flat_map(|(_, lines)| lines);
        for line in lines() {
            let files = line
                .beside
                .as_ref()
                .map(|(seen, files)| (seen, format!("{} files of 10 MiB, p50 {:.0} ms", files.count(), files.percentile(50))));
            for (seen, beside) in std::iter::once((&line.http, "nobody".to_owned())).chain(files) {
                writeln!(
                    out,
                    "| {} | {} | {beside} | {} | {:.2} | {:.2} | {} | {:.2} | {:.2} | {:.1} | {} |",
                    line.kind.name(),
                    line.clients,
                    number(seen.per_second()),
                    seen.percentile(50),
                    seen.percentile(99),
                    number(line.raw.per_second()),
                    line.raw.percentile(50),
                    line.raw.percentile(99),
                    seen.percentile(99) / line.raw.percentile(99),
                    met(seen.percentile(99) <= 300.0),
                )?;
            }
        }
        for ((statements, _), kind) in self.applications.iter().zip(Kind::BOTH) {
            writeln!(out, "\nAn application sent and granted is {} statements on {}.", statements.len(), kind.name())?;
        }
        Ok(())
    }

    fn notices_table(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "\n### Notices from event to channel\n")?;
        writeln!(
            out,
            "| database | notices | made /s | delivered /s | both /s | the same rows straight /s | ratio | peak of memory, MiB |"
        )?;
        writeln!(out, "|---|---:|---:|---:|---:|---:|---:|---:|")?;
        for line in &self.notices {
            let of = |took| per_second(line.notices, took);
            let (both, raw) = (of(line.making + line.delivering), of(line.raw));
            writeln!(
                out,
                "| {} | {} | {} | {} | {} | {} | {:.2} | {:.0} ({:.0} before) |",
                line.kind.name(),
                line.notices,
                number(of(line.making)),
                number(of(line.delivering)),
                number(both),
                number(raw),
                both / raw,
                line.peak.1,
                line.peak.0,
            )?;
        }
        Ok(())
    }

    fn campaigns_table(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "\n### Whom a campaign is for\n")?;
        writeln!(out, "| database | families | selected | selection ms | the same rows, plainly read ms | ratio | < 1 s |")?;
        writeln!(out, "|---|---:|---:|---:|---:|---:|---|")?;
        for line in &self.campaigns {
            let (selection, plain) = (line.selection.as_secs_f64(), line.plain.as_secs_f64());
            writeln!(
                out,
                "| {} | {} | {} | {:.0} | {:.0} | {:.1} | {} |",
                line.kind.name(),
                line.families,
                line.selected,
                selection * 1000.0,
                plain * 1000.0,
                selection / plain,
                met(selection < 1.0),
            )?;
        }
        Ok(())
    }

    fn office_table(&self, out: &mut String) -> std::fmt::Result {
        for report in &self.office {
            let kind = report.kind.name();
            writeln!(
                out,
                "\n### A year of {} facilities, {kind}: {} stays, {} lines of audit\n",
                report.facilities,
                number(f64::from(u32::try_from(report.stays).unwrap_or(u32::MAX))),
                number(f64::from(u32::try_from(report.audit_lines).unwrap_or(u32::MAX)))
            )?;
            writeln!(out, "| page | bytes | p50 ms | p95 ms | aim ms | met |\n|---|---:|---:|---:|---:|---|")?;
            for line in &report.pages {
                let (median, slow) = (line.seen.percentile(50), line.seen.percentile(95));
                writeln!(out, "| {} | {} | {median:.1} | {slow:.1} | {:.0} | {} |", line.name, line.bytes, line.aim, met(slow < line.aim))?;
            }
            let plain = &report.plain;
            writeln!(out, "| the same server's `/healthz` | | {:.2} | {:.2} | | |", plain.percentile(50), plain.percentile(95))?;
            let slowest = report.locks.percentile(100);
            writeln!(
                out,
                "| lock of a month, {} facilities (up to {} stays), slowest {slowest:.0} | | {:.0} | {:.0} | 1000 | {} |",
                report.locks.count(),
                report.locked,
                report.locks.percentile(50),
                report.locks.percentile(95),
                met(slowest < 1000.0)
            )?;
            if let (Some(middle), Some(most)) = (report.counted.get(report.counted.len() / 2), report.counted.last()) {
                let ms = |took: &std::time::Duration| took.as_secs_f64() * 1000.0;
                writeln!(out, "| counting and publishing the figures of a month, slowest {:.0} | | {:.0} | | | |", ms(most), ms(middle))?;
            }
        }
        Ok(())
    }

    fn search_table(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "\n### Search of free places\n")?;
        writeln!(
            out,
            "| database | facilities | slots | clients | they ask | bytes | searches /s | p50 ms | p99 ms | from memory /s | p50 ms | p99 ms | p99 ratio | ≤ 3 |"
        )?;
        writeln!(out, "|---|---:|---:|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|---|")?;
        for line in &self.search {
            let ratio = line.search.percentile(99) / line.memory.percentile(99);
            writeln!(
                out,
                "| {} | {} | {} | {} | {} | {} | {} | {:.2} | {:.2} | {} | {:.2} | {:.2} | {ratio:.1} | {} |",
                line.kind.name(),
                line.facilities,
                line.slots,
                line.clients,
                search::asked(line.same),
                line.bytes,
                number(line.search.per_second()),
                line.search.percentile(50),
                line.search.percentile(99),
                number(line.memory.per_second()),
                line.memory.percentile(50),
                line.memory.percentile(99),
                met(ratio <= 3.0),
            )?;
        }
        Ok(())
    }

    fn binary_table(&self, out: &mut String) -> std::fmt::Result {
        let Some(binary) = &self.binary else { return Ok(()) };
        writeln!(out, "\n### Size, start and memory\n\n| what | measured | aim | met |\n|---|---:|---:|---|")?;
        match binary.first_load {
            Some(bytes) => {
                let kib = f64::from(u32::try_from(bytes).unwrap_or(u32::MAX)) / 1024.0;
                writeln!(out, "| first load of the app, brotli | {kib:.0} KiB | ≤ 350 KiB | {} |", met(kib <= 350.0))?;
            }
            None => writeln!(out, "| first load of the app, brotli | not built | ≤ 350 KiB | |")?,
        }
        let (start, slowest) = (binary.starts[2], binary.starts[4]);
        writeln!(
            out,
            "| start to first answer, SQLite, median of 5 (slowest {slowest:.0}) | {start:.0} ms | < 150 ms | {} |",
            met(start < 150.0)
        )?;
        writeln!(out, "| memory after the start, SQLite | {:.1} MiB | < 60 MiB | {} |", binary.idle, met(binary.idle < 60.0))?;
        for (report, kind) in self.bookings.iter().zip(Kind::BOTH) {
            let after = report.resident.1;
            writeln!(out, "| memory after the bookings of 256 clients, {} | {after:.1} MiB | | |", kind.name())?;
        }
        let mib = binary.size / 1024 / 1024;
        writeln!(out, "| binary, with the app in it | {mib} MiB | | |")
    }

    /// Prints what was measured, and writes it down when it was everything.
    pub fn write(&self, down: bool) {
        let mut tables = self.machine();
        self.bookings_table(&mut tables).unwrap();
        self.applications_table(&mut tables).unwrap();
        self.notices_table(&mut tables).unwrap();
        self.campaigns_table(&mut tables).unwrap();
        self.office_table(&mut tables).unwrap();
        self.search_table(&mut tables).unwrap();
        self.binary_table(&mut tables).unwrap();
        println!("{tables}");
        if let Some(report) = self.bookings.first() {
            eprintln!("the statements of a booking:");
            report.statements.iter().for_each(|sql| eprintln!("  {sql}"));
        }
        if down {
            let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../BENCHMARKS.md");
            let text = std::fs::read_to_string(&file).unwrap();
            let (before, rest) = text.split_once(BEGIN).unwrap();
            let (_, after) = rest.split_once(END).unwrap();
            std::fs::write(&file, format!("{before}{BEGIN}\n\n{tables}\n{END}{after}")).unwrap();
        }
    }
}
