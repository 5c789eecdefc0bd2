//! The server, tested over HTTP on both databases.

#[macro_use]
mod app;
mod accounts;
mod attendance;
mod bookings;
mod facilities;
mod families;
mod guards;
mod openapi;
mod races;
mod slots;
