//! Attachments of applications (添付資料): which files are taken, what they are called, and why one is not taken.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::applications::Application;
use crate::ids::AttachmentId;
use crate::problem::{Datum, Reason};
use crate::procedures::Requirement;

/// The largest file that is taken, in bytes: 10 MiB.
pub const MAX_BYTES: usize = 10 * 1024 * 1024;
/// How many files an application may have.
pub const MAX_FILES: usize = 10;
/// The most pixels of an image: what today's telephones take, and no more than a browser opens without trouble.
pub const MAX_PIXELS: u64 = 64_000_000;
/// So many characters of a name are kept, besides its ending.
const NAME_LENGTH: usize = 80;

/// What a file is, by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum FileKind {
    /// A photograph.
    Jpeg,
    /// A picture or a photograph of a screen.
    Png,
    /// A document.
    Pdf,
}

impl FileKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Jpeg, Self::Png, Self::Pdf];

    /// The media type with which it is served.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Pdf => "application/pdf",
        }
    }

    /// The stable name, as the wire and the database have it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::Pdf => "pdf",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The ending of its name.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Pdf => "pdf",
        }
    }
}

/// A file that came with an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Attachment {
    /// Its id.
    pub id: AttachmentId,
    /// For which of the procedure's documents it was sent, by key.
    pub requirement: String,
    /// Its name, cleaned; the ending says what the content is.
    pub name: String,
    /// What its content is.
    pub kind: FileKind,
    /// Its size in bytes, as it is kept.
    pub bytes: i64,
    /// SHA-256 of the bytes as they are kept, in hexadecimal digits.
    pub sha256: String,
    /// When it was sent.
    pub added_at: DateTime<Utc>,
}

/// Why a file is not taken, or not taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// There is nothing in it.
    #[error("attachments.empty")]
    Empty,
    /// More than 10 MiB.
    #[error("attachments.too_large")]
    TooLarge,
    /// Neither JPEG nor PNG nor PDF, whatever its name and declared type say.
    #[error("attachments.kind_unknown")]
    KindUnknown,
    /// A photograph in a format that only some devices open.
    #[error("attachments.heic")]
    Heic,
    /// Cut off, or damaged.
    #[error("attachments.broken")]
    Broken,
    /// An image of more pixels than can be opened safely.
    #[error("attachments.too_many_pixels")]
    TooManyPixels,
    /// Another file is hidden in it.
    #[error("attachments.other_file_inside")]
    OtherFileInside,
    /// A PDF that does something: programs, files in it, forms that are sent.
    #[error("attachments.active_content")]
    ActiveContent,
    /// A PDF that asks for a password.
    #[error("attachments.locked")]
    Locked,
    /// The procedure does not ask for this.
    #[error("attachments.not_asked")]
    NotAsked,
    /// The application has as many as it may have.
    #[error("attachments.too_many")]
    TooMany,
    /// The application was submitted.
    #[error("attachments.submitted")]
    Submitted,
}

impl Rejection {
    /// Every case, for the tests of the sentences.
    pub const ALL: [Self; 12] = [
        Self::Empty,
        Self::TooLarge,
        Self::KindUnknown,
        Self::Heic,
        Self::Broken,
        Self::TooManyPixels,
        Self::OtherFileInside,
        Self::ActiveContent,
        Self::Locked,
        Self::NotAsked,
        Self::TooMany,
        Self::Submitted,
    ];

    /// The reason with its sentence and data.
    pub fn reason(self) -> Reason {
        let count = |count: usize| Datum::Count(i64::try_from(count).unwrap_or(i64::MAX));
        match self {
            Self::Empty => Reason::new("attachments.empty"),
            Self::TooLarge => Reason::new("attachments.too_large").with("megabytes", count(MAX_BYTES / 1024 / 1024)),
            Self::KindUnknown => Reason::new("attachments.kind_unknown"),
            Self::Heic => Reason::new("attachments.heic"),
            Self::Broken => Reason::new("attachments.broken"),
            Self::TooManyPixels => Reason::new("attachments.too_many_pixels")
                .with("megapixels", Datum::Count(i64::try_from(MAX_PIXELS / 1_000_000).unwrap_or(0))),
            Self::OtherFileInside => Reason::new("attachments.other_file_inside"),
            Self::ActiveContent => Reason::new("attachments.active_content"),
            Self::Locked => Reason::new("attachments.locked"),
            Self::NotAsked => Reason::new("attachments.not_asked"),
            Self::TooMany => Reason::new("attachments.too_many").with("files", count(MAX_FILES)),
            Self::Submitted => Reason::new("attachments.submitted"),
        }
    }
}

/// Whether one more file may come to an application, for one of the documents that its procedure asks for.
pub fn check(application: &Application, requirement: &str) -> Result<(), Rejection> {
    let is_asked = |wanted: &Requirement| wanted.key == requirement;
    match application {
        Application { state, .. } if !state.is_open() => Err(Rejection::Submitted),
        Application { procedure, .. } if !procedure.terms.attachments.iter().any(is_asked) => Err(Rejection::NotAsked),
        Application { attached, .. } if attached.len() >= MAX_FILES => Err(Rejection::TooMany),
        _ => Ok(()),
    }
}

/// The name under which a file is kept: the last part of a path, without anything that a screen or a disk would read otherwise than it
/// looks, and with the ending of what it is. Where nothing is left, `otherwise`.
pub fn clean_name(given: &str, kind: FileKind, otherwise: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let shown: String = last.chars().filter(|c| !hides(*c)).map(|c| if "<>:\"|?*%".contains(c) { '_' } else { c }).collect();
    let mut stem = shown.trim_end_matches(edge);
    // Every ending goes, also of `photo.jpg.exe`; a dot in the middle of a date is none.
    while let Some((before, ending)) = stem.rsplit_once('.') {
        let is_ending = (1..=5).contains(&ending.len())
            && ending.chars().all(|c| c.is_ascii_alphanumeric())
            && !ending.chars().all(|c| c.is_ascii_digit());
        if !is_ending {
            break;
        }
        stem = before.trim_end_matches(edge);
    }
    let kept: String = stem.chars().take(NAME_LENGTH).collect();
    let kept = kept.trim_matches(edge);
    let stem = if kept.is_empty() { otherwise } else { kept };
    // Names that some systems keep for devices.
    let first = stem.split('.').next().unwrap_or_default().to_ascii_uppercase();
    let numbered = |word: &str| first.strip_prefix(word).is_some_and(|rest| rest.len() == 1 && rest.chars().all(|c| c.is_ascii_digit()));
    let is_device = ["CON", "PRN", "AUX", "NUL"].contains(&first.as_str()) || numbered("COM") || numbered("LPT");
    format!("{}{stem}.{}", if is_device { "_" } else { "" }, kind.ending())
}

fn edge(c: char) -> bool {
    c == '.' || c.is_whitespace()
}

/// Characters that are not seen, or turn others around.
fn hides(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn named(given: &str) -> String {
        clean_name(given, FileKind::Jpeg, "file")
    }

    #[test]
    fn a_name_keeps_what_people_wrote_and_gets_the_ending_of_its_content() {
        assert_eq!(named("就労証明書.jpg"), "就労証明書.jpg");
        assert_eq!(named("就労証明書.PDF"), "就労証明書.jpg");
        assert_eq!(named("IMG_0012.JPEG"), "IMG_0012.jpg");
        assert_eq!(named("令和8.11.22"), "令和8.11.22.jpg");
        assert_eq!(named("髙﨑 𠮷子.jpg"), "髙﨑 𠮷子.jpg");
        assert_eq!(named("photo.jpg.exe"), "photo.jpg");
        assert_eq!(named(&"長".repeat(300)).chars().count(), NAME_LENGTH + 4);
    }

    #[test]
    fn a_name_is_no_path_and_hides_nothing() {
        for path in ["../../etc/passwd", "..\\..\\passwd", "/etc/passwd", "C:\\temp\\passwd", "a/b/../passwd.png"] {
            assert_eq!(named(path), "passwd.jpg");
        }
        // Looks like `invoicegpj.exe` the other way round.
        assert_eq!(named("invoice\u{202e}gpj.exe"), "invoicegpj.jpg");
        assert_eq!(named("a\0b\r\nc\u{200b}\u{feff}.jpg"), "abc.jpg");
        assert_eq!(named("a<b>:\"|?*.jpg"), "a_b______.jpg");
        for empty in ["", ".", "..", "/", "\u{202e}", "   ", ".jpg", "...jpg"] {
            assert_eq!(named(empty), "file.jpg", "{empty:?}");
        }
        assert_eq!(named("con.png"), "_con.jpg");
        assert_eq!(named("LPT1"), "_LPT1.jpg");
    }

    proptest! {
        #[test]
        fn any_name_is_cleaned_to_one_that_stays_as_it_is(given in any::<String>()) {
            let once = named(&given);
            prop_assert_eq!(named(&once), once.clone());
            prop_assert!(once.ends_with(".jpg") && once.len() > 4 && once.chars().count() <= NAME_LENGTH + 5);
            prop_assert!(!once.contains(['/', '\\']) && !once.starts_with('.') && !once.chars().any(hides));
        }
    }
}
