//! The names of the settings of an application: `POSTERN_APP_<NAME>_URL` and the like.

/// What the settings of an application begin with.
pub(super) const PREFIX: &str = "POSTERN_APP_";
/// What follows the application's name.
const SUFFIXES: [&str; 7] = [
    "_URL",
    "_UPSTREAM",
    "_ALLOW",
    "_PUBLIC",
    "_HEADERS",
    "_LABEL",
    "_ICON",
];
/// The longest name of an application.
const MOST_NAME: usize = 40;

/// Splits the name of a setting into that of its application, in upper case, and what it sets.
pub(super) fn split(name: &str) -> Option<(&str, &'static str)> {
    let rest = name.strip_prefix(PREFIX)?;
    SUFFIXES
        .iter()
        .find_map(|suffix| Some((rest.strip_suffix(suffix)?, *suffix)))
        .filter(|(application, _)| is_name(application))
}

fn is_name(name: &str) -> bool {
    let is_character = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    !name.is_empty() && name.len() <= MOST_NAME && name.chars().all(is_character)
}
