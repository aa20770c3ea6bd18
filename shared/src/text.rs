//! The words of the pages, in every language: `texts/*.toml`, turned into tables by `build.rs`.
//!
//! The server has all of them: it writes the pages that work without wasm, and hands each browser
//! the table of one language and one module. The page has none compiled in; it looks texts up in
//! the table it was handed.

mod language;

pub use language::{Direction, Language};

use crate::routes::Section;

/// One text, by its place in the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text(u16);

include!(concat!(env!("OUT_DIR"), "/texts.rs"));

impl Text {
    /// Returns the text of that key.
    ///
    /// # Panics
    /// Where there is none; meant for constants, which then do not compile.
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

    /// Returns its line in the table of that section; `None` where the section has it not.
    #[must_use]
    pub fn line(self, section: Section) -> Option<usize> {
        let index = usize::from(self.0);
        match section {
            Section::Entry => (index < INSIDE_START).then_some(index),
            Section::Inside | Section::Admin if index < ENTRY_START => Some(index),
            Section::Inside | Section::Admin => {
                Some(index.checked_sub(INSIDE_START)? + ENTRY_START)
            }
        }
    }

    /// Returns what the files call it.
    #[must_use]
    pub fn key(self) -> &'static str {
        NAMES[usize::from(self.0)]
    }
}

/// `==`, which is not for constants yet.
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

    /// Returns the table of one section: a text a line, at [`Text::line`].
    #[must_use]
    pub fn table(self, section: Section) -> String {
        let table = &TABLES[self.index()];
        match section {
            Section::Entry => table[..INSIDE_START].join("\n"),
            Section::Inside | Section::Admin => [&table[..ENTRY_START], &table[INSIDE_START..]]
                .concat()
                .join("\n"),
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

#[cfg(test)]
mod tests;
