//! Outreach (アウトリーチ): what nobody opened in time, the ladder by which it is tried again, and the cases of officers and the BPO centre.
//!
//! Facilities and families never see a case. Whoever looks at one stands in the audit.

pub mod jobs;
mod rules;
pub mod store;
mod working;

use shared::locale::{Locale, without_ruby};
use shared::notices::words::say;

use self::store::Seen;
use crate::db::{AnyConnection, DbError};
use crate::notices::templates::Sentences;
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

/// What a matter says in a line, by the notice of the family's first guardian, in the city's words of then.
fn title_of(conn: &mut AnyConnection, sentences: &mut Sentences, seen: &Seen, locale: Locale) -> Result<String, DbError> {
    let Some(told) = seen.notices.first() else { return Ok(String::new()) };
    let texts = sentences.at(conn, (&told.municipality, told.kind, locale), told.created_at)?;
    let title = say(&texts, &told.facts, locale).title;
    Ok(if locale == Locale::Easy { title } else { without_ruby(&title) })
}
