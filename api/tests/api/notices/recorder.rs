//! A channel that keeps what it is given, and a server with such channels.

use std::net::TcpListener;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use api::channels::{Channel, Channels, Endpoint, Message, Outcome};
use api::db::{AnyConnection, DbError};
use api::{App, server};
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use rand::Rng;
use rand::rngs::StdRng;
use shared::ids::AccountId;

use crate::app::TestApp;

/// A channel that keeps what it is given, and breaks where it is told to.
#[derive(Clone)]
pub struct Recorder {
    name: &'static str,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Default)]
pub struct Kept {
    pub sent: Vec<Message>,
    /// What the other side says, the last first; accepted when nothing is left.
    pub answers: Vec<Outcome>,
    /// One in so many steps breaks; 0: none.
    pub breaks: u32,
    pub rng: Option<StdRng>,
    /// Accounts that it reaches no more.
    pub gone: Vec<String>,
    /// Ids of further devices of everybody.
    pub more: Vec<&'static str>,
}

impl Recorder {
    pub fn new(name: &'static str) -> Self {
        Self { name, kept: Arc::default() }
    }

    pub fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap()
    }

    pub fn sent(&self) -> Vec<Message> {
        self.kept().sent.clone()
    }

    fn breaks(&self) -> bool {
        let mut kept = self.kept();
        let one_in = kept.breaks;
        one_in > 0 && kept.rng.as_mut().is_some_and(|rng| rng.random_range(0..one_in) == 0)
    }
}

impl Channel for Recorder {
    fn name(&self) -> &'static str {
        self.name
    }

    fn brings_files(&self) -> bool {
        self.name == "mail"
    }

    fn list_endpoints(&self, _: &mut AnyConnection, account: &AccountId) -> Result<Vec<Endpoint>, DbError> {
        if self.breaks() {
            return Err(DbError::Other("the connection broke".to_owned()));
        }
        let kept = self.kept();
        let one = |id: &str| Endpoint { id: id.to_owned(), address: account.to_string(), details: String::new() };
        let all = std::iter::once("").chain(kept.more.iter().copied()).map(one);
        Ok(if kept.gone.contains(&account.to_string()) { Vec::new() } else { all.collect() })
    }

    fn send<'a>(&'a self, _: &'a Endpoint, message: &'a Message) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let wait = self.kept().rng.as_mut().map(|rng| rng.random_range(0..3000));
            if let Some(micros) = wait {
                tokio::time::sleep(Duration::from_micros(micros)).await;
            }
            if self.breaks() {
                return Outcome::Later(None);
            }
            let mut kept = self.kept();
            kept.sent.push(message.clone());
            kept.answers.pop().unwrap_or(Outcome::Accepted)
        })
    }

    fn settle(&self, _: &mut AnyConnection, account: &AccountId, _: &str, outcome: &Outcome, _: DateTime<Utc>) -> Result<(), DbError> {
        if self.breaks() {
            return Err(DbError::Other("the connection broke".to_owned()));
        }
        if *outcome == Outcome::Gone {
            self.kept().gone.push(account.to_string());
        }
        Ok(())
    }
}

/// The same server with channels that keep what they are given, and its address.
pub fn beside(test: &TestApp, recorders: &[&Recorder]) -> (App, String) {
    beside_with(test, recorders.iter().map(|one| -> Box<dyn Channel> { Box::new((*one).clone()) }).collect())
}

/// The same server with these channels, and its address.
pub fn beside_with(test: &TestApp, channels: Channels) -> (App, String) {
    let app = test.app.clone().with_channels(channels);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    actix_web::rt::spawn(server::serve(app.clone(), listener, 1).unwrap());
    (app, base)
}
