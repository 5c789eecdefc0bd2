//! Outreach (アウトリーチ): what nobody opened in time, the ladder by which it is tried again, and the cases of officers and the BPO centre.
//!
//! Facilities and families never see a case. Whoever looks at one stands in the audit.

pub mod jobs;
mod rules;
pub mod store;
mod working;

use shared::locale::{Locale, without_ruby};
use shared::notices::words::{say, shipped};

use self::store::{Seen, Told};
use crate::routes::Operations;

/// The slice's operations.
pub fn configure(config: &mut impl Operations) {
    config
        .service(rules::get_outreach_rules)
        .service(rules::publish_outreach_rules)
        .service(rules::list_unopened)
        .service(working::list_cases)
        .service(working::get_case)
        .service(working::assign_case)
        .service(working::add_attempt)
        .service(working::hand_over_case)
        .service(working::close_case);
}

/// What a notice says in a line.
fn title(told: &Told, locale: Locale) -> String {
    let words = say(&shipped(told.kind, locale), &told.facts, locale).title;
    if locale == Locale::Easy { words } else { without_ruby(&words) }
}

/// What a matter says in a line, by the notice of the family's first guardian.
fn title_of(seen: &Seen, locale: Locale) -> String {
    seen.notices.first().map(|told| title(told, locale)).unwrap_or_default()
}
