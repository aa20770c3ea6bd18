//! Single variables of this process, for commands that need no settings.

use std::collections::BTreeSet;
use std::time::Duration;

use super::settings;
use super::source::Reader;

/// Returns true if the terminal gets no colors: `NO_COLOR` is set, or the terminal has none.
#[must_use]
pub fn wants_no_color() -> bool {
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    no_color || std::env::var_os("TERM").is_some_and(|value| value == "dumb")
}

/// Returns a variable of this process, or the content of the file that its `_FILE` twin names. For
/// commands that take a default from it and need no other setting. `None` if it is not set.
///
/// # Errors
/// The fault, with its remedy.
pub fn variable_of_process(name: &'static str) -> Result<Option<String>, String> {
    let twin = format!("{name}_FILE");
    let given = std::env::vars_os().filter_map(|(name, value)| {
        let name = name.into_string().ok()?;
        Some((name, value.into_string().ok()?))
    });
    let given = given.filter(|(given, _)| given == name || *given == twin);
    let mut reader = Reader::new(given.collect(), BTreeSet::new());
    let value = reader.get(name, |text| Ok(text.to_owned()));
    first_fault(&reader)?;
    Ok(value)
}

/// Parses `SESSION_MAX_AGE_SECONDS`; `None` gives its default.
///
/// # Errors
/// What is wrong with it, and the remedy.
pub fn session_max_age(text: Option<&str>) -> Result<Duration, String> {
    let given = text.map(|text| (settings::MAX_AGE.to_owned(), text.to_owned()));
    let mut reader = Reader::new(given.into_iter().collect(), BTreeSet::new());
    let sessions = settings::read_sessions(&mut reader);
    first_fault(&reader)?;
    Ok(sessions.max_age)
}

/// Returns the first fault as an error.
fn first_fault(reader: &Reader) -> Result<(), String> {
    match reader.faults.first() {
        None => Ok(()),
        Some(fault) => Err(format!(
            "{} {}; {}",
            fault.variable, fault.problem, fault.remedy
        )),
    }
}
