//! What a check found, before it is put into words.

use shared::doctor::{Group, Outcome, Step};
use shared::text::Language;

use super::words;
use crate::message::Message;

/// The result of one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    /// The check's stable name.
    pub(super) name: String,
    /// What it is about.
    pub(super) group: Group,
    /// Its result.
    pub(super) outcome: Outcome,
    /// What was found; if it is not well, the cause.
    pub(super) found: Message,
    /// What to do about it, at this OP; `None` if all is well.
    pub(super) remedy: Option<Message>,
}

impl Finding {
    /// Adds to what was found.
    pub(super) fn add(&mut self, more: impl Into<Message>) {
        self.found = std::mem::take(&mut self.found).and(more);
    }

    /// Puts it into words.
    pub(super) fn step(&self, language: Language) -> Step {
        let is_bad = matches!(self.outcome, Outcome::Warn | Outcome::Fail);
        let translated = |message: &Message| message.translated(language);
        Step {
            name: self.name.clone(),
            group: self.group,
            title: words::title(&self.name, language),
            outcome: self.outcome,
            found: translated(&self.found),
            remedy: self.remedy.as_ref().map(translated),
            summary: is_bad
                .then(|| words::summary(&self.name, language))
                .flatten(),
        }
    }
}
