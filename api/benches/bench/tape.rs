//! What one booking sends to the database, recorded from the running server and played again without it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use api::new_id;
use chrono::{NaiveDate, NaiveDateTime};
use diesel::connection::{Instrumentation, InstrumentationEvent, LoadConnection, SimpleConnection, set_default_instrumentation};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Bool, Date, Text, Timestamp, Untyped};
use diesel::sqlite::Sqlite;

static TAPE: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// From now on every connection that is opened tells what it is asked.
pub fn start() {
    set_default_instrumentation(|| Some(recorder())).unwrap();
}

/// Connections that are opened from now on keep silent.
pub fn stop() {
    set_default_instrumentation(|| None).unwrap();
}

/// What was told since the last time.
pub fn take() -> Vec<String> {
    std::mem::take(&mut TAPE.lock().unwrap_or_else(PoisonError::into_inner))
}

fn recorder() -> Box<dyn Instrumentation> {
    Box::new(note)
}

fn note(event: InstrumentationEvent<'_>) {
    if let InstrumentationEvent::StartQuery { query, .. } = event {
        TAPE.lock().unwrap_or_else(PoisonError::into_inner).push(query.to_string());
    }
}

/// A value in a statement.
#[derive(Debug, Clone, PartialEq)]
enum Bind {
    Text(Arc<str>),
    /// Several texts, as PostgreSQL writes them.
    List(Arc<str>),
    Number(i64),
    Flag(bool),
    Instant(NaiveDateTime),
    Day(NaiveDate),
    Nothing,
}

/// A statement with its values between the pieces of its text.
#[derive(Debug, Clone)]
pub struct Statement {
    pieces: Arc<[String]>,
    binds: Vec<Bind>,
}

impl Statement {
    /// Reads a statement as the server's connections tell it.
    fn read(told: &str) -> Self {
        let (sql, binds) = told.split_once(" -- binds: ").unwrap_or((told, "[]"));
        let (pieces, binds) = (pieces(sql), read_binds(binds));
        assert_eq!(pieces.len(), binds.len() + 1, "values and places differ: {told}");
        Self { pieces: pieces.into(), binds }
    }

    /// Its text.
    pub fn sql(&self) -> String {
        self.pieces.join("?")
    }

    /// Whether it only opens or closes a transaction.
    pub fn is_frame(&self) -> bool {
        ["BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"].iter().any(|word| self.pieces[0].starts_with(word))
    }

    fn walk<'b, DB>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()>
    where
        DB: diesel::backend::Backend
            + diesel::sql_types::HasSqlType<Text>
            + diesel::sql_types::HasSqlType<BigInt>
            + diesel::sql_types::HasSqlType<Bool>
            + diesel::sql_types::HasSqlType<Timestamp>
            + diesel::sql_types::HasSqlType<Date>,
        str: diesel::serialize::ToSql<Text, DB>,
        i64: diesel::serialize::ToSql<BigInt, DB>,
        bool: diesel::serialize::ToSql<Bool, DB>,
        NaiveDateTime: diesel::serialize::ToSql<Timestamp, DB>,
        NaiveDate: diesel::serialize::ToSql<Date, DB>,
    {
        let (first, rest) = self.pieces.split_first().unwrap();
        out.push_sql(first);
        for (bind, piece) in self.binds.iter().zip(rest) {
            match bind {
                Bind::Text(value) => out.push_bind_param::<Text, str>(value)?,
                Bind::List(value) => {
                    out.push_sql("CAST(");
                    out.push_bind_param::<Text, str>(value)?;
                    out.push_sql(" AS TEXT[])");
                }
                Bind::Number(value) => out.push_bind_param::<BigInt, _>(value)?,
                Bind::Flag(value) => out.push_bind_param::<Bool, _>(value)?,
                Bind::Instant(value) => out.push_bind_param::<Timestamp, _>(value)?,
                Bind::Day(value) => out.push_bind_param::<Date, _>(value)?,
                Bind::Nothing => out.push_sql("NULL"),
            }
            out.push_sql(piece);
        }
        Ok(())
    }

    /// Runs it, as a prepared statement that is kept, and reads all its rows.
    pub fn run<C, DB>(&self, conn: &mut C)
    where
        C: LoadConnection<Backend = DB> + SimpleConnection,
        DB: diesel::backend::Backend,
        Self: QueryFragment<DB>,
    {
        if self.is_frame() {
            conn.batch_execute(&self.pieces[0]).unwrap();
            return;
        }
        for row in conn.load(self).unwrap() {
            row.unwrap();
        }
    }
}

impl QueryId for Statement {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Statement {
    type SqlType = Untyped;
}

impl QueryFragment<Pg> for Statement {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.walk(out)
    }
}

impl QueryFragment<Sqlite> for Statement {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.walk(out)
    }
}

/// Cuts a statement at its places for values, `?` or `$1`.
fn pieces(sql: &str) -> Vec<String> {
    let (mut pieces, mut quoted) = (vec![String::new()], None);
    let mut rest = sql.chars().peekable();
    while let Some(c) = rest.next() {
        match (quoted, c) {
            (None, '\'' | '"' | '`') => quoted = Some(c),
            (Some(open), _) if open == c => quoted = None,
            (None, '?' | '$') => {
                while rest.next_if(char::is_ascii_digit).is_some() {}
                pieces.push(String::new());
                continue;
            }
            _ => {}
        }
        pieces.last_mut().unwrap().push(c);
    }
    pieces
}

/// Reads the list of values as it is told for people.
fn read_binds(list: &str) -> Vec<Bind> {
    let inner = list.trim().strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap();
    let (mut items, mut item, mut in_text, mut escaped, mut depth) = (Vec::new(), String::new(), false, false, 0);
    for c in inner.chars() {
        match c {
            '[' if !in_text => depth += 1,
            ']' if !in_text => depth -= 1,
            ',' if !in_text && depth == 0 => {
                items.push(std::mem::take(&mut item));
                continue;
            }
            '"' if !escaped => in_text = !in_text,
            _ => {}
        }
        escaped = in_text && c == '\\' && !escaped;
        item.push(c);
    }
    if !item.is_empty() {
        items.push(item);
    }
    items.iter().map(|item| read_bind(item.trim())).collect()
}

/// A text whose wide spaces and the like, told as `\u{3000}`, are written out.
fn unescaped(text: &str) -> String {
    let mut parts = text.split("\\u{");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for (hex, rest) in parts.map(|part| part.split_once('}').unwrap()) {
        out.push(char::from_u32(u32::from_str_radix(hex, 16).unwrap()).unwrap());
        out.push_str(rest);
    }
    out
}

fn read_bind(told: &str) -> Bind {
    if let Some(inner) = told.strip_prefix("Some(").and_then(|rest| rest.strip_suffix(')')) {
        return read_bind(inner);
    }
    if let Some(text) = told.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        // What else is escaped here is so in JSON as well.
        return Bind::Text(serde_json::from_str::<String>(&format!("\"{}\"", unescaped(text))).unwrap().into());
    }
    if let Some(texts) = told.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return Bind::List(format!("{{{texts}}}").into());
    }
    match told {
        "None" => Bind::Nothing,
        "true" => Bind::Flag(true),
        "false" => Bind::Flag(false),
        _ => told
            .parse()
            .map(Bind::Number)
            .or_else(|_| told.parse().map(Bind::Instant))
            .or_else(|_| told.parse().map(Bind::Day))
            .unwrap_or_else(|_| panic!("a value that is not understood: {told}")),
    }
}

/// The statements of one booking, as a form for many: what belongs to that booking alone is exchanged.
pub struct Form {
    statements: Vec<Statement>,
    /// Ids that the server made up for that booking.
    made_up: Vec<String>,
}

impl Form {
    /// Reads what was told since this id was made: ids grow with time, so younger ones were made up for that booking.
    pub fn new(told: &[String], since: &str) -> Self {
        let statements: Vec<Statement> = told.iter().map(|told| Statement::read(told)).collect();
        let mut made_up: Vec<String> = Vec::new();
        for bind in statements.iter().flat_map(|statement| &statement.binds) {
            if let Bind::Text(text) = bind
                && uuid::Uuid::parse_str(text).is_ok_and(|id| id.get_version_num() == 7)
                && **text > *since
                && !made_up.iter().any(|id| **id == **text)
            {
                made_up.push(text.to_string());
            }
        }
        Self { statements, made_up }
    }

    /// The recorded statements.
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// The statements of another booking, with these texts exchanged and new ids where the server makes them up.
    pub fn fill(&self, exchange: &[(&str, &str)]) -> Vec<Statement> {
        let new: Vec<(&str, String)> = self.made_up.iter().map(|id| (id.as_str(), new_id())).collect();
        let all: HashMap<&str, &str> = exchange.iter().copied().chain(new.iter().map(|(old, new)| (*old, new.as_str()))).collect();
        let mut statements = self.statements.clone();
        for bind in statements.iter_mut().flat_map(|statement| &mut statement.binds) {
            let (Bind::Text(text) | Bind::List(text)) = bind else { continue };
            if let Some(other) = all.get(&**text) {
                *text = Arc::from(*other);
            } else if text.len() > 36 && all.keys().any(|old| text.contains(old)) {
                let mut changed = text.to_string();
                all.iter().for_each(|(old, new)| changed = changed.replace(old, new));
                *text = changed.into();
            }
        }
        statements
    }
}
