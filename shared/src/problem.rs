//! The one body of every answer that is not a success (RFC 9457), and reasons that any side can put into any language.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::locale::{self, Locale, Localised};
use crate::time::Month;

/// A piece of data that a reason's sentence needs, typed so that every language writes it its own way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "value", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Datum {
    /// An instant.
    Moment(DateTime<Utc>),
    /// A day in Tokyo.
    Day(NaiveDate),
    /// A month in Tokyo, `YYYY-MM`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    Month(Month),
    /// A length in minutes.
    Minutes(i64),
    /// A number of days in half days.
    HalfDays(i64),
    /// A number of times of use.
    Uses(i64),
    /// An amount in yen.
    Yen(i64),
    /// A plain number.
    Count(i64),
    /// A number of people.
    People(i64),
    /// A name or text as somebody wrote it.
    Text(String),
    /// A name in the languages of the product.
    Names(Localised),
    /// Another reason, within a sentence.
    Because {
        /// The reason.
        #[cfg_attr(feature = "openapi", schema(no_recursion))]
        reason: Box<Reason>,
    },
    /// From when to when.
    Span {
        /// Start.
        starts_at: DateTime<Utc>,
        /// End.
        ends_at: DateTime<Utc>,
    },
}

impl Datum {
    /// The datum as people of this language write it.
    pub fn say(&self, locale: Locale) -> String {
        match self {
            Self::Moment(at) => locale::moment(*at, locale),
            Self::Day(day) => locale::full_day(*day, locale),
            Self::Month(month) => locale::month(*month, locale),
            Self::Minutes(minutes) => locale::minutes(*minutes, locale),
            Self::HalfDays(halves) => locale::half_days(*halves, locale),
            Self::Uses(uses) => locale::uses(*uses, locale),
            Self::Yen(yen) => locale::yen(*yen, locale),
            Self::Count(count) => count.to_string(),
            Self::People(count) => locale::people(*count, locale),
            Self::Text(text) => text.clone(),
            Self::Names(names) => names.get(locale).to_owned(),
            Self::Because { reason } => reason.sentence(locale),
            Self::Span { starts_at, ends_at } => locale::span(*starts_at, *ends_at, locale),
        }
    }
}

/// Why something is refused: a stable code, which is also the key of its sentence, and the data the sentence needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reason {
    /// Stable code such as `bookings.slot_full`; the contract.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub code: Cow<'static, str>,
    /// What the sentence needs, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub data: BTreeMap<String, Datum>,
}

impl Reason {
    /// A reason without data.
    pub const fn new(code: &'static str) -> Self {
        Self { code: Cow::Borrowed(code), data: BTreeMap::new() }
    }

    /// The same reason with one more datum.
    #[must_use]
    pub fn with(mut self, name: &str, datum: Datum) -> Self {
        self.data.insert(name.to_owned(), datum);
        self
    }

    /// The sentence in this language (easy Japanese with furigana marks).
    pub fn sentence(&self, locale: Locale) -> String {
        let sentence = sentence(&self.code, locale);
        let mut said = String::with_capacity(sentence.len());
        let mut rest = sentence.as_str();
        // In one walk: what a datum says is never read as a sentence again.
        while let Some((before, after)) = rest.split_once("%{") {
            said.push_str(before);
            match after.split_once('}').and_then(|(name, tail)| Some((self.data.get(name)?, tail))) {
                Some((datum, tail)) => {
                    said.push_str(&datum.say(locale));
                    rest = tail;
                }
                None => {
                    said.push_str("%{");
                    rest = after;
                }
            }
        }
        said.push_str(rest);
        said
    }
}

/// The sentence of a key in this language.
pub fn sentence(key: &str, locale: Locale) -> String {
    rust_i18n::t!(key, locale = locale.tag()).into_owned()
}

/// Every code there is, in order. A key of two words is a code; a key of more is a word, or belongs to the report of a command.
pub fn codes() -> Vec<String> {
    let sentences = crate::_RUST_I18N_BACKEND.messages_for_locale(Locale::Ja.tag()).unwrap_or_default();
    let mut codes: Vec<String> = sentences.into_iter().map(|(key, _)| key.into_owned()).filter(|key| key.split('.').count() == 2).collect();
    codes.sort();
    codes
}

/// One of several things wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProblemPart {
    /// Where in the body, as a JSON pointer such as `/child_ids/1`; absent when it concerns the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// What it is about, for example the child's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The reason: `code` and `data`.
    #[serde(flatten)]
    pub reason: Reason,
    /// The reason's sentence in the asked language, without furigana.
    pub detail: String,
}

/// `application/problem+json` (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// A URI reference that names the kind of problem: `/docs/errors#<code>`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The HTTP status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened and what to do, in the asked language.
    pub detail: String,
    /// Stable code, the same as the first of `errors` where there are any.
    pub code: String,
    /// Every single thing that is wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ProblemPart>,
    /// The request's id, to be told to support.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

impl Problem {
    /// The reasons, or the problem's own code where it names none.
    pub fn reasons(&self) -> Vec<Reason> {
        if self.errors.is_empty() {
            vec![Reason { code: Cow::Owned(self.code.clone()), data: BTreeMap::new() }]
        } else {
            self.errors.iter().map(|part| part.reason.clone()).collect()
        }
    }
}
