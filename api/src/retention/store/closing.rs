//! Closing a family's account: what is under way, what has to be kept, and what goes at once.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::{count_star, exists};
use diesel::prelude::*;
use shared::ids::FamilyId;
use shared::retention::UnderWay;

use super::erasing::{DETAILS, NAME, erase_ways_in};
use crate::db::{AnyConnection, DbError, stored};
use crate::schema::{
    accounts, applications, bookings, calendar_feeds, campaign_recipients, children, consents, entitlements, families, identities,
    known_facts, known_families, notice_preferences, notices, outreach_cases, outreach_matters, passkey_challenges, passkeys,
    proxy_sessions, push_subscriptions, register_rows, seen_children, sessions, sign_in_attempts, waitlist_entries,
};

/// What of a family is under way.
pub fn find_under_way(conn: &mut AnyConnection, id: &FamilyId) -> Result<UnderWay, DbError> {
    let family = id.as_str();
    let stays = bookings::table.filter(bookings::family_id.eq(family));
    let waiting = waitlist_entries::table.filter(waitlist_entries::family_id.eq(family));
    let sent = applications::table.filter(applications::family_id.eq(family));
    Ok(UnderWay {
        stays: stays
            .filter(bookings::state.eq_any(["requested", "offered", "confirmed", "checked_in"]))
            .select(count_star())
            .get_result(conn)?,
        waiting: waiting.filter(waitlist_entries::state.eq_any(["waiting", "offered"])).select(count_star()).get_result(conn)?,
        applications: sent.filter(applications::state.eq_any(["returned", "in_review"])).select(count_star()).get_result(conn)?,
    })
}

/// Whether something of a family has to be kept: a stay that was agreed to, an application that was sent, or a certification.
pub fn keeps(conn: &mut AnyConnection, id: &FamilyId) -> Result<bool, DbError> {
    let family = id.as_str();
    let stays = bookings::table.filter(bookings::family_id.eq(family)).filter(bookings::state.ne_all(["declined", "released", "undone"]));
    let sent = applications::table.filter(applications::family_id.eq(family)).filter(applications::submitted_at.is_not_null());
    let granted = entitlements::table.filter(entitlements::family_id.eq(family));
    Ok(diesel::select(exists(stays).or(exists(sent)).or(exists(granted))).get_result(conn)?)
}

/// Whether a family has closed its account.
pub fn is_closed(conn: &mut AnyConnection, id: &FamilyId) -> Result<bool, DbError> {
    let mine = families::table.filter(families::id.eq(id.as_str())).select(families::closed_at);
    Ok(mine.get_result::<Option<NaiveDateTime>>(conn).optional()?.flatten().is_some())
}

/// Closes a family's account: nobody signs in, finds or is told anything any more, and what nothing needs goes at once. What stays is whose
/// stays and applications they were, until their period is over.
pub fn close_family(conn: &mut AnyConnection, id: &FamilyId, now: DateTime<Utc>) -> Result<(), DbError> {
    let (family, at) = (id.as_str(), stored(now));
    diesel::update(families::table.filter(families::id.eq(family)))
        .set((families::closed_at.eq(at), families::version.eq(families::version + 1)))
        .execute(conn)?;
    let theirs: Vec<String> = children::table.filter(children::family_id.eq(family)).select(children::id).load(conn)?;
    diesel::update(children::table.filter(children::family_id.eq(family)))
        .set((children::details.eq(DETAILS), children::removed_at.eq(at), children::version.eq(children::version + 1)))
        .execute(conn)?;
    delete!(conn, seen_children, child_id, theirs);
    delete!(conn, register_rows, child_id, theirs);
    diesel::delete(known_facts::table.filter(known_facts::family_id.eq(family))).execute(conn)?;
    diesel::delete(known_families::table.filter(known_families::family_id.eq(family))).execute(conn)?;
    let drafts = applications::table.filter(applications::family_id.eq(family)).filter(applications::submitted_at.is_null());
    let drafts: Vec<String> = drafts.select(applications::id).load(conn)?;
    super::erase(conn, shared::retention::Kind::Drafts, &drafts, now)?;
    let given = consents::table.filter(consents::family_id.eq(family)).filter(consents::withdrawn_at.is_null());
    diesel::update(given).set(consents::withdrawn_at.eq(at)).execute(conn)?;
    diesel::delete(
        campaign_recipients::table.filter(campaign_recipients::family_id.eq(family)).filter(campaign_recipients::state.eq("waiting")),
    )
    .execute(conn)?;

    // Nobody is there who could open anything, and nobody is to be called.
    diesel::update(outreach_matters::table.filter(outreach_matters::family_id.eq(family)).filter(outreach_matters::over_at.is_null()))
        .set((outreach_matters::over_at.eq(at), outreach_matters::next_at.eq(None::<NaiveDateTime>)))
        .execute(conn)?;
    let live = outreach_cases::table.filter(outreach_cases::family_id.eq(family)).filter(outreach_cases::ended_at.is_null());
    diesel::update(live)
        .set((
            outreach_cases::state.eq("resolved"),
            outreach_cases::ended_at.eq(at),
            outreach_cases::version.eq(outreach_cases::version + 1),
        ))
        .execute(conn)?;
    let open = proxy_sessions::table.filter(proxy_sessions::family_id.eq(family)).filter(proxy_sessions::ended_at.is_null());
    diesel::update(open).set(proxy_sessions::ended_at.eq(at)).execute(conn)?;

    erase_ways_in(conn, id)?;
    diesel::delete(notices::table.filter(notices::family_id.eq(family))).execute(conn)?;
    let guardians: Vec<String> = accounts::table.filter(accounts::family_id.eq(family)).select(accounts::id).load(conn)?;
    let of_accounts: Vec<Option<&String>> = guardians.iter().map(Some).collect();
    delete!(conn, sessions, account_id, guardians);
    delete!(conn, passkeys, account_id, guardians);
    delete!(conn, passkey_challenges, account_id, of_accounts);
    delete!(conn, identities, account_id, guardians);
    delete!(conn, sign_in_attempts, account_id, of_accounts);
    delete!(conn, push_subscriptions, account_id, guardians);
    delete!(conn, calendar_feeds, account_id, guardians);
    delete!(conn, notice_preferences, account_id, guardians);
    for guardian in &guardians {
        // The row stays for as long as there are messages that its person wrote; the address is free for somebody new.
        diesel::update(accounts::table.filter(accounts::id.eq(guardian)))
            .set((
                accounts::email.eq(format!("{guardian}@closed.invalid")),
                accounts::name.eq(NAME),
                accounts::password_hash.eq(None::<String>),
                accounts::email_confirmed_at.eq(None::<NaiveDateTime>),
            ))
            .execute(conn)?;
    }
    Ok(())
}
