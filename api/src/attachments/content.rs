//! What is in a file, whatever it says it is: recognised, checked, and written anew with only what belongs to it.
//!
//! What is kept is never what came but what was understood of it: segments, chunks and objects that were read, in their order. So
//! metadata with places and devices, thumbnails, earlier versions and whatever else was put in beside the picture are gone.

mod jpeg;
mod pdf;
mod png;

use shared::attachments::{FileKind, MAX_BYTES, MAX_PIXELS, Rejection};

/// A file as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clean {
    /// What it is.
    pub kind: FileKind,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Checks a file by its content and cleans it.
pub fn clean(given: &[u8]) -> Result<Clean, Rejection> {
    if given.len() > MAX_BYTES {
        return Err(Rejection::TooLarge);
    }
    let kind = recognise(given)?;
    let bytes = match kind {
        FileKind::Jpeg => jpeg::clean(given)?,
        FileKind::Png => png::clean(given)?,
        FileKind::Pdf => pdf::clean(given)?,
    };
    // A reader of archives looks at the end of a file, wherever else it begins.
    let end = bytes.get(bytes.len().saturating_sub(ARCHIVE_END)..).unwrap_or_default();
    if find(end, b"PK\x05\x06").is_some() {
        return Err(Rejection::OtherFileInside);
    }
    if bytes.len() > MAX_BYTES {
        return Err(Rejection::TooLarge);
    }
    Ok(Clean { kind, bytes })
}

fn recognise(given: &[u8]) -> Result<FileKind, Rejection> {
    if given.is_empty() {
        return Err(Rejection::Empty);
    }
    if given.starts_with(&[0xff, 0xd8, 0xff]) {
        return Ok(FileKind::Jpeg);
    }
    if given.starts_with(png::SIGNATURE) {
        return Ok(FileKind::Png);
    }
    if given.starts_with(b"%PDF-") {
        return Ok(FileKind::Pdf);
    }
    let heic = [b"heic", b"heix", b"heim", b"hevc", b"mif1", b"msf1", b"avif"];
    match given.get(4..12) {
        Some(brand) if brand.starts_with(b"ftyp") && heic.iter().any(|known| brand.ends_with(*known)) => Err(Rejection::Heic),
        _ => Err(Rejection::KindUnknown),
    }
}

/// Where the directory of an archive begins at the earliest, seen from its end: its fixed part and the longest comment.
const ARCHIVE_END: usize = 22 + 0xffff;

/// Refuses what is to be thrown away where it is a file of its own: somebody meant it to be found. Telephones put thumbnails, short films
/// and notes of their own behind a picture; those are only thrown away.
fn refuse_hidden(thrown_away: &[u8]) -> Result<(), Rejection> {
    const ANYWHERE: [&[u8]; 5] = [b"PK\x03\x04", b"PK\x05\x06", b"%PDF-", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c"];
    const WORDS: [&[u8]; 7] = [b"<html", b"<!doctype", b"<script", b"<?php", b"<svg", b"<iframe", b"javascript:"];
    let begins = thrown_away.trim_ascii_start();
    let lower = thrown_away.to_ascii_lowercase();
    let hidden = ANYWHERE.iter().any(|mark| find(thrown_away, mark).is_some())
        || WORDS.iter().any(|word| find(&lower, word).is_some())
        || [&b"\x7fELF"[..], b"#!/", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\0asm"].iter().any(|mark| begins.starts_with(mark))
        || holds_program(thrown_away);
    if hidden { Err(Rejection::OtherFileInside) } else { Ok(()) }
}

/// Whether there is a program for Windows in it: `MZ`, and where that points, `PE`.
fn holds_program(bytes: &[u8]) -> bool {
    let begins_here = |rest: &[u8]| {
        let at = rest.get(0x3c..0x40).and_then(|at| at.try_into().ok()).map(u32::from_le_bytes).and_then(|at| usize::try_from(at).ok());
        at.and_then(|at| rest.get(at..)).is_some_and(|header| header.starts_with(b"PE\0\0"))
    };
    let mut rest = bytes;
    while let Some(at) = find(rest, b"MZ") {
        let (_, here) = rest.split_at(at);
        if begins_here(here) {
            return true;
        }
        rest = here.get(2..).unwrap_or_default();
    }
    false
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

/// Refuses a picture that would take too much to open.
fn check_pixels(width: u64, height: u64) -> Result<(), Rejection> {
    match width.saturating_mul(height) {
        0 => Err(Rejection::Broken),
        pixels if pixels > MAX_PIXELS => Err(Rejection::TooManyPixels),
        _ => Ok(()),
    }
}

/// How a picture is to be turned, as the metadata say (1 to 8); 1, as it stands, where they say nothing that can be read.
fn orientation(metadata: &[u8]) -> u8 {
    let Ok(read) = exif::Reader::new().read_raw(metadata.to_vec()) else { return 1 };
    let told = read.get_field(exif::Tag::Orientation, exif::In::PRIMARY).and_then(|field| field.value.get_uint(0));
    told.and_then(|told| u8::try_from(told).ok()).filter(|told| (1..=8).contains(told)).unwrap_or(1)
}

/// Metadata that say how a picture is to be turned, and nothing else.
fn only_orientation(orientation: u8) -> [u8; 26] {
    // Big-endian, one directory at 8 with one entry: tag 0x0112, a SHORT, once.
    let mut metadata = *b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x01\0\0\0\0\0\0";
    if let Some(value) = metadata.get_mut(19) {
        *value = orientation;
    }
    metadata
}

/// Reads bytes in order; past the end there is nothing, and the file was cut off.
struct Walk<'a> {
    rest: &'a [u8],
}

impl<'a> Walk<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], Rejection> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(Rejection::Broken)?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Rejection> {
        self.take(N)?.try_into().map_err(|_| Rejection::Broken)
    }

    fn byte(&mut self) -> Result<u8, Rejection> {
        Ok(u8::from_be_bytes(self.array()?))
    }

    fn short(&mut self) -> Result<u16, Rejection> {
        Ok(u16::from_be_bytes(self.array()?))
    }

    fn long(&mut self) -> Result<u32, Rejection> {
        Ok(u32::from_be_bytes(self.array()?))
    }
}

#[cfg(test)]
mod tests;
