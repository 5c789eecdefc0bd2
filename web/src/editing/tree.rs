//! Something as it is being written: the same tree as what is sent, addressed by the pointers that its check names.

use serde_json::Value;

/// What stands where a number was not typed yet: no rule allows so many of anything, so the check says what may stand there.
const NO_NUMBER: u32 = u32::MAX;
/// The same for degrees and other fractions.
const NO_FRACTION: f64 = 9999.0;

/// What stands somewhere, as it is typed; empty where nothing does.
pub fn text_at(draft: &Value, pointer: &str) -> String {
    match draft.pointer(pointer) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) if number.as_u64() == Some(NO_NUMBER.into()) => String::new(),
        Some(Value::Number(number)) if number.as_f64() == Some(NO_FRACTION) => String::new(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Bool(yes)) => yes.to_string(),
        Some(Value::Array(all)) => all.iter().map(Value::to_string).collect::<Vec<_>>().join(", "),
        Some(Value::Object(_) | Value::Null) | None => String::new(),
    }
}

/// How many rows a list has.
pub fn rows(draft: &Value, list: &str) -> usize {
    draft.pointer(list).and_then(Value::as_array).map_or(0, Vec::len)
}

/// Puts a value somewhere; nothing takes it away.
pub fn set(draft: &mut Value, pointer: &str, value: Value) {
    let Some((parent, name)) = pointer.rsplit_once('/') else { return };
    match draft.pointer_mut(parent) {
        Some(Value::Object(fields)) if value.is_null() => drop(fields.remove(name)),
        Some(Value::Object(fields)) => drop(fields.insert(name.to_owned(), value)),
        _ => {
            if let Some(place) = draft.pointer_mut(pointer) {
                *place = value;
            }
        }
    }
}

/// Adds a row at the end of a list.
pub fn add(draft: &mut Value, list: &str, row: Value) {
    if let Some(Value::Array(all)) = draft.pointer_mut(list) {
        all.push(row);
    } else {
        set(draft, list, Value::Array(vec![row]));
    }
}

/// Takes a row out of a list.
pub fn remove(draft: &mut Value, list: &str, nth: usize) {
    if let Some(all) = draft.pointer_mut(list).and_then(Value::as_array_mut).filter(|all| nth < all.len()) {
        all.remove(nth);
    }
}

/// A key that no row of a list has: people never read it.
pub fn fresh_key(draft: &Value, list: &str, field: &str, stem: &str) -> String {
    let taken: Vec<&str> = draft
        .pointer(list)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|row| row.get(field).and_then(Value::as_str))
        .collect();
    (1..).map(|n: u32| format!("{stem}_{n}")).find(|key| !taken.contains(&key.as_str())).unwrap_or_default()
}

/// What kind of thing is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Words.
    Words,
    /// Words, or nothing.
    MaybeWords,
    /// A number.
    Number,
    /// A number, or nothing.
    MaybeNumber,
    /// A day.
    Day,
    /// A day, or nothing.
    MaybeDay,
    /// A time of day.
    Time,
    /// A time of day, or nothing.
    MaybeTime,
    /// A number with a fraction, or nothing.
    MaybeFraction,
    /// A number with a fraction.
    Fraction,
    /// Days of the month.
    Days,
    /// Yes or no.
    Flag,
}

/// What was typed, as it is sent.
pub fn typed(kind: Kind, text: &str) -> Value {
    let text = text.trim();
    let number = |text: &str| text.parse::<u32>().unwrap_or(NO_NUMBER);
    match kind {
        Kind::MaybeNumber | Kind::MaybeDay | Kind::MaybeWords | Kind::MaybeTime | Kind::MaybeFraction if text.is_empty() => Value::Null,
        Kind::Words | Kind::MaybeWords | Kind::Day | Kind::MaybeDay => text.into(),
        Kind::Number | Kind::MaybeNumber => number(text).into(),
        Kind::Fraction | Kind::MaybeFraction => text.parse::<f64>().unwrap_or(NO_FRACTION).into(),
        Kind::Time | Kind::MaybeTime => match text.split(':').count() {
            2 => format!("{text}:00").into(),
            3 => text.into(),
            _ => "00:00:00".into(),
        },
        Kind::Days => text.split([',', '、', ' ']).filter(|part| !part.is_empty()).map(|part| Value::from(number(part))).collect(),
        Kind::Flag => (text == "true").into(),
    }
}

/// The field of a pointer, as the page names it.
pub fn field_id(pointer: &str) -> String {
    format!("rule{}", pointer.replace('/', "-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_times_are_read_as_people_type_them() {
        assert_eq!(typed(Kind::Days, "1, 16"), serde_json::json!([1, 16]));
        assert_eq!(typed(Kind::Days, "1、16"), serde_json::json!([1, 16]));
        assert_eq!(typed(Kind::Time, "16:30"), serde_json::json!("16:30:00"));
        assert_eq!(typed(Kind::Flag, "true"), serde_json::json!(true));
        assert_eq!((typed(Kind::MaybeTime, ""), typed(Kind::MaybeTime, "7:00")), (Value::Null, serde_json::json!("7:00:00")));
        assert_eq!((typed(Kind::MaybeFraction, ""), typed(Kind::Fraction, "35.4")), (Value::Null, serde_json::json!(35.4)));
    }
}
