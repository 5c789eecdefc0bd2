//! The server of Yumigahama: one process with the API, the app and the database.

pub mod assets;
