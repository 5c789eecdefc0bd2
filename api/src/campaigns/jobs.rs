//! What time does to campaigns: one whose time has come is begun, a standing one looks at the families each morning, and whoever is to be
//! told is told in batches.
//!
//! Whom it fits and that it began stand in one transaction; each batch is one of its own that looks first whether somebody stopped it. So a
//! restart at any moment goes on where it was, and nobody is told twice: the database holds a family once for each occasion.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use shared::campaigns::{Campaign, CampaignLife, State, When, begin};
use shared::ids::{CampaignId, ChildId};
use shared::notices::{Facts, Kind, due_at};
use shared::problem::Datum;
use shared::time::tokyo_day;

use super::store::{self, Fate, Recipient};
use super::{engine, store::list_wanting};
use crate::App;
use crate::channels::Channels;
use crate::db::AnyConnection;
use crate::error::ApiError;
use crate::notices::making::tell;
use crate::notices::store::{NewNotice, Source};
use crate::outbox::Act;

/// How the events name this.
const ACTOR: &str = "time";
/// So many families in one transaction: whoever stops a campaign waits for no more than that.
pub const BATCH: i64 = 200;
/// So many batches of a campaign at a time; the next look at the clock goes on, and other campaigns have their turn.
const BATCHES: usize = 50;

/// Does everything that is due.
pub async fn keep(app: &App) -> Result<(), ApiError> {
    let now = app.now();
    for id in app.db.read(move |conn| Ok::<_, ApiError>(store::list_under_way(conn, now)?)).await? {
        if let Err(error) = go_on(app, &id).await {
            tracing::warn!(campaign = %id, %error, "a campaign did not go on");
        }
    }
    Ok(())
}

/// Goes on with one campaign; what is left alone costs no write.
async fn go_on(app: &App, id: &CampaignId) -> Result<(), ApiError> {
    let (now, wanted) = (app.now(), id.clone());
    let read = move |conn: &mut AnyConnection| {
        let found = store::find_campaign(conn, &wanted)?;
        Ok::<_, ApiError>((found, !store::list_waiting(conn, &wanted, 1)?.is_empty()))
    };
    let (Some(campaign), is_waited_for) = app.db.read(read).await? else { return Ok(()) };
    let is_due = is_due(&campaign, now);
    if is_due {
        look_again(app, id).await?;
    } else if !is_waited_for && campaign.life.state != State::Sending {
        return Ok(());
    }
    for _ in 0..BATCHES {
        if send_some(app, id).await? == 0 {
            break;
        }
    }
    Ok(())
}

/// Looks whom a campaign is for, where it is time to.
pub async fn look_again(app: &App, id: &CampaignId) -> Result<(), ApiError> {
    let (id, act) = (id.clone(), Act::of_command(ACTOR, app.now()));
    app.db.write(move |conn| look(conn, &id, &act)).await
}

/// Tells the next families of a campaign; says of how many.
pub async fn send_some(app: &App, id: &CampaignId) -> Result<usize, ApiError> {
    let (id, channels, act) = (id.clone(), app.channels.clone(), Act::of_command(ACTOR, app.now()));
    let told = app.db.write(move |conn| send_batch(conn, &id, &channels, &act)).await?;
    if told > 0 {
        app.notices.wake_delivery();
    }
    Ok(told)
}

/// Whether it is time to look whom a campaign is for, or to end it: a standing one once a day, in the morning when the quiet hours are over.
fn is_due(campaign: &Campaign, now: DateTime<Utc>) -> bool {
    match (&campaign.life.state, &campaign.plan.when) {
        (State::Scheduled { at }, _) => *at <= now,
        (State::Running, When::Standing { from, until, .. }) => {
            let today = tokyo_day(now);
            let is_new_day = campaign.looked_on.is_none_or(|looked| looked < today);
            until.is_some_and(|until| until < today) || (*from <= today && is_new_day && due_at(false, now) == now)
        }
        _ => false,
    }
}

fn look(conn: &mut AnyConnection, id: &CampaignId, act: &Act) -> Result<(), ApiError> {
    let Some(campaign) = store::lock_campaign(conn, id)?.filter(|campaign| is_due(campaign, act.now)) else { return Ok(()) };
    let today = tokyo_day(act.now);
    match campaign.plan.when {
        When::Once { .. } => start(conn, campaign, act),
        When::Standing { until: Some(until), .. } if until < today => end(conn, campaign, act),
        When::Standing { .. } => look_today(conn, campaign, today, act),
    }
}

/// Begins a single campaign whose time has come.
fn start(conn: &mut AnyConnection, campaign: Campaign, act: &Act) -> Result<(), ApiError> {
    let (all, families) = engine::recipients(conn, (&campaign.id, &campaign.municipality), &campaign.plan, act.now)?;
    let rules = store::find_rules(conn, &campaign.municipality, tokyo_day(act.now))?.rules;
    let life = begin(&campaign.life, &campaign.plan, families, &rules, act.now);
    let has_begun = life.state == State::Sending;
    if has_begun {
        store::insert_recipients(conn, &campaign.id, &all, act.now)?;
    }
    let began_at = has_begun.then_some(act.now);
    let event = if has_begun { "campaign.began" } else { "campaign.proposed" };
    write(conn, Campaign { life, began_at, ..campaign }, event, act)
}

/// Looks whom a standing offer has come to fit today.
fn look_today(conn: &mut AnyConnection, campaign: Campaign, today: NaiveDate, act: &Act) -> Result<(), ApiError> {
    let (all, _) = engine::recipients(conn, (&campaign.id, &campaign.municipality), &campaign.plan, act.now)?;
    store::insert_recipients(conn, &campaign.id, &all, act.now)?;
    let began_at = campaign.began_at.or(Some(act.now));
    // Nothing of it changed for those who read it: its version stays.
    Ok(store::write_campaign(conn, &Campaign { looked_on: Some(today), began_at, ..campaign })?)
}

fn end(conn: &mut AnyConnection, campaign: Campaign, act: &Act) -> Result<(), ApiError> {
    let life = CampaignLife { state: State::Sent { at: act.now }, ..campaign.life };
    write(conn, Campaign { life, ..campaign }, "campaign.sent", act)
}

/// Writes a step that time made.
fn write(conn: &mut AnyConnection, campaign: Campaign, event: &'static str, act: &Act) -> Result<(), ApiError> {
    let changed = Campaign { version: campaign.version + 1, changed_at: act.now, ..campaign };
    store::write_campaign(conn, &changed)?;
    Ok(act.record(conn, event, (&changed.municipality, None), changed.id.as_str())?)
}

/// Tells the next families, unless somebody stopped it; says how many were looked at. When nobody is left, a single campaign is over.
pub fn send_batch(conn: &mut AnyConnection, id: &CampaignId, channels: &Channels, act: &Act) -> Result<usize, ApiError> {
    let Some(campaign) = store::lock_campaign(conn, id)? else { return Ok(0) };
    if !matches!(campaign.life.state, State::Sending | State::Running) {
        return Ok(0);
    }
    let next = store::list_waiting(conn, id, BATCH)?;
    let count = next.len();
    for (recipient, born) in &next {
        let fate = tell_family(conn, &campaign, (recipient, *born), channels, act.now)?;
        store::mark_recipient(conn, id, (&recipient.family, &recipient.occasion), fate)?;
    }
    if count == 0 && campaign.life.state == State::Sending {
        end(conn, campaign, act)?;
    }
    Ok(count)
}

/// Tells every guardian of a family who wants to hear of it.
fn tell_family(
    conn: &mut AnyConnection,
    campaign: &Campaign,
    (recipient, born): (&Recipient, Option<NaiveDate>),
    channels: &Channels,
    now: DateTime<Utc>,
) -> Result<(Fate, DateTime<Utc>), ApiError> {
    let guardians = list_wanting(conn, &recipient.family)?;
    if guardians.is_empty() {
        return Ok((Fate::Unreachable, now));
    }
    let plan = &campaign.plan;
    let child: Option<(&ChildId, NaiveDate)> = recipient.child.as_ref().zip(born);
    let due = due_at(false, now);
    let texts = [("subject", plan.texts.subject()), ("text", plan.texts.text())];
    let facts: Facts = texts.into_iter().map(|(name, words)| (name.to_owned(), Datum::Names(words))).collect();
    for account in guardians {
        let new = NewNotice {
            account,
            family: recipient.family.clone(),
            municipality: campaign.municipality.clone(),
            kind: Kind::Campaign,
            source: Source::Campaign(campaign.id.clone(), recipient.occasion.clone()),
            topic: None,
            facts: facts.clone(),
            step: plan.step.subject(child, tokyo_day(due)).step(),
            urgent: false,
            deadline_at: plan.deadline_days.map(|days| due + TimeDelta::days(i64::from(days))),
            ack_asked: false,
            created_at: now,
            due_at: due,
        };
        tell(conn, new, channels, now)?;
    }
    Ok((Fate::Sent, due))
}
