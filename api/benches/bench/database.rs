//! Databases that exist for the time of a measurement, on both engines.

use api::db::{AnyConnection, Db};
use api::new_id;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use tempfile::TempDir;

/// Which engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

impl Kind {
    pub const BOTH: [Self; 2] = [Self::Sqlite, Self::Postgres];

    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// A database that goes away with this value.
pub struct Database {
    pub kind: Kind,
    pub url: String,
    place: Place,
}

enum Place {
    Folder { _goes_with_it: TempDir },
    Named { admin: String, name: String },
}

/// The folder of temporary files: on the disk of the build, since a disk in memory would make every commit free.
pub fn folder() -> TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

fn admin() -> String {
    std::env::var("TEST_DATABASE_URL").expect("TEST_DATABASE_URL names no PostgreSQL; run `make bench`")
}

impl Database {
    /// A new database with empty tables.
    pub fn new(kind: Kind) -> Self {
        let database = match kind {
            Kind::Sqlite => Self::in_folder(folder()),
            Kind::Postgres => Self::named(None),
        };
        Db::open(&database.url, 1).unwrap().migrate().unwrap();
        database
    }

    fn in_folder(folder: TempDir) -> Self {
        let url = folder.path().join("bench.db").to_str().unwrap().to_owned();
        Self { kind: Kind::Sqlite, url, place: Place::Folder { _goes_with_it: folder } }
    }

    fn named(template: Option<&str>) -> Self {
        let (admin, name) = (admin(), format!("bench_{}", new_id().replace('-', "")));
        let template = template.map_or_else(String::new, |template| format!(" TEMPLATE {template}"));
        let mut conn = PgConnection::establish(&admin).unwrap();
        // Connections of the template may still be closing.
        for attempt in 0.. {
            match conn.batch_execute(&format!("CREATE DATABASE {name}{template}")) {
                Ok(()) => break,
                Err(error) => assert!(attempt < 100, "{error}"),
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        let (server, _) = admin.rsplit_once('/').unwrap();
        Self { kind: Kind::Postgres, url: format!("{server}/{name}"), place: Place::Named { admin, name } }
    }

    /// Another database with the same rows. Nobody may be writing to this one.
    pub fn copy(&self) -> Self {
        match &self.place {
            Place::Folder { .. } => {
                self.connection().batch_execute("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
                let copy = Self::in_folder(folder());
                std::fs::copy(&self.url, &copy.url).unwrap();
                copy
            }
            Place::Named { name, .. } => Self::named(Some(name)),
        }
    }

    /// A connection set up as the server sets up its own.
    pub fn connection(&self) -> AnyConnection {
        match self.kind {
            Kind::Sqlite => {
                let mut conn = SqliteConnection::establish(&self.url).unwrap();
                conn.batch_execute(
                    "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON",
                )
                .unwrap();
                AnyConnection::Sqlite(conn)
            }
            Kind::Postgres => {
                let mut conn = PgConnection::establish(&self.url).unwrap();
                conn.batch_execute("SET TIME ZONE 'UTC'; SET lock_timeout = '5s'; SET statement_timeout = '30s'").unwrap();
                AnyConnection::Pg(conn)
            }
        }
    }

    /// The engine's version.
    pub fn version(&self) -> String {
        use diesel::dsl::sql;
        use diesel::sql_types::Text;
        match &mut self.connection() {
            AnyConnection::Sqlite(conn) => diesel::select(sql::<Text>("sqlite_version()")).get_result::<String>(conn).unwrap(),
            AnyConnection::Pg(conn) => diesel::select(sql::<Text>("current_setting('server_version')")).get_result::<String>(conn).unwrap(),
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Place::Named { admin, name } = &self.place
            && let Ok(mut conn) = PgConnection::establish(admin)
        {
            let _ = conn.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}
