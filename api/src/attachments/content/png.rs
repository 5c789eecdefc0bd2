//! PNG: the chunks that make the picture, whose data unpack to exactly what the header says.

use flate2::{Crc, Decompress, FlushDecompress, Status};
use shared::attachments::Rejection;

use super::{Walk, check_pixels, only_orientation, orientation, refuse_hidden};

/// How a file of this kind begins.
pub const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The picture alone.
pub fn clean(given: &[u8]) -> Result<Vec<u8>, Rejection> {
    let mut walk = Walk { rest: given };
    walk.take(SIGNATURE.len())?;
    let mut kept = Vec::with_capacity(given.len());
    let (mut header, mut packed, mut turned) = (None, Vec::new(), 1);
    loop {
        let (kind, body) = chunk(&mut walk)?;
        match (&kind, &header) {
            (b"IHDR", None) => {
                let read = Header::read(body)?;
                check_pixels(read.width.into(), read.height.into())?;
                header = Some(read);
                write(&mut kept, *b"IHDR", body)?;
            }
            (b"IHDR", Some(_)) | (_, None) => return Err(Rejection::Broken),
            (b"IEND", _) => break,
            (b"IDAT", _) => {
                packed.push(body);
                write(&mut kept, *b"IDAT", body)?;
            }
            (b"PLTE" | b"tRNS", _) if body.len() <= 768 => write(&mut kept, kind, body)?,
            (b"eXIf", _) => turned = orientation(body),
            // A small letter at the front: the picture can be shown without it.
            ([first, ..], _) if first.is_ascii_lowercase() => refuse_hidden(body)?,
            _ => return Err(Rejection::Broken),
        }
    }
    refuse_hidden(walk.rest)?;
    let header = header.ok_or(Rejection::Broken)?;
    check_unpacked(&packed, header.unpacked())?;
    let mut clean = SIGNATURE.to_vec();
    // The header comes first, so the way it is turned comes behind it.
    let (head, rest) = kept.split_at_checked(Header::CHUNK).ok_or(Rejection::Broken)?;
    clean.extend_from_slice(head);
    if turned != 1 {
        write(&mut clean, *b"eXIf", &only_orientation(turned))?;
    }
    clean.extend_from_slice(rest);
    write(&mut clean, *b"IEND", &[])?;
    Ok(clean)
}

struct Header {
    width: u32,
    height: u32,
    bits_per_pixel: u64,
    interlaced: bool,
}

impl Header {
    /// How many bytes its chunk has in all.
    const CHUNK: usize = 4 + 4 + 13 + 4;

    fn read(body: &[u8]) -> Result<Self, Rejection> {
        let mut walk = Walk { rest: body };
        let (width, height, [depth, colour, packing, filter, interlace]) = (walk.long()?, walk.long()?, walk.array()?);
        let samples = match (colour, depth) {
            (0, 1 | 2 | 4 | 8 | 16) | (3, 1 | 2 | 4 | 8) => 1,
            (4, 8 | 16) => 2,
            (2, 8 | 16) => 3,
            (6, 8 | 16) => 4,
            _ => return Err(Rejection::Broken),
        };
        if !walk.rest.is_empty() || packing != 0 || filter != 0 || interlace > 1 {
            return Err(Rejection::Broken);
        }
        Ok(Self { width, height, bits_per_pixel: samples * u64::from(depth), interlaced: interlace == 1 })
    }

    /// How many bytes the picture has unpacked: each line begins with the number of its filter.
    fn unpacked(&self) -> u64 {
        let (width, height) = (u64::from(self.width), u64::from(self.height));
        let lines = |width: u64, height: u64| match width {
            0 => 0,
            width => height * (1 + (width * self.bits_per_pixel).div_ceil(8)),
        };
        if !self.interlaced {
            return lines(width, height);
        }
        // Adam7: each of seven passes has the pixels from so far right and down, so far apart.
        let passes: [(u64, u64, u64, u64); 7] =
            [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];
        passes.iter().map(|(x, y, dx, dy)| lines(width.saturating_sub(*x).div_ceil(*dx), height.saturating_sub(*y).div_ceil(*dy))).sum()
    }
}

/// A chunk whose sum is right.
fn chunk<'a>(walk: &mut Walk<'a>) -> Result<([u8; 4], &'a [u8]), Rejection> {
    let length = usize::try_from(walk.long()?).map_err(|_| Rejection::Broken)?;
    let kind = walk.array()?;
    let body = walk.take(length)?;
    if walk.long()? == sum(kind, body) { Ok((kind, body)) } else { Err(Rejection::Broken) }
}

fn sum(kind: [u8; 4], body: &[u8]) -> u32 {
    let mut sum = Crc::new();
    sum.update(&kind);
    sum.update(body);
    sum.sum()
}

pub(super) fn write(to: &mut Vec<u8>, kind: [u8; 4], body: &[u8]) -> Result<(), Rejection> {
    to.extend(u32::try_from(body.len()).map_err(|_| Rejection::Broken)?.to_be_bytes());
    to.extend(kind);
    to.extend_from_slice(body);
    to.extend(sum(kind, body).to_be_bytes());
    Ok(())
}

/// Unpacks the data and throws them away: they must come to exactly this many bytes. What would grow beyond them is never made.
fn check_unpacked(packed: &[&[u8]], expected: u64) -> Result<(), Rejection> {
    let mut unpack = Decompress::new(true);
    let mut out = vec![0; 64 * 1024];
    for piece in packed {
        let mut rest = *piece;
        while !rest.is_empty() {
            let (read, made) = (unpack.total_in(), unpack.total_out());
            let status = unpack.decompress(rest, &mut out, FlushDecompress::None).map_err(|_| Rejection::Broken)?;
            let taken = usize::try_from(unpack.total_in() - read).map_err(|_| Rejection::Broken)?;
            rest = rest.get(taken..).unwrap_or_default();
            let stuck = taken == 0 && unpack.total_out() == made;
            let ended = status == Status::StreamEnd && !rest.is_empty();
            if unpack.total_out() > expected || stuck || ended {
                return Err(Rejection::Broken);
            }
        }
    }
    // What is left in it comes out now; at its end it says so.
    loop {
        let made = unpack.total_out();
        let status = unpack.decompress(&[], &mut out, FlushDecompress::Finish).map_err(|_| Rejection::Broken)?;
        match status {
            _ if unpack.total_out() > expected => return Err(Rejection::Broken),
            Status::StreamEnd if unpack.total_out() == expected => return Ok(()),
            Status::StreamEnd => return Err(Rejection::Broken),
            _ if unpack.total_out() == made => return Err(Rejection::Broken),
            _ => {}
        }
    }
}
