//! What an import found: counts, and every line that was left out or kept as plain text, with column and reason.

use serde::{Deserialize, Serialize};

use crate::problem::Reason;

/// What an import of one or more files did, or would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportReport {
    /// Only looked: nothing was written.
    pub dry_run: bool,
    /// One report per file, in the order given.
    pub files: Vec<FileReport>,
}

impl ImportReport {
    /// Whether everything in every file could go in.
    pub fn is_clean(&self) -> bool {
        self.files.iter().all(|file| file.findings.iter().all(|finding| finding.severity != Severity::Error))
    }
}

/// What one file held.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FileReport {
    /// The file's name.
    pub file: String,
    /// How its text was written; absent where it was no text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<Encoding>,
    /// Records found below the header.
    pub read: u32,
    /// Records that were not known before.
    pub new: u32,
    /// Known records of which something changed.
    pub changed: u32,
    /// Known records of which nothing changed; nothing was done.
    pub unchanged: u32,
    /// Records that were left out.
    pub bad: u32,
    /// Columns whose header nobody knows; their contents were not used.
    pub unknown_columns: Vec<String>,
    /// Columns of the file that are empty in some records.
    pub empty: Vec<EmptyColumn>,
    /// Everything that is wrong or could not be read, by line.
    pub findings: Vec<Finding>,
}

/// A column that is empty in some records of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EmptyColumn {
    /// Its header.
    pub column: String,
    /// In how many records.
    pub records: u32,
}

/// How a file's text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Encoding {
    /// UTF-8, with or without its mark at the beginning.
    Utf8,
    /// CP932, the Shift_JIS of Windows.
    Cp932,
}

/// Something in a file that is wrong or could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Finding {
    /// The line of the file on which the record begins, from 1.
    pub line: u64,
    /// The column's header as the file writes it; absent where it concerns the whole record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// What stands there.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub value: String,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong: a code with its sentence.
    #[serde(flatten)]
    pub reason: Reason,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Severity {
    /// The record, or the file, was left out.
    Error,
    /// The record went in; what could not be read stays as text.
    Warning,
}
