//! Lines of iCalendar (RFC 5545): escaped, folded at 75 octets, never within a character.

use chrono::{DateTime, NaiveDateTime, Utc};

use crate::time::tokyo;

/// The longest line in octets, its end not counted (RFC 5545, 3.1).
const LONGEST: usize = 75;

/// What is written of a calendar so far.
#[derive(Debug, Default)]
pub struct Lines(String);

impl Lines {
    /// A line whose value is written as it is: a word of the format, a number, an address.
    pub fn plain(&mut self, name: &str, value: &str) -> &mut Self {
        self.fold(name, value.chars().filter(|letter| !letter.is_control()))
    }

    /// A line of somebody's words.
    pub fn words(&mut self, name: &str, words: &str) -> &mut Self {
        let words = words.replace("\r\n", "\n");
        let mut escaped = String::with_capacity(words.len());
        for letter in words.chars() {
            match letter {
                '\n' | '\r' => escaped.push_str("\\n"),
                '\\' | ';' | ',' => escaped.extend(['\\', letter]),
                // A tabulator is the only other control character that a text may have.
                letter if letter.is_control() && letter != '\t' => {}
                letter => escaped.push(letter),
            }
        }
        self.fold(name, escaped.chars())
    }

    /// An instant, in UTC.
    pub fn utc(&mut self, name: &str, at: DateTime<Utc>) -> &mut Self {
        self.plain(name, &format!("{}Z", basic(at.naive_utc())))
    }

    /// An instant, on Tokyo's clock.
    pub fn local(&mut self, name: &str, at: DateTime<Utc>) -> &mut Self {
        self.plain(&format!("{name};TZID=Asia/Tokyo"), &basic(tokyo(at).naive_local()))
    }

    /// The whole.
    pub fn done(self) -> String {
        self.0
    }

    fn fold(&mut self, name: &str, value: impl Iterator<Item = char>) -> &mut Self {
        let mut octets = 0;
        for letter in name.chars().chain([':']).chain(value) {
            if octets + letter.len_utf8() > LONGEST {
                self.0.push_str("\r\n ");
                octets = 1;
            }
            self.0.push(letter);
            octets += letter.len_utf8();
        }
        self.0.push_str("\r\n");
        self
    }
}

fn basic(at: NaiveDateTime) -> String {
    at.format("%Y%m%dT%H%M%S").to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn unfolded(text: &str) -> String {
        text.replace("\r\n ", "")
    }

    #[test]
    fn words_are_escaped_and_instants_are_written_for_their_zone() {
        let mut lines = Lines::default();
        lines.words("SUMMARY", "a,b;c\\d\r\ne\u{0}\tf").plain("URL", "https://x/y,z");
        let at: DateTime<Utc> = "2026-12-31T15:30:00Z".parse().unwrap();
        lines.utc("DTSTAMP", at).local("DTSTART", at);
        assert_eq!(
            lines.done(),
            "SUMMARY:a\\,b\\;c\\\\d\\ne\tf\r\nURL:https://x/y,z\r\nDTSTAMP:20261231T153000Z\r\nDTSTART;TZID=Asia/Tokyo:20270101T003000\r\n"
        );
    }

    #[test]
    fn a_line_breaks_before_the_letter_that_would_not_fit() {
        let mut lines = Lines::default();
        lines.words("X", &"弓".repeat(60));
        let text = lines.done();
        assert_eq!(text.lines().map(str::len).collect::<Vec<_>>(), [74, 73, 37]);
    }

    proptest! {
        #[test]
        fn no_line_is_too_long_and_nothing_is_lost(words in any::<String>()) {
            let mut lines = Lines::default();
            lines.words("DESCRIPTION", &words);
            let text = lines.done();
            prop_assert!(text.ends_with("\r\n"));
            for line in text.trim_end_matches("\r\n").split("\r\n") {
                prop_assert!(line.len() <= LONGEST && !line.contains(['\n', '\r']), "{line:?}");
            }
            let mut read = String::new();
            let whole = unfolded(&text);
            let mut letters = whole.trim_start_matches("DESCRIPTION:").trim_end_matches("\r\n").chars();
            while let Some(letter) = letters.next() {
                match letter {
                    '\\' => read.extend(letters.next().map(|next| if next == 'n' { '\n' } else { next })),
                    letter => read.push(letter),
                }
            }
            let kept = words.replace("\r\n", "\n").replace('\r', "\n");
            prop_assert_eq!(read, kept.chars().filter(|c| matches!(c, '\n' | '\t') || !c.is_control()).collect::<String>());
        }
    }
}
