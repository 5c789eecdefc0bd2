//! The server, tested over HTTP on both databases.

#[macro_use]
mod app;
mod bookings;
mod races;
