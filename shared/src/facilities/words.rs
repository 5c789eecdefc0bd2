//! Yes and no, numbers, addresses on the net and other small words of a published list, read strictly.

use crate::municipalities::Position;
use crate::text::{Email, Phone, PostalCode, to_ascii_width};

/// Reads yes or no: 有, 無, ○, ×, 1, 0, 可, 不可, あり, なし.
pub fn yes_no(text: &str) -> Option<bool> {
    match to_ascii_width(text).trim().to_ascii_lowercase().as_str() {
        "有" | "有り" | "あり" | "○" | "〇" | "◯" | "o" | "1" | "可" | "可能" | "yes" | "true" | "実施" => Some(true),
        "無" | "無し" | "なし" | "×" | "✕" | "✗" | "x" | "0" | "不可" | "no" | "false" | "未実施" => Some(false),
        _ => None,
    }
}

/// Reads a whole number, also `６０人`, `60名`, `1,200`.
pub fn whole_number(text: &str) -> Option<u32> {
    let plain: String = to_ascii_width(text).chars().filter(|c| !c.is_whitespace()).collect();
    let digits = plain.strip_suffix('人').or_else(|| plain.strip_suffix('名')).unwrap_or(&plain);
    let digits = match digits.split_once(',') {
        Some((front, back)) if (1..=3).contains(&front.len()) && back.len() == 3 => format!("{front}{back}"),
        _ => digits.to_owned(),
    };
    (!digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit())).then(|| digits.parse().ok()).flatten()
}

/// Reads a decimal number in plain notation.
pub fn decimal(text: &str) -> Option<f64> {
    let plain = to_ascii_width(text);
    let plain = plain.trim();
    let plain_notation = plain.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-')) && plain.chars().any(|c| c.is_ascii_digit());
    plain_notation.then(|| plain.parse().ok()).flatten()
}

/// Whether a point can be in Japan at all; a swapped or misplaced pair is not.
pub fn in_japan(position: Position) -> bool {
    (20.0..46.0).contains(&position.latitude) && (122.0..154.5).contains(&position.longitude)
}

/// Reads a telephone or fax number and gives it hyphens: `(048)252-4384` is `048-252-4384`. Its own groups stay.
pub fn phone(text: &str) -> Option<String> {
    let signs = |c: char| if matches!(c, '(' | ')' | '−' | '‐' | '–' | '—' | 'ー' | ' ') { '-' } else { c };
    let plain: String = to_ascii_width(text.trim()).chars().map(signs).collect();
    let phone = Phone::parse(&plain).ok()?;
    let groups: Vec<&str> = plain.split('-').filter(|part| !part.is_empty()).collect();
    Some(if groups.len() > 1 { groups.join("-") } else { phone.grouped() })
}

/// Reads a postal code and gives it its hyphen.
pub fn postal_code(text: &str) -> Option<String> {
    let code = PostalCode::parse(text).ok()?;
    let (front, back) = code.as_str().split_at_checked(3)?;
    Some(format!("{front}-{back}"))
}

/// Reads a mail address.
pub fn mail(text: &str) -> Option<String> {
    Email::parse(text).ok().map(|mail| mail.as_str().to_owned())
}

/// Reads the address of a page; anything but http and https is no page.
pub fn web_address(text: &str) -> Option<String> {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    let rest = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://"))?;
    let host = rest.split(['/', '?', '#']).next()?;
    let sane = text.chars().all(|c| !c.is_whitespace() && !c.is_control() && !"<>\"`".contains(c));
    (sane && host.contains('.') && !host.starts_with('.') && !host.contains('@')).then(|| text.to_owned())
}

/// Why a text is no corporate number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CorporateNumberError {
    /// Not 13 digits.
    Malformed,
    /// The first digit does not fit the other twelve.
    CheckDigit,
}

/// Reads a corporate number (法人番号): 13 digits of which the first checks the others. Counted from the right, odd places weigh 1
/// and even places 2; the check digit is 9 less the remainder of the sum by 9 (法人番号の指定等に関する省令).
pub fn corporate_number(text: &str) -> Result<String, CorporateNumberError> {
    let plain: String = to_ascii_width(text).chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let digits: Vec<u32> = plain.chars().map(|c| c.to_digit(10)).collect::<Option<_>>().ok_or(CorporateNumberError::Malformed)?;
    match digits.as_slice() {
        [check, body @ ..] if body.len() == 12 => {
            let sum: u32 = body.iter().rev().zip([1, 2].into_iter().cycle()).map(|(digit, weight)| digit * weight).sum();
            if *check == 9 - sum % 9 { Ok(plain) } else { Err(CorporateNumberError::CheckDigit) }
        }
        _ => Err(CorporateNumberError::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yes_and_no_are_read_in_every_spelling_seen() {
        for yes in ["有", "あり", "○", "〇", "◯", "1", "１", "可", " 有 "] {
            assert_eq!(yes_no(yes), Some(true), "{yes}");
        }
        for no in ["無", "なし", "×", "0", "０", "不可"] {
            assert_eq!(yes_no(no), Some(false), "{no}");
        }
        for unknown in ["", "要相談", "△", "一部", "2", "-"] {
            assert_eq!(yes_no(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn numbers_are_read_and_other_texts_are_not() {
        assert_eq!(whole_number("６０"), Some(60));
        assert_eq!(whole_number("60名"), Some(60));
        assert_eq!(whole_number("1,200人"), Some(1200));
        for text in ["", "約60", "60~70", "-1", "6.5", "1,2", "99999999999"] {
            assert_eq!(whole_number(text), None, "{text}");
        }
        assert_eq!(decimal("35.80447743"), Some(35.804_477_43));
        assert_eq!(decimal("３５．８"), Some(35.8));
        for text in ["", "35°48'", "NaN", "inf", "1e3", "35,8", "-", "."] {
            assert_eq!(decimal(text), None, "{text}");
        }
        assert!(in_japan(Position { latitude: 35.8, longitude: 139.7 }));
        assert!(!in_japan(Position { latitude: 139.7, longitude: 35.8 }));
        assert!(!in_japan(Position { latitude: 0.0, longitude: 0.0 }));
    }

    #[test]
    fn telephone_numbers_get_hyphens() {
        assert_eq!(phone("(048)252-4384").as_deref(), Some("048-252-4384"));
        assert_eq!(phone("０８５９（２２）７１１１").as_deref(), Some("0859-22-7111"));
        assert_eq!(phone("0859227111").as_deref(), Some("0859-22-7111"));
        assert_eq!(phone("0482524384").as_deref(), Some("0482524384"));
        for text in ["", "482524384", "048-252-4384、048-252-4385", "内線12", "048-252-4384(代)"] {
            assert_eq!(phone(text), None, "{text}");
        }
        assert_eq!(postal_code("〒683－8686").as_deref(), Some("683-8686"));
        assert_eq!(postal_code("683"), None);
    }

    #[test]
    fn only_pages_are_addresses_of_pages() {
        assert!(web_address("https://www.city.example.lg.jp/a?b=c").is_some());
        for text in [
            "",
            "www.example.jp",
            "javascript:alert(1)",
            "https://",
            "http://a b.jp",
            "https://x@evil.jp/",
            "ftp://example.jp",
            "https://a.jp/<script>",
        ] {
            assert_eq!(web_address(text), None, "{text}");
        }
    }

    #[test]
    fn a_corporate_number_checks_itself() {
        // The numbers of the National Tax Agency and of the city of Kawaguchi.
        assert!(corporate_number("7000012050002").is_ok());
        assert!(corporate_number("2000020112038").is_ok());
        assert!(corporate_number("７０００ 0120-50002").is_ok());
        assert_eq!(corporate_number("8000012050002"), Err(CorporateNumberError::CheckDigit));
        assert_eq!(corporate_number("700001205000"), Err(CorporateNumberError::Malformed));
        assert_eq!(corporate_number("7.00E+12"), Err(CorporateNumberError::Malformed));
    }
}
