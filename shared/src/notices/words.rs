//! The sentences of notices: templates with `{placeholders}`, filled by the one formatter of days and times, in Tokyo time whatever the
//! device's zone.

use super::{Facts, Kind, Preview, Rejection, Texts};
use crate::ids::FacilityId;
use crate::locale::{self, Locale, Localised, without_ruby};
use crate::problem::{Datum, sentence};
use crate::time::tokyo_day;

/// What a lock screen may show besides words: days and times, and how many.
const ON_LOCK: [&str; 8] = ["stay", "day", "from", "until", "answer_by", "free_until", "due", "wanted"];
/// Days that a lock screen need not show.
const DAYS: [&str; 2] = ["valid_from", "valid_until"];
/// A datum that comes with another one's name.
const MORE: &str = "more";

/// The sentences that come with the program.
pub fn shipped(kind: Kind, locale: Locale) -> Texts {
    let [title, body, lock_title, step_label] = kind.sentences();
    Texts {
        title: sentence(&title, locale),
        body: sentence(&body, locale),
        lock_title: sentence(&lock_title, locale),
        step_label: sentence(&step_label, locale),
    }
}

/// What a kind is called where no notice of it is at hand: its shipped title for any day; what a city writes itself has none.
pub fn name(kind: Kind, locale: Locale) -> String {
    if kind == Kind::Campaign {
        return sentence("notices.word.campaign", locale);
    }
    let title = shipped(kind, locale).title;
    let any = sentence("notices.word.any_day", locale);
    ON_LOCK.iter().chain(&DAYS).fold(title, |title, day| title.replace(&format!("{{{day}}}"), &any))
}

/// What sentences of a kind may name: its facts, of a stay its day and times, and of what is waited for its day.
pub fn placeholders(kind: Kind) -> Vec<&'static str> {
    let facts = kind.rule().facts;
    let derived = if facts.contains(&"stay") {
        ["day", "from", "until"].as_slice()
    } else if facts.contains(&"wanted") {
        ["day"].as_slice()
    } else {
        [].as_slice()
    };
    facts.iter().chain(derived).copied().collect()
}

/// What the lock title of a kind may name.
pub fn lock_placeholders(kind: Kind) -> Vec<&'static str> {
    placeholders(kind).into_iter().filter(|name| ON_LOCK.contains(name)).collect()
}

/// The most letters of each sentence.
const LENGTHS: [(&str, usize); 4] = [("title", 120), ("body", 2000), ("lock_title", 80), ("step_label", 40)];

/// Checks that there are sentences, and not too long ones; each error with the name of its field.
pub fn check_lengths(texts: &Texts) -> Vec<(&'static str, crate::text::Rejection)> {
    let all = [&texts.title, &texts.body, &texts.lock_title, &texts.step_label];
    let wrong = |((field, most), text): ((&'static str, usize), &String)| {
        let is_long = (most < text.chars().count()).then_some((field, crate::text::Rejection::TooLong));
        if text.trim().is_empty() { Some((field, crate::text::Rejection::Missing)) } else { is_long }
    };
    LENGTHS.into_iter().zip(all).filter_map(wrong).collect()
}

/// Checks the sentences of a kind; each error with the name of its field.
pub fn check(kind: Kind, texts: &Texts) -> Vec<(&'static str, Rejection)> {
    let (all, on_lock) = (placeholders(kind), lock_placeholders(kind));
    let mut found = Vec::new();
    for (field, text) in
        [("title", &texts.title), ("body", &texts.body), ("lock_title", &texts.lock_title), ("step_label", &texts.step_label)]
    {
        for piece in pieces(text) {
            match piece {
                Piece::Text(text) if text.contains(['{', '}']) => found.push((field, Rejection::BraceOpen)),
                Piece::Text(_) => {}
                Piece::Name(name) if !all.contains(&name) => found.push((field, Rejection::PlaceholderUnknown { name: name.to_owned() })),
                Piece::Name(name) if field == "lock_title" && !on_lock.contains(&name) => {
                    found.push((field, Rejection::PlaceholderOnLock { name: name.to_owned() }));
                }
                Piece::Name(_) => {}
            }
        }
    }
    found
}

enum Piece<'a> {
    Text(&'a str),
    Name(&'a str),
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, tail)) = after.split_once('}') else { break };
        found.push(Piece::Text(before));
        found.push(Piece::Name(name));
        rest = tail;
    }
    found.push(Piece::Text(rest));
    found
}

/// The sentences of a notice, filled with its facts.
pub fn say(texts: &Texts, facts: &Facts, locale: Locale) -> Texts {
    let one = |text: &str| text.lines().filter_map(|line| filled(line, facts, locale)).collect::<Vec<_>>().join("\n");
    Texts { title: one(&texts.title), body: one(&texts.body), lock_title: one(&texts.lock_title), step_label: one(&texts.step_label) }
}

/// The same without furigana, for channels that have no room for it.
pub fn plain(texts: &Texts) -> Texts {
    Texts {
        title: without_ruby(&texts.title),
        body: without_ruby(&texts.body),
        lock_title: without_ruby(&texts.lock_title),
        step_label: without_ruby(&texts.step_label),
    }
}

/// One line; none where everything that it would name is empty.
fn filled(line: &str, facts: &Facts, locale: Locale) -> Option<String> {
    let (mut said, mut names, mut empty) = (String::with_capacity(line.len()), 0, 0);
    // In one walk: what a fact says is never read as a placeholder again.
    for piece in pieces(line) {
        match piece {
            Piece::Text(text) => said.push_str(text),
            Piece::Name(name) => {
                let word = word(name, facts, locale);
                names += 1;
                empty += i32::from(word.is_empty());
                said.push_str(&word);
            }
        }
    }
    (names == 0 || empty < names).then_some(said)
}

/// What stands for a placeholder; empty where the facts do not say.
pub fn word(name: &str, facts: &Facts, locale: Locale) -> String {
    match (name, facts.get(name), facts.get("stay")) {
        ("stay", Some(datum), _) => with_more(datum.say(locale), facts, locale),
        (_, Some(datum), _) => datum.say(locale),
        ("day", None, Some(Datum::Span { starts_at, .. })) => with_more(locale::day(tokyo_day(*starts_at), locale), facts, locale),
        ("from", None, Some(Datum::Span { starts_at, .. })) => locale::clock_at(*starts_at),
        ("until", None, Some(Datum::Span { ends_at, .. })) => locale::clock_at(*ends_at),
        ("day", None, None) => match facts.get("wanted") {
            Some(Datum::Span { starts_at, .. }) => locale::day(tokyo_day(*starts_at), locale),
            // Any of some days.
            Some(days) => days.say(locale),
            None => String::new(),
        },
        _ => String::new(),
    }
}

/// A stay, or its day, with how many others it stands for.
fn with_more(stay: String, facts: &Facts, locale: Locale) -> String {
    match facts.get(MORE) {
        Some(Datum::Count(more)) if *more > 0 => {
            sentence("notices.word.and_more", locale).replace("{stay}", &stay).replace("{more}", &more.to_string())
        }
        _ => stay,
    }
}

/// Says that a stay stands for others too.
pub fn note_more(facts: &mut Facts, more: usize) {
    if more > 0 {
        facts.insert(MORE.to_owned(), Datum::Count(i64::try_from(more).unwrap_or(i64::MAX)));
    }
}

/// One message for many: what stands above the list of their titles.
pub fn digest(titles: &[String], locale: Locale) -> Texts {
    let said = |key: &str| sentence(key, locale).replace("{count}", &titles.len().to_string());
    Texts {
        title: said("notices.word.many_title"),
        body: titles.iter().map(|title| format!("・{title}")).collect::<Vec<_>>().join("\n"),
        lock_title: said("notices.word.many_title"),
        step_label: said("notices.step.inbox"),
    }
}

/// Facts as they could be, to look at sentences before they are used.
pub fn example(kind: Kind) -> Facts {
    let at = |day: u32, hour: u32| {
        let day = chrono::NaiveDate::from_ymd_opt(2026, 12, day).unwrap_or_default();
        crate::time::at(day, chrono::NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default())
    };
    let names = |ja: &str, easy: &str, en: &str| Datum::Names(Localised::new(ja, easy, en));
    let one = |name: &str| match name {
        "facility" => Datum::Text("なぎさ保育園".to_owned()),
        "programme" => names("一時預かり", "[一時預|いちじあず]かり", "Temporary care"),
        "procedure" => names("認定の申請", "[認定|にんてい]の[申請|しんせい]", "Certification"),
        "city" => names("境港市", "[境港市|さかいみなとし]", "Sakaiminato"),
        "stay" | "wanted" => Datum::Span { starts_at: at(3, 9), ends_at: at(3, 12) },
        "free_until" | "answer_by" | "decide_by" => Datum::Moment(at(2, 15)),
        "due" | "valid_from" | "valid_until" => Datum::Day(tokyo_day(at(31, 0))),
        "fee" => Datum::Yen(500),
        "bring" => names("着替え、おむつ", "[着替|きが]え、おむつ", "A change of clothes, nappies"),
        "why" => Datum::Because {
            reason: Box::new(crate::slots::Closure { reason: crate::slots::ClosureReason::Weather, message: String::new() }.reason()),
        },
        "subject" => names("産後ケアのご案内", "[産後|さんご]ケアの お[知|し]らせ", "Postnatal care"),
        "step" => names("空きを探す", "[空|あ]いている[所|ところ]を さがす", "Find a place"),
        "text" => names("来月末まで利用できます。", "[来月|らいげつ]まで [使|つか]えます。", "You can use it until the end of next month."),
        _ => Datum::Text("…".to_owned()),
    };
    kind.rule().facts.iter().map(|name| ((*name).to_owned(), one(name))).collect()
}

/// Sentences as they would read in every language given, with example facts.
pub fn preview(kind: Kind, texts: &Texts, locale: Locale) -> Preview {
    Preview { locale, texts: say(texts, &example(kind), locale) }
}

/// What the next step of a notice is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// One booking.
    Booking(crate::ids::BookingId),
    /// What was written about a booking.
    Messages(crate::ids::BookingId),
    /// Several dates of a series.
    Series(crate::ids::SeriesId),
    /// A search for places like one that is lost.
    Search {
        /// The programme.
        programme: crate::programmes::ProgrammeKey,
        /// The day.
        day: chrono::NaiveDate,
    },
    /// The family's bookings, with its waiting list.
    Bookings,
    /// An application.
    Application(crate::ids::ApplicationId),
    /// The family's applications and certifications.
    Applications,
    /// A facility.
    Facility(FacilityId),
    /// What proves where the family lives.
    Residence,
    /// The family's own data.
    Family,
    /// Free places of a programme.
    Places {
        /// The programme.
        programme: crate::programmes::ProgrammeKey,
        /// For a child of so many months.
        age_months: Option<u32>,
    },
    /// Applying by a procedure.
    Procedure {
        /// The procedure.
        procedure: crate::procedures::ProcedureKey,
        /// For a child.
        child: Option<crate::ids::ChildId>,
    },
    /// The notices.
    Inbox,
    /// By which channels the person hears of things.
    Preferences,
}

impl Subject {
    /// The address of the app.
    pub fn step(&self) -> String {
        match self {
            Self::Booking(id) => format!("/bookings/{id}"),
            Self::Messages(id) => format!("/bookings/{id}/messages"),
            Self::Series(id) => format!("/series/{id}"),
            Self::Search { programme, day } => format!("/?programme={}&day={day}", programme.as_str()),
            Self::Bookings => "/bookings".to_owned(),
            Self::Application(id) => format!("/applications/{id}"),
            Self::Applications => "/applications".to_owned(),
            Self::Facility(id) => format!("/facilities/{id}"),
            Self::Residence => "/residence".to_owned(),
            Self::Family => "/family/change".to_owned(),
            Self::Places { programme, age_months } => {
                let age = age_months.map_or_else(String::new, |months| format!("&age={months}"));
                format!("/?programme={}{age}", programme.as_str())
            }
            Self::Procedure { procedure, child } => {
                let child = child.as_ref().map_or_else(String::new, |id| format!("?child={id}"));
                format!("/applications/new/{}{child}", procedure.as_str())
            }
            Self::Inbox => "/notices".to_owned(),
            Self::Preferences => "/notices/preferences".to_owned(),
        }
    }
}
