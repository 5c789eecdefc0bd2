//! The queue of events, notices, deliveries and what people want of them, in the database.

mod queue;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;
use shared::ids::{AccountId, CampaignId, DeliveryId, FamilyId, NoticeId};
use shared::locale::Locale;
use shared::municipalities::MunicipalityCode;
use shared::notices::{DeliveryState, Facts, Kind, LONGEST, State, TOGETHER, Wants};

pub use self::queue::*;
use crate::channels::Endpoint;
use crate::db::{AnyConnection, DbError, OnConflict, from_json, instant, stored, to_json, unknown};
use crate::municipalities::store::code;
use crate::schema::{accounts, deliveries, events, families, notice_links, notice_preferences, notices};
use crate::{new_id, session};

/// A link in a message opens its notice for so long.
const LINKED: TimeDelta = TimeDelta::days(60);

/// The accounts of a family's guardians.
pub fn list_guardians(conn: &mut AnyConnection, family: &FamilyId) -> Result<Vec<AccountId>, DbError> {
    // Of a family that closed its account nobody is there to be told.
    let is_open = families::table.filter(families::id.eq(family.as_str())).filter(families::closed_at.is_null());
    let mine = accounts::table
        .filter(accounts::family_id.eq(family.as_str()))
        .filter(accounts::role.eq("guardian"))
        .filter(exists(is_open.select(families::id)));
    Ok(mine.order(accounts::id).select(accounts::id).load::<String>(conn)?.into_iter().map(AccountId::new).collect())
}

/// What a notice comes of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// An event.
    Event(String),
    /// A campaign, on one of its occasions.
    Campaign(CampaignId, String),
    /// Neither: what is asked of the person alone.
    Nothing,
}

/// A notice to one person, before it is written.
#[derive(Debug, Clone)]
pub struct NewNotice {
    /// Whom it is for.
    pub account: AccountId,
    /// The family.
    pub family: FamilyId,
    /// The city whose words it uses.
    pub municipality: MunicipalityCode,
    /// What it tells.
    pub kind: Kind,
    /// What it comes of.
    pub source: Source,
    /// What it is about, so that a newer state replaces it.
    pub topic: Option<String>,
    /// What its sentences need.
    pub facts: Facts,
    /// The address of the app that its one next step opens.
    pub step: String,
    /// It ignores the quiet hours.
    pub urgent: bool,
    /// By when somebody has to open it; none: nobody has to.
    pub deadline_at: Option<DateTime<Utc>>,
    /// The person is asked to say that it was understood.
    pub ack_asked: bool,
    /// When what it tells happened.
    pub created_at: DateTime<Utc>,
    /// When it goes out.
    pub due_at: DateTime<Utc>,
}

/// Writes a notice, once for its event or occasion of a campaign and person; gives its id unless it was there.
pub fn insert_notice(conn: &mut AnyConnection, new: &NewNotice) -> Result<Option<NoticeId>, DbError> {
    let id = new_id();
    let (event, campaign, occasion) = match &new.source {
        Source::Event(id) => (Some(id.as_str()), None, ""),
        Source::Campaign(id, occasion) => (None, Some(id.as_str()), occasion.as_str()),
        Source::Nothing => (None, None, ""),
    };
    let insert = diesel::insert_into(notices::table).values((
        notices::id.eq(&id),
        notices::account_id.eq(new.account.as_str()),
        notices::family_id.eq(new.family.as_str()),
        notices::municipality.eq(new.municipality.as_str()),
        notices::kind.eq(new.kind.as_str()),
        notices::event_id.eq(event),
        notices::campaign_id.eq(campaign),
        notices::occasion.eq(occasion),
        notices::topic.eq(new.topic.as_deref()),
        notices::facts.eq(to_json(&new.facts)?),
        notices::step.eq(&new.step),
        notices::urgent.eq(new.urgent),
        notices::followed.eq(new.deadline_at.is_some()),
        notices::deadline_at.eq(new.deadline_at.map(stored)),
        notices::ack_asked.eq(new.ack_asked),
        notices::created_at.eq(stored(new.created_at)),
        notices::due_at.eq(stored(new.due_at)),
    ));
    let written = OnConflict { insert, clause: " ON CONFLICT DO NOTHING" }.execute(conn)?;
    Ok((written == 1).then(|| NoticeId::new(id)))
}

/// Queues a delivery; the same one of the same rung only once.
pub fn insert_delivery(
    conn: &mut AnyConnection,
    (notice, account): (&NoticeId, &AccountId),
    (channel, endpoint, rung): (&str, &str, i64),
    urgent: bool,
    at: DateTime<Utc>,
) -> Result<(), DbError> {
    let insert = diesel::insert_into(deliveries::table).values((
        deliveries::id.eq(new_id()),
        deliveries::notice_id.eq(notice.as_str()),
        deliveries::account_id.eq(account.as_str()),
        deliveries::channel.eq(channel),
        deliveries::endpoint.eq(endpoint),
        deliveries::state.eq(DeliveryState::Queued.as_str()),
        deliveries::urgent.eq(urgent),
        deliveries::attempts.eq(0),
        deliveries::next_at.eq(stored(at)),
        deliveries::rung.eq(rung),
    ));
    OnConflict { insert, clause: " ON CONFLICT DO NOTHING" }.execute(conn)?;
    Ok(())
}

/// When the person's notices that are not urgent went out lately, or will.
pub fn list_recent_due(conn: &mut AnyConnection, account: &AccountId, due: DateTime<Utc>) -> Result<Vec<DateTime<Utc>>, DbError> {
    let mine = notices::table
        .filter(notices::account_id.eq(account.as_str()))
        .filter(notices::created_at.gt(stored(due - LONGEST)))
        .filter(notices::due_at.gt(stored(due - TOGETHER)))
        .filter(notices::urgent.eq(false));
    Ok(mine.select(notices::due_at).load::<NaiveDateTime>(conn)?.into_iter().map(instant).collect())
}

/// Marks what was told about a topic as out of date, for a family or one of its people, and lets deliveries that nobody needs any more be.
pub fn replace_topic(conn: &mut AnyConnection, account: &AccountId, topic: &str, now: DateTime<Utc>) -> Result<(), DbError> {
    let stale = notices::table
        .filter(notices::account_id.eq(account.as_str()))
        .filter(notices::topic.eq(topic))
        .filter(notices::replaced_at.is_null());
    let ids: Vec<String> = stale.select(notices::id).load(conn)?;
    if ids.is_empty() {
        return Ok(());
    }
    diesel::update(notices::table.filter(notices::id.eq_any(&ids))).set(notices::replaced_at.eq(stored(now))).execute(conn)?;
    skip_deliveries(conn, &ids, "replaced")
}

/// Lets deliveries be that wait for notices that nobody needs any more.
fn skip_deliveries(conn: &mut AnyConnection, ids: &[String], why: &str) -> Result<(), DbError> {
    let waiting = deliveries::table.filter(deliveries::notice_id.eq_any(ids)).filter(deliveries::state.eq(DeliveryState::Queued.as_str()));
    diesel::update(waiting).set((deliveries::state.eq(DeliveryState::Skipped.as_str()), deliveries::reason.eq(why))).execute(conn)?;
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = notices)]
struct Row {
    id: String,
    account_id: String,
    family_id: String,
    municipality: String,
    kind: String,
    event_id: Option<String>,
    campaign_id: Option<String>,
    topic: Option<String>,
    facts: String,
    step: String,
    urgent: bool,
    deadline_at: Option<NaiveDateTime>,
    ack_asked: bool,
    created_at: NaiveDateTime,
    opened_at: Option<NaiveDateTime>,
    acknowledged_at: Option<NaiveDateTime>,
    replaced_at: Option<NaiveDateTime>,
}

/// A notice as it is kept.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Its id.
    pub id: NoticeId,
    /// Whom it is for.
    pub account: AccountId,
    /// The family.
    pub family: FamilyId,
    /// The city whose words it uses.
    pub municipality: MunicipalityCode,
    /// What it tells.
    pub kind: Kind,
    /// The event that it comes of.
    pub event_id: Option<String>,
    /// The campaign that it comes of.
    pub campaign_id: Option<CampaignId>,
    /// What it is about.
    pub topic: Option<String>,
    /// What its sentences need.
    pub facts: Facts,
    /// Where its next step leads.
    pub step: String,
    /// It ignores the quiet hours.
    pub urgent: bool,
    /// By when somebody has to open it.
    pub deadline_at: Option<DateTime<Utc>>,
    /// The person is asked to say that it was understood.
    pub ack_asked: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was opened.
    pub opened_at: Option<DateTime<Utc>>,
    /// When it was acknowledged.
    pub acknowledged_at: Option<DateTime<Utc>>,
    /// When something newer took its place.
    pub replaced_at: Option<DateTime<Utc>>,
}

fn notice(row: Row) -> Result<Stored, DbError> {
    Ok(Stored {
        kind: Kind::from_word(&row.kind).ok_or_else(|| unknown("kind of notice", &row.kind))?,
        id: NoticeId::new(row.id),
        account: AccountId::new(row.account_id),
        family: FamilyId::new(row.family_id),
        municipality: code(&row.municipality)?,
        event_id: row.event_id,
        campaign_id: row.campaign_id.map(CampaignId::new),
        topic: row.topic,
        facts: from_json(&row.facts)?,
        step: row.step,
        urgent: row.urgent,
        deadline_at: row.deadline_at.map(instant),
        ack_asked: row.ack_asked,
        created_at: instant(row.created_at),
        opened_at: row.opened_at.map(instant),
        acknowledged_at: row.acknowledged_at.map(instant),
        replaced_at: row.replaced_at.map(instant),
    })
}

/// A person's notice; anybody else's is not found.
pub fn find_notice(conn: &mut AnyConnection, account: &AccountId, id: &NoticeId) -> Result<Option<Stored>, DbError> {
    let mine = notices::table.filter(notices::id.eq(id.as_str())).filter(notices::account_id.eq(account.as_str()));
    mine.select(Row::as_select()).get_result(conn).optional()?.map(notice).transpose()
}

/// A person's notices, the latest first, after one of them.
pub fn list_notices(
    conn: &mut AnyConnection,
    account: &AccountId,
    unread: bool,
    after: Option<&(DateTime<Utc>, NoticeId)>,
    limit: i64,
) -> Result<Vec<Stored>, DbError> {
    let mut query = notices::table.filter(notices::account_id.eq(account.as_str())).into_boxed();
    if unread {
        query = query.filter(notices::opened_at.is_null()).filter(notices::replaced_at.is_null());
    }
    if let Some((at, id)) = after {
        let at = stored(*at);
        query = query.filter(notices::created_at.le(at)).filter(notices::created_at.lt(at).or(notices::id.lt(id.as_str())));
    }
    let rows = query.order((notices::created_at.desc(), notices::id.desc())).limit(limit).select(Row::as_select()).load::<Row>(conn)?;
    rows.into_iter().map(notice).collect()
}

/// How the deliveries of notices stand.
pub fn list_states(conn: &mut AnyConnection, ids: &[&str]) -> Result<BTreeMap<String, Vec<DeliveryState>>, DbError> {
    let rows: Vec<(String, String)> =
        deliveries::table.filter(deliveries::notice_id.eq_any(ids)).select((deliveries::notice_id, deliveries::state)).load(conn)?;
    let mut found: BTreeMap<String, Vec<DeliveryState>> = BTreeMap::new();
    for (id, word) in rows {
        found.entry(id).or_default().push(DeliveryState::from_word(&word).ok_or_else(|| unknown("delivery state", &word))?);
    }
    Ok(found)
}

/// How far a notice has come with its person.
pub fn state_of(conn: &mut AnyConnection, found: &Stored) -> Result<State, DbError> {
    let states = list_states(conn, &[found.id.as_str()])?.remove(found.id.as_str()).unwrap_or_default();
    Ok(State::of(found.opened_at.is_some(), found.acknowledged_at.is_some(), states))
}

/// How many of a person's notices are neither opened nor out of date.
pub fn count_unread(conn: &mut AnyConnection, account: &AccountId) -> Result<u32, DbError> {
    let mine = notices::table
        .filter(notices::account_id.eq(account.as_str()))
        .filter(notices::opened_at.is_null())
        .filter(notices::replaced_at.is_null());
    Ok(u32::try_from(mine.count().get_result::<i64>(conn)?).unwrap_or(u32::MAX))
}

/// Notes that a notice was opened, unless it was before.
pub fn mark_opened(conn: &mut AnyConnection, id: &NoticeId, by: &str, now: DateTime<Utc>) -> Result<(), DbError> {
    let mine = notices::table.filter(notices::id.eq(id.as_str())).filter(notices::opened_at.is_null());
    let opened = diesel::update(mine).set((notices::opened_at.eq(stored(now)), notices::opened_by.eq(by))).execute(conn)?;
    if opened == 1 { skip_deliveries(conn, &[id.to_string()], "opened") } else { Ok(()) }
}

/// Notes that a notice was acknowledged, unless it was before.
pub fn mark_acknowledged(conn: &mut AnyConnection, id: &NoticeId, now: DateTime<Utc>) -> Result<(), DbError> {
    let mine = notices::table.filter(notices::id.eq(id.as_str())).filter(notices::acknowledged_at.is_null());
    diesel::update(mine).set(notices::acknowledged_at.eq(stored(now))).execute(conn)?;
    Ok(())
}

/// What a person wants of notices, with the version; nothing was said in version 0.
pub fn find_wants(conn: &mut AnyConnection, account: &AccountId) -> Result<(Wants, i64), DbError> {
    let mine = notice_preferences::table.filter(notice_preferences::account_id.eq(account.as_str()));
    let found: Option<(String, i64)> = mine.select((notice_preferences::wants, notice_preferences::version)).get_result(conn).optional()?;
    found.map_or_else(|| Ok((Wants::default(), 0)), |(wants, version)| Ok((from_json(&wants)?, version)))
}

/// Writes what a person wants.
pub fn write_wants(
    conn: &mut AnyConnection,
    account: &AccountId,
    (wants, version): (&Wants, i64),
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let insert = diesel::insert_into(notice_preferences::table).values((
        notice_preferences::account_id.eq(account.as_str()),
        notice_preferences::wants.eq(to_json(wants)?),
        notice_preferences::version.eq(version),
        notice_preferences::updated_at.eq(stored(now)),
    ));
    let clause =
        " ON CONFLICT (account_id) DO UPDATE SET wants = excluded.wants, version = excluded.version, updated_at = excluded.updated_at";
    OnConflict { insert, clause }.execute(conn)?;
    Ok(())
}

/// A delivery whose turn it is.
#[derive(Debug, Clone)]
pub struct Due {
    /// The delivery.
    pub id: DeliveryId,
    /// Which endpoint of the account.
    pub endpoint: String,
    /// How often it was tried, with this try.
    pub attempts: u32,
    /// The notice.
    pub notice: Stored,
    /// Id of what it is about.
    pub subject: Option<String>,
    /// The person's language.
    pub locale: Locale,
}

type DueRow = (String, String, i64, Row, Option<String>, String);

/// Whether something is to be delivered by a channel now.
pub fn has_due(conn: &mut AnyConnection, channel: &str, now: DateTime<Utc>) -> Result<bool, DbError> {
    let due = deliveries::table
        .filter(deliveries::state.eq(DeliveryState::Queued.as_str()))
        .filter(deliveries::channel.eq(channel.to_owned()))
        .filter(deliveries::next_at.le(stored(now)));
    Ok(diesel::select(diesel::dsl::exists(due)).get_result(conn)?)
}

/// Deliveries of a channel whose turn it is, urgent ones or the others; `only` those to one account's endpoint.
fn list_due(
    conn: &mut AnyConnection,
    (channel, urgent): (&str, bool),
    only: Option<(&AccountId, &str)>,
    now: DateTime<Utc>,
    most: i64,
) -> Result<Vec<DueRow>, DbError> {
    let mut query = deliveries::table
        .inner_join(notices::table.inner_join(accounts::table).left_join(events::table.on(notices::event_id.eq(events::id.nullable()))))
        .filter(deliveries::state.eq(DeliveryState::Queued.as_str()))
        .filter(deliveries::channel.eq(channel.to_owned()))
        .filter(deliveries::urgent.eq(urgent))
        .filter(deliveries::next_at.le(stored(now)))
        .into_boxed();
    if let Some((account, endpoint)) = only {
        query = query.filter(deliveries::account_id.eq(account.as_str().to_owned())).filter(deliveries::endpoint.eq(endpoint.to_owned()));
    }
    Ok(query
        .order((deliveries::next_at, deliveries::id))
        .limit(most)
        .select((
            deliveries::id,
            deliveries::endpoint,
            deliveries::attempts,
            Row::as_select(),
            events::subject_id.nullable(),
            accounts::locale,
        ))
        .load(conn)?)
}

/// Takes deliveries of a channel whose turn it is, urgent ones first, and keeps them from others until then: whoever takes them and dies
/// leaves them to the next. `only` takes those of one account's endpoint that are not urgent.
pub fn claim(
    conn: &mut AnyConnection,
    channel: &str,
    only: Option<(&AccountId, &str)>,
    (now, until): (DateTime<Utc>, DateTime<Utc>),
    most: i64,
) -> Result<Vec<Due>, DbError> {
    let mut rows = Vec::new();
    // One after the other, so that an index gives each in its order.
    for urgent in [true, false] {
        let left = most - i64::try_from(rows.len()).unwrap_or(most);
        if left > 0 && (only.is_none() || !urgent) {
            rows.extend(list_due(conn, (channel, urgent), only, now, left)?);
        }
    }
    let mut found = Vec::with_capacity(rows.len());
    for (id, endpoint, attempts, row, subject, locale) in rows {
        let mine = deliveries::table
            .filter(deliveries::id.eq(&id))
            .filter(deliveries::attempts.eq(attempts))
            .filter(deliveries::state.eq(DeliveryState::Queued.as_str()));
        let taken = (
            deliveries::attempts.eq(attempts + 1),
            deliveries::next_at.eq(stored(until)),
            // In which message it goes out is decided anew.
            deliveries::lead_id.eq(None::<String>),
        );
        let claimed = diesel::update(mine).set(taken).execute(conn)?;
        // Another server was faster.
        if claimed == 1 {
            found.push(Due {
                id: DeliveryId::new(id),
                endpoint,
                attempts: u32::try_from(attempts + 1).unwrap_or(u32::MAX),
                notice: notice(row)?,
                subject,
                locale: Locale::from_tag(&locale).unwrap_or_default(),
            });
        }
    }
    Ok(found)
}

/// Puts deliveries into the message of one of them.
pub fn mark_led(conn: &mut AnyConnection, ids: &[&str], lead: &DeliveryId) -> Result<(), DbError> {
    diesel::update(deliveries::table.filter(deliveries::id.eq_any(ids))).set(deliveries::lead_id.eq(lead.as_str())).execute(conn)?;
    Ok(())
}

/// Writes how deliveries stand; one that a device has shown meanwhile, or that nobody needs any more, stays as it is.
pub fn mark_delivered(
    conn: &mut AnyConnection,
    ids: &[&str],
    state: DeliveryState,
    reason: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    // What was taken is taken, also where the notice was opened in the moment between.
    let from: &[&str] = if state == DeliveryState::Accepted { &["queued", "skipped"] } else { &["queued"] };
    let mine = deliveries::table.filter(deliveries::id.eq_any(ids)).filter(deliveries::state.eq_any(from));
    let accepted = (state == DeliveryState::Accepted).then(|| stored(now));
    diesel::update(mine)
        .set((deliveries::state.eq(state.as_str()), deliveries::reason.eq(reason), deliveries::accepted_at.eq(accepted)))
        .execute(conn)?;
    Ok(())
}

/// Lets deliveries wait for the next try.
pub fn mark_later(conn: &mut AnyConnection, ids: &[&str], at: DateTime<Utc>, reason: &str) -> Result<(), DbError> {
    let mine = deliveries::table.filter(deliveries::id.eq_any(ids)).filter(deliveries::state.eq(DeliveryState::Queued.as_str()));
    diesel::update(mine).set((deliveries::next_at.eq(stored(at)), deliveries::reason.eq(reason))).execute(conn)?;
    Ok(())
}

/// Writes the tokens of a message: one opens its notice, where it is of a single one, another says that it was shown.
pub fn insert_link(
    conn: &mut AnyConnection,
    (token, receipt): (&str, &str),
    (notice, delivery): (Option<&NoticeId>, &DeliveryId),
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    diesel::insert_into(notice_links::table)
        .values((
            notice_links::token_hash.eq(session::hash(token)),
            notice_links::receipt_hash.eq(session::hash(receipt)),
            notice_links::notice_id.eq(notice.map(NoticeId::as_str)),
            notice_links::delivery_id.eq(delivery.as_str()),
            notice_links::expires_at.eq(stored(now + LINKED)),
        ))
        .execute(conn)?;
    Ok(())
}

/// What a link leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The notice that it opens; none for a message with a list.
    pub notice: Option<NoticeId>,
    /// The notice's step.
    pub step: Option<String>,
    /// Whether its message asks to confirm the address to which it came.
    pub asks: bool,
}

/// What a link's token opens.
pub fn find_link(conn: &mut AnyConnection, token: &str, now: DateTime<Utc>) -> Result<Option<Link>, DbError> {
    let found: Option<(Option<String>, Option<String>, Option<String>)> = notice_links::table
        .left_join(notices::table.on(notice_links::notice_id.eq(notices::id.nullable())))
        .filter(notice_links::token_hash.eq(session::hash(token)))
        .filter(notice_links::expires_at.gt(stored(now)))
        .select((notice_links::notice_id, notices::step.nullable(), notices::kind.nullable()))
        .get_result(conn)
        .optional()?;
    Ok(found.map(|(id, step, kind)| Link {
        notice: id.map(NoticeId::new),
        step,
        asks: kind.as_deref() == Some(Kind::MailUnconfirmed.as_str()),
    }))
}

/// Whose a link's token is, and of which kind and channel its message.
pub fn find_linked(conn: &mut AnyConnection, token: &str, now: DateTime<Utc>) -> Result<Option<(AccountId, Kind, String)>, DbError> {
    let found: Option<(String, String, String)> = notice_links::table
        .inner_join(deliveries::table.inner_join(notices::table))
        .filter(notice_links::token_hash.eq(session::hash(token)))
        .filter(notice_links::expires_at.gt(stored(now)))
        .select((notices::account_id, notices::kind, deliveries::channel))
        .get_result(conn)
        .optional()?;
    found
        .map(|(account, kind, channel)| {
            let kind = Kind::from_word(&kind).ok_or_else(|| unknown("kind of notice", &kind))?;
            Ok((AccountId::new(account), kind, channel))
        })
        .transpose()
}

/// Notes that a device has shown the message of a receipt; says whether there is such a message.
pub fn mark_shown(conn: &mut AnyConnection, receipt: &str, now: DateTime<Utc>) -> Result<bool, DbError> {
    let mine = notice_links::table.filter(notice_links::receipt_hash.eq(session::hash(receipt)));
    let mine = mine.filter(notice_links::expires_at.gt(stored(now)));
    let Some(lead) = mine.select(notice_links::delivery_id).get_result::<String>(conn).optional()? else { return Ok(false) };
    // The device may be faster than the answer of the push service.
    let shown = deliveries::table.filter(deliveries::id.eq(&lead).or(deliveries::lead_id.eq(&lead))).filter(deliveries::shown_at.is_null());
    diesel::update(shown).set((deliveries::state.eq(DeliveryState::Shown.as_str()), deliveries::shown_at.eq(stored(now)))).execute(conn)?;
    Ok(true)
}

/// Forgets links that open nothing any more.
pub fn forget_over(conn: &mut AnyConnection, now: DateTime<Utc>) -> Result<usize, DbError> {
    Ok(diesel::delete(notice_links::table.filter(notice_links::expires_at.le(stored(now)))).execute(conn)?)
}

/// One endpoint of a list by its id.
pub fn endpoint(endpoints: &[Endpoint], id: &str) -> Option<Endpoint> {
    endpoints.iter().find(|endpoint| endpoint.id == id).cloned()
}
