//! The real server as a process of its own over a database that outlives it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use api::db::AnyConnection;
use api::schema::{accounts, bookings, events, notices, outbox, sessions};
use chrono::{DateTime, Utc};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use crate::app::{Backend, Person, TestApp};
use crate::laws::{Ground, World, lay_out, look};

/// A database with people in it, and the server over it while there is one.
pub struct House {
    url: String,
    backend: Backend,
    pub ground: Ground,
    pub staff: [Person; 2],
    /// The address of the server that runs now.
    pub base: String,
    server: Option<Child>,
    _files: Option<tempfile::TempDir>,
}

impl House {
    /// Lays out the world of the laws, and takes the database for itself.
    pub async fn furnish(test: &TestApp, backend: Backend) -> Self {
        let ground = lay_out(test, 1).await;
        let staff = [test.staff("yonago").await, test.staff("sakai").await];
        test.write(|conn| {
            // Nobody signs in anew while the server is down.
            let late = chrono::NaiveDate::from_ymd_opt(2027, 1, 1).and_then(|day| day.and_hms_opt(0, 0, 0)).unwrap();
            diesel::update(sessions::table).set(sessions::expires_at.eq(late)).execute(conn)?;
            Ok(())
        })
        .await;
        let mut files = None;
        let mut url = test.app.config.database_url.clone();
        if backend == Backend::Sqlite {
            // A file of its own, which nobody but the server keeps open.
            let folder = tempfile::tempdir().unwrap();
            let copy = folder.path().join("crash.db").to_string_lossy().into_owned();
            let mut conn = test.app.db.single_connection().unwrap();
            conn.batch_execute(&format!("VACUUM INTO '{copy}'")).unwrap();
            (url, files) = (copy, Some(folder));
        }
        Self { url, backend, ground, staff, base: String::new(), server: None, _files: files }
    }

    /// Starts the server with its clock at this instant, and waits until it listens.
    pub fn start(&mut self, now: DateTime<Utc>) {
        let mut server = Command::new(env!("CARGO_BIN_EXE_yumigahama"))
            .args(["serve", "--no-demo", "--clock-from", &now.to_rfc3339()])
            .env("DATABASE_URL", &self.url)
            .env("YUMIGAHAMA_BIND", "127.0.0.1:0")
            .env("YUMIGAHAMA_PUBLIC_URL", "http://127.0.0.1:0")
            .env("YUMIGAHAMA_LOG", "error")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(server.stderr.take().unwrap()).lines();
        let said = lines.by_ref().map_while(Result::ok).find_map(|line| line.split_once("http://").map(|(_, address)| address.to_owned()));
        // By number: a name is looked up anew for each connection.
        self.base = format!("http://{}", said.unwrap().trim_end_matches('/').replace("localhost", "127.0.0.1"));
        // Whoever does not read lets the other wait.
        std::thread::spawn(move || lines.map_while(Result::ok).filter(|line| line.contains("ERROR")).for_each(|line| eprintln!("{line}")));
        self.server = Some(server);
    }

    /// Kills it as a power failure does: nothing is said and nothing finished.
    pub fn kill(&mut self) {
        if let Some(mut server) = self.server.take() {
            server.kill().unwrap();
            server.wait().unwrap();
        }
    }

    /// What the database says at one moment.
    pub fn look(&self) -> World {
        look(&mut self.open()).unwrap()
    }

    /// How many events wait to be told, and what was confirmed and not told to somebody of its family.
    pub fn untold(&self) -> (i64, Vec<String>) {
        let conn = &mut self.open();
        let waiting = outbox::table.count().get_result(conn).unwrap();
        let confirmed: Vec<(String, String, Option<String>, String)> = events::table
            .inner_join(bookings::table.on(bookings::id.eq(events::subject_id)))
            .inner_join(accounts::table.on(accounts::family_id.eq(bookings::family_id.nullable())))
            .filter(events::kind.eq("booking.confirmed"))
            .filter(bookings::state.ne("undone"))
            .select((bookings::id, bookings::party_id, bookings::series_id, accounts::id))
            .load(conn)
            .unwrap();
        let told: Vec<(String, Option<String>)> = notices::table.select((notices::account_id, notices::topic)).load(conn).unwrap();
        let is_told = |account: &String, topic: String| told.contains(&(account.clone(), Some(topic)));
        let missing = confirmed.into_iter().filter(|(_, party, series, account)| {
            let of_series = series.as_ref().is_some_and(|series| is_told(account, format!("series:{series}")));
            !of_series && !is_told(account, format!("party:{party}"))
        });
        (waiting, missing.map(|(id, ..)| id).collect())
    }

    fn open(&self) -> AnyConnection {
        let mut conn = match self.backend {
            Backend::Sqlite => AnyConnection::Sqlite(SqliteConnection::establish(&self.url).unwrap()),
            Backend::Postgres => AnyConnection::Pg(PgConnection::establish(&self.url).unwrap()),
        };
        let begin = match self.backend {
            Backend::Sqlite => "PRAGMA busy_timeout = 5000; BEGIN",
            Backend::Postgres => "SET TIME ZONE 'UTC'; BEGIN ISOLATION LEVEL REPEATABLE READ",
        };
        conn.batch_execute(begin).unwrap();
        conn
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.kill();
    }
}
