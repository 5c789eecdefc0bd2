//! What is held about a family, put together from every slice, with the files that belong to it; and the tables that it comes from.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use shared::archive::{ArchivedApplication, ArchivedBooking, FamilyArchive};
use shared::documents::Document;
use shared::ids::{AccountId, AttachmentId, BookingId, FamilyId};
use shared::locale::Locale;
use shared::messages::Side;
use shared::programmes::Terms;

use super::store;
use crate::bookings::store::{Listing, Owner, list_bookings};
use crate::db::AnyConnection;
use crate::error::ApiError;
use crate::{
    applications, attachments, attendance, audit, claims, consents, documents, entitlements, families, messages, notices, residence,
    waitlist,
};

/// Everything: no page of it is left out.
const ALL: i64 = i64::MAX;

/// The tables that an archive is made of, and where in `data.json` each stands.
pub const HELD: &[(&str, &str)] = &[
    ("accounts", "guardians"),
    ("applications", "applications"),
    ("attachments", "applications/attached"),
    ("attendance_records", "bookings/attendance"),
    ("audit_families", "acts"),
    ("bookings", "bookings"),
    ("calendar_feeds", "guardians/calendar_feed"),
    ("campaign_recipients", "campaigns"),
    ("children", "children"),
    ("claim_lines", "claims"),
    ("claim_payments", "claims/paid_at"),
    ("consents", "consents"),
    ("deliveries", "notices/state"),
    ("documents", "applications/letters"),
    ("entitlements", "entitlements"),
    ("families", "family"),
    ("household_classes", "family/household"),
    ("identities", "guardians/verified"),
    ("imported_bookings", "bookings/imported_as"),
    ("interviews", "bookings/interview"),
    ("journal_entries", "journal"),
    ("known_facts", "known"),
    ("known_families", "facilities"),
    ("message_reads", "bookings/messages/reads"),
    ("messages", "bookings/messages"),
    ("notice_preferences", "guardians/wants"),
    ("notices", "notices"),
    ("outreach_attempts", "outreach/attempts"),
    ("outreach_cases", "outreach"),
    ("passkeys", "guardians/passkeys"),
    ("proxy_sessions", "accesses"),
    ("push_subscriptions", "guardians/devices"),
    ("register_rows", "register"),
    ("residence_letters", "residence_letter"),
    ("seen_children", "facilities/given"),
    ("series", "series"),
    ("sessions", "guardians/sessions"),
    ("waitlist_children", "waitlist/children"),
    ("waitlist_entries", "waitlist"),
    ("waitlist_skips", "waitlist/skips"),
];

/// Why something about a family stands in no archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It opens something: codes, keys, links and their hashes.
    Secret,
    /// What colleagues wrote to each other.
    Colleagues,
    /// It is counted, queued or linked from what stands in the archive, and says nothing more.
    Derived,
    /// It is only ever about people who work with families.
    Staff,
}

impl Why {
    /// The key of the sentence that a reader of the archive gets; none: it is nothing about a family.
    pub const fn key(self) -> Option<&'static str> {
        match self {
            Self::Secret => Some("archive.left_out.secret"),
            Self::Colleagues => Some("archive.left_out.colleagues"),
            Self::Derived => Some("archive.left_out.derived"),
            Self::Staff => None,
        }
    }
}

/// The tables that have something to do with a family or an account and are left out, each with the reason.
pub const LEFT_OUT: &[(&str, Why)] = &[
    ("account_codes", Why::Secret),
    ("entitlement_endings", Why::Derived),
    ("family_codes", Why::Secret),
    ("hand_overs", Why::Colleagues),
    ("notice_links", Why::Secret),
    ("outreach_matters", Why::Derived),
    ("outreach_notes", Why::Colleagues),
    ("outreach_notices", Why::Derived),
    ("passkey_challenges", Why::Secret),
    ("reminders", Why::Derived),
    ("settlement_answers", Why::Colleagues),
    ("settlement_comments", Why::Colleagues),
    ("settlement_lines", Why::Derived),
    ("shift_note_reads", Why::Staff),
    ("sign_in_attempts", Why::Secret),
    ("staff_pins", Why::Staff),
    ("usages", Why::Derived),
];

/// A file that a family sent, with its bytes.
pub struct SentFile {
    /// Its id.
    pub id: AttachmentId,
    /// Its bytes, as they are kept.
    pub content: Vec<u8>,
}

/// What an archive is packed from.
pub struct Gathered {
    /// What is held.
    pub archive: FamilyArchive,
    /// The files that the family sent.
    pub files: Vec<SentFile>,
    /// What the family's city is called.
    pub city: String,
    /// The rules that its bookings were made under: they say what reasons and questions are called.
    pub terms: BTreeMap<BookingId, Arc<Terms>>,
}

/// Everything that is held about a family.
pub fn family(conn: &mut AnyConnection, id: &FamilyId, now: DateTime<Utc>, locale: Locale) -> Result<Gathered, ApiError> {
    let family = families::store::find_family(conn, id)?.ok_or(ApiError::NotFound)?;
    let city = crate::municipalities::store::find_municipality(conn, &family.municipality)?;
    let guardians = store::list_guardians(conn, id, now)?;
    let accounts: Vec<AccountId> = guardians.iter().map(|guardian| guardian.id.clone()).collect();
    let waiting = waitlist::store::list_entries(conn, id)?;
    let (applications, files) = sent(conn, id)?;
    let (bookings, terms) = booked(conn, id)?;
    let archive = FamilyArchive {
        made_at: now,
        residence_letter: residence::store::find_letter(conn, id)?.map(|(letter, _)| letter),
        children: store::list_children(conn, id)?,
        known: applications::store::list_known(conn, id)?,
        register: store::list_register(conn, id)?,
        series: store::list_series(conn, id)?,
        waitlist: waitlist::view(conn, waiting)?,
        entitlements: entitlements::store::list_entitlements(conn, id)?,
        notices: told(conn, &accounts, locale)?,
        campaigns: store::list_campaigns(conn, id)?,
        consents: consents::list(conn, id, now)?,
        facilities: store::list_known_to(conn, id)?,
        journal: store::list_journal(conn, id)?,
        claims: claims::store::list_of_family(conn, id)?,
        outreach: store::list_cases(conn, id)?,
        accesses: audit::store::list_accesses(conn, id, (None, ALL), locale)?.into_iter().map(|(access, _)| access).collect(),
        acts: store::list_own_acts(conn, id)?,
        bookings,
        applications,
        guardians,
        family,
    };
    let city = city.map(|city| city.name.get(locale).to_owned()).unwrap_or_default();
    Ok(Gathered { archive, files, city, terms })
}

type Booked = (Vec<ArchivedBooking>, BTreeMap<BookingId, Arc<Terms>>);

/// The family's bookings with what became of them, and the rules of each.
fn booked(conn: &mut AnyConnection, family: &FamilyId) -> Result<Booked, ApiError> {
    let owner = Owner::Family(family.clone());
    let listing = Listing { owner, from: None, until: None, active_only: false, waiting_at: None, after: None, limit: ALL };
    let all = list_bookings(conn, &listing)?;
    let mut interviews = store::list_interviews(conn, family)?;
    let mut numbers = store::list_imported(conn, family)?;
    let (mut found, mut terms) = (Vec::with_capacity(all.len()), BTreeMap::new());
    for stored in all {
        let booking = stored.booking;
        terms.insert(booking.id.clone(), stored.terms);
        found.push(ArchivedBooking {
            attendance: attendance::store::list_records(conn, &booking.id)?,
            messages: messages::store::list_messages(conn, &booking.id, Side::Family)?,
            interview: interviews.remove(&booking.id),
            imported_as: numbers.remove(&booking.id),
            booking,
        });
    }
    Ok((found, terms))
}

/// What the family applied for, with the letters and the files that it sent.
fn sent(conn: &mut AnyConnection, family: &FamilyId) -> Result<(Vec<ArchivedApplication>, Vec<SentFile>), ApiError> {
    let (mut found, mut files) = (Vec::new(), Vec::new());
    for application in applications::store::list_whole(conn, family)? {
        for attached in &application.attached {
            if let Some(content) = attachments::store::find_content(conn, &attached.id)? {
                files.push(SentFile { id: attached.id.clone(), content });
            }
        }
        let letters: Vec<Document> = documents::store::find_letters(conn, &application.id)?.unwrap_or_default();
        found.push(ArchivedApplication { application, letters });
    }
    Ok((found, files))
}

fn told(conn: &mut AnyConnection, accounts: &[AccountId], locale: Locale) -> Result<Vec<shared::notices::Notice>, ApiError> {
    let mut found = Vec::new();
    for account in accounts {
        let all = notices::store::list_notices(conn, account, false, None, ALL)?;
        found.extend(notices::view(conn, all, locale)?);
    }
    Ok(found)
}
