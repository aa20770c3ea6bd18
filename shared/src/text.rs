//! The words of the pages, in every language: `texts/*.toml`, turned into tables by `build.rs`.
//!
//! The server has all of them: it writes the pages that work without wasm, and gives each browser
//! the table of one language and one module. The page has none compiled in; it looks texts up in
//! its table.
//!
//! # Texts that depend on a number
//!
//! Polish says "2 sekundy" and "5 sekund", Arabic has six forms. Such a text is a [`CountedText`],
//! a type of its own, so that nobody shows all of its forms at once. In the files it is a table with
//! exactly the CLDR plural categories that whole numbers have in the language; `build.rs` checks that.
//! In the tables it is one line with all forms, so the place of a text is the same in all languages.
//! A text that only names a number, as "Accounts: 3", is an ordinary one, and so is a status.
//!
//! The rule is our own, [`Plural`]: twelve languages take fifteen lines, and the page,
//! `build.rs` and the server, should it show one, go by the same, held against CLDR by a test. It costs
//! the page 270 bytes as brotli; `Intl.PluralRules` costs 420 with its glue, and is a second truth that no
//! test on the host reaches. A crate brings the rules of two hundred languages.

mod language;
mod plural;

pub use language::{Direction, Language};

use crate::section::Section;
use plural::Plural;

/// One text, by its position in the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text(u16);

/// A text that depends on a number: in a table, its forms for all plural categories, separated by
/// `|`. A category that the language does not have is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountedText(Text);

include!(concat!(env!("OUT_DIR"), "/texts.rs"));

impl Text {
    /// Returns the text with that key.
    ///
    /// # Panics
    /// There is none. This is for constants, which then do not compile.
    #[must_use]
    pub const fn named(key: &str) -> Self {
        let mut index = 0;
        while index < COUNT {
            if is_same(NAMES[index].as_bytes(), key.as_bytes()) {
                #[expect(clippy::cast_possible_truncation, reason = "there are some hundred")]
                return Self(index as u16);
            }
            index += 1;
        }
        panic!("no text has this key")
    }

    /// Returns the text with that key, if there is one.
    #[must_use]
    pub fn find(key: &str) -> Option<Self> {
        let index = NAMES.iter().position(|name| *name == key)?;
        u16::try_from(index).ok().map(Self)
    }

    /// Returns its line in the table of that section; `None` if the section does not have it. The
    /// login page's table is where that of the other pages before the login begins.
    #[must_use]
    pub fn line(self, section: Section) -> Option<usize> {
        let index = usize::from(self.0);
        match section {
            Section::Login => (index < ENTRY_START).then_some(index),
            Section::Entry => (index < INSIDE_START).then_some(index),
            Section::Inside | Section::Admin if index < LOGIN_START => Some(index),
            Section::Inside | Section::Admin if index >= SERVER_START => None,
            Section::Inside | Section::Admin => {
                Some(index.checked_sub(INSIDE_START)? + LOGIN_START)
            }
        }
    }

    /// Returns its key in the files.
    #[must_use]
    pub fn key(self) -> &'static str {
        NAMES[usize::from(self.0)]
    }
}

impl CountedText {
    /// Returns the text with all of its forms, for [`fill_counted`].
    #[must_use]
    pub fn forms(self) -> Text {
        self.0
    }
}

/// `==`, which is not available in constants yet.
const fn is_same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let mut index = 0;
    while index < one.len() {
        if one[index] != other[index] {
            return false;
        }
        index += 1;
    }
    true
}

impl Language {
    /// Returns a text.
    #[must_use]
    pub fn text(self, text: Text) -> &'static str {
        TABLES[self.index()][usize::from(text.0)]
    }

    /// Returns the table of one section: one text per line, at [`Text::line`].
    #[must_use]
    pub fn table(self, section: Section) -> String {
        let table = &TABLES[self.index()];
        match section {
            Section::Login => table[..ENTRY_START].join("\n"),
            Section::Entry => table[..INSIDE_START].join("\n"),
            Section::Inside | Section::Admin => {
                [&table[..LOGIN_START], &table[INSIDE_START..SERVER_START]]
                    .concat()
                    .join("\n")
            }
        }
    }
}

/// Puts values into a text's placeholders. A value is never read as a text.
#[must_use]
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        let value = values.iter().find(|(known, _)| *known == name);
        filled.push_str(value.map_or("", |(_, value)| value));
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// Returns the form of a [`CountedText`] that a number takes in a language, with the number in it.
/// `language` is a code or a tag.
#[must_use]
pub fn fill_counted(forms: &str, language: &str, count: u64) -> String {
    let form = forms.split('|').nth(Plural::of(language, count) as usize);
    fill(form.unwrap_or_default(), &[("count", &count.to_string())])
}

#[cfg(test)]
mod tests;
