//! Every sentence exists in every language, every key in the code has a sentence, and no sentence is left over.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use shared::locale::{Locale, ruby, without_ruby};
use shared::problem;

fn messages(locale: Locale) -> BTreeMap<String, String> {
    let found = crate::_rust_i18n_backend().messages_for_locale(locale.tag()).unwrap_or_default();
    found.into_iter().map(|(key, text)| (key.into_owned(), text.into_owned())).collect()
}

fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split("%{").skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}

fn has_kanji(text: &str) -> bool {
    text.chars().any(|c| matches!(c, '\u{4e00}'..='\u{9fff}' | '々'))
}

fn files(folder: &Path, extension: &str, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, extension, into);
        } else if path.extension().is_some_and(|found| found == extension) && path.file_stem().is_some_and(|stem| stem != "tests") {
            into.push(path);
        }
    }
}

/// Every string literal of the app's code that looks like a key: lower-case words joined by dots, the first of them a slice.
fn keys_in_code(slices: &BTreeSet<String>) -> BTreeMap<String, PathBuf> {
    let mut sources = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), "rs", &mut sources);
    let mut keys = BTreeMap::new();
    for file in sources {
        let code = fs::read_to_string(&file).unwrap();
        let code = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        let code = code.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned();
        for literal in code.split('"') {
            let is_key = literal.split('.').count() > 1
                && literal
                    .split('.')
                    .all(|word| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'));
            if is_key && literal.split('.').next().is_some_and(|slice| slices.contains(slice)) {
                keys.insert(literal.to_owned(), file.clone());
            }
        }
    }
    keys
}

#[test]
fn every_language_has_every_sentence_with_the_same_values() {
    let japanese = messages(Locale::Ja);
    assert!(japanese.len() > 20, "the locale files were not read");
    for locale in Locale::ALL {
        let other = messages(locale);
        for (key, text) in &japanese {
            let Some(found) = other.get(key) else { panic!("{key} has no sentence in {}", locale.tag()) };
            assert!(!found.trim().is_empty(), "{key} is empty in {}", locale.tag());
            assert_eq!(placeholders(text), placeholders(found), "{key} takes other values in {}", locale.tag());
        }
        for key in other.keys() {
            assert!(japanese.contains_key(key), "{key} has no sentence in ja");
        }
    }
}

#[test]
fn only_easy_japanese_carries_furigana_and_carries_it_everywhere() {
    for locale in [Locale::Ja, Locale::En] {
        for (key, text) in messages(locale) {
            assert_eq!(without_ruby(&text), text, "{key} carries furigana in {}", locale.tag());
        }
    }
    for (key, text) in messages(Locale::Easy) {
        for (piece, reading) in ruby(&text) {
            assert!(reading.is_some() || !has_kanji(piece), "{key}: {piece} has no reading");
            assert!(!piece.contains(['[', ']', '|']), "{key}: {piece} is marked wrongly");
        }
    }
}

#[test]
fn every_key_in_the_code_has_a_sentence_and_no_sentence_is_left_over() {
    let japanese = messages(Locale::Ja);
    let slices: BTreeSet<String> = japanese.keys().filter_map(|key| key.split('.').next()).map(str::to_owned).collect();
    let used = keys_in_code(&slices);
    for (key, file) in &used {
        let known = japanese.contains_key(key) || problem::sentence(key, Locale::Ja) != *key;
        assert!(known, "{} says {key}, which has no sentence", file.display());
    }
    for key in japanese.keys() {
        assert!(used.contains_key(key), "nothing in the code says {key}");
    }
}

#[test]
fn a_file_holds_only_the_sentences_of_its_slice() {
    let mut paths = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("locales"), "yml", &mut paths);
    assert!(paths.len() > 3, "the locale files were not found");
    for path in paths {
        let slice = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(&path).unwrap();
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with([' ', '#'])) {
            assert!(line == "_version: 2" || line.starts_with(&format!("{slice}.")), "{}: {line}", path.display());
        }
    }
}
