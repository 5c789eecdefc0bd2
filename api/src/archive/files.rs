//! The file of an archive: the page, the same as data, the letters as PDF and what the family sent, packed as a ZIP.

use std::io::{Cursor, Write as _};

use shared::attachments::{Attachment, FileKind};
use shared::ids::ApplicationId;
use shared::locale::Locale;
use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::gather::Gathered;
use super::page;
use crate::documents::pdf;
use crate::error::ApiError;

/// The page, to be opened first.
pub const PAGE: &str = "index.html";
/// The same as data.
pub const DATA: &str = "data.json";

/// Where the letter of an application stands in the file.
pub fn letter_path(application: &ApplicationId) -> String {
    format!("letters/{application}.pdf")
}

/// Where a file that the family sent stands: under its id, because its name may be anything.
pub fn attachment_path(file: &Attachment) -> String {
    let ending = match file.kind {
        FileKind::Jpeg => "jpg",
        FileKind::Png => "png",
        FileKind::Pdf => "pdf",
    };
    format!("attachments/{}.{ending}", file.id)
}

fn fault(error: impl std::fmt::Display) -> ApiError {
    ApiError::Internal(format!("archive: {error}"))
}

/// Packs an archive. Takes its time: never on a thread that answers requests.
pub fn pack(gathered: &Gathered, locale: Locale) -> Result<Vec<u8>, ApiError> {
    let mut entries = vec![
        (PAGE.to_owned(), page::write(gathered, locale).into_bytes()),
        (DATA.to_owned(), serde_json::to_vec_pretty(&gathered.archive).map_err(fault)?),
    ];
    for one in &gathered.archive.applications {
        if let Some(letter) = one.letters.iter().find(|letter| letter.language == Locale::Ja) {
            entries.push((letter_path(&one.application.id), pdf::render(letter)?));
        }
        for file in &one.application.attached {
            if let Some(sent) = gathered.files.iter().find(|sent| sent.id == file.id) {
                entries.push((attachment_path(file), sent.content.clone()));
            }
        }
    }
    zipped(entries).map_err(fault)
}

fn zipped(entries: Vec<(String, Vec<u8>)>) -> Result<Vec<u8>, ZipError> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in entries {
        zip.start_file(name, options)?;
        zip.write_all(&bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}
