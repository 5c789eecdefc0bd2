//! CBOR as devices write it (CTAP2): whole numbers, bytes, texts, lists and maps of stated length; nothing of any depth or without end.

/// A value. What is told in words of it borrows from the bytes that were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value<'a> {
    /// A whole number.
    Number(i64),
    /// Bytes.
    Bytes(&'a [u8]),
    /// Text.
    Text(&'a str),
    /// A list.
    List(Vec<Value<'a>>),
    /// A map, in the order of the bytes.
    Map(Vec<(Value<'a>, Value<'a>)>),
    /// True, false or null.
    Simple(u8),
}

/// So deep devices nest at most.
const DEEPEST: usize = 4;

impl<'a> Value<'a> {
    /// Reads the value at the beginning of the bytes; gives what comes after it.
    pub fn read(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        read(bytes, DEEPEST)
    }

    /// The value under a key of a map.
    pub fn get(&self, key: &Value<'_>) -> Option<&Self> {
        match self {
            Self::Map(pairs) => pairs.iter().find(|(known, _)| known == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The number that it is.
    pub const fn number(&self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The bytes that it is.
    pub const fn bytes(&self) -> Option<&'a [u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }
}

fn read(bytes: &[u8], deeper: usize) -> Option<(Value<'_>, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    let (argument, rest) = argument(first & 0x1f, rest)?;
    let is_nested = matches!(first >> 5, 4 | 5);
    if is_nested && deeper == 0 {
        return None;
    }
    match first >> 5 {
        0 => Some((Value::Number(i64::try_from(argument).ok()?), rest)),
        1 => Some((Value::Number(-1 - i64::try_from(argument).ok()?), rest)),
        2 => rest.split_at_checked(usize::try_from(argument).ok()?).map(|(own, rest)| (Value::Bytes(own), rest)),
        3 => {
            let (own, rest) = rest.split_at_checked(usize::try_from(argument).ok()?)?;
            Some((Value::Text(std::str::from_utf8(own).ok()?), rest))
        }
        4 => {
            let (mut items, mut rest) = (Vec::new(), rest);
            // Room is made by what is there, never by what is promised.
            for _ in 0..argument {
                let (item, after) = read(rest, deeper - 1)?;
                items.push(item);
                rest = after;
            }
            Some((Value::List(items), rest))
        }
        5 => {
            let (mut pairs, mut rest): (Vec<(Value<'_>, Value<'_>)>, _) = (Vec::new(), rest);
            for _ in 0..argument {
                let (key, after) = read(rest, deeper - 1)?;
                let (value, after) = read(after, deeper - 1)?;
                // A key that stands twice means two things.
                if pairs.iter().any(|(known, _)| *known == key) {
                    return None;
                }
                pairs.push((key, value));
                rest = after;
            }
            Some((Value::Map(pairs), rest))
        }
        7 if matches!(first & 0x1f, 20..=22) => Some((Value::Simple(first & 0x1f), rest)),
        _ => None,
    }
}

/// The number that follows a first byte, by its lower five bits.
fn argument(small: u8, rest: &[u8]) -> Option<(u64, &[u8])> {
    let width = match small {
        0..=23 => return Some((u64::from(small), rest)),
        24 => 1,
        25 => 2,
        26 => 4,
        27 => 8,
        _ => return None,
    };
    let (own, rest) = rest.split_at_checked(width)?;
    Some((own.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)), rest))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn what_devices_write_is_read() {
        // {1: 2, 3: -7, "a": [h'0102', true]} and something after it
        let bytes = [0xa3, 1, 2, 3, 0x26, 0x61, b'a', 0x82, 0x42, 1, 2, 0xf5, 0xff];
        let (map, rest) = Value::read(&bytes).unwrap();
        assert_eq!(rest, [0xff]);
        assert_eq!(map.get(&Value::Number(3)), Some(&Value::Number(-7)));
        assert_eq!(map.get(&Value::Text("a")), Some(&Value::List(vec![Value::Bytes(&[1, 2]), Value::Simple(21)])));
        assert_eq!(Value::read(&[0x39, 1, 0]), Some((Value::Number(-257), &[][..])));
        assert_eq!(Value::read(&[0x1a, 0, 1, 0, 0]), Some((Value::Number(65536), &[][..])));
    }

    #[test]
    fn nothing_cut_short_is_read() {
        let whole = [0xa2, 0x63, b'f', b'm', b't', 0x64, b'n', b'o', b'n', b'e', 0x61, b'x', 0x58, 2, 9, 9];
        assert!(Value::read(&whole).is_some());
        for end in 0..whole.len() {
            assert_eq!(Value::read(&whole[..end]), None, "{end}");
        }
    }

    #[test]
    fn bombs_are_refused_at_once() {
        // Lists in lists, a million deep; a map and bytes that promise more than there is; without end.
        assert_eq!(Value::read(&vec![0x81; 1_000_000]), None);
        for promise in [0x9b_u8, 0xbb, 0x5b, 0x7b] {
            assert_eq!(Value::read(&[promise, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), None);
            assert_eq!(Value::read(&[promise, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 1]), None);
        }
        for endless in [0x5f_u8, 0x7f, 0x9f, 0xbf] {
            assert_eq!(Value::read(&[endless, 0x41, 1, 0xff]), None);
        }
        // A key twice, a tag, a fraction, text that is none.
        for bytes in [&[0xa2_u8, 1, 1, 1, 2][..], &[0xc0, 0x61, b'a'], &[0xfa, 0, 0, 0, 0], &[0x61, 0xff]] {
            assert_eq!(Value::read(bytes), None);
        }
    }
}
