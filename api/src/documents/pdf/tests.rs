//! Letters that are short, long, refused, with rare letters: whole, tagged, and always the same.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use lopdf::{Dictionary, Object};
use shared::documents::{Fact, Section};
use shared::locale::Locale;

use super::*;

fn letter(title: &str, guardian: &str, reasons: usize) -> Document {
    let fact = |name: &str, lines: &[&str]| Fact { name: name.to_owned(), lines: lines.iter().map(|line| (*line).to_owned()).collect() };
    let review = "この決定に不服があるときは、行政不服審査法（平成26年法律第68号）により、この決定があったことを知った日の翌日から起算して3か月以内に、米子市長に対して審査請求をすることができます。ただし、この決定の日の翌日から起算して1年を経過したときは、審査請求をすることができません。";
    let suit = "この決定については、この決定があったことを知った日の翌日から起算して6か月以内に、米子市を被告として（米子市を代表する者は米子市長です。）、処分の取消しの訴えを提起することができます。";
    let reason = "お子さんは保育所に在籍しています（在籍している間は、この認定を受けることができません）。（根拠：子ども・子育て支援法第30条の15第1項）";
    let section = |heading: &str, paragraphs: Vec<String>| Section { heading: heading.to_owned(), paragraphs };
    let reasons: Vec<String> = (1..=reasons).map(|n| format!("{n} {reason}")).collect();
    let mut sections = vec![
        section("理由", reasons),
        section("この決定に不服があるとき（教示）", vec![format!("1 {review}"), format!("2 {suit}")]),
        section("お問い合わせ先", vec!["米子市 こども総本部 こども支援課".to_owned(), "電話 0859-22-7111".to_owned()]),
    ];
    sections.retain(|section| !section.paragraphs.is_empty());
    Document {
        language: Locale::Ja,
        number: "米こ第1024号".to_owned(),
        issued_on: chrono::NaiveDate::from_ymd_opt(2026, 11, 22).unwrap(),
        date: "令和8年11月22日".to_owned(),
        addressee: format!("{guardian} 様"),
        sender: vec!["米子市長".to_owned(), "（公印省略）".to_owned()],
        title: title.to_owned(),
        body: vec!["令和8年11月21日付けで申請のあったこども誰でも通園制度（乳児等通園支援事業）の利用について、子ども・子育て支援法の規定により、次のとおり認定しましたので通知します。".to_owned()],
        facts: vec![
            fact("子どもの氏名", &["弓浜 空", "令和7年4月1日生まれ"]),
            fact("事業等", &["こども誰でも通園制度"]),
            fact("受付番号", &["R8-000045"]),
            fact("認定番号", &["8-000123"]),
            fact("認定の期間", &["令和8年12月1日から令和10年3月30日まで"]),
            fact("利用できる量", &["1か月に10時間まで", "市内の施設では、さらに2時間"]),
        ],
        sections,
    }
}

/// What is written in a PDF, page by page, as a reader of it finds it.
fn read(bytes: &[u8]) -> (lopdf::Document, Vec<String>) {
    let document = lopdf::Document::load_mem(bytes).unwrap();
    let pages: Vec<u32> = document.get_pages().into_keys().collect();
    let text = |page: &u32| document.extract_text(&[*page]).unwrap().chars().filter(|c| !c.is_whitespace()).collect();
    let pages = pages.iter().map(text).collect();
    (document, pages)
}

fn named<'a>(document: &'a lopdf::Document, dictionary: &'a Dictionary, key: &str) -> &'a Object {
    dictionary.get_deref(key.as_bytes(), document).unwrap()
}

/// How often a kind of part stands in what is read aloud.
fn parts(document: &lopdf::Document, kind: &str) -> usize {
    let is_part = |object: &&Object| {
        object.as_dict().is_ok_and(|part| part.get(b"S").and_then(Object::as_name).is_ok_and(|name| name == kind.as_bytes()))
    };
    document.objects.values().filter(is_part).count()
}

/// With `YUMIGAHAMA_LETTERS` the letters are written to that folder, to be looked at.
fn keep(name: &str, bytes: &[u8]) {
    if let Ok(folder) = std::env::var("YUMIGAHAMA_LETTERS") {
        std::fs::write(std::path::Path::new(&folder).join(name), bytes).unwrap();
    }
}

#[test]
fn a_letter_stands_on_one_page_and_can_be_read_and_heard() {
    let bytes = render(&letter("乳児等支援給付認定通知書", "弓浜 花子", 0)).unwrap();
    keep("granted.pdf", &bytes);
    let (document, pages) = read(&bytes);
    assert_eq!(pages.len(), 1);
    for words in ["米こ第1024号", "令和8年11月22日", "弓浜花子様", "米子市長", "乳児等支援給付認定通知書", "1か月に10時間まで", "1／1"]
    {
        assert!(pages[0].contains(words), "{words} in {}", pages[0]);
    }
    let catalogue = document.catalog().unwrap();
    assert_eq!(named(&document, catalogue, "Lang").as_str().unwrap(), b"ja");
    assert!(named(&document, named(&document, catalogue, "MarkInfo").as_dict().unwrap(), "Marked").as_bool().unwrap());
    let about = String::from_utf8(named(&document, catalogue, "Metadata").as_stream().unwrap().get_plain_content().unwrap()).unwrap();
    assert!(about.contains("乳児等支援給付認定通知書（米こ第1024号）"), "{about}");
    assert!(about.contains("<pdfuaid:part>1<") && about.contains("<pdfaid:part>2<") && about.contains("<pdfaid:conformance>A<"), "{about}");
    assert_eq!((parts(&document, "H1"), parts(&document, "H2"), parts(&document, "Table"), parts(&document, "TR")), (1, 2, 1, 6));
    assert_eq!((parts(&document, "TH"), parts(&document, "TD")), (6, 6));
    // Only the letters that are printed are in it.
    assert!(bytes.len() < 120_000, "{}", bytes.len());
}

#[test]
fn the_same_letter_is_the_same_bytes() {
    let once = render(&letter("認定通知書", "弓浜 花子", 2)).unwrap();
    assert!(render(&letter("認定通知書", "弓浜 花子", 2)).unwrap() == once);
    assert!(render(&letter("認定通知書", "弓浜 太郎", 2)).unwrap() != once);
}

#[test]
fn many_reasons_go_on_on_the_next_page() {
    let bytes = render(&letter("却下通知書", "弓浜 花子", 9)).unwrap();
    keep("refused.pdf", &bytes);
    let (_, pages) = read(&bytes);
    assert_eq!(pages.len(), 2);
    assert!(pages[0].contains("却下通知書") && pages[0].contains("1／2") && pages[1].contains("2／2"));
    assert!(pages[1].contains("電話0859-22-7111"));
    let hundred = read(&render(&letter("却下通知書", "弓浜 花子", 100)).unwrap()).1;
    assert!(hundred.len() > 4 && (1..=100).all(|n| hundred.iter().any(|page| page.contains(&format!("{n}お子さん")))));
}

#[test]
fn long_names_wrap_and_rare_letters_are_printed() {
    let mut long = letter("認定通知書", &"髙﨑𠮷".repeat(20), 1);
    long.facts[0].lines[0] = "寿限無".repeat(30);
    long.facts[1].name = "とても長い事項の名前がここに入ります".to_owned();
    long.facts[4].lines = vec!["長い行。".repeat(400)];
    let bytes = render(&long).unwrap();
    keep("long.pdf", &bytes);
    let (_, pages) = read(&bytes);
    let all = pages.concat();
    assert_eq!(all.matches("髙﨑𠮷").count(), 20);
    assert!(all.matches("長い行。").count() >= 399 && pages.len() > 2);
    let rare = render(&letter("認定通知書", "髙﨑 𠮷子", 1)).unwrap();
    keep("rare.pdf", &rare);
    assert!(read(&rare).1[0].contains("髙﨑𠮷子様"));
}

#[test]
fn a_letter_that_cannot_be_printed_is_told() {
    let bytes = render(&letter("認定通知書", "蛙🐸子", 0)).unwrap();
    keep("frog.pdf", &bytes);
    let (_, pages) = read(&bytes);
    assert!(pages[0].contains("U+1F438"), "{}", pages[0]);
    assert!(!read(&render(&letter("認定通知書", "蛙子", 0)).unwrap()).1[0].contains("U+"));
}
