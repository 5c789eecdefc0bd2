//! What time does to followed notices: the ladder is climbed, cases are opened, and families who opened it leave the list.
//!
//! Everything that is to be done stands in the database: which notices nobody follows yet, when the next rung of each matter comes, which
//! cases have news. Each step is a transaction of its own with the family locked, so two servers or a restart do nothing twice.

use chrono::{DateTime, Utc};
use shared::ids::{FamilyId, MatterId, OutreachCaseId};
use shared::outreach::{CaseDesk, CaseState, Climb, OutreachRules, Reach, climb, resolve, weigh};
use shared::time::tokyo_day;

use super::store::{self, Seen, StoredCase, StoredMatter, Told};
use crate::App;
use crate::channels::Channels;
use crate::db::AnyConnection;
use crate::error::ApiError;
use crate::families::store::lock_family;
use crate::new_id;
use crate::notices::making::deliver_again;
use crate::notices::store::find_notice;
use crate::outbox::Act;

/// How the events name this.
const ACTOR: &str = "outreach";
/// So many of a kind in one round.
const ROUND: i64 = 200;
/// So many rounds at a time; the next look at the clock goes on.
const ROUNDS: usize = 20;

/// Does everything that is due.
pub async fn keep(app: &App) -> Result<(), ApiError> {
    follow(app).await?;
    climb_all(app).await?;
    resolve_opened(app).await
}

/// Begins to follow what is past its deadline and what nobody opened.
async fn follow(app: &App) -> Result<(), ApiError> {
    for _ in 0..ROUNDS {
        let now = app.now();
        let fresh = app.db.read(move |conn| Ok::<_, ApiError>(store::list_fresh(conn, now, ROUND)?)).await?;
        let mut failed = 0;
        for (family, source) in &fresh {
            let (family, source, known) = (family.clone(), source.clone(), family.clone());
            let written = app.db.write(move |conn| begin(conn, &family, &source, now)).await;
            if let Err(error) = written {
                failed += 1;
                tracing::warn!(family = %known, %error, "a notice that nobody opened is not followed yet");
            }
        }
        if fresh.is_empty() || failed > 0 {
            break;
        }
    }
    Ok(())
}

fn begin(conn: &mut AnyConnection, family: &FamilyId, source: &str, now: DateTime<Utc>) -> Result<(), ApiError> {
    lock_family(conn, family)?.ok_or(ApiError::NotFound)?;
    let notices = store::list_told(conn, family, source)?;
    let Some((first, deadline_at)) = notices.first().zip(notices.iter().map(|told| told.deadline_at).min()) else { return Ok(()) };
    let matter = StoredMatter {
        id: MatterId::new(new_id()),
        family_id: family.clone(),
        municipality: first.municipality.clone(),
        source: source.to_owned(),
        deadline_at,
        rung: 0,
        next_at: Some(now),
        case_id: None,
        over_at: None,
    };
    Ok(store::insert_matter(conn, &matter, &notices)?)
}

/// How a matter stands now.
fn look(conn: &mut AnyConnection, matter: &StoredMatter) -> Result<Seen, ApiError> {
    let notices: Vec<Told> = store::list_told(conn, &matter.family_id, &matter.source)?;
    store::look(conn, vec![notices])?.pop().ok_or(ApiError::NotFound)
}

/// Takes the next rung of each matter for which it has come.
async fn climb_all(app: &App) -> Result<(), ApiError> {
    for _ in 0..ROUNDS {
        let now = app.now();
        let due = app.db.read(move |conn| Ok::<_, ApiError>(store::list_due(conn, now, ROUND)?)).await?;
        let mut failed = 0;
        for matter in &due {
            let (id, family) = (matter.id.clone(), matter.family_id.clone());
            let (act, channels) = (Act::of_command(ACTOR, now), app.channels.clone());
            if let Err(error) = app.db.write(move |conn| step(conn, (&id, &family), &channels, &act)).await {
                failed += 1;
                tracing::warn!(matter = %matter.id, %error, "a rung of the ladder was not taken");
            }
        }
        if due.is_empty() || failed > 0 {
            break;
        }
    }
    Ok(())
}

fn step(conn: &mut AnyConnection, (id, family): (&MatterId, &FamilyId), channels: &Channels, act: &Act) -> Result<(), ApiError> {
    lock_family(conn, family)?.ok_or(ApiError::NotFound)?;
    let mut matter = store::find_matter(conn, id)?.ok_or(ApiError::NotFound)?;
    if matter.next_at.is_none_or(|at| act.now < at) {
        return Ok(());
    }
    let rules = store::find_rules(conn, &matter.municipality, tokyo_day(act.now))?.rules;
    let seen = look(conn, &matter)?;
    let reach = if seen.is_over { Reach::Opened } else { seen.reach };
    matter.next_at = None;
    match climb(&rules.ladder, matter.rung, matter.deadline_at, reach, act.now) {
        Climb::Done => matter.over_at = Some(act.now),
        Climb::Wait(at) => matter.next_at = Some(at),
        Climb::Send(rung, by) => {
            if let Some(channel) = by.channel() {
                for told in seen.notices.iter().filter(|told| !told.replaced) {
                    if let Some(notice) = find_notice(conn, &told.account_id, &told.id)? {
                        deliver_again(conn, &notice, channels, (channel, rung), act.now)?;
                    }
                }
            }
            matter.rung = rung;
            matter.next_at = Some(match climb(&rules.ladder, rung, matter.deadline_at, reach, act.now) {
                Climb::Wait(at) => at,
                _ => act.now,
            });
        }
        Climb::Call(rung) => {
            matter.rung = rung;
            matter.case_id = Some(call(conn, &matter, &seen, &rules, act)?);
        }
    }
    Ok(store::write_matter(conn, &matter)?)
}

/// Opens a case for a family, or puts the matter to the one that somebody works on already: a family is called once.
fn call(
    conn: &mut AnyConnection,
    matter: &StoredMatter,
    seen: &Seen,
    rules: &OutreachRules,
    act: &Act,
) -> Result<OutreachCaseId, ApiError> {
    let live = store::find_live(conn, &matter.family_id, &matter.municipality)?;
    let latest = live.as_ref().map_or(matter.deadline_at, |case| case.deadline_at.max(matter.deadline_at));
    let undeliverable = seen.reach == Reach::Undeliverable;
    let standing = store::find_standing(conn, &matter.family_id, (latest, undeliverable), tokyo_day(act.now))?;
    let priority = weigh(&rules.weights, &standing);
    let (id, event) = match live {
        Some(case) => {
            // A case never becomes less urgent because something came to it.
            let priority = if priority.points > case.priority.points { priority } else { case.priority.clone() };
            let deadline_at = case.deadline_at.min(matter.deadline_at);
            let grown = StoredCase { priority, deadline_at, version: case.version + 1, ..case };
            store::write_case(conn, &grown)?;
            (grown.id, "outreach.grown")
        }
        None => {
            let case = StoredCase {
                id: OutreachCaseId::new(new_id()),
                family_id: matter.family_id.clone(),
                municipality: matter.municipality.clone(),
                desk: CaseDesk::City,
                state: CaseState::Open,
                priority,
                deadline_at: matter.deadline_at,
                opened_at: act.now,
                next: (None, None),
                attempts: 0,
                version: 1,
            };
            store::insert_case(conn, &case)?;
            (case.id, "outreach.opened")
        }
    };
    act.record(conn, event, (&matter.municipality, None), id.as_str())?;
    Ok(id)
}

/// Ends the cases of families who have opened all of it by now.
pub async fn resolve_opened(app: &App) -> Result<(), ApiError> {
    let now = app.now();
    for (case, family) in app.db.read(move |conn| Ok::<_, ApiError>(store::list_opened(conn, ROUND)?)).await? {
        let (id, act) = (case.clone(), Act::of_command(ACTOR, now));
        let settled = app.db.write(move |conn| {
            lock_family(conn, &family)?.ok_or(ApiError::NotFound)?;
            let found = store::find_case(conn, &id)?.ok_or(ApiError::NotFound)?;
            settle(conn, found, &act)
        });
        if let Err(error) = settled.await {
            tracing::warn!(%case, %error, "a case was left as it is");
        }
    }
    Ok(())
}

/// Notes what was opened of a case, and ends it where that was all. The family must be locked.
pub fn settle(conn: &mut AnyConnection, case: StoredCase, act: &Act) -> Result<StoredCase, ApiError> {
    let mut reaches = Vec::new();
    for matter in store::list_of_case(conn, &case.id)? {
        let is_over = matter.over_at.is_some() || look(conn, &matter)?.is_over;
        if is_over && matter.over_at.is_none() {
            store::write_matter(conn, &StoredMatter { over_at: Some(act.now), ..matter })?;
        }
        reaches.push(if is_over { Reach::Opened } else { Reach::Unopened });
    }
    let Some(state) = resolve(&case.state, &reaches, act.now) else { return Ok(case) };
    let resolved = StoredCase { state, version: case.version + 1, ..case };
    store::write_case(conn, &resolved)?;
    act.record(conn, "outreach.resolved", (&resolved.municipality, None), resolved.id.as_str())?;
    Ok(resolved)
}
