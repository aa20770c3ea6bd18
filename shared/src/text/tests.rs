use std::collections::HashSet;

use super::{GAPS, Language, NAMES, TABLES, Text, fill};
use crate::routes::Section;

/// Texts that are the same in English and another language, rightly: names, loan words.
const SAME: &[(&str, &str)] = &[
    ("de", "name_title"),
    ("de", "role_admin"),
    ("fr", "pages"),
    ("it", "email"),
    ("it", "password"),
    ("it", "email_title"),
    ("it", "home"),
    ("it", "password_title"),
    ("pt", "email"),
    ("pt", "email_title"),
    ("pl", "role_admin"),
    ("de", "activity_detail"),
    ("it", "activity_account"),
    ("nl", "users_list"),
    ("nl", "users_count"),
    ("nl", "activity_account"),
    ("nl", "activity_detail"),
];

#[test]
fn no_text_is_missing_in_any_language() {
    assert!(GAPS.is_empty(), "{} texts: {GAPS:#?}", GAPS.len());
}

#[test]
fn no_text_is_left_in_english() {
    let mut same = Vec::new();
    for language in Language::all().filter(|language| *language != Language::ENGLISH) {
        let table = TABLES[language.index()];
        for ((name, english), own) in NAMES.iter().zip(TABLES[0]).zip(table) {
            if english == own && !SAME.contains(&(language.code(), name)) {
                same.push(format!("(\"{}\", \"{name}\"), // {own}", language.code()));
            }
        }
    }
    assert!(same.is_empty(), "{}", same.join("\n"));
}

/// What stands on buttons, in labels and in the bar has little room: at 320 px, some 30 characters.
#[test]
fn no_text_is_overlong() {
    for language in Language::all() {
        for ((name, english), own) in NAMES.iter().zip(TABLES[0]).zip(TABLES[language.index()]) {
            let (english, own) = (english.chars().count(), own.chars().count());
            // Short texts grow most: `Show` is `Mostrar`, `Anzeigen`.
            let most = english * 2 + 12;
            assert!(
                own <= most,
                "{}: {name} has {own} characters",
                language.code()
            );
        }
    }
}

#[test]
fn no_text_holds_html_or_stray_space() {
    for (table, language) in TABLES.iter().zip(Language::all()) {
        for (text, name) in table.iter().zip(NAMES) {
            let is_plain = !text.contains(['<', '>', '&', '"']) && text.trim() == *text;
            assert!(is_plain, "{}: {name}", language.code());
        }
    }
}

#[test]
fn every_text_is_found_on_its_line() {
    for section in [Section::Entry, Section::Inside] {
        let table = Language::ENGLISH.table(section);
        let lines: Vec<&str> = table.split('\n').collect();
        let mut seen = HashSet::new();
        for name in NAMES {
            let text = Text::named(name);
            let Some(line) = text.line(section) else {
                continue;
            };
            assert_eq!(lines[line], Language::ENGLISH.text(text), "{name}");
            assert!(seen.insert(line));
        }
        assert_eq!(seen.len(), lines.len());
    }
}

#[test]
fn browser_gets_the_language_it_asks_for() {
    let chosen = |cookie, accepted| Language::choose(cookie, accepted).code();

    assert_eq!(chosen(None, "de-AT,de;q=0.9,en;q=0.8"), "de");
    assert_eq!(chosen(None, "sv,fr;q=0.7,de;q=0.8"), "de");
    assert_eq!(chosen(None, "zh-TW"), "zh");
    assert_eq!(chosen(Some("ar"), "de"), "ar");
    assert_eq!(chosen(Some("xx"), "de"), "de");
    assert_eq!(chosen(None, ""), "en");
    assert_eq!(chosen(None, "de;q=0"), "en");
    assert_eq!(chosen(None, "de;q=nonsense, *"), "en");
}

#[test]
fn placeholders_take_values_as_they_are() {
    let values = [("provider", "{name}"), ("name", "x")];

    assert_eq!(
        fill("Log in with {provider}.", &values),
        "Log in with {name}."
    );
    assert_eq!(fill("{name}{name}", &values), "xx");
    assert_eq!(fill("{gone}.", &values), ".");
    assert_eq!(fill("{open", &values), "");
}
