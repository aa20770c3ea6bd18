//! Parsers for ids, emails and display names in paths and bodies.

use shared::email::Email;
use shared::error::ErrorCode;
use shared::name::is_display_name;
use uuid::Uuid;

use crate::http::error::ApiResult;

/// Parses an id from a path; a malformed one is `not_found`.
pub(crate) fn parse_id(text: &str) -> ApiResult<Uuid> {
    Ok(Uuid::parse_str(text).map_err(|_| ErrorCode::NotFound)?)
}

/// Parses an email; an empty one means none.
pub(crate) fn email(text: &str) -> ApiResult<Option<Email>> {
    // Other white space than plain is a fault of the address, and not for anybody to take away.
    match text.trim_matches([' ', '\t']) {
        "" => Ok(None),
        text => Ok(Some(
            Email::composed(text).map_err(|_| ErrorCode::EmailInvalid)?,
        )),
    }
}

/// Parses a display name; an empty one means none.
pub(crate) fn display_name(text: &str) -> ApiResult<Option<String>> {
    match text.trim() {
        "" => Ok(None),
        name if is_display_name(name) => Ok(Some(name.to_owned())),
        _ => Err(ErrorCode::DisplayNameInvalid.into()),
    }
}
