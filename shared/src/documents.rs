//! Notices of decisions (通知書): what an official letter says, made from a decision and the words of its city, for paper and screen alike.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::applications::{Application, ApplicationState, Decision};
use crate::eligibility::Ground;
use crate::locale::{Locale, Localised, official_day};
use crate::problem::{Datum, Reason, sentence};
use crate::procedures::Effect;
use crate::programmes::{Limit, LimitPeriod, LimitUnit};
use crate::time::tokyo_day;

/// An official letter, written out in one language. Easy Japanese has furigana as `[漢字|かんじ]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Document {
    /// In which language; the letter itself is Japanese, any other is for reading.
    pub language: Locale,
    /// Its number (文書番号).
    pub number: String,
    /// Its date.
    pub issued_on: NaiveDate,
    /// The same, written out.
    pub date: String,
    /// To whom, with 様.
    pub addressee: String,
    /// From whom, line by line.
    pub sender: Vec<String>,
    /// What it is.
    pub title: String,
    /// What it says, in paragraphs.
    pub body: Vec<String>,
    /// The facts of the decision, each with its name.
    pub facts: Vec<Fact>,
    /// What follows, each part with its heading: reasons, how to object, whom to ask.
    pub sections: Vec<Section>,
}

/// The letter of a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Notice {
    /// The letter itself, in Japanese.
    pub document: Document,
    /// The same in the asked language, for reading; none where that is Japanese.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reading: Option<Document>,
}

/// A fact with its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Fact {
    /// Its name.
    pub name: String,
    /// What it is, line by line.
    pub lines: Vec<String>,
}

/// A part of a letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Section {
    /// Its heading.
    pub heading: String,
    /// Its paragraphs.
    pub paragraphs: Vec<String>,
}

/// What a letter needs to know besides the application.
#[derive(Debug, Clone, Copy)]
pub struct Particulars<'a> {
    /// The city's name.
    pub city: &'a Localised,
    /// The guardian's name.
    pub guardian: &'a str,
    /// The child's birth date.
    pub born: Option<NaiveDate>,
    /// What the programme is called.
    pub service: Option<&'a Localised>,
    /// How much of the programme a child has.
    pub limits: &'a [Limit],
}

/// The letter of a decision; none while there is none. In Japanese it speaks in the words of the procedure and is the letter itself; in
/// other languages it helps to read that.
pub fn notice(application: &Application, particulars: &Particulars<'_>, language: Locale) -> Option<Document> {
    let decision = application.state.decision()?;
    let (is_granted, terms) = (matches!(application.state, ApplicationState::Granted { .. }), &application.procedure.terms);
    let (words, is_official) = (&terms.notice, language == Locale::Ja);
    let city = particulars.city.get(language);
    let with_city = |key| Reason::new(key).with("city", Datum::Text(city.to_owned())).sentence(language);
    let text = |key: &str| sentence(key, language);
    let paragraphs = |words: &str| words.lines().map(str::to_owned).filter(|line| !line.trim().is_empty()).collect::<Vec<_>>();
    let (title, body) = match (is_granted, &terms.effect) {
        (true, _) if is_official => (words.granted_title.clone(), paragraphs(&words.granted)),
        (false, _) if is_official => (words.refused_title.clone(), paragraphs(&words.refused)),
        (true, Effect::End { .. }) => (text("documents.title.ended"), vec![text("documents.body.ended")]),
        (true, _) => (text("documents.title.granted"), vec![text("documents.body.granted")]),
        (false, _) => (text("documents.title.refused"), vec![text("documents.body.refused")]),
    };
    let (sender, objecting) = if is_official {
        (words.issuer.clone(), paragraphs(&words.objection))
    } else {
        (with_city("documents.line.sender"), ["documents.objecting.review", "documents.objecting.suit"].map(with_city).to_vec())
    };
    let mut reasons = paragraphs(&decision.words);
    reasons.extend(decision.grounds.iter().map(|ground| said(ground, language)));
    let sections = [
        ("documents.heading.reasons", numbered(reasons)),
        ("documents.heading.objecting", numbered(objecting)),
        ("documents.heading.contact", paragraphs(&words.contact)),
    ];
    let section = |(heading, paragraphs): (&str, Vec<String>)| Section { heading: text(heading), paragraphs };
    let issued_on = tokyo_day(decision.decided_at);
    Some(Document {
        language,
        issued_on,
        number: decision.number.clone(),
        date: official_day(issued_on, language),
        addressee: Reason::new("documents.line.addressee").with("name", Datum::Text(particulars.guardian.to_owned())).sentence(language),
        sender: vec![sender, text("documents.line.sealed")],
        title,
        body,
        facts: facts(application, (decision, is_granted), particulars, language),
        sections: sections.into_iter().filter(|(_, paragraphs)| !paragraphs.is_empty()).map(section).collect(),
    })
}

fn facts(application: &Application, (decision, is_granted): (&Decision, bool), known: &Particulars<'_>, language: Locale) -> Vec<Fact> {
    let day = |day| official_day(day, language);
    let with = |key, data: &[(&str, String)]| {
        data.iter().fold(Reason::new(key), |reason, (name, value)| reason.with(name, Datum::Text(value.clone()))).sentence(language)
    };
    let mut facts = Vec::new();
    let mut tell = |key: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            facts.push(Fact { name: sentence(key, language), lines });
        }
    };
    if let Some(child) = &application.child {
        let born = known.born.map(|born| with("documents.fact.born", &[("day", day(born))]));
        tell("documents.fact.child", std::iter::once(child.name.clone()).chain(born).collect());
    }
    let matter = known.service.unwrap_or(&application.procedure.name);
    tell("documents.fact.matter", vec![matter.get(language).to_owned()]);
    let applied = application.submitted_at.map(|at| day(tokyo_day(at)));
    tell("documents.fact.applied", applied.into_iter().collect());
    tell("documents.fact.receipt", application.number.clone().into_iter().collect());
    if !is_granted {
        return facts;
    }
    tell("documents.fact.number", decision.entitlement_number.clone().into_iter().collect());
    let days = decision.days.map(|days| with("documents.fact.from_until", &[("from", day(days.from)), ("until", day(days.until))]));
    tell("documents.fact.days", days.into_iter().collect());
    match &application.procedure.terms.effect {
        Effect::Certify { .. } => tell("documents.fact.limits", known.limits.iter().flat_map(|limit| how_much(limit, language)).collect()),
        Effect::End { last_day, .. } => {
            let last = application.answers.get(last_day).and_then(|last| last.parse().ok()).map(day);
            tell("documents.fact.last_day", last.into_iter().collect());
        }
        Effect::Relieve { name, .. } => tell("documents.fact.relief", vec![name.get(language).to_owned()]),
        Effect::Revise { .. } => {}
    }
    facts
}

/// A limit in words, and how much more there is at home. One that only some reasons count in is left to the booking.
fn how_much(limit: &Limit, language: Locale) -> Vec<String> {
    if limit.reason.is_some() {
        return Vec::new();
    }
    let with = |key, amount| {
        let amount = match limit.counts {
            LimitUnit::Minutes => Datum::Minutes(amount),
            LimitUnit::HalfDays => Datum::HalfDays(amount),
            LimitUnit::Uses => Datum::Uses(amount),
        };
        Reason::new(key).with("amount", amount).sentence(language)
    };
    let key = match limit.per {
        LimitPeriod::Month => "documents.limit.month",
        LimitPeriod::Week => "documents.limit.week",
        LimitPeriod::Birth => "documents.limit.birth",
    };
    let more = (limit.local > 0).then(|| with("documents.limit.local", limit.local));
    std::iter::once(with(key, limit.base)).chain(more).collect()
}

fn said(ground: &Ground, language: Locale) -> String {
    let reason = ground.reason.sentence(language);
    match &ground.source {
        Some(source) => Reason::new("documents.line.source")
            .with("reason", Datum::Text(reason))
            .with("source", Datum::Text(source.get(language).to_owned()))
            .sentence(language),
        None => reason,
    }
}

/// Paragraphs with their numbers, where there are several.
fn numbered(paragraphs: Vec<String>) -> Vec<String> {
    if paragraphs.len() < 2 {
        return paragraphs;
    }
    paragraphs.into_iter().enumerate().map(|(n, paragraph)| format!("{} {paragraph}", n + 1)).collect()
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::unwrap_used)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::applications::{Days, Decider};
    use crate::bookings::BookedChild;
    use crate::procedures::Procedure;
    use crate::programmes::ProgrammeKey;
    use crate::world::{certification, day, procedure, rule, tokyo, word, yonago};

    fn decision() -> Decision {
        Decision {
            number: "米こ第1024号".to_owned(),
            decided_at: tokyo("2026-11-22 0:05"),
            by: Decider::Rules,
            grounds: vec![],
            words: String::new(),
            days: Some(Days { from: day("2026-12-01"), until: day("2028-03-30") }),
            entitlement_id: Some("e".into()),
            entitlement_number: Some("8-000123".to_owned()),
        }
    }

    fn application(procedure: Procedure, state: ApplicationState) -> Application {
        Application {
            id: "a".into(),
            number: Some("R8-000045".to_owned()),
            procedure,
            family_id: "f".into(),
            municipality: yonago(),
            child: Some(BookedChild { id: "c".into(), name: "弓浜 空".to_owned(), kana: "ユミハマ ソラ".to_owned() }),
            answers: BTreeMap::from([("last".to_owned(), "2027-01-31".to_owned())]),
            known: BTreeMap::new(),
            attached: vec![],
            declared: BTreeSet::new(),
            state,
            outlook: None,
            filed_by: None,
            comments: vec![],
            created_at: tokyo("2026-11-21 23:50"),
            submitted_at: Some(tokyo("2026-11-21 23:59")),
            due_on: None,
            version: 1,
        }
    }

    fn letter(application: &Application, language: Locale) -> Document {
        let (city, service) = (Localised::new("米子市", "[米子市|よなごし]", "Yonago"), word("こども誰でも通園制度"));
        let limit = |per, counts, base, local| Limit { pool: "p".to_owned(), counts, per, base, local, multiple_birth: None, reason: None };
        let limits = [limit(LimitPeriod::Month, LimitUnit::Minutes, 600, 120), limit(LimitPeriod::Birth, LimitUnit::Uses, 7, 0)];
        let born = Some(day("2025-04-01"));
        let particulars = Particulars { city: &city, guardian: "弓浜 花子", born, service: Some(&service), limits: &limits };
        notice(application, &particulars, language).unwrap()
    }

    fn told(document: &Document) -> Vec<String> {
        document.facts.iter().map(|fact| format!("{}：{}", fact.name, fact.lines.join("／"))).collect()
    }

    #[test]
    fn a_grant_says_what_from_when_until_when_and_how_much() {
        let document = letter(&application(certification(), ApplicationState::Granted { decision: decision() }), Locale::Ja);
        assert_eq!((document.title.as_str(), document.addressee.as_str()), ("認定通知書", "弓浜 花子 様"));
        assert_eq!((document.number.as_str(), document.date.as_str()), ("米こ第1024号", "令和8年11月22日"));
        assert_eq!(document.sender, ["米子市長", "（公印省略）"]);
        assert_eq!(
            told(&document),
            [
                "子どもの氏名：弓浜 空／令和7年4月1日生まれ",
                "事業等：こども誰でも通園制度",
                "申請日：令和8年11月21日",
                "受付番号：R8-000045",
                "認定番号：8-000123",
                "認定の期間：令和8年12月1日から令和10年3月30日まで",
                "利用できる量：1か月に10時間まで／市内の施設では、さらに2時間／通算で7回まで",
            ]
        );
        let headings: Vec<&str> = document.sections.iter().map(|section| section.heading.as_str()).collect();
        assert_eq!(headings, ["この決定に不服があるとき（教示）", "お問い合わせ先"]);
    }

    #[test]
    fn a_refusal_says_every_reason_with_its_source_and_how_to_object() {
        let ground = |code, source: Option<&str>| Ground { reason: Reason::new(code), source: source.map(word) };
        let grounds = vec![ground("text.missing", Some("子ども・子育て支援法第30条の14")), ground("text.too_long", None)];
        let refused =
            Decision { grounds, words: "書類を確かめました。".to_owned(), days: None, entitlement_number: None, ..decision() };
        let document = letter(&application(certification(), ApplicationState::Refused { decision: refused }), Locale::Ja);
        assert_eq!((document.title.as_str(), document.body.as_slice()), ("却下通知書", &["却下しました。".to_owned()][..]));
        let [reasons, objecting, _] = &document.sections[..] else { panic!("{:?}", document.sections) };
        assert_eq!(reasons.paragraphs[0], "1 書類を確かめました。");
        assert!(reasons.paragraphs[1].starts_with("2 ") && reasons.paragraphs[1].ends_with("（根拠：子ども・子育て支援法第30条の14）"));
        assert!(reasons.paragraphs[2].starts_with("3 ") && !reasons.paragraphs[2].contains("根拠"));
        assert_eq!(objecting.paragraphs, ["審査請求をすることができます。"]);
        assert!(!told(&document).iter().any(|fact| fact.starts_with("認定")), "{document:?}");
    }

    #[test]
    fn an_end_says_the_last_day_and_a_relief_whose() {
        let end = Effect::End { programme: ProgrammeKey::new("open_nursery"), last_day: "last".to_owned() };
        let ended = Decision { days: None, ..decision() };
        let document =
            letter(&application(procedure("end", end, vec![], rule()), ApplicationState::Granted { decision: ended }), Locale::Ja);
        assert!(told(&document).contains(&"最後の日：令和9年1月31日".to_owned()), "{document:?}");
        let relief = Effect::Relieve { class: "welfare".to_owned(), name: word("生活保護世帯") };
        let document =
            letter(&application(procedure("r", relief, vec![], rule()), ApplicationState::Granted { decision: decision() }), Locale::Ja);
        assert!(told(&document).contains(&"利用料の減免：生活保護世帯".to_owned()), "{document:?}");
    }

    #[test]
    fn every_letter_can_be_read_in_every_language_and_leaves_nothing_open() {
        let end = Effect::End { programme: ProgrammeKey::new("open_nursery"), last_day: "last".to_owned() };
        let grounds = vec![Ground { reason: Reason::new("text.missing"), source: Some(word("規則")) }];
        let decided = Decision { grounds, ..decision() };
        for state in [ApplicationState::Granted { decision: decided.clone() }, ApplicationState::Refused { decision: decided }] {
            for procedure in [certification(), procedure("end", end.clone(), vec![], rule())] {
                for language in Locale::ALL {
                    let document = letter(&application(procedure.clone(), state.clone()), language);
                    let written = serde_json::to_string(&document).unwrap();
                    assert!(!written.contains("%{") && !written.contains("documents."), "{written}");
                    assert_eq!(serde_json::from_str::<Document>(&written).unwrap(), document);
                }
            }
        }
        let draft = application(certification(), ApplicationState::Draft);
        let city = word("米子市");
        let particulars = Particulars { city: &city, guardian: "弓浜 花子", born: None, service: None, limits: &[] };
        assert_eq!(notice(&draft, &particulars, Locale::Ja), None);
    }
}
