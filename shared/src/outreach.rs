//! Outreach (アウトリーチ): which families did not open what they had to, how they are tried again, and the work of those who call them.
//!
//! What counts is that somebody of the family opened it. A channel that took a notice says nothing of that, so acceptance decides nothing
//! here but one thing: whether trying the same way again makes sense.

mod cases;
mod rules;

pub use self::cases::*;
pub use self::rules::*;

use crate::locale::Locale;
use crate::problem::sentence;

/// What families read of outreach before it ever concerns them: what is used for it, by whom, and that nobody else hears of it.
pub fn purpose(locale: Locale) -> String {
    sentence("outreach.words.purpose", locale)
}

/// What is said on the phone where a city has no words of its own.
pub fn shipped_script(locale: Locale) -> String {
    sentence("outreach.words.script", locale)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests;
