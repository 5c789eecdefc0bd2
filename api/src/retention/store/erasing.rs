//! Erasing: records of a kind, and whatever is left of a family.
//!
//! What nobody erases: claims, settlements and the audit, which point to rows without a word. They are sums and a chain.

use chrono::{DateTime, Datelike as _, Utc};
use diesel::prelude::*;
use shared::ids::FamilyId;
use shared::retention::Kind;

use super::CHUNK;
use crate::bookings;
use crate::db::{AnyConnection, DbError, stored};
use crate::schema::{
    account_codes, accounts, applications, attachments, attendance_records, bookings as booked, campaign_recipients, children, consents,
    documents, entitlement_endings, entitlements, families, family_codes, hand_overs, household_classes, idempotency_keys,
    imported_bookings, interviews, journal_entries, known_facts, known_families, message_reads, messages, notices, outreach_cases,
    outreach_matters, proxy_sessions, register_rows, reminders, residence_letters, seen_children, series, usages, waitlist_entries,
};

/// What stands where a name was.
pub const NAME: &str = "（消去済み）";
/// What stands where its reading was.
pub const KANA: &str = "ショウキョズミ";
/// What stands where a telephone number was: a number that nobody has.
pub const PHONE: &str = "0000000000";
/// What is left of a child but its month of birth, which ages in sums are counted from.
pub const DETAILS: &str = r#"{"sex":null,"allergies":[],"care_notes":"","emergency_contacts":[],"pick_up_people":[]}"#;

/// Erases records of a kind; of families what is left of them, and says so with `now`.
pub fn erase(conn: &mut AnyConnection, kind: Kind, ids: &[String], now: DateTime<Utc>) -> Result<(), DbError> {
    match kind {
        Kind::Drafts | Kind::Applications => erase_applications(conn, ids),
        Kind::Messages => {
            delete!(conn, message_reads, message_id, ids);
            delete!(conn, messages, id, ids);
            Ok(())
        }
        Kind::Notices => {
            delete!(conn, notices, id, ids);
            Ok(())
        }
        Kind::Outreach => {
            let of_cases: Vec<Option<&String>> = ids.iter().map(Some).collect();
            delete!(conn, outreach_matters, case_id, of_cases);
            delete!(conn, outreach_cases, id, ids);
            Ok(())
        }
        Kind::Journal => {
            delete!(conn, journal_entries, id, ids);
            Ok(())
        }
        Kind::Families => {
            for id in ids {
                erase_family(conn, &FamilyId::new(id.clone()), now)?;
            }
            Ok(())
        }
    }
}

fn erase_applications(conn: &mut AnyConnection, ids: &[String]) -> Result<(), DbError> {
    delete!(conn, hand_overs, application_id, ids);
    delete!(conn, attachments, application_id, ids);
    delete!(conn, documents, application_id, ids);
    for some in ids.chunks(CHUNK) {
        let granted = entitlements::table.filter(entitlements::application_id.eq_any(some.iter().map(Some)));
        diesel::update(granted).set(entitlements::application_id.eq(None::<String>)).execute(conn)?;
    }
    delete!(conn, applications, id, ids);
    Ok(())
}

/// Erases whatever is left of a family: its rows go, or lose every word where sums point to them. No claim, no line of the audit changes.
pub fn erase_family(conn: &mut AnyConnection, id: &FamilyId, now: DateTime<Utc>) -> Result<(), DbError> {
    let family = id.as_str();
    // First: the database keeps the history of stays of whoever is not erased.
    diesel::update(families::table.filter(families::id.eq(family)))
        .set((
            families::guardian_name.eq(NAME),
            families::guardian_kana.eq(KANA),
            families::phone.eq(PHONE),
            families::erased_at.eq(stored(now)),
            families::version.eq(families::version + 1),
        ))
        .execute(conn)?;
    let stays: Vec<String> = booked::table.filter(booked::family_id.eq(family)).select(booked::id).load(conn)?;
    let said: Vec<String> = messages::table.filter(messages::booking_id.eq_any(&stays)).select(messages::id).load(conn)?;
    delete!(conn, message_reads, message_id, said);
    delete!(conn, messages, id, said);
    delete!(conn, attendance_records, booking_id, stays);
    delete!(conn, interviews, booking_id, stays);
    delete!(conn, imported_bookings, booking_id, stays);
    delete!(conn, reminders, booking_id, stays);

    let theirs: Vec<(String, chrono::NaiveDate)> =
        children::table.filter(children::family_id.eq(family)).select((children::id, children::born)).load(conn)?;
    let ids: Vec<String> = theirs.iter().map(|(id, _)| id.clone()).collect();
    erase_journal(conn, &ids)?;
    delete!(conn, seen_children, child_id, ids);
    delete!(conn, register_rows, child_id, ids);
    delete!(conn, usages, child_id, ids);

    diesel::delete(waitlist_entries::table.filter(waitlist_entries::family_id.eq(family))).execute(conn)?;
    let sent: Vec<String> = applications::table.filter(applications::family_id.eq(family)).select(applications::id).load(conn)?;
    erase_applications(conn, &sent)?;
    let granted: Vec<String> = entitlements::table.filter(entitlements::family_id.eq(family)).select(entitlements::id).load(conn)?;
    delete!(conn, entitlement_endings, entitlement_id, granted);
    delete!(conn, entitlements, id, granted);
    diesel::delete(notices::table.filter(notices::family_id.eq(family))).execute(conn)?;
    diesel::delete(outreach_matters::table.filter(outreach_matters::family_id.eq(family))).execute(conn)?;
    diesel::delete(outreach_cases::table.filter(outreach_cases::family_id.eq(family))).execute(conn)?;
    diesel::delete(campaign_recipients::table.filter(campaign_recipients::family_id.eq(family))).execute(conn)?;
    diesel::delete(proxy_sessions::table.filter(proxy_sessions::family_id.eq(family))).execute(conn)?;
    diesel::delete(series::table.filter(series::family_id.eq(family))).execute(conn)?;
    diesel::delete(known_facts::table.filter(known_facts::family_id.eq(family))).execute(conn)?;
    diesel::delete(known_families::table.filter(known_families::family_id.eq(family))).execute(conn)?;
    diesel::delete(consents::table.filter(consents::family_id.eq(family))).execute(conn)?;
    diesel::delete(household_classes::table.filter(household_classes::family_id.eq(family))).execute(conn)?;
    erase_ways_in(conn, id)?;
    // Everything else of an account goes with it.
    diesel::delete(accounts::table.filter(accounts::family_id.eq(family))).execute(conn)?;

    bookings::store::erase_words(conn, id)?;
    for (child, born) in theirs {
        diesel::update(children::table.filter(children::id.eq(&child)))
            .set((
                children::name.eq(NAME),
                children::kana.eq(KANA),
                children::born.eq(born.with_day(1).unwrap_or(born)),
                children::details.eq(DETAILS),
                children::removed_at.eq(stored(now)),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Codes and letters that open something of a family, and answers that were kept to be given again.
pub(super) fn erase_ways_in(conn: &mut AnyConnection, id: &FamilyId) -> Result<(), DbError> {
    let family = id.as_str();
    diesel::delete(family_codes::table.filter(family_codes::family_id.eq(family))).execute(conn)?;
    diesel::delete(account_codes::table.filter(account_codes::family_id.eq(family))).execute(conn)?;
    diesel::delete(residence_letters::table.filter(residence_letters::family_id.eq(family))).execute(conn)?;
    let guardians: Vec<String> = accounts::table.filter(accounts::family_id.eq(family)).select(accounts::id).load(conn)?;
    delete!(conn, idempotency_keys, actor, guardians);
    Ok(())
}

/// The entries about children, each correction before what it corrects.
fn erase_journal(conn: &mut AnyConnection, children: &[String]) -> Result<(), DbError> {
    loop {
        let rows: Vec<(String, Option<String>)> = journal_entries::table
            .filter(journal_entries::child_id.eq_any(children.iter().map(Some)))
            .select((journal_entries::id, journal_entries::corrects_id))
            .load(conn)?;
        let corrected: std::collections::BTreeSet<&str> = rows.iter().filter_map(|(_, corrects)| corrects.as_deref()).collect();
        let free: Vec<&str> = rows.iter().map(|(id, _)| id.as_str()).filter(|id| !corrected.contains(id)).collect();
        if free.is_empty() {
            return Ok(());
        }
        delete!(conn, journal_entries, id, free);
    }
}
