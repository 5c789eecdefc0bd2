//! Services of others on this machine, written by others: a push service and a mail server that Node runs.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;

/// A service of its own process; it ends with its test.
pub struct Peer {
    process: Child,
    said: Receiver<Value>,
    /// What it said of itself when it was ready.
    pub hello: Value,
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Peer {
    /// Starts one of the journeys' fixtures; none where their packages are not installed, unless the caller insists on them.
    pub fn start(fixture: &str) -> Option<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../e2e");
        if !folder.join("node_modules/http_ece").exists() {
            let required = std::env::var("YUMIGAHAMA_REQUIRE_POSTGRES").as_deref() == Ok("1");
            assert!(!required, "the packages of e2e are not installed; run `make test`, or scripts/setup-test.sh");
            return None;
        }
        let mut process = Command::new("node").arg(folder.join("fixtures").join(fixture)).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let (tell, said) = channel();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if tell.send(serde_json::from_str(&line).unwrap_or(Value::String(line))).is_err() {
                    break;
                }
            }
        });
        let mut peer = Self { process, said, hello: Value::Null };
        peer.hello = peer.next();
        Some(peer)
    }

    /// The next thing that came to it.
    pub fn next(&self) -> Value {
        self.said.recv_timeout(Duration::from_secs(30)).unwrap()
    }

    /// Whether nothing else came to it.
    pub fn is_quiet(&self) -> bool {
        self.said.try_recv().is_err()
    }

    /// Where it listens.
    pub fn port(&self) -> u64 {
        self.hello["port"].as_u64().unwrap()
    }
}
