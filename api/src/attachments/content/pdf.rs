//! PDF: the pages and what they need, written anew, where nothing in them acts.

use std::cell::Cell;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};

use flate2::read::ZlibDecoder;
use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId};
use shared::attachments::{MAX_BYTES, Rejection};

use super::{find, jpeg, refuse_hidden};

/// To so many bytes a stream of objects may unpack; real ones have some ten thousand.
const MAX_OBJECT_STREAM: usize = 2 * 1024 * 1024;
/// So many values a document may have in all.
const MAX_VALUES: usize = 1_000_000;

/// Keys that only stand where something acts, or where files are in the document.
const ACTING_KEYS: [&[u8]; 7] = [b"JS", b"JavaScript", b"EmbeddedFiles", b"EF", b"XFA", b"RichMediaContent", b"RichMediaSettings"];
/// Kinds of actions that do more than show another page or address.
const ACTIONS: [&[u8]; 11] = [
    b"JavaScript",
    b"Launch",
    b"ImportData",
    b"SubmitForm",
    b"GoToE",
    b"GoToR",
    b"Rendition",
    b"Movie",
    b"Sound",
    b"RichMediaExecute",
    b"GoTo3DView",
];
/// Kinds of notes on a page that bring something along.
const NOTES: [&[u8]; 6] = [b"FileAttachment", b"RichMedia", b"Screen", b"Movie", b"Sound", b"3D"];
/// What says something about the document and is not seen on its pages.
const ABOUT: [&[u8]; 5] = [b"Metadata", b"PieceInfo", b"LastModified", b"OpenAction", b"AA"];

/// So often a document is written anew until nothing changes any more; whole ones need one time.
const MOST_TIMES: usize = 3;

/// The pages alone, written so that reading them again says the same.
pub fn clean(given: &[u8]) -> Result<Vec<u8>, Rejection> {
    let mut clean = once(given)?;
    for _ in 0..MOST_TIMES {
        let again = once(&clean)?;
        if again == clean {
            return Ok(clean);
        }
        clean = again;
    }
    Err(Rejection::Broken)
}

fn once(given: &[u8]) -> Result<Vec<u8>, Rejection> {
    let end = given.windows(5).rposition(|window| window == b"%%EOF").ok_or(Rejection::Broken)?;
    let behind = given.get(end + 5..).unwrap_or_default();
    refuse_hidden(behind)?;
    if find(behind, b" obj").is_some() {
        return Err(Rejection::Broken);
    }
    if names_encryption(given) {
        return Err(Rejection::Locked);
    }
    // A reader of other people's files may have a fault that stops it; then the file is not taken, and nothing else happens.
    catch_unwind(AssertUnwindSafe(|| rewrite(given))).unwrap_or(Err(Rejection::Broken))
}

fn rewrite(given: &[u8]) -> Result<Vec<u8>, Rejection> {
    let mut document = load(given)?;
    document.prune_objects();
    refuse_acting(&document.trailer)?;
    document.objects.values().try_for_each(refuse_acting_object)?;
    [b"Info".as_slice(), b"Prev", b"XRefStm"].iter().for_each(|key| {
        document.trailer.remove(key);
    });
    document.objects.values_mut().for_each(forget_about);
    document.prune_objects();
    document.objects.values_mut().filter_map(|object| object.as_stream_mut().ok()).try_for_each(clean_picture)?;
    document.renumber_objects();
    check_pages(&document)?;
    let mut clean = Vec::with_capacity(given.len());
    document.save_to(&mut clean).map_err(|_| Rejection::Broken)?;
    // What was written must be read as it was meant.
    let pages = document.page_iter().count();
    if load(&clean)?.page_iter().count() == pages { Ok(clean) } else { Err(Rejection::Broken) }
}

/// Refuses a document without pages, or of whose pages some are lost.
fn check_pages(document: &Document) -> Result<(), Rejection> {
    let mut pages = document.page_iter().peekable();
    let is_whole = |id: ObjectId| {
        let page = document.get_dictionary(id).ok()?;
        let contents =
            page.get(b"Contents").into_iter().flat_map(|contents| contents.as_array().map_or(vec![contents], |all| all.iter().collect()));
        let found = |content: &Object| document.dereference(content).is_ok();
        (page.has_type(b"Page") && contents.into_iter().all(found)).then_some(())
    };
    if pages.peek().is_some() && pages.all(|id| is_whole(id).is_some()) { Ok(()) } else { Err(Rejection::Broken) }
}

/// Whether the document is encrypted, also where the word is spelt with escapes. It could not be read within bounds.
fn names_encryption(given: &[u8]) -> bool {
    const WORD: &[u8] = b"Encrypt";
    let mut names = given.split(|byte| *byte == b'/').skip(1);
    names.any(|name| {
        let mut rest = name;
        let spelt = WORD.iter().all(|letter| match rest {
            [b'#', high, low, behind @ ..] => {
                rest = behind;
                let digits = [*high, *low];
                std::str::from_utf8(&digits).is_ok_and(|digits| u8::from_str_radix(digits, 16) == Ok(*letter))
            }
            [first, behind @ ..] => {
                rest = behind;
                first == letter
            }
            [] => false,
        });
        // `EncryptMetadata` is a key of its own.
        spelt && !rest.first().is_some_and(u8::is_ascii_alphanumeric)
    })
}

thread_local! {
    /// How many values the document that is being read may still have.
    static VALUES_LEFT: Cell<usize> = const { Cell::new(0) };
}

fn load(given: &[u8]) -> Result<Document, Rejection> {
    VALUES_LEFT.set(MAX_VALUES);
    let options = LoadOptions { filter: Some(within_bounds), ..LoadOptions::with_max_decompressed_size(MAX_OBJECT_STREAM) };
    let document = Document::load_mem_with_options(given, options).map_err(|_| Rejection::Broken)?;
    if document.was_encrypted() || document.is_encrypted() {
        return Err(Rejection::Locked);
    }
    if VALUES_LEFT.get() == 0 { Err(Rejection::Broken) } else { Ok(document) }
}

/// Counts what is read, and lets nothing in any more when it is too much.
fn within_bounds(id: ObjectId, object: &mut Object) -> Option<(ObjectId, Object)> {
    VALUES_LEFT.set(VALUES_LEFT.get().saturating_sub(count(object)));
    (VALUES_LEFT.get() > 0).then(|| (id, object.clone()))
}

fn count(object: &Object) -> usize {
    match object {
        Object::Array(items) => items.iter().map(count).sum::<usize>() + 1,
        Object::Dictionary(dictionary) | Object::Stream(lopdf::Stream { dict: dictionary, .. }) => {
            dictionary.iter().map(|(_, value)| count(value)).sum::<usize>() + 1
        }
        _ => 1,
    }
}

fn refuse_acting_object(object: &Object) -> Result<(), Rejection> {
    match object {
        Object::Array(items) => items.iter().try_for_each(refuse_acting_object),
        Object::Dictionary(dictionary) => refuse_acting(dictionary),
        Object::Stream(stream) => refuse_acting(&stream.dict),
        _ => Ok(()),
    }
}

fn refuse_acting(dictionary: &Dictionary) -> Result<(), Rejection> {
    dictionary.iter().try_for_each(|(key, value)| {
        let named = |kinds: &[&[u8]]| value.as_name().is_ok_and(|name| kinds.contains(&name));
        let acts = ACTING_KEYS.contains(&key.as_slice())
            || (key == b"S" && named(&ACTIONS))
            || (key == b"Subtype" && named(&NOTES))
            || (key == b"URI" && value.as_str().is_ok_and(|address| !is_web(address)));
        if acts { Err(Rejection::ActiveContent) } else { refuse_acting_object(value) }
    })
}

fn is_web(address: &[u8]) -> bool {
    let lower = address.to_ascii_lowercase();
    [&b"http://"[..], b"https://", b"mailto:", b"tel:"].iter().any(|scheme| lower.starts_with(scheme))
}

fn forget_about(object: &mut Object) {
    let dictionary = match object {
        Object::Array(items) => return items.iter_mut().for_each(forget_about),
        Object::Dictionary(dictionary) | Object::Stream(lopdf::Stream { dict: dictionary, .. }) => dictionary,
        _ => return,
    };
    ABOUT.iter().for_each(|key| {
        dictionary.remove(key);
    });
    dictionary.iter_mut().for_each(|(_, value)| forget_about(value));
}

/// Photographs keep their places and devices also inside a document.
fn clean_picture(stream: &mut lopdf::Stream) -> Result<(), Rejection> {
    let filters: Vec<Vec<u8>> = stream.filters().unwrap_or_default().into_iter().map(<[u8]>::to_vec).collect();
    let filters: Vec<&[u8]> = filters.iter().map(Vec::as_slice).collect();
    let photograph = match filters.as_slice() {
        [b"DCTDecode" | b"DCT"] => stream.content.clone(),
        [b"FlateDecode" | b"Fl", b"DCTDecode" | b"DCT"] => {
            let mut unpacked = Vec::new();
            let most = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX);
            ZlibDecoder::new(stream.content.as_slice()).take(most).read_to_end(&mut unpacked).map_err(|_| Rejection::Broken)?;
            unpacked
        }
        _ => return refuse_told(&stream.content),
    };
    match jpeg::clean(&photograph) {
        Ok(clean) => {
            if filters.len() > 1 {
                stream.dict.set("Filter", Object::Name(b"DCTDecode".to_vec()));
                stream.dict.remove(b"DecodeParms");
            }
            stream.set_content(clean);
            Ok(())
        }
        Err(Rejection::OtherFileInside) => Err(Rejection::OtherFileInside),
        // Documents hold photographs of kinds that are not taken alone; those may stay where they tell nothing.
        Err(_) => refuse_told(&photograph),
    }
}

/// Refuses a picture that cannot be cleaned and tells where or with what it was taken.
fn refuse_told(picture: &[u8]) -> Result<(), Rejection> {
    let tells = [&b"Exif\0\0"[..], b"<x:xmpmeta", b"<?xpacket"].iter().any(|mark| find(picture, mark).is_some());
    if tells { Err(Rejection::Broken) } else { Ok(()) }
}
