//! Confirmed bookings per second over HTTP, against the same statements without the server.

use std::time::Duration;

use api::{new_id, session};
use diesel::prelude::*;

use crate::Plan;
use crate::database::{Database, Kind};
use crate::load::{Seen, drive};
use crate::process::Process;
use crate::replay::{self, WARM_UP};
use crate::tape::{Form, Statement};
use crate::world::{self, Bookable, Family};

/// One line of the table.
pub struct Line {
    pub kind: Kind,
    /// Whether all want the same slot.
    pub same_slot: bool,
    pub clients: usize,
    pub http: Seen,
    pub raw: Seen,
}

/// What was measured on a database.
pub struct Report {
    pub version: String,
    /// The texts of the statements of one booking.
    pub statements: Vec<String>,
    pub lines: Vec<Line>,
    /// Memory of the server before and after the largest load, in MiB.
    pub resident: (f64, f64),
}

/// The request that books a place for this family.
fn request(family: &Family, slot: &str) -> Vec<u8> {
    let body = format!(r#"{{"slot_id":"{slot}","child_ids":["{}"]}}"#, family.child);
    format!(
        "POST /api/v1/bookings HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {}={}\r\nIdempotency-Key: {}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        session::COOKIE,
        family.token,
        new_id(),
        body.len()
    )
    .into_bytes()
}

impl Bookable {
    /// In which slot the booking of this number is made.
    fn slot(&self, number: usize, same_slot: bool) -> &(String, String) {
        &self.slots[if same_slot { 0 } else { number % self.slots.len() }]
    }
}

/// The statements of every booking, made before the clock runs.
fn play_list(form: &Form, world: &Bookable, same_slot: bool, count: usize) -> Vec<Vec<Statement>> {
    let recorded = &world.families[1];
    let (recorded_slot, recorded_facility) = &world.slots[0];
    (0..count)
        .map(|number| {
            let (family, (slot, facility)) = (&world.families[number], world.slot(number, same_slot));
            form.fill(&[
                (&recorded.id, &family.id),
                (&recorded.account, &family.account),
                (&recorded.child, &family.child),
                (&recorded.token_hash, &family.token_hash),
                (recorded_slot, slot),
                (recorded_facility, facility),
            ])
        })
        .collect()
}

/// How many bookings a database holds.
fn count(database: &Database) -> usize {
    use api::schema::bookings;
    let count: i64 = bookings::table.count().get_result(&mut database.connection()).unwrap();
    usize::try_from(count).unwrap()
}

/// Measures bookings on a database of this kind.
pub fn measure(kind: Kind, plan: &Plan) -> Report {
    let (database, world) = world::bookable(kind, plan.families);
    // The first booking prepares the statements of the second.
    let two: Vec<Vec<u8>> = world.families[..2].iter().map(|family| request(family, &world.slots[0].0)).collect();
    let form = replay::record(&database, &two, 201);
    let statements = form.statements().iter().map(Statement::sql).collect();
    let (mut lines, mut resident) = (Vec::new(), (f64::NAN, f64::NAN));
    for same_slot in [false, true] {
        let list = play_list(&form, &world, same_slot, world.families.len());
        for &clients in &plan.clients {
            let copy = database.copy();
            let raw = replay::play(&copy, &list, clients, plan.limit);
            assert_eq!(count(&copy), raw.count() + WARM_UP);
            drop(copy);

            let copy = database.copy();
            let server = Process::yumigahama(&copy.url);
            let before = server.resident();
            let ask = |from: usize| {
                let (world, same_slot) = (&world, same_slot);
                move |number: usize| {
                    world.families.get(from + number).map(|family| request(family, &world.slot(from + number, same_slot).0))
                }
            };
            let warm = ask(0);
            drive(server.address, clients, Duration::from_secs(60), 201, &|number| if number < WARM_UP { warm(number) } else { None });
            let http = drive(server.address, clients, plan.limit, 201, &ask(WARM_UP));
            resident = (before, server.resident());
            drop(server);
            // What was answered as booked is booked, each once, although the server was ended without a word.
            assert_eq!(count(&copy), http.count() + WARM_UP);
            eprintln!(
                "{:10} {} slot, {clients:3} clients: {:6.0} bookings/s, raw {:6.0}, ratio {:.2}",
                kind.name(),
                if same_slot { "one" } else { "any" },
                http.per_second(),
                raw.per_second(),
                http.per_second() / raw.per_second()
            );
            lines.push(Line { kind, same_slot, clients, http, raw });
        }
    }
    Report { version: database.version(), statements, lines, resident }
}
