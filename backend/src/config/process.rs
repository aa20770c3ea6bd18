//! Single variables of this process, for commands that need no settings.

use std::collections::BTreeSet;

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
    match reader.faults.first() {
        None => Ok(value),
        Some(fault) => Err(format!(
            "{} {}; {}",
            fault.variable, fault.problem, fault.remedy
        )),
    }
}
