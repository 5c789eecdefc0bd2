//! The server, tested over HTTP on both databases.

// A test that meets what it did not expect should stop there.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

#[macro_use]
mod app;
mod accounts;
mod attendance;
mod bookings;
mod closures;
mod consents;
mod crashes;
mod decisions;
mod demo;
mod door;
mod entry;
mod facilities;
mod families;
mod guards;
mod importing;
mod interviews;
mod laws;
mod moving;
mod moving_races;
mod openapi;
mod programmes;
mod races;
mod series;
mod slots;
mod statements;
mod versions;
mod waitlist;
mod waitlist_nights;
mod ways_races;
