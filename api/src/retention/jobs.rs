//! Erases by rule what is over, city by city and kind by kind, in transactions of some hundred records, so that nobody waits for it and a stop
//! loses nothing.

use chrono::NaiveDate;
use shared::municipalities::MunicipalityCode;
use shared::retention::{Kind, RetentionRun};
use shared::time::tokyo_day;

use super::store;
use crate::error::ApiError;
use crate::outbox::Act;
use crate::{App, municipalities};

/// How the audit names this.
const ACTOR: &str = "retention";
/// So many records at a time; of families fewer, because all that is left of each goes with it.
const fn batch(kind: Kind) -> i64 {
    if matches!(kind, Kind::Families) { 5 } else { 200 }
}

/// Erases everything whose period is over; says how many records.
pub async fn keep(app: &App) -> Result<i64, ApiError> {
    let today = tokyo_day(app.now());
    let due = app.db.read(move |conn| {
        let mut due = Vec::new();
        for city in municipalities::store::list_municipalities(conn)? {
            let Some(rules) = store::find_rules(conn, &city.code, today)? else { continue };
            due.extend(Kind::ALL.into_iter().filter_map(|kind| Some((city.code.clone(), kind, rules.kept_from(kind, today)?))));
        }
        Ok::<_, ApiError>(due)
    });
    let mut erased = 0;
    for (city, kind, kept_from) in due.await? {
        erased += erase_all(app, (city, kind), (today, kept_from)).await?;
    }
    Ok(erased)
}

async fn erase_all(app: &App, (city, kind): (MunicipalityCode, Kind), (today, kept_from): (NaiveDate, NaiveDate)) -> Result<i64, ApiError> {
    let mut erased = 0;
    loop {
        let of = city.clone();
        // Looked for without holding up those who write: mostly there is nothing.
        let due = app.db.read(move |conn| Ok::<_, ApiError>(store::list_due(conn, (&of, kind), kept_from, 1)?)).await?;
        if due.is_empty() {
            return Ok(erased);
        }
        let (of, now) = (city.clone(), app.now());
        erased += app
            .db
            .write(move |conn| {
                let ids = store::list_due(conn, (&of, kind), kept_from, batch(kind))?;
                let count = i64::try_from(ids.len()).unwrap_or(i64::MAX);
                if ids.is_empty() {
                    return Ok(0);
                }
                store::erase(conn, kind, &ids, now)?;
                store::add_run(conn, &of, &RetentionRun { day: today, kind, kept_from, count })?;
                let act = Act { note: Some(format!("{} {count} < {kept_from}", kind.as_str())), ..Act::of_command(ACTOR, now) };
                match kind {
                    // Whoever follows along has to forget it too.
                    Kind::Families => {
                        for id in &ids {
                            act.record(conn, "family.erased", (&of, None), id)?;
                        }
                    }
                    _ => act.record(conn, "retention.erased", (&of, None), of.as_str())?,
                }
                Ok::<_, ApiError>(count)
            })
            .await?;
    }
}
