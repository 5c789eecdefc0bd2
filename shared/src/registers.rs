//! The city's registers and the national system, by files: who lives where, what a household is, who is certified and what was used.
//!
//! No public interface of the national system was found, so the files are our own and claim to fit nobody else's. Their columns are written
//! down beside the API's document, from the same lists that read and write them.

pub mod certified;
pub mod differing;
pub mod individual_number;
pub mod residents;
pub mod schema;
pub mod sheet;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use validator::Validate;

pub use differing::{Change, Choice, Settled, settle};
pub use residents::{Held, Linked, Outcome, Residence, ResidentReader, ResidentRow, Said, compare, link};

use crate::facilities::{FileReport, Finding, Severity};
use crate::ids::RegisterRunId;
use crate::municipalities::MunicipalityCode;
use crate::problem::{Datum, Reason};

/// What a file is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Kind {
    /// 住民異動・世帯情報: an extract of the register of residents.
    Residents,
    /// 認定・利用時間: who is certified for what, and what was used of it.
    Certified,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Residents, Self::Certified];

    /// The word that is stored and stands in a file's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Residents => "residents",
            Self::Certified => "certified",
        }
    }

    /// What the first column of every row says: the form and its version.
    pub const fn form(self) -> &'static str {
        match self {
            Self::Residents => "residents/1",
            Self::Certified => "certified/1",
        }
    }

    /// The kind that the form of a row names, in whichever version.
    pub fn of_form(form: &str) -> Option<Self> {
        let name = form.split('/').next().unwrap_or_default();
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// Why a file or a row of it does not go in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejection {
    /// An individual number stands in the file; nothing of it is kept.
    IndividualNumber,
    /// Another form, or a version that is not known.
    OtherForm,
    /// No file of any kind that is known.
    UnknownKind,
    /// No key.
    KeyUnread,
    /// The same key stood before in the file.
    KeyTwice {
        /// On which line.
        line: u64,
    },
    /// Another row of the household says something else of it.
    HouseholdDiffers {
        /// On which line.
        line: u64,
    },
    /// The last day is before the first.
    DaysTurned,
    /// Some of what belongs together is missing.
    Incomplete,
    /// No word that is known here.
    WordUnknown,
    /// Not the municipality whose officers send the file.
    OtherMunicipality,
    /// Nobody here has this reading and birth date.
    NotRegistered,
    /// Several children here have this reading and birth date.
    Ambiguous,
    /// The key is known for a child of another reading or birth date.
    KeyOfAnother,
    /// The child is known by another key.
    ChildHasKey,
    /// The municipality has no such programme with minutes to be counted in that month.
    ProgrammeUnknown,
    /// The child is certified for some of these days under another number.
    CertifiedOtherwise,
    /// Something cannot be written in the encoding that was asked for.
    NotInEncoding,
}

impl Rejection {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::IndividualNumber => "registers.individual_number",
            Self::OtherForm => "registers.other_form",
            Self::UnknownKind => "registers.unknown_kind",
            Self::KeyUnread => "registers.key_unread",
            Self::KeyTwice { .. } => "registers.key_twice",
            Self::HouseholdDiffers { .. } => "registers.household_differs",
            Self::DaysTurned => "registers.days_turned",
            Self::Incomplete => "registers.incomplete",
            Self::WordUnknown => "registers.word_unknown",
            Self::OtherMunicipality => "registers.other_municipality",
            Self::NotRegistered => "registers.not_registered",
            Self::Ambiguous => "registers.ambiguous",
            Self::KeyOfAnother => "registers.key_of_another",
            Self::ChildHasKey => "registers.child_has_key",
            Self::ProgrammeUnknown => "registers.programme_unknown",
            Self::CertifiedOtherwise => "registers.certified_otherwise",
            Self::NotInEncoding => "registers.not_in_encoding",
        }
    }

    /// The reason with its sentence.
    pub fn reason(self) -> Reason {
        let reason = Reason::new(self.code());
        match self {
            Self::KeyTwice { line } | Self::HouseholdDiffers { line } => {
                reason.with("line", Datum::Count(i64::try_from(line).unwrap_or(i64::MAX)))
            }
            // The readers of each kind name the form that they expect.
            Self::OtherForm => reason.with("form", Datum::Text(String::new())),
            _ => reason,
        }
    }

    /// A finding about a whole record or file.
    pub fn at_line(self, line: u64, severity: Severity) -> Finding {
        Finding { line, column: None, value: String::new(), severity, reason: self.reason() }
    }
}

/// What of a row may differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Field {
    /// Whether the family lives in the municipality.
    Residence,
    /// What the household is for reliefs.
    Household,
    /// Where the child is enrolled.
    Enrolment,
    /// From when to when the child is certified.
    Certificate,
    /// What was used elsewhere.
    Usage,
}

impl Field {
    /// Every field.
    pub const ALL: [Self; 5] = [Self::Residence, Self::Household, Self::Enrolment, Self::Certificate, Self::Usage];

    /// The key of its name.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Residence => "registers.field.residence",
            Self::Household => "registers.field.household",
            Self::Enrolment => "registers.field.enrolment",
            Self::Certificate => "registers.field.certificate",
            Self::Usage => "registers.field.usage",
        }
    }
}

/// One difference, three ways. Each side is put into words by whoever reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Difference {
    /// Of what.
    pub field: Field,
    /// Who changed it since the last file.
    pub change: Change,
    /// What the file said last time.
    pub before: Vec<Reason>,
    /// What the file says now.
    pub file: Vec<Reason>,
    /// What is held here.
    pub ours: Vec<Reason>,
    /// Whether what the file says is written here, or would be.
    pub applied: bool,
}

/// A row of a file in which something differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RowDifference {
    /// The line of the file.
    pub line: u64,
    /// The row's key, by which a person decides it.
    pub key: String,
    /// The child's name, as it is registered here.
    pub child: String,
    /// Its birth date.
    pub born: NaiveDate,
    /// What differs.
    pub differences: Vec<Difference>,
    /// Both sides changed, and nobody has decided yet.
    pub undecided: bool,
}

/// How many rows of a file came to what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RowCounts {
    /// Rows of the file.
    pub read: u32,
    /// Rows of which something was written, or would be.
    pub applied: u32,
    /// Rows that say what is held here; nothing was done.
    pub unchanged: u32,
    /// Rows where only we changed something, which is kept.
    pub kept: u32,
    /// Rows that a person has to decide.
    pub undecided: u32,
    /// Rows of people who are not registered here; nothing of them is kept.
    pub unregistered: u32,
    /// Rows that are wrong.
    pub bad: u32,
}

/// What a file held, and what came or would come of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RegisterReport {
    /// The kind of file; none: it could not be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// Only looked: nothing was written.
    pub dry_run: bool,
    /// The run under which it was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<RegisterRunId>,
    /// The file, and everything that is wrong with it.
    pub file: FileReport,
    /// How many rows came to what.
    pub counts: RowCounts,
    /// Rows in which something differs: those that wait for a decision first. 2,000 at most.
    pub rows: Vec<RowDifference>,
    /// How many more there are.
    pub more_rows: u32,
}

/// More rows than that are not told one by one.
pub const MOST_ROWS: usize = 2_000;

impl RegisterReport {
    /// A report of a file that is refused whole.
    pub fn refused(file: FileReport, kind: Option<Kind>, dry_run: bool) -> Self {
        Self { kind, dry_run, run_id: None, file, counts: RowCounts::default(), rows: Vec::new(), more_rows: 0 }
    }

    /// Adds the rows that differ, those that wait for a decision first, as many as are told.
    pub fn tell(&mut self, mut rows: Vec<RowDifference>) {
        rows.sort_by_key(|row| (!row.undecided, row.line));
        self.more_rows = u32::try_from(rows.len().saturating_sub(MOST_ROWS)).unwrap_or(u32::MAX);
        rows.truncate(MOST_ROWS);
        self.rows = rows;
    }

    /// Sets rows apart that do not go in: people who are not registered here are only counted, of the others it is told why.
    pub fn sort_out<Row, Bad>(&mut self, rows: Vec<Result<Row, Bad>>, why: impl Fn(Bad) -> (Rejection, Finding)) -> Vec<Row> {
        let mut going = Vec::with_capacity(rows.len());
        for row in rows {
            match row.map_err(&why) {
                Ok(row) => going.push(row),
                Err((Rejection::NotRegistered, _)) => self.counts.unregistered += 1,
                Err((_, finding)) => {
                    self.file.bad += 1;
                    self.file.findings.push(finding);
                }
            }
        }
        going
    }

    /// Whether every row could go in, and nothing waits for a decision.
    pub fn is_clean(&self) -> bool {
        self.counts.undecided == 0 && self.file.findings.iter().all(|finding| finding.severity != Severity::Error)
    }

    /// What it counts, as a sentence.
    pub fn counted(&self) -> Reason {
        self.counts.reason()
    }
}

impl RowCounts {
    /// The counts as a sentence.
    pub fn reason(self) -> Reason {
        let count = |n: u32| Datum::Count(i64::from(n));
        let Self { read, applied, unchanged, kept, undecided, unregistered, bad } = self;
        [
            ("read", read),
            ("applied", applied),
            ("unchanged", unchanged),
            ("kept", kept),
            ("undecided", undecided),
            ("unregistered", unregistered),
            ("bad", bad),
        ]
        .into_iter()
        .fold(Reason::new("registers.report.counts"), |reason, (name, n)| reason.with(name, count(n)))
    }
}

/// The largest file that is sent, in bytes.
pub const MOST_BYTES: usize = 8 * 1024 * 1024;

/// A file that an officer sends, to be looked at or to go in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SentFile {
    /// Its name.
    #[validate(length(min = 1, max = 200, code = "text.too_long"))]
    pub name: String,
    /// What is in it, base64.
    pub content: String,
    /// What a person decided, by the rows' keys.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = std::collections::HashMap<String, Choice>))]
    pub choices: BTreeMap<String, Choice>,
}

/// A file that went in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RegisterRun {
    /// Its id.
    pub id: RegisterRunId,
    /// The kind of file.
    pub kind: Kind,
    /// The file's name.
    pub name: String,
    /// SHA-256 of its bytes, in hexadecimal digits.
    pub sha256: String,
    /// The municipality whose officer sent it; none: the command line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub municipality: Option<MunicipalityCode>,
    /// Who sent it: a name, or the command.
    pub by: String,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it came to its end; none: it was interrupted, or is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<DateTime<Utc>>,
    /// What came of its rows.
    pub counts: RowCounts,
}

/// Words that a spreadsheet would take for a formula are kept as words.
pub fn for_file(words: &str) -> String {
    if words.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{words}") } else { words.to_owned() }
}

/// What a file says that was written so.
pub fn from_file(field: &str) -> &str {
    field.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@', '\t', '\r'])).unwrap_or(field)
}
