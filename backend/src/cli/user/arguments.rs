//! Parses what describes an account: arguments of `postern user`, columns of `postern import`.

use shared::email::Email;
use shared::name::{MAX_DISPLAY_NAME_CHARS, MAX_USERNAME_CHARS, is_display_name, is_username};
use shared::session::Role;

/// Parses a username of the command line.
pub(in crate::cli) fn parse_username(text: &str) -> Result<String, String> {
    if is_username(text) {
        return Ok(text.to_owned());
    }
    Err(format!(
        "a username has 1 to {MAX_USERNAME_CHARS} of A-Z a-z 0-9 . _ - and begins with a letter or \
         digit"
    ))
}

/// Parses an email of the command line.
pub(in crate::cli) fn parse_email(text: &str) -> Result<Email, String> {
    Email::composed(text).map_err(|_| "this is not one email address".to_owned())
}

/// Parses a display name of the command line.
pub(in crate::cli) fn parse_display_name(text: &str) -> Result<String, String> {
    let text = text.trim();
    if !text.is_empty() && is_display_name(text) {
        return Ok(text.to_owned());
    }
    Err(format!(
        "a display name has 1 to {MAX_DISPLAY_NAME_CHARS} characters, and none that controls"
    ))
}

/// Parses a role of the command line.
pub(in crate::cli) fn parse_role(text: &str) -> Result<Role, String> {
    match text {
        "user" => Ok(Role::User),
        "admin" => Ok(Role::Admin),
        _ => Err("a role is user or admin".to_owned()),
    }
}
