//! Pieces of the facility's slots.

use crate::i18n::{locale, sentence};

/// An age band in words; may carry furigana marks.
pub fn ages(from: u32, under: u32) -> String {
    let last = under.saturating_sub(1).max(from);
    let key = if last == from { "slots_staff.age" } else { "slots_staff.ages" };
    sentence(key, locale()).replace("%{from}", &from.to_string()).replace("%{to}", &last.to_string())
}
