//! Servers in processes of their own: the real binary, and one that answers from memory.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};

use crate::load::{Connection, get};

/// A running server; it ends with this value.
pub struct Process {
    child: Child,
    pub address: SocketAddr,
    /// From the start of the process to its first answer.
    pub start: Duration,
}

impl Process {
    /// The real binary with its settings as they are by themselves, over this database.
    pub fn yumigahama(database_url: &str) -> Self {
        let address = free_address();
        let mut command = Command::new(env!("CARGO_BIN_EXE_yumigahama"));
        command.args(["serve", "--no-demo"]).env("DATABASE_URL", database_url).env("YUMIGAHAMA_BIND", address.to_string());
        Self::spawn(command, address)
    }

    /// A server that gives this answer to everything: the same framework, the same number of workers, nothing else.
    pub fn memory(answer: &Path) -> Self {
        let address = free_address();
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--from-memory".as_ref(), answer.as_os_str()]).arg(address.to_string());
        Self::spawn(command, address)
    }

    fn spawn(mut command: Command, address: SocketAddr) -> Self {
        let started = Instant::now();
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let mut process = Self { child, address, start: Duration::ZERO };
        while !Connection::open(address).is_ok_and(|mut connection| connection.send(&get("/healthz")).is_ok()) {
            assert!(started.elapsed() < Duration::from_secs(60), "the server does not answer");
            assert!(process.child.try_wait().unwrap().is_none(), "the server ended");
            std::thread::sleep(Duration::from_millis(1));
        }
        process.start = started.elapsed();
        process
    }

    /// The memory that the process holds, in MiB.
    pub fn resident(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok()).map_or(f64::NAN, |kib| kib / 1024.0)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// Serves a file's answer from memory: header lines, an empty line, the body.
pub fn serve_from_memory(file: &str, address: &str) {
    let answer = std::fs::read(file).unwrap();
    let split = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(answer[..split].to_vec()).unwrap();
    let headers: Vec<(String, String)> =
        head.lines().filter_map(|line| line.split_once(": ")).map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let body = web::Bytes::copy_from_slice(&answer[split + 4..]);
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    actix_web::rt::System::new()
        .block_on(async move {
            let answer = move |_: HttpRequest| {
                let mut response = HttpResponse::Ok();
                for header in &headers {
                    response.insert_header((header.0.as_str(), header.1.as_str()));
                }
                std::future::ready(response.body(body.clone()))
            };
            HttpServer::new(move || App::new().default_service(web::to(answer.clone()))).workers(workers).bind(address)?.run().await
        })
        .unwrap();
}
