//! Clients that keep their connection and ask as fast as they are answered, and what they saw.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// A connection to a server, reused for every request.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer; the head without the empty line after it.
pub struct Answer<'a> {
    pub status: u16,
    pub head: &'a [u8],
    pub body: &'a [u8],
}

impl Connection {
    pub fn open(address: SocketAddr) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        Ok(Self { stream, buffer: vec![0; 64 * 1024] })
    }

    /// Sends a request and reads its whole answer; answers carry their length.
    pub fn send(&mut self, request: &[u8]) -> std::io::Result<Answer<'_>> {
        self.stream.write_all(request)?;
        let (mut filled, mut head, mut end) = (0, None, usize::MAX);
        while filled < end {
            if filled == self.buffer.len() {
                self.buffer.resize(filled * 2, 0);
            }
            let read = self.stream.read(&mut self.buffer[filled..])?;
            if read == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            filled += read;
            if head.is_none() {
                head = self.buffer[..filled].windows(4).position(|four| four == b"\r\n\r\n");
                end = head.map_or(usize::MAX, |head| head + 4 + content_length(&self.buffer[..head]));
            }
        }
        let (head, body) = (&self.buffer[..head.unwrap()], &self.buffer[head.unwrap() + 4..end]);
        let status = std::str::from_utf8(&head[9..12]).unwrap().parse().unwrap();
        Ok(Answer { status, head, body })
    }
}

fn content_length(head: &[u8]) -> usize {
    let head = std::str::from_utf8(head).unwrap();
    let value = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().unwrap())
    });
    value.unwrap_or(0)
}

/// A `GET` request.
pub fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").into_bytes()
}

/// What a run of clients saw.
pub struct Seen {
    /// How long each answer took, ascending.
    took: Vec<Duration>,
    elapsed: Duration,
}

impl Seen {
    pub fn new(mut took: Vec<Duration>, elapsed: Duration) -> Self {
        took.sort_unstable();
        Self { took, elapsed }
    }

    pub fn count(&self) -> usize {
        self.took.len()
    }

    pub fn per_second(&self) -> f64 {
        f64::from(u32::try_from(self.count()).unwrap()) / self.elapsed.as_secs_f64()
    }

    /// The time that so many percent of the answers did not exceed, in milliseconds.
    pub fn percentile(&self, percent: usize) -> f64 {
        let at = (self.count() * percent / 100).min(self.count().saturating_sub(1));
        self.took.get(at).map_or(f64::NAN, |took| took.as_secs_f64() * 1000.0)
    }
}

/// Lets so many clients ask, one request after the other each, until the time is over or nothing is left to ask. Any other status
/// than the expected one ends the program: figures of failures would be worth nothing.
pub fn drive(
    address: SocketAddr,
    clients: usize,
    limit: Duration,
    status: u16,
    request: &(dyn Fn(usize) -> Option<Vec<u8>> + Sync),
) -> Seen {
    let (next, ready) = (AtomicUsize::new(0), Barrier::new(clients + 1));
    thread::scope(|scope| {
        let running: Vec<_> = (0..clients)
            .map(|_| {
                scope.spawn(|| {
                    let mut connection = Connection::open(address).unwrap();
                    let mut took = Vec::with_capacity(4096);
                    ready.wait();
                    let until = Instant::now() + limit;
                    while Instant::now() < until {
                        let Some(request) = request(next.fetch_add(1, Ordering::Relaxed)) else { break };
                        let asked = Instant::now();
                        let answer = connection.send(&request).unwrap();
                        took.push(asked.elapsed());
                        assert_eq!(answer.status, status, "{}", String::from_utf8_lossy(answer.body));
                    }
                    took
                })
            })
            .collect();
        ready.wait();
        let started = Instant::now();
        let took = running.into_iter().flat_map(|client| client.join().unwrap()).collect();
        Seen::new(took, started.elapsed())
    })
}
