//! Does a person wait for a page, or a program for an answer?

use axum::http::{HeaderMap, HeaderValue};

/// Returns true if a browser loads a page with this request, whatever its method.
pub(crate) fn is_page_load(headers: &HeaderMap) -> bool {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    if let Some(mode) = text("sec-fetch-mode") {
        return mode == "navigate";
    }
    // A browser of before 2023, or a proxy that drops these headers.
    text("accept").unwrap_or_default().contains("text/html")
        && !headers.contains_key("x-requested-with")
}
