//! The app of Yumigahama in the browser: what every page stands on, and one folder of pages per slice.
//!
//! What a page uses:
//!
//! - [`i18n`]: every visible sentence is a key of `locales/<slice>.yml`; [`i18n::t`] for text and attributes, [`i18n::Say`] for furigana.
//! - [`api`]: one function per method; a [`api::Failure`] says what happened in the reader's language.
//! - [`session`]: who is signed in. [`flash`]: one sentence after something was done. Together with the language these are the only
//!   contexts of the app.
//! - [`settings`]: the server's clock; never ask the device for the time.
//! - [`offline`]: whether there is a network, and what this device remembers for the signed-in person.
//! - [`paths`]: every address of the app. [`ui`]: fields, buttons, dialogs, lists, the calendar and the map.

// The shipping build erases the types of views (see scripts/build-app.sh), and with them the only use of some imports.
#![cfg_attr(erase_components, allow(unused_imports))]

#[cfg(feature = "pages")]
rust_i18n::i18n!("locales", fallback = "ja");
#[cfg(not(feature = "pages"))]
rust_i18n::i18n!("locales/first_visit", fallback = "ja");

pub mod about;
#[cfg(feature = "pages")]
pub mod accounts;
pub mod api;
pub mod app;
#[cfg(feature = "pages")]
pub mod applications;
#[cfg(feature = "office")]
pub mod applications_office;
#[cfg(feature = "pages")]
pub mod archive;
#[cfg(feature = "pages")]
pub mod attachments;
#[cfg(feature = "pages")]
pub mod attendance;
#[cfg(any(feature = "family", feature = "office"))]
pub mod audit;
#[cfg(feature = "pages")]
pub mod bookings;
#[cfg(feature = "office")]
pub mod campaigns;
#[cfg(feature = "office")]
pub mod changes;
#[cfg(feature = "staff")]
pub mod claims;
#[cfg(any(feature = "staff", feature = "office"))]
pub mod clients;
#[cfg(feature = "pages")]
pub mod consents;
#[cfg(feature = "family")]
pub mod devices;
#[cfg(feature = "pages")]
pub mod documents;
#[cfg(feature = "pages")]
pub mod editing;
#[cfg(feature = "pages")]
pub mod entitlements;
#[cfg(feature = "pages")]
pub mod facilities;
#[cfg(feature = "pages")]
pub mod families;
#[cfg(feature = "pages")]
pub mod feeds;
#[cfg(feature = "office")]
pub mod figures;
pub mod flash;
pub mod frame;
#[cfg(feature = "pages")]
pub mod guides;
pub mod i18n;
#[cfg(feature = "pages")]
pub mod identity;
#[cfg(feature = "pages")]
pub mod interviews;
#[cfg(feature = "pages")]
pub mod journal;
#[cfg(feature = "pages")]
pub mod messages;
pub mod notices;
#[cfg(feature = "pages")]
pub mod office;
pub mod offline;
pub mod outreach;
#[cfg(feature = "pages")]
pub mod parts;
#[cfg(feature = "pages")]
pub mod passkeys;
pub mod paths;
#[cfg(feature = "staff")]
pub mod places;
#[cfg(feature = "pages")]
pub mod practice;
#[cfg(feature = "office")]
pub mod programmes;
#[cfg(feature = "office")]
pub mod proxy;
pub mod reading;
#[cfg(feature = "office")]
pub mod registers;
#[cfg(any(feature = "family", feature = "office"))]
pub mod retention;
#[cfg(feature = "pages")]
pub mod series;
pub mod session;
pub mod settings;
#[cfg(feature = "office")]
pub mod settlements;
#[cfg(feature = "pages")]
pub mod shift_notes;
pub mod slots;
#[cfg(feature = "pages")]
pub mod statements;
#[cfg(feature = "pages")]
pub mod tablets;
#[cfg(feature = "pages")]
pub mod taking;
#[cfg(feature = "office")]
pub mod today;
pub mod ui;
#[cfg(feature = "pages")]
pub mod waitlist;
