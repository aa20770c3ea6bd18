//! Which language a browser gets.

use axum::http::header::{self, HeaderMap};
use shared::text::Language;

use crate::http::cookie;

/// The cookie that stores a visitor's choice. The app writes it too; it is no secret.
pub(crate) const COOKIE: &str = "postern_language";

/// Returns the language for a browser: what its user chose, else what it asks for.
pub(crate) fn language(headers: &HeaderMap) -> Language {
    let accepted = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    Language::choose(cookie::single(headers, COOKIE), accepted)
}
