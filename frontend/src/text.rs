//! The page's words, looked up in the table that `boot.js` fetched: one language, one module.

use std::cell::OnceCell;

use shared::routes::{self, Section};
use shared::text::{CountedText, Text};
use wasm_bindgen::JsValue;

/// Where `boot.js` puts the table.
const WORDS: &str = "posternWords";

/// The table and its section.
struct Words {
    /// Whose table it is.
    section: Section,
    /// A text a line, see [`Text::line`].
    lines: Vec<&'static str>,
}

thread_local! {
    static TABLE: OnceCell<Words> = const { OnceCell::new() };
}

/// Takes the table over. It is kept for as long as the page, so its texts are `'static`.
fn take() -> Words {
    let table = js_sys::Reflect::get(&js_sys::global(), &JsValue::from_str(WORDS))
        .ok()
        .and_then(|table| table.as_string())
        .unwrap_or_default();
    let table: &'static str = table.leak();
    Words {
        // The login page's own table ends sooner, but has the same lines up to there.
        section: match routes::section(&crate::browser::path()) {
            Section::Login => Section::Entry,
            section => section,
        },
        lines: table.split('\n').collect(),
    }
}

/// Returns a text.
pub(crate) fn say(text: Text) -> &'static str {
    if cfg!(test) {
        return shared::text::Language::ENGLISH.text(text);
    }
    TABLE.with(|table| {
        let words = table.get_or_init(take);
        let line = text
            .line(words.section)
            .and_then(|line| words.lines.get(line));
        line.copied().unwrap_or_default()
    })
}

/// Returns a text with values in its placeholders.
pub(crate) fn fill(text: Text, values: &[(&str, &str)]) -> String {
    shared::text::fill(say(text), values)
}

/// Returns a text that depends on a number, for this number.
pub(crate) fn fill_counted(text: CountedText, count: u64) -> String {
    let language = if cfg!(test) {
        "en".to_owned()
    } else {
        crate::browser::language()
    };
    shared::text::fill_counted(say(text.forms()), &language, count)
}

/// Returns what stands before and after a text's placeholder, for values that are elements.
pub(crate) fn around(text: Text) -> (&'static str, &'static str) {
    let (before, after) = say(text).split_once('{').unwrap_or((say(text), "}"));
    (before, after.split_once('}').map_or("", |(_, after)| after))
}
