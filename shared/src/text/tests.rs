use std::collections::HashSet;

use super::plural::Plural;
use super::{CountedText, GAPS, Language, NAMES, TABLES, Text, fill, fill_counted};
use crate::routes::Section;

/// Texts that are rightly the same in English and another language: names, loan words.
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
    ("nl", "login_details"),
    ("nl", "found_details"),
    ("nl", "hint_url"),
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

/// Buttons, labels and the bar have little room: at 320 px, some 30 characters.
#[test]
fn no_text_is_overlong() {
    for language in Language::all() {
        for ((name, english), own) in NAMES.iter().zip(TABLES[0]).zip(TABLES[language.index()]) {
            // For a text that depends on a number, the longest form.
            let length = |text: &str| text.split('|').map(|form| form.chars().count()).max();
            let (Some(english), Some(own)) = (length(english), length(own)) else {
                continue;
            };
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
    for section in Section::WITH_TEXTS {
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

/// Categories and the numbers that have them, as in "1 3-10".
type Ranges = &'static [(Plural, &'static str)];

/// The plural categories of the numbers from 0 to 200 in CLDR 48, without those that all other numbers
/// have; last, which that is. Portuguese is `pt-PT` there.
const CLDR: &[(&[&str], Ranges, Plural)] = &[
    (&["ja", "zh-Hans"], &[], Plural::Other),
    (
        &["en", "de", "es", "it", "pt", "nl"],
        &[(Plural::One, "1")],
        Plural::Other,
    ),
    (&["fr"], &[(Plural::One, "0-1")], Plural::Other),
    (
        &["pl"],
        &[(Plural::One, "1"), (Plural::Few, SLAVIC_FEW)],
        Plural::Many,
    ),
    (
        &["uk"],
        &[(Plural::One, UKRAINIAN_ONE), (Plural::Few, SLAVIC_FEW)],
        Plural::Many,
    ),
    (
        &["ar"],
        &[
            (Plural::Zero, "0"),
            (Plural::One, "1"),
            (Plural::Two, "2"),
            (Plural::Few, "3-10 103-110"),
            (Plural::Many, "11-99 111-199"),
        ],
        Plural::Other,
    ),
];
const UKRAINIAN_ONE: &str = "1 21 31 41 51 61 71 81 91 101 121 131 141 151 161 171 181 191";
const SLAVIC_FEW: &str = "2-4 22-24 32-34 42-44 52-54 62-64 72-74 82-84 92-94 102-104 122-124 \
     132-134 142-144 152-154 162-164 172-174 182-184 192-194";

#[test]
fn plural_categories_are_those_of_cldr() {
    for language in Language::all() {
        let of = |tags: &&[&str]| tags.contains(&language.tag());
        let (_, categories, rest) = CLDR.iter().find(|(tags, ..)| of(tags)).unwrap();
        for number in 0..=200 {
            let holds = |range: &str| {
                let (first, last) = range.split_once('-').unwrap_or((range, range));
                (first.parse().unwrap()..=last.parse().unwrap()).contains(&number)
            };
            let found = categories
                .iter()
                .find(|(_, ranges)| ranges.split(' ').any(holds));
            let category = found.map_or(*rest, |(category, _)| *category);
            assert_eq!(
                Plural::of(language.tag(), number),
                category,
                "{} {number}",
                language.code()
            );
        }
        let of_millions = match language.code() {
            "fr" | "es" | "it" | "pt" | "pl" | "uk" => Plural::Many,
            _ => Plural::Other,
        };
        assert_eq!(
            Plural::of(language.code(), 2_000_000),
            of_millions,
            "{}",
            language.code()
        );
    }
}

#[test]
fn a_number_gets_the_form_of_its_category() {
    let check = |code, count, end| {
        let language = Language::parse(code).unwrap();
        let forms = language.text(CountedText::WAIT.forms());
        let text = fill_counted(forms, language.tag(), count);
        assert!(text.ends_with(end), "{code} {count}: {text}");
    };
    check("en", 1, "Wait 1 second, then try again.");
    check("en", 2, "Wait 2 seconds, then try again.");
    check("fr", 1_000_000, "1000000 de secondes, puis réessayez.");
    check("pl", 22, "Odczekaj 22 sekundy i spróbuj ponownie.");
    check("pl", 12, "Odczekaj 12 sekund i spróbuj ponownie.");
    check("uk", 21, "Зачекайте 21 секунду й спробуйте ще раз.");
    check("zh", 1, "请等待 1 秒后重试。");
    check("ar", 2, "انتظر ثانيتين ثم أعد المحاولة.");
    check("ar", 103, "انتظر 103 ثوانٍ ثم أعد المحاولة.");
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
