//! The chain itself: the hash of a line at its place, over everything before it.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use sha2::{Digest, Sha256};
use shared::audit::{BrokenPlace, Damage};
use shared::ids::AuditLineId;

use crate::schema::audit_lines;

/// What stands before the first line.
pub const START: &str = "";

/// A line as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = audit_lines)]
pub struct Line {
    /// Its id.
    pub id: String,
    /// When.
    pub occurred_at: NaiveDateTime,
    /// Who.
    pub actor: String,
    /// What.
    pub action: String,
    /// To what.
    pub subject_id: String,
    /// In which request.
    pub request_id: String,
    /// Why.
    pub note: Option<String>,
}

/// A place in the chain with the line that stands there now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The place, from 1.
    pub position: i64,
    /// The line that was linked there.
    pub line_id: String,
    /// The hash that was kept.
    pub hash: String,
    /// The line, if it is still there.
    pub line: Option<Line>,
}

/// The hash of a line at a place, after what came before. Each piece goes in with its length, so that none can pass for part of another.
pub fn link(before: &str, position: i64, line: &Line) -> String {
    let (at, micros) = (position.to_string(), line.occurred_at.and_utc().timestamp_micros().to_string());
    let note = line.note.as_deref();
    let pieces = [
        before,
        &at,
        &line.id,
        &micros,
        &line.actor,
        &line.action,
        &line.subject_id,
        &line.request_id,
        if note.is_some() { "1" } else { "0" },
        note.unwrap_or_default(),
    ];
    let mut hash = Sha256::new();
    for piece in pieces {
        hash.update(u64::try_from(piece.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(piece);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Walks places in their order from one that holds: the hash of the last one, or the first that does not hold.
pub fn verify(after: i64, before: &str, links: &[Link]) -> Result<String, BrokenPlace> {
    let (mut position, mut hash) = (after, before.to_owned());
    for found in links {
        position += 1;
        let broken = |damage| BrokenPlace { position: Some(position), line_id: AuditLineId::new(found.line_id.as_str()), damage };
        if found.position != position {
            return Err(broken(Damage::Removed));
        }
        let Some(line) = &found.line else { return Err(broken(Damage::Removed)) };
        hash = link(&hash, position, line);
        if hash != found.hash {
            return Err(broken(Damage::Changed));
        }
    }
    Ok(hash)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lines() -> impl Strategy<Value = Vec<Line>> {
        let word = || "[a-z|0-9]{0,6}";
        let line = (word(), word(), word(), word(), proptest::option::of(word()), 0_i64..1_000_000);
        proptest::collection::vec(line, 3..24).prop_map(|all| {
            let line = |(nth, (actor, action, subject_id, request_id, note, at)): (usize, (String, String, String, String, _, i64))| Line {
                id: format!("line-{nth}"),
                occurred_at: chrono::DateTime::from_timestamp_micros(at).unwrap().naive_utc(),
                actor,
                action,
                subject_id,
                request_id,
                note,
            };
            all.into_iter().enumerate().map(line).collect()
        })
    }

    fn chained(lines: &[Line]) -> Vec<Link> {
        let (mut before, mut links) = (START.to_owned(), Vec::new());
        for (position, line) in (1_i64..).zip(lines) {
            before = link(&before, position, line);
            links.push(Link { position, line_id: line.id.clone(), hash: before.clone(), line: Some(line.clone()) });
        }
        links
    }

    fn place(broken: Result<String, BrokenPlace>) -> Option<(i64, Damage)> {
        broken.err().map(|broken| (broken.position.unwrap(), broken.damage))
    }

    proptest! {
        #[test]
        fn an_untouched_chain_holds_in_one_walk_or_in_many(lines in lines(), cut in 0_usize..24) {
            let links = chained(&lines);
            let whole = verify(0, START, &links).unwrap();
            let (first, rest) = links.split_at(cut.min(links.len()));
            let half = verify(0, START, first).unwrap();
            prop_assert_eq!(verify(i64::try_from(first.len()).unwrap(), &half, rest).unwrap(), whole);
        }

        #[test]
        fn whatever_is_changed_is_found_where_it_is(lines in lines(), at in 0_usize..24, what in 0_u8..6) {
            let mut links = chained(&lines);
            let at = at % links.len();
            let line = links[at].line.as_mut().unwrap();
            match what {
                0 => line.actor.push('x'),
                1 => line.action.push('x'),
                2 => line.subject_id.push('x'),
                3 => line.occurred_at += chrono::TimeDelta::microseconds(1),
                // From one field into the next one.
                4 => line.request_id = format!("{}{}", line.request_id, line.note.take().unwrap_or_else(|| "x".to_owned())),
                _ => line.note = Some(line.note.take().map_or_else(String::new, |note| format!("{note}x"))),
            }
            prop_assert_eq!(place(verify(0, START, &links)), Some((i64::try_from(at).unwrap() + 1, Damage::Changed)));
        }

        #[test]
        fn a_line_or_a_place_that_is_gone_is_found(lines in lines(), at in 0_usize..24, line_only in any::<bool>()) {
            let mut links = chained(&lines);
            // The last place leaves no gap; that its line then has none is found by whoever reads the lines.
            let at = at % (links.len() - 1);
            if line_only {
                links[at].line = None;
            } else {
                links.remove(at);
            }
            prop_assert_eq!(place(verify(0, START, &links)), Some((i64::try_from(at).unwrap() + 1, Damage::Removed)));
        }

        #[test]
        fn two_lines_that_changed_places_are_found_at_the_first(lines in lines(), one in 0_usize..24, other in 0_usize..24) {
            let mut links = chained(&lines);
            let (one, other) = (one % links.len(), other % links.len());
            prop_assume!(one != other);
            let (a, b) = (links[one].line.clone(), links[other].line.clone());
            (links[one].line, links[other].line) = (b, a);
            prop_assert_eq!(place(verify(0, START, &links)), Some((i64::try_from(one.min(other)).unwrap() + 1, Damage::Changed)));
        }
    }
}
