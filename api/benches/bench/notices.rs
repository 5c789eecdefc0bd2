//! Notices from event to channel, against the same rows written straight into the same database.

use std::sync::Arc;
use std::time::{Duration, Instant};

use api::channels::{Channel, Endpoint, Message, Outcome};
use api::db::{AnyConnection, Db, DbError};
use api::notices::jobs;
use api::notices::store::{self, NewNotice, Source};
use api::schema::deliveries;
use api::{App, new_id, session, system_clock};
use chrono::Utc;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use futures_util::future::{BoxFuture, ready};
use shared::ids::{AccountId, FamilyId};
use shared::municipalities::MunicipalityCode;
use shared::notices::{DeliveryState, Facts, Kind as Told};

use crate::Plan;
use crate::database::{Database, Kind};
use crate::replay::config;
use crate::world::{self, Family};

/// So many notices are written straight in one transaction: as many as the server makes.
const TOGETHER: usize = 64;

/// A channel that takes everything at once.
struct Taker;

impl Channel for Taker {
    fn name(&self) -> &'static str {
        "push"
    }

    fn list_endpoints(&self, _: &mut AnyConnection, account: &AccountId) -> Result<Vec<Endpoint>, DbError> {
        Ok(vec![Endpoint { id: String::new(), address: account.to_string(), details: String::new() }])
    }

    fn send<'a>(&'a self, _: &'a Endpoint, _: &'a Message) -> BoxFuture<'a, Outcome> {
        Box::pin(ready(Outcome::Accepted))
    }
}

/// What was measured.
pub struct Line {
    pub kind: Kind,
    pub notices: usize,
    /// From events to notices with their deliveries.
    pub making: Duration,
    /// From there to the channel, and what came of it written down.
    pub delivering: Duration,
    /// The same rows straight.
    pub raw: Duration,
    /// The most memory that the process held: before, and meanwhile; in MiB.
    pub peak: (f64, f64),
}

/// One event for each family, in the queue.
fn queue(conn: &mut AnyConnection, families: &[Family]) {
    let now = world::text(Utc::now());
    let events: Vec<(String, &Family)> = families.iter().map(|family| (new_id(), family)).collect();
    let rows: Vec<String> =
        events.iter().map(|(id, family)| format!("('{id}', 'residence.proven', '{}', '{}', '{now}')", world::HOME, family.id)).collect();
    world::insert(conn, "events (id, kind, municipality, subject_id, occurred_at)", &rows);
    let rows: Vec<String> = events.iter().map(|(id, _)| format!("('{id}', 'act {id}', 'register')")).collect();
    world::insert(conn, "outbox (event_id, act_id, actor)", &rows);
    world::settle(conn);
}

/// Writes the same rows straight: notice, delivery, link, and what came of it.
fn straight(database: &Database, families: &[Family]) -> Duration {
    let mut conn = database.connection();
    let city = MunicipalityCode::parse(world::HOME).unwrap();
    let began = Instant::now();
    for chunk in families.chunks(TOGETHER) {
        conn.batch_execute("BEGIN").unwrap();
        for family in chunk {
            let (account, now) = (AccountId::new(family.account.clone()), Utc::now());
            let new = NewNotice {
                account: account.clone(),
                family: FamilyId::new(family.id.clone()),
                municipality: city.clone(),
                kind: Told::ResidenceProven,
                source: Source::Event(new_id()),
                topic: Some(format!("residence:{}", family.id)),
                facts: Facts::new(),
                step: "/residence".to_owned(),
                urgent: false,
                deadline_at: None,
                ack_asked: false,
                created_at: now,
                due_at: now,
            };
            let notice = store::insert_notice(&mut conn, &new).unwrap().unwrap();
            store::insert_delivery(&mut conn, (&notice, &account), ("push", "", 0), false, now).unwrap();
            let id: String =
                deliveries::table.filter(deliveries::notice_id.eq(notice.as_str())).select(deliveries::id).get_result(&mut conn).unwrap();
            let (token, receipt) = (session::secret().unwrap(), session::secret().unwrap());
            store::insert_link(&mut conn, (&token, &receipt), (Some(&notice), &id.as_str().into()), now).unwrap();
            store::mark_delivered(&mut conn, &[&id], DeliveryState::Accepted, None, now).unwrap();
        }
        conn.batch_execute("COMMIT").unwrap();
    }
    began.elapsed()
}

/// The most memory that this process held since it was last asked to forget, in MiB.
fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok()).map_or(f64::NAN, |kib| kib / 1024.0)
}

fn forget_peak() {
    // Where the system does not forget, the figure is only higher.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// How many deliveries a database holds that were taken.
fn count(database: &Database) -> usize {
    let taken = deliveries::table.filter(deliveries::state.eq("accepted"));
    usize::try_from(taken.count().get_result::<i64>(&mut database.connection()).unwrap()).unwrap()
}

/// Measures notices on a database of this kind.
pub fn measure(kind: Kind, plan: &Plan) -> Line {
    let (database, world) = world::bookable(kind, plan.notices);
    let copy = database.copy();
    let raw = straight(&copy, &world.families);
    assert_eq!(count(&copy), plan.notices);
    drop(copy);

    queue(&mut database.connection(), &world.families);
    drop(world);
    let db = Db::open(&database.url, 10).unwrap();
    let app = App::new(db, config(&database.url), system_clock()).with_channels(vec![Box::new(Taker)]);
    forget_peak();
    let before = peak();
    let (making, delivering) = actix_web::rt::System::new().block_on(async move {
        let app = Arc::new(app);
        let began = Instant::now();
        assert_eq!(jobs::make(&app).await.unwrap(), plan.notices);
        let making = began.elapsed();
        let began = Instant::now();
        assert_eq!(jobs::deliver(&app).await.unwrap(), plan.notices);
        (making, began.elapsed())
    });
    let line = Line { kind, notices: plan.notices, making, delivering, raw, peak: (before, peak()) };
    assert_eq!(count(&database), plan.notices);
    eprintln!(
        "{:10} {} notices: made {:.0}/s, delivered {:.0}/s, straight {:.0}/s, peak {:.0} MiB",
        kind.name(),
        line.notices,
        per_second(line.notices, making),
        per_second(line.notices, delivering),
        per_second(line.notices, raw),
        line.peak.1,
    );
    line
}

/// How many in a second.
pub fn per_second(count: usize, took: Duration) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / took.as_secs_f64()
}
