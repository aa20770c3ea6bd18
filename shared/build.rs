//! Turns `texts/*.toml` into tables: a constant for each text, and an array for each language.
//!
//! A key that the English file lacks, a value that is no text and a placeholder that the English
//! text does not have stop the build. What another language lacks is English, and a test says so.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The languages, in the order of `Language::ALL`.
const LANGUAGES: [&str; 12] = [
    "en", "de", "fr", "es", "it", "pt", "nl", "pl", "uk", "ja", "zh", "ar",
];
/// The sections, in the order of the tables.
const SECTIONS: [&str; 3] = ["common", "entry", "inside"];

/// Section, key, text.
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
    let mut names = String::new();
    for (index, (section, key)) in keys.iter().enumerate() {
        let text = &english[*section][*key];
        let name = key.to_uppercase();
        // Writing to a `String` cannot fail, here and below.
        let _ = writeln!(
            constants,
            "    /// {:?}\n    pub const {name}: Self = Self({index});",
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
                let _ = write!(gaps, "\"{language}: {key}\", ");
            }
            let _ = write!(tables, "{text:?}, ");
        }
        tables.push_str("],\n");
    }
    let (count, languages) = (keys.len(), LANGUAGES.len());
    let [_, entry, inside] = starts else {
        return Err("three sections".to_owned());
    };
    Ok(format!(
        "impl Text {{\n{constants}}}\n\n\
         /// How many texts there are.\npub(crate) const COUNT: usize = {count};\n\
         /// Where those of the entry pages begin.\npub(crate) const ENTRY_START: usize = {entry};\n\
         /// Where those of the pages inside begin.\npub(crate) const INSIDE_START: usize = {inside};\n\
         /// What the files call them.\npub(crate) static NAMES: [&str; COUNT] = [{names}];\n\
         /// What a language lacks.\n#[cfg(test)]\npub(crate) static GAPS: &[&str] = &[{gaps}];\n\
         /// The texts of each language.\n\
         pub(crate) static TABLES: [[&str; COUNT]; {languages}] = [\n{tables}];\n"
    ))
}

/// Reads a language's file; `None` where there is none.
fn read(language: &str) -> Result<Option<Texts>, String> {
    let path = Path::new("texts").join(format!("{language}.toml"));
    let Ok(source) = fs::read_to_string(&path) else {
        return Ok(None);
    };
    toml::from_str(&source)
        .map(Some)
        .map_err(|error| format!("{}: {error}", path.display()))
}

/// Refuses keys and placeholders that the English texts do not have.
fn refuse_strangers(language: &str, own: &Texts, english: &Texts) -> Result<(), String> {
    for (section, texts) in own {
        for (key, text) in texts {
            let Some(original) = english.get(section).and_then(|texts| texts.get(key)) else {
                return Err(format!("{language}: nobody knows {section}.{key}"));
            };
            if placeholders(text) != placeholders(original) {
                return Err(format!(
                    "{language}: {key} has other placeholders than in English"
                ));
            }
            if text.is_empty() || text.contains('\n') {
                return Err(format!("{language}: {key} is not one line of text"));
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
