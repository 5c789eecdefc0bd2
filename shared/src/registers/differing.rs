//! The three-way difference: what a file said last time, what it says now, and what is held here decide what is written and what a person
//! has to decide.

use serde::{Deserialize, Serialize};

/// Who changed something since the last file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Change {
    /// Nobody, or both to the same.
    Nobody,
    /// Only the file: it is written.
    File,
    /// Only we: it is kept, and told.
    Ours,
    /// Both, and differently: a person decides.
    Both,
}

impl Change {
    /// Every case.
    pub const ALL: [Self; 4] = [Self::Nobody, Self::File, Self::Ours, Self::Both];

    /// The key of its words.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Nobody => "registers.change.nobody",
            Self::File => "registers.change.file",
            Self::Ours => "registers.change.ours",
            Self::Both => "registers.change.both",
        }
    }
}

/// What a person decides for a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Choice {
    /// What the file says.
    File,
    /// What is held here.
    Ours,
}

/// What comes of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled<T> {
    /// Who changed it.
    pub change: Change,
    /// What is written here; none: what is held stays.
    pub write: Option<T>,
    /// What the next file is held against.
    pub before: T,
}

/// Who changed something since the last file.
pub fn change<T: PartialEq>(before: &T, file: &T, ours: &T) -> Change {
    if file == ours {
        Change::Nobody
    } else if before == ours {
        Change::File
    } else if before == file {
        Change::Ours
    } else {
        Change::Both
    }
}

/// Settles one field by what a person decided of such a change. What nobody has decided stays as it is, and is asked again with the next file.
pub fn settle<T: Clone + PartialEq>(before: &T, file: &T, ours: &T, decided: impl Fn(Change) -> Option<Choice>) -> Settled<T> {
    let change = change(before, file, ours);
    let choice = decided(change);
    let takes = match (change, choice) {
        (Change::Nobody, _) => false,
        (_, Some(choice)) => choice == Choice::File,
        (change, None) => change == Change::File,
    };
    let is_told = choice.is_some() || change != Change::Both;
    Settled { change, write: takes.then(|| file.clone()), before: if is_told { file.clone() } else { before.clone() } }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_four_cases() {
        let told = |before, file, ours, choice| {
            let settled = settle(&before, &file, &ours, |_| choice);
            (settled.change, settled.write, settled.before)
        };
        assert_eq!(told(1, 2, 2, None), (Change::Nobody, None, 2));
        assert_eq!(told(1, 2, 1, None), (Change::File, Some(2), 2));
        assert_eq!(told(1, 1, 2, None), (Change::Ours, None, 1));
        assert_eq!(told(1, 2, 3, None), (Change::Both, None, 1));
        assert_eq!(told(1, 2, 3, Some(Choice::File)), (Change::Both, Some(2), 2));
        assert_eq!(told(1, 2, 3, Some(Choice::Ours)), (Change::Both, None, 2));
        // A person may also decide where nobody had to.
        assert_eq!(told(1, 1, 2, Some(Choice::File)), (Change::Ours, Some(1), 1));
        assert_eq!(told(1, 2, 1, Some(Choice::Ours)), (Change::File, None, 2));
    }

    proptest! {
        #[test]
        fn the_same_file_again_writes_nothing(before in 0..4, file in 0..4, ours in 0..4, choice in prop::option::of(prop::bool::ANY)) {
            let choice = choice.map(|file| if file { Choice::File } else { Choice::Ours });
            let first = settle(&before, &file, &ours, |_| choice);
            let held = first.write.unwrap_or(ours);
            let again = settle(&first.before, &file, &held, |_| None);
            prop_assert_eq!(again.write, None);
            prop_assert_eq!(&again.before, &first.before);
            // What a person decided is not asked again.
            prop_assert!(choice.is_none() || again.change != Change::Both);
        }
    }
}
