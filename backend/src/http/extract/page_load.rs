//! Does a person wait for a page, or a program for an answer?

use axum::http::header::{ACCEPT, HeaderName};
use axum::http::{HeaderMap, HeaderValue};

/// How a browser comes to make a request (Fetch Metadata).
pub(crate) static FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
static REQUESTED_WITH: HeaderName = HeaderName::from_static("x-requested-with");

/// Returns true if a browser loads a page with this request, whatever its method.
pub(crate) fn is_page_load(headers: &HeaderMap) -> bool {
    let text = |name: &HeaderName| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    if let Some(mode) = text(&FETCH_MODE) {
        return mode == "navigate";
    }
    // A browser of before 2023, or a proxy that drops these headers.
    text(&ACCEPT).unwrap_or_default().contains("text/html")
        && !headers.contains_key(&REQUESTED_WITH)
}
