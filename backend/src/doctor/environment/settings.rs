//! The settings.

use std::fmt::Write as _;

use shared::text::Text;

use crate::config::{Config, Fault, Notice, Weight};
use crate::doctor::finding::Finding;
use crate::doctor::subject::SETTINGS;
use crate::message::{Message, say};

/// Lists the faults and warnings of the settings.
pub(crate) fn settings(config: &Config, faults: &[Fault]) -> Finding {
    let warnings: Vec<&Notice> = config
        .notices
        .iter()
        .filter(|notice| notice.weight == Weight::Warning)
        .collect();
    if !faults.is_empty() {
        let found = faults.iter().map(|fault| {
            let value = fault.value.as_ref();
            let value = value.map_or(String::new(), |value| format!("={value:?}"));
            format!("{}{value} {}", fault.variable, fault.problem)
        });
        let remedy = faults
            .iter()
            .map(|fault| format!("{}: {}", fault.variable, fault.remedy));
        let mut remedy = remedy.collect::<Vec<_>>().join("; ");
        for notice in warnings {
            let _ = write!(remedy, ". Also noticed: {notice}");
        }
        // The server does not start with faults, so that only the command line tells them.
        let found = found.collect::<Vec<_>>().join("; ");
        return SETTINGS.fail(Message::exact(found), Message::exact(remedy));
    }
    if !warnings.is_empty() {
        let found = say(Text::FOUND_SETTINGS_ODD).and(details(warnings));
        return SETTINGS.warn(found, Text::FIX_SETTINGS_ODD);
    }
    let found = say(Text::FOUND_SETTINGS_GOOD);
    SETTINGS.pass(if config.notices.is_empty() {
        found
    } else {
        found.and(details(&config.notices))
    })
}

fn details<'a>(notices: impl IntoIterator<Item = &'a Notice>) -> Message {
    let notices = notices.into_iter().map(|notice| notice.message.clone());
    say(Text::FOUND_DETAILS).with_words("detail", Message::list(notices))
}
