//! JPEG: the segments that make the picture, in their order, and how it is turned.

use shared::attachments::Rejection;

use super::{Walk, check_pixels, only_orientation, orientation, refuse_hidden};

/// More scans than that are no photograph, but work for whoever opens it.
const MAX_SCANS: usize = 64;

const START: u8 = 0xd8;
const END: u8 = 0xd9;
const SCAN: u8 = 0xda;
const QUANTISATION: u8 = 0xdb;
const HUFFMAN: u8 = 0xc4;
const RESTART: u8 = 0xdd;
const EXIF: u8 = 0xe1;
const ADOBE: u8 = 0xee;

/// The picture alone.
pub fn clean(given: &[u8]) -> Result<Vec<u8>, Rejection> {
    let mut walk = Walk { rest: given };
    let mut kept = Vec::with_capacity(given.len());
    let (mut frames, mut scans, mut turned) = (0_usize, 0_usize, 1);
    if walk.short()? != u16::from_be_bytes([0xff, START]) {
        return Err(Rejection::KindUnknown);
    }
    loop {
        match marker(&mut walk)? {
            END => break,
            kind @ 0xc0..=0xc2 => {
                let body = segment(&mut walk)?;
                let mut frame = Walk { rest: body };
                let (_precision, height, width) = (frame.byte()?, frame.short()?, frame.short()?);
                check_pixels(width.into(), height.into())?;
                frames += 1;
                let colours = usize::from(frame.byte()?);
                ends(frame.take(3 * colours)?.is_empty(), &frame)?;
                write(&mut kept, kind, body)?;
            }
            kind @ (HUFFMAN | QUANTISATION | RESTART) => {
                let body = segment(&mut walk)?;
                check_tables(kind, body)?;
                write(&mut kept, kind, body)?;
            }
            SCAN => {
                scans += 1;
                if frames != 1 || scans > MAX_SCANS {
                    return Err(Rejection::Broken);
                }
                let body = segment(&mut walk)?;
                let mut scan = Walk { rest: body };
                let colours = usize::from(scan.byte()?);
                // Two bytes for each colour, and three that say which part of it comes.
                ends(scan.take(2 * colours + 3)?.is_empty(), &scan)?;
                write(&mut kept, SCAN, body)?;
                kept.extend_from_slice(coded(&mut walk)?);
            }
            ADOBE => {
                let body = segment(&mut walk)?;
                // How the colours are stored, in twelve bytes; what comes behind them does not belong to it.
                match body.get(..12).filter(|body| body.starts_with(b"Adobe")) {
                    Some(colours) => {
                        refuse_hidden(body.get(12..).unwrap_or_default())?;
                        write(&mut kept, ADOBE, colours)?;
                    }
                    None => refuse_hidden(body)?,
                }
            }
            kind @ (0xe0..=0xef | 0xfe) => {
                let body = segment(&mut walk)?;
                refuse_hidden(body)?;
                if kind == EXIF
                    && let Some(metadata) = body.strip_prefix(b"Exif\0\0")
                {
                    turned = orientation(metadata);
                }
            }
            // Pictures without loss, arithmetic coding and hierarchies: no browser opens them.
            _ => return Err(Rejection::Broken),
        }
    }
    if frames != 1 || scans == 0 {
        return Err(Rejection::Broken);
    }
    refuse_hidden(walk.rest)?;
    let mut clean = vec![0xff, START];
    if turned != 1 {
        write(&mut clean, EXIF, &[&b"Exif\0\0"[..], &only_orientation(turned)].concat())?;
    }
    clean.append(&mut kept);
    clean.extend([0xff, END]);
    Ok(clean)
}

/// Refuses a segment that is empty where it must not be, or goes on behind what it says it holds: anything could stand there.
fn ends(is_empty: bool, walk: &Walk<'_>) -> Result<(), Rejection> {
    if is_empty || !walk.rest.is_empty() { Err(Rejection::Broken) } else { Ok(()) }
}

/// Refuses tables that hold anything but tables (ITU-T T.81, B.2.4).
fn check_tables(kind: u8, body: &[u8]) -> Result<(), Rejection> {
    let mut walk = Walk { rest: body };
    if kind == RESTART {
        walk.short()?;
        return ends(false, &walk);
    }
    while !walk.rest.is_empty() {
        let (upper, lower) = (walk.rest.first().map_or(0, |byte| byte >> 4), walk.byte()? & 0x0f);
        if upper > 1 || lower > 3 {
            return Err(Rejection::Broken);
        }
        let length = match (kind, upper) {
            (QUANTISATION, 0) => 64,
            (QUANTISATION, _) => 128,
            _ => walk.take(16)?.iter().map(|count| usize::from(*count)).sum(),
        };
        walk.take(length)?;
    }
    Ok(())
}

/// The next marker; more than one `FF` before it is allowed.
fn marker(walk: &mut Walk<'_>) -> Result<u8, Rejection> {
    if walk.byte()? != 0xff {
        return Err(Rejection::Broken);
    }
    loop {
        match walk.byte()? {
            0xff => {}
            marker => return Ok(marker),
        }
    }
}

/// What a segment holds, behind its length.
fn segment<'a>(walk: &mut Walk<'a>) -> Result<&'a [u8], Rejection> {
    let length = usize::from(walk.short()?);
    walk.take(length.checked_sub(2).ok_or(Rejection::Broken)?)
}

/// The coded picture up to the next marker that is neither an escaped `FF` nor a restart.
fn coded<'a>(walk: &mut Walk<'a>) -> Result<&'a [u8], Rejection> {
    let is_end = |pair: &[u8]| matches!(pair, [0xff, after] if !matches!(after, 0x00 | 0xff | 0xd0..=0xd7));
    let end = walk.rest.windows(2).position(is_end).ok_or(Rejection::Broken)?;
    walk.take(end)
}

fn write(to: &mut Vec<u8>, marker: u8, body: &[u8]) -> Result<(), Rejection> {
    let length = u16::try_from(body.len() + 2).map_err(|_| Rejection::Broken)?;
    to.extend([0xff, marker]);
    to.extend(length.to_be_bytes());
    to.extend_from_slice(body);
    Ok(())
}
