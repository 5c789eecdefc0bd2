//! Every address of the app, as functions; the patterns of the routes stand in the slices that own them.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use shared::access::Role;
use shared::ids::{PatternId, PlaceChangeId};
use shared::time::Month;

use crate::api::{percent_encoded, query};

/// The search, which is the first page.
pub fn home() -> String {
    "/".to_owned()
}

/// The search for a day.
pub fn search_day(day: NaiveDate) -> String {
    query("/", &[("day", Some(day.to_string()))])
}

/// The search for places like one on a day.
pub fn search_like(day: NaiveDate, programme: &str, age_months: Option<u32>) -> String {
    let age = age_months.map(|months| months.to_string());
    query("/", &[("programme", Some(programme.to_owned())), ("age", age), ("day", Some(day.to_string()))])
}

/// The page of one facility.
pub fn facility(facility_id: &str) -> String {
    format!("/facilities/{}", percent_encoded(facility_id))
}

/// Signing in; afterwards the person comes to `next`, an address of the app.
pub fn sign_in(next: Option<&str>) -> String {
    query("/sign_in", &[("next", next.map(str::to_owned))])
}

/// Opening an account; afterwards the person comes to `next`.
pub fn register(next: Option<&str>) -> String {
    query("/register", &[("next", next.map(str::to_owned))])
}

/// Registering with what a provider has verified; afterwards the person comes to `next`.
pub fn newcomer(next: Option<&str>) -> String {
    query("/register/verified", &[("next", next.map(str::to_owned))])
}

/// The devices and the password of who is signed in.
pub fn account(role: &Role) -> String {
    let of = match role {
        Role::Staff { .. } => "/staff/account",
        Role::Officer { .. } => "/office/account",
        Role::Guardian { .. } | Role::Operator => "/account",
    };
    of.to_owned()
}

/// What proves where the family lives.
pub fn residence() -> String {
    "/residence".to_owned()
}

/// The family: residence and children.
pub fn family() -> String {
    "/family".to_owned()
}

/// Who outside the family saw or changed what is kept of it.
pub fn accesses() -> String {
    "/family/accesses".to_owned()
}

/// Closing the family's account.
pub fn close_account() -> String {
    "/family/close".to_owned()
}

/// Changing the family's own data.
pub fn family_change() -> String {
    "/family/change".to_owned()
}

/// Registering a child; afterwards the person comes to `next`.
pub fn new_child(next: Option<&str>) -> String {
    query("/family/children/new", &[("next", next.map(str::to_owned))])
}

/// One child of the family.
pub fn child(child_id: &str) -> String {
    format!("/family/children/{}", percent_encoded(child_id))
}

/// Booking a slot, for a stay inside it where one is already in mind.
pub fn book(slot_id: &str, starts_at: Option<DateTime<Utc>>, ends_at: Option<DateTime<Utc>>) -> String {
    query(&format!("/book/{}", percent_encoded(slot_id)), &[("from", starts_at.map(instant)), ("to", ends_at.map(instant))])
}

/// A step of booking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BookStep {
    /// Who comes.
    Children,
    /// From when to when.
    Times,
    /// Everything once more before it is booked.
    Check,
    /// The same for a stay that is repeated.
    Repeat,
    /// Waiting for it, where it is full.
    Wait,
    /// It is booked.
    Booked,
}

/// One step of booking a slot with what is chosen so far.
pub fn book_step(slot_id: &str, step: BookStep, chosen: &[(&str, Option<String>)]) -> String {
    let tail = match step {
        BookStep::Children => "",
        BookStep::Times => "/times",
        BookStep::Check => "/check",
        BookStep::Repeat => "/repeat",
        BookStep::Wait => "/wait",
        BookStep::Booked => "/booked",
    };
    query(&format!("/book/{}{tail}", percent_encoded(slot_id)), chosen)
}

/// An instant in an address (RFC 3339, UTC).
pub fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The family's bookings.
pub fn bookings() -> String {
    "/bookings".to_owned()
}

/// What the family was told.
pub fn notices() -> String {
    "/notices".to_owned()
}

/// By which channels a person wants to hear of things.
pub fn notice_preferences() -> String {
    "/notices/preferences".to_owned()
}

/// The devices that get notices.
pub fn notice_devices() -> String {
    "/notices/devices".to_owned()
}

/// The family's bookings in its own calendar.
pub fn calendar() -> String {
    "/calendar".to_owned()
}

/// Waiting for any place that fits.
pub fn wish() -> String {
    "/waitlist/wish".to_owned()
}

/// One booking.
pub fn booking(booking_id: &str) -> String {
    format!("/bookings/{}", percent_encoded(booking_id))
}

/// What was written about a booking.
pub fn messages(booking_id: &str) -> String {
    format!("{}/messages", booking(booking_id))
}

/// What families wrote and nobody of the facility has read.
pub fn staff_messages() -> String {
    "/staff/messages".to_owned()
}

/// What was written about a booking, for staff.
pub fn staff_thread(booking_id: &str) -> String {
    format!("/staff/messages/{}", percent_encoded(booking_id))
}

/// The journal of a day; today without one.
pub fn staff_journal(day: Option<NaiveDate>) -> String {
    query("/staff/journal", &[("day", day.map(|day| day.to_string()))])
}

/// The notes to the shifts of a day; today without one.
pub fn staff_shift_notes(day: Option<NaiveDate>) -> String {
    query("/staff/shift_notes", &[("day", day.map(|day| day.to_string()))])
}

/// Opening the account of a family that was taken down, by its code.
pub fn open_account() -> String {
    "/register/code".to_owned()
}

/// A stay that is repeated, with all its dates.
pub fn series(series_id: &str) -> String {
    format!("/series/{}", percent_encoded(series_id))
}

/// Moving dates of a series, seen from one of its bookings.
pub fn move_series(series_id: &str, booking_id: &str) -> String {
    query(&format!("/series/{}/move", percent_encoded(series_id)), &[("from", Some(booking_id.to_owned()))])
}

/// What the family can apply for, what it holds and what is under way.
pub fn applications() -> String {
    "/applications".to_owned()
}

/// Beginning an application of a procedure, for a child where one is already in mind.
pub fn new_application(procedure: &str, child_id: Option<&str>) -> String {
    query(&format!("/applications/new/{}", percent_encoded(procedure)), &[("child", child_id.map(str::to_owned))])
}

/// An application: how it stands, or what is still to be answered.
pub fn application(application_id: &str) -> String {
    format!("/applications/{}", percent_encoded(application_id))
}

/// One question of an application.
pub fn application_question(application_id: &str, question: &str) -> String {
    format!("{}/questions/{}", application(application_id), percent_encoded(question))
}

/// Everything once more before an application is sent.
pub fn application_check(application_id: &str) -> String {
    format!("{}/check", application(application_id))
}

/// The letter of an application's decision.
pub fn letter(application_id: &str) -> String {
    format!("/letters/{}", percent_encoded(application_id))
}

/// The family's code for the door.
pub fn family_code() -> String {
    "/code".to_owned()
}

/// What a month's stays come to for the family; this month without one.
pub fn statements(month: Option<Month>) -> String {
    query("/statements", &[("month", month.map(|month| month.to_string()))])
}

/// What a month's stays come to for the facility; this month without one.
pub fn staff_statements(month: Option<Month>) -> String {
    query("/staff/statements", &[("month", month.map(|month| month.to_string()))])
}

/// Another time for a booking.
pub fn move_booking(booking_id: &str) -> String {
    format!("/bookings/{}/move", percent_encoded(booking_id))
}

/// Everything else on a phone: language, account, notes.
pub fn menu() -> String {
    "/menu".to_owned()
}

/// How accessible the app is and whom to tell.
pub fn accessibility() -> String {
    "/accessibility".to_owned()
}

/// Today's board of a facility.
pub fn staff() -> String {
    "/staff".to_owned()
}

/// The board of another day.
pub fn staff_day(day: NaiveDate) -> String {
    query("/staff", &[("day", Some(day.to_string()))])
}

/// The bookings of a week; this one without a day.
pub fn staff_week(from: Option<NaiveDate>) -> String {
    query("/staff/week", &[("from", from.map(|day| day.to_string()))])
}

/// Reading a family's code.
pub fn staff_scan() -> String {
    "/staff/scan".to_owned()
}

/// What a facility uses of staff mode.
pub fn staff_parts() -> String {
    "/staff/parts".to_owned()
}

/// Practising with fictional children.
pub fn staff_practice() -> String {
    "/staff/practice".to_owned()
}

/// The code for the facility's wall.
pub fn staff_wall() -> String {
    "/staff/wall".to_owned()
}

/// The facility's slots of a week; this one without a day.
pub fn staff_slots(from: Option<NaiveDate>) -> String {
    query("/staff/slots", &[("from", from.map(|day| day.to_string()))])
}

/// Publishing slots.
pub fn staff_new_slots() -> String {
    "/staff/slots/new".to_owned()
}

/// The places of a week, or of a month; this one without a day.
pub fn staff_places(from: Option<NaiveDate>, by_month: bool) -> String {
    query("/staff/places", &[("from", from.map(|day| day.to_string())), ("view", by_month.then(|| "month".to_owned()))])
}

/// Publishing a named pattern.
pub fn staff_places_publish() -> String {
    "/staff/places/publish".to_owned()
}

/// Publishing this named pattern.
pub fn staff_places_publish_pattern(pattern: &PatternId) -> String {
    query("/staff/places/publish", &[("pattern", Some(pattern.to_string()))])
}

/// Copying the week of a day.
pub fn staff_places_copy(week: NaiveDate) -> String {
    query("/staff/places/copy", &[("week", Some(week.to_string()))])
}

/// The named patterns.
pub fn staff_places_patterns() -> String {
    "/staff/places/patterns".to_owned()
}

/// Carers on duty.
pub fn staff_places_duty() -> String {
    "/staff/places/duty".to_owned()
}

/// Taking a change of places back.
pub fn staff_places_undo(change: &PlaceChangeId) -> String {
    query("/staff/places/undo", &[("change", Some(change.to_string()))])
}

/// Closing a day or some hours.
pub fn staff_close() -> String {
    "/staff/slots/close".to_owned()
}

/// The regular classes, and what is free in them.
pub fn staff_classes() -> String {
    "/staff/slots/classes".to_owned()
}

/// What the facility grants vendors' systems.
pub fn staff_clients() -> String {
    "/staff/clients".to_owned()
}

/// What the facility grants one of them.
#[cfg(feature = "staff")]
pub fn staff_client(client_id: &str) -> String {
    format!("/staff/clients/{}", percent_encoded(client_id))
}

/// Taking down a booking on the phone, for a day.
pub fn staff_entry(day: Option<NaiveDate>) -> String {
    query("/staff/entry", &[("day", day.map(|day| day.to_string()))])
}

/// Calling a telephone number, however it is written.
pub fn call(phone: &str) -> String {
    format!("tel:{}", phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect::<String>())
}

/// An address to return to, if it is one of this app's pages and nothing else: never another site.
pub fn safe_next(next: &str) -> Option<String> {
    let is_ours = next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\n', '\r', '\t']);
    is_ours.then(|| next.to_owned())
}

/// First page of office mode.
pub fn office() -> String {
    "/office".to_owned()
}

/// Vendors' systems.
pub fn office_clients() -> String {
    "/office/clients".to_owned()
}

/// One vendor's system.
pub fn office_client(client_id: &str) -> String {
    format!("/office/clients/{}", percent_encoded(client_id))
}

/// What households are for reliefs.
pub fn office_households() -> String {
    "/office/households".to_owned()
}

/// What the rules left open, for officers to decide.
pub fn office_applications() -> String {
    "/office/applications".to_owned()
}

/// One application, for officers to decide.
pub fn office_application(application_id: &str) -> String {
    format!("/office/applications/{}", percent_encoded(application_id))
}

/// The facility's month: its claim.
pub fn staff_month(month: Option<Month>) -> String {
    query("/staff/month", &[("month", month.map(|month| month.to_string()))])
}

/// The settlements of the officer's city.
pub fn office_settlements() -> String {
    "/office/settlements".to_owned()
}

/// One settlement: of a compact's month, with which other city.
pub fn office_settlement(compact_id: &str, month: Month, other: &shared::municipalities::MunicipalityCode) -> String {
    format!("/office/settlements/{}/{month}/{other}", percent_encoded(compact_id))
}

/// The families to call.
pub fn office_outreach() -> String {
    "/office/outreach".to_owned()
}

/// The notices that nobody opened, of one event or campaign where one is given.
pub fn office_unopened(source: Option<&str>) -> String {
    query("/office/outreach/unopened", &[("source", source.map(str::to_owned))])
}

/// How the city follows what nobody opened.
pub fn office_outreach_rules() -> String {
    "/office/outreach/rules".to_owned()
}

/// What families are told of by themselves.
pub fn office_campaigns() -> String {
    "/office/campaigns".to_owned()
}

/// A new campaign, from a starter where one is given.
pub fn office_new_campaign(starter: Option<&str>) -> String {
    query("/office/campaigns/new", &[("starter", starter.map(str::to_owned))])
}

/// How the city sends campaigns.
pub fn office_campaign_rules() -> String {
    "/office/campaigns/rules".to_owned()
}

/// One campaign.
pub fn office_campaign(campaign_id: &str) -> String {
    format!("/office/campaigns/{}", percent_encoded(campaign_id))
}

/// Writing on a campaign.
pub fn office_campaign_edit(campaign_id: &str) -> String {
    format!("{}/edit", office_campaign(campaign_id))
}

/// The last look at a campaign before it is proposed.
pub fn office_campaign_check(campaign_id: &str) -> String {
    format!("{}/check", office_campaign(campaign_id))
}

/// One family to call.
pub fn office_case(case_id: &str) -> String {
    format!("/office/outreach/{}", percent_encoded(case_id))
}

/// Bookings that officers take down.
pub fn office_entry() -> String {
    "/office/entry".to_owned()
}

/// Changes of rules.
pub fn office_changes() -> String {
    "/office/changes".to_owned()
}

/// One change of rules.
pub fn office_change(change_id: &str) -> String {
    format!("/office/changes/{}", percent_encoded(change_id))
}

/// What a compact is to say.
pub fn office_new_term() -> String {
    "/office/changes/new/compact".to_owned()
}

/// What is to hold of a facility.
pub fn office_new_facility() -> String {
    "/office/changes/new/facility".to_owned()
}

/// That a facility closes for good.
pub fn office_new_closing() -> String {
    "/office/changes/new/closing".to_owned()
}

/// What is to hold of the city itself.
pub fn office_new_city() -> String {
    "/office/changes/new/municipality".to_owned()
}

/// For how long the city is to keep what.
pub fn office_new_retention() -> String {
    "/office/changes/new/retention".to_owned()
}

/// Holidays that come or go.
pub fn office_new_holidays() -> String {
    "/office/changes/new/holidays".to_owned()
}

/// The programmes of the officer's city.
pub fn office_programmes() -> String {
    "/office/programmes".to_owned()
}

/// One version of a programme.
pub fn office_programme(version_id: &str) -> String {
    format!("/office/programmes/{}", percent_encoded(version_id))
}

/// A new version made from one that is there.
pub fn office_new_version(version_id: &str) -> String {
    format!("/office/programmes/{}/next", percent_encoded(version_id))
}

/// Files of registers.
pub fn office_registers() -> String {
    "/office/registers".to_owned()
}

/// The sentences of notices.
pub fn office_notices() -> String {
    "/office/notices".to_owned()
}

/// The sentences of one kind of notices in one language.
pub fn office_notice(kind: &str, language: &str) -> String {
    query(&format!("/office/notices/{}", percent_encoded(kind)), &[("language", Some(language.to_owned()))])
}

/// Who did what.
pub fn office_audit() -> String {
    "/office/audit".to_owned()
}

/// What is erased when.
pub fn office_retention() -> String {
    "/office/retention".to_owned()
}

/// What nobody could be given.
pub fn office_demand() -> String {
    "/office/demand".to_owned()
}

/// Open data: a page of the server's own.
#[cfg(feature = "office")]
pub fn open_data() -> String {
    "/open-data".to_owned()
}

/// What the city's months came to.
pub fn office_figures() -> String {
    "/office/figures".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_booking_begins_with_the_stay_in_mind() {
        assert_eq!(book("a b", None, None), "/book/a%20b");
        let at = |text: &str| text.parse().ok();
        assert_eq!(
            book("1", at("2026-11-24T09:00:00+09:00"), at("2026-11-24T03:30:00Z")),
            "/book/1?from=2026-11-24T00%3A00%3A00Z&to=2026-11-24T03%3A30%3A00Z"
        );
    }

    #[test]
    fn what_is_called_are_the_digits() {
        assert_eq!(call("0859-00-1234"), "tel:0859001234");
    }

    #[test]
    fn signing_in_returns_only_to_our_own_pages() {
        assert_eq!(sign_in(Some("/bookings/1?a=b")), "/sign_in?next=%2Fbookings%2F1%3Fa%3Db");
        assert_eq!(safe_next("/bookings/1?a=b"), Some("/bookings/1?a=b".to_owned()));
        for bad in ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x", "", "/\t/evil.example"] {
            assert_eq!(safe_next(bad), None, "{bad}");
        }
    }
}
