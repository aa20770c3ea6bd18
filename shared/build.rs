//! Turns `texts/*.toml` into tables: a constant for each text, and an array for each language.
//!
//! A key that the English file lacks, a value that is no text and a placeholder that the English
//! text does not have stop the build. So does a text that depends on a number, unless it has exactly
//! the forms of its language. What else a language lacks is English, and a test says so.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[path = "src/text/plural.rs"]
mod plural;

use plural::Plural;

/// The languages, in the order of `Language::ALL`.
const LANGUAGES: [&str; 12] = [
    "en", "de", "fr", "es", "it", "pt", "nl", "pl", "uk", "ja", "zh", "ar",
];
/// The sections, in the order of the tables.
const SECTIONS: [&str; 9] = [
    "common", "login", "entry", "inside", "server", "doctor", "remedy", "cause", "notice",
];

/// The categories by their names in the files, in the order of the forms in a table.
const CATEGORIES: [(Plural, &str); 6] = [
    (Plural::Zero, "zero"),
    (Plural::One, "one"),
    (Plural::Two, "two"),
    (Plural::Few, "few"),
    (Plural::Many, "many"),
    (Plural::Other, "other"),
];

/// Section, key, text; of a text that depends on a number, six forms with `|` between them.
type Texts = BTreeMap<String, BTreeMap<String, String>>;

fn main() -> Result<(), String> {
    println!("cargo:rerun-if-changed=texts");
    let english = read("en")?.ok_or("texts/en.toml is missing")?;
    let mut keys = Vec::new();
    let mut starts = Vec::new();
    for section in SECTIONS {
        starts.push(keys.len());
        let texts = english.get(section).ok_or(format!("en: no [{section}]"))?;
        keys.extend(texts.keys().map(|key| (section, key.as_str())));
    }
    if let Some(other) = english
        .keys()
        .find(|name| !SECTIONS.contains(&name.as_str()))
    {
        return Err(format!("en: nobody knows the section [{other}]"));
    }
    let source = source(&english, &keys, &starts)?;
    let folder = env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?;
    fs::write(PathBuf::from(folder).join("texts.rs"), source).map_err(|error| error.to_string())
}

/// Writes the Rust source.
fn source(english: &Texts, keys: &[(&str, &str)], starts: &[usize]) -> Result<String, String> {
    let mut constants = String::new();
    let mut counted = String::new();
    let mut names = String::new();
    for (index, (section, key)) in keys.iter().enumerate() {
        let text = &english[*section][*key];
        let name = key.to_uppercase();
        let (constants, value) = if text.contains('|') {
            (&mut counted, format!("Self(Text({index}))"))
        } else {
            (&mut constants, format!("Self({index})"))
        };
        // Writing to a `String` cannot fail, here and below.
        let _ = writeln!(
            constants,
            "    /// `{:?}`\n    pub const {name}: Self = {value};",
            text.replace(['[', ']', '<', '>', '`'], "'")
        );
        let _ = write!(names, "{key:?}, ");
    }
    let mut tables = String::new();
    let mut gaps = String::new();
    for language in LANGUAGES {
        let own = read(language)?.unwrap_or_default();
        refuse_strangers(language, &own, english)?;
        tables.push_str("    [");
        for (section, key) in keys {
            let given = own.get(*section).and_then(|texts| texts.get(*key));
            let text = given.unwrap_or(&english[*section][*key]);
            if given.is_none() {
                if text.contains('|') {
                    return Err(format!("{language}: {key} is missing"));
                }
                let _ = write!(gaps, "\"{language}: {key}\", ");
            }
            let _ = write!(tables, "{text:?}, ");
        }
        tables.push_str("],\n");
    }
    let (count, languages) = (keys.len(), LANGUAGES.len());
    let [_, login, entry, inside, server, ..] = starts else {
        return Err("too few sections".to_owned());
    };
    Ok(format!(
        "impl Text {{\n{constants}}}\n\nimpl CountedText {{\n{counted}}}\n\n\
         /// How many texts there are.\npub(crate) const COUNT: usize = {count};\n\
         /// Where those of the login page begin.\npub(crate) const LOGIN_START: usize = {login};\n\
         /// Where those of the other pages before the login begin.\npub(crate) const ENTRY_START: usize = {entry};\n\
         /// Where those of the pages inside begin.\npub(crate) const INSIDE_START: usize = {inside};\n\
         /// Where those begin that no table has.\npub(crate) const SERVER_START: usize = {server};\n\
         /// What the files call them.\npub(crate) static NAMES: [&str; COUNT] = [{names}];\n\
         /// What a language lacks.\n#[cfg(test)]\npub(crate) static GAPS: &[&str] = &[{gaps}];\n\
         /// The texts of each language.\n\
         pub(crate) static TABLES: [[&str; COUNT]; {languages}] = [\n{tables}];\n"
    ))
}

/// Reads a language's file; `None` if there is none.
fn read(language: &str) -> Result<Option<Texts>, String> {
    let path = Path::new("texts").join(format!("{language}.toml"));
    let Ok(source) = fs::read_to_string(&path) else {
        return Ok(None);
    };
    let sections: BTreeMap<String, BTreeMap<String, toml::Value>> =
        toml::from_str(&source).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut texts = Texts::new();
    for (section, values) in sections {
        let texts = texts.entry(section).or_default();
        for (key, value) in values {
            let text = match value {
                toml::Value::Table(forms) => joined(language, &forms),
                value => one_line(&value).map(str::to_owned),
            };
            let text = text.map_err(|fault| format!("{language}: {key} {fault}"))?;
            texts.insert(key, text);
        }
    }
    Ok(Some(texts))
}

/// Returns one line of text.
fn one_line(value: &toml::Value) -> Result<&str, String> {
    let text = value.as_str().unwrap_or_default();
    if text.is_empty() || text.contains(['\n', '|']) {
        return Err("is not one line of text without |".to_owned());
    }
    Ok(text)
}

/// Joins the forms of a text that depends on a number. There must be one for each category that a
/// whole number can have in this language, and no other. Each has `{count}` in it, except that the
/// form of a single number, as `one` in English, may say that number in words.
fn joined(language: &str, forms: &toml::Table) -> Result<String, String> {
    // The rules repeat with each hundred; the last two are for the Romance languages.
    let numbers = || (0..=200).chain([1_000_000, 2_000_000]);
    let mut joined = Vec::new();
    for (category, name) in CATEGORIES {
        let takers = numbers().filter(|number| Plural::of(language, *number) == category);
        joined.push(match (takers.count(), forms.get(name)) {
            (0, _) => "",
            (_, None) => return Err(format!("lacks {name}")),
            (takers, Some(form)) => {
                let form = one_line(form)?;
                let names = placeholders(form);
                if names != ["count"] && !(names.is_empty() && takers == 1) {
                    return Err(format!("needs {{count}} in {name}, and nothing else"));
                }
                form
            }
        });
    }
    if joined.iter().filter(|form| !form.is_empty()).count() != forms.len() {
        return Err("has a form for a category that this language does not have".to_owned());
    }
    Ok(joined.join("|"))
}

/// Refuses keys and placeholders that the English texts do not have, and one text where English
/// has forms.
fn refuse_strangers(language: &str, own: &Texts, english: &Texts) -> Result<(), String> {
    for (section, texts) in own {
        for (key, text) in texts {
            let Some(original) = english.get(section).and_then(|texts| texts.get(key)) else {
                return Err(format!("{language}: nobody knows {section}.{key}"));
            };
            if text.contains('|') != original.contains('|') {
                return Err(format!(
                    "{language}: {key} depends on a number here or in English, not in both"
                ));
            }
            if placeholders(text) != placeholders(original) {
                return Err(format!(
                    "{language}: {key} has other placeholders than in English"
                ));
            }
        }
    }
    Ok(())
}

/// Returns a text's placeholders, each once.
fn placeholders(text: &str) -> Vec<&str> {
    let mut found: Vec<&str> = text
        .split('{')
        .skip(1)
        .filter_map(|rest| Some(rest.split_once('}')?.0))
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}
