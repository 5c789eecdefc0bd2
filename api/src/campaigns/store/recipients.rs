//! Families on the occasions of campaigns: who is to be told, who was, who was passed over and why, and what came of it.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Text, Timestamp};
use shared::campaigns::{CampaignFigures, Told};
use shared::ids::{CampaignId, ChildId, FamilyId};
use shared::municipalities::MunicipalityCode;
use shared::notices::{Group, Wants};

use crate::db::{AnyConnection, DbError, MultiBackend, from_json, instant, stored, unknown};
use crate::schema::{
    accounts, applications, bookings, campaign_recipients as recipients, children, families, notice_preferences as preferences, notices,
    push_subscriptions,
};

/// So many rows go into one statement.
const ROWS: usize = 500;

/// What became of a family on an occasion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    /// It is to be told.
    Waiting,
    /// It was told.
    Sent,
    /// It is held out.
    HeldOut,
    /// It had enough notices lately.
    Capped,
    /// It has nobody with an account.
    Unreachable,
    /// The campaign was stopped before.
    Stopped,
}

impl Fate {
    const ALL: [Self; 6] = [Self::Waiting, Self::Sent, Self::HeldOut, Self::Capped, Self::Unreachable, Self::Stopped];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::HeldOut => "held_out",
            Self::Capped => "capped",
            Self::Unreachable => "unreachable",
            Self::Stopped => "stopped",
        }
    }

    fn from_word(word: &str) -> Result<Self, DbError> {
        Self::ALL.into_iter().find(|fate| fate.as_str() == word).ok_or_else(|| unknown("state of a recipient", word))
    }
}

/// A family on an occasion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// The family.
    pub family: FamilyId,
    /// The occasion.
    pub occasion: String,
    /// The child that it is about.
    pub child: Option<ChildId>,
    /// What becomes of it.
    pub fate: Fate,
}

/// Rows of recipients, written in one statement; the query builder has none for both databases. A family that was capped on the occasion
/// is taken up again, any other that is there stays.
struct Rows<'a> {
    campaign: &'a str,
    at: NaiveDateTime,
    rows: &'a [Recipient],
}

impl QueryFragment<MultiBackend> for Rows<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        out.unsafe_to_cache_prepared();
        out.push_sql("INSERT INTO campaign_recipients (campaign_id, family_id, occasion, child_id, state, at) VALUES ");
        for (index, row) in self.rows.iter().enumerate() {
            out.push_sql(if index == 0 { "(" } else { ", (" });
            out.push_bind_param::<Text, _>(&self.campaign)?;
            out.push_sql(", ");
            out.push_bind_param::<Text, str>(row.family.as_str())?;
            out.push_sql(", ");
            out.push_bind_param::<Text, _>(&row.occasion)?;
            out.push_sql(", ");
            match &row.child {
                Some(child) => out.push_bind_param::<Text, str>(child.as_str())?,
                None => out.push_sql("NULL"),
            }
            out.push_sql(", ");
            out.push_bind_param::<Text, str>(row.fate.as_str())?;
            out.push_sql(", ");
            out.push_bind_param::<Timestamp, _>(&self.at)?;
            out.push_sql(")");
        }
        out.push_sql(
            " ON CONFLICT (campaign_id, family_id, occasion) DO UPDATE SET state = excluded.state, at = excluded.at \
             WHERE campaign_recipients.state = 'capped' AND excluded.state <> 'capped'",
        );
        Ok(())
    }
}

impl QueryId for Rows<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl RunQueryDsl<AnyConnection> for Rows<'_> {}

/// Writes down whom a campaign is for; who stands there already stays, unless it was capped. Says how many are new.
pub fn insert_recipients(conn: &mut AnyConnection, campaign: &CampaignId, all: &[Recipient], now: DateTime<Utc>) -> Result<usize, DbError> {
    let mut written = 0;
    for rows in all.chunks(ROWS) {
        written += Rows { campaign: campaign.as_str(), at: stored(now), rows }.execute(conn)?;
    }
    Ok(written)
}

/// How often each family was told of campaigns since then, or is about to be.
pub fn count_lately(conn: &mut AnyConnection, since: DateTime<Utc>) -> Result<HashMap<String, u32>, DbError> {
    let lately = recipients::table
        .filter(recipients::state.eq_any([Fate::Waiting.as_str(), Fate::Sent.as_str()]))
        .filter(recipients::at.gt(stored(since)));
    let mut found = HashMap::new();
    for family in lately.select(recipients::family_id).load::<String>(conn)? {
        *found.entry(family).or_default() += 1;
    }
    Ok(found)
}

/// How a guardian can be reached with campaigns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    /// A device takes a push message.
    pub push: bool,
    /// Mail is wanted.
    pub mail: bool,
}

/// Whether somebody wants to hear of no campaigns: they took them off every channel, and the inbox alone has them.
pub fn wants_none(wants: &Wants) -> bool {
    wants.channels.get(&Group::Campaigns).is_some_and(Vec::is_empty)
}

/// The guardians of a city's families, by family, with how these channels reach them.
pub fn list_reached(conn: &mut AnyConnection, city: &MunicipalityCode, channels: &[&str]) -> Result<HashMap<String, Vec<Reach>>, DbError> {
    let of_city = || accounts::table.inner_join(families::table.on(accounts::family_id.eq(families::id.nullable())));
    let guardians: Vec<(String, String)> = of_city()
        .filter(families::municipality.eq(city.as_str()))
        .filter(accounts::role.eq("guardian"))
        .select((families::id, accounts::id))
        .load(conn)?;
    let said: Vec<(String, String)> = preferences::table.select((preferences::account_id, preferences::wants)).load(conn)?;
    let mut wants = HashMap::with_capacity(said.len());
    for (account, text) in said {
        wants.insert(account, from_json::<Wants>(&text)?);
    }
    let subscribed = push_subscriptions::table.filter(push_subscriptions::ended_at.is_null()).select(push_subscriptions::account_id);
    let devices: std::collections::HashSet<String> = subscribed.load::<String>(conn)?.into_iter().collect();
    let everything = Wants::default();
    let mut found: HashMap<String, Vec<Reach>> = HashMap::with_capacity(guardians.len());
    for (family, account) in guardians {
        let wants = wants.get(&account).unwrap_or(&everything);
        let has = |channel| channels.contains(&channel) && wants.has(Group::Campaigns, channel);
        found.entry(family).or_default().push(Reach { push: has("push") && devices.contains(&account), mail: has("mail") });
    }
    Ok(found)
}

/// The next families to be told, each with the birth date of the child that it is about.
pub fn list_waiting(conn: &mut AnyConnection, campaign: &CampaignId, most: i64) -> Result<Vec<(Recipient, Option<NaiveDate>)>, DbError> {
    type Row = (String, String, Option<String>, Option<NaiveDate>);
    let rows: Vec<Row> = recipients::table
        .left_join(children::table.on(recipients::child_id.eq(children::id.nullable())))
        .filter(recipients::campaign_id.eq(campaign.as_str()))
        .filter(recipients::state.eq(Fate::Waiting.as_str()))
        .order((recipients::family_id, recipients::occasion))
        .limit(most)
        .select((recipients::family_id, recipients::occasion, recipients::child_id, children::born.nullable()))
        .load(conn)?;
    let one = |(family, occasion, child, born): Row| {
        (Recipient { family: FamilyId::new(family), occasion, child: child.map(ChildId::new), fate: Fate::Waiting }, born)
    };
    Ok(rows.into_iter().map(one).collect())
}

/// Writes what became of a family on an occasion.
pub fn mark_recipient(
    conn: &mut AnyConnection,
    campaign: &CampaignId,
    (family, occasion): (&FamilyId, &str),
    (fate, at): (Fate, DateTime<Utc>),
) -> Result<(), DbError> {
    let mine = recipients::table
        .filter(recipients::campaign_id.eq(campaign.as_str()))
        .filter(recipients::family_id.eq(family.as_str()))
        .filter(recipients::occasion.eq(occasion));
    diesel::update(mine).set((recipients::state.eq(fate.as_str()), recipients::at.eq(stored(at)))).execute(conn)?;
    Ok(())
}

/// Passes over everybody who was still to be told.
pub fn stop_waiting(conn: &mut AnyConnection, campaign: &CampaignId) -> Result<(), DbError> {
    let waiting =
        recipients::table.filter(recipients::campaign_id.eq(campaign.as_str())).filter(recipients::state.eq(Fate::Waiting.as_str()));
    diesel::update(waiting).set(recipients::state.eq(Fate::Stopped.as_str())).execute(conn)?;
    Ok(())
}

/// Of each campaign, how many families were told.
pub fn count_sent<'a>(conn: &mut AnyConnection, ids: impl Iterator<Item = &'a CampaignId>) -> Result<BTreeMap<String, u32>, DbError> {
    let ids: Vec<&str> = ids.map(CampaignId::as_str).collect();
    let rows: Vec<(String, i64)> = recipients::table
        .filter(recipients::campaign_id.eq_any(ids))
        .filter(recipients::state.eq(Fate::Sent.as_str()))
        .group_by(recipients::campaign_id)
        .select((recipients::campaign_id, count_star()))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, count)| (id, number(count))).collect())
}

fn number(count: i64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// How many families a campaign has, by what became of them.
pub fn count_fates(conn: &mut AnyConnection, campaign: &CampaignId) -> Result<CampaignFigures, DbError> {
    let rows: Vec<(String, i64)> = recipients::table
        .filter(recipients::campaign_id.eq(campaign.as_str()))
        .group_by(recipients::state)
        .select((recipients::state, count_star()))
        .load(conn)?;
    let mut figures = CampaignFigures::default();
    for (word, count) in rows {
        let count = number(count);
        figures.selected = figures.selected.saturating_add(count);
        match Fate::from_word(&word)? {
            Fate::Waiting => figures.waiting = count,
            Fate::Sent => figures.sent = count,
            Fate::HeldOut => figures.held_out = count,
            Fate::Capped => figures.capped = count,
            Fate::Unreachable => figures.unreachable = count,
            Fate::Stopped => figures.stopped = count,
        }
    }
    Ok(figures)
}

/// How it went with everybody who was told or held out: when somebody opened it, and when the family first booked or applied after it.
pub fn list_outcomes(conn: &mut AnyConnection, campaign: &CampaignId) -> Result<Vec<Told>, DbError> {
    let mine = recipients::table
        .filter(recipients::campaign_id.eq(campaign.as_str()))
        .filter(recipients::state.eq_any([Fate::Sent.as_str(), Fate::HeldOut.as_str()]));
    let rows: Vec<(String, String, String, NaiveDateTime)> =
        mine.select((recipients::family_id, recipients::occasion, recipients::state, recipients::at)).load(conn)?;
    let Some(first) = rows.iter().map(|(.., at)| *at).min() else { return Ok(Vec::new()) };
    let mut opened: HashMap<(String, String), NaiveDateTime> = HashMap::new();
    let looked: Vec<(String, String, Option<NaiveDateTime>)> = notices::table
        .filter(notices::campaign_id.eq(campaign.as_str()))
        .filter(notices::opened_at.is_not_null())
        .select((notices::family_id, notices::occasion, notices::opened_at))
        .load(conn)?;
    for (family, occasion, at) in looked.into_iter().filter_map(|(family, occasion, at)| Some((family, occasion, at?))) {
        let known = opened.entry((family, occasion)).or_insert(at);
        *known = at.min(*known);
    }
    let acts = list_acts(conn, campaign, first)?;
    let one = |(family, occasion, state, at): (String, String, String, NaiveDateTime)| {
        let acted_at = acts.get(&family).and_then(|acts| acts.iter().copied().filter(|acted| at <= *acted).min()).map(instant);
        let held_out = Fate::from_word(&state)? == Fate::HeldOut;
        Ok(Told { at: instant(at), held_out, opened_at: opened.get(&(family, occasion)).copied().map(instant), acted_at })
    };
    rows.into_iter().map(one).collect()
}

/// When the families of a campaign booked or sent an application since then.
fn list_acts(
    conn: &mut AnyConnection,
    campaign: &CampaignId,
    since: NaiveDateTime,
) -> Result<HashMap<String, Vec<NaiveDateTime>>, DbError> {
    let theirs = || recipients::table.filter(recipients::campaign_id.eq(campaign.as_str())).select(recipients::family_id);
    let booked: Vec<(String, NaiveDateTime)> = bookings::table
        .filter(bookings::created_at.ge(since))
        .filter(bookings::family_id.eq_any(theirs()))
        .select((bookings::family_id, bookings::created_at))
        .load(conn)?;
    let applied: Vec<(String, Option<NaiveDateTime>)> = applications::table
        .filter(applications::submitted_at.ge(since))
        .filter(applications::family_id.eq_any(theirs()))
        .select((applications::family_id, applications::submitted_at))
        .load(conn)?;
    let mut found: HashMap<String, Vec<NaiveDateTime>> = HashMap::new();
    let applied = applied.into_iter().filter_map(|(family, at)| Some((family, at?)));
    for (family, at) in booked.into_iter().chain(applied) {
        found.entry(family).or_default().push(at);
    }
    Ok(found)
}
