//! Words, wire types and rules of Yumigahama, pure, once for server and browser.
//!
//! Nothing here reads a clock, draws a random number or touches a file, a socket or a page: `now` and new ids are
//! arguments. A decision is `fn verb(&State, &Command, now) -> Result<Outcome, Rejection>`.

// A first visit in the browser loads the sentences of the search alone; whoever loads more has all of them.
#[cfg(feature = "every_sentence")]
rust_i18n::i18n!("locales", fallback = "ja");
#[cfg(not(feature = "every_sentence"))]
rust_i18n::i18n!("locales/first_visit", fallback = "ja");

pub mod access;
pub mod accounts;
pub mod applications;
pub mod archive;
pub mod attachments;
pub mod attendance;
pub mod audit;
pub mod bookings;
pub mod calendar;
pub mod campaigns;
pub mod changes;
pub mod claims;
pub mod clients;
pub mod consents;
pub mod devices;
pub mod documents;
pub mod eligibility;
pub mod entitlements;
pub mod events;
pub mod facilities;
pub mod families;
pub mod feeds;
pub mod figures;
pub mod identity;
pub mod ids;
pub mod interviews;
pub mod journal;
pub mod locale;
pub mod messages;
pub mod municipalities;
pub mod notices;
pub mod outreach;
pub mod page;
pub mod parts;
pub mod passkeys;
pub mod places;
pub mod practice;
pub mod problem;
pub mod procedures;
pub mod programmes;
pub mod proxy;
pub mod registers;
pub mod reminders;
pub mod residence;
pub mod retention;
pub mod sandboxes;
pub mod series;
pub mod settings;
pub mod settlements;
pub mod shift_notes;
pub mod slots;
pub mod statements;
pub mod tablets;
pub mod text;
pub mod time;
pub mod today;
pub mod waitlist;

#[cfg(test)]
extern crate self as shared;
#[cfg(test)]
#[path = "../tests/world/mod.rs"]
mod world;
