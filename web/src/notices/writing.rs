//! Sentences while an officer writes them.

use leptos::prelude::*;
use shared::notices::{Kind, Texts, words};
use shared::problem::Reason;
use shared::text::Rejection;

/// Pointers of the API with the fields of the page.
pub const FIELDS: [(&str, &str); 4] =
    [("/title", "notice-title"), ("/body", "notice-body"), ("/lock_title", "notice-lock"), ("/step_label", "notice-step")];

/// What is written.
#[derive(Debug, Clone, Copy)]
pub struct Draft {
    /// The line.
    pub title: RwSignal<String>,
    /// The lines.
    pub body: RwSignal<String>,
    /// What a lock screen shows.
    pub lock_title: RwSignal<String>,
    /// The next step.
    pub step_label: RwSignal<String>,
}

impl Draft {
    /// What is there already.
    pub fn of(texts: &Texts) -> Self {
        Self {
            title: RwSignal::new(texts.title.clone()),
            body: RwSignal::new(texts.body.clone()),
            lock_title: RwSignal::new(texts.lock_title.clone()),
            step_label: RwSignal::new(texts.step_label.clone()),
        }
    }

    /// As it is now; followed when read in a view.
    pub fn texts(self) -> Texts {
        let trimmed = |text: RwSignal<String>| text.with(|text| text.trim().to_owned());
        Texts {
            title: trimmed(self.title),
            body: trimmed(self.body),
            lock_title: trimmed(self.lock_title),
            step_label: trimmed(self.step_label),
        }
    }
}

/// Everything that is wrong, field by field in the order of the page.
pub fn wrong_with(kind: Kind, texts: &Texts) -> Vec<(&'static str, Reason)> {
    let all = [("title", &texts.title), ("body", &texts.body), ("lock_title", &texts.lock_title), ("step_label", &texts.step_label)];
    let missing = all.into_iter().filter(|(_, text)| text.is_empty()).map(|(field, _)| (field, Rejection::Missing.reason()));
    let names = words::check(kind, texts).into_iter().map(|(field, wrong)| (field, wrong.reason()));
    let found: Vec<(&str, Reason)> = missing.chain(names).collect();
    let at = |(pointer, field): (&'static str, &'static str)| {
        let of_field = found.iter().filter(move |(name, _)| pointer.strip_prefix('/') == Some(*name));
        of_field.map(|(_, reason)| (field, reason.clone())).collect::<Vec<_>>()
    };
    FIELDS.into_iter().flat_map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_said_at_its_field() {
        let texts = |body: &str, lock_title: &str| Texts {
            title: String::new(),
            body: body.to_owned(),
            lock_title: lock_title.to_owned(),
            step_label: "予約を見る".to_owned(),
        };
        let codes = |texts: &Texts| -> Vec<(&str, String)> {
            wrong_with(Kind::BookingConfirmed, texts).into_iter().map(|(field, reason)| (field, reason.code.into_owned())).collect()
        };
        let found = codes(&texts("{facility} {stay} {child}", "{facility}"));
        let expected = [
            ("notice-title", "text.missing"),
            ("notice-body", "notices.placeholder_unknown"),
            ("notice-lock", "notices.placeholder_on_lock"),
        ];
        assert_eq!(found, expected.map(|(field, code)| (field, code.to_owned())));
        assert_eq!(
            codes(&texts("{facility", "{day}")).last().map(|(field, code)| (*field, code.as_str())),
            Some(("notice-body", "notices.brace_open"))
        );
    }
}
