//! A version that is proposed beside the one before, for other slices.

use shared::locale::Locale;
use shared::programmes::{NewProgramme, Programme};

use super::words::{Difference, Section, describe, differences, of_version};

/// A version that is proposed, in words.
pub fn of_new(new: &NewProgramme, locale: Locale) -> Vec<Section> {
    describe(&new.name, &new.summary, &new.terms, locale)
}

/// What differs from the version before; without one, everything is new.
pub fn compared(before: Option<&Programme>, after: &[Section], locale: Locale) -> Vec<Difference> {
    differences(&before.map(|before| of_version(before, locale)).unwrap_or_default(), after)
}
