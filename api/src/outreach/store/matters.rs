//! Followed notices, family by family: who opened them, how they were delivered, and on which rung of the ladder they stand.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::dsl::{count_star, exists};
use diesel::prelude::*;
use shared::ids::{AccountId, FamilyId, MatterId, OutreachCaseId};
use shared::locale::Locale;
use shared::municipalities::MunicipalityCode;
use shared::notices::{Facts, Kind, Wants};
use shared::outreach::{Reach, Sending, Standing, family_reach, missed_before, reach};

use crate::db::{AnyConnection, DbError, OnConflict, from_json, instant, stored, unknown};
use crate::municipalities::store::code;
use crate::new_id;
use crate::schema::{
    accounts, bookings, children, deliveries, household_classes, notice_preferences as preferences, notices, outreach_matters as matters,
    outreach_notices as links,
};

/// So many ids go into one statement.
const CHUNK: usize = 500;

/// A followed notice of one guardian.
#[derive(Debug, Clone)]
pub struct Told {
    /// Its id.
    pub id: String,
    /// The guardian.
    pub account_id: AccountId,
    /// The family.
    pub family_id: FamilyId,
    /// The city that follows it.
    pub municipality: MunicipalityCode,
    /// The event or campaign that it comes of.
    pub source: String,
    /// What it tells.
    pub kind: Kind,
    /// What its sentences need.
    pub facts: Facts,
    /// It is about the same day.
    pub urgent: bool,
    /// When it went out.
    pub due_at: DateTime<Utc>,
    /// Until when somebody should have opened it.
    pub deadline_at: DateTime<Utc>,
    /// Whether this guardian opened it.
    pub opened: bool,
    /// Whether something newer has taken its place.
    pub replaced: bool,
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
    occasion: String,
    facts: String,
    urgent: bool,
    deadline_at: Option<NaiveDateTime>,
    due_at: NaiveDateTime,
    opened_at: Option<NaiveDateTime>,
    replaced_at: Option<NaiveDateTime>,
}

/// What a notice comes of, in a word: its campaign with its occasion, its event, or itself.
fn source_of(campaign: Option<String>, occasion: &str, event: Option<String>, id: &str) -> String {
    match campaign {
        Some(campaign) if occasion.is_empty() => campaign,
        Some(campaign) => format!("{campaign}/{occasion}"),
        None => event.unwrap_or_else(|| id.to_owned()),
    }
}

fn told(row: Row) -> Result<Told, DbError> {
    Ok(Told {
        source: source_of(row.campaign_id, &row.occasion, row.event_id, &row.id),
        id: row.id,
        account_id: AccountId::new(row.account_id),
        family_id: FamilyId::new(row.family_id),
        municipality: code(&row.municipality)?,
        kind: Kind::from_word(&row.kind).ok_or_else(|| unknown("kind of notice", &row.kind))?,
        facts: from_json(&row.facts)?,
        urgent: row.urgent,
        due_at: instant(row.due_at),
        deadline_at: instant(row.deadline_at.unwrap_or(row.due_at)),
        opened: row.opened_at.is_some(),
        replaced: row.replaced_at.is_some(),
    })
}

/// One matter: the notices by which one event or campaign told one family, and how they stand.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Those of them that still hold, or all where none does.
    pub notices: Vec<Told>,
    /// How it stands with each guardian.
    pub guardians: Vec<(AccountId, Reach)>,
    /// How it stands with the family.
    pub reach: Reach,
    /// Whether nothing is left to do: somebody opened it, or something newer has taken its place.
    pub is_over: bool,
}

/// Followed notices past their deadline that nobody follows yet, the oldest first: family and source.
pub fn list_fresh(conn: &mut AnyConnection, now: DateTime<Utc>, most: i64) -> Result<BTreeSet<(FamilyId, String)>, DbError> {
    type Fresh = (String, String, Option<String>, Option<String>, String);
    let rows: Vec<Fresh> = notices::table
        .left_join(links::table)
        .filter(links::matter_id.is_null())
        .filter(notices::followed)
        .filter(notices::opened_at.is_null())
        .filter(notices::replaced_at.is_null())
        .filter(notices::deadline_at.le(stored(now)))
        .order(notices::deadline_at)
        .limit(most)
        .select((notices::id, notices::family_id, notices::event_id, notices::campaign_id, notices::occasion))
        .load(conn)?;
    let one = |(id, family, event, campaign, occasion): Fresh| (FamilyId::new(family), source_of(campaign, &occasion, event, &id));
    Ok(rows.into_iter().map(one).collect())
}

/// What one source told one family, the first guardian first.
pub fn list_told(conn: &mut AnyConnection, family: &FamilyId, source: &str) -> Result<Vec<Told>, DbError> {
    let (campaign, occasion) = source.split_once('/').unwrap_or((source, ""));
    let of_campaign = notices::campaign_id.eq(campaign).and(notices::occasion.eq(occasion));
    let of_source = of_campaign.or(notices::event_id.eq(source)).or(notices::id.nullable().eq(source));
    let rows = notices::table.filter(notices::family_id.eq(family.as_str())).filter(notices::followed).filter(of_source);
    rows.order(notices::id).select(Row::as_select()).load::<Row>(conn)?.into_iter().map(told).collect()
}

/// How notices were sent, each delivery of each.
pub fn list_sendings(conn: &mut AnyConnection, ids: &[&str]) -> Result<BTreeMap<String, Vec<Sending>>, DbError> {
    let mut found: BTreeMap<String, Vec<Sending>> = BTreeMap::new();
    for ids in ids.chunks(CHUNK) {
        let rows: Vec<(String, String)> = deliveries::table
            .filter(deliveries::notice_id.eq_any(ids.iter().copied()))
            .select((deliveries::notice_id, deliveries::state))
            .load(conn)?;
        for (notice, state) in rows {
            let sending = match state.as_str() {
                "queued" => Sending::Open,
                "accepted" | "shown" => Sending::Accepted,
                _ => Sending::Lost,
            };
            found.entry(notice).or_default().push(sending);
        }
    }
    Ok(found)
}

/// How matters stand, each the notices of one source to one family.
pub fn look(conn: &mut AnyConnection, all: Vec<Vec<Told>>) -> Result<Vec<Seen>, DbError> {
    let ids: Vec<&str> = all.iter().flatten().map(|told| told.id.as_str()).collect();
    let sendings = list_sendings(conn, &ids)?;
    let seen = all.into_iter().map(|notices| {
        let holds = notices.iter().any(|told| !told.replaced);
        let opened = notices.iter().any(|told| told.opened);
        let notices: Vec<Told> = notices.into_iter().filter(|told| !told.replaced || told.opened || !holds).collect();
        let none: &[Sending] = &[];
        let guardians: Vec<(AccountId, Reach)> = notices
            .iter()
            .map(|told| (told.account_id.clone(), reach(told.opened, sendings.get(&told.id).map_or(none, Vec::as_slice))))
            .collect();
        let reaches: Vec<Reach> = guardians.iter().map(|(_, reach)| *reach).collect();
        Seen { reach: family_reach(&reaches), is_over: opened || !holds, guardians, notices }
    });
    Ok(seen.collect())
}

/// The matters of a city whose deadline has passed and that nobody of the family opened, by deadline: family and source with their notices.
/// `source`: only of one event or campaign.
pub fn list_missed(
    conn: &mut AnyConnection,
    city: &MunicipalityCode,
    source: Option<&str>,
    (since, now): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<Vec<Told>>, DbError> {
    let mut past = notices::table
        .filter(notices::municipality.eq(city.as_str()))
        .filter(notices::followed)
        .filter(notices::deadline_at.gt(stored(since)))
        .filter(notices::deadline_at.le(stored(now)))
        .into_boxed();
    if let Some(source) = source {
        past = past.filter(notices::campaign_id.eq(source).or(notices::event_id.eq(source)).or(notices::id.nullable().eq(source)));
    }
    let rows = past.order((notices::deadline_at, notices::id)).select(Row::as_select()).load::<Row>(conn)?;
    let mut all: BTreeMap<(FamilyId, String), Vec<Told>> = BTreeMap::new();
    for row in rows {
        let one = told(row)?;
        all.entry((one.family_id.clone(), one.source.clone())).or_default().push(one);
    }
    let missed = |notices: &Vec<Told>| !notices.iter().any(|told| told.opened) && notices.iter().any(|told| !told.replaced);
    let mut found: Vec<Vec<Told>> = all.into_values().filter(missed).collect();
    found.sort_by_key(|notices| notices.first().map(|told| (told.deadline_at, told.family_id.clone(), told.source.clone())));
    Ok(found)
}

/// A matter that somebody follows.
#[derive(Debug, Clone)]
pub struct StoredMatter {
    /// Its id.
    pub id: MatterId,
    /// The family.
    pub family_id: FamilyId,
    /// The city.
    pub municipality: MunicipalityCode,
    /// The event or campaign.
    pub source: String,
    /// Until when somebody should have opened it.
    pub deadline_at: DateTime<Utc>,
    /// On which rung it stands; 0: none yet.
    pub rung: u32,
    /// When the next rung comes.
    pub next_at: Option<DateTime<Utc>>,
    /// The case that came of it.
    pub case_id: Option<OutreachCaseId>,
    /// Since when there is nothing left to do.
    pub over_at: Option<DateTime<Utc>>,
}

type MatterRow = (String, String, String, String, NaiveDateTime, i64, Option<NaiveDateTime>, Option<String>, Option<NaiveDateTime>);

fn matter((id, family, city, source, deadline, rung, next, case, over): MatterRow) -> Result<StoredMatter, DbError> {
    Ok(StoredMatter {
        id: MatterId::new(id),
        family_id: FamilyId::new(family),
        municipality: code(&city)?,
        source,
        deadline_at: instant(deadline),
        rung: u32::try_from(rung).unwrap_or(u32::MAX),
        next_at: next.map(instant),
        case_id: case.map(OutreachCaseId::new),
        over_at: over.map(instant),
    })
}

/// Begins to follow a matter, with its notices; one that is followed already is left as it is.
pub fn insert_matter(conn: &mut AnyConnection, new: &StoredMatter, notices: &[Told]) -> Result<(), DbError> {
    let insert = diesel::insert_into(matters::table).values((
        matters::id.eq(new.id.as_str()),
        matters::family_id.eq(new.family_id.as_str()),
        matters::municipality.eq(new.municipality.as_str()),
        matters::source.eq(&new.source),
        matters::deadline_at.eq(stored(new.deadline_at)),
        matters::rung.eq(i64::from(new.rung)),
        matters::next_at.eq(new.next_at.map(stored)),
        matters::case_id.eq(new.case_id.as_ref().map(OutreachCaseId::as_str)),
        matters::over_at.eq(new.over_at.map(stored)),
    ));
    OnConflict { insert, clause: " ON CONFLICT (source, family_id) DO NOTHING" }.execute(conn)?;
    // A guardian who came later has a notice that is not linked yet.
    let mine = matters::table.filter(matters::source.eq(&new.source)).filter(matters::family_id.eq(new.family_id.as_str()));
    let id: String = mine.select(matters::id).get_result(conn)?;
    for told in notices {
        let insert = diesel::insert_into(links::table).values((links::notice_id.eq(&told.id), links::matter_id.eq(&id)));
        OnConflict { insert, clause: " ON CONFLICT (notice_id) DO NOTHING" }.execute(conn)?;
    }
    Ok(())
}

/// Matters whose next rung has come, the longest due first.
pub fn list_due(conn: &mut AnyConnection, now: DateTime<Utc>, most: i64) -> Result<Vec<StoredMatter>, DbError> {
    let due = matters::table.filter(matters::next_at.le(stored(now))).order((matters::next_at, matters::id)).limit(most);
    due.load::<MatterRow>(conn)?.into_iter().map(matter).collect()
}

/// A matter as it is now.
pub fn find_matter(conn: &mut AnyConnection, id: &MatterId) -> Result<Option<StoredMatter>, DbError> {
    matters::table.filter(matters::id.eq(id.as_str())).get_result::<MatterRow>(conn).optional()?.map(matter).transpose()
}

/// The matter of each of these families and sources that somebody follows.
pub fn list_followed(
    conn: &mut AnyConnection,
    wanted: &[(&FamilyId, &str)],
) -> Result<BTreeMap<(FamilyId, String), StoredMatter>, DbError> {
    let mut found = BTreeMap::new();
    for wanted in wanted.chunks(CHUNK) {
        let families = matters::family_id.eq_any(wanted.iter().map(|(family, _)| family.as_str()));
        let sources = matters::source.eq_any(wanted.iter().map(|(_, source)| *source));
        for row in matters::table.filter(families).filter(sources).load::<MatterRow>(conn)? {
            let one = matter(row)?;
            found.insert((one.family_id.clone(), one.source.clone()), one);
        }
    }
    Ok(found)
}

/// The matters of a case, the earliest deadline first.
pub fn list_of_case(conn: &mut AnyConnection, case: &OutreachCaseId) -> Result<Vec<StoredMatter>, DbError> {
    let mine = matters::table.filter(matters::case_id.eq(case.as_str())).order((matters::deadline_at, matters::id));
    mine.load::<MatterRow>(conn)?.into_iter().map(matter).collect()
}

/// Writes how a matter stands now.
pub fn write_matter(conn: &mut AnyConnection, matter: &StoredMatter) -> Result<(), DbError> {
    diesel::update(matters::table.filter(matters::id.eq(matter.id.as_str())))
        .set((
            matters::rung.eq(i64::from(matter.rung)),
            matters::next_at.eq(matter.next_at.map(stored)),
            matters::case_id.eq(matter.case_id.as_ref().map(OutreachCaseId::as_str)),
            matters::over_at.eq(matter.over_at.map(stored)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Cases that somebody still works on, in which something was opened or has been replaced that was not before: case and family.
pub fn list_opened(conn: &mut AnyConnection, most: i64) -> Result<BTreeSet<(OutreachCaseId, FamilyId)>, DbError> {
    let news = notices::opened_at.is_not_null().or(notices::replaced_at.is_not_null());
    let rows: Vec<(Option<String>, String)> = matters::table
        .inner_join(links::table.inner_join(notices::table))
        .filter(matters::case_id.is_not_null())
        .filter(matters::over_at.is_null())
        .filter(news)
        .order(matters::id)
        .limit(most)
        .select((matters::case_id, matters::family_id))
        .load(conn)?;
    Ok(rows.into_iter().filter_map(|(case, family)| Some((OutreachCaseId::new(case?), FamilyId::new(family)))).collect())
}

/// Queues a notice once more by a channel that its person wants for such notices. For `push` to the devices that it went to and that are still there; says to how many places.
pub fn insert_deliveries(
    conn: &mut AnyConnection,
    told: &Told,
    (channel, rung): (&'static str, u32),
    at: DateTime<Utc>,
) -> Result<usize, DbError> {
    let mine = preferences::table.filter(preferences::account_id.eq(told.account_id.as_str()));
    let wants: Option<String> = mine.select(preferences::wants).get_result(conn).optional()?;
    let wants: Wants = wants.as_deref().map(from_json).transpose()?.unwrap_or_default();
    let endpoints: Vec<String> = if !wants.has(told.kind.group(), channel) {
        Vec::new()
    } else if channel == "mail" {
        vec![String::new()]
    } else {
        deliveries::table
            .filter(deliveries::notice_id.eq(&told.id))
            .filter(deliveries::channel.eq(channel))
            .filter(deliveries::state.ne("undeliverable"))
            .select(deliveries::endpoint)
            .distinct()
            .load(conn)?
    };
    let mut written = 0;
    for endpoint in endpoints {
        let insert = diesel::insert_into(deliveries::table).values((
            deliveries::id.eq(new_id()),
            deliveries::notice_id.eq(&told.id),
            deliveries::account_id.eq(told.account_id.as_str()),
            deliveries::channel.eq(channel),
            deliveries::endpoint.eq(endpoint),
            deliveries::state.eq("queued"),
            deliveries::urgent.eq(told.urgent),
            deliveries::attempts.eq(0),
            deliveries::next_at.eq(stored(at)),
            deliveries::rung.eq(i64::from(rung)),
        ));
        written += OnConflict { insert, clause: " ON CONFLICT (notice_id, channel, endpoint, rung) DO NOTHING" }.execute(conn)?;
    }
    Ok(written)
}

/// What is known of a family when its case is weighed, by the latest of its matters that nobody opened.
pub fn find_standing(
    conn: &mut AnyConnection,
    family: &FamilyId,
    (deadline, undeliverable): (DateTime<Utc>, bool),
    today: NaiveDate,
) -> Result<Standing, DbError> {
    let theirs: i64 = children::table
        .filter(children::family_id.eq(family.as_str()))
        .filter(children::removed_at.is_null())
        .select(count_star())
        .get_result(conn)?;
    let used = bookings::table.filter(bookings::family_id.eq(family.as_str())).filter(bookings::checked_in_at.is_not_null());
    let has_used: bool = diesel::select(exists(used)).get_result(conn)?;
    let rows = notices::table
        .filter(notices::family_id.eq(family.as_str()))
        .filter(notices::followed)
        .filter(notices::deadline_at.le(stored(deadline)))
        .select(Row::as_select())
        .load::<Row>(conn)?;
    let mut sources: BTreeMap<String, (DateTime<Utc>, Reach)> = BTreeMap::new();
    for row in rows {
        let one = told(row)?;
        let reach = if one.opened { Reach::Opened } else { Reach::Unopened };
        // What was replaced before anybody opened it says nothing of the family.
        if one.opened || !one.replaced {
            let entry = sources.entry(one.source).or_insert((one.deadline_at, reach));
            entry.1 = entry.1.min(reach);
        }
    }
    let mut row: Vec<(DateTime<Utc>, Reach)> = sources.into_values().collect();
    row.sort_by_key(|(deadline, _)| std::cmp::Reverse(*deadline));
    let latest_first: Vec<Reach> = row.into_iter().map(|(_, reach)| reach).collect();
    let classes = household_classes::table
        .filter(household_classes::family_id.eq(family.as_str()))
        .filter(household_classes::valid_from.le(today))
        .filter(household_classes::valid_until.is_null().or(household_classes::valid_until.ge(today)))
        .select(household_classes::class)
        .load::<String>(conn)?;
    Ok(Standing {
        children: u32::try_from(theirs).unwrap_or(u32::MAX),
        has_used,
        unopened_before: missed_before(&latest_first),
        undeliverable,
        classes,
    })
}

/// Names and languages of guardians' accounts.
pub fn list_guardians<'a>(
    conn: &mut AnyConnection,
    ids: impl Iterator<Item = &'a AccountId>,
) -> Result<BTreeMap<AccountId, (String, Locale)>, DbError> {
    let ids: BTreeSet<&str> = ids.map(AccountId::as_str).collect();
    let rows: Vec<(String, String, String)> =
        accounts::table.filter(accounts::id.eq_any(ids)).select((accounts::id, accounts::name, accounts::locale)).load(conn)?;
    let read = |(id, name, locale): (String, String, String)| (AccountId::new(id), (name, Locale::from_tag(&locale).unwrap_or_default()));
    Ok(rows.into_iter().map(read).collect())
}
