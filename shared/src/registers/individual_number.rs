//! Finds individual numbers (個人番号, マイナンバー) in a text, so that a file which holds one is refused and kept nowhere.

/// So many digits, the last of which checks the others.
const DIGITS: usize = 12;
/// What the eleven digits are multiplied by, from the first (行政手続における特定の個人を識別するための番号の利用等に関する法律の規定による
/// 通知カード及び個人番号カード並びに情報提供ネットワークシステムによる特定個人情報の提供等に関する省令 第5条).
const WEIGHTS: [u32; DIGITS - 1] = [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2];

/// Whether twelve digits are an individual number: the last one fits the eleven before it.
pub fn is_individual_number(digits: &[u32]) -> bool {
    let [number @ .., check] = digits else { return false };
    let sum: u32 = number.iter().zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    let left = sum % 11;
    number.len() == WEIGHTS.len() && *check == if left <= 1 { 0 } else { 11 - left }
}

/// A digit in any width.
fn digit(c: char) -> Option<u32> {
    match c {
        '０'..='９' => u32::from(c).checked_sub(u32::from('０')),
        c => c.to_digit(10),
    }
}

/// What people put between the digits of one number, and what nobody sees.
fn is_between(c: char) -> bool {
    let dash =
        matches!(c, '-' | '－' | 'ー' | 'ｰ' | '−' | '\u{2010}'..='\u{2015}' | '\u{FE63}' | '_' | '＿' | '.' | '．' | '・' | '･' | '\'');
    let unseen = matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}');
    dash || unseen || c.is_whitespace() || c.is_control()
}

/// Whether an individual number stands anywhere in a text: twelve digits of any width, whole or in groups with hyphens, spaces or the like
/// between them. Digits that go on before or after a group make another number of it.
pub fn holds_individual_number(text: &str) -> bool {
    // The groups of digits that only such signs part, and where each of them begins among all digits of the run.
    let (mut digits, mut starts): (Vec<u32>, Vec<usize>) = (Vec::new(), Vec::new());
    let mut in_group = false;
    for c in text.chars().chain(['/']) {
        if let Some(value) = digit(c) {
            if !in_group {
                starts.push(digits.len());
            }
            digits.push(value);
            in_group = true;
        } else if is_between(c) {
            in_group = false;
        } else {
            if holds(&digits, &starts) {
                return true;
            }
            digits.clear();
            starts.clear();
            in_group = false;
        }
    }
    false
}

/// Whether some neighbouring groups together are an individual number.
fn holds(digits: &[u32], starts: &[usize]) -> bool {
    starts.iter().any(|start| {
        let end = start.saturating_add(DIGITS);
        let is_whole = end == digits.len() || starts.contains(&end);
        is_whole && digits.get(*start..end).is_some_and(is_individual_number)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Eleven digits with the digit that checks them, by the words of the ordinance: counted from the last digit.
    fn number(eleven: &[u32]) -> String {
        let weighted = eleven.iter().rev().zip(1..).map(|(digit, n)| digit * if n <= 6 { n + 1 } else { n - 5 });
        let sum: u32 = weighted.sum();
        let check = if sum % 11 <= 1 { 0 } else { 11 - sum % 11 };
        eleven.iter().chain([&check]).map(u32::to_string).collect()
    }

    fn wide(text: &str) -> String {
        text.chars().map(|c| c.to_digit(10).and_then(|d| char::from_u32(0xFF10 + d)).unwrap_or(c)).collect()
    }

    #[test]
    fn the_digit_that_checks_is_the_official_one() {
        // 123456789018 is the number of the specimen card.
        assert!(holds_individual_number("123456789018"));
        assert!(!holds_individual_number("123456789012"));
        // A remainder of 0 or 1 both give 0.
        assert!(holds_individual_number("000000000000") && holds_individual_number("111111111118"));
    }

    #[test]
    fn it_is_found_however_it_is_written_and_nothing_else_is() {
        for text in [
            "1234-5678-9018",
            "１２３４　５６７８　９０１８",
            "個人番号:1234ー5678ー9018です",
            "12 34 56 78 90 18",
            "\u{FEFF}1234\u{200B}56789018",
            "123456789018-2026",
            "'123456789018",
            "a/123456789018/b",
            "2 123456789018",
        ] {
            assert!(holds_individual_number(text), "{text}");
        }
        for text in
            ["1123456789018", "1234567890180", "0859-22-7111", "2026-11-22", "123456789017", "", "1234/5678/9018", "312029", "12345678901"]
        {
            assert!(!holds_individual_number(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_number_passes_with_any_signs_between_in_any_width(
            eleven in prop::collection::vec(0_u32..10, 11),
            signs in prop::collection::vec(prop::sample::select(vec!["", "-", " ", "　", "－", "‐", "ー", "\t", "\u{200B}", "- "]), 11),
            full in any::<bool>(),
            before in "[ぁ-んa-z:（]{0,5}",
            after in "[ぁ-んa-z）]{0,5}",
        ) {
            let plain = number(&eleven);
            let mut written: String = plain.chars().zip(signs.iter().chain([&""])).map(|(c, sign)| format!("{c}{sign}")).collect();
            if full {
                written = wide(&written);
            }
            let text = format!("{before}{written}{after}");
            prop_assert!(holds_individual_number(&text));
        }

        #[test]
        fn a_wrong_digit_makes_no_number(eleven in prop::collection::vec(0_u32..10, 11), off in 1_u32..10) {
            let mut plain = number(&eleven);
            let last = plain.pop().unwrap().to_digit(10).unwrap();
            plain.push(char::from_digit((last + off) % 10, 10).unwrap());
            prop_assert!(!holds_individual_number(&plain));
        }
    }
}
