//! The server, tested over HTTP on both databases.

// A test that meets what it did not expect should stop there.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

#[macro_use]
mod app;
mod accounts;
mod application_laws;
mod applications;
mod attachments;
mod attendance;
mod bookings;
mod classes;
mod closures;
mod consents;
mod crashes;
mod decisions;
mod demo;
mod devices;
mod documents;
mod door;
mod entitlements;
mod entry;
mod exchanges;
mod facilities;
mod families;
mod feeds;
mod formats;
mod guards;
mod identity;
mod importing;
mod interviews;
mod laws;
mod live;
mod mail;
mod moving;
mod moving_races;
mod notices;
mod office;
mod once_only;
mod openapi;
mod outreach;
mod passkeys;
mod peers;
mod programmes;
mod races;
mod registers;
mod reminders;
mod residence;
mod series;
mod sessions;
mod slots;
mod statements;
mod versions;
mod waitlist;
mod waitlist_nights;
mod ways_races;
