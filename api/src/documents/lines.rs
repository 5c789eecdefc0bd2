//! Text in lines: how wide it is in the letters' type, and where it may break (禁則: no line begins with 、 or ends with （).

use std::sync::OnceLock;

use skrifa::charmap::Charmap;
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::{FontRef, GlyphId, MetadataProvider};
use unicode_linebreak::{BreakOpportunity, linebreaks};

/// The letters' type: Noto Serif CJK JP with the characters of JIS X 0213 and CP932, see `api/fonts`.
pub const FONT: &[u8] = include_bytes!("../../fonts/NotoSerifCJKjp-Regular-JIS.otf");

/// What is printed for a character that the type does not have (下駄).
pub const MISSING: char = '〓';

/// The type, read.
pub struct Type {
    letters: Charmap<'static>,
    widths: GlyphMetrics<'static>,
    units: f32,
}

/// A letter of a line: which glyph, how wide in parts of the size, and how many bytes of the text it stands for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Letter {
    /// The glyph.
    pub glyph: GlyphId,
    /// Its width, 1 being the size of the type.
    pub width: f32,
    /// Bytes of the text.
    pub bytes: usize,
}

impl Type {
    /// The one type; none: the file in the program is no font, which a test rules out.
    pub fn get() -> Option<&'static Self> {
        static TYPE: OnceLock<Option<Type>> = OnceLock::new();
        TYPE.get_or_init(|| {
            let font = FontRef::new(FONT).ok()?;
            let units = f32::from(font.metrics(Size::unscaled(), LocationRef::default()).units_per_em);
            Some(Self { letters: font.charmap(), widths: font.glyph_metrics(Size::unscaled(), LocationRef::default()), units })
        })
        .as_ref()
    }

    /// Whether a character can be printed.
    pub fn has(&self, letter: char) -> bool {
        is_mark(letter) || self.letters.map(letter).is_some()
    }

    /// The letters of a text. Marks that choose among shapes of a letter belong to the letter before.
    pub fn letters(&self, text: &str) -> Vec<Letter> {
        let mut letters: Vec<Letter> = Vec::with_capacity(text.len() / 3);
        for letter in text.chars() {
            let bytes = letter.len_utf8();
            if is_mark(letter)
                && let Some(before) = letters.last_mut()
            {
                before.bytes += bytes;
                continue;
            }
            let glyph = self.letters.map(letter).or_else(|| self.letters.map(MISSING)).unwrap_or(GlyphId::NOTDEF);
            let width = self.widths.advance_width(glyph).unwrap_or(self.units) / self.units;
            letters.push(Letter { glyph, width, bytes });
        }
        letters
    }

    /// How wide a text is, 1 being the size of the type.
    pub fn width(&self, text: &str) -> f32 {
        self.letters(text).iter().map(|letter| letter.width).sum()
    }

    /// The lines of a text in a column, 1 being the size of the type. A word that is longer than a line is cut.
    pub fn lines<'a>(&self, text: &'a str, column: f32) -> Vec<&'a str> {
        let mut lines = Vec::new();
        let (mut start, mut fits) = (0, 0);
        let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
        for (end, kind) in linebreaks(text) {
            if self.width(part(start, end).trim_end()) > column && fits > start {
                lines.push(part(start, fits).trim_end());
                start = fits;
            }
            // What cannot break is longer than a line.
            while self.width(part(start, end).trim_end()) > column {
                let cut = self.cut(part(start, end), column);
                lines.push(part(start, start + cut));
                start += cut;
            }
            fits = end;
            if kind == BreakOpportunity::Mandatory {
                lines.push(part(start, end).trim_end());
                start = end;
            }
        }
        lines
    }

    /// After how many bytes a line is full; at least one letter stands on it.
    fn cut(&self, text: &str, column: f32) -> usize {
        let (mut wide, mut bytes) = (0.0, 0);
        for letter in self.letters(text) {
            wide += letter.width;
            if wide > column && bytes > 0 {
                break;
            }
            bytes += letter.bytes;
        }
        bytes
    }
}

/// Marks that choose among shapes of the letter before them.
fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lines(text: &str, column: f32) -> Vec<&str> {
        Type::get().unwrap().lines(text, column)
    }

    #[test]
    fn the_type_has_the_letters_of_names() {
        let letters = Type::get().unwrap();
        for letter in "弓浜髙﨑𠮷濵德邉邊栁神齋祐薗槇葛辻鷗〓①㈱ゔヷー、。（）「」〜－・…％0123ABCabc様号㎡".chars()
        {
            assert!(letters.has(letter), "{letter}");
        }
        assert!(!letters.has('🐸') && !letters.has('\u{2a6d6}'));
        assert_eq!(letters.width("弓浜"), 2.0);
        assert!(letters.width("10") < 1.3);
        assert_eq!(letters.letters("葛\u{e0100}").len(), 1);
    }

    #[test]
    fn lines_break_as_japanese_does() {
        assert_eq!(lines("あいうえお、かき。", 5.0), ["あいうえ", "お、かき。"]);
        for column in 2..12_u8 {
            for line in
                lines("申請は、（決定の）日から「三か月」以内にできます。チャーハン・ラーメン、10,000円！", f32::from(column).max(7.0))
            {
                assert!(!line.starts_with(['、', '。', '）', '」', 'ャ', 'ー', '・', '！']), "{line}");
                assert!(!line.ends_with(['（', '「']), "{line}");
            }
        }
        assert_eq!(lines("令和8年\n11月22日", 20.0), ["令和8年", "11月22日"]);
        assert_eq!(lines("to be or not", 3.0), ["to be", "or not"]);
        assert_eq!(lines("", 5.0), Vec::<&str>::new());
        // What cannot break is cut.
        assert!(lines(&"W".repeat(40), 5.0).len() > 5);
    }

    proptest! {
        #[test]
        fn no_line_is_too_wide_and_nothing_is_lost(text in any::<String>(), column in 2.0..30.0_f32) {
            let broken = lines(&text, column);
            let letters = Type::get().unwrap();
            for line in &broken {
                prop_assert!(letters.width(line.trim_end()) <= column || letters.letters(line.trim_end()).len() == 1, "{line:?}");
            }
            let seen = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(seen(&broken.concat()), seen(&text));
        }
    }
}
