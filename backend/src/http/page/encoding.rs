//! Which encoding a client takes (RFC 9110 §12.5.3).

use axum::http::header::{self, HeaderMap};

/// Returns true if the client accepts the encoding.
pub(crate) fn accepts_encoding(headers: &HeaderMap, encoding: &str) -> bool {
    headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accepted| accepts(accepted, encoding))
}

/// Returns true if `Accept-Encoding` names the encoding and does not rule it out.
fn accepts(header: &str, encoding: &str) -> bool {
    header.split(',').any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let is_it = parts
            .next()
            .is_some_and(|name| name.eq_ignore_ascii_case(encoding));
        is_it
            && !parts.any(|weight| {
                matches!(
                    weight.replace(' ', "").as_str(),
                    "q=0" | "q=0.0" | "q=0.00" | "q=0.000"
                )
            })
    })
}

#[cfg(test)]
mod tests {
    use super::accepts;

    #[test]
    fn encodings_are_read_as_the_browser_means_them() {
        assert!(accepts("gzip, deflate, br, zstd", "br"));
        assert!(accepts("br;q=0.5, gzip", "br"));
        assert!(!accepts("br;q=0, gzip", "br"));
        assert!(!accepts("br; q=0", "br"));
        assert!(!accepts("gzip", "br"));
        assert!(!accepts("", "gzip"));
    }
}
