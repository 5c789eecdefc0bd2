//! Campaigns in the database: a city's rules, the campaigns, whom they fit, and what became of each family.

mod families;
mod recipients;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::prelude::*;
use shared::applications::Colleague;
use shared::campaigns::{Campaign, CampaignLife, CampaignRules, DatedCampaignRules, NewCampaignRules, State};
use shared::ids::CampaignId;
use shared::municipalities::MunicipalityCode;

pub use self::families::*;
pub use self::recipients::*;
use crate::db::{AnyConnection, DbError, OnConflict, from_json, instant, stored, to_json, unknown};
use crate::municipalities::store::code;
use crate::schema::{campaign_rules as rules, campaigns};

/// The rules of a city on a day; the shipped ones where it has none.
pub fn find_rules(conn: &mut AnyConnection, city: &MunicipalityCode, day: NaiveDate) -> Result<DatedCampaignRules, DbError> {
    let mine = rules::table.filter(rules::municipality.eq(city.as_str())).filter(rules::valid_from.le(day));
    let columns = (rules::valid_from, rules::rules);
    let found: Option<(NaiveDate, String)> = mine.order(rules::valid_from.desc()).select(columns).first(conn).optional()?;
    match found {
        Some((from, text)) => Ok(DatedCampaignRules { valid_from: Some(from), rules: from_json(&text)? }),
        None => Ok(DatedCampaignRules { valid_from: None, rules: CampaignRules::default() }),
    }
}

/// The rules of a city that begin after a day.
pub fn list_coming_rules(conn: &mut AnyConnection, city: &MunicipalityCode, day: NaiveDate) -> Result<Vec<DatedCampaignRules>, DbError> {
    let mine = rules::table.filter(rules::municipality.eq(city.as_str())).filter(rules::valid_from.gt(day));
    let rows: Vec<(NaiveDate, String)> = mine.order(rules::valid_from).select((rules::valid_from, rules::rules)).load(conn)?;
    rows.into_iter().map(|(from, text)| Ok(DatedCampaignRules { valid_from: Some(from), rules: from_json(&text)? })).collect()
}

/// Writes the rules of a city from a day on, in the place of others from the same day.
pub fn write_rules(conn: &mut AnyConnection, city: &MunicipalityCode, new: &NewCampaignRules, now: DateTime<Utc>) -> Result<(), DbError> {
    let insert = diesel::insert_into(rules::table).values((
        rules::municipality.eq(city.as_str()),
        rules::valid_from.eq(new.valid_from),
        rules::rules.eq(to_json(&new.rules)?),
        rules::published_at.eq(stored(now)),
    ));
    let clause = " ON CONFLICT (municipality, valid_from) DO UPDATE SET rules = excluded.rules, published_at = excluded.published_at";
    OnConflict { insert, clause }.execute(conn)?;
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = campaigns)]
struct Row {
    id: String,
    municipality: String,
    plan: String,
    state: String,
    author: String,
    editor: String,
    proposal: Option<String>,
    approval: Option<String>,
    returned: Option<String>,
    due_at: Option<NaiveDateTime>,
    began_at: Option<NaiveDateTime>,
    looked_on: Option<NaiveDate>,
    ended_at: Option<NaiveDateTime>,
    ended_by: Option<String>,
    created_at: NaiveDateTime,
    changed_at: NaiveDateTime,
    version: i64,
}

fn state(row: &Row) -> Result<State, DbError> {
    let ended_by = row.ended_by.as_deref().map(from_json::<Colleague>).transpose()?;
    match (row.state.as_str(), row.due_at.map(instant), row.ended_at.map(instant), ended_by) {
        ("draft", ..) => Ok(State::Draft),
        ("proposed", ..) => Ok(State::Proposed),
        ("scheduled", Some(at), ..) => Ok(State::Scheduled { at }),
        ("sending", ..) => Ok(State::Sending),
        ("running", ..) => Ok(State::Running),
        ("sent", _, Some(at), _) => Ok(State::Sent { at }),
        ("stopped", _, Some(at), Some(by)) => Ok(State::Stopped { at, by }),
        (word, ..) => Err(unknown("state of a campaign", word)),
    }
}

/// A campaign without how many it has reached.
fn campaign(row: Row) -> Result<Campaign, DbError> {
    Ok(Campaign {
        life: CampaignLife {
            state: state(&row)?,
            author: from_json(&row.author)?,
            editor: from_json(&row.editor)?,
            proposal: row.proposal.as_deref().map(from_json).transpose()?,
            approval: row.approval.as_deref().map(from_json).transpose()?,
            returned: row.returned.as_deref().map(from_json).transpose()?,
        },
        id: CampaignId::new(row.id),
        municipality: code(&row.municipality)?,
        plan: from_json(&row.plan)?,
        created_at: instant(row.created_at),
        changed_at: instant(row.changed_at),
        began_at: row.began_at.map(instant),
        looked_on: row.looked_on,
        sent: 0,
        version: row.version,
    })
}

/// What of a state stands in columns of its own: when it is due, when it ended, and by whom.
type Ends = (Option<NaiveDateTime>, Option<NaiveDateTime>, Option<String>);

fn ends(state: &State) -> Result<Ends, DbError> {
    Ok(match state {
        State::Scheduled { at } => (Some(stored(*at)), None, None),
        State::Sent { at } => (None, Some(stored(*at)), None),
        State::Stopped { at, by } => (None, Some(stored(*at)), Some(to_json(by)?)),
        State::Draft | State::Proposed | State::Sending | State::Running => (None, None, None),
    })
}

/// Writes a new campaign.
pub fn insert_campaign(conn: &mut AnyConnection, new: &Campaign) -> Result<(), DbError> {
    let (due_at, ended_at, ended_by) = ends(&new.life.state)?;
    diesel::insert_into(campaigns::table)
        .values((
            campaigns::id.eq(new.id.as_str()),
            campaigns::municipality.eq(new.municipality.as_str()),
            campaigns::plan.eq(to_json(&new.plan)?),
            campaigns::state.eq(new.life.state.as_str()),
            campaigns::author.eq(to_json(&new.life.author)?),
            campaigns::editor.eq(to_json(&new.life.editor)?),
            campaigns::proposal.eq(new.life.proposal.as_ref().map(to_json).transpose()?),
            campaigns::approval.eq(new.life.approval.as_ref().map(to_json).transpose()?),
            campaigns::returned.eq(new.life.returned.as_ref().map(to_json).transpose()?),
            (campaigns::due_at.eq(due_at), campaigns::ended_at.eq(ended_at), campaigns::ended_by.eq(ended_by)),
            (campaigns::began_at.eq(new.began_at.map(stored)), campaigns::looked_on.eq(new.looked_on)),
            campaigns::created_at.eq(stored(new.created_at)),
            campaigns::changed_at.eq(stored(new.changed_at)),
            campaigns::version.eq(new.version),
        ))
        .execute(conn)?;
    Ok(())
}

/// Writes how a campaign stands now.
pub fn write_campaign(conn: &mut AnyConnection, campaign: &Campaign) -> Result<(), DbError> {
    let (due_at, ended_at, ended_by) = ends(&campaign.life.state)?;
    diesel::update(campaigns::table.filter(campaigns::id.eq(campaign.id.as_str())))
        .set((
            campaigns::plan.eq(to_json(&campaign.plan)?),
            campaigns::state.eq(campaign.life.state.as_str()),
            campaigns::editor.eq(to_json(&campaign.life.editor)?),
            campaigns::proposal.eq(campaign.life.proposal.as_ref().map(to_json).transpose()?),
            campaigns::approval.eq(campaign.life.approval.as_ref().map(to_json).transpose()?),
            campaigns::returned.eq(campaign.life.returned.as_ref().map(to_json).transpose()?),
            campaigns::due_at.eq(due_at),
            campaigns::ended_at.eq(ended_at),
            campaigns::ended_by.eq(ended_by),
            campaigns::began_at.eq(campaign.began_at.map(stored)),
            campaigns::looked_on.eq(campaign.looked_on),
            campaigns::changed_at.eq(stored(campaign.changed_at)),
            campaigns::version.eq(campaign.version),
        ))
        .execute(conn)?;
    Ok(())
}

/// Throws a campaign away.
pub fn delete_campaign(conn: &mut AnyConnection, id: &CampaignId) -> Result<(), DbError> {
    diesel::delete(campaigns::table.filter(campaigns::id.eq(id.as_str()))).execute(conn)?;
    Ok(())
}

/// A campaign with how many families it has reached.
pub fn find_campaign(conn: &mut AnyConnection, id: &CampaignId) -> Result<Option<Campaign>, DbError> {
    let row = campaigns::table.filter(campaigns::id.eq(id.as_str())).select(Row::as_select()).get_result(conn).optional()?;
    let Some(found) = row.map(campaign).transpose()? else { return Ok(None) };
    Ok(with_sent(conn, vec![found])?.pop())
}

/// The same, and nobody else changes it or sends any of it until this transaction is over.
pub fn lock_campaign(conn: &mut AnyConnection, id: &CampaignId) -> Result<Option<Campaign>, DbError> {
    let mine = campaigns::table.filter(campaigns::id.eq(id.as_str()));
    diesel::update(mine).set(campaigns::version.eq(campaigns::version)).execute(conn)?;
    find_campaign(conn, id)
}

fn with_sent(conn: &mut AnyConnection, found: Vec<Campaign>) -> Result<Vec<Campaign>, DbError> {
    let mut sent = count_sent(conn, found.iter().map(|campaign| &campaign.id))?;
    let one = |campaign: Campaign| Campaign { sent: sent.remove(campaign.id.as_str()).unwrap_or_default(), ..campaign };
    Ok(found.into_iter().map(one).collect())
}

/// The campaigns of a city, the latest changed first, after one of them.
pub fn list_campaigns(
    conn: &mut AnyConnection,
    city: &MunicipalityCode,
    state: Option<&str>,
    after: Option<&(DateTime<Utc>, String)>,
    limit: i64,
) -> Result<Vec<Campaign>, DbError> {
    let mut query = campaigns::table.filter(campaigns::municipality.eq(city.as_str())).into_boxed();
    if let Some(state) = state {
        query = query.filter(campaigns::state.eq(state));
    }
    if let Some((at, id)) = after {
        let at = stored(*at);
        query = query.filter(campaigns::changed_at.lt(at).or(campaigns::changed_at.eq(at).and(campaigns::id.lt(id))));
    }
    let order = (campaigns::changed_at.desc(), campaigns::id.desc());
    let rows = query.order(order).limit(limit).select(Row::as_select()).load::<Row>(conn)?;
    let found = rows.into_iter().map(campaign).collect::<Result<_, _>>()?;
    with_sent(conn, found)
}

/// The campaigns for which there is something to do: those whose time has come, those that are being sent, and the standing ones.
pub fn list_under_way(conn: &mut AnyConnection, now: DateTime<Utc>) -> Result<Vec<CampaignId>, DbError> {
    let due = campaigns::state.eq("scheduled").and(campaigns::due_at.le(stored(now)));
    let all = campaigns::table.filter(due.or(campaigns::state.eq_any(["sending", "running"])));
    Ok(all.order(campaigns::id).select(campaigns::id).load::<String>(conn)?.into_iter().map(CampaignId::new).collect())
}
