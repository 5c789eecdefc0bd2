//! Files of every kind, whole, cut off, disguised and wicked.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::as_conversions)]

use std::io::{Cursor, Write};

use exif::experimental::Writer;
use exif::{Field, In, Rational, Tag, Value};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use lopdf::{Dictionary, Document, Object, Stream, dictionary};
use proptest::prelude::*;
use shared::attachments::{FileKind, MAX_BYTES, Rejection};

use super::{clean, find, only_orientation, orientation};

fn taken(given: &[u8]) -> Vec<u8> {
    let clean = clean(given).unwrap();
    // What was cleaned once is clean.
    assert!(super::clean(&clean.bytes).unwrap() == clean);
    clean.bytes
}

fn refused(given: &[u8]) -> Rejection {
    clean(given).map(|clean| clean.kind).unwrap_err()
}

fn holds(bytes: &[u8], what: &[u8]) -> bool {
    find(bytes, what).is_some()
}

fn replaced(bytes: &[u8], what: &[u8], with: &[u8]) -> Vec<u8> {
    let at = find(bytes, what).unwrap();
    [&bytes[..at], with, &bytes[at + what.len()..]].concat()
}

fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
    [&[0xff, marker][..], &u16::try_from(body.len() + 2).unwrap().to_be_bytes(), body].concat()
}

/// A grey square of 8 × 8, with other segments behind its start.
fn jpeg_of(width: u16, height: u16, extra: &[Vec<u8>]) -> Vec<u8> {
    let size = [&[8][..], &height.to_be_bytes(), &width.to_be_bytes(), &[1, 1, 0x11, 0]].concat();
    let one_code = |class: u8| [&[class, 1][..], &[0; 15], &[0]].concat();
    [
        &[0xff, 0xd8][..],
        &extra.concat(),
        &segment(0xdb, &[&[0][..], &[1; 64]].concat()),
        &segment(0xc0, &size),
        &segment(0xc4, &one_code(0x00)),
        &segment(0xc4, &one_code(0x10)),
        &segment(0xda, &[1, 1, 0, 0, 63, 0]),
        &[0x3f, 0xff, 0xd9],
    ]
    .concat()
}

fn jpeg(extra: &[Vec<u8>]) -> Vec<u8> {
    jpeg_of(8, 8, extra)
}

/// What a telephone writes into a photograph: how it was held, with what, and where.
fn taken_in_yonago(turned: u16) -> Vec<u8> {
    let field = |tag, value| Field { tag, ifd_num: In::PRIMARY, value };
    let degrees = |d, m, s| Value::Rational([d, m, s].map(|num| Rational { num, denom: 1 }).to_vec());
    let fields = [
        field(Tag::Orientation, Value::Short(vec![turned])),
        field(Tag::Model, Value::Ascii(vec![b"Telephone 7".to_vec()])),
        field(Tag::GPSLatitudeRef, Value::Ascii(vec![b"N".to_vec()])),
        field(Tag::GPSLatitude, degrees(35, 25, 41)),
        field(Tag::GPSLongitudeRef, Value::Ascii(vec![b"E".to_vec()])),
        field(Tag::GPSLongitude, degrees(133, 19, 51)),
    ];
    let mut writer = Writer::new();
    fields.iter().for_each(|field| writer.push_field(field));
    let mut metadata = Cursor::new(Vec::new());
    writer.write(&mut metadata, false).unwrap();
    metadata.into_inner()
}

fn told(file: &[u8]) -> Vec<Tag> {
    match exif::Reader::new().read_from_container(&mut Cursor::new(file)) {
        Ok(read) => read.fields().map(|field| field.tag).collect(),
        Err(exif::Error::NotFound(_)) => vec![],
        Err(error) => panic!("{error}"),
    }
}

fn chunk(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut written = Vec::new();
    super::png::write(&mut written, *kind, body).unwrap();
    written
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut pack = ZlibEncoder::new(Vec::new(), Compression::best());
    pack.write_all(bytes).unwrap();
    pack.finish().unwrap()
}

fn png_of(width: u32, height: u32, lines: &[u8], extra: &[Vec<u8>]) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 0, 0, 0, 0]].concat();
    let data = packed(lines);
    let (first, second) = data.split_at(data.len() / 2);
    [
        super::png::SIGNATURE,
        &chunk(b"IHDR", &header),
        &extra.concat(),
        &chunk(b"IDAT", first),
        &chunk(b"IDAT", second),
        &chunk(b"IEND", b""),
    ]
    .concat()
}

fn png(extra: &[Vec<u8>]) -> Vec<u8> {
    png_of(4, 3, &[0; 15], extra)
}

/// A document of one page, with more in its catalogue and on its page.
fn pdf_with(catalogue: Dictionary, page: Dictionary, picture: Option<Stream>) -> Vec<u8> {
    let mut document = Document::with_version("1.7");
    let pages = document.new_object_id();
    let content = document.add_object(Stream::new(dictionary! {}, b"0 0 100 100 re f".to_vec()));
    let mut leaf = dictionary! { "Type" => "Page", "Parent" => pages, "MediaBox" => vec![0.into(), 0.into(), 100.into(), 100.into()], "Contents" => content };
    leaf.extend(&page);
    if let Some(picture) = picture {
        let id = document.add_object(picture);
        leaf.set("Resources", dictionary! { "XObject" => dictionary! { "Im1" => id } });
    }
    let leaf = document.add_object(leaf);
    document.objects.insert(pages, dictionary! { "Type" => "Pages", "Kids" => vec![leaf.into()], "Count" => 1 }.into());
    let about = document
        .add_object(Stream::new(dictionary! { "Type" => "Metadata", "Subtype" => "XML" }, b"<x:xmpmeta>35.428</x:xmpmeta>".to_vec()));
    let mut root = dictionary! { "Type" => "Catalog", "Pages" => pages, "Metadata" => about };
    root.extend(&catalogue);
    let root = document.add_object(root);
    document.trailer.set("Root", root);
    let info = document.add_object(dictionary! { "Author" => Object::string_literal("Yumihama Hanako") });
    document.trailer.set("Info", info);
    let mut written = Vec::new();
    document.save_to(&mut written).unwrap();
    written
}

fn pdf() -> Vec<u8> {
    pdf_with(dictionary! {}, dictionary! {}, None)
}

fn action(kind: &str) -> Dictionary {
    dictionary! { "OpenAction" => dictionary! { "S" => kind, "F" => Object::string_literal("cmd.exe") } }
}

#[test]
fn a_file_is_what_its_content_is() {
    assert_eq!(clean(&jpeg(&[])).unwrap().kind, FileKind::Jpeg);
    assert_eq!(clean(&png(&[])).unwrap().kind, FileKind::Png);
    assert_eq!(clean(&pdf()).unwrap().kind, FileKind::Pdf);
    assert_eq!(refused(b""), Rejection::Empty);
    for other in
        [&b"GIF89a"[..], b"MZ\x90\0", b"<html><script>alert(1)</script>", b"PK\x03\x04", b"\xef\xbb\xbf%PDF-1.7", b"x", b"RIFF\0\0\0\0WEBP"]
    {
        assert_eq!(refused(other), Rejection::KindUnknown);
    }
    assert_eq!(refused(b"\0\0\0\x18ftypheic\0\0\0\0"), Rejection::Heic);
    assert_eq!(refused(b"\0\0\0\x18ftypmp42\0\0\0\0"), Rejection::KindUnknown);
    assert_eq!(refused(&vec![0xff; MAX_BYTES + 1]), Rejection::TooLarge);
}

#[test]
fn a_plain_picture_stays_as_it_is() {
    assert_eq!(taken(&jpeg(&[])), jpeg(&[]));
    assert_eq!(taken(&png(&[])), png(&[]));
}

#[test]
fn where_and_with_what_a_photograph_was_taken_is_gone_and_it_still_stands_upright() {
    let metadata = taken_in_yonago(6);
    let photograph =
        jpeg(&[segment(0xe1, &[&b"Exif\0\0"[..], &metadata].concat()), segment(0xfe, b"made at home"), segment(0xe2, b"ICC_PROFILE\0")]);
    assert!(told(&photograph).contains(&Tag::GPSLatitude) && told(&photograph).contains(&Tag::Model));
    let clean = taken(&photograph);
    assert_eq!(told(&clean), [Tag::Orientation]);
    assert!(!holds(&clean, b"Telephone") && !holds(&clean, b"home") && !holds(&clean, b"ICC"));
    let screen = png(&[
        chunk(b"eXIf", &metadata),
        chunk(b"tEXt", b"Comment\0made at home"),
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta/>"),
    ]);
    assert!(told(&screen).contains(&Tag::GPSLongitude));
    let clean = taken(&screen);
    assert_eq!(told(&clean), [Tag::Orientation]);
    assert!(!holds(&clean, b"home") && !holds(&clean, b"xmpmeta"));
    for turned in 1..=8 {
        let photograph = jpeg(&[segment(0xe1, &[&b"Exif\0\0"[..], &taken_in_yonago(turned)].concat())]);
        let expected = if turned == 1 { vec![] } else { vec![Tag::Orientation] };
        assert_eq!(told(&taken(&photograph)), expected);
        assert_eq!(orientation(&only_orientation(turned as u8)), turned as u8);
    }
    // No such way to turn it: as it stands.
    assert_eq!(orientation(&only_orientation(9)), 1);
}

#[test]
fn a_document_loses_who_wrote_it_and_where_its_pictures_were_taken() {
    let photograph = jpeg(&[segment(0xe1, &[&b"Exif\0\0"[..], &taken_in_yonago(1)].concat())]);
    let told = [&b"Telephone"[..], b"Yumihama", b"xmpmeta"];
    for (filters, content) in [(vec!["DCTDecode"], photograph.clone()), (vec!["FlateDecode", "DCTDecode"], packed(&photograph))] {
        let filters: Vec<Object> = filters.into_iter().map(Object::from).collect();
        let document = pdf_with(dictionary! {}, dictionary! {}, Some(Stream::new(dictionary! { "Filter" => filters }, content)));
        assert!(holds(&document, b"Yumihama") && holds(&document, b"xmpmeta"));
        let clean = taken(&document);
        assert!(told.iter().all(|what| !holds(&clean, what)) && holds(&clean, &jpeg(&[])));
    }
    let raw = Stream::new(dictionary! { "Filter" => "JPXDecode" }, b"....<x:xmpmeta>".to_vec());
    assert_eq!(refused(&pdf_with(dictionary! {}, dictionary! {}, Some(raw))), Rejection::Broken);
}

#[test]
fn what_a_telephone_puts_behind_a_picture_is_cut_off() {
    let film = [&b"\0\0\0\x18ftypmp42"[..], &[7; 400]].concat();
    for behind in [&film[..], b"SEFH\x6a\0\0\0", &jpeg(&[]), &[0; 64]] {
        assert_eq!(taken(&[&jpeg(&[])[..], behind].concat()), jpeg(&[]));
        assert_eq!(taken(&[&png(&[])[..], behind].concat()), png(&[]));
    }
}

#[test]
fn a_file_that_is_also_another_is_refused() {
    let archive = [&b"PK\x03\x04"[..], &[0; 60], b"PK\x05\x06", &[0; 18]].concat();
    let program = [&b"MZ"[..], &[0; 58], &64_u32.to_le_bytes(), b"PE\0\0"].concat();
    for second in
        [&archive[..], &program, b"\x7fELF", b"<HTML><body>", b"x<script>", b"<?php system(1);", &pdf(), b"Rar!\x1a\x07\0", b"\n#!/bin/sh"]
    {
        for first in [jpeg(&[]), png(&[]), pdf()] {
            // Of two documents the last one is read, and only that is kept.
            if second.starts_with(b"%PDF") && first.starts_with(b"%PDF") {
                assert!(taken(&[&first, second].concat()) == taken(second));
                continue;
            }
            assert_eq!(refused(&[&first, second].concat()), Rejection::OtherFileInside, "{:?}", String::from_utf8_lossy(second));
        }
        assert_eq!(refused(&jpeg(&[segment(0xfe, second)])), Rejection::OtherFileInside);
        assert_eq!(refused(&png(&[chunk(b"tEXt", second)])), Rejection::OtherFileInside);
    }
    // An archive that a picture's own data end with.
    let mut picture = jpeg(&[]);
    picture.splice(picture.len() - 2..picture.len() - 2, archive);
    assert_eq!(refused(&picture), Rejection::OtherFileInside);
}

#[test]
fn bombs_are_not_unpacked() {
    assert_eq!(refused(&jpeg_of(60_000, 60_000, &[])), Rejection::TooManyPixels);
    assert_eq!(refused(&png_of(100_000, 100_000, &[0; 100], &[])), Rejection::TooManyPixels);
    // A small header over data that unpack to 64 MiB.
    assert_eq!(refused(&png_of(4, 3, &vec![0; 64 << 20], &[])), Rejection::Broken);
    // A header that promises more than there is.
    assert_eq!(refused(&png_of(4, 4, &[0; 15], &[])), Rejection::Broken);
    assert_eq!(refused(&jpeg_of(0, 8, &[])), Rejection::Broken);
    // One scan after the other.
    let scan = [segment(0xda, &[1, 1, 0, 0, 63, 0]), vec![0x3f]].concat();
    let mut picture = jpeg(&[]);
    picture.splice(picture.len() - 2..picture.len() - 2, scan.repeat(100));
    assert_eq!(refused(&picture), Rejection::Broken);
    // Objects of a document that unpack to 64 MiB, and brackets in brackets.
    let mut stream =
        Stream::new(dictionary! { "Type" => "ObjStm", "N" => 1, "First" => 4, "Filter" => "FlateDecode" }, packed(&vec![b' '; 64 << 20]));
    stream.allows_compression = false;
    let deep = [&b"/Deep "[..], &[b'['; 50_000], &[b']'; 50_000], b"/Type/Page/Parent"].concat();
    assert_eq!(refused(&replaced(&pdf(), b"/Type/Page/Parent", &deep)), Rejection::Broken);
    let mut bomb = b"%PDF-1.7\n".to_vec();
    let at = bomb.len();
    write!(bomb, "1 0 obj\n<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length {}>>\nstream\n", stream.content.len()).unwrap();
    bomb.extend(&stream.content);
    let table = bomb.len() + 19;
    write!(bomb, "\nendstream\nendobj\n\nxref\n0 2\n0000000000 65535 f \n{at:010} 00000 n \ntrailer\n<</Size 2/Root 1 0 R>>\nstartxref\n{table}\n%%EOF\n").unwrap();
    assert_eq!(refused(&bomb), Rejection::Broken);
}

#[test]
fn a_file_that_was_cut_off_or_changed_on_the_way_is_refused() {
    for whole in [jpeg(&[]), png(&[]), pdf()] {
        for cut in 12..whole.len() - 8 {
            assert!(matches!(refused(&whole[..cut]), Rejection::Broken), "{cut}");
        }
    }
    let mut changed = png(&[]);
    changed[20] ^= 1;
    assert_eq!(refused(&changed), Rejection::Broken);
    assert_eq!(refused(b"%PDF-1.7\nnothing\n%%EOF"), Rejection::Broken);
}

#[test]
fn a_document_that_acts_is_refused() {
    for kind in ["JavaScript", "Launch", "ImportData", "SubmitForm", "GoToE", "Rendition"] {
        assert_eq!(refused(&pdf_with(action(kind), dictionary! {}, None)), Rejection::ActiveContent, "{kind}");
    }
    let script = dictionary! { "Names" => dictionary! { "JavaScript" => dictionary! { "Names" => Vec::<Object>::new() } } };
    let files = dictionary! { "Names" => dictionary! { "EmbeddedFiles" => dictionary! {} } };
    let form = dictionary! { "AcroForm" => dictionary! { "XFA" => Object::string_literal("<xdp/>") } };
    for catalogue in [script, files, form] {
        assert_eq!(refused(&pdf_with(catalogue, dictionary! {}, None)), Rejection::ActiveContent);
    }
    let note = |note: Dictionary| dictionary! { "Annots" => vec![note.into()] };
    let link = |address: &str| {
        note(dictionary! { "Subtype" => "Link", "A" => dictionary! { "S" => "URI", "URI" => Object::string_literal(address) } })
    };
    for page in [
        note(dictionary! { "Subtype" => "FileAttachment" }),
        note(dictionary! { "Subtype" => "RichMedia" }),
        link("javascript:alert(1)"),
        link("file:///etc/passwd"),
        dictionary! { "AA" => dictionary! { "O" => dictionary! { "S" => "JavaScript", "JS" => Object::string_literal("app.alert(1)") } } },
    ] {
        assert_eq!(refused(&pdf_with(dictionary! {}, page, None)), Rejection::ActiveContent);
    }
    // Spelt otherwise it is the same word.
    let spelt = replaced(&pdf_with(action("JavaScript"), dictionary! {}, None), b"/JavaScript", b"/J#61vaScript");
    assert_eq!(refused(&spelt), Rejection::ActiveContent);
    // A link to a page of the web, and a first page to open at, do nothing.
    taken(&pdf_with(dictionary! { "OpenAction" => dictionary! { "S" => "GoTo" } }, link("https://www.city.yonago.lg.jp/"), None));
}

#[test]
fn a_document_with_a_password_is_refused_as_such() {
    let with = |word: &str| replaced(&pdf(), b"/Root", format!("{word}/Root").as_bytes());
    assert_eq!(refused(&with("/Encrypt 9 0 R")), Rejection::Locked);
    assert_eq!(refused(&with("/Encr#79pt 9 0 R")), Rejection::Locked);
    taken(&with("/EncryptMetadata true"));
}

#[test]
fn interlaced_pictures_have_as_many_bytes_as_their_passes() {
    for (width, height) in [(1, 1), (5, 3), (8, 8), (13, 9)] {
        let count = |from: usize, to: u32, step: usize| (from..to as usize).step_by(step).count();
        let passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];
        let bytes = |(x, y, dx, dy)| match count(x, width, dx) {
            0 => 0,
            pixels => count(y, height, dy) * (pixels + 1),
        };
        let bytes: usize = passes.into_iter().map(bytes).sum();
        let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 0, 0, 0, 1]].concat();
        let whole = |bytes: usize| {
            [super::png::SIGNATURE, &chunk(b"IHDR", &header), &chunk(b"IDAT", &packed(&vec![0; bytes])), &chunk(b"IEND", b"")].concat()
        };
        taken(&whole(bytes));
        assert_eq!(refused(&whole(bytes + 1)), Rejection::Broken);
        assert_eq!(refused(&whole(bytes - 1)), Rejection::Broken);
    }
}

#[test]
fn what_calls_itself_a_part_of_the_picture_and_is_not_is_refused() {
    let metadata = [&b"Exif\0\0"[..], &taken_in_yonago(6)].concat();
    for marker in [0xc4, 0xda, 0xdb, 0xdd] {
        assert_eq!(refused(&jpeg(&[segment(marker, &metadata)])), Rejection::Broken, "{marker:x}");
    }
    taken(&jpeg(&[segment(0xdd, &[0, 4])]));
    assert_eq!(refused(&jpeg(&[segment(0xdd, &[0, 4, 0])])), Rejection::Broken);
    assert_eq!(refused(&jpeg(&[segment(0xdb, &[&[0][..], &[1; 63]].concat())])), Rejection::Broken);
    taken(&jpeg(&[segment(0xdb, &[&[0x11][..], &[1; 128]].concat())]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_bytes_stop_the_reader(noise in proptest::collection::vec(any::<u8>(), 0..600), kind in 0..4_usize) {
        let begin = [&b""[..], b"\xff\xd8\xff", super::png::SIGNATURE, b"%PDF-1.7\n"][kind];
        let _ = clean(&[begin, &noise].concat());
        let _ = clean(&[begin, &noise, b"%%EOF"].concat());
        let _ = orientation(&noise);
    }

    #[test]
    fn a_file_with_some_other_bytes_is_clean_or_refused(
        kind in 0..3_usize,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
    ) {
        let metadata = taken_in_yonago(6);
        let photograph = || jpeg(&[segment(0xe1, &[&b"Exif\0\0"[..], &metadata].concat())]);
        let mut file = match kind {
            0 => photograph(),
            1 => png(&[chunk(b"eXIf", &metadata)]),
            _ => pdf_with(dictionary! {}, dictionary! {}, Some(Stream::new(dictionary! { "Filter" => "DCTDecode" }, photograph()))),
        };
        for (at, byte) in changes {
            let at = at.index(file.len());
            file[at] = byte;
        }
        if let Ok(clean) = clean(&file) {
            // What a changed document calls a picture may be anything else.
            prop_assert!(kind == 2 || !holds(&clean.bytes, b"Telephone"));
            prop_assert!(super::clean(&clean.bytes).unwrap() == clean);
        }
    }
}
