//! What the server tells administrators: sentences with values, which are put into words only for
//! whoever reads them. The log, the command line and the support bundle are in English, the page is in
//! the language of whoever asks. Pure.

use std::fmt;

use shared::text::{Language, Text, fill};

/// A sentence that is known in advance: its text, and the values in it.
pub type Sentence = (Text, &'static [(&'static str, &'static str)]);

/// One sentence or more.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Message(Vec<Part>);

/// A sentence of a [`Message`].
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// A text, and the values in it.
    Said(Text, Vec<(&'static str, Message)>),
    /// Words of no language of ours: a name, or what the OP or the system said.
    Exact(String),
    /// Sentences without their full stops.
    Listed(Vec<Message>),
}

impl Part {
    fn translated(&self, language: Language) -> String {
        match self {
            Self::Exact(text) => text.clone(),
            Self::Said(text, values) => {
                let values = values.iter();
                let values: Vec<(&str, String)> = values
                    .map(|(name, value)| (*name, value.translated(language)))
                    .collect();
                let values = values.iter();
                let values: Vec<(&str, &str)> = values
                    .map(|(name, value)| (*name, value.as_str()))
                    .collect();
                fill(language.text(*text), &values)
            }
            Self::Listed(list) => {
                let words = list.iter().map(|message| message.translated(language));
                words.collect::<Vec<_>>().join(separator(language))
            }
        }
    }
}

/// Returns what stands between the sentences of a list.
fn separator(language: Language) -> &'static str {
    match language.code() {
        "ja" | "zh" => "\u{ff1b}",
        "ar" => "\u{61b} ",
        _ => "; ",
    }
}

impl Message {
    /// Returns a message that is the same in every language.
    pub fn exact(text: impl Into<String>) -> Self {
        Self(vec![Part::Exact(text.into())])
    }

    /// Returns one of sentences without their full stops: a list with semicolons.
    pub fn list(sentences: impl IntoIterator<Item = Self>) -> Self {
        Self(vec![Part::Listed(sentences.into_iter().collect())])
    }

    /// Puts a value into the last sentence. It stays as it is in every language.
    #[must_use]
    pub fn with(self, name: &'static str, value: impl fmt::Display) -> Self {
        self.with_words(name, Self::exact(value.to_string()))
    }

    /// Puts words into the last sentence, which are in its language.
    #[must_use]
    pub fn with_words(mut self, name: &'static str, words: impl Into<Self>) -> Self {
        if let Some(Part::Said(_, values)) = self.0.last_mut() {
            values.push((name, words.into()));
        }
        self
    }

    /// Adds what follows.
    #[must_use]
    pub fn and(mut self, more: impl Into<Self>) -> Self {
        self.0.extend(more.into().0);
        self
    }

    /// Adds what the log would say, in the words of whoever said it.
    #[must_use]
    pub fn details(self, detail: impl fmt::Display) -> Self {
        self.and(say(Text::FOUND_DETAILS).with("detail", detail))
    }

    /// Returns the words in a language.
    #[must_use]
    pub fn translated(&self, language: Language) -> String {
        let mut words = String::new();
        for part in &self.0 {
            // Chinese and Japanese have no space between sentences.
            if !words.is_empty() && !words.ends_with('\u{3002}') {
                words.push(' ');
            }
            words.push_str(&part.translated(language));
        }
        words
    }

    /// Returns the words for the log, the command line and the support bundle.
    #[must_use]
    pub fn english(&self) -> String {
        self.translated(Language::ENGLISH)
    }
}

/// Begins a message.
#[must_use]
pub fn say(text: Text) -> Message {
    Message(vec![Part::Said(text, Vec::new())])
}

impl From<Text> for Message {
    fn from(text: Text) -> Self {
        say(text)
    }
}

impl From<&'static [Sentence]> for Message {
    fn from(sentences: &'static [Sentence]) -> Self {
        let parts = sentences.iter().map(|(text, values)| {
            let values = values
                .iter()
                .map(|(name, value)| (*name, Self::exact(*value)));
            Part::Said(*text, values.collect())
        });
        Self(parts.collect())
    }
}

/// The words in English.
impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.english())
    }
}

#[cfg(test)]
mod tests {
    use shared::text::{Language, Text};

    use super::{Message, say};

    #[test]
    fn values_stay_and_sentences_are_joined() {
        let check = |code, expected: &str| {
            let message = say(Text::SKIP_FAULT)
                .with("setting", "{error}")
                .and(Message::exact("HTTP 404"));
            let language = Language::parse(code).unwrap();
            assert_eq!(message.translated(language), expected);
        };

        check("en", "{error} has a fault. HTTP 404");
        check("zh", "{error} 有错误。HTTP 404");
    }

    #[test]
    fn sentences_of_a_list_are_told_in_the_same_language() {
        let check = |code, expected: &str| {
            let open = |setting| say(Text::NOTICE_PUBLIC).with("setting", setting);
            let list = Message::list([open("A"), open("{B}")]);
            let message = say(Text::FOUND_DETAILS).with_words("detail", list);
            let language = Language::parse(code).unwrap();
            assert_eq!(message.translated(language), expected);
        };

        check(
            "en",
            "Details: A lets everybody in without a login; {B} lets \
             everybody in without a login",
        );
        check(
            "zh",
            "详情：A 让任何人无需登录即可进入；{B} 让任何人无需登录即可进入",
        );
    }
}
