//! Twelve months of two hundred facilities in two cities: what was booked and attended, claimed, and written down in the audit.

use api::db::AnyConnection;
use api::figures::{jobs, store::counting};
use api::{new_id, session};
use chrono::{Datelike, NaiveDate, TimeDelta, Utc, Weekday};
use diesel::connection::SimpleConnection;
use serde_json::json;
use shared::programmes::Terms;
use shared::time::{Month, days_after};

use crate::database::{Database, Kind};
use crate::world::{self, CARE, HOME, HOST};

/// So many stays a facility has on a working day; each sixth child is from the other city.
const STAYS: usize = 6;
/// So many families each city has.
const FAMILIES: usize = 3_000;

/// Somebody who is signed in.
pub struct Person {
    account: String,
    pub token: String,
}

/// The world.
pub struct History {
    pub database: Database,
    pub officer: Person,
    /// One member of staff of each facility.
    pub staff: Vec<Person>,
    /// A family of the officer's city.
    pub family: String,
    /// The months, from the oldest; the last is over and nobody has claimed it.
    pub months: Vec<Month>,
    pub stays: usize,
    pub audit_lines: usize,
    /// How long counting and publishing the figures of a month took, ascending.
    pub counted: Vec<std::time::Duration>,
}

fn city(number: usize) -> &'static str {
    if number.is_multiple_of(2) { HOME } else { HOST }
}

fn person(conn: &mut AnyConnection, name: &str, role: &str, works: (&str, &str)) -> Person {
    let (account, token) = (new_id(), new_id());
    let (now, until) = (world::text(Utc::now()), world::text(Utc::now() + TimeDelta::hours(8)));
    let (column, of) = works;
    conn.batch_execute(&format!(
        "INSERT INTO accounts (id, email, password_hash, name, role, {column}, locale, failures, created_at) \
         VALUES ('{account}', '{account}@example.jp', 'none', '{name}', '{role}', '{of}', 'ja', 0, '{now}'); \
         INSERT INTO sessions (token_hash, id, account_id, device, created_at, seen_at, expires_at) \
         VALUES ('{}', '{}', '{account}', '{{\"system\":\"\",\"browser\":\"\"}}', '{now}', '{now}', '{until}')",
        session::hash(&token),
        new_id()
    ))
    .unwrap();
    Person { account, token }
}

/// What a booking of a whole day agreed to, and what it came to.
fn terms_of_a_stay(terms: &Terms) -> (String, String) {
    let lines = json!([{ "item": "block", "name": { "ja": "一日", "easy": "[一日|いちにち]", "en": "Whole day" }, "yen": 2400 }]);
    let agreed = json!({
        "block": "day", "fee_lines": lines, "counted": [], "free_until": "2026-01-01T06:00:00Z", "cancellation": terms.cancellation, "tier": "resident",
    });
    let attended = json!({ "settled": { "fee_yen": 2400, "fee_lines": lines, "counted": [], "late_minutes": 0 } });
    // As it stands in a statement.
    (agreed.to_string().replace('\'', "''"), attended.to_string())
}

/// Families of both cities in turn, each with a child of two or three years.
fn add_families(conn: &mut AnyConnection, today: NaiveDate) -> Vec<(String, String)> {
    let families: Vec<(String, String)> = (0..2 * FAMILIES).map(|_| (new_id(), new_id())).collect();
    let now = world::text(Utc::now());
    let rows = |row: &dyn Fn(usize, &(String, String)) -> String| families.iter().enumerate().map(|(n, f)| row(n, f)).collect::<Vec<_>>();
    let of_families =
        rows(&|n, (family, _)| format!("('{family}', '{}', '{now}', '角 さくら{n}', 'スミ サクラ', '0859{n:06}', 0, 1, '{now}')", city(n)));
    let columns = "families (id, municipality, residence_confirmed_at, guardian_name, guardian_kana, phone, turn, version, created_at)";
    world::insert(conn, columns, &of_families);
    let details = r#"{"sex":null,"allergies":[],"care_notes":"","emergency_contacts":[],"pick_up_people":[]}"#;
    let of_children = rows(&|n, (family, child)| {
        let born = today - TimeDelta::days(800 + i64::try_from(n % 365).unwrap());
        format!("('{child}', '{family}', '角 あおい{n}', 'スミ アオイ', '{born}', '{details}', 1, '{now}')")
    });
    world::insert(conn, "children (id, family_id, name, kana, born, details, version, created_at)", &of_children);
    families
}

/// The last day of a month.
pub fn last_day(month: Month) -> NaiveDate {
    month.next_first_day().pred_opt().unwrap()
}

fn working_days(months: &[Month]) -> Vec<NaiveDate> {
    let last = last_day(*months.last().unwrap());
    let first = months[0].first_day();
    let days = (0..400).map(|n| days_after(first, n)).take_while(|day| *day <= last);
    days.filter(|day| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)).collect()
}

/// The slot of every facility on a day, and who was there. No child is in two places: of each city's families a facility has its own on
/// each day, and one is exchanged with the facility of the other city that has the same number.
fn add_day(
    conn: &mut AnyConnection,
    (number, day): (usize, NaiveDate),
    facilities: &[String],
    families: &[(String, String)],
    stay: &(String, String),
) {
    let (starts, ends) = (format!("{} 23:30:00", day.pred_opt().unwrap()), format!("{day} 08:00:00"));
    let (mut slots, mut bands, mut bookings) = (Vec::new(), Vec::new(), Vec::new());
    for (at, facility) in facilities.iter().enumerate() {
        let (slot, host) = (new_id(), city(at));
        slots.push(format!(
            "('{slot}', '{facility}', '{facility}', '{host}', '{CARE}', '{starts}', '{ends}', 'open', '[]', {STAYS}, FALSE, FALSE, 0, 0, 1, '{starts}')"
        ));
        bands.push(format!("('{slot}', 0, 7, 12, {STAYS}, '[[0,{STAYS}],[510,0]]')"));
        for place in 0..STAYS {
            let parity = if place == 0 { 1 - at % 2 } else { at % 2 };
            let (family, child) = &families[2 * ((number * 67 + at / 2 * STAYS + place) % FAMILIES) + parity];
            let (id, (agreed, attended)) = (new_id(), stay);
            bookings.push(format!(
                "('{id}', '{id}', '{slot}', '{child}', '{family}', '{facility}', '{host}', '{CARE}', 'programme-{host}', 0, '{starts}', '{ends}', \
                 'checked_out', TRUE, {}, 2400, '{agreed}', '{starts}', '{ends}', '{attended}', '{starts}', 3)",
                place == 0
            ));
        }
    }
    let columns = "slots (id, offering_id, facility_id, municipality, programme, starts_at, ends_at, state, blocks, peak, interview, spare, turn, freed, \
                   version, created_at)";
    world::insert(conn, columns, &slots);
    world::insert(conn, "slot_bands (slot_id, from_age, under_age, capacity, peak, occupancy)", &bands);
    let columns = "bookings (id, party_id, slot_id, child_id, family_id, facility_id, municipality, programme, programme_id, band_from_age, starts_at, \
                   ends_at, state, active, is_away, fee_yen, agreed, checked_in_at, checked_out_at, attended, created_at, version)";
    world::insert(conn, columns, &bookings);
}

/// All months but the last are claimed, and each stay was booked and recorded by somebody.
fn add_claims_and_audit(conn: &mut AnyConnection, months: &[Month], staff: &str) {
    let now = world::text(Utc::now());
    for month in &months[..months.len() - 1] {
        let (from, until) = (format!("{} 00:00:00", month.first_day().pred_opt().unwrap()), format!("{} 15:00:00", last_day(*month)));
        conn.batch_execute(&format!(
            "INSERT INTO claims (id, facility_id, month, locked_at, locked_by) SELECT id || '-{month}', id, '{month}', '{now}', '{staff}' FROM facilities; \
             INSERT INTO claim_lines (id, claim_id, number, month, facility_id, host, residence, compact_id, booking_id, booking_version, child_id, \
             family_id, programme, starts_at, ends_at, kind, age, unit_yen, minutes, fee_yen, relief_yen, benefit_yen, reason) \
             SELECT 'line-' || b.id, b.facility_id || '-{month}', ROW_NUMBER() OVER (PARTITION BY b.facility_id ORDER BY b.id), '{month}', b.facility_id, \
             b.municipality, f.municipality, CASE WHEN f.municipality <> b.municipality THEN 'compact' END, b.id, b.version, b.child_id, b.family_id, \
             b.programme, b.starts_at, b.ends_at, 'attended', 2, 1400, 510, 2400, 0, 11900, '' \
             FROM bookings b JOIN families f ON f.id = b.family_id WHERE b.starts_at >= '{from}' AND b.starts_at < '{until}'"
        ))
        .unwrap();
    }
    for (sign, action) in [("a", "booking.confirmed"), ("b", "booking.checked_out")] {
        conn.batch_execute(&format!(
            "INSERT INTO events (id, kind, municipality, facility_id, subject_id, occurred_at) \
             SELECT '{sign}' || id, '{action}', municipality, facility_id, id, starts_at FROM bookings; \
             INSERT INTO audit_lines (id, occurred_at, actor, action, subject_id, request_id) \
             SELECT '{sign}' || id, starts_at, '{staff}', '{action}', id, 'request' FROM bookings; \
             INSERT INTO audit_cities (municipality, occurred_at, line_id) SELECT municipality, starts_at, '{sign}' || id FROM bookings; \
             INSERT INTO audit_families (family_id, occurred_at, line_id, child_id) SELECT family_id, starts_at, '{sign}' || id, child_id FROM bookings"
        ))
        .unwrap();
    }
    // What the chain holds is not measured here; that nothing waits for it is.
    conn.batch_execute(
        "INSERT INTO audit_chain (position, line_id, hash) SELECT ROW_NUMBER() OVER (ORDER BY id), id, 'hash' FROM audit_lines; DELETE FROM audit_unsealed",
    )
    .unwrap();
}

/// Makes the world.
pub fn history(kind: Kind, facilities: usize) -> History {
    let database = Database::new(kind);
    let mut conn = database.connection();
    conn.batch_execute(match kind {
        Kind::Sqlite => "PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; BEGIN",
        Kind::Postgres => "SET synchronous_commit = off; SET statement_timeout = 0; BEGIN",
    })
    .unwrap();
    let today = world::today();
    world::add_base(&mut conn);
    conn.batch_execute(&format!(
        "UPDATE programmes SET id = 'programme-' || municipality, valid_from = '{}'",
        today - TimeDelta::days(500)
    ))
    .unwrap();
    conn.batch_execute(&format!("UPDATE compact_terms SET valid_from = '{}'", today - TimeDelta::days(500))).unwrap();
    let now = world::text(Utc::now());
    let ids: Vec<String> = (0..facilities).map(|_| new_id()).collect();
    let rows: Vec<String> = ids.iter().enumerate().map(|(n, id)| world::facility_row(n, id, city(n), &now)).collect();
    world::insert(&mut conn, world::FACILITY, &rows);
    // Of each facility what its city's figures ask for.
    conn.batch_execute(
        "UPDATE facilities SET details = '{\"municipality\":\"' || municipality || '\",\"source_id\":\"' || source_id || '\",\"name\":\"' || name || \
         '\",\"kind\":\"licensed_nursery\",\"address\":{\"town\":\"' || substr(source_id, 1, 1) || '\"}}'",
    )
    .unwrap();
    conn.batch_execute(&format!(
        "INSERT INTO offerings (id, facility_id, municipality, programme, blocks) SELECT id, id, municipality, '{CARE}', '[]' FROM facilities"
    ))
    .unwrap();
    let families = add_families(&mut conn, today);
    let months: Vec<Month> = (1..=12).rev().map(|ago| Month::of(today.with_day(1).unwrap() - chrono::Months::new(ago))).collect();
    let stay = terms_of_a_stay(&world::terms());
    for day in working_days(&months).into_iter().enumerate() {
        add_day(&mut conn, day, &ids, &families, &stay);
    }
    let officer = person(&mut conn, "加茂 直樹", "officer", ("municipality", HOME));
    let staff: Vec<Person> = ids.iter().map(|id| person(&mut conn, "江島 かえで", "staff", ("facility_id", id))).collect();
    add_claims_and_audit(&mut conn, &months, &staff[0].account);
    conn.batch_execute("COMMIT").unwrap();
    if kind == Kind::Sqlite {
        conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    }
    world::settle(&mut conn);
    let counted = publish(&mut conn, &months);
    world::settle(&mut conn);
    let stays = working_days(&months).len() * facilities * STAYS;
    History { database, officer, staff, family: families[0].0.clone(), months, stays, audit_lines: 2 * stays, counted }
}

/// Publishes the figures of all months; how long each took, ascending.
fn publish(conn: &mut AnyConnection, months: &[Month]) -> Vec<std::time::Duration> {
    let mut took: Vec<_> = months
        .iter()
        .map(|month| {
            let began = std::time::Instant::now();
            let facts = counting::count(conn, *month).unwrap();
            jobs::publish_month(conn, *month, &facts, Utc::now()).unwrap();
            began.elapsed()
        })
        .collect();
    took.sort();
    took
}
